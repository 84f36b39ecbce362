//! The scheduler: filter the nodes, pick one, bind; or say why not.
//!
//! Left out so far: preemption, queue back-off; scores are reduced to an order.
//! upstream: pkg/scheduler/schedule_one.go.

mod cache;
mod nodes;
mod pods;
mod refusal;
mod resources;
mod volumes;

use self::pods::Neighbours;
use self::refusal::{Host, refusal, sentence};
use crate::api::condition::{self, Condition};
use crate::api::storage::SELECTED_NODE;
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::{Patch, Request, Verb, WriteOptions};
use crate::chance::chance;
use crate::object;
use crate::plan::{
    Actor, Component, Ctx, Decision, EventRecord, EventSource, OnError, Plan, Report,
};
use crate::value::{Text, Value};
use crate::why::Why;

/// The scheduler.
pub const COMPONENT: Component = Component {
    actor: Actor::Scheduler,
    wakes,
    reconcile,
};

/// A pod wakes itself; a changed node, and a pod that came to a node or left one, wake the pods that wait for that; a
/// changed volume or class those with claims, a claim those that use it.
///
/// upstream: the plugins' EventsToRegister and their queueing hints. differs: a claim that is not bound yet wakes nobody, unless
/// its node was forgotten.
fn wakes(objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(object) = after.or(before) else {
        return Vec::new();
    };
    let waits = |pod: &Object| pod.node_name().is_empty() && !pod.is_terminating();
    let has_place = |pod: &&Object| !pod.node_name().is_empty() && !pod.is_terminal();
    let was_placed = before.is_some_and(|it| has_place(&it));
    let is_placed = after.is_some_and(|it| has_place(&it));
    let hopes: &[&str] = match object.kind {
        Kind::Pod if after.is_some_and(waits) => {
            // upstream: isPodUpdated, a status alone leads nowhere.
            let same = |it: &Object| {
                it.value["spec"] == object.value["spec"] && it.labels() == object.labels()
            };
            let is_news = !before.is_some_and(same);
            return is_news.then(|| object.key()).into_iter().collect();
        }
        Kind::PersistentVolumeClaim
            if before.is_none_or(|it| {
                !it.annotation(SELECTED_NODE).is_empty()
                    && object.annotation(SELECTED_NODE).is_empty()
            }) || after.is_some_and(Object::is_claim_bound) =>
        {
            let pods = objects.list_in(Kind::Pod, object.namespace());
            return pods
                .filter(|it| waits(it) && it.claim_names().any(|it| it == object.name()))
                .map(|it| it.key())
                .collect();
        }
        Kind::PersistentVolume | Kind::StorageClass => {
            return objects
                .list(Kind::Pod)
                .filter(|it| waits(it) && it.claim_names().next().is_some())
                .map(|it| it.key())
                .collect();
        }
        Kind::Node => &[""],
        Kind::Pod if was_placed && !is_placed => &[
            "Insufficient",
            "Too many",
            "affinity rules",
            "spread",
            "ports",
        ],
        Kind::Pod if is_placed && !was_placed => &["pod affinity rules", "spread"],
        _ => return Vec::new(),
    };
    let hears = |pod: &Object| {
        let conditions = &pod.value["status"]["conditions"];
        let message = conditions.item("type", "PodScheduled")["message"].as_str();
        hopes.iter().any(|it| message.contains(it))
    };
    let pods = objects.list(Kind::Pod);
    let woken = pods.filter(|it| waits(it) && hears(it));
    woken.map(|it| it.key()).collect()
}

