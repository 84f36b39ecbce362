//! Where the outside world comes in: inputs, and the errands of the terminal.

use std::sync::Arc;

use super::components::COMPONENTS;
use super::informer::Informer;
use super::input::Input;
use super::queue::Event;
use super::trace::{Entry, Seq, What};
use super::world::{Step, World};
use crate::api::{Key, Kind, Object};
use crate::apiserver::rest::{Connection, HttpRequest, HttpResponse, next_frame};
use crate::memory::{ContainerMemory, Outage, Silence, Stage};
use crate::plan::Actor;
use crate::process::Answer;
use crate::programs::Printed;
use crate::shell::Errand;
use crate::shell::inside::{self, Typed};
use crate::time::{Duration, Time};
use crate::value::Text;
use crate::why::Why;

/// Between two lines of a pasted transcript.
const TYPING: Duration = Duration::ms(100);

/// From power to the first status that the kubelet posts.
const KUBELET_START: Duration = Duration::ms(230);
/// How the runtime tells of a container that ended while it did not run.
const LOST: i32 = 255;

impl World {
    /// Does something from outside, now.
    pub fn apply(&mut self, input: Input) {
        self.seq += 1;
        self.inputs += 1;
        self.last_input = self.now;
        match input {
            Input::Type(line) => {
                if self.terminal.is_busy() {
                    let wakes = self.terminal.is_watching();
                    self.terminal.type_ahead(line);
                    if !wakes {
                        return;
                    }
                } else if let Some(command) = self.terminal.enter(&line) {
                    self.trace_command(command);
                }
                self.wake_terminal(Duration::default());
            }
            Input::Paste(commands) => {
                self.terminal.paste(commands);
                if !self.terminal.is_busy() {
                    self.wake_terminal(Duration::default());
                }
            }
            Input::Interrupt => {
                self.terminal.interrupt();
                self.wake_terminal(Duration::default());
            }
            Input::WriteFile { path, text } => {
                self.terminal.files.insert(path, text);
            }
            Input::Http(request) => {
                self.request(&request);
            }
            Input::Pull { image, takes } => {
                self.memory.pull_times.insert(image, takes);
            }
            Input::Program {
                namespace,
                pod,
                container,
                words,
            } => self.say(
                &Key::new(Kind::Pod, namespace, pod),
                &container,
                &words,
                None,
            ),
            Input::NodeDown(name, cause) => self.silence_node(name, cause),
            Input::NodeUp(name) => self.start_node(&name),
            Input::Provision(takes) => {
                self.memory.provision = Some(takes);
                for claim in self.store.objects.clone().list(Kind::PersistentVolumeClaim) {
                    self.enqueue(Actor::Provisioner, claim.key(), self.now, None);
                }
            }
            Input::HoldRemoval {
                namespace,
                pod,
                hold_ms,
            } => {
                let key = Key::new(Kind::Pod, namespace, pod);
                if let Some(pod) = self.store.objects.get(&key) {
                    self.memory
                        .held
                        .insert(pod.uid().into(), Duration::ms(hold_ms));
                }
            }
        }
    }

    /// Nothing is heard of a node any more; where it is shut down, its kubelet ends the pods there first.
    fn silence_node(&mut self, name: Text, cause: Outage) {
        let since = self.now;
        if cause == Outage::Shutdown {
            let message = "Pod was terminated in response to imminent node shutdown.";
            for (uid, mut pod) in self.memory.pods_on(&name) {
                if pod.stage >= Stage::Stopping {
                    continue;
                }
                Arc::make_mut(&mut pod).ended_for = ("Terminated".into(), message.into());
                self.enqueue(Actor::Kubelet, pod.pod.key(), since, None);
                self.memory.pods.insert(uid, pod);
            }
        }
        self.memory.has_strays |= cause == Outage::Network;
        let key = Key::new(Kind::Node, "", name.clone());
        self.memory.silent.insert(name, Silence { since, cause });
        self.enqueue(Actor::Kubelet, key.clone(), since, None);
        self.enqueue(Actor::NodeController, key, since, None);
    }

    /// A node's kubelet is heard of again: it posts the node's status, and looks at the pods there and at those it has
    /// in mind. Their containers have ended, but where only the network was away.
    fn start_node(&mut self, name: &str) {
        let Some(silence) = self.memory.silent.remove(name) else {
            return;
        };
        let at = self.now + KUBELET_START;
        self.enqueue(Actor::Kubelet, Key::new(Kind::Node, "", name), at, None);
        for (uid, mut pod) in self.memory.pods_on(name) {
            if silence.cause != Outage::Network {
                for it in &mut Arc::make_mut(&mut pod).containers {
                    if it.running.is_some() {
                        it.ends = Some((self.now, LOST));
                    }
                }
            }
            self.enqueue(Actor::Kubelet, pod.pod.key(), at, None);
            self.memory.pods.insert(uid, pod);
        }
        for pod in self.store.objects.clone().list(Kind::Pod) {
            if pod.node_name() == name {
                self.enqueue(Actor::Kubelet, pod.key(), at, None);
            }
        }
    }

