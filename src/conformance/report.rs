//! What a conformance run prints: a line a case, sums, and `N passed, M failed` at the end.

use core::fmt;
use std::collections::BTreeMap;

use super::compare::Verdict;

/// What a run prints, line by line, and its counts.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The lines above the last.
    pub lines: Vec<String>,
    /// Why cases failed, a line each: shown on request.
    pub notes: Vec<String>,
    /// The counts.
    pub tally: Tally,
}

/// How many cases did what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Names of those that passed.
    pub passed: Vec<String>,
    /// Names of those that failed.
    pub failed: Vec<String>,
    /// Of those that failed, the names of those that differ only in what no two runs of a real cluster share.
    pub by_chance: Vec<String>,
    /// Those out of scope, by reason.
    pub skipped: BTreeMap<String, usize>,
}

impl Tally {
    /// Whether nothing failed.
    pub fn is_passed(&self) -> bool {
        self.failed.is_empty()
    }
}

impl fmt::Display for Tally {
    /// `skipped (…): n` lines, then `N passed, M failed`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (reason, count) in &self.skipped {
            writeln!(out, "skipped ({reason}): {count}")?;
        }
        if !self.by_chance.is_empty() {
            let names = self.by_chance.join(", ");
            writeln!(
                out,
                "failed only by IDs and dates that no two real runs share: {names}"
            )?;
        }
        let (passed, failed) = (self.passed.len(), self.failed.len());
        write!(out, "{passed} passed, {failed} failed")
    }
}

impl Report {
    /// A scenario that ran and was compared.
    pub(super) fn judged(&mut self, name: &str, verdict: &Verdict, sums: &mut Sums) {
        sums.add(verdict);
        let (word, names) = if verdict.is_passed() {
            ("ok  ", &mut self.tally.passed)
        } else {
            ("FAIL", &mut self.tally.failed)
        };
        names.push(name.to_owned());
        if verdict.is_passed_but_for_chance() {
            self.tally.by_chance.push(name.to_owned());
        }
        self.lines.push(format!("{word} {name}: {verdict}"));
        let notes = verdict.notes.iter();
        self.notes.extend(notes.map(|it| format!("  {name}: {it}")));
    }

    /// Puts another report below this one.
    pub(super) fn add(&mut self, other: Self) {
        self.lines.extend(other.lines);
        self.notes.extend(other.notes);
        self.tally.passed.extend(other.tally.passed);
        self.tally.failed.extend(other.tally.failed);
        self.tally.by_chance.extend(other.tally.by_chance);
        for (reason, count) in other.tally.skipped {
            *self.tally.skipped.entry(reason).or_default() += count;
        }
    }

    /// A case out of scope.
    pub(super) fn skipped(&mut self, reason: &str) {
        *self.tally.skipped.entry(reason.to_owned()).or_default() += 1;
    }

    /// A case that was judged one by one, with what differs.
    pub(super) fn case(&mut self, name: &str, differences: &[String]) {
        if differences.is_empty() {
            self.tally.passed.push(name.to_owned());
            self.lines.push(format!("ok   {name}"));
        } else {
            self.failed(name, &differences.join("; "));
        }
    }

    /// A case that could not run, or differs.
    pub(super) fn failed(&mut self, name: &str, why: &str) {
        self.tally.failed.push(name.to_owned());
        self.lines.push(format!("FAIL {name}: {why}"));
    }
}

/// The sums of many verdicts.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    verdicts: usize,
    objects: (usize, usize),
    events: (usize, usize),
    ordered: usize,
    late: usize,
    said: usize,
}

impl Sums {
    fn add(&mut self, it: &Verdict) {
        self.verdicts += 1;
        self.objects.0 += it.objects.0;
        self.objects.1 += it.objects.1;
        self.events.0 += it.events.0;
        self.events.1 += it.events.1;
        self.ordered += usize::from(!it.is_reordered);
        self.late += it.late;
        self.said += it.said;
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "objects {}/{}, events {}/{}, order {}/{}, timing {} off, commands, watches and tables {} off",
            self.objects.0,
            self.objects.1,
            self.events.0,
            self.events.1,
            self.ordered,
            self.verdicts,
            self.late,
            self.said
        )
    }
}
