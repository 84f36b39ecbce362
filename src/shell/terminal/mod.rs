//! A terminal as a value: what was printed, the files, and the program in the foreground.
//!
//! It never acts by itself. [`Terminal::go_on`] runs until something of the world is needed and says what (an
//! [`Errand`]); the world does it and tells the answer.

mod line;
mod run;
mod screen;
mod typing;

pub use line::{Line, LineKind, outputs};

use std::collections::VecDeque;

use line::NEXT_PROMPT;
use run::{NO_EDITOR, Sink, Step, TURN, TURN_HANDLED};
use typing::Begun;

use super::TURN_TIME;
use super::expand::Variables;
use super::inside::{self, Kept, Typed};
use crate::apiserver::rest::{Connection, HttpRequest, Watch};
use crate::config::Version;
use crate::kubectl::Process;
use crate::persistent::List;
use crate::process::{Answer, Ask, Files, Output};
use crate::programs::INTERRUPT;
use crate::time::{Duration, Time};
use crate::value::Text;

/// A terminal.
#[derive(Clone, Debug, Default)]
pub struct Terminal {
    /// What it shows, oldest first.
    pub lines: List<Line>,
    /// Its file system.
    pub files: Files,
    /// Lines that are still to be typed.
    pub pending: VecDeque<Pending>,
    /// Whether the reader has an editor that opens beside it, where no variable names one.
    pub has_editor: bool,
    /// Whether the last line still lacks its newline.
    is_open: bool,
    /// How many lines it no longer shows, and how many bytes it shows.
    forgotten: usize,
    shown: usize,
    begun: Option<Begun>,
    /// What `$?` is at the next line; that of the container's shell while one is attached.
    exit: i32,
    variables: Variables,
    /// How many bytes the line under way has read and printed.
    handled: usize,
    /// What the container's shell keeps from line to line.
    inner: Kept,
    job: Option<Job>,
}

/// Where a line that is still to be typed comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The reader has typed it ahead, at whatever prompt comes next.
    Ahead,
    /// A transcript, whose author typed it at a prompt of their own.
    Outer,
    /// A transcript, whose author typed it at the prompt inside a container.
    Inner,
}

/// A line that is still to be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Where it comes from.
    pub origin: Origin,
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
    /// A command line run in a container, whose `$?` is this, by the shell that has kept that.
    Inside(Connection, Text, i32, Kept),
    /// One program run in a container, with that on its standard input.
    Program(Connection, Option<Text>),
    /// What no cluster could tell: `why …`, `doctor`.
    Ask(Vec<Text>),
}

/// A command line under way.
#[derive(Clone, Debug)]
struct Job {
    command: Text,
    /// What is still to be run, the next last.
    rest: Vec<Step>,
    exit: i32,
    program: Program,
    /// Where the running command's output goes.
    out: Sink,
    /// Where its error output goes.
    err: Sink,
    /// How often loops may still go round.
    rounds: u32,
    /// How many commands may still run.
    commands: u32,
    /// Whether it goes on until it is left, and is left for the next line that is typed.
    is_left_by_typing: bool,
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
    /// kubectl, waiting for a program in a container, which gets that on its standard input.
    Remote(Box<Process>, Connection, Option<Text>),
    /// kubectl, while that runs in a container; when it has ended, this is what it came to.
    Running(Box<Process>, Connection, Box<Typed>),
    /// kubectl, waiting for what the reader makes of that text in an editor.
    Editing(Box<Process>, Text),
    /// `sleep`.
    Sleep(Duration),
    /// `why …` or `doctor`.
    Asking(Vec<Text>),
}

/// The prompt of the reader's own shell.
const PROMPT: &str = "$ ";
/// The prompt of a shell in a container.
const INNER_PROMPT: &str = "/ # ";

/// `$?` after Ctrl-C.
const INTERRUPTED: i32 = 128 + 2;

impl Terminal {
    /// The prompt that waits for the reader; empty while a program runs.
    pub fn prompt(&self) -> &str {
        match self.job.as_ref().map(|it| &it.program) {
            None | Some(Program::Attached(_, _, None)) if self.begun.is_some() => NEXT_PROMPT,
            None => PROMPT,
            Some(Program::Attached(_, _, None)) => self.inner.prompt().unwrap_or(INNER_PROMPT),
            Some(_) => "",
        }
    }

    /// Whether a command has been begun that goes on in the next line.
    pub fn is_line_open(&self) -> bool {
        self.begun.is_some()
    }

