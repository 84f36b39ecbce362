//! The few commands of the reader's own shell that are not kubectl.

use crate::process::Files;
use crate::programs::seconds;
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

const HELP: &str = "kubectl …; why pod/NAME, why not POD, why dns NAME [from POD], doctor; and a small shell: cat, echo, export, grep, head, ls, rm, seq, sleep, tail, wc, clear, help;\n\
    commands joined by && || ; |, for and while loops, $variables and $(…), files (cat > f << EOF).\n\
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
        "ls" => ran.out = files.iter().flat_map(|it| [&it.0, "\n"]).collect(),
        "sleep" => match arguments.first().map(|it| (it, seconds(it))) {
            Some((_, Some(span))) => ran.sleep = Some(span),
            Some((word, None)) => {
                fail(
                    &mut ran,
                    &format!("sleep: invalid time interval '{word}'\n"),
                );
            }
            None => fail(&mut ran, "sleep: missing operand\n"),
        },
        "seq" => ran.out = sequence(arguments),
        "grep" | "head" | "tail" | "wc" => filter(name, arguments, stdin, files, &mut ran),
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
                if files.remove(path).is_none() {
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

/// `seq 2`, `seq 0 2`: numbers, a thousand at most.
fn sequence(arguments: &[Text]) -> String {
    let numbers: Vec<i64> = arguments.iter().filter_map(|it| it.parse().ok()).collect();
    let (first, last) = match numbers[..] {
        [last] => (1, last),
        [first, last] => (first, last),
        _ => return String::new(),
    };
    (first..=last)
        .take(1000)
        .flat_map(|it| [it.to_string(), "\n".into()])
        .collect()
}

/// The programs that readers put behind a `|`.
// differs: grep looks for plain text, not for a pattern.
fn filter(name: &str, arguments: &[Text], stdin: Option<&Text>, files: &Files, ran: &mut Ran) {
    let takes_number = matches!(name, "head" | "tail");
    let (mut options, mut words, mut count) = (String::new(), Vec::new(), 10);
    let mut rest = arguments.iter();
    while let Some(it) = rest.next() {
        match it.strip_prefix('-') {
            Some("n") if takes_number => {
                count = rest.next().and_then(|it| it.parse().ok()).unwrap_or(count);
            }
            Some(number) if takes_number => {
                count = number.trim_start_matches('n').parse().unwrap_or(count);
            }
            Some(letters) => options.push_str(letters),
            None => words.push(it),
        }
    }
    let pattern = if name == "grep" && !words.is_empty() {
        words.remove(0).clone()
    } else {
        Text::new()
    };
    let text = match words.first() {
        Some(path) => files.get(*path),
        None => stdin,
    };
    let lines: Vec<&str> = text.map(|it| it.lines().collect()).unwrap_or_default();
    let kept: Vec<&str> = match name {
        "head" => lines.iter().take(count).copied().collect(),
        "tail" => lines[lines.len().saturating_sub(count)..].to_vec(),
        "grep" => {
            let ignores_case = options.contains('i');
            let fold = |it: &str| {
                if ignores_case {
                    it.to_lowercase()
                } else {
                    it.to_owned()
                }
            };
            let wanted = fold(&pattern);
            let is_kept = |it: &&str| fold(it).contains(&wanted) != options.contains('v');
            lines.into_iter().filter(is_kept).collect()
        }
        _ => lines,
    };
    ran.exit = i32::from(name == "grep" && kept.is_empty());
    ran.out = if name == "wc" || options.contains('c') {
        format!("{}\n", kept.len())
    } else {
        kept.into_iter().flat_map(|it| [it, "\n"]).collect()
    };
}

fn fail(ran: &mut Ran, text: &str) {
    ran.err.push_str(text);
    ran.exit = 1;
}
