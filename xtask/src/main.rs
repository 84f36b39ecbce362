//! Build steps in Rust, so that a checkout needs no installed tool but cargo; `./x` calls them.
#![allow(
    clippy::print_stdout,
    reason = "a command line tool prints its results"
)]

mod budget;
mod order;
mod serve;

use std::env;
use std::ffi::OsString;
use std::path::Path;

use anyhow::{Result, bail};

const USAGE: &str =
    "usage: xtask bindgen ARGS…      what wasm-bindgen does, in the version of Cargo.lock
       xtask test-runner ARGS…  what wasm-bindgen-test-runner does, likewise
       xtask serve [--port N]   serve www on loopback; port 0 takes a free one
       xtask order WASM         name its functions so that like ones come together
       xtask budget             compare the gzip sizes of what is in www with their limits";

fn main() -> Result<()> {
    let mut args = env::args_os();
    let program = args.next().unwrap_or_default();
    let command = args.next().unwrap_or_default();
    // Both tools expect their own name first, as in any argument list.
    let tool_args = || [program].into_iter().chain(args.by_ref());
    match command.to_str() {
        Some("bindgen") => wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(tool_args()),
        Some("test-runner") => {
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(tool_args())
        }
        Some("serve") => serve::run(&root().join("www"), port(&args.collect::<Vec<_>>())?),
        Some("order") => match args.next() {
            Some(path) => order::run(Path::new(&path)),
            None => bail!("{USAGE}"),
        },
        Some("budget") => budget::run(&root().join("www"), &root().join("target/page.json")),
        _ => bail!("{USAGE}"),
    }
}

/// The repository: the folder above this crate.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the repository")
}

fn port(args: &[OsString]) -> Result<Option<u16>> {
    match args.iter().map(|it| it.to_str()).collect::<Vec<_>>()[..] {
        [] => Ok(None),
        [Some("--port"), Some(number)] => Ok(Some(number.parse()?)),
        _ => bail!("{USAGE}"),
    }
}
