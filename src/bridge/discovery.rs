//! Discovery in one document a root: what newer clients ask for instead of a document a group.
//!
//! Made from the documents of the older form.
//! upstream: k8s.io/apiserver/pkg/endpoints/discovery/aggregated.

use crate::apiserver::rest::{Body, HttpRequest};
use crate::sim::World;
use crate::value::{Text, Value};
use crate::{array, object};

/// How a client says that it takes it.
pub(super) const AGGREGATED: &str = "v=v2;as=APIGroupDiscoveryList";
/// The type of the answer.
pub(super) const TYPE: &str =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// The document at `/api` or `/apis`; nothing elsewhere.
pub(super) fn aggregated(world: &mut World, path: &str) -> Option<Value> {
    let groups = match path.trim_end_matches('/') {
        "/api" => array![object! {"name": "", "versions": array![object! {"version": "v1"}]}],
        "/apis" => document(world, "/apis")["groups"].clone(),
        _ => return None,
    };
    let items = groups.items().iter().map(|group| {
        let name = group["name"].as_str();
        let versions = group["versions"].items().iter().map(|it| {
            let version = it["version"].as_str();
            let path = match name {
                "" => crate::text!("/api/{version}"),
                _ => crate::text!("/apis/{name}/{version}"),
            };
            let list = document(world, &path)["resources"].clone();
            object! {
                "version": version,
                "resources": resources(list.items(), name, version),
                "freshness": "Current",
            }
        });
        object! {
            "metadata": object! {"name": name, "creationTimestamp": Value::Null},
            "versions": versions.collect::<Value>(),
        }
    });
    Some(object! {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": Value::object(),
        "items": items.collect::<Value>(),
    })
}

fn document(world: &mut World, path: &str) -> Value {
    let answer = world.request(&HttpRequest {
        method: "GET",
        path: path.into(),
        ..HttpRequest::default()
    });
    match answer.body {
        Body::Json(it) => it,
        Body::Text(_) | Body::Watch(_) | Body::Container(_) => Value::Null,
    }
}

/// The resources of a group's version, each with its parts.
fn resources(list: &[Value], group: &str, version: &str) -> Value {
    let kind_of = |it: &Value| {
        let own = |name: &str, or: &str| match it[name].as_str() {
            "" => Text::from(or),
            it => it.into(),
        };
        object! {"group": own("group", group), "version": own("version", version), "kind": &it["kind"]}
    };
    let mut all: Vec<Value> = Vec::new();
    for it in list {
        let (name, part) = match it["name"].as_str().split_once('/') {
            Some((name, part)) => (name, part),
            None => (it["name"].as_str(), ""),
        };
        if part.is_empty() {
            let mut resource = object! {
                "resource": name,
                "responseKind": kind_of(it),
                "scope": if it["namespaced"].is_true() { "Namespaced" } else { "Cluster" },
                "singularResource": &it["singularName"],
                "verbs": &it["verbs"],
            };
            for name in ["shortNames", "categories"] {
                if !it[name].is_null() {
                    resource[name] = it[name].clone();
                }
            }
            all.push(resource);
        } else if let Some(whole) = all
            .iter_mut()
            .find(|whole| whole["resource"].as_str() == name)
        {
            whole["subresources"].as_items_mut().push(object! {
                "subresource": part,
                "responseKind": kind_of(it),
                "verbs": &it["verbs"],
            });
        }
    }
    all.into()
}
