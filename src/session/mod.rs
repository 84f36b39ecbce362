//! What a reader has before them: a text, the simulation it runs, and the language it is told in.
//!
//! The page (through `wasm.rs`) and the native command line both drive a simulation through this.

mod assist;
mod diagnose;
mod fix;
mod lesson;
mod link;
mod wire;

pub use wire::Ran;

pub use lesson::{Block, Lesson};

use crate::api::Kind;
use crate::config::Config;
use crate::doctor;
use crate::object;
use crate::shell::transcript::{self, PasteKind, Pasted};
use crate::sim::{Input, Recorded, StepSize, Timeline, World};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::view::export::{self, Export};
use crate::view::snapshot::{self, Places};
use crate::view::words::Words;
use crate::view::{self, explain};
use crate::yaml::Document;

/// A text, the simulation it runs, and the language it is told in.
///
/// ```
/// use statefulset_playground::config::Config;
/// use statefulset_playground::session::Session;
/// use statefulset_playground::sim::StepSize;
///
/// let mut session = Session::new(Config::default());
/// session.load("apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {clusterIP: None}\n");
/// session.step(StepSize::Idle);
/// assert!(session.snapshot().contains("service/db created"));
/// ```
#[derive(Clone, Debug)]
pub struct Session {
    timeline: Timeline,
    words: Words,
    documents: Vec<Document>,
    /// What was loaded.
    text: Text,
}

/// A world with nothing in it, whose terminal knows the doctor.
fn fresh(config: Config) -> World {
    let mut world = World::new(config);
    world.doctor = doctor::text;
    for seat in &mut world.seats {
        seat.terminal.has_editor = true;
    }
    world
}

/// What a text begins with.
struct Start {
    inputs: Vec<Recorded>,
    report: Value,
}

/// The file that pasted manifests are applied from.
const MANIFEST: &str = "manifest.yaml";

impl Session {
    /// An empty cluster.
    pub fn new(config: Config) -> Self {
        Self {
            timeline: Timeline::of(fresh(config), Vec::new(), 0),
            words: Words::default(),
            documents: Vec::new(),
            text: Text::new(),
        }
    }

    /// The simulation.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Starts anew with a text; what is wrong with it is said, the rest runs.
    pub fn load(&mut self, text: &str) -> String {
        let config = Config::clone(&self.timeline.world().config);
        let run = self.start(text);
        self.timeline = Timeline::of(fresh(config), vec![run.inputs], 0);
        run.report.to_json()
    }

    /// Reads a text that the session is about from now on.
    fn start(&mut self, text: &str) -> Start {
        let pasted = transcript::read(text);
        self.text = text.into();
        let inputs = inputs(&pasted, text).into_iter();
        Start {
            inputs: inputs.map(Recorded::given).collect(),
            report: self.told(&pasted, text),
        }
    }

    /// The session as a link: text, inputs of every branch, options and place. JSON; the page packs it.
    pub fn link(&self) -> String {
        link::write(&self.text, &self.timeline).to_json()
    }

    /// The link to where that simulation stands, for [`open`](Self::open): its options and the inputs of its branches.
    pub fn link_to(timeline: &Timeline) -> String {
        link::write("", timeline).to_json()
    }

    /// Starts anew as a link says, as far as it can be read. JSON: `{paste, text, problems}`.
    pub fn open(&mut self, link: &str) -> String {
        let link = link::read(link);
        // The text is judged under the link's options.
        let world = fresh(link.config.clone());
        self.timeline = Timeline::of(world.clone(), Vec::new(), 0);
        let start = self.start(&link.manifest);
        let (run, step, seq, time) = (link.run, link.step, link.seq, link.time);
        let problems: Value = link.problems.iter().map(Value::from).collect();
        self.timeline = Timeline::of(world, link.runs(&start.inputs), run);
        self.timeline.stand(step, seq, time);
        object! {
            "paste": start.report,
            "text": &self.text,
            "problems": problems,
        }
        .to_json()
    }

    /// To another branch, at the same moment.
    pub fn switch(&mut self, branch: usize) {
        self.timeline.switch(branch);
    }

    /// Applies a text here and now.
    pub fn apply(&mut self, text: &str) -> String {
        let pasted = transcript::read(text);
        self.paste(&pasted, text);
        self.told(&pasted, text).to_json()
    }

    fn paste(&mut self, pasted: &Pasted, text: &str) {
        if self.timeline.world().terminal().is_line_open() {
            self.interrupt();
        }
        for input in inputs(pasted, text) {
            self.timeline.apply(input);
        }
    }

    /// What [`Self::load`] would say of a text.
    pub fn check(&self, text: &str) -> String {
        let pasted = transcript::read(text);
        let (documents, diagnostics) =
            diagnose::diagnose(&self.words, &self.timeline.world().config, &pasted, text);
        diagnose::report(&pasted, &documents, diagnostics).to_json()
    }

    /// One step forward. False when nothing was left to do.
    pub fn step(&mut self, size: StepSize) -> bool {
        self.timeline.step(size)
    }

    /// One step back. False at the start.
    pub fn back(&mut self) -> bool {
        self.timeline.back()
    }

    /// To the change of that number.
    pub fn seek(&mut self, shown: usize) {
        self.timeline.seek(shown);
    }

    /// To that moment.
    pub fn seek_time(&mut self, time: Time) {
        self.timeline.seek_time(time);
    }

    /// Lets time pass. False when nothing is left to happen.
    pub fn advance(&mut self, span: Duration) -> bool {
        self.timeline.advance(span)
    }

