//! Containers and templates: what pods and workloads share.

use super::text::{Out, date, go_list};
use super::volume::volumes;
use crate::api::quantity::Quantity;
use crate::kubectl::print::go_text;
use crate::kubectl::text::fill;
use crate::sort;
use crate::value::Value;

/// `True` or `False`.
fn yes(value: &Value) -> &'static str {
    if value.is_true() { "True" } else { "False" }
}

/// A pod template, indented under its title.
pub(super) fn pod_template(out: &mut Out, template: &Value) {
    let (meta, spec) = (&template["metadata"], &template["spec"]);
    out.line(&["Pod Template:"]);
    out.labels("", "  Labels", &meta["labels"]);
    if !meta["annotations"].is_empty() {
        out.annotations("  Annotations", &meta["annotations"]);
    }
    out.optional(1, "Service Account", &spec["serviceAccountName"]);
    if !spec["initContainers"].is_empty() {
        containers(
            out,
            "Init Containers",
            &spec["initContainers"],
            Of::Template,
            "  ",
        );
    }
    containers(out, "Containers", &spec["containers"], Of::Template, "  ");
    volumes(out, &spec["volumes"], "  ");
    spread(out, "  ", &spec["topologySpreadConstraints"]);
    out.optional(1, "Priority Class Name", &spec["priorityClassName"]);
    out.labels("", "  Node-Selectors", &spec["nodeSelector"]);
    tolerations(out, "  Tolerations", &spec["tolerations"]);
}

/// A template with its raw TABs, as `rollout history --revision` prints it.
pub(in super::super) fn template_text(template: &Value) -> String {
    let mut out = Out::new();
    pod_template(&mut out, template);
    out.raw()
}

/// Whose containers they are.
#[derive(Clone, Copy)]
pub(super) enum Of<'a> {
    /// Those of a template.
    Template,
    /// Those of a pod, with their statuses.
    Pod(&'a Value, &'a Value),
}

pub(super) fn containers(out: &mut Out, title: &str, list: &Value, of: Of<'_>, indent: &str) {
    out.fill("{}{}:", &[indent, title]);
    let deeper = if indent.is_empty() { "" } else { " " };
    for it in list.items() {
        out.fill("  {}{}:", &[deeper, it["name"].as_str()]);
        container(out, it, of);
    }
}

fn container(out: &mut Out, it: &Value, of: Of<'_>) {
    let (pod, statuses) = match of {
        Of::Template => (&Value::Null, &Value::Null),
        Of::Pod(pod, statuses) => (pod, statuses),
    };
    let status = statuses.item("name", it["name"].as_str());
    let known = !status.is_null();
    if known {
        out.field(2, "Container ID", status["containerID"].as_str());
    }
    out.field(2, "Image", it["image"].as_str());
    if known {
        out.field(2, "Image ID", status["imageID"].as_str());
    }
    ports(out, it);
    seccomp(out, 2, 3, &it["securityContext"]["seccompProfile"]);
    for (name, field) in [("Command", "command"), ("Args", "args")] {
        if !it[field].is_empty() {
            out.fill("    {}:", &[name]);
            let words = it[field]
                .items()
                .iter()
                .flat_map(|it| it.as_str().split('\n'));
            for word in words {
                out.fill("      {}", &[word]);
            }
        }
    }
    if known {
        state(out, "State", &status["state"]);
        if !status["lastState"]["terminated"].is_null() {
            state(out, "Last State", &status["lastState"]);
        }
        out.field(2, "Ready", yes(&status["ready"]));
        let restarts = status["restartCount"].as_int().unwrap_or_default();
        out.field(2, "Restart Count", &restarts.to_string());
    }
    resources(out, 2, &it["resources"]);
    for (name, field) in [
        ("Liveness", "livenessProbe"),
        ("Readiness", "readinessProbe"),
        ("Startup", "startupProbe"),
    ] {
        if !it[field].is_null() {
            out.field(2, name, &probe(&it[field]));
        }
    }
    environment(out, it, pod);
    mounts(out, it);
}

/// What a container, or a pod as a whole, asks for and is limited to.
///
/// upstream: describeResources.
pub(super) fn resources(out: &mut Out, level: usize, resources: &Value) {
    for (name, field) in [("Limits", "limits"), ("Requests", "requests")] {
        if !resources[field].is_empty() {
            out.fill("{}{}:", &[&"  ".repeat(level), name]);
            for (resource, amount) in resources[field].members() {
                out.field(level + 1, resource, &amount.to_string());
            }
        }
    }
}

/// The profile, and which file it is in if it is one of the node's own.
pub(super) fn seccomp(out: &mut Out, level: usize, deeper: usize, profile: &Value) {
    out.optional(level, "SeccompProfile", &profile["type"]);
    out.optional(deeper, "LocalhostProfile", &profile["localhostProfile"]);
}

