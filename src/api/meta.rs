//! What every object has: metadata, owners, labels.

use std::sync::OnceLock;

use super::pod::Phase;
use super::{Key, Kind, Object, pod};
use crate::time::Time;
use crate::value::{Text, Value};
use crate::{array, object};

/// How often a DaemonSet's template has changed: an older field, kept as an annotation.
pub const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// What deciders ask of objects all the time.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "answers to as many questions"
)]
pub(super) struct Seen {
    pub namespace: Text,
    pub name: Text,
    pub uid: Text,
    pub labels: Value,
    pub controller_uid: Text,
    pub is_terminating: bool,
    pub node_name: Text,
    pub pod_ip: Text,
    pub phase: Phase,
    pub is_ready: bool,
    pub ready_since: Text,
    pub revision: Text,
    /// Whether the label with the pod's name is right.
    pub is_named: bool,
    pub has_affinity: bool,
    /// How long the name is before its last dash, and the number behind that.
    pub ordinal: Option<(usize, i64)>,
    /// The pod as an Endpoints object lists it.
    pub address: OnceLock<Value>,
}

impl Object {
    /// An object from its value.
    pub fn new(kind: Kind, value: Value) -> Self {
        Self {
            kind,
            value,
            seen: OnceLock::new(),
        }
    }

    pub(super) fn seen(&self) -> &Seen {
        self.seen.get_or_init(|| {
            let (meta, spec, status) = (self.meta(), &self.value["spec"], &self.value["status"]);
            let text = |it: &Value| it.text().cloned().unwrap_or_default();
            let ready = status["conditions"].item("type", "Ready");
            Box::new(Seen {
                namespace: text(&meta["namespace"]),
                name: text(&meta["name"]),
                uid: text(&meta["uid"]),
                labels: meta["labels"].clone(),
                controller_uid: text(&self.controller()["uid"]),
                is_terminating: !meta["deletionTimestamp"].is_null(),
                node_name: text(&spec["nodeName"]),
                pod_ip: text(&status["podIP"]),
                phase: Phase::of(status["phase"].as_str()),
                is_ready: ready["status"].as_str() == "True",
                ready_since: text(&ready["lastTransitionTime"]),
                revision: text(&meta["labels"]["controller-revision-hash"]),
                is_named: meta["labels"]["statefulset.kubernetes.io/pod-name"] == meta["name"],
                has_affinity: !spec["affinity"].is_null(),
                ordinal: pod::ordinal(meta["name"].as_str()),
                address: OnceLock::new(),
            })
        })
    }

    /// Kind, namespace and name.
    pub fn key(&self) -> Key {
        let seen = self.seen();
        Key {
            kind: self.kind,
            namespace: seen.namespace.clone(),
            name: seen.name.clone(),
        }
    }

    /// `metadata`.
    pub fn meta(&self) -> &Value {
        &self.value["metadata"]
    }

    /// `metadata.name`.
    pub fn name(&self) -> &str {
        &self.seen().name
    }

    /// `metadata.namespace`, empty for cluster-wide kinds.
    pub fn namespace(&self) -> &str {
        &self.seen().namespace
    }

    /// `metadata.uid`.
    pub fn uid(&self) -> &str {
        &self.seen().uid
    }

    /// `metadata.resourceVersion` as a number: one cluster-wide counter, as etcd has.
    pub fn resource_version(&self) -> u64 {
        self.meta()["resourceVersion"]
            .as_str()
            .parse()
            .unwrap_or_default()
    }

    /// `metadata.generation`.
    pub fn generation(&self) -> i64 {
        self.meta()["generation"].as_int().unwrap_or_default()
    }

    /// `metadata.labels`.
    pub fn labels(&self) -> &Value {
        &self.seen().labels
    }

    /// `metadata.creationTimestamp`.
    pub fn created(&self) -> Time {
        Time::parse(self.meta()["creationTimestamp"].as_str()).unwrap_or_default()
    }

    /// Whether deletion was asked for: `metadata.deletionTimestamp` is set.
    pub fn is_terminating(&self) -> bool {
        self.seen().is_terminating
    }

    /// The owner reference whose `controller` is true; null when there is none.
    pub fn controller(&self) -> &Value {
        static NONE: Value = Value::Null;
        self.meta()["ownerReferences"]
            .items()
            .iter()
            .find(|it| it["controller"].is_true())
            .unwrap_or(&NONE)
    }

    /// The UID of the object that is the controller of this one, empty without.
    pub fn controller_uid(&self) -> &Text {
        &self.seen().controller_uid
    }

    /// Whether that object is the controller of this one.
    pub fn is_controlled_by(&self, owner: &Object) -> bool {
        self.seen().controller_uid == owner.seen().uid
    }

    /// The reference by which a controller owns what it makes.
    ///
    /// upstream: metav1.NewControllerRef.
    pub fn as_controller_reference(&self) -> Value {
        object! {
            "apiVersion": self.kind.api_version(),
            "kind": self.kind.facts().kind,
            "name": &self.seen().name,
            "uid": &self.seen().uid,
            "controller": true,
            "blockOwnerDeletion": true,
        }
    }

    /// The reference by which events name this object.
    pub fn as_involved_object(&self) -> Value {
        let mut reference = object! {
            "kind": self.kind.facts().kind,
            "name": &self.seen().name,
            "uid": &self.seen().uid,
            "apiVersion": self.kind.api_version(),
            "resourceVersion": &self.meta()["resourceVersion"],
        };
        if self.kind.facts().namespaced {
            reference["namespace"] = self.namespace().into();
        }
        reference
    }
}

/// A new object's value: type, name, namespace and nothing else.
pub fn new_value(key: &Key) -> Value {
    let mut value = object! {
        "apiVersion": key.kind.api_version(),
        "kind": key.kind.facts().kind,
        "metadata": object! { "name": &key.name },
    };
    if !key.namespace.is_empty() {
        value["metadata"]["namespace"] = (&key.namespace).into();
    }
    value
}

/// A list of one owner.
pub fn owned_by(owner: &Object) -> Value {
    array![owner.as_controller_reference()]
}

/// `k=v` pairs sorted by key and joined by commas; `<none>` when there is none.
pub fn labels_text(labels: &Value) -> Text {
    let pairs: Vec<String> = labels
        .members()
        .map(|(key, value)| format!("{key}={}", value.as_str()))
        .collect();
    if pairs.is_empty() {
        "<none>".into()
    } else {
        pairs.join(",").into()
    }
}
