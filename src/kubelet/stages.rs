//! The life of a pod as a table: what is due at each stage, and what deletion means there.
//!
//! | stage | when due | then |
//! |---|---|---|
//! | (new) | at once | ContainerCreating is written → Mounting |
//! | Mounting | volumes are there | PodReadyToStartContainers is written → Pulling |
//! | Pulling(n) | the n-th image is there | the next image; after the last, Running is written → Running |
//! | Running | its program ends (only then) | the end is written → Ended |
//! | Stopping | its program has stopped | the end is written → Ended |
//! | Ended | if deleted: what it left on the node is cleaned up | the object is deleted → Removed |
//!
//! A deletion seen before Ended leads to Stopping. upstream: pkg/kubelet/pod_workers.go, SyncPod,
//! SyncTerminatingPod, SyncTerminatedPod.

use super::images::pull_time;
use super::status::{self, Containers, status_of};
use crate::api::Object;
use crate::apiserver::{DeleteOptions, Request, Verb, WriteOptions};
use crate::chance::between;
use crate::config::Version;
use crate::memory::{Memory, PodMemory, Stage};
use crate::plan::{Ctx, Decision, EventRecord, EventSource, OnError, Plan};
use crate::time::Duration;
use crate::value::{Text, Value};
use crate::why::Why;
use crate::{array, object};

/// Does what is due for a pod, and says what it waits for.
pub(super) fn advance(ctx: &Ctx<'_>, pod: &Object) -> Plan {
    let mut life = Life::of(ctx, pod);
    life.go_on();
    let memory = &mut life.memory;
    let due = (life.pod_memory.due > ctx.now).then(|| life.pod_memory.due.since(ctx.now));
    memory.pods.insert(pod.uid().into(), life.pod_memory);
    Plan {
        decisions: life.decisions,
        memory: Some(life.memory),
        requeue_after: due,
    }
}

struct Life<'a> {
    ctx: &'a Ctx<'a>,
    pod: &'a Object,
    memory: Memory,
    pod_memory: PodMemory,
    is_new: bool,
    decisions: Vec<Decision>,
}

impl<'a> Life<'a> {
    fn of(ctx: &'a Ctx<'a>, pod: &'a Object) -> Self {
        let known = ctx.memory.pods.get(&Text::from(pod.uid())).cloned();
        let is_new = known.is_none();
        let fresh = || PodMemory {
            stage: Stage::Mounting,
            due: ctx.now,
            pull: Duration::default(),
            status: pod.value["status"].clone(),
            exit_code: None,
        };
        let pod_memory = known.unwrap_or_else(fresh);
        Self {
            ctx,
            pod,
            memory: ctx.memory.clone(),
            pod_memory,
            is_new,
            decisions: Vec::new(),
        }
    }

    fn go_on(&mut self) {
        if self.is_new {
            if self.pod.is_terminal() {
                self.pod_memory.stage = Stage::Ended;
            } else {
                self.accept();
            }
        }
        if self.pod.is_terminating() && self.pod_memory.stage < Stage::Stopping {
            self.start_stopping();
        }
        let is_due = self.pod_memory.due <= self.ctx.now;
        match self.pod_memory.stage {
            Stage::Mounting if is_due => self.start_pulling(),
            Stage::Pulling(done) if is_due => self.image_is_there(done),
            Stage::Running => self.watch_program(),
            Stage::Stopping if is_due => self.containers_stopped(),
            Stage::Ended if self.pod.is_terminating() && is_due => self.remove(),
            Stage::Mounting
            | Stage::Pulling(_)
            | Stage::Stopping
            | Stage::Ended
            | Stage::Removed => {}
        }
        self.say_wait();
    }

    /// upstream: HandlePodAdditions, the first status of SyncPod.
    fn accept(&mut self) {
        self.write(
            Containers::Creating,
            false,
            Why::PodAccepted {
                pod: self.name(),
                node: self.node(),
            },
        );
        self.to(Stage::Mounting, self.ctx.config.delays.volumes);
    }

    /// Volumes are mounted and the sandbox is up.
    fn start_pulling(&mut self) {
        if self.ctx.config.version >= Version::V1_36 {
            self.write(
                Containers::Creating,
                true,
                Why::SandboxReady { pod: self.name() },
            );
        }
        self.pull(0);
    }

