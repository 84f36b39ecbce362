//! Questions about claims, volumes and storage classes.
//!
//! upstream: k8s.io/component-helpers/storage/volume, helpers.go and pv_helpers.go.

use std::sync::Arc;

use super::quantity::Quantity;
use super::selector::Selector;
use super::{Key, Kind, Object, Objects};
use crate::value::{Text, Value};

/// On a bound claim: the binder has done its part.
pub const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
/// On what the binder bound by its own choice.
pub const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
/// On a volume: who made it.
pub const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";
/// On a claim: who is to make its volume, and the older name of the same.
pub const PROVISIONER: [&str; 2] = [
    "volume.beta.kubernetes.io/storage-provisioner",
    "volume.kubernetes.io/storage-provisioner",
];
/// On a claim: the node the scheduler chose for its first consumer.
pub const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
/// The provisioner of classes whose volumes are made by hand.
pub const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";

impl Object {
    /// An annotation, empty where there is none.
    pub fn annotation(&self, name: &str) -> &str {
        self.meta()["annotations"][name].as_str()
    }

    /// The class of a claim or volume; null when it names none, empty when it wants none.
    ///
    /// upstream: GetPersistentVolumeClaimClass.
    pub fn storage_class(&self) -> &Value {
        match &self.meta()["annotations"]["volume.beta.kubernetes.io/storage-class"] {
            Value::Null => &self.value["spec"]["storageClassName"],
            class => class,
        }
    }

    /// `spec.volumeName`, empty until the claim has its volume.
    pub fn volume_name(&self) -> &str {
        self.value["spec"]["volumeName"].as_str()
    }

    /// upstream: isPVCFullyBound.
    pub fn is_claim_bound(&self) -> bool {
        !self.volume_name().is_empty() && !self.annotation(BIND_COMPLETED).is_empty()
    }

    /// Whether a class binds its claims only when a pod that uses them is scheduled.
    pub fn binds_late(&self) -> bool {
        self.value["volumeBindingMode"].as_str() == "WaitForFirstConsumer"
    }

    /// Whether claims that name no class get this one.
    pub fn is_default_class(&self) -> bool {
        [
            "storageclass.kubernetes.io/is-default-class",
            "storageclass.beta.kubernetes.io/is-default-class",
        ]
        .iter()
        .any(|it| self.annotation(it) == "true")
    }

    /// The names of the claims that a pod's volumes are.
    pub fn claim_names(&self) -> impl Iterator<Item = &Text> {
        let volumes = self.value["spec"]["volumes"].items().iter();
        volumes.filter_map(|it| it["persistentVolumeClaim"]["claimName"].text())
    }

    /// Whether a volume is meant for that claim, bound to it or reserved for its name.
    ///
    /// upstream: IsVolumeBoundToClaim.
    pub fn is_for_claim(&self, claim: &Object) -> bool {
        let to = &self.value["spec"]["claimRef"];
        to["name"].as_str() == claim.name()
            && to["namespace"].as_str() == claim.namespace()
            && (to["uid"].is_empty() || to["uid"].as_str() == claim.uid())
    }

    /// Whether a volume can be used on a node.
    ///
    /// differs: `matchFields`, `Gt` and `Lt` are not looked at.
    /// upstream: CheckNodeAffinity.
    pub fn reaches(&self, node: &Object) -> bool {
        let required = &self.value["spec"]["nodeAffinity"]["required"];
        let mut terms = required["nodeSelectorTerms"].items().iter();
        required.is_null()
            || terms.any(|it| !it.is_empty() && Selector::from_object(it).matches(node.labels()))
    }

    /// Whether a claim asks for more than it has.
    pub fn wants_to_grow(&self) -> bool {
        let size = |it: &Value| Quantity::of(&it["storage"]).map_or(0, |it| it.nanos);
        let has = &self.value["status"]["capacity"];
        !has.is_null() && size(&self.value["spec"]["resources"]["requests"]) > size(has)
    }

    fn storage(&self, of: &str) -> i128 {
        Quantity::of(&self.value["spec"][of]["storage"]).map_or(0, |it| it.nanos)
    }

    /// Whether a volume that nobody has is what a claim asks for.
    fn suits(&self, claim: &Object) -> bool {
        let (has, asked) = (&self.value["spec"], &claim.value["spec"]);
        let modes = has["accessModes"].items();
        let selector = &asked["selector"];
        self.value["status"]["phase"].as_str() == "Available"
            && self.storage_class().as_str() == claim.storage_class().as_str()
            && asked["accessModes"]
                .items()
                .iter()
                .all(|it| modes.contains(it))
            && (selector.is_null() || Selector::from_object(selector).matches(self.labels()))
    }
}

impl Objects {
    /// The class that a claim or volume names.
    pub fn class_of(&self, of: &Object) -> Option<&Arc<Object>> {
        self.get(&Key::new(
            Kind::StorageClass,
            "",
            of.storage_class().as_str(),
        ))
    }

    /// The class of claims that name none: of several, the newest.
    ///
    /// upstream: GetDefaultClass.
    pub fn default_class(&self) -> Option<&Arc<Object>> {
        let mut found: Option<&Arc<Object>> = None;
        for class in self.list(Kind::StorageClass) {
            if class.is_default_class() && found.is_none_or(|it| it.created() < class.created()) {
                found = Some(class);
            }
        }
        found
    }

    /// The volume that fits a claim best: the one reserved for it, else the smallest that is large enough. Without a
    /// node, a claim of a class that binds late gets only what is reserved for it.
    ///
    /// upstream: FindMatchingVolume.
    pub fn volume_for(&self, claim: &Object, node: Option<&Object>) -> Option<&Arc<Object>> {
        let late = node.is_none() && self.class_of(claim).is_some_and(|it| it.binds_late());
        let asked = claim.value["spec"]["resources"]["requests"]["storage"].clone();
        let asked = Quantity::of(&asked).map_or(0, |it| it.nanos);
        let mut best: Option<&Arc<Object>> = None;
        for volume in self.list(Kind::PersistentVolume) {
            let mode = |it: &Object| it.value["spec"]["volumeMode"].clone();
            if volume.storage("capacity") < asked
                || mode(volume) != mode(claim)
                || volume.is_terminating()
                || node.is_some_and(|it| !volume.reaches(it))
            {
                continue;
            }
            if volume.is_for_claim(claim) {
                return Some(volume);
            }
            if !late
                && volume.value["spec"]["claimRef"].is_null()
                && volume.suits(claim)
                && best.is_none_or(|it| volume.storage("capacity") < it.storage("capacity"))
            {
                best = Some(volume);
            }
        }
        best
    }
}
