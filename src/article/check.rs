//! `check article.md`: runs every block, compares the printed outputs, writes them anew.
//!
//! What two runs of one cluster do not share (ages, addresses, UIDs, generated suffixes, column widths) is no difference,
//! as the judge of conformance has it. A line `...` stands for any lines. A command without output in the article is run
//! and not compared.

use core::fmt::Write as _;
use std::collections::BTreeMap;

use crate::config::{Config, Version};
use crate::conformance::compare::text;
use crate::session::Session;
use crate::shell::{LineKind, transcript};
use crate::sim::StepSize;
use crate::value::Value;

/// Events that the commands of one article may take.
const EVENTS_MAX: usize = 200_000;
/// Languages of blocks that are run.
const RUN: [&str; 8] = [
    "",
    "yaml",
    "yml",
    "console",
    "shell",
    "shellsession",
    "bash",
    "sh",
];
/// In an article: any lines.
const ANY: [&str; 2] = ["...", "…"];

/// What came of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Commands whose output is as printed.
    pub same: usize,
    /// Commands that print nothing in the article.
    pub silent: usize,
    /// What is wrong, each with its line.
    pub wrong: Vec<String>,
    /// The article with its outputs as they are.
    pub text: String,
}

/// Runs an article and compares.
pub fn check(article: &str) -> Checked {
    let text = blocks(article);
    let pasted = transcript::read(&text);
    let version = if pasted.is_old {
        Version::V1_22
    } else {
        Version::default()
    };
    let mut session = Session::new(Config::of(version));
    // No block has manifests or commands: what is left was taken for manifests as a whole.
    if text != article && pasted.manifests.iter().any(|it| it.first_line == 1) {
        return Checked {
            text: article.to_owned(),
            ..Checked::default()
        };
    }
    let report = session.load(&text);
    let mut checked = Checked {
        wrong: errors(&report),
        ..Checked::default()
    };
    let ran = run(&mut session);
    // From its first line to its last: what stands there instead.
    let mut renewed: BTreeMap<usize, (usize, Vec<String>)> = BTreeMap::new();
    for (at, typed) in pasted.commands.iter().enumerate() {
        let command = &typed.command.text;
        let Some(ours) = ran.get(at) else {
            let line = typed.line;
            checked.wrong.push(format!(
                "line {line}: `{command}` was not reached: what runs before it does not end"
            ));
            continue;
        };
        let shown: Vec<&(usize, _)> = typed.output.iter().collect();
        let (Some(first), Some(last)) = (
            shown.iter().find(|it| !it.1.trim().is_empty()),
            shown.iter().rfind(|it| !it.1.trim().is_empty()),
        ) else {
            checked.silent += 1;
            continue;
        };
        let printed: Vec<&str> = shown.iter().map(|it| it.1.as_str()).collect();
        if is_as_printed(&printed, ours) {
            checked.same += 1;
            continue;
        }
        checked.wrong.push(format!(
            "line {}: `{command}` prints something else\n{}",
            typed.line,
            difference(&printed, ours)
        ));
        renewed.insert(first.0, (last.0, ours.clone()));
    }
    checked.text = rewritten(article, &renewed);
    checked
}

/// The article with only what it tells to run: its blocks of manifests and of commands, on their own lines. A block of
/// another language, or one that says `no-check`, is not run; a text without blocks is taken as a whole.
fn blocks(article: &str) -> String {
    let ticks = |it: &str| {
        let line = it.trim_start();
        line.len() - line.trim_start_matches('`').len()
    };
    if !article.lines().any(|it| ticks(it) >= 3) {
        return article.to_owned();
    }
    // How many signs open the block that a line is in, and whether it is run.
    let mut open: Option<(usize, bool)> = None;
    let mut out = String::new();
    for line in article.lines() {
        let (count, info) = (ticks(line), line.trim_start().trim_start_matches('`'));
        let is_kept = match open {
            None if count < 3 => false,
            None => {
                let language = info.split([' ', ',', '{']).next().unwrap_or_default();
                let is_run = RUN.contains(&language) && !info.contains("no-check");
                open = Some((count, is_run));
                is_run
            }
            Some((opened, is_run)) => {
                if count >= opened && info.trim().is_empty() {
                    open = None;
                }
                is_run
            }
        };
        out.push_str(if is_kept { line } else { "" });
        out.push('\n');
    }
    out
}

