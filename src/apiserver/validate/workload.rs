//! Deployments, ReplicaSets, DaemonSets, and the small kinds beside them: Secrets, LimitRanges, Leases, autoscalers.
//!
//! Left out: what metrics and behaviour of an autoscaler may say.
//! upstream: pkg/apis/{apps,core,autoscaling,coordination}/validation/validation.go.

use super::names;
use super::statefulset::{int_or_percent, template};
use super::{Errors, Path};
use crate::api::Kind;
use crate::api::quantity::Quantity;
use crate::api::statefulset::scaled;
use crate::value::{Text, Value};

/// upstream: ValidateDeploymentSpec, ValidateReplicaSetSpec, ValidateDaemonSetSpec and their updates.
pub(super) fn pods(kind: Kind, value: &Value, old: &Value, errors: &mut Errors) {
    let (spec, path) = (&value["spec"], Path::root("spec"));
    errors.at(&path, spec, "replicas", names::nonnegative);
    selector(kind, spec, &path, errors);
    // upstream speaks of ReplicaSets in Deployments too.
    let told = if kind == Kind::DaemonSet {
        "DaemonSet"
    } else {
        "ReplicaSet"
    };
    let is_new = old.is_null() || !spec["template"].shares(&old["spec"]["template"]);
    let pod = is_new.then_some(&spec["template"]["spec"]);
    template(spec, &path, pod, told, errors);
    for name in [
        "minReadySeconds",
        "revisionHistoryLimit",
        "progressDeadlineSeconds",
    ] {
        errors.at(&path, spec, name, names::nonnegative);
    }
    match kind {
        Kind::Deployment => strategy(&spec["strategy"], &path.field("strategy"), errors),
        Kind::DaemonSet => update_strategy(
            &spec["updateStrategy"],
            &path.field("updateStrategy"),
            errors,
        ),
        _ => {}
    }
    let deadline = spec["progressDeadlineSeconds"].as_int();
    if deadline.is_some_and(|it| it <= spec["minReadySeconds"].as_int().unwrap_or(0)) {
        let why = "must be greater than minReadySeconds";
        errors.wrong(&path, spec, "progressDeadlineSeconds", why);
    }
    if !old.is_null() && spec["selector"] != old["spec"]["selector"] {
        errors.wrong(&path, spec, "selector", "field is immutable");
    }
}

/// upstream: ValidateLabelSelector, and that it is not empty.
pub(super) fn selector(kind: Kind, spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    let path = path.field("selector");
    let it = &spec["selector"];
    if it.is_null() {
        return errors.required(&path, "");
    }
    names::selector(errors, &path, it);
    if it.is_empty() {
        let why = crate::text!("empty selector is invalid for {}", kind.facts().singular);
        errors.invalid(&path, it, &why);
    }
}

/// upstream: ValidateDeploymentStrategy.
fn strategy(it: &Value, path: &Path<'_>, errors: &mut Errors) {
    let block = &it["rollingUpdate"];
    match it["type"].as_str() {
        "Recreate" if !block.is_null() => {
            let why = "may not be specified when strategy `type` is 'Recreate'";
            errors.forbids(path, "rollingUpdate", why);
        }
        "Recreate" => {}
        "RollingUpdate" => {
            let path = path.field("rollingUpdate");
            for name in ["maxUnavailable", "maxSurge"] {
                errors.at(&path, block, name, int_or_percent);
            }
            if scaled(&block["maxUnavailable"], 100, true) == 0
                && scaled(&block["maxSurge"], 100, true) == 0
            {
                errors.wrong(
                    &path,
                    block,
                    "maxUnavailable",
                    "may not be 0 when `maxSurge` is 0",
                );
            }
            at_most_all(&path, block, "maxUnavailable", errors);
        }
        _ => errors.unsupported(
            &path.field("type"),
            &it["type"],
            &["Recreate", "RollingUpdate"],
        ),
    }
}

/// upstream: IsNotMoreThan100Percent.
fn at_most_all(path: &Path<'_>, block: &Value, name: &str, errors: &mut Errors) {
    if block[name].text().is_some() && scaled(&block[name], 100, true) > 100 {
        errors.wrong(path, block, name, "must not be greater than 100%");
    }
}

/// upstream: ValidateDaemonSetUpdateStrategy, ValidateRollingUpdateDaemonSet.
fn update_strategy(it: &Value, path: &Path<'_>, errors: &mut Errors) {
    match it["type"].as_str() {
        "OnDelete" => {}
        "RollingUpdate" => {
            let (path, block) = (path.field("rollingUpdate"), &it["rollingUpdate"]);
            for name in ["maxUnavailable", "maxSurge"] {
                errors.at(&path, block, name, int_or_percent);
                at_most_all(&path, block, name, errors);
            }
            let is_set = |name: &str| scaled(&block[name], 100, true) != 0;
            match (is_set("maxUnavailable"), is_set("maxSurge")) {
                (true, true) => {
                    let why = "may not be set when maxUnavailable is non-zero";
                    errors.wrong(&path, block, "maxSurge", why);
                }
                (false, false) => {
                    errors.required(
                        &path.field("maxUnavailable"),
                        "cannot be 0 when maxSurge is 0",
                    );
                }
                _ => {}
            }
        }
        _ => errors.unsupported(
            &path.field("type"),
            &it["type"],
            &["RollingUpdate", "OnDelete"],
        ),
    }
}

