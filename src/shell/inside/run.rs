//! How a container's shell runs a list: pipelines, loops and redirections, one program at a time.
//!
//! Where a live shell waits, what is still to be run is put together from what stands behind it, the innermost first.

use super::super::builtins;
use super::super::expand::{TOO_LONG, too_long};
use super::super::syntax::{Command, If, Joint, List, Pipeline, Simple, Target, Word};
use super::{FOLDER, Kept, MOST_PRINTED, SHELL_COMMANDS, Shell, client, run_text, shell_name};
use crate::process::{Output, Stream};
use crate::programs::image::Image;
use crate::programs::{self, Container, Disk, NotRun, Printed};
use crate::value::Text;

/// Where a program's output goes.
#[derive(Clone)]
enum Sink {
    Stream(Stream),
    File(Text),
    Nowhere,
}

impl Shell<'_, '_> {
    pub(super) fn run_list(&mut self, list: &[(Joint, Pipeline)]) {
        for (at, (joint, pipeline)) in list.iter().enumerate() {
            let printed = self.typed.printed.output.len();
            if joint.runs_after(self.typed.printed.exit) && !self.typed.is_left {
                self.run_pipeline(pipeline);
            }
            if self.waits() {
                // An inner list has said it first.
                if self.rest.is_empty() && self.typed.early == 0 {
                    self.typed.early = printed;
                }
                return self.rest.extend_from_slice(&list[at + 1..]);
            }
        }
    }

    /// Whether something takes time or waits for lines, or it is the world's turn: the rest of the line comes after that.
    fn waits(&self) -> bool {
        let takes_time = self.typed.printed.took.ms > 0 || self.client.is_some();
        let is_due = takes_time || self.left.turn.excess().is_some();
        self.is_live && is_due && !self.typed.is_left
    }

    /// Once the condition has come to its end, its answer chooses.
    fn choose_later(&mut self, body: List, otherwise: List) {
        let condition: List = [].into();
        self.put_off(Command::If(If {
            condition,
            body,
            otherwise,
        }));
    }

    /// What comes behind what stands in `rest`.
    fn put_off(&mut self, command: Command) {
        self.rest.push((Joint::Always, [command].into()));
    }

    /// Commands of a pipeline run one after another, each to its end.
    fn run_pipeline(&mut self, pipeline: &Pipeline) {
        let (before, is_live) = (self.stdin.clone(), self.is_live);
        if let Some((last, others)) = pipeline.split_last() {
            self.is_live &= others.is_empty();
            for command in others {
                let out = self.output_of(|shell| shell.run_command(command.clone()));
                self.stdin = Some(out);
            }
            self.run_command(last.clone());
        }
        (self.stdin, self.is_live) = (before, is_live);
    }

    /// What is printed on the way to standard output.
    fn output_of(&mut self, run: impl FnOnce(&mut Self)) -> Text {
        let before = core::mem::take(&mut self.typed.printed.output);
        let is_terminal = core::mem::take(&mut self.is_terminal);
        let is_live = core::mem::take(&mut self.is_live);
        run(self);
        (self.is_terminal, self.is_live) = (is_terminal, is_live);
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
        if self.typed.is_left {
            return false;
        }
        let turn = self.left.turn.excess().filter(|_| !self.is_live);
        let Some(what) = self.left.line.excess().or(turn) else {
            self.left.spend(1, 0);
            return true;
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
                for (at, value) in values.iter().enumerate() {
                    if self.waits() {
                        let words = values[at..].iter().cloned().map(Word::quoted).collect();
                        return self.put_off(Command::For { name, words, body });
                    }
                    self.variables.set(name.clone(), value.clone());
                    self.run_list(&body);
                }
            }
            Command::Loop(it) => loop {
                self.run_list(&it.condition);
                if self.waits() {
                    let again = (Joint::Always, [Command::Loop(it.clone())].into());
                    let round: List = it.body.iter().cloned().chain([again]).collect();
                    let none: List = [].into();
                    let (body, otherwise) = match it.joint {
                        Joint::Or => (none, round),
                        Joint::Always | Joint::And => (round, none),
                    };
                    return self.choose_later(body, otherwise);
                }
                let goes_on = it.joint.runs_after(self.typed.printed.exit);
                if !goes_on || !self.may_run() {
                    self.typed.printed.exit *= i32::from(self.typed.is_left);
                    break;
                }
                self.run_list(&it.body);
                if self.waits() {
                    return self.put_off(Command::Loop(it));
                }
            },
            Command::If(it) => {
                self.run_list(&it.condition);
                if self.waits() {
                    return self.choose_later(it.body, it.otherwise);
                }
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
        self.left.spend(0, size);
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
                    self.left.spend(0, text.len());
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
                // Only the last byte of it is told.
                if let Some(code) = code.first().and_then(|it| it.parse::<i64>().ok()) {
                    set_exit(self, i32::from(code.to_le_bytes()[0]));
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
                self.left.spend(SHELL_COMMANDS, 0);
                let folder = self.variables.get(FOLDER);
                let container = Container {
                    folder: &folder,
                    stdin: self.stdin.as_ref(),
                    is_terminal: self.is_terminal,
                    is_live: false,
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
                    is_live: self.is_live,
                    ..*self.container
                };
                match programs::run(argv, &container, self.network) {
                    Ok(mut one) => {
                        self.client = client(argv, &mut one);
                        self.append(one);
                    }
                    Err(NotRun::NotFound) => {
                        let text = Image::parse(self.container.image).not_found(program);
                        self.complain(127, &text);
                    }
                }
            }
        }
    }

    fn append(&mut self, one: Printed) {
        self.left.spend(one.weight, one.read);
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

    pub(super) fn complain(&mut self, exit: i32, text: &str) {
        let (stream, text) = (Stream::Stderr, text.into());
        self.typed.printed.output.push(Output { stream, text });
        self.typed.printed.exit = exit;
    }
}