    /// Every component looks at everything again, as after a list.
    pub fn resync(&mut self) {
        for component in &COMPONENTS {
            let cache = self.informers.cache(Informer::of(component.actor)).clone();
            for (_, object) in cache.iter() {
                for key in (component.wakes)(&cache, None, Some(object)) {
                    self.enqueue(component.actor, key, self.now, None);
                }
            }
        }
    }

    /// Answers some other client at once.
    pub fn request(&mut self, request: &HttpRequest) -> HttpResponse {
        let why = Why::Requested {
            request: crate::text!("{} {}", request.method, request.path),
        };
        self.answer(request, None, &why)
    }

    fn trace_command(&mut self, line: Text) {
        let first = line.split('\n').next().unwrap_or_default();
        let why = Why::Typed {
            command: first.into(),
        };
        let what = What::Command(line);
        self.trace.push(Entry {
            seq: self.seq,
            time: self.now,
            actor: Actor::You,
            cause: None,
            what,
            why,
        });
        self.last_command = Some(self.seq);
    }

    /// Lets the terminal's program go on after that long.
    fn wake_terminal(&mut self, after: Duration) {
        let at = self.now + after;
        self.terminal_due = if self.terminal_due > self.now {
            at.min(self.terminal_due)
        } else {
            at
        };
        self.queue.push(at, Event::Terminal, self.last_command);
    }

    /// A program that waits for a change looks again.
    pub(super) fn tell_terminal(&mut self) {
        if self.terminal.is_watching() && !self.terminal_is_told {
            self.terminal_is_told = true;
            self.wake_terminal(self.config.delays.request);
        }
    }

    /// The terminal's program goes on until it needs the world, and gets what it needs.
    pub(super) fn run_terminal(&mut self, cause: Option<Seq>) {
        if self.now < self.terminal_due {
            return;
        }
        self.terminal_is_told = false;
        if let Some(line) = self.terminal.next_pasted() {
            self.trace_command(line);
        }
        let why = Why::Typed {
            command: self.terminal.command(),
        };
        match self.terminal.go_on(self.now, self.config.version) {
            Errand::Rest => {
                if self.terminal.has_next_pasted() {
                    self.wake_terminal(TYPING);
                }
            }
            Errand::Http(request) => {
                let answer = self.answer(&request, cause, &why);
                self.terminal.tell(Answer::Http(answer));
                self.wake_terminal(self.config.delays.request);
            }
            Errand::Frame(mut watch, until) => {
                if let Some(frame) = next_frame(&self.store, &self.config, self.now, &mut watch) {
                    self.terminal.tell(Answer::Frame(watch, frame));
                    self.wake_terminal(Duration::default());
                } else if until.is_some_and(|it| it <= self.now) {
                    self.terminal.tell(Answer::Slept);
                    self.wake_terminal(Duration::default());
                } else if let Some(until) = until {
                    self.wake_terminal(until.since(self.now));
                }
            }
            Errand::Sleep(span) => {
                self.terminal.tell(Answer::Slept);
                self.wake_terminal(span);
            }
            Errand::Ask(words) => {
                let told = self.told(&words);
                self.terminal.tell_asked(told);
                self.wake_terminal(Duration::default());
            }
            Errand::Inside(connection, line, exit) => {
                let Some(pod) = self.far_end(&connection) else {
                    return self.lose_connection();
                };
                let words: Vec<Text> = line.split_whitespace().map(Text::from).collect();
                let mut typed = Typed::default();
                self.run_in(
                    &pod,
                    &connection.container,
                    &words,
                    &mut |container, network| {
                        typed = inside::run_line(&line, exit, container, network);
                        Some((typed.printed.tried.clone(), typed.printed.exit))
                    },
                );
                if typed.is_left && connection.command.is_empty() {
                    self.end_program(&connection, typed.printed.exit, cause);
                }
                self.run_for(typed);
            }
            Errand::Program(connection) => {
                let Some(pod) = self.far_end(&connection) else {
                    return self.lose_connection();
                };
                if self.memory.silent.contains_key(pod.node_name()) {
                    let host = &pod.value["status"]["hostIP"];
                    let why = crate::text!(
                        "error dialing backend: dial tcp {}:10250: connect: no route to host",
                        host.as_str()
                    );
                    self.terminal.tell(Answer::Refused(why));
                    return self.wake_terminal(Duration::default());
                }
                let words = &connection.command;
                let mut run = Ok(Printed::default());
                self.run_in(
                    &pod,
                    &connection.container,
                    words,
                    &mut |container, network| {
                        run = inside::run(words, container, network);
                        let printed = run.as_ref().ok()?;
                        Some((printed.tried.clone(), printed.exit))
                    },
                );
                match run {
                    Ok(printed) => self.run_for(Typed {
                        printed,
                        is_left: true,
                    }),
                    Err(refusal) => {
                        self.terminal.tell(Answer::Refused(refusal));
                        self.wake_terminal(Duration::default());
                    }
                }
            }
        }
    }

