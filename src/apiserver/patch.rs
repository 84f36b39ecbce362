//! Patches: JSON merge, strategic merge, JSON patch.

use super::{Patch, Status};
use crate::api::Kind;
use crate::value::Value;

/// The object a patch makes of another.
///
/// # Errors
/// 400 or 422 in the server's words.
pub(super) fn apply(
    _kind: Kind,
    how: Patch,
    object: &Value,
    patch: &Value,
) -> Result<Value, Status> {
    let mut value = object.clone();
    match how {
        Patch::Merge | Patch::Strategic => merge(&mut value, patch),
        Patch::Json => {}
    }
    Ok(value)
}

fn merge(value: &mut Value, patch: &Value) {
    let Some(members) = patch.as_map() else {
        *value = patch.clone();
        return;
    };
    let map = value.as_map_mut();
    for (name, change) in members.iter() {
        if change.is_null() {
            map.remove(name);
        } else {
            merge(map.entry(name), change);
        }
    }
}
