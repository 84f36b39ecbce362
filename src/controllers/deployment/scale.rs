//! How many pods each ReplicaSet of a Deployment gets.
//!
//! upstream: pkg/controller/deployment/sync.go (scale, scaleReplicaSet), util/deployment_util.go.

use super::super::owned::{count, told};
use super::{DESIRED, MAX, NAME, Set, Sync, available};
use crate::api::Object;
use crate::apiserver::Verb;
use crate::plan::Decision;
use crate::sort;
use crate::value::Text;
use crate::why::Why;

impl Sync<'_> {
    /// upstream: NewRSNewReplicas.
    pub(super) fn wanted_of_new(&self, has: i64) -> i64 {
        if !self.is_rolling {
            return self.wanted;
        }
        let room = self.wanted + self.max_surge - self.total();
        has + room.min(self.wanted - has).max(0)
    }

    /// Gives a set another size, and says so in an Event.
    ///
    /// upstream: scaleReplicaSetAndRecordEvent.
    pub(super) fn resize(&mut self, set: &Set, replicas: i64) -> bool {
        if set.replicas == replicas {
            return false;
        }
        self.write_size(set, replicas);
        true
    }

    /// upstream: scaleReplicaSet; its annotations are written even when the size stays.
    fn write_size(&mut self, set: &Set, replicas: i64) {
        let mut value = set.object.value.clone();
        value["spec"]["replicas"] = replicas.into();
        self.annotate_size(&mut value);
        // What this very plan wrote before counts as seen.
        value["metadata"].remove("resourceVersion");
        let name = set.object.name();
        let (from, word) = (
            set.replicas,
            if replicas > set.replicas {
                "up"
            } else {
                "down"
            },
        );
        let why = Why::ReplicaSetScaled {
            deployment: self.name(),
            set: name.into(),
            from: crate::text!("{from}"),
            to: crate::text!("{replicas}"),
        };
        let event = if from == replicas {
            ("", Text::new())
        } else {
            let text = crate::text!("Scaled {word} replica set {name} from {from} to {replicas}");
            ("ScalingReplicaSet", text)
        };
        let object = std::sync::Arc::new(Object::new(set.object.kind, value.clone()));
        let verb = Verb::Update(value);
        let failure = ("", Text::new());
        let decision = told(
            set.object.key(),
            verb,
            why,
            self.deployment,
            NAME,
            event,
            failure,
        );
        self.plan.decisions.push(decision);
        self.replace(Set { object, replicas });
    }

    /// The Deployment was scaled, or is paused.
    ///
    /// upstream: scale, FindActiveOrLatest, IsSaturated.
    pub(super) fn scale(&mut self) {
        let active: Vec<Set> = self.sets().filter(|it| it.replicas > 0).cloned().collect();
        let only = match active.as_slice() {
            [] => self.new.clone().or_else(|| self.old.last().cloned()),
            [only] => Some(only.clone()),
            _ => None,
        };
        if let Some(only) = only {
            self.resize(&only, self.wanted);
            return;
        }
        let is_saturated = self.new.as_ref().is_some_and(|it| {
            let desired = it.object.meta()["annotations"][DESIRED].as_str();
            it.replicas == self.wanted
                && desired.parse() == Ok(self.wanted)
                && available(it) == self.wanted
        });
        if is_saturated {
            for set in self.old.clone() {
                self.resize(&set, 0);
            }
        } else if self.is_rolling {
            self.share(active);
        }
    }

    /// Room that came or went is shared out by size, the leftover goes to the first.
    ///
    /// upstream: scale, GetReplicaSetProportion.
    fn share(&mut self, mut active: Vec<Set>) {
        let allowed = if self.wanted > 0 {
            self.wanted + self.max_surge
        } else {
            0
        };
        let to_add = allowed - self.total();
        // The largest first; of equals the newest when there is more to give, else the oldest.
        if to_add > 0 {
            active.reverse();
        }
        sort::by_key(&mut active, |it| core::cmp::Reverse(it.replicas));
        let mut added = 0;
        let mut sizes = Vec::new();
        for set in &active {
            let most = set.object.meta()["annotations"][MAX]
                .as_str()
                .parse::<i64>();
            let before = most
                .unwrap_or_else(|_| count(&self.status, "replicas"))
                .max(1);
            let fraction = if self.wanted == 0 {
                -set.replicas
            } else {
                // Rounded to the nearest.
                (2 * set.replicas * (self.wanted + self.max_surge) + before) / (2 * before)
                    - set.replicas
            };
            let left = to_add - added;
            let share = match to_add {
                0 => 0,
                1.. => fraction.min(left),
                _ => fraction.max(left),
            };
            added += share;
            sizes.push(set.replicas + share);
        }
        for (at, set) in active.iter().enumerate() {
            let leftover = if at == 0 { to_add - added } else { 0 };
            self.write_size(set, (sizes[at] + leftover).max(0));
        }
    }

    /// The Deployment's own annotation and the condition that was set, before the rollout goes on.
    pub(super) fn note_revision(&mut self, set: &str) {
        let why = Why::DeploymentRevision {
            deployment: self.name(),
            revision: self.revision.clone(),
            set: set.into(),
        };
        self.send_status(why);
    }

    /// Writes the status that stands in this sync.
    pub(super) fn send_status(&mut self, why: Why) {
        let mut value = self.deployment.value.clone();
        value["status"] = self.status.clone();
        if !self.revision.is_empty() {
            value["metadata"]["annotations"][super::REVISION] = (&self.revision).into();
        }
        value["metadata"].remove("resourceVersion");
        let verb = Verb::UpdateStatus(value);
        let sent = Decision::send(self.deployment.key(), verb, why);
        self.plan.decisions.push(sent);
    }
}
