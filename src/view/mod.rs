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

use crate::value::Text;

/// How kubectl is told of a namespace: ` -n NAMESPACE`, where it is not the default one.
pub fn namespace_flag(namespace: &str) -> Text {
    match namespace {
        "" | "default" => Text::new(),
        other => crate::text!(" -n {other}"),
    }
}
