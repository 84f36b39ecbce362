//! How a terminal runs a command line: lists, pipelines, loops and redirections, one command at a time.
//!
//! What is still to be run is a list of steps. A loop, a `|` or a `$(…)` puts further steps before the others.

use super::super::syntax::{Command, Joint, List, Part, Piece, Pipeline, Simple, Target, Word};
use super::super::{builtins, parse};
use super::{Job, LineKind, Program, Terminal};
use crate::config::Version;
use crate::kubectl::{Invocation, Process};
use crate::persistent;
use crate::value::Text;

/// A pipeline that is to be run.
#[derive(Clone, Debug)]
pub(super) struct Step {
    joint: Joint,
    pipeline: Pipeline,
    /// The variable that its standard input comes from.
    input: Option<Text>,
    out: Sink,
}

/// Where output goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sink {
    Screen(LineKind),
    File(Text),
    Variable(Text),
    Nowhere,
}

/// The variable of the one round that a `while` is made of at a time.
const ROUND: &str = "\u{1}round";

/// The most bytes of a file.
const MOST_BYTES: usize = 1 << 22;

/// How often the loops of one line may go round: enough for a lesson, and no loop is endless.
pub(super) const MOST_ROUNDS: u32 = 1000;

/// The command, which no reader can type, that takes back the lines behind the first so many.
const REWIND: &str = "\u{1}rewind";

/// Where an editor finds what it is to edit.
const EDITED: &str = "/tmp/kubectl-edit.yaml";

const NO_EDITOR: &str = "this terminal has no editor that opens a window. Write the object to a file (kubectl get KIND NAME -o yaml > FILE), \
    change it and kubectl apply -f FILE; or use kubectl patch; or name an editor that needs no window: export KUBE_EDITOR=\"sed -i 's/OLD/NEW/'\"";

impl Job {
    /// Puts commands before all others that are still to be run.
    pub(super) fn put_first(&mut self, list: List, out: &Sink) {
        for (joint, pipeline) in list.into_iter().rev() {
            let (input, out) = (None, out.clone());
            self.rest.push_front(Step {
                joint,
                pipeline,
                input,
                out,
            });
        }
    }
}

impl Terminal {
    /// Starts the next command of the line; false when the line is done.
    pub(super) fn start_next(&mut self, job: &mut Job, version: Version) -> bool {
        while let Some(step) = job.rest.pop_front() {
            let runs = match step.joint {
                Joint::Always => true,
                Joint::And => job.exit == 0,
                Joint::Or => job.exit != 0,
            };
            if runs {
                self.start(job, step, version);
                return true;
            }
        }
        false
    }

    fn start(&mut self, job: &mut Job, mut step: Step, version: Version) {
        let mut pipeline = step.pipeline.into_iter();
        let Some(mut command) = pipeline.next() else {
            return;
        };
        step.pipeline = pipeline.collect();
        step.joint = Joint::Always;
        if !step.pipeline.is_empty() {
            // Commands of a pipeline run one after another, each to its end.
            let name = self.variables.hidden();
            let (input, out) = (step.input.replace(name.clone()), Sink::Variable(name));
            job.rest.push_front(step);
            let (joint, pipeline) = (Joint::Always, vec![command]);
            return self.start(
                job,
                Step {
                    joint,
                    pipeline,
                    input,
                    out,
                },
                version,
            );
        }
        if let Some((name, list)) = self.variables.take_output(&mut command) {
            step.pipeline = vec![command];
            job.rest.push_front(step);
            return job.put_first(list, &Sink::Variable(name));
        }
        match command {
            Command::Simple(simple) => {
                job.out = step.out;
                job.err = Sink::Screen(LineKind::Err);
                self.start_simple(job, &simple, step.input, version);
            }
            Command::For { name, words, body } => {
                let values: Vec<Text> = words
                    .iter()
                    .flat_map(|it| self.variables.fields(it))
                    .collect();
                job.exit = 0;
                // A loop's own round has been counted.
                let counted = if name == ROUND { 0 } else { values.len() };
                let counted = u32::try_from(counted).unwrap_or(u32::MAX);
                let Some(rounds) = job.rounds.checked_sub(counted) else {
                    return self.stop_loops(job);
                };
                job.rounds = rounds;
                for value in values.into_iter().rev() {
                    job.put_first(body.clone(), &step.out);
                    let assignments = vec![(name.clone(), Word::quoted(value))];
                    let set = Command::Simple(Simple {
                        assignments,
                        ..Simple::default()
                    });
                    job.put_first(vec![(Joint::Always, vec![set])], &step.out);
                }
            }
            Command::Loop {
                joint,
                condition,
                body,
            } if job.rounds > 0 => {
                job.rounds -= 1;
                let again = Command::Loop {
                    joint,
                    condition: condition.clone(),
                    body: body.clone(),
                };
                // The body and the next round are one command, which the condition lets run or not.
                let round = Command::For {
                    name: ROUND.into(),
                    words: vec![Word::quoted(Text::new())],
                    body: [body, vec![(Joint::Always, vec![again])]].concat(),
                };
                let words = vec![Word::quoted("true".into())];
                let end = Command::Simple(Simple {
                    words,
                    ..Simple::default()
                });
                let list = [
                    condition,
                    vec![(joint, vec![round]), (Joint::Or, vec![end])],
                ]
                .concat();
                job.put_first(list, &step.out);
            }
            Command::Loop { .. } => self.stop_loops(job),
        }
    }

