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
        Self::about(key, 404, "NotFound", "not found")
    }

    /// `statefulsets.apps "web" already exists`.
    pub fn already_exists(key: &Key) -> Self {
        Self::about(key, 409, "AlreadyExists", "already exists")
    }

    /// `pods "web-0" is forbidden: why`.
    pub fn forbidden(key: &Key, why: &str) -> Self {
        let end = ["is forbidden: ", why].concat();
        Self::about(key, 403, "Forbidden", &end)
    }

    /// `Operation cannot be fulfilled on statefulsets.apps "web": why`.
    pub fn conflict(key: &Key, why: &str) -> Self {
        let mut status = Self::about(key, 409, "Conflict", "");
        status.message = crate::text!(
            "Operation cannot be fulfilled on {}: {why}",
            status.message.trim_end()
        );
        status
    }

    /// The body or the address is wrong.
    pub fn bad_request(message: impl Into<Text>) -> Self {
        Self {
            code: 400,
            reason: "BadRequest",
            message: message.into(),
            details: Value::Null,
        }
    }

    fn about(key: &Key, code: u16, reason: &'static str, end: &str) -> Self {
        let facts = key.kind.facts();
        let mut details = object! {"name": &key.name, "kind": facts.plural};
        if !facts.group.is_empty() {
            details["group"] = facts.group.into();
        }
        Self {
            code,
            reason,
            message: crate::text!("{} \"{}\" {end}", Self::resource(key), key.name),
            details,
        }
    }

    /// The resource as messages name it: `statefulsets.apps`.
    fn resource(key: &Key) -> Text {
        let facts = key.kind.facts();
        match facts.group {
            "" => facts.plural.into(),
            group => crate::text!("{}.{group}", facts.plural),
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
