//! Event objects: made once, counted when they repeat, combined when many are alike, and lost when there are too many.
//!
//! upstream: client-go tools/record/events_cache.go; spec/statefulset.md C.

use crate::api::meta::new_value;
use crate::api::{Key, Kind, Objects};
use crate::apiserver::{Request, Status, Verb, WriteOptions, Written};
use crate::chance::chance;
use crate::object;
use crate::persistent::Map;
use crate::plan::{EventRecord, Report};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

/// So many messages of one kind about an object make an Event that stands for all further ones.
const MOST_SIMILAR: usize = 10;
/// After so long without one of them they are told singly again.
const SIMILAR_FOR: Duration = Duration::s(600);
/// An object's Events are written at this rate, after a burst.
const REFILL: Duration = Duration::s(300);
const BURST: u64 = 25;

/// What the recorders remember, by numbers drawn from what events say.
///
/// upstream: EventCorrelator; the caches of eventLogger, EventAggregator and EventSourceObjectSpamFilter.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorded {
    /// The names of Events, and how often they were told.
    names: Map<u64, (Text, i64)>,
    /// The messages that were told singly, and when the last one came.
    similar: Map<u64, (Vec<u64>, Time)>,
    /// When the bucket of an object is full again.
    spent: Map<u64, Time>,
    /// How often the kubelet of a node has begun anew, and forgot all this.
    starts: Map<Text, u64>,
}

impl Recorded {
    /// The kubelet of that node begins anew.
    pub(super) fn start_anew(&mut self, node: &str) {
        let starts = self.starts.get(node).copied().unwrap_or_default();
        self.starts.insert(node.into(), starts + 1);
    }

    /// The number under which an event's similar ones are known, if it is one too many of them.
    ///
    /// upstream: EventAggregate, EventAggregatorByReasonFunc; which message PopAny forgets is not defined.
    fn combined(
        &mut self,
        seed: u64,
        about: &[&str],
        now: Time,
        event: &EventRecord,
    ) -> Option<u64> {
        let kind = if event.is_warning {
            "Warning"
        } else {
            "Normal"
        };
        let group = chance(seed, &[about, &["similar", kind, event.reason]].concat());
        let message = chance(seed, &[&event.message]);
        let known = self.similar.get(&group).cloned();
        let known = known.filter(|it| now.since(it.1) <= SIMILAR_FOR);
        let (mut messages, _) = known.unwrap_or_default();
        let is_new = !messages.contains(&message);
        let is_over = is_new && messages.len() + 1 >= MOST_SIMILAR;
        if is_new && !is_over {
            messages.push(message);
        }
        self.similar.insert(group, (messages, now));
        is_over.then_some(group)
    }

    /// Whether an Event about that object can be written now.
    ///
    /// upstream: EventSourceObjectSpamFilter.
    fn may_write(&mut self, seed: u64, about: &[&str], now: Time) -> bool {
        let number = chance(seed, about);
        let full = self.spent.get(&number).copied().unwrap_or_default();
        let full = full.max(now) + REFILL;
        let may = full.since(now).ms <= BURST * REFILL.ms;
        if may {
            self.spent.insert(number, full);
        }
        may
    }
}

/// The request that records an event: a new object, or one more of a known one; nothing if there were too many.
pub(super) fn request(
    objects: &Objects,
    recorded: &mut Recorded,
    seed: u64,
    now: Time,
    event: &EventRecord,
) -> Option<Request> {
    let namespace: Text = match event.about["namespace"].as_str() {
        "" => "default".into(),
        namespace => namespace.into(),
    };
    let host = event.source.host.as_str();
    let starts = recorded.starts.get(host).copied().unwrap_or_default();
    let starts = crate::text!("{starts}");
    let about = ["kind", "namespace", "name", "uid"].map(|it| event.about[it].as_str());
    let about = [&about[..], &[component(event), host, &starts]].concat();
    let group = recorded.combined(seed, &about, now, event);
    let message: Text = match group {
        Some(_) => crate::text!("(combined from similar events): {}", event.message),
        None => event.message.clone(),
    };
    let number = group.unwrap_or_else(|| {
        let path = event.about["fieldPath"].as_str();
        chance(
            seed,
            &[&about[..], &[path, event.reason, &message]].concat(),
        )
    });
    let known = recorded.names.get(&number).cloned();
    let count = known.as_ref().map_or(1, |it| it.1.saturating_add(1));
    // It may have been deleted since.
    let known = known
        .and_then(|it| objects.get(&Key::new(Kind::Event, namespace.clone(), it.0)))
        .filter(|it| is_same(&it.value, event));
    let (key, verb) = match known {
        Some(known) => {
            let mut value = known.value.clone();
            value["count"] = count.into();
            value["message"] = message.into();
            value["lastTimestamp"] = now.rfc3339().into();
            value["metadata"].remove("resourceVersion");
            (known.key(), Verb::Update(value))
        }
        None => {
            let before = objects.count_in(Kind::Event, &namespace);
            let (key, mut value) = create(namespace, before, seed, now, event);
            value["count"] = count.into();
            value["message"] = message.into();
            (key, Verb::Create(value))
        }
    };
    recorded.names.insert(number, (key.name.clone(), count));
    recorded.may_write(seed, &about, now).then(|| Request {
        key,
        verb,
        options: WriteOptions::default(),
    })
}

/// Numbers of different events may be one by chance.
fn is_same(value: &Value, event: &EventRecord) -> bool {
    let about = &value["involvedObject"];
    about["uid"] == event.about["uid"]
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
) -> (Key, Value) {
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
    value["source"] = source;
    value["firstTimestamp"] = now.rfc3339().into();
    value["lastTimestamp"] = now.rfc3339().into();
    value["eventTime"] = Value::Null;
    value["type"] = if event.is_warning {
        "Warning"
    } else {
        "Normal"
    }
    .into();
    value["reportingComponent"] = event.source.component.into();
    value["reportingInstance"] = (&event.source.host).into();
    (key, value)
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
