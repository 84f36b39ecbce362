//! The persistent-volume controller: which claim has which volume; and the two controllers that keep what is in use.
//!
//! Left out: recycling, attaching, volumes that a claim names but another one has.
//! upstream: pkg/controller/volume/{persistentvolume/pv_controller.go,pvcprotection,pvprotection}.

use crate::api::storage::{
    BIND_COMPLETED, BOUND_BY_CONTROLLER, NO_PROVISIONER, PROVISIONED_BY, PROVISIONER, SELECTED_NODE,
};
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::{Patch, Verb};
use crate::object;
use crate::plan::{Actor, Component, Ctx, Decision, EventRecord, EventSource, Plan};
use crate::time::Duration;
use crate::value::{Text, Value};
use crate::why::Why;

/// The persistent-volume controller.
pub const COMPONENT: Component = Component {
    actor: Actor::VolumeController,
    wakes,
    reconcile,
};

/// Claims without a volume are looked at again after this long.
///
/// differs: upstream looks at all claims and volumes at once, so often.
const RESYNC: Duration = Duration::s(15);

fn wakes(objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(object) = after.or(before) else {
        return Vec::new();
    };
    let mut keys = Vec::new();
    match object.kind {
        Kind::PersistentVolumeClaim => {
            keys.push(object.key());
            if after.is_none() {
                keys.push(Key::new(Kind::PersistentVolume, "", object.volume_name()));
            }
        }
        Kind::PersistentVolume => {
            let to = &object.value["spec"]["claimRef"];
            let (namespace, name) = (to["namespace"].as_str(), to["name"].as_str());
            keys.push(object.key());
            keys.push(Key::new(Kind::PersistentVolumeClaim, namespace, name));
        }
        // A claim that is to go waits for its last pod.
        Kind::Pod if after.is_none() => {
            for name in object.claim_names() {
                let key = Key::new(
                    Kind::PersistentVolumeClaim,
                    object.namespace(),
                    name.clone(),
                );
                if objects.get(&key).is_some_and(|it| it.is_terminating()) {
                    keys.push(key);
                }
            }
        }
        _ => {}
    }
    keys
}

fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let mut sync = Sync {
        ctx,
        plan: Plan::default(),
    };
    if let Some(it) = ctx.objects.get(key) {
        match it.kind {
            Kind::PersistentVolume => sync.volume(it),
            _ if it.is_terminating() => sync.protect_claim(it),
            _ if it.annotation(BIND_COMPLETED).is_empty() => sync.unbound_claim(it),
            _ => sync.bound_claim(it),
        }
    }
    sync.plan
}

/// One look at one claim or volume.
struct Sync<'a> {
    ctx: &'a Ctx<'a>,
    plan: Plan,
}

