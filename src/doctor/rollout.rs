//! Updates, scaling and pods that are replaced.

use std::sync::Arc;

use super::Found;
use super::case::{Case, LONG, owner};
use crate::api::pod::ordinal_in;
use crate::api::{Key, Kind, Object};
use crate::apiserver::LogEntry;
use crate::plan::Actor;
use crate::sim::What;
use crate::time::Time;
use crate::value::Value;

/// The changes of a set's spec field: the line of the log, before and after.
fn changes<'a>(
    case: &'a Case<'_>,
    field: &'static str,
) -> impl Iterator<Item = (&'a LogEntry, &'a Object, &'a Object)> {
    let log = case.world.store.log.iter();
    log.filter_map(move |entry| {
        let (before, after) = (entry.before.as_deref()?, &*entry.object);
        let is_it = after.kind == Kind::StatefulSet
            && before.value["spec"][field] != after.value["spec"][field];
        is_it.then_some((entry, before, after))
    })
}

/// The moment of a change is that of the command before it.
fn hash(pod: &Object) -> &Value {
    &pod.labels()["controller-revision-hash"]
}

/// OrderedReady waits for the broken pod before it replaces it.
///
/// upstream: updateStatefulSet, "forced rollback" in the docs; issue 67250.
pub(super) fn forced_rollback(case: &Case<'_>, all: &mut Vec<Found>) {
    for (entry, _, set) in changes(case, "template") {
        let spec = set.statefulset_spec();
        if !spec.is_monotonic || !spec.rolls {
            continue;
        }
        for moment in case
            .moments
            .iter()
            .filter(|it| it.time.since(entry.time) >= LONG)
        {
            let Some(set) = moment.objects.get(&set.key()) else {
                continue;
            };
            let is_stuck = |pod: &&Arc<Object>| {
                !pod.is_ready()
                    && pod.created() <= entry.time
                    && *hash(pod) != set.value["status"]["updateRevision"]
            };
            if let Some(pod) = moment.pods(set).find(is_stuck) {
                all.push(
                    Found::new(&set.key(), "spec.podManagementPolicy")
                        .fact("pod", pod.name())
                        .shown(entry.time, "the template was changed")
                        .shown(moment.time, "the pod is still there, and not Ready"),
                );
                return;
            }
        }
    }
}

/// OrderedReady makes and removes nothing past a pod that is not Ready.
pub(super) fn blocks_scale(case: &Case<'_>, all: &mut Vec<Found>) {
    for (entry, before, set) in changes(case, "replicas") {
        let moment = case.at(entry.time);
        let is_ill =
            |pod: &&Arc<Object>| !pod.is_ready() && entry.time.since(pod.created()) >= LONG;
        if set.statefulset_spec().is_monotonic
            && let Some(pod) = moment.pods(before).find(is_ill)
        {
            let replicas = crate::text!("{}", set.statefulset_spec().replicas);
            all.push(
                Found::new(&set.key(), "spec.podManagementPolicy")
                    .fact("pod", pod.name())
                    .fact("replicas", &replicas)
                    .shown(entry.time, &crate::text!("replicas: {replicas}")),
            );
        }
    }
}

/// Pods keep the old revision until somebody deletes them.
pub(super) fn on_delete(case: &Case<'_>, all: &mut Vec<Found>) {
    for (moment, set) in case.sets().filter(|it| !it.1.statefulset_spec().rolls) {
        let update = &set.value["status"]["updateRevision"];
        let mut asked = case.typed(&["rollout status"]);
        let old = moment
            .pods(set)
            .find(|it| !update.is_null() && hash(it) != update);
        if let Some(pod) = old {
            let text = "a pod of the old revision stays";
            let found = Found::new(&set.key(), "spec.updateStrategy.type").fact("pod", pod.name());
            all.push(found.shown(moment.time, text));
        } else if let Some((time, line)) = asked.next() {
            let found = Found::new(&set.key(), "spec.updateStrategy.type").fact("pod", "a pod");
            all.push(found.shown(*time, line));
        }
    }
}