fn ports(out: &mut Out, it: &Value) {
    let text = |field: &str| -> String {
        let all = it["ports"].items().iter().map(|port| {
            let number = port[field].as_int().unwrap_or_default().to_string();
            let protocol = match port["protocol"].as_str() {
                "" => "TCP",
                protocol => protocol,
            };
            let name = port["name"].as_str();
            let (open, close) = if name.is_empty() {
                ("", "")
            } else {
                (" (", ")")
            };
            fill("{}/{}{}{}{}", &[&number, protocol, open, name, close])
        });
        all.collect::<Vec<_>>().join(", ")
    };
    for (one, many, field) in [
        ("Port", "Ports", "containerPort"),
        ("Host Port", "Host Ports", "hostPort"),
    ] {
        let text = text(field);
        let name = if text.contains(',') { many } else { one };
        out.field(2, name, if text.is_empty() { "<none>" } else { &text });
    }
}

fn state(out: &mut Out, title: &str, state: &Value) {
    let (running, terminated) = (&state["running"], &state["terminated"]);
    if !running.is_null() {
        out.field(2, title, "Running");
        out.field(3, "Started", &date(&running["startedAt"]));
    } else if !terminated.is_null() {
        out.field(2, title, "Terminated");
        out.optional(3, "Reason", &terminated["reason"]);
        out.optional(3, "Message", &terminated["message"]);
        let code = terminated["exitCode"].as_int().unwrap_or_default();
        out.field(3, "Exit Code", &code.to_string());
        out.optional(3, "Signal", &terminated["signal"]);
        out.field(3, "Started", &date(&terminated["startedAt"]));
        out.field(3, "Finished", &date(&terminated["finishedAt"]));
    } else {
        out.field(2, title, "Waiting");
        out.optional(3, "Reason", &state["waiting"]["reason"]);
        out.optional(3, "Message", &Value::Null);
    }
}

/// upstream: DescribeProbe.
fn probe(it: &Value) -> String {
    let number = |field: &str, default: i64| it[field].as_int().unwrap_or(default).to_string();
    let attributes = fill(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        &[
            &number("initialDelaySeconds", 0),
            &number("timeoutSeconds", 1),
            &number("periodSeconds", 10),
            &number("successThreshold", 1),
            &number("failureThreshold", 3),
        ],
    );
    let (exec, http, tcp, grpc) = (&it["exec"], &it["httpGet"], &it["tcpSocket"], &it["grpc"]);
    let what = if !exec.is_null() {
        ["exec ", &go_list(&exec["command"])].concat()
    } else if !http.is_null() {
        let scheme = match http["scheme"].as_str() {
            "" => "http".to_owned(),
            scheme => scheme.to_ascii_lowercase(),
        };
        let (host, port) = (http["host"].as_str(), go_text(&http["port"]));
        let path = http["path"].as_str();
        let slash = if path.is_empty() || path.starts_with('/') {
            ""
        } else {
            "/"
        };
        fill(
            "http-get {}://{}:{}{}{}",
            &[&scheme, host, &port, slash, path],
        )
    } else if !tcp.is_null() {
        fill(
            "tcp-socket {}:{}",
            &[tcp["host"].as_str(), &go_text(&tcp["port"])],
        )
    } else if !grpc.is_null() {
        fill(
            "grpc <pod>:{} {}",
            &[&go_text(&grpc["port"]), grpc["service"].as_str()],
        )
    } else {
        "unknown".to_owned()
    };
    fill("{} {}", &[&what, &attributes])
}

/// As Go's `%q`.
fn quoted(text: &str) -> String {
    Value::from(text).to_json()
}

/// What a pod's field holds, as far as kubectl knows it: its name and namespace.
///
/// upstream: EnvValueRetriever, DefaultMetaV1FieldSelectorConversion.
fn field_text<'a>(pod: &'a Value, path: &str) -> &'a str {
    match path.strip_prefix("metadata.") {
        Some(field @ ("name" | "namespace")) => pod["metadata"][field].as_str(),
        _ => "",
    }
}

/// upstream: ExtractContainerResourceValue.
fn resource_text(container: &Value, field: &Value) -> String {
    let resource = field["resource"].as_str();
    let (list, name) = resource.split_once('.').unwrap_or_default();
    let amount = |it: &Value| Quantity::of(it).map_or(0, |it| it.nanos);
    let divisor = match amount(&field["divisor"]) {
        0 => amount(&1.into()),
        divisor => divisor,
    };
    let nanos = amount(&container["resources"][list][name]);
    match (nanos + divisor - 1) / divisor {
        0 if list == "limits" && matches!(name, "cpu" | "memory") => "node allocatable".to_owned(),
        count => count.to_string(),
    }
}

