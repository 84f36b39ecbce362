//! Whether a pod's volumes can be mounted: every claim must have its volume.
//!
//! Left out: attaching, and volumes that are no claims.
//! upstream: pkg/kubelet/volumemanager/populator, getPVCExtractPV; WaitForAttachAndMount.

use super::life::Life;
use super::start::RETRY;
use crate::api::{Key, Kind};
use crate::memory::Stage;
use crate::plan::{Decision, EventRecord, EventSource};
use crate::value::Text;
use crate::why::Why;

impl Life<'_> {
    /// The first claim that cannot be mounted: the volume's name, the claim's, and what is wrong.
    pub(super) fn unmountable(&self) -> Option<(Text, Text, Text)> {
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
            return self.sandbox_is_up();
        };
        let namespace = self.pod.namespace();
        let event = EventRecord {
            about: self.pod.as_involved_object(),
            source: EventSource {
                component: "kubelet",
                host: self.node(),
            },
            is_warning: true,
            reason: "FailedMount",
            message: crate::text!(
                "Unable to attach or mount volumes: unmounted volumes=[{volume}], unattached volumes=[], failed to process volumes=[{volume}]: error processing PVC {namespace}/{claim}: {problem}"
            ),
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
