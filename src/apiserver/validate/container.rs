//! Containers of a pod: names, images, ports, environment, mounts, resources, probes.
//!
//! upstream: validateContainers, validateInitContainers, validateContainerCommon, validateProbe, validateHandler.

use super::names::{self, check};
use super::{Errors, Path};
use crate::api::quantity::Quantity;
use crate::apiserver::places::Places;
use crate::value::Value;

/// The ordinary containers; `volumes` are the names a mount may give.
pub(super) fn containers(spec: &Value, volumes: &Places, path: &Path<'_>, errors: &mut Errors) {
    let list = path.field("containers");
    let items = spec["containers"].items();
    if items.is_empty() {
        errors.required(&list, "");
    }
    let mut names = Places::default();
    for (at, it) in items.iter().enumerate() {
        let path = list.index(at);
        common(it, volumes, &path, errors);
        if names.repeats(it["name"].as_str()) {
            errors.repeats(&path, it, "name");
        }
        lifecycle(it, &path, errors);
        probes(it, &path, errors);
    }
    host_ports(items, &list, errors);
}

/// The init containers, sidecars among them.
pub(super) fn init_containers(
    spec: &Value,
    volumes: &Places,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let list = path.field("initContainers");
    let items = spec["initContainers"].items();
    let mut names = Places::default();
    for it in spec["containers"].items() {
        names.repeats(it["name"].as_str());
    }
    for (at, it) in items.iter().enumerate() {
        let path = list.index(at);
        common(it, volumes, &path, errors);
        let name = it["name"].as_str();
        if names.repeats(name) && !name.is_empty() {
            errors.repeats(&path, it, "name");
        }
        if it["restartPolicy"].as_str() == "Always" {
            lifecycle(it, &path, errors);
            probes(it, &path, errors);
            continue;
        }
        for name in [
            "lifecycle",
            "livenessProbe",
            "readinessProbe",
            "startupProbe",
        ] {
            if !it[name].is_null() {
                let why = "may not be set for init containers without restartPolicy=Always";
                errors.forbids(&path, name, why);
            }
        }
    }
}

fn common(it: &Value, volumes: &Places, path: &Path<'_>, errors: &mut Errors) {
    errors.needs(path, it, "name", names::dns_label);
    let image = it["image"].as_str();
    if image.is_empty() {
        errors.lacks(path, "image", "");
    } else if image.trim() != image {
        let why = "must not have leading or trailing whitespace";
        errors.wrong(path, it, "image", why);
    }
    ports(it["ports"].items(), &path.field("ports"), errors);
    environment(it["env"].items(), &path.field("env"), errors);
    mounts(it, volumes, path, errors);
    resources(&it["resources"], &path.field("resources"), errors);
}

fn ports(items: &[Value], list: &Path<'_>, errors: &mut Errors) {
    let mut seen = Places::default();
    for (at, port) in items.iter().enumerate() {
        let path = list.index(at);
        let name = port["name"].as_str();
        if !name.is_empty() {
            if seen.repeats(name) && names::port_name(name).is_empty() {
                errors.repeats(&path, port, "name");
            }
            errors.rule(&path, port, "name", names::port_name);
        }
        match port["containerPort"].as_int() {
            None | Some(0) => errors.lacks(&path, "containerPort", ""),
            Some(_) => {
                errors.at(&path, port, "containerPort", names::port_number);
            }
        }
        if !port["hostPort"].is_null() {
            errors.at(&path, port, "hostPort", names::port_number);
        }
    }
}

/// upstream: checkHostPortConflicts.
fn host_ports(containers: &[Value], list: &Path<'_>, errors: &mut Errors) {
    let mut taken = Places::default();
    for (at, container) in containers.iter().enumerate() {
        let container_path = list.index(at);
        let ports_path = container_path.field("ports");
        for (at, port) in container["ports"].items().iter().enumerate() {
            if port["hostPort"].is_null() {
                continue;
            }
            let shown = format!(
                "{}/{}/{}",
                port["protocol"].as_str(),
                port["hostIP"].as_str(),
                port["hostPort"]
            );
            if taken.repeats(&shown) {
                let path = ports_path.index(at);
                errors.duplicate(&path.field("hostPort"), &shown.as_str().into());
            }
        }
    }
}

/// upstream: ValidateEnv, validateEnvVarValueFrom.
fn environment(items: &[Value], list: &Path<'_>, errors: &mut Errors) {
    const SOURCES: [&str; 5] = [
        "fieldRef",
        "resourceFieldRef",
        "configMapKeyRef",
        "secretKeyRef",
        "fileKeyRef",
    ];
    for (at, it) in items.iter().enumerate() {
        let path = list.index(at);
        errors.needs(&path, it, "name", names::variable_name);
        let from = &it["valueFrom"];
        if from.is_null() {
            continue;
        }
        let path = path.field("valueFrom");
        let given = SOURCES
            .iter()
            .filter(|name| !from[**name].is_null())
            .count();
        let why = match given {
            0 => {
                "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
            }
            _ if !it["value"].is_empty() => "may not be specified when `value` is not empty",
            1 => "",
            _ => "may not have more than one field specified at a time",
        };
        if !why.is_empty() {
            errors.invalid(&path, &"".into(), why);
        }
        for name in ["configMapKeyRef", "secretKeyRef"] {
            if !from[name].is_null() && from[name]["key"].is_empty() {
                let path = path.field(name);
                errors.lacks(&path, "key", "");
            }
        }
        if !from["fieldRef"].is_null() && from["fieldRef"]["fieldPath"].is_empty() {
            let path = path.field("fieldRef");
            errors.lacks(&path, "fieldPath", "");
        }
    }
}

