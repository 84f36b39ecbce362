//! Captures of the real kubectl, and the floor under what passes.
#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};

use statefulset_playground::conformance::kubectl;
use statefulset_playground::value::Value;

/// What does not pass, and why.
const NOT_PASSING: &[&str] = &[
    // cp is refused.
    "08-exec-run-logs/cp-missing",
    // The recording's environment had no configuration, ours always has one.
    "06-errors/no-config",
    // The real client compares bytes, and the recorded server did not write JSON as a real one does.
    "07-rollout/undo-dry-server",
    "07-rollout/undo-same",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

#[test]
fn the_captures_keep_their_floor() {
    let mut files: Vec<PathBuf> = fs::read_dir(folder().join("kubectl"))
        .expect("the folder is there")
        .map(|it| it.expect("an entry").path())
        .filter(|it| it.extension().is_some_and(|it| it == "jsonl"))
        .collect();
    files.sort();
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let report = kubectl::judge(&files).expect("the captures are readable");
    let shown = format!("{}\n{}", report.notes.join("\n"), report.tally);
    let news: Vec<&String> = report
        .tally
        .failed
        .iter()
        .filter(|it| !NOT_PASSING.contains(&it.as_str()))
        .collect();
    assert!(news.is_empty(), "no longer pass: {news:?}\n{shown}");
    let floor = fs::read_to_string(folder().join("floor.json")).expect("the floor is there");
    let floor = Value::from_json(&floor).expect("the floor is JSON")["kubectl"].as_int();
    let passed = i64::try_from(report.tally.passed.len()).ok();
    assert!(passed >= floor, "the floor is {floor:?}\n{shown}");
    println!("{}", report.tally);
}
