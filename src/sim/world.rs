//! The world: the whole cluster as one value, moved by exactly one event at a time.

use std::sync::Arc;

use super::components::COMPONENTS;
use super::informer::{Informer, Informers};
use super::lives::{self, Lives};
use super::lookup::Lookup;
use super::queue::{Event, Queue, Queued};
use super::recorder::{self, Recorded};
use super::seat::Seat;
use super::trace::{Entry, MarkKind, Seq, Trace, What, Wrote};
use super::workqueue::{Item, Items, Running, Waits};
use crate::api::{Key, Kind, Object};
use crate::apiserver::rest::{self, HttpRequest, HttpResponse};
use crate::apiserver::{self, LogEntry, Request, Status, Store, Written};
use crate::config::Config;
use crate::dns::server::{Preset, Server};
use crate::memory::Memory;
use crate::persistent::List;
use crate::plan::{Actor, Ctx, Decision, EventRecord, OnError, Plan};
use crate::process::Files;
use crate::shell::Terminal;
use crate::time::{Duration, Time};
use crate::value::Text;
use crate::why::Why;

/// So long after the last change a cluster counts as still: a controller that fails forever retries forever.
const STILL: Duration = Duration::s(600);

/// One cluster at one moment.
#[derive(Clone, Debug)]
pub struct World {
    /// The clock.
    pub now: Time,
    /// How many events were handled, inputs among them.
    pub seq: Seq,
    /// How many of them were inputs.
    pub inputs: usize,
    /// The options.
    pub config: Arc<Config>,
    /// What the API server keeps.
    pub store: Store,
    /// What the components see of it.
    pub informers: Informers,
    /// What happened.
    pub trace: Trace,
    /// What is being waited for.
    pub waits: Waits,
    /// What became of each pod name.
    pub lives: Lives,
    /// The cluster's DNS server.
    pub dns: Server,
    /// The look-ups that readers and programs made.
    pub lookups: List<Lookup>,
    /// The files that programs in containers have written, by volume and path.
    pub(super) disks: Files,
    /// What the terminal's `doctor` prints: the doctor stands above the machine and is handed down to it.
    pub doctor: fn(&World) -> String,
    /// The reader's terminals: the first, and one beside it.
    pub seats: [Seat; 2],
    /// When the outside world did something last.
    pub(super) last_input: Time,
    /// When an object changed last, Events aside.
    pub(super) moved_at: Time,
    pub(super) memory: Memory,
    pub(super) queue: Queue,
    items: Items,
    pub(super) recorded: Recorded,
    /// Log entries whose deliveries are queued.
    told: usize,
}

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The number of the event.
    pub seq: Seq,
    /// Whether a reader sees a change.
    pub is_visible: bool,
}

impl World {
    /// A cluster with its nodes and namespaces, and nothing in it.
    pub fn new(config: Config) -> Self {
        let store = Store::seeded(&config, Time::START);
        let mut dns = Server::new(Preset::P3, &config.domain, config.seed);
        for (_, object) in store.objects.iter() {
            dns.apply(None, Some(object), Time::START);
        }
        // differs: its pods are not shown, nor is the slice that names them.
        dns.stand_at(&config.pod_address(0, 2), Time::START);
        Self {
            now: Time::START,
            seq: 0,
            inputs: 0,
            informers: Informers::synced(&store.objects),
            told: store.log.len(),
            config: Arc::new(config),
            store,
            trace: Trace::default(),
            waits: Waits::default(),
            lives: Lives::default(),
            dns,
            lookups: List::default(),
            disks: Files::default(),
            doctor: |_| String::new(),
            seats: Default::default(),
            last_input: Time::START,
            moved_at: Time::START,
            memory: Memory::default(),
            queue: Queue::default(),
            items: Items::default(),
            recorded: Recorded::default(),
        }
    }

    /// Handles exactly one event; nothing when none is queued.
    pub fn step(&mut self) -> Option<Step> {
        if let Some(at) = self.left_watch() {
            return Some(self.leave_watch(at));
        }
        let (time, queued) = self.queue.pop()?;
        let shown_before = self.trace.shown();
        self.now = self.now.max(time);
        self.seq += 1;
        let Queued { event, cause } = queued;
        match event {
            Event::Deliver(informer, at) => self.deliver(informer, at, cause),
            Event::Reconcile(actor, key) => self.reconcile(actor, &key, cause),
            Event::Submit(actor, key) => self.submit(actor, &key),
            Event::Record(record) => self.record(&record.0, record.1, &record.2, cause),
            Event::Terminal(at) => self.run_terminal(at, cause),
        }
        Some(Step {
            seq: self.seq,
            is_visible: self.trace.shown() > shown_before,
        })
    }

