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

/// How long it takes to run as many commands as come between two turns of the world: a shell starts about a thousand a
/// second.
const TURN_TIME: crate::time::Duration = crate::time::Duration { ms: 1000 };
