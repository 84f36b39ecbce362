//! `describe node`.

use super::super::events::age;
use super::Subject;
use super::text::{Out, date, joined};
use crate::api::quantity::Quantity;
use crate::apiserver::rest::Body;
use crate::kubectl::Done;
use crate::kubectl::io::Io;
use crate::kubectl::resources::{get, items, path, query};
use crate::kubectl::text::fill;
use crate::kubectl::types::find;
use crate::sort;
use crate::time::Time;
use crate::value::Value;

pub(super) fn describe(io: &mut Io, it: &Subject) -> Done<String> {
    let node = it.object();
    let name = it.info.name.as_str();
    let (meta, spec, status) = (&node["metadata"], &node["spec"], &node["status"]);
    let fields = fill(
        "spec.nodeName={},status.phase!=Succeeded,status.phase!=Failed",
        &[name],
    );
    let of = find("pods")?;
    let pods = io.json(query(
        query(get(path(of, "", "", "")), "fieldSelector", &fields),
        "limit",
        "500",
    ))?;
    let lease = find("leases")?;
    let lease = io.send(get(path(lease, "kube-node-lease", name, "")))?;
    let mut out = Out::new();
    out.field(0, "Name", name);
    out.field(0, "Roles", &roles(&meta["labels"]));
    out.labels("", "Labels", &meta["labels"]);
    out.annotations("Annotations", &meta["annotations"]);
    out.field(0, "CreationTimestamp", &date(&meta["creationTimestamp"]));
    let taint = |it: &Value| {
        let value = it["value"].as_str();
        let equals = if value.is_empty() { "" } else { "=" };
        fill(
            "{}{}{}:{}",
            &[it["key"].as_str(), equals, value, it["effect"].as_str()],
        )
    };
    let mut taints: Vec<&Value> = spec["taints"].items().iter().collect();
    sort::by_key(&mut taints, |it| {
        (it["effect"].as_str(), it["key"].as_str())
    });
    out.lines(
        "",
        "Taints",
        &taints.into_iter().map(taint).collect::<Vec<_>>(),
    );
    out.field(
        0,
        "Unschedulable",
        if spec["unschedulable"].is_true() {
            "true"
        } else {
            "false"
        },
    );
    lease_lines(&mut out, lease.status, &lease.body);
    conditions(&mut out, &status["conditions"]);
    out.line(&["Addresses:"]);
    for it in status["addresses"].items() {
        out.field(1, it["type"].as_str(), it["address"].as_str());
    }
    for (title, list) in [("Capacity:", "capacity"), ("Allocatable:", "allocatable")] {
        out.line(&[title]);
        for (resource, amount) in status[list].members() {
            out.field(1, resource, &amount.to_string());
        }
    }
    system(&mut out, &status["nodeInfo"]);
    out.optional(0, "PodCIDR", &spec["podCIDR"]);
    if !spec["podCIDRs"].is_empty() {
        out.field(0, "PodCIDRs", &joined(&spec["podCIDRs"]));
    }
    out.optional(0, "ProviderID", &spec["providerID"]);
    let list = if status["allocatable"].is_empty() {
        &status["capacity"]
    } else {
        &status["allocatable"]
    };
    allocated(&mut out, &items(&pods, of), list, io.now);
    if it.shows_events {
        let found = events(io, it)?;
        out.events(found, io.now);
    }
    Ok(out.text())
}

/// upstream: events name a node by its UID or by its name.
fn events(io: &mut Io, it: &Subject) -> Done<Vec<Value>> {
    let mut found = super::events::of_object(io, it.info)?;
    let mut named = it.info.clone();
    named.object["metadata"]["uid"] = (&named.name).into();
    found.extend(super::events::of_object(io, &named)?);
    Ok(found)
}

fn roles(labels: &Value) -> String {
    let mut roles: Vec<&str> = Vec::new();
    for (key, value) in labels.members() {
        if let Some(role) = key.strip_prefix("node-role.kubernetes.io/") {
            roles.extend((!role.is_empty()).then_some(role));
        } else if key == "kubernetes.io/role" && !value.is_empty() {
            roles.push(value.as_str());
        }
    }
    sort::by(&mut roles, Ord::cmp);
    if roles.is_empty() {
        "<none>".to_owned()
    } else {
        roles.join(",")
    }
}

