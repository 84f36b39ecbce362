//! What components remember beyond the objects: plain data, kept in the world, cheap to clone.

use std::sync::Arc;

use crate::api::{Key, Object, Objects};
use crate::persistent::Map;
use crate::plan::Actor;
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

/// The memory of all components.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// What the kubelets know of the pods on their nodes, by UID.
    pub pods: Map<Text, Arc<PodMemory>>,
    /// How long the removal of a pod is held up on its node, by UID.
    pub held: Map<Text, Duration>,
    /// When the scheduler, the provisioner and the namespace controller look again at what they began, since the start
    /// of time, by UID.
    pub due: Map<Text, Duration>,
    /// What the scheduler knows of the nodes' pods.
    pub placed: Placed,
    /// What the StatefulSet controller knows of each set.
    pub sets: Map<Key, SetMemory>,
    /// What the endpoint controllers have seen of each Service.
    pub triggers: Map<(Actor, Key), Triggers>,
    /// The nodes whose kubelet is silent.
    pub silent: Map<Text, Silence>,
    /// Whether a node was ever cut off, so that pods may still run there whose names others have by now.
    pub has_strays: bool,
    /// The nodes that volumes are attached to, of those that can be attached to one node only.
    pub attached: Map<Text, Text>,
    /// What making a volume takes, where that was said; [`Duration::NEVER`] while no provisioner runs.
    pub provision: Option<Duration>,
    /// The programs that have to recover from an end that was not their own, by namespace, pod and container: their
    /// volume remembers.
    pub unclean: Map<Text, ()>,
    /// When a node got a taint that evicts last.
    pub tainted_at: Time,
    /// When the pods on tainted nodes are to go, by UID.
    pub evictions: Map<Text, Duration>,
    /// When the pods whose node is gone are to go, by UID.
    pub orphans: Map<Text, Duration>,
    /// The images on the nodes: node and image.
    pub images: Map<(Text, Text), ()>,
    /// How long a pull takes, by image, where that was said; [`Duration::NEVER`] when no registry has it.
    pub pull_times: Map<Text, Duration>,
    /// Whether the storage behind every class makes no volume, and says so.
    pub storage_fails: bool,
    /// How many pulls were started.
    pub pulls: usize,
    /// The last pod address given out in each network, by the network's number; none is given twice.
    pub addresses: Map<Text, u32>,
    /// The number of the network that each node gives out addresses of.
    pub networks: Map<Text, u32>,
}

impl Memory {
    /// What the kubelet of that node knows of its pods, by UID.
    pub fn pods_on(&self, node: &str) -> Vec<(Text, Arc<PodMemory>)> {
        let all = self.pods.iter();
        let own = all.filter(|it| it.1.pod.node_name() == node);
        own.map(|(uid, it)| (uid.clone(), Arc::clone(it))).collect()
    }
}

/// Since when and why nothing is heard of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Since when.
    pub since: Time,
    /// Why.
    pub cause: Outage,
}

/// Why a kubelet is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// The node has no power: its containers have ended.
    Power,
    /// Nothing gets in or out: what runs there goes on.
    Network,
    /// The node was shut down: its kubelet ends the pods there before.
    Shutdown,
}

impl Outage {
    /// All, the one meant where none is named first.
    pub const ALL: [Self; 3] = [Self::Power, Self::Network, Self::Shutdown];

    /// Its word in links and lists of inputs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Power => "down",
            Self::Network => "cut",
            Self::Shutdown => "shutdown",
        }
    }
}

/// What an endpoint controller has seen of a Service.
#[derive(Clone, Debug, Default)]
pub struct Triggers {
    /// The cache at its last look.
    pub seen: Objects,
    /// What was to stand in its Endpoints object after that, or in each of its slices.
    pub wanted: Value,
}

/// What the scheduler knows of the pods that have a node, or are meant for one.
#[derive(Clone, Debug, Default)]
pub struct Placed {
    /// The cache when it looked last.
    pub seen: Objects,
    /// The pods of each node.
    pub nodes: Map<Text, NodePods>,
    /// How many of them say where they want to be, or with whom.
    pub with_affinity: usize,
}

/// The pods of a node.
#[derive(Clone, Debug, Default)]
pub struct NodePods {
    /// All of them.
    pub pods: Map<Key, Arc<Object>>,
    /// How many of them have the controller of that UID.
    pub owners: Map<Text, usize>,
}

