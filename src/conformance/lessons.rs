//! Whether lessons hold: what they say is printed is, predictions have one answer, goals are met by their solution and
//! not before. docs/lessons.md tells the format.

use std::path::Path;

use super::compare::outputs::{Renewed, has_gap, misprint, paired, rewritten};
use super::{Error, Report, files};
use crate::persistent::List;
use crate::session::{Block, Lesson, Session};
use crate::shell::transcript::{self, Typed};
use crate::shell::{Line, LineKind, outputs};
use crate::value::Value;

/// What the page draws of Markdown besides inline code, strong words and links stands at the begin of a line.
const NOT_DRAWN: [&str; 8] = ["#", "*", "+", ">", "|", "<", "!", "1."];

/// Judges lessons.
///
/// # Errors
/// A file that cannot be read.
pub fn judge(paths: &[&Path]) -> Result<Report, Error> {
    let mut report = Report::default();
    for path in paths {
        let name = path.display().to_string();
        let problems = problems(&files::text(path)?);
        if problems.is_empty() {
            report.tally.passed.push(name);
        } else {
            let lines = problems.iter().map(|it| format!("{name}: {it}"));
            report.lines.extend(lines);
            report.tally.failed.push(name);
        }
    }
    Ok(report)
}

/// Puts what is printed into the console blocks of lessons, and judges them then.
///
/// # Errors
/// A file that cannot be read or written.
pub fn write(paths: &[&Path]) -> Result<Report, Error> {
    for path in paths {
        files::write(path, &renewed(&files::text(path)?))?;
    }
    judge(paths)
}

/// What is wrong with a lesson.
pub fn problems(text: &str) -> Vec<String> {
    let lesson = Lesson::read(text);
    let mut found = of_facts(&lesson);
    found.extend(lesson.blocks.iter().filter_map(shape));
    let goals = || lesson.blocks.iter().filter(|it| it.kind == "goal");
    // Those whose solution is still to come: how many stand above what is played, and all.
    let (mut above, mut open) = (0, goals().collect::<Vec<_>>());
    let mut seen = 0;
    lesson.play(|block, session| {
        let is_reached = |goal: &&&Block| session.holds(&goal.commands, &goal.rest);
        match block.kind.as_str() {
            "predict" => {
                if block.answer(session).is_none() {
                    let printed = outputs(since(session, seen));
                    found.push(format!("no choice of \"{}\" is {printed:?}", block.text));
                }
                return;
            }
            "solution" => {
                let solved: Vec<&Block> = open.drain(..above).collect();
                above = 0;
                let missed = solved.iter().filter(|it| !is_reached(it));
                found.extend(missed.map(|it| format!("not reached by its solution: {}", it.text)));
            }
            "console" => found.extend(misprints(block, since(session, seen))),
            "goal" => above += 1,
            _ => {}
        }
        seen = lines(session).len();
        let early = open.iter().filter(is_reached);
        found.extend(early.map(|it| format!("reached before its solution: {}", it.text)));
    });
    let unsolved = open.iter().map(|it| format!("no solution: {}", it.text));
    found.extend(unsolved);
    found
}

fn of_facts(lesson: &Lesson) -> Vec<String> {
    let mut found = Vec::new();
    for fact in ["title", "summary", "minutes"] {
        if lesson.fact(fact).is_empty() {
            found.push(format!("no {fact}"));
        }
    }
    let mut session = Session::new(crate::config::Config::default());
    let opened = Value::from_json(&session.open(&lesson.link())).unwrap_or_default();
    let remarks = opened["paste"]["diagnostics"].items().iter();
    let remarks = remarks.filter(|it| it["severity"].as_str() != "info");
    found.extend(remarks.map(|it| format!("manifest: {it}")));
    if opened["paste"]["kind"].as_str() != "manifests" {
        found.push("it begins with no manifest".to_owned());
    }
    let problems = opened["problems"].items().iter();
    found.extend(problems.map(ToString::to_string));
    found
}

/// What a block lacks.
fn shape(block: &Block) -> Option<String> {
    let typed = || transcript::read(&block.commands);
    let is_whole = match block.kind.as_str() {
        "heading" | "text" | "item" => !NOT_DRAWN.iter().any(|it| block.text.starts_with(it)),
        "yaml" => true,
        "hint" => block.commands.is_empty() && !block.text.is_empty(),
        "console" | "solution" => !typed().commands.is_empty() && typed().remarks.is_empty(),
        "goal" => !block.text.is_empty() && !typed().commands.is_empty() && !block.rest.is_empty(),
        "predict" => {
            let mut outputs: Vec<_> = block.choices.iter().map(|it| &it.1).collect();
            outputs.sort();
            outputs.dedup();
            let is_told = !block.text.is_empty() && !block.rest.is_empty();
            is_told && outputs.len() == block.choices.len() && outputs.len() > 1
        }
        _ => false,
    };
    (!is_whole).then(|| format!("not whole, or unknown: {} \"{}\"", block.kind, block.text))
}

/// What the commands of a console print that does not stand there.
fn misprints<'l>(block: &Block, lines: impl Iterator<Item = &'l Line>) -> Vec<String> {
    let typed = transcript::read(&block.text).commands;
    let wrong = |(typed, printed): (&Typed, Option<Vec<&str>>)| {
        misprint(typed, &printed.unwrap_or_default(), block.line - 1)
    };
    let paired = paired(&typed, lines).into_iter();
    paired.filter_map(wrong).collect()
}

fn lines(session: &Session) -> &List<Line> {
    &session.timeline().world().terminal().lines
}

/// What the terminal shows behind so many lines.
fn since(session: &Session, seen: usize) -> impl Iterator<Item = &Line> {
    lines(session).iter().skip(seen)
}

/// The lesson with what is printed in its console blocks, those apart that leave lines to the run.
pub fn renewed(text: &str) -> String {
    let lesson = Lesson::read(text);
    let mut renewed = Renewed::new();
    let mut seen = 0;
    lesson.play(|block, session| {
        if block.kind == "predict" {
            return;
        }
        let typed = || transcript::read(&block.text).commands;
        if block.kind == "console" && !typed().iter().any(has_gap) {
            let shown = since(session, seen).skip_while(|it| it.kind != LineKind::Prompt);
            let shown = shown.filter(|it| it.kind != LineKind::Note);
            let last = block.line + block.text.lines().count() - 1;
            let shown = shown.map(|it| it.text.to_string()).collect();
            renewed.insert(block.line, (last, shown));
        }
        seen = lines(session).len();
    });
    rewritten(text, &renewed)
}
