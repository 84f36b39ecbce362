//! Why a node cannot take a pod, and the one sentence about all nodes.
//!
//! upstream: the Filter plugins in their order; framework.FitError; preemption.Preempt; spec/statefulset.md C.2.

use super::nodes::{is_cordoned, is_tainted, ports_collide};
use super::pods::Neighbours;
use super::resources::{requests, shortage};
use super::volumes;
use crate::api::Object;
use crate::api::node::is_selected;
use crate::memory::NodePods;
use crate::plan::Ctx;
use crate::sort;
use crate::value::{Text, Value};

/// Why a node cannot take a pod.
pub(super) struct Refusal {
    reasons: Vec<Text>,
    /// Evicting other pods would not help.
    is_final: bool,
}

/// Why the node cannot take the pod; nothing if it can.
pub(super) fn refusal(
    ctx: &Ctx<'_>,
    pod: &Object,
    Host { node, pods: here }: &Host<'_>,
    neighbours: &Neighbours,
) -> Option<Refusal> {
    let of = |reason: &str, is_final| {
        let reasons = vec![reason.into()];
        Some(Refusal { reasons, is_final })
    };
    if is_cordoned(pod, node) {
        return of("node(s) were unschedulable", true);
    }
    if is_tainted(pod, node) {
        return of("node(s) had untolerated taint(s)", true);
    }
    if !is_selected(pod, node) {
        return of("node(s) didn't match Pod's node affinity/selector", true);
    }
    if ports_collide(pod, here) {
        let reason = "node(s) didn't have free ports for the requested pod ports";
        return of(reason, false);
    }
    let (reasons, is_final) = shortage(&requests(pod), here, node);
    if !reasons.is_empty() {
        return Some(Refusal { reasons, is_final });
    }
    if let Some(reason) = volumes::refusal(ctx, pod, node) {
        return of(reason, true);
    }
    let (reason, is_final) = neighbours.refusal(node)?;
    of(reason, is_final)
}

/// A node, with the pods that it has or that are meant for it.
pub(super) struct Host<'a> {
    pub node: &'a Object,
    pub pods: NodePods,
}

/// `2 this, 1 that`, sorted as texts.
fn histogram(reasons: &[Text]) -> String {
    let mut seen: Vec<&Text> = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    for reason in reasons {
        if !seen.contains(&reason) {
            let count = reasons.iter().filter(|it| *it == reason).count();
            parts.push(format!("{count} {reason}"));
            seen.push(reason);
        }
    }
    sort::by(&mut parts, Ord::cmp);
    parts.join(", ")
}

/// What a FailedScheduling event says.
pub(super) fn sentence(pod: &Object, refusals: &[Refusal]) -> Text {
    if refusals.is_empty() {
        return "no nodes available to schedule pods".into();
    }
    let all = refusals.len();
    let reasons: Vec<Text> = refusals.iter().flat_map(|it| it.reasons.clone()).collect();
    let victims = refusals.iter().map(|it| {
        if it.is_final {
            "Preemption is not helpful for scheduling".into()
        } else {
            "No preemption victims found for incoming pod".into()
        }
    });
    let victims: Vec<Text> = victims.collect();
    let policy: &Value = &pod.value["spec"]["preemptionPolicy"];
    let preemption = if policy.as_str() == "Never" {
        "not eligible due to preemptionPolicy=Never.".into()
    } else {
        crate::text!("0/{all} nodes are available: {}.", histogram(&victims))
    };
    crate::text!(
        "0/{all} nodes are available: {}. no new claims to deallocate, preemption: {preemption}",
        histogram(&reasons)
    )
}
