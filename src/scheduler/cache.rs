//! Which pods each node has, or is meant to get; kept from one pod that is scheduled to the next.
//!
//! upstream: pkg/scheduler/backend/cache/cache.go, framework.NodeInfo.

use std::sync::Arc;

use crate::api::{Kind, Object};
use crate::memory::Placed;
use crate::plan::Ctx;
use crate::value::Text;

/// The cache, with what has changed since the last pod that was scheduled.
pub(super) fn follow(ctx: &Ctx<'_>) -> Placed {
    let old = &ctx.memory.placed;
    let mut placed = old.clone();
    ctx.objects.changes(&old.seen, &mut |before, after| {
        if let Some(pod) = before {
            take(&mut placed, pod);
        }
        if let Some(pod) = after {
            put(&mut placed, pod);
        }
    });
    placed.seen = ctx.objects.clone();
    placed
}

/// The node that a pod takes room of; nothing for what is no pod.
fn node_of(pod: &Object) -> Option<Text> {
    let is_there = pod.kind == Kind::Pod && !pod.is_terminal();
    let name = match pod.node_name() {
        "" => pod.nominated_node(),
        name => name,
    };
    (is_there && !name.is_empty()).then(|| name.into())
}

fn put(placed: &mut Placed, pod: &Arc<Object>) {
    let Some(name) = node_of(pod) else { return };
    let mut node = placed.nodes.get(&name).cloned().unwrap_or_default();
    node.pods.insert(pod.key(), Arc::clone(pod));
    let owner = pod.controller_uid();
    let kin = node.owners.get(owner).copied().unwrap_or_default();
    node.owners.insert(owner.clone(), kin + 1);
    placed.nodes.insert(name, node);
    placed.with_affinity += usize::from(pod.has_affinity());
}

/// Takes a pod off its node.
pub(super) fn take(placed: &mut Placed, pod: &Object) {
    let Some(name) = node_of(pod) else { return };
    let Some(mut node) = placed.nodes.get(&name).cloned() else {
        return;
    };
    if node.pods.remove(&pod.key()).is_none() {
        return;
    }
    let owner = pod.controller_uid();
    let kin = node.owners.get(owner).copied().unwrap_or_default();
    node.owners.insert(owner.clone(), kin.saturating_sub(1));
    placed.nodes.insert(name, node);
    placed.with_affinity -= usize::from(pod.has_affinity());
}
