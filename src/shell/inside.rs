//! The shell inside a container: lists, pipes, redirections, variables, loops, `if`, `cd`, `test`, `sh -c`, `exit`.
//!
//! A line runs at one moment: what sleeps in it takes time, but sees the cluster as it was when the line began. A
//! `while` or `until` that begins a line is left after each round that takes time, so that the next one sees what has changed.

use super::expand::{TOO_LONG, Variables, too_long};
use super::syntax::{Command, Joint, List, Pipeline, Simple, Target};
use super::{builtins, parse};
use crate::dns::stub::Network;
use crate::process::{Output, Stream};
use crate::programs::image::Image;
use crate::programs::{self, Container, Disk, NotRun, Printed};
use crate::value::Text;

/// Programs that are shells.
const SHELLS: [&str; 3] = ["sh", "bash", "ash"];

/// What the shell does itself, for completion.
pub(super) const NAMES: [&str; 8] = ["cd", "exit", "export", "for", "if", "sh", "test", "while"];

/// What a line typed at a container's shell came to.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// What was printed.
    pub printed: Printed,
    /// Whether the shell was left.
    pub is_left: bool,
    /// What the shell keeps for its next line.
    pub kept: Kept,
    /// The line, if its loop goes round again.
    pub rest: Option<Text>,
}

/// What a container's shell keeps from line to line: its variables, the folder it is in among them.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    variables: Variables,
    /// In a line whose loop goes round again: how many commands may still run, and how many bytes were read.
    spent: Option<(u32, usize)>,
}

impl Kept {
    /// The folder the shell is in; empty before its first line.
    pub fn folder(&self) -> Text {
        self.variables.get(FOLDER)
    }

    /// A further line begins, which may do as much as the one before.
    pub(super) fn begin_line(&mut self) {
        self.spent = None;
    }
}

/// Whether a command is a bare shell (or the container's own program, which an attached terminal talks to).
pub fn is_shell(command: &[Text]) -> bool {
    match command {
        [] => true,
        [program, options @ ..] => {
            shell_name(program).is_some()
                && options.iter().all(|it| it.starts_with('-') && it != "-c")
        }
    }
}

fn shell_name(program: &str) -> Option<&'static str> {
    let name = program.rsplit('/').next().unwrap_or(program);
    SHELLS.into_iter().find(|it| *it == name)
}

/// Runs one program, as `kubectl exec POD -- COMMAND…` does: a shell's `-c` text, or a single program.
///
/// # Errors
/// The container runtime's words when the image has no such program.
pub fn run(
    argv: &[Text],
    container: &Container<'_>,
    network: &mut Network<'_>,
) -> Result<Typed, Text> {
    let mut run_all = |text: &str| {
        let mut typed = run_line(text, 0, Kept::default(), container, network);
        typed.is_left = typed.rest.is_none();
        Ok(typed)
    };
    match argv {
        [shell, option, text, ..]
            if shell_name(shell).is_some() && matches!(option.as_str(), "-c" | "-ic") =>
        {
            run_all(text)
        }
        [shell, ..] if is_shell(argv) && shell_name(shell).is_some() => {
            run_all(&container.stdin.cloned().unwrap_or_default())
        }
        [program, ..] => match programs::run(argv, container, network) {
            Ok(printed) => Ok(Typed {
                printed,
                is_left: true,
                ..Typed::default()
            }),
            Err(NotRun::NotFound) => Err(crate::text!(
                "OCI runtime exec failed: exec failed: unable to start container process: exec: \"{program}\": \
                 executable file not found in $PATH: unknown"
            )),
        },
        [] => Ok(Typed {
            is_left: true,
            ..Typed::default()
        }),
    }
}

/// Runs a line typed at a container's shell, where the line before ended with `exit` and kept that.
pub fn run_line(
    line: &str,
    exit: i32,
    kept: Kept,
    container: &Container<'_>,
    network: &mut Network<'_>,
) -> Typed {
    run_text(line, exit, kept, container, network, &mut { MOST_COMMANDS })
}

/// How many commands one line may run: enough for a lesson, and no loop is endless.
const MOST_COMMANDS: u32 = 5000;

/// How many commands a shell in the shell counts for, so that they do not nest deeply.
const SHELL_COMMANDS: u32 = 500;

