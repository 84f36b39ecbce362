//! The older Endpoints object of a Service, kept beside its slices.
//!
//! Left out: the 1000-address limit.
//! upstream: pkg/controller/endpoint/endpoints_controller.go; spec/statefulset.md E.3.

use super::endpointslice::target_port;
use super::{is_suspect, some_pods, trigger, wake_services};
use crate::api::meta::new_value;
use crate::api::{Key, Kind, Object};
use crate::apiserver::{DeleteOptions, Request, Verb, WriteOptions};
use crate::memory::Triggers;
use crate::object;
use crate::plan::{Actor, Component, Ctx, Decision, OnError, Plan};
use crate::sort;
use crate::value::{Text, Value};
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
            let existing = existing.map(|it| &it.value);
            let known = ctx.memory.triggers.get(&(COMPONENT.actor, key.clone()));
            let trigger = trigger::look(ctx, known, service);
            // What was to be written then stands there: only what has changed since needs to be looked at.
            let right = known.filter(|it| existing.is_some_and(|old| old["subsets"] == it.wanted));
            let subsets = match (existing, trigger::suspects(ctx, right, service)) {
                (Some(old), Some(names)) => patched(ctx, service, &old["subsets"], &names),
                _ => subsets(ctx, service),
            };
            let now = Triggers {
                seen: ctx.objects.clone(),
                wanted: subsets.clone(),
            };
            memory = Some(trigger::remember(ctx, COMPONENT.actor, key, now));
            write(&own, service, existing, subsets, &trigger)
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
    key: &Key,
    service: &Object,
    existing: Option<&Value>,
    subsets: Value,
    trigger: &Value,
) -> Option<Verb> {
    let mut labels = service.labels().clone();
    labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller".into();
    if service.is_headless() {
        labels["service.kubernetes.io/headless"] = "".into();
    }
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
    for pod in some_pods(ctx.objects, service, None) {
        if pod.is_terminating() && !publishes {
            continue;
        }
        let ports = ports_of(service, pod);
        let known = subsets.iter().position(|it| it["ports"] == ports);
        let at = known.unwrap_or(subsets.len());
        if known.is_none() {
            let mut subset = Value::object();
            if !ports.is_null() {
                subset["ports"] = ports;
            }
            subsets.push(subset);
        }
        let list = LISTS[usize::from(!publishes && !pod.is_ready())];
        subsets[at][list]
            .as_items_mut()
            .push(address_of(service, pod));
    }
    for subset in &mut subsets {
        for list in LISTS {
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

/// What [`subsets`] would make, from what stands there, where only the pods of these names may have changed.
fn patched(ctx: &Ctx<'_>, service: &Object, old: &Value, names: &[Text]) -> Value {
    if names.is_empty() {
        return old.clone();
    }
    let publishes = service.value["spec"]["publishNotReadyAddresses"].is_true();
    let mut subset = old.items().first().cloned().unwrap_or(Value::Null);
    let mut lists = LISTS.map(|list| {
        let addresses = subset[list].items().iter();
        let kept = addresses.filter(|it| !is_suspect(names, it)).cloned();
        kept.collect::<Vec<Value>>()
    });
    for pod in some_pods(ctx.objects, service, Some(names)) {
        if pod.is_terminating() && !publishes {
            continue;
        }
        if subset.is_null() {
            let ports = ports_of(service, pod);
            subset = Value::object();
            if !ports.is_null() {
                subset["ports"] = ports;
            }
        }
        let list = &mut lists[usize::from(!publishes && !pod.is_ready())];
        let at = list.partition_point(|it| it["ip"].as_str() <= pod.pod_ip());
        list.insert(at, address_of(service, pod));
    }
    if lists.iter().all(Vec::is_empty) {
        return Value::Null;
    }
    for (name, list) in LISTS.into_iter().zip(lists) {
        subset.remove(name);
        if !list.is_empty() {
            subset[name] = list.into();
        }
    }
    crate::array![subset]
}

/// Where a subset lists ready addresses, and the others.
const LISTS: [&str; 2] = ["addresses", "notReadyAddresses"];

fn ports_of(service: &Object, pod: &Object) -> Value {
    let mut ports = Value::Null;
    for port in service.value["spec"]["ports"].items() {
        if let Some(number) = target_port(port, pod) {
            let mut entry = object! {"port": number, "protocol": &port["protocol"]};
            if !port["name"].is_empty() {
                entry["name"] = port["name"].clone();
            }
            ports.as_items_mut().push(entry);
        }
    }
    ports
}

/// A hostname only stands beside a pod that names the Service as its subdomain.
fn address_of(service: &Object, pod: &Object) -> Value {
    let mut address = pod.endpoint_address().clone();
    if pod.value["spec"]["subdomain"].as_str() != service.name() {
        address.remove("hostname");
    }
    address
}
