//! The node lifecycle controller: a node whose kubelet is silent is NotReady, then tainted.
//!
//! upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go.

use super::{patch_status, pods_on, tell, until_round};
use crate::api::condition::{self, Condition};
use crate::api::node::{CONDITIONS, NOT_READY, UNREACHABLE, UNSCHEDULABLE};
use crate::api::{Kind, Object};
use crate::apiserver::{Patch, Verb};
use crate::config::Version;
use crate::object;
use crate::plan::{Ctx, Decision, Plan};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::why::Why;

/// A kubelet renews its node's lease so often.
const RENEWAL: Duration = Duration::s(10);
/// The monitor looks at all nodes so often.
const MONITOR: Duration = Duration::s(5);
/// From NotReady to the taint that evicts: its loop turns every 100 ms.
const TAINTING: Duration = Duration::ms(50);
/// One node at a time gets that taint.
const RATE: Duration = Duration::s(10);

/// upstream: monitorNodeHealth, doNoScheduleTaintingPass, doNoExecuteTaintingPass.
pub(super) fn look(ctx: &Ctx<'_>, node: &Object) -> Plan {
    let mut plan = Plan::default();
    let is_done = monitor(ctx, node, &mut plan) || no_schedule(ctx, node, &mut plan);
    if !is_done {
        no_execute(ctx, node, &mut plan);
    }
    plan
}

/// Gives a silent node up once the grace period is over; says whether it wrote.
///
/// upstream: tryUpdateNodeHealth, MarkPodsNotReady.
fn monitor(ctx: &Ctx<'_>, node: &Object, plan: &mut Plan) -> bool {
    let Some(silence) = ctx.memory.silent.get(node.name()) else {
        return false;
    };
    if node.ready()["status"].as_str() == "Unknown" {
        return false;
    }
    let grace_s = match ctx.config.version {
        Version::V1_22 => 40,
        Version::V1_36 => 50,
    };
    // The last renewal, the round that noticed it, and the grace after that.
    let (since, start) = (silence.since, ctx.config.loops_since);
    let renewed = since.since(start).ms / RENEWAL.ms * RENEWAL.ms;
    let due = start + Duration::ms(renewed + MONITOR.ms) + Duration::s(grace_s);
    let (name, seconds) = (Text::from(node.name()), crate::text!("{grace_s}"));
    if ctx.now < due {
        let why = Why::WaitsForLease {
            node: name,
            seconds,
        };
        plan.decisions.push(Decision::Wait {
            on: node.key(),
            why,
        });
        plan.requeue_after = Some(due.since(ctx.now));
        return false;
    }
    let why = Why::NodeLost {
        node: name.clone(),
        seconds,
    };
    let mut conditions = node.value["status"]["conditions"].clone();
    for kind in CONDITIONS {
        let (mut it, mut reason, mut message) = (
            conditions.item("type", kind).clone(),
            "NodeStatusUnknown",
            "Kubelet stopped posting node status.",
        );
        if it.is_null() {
            it["type"] = kind.into();
            it["lastHeartbeatTime"] = node.meta()["creationTimestamp"].clone();
            reason = "NodeStatusNeverUpdated";
            message = "Kubelet never posted node status.";
        }
        it["status"] = "Unknown".into();
        it["reason"] = reason.into();
        it["message"] = message.into();
        it["lastTransitionTime"] = ctx.now.rfc3339().into();
        condition::put(&mut conditions, it);
    }
    let patch = object! {"status": object! {"conditions": conditions}};
    let verb = Verb::PatchStatus(Patch::Merge, patch);
    plan.decisions
        .push(Decision::send(node.key(), verb, why.clone()));
    let mut about = node.as_involved_object();
    about.remove("resourceVersion");
    let text = crate::text!("Node {name} status is now: NodeNotReady");
    plan.decisions
        .push(tell("node-controller", about, "NodeNotReady", text, why));
    for pod in pods_on(ctx.objects, node.name()).filter(|it| it.is_ready()) {
        let why = Why::PodUnreachable {
            pod: pod.name().into(),
            node: name.clone(),
        };
        let old = pod.value["status"]["conditions"].item("type", "Ready");
        let condition = Condition {
            kind: "Ready",
            observed_generation: old["observedGeneration"].as_int(),
            ..Condition::default()
        };
        let patch = patch_status(ctx, pod, &condition, Value::object(), why.clone());
        plan.decisions.push(patch);
        let about = pod.as_involved_object();
        let text = "Node is not ready".into();
        plan.decisions
            .push(tell("node-controller", about, "NodeNotReady", text, why));
    }
    true
}

/// The taints with effect NoSchedule follow conditions and cordon; says whether it wrote.
fn no_schedule(ctx: &Ctx<'_>, node: &Object, plan: &mut Plan) -> bool {
    let wanted: [(&str, bool); 6] = [
        (NOT_READY, node.ready()["status"].as_str() == "False"),
        (UNREACHABLE, node.ready()["status"].as_str() == "Unknown"),
        (
            "node.kubernetes.io/memory-pressure",
            node.is("MemoryPressure"),
        ),
        ("node.kubernetes.io/disk-pressure", node.is("DiskPressure")),
        ("node.kubernetes.io/pid-pressure", node.is("PIDPressure")),
        (UNSCHEDULABLE, node.is_unschedulable()),
    ];
    for (key, is_wanted) in wanted {
        if node.has_taint(key, "NoSchedule") == is_wanted {
            continue;
        }
        let (node_name, taint) = (node.name().into(), crate::text!("{key}:NoSchedule"));
        let why = if is_wanted {
            Why::NodeShunned {
                node: node_name,
                taint,
            }
        } else {
            Why::TaintLifted {
                node: node_name,
                taint,
            }
        };
        set_taints(ctx, node, (&[key], "NoSchedule"), is_wanted, plan, why);
        return true;
    }
    false
}

