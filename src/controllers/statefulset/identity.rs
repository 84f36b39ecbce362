//! What makes a pod the pod of its ordinal: name, labels, host name, owner; `storage` has its claims.
//!
//! upstream: pkg/controller/statefulset/stateful_set_utils.go, newVersionedStatefulSetPod; spec/statefulset.md A.2.

use super::Sync;
use crate::api::meta::{new_value, owned_by};
use crate::api::{Key, Kind, Object};
use crate::object;
use crate::value::{Text, Value};

/// The label with the pod's own name.
pub(super) const POD_NAME_LABEL: &str = "statefulset.kubernetes.io/pod-name";
/// The label with the pod's ordinal.
pub(super) const POD_INDEX_LABEL: &str = "apps.kubernetes.io/pod-index";
/// The label with the name of the pod's revision.
pub(super) const REVISION_LABEL: &str = "controller-revision-hash";

impl Sync<'_> {
    /// `<set>-<ordinal>`.
    pub(super) fn pod_name(&self, ordinal: i64) -> Text {
        crate::text!("{}-{ordinal}", self.set.name())
    }

    /// The key of the pod of that ordinal.
    pub(super) fn pod_key(&self, ordinal: i64) -> Key {
        Key::new(Kind::Pod, self.set.namespace(), self.pod_name(ordinal))
    }

    /// The pod of that ordinal, from a template, at a revision.
    pub(super) fn new_pod(&self, ordinal: i64, template: &Value, revision: &str) -> Value {
        let key = self.pod_key(ordinal);
        let mut pod = new_value(&key);
        let meta = &mut pod["metadata"];
        for part in ["labels", "annotations", "finalizers"] {
            let from = &template["metadata"][part];
            if !from.is_empty() {
                meta[part] = from.clone();
            }
        }
        meta["generateName"] = crate::text!("{}-", self.set.name()).into();
        meta["labels"][POD_NAME_LABEL] = (&key.name).into();
        meta["labels"][POD_INDEX_LABEL] = crate::text!("{ordinal}").into();
        meta["labels"][REVISION_LABEL] = revision.into();
        meta["ownerReferences"] = owned_by(self.set);
        let mut spec = template["spec"].clone();
        let volumes = self.volumes(&spec["volumes"], ordinal);
        if !volumes.is_empty() {
            spec["volumes"] = volumes;
        }
        spec["hostname"] = (&key.name).into();
        spec["subdomain"] = self.spec.service_name.into();
        if self.spec.service_name.is_empty() {
            spec.remove("subdomain");
        }
        pod["spec"] = spec;
        pod
    }

    /// Whether a pod still has the identity of its ordinal; a wrong pod-index label alone does not count.
    ///
    /// upstream: identityMatches.
    pub(super) fn identity_matches(pod: &Object) -> bool {
        pod.is_named()
    }

    /// The patch that repairs a pod's identity. It touches nothing else: the cached pod may lack what was written
    /// since, its adoption in this very sync among it.
    ///
    /// upstream: updateIdentity, with the retry on conflict of UpdateStatefulPod.
    pub(super) fn repaired(pod: &Object, ordinal: i64) -> Value {
        object! {"metadata": object! {"labels": object! {
            "statefulset.kubernetes.io/pod-name": pod.name(),
            "apps.kubernetes.io/pod-index": crate::text!("{ordinal}"),
        }}}
    }
}
