//! The end of a pod: its containers are told to stop, killed after the grace, and what is left is cleaned up.
//!
//! upstream: SyncTerminatingPod, killContainersWithSyncResult, SyncTerminatedPod, status manager.

use super::behaviour::{Behaviour, is_sidecar};
use super::life::{Life, killing};
use super::probes::READINESS;
use super::status::is_started;
use super::volumes::detach;
use crate::apiserver::{DeleteOptions, Request, Verb, WriteOptions};
use crate::chance::{between, chance};
use crate::config::Version;
use crate::memory::{ContainerMemory, Stage};
use crate::plan::{Decision, EventRecord, EventSource, OnError};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::why::Why;

/// What a container gets at the least between TERM and KILL, whatever its preStop hook has used.
///
/// upstream: minimumGracePeriodInSeconds.
const LEAST: Duration = Duration::s(2);
/// What a node that shuts down leaves its pods.
///
/// differs: `shutdownGracePeriod` is 0 where nobody sets it, and the kubelet then does nothing; kubeadm's users set 30 s.
const SHUTDOWN_GRACE: Duration = Duration::s(30);

impl Life<'_> {
    /// A deletion was noticed, or its grace made shorter.
    pub(super) fn stop(&mut self) {
        let grace = self.pod.meta()["deletionGracePeriodSeconds"].as_int();
        let grace = Duration::s(u64::try_from(grace.unwrap_or(0)).unwrap_or(0));
        let kill_at = self.ctx.now + grace;
        if self.it.stage == Stage::Stopping {
            if kill_at < self.it.kill_at {
                self.it.kill_at = kill_at;
                for it in self
                    .it
                    .containers
                    .iter_mut()
                    .filter(|it| it.running.is_some())
                {
                    if it.ends.is_none_or(|it| it.0 > kill_at) {
                        it.ends = Some((kill_at, 137));
                    }
                }
            }
            return;
        }
        self.it.kill_at = kill_at;
        let why = Why::StopStarted {
            pod: self.name(),
            seconds: crate::text!("{}", grace.ms / 1000),
        };
        self.start_stopping(grace, &why);
    }

    /// The pod must go from its node, at once or, where the node is shut down, within its grace; its object stays, with
    /// phase Failed.
    ///
    /// upstream: eviction manager, evictPod; nodeshutdown manager, processShutdownEvent.
    pub(super) fn end_early(&mut self) {
        let (pod, node) = (self.name(), self.node());
        let message = self.it.ended_for.1.clone();
        if self.is_shut_down() {
            let grace = &self.pod.value["spec"]["terminationGracePeriodSeconds"];
            let grace = Duration::s(
                grace
                    .as_int()
                    .and_then(|it| u64::try_from(it).ok())
                    .unwrap_or(30),
            );
            let grace = grace.min(SHUTDOWN_GRACE);
            self.it.kill_at = self.ctx.now + grace;
            return self.start_stopping(grace, &Why::NodeShutsDown { pod, node });
        }
        let why = Why::Evicted {
            pod,
            node: node.clone(),
            message: message.clone(),
        };
        let source = EventSource {
            component: "kubelet",
            host: node,
        };
        let event = EventRecord {
            about: self.pod.as_involved_object(),
            source,
            is_warning: true,
            reason: "Evicted",
            message,
        };
        self.decisions.push(Decision::Record(event, why.clone()));
        self.it.kill_at = self.ctx.now;
        self.start_stopping(Duration::default(), &why);
    }

    /// upstream: the observedGeneration write is new with v1.34; SyncTerminatingPod.
    fn start_stopping(&mut self, grace: Duration, why: &Why) {
        self.it.stage = Stage::Stopping;
        self.it.due = Time::NEVER;
        let is_kept = !self.has_initialized();
        for it in &mut self.it.containers[self.pod.init_containers().len()..] {
            it.is_kept = is_kept;
        }
        if self.ctx.config.version >= Version::V1_36 {
            self.write(why);
        }
        let is_running = |at: &usize| self.it.containers[*at].running.is_some();
        let running: Vec<usize> = (0..self.it.containers.len()).filter(is_running).collect();
        for at in &running {
            self.record(*at, killing(self.pod, *at), why);
            for probe in &mut self.it.containers[*at].probes[..READINESS] {
                probe.rests = true;
            }
        }
        if running.is_empty() {
            return self.nothing_runs(why);
        }
        self.probe_unready();
        let init = self.pod.init_containers().len();
        let mut is_told = false;
        for at in running {
            if at >= init || !is_sidecar(self.container(at)) {
                self.tell(at, grace, why);
                is_told = true;
            }
        }
        if !is_told {
            self.tell_sidecars();
        }
    }

    /// No container is there to be stopped; one that never ran is looked for in vain.
    fn nothing_runs(&mut self, why: &Why) {
        if self.tells_first(why) {
            return;
        }
        let has_run = self.it.containers.iter().any(|it| !it.exit.is_null());
        let after = if has_run { 20 } else { 1000 };
        self.to(Stage::Stopping, Duration::ms(after));
    }

    /// A pod with a container that never ran is not over when the others are: that its sandbox is gone is told before.
    ///
    /// upstream: getPhase calls it Pending; TerminatePod of the status manager ends it.
    fn tells_first(&mut self, why: &Why) -> bool {
        let init = self.pod.init_containers().len();
        let is_lost = |it: &ContainerMemory| it.running.is_none() && it.exit.is_null();
        let tells = self.it.has_sandbox
            && self.ctx.config.version >= Version::V1_36
            && self.it.containers[init..].iter().any(is_lost);
        if tells {
            self.it.has_sandbox = false;
            self.write(why);
            self.to(Stage::Stopping, Duration::ms(500));
        }
        tells
    }

    /// upstream: hasPodInitialized.
    fn has_initialized(&self) -> bool {
        let (init, main) = self
            .it
            .containers
            .split_at(self.pod.init_containers().len());
        let has_run = |it: &ContainerMemory| {
            it.running.is_some() || !it.exit.is_null() || !it.before.is_null()
        };
        let Some((last, it)) = init.split_last().map(|it| (it.1.len(), it.0)) else {
            return true;
        };
        let spec = self.container(last);
        let code = |exit: &Value| exit["exitCode"].as_int();
        main.iter().any(has_run)
            || if is_sidecar(spec) {
                is_started(spec, it)
            } else {
                it.running.is_none() && code(&it.exit) == Some(0) || code(&it.before) == Some(0)
            }
    }

    fn tell(&mut self, at: usize, grace: Duration, why: &Why) {
        let end = self.end_when_told(at, grace, why);
        let it = &mut self.it.containers[at];
        if it.ends.is_none_or(|it| it.0 > end.0) {
            it.ends = Some(end);
        }
    }

    /// When a container ends that is told to stop now, and with what code.
    ///
    /// upstream: killContainer.
    pub(super) fn end_when_told(&mut self, at: usize, grace: Duration, why: &Why) -> (Time, i32) {
        let (hook, code) = self.hook_end(at, "preStop").unwrap_or_default();
        if code != 0 {
            let told = ("FailedPreStopHook", "PreStopHook failed".into(), true);
            self.record(at, told, why);
        }
        let hook = hook.min(grace);
        let left = Duration::ms(grace.ms - hook.ms).max(LEAST.min(grace));
        let told = self.ctx.now + hook;
        match Behaviour::of(self.ctx.config, self.pod, at).stop {
            Some(stop) if stop <= left => (told + stop, 0),
            _ => (told + left, 137),
        }
    }

    /// Sidecars are told to stop when all others have.
    fn tell_sidecars(&mut self) {
        let why = Why::StopStarted {
            pod: self.name(),
            seconds: crate::text!("{}", self.it.kill_at.since(self.ctx.now).ms / 1000),
        };
        let grace = self.it.kill_at.since(self.ctx.now).max(LEAST);
        for at in 0..self.pod.init_containers().len() {
            if self.it.containers[at].running.is_some() && is_sidecar(self.container(at)) {
                self.tell(at, grace, &why);
            }
        }
    }

    /// While stopping, a container has ended.
    pub(super) fn one_has_stopped(&mut self) {
        let init = self.pod.init_containers().len();
        let runs = |at: usize| self.it.containers[at].running.is_some();
        if !(0..self.it.containers.len()).any(runs) {
            self.it.due = self.ctx.now;
        } else if !(init..self.it.containers.len()).any(runs) {
            self.tell_sidecars();
        }
    }

    pub(super) fn containers_stopped(&mut self) {
        let killed = |it: &ContainerMemory| it.exit["exitCode"].as_int() == Some(137);
        let pod = self.name();
        let why = if self.it.containers.iter().any(killed) {
            Why::ContainersKilled { pod }
        } else {
            Why::ContainersStopped { pod }
        };
        if self.tells_first(&why) {
            return;
        }
        self.it.has_sandbox = false;
        self.it.stage = Stage::Ended;
        self.write(&why);
        let delay = match self.ctx.config.delays.removal_ms {
            Some((from, to)) => {
                between(self.ctx.config.seed, &["removal", self.pod.uid()], from, to)
            }
            None => self.until_round(),
        };
        let uid = Text::from(self.pod.uid());
        let held = self.memory.held.get(&uid).copied().unwrap_or_default();
        self.to(Stage::Ended, Duration::ms(held.ms.saturating_add(delay)));
    }

    /// How long until the node's kubelet looks at all its pods again. It does so in two rounds, each once a second and
    /// begun at a time of its own: so pods that end together on one node are removed together.
    ///
    /// upstream: syncTicker of syncLoop with getPodsToSync; relistPeriod of PLEG.
    fn until_round(&self) -> u64 {
        const PERIOD_MS: u64 = 1000;
        let into = self.ctx.now.ms % PERIOD_MS;
        let left = |round| {
            let phase = chance(self.ctx.config.seed, &[round, self.pod.node_name()]) % PERIOD_MS;
            (PERIOD_MS + phase - into) % PERIOD_MS
        };
        left("sync").min(left("relist"))
    }

    /// upstream: the status manager's final DELETE with grace 0 and the UID as precondition.
    pub(super) fn remove(&mut self) {
        let options = DeleteOptions {
            grace_s: Some(0),
            uid: Some(self.pod.uid().into()),
            ..Default::default()
        };
        let request = Request {
            key: self.pod.key(),
            verb: Verb::Delete(options),
            options: WriteOptions::default(),
        };
        let why = Why::PodRemoved {
            pod: self.name(),
            node: self.node(),
        };
        self.decisions.push(Decision::Do {
            request,
            on_error: OnError::Continue,
            why,
            report: None,
        });
        detach(self.ctx, self.pod, &mut self.memory);
        self.to(Stage::Removed, Duration::default());
    }
}
