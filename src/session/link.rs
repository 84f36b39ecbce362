//! A session as text and back: what a permalink holds. Packing and base64 are the page's (`www/permalink.js`).
//!
//! `{"manifest": text, "runs": [[[after, ms, input], …], …], "run": 0, "step": 12, "seq": 80, "time": ms, "seed": 1, "nodes": 3, "kubernetes":
//! "v1.36", "featureGates": "MaxUnavailableStatefulSet=true"}`; each member may be missing. What loading `manifest` does by itself is written as 0 among a run's inputs.
//! `cmd` holds command lines for whoever writes a link by hand.

use crate::apiserver::rest::HttpRequest;
use crate::array;
use crate::config::{Config, Version};
use crate::memory::Outage;
use crate::object;
use crate::shell::{Origin, Pending};
use crate::sim::{BRANCHES_MAX, Branch, Input, Recorded, Seq, Timeline};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

/// What a link says.
#[derive(Clone, Debug, Default)]
pub(super) struct Link {
    pub manifest: Text,
    /// What is done after loading, if no run says it.
    pub more: Option<Input>,
    /// Per branch its inputs.
    pub runs: Vec<Vec<Item>>,
    pub run: usize,
    pub step: usize,
    pub seq: Seq,
    pub time: Time,
    pub config: Config,
    /// What could not be read, in words.
    pub problems: Vec<Text>,
}

/// An input of a run.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// The next one that comes of loading the manifest.
    Given,
    /// The reader's own.
    Own(Recorded),
}

/// A session as a link.
pub(super) fn write(text: &str, timeline: &Timeline) -> Value {
    let recorded = |it: &Recorded| {
        if it.is_given {
            Value::from(0)
        } else {
            array![it.after, it.time.ms, input_value(&it.input)]
        }
    };
    let branches = timeline.branches();
    let mut link = object! {
        "manifest": text,
        "seq": timeline.world().seq,
        "step": timeline.world().trace.shown(),
        "time": timeline.world().now.ms,
    };
    let all = || branches.iter().map(Branch::inputs);
    if all().any(|it| it.iter().any(|it| !it.is_given)) {
        let runs = all().map(|it| it.iter().map(recorded).collect::<Value>());
        link["runs"] = runs.collect();
    }
    if timeline.current() > 0 {
        link["run"] = timeline.current().into();
    }
    let (config, usual) = (&timeline.world().config, Config::default());
    if config.seed != usual.seed {
        link["seed"] = config.seed.into();
    }
    if config.nodes != usual.nodes {
        link["nodes"] = config.nodes.into();
    }
    if config.version != usual.version {
        link["kubernetes"] = config.version.name().into();
    }
    let gates = config.gates();
    if !gates.is_empty() {
        link["featureGates"] = gates.into();
    }
    link
}

impl Link {
    /// The inputs of every branch, when loading the manifest gives these: all of them are in each.
    pub fn runs(self, given: &[Recorded]) -> Vec<Vec<Recorded>> {
        let full = |run: Vec<Item>| {
            let mut given = given.iter().cloned();
            let known = run.into_iter().filter_map(|it| match it {
                Item::Given => given.next(),
                Item::Own(it) => Some(it),
            });
            let mut inputs: Vec<Recorded> = known.collect();
            inputs.extend(given);
            inputs
        };
        if !self.runs.is_empty() {
            return self.runs.into_iter().map(full).collect();
        }
        let more = self.more.map(|input| Recorded {
            is_given: false,
            ..Recorded::given(input)
        });
        vec![given.iter().cloned().chain(more).collect()]
    }
}

/// Reads a link as far as it can be read.
pub(super) fn read(text: &str) -> Link {
    let mut link = Link::default();
    let value = Value::from_json(text).unwrap_or_else(|error| {
        link.problems
            .push(crate::text!("the link is damaged ({error})"));
        salvage(text)
    });
    if value.as_map().is_none() {
        link.problems.push("the link holds no session".into());
    }
    // What is usual in a version comes before what a link changes of it.
    if let Some(version) = Version::named(value["kubernetes"].as_str()) {
        link.config = Config::of(version);
    }
    for (name, value) in value.members() {
        if !link.take(name, value) {
            link.problems
                .push(crate::text!("the link's {name} was not understood"));
        }
    }
    link
}

impl Link {
    /// One member; false if it is none that a link has, or not of its shape.
    fn take(&mut self, name: &str, value: &Value) -> bool {
        let number = value.as_int().and_then(|it| u32::try_from(it).ok());
        let mut is_read = true;
        match (name, number) {
            ("manifest", _) => self.manifest = value.as_str().into(),
            ("cmd", _) => {
                let lines = value.items().iter().map(pending);
                self.more = Some(Input::Paste(lines.collect()));
            }
            ("runs", _) => {
                is_read = value.items().len() <= BRANCHES_MAX;
                self.runs = value
                    .items()
                    .iter()
                    .take(BRANCHES_MAX)
                    .map(|run| {
                        let items = run.items().iter();
                        let known: Vec<_> = items.map_while(item).collect();
                        is_read &= known.len() == run.items().len();
                        known
                    })
                    .collect();
            }
            ("run", Some(it)) => self.run = it as usize,
            ("step", Some(it)) => self.step = it as usize,
            ("seq", Some(it)) => self.seq = it.into(),
            ("time", _) => {
                self.time.ms = value
                    .as_int()
                    .and_then(|it| u64::try_from(it).ok())
                    .unwrap_or(0);
            }
            ("seed", Some(it)) => self.config.seed = it.into(),
            ("nodes", Some(it @ 1..=100)) => self.config.nodes = it,
            ("kubernetes", _) => is_read = Version::named(value.as_str()).is_some(),
            ("featureGates", _) => is_read = self.config.switch_gates(value.as_str()).is_ok(),
            _ => is_read = false,
        }
        is_read
    }
}

