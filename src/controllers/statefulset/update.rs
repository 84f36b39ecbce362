//! The last phase of a sync: replace pods of older revisions.
//!
//! upstream: updateStatefulSet, the walk from the highest ordinal down; spec/statefulset.md B.8.6.

use super::Sync;
use super::replicas::Split;
use super::revisions::Revisions;
use super::status::Status;
use crate::why::Why;

impl Sync<'_> {
    /// Deletes the highest pod that is not at the update revision, once all above it are healthy.
    pub(super) fn roll(&mut self, split: &Split, revisions: &Revisions, status: &mut Status) {
        let is_outdated =
            |pod: &crate::api::Object| Self::revision_of(pod) != revisions.update.name;
        if !self.spec.rolls {
            if split.slots().filter_map(|it| it.pod).any(is_outdated) {
                let revision = revisions.update.name.clone();
                self.wait(
                    self.set.key(),
                    Why::OnDeleteHolds {
                        set: self.name(),
                        revision,
                    },
                );
            }
            return;
        }
        let lowest = self.first_rolled();
        if self.ctx.config.max_unavailable {
            return self.roll_within_budget(split, revisions, status);
        }
        for slot in split.slots().rev().take_while(|it| it.ordinal >= lowest) {
            let Some(pod) = slot.pod else {
                return;
            };
            if is_outdated(pod) && !pod.is_terminating() {
                let (set, revision) = (self.name(), revisions.update.name.clone());
                self.delete_pod(
                    pod,
                    Why::DeleteOutdated {
                        set,
                        pod: pod.name().into(),
                        revision,
                    },
                );
                status.current_replicas -= 1;
                return;
            }
            if self.is_unavailable(pod) {
                let why = Why::WaitsForUpdated {
                    set: self.name(),
                    pod: pod.name().into(),
                };
                return self.wait(self.set.key(), why);
            }
        }
        self.say_partition(split, revisions);
    }

    /// Deletes the highest outdated pods, as many as may be unavailable beside those that are already.
    ///
    /// upstream: updateStatefulSetAfterInvariantEstablished, the gated walk of v1.35.0 to v1.36.
    fn roll_within_budget(&mut self, split: &Split, revisions: &Revisions, status: &mut Status) {
        let lowest = self.first_rolled();
        let mut budget = self.spec.max_unavailable;
        for slot in split.slots() {
            budget -= i64::from(slot.pod.is_none_or(|it| self.is_unavailable(it)));
        }
        let limit = crate::text!("{}", self.spec.max_unavailable);
        for slot in split.slots().rev().take_while(|it| it.ordinal >= lowest) {
            let Some(pod) = slot.pod else {
                continue;
            };
            if Self::revision_of(pod) == revisions.update.name || pod.is_terminating() {
                continue;
            }
            let (set, pod_name) = (self.name(), pod.name().into());
            if budget <= 0 {
                let why = Why::WaitsForBudget {
                    set,
                    pod: pod_name,
                    limit,
                };
                return self.wait(self.set.key(), why);
            }
            let why = Why::DeleteWithinBudget {
                set,
                pod: pod_name,
                revision: revisions.update.name.clone(),
                limit: limit.clone(),
            };
            self.delete_pod(pod, why);
            status.current_replicas -= 1;
            budget -= 1;
        }
        self.say_partition(split, revisions);
    }

    /// The lowest ordinal that an update takes.
    fn first_rolled(&self) -> i64 {
        let partition = self.spec.partition.unwrap_or(0).max(0);
        self.spec.start.saturating_add(partition)
    }

    /// Says that ordinals below the partition stay, where one of them is outdated.
    fn say_partition(&mut self, split: &Split, revisions: &Revisions) {
        let partition = self.spec.partition.unwrap_or(0);
        let lowest = self.first_rolled();
        let kept = split.slots().take_while(|it| it.ordinal < lowest);
        let mut kept = kept.filter_map(|it| it.pod);
        if kept.any(|it| Self::revision_of(it) != revisions.update.name) {
            let partition = crate::text!("{partition}");
            let set = self.name();
            self.wait(self.set.key(), Why::PartitionHolds { set, partition });
        }
    }
}
