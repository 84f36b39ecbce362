//! The commands: a table of names, flags and code, and what happens to a command line before and after it.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/cmd.go, and github.com/spf13/cobra for names that are mistyped.

mod about;
mod apply;
mod autoscale;
mod common;
pub(super) mod complete;
mod create;
mod delete;
mod describe;
mod diff;
mod edit;
pub(super) mod events;
mod exec;
mod get;
mod help;
mod label;
mod logs;
pub(super) mod manifest;
mod merge;
mod nodes;
mod patch;
pub(super) mod rollout;
mod run;
mod scale;
mod set;
mod sorting;
mod table;
pub(super) mod wait;

use super::Done;
use super::failure::Failure;
use super::flags::{Flags, GLOBAL};
use super::io::{Io, Stop};
use crate::kubectl::text::fill;
use crate::value::Text;
use table::{VERBS, Verb};

/// Runs the command from its start: the exit code, or nothing if an answer is missing.
pub(super) fn execute(io: &mut Io) -> Option<i32> {
    match dispatch(io) {
        Ok(()) => Some(0),
        Err(Stop::Suspended) => None,
        Err(Stop::Failed(failure)) => {
            let (mut text, code) = failure.verdict();
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            io.print_error(text);
            Some(code)
        }
    }
}

fn dispatch(io: &mut Io) -> Done {
    let (before, words) = split(&io.call.argv)?;
    let Some((name, rest)) = words.split_first() else {
        let text = help::all();
        io.print(text);
        return Ok(());
    };
    if name == "help" {
        print_help(io, rest);
        return Ok(());
    }
    let Some(verb) = VERBS
        .iter()
        .find(|it| it.name == name || it.aliases.contains(&name.as_str()))
    else {
        return Err(Failure::own(unknown(name)).into());
    };
    let (verb, command, rest) = descend(verb, verb.name.to_owned(), rest, io)?;
    let Some(run) = verb.run else {
        return Err(Failure::not_simulated(&["kubectl ", &command].concat()).into());
    };
    let mut words = before.to_vec();
    words.extend_from_slice(rest);
    let flags = Flags::parse(verb.flags, &command, &words)?;
    if flags.is("help") {
        io.print(help::for_verb(verb, &command));
        return Ok(());
    }
    if flags.has("context") && flags.text("context") != "playground" {
        let context = flags.text("context");
        return Err(Failure::bare(
            [
                "Error in configuration: context was not found for specified context: ",
                context,
            ]
            .concat(),
        )
        .into());
    }
    run(io, &flags)?;
    // upstream: NewKubectlCommand, PersistentPostRunE.
    match io.warnings() {
        count if count > 0 && flags.is("warnings-as-errors") => {
            let ending = if count == 1 { "" } else { "s" };
            let values = [&count.to_string(), ending];
            Err(Failure::say("{} warning{} received", &values).into())
        }
        _ => Ok(()),
    }
}

/// Flags before the command, and the command with what follows.
fn split(argv: &[Text]) -> Result<(&[Text], &[Text]), Failure> {
    let mut at = 0;
    while let Some(word) = argv.get(at) {
        if !word.starts_with('-') || word.len() == 1 {
            break;
        }
        let known = |name: &str| {
            GLOBAL.split(' ').find(|row| {
                let (names, _) = row.split_once(':').unwrap_or((row, ""));
                let (long, short) = names.split_once('/').unwrap_or((names, ""));
                name.strip_prefix("--").is_some_and(|it| it == long)
                    || !short.is_empty() && name.strip_prefix('-').is_some_and(|it| it == short)
            })
        };
        let name = word.split('=').next().unwrap_or(word);
        let short = word.get(..2).filter(|_| !word.starts_with("--"));
        let row = known(name)
            .or_else(|| short.and_then(known))
            .ok_or_else(|| {
                Failure::bare(["Error: flags cannot be placed before plugin name: ", word].concat())
            })?;
        let takes_next = !row.ends_with(":b")
            && !word.contains('=')
            && (word.starts_with("--") || word.len() == 2);
        at += 1 + usize::from(takes_next);
    }
    Ok(argv.split_at(at.min(argv.len())))
}

