//! Questions about StatefulSets.

use super::Object;
use super::selector::Selector;
use crate::time::Duration;
use crate::value::Value;

/// What a StatefulSet's spec asks for, after defaulting.
#[derive(Clone, Debug)]
pub struct StatefulSetSpec<'a> {
    /// How many pods.
    pub replicas: i64,
    /// `spec.ordinals.start`.
    pub start: i64,
    /// The governing Service, may be empty.
    pub service_name: &'a str,
    /// OrderedReady: one at a time, each waiting for the one before.
    pub is_monotonic: bool,
    /// RollingUpdate; otherwise OnDelete.
    pub rolls: bool,
    /// `spec.updateStrategy.rollingUpdate.partition`, nothing when the block is missing.
    pub partition: Option<i64>,
    /// `spec.updateStrategy.rollingUpdate.maxUnavailable` as a number of pods, at least 1.
    pub max_unavailable: i64,
    /// How long a pod must be Ready to be available.
    pub min_ready: Duration,
    /// Revisions kept beside the live ones; negative keeps all.
    pub history_limit: i64,
    /// Which pods are its own.
    pub selector: Selector,
    /// `spec.template`.
    pub template: &'a Value,
}

impl Object {
    /// Reads a StatefulSet's spec.
    pub fn statefulset_spec(&self) -> StatefulSetSpec<'_> {
        let spec = &self.value["spec"];
        let strategy = &spec["updateStrategy"];
        let block = &strategy["rollingUpdate"];
        let min_ready_s = spec["minReadySeconds"]
            .as_int()
            .and_then(|it| u64::try_from(it).ok());
        let replicas = spec["replicas"].as_int().unwrap_or(1);
        StatefulSetSpec {
            replicas,
            start: spec["ordinals"]["start"].as_int().unwrap_or(0),
            service_name: spec["serviceName"].as_str(),
            is_monotonic: spec["podManagementPolicy"].as_str() != "Parallel",
            rolls: strategy["type"].as_str() != "OnDelete",
            partition: (!block.is_null()).then(|| block["partition"].as_int().unwrap_or(0)),
            max_unavailable: scaled(&block["maxUnavailable"], replicas, false).max(1),
            min_ready: Duration::s(min_ready_s.unwrap_or(0)),
            history_limit: spec["revisionHistoryLimit"].as_int().unwrap_or(10),
            selector: Selector::from_object(&spec["selector"]),
            template: &spec["template"],
        }
    }
}

/// A number, or that percentage of a total, rounded down or up.
///
/// upstream: intstr.GetScaledValueFromIntOrPercent.
pub fn scaled(value: &Value, total: i64, rounds_up: bool) -> i64 {
    let percent = value.as_str().strip_suffix('%');
    let percent = percent.and_then(|it| it.parse::<i64>().ok());
    let Some(percent) = percent else {
        return value.as_int().unwrap_or(0);
    };
    let hundredths = percent.saturating_mul(total);
    hundredths.saturating_add(if rounds_up { 99 } else { 0 }) / 100
}
