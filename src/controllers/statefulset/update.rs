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
        if split
            .slots
            .iter()
            .take(lowest)
            .filter_map(|it| it.pod.as_deref())
            .any(is_outdated)
        {
            let partition = crate::text!("{partition}");
            self.wait(
                self.set.key(),
                Why::PartitionHolds {
                    set: self.name(),
                    partition,
                },
            );
        }
    }
}
