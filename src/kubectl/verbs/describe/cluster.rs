//! `describe` of config maps, secrets, namespaces, quotas, limit ranges, budgets and service accounts.

use super::Subject;
use super::text::{Out, date};
use crate::api::selector::Selector;
use crate::kubectl::Done;
use crate::kubectl::io::Io;
use crate::kubectl::print::go_text;
use crate::kubectl::resources::{get, items, path, query};
use crate::kubectl::types::find;
use crate::sort;
use crate::value::Value;

pub(super) fn config_map(io: &mut Io, it: &Subject) -> Done<String> {
    let map = it.object();
    let mut out = Out::new();
    out.head(map);
    out.line(&["\nData\n===="]);
    for (key, value) in map["data"].members() {
        out.fill("{}:\n----\n{}\n", &[key, value.as_str()]);
    }
    out.line(&["\nBinaryData\n===="]);
    for (key, value) in map["binaryData"].members() {
        // Base64: four signs are three bytes.
        let padding = value.as_str().bytes().filter(|it| *it == b'=').count();
        let bytes = (value.as_str().len() / 4 * 3).saturating_sub(padding);
        out.fill("{}: {} bytes", &[key, &bytes.to_string()]);
    }
    out.line(&[]);
    it.finish(io, out)
}

pub(super) fn secret(it: &Subject) -> String {
    let secret = it.object();
    let mut out = Out::new();
    out.head(secret);
    out.fill("\nType:\t{}", &[secret["type"].as_str()]);
    out.line(&["\nData\n===="]);
    for (key, value) in secret["data"].members() {
        let padding = value.as_str().bytes().filter(|it| *it == b'=').count();
        let bytes = (value.as_str().len() / 4 * 3).saturating_sub(padding);
        out.fill("{}:\t{} bytes", &[key, &bytes.to_string()]);
    }
    out.text()
}

/// upstream: describeNamespace.
pub(super) fn namespace(io: &mut Io, it: &Subject) -> Done<String> {
    let namespace = it.object();
    let meta = &namespace["metadata"];
    let mut inside = |of: &str| -> Done<Vec<Value>> {
        let of = find(of)?;
        let request = get(path(of, meta["name"].as_str(), "", ""));
        Ok(items(&io.json(query(request, "limit", "500"))?, of))
    };
    let (quotas, ranges) = (inside("resourcequotas")?, inside("limitranges")?);
    let mut out = Out::new();
    out.field(0, "Name", meta["name"].as_str());
    out.labels("", "Labels", &meta["labels"]);
    out.annotations("Annotations", &meta["annotations"]);
    out.field(0, "Status", namespace["status"]["phase"].as_str());
    let conditions = namespace["status"]["conditions"].items();
    if !conditions.is_empty() {
        out.line(&["Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage\n  ----\t------\t------------------\t------\t-------"]);
    }
    for it in conditions {
        let [kind, status, reason, message] =
            ["type", "status", "reason", "message"].map(|name| it[name].as_str());
        let since = date(&it["lastTransitionTime"]);
        out.fill(
            "  {}\t{}\t{}\t{}\t{}",
            &[kind, status, &since, reason, message],
        );
    }
    if quotas.is_empty() {
        out.line(&["\nNo resource quota."]);
    } else {
        out.line(&["\nResource Quotas"]);
    }
    for quota in quotas {
        out.field(1, "Name", quota["metadata"]["name"].as_str());
        scopes(&mut out, 1, "  ", &quota["spec"]["scopes"]);
        out.line(&["  Resource\tUsed\tHard\n  --------\t---\t---"]);
        used(&mut out, "  ", &quota["status"]);
    }
    if ranges.is_empty() {
        out.line(&["\nNo LimitRange resource."]);
    } else {
        out.line(&["\nResource Limits"]);
        limits(&mut out, " ", ranges.iter());
    }
    Ok(out.text())
}

/// A quota's resources, one a line.
fn used(out: &mut Out, indent: &str, status: &Value) {
    for (resource, hard) in status["hard"].members() {
        let used = match &status["used"][resource.as_str()] {
            Value::Null => "0".to_owned(),
            used => used.to_string(),
        };
        let values = [indent, resource, &used, &hard.to_string()];
        out.fill("{}{}\t{}\t{}", &values);
    }
}

