//! The API's error object.

use crate::api::Key;
use crate::object;
use crate::value::{Text, Value};

/// A refusal in the API server's own words.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// The HTTP status: 404.
    pub code: u16,
    /// `NotFound`.
    pub reason: &'static str,
    /// `pods "web-0" not found`.
    pub message: Text,
    /// `details`: name, group, kind, causes; null where there are none.
    pub details: Value,
}

impl Status {
    /// `pods "web-0" not found`.
    pub fn not_found(key: &Key) -> Self {
        let facts = key.kind.facts();
        let resource = if facts.group.is_empty() {
            facts.plural.to_owned()
        } else {
            format!("{}.{}", facts.plural, facts.group)
        };
        Self {
            code: 404,
            reason: "NotFound",
            message: ecow::eco_format!("{resource} \"{}\" not found", key.name),
            details: object! {"name": &key.name, "group": facts.group, "kind": facts.plural},
        }
    }

    /// The object the wire carries.
    pub fn to_value(&self) -> Value {
        let mut value = object! {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": Value::object(),
            "status": "Failure",
            "message": &self.message,
            "reason": self.reason,
            "code": u32::from(self.code),
        };
        if !self.details.is_null() {
            value["details"] = self.details.clone();
        }
        value
    }
}
