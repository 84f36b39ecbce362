//! The border to JavaScript: one class, JSON text out, no logic.
#![allow(
    clippy::missing_errors_doc,
    reason = "a refused option is a JavaScript Error with the library's words"
)]

use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::config::{Config, Version};
use crate::session::{Lesson, Session};
use crate::sim::StepSize;
use crate::time::{Duration, Time};
use crate::view::export::Export;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

#[wasm_bindgen]
extern "C" {
    /// `Options` of `types.d.ts`.
    #[wasm_bindgen(typescript_type = "Options")]
    pub type Options;
    /// `StepSize` of `types.d.ts`.
    #[wasm_bindgen(typescript_type = "StepSize")]
    pub type Size;
}

/// The options as JavaScript gives them; each may be missing.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct GivenOptions {
    seed: Option<u32>,
    kubernetes: Option<String>,
    nodes: Option<u32>,
    feature_gates: Option<String>,
}

/// A cluster with its past.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Cluster(Session);

#[wasm_bindgen]
impl Cluster {
    /// An empty cluster.
    #[wasm_bindgen(constructor)]
    pub fn new(options: Option<Options>) -> Result<Self, JsError> {
        console_panics();
        let given: GivenOptions = match options {
            Some(options) => read_options(options.into())?,
            None => GivenOptions::default(),
        };
        let mut config = Config::of(version(given.kubernetes.as_deref())?);
        if let Some(seed) = given.seed {
            config.seed = seed.into();
        }
        if let Some(nodes) = given.nodes {
            if !(1..=100).contains(&nodes) {
                return Err(JsError::new("nodes: from 1 to 100"));
            }
            config.nodes = nodes;
        }
        if let Some(gates) = given.feature_gates {
            config.switch_gates(&gates).map_err(|it| {
                JsError::new(&format!("featureGates: unrecognized feature gate: {it}"))
            })?;
        }
        Ok(Self(Session::new(config)))
    }

    /// Starts anew with that text as the input at time 0. Returns JSON of `Paste`.
    pub fn load(&mut self, text: &str) -> String {
        self.0.load(text)
    }

    /// What `load` would say of that text. Returns JSON of `Paste`.
    pub fn check(&self, text: &str) -> String {
        self.0.check(text)
    }

    /// Applies that text now; in the past, the later part is dropped. Returns JSON of `Paste`.
    pub fn apply(&mut self, text: &str) -> String {
        self.0.apply(text)
    }

    /// One step forward. False when nothing was left to do.
    pub fn step(&mut self, size: &Size) -> Result<bool, JsError> {
        let size = match size.as_string().as_deref() {
            Some("event") => StepSize::Event,
            Some("decision") => StepSize::Decision,
            Some("change") => StepSize::Change,
            Some("ready") => StepSize::Ready,
            Some("idle") => StepSize::Idle,
            _ => {
                return Err(JsError::new(
                    "size: one of event, decision, change, ready, idle",
                ));
            }
        };
        Ok(self.0.step(size))
    }

    /// To the change before; exact. False at the start.
    pub fn back(&mut self) -> bool {
        self.0.back()
    }

    /// To the visible change of that number; plays forward if it was never reached.
    pub fn seek(&mut self, step: usize) {
        self.0.seek(step);
    }

    /// To that moment in milliseconds, at most the end of what has been run.
    #[wasm_bindgen(js_name = seekTime)]
    pub fn seek_time(&mut self, ms: f64) {
        self.0.seek_time(Time { ms: whole(ms) });
    }

    /// Lets virtual time pass. False when nothing is left to happen.
    pub fn advance(&mut self, ms: f64) -> bool {
        self.0.advance(Duration::ms(whole(ms)))
    }

    /// Lets virtual time pass, up to the first change a reader sees. False when nothing is left to happen.
    #[wasm_bindgen(js_name = advanceToChange)]
    pub fn advance_to_change(&mut self, ms: f64) -> bool {
        self.0.advance_to_change(Duration::ms(whole(ms)))
    }

    /// The reader types a line into the terminal; with 1 into the second one.
    #[wasm_bindgen(js_name = type)]
    pub fn type_line(&mut self, line: &str, terminal: Option<usize>) {
        self.0.type_at(terminal.unwrap_or_default(), line);
    }

    /// Types a line and lets time pass until it has ended: JSON of `Ran`.
    pub fn exec(&mut self, line: &str) -> String {
        self.0.exec(line).to_value().to_json()
    }

    /// What `why OBJECT` prints in the terminal; asking leaves no trace.
    pub fn why(&self, object: &str) -> String {
        self.0.why(object)
    }

    /// Answers a client of the API server: JSON of `WireRequest` in, of `WireAnswer` out.
    pub fn request(&mut self, request: &str) -> String {
        self.0.request(request)
    }

    /// Ctrl-C in the terminal; with 1 in the second one.
    pub fn interrupt(&mut self, terminal: Option<usize>) {
        self.0.interrupt_at(terminal.unwrap_or_default());
    }

