//! The parts that descriptions share.

use super::super::events::{age, last_seen, sort_described};
use crate::api::meta::labels_text;
use crate::kubectl::print::Tabs;
use crate::kubectl::text::fill;
use crate::time::Time;
use crate::value::{Text, Value};

use super::super::apply::LAST_APPLIED;

/// Longer annotations go on a line of their own.
const LONGEST: usize = 140;

/// Text that is aligned at the end.
pub(super) struct Out {
    tabs: Tabs,
    done: String,
}

impl Out {
    pub fn new() -> Self {
        Self {
            tabs: Tabs::plain(),
            done: String::new(),
        }
    }

    /// A line as it is, cells divided by TABs.
    pub fn line(&mut self, parts: &[&str]) {
        for part in parts {
            self.tabs.push(part);
        }
        self.tabs.push("\n");
    }

    /// A line from a template.
    pub fn fill(&mut self, template: &str, values: &[&str]) {
        self.tabs.push(&fill(template, values));
        self.tabs.push("\n");
    }

    /// `Name:  value`, indented.
    pub fn field(&mut self, level: usize, name: &str, value: &str) {
        self.fill("{}{}:\t{}", &[&"  ".repeat(level), name, value]);
    }

    /// As [`Self::field`], unless the value is empty.
    pub fn optional(&mut self, level: usize, name: &str, value: &Value) {
        if !value.is_empty() {
            self.field(level, name, &value.to_string());
        }
    }

    /// `k=v`, one a line.
    pub fn labels(&mut self, indent: &str, title: &str, labels: &Value) {
        let lines: Vec<String> = labels
            .members()
            .map(|it| fill("{}={}", &[it.0, it.1.as_str()]))
            .collect();
        self.lines(indent, title, &lines);
    }

    /// Several lines under one title; `<none>` where there is none.
    pub fn lines(&mut self, indent: &str, title: &str, lines: &[String]) {
        let first = lines.first().map_or("<none>", String::as_str);
        self.fill("{}{}:\t{}", &[indent, title, first]);
        for it in lines.iter().skip(1) {
            self.fill("{}\t{}", &[indent, it]);
        }
    }

    pub fn annotations(&mut self, title: &str, annotations: &Value) {
        let mut lines = Vec::new();
        for (key, value) in annotations.members().filter(|it| it.0 != LAST_APPLIED) {
            let value = value.as_str();
            let value = value.strip_suffix('\n').unwrap_or(value);
            if value.len() + key.len() + 2 > LONGEST || value.contains('\n') {
                lines.push([key, ":"].concat());
                lines.extend(value.split('\n').map(|it| ["  ", &shortened(it)].concat()));
            } else {
                lines.push(fill("{}: {}", &[key, value]));
            }
        }
        self.lines("", title, &lines);
    }

    /// Name, namespace, labels and annotations.
    pub fn head(&mut self, object: &Value) {
        self.head_with(object, &[]);
    }

    /// As [`Self::head`], with fields before the labels.
    pub fn head_with(&mut self, object: &Value, fields: &[(&str, &str)]) {
        let meta = &object["metadata"];
        self.field(0, "Name", meta["name"].as_str());
        self.optional(0, "Namespace", &meta["namespace"]);
        for (name, value) in fields {
            self.field(0, name, value);
        }
        self.labels("", "Labels", &meta["labels"]);
        self.annotations("Annotations", &meta["annotations"]);
    }

    pub fn events(&mut self, mut events: Vec<Value>, now: Time) {
        if events.is_empty() {
            return self.field(0, "Events", "<none>");
        }
        self.flush();
        sort_described(&mut events);
        self.line(&["Events:\n  Type\tReason\tAge\tFrom\tMessage"]);
        self.line(&["  ----\t------\t----\t----\t-------"]);
        for it in &events {
            let source = match it["source"]["component"].as_str() {
                "" => it["reportingComponent"].as_str(),
                component => component,
            };
            let field = it["involvedObject"]["fieldPath"].as_str();
            let colon = if field.is_empty() { "" } else { ": " };
            let (kind, reason) = (it["type"].as_str(), it["reason"].as_str());
            let message = it["message"].as_str().trim();
            let age = last_seen(it, now);
            self.fill(
                "  {}\t{}\t{}\t{}\t{}{}{}",
                &[kind, reason, &age, source, field, colon, message],
            );
        }
    }

    /// The text with its TABs.
    pub fn raw(&mut self) -> String {
        self.tabs.raw()
    }

    /// What follows aligns only within itself.
    pub fn flush(&mut self) {
        self.done.push_str(&self.tabs.flush());
    }

    pub fn text(mut self) -> String {
        self.flush();
        self.done
    }
}

/// upstream: shorten.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST - 2) {
        Some((end, _)) => [&text[..end], "..."].concat(),
        None => text.to_owned(),
    }
}

/// A timestamp as `describe` prints it.
pub(super) fn date(time: &Value) -> String {
    match Time::parse(time.as_str()) {
        Some(time) => time.rfc1123z(),
        None => "<unset>".into(),
    }
}

/// `Terminating (lasts 5s)` or the phase.
pub(super) fn phase(object: &Value, now: Time) -> String {
    match &object["metadata"]["deletionTimestamp"] {
        Value::Null => object["status"]["phase"].as_str().into(),
        since => fill("Terminating (lasts {})", &[&age(since, now)]),
    }
}

/// Strings joined by commas.
pub(super) fn joined(list: &Value) -> String {
    let all: Vec<&str> = list.items().iter().map(Value::as_str).collect();
    all.join(",")
}

/// `k=v,…` or `<none>`.
pub(super) fn selector(labels: &Value) -> Text {
    labels_text(labels)
}

/// RWO, ROX, RWX, RWOP, in this order.
pub(super) fn access_modes(modes: &Value) -> String {
    let known = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let has = |name: &str| modes.items().iter().any(|it| it.as_str() == name);
    let short: Vec<&str> = known.iter().filter(|it| has(it.0)).map(|it| it.1).collect();
    short.join(",")
}

/// `[a b]`, as Go prints a list.
pub(super) fn go_list(list: &Value) -> String {
    let all: Vec<&str> = list.items().iter().map(Value::as_str).collect();
    fill("[{}]", &[&all.join(" ")])
}

/// The first three and how many more.
pub(super) fn first_three(all: &[String]) -> String {
    let shown = all[..all.len().min(3)].join(",");
    match all.len() {
        0..=3 => shown,
        more => fill("{} + {} more...", &[&shown, &(more - 3).to_string()]),
    }
}
