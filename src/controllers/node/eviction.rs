//! The taint eviction controller: pods go from a node with a `NoExecute` taint, at once or when they have tolerated
//! it for long enough.
//!
//! upstream: pkg/controller/tainteviction/{taint_eviction,timed_workers}.go.

use super::{delete, disruption, patch_status, tell};
use crate::api::Object;
use crate::api::node::tolerates;
use crate::object;
use crate::plan::{Ctx, Decision, Plan};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::why::Why;

/// When a pod is to go, as `Memory::evictions` keeps it, once it has been sent away.
const DONE: Duration = Duration { ms: u64::MAX };

/// upstream: processPodOnNode.
pub(super) fn look(ctx: &Ctx<'_>, pod: &Object, node: &Object) -> Plan {
    let mut plan = Plan::default();
    let uid = Text::from(pod.uid());
    let old = ctx.memory.evictions.get(&uid).copied();
    let (mut untolerated, mut least) = (None, None);
    for taint in node.taints() {
        if taint["effect"].as_str() != "NoExecute" {
            continue;
        }
        let tolerations = pod.value["spec"]["tolerations"].items();
        match tolerations.iter().find(|it| tolerates(it, taint)) {
            None => untolerated = Some(taint),
            Some(it) => {
                if let Some(seconds) = it["tolerationSeconds"].as_int() {
                    let seconds = u64::try_from(seconds).unwrap_or(0);
                    least = Some(least.map_or(seconds, |it: u64| it.min(seconds)));
                }
            }
        }
    }
    let due = match (untolerated, least, old) {
        (Some(_), _, Some(DONE)) => Some(Time::NEVER),
        (Some(_), ..) => Some(ctx.now),
        (None, Some(_), Some(old)) => Some(Time { ms: old.ms }),
        (None, Some(seconds), None) => Some(ctx.now + Duration::s(seconds)),
        (None, None, _) => None,
    };
    let is_pending = old.is_some_and(|it| it != DONE);
    if is_pending && (untolerated.is_some() || due.is_none()) {
        let why = Why::EvictionCancelled {
            pod: pod.name().into(),
            node: pod.node_name().into(),
        };
        plan.decisions.push(say(pod, "Cancelling deletion of", why));
    }
    let mut memory = ctx.memory.clone();
    match due {
        None => {
            if old.is_none() {
                return plan;
            }
            memory.evictions.remove(&uid);
        }
        Some(due) if due <= ctx.now => {
            send_away(ctx, pod, untolerated, &mut plan);
            memory.evictions.insert(uid, DONE);
        }
        Some(due) => {
            if due.ms != DONE.ms {
                let left = due.since(ctx.now);
                plan.requeue_after = Some(left);
                let why = Why::WaitsForEviction {
                    pod: pod.name().into(),
                    node: pod.node_name().into(),
                    seconds: crate::text!("{}", left.ms.div_ceil(1000)),
                };
                plan.decisions.push(Decision::Wait { on: pod.key(), why });
            }
            memory.evictions.insert(uid, Duration::ms(due.ms));
        }
    }
    plan.memory = Some(memory);
    plan
}

/// upstream: deletePodHandler, addConditionAndDeletePod.
fn send_away(ctx: &Ctx<'_>, pod: &Object, untolerated: Option<&Value>, plan: &mut Plan) {
    let (name, node) = (pod.name().into(), pod.node_name().into());
    let why = match untolerated {
        Some(taint) => Why::EvictedByTaint {
            pod: name,
            node,
            taint: taint["key"].as_str().into(),
        },
        None => Why::EvictedAfterToleration { pod: name, node },
    };
    let message = "Taint manager: deleting due to NoExecute taint";
    let condition = disruption(pod, "DeletionByTaintManager", message);
    plan.decisions
        .push(say(pod, "Marking for deletion", why.clone()));
    let patch = patch_status(ctx, pod, &condition, Value::object(), why.clone());
    plan.decisions.push(patch);
    plan.decisions.push(delete(pod, None, why));
}

/// The Event names the pod without its UID, so that `kubectl describe` does not list it.
fn say(pod: &Object, what: &str, why: Why) -> Decision {
    let about = object! {
        "kind": "Pod", "apiVersion": "v1", "name": pod.name(), "namespace": pod.namespace(),
    };
    let text = crate::text!("{what} Pod {}/{}", pod.namespace(), pod.name());
    tell(
        "taint-eviction-controller",
        about,
        "TaintManagerEviction",
        text,
        why,
    )
}
