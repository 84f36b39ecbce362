//! The engine in wasm, in a browser's page.
#![cfg(target_arch = "wasm32")]

use js_sys::{Reflect, global};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn runs_in_a_page() {
    assert!(
        Reflect::has(&global(), &"document".into()).expect("an object has or lacks a property")
    );
}
