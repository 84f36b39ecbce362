//! Validation: every finding about an object, in the API server's words.
//!
//! Parts an update left as they were are not looked at again.
//! upstream: pkg/apis/*/validation, k8s.io/apimachinery/pkg/api/validation.

mod container;
mod errors;
mod meta;
mod names;
mod pod;
mod quota;
mod scheduling;
mod service;
mod statefulset;
mod storage;
mod warnings;
mod workload;

pub(super) use errors::{Errors, Path, go_json, invalid_patch};
pub(crate) use names::label_value;
pub(super) use warnings::warnings;
pub(super) use workload::broken_base64;

use super::write::Part;
use crate::api::{Key, Kind};
use crate::schema::{Shape, Struct};
use crate::value::Value;

/// Checks a new object.
pub(super) fn create(key: &Key, value: &Value, errors: &mut Errors) {
    meta::create(key, value, errors);
    let spec = &value["spec"];
    match key.kind {
        Kind::Pod => {
            pod::pod_spec(spec, &Path::root("spec"), errors);
            // upstream: ValidatePodCreate.
            if !spec["schedulingGates"].is_empty() && !spec["nodeName"].is_empty() {
                let why = "cannot be set until all schedulingGates have been cleared";
                errors.forbids(&Path::root("spec"), "nodeName", why);
            }
        }
        Kind::StatefulSet => statefulset::create(spec, errors),
        Kind::PersistentVolumeClaim => storage::claim_spec(spec, &Path::root("spec"), errors),
        Kind::PersistentVolume => storage::volume_spec(spec, errors),
        Kind::Service
        | Kind::StorageClass
        | Kind::ResourceQuota
        | Kind::PodDisruptionBudget
        | Kind::ConfigMap
        | Kind::ControllerRevision
        | Kind::EndpointSlice
        | Kind::Endpoints
        | Kind::Event
        | Kind::Namespace
        | Kind::Node
        | Kind::LimitRange
        | Kind::Secret
        | Kind::DaemonSet
        | Kind::Deployment
        | Kind::ReplicaSet
        | Kind::HorizontalPodAutoscaler
        | Kind::Lease
        | Kind::ServiceAccount => any(key.kind, value, &Value::Null, errors),
    }
}

/// Checks a changed object.
pub(super) fn update(key: &Key, value: &Value, old: &Value, part: Part, errors: &mut Errors) {
    meta::update(value, old, errors);
    let (spec, before) = (&value["spec"], &old["spec"]);
    let is_changed = !spec.shares(before) && spec != before;
    match (key.kind, part) {
        (Kind::StatefulSet, Part::Status) => statefulset::status(value, old, errors),
        (Kind::Pod, Part::Main) if is_changed => {
            pod::update(spec, before, &Path::root("spec"), errors);
        }
        (Kind::StatefulSet, Part::Main) if is_changed => statefulset::update(spec, before, errors),
        (_, Part::Status) | (Kind::Pod | Kind::StatefulSet, Part::Main) => {}
        (Kind::PersistentVolumeClaim, Part::Main) => storage::claim_update(value, old, errors),
        (kind, Part::Main) => any(kind, value, old, errors),
    }
}

/// The kinds whose creation and update follow the same rules.
fn any(kind: Kind, value: &Value, old: &Value, errors: &mut Errors) {
    match kind {
        Kind::Service => service::service(value, old, errors),
        Kind::ConfigMap => meta::config_map(value, old, errors),
        Kind::ControllerRevision => meta::revision(value, old, errors),
        Kind::EndpointSlice => meta::endpoint_slice(value, old, errors),
        Kind::StorageClass => storage::class(value, old, errors),
        Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet => {
            workload::pods(kind, value, old, errors);
        }
        Kind::Secret => workload::secret(value, old, errors),
        Kind::LimitRange => workload::limit_range(value, errors),
        Kind::Lease => workload::lease(value, errors),
        Kind::ResourceQuota => quota::quota(value, old, errors),
        Kind::HorizontalPodAutoscaler => workload::autoscaler(value, errors),
        Kind::Pod
        | Kind::PodDisruptionBudget
        | Kind::PersistentVolume
        | Kind::StatefulSet
        | Kind::PersistentVolumeClaim
        | Kind::Endpoints
        | Kind::Event
        | Kind::Namespace
        | Kind::Node
        | Kind::ServiceAccount => {}
    }
}

/// Every named string below a struct must be one the server knows; operators have rules of their own.
fn choices(value: &Value, of: &'static Struct, path: &Path<'_>, errors: &mut Errors) {
    for (name, member) in value.members() {
        let Some(field) = of.field(name) else {
            continue;
        };
        let path = path.field(name);
        let values = field.values();
        let mut choose = |it: &Value| {
            if !it.is_empty() && !values.contains(&it.as_str()) {
                errors.unsupported(&path, it, values);
            }
        };
        match (field.members(), field.shape) {
            (None, Shape::One) if !values.is_empty() && name != "operator" => choose(member),
            (None, Shape::List) if !values.is_empty() => member.items().iter().for_each(choose),
            (None, _) => {}
            (Some(of), Shape::One) => choices(member, of, &path, errors),
            (Some(of), _) => {
                for (at, it) in member.items().iter().enumerate() {
                    choices(it, of, &path.index(at), errors);
                }
            }
        }
    }
}
