//! The few commands of the reader's own shell that are not kubectl.

use crate::process::Files;
use crate::time::Duration;
use crate::value::Text;

/// What a command of the shell came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Ran {
    pub out: String,
    pub err: String,
    pub exit: i32,
    /// Time it takes.
    pub sleep: Option<Duration>,
    /// Whether the screen is cleared.
    pub clears: bool,
}

const HELP: &str = "kubectl …, and a small shell: cat, echo, ls, rm, sleep, clear, true, false, help;\n\
    commands joined by && || ; and here-documents into files (cat > f << EOF).\n\
    Ctrl-C stops a program. Time is virtual: it moves when you press Step or Play.\n";

/// Runs a command; nothing if the shell has no such command.
pub(super) fn run(argv: &[Text], stdin: Option<&Text>, files: &mut Files) -> Option<Ran> {
    let [name, arguments @ ..] = argv else {
        return Some(Ran::default());
    };
    let mut ran = Ran::default();
    match name.as_str() {
        "true" | ":" | "cd" => {}
        "false" => ran.exit = 1,
        "clear" => ran.clears = true,
        "help" => ran.out.push_str(HELP),
        "echo" => {
            let words: Vec<&str> = arguments.iter().map(Text::as_str).collect();
            ran.out = format!("{}\n", words.join(" "));
        }
        "ls" => ran.out = files.keys().flat_map(|it| [it, "\n"]).collect(),
        "sleep" => match arguments.first().and_then(|it| seconds(it)) {
            Some(span) => ran.sleep = Some(span),
            None => fail(&mut ran, "sleep: missing operand: a number of seconds\n"),
        },
        "cat" if arguments.is_empty() => {
            ran.out = stdin.map(ToString::to_string).unwrap_or_default();
        }
        "cat" => {
            for path in arguments {
                match files.get(path) {
                    Some(text) => ran.out.push_str(text),
                    None => fail(
                        &mut ran,
                        &format!("cat: {path}: No such file or directory\n"),
                    ),
                }
            }
        }
        "rm" => {
            for path in arguments.iter().filter(|it| !it.starts_with('-')) {
                if !files.remove_mut(path) {
                    fail(
                        &mut ran,
                        &format!("rm: cannot remove '{path}': No such file or directory\n"),
                    );
                }
            }
        }
        _ => return None,
    }
    Some(ran)
}

fn fail(ran: &mut Ran, text: &str) {
    ran.err.push_str(text);
    ran.exit = 1;
}

/// `2`, `0.5`, `3s`, `1m`; a day at most.
fn seconds(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let unit_ms = match &text[digits.len()..] {
        "" | "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let thousandths: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let ms = whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1000)?
        .checked_add(thousandths)?
        .checked_mul(unit_ms)?
        / 1000;
    Some(Duration::ms(ms.min(86_400_000)))
}
