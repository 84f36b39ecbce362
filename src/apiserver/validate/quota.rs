//! ResourceQuotas: which resources they limit, and of which objects.
//!
//! upstream: pkg/apis/core/validation/validation.go, ValidateResourceQuotaSpec and ValidateResourceQuotaUpdate;
//! pkg/apis/core/helper/helpers.go.

use super::errors::go_struct;
use super::names::{self, check};
use super::{Errors, Path};
use crate::api::quantity::Quantity;
use crate::apiserver::places::Places;
use crate::value::Value;

/// Resources that are counted.
const COUNTED: [&str; 9] = [
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];
/// Resources of containers that scopes can choose.
const COMPUTE: [&str; 6] = [
    "cpu",
    "memory",
    "limits.cpu",
    "limits.memory",
    "requests.cpu",
    "requests.memory",
];
/// Other resources that are measured.
const MEASURED: [&str; 4] = [
    "ephemeral-storage",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.ephemeral-storage",
];
const SCOPES: [&str; 7] = [
    "BestEffort",
    "NotBestEffort",
    "Terminating",
    "NotTerminating",
    "CrossNamespacePodAffinity",
    "PriorityClass",
    "VolumeAttributesClass",
];

/// Checks a quota, new or changed.
pub(super) fn quota(value: &Value, old: &Value, errors: &mut Errors) {
    let (spec, path) = (&value["spec"], Path::root("spec"));
    let hard = path.field("hard");
    for (name, amount) in spec["hard"].members() {
        let at = hard.key(name);
        resource(name, &at, errors);
        let Ok(quantity) = Quantity::of(amount) else {
            continue;
        };
        if quantity.nanos < 0 {
            errors.invalid(&at, amount, "must be greater than or equal to 0");
        }
        let is_extended = name.contains('/') && !name.contains("kubernetes.io/");
        let is_counted = COUNTED.contains(&name.as_str());
        if (is_counted || is_extended && !name.starts_with("requests."))
            && quantity.nanos % 1_000_000_000 != 0
        {
            errors.invalid(&at, amount, "must be an integer");
        }
    }
    let scopes = path.field("scopes");
    let all = &spec["scopes"];
    let shown = super::go_json(all);
    let mut seen = Places::default();
    for scope in all.items().iter().filter(|it| !seen.repeats(it.as_str())) {
        if !SCOPES.contains(&scope.as_str()) {
            errors.invalid_shown(&scopes, &shown, "unsupported scope");
        }
        applied(scope, spec, &scopes, &shown, errors);
    }
    let has = |scope: &str| all.items().iter().any(|it| it.as_str() == scope);
    conflicting(&has, &scopes, &shown, errors);
    let selector = path.field("scopeSelector");
    selected(spec, &selector.field("matchExpressions"), errors);
    let known =
        |list: &Value| SCOPES.map(|scope| list.items().iter().any(|it| it.as_str() == scope));
    if !old.is_null() && known(all) != known(&old["spec"]["scopes"]) {
        errors.invalid(&scopes, all, "field is immutable");
    }
}

/// upstream: ValidateResourceQuotaResourceName.
fn resource(name: &str, path: &Path<'_>, errors: &mut Errors) {
    let value = Value::from(name);
    let before = errors.len();
    check(errors, path, &value, names::qualified_name);
    if name.contains('/') || is_standard(name) {
        return;
    }
    if errors.len() == before && name != "storage" {
        let why = "must be a standard resource type or fully qualified";
        errors.invalid(path, &value, why);
    }
    errors.invalid(path, &value, "must be a standard resource for quota");
}

/// upstream: IsStandardQuotaResourceName.
fn is_standard(name: &str) -> bool {
    let pages = name.strip_prefix("requests.").unwrap_or(name);
    COUNTED.contains(&name)
        || COMPUTE.contains(&name)
        || MEASURED.contains(&name)
        || pages.starts_with("hugepages-")
}

/// Whether a scope can choose among what takes of each limited resource.
///
/// upstream: IsResourceQuotaScopeValidForResource.
fn applied(scope: &Value, spec: &Value, path: &Path<'_>, shown: &str, errors: &mut Errors) {
    let fits = |name: &str| match scope.as_str() {
        "BestEffort" => name == "pods",
        "VolumeAttributesClass" => ["persistentvolumeclaims", "requests.storage"].contains(&name),
        _ => name == "pods" || COMPUTE.contains(&name),
    };
    if !SCOPES.contains(&scope.as_str()) {
        return;
    }
    for (name, _) in spec["hard"].members() {
        if is_standard(name) && !fits(name) {
            errors.invalid_shown(path, shown, "unsupported scope applied to resource");
        }
    }
}

fn conflicting(has: &dyn Fn(&str) -> bool, path: &Path<'_>, shown: &str, errors: &mut Errors) {
    for pair in SCOPES[..4].chunks(2) {
        if pair.iter().all(|it| has(it)) {
            errors.invalid_shown(path, shown, "conflicting scopes");
        }
    }
}

/// upstream: validateScopedResourceSelectorRequirement.
fn selected(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    let all = spec["scopeSelector"]["matchExpressions"].items();
    let list = all
        .iter()
        .map(|it| go_struct(it, &["scopeName", "operator", "values"]));
    let list: Vec<String> = list.collect();
    let shown = ["{\"MatchExpressions\":[", &list.join(","), "]}"].concat();
    let mut seen = Places::default();
    for it in all {
        let (scope, operator) = (&it["scopeName"], it["operator"].as_str());
        let at = SCOPES.iter().position(|known| *known == scope.as_str());
        if at.is_none() {
            errors.wrong(path, it, "scopeName", "unsupported scope");
        }
        if !seen.repeats(scope.as_str()) {
            applied(scope, spec, path, &shown, errors);
        }
        if at.is_some_and(|it| it < 5) && operator != "Exists" {
            let why = "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
            errors.wrong(path, it, "operator", why);
        }
        let has_values = !it["values"].is_empty();
        match operator {
            "In" | "NotIn" if !has_values => {
                let why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
                errors.lacks(path, "values", why);
            }
            "Exists" | "DoesNotExist" if has_values => {
                let why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
                errors.wrong(path, it, "values", why);
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            _ => errors.wrong(path, it, "operator", "not a valid selector operator"),
        }
    }
    let has = |scope: &str| all.iter().any(|it| it["scopeName"].as_str() == scope);
    conflicting(&has, path, &super::go_json(&spec["scopes"]), errors);
}
