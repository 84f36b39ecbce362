//! Event objects: made once, counted when they repeat.
//!
//! Left out: aggregation of similar events and the spam filter.
//! upstream: client-go tools/record/events_cache.go; spec/statefulset.md C.

use crate::api::meta::new_value;
use crate::api::{Key, Kind, Objects};
use crate::apiserver::{Request, Status, Verb, WriteOptions, Written};
use crate::chance::chance;
use crate::object;
use crate::persistent::Map;
use crate::plan::{EventRecord, Report};
use crate::time::Time;
use crate::value::{Text, Value};

/// The names of the Events that were recorded, by a number drawn from what they say.
///
/// upstream: the cache of eventLogger.
pub(super) type Recorded = Map<u64, Text>;

/// The request that records an event: a new object, or one more of a known one.
pub(super) fn request(
    objects: &Objects,
    recorded: &mut Recorded,
    seed: u64,
    now: Time,
    event: &EventRecord,
) -> Request {
    let namespace: Text = match event.about["namespace"].as_str() {
        "" => "default".into(),
        namespace => namespace.into(),
    };
    let about = ["namespace", "name", "uid", "fieldPath"].map(|it| event.about[it].as_str());
    let [of, name, uid, path] = about;
    let says = [
        of,
        name,
        uid,
        path,
        event.reason,
        &event.message,
        component(event),
    ];
    let number = chance(seed, &says);
    // It may have been deleted since.
    let known = recorded
        .get(&number)
        .and_then(|it| objects.get(&Key::new(Kind::Event, namespace.clone(), it.clone())))
        .filter(|it| is_same(&it.value, event));
    let (key, verb) = match known {
        Some(known) => {
            let mut value = known.value.clone();
            value["count"] = value["count"]
                .as_int()
                .unwrap_or(1)
                .saturating_add(1)
                .into();
            value["lastTimestamp"] = now.rfc3339().into();
            value["metadata"].remove("resourceVersion");
            (known.key(), Verb::Update(value))
        }
        None => {
            let before = objects.count_in(Kind::Event, &namespace);
            let made = create(namespace, before, seed, now, event);
            recorded.insert(number, made.0.name.clone());
            made
        }
    };
    Request {
        key,
        verb,
        options: WriteOptions::default(),
    }
}

fn is_same(value: &Value, event: &EventRecord) -> bool {
    let about = &value["involvedObject"];
    value["message"].as_str() == event.message
        && about["uid"] == event.about["uid"]
        && about["fieldPath"] == event.about["fieldPath"]
        && value["reason"].as_str() == event.reason
        && value["source"]["component"].as_str() == component(event)
}

fn component(event: &EventRecord) -> &str {
    match event.source.component {
        "" => &event.source.host,
        known => known,
    }
}

/// A new event. Its name ends in the time, so that a list has events in order: those of one millisecond too, by how
/// many there were `before`.
fn create(
    namespace: Text,
    before: usize,
    seed: u64,
    now: Time,
    event: &EventRecord,
) -> (Key, Verb) {
    let words = [
        event.about["uid"].as_str(),
        event.reason,
        event.message.as_str(),
    ];
    let microseconds = u64::try_from(before % 1000).unwrap_or_default();
    let fraction = microseconds * 1000 + chance(seed, &words) % 1000;
    let nanoseconds = now.unix_ns().saturating_add(fraction);
    let name = crate::text!("{}.{nanoseconds:x}", event.about["name"].as_str());
    let key = Key::new(Kind::Event, namespace, name);
    let mut source = object! {"component": component(event)};
    if !event.source.host.is_empty() && !event.source.component.is_empty() {
        source["host"] = (&event.source.host).into();
    }
    let mut value = new_value(&key);
    value["involvedObject"] = event.about.clone();
    value["reason"] = event.reason.into();
    value["message"] = (&event.message).into();
    value["source"] = source;
    value["firstTimestamp"] = now.rfc3339().into();
    value["lastTimestamp"] = now.rfc3339().into();
    value["eventTime"] = Value::Null;
    value["count"] = 1.into();
    value["type"] = if event.is_warning {
        "Warning"
    } else {
        "Normal"
    }
    .into();
    value["reportingComponent"] = event.source.component.into();
    value["reportingInstance"] = (&event.source.host).into();
    (key, Verb::Create(value))
}

/// The Events that tell how a request went; an object that exists already is no news.
pub(super) fn told(report: &Report, answer: &Result<Written, Status>) -> Vec<EventRecord> {
    let (is_warning, (reason, message), end) = match answer {
        Err(status) if status.reason == "AlreadyExists" => return Vec::new(),
        Err(status) if status.reason != "NotFound" => (true, &report.failure, &*status.message),
        _ => (false, &report.success, ""),
    };
    if reason.is_empty() || message.is_empty() {
        return Vec::new();
    }
    let event = |line| EventRecord {
        about: report.about.clone(),
        source: report.source.clone(),
        is_warning,
        reason,
        message: crate::text!("{line}{end}"),
    };
    message.split('\n').map(event).collect()
}
