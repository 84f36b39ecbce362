//! `describe` of config maps, secrets, namespaces, quotas, budgets and service accounts.

use super::Subject;
use super::text::{Out, joined};
use crate::api::selector::Selector;
use crate::kubectl::Done;
use crate::kubectl::io::Io;
use crate::kubectl::print::go_text;
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

// differs: quotas and limit ranges are not looked for.
pub(super) fn namespace(it: &Subject) -> String {
    let namespace = it.object();
    let meta = &namespace["metadata"];
    let mut out = Out::new();
    out.field(0, "Name", meta["name"].as_str());
    out.labels("", "Labels", &meta["labels"]);
    out.annotations("", &meta["annotations"]);
    out.field(0, "Status", namespace["status"]["phase"].as_str());
    out.line(&["\nNo resource quota.\n\nNo LimitRange resource."]);
    out.text()
}

pub(super) fn quota(it: &Subject) -> String {
    let quota = it.object();
    let mut out = Out::new();
    out.field(0, "Name", quota["metadata"]["name"].as_str());
    out.field(0, "Namespace", quota["metadata"]["namespace"].as_str());
    if !quota["spec"]["scopes"].is_empty() {
        out.field(0, "Scopes", &joined(&quota["spec"]["scopes"]));
    }
    out.line(&["Resource\tUsed\tHard"]);
    out.line(&["--------\t----\t----"]);
    for (resource, hard) in quota["status"]["hard"].members() {
        let used = match &quota["status"]["used"][resource.as_str()] {
            Value::Null => "0".to_owned(),
            used => used.to_string(),
        };
        out.fill("{}\t{}\t{}", &[resource, &used, &hard.to_string()]);
    }
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

pub(super) fn service_account(io: &mut Io, it: &Subject) -> Done<String> {
    let mut out = Out::new();
    out.head(it.object());
    let names = |list: &Value| -> Vec<String> {
        list.items()
            .iter()
            .map(|it| it["name"].as_str().to_owned())
            .collect()
    };
    out.lines(
        "",
        "Image pull secrets",
        &names(&it.object()["imagePullSecrets"]),
    );
    out.lines("", "Mountable secrets", &names(&it.object()["secrets"]));
    out.lines("", "Tokens", &[]);
    it.finish(io, out)
}
