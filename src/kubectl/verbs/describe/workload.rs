//! `describe` of StatefulSets, Deployments, ReplicaSets, DaemonSets and autoscalers.
//!
//! Left out: an autoscaler's behaviour, metrics other than resources.

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
use crate::sort;
use crate::value::Value;

pub(super) fn stateful_set(io: &mut Io, it: &Subject) -> Done<String> {
    let set = it.object();
    let (spec, status) = (&set["spec"], &set["status"]);
    let created = date(&set["metadata"]["creationTimestamp"]);
    let selector = Selector::text_of(&spec["selector"]);
    let mut out = Out::new();
    let fields = [("CreationTimestamp", &*created), ("Selector", &selector)];
    out.head_with(set, &fields);
    out.fill(
        "Replicas:\t{} desired | {} total",
        &[&number(&spec["replicas"]), &number(&status["replicas"])],
    );
    let strategy = &spec["updateStrategy"];
    out.field(0, "Update Strategy", strategy["type"].as_str());
    let rolling = &strategy["rollingUpdate"];
    if !rolling["partition"].is_null() {
        out.field(1, "Partition", &number(&rolling["partition"]));
    }
    if !rolling["maxUnavailable"].is_null() {
        out.field(1, "MaxUnavailable", &go_text(&rolling["maxUnavailable"]));
    }
    pods(io, it, &mut out, &selector)?;
    claims(&mut out, &spec["volumeClaimTemplates"]);
    it.finish(io, out)
}

/// The objects of a type that a selector selects beside what is described.
fn selected(io: &mut Io, it: &Subject, of: &str, selector: &str) -> Done<Vec<Value>> {
    let of = find(of)?;
    let request = query(
        get(path(of, &it.info.namespace, "", "")),
        "labelSelector",
        selector,
    );
    let list = io.json(query(request, "limit", "500"))?;
    Ok(items(&list, of))
}

fn number(it: &Value) -> String {
    it.as_int().unwrap_or_default().to_string()
}

/// upstream: describeDeployment.
pub(super) fn deployment(io: &mut Io, it: &Subject) -> Done<String> {
    let deployment = it.object();
    let (meta, spec, status) = (
        &deployment["metadata"],
        &deployment["spec"],
        &deployment["status"],
    );
    let selector = Selector::text_of(&spec["selector"]);
    let mut sets = selected(io, it, "replicasets.apps", &selector)?;
    sets.retain(|it| is_owned(it, meta["uid"].as_str()));
    let mut out = Out::new();
    let created = date(&meta["creationTimestamp"]);
    out.head_with(deployment, &[("CreationTimestamp", &created)]);
    out.field(0, "Selector", &selector);
    let counts = [
        "updatedReplicas",
        "replicas",
        "availableReplicas",
        "unavailableReplicas",
    ];
    let [updated, total, available, unavailable] = counts.map(|it| number(&status[it]));
    out.fill(
        "Replicas:\t{} desired | {} updated | {} total | {} available | {} unavailable",
        &[
            &number(&spec["replicas"]),
            &updated,
            &total,
            &available,
            &unavailable,
        ],
    );
    out.field(0, "StrategyType", spec["strategy"]["type"].as_str());
    out.field(0, "MinReadySeconds", &number(&spec["minReadySeconds"]));
    let rolling = &spec["strategy"]["rollingUpdate"];
    if !rolling.is_null() {
        out.fill(
            "RollingUpdateStrategy:\t{} max unavailable, {} max surge",
            &[
                &go_text(&rolling["maxUnavailable"]),
                &go_text(&rolling["maxSurge"]),
            ],
        );
    }
    pod_template(&mut out, &spec["template"]);
    conditions(&mut out, &status["conditions"]);
    let template = without_hash(&spec["template"]);
    // Oldest first; the first whose template it is, is the new one.
    sort::by_key(&mut sets, |it| {
        it["metadata"]["creationTimestamp"].as_str().to_owned()
    });
    let is_new = |it: &Value| without_hash(&it["spec"]["template"]) == template;
    let new = sets.iter().position(is_new);
    let new = new.map(|at| sets.remove(at));
    let told = |it: &Value| {
        let (has, wanted) = (&it["status"]["replicas"], &it["spec"]["replicas"]);
        let name = it["metadata"]["name"].as_str();
        fill(
            "{} ({}/{} replicas created)",
            &[name, &number(has), &number(wanted)],
        )
    };
    let shown = |all: Vec<String>| {
        if all.is_empty() {
            "<none>".to_owned()
        } else {
            all.join(", ")
        }
    };
    if new.is_some() || !sets.is_empty() {
        out.field(0, "OldReplicaSets", &shown(sets.iter().map(told).collect()));
        out.field(0, "NewReplicaSet", &shown(new.iter().map(told).collect()));
    }
    it.finish(io, out)
}

fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    template["metadata"]["labels"].remove("pod-template-hash");
    template
}

fn conditions(out: &mut Out, all: &Value) {
    if all.is_empty() {
        return;
    }
    out.line(&["Conditions:\n  Type\tStatus\tReason"]);
    out.line(&["  ----\t------\t------"]);
    for it in all.items() {
        let [kind, status, reason] = ["type", "status", "reason"].map(|name| it[name].as_str());
        out.fill("  {} \t{}\t{}", &[kind, status, reason]);
    }
}

