//! `describe service`, `endpoints` and `endpointslice`.

use super::Subject;
use super::text::{Out, first_three, joined, selector};
use crate::kubectl::Done;
use crate::kubectl::io::Io;
use crate::kubectl::print::go_text;
use crate::kubectl::resources::{get, path, query};
use crate::kubectl::text::fill;
use crate::kubectl::types::find;
use crate::value::Value;

fn or<'a>(text: &'a str, default: &'a str) -> &'a str {
    if text.is_empty() { default } else { text }
}

pub(super) fn service(io: &mut Io, it: &Subject) -> Done<String> {
    let service = it.object();
    let spec = &service["spec"];
    let of = find("endpointslices")?;
    let wanted = ["kubernetes.io/service-name=", &it.info.name].concat();
    let slices = io.json(query(
        get(path(of, &it.info.namespace, "", "")),
        "labelSelector",
        &wanted,
    ))?;
    let mut out = Out::new();
    out.head(service);
    out.field(0, "Selector", &selector(&spec["selector"]));
    out.field(0, "Type", spec["type"].as_str());
    out.optional(0, "IP Family Policy", &spec["ipFamilyPolicy"]);
    out.field(0, "IP Families", or(&joined(&spec["ipFamilies"]), "<none>"));
    out.field(0, "IP", spec["clusterIP"].as_str());
    out.field(0, "IPs", or(&joined(&spec["clusterIPs"]), "<none>"));
    if !spec["externalIPs"].is_empty() {
        out.field(0, "External IPs", &joined(&spec["externalIPs"]));
    }
    out.optional(0, "Desired LoadBalancer IP", &spec["loadBalancerIP"]);
    out.optional(0, "External Name", &spec["externalName"]);
    let ingress = service["status"]["loadBalancer"]["ingress"].items().iter();
    let ingress = ingress.map(|it| match (it["ip"].as_str(), it["ipMode"].as_str()) {
        ("", _) => it["hostname"].as_str().to_owned(),
        (ip, "") => ip.to_owned(),
        (ip, mode) => fill("{} ({})", &[ip, mode]),
    });
    let ingress: Vec<String> = ingress.collect();
    if !ingress.is_empty() {
        out.field(0, "LoadBalancer Ingress", &ingress.join(", "));
    }
    for port in spec["ports"].items() {
        let (name, protocol) = (
            or(port["name"].as_str(), "<unset>"),
            port["protocol"].as_str(),
        );
        out.fill(
            "Port:\t{}\t{}/{}",
            &[name, &go_text(&port["port"]), protocol],
        );
        let target = match &port["targetPort"] {
            Value::Null => "0".into(),
            target => go_text(target),
        };
        out.fill("TargetPort:\t{}/{}", &[&target, protocol]);
        out.optional(0, "AppProtocol", &port["appProtocol"]);
        if !port["nodePort"].is_empty() {
            out.fill(
                "NodePort:\t{}\t{}/{}",
                &[name, &go_text(&port["nodePort"]), protocol],
            );
        }
        out.field(
            0,
            "Endpoints",
            &match &slices["items"] {
                none if none.is_empty() => "<none>".into(),
                _ => first_three(&ready(&slices, port["name"].as_str())),
            },
        );
    }
    out.field(0, "Session Affinity", spec["sessionAffinity"].as_str());
    out.optional(0, "External Traffic Policy", &spec["externalTrafficPolicy"]);
    out.optional(0, "Internal Traffic Policy", &spec["internalTrafficPolicy"]);
    out.optional(0, "HealthCheck NodePort", &spec["healthCheckNodePort"]);
    let ranges = &spec["loadBalancerSourceRanges"];
    if !ranges.is_empty() {
        out.field(0, "LoadBalancer Source Ranges", &joined(ranges));
    }
    out.optional(0, "Traffic Distribution", &spec["trafficDistribution"]);
    it.finish(io, out)
}