    /// Gets the image of container `at`; goes straight on where it is there already.
    ///
    /// upstream: EnsureImageExists; pulls of a node are serial.
    fn pull(&mut self, at: usize) {
        let Some(container) = self.pod.containers().get(at) else {
            return self.start();
        };
        let image: Text = container["image"].as_str().into();
        let node = self.node();
        let (pod, about) = (self.name(), self.container_reference(container));
        match pull_time(self.ctx.config, &self.memory, &node, &image) {
            Some(time) => {
                self.memory.pulls += 1;
                self.pod_memory.pull = time;
                let why = Why::ImagePulled {
                    pod,
                    image: image.clone(),
                    node,
                };
                self.record(
                    about,
                    "Pulling",
                    crate::text!("Pulling image \"{image}\""),
                    why,
                );
                self.to(Stage::Pulling(at), time);
            }
            None => {
                let why = Why::ImagePresent {
                    pod,
                    image: image.clone(),
                    node,
                };
                let told = match self.ctx.config.version {
                    Version::V1_22 => "",
                    Version::V1_36 => " and can be accessed by the pod",
                };
                let text =
                    crate::text!("Container image \"{image}\" already present on machine{told}");
                self.record(about, "Pulled", text, why);
                self.pull(at + 1);
            }
        }
    }

    fn image_is_there(&mut self, at: usize) {
        let container = &self.pod.containers()[at];
        let image: Text = container["image"].as_str().into();
        let node = self.node();
        let took = took_text(self.pod_memory.pull);
        self.memory.images.insert((node.clone(), image.clone()), ());
        let text = crate::text!(
            "Successfully pulled image \"{image}\" in {took} ({took} including waiting). Image size: 62000000 bytes."
        );
        let why = Why::ImagePulled {
            pod: self.name(),
            image,
            node,
        };
        self.record(self.container_reference(container), "Pulled", text, why);
        self.pull(at + 1);
    }

    /// All containers start; without a readiness probe they are ready at once.
    fn start(&mut self) {
        let pod: Text = self.name();
        let is_probed =
            |it: &Value| !it["readinessProbe"].is_null() || !it["startupProbe"].is_null();
        let has_probes = self.pod.containers().iter().any(is_probed);
        let why = || {
            let pod = pod.clone();
            if has_probes {
                Why::ContainersStartedUnprobed { pod }
            } else {
                Why::ContainersStarted { pod }
            }
        };
        let old_words = self.ctx.config.version == Version::V1_22;
        for container in self.pod.containers() {
            let name = container["name"].as_str();
            let texts = if old_words {
                [
                    crate::text!("Created container {name}"),
                    crate::text!("Started container {name}"),
                ]
            } else {
                ["Container created".into(), "Container started".into()]
            };
            let [created, started] = texts;
            self.record(
                self.container_reference(container),
                "Created",
                created,
                why(),
            );
            self.record(
                self.container_reference(container),
                "Started",
                started,
                why(),
            );
        }
        let address = self.address();
        self.pod_memory.status["podIP"] = (&address).into();
        self.pod_memory.status["podIPs"] = array![object! {"ip": &address}];
        self.write(Containers::Running, true, why());
        self.to(Stage::Running, Duration::default());
    }

    /// The next address of the node's network; addresses are never given out twice.
    fn address(&mut self) -> Text {
        let node = self.node();
        let host = self.memory.addresses.get(&node).copied().unwrap_or(1) + 1;
        self.memory.addresses.insert(node.clone(), host);
        let number = node
            .rsplit_once('-')
            .and_then(|(_, it)| it.parse().ok())
            .unwrap_or(0);
        self.ctx
            .config
            .pod_address(number + host / 255 * 100, host % 255)
    }

    fn watch_program(&mut self) {
        if let Some(code) = self.pod_memory.exit_code {
            let why = Why::ContainersEnded {
                pod: self.name(),
                code: crate::text!("{code}"),
            };
            self.write(Containers::Ended(code), false, why);
            self.to(Stage::Ended, Duration::default());
        }
    }

