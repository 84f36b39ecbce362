//! The life of a pod as a table: what is due at each stage, and what deletion means there.
//!
//! | stage | when due | then |
//! |---|---|---|
//! | (new) | at once | ContainerCreating is written → Mounting |
//! | Mounting | volumes are there | PodReadyToStartContainers is written, the first sync begins |
//! | Pulling(n) | the pull has ended | the container starts, or not; the sync goes on |
//! | Restarting(n) | the container has stopped | it starts again; the sync goes on |
//! | Hooking(n) | its postStart hook has ended | the sync goes on |
//! | Active | after a change or a back-off | a sync: the status is written, then what is missing is started |
//! | Stopping | every program has ended, or the grace is over | the end is written → Ended |
//! | Ended | if deleted: what it left on the node is cleaned up | the object is deleted → Removed |
//!
//! A deletion seen before Ended leads to Stopping. Programs end and probes tick at any stage.
//! upstream: pkg/kubelet/pod_workers.go, SyncPod, SyncTerminatingPod, SyncTerminatedPod.

use std::sync::Arc;

use super::status::status_of;
use super::volumes::detach;
use crate::api::{Key, Object};
use crate::apiserver::{Patch, Request, Verb, WriteOptions};
use crate::memory::{ContainerMemory, Memory, Outage, PodMemory, Stage};
use crate::object;
use crate::plan::{Ctx, Decision, EventRecord, EventSource, OnError, Plan};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::why::Why;

/// So many things may be due for one pod at one moment.
const MOST_DUE: usize = 500;

/// Does what is due for the pod of that name, and says what it waits for.
pub(super) fn advance(ctx: &Ctx<'_>, key: &Key, pod: Option<&Arc<Object>>) -> Plan {
    let mut memory = ctx.memory.clone();
    let mut decisions = forget_others(ctx, &mut memory, key, pod);
    let mut due = Time::NEVER;
    if let Some(pod) = pod {
        let mut life = Life::of(ctx, pod, memory);
        life.go_on();
        due = life.next_due();
        memory = life.memory;
        memory.pods.insert(pod.uid().into(), Arc::new(life.it));
        decisions.append(&mut life.decisions);
    }
    Plan {
        decisions,
        memory: Some(memory),
        requeue_after: (due != Time::NEVER).then(|| due.since(ctx.now)),
    }
}

/// Earlier pods of that name are gone from the API: what still runs of them is killed.
///
/// upstream: HandlePodRemoves, after a force delete.
fn forget_others(
    ctx: &Ctx<'_>,
    memory: &mut Memory,
    key: &Key,
    pod: Option<&Arc<Object>>,
) -> Vec<Decision> {
    let uid = pod.map_or("", |it| it.uid());
    if memory.pods.contains_key(uid) && !memory.has_strays {
        // They were forgotten when this one came.
        return Vec::new();
    }
    let silence = |it: &PodMemory| memory.silent.get(it.pod.node_name()).map(|it| it.cause);
    let is_other = |it: &&Arc<PodMemory>| {
        it.pod.name() == key.name
            && it.pod.namespace() == key.namespace
            && it.pod.uid() != uid
            // A kubelet that is cut off goes on, and hears of it when it is back.
            && silence(it) != Some(Outage::Network)
    };
    let mut all = memory.pods.iter().map(|it| &it.1);
    let Some(other) = all.find(is_other).cloned() else {
        return Vec::new();
    };
    let is_silent = silence(&other).is_some();
    memory.pods.remove(other.pod.uid());
    if !is_silent {
        detach(ctx, &other.pod, memory);
    }
    let mut decisions = Vec::new();
    if other.stage < Stage::Stopping && !is_silent {
        let why = Why::StopForced {
            pod: other.pod.name().into(),
            node: other.pod.node_name().into(),
        };
        for (at, it) in other.containers.iter().enumerate() {
            if it.running.is_some() {
                decisions.push(record(&other.pod, at, killing(&other.pod, at), why.clone()));
            }
        }
    }
    decisions
}

/// Reason, message and whether it is a warning.
pub(super) type Told = (&'static str, Text, bool);

/// upstream: killContainersWithSyncResult, "Stopping container".
pub(super) fn killing(pod: &Object, at: usize) -> Told {
    let name = pod.container(at)["name"].as_str();
    ("Killing", crate::text!("Stopping container {name}"), false)
}

/// An event about one container.
fn record(pod: &Object, at: usize, (reason, message, is_warning): Told, why: Why) -> Decision {
    let list = if at < pod.init_containers().len() {
        "initContainers"
    } else {
        "containers"
    };
    let mut about = pod.as_involved_object();
    let name = pod.container(at)["name"].as_str();
    about["fieldPath"] = crate::text!("spec.{list}{{{name}}}").into();
    let source = EventSource {
        component: "kubelet",
        host: pod.node_name().into(),
    };
    let event = EventRecord {
        about,
        source,
        is_warning,
        reason,
        message,
    };
    Decision::Record(event, why)
}

/// One look at one pod.
pub(super) struct Life<'a> {
    pub ctx: &'a Ctx<'a>,
    pub pod: &'a Object,
    pub memory: Memory,
    /// What is remembered of this pod.
    pub it: PodMemory,
    is_new: bool,
    pub decisions: Vec<Decision>,
}

