//! `/openapi/v2`, the older form: as JSON, and as the protobuf that kubectl reads before it validates a `kind: List`
//! itself.
//!
//! Made from the documents of the newer form. Left out of the protobuf: paths, so that clients which look there for
//! `fieldValidation` validate themselves, and the values of enums, which no client checks.
//! upstream: k8s.io/kube-openapi/pkg/handler; read by k8s.io/kubectl/pkg/validation; field numbers of
//! github.com/google/gnostic/openapiv2/OpenAPIv2.proto.

use super::openapi;
use crate::api::Kind;
use crate::object;
use crate::value::Value;

/// How a client says that it takes protobuf.
pub(super) const PROTOBUF: &str = "com.github.proto-openapi.spec.v2";
/// The type of that answer.
pub(super) const TYPE: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/// All versions in one document.
pub(super) fn document() -> Value {
    let mut swagger = object! {
        "swagger": "2.0",
        "info": object! {"title": "Kubernetes", "version": "unversioned"},
    };
    for kind in Kind::ALL {
        let path = crate::text!("/openapi/v3/{}", openapi::prefix(kind));
        let of_group = openapi::document(&path).unwrap_or_default();
        let schemas = &of_group["components"]["schemas"];
        for (part, members) in [("paths", &of_group["paths"]), ("definitions", schemas)] {
            for (name, it) in members.members() {
                swagger[part][name.as_str()] = older(it);
            }
        }
    }
    swagger
}

/// The older form points at definitions, and without `allOf` around.
fn older(value: &Value) -> Value {
    if let Some(name) = value["allOf"].items().first().map(|it| &it["$ref"]) {
        let name = name.as_str().replace("components/schemas", "definitions");
        return object! {"$ref": name};
    }
    match value {
        Value::Array(items) => items.iter().map(older).collect(),
        Value::Object(_) => {
            let mut all = Value::object();
            for (name, it) in value.members() {
                all[name.as_str()] = older(it);
            }
            all
        }
        other => other.clone(),
    }
}

/// The definitions as protobuf.
pub(super) fn protobuf() -> Vec<u8> {
    let document = document();
    let info = &document["info"];
    let info = Message::default()
        .text(1, &info["title"])
        .text(2, &info["version"]);
    let whole = Message::default().text(1, &document["swagger"]);
    whole
        .with(2, &info)
        .with(9, &named(&document["definitions"]))
        .0
}

/// Schemas by name, as definitions and properties have them.
fn named(schemas: &Value) -> Message {
    let mut all = Message::default();
    for (name, it) in schemas.members() {
        let name = Message::default().bytes(1, name.as_bytes());
        all = all.with(1, &name.with(2, &schema(it)));
    }
    all
}

fn schema(value: &Value) -> Message {
    let mut written = Message::default();
    let one = |it: &Value| Message::default().with(1, &schema(it));
    for (name, it) in value.members() {
        written = match name.as_str() {
            "$ref" => written.text(1, it),
            "format" => written.text(2, it),
            "additionalProperties" => written.with(21, &one(it)),
            "type" => written.with(22, &Message::default().text(1, it)),
            "items" => written.with(23, &one(it)),
            "properties" => written.with(25, &named(it)),
            "x-kubernetes-group-version-kind" => {
                let yaml = Message::default().bytes(2, it.to_json().as_bytes());
                let name = Message::default().bytes(1, name.as_bytes());
                written.with(31, &name.with(2, &yaml))
            }
            _ => written,
        };
    }
    written
}

/// A message as it is written: its fields, one after another.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn with(self, number: usize, message: &Message) -> Self {
        self.bytes(number, &message.0)
    }

    fn text(self, number: usize, text: &Value) -> Self {
        self.bytes(number, text.as_str().as_bytes())
    }

    fn bytes(mut self, number: usize, content: &[u8]) -> Self {
        self.number(number << 3 | 2);
        self.number(content.len());
        self.0.extend(content);
        self
    }

    fn number(&mut self, mut number: usize) {
        while number > 0x7f {
            self.0.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.0.push(number.to_le_bytes()[0]);
    }
}
