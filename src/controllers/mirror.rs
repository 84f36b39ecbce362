//! The EndpointSlice mirroring controller: slices for Endpoints that were written by hand, so that DNS sees them.
//!
//! Left out: the limit of 1000 addresses a subset.
//! upstream: pkg/controller/endpointslicemirroring/{endpointslicemirroring_controller,reconciler,utils}.go.

use std::sync::Arc;

use crate::api::endpointslice::SERVICE_NAME_LABEL;
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::{DeleteOptions, Verb};
use crate::plan::{Actor, Component, Ctx, Decision, Plan};
use crate::value::{Text, Value};
use crate::why::Why;
use crate::{array, object};

/// The mirroring controller.
pub const COMPONENT: Component = Component {
    actor: Actor::EndpointSliceMirroringController,
    wakes,
    reconcile,
};

const MANAGED_BY_LABEL: &str = "endpointslice.kubernetes.io/managed-by";
const MANAGED_BY: &str = "endpointslicemirroring-controller.k8s.io";
/// Annotations that are not copied.
const OWN: [&str; 2] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "endpoints.kubernetes.io/last-change-trigger-time",
];

/// upstream: onServiceAdd, onEndpointsAdd, onEndpointSliceAdd and their like.
fn wakes(objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(object) = after.or(before) else {
        return Vec::new();
    };
    let lacks_selector = |it: &Object| it.value["spec"]["selector"].is_null();
    let name = match object.kind {
        Kind::Service if [before, after].into_iter().flatten().any(lacks_selector) => object.name(),
        Kind::Endpoints if has_free_service(objects, object) => object.name(),
        Kind::EndpointSlice if is_mirror(object) => object.slice_service(),
        _ => return Vec::new(),
    };
    vec![Key::new(Kind::Endpoints, object.namespace(), name)]
}

/// Whether the Service of these Endpoints is there and selects no pods.
fn has_free_service(objects: &Objects, endpoints: &Object) -> bool {
    let key = Key::new(Kind::Service, endpoints.namespace(), endpoints.name());
    let service = objects.get(&key);
    service.is_some_and(|it| it.value["spec"]["selector"].is_null())
}

fn is_mirror(slice: &Object) -> bool {
    slice.labels()[MANAGED_BY_LABEL].as_str() == MANAGED_BY
}

/// upstream: syncEndpoints, reconcile.
fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let mut plan = Plan::default();
    let slices = ctx.objects.list_in(Kind::EndpointSlice, &key.namespace);
    let is_own = |it: &&Arc<Object>| it.slice_service() == key.name && is_mirror(it);
    let mut slices: Vec<&Arc<Object>> = slices.filter(is_own).collect();
    let endpoints = ctx.objects.get(key).filter(|it| should_mirror(ctx, it));
    let wanted = endpoints.map(|it| wanted(it)).unwrap_or_default();
    for value in wanted {
        let same = |it: &&Arc<Object>| {
            ["ports", "addressType"]
                .iter()
                .all(|name| it.value[*name] == value[*name])
        };
        let why = Why::EndpointsMirrored {
            endpoints: key.name.clone(),
        };
        let Some(at) = slices.iter().position(same) else {
            let new = Key::new(Kind::EndpointSlice, &key.namespace, "");
            plan.decisions
                .push(Decision::send(new, Verb::Create(value), why));
            continue;
        };
        let slice = slices.remove(at);
        let mut changed = slice.value.clone();
        changed["endpoints"] = value["endpoints"].clone();
        for name in ["labels", "annotations"] {
            if value["metadata"][name] != changed["metadata"][name] {
                changed["metadata"][name] = value["metadata"][name].clone();
            }
        }
        if changed != slice.value {
            plan.decisions
                .push(Decision::send(slice.key(), Verb::Update(changed), why));
        }
    }
    for slice in slices {
        let why = Why::MirrorGone {
            slice: slice.name().into(),
            endpoints: key.name.clone(),
        };
        let verb = Verb::Delete(DeleteOptions::default());
        plan.decisions.push(Decision::send(slice.key(), verb, why));
    }
    plan
}

/// Whether these Endpoints are of a Service without a selector, and not somebody's lock.
///
/// upstream: shouldMirror, syncEndpoints.
fn should_mirror(ctx: &Ctx<'_>, endpoints: &Object) -> bool {
    let is_skipped =
        endpoints.labels()["endpointslice.kubernetes.io/skip-mirror"].as_str() == "true";
    let leader = &endpoints.meta()["annotations"]["control-plane.alpha.kubernetes.io/leader"];
    !is_skipped && leader.is_null() && has_free_service(ctx.objects, endpoints)
}

/// A slice for each subset and family of addresses.
fn wanted(endpoints: &Object) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for subset in endpoints.value["subsets"].items() {
        let ports = subset["ports"].items().iter();
        let ports: Value = ports.map(port_of).collect();
        for (list, is_ready) in [("addresses", true), ("notReadyAddresses", false)] {
            for address in subset[list].items() {
                let is_v6 = address["ip"].as_str().contains(':');
                let family = if is_v6 { "IPv6" } else { "IPv4" };
                let same =
                    |it: &Value| it["ports"] == ports && it["addressType"].as_str() == family;
                let at = all.iter().position(same).unwrap_or_else(|| {
                    all.push(slice_of(endpoints, &ports, family));
                    all.len() - 1
                });
                let endpoint = endpoint_of(address, is_ready);
                all[at]["endpoints"].as_items_mut().push(endpoint);
            }
        }
    }
    all
}

/// upstream: epPortsToEpsPorts.
fn port_of(port: &Value) -> Value {
    let mut port = port.clone();
    if port["name"].is_null() {
        port["name"] = "".into();
    }
    port
}

/// upstream: addressToEndpoint.
fn endpoint_of(address: &Value, is_ready: bool) -> Value {
    let mut endpoint = object! {
        "addresses": array![address["ip"].as_str()],
        "conditions": object! {"ready": is_ready},
    };
    for name in ["hostname", "nodeName", "targetRef"] {
        if !address[name].is_null() {
            endpoint[name] = address[name].clone();
        }
    }
    endpoint
}

/// upstream: newEndpointSlice.
fn slice_of(endpoints: &Object, ports: &Value, family: &str) -> Value {
    let mut labels = endpoints.labels().clone();
    labels[SERVICE_NAME_LABEL] = endpoints.name().into();
    labels[MANAGED_BY_LABEL] = MANAGED_BY.into();
    let mut slice = object! {
        "apiVersion": Kind::EndpointSlice.api_version(),
        "kind": Kind::EndpointSlice.facts().kind,
        "metadata": object! {
            "generateName": crate::text!("{}-", endpoints.name()),
            "namespace": endpoints.namespace(),
            "labels": labels,
            "ownerReferences": crate::api::meta::owned_by(endpoints),
        },
        "addressType": family,
        "ports": ports,
    };
    for (name, text) in endpoints.meta()["annotations"].members() {
        if !OWN.contains(&Text::as_str(name)) {
            slice["metadata"]["annotations"][name.as_str()] = text.clone();
        }
    }
    slice
}
