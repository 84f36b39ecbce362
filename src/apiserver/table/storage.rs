//! The cells of PersistentVolumeClaims, PersistentVolumes and StorageClasses.
//!
//! upstream: printPersistentVolumeClaim, printPersistentVolume, printStorageClass.

use super::{AGE, Cell, Column, NAME, Printer, column, join, wide};
use crate::api::Object;
use crate::value::{Text, Value};

pub(super) static CLAIM: [Column; 9] = [
    NAME,
    column("Status", Cell::Made(status)),
    column("Volume", Cell::Text("spec.volumeName", "")),
    column("Capacity", Cell::Made(capacity)),
    column("Access Modes", Cell::Made(access_modes)),
    column("StorageClass", Cell::Made(class)),
    column(
        "VolumeAttributesClass",
        Cell::Text("spec.volumeAttributesClassName", "<unset>"),
    ),
    AGE,
    wide("VolumeMode", Cell::Text("spec.volumeMode", "<unset>")),
];

pub(super) static VOLUME: [Column; 11] = [
    NAME,
    column("Capacity", Cell::Text("spec.capacity.storage", "")),
    column("Access Modes", Cell::Made(|it, _| modes(&it.value["spec"]))),
    column(
        "Reclaim Policy",
        Cell::Text("spec.persistentVolumeReclaimPolicy", ""),
    ),
    column("Status", Cell::Made(status)),
    column("Claim", Cell::Made(claim)),
    column("StorageClass", Cell::Made(class)),
    column(
        "VolumeAttributesClass",
        Cell::Text("spec.volumeAttributesClassName", "<unset>"),
    ),
    column("Reason", Cell::Text("status.reason", "")),
    AGE,
    wide("VolumeMode", Cell::Text("spec.volumeMode", "<unset>")),
];

pub(super) static CLASS: [Column; 6] = [
    column("Name", Cell::Made(class_name)),
    column("Provisioner", Cell::Text("provisioner", "")),
    column("ReclaimPolicy", Cell::Text("reclaimPolicy", "")),
    column("VolumeBindingMode", Cell::Text("volumeBindingMode", "")),
    column(
        "AllowVolumeExpansion",
        Cell::Made(|it, _| {
            let allows = it.value["allowVolumeExpansion"].is_true();
            if allows { "true" } else { "false" }.into()
        }),
    ),
    AGE,
];

fn class_name(it: &Object, _: Printer) -> Text {
    let is_default = it.is_default_class();
    crate::text!(
        "{}{}",
        it.name(),
        if is_default { " (default)" } else { "" }
    )
}

fn claim(it: &Object, _: Printer) -> Text {
    let to = &it.value["spec"]["claimRef"];
    if to.is_null() {
        return Text::new();
    }
    crate::text!("{}/{}", to["namespace"].as_str(), to["name"].as_str())
}

fn status(it: &Object, _: Printer) -> Text {
    if it.is_terminating() {
        "Terminating".into()
    } else {
        it.value["status"]["phase"].as_str().into()
    }
}

/// The claim's status once it is bound: capacity and access modes are not told before.
fn bound(it: &Object) -> &Value {
    let is_bound = !it.value["spec"]["volumeName"].is_empty();
    &it.value[if is_bound { "status" } else { "" }]
}

fn capacity(it: &Object, _: Printer) -> Text {
    match &bound(it)["capacity"]["storage"] {
        Value::Null if !it.volume_name().is_empty() => "0".into(),
        size => size.as_str().into(),
    }
}

fn access_modes(it: &Object, _: Printer) -> Text {
    modes(bound(it))
}

fn modes(of: &Value) -> Text {
    const SHORT: [(&str, &str); 4] = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let modes = of["accessModes"].items();
    let has = |mode: &str| modes.iter().any(|it| it.as_str() == mode);
    join(&mut SHORT.iter().filter(|it| has(it.0)).map(|it| it.1))
}

fn class(it: &Object, _: Printer) -> Text {
    it.storage_class().as_str().into()
}
