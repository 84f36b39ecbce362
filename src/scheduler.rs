//! The scheduler: filter the nodes, pick one, bind; or say why not.
//!
//! Left out so far: requests, affinity, tolerations, spread constraints.
//! upstream: pkg/scheduler/schedule_one.go.

mod volumes;

use std::sync::Arc;

use crate::api::condition::{self, Condition};
use crate::api::selector::Selector;
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::{Patch, Request, Verb, WriteOptions};
use crate::chance::chance;
use crate::object;
use crate::plan::{
    Actor, Component, Ctx, Decision, EventRecord, EventSource, OnError, Plan, Report,
};
use crate::sort;
use crate::value::{Text, Value};
use crate::why::Why;

/// The scheduler.
pub const COMPONENT: Component = Component {
    actor: Actor::Scheduler,
    wakes,
    reconcile,
};

/// A pod wakes itself; a changed node wakes every pod that waits for one, a changed volume or class those with claims,
/// a claim those that use it.
///
/// upstream: EventsToRegister of the plugins, isPodUpdated. differs: a claim that is not bound yet wakes nobody.
fn wakes(objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(object) = after.or(before) else {
        return Vec::new();
    };
    let waits = |pod: &Object| pod.node_name().is_empty() && !pod.is_terminating();
    match object.kind {
        Kind::Pod if after.is_some_and(waits) => {
            let is_updated = before.is_none_or(|it| {
                it.value["spec"] != object.value["spec"] || it.labels() != object.labels()
            });
            if is_updated {
                vec![object.key()]
            } else {
                Vec::new()
            }
        }
        Kind::PersistentVolumeClaim
            if before.is_none() || after.is_some_and(Object::is_claim_bound) =>
        {
            let pods = objects.list_in(Kind::Pod, object.namespace());
            pods.filter(|it| waits(it) && it.claim_names().any(|it| it == object.name()))
                .map(|it| it.key())
                .collect()
        }
        Kind::PersistentVolume | Kind::StorageClass => objects
            .list(Kind::Pod)
            .filter(|it| waits(it) && it.claim_names().next().is_some())
            .map(|it| it.key())
            .collect(),
        Kind::Node => objects
            .list(Kind::Pod)
            .filter(|it| waits(it))
            .map(|it| it.key())
            .collect(),
        _ => Vec::new(),
    }
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
    let nodes: Vec<&Arc<Object>> = ctx.objects.list(Kind::Node).collect();
    let nominated = nodes.iter().find(|it| it.name() == pod.nominated_node());
    if let Some(plan) = nominated.and_then(|it| volumes::prepare(ctx, pod, it)) {
        return plan;
    }
    let everywhere = volumes::refusal_everywhere(ctx, pod);
    if !everywhere.is_empty() {
        // upstream: the plugin that looks for resource claims to deallocate has no state then, and says so.
        let message = crate::text!(
            "0/{} nodes are available: {everywhere}. not found",
            nodes.len()
        );
        return Plan {
            decisions: unschedulable(ctx, pod, message),
            ..Plan::default()
        };
    }
    let fitting: Vec<&Object> = nodes
        .iter()
        .filter(|it| refusal(ctx, pod, it).is_none())
        .map(AsRef::as_ref)
        .collect();
    let decisions = match fitting.iter().min_by_key(|it| rank(ctx, pod, it)) {
        Some(node) => {
            if let Some(plan) = volumes::prepare(ctx, pod, node) {
                return plan;
            }
            vec![bind(pod, node, fitting.len(), nodes.len())]
        }
        None => unschedulable(ctx, pod, refusal_text(ctx, pod, &nodes)),
    };
    Plan {
        decisions,
        ..Plan::default()
    }
}

/// Why a node cannot take a pod.
///
/// upstream: the Filter plugins' reasons.
fn refusal(ctx: &Ctx<'_>, pod: &Object, node: &Object) -> Option<&'static str> {
    let wanted = &pod.value["spec"]["nodeSelector"];
    if node.is_unschedulable() {
        Some(CORDONED)
    } else if !node.is_node_ready() {
        Some(TAINTED)
    } else {
        let matches = Selector::from_labels(wanted).matches(node.labels());
        if matches {
            volumes::refusal(ctx, pod, node)
        } else {
            Some(NOT_SELECTED)
        }
    }
}

const CORDONED: &str = "node(s) were unschedulable";
const TAINTED: &str = "node(s) had untolerated taint(s)";
const NOT_SELECTED: &str = "node(s) didn't match Pod's node affinity/selector";

/// Fewer pods of the same owner first, then fewer pods, then a keyed draw.
///
/// differs: upstream adds up scores of a dozen plugins; for pods without requests they come to this.
fn rank(ctx: &Ctx<'_>, pod: &Object, node: &Object) -> (usize, usize, u64) {
    let owner = pod.controller()["uid"].as_str();
    let (mut kin, mut all) = (0, 0);
    for other in ctx
        .objects
        .list(Kind::Pod)
        .filter(|it| [it.node_name(), it.nominated_node()].contains(&node.name()))
        .filter(|it| it.uid() != pod.uid() && !it.is_terminal())
    {
        all += 1;
        kin += usize::from(!owner.is_empty() && other.controller()["uid"].as_str() == owner);
    }
    (
        kin,
        all,
        chance(ctx.config.seed, &["schedule", pod.uid(), node.name()]),
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

/// upstream: framework.FitError; spec/statefulset.md C.2.
fn refusal_text(ctx: &Ctx<'_>, pod: &Object, nodes: &[&Arc<Object>]) -> Text {
    if nodes.is_empty() {
        return "no nodes available to schedule pods".into();
    }
    let mut reasons: Vec<String> = Vec::new();
    for text in [
        TAINTED,
        CORDONED,
        NOT_SELECTED,
        volumes::NO_VOLUME,
        volumes::ELSEWHERE,
        volumes::VOLUME_GONE,
    ] {
        let count = nodes
            .iter()
            .filter(|it| refusal(ctx, pod, it) == Some(text))
            .count();
        if count > 0 {
            reasons.push(format!("{count} {text}"));
        }
    }
    sort::by(&mut reasons, Ord::cmp);
    let (all, reasons) = (nodes.len(), reasons.join(", "));
    crate::text!(
        "0/{all} nodes are available: {reasons}. no new claims to deallocate, preemption: 0/{all} nodes are \
         available: {all} Preemption is not helpful for scheduling."
    )
}