/// upstream: describeReplicaSet.
pub(super) fn replica_set(io: &mut Io, it: &Subject) -> Done<String> {
    let set = it.object();
    let (meta, spec, status) = (&set["metadata"], &set["spec"], &set["status"]);
    let selector = Selector::text_of(&spec["selector"]);
    let mut out = Out::new();
    out.head_with(set, &[("Selector", &selector)]);
    let owners = meta["ownerReferences"].items().iter();
    if let Some(owner) = owners.into_iter().find(|it| it["controller"].is_true()) {
        let owner = [owner["kind"].as_str(), "/", owner["name"].as_str()].concat();
        out.field(0, "Controlled By", &owner);
    }
    let counts = [&status["replicas"], &spec["replicas"]].map(number);
    out.fill(
        "Replicas:\t{} current / {} desired",
        &[&counts[0], &counts[1]],
    );
    pods(io, it, &mut out, &selector)?;
    conditions(&mut out, &status["conditions"]);
    it.finish(io, out)
}

/// upstream: describeDaemonSet.
pub(super) fn daemon_set(io: &mut Io, it: &Subject) -> Done<String> {
    let set = it.object();
    let (spec, status) = (&set["spec"], &set["status"]);
    let selector = Selector::text_of(&spec["selector"]);
    let nodes = crate::api::meta::labels_text(&spec["template"]["spec"]["nodeSelector"]);
    let mut out = Out::new();
    let fields = [("Selector", &*selector), ("Node-Selector", &nodes)];
    out.head_with(set, &fields);
    for (title, name) in [
        (
            "Desired Number of Nodes Scheduled",
            "desiredNumberScheduled",
        ),
        (
            "Current Number of Nodes Scheduled",
            "currentNumberScheduled",
        ),
        (
            "Number of Nodes Scheduled with Up-to-date Pods",
            "updatedNumberScheduled",
        ),
        (
            "Number of Nodes Scheduled with Available Pods",
            "numberAvailable",
        ),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ] {
        out.fill("{}: {}", &[title, &number(&status[name])]);
    }
    pods(io, it, &mut out, &selector)?;
    it.finish(io, out)
}

/// upstream: describeHorizontalPodAutoscalerV2.
pub(super) fn autoscaler(io: &mut Io, it: &Subject) -> Done<String> {
    let (meta, spec, status) = (
        &it.object()["metadata"],
        &it.object()["spec"],
        &it.object()["status"],
    );
    let mut out = Out::new();
    out.head(it.object());
    out.field(0, "CreationTimestamp", &date(&meta["creationTimestamp"]));
    let target = &spec["scaleTargetRef"];
    let kind = target["kind"].as_str();
    out.field(
        0,
        "Reference",
        &[kind, "/", target["name"].as_str()].concat(),
    );
    out.line(&["Metrics:\t( current / target )"]);
    for metric in spec["metrics"].items() {
        let resource = &metric["resource"];
        let (name, target) = (resource["name"].as_str(), &resource["target"]);
        match &target["averageUtilization"] {
            Value::Null => out.fill(
                "  resource {} on pods:\t<unknown> / {}",
                &[name, target["averageValue"].as_str()],
            ),
            percent => out.fill(
                "  resource {} on pods  (as a percentage of request):\t<unknown> / {}%",
                &[name, &percent.to_string()],
            ),
        }
    }
    out.field(0, "Min replicas", &number(&spec["minReplicas"]));
    out.field(0, "Max replicas", &number(&spec["maxReplicas"]));
    let counts = [&status["currentReplicas"], &status["desiredReplicas"]].map(number);
    out.fill(
        "{} pods:\t{} current / {} desired",
        &[kind, &counts[0], &counts[1]],
    );
    let all = status["conditions"].items();
    if !all.is_empty() {
        out.line(&["Conditions:\n  Type\tStatus\tReason\tMessage"]);
        out.line(&["  ----\t------\t------\t-------"]);
    }
    for it in all {
        let values = ["type", "status", "reason", "message"].map(|name| it[name].as_str());
        out.fill("  {}\t{}\t{}\t{}", &values);
    }
    it.finish(io, out)
}

fn is_owned(it: &Value, uid: &str) -> bool {
    let owners = it["metadata"]["ownerReferences"].items().iter();
    owners
        .filter(|it| it["controller"].is_true())
        .any(|it| it["uid"].as_str() == uid)
}

/// How many of the owner's pods are in each phase, and the template they are made from.
fn pods(io: &mut Io, it: &Subject, out: &mut Out, selector: &str) -> Done<()> {
    let owner = it.object();
    let mut pods = selected(io, it, "pods", selector)?;
    pods.retain(|it| is_owned(it, owner["metadata"]["uid"].as_str()));
    let count = |phase: &str| {
        let pods = pods.iter();
        pods.filter(|it| it["status"]["phase"].as_str() == phase)
            .count()
            .to_string()
    };
    out.fill(
        "Pods Status:\t{} Running / {} Waiting / {} Succeeded / {} Failed",
        &["Running", "Pending", "Succeeded", "Failed"]
            .map(count)
            .each_ref()
            .map(String::as_str),
    );
    pod_template(out, &owner["spec"]["template"]);
    Ok(())
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
