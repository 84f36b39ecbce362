//! What the rules look at: the cluster as it stood whenever the reader did something, and what was said since.

use std::sync::Arc;

use super::Found;
use crate::api::selector::Selector;
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::Change;
use crate::plan::Actor;
use crate::sim::{Lookup, What, World};
use crate::sort;
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

/// So long a thing may take before it counts as stuck.
pub(super) const LONG: Duration = Duration::s(20);

/// A simulation's past, as the rules look at it.
pub(super) struct Case<'a> {
    pub world: &'a World,
    /// The cluster before each command and look-up, and as it is now.
    pub moments: Vec<Moment>,
    /// What the reader typed, and when.
    pub typed: Vec<(Time, &'a Text)>,
}

/// The objects at one moment.
pub(super) struct Moment {
    pub time: Time,
    pub objects: Objects,
}

impl<'a> Case<'a> {
    pub fn of(world: &'a World) -> Self {
        let mut typed = Vec::new();
        for entry in world.trace.iter() {
            if let What::Command(line) = &entry.what {
                typed.push((entry.time, line));
            }
        }
        let mut times: Vec<Time> = typed.iter().map(|it| it.0).collect();
        times.extend(world.lookups.iter().map(|it| it.time));
        times.push(world.now);
        sort::by_key(&mut times, |it| *it);
        times.dedup();
        let mut moments = Vec::new();
        let mut objects = Objects::default();
        let mut at = 0;
        for time in times {
            while let Some(entry) = world.store.log.get(at)
                && (entry.time < time || time == world.now)
            {
                match entry.change {
                    Change::Deleted => _ = objects.remove(&entry.object.key()),
                    Change::Added | Change::Modified => objects.insert(Arc::clone(&entry.object)),
                }
                at += 1;
            }
            let objects = objects.clone();
            moments.push(Moment { time, objects });
        }
        Self {
            world,
            moments,
            typed,
        }
    }

    /// The cluster as it stood then.
    pub fn at(&self, time: Time) -> &Moment {
        let after = self.moments.partition_point(|it| it.time <= time);
        &self.moments[after.max(1) - 1]
    }

    /// The look-ups that found nothing.
    pub fn failed(&self) -> impl Iterator<Item = &'a Lookup> {
        self.world.lookups.iter().filter(|it| !it.is_answered())
    }

    /// When the reader typed a line with these words in it.
    pub fn typed(&self, words: &[&str]) -> impl Iterator<Item = &(Time, &'a Text)> {
        let has = move |it: &&(Time, &Text)| words.iter().all(|word| it.1.contains(word));
        self.typed.iter().filter(has)
    }

    /// The sets at every moment.
    pub fn sets(&self) -> impl Iterator<Item = (&Moment, &Arc<Object>)> {
        self.moments
            .iter()
            .flat_map(|it| it.objects.list(Kind::StatefulSet).map(move |set| (it, set)))
    }

    /// What the API server refused.
    pub fn refused(&self, kind: Kind, part: &str, all: &mut Vec<Found>) {
        for entry in self.world.trace.iter().filter(|it| it.actor == Actor::You) {
            if let What::Refused { key, message } = &entry.what
                && key.kind == kind
                && message.contains(part)
            {
                let unknown = message.split_once("unknown field \"");
                let field = unknown.and_then(|(_, it)| it.split_once('"'));
                all.push(
                    Found::new(key, field.map_or("", |it| it.0))
                        .fact("message", message)
                        .shown(entry.time, message),
                );
            }
        }
    }

    /// What Events told; of several parts, divided by `|`, one is enough.
    pub fn told(&self, reason: &str, part: &str, all: &mut Vec<Found>) {
        for entry in &self.world.store.log {
            let value = &entry.object.value;
            let message = value["message"].as_str();
            if entry.object.kind != Kind::Event
                || value["reason"].as_str() != reason
                || !part.split('|').any(|it| message.contains(it))
            {
                continue;
            }
            let about = &value["involvedObject"];
            let Some(kind) = Kind::of(about["apiVersion"].as_str(), about["kind"].as_str()) else {
                continue;
            };
            let key = Key::new(kind, about["namespace"].as_str(), about["name"].as_str());
            // Its manifest is that of its set.
            let owner = owner(self, &key);
            all.push(
                Found::new(owner.as_ref().unwrap_or(&key), "spec.template.spec")
                    .fact("message", message)
                    .fact("object", &crate::text!("{key}"))
                    .shown(entry.time, message),
            );
        }
    }
}

