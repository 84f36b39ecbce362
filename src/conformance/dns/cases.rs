//! CoreDNS' own cases and those derived from them: queries and whole replies.

use super::super::{Error, Report};
use super::record::{difference, from_value, has_late_alias, section, text, to_value};
use super::{fixture, units};
use crate::dns::{Finding, Query, Rcode, Reply, Type};
use crate::object;
use crate::value::Value;

/// Judges a file of cases. With `json`, the lines are what we answer, one JSON object a case.
///
/// # Errors
/// A file that is no such file.
pub fn judge(file: &Value, json: bool) -> Result<Report, Error> {
    let mut report = Report::default();
    let derived = file["cases"].items();
    if derived.is_empty() && file["groups"].items().is_empty() {
        return Err(Error {
            place: "groups".into(),
            message: "no cases: neither groups nor cases".into(),
        });
    }
    for case in derived {
        judge_case(
            &mut report,
            &file["fixture"],
            &file["config"],
            case,
            true,
            json,
        );
    }
    for group in file["groups"].items() {
        let (config, cases) = (&group["config"], group["cases"].items());
        let fixture = &file["fixtures"][group["fixture"].as_str()];
        for case in cases {
            let asserted = group["records_asserted_by_source"].as_bool() != Some(false);
            judge_case(&mut report, fixture, config, case, asserted, json);
        }
    }
    for group in file["unit_groups"].items() {
        units::judge_group(&mut report, &file["fixtures"], group);
    }
    Ok(report)
}

fn judge_case(
    report: &mut Report,
    fixture: &Value,
    config: &Value,
    case: &Value,
    asserted: bool,
    json: bool,
) {
    let mut config = config.clone();
    for (key, value) in case["config_change"].members() {
        config[key.as_str()] = value.clone();
    }
    let id = case["id"].as_str();
    let reply = answer(fixture, &config, case);
    if json {
        report.lines.push(print(id, &reply).to_json());
    }
    match fault(case, &reply, asserted) {
        None => report.tally.passed.push(id.to_owned()),
        Some(why) => {
            if !json {
                report.lines.push(format!(
                    "FAIL {id}: {} {}",
                    text(case, "qname"),
                    text(case, "qtype")
                ));
            }
            report.tally.failed.push(id.to_owned());
            report.notes.push(format!("  {id}: {why}"));
        }
    }
}

/// What our server answers to a case; REFUSED for a name in no zone.
fn answer(fixture: &Value, config: &Value, case: &Value) -> Reply {
    let name = text(case, "qname");
    let zone = fixture::zone(fixture, config, &[&name]);
    let kind = Type::from_name(&text(case, "qtype")).unwrap_or(Type::Other(0));
    let stub = &case["upstream_stub"];
    let reply = zone.answer_with(&Query::new(name, kind), &mut |_| {
        let listed = if stub["answer"].is_null() {
            stub
        } else {
            &stub["answer"]
        };
        (!stub.is_null()).then(|| Reply {
            answer: listed.items().iter().filter_map(from_value).collect(),
            truncated: stub["truncated"].is_true() || case["truncated"].is_true(),
            ..Reply::empty(Rcode::NoError, Finding::Recorded)
        })
    });
    reply.unwrap_or_else(|| Reply::empty(Rcode::Refused, Finding::NotOurs))
}

fn print(id: &str, reply: &Reply) -> Value {
    let list = |records: &[crate::dns::Record]| records.iter().map(to_value).collect::<Value>();
    object! {
        "id": id,
        "rcode": reply.rcode.name(),
        "answer": list(&reply.answer),
        "ns": list(&reply.authority),
        "extra": list(&reply.additional),
    }
}

/// What is wrong with a reply.
fn fault(case: &Value, reply: &Reply, asserted: bool) -> Option<String> {
    let rcode = text(case, "rcode");
    if rcode != reply.rcode.name() {
        return Some(format!(
            "rcode: expected {rcode}, ours {}",
            reply.rcode.name()
        ));
    }
    if case["truncated"].is_true() && !reply.truncated {
        return Some("truncated: expected, ours is not".into());
    }
    if has_late_alias(&reply.answer) {
        return Some("an alias stands behind a record of its target".into());
    }
    let sections = [
        ("answer", &reply.answer),
        ("ns", &reply.authority),
        ("extra", &reply.additional),
    ];
    for (name, ours) in sections {
        let Some(expected) = section(case, name) else {
            return Some(format!("{name}: a record type we don't have"));
        };
        if !asserted && expected.len() != ours.len() {
            return Some(format!(
                "{name}: expected {} records, ours {}",
                expected.len(),
                ours.len()
            ));
        }
        // The source writes 303 where any TTL will do.
        let mut lenient = ours.clone();
        if expected.iter().any(|it| it.ttl == 303) {
            for record in &mut lenient {
                record.ttl = 303;
            }
        }
        let differs = difference(name, &expected, &lenient);
        if asserted && differs.is_some() {
            return differs;
        }
    }
    None
}
