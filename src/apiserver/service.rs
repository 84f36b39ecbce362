//! Services' addresses and ports: what is allocated, and what an update keeps.
//!
//! differs: one IPv4 range, 10.43.0.0/16, no IPv6.
//! upstream: pkg/registry/core/service/storage/{alloc,storage}.go.

use super::Store;
use super::validate::{Errors, Path};
use crate::api::Kind;
use crate::array;
use crate::chance;
use crate::config::Config;
use crate::value::{Text, Value};

/// The first two octets of every cluster IP.
const RANGE: [u8; 2] = [10, 43];

/// Gives a new or changed Service what it has to have: addresses, families, node ports.
pub(super) fn allocate(
    store: &Store,
    config: &Config,
    value: &mut Value,
    old: &Value,
    errors: &mut Errors,
) {
    let words = |it: &Value| it.text().cloned().unwrap_or_default();
    let spec = &value["spec"];
    let kind = words(&spec["type"]);
    if kind == "ExternalName" {
        return;
    }
    let name = [
        value["metadata"]["namespace"].as_str(),
        value["metadata"]["name"].as_str(),
    ]
    .join("/");
    let spec_path = Path::root("spec");
    let mut address = words(&spec["clusterIP"]);
    if address.is_empty() {
        address = words(&spec["clusterIPs"][0]);
    }
    if address.is_empty() {
        address = free_address(store, config, &name);
    } else if address != "None" && old["spec"]["clusterIP"].as_str() != address {
        check_address(store, &address, spec, &spec_path, errors);
    }
    let is_selectorless = address == "None" && spec["selector"].is_null();
    let spec = &mut value["spec"];
    spec["clusterIP"] = (&address).into();
    if spec["clusterIPs"].is_null() {
        spec["clusterIPs"] = array![&address];
    }
    // upstream: defaultOnReadService and initIPFamilyFields; a headless Service without selector asks for both.
    if spec["ipFamilyPolicy"].is_null() {
        let policy = if is_selectorless {
            "RequireDualStack"
        } else {
            "SingleStack"
        };
        spec["ipFamilyPolicy"] = policy.into();
    }
    if spec["ipFamilies"].is_null() {
        spec["ipFamilies"] = array!["IPv4"];
        if is_selectorless {
            spec["ipFamilies"].as_items_mut().push("IPv6".into());
        }
    }
    let wants_ports = kind == "NodePort"
        || (kind == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"].is_true());
    if wants_ports {
        node_ports(store, config, &name, spec);
    }
}

/// An update that doesn't name what was allocated keeps it.
///
/// upstream: patchAllocatedValues.
pub(super) fn keep_allocated(value: &mut Value, old: &Value) {
    let (spec, before) = (&value["spec"], &old["spec"]);
    let has_address = |it: &Value| it["type"].as_str() != "ExternalName";
    if spec.shares(before) || !has_address(spec) || !has_address(before) {
        return;
    }
    if spec["clusterIP"].is_null() {
        value["spec"]["clusterIP"] = before["clusterIP"].clone();
    }
    let spec = &value["spec"];
    if spec["clusterIPs"].is_null() && spec["clusterIP"] == before["clusterIP"] {
        value["spec"]["clusterIPs"] = before["clusterIPs"].clone();
    }
    for name in ["ipFamilies", "ipFamilyPolicy"] {
        if value["spec"][name].is_null() {
            value["spec"][name] = before[name].clone();
        }
    }
    for at in 0..value["spec"]["ports"].items().len() {
        let port = &value["spec"]["ports"][at];
        let same = before["ports"]
            .items()
            .iter()
            .find(|it| it["port"] == port["port"] && it["protocol"] == port["protocol"]);
        let Some(number) = same.map(|it| it["nodePort"].clone()) else {
            continue;
        };
        if port["nodePort"].is_null()
            && !number.is_null()
            && value["spec"]["type"] == before["type"]
        {
            super::defaults::item_mut(&mut value["spec"], "ports", at)["nodePort"] = number;
        }
    }
}

/// The list follows the single address, as long as nobody wrote the list itself.
///
/// upstream: NormalizeClusterIPs.
pub(super) fn normalise(value: &mut Value, old: &Value) {
    let (spec, before) = (&value["spec"], &old["spec"]);
    let is_untouched = spec["clusterIPs"] == before["clusterIPs"];
    if is_untouched && spec["clusterIP"] != before["clusterIP"] {
        let list = match &spec["clusterIP"] {
            Value::Null => Value::Null,
            address => array![address],
        };
        value["spec"]["clusterIPs"] = list;
    }
}

/// Whether a Service has that address.
fn is_taken(store: &Store, address: &str) -> bool {
    store
        .objects
        .list(Kind::Service)
        .any(|it| it.value["spec"]["clusterIP"].as_str() == address)
}

/// An address of the range's upper part that no Service has.
///
/// upstream: ipallocator; the first 256 are for addresses somebody chooses.
fn free_address(store: &Store, config: &Config, name: &str) -> Text {
    let start = chance::chance(config.seed, &["clusterIP", name]);
    let [a, b] = RANGE;
    let mut address = Text::new();
    for attempt in 0..65_000_u64 {
        let host = 256 + start.wrapping_add(attempt) % (65_535 - 256);
        address = crate::text!("{a}.{b}.{}.{}", host / 256, host % 256);
        if !is_taken(store, &address) {
            break;
        }
    }
    address
}

fn check_address(
    store: &Store,
    address: &Text,
    spec: &Value,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let Ok(parsed) = address.parse::<core::net::Ipv4Addr>() else {
        return;
    };
    let [a, b] = RANGE;
    let why = if parsed.octets()[..2] != RANGE {
        crate::text!(
            "failed to allocate IP {address}: the provided IP ({address}) is not in the valid range. The range of valid IPs is {a}.{b}.0.0/16"
        )
    } else if is_taken(store, address) {
        crate::text!("failed to allocate IP {address}: provided IP is already allocated")
    } else {
        return;
    };
    let list = if spec["clusterIPs"].is_null() {
        array![address]
    } else {
        spec["clusterIPs"].clone()
    };
    errors.invalid(&path.field("clusterIPs"), &list, &why);
}

fn node_ports(store: &Store, config: &Config, name: &str, spec: &mut Value) {
    for at in 0..spec["ports"].items().len() {
        if !spec["ports"][at]["nodePort"].is_null() {
            continue;
        }
        let number = spec["ports"][at]["port"].to_string();
        let start = chance::chance(config.seed, &["nodePort", name, &number]);
        let free = (0..2768_u64)
            .map(|attempt| 30_000 + start.wrapping_add(attempt) % 2768)
            .find(|port| {
                let port = Value::from(*port);
                let has = |it: &Value| it["ports"].items().iter().any(|it| it["nodePort"] == port);
                !has(spec)
                    && !store
                        .objects
                        .list(Kind::Service)
                        .any(|it| has(&it.value["spec"]))
            });
        if let Some(port) = free {
            super::defaults::item_mut(spec, "ports", at)["nodePort"] = port.into();
        }
    }
}
