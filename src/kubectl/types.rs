//! Types by the names people type.
//!
//! upstream: k8s.io/cli-runtime/pkg/resource, builder.go, mappingFor.

use super::failure::Failure;
use crate::api::{Kind, KindFacts};
use crate::kubectl::text::fill;
use crate::value::Text;

/// A type of object.
pub(in crate::kubectl) type Type = &'static KindFacts;

const fn more(
    kind: &'static str,
    group: &'static str,
    plural: &'static str,
    singular: &'static str,
    short_names: &'static [&'static str],
    in_all: bool,
) -> KindFacts {
    KindFacts {
        kind,
        group,
        version: "v1",
        plural,
        singular,
        short_names,
        in_all,
        namespaced: true,
    }
}

/// Types that a cluster has and this one may not: a name for them is not a mistake.
static MORE: [KindFacts; 8] = [
    more("PodTemplate", "", "podtemplates", "podtemplate", &[], false),
    more(
        "ReplicationController",
        "",
        "replicationcontrollers",
        "replicationcontroller",
        &["rc"],
        true,
    ),
    // The older version, which manifests still name.
    more(
        "HorizontalPodAutoscaler",
        "autoscaling",
        "horizontalpodautoscalers",
        "horizontalpodautoscaler",
        &[],
        false,
    ),
    more("CronJob", "batch", "cronjobs", "cronjob", &["cj"], true),
    more("Job", "batch", "jobs", "job", &[], true),
    more("Event", "events.k8s.io", "events", "event", &["ev"], false),
    more(
        "Ingress",
        "networking.k8s.io",
        "ingresses",
        "ingress",
        &["ing"],
        false,
    ),
    more(
        "NetworkPolicy",
        "networking.k8s.io",
        "networkpolicies",
        "networkpolicy",
        &["netpol"],
        false,
    ),
];

/// What the subresource `scale` gives.
pub(in crate::kubectl) static SCALE: KindFacts =
    more("Scale", "autoscaling", "scales", "scale", &[], false);

/// The kind of a type that the cluster has.
pub(in crate::kubectl) fn kind_of(of: Type) -> Option<Kind> {
    Kind::ALL
        .into_iter()
        .find(|it| core::ptr::eq(it.facts(), of))
}

/// All known types, those of this cluster first.
pub(in crate::kubectl) fn types() -> impl Iterator<Item = Type> {
    Kind::ALL.into_iter().map(Kind::facts).chain(&MORE)
}

/// The type of that apiVersion and kind.
pub(in crate::kubectl) fn type_of(api_version: &str, kind: &str) -> Option<Type> {
    types().find(|it| it.kind == kind && api_version_of(it) == api_version)
}

/// `apps/v1`, or `v1`.
pub(in crate::kubectl) fn api_version_of(of: Type) -> Text {
    match of.group {
        "" => of.version.into(),
        group => fill("{}/{}", &[group, of.version]).into(),
    }
}

/// `statefulset.apps`: how kubectl names the type before a slash.
pub(in crate::kubectl) fn qualified(of: Type) -> String {
    dotted(of.singular, of.group)
}

/// `statefulsets.apps`.
pub(in crate::kubectl) fn qualified_plural(of: Type) -> String {
    dotted(of.plural, of.group)
}

fn dotted(name: &str, group: &str) -> String {
    match group {
        "" => name.into(),
        _ => fill("{}.{}", &[name, group]),
    }
}

/// `apps/v1, Resource=statefulsets`, as Go prints a GroupVersionResource.
pub(in crate::kubectl) fn go_name(of: Type) -> String {
    fill("{}/{}, Resource={}", &[of.group, of.version, of.plural])
}

/// The type of a name as people write it: `sts`, `StatefulSet`, `statefulsets.apps`, `statefulsets.v1.apps`.
pub(in crate::kubectl) fn find(name: &str) -> Result<Type, Failure> {
    let (plain, rest) = name.split_once('.').unwrap_or((name, ""));
    let lower = plain.to_ascii_lowercase();
    let is_named = |it: &Type| it.plural == lower || it.singular == lower;
    let is_short = |it: &Type| it.short_names.contains(&plain);
    // `VERSION.GROUP` if it can be that, else a group with dots.
    let versioned = rest.split_once('.').and_then(|(version, group)| {
        let is_in = |it: &Type| group.is_empty() || it.group == group;
        let mut found = types().filter(|it| is_named(it) && is_in(it));
        found
            .find(|it| it.version == version)
            .or_else(|| types().find(|it| is_short(it) && is_in(it)))
    });
    let is_in = |it: &Type| rest.is_empty() || it.group == rest;
    let begins = |it: &Type| it.group.starts_with(rest);
    versioned
        .or_else(|| types().find(|it| (is_named(it) || is_short(it)) && is_in(it)))
        // upstream: the beginning of a group will do where no group has that name.
        .or_else(|| types().find(|it| (is_named(it) || is_short(it)) && begins(it)))
        .ok_or_else(|| Failure::say("the server doesn't have a resource type \"{}\"", &[plain]))
}
