//! What components remember beyond the objects: plain data, kept in the world, cheap to clone.

use crate::persistent::Map;
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

/// The memory of all components.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// What the kubelets know of the pods on their nodes, by UID.
    pub pods: Map<Text, PodMemory>,
    /// How long the removal of a pod is held up on its node, by UID.
    pub held: Map<Text, Duration>,
    /// When the scheduler and the provisioner look again at what they began, since the start of time, by UID.
    pub due: Map<Text, Duration>,
    /// The images on the nodes: node and image.
    pub images: Map<(Text, Text), ()>,
    /// How many pulls were started.
    pub pulls: usize,
    /// How many pod addresses each node has given out; none is given twice.
    pub addresses: Map<Text, u32>,
}

/// What a kubelet knows of one pod.
#[derive(Clone, Debug)]
pub struct PodMemory {
    /// How far its life has come.
    pub stage: Stage,
    /// When the next stage is due.
    pub due: Time,
    /// How long the pull under way, or the last one, takes.
    pub pull: Duration,
    /// The status as the kubelet wrote it last.
    pub status: Value,
    /// How its main program ended, if it ended by itself.
    pub exit_code: Option<i32>,
}

/// The stages of a pod's life on its node; `kubelet::stages` says what leads from one to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Volumes are being mounted and the sandbox made.
    Mounting,
    /// Images are being pulled; so many of its containers have theirs.
    Pulling(usize),
    /// The containers run.
    Running,
    /// The containers were told to stop.
    Stopping,
    /// The containers have ended, the object still stands.
    Ended,
    /// The kubelet has asked for the object's removal.
    Removed,
}
