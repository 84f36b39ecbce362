//! Server-side `Table`s: what `kubectl get` shows, one function per kind.
//!
//! Column names, order, priorities and formats are the server's; the client lays the cells out.
//! upstream: pkg/printers/internalversion/printers.go.
// differs: columns carry no descriptions; kubectl never prints them and they are long.

mod network;
mod pod;
mod storage;

use core::fmt::Write;
use std::sync::Arc;

use crate::api::meta::labels_text;
use crate::api::{Kind, Object};
use crate::config::{Config, Version};
use crate::time::{Time, human};
use crate::value::{Text, Value};
use crate::{array, object};

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
    let row = |object: &Arc<Object>| {
        let mut row = object! {"cells": printer.cells(object)};
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
        "columnDefinitions": columns(kind).split('|').map(definition).collect::<Value>(),
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

/// The columns of a kind; `+` marks those of priority 1, which only `-o wide` shows.
fn columns(kind: Kind) -> &'static str {
    match kind {
        Kind::ConfigMap => "Name|Data|Age",
        Kind::Endpoints => "Name|Endpoints|Age",
        Kind::Event => {
            "Last Seen|Type|Reason|Object|+Subobject|+Source|Message|+First Seen|+Count|+Name"
        }
        Kind::Namespace => "Name|Status|Age",
        Kind::Node => {
            "Name|Status|Roles|Age|Version|+Internal-IP|+External-IP|+OS-Image|+Kernel-Version|+Container-Runtime"
        }
        Kind::PersistentVolumeClaim => {
            "Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|+VolumeMode"
        }
        Kind::Pod => "Name|Ready|Status|Restarts|Age|+IP|+Node|+Nominated Node|+Readiness Gates",
        Kind::Service => "Name|Type|Cluster-IP|External-IP|Port(s)|Age|+Selector",
        Kind::ServiceAccount => "Name|Secrets|Age",
        Kind::ControllerRevision => "Name|Controller|Revision|Age",
        Kind::StatefulSet => "Name|Ready|Age|+Containers|+Images",
        Kind::EndpointSlice => "Name|AddressType|Ports|Endpoints|Age",
    }
}

fn definition(column: &str) -> Value {
    let (name, priority) = match column.strip_prefix('+') {
        Some(name) => (name, 1),
        None => (column, 0),
    };
    object! {
        "name": name,
        "type": "string",
        "format": if name == "Name" { "name" } else { "" },
        "description": "",
        "priority": priority,
    }
}

impl Printer {
    fn cells(self, it: &Object) -> Value {
        let name = &it.meta()["name"];
        let age = self.since(&it.meta()["creationTimestamp"]);
        match it.kind {
            Kind::ConfigMap => {
                let entries = count(&it.value["data"]) + count(&it.value["binaryData"]);
                array![name, entries, age]
            }
            Kind::Endpoints => array![name, network::endpoints(it), age],
            Kind::Event => self.event(it),
            Kind::Namespace => array![name, &it.value["status"]["phase"], age],
            Kind::Node => self.node(it, age),
            Kind::PersistentVolumeClaim => storage::claim(it, age),
            Kind::Pod => pod::cells(self, it, age),
            Kind::Service => network::service(it, age),
            Kind::ServiceAccount => array![name, it.value["secrets"].items().len(), age],
            Kind::ControllerRevision => {
                array![
                    name,
                    owner(it),
                    it.value["revision"].as_int().unwrap_or(0),
                    age
                ]
            }
            Kind::StatefulSet => statefulset(it, age),
            Kind::EndpointSlice => network::slice(it, age),
        }
    }

    /// The age of a timestamp.
    fn since(self, timestamp: &Value) -> Text {
        match Time::parse(timestamp.as_str()) {
            Some(time) => human(self.now.since(time)).into(),
            None => "<unknown>".into(),
        }
    }

