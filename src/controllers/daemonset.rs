//! The DaemonSet controller: one pod on each node that may have one.
//!
//! Left out: maxSurge, the back-off between failed pods.
//! upstream: pkg/controller/daemon/{daemon_controller,update}.go, util/daemonset_util.go.

use std::sync::Arc;

use super::owned::{
    claim, count, create_pod, delete_pod, min_ready, next_available, pod_of, set_counts,
    template_hash, wakes, write_status,
};
use super::statefulset::revision_data;
use crate::api::meta::{new_value, owned_by};
use crate::api::node::{is_selected, tolerates};
use crate::api::statefulset::scaled;
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::{DeleteOptions, Verb};
use crate::plan::{Actor, Component, Ctx, Decision, EventRecord, EventSource, Plan};
use crate::sort;
use crate::value::{Text, Value};
use crate::why::Why;
use crate::{array, object};

/// The DaemonSet controller.
pub const COMPONENT: Component = Component {
    actor: Actor::DaemonSetController,
    wakes: wake,
    reconcile,
};

const NAME: &str = "daemonset-controller";
const HASH_LABEL: &str = "controller-revision-hash";
/// What a DaemonSet's pods tolerate: taint and effect.
///
/// upstream: AddOrUpdateDaemonPodTolerations.
const TOLERATED: [(&str, &str); 6] = [
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
];

fn wake(objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(object) = after.or(before).filter(|it| it.kind == Kind::Node) else {
        return wakes(objects, before, after, [Kind::DaemonSet, Kind::Pod]);
    };
    // upstream: shouldIgnoreNodeUpdate; what only reports how the node is changes nothing.
    let concerns = |it: &Object| (it.labels().clone(), it.value["spec"].clone());
    if let (Some(before), Some(_)) = (before, after)
        && concerns(before) == concerns(object)
    {
        return Vec::new();
    }
    objects.list(Kind::DaemonSet).map(|it| it.key()).collect()
}

/// One node, and the set's pods there, oldest first.
struct Place<'a> {
    node: &'a Object,
    runs: bool,
    stays: bool,
    pods: Vec<&'a Arc<Object>>,
}

/// One sync of one set.
#[derive(Clone, Copy)]
struct Sync<'a> {
    ctx: &'a Ctx<'a>,
    set: &'a Object,
    places: &'a [Place<'a>],
    hash: &'a str,
}

/// upstream: syncDaemonSet.
fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let mut plan = Plan::default();
    let Some(set) = ctx.objects.get(key).filter(|it| !it.is_terminating()) else {
        return plan;
    };
    let pods = claim(ctx, set, Kind::Pod, &mut plan.decisions);
    let hash = template_hash(set);
    keep_history(ctx, set, &hash, &mut plan.decisions);
    let sync = Sync {
        ctx,
        set,
        places: &places(ctx, set, &hash, &pods),
        hash: &hash,
    };
    let acts = plan.decisions.len();
    manage(sync, &mut plan.decisions);
    // The update goes on once what was missing or too many is settled.
    let has_acted = plan.decisions.len() > acts;
    if !has_acted && set.value["spec"]["updateStrategy"]["type"].as_str() == "RollingUpdate" {
        roll(sync, &mut plan.decisions);
    }
    write(sync, &mut plan.decisions);
    plan.requeue_after = next_available(&pods, min_ready(set), ctx.now);
    plan
}

fn places<'a>(ctx: &Ctx<'a>, set: &Object, hash: &str, pods: &'a [Arc<Object>]) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    for node in ctx.objects.list(Kind::Node) {
        let model = Object::new(Kind::Pod, pod_for(ctx, set, (0, node), hash));
        let (runs, stays) = should_run(&model, node);
        let there = |it: &&Arc<Object>| place_of(it) == node.name();
        let mut pods: Vec<_> = pods.iter().filter(there).collect();
        sort::by_key(&mut pods, |it| (it.created(), it.name().to_owned()));
        places.push(Place {
            node,
            runs,
            stays,
            pods,
        });
    }
    places
}

/// The node a pod is on, or made for.
///
/// upstream: GetTargetNodeName.
fn place_of(pod: &Object) -> &str {
    if !pod.node_name().is_empty() {
        return pod.node_name();
    }
    let required = &pod.value["spec"]["affinity"]["nodeAffinity"][REQUIRED];
    required["nodeSelectorTerms"][0]["matchFields"][0]["values"][0].as_str()
}

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

/// Whether a pod is to be there, and whether one that is there may stay.
///
/// upstream: NodeShouldRunDaemonPod.
fn should_run(pod: &Object, node: &Object) -> (bool, bool) {
    let asked = pod.node_name();
    if !asked.is_empty() && asked != node.name() || !is_selected(pod, node) {
        return (false, false);
    }
    let tolerations = pod.value["spec"]["tolerations"].items();
    let keeps_away = |taint: &Value| !tolerations.iter().any(|it| tolerates(it, taint));
    let mut taints = node.taints().iter();
    let mut runs = true;
    let stays = !taints.any(|it| {
        let effect = it["effect"].as_str();
        let is_away = effect != "PreferNoSchedule" && keeps_away(it);
        runs &= !is_away;
        is_away && effect == "NoExecute"
    });
    (runs && stays, stays)
}