    /// Lets time pass, up to the first change a reader sees. False when nothing is left to happen.
    pub fn advance_to_change(&mut self, span: Duration) -> bool {
        self.timeline.advance_to_change(span)
    }

    /// The reader types a line.
    pub fn type_line(&mut self, line: &str) {
        self.type_at(0, line);
    }

    /// The reader presses Ctrl-C.
    pub fn interrupt(&mut self) {
        self.interrupt_at(0);
    }

    /// The reader types a line at that terminal: 0 is the first, anything else the one beside it.
    pub fn type_at(&mut self, terminal: usize, line: &str) {
        self.act_at(terminal, Input::Type(line.into()));
    }

    /// The reader presses Ctrl-C at that terminal.
    pub fn interrupt_at(&mut self, terminal: usize) {
        self.act_at(terminal, Input::Interrupt);
    }

    /// The reader closes the editor that `kubectl edit` opened at that terminal, with that text; nothing where there was
    /// no editor to open.
    pub fn edited(&mut self, terminal: usize, text: Option<&str>) {
        self.act_at(terminal, Input::Edited(text.map(Text::from)));
    }

    /// What the word before the cursor of that terminal could become, as JSON: `{from, insert, candidates}`.
    pub fn complete(&self, terminal: usize, before: &str) -> String {
        let found = self.timeline.world().complete(terminal.min(1), before);
        let candidates: Value = found.candidates.iter().map(Value::from).collect();
        // JavaScript counts in halves of UTF-16.
        let from = before[..found.from].encode_utf16().count() as u64;
        object! {"from": from, "insert": &found.insert, "candidates": candidates}.to_json()
    }

    fn act_at(&mut self, terminal: usize, input: Input) {
        self.timeline.apply(match terminal {
            0 => input,
            _ => Input::Second(Box::new(input)),
        });
    }

    /// Tells sentences in the language of that catalogue; in English when it is empty.
    ///
    /// # Errors
    /// The JSON library's message.
    pub fn set_language(&mut self, catalogue: &str) -> Result<(), serde_json::Error> {
        self.words = Words::load(catalogue)?;
        Ok(())
    }

    /// Everything the page shows, as JSON.
    pub fn snapshot(&self) -> String {
        snapshot::snapshot(&self.timeline, &self.words, &self.documents).to_json()
    }

    /// The object of the current step as YAML with the lines that changed, as JSON: `[{mark, text}]`.
    pub fn object_lines(&self) -> String {
        explain::object_lines(self.timeline.world()).to_json()
    }

    /// What a reader can take along from here.
    pub fn export(&self, what: Export) -> String {
        export::export(
            what,
            &self.timeline,
            &self.words,
            &self.documents,
            &self.text,
        )
    }

    /// What went wrong so far and what to do, as JSON: an array, the most certain first.
    pub fn doctor(&self) -> String {
        let findings = doctor::examine(self.timeline.world());
        let found = findings.iter().map(|it| {
            let line = self
                .documents
                .line(it.about.kind, Some(&it.about.name), &it.field);
            it.to_value(line, &self.words)
        });
        found.collect::<Value>().to_json()
    }

    /// How a name resolves in a pod (in none where it is empty), and why, as JSON.
    pub fn dns(&self, name: &str, from: &str) -> String {
        view::dns::dns(self.timeline.world(), &self.words, name, from).to_json()
    }

    /// What can go wrong with an object now, and the command that lets it, as JSON.
    pub fn faults(&self, kind: &str, namespace: &str, name: &str) -> String {
        view::faults::faults(self.timeline.world(), kind, namespace, name).to_json()
    }

    /// What could stand at a place of a text, and what the field there is, as JSON.
    pub fn assist(&self, text: &str, line: usize, column: usize) -> String {
        assist::assist(text, line, column).to_json()
    }

    fn told(&mut self, pasted: &Pasted, text: &str) -> Value {
        let config = &self.timeline.world().config;
        let (documents, diagnostics) = diagnose::diagnose(&self.words, config, pasted, text);
        let report = diagnose::report(pasted, &documents, diagnostics);
        self.documents = documents;
        report
    }
}

impl Places for Vec<Document> {
    fn line(&self, kind: Kind, name: Option<&str>, field: &str) -> usize {
        let is_it = |it: &&Document| {
            let value = &it.value;
            value["kind"].as_str() == kind.facts().kind
                && name.is_none_or(|name| value["metadata"]["name"].as_str() == name)
        };
        self.iter()
            .find(is_it)
            .map_or(0, |it| it.nearest(field).line)
    }
}

/// What a text does when it is run.
fn inputs(pasted: &Pasted, text: &str) -> Vec<Input> {
    match pasted.kind {
        PasteKind::Empty => Vec::new(),
        PasteKind::Manifests => {
            let texts: Vec<&str> = pasted.manifests.iter().map(|it| it.text.as_str()).collect();
            let text = if texts.len() > 1 {
                texts.join("\n---\n")
            } else {
                text.to_owned()
            };
            vec![
                Input::WriteFile {
                    path: MANIFEST.into(),
                    text: text.into(),
                },
                Input::Type(crate::text!("kubectl apply -f {MANIFEST}")),
            ]
        }
        PasteKind::Transcript => {
            let files = pasted.manifests.iter().filter(|it| !it.is_written);
            let written = files.filter_map(|it| {
                Some(Input::WriteFile {
                    path: it.file_name.clone()?,
                    text: it.text.as_str().into(),
                })
            });
            let commands = pasted.commands.iter().map(|it| it.command.clone());
            written.chain([Input::Paste(commands.collect())]).collect()
        }
    }
}
