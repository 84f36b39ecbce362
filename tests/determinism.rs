//! Same inputs, seed and options: the same bytes. `tests/node.rs` and `tests/browser.rs` play the same story in wasm.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod story;

use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;
use statefulset_playground::value::Value;

#[test]
fn the_story_has_the_trace_that_was_read() {
    let trace = story::play();
    if trace != story::TRACE {
        let path = std::env::temp_dir().join("article.trace");
        std::fs::write(&path, &trace).unwrap();
        let differs = trace
            .lines()
            .zip(story::TRACE.lines())
            .find(|(ours, was)| ours != was);
        panic!("the trace changed (now in {}): {differs:?}", path.display());
    }
}

/// Every step can be gone to from anywhere, and is there what it was the first time.
#[test]
fn seeking_equals_having_been_there() {
    let mut session = Session::new(Config::default());
    session.load(include_str!("../www/examples/article.yaml"));
    let mut seen = vec![session.snapshot()];
    while session.step(StepSize::Change) {
        seen.push(session.snapshot());
    }
    let without_end = |text: &str| {
        let mut value = Value::from_json(text).unwrap();
        for name in ["end", "steps", "timeline"] {
            value.remove(name);
        }
        value.to_json()
    };
    let steps: Vec<usize> = (0..seen.len() - 1).rev().chain([7, 3, 12, 0, 5]).collect();
    for step in steps {
        session.seek(step);
        assert_eq!(
            without_end(&session.snapshot()),
            without_end(&seen[step]),
            "step {step}"
        );
    }
}

#[test]
fn another_seed_is_another_run_and_the_same_seed_the_same() {
    let run = |seed| {
        let mut session = Session::new(Config {
            seed,
            ..Config::default()
        });
        session.load(include_str!("../www/examples/article.yaml"));
        session.step(StepSize::Idle);
        session.snapshot()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}
