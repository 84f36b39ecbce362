//! A terminal as a value: what was printed, the files, and the program in the foreground.
//!
//! It never acts by itself. [`Terminal::go_on`] runs until something of the world is needed and says what (an
//! [`Errand`]); the world does it and tells the answer.

mod run;

use std::collections::VecDeque;

use run::{MOST_ROUNDS, Sink, Step};

use super::expand::Variables;
use super::inside::{self, Typed};
use super::parse;
use crate::apiserver::rest::{Connection, HttpRequest, Watch};
use crate::config::Version;
use crate::kubectl::Process;
use crate::persistent::List;
use crate::process::{Answer, Ask, Files, Output, Stream};
use crate::programs::Printed;
use crate::time::{Duration, Time};
use crate::value::Text;

/// A terminal.
#[derive(Clone, Debug, Default)]
pub struct Terminal {
    /// What it shows, oldest first.
    pub lines: List<Line>,
    /// Its file system.
    pub files: Files,
    /// Lines of a pasted transcript that are still to be typed.
    pub pending: VecDeque<Pending>,
    /// Whether the last line still lacks its newline.
    is_open: bool,
    variables: Variables,
    job: Option<Job>,
}

/// A line that a terminal shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// Its text, without newline; a prompt line with its prompt.
    pub text: Text,
}

/// What a line of a terminal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A prompt with what was typed at it.
    Prompt,
    /// Standard output.
    Out,
    /// Standard error.
    Err,
    /// A remark of the playground itself.
    Note,
}

impl LineKind {
    /// The word the page styles it by.
    pub fn code(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Out => "out",
            Self::Err => "err",
            Self::Note => "note",
        }
    }
}

/// A line of a pasted transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Whether it was typed at the prompt inside a container.
    pub is_inner: bool,
    /// The command, with the bodies of its here-documents.
    pub text: Text,
}

/// What a terminal needs of the world to go on.
#[derive(Clone, Debug)]
pub enum Errand {
    /// Nothing: it waits for the reader.
    Rest,
    /// An answer of the API server.
    Http(HttpRequest),
    /// The next frame of a watch, or that moment if it comes first.
    Frame(Watch, Option<Time>),
    /// Time to pass.
    Sleep(Duration),
    /// A command line run in a container.
    Inside(Connection, Text),
    /// One program run in a container.
    Program(Connection),
    /// What no cluster could tell: `why …`, `doctor`.
    Ask(Vec<Text>),
}

/// A command line under way.
#[derive(Clone, Debug)]
struct Job {
    command: Text,
    rest: VecDeque<Step>,
    exit: i32,
    program: Program,
    /// Where the running command's output goes.
    out: Sink,
    /// Where its error output goes.
    err: Sink,
    /// How often loops may still go round.
    rounds: u32,
}

/// What runs in the foreground.
#[derive(Clone, Debug)]
enum Program {
    /// The next command of the line is to be started.
    Between,
    /// kubectl.
    Kubectl(Box<Process>),
    /// kubectl, waiting for the next frame of a watch, or that moment.
    Watching(Box<Process>, Watch, Option<Time>),
    /// kubectl, attached to a shell in a container that waits for a line, or has one to run.
    Attached(Box<Process>, Connection, Option<Text>),
    /// kubectl, waiting for a program in a container.
    Remote(Box<Process>, Connection),
    /// `sleep`.
    Sleep(Duration),
    /// `why …` or `doctor`.
    Asking(Vec<Text>),
}

/// The prompt of the reader's own shell.
const PROMPT: &str = "$ ";
/// The prompt of a shell in a container.
const INNER_PROMPT: &str = "/ # ";