/// What the StatefulSet controller knows of a set: what of it may be to do. Its other pods are available, at the update
/// revision, and were as they should be when they were looked at last.
#[derive(Clone, Debug, Default)]
pub struct SetMemory {
    /// The cache at its last sync.
    pub seen: Objects,
    /// The set's UID then.
    pub uid: Text,
    /// Its spec then.
    pub spec: Value,
    /// Its update revision then.
    pub revision: Text,
    /// The wanted ordinals that are to be looked at.
    pub ordinals: Map<i64, ()>,
    /// The pods that are to be looked at, by name.
    pub pods: Map<Text, Arc<Object>>,
}

/// What a kubelet knows of one pod.
#[derive(Clone, Debug)]
pub struct PodMemory {
    /// The pod as it was seen last.
    pub pod: Arc<Object>,
    /// How far its life has come.
    pub stage: Stage,
    /// When the next stage or sync is due; [`Time::NEVER`] if only a change leads on.
    pub due: Time,
    /// How long the pull under way, or the last one, takes.
    pub pull: Duration,
    /// From the last vain attempt to set its volumes up to the next.
    pub attempt: Duration,
    /// The status as the kubelet wrote it last.
    pub status: Value,
    /// Whether somebody else has changed it since, so that it must be written again.
    pub is_overwritten: bool,
    /// Whether the sandbox is up.
    pub has_sandbox: bool,
    /// What runs after this is killed, once the pod is to stop.
    pub kill_at: Time,
    /// Whether the sync under way has started something.
    pub has_started: bool,
    /// After an error in the sync under way: when to sync again.
    pub retry: Option<Duration>,
    /// Why the kubelet ends it, as reason and message; empty while it does not.
    pub ended_for: (Text, Text),
    /// Its containers, init containers first.
    pub containers: Vec<ContainerMemory>,
}

/// What a kubelet knows of one container.
#[derive(Clone, Debug, Default)]
pub struct ContainerMemory {
    /// Since when it runs.
    pub running: Option<Time>,
    /// When its program will end, and with what code.
    pub ends: Option<(Time, i32)>,
    /// How its last run ended, as `state.terminated`; null while the first has not.
    pub exit: Value,
    /// How the run before that ended.
    pub before: Value,
    /// When its last run ended.
    pub ended: Time,
    /// When the last run whose end a sync has seen ended.
    pub exited_at: Option<Time>,
    /// How often it was started again.
    pub restarts: u32,
    /// Why it waits, as `state.waiting`: decided in the last sync, told by the next.
    pub waiting: Value,
    /// The back-off between its restarts.
    pub restart_back_off: BackOff,
    /// The back-off between pulls of its image.
    pub pull_back_off: BackOff,
    /// Whether init containers kept it from starting until its pod was told to stop.
    pub is_kept: bool,
    /// Its probes: startup, liveness, readiness.
    pub probes: [ProbeMemory; 3],
    /// What somebody says its program does from now on, until it restarts.
    pub said: Text,
}

/// A growing delay between attempts.
#[derive(Clone, Copy, Debug, Default)]
pub struct BackOff {
    /// How long it is now; zero before the first attempt.
    pub length: Duration,
    /// When it grew last.
    pub since: Time,
}

/// What a probe's worker knows.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProbeMemory {
    /// When it ticks next.
    pub next: Time,
    /// So many successes in a row, or failures as a negative number.
    pub run: i64,
    /// What counts, once a threshold was reached.
    pub passes: Option<bool>,
    /// Whether it rests until something changes: it passes, or has said that the container must be restarted.
    pub rests: bool,
}

/// The stages of a pod's life on its node; `kubelet::life` says what leads from one to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Volumes are being mounted and the sandbox made.
    Mounting,
    /// The image of that container is being pulled.
    Pulling(usize),
    /// That container was told to stop, and is started again when it has.
    Restarting(usize),
    /// The postStart hook of that container runs.
    Hooking(usize),
    /// The pod is as it should be, or waits for its next sync.
    Active,
    /// The containers were told to stop.
    Stopping,
    /// The containers have ended, the object still stands.
    Ended,
    /// The kubelet has asked for the object's removal.
    Removed,
}
