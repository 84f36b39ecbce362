//! GET: one object, a list, the opening of a watch.

use core::cmp::Ordering;
use std::sync::Arc;

use super::path::Target;
use super::selection::Selection;
use super::{Answer, Body, Call, HttpRequest, Reply, Status, Watch, bad_request, refusal, version};
use crate::api::Object;
use crate::apiserver::table::{self, Include};
use crate::object;
use crate::value::{Text, Value};

impl Call<'_> {
    pub(super) fn get(&mut self, target: &Target) -> Answer {
        let object = self.find(target)?;
        Ok(self.render(&object))
    }

    /// The object at an address.
    pub(super) fn find(&self, target: &Target) -> Result<Arc<Object>, Status> {
        let key = target.key();
        let found = self.store.objects.get(&key).map(Arc::clone);
        found.ok_or_else(|| Status::not_found(&key))
    }

    /// An object as the request wants it: JSON, or a Table of one row.
    pub(super) fn render(&self, object: &Arc<Object>) -> Reply {
        if !self.request.as_table {
            return Reply::Json(self.store.shown(object));
        }
        let include = include(self.request);
        let mut table = table::table(object.kind, [object], include, self.now, self.config);
        table["metadata"]["resourceVersion"] = object.meta()["resourceVersion"].clone();
        Reply::Json(table)
    }

    pub(super) fn list(&mut self, target: &Target) -> Answer {
        let selection = Selection::new(target, self.request)?;
        let page = Page::read(self.request, version(self.store))?;
        let oldest = self.store.log.first().map_or(0, |it| it.resource_version);
        if page.version < oldest {
            return Err(refusal(410, "Expired", TOKEN_TOO_OLD));
        }
        let (items, metadata) = page.cut(self.select(&selection), &selection);
        Ok(Reply::Json(self.listed(&selection, &items, metadata)))
    }

    /// The list document of these objects.
    pub(super) fn listed(
        &self,
        selection: &Selection,
        items: &[Arc<Object>],
        metadata: Value,
    ) -> Value {
        let kind = selection.kind();
        if self.request.as_table {
            let include = include(self.request);
            let mut table = table::table(kind, items, include, self.now, self.config);
            table["metadata"] = metadata;
            return table;
        }
        // Items of a typed list don't repeat their type.
        let untyped = |it: &Arc<Object>| {
            let mut value = self.store.shown(it);
            value.remove("apiVersion");
            value.remove("kind");
            value
        };
        object! {
            "kind": crate::text!("{kind}List"),
            "apiVersion": kind.api_version(),
            "metadata": metadata,
            "items": items.iter().map(untyped).collect::<Value>(),
        }
    }

    /// What a selection selects, in the order of storage keys.
    pub(super) fn select(&self, selection: &Selection) -> Vec<Arc<Object>> {
        let mut all: Vec<Arc<Object>> = Vec::new();
        for it in self.store.objects.list(selection.kind()) {
            if !selection.matches(it) {
                continue;
            }
            // Objects come by namespace and name; only a namespace can be out of its place.
            let in_place = all.last().is_none_or(|last| {
                last.namespace() == it.namespace() || storage_order(last, it).is_lt()
            });
            let at = if in_place {
                all.len()
            } else {
                all.partition_point(|other| storage_order(other, it).is_lt())
            };
            all.insert(at, Arc::clone(it));
        }
        all
    }

    pub(super) fn open_watch(&mut self, target: &Target) -> Answer {
        Selection::new(target, self.request)?;
        let opened = version(self.store);
        let asked = self.request.query("resourceVersion");
        let after: u64 = match asked {
            "" => 0,
            text => text.parse().map_err(|_| invalid_version(text))?,
        };
        let first = self.store.log.first().map_or(0, |it| it.resource_version);
        if after > 0 && after.saturating_add(1) < first {
            return Err(expired(after, first - 1));
        }
        let from_nothing = after == 0 || self.request.asks("sendInitialEvents");
        Ok(Reply::Other(Box::new(Body::Watch(Watch {
            request: self.request.clone(),
            after: if from_nothing { 0 } else { after },
            opened: from_nothing.then_some(opened),
            headers_told: false,
        }))))
    }
}

/// What the rows of a Table are to carry.
pub(super) fn include(request: &HttpRequest) -> Include {
    match request.query("includeObject") {
        "Object" => Include::Object,
        "None" => Include::None,
        _ => Include::Metadata,
    }
}

fn invalid_version(text: &str) -> Status {
    bad_request(crate::text!(
        "resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax"
    ))
}

/// upstream: watchCache.getAllEventsSinceLocked.
fn expired(asked: u64, oldest: u64) -> Status {
    refusal(
        410,
        "Expired",
        crate::text!("too old resource version: {asked} ({oldest})"),
    )
}

/// upstream: etcd3/errors.go, handleCompactedErrorForPaging. differs: it comes without a token for the rest.
const TOKEN_TOO_OLD: &str = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.";

/// `default/web-0`: how etcd's keys end, which is what lists are sorted by.
fn storage_key(it: &Object) -> Text {
    crate::text!("{}/{}", it.namespace(), it.name())
}

/// The slash after a namespace sorts after a dash: `a-b` comes before `a`.
fn storage_order(a: &Object, b: &Object) -> Ordering {
    storage_key(a).cmp(&storage_key(b))
}

/// The part of a list asked for.
struct Page {
    /// At most so many; 0 for all.
    limit: usize,
    /// The last key of the page before.
    after: Option<Text>,
    /// The resource version the list began at.
    version: u64,
}

impl Page {
    // differs: the pages of one list are not one moment; an object changed between two of them shows as it is now.
    fn read(request: &HttpRequest, version: u64) -> Result<Self, Status> {
        let limit = match request.query("limit") {
            "" => 0,
            text => text.parse().map_err(|_| {
                bad_request(crate::text!(
                    "limit: Invalid value: \"{text}\": strconv.ParseInt: parsing \"{text}\": invalid syntax"
                ))
            })?,
        };
        let token = request.query("continue");
        let split = |it: &str| {
            let (version, after) = it.split_once(':')?;
            Some((version.parse().ok()?, Text::from(after)))
        };
        let (version, after) = match split(token) {
            Some((version, after)) => (version, Some(after)),
            None if token.is_empty() => (version, None),
            None => {
                return Err(bad_request(
                    "continue key is not valid: encoded start key is not valid",
                ));
            }
        };
        Ok(Self {
            limit,
            after,
            version,
        })
    }

    /// The objects of this page, and the metadata of the list.
    fn cut(self, mut all: Vec<Arc<Object>>, selection: &Selection) -> (Vec<Arc<Object>>, Value) {
        if let Some(after) = &self.after {
            all.retain(|it| storage_key(it) > *after);
        }
        let mut metadata = object! {"resourceVersion": crate::text!("{}", self.version)};
        if self.limit > 0 && all.len() > self.limit {
            let remaining = all.len() - self.limit;
            all.truncate(self.limit);
            let last = all.last().map(|it| storage_key(it)).unwrap_or_default();
            metadata["continue"] = crate::text!("{}:{last}", self.version).into();
            if selection.is_unfiltered() {
                metadata["remainingItemCount"] = remaining.into();
            }
        }
        (all, metadata)
    }
}
