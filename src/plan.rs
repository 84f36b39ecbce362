//! How a component answers: a plan of decisions, each with its reason.

use crate::api::{Key, Object, Objects};
use crate::apiserver::{Request, Verb, WriteOptions};
use crate::config::Config;
use crate::memory::Memory;
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::why::Why;

/// What a decider may look at.
#[derive(Clone, Copy, Debug)]
pub struct Ctx<'a> {
    /// The component's informer cache, which may trail the store.
    pub objects: &'a Objects,
    /// What the components remember.
    pub memory: &'a Memory,
    /// The clock.
    pub now: Time,
    /// The options.
    pub config: &'a Config,
}

/// What a decider answers.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What to do and what is waited for, in order.
    pub decisions: Vec<Decision>,
    /// The memory to keep from now on; nothing to leave it as it is.
    pub memory: Option<Memory>,
    /// Look again after this long.
    pub requeue_after: Option<Duration>,
}

/// One decision.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Send a request.
    Do {
        /// The request.
        request: Request,
        /// What an error means for the rest of the plan.
        on_error: OnError,
        /// Why it is sent.
        why: Why,
        /// The Event to record when it is answered.
        report: Option<Report>,
    },
    /// Wait.
    Wait {
        /// The object that does not change, or does not exist yet.
        on: Key,
        /// What is waited for.
        why: Why,
    },
    /// Wait, which counts as an error: later requests are not sent, the key is retried with back-off.
    Fail {
        /// The object that is in the way.
        on: Key,
        /// What is wrong with it.
        why: Why,
    },
    /// Record an Event.
    Record(EventRecord, Why),
}

impl Decision {
    /// A request that tells no Event and stops the plan when it fails.
    pub fn send(key: Key, verb: Verb, why: Why) -> Self {
        let options = WriteOptions::default();
        Self::Do {
            request: Request { key, verb, options },
            on_error: OnError::Stop,
            why,
            report: None,
        }
    }
}

/// What an error means for the rest of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// Later requests are not sent, except those marked [`OnError::Finally`]; the key is retried with back-off.
    Stop,
    /// It is taken as done: NotFound on a deletion, say.
    Continue,
    /// The request itself is sent even after an error; an error of its own stops like [`OnError::Stop`].
    Finally,
}

/// An Event to be recorded: `kubectl get events` shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRecord {
    /// `involvedObject`.
    pub about: Value,
    /// `source`.
    pub source: EventSource,
    /// Warning; otherwise Normal.
    pub is_warning: bool,
    /// `SuccessfulCreate`.
    pub reason: &'static str,
    /// The message.
    pub message: Text,
}

/// Who records an Event.
#[derive(Clone, Debug, PartialEq)]
pub struct EventSource {
    /// `statefulset-controller`; empty for a program from outside, whose own name is its `host`.
    pub component: &'static str,
    /// The node's name for a kubelet, else empty.
    pub host: Text,
}

/// The Event that tells how a request went.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// `involvedObject`.
    pub about: Value,
    /// `source`.
    pub source: EventSource,
    /// Reason and message of a Normal event, on success; no reason, no event.
    pub success: (&'static str, Text),
    /// Reason and start of the message of Warning events, on failure, each a line; the error's message follows each.
    pub failure: (&'static str, Text),
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are Kubernetes' own")]
pub enum Actor {
    /// The reader, through a terminal or the page.
    You,
    StatefulSetController,
    EndpointSliceController,
    EndpointsController,
    EndpointSliceMirroringController,
    DeploymentController,
    ReplicaSetController,
    DaemonSetController,
    AutoscalerController,
    GarbageCollector,
    NodeController,
    DisruptionController,
    /// The persistent-volume controller, and those that protect what is in use.
    VolumeController,
    /// The resource-quota controller.
    QuotaController,
    NamespaceController,
    /// The program outside Kubernetes that makes volumes.
    Provisioner,
    Scheduler,
    Kubelet,
}

impl Actor {
    /// Its name in `managedFields`.
    pub fn manager(self) -> &'static str {
        match self {
            Self::Kubelet => "kubelet",
            Self::Scheduler => "kube-scheduler",
            Self::Provisioner => "csi-provisioner",
            Self::You
            | Self::StatefulSetController
            | Self::EndpointSliceController
            | Self::EndpointsController
            | Self::EndpointSliceMirroringController
            | Self::DeploymentController
            | Self::ReplicaSetController
            | Self::DaemonSetController
            | Self::AutoscalerController
            | Self::GarbageCollector
            | Self::NodeController
            | Self::DisruptionController
            | Self::VolumeController
            | Self::QuotaController
            | Self::NamespaceController => "kube-controller-manager",
        }
    }
}

/// A component: who it is, what wakes it, how it decides.
#[derive(Clone, Copy, Debug)]
pub struct Component {
    /// Who acts.
    pub actor: Actor,
    /// The keys a change of an object wakes: `(before, after)`, either may be missing.
    pub wakes: fn(&Objects, Option<&Object>, Option<&Object>) -> Vec<Key>,
    /// One look at one key.
    pub reconcile: fn(&Ctx<'_>, &Key) -> Plan,
}
