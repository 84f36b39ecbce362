//! How a terminal runs a command line: lists, pipelines, loops and redirections, one command at a time.
//!
//! What is still to be run is a stack of steps. A loop, a `|` or a `$(…)` puts further steps before the others.

use std::sync::Arc;

use super::super::expand::{TOO_LONG, too_long};
use super::super::inside::{self, Typed};
use super::super::syntax::{Command, If, List, Loop, Part, Piece, Pipeline, Simple, Target};
use super::super::{builtins, parse};
use super::{Job, LineKind, Program, Terminal};
use crate::apiserver::rest::Connection;
use crate::config::Version;
use crate::kubectl::{Invocation, Process};
use crate::process::Answer;
use crate::value::Text;

/// Something that is still to be run. What is long in it is shared: worlds are cloned while it waits.
#[derive(Clone, Debug)]
pub(super) struct Step {
    what: Ahead,
    /// The variable that its standard input comes from.
    input: Option<Text>,
    out: Sink,
}

/// What a [`Step`] is.
#[derive(Clone, Debug)]
enum Ahead {
    /// The pipelines of a list, from that one on.
    List(List, usize),
    /// The commands of a pipeline, from that one on.
    Pipeline(Pipeline, usize),
    /// A command whose `$(…)` have run.
    Command(Box<Command>),
    /// A `for`: its variable, what that becomes from that value on, and its body.
    For(Text, Arc<[Text]>, usize, List),
    /// A `while` or `until` whose condition is to be asked.
    Ask(Loop),
    /// A `while` or `until` whose condition has run.
    Answer(Loop),
    /// An `if` whose condition has run.
    Choice(If),
}

/// Where output goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sink {
    Screen(LineKind),
    File(Text),
    Variable(Text),
    Nowhere,
}

/// The most bytes of a file.
const MOST_BYTES: usize = 1 << 22;

/// The most bytes of all files.
const MOST_OF_ALL: usize = 1 << 24;

/// How many bytes the commands of one line may read and print.
const MOST_HANDLED: usize = 1 << 26;

/// What is printed on the screen counts as so many times as long: the page shows all of it.
const SHOWN: usize = 16;

/// How many commands one line may run.
const MOST_COMMANDS: u32 = 20_000;

/// How often the loops of one line may go round: enough for a lesson, and no loop is endless.
pub(super) const MOST_ROUNDS: u32 = 1000;

/// How many steps a line goes on, and with how much text, before the world has its turn: Ctrl-C is answered within 50 ms.
pub(super) const TURN: u32 = 1000;
pub(super) const TURN_HANDLED: usize = 1 << 22;

pub(super) const TOO_MUCH: &str = "This line handles too much text";

const ROUND_OUT: &str = "The loops of this line have gone round 1000 times";

/// `$?` after a line that was stopped.
pub(super) const STOPPED: i32 = 130;

/// The command, which no reader can type, that takes back the lines behind the first so many.
const REWIND: &str = "\u{1}rewind";

/// Where an editor finds what it is to edit.
const EDITED: &str = "/tmp/kubectl-edit.yaml";

pub(super) const NO_EDITOR: &str = "this terminal has no editor that opens a window. Write the object to a file (kubectl get KIND NAME -o yaml > FILE), \
    change it and kubectl apply -f FILE; or use kubectl patch; or name an editor that needs no window: export KUBE_EDITOR=\"sed -i 's/OLD/NEW/'\"";

impl Job {
    /// A line that is about to run, when `$?` is that.
    pub(super) fn of(line: &str, list: List, exit: i32) -> Self {
        let mut job = Self {
            command: line.into(),
            rest: Vec::new(),
            exit,
            program: Program::Between,
            out: Sink::Screen(LineKind::Out),
            err: Sink::Screen(LineKind::Err),
            rounds: MOST_ROUNDS,
            commands: MOST_COMMANDS,
            is_left_by_typing: false,
        };
        job.put_first(list, &Sink::Screen(LineKind::Out));
        job
    }

    /// Puts commands before all others that are still to be run.
    fn put_first(&mut self, list: List, out: &Sink) {
        self.push(Ahead::List(list, 0), None, out);
    }

    fn push(&mut self, what: Ahead, input: Option<Text>, out: &Sink) {
        let out = out.clone();
        self.rest.push(Step { what, input, out });
    }
}

