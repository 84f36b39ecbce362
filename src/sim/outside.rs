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
use crate::programs::Container;
use crate::shell::Errand;
use crate::shell::inside::{self, Typed};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
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
        self.act(input, 0);
    }

    /// What that does, at that terminal.
    pub(super) fn act(&mut self, input: Input, at: usize) {
        let terminal = &mut self.seats[at].terminal;
        match input {
            Input::Second(input) => self.act(*input, 1),
            Input::Type(line) => {
                if terminal.is_busy() {
                    let wakes = terminal.goes_on();
                    terminal.type_ahead(line);
                    if !wakes {
                        return;
                    }
                } else if let Some(command) = terminal.enter(&line) {
                    self.trace_command(at, command);
                }
                self.wake_terminal(at, Duration::default());
            }
            Input::Paste(commands) => {
                terminal.paste(commands);
                if !terminal.is_busy() {
                    self.wake_terminal(at, Duration::default());
                }
            }
            Input::Interrupt => {
                terminal.interrupt();
                self.wake_terminal(at, Duration::default());
            }
            Input::Edited(text) => {
                terminal.close_editor(text);
                self.wake_terminal(at, Duration::default());
            }
            Input::WriteFile { path, text } => {
                for seat in &mut self.seats {
                    seat.terminal.files.insert(path.clone(), text.clone());
                }
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
            Input::Provision(takes) => self.provision(Some(takes)),
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

    /// From now on making a volume takes so long, or what it usually does.
    pub(super) fn provision(&mut self, takes: Option<Duration>) {
        self.memory.provision = takes;
        for claim in self.store.objects.clone().list(Kind::PersistentVolumeClaim) {
            self.enqueue(Actor::Provisioner, claim.key(), self.now, None);
        }
    }

    /// Nothing is heard of a node any more; where it is shut down, its kubelet ends the pods there first. A node that
    /// has been silent is so since then, and one without power cannot be cut off.
    fn silence_node(&mut self, name: Text, cause: Outage) {
        let before = self.memory.silent.get(&name);
        if before.is_some_and(|it| it.cause != Outage::Network) {
            return;
        }
        let since = before.map_or(self.now, |it| it.since);
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
        if silence.cause != Outage::Network {
            self.recorded.start_anew(name);
        }
        self.enqueue(Actor::Kubelet, Key::new(Kind::Node, "", name), at, None);
        for (uid, mut pod) in self.memory.pods_on(name) {
            let known = Arc::make_mut(&mut pod);
            if silence.cause == Outage::Network {
                let ready =
                    |status: &Value| status["conditions"].item("type", "Ready")["status"].clone();
                let stands = self.store.objects.get(&known.pod.key());
                known.is_overwritten = stands.is_some_and(|it| {
                    it.uid() == known.pod.uid()
                        && ready(&it.value["status"]) != ready(&known.status)
                });
            } else if known.stage < Stage::Ended
                && self
                    .store
                    .objects
                    .get(&known.pod.key())
                    .is_some_and(|it| it.uid() == uid)
            {
                // A kubelet that begins anew knows of the pod what its status says.
                self.memory.pods.remove(&uid);
                self.enqueue(Actor::Kubelet, pod.pod.key(), at, None);
                continue;
            } else {
                for it in &mut known.containers {
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

    fn trace_command(&mut self, at: usize, line: Text) {
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
        self.seats[at].last_command = Some(self.seq);
    }

    /// Lets that terminal's program go on after that long.
    fn wake_terminal(&mut self, at: usize, after: Duration) {
        let (now, time, seat) = (self.now, self.now + after, &mut self.seats[at]);
        seat.due = if seat.due > now {
            time.min(seat.due)
        } else {
            time
        };
        self.queue
            .push(time, Event::Terminal(at), seat.last_command);
    }

    /// The programs that wait for a change look again.
    pub(super) fn tell_terminals(&mut self) {
        for at in 0..self.seats.len() {
            let seat = &mut self.seats[at];
            if seat.terminal.is_watching() && !seat.is_told {
                seat.is_told = true;
                self.wake_terminal(at, self.config.delays.request);
            }
        }
    }

    /// A terminal's program goes on until it needs the world, and gets what it needs.
    pub(super) fn run_terminal(&mut self, at: usize, cause: Option<Seq>) {
        if self.now < self.seats[at].due {
            return;
        }
        self.seats[at].is_told = false;
        if let Some(line) = self.seats[at].terminal.next_pasted() {
            self.trace_command(at, line);
        }
        let why = Why::Typed {
            command: self.seats[at].terminal.command(),
        };
        let errand = self.seats[at].terminal.go_on(self.now, self.config.version);
        self.share_files(at);
        match errand {
            Errand::Rest => {
                if self.seats[at].terminal.has_next_pasted() {
                    self.wake_terminal(at, TYPING);
                }
            }
            Errand::Http(request) => {
                let answer = self.answer(&request, cause, &why);
                self.seats[at].terminal.tell(Answer::Http(answer));
                self.wake_terminal(at, self.config.delays.request);
            }
            Errand::Frame(mut watch, until) => {
                if let Some(frame) = next_frame(&self.store, &self.config, self.now, &mut watch) {
                    self.seats[at].terminal.tell(Answer::Frame(watch, frame));
                    self.wake_terminal(at, Duration::default());
                } else if until.is_some_and(|it| it <= self.now) {
                    self.seats[at].terminal.tell(Answer::Slept);
                    self.wake_terminal(at, Duration::default());
                } else if let Some(until) = until {
                    self.wake_terminal(at, until.since(self.now));
                }
            }
            Errand::Sleep(span) => {
                self.seats[at].terminal.tell(Answer::Slept);
                self.wake_terminal(at, span);
            }
            Errand::Ask(words) => {
                let is_fault = words.first().is_some_and(|it| it == "fault");
                let told = if is_fault {
                    self.fault(&words)
                } else {
                    self.told(&words)
                };
                self.seats[at].terminal.tell_asked(told);
                self.wake_terminal(at, Duration::default());
            }
            Errand::Inside(connection, line, exit, kept) => {
                let typed = (line, exit, kept);
                self.run_inside(at, &connection, typed, cause);
            }
            Errand::Program(connection, stdin) => {
                self.run_program(at, &connection, stdin.as_ref(), cause);
            }
        }
    }

    /// A line typed at a shell in a container.
    fn run_inside(
        &mut self,
        at: usize,
        connection: &Connection,
        (line, exit, kept): (Text, i32, inside::Kept),
        cause: Option<Seq>,
    ) {
        let Some(pod) = self.far_end(connection) else {
            return self.lose_connection(at);
        };
        let words: Vec<Text> = line.split_whitespace().map(Text::from).collect();
        let mut typed = Typed::default();
        self.run_in(
            &pod,
            &connection.container,
            &words,
            &mut |container, network| {
                let container = Container {
                    is_terminal: connection.tty,
                    is_live: true,
                    ..*container
                };
                typed = inside::run_line(&line, exit, kept.clone(), &container, network);
                Some((typed.printed.tried.clone(), typed.printed.exit))
            },
        );
        let is_asked = typed.rest.is_some() || typed.kept.prompt().is_some();
        typed.is_left |= !is_asked && !inside::takes_lines(connection);
        if typed.is_left && connection.is_main {
            self.end_program(connection, typed.printed.exit, cause);
        }
        self.run_for(at, typed);
    }

    /// A program that is run in a container, or attached to.
    fn run_program(
        &mut self,
        at: usize,
        connection: &Connection,
        stdin: Option<&Text>,
        cause: Option<Seq>,
    ) {
        let Some(pod) = self.far_end(connection) else {
            return self.lose_connection(at);
        };
        if self.memory.silent.contains_key(pod.node_name()) {
            let host = &pod.value["status"]["hostIP"];
            let why = crate::text!(
                "error dialing backend: dial tcp {}:10250: connect: no route to host",
                host.as_str()
            );
            self.seats[at].terminal.tell(Answer::Refused(why));
            return self.wake_terminal(at, Duration::default());
        }
        let words = &connection.command;
        if words.is_empty() {
            // The image's own program, which goes on.
            return;
        }
        let mut run = Ok(Typed::default());
        self.run_in(
            &pod,
            &connection.container,
            words,
            &mut |container, network| {
                let container = Container {
                    stdin,
                    is_terminal: connection.tty,
                    is_live: true,
                    ..*container
                };
                run = inside::run(words, &container, network);
                let printed = &run.as_ref().ok()?.printed;
                Some((printed.tried.clone(), printed.exit))
            },
        );
        match run {
            // It goes on: what is attached to it waits for a change.
            Err(_) if connection.is_main => {}
            Ok(typed) => {
                if typed.is_left && connection.is_main {
                    self.end_program(connection, typed.printed.exit, cause);
                }
                self.run_for(at, typed);
            }
            Err(refusal) => {
                self.seats[at].terminal.tell(Answer::Refused(refusal));
                self.wake_terminal(at, Duration::default());
            }
        }
    }

    /// A program runs in a container for as long as it takes.
    fn run_for(&mut self, at: usize, typed: Typed) {
        let took = typed.printed.took;
        self.seats[at].terminal.tell_running(typed);
        self.wake_terminal(at, took);
    }

    /// The pod at the other end of a connection.
    fn far_end(&self, connection: &Connection) -> Option<Arc<Object>> {
        let key = Key::new(Kind::Pod, &connection.namespace, &connection.pod);
        self.store.objects.get(&key).cloned()
    }

    /// The pod at the other end of a connection is gone.
    fn lose_connection(&mut self, at: usize) {
        self.seats[at].terminal.tell(Answer::Exited(137));
        self.wake_terminal(at, Duration::default());
    }

    /// The terminals stand on one machine: what is written in one is there in the other.
    fn share_files(&mut self, at: usize) {
        let files = self.seats[at].terminal.files.clone();
        self.seats[1 - at].terminal.files = files;
    }

    /// A container's main program has ended; its kubelet notices.
    pub fn end_program(&mut self, connection: &Connection, code: i32, cause: Option<Seq>) {
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
    pub(super) fn leave_watch(&mut self, at: usize) -> Step {
        self.seq += 1;
        let why = Why::TranscriptGoesOn {
            command: self.seats[at].terminal.command(),
        };
        let what = What::Command("^C".into());
        let cause = self.seats[at].last_command;
        self.trace.push(Entry {
            seq: self.seq,
            time: self.now,
            actor: Actor::You,
            cause,
            what,
            why,
        });
        self.seats[at].terminal.interrupt();
        self.wake_terminal(at, TYPING);
        Step {
            seq: self.seq,
            is_visible: true,
        }
    }
}
