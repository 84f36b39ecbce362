//! What a sync looks at: the ordinals it may have to do something about, and their pods. A pod that is as it should be
//! is passed over until it changes, or a claim of it does: upstream looks at every pod in every sync, and finds the same.

use core::ops::Range;
use std::sync::Arc;

use super::replicas::Slot;
use super::revisions::Revisions;
use super::{Sync, claim};
use crate::api::pod::ordinal_in;
use crate::api::{Key, Kind, Object};
use crate::memory::{Memory, SetMemory};
use crate::value::Text;

impl Sync<'_> {
    /// The ordinals of the pods that are made.
    pub(super) fn wanted(&self) -> Range<i64> {
        let replicas = self.spec.replicas.min(self.ctx.config.replicas_max);
        self.spec.start..self.spec.start.saturating_add(replicas)
    }

    /// Opens everything at first, and then what has changed since the last sync.
    pub(super) fn open(&mut self, revisions: &Revisions) {
        let (uid, spec) = (self.set.uid(), &self.set.value["spec"]);
        let revision = &revisions.update.name;
        let holds = |it: &&SetMemory| it.uid == uid && it.spec == *spec && it.revision == *revision;
        let known = self.ctx.memory.sets.get(&self.set.key());
        match known.filter(holds) {
            Some(known) => {
                self.open = known.clone();
                for name in self.changed() {
                    self.reopen(&name);
                }
            }
            None => {
                let pods = self
                    .ctx
                    .objects
                    .list_in(Kind::Pod, self.set.namespace())
                    .filter(|it| claim::concerns(self.set, it));
                self.open = SetMemory {
                    uid: uid.into(),
                    spec: spec.clone(),
                    revision: revision.clone(),
                    ordinals: self.wanted().map(|it| (it, ())).collect(),
                    pods: pods.map(|it| (it.name().into(), Arc::clone(it))).collect(),
                    ..SetMemory::default()
                };
            }
        }
        self.open.seen = self.ctx.objects.clone();
    }

    /// The names of the pods that have changed since the last sync, and of those whose claims have.
    fn changed(&self) -> Vec<Text> {
        let namespace = self.set.namespace();
        let mut names: Vec<Text> = Vec::new();
        self.ctx
            .objects
            .changes(&self.open.seen, &mut |before, after| {
                let Some(object) = after.or(before).filter(|it| it.namespace() == namespace) else {
                    return;
                };
                if object.kind == Kind::Pod {
                    names.push(object.name().into());
                }
                if object.kind == Kind::PersistentVolumeClaim {
                    let pods = self.templates().iter().filter_map(|it| {
                        let rest = object
                            .name()
                            .strip_prefix(it["metadata"]["name"].as_str())?;
                        rest.strip_prefix('-')
                    });
                    names.extend(pods.map(Text::from));
                }
            });
        names
    }

    /// Opens a pod, and its ordinal with the pod that has it by right.
    fn reopen(&mut self, name: &Text) {
        let ordinal = ordinal_in(self.set.name(), name).filter(|it| self.wanted().contains(it));
        if let Some(ordinal) = ordinal
            && self.open.ordinals.insert(ordinal, ())
        {
            self.see(self.pod_name(ordinal));
        }
        self.see(name.clone());
    }

    fn see(&mut self, name: Text) {
        let key = Key::new(Kind::Pod, self.set.namespace(), name.clone());
        let pod = self.ctx.objects.get(&key);
        match pod.filter(|it| claim::concerns(self.set, it)) {
            Some(pod) => drop(self.open.pods.insert(name, Arc::clone(pod))),
            None => drop(self.open.pods.remove(&name)),
        }
    }

    /// How many pods are passed over.
    pub(super) fn settled_count(&self) -> i64 {
        let wanted = self.wanted();
        let open = self.open.ordinals.iter().len();
        wanted.end - wanted.start - i64::try_from(open).unwrap_or_default()
    }

    /// Passes over a pod from now on, as long as nothing changes: there was nothing to do about it, and it is fine.
    pub(super) fn settle(&mut self, slot: &Slot<'_>) {
        let revision = &self.open.revision;
        let is_own = |it: &&Object| it.is_controlled_by(self.set) && it.revision() == revision;
        let Some(pod) = slot.pod.filter(is_own) else {
            return;
        };
        if *pod.name() == self.pod_name(slot.ordinal) {
            self.open.pods.remove(pod.name());
            self.open.ordinals.remove(&slot.ordinal);
        }
    }

    /// The memory of all, with this of the set.
    pub(super) fn remember(&self) -> Memory {
        let mut memory = self.ctx.memory.clone();
        memory.sets.insert(self.set.key(), self.open.clone());
        memory
    }
}
