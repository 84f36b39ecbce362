//! How long a hundred pods take, as the page runs them: every world is kept, so that going back is exact.
//!
//! `cargo bench --bench pods`. `benches/wasm.mjs` runs the same in the engine that ships.
#![allow(
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "a bench reads the clock and says so"
)]

use std::time::Instant;

use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;

fn manifest(replicas: u32, policy: &str) -> String {
    include_str!("web.yaml")
        .replace("replicas: 100", &format!("replicas: {replicas}"))
        .replace("OrderedReady", policy)
}

fn main() {
    for (replicas, policy) in [
        (100, "OrderedReady"),
        (100, "Parallel"),
        (300, "OrderedReady"),
    ] {
        let manifest = manifest(replicas, policy);
        let mut best = u128::MAX;
        for _ in 0..3 {
            let begun = Instant::now();
            let mut session = Session::new(Config::default());
            session.load(&manifest);
            session.step(StepSize::Idle);
            best = best.min(begun.elapsed().as_millis());
        }
        println!("{replicas} pods, {policy}: {best} ms");
    }
}
