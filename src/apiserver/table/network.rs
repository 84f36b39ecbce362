//! The cells of Services, Endpoints and EndpointSlices.

use super::{
    AGE, Cell, Column, NAME, Printer, column, first_three, join, none, number, or, put_sorted, wide,
};
use crate::api::Object;
use crate::api::meta::labels_text;
use crate::value::{Text, Value};

pub(super) static SERVICE: [Column; 7] = [
    NAME,
    column("Type", Cell::Text("spec.type", "")),
    column("Cluster-IP", Cell::Made(cluster_ip)),
    column("External-IP", Cell::Made(external_ip)),
    column("Port(s)", Cell::Made(ports)),
    AGE,
    wide(
        "Selector",
        Cell::Made(|it, _| labels_text(&it.value["spec"]["selector"])),
    ),
];

pub(super) static ENDPOINTS: [Column; 3] = [NAME, column("Endpoints", Cell::Made(endpoints)), AGE];

pub(super) static SLICE: [Column; 5] = [
    NAME,
    column("AddressType", Cell::Text("addressType", "")),
    column("Ports", Cell::Made(slice_ports)),
    column("Endpoints", Cell::Made(slice_addresses)),
    AGE,
];

fn cluster_ip(it: &Object, _: Printer) -> Text {
    let spec = &it.value["spec"];
    none(or(&spec["clusterIPs"][0], &spec["clusterIP"]).as_str())
}

fn ports(it: &Object, _: Printer) -> Text {
    let ports = it.value["spec"]["ports"].items();
    let ports: Vec<Text> = ports.iter().map(port).collect();
    none(&join(&mut ports.iter().map(Text::as_str)))
}

/// `80/TCP`, or `80:30080/TCP`.
fn port(port: &Value) -> Text {
    let number = number(&port["port"]);
    let protocol = port["protocol"].as_str();
    match port["nodePort"].as_int() {
        Some(node_port) if node_port > 0 => crate::text!("{number}:{node_port}/{protocol}"),
        _ => crate::text!("{number}/{protocol}"),
    }
}

/// upstream: getServiceExternalIP.
fn external_ip(it: &Object, _: Printer) -> Text {
    let spec = &it.value["spec"];
    let mut external = spec["externalIPs"].items().iter().map(Value::as_str);
    match spec["type"].as_str() {
        "ClusterIP" | "NodePort" => none(&join(&mut external)),
        "LoadBalancer" => {
            let mut given = Vec::new();
            for ingress in it.value["status"]["loadBalancer"]["ingress"].items() {
                put_sorted(
                    &mut given,
                    or(&ingress["ip"], &ingress["hostname"]).as_str().into(),
                );
            }
            match join(&mut given.iter().map(Text::as_str).chain(external)) {
                it if it.is_empty() => "<pending>".into(),
                it => it,
            }
        }
        "ExternalName" => spec["externalName"].as_str().into(),
        _ => "<unknown>".into(),
    }
}

/// `10.42.1.2:80,10.42.2.2:80`: ready addresses only.
///
/// upstream: formatEndpoints.
fn endpoints(it: &Object, _: Printer) -> Text {
    let subsets = it.value["subsets"].items();
    if subsets.is_empty() {
        return "<none>".into();
    }
    let (mut first, mut count) = (Vec::new(), 0);
    let mut see = |text: Text| {
        if count < 3 {
            put_sorted(&mut first, text);
        }
        count += 1;
    };
    for subset in subsets {
        let ports = subset["ports"].items();
        for address in subset["addresses"].items() {
            if ports.is_empty() {
                see(address["ip"].as_str().into());
            }
        }
        for port in ports {
            for address in subset["addresses"].items() {
                see(host_port(address["ip"].as_str(), number(&port["port"])));
            }
        }
    }
    first_three(&first, count)
}

fn host_port(ip: &str, port: i64) -> Text {
    if ip.contains(':') {
        crate::text!("[{ip}]:{port}")
    } else {
        crate::text!("{ip}:{port}")
    }
}

fn slice_ports(it: &Object, _: Printer) -> Text {
    let port = |port: &Value| match (port["port"].as_int(), port["name"].as_str()) {
        (Some(number), _) => crate::text!("{number}"),
        (None, "") => "*".into(),
        (None, name) => name.into(),
    };
    let ports: Vec<Text> = it.value["ports"].items().iter().map(port).collect();
    list(&ports)
}

/// All addresses, ready or not.
fn slice_addresses(it: &Object, _: Printer) -> Text {
    let endpoints = it.value["endpoints"].items().iter();
    let addresses = endpoints.flat_map(|it| it["addresses"].items());
    let addresses: Vec<Text> = addresses.map(|it| it.as_str().into()).collect();
    list(&addresses)
}

fn list(all: &[Text]) -> Text {
    match all.len() {
        0 => "<unset>".into(),
        count => first_three(all, count),
    }
}
