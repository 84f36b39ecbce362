//! Objects, the resource version counter and the watch log.

use std::sync::{Arc, OnceLock};

use super::managed::By;
use crate::api::{Object, Objects};
use crate::persistent::List;
use crate::time::Time;
use crate::value::Value;

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
    /// Who changed it.
    pub by: By,
    /// The object's managers then, once somebody asked.
    pub managed: OnceLock<Value>,
}

/// All that the API server keeps.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// Everything that exists.
    pub objects: Objects,
    /// Every change, in order; entry `i` made resource version `first_version + i`.
    pub log: List<LogEntry>,
}

/// What the first write makes: such that the namespace `default` is made at 1000, because names and draws of links
/// that people have hang on the versions that follow.
const FIRST_VERSION: u64 = 999;

impl Store {
    /// The resource version the next write makes.
    pub fn next_version(&self) -> u64 {
        self.log
            .last()
            .map_or(FIRST_VERSION, |it| it.resource_version + 1)
    }

    /// Writes an object, new or in place of `before`.
    pub(super) fn put(
        &mut self,
        now: Time,
        mut object: Object,
        before: Option<Arc<Object>>,
        by: By,
    ) -> Arc<Object> {
        let change = match before {
            Some(_) => Change::Modified,
            None => Change::Added,
        };
        stamp(&mut object.value, self.next_version());
        let object = Arc::new(object);
        self.objects.insert(Arc::clone(&object));
        self.log(now, change, &object, before, by);
        object
    }

    /// Takes an object away; gives it back as it stood last, with the deletion's resource version.
    pub(super) fn take(&mut self, now: Time, before: &Arc<Object>) -> Arc<Object> {
        self.objects.remove(&before.key());
        let mut last = Object::clone(before);
        stamp(&mut last.value, self.next_version());
        let last = Arc::new(last);
        let before = Some(Arc::clone(before));
        self.log(now, Change::Deleted, &last, before, By::Server);
        last
    }

    fn log(
        &mut self,
        time: Time,
        change: Change,
        object: &Arc<Object>,
        before: Option<Arc<Object>>,
        by: By,
    ) {
        self.log.push(LogEntry {
            resource_version: self.next_version(),
            time,
            change,
            object: Arc::clone(object),
            before,
            by,
            managed: OnceLock::new(),
        });
    }
}

fn stamp(value: &mut Value, version: u64) {
    value["metadata"]["resourceVersion"] = crate::text!("{version}").into();
}
