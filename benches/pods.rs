//! How long pods take, and how much memory, as the page runs them: the past is kept, so that going back is exact.
//!
//! `cargo bench --bench pods [-- REPLICAS…]`. `benches/wasm.mjs` runs the same in the engine that ships.
#![allow(
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "a bench reads the clock and says so"
)]

use std::alloc::System;
use std::time::Instant;

use cap::Cap;
use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::sim::{StepSize, World};

/// Counts what is allocated.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

fn manifest(replicas: u32, policy: &str) -> String {
    include_str!("web.yaml")
        .replace("replicas: 100", &format!("replicas: {replicas}"))
        .replace("OrderedReady", policy)
}

/// What one run took.
struct Cost {
    /// From the text to the moment when all is Ready and nothing moves.
    seconds: f64,
    /// Bytes of the objects, caches and memories at rest.
    rest: usize,
    /// Bytes of the watch log, the trace and the pods' lives beside them.
    log: usize,
    /// Bytes of the worlds kept to go back to, and what else a session holds.
    kept: usize,
}

fn run(replicas: u32, policy: &str) -> Cost {
    let manifest = manifest(replicas, policy);
    let before = MEMORY.allocated();
    let begun = Instant::now();
    let mut session = Session::new(Config {
        nodes: (replicas / 100).max(3),
        replicas_max: i64::from(replicas),
        ..Config::default()
    });
    session.load(&manifest);
    while session.step(StepSize::Idle) && !session.timeline().world().is_settled() {}
    assert!(session.timeline().world().is_settled());
    let seconds = begun.elapsed().as_secs_f64();
    let all = MEMORY.allocated();
    let mut world = session.timeline().world().clone();
    drop(session);
    let one = MEMORY.allocated();
    forget_past(&mut world);
    let rest = MEMORY.allocated();
    drop(world);
    Cost {
        seconds,
        rest: rest - before,
        log: one - rest,
        kept: all - one,
    }
}

fn forget_past(world: &mut World) {
    drop(core::mem::take(&mut world.store.log));
    drop(core::mem::take(&mut world.trace));
    drop(core::mem::take(&mut world.lives));
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
            let mut best = run(*replicas, policy);
            for _ in 1..runs {
                best.seconds = best.seconds.min(run(*replicas, policy).seconds);
            }
            let (size, took) = (f64::from(*replicas), best.seconds);
            let growth = before.map_or(String::new(), |(old, took_before)| {
                let exponent = (took / took_before).ln() / (size / old).ln();
                format!(", growth exponent {exponent:.2}")
            });
            let [rest, log, kept] =
                [best.rest, best.log, best.kept].map(|it| it / 100 / *replicas as usize);
            let kb = |it: usize| format!("{}.{} kB", it / 10, it % 10);
            println!(
                "{replicas} pods, {policy}: {:.0} ms{growth}; a pod: {} at rest, {} of log, {} of kept worlds",
                took * 1e3,
                kb(rest),
                kb(log),
                kb(kept)
            );
            before = Some((size, took));
        }
    }
}
