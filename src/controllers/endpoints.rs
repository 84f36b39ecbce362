//! The older Endpoints object of a Service, kept beside its slices.
//!
//! Left out: the 1000-address limit.
//! upstream: pkg/controller/endpoint/endpoints_controller.go; spec/statefulset.md E.3.

use super::endpointslice::target_port;
use super::{service_pods, trigger, wake_services};
use crate::api::meta::new_value;
use crate::api::{Key, Kind, Object};
use crate::apiserver::{DeleteOptions, Request, Verb, WriteOptions};
use crate::object;
use crate::plan::{Actor, Component, Ctx, Decision, OnError, Plan};
use crate::sort;
use crate::value::Value;
use crate::why::Why;

/// The endpoints controller.
pub const COMPONENT: Component = Component {
    actor: Actor::EndpointsController,
    wakes: wake_services,
    reconcile,
};

/// upstream: syncService.
fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let own = Key::new(Kind::Endpoints, &key.namespace, &key.name);
    let existing = ctx.objects.get(&own);
    let mut memory = None;
    let verb = match ctx.objects.get(key) {
        None => {
            memory = trigger::forget(ctx, COMPONENT.actor, key);
            existing.map(|_| Verb::Delete(DeleteOptions::default()))
        }
        Some(service) if service.value["spec"]["selector"].is_empty() => None,
        Some(service) => {
            let (trigger, seen) = trigger::look(ctx, COMPONENT.actor, service);
            memory = Some(seen);
            write(ctx, &own, service, existing.map(|it| &it.value), &trigger)
        }
    };
    let decide = |verb| Decision::Do {
        request: Request {
            key: own,
            verb,
            options: WriteOptions::default(),
        },
        on_error: OnError::Continue,
        why: Why::EndpointsFollow {
            service: key.name.clone(),
        },
        report: None,
    };
    Plan {
        decisions: verb.map(decide).into_iter().collect(),
        memory,
        ..Plan::default()
    }
}

fn write(
    ctx: &Ctx<'_>,
    key: &Key,
    service: &Object,
    existing: Option<&Value>,
    trigger: &Value,
) -> Option<Verb> {
    let mut labels = service.labels().clone();
    labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller".into();
    if service.is_headless() {
        labels["service.kubernetes.io/headless"] = "".into();
    }
    let subsets = subsets(ctx, service);
    let is_same = |old: &&Value| old["subsets"] == subsets && old["metadata"]["labels"] == labels;
    if existing.as_ref().is_some_and(is_same) {
        return None;
    }
    let mut value = existing.cloned().unwrap_or_else(|| new_value(key));
    value["metadata"]["labels"] = labels;
    trigger::annotate(&mut value, trigger);
    value["subsets"] = subsets;
    if value["subsets"].is_null() {
        value.remove("subsets");
    }
    Some(if existing.is_some() {
        Verb::Update(value)
    } else {
        Verb::Create(value)
    })
}

/// Addresses by their ports, ready and not ready apart, each sorted by IP; null when there is none.
///
/// upstream: RepackSubsets.
fn subsets(ctx: &Ctx<'_>, service: &Object) -> Value {
    let spec = &service.value["spec"];
    let publishes = spec["publishNotReadyAddresses"].is_true();
    let mut subsets: Vec<Value> = Vec::new();
    for pod in service_pods(ctx.objects, service) {
        if pod.is_terminating() && !publishes {
            continue;
        }
        let mut ports = Value::Null;
        for port in spec["ports"].items() {
            if let Some(number) = target_port(port, pod) {
                let mut entry = object! {"port": number, "protocol": &port["protocol"]};
                if !port["name"].is_empty() {
                    entry["name"] = port["name"].clone();
                }
                ports.as_items_mut().push(entry);
            }
        }
        let known = subsets.iter().position(|it| it["ports"] == ports);
        let at = known.unwrap_or(subsets.len());
        if known.is_none() {
            let mut subset = Value::object();
            if !ports.is_null() {
                subset["ports"] = ports;
            }
            subsets.push(subset);
        }
        let list = if publishes || pod.is_ready() {
            "addresses"
        } else {
            "notReadyAddresses"
        };
        subsets[at][list]
            .as_items_mut()
            .push(address_of(service, pod));
    }
    for subset in &mut subsets {
        for list in ["addresses", "notReadyAddresses"] {
            if !subset[list].is_null() {
                let addresses = subset[list].as_items_mut().make_mut();
                sort::by(addresses, |a, b| a["ip"].as_str().cmp(b["ip"].as_str()));
            }
        }
    }
    if subsets.is_empty() {
        return Value::Null;
    }
    sort::by(&mut subsets, |a, b| {
        a["ports"].to_json().cmp(&b["ports"].to_json())
    });
    subsets.into()
}

fn address_of(service: &Object, pod: &Object) -> Value {
    let mut address = object! {
        "ip": pod.pod_ip(),
        "nodeName": pod.node_name(),
        "targetRef": object! {
            "kind": "Pod", "name": pod.name(), "namespace": pod.namespace(), "uid": pod.uid(),
        },
    };
    let spec = &pod.value["spec"];
    if !spec["hostname"].is_empty() && spec["subdomain"].as_str() == service.name() {
        address["hostname"] = spec["hostname"].clone();
    }
    address
}
