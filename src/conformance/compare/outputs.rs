//! The outputs that a text has below its commands: whether those print that, and the text with what they print.
//!
//! What two runs of one cluster do not share (ages, addresses, UIDs, generated suffixes, column widths) is no difference
//! (see [`text`]). A line `…` or `...` stands for any lines.

use core::fmt::Write as _;
use std::collections::BTreeMap;

use super::text;
use crate::shell::transcript::Typed;
use crate::shell::{Line, outputs};

/// Any lines.
const ANY: [&str; 2] = ["…", "..."];

/// By the number of a first line of a text: that of the last line, and what is to stand there instead of these.
pub type Renewed = BTreeMap<usize, (usize, Vec<String>)>;

/// Commands of a text, each with what it printed; nothing if it was not reached.
pub fn paired<'t, 'l>(
    typed: &'t [Typed],
    lines: impl IntoIterator<Item = &'l Line>,
) -> Vec<(&'t Typed, Option<Vec<&'l str>>)> {
    let mut ran = outputs(lines).into_iter();
    let pair = |typed: &'t Typed| {
        let command = typed.command.text.lines().next().unwrap_or_default();
        // The terminal types `exit` itself where an author has left a container without saying so.
        let printed = ran.find(|(prompt, _)| prompt.ends_with(command));
        (typed, printed.map(|it| it.1))
    };
    typed.iter().map(pair).collect()
}

/// Whether some lines are left to the run.
pub fn has_gap(typed: &Typed) -> bool {
    typed.output.iter().any(|it| ANY.contains(&it.1.trim()))
}

/// How what stands below a command differs from what it printed; the text it stands in begins behind so many lines.
pub fn misprint(typed: &Typed, printed: &[&str], before: usize) -> Option<String> {
    let written: Vec<&str> = typed.output.iter().map(|it| it.1.as_str()).collect();
    if agree(&written, printed) {
        return None;
    }
    let (line, command) = (before + typed.line, &typed.command.text);
    let mut told = format!("line {line}: `{command}` prints something else");
    for (mark, lines) in [("-", &written[..]), ("+", printed)] {
        for line in lines.iter().filter(|it| !it.trim().is_empty()) {
            // Writing into memory cannot fail.
            let _ = write!(told, "\n  {mark} {line}");
        }
    }
    Some(told)
}

fn agree(written: &[&str], printed: &[&str]) -> bool {
    let normal = |lines: &[&str]| -> Vec<String> {
        let lines = lines.iter().map(|it| text::line(it));
        lines.filter(|it| !it.is_empty()).collect()
    };
    let (written, printed) = (normal(written), normal(printed));
    let mut parts = written.split(|it| ANY.contains(&it.as_str()));
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = printed.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = (0..=rest.len()).find(|at| rest[*at..].starts_with(part)) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// The text with what is to stand there, indented as what stood there.
pub fn rewritten(text: &str, renewed: &Renewed) -> String {
    let mut out = String::new();
    let mut until = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        if let Some((last, lines)) = renewed.get(&number) {
            let indent: String = line.chars().take_while(|it| *it == ' ').collect();
            until = *last;
            for it in lines {
                // Writing into memory cannot fail.
                let _ = writeln!(out, "{indent}{it}");
            }
        }
        if number > until {
            out.push_str(line);
        }
    }
    out
}
