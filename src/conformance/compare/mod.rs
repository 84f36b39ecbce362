//! Whether two recordings of one scenario show the same behaviour.
//!
//! The rules and the verdicts are those of `tools/compare_traces.py`, the outside judge: two runs of a real cluster
//! pass. It leaves out what such runs do not share (see [`text`]).

pub mod outputs;
mod printed;
pub mod states;
pub mod text;

use core::fmt;
use std::collections::BTreeSet;
use std::path::Path;

use super::{Error, files};
use crate::value::Value;
use states::{Marks, Said, Subject, Trace, Turn};

/// What a scenario's folder holds.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The rows of `events.jsonl`.
    pub events: Vec<Value>,
    /// The rows of `commands.jsonl`.
    pub commands: Option<Vec<Value>>,
    /// The text of `watch.txt`.
    pub watch: Option<String>,
    /// The rows of `tables.jsonl`.
    pub tables: Option<Vec<Value>>,
}

impl Recording {
    /// Reads a scenario's folder.
    ///
    /// # Errors
    /// A file that cannot be read, or a line that is not JSON.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        Ok(Self {
            events: files::rows(&folder.join("events.jsonl"))?,
            commands: files::rows_if_there(&folder.join("commands.jsonl"))?,
            watch: files::text_if_there(&folder.join("watch.txt"))?,
            tables: files::rows_if_there(&folder.join("tables.jsonl"))?,
        })
    }
}

impl Recording {
    /// Writes a scenario's folder.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        files::make_folder(folder)?;
        files::write_rows(&folder.join("events.jsonl"), &self.events)?;
        let commands = self.commands.as_deref().unwrap_or_default();
        files::write_rows(&folder.join("commands.jsonl"), commands)?;
        let tables = self.tables.as_deref().unwrap_or_default();
        files::write_rows(&folder.join("tables.jsonl"), tables)?;
        files::write(
            &folder.join("watch.txt"),
            self.watch.as_deref().unwrap_or_default(),
        )
    }
}

/// How far two recordings agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Objects whose states agree, of all.
    pub objects: (usize, usize),
    /// Events both have, of all.
    pub events: (usize, usize),
    /// Whether pods and claims come and go in another order.
    pub is_reordered: bool,
    /// Pods that took another time.
    pub late: usize,
    /// Commands, watches and tables that print something else.
    pub said: usize,
    /// Of those, how many differ only in what no two runs share, and no implementation can know: container IDs,
    /// resource versions, dates.
    pub by_chance: usize,
    /// Every difference, a line each.
    pub notes: Vec<String>,
}

impl Verdict {
    /// Whether nothing differs.
    pub fn is_passed(&self) -> bool {
        self.notes.is_empty()
    }

    /// Whether something differs, but only what no two runs share.
    pub fn is_passed_but_for_chance(&self) -> bool {
        !self.notes.is_empty() && self.notes.len() == self.by_chance
    }
}

impl fmt::Display for Verdict {
    /// `objects 4/5, events 8/8, order same, timing 0 off, said 1 off`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "objects {}/{}, events {}/{}, order {}, timing {} off, said {} off",
            self.objects.0,
            self.objects.1,
            self.events.0,
            self.events.1,
            if self.is_reordered { "differs" } else { "same" },
            self.late,
            self.said
        )
    }
}

/// Compares what a real cluster did with what we did.
pub fn compare(real: &Recording, ours: &Recording) -> Verdict {
    let (mut a, mut b) = (states::trace(&real.events), states::trace(&ours.events));
    if a.is_parallel() {
        a.forget_order();
        b.forget_order();
    }
    let mut verdict = Verdict::default();
    verdict.judge_objects(&a, &b);
    verdict.judge_events(&a, &b);
    verdict.judge_order(&a.order, &b.order);
    verdict.judge_timing(&a, &b);
    let (commands, by_chance) = printed::commands(real, ours);
    verdict.by_chance = by_chance;
    for (what, notes) in [
        ("command", commands),
        ("watch", printed::watched(real, ours)),
        ("table", printed::tables(real, ours)),
    ] {
        verdict.said += notes.len();
        let notes = notes.into_iter().map(|it| format!("{what}: {it}"));
        verdict.notes.extend(notes);
    }
    verdict
}