/// The set that controls a pod, or did while there was one of that name.
pub(super) fn owner(case: &Case<'_>, key: &Key) -> Option<Key> {
    let mut log = case.world.store.log.iter();
    let pod = log.find(|it| it.object.kind == key.kind && it.object.key() == *key)?;
    let of = pod.object.controller();
    let is_set = of["kind"].as_str() == "StatefulSet";
    is_set.then(|| Key::new(Kind::StatefulSet, &key.namespace, of["name"].as_str()))
}

impl Moment {
    /// The object of that kind, namespace and name.
    pub fn get(&self, kind: Kind, namespace: &str, name: &str) -> Option<&Arc<Object>> {
        self.objects.get(&Key::new(kind, namespace, name))
    }

    /// The Service that `service.namespace` means.
    pub fn service(&self, service: &str) -> Option<&Arc<Object>> {
        let (name, namespace) = service.split_once('.')?;
        self.get(Kind::Service, namespace, name)
    }

    /// The pods of a set, terminating ones left out.
    pub fn pods<'m>(&'m self, set: &'m Object) -> impl Iterator<Item = &'m Arc<Object>> {
        let pods = self.objects.list_in(Kind::Pod, set.namespace());
        pods.filter(move |it| it.is_controlled_by(set) && !it.is_terminating())
    }

    /// The Service that governs a set, if it is there.
    pub fn governing(&self, set: &Object) -> Option<&Arc<Object>> {
        let name = set.value["spec"]["serviceName"].as_str();
        self.get(Kind::Service, set.namespace(), name)
    }

    /// The sets of a namespace.
    pub fn sets_in<'m>(&'m self, namespace: &'m str) -> impl Iterator<Item = &'m Arc<Object>> {
        self.objects.list_in(Kind::StatefulSet, namespace)
    }

    /// Whether a Service's selector selects what a set makes.
    pub fn selects(service: &Object, set: &Object) -> bool {
        let selector = Selector::from_labels(&service.value["spec"]["selector"]);
        !selector.is_empty() && selector.matches(template_labels(set))
    }

    /// Whether a Service's selector selects nothing that is there or that a set would make.
    pub fn selects_nothing(&self, service: &Object) -> bool {
        let namespace = service.namespace();
        !service.value["spec"]["selector"].is_empty()
            && !self.sets_in(namespace).any(|it| Self::selects(service, it))
            && !self
                .objects
                .list_in(Kind::Pod, namespace)
                .any(|it| service.selects(it))
    }
}

/// The labels that a set gives its pods.
pub(super) fn template_labels(set: &Object) -> &Value {
    &set.value["spec"]["template"]["metadata"]["labels"]
}
impl Found {
    pub fn new(about: &Key, field: &str) -> Self {
        Self {
            about: about.clone(),
            field: field.into(),
            facts: Vec::new(),
            proof: Vec::new(),
        }
        .fact("name", &about.name)
    }

    pub fn fact(mut self, name: &'static str, value: &str) -> Self {
        self.facts.push((name, value.into()));
        self
    }

    pub fn shown(mut self, time: Time, text: &str) -> Self {
        self.proof.push((time, text.into()));
        self
    }

    /// A look-up shows it.
    pub fn by(self, look: &Lookup) -> Self {
        let last = look.forward().last();
        let rcode = last.and_then(|it| it.rcode).map_or("", |it| it.name());
        let words: Vec<&str> = look.words.iter().map(Text::as_str).collect();
        let text = crate::text!("{}: {rcode}", words.join(" "));
        self.fact("asked", &look.name).shown(look.time, &text)
    }
}