fn run_text(
    line: &str,
    exit: i32,
    kept: Kept,
    container: &Container<'_>,
    network: &mut Network<'_>,
    left: &mut u32,
) -> Typed {
    let mut shell = Shell {
        container,
        network,
        variables: kept.variables,
        typed: Typed::default(),
        stdin: container.stdin.cloned(),
        is_terminal: container.is_terminal,
        left,
        bytes: 0,
        handled: 0,
    };
    shell.typed.printed.exit = exit;
    if let Some((left, handled)) = kept.spent {
        (*shell.left, shell.handled) = (left, handled);
    }
    if shell.variables.get(FOLDER).is_empty() {
        for (name, value) in programs::environment(container) {
            shell.variables.set(name, value);
        }
        shell.variables.set(FOLDER.into(), container.folder.into());
    }
    match parse::parse(line) {
        Ok(list) if container.by_round => {
            let goes_on = shell.run_round(&list);
            shell.typed.rest = goes_on.then(|| line.into());
        }
        Ok(list) => shell.run_list(&list),
        Err(error) => shell.complain(2, &format!("sh: {error}\n")),
    }
    shell.variables.forget_hidden();
    let goes_on = shell.typed.rest.is_some();
    shell.typed.kept = Kept {
        variables: shell.variables,
        spent: goes_on.then_some((*shell.left, shell.handled)),
    };
    shell.typed
}

/// How much the programs of one line may print.
const MOST_PRINTED: usize = 1 << 20;

/// How many bytes the programs of one line may read, words and files alike.
const MOST_HANDLED: usize = 1 << 26;

/// The variable that holds the folder the shell is in.
const FOLDER: &str = "PWD";

struct Shell<'a, 'n> {
    container: &'a Container<'a>,
    network: &'a mut Network<'n>,
    variables: Variables,
    typed: Typed,
    /// The standard input of the next program.
    stdin: Option<Text>,
    /// Whether what the next program prints goes to a terminal.
    is_terminal: bool,
    /// How many commands may still run.
    left: &'a mut u32,
    /// How much the programs of this line have printed.
    bytes: usize,
    /// How much they have read.
    handled: usize,
}

/// Where a program's output goes.
#[derive(Clone)]
enum Sink {
    Stream(Stream),
    File(Text),
    Nowhere,
}

impl Shell<'_, '_> {
    /// Runs a list, but of a loop that begins it only until a round has taken time; whether that goes round again.
    fn run_round(&mut self, list: &List) -> bool {
        let Some((_, pipeline)) = list.first() else {
            return false;
        };
        let [Command::Loop(it)] = pipeline.as_ref() else {
            self.run_list(list);
            return false;
        };
        let before = self.typed.printed.took;
        while self.may_run() {
            self.run_list(&it.condition);
            if !it.joint.runs_after(self.typed.printed.exit) {
                break;
            }
            self.run_list(&it.body);
            if self.typed.printed.took > before && !self.typed.is_left {
                return true;
            }
        }
        self.typed.printed.exit *= i32::from(self.typed.is_left);
        self.run_list(&list[1..]);
        false
    }

    fn run_list(&mut self, list: &[(Joint, Pipeline)]) {
        for (joint, pipeline) in list {
            if joint.runs_after(self.typed.printed.exit) && !self.typed.is_left {
                self.run_pipeline(pipeline);
            }
        }
    }

    /// Commands of a pipeline run one after another, each to its end.
    fn run_pipeline(&mut self, pipeline: &Pipeline) {
        let before = self.stdin.clone();
        if let Some((last, others)) = pipeline.split_last() {
            for command in others {
                let out = self.output_of(|shell| shell.run_command(command.clone()));
                self.stdin = Some(out);
            }
            self.run_command(last.clone());
        }
        self.stdin = before;
    }

    /// What is printed on the way to standard output.
    fn output_of(&mut self, run: impl FnOnce(&mut Self)) -> Text {
        let before = core::mem::take(&mut self.typed.printed.output);
        let is_terminal = core::mem::take(&mut self.is_terminal);
        run(self);
        self.is_terminal = is_terminal;
        let printed = core::mem::replace(&mut self.typed.printed.output, before);
        let mut out = Text::new();
        for piece in printed {
            match piece.stream {
                Stream::Stdout => out.push_str(&piece.text),
                Stream::Stderr => self.typed.printed.output.push(piece),
            }
        }
        out
    }

