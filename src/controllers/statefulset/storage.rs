//! The claims of a set's pods: made before the pod, and owned as the retention policy says.
//!
//! upstream: stateful_set_utils.go, stateful_pod_control.go; spec/statefulset.md F.5.

use super::{Act, Sync};
use crate::api::pod::Phase;
use crate::api::{Key, Kind, Object};
use crate::apiserver::{Patch, Verb};
use crate::object;
use crate::plan::{Decision, EventRecord, Report};
use crate::value::{Text, Value};
use crate::why::Why;

impl Sync<'_> {
    pub(super) fn templates(&self) -> &[Value] {
        self.set.value["spec"]["volumeClaimTemplates"].items()
    }

    /// `<template>-<set>-<ordinal>`.
    fn claim_key(&self, template: &Value, ordinal: i64) -> Key {
        let name = crate::text!(
            "{}-{}",
            template["metadata"]["name"].as_str(),
            self.pod_name(ordinal)
        );
        Key::new(Kind::PersistentVolumeClaim, self.set.namespace(), name)
    }

    /// A pod's volumes with those of its claims in front, in place of any of the same names.
    ///
    /// upstream: updateStorage.
    pub(super) fn volumes(&self, volumes: &Value, ordinal: i64) -> Value {
        let claim = |template: &Value| {
            object! {
                "name": &template["metadata"]["name"],
                "persistentVolumeClaim": object! {"claimName": self.claim_key(template, ordinal).name},
            }
        };
        let mut all: Vec<Value> = self.templates().iter().map(claim).collect();
        let claimed = all.len();
        for volume in volumes.items() {
            if all[..claimed].iter().all(|it| it["name"] != volume["name"]) {
                all.push(volume.clone());
            }
        }
        all.into_iter().collect()
    }

    /// upstream: storageMatches.
    pub(super) fn storage_matches(&self, pod: &Object, ordinal: i64) -> bool {
        self.templates().iter().all(|it| {
            let volumes = &pod.value["spec"]["volumes"];
            let volume = volumes.item("name", it["metadata"]["name"].as_str());
            volume["persistentVolumeClaim"]["claimName"].as_str()
                == self.claim_key(it, ordinal).name
        })
    }

    /// Makes the claims that a pod lacks; false when one of them is still going. An Event tells that, unless the pod
    /// is there already.
    ///
    /// upstream: createPersistentVolumeClaims.
    pub(super) fn create_claims(&mut self, ordinal: i64, pod_exists: bool) -> bool {
        if self.templates().is_empty() {
            return true;
        }
        let (set, pod) = (self.name(), self.pod_name(ordinal));
        let mut going: Vec<Text> = Vec::new();
        let templates = self.set.value["spec"]["volumeClaimTemplates"].clone();
        for template in templates.items() {
            let key = self.claim_key(template, ordinal);
            match self.ctx.objects.get(&key) {
                Some(claim) if claim.is_terminating() => going.push(key.name),
                Some(_) => {}
                None => self.create_claim(key, template, &pod, pod_exists),
            }
        }
        let Some(first) = going.first() else {
            return true;
        };
        if !pod_exists {
            let errors: Vec<String> = going
                .iter()
                .map(|it| ["pvc ", it, " is being deleted"].concat())
                .collect();
            let errors = match &errors[..] {
                [one] => one.clone(),
                all => ["[", &all.join(", "), "]"].concat(),
            };
            let Report {
                about,
                source,
                failure: (reason, message),
                ..
            } = self.report(Act::Create, &pod);
            let event = EventRecord {
                about,
                source,
                is_warning: true,
                reason,
                message: crate::text!("{message}{errors}"),
            };
            let why = Why::ClaimTerminating {
                set: set.clone(),
                claim: first.clone(),
                pod: pod.clone(),
            };
            self.plan.decisions.push(Decision::Record(event, why));
        }
        let claim = first.clone();
        let why = Why::ClaimTerminating { set, claim, pod };
        let on = self.pod_key(ordinal);
        self.plan.decisions.push(Decision::Fail { on, why });
        false
    }

    /// upstream: getPersistentVolumeClaims, recordClaimEvent.
    fn create_claim(&mut self, key: Key, template: &Value, pod: &Text, pod_exists: bool) {
        let (claim, set) = (key.name.clone(), self.name());
        let mut value = template.clone();
        let meta = &mut value["metadata"];
        meta["name"] = (&claim).into();
        meta["namespace"] = (&key.namespace).into();
        let selector = &self.set.value["spec"]["selector"]["matchLabels"];
        for (name, label) in selector.members() {
            meta["labels"][name.as_str()] = label.clone();
        }
        value.remove("status");
        let Report {
            about,
            source,
            failure: (_, of_pod),
            ..
        } = self.report(Act::Create, pod);
        let also = if pod_exists {
            Text::new()
        } else {
            crate::text!("\n{of_pod}failed to create PVC {claim}: ")
        };
        let start = crate::text!("Create Claim {claim}");
        let report = Report {
            about,
            source,
            success: (
                "SuccessfulCreate",
                crate::text!("{start} Pod {pod} in StatefulSet {set} success"),
            ),
            failure: (
                "FailedCreate",
                crate::text!("{start} for Pod {pod} in StatefulSet {set} failed error: {also}"),
            ),
        };
        let pod = pod.clone();
        self.send(
            key,
            Verb::Create(value),
            Why::ClaimMade { set, claim, pod },
            Some(report),
        );
    }

    /// The first claim that belongs to an earlier pod of that name and will go with it.
    ///
    /// upstream: PodClaimIsStale, hasStaleOwnerRef.
    pub(super) fn stale_claim(&self, ordinal: i64) -> Option<Text> {
        if !self.retention("whenScaled") {
            return None;
        }
        let pod = self.pod_name(ordinal);
        let is_stale = |key: &Key| {
            let claim = self.ctx.objects.get(key)?;
            let mut owners = claim.meta()["ownerReferences"].items().iter();
            owners.find(|it| is_named(it, "Pod", &pod))
        };
        let keys = self
            .templates()
            .iter()
            .map(|it| self.claim_key(it, ordinal));
        keys.into_iter()
            .find(|it| is_stale(it).is_some())
            .map(|it| it.name)
    }

    /// Whether that part of persistentVolumeClaimRetentionPolicy is Delete.
    fn retention(&self, when: &str) -> bool {
        let policy = &self.set.value["spec"]["persistentVolumeClaimRetentionPolicy"];
        policy[when].as_str() == "Delete"
    }

    /// Sets the owners of a pod's claims right; whether any was wrong. A pod that is being made has no object yet, and
    /// its claims may be as new.
    ///
    /// upstream: ClaimsMatchRetentionPolicy, UpdatePodClaimForRetentionPolicy.
    pub(super) fn own_claims(&mut self, pod: Option<&Object>, ordinal: i64) -> bool {
        let mut was_wrong = false;
        let set = self.set;
        let templates = &set.value["spec"]["volumeClaimTemplates"];
        for template in templates.items() {
            let key = self.claim_key(template, ordinal);
            let known = self.ctx.objects.get(&key);
            if known.is_none() && pod.is_some() {
                continue;
            }
            let refs = known.map_or(Value::Null, |it| it.meta()["ownerReferences"].clone());
            let is_taken = self.is_taken(&refs, pod, ordinal);
            if is_taken && pod.is_none_or(|it| it.phase() == Phase::Pending) {
                self.tell_conflict(&key.name);
            }
            let Some((refs, owner)) = self.owners(&refs, pod, ordinal, is_taken) else {
                continue;
            };
            was_wrong = true;
            let mut patch = object! {"metadata": object! {"ownerReferences": refs}};
            if let Some(claim) = known {
                let version = &claim.meta()["resourceVersion"];
                patch["metadata"]["resourceVersion"] = version.clone();
            }
            let claim = key.name.clone();
            let mut report = self.report(Act::Update, &self.pod_name(ordinal));
            report.success.0 = "";
            let doing =
                crate::text!("could not update claim {claim} for delete policy ownerRefs: ");
            report.failure.1.push_str(&doing);
            let why = match owner {
                Some(owner) => Why::ClaimOwned { claim, owner },
                None => Why::ClaimDisowned {
                    claim,
                    set: self.name(),
                },
            };
            self.send(key, Verb::Patch(Patch::Merge, patch), why, Some(report));
        }
        was_wrong
    }

    /// Whether somebody else is to remove the claim, so that the policy is not for it.
    ///
    /// upstream: hasUnexpectedController.
    fn is_taken(&self, refs: &Value, pod: Option<&Object>, ordinal: i64) -> bool {
        let own = [self.set.uid(), pod.map_or("", Object::uid)];
        let pod_name = self.pod_name(ordinal);
        (self.retention("whenDeleted") || self.retention("whenScaled"))
            && refs.items().iter().any(|it| {
                !own.contains(&it["uid"].as_str())
                    && (is_named(it, "Pod", &pod_name)
                        || is_named(it, "StatefulSet", self.set.name())
                        || it["controller"].is_true())
            })
    }

    fn tell_conflict(&mut self, claim: &Text) {
        let Report { about, source, .. } = self.report(Act::Update, "");
        // The slip of the pen is upstream's.
        let message = crate::text!(
            "PersistentVolumeClaim {claim} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim"
        );
        let event = EventRecord {
            about,
            source,
            is_warning: true,
            reason: "ConflictingController",
            message,
        };
        let (set, claim) = (self.name(), claim.clone());
        let why = Why::ClaimTaken { set, claim };
        self.plan.decisions.push(Decision::Record(event, why));
    }

    /// The owners a claim should have, and the name of the one it gets; nothing when they are right.
    ///
    /// upstream: isClaimOwnerUpToDate, updateClaimOwnerRefForSetAndPod.
    fn owners(
        &self,
        refs: &Value,
        pod: Option<&Object>,
        ordinal: i64,
        is_taken: bool,
    ) -> Option<(Value, Option<Text>)> {
        let (deleted, scaled) = (self.retention("whenDeleted"), self.retention("whenScaled"));
        let of_pod = scaled && !self.is_in_range(ordinal);
        let pod_uid = pod.map_or("", Object::uid);
        let is_own = |it: &Value| [self.set.uid(), pod_uid].contains(&it["uid"].as_str());
        let owner = match pod {
            _ if is_taken => None,
            Some(pod) if of_pod => Some(pod),
            _ if deleted && !of_pod => Some(self.set.as_ref()),
            _ => None,
        };
        let mut own = refs.items().iter().filter(|it| is_own(it));
        let is_right = match owner {
            Some(owner) => {
                own.any(|it| it["controller"].is_true() && it["uid"].as_str() == owner.uid())
                    && own.next().is_none()
            }
            None => own.next().is_none(),
        };
        if is_right {
            return None;
        }
        let others = refs.items().iter().filter(|it| !is_own(it)).cloned();
        let wanted = owner.map(Object::as_controller_reference);
        let name = owner.map(|it| it.name().into());
        Some((others.chain(wanted).collect(), name))
    }
}

/// Whether a reference names an object of that kind and name, whatever its UID.
///
/// upstream: matchesRef.
fn is_named(reference: &Value, kind: &str, name: &str) -> bool {
    reference["kind"].as_str() == kind && reference["name"].as_str() == name
}