impl Terminal {
    /// Goes on with the line, as far as its next command at most; false when it is done.
    pub(super) fn start_next(&mut self, job: &mut Job, version: Version) -> bool {
        if self.handled > MOST_HANDLED {
            self.handled = 0;
            self.stop(job, TOO_MUCH);
        }
        let Some(Step { what, input, out }) = job.rest.pop() else {
            return false;
        };
        match what {
            Ahead::List(list, at) => {
                if let Some((joint, pipeline)) = list.get(at).cloned() {
                    job.push(Ahead::List(list, at + 1), None, &out);
                    if joint.runs_after(job.exit) {
                        job.push(Ahead::Pipeline(pipeline, 0), None, &out);
                    }
                }
            }
            Ahead::Pipeline(pipeline, at) => {
                let Some(command) = pipeline.get(at).cloned() else {
                    return true;
                };
                if at + 1 == pipeline.len() {
                    self.start(job, command, input, out, version);
                } else {
                    // Commands of a pipeline run one after another, each to its end.
                    let name = self.variables.hidden();
                    job.push(Ahead::Pipeline(pipeline, at + 1), Some(name.clone()), &out);
                    self.start(job, command, input, Sink::Variable(name), version);
                }
            }
            Ahead::Command(command) => self.start(job, *command, input, out, version),
            Ahead::For(name, values, at, body) => {
                if let Some(value) = values.get(at).cloned() {
                    self.variables.set(name.clone(), value);
                    let next = Ahead::For(name, values, at + 1, Arc::clone(&body));
                    job.push(next, None, &out);
                    job.put_first(body, &out);
                }
            }
            Ahead::Ask(it) => match job.rounds.checked_sub(1) {
                Some(left) => {
                    job.rounds = left;
                    let condition = Arc::clone(&it.condition);
                    job.push(Ahead::Answer(it), None, &out);
                    job.put_first(condition, &out);
                }
                None => self.stop(job, ROUND_OUT),
            },
            Ahead::Answer(it) if it.joint.runs_after(job.exit) => {
                let body = Arc::clone(&it.body);
                job.push(Ahead::Ask(it), None, &out);
                job.put_first(body, &out);
            }
            Ahead::Answer(_) => job.exit = 0,
            Ahead::Choice(it) => {
                let list = if job.exit == 0 { it.body } else { it.otherwise };
                job.exit = 0;
                job.put_first(list, &out);
            }
        }
        true
    }

    fn start(
        &mut self,
        job: &mut Job,
        mut command: Command,
        input: Option<Text>,
        out: Sink,
        version: Version,
    ) {
        match job.commands.checked_sub(1) {
            Some(left) => job.commands = left,
            None => return self.stop(job, "This line has run 20000 commands"),
        }
        if let Some((name, list)) = self.variables.take_output(&mut command) {
            job.push(Ahead::Command(Box::new(command)), input, &out);
            return job.put_first(list, &Sink::Variable(name));
        }
        match command {
            Command::Simple(simple) => {
                job.out = out;
                job.err = Sink::Screen(LineKind::Err);
                self.start_simple(job, &simple, input, version);
            }
            Command::For { name, words, body } => {
                if self.variables.size(words.iter()).is_none() {
                    return self.fail(job, TOO_LONG, &too_long("for"));
                }
                let values: Arc<[Text]> = words
                    .iter()
                    .flat_map(|it| self.variables.fields(it))
                    .collect();
                job.exit = 0;
                let rounds = u32::try_from(values.len()).unwrap_or(u32::MAX);
                match job.rounds.checked_sub(rounds) {
                    Some(left) => {
                        job.rounds = left;
                        job.push(Ahead::For(name, values, 0, body), None, &out);
                    }
                    None => self.stop(job, ROUND_OUT),
                }
            }
            Command::Loop(it) => job.push(Ahead::Ask(it), None, &out),
            Command::If(it) => {
                let condition = Arc::clone(&it.condition);
                job.push(Ahead::Choice(it), None, &out);
                job.put_first(condition, &out);
            }
        }
    }

