//! Affinity, tolerations, topology spread and gates.
//!
//! upstream: validateAffinity, ValidateTolerations, validateTopologySpreadConstraints.

use super::errors::go_struct;
use super::names::{self, check};
use super::{Errors, Path};
use crate::apiserver::places::Places;
use crate::value::Value;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

pub(super) fn affinity(it: &Value, path: &Path<'_>, errors: &mut Errors) {
    let node = path.field("nodeAffinity");
    let required = &it["nodeAffinity"][REQUIRED];
    if !required.is_null() {
        let path = node.field(REQUIRED);
        let list = path.field("nodeSelectorTerms");
        let terms = required["nodeSelectorTerms"].items();
        if terms.is_empty() {
            errors.required(&list, "must have at least one node selector term");
        }
        for (at, term) in terms.iter().enumerate() {
            node_term(term, &list.index(at), errors);
        }
    }
    let list = node.field(PREFERRED);
    for (at, it) in it["nodeAffinity"][PREFERRED].items().iter().enumerate() {
        let path = list.index(at);
        weight(it, &path, errors);
        node_term(&it["preference"], &path.field("preference"), errors);
    }
    for name in ["podAffinity", "podAntiAffinity"] {
        let path = path.field(name);
        let list = path.field(REQUIRED);
        for (at, term) in it[name][REQUIRED].items().iter().enumerate() {
            pod_term(term, &list.index(at), errors);
        }
        let list = path.field(PREFERRED);
        for (at, it) in it[name][PREFERRED].items().iter().enumerate() {
            let path = list.index(at);
            weight(it, &path, errors);
            pod_term(
                &it["podAffinityTerm"],
                &path.field("podAffinityTerm"),
                errors,
            );
        }
    }
}

fn weight(it: &Value, path: &Path<'_>, errors: &mut Errors) {
    if !it["weight"]
        .as_int()
        .is_some_and(|it| (1..=100).contains(&it))
    {
        errors.wrong(path, it, "weight", "must be in the range 1-100");
    }
}

fn node_term(term: &Value, path: &Path<'_>, errors: &mut Errors) {
    for list in ["matchExpressions", "matchFields"] {
        let expressions = path.field(list);
        for (at, it) in term[list].items().iter().enumerate() {
            let path = expressions.index(at);
            let values = path.field("values");
            let count = it["values"].items().len();
            match it["operator"].as_str() {
                "In" | "NotIn" if count == 0 => errors.required(
                    &values,
                    "must be specified when `operator` is 'In' or 'NotIn'",
                ),
                "Exists" | "DoesNotExist" if count > 0 => errors.forbidden(
                    &values,
                    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                ),
                "Gt" | "Lt" if count != 1 => errors.required(
                    &values,
                    "must be specified single value when `operator` is 'Lt' or 'Gt'",
                ),
                "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
                _ => errors.wrong(&path, it, "operator", "not a valid selector operator"),
            }
            if list == "matchExpressions" {
                errors.rule(&path, it, "key", names::qualified_name);
            }
        }
    }
}

fn pod_term(term: &Value, path: &Path<'_>, errors: &mut Errors) {
    for name in ["labelSelector", "namespaceSelector"] {
        if !term[name].is_null() {
            errors.at(path, term, name, names::selector);
        }
    }
    for name in term["namespaces"].items() {
        check(errors, &path.field("namespaces"), name, names::dns_label);
    }
    topology_key(term, path, "can not be empty", errors);
}

fn topology_key(it: &Value, path: &Path<'_>, empty: &str, errors: &mut Errors) {
    let path = path.field("topologyKey");
    if it["topologyKey"].is_empty() {
        errors.required(&path, empty);
    } else {
        check(errors, &path, &it["topologyKey"], names::qualified_name);
    }
}

