//! The engine in wasm, in a browser's page.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(target_arch = "wasm32")]

mod story;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_story_is_told_the_same_in_a_page() {
    assert!(js_sys::Reflect::has(&js_sys::global(), &"document".into()).unwrap());
    assert_eq!(story::play(), story::TRACE);
}
