//! The cells of Services, Endpoints and EndpointSlices.

use super::{first_three, join, labels_text, none};
use crate::api::Object;
use crate::array;
use crate::value::{Text, Value};

pub(super) fn service(it: &Object, age: Text) -> Value {
    let spec = &it.value["spec"];
    let address = match spec["clusterIPs"][0].as_str() {
        "" => spec["clusterIP"].as_str(),
        first => first,
    };
    let ports: Vec<Text> = spec["ports"].items().iter().map(port).collect();
    array![
        it.name(),
        spec["type"].as_str(),
        none(address),
        external_ip(it),
        none(&join(ports.iter().map(Text::as_str))),
        age,
        labels_text(&spec["selector"]),
    ]
}

/// `80/TCP`, or `80:30080/TCP`.
fn port(port: &Value) -> Text {
    let number = port["port"].as_int().unwrap_or(0);
    let protocol = port["protocol"].as_str();
    match port["nodePort"].as_int() {
        Some(node_port) if node_port > 0 => ecow::eco_format!("{number}:{node_port}/{protocol}"),
        _ => ecow::eco_format!("{number}/{protocol}"),
    }
}

/// upstream: getServiceExternalIP.
fn external_ip(it: &Object) -> Text {
    let spec = &it.value["spec"];
    let external = spec["externalIPs"].items().iter().map(Value::as_str);
    match spec["type"].as_str() {
        "ClusterIP" | "NodePort" => none(&join(external)),
        "LoadBalancer" => {
            let ingress = it.value["status"]["loadBalancer"]["ingress"].items();
            let mut given: Vec<&str> = ingress
                .iter()
                .map(|it| super::or(&it["ip"], &it["hostname"]).as_str())
                .filter(|it| !it.is_empty())
                .collect();
            given.sort_unstable();
            given.dedup();
            match join(given.into_iter().chain(external)) {
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
pub(super) fn endpoints(it: &Object) -> Text {
    let subsets = it.value["subsets"].items();
    if subsets.is_empty() {
        return "<none>".into();
    }
    let mut all = Vec::new();
    for subset in subsets {
        let addresses = subset["addresses"].items().iter();
        let addresses = addresses.map(|it| it["ip"].as_str());
        let ports = subset["ports"].items();
        if ports.is_empty() {
            all.extend(addresses.clone().map(Text::from));
        }
        for port in ports {
            let number = port["port"].as_int().unwrap_or(0);
            all.extend(addresses.clone().map(|ip| {
                if ip.contains(':') {
                    ecow::eco_format!("[{ip}]:{number}")
                } else {
                    ecow::eco_format!("{ip}:{number}")
                }
            }));
        }
    }
    let count = all.len();
    all.truncate(3);
    all.sort();
    first_three(&all, count)
}

pub(super) fn slice(it: &Object, age: Text) -> Value {
    let port = |port: &Value| match (port["port"].as_int(), port["name"].as_str()) {
        (Some(number), _) => ecow::eco_format!("{number}"),
        (None, "") => "*".into(),
        (None, name) => name.into(),
    };
    let ports: Vec<Text> = it.value["ports"].items().iter().map(port).collect();
    // All addresses, ready or not.
    let addresses: Vec<Text> = it.value["endpoints"]
        .items()
        .iter()
        .flat_map(|it| it["addresses"].items())
        .map(|it| it.as_str().into())
        .collect();
    array![
        it.name(),
        it.value["addressType"].as_str(),
        list(&ports),
        list(&addresses),
        age,
    ]
}

fn list(all: &[Text]) -> Text {
    match all.len() {
        0 => "<unset>".into(),
        count => first_three(all, count),
    }
}
