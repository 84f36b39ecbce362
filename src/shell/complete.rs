//! Completion: what the word before the cursor could become.
//!
//! The commands, flags and kinds come from the tables that run them. Left out: variables, and in containers the names
//! of hosts and what programs take.

use super::terminal::Terminal;
use super::{builtins, inside};
use crate::kubectl::{Known, complete as complete_kubectl};
use crate::programs::image::Image;
use crate::programs::{Container, Disk};
use crate::sort;
use crate::value::Text;

/// Words that a command follows.
const KEYWORDS: [&str; 7] = ["do", "elif", "else", "if", "then", "until", "while"];
/// How many candidates are shown at most.
const MOST: usize = 100;

/// What a word could become.
#[derive(Clone, Debug, Default)]
pub struct Completion {
    /// Where the word begins, in bytes.
    pub from: usize,
    /// What all candidates have in common; with a blank behind it if there is only one and it is whole.
    pub insert: Text,
    /// What it could become, in order.
    pub candidates: Vec<Text>,
}

/// What is to be found for the last word, the word, and those before it.
fn begin(before: &str) -> (Completion, Text, Vec<Text>) {
    let (mut words, from) = words(before);
    let found = Completion {
        from,
        ..Completion::default()
    };
    (found, words.pop().unwrap_or_default(), words)
}

/// Completes the last word of what stands before the cursor.
pub fn complete(before: &str, terminal: &Terminal, known: Known<'_>) -> Completion {
    let (found, begun, words) = begin(before);
    let begun = begun.as_str();
    if terminal.attached().is_some() || terminal.is_line_open() {
        return found;
    }
    let files = || known.files.iter().map(|it| it.0.clone()).collect();
    let all: Vec<Text> = match words.split_first() {
        None => builtins::NAMES.split(' ').map(Text::from).collect(),
        Some((program, rest)) => match program.as_str() {
            "kubectl" => complete_kubectl(rest, begun, known),
            "why" => {
                let get: Vec<Text> = match rest {
                    [] => ["not", "dns"].map(Text::from).to_vec(),
                    [not] if not == "not" => Vec::new(),
                    _ => return found,
                };
                let pods = complete_kubectl(&["logs".into()], begun, known);
                let slashed = complete_kubectl(&["get".into()], begun, known);
                let slashed = slashed.into_iter().filter(|it| it.contains('/'));
                get.into_iter().chain(pods).chain(slashed).collect()
            }
            _ => files(),
        },
    };
    settle(found, all, begun)
}

/// Completes the last word of what stands before the cursor, at a shell in a container, in that folder.
pub fn complete_inside(before: &str, container: &Container<'_>, folder: &Text) -> Completion {
    let (found, begun, words) = begin(before);
    let begun = begun.as_str();
    let image = Image::parse(container.image);
    let disk = Disk(&Container {
        folder: if folder.is_empty() {
            container.folder
        } else {
            folder
        },
        ..*container
    });
    let all = if words.is_empty() && !begun.contains('/') {
        let programs = image.programs().map(Text::from);
        programs.chain(inside::NAMES.map(Text::from)).collect()
    } else {
        let above = &begun[..begun.rfind('/').map_or(0, |it| it + 1)];
        let names = disk.list(if above.is_empty() { "." } else { above });
        let path = |name: Text| {
            let path = crate::text!("{above}{name}");
            let end = if disk.is_folder(&path) { "/" } else { "" };
            path + end
        };
        names.into_iter().map(path).collect()
    };
    settle(found, all, begun)
}

/// Those of the candidates that begin so, and what they have in common.
fn settle(mut found: Completion, mut all: Vec<Text>, begun: &str) -> Completion {
    all.retain(|it| it.starts_with(begun));
    sort::by(&mut all, Ord::cmp);
    all.dedup();
    let common = |a: &str, b: &str| {
        a.char_indices()
            .zip(b.chars())
            .find(|(a, b)| a.1 != *b)
            .map_or(a.len().min(b.len()), |it| it.0.0)
    };
    let Some(first) = all.first() else {
        return found;
    };
    let length = all
        .iter()
        .map(|it| common(first, it))
        .min()
        .unwrap_or_default();
    found.insert = first[..length].into();
    if all.len() == 1 && !found.insert.ends_with(['=', '/']) {
        found.insert.push(' ');
    }
    all.truncate(MOST);
    found.candidates = all;
    found
}

/// The words of the last command, the one under the cursor (which may be empty) last; and where that begins.
fn words(before: &str) -> (Vec<Text>, usize) {
    let mut words = vec![Text::new()];
    let mut from = 0;
    let mut quote = None;
    for (at, sign) in before.char_indices() {
        let last = words.last_mut().expect("there is always a word");
        let after = at + sign.len_utf8();
        match (quote, sign) {
            (Some(open), _) if open == sign => quote = None,
            (None, '\'' | '"') => quote = Some(sign),
            (None, '|' | ';' | '&' | '(' | '`') => {
                words = vec![Text::new()];
                from = after;
            }
            (None, _) if sign.is_whitespace() => {
                from = after;
                if last.is_empty() {
                    continue;
                }
                if words.len() == 1 && KEYWORDS.contains(&words[0].as_str()) {
                    words.clear();
                }
                words.push(Text::new());
            }
            _ => last.push(sign),
        }
    }
    (words, from)
}
