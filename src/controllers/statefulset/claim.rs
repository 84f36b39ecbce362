//! Which pods are the set's own: claimed, adopted, released.
//!
//! upstream: pkg/controller/controller_ref_manager.go, ClaimPods; spec/statefulset.md B.3.

use std::sync::Arc;

use super::super::owned::own;
use super::{Flow, Sync};
use crate::api::meta::owned_by;
use crate::api::{Kind, Object};
use crate::apiserver::{Patch, Verb};
use crate::plan::OnError;
use crate::why::Why;
use crate::{array, object};

impl Sync<'_> {
    /// The open pods of the set, adopting and releasing on the way.
    pub(super) fn claim_pods(&mut self) -> Vec<Arc<Object>> {
        let mut claimed = Vec::new();
        for (_, pod) in &self.open.pods.clone() {
            let is_ours = pod.is_controlled_by(self.set);
            let matches =
                self.spec.selector.matches(pod.labels()) && pod.ordinal_like(self.set.name());
            if is_ours && matches {
                claimed.push(Arc::clone(pod));
            } else if is_ours && !self.set.is_terminating() {
                self.release(pod);
            } else if pod.controller_uid().is_empty()
                && matches
                && !pod.is_terminating()
                && !self.set.is_terminating()
            {
                self.adopt(pod);
                claimed.push(Arc::clone(pod));
            }
        }
        claimed
    }

    fn adopt(&mut self, pod: &Object) {
        let why = Why::PodAdopted {
            set: self.name(),
            pod: pod.name().into(),
        };
        let adoption = own(self.set, pod, owned_by(self.set), why);
        self.plan.decisions.push(adoption);
    }

    fn release(&mut self, pod: &Object) {
        let patch = object! {"metadata": object! {
            "uid": pod.uid(),
            "ownerReferences": array![object! {"$patch": "delete", "uid": self.set.uid()}],
        }};
        let why = Why::PodReleased {
            set: self.name(),
            pod: pod.name().into(),
        };
        self.request(
            pod.key(),
            Verb::Patch(Patch::Strategic, patch),
            OnError::Continue,
            why,
        );
    }

    /// Takes over revisions that match and belong to nobody. A set that is being deleted may not, and its sync ends.
    ///
    /// upstream: adoptOrphanRevisions, canAdoptFunc.
    pub(super) fn adopt_revisions(&mut self) -> Flow {
        let objects = self.ctx.objects;
        for revision in objects.list_in(Kind::ControllerRevision, self.set.namespace()) {
            if !revision.controller().is_null() || !self.spec.selector.matches(revision.labels()) {
                continue;
            }
            if self.set.is_terminating() {
                let why = Why::SetTerminating { set: self.name() };
                self.wait(self.set.key(), why);
                return Flow::Stop;
            }
            let why = Why::RevisionAdopted {
                set: self.name(),
                revision: revision.name().into(),
            };
            let adoption = own(self.set, revision, owned_by(self.set), why);
            self.plan.decisions.push(adoption);
        }
        Flow::GoOn
    }
}

/// Whether a pod is the set's, or nobody's.
pub(super) fn concerns(set: &Object, pod: &Object) -> bool {
    pod.is_controlled_by(set) || pod.controller_uid().is_empty()
}

impl Object {
    /// Whether the name is `<parent>-<digits>`, be the number usable or not.
    fn ordinal_like(&self, parent: &str) -> bool {
        if self.ordinal_of(parent).is_some() {
            return true;
        }
        self.name()
            .rsplit_once('-')
            .is_some_and(|(before, digits)| {
                before == parent
                    && !digits.is_empty()
                    && digits.bytes().all(|it| it.is_ascii_digit())
            })
    }
}
