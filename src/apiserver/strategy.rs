//! What each kind's strategy does to an object before it is created or updated.
//!
//! upstream: pkg/registry/*/strategy.go, k8s.io/apiserver/pkg/registry/rest.

use super::service;
use crate::api::Kind;
use crate::api::meta::TEMPLATE_GENERATION;
use crate::api::quantity::Quantity;
use crate::config::Config;
use crate::object;
use crate::value::Value;

/// Whether objects of that kind count their spec's changes.
fn has_generation(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Pod
            | Kind::DaemonSet
            | Kind::Deployment
            | Kind::ReplicaSet
            | Kind::StatefulSet
            | Kind::EndpointSlice
            | Kind::PodDisruptionBudget
    )
}

/// Whether the kind keeps a status apart from its spec, written through a subresource of its own.
pub(super) fn has_status(kind: Kind) -> bool {
    match kind {
        Kind::Namespace
        | Kind::Node
        | Kind::PersistentVolume
        | Kind::PersistentVolumeClaim
        | Kind::Pod
        | Kind::ResourceQuota
        | Kind::PodDisruptionBudget
        | Kind::Service
        | Kind::DaemonSet
        | Kind::Deployment
        | Kind::ReplicaSet
        | Kind::HorizontalPodAutoscaler
        | Kind::StatefulSet => true,
        Kind::ConfigMap
        | Kind::Endpoints
        | Kind::Event
        | Kind::LimitRange
        | Kind::Secret
        | Kind::Lease
        | Kind::ServiceAccount
        | Kind::ControllerRevision
        | Kind::EndpointSlice
        | Kind::StorageClass => false,
    }
}

/// Brings a new object to the state a create starts from.
pub(super) fn prepare_create(config: &Config, kind: Kind, value: &mut Value) {
    if has_generation(kind) {
        value["metadata"]["generation"] = 1.into();
    } else {
        value["metadata"].remove("generation");
    }
    match kind {
        Kind::Pod => {
            // upstream: podStrategy; recorded: the template keeps what was given.
            let grace = &mut value["spec"]["terminationGracePeriodSeconds"];
            if grace.as_int().is_some_and(|it| it < 0) {
                *grace = 1.into();
            }
            let qos = qos_class(&value["spec"]);
            value["status"] = object! {"phase": "Pending", "qosClass": qos};
        }
        Kind::StatefulSet => {
            value["status"] = object! {"replicas": 0, "availableReplicas": 0};
            gate(config, value, &Value::Null);
        }
        Kind::ReplicaSet => value["status"] = object! {"replicas": 0},
        Kind::HorizontalPodAutoscaler => value["status"] = object! {"desiredReplicas": 0},
        Kind::DaemonSet => {
            value["metadata"]["annotations"][TEMPLATE_GENERATION] = "1".into();
            value["status"] = object! {
                "currentNumberScheduled": 0, "desiredNumberScheduled": 0, "numberMisscheduled": 0, "numberReady": 0,
            };
        }
        Kind::Service => {
            value["status"] = object! {"loadBalancer": Value::object()};
            service::normalise(value, &Value::Null);
        }
        Kind::PersistentVolumeClaim => value["status"] = object! {"phase": "Pending"},
        Kind::PersistentVolume => {
            let now = value["metadata"]["creationTimestamp"].clone();
            value["status"] = object! {"phase": "Pending", "lastPhaseTransitionTime": now};
        }
        Kind::Namespace => {
            value["status"] = object! {"phase": "Active"};
            let finalizers = value["spec"]["finalizers"].as_items_mut();
            if !finalizers.iter().any(|it| it.as_str() == "kubernetes") {
                finalizers.push("kubernetes".into());
            }
        }
        Kind::Node
        | Kind::ConfigMap
        | Kind::Endpoints
        | Kind::Event
        | Kind::ServiceAccount
        | Kind::ControllerRevision
        | Kind::EndpointSlice
        | Kind::LimitRange
        | Kind::Secret
        | Kind::Lease
        | Kind::StorageClass => {}
        Kind::Deployment | Kind::ResourceQuota => value["status"] = Value::object(),
        Kind::PodDisruptionBudget => {
            value["status"] = object! {
                "currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0,
            };
        }
    }
}

