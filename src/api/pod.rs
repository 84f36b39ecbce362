//! Questions about Pods.

use super::Object;
use crate::object;
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

/// `status.phase`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Kubernetes' own")]
pub enum Phase {
    Pending,
    Running,
    Succeeded,
    Failed,
    Unknown,
}

impl Phase {
    /// The phase of that name.
    pub fn of(name: &str) -> Self {
        match name {
            "Pending" => Self::Pending,
            "Running" => Self::Running,
            "Succeeded" => Self::Succeeded,
            "Failed" => Self::Failed,
            _ => Self::Unknown,
        }
    }
}

impl Object {
    /// The pod's phase.
    pub fn phase(&self) -> Phase {
        self.seen().phase
    }

    /// Whether the pod has ended: Succeeded or Failed.
    pub fn is_terminal(&self) -> bool {
        matches!(self.phase(), Phase::Succeeded | Phase::Failed)
    }

    /// Whether the pod's Ready condition is True.
    pub fn is_ready(&self) -> bool {
        self.seen().is_ready
    }

    /// upstream: isRunningAndReady.
    pub fn is_running_and_ready(&self) -> bool {
        self.phase() == Phase::Running && self.is_ready()
    }

    /// Ready for at least that long.
    ///
    /// upstream: podutil.IsPodAvailable.
    pub fn is_available(&self, min_ready: Duration, now: Time) -> bool {
        self.is_ready() && self.available_at(min_ready).is_none_or(|at| at <= now)
    }

    /// When a Ready pod will have been Ready for that long; nothing when that needs no waiting.
    pub fn available_at(&self, min_ready: Duration) -> Option<Time> {
        if min_ready.ms == 0 {
            return None;
        }
        let ready = self.value["status"]["conditions"].item("type", "Ready");
        Time::parse(ready["lastTransitionTime"].as_str()).map(|since| since + min_ready)
    }

    /// `spec.nodeName`, empty until the pod is bound.
    pub fn node_name(&self) -> &str {
        &self.seen().node_name
    }

    /// The names of `spec.schedulingGates`.
    pub fn scheduling_gates(&self) -> impl Iterator<Item = &str> {
        let gates = self.value["spec"]["schedulingGates"].items().iter();
        gates.map(|it| it["name"].as_str())
    }

    /// `status.nominatedNodeName`: the node it is to go to, while something is being made ready there.
    pub fn nominated_node(&self) -> &str {
        self.value["status"]["nominatedNodeName"].as_str()
    }

    /// `status.podIP`, empty until the pod has one.
    pub fn pod_ip(&self) -> &str {
        &self.seen().pod_ip
    }

    /// `spec.containers`.
    pub fn containers(&self) -> &[Value] {
        self.value["spec"]["containers"].items()
    }

    /// `spec.initContainers`.
    pub fn init_containers(&self) -> &[Value] {
        self.value["spec"]["initContainers"].items()
    }

    /// The container at that place, init containers counted first.
    pub fn container(&self, at: usize) -> &Value {
        let init = self.init_containers();
        init.get(at)
            .unwrap_or_else(|| &self.value["spec"]["containers"][at - init.len()])
    }

    /// How many containers it has, init containers included.
    pub fn container_count(&self) -> usize {
        self.init_containers().len() + self.containers().len()
    }

    /// The place of the container of that name, the first ordinary one where there is none.
    pub fn container_at(&self, name: &str) -> usize {
        (0..self.container_count())
            .find(|at| self.container(*at)["name"].as_str() == name)
            .unwrap_or(self.init_containers().len())
    }

    /// `spec.terminationGracePeriodSeconds`, 30 s where not set.
    pub fn grace_s(&self) -> i64 {
        self.value["spec"]["terminationGracePeriodSeconds"]
            .as_int()
            .unwrap_or(30)
    }

    /// The number after the last dash of the name, when what stands before it is `parent`.
    ///
    /// upstream: statefulset getParentNameAndOrdinal.
    pub fn ordinal_of(&self, parent: &str) -> Option<i64> {
        let (length, ordinal) = self.seen().ordinal?;
        (self.name().get(..length) == Some(parent)).then_some(ordinal)
    }

    /// Whether the label that a set gives its pods has the pod's name.
    pub fn is_named(&self) -> bool {
        self.seen().is_named
    }

    /// Whether the pod asks anything of nodes or other pods.
    pub fn has_affinity(&self) -> bool {
        self.seen().has_affinity
    }

    /// Since when the pod is Ready, or is not; empty where that is not said.
    pub fn ready_since(&self) -> &Text {
        &self.seen().ready_since
    }

    /// The name of the revision the pod was made from.
    pub fn revision(&self) -> &Text {
        &self.seen().revision
    }

    /// The pod as the Endpoints object of its governing Service lists it.
    ///
    /// upstream: podToEndpointAddressForService.
    pub fn endpoint_address(&self) -> &Value {
        self.seen().address.get_or_init(|| {
            let mut address = object! {
                "ip": self.pod_ip(),
                "nodeName": self.node_name(),
                "targetRef": object! {
                    "kind": "Pod", "name": self.name(), "namespace": self.namespace(), "uid": self.uid(),
                },
            };
            let hostname = &self.value["spec"]["hostname"];
            if !hostname.is_empty() {
                address["hostname"] = hostname.clone();
            }
            address
        })
    }
}

/// How long a name is before its last dash, and the number behind that.
pub(super) fn ordinal(name: &str) -> Option<(usize, i64)> {
    let (before, number) = name.rsplit_once('-')?;
    let is_number = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
    let number = number.parse::<i32>().ok().filter(|_| is_number)?;
    Some((before.len(), number.into()))
}

/// The ordinal of a pod of that name in a set: the number behind `<set>-`.
pub fn ordinal_in(set: &str, pod: &str) -> Option<i64> {
    let (length, ordinal) = ordinal(pod)?;
    (pod.get(..length) == Some(set)).then_some(ordinal)
}