/// upstream: describeLimitRange.
pub(super) fn limit_range(it: &Subject) -> String {
    let range = it.object();
    let mut out = Out::new();
    out.field(0, "Name", range["metadata"]["name"].as_str());
    out.field(0, "Namespace", range["metadata"]["namespace"].as_str());
    limits(&mut out, "", [range].into_iter());
    out.text()
}

/// upstream: describeLimitRangeSpec.
fn limits<'a>(out: &mut Out, indent: &str, ranges: impl Iterator<Item = &'a Value>) {
    const COLUMNS: [&str; 5] = [
        "min",
        "max",
        "defaultRequest",
        "default",
        "maxLimitRequestRatio",
    ];
    out.line(&[
        indent,
        "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio\n",
        indent,
        "----\t--------\t---\t---\t---------------\t-------------\t-----------------------",
    ]);
    for limit in ranges.flat_map(|it| it["spec"]["limits"].items()) {
        // All resources that any column names, sorted.
        let mut all = Value::object();
        for (name, amount) in COLUMNS.iter().flat_map(|it| limit[*it].members()) {
            all[name.as_str()] = amount.clone();
        }
        for (name, _) in all.members() {
            let mut line = [indent, limit["type"].as_str(), "\t", name].concat();
            for column in COLUMNS {
                let amount = limit[column][name.as_str()].as_str();
                line += "\t";
                line += if amount.is_empty() { "-" } else { amount };
            }
            out.line(&[&line]);
        }
    }
}

pub(super) fn quota(it: &Subject) -> String {
    let quota = it.object();
    let mut out = Out::new();
    out.field(0, "Name", quota["metadata"]["name"].as_str());
    out.field(0, "Namespace", quota["metadata"]["namespace"].as_str());
    scopes(&mut out, 0, " ", &quota["spec"]["scopes"]);
    out.line(&["Resource\tUsed\tHard"]);
    out.line(&["--------\t----\t----"]);
    used(&mut out, "", &quota["status"]);
    out.text()
}

/// upstream: describePodDisruptionBudget.
pub(super) fn budget(io: &mut Io, it: &Subject) -> Done<String> {
    let (spec, status) = (&it.object()["spec"], &it.object()["status"]);
    let mut out = Out::new();
    out.field(0, "Name", it.object()["metadata"]["name"].as_str());
    out.field(
        0,
        "Namespace",
        it.object()["metadata"]["namespace"].as_str(),
    );
    for (name, title) in [
        ("minAvailable", "Min available"),
        ("maxUnavailable", "Max unavailable"),
    ] {
        if !spec[name].is_null() {
            out.field(0, title, &go_text(&spec[name]));
        }
    }
    out.field(0, "Selector", &Selector::text_of(&spec["selector"]));
    out.line(&["Status:"]);
    for (name, title) in [
        ("disruptionsAllowed", "Allowed disruptions"),
        ("currentHealthy", "Current"),
        ("desiredHealthy", "Desired"),
        ("expectedPods", "Total"),
    ] {
        out.field(2, title, &go_text(&status[name]));
    }
    it.finish(io, out)
}

/// upstream: describeServiceAccount.
pub(super) fn service_account(io: &mut Io, it: &Subject) -> Done<String> {
    let mut out = Out::new();
    out.head(it.object());
    let names = it.object()["imagePullSecrets"].items().iter();
    let names: Vec<String> = names.map(|it| it["name"].as_str().to_owned()).collect();
    out.lines("", "Image pull secrets", &names);
    it.finish(io, out)
}

/// What a quota is for, if that is not everything.
///
/// upstream: helpTextForResourceQuotaScope.
fn scopes(out: &mut Out, level: usize, star: &str, scopes: &Value) {
    let mut names: Vec<&str> = scopes.items().iter().map(Value::as_str).collect();
    if names.is_empty() {
        return;
    }
    sort::by(&mut names, Ord::cmp);
    out.field(level, "Scopes", &names.join(", "));
    for name in names {
        let text = match name {
            "Terminating" => {
                "that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system."
            }
            "NotTerminating" => {
                "that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate."
            }
            "BestEffort" => {
                "that do not have resource requirements set. These pods have a best effort quality of service."
            }
            "NotBestEffort" => {
                "that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service."
            }
            _ => continue,
        };
        out.fill("{}* Matches all pods {}", &[star, text]);
    }
}
