//! What is done with the frames of a watch: plain state, fed frame by frame.
//!
//! upstream: k8s.io/client-go/tools/watch, UntilWithSync, and the loops of `get --watch`.

use super::print::Printer;
use super::print::table::TablePrinter;
use super::verbs::events::EventRows;
use super::verbs::{rollout, wait};
use crate::apiserver::rest::Watch;
use crate::kubectl::text::fill;
use crate::process::{Answer, Ask, Output, Stream};
use crate::time::Time;
use crate::value::{Text, Value};

/// How a watch is followed.
#[derive(Clone, Debug)]
pub(super) struct Follower {
    pub watch: Watch,
    /// When to give up.
    pub until: Option<Time>,
    pub task: Task,
}

/// What is done with each frame.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// Print it: `get --watch`.
    Print(Rows),
    /// Print it: `events --watch`.
    Events(EventRows),
    /// Wait for something to become true.
    Until(Until),
}

/// The rows of `get --watch`.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub printer: RowPrinter,
    /// Whether the next frame only repeats what was printed.
    pub skips: bool,
    /// Whether the kind of change is shown.
    pub with_events: bool,
}

#[derive(Clone, Debug)]
pub(super) enum RowPrinter {
    Table(TablePrinter),
    Objects(Printer),
}

/// Waiting for a condition of one object, seen through an informer: nothing is seen before its first list is
/// complete, and then only what is left of it.
#[derive(Clone, Debug)]
pub(super) struct Until {
    pub condition: Condition,
    synced: bool,
    held: Vec<Value>,
}

/// What is waited for.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    /// There is one.
    Exists,
    /// The object of that UID is gone.
    Gone(Text),
    /// The pod runs, or ran.
    Running,
    /// The pod is over.
    Completed,
    /// `rollout status`.
    RolledOut { revision: i64, once: bool },
    /// `wait --for=condition=…` or `jsonpath=…`.
    Met(wait::For),
}

/// How following ended.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// The condition holds, for this object.
    Met(Value),
    /// The time was up, or nothing more comes.
    TimedOut,
    /// It can never hold.
    Failed(Text),
}

impl Until {
    pub fn new(condition: Condition) -> Self {
        Self {
            condition,
            synced: false,
            held: Vec::new(),
        }
    }
}

impl Follower {
    pub fn ask(&self) -> Ask {
        Ask::Frame(self.watch.clone(), self.until)
    }

    /// Takes an answer; the outcome if that was the last.
    pub fn tell(
        &mut self,
        answer: Answer,
        now: Time,
        outputs: &mut Vec<Output>,
    ) -> Option<Outcome> {
        let Answer::Frame(watch, frame) = answer else {
            return Some(Outcome::TimedOut);
        };
        self.watch = watch;
        let mut out = String::new();
        let outcome = match &mut self.task {
            Task::Print(rows) => rows.tell(&frame, &mut out),
            Task::Events(rows) => {
                out = rows.frame(&frame, now);
                None
            }
            Task::Until(until) => until.tell(&frame, &mut out),
        };
        if !out.is_empty() {
            outputs.push(Output {
                stream: Stream::Stdout,
                text: out.into(),
            });
        }
        outcome
    }
}

impl Rows {
    /// The text for an object and what happened to it.
    pub fn text(&mut self, change: &str, object: &Value) -> Result<String, Text> {
        match &mut self.printer {
            RowPrinter::Table(table) => {
                table.add(object, self.with_events.then_some(change));
                Ok(table.flush())
            }
            RowPrinter::Objects(printer) if self.with_events => {
                let event = crate::object! {"type": change, "object": object};
                printer.print(&event).map_err(|it| it.message().into())
            }
            RowPrinter::Objects(printer) => printer.print(object).map_err(|it| it.message().into()),
        }
    }

    fn tell(&mut self, frame: &Value, out: &mut String) -> Option<Outcome> {
        let change = frame["type"].as_str();
        if change == "BOOKMARK" || core::mem::take(&mut self.skips) {
            return None;
        }
        if change == "ERROR" {
            return Some(Outcome::Failed(frame["object"]["message"].as_str().into()));
        }
        match self.text(change, &frame["object"]) {
            Ok(text) => out.push_str(&text),
            Err(why) => return Some(Outcome::Failed(why)),
        }
        None
    }
}

impl Until {
    fn tell(&mut self, frame: &Value, out: &mut String) -> Option<Outcome> {
        if frame["type"].as_str() == "BOOKMARK" {
            let annotations = &frame["object"]["metadata"]["annotations"];
            if self.synced || annotations["k8s.io/initial-events-end"].as_str() != "true" {
                return None;
            }
            self.synced = true;
            return self.sync(out);
        }
        if self.synced {
            return self
                .condition
                .see(frame["type"].as_str(), &frame["object"], out);
        }
        let uid = |it: &Value| it["metadata"]["uid"].clone();
        let object = &frame["object"];
        self.held.retain(|it| uid(it) != uid(object));
        if frame["type"].as_str() != "DELETED" {
            self.held.push(object.clone());
        }
        None
    }

    /// The first list is complete.
    fn sync(&mut self, out: &mut String) -> Option<Outcome> {
        let held = core::mem::take(&mut self.held);
        if let (Condition::Gone(_), []) = (&self.condition, held.as_slice()) {
            return Some(Outcome::Met(Value::Null));
        }
        held.iter()
            .find_map(|it| self.condition.see("ADDED", it, out))
    }
}

impl Condition {
    fn see(&self, change: &str, object: &Value, out: &mut String) -> Option<Outcome> {
        let phase = object["status"]["phase"].as_str();
        let met = || Some(Outcome::Met(object.clone()));
        let deleted = change == "DELETED";
        match self {
            Self::Exists => (!deleted).then(met).flatten(),
            Self::Gone(uid) => {
                let other = object["metadata"]["uid"].as_str() != uid && !uid.is_empty();
                if deleted || other { met() } else { None }
            }
            Self::Running | Self::Completed if deleted => {
                let name = object["metadata"]["name"].as_str();
                Some(Outcome::Failed(
                    fill("pods \"{}\" not found", &[name]).into(),
                ))
            }
            Self::Running => match phase {
                "Failed" | "Succeeded" => met(),
                "Running" if is_ready(object) => met(),
                _ => None,
            },
            Self::Completed => matches!(phase, "Failed" | "Succeeded").then(met).flatten(),
            Self::RolledOut { .. } if deleted => {
                Some(Outcome::Failed("object has been deleted".into()))
            }
            Self::RolledOut { revision, once } => match rollout::status::line(object, *revision) {
                Ok((text, done)) => {
                    out.push_str(&text);
                    if done || *once { met() } else { None }
                }
                Err(why) => Some(Outcome::Failed(why.into())),
            },
            Self::Met(what) => match what.holds(object, deleted) {
                Ok(true) => met(),
                Ok(false) => None,
                Err(why) => Some(Outcome::Failed(why.into())),
            },
        }
    }
}

/// upstream: kubectl/pkg/util/podutils, IsPodReady.
fn is_ready(pod: &Value) -> bool {
    pod["status"]["conditions"].item("type", "Ready")["status"].as_str() == "True"
}
