//! `describe pod`.

use super::super::events::age;
use super::Subject;
use super::template::{containers, spread, tolerations, volumes};
use super::text::{Out, date};
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
    out.annotations("", &meta["annotations"]);
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
    out.optional(
        0,
        "SeccompProfile",
        &spec["securityContext"]["seccompProfile"]["type"],
    );
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
    if !spec["initContainers"].is_empty() {
        let statuses = &status["initContainerStatuses"];
        containers(
            &mut out,
            "Init Containers",
            &spec["initContainers"],
            statuses,
            "",
        );
    }
    containers(
        &mut out,
        "Containers",
        &spec["containers"],
        &status["containerStatuses"],
        "",
    );
    if !spec["ephemeralContainers"].is_empty() {
        let statuses = &status["ephemeralContainerStatuses"];
        containers(
            &mut out,
            "Ephemeral Containers",
            &spec["ephemeralContainers"],
            statuses,
            "",
        );
    }
    conditions(&mut out, pod);
    volumes(&mut out, &spec["volumes"], "");
    out.optional(0, "QoS Class", &status["qosClass"]);
    out.labels("", "Node-Selectors", &spec["nodeSelector"]);
    tolerations(&mut out, "", &spec["tolerations"]);
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
