//! Questions about Nodes.

use super::Object;
use super::condition;

impl Object {
    /// Whether the node's Ready condition is True.
    pub fn is_node_ready(&self) -> bool {
        condition::is_true(&self.value["status"]["conditions"], "Ready")
    }

    /// Whether the node was cordoned.
    pub fn is_unschedulable(&self) -> bool {
        self.value["spec"]["unschedulable"].is_true()
    }

    /// The node's address of type `InternalIP`.
    pub fn internal_ip(&self) -> &str {
        self.value["status"]["addresses"].item("type", "InternalIP")["address"].as_str()
    }
}