impl<'a> Life<'a> {
    fn of(ctx: &'a Ctx<'a>, pod: &'a Arc<Object>, memory: Memory) -> Self {
        let known = memory.pods.get(pod.uid()).map(|it| PodMemory::clone(it));
        let is_new = known.is_none();
        let fresh = || PodMemory {
            pod: Arc::clone(pod),
            stage: Stage::Mounting,
            due: ctx.now,
            pull: Duration::default(),
            attempt: Duration::default(),
            status: pod.value["status"].clone(),
            is_overwritten: false,
            has_sandbox: false,
            kill_at: Time::NEVER,
            has_started: false,
            retry: None,
            ended_for: Default::default(),
            containers: vec![ContainerMemory::default(); pod.container_count()],
        };
        let mut it = known.unwrap_or_else(fresh);
        it.pod = Arc::clone(pod);
        Self {
            ctx,
            pod,
            memory,
            it,
            is_new,
            decisions: Vec::new(),
        }
    }

    fn go_on(&mut self) {
        if self.is_new {
            if self.pod.is_terminal() {
                self.to(Stage::Ended, Duration::default());
            } else {
                self.accept();
            }
        }
        if self.pod.is_terminating() && self.it.stage < Stage::Ended {
            self.stop();
        }
        if !self.it.ended_for.0.is_empty() && self.it.stage < Stage::Stopping {
            self.end_early();
        }
        for _ in 0..MOST_DUE {
            if !self.do_next() {
                break;
            }
        }
        self.say_wait();
    }

    /// Does the next thing that is due; says whether there was one.
    fn do_next(&mut self) -> bool {
        if self.end_programs() || self.tick() {
            return true;
        }
        let is_due = self.it.due <= self.ctx.now;
        match self.it.stage {
            Stage::Mounting if is_due => self.mount(),
            Stage::Pulling(at) if is_due => self.pull_has_ended(at),
            Stage::Restarting(at) if is_due => self.start_again(at),
            Stage::Hooking(at) if is_due => self.hook_has_ended(at),
            Stage::Active if self.it.is_overwritten => self.write_again(),
            Stage::Active if is_due || self.is_changed() => self.sync(),
            Stage::Stopping if is_due => self.containers_stopped(),
            Stage::Ended if self.pod.is_terminating() && is_due => self.remove(),
            _ => return false,
        }
        true
    }

    /// Whether something but the kubelet changed the pod so that it must be looked at.
    ///
    /// upstream: HandlePodUpdates; HandlePodReconcile, NeedToReconcilePodReadiness.
    fn is_changed(&self) -> bool {
        let knows = &self.it.status["observedGeneration"];
        if knows.as_int().is_some_and(|it| it < self.pod.generation()) {
            return true;
        }
        !self.pod.value["spec"]["readinessGates"].is_empty()
            && status_of(self.ctx, self.pod, &self.it)["conditions"] != self.it.status["conditions"]
    }

    /// When something is due next.
    fn next_due(&self) -> Time {
        let mut due = match self.it.stage {
            Stage::Removed => return Time::NEVER,
            Stage::Ended if !self.pod.is_terminating() => return Time::NEVER,
            _ => self.it.due,
        };
        for it in &self.it.containers {
            if it.running.is_some() {
                due = due.min(it.ends.map_or(Time::NEVER, |it| it.0));
                for probe in it.probes.iter().filter(|it| !it.rests) {
                    due = due.min(probe.next);
                }
            }
        }
        due
    }

    /// upstream: HandlePodAdditions, the first status of SyncPod.
    fn accept(&mut self) {
        let (pod, node) = (self.name(), self.node());
        for it in &mut self.it.containers {
            for probe in &mut it.probes {
                probe.next = Time::NEVER;
            }
        }
        self.recall();
        self.write(&Why::PodAccepted { pod, node });
        self.to(Stage::Mounting, self.ctx.config.delays.volumes);
    }

    pub(super) fn to(&mut self, stage: Stage, after: Duration) {
        self.it.stage = stage;
        self.it.due = self.ctx.now + after;
    }

    /// Writes the status as it is now, if that is news; it meets only the pod of this UID.
    pub(super) fn write(&mut self, why: &Why) {
        let status = status_of(self.ctx, self.pod, &self.it);
        if status == self.it.status && !self.it.is_overwritten {
            return;
        }
        self.it.is_overwritten = false;
        let patch = object! {"metadata": object! {"uid": self.pod.uid()}, "status": &status};
        let request = Request {
            key: self.pod.key(),
            verb: Verb::PatchStatus(Patch::Merge, patch),
            options: WriteOptions::default(),
        };
        self.decisions.push(Decision::Do {
            request,
            on_error: OnError::Stop,
            why: why.clone(),
            report: None,
        });
        self.it.status = status;
    }

    /// While nothing was heard of the node, the node controller called the pod not Ready; it is, or is not, as before.
    ///
    /// upstream: needsReconcile of pkg/kubelet/status.
    fn write_again(&mut self) {
        let (pod, node) = (self.name(), self.node());
        self.write(&Why::StatusRestored { pod, node });
    }

    /// Records an event about a container.
    pub(super) fn record(&mut self, at: usize, told: Told, why: &Why) {
        self.decisions.push(record(self.pod, at, told, why.clone()));
    }

    /// Whether the pod's node is being shut down.
    pub(super) fn is_shut_down(&self) -> bool {
        let silence = self.memory.silent.get(self.pod.node_name());
        silence.is_some_and(|it| it.cause == Outage::Shutdown)
    }

    pub(super) fn name(&self) -> Text {
        self.pod.name().into()
    }

    pub(super) fn node(&self) -> Text {
        self.pod.node_name().into()
    }

    pub(super) fn container(&self, at: usize) -> &'a Value {
        self.pod.container(at)
    }

    pub(super) fn container_name(&self, at: usize) -> Text {
        self.container(at)["name"].as_str().into()
    }
}