/// What stands before the damage: the reader's text is the first member that matters, and is kept even where it ends
/// in the middle.
fn salvage(text: &str) -> Value {
    let is_end = |at: &usize| text.is_char_boundary(*at) && !text[..*at].ends_with('\\');
    let ends = (1..=text.len()).rev().filter(is_end).take(ENDS_MAX);
    let mut closed = ends.flat_map(|at| CLOSINGS.map(|it| format!("{}{it}", &text[..at])));
    closed
        .find_map(|it| Value::from_json(&it).ok())
        .unwrap_or_default()
}

/// So far back from its end a damaged link is tried.
const ENDS_MAX: usize = 12;
/// What may close it there.
const CLOSINGS: [&str; 6] = ["}", "\"}", "]}", "]]}", "]]]}", "\"]]]}"];

/// An item of a run; nothing if it is none.
fn item(value: &Value) -> Option<Item> {
    if value.as_int() == Some(0) {
        return Some(Item::Given);
    }
    let whole = |at: usize| u64::try_from(value[at].as_int()?).ok();
    Some(Item::Own(Recorded {
        after: whole(0)?,
        time: Time { ms: whole(1)? },
        input: input(&value[2])?,
        is_given: false,
    }))
}

fn input_value(input: &Input) -> Value {
    match input {
        Input::Second(input) => object! {"second": input_value(input)},
        Input::Type(line) => line.into(),
        Input::Paste(lines) => {
            object! {"paste": lines.iter().map(|it| if it.origin == Origin::Inner {
                array![&it.text]
            } else {
                Value::from(&it.text)
            }).collect::<Value>()}
        }
        Input::Interrupt => Value::Null,
        Input::Edited(text) => {
            object! {"edited": text.as_ref().map_or(Value::from(false), Value::from)}
        }
        Input::WriteFile { path, text } => object! {"file": path, "text": text},
        Input::Http(request) => object! {
            "http": request.method, "path": &request.path, "type": &request.content_type, "body": &request.body,
            "query": request.query.iter().map(|(name, it)| array![name, it]).collect::<Value>(),
        },
        Input::Program {
            namespace,
            pod,
            container,
            words,
        } => object! {
            "program": words, "namespace": namespace, "pod": pod, "container": container,
        },
        Input::NodeDown(name, cause) => {
            let mut it = Value::object();
            it[cause.word()] = name.into();
            it
        }
        Input::NodeUp(name) => object! {"up": name},
        Input::Provision(takes) => object! {"provision": span(*takes)},
        Input::HoldRemoval {
            namespace,
            pod,
            hold_ms,
        } => object! {
            "hold": *hold_ms, "namespace": namespace, "pod": pod,
        },
        Input::Pull { image, takes } => {
            object! {"pull": image, "takes": span(*takes)}
        }
    }
}

/// A span in milliseconds; -1 for one that never ends.
fn span(it: Duration) -> i64 {
    i64::try_from(it.ms).unwrap_or(-1)
}

pub(super) fn input(value: &Value) -> Option<Input> {
    if value.is_null() {
        return Some(Input::Interrupt);
    }
    if let Some(line) = value.text() {
        return Some(Input::Type(line.clone()));
    }
    let text = |name: &str| Text::from(value[name].as_str());
    let whole = |name: &str| value[name].as_int().and_then(|it| u64::try_from(it).ok());
    let has = |name: &str| !value[name].is_null();
    if let Some((_, second)) = value.members().find(|it| it.0 == "second") {
        // A link may nest as deeply as its JSON; the second terminal has no second terminal.
        return input(second)
            .filter(|it| !matches!(it, Input::Second(_)))
            .map(|it| Input::Second(Box::new(it)));
    }
    Some(if has("paste") {
        Input::Paste(value["paste"].items().iter().map(pending).collect())
    } else if has("edited") {
        Input::Edited(value["edited"].text().cloned())
    } else if has("file") {
        Input::WriteFile {
            path: text("file"),
            text: text("text"),
        }
    } else if has("http") {
        let method = value["http"].as_str();
        let query = value["query"].items().iter();
        Input::Http(HttpRequest {
            method: METHODS.into_iter().find(|it| *it == method)?,
            path: text("path"),
            query: query
                .map(|it| (it[0].as_str().into(), it[1].as_str().into()))
                .collect(),
            content_type: text("type"),
            body: value["body"].clone(),
            ..HttpRequest::default()
        })
    } else if has("program") {
        Input::Program {
            namespace: text("namespace"),
            pod: text("pod"),
            container: text("container"),
            words: text("program"),
        }
    } else if let Some(cause) = Outage::ALL.into_iter().find(|it| has(it.word())) {
        Input::NodeDown(text(cause.word()), cause)
    } else if has("provision") {
        Input::Provision(whole("provision").map_or(Duration::NEVER, Duration::ms))
    } else if has("up") {
        Input::NodeUp(text("up"))
    } else if has("hold") {
        Input::HoldRemoval {
            namespace: text("namespace"),
            pod: text("pod"),
            hold_ms: whole("hold")?,
        }
    } else {
        Input::Pull {
            image: value["pull"].text()?.clone(),
            takes: whole("takes").map_or(Duration::NEVER, Duration::ms),
        }
    })
}

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// A line of a pasted transcript: a text, or a list of one text where it was typed inside a container.
fn pending(value: &Value) -> Pending {
    let is_outer = value.text().is_some();
    Pending {
        origin: if is_outer {
            Origin::Outer
        } else {
            Origin::Inner
        },
        text: value.text().unwrap_or(&value[0].as_str().into()).clone(),
    }
}
