//! The cells of PersistentVolumeClaims.

use super::join;
use crate::api::Object;
use crate::array;
use crate::value::{Text, Value};

/// Capacity and access modes stay empty until the claim is bound, then come from its status.
///
/// upstream: printPersistentVolumeClaim.
pub(super) fn claim(it: &Object, age: Text) -> Value {
    let (spec, status) = (&it.value["spec"], &it.value["status"]);
    let phase = if it.is_terminating() {
        "Terminating"
    } else {
        status["phase"].as_str()
    };
    let is_bound = !spec["volumeName"].is_empty();
    let (capacity, modes) = if is_bound {
        (
            status["capacity"]["storage"].as_str(),
            access_modes(&status["accessModes"]),
        )
    } else {
        ("", Text::new())
    };
    array![
        it.name(),
        phase,
        spec["volumeName"].as_str(),
        capacity,
        modes,
        class(it),
        unset(&spec["volumeAttributesClassName"]),
        age,
        unset(&spec["volumeMode"]),
    ]
}

fn class(it: &Object) -> &str {
    match it.meta()["annotations"]["volume.beta.kubernetes.io/storage-class"].as_str() {
        "" => it.value["spec"]["storageClassName"].as_str(),
        annotated => annotated,
    }
}

fn unset(text: &Value) -> &str {
    text.text().map_or("<unset>", Text::as_str)
}

fn access_modes(modes: &Value) -> Text {
    const SHORT: [(&str, &str); 4] = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let has = |mode: &str| modes.items().iter().any(|it| it.as_str() == mode);
    join(SHORT.iter().filter(|it| has(it.0)).map(|it| it.1))
}
