//! The cells of PersistentVolumeClaims.
//!
//! upstream: printPersistentVolumeClaim.

use super::{AGE, Cell, Column, NAME, Printer, column, join, or, wide};
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
    bound(it)["capacity"]["storage"].as_str().into()
}

fn access_modes(it: &Object, _: Printer) -> Text {
    const SHORT: [(&str, &str); 4] = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let modes = bound(it)["accessModes"].items();
    let has = |mode: &str| modes.iter().any(|it| it.as_str() == mode);
    join(&mut SHORT.iter().filter(|it| has(it.0)).map(|it| it.1))
}

fn class(it: &Object, _: Printer) -> Text {
    let annotated = &it.meta()["annotations"]["volume.beta.kubernetes.io/storage-class"];
    or(annotated, &it.value["spec"]["storageClassName"])
        .as_str()
        .into()
}