/// `ip:port` of the ready endpoints behind a port; the bare address where a slice has no ports.
///
/// upstream: formatEndpointSlices.
fn ready(slices: &Value, port: &str) -> Vec<String> {
    let mut all = Vec::new();
    for slice in slices["items"].items() {
        let ports = slice["ports"].items().iter();
        let ports = ports.filter(|it| it["name"].as_str() == port);
        let mut ends: Vec<String> = ports
            .map(|it| [":", &go_text(&it["port"])].concat())
            .collect();
        if slice["ports"].is_empty() {
            ends.push(String::new());
        }
        for end in ends {
            let is_ready = |it: &&Value| it["conditions"]["ready"].as_bool() != Some(false);
            for endpoint in slice["endpoints"].items().iter().filter(is_ready) {
                let first = endpoint["addresses"].items().first();
                all.extend(first.map(|it| [it.as_str(), &end].concat()));
            }
        }
    }
    all
}

pub(super) fn endpoints(io: &mut Io, it: &Subject) -> Done<String> {
    let mut out = Out::new();
    out.head(it.object());
    out.line(&["Subsets:"]);
    for subset in it.object()["subsets"].items() {
        let ips = |list: &Value| {
            let all: Vec<&str> = list.items().iter().map(|it| it["ip"].as_str()).collect();
            or(&all.join(","), "<none>").to_owned()
        };
        out.field(1, "Addresses", &ips(&subset["addresses"]));
        out.field(1, "NotReadyAddresses", &ips(&subset["notReadyAddresses"]));
        if !subset["ports"].is_empty() {
            out.line(&["  Ports:"]);
            ports(&mut out, "    ", &subset["ports"]);
        }
        out.line(&[]);
    }
    it.finish(io, out)
}

fn ports(out: &mut Out, indent: &str, ports: &Value) {
    out.fill("{}Name\tPort\tProtocol", &[indent]);
    out.fill("{}----\t----\t--------", &[indent]);
    for it in ports.items() {
        let name = or(it["name"].as_str(), "<unset>");
        out.fill(
            "{}{}\t{}\t{}",
            &[indent, name, &go_text(&it["port"]), it["protocol"].as_str()],
        );
    }
}

pub(super) fn endpoint_slice(io: &mut Io, it: &Subject) -> Done<String> {
    let slice = it.object();
    let mut out = Out::new();
    out.head(slice);
    out.field(0, "AddressType", slice["addressType"].as_str());
    if slice["ports"].is_empty() {
        out.line(&["Ports: <unset>"]);
    } else {
        out.line(&["Ports:"]);
        ports(&mut out, "  ", &slice["ports"]);
    }
    if slice["endpoints"].is_empty() {
        out.line(&["Endpoints: <none>"]);
    } else {
        out.line(&["Endpoints:"]);
    }
    for endpoint in slice["endpoints"].items() {
        let addresses: Vec<&str> = endpoint["addresses"]
            .items()
            .iter()
            .map(Value::as_str)
            .collect();
        out.field(1, "- Addresses", &addresses.join(", "));
        out.line(&["    Conditions:"]);
        let ready = &endpoint["conditions"]["ready"];
        out.field(
            3,
            "Ready",
            if ready.is_null() {
                "<unset>"
            } else if ready.is_true() {
                "true"
            } else {
                "false"
            },
        );
        out.field(2, "Hostname", or(endpoint["hostname"].as_str(), "<unset>"));
        let target = &endpoint["targetRef"];
        if !target.is_null() {
            out.field(
                2,
                "TargetRef",
                &fill("{}/{}", &[target["kind"].as_str(), target["name"].as_str()]),
            );
        }
        out.field(2, "NodeName", or(endpoint["nodeName"].as_str(), "<unset>"));
        out.field(2, "Zone", or(endpoint["zone"].as_str(), "<unset>"));
    }
    it.finish(io, out)
}
