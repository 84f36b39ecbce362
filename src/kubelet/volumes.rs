//! Whether a pod's volumes can be mounted: every claim must have its volume, every ConfigMap and Secret be there.
//!
//! A class with `parameters: {volumes: attach}` has volumes that are attached to one node at a time. Left out:
//! VolumeAttachments, and a back-off of its own for each volume: those of a pod that fail are tried again together.
//! upstream: pkg/kubelet/volumemanager/populator, getPVCExtractPV; WaitForAttachAndMount, whose running out tells no
//! Event (wait.Interrupted); reconciler of pkg/controller/volume/attachdetach.

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

/// From a volume that could not be set up to the next attempt: at first, and at the most.
///
/// upstream: pkg/util/goroutinemap/exponentialbackoff.
const FIRST_ATTEMPT: u64 = 500;
const LAST_ATTEMPT: u64 = 122_000;

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
            return self.set_up();
        };
        let namespace = self.pod.namespace();
        let is_attached = problem.starts_with("Multi-Attach");
        let (component, host, reason) = if is_attached {
            ("attachdetach-controller", Text::new(), "FailedAttachVolume")
        } else {
            ("kubelet", self.node(), "FailedMount")
        };
        let message = if is_attached {
            problem.clone()
        } else {
            crate::text!(
                "Unable to attach or mount volumes: unmounted volumes=[{volume}], unattached volumes=[], failed to process volumes=[{volume}]: error processing PVC {namespace}/{claim}: {problem}"
            )
        };
        let pod = self.name();
        let why = Why::WaitsForMount {
            pod,
            claim,
            problem,
        };
        self.warn(EventSource { component, host }, reason, message, why);
        self.to(Stage::Mounting, RETRY);
    }

    /// Goes on when what the volumes are made of is there; else tells so, and tries again ever later.
    ///
    /// upstream: GenerateMountVolumeFunc.
    fn set_up(&mut self) {
        let lacking = self.lacking_volumes();
        if lacking.is_empty() {
            return self.sandbox_is_up();
        }
        for (volume, problem) in lacking {
            let message =
                crate::text!("MountVolume.SetUp failed for volume \"{volume}\" : {problem}");
            let source = self.kubelet();
            let why = self.waits_for_source(volume, problem);
            self.warn(source, "FailedMount", message, why);
        }
        let last = self.it.attempt.ms;
        self.it.attempt = Duration::ms((2 * last).clamp(FIRST_ATTEMPT, LAST_ATTEMPT));
        self.to(Stage::Mounting, self.it.attempt);
    }

    pub(super) fn waits_for_source(&self, volume: Text, problem: Text) -> Why {
        Why::WaitsForSource {
            pod: self.name(),
            volume,
            problem,
        }
    }

    /// Who tells the kubelet's Events.
    pub(super) fn kubelet(&self) -> EventSource {
        EventSource {
            component: "kubelet",
            host: self.node(),
        }
    }

    /// Records a warning about the pod.
    pub(super) fn warn(
        &mut self,
        source: EventSource,
        reason: &'static str,
        message: Text,
        why: Why,
    ) {
        let event = EventRecord {
            about: self.pod.as_involved_object(),
            source,
            is_warning: true,
            reason,
            message,
        };
        self.decisions.push(Decision::Record(event, why));
    }
}