    /// Whether no command is on its way, and every wanted pod of every set is there and Ready, and no other is left.
    pub fn is_settled(&self) -> bool {
        // What is wanted of each kind, and what has to be so many.
        let is_settled = |set: &Object, wanted: i64, names: &[&str]| {
            let count = |name: &str| set.value["status"][name].as_int().unwrap_or(0);
            count("observedGeneration") >= set.generation()
                && names.iter().all(|it| count(it) == wanted)
        };
        let replicas = |set: &Object| set.value["spec"]["replicas"].as_int().unwrap_or(1);
        let objects = &self.store.objects;
        self.seats.iter().all(|it| it.terminal.is_at_rest())
            && objects.list(Kind::StatefulSet).all(|set| {
                let status = &set.value["status"];
                is_settled(set, replicas(set), &["readyReplicas", "replicas"])
                    && status["currentRevision"] == status["updateRevision"]
            })
            && objects.list(Kind::Deployment).all(|set| {
                let names = ["updatedReplicas", "readyReplicas", "replicas"];
                is_settled(set, replicas(set), &names)
            })
            && objects.list(Kind::DaemonSet).all(|set| {
                let wanted = set.value["status"]["desiredNumberScheduled"].as_int();
                let names = ["updatedNumberScheduled", "numberReady"];
                is_settled(set, wanted.unwrap_or(-1), &names)
            })
    }

    /// When the next event is due.
    pub fn next_time(&self) -> Option<Time> {
        if self.left_watch().is_some() {
            return Some(self.now);
        }
        self.queue.next_time()
    }

    /// Whether nothing will happen any more but retries of what has not changed anything for long.
    pub fn rests(&self) -> bool {
        self.is_still() && self.left_watch().is_none()
    }

    /// The terminal whose watch is left now, because nothing moves and its transcript goes on.
    fn left_watch(&self) -> Option<usize> {
        let would = |it: &Seat| it.terminal.would_leave_watch();
        self.seats
            .iter()
            .position(would)
            .filter(|_| self.is_still())
    }

    /// The reader's first terminal.
    pub fn terminal(&self) -> &Terminal {
        &self.seats[0].terminal
    }

    /// The reader sits down at a new terminal, in which nothing runs; its files are there.
    pub fn take_new_terminal(&mut self) {
        let files = core::mem::take(&mut self.seats[0].terminal.files);
        self.seats[0] = Seat::default();
        self.seats[0].terminal.files = files;
    }

    fn is_still(&self) -> bool {
        let until = self.moved_at.max(self.last_input) + STILL;
        self.queue.next_time().is_none_or(|it| it > until)
    }

    /// Handles every event due up to `time`, then moves the clock there.
    pub fn wait_until(&mut self, time: Time) {
        while self.next_time().is_some_and(|it| it <= time) {
            self.step();
        }
        self.now = self.now.max(time);
    }

    /// Sends a request to the API server; traces what it did and queues the news of it.
    fn send(
        &mut self,
        request: &Request,
        actor: Actor,
        cause: Option<Seq>,
        why: &Why,
    ) -> Result<Written, Status> {
        let before = self.store.log.len();
        let manager = actor.manager();
        let answer = apiserver::handle(&mut self.store, &self.config, self.now, request, manager);
        let refused = answer
            .as_ref()
            .err()
            .map(|it| (request.key.clone(), it.message.clone()));
        self.note(before, refused, actor, cause, why);
        answer
    }

    /// Answers a client on the wire; traces what it did and queues the news of it.
    pub(super) fn answer(
        &mut self,
        request: &HttpRequest,
        cause: Option<Seq>,
        why: &Why,
    ) -> HttpResponse {
        let before = self.store.log.len();
        let answer = rest::handle(&mut self.store, &self.config, self.now, request);
        let refused = rest::refused_write(request, &answer);
        self.note(before, refused, Actor::You, cause, why);
        answer
    }

    /// Traces what happened to the store since its log had that length, and queues the news.
    fn note(
        &mut self,
        before: usize,
        refused: Option<(Key, Text)>,
        actor: Actor,
        cause: Option<Seq>,
        why: &Why,
    ) {
        let written = (before..self.store.log.len())
            .filter_map(|at| self.store.log.get(at))
            .map(|it| What::Wrote {
                key: it.object.key(),
                wrote: Wrote::of(it),
                resource_version: it.resource_version,
            });
        let refused = refused
            .into_iter()
            .map(|(key, message)| What::Refused { key, message });
        for what in written.chain(refused).collect::<Vec<_>>() {
            let why = why.clone();
            self.trace.push(Entry {
                seq: self.seq,
                time: self.now,
                actor,
                cause,
                what,
                why,
            });
        }
        self.tell_informers();
        self.tell_terminals();
    }

