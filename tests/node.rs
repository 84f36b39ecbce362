//! The engine in wasm, under Node: no page, no browser.
#![cfg(target_arch = "wasm32")]

use js_sys::{Reflect, global};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn runs_without_a_page() {
    assert!(Reflect::has(&global(), &"process".into()).expect("an object has or lacks a property"));
    assert!(
        !Reflect::has(&global(), &"document".into()).expect("an object has or lacks a property")
    );
}
