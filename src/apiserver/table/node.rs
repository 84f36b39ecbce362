//! The cells of Nodes.
//!
//! upstream: printNode.

use super::{AGE, Cell, Column, NAME, Printer, column, join, none, put_sorted, wide};
use crate::api::Object;
use crate::config::Version;
use crate::value::Text;

pub(super) static NODE: [Column; 10] = [
    NAME,
    column("Status", Cell::Made(status)),
    column("Roles", Cell::Made(roles)),
    AGE,
    column("Version", Cell::Text("status.nodeInfo.kubeletVersion", "")),
    wide("Internal-IP", Cell::Made(|it, _| address(it, "InternalIP"))),
    wide("External-IP", Cell::Made(|it, _| address(it, "ExternalIP"))),
    wide(
        "OS-Image",
        Cell::Text("status.nodeInfo.osImage", "<unknown>"),
    ),
    wide("Kernel-Version", Cell::Made(kernel)),
    wide(
        "Container-Runtime",
        Cell::Text("status.nodeInfo.containerRuntimeVersion", "<unknown>"),
    ),
];

fn status(it: &Object, _: Printer) -> Text {
    let ready = it.value["status"]["conditions"].item("type", "Ready");
    let mut text = Text::from(match ready["status"].as_str() {
        "True" => "Ready",
        "" => "Unknown",
        _ => "NotReady",
    });
    if it.is_unschedulable() {
        text.push_str(",SchedulingDisabled");
    }
    text
}

/// upstream: findNodeRoles.
fn roles(it: &Object, _: Printer) -> Text {
    let mut roles = Vec::new();
    for (key, value) in it.labels().members() {
        let role = match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => role,
            None if key == "kubernetes.io/role" => value.as_str(),
            None => "",
        };
        if !role.is_empty() && !roles.iter().any(|it| it == role) {
            put_sorted(&mut roles, role.into());
        }
    }
    none(&join(&mut roles.iter().map(Text::as_str)))
}

fn address(it: &Object, kind: &str) -> Text {
    none(it.value["status"]["addresses"].item("type", kind)["address"].as_str())
}

fn kernel(it: &Object, printer: Printer) -> Text {
    let info = &it.value["status"]["nodeInfo"];
    let (kernel, architecture) = (
        info["kernelVersion"].as_str(),
        info["architecture"].as_str(),
    );
    if kernel.is_empty() {
        return "<unknown>".into();
    }
    // What v1.22 prints ends before the architecture.
    if printer.version == Version::V1_22 || architecture.is_empty() {
        return kernel.into();
    }
    crate::text!("{kernel} ({architecture})")
}