/// The taint that evicts follows the Ready condition, at a rate, and not while too many nodes are lost.
///
/// upstream: processTaintBaseEviction, ComputeZoneState, handleDisruption.
fn no_execute(ctx: &Ctx<'_>, node: &Object, plan: &mut Plan) {
    const BOTH: [&str; 2] = [UNREACHABLE, NOT_READY];
    const EFFECT: &str = "NoExecute";
    let node_name = || Text::from(node.name());
    // upstream: monitorNodeHealth leaves nodes that never told how they are to tryUpdateNodeHealth.
    let tells = |it: &Object| !it.ready().is_null();
    if !tells(node) {
        return;
    }
    let tainted = BOTH.into_iter().find(|it| node.has_taint(it, EFFECT));
    let wanted = match node.ready()["status"].as_str() {
        "True" => None,
        "False" => Some(NOT_READY),
        _ => Some(UNREACHABLE),
    };
    let (mut lost, mut nodes) = (0, 0);
    for it in ctx.objects.list(Kind::Node).filter(|it| tells(it)) {
        nodes += 1;
        lost += i32::from(!it.is_node_ready());
    }
    let all_lost = lost == nodes;
    let why_lifted = |key: &str| Why::TaintLifted {
        node: node_name(),
        taint: crate::text!("{key}:{EFFECT}"),
    };
    let Some(wanted) = wanted.filter(|_| !all_lost) else {
        let wait = if all_lost {
            Duration::default()
        } else {
            until_round(ctx.config, ctx.now, MONITOR)
        };
        match tainted {
            Some(key) if wait.ms == 0 => {
                set_taints(ctx, node, (&BOTH, EFFECT), false, plan, why_lifted(key));
            }
            Some(key) => {
                plan.requeue_after = Some(wait);
                let why = Why::WaitsForRound {
                    node: node_name(),
                    taint: crate::text!("{key}:{EFFECT}"),
                };
                plan.decisions.push(Decision::Wait {
                    on: node.key(),
                    why,
                });
            }
            None if all_lost => halt(plan, node, lost, nodes),
            None => {}
        }
        return;
    };
    if tainted == Some(wanted) {
        return;
    }
    // upstream: stateFullDisruption and statePartialDisruption of at most 50 nodes stop the evictions.
    if lost > 2 && lost * 100 >= nodes * 55 {
        return halt(plan, node, lost, nodes);
    }
    let lost_at = Time::parse(node.ready()["lastTransitionTime"].as_str());
    let due = lost_at.unwrap_or_default() + TAINTING;
    let due = due.max(ctx.memory.tainted_at + RATE);
    if due > ctx.now && tainted.is_none() {
        plan.requeue_after = Some(due.since(ctx.now));
        let why = Why::WaitsForTaint {
            node: node_name(),
            taint: crate::text!("{wanted}:{EFFECT}"),
        };
        let on = node.key();
        return plan.decisions.push(Decision::Wait { on, why });
    }
    if let Some(old) = tainted {
        set_taints(ctx, node, (&BOTH, EFFECT), false, plan, why_lifted(old));
    } else {
        let mut memory = ctx.memory.clone();
        memory.tainted_at = ctx.now;
        plan.memory = Some(memory);
        let why = Why::NodeEvicts {
            node: node_name(),
            taint: crate::text!("{wanted}:{EFFECT}"),
        };
        set_taints(ctx, node, (&[wanted], EFFECT), true, plan, why);
    }
}

fn halt(plan: &mut Plan, node: &Object, lost: i32, nodes: i32) {
    plan.decisions.push(Decision::Wait {
        on: node.key(),
        why: Why::EvictionHalted {
            node: node.name().into(),
            lost: crate::text!("{lost}"),
            nodes: crate::text!("{nodes}"),
        },
    });
}

/// Adds a taint at the end, or takes taints away.
///
/// upstream: AddOrUpdateTaintOnNode, RemoveTaintOffNode.
fn set_taints(
    ctx: &Ctx<'_>,
    node: &Object,
    (keys, effect): (&[&str], &str),
    adds: bool,
    plan: &mut Plan,
    why: Why,
) {
    let mut taints: Vec<Value> = node.taints().to_vec();
    if adds {
        taints.push(object! {
            "key": keys[0], "effect": effect, "timeAdded": ctx.now.rfc3339(),
        });
    } else {
        taints.retain(|it| it["effect"].as_str() != effect || !keys.contains(&it["key"].as_str()));
    }
    let taints: Value = if taints.is_empty() {
        Value::Null
    } else {
        taints.into()
    };
    let patch = object! {
        "metadata": object! {"resourceVersion": &node.meta()["resourceVersion"]},
        "spec": object! {"taints": taints},
    };
    plan.decisions.push(Decision::send(
        node.key(),
        Verb::Patch(Patch::Merge, patch),
        why,
    ));
}
