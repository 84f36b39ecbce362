//! Questions about Services.

use super::Object;
use super::selector::Selector;

impl Object {
    /// Whether a Service has no cluster IP on purpose: `clusterIP: None`.
    pub fn is_headless(&self) -> bool {
        self.value["spec"]["clusterIP"].as_str() == "None"
    }

    /// Whether a Service selects that pod's labels; one without selector selects nothing.
    pub fn selects(&self, pod: &Object) -> bool {
        let selector = Selector::from_labels(&self.value["spec"]["selector"]);
        !selector.is_empty()
            && self.namespace() == pod.namespace()
            && selector.matches(pod.labels())
    }
}
