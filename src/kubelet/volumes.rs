//! Whether a pod's volumes can be mounted: every claim must have its volume.
//!
//! A class with `parameters: {volumes: attach}` has volumes that are attached to one node at a time. Left out:
//! VolumeAttachments, and volumes that are no claims.
//! upstream: pkg/kubelet/volumemanager/populator, getPVCExtractPV; WaitForAttachAndMount; reconciler of
//! pkg/controller/volume/attachdetach.

use super::life::Life;
use super::start::RETRY;
use crate::api::node::OUT_OF_SERVICE;
use crate::api::{Key, Kind, Object};
use crate::memory::{Memory, Stage};
use crate::plan::{Ctx, Decision, EventRecord, EventSource};
use crate::time::{Duration, Time};
use crate::value::Text;
use crate::why::Why;

/// So long a volume stays attached to a node that does not answer, after its pod is gone.
///
/// upstream: DefaultTimerConfig, ReconcilerMaxWaitForUnmountDuration.
const UNMOUNT: Duration = Duration::s(360);

/// The pod's volumes that can be attached to one node only, with their claims.
fn exclusive_volumes(ctx: &Ctx<'_>, pod: &Object) -> Vec<(Text, Text)> {
    let claims = pod.claim_names().filter_map(|name| {
        let key = Key::new(Kind::PersistentVolumeClaim, pod.namespace(), name.clone());
        let claim = ctx.objects.get(&key)?;
        let class = ctx.objects.class_of(claim)?;
        let is_exclusive = class.value["parameters"]["volumes"].as_str() == "attach";
        is_exclusive.then(|| (claim.volume_name().into(), name.clone()))
    });
    claims.collect()
}

/// The pod's volumes leave its node.
pub(super) fn detach(ctx: &Ctx<'_>, pod: &Object, memory: &mut Memory) {
    for (volume, _) in exclusive_volumes(ctx, pod) {
        let attached = memory.attached.get(&volume);
        if attached.is_some_and(|it| it == pod.node_name()) {
            memory.attached.remove(&volume);
        }
    }
}

impl Life<'_> {
    /// A claim whose volume is still attached to another node: one that does not answer keeps it for a while.
    fn attached_elsewhere(&self) -> Option<(Text, Text)> {
        let (node, created) = (self.node(), self.pod.meta()["creationTimestamp"].as_str());
        let patience = Time::parse(created).unwrap_or_default() + UNMOUNT;
        let keeps = |other: &Text| {
            let is_silent = self.memory.silent.contains_key(other);
            let object = self
                .ctx
                .objects
                .get(&Key::new(Kind::Node, "", other.clone()));
            let is_out = object.is_some_and(|it| it.has_taint(OUT_OF_SERVICE, "NoExecute"));
            *other != node && !(is_silent && (is_out || self.ctx.now >= patience))
        };
        let mut volumes = exclusive_volumes(self.ctx, self.pod).into_iter();
        volumes.find(|it| self.memory.attached.get(&it.0).is_some_and(keeps))
    }

    /// The first claim that cannot be mounted: the volume's name, the claim's, and what is wrong.
    pub(super) fn unmountable(&self) -> Option<(Text, Text, Text)> {
        if let Some((volume, claim)) = self.attached_elsewhere() {
            let problem = crate::text!(
                "Multi-Attach error for volume \"{volume}\" Volume is already exclusively attached to one node and can't be attached to another"
            );
            return Some((volume, claim, problem));
        }
        for volume in self.pod.value["spec"]["volumes"].items() {
            let Some(name) = volume["persistentVolumeClaim"]["claimName"].text() else {
                continue;
            };
            let key = Key::new(
                Kind::PersistentVolumeClaim,
                self.pod.namespace(),
                name.clone(),
            );
            let problem: Text = match self.ctx.objects.get(&key) {
                None => crate::text!(
                    "failed to fetch PVC from API server: persistentvolumeclaims \"{name}\" not found"
                ),
                Some(claim) if claim.is_terminating() => "PVC is being deleted".into(),
                Some(claim) if claim.value["status"]["phase"].as_str() != "Bound" => {
                    "PVC is not bound".into()
                }
                Some(_) => continue,
            };
            return Some((volume["name"].as_str().into(), name.clone(), problem));
        }
        None
    }

    /// Goes on when every claim has its volume; else tells so, and looks again after a while.
    pub(super) fn mount(&mut self) {
        let Some((volume, claim, problem)) = self.unmountable() else {
            for (volume, _) in exclusive_volumes(self.ctx, self.pod) {
                self.memory.attached.insert(volume, self.node());
            }
            return self.sandbox_is_up();
        };
        let namespace = self.pod.namespace();
        let is_attached = problem.starts_with("Multi-Attach");
        let (component, host, reason) = if is_attached {
            ("attachdetach-controller", Text::new(), "FailedAttachVolume")
        } else {
            ("kubelet", self.node(), "FailedMount")
        };
        let event = EventRecord {
            about: self.pod.as_involved_object(),
            source: EventSource { component, host },
            is_warning: true,
            reason,
            message: if is_attached {
                problem.clone()
            } else {
                crate::text!(
                    "Unable to attach or mount volumes: unmounted volumes=[{volume}], unattached volumes=[], failed to process volumes=[{volume}]: error processing PVC {namespace}/{claim}: {problem}"
                )
            },
        };
        let pod = self.name();
        let why = Why::WaitsForMount {
            pod,
            claim,
            problem,
        };
        self.decisions.push(Decision::Record(event, why));
        self.to(Stage::Mounting, RETRY);
    }
}
