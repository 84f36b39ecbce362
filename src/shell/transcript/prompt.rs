//! Prompts: which lines of a transcript were typed, and where.

use crate::shell::parse;

/// A prompt and what was typed at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prompt<'a> {
    /// What stands before the typed text, blanks at its end taken away: `$`, `/ #`, `[root@master ~]#`.
    pub sign: &'a str,
    /// What was typed.
    pub typed: &'a str,
}

impl Prompt<'_> {
    /// Whether only a shell in a container looks like that: `/ #`, `~ $`.
    pub fn is_inner(&self) -> bool {
        let path = self.sign.trim_end_matches(['#', '$']);
        path.ends_with(' ')
            && !path.contains('@')
            && (path.starts_with('/') || path.trim_end() == "~")
    }

    /// Whether it is a lone `#`, which is how comments begin, too.
    pub fn is_hash(&self) -> bool {
        self.sign == "#"
    }
}

/// Commands that make a line without a prompt a command, and one with `#` no comment.
const KNOWN: [&str; 30] = [
    "kubectl", "helm", "docker", "minikube", "k3s", "kind", "cat", "cd", "clear", "curl", "dig",
    "echo", "exit", "export", "for", "getent", "grep", "host", "hostname", "ls", "mkdir",
    "nslookup", "ping", "rm", "sleep", "vi", "vim", "watch", "wget", "while",
];

/// Known commands that are English words, too: they must have an argument that no sentence would go on with.
const WORDS: [&str; 11] = [
    "cat", "clear", "echo", "exit", "export", "for", "host", "kind", "ping", "watch", "while",
];

/// Tools of the reader's own machine: at their prompt nobody is inside a container.
const OUTER: [&str; 6] = ["kubectl", "helm", "docker", "minikube", "k3s", "kind"];

/// The prompt that a line begins with.
pub(super) fn prompt(line: &str) -> Option<Prompt<'_>> {
    let line = line.strip_prefix("^C").unwrap_or(line).trim();
    let marks = line
        .char_indices()
        .filter(|(_, it)| matches!(it, '$' | '#' | '%' | '>' | '❯' | '➜' | '»'));
    for (at, mark) in marks.take(4) {
        let (sign, typed) = line.split_at(at + mark.len_utf8());
        let is_spaced = typed.is_empty() || typed.starts_with([' ', '\t', '\u{a0}']);
        let typed = typed.trim_start_matches([' ', '\t', '\u{a0}']);
        let before = sign[..at].trim_end();
        let is_prompt = match (mark, before) {
            ('$', "") => is_spaced || is_command(typed),
            ('#', "") => is_spaced && is_command(typed),
            ('%' | '❯' | '➜' | '»', "") => {
                // `➜  ~ git:(main) kubectl …`: the place stands behind the sign.
                let starts = typed
                    .char_indices()
                    .filter(|(at, _)| *at == 0 || typed[..*at].ends_with(' '));
                let found = starts.take(6).find(|(at, _)| is_command(&typed[*at..]));
                let start = found.filter(|_| is_spaced)?.0;
                let (sign, typed) = line.split_at(line.len() - typed.len() + start);
                return Some(Prompt {
                    sign: sign.trim_end(),
                    typed,
                });
            }
            ('$' | '#', _) if is_spaced && (is_place(before) || is_path(before)) => true,
            ('$' | '#' | '%' | '❯', _) => is_spaced && is_name(before) && is_command(typed),
            // PS C:\> of Windows.
            ('>', _) => is_spaced && before.contains(":\\") && is_command(typed),
            _ => false,
        };
        if is_prompt {
            return Some(Prompt { sign, typed });
        }
    }
    None
}

/// Whether a text is a command that is known, not a sentence that begins like one.
pub(super) fn is_command(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or("");
    let second = words.next().unwrap_or("");
    if !KNOWN.contains(&first) || !second.is_ascii() && !second.starts_with(['"', '\'', '“']) {
        return false;
    }
    if !WORDS.contains(&first) {
        return true;
    }
    match first {
        "for" => words.next() == Some("in"),
        "while" => text.contains("do"),
        "exit" | "clear" => second.is_empty() || second.parse::<u8>().is_ok() || second == "#",
        "watch" => second == "kubectl" || second.starts_with('-'),
        "kind" => matches!(second, "create" | "delete" | "get" | "load"),
        _ => {
            text[first.len()..].contains(['.', '/', '-', '<', '>', '"', '\'', '$', '='])
                && parse::parse(text).is_ok()
        }
    }
}

/// Whether a command is one for the reader's own machine.
pub(super) fn is_outer(command: &str) -> bool {
    command
        .split_whitespace()
        .next()
        .is_some_and(|it| OUTER.contains(&it))
}

/// `user@host:~`, `[root@master ~]`, `bash-5.1`: what shells put before their sign.
fn is_place(before: &str) -> bool {
    let has_host = before.contains('@') && before.split_whitespace().count() <= 3;
    let is_short = before.len() < 60 && !before.contains(['"', '\'', '=', '|', '(']);
    let is_bash = before.strip_prefix("bash-").or(before.strip_prefix("sh-"));
    is_short
        && (has_host
            || is_bash.is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit() || it == b'.')))
}

/// `/`, `/app` or `~`, a blank behind it: busybox's prompt.
fn is_path(before: &str) -> bool {
    before == "~" || before.starts_with('/') && !before.contains([' ', ':'])
}

/// `master`, `controlplane`, `(minikube)`, `~/work`: other prompts, trusted only before a known command.
fn is_name(before: &str) -> bool {
    before.len() < 40
        && before.split_whitespace().count() <= 3
        && before
            .chars()
            .all(|it| it.is_alphanumeric() || " ~/-_.:[]()➜".contains(it))
}