    /// Queues the delivery of every change nobody has been told of.
    fn tell_informers(&mut self) {
        while let Some(entry) = self.store.log.get(self.told) {
            let kind = entry.object.kind;
            if kind != Kind::Event {
                self.moved_at = self.now;
            }
            lives::follow(&mut self.lives, &self.config, entry);
            for informer in Informer::ALL.into_iter().filter(|it| it.watches(kind)) {
                let time = self.now + informer.lag(&self.config);
                self.queue
                    .push(time, Event::Deliver(informer, self.told), Some(self.seq));
            }
            self.told += 1;
        }
    }

    fn deliver(&mut self, informer: Informer, at: usize, cause: Option<Seq>) {
        let entry: LogEntry = self
            .store
            .log
            .get(at)
            .expect("a delivery names an entry of the log")
            .clone();
        let before = self.informers.deliver(informer, &entry);
        let after: Option<&Object> = match entry.change {
            apiserver::Change::Deleted => None,
            apiserver::Change::Added | apiserver::Change::Modified => Some(&entry.object),
        };
        if informer == Informer::Dns {
            let answered = |it: Option<&Object>| it.map_or(0, Object::ready_endpoints);
            if answered(before.as_deref()) != answered(after) {
                let service = entry.object.slice_service().into();
                self.trace.mark(self.now, MarkKind::Dns, service);
            }
            self.dns.apply(before.as_deref(), after, self.now);
        }
        for component in COMPONENTS
            .iter()
            .filter(|it| Informer::of(it.actor) == informer)
        {
            if component.actor == Actor::Kubelet && !self.config.kubelets {
                continue;
            }
            let cache = self.informers.cache(informer);
            let mut time = self.now;
            if component.actor == Actor::GarbageCollector {
                time += self.config.delays.collect;
            }
            for key in (component.wakes)(cache, before.as_deref(), after) {
                self.enqueue(component.actor, key, time, cause);
            }
        }
    }

    /// Puts a key into a component's work queue, to be looked at then or earlier.
    pub(super) fn enqueue(&mut self, actor: Actor, key: Key, time: Time, cause: Option<Seq>) {
        let id = (actor, key);
        let mut item = self.items.get(&id).cloned().unwrap_or_default();
        if item.running.is_some() {
            item.is_dirty = true;
            item.dirty_cause = cause;
        } else {
            let time = time.max(item.not_before);
            if let Some(queued) = item.queued {
                if queued.0 <= time {
                    return;
                }
                self.queue.cancel(queued);
            }
            let event = Event::Reconcile(actor, id.1.clone());
            item.queued = Some(self.queue.push(time, event, cause));
        }
        self.items.insert(id, item);
    }

    fn reconcile(&mut self, actor: Actor, key: &Key, cause: Option<Seq>) {
        let id = (actor, key.clone());
        let Some(mut item) = self.items.get(&id).cloned() else {
            return;
        };
        let component = COMPONENTS
            .iter()
            .find(|it| it.actor == actor)
            .expect("only components reconcile");
        let ctx = Ctx {
            objects: self.informers.cache(Informer::of(actor)),
            memory: &self.memory,
            now: self.now,
            config: &self.config,
        };
        let Plan {
            decisions,
            memory,
            requeue_after,
        } = (component.reconcile)(&ctx, key);
        if let Some(memory) = memory {
            self.memory = memory;
        }
        item.queued = None;
        item.running = Some(Arc::new(Running {
            decisions: Arc::new(decisions),
            at: 0,
            waits: Vec::new(),
            cause,
            has_traced_wait: false,
            has_failed: false,
            last_write: None,
            requeue_at: requeue_after.map(|it| self.now + it),
        }));
        self.items.insert(id, item);
        self.go_on(actor, key);
    }

    /// The item of a key with the plan that is under way for it, taken out.
    fn take_running(&self, id: &(Actor, Key)) -> (Item, Running) {
        let mut item = self
            .items
            .get(id)
            .cloned()
            .expect("a plan under way has an item");
        let running = item.running.take().map(Arc::unwrap_or_clone);
        (item, running.expect("a plan under way"))
    }

