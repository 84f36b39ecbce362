//! The shell inside a container: lists, pipes, redirections, variables, loops, `if`, `cd`, `test`, `sh -c`, `exit`.
//!
//! A line is left behind each command that takes time, so that the next one sees what has changed, and behind so many
//! commands that the page would no longer answer. What is piped, what stands in `$(…)` and what a shell in the shell is
//! given runs at one moment.

mod run;

use super::TURN_TIME;
use super::expand::Variables;
use super::parse;
use super::syntax::{Joint, List, Pipeline};
use crate::apiserver::rest::Connection;
use crate::dns::stub::Network;
use crate::programs::{self, Container, NotRun, Printed, Waiting};
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
    /// How many pieces had been printed when something began to take time.
    pub early: usize,
    /// The line, if it goes on.
    pub rest: Option<Text>,
}

/// What a container's shell keeps from line to line: its variables, the folder it is in among them.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    variables: Variables,
    ahead: Option<Ahead>,
    client: Option<Client>,
}

/// A program that the lines are typed at until it ends.
#[derive(Clone, Debug)]
struct Client {
    argv: Vec<Text>,
    waiting: Waiting,
}

/// What is still to be run of a line that goes on.
#[derive(Clone, Debug)]
struct Ahead {
    list: List,
    stdin: Option<Text>,
    /// What the line may still do.
    left: Budget,
}

impl Kept {
    /// The folder the shell is in; empty before its first line.
    pub fn folder(&self) -> Text {
        self.variables.get(FOLDER)
    }

    /// A further line begins, which may do as much as the one before.
    pub(super) fn begin_line(&mut self) {
        if self.client.is_none() {
            self.ahead = None;
        }
    }

    /// Whether a client asks for more of what has been begun.
    pub fn is_open(&self) -> bool {
        self.client.as_ref().is_some_and(|it| it.waiting.is_open)
    }

    /// The prompt of the client that waits for a line, if one does.
    pub fn prompt(&self) -> Option<&str> {
        self.client.as_ref().map(|it| it.waiting.prompt.as_str())
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

/// Whether lines are typed at what runs there.
pub fn takes_lines(connection: &Connection) -> bool {
    connection.tty && is_shell(&connection.command)
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
        typed.is_left = typed.rest.is_none() && typed.kept.prompt().is_none();
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
            Ok(mut printed) => {
                let client = client(argv, &mut printed);
                Ok(Typed {
                    printed,
                    is_left: client.is_none(),
                    kept: Kept {
                        client,
                        ..Kept::default()
                    },
                    ..Typed::default()
                })
            }
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
    let mut kept = kept;
    match kept.client.take() {
        Some(client) => run_client(&client, line, kept, container, network),
        None => run_text(line, exit, kept, container, network, &mut Left::default()),
    }
}

/// The client that a program is from now on, if it waits for lines.
fn client(argv: &[Text], printed: &mut Printed) -> Option<Client> {
    let argv = argv.to_vec();
    let waiting = printed.waiting.take();
    waiting.map(|waiting| Client { argv, waiting })
}

/// Runs a line typed at a client; when that has ended, the line that began it goes on.
fn run_client(
    client: &Client,
    line: &str,
    mut kept: Kept,
    container: &Container<'_>,
    network: &mut Network<'_>,
) -> Typed {
    let folder = kept.folder();
    let container = Container {
        typed: Some((&client.waiting.state, line)),
        folder: if folder.is_empty() {
            container.folder
        } else {
            &folder
        },
        ..*container
    };
    let mut printed = programs::run(&client.argv, &container, network).unwrap_or_default();
    kept.client = self::client(&client.argv, &mut printed);
    let goes_on = kept.client.is_none() && kept.ahead.is_some();
    Typed {
        printed,
        kept,
        rest: goes_on.then(|| line.into()),
        ..Typed::default()
    }
}

/// What may still be done.
#[derive(Clone, Copy, Debug)]
struct Budget {
    /// How many commands may run.
    commands: u32,
    /// How many bytes the programs may read, words and files alike.
    bytes: usize,
}

impl Budget {
    fn spend(&mut self, commands: u32, bytes: usize) {
        self.commands = self.commands.saturating_sub(commands);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Of what there was too much.
    fn excess(self) -> Option<&'static str> {
        match self {
            Self { commands: 0, .. } => Some("runs too many commands"),
            Self { bytes: 0, .. } => Some("handles too much text"),
            _ => None,
        }
    }
}

/// What a line may still do.
struct Left {
    /// In all: enough for a lesson, and no loop is endless.
    line: Budget,
    /// Before the world has its turn again: Ctrl-C is answered within 50 ms.
    turn: Budget,
}

impl Default for Left {
    fn default() -> Self {
        let budget = |commands, bytes| Budget { commands, bytes };
        Self {
            line: budget(20_000, 1 << 26),
            turn: budget(2000, 1 << 22),
        }
    }
}

impl Left {
    fn spend(&mut self, commands: u32, bytes: usize) {
        self.line.spend(commands, bytes);
        self.turn.spend(commands, bytes);
    }
}

/// How many commands a shell in the shell counts for, so that they do not nest deeply.
const SHELL_COMMANDS: u32 = 500;

fn run_text(
    line: &str,
    exit: i32,
    kept: Kept,
    container: &Container<'_>,
    network: &mut Network<'_>,
    left: &mut Left,
) -> Typed {
    let mut shell = Shell {
        container,
        network,
        variables: kept.variables,
        typed: Typed::default(),
        stdin: container.stdin.cloned(),
        is_terminal: container.is_terminal,
        is_live: container.is_live,
        rest: Vec::new(),
        client: None,
        left,
        bytes: 0,
    };
    shell.typed.printed.exit = exit;
    if shell.variables.get(FOLDER).is_empty() {
        for (name, value) in programs::environment(container) {
            shell.variables.set(name, value);
        }
        shell.variables.set(FOLDER.into(), container.folder.into());
    }
    let list = kept.ahead.map_or_else(
        || parse::parse(line),
        |it| {
            (shell.left.line, shell.stdin) = (it.left, it.stdin);
            Ok(it.list)
        },
    );
    match list {
        Ok(list) => shell.run_list(&list),
        Err(error) => shell.complain(2, &format!("sh: {error}\n")),
    }
    shell.variables.forget_hidden();
    let goes_on = !shell.rest.is_empty() && !shell.typed.is_left;
    if goes_on && shell.left.turn.excess().is_some() {
        shell.typed.printed.took.ms += TURN_TIME.ms;
    }
    shell.typed.rest = (goes_on && shell.client.is_none()).then(|| line.into());
    shell.typed.kept = Kept {
        variables: shell.variables,
        client: shell.client,
        ahead: goes_on.then(|| Ahead {
            list: shell.rest.into(),
            stdin: shell.stdin,
            left: shell.left.line,
        }),
    };
    shell.typed
}

/// How much the programs of one line may print.
const MOST_PRINTED: usize = 1 << 20;

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
    /// Whether the line is left where something has taken time.
    is_live: bool,
    /// What is still to be run then.
    rest: Vec<(Joint, Pipeline)>,
    /// The client that waits for lines.
    client: Option<Client>,
    left: &'a mut Left,
    /// How much the programs of this line have printed.
    bytes: usize,
}