pub(super) fn tolerations(spec: &Value, list: &Path<'_>, errors: &mut Errors) {
    for (at, it) in spec["tolerations"].items().iter().enumerate() {
        let path = list.index(at);
        let operator = it["operator"].as_str();
        match it["key"].is_empty() {
            false => errors.rule(&path, it, "key", names::qualified_name),
            true if operator != "Exists" => errors.invalid(
                &path.field("operator"),
                &it["operator"].as_str().into(),
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\"",
            ),
            true => {}
        }
        if !it["tolerationSeconds"].is_null() && it["effect"].as_str() != "NoExecute" {
            errors.invalid(
                &path.field("effect"),
                &it["effect"].as_str().into(),
                "effect must be 'NoExecute' when `tolerationSeconds` is set",
            );
        }
        if operator == "Exists" && !it["value"].is_empty() {
            let why = "value must be empty when `operator` is 'Exists'";
            errors.wrong(&path, it, "operator", why);
        }
        if matches!(operator, "" | "Equal") {
            errors.rule(&path, it, "value", names::label_value);
        }
    }
}

pub(super) fn spread(spec: &Value, list: &Path<'_>, errors: &mut Errors) {
    for (at, it) in spec["topologySpreadConstraints"].items().iter().enumerate() {
        let path = list.index(at);
        if it["maxSkew"].as_int().unwrap_or_default() <= 0 {
            errors.wrong(&path, it, "maxSkew", "must be greater than zero");
        }
        topology_key(it, &path, "can not be empty", errors);
        if !it["labelSelector"].is_null() {
            errors.at(&path, it, "labelSelector", names::selector);
        }
    }
}

/// upstream: validateSchedulingGates.
pub(super) fn gates(spec: &Value, list: &Path<'_>, errors: &mut Errors) {
    let mut seen = Places::default();
    for (at, gate) in spec["schedulingGates"].items().iter().enumerate() {
        let path = list.index(at);
        check(errors, &path, &gate["name"], names::qualified_name);
        if seen.repeats(gate["name"].as_str()) {
            errors.duplicate(&path, &gate["name"]);
        }
    }
}

/// Where a pod may go that waits at a gate can be narrowed only.
///
/// upstream: validateNodeSelectorMutation, validateNodeAffinityMutation.
pub(super) fn narrowed(spec: &Value, old: &Value, path: &Path<'_>, errors: &mut Errors) {
    let selector = &spec["nodeSelector"];
    let mut before = old["nodeSelector"].members();
    if !before.all(|(key, it)| selector[key.as_str()] == *it) {
        let why = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
        errors.wrong(path, spec, "nodeSelector", why);
    }
    let terms = |it: &Value| it["affinity"]["nodeAffinity"][REQUIRED]["nodeSelectorTerms"].clone();
    let (new, old) = (terms(spec), terms(old));
    let (new, old) = (new.items(), old.items());
    let affinity = path.field("affinity");
    let node = affinity.field("nodeAffinity");
    let required = node.field(REQUIRED);
    let list = required.field("nodeSelectorTerms");
    let shown: Vec<String> = new.iter().map(go_term).collect();
    if !old.is_empty() && old.len() != new.len() {
        let all = match &shown[..] {
            [] => "null".to_owned(),
            all => ["[", &all.join(","), "]"].concat(),
        };
        let why = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
        return errors.invalid_shown(&list, &all, why);
    }
    for (at, (old, new)) in old.iter().zip(new).enumerate() {
        let grows = |part: &str| new[part].items().starts_with(old[part].items());
        let parts = ["matchExpressions", "matchFields"];
        let is_empty = |it: &Value| parts.iter().all(|part| it[*part].is_empty());
        if !parts.iter().all(|it| grows(it)) || is_empty(old) && !is_empty(new) {
            let why = "only additions are allowed (no mutations or deletions)";
            errors.invalid_shown(&list.index(at), &shown[at], why);
        }
    }
}

/// A term of a node selector as the server shows it.
fn go_term(term: &Value) -> String {
    let list = |part: &str| match term[part].items() {
        [] => "null".to_owned(),
        all => {
            let all = all
                .iter()
                .map(|it| go_struct(it, &["key", "operator", "values"]));
            ["[", &all.collect::<Vec<_>>().join(","), "]"].concat()
        }
    };
    let (expressions, fields) = (list("matchExpressions"), list("matchFields"));
    format!("{{\"MatchExpressions\":{expressions},\"MatchFields\":{fields}}}")
}
