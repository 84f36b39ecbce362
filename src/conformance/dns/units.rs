//! The parts of CoreDNS' tests that ask its functions, not its port: names, namespaces, what stands behind a name.

use super::super::Report;
use super::fixture;
use super::record::{from_value, section, text, to_value};
use crate::api::{Kind, Object};
use crate::dns::name::{self, Shapes};
use crate::dns::records::Records;
use crate::dns::reduced::Reduction;
use crate::dns::{Data, Query, Type, Zone};
use crate::value::{Text, Value};
use crate::{array, object};

/// What is wrong with what we say to a case.
type Fault = Option<String>;

/// Judges a group, or counts it as skipped.
pub(super) fn judge_group(report: &mut Report, fixtures: &Value, group: &Value) {
    let id = group["id"].as_str();
    let fixture = &fixtures[group["fixture"].as_str()];
    for case in group["cases"].items() {
        let mut config = group["config"].clone();
        for (key, value) in case["config_change"].members() {
            config[key.as_str()] = value.clone();
        }
        let zone = |names: &[&str]| fixture::zone(fixture, &config, names);
        let judged = match id {
            "endpoint-name" => Some(endpoint_name(case)),
            "parse-valid" | "parse-invalid" => Some(parse(case, config["zone"].as_str())),
            "namespace-exists" | "namespace-configured" | "namespace-exposed" => {
                Some(namespace(fixture, id, case))
            }
            "ns-addrs" => Some(ns_addresses(&zone(&[]), case)),
            "services" => Some(services(&zone(&[case["qname"].as_str()]), case)),
            "services-authority" => Some(authority(fixture, &config, case)),
            "metadata" => Some(metadata(&config, case)),
            "transfer" => Some(transfer(&zone(&[]), case, group)),
            _ => None,
        };
        let name = case["id"].as_str();
        match judged {
            None => report.skipped("plugin k8s_external"),
            Some(None) => report.tally.passed.push(name.to_owned()),
            Some(Some(why)) => {
                report.lines.push(format!("FAIL {name}"));
                report.notes.push(format!("  {name}: {why}"));
                report.tally.failed.push(name.to_owned());
            }
        }
    }
}

fn compare(expected: &Value, ours: &Value) -> Fault {
    let (expected, ours) = (expected.to_json(), ours.to_json());
    (expected != ours).then(|| format!("expected {expected}, ours {ours}"))
}

fn endpoint_name(case: &Value) -> Fault {
    let how = Reduction {
        endpoint_pod_names: case["endpoint_pod_names"].is_true(),
        ..Reduction::default()
    };
    let endpoint = object! {
        "addresses": array![&case["ip"]],
        "hostname": &case["hostname"],
        "targetRef": object! {"name": &case["pod_name"]},
    };
    let slice = object! {
        "metadata": object! {
            "name": "s", "namespace": "n",
            "labels": object! {"kubernetes.io/service-name": "s"},
        },
        "endpoints": array![endpoint],
    };
    let mut records = Records::default();
    records.apply(how, None, Some(&Object::new(Kind::EndpointSlice, slice)));
    let endpoints = records
        .set("s.n")
        .into_iter()
        .flat_map(|it| &it.slices)
        .flat_map(|it| &it.endpoints);
    let names: Vec<&Text> = endpoints.map(|it| &it.name).collect();
    compare(&array![&case["expect"]], &names.into_iter().collect())
}

fn parse(case: &Value, zone: &str) -> Fault {
    let shapes = Shapes {
        is_multicluster: case["multicluster"].is_true(),
        is_zonal: case["zonal"].is_true(),
    };
    let qname = text(case, "qname").to_ascii_lowercase();
    let base = name::trim_zone(&qname, zone).unwrap_or(qname.trim_end_matches('.'));
    let ours = name::parse(base, shapes).map_or_else(
        || "invalid name (NXDOMAIN)".into(),
        |it| {
            let (endpoint, cluster) = it.endpoint.split_once('.').unwrap_or((it.endpoint, ""));
            object! {
                "port": it.port, "protocol": it.protocol, "endpoint": endpoint, "cluster": cluster,
                "service": it.service, "namespace": it.namespace, "kind": it.kind, "zone": it.zone,
            }
        },
    );
    compare(&case["expect"], &ours)
}

