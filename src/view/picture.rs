//! The picture: Services with what DNS answers, pods, and nodes with the pods on them. `sets` draws StatefulSets.

use std::sync::Arc;

use super::explain::time_text;
use super::snapshot::{Look, name_of};
use crate::api::{Key, Kind, Object};
use crate::apiserver::table;
use crate::object;
use crate::persistent::Map;
use crate::sim::Tone;
use crate::time::{Time, human};
use crate::value::Value;

/// Services that select pods, outside the cluster's own namespaces.
pub(super) fn services(look: &Look<'_>) -> Value {
    let all = look.world.store.objects.list(Kind::Service);
    let shown = all.filter(|it| !it.value["spec"]["selector"].is_empty() && !is_system(it));
    shown.map(|it| service(look, it)).collect()
}

pub(super) fn is_system(object: &Object) -> bool {
    object.namespace().starts_with("kube-")
}

fn service(look: &Look<'_>, service: &Arc<Object>) -> Value {
    let domain = &look.world.config.domain;
    let mut answers = Vec::new();
    let mut answered: Map<&str, ()> = Map::default();
    for (endpoint, is_ready) in look.world.endpoints(service) {
        if is_ready {
            let pod = &endpoint["targetRef"];
            answers.push(object! {"address": &endpoint["addresses"][0], "pod": &pod["name"]});
            answered.insert(pod["uid"].as_str(), ());
        }
    }
    let pods = look
        .world
        .store
        .objects
        .list_in(Kind::Pod, service.namespace());
    let left_out = pods.filter(|it| service.selects(it) && !answered.contains_key(it.uid()));
    let left_out = left_out.filter_map(|it| {
        let why = look.world.left_out(service, it)?;
        Some(object! {"pod": it.name(), "why": look.words.sentence(&why)})
    });
    let cluster_ip = &service.value["spec"]["clusterIP"];
    object! {
        "name": service.name(),
        "namespace": service.namespace(),
        "headless": service.is_headless(),
        "clusterIP": cluster_ip,
        "dnsName": format!("{}.{}.svc.{domain}", service.name(), service.namespace()),
        "answers": if service.is_headless() { answers.into() } else { crate::array![object! {"address": cluster_ip, "pod": ""}] },
        "leftOut": left_out.collect::<Value>(),
        "current": look.is_current_service(service),
    }
}

/// The earlier pods of a name, the last one first.
pub(super) fn past(look: &Look<'_>, key: &Key) -> Value {
    let Some(life) = look.world.lives.get(key) else {
        return crate::array![];
    };
    let all = (0..life.pods.len())
        .rev()
        .filter_map(|at| Some((at, life.pods.get(at)?)));
    let past = all.filter(|(_, it)| it.to != Time::NEVER).take(PAST_MAX);
    past.map(|(at, it)| {
        object! {
            "nth": at + 1, "ip": &it.address, "node": &it.node,
            "fromText": time_text(it.from), "toText": time_text(it.to),
        }
    })
    .collect()
}

/// So many earlier pods of one name are told of.
const PAST_MAX: usize = 20;

pub(super) fn pod(look: &Look<'_>, pod: &Object) -> Value {
    let key = pod.key();
    object! {
        "name": pod.name(),
        "namespace": pod.namespace(),
        "status": table::pod_status(pod, &look.world.config),
        "tone": Tone::of(pod).code(),
        "readyText": table::pod_ready(pod),
        "restarts": pod.value["status"]["containerStatuses"].items().iter().filter_map(|it| it["restartCount"].as_int()).sum::<i64>(),
        "node": pod.node_name(),
        "ip": pod.pod_ip(),
        "past": past(look, &key),
        "incarnation": look.world.lives.get(&key).map_or(1, |it| it.pods.len()),
        "revision": &pod.labels()["controller-revision-hash"],
        "waiting": look.wait_on(&key),
        "image": pod.containers().first().map(|it| it["image"].clone()),
        "ageText": human(look.world.now.since(pod.created())),
        "current": look.is_current(&key),
    }
}

/// Nodes with the pods on them; pods of no node last, under no name.
pub(super) fn nodes(look: &Look<'_>) -> Value {
    let objects = &look.world.store.objects;
    let mut here: Map<&str, Vec<Value>> = Map::default();
    for pod in objects.list(Kind::Pod).filter(|it| !is_system(it)) {
        let name = pod.node_name();
        let mut pods = here.get(name).cloned().unwrap_or_default();
        pods.push(object! {
            "name": name_of(pod),
            "tone": Tone::of(pod).code(),
            "status": table::pod_status(pod, &look.world.config),
            "current": look.is_current(&pod.key()),
        });
        here.insert(name, pods);
    }
    let pods_of = |name: &str| here.get(name).cloned().unwrap_or_default();
    let node = |node: &Arc<Object>| {
        object! {
            "name": node.name(),
            "ready": node.is_node_ready(),
            "schedulable": !node.is_unschedulable(),
            "taints": node.taints().iter().map(|it| format!("{}:{}", it["key"].as_str(), it["effect"].as_str())).collect::<Value>(),
            "pods": pods_of(node.name()),
            "current": look.is_current(&node.key()),
        }
    };
    let mut all: Vec<Value> = objects.list(Kind::Node).map(node).collect();
    let homeless = pods_of("");
    if !homeless.is_empty() {
        all.push(object! {
            "name": "", "ready": true, "schedulable": true, "taints": crate::array![], "pods": homeless, "current": false,
        });
    }
    all.into()
}