/// Brings an updated object back where the update may not reach.
pub(super) fn prepare_update(config: &Config, kind: Kind, value: &mut Value, old: &Value) {
    if has_status(kind) {
        value["status"] = old["status"].clone();
    }
    match kind {
        Kind::StatefulSet => gate(config, value, old),
        Kind::Namespace => value["spec"] = old["spec"].clone(),
        Kind::DaemonSet => {
            // upstream: daemonSetStrategy.PrepareForUpdate.
            let past = &old["metadata"]["annotations"][TEMPLATE_GENERATION];
            let mut generation: i64 = past.as_str().parse().unwrap_or(0);
            generation += i64::from(value["spec"]["template"] != old["spec"]["template"]);
            let text = crate::text!("{generation}");
            value["metadata"]["annotations"][TEMPLATE_GENERATION] = text.into();
        }
        Kind::Service => {
            service::keep_allocated(value, old);
            service::normalise(value, old);
        }
        Kind::Pod
        | Kind::PersistentVolumeClaim
        | Kind::Node
        | Kind::ConfigMap
        | Kind::Endpoints
        | Kind::Event
        | Kind::ServiceAccount
        | Kind::ControllerRevision
        | Kind::EndpointSlice
        | Kind::PersistentVolume
        | Kind::ResourceQuota
        | Kind::PodDisruptionBudget
        | Kind::LimitRange
        | Kind::Lease
        | Kind::Secret
        | Kind::Deployment
        | Kind::ReplicaSet
        | Kind::HorizontalPodAutoscaler
        | Kind::StorageClass => {}
    }
}

/// Whether the update makes a new generation.
///
/// upstream: the strategies' PrepareForUpdate; an EndpointSlice has no spec, all of it counts, and its labels.
pub(super) fn is_new_generation(kind: Kind, value: &Value, old: &Value) -> bool {
    if kind != Kind::EndpointSlice {
        return has_generation(kind) && value["spec"] != old["spec"];
    }
    value["metadata"]["labels"] != old["metadata"]["labels"]
        || ["endpoints", "ports", "addressType"]
            .iter()
            .any(|it| value[*it] != old[*it])
}

/// Drops what a gate that is off disables, unless the old object has it; defaults it where the gate is on.
///
/// upstream: dropStatefulSetDisabledFields, SetDefaults_StatefulSet, MaxUnavailableStatefulSet.
fn gate(config: &Config, value: &mut Value, old: &Value) {
    const GATED: &str = "maxUnavailable";
    let block = |it: &Value| it["spec"]["updateStrategy"]["rollingUpdate"].clone();
    let (rolling, before) = (block(value), block(old));
    let lacks = rolling[GATED].is_null();
    let rolling = &mut value["spec"]["updateStrategy"];
    if config.max_unavailable && lacks && rolling["type"].as_str() == "RollingUpdate" {
        rolling["rollingUpdate"][GATED] = 1.into();
    } else if !config.max_unavailable && !lacks && before[GATED].is_null() {
        rolling["rollingUpdate"].remove(GATED);
    }
}

/// upstream: qos.ComputePodQOS.
fn qos_class(spec: &Value) -> &'static str {
    let containers = || {
        ["containers", "initContainers"]
            .iter()
            .flat_map(|it| spec[*it].items())
    };
    let amount = |of: &Value, name: &str| Quantity::of(&of[name]).map_or(0, |it| it.nanos).max(0);
    let mut any = false;
    let mut guaranteed = true;
    for container in containers() {
        for name in ["cpu", "memory"] {
            let request = amount(&container["resources"]["requests"], name);
            let limit = amount(&container["resources"]["limits"], name);
            any |= request > 0 || limit > 0;
            guaranteed &= limit > 0 && request == limit;
        }
    }
    match (any, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}
