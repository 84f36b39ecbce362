//! `describe pvc`, `pv` and `storageclass`.

use super::Subject;
use super::text::{Out, access_modes, date, go_list, phase};
use super::volume::source;
use crate::kubectl::Done;
use crate::kubectl::io::Io;
use crate::kubectl::resources::{get, items, path, query};
use crate::kubectl::text::fill;
use crate::kubectl::types::find;
use crate::value::Value;

pub(super) fn claim(io: &mut Io, it: &Subject) -> Done<String> {
    let claim = it.object();
    let (meta, spec, status) = (&claim["metadata"], &claim["spec"], &claim["status"]);
    let of = find("pods")?;
    let pods = io.json(query(
        get(path(of, &it.info.namespace, "", "")),
        "limit",
        "500",
    ))?;
    let mut out = Out::new();
    out.field(0, "Name", meta["name"].as_str());
    out.field(0, "Namespace", meta["namespace"].as_str());
    out.field(0, "StorageClass", spec["storageClassName"].as_str());
    out.field(0, "Status", &phase(claim, io.now));
    out.field(0, "Volume", spec["volumeName"].as_str());
    out.labels("", "Labels", &meta["labels"]);
    out.annotations("Annotations", &meta["annotations"]);
    out.field(0, "Finalizers", &go_list(&meta["finalizers"]));
    let bound = !spec["volumeName"].is_empty();
    out.field(
        0,
        "Capacity",
        if bound {
            status["capacity"]["storage"]
                .text()
                .map_or("0", |it| it.as_str())
        } else {
            ""
        },
    );
    out.field(
        0,
        "Access Modes",
        &if bound {
            access_modes(&status["accessModes"])
        } else {
            String::new()
        },
    );
    mode_and_source(&mut out, 0, spec);
    let uses = |pod: &&Value| {
        let volumes = pod["spec"]["volumes"].items().iter();
        let mut names = volumes.map(|it| it["persistentVolumeClaim"]["claimName"].as_str());
        let owners = meta["ownerReferences"].items();
        names.any(|name| name == it.info.name)
            || owners.iter().any(|it| it["uid"] == pod["metadata"]["uid"])
    };
    let pods = items(&pods, of);
    let used_by = pods.iter().filter(uses);
    let used_by: Vec<String> = used_by
        .map(|it| it["metadata"]["name"].as_str().to_owned())
        .collect();
    out.lines("", "Used By", &used_by);
    conditions(&mut out, &status["conditions"]);
    it.finish(io, out)
}

/// upstream: printPersistentVolumeClaim.
fn mode_and_source(out: &mut Out, level: usize, spec: &Value) {
    out.optional(level, "VolumeMode", &spec["volumeMode"]);
    let source = &spec["dataSource"];
    if source.is_null() {
        return;
    }
    out.fill("{}DataSource:", &[&"  ".repeat(level)]);
    out.optional(level + 1, "APIGroup", &source["apiGroup"]);
    out.field(level + 1, "Kind", source["kind"].as_str());
    out.field(level + 1, "Name", source["name"].as_str());
}

/// A claim that lives as long as its pod.
///
/// upstream: printPersistentVolumeClaim behind a nestedPrefixWriter, which indents what ends a line as well.
pub(super) fn ephemeral_claim(out: &mut Out, template: &Value) {
    let (meta, spec) = (&template["metadata"], &template["spec"]);
    out.field(2, "StorageClass", spec["storageClassName"].as_str());
    out.field(2, "Volume", spec["volumeName"].as_str());
    for (title, map, equals) in [
        ("Labels", "labels", "="),
        ("Annotations", "annotations", ": "),
    ] {
        let members = meta[map].members();
        let lines = members.map(|it| ["    ", it.0, equals, it.1.as_str()].concat());
        let mut lines: Vec<String> = lines.collect();
        if lines.is_empty() {
            lines.push("    <none>".to_owned());
        }
        out.lines("    ", title, &lines);
    }
    out.field(2, "Capacity", "");
    out.field(2, "Access Modes", "");
    mode_and_source(out, 2, spec);
}

fn conditions(out: &mut Out, all: &Value) {
    if all.is_empty() {
        return;
    }
    out.line(&["Conditions:\n  Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage"]);
    out.line(&["  ----\t------\t-----------------\t------------------\t------\t-------"]);
    for it in all.items() {
        let [kind, status, reason, message] =
            ["type", "status", "reason", "message"].map(|name| it[name].as_str());
        let [probe, transition] =
            ["lastProbeTime", "lastTransitionTime"].map(|name| match &it[name] {
                // upstream: the zero of Go's time.
                Value::Null => "Mon, 01 Jan 0001 00:00:00 +0000".to_owned(),
                time => date(time),
            });
        out.fill(
            "  {} \t{} \t{} \t{} \t{} \t{}",
            &[kind, status, &probe, &transition, reason, message],
        );
    }
}

