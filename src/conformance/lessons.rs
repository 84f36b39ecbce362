//! Whether lessons hold: what they say is printed is, predictions have one answer, goals are met by their solution and
//! not before. docs/lessons.md tells the format.

use std::path::Path;

use super::compare::text;
use super::{Error, Report, files};
use crate::session::{Block, Lesson, Session};
use crate::shell::transcript::{self, Typed};
use crate::shell::{Line, LineKind};
use crate::value::{Text, Value};

/// A line that stands for any lines.
const ANY: &str = "…";
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
        files::write(path, &rewritten(&files::text(path)?))?;
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
    lesson.play(|block, session| {
        let is_reached = |goal: &&&Block| session.holds(&goal.commands, &goal.rest);
        match block.kind.as_str() {
            "predict" => {
                if block.answer(session).is_none() {
                    let printed = shown(session, &block.commands);
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
            "console" => found.extend(misprinted(block, session)),
            "goal" => above += 1,
            _ => {}
        }
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

/// The commands of a console whose outputs are not what stands there.
fn misprinted(block: &Block, session: &Session) -> Vec<String> {
    let typed = transcript::read(&block.text).commands;
    let printed = since(session, typed.len());
    let wrong = |(typed, printed): (&Typed, &Vec<Text>)| {
        let want = text::lines(&lines(typed.output.iter().map(|it| &it.1)));
        let got = text::lines(&lines(printed));
        let is_it = match want.iter().position(|it| it == ANY) {
            Some(at) => got.starts_with(&want[..at]) && got.ends_with(&want[at + 1..]),
            None => got == want,
        };
        (!is_it).then(|| format!("{} prints {printed:#?}", typed.command.text))
    };
    typed.iter().zip(&printed).filter_map(wrong).collect()
}

fn lines<'a>(lines: impl IntoIterator<Item = &'a Text>) -> String {
    lines.into_iter().flat_map(|it| [it, "\n"]).collect()
}

/// What each of the last commands printed.
fn since(session: &Session, commands: usize) -> Vec<Vec<Text>> {
    let mut printed: Vec<Vec<Text>> = Vec::new();
    for line in tail(session, commands) {
        match line.kind {
            LineKind::Prompt if line.text.starts_with("> ") => {}
            LineKind::Prompt => printed.push(Vec::new()),
            LineKind::Out | LineKind::Err | LineKind::Note => {
                if let Some(lines) = printed.last_mut() {
                    lines.push(line.text.clone());
                }
            }
        }
    }
    printed
}

/// The lines of the terminal from so many prompts on.
fn tail(session: &Session, commands: usize) -> Vec<&Line> {
    let all: Vec<&Line> = session.timeline().world().terminal().lines.iter().collect();
    let is_prompt = |it: &&Line| it.kind == LineKind::Prompt && !it.text.starts_with("> ");
    let prompts = all.iter().enumerate().filter(|it| is_prompt(it.1));
    let first = prompts.rev().take(commands).last().map_or(0, |it| it.0);
    all[first..].to_vec()
}

fn shown(session: &Session, commands: &str) -> Vec<Vec<Text>> {
    since(session, transcript::read(commands).commands.len())
}

/// The lesson with what is printed in its console blocks.
fn rewritten(text: &str) -> String {
    let lesson = Lesson::read(text);
    let mut text = text.to_owned();
    lesson.play(|block, session| {
        if block.kind == "console" && !block.text.contains(ANY) {
            let commands = transcript::read(&block.text).commands.len();
            let lines = tail(session, commands);
            let printed: Vec<&str> = lines.iter().map(|it| it.text.as_str()).collect();
            let fenced = |it: &str| format!("```console\n{}\n```", it.trim_end());
            text = text.replacen(&fenced(&block.text), &fenced(&printed.join("\n")), 1);
        }
    });
    text
}
