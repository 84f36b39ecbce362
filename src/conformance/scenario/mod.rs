//! A recorded scenario: what was done to a cluster, when, and what was waited for.
//!
//! Read from `scenario.yaml`. Of the recorded watch events only those of the cluster's first moment (`INITIAL`) are
//! looked at, of the recorded tables only when they were asked for, and which. The formats are described in the
//! recordings' own README.

mod condition;
mod placement;
mod timing;

pub use condition::{Condition, NodeState};
pub use placement::{Placement, placements};
pub use timing::{Kubelet, Roles, Script, Trigger};

use std::path::Path;

use super::{Error, files};
use crate::process::Files;
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::yaml;

/// A recorded scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: Text,
    /// The namespace everything happens in; kubectl's default.
    pub namespace: Text,
    /// Whether kubelets ran; otherwise pod statuses are steps.
    pub has_kubelets: bool,
    /// Feature gates that were switched.
    pub gates: Vec<(Text, bool)>,
    /// The files that commands name.
    pub files: Files,
    /// How long it was recorded.
    pub duration: Duration,
    /// What was done, in the order it was recorded.
    pub steps: Vec<Step>,
    /// The objects that were there at the start.
    pub initial: Vec<Value>,
    /// Label and resource of each table that was asked for; nothing if the recording does not tell.
    pub asked: Vec<(Text, Text)>,
    /// The date at the start, if the recording tells: `kubectl describe` prints dates.
    pub date: Option<Time>,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When, in milliseconds since the start: when it began, or for `api` and `manual` when it was answered.
    pub t: u64,
    /// What.
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Runs kubectl with these words to its end.
    Kubectl(Vec<Text>),
    /// Sends a request.
    Api(Api),
    /// Writes a pod's status.
    Manual {
        /// Which status: `ready`.
        status: Text,
        /// The pod.
        pod: Text,
        /// The recorded answer's code.
        code: u16,
    },
    /// Says what the scripted kubelet does by itself from now on.
    Kubelet(Kubelet),
    /// Waits until a condition holds.
    Wait {
        /// The condition.
        condition: Condition,
        /// When it held in the recording.
        held_at: u64,
    },
    /// Lets time pass.
    Sleep(Duration),
    /// Starts a kubectl that watches, and that runs beside the rest.
    Watch(Vec<Text>),
    /// Interrupts the watch.
    WatchStop,
    /// Fetches the tables of all resources under this label.
    Tables(Text),
    /// Stops a node's kubelet, or starts it again.
    Servers {
        /// Whether it is stopped.
        is_stop: bool,
        /// The node.
        node: Text,
    },
}

/// A request sent without kubectl.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// `DELETE`.
    pub method: &'static str,
    /// The path.
    pub path: Text,
    /// The body.
    pub body: Value,
    /// The recorded answer's code.
    pub code: u16,
}

impl Api {
    /// The pod that is deleted, if that is what the request does.
    pub fn deleted_pod(&self) -> Option<&str> {
        let (before, name) = self.path.rsplit_once('/')?;
        (self.method == "DELETE" && before.ends_with("/pods")).then_some(name)
    }
}

impl Scenario {
    /// Reads a scenario's folder.
    ///
    /// # Errors
    /// A file that cannot be read, and steps or conditions nobody knows.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("scenario.yaml");
        let place = path.display().to_string();
        let parsed = yaml::parse(&files::text(&path)?);
        if let Some(error) = parsed.error {
            return Err(Error {
                place: format!("{place}:{}", error.line),
                message: error.message,
            });
        }
        let document = parsed.documents.into_iter().next();
        let document = document.map(|it| it.value).unwrap_or_default();
        let rows = files::rows_if_there(&folder.join("events.jsonl"))?;
        let initial = rows.unwrap_or_default();
        let initial = initial
            .iter()
            .filter(|it| it["type"].as_str() == "INITIAL")
            .map(|it| it["object"].clone())
            .collect();
        let mut scenario = Self::of(&place, &document, initial)?;
        let tables = files::rows_if_there(&folder.join("tables.jsonl"))?;
        let tables = tables.unwrap_or_default();
        scenario.date = date(&tables);
        let text = |it: &Value| it.text().cloned().unwrap_or_default();
        let tables = tables.iter();
        scenario.asked = tables
            .map(|it| (text(&it["label"]), text(&it["resource"])))
            .collect();
        Ok(scenario)
    }

    /// A scenario from its document; `place` names it in errors.
    ///
    /// # Errors
    /// Steps or conditions nobody knows.
    pub fn of(place: &str, document: &Value, initial: Vec<Value>) -> Result<Self, Error> {
        let text = |value: &Value| value.text().cloned().unwrap_or_default();
        let steps = document["steps"].items().iter().enumerate();
        let steps = steps.map(|(at, step)| {
            read_step(step).map_err(|message| Error {
                place: format!("{place}: step {}", at + 1),
                message,
            })
        });
        Ok(Self {
            name: text(&document["name"]),
            namespace: text(&document["namespace"]),
            has_kubelets: document["kind"].as_str() == "A",
            gates: document["gates"]
                .members()
                .map(|(gate, on)| (gate.clone(), on.is_true()))
                .collect(),
            files: document["manifests"]
                .members()
                .map(|(name, manifest)| (name.clone(), text(manifest)))
                .collect(),
            duration: Duration::ms(whole_ms(&document["duration_ms"]).unwrap_or_default()),
            steps: steps.collect::<Result<_, _>>()?,
            initial,
            asked: Vec::new(),
            date: None,
        })
    }
}

