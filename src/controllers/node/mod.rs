//! What becomes of nodes whose kubelet is silent, and of the pods there: node lifecycle, taint eviction, pod garbage
//! collection. Keys are nodes and pods.
//!
//! Left out: zones (all nodes are one), leases as objects.
//! upstream: pkg/controller/{nodelifecycle,tainteviction,podgc}; spec/statefulset.md G.4.

mod eviction;
mod lifecycle;
mod podgc;

use std::sync::Arc;

use crate::api::condition::{self, Condition};
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::{Patch, Request, Verb, WriteOptions};
use crate::config::Config;
use crate::object;
use crate::plan::{Actor, Component, Ctx, Decision, EventRecord, EventSource, OnError, Plan};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::why::Why;

/// The controllers of nodes.
pub const COMPONENT: Component = Component {
    actor: Actor::NodeController,
    wakes,
    reconcile,
};

/// upstream: handleNodeUpdate and handlePodUpdate of the taint eviction controller; podgc and the node monitor poll.
fn wakes(objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(object) = after.or(before) else {
        return Vec::new();
    };
    let differs = |of: fn(&Object) -> &Value| before.map(of) != after.map(of);
    match object.kind {
        Kind::Node => {
            let mut keys = vec![object.key()];
            let fares: fn(&Object) -> &Value = |it| &it.ready()["status"];
            let is_other = differs(fares) || after.is_none();
            if is_other {
                // How many nodes are lost decides what becomes of each.
                keys = objects.list(Kind::Node).map(|it| it.key()).collect();
            }
            if before.is_some() && (is_other || differs(|it| &it.value["spec"]["taints"])) {
                keys.extend(pods_on(objects, object.name()).map(|it| it.key()));
            }
            keys
        }
        Kind::Pod if after.is_some() && !object.node_name().is_empty() => {
            let began = |it: &Object| !it.node_name().is_empty();
            let is_new = !before.is_some_and(began)
                || differs(|it| &it.value["spec"]["tolerations"])
                || object.is_terminating() != before.is_some_and(Object::is_terminating);
            let node = objects.get(&Key::new(Kind::Node, "", object.node_name()));
            let is_well = node.is_some_and(|it| it.is_node_ready() && !it.has_no_execute());
            if is_new && !is_well {
                vec![object.key()]
            } else {
                Vec::new()
            }
        }
        _ => Vec::new(),
    }
}

fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    match ctx.objects.get(key) {
        Some(node) if key.kind == Kind::Node => lifecycle::look(ctx, node),
        Some(pod) => match ctx.objects.get(&Key::new(Kind::Node, "", pod.node_name())) {
            Some(node) => {
                let mut plan = eviction::look(ctx, pod, node);
                podgc::terminating(ctx, pod, node, &mut plan);
                plan
            }
            None => podgc::orphaned(ctx, pod),
        },
        None => Plan::default(),
    }
}

/// The pods bound to a node.
fn pods_on<'a>(objects: &'a Objects, node: &str) -> impl Iterator<Item = &'a Arc<Object>> {
    let node: Text = node.into();
    let pods = objects.list(Kind::Pod);
    pods.filter(move |it| it.node_name() == node)
}

/// How long until the next round of a loop of the controller manager; zero while one is on.
fn until_round(config: &Config, now: Time, period: Duration) -> Duration {
    const LASTS_MS: u64 = 50;
    let into = now.since(config.loops_since).ms % period.ms;
    Duration::ms(if into < LASTS_MS { 0 } else { period.ms - into })
}

/// Patches a pod's status: its conditions, with one more set, and other fields.
fn patch_status(
    ctx: &Ctx<'_>,
    pod: &Object,
    condition: &Condition,
    fields: Value,
    why: Why,
) -> Decision {
    let mut status = fields;
    let mut conditions = pod.value["status"]["conditions"].clone();
    condition::set(&mut conditions, condition, ctx.now);
    status["conditions"] = conditions;
    let patch = object! {"metadata": object! {"uid": pod.uid()}, "status": status};
    Decision::send(pod.key(), Verb::PatchStatus(Patch::Merge, patch), why)
}

/// A pod's condition `DisruptionTarget`.
fn disruption(pod: &Object, reason: &'static str, message: &str) -> Condition {
    Condition {
        kind: "DisruptionTarget",
        status: true,
        reason,
        message: message.into(),
        observed_generation: Some(pod.generation()),
    }
}

/// A deletion that only meets this very pod.
fn delete(pod: &Object, grace_s: Option<i64>, why: Why) -> Decision {
    let options = crate::apiserver::DeleteOptions {
        grace_s,
        uid: Some(pod.uid().into()),
        ..Default::default()
    };
    Decision::Do {
        request: Request {
            key: pod.key(),
            verb: Verb::Delete(options),
            options: WriteOptions::default(),
        },
        on_error: OnError::Continue,
        why,
        report: None,
    }
}

/// An Event of one of these controllers.
fn tell(
    component: &'static str,
    about: Value,
    reason: &'static str,
    message: Text,
    why: Why,
) -> Decision {
    let event = EventRecord {
        source: EventSource {
            component,
            host: Text::new(),
        },
        is_warning: reason == "NodeNotReady" && about["kind"].as_str() == "Pod",
        about,
        reason,
        message,
    };
    Decision::Record(event, why)
}
