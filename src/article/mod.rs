//! Articles on disk: `check` runs what one tells its readers to type and compares what it prints, `prerender` puts a
//! drawing and a transcript into the elements of a page.
//!
//! Both read a text exactly as the page does, and run the same engine. Left out: links, pictures, anything that is not
//! a block of manifests or of commands.

mod check;
mod prerender;

pub use check::{Checked, check};
pub use prerender::prerender;
