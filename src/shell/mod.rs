//! The reader's side: lines, pasted transcripts, the terminal and the programs it runs.

mod builtins;
pub mod inside;
pub mod parse;
mod terminal;
pub mod transcript;

pub use terminal::{Errand, Line, LineKind, Pending, Terminal};