/// upstream: ValidateSecret, ValidateSecretUpdate.
pub(super) fn secret(value: &Value, old: &Value, errors: &mut Errors) {
    if !old.is_null() && value["type"] != old["type"] {
        errors.invalid(&Path::root("type"), &value["type"], "field is immutable");
    }
    super::meta::config_map(value, old, errors);
    let needed: &[&str] = match value["type"].as_str() {
        "kubernetes.io/service-account-token" => {
            let name = "kubernetes.io/service-account.name";
            if value["metadata"]["annotations"][name].is_empty() {
                let (meta, annotations) = (Path::root("metadata"), "annotations");
                errors.required(&meta.field(annotations).key(name), "");
            }
            &[]
        }
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/basic-auth" => {
            let has = |key: &str| !value["data"][key].is_null();
            if has("username") || has("password") {
                &[]
            } else {
                &["username", "password"]
            }
        }
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        _ => &[],
    };
    for key in needed {
        if value["data"][*key].is_null() {
            errors.required(&Path::root("data").key(key), "");
        }
    }
}

/// upstream: ValidateLimitRange.
pub(super) fn limit_range(value: &Value, errors: &mut Errors) {
    let spec = Path::root("spec");
    let list = spec.field("limits");
    let all = value["spec"]["limits"].items();
    for (at, limit) in all.iter().enumerate() {
        let path = list.index(at);
        let kind = &limit["type"];
        errors.rule(&path, limit, "type", names::qualified_name);
        if all[..at].iter().any(|it| it["type"] == *kind) {
            errors.repeats(&path, limit, "type");
        }
        if kind.as_str() == "Pod" {
            for name in ["default", "defaultRequest"] {
                if !limit[name].is_empty() {
                    errors.forbids(&path, name, "may not be specified when `type` is 'Pod'");
                }
            }
        }
        let has = |name: &str| !limit[name]["storage"].is_null();
        if kind.as_str() == "PersistentVolumeClaim" && !has("min") && !has("max") {
            let why =
                "either minimum or maximum storage value is required, but neither was provided";
            errors.required(&path.field("limits"), why);
        }
        // Where it is told, what is smaller, what is larger, and how both are called.
        for (told, low, high, low_word, high_word) in [
            ("min", "min", "max", "min", "max"),
            (
                "defaultRequest",
                "min",
                "defaultRequest",
                "min",
                "default request",
            ),
            (
                "defaultRequest",
                "defaultRequest",
                "max",
                "default request",
                "max",
            ),
            (
                "defaultRequest",
                "defaultRequest",
                "default",
                "default request",
                "default limit",
            ),
            ("default", "min", "default", "min", "default"),
            ("default", "default", "max", "default", "max"),
        ] {
            for (name, lower) in limit[low].members() {
                let higher = &limit[high][name.as_str()];
                if !higher.is_null() && nanos(lower) > nanos(higher) {
                    let why = crate::text!(
                        "{low_word} value {} is greater than {high_word} value {}",
                        lower.as_str(),
                        higher.as_str()
                    );
                    let shown = if told == "default" && low == "default" {
                        higher
                    } else {
                        &limit[if told == "default" { low } else { told }][name.as_str()]
                    };
                    errors.invalid(&path.field(told).key(name), shown, &why);
                }
            }
        }
        for (name, ratio) in limit["maxLimitRequestRatio"].members() {
            if nanos(ratio) < 1_000_000_000 {
                let why = crate::text!("ratio {} is less than 1", ratio.as_str());
                errors.invalid(&path.field("maxLimitRequestRatio").key(name), ratio, &why);
            }
        }
    }
}

fn nanos(it: &Value) -> i128 {
    Quantity::of(it).map_or(0, |it| it.nanos)
}

/// upstream: ValidateLeaseSpec.
pub(super) fn lease(value: &Value, errors: &mut Errors) {
    let (spec, path) = (&value["spec"], Path::root("spec"));
    if spec["leaseDurationSeconds"]
        .as_int()
        .is_some_and(|it| it <= 0)
    {
        errors.wrong(
            &path,
            spec,
            "leaseDurationSeconds",
            "must be greater than 0",
        );
    }
    errors.at(&path, spec, "leaseTransitions", names::nonnegative);
}

/// upstream: validateHorizontalPodAutoscalerSpec.
pub(super) fn autoscaler(value: &Value, errors: &mut Errors) {
    let (spec, path) = (&value["spec"], Path::root("spec"));
    let count = |name: &str| spec[name].as_int();
    if count("minReplicas").is_some_and(|it| it < 1) {
        errors.wrong(
            &path,
            spec,
            "minReplicas",
            "must be greater than or equal to 1",
        );
    }
    if count("maxReplicas").unwrap_or(0) < 1 {
        errors.wrong(&path, spec, "maxReplicas", "must be greater than 0");
    }
    if count("minReplicas") > count("maxReplicas") {
        let why = "must be greater than or equal to `minReplicas`";
        errors.wrong(&path, spec, "maxReplicas", why);
    }
    for name in ["kind", "name"] {
        if spec["scaleTargetRef"][name].is_empty() {
            errors.required(&path.field("scaleTargetRef").field(name), "");
        }
    }
}

/// How many signs of base64 are right; nothing when all are.
///
/// upstream: encoding/base64, CorruptInputError.
pub(in crate::apiserver) fn broken_base64(text: &Text) -> Option<usize> {
    let body = text.trim_end_matches('=');
    let is_sign = |it: u8| it.is_ascii_alphanumeric() || it == b'+' || it == b'/';
    match body.bytes().position(|it| !is_sign(it)) {
        Some(at) => Some(at),
        None if !text.len().is_multiple_of(4) || text.len() - body.len() > 2 => {
            Some(if text.len() > body.len() {
                body.len()
            } else {
                text.len() / 4 * 4
            })
        }
        None => None,
    }
}