fn environment(out: &mut Out, container: &Value, pod: &Value) {
    let it = container;
    if !it["envFrom"].is_empty() {
        out.line(&["    Environment Variables from:"]);
        for from in it["envFrom"].items() {
            let (kind, of) = match &from["secretRef"] {
                Value::Null => ("ConfigMap", &from["configMapRef"]),
                secret => ("Secret", secret),
            };
            let optional = if of["optional"].is_true() {
                "true"
            } else {
                "false"
            };
            let prefix = match from["prefix"].as_str() {
                "" => String::new(),
                prefix => fill(" with prefix '{}'", &[prefix]),
            };
            out.fill(
                "      {}\t{}{}\tOptional: {}",
                &[of["name"].as_str(), kind, &prefix, optional],
            );
        }
    }
    let env = it["env"].items();
    out.fill(
        "    Environment:{}",
        &[if env.is_empty() { "\t<none>" } else { "" }],
    );
    for it in env {
        let (name, from) = (it["name"].as_str(), &it["valueFrom"]);
        if from.is_null() {
            let mut lines = it["value"].as_str().split('\n');
            out.field(3, name, lines.next().unwrap_or_default());
            for more in lines {
                out.fill("      \t{}", &[more]);
            }
            continue;
        }
        let optional = |of: &Value| {
            if of["optional"].is_true() {
                "true"
            } else {
                "false"
            }
        };
        let (field, resource) = (&from["fieldRef"], &from["resourceFieldRef"]);
        let (secret, config) = (&from["secretKeyRef"], &from["configMapKeyRef"]);
        let text = if !field.is_null() {
            let version = match field["apiVersion"].as_str() {
                "" => "v1",
                version => version,
            };
            let path = field["fieldPath"].as_str();
            fill("{} ({}:{})", &[field_text(pod, path), version, path])
        } else if !resource.is_null() {
            let amount = resource_text(container, resource);
            fill("{} ({})", &[&amount, resource["resource"].as_str()])
        } else if !secret.is_null() {
            let (key, of) = (secret["key"].as_str(), secret["name"].as_str());
            fill(
                "<set to the key '{}' in secret '{}'>\tOptional: {}",
                &[key, of, optional(secret)],
            )
        } else {
            let (key, of) = (config["key"].as_str(), config["name"].as_str());
            fill(
                "<set to the key '{}' of config map '{}'>\tOptional: {}",
                &[key, of, optional(config)],
            )
        };
        out.field(3, name, &text);
    }
}

fn mounts(out: &mut Out, container: &Value) {
    let mounts = &container["volumeMounts"];
    let none = if mounts.is_empty() { "\t<none>" } else { "" };
    out.fill("    Mounts:{}", &[none]);
    let mut sorted: Vec<&Value> = mounts.items().iter().collect();
    sort::by_key(&mut sorted, |it| it["mountPath"].as_str());
    for it in sorted {
        let access = if it["readOnly"].is_true() { "ro" } else { "rw" };
        let sub = match it["subPath"].as_str() {
            "" => String::new(),
            path => [",path=", &quoted(path)].concat(),
        };
        out.fill(
            "      {} from {} ({}{})",
            &[it["mountPath"].as_str(), it["name"].as_str(), access, &sub],
        );
    }
    let mut devices: Vec<&Value> = container["volumeDevices"].items().iter().collect();
    if !devices.is_empty() {
        // upstream: describeContainerVolumes asks here, too, whether there are mounts.
        out.fill("    Devices:{}", &[none]);
        sort::by_key(&mut devices, |it| it["devicePath"].as_str());
    }
    for it in devices {
        let words = [it["devicePath"].as_str(), it["name"].as_str()];
        out.fill("      {} from {}", &words);
    }
}

pub(super) fn tolerations(out: &mut Out, title: &str, tolerations: &Value) {
    let mut sorted: Vec<&Value> = tolerations.items().iter().collect();
    sort::by_key(&mut sorted, |it| it["key"].as_str());
    let lines: Vec<String> = sorted.into_iter().map(toleration).collect();
    out.lines("", title, &lines);
}

fn toleration(it: &Value) -> String {
    let (key, value, effect) = (
        it["key"].as_str(),
        it["value"].as_str(),
        it["effect"].as_str(),
    );
    let mut text = key.to_owned();
    if !value.is_empty() {
        text += &["=", value].concat();
    }
    if !effect.is_empty() {
        text += &[":", effect].concat();
    }
    if it["operator"].as_str() == "Exists" && value.is_empty() {
        text += if text.is_empty() {
            "op=Exists"
        } else {
            " op=Exists"
        };
    }
    if let Some(seconds) = it["tolerationSeconds"].as_int() {
        text += &fill(" for {}s", &[&seconds.to_string()]);
    }
    text
}

/// upstream: describeTopologySpreadConstraints.
pub(super) fn spread(out: &mut Out, indent: &str, constraints: &Value) {
    if constraints.is_empty() {
        return;
    }
    let line = |it: &Value| {
        let skew = it["maxSkew"].as_int().unwrap_or_default().to_string();
        let mut text = fill(
            "{}:{} when max skew {} is exceeded",
            &[
                it["topologyKey"].as_str(),
                it["whenUnsatisfiable"].as_str(),
                &skew,
            ],
        );
        if !it["labelSelector"].is_null() {
            let selector = crate::api::selector::Selector::text_of(&it["labelSelector"]);
            text += &[" for selector ", &selector].concat();
        }
        text
    };
    let mut sorted: Vec<&Value> = constraints.items().iter().collect();
    sort::by_key(&mut sorted, |it| it["topologyKey"].as_str());
    let lines: Vec<String> = sorted.into_iter().map(line).collect();
    out.lines(indent, "Topology Spread Constraints", &lines);
}