/// What the `metadata` plugin is told of a query's name.
fn metadata(config: &Value, case: &Value) -> Fault {
    let qname = text(case, "qname").to_ascii_lowercase();
    let mut clusters = config["multicluster_zones"].items().iter();
    let shapes = Shapes {
        is_multicluster: clusters.any(|it| name::trim_zone(&qname, it.as_str()).is_some()),
        is_zonal: config["zonal"].is_true(),
    };
    let mut zones = config["zones"].items().iter();
    let base = zones.find_map(|it| name::trim_zone(&qname, it.as_str()));
    let mut ours = match base.map(|it| name::parse(it, shapes)) {
        None => Value::object(),
        Some(None) => object! {"kubernetes/parse-error": "invalid query name"},
        Some(Some(it)) => object! {
            "kubernetes/endpoint": it.endpoint, "kubernetes/kind": it.kind, "kubernetes/namespace": it.namespace,
            "kubernetes/port-name": it.port, "kubernetes/protocol": it.protocol, "kubernetes/service": it.service,
        },
    };
    if shapes.is_multicluster && !ours["kubernetes/kind"].is_null() {
        let labels = text(&ours, "kubernetes/endpoint");
        let (endpoint, cluster) = labels.split_once('.').unwrap_or((&labels, ""));
        ours["kubernetes/endpoint"] = endpoint.into();
        ours["kubernetes/cluster"] = cluster.into();
    }
    compare(&case["expect"], &ours)
}

fn namespace(fixture: &Value, id: &str, case: &Value) -> Fault {
    let name = text(case, "namespace");
    let config = object! {"namespaces": &case["configured_namespaces"]};
    let zone = fixture::zone(fixture, &config, &[&name]);
    let ours = match id {
        "namespace-exists" => zone.records.has_namespace(&name),
        "namespace-configured" => zone.configures(&name),
        _ => zone.exposes(&name),
    };
    compare(&case["expect"], &ours.into())
}

fn ns_addresses(zone: &Zone, case: &Value) -> Fault {
    let servers = zone.servers(&zone.options.zones[0]).into_iter();
    let ours = servers.map(|(name, address)| {
        let kind = Data::address(address).kind().name();
        object! {"name": name, "type": kind, "rdata": address.to_string()}
    });
    compare(&case["expect"], &ours.collect())
}

/// What stands behind a name, in order: hosts and the names they have records under.
fn services(zone: &Zone, case: &Value) -> Fault {
    let kind = Type::from_name(&text(case, "qtype")).unwrap_or(Type::A);
    let query = Query::new(text(case, "qname"), kind);
    let ours = zone.behind(&query).into_iter();
    let ours = ours.map(|(host, owner)| object! {"host": host, "record_owner": owner});
    compare(&case["expect"], &ours.collect())
}

fn authority(fixture: &Value, config: &Value, case: &Value) -> Fault {
    let mut config = config.clone();
    config["local_ips"] = case["local_ips"].clone();
    let zone = fixture::zone(fixture, &config, &[]);
    let kind = Type::from_name(&text(case, "qtype"));
    let name = &case["qname"];
    let ours = zone.servers(&zone.options.zones[0]).into_iter();
    let asked =
        ours.filter(|it| kind == Some(Type::Ns) || kind == Some(Data::address(it.1).kind()));
    let ours = asked.map(|it| object! {"host": it.1.to_string(), "record_owner": name});
    compare(&case["expect"], &ours.collect())
}

fn transfer(zone: &Zone, case: &Value, group: &Value) -> Fault {
    let serial = case["client_serial"]
        .as_int()
        .and_then(|it| u32::try_from(it).ok());
    let Some(ours) = zone.transfer(&text(case, "zone"), serial.unwrap_or_default()) else {
        let expects = !case["expect"].items().is_empty() || !case["expect_same_as"].is_null();
        return expects.then(|| "no transfer".into());
    };
    let same = group["cases"].item("id", case["expect_same_as"].as_str());
    let expected = if same.is_null() { case } else { same };
    let list = |records: &[crate::dns::Record]| -> Value {
        let rows = records.iter().map(|it| {
            let mut row = to_value(it);
            row.remove("ttl");
            row
        });
        rows.collect()
    };
    let kinds: Vec<Text> = ours.iter().map(|it| it.data.kind().name()).collect();
    if let Some(kind) = case["expect_single_record_type"].text() {
        return (kinds != [kind.clone()]).then(|| format!("expected one {kind}, ours {kinds:?}"));
    }
    if !case["expect_counts"].is_null() {
        let ends = case["expect_first_and_last_type"].text();
        let wrong = case["expect_counts"].members().find(|(what, count)| {
            let (name, kind) = what.rsplit_once(' ').unwrap_or(("", what));
            let matching = ours
                .iter()
                .filter(|it| it.data.kind().name() == kind && (name.is_empty() || it.name == name));
            Value::from(matching.count()) != **count
        });
        let wrong = wrong.map(|it| format!("number of {}", it.0));
        return wrong
            .or_else(|| (kinds.first() != ends || kinds.last() != ends).then(|| "ends".into()));
    }
    let expected: Option<Vec<crate::dns::Record>> =
        expected["expect"].items().iter().map(from_value).collect();
    let Some(expected) = expected.or_else(|| section(case, "expect")) else {
        return Some("a record type we don't have".into());
    };
    compare(&list(&expected), &list(&ours))
}