impl Terminal {
    /// The prompt that waits for the reader; empty while a program runs.
    pub fn prompt(&self) -> &'static str {
        match self.job.as_ref().map(|it| &it.program) {
            None => PROMPT,
            Some(Program::Attached(_, _, None)) => INNER_PROMPT,
            Some(_) => "",
        }
    }

    /// Whether a program runs that Ctrl-C would stop.
    pub fn is_busy(&self) -> bool {
        self.prompt().is_empty()
    }

    /// The command line under way.
    pub fn command(&self) -> Text {
        self.job
            .as_ref()
            .map(|it| it.command.clone())
            .unwrap_or_default()
    }

    /// The reader has typed a line.
    pub fn enter(&mut self, line: &str) {
        let prompt = self.prompt();
        self.show_prompt(prompt, line);
        match &mut self.job {
            None => self.begin(line),
            Some(Job {
                program: Program::Attached(_, _, typed @ None),
                ..
            }) => *typed = Some(line.into()),
            Some(_) => unreachable!("a busy terminal has no prompt to type at"),
        }
    }

    fn begin(&mut self, line: &str) {
        match parse::parse(line) {
            Ok(list) => {
                let mut job = Job {
                    command: line.into(),
                    rest: VecDeque::new(),
                    exit: 0,
                    program: Program::Between,
                    out: Sink::Screen(LineKind::Out),
                    err: Sink::Screen(LineKind::Err),
                    rounds: MOST_ROUNDS,
                };
                job.put_first(list, &Sink::Screen(LineKind::Out));
                self.job = Some(job);
            }
            Err(error) => self.print(LineKind::Err, &format!("sh: {error}\n")),
        }
    }

    /// Takes in the lines of a pasted transcript, to be typed one after another.
    pub fn paste(&mut self, commands: Vec<Pending>) {
        self.pending.extend(commands);
    }

    /// The reader types while a program runs: the line waits for its end; a watch, which has none, is left for it.
    pub fn type_ahead(&mut self, line: Text) {
        let is_watch = self.is_watching();
        self.pending.push_back(Pending {
            is_inner: false,
            text: line,
        });
        if is_watch {
            self.interrupt();
        }
    }

    /// Whether no command is on its way: none runs, or one that goes on until it is left.
    pub fn is_at_rest(&self) -> bool {
        self.pending.is_empty() && (!self.is_busy() || self.is_watching())
    }

    /// Whether the next pasted line can be typed now.
    pub fn has_next_pasted(&self) -> bool {
        !self.is_busy() && !self.pending.is_empty()
    }

    /// Types the next pasted line, if its turn has come; gives it back.
    pub fn next_pasted(&mut self) -> Option<Text> {
        if !self.has_next_pasted() {
            return None;
        }
        let is_attached = self.prompt() == INNER_PROMPT;
        let line = match self.pending.front() {
            // The author left the container's shell without saying so.
            Some(next) if is_attached && !next.is_inner => "exit".into(),
            _ => self.pending.pop_front()?.text,
        };
        self.enter(&line);
        Some(line)
    }

    /// Whether the program in the foreground waits for changes.
    pub fn is_watching(&self) -> bool {
        matches!(
            self.job.as_ref().map(|it| &it.program),
            Some(Program::Watching(..))
        )
    }

    /// Whether a pasted transcript goes on once nothing moves.
    pub fn would_leave_watch(&self) -> bool {
        self.is_watching() && !self.pending.is_empty()
    }

    /// Runs until something of the world is needed.
    pub fn go_on(&mut self, now: Time, version: Version) -> Errand {
        loop {
            let Some(mut job) = self.job.take() else {
                return Errand::Rest;
            };
            let errand = match &mut job.program {
                Program::Between => {
                    if !self.start_next(&mut job, version) {
                        self.close_line();
                        return Errand::Rest;
                    }
                    None
                }
                Program::Sleep(span) => {
                    let span = *span;
                    job.program = Program::Between;
                    Some(Errand::Sleep(span))
                }
                Program::Asking(words) => Some(Errand::Ask(words.clone())),
                Program::Attached(_, _, None) => Some(Errand::Rest),
                Program::Attached(_, connection, Some(line)) => {
                    Some(Errand::Inside(connection.clone(), line.clone()))
                }
                Program::Remote(_, connection) => Some(Errand::Program(connection.clone())),
                Program::Watching(_, watch, until) => Some(Errand::Frame(watch.clone(), *until)),
                Program::Kubectl(process) => {
                    let (outputs, ask) = process.ask(now);
                    let process = Process::clone(process);
                    self.print_all(&job.out, &job.err, &outputs);
                    Self::carry(&mut job, process, ask)
                }
            };
            self.job = Some(job);
            if let Some(errand) = errand {
                return errand;
            }
        }
    }

    /// What kubectl asks for, as an errand; nothing if it has ended or can go on at once.
    fn carry(job: &mut Job, process: Process, ask: Ask) -> Option<Errand> {
        let process = Box::new(process);
        let (program, errand) = match ask {
            Ask::Http(request) => (Program::Kubectl(process), Some(Errand::Http(request))),
            Ask::Sleep(span) => (Program::Kubectl(process), Some(Errand::Sleep(span))),
            Ask::Frame(watch, until) => (Program::Watching(process, watch, until), None),
            Ask::Attach(connection, _)
                if connection.tty && inside::is_shell(&connection.command) =>
            {
                (Program::Attached(process, connection, None), None)
            }
            Ask::Attach(connection, _) => (Program::Remote(process, connection), None),
            Ask::Exit(code) => {
                job.exit = code;
                (Program::Between, None)
            }
        };
        job.program = program;
        errand
    }

    /// Gives kubectl the answer to what it asked last.
    pub fn tell(&mut self, answer: Answer) {
        let Some(job) = &mut self.job else { return };
        job.program = match core::mem::replace(&mut job.program, Program::Between) {
            Program::Kubectl(mut process)
            | Program::Watching(mut process, ..)
            | Program::Attached(mut process, ..)
            | Program::Remote(mut process, _) => {
                process.tell(answer);
                Program::Kubectl(process)
            }
            program @ (Program::Between | Program::Sleep(_)) => program,
            Program::Asking(_) => Program::Between,
        };
    }

    /// What a line typed at a container's shell came to.
    pub fn tell_inside(&mut self, typed: &Typed) {
        self.print_all(
            &Sink::Screen(LineKind::Out),
            &Sink::Screen(LineKind::Err),
            &typed.printed.output,
        );
        self.close_line();
        if typed.is_left {
            return self.tell(Answer::Exited(typed.printed.exit));
        }
        if let Some(Job {
            program: Program::Attached(_, _, line),
            ..
        }) = &mut self.job
        {
            *line = None;
        }
    }

    /// What a program run in a container printed, or why it could not run.
    pub fn tell_program(&mut self, run: Result<Printed, Text>) {
        match run {
            Ok(printed) => {
                if let Some((out, err)) =
                    self.job.as_ref().map(|it| (it.out.clone(), it.err.clone()))
                {
                    self.print_all(&out, &err, &printed.output);
                }
                self.tell(Answer::Exited(printed.exit));
            }
            Err(refusal) => self.tell(Answer::Refused(refusal)),
        }
    }

    /// How a name resolves, or why that cannot be told.
    pub fn tell_asked(&mut self, told: Result<String, Text>) {
        let Some(mut job) = self.job.take() else {
            return;
        };
        job.exit = i32::from(told.is_err());
        match told {
            Ok(text) => self.print_to(&job.out, &text),
            Err(text) => self.print_to(&job.err, &crate::text!("why: {text}\n")),
        }
        job.program = Program::Between;
        self.job = Some(job);
    }

    /// The reader presses Ctrl-C.
    pub fn interrupt(&mut self) {
        if !self.is_busy() {
            return;
        }
        self.print(LineKind::Out, "^C\n");
        if let Some(job) = &mut self.job {
            job.rest.clear();
            if let Program::Sleep(_) = job.program {
                job.program = Program::Between;
            }
        }
        self.tell(Answer::Interrupted);
    }

    fn print_all(&mut self, out: &Sink, err: &Sink, outputs: &[Output]) {
        for output in outputs {
            let sink = match output.stream {
                Stream::Stdout => out,
                Stream::Stderr => err,
            };
            self.print_to(sink, &output.text);
        }
    }

    fn show_prompt(&mut self, prompt: &str, typed: &str) {
        self.close_line();
        for (at, line) in typed.split('\n').enumerate() {
            let prompt = if at == 0 { prompt } else { "> " };
            self.lines.push(Line {
                kind: LineKind::Prompt,
                text: crate::text!("{prompt}{line}"),
            });
        }
    }

    fn note(&mut self, text: &str) {
        self.close_line();
        self.lines.push(Line {
            kind: LineKind::Note,
            text: text.into(),
        });
    }

    /// Prints text; what has no newline yet is continued by the next piece.
    fn print(&mut self, kind: LineKind, text: &str) {
        for piece in text.split_inclusive('\n') {
            let line = piece.strip_suffix('\n').unwrap_or(piece);
            let last = self.lines.len().checked_sub(1).filter(|_| self.is_open);
            match last {
                Some(at) => {
                    let begun = self.lines.get(at).map_or("", |it| &it.text);
                    let whole = crate::text!("{begun}{line}");
                    self.lines.set(at, Line { kind, text: whole });
                }
                None => self.lines.push(Line {
                    kind,
                    text: line.into(),
                }),
            }
            self.is_open = !piece.ends_with('\n');
        }
    }

    fn close_line(&mut self) {
        self.is_open = false;
    }
}
