//! The shell inside a container: lists of programs, `sh -c`, `exit`.
//!
//! Left out: pipes, redirections, variables, loops.

use super::parse::{self, Command, Joint};
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
pub(super) fn is_shell(command: &[Text]) -> bool {
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
            Ok(run_line(text, container, network).printed)
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

/// Runs a line typed at a container's shell.
pub fn run_line(line: &str, container: &Container<'_>, network: &mut Network<'_>) -> Typed {
    let mut typed = Typed::default();
    let list = match parse::parse(line) {
        Ok(list) => list,
        Err(error) => {
            complain(&mut typed.printed, 2, &format!("sh: {error}\n"));
            return typed;
        }
    };
    let all = &mut typed.printed;
    for (joint, pipeline) in list {
        let runs = match joint {
            Joint::Always => true,
            Joint::And => all.exit == 0,
            Joint::Or => all.exit != 0,
        };
        if !runs {
            continue;
        }
        let [
            Command {
                argv,
                here: None,
                input: None,
                output: None,
            },
        ] = pipeline.as_slice()
        else {
            complain(
                all,
                2,
                "sh: pipes and redirections inside containers are not simulated yet\n",
            );
            continue;
        };
        match argv.as_slice() {
            [] => {}
            [exit, code @ ..] if exit == "exit" => {
                if let Some(code) = code.first().and_then(|it| it.parse().ok()) {
                    all.exit = code;
                }
                typed.is_left = true;
                return typed;
            }
            [cd, ..] if cd == "cd" || cd == "clear" => all.exit = 0,
            [shell, option, text, ..] if shell_name(shell).is_some() && option == "-c" => {
                let inner = run_line(text, container, network).printed;
                append(all, inner);
            }
            [program, ..] => match programs::run(argv, container, network) {
                Ok(one) => append(all, one),
                Err(NotRun::NotFound) => complain(all, 127, &format!("sh: {program}: not found\n")),
            },
        }
    }
    typed
}

fn append(all: &mut Printed, one: Printed) {
    all.output.extend(one.output);
    all.tried.extend(one.tried);
    all.took.ms += one.took.ms;
    all.exit = one.exit;
}

fn complain(all: &mut Printed, exit: i32, text: &str) {
    all.output.push(Output {
        stream: Stream::Stderr,
        text: text.into(),
    });
    all.exit = exit;
}
