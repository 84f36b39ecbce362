//! The kubelet: the life of a pod on its node.
//!
//! One kubelet per node, each looking only at pods bound to it; together they are one component whose keys are pods.
//! Left out so far: resources in place, ephemeral containers, evictions, node loss.
//! upstream: pkg/kubelet; spec/statefulset.md D.1, D.3, D.10.

mod back_off;
mod behaviour;
mod images;
mod life;
mod probes;
mod start;
mod status;
mod stop;
mod sync;
mod volumes;
mod wait;

use crate::api::{Key, Kind, Object, Objects};
use crate::plan::{Actor, Component, Ctx, Plan};

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
    let pod = ctx.objects.get(key).filter(|it| !it.node_name().is_empty());
    life::advance(ctx, key, pod)
}
