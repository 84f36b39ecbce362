//! The status of a Deployment: counts, and whether its rollout gets on.
//!
//! upstream: pkg/controller/deployment/{progress,sync}.go.

use super::super::owned::{count, set_counts};
use super::Sync;
use crate::object;
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::why::Why;

impl Sync<'_> {
    /// A new condition goes to the end; one of the same status and reason stays as it was.
    ///
    /// upstream: SetDeploymentCondition.
    pub(super) fn set_condition(&mut self, kind: &str, status: &str, reason: &str, message: Text) {
        let old = self.status["conditions"].item("type", kind);
        if old["status"].as_str() == status && old["reason"].as_str() == reason {
            return;
        }
        let now = self.ctx.now.rfc3339();
        let since = if old["status"].as_str() == status {
            old["lastTransitionTime"].clone()
        } else {
            now.as_str().into()
        };
        let new = object! {
            "type": kind, "status": status, "reason": reason, "message": message,
            "lastUpdateTime": now, "lastTransitionTime": since,
        };
        self.drop_condition(kind);
        self.status["conditions"].as_items_mut().push(new);
    }

    fn drop_condition(&mut self, kind: &str) {
        let all = self.status["conditions"].items().iter();
        let rest: Value = all
            .filter(|it| it["type"].as_str() != kind)
            .cloned()
            .collect();
        if !self.status["conditions"].is_null() {
            self.status["conditions"] = rest;
        }
    }

    /// upstream: checkPausedConditions.
    pub(super) fn note_pause(&mut self, is_paused: bool) {
        if self.deadline().is_none() {
            return;
        }
        let reason = self.status["conditions"].item("type", "Progressing")["reason"].as_str();
        let was_paused = reason == "DeploymentPaused";
        if reason == "ProgressDeadlineExceeded" || is_paused == was_paused {
            return;
        }
        let (reason, told) = if is_paused {
            ("DeploymentPaused", "Deployment is paused")
        } else {
            ("DeploymentResumed", "Deployment is resumed")
        };
        self.set_condition("Progressing", "Unknown", reason, told.into());
        let why = Why::DeploymentPaused {
            deployment: self.name(),
            state: told.into(),
        };
        self.send_status(why);
    }

    /// `spec.progressDeadlineSeconds`, unless it stands for none.
    fn deadline(&self) -> Option<Duration> {
        let seconds = self.deployment.value["spec"]["progressDeadlineSeconds"].as_int()?;
        (seconds != i64::from(i32::MAX)).then(|| Duration::s(seconds.unsigned_abs()))
    }

    /// upstream: calculateStatus.
    fn count(&mut self) {
        let sum = |name: &str| -> i64 {
            self.sets()
                .map(|it| count(&it.object.value["status"], name))
                .sum()
        };
        let available = sum("availableReplicas");
        let updated = self.new.as_ref();
        let updated = updated.map_or(0, |it| count(&it.object.value["status"], "replicas"));
        let mut status = object! {"terminatingReplicas": sum("terminatingReplicas")};
        let counts = [
            ("observedGeneration", self.deployment.generation()),
            ("replicas", sum("replicas")),
            ("updatedReplicas", updated),
            ("readyReplicas", sum("readyReplicas")),
            ("availableReplicas", available),
            ("unavailableReplicas", (self.total() - available).max(0)),
        ];
        set_counts(&mut status, &counts);
        for kept in ["conditions", "collisionCount"] {
            if !self.status[kept].is_null() {
                status[kept] = self.status[kept].clone();
            }
        }
        self.status = status;
        let (status, reason, told) = if available >= self.wanted - self.max_unavailable {
            let told = "Deployment has minimum availability.";
            ("True", "MinimumReplicasAvailable", told)
        } else {
            let told = "Deployment does not have minimum availability.";
            ("False", "MinimumReplicasUnavailable", told)
        };
        self.set_condition("Available", status, reason, told.into());
    }

    /// Whether everything wanted is there, up to date and available, by the status as it was read.
    ///
    /// upstream: DeploymentComplete.
    pub(super) fn is_complete(&self) -> bool {
        let read = &self.deployment.value["status"];
        is_complete(read, self.wanted)
            && count(read, "observedGeneration") >= self.deployment.generation()
    }

    /// upstream: syncDeploymentStatus.
    pub(super) fn write_status(&mut self) {
        self.count();
        self.write_if_changed();
    }

    fn write_if_changed(&mut self) {
        if self.status != self.deployment.value["status"] {
            let why = Why::DeploymentCounted {
                deployment: self.name(),
                updated: crate::text!("{}", count(&self.status, "updatedReplicas")),
                available: crate::text!("{}", count(&self.status, "availableReplicas")),
            };
            self.send_status(why);
        }
    }

    /// upstream: syncRolloutStatus.
    pub(super) fn write_rollout(&mut self) {
        let before = self.status["conditions"]
            .item("type", "Progressing")
            .clone();
        let read = self.deployment.value["status"].clone();
        self.count();
        let now = |name: &str, of: &Value| count(of, name);
        let is_done = now("replicas", &self.status) == now("updatedReplicas", &self.status)
            && before["reason"].as_str() == "NewReplicaSetAvailable";
        let set = self.new.as_ref().map_or_else(
            || crate::text!("Deployment \"{}\"", self.deployment.name()),
            |it| crate::text!("ReplicaSet \"{}\"", it.object.name()),
        );
        match self.deadline() {
            None => self.drop_condition("Progressing"),
            Some(_) if is_done => {}
            Some(_) if is_complete(&self.status, self.wanted) => {
                let told = crate::text!("{set} has successfully progressed.");
                self.set_condition("Progressing", "True", "NewReplicaSetAvailable", told);
            }
            Some(_) if gets_on(&read, &self.status) => {
                // Its lastUpdateTime moves even where nothing else does.
                self.drop_condition("Progressing");
                let told = crate::text!("{set} is progressing.");
                self.set_condition("Progressing", "True", "ReplicaSetUpdated", told);
                if before["status"].as_str() == "True" {
                    let conditions = self.status["conditions"].as_items_mut().make_mut();
                    if let Some(last) = conditions.last_mut() {
                        last["lastTransitionTime"] = before["lastTransitionTime"].clone();
                    }
                }
            }
            Some(deadline) => self.look_at_deadline(&before, &set, deadline),
        }
        self.write_if_changed();
    }

    /// upstream: DeploymentTimedOut, requeueStuckDeployment.
    fn look_at_deadline(&mut self, progressing: &Value, set: &Text, deadline: Duration) {
        let Some(since) = Time::parse(progressing["lastUpdateTime"].as_str()) else {
            return;
        };
        if progressing["reason"].as_str() == "ProgressDeadlineExceeded" {
            return;
        }
        let until = since + deadline;
        if self.ctx.now > until {
            let told = crate::text!("{set} has timed out progressing.");
            self.set_condition("Progressing", "False", "ProgressDeadlineExceeded", told);
        } else {
            let until = until + Duration::s(1);
            self.plan.requeue_after = Some(until.since(self.ctx.now));
        }
    }
}

fn is_complete(status: &Value, wanted: i64) -> bool {
    let names = ["updatedReplicas", "replicas", "availableReplicas"];
    names.iter().all(|it| count(status, it) == wanted)
}

/// upstream: DeploymentProgressing.
fn gets_on(old: &Value, new: &Value) -> bool {
    let behind = |it: &Value| count(it, "replicas") - count(it, "updatedReplicas");
    let grows = |name: &str| count(new, name) > count(old, name);
    ["updatedReplicas", "readyReplicas", "availableReplicas"]
        .iter()
        .any(|it| grows(it))
        || behind(new) < behind(old)
}
