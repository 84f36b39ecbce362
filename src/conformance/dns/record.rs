//! Records as the case files write them.

use crate::dns::{Data, Record, Soa};
use crate::object;
use crate::value::{Text, Value};

/// A record as JSON: `{name, ttl, type, rdata}`.
pub(super) fn to_value(record: &Record) -> Value {
    let rdata: Value = match &record.data {
        Data::A(it) => it.to_string().into(),
        Data::Aaaa(it) => it.to_string().into(),
        Data::Ns(it) | Data::Cname(it) | Data::Ptr(it) => it.into(),
        Data::Txt(it) => vec![it.clone()].into(),
        Data::Srv {
            priority,
            weight,
            port,
            target,
        } => object! {
            "priority": u32::from(*priority),
            "weight": u32::from(*weight),
            "port": u32::from(*port),
            "target": target,
        },
        Data::Soa(it) => object! {
            "mname": &it.mname, "rname": &it.rname, "serial": it.serial, "refresh": it.refresh,
            "retry": it.retry, "expire": it.expire, "minimum": it.minimum,
        },
    };
    object! {
        "name": &record.name,
        "ttl": record.ttl,
        "type": record.data.kind().name(),
        "rdata": rdata,
    }
}

/// Reads a record; nothing for a type the cluster has none of.
pub(super) fn from_value(value: &Value) -> Option<Record> {
    let rdata = &value["rdata"];
    let text = || rdata.text().cloned();
    let number = |it: &Value| {
        it.as_int()
            .and_then(|it| u32::try_from(it).ok())
            .unwrap_or_default()
    };
    let short = |it: &Value| u16::try_from(number(it)).unwrap_or_default();
    let name = |it: &Value| it.text().cloned().unwrap_or_default();
    let data = match value["type"].as_str() {
        "A" => Data::A(rdata.as_str().parse().ok()?),
        "AAAA" => Data::Aaaa(rdata.as_str().parse().ok()?),
        "NS" => Data::Ns(text()?),
        "CNAME" => Data::Cname(text()?),
        "PTR" => Data::Ptr(text()?),
        "TXT" => Data::Txt(rdata[0].text().cloned()?),
        "SRV" => Data::Srv {
            priority: short(&rdata["priority"]),
            weight: short(&rdata["weight"]),
            port: short(&rdata["port"]),
            target: name(&rdata["target"]),
        },
        "SOA" => Data::Soa(Box::new(Soa {
            mname: name(&rdata["mname"]),
            rname: name(&rdata["rname"]),
            serial: number(&rdata["serial"]),
            refresh: number(&rdata["refresh"]),
            retry: number(&rdata["retry"]),
            expire: number(&rdata["expire"]),
            minimum: number(&rdata["minimum"]),
        })),
        _ => return None,
    };
    Some(Record {
        name: name(&value["name"]),
        ttl: number(&value["ttl"]),
        data,
    })
}

/// What of a record is compared, by the `match_rules` of the files: of an SOA its server alone.
fn compared(record: &Record) -> String {
    let value = to_value(record);
    let rdata = match &record.data {
        Data::Soa(it) => it.mname.to_string(),
        _ => value["rdata"].to_json(),
    };
    format!(
        "{}\t{}\t{}\t{rdata}",
        record.name, record.ttl, value["type"]
    )
}

/// What two sections differ in; nothing when they are equal but for their order.
pub(super) fn difference(section: &str, expected: &[Record], ours: &[Record]) -> Option<String> {
    let sorted = |records: &[Record]| {
        let mut texts: Vec<String> = records.iter().map(compared).collect();
        texts.sort();
        texts
    };
    let (expected, ours) = (sorted(expected), sorted(ours));
    (expected != ours).then(|| format!("{section}: expected {expected:?}, ours {ours:?}"))
}

/// Whether an alias stands behind a record it leads to.
pub(super) fn has_late_alias(records: &[Record]) -> bool {
    records
        .iter()
        .enumerate()
        .any(|(at, alias)| match &alias.data {
            Data::Cname(target) => records[..at].iter().any(|it| it.name == *target),
            _ => false,
        })
}

/// The records of a case's section.
pub(super) fn section(case: &Value, name: &str) -> Option<Vec<Record>> {
    case[name].items().iter().map(from_value).collect()
}

/// A text member, empty where it is missing.
pub(super) fn text(value: &Value, key: &str) -> Text {
    value[key].text().cloned().unwrap_or_default()
}
