//! What the controller counts and writes.
//!
//! upstream: updateStatus, completeRollingUpdate, inconsistentStatus; spec/statefulset.md B.6, B.8.7, B.8.8.

use std::sync::Arc;

use super::Sync;
use super::revisions::Revisions;
use crate::api::Object;
use crate::api::pod::Phase;
use crate::apiserver::Verb;
use crate::plan::OnError;
use crate::value::{Text, Value};
use crate::why::Why;

/// A set's status as this sync counts it.
#[derive(Clone, Debug, Default)]
pub(super) struct Status {
    pub replicas: i64,
    pub ready_replicas: i64,
    pub available_replicas: i64,
    pub current_replicas: i64,
    pub updated_replicas: i64,
    pub current_revision: Text,
    pub update_revision: Text,
}

impl Status {
    /// Counts the claimed pods, and those that are passed over: they are available, and at the update revision. Pods
    /// made in this sync are not among them yet.
    pub(super) fn count(sync: &Sync<'_>, pods: &[Arc<Object>], revisions: &Revisions) -> Self {
        let (current, update) = (&revisions.current.name, &revisions.update.name);
        let settled = sync.settled_count();
        let mut status = Self {
            replicas: settled,
            ready_replicas: settled,
            available_replicas: settled,
            current_replicas: if current == update { settled } else { 0 },
            updated_replicas: settled,
            current_revision: current.clone(),
            update_revision: update.clone(),
        };
        for pod in pods {
            status.replicas += 1;
            if pod.phase() == Phase::Running && pod.is_ready() {
                status.ready_replicas += 1;
                let available = pod.is_available(sync.spec.min_ready, sync.ctx.now);
                status.available_replicas += i64::from(available);
            }
            if !pod.is_terminating() {
                let revision = Sync::revision_of(pod);
                status.current_replicas += i64::from(revision == status.current_revision);
                status.updated_replicas += i64::from(revision == status.update_revision);
            }
        }
        status
    }

    /// Declares a rolling update done when every replica is updated and Ready.
    pub(super) fn complete_update(&mut self, sync: &Sync<'_>) {
        let wanted = sync.spec.replicas;
        let counts = [self.updated_replicas, self.ready_replicas, self.replicas];
        if sync.spec.rolls && counts.iter().all(|it| *it == wanted) {
            self.current_replicas = self.updated_replicas;
            self.current_revision = self.update_revision.clone();
        }
    }
}

impl Sync<'_> {
    /// Writes the status if it says something new; also after an error.
    pub(super) fn write_status(&mut self, status: &Status) {
        let old = &self.set.value["status"];
        let int = |name: &str| old[name].as_int().unwrap_or(0);
        let same = int("observedGeneration") >= self.set.generation()
            && int("replicas") == status.replicas
            && int("readyReplicas") == status.ready_replicas
            && int("availableReplicas") == status.available_replicas
            && int("currentReplicas") == status.current_replicas
            && int("updatedReplicas") == status.updated_replicas
            && old["currentRevision"].as_str() == status.current_revision
            && old["updateRevision"].as_str() == status.update_revision;
        if same {
            return;
        }
        let mut new = Value::object();
        let optional = [
            ("observedGeneration", Value::from(self.set.generation())),
            ("readyReplicas", status.ready_replicas.into()),
            ("currentReplicas", status.current_replicas.into()),
            ("updatedReplicas", status.updated_replicas.into()),
            ("currentRevision", (&status.current_revision).into()),
            ("updateRevision", (&status.update_revision).into()),
        ];
        for (name, value) in optional.into_iter().filter(|(_, value)| !value.is_empty()) {
            new[name] = value;
        }
        new["replicas"] = status.replicas.into();
        new["availableReplicas"] = status.available_replicas.into();
        new["collisionCount"] = int("collisionCount").into();
        let mut value = self.set.value.clone();
        value["status"] = new;
        let why = Why::StatusCounted {
            set: self.name(),
            ready: crate::text!("{}", status.ready_replicas),
            replicas: crate::text!("{}", status.replicas),
        };
        self.request(
            self.set.key(),
            Verb::UpdateStatus(value),
            OnError::Finally,
            why,
        );
    }
}
