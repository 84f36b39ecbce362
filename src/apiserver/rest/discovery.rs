//! What the server says of itself: versions, groups, resources, health.

use super::path::{EVENTS, belongs, version_of};
use super::{Body, HttpRequest, HttpResponse, no_page, not_allowed};
use crate::api::Kind;
use crate::config::{Config, Version};
use crate::value::{Text, Value};
use crate::{array, object};

/// A part of an object with an address of its own.
pub(super) struct Subresource {
    /// `scale`.
    pub name: &'static str,
    /// The kind its body has, where that isn't the object's own: group, kind.
    other: Option<(&'static str, &'static str)>,
    verbs: &'static str,
}

const fn sub(name: &'static str, verbs: &'static str) -> Subresource {
    Subresource {
        name,
        other: None,
        verbs,
    }
}

const STATUS: Subresource = sub("status", "get,patch,update");

/// The parts of a kind's objects that have addresses.
pub(super) fn subresources(kind: Kind) -> &'static [Subresource] {
    static OF_POD: [Subresource; 6] = [
        sub("attach", "create,get"),
        Subresource {
            other: Some(("", "Binding")),
            ..sub("binding", "create")
        },
        Subresource {
            other: Some(("policy", "Eviction")),
            ..sub("eviction", "create")
        },
        sub("exec", "create,get"),
        sub("log", "get"),
        STATUS,
    ];
    static OF_SET: [Subresource; 2] = [
        Subresource {
            other: Some(("autoscaling", "Scale")),
            ..sub("scale", "get,patch,update")
        },
        STATUS,
    ];
    static OF_NAMESPACE: [Subresource; 2] = [sub("finalize", "update"), STATUS];
    static STATUS_ONLY: [Subresource; 1] = [STATUS];
    match kind {
        Kind::Pod => &OF_POD,
        Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet => &OF_SET,
        Kind::Namespace => &OF_NAMESPACE,
        Kind::Node
        | Kind::PersistentVolume
        | Kind::PersistentVolumeClaim
        | Kind::ResourceQuota
        | Kind::PodDisruptionBudget
        | Kind::DaemonSet
        | Kind::HorizontalPodAutoscaler
        | Kind::Service => &STATUS_ONLY,
        Kind::ConfigMap
        | Kind::Endpoints
        | Kind::Event
        | Kind::LimitRange
        | Kind::Secret
        | Kind::Lease
        | Kind::ServiceAccount
        | Kind::ControllerRevision
        | Kind::EndpointSlice
        | Kind::StorageClass => &[],
    }
}

/// Answers what isn't about objects.
pub(super) fn document(config: &Config, request: &HttpRequest) -> HttpResponse {
    let parts: Vec<&str> = request
        .path
        .split('/')
        .filter(|it| !it.is_empty())
        .collect();
    if parts
        == [
            "apis",
            "authorization.k8s.io",
            "v1",
            "selfsubjectaccessreviews",
        ]
    {
        return review(request);
    }
    let json = match parts[..] {
        ["healthz" | "livez" | "readyz"] => return page(request, Body::Text("ok".into())),
        ["version"] => version(config),
        ["api"] => object! {
            "kind": "APIVersions",
            "versions": array!["v1"],
            "serverAddressByClientCIDRs": Value::Array([].into()),
        },
        ["apis"] => object! {
            "kind": "APIGroupList",
            "apiVersion": "v1",
            "groups": groups().into_iter().map(group).collect::<Value>(),
        },
        ["api", "v1"] => resources(""),
        ["apis", name, version @ ("v1" | "v2")]
            if groups().contains(&name) && (version == "v1" || version == version_of(name)) =>
        {
            let mut it = resources(name);
            it["groupVersion"] = crate::text!("{name}/{version}").into();
            it
        }
        ["apis", name] if groups().contains(&name) => {
            let mut it = group(name);
            it["kind"] = "APIGroup".into();
            it["apiVersion"] = "v1".into();
            it
        }
        _ => return no_page(),
    };
    page(request, Body::Json(json))
}

/// What `kubectl auth can-i` asks.
// differs: there is no authorization; everything is allowed.
fn review(request: &HttpRequest) -> HttpResponse {
    if request.method != "POST" {
        return not_allowed().into();
    }
    let mut review = request.body.clone();
    review["status"] = object! {"allowed": true};
    HttpResponse {
        status: 201,
        warnings: Vec::new(),
        body: Body::Json(review),
    }
}

fn page(request: &HttpRequest, body: Body) -> HttpResponse {
    if request.method != "GET" {
        return not_allowed().into();
    }
    HttpResponse {
        status: 200,
        warnings: Vec::new(),
        body,
    }
}

fn version(config: &Config) -> Value {
    let (minor, text, go) = match config.version {
        Version::V1_22 => ("22", "v1.22.17", "go1.16.15"),
        Version::V1_36 => ("36", "v1.36.2", "go1.26.4"),
    };
    object! {
        "major": "1",
        "minor": minor,
        "gitVersion": text,
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "2026-01-01T00:00:00Z",
        "goVersion": go,
        "compiler": "gc",
        "platform": "linux/amd64",
    }
}

/// The named groups, sorted.
fn groups() -> Vec<&'static str> {
    let mut all = vec![EVENTS];
    for kind in Kind::ALL {
        let group = kind.facts().group;
        if let (false, Err(at)) = (group.is_empty(), all.binary_search(&group)) {
            all.insert(at, group);
        }
    }
    all
}

fn group(name: &str) -> Value {
    let version = |it: &str| object! {"groupVersion": crate::text!("{name}/{it}"), "version": it};
    let mut group = object! {
        "name": name,
        "versions": array![version(version_of(name))],
        "preferredVersion": version(version_of(name)),
    };
    if version_of(name) != "v1" {
        group["versions"].as_items_mut().push(version("v1"));
    }
    group
}

fn resources(group: &str) -> Value {
    let mut all = Vec::new();
    let version: Text = if group.is_empty() {
        "v1".into()
    } else {
        crate::text!("{group}/v1")
    };
    for kind in Kind::ALL {
        if belongs(kind, group) {
            describe(kind, &mut all);
        }
    }
    object! {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": version,
        "resources": all,
    }
}

fn describe(kind: Kind, all: &mut Vec<Value>) {
    let facts = kind.facts();
    let verbs = if kind == Kind::Namespace {
        "create,delete,get,list,patch,update,watch"
    } else {
        "create,delete,deletecollection,get,list,patch,update,watch"
    };
    let mut resource = object! {
        "name": facts.plural,
        "singularName": facts.singular,
        "namespaced": facts.namespaced,
        "kind": facts.kind,
        "verbs": list(verbs),
    };
    if !facts.short_names.is_empty() {
        resource["shortNames"] = facts.short_names.iter().copied().collect();
    }
    if facts.in_all {
        resource["categories"] = array!["all"];
    }
    all.push(resource);
    for it in subresources(kind) {
        let (group, name) = it.other.unwrap_or(("", facts.kind));
        let mut part = object! {
            "name": crate::text!("{}/{}", facts.plural, it.name),
            "singularName": "",
            "namespaced": facts.namespaced,
            "kind": name,
            "verbs": list(it.verbs),
        };
        if !group.is_empty() {
            part["group"] = group.into();
            part["version"] = "v1".into();
        }
        all.push(part);
    }
}

fn list(words: &str) -> Value {
    words.split(',').collect()
}