    /// Counts a command; false when there were too many.
    fn may_run(&mut self) -> bool {
        let what = match self.left.checked_sub(1) {
            _ if self.typed.is_left => return false,
            None => "runs too many commands",
            Some(_) if self.handled > MOST_HANDLED => "handles too much text",
            Some(left) => {
                *self.left = left;
                return true;
            }
        };
        self.typed.is_left = true;
        self.complain(130, &format!("sh: this {what}: it is stopped here\n"));
        false
    }

    fn run_command(&mut self, mut command: Command) {
        if !self.may_run() {
            return;
        }
        while let Some((name, list)) = self.variables.take_output(&mut command) {
            if !self.may_run() {
                return;
            }
            let out = self.output_of(|shell| shell.run_list(&list));
            self.variables.append(&name, &out);
        }
        match command {
            Command::Simple(simple) => self.run_simple(&simple),
            Command::For { name, words, body } => {
                if self.variables.size(words.iter()).is_none() {
                    return self.complain(TOO_LONG, &too_long("for"));
                }
                let values: Vec<Text> = words
                    .iter()
                    .flat_map(|it| self.variables.fields(it))
                    .collect();
                for value in values {
                    self.variables.set(name.clone(), value);
                    self.run_list(&body);
                }
            }
            Command::Loop(it) => loop {
                self.run_list(&it.condition);
                let goes_on = it.joint.runs_after(self.typed.printed.exit);
                if !goes_on || !self.may_run() {
                    self.typed.printed.exit *= i32::from(self.typed.is_left);
                    break;
                }
                self.run_list(&it.body);
            },
            Command::If(it) => {
                self.run_list(&it.condition);
                if self.typed.printed.exit == 0 {
                    self.run_list(&it.body);
                } else {
                    self.typed.printed.exit *= i32::from(self.typed.is_left);
                    self.run_list(&it.otherwise);
                }
            }
        }
    }

    fn run_simple(&mut self, simple: &Simple) {
        let exit = self.typed.printed.exit;
        self.variables.set("?".into(), crate::text!("{exit}"));
        let Some(size) = self.variables.size(simple.every_word()) else {
            return self.complain(TOO_LONG, &too_long(&simple.name()));
        };
        self.handled += size;
        for (name, word) in &simple.assignments {
            let value = self.variables.whole(word);
            self.variables.set(name.clone(), value);
        }
        let argv: Vec<Text> = simple
            .words
            .iter()
            .flat_map(|it| self.variables.fields(it))
            .collect();
        let before = self.stdin.clone();
        let from = self.typed.printed.output.len();
        let [out, err] = match self.redirect(simple) {
            Ok(sinks) => sinks,
            Err((path, why)) => {
                let text = Image::parse(self.container.image).not_opened(&path, why);
                return self.complain(2, &text);
            }
        };
        let is_terminal = self.is_terminal;
        self.is_terminal &= matches!(out, Sink::Stream(Stream::Stdout));
        self.run_program(&argv);
        (self.stdin, self.is_terminal) = (before, is_terminal);
        for piece in self.typed.printed.output.split_off(from) {
            let sink = match piece.stream {
                Stream::Stdout => &out,
                Stream::Stderr => &err,
            };
            match sink {
                Sink::Stream(stream) => self.typed.printed.output.push(Output {
                    stream: *stream,
                    ..piece
                }),
                Sink::File(path) => {
                    let text = self.on_disk(|disk| disk.read(path)).unwrap_or_default();
                    self.handled += text.len();
                    let text = crate::text!("{text}{}", piece.text);
                    // The file has just been opened: only its size can be refused.
                    if let Err(why) = self.on_disk(|disk| disk.write(path, text)) {
                        self.complain(1, &format!("sh: write error: {why}\n"));
                    }
                }
                Sink::Nowhere => {}
            }
        }
    }