    fn stop_loops(&mut self, job: &mut Job) {
        self.note("The loops of this line have gone round 1000 times: it is stopped here.");
        job.rest.clear();
        job.exit = 130;
    }

    fn start_simple(
        &mut self,
        job: &mut Job,
        simple: &Simple,
        input: Option<Text>,
        version: Version,
    ) {
        self.variables.set("?".into(), crate::text!("{}", job.exit));
        let argv: Vec<Text> = simple
            .words
            .iter()
            .flat_map(|it| self.variables.fields(it))
            .collect();
        let mut stdin = input.map(|it| self.variables.take(&it));
        for redirection in &simple.redirections {
            let sink = match &redirection.target {
                Target::Here(word) => {
                    stdin = Some(self.variables.whole(word));
                    continue;
                }
                Target::Read(word) => {
                    let path = self.variables.whole(word);
                    let Some(text) = self.read_file(&path) else {
                        self.print(
                            LineKind::Err,
                            &format!("sh: {path}: No such file or directory\n"),
                        );
                        job.exit = 1;
                        return;
                    };
                    stdin = Some(text);
                    continue;
                }
                Target::Write(word) => self.open_file(self.variables.whole(word), false),
                Target::Append(word) => self.open_file(self.variables.whole(word), true),
                Target::Same(1) => job.out.clone(),
                Target::Same(_) => job.err.clone(),
            };
            match redirection.stream {
                2 => job.err = sink,
                _ => job.out = sink,
            }
        }
        match argv.split_first() {
            None => self.assign(job, simple),
            Some((export, arguments)) if export == "export" => {
                for (name, value) in arguments.iter().filter_map(|it| it.split_once('=')) {
                    self.variables.set(name.into(), value.into());
                }
                job.exit = 0;
            }
            Some((kubectl, argv)) if kubectl == "kubectl" => {
                let call = Invocation {
                    argv: argv.to_vec(),
                    files: self.files.clone(),
                    stdin,
                    namespace: "default".into(),
                    tty: true,
                    version,
                };
                job.program = Program::Kubectl(Box::new(Process::start(call)));
            }
            Some((watch, words)) if watch == "watch" => self.repeat(job, words),
            Some((rewind, to)) if rewind == REWIND => {
                let kept = to
                    .first()
                    .and_then(|it| it.parse().ok())
                    .unwrap_or_default();
                let lines = core::mem::take(&mut self.lines);
                for line in lines.iter().take(kept) {
                    self.lines.push(line.clone());
                }
                self.close_line();
            }
            Some((ask, _)) if matches!(ask.as_str(), "why" | "doctor" | "fault") => {
                job.program = Program::Asking(argv.clone());
            }
            Some(_) => self.run_builtin(job, &argv, stdin.as_ref()),
        }
    }

