//! Services.
//!
//! upstream: ValidateService, ValidateServiceUpdate.

use super::names::{self, check};
use super::{Errors, Path, choices};
use crate::apiserver::places::Places;
use crate::schema;
use crate::value::Value;

pub(super) fn service(value: &Value, old: &Value, errors: &mut Errors) {
    let spec = &value["spec"];
    let path = Path::root("spec");
    let kind = spec["type"].as_str();
    if !old.is_null() {
        address_stays(spec, &old["spec"], &path, errors);
    }
    let is_headless = spec["clusterIPs"][0].as_str() == "None";
    let ports = spec["ports"].items();
    if ports.is_empty() && !is_headless && kind != "ExternalName" {
        errors.lacks(&path, "ports", "");
    }
    by_type(spec, kind, is_headless, &path, errors);
    let list = path.field("ports");
    let mut names = Places::default();
    for (at, port) in ports.iter().enumerate() {
        let path = list.index(at);
        let name = port["name"].as_str();
        if name.is_empty() {
            if ports.len() > 1 {
                errors.lacks(&path, "name", "");
            }
        } else {
            errors.rule(&path, port, "name", names::dns_label);
            if names.repeats(name) {
                errors.repeats(&path, port, "name");
            }
        }
        errors.at(&path, port, "port", names::port_number);
        errors.at(&path, port, "targetPort", names::port_number_or_name);
    }
    errors.at(&path, spec, "selector", names::labels);
    addresses(spec, kind, &path, errors);
    if let Some(of) = schema::named("ServiceSpec") {
        choices(spec, of, &path, errors);
    }
    repeated_ports(ports, kind, &list, errors);
}

fn by_type(spec: &Value, kind: &str, is_headless: bool, path: &Path<'_>, errors: &mut Errors) {
    let list = path.field("clusterIPs");
    match kind {
        "LoadBalancer" | "NodePort" if is_headless => errors.invalid(
            &list.index(0),
            &"None".into(),
            &format!("may not be set to 'None' for {kind} services"),
        ),
        "ExternalName" => {
            if !spec["clusterIPs"].is_null() {
                errors.forbidden(&list, "may not be set for ExternalName services");
            }
            let name = spec["externalName"].as_str();
            let name = name.strip_suffix('.').unwrap_or(name);
            let path = path.field("externalName");
            match name {
                "" => errors.required(&path, ""),
                _ => check(errors, &path, &name.into(), names::dns_subdomain),
            }
        }
        _ => {}
    }
}

/// upstream: ValidateServiceClusterIPsRelatedFields.
fn addresses(spec: &Value, kind: &str, path: &Path<'_>, errors: &mut Errors) {
    if kind == "ExternalName" {
        return;
    }
    let list = path.field("clusterIPs");
    let items = spec["clusterIPs"].items();
    match (spec["clusterIP"].as_str(), items) {
        ("", [_, ..]) => errors.invalid(
            &list,
            &spec["clusterIPs"],
            "must be empty when `clusterIP` is not specified",
        ),
        (primary, [first, ..]) if primary != first.as_str() => errors.invalid(
            &list,
            &spec["clusterIPs"],
            "first value must match `clusterIP`",
        ),
        _ => {}
    }
    for (at, it) in items.iter().enumerate() {
        match it.as_str() {
            "None" if items.len() == 1 => {}
            "None" => errors.invalid(
                &list.index(at),
                it,
                "'None' must be the first and only value",
            ),
            _ => check(errors, &list.index(at), it, names::address),
        }
    }
}

fn address_stays(spec: &Value, old: &Value, path: &Path<'_>, errors: &mut Errors) {
    let has_address = |it: &Value| it["type"].as_str() != "ExternalName";
    let before = &old["clusterIPs"][0];
    if !has_address(spec) || !has_address(old) || before.is_null() {
        return;
    }
    if &spec["clusterIPs"][0] != before {
        let list = path.field("clusterIPs");
        errors.invalid(
            &list.index(0),
            &spec["clusterIPs"],
            "may not change once set",
        );
    }
}

/// The same protocol and port twice; node ports where none are used.
fn repeated_ports(ports: &[Value], kind: &str, list: &Path<'_>, errors: &mut Errors) {
    for (at, port) in ports.iter().enumerate() {
        let path = list.index(at);
        if kind == "ClusterIP" && !port["nodePort"].is_null() {
            let why = "may not be used when `type` is 'ClusterIP'";
            errors.forbids(&path, "nodePort", why);
        }
    }
    let mut seen = Places::default();
    for (at, port) in ports.iter().enumerate() {
        let pair = [port["protocol"].as_str(), "/", &port["port"].to_json()].concat();
        if seen.repeats(&pair) {
            // The server shows its internal struct with these two fields filled in.
            let shown = format!(
                "{{\"Name\":\"\",\"Protocol\":\"{}\",\"AppProtocol\":null,\"Port\":{},\"TargetPort\":0,\"NodePort\":0}}",
                port["protocol"].as_str(),
                port["port"]
            );
            errors.duplicate_shown(&list.index(at), &shown);
        }
    }
}