/// The date at the start, from the server's clock that stands beside each table: in whole seconds, so that several
/// tables tell more than one.
fn date(tables: &[Value]) -> Option<Time> {
    let starts = tables.iter().filter_map(|it| {
        let now = Time::parse(it["now"].as_str())?;
        now.ms.checked_sub(whole_ms(&it["t"])?)
    });
    let (earliest, latest) = (starts.clone().max()?, starts.min()? + 1000);
    Some(Time {
        ms: earliest.midpoint(latest),
    })
}

fn read_step(step: &Value) -> Result<Step, String> {
    let t = whole_ms(&step["t"]).ok_or("t is not a time")?;
    let has = |key: &str| !step[key].is_null();
    let code = u16::try_from(step["status"].as_int().unwrap_or(200)).unwrap_or_default();
    let action = match () {
        () if has("kubectl") => Action::Kubectl(argv(&step["kubectl"])),
        () if has("api") => Action::Api(api(step, code)?),
        () if has("manual") => Action::Manual {
            status: step["manual"].as_str().into(),
            pod: step["pod"].as_str().into(),
            code,
        },
        () if has("manual_kubelet") => Action::Kubelet(kubelet(&step["manual_kubelet"])?),
        () if has("wait") => Action::Wait {
            condition: Condition::read(step["wait"].as_str())?,
            held_at: [&step["satisfied_t"], &step["settled_t"]]
                .into_iter()
                .find_map(whole_ms)
                .unwrap_or(t),
        },
        () if has("sleep") => Action::Sleep(seconds(&step["sleep"])?),
        () if has("watch") => Action::Watch(argv(&step["watch"])),
        () if has("watch_stop") => Action::WatchStop,
        () if has("tables") => Action::Tables(step["tables"].as_str().into()),
        () if has("servers") => servers(step["servers"].as_str())?,
        () => return Err(format!("unknown step {step}")),
    };
    Ok(Step { t, action })
}

/// The words after `kubectl`; some steps write that word too, others don't.
fn argv(words: &Value) -> Vec<Text> {
    let words = words.items().iter().enumerate();
    words
        .filter(|(at, it)| *at > 0 || it.as_str() != "kubectl")
        .map(|(_, it)| ecow::eco_format!("{it}"))
        .collect()
}

fn api(step: &Value, code: u16) -> Result<Api, String> {
    let call = step["api"].as_str();
    let (verb, path) = call.split_once(' ').ok_or("api is not VERB PATH")?;
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let method = known.into_iter().find(|it| *it == verb);
    Ok(Api {
        method: method.ok_or_else(|| format!("unknown verb {verb}"))?,
        path: path.into(),
        body: step["body"].clone(),
        code,
    })
}

fn kubelet(it: &Value) -> Result<Kubelet, String> {
    Ok(Kubelet {
        is_auto: it["auto"].is_true(),
        delay: seconds(&it["delay"])?,
        deletes: it["autodelete"].is_true(),
        deletion_delay: seconds(&it["del_delay"])?,
    })
}

fn servers(call: &str) -> Result<Action, String> {
    let (is_stop, node) = match call.split_once(' ') {
        Some(("stop", node)) => (true, node),
        Some(("start", node)) => (false, node),
        _ => return Err(format!("unknown servers step {call}")),
    };
    Ok(Action::Servers {
        is_stop,
        node: node.into(),
    })
}

/// A time of the recording.
fn whole_ms(value: &Value) -> Option<u64> {
    value.as_int().and_then(|it| u64::try_from(it).ok())
}

/// A span written in seconds.
fn seconds(value: &Value) -> Result<Duration, String> {
    condition::seconds(&value.to_string())
        .ok_or_else(|| format!("{value} is not a number of seconds"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{array, object};

    #[test]
    fn every_kind_of_step_is_read_and_an_unknown_one_named() {
        let step = |mut it: Value| {
            it["t"] = 7.into();
            read_step(&it).map(|it| it.action)
        };
        let argv = array!["kubectl", "get", 3];
        assert_eq!(
            step(object! {"watch": argv}),
            Ok(Action::Watch(vec!["get".into(), "3".into()]))
        );
        assert_eq!(
            step(object! {"sleep": Value::Float(0.7), "why": ""}),
            Ok(Action::Sleep(Duration::ms(700)))
        );
        let deletion =
            step(object! {"api": "DELETE /api/v1/namespaces/b/pods/web-0", "status": 409});
        let Ok(Action::Api(deletion)) = deletion else {
            panic!("{deletion:?}")
        };
        assert_eq!(
            (deletion.deleted_pod(), deletion.code),
            (Some("web-0"), 409)
        );
        assert_eq!(
            step(object! {"wait": "web-0 scheduled", "satisfied_t": 9}),
            Ok(Action::Wait {
                condition: Condition::Scheduled("web-0".into()),
                held_at: 9
            })
        );
        let unknown = Scenario::of(
            "x.yaml",
            &object! {"steps": array![object! {"t": 1, "wait": "for godot"}]},
            Vec::new(),
        );
        assert_eq!(
            unknown.expect_err("nobody knows it").to_string(),
            "x.yaml: step 1: unknown condition \"for godot\""
        );
    }
}
