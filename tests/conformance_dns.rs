//! Recorded DNS: replies and tools, and the floor under what passes.
#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;

use statefulset_playground::conformance::{Report, dns};
use statefulset_playground::value::Value;

fn file(path: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let text = fs::read_to_string(folder.join(path)).expect("the file is there");
    Value::from_json(&text).expect("the file is JSON")
}

/// Counts may rise, never fall; what does not pass is named, not fatal.
fn keeps_its_floor(kind: &str, report: &Report) -> String {
    let passed = report.tally.passed.len();
    let floor = file("floor.json")[kind]
        .as_int()
        .and_then(|it| usize::try_from(it).ok());
    let shown = format!(
        "{}\n{}\n{}",
        report.lines.join("\n"),
        report.notes.join("\n"),
        report.tally
    );
    assert!(
        Some(passed) >= floor,
        "{kind}: the floor is {floor:?}\n{shown}"
    );
    shown
}

#[test]
fn the_cases_of_coredns_keep_their_floor() {
    let report = dns::judge(&file("dns/coredns.json"), false).unwrap();
    println!("{}", keeps_its_floor("dns", &report));
}

#[test]
fn the_derived_cases_keep_their_floor() {
    let report = dns::judge(&file("dns/derived.json"), false).unwrap();
    println!("{}", keeps_its_floor("dns-derived", &report));
}

#[test]
fn the_tools_keep_their_floor() {
    let report = dns::judge_tools(&file("dns/tools.json"), false).unwrap();
    println!("{}", keeps_its_floor("dns-tools", &report));
}

#[test]
fn the_judges_see_a_changed_answer() {
    let change = |path: &str, list: &str, key: &str, from: &str, to: &str| {
        let mut file = file(path);
        for case in file[list].as_items_mut().make_mut() {
            case[key] = case[key].as_str().replacen(from, to, 1).into();
        }
        file
    };
    let derived = change("dns/derived.json", "cases", "rcode", "NXDOMAIN", "NOERROR");
    assert!(dns::judge(&derived, false).unwrap().tally.failed.len() > 20);
    let tools = change("dns/tools.json", "captures", "stdout", "Address", "address");
    assert!(dns::judge_tools(&tools, false).unwrap().tally.failed.len() > 50);
}