/// upstream: ScheduleOne.
fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let Some(pod) = ctx
        .objects
        .get(key)
        .filter(|it| it.node_name().is_empty() && !it.is_terminating())
    else {
        return Plan::default();
    };
    let gates: Vec<&str> = pod.scheduling_gates().collect();
    if !gates.is_empty() {
        // upstream: plugins/schedulinggates, PreEnqueue; no event tells of it.
        let why = Why::SchedulingGated {
            pod: pod.name().into(),
            gates: gates.join(", ").into(),
        };
        return Plan {
            decisions: vec![Decision::Wait { on: pod.key(), why }],
            ..Plan::default()
        };
    }
    let key_of = |it: &str| Key::new(Kind::Node, "", it);
    let nominated = ctx.objects.get(&key_of(pod.nominated_node()));
    if let Some(plan) = nominated.and_then(|it| volumes::prepare(ctx, pod, it)) {
        return plan;
    }
    let everywhere = volumes::refusal_everywhere(ctx, pod);
    if !everywhere.is_empty() {
        // upstream: the plugin that looks for resource claims to deallocate has no state then, and says so.
        let nodes = ctx.objects.list(Kind::Node).count();
        let message = crate::text!("0/{nodes} nodes are available: {everywhere}. not found");
        return Plan {
            decisions: unschedulable(ctx, pod, message),
            ..Plan::default()
        };
    }
    let mut memory = ctx.memory.clone();
    memory.due.remove(pod.uid());
    memory.placed = cache::follow(ctx);
    let mut others = memory.placed.clone();
    cache::take(&mut others, pod);
    let nodes: Vec<Host<'_>> = ctx
        .objects
        .list(Kind::Node)
        .map(|node| Host {
            node,
            pods: others.nodes.get(node.name()).cloned().unwrap_or_default(),
        })
        .collect();
    let neighbours = Neighbours::of(ctx, pod, &nodes, others.with_affinity > 0);
    let (mut refusals, mut best, mut fitting) = (Vec::new(), None, 0);
    for node in &nodes {
        match refusal(ctx, pod, node, &neighbours) {
            Some(it) => refusals.push(it),
            None => {
                fitting += 1;
                let rank = rank(ctx, pod, node, &neighbours);
                if best.as_ref().is_none_or(|(least, _)| rank < *least) {
                    best = Some((rank, node.node));
                }
            }
        }
    }
    let decisions = match best {
        Some((_, node)) => {
            if let Some(plan) = volumes::prepare(ctx, pod, node) {
                return plan;
            }
            vec![bind(pod, node, fitting, fitting + refusals.len())]
        }
        None => unschedulable(ctx, pod, sentence(pod, &refusals)),
    };
    Plan {
        decisions,
        memory: Some(memory),
        ..Plan::default()
    }
}

/// The place that the options give it first, then the pod's preferences, then fewer pods of the same owner, then fewer pods, then a keyed draw.
///
/// differs: upstream adds up scores of a dozen plugins; for pods without requests they come to this.
fn rank(
    ctx: &Ctx<'_>,
    pod: &Object,
    Host { node, pods }: &Host<'_>,
    neighbours: &Neighbours,
) -> (bool, usize, i64, usize, usize, u64) {
    let owner = pod.controller_uid();
    let kin = pods.owners.get(owner).filter(|_| !owner.is_empty());
    let words = ["schedule", pod.uid(), node.name()];
    (
        !ctx.config.is_placed(pod.name(), node.name()),
        nodes::soft_taints(pod, node),
        -(nodes::preference(pod, node) + neighbours.preference(node)),
        kin.copied().unwrap_or_default(),
        pods.pods.iter().len(),
        chance(ctx.config.seed, &words),
    )
}

fn source() -> EventSource {
    EventSource {
        component: "default-scheduler",
        host: Text::new(),
    }
}

fn bind(pod: &Object, node: &Object, fitting: usize, nodes: usize) -> Decision {
    let message = crate::text!(
        "assigned {}/{} to {}",
        pod.namespace(),
        pod.name(),
        node.name()
    );
    Decision::Do {
        request: Request {
            key: pod.key(),
            verb: Verb::Bind(node.name().into()),
            options: WriteOptions::default(),
        },
        on_error: OnError::Stop,
        why: Why::Scheduled {
            pod: pod.name().into(),
            node: node.name().into(),
            fitting: crate::text!("{fitting}"),
            nodes: crate::text!("{nodes}"),
        },
        report: Some(Report {
            about: pod.as_involved_object(),
            source: source(),
            success: ("Scheduled", crate::text!("Successfully {message}")),
            failure: ("FailedScheduling", Text::new()),
        }),
    }
}

fn unschedulable(ctx: &Ctx<'_>, pod: &Object, message: Text) -> Vec<Decision> {
    let why = Why::Unschedulable {
        pod: pod.name().into(),
        message: message.clone(),
    };
    let mut decisions = vec![Decision::Wait {
        on: pod.key(),
        why: why.clone(),
    }];
    let old = &pod.value["status"]["conditions"];
    if old.item("type", "PodScheduled")["message"].as_str() != message {
        let mut conditions = old.clone();
        let unscheduled = Condition {
            kind: "PodScheduled",
            status: false,
            reason: "Unschedulable",
            message: message.clone(),
            observed_generation: Some(pod.generation()),
        };
        condition::set(&mut conditions, &unscheduled, ctx.now);
        let patch: Value = object! {"status": object! {"conditions": conditions}};
        let request = Request {
            key: pod.key(),
            verb: Verb::PatchStatus(Patch::Merge, patch),
            options: WriteOptions::default(),
        };
        decisions.push(Decision::Do {
            request,
            on_error: OnError::Stop,
            why: why.clone(),
            report: None,
        });
    }
    let event = EventRecord {
        about: pod.as_involved_object(),
        source: source(),
        is_warning: true,
        reason: "FailedScheduling",
        message,
    };
    decisions.push(Decision::Record(event, why));
    decisions
}
