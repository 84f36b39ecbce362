//! `kubectl events`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/events.

use crate::kubectl::Done;
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flags;
use crate::kubectl::follow::{Follower, Task};
use crate::kubectl::io::Io;
use crate::kubectl::print::{Format, Printer, Tabs, list_of};
use crate::kubectl::resources::{self, Info, get, items, path, query};
use crate::kubectl::text::fill;
use crate::kubectl::types::{api_version_of, find};
use crate::sort;
use crate::time::{Duration, Time, human, unix_ms};
use crate::value::{Text, Value};

pub(super) const FLAGS: &str = "all-namespaces/A:b allow-missing-template-keys:b chunk-size:i for:s no-headers:b \
output/o:s show-managed-fields:b template:s types:l watch/w:b";

/// The table of events; its columns remember their widths.
#[derive(Clone, Debug)]
pub(in crate::kubectl) struct EventRows {
    tabs: Tabs,
    with_namespace: bool,
    needs_header: bool,
    types: Vec<Text>,
}

impl EventRows {
    fn add(&mut self, event: &Value, now: Time) {
        let kind = event["type"].as_str();
        if !self.types.is_empty() && !self.types.iter().any(|it| it.eq_ignore_ascii_case(kind)) {
            return;
        }
        let namespace = self.with_namespace.then_some("NAMESPACE");
        if core::mem::take(&mut self.needs_header) {
            let header =
                namespace
                    .into_iter()
                    .chain(["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]);
            self.tabs.row(&header.collect::<Vec<_>>());
        }
        let of = &event["involvedObject"];
        let object = fill("{}/{}", &[of["kind"].as_str(), of["name"].as_str()]);
        let message = event["message"].as_str().trim();
        let seen = last_seen(event, now);
        let namespace = self
            .with_namespace
            .then_some(event["metadata"]["namespace"].as_str());
        let cells = [&seen, kind, event["reason"].as_str(), &object, message];
        self.tabs
            .row(&namespace.into_iter().chain(cells).collect::<Vec<_>>());
    }

    /// The text for a frame of a watch.
    pub fn frame(&mut self, frame: &Value, now: Time) -> String {
        if matches!(frame["type"].as_str(), "ADDED" | "MODIFIED") {
            self.add(&frame["object"], now);
        }
        self.tabs.flush()
    }
}

/// `20s (x7 over 80s)`.
///
/// upstream: getInterval; the same words are in `describe`.
pub(super) fn last_seen(event: &Value, now: Time) -> String {
    let (series, count) = (
        &event["series"],
        event["count"].as_int().unwrap_or_default(),
    );
    let first = first_time(event);
    if !series.is_null() {
        let count = series["count"].as_int().unwrap_or_default();
        return repeated(
            &age(&series["lastObservedTime"], now),
            count,
            &age(first, now),
        );
    }
    if count > 1 {
        return repeated(&age(&event["lastTimestamp"], now), count, &age(first, now));
    }
    age(first, now)
}

fn repeated(last: &str, count: i64, first: &str) -> String {
    fill("{} (x{} over {})", &[last, &count.to_string(), first])
}

fn first_time(event: &Value) -> &Value {
    match &event["firstTimestamp"] {
        Value::Null => &event["eventTime"],
        time => time,
    }
}

/// When it happened last.
fn last_time(event: &Value) -> Option<u64> {
    [
        &event["series"]["lastObservedTime"],
        &event["lastTimestamp"],
        &event["eventTime"],
    ]
    .into_iter()
    .find_map(|it| unix_ms(it.as_str()))
}

/// Oldest first by what `describe` looks at.
///
/// upstream: k8s.io/kubectl/pkg/util/event, SortableEvents.
pub(super) fn sort_described(events: &mut [Value]) {
    let time = |it: &Value| unix_ms(it["lastTimestamp"].as_str());
    sort::as_go(events, |a, b| time(a) < time(b));
}

/// The age of a timestamp, by the client's clock.
pub(super) fn age(time: &Value, now: Time) -> String {
    let now_ms = now.unix_ns() / 1_000_000;
    match unix_ms(time.as_str()) {
        Some(then) if then >= now_ms + 2000 => "<invalid>".into(),
        Some(then) => human(Duration::ms(now_ms.saturating_sub(then))),
        None => "<unknown>".into(),
    }
}

pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    let format = Format::of(flags, false)?;
    let everywhere = flags.is("all-namespaces");
    let namespace = if everywhere {
        Text::new()
    } else {
        resources::namespace(io, flags)
    };
    for it in flags.all("types") {
        if !it.eq_ignore_ascii_case("Normal") && !it.eq_ignore_ascii_case("Warning") {
            return Err(Failure::client("valid --types are Normal or Warning").into());
        }
    }
    let of = find("events")?;
    let mut request = get(path(of, &namespace, "", ""));
    if flags.has("for") {
        request = query(request, "fieldSelector", &target(flags.text("for"))?);
    }
    let list = io.json(query(request.clone(), "limit", "500"))?;
    let mut events = items(&list, of);
    sort::as_go(&mut events, |a, b| last_time(a) < last_time(b));
    let mut rows = EventRows {
        tabs: Tabs::wide(),
        with_namespace: everywhere,
        needs_header: !flags.is("no-headers"),
        types: flags.all("types").cloned().collect(),
    };
    match format {
        // upstream: the items of a typed list have no kind, and the name printer is silent about them.
        Format::Objects(Printer::Name) => return Ok(()),
        Format::Objects(mut printer) => {
            let text = printer.print(&list_of(events, Value::object()))?;
            io.print(text);
            return Ok(());
        }
        Format::Human { .. } => {}
    }
    let watches = flags.is("watch");
    for event in &events {
        rows.add(event, io.now);
        if watches {
            // upstream: each event of a watch is flushed alone, the first ones too.
            io.print(rows.tabs.flush());
        }
    }
    if watches {
        let version = list["metadata"]["resourceVersion"].as_str();
        let request = query(query(request, "resourceVersion", version), "watch", "true");
        let watch = io.watch(request)?;
        io.follow(|| Follower {
            watch,
            until: None,
            task: Task::Events(rows),
        })?;
        return Err(Failure::exit(String::new(), 1).into());
    }
    let text = rows.tabs.flush();
    if text.is_empty() {
        let text = if everywhere {
            "No events found.\n".to_owned()
        } else {
            fill("No events found in {} namespace.\n", &[&namespace])
        };
        io.print_error(text);
    }
    io.print(text);
    Ok(())
}

/// The field selector for `--for pod/web-0`.
fn target(object: &str) -> Result<String, Failure> {
    let (of, name) = object
        .split_once('/')
        .ok_or_else(|| Failure::client("--for must be in resource/name form"))?;
    let of = find(of)?;
    let version = api_version_of(of);
    Ok(fill(
        "involvedObject.kind={},involvedObject.apiVersion={},involvedObject.name={}",
        &[of.kind, &version, name],
    ))
}

/// Events of an object, as `describe` asks for them.
pub(super) fn of_object(io: &mut Io, info: &Info) -> Done<Vec<Value>> {
    let of = find("events")?;
    let uid = info.object["metadata"]["uid"].as_str();
    let namespace = info.namespace.as_str();
    let request = query(
        get(path(of, namespace, "", "")),
        "fieldSelector",
        &fill(
            "involvedObject.name={},involvedObject.namespace={},involvedObject.kind={},involvedObject.uid={}",
            &[&info.name, namespace, info.of.kind, uid],
        ),
    );
    let list = io.json(query(request, "limit", "500"))?;
    Ok(items(&list, of))
}
