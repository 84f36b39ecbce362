//! Questions about PodDisruptionBudgets.

use super::selector::Selector;
use super::{Kind, Object, Objects};
use crate::time::{Duration, Time};

/// A pod whose eviction was granted is not counted for so long, unless it is gone before.
const GRANTED: Duration = Duration::s(120);

impl Object {
    /// Whether the budget is about that pod; an empty selector selects none.
    ///
    /// upstream: getPodDisruptionBudgets.
    pub fn budgets_for(&self, pod: &Object) -> bool {
        let selector = &self.value["spec"]["selector"];
        let is_empty = ["matchLabels", "matchExpressions"]
            .iter()
            .all(|it| selector[*it].is_empty());
        !is_empty
            && self.namespace() == pod.namespace()
            && Selector::from_object(selector).matches(pod.labels())
    }

    /// Whether the budget has granted the eviction of the pod of that name only just.
    ///
    /// upstream: buildDisruptedPodMap, DeletionTimeout.
    pub fn has_granted(&self, pod: &str, now: Time) -> bool {
        let at = &self.value["status"]["disruptedPods"][pod];
        Time::parse(at.as_str()).is_some_and(|it| now < it + GRANTED)
    }
}

/// The budgets that are about a pod.
pub fn budgets<'a>(objects: &'a Objects, pod: &'a Object) -> impl Iterator<Item = &'a Object> {
    let all = objects.list_in(Kind::PodDisruptionBudget, pod.namespace());
    all.map(AsRef::as_ref).filter(|it| it.budgets_for(pod))
}
