//! `/openapi/v3`: what kubectl asks before it lets the server validate, and what `kubectl explain` prints.
//!
//! Made from the schema table. Left out: descriptions.
//! upstream: k8s.io/kube-openapi/pkg/handler3; read by k8s.io/cli-runtime/pkg/resource/query_param_verifier_v3.go and
//! k8s.io/kubectl/pkg/explain/v2/templates/plaintext.tmpl.

use std::collections::BTreeSet;

use super::swagger;
use crate::api::Kind;
use crate::schema::{self, Field, Shape, Struct, Type};
use crate::value::{Text, Value};
use crate::{array, object};

/// The document at a path below `/openapi/v3`; nothing elsewhere.
pub(super) fn document(path: &str) -> Option<Value> {
    if path == "/openapi/v2" {
        return Some(swagger::document());
    }
    let version = path.strip_prefix("/openapi/v3")?.trim_matches('/');
    if version.is_empty() {
        let mut paths = Value::object();
        for kind in Kind::ALL {
            let version = prefix(kind);
            let url = crate::text!("/openapi/v3/{version}?hash=0");
            paths[version.as_str()]["serverRelativeURL"] = url.into();
        }
        return Some(object! {"paths": paths});
    }
    let kinds: Vec<Kind> = Kind::ALL
        .into_iter()
        .filter(|it| prefix(*it) == version)
        .collect();
    if kinds.is_empty() {
        return None;
    }
    let (mut paths, mut schemas) = (Value::object(), Value::object());
    let mut open: Vec<&'static Struct> = Vec::new();
    for kind in kinds {
        for path in addresses(kind) {
            let operation = operation(kind);
            let verbs = if path.ends_with('}') {
                &["get", "put", "patch", "delete"][..]
            } else {
                &["get", "post"]
            };
            for verb in verbs {
                paths[path.as_str()][*verb] = operation.clone();
            }
        }
        let root = schema::root(kind);
        schemas[name_of(root).as_str()]["x-kubernetes-group-version-kind"] = array![identity(kind)];
        open.push(root);
    }
    let mut seen = BTreeSet::new();
    while let Some(it) = open.pop() {
        if seen.insert(it.name) {
            let schema = &mut schemas[name_of(it).as_str()];
            schema["type"] = "object".into();
            for field in &it.fields {
                schema["properties"][field.name] = property(field);
                open.extend(field.members());
            }
        }
    }
    Some(object! {
        "openapi": "3.0.0",
        "info": object! {"title": "Kubernetes", "version": "unversioned"},
        "paths": paths,
        "components": object! {"schemas": schemas},
    })
}

/// `api/v1`, `apis/apps/v1`.
pub(super) fn prefix(kind: Kind) -> Text {
    let version = kind.api_version();
    if kind.facts().group.is_empty() {
        crate::text!("api/{version}")
    } else {
        crate::text!("apis/{version}")
    }
}

fn addresses(kind: Kind) -> [Text; 2] {
    let (prefix, facts) = (prefix(kind), kind.facts());
    let place = if facts.namespaced {
        "namespaces/{namespace}/"
    } else {
        ""
    };
    let all = crate::text!("/{prefix}/{place}{}", facts.plural);
    let one = crate::text!("{all}/{{name}}");
    [all, one]
}

fn identity(kind: Kind) -> Value {
    let facts = kind.facts();
    object! {"group": facts.group, "version": facts.version, "kind": facts.kind}
}

/// The parameters whose support kubectl looks for.
fn operation(kind: Kind) -> Value {
    let parameter = |name: &str| {
        object! {"name": name, "in": "query", "schema": object! {"type": "string", "uniqueItems": true}}
    };
    let names = ["dryRun", "fieldManager", "fieldValidation"];
    object! {
        "parameters": names.map(parameter).into_iter().collect::<Value>(),
        "responses": Value::object(),
        "x-kubernetes-group-version-kind": identity(kind),
    }
}

/// differs: upstream's names carry the Go package each struct is in; clients only look at the last part.
fn name_of(it: &Struct) -> Text {
    crate::text!("io.k8s.api.v1.{}", it.go_name())
}

fn property(field: &Field) -> Value {
    let element = element(field);
    match field.shape {
        Shape::One => element,
        Shape::List => object! {"type": "array", "items": element},
        Shape::Map => object! {"type": "object", "additionalProperties": element},
    }
}

fn element(field: &Field) -> Value {
    if let Some(members) = field.members() {
        let name = crate::text!("#/components/schemas/{}", name_of(members));
        return object! {"allOf": array![object! {"$ref": name}]};
    }
    let (kind, format) = match field.element {
        Type::Bool => ("boolean", ""),
        Type::Int32 => ("integer", "int32"),
        Type::Int64 => ("integer", "int64"),
        Type::IntOrString => ("string", "int-or-string"),
        Type::Time | Type::MicroTime => ("string", "date-time"),
        Type::Bytes => ("string", "byte"),
        Type::String | Type::Quantity | Type::Enum(_) => ("string", ""),
        Type::Raw | Type::Struct(_) => ("object", ""),
    };
    let mut schema = object! {"type": kind};
    if !format.is_empty() {
        schema["format"] = format.into();
    }
    let values = field.values();
    if !values.is_empty() {
        schema["enum"] = values.iter().copied().collect();
    }
    schema
}
