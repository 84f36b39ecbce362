//! Addresses: `/apis/apps/v1/namespaces/default/statefulsets/web/scale` and what they name.
//!
//! upstream: k8s.io/apiserver/pkg/endpoints/request, RequestInfoFactory.

use crate::api::{Key, Kind};
use crate::value::Text;

/// Where an address leads.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Route {
    /// To objects, an object, or a part of one.
    Target(Target),
    /// To a document about the server itself, or to nothing.
    Document,
    /// To a group that is there and a resource that isn't.
    NoResource,
}

/// What an address names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Target {
    /// The kind of the objects.
    pub kind: Kind,
    /// Their namespace; empty for cluster-wide kinds, or for all namespaces.
    pub namespace: Text,
    /// The object; empty for all.
    pub name: Text,
    /// `status`, `scale`, …; empty for the object itself.
    pub subresource: Text,
}

impl Target {
    pub fn key(&self) -> Key {
        Key::new(self.kind, self.namespace.clone(), self.name.clone())
    }

    pub fn is_subresource(&self) -> bool {
        !self.subresource.is_empty()
    }

    /// Whether it names objects of a namespaced kind without a namespace.
    pub fn is_across_namespaces(&self) -> bool {
        self.kind.facts().namespaced && self.namespace.is_empty()
    }
}

/// Reads an address.
pub(super) fn route(path: &str) -> Route {
    let parts: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
    let (group, rest) = match parts[..] {
        ["api", "v1", ref rest @ ..] => ("", rest),
        ["apis", group, version, ref rest @ ..] if version == version_of(group) => (group, rest),
        _ => return Route::Document,
    };
    if rest.is_empty() || !has_kinds(group) {
        return Route::Document;
    }
    target(group, rest).map_or(Route::NoResource, Route::Target)
}

/// The second home of events.
// differs: events have their core form there too.
pub(super) const EVENTS: &str = "events.k8s.io";

fn has_kinds(group: &str) -> bool {
    group == EVENTS || Kind::ALL.iter().any(|it| it.facts().group == group)
}

/// The version of a group that its objects are stored in.
pub(super) fn version_of(group: &str) -> &'static str {
    if group == "autoscaling" { "v2" } else { "v1" }
}

/// Whether a group has a kind.
pub(super) fn belongs(kind: Kind, group: &str) -> bool {
    kind.facts().group == group || (kind == Kind::Event && group == EVENTS)
}

fn target(group: &str, parts: &[&str]) -> Option<Target> {
    // Below a namespace everything is an object in it, but for the namespace's own parts.
    let (namespace, rest) = match *parts {
        ["namespaces", _] | ["namespaces", _, "status" | "finalize"] => ("", parts),
        ["namespaces", namespace, ref rest @ ..] if !rest.is_empty() => (namespace, rest),
        _ => ("", parts),
    };
    let (plural, name, subresource) = match *rest {
        [plural] => (plural, "", ""),
        [plural, name] => (plural, name, ""),
        [plural, name, subresource] => (plural, name, subresource),
        _ => return None,
    };
    let kind = Kind::ALL
        .into_iter()
        .find(|it| belongs(*it, group) && it.facts().plural == plural)?;
    let namespaced = kind.facts().namespaced;
    let fits = match (namespaced, namespace.is_empty()) {
        (true, true) => name.is_empty(),
        (false, false) => false,
        (true, false) | (false, true) => true,
    };
    fits.then(|| Target {
        kind,
        namespace: namespace.into(),
        name: name.into(),
        subresource: subresource.into(),
    })
}