    /// What ran in a container has come to that: kubectl hears of its end, its shell waits for the next line, or its line
    /// goes on.
    pub(super) fn ran(
        &mut self,
        job: &mut Job,
        mut process: Box<Process>,
        connection: Connection,
        typed: Typed,
    ) -> Program {
        self.inner = typed.kept;
        self.print_all(&job.out, &job.err, &typed.printed.output);
        self.exit = typed.printed.exit;
        let is_out = typed.rest.is_some() && (job.rounds == 0 || self.handled > MOST_HANDLED);
        if is_out {
            let why = if job.rounds == 0 { ROUND_OUT } else { TOO_MUCH };
            self.note(&format!("{why}: it is stopped here."));
        }
        if typed.is_left || is_out && !inside::takes_lines(&connection) {
            process.tell(Answer::Exited(self.exit));
            return Program::Kubectl(process);
        }
        job.rounds -= u32::from(!is_out && typed.rest.is_some());
        Program::Attached(process, connection, typed.rest.filter(|_| !is_out))
    }

    /// Nothing of the line runs any more, and the reader is told why.
    fn stop(&mut self, job: &mut Job, why: &str) {
        self.note(&format!("{why}: it is stopped here."));
        job.rest.clear();
        job.exit = STOPPED;
    }

    fn fail(&mut self, job: &mut Job, exit: i32, text: &str) {
        self.print_to(&job.err, text);
        job.exit = exit;
    }

    fn start_simple(
        &mut self,
        job: &mut Job,
        simple: &Simple,
        input: Option<Text>,
        version: Version,
    ) {
        self.variables.set("?".into(), crate::text!("{}", job.exit));
        let Some(size) = self.variables.size(simple.every_word()) else {
            return self.fail(job, TOO_LONG, &too_long(&simple.name()));
        };
        self.handled += size;
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
                let kept = to.first().and_then(|it| it.parse().ok());
                let back = self.take_back(kept.unwrap_or_default());
                self.handled = self.handled.saturating_sub(SHOWN * back);
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
        let span = crate::programs::seconds(seconds).filter(|it| it.ms > 0);
        let Some(tenths) = span.filter(|_| !shown.is_empty()).map(|it| it.ms / 100) else {
            self.print_to(&job.err, "usage: watch [-n SECONDS] COMMAND\n");
            job.exit = 1;
            return;
        };
        // upstream: procps, watch.c: no faster than this.
        let tenths = tenths.max(1);
        let every = format!("{}.{}", tenths / 10, tenths % 10);
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
        let (title, lines) = (quoted(&shown.into()), self.printed());
        let line = crate::text!(
            "while true; do {REWIND} {lines}; echo Every {every}s: {title}; echo; {command}; sleep {every}; done"
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
            return self.fail(job, 127, &format!("sh: {name}: command not found\n"));
        };
        if ran.clears {
            self.forget(self.lines.len());
        }
        self.handled += ran.read;
        self.print_to(&job.out, &ran.out);
        self.print_to(&job.err, &ran.err);
        job.exit = ran.exit;
        if let Some(span) = ran.sleep {
            job.program = Program::Sleep(span);
        }
    }

    /// The command that edits a file, where a variable names one.
    pub(super) fn editor(&self) -> Text {
        let named = self.variables.get("KUBE_EDITOR");
        if named.is_empty() {
            self.variables.get("EDITOR")
        } else {
            named
        }
    }

    /// What the reader's editor, one that edits by itself, makes of a text; else why nothing was edited.
    pub(super) fn edit(&mut self, text: Text) -> Result<Text, Text> {
        let editor = self.editor();
        if editor.is_empty() {
            return Err(NO_EDITOR.into());
        }
        let failed = || crate::text!("there was a problem with the editor \"{editor}\"");
        let line = crate::text!("{editor} {EDITED}");
        let list = parse::parse(&line).unwrap_or_default();
        let command = match &list[..] {
            [(_, pipeline)] => pipeline.last(),
            _ => None,
        };
        let Some(Command::Simple(simple)) = command else {
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
        self.handled += text.len();
        match sink {
            Sink::Screen(kind) => {
                self.handled += SHOWN * text.len();
                self.print(*kind, text);
            }
            Sink::File(path) => {
                let old = self.files.get(path).cloned().unwrap_or_default();
                self.handled += old.len();
                let all: usize = self.files.iter().map(|it| it.1.len()).sum();
                if old.len() + text.len() > MOST_BYTES || all + text.len() > MOST_OF_ALL {
                    return self.print(LineKind::Err, "sh: write error: No space left on device\n");
                }
                self.files.insert(path.clone(), crate::text!("{old}{text}"));
            }
            Sink::Variable(name) => self.variables.append(name, text),
            Sink::Nowhere => {}
        }
    }
}
