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
    let own = Words::english().map(|(code, text)| (code.to_owned(), text));
    says_all(
        include_str!("../www/languages/engine/zh-CN.json"),
        &own.collect::<Vec<_>>(),
    );
    says_all(
        include_str!("../www/languages/doctor/zh-CN.json"),
        &doctor::english().collect::<Vec<_>>(),
    );
}

fn says_all(chinese: &str, english: &[(String, &str)]) {
    let chinese = Value::from_json(chinese).unwrap();
    for (code, english) in english {
        let chinese = chinese[code.as_str()].as_str();
        assert!(!chinese.is_empty(), "zh-CN lacks {code}");
        assert_eq!(places(chinese), places(english), "{code}");
    }
    assert_eq!(
        chinese.members().count(),
        english.len(),
        "zh-CN has codes that no rule has"
    );
}