pub(super) fn volume(io: &mut Io, it: &Subject) -> Done<String> {
    let volume = it.object();
    let (meta, spec) = (&volume["metadata"], &volume["spec"]);
    let mut out = Out::new();
    out.field(0, "Name", meta["name"].as_str());
    out.labels("", "Labels", &meta["labels"]);
    out.annotations("Annotations", &meta["annotations"]);
    out.field(0, "Finalizers", &go_list(&meta["finalizers"]));
    out.field(0, "StorageClass", spec["storageClassName"].as_str());
    out.field(0, "Status", &phase(volume, io.now));
    let claim = &spec["claimRef"];
    let claim = if claim.is_null() {
        String::new()
    } else {
        fill(
            "{}/{}",
            &[claim["namespace"].as_str(), claim["name"].as_str()],
        )
    };
    out.field(0, "Claim", &claim);
    out.field(
        0,
        "Reclaim Policy",
        spec["persistentVolumeReclaimPolicy"].as_str(),
    );
    out.field(0, "Access Modes", &access_modes(&spec["accessModes"]));
    out.optional(0, "VolumeMode", &spec["volumeMode"]);
    out.field(0, "Capacity", spec["capacity"]["storage"].as_str());
    affinity(&mut out, &spec["nodeAffinity"]);
    out.field(0, "Message", volume["status"]["message"].as_str());
    out.line(&["Source:"]);
    source(&mut out, spec);
    it.finish(io, out)
}

fn affinity(out: &mut Out, affinity: &Value) {
    let terms = &affinity["required"]["nodeSelectorTerms"];
    if affinity["required"].is_null() {
        return out.field(0, "Node Affinity", "<none>");
    }
    out.field(0, "Node Affinity", "");
    out.field(1, "Required Terms", "");
    for (at, term) in terms.items().iter().enumerate() {
        let expression = |it: &Value| {
            let mut text = fill(
                "{} {}",
                &[
                    it["key"].as_str(),
                    &it["operator"].as_str().to_ascii_lowercase(),
                ],
            );
            if !it["values"].is_empty() {
                let values: Vec<&str> = it["values"].items().iter().map(Value::as_str).collect();
                text += &fill(" [{}]", &[&values.join(", ")]);
            }
            text
        };
        let lines: Vec<String> = term["matchExpressions"]
            .items()
            .iter()
            .map(expression)
            .collect();
        out.lines("    ", &["Term ", &at.to_string()].concat(), &lines);
    }
}

pub(super) fn class(io: &mut Io, it: &Subject) -> Done<String> {
    let class = it.object();
    let meta = &class["metadata"];
    let mut out = Out::new();
    out.field(0, "Name", meta["name"].as_str());
    let default = [
        "storageclass.kubernetes.io/is-default-class",
        "storageclass.beta.kubernetes.io/is-default-class",
    ]
    .into_iter()
    .any(|it| meta["annotations"][it].as_str() == "true");
    out.field(0, "IsDefaultClass", if default { "Yes" } else { "No" });
    let text = |map: &Value| {
        let all: Vec<String> = map
            .members()
            .map(|it| fill("{}={}", &[it.0, it.1.as_str()]))
            .collect();
        if all.is_empty() {
            "<none>".to_owned()
        } else {
            all.join(",")
        }
    };
    out.field(0, "Annotations", &text(&meta["annotations"]));
    out.field(0, "Provisioner", class["provisioner"].as_str());
    out.field(0, "Parameters", &text(&class["parameters"]));
    let expansion = match class["allowVolumeExpansion"].as_bool() {
        None => "<unset>",
        Some(true) => "True",
        Some(false) => "False",
    };
    out.field(0, "AllowVolumeExpansion", expansion);
    let options: Vec<String> = class["mountOptions"]
        .items()
        .iter()
        .map(|it| it.as_str().to_owned())
        .collect();
    if options.is_empty() {
        out.field(0, "MountOptions", "<none>");
    } else {
        out.line(&["MountOptions:"]);
        for it in &options {
            out.fill("  {}", &[it]);
        }
    }
    out.optional(0, "ReclaimPolicy", &class["reclaimPolicy"]);
    out.optional(0, "VolumeBindingMode", &class["volumeBindingMode"]);
    it.finish(io, out)
}
