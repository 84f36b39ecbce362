//! The house rules that a compiler does not know: floors, forbidden things, headers, lengths.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The floor of each module of `src`, as ARCHITECTURE.md draws them.
const FLOORS: &[(&str, u32)] = &[
    ("value", 0),
    ("persistent", 0),
    ("sort", 0),
    ("time", 0),
    ("chance", 0),
    ("yaml", 0),
    ("api", 1),
    ("apiserver", 2),
    ("config", 2),
    ("memory", 2),
    ("plan", 2),
    ("process", 2),
    ("schema", 2),
    ("why", 2),
    ("controllers", 3),
    ("scheduler", 3),
    ("kubelet", 3),
    ("dns", 3),
    ("kubectl", 3),
    ("programs", 4),
    ("shell", 5),
    ("sim", 6),
    ("doctor", 7),
    ("view", 7),
    ("session", 7),
    ("article", 8),
    ("bridge", 8),
    ("conformance", 8),
    ("wasm", 8),
    ("main", 8),
    ("lib", 8),
];

/// Floor 3 is for siblings that never meet; what they share stands below them.
const SIBLINGS: u32 = 3;

/// Things the simulation must not have, wherever they stand below the borders.
const FORBIDDEN: &[(&str, &str)] = &[
    ("HashMap", "its order differs from run to run"),
    ("HashSet", "its order differs from run to run"),
    ("SystemTime", "the simulation has its own clock"),
    ("Instant::now", "the simulation has its own clock"),
    ("thread_local!", "the world is a value"),
    ("std::thread", "one thread, or the order is not ours"),
    ("std::env", "the environment is a border's business"),
    ("std::fs", "files are a border's business"),
    ("async fn", "a future cannot be cloned or shown"),
    ("cfg!(test)", "the code under test is the code that ships"),
    ("todo!", "an issue, not a hole"),
    ("unimplemented!", "an issue, not a hole"),
    ("FIXME", "an issue, not a note"),
    ("#[ignore", "a known failure asserts the wrong answer"),
];

struct Source {
    path: PathBuf,
    module: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let below = path.strip_prefix(&root).unwrap();
                let first = below
                    .components()
                    .next()
                    .unwrap()
                    .as_os_str()
                    .to_str()
                    .unwrap();
                let module = first.trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path, module, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 20, "the sources were found");
    found
}

fn floor(module: &str) -> u32 {
    let found = FLOORS.iter().find(|(it, _)| *it == module);
    found
        .unwrap_or_else(|| {
            panic!("module {module} has no floor: give it one here and in ARCHITECTURE.md")
        })
        .1
}

/// The modules of this crate that a text names by `crate::…`.
fn named_modules(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in text.split("crate::").skip(1) {
        let list = part
            .strip_prefix('{')
            .map_or(part, |it| it.split_once("};").map_or(it, |(list, _)| list));
        let names: Vec<&str> = if part.starts_with('{') {
            list.split(',').collect()
        } else {
            vec![list]
        };
        for name in names {
            let name: String = name
                .trim()
                .chars()
                .take_while(|it| it.is_alphanumeric() || *it == '_')
                .collect();
            if FLOORS.iter().any(|(it, _)| *it == name) {
                found.push(name);
            }
        }
    }
    found
}

#[test]
fn no_arrow_runs_up_and_siblings_never_meet() {
    let mut wrong = Vec::new();
    for source in sources() {
        let own = floor(&source.module);
        for named in named_modules(&source.text)
            .iter()
            .filter(|it| **it != source.module)
        {
            let other = floor(named);
            if other > own || (other == own && own == SIBLINGS) {
                wrong.push(format!("{}: uses crate::{named}", source.path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that run up:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_rule_for_arrows_sees_every_form() {
    assert_eq!(
        named_modules("use crate::sim::World; crate::api::Key"),
        ["sim", "api"]
    );
    assert_eq!(
        named_modules("use crate::{array, kubelet, scheduler};"),
        ["kubelet", "scheduler"]
    );
}

#[test]
fn nothing_below_the_borders_has_a_clock_a_hash_map_or_a_hole() {
    let mut wrong = Vec::new();
    for source in sources() {
        let at_border = floor(&source.module) >= floor("wasm");
        for (thing, reason) in FORBIDDEN {
            let is_borders = thing.starts_with("std::");
            let is_servers = ["SystemTime", "Instant::now", "async fn"].contains(thing);
            let may = at_border && is_borders
                || ["bridge", "main"].contains(&source.module.as_str()) && is_servers;
            if source.text.contains(thing) && !may {
                wrong.push(format!("{}: {thing}: {reason}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_engine_sorts_by_its_own_sort() {
    let theirs = [".sort()", ".sort_by(", ".sort_by_key(", ".sort_unstable"];
    let mut wrong = Vec::new();
    for source in sources() {
        let is_engine = floor(&source.module) < floor("wasm") && source.module != "sort";
        let is_test = source.path.components().any(|it| it.as_os_str() == "tests")
            || source.path.ends_with("tests.rs");
        let code = source.text.split("#[cfg(test)]").next().unwrap_or_default();
        if is_engine && !is_test && theirs.iter().any(|it| code.contains(it)) {
            wrong.push(source.path.display().to_string());
        }
    }
    assert!(
        wrong.is_empty(),
        "kilobytes for each type, see src/sort.rs: {wrong:?}"
    );
}

#[test]
fn every_file_says_what_it_is_and_holds_one_thing() {
    let mut wrong = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//! ") {
            wrong.push(format!("{}: opens without //!", source.path.display()));
        }
        if source.path.ends_with("tests.rs") {
            continue;
        }
        let body = source.text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = body.lines().count();
        // The catalogue of reasons is one table, long by nature.
        let is_catalogue = source.path.ends_with("why/catalogue.rs");
        let limit = if is_catalogue { 900 } else { 550 };
        if lines > limit {
            wrong.push(format!(
                "{}: {lines} lines without its tests",
                source.path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_reason_is_one_of_a_kind() {
    use statefulset_playground::why::Why;
    let mut codes = BTreeSet::new();
    for rule in Why::RULES {
        assert!(codes.insert(rule.code), "{} stands twice", rule.code);
        assert!(
            !rule.english.ends_with('.'),
            "{}: a lowercase clause, no full stop",
            rule.code
        );
    }
}
