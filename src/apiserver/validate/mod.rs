//! Validation: every finding about an object, in the API server's words.
//!
//! Parts an update left as they were are not looked at again.

mod errors;

#[cfg(test)]
pub(super) use errors::go_json;
pub(super) use errors::{Errors, Path, invalid_patch};

use super::write::Part;
use crate::api::{Key, Kind};
use crate::value::{Text, Value};

/// Checks a new object.
pub(super) fn create(_key: &Key, _value: &Value, _errors: &mut Errors) {}

/// Checks a changed object.
pub(super) fn update(_key: &Key, _value: &Value, _old: &Value, _part: Part, _errors: &mut Errors) {}

/// What the server warns about without refusing.
pub(super) fn warnings(_kind: Kind, _value: &Value, _warnings: &mut Vec<Text>) {}
