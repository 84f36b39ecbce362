//! Everything the page shows of one moment, as one JSON value. `wasm.rs` has its TypeScript shape.

use std::sync::Arc;

use super::words::Words;
use super::{explain, picture, sets, strip, suggestions};
use crate::api::{Key, Kind, Object};
use crate::object;
use crate::persistent::Map;
use crate::sim::{Timeline, World};
use crate::sort;
use crate::time::Time;
use crate::value::Value;
use crate::why::Why;

/// Where fields of the reader's manifests stand in the editor.
pub trait Places {
    /// The line of a field of the manifest of that kind (and name, where known); 0 if it is nowhere.
    fn line(&self, kind: Kind, name: Option<&str>, field: &str) -> usize;
}

/// What is looked at, and with which words.
pub(super) struct Look<'a> {
    pub world: &'a World,
    pub furthest: &'a World,
    pub words: &'a Words,
    pub places: &'a dyn Places,
    waits: Map<&'a Key, &'a Why>,
    current: Option<&'a Key>,
}

impl<'a> Look<'a> {
    pub(super) fn new(timeline: &'a Timeline, words: &'a Words, places: &'a dyn Places) -> Self {
        let world = timeline.world();
        let mut waits = Map::default();
        for (on, why) in world.waits.iter().flat_map(|it| it.1.iter()) {
            if !waits.contains_key(on) {
                waits.insert(on, why);
            }
        }
        let last = world.trace.last_visible();
        let current = last
            .and_then(|it| world.trace.find_visible(it.seq))
            .and_then(|it| it.about());
        Self {
            world,
            furthest: timeline.furthest(),
            words,
            places,
            waits,
            current,
        }
    }

    pub(super) fn is_current(&self, key: &Key) -> bool {
        self.current == Some(key)
    }

    /// Whether the current step is about a Service, or about the endpoints it selects.
    pub(super) fn is_current_service(&self, service: &Object) -> bool {
        let Some(key) = self
            .current
            .filter(|it| it.namespace == service.namespace())
        else {
            return false;
        };
        match key.kind {
            Kind::EndpointSlice => {
                let slice = self.world.store.objects.get(key);
                slice.is_some_and(|it| it.slice_service() == service.name())
            }
            kind => kind == Kind::Service && key.name == service.name(),
        }
    }

    /// The standing wait on an object, as a sentence.
    pub(super) fn wait_on(&self, key: &Key) -> Value {
        self.waits
            .get(key)
            .map_or(Value::Null, |it| self.words.sentence(it))
    }

    /// The names under that Service that resolve: those of its ready endpoints with a host name, where it is headless.
    pub(super) fn resolving(&self, service: &str, namespace: &str) -> Map<&'a str, ()> {
        let mut names = Map::default();
        let key = Key::new(Kind::Service, namespace, service);
        let service = self.world.informers.dns.get(&key);
        if let Some(service) = service.filter(|it| it.is_headless()) {
            for (endpoint, _) in self.world.endpoints(service).filter(|it| it.1) {
                names.insert(endpoint["hostname"].as_str(), ());
            }
        }
        names
    }
}

/// A name as the page writes it: with its namespace, where that is not the default one.
pub(super) fn name_of(object: &Object) -> String {
    match object.namespace() {
        "" | "default" => object.name().to_owned(),
        namespace => format!("{namespace}/{}", object.name()),
    }
}

/// The whole state for the page.
pub fn snapshot(timeline: &Timeline, words: &Words, places: &dyn Places) -> Value {
    let look = Look::new(timeline, words, places);
    let world = look.world;
    let mut shown = sets::Shown::default();
    let (sets, workloads) = (
        sets::statefulsets(&look, &mut shown),
        sets::workloads(&look, &mut shown),
    );
    object! {
        "version": crate::VERSION,
        "kubernetes": world.config.version.name(),
        "time": world.now.ms,
        "timeText": explain::time_text(world.now),
        "end": look.furthest.now.max(world.now).ms,
        "step": world.trace.shown(),
        "steps": look.furthest.trace.shown().max(world.trace.shown()),
        "seq": world.seq,
        "atStart": world.seq == 0,
        "idle": world.next_time().is_none(),
        "services": picture::services(&look),
        "statefulSets": sets,
        "workloads": workloads,
        "pods": sets::other_pods(&look, &shown),
        "claims": sets::other_claims(&look, &shown),
        "nodes": picture::nodes(&look),
        "current": explain::current(&look),
        "branches": branches(timeline),
        "timeline": strip::strip(&look),
        "terminal": terminal(world, 0),
        "second": terminal(world, 1),
        "events": events(world),
        "files": world.terminal().files.iter().map(|(name, text)| object! {"name": name, "text": text}).collect::<Value>(),
    }
}

/// Every course of things there is: when and by what it left another one, and which is looked at.
fn branches(timeline: &Timeline) -> Value {
    let branches = (0..timeline.branches().len()).map(|at| {
        let parting = timeline.parting(at);
        object! {
            "timeText": parting.map(|it| explain::time_text(it.time)).unwrap_or_default(),
            "text": parting.map(|it| it.input.text()).unwrap_or_default(),
            "current": at == timeline.current(),
        }
    });
    branches.collect()
}

fn terminal(world: &World, at: usize) -> Value {
    let terminal = &world.seats[at].terminal;
    let line = |it: &crate::shell::Line| object! {"kind": it.kind.code(), "text": &it.text};
    object! {
        "lines": terminal.lines.iter().map(line).collect::<Value>(),
        "prompt": terminal.prompt(),
        "open": terminal.is_open(),
        "leave": terminal.leave().map_or(Value::Null, Value::from),
        "busy": terminal.is_busy(),
        "editing": terminal.editing(),
        "pending": terminal.pasted(),
        "suggestions": suggestions::suggestions(world, terminal),
    }
}

/// So many Events are told of, the newest.
const EVENTS_MAX: usize = 500;

/// The newest Event objects, oldest first.
fn events(world: &World) -> Value {
    let all = world.store.objects.list(Kind::Event);
    let mut all: Vec<(Time, u64, &Arc<Object>)> = all
        .map(|it| {
            let time = Time::parse(it.value["lastTimestamp"].as_str());
            (time.unwrap_or_default(), it.resource_version(), it)
        })
        .collect();
    sort::by_key(&mut all, |(time, version, _)| (*time, *version));
    let newest = all.len().saturating_sub(EVENTS_MAX);
    let told = all.drain(newest..).map(|(time, _, event)| {
        let value = &event.value;
        let about = &value["involvedObject"];
        let object = format!(
            "{}/{}",
            about["kind"].as_str().to_lowercase(),
            about["name"].as_str()
        );
        object! {
            "time": time.ms,
            "timeText": explain::time_text(time),
            "type": &value["type"],
            "reason": &value["reason"],
            "object": object,
            "message": &value["message"],
            "count": &value["count"],
            "from": &value["source"]["component"],
        }
    });
    told.collect()
}