    fn event(self, it: &Object) -> Value {
        let event = &it.value;
        let first = or(&event["firstTimestamp"], &event["eventTime"]);
        let (last, count) = if event["series"].is_null() {
            (or(&event["lastTimestamp"], first), &event["count"])
        } else {
            (
                &event["series"]["lastObservedTime"],
                &event["series"]["count"],
            )
        };
        let about = &event["involvedObject"];
        let mut target = about["kind"].as_str().to_lowercase();
        if !about["name"].is_empty() {
            target.push('/');
            target.push_str(about["name"].as_str());
        }
        let source = &event["source"];
        let component = or(&source["component"], &event["reportingComponent"]);
        let mut from = String::from(component.as_str());
        let instance = or(&source["host"], &event["reportingInstance"]);
        if !instance.is_empty() {
            from.push_str(", ");
            from.push_str(instance.as_str());
        }
        array![
            self.since(last),
            event["type"].as_str(),
            event["reason"].as_str(),
            target,
            about["fieldPath"].as_str(),
            from,
            event["message"].as_str().trim(),
            self.since(first),
            count.as_int().unwrap_or(0).max(1),
            it.name(),
        ]
    }

    fn node(self, it: &Object, age: Text) -> Value {
        let status = &it.value["status"];
        let ready = status["conditions"].item("type", "Ready");
        let mut text = String::from(match ready["status"].as_str() {
            "True" => "Ready",
            "" => "Unknown",
            _ => "NotReady",
        });
        if it.is_unschedulable() {
            text.push_str(",SchedulingDisabled");
        }
        let info = &status["nodeInfo"];
        let mut kernel = known(&info["kernelVersion"]);
        let architecture = info["architecture"].as_str();
        // What v1.22 prints ends before the architecture.
        if self.version > Version::V1_22 && !architecture.is_empty() && kernel != "<unknown>" {
            let _ = write!(kernel, " ({architecture})");
        }
        let address = |kind| none(status["addresses"].item("type", kind)["address"].as_str());
        array![
            it.name(),
            text,
            roles(it.labels()),
            age,
            info["kubeletVersion"].as_str(),
            address("InternalIP"),
            address("ExternalIP"),
            known(&info["osImage"]),
            kernel,
            known(&info["containerRuntimeVersion"]),
        ]
    }
}

fn statefulset(it: &Object, age: Text) -> Value {
    let spec = &it.value["spec"];
    let number = |it: &Value| it.as_int().unwrap_or(0);
    let ready = ecow::eco_format!(
        "{}/{}",
        number(&it.value["status"]["readyReplicas"]),
        number(&spec["replicas"])
    );
    let containers = spec["template"]["spec"]["containers"].items();
    let joined = |key: &str| join(containers.iter().map(|it| it[key].as_str()));
    array![it.name(), ready, age, joined("name"), joined("image")]
}

/// upstream: findNodeRoles.
fn roles(labels: &Value) -> Text {
    let role = |(key, value): (&Text, &Value)| {
        let named = key.strip_prefix("node-role.kubernetes.io/").map(Text::from);
        let old = || (key == "kubernetes.io/role").then(|| value.as_str().into());
        named.or_else(old).filter(|it| !it.is_empty())
    };
    let mut roles: Vec<Text> = labels.members().filter_map(role).collect();
    roles.sort();
    roles.dedup();
    none(&join(roles.iter().map(Text::as_str)))
}

/// `statefulset.apps/web`: the controller of an object.
fn owner(it: &Object) -> Text {
    let owner = it.controller();
    if owner.is_null() {
        return "<none>".into();
    }
    let mut text = Text::from(owner["kind"].as_str().to_lowercase());
    if let Some((group, _)) = owner["apiVersion"].as_str().split_once('/') {
        text.push('.');
        text.push_str(group);
    }
    text.push('/');
    text.push_str(owner["name"].as_str());
    text
}

fn count(map: &Value) -> usize {
    map.as_map().map_or(0, crate::value::Map::len)
}

fn or<'a>(first: &'a Value, second: &'a Value) -> &'a Value {
    if first.is_empty() { second } else { first }
}

fn known(text: &Value) -> Text {
    match text.as_str() {
        "" => "<unknown>".into(),
        it => it.into(),
    }
}

fn none(text: &str) -> Text {
    if text.is_empty() { "<none>" } else { text }.into()
}

fn join<'a>(parts: impl IntoIterator<Item = &'a str>) -> Text {
    let mut text = Text::new();
    for (at, part) in parts.into_iter().enumerate() {
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
    let mut text = join(list.iter().take(3).map(Text::as_str));
    if all > 3 {
        let _ = write!(text, " + {} more...", all - 3);
    }
    text
}

#[cfg(test)]
mod tests;