    /// A program runs in a container for as long as it takes.
    fn run_for(&mut self, typed: Typed) {
        let took = typed.printed.took;
        self.terminal.tell_running(typed);
        self.wake_terminal(took);
    }

    /// The pod at the other end of a connection.
    fn far_end(&self, connection: &Connection) -> Option<Arc<Object>> {
        let key = Key::new(Kind::Pod, &connection.namespace, &connection.pod);
        self.store.objects.get(&key).cloned()
    }

    /// The pod at the other end of a connection is gone.
    fn lose_connection(&mut self) {
        self.terminal.tell(Answer::Exited(137));
        self.wake_terminal(Duration::default());
    }

    /// A container's main program has ended; its kubelet notices.
    fn end_program(&mut self, connection: &Connection, code: i32, cause: Option<Seq>) {
        let key = Key::new(Kind::Pod, &connection.namespace, &connection.pod);
        let words = crate::text!("exits {code}");
        self.say(&key, &connection.container, &words, cause);
    }

    /// The program in a container does that from now on; its kubelet looks at it.
    fn say(&mut self, pod: &Key, container: &str, words: &Text, cause: Option<Seq>) {
        let Some(pod) = self.store.objects.get(pod) else {
            return;
        };
        let uid = Text::from(pod.uid());
        let Some(mut known) = self.memory.pods.get(&uid).cloned() else {
            return;
        };
        let memory = Arc::make_mut(&mut known);
        if let Some(message) = words.strip_prefix("evicted ") {
            memory.ended_for = ("Evicted".into(), message.into());
            self.memory.pods.insert(uid, known);
            self.enqueue(Actor::Kubelet, pod.key(), self.now, cause);
            return;
        }
        let at = pod.container_at(container);
        let Some(it) = memory
            .containers
            .get_mut(at)
            .filter(|it| it.running.is_some())
        else {
            return;
        };
        if let Some(code) = words.strip_prefix("exits ") {
            it.ends = Some((self.now, code.parse().unwrap_or(1)));
        } else {
            it.said = words.clone();
            for probe in &mut it.probes {
                probe.rests = false;
            }
        }
        self.memory.pods.insert(uid, known);
        let (key, soon) = (pod.key(), self.now + self.config.delays.stop);
        self.enqueue(Actor::Kubelet, key, soon, cause);
    }

    /// Since when that container of a pod runs, init containers included; nothing if it does not.
    pub fn runs_since(&self, pod: &Object, at: usize) -> Option<Time> {
        let memory = self.memory.pods.get(&Text::from(pod.uid()))?;
        memory.containers.get(at)?.running
    }

    /// Whether nothing gets in or out over a pod's network.
    pub fn is_cut_off(&self, pod: &Object) -> bool {
        let memory = self.memory.pods.get(pod.uid());
        let is_cut = |it: &ContainerMemory| it.said.split(';').any(|it| it == "cut");
        self.memory.silent.contains_key(pod.node_name())
            || memory.is_some_and(|it| it.containers.iter().any(is_cut))
    }

    /// When nothing moves any more and a pasted transcript has more lines, the watch in the foreground is left, as
    /// its author left it.
    pub(super) fn leave_watch(&mut self) -> Step {
        self.seq += 1;
        let why = Why::TranscriptGoesOn {
            command: self.terminal.command(),
        };
        let what = What::Command("^C".into());
        let cause = self.last_command;
        self.trace.push(Entry {
            seq: self.seq,
            time: self.now,
            actor: Actor::You,
            cause,
            what,
            why,
        });
        self.terminal.interrupt();
        self.wake_terminal(TYPING);
        Step {
            seq: self.seq,
            is_visible: true,
        }
    }
}
