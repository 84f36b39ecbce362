//! Kubernetes StatefulSets and headless-Service DNS, simulated.

// Floor 0: knows nothing of Kubernetes.
pub mod chance;
pub mod time;
pub mod value;
// Floor 1: the nouns.
pub mod api;
// Floor 2: the vocabulary of acting.
pub mod apiserver;
pub mod config;
pub mod memory;
pub mod plan;
pub mod process;
pub mod schema;
pub mod why;
// Floor 3: pure deciders; siblings never import each other.
pub mod controllers;
pub mod dns;
pub mod kubelet;
pub mod programs;
pub mod scheduler;
// Floor 7: the borders.
#[cfg(feature = "cli")]
pub mod conformance;

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