    /// Something done with the container's files, in the folder the shell is in.
    fn on_disk<T>(&self, work: impl FnOnce(Disk<'_>) -> T) -> T {
        let folder = self.variables.get(FOLDER);
        work(Disk(&Container {
            folder: &folder,
            ..*self.container
        }))
    }

    /// Opens what a program's streams are led to; else the path that cannot be, and why.
    fn redirect(&mut self, simple: &Simple) -> Result<[Sink; 2], (Text, &'static str)> {
        let mut sinks = [Sink::Stream(Stream::Stdout), Sink::Stream(Stream::Stderr)];
        for redirection in &simple.redirections {
            let to = match &redirection.target {
                Target::Here(word) => {
                    self.stdin = Some(self.variables.whole(word));
                    continue;
                }
                Target::Read(word) => {
                    let path = self.variables.whole(word);
                    let Some(text) = self.on_disk(|disk| disk.read(&path)) else {
                        return Err((path, ""));
                    };
                    self.stdin = Some(text);
                    continue;
                }
                Target::Write(word) | Target::Append(word) => {
                    let path = self.variables.whole(word);
                    let keeps = matches!(redirection.target, Target::Append(_));
                    let old = self.on_disk(|disk| disk.read(&path)).filter(|_| keeps);
                    let opened = self.on_disk(|disk| disk.write(&path, old.unwrap_or_default()));
                    opened.map_err(|why| (path.clone(), why))?;
                    if path == "/dev/null" {
                        Sink::Nowhere
                    } else {
                        Sink::File(path)
                    }
                }
                Target::Same(of) => sinks[usize::from(*of == 2)].clone(),
            };
            sinks[usize::from(redirection.stream == 2)] = to;
        }
        Ok(sinks)
    }

    fn run_program(&mut self, argv: &[Text]) {
        let set_exit = |shell: &mut Self, exit| shell.typed.printed.exit = exit;
        match argv {
            [] => {}
            [exit, code @ ..] if exit == "exit" => {
                if let Some(code) = code.first().and_then(|it| it.parse().ok()) {
                    set_exit(self, code);
                }
                self.typed.is_left = true;
            }
            [cd, folder @ ..] if cd == "cd" => {
                let home = Text::from("/root");
                let path = folder.first().unwrap_or(&home);
                if self.on_disk(|disk| disk.is_folder(path)) {
                    let folder = self.on_disk(|disk| disk.absolute(path));
                    self.variables.set(FOLDER.into(), folder);
                    set_exit(self, 0);
                } else {
                    self.complain(
                        2,
                        &format!("sh: cd: can't cd to {path}: No such file or directory\n"),
                    );
                }
            }
            [export, pairs @ ..] if export == "export" => {
                for (name, value) in pairs.iter().filter_map(|it| it.split_once('=')) {
                    self.variables.set(name.into(), value.into());
                }
                set_exit(self, 0);
            }
            [test, words @ ..] if test == "test" || test == "[" => {
                let exists = |path: &str, letter: char| {
                    self.on_disk(|disk| match letter {
                        'd' => disk.is_folder(path),
                        'f' => disk.read(path).is_some(),
                        's' => disk.read(path).is_some_and(|it| !it.is_empty()),
                        _ => disk.is_folder(path) || disk.read(path).is_some(),
                    })
                };
                let exit = builtins::test(words, test == "[", &exists);
                set_exit(self, exit);
            }
            [clear, ..] if clear == "clear" => set_exit(self, 0),
            [shell, option, text, ..] if shell_name(shell).is_some() && option == "-c" => {
                *self.left = self.left.saturating_sub(SHELL_COMMANDS);
                let folder = self.variables.get(FOLDER);
                let container = Container {
                    folder: &folder,
                    stdin: self.stdin.as_ref(),
                    is_terminal: self.is_terminal,
                    by_round: false,
                    ..*self.container
                };
                let kept = Kept::default();
                let inner = run_text(text, 0, kept, &container, self.network, self.left);
                self.append(inner.printed);
            }
            [program, ..] => {
                let folder = self.variables.get(FOLDER);
                let container = Container {
                    folder: &folder,
                    stdin: self.stdin.as_ref(),
                    is_terminal: self.is_terminal,
                    ..*self.container
                };
                match programs::run(argv, &container, self.network) {
                    Ok(one) => self.append(one),
                    Err(NotRun::NotFound) => {
                        let text = Image::parse(self.container.image).not_found(program);
                        self.complain(127, &text);
                    }
                }
            }
        }
    }

    fn append(&mut self, one: Printed) {
        self.handled += one.read;
        let printed = one.output.iter().map(|it| it.text.len()).sum();
        self.bytes = self.bytes.saturating_add(printed);
        if self.bytes > MOST_PRINTED {
            self.typed.is_left = true;
            return self.complain(130, "sh: this prints too much: it is stopped here\n");
        }
        let all = &mut self.typed.printed;
        all.output.extend(one.output);
        all.tried.extend(one.tried);
        all.took.ms += one.took.ms;
        all.exit = one.exit;
    }

    fn complain(&mut self, exit: i32, text: &str) {
        let (stream, text) = (Stream::Stderr, text.into());
        self.typed.printed.output.push(Output { stream, text });
        self.typed.printed.exit = exit;
    }
}
