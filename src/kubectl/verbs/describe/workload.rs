//! `describe statefulset`.

use super::Subject;
use super::template::pod_template;
use super::text::{Out, date, go_list};
use crate::api::selector::Selector;
use crate::kubectl::Done;
use crate::kubectl::io::Io;
use crate::kubectl::print::go_text;
use crate::kubectl::resources::{get, items, path, query};
use crate::kubectl::text::fill;
use crate::kubectl::types::find;
use crate::value::Value;

pub(super) fn stateful_set(io: &mut Io, it: &Subject) -> Done<String> {
    let set = it.object();
    let (meta, spec, status) = (&set["metadata"], &set["spec"], &set["status"]);
    let selector = Selector::text_of(&spec["selector"]);
    let of = find("pods")?;
    let request = query(
        get(path(of, &it.info.namespace, "", "")),
        "labelSelector",
        &selector,
    );
    let pods = io.json(query(request, "limit", "500"))?;
    let mut out = Out::new();
    out.field(0, "Name", meta["name"].as_str());
    out.field(0, "Namespace", meta["namespace"].as_str());
    out.field(0, "CreationTimestamp", &date(&meta["creationTimestamp"]));
    out.field(0, "Selector", &selector);
    out.labels("", "Labels", &meta["labels"]);
    out.annotations("", &meta["annotations"]);
    let count = |it: &Value| it.as_int().unwrap_or_default().to_string();
    out.fill(
        "Replicas:\t{} desired | {} total",
        &[&count(&spec["replicas"]), &count(&status["replicas"])],
    );
    let strategy = &spec["updateStrategy"];
    out.field(0, "Update Strategy", strategy["type"].as_str());
    let rolling = &strategy["rollingUpdate"];
    if !rolling["partition"].is_null() {
        out.field(1, "Partition", &count(&rolling["partition"]));
    }
    if !rolling["maxUnavailable"].is_null() {
        out.field(1, "MaxUnavailable", &go_text(&rolling["maxUnavailable"]));
    }
    out.field(
        0,
        "Pods Status",
        &phases(&items(&pods, of), meta["uid"].as_str()),
    );
    pod_template(&mut out, &spec["template"]);
    claims(&mut out, &spec["volumeClaimTemplates"]);
    it.finish(io, out)
}

/// How many of the owner's pods are in each phase.
fn phases(pods: &[Value], uid: &str) -> String {
    let owned = |it: &&Value| {
        let owners = it["metadata"]["ownerReferences"].items().iter();
        owners
            .filter(|it| it["controller"].is_true())
            .any(|it| it["uid"].as_str() == uid)
    };
    let count = |phase: &str| {
        let pods = pods.iter().filter(owned);
        pods.filter(|it| it["status"]["phase"].as_str() == phase)
            .count()
            .to_string()
    };
    fill(
        "{} Running / {} Waiting / {} Succeeded / {} Failed",
        &[
            &count("Running"),
            &count("Pending"),
            &count("Succeeded"),
            &count("Failed"),
        ],
    )
}

fn claims(out: &mut Out, templates: &Value) {
    if templates.is_empty() {
        return out.field(0, "Volume Claims", "<none>");
    }
    out.line(&["Volume Claims:"]);
    for it in templates.items() {
        let (meta, spec) = (&it["metadata"], &it["spec"]);
        out.field(1, "Name", meta["name"].as_str());
        out.field(1, "StorageClass", spec["storageClassName"].as_str());
        out.labels("  ", "Labels", &meta["labels"]);
        let lines: Vec<String> = meta["annotations"]
            .members()
            .map(|it| fill("{}={}", &[it.0, it.1.as_str()]))
            .collect();
        out.lines("  ", "Annotations", &lines);
        match &spec["resources"]["requests"]["storage"] {
            Value::Null => out.field(1, "Capacity", "<default>"),
            storage => out.field(1, "Capacity", &storage.to_string()),
        }
        out.field(1, "Access Modes", &go_list(&spec["accessModes"]));
    }
}
