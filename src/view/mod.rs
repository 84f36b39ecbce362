//! Looking: what the page shows, as functions of the world and its trace. Nothing here changes anything.

mod diff;
pub mod dns;
mod drawing;
pub mod explain;
pub mod export;
pub mod faults;
mod lines;
pub mod log;
mod picture;
mod sets;
pub mod snapshot;
mod strip;
mod suggestions;
pub mod words;