    /// upstream: the observedGeneration write is new with v1.34; SyncTerminatingPod.
    fn start_stopping(&mut self) {
        let was_running = self.pod_memory.stage == Stage::Running;
        let pod = self.name();
        let seconds = &self.pod.meta()["deletionGracePeriodSeconds"];
        let why = Why::StopStarted {
            pod,
            seconds: crate::text!("{seconds}"),
        };
        if self.ctx.config.version >= Version::V1_36 {
            let containers = if was_running {
                Containers::Running
            } else {
                Containers::Creating
            };
            let sandbox = self.pod_memory.stage != Stage::Mounting;
            self.write(containers, sandbox, why.clone());
        }
        if was_running {
            for container in self.pod.containers() {
                let text = crate::text!("Stopping container {}", container["name"].as_str());
                self.record(
                    self.container_reference(container),
                    "Killing",
                    text,
                    why.clone(),
                );
            }
        }
        let stop = self.ctx.config.delays.stop;
        self.to(
            Stage::Stopping,
            if was_running { stop } else { Duration::s(1) },
        );
    }

    fn containers_stopped(&mut self) {
        let ran = !self.pod_memory.status["podIP"].is_null();
        let containers = if ran {
            Containers::Ended(0)
        } else {
            Containers::Lost
        };
        self.write(
            containers,
            false,
            Why::ContainersStopped { pod: self.name() },
        );
        let (from, to) = self.ctx.config.delays.removal_ms;
        let delay = between(self.ctx.config.seed, &["removal", self.pod.uid()], from, to);
        let held = self
            .memory
            .held
            .get(&Text::from(self.pod.uid()))
            .copied()
            .unwrap_or_default();
        self.to(Stage::Ended, Duration::ms(delay + held.ms));
    }

    /// upstream: the status manager's final DELETE with grace 0 and the UID as precondition.
    fn remove(&mut self) {
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
        self.to(Stage::Removed, Duration::default());
    }

    /// What stands between the pod and its next stage.
    fn say_wait(&mut self) {
        let (pod, node) = (self.name(), self.node());
        let why = match self.pod_memory.stage {
            Stage::Mounting => Why::WaitsForVolumes { pod },
            Stage::Pulling(at) => {
                let image: Text = self.pod.containers()[at]["image"].as_str().into();
                let time = self.pod_memory.pull;
                Why::WaitsForPull {
                    pod,
                    image,
                    seconds: crate::text!("{}", time.ms / 1000),
                }
            }
            Stage::Stopping => Why::WaitsForStop { pod },
            Stage::Ended if self.pod.is_terminating() => Why::WaitsForRemoval { pod, node },
            Stage::Running | Stage::Ended | Stage::Removed => return,
        };
        self.decisions.push(Decision::Wait {
            on: self.pod.key(),
            why,
        });
    }

    fn to(&mut self, stage: Stage, after: Duration) {
        self.pod_memory.stage = stage;
        self.pod_memory.due = self.ctx.now + after;
    }

    fn write(&mut self, containers: Containers, sandbox: bool, why: Why) {
        let status = status_of(
            self.ctx,
            self.pod,
            &self.pod_memory.status,
            containers,
            sandbox,
        );
        self.decisions.push(status::write(self.pod, &status, why));
        self.pod_memory.status = status;
    }

    fn record(&mut self, about: Value, reason: &'static str, message: Text, why: Why) {
        let source = EventSource {
            component: "kubelet",
            host: self.node(),
        };
        self.decisions.push(Decision::Record(
            EventRecord {
                about,
                source,
                is_warning: false,
                reason,
                message,
            },
            why,
        ));
    }

    fn container_reference(&self, container: &Value) -> Value {
        let mut about = self.pod.as_involved_object();
        about["fieldPath"] =
            crate::text!("spec.containers{{{}}}", container["name"].as_str()).into();
        about
    }

    fn name(&self) -> Text {
        self.pod.name().into()
    }

    fn node(&self) -> Text {
        self.pod.node_name().into()
    }
}

/// A duration as Go prints it: `18.5s`, `350ms`.
fn took_text(took: Duration) -> Text {
    let Duration { ms } = took;
    if ms < 1000 {
        return crate::text!("{ms}ms");
    }
    let fraction = format!("{:03}", ms % 1000);
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    crate::text!("{}{dot}{fraction}s", ms / 1000)
}