fn mounts(it: &Value, volumes: &Places, path: &Path<'_>, errors: &mut Errors) {
    let list = path.field("volumeMounts");
    let items = it["volumeMounts"].items();
    let mut places = Places::default();
    for (at, mount) in items.iter().enumerate() {
        let path = list.index(at);
        let name = mount["name"].as_str();
        if name.is_empty() {
            errors.lacks(&path, "name", "");
        }
        if volumes.get(name).is_none() {
            errors.not_found(&path.field("name"), &name.into());
        }
        let place = &mount["mountPath"];
        if place.is_empty() {
            errors.lacks(&path, "mountPath", "");
        }
        if places.repeats(place.as_str()) {
            errors.invalid(&path.field("mountPath"), place, "must be unique");
        }
        let sub_path = mount["subPath"].as_str();
        if sub_path.starts_with('/') {
            let why = "must be a relative path";
            errors.wrong(&path, mount, "subPath", why);
        }
        if sub_path.split('/').any(|it| it == "..") {
            let why = "must not contain '..'";
            errors.wrong(&path, mount, "subPath", why);
        }
    }
}

/// upstream: ValidateContainerResourceRequirements.
fn resources(it: &Value, path: &Path<'_>, errors: &mut Errors) {
    for list in ["limits", "requests"] {
        for (name, amount) in it[list].members() {
            let map = path.field(list);
            let at = map.key(name);
            resource_name(name, &at, errors);
            let Ok(quantity) = Quantity::of(amount) else {
                continue;
            };
            if quantity.nanos < 0 {
                errors.invalid(&at, amount, "must be greater than or equal to 0");
            }
            let limit = &it["limits"][name.as_str()];
            if list == "requests" && Quantity::of(limit).is_ok_and(|it| it.nanos < quantity.nanos) {
                let why = format!(
                    "must be less than or equal to {name} limit of {}",
                    limit.as_str()
                );
                errors.invalid(&map, amount, &why);
            }
        }
    }
}

fn resource_name(name: &str, path: &Path<'_>, errors: &mut Errors) {
    let value = Value::from(name);
    check(errors, path, &value, names::qualified_name);
    if name.contains('/') || name.starts_with("hugepages-") {
        return;
    }
    if !matches!(name, "cpu" | "memory" | "ephemeral-storage") {
        if !matches!(
            name,
            "storage" | "pods" | "services" | "secrets" | "configmaps"
        ) {
            let why = "must be a standard resource type or fully qualified";
            errors.invalid(path, &value, why);
        }
        errors.invalid(path, &value, "must be a standard resource for containers");
    }
}

fn lifecycle(it: &Value, path: &Path<'_>, errors: &mut Errors) {
    let path = path.field("lifecycle");
    for name in ["postStart", "preStop"] {
        let it = &it["lifecycle"][name];
        if !it.is_null() {
            handler(it, &path.field(name), errors);
        }
    }
}

fn probes(it: &Value, path: &Path<'_>, errors: &mut Errors) {
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let probe = &it[name];
        if probe.is_null() {
            continue;
        }
        let path = path.field(name);
        handler(probe, &path, errors);
        for name in [
            "initialDelaySeconds",
            "timeoutSeconds",
            "periodSeconds",
            "successThreshold",
            "failureThreshold",
        ] {
            errors.at(&path, probe, name, names::nonnegative);
        }
        let grace = &probe["terminationGracePeriodSeconds"];
        let grace_path = path.field("terminationGracePeriodSeconds");
        if grace.as_int().is_some_and(|it| it <= 0) {
            errors.invalid(&grace_path, grace, "must be greater than 0");
        }
        if name == "readinessProbe" {
            if !grace.is_null() {
                errors.invalid(&grace_path, grace, "must not be set for readinessProbes");
            }
        } else if probe["successThreshold"].as_int() != Some(1) {
            let successes = &probe["successThreshold"];
            errors.invalid(&path.field("successThreshold"), successes, "must be 1");
        }
    }
}

/// upstream: validateHandler.
fn handler(it: &Value, path: &Path<'_>, errors: &mut Errors) {
    let mut count = 0;
    for name in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] {
        let action = &it[name];
        if action.is_null() {
            continue;
        }
        let path = path.field(name);
        count += 1;
        if count > 1 {
            errors.forbidden(&path, "may not specify more than 1 handler type");
            continue;
        }
        match name {
            "exec" if action["command"].is_null() => errors.lacks(&path, "command", ""),
            "httpGet" => {
                if action["path"].is_empty() {
                    errors.lacks(&path, "path", "");
                }
                errors.at(&path, action, "port", names::port_number_or_name);
            }
            "tcpSocket" => {
                errors.at(&path, action, "port", names::port_number_or_name);
            }
            "grpc" => errors.at(&path, action, "port", names::port_number),
            _ => {}
        }
    }
    if count == 0 {
        errors.required(path, "must specify a handler type");
    }
}