    /// Closes the editor that `kubectl edit` opened with that text (`TerminalView.editing`); with 1 in the second terminal.
    pub fn edited(&mut self, text: &str, terminal: Option<usize>) {
        self.0.edited(terminal.unwrap_or_default(), Some(text));
    }

    /// What the word before the cursor could become; with 1 in the second terminal. Returns JSON of `Completion`.
    pub fn complete(&self, before: &str, terminal: Option<usize>) -> String {
        self.0.complete(terminal.unwrap_or_default(), before)
    }

    /// Types the commands of a transcript, one after another, once everything is at rest.
    pub fn perform(&mut self, transcript: &str) {
        self.0.perform(transcript);
    }

    /// Whether the last of these commands (a transcript) would print that now. Asking changes nothing.
    pub fn holds(&self, commands: &str, prints: &str) -> bool {
        self.0.holds(commands, prints)
    }

    /// A lesson's Markdown, read, and played for the answers to its predictions. Returns JSON of `Lesson`.
    pub fn lesson(markdown: &str) -> String {
        Lesson::read(markdown).to_value().to_json()
    }

    /// The whole state for the page: JSON of `Snapshot`.
    pub fn snapshot(&self) -> String {
        self.0.snapshot()
    }

    /// All that is needed to get here again: JSON of `Link`, for `open`.
    pub fn link(&self) -> String {
        self.0.link()
    }

    /// Starts anew as that JSON of `Link` says, as far as it can be read. Returns JSON of `Opened`.
    pub fn open(&mut self, link: &str) -> String {
        self.0.open(link)
    }

    /// To another branch (an index of `Snapshot.branches`), at the same moment.
    #[wasm_bindgen(js_name = switchTo)]
    pub fn switch_to(&mut self, branch: usize) {
        self.0.switch(branch);
    }

    /// The object of the current step as YAML, with the lines that changed: JSON of `ObjectLine[]`.
    #[wasm_bindgen(js_name = objectLines)]
    pub fn object_lines(&self) -> String {
        self.0.object_lines()
    }

    /// What a reader can take along from here: `transcript` (Markdown), `log` (JSON lines) or `picture` (SVG).
    pub fn export(&self, what: &str) -> Result<String, JsError> {
        let what = match what {
            "transcript" => Export::Transcript,
            "log" => Export::Log,
            "picture" => Export::Picture,
            _ => return Err(JsError::new("export: one of transcript, log, picture")),
        };
        Ok(self.0.export(what))
    }

    /// What went wrong so far and what to do, the most certain first: JSON of `Finding[]`.
    pub fn doctor(&self) -> String {
        self.0.doctor()
    }

    /// How a name resolves in a pod (`POD` or `NAMESPACE/POD`; in no pod for `""`), and why: JSON of `DnsView`.
    pub fn dns(&self, name: &str, from: &str) -> String {
        self.0.dns(name, from)
    }

    /// What can go wrong with an object (`pod`, its namespace, its name) at this moment: JSON of `Fault[]`.
    pub fn faults(&self, kind: &str, namespace: &str, name: &str) -> String {
        self.0.faults(kind, namespace, name)
    }

    /// What could stand at a place of a text (both from 1), and what the field there is: JSON of `Assist`.
    pub fn assist(&self, text: &str, line: usize, column: usize) -> String {
        self.0.assist(text, line, column)
    }

    /// Sentences in the language of that catalogue (the text of `languages/engine/<tag>.json`); English for `""`.
    #[wasm_bindgen(js_name = setLanguage)]
    pub fn set_language(&mut self, catalogue: &str) -> Result<(), JsError> {
        Ok(self.0.set_language(catalogue)?)
    }
}

/// serde-wasm-bindgen reads the members it knows and never sees others, so these are refused here.
fn read_options(options: JsValue) -> Result<GivenOptions, JsError> {
    if let Some(object) = js_sys::Object::try_from(&options) {
        for key in js_sys::Object::keys(object)
            .iter()
            .filter_map(|it| it.as_string())
        {
            if !["seed", "kubernetes", "nodes", "featureGates"].contains(&key.as_str()) {
                return Err(JsError::new(&format!("unknown option: {key}")));
            }
        }
    }
    Ok(serde_wasm_bindgen::from_value(options)?)
}

fn version(name: Option<&str>) -> Result<Version, JsError> {
    match name {
        None => Ok(Version::default()),
        Some(name) => {
            Version::named(name).ok_or_else(|| JsError::new("kubernetes: one of v1.36, v1.22"))
        }
    }
}

/// JavaScript's numbers to whole milliseconds: what is no time is zero.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and NaN becomes 0"
)]
fn whole(ms: f64) -> u64 {
    ms as u64
}

/// A panic is our bug: its sentence goes to the console, and the page says what still works.
fn console_panics() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into())
    }));
}
