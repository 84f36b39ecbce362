//! The engine in wasm, under Node: no page, no browser.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(target_arch = "wasm32")]

mod story;

use statefulset_playground::wasm::Cluster;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_story_is_told_the_same_in_node() {
    assert_eq!(story::play(), story::TRACE);
}

#[wasm_bindgen_test]
fn a_cluster_is_made_with_and_without_options() {
    assert!(Cluster::new(None).is_ok());
    let options = js_sys::JSON::parse(r#"{"seed": 3, "kubernetes": "v1.22", "nodes": 2}"#).unwrap();
    let cluster = Cluster::new(Some(options.into())).ok().unwrap();
    assert!(cluster.snapshot().contains(r#""kubernetes":"v1.22""#));
    let wrong = js_sys::JSON::parse(r#"{"sede": 3}"#).unwrap();
    assert!(
        Cluster::new(Some(wrong.into())).is_err(),
        "an unknown option is refused"
    );
}
