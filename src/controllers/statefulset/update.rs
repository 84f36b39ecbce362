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
            if split
                .slots
                .iter()
                .filter_map(|it| it.pod.as_deref())
                .any(is_outdated)
            {
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
        let partition = self.spec.partition.unwrap_or(0);
        let lowest = usize::try_from(partition).unwrap_or(0);
        if self.ctx.config.max_unavailable {
            return self.roll_within_budget(split, revisions, status);
        }
        for slot in split.slots.iter().skip(lowest).rev() {
            let Some(pod) = slot.pod.as_deref() else {
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
        let lowest = self.spec.partition.unwrap_or(0);
        let lowest = usize::try_from(lowest).unwrap_or(0);
        let mut budget = self.spec.max_unavailable;
        for slot in &split.slots {
            let pod = slot.pod.as_deref();
            budget -= i64::from(pod.is_none_or(|it| self.is_unavailable(it)));
        }
        let limit = crate::text!("{}", self.spec.max_unavailable);
        for slot in split.slots.iter().skip(lowest).rev() {
            let Some(pod) = slot.pod.as_deref() else {
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

    /// Says that ordinals below the partition stay, where one of them is outdated.
    fn say_partition(&mut self, split: &Split, revisions: &Revisions) {
        let partition = self.spec.partition.unwrap_or(0);
        let kept = split.slots.iter();
        let kept = kept.take(usize::try_from(partition).unwrap_or(0));
        let mut kept = kept.filter_map(|it| it.pod.as_deref());
        if kept.any(|it| Self::revision_of(it) != revisions.update.name) {
            let partition = crate::text!("{partition}");
            let set = self.name();
            self.wait(self.set.key(), Why::PartitionHolds { set, partition });
        }
    }
}
