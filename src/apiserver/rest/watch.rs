//! The frames of an open watch.
//!
//! upstream: k8s.io/apiserver/pkg/storage/cacher, cacheWatcher.convertToWatchEvent.

use std::sync::Arc;

use super::path::{Route, route};
use super::read::include;
use super::selection::Selection;
use super::{Store, Watch};
use crate::api::Object;
use crate::apiserver::table;
use crate::apiserver::{Change, LogEntry};
use crate::config::Config;
use crate::object;
use crate::time::Time;
use crate::value::{Text, Value};

/// The `{type, object}` that is due next, past all log entries that don't concern the watch; moves the watch on.
///
/// An object that begins to match is ADDED, one that no longer matches is DELETED (as it was before, with the new
/// resource version).
pub fn next_frame(store: &Store, config: &Config, now: Time, watch: &mut Watch) -> Option<Value> {
    let selection = selection(watch)?;
    if let Some(opened) = watch.opened
        && let Some(frame) = next_initial(store, &selection, opened, config, now, watch)
    {
        return Some(frame);
    }
    let first = store.log.first()?.resource_version;
    let from = watch.after.saturating_add(1).saturating_sub(first);
    let mut at = usize::try_from(from).ok()?;
    while let Some(entry) = store.log.get(at) {
        watch.after = entry.resource_version;
        at += 1;
        if let Some((change, object)) = told(&selection, entry) {
            let frame = render(store, watch, (change, &object), config, now);
            watch.headers_told = true;
            return Some(frame);
        }
    }
    None
}

/// What existed when the watch opened, oldest change first, then the bookmark that ends it, if asked for.
///
/// An object changed since, before anyone read the watch, comes with that change alone.
fn next_initial(
    store: &Store,
    selection: &Selection,
    opened: u64,
    config: &Config,
    now: Time,
    watch: &mut Watch,
) -> Option<Value> {
    let next = store
        .objects
        .list(selection.kind())
        .filter(|it| it.resource_version() > watch.after)
        .filter(|it| it.resource_version() <= opened && selection.matches(it))
        .min_by_key(|it| it.resource_version());
    if let Some(object) = next {
        let frame = render(store, watch, (Change::Added, object), config, now);
        watch.after = object.resource_version();
        watch.headers_told = true;
        return Some(frame);
    }
    watch.after = opened;
    watch.opened = None;
    let wants_bookmark = watch.request.asks("sendInitialEvents")
        && watch.request.asks("allowWatchBookmarks")
        && !watch.request.as_table;
    wants_bookmark.then(|| {
        let kind = selection.kind();
        object! {
            "type": "BOOKMARK",
            "object": object! {
                "kind": kind.facts().kind,
                "apiVersion": kind.api_version(),
                "metadata": object! {
                    "resourceVersion": version_text(opened),
                    "annotations": object! {"k8s.io/initial-events-end": "true"},
                },
            },
        }
    })
}

fn selection(watch: &Watch) -> Option<Selection> {
    match route(&watch.request.path) {
        Route::Target(target) => Selection::new(&target, &watch.request).ok(),
        Route::Document | Route::NoResource => None,
    }
}

/// What a selection sees of a log entry.
fn told(selection: &Selection, entry: &LogEntry) -> Option<(Change, Arc<Object>)> {
    let object = || Arc::clone(&entry.object);
    let before = entry.before.as_ref();
    let matched = before.is_some_and(|it| selection.matches(it));
    match entry.change {
        Change::Deleted => {
            (matched || selection.matches(&entry.object)).then(|| (Change::Deleted, object()))
        }
        Change::Added | Change::Modified => match (matched, selection.matches(&entry.object)) {
            (false, false) => None,
            (false, true) => Some((Change::Added, object())),
            (true, true) => Some((Change::Modified, object())),
            (true, false) => {
                let mut last = before?.value.clone();
                last["metadata"]["resourceVersion"] = version_text(entry.resource_version).into();
                let last = Object::new(entry.object.kind, last);
                Some((Change::Deleted, Arc::new(last)))
            }
        },
    }
}

fn render(
    store: &Store,
    watch: &Watch,
    (change, it): (Change, &Arc<Object>),
    config: &Config,
    now: Time,
) -> Value {
    let object = if watch.request.as_table {
        let mut table = table::table(it.kind, [it], include(&watch.request), now, config);
        table["metadata"]["resourceVersion"] = it.meta()["resourceVersion"].clone();
        if watch.headers_told {
            table["columnDefinitions"] = Value::Null;
        }
        table
    } else {
        store.shown(it)
    };
    let change = match change {
        Change::Added => "ADDED",
        Change::Modified => "MODIFIED",
        Change::Deleted => "DELETED",
    };
    object! {"type": change, "object": object}
}

fn version_text(version: u64) -> Text {
    crate::text!("{version}")
}
