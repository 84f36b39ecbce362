//! What the commands of a transcript do to files and shells, as far as their words tell.

use crate::shell::syntax::{Command, Target, Word};
use crate::shell::{inside, parse};
use crate::value::Text;

/// The file that a command writes.
pub(super) fn written_file(command: &str) -> Option<Text> {
    let list = parse::parse(command).ok()?;
    let commands = list.iter().flat_map(|it| it.1.iter());
    let simple = commands.filter_map(|it| match it {
        Command::Simple(simple) => Some(simple),
        Command::For { .. } | Command::Loop(_) | Command::If(_) => None,
    });
    let words = simple
        .flat_map(|it| &it.redirections)
        .filter_map(|it| match &it.target {
            Target::Write(word) | Target::Append(word) => word.literal(),
            Target::Read(_) | Target::Here(_) | Target::Same(_) => None,
        });
    words.fold(None, |_, it| Some(it))
}

/// The words of a command's programs, those without variables.
fn programs(command: &str) -> Vec<Vec<Text>> {
    let list = parse::parse(command).unwrap_or_default();
    let commands = list.iter().flat_map(|it| it.1.iter());
    commands
        .filter_map(|it| match it {
            Command::Simple(simple) => {
                Some(simple.words.iter().filter_map(Word::literal).collect())
            }
            Command::For { .. } | Command::Loop(_) | Command::If(_) => None,
        })
        .collect()
}

/// The local files that kubectl is told to apply, create or delete.
pub(super) fn applied_files(command: &str) -> Vec<Text> {
    let mut files = Vec::new();
    for argv in programs(command)
        .iter()
        .filter(|it| it.first().is_some_and(|it| it == "kubectl"))
    {
        let mut words = argv.iter();
        while let Some(word) = words.next() {
            let file = match word.as_str() {
                "-f" | "--filename" => words.next().cloned(),
                _ => word
                    .strip_prefix("--filename=")
                    .or(word.strip_prefix("-f"))
                    .map(|it| it.trim_start_matches('=').into()),
            };
            files.extend(file.filter(|it| it != "-" && !it.contains("://")));
        }
    }
    files
}

/// Whether a command leaves the reader at a shell inside a container.
pub(super) fn opens_shell(command: &str) -> bool {
    programs(command).iter().any(|argv| {
        let verb = argv
            .iter()
            .skip(1)
            .find(|it| !it.starts_with('-'))
            .map_or("", Text::as_str);
        let has = |short: char, long: &str| {
            argv.iter().any(|it| {
                it.starts_with(long)
                    || it.starts_with('-') && !it.starts_with("--") && it.contains(short)
            })
        };
        let is_remote = argv.first().is_some_and(|it| it == "kubectl")
            && matches!(verb, "exec" | "run" | "attach" | "debug");
        is_remote
            && has('i', "--stdin")
            && has('t', "--tty")
            && argv
                .last()
                .is_some_and(|it| inside::is_shell(core::slice::from_ref(it)) || verb != "exec")
    })
}

/// `pod "web-0" deleted`: kubectl names the namespace since.
pub(super) fn is_old_deletion(line: &str) -> bool {
    const NAMESPACED: [&str; 8] = [
        "pod",
        "service",
        "statefulset",
        "deployment",
        "persistentvolumeclaim",
        "configmap",
        "secret",
        "job",
    ];
    let Some((kind, rest)) = line.split_once(" \"") else {
        return false;
    };
    let kind = kind.split('.').next().unwrap_or(kind);
    NAMESPACED.contains(&kind) && rest.ends_with("\" deleted")
}
