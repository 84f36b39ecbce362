//! The machine: the world, its queue, and the way through its time.

mod asked;
mod components;
mod fault;
mod informer;
mod input;
mod lives;
mod lookup;
mod outside;
mod queue;
mod recorder;
mod resolution;
mod seat;
mod timeline;
mod trace;
mod workqueue;
mod world;

pub use crate::memory::Outage;
pub use informer::Informers;
pub use input::Input;
pub use lives::{Life, Lived, Lives, Span, Tone};
pub use lookup::{Lookup, Work};
pub use resolution::Resolution;
pub use seat::Seat;
pub use timeline::{BRANCHES_MAX, Branch, Recorded, StepSize, Timeline};
pub use trace::{Entry, Mark, MarkKind, Seq, Trace, What, Wrote};
pub use workqueue::Waits;
pub use world::{Step, World};
