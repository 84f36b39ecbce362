//! The one door for writes, and the store behind it.
//!
//! Everybody knocks on [`handle`]: the reader's kubectl (through [`rest`]), the controllers, the scheduler and the
//! kubelets. It decodes strictly, defaults, validates, admits, checks the resource version, bumps the generation,
//! writes, and appends to the watch log.

mod admission;
mod apply;
mod decode;
mod defaults;
mod delete;
mod limits;
mod managed;
pub(crate) mod patch;
mod places;
mod podsecurity;
mod quota;
pub mod rest;
mod seed;
mod service;
mod status;
mod store;
mod strategy;
pub mod table;
mod validate;
mod write;

pub use managed::By;
pub use status::Status;
pub use store::{Change, LogEntry, Store};
pub(crate) use validate::label_value;

use std::sync::Arc;

use crate::api::{Key, Object};
use crate::config::Config;
use crate::time::Time;
use crate::value::{Text, Value};

/// A write, as the door takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Which object; an empty name with `metadata.generateName` in a created body asks for a generated one.
    pub key: Key,
    /// What to do with it.
    pub verb: Verb,
    /// How.
    pub options: WriteOptions,
}

/// What a write does.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// POST the object.
    Create(Value),
    /// PUT the object; status is ignored.
    Update(Value),
    /// PUT the object's status; spec is ignored.
    UpdateStatus(Value),
    /// PATCH the object.
    Patch(Patch, Value),
    /// PATCH the object's status.
    PatchStatus(Patch, Value),
    /// POST a binding: the scheduler's choice of node.
    Bind(Text),
    /// DELETE the object.
    Delete(DeleteOptions),
}

/// How a patch body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patch {
    /// `application/merge-patch+json`: null deletes, lists are replaced.
    Merge,
    /// `application/strategic-merge-patch+json`: lists of objects are merged by the schema's key.
    Strategic,
    /// `application/json-patch+json`: a list of operations.
    Json,
    /// `application/apply-patch+yaml`: what its manager wants; another's fields only where told to take them.
    Apply {
        /// Whether to take what others manage.
        force: bool,
    },
}

/// Options of any write.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteOptions {
    /// Do everything but write.
    pub dry_run: bool,
    /// What to do with unknown and duplicate fields.
    pub field_validation: FieldValidation,
    /// The subresource a write of the spec came through: `scale`.
    pub subresource: &'static str,
    /// The object of that UID must stand and not be going: the live look that a controller takes before it adopts.
    pub if_stands: Option<(Key, Text)>,
}

/// What to do with fields the schema doesn't know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    /// Drop them in silence: what controllers and kubelets need.
    #[default]
    Ignore,
    /// Drop them and warn.
    Warn,
    /// Refuse the write: kubectl's own default.
    Strict,
}

/// Options of a deletion.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteOptions {
    /// Seconds of grace; the object's own where not given.
    pub grace_s: Option<i64>,
    /// Delete only the object with this UID.
    pub uid: Option<Text>,
    /// What happens to what the object owns; not said, as its finalizers say, else in the background.
    pub propagation: Option<Propagation>,
}

/// The finalizer of an object that goes after all it owns.
pub const FOREGROUND: &str = "foregroundDeletion";
/// The finalizer of an object that leaves what it owns behind.
pub const ORPHAN: &str = "orphan";

/// What happens to what a deleted object owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Kubernetes' own")]
pub enum Propagation {
    Background,
    Foreground,
    Orphan,
}

/// What a successful write gives back.
#[derive(Clone, Debug)]
pub struct Written {
    /// The object as it stands now, or as it stood last if it is gone.
    pub object: Arc<Object>,
    /// Whether the store changed; a write that changes nothing makes no resource version and no watch event.
    pub changed: bool,
    /// Whether the object is gone from the store.
    pub gone: bool,
    /// `Warning` headers.
    pub warnings: Vec<Text>,
}

/// The one door for writes; `manager` is who knocks, as `managedFields` names it.
///
/// # Errors
/// The API server's own `Status`.
pub fn handle(
    store: &mut Store,
    config: &Config,
    now: Time,
    request: &Request,
    manager: &str,
) -> Result<Written, Status> {
    let answer = write::run(store, config, now, request, manager);
    if matches!(request.verb, Verb::Delete(_)) {
        seed::refill_namespace(store, config, now, &request.key);
    }
    answer
}

/// A value this code wrote itself, as JSON: far smaller than code that builds it.
fn constant(json: &str) -> Value {
    Value::from_json(json).expect("a constant is valid JSON")
}

#[cfg(test)]
mod tests;