/// A wait or an action with that reason.
fn reasons(case: &Case<'_>, code: &str, all: &mut Vec<Found>, field: &str) {
    for entry in case.world.trace.iter() {
        if entry.why.rule().code != code {
            continue;
        }
        let set = match &entry.what {
            What::Waits(key) if key.kind == Kind::StatefulSet => Some(key.clone()),
            What::Waits(key) | What::Wrote { key, .. } => owner(case, key),
            What::Command(_) | What::Refused { .. } => None,
        };
        if let Some(set) = set {
            let mut found = Found::new(&set, field).shown(entry.time, &entry.why.english());
            for (name, value) in entry.why.facts() {
                found = found.fact(name, value);
            }
            all.push(found);
        }
    }
}

/// Ordinals below the partition keep the old revision.
pub(super) fn partition(case: &Case<'_>, all: &mut Vec<Found>) {
    let field = "spec.updateStrategy.rollingUpdate.partition";
    reasons(case, "partition-holds", all, field);
}

/// With no pods left the update counts as done, partition or not.
///
/// upstream: completeRollingUpdate.
pub(super) fn partition_forgotten(case: &Case<'_>, all: &mut Vec<Found>) {
    for entry in &case.world.store.log {
        let (Some(before), set) = (entry.before.as_deref(), &*entry.object) else {
            continue;
        };
        let (old, new) = (&before.value["status"], &set.value["status"]);
        let spec = set.value["spec"].clone();
        if set.kind == Kind::StatefulSet
            && old["currentRevision"] != old["updateRevision"]
            && new["currentRevision"] == new["updateRevision"]
            && spec["replicas"].as_int() == Some(0)
            && set.statefulset_spec().partition.unwrap_or(0) > 0
        {
            let text = "replicas is 0, and currentRevision becomes updateRevision";
            let field = "spec.updateStrategy.rollingUpdate.partition";
            all.push(Found::new(&set.key(), field).shown(entry.time, text));
        }
    }
}

/// The reader took a rollout back.
pub(super) fn undone(case: &Case<'_>, all: &mut Vec<Found>) {
    for (time, line) in case.typed(&["rollout undo"]) {
        let moment = case.at(*time);
        let is_named = |it: &&Arc<Object>| {
            line.split_whitespace()
                .any(|word| word.rsplit('/').next() == Some(it.name()))
        };
        let mut sets = moment.objects.list(Kind::StatefulSet);
        if let Some(set) = sets.find(is_named) {
            all.push(Found::new(&set.key(), "spec.template").shown(*time, line));
        }
    }
}

/// Parallel is about scaling; an update goes one by one all the same.
pub(super) fn parallel(case: &Case<'_>, all: &mut Vec<Found>) {
    for (entry, _, set) in changes(case, "template") {
        let spec = set.statefulset_spec();
        if !spec.is_monotonic && spec.rolls && spec.replicas > 1 {
            let found = Found::new(&set.key(), "spec.podManagementPolicy");
            all.push(found.shown(entry.time, "the template was changed"));
        }
    }
}

/// With the gate of the first 1.35 releases, pods that are not available stop the update of a Parallel set.
///
/// upstream: kubernetes issue 137409; off again from 1.35.4.
pub(super) fn regression(case: &Case<'_>, all: &mut Vec<Found>) {
    let config = &case.world.config;
    if config.max_unavailable && config.release.starts_with("1.35") {
        parallel(case, all);
    }
}

/// A pod that has failed is deleted and made anew under its name.
pub(super) fn failed_recreated(case: &Case<'_>, all: &mut Vec<Found>) {
    reasons(case, "delete-ended", all, "spec.template.spec");
}

/// A pod's address was given to others, and the pod has another one now.
pub(super) fn own_address(case: &Case<'_>, all: &mut Vec<Found>) {
    for (_, set) in case.sets() {
        let template = &set.value["spec"]["template"];
        let is_app = case.world.config.apps.iter().any(|it| {
            it.words.starts_with("advertises-own-ip")
                && it.is_of("", &template["metadata"]["labels"])
        });
        if !is_app && !uses_own_address(template) {
            continue;
        }
        for (key, life) in &case.world.lives {
            let is_its =
                key.namespace == set.namespace() && ordinal_in(set.name(), &key.name).is_some();
            let known = life.pods.iter().map(|it| &it.address);
            let mut known = known.filter(|it| !it.is_empty());
            if let (Some(old), Some(new)) = (known.next(), known.next_back())
                && is_its
            {
                all.push(
                    Found::new(&set.key(), "spec.template.spec.containers[0].env")
                        .fact("pod", &key.name)
                        .fact("old", old)
                        .fact("new", new),
                );
            }
        }
    }
}