fn lease_lines(out: &mut Out, code: u16, body: &Body) {
    let Body::Json(lease) = body else {
        return out.field(
            0,
            "Lease",
            "Failed to get lease: the server could not find the requested resource",
        );
    };
    if code >= 400 {
        return out.field(
            0,
            "Lease",
            &["Failed to get lease: ", lease["message"].as_str()].concat(),
        );
    }
    out.line(&["Lease:"]);
    let holder = lease["spec"]["holderIdentity"].as_str();
    out.field(
        1,
        "HolderIdentity",
        if holder.is_empty() { "<unset>" } else { holder },
    );
    out.field(1, "AcquireTime", &date(&lease["spec"]["acquireTime"]));
    out.field(1, "RenewTime", &date(&lease["spec"]["renewTime"]));
}

fn conditions(out: &mut Out, conditions: &Value) {
    if conditions.is_empty() {
        return;
    }
    out.line(&[
        "Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage",
    ]);
    out.line(&["  ----\t------\t-----------------\t------------------\t------\t-------"]);
    for it in conditions.items() {
        let (heartbeat, transition) = (
            date(&it["lastHeartbeatTime"]),
            date(&it["lastTransitionTime"]),
        );
        let (kind, status) = (it["type"].as_str(), it["status"].as_str());
        let (reason, message) = (it["reason"].as_str(), it["message"].as_str());
        out.fill(
            "  {} \t{} \t{} \t{} \t{} \t{}",
            &[kind, status, &heartbeat, &transition, reason, message],
        );
    }
}

fn system(out: &mut Out, info: &Value) {
    out.line(&["System Info:"]);
    for (title, field) in [
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
    ] {
        out.field(1, title, info[field].as_str());
    }
}

/// A sum of amounts, in the format of the first.
fn sum(amounts: impl Iterator<Item = Quantity>) -> Option<Quantity> {
    amounts.filter(|it| it.nanos != 0).reduce(|mut sum, it| {
        sum.nanos += it.nanos;
        sum
    })
}

/// What a pod's containers ask for, or are limited to.
fn of_pod(pod: &Value, list: &str, resource: &str) -> Option<Quantity> {
    let amount = |it: &Value| Quantity::of(&it["resources"][list][resource]).ok();
    let running = sum(pod["spec"]["containers"].items().iter().filter_map(amount));
    let init = pod["spec"]["initContainers"]
        .items()
        .iter()
        .filter_map(amount);
    // upstream: init containers run one by one, so that the largest counts.
    running.into_iter().chain(init).max_by_key(|it| it.nanos)
}

/// `250m (6%)`.
fn share(amount: Option<Quantity>, of: &Value) -> String {
    let Some(amount) = amount else {
        return "0 (0%)".into();
    };
    let all = Quantity::of(of).map_or(0, |it| it.nanos);
    let percent = if all == 0 {
        0
    } else {
        amount.nanos * 100 / all
    };
    fill("{} ({}%)", &[&amount.canonical(), &percent.to_string()])
}

fn allocated(out: &mut Out, pods: &[Value], allocatable: &Value, now: Time) {
    out.fill(
        "Non-terminated Pods:\t({} in total)",
        &[&pods.len().to_string()],
    );
    out.line(&[
        "  Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge",
    ]);
    out.line(&[
        "  ---------\t----\t\t------------\t----------\t---------------\t-------------\t---",
    ]);
    for pod in pods {
        let meta = &pod["metadata"];
        let mut line = fill(
            "  {}\t{}\t",
            &[meta["namespace"].as_str(), meta["name"].as_str()],
        );
        for (list, resource) in [
            ("requests", "cpu"),
            ("limits", "cpu"),
            ("requests", "memory"),
            ("limits", "memory"),
        ] {
            line += &[
                "\t",
                &share(of_pod(pod, list, resource), &allocatable[resource]),
            ]
            .concat();
        }
        out.fill("{}\t{}", &[&line, &age(&meta["creationTimestamp"], now)]);
    }
    out.line(&[
        "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)",
    ]);
    out.line(&["  Resource\tRequests\tLimits"]);
    out.line(&["  --------\t--------\t------"]);
    for resource in ["cpu", "memory", "ephemeral-storage"] {
        let of = &allocatable[resource];
        let all = |list: &str| {
            share(
                sum(pods.iter().filter_map(|it| of_pod(it, list, resource))),
                of,
            )
        };
        out.fill(
            "  {}\t{}\t{}",
            &[resource, &all("requests"), &all("limits")],
        );
    }
}