    /// Where the shell runs that the terminal is attached to, while it waits for a line.
    pub fn attached(&self) -> Option<&Connection> {
        match self.job.as_ref().map(|it| &it.program) {
            Some(Program::Attached(_, connection, None)) => Some(connection),
            _ => None,
        }
    }

    /// Whether lines are typed at a client in a container, not at a shell.
    pub fn is_at_client(&self) -> bool {
        self.attached().is_some() && self.inner.prompt().is_some()
    }

    /// Whether Ctrl-C would drop what has been begun: a command, or a statement at a client.
    pub fn is_open(&self) -> bool {
        self.is_line_open() || self.is_at_client() && self.inner.is_open()
    }

    /// The command that leaves what lines are typed at; nothing in the reader's own shell, or in a command begun.
    pub fn leave(&self) -> Option<&'static str> {
        self.attached().filter(|_| !self.is_open())?;
        Some(if self.is_at_client() { "quit" } else { "exit" })
    }

    /// The folder that the container's shell is in; empty before its first line.
    pub fn folder(&self) -> Text {
        self.inner.folder()
    }

    /// The text that is open in the reader's editor.
    pub fn editing(&self) -> Option<&Text> {
        match self.job.as_ref().map(|it| &it.program) {
            Some(Program::Editing(_, text)) => Some(text),
            _ => None,
        }
    }

    /// What the reader's editor made of the text that was open; nothing where none could be opened.
    pub fn close_editor(&mut self, text: Option<Text>) {
        if self.editing().is_some() {
            self.tell(text.map_or_else(|| Answer::Refused(NO_EDITOR.into()), Answer::Edited));
        }
    }

    /// Whether a program runs that Ctrl-C would stop.
    pub fn is_busy(&self) -> bool {
        self.prompt().is_empty()
    }

    /// What `$?` would be now.
    pub fn exit_code(&self) -> i32 {
        self.exit
    }

    /// The command line under way.
    pub fn command(&self) -> Text {
        self.job
            .as_ref()
            .map(|it| it.command.clone())
            .unwrap_or_default()
    }

    /// Whether no command is on its way: none runs, or one that goes on until it is left.
    pub fn is_at_rest(&self) -> bool {
        self.pending.is_empty() && (!self.is_busy() || self.goes_on())
    }

    /// How many commands of a pasted transcript are still to come.
    pub fn pasted(&self) -> usize {
        let pasted = |it: &&Pending| it.origin != Origin::Ahead;
        self.pending.iter().filter(pasted).count()
    }

    /// Whether the next line that waits can be typed now.
    pub fn has_next_pasted(&self) -> bool {
        !self.is_busy() && !self.pending.is_empty()
    }

    /// Whether the program in the foreground waits for changes.
    pub fn is_watching(&self) -> bool {
        match self.job.as_ref().map(|it| &it.program) {
            Some(Program::Watching(..)) => true,
            Some(Program::Remote(_, connection, _)) => connection.is_main,
            _ => false,
        }
    }

    /// Whether the program in the foreground goes on until it is left.
    pub fn goes_on(&self) -> bool {
        self.is_watching() || self.job.as_ref().is_some_and(|it| it.is_left_by_typing)
    }

    /// Whether a pasted transcript goes on once nothing moves.
    pub fn would_leave_watch(&self) -> bool {
        self.goes_on() && !self.pending.is_empty()
    }

    /// Runs until something of the world is needed.
    pub fn go_on(&mut self, now: Time, version: Version) -> Errand {
        let (mut steps, handled) = (0, self.handled);
        loop {
            let Some(mut job) = self.job.take() else {
                return Errand::Rest;
            };
            let errand = match &mut job.program {
                Program::Between if steps == TURN || self.handled > handled + TURN_HANDLED => {
                    Some(Errand::Sleep(TURN_TIME))
                }
                Program::Between => {
                    steps += 1;
                    if !self.start_next(&mut job, version) {
                        self.exit = job.exit;
                        self.variables.forget_hidden();
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
                Program::Attached(_, _, None) | Program::Editing(..) => Some(Errand::Rest),
                Program::Attached(_, connection, Some(line)) => {
                    let (line, kept) = (line.clone(), self.inner.clone());
                    Some(Errand::Inside(connection.clone(), line, self.exit, kept))
                }
                Program::Running(process, connection, typed) => {
                    let (process, connection) = (process.clone(), connection.clone());
                    let typed = Typed::clone(typed);
                    job.program = self.ran(&mut job, process, connection, typed);
                    None
                }
                Program::Remote(_, connection, stdin) => {
                    Some(Errand::Program(connection.clone(), stdin.clone()))
                }
                Program::Watching(_, watch, until) => Some(Errand::Frame(watch.clone(), *until)),
                Program::Kubectl(process) => {
                    let (outputs, ask) = process.ask(now);
                    let process = Process::clone(process);
                    self.print_all(&job.out, &job.err, &outputs);
                    self.carry(&mut job, process, ask)
                }
            };
            self.job = Some(job);
            if let Some(errand) = errand {
                return errand;
            }
        }
    }

    /// What kubectl asks for, as an errand; nothing if it has ended or can go on at once.
    fn carry(&mut self, job: &mut Job, process: Process, ask: Ask) -> Option<Errand> {
        let process = Box::new(process);
        let (program, errand) = match ask {
            Ask::Http(request) => (Program::Kubectl(process), Some(Errand::Http(request))),
            Ask::Sleep(span) => (Program::Kubectl(process), Some(Errand::Sleep(span))),
            Ask::Frame(watch, until) => (Program::Watching(process, watch, until), None),
            Ask::Attach(connection, _) if inside::takes_lines(&connection) => {
                (self.exit, self.inner) = (0, Kept::default());
                (Program::Attached(process, connection, None), None)
            }
            Ask::Attach(connection, stdin) => (Program::Remote(process, connection, stdin), None),
            Ask::Edit(text) if self.has_editor && self.editor().is_empty() => {
                (Program::Editing(process, text), None)
            }
            Ask::Edit(text) => {
                let mut process = process;
                process.tell(match self.edit(text) {
                    Ok(text) => Answer::Edited(text),
                    Err(why) => Answer::Refused(why),
                });
                (Program::Kubectl(process), None)
            }
            Ask::Exit(code) => {
                if let Some((path, text)) = process.kept {
                    self.files.insert(path, text);
                }
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
            | Program::Editing(mut process, ..)
            | Program::Remote(mut process, ..)
            | Program::Running(mut process, ..) => {
                process.tell(answer);
                Program::Kubectl(process)
            }
            Program::Between | Program::Sleep(_) | Program::Asking(_) => Program::Between,
        };
    }

    /// What runs in a container from now on, and what it comes to once its time has passed.
    pub fn tell_running(&mut self, mut typed: Typed) {
        let Some(mut job) = self.job.take() else {
            return;
        };
        let early: Vec<Output> = typed.printed.output.drain(..typed.early).collect();
        self.print_all(&job.out, &job.err, &early);
        job.program = match core::mem::replace(&mut job.program, Program::Between) {
            Program::Attached(process, connection, _) | Program::Remote(process, connection, _) => {
                Program::Running(process, connection, Box::new(typed))
            }
            program => program,
        };
        self.job = Some(job);
    }

    /// How a name resolves, or why that cannot be told.
    pub fn tell_asked(&mut self, told: Result<String, Text>) {
        let Some(mut job) = self.job.take() else {
            return;
        };
        let Program::Asking(words) = &job.program else {
            return self.job = Some(job);
        };
        let asked = words.first().cloned().unwrap_or_default();
        job.exit = i32::from(told.is_err());
        match told {
            Ok(text) => self.print_to(&job.out, &text),
            Err(text) => self.print_to(&job.err, &crate::text!("{asked}: {text}\n")),
        }
        job.program = Program::Between;
        self.job = Some(job);
    }

    /// The reader presses Ctrl-C.
    pub fn interrupt(&mut self) {
        self.drop_begun();
        if self.is_at_client() {
            self.print(LineKind::Out, "^C\n");
            return self.hand_over(&INTERRUPT.into());
        }
        if !self.is_busy() {
            return;
        }
        self.print(LineKind::Out, "^C\n");
        if let Some(job) = &mut self.job {
            job.exit = INTERRUPTED;
            // The shell in the container goes on; only what it runs ends.
            if let Program::Running(_, connection, typed) = &mut job.program
                && !typed.is_left
                && inside::takes_lines(connection)
            {
                typed.printed.output.clear();
                (typed.printed.exit, typed.rest) = (INTERRUPTED, None);
                return;
            }
            job.rest.clear();
        }
        self.tell(Answer::Interrupted);
    }
}