impl Verdict {
    fn judge_objects(&mut self, real: &Trace, ours: &Trace) {
        let subjects: BTreeSet<&Subject> = real.states.keys().chain(ours.states.keys()).collect();
        self.objects.1 = subjects.len();
        for subject in subjects {
            match (real.states.get(subject), ours.states.get(subject)) {
                (Some(a), Some(b)) if agree(&subject.resource, a, b) => self.objects.0 += 1,
                (Some(a), Some(b)) => {
                    let at = a.iter().zip(b).take_while(|(a, b)| a == b).count();
                    let why = match (a.get(at), b.get(at)) {
                        (Some(a), Some(b)) => {
                            let mut paths = Vec::new();
                            differences(a, b, "", &mut paths);
                            paths.truncate(3);
                            paths.join("; ")
                        }
                        _ => format!("real has {} states, ours {}", a.len(), b.len()),
                    };
                    self.notes.push(format!("{subject} at state {at}: {why}"));
                }
                (Some(_), None) => self.notes.push(format!("{subject}: only real")),
                (None, _) => self.notes.push(format!("{subject}: only ours")),
            }
        }
    }

    fn judge_events(&mut self, real: &Trace, ours: &Trace) {
        let said: BTreeSet<&Said> = real.events.keys().chain(ours.events.keys()).collect();
        for it in said {
            let count = |trace: &Trace| trace.events.get(it).copied().unwrap_or_default();
            let (a, b) = (count(real), count(ours));
            self.events.0 += a.min(b);
            self.events.1 += a.max(b);
            let Said {
                level,
                reason,
                message,
                kind,
                name,
            } = it;
            let text = format!("{level} {reason} {kind}/{name}: {message}");
            if a > b {
                self.notes.push(format!("event missing: {text}"));
            }
            if b > a {
                self.notes.push(format!("event extra: {text}"));
            }
        }
    }

    fn judge_order(&mut self, real: &[Turn], ours: &[Turn]) {
        let ends = |turns: &[Turn], is_end: bool| -> Vec<Turn> {
            let turns = turns.iter().filter(|it| it.is_end == is_end);
            turns.cloned().collect()
        };
        self.is_reordered = [false, true]
            .into_iter()
            .any(|is_end| ends(real, is_end) != ends(ours, is_end));
        if self.is_reordered {
            let show = |turns: &[Turn]| {
                let turns = turns.iter().take(12).map(|it| {
                    let sign = if it.is_end { '-' } else { '+' };
                    format!("{sign}{}", it.name)
                });
                turns.collect::<Vec<_>>().join(" ")
            };
            let (a, b) = (show(real), show(ours));
            self.notes
                .push(format!("lifecycle order differs: real {a} ours {b}"));
        }
    }

    /// Created to Ready, and deletion to gone, within 1.5 s or a quarter.
    fn judge_timing(&mut self, real: &Trace, ours: &Trace) {
        let span = |from: Option<i64>, to: Option<i64>| Some(to? - from?);
        for (subject, theirs) in &real.marks {
            let Some(mine) = ours.marks.get(subject) else {
                continue;
            };
            let to_ready = |it: &Marks| span(it.added, it.ready);
            let to_gone = |it: &Marks| span(it.deleting, it.gone);
            for (what, a, b) in [
                ("to Ready", to_ready(theirs), to_ready(mine)),
                ("to gone", to_gone(theirs), to_gone(mine)),
            ] {
                if let (Some(a), Some(b)) = (a, b)
                    && 4 * (a - b).abs() > a.max(6000)
                {
                    self.late += 1;
                    self.notes
                        .push(format!("{subject} {what}: real {a} ms, ours {b} ms"));
                }
            }
        }
    }
}

/// Whether two sequences of states agree: the same, or, where a real cluster coalesces updates differently from run
/// to run, the same first and last state and three quarters in common.
fn agree(resource: &str, a: &[Value], b: &[Value]) -> bool {
    let coalesced = [
        "statefulsets",
        "endpointslices",
        "services",
        "persistentvolumes",
    ];
    a == b
        || coalesced.contains(&resource)
            && a.first() == b.first()
            && a.last() == b.last()
            && 8 * common(a, b) >= 3 * (a.len() + b.len())
}

/// Length of the longest common subsequence.
fn common(a: &[Value], b: &[Value]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut previous = 0;
        for (at, y) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if x == y {
                previous + 1
            } else {
                above.max(row[at])
            };
            previous = above;
        }
    }
    row[b.len()]
}

/// The paths at which two values differ.
fn differences(a: &Value, b: &Value, at: &str, found: &mut Vec<String>) {
    if let (Value::Object(x), Value::Object(y)) = (a, b) {
        let keys: BTreeSet<&str> = x
            .iter()
            .chain(y.iter())
            .map(|(key, _)| key.as_str())
            .collect();
        for key in keys {
            differences(&a[key], &b[key], &format!("{at}.{key}"), found);
        }
    } else if a != b {
        let show = |it: &Value| shorten(&it.to_json(), 140);
        found.push(format!("{at}: real {} ours {}", show(a), show(b)));
    }
}

/// At most so many characters of a text.
fn shorten(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
