//! Conditions: a list of `{type, status, reason, message, lastTransitionTime}` by `type`.

use crate::object;
use crate::time::Time;
use crate::value::{Text, Value};

/// A condition to be set; times and the place in the list are kept by [`set`].
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// `Ready`.
    pub kind: &'static str,
    /// True or False.
    pub status: bool,
    /// CamelCase, empty for none.
    pub reason: &'static str,
    /// Empty for none.
    pub message: Text,
    /// `observedGeneration`, where the writer gives one.
    pub observed_generation: Option<i64>,
}

/// Whether the condition of that type is True.
pub fn is_true(conditions: &Value, kind: &str) -> bool {
    conditions.item("type", kind)["status"].as_str() == "True"
}

/// Writes a condition into a pod's list: in place, else at the end. `lastTransitionTime` moves only with the status.
///
/// upstream: podutil.UpdatePodCondition.
pub fn set(conditions: &mut Value, condition: &Condition, now: Time) {
    let status = if condition.status { "True" } else { "False" };
    let old = conditions.item("type", condition.kind);
    let since = if old["status"].as_str() == status {
        old["lastTransitionTime"].clone()
    } else {
        now.rfc3339().into()
    };
    let mut new = object! {
        "type": condition.kind,
        "status": status,
        "lastProbeTime": Value::Null,
        "lastTransitionTime": since,
    };
    if !condition.reason.is_empty() {
        new["reason"] = condition.reason.into();
    }
    if !condition.message.is_empty() {
        new["message"] = (&condition.message).into();
    }
    if let Some(generation) = condition.observed_generation {
        new["observedGeneration"] = generation.into();
    }
    put(conditions, new);
}

/// Puts a condition in the place of the one of its type, else at the end.
pub fn put(conditions: &mut Value, new: Value) {
    let items = conditions.as_items_mut();
    match items.iter().position(|it| it["type"] == new["type"]) {
        Some(at) => items.make_mut()[at] = new,
        None => items.push(new),
    }
}
