//! Columns of Deployments, ReplicaSets and DaemonSets, autoscalers, Secrets, LimitRanges and Leases.
//!
//! upstream: pkg/printers/internalversion/printers.go.

use super::{AGE, Cell, Column, NAME, column, count, number, of_containers, ready_replicas, wide};
use crate::api::Object;
use crate::api::meta::labels_text;
use crate::api::selector::Selector;
use crate::value::{Text, Value};

const CONTAINERS: Column = wide("Containers", Cell::Made(|it, _| of_containers(it, "name")));
const IMAGES: Column = wide("Images", Cell::Made(|it, _| of_containers(it, "image")));
const SELECTOR: Column = wide(
    "Selector",
    Cell::Made(|it, _| Selector::text_of(&it.value["spec"]["selector"])),
);

/// upstream: printDeployment.
pub(super) static DEPLOYMENT: [Column; 8] = [
    NAME,
    column("Ready", Cell::Made(ready_replicas)),
    column(
        "Up-to-date",
        Cell::Number(|it| number(&it.value["status"]["updatedReplicas"])),
    ),
    column(
        "Available",
        Cell::Number(|it| number(&it.value["status"]["availableReplicas"])),
    ),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
];

/// upstream: printReplicaSet.
pub(super) static REPLICA_SET: [Column; 8] = [
    NAME,
    column("Desired", Cell::Integer("spec.replicas")),
    column("Current", Cell::Integer("status.replicas")),
    column("Ready", Cell::Integer("status.readyReplicas")),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
];

/// upstream: printDaemonSet.
pub(super) static DAEMON_SET: [Column; 11] = [
    NAME,
    column("Desired", Cell::Integer("status.desiredNumberScheduled")),
    column("Current", Cell::Integer("status.currentNumberScheduled")),
    column("Ready", Cell::Integer("status.numberReady")),
    column("Up-to-date", Cell::Integer("status.updatedNumberScheduled")),
    column("Available", Cell::Integer("status.numberAvailable")),
    column(
        "Node Selector",
        Cell::Made(|it, _| labels_text(&it.value["spec"]["template"]["spec"]["nodeSelector"])),
    ),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
];

/// upstream: printHorizontalPodAutoscaler.
pub(super) static AUTOSCALER: [Column; 7] = [
    NAME,
    column(
        "Reference",
        Cell::Made(|it, _| {
            let target = &it.value["spec"]["scaleTargetRef"];
            crate::text!("{}/{}", target["kind"].as_str(), target["name"].as_str())
        }),
    ),
    column("Targets", Cell::Made(|it, _| targets(it))),
    column(
        "MinPods",
        Cell::Made(|it, _| match &it.value["spec"]["minReplicas"] {
            Value::Null => "<unset>".into(),
            least => crate::text!("{least}"),
        }),
    ),
    column(
        "MaxPods",
        Cell::Number(|it| number(&it.value["spec"]["maxReplicas"])),
    ),
    column(
        "Replicas",
        Cell::Number(|it| number(&it.value["status"]["currentReplicas"])),
    ),
    AGE,
];

/// differs: nothing is measured, so all current values are unknown.
/// upstream: formatHPAMetrics.
fn targets(it: &Object) -> Text {
    let metrics = it.value["spec"]["metrics"].items();
    let mut all: Vec<Text> = Vec::new();
    for metric in metrics.iter().take(2) {
        let of = match metric["type"].as_str() {
            "ContainerResource" => &metric["containerResource"],
            "External" => &metric["external"],
            "Object" => &metric["object"],
            "Pods" => &metric["pods"],
            _ => &metric["resource"],
        };
        let (name, target) = (of["name"].as_str(), &of["target"]);
        let colon = if name.is_empty() { "" } else { ": " };
        let wanted = match &target["averageUtilization"] {
            Value::Null if target["averageValue"].is_null() => target["value"].as_str().into(),
            Value::Null if name.is_empty() => {
                crate::text!("{} (avg)", target["averageValue"].as_str())
            }
            Value::Null => target["averageValue"].as_str().into(),
            percent => crate::text!("{percent}%"),
        };
        all.push(crate::text!("{name}{colon}<unknown>/{wanted}"));
    }
    let more = match metrics.len().saturating_sub(2) {
        0 => Text::new(),
        more => crate::text!(" + {more} more..."),
    };
    crate::text!("{}{more}", all.join(", "))
}

pub(super) static SECRET: [Column; 4] = [
    NAME,
    column("Type", Cell::Text("type", "")),
    column("Data", Cell::Number(|it| count(&it.value["data"]))),
    AGE,
];

pub(super) static LIMIT_RANGE: [Column; 2] = [
    NAME,
    column("Created At", Cell::Text("metadata.creationTimestamp", "")),
];

pub(super) static LEASE: [Column; 3] = [
    NAME,
    column("Holder", Cell::Text("spec.holderIdentity", "")),
    AGE,
];
