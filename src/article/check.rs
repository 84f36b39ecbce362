//! `check article.md`: runs every block, compares the printed outputs as those of lessons are, writes them anew.
//!
//! A command without output in the article is run and not compared.

use crate::config::{Config, Version};
use crate::conformance::compare::outputs::{self, Renewed};
use crate::session::Session;
use crate::shell::transcript;
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
    run(&mut session);
    let mut renewed = Renewed::new();
    let lines = &session.timeline().world().terminal().lines;
    for (typed, printed) in outputs::paired(&pasted.commands, lines) {
        let Some(printed) = printed else {
            let (line, command) = (typed.line, &typed.command.text);
            checked.wrong.push(format!(
                "line {line}: `{command}` was not reached: what runs before it does not end"
            ));
            continue;
        };
        let (Some((first, _)), Some((last, _))) = (typed.output.first(), typed.output.last())
        else {
            checked.silent += 1;
            continue;
        };
        match outputs::misprint(typed, &printed, 0) {
            None => checked.same += 1,
            Some(wrong) => {
                checked.wrong.push(wrong);
                let printed = printed.into_iter().map(str::to_owned).collect();
                renewed.insert(*first, (*last, printed));
            }
        }
    }
    checked.text = outputs::rewritten(article, &renewed);
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

/// Types everything, and lets time pass until it has ended.
fn run(session: &mut Session) {
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
}
