//! Server-side `Table`s: what `kubectl get` shows, one function per kind.
//!
//! Column names, order, priorities and formats are the server's; the client lays the cells out.
//! upstream: pkg/printers/internalversion/printers.go.
// differs: columns carry no descriptions; kubectl never prints them and they are long.

mod event;
mod network;
mod node;
mod pod;
mod storage;
mod workload;

use std::sync::Arc;

use crate::api::{Kind, Object};
use crate::config::{Config, Version};
use crate::object;
use crate::time::{Time, human};
use crate::value::{Text, Value};

pub use pod::{pod_ready, pod_status};

/// What each row carries of its object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Include {
    /// `includeObject=Metadata`, and the default: a `PartialObjectMetadata`.
    #[default]
    Metadata,
    /// `includeObject=Object`: the whole object.
    Object,
    /// `includeObject=None`: nothing.
    None,
}

/// One column of a kind's table.
struct Column {
    name: &'static str,
    /// Whether only `-o wide` shows it: priority 1.
    wide: bool,
    cell: Cell,
}

/// What stands in a column.
#[derive(Clone, Copy)]
enum Cell {
    /// The text at a path, and what stands there instead of none.
    Text(&'static str, &'static str),
    /// The age of the timestamp at a path.
    Age(&'static str),
    /// A text to be made.
    Made(fn(&Object, Printer) -> Text),
    /// The number at a path, of a column that says so.
    Integer(&'static str),
    /// A number.
    Number(fn(&Object) -> i64),
}

const fn column(name: &'static str, cell: Cell) -> Column {
    Column {
        name,
        wide: false,
        cell,
    }
}

const fn wide(name: &'static str, cell: Cell) -> Column {
    Column {
        name,
        wide: true,
        cell,
    }
}

const NAME: Column = column("Name", Cell::Text("metadata.name", ""));
const AGE: Column = column("Age", Cell::Age("metadata.creationTimestamp"));

/// The moment and the server a table is printed by.
#[derive(Clone, Copy)]
struct Printer {
    now: Time,
    version: Version,
}

/// The table of these objects, with column definitions and metadata-only rows; `metadata` is empty.
pub fn table_of<'a>(
    kind: Kind,
    objects: impl IntoIterator<Item = &'a Arc<Object>>,
    now: Time,
    config: &Config,
) -> Value {
    table(kind, objects, Include::Metadata, now, config)
}

/// [`table_of`], with a say in what the rows carry.
pub(super) fn table<'a>(
    kind: Kind,
    objects: impl IntoIterator<Item = &'a Arc<Object>>,
    include: Include,
    now: Time,
    config: &Config,
) -> Value {
    let printer = Printer {
        now,
        version: config.version,
    };
    let columns = columns(kind);
    let row = |object: &Arc<Object>| {
        let cells = columns.iter().map(|it| printer.cell(it.cell, object));
        let mut row = object! {"cells": cells.collect::<Value>()};
        match include {
            Include::Metadata => row["object"] = partial(object),
            Include::Object => row["object"] = object.value.clone(),
            Include::None => row["object"] = Value::Null,
        }
        row
    };
    object! {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": Value::object(),
        "columnDefinitions": columns.iter().map(definition).collect::<Value>(),
        "rows": objects.into_iter().map(row).collect::<Value>(),
    }
}

fn partial(object: &Object) -> Value {
    object! {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": object.meta(),
    }
}

/// The columns of a kind.
fn columns(kind: Kind) -> &'static [Column] {
    match kind {
        Kind::ConfigMap => &CONFIG_MAP,
        Kind::Endpoints => &network::ENDPOINTS,
        Kind::Event => &event::EVENT,
        Kind::LimitRange => &workload::LIMIT_RANGE,
        Kind::Secret => &workload::SECRET,
        Kind::DaemonSet => &workload::DAEMON_SET,
        Kind::Deployment => &workload::DEPLOYMENT,
        Kind::ReplicaSet => &workload::REPLICA_SET,
        Kind::HorizontalPodAutoscaler => &workload::AUTOSCALER,
        Kind::Lease => &workload::LEASE,
        Kind::Namespace => &NAMESPACE,
        Kind::Node => &node::NODE,
        Kind::PersistentVolumeClaim => &storage::CLAIM,
        Kind::PersistentVolume => &storage::VOLUME,
        Kind::StorageClass => &storage::CLASS,
        Kind::Pod => &pod::POD,
        Kind::ResourceQuota => &QUOTA,
        Kind::PodDisruptionBudget => &BUDGET,
        Kind::Service => &network::SERVICE,
        Kind::ServiceAccount => &SERVICE_ACCOUNT,
        Kind::ControllerRevision => &REVISION,
        Kind::StatefulSet => &STATEFUL_SET,
        Kind::EndpointSlice => &network::SLICE,
    }
}

fn definition(column: &Column) -> Value {
    object! {
        "name": column.name,
        "type": if matches!(column.cell, Cell::Integer(_)) { "integer" } else { "string" },
        "format": if column.name == "Name" { "name" } else { "" },
        "description": "",
        "priority": i32::from(column.wide),
    }
}