    /// Goes through a plan to its next request; the requests go out one per event.
    fn go_on(&mut self, actor: Actor, key: &Key) {
        let id = (actor, key.clone());
        let (mut item, mut running) = self.take_running(&id);
        let decisions = Arc::clone(&running.decisions);
        loop {
            match decisions.get(running.at) {
                None => {
                    self.items.insert(id, item);
                    return self.finish(actor, key, running);
                }
                Some(Decision::Do { on_error, .. }) => {
                    if running.has_failed && *on_error != OnError::Finally {
                        running.at += 1;
                        continue;
                    }
                    let time = self.now + self.config.delays.request;
                    self.queue
                        .push(time, Event::Submit(actor, id.1.clone()), running.cause);
                    item.running = Some(Arc::new(running));
                    self.items.insert(id, item);
                    return;
                }
                Some(Decision::Wait { on, why }) => {
                    running.waits.push((on.clone(), why.clone()));
                    self.trace_wait(actor, key, &mut running);
                }
                Some(Decision::Fail { on, why }) => {
                    running.waits.push((on.clone(), why.clone()));
                    running.has_failed = true;
                    self.trace_wait(actor, key, &mut running);
                }
                Some(Decision::Record(event, why)) => {
                    self.queue_event(event.clone(), actor, why.clone(), running.cause);
                }
            }
            running.at += 1;
        }
    }

    /// A wait is traced when it begins; of several that begin in one plan, the first.
    fn trace_wait(&mut self, actor: Actor, key: &Key, running: &mut Running) {
        let Some(wait) = running.waits.last().filter(|_| !running.has_traced_wait) else {
            return;
        };
        let old = self.waits.get(&(actor, key.clone()));
        // Mostly the same waits in the same order.
        let at = running.waits.len() - 1;
        if old.is_some_and(|it| it.get(at) == Some(wait) || it.contains(wait)) {
            return;
        }
        let (what, why) = (What::Waits(wait.0.clone()), wait.1.clone());
        running.has_traced_wait = true;
        self.trace.push(Entry {
            seq: self.seq,
            time: self.now,
            actor,
            cause: running.cause,
            what,
            why,
        });
    }

    fn submit(&mut self, actor: Actor, key: &Key) {
        let id = (actor, key.clone());
        let (mut item, mut running) = self.take_running(&id);
        let decisions = Arc::clone(&running.decisions);
        let Some(Decision::Do {
            request,
            on_error,
            why,
            report,
        }) = decisions.get(running.at)
        else {
            unreachable!("a submission has a request in front")
        };
        running.at += 1;
        let answer = self.send(request, actor, running.cause, why);
        if answer.as_ref().is_ok_and(|it| it.changed) {
            running.last_write = Some(self.seq);
        }
        running.has_failed |= answer.is_err() && *on_error != OnError::Continue;
        for event in report
            .as_ref()
            .map(|it| recorder::told(it, &answer))
            .unwrap_or_default()
        {
            self.queue_event(event, actor, why.clone(), Some(self.seq));
        }
        item.running = Some(Arc::new(running));
        self.items.insert(id, item);
        self.go_on(actor, key);
    }

    fn finish(&mut self, actor: Actor, key: &Key, running: Running) {
        let id = (actor, key.clone());
        if running.waits.is_empty() {
            self.waits.remove(&id);
        } else {
            self.waits.insert(id.clone(), Arc::new(running.waits));
        }
        let mut item = self.items.get(&id).cloned().unwrap_or_default();
        if running.last_write.is_some() {
            // upstream: StaleControllerConsistency, the next look waits until the cache has the component's own writes.
            item.not_before = self.now + Informer::of(actor).lag(&self.config);
        }
        let (is_dirty, dirty_cause) = (item.is_dirty, item.dirty_cause);
        item.is_dirty = false;
        item.failures = if running.has_failed {
            item.failures + 1
        } else {
            0
        };
        let back_off = item.back_off();
        let is_forgotten = item.failures == 0 && item.not_before <= self.now;
        if is_forgotten {
            self.items.remove(&id);
        } else {
            self.items.insert(id, item);
        }
        if running.has_failed {
            self.enqueue(actor, key.clone(), self.now + back_off, running.cause);
        }
        if is_dirty {
            self.enqueue(actor, key.clone(), self.now, dirty_cause);
        } else if let Some(time) = running.requeue_at {
            let cause = running.last_write.or(running.cause);
            self.enqueue(actor, key.clone(), time.max(self.now), cause);
        }
    }

    fn queue_event(&mut self, event: EventRecord, actor: Actor, why: Why, cause: Option<Seq>) {
        let time = self.now + self.config.delays.request + Duration::ms(1);
        self.queue
            .push(time, Event::Record(Box::new((event, actor, why))), cause);
    }

    fn record(&mut self, event: &EventRecord, actor: Actor, why: &Why, cause: Option<Seq>) {
        let (objects, seed) = (&self.store.objects, self.config.seed);
        let request = recorder::request(objects, &mut self.recorded, seed, self.now, event);
        // An event that cannot be written (its namespace is going) is lost, as upstream loses it.
        let _lost = request.map(|it| self.send(&it, actor, cause, why));
    }
}
