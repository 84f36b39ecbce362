//! StatefulSets: spec, what of it may change, status.
//!
//! upstream: pkg/apis/apps/validation/validation.go.

use super::names::{self};
use super::{Errors, Path, pod, storage, workload};
use crate::api::Kind;
use crate::api::selector::Selector;
use crate::object;
use crate::value::Value;

/// What an update may change.
const CHANGEABLE: [&str; 7] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

pub(super) fn create(spec: &Value, errors: &mut Errors) {
    let path = Path::root("spec");
    settings(spec, &path, errors);
    if !spec["serviceName"].is_empty() {
        errors.rule(&path, spec, "serviceName", names::dns_label);
    }
    workload::selector(Kind::StatefulSet, spec, &path, errors);
    template(spec, &path, Some(&with_claims(spec)), "StatefulSet", errors);
    let list = path.field("volumeClaimTemplates");
    for (at, it) in spec["volumeClaimTemplates"].items().iter().enumerate() {
        let path = list.index(at);
        storage::claim_spec(&it["spec"], &path.field("spec"), errors);
    }
}

pub(super) fn update(spec: &Value, old: &Value, errors: &mut Errors) {
    let path = Path::root("spec");
    settings(spec, &path, errors);
    workload::selector(Kind::StatefulSet, spec, &path, errors);
    // A set that was stored when less was checked may go on as it is.
    let mut stored = Errors::default();
    let checks_pods = !spec["template"].shares(&old["template"]) && {
        template(
            old,
            &path,
            Some(&with_claims(old)),
            "StatefulSet",
            &mut stored,
        );
        stored.is_empty()
    };
    let pod = checks_pods.then(|| with_claims(spec));
    template(spec, &path, pod.as_ref(), "StatefulSet", errors);
    let mut same = spec.clone();
    for name in CHANGEABLE {
        same[name] = old[name].clone();
    }
    same.as_map_mut().retain(|_, it| !it.is_null());
    if same != *old {
        errors.forbidden(
            &path,
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
        );
    }
}

/// Everything that is neither selector nor template.
fn settings(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    let policy = &spec["podManagementPolicy"];
    if !matches!(policy.as_str(), "OrderedReady" | "Parallel") {
        let why = "must be 'OrderedReady' or 'Parallel'";
        errors.invalid(&path.field("podManagementPolicy"), policy, why);
    }
    update_strategy(
        &spec["updateStrategy"],
        &path.field("updateStrategy"),
        errors,
    );
    let retention = path.field("persistentVolumeClaimRetentionPolicy");
    for name in ["whenDeleted", "whenScaled"] {
        let value = &spec["persistentVolumeClaimRetentionPolicy"][name];
        let values = ["Retain", "Delete"];
        if !values.contains(&value.as_str()) {
            errors.unsupported(&retention.field(name), value, &values);
        }
    }
    errors.at(path, spec, "replicas", names::nonnegative);
    names::nonnegative(
        errors,
        &path.field("minReadySeconds"),
        &spec["minReadySeconds"],
    );
    names::nonnegative(
        errors,
        &path.field("ordinals.start"),
        &spec["ordinals"]["start"],
    );
}

fn update_strategy(it: &Value, path: &Path<'_>, errors: &mut Errors) {
    let block = &it["rollingUpdate"];
    // The server shows its internal structs, whose members have Go's names.
    let shown = match block {
        Value::Null => "null".to_owned(),
        _ => format!(
            "{{\"Partition\":{},\"MaxUnavailable\":{}}}",
            block["partition"], block["maxUnavailable"]
        ),
    };
    let rolling = path.field("rollingUpdate");
    match it["type"].as_str() {
        "OnDelete" if !block.is_null() => {
            let why = "only allowed for updateStrategy 'RollingUpdate'";
            errors.invalid_shown(&rolling, &shown, why);
        }
        "OnDelete" => {}
        "RollingUpdate" => {
            errors.at(&rolling, block, "partition", names::nonnegative);
            errors.at(&rolling, block, "maxUnavailable", max_unavailable);
        }
        other => {
            let shown = format!("{{\"Type\":\"{other}\",\"RollingUpdate\":{shown}}}");
            errors.invalid_shown(path, &shown, "must be 'RollingUpdate' or 'OnDelete'");
        }
    }
}

