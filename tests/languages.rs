//! Every sentence of the engine exists in every language, with the same facts in it.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

use statefulset_playground::doctor;
use statefulset_playground::value::Value;
use statefulset_playground::view::words::Words;

fn places(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text
        .split('{')
        .skip(1)
        .filter_map(|it| it.split_once('}'))
        .map(|(it, _)| it)
        .collect();
    found.sort_unstable();
    found
}

#[test]
fn chinese_says_all_that_english_says() {
    let why = Value::from_json(include_str!("../www/languages/engine/zh-CN.json")).unwrap();
    let own = Words::english().map(|(code, text)| (code.to_owned(), text));
    let all: Vec<(String, &str)> = own.chain(doctor::english()).collect();
    for (code, english) in &all {
        let chinese = why[code.as_str()].as_str();
        assert!(!chinese.is_empty(), "zh-CN lacks {code}");
        assert_eq!(places(chinese), places(english), "{code}");
    }
    assert_eq!(
        why.members().count(),
        all.len(),
        "zh-CN has codes that no rule has"
    );
}
