//! Claims, alone and as templates of a StatefulSet.
//!
//! upstream: ValidatePersistentVolumeClaimSpec, ValidatePersistentVolumeClaimUpdate.

use super::names::{self, check};
use super::{Errors, Path, choices};
use crate::api::quantity::Quantity;
use crate::schema;
use crate::value::Value;

pub(super) fn claim_spec(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    if !spec["selector"].is_null() {
        errors.at(path, spec, "selector", names::selector);
    }
    let modes = spec["accessModes"].items();
    if modes.is_empty() {
        let why = "at least 1 access mode is required";
        errors.lacks(path, "accessModes", why);
    }
    if modes.len() > 1 && modes.iter().any(|it| it.as_str() == "ReadWriteOncePod") {
        let why = "may not use ReadWriteOncePod with other access modes";
        errors.forbids(path, "accessModes", why);
    }
    if let Some(of) = schema::named("PersistentVolumeClaimSpec") {
        choices(spec, of, path, errors);
    }
    let resources = path.field("resources");
    let storage = resources.key("storage");
    match &spec["resources"]["requests"]["storage"] {
        Value::Null => errors.required(&storage, ""),
        size if Quantity::of(size).is_ok_and(|it| it.nanos <= 0) => {
            errors.invalid(&storage, size, "must be greater than zero");
        }
        _ => {}
    }
    let class = &spec["storageClassName"];
    if !class.is_empty() {
        check(
            errors,
            &path.field("storageClassName"),
            class,
            names::dns_subdomain,
        );
    }
}

pub(super) fn volume_spec(spec: &Value, errors: &mut Errors) {
    let path = Path::root("spec");
    for name in ["accessModes", "capacity"] {
        if spec[name].is_empty() {
            errors.lacks(&path, name, "");
        }
    }
    // Of all members only the source is an object beside these.
    let others = ["capacity", "claimRef", "nodeAffinity"];
    let mut members = spec.members();
    if !members.any(|(name, it)| it.as_map().is_some() && !others.contains(&name.as_str())) {
        errors.required(&path, "must specify a volume type");
    }
    if let Some(of) = schema::named("PersistentVolumeSpec") {
        choices(spec, of, &path, errors);
    }
}

/// upstream: ValidateStorageClass, ValidateStorageClassUpdate.
pub(super) fn class(value: &Value, old: &Value, errors: &mut Errors) {
    if value["provisioner"].is_empty() {
        errors.required(&Path::root("provisioner"), "");
    }
    if let Some(of) = schema::named("StorageClass") {
        for name in ["reclaimPolicy", "volumeBindingMode"] {
            let values = of.field(name).map_or(&[][..], |it| it.values());
            if !values.contains(&value[name].as_str()) {
                errors.unsupported(&Path::root(name), &value[name], values);
            }
        }
    }
    for name in ["parameters", "provisioner", "reclaimPolicy"] {
        if !old.is_null() && value[name] != old[name] {
            let why = crate::text!("updates to {name} are forbidden.");
            errors.forbidden(&Path::root(name), &why);
        }
    }
    if !old.is_null() && value["volumeBindingMode"] != old["volumeBindingMode"] {
        let path = Path::root("volumeBindingMode");
        errors.invalid(&path, &value["volumeBindingMode"], "field is immutable");
    }
}

/// What of a claim may change once it stands: the request of a bound one, and the volume it is bound to.
pub(super) fn claim_update(value: &Value, old: &Value, errors: &mut Errors) {
    let (spec, before) = (&value["spec"], &old["spec"]);
    if spec == before {
        return;
    }
    let is_bound = old["status"]["phase"].as_str() == "Bound";
    let mut same = spec.clone();
    let changeable: &[&str] = if is_bound {
        &["resources", "volumeAttributesClassName"]
    } else {
        &[]
    };
    for &name in changeable {
        same[name] = before[name].clone();
    }
    // The binder names the volume of a claim that has none, and the default class one that names no class.
    for name in ["volumeName", "storageClassName"] {
        if before[name].is_null() {
            same.remove(name);
        }
    }
    let without_null = |mut it: Value| {
        it.as_map_mut().retain(|_, member| !member.is_null());
        it
    };
    let path = Path::root("spec");
    if without_null(same) != without_null(before.clone()) {
        // differs: the server appends a diff of its internal structs.
        errors.forbidden(
            &path,
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
        );
        return;
    }
    let size =
        |it: &Value| Quantity::of(&it["resources"]["requests"]["storage"]).map(|it| it.nanos);
    let capacity = Quantity::of(&old["status"]["capacity"]["storage"]).map(|it| it.nanos);
    if let (Ok(new), Ok(previous)) = (size(spec), size(before))
        && new < previous
        && capacity.is_ok_and(|it| new <= it)
    {
        let resources = path.field("resources");
        let requests = resources.field("requests");
        let why = "field can not be less than status.capacity";
        errors.forbids(&requests, "storage", why);
    }
}
