//! The picture: Services with what DNS answers, StatefulSets as columns of ordinals, other pods, nodes.

use std::sync::Arc;

use super::snapshot::Look;
use crate::api::{Key, Kind, Object};
use crate::apiserver::table;
use crate::object;
use crate::sim::Tone;
use crate::sort;
use crate::time::human;
use crate::value::Value;

/// Services that select pods, outside the cluster's own namespaces.
pub(super) fn services(look: &Look<'_>) -> Value {
    let all = look.world.store.objects.list(Kind::Service);
    let shown = all.filter(|it| !it.value["spec"]["selector"].is_empty() && !is_system(it));
    shown.map(|it| service(look, it)).collect()
}

fn is_system(object: &Object) -> bool {
    object.namespace().starts_with("kube-")
}

fn service(look: &Look<'_>, service: &Arc<Object>) -> Value {
    let domain = &look.world.config.domain;
    let mut answers = Vec::new();
    for (endpoint, is_ready) in look.world.endpoints(service) {
        if is_ready {
            let pod = &endpoint["targetRef"]["name"];
            answers.push(object! {"address": &endpoint["addresses"][0], "pod": pod});
        }
    }
    let pods = look
        .world
        .store
        .objects
        .list_in(Kind::Pod, service.namespace());
    let left_out = pods.filter(|it| service.selects(it)).filter_map(|it| {
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

/// StatefulSets with a column for each ordinal, wanted or still there.
pub(super) fn statefulsets(look: &Look<'_>) -> Value {
    look.world
        .store
        .objects
        .list(Kind::StatefulSet)
        .map(|it| statefulset(look, it))
        .collect()
}

fn statefulset(look: &Look<'_>, set: &Object) -> Value {
    let spec = set.statefulset_spec();
    let wanted = spec.start..spec.start.saturating_add(spec.replicas.min(COLUMNS_MAX));
    let pods = look.world.store.objects.list_in(Kind::Pod, set.namespace());
    let owned = pods
        .filter(|it| it.is_controlled_by(set))
        .filter_map(|it| it.ordinal_of(set.name()));
    let mut ordinals: Vec<i64> = wanted.clone().chain(owned).collect();
    sort::by(&mut ordinals, Ord::cmp);
    ordinals.dedup();
    let mut before = None;
    let columns = ordinals.into_iter().map(|ordinal| {
        let key = Key::new(
            Kind::Pod,
            set.namespace(),
            crate::text!("{}-{ordinal}", set.name()),
        );
        let pod = look.world.store.objects.get(&key);
        let dns_name = match spec.service_name {
            "" => String::new(),
            service => format!("{}.{service}", key.name),
        };
        object! {
            "ordinal": ordinal,
            "name": &key.name,
            "dnsName": dns_name,
            "resolves": pod.is_some_and(|it| look.resolves(spec.service_name, it)),
            "pod": pod.map(|it| self::pod(look, it)),
            "absent": if pod.is_none() { look.absence(&key, &mut before) } else { Value::Null },
            "condemned": !wanted.contains(&ordinal),
            "current": look.is_current(&key),
        }
    });
    let ready = set.value["status"]["readyReplicas"].as_int().unwrap_or(0);
    object! {
        "name": set.name(),
        "namespace": set.namespace(),
        "ready": ready,
        "replicas": spec.replicas,
        "policy": &set.value["spec"]["podManagementPolicy"],
        "revision": &set.value["status"]["updateRevision"],
        "waiting": look.wait_on(&set.key()),
        "columns": columns.collect::<Value>(),
        "current": look.is_current(&set.key()),
    }
}

/// Ordinals shown of one set.
const COLUMNS_MAX: i64 = 1000;

/// Pods that belong to no StatefulSet, or to one that is gone.
pub(super) fn other_pods(look: &Look<'_>) -> Value {
    let objects = &look.world.store.objects;
    let is_in_a_column = |pod: &Object| {
        let owner = pod.controller();
        let key = Key::new(Kind::StatefulSet, pod.namespace(), owner["name"].as_str());
        let set = objects.get(&key);
        set.is_some_and(|it| pod.is_controlled_by(it) && pod.ordinal_of(it.name()).is_some())
    };
    let all = objects.list(Kind::Pod).filter(|it| !is_system(it));
    all.filter(|it| !is_in_a_column(it))
        .map(|it| pod(look, it))
        .collect()
}

fn pod(look: &Look<'_>, pod: &Object) -> Value {
    let key = pod.key();
    let life = look.world.lives.get(&key);
    let past = life
        .into_iter()
        .flat_map(|it| it.addresses.iter().rev())
        .filter(|it| *it != pod.pod_ip());
    object! {
        "name": pod.name(),
        "namespace": pod.namespace(),
        "status": table::pod_status(pod, &look.world.config),
        "tone": Tone::of(pod).code(),
        "readyText": table::pod_ready(pod),
        "restarts": pod.value["status"]["containerStatuses"].items().iter().filter_map(|it| it["restartCount"].as_int()).sum::<i64>(),
        "node": pod.node_name(),
        "ip": pod.pod_ip(),
        "pastIps": past.collect::<Value>(),
        "incarnation": life.map_or(1, |it| it.incarnation),
        "revision": &pod.labels()["controller-revision-hash"],
        "waiting": look.wait_on(&key),
        "image": pod.containers().first().map(|it| it["image"].clone()),
        "ageText": human(look.world.now.since(pod.created())),
        "current": look.is_current(&key),
    }
}

/// Nodes with the pods on them.
pub(super) fn nodes(look: &Look<'_>) -> Value {
    let objects = &look.world.store.objects;
    let node = |node: &Arc<Object>| {
        let here = objects
            .list(Kind::Pod)
            .filter(|it| it.node_name() == node.name());
        object! {
            "name": node.name(),
            "ready": node.is_node_ready(),
            "schedulable": !node.is_unschedulable(),
            "pods": here.map(|it| it.name()).collect::<Value>(),
        }
    };
    objects.list(Kind::Node).map(node).collect()
}
