//! The pod garbage collector: pods of nodes that are gone, or known to be out of service, are failed and removed.
//!
//! Left out: the limit of ended pods (12500).
//! upstream: pkg/controller/podgc/gc_controller.go.

use super::{delete, disruption, patch_status, until_round};
use crate::api::Object;
use crate::api::condition::Condition;
use crate::api::node::OUT_OF_SERVICE;
use crate::apiserver::{Patch, Verb};
use crate::object;
use crate::plan::{Ctx, Decision, Plan};
use crate::time::Duration;
use crate::value::Text;
use crate::why::Why;

/// It looks so often.
const ROUND: Duration = Duration::s(20);
/// From the round that first misses a node to the one that acts: a quarantine of 40 s, and the next round.
const QUARANTINE: Duration = Duration::s(60);

/// A pod on its way out, on a node that does not answer.
///
/// upstream: gcTerminating.
pub(super) fn terminating(ctx: &Ctx<'_>, pod: &Object, node: &Object, plan: &mut Plan) {
    if node.is_node_ready() || !pod.is_terminating() {
        return;
    }
    let (name, node_name) = (Text::from(pod.name()), Text::from(node.name()));
    let mut taints = node.taints().iter();
    if !taints.any(|it| it["key"].as_str() == OUT_OF_SERVICE) {
        let why = Why::WaitsForKubelet {
            pod: name,
            node: node_name,
        };
        plan.decisions.push(Decision::Wait { on: pod.key(), why });
        return;
    }
    let why = Why::OutOfService {
        pod: name,
        node: node_name,
    };
    remove(
        ctx,
        pod,
        until_round(ctx.config, ctx.now, ROUND),
        None,
        why,
        plan,
    );
}

/// A pod whose node is gone.
///
/// upstream: gcOrphaned.
pub(super) fn orphaned(ctx: &Ctx<'_>, pod: &Object) -> Plan {
    let mut plan = Plan::default();
    let uid = Text::from(pod.uid());
    let round = until_round(ctx.config, ctx.now, ROUND);
    let missed = ctx.memory.orphans.get(&uid).copied();
    let due = missed.unwrap_or(Duration::ms(ctx.now.ms + round.ms + QUARANTINE.ms));
    let left = Duration::ms(due.ms.saturating_sub(ctx.now.ms));
    let mut memory = ctx.memory.clone();
    memory.orphans.insert(uid, due);
    plan.memory = Some(memory);
    let message = "PodGC: node no longer exists";
    let condition = disruption(pod, "DeletionByPodGC", message);
    let why = Why::NodeGone {
        pod: pod.name().into(),
        node: pod.node_name().into(),
    };
    remove(ctx, pod, left, Some(&condition), why, &mut plan);
    plan
}

/// upstream: markFailedAndDeletePodWithCondition.
fn remove(
    ctx: &Ctx<'_>,
    pod: &Object,
    left: Duration,
    condition: Option<&Condition>,
    why: Why,
    plan: &mut Plan,
) {
    if left.ms > 0 {
        let before = plan.requeue_after;
        plan.requeue_after = Some(before.map_or(left, |it| it.min(left)));
        let why = Why::WaitsForPodGc {
            pod: pod.name().into(),
            seconds: crate::text!("{}", left.ms.div_ceil(1000)),
        };
        plan.decisions.push(Decision::Wait { on: pod.key(), why });
        return;
    }
    if !pod.is_terminal() {
        plan.decisions.push(fail(ctx, pod, condition, why.clone()));
    }
    plan.decisions.push(delete(pod, Some(0), why));
}

fn fail(ctx: &Ctx<'_>, pod: &Object, condition: Option<&Condition>, why: Why) -> Decision {
    let status = object! {"phase": "Failed", "observedGeneration": pod.generation()};
    match condition {
        Some(condition) => patch_status(ctx, pod, condition, status, why),
        None => {
            let patch = object! {"metadata": object! {"uid": pod.uid()}, "status": status};
            Decision::send(pod.key(), Verb::PatchStatus(Patch::Merge, patch), why)
        }
    }
}
