//! What a pod asks of a node itself: cordons, taints, labels, ports.
//!
//! upstream: plugins nodeunschedulable, tainttoleration, nodeaffinity, nodeports.

use crate::api::Object;
use crate::api::node::{self, UNSCHEDULABLE, term_matches};
use crate::memory::NodePods;
use crate::object;
use crate::value::{Text, Value};

pub(super) const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
pub(super) const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Whether the node is cordoned, and the pod does not tolerate that.
pub(super) fn is_cordoned(pod: &Object, node: &Object) -> bool {
    let taint = object! {"key": UNSCHEDULABLE, "effect": "NoSchedule"};
    node.is_unschedulable() && !tolerates(pod, &taint)
}

/// Whether one of the node's taints keeps the pod away.
pub(super) fn is_tainted(pod: &Object, node: &Object) -> bool {
    let keeps = |it: &Value| it["effect"].as_str() != "PreferNoSchedule" && !tolerates(pod, it);
    node.taints().iter().any(keeps)
}

/// How many of the node's taints would rather keep the pod away.
pub(super) fn soft_taints(pod: &Object, node: &Object) -> usize {
    let soft = |it: &&Value| it["effect"].as_str() == "PreferNoSchedule" && !tolerates(pod, it);
    node.taints().iter().filter(soft).count()
}

fn tolerates(pod: &Object, taint: &Value) -> bool {
    let tolerations = pod.value["spec"]["tolerations"].items();
    tolerations.iter().any(|it| node::tolerates(it, taint))
}

/// How much the pod would like the node for its labels.
pub(super) fn preference(pod: &Object, node: &Object) -> i64 {
    let wishes = pod.value["spec"]["affinity"]["nodeAffinity"][PREFERRED].items();
    let liked = wishes
        .iter()
        .filter(|it| term_matches(&it["preference"], node));
    liked.filter_map(|it| it["weight"].as_int()).sum()
}

/// The ports of the node that a pod occupies: protocol, address, number.
fn host_ports(pod: &Object) -> Vec<(Text, Text, i64)> {
    let mut ports = Vec::new();
    for container in pod.containers() {
        for port in container["ports"].items() {
            let text = |name: &str| port[name].text().cloned().unwrap_or_default();
            if let Some(number) = port["hostPort"].as_int().filter(|it| *it > 0) {
                ports.push((text("protocol"), text("hostIP"), number));
            }
        }
    }
    ports
}

/// Whether one of the pods that are there occupies a port that the new one wants.
pub(super) fn ports_collide(pod: &Object, there: &NodePods) -> bool {
    let wanted = host_ports(pod);
    if wanted.is_empty() {
        return false;
    }
    let is_any = |it: &Text| it.is_empty() || it == "0.0.0.0";
    let mut taken = there.pods.iter().flat_map(|it| host_ports(&it.1));
    taken.any(|b| {
        let same = |a: &(Text, Text, i64)| {
            a.0 == b.0 && a.2 == b.2 && (is_any(&a.1) || is_any(&b.1) || a.1 == b.1)
        };
        wanted.iter().any(same)
    })
}