/// upstream: CreatePodTemplate, ReplaceDaemonSetPodNodeNameNodeAffinity.
fn pod_for(ctx: &Ctx<'_>, set: &Object, (number, node): (usize, &Object), hash: &str) -> Value {
    let mut pod = pod_of(ctx, set, number);
    pod["metadata"]["labels"][HASH_LABEL] = hash.into();
    pod["metadata"]["labels"]["pod-template-generation"] =
        set.meta()["annotations"][crate::api::meta::TEMPLATE_GENERATION].clone();
    let spec = &mut pod["spec"];
    for (taint, effect) in TOLERATED {
        let key = ["node.kubernetes.io/", taint].concat();
        let toleration = object! {"key": key, "operator": "Exists", "effect": effect};
        if !spec["tolerations"].items().contains(&toleration) {
            spec["tolerations"].as_items_mut().push(toleration);
        }
    }
    let field = object! {"key": "metadata.name", "operator": "In", "values": array![node.name()]};
    let terms = &mut spec["affinity"]["nodeAffinity"][REQUIRED]["nodeSelectorTerms"];
    let all = if terms.is_null() {
        array![object! {"matchFields": array![field]}]
    } else {
        // The node's name is asked for beside what the template asks for.
        let with_field = |it: &Value| {
            let mut term = it.clone();
            term["matchFields"] = array![&field];
            term
        };
        terms.items().iter().map(with_field).collect()
    };
    *terms = all;
    pod
}

/// The template as a ControllerRevision, and only so many older ones.
///
/// upstream: constructHistory, cleanupHistory. differs: pods that use an old revision do not keep it.
fn keep_history(ctx: &Ctx<'_>, set: &Object, hash: &Text, decisions: &mut Vec<Decision>) {
    let all = ctx
        .objects
        .list_in(Kind::ControllerRevision, set.namespace());
    let mut kept: Vec<&Arc<Object>> = all.filter(|it| it.is_controlled_by(set)).collect();
    sort::by_key(&mut kept, |it| count(&it.value, "revision"));
    let newest = kept.last().map_or(0, |it| count(&it.value, "revision"));
    let facts = (
        Text::from(set.name()),
        crate::text!("{}-{hash}", set.name()),
    );
    match kept.iter().find(|it| it.name() == facts.1) {
        Some(current) if count(&current.value, "revision") == newest => {}
        Some(current) => {
            let mut value = current.value.clone();
            value["revision"] = (newest + 1).into();
            let why = Why::RevisionAgain {
                set: facts.0,
                revision: facts.1,
                number: crate::text!("{}", newest + 1),
            };
            decisions.push(Decision::send(current.key(), Verb::Update(value), why));
        }
        None => {
            let key = Key::new(Kind::ControllerRevision, set.namespace(), &facts.1);
            let mut value = new_value(&key);
            let template = &set.value["spec"]["template"];
            value["metadata"]["labels"] = template["metadata"]["labels"].clone();
            value["metadata"]["labels"][HASH_LABEL] = hash.into();
            value["metadata"]["annotations"] = set.meta()["annotations"].clone();
            value["metadata"]["ownerReferences"] = owned_by(set);
            value["data"] = revision_data(template);
            value["revision"] = (newest + 1).into();
            let why = Why::RevisionNew {
                set: facts.0,
                revision: facts.1,
            };
            decisions.push(Decision::send(key, Verb::Create(value), why));
        }
    }
    let limit = set.value["spec"]["revisionHistoryLimit"]
        .as_int()
        .unwrap_or(10);
    let old = kept
        .iter()
        .filter(|it| it.labels()[HASH_LABEL].as_str() != hash.as_str());
    let old: Vec<_> = old.collect();
    let excess = old
        .len()
        .saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
    for revision in old.into_iter().take(excess) {
        let why = Why::RevisionOld {
            set: set.name().into(),
            revision: revision.name().into(),
            limit: crate::text!("{limit}"),
        };
        let verb = Verb::Delete(DeleteOptions::default());
        decisions.push(Decision::send(revision.key(), verb, why));
    }
}

/// Makes what is missing, removes what is too much.
///
/// upstream: manage, podsShouldBeOnNode, syncNodes.
fn manage(sync: Sync<'_>, decisions: &mut Vec<Decision>) {
    let Sync {
        ctx,
        set,
        places,
        hash,
    } = sync;
    for (number, place) in places.iter().enumerate() {
        let node = Text::from(place.node.name());
        if place.runs && place.pods.is_empty() {
            let pod = pod_for(ctx, set, (number, place.node), hash);
            let why = Why::DaemonMissing {
                set: set.name().into(),
                pod: pod["metadata"]["name"].as_str().into(),
                node,
            };
            decisions.push(create_pod(pod, why, set, NAME));
            continue;
        }
        let mut kept = 0;
        for pod in place.pods.iter().filter(|it| !it.is_terminating()) {
            let facts = (Text::from(set.name()), Text::from(pod.name()), node.clone());
            let (set_name, pod_name, node) = facts;
            if place.stays && pod.is_terminal() {
                note_failed(set, pod, &node, decisions);
                let why = Why::DaemonFailed {
                    set: set_name,
                    pod: pod_name,
                    node,
                };
                decisions.push(delete_pod(pod, why, set, NAME));
            } else if !place.stays || kept > 0 {
                let why = Why::DaemonSpare {
                    set: set_name,
                    pod: pod_name,
                    node,
                };
                decisions.push(delete_pod(pod, why, set, NAME));
            } else {
                kept += 1;
            }
        }
    }
}

