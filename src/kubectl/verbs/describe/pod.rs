//! `describe pod`.

use super::super::events::age;
use super::Subject;
use super::template::{Of, containers, resources, seccomp, spread, tolerations};
use super::text::{Out, date};
use super::volume::volumes;
use crate::kubectl::Done;
use crate::kubectl::io::Io;
use crate::kubectl::text::fill;
use crate::value::Value;

pub(super) fn describe(io: &mut Io, it: &Subject) -> Done<String> {
    let pod = it.object();
    let (meta, spec, status) = (&pod["metadata"], &pod["spec"], &pod["status"]);
    let mut out = Out::new();
    out.field(0, "Name", meta["name"].as_str());
    out.field(0, "Namespace", meta["namespace"].as_str());
    if let Some(priority) = spec["priority"].as_int() {
        out.field(0, "Priority", &priority.to_string());
    }
    out.optional(0, "Priority Class Name", &spec["priorityClassName"]);
    out.optional(0, "Runtime Class Name", &spec["runtimeClassName"]);
    out.optional(0, "Service Account", &spec["serviceAccountName"]);
    match spec["nodeName"].as_str() {
        "" => out.field(0, "Node", "<none>"),
        node => out.field(
            0,
            "Node",
            &fill("{}/{}", &[node, status["hostIP"].as_str()]),
        ),
    }
    if !status["startTime"].is_null() {
        out.field(0, "Start Time", &date(&status["startTime"]));
    }
    out.labels("", "Labels", &meta["labels"]);
    out.annotations("Annotations", &meta["annotations"]);
    let phase = status["phase"].as_str();
    let since = &meta["deletionTimestamp"];
    if since.is_null() || matches!(phase, "Succeeded" | "Failed") {
        out.field(0, "Status", phase);
    } else {
        out.field(
            0,
            "Status",
            &fill("Terminating (lasts {})", &[&age(since, io.now)]),
        );
        let grace = meta["deletionGracePeriodSeconds"]
            .as_int()
            .unwrap_or_default();
        out.field(
            0,
            "Termination Grace Period",
            &[&grace.to_string(), "s"].concat(),
        );
    }
    out.optional(0, "Reason", &status["reason"]);
    out.optional(0, "Message", &status["message"]);
    seccomp(&mut out, 0, 0, &spec["securityContext"]["seccompProfile"]);
    out.field(0, "IP", status["podIP"].as_str());
    addresses(&mut out, &status["podIPs"]);
    let controller = meta["ownerReferences"]
        .items()
        .iter()
        .find(|it| it["controller"].is_true());
    if let Some(owner) = controller {
        out.field(
            0,
            "Controlled By",
            &fill("{}/{}", &[owner["kind"].as_str(), owner["name"].as_str()]),
        );
    }
    out.optional(0, "NominatedNodeName", &status["nominatedNodeName"]);
    if !spec["resources"].is_null() {
        out.line(&["Resources:"]);
        resources(&mut out, 1, &spec["resources"]);
    }
    for (title, list, statuses) in [
        ("Init Containers", "initContainers", "initContainerStatuses"),
        ("Containers", "containers", "containerStatuses"),
        (
            "Ephemeral Containers",
            "ephemeralContainers",
            "ephemeralContainerStatuses",
        ),
    ] {
        if !spec[list].is_empty() {
            let of = Of::Pod(pod, &status[statuses]);
            containers(&mut out, title, &spec[list], of, "");
        }
    }
    conditions(&mut out, pod);
    volumes(&mut out, &spec["volumes"], "");
    out.optional(0, "QoS Class", &status["qosClass"]);
    out.labels("", "Node-Selectors", &spec["nodeSelector"]);
    tolerations(&mut out, "Tolerations", &spec["tolerations"]);
    spread(&mut out, "", &spec["topologySpreadConstraints"]);
    it.finish(io, out)
}

fn addresses(out: &mut Out, list: &Value) {
    if list.is_empty() {
        return out.field(0, "IPs", "<none>");
    }
    out.line(&["IPs:"]);
    for it in list.items() {
        out.field(1, "IP", it["ip"].as_str());
    }
}

fn conditions(out: &mut Out, pod: &Value) {
    let conditions = &pod["status"]["conditions"];
    let gates = pod["spec"]["readinessGates"].items();
    if !gates.is_empty() {
        out.line(&["Readiness Gates:\n  Type\tStatus"]);
        for it in gates {
            let kind = it["conditionType"].as_str();
            let status = match conditions.item("type", kind)["status"].as_str() {
                "" => "<none>",
                status => status,
            };
            out.fill("  {} \t{} ", &[kind, status]);
        }
    }
    if conditions.is_empty() {
        return;
    }
    out.line(&["Conditions:\n  Type\tStatus"]);
    for it in conditions.items() {
        out.fill("  {} \t{} ", &[it["type"].as_str(), it["status"].as_str()]);
    }
}
