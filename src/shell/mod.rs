//! The reader's side: lines, pasted transcripts, the terminal and the programs it runs.

mod builtins;
pub mod complete;
mod expand;
pub mod inside;
mod lists;
pub mod parse;
pub mod syntax;
mod terminal;
pub mod transcript;
mod words;

pub use terminal::{Errand, Line, LineKind, Origin, Pending, Terminal, outputs};
