//! Kubernetes StatefulSets and headless-Service DNS, simulated: the map, floor by floor.
//!
#![doc = include_str!("../ARCHITECTURE.md")]

// Floor 0: knows nothing of Kubernetes.
pub mod chance;
pub mod persistent;
pub mod sort;
pub mod time;
pub mod value;
pub mod yaml;
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
// Floor 3: pure deciders and clients; siblings never import each other.
pub mod controllers;
pub mod dns;
pub mod kubectl;
pub mod kubelet;
pub mod scheduler;
// Floor 4: what runs in containers.
pub mod programs;
// Floor 5: the reader's side.
pub mod shell;
// Floor 6: the machine.
pub mod sim;
// Floor 7: looking, and a reader's text with its simulation.
pub mod doctor;
pub mod session;
pub mod view;
// Floor 8: the borders.
#[cfg(feature = "cli")]
pub mod article;
#[cfg(feature = "cli")]
pub mod bridge;
#[cfg(feature = "cli")]
pub mod conformance;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The examples of docs/api.md that are in Rust.
#[cfg(doctest)]
#[doc = include_str!("../docs/api.md")]
struct ApiExamples;
