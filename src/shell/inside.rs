//! The shell inside a container: lists of programs, variables, `for`, `sh -c`, `exit`.
//!
//! Left out: pipes, files and `while`.

use super::expand::Variables;
use super::parse;
use super::syntax::{Command, Joint, List, Simple, Target};
use crate::dns::stub::Network;
use crate::process::{Output, Stream};
use crate::programs::{self, Container, NotRun, Printed};
use crate::value::Text;

/// Programs that are shells.
const SHELLS: [&str; 3] = ["sh", "bash", "ash"];

/// What a line typed at a container's shell came to.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// What was printed.
    pub printed: Printed,
    /// Whether the shell was left.
    pub is_left: bool,
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
) -> Result<Printed, Text> {
    match argv {
        [shell, option, text, ..] if shell_name(shell).is_some() && option == "-c" => {
            Ok(run_line(text, 0, container, network).printed)
        }
        [shell] if shell_name(shell).is_some() => Ok(Printed::default()),
        [program, ..] => programs::run(argv, container, network).map_err(|it| match it {
            NotRun::NotFound => crate::text!(
                "OCI runtime exec failed: exec failed: unable to start container process: exec: \"{program}\": \
                 executable file not found in $PATH: unknown"
            ),
        }),
        [] => Ok(Printed::default()),
    }
}

/// Runs a line typed at a container's shell, where the line before ended with `exit`.
pub fn run_line(
    line: &str,
    exit: i32,
    container: &Container<'_>,
    network: &mut Network<'_>,
) -> Typed {
    run_text(line, exit, container, network, &mut { MOST_COMMANDS })
}

/// How many commands one line may run: enough for a lesson, and no loop is endless.
const MOST_COMMANDS: u32 = 5000;

/// How many commands a shell in the shell counts for, so that they do not nest deeply.
const SHELL_COMMANDS: u32 = 500;

fn run_text(
    line: &str,
    exit: i32,
    container: &Container<'_>,
    network: &mut Network<'_>,
    left: &mut u32,
) -> Typed {
    let mut shell = Shell {
        container,
        network,
        variables: Variables::default(),
        typed: Typed::default(),
        left,
    };
    shell.typed.printed.exit = exit;
    for (name, value) in programs::environment(container) {
        shell.variables.set(name, value);
    }
    match parse::parse(line) {
        Ok(list) => shell.run_list(list),
        Err(error) => shell.complain(2, &format!("sh: {error}\n")),
    }
    shell.typed
}

struct Shell<'a, 'n> {
    container: &'a Container<'a>,
    network: &'a mut Network<'n>,
    variables: Variables,
    typed: Typed,
    /// How many commands may still run.
    left: &'a mut u32,
}

impl Shell<'_, '_> {
    fn run_list(&mut self, list: List) {
        for (joint, mut pipeline) in list {
            let exit = self.typed.printed.exit;
            let runs = match joint {
                Joint::Always => true,
                Joint::And => exit == 0,
                Joint::Or => exit != 0,
            };
            if runs && !self.typed.is_left {
                match pipeline.pop() {
                    Some(command) if pipeline.is_empty() => self.run_command(command),
                    _ => self.complain(2, "sh: pipes inside containers are not simulated yet\n"),
                }
            }
        }
    }

    fn run_command(&mut self, mut command: Command) {
        if *self.left == 0 {
            self.typed.is_left = true;
            return self.complain(130, "sh: this runs too many commands: it is stopped here\n");
        }
        *self.left -= 1;
        while let Some((name, list)) = self.variables.take_output(&mut command) {
            let before = core::mem::take(&mut self.typed.printed.output);
            self.run_list(list);
            let printed = core::mem::replace(&mut self.typed.printed.output, before);
            for piece in printed {
                match piece.stream {
                    Stream::Stdout => self.variables.append(&name, &piece.text),
                    Stream::Stderr => self.typed.printed.output.push(piece),
                }
            }
        }
        match command {
            Command::Simple(simple) => self.run_simple(&simple),
            Command::For { name, words, body } => {
                let values: Vec<Text> = words
                    .iter()
                    .flat_map(|it| self.variables.fields(it))
                    .collect();
                for value in values {
                    self.variables.set(name.clone(), value);
                    self.run_list(body.clone());
                }
            }
            Command::Loop { .. } => self.complain(
                2,
                "sh: while and until inside containers are not simulated yet\n",
            ),
        }
    }

    fn run_simple(&mut self, simple: &Simple) {
        let exit = self.typed.printed.exit;
        self.variables.set("?".into(), crate::text!("{exit}"));
        for (name, word) in &simple.assignments {
            let value = self.variables.whole(word);
            self.variables.set(name.clone(), value);
        }
        let argv: Vec<Text> = simple
            .words
            .iter()
            .flat_map(|it| self.variables.fields(it))
            .collect();
        let Some(keeps) = self.kept_streams(simple) else {
            return self.complain(2, "sh: files inside containers are not simulated yet\n");
        };
        let from = self.typed.printed.output.len();
        self.run_program(&argv);
        let mut at = 0;
        self.typed.printed.output.retain_mut(|it| {
            at += 1;
            let kept = match it.stream {
                Stream::Stdout => keeps[0],
                Stream::Stderr => keeps[1],
            };
            if at > from
                && let Some(stream) = kept
            {
                it.stream = stream;
            }
            at <= from || kept.is_some()
        });
    }

    /// Where standard output and error go; nothing, if one goes to a file.
    fn kept_streams(&self, simple: &Simple) -> Option<[Option<Stream>; 2]> {
        let mut streams = [Some(Stream::Stdout), Some(Stream::Stderr)];
        for redirection in &simple.redirections {
            let to = match &redirection.target {
                Target::Write(word) | Target::Append(word)
                    if self.variables.whole(word) == "/dev/null" =>
                {
                    None
                }
                Target::Same(of) => streams[usize::from(*of == 2)],
                Target::Here(_) | Target::Read(_) | Target::Write(_) | Target::Append(_) => {
                    return None;
                }
            };
            streams[usize::from(redirection.stream == 2)] = to;
        }
        Some(streams)
    }

    fn run_program(&mut self, argv: &[Text]) {
        match argv {
            [] => {}
            [exit, code @ ..] if exit == "exit" => {
                if let Some(code) = code.first().and_then(|it| it.parse().ok()) {
                    self.typed.printed.exit = code;
                }
                self.typed.is_left = true;
            }
            [cd, ..] if cd == "cd" || cd == "clear" => self.typed.printed.exit = 0,
            [shell, option, text, ..] if shell_name(shell).is_some() && option == "-c" => {
                *self.left = self.left.saturating_sub(SHELL_COMMANDS);
                let inner = run_text(text, 0, self.container, self.network, self.left).printed;
                self.append(inner);
            }
            [program, ..] => match programs::run(argv, self.container, self.network) {
                Ok(one) => self.append(one),
                Err(NotRun::NotFound) => self.complain(127, &format!("sh: {program}: not found\n")),
            },
        }
    }

    fn append(&mut self, one: Printed) {
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