/// Whether an environment variable is made of the pod's address.
fn uses_own_address(template: &Value) -> bool {
    let containers = template["spec"]["containers"].items();
    containers.iter().any(|container| {
        let env = container["env"].items();
        env.iter().any(|it| {
            let path = it["valueFrom"]["fieldRef"]["fieldPath"].as_str();
            let used = crate::text!("$({})", it["name"].as_str());
            path == "status.podIP"
                && env
                    .iter()
                    .any(|it| it["value"].as_str().contains(used.as_str()))
        })
    })
}

/// A pod was removed by force; nobody knows whether its containers have stopped.
pub(super) fn forced(case: &Case<'_>, all: &mut Vec<Found>) {
    for (time, line) in case.typed(&["delete", "--force"]) {
        let moment = case.at(*time);
        for pod in moment.objects.list(Kind::Pod) {
            let is_named = line
                .split_whitespace()
                .any(|it| it.rsplit('/').next() == Some(pod.name()));
            if let Some(set) = owner(case, &pod.key()).filter(|_| is_named) {
                all.push(
                    Found::new(&set, "spec")
                        .fact("pod", pod.name())
                        .shown(*time, line),
                );
            }
        }
    }
}

/// A pod's name is not free while its node does not answer.
pub(super) fn node_lost(case: &Case<'_>, all: &mut Vec<Found>) {
    for (moment, set) in case.sets() {
        for pod in moment.objects.list_in(Kind::Pod, set.namespace()) {
            let node = moment.get(Kind::Node, "", pod.node_name());
            if pod.is_controlled_by(set)
                && pod.is_terminating()
                && node.is_some_and(|it| !it.is_node_ready())
            {
                all.push(
                    Found::new(&set.key(), "spec")
                        .fact("pod", pod.name())
                        .fact("node", pod.node_name())
                        .shown(moment.time, "Terminating on a node that is not Ready"),
                );
            }
        }
    }
}

/// Two pods that would rather be apart share a node.
pub(super) fn preferred_apart(case: &Case<'_>, all: &mut Vec<Found>) {
    for (time, line) in case.typed(&["wide"]) {
        let moment = case.at(*time);
        for set in moment.objects.list(Kind::StatefulSet) {
            let rule = &set.value["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"];
            if rule["preferredDuringSchedulingIgnoredDuringExecution"].is_empty() {
                continue;
            }
            for pod in moment.pods(set).filter(|it| !it.node_name().is_empty()) {
                let mut others = moment.pods(set);
                let shares =
                    |it: &&Arc<Object>| it.node_name() == pod.node_name() && it.name() < pod.name();
                if let Some(other) = others.find(shares) {
                    all.push(
                        Found::new(&set.key(), "spec.template.spec.affinity")
                            .fact("pod", pod.name())
                            .fact("other", other.name())
                            .fact("node", pod.node_name())
                            .shown(*time, line),
                    );
                }
            }
        }
    }
}

/// The time of a set's removal, or of fewer replicas, and the first ordinal that goes.
pub(super) fn shrinkings(case: &Case<'_>) -> Vec<(Time, Key, i64)> {
    let mut all = Vec::new();
    for (entry, before, set) in changes(case, "replicas") {
        let (old, new) = (
            before.statefulset_spec().replicas,
            set.statefulset_spec().replicas,
        );
        if new < old {
            all.push((entry.time, set.key(), new + set.statefulset_spec().start));
        }
    }
    for entry in case.world.trace.iter().filter(|it| it.actor == Actor::You) {
        if let What::Wrote { key, wrote, .. } = &entry.what
            && key.kind == Kind::StatefulSet
            && matches!(wrote.code(), "removed" | "deletion-asked")
        {
            all.push((entry.time, key.clone(), 0));
        }
    }
    all
}