/// upstream: validateRollingUpdateStatefulSet; the field is there only with its gate on.
fn max_unavailable(errors: &mut Errors, path: &Path<'_>, it: &Value) {
    int_or_percent(errors, path, it);
    let percent = percent_of(it);
    let number = percent.map_or(it.as_int(), |it| Some(it.parse().unwrap_or(i64::MAX)));
    if !it.is_null() && number.unwrap_or(0) == 0 {
        errors.invalid(path, it, "cannot be 0");
    } else if percent.is_some() && number > Some(100) {
        errors.invalid(path, it, "must not be greater than 100%");
    }
}

/// upstream: ValidatePositiveIntOrPercent.
pub(super) fn int_or_percent(errors: &mut Errors, path: &Path<'_>, it: &Value) {
    names::nonnegative(errors, path, it);
    if let (Value::String(_), None) = (it, percent_of(it)) {
        let why = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
        errors.invalid(path, it, why);
    }
}

fn percent_of(it: &Value) -> Option<&str> {
    let percent = it.as_str().strip_suffix('%');
    percent.filter(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
}

/// The template, and its pod where that is to be looked at.
pub(super) fn template(
    spec: &Value,
    path: &Path<'_>,
    pod: Option<&Value>,
    told: &str,
    errors: &mut Errors,
) {
    let path = path.field("template");
    let it = &spec["template"];
    let meta = path.field("metadata");
    let labels = &it["metadata"]["labels"];
    let selector = &spec["selector"];
    // No selector matches nothing; an empty one is told elsewhere.
    if selector.is_null()
        || (!selector.is_empty() && !Selector::from_object(selector).matches(labels))
    {
        let why = "`selector` does not match template `labels`";
        errors.invalid(&meta.field("labels"), labels, why);
    }
    names::labels(errors, &path.field("labels"), labels);
    let annotations = &it["metadata"]["annotations"];
    names::annotations(errors, &path.field("annotations"), annotations);
    let pod_path = path.field("spec");
    if let Some(pod) = pod {
        pod::pod_spec(pod, &pod_path, errors);
    }
    let policy = &it["spec"]["restartPolicy"];
    if policy.as_str() != "Always" {
        errors.unsupported(&pod_path.field("restartPolicy"), policy, &["Always"]);
    }
    if !it["spec"]["activeDeadlineSeconds"].is_null() {
        let why = ["activeDeadlineSeconds in ", told, " is not Supported"].concat();
        errors.forbids(&pod_path, "activeDeadlineSeconds", &why);
    }
}

/// The template's pod spec with a volume for each claim template, as its pods will have; hostname and subdomain will be
/// the set's.
fn with_claims(spec: &Value) -> Value {
    let mut pod = spec["template"]["spec"].clone();
    let templates = spec["volumeClaimTemplates"].items();
    if !templates.is_empty() {
        let name = |it: &Value| it["metadata"]["name"].clone();
        let own = pod["volumes"].items().iter();
        let own = own.filter(|it| !templates.iter().any(|other| name(other) == it["name"]));
        let claimed = templates.iter().map(|it| {
            object! {
                "name": name(it),
                "persistentVolumeClaim": object! {"claimName": name(it)},
            }
        });
        pod["volumes"] = claimed.chain(own.cloned()).collect();
    }
    for name in ["hostname", "subdomain"] {
        if !pod[name].is_null() {
            pod.remove(name);
        }
    }
    pod
}

pub(super) fn status(value: &Value, old: &Value, errors: &mut Errors) {
    let (it, path) = (&value["status"], Path::root("status"));
    let counts = [
        "readyReplicas",
        "currentReplicas",
        "updatedReplicas",
        "availableReplicas",
    ];
    let int = |name: &str| it[name].as_int().unwrap_or_default();
    for name in ["replicas"]
        .iter()
        .chain(&counts)
        .chain(&["observedGeneration", "collisionCount"])
    {
        errors.at(&path, it, name, names::nonnegative);
    }
    for name in counts {
        if int(name) > int("replicas") {
            let why = "cannot be greater than status.replicas";
            errors.wrong(&path, it, name, why);
        }
    }
    if int("availableReplicas") > int("readyReplicas") {
        let why = "cannot be greater than status.readyReplicas";
        errors.wrong(&path, it, "availableReplicas", why);
    }
    let before = old["status"]["collisionCount"].as_int().unwrap_or_default();
    if int("collisionCount") < before {
        let count = int("collisionCount");
        errors.invalid(
            &path.field("collisionCount"),
            &count.into(),
            "cannot be decremented",
        );
    }
}
