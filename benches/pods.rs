//! How long pods take, as the page runs them: every world is kept, so that going back is exact.
//!
//! `cargo bench --bench pods [-- REPLICAS…]`. `benches/wasm.mjs` runs the same in the engine that ships.
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

/// The seconds from the text to the moment when all is Ready and nothing moves.
fn run(replicas: u32, policy: &str) -> f64 {
    let manifest = manifest(replicas, policy);
    let begun = Instant::now();
    let nodes = (replicas / 100).max(3);
    let mut session = Session::new(Config {
        nodes,
        ..Config::default()
    });
    session.load(&manifest);
    while session.step(StepSize::Idle) && !session.timeline().world().is_settled() {}
    assert!(session.timeline().world().is_settled());
    begun.elapsed().as_secs_f64()
}

fn main() {
    let mut sizes: Vec<u32> = std::env::args().filter_map(|it| it.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![100, 300, 1000];
    }
    for policy in ["OrderedReady", "Parallel"] {
        let mut before: Option<(f64, f64)> = None;
        for replicas in &sizes {
            let runs = if *replicas < 1000 { 3 } else { 1 };
            let best = (0..runs)
                .map(|_| run(*replicas, policy))
                .fold(f64::MAX, f64::min);
            let size = f64::from(*replicas);
            let growth = before.map_or(String::new(), |(old, took)| {
                format!(
                    ", growth exponent {:.2}",
                    (best / took).ln() / (size / old).ln()
                )
            });
            println!("{replicas} pods, {policy}: {:.0} ms{growth}", best * 1e3);
            before = Some((size, best));
        }
    }
}
