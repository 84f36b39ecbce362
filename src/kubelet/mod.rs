//! The kubelet: the life of a pod on its node.
//!
//! One kubelet per node, each looking only at pods bound to it; together they are one component whose keys are pods.
//! Left out so far: resources in place, ephemeral containers, evictions by node pressure.
//! upstream: pkg/kubelet; spec/statefulset.md D.1, D.3, D.10.

mod back_off;
mod behaviour;
mod images;
mod life;
mod probes;
mod references;
mod start;
mod status;
mod stop;
mod sync;
mod volumes;
mod wait;

pub use probes::{asks_in_vain, listens, ports};

use crate::api::condition;
use crate::api::node::CONDITIONS;
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::{Patch, Verb};
use crate::memory::Outage;
use crate::object;
use crate::plan::{Actor, Component, Ctx, Decision, Plan};
use crate::value::Text;
use crate::why::Why;

/// All kubelets.
pub const COMPONENT: Component = Component {
    actor: Actor::Kubelet,
    wakes,
    reconcile,
};

/// A pod that has, or had, a node.
fn wakes(_objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let pod = after
        .or(before)
        .filter(|it| it.kind == Kind::Pod && !it.node_name().is_empty());
    pod.map(Object::key).into_iter().collect()
}

/// upstream: syncLoop, podWorkers.
fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let object = ctx.objects.get(key);
    if key.kind == Kind::Node {
        return object.map_or_else(Plan::default, |it| post_node(ctx, it));
    }
    match object.filter(|it| !it.node_name().is_empty()) {
        Some(pod) if is_silent(ctx, pod) => Plan::default(),
        pod => life::advance(ctx, key, pod),
    }
}

/// Whether no kubelet acts on the pod: one that shuts down ends its pods, and takes no new ones; a node that nobody
/// has heard of has none.
fn is_silent(ctx: &Ctx<'_>, pod: &Object) -> bool {
    let node = Key::new(Kind::Node, "", pod.node_name());
    let is_met = ctx.memory.networks.contains_key(&node.name);
    if !is_met && ctx.objects.get(&node).is_none() && !ctx.memory.pods.contains_key(pod.uid()) {
        return true;
    }
    let silence = ctx.memory.silent.get(pod.node_name());
    silence.is_some_and(|it| match it.cause {
        Outage::Power | Outage::Network => true,
        Outage::Shutdown => !ctx.memory.pods.contains_key(pod.uid()),
    })
}

/// A kubelet that has started, or shuts down, posts how its node is.
///
/// upstream: tryUpdateNodeStatus, setters of pkg/kubelet/nodestatus; ReadyCondition with the shutdown manager's error.
fn post_node(ctx: &Ctx<'_>, node: &Object) -> Plan {
    let mut plan = Plan::default();
    let silence = ctx.memory.silent.get(node.name()).map(|it| it.cause);
    let is_known = node.is_node_ready() == silence.is_none();
    if is_known || !matches!(silence, None | Some(Outage::Shutdown)) {
        return plan;
    }
    let mut conditions = node.value["status"]["conditions"].clone();
    let name = Text::from(node.name());
    let (ready, why) = match silence {
        None => (
            ("True", "KubeletReady", "kubelet is posting ready status"),
            Why::NodeBack { node: name },
        ),
        Some(_) => (
            ("False", "KubeletNotReady", "node is shutting down"),
            Why::NodeGoesDown { node: name },
        ),
    };
    let news = [
        ready,
        (
            "False",
            "KubeletHasSufficientMemory",
            "kubelet has sufficient memory available",
        ),
        (
            "False",
            "KubeletHasNoDiskPressure",
            "kubelet has no disk pressure",
        ),
        (
            "False",
            "KubeletHasSufficientPID",
            "kubelet has sufficient PID available",
        ),
    ];
    for (kind, (status, reason, message)) in CONDITIONS.into_iter().zip(news) {
        let mut it = conditions.item("type", kind).clone();
        let words = [
            ("type", kind),
            ("status", status),
            ("reason", reason),
            ("message", message),
        ];
        for (name, word) in words {
            it[name] = word.into();
        }
        for time in ["lastHeartbeatTime", "lastTransitionTime"] {
            it[time] = ctx.now.rfc3339().into();
        }
        condition::put(&mut conditions, it);
    }
    let patch = object! {"status": object! {"conditions": conditions}};
    let verb = Verb::PatchStatus(Patch::Merge, patch);
    plan.decisions.push(Decision::send(node.key(), verb, why));
    plan
}
