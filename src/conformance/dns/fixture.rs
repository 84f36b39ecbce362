//! The clusters of the case files, as API objects, and the server that reads them.

use super::record::text;
use crate::api::{Kind, Object};
use crate::dns::reduced::Reduction;
use crate::dns::{Options, PodMode, Zone};
use crate::object;
use crate::time::Time;
use crate::value::{Text, Value};

/// The options a case's `config` asks for.
pub(super) fn options(config: &Value) -> Options {
    let texts =
        |it: &Value| -> Vec<Text> { it.items().iter().filter_map(Value::text).cloned().collect() };
    Options {
        zones: texts(&config["zones"]),
        namespaces: texts(&config["namespaces"]),
        pods: match config["pods"].as_str() {
            "insecure" => PodMode::Insecure,
            "verified" => PodMode::Verified,
            _ => PodMode::Disabled,
        },
        ttl: config["ttl"]
            .as_int()
            .and_then(|it| u32::try_from(it).ok())
            .unwrap_or(5),
        ignore_empty_service: config["ignore_empty_service"].is_true(),
        endpoint_pod_names: config["endpoint_pod_names"].is_true(),
        multicluster: texts(&config["multicluster_zones"]),
        zonal: config["zonal"].is_true(),
        fallthrough: texts(&config["fallthrough"]),
        addresses: texts(&config["local_ips"])
            .iter()
            .filter_map(|it| it.parse().ok())
            .collect(),
    }
}

/// A server that has read the fixture. `names` are queries: fixtures in which every namespace exists name none.
pub(super) fn zone(fixture: &Value, config: &Value, names: &[&str]) -> Zone {
    let mut zone = Zone::new(options(config));
    import(&mut zone, fixture);
    let mut put = |kind, value| zone.apply(None, Some(&Object::new(kind, value)), Time::START);
    for namespace in namespaces(fixture, names) {
        put(
            Kind::Namespace,
            object! {"metadata": object! {"name": namespace}},
        );
    }
    for service in fixture["services"].items() {
        put(
            Kind::Service,
            object! {"metadata": metadata(service), "spec": service},
        );
    }
    for slice in fixture["endpoint_slices"].items() {
        for (at, subset) in slice["subsets"].items().iter().enumerate() {
            put(Kind::EndpointSlice, endpoint_slice(slice, at, subset));
        }
    }
    for pod in fixture["pods"].items() {
        let status = object! {"phase": "Running", "podIP": &pod["podIP"]};
        put(
            Kind::Pod,
            object! {"metadata": metadata(pod), "status": status},
        );
    }
    zone.synced = config["synced"].as_bool().unwrap_or(true);
    let serial = fixture["soa_serial"].as_int();
    zone.serial = serial
        .and_then(|it| u32::try_from(it).ok())
        .unwrap_or_default();
    zone
}

/// What a cluster set adds: no such kinds are simulated, so ServiceImports come as Services of the same name.
fn import(zone: &mut Zone, fixture: &Value) {
    let how = Reduction {
        imported: true,
        ..Reduction::default()
    };
    let mut put = |kind, value| {
        zone.imports
            .apply(how, None, Some(&Object::new(kind, value)));
    };
    for service in fixture["service_imports"].items() {
        let mut spec = service.clone();
        if spec["type"].as_str() == "Headless" {
            spec["clusterIPs"] = vec!["None"].into();
        }
        put(
            Kind::Service,
            object! {"metadata": metadata(service), "spec": spec},
        );
    }
    for slice in fixture["multicluster_endpoint_slices"].items() {
        for (at, subset) in slice["subsets"].items().iter().enumerate() {
            let mut value = endpoint_slice(slice, at, subset);
            value["metadata"]["labels"] = object! {
                "multicluster.kubernetes.io/service-name": text(slice, "service"),
                "multicluster.kubernetes.io/source-cluster": text(slice, "clusterId"),
            };
            put(Kind::EndpointSlice, value);
        }
    }
}

fn metadata(value: &Value) -> Value {
    object! {"name": &value["name"], "namespace": &value["namespace"]}
}

fn endpoint_slice(slice: &Value, at: usize, subset: &Value) -> Value {
    let endpoint = |it: &Value| {
        let mut endpoint = object! {"addresses": vec![it["ip"].clone()]};
        if it.as_map().is_some_and(|it| it.contains_key("hostname")) {
            endpoint["hostname"] = it["hostname"].clone();
        }
        let zone = &slice["zones"][it["ip"].as_str()];
        if !zone.is_null() {
            endpoint["zone"] = zone.clone();
        }
        if !it["targetRefName"].is_null() {
            endpoint["targetRef"] = object! {"name": &it["targetRefName"]};
        }
        endpoint
    };
    let mut meta = metadata(slice);
    if at > 0 {
        meta["name"] = format!("{}-{at}", slice["name"].as_str()).into();
    }
    meta["labels"] = object! {"kubernetes.io/service-name": text(slice, "service")};
    object! {
        "metadata": meta,
        "endpoints": subset["addresses"].items().iter().map(endpoint).collect::<Value>(),
        "ports": &subset["ports"],
    }
}

/// The namespaces that exist: those of the objects, and every label of a query, save the `absent` ones.
fn namespaces(fixture: &Value, names: &[&str]) -> Vec<Text> {
    let rule = &fixture["namespaces"];
    let is_absent = |name: &str| {
        rule["absent"]
            .items()
            .iter()
            .any(|it| matches!(it.as_str(), "*") || it.as_str() == name)
    };
    let objects = ["services", "endpoint_slices", "pods"].into_iter();
    let mut found: Vec<Text> = objects
        .flat_map(|it| fixture[it].items())
        .map(|it| text(it, "namespace"))
        .collect();
    if rule["exists"].as_str().starts_with("every") {
        found.extend(
            names
                .iter()
                .flat_map(|it| it.split('.'))
                .map(|it| Text::from(it.to_lowercase())),
        );
    }
    found.sort();
    found.dedup();
    found.retain(|it| !is_absent(it));
    found
}
