//! Deletion: graceful for pods, by finalizers for whoever has them, at once for the rest.
//!
//! upstream: registry/rest/delete.go (BeforeDelete), generic/registry/store.go (Delete), pod strategy.

use std::sync::Arc;

use super::managed::By;
use super::write::Write;
use super::{DeleteOptions, FOREGROUND, ORPHAN, Propagation, Status, Written};
use crate::api::{Key, Kind, Object};
use crate::time::{Duration, Time};
use crate::value::Value;

impl Write<'_> {
    pub(super) fn delete(mut self, options: &DeleteOptions) -> Result<Written, Status> {
        if self.key.name.is_empty() {
            return self.delete_all(options);
        }
        let old = self.store.objects.get(self.key).cloned();
        let old = old.ok_or_else(|| Status::not_found(self.key))?;
        if let Some(uid) = options.uid.as_ref().filter(|it| *it != old.uid()) {
            return Err(self.other_uid(uid, old.uid()));
        }
        let mut value = old.value.clone();
        set_finalizers(&mut value, options.propagation);
        self.by = By::Server;
        match self.key.kind {
            Kind::Namespace => self.delete_namespace(&old),
            Kind::Pod => Ok(self.delete_pod(&old, value, options)),
            _ if value["metadata"]["finalizers"].is_empty() => Ok(self.take(&old)),
            _ => Ok(self.mark(&old, value)),
        }
    }

    /// Asks a namespace to go; its controller sees to the rest, and lets it go at last.
    ///
    /// upstream: NamespaceLifecycle (the ones that stay), REST.Delete of registry/core/namespace/storage.
    fn delete_namespace(mut self, old: &Arc<Object>) -> Result<Written, Status> {
        if matches!(old.name(), "default" | "kube-public" | "kube-system") {
            let why = "this namespace may not be deleted";
            return Err(Status::forbidden(self.key, why));
        }
        if old.is_terminating() || self.options.dry_run {
            return Ok(self.unchanged(old));
        }
        let mut value = old.value.clone();
        value["metadata"]["deletionTimestamp"] = self.now.rfc3339().into();
        value["status"]["phase"] = "Terminating".into();
        Ok(self.put(value, Some(old)))
    }

    /// Asks all objects of a kind in a namespace to go.
    ///
    /// upstream: Store.DeleteCollection.
    fn delete_all(self, options: &DeleteOptions) -> Result<Written, Status> {
        let (kind, namespace) = (self.key.kind, &self.key.namespace);
        let all = self.store.objects.list_in(kind, namespace);
        let keys: Vec<Key> = all.map(|it| it.key()).collect();
        let mut last = Err(Status::not_found(self.key));
        let mut changed = false;
        for key in keys {
            let write = Write {
                store: &mut *self.store,
                config: self.config,
                now: self.now,
                key: &key,
                options: self.options,
                by: By::Server,
                warnings: Vec::new(),
            };
            last = write.delete(options);
            changed |= last.as_ref().is_ok_and(|it| it.changed);
        }
        last.map(|it| Written { changed, ..it })
    }

    fn other_uid(&self, asked: &str, found: &str) -> Status {
        let facts = self.key.kind.facts();
        let kind = match facts.group {
            "" => facts.kind.to_owned(),
            group => [facts.kind, ".", group].concat(),
        };
        let mut status = Status::conflict(self.key, "");
        status.details["kind"] = facts.kind.into();
        status.message = crate::text!(
            "Operation cannot be fulfilled on {kind} \"{}\": the UID in the precondition ({asked}) does not match the UID in record ({found}). The object might have been deleted and then recreated",
            self.key.name
        );
        status
    }

    /// Asks an object with finalizers to go.
    ///
    /// upstream: markAsDeleting.
    fn mark(mut self, old: &Arc<Object>, mut value: Value) -> Written {
        if !old.is_terminating() {
            set_deletion(&mut value, self.now, 0);
            bump_generation(&mut value, old);
        } else if value == old.value {
            return self.unchanged(old);
        }
        self.put(value, Some(old))
    }

    fn delete_pod(
        mut self,
        old: &Arc<Object>,
        mut value: Value,
        options: &DeleteOptions,
    ) -> Written {
        let grace_s = if old.is_terminating() {
            let Some((until, grace_s)) = shortened(old, options, self.now) else {
                return self.unchanged(old);
            };
            set_deletion(&mut value, until, grace_s);
            grace_s
        } else {
            let grace_s = grace_s(old, options);
            let until = self.now + Duration::s(grace_s.unsigned_abs());
            set_deletion(&mut value, until, grace_s);
            bump_generation(&mut value, old);
            grace_s
        };
        let is_held = !value["metadata"]["finalizers"].is_empty();
        if grace_s > 0 || is_held || self.options.dry_run {
            return self.put(value, Some(old));
        }
        // Watchers see the grace fall to 0 before the pod is gone.
        let object = Object::new(Kind::Pod, value);
        let marked = self
            .store
            .put(self.now, object, Some(Arc::clone(old)), By::Server);
        self.take(&marked)
    }
}

/// The grace of a first deletion.
///
/// upstream: podStrategy.CheckGracefulDelete.
fn grace_s(pod: &Object, options: &DeleteOptions) -> i64 {
    if pod.node_name().is_empty() || pod.is_terminal() {
        return 0;
    }
    match options.grace_s.unwrap_or_else(|| pod.grace_s()) {
        negative if negative < 0 => 1,
        grace_s => grace_s,
    }
}

/// What a repeated deletion changes: it can only shorten the grace that is left.
fn shortened(pod: &Object, options: &DeleteOptions, now: Time) -> Option<(Time, i64)> {
    let left = pod.meta()["deletionGracePeriodSeconds"].as_int();
    let left = left.unwrap_or_default();
    let grace_s = options.grace_s.map(|it| if it < 0 { 1 } else { it })?;
    if grace_s >= left {
        return None;
    }
    let until = Time::parse(pod.meta()["deletionTimestamp"].as_str()).unwrap_or(now);
    let asked = Duration::s(left.unsigned_abs());
    let start = Time {
        ms: until.ms.saturating_sub(asked.ms),
    };
    let until = start + Duration::s(grace_s.unsigned_abs());
    Some(match (until < now, grace_s) {
        (false, _) => (until, grace_s),
        (true, 0) => (now, 0),
        (true, _) => (now + Duration::s(1), 1),
    })
}

/// What the propagation asks of the object itself.
///
/// upstream: deletionFinalizersForGarbageCollection.
fn set_finalizers(value: &mut Value, propagation: Option<Propagation>) {
    let Some(propagation) = propagation else {
        return;
    };
    let wanted = match propagation {
        Propagation::Background => "",
        Propagation::Foreground => FOREGROUND,
        Propagation::Orphan => ORPHAN,
    };
    let is_foreign = |it: &&Value| ![FOREGROUND, ORPHAN].contains(&it.as_str());
    let old = value["metadata"]["finalizers"].items();
    let mut new: Vec<Value> = old.iter().filter(is_foreign).cloned().collect();
    if !wanted.is_empty() {
        new.push(wanted.into());
    }
    if new != old {
        value["metadata"]["finalizers"] = new.into();
    }
}

fn set_deletion(value: &mut Value, until: Time, grace_s: i64) {
    let meta = value["metadata"].as_map_mut();
    meta.insert("deletionTimestamp", until.rfc3339());
    meta.insert("deletionGracePeriodSeconds", grace_s);
}

fn bump_generation(value: &mut Value, old: &Object) {
    if old.generation() > 0 {
        value["metadata"]["generation"] = (old.generation() + 1).into();
    }
}