impl Sync<'_> {
    fn patch(&mut self, of: &Object, patch: Value, why: &Why) {
        let verb = Verb::Patch(Patch::Merge, patch);
        self.plan
            .decisions
            .push(Decision::send(of.key(), verb, why.clone()));
    }

    fn patch_status(&mut self, of: &Object, status: Value, why: &Why) {
        let verb = Verb::PatchStatus(Patch::Merge, object! {"status": status});
        self.plan
            .decisions
            .push(Decision::send(of.key(), verb, why.clone()));
    }

    fn wait(&mut self, on: &Object, why: Why) {
        let on = on.key();
        self.plan.decisions.push(Decision::Wait { on, why });
    }

    /// An Event, and what it says as the reason of a wait.
    fn tell(&mut self, claim: &Object, reason: &'static str, message: Text, why: Why) {
        let event = EventRecord {
            about: claim.as_involved_object(),
            source: EventSource {
                component: match reason {
                    "ExternalExpanding" => "volume_expand",
                    _ => "persistentvolume-controller",
                },
                host: Text::new(),
            },
            is_warning: matches!(reason, "ProvisioningFailed" | "ClaimLost"),
            reason,
            message,
        };
        self.plan
            .decisions
            .push(Decision::Record(event, why.clone()));
        self.wait(claim, why);
    }

    /// upstream: syncUnboundClaim.
    fn unbound_claim(&mut self, claim: &Object) {
        let objects = self.ctx.objects;
        self.plan.requeue_after = Some(RESYNC);
        let name: Text = claim.name().into();
        if !claim.volume_name().is_empty() {
            let key = Key::new(Kind::PersistentVolume, "", claim.volume_name());
            let volume = objects.get(&key);
            match volume
                .filter(|it| it.value["spec"]["claimRef"].is_null() || it.is_for_claim(claim))
            {
                Some(volume) => self.bind(claim, volume),
                None => {
                    let volume = key.name;
                    self.wait(
                        claim,
                        Why::WaitsForVolume {
                            claim: name,
                            volume,
                        },
                    );
                }
            }
            return;
        }
        if claim.storage_class().is_null()
            && let Some(class) = objects.default_class()
        {
            // upstream: assignDefaultStorageClass.
            let class: Text = class.name().into();
            let patch = object! {"spec": object! {"storageClassName": &class}};
            return self.patch(claim, patch, &Why::DefaultClass { claim: name, class });
        }
        if let Some(volume) = objects.volume_for(claim, None) {
            return self.bind(claim, volume);
        }
        let class: Text = claim.storage_class().as_str().into();
        match objects.class_of(claim) {
            Some(it) if it.binds_late() && claim.annotation(SELECTED_NODE).is_empty() => {
                self.await_consumer(claim);
            }
            Some(it) => self.provision(claim, it),
            None if class.is_empty() => {
                let message =
                    "no persistent volumes available for this claim and no storage class is set";
                let why = Why::NoClass { claim: name };
                self.tell(claim, "FailedBinding", message.into(), why);
            }
            None => {
                let message = crate::text!("storageclass.storage.k8s.io \"{class}\" not found");
                let why = Why::ClassMissing { claim: name, class };
                self.tell(claim, "ProvisioningFailed", message, why);
            }
        }
    }

    /// upstream: emitEventForUnboundDelayBindingClaim.
    fn await_consumer(&mut self, claim: &Object) {
        let pods = self.ctx.objects.list_in(Kind::Pod, claim.namespace());
        let waiting: Vec<&str> = pods
            .filter(|it| it.node_name().is_empty() && uses(it, claim))
            .map(|it| it.name())
            .collect();
        let (reason, message) = match waiting.len() {
            0 => (
                "WaitForFirstConsumer",
                "waiting for first consumer to be created before binding".into(),
            ),
            count => {
                let (s, pods) = (if count > 1 { "s" } else { "" }, waiting.join(","));
                let message = crate::text!("waiting for pod{s} {pods} to be scheduled");
                ("WaitForPodScheduled", message)
            }
        };
        let why = Why::WaitsForConsumer {
            claim: claim.name().into(),
            class: claim.storage_class().as_str().into(),
        };
        self.tell(claim, reason, message, why);
    }

    /// Asks the provisioner of a class for a volume.
    ///
    /// upstream: provisionClaim, provisionClaimOperationExternal.
    fn provision(&mut self, claim: &Object, class: &Object) {
        let provisioner: Text = class.value["provisioner"].as_str().into();
        let name: Text = claim.name().into();
        if provisioner == NO_PROVISIONER {
            let message = crate::text!("no volume plugin matched name: {provisioner}");
            let why = Why::NoProvisioner {
                claim: name,
                class: class.name().into(),
            };
            return self.tell(claim, "ProvisioningFailed", message, why);
        }
        let message = crate::text!(
            "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
        );
        let why = Why::ProvisionerAsked {
            claim: name,
            provisioner: provisioner.clone(),
        };
        if claim.annotation(PROVISIONER[1]) != provisioner {
            let mut patch = Value::Null;
            for key in PROVISIONER {
                patch["metadata"]["annotations"][key] = (&provisioner).into();
            }
            self.patch(claim, patch, &why);
        } else if class.binds_late() {
            // A race upstream: the recordings that print the count show that the look which the annotation brings
            // finds the first one still at work, and says nothing, when the class binds late.
            return self.wait(claim, why);
        }
        self.tell(claim, "ExternalProvisioning", message, why);
    }

    /// What a claim and its volume still lack, in the order upstream writes it.
    ///
    /// upstream: bind.
    fn bind(&mut self, claim: &Object, volume: &Object) {
        let why = Why::VolumeBound {
            claim: claim.name().into(),
            volume: volume.name().into(),
        };
        let annotation = |name: &'static str| {
            let mut patch = Value::Null;
            patch["metadata"]["annotations"][name] = "yes".into();
            patch
        };
        let spec = &volume.value["spec"];
        if spec["claimRef"]["uid"].is_empty() {
            let mut patch = object! {"spec": object! {"claimRef": claim.as_involved_object()}};
            if spec["claimRef"].is_null() {
                patch["metadata"] = annotation(BOUND_BY_CONTROLLER)["metadata"].clone();
            }
            self.patch(volume, patch, &why);
        }
        let is_bound = |it: &Object| it.value["status"]["phase"].as_str() == "Bound";
        if !is_bound(volume) {
            self.patch_status(volume, object! {"phase": "Bound"}, &why);
        }
        if !claim.is_claim_bound() {
            let mut patch = annotation(BIND_COMPLETED);
            if claim.volume_name().is_empty() {
                patch["metadata"]["annotations"][BOUND_BY_CONTROLLER] = "yes".into();
                patch["spec"]["volumeName"] = volume.name().into();
            }
            self.patch(claim, patch, &why);
        }
        if !is_bound(claim) {
            let status = object! {
                "phase": "Bound",
                "accessModes": &spec["accessModes"],
                "capacity": &spec["capacity"],
            };
            self.patch_status(claim, status, &why);
        }
        self.plan.requeue_after = None;
    }

    /// upstream: syncBoundClaim.
    fn bound_claim(&mut self, claim: &Object) {
        let key = Key::new(Kind::PersistentVolume, "", claim.volume_name());
        let volume = self.ctx.objects.get(&key);
        match volume.filter(|it| it.value["spec"]["claimRef"].is_null() || it.is_for_claim(claim)) {
            Some(volume) => {
                self.bind(claim, volume);
                if claim.wants_to_grow() {
                    // upstream: expand_controller.go, syncHandler.
                    let message = "waiting for an external controller to expand this PVC";
                    let why = Why::WaitsForGrowth {
                        claim: claim.name().into(),
                    };
                    self.tell(claim, "ExternalExpanding", message.into(), why);
                }
            }
            None if claim.value["status"]["phase"].as_str() == "Lost" => {}
            None => {
                let why = Why::ClaimLost {
                    claim: claim.name().into(),
                    volume: key.name,
                };
                self.patch_status(claim, object! {"phase": "Lost"}, &why);
                let message =
                    "Bound claim has lost its PersistentVolume. Data on this volume is lost!";
                self.tell(claim, "ClaimLost", message.into(), why);
            }
        }
    }

    /// A claim that is to go stays as long as a pod on a node uses it.
    ///
    /// upstream: pvc_protection_controller.go, processPVC, podUsesPVC.
    fn protect_claim(&mut self, claim: &Object) {
        let mut pods = self.ctx.objects.list_in(Kind::Pod, claim.namespace());
        let user = pods.find(|it| !it.node_name().is_empty() && uses(it, claim));
        let name: Text = claim.name().into();
        match user {
            Some(pod) => {
                let pod = pod.name().into();
                self.wait(claim, Why::WaitsForUse { claim: name, pod });
            }
            None => {
                // upstream: askAPIServer, the pods are listed once more. What is asked takes as long as what is written.
                let why = unused(claim);
                self.patch(claim, Value::object(), &why);
                self.let_go(claim, "kubernetes.io/pvc-protection");
            }
        }
    }

    fn let_go(&mut self, object: &Object, finalizer: &str) {
        let finalizers = object.meta()["finalizers"].items();
        let others = finalizers.iter().filter(|it| it.as_str() != finalizer);
        let others: Value = others.cloned().collect();
        if others.items().len() < finalizers.len() {
            let why = unused(object);
            let patch = object! {"metadata": object! {"finalizers": others}};
            self.patch(object, patch, &why);
        }
    }

    /// upstream: syncVolume, reclaimVolume; pv_protection_controller.go.
    fn volume(&mut self, volume: &Object) {
        let phase = volume.value["status"]["phase"].as_str();
        let to = &volume.value["spec"]["claimRef"];
        let name: Text = volume.name().into();
        let (namespace, claim) = (to["namespace"].as_str(), to["name"].as_str());
        let key = Key::new(Kind::PersistentVolumeClaim, namespace, claim);
        let claim: Text = claim.into();
        let is_free = to["uid"].is_empty();
        let is_wanted = self
            .ctx
            .objects
            .get(&key)
            .is_some_and(|it| volume.is_for_claim(it));
        if is_free && phase != "Available" {
            let why = Why::VolumeAvailable { volume: name };
            self.patch_status(volume, object! {"phase": "Available"}, &why);
        } else if !is_free && !is_wanted && phase != "Released" {
            let why = Why::VolumeReleased {
                volume: name,
                claim,
            };
            self.patch_status(volume, object! {"phase": "Released"}, &why);
        } else if volume.is_terminating() {
            match phase {
                "Bound" => self.wait(
                    volume,
                    Why::VolumeInUse {
                        volume: name,
                        claim,
                    },
                ),
                _ => self.let_go(volume, "kubernetes.io/pv-protection"),
            }
        } else if phase == "Released" && !deletes(volume) {
            self.wait(
                volume,
                Why::VolumeKept {
                    volume: name,
                    claim,
                },
            );
        }
    }
}

/// Whether a released volume goes by itself.
pub(super) fn deletes(volume: &Object) -> bool {
    let policy = volume.value["spec"]["persistentVolumeReclaimPolicy"].as_str();
    policy == "Delete" && !volume.annotation(PROVISIONED_BY).is_empty()
}

fn unused(object: &Object) -> Why {
    Why::UnusedGone {
        object: crate::text!("{}", object.key()),
    }
}

fn uses(pod: &Object, claim: &Object) -> bool {
    pod.claim_names().any(|it| it == claim.name())
}
