//! The few commands of the reader's own shell that are not kubectl.

use crate::kubectl::example;
use crate::process::Files;
use crate::programs::{edited, filter, seconds};
use crate::time::Duration;
use crate::value::Text;

/// What a command of the shell came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Ran {
    pub out: String,
    pub err: String,
    pub exit: i32,
    /// How many bytes it read.
    pub read: usize,
    /// Time it takes.
    pub sleep: Option<Duration>,
    /// Whether the screen is cleared.
    pub clears: bool,
}

/// The commands, for completion.
pub(super) const NAMES: &str = "awk cat clear curl doctor echo export fault for grep head help if kubectl ls rm sed seq sleep sort tail \
test until watch wc wget while why";

const HELP: &str = "kubectl …; why pod/NAME, why not POD, why dns NAME [from POD], doctor, fault; and a small shell: awk, cat, echo, export, grep, head, ls, rm, seq, sleep, sort, tail, test, watch, wc, clear, help;\n\
    commands joined by && || ; |, if, for and while, $variables and $(…), files (cat > f << EOF).\n\
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
        "sed" if arguments.first().is_some_and(|it| it == "-i") => {
            let script = arguments.get(1).map_or("", Text::as_str);
            for path in arguments.get(2..).unwrap_or_default() {
                match files.get(path).map(|it| edited(script, it)) {
                    Some(Ok(text)) => _ = files.insert(path.clone(), text.into()),
                    Some(Err(why)) => fail(&mut ran, &why),
                    None => fail(
                        &mut ran,
                        &format!("sed: can't read {path}: No such file or directory\n"),
                    ),
                }
            }
        }
        "curl" | "wget" => fetch(name, arguments, files, &mut ran),
        "test" | "[" => {
            ran.exit = test(arguments, name == "[", &|path, _| files.contains_key(path));
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
        _ => {
            let done = filter(argv, stdin, &|path| files.get(path).cloned())?;
            (ran.out, ran.err, ran.exit) = (done.out, done.err, done.exit);
            ran.read = done.read;
        }
    }
    Some(ran)
}

/// `test` and `[`: the exit code. `exists` says whether there is a file (or by a letter, what `-LETTER` asks of it).
pub(super) fn test(words: &[Text], is_bracket: bool, exists: &dyn Fn(&str, char) -> bool) -> i32 {
    let mut words: Vec<&str> = words.iter().map(Text::as_str).collect();
    if is_bracket && words.pop() != Some("]") {
        return 2;
    }
    let is_not = words.first() == Some(&"!");
    let number = |it: &str| it.parse::<i64>().ok();
    let compared = |a: &str, b: &str| Some(number(a)?.cmp(&number(b)?));
    let holds = match words[usize::from(is_not)..] {
        [] => Some(false),
        [text] | ["-n", text] => Some(!text.is_empty()),
        ["-z", text] => Some(text.is_empty()),
        [option, path] => option
            .strip_prefix('-')
            .and_then(|it| it.chars().next())
            .map(|letter| exists(path, letter)),
        [a, "=" | "==", b] => Some(a == b),
        [a, "!=", b] => Some(a != b),
        [a, "-eq", b] => compared(a, b).map(core::cmp::Ordering::is_eq),
        [a, "-ne", b] => compared(a, b).map(core::cmp::Ordering::is_ne),
        [a, "-lt", b] => compared(a, b).map(core::cmp::Ordering::is_lt),
        [a, "-le", b] => compared(a, b).map(core::cmp::Ordering::is_le),
        [a, "-gt", b] => compared(a, b).map(core::cmp::Ordering::is_gt),
        [a, "-ge", b] => compared(a, b).map(core::cmp::Ordering::is_ge),
        _ => None,
    };
    holds.map_or(2, |it| i32::from(it == is_not))
}

/// `curl URL`, `curl -LO URL`, `wget URL`: of the manifests that the page has copies of.
fn fetch(name: &str, arguments: &[Text], files: &mut Files, ran: &mut Ran) {
    let is_option = |it: &&Text| it.starts_with('-');
    let option = arguments
        .iter()
        .find(|it| is_option(it) && it.ends_with(['o', 'O']));
    let Some(url) = arguments.iter().find(|it| it.contains("://")) else {
        return fail(ran, &format!("{name}: no URL specified\n"));
    };
    let Some(text) = example(url) else {
        let host = url.split('/').nth(2).unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or(host);
        let text = format!("{name}: (6) Could not resolve host: {host}\n");
        fail(ran, &text);
        ran.exit = 6;
        return;
    };
    let last = url.rsplit('/').next().unwrap_or_default();
    let to = match option {
        Some(it) if it.ends_with('o') || name == "wget" => {
            let at = arguments.iter().position(|word| word == it);
            at.and_then(|at| arguments.get(at + 1)).map(Text::as_str)
        }
        Some(_) => Some(last),
        None => (name == "wget").then_some(last),
    };
    match to {
        Some("-") | None => ran.out = text.into(),
        Some(path) => _ = files.insert(path.into(), text),
    }
}

fn fail(ran: &mut Ran, text: &str) {
    ran.err.push_str(text);
    ran.exit = 1;
}
