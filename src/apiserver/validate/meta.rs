//! Metadata of any object, and the kinds whose name is all there is to check.
//!
//! upstream: k8s.io/apimachinery/pkg/api/validation/objectmeta.go.

use super::names::{self, Check, check};
use super::{Errors, Path};
use crate::api::{Key, Kind};
use crate::value::Value;

/// The rule for names of a kind.
fn name_rule(kind: Kind) -> Check {
    match kind {
        Kind::Namespace | Kind::Service | Kind::StatefulSet => names::dns_label,
        Kind::ConfigMap
        | Kind::Endpoints
        | Kind::Event
        | Kind::Node
        | Kind::PersistentVolumeClaim
        | Kind::Pod
        | Kind::ServiceAccount
        | Kind::ControllerRevision
        | Kind::EndpointSlice
        | Kind::PersistentVolume
        | Kind::ResourceQuota
        | Kind::PodDisruptionBudget
        | Kind::LimitRange
        | Kind::Secret
        | Kind::DaemonSet
        | Kind::Deployment
        | Kind::ReplicaSet
        | Kind::HorizontalPodAutoscaler
        | Kind::Lease
        | Kind::StorageClass => names::dns_subdomain,
    }
}

pub(super) fn create(key: &Key, value: &Value, errors: &mut Errors) {
    let meta = &value["metadata"];
    let path = Path::root("metadata");
    let base = &meta["generateName"];
    if !base.is_null() {
        // A suffix follows, so a dash may stand at the end.
        let shown = base.as_str().strip_suffix('-').map(|it| [it, "a"].concat());
        for message in name_rule(key.kind)(shown.as_deref().unwrap_or(base.as_str())) {
            errors.invalid(&path.field("generateName"), base, &message);
        }
    }
    if key.name.is_empty() {
        errors.lacks(&path, "name", "name or generateName is required");
    } else {
        check(
            errors,
            &path.field("name"),
            &(&key.name).into(),
            name_rule(key.kind),
        );
    }
    changeable(meta, &path, errors);
}

/// What an update of the metadata may change; what it may not was put back before.
pub(super) fn update(value: &Value, old: &Value, errors: &mut Errors) {
    let (meta, before) = (&value["metadata"], &old["metadata"]);
    if meta.shares(before) {
        return;
    }
    let path = Path::root("metadata");
    let known = before["finalizers"].items();
    let added: Vec<&str> = meta["finalizers"]
        .items()
        .iter()
        .filter(|it| !known.contains(it))
        .map(Value::as_str)
        .collect();
    if !before["deletionTimestamp"].is_null() && !added.is_empty() {
        let why = format!(
            "no new finalizers can be added if the object is being deleted, found new finalizers []string{{\"{}\"}}",
            added.join("\", \"")
        );
        errors.forbids(&path, "finalizers", &why);
    }
    changeable(meta, &path, errors);
}

fn changeable(meta: &Value, path: &Path<'_>, errors: &mut Errors) {
    errors.at(path, meta, "labels", names::labels);
    errors.at(path, meta, "annotations", names::annotations);
    owners(meta, path, errors);
    for finalizer in meta["finalizers"].items() {
        check(
            errors,
            &path.field("finalizers"),
            finalizer,
            names::qualified_name,
        );
    }
}

/// upstream: ValidateOwnerReferences.
fn owners(meta: &Value, path: &Path<'_>, errors: &mut Errors) {
    let path = path.field("ownerReferences");
    let mut controller: Option<&str> = None;
    for it in meta["ownerReferences"].items() {
        for (name, detail) in [
            ("apiVersion", "version must not be empty"),
            ("kind", "must not be empty"),
            ("name", "must not be empty"),
            ("uid", "must not be empty"),
        ] {
            if it[name].is_empty() {
                errors.invalid(&path.field(name), &"".into(), detail);
            }
        }
        if it["controller"].is_true() {
            match controller {
                None => controller = Some(it["name"].as_str()),
                Some(first) => errors.invalid(
                    &path,
                    &meta["ownerReferences"],
                    &format!(
                        "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {}",
                        it["name"].as_str()
                    ),
                ),
            }
        }
    }
}

/// ConfigMaps: keys, size, and that they may be made immutable.
///
/// upstream: ValidateConfigMap, ValidateConfigMapUpdate.
pub(super) fn config_map(value: &Value, old: &Value, errors: &mut Errors) {
    const MOST: usize = 1024 * 1024;
    if old["immutable"].is_true() {
        let why = "field is immutable when `immutable` is set";
        for name in ["immutable", "data", "binaryData"] {
            if value[name] != old[name] {
                errors.forbidden(&Path::root(name), why);
            }
        }
    }
    let mut size = 0;
    for name in ["data", "binaryData"] {
        for (key, it) in value[name].members() {
            let path = Path::root(name);
            for message in names::config_key(key) {
                errors.invalid(&path.key(key), &key.into(), &message);
            }
            if name == "binaryData"
                && value["data"]
                    .as_map()
                    .is_some_and(|it| it.contains_key(key))
            {
                let why = "duplicate of key present in data";
                errors.invalid(&Path::root("data").key(key), &key.into(), why);
            }
            size += it.as_str().len();
        }
    }
    if size > MOST {
        errors.too_long(&Path::root(""), MOST);
    }
}

/// upstream: ValidateControllerRevision, ValidateControllerRevisionUpdate.
pub(super) fn revision(value: &Value, old: &Value, errors: &mut Errors) {
    if value["data"].is_null() {
        errors.required(&Path::root("data"), "data is mandatory");
    }
    names::nonnegative(errors, &Path::root("revision"), &value["revision"]);
    if !old.is_null() && value["data"] != old["data"] {
        errors.invalid(&Path::root("data"), &value["data"], "field is immutable");
    }
}

/// upstream: ValidateEndpointSlice.
pub(super) fn endpoint_slice(value: &Value, old: &Value, errors: &mut Errors) {
    const MOST: usize = 1000;
    let path = Path::root("endpoints");
    if value["endpoints"].items().len() > MOST {
        errors.too_many(&path, value["endpoints"].items().len(), MOST);
    }
    let path = Path::root("addressType");
    let families = ["FQDN", "IPv4", "IPv6"];
    match value["addressType"].as_str() {
        "" => errors.required(&path, ""),
        it if !families.contains(&it) => {
            errors.unsupported(&path, &value["addressType"], &families);
        }
        _ => {}
    }
    if !old.is_null() && value["addressType"] != old["addressType"] {
        errors.invalid(&path, &value["addressType"], "field is immutable");
    }
}