    /// `watch [-n SECONDS] COMMAND…`: the command again and again, what it printed before taken back.
    fn repeat(&mut self, job: &mut Job, words: &[Text]) {
        let (mut words, mut seconds) = (words, "2");
        while let Some((option, rest)) = words.split_first().filter(|it| it.0.starts_with('-')) {
            words = rest;
            if option == "-n" {
                let Some((value, rest)) = rest.split_first() else {
                    break;
                };
                (seconds, words) = (value, rest);
            } else if let Some(value) = option.strip_prefix("-n") {
                seconds = value;
            }
        }
        let shown = words.join(" ");
        if shown.is_empty() || crate::programs::seconds(seconds).is_none_or(|it| it.ms == 0) {
            self.print_to(&job.err, "usage: watch [-n SECONDS] COMMAND\n");
            job.exit = 1;
            return;
        }
        let quoted = |it: &Text| crate::text!("'{}'", it.replace("'", "'\\''"));
        let command = match words {
            [one] => one.clone(),
            _ => words
                .iter()
                .map(quoted)
                .collect::<Vec<_>>()
                .join(" ")
                .into(),
        };
        let (title, lines) = (quoted(&shown.into()), self.lines.len());
        let line = crate::text!(
            "while true; do {REWIND} {lines}; echo Every {seconds}.0s: {title}; echo; {command}; sleep {seconds}; done"
        );
        match parse::parse(&line) {
            Ok(list) => {
                let out = job.out.clone();
                job.put_first(list, &out);
                job.is_left_by_typing = true;
            }
            Err(error) => {
                self.print_to(&job.err, &format!("sh: {error}\n"));
                job.exit = 2;
            }
        }
    }

    /// `name=value` without a program.
    fn assign(&mut self, job: &mut Job, simple: &Simple) {
        let is_output =
            |it: &Part| matches!(&it.piece, Piece::Variable(name, _) if name.starts_with('\u{1}'));
        // The exit code is that of the `$(…)` in it, which has just run.
        if !simple
            .assignments
            .iter()
            .any(|(_, word)| word.0.iter().any(is_output))
        {
            job.exit = 0;
        }
        for (name, word) in &simple.assignments {
            let value = self.variables.whole(word);
            self.variables.set(name.clone(), value);
        }
    }

    fn read_file(&self, path: &str) -> Option<Text> {
        if path == "/dev/null" {
            Some(Text::new())
        } else {
            self.files.get(path).cloned()
        }
    }

    fn open_file(&mut self, path: Text, appends: bool) -> Sink {
        if path == "/dev/null" {
            return Sink::Nowhere;
        }
        if !appends || !self.files.contains_key(&path) {
            self.files.insert(path.clone(), Text::new());
        }
        Sink::File(path)
    }

    fn run_builtin(&mut self, job: &mut Job, argv: &[Text], stdin: Option<&Text>) {
        let Some(ran) = builtins::run(argv, stdin, &mut self.files) else {
            let name = argv.first().map_or("", Text::as_str);
            self.print_to(&job.err, &format!("sh: {name}: command not found\n"));
            job.exit = 127;
            return;
        };
        if ran.clears {
            self.lines = persistent::List::default();
        }
        self.print_to(&job.out, &ran.out);
        self.print_to(&job.err, &ran.err);
        job.exit = ran.exit;
        if let Some(span) = ran.sleep {
            job.program = Program::Sleep(span);
        }
    }

    /// What the reader's editor, one that edits by itself, makes of a text; else why nothing was edited.
    pub(super) fn edit(&mut self, text: Text) -> Result<Text, Text> {
        let mut editor = self.variables.get("KUBE_EDITOR");
        if editor.is_empty() {
            editor = self.variables.get("EDITOR");
        }
        if editor.is_empty() {
            return Err(NO_EDITOR.into());
        }
        let failed = || crate::text!("there was a problem with the editor \"{editor}\"");
        let line = crate::text!("{editor} {EDITED}");
        let mut list = parse::parse(&line).unwrap_or_default();
        let command = list.pop().and_then(|mut it| it.1.pop());
        let Some(Command::Simple(simple)) = command.filter(|_| list.is_empty()) else {
            return Err(failed());
        };
        let words = simple.words.iter();
        let argv: Vec<Text> = words.flat_map(|it| self.variables.fields(it)).collect();
        self.files.insert(EDITED.into(), text);
        let ran = builtins::run(&argv, None, &mut self.files);
        let edited = self.files.remove(EDITED).unwrap_or_default();
        match ran {
            Some(ran) if ran.exit == 0 => Ok(edited),
            _ => Err(failed()),
        }
    }

    pub(super) fn print_to(&mut self, sink: &Sink, text: &str) {
        match sink {
            Sink::Screen(kind) => self.print(*kind, text),
            Sink::File(path) => {
                let old = self.files.get(path).cloned().unwrap_or_default();
                if old.len() + text.len() > MOST_BYTES {
                    return self.print(LineKind::Err, "sh: write error: No space left on device\n");
                }
                self.files.insert(path.clone(), crate::text!("{old}{text}"));
            }
            Sink::Variable(name) => self.variables.append(name, text),
            Sink::Nowhere => {}
        }
    }
}
