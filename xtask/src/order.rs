//! Puts functions of a WebAssembly module next to functions like them: a compressor finds again what it has seen only
//! within the last 32 KiB.
//!
//! Only names are written here; `wasm-opt --reorder-functions-by-name` then moves the functions.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::Result;
use wasm_encoder::{Module, NameMap, NameSection, RawSection};
use wasmparser::{Parser, Payload, TypeRef};

/// How many bytes in a row two functions must share to be alike in that place.
const SHINGLE: usize = 6;
/// What more functions share says nothing.
const MOST_SHARING: usize = 40;
/// About as many functions as a compressor remembers.
const REMEMBERED: usize = 50;

/// Names the functions of a module in the order they are to stand in.
pub fn run(path: &Path) -> Result<()> {
    let wasm = fs::read(path)?;
    let (mut module, mut bodies, mut imported) = (Module::new(), Vec::new(), 0);
    for payload in Parser::new(0).parse_all(&wasm) {
        let payload = payload?;
        match &payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range()),
            _ => {}
        }
        let is_names = matches!(&payload, Payload::CustomSection(it) if it.name() == "name");
        if let Some((id, range)) = payload.as_section().filter(|_| !is_names) {
            let data = &wasm[range];
            module.section(&RawSection { id, data });
        }
    }
    let mut places = vec![0; bodies.len()];
    for (place, function) in order(&wasm, &bodies).into_iter().enumerate() {
        places[function] = place;
    }
    let (mut names, mut functions) = (NameSection::new(), NameMap::new());
    for (index, place) in (imported..).zip(places) {
        functions.append(index, &format!("{place:08}"));
    }
    names.functions(&functions);
    module.section(&names);
    fs::write(path, module.finish())?;
    Ok(())
}

/// The longest function first, and then always the one that shares most with those just before it, for its length.
fn order(wasm: &[u8], bodies: &[Range<usize>]) -> Vec<usize> {
    let mut sharing: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (function, body) in bodies.iter().enumerate() {
        for shingle in wasm[body.clone()].windows(SHINGLE) {
            let list = sharing.entry(shingle).or_default();
            if list.last() != Some(&function) {
                list.push(function);
            }
        }
    }
    sharing.retain(|_, list| (2..MOST_SHARING).contains(&list.len()));
    // By number, as they are gone through again and again.
    let mut shingles = vec![Vec::new(); bodies.len()];
    for (number, list) in sharing.values().enumerate() {
        for function in list {
            shingles[*function].push(number);
        }
    }
    let sharing: Vec<Vec<usize>> = sharing.into_values().collect();
    // How often each is among those just before, and how many such ones each function shares.
    let (mut seen, mut shared) = (vec![0_u32; sharing.len()], vec![0_u64; bodies.len()]);
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    left.sort_by_key(|it| bodies[*it].len());
    let (mut order, mut remembered) = (Vec::new(), VecDeque::new());
    while let Some(next) = best(&left, &shared, bodies) {
        let function = left.remove(next);
        order.push(function);
        remembered.push_back(function);
        for number in &shingles[function] {
            seen[*number] += 1;
            if seen[*number] == 1 {
                sharing[*number].iter().for_each(|it| shared[*it] += 1);
            }
        }
        let forgotten = (remembered.len() > REMEMBERED).then(|| remembered.pop_front());
        for number in forgotten
            .flatten()
            .iter()
            .flat_map(|it: &usize| &shingles[*it])
        {
            seen[*number] -= 1;
            if seen[*number] == 0 {
                sharing[*number].iter().for_each(|it| shared[*it] -= 1);
            }
        }
    }
    order
}

/// Which of those left shares most for its length; the longest where none shares anything.
fn best(left: &[usize], shared: &[u64], bodies: &[Range<usize>]) -> Option<usize> {
    let score = |it: usize| {
        let length = bodies[it].len() as u64;
        // Lengths count by the power of 3/4: short ones would all come first, or long ones.
        (shared[it] << 32) / ((length.pow(3).isqrt() << 8).isqrt() + (10 << 4))
    };
    (0..left.len()).max_by_key(|it| (score(left[*it]), *it))
}