impl Printer {
    fn cell(self, cell: Cell, it: &Object) -> Value {
        match cell {
            Cell::Text(path, none) => match at(&it.value, path).text() {
                Some(text) if !text.is_empty() => text.into(),
                _ => none.into(),
            },
            Cell::Age(path) => self.since(at(&it.value, path)).into(),
            Cell::Made(make) => make(it, self).into(),
            Cell::Integer(path) => number(at(&it.value, path)).into(),
            Cell::Number(count) => count(it).into(),
        }
    }

    /// The age of a timestamp.
    fn since(self, timestamp: &Value) -> Text {
        match Time::parse(timestamp.as_str()) {
            Some(time) => human(self.now.since(time)).into(),
            None => "<unknown>".into(),
        }
    }
}

static CONFIG_MAP: [Column; 3] = [
    NAME,
    column(
        "Data",
        Cell::Number(|it| count(&it.value["data"]) + count(&it.value["binaryData"])),
    ),
    AGE,
];

static NAMESPACE: [Column; 3] = [NAME, column("Status", Cell::Text("status.phase", "")), AGE];

static SERVICE_ACCOUNT: [Column; 3] = [
    NAME,
    column("Secrets", Cell::Number(|it| count(&it.value["secrets"]))),
    AGE,
];

static QUOTA: [Column; 4] = [
    NAME,
    column("Request", Cell::Made(|it, _| quota(it, false))),
    column("Limit", Cell::Made(|it, _| quota(it, true))),
    AGE,
];

/// `pods: 2/5, …`
///
/// upstream: printResourceQuota.
fn quota(it: &Object, limits: bool) -> Text {
    let status = &it.value["status"];
    let mut text = Text::new();
    for (resource, hard) in status["hard"].members() {
        if resource.starts_with("limits") == limits {
            let comma = if text.is_empty() { "" } else { ", " };
            let used = status["used"][resource.as_str()].as_str();
            text.push_str(&crate::text!("{comma}{resource}: {used}/{}", hard.as_str()));
        }
    }
    text
}

/// upstream: printPodDisruptionBudget.
static BUDGET: [Column; 5] = [
    NAME,
    column(
        "Min Available",
        Cell::Made(|it, _| bound(it, "minAvailable")),
    ),
    column(
        "Max Unavailable",
        Cell::Made(|it, _| bound(it, "maxUnavailable")),
    ),
    column(
        "Allowed Disruptions",
        Cell::Number(|it| number(&it.value["status"]["disruptionsAllowed"])),
    ),
    AGE,
];

fn bound(it: &Object, name: &str) -> Text {
    match &it.value["spec"][name] {
        Value::Null => "N/A".into(),
        Value::String(text) => text.clone(),
        number => crate::text!("{number}"),
    }
}

static REVISION: [Column; 4] = [
    NAME,
    column("Controller", Cell::Made(owner)),
    column("Revision", Cell::Number(|it| number(&it.value["revision"]))),
    AGE,
];

static STATEFUL_SET: [Column; 5] = [
    NAME,
    column("Ready", Cell::Made(ready_replicas)),
    AGE,
    wide("Containers", Cell::Made(|it, _| of_containers(it, "name"))),
    wide("Images", Cell::Made(|it, _| of_containers(it, "image"))),
];

fn ready_replicas(it: &Object, _: Printer) -> Text {
    let ready = number(&it.value["status"]["readyReplicas"]);
    crate::text!("{ready}/{}", number(&it.value["spec"]["replicas"]))
}

fn of_containers(it: &Object, key: &str) -> Text {
    let containers = at(&it.value, "spec.template.spec.containers").items();
    join(&mut containers.iter().map(|it| it[key].as_str()))
}

/// `statefulset.apps/web`: the controller of an object.
fn owner(it: &Object, _: Printer) -> Text {
    let owner = it.controller();
    if owner.is_null() {
        return "<none>".into();
    }
    let mut text = Text::from(owner["kind"].as_str().to_ascii_lowercase());
    if let Some((group, _)) = owner["apiVersion"].as_str().split_once('/') {
        text.push('.');
        text.push_str(group);
    }
    text.push('/');
    text.push_str(owner["name"].as_str());
    text
}

/// What stands at a dotted path.
pub(super) fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, part| &value[part])
}

fn number(value: &Value) -> i64 {
    value.as_int().unwrap_or(0)
}

fn count(value: &Value) -> i64 {
    let count = match value.as_map() {
        Some(map) => map.len(),
        None => value.items().len(),
    };
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The first unless it is empty.
pub(super) fn or<'a>(first: &'a Value, second: &'a Value) -> &'a Value {
    if first.is_empty() { second } else { first }
}

fn none(text: &str) -> Text {
    if text.is_empty() { "<none>" } else { text }.into()
}

fn join(parts: &mut dyn Iterator<Item = &str>) -> Text {
    let mut text = Text::new();
    for (at, part) in parts.enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(part);
    }
    text
}

/// The first three, and how many more there are.
///
/// upstream: listWithMoreString.
fn first_three(list: &[Text], all: usize) -> Text {
    let text = join(&mut list.iter().take(3).map(Text::as_str));
    match all.checked_sub(3) {
        None | Some(0) => text,
        Some(more) => crate::text!("{text} + {more} more..."),
    }
}

/// Puts a text where it belongs in a sorted list.
fn put_sorted(list: &mut Vec<Text>, text: Text) {
    let at = list.partition_point(|it| *it <= text);
    list.insert(at, text);
}

#[cfg(test)]
mod tests;