/// What the text's own findings say that no cluster would take.
fn errors(report: &str) -> Vec<String> {
    let report = Value::from_json(report).unwrap_or_default();
    let errors = report["diagnostics"].items().iter();
    let errors = errors.filter(|it| it["severity"].as_str() == "error");
    errors
        .map(|it| format!("line {}: {}", it["line"], it["message"].as_str()))
        .collect()
}

/// Types everything, lets time pass until it has ended; what each command printed, in order.
fn run(session: &mut Session) -> Vec<Vec<String>> {
    for _ in 0..EVENTS_MAX {
        let terminal = session.timeline().world().terminal();
        let is_begun = session.timeline().inputs().is_empty() || !terminal.lines.is_empty();
        if is_begun && terminal.is_at_rest() || !session.step(StepSize::Event) {
            break;
        }
    }
    if session.timeline().world().terminal().is_busy() {
        // A watch, which ends with the story it shows.
        session.step(StepSize::Idle);
    }
    let mut ran: Vec<Vec<String>> = Vec::new();
    for line in &session.timeline().world().terminal().lines {
        match line.kind {
            // What goes on from the line before is not a command of its own.
            LineKind::Prompt if line.text.starts_with("> ") => {}
            LineKind::Prompt => ran.push(Vec::new()),
            LineKind::Out | LineKind::Err => {
                if let Some(last) = ran.last_mut() {
                    last.push(line.text.to_string());
                }
            }
            LineKind::Note => {}
        }
    }
    ran
}

/// Whether what an article prints is what came out, but for what no two runs share.
fn is_as_printed(printed: &[&str], ours: &[String]) -> bool {
    let normal = |it: &str| text::line(it);
    let printed: Vec<String> = printed
        .iter()
        .map(|it| normal(it))
        .filter(|it| !it.is_empty())
        .collect();
    let ours: Vec<String> = ours
        .iter()
        .map(|it| normal(it))
        .filter(|it| !it.is_empty())
        .collect();
    let mut parts = printed.split(|it| ANY.contains(&it.as_str()));
    let Some(first) = parts.next() else {
        return ours.is_empty();
    };
    let Some(mut rest) = ours.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&[String]> = parts.collect();
    let Some((last, between)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in between {
        let found = (0..=rest.len()).find(|at| rest[*at..].starts_with(part));
        match found {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The lines of both that the other has not, as a reader compares them.
fn difference(printed: &[&str], ours: &[String]) -> String {
    let mut out = String::new();
    for (mark, lines) in [
        ("-", printed.to_vec()),
        ("+", ours.iter().map(String::as_str).collect()),
    ] {
        for line in lines.iter().filter(|it| !it.trim().is_empty()) {
            // Writing into memory cannot fail.
            let _ = writeln!(out, "  {mark} {line}");
        }
    }
    out.trim_end().to_owned()
}

fn rewritten(article: &str, renewed: &BTreeMap<usize, (usize, Vec<String>)>) -> String {
    let mut out = String::new();
    let mut until = 0;
    for (number, line) in article.split_inclusive('\n').enumerate() {
        let number = number + 1;
        if let Some((last, ours)) = renewed.get(&number) {
            let indent: String = line.chars().take_while(|it| *it == ' ').collect();
            until = *last;
            for it in ours {
                let _ = writeln!(out, "{indent}{it}");
            }
        }
        if number > until {
            out.push_str(line);
        }
    }
    out
}
