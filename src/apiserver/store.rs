//! Objects, the resource version counter and the watch log.

use std::sync::Arc;

use rpds::VectorSync;

use super::{Request, Status, Written};
use crate::api::{Object, Objects};
use crate::config::Config;
use crate::time::Time;

/// What a watch event says happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Kubernetes' own")]
pub enum Change {
    Added,
    Modified,
    Deleted,
}

/// One line of the watch log.
#[derive(Clone, Debug)]
pub struct LogEntry {
    /// The resource version the change made.
    pub resource_version: u64,
    /// When.
    pub time: Time,
    /// What happened.
    pub change: Change,
    /// The object after it (before it, if deleted; with the deletion's resource version).
    pub object: Arc<Object>,
    /// The object before it.
    pub before: Option<Arc<Object>>,
}

/// All that the API server keeps.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// Everything that exists.
    pub objects: Objects,
    /// Every change, in order; entry `i` made resource version `first_version + i`.
    pub log: VectorSync<LogEntry>,
}

impl Store {
    /// Carries out one write.
    pub(super) fn write(
        &mut self,
        _config: &Config,
        _now: Time,
        request: &Request,
    ) -> Result<Written, Status> {
        Err(Status::not_found(&request.key))
    }
}