fn note_failed(set: &Object, pod: &Object, node: &Text, decisions: &mut Vec<Decision>) {
    let message = crate::text!(
        "Found failed daemon pod {}/{} on node {node}, will try to kill it",
        pod.namespace(),
        pod.name()
    );
    let event = EventRecord {
        about: set.as_involved_object(),
        source: EventSource {
            component: NAME,
            host: Text::new(),
        },
        is_warning: true,
        reason: "FailedDaemonPod",
        message,
    };
    let why = Why::DaemonFailed {
        set: set.name().into(),
        pod: pod.name().into(),
        node: node.clone(),
    };
    decisions.push(Decision::Record(event, why));
}

/// Replaces pods of older templates, as many at a time as may be unavailable.
///
/// upstream: rollingUpdate; nodes are taken by name, where upstream takes them as its map has them.
fn roll(sync: Sync<'_>, decisions: &mut Vec<Decision>) {
    let Sync {
        ctx,
        set,
        places,
        hash,
    } = sync;
    let min_ready = min_ready(set);
    let wanted = places.iter().filter(|it| it.runs).count();
    let block = &set.value["spec"]["updateStrategy"]["rollingUpdate"];
    let limit = scaled(
        &block["maxUnavailable"],
        i64::try_from(wanted).unwrap_or(i64::MAX),
        true,
    );
    let limit = usize::try_from(limit.max(1)).unwrap_or(1);
    let (mut unavailable, mut broken, mut sound) = (0, Vec::new(), Vec::new());
    for place in places.iter().filter(|it| !it.pods.is_empty()) {
        match place.pods.iter().find(|it| !it.is_terminating()) {
            None => unavailable += 1,
            Some(pod) if pod.labels()[HASH_LABEL].as_str() == hash => {
                unavailable += usize::from(!pod.is_available(min_ready, ctx.now));
            }
            Some(pod) if pod.is_available(min_ready, ctx.now) => sound.push((pod, place.node)),
            Some(pod) => broken.push((pod, place.node)),
        }
    }
    let room = limit.saturating_sub(unavailable);
    if room < sound.len() {
        decisions.push(Decision::Wait {
            on: sound[room].0.key(),
            why: Why::WaitsForBudget {
                set: set.name().into(),
                pod: sound[room].0.name().into(),
                limit: crate::text!("{limit}"),
            },
        });
    }
    for (pod, node) in broken.into_iter().chain(sound.into_iter().take(room)) {
        let why = Why::DaemonOutdated {
            set: set.name().into(),
            pod: pod.name().into(),
            node: node.name().into(),
        };
        decisions.push(delete_pod(pod, why, set, NAME));
    }
}

/// upstream: updateDaemonSetStatus.
fn write(sync: Sync<'_>, decisions: &mut Vec<Decision>) {
    let Sync {
        ctx,
        set,
        places,
        hash,
    } = sync;
    let min_ready = min_ready(set);
    let number = |counts: &dyn Fn(&Place<'_>, Option<&Object>) -> bool| -> i64 {
        let all = places.iter();
        let found = all.filter(|it| counts(it, it.pods.first().map(AsRef::as_ref)));
        i64::try_from(found.count()).unwrap_or(i64::MAX)
    };
    let desired = number(&|it, _| it.runs);
    let available =
        number(&|it, pod| it.runs && pod.is_some_and(|it| it.is_available(min_ready, ctx.now)));
    let ready = number(&|it, pod| it.runs && pod.is_some_and(Object::is_ready));
    let is_updated = |pod: &Object| pod.labels()[HASH_LABEL].as_str() == hash;
    let mut status = object! {
        "desiredNumberScheduled": desired,
        "currentNumberScheduled": number(&|it, pod| it.runs && pod.is_some()),
        "numberMisscheduled": number(&|it, pod| !it.runs && pod.is_some()),
        "numberReady": ready,
    };
    let updated = number(&|it, pod| it.runs && pod.is_some_and(is_updated));
    let counts = [
        ("updatedNumberScheduled", updated),
        ("numberAvailable", available),
        ("numberUnavailable", desired - available),
        ("observedGeneration", set.generation()),
    ];
    set_counts(&mut status, &counts);
    let why = Why::DaemonsCounted {
        set: set.name().into(),
        ready: crate::text!("{ready}"),
        desired: crate::text!("{desired}"),
    };
    write_status(set, status, why, decisions);
}
