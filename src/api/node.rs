//! Questions about Nodes.

use super::Object;
use super::condition;
use super::selector::Selector;
use crate::value::Value;
use crate::{array, object};

/// The conditions that a kubelet posts, as the node lifecycle controller goes through them.
pub const CONDITIONS: [&str; 4] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];
/// The taint of a node that was cordoned.
pub const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";
/// The taint of a node whose Ready condition is False.
pub const NOT_READY: &str = "node.kubernetes.io/not-ready";
/// The taint of a node whose Ready condition is Unknown.
pub const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
/// The taint by which somebody says that a node is surely off.
pub const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

impl Object {
    /// The node's Ready condition.
    pub fn ready(&self) -> &Value {
        self.value["status"]["conditions"].item("type", "Ready")
    }

    /// Whether the node's Ready condition is True.
    pub fn is_node_ready(&self) -> bool {
        self.is("Ready")
    }

    /// Whether the condition of that type is True.
    pub fn is(&self, kind: &str) -> bool {
        condition::is_true(&self.value["status"]["conditions"], kind)
    }

    /// Whether the node was cordoned.
    pub fn is_unschedulable(&self) -> bool {
        self.value["spec"]["unschedulable"].is_true()
    }

    /// The node's taints.
    pub fn taints(&self) -> &[Value] {
        self.value["spec"]["taints"].items()
    }

    /// Whether the node has that taint.
    pub fn has_taint(&self, key: &str, effect: &str) -> bool {
        let mut taints = self.taints().iter();
        taints.any(|it| it["key"].as_str() == key && it["effect"].as_str() == effect)
    }

    /// Whether a taint of the node sends pods away.
    pub fn has_no_execute(&self) -> bool {
        let mut taints = self.taints().iter();
        taints.any(|it| it["effect"].as_str() == "NoExecute")
    }

    /// The node's address of type `InternalIP`.
    pub fn internal_ip(&self) -> &str {
        self.value["status"]["addresses"].item("type", "InternalIP")["address"].as_str()
    }
}

/// Whether a pod's toleration covers a taint.
///
/// upstream: Toleration.ToleratesTaint.
pub fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let covers = |name: &str| toleration[name].is_empty() || toleration[name] == taint[name];
    covers("effect")
        && covers("key")
        && (toleration["operator"].as_str() == "Exists"
            || toleration["value"].as_str() == taint["value"].as_str())
}

/// Whether the node has the labels the pod insists on.
///
/// upstream: nodeaffinity.GetRequiredNodeAffinity.
pub fn is_selected(pod: &Object, node: &Object) -> bool {
    let spec = &pod.value["spec"];
    let terms = &spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        ["nodeSelectorTerms"];
    Selector::from_labels(&spec["nodeSelector"]).matches(node.labels())
        && (terms.is_null() || terms.items().iter().any(|it| term_matches(it, node)))
}

/// All requirements of a term; one without any matches nothing.
pub fn term_matches(term: &Value, node: &Object) -> bool {
    let (labels, fields) = (&term["matchExpressions"], &term["matchFields"]);
    let own = object! {"metadata.name": node.name()};
    let fits = |all: &Value, labels: &Value| all.items().iter().all(|it| requirement(it, labels));
    !(labels.is_empty() && fields.is_empty()) && fits(labels, node.labels()) && fits(fields, &own)
}

fn requirement(it: &Value, labels: &Value) -> bool {
    let is_greater = it["operator"].as_str() == "Gt";
    if !is_greater && it["operator"].as_str() != "Lt" {
        return Selector::from_object(&object! {"matchExpressions": array![it]}).matches(labels);
    }
    let number = |it: &Value| it.as_str().parse::<i64>().ok();
    match (
        number(&labels[it["key"].as_str()]),
        number(&it["values"][0]),
    ) {
        (Some(has), Some(limit)) => has != limit && (has > limit) == is_greater,
        _ => false,
    }
}
