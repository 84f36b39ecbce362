//! What a replay writes, in the layout of the recordings.

use super::{Replay, Replayed, Run};
use crate::api::Kind;
use crate::apiserver::rest::{Body, HttpRequest, HttpResponse};
use crate::apiserver::{Change, LogEntry};
use crate::conformance::scenario::Action;
use crate::object;
use crate::process::Stream;
use crate::time::Time;
use crate::value::{Text, Value};

/// The resources whose watch events are recorded.
const RECORDED: [&str; 10] = [
    "nodes",
    "services",
    "endpointslices",
    "statefulsets",
    "controllerrevisions",
    "pods",
    "events",
    "persistentvolumeclaims",
    "persistentvolumes",
    "resourcequotas",
];

/// The resources whose tables are fetched, with the start of their path.
const TABLES: [(&str, &str); 10] = [
    ("pods", "/api/v1"),
    ("statefulsets", "/apis/apps/v1"),
    ("services", "/api/v1"),
    ("persistentvolumeclaims", "/api/v1"),
    ("persistentvolumes", "/api/v1"),
    ("endpointslices", "/apis/discovery.k8s.io/v1"),
    ("endpoints", "/api/v1"),
    ("events", "/api/v1"),
    ("nodes", "/api/v1"),
    ("controllerrevisions", "/apis/apps/v1"),
];

/// The row of a change in `events.jsonl`; nothing if it is not recorded.
pub fn row(entry: &LogEntry, namespace: &str, start: Time) -> Option<Value> {
    let facts = entry.object.kind.facts();
    let is_here = !facts.namespaced || entry.object.namespace() == namespace;
    if !is_here || !RECORDED.contains(&facts.plural) {
        return None;
    }
    let change = match entry.change {
        Change::Added => "ADDED",
        Change::Modified => "MODIFIED",
        Change::Deleted => "DELETED",
    };
    Some(object! {
        "t": entry.time.since(start).ms,
        "resource": facts.plural,
        "type": change,
        "object": &entry.object.value,
    })
}

/// The document an answer carries.
pub fn body(answer: &HttpResponse) -> Value {
    match &answer.body {
        Body::Json(it) => it.clone(),
        Body::Text(it) => it.into(),
        Body::Watch(_) | Body::Container(_) => Value::Null,
    }
}

impl Replay<'_> {
    pub(super) fn write_initial(&mut self) {
        let nodes = self.world.store.objects.list(Kind::Node);
        let rows = nodes.map(|it| {
            object! {"t": -1, "resource": "nodes", "type": "INITIAL", "object": &it.value}
        });
        self.out.recording.events.extend(rows);
    }

    /// Writes down a command that has ended.
    pub(super) fn write_command(&mut self, run: &Run) {
        let Run {
            step,
            began,
            command,
            ..
        } = run;
        let Action::Kubectl(argv) = &self.scenario.steps[*step].action else {
            return;
        };
        let row = object! {
            "t": began.since(self.start).ms,
            "t_end": self.world.now.since(self.start).ms,
            "argv": core::iter::once("kubectl").chain(argv.iter().map(Text::as_str)).collect::<Value>(),
            "stdin": Value::Null,
            "stdout": command.text(Stream::Stdout),
            "stderr": command.text(Stream::Stderr),
            "exit_code": command.code.unwrap_or_default(),
        };
        self.out
            .recording
            .commands
            .get_or_insert_default()
            .push(row);
    }

    pub(super) fn write_api(&mut self, step: usize, t: u64, sent: &Value, answer: &HttpResponse) {
        let Action::Api(api) = &self.scenario.steps[step].action else {
            return;
        };
        let row = object! {
            "t": t,
            "t_end": t,
            "api": object! {"method": api.method, "path": &api.path, "body": sent},
            "status": u32::from(answer.status),
            "response": body(answer),
        };
        self.out
            .recording
            .commands
            .get_or_insert_default()
            .push(row);
    }

    pub(super) fn write_tables(&mut self, label: &str) {
        let asked = self.scenario.asked.iter().filter(|it| it.0 == label);
        let asked: Vec<&str> = asked.map(|it| it.1.as_str()).collect();
        for (resource, group) in TABLES {
            if !asked.is_empty() && !asked.contains(&resource) {
                continue;
            }
            let is_namespaced = !["nodes", "persistentvolumes"].contains(&resource);
            let path = if is_namespaced {
                let namespace = &self.scenario.namespace;
                ecow::eco_format!("{group}/namespaces/{namespace}/{resource}")
            } else {
                ecow::eco_format!("{group}/{resource}")
            };
            let answer = self.world.request(&HttpRequest {
                method: "GET",
                path,
                as_table: true,
                ..HttpRequest::default()
            });
            let row = object! {
                "t": self.world.now.since(self.start).ms,
                "now": self.world.now.rfc3339(),
                "label": label,
                "resource": resource,
                "status": u32::from(answer.status),
                "table": body(&answer),
            };
            self.out.recording.tables.get_or_insert_default().push(row);
        }
    }

    pub(super) fn stop_watch(&mut self) {
        if let Some(mut watch) = self.watch.take() {
            watch.interrupt(&self.world);
            self.out
                .recording
                .watch
                .get_or_insert_default()
                .push_str(&watch.transcript());
        }
    }

    /// The end of the scenario.
    pub(super) fn finish(mut self) -> Replayed {
        self.stop_watch();
        for mut run in core::mem::take(&mut self.runs) {
            run.command.interrupt(&self.world);
            self.write_command(&run);
        }
        for trigger in core::mem::take(&mut self.roles.kubelet) {
            let step = &self.scenario.steps[trigger.step];
            let what = match &step.action {
                Action::Manual { status, pod, .. } => format!("{status} {pod}"),
                Action::Api(api) => format!("{} {}", api.method, api.path),
                _ => unreachable!("the kubelet writes statuses and deletes"),
            };
            self.out
                .remarks
                .push(format!("never done: {what} of {} ms", step.t));
        }
        let entries = self.world.trace.iter();
        self.out.reasons = entries.map(|it| it.why.rule().code).collect();
        self.out
    }
}