/// To the subcommand, if the command has some.
fn descend<'a>(
    verb: &'static Verb,
    command: String,
    rest: &'a [Text],
    io: &mut Io,
) -> Done<(&'static Verb, String, &'a [Text])> {
    if verb.subs.is_empty() {
        return Ok((verb, command, rest));
    }
    let at = rest.iter().position(|it| !it.starts_with('-'));
    let sub = at.and_then(|at| {
        let word = &rest[at];
        let named = |it: &&Verb| it.name == word || it.aliases.contains(&word.as_str());
        verb.subs.iter().find(named).map(|sub| (sub, at))
    });
    match sub {
        Some((sub, at)) if at == 0 || verb.run.is_none() => {
            let command = fill("{} {}", &[&command, sub.name]);
            descend(sub, command, &rest[at + 1..], io)
        }
        _ if verb.run.is_some() => Ok((verb, command, rest)),
        _ if rest.is_empty() => {
            // upstream: most groups print their help as an error, rollout doesn't.
            if verb.name == "rollout" {
                io.print(help::for_verb(verb, &command));
            } else {
                io.print_error(help::for_verb(verb, &command));
            }
            Err(Failure::exit(String::new(), 1).into())
        }
        _ if rest.iter().any(|it| it == "-h" || it == "--help") => {
            io.print(help::for_verb(verb, &command));
            Err(Failure::exit(String::new(), 0).into())
        }
        _ => {
            let text = fill("unknown command \"{}\"", &[&rest.join(" ")]);
            Err(Failure::usage(&text, &command).into())
        }
    }
}

fn print_help(io: &mut Io, words: &[Text]) {
    let verb = words
        .first()
        .and_then(|name| VERBS.iter().find(|it| it.name == name));
    match (words.first(), verb) {
        (None, _) => io.print(help::all()),
        (Some(_), Some(verb)) => {
            let (verb, command, _) = descend_quietly(verb, &words[1..]);
            io.print(help::for_verb(verb, &command));
        }
        (Some(name), None) => {
            io.warn("Unknown help topic [`{}`]\n{}", &[name, &help::all()]);
        }
    }
}

fn descend_quietly<'a>(
    verb: &'static Verb,
    rest: &'a [Text],
) -> (&'static Verb, String, &'a [Text]) {
    let sub = rest
        .first()
        .and_then(|name| verb.subs.iter().find(|it| it.name == name));
    match sub {
        Some(sub) => (sub, fill("{} {}", &[verb.name, sub.name]), &rest[1..]),
        None => (verb, verb.name.to_owned(), rest),
    }
}

/// upstream: cobra, SuggestionsFor: two edits away, or begun with what was typed, or declared by the command.
fn unknown(name: &str) -> String {
    let mut text = fill("unknown command \"{}\" for \"kubectl\"", &[name]);
    let lower = name.to_ascii_lowercase();
    let near = VERBS.iter().filter(|it| {
        distance(&lower, it.name) <= 2
            || it.name.starts_with(&lower)
            || it.suggested_for.contains(&lower.as_str())
    });
    let near: Vec<&str> = near.map(|it| it.name).collect();
    if !near.is_empty() {
        text.push_str("\n\nDid you mean this?\n");
        for name in near {
            text.push('\t');
            text.push_str(name);
            text.push('\n');
        }
    }
    text
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, sign) in a.chars().enumerate() {
        let mut left_above = row[0];
        row[0] = at + 1;
        for (column, other) in b.iter().enumerate() {
            let changed = left_above + usize::from(sign != *other);
            left_above = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(left_above + 1);
        }
    }
    row[b.len()]
}
