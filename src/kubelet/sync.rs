//! A sync: what a pod's containers came to is written, then what is missing is started.
//!
//! A status tells what the sync before has decided: a back-off shows in the next one.
//! upstream: SyncPod of kubelet.go, computePodActions of kuberuntime_manager.go, completeWork of pod_workers.go.

use super::behaviour::is_sidecar;
use super::life::Life;
use super::probes::{KINDS, LIVENESS, STARTUP};
use super::status::{is_ready, is_started};
use crate::array;
use crate::config::Version;
use crate::memory::Stage;
use crate::object;
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::why::Why;

/// From a container's end to the sync that sees it: the kubelet lists containers every second.
const RELIST: Duration = Duration::ms(500);
/// From a sync with an error in which something was started to the next one.
const RELIST_AFTER_ERROR: Duration = Duration::ms(800);
/// From the start of containers to the listing that finds them running.
const RELIST_AFTER_START: Duration = Duration::ms(300);

impl Life<'_> {
    /// Volumes are mounted and the sandbox is up.
    pub(super) fn sandbox_is_up(&mut self) {
        self.it.has_sandbox = true;
        if self.ctx.config.version >= Version::V1_36 {
            self.write(&Why::SandboxReady { pod: self.name() });
        }
        self.begin();
        self.it.has_started = true;
        self.act(0);
    }

    fn begin(&mut self) {
        self.to(Stage::Active, Duration::default());
        self.it.has_started = false;
        self.it.retry = None;
    }

    pub(super) fn sync(&mut self) {
        self.begin();
        let why = self.standing();
        for it in &mut self.it.containers {
            if !it.exit.is_null() {
                it.exited_at = Some(it.ended);
            }
        }
        if self.has_ended_for_good() {
            self.it.has_sandbox = false;
            self.write(&why);
            return self.to(Stage::Ended, Duration::default());
        }
        self.write(&why);
        self.probe_unready();
        self.act(0);
    }

    /// Whether no container runs and none will be started again.
    fn has_ended_for_good(&self) -> bool {
        let init = self.pod.init_containers().len();
        let is_over = |at: usize| self.it.containers[at].running.is_none() && !self.restarts(at);
        let failed = |at: usize| is_over(at) && self.exit_code(at) != Some(0);
        (init..self.it.containers.len()).all(is_over)
            || (0..init).any(|at| !is_sidecar(self.container(at)) && failed(at))
    }

    fn exit_code(&self, at: usize) -> Option<i64> {
        self.it.containers[at].exit["exitCode"].as_int()
    }

    /// upstream: ShouldContainerBeRestarted.
    fn restarts(&self, at: usize) -> bool {
        let is_init = at < self.pod.init_containers().len();
        match self.exit_code(at) {
            None => true,
            Some(_) if is_init && is_sidecar(self.container(at)) => true,
            Some(0) if is_init => false,
            Some(code) => match self.pod.value["spec"]["restartPolicy"].as_str() {
                "Never" => false,
                "OnFailure" => code != 0,
                _ => true,
            },
        }
    }

    /// Whether an ordinary container has been started: init containers are then never run again.
    fn is_initialized(&self) -> bool {
        let init = self.pod.init_containers().len();
        let mut ordinary = self.it.containers[init..].iter();
        ordinary.any(|it| it.running.is_some() || !it.exit.is_null())
    }

    /// Starts what is missing, from the container at that place on.
    ///
    /// upstream: computePodActions, computeInitContainerActions.
    pub(super) fn act(&mut self, from: usize) {
        if from == 0 {
            self.tell_pull_secrets();
        }
        let init = self.pod.init_containers().len();
        let is_initialized = self.is_initialized();
        for at in from..self.it.containers.len() {
            let (spec, it) = (self.container(at), &self.it.containers[at]);
            let is_once = at < init && !is_sidecar(spec);
            if let Some(probe) = self.must_restart(at) {
                return self.stop_to_restart(at, probe);
            }
            let is_done = if it.running.is_some() {
                at >= init || is_initialized || !is_once && is_started(spec, it)
            } else {
                is_once && is_initialized || !self.restarts(at)
            };
            if is_done {
                continue;
            }
            // Init containers run one after another.
            let is_last = at < init && !is_initialized;
            if self.it.containers[at].running.is_none() && !self.start(at) {
                return;
            }
            if is_last {
                break;
            }
        }
        self.finish();
    }

    /// The sync goes on behind the container at that place.
    pub(super) fn act_after(&mut self, at: usize) {
        self.to(Stage::Active, Duration::default());
        if at < self.pod.init_containers().len() && !self.is_initialized() {
            self.finish();
        } else {
            self.act(at + 1);
        }
    }

    /// The probe for which a running container must be started again.
    fn must_restart(&self, at: usize) -> Option<usize> {
        let it = &self.it.containers[at];
        let has_failed = |kind: &usize| it.probes[*kind].passes == Some(false);
        it.running?;
        [STARTUP, LIVENESS].into_iter().find(has_failed)
    }

    /// Tells a container to stop so that it can be started again.
    fn stop_to_restart(&mut self, at: usize, probe: usize) {
        let (container, kind) = (self.container_name(at), KINDS[probe]);
        let (pod, probe) = (self.name(), Text::from(kind.word));
        let mut told = crate::text!("Container {container} failed {probe} probe");
        let why = if self.restarts_on_failure(at) {
            told.push_str(", will be restarted");
            Why::ProbeRestarts {
                pod,
                container,
                probe,
            }
        } else {
            Why::ProbeStops {
                pod,
                container,
                probe,
            }
        };
        self.record(at, ("Killing", told, false), &why);
        let own = &self.container(at)[kind.field]["terminationGracePeriodSeconds"];
        let grace = own.as_int().unwrap_or(self.pod.grace_s());
        let grace = Duration::s(u64::try_from(grace).unwrap_or(1));
        let end = self.end_when_told(at, grace, &why);
        self.it.containers[at].ends = Some(end);
        self.it.stage = Stage::Restarting(at);
        self.it.due = end.0;
    }

    /// upstream: shouldRestartOnFailure.
    fn restarts_on_failure(&self, at: usize) -> bool {
        is_sidecar(self.container(at))
            || self.pod.value["spec"]["restartPolicy"].as_str() != "Never"
    }

    /// A container that was told to stop has.
    ///
    /// upstream: its back-off counts from the run before, which the sync has seen end.
    pub(super) fn start_again(&mut self, at: usize) {
        self.to(Stage::Active, Duration::default());
        if !self.restarts_on_failure(at) || self.start(at) {
            self.act_after(at);
        }
    }

    /// The end of a sync: the next one is set.
    fn finish(&mut self) {
        if self.it.status["podIP"].is_null() {
            let address = self.address();
            self.it.status["podIP"] = (&address).into();
            self.it.status["podIPs"] = array![object! {"ip": &address}];
        }
        let now = self.ctx.now;
        let mut due = match self.it.retry {
            Some(_) if self.it.has_started => now + RELIST_AFTER_ERROR,
            Some(retry) => now + retry,
            None => Time::NEVER,
        };
        if self.it.has_started && self.it.retry.is_none() {
            let why = self.standing();
            self.write(&why);
            if self.probe_unready() {
                due = now + RELIST_AFTER_START;
            }
            if !self.is_initialized() {
                // A sidecar that has started lets the next container start.
                due = now + self.ctx.config.delays.kubelets;
            }
        }
        let unseen = |it: &crate::memory::ContainerMemory| {
            it.running.is_none() && !it.exit.is_null() && it.exited_at != Some(it.ended)
        };
        if self.it.containers.iter().any(unseen) {
            due = due.min(now + RELIST);
        }
        // A probe that failed while this sync was under way is seen by the next.
        if (0..self.it.containers.len()).any(|at| self.must_restart(at).is_some()) {
            due = due.min(now + RELIST);
        }
        self.it.stage = Stage::Active;
        self.it.due = due;
    }

    /// The next address of the node's network; addresses are never given out twice.
    ///
    /// A network is the node's alone: that of the number its name ends in, unless another node has it. One that is used
    /// up is followed by another.
    fn address(&mut self) -> Text {
        const LAST: u32 = 254;
        let node = self.node();
        let given = &self.memory.addresses;
        let is_free = |it: &u32| !given.contains_key(&crate::text!("{it}"));
        let known = self.memory.networks.get(&node).copied();
        let fits = |it: &u32| {
            let host = given.get(&crate::text!("{it}"));
            host.is_none_or(|host| *host < LAST)
        };
        let network = known.filter(fits).unwrap_or_else(|| {
            let number = node.rsplit_once('-').and_then(|it| it.1.parse().ok());
            let own = number.filter(|it| *it < 256 && known.is_none() && is_free(it));
            own.or_else(|| (100..256).chain(0..100).find(is_free))
                .unwrap_or(255)
        });
        let name = crate::text!("{network}");
        let host = given.get(&name).copied().unwrap_or(1) + 1;
        self.memory.addresses.insert(name, host);
        self.memory.networks.insert(node, network);
        self.ctx.config.pod_address(network, host)
    }

    /// Programs whose end has come end; says whether there was one.
    pub(super) fn end_programs(&mut self) -> bool {
        let mut has_ended = false;
        for at in 0..self.it.containers.len() {
            let it = &self.it.containers[at];
            let due = it.ends.filter(|_| it.running.is_some());
            if let Some((_, code)) = due.filter(|it| it.0 <= self.ctx.now) {
                self.end(at, code);
                has_ended = true;
            }
        }
        if has_ended && self.it.stage == Stage::Stopping {
            self.one_has_stopped();
        } else if has_ended && self.it.stage == Stage::Active {
            self.it.due = self.it.due.min(self.ctx.now + RELIST);
        }
        has_ended
    }

    /// How the pod stands: why its status is written.
    fn standing(&self) -> Why {
        let pod = self.name();
        for (at, it) in self.it.containers.iter().enumerate() {
            let container = self.container_name(at);
            let spec = self.container(at);
            if it.running.is_none() && !it.waiting.is_null() {
                return self.held(at);
            }
            if it.running.is_none() && !it.exit.is_null() && it.exited_at != Some(it.ended) {
                let code = crate::text!("{}", it.exit["exitCode"]);
                return Why::ContainersEnded {
                    pod,
                    container,
                    code,
                };
            }
            let is_init = at < self.pod.init_containers().len();
            if it.running.is_some() && is_init && !self.is_initialized() {
                return Why::InitStarted { pod, container };
            }
            if it.running.is_some() && !is_ready(spec, it) {
                return Why::ContainersStartedUnready { pod, container };
            }
        }
        Why::ContainersStarted { pod }
    }

    /// The hook of that name of a container.
    pub(super) fn hook(&self, at: usize, name: &str) -> &Value {
        &self.container(at)["lifecycle"][name]
    }
}
