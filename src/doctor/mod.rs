//! What went wrong, why, and what to do: findings from the simulation's past.
//!
//! Every rule is a rule about Kubernetes, a function over what happened: objects at the moments the reader did
//! something, look-ups, refusals, Events. All stand in one table, the most certain first.
//! Codes of intended behaviour are `info`, and are found only where the reader's actions ran into them.

mod case;
mod names;
mod probes;
mod rollout;
mod services;
mod storage;
mod table;

use core::fmt::Write as _;

use crate::api::{Key, Kind};
use crate::object;
use crate::sim::World;
use crate::time::Time;
use crate::value::{Text, Value};
use crate::view::namespace_flag;
use crate::view::words::Words;
use crate::why::fill;
use case::Case;
pub use table::RULES;

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its code: `service-selector-mismatch`.
    pub code: &'static str,
    /// `error`, `warning`, or `info` for what works as intended.
    pub severity: &'static str,
    /// What is wrong, with `{fact}` placeholders.
    pub sentence: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// A command that does it, with `<fact>` placeholders; empty where it takes more than one.
    pub command: &'static str,
    find: Find,
}

/// How a rule finds.
#[derive(Debug)]
enum Find {
    /// By a function.
    By(fn(&Case<'_>, &mut Vec<Found>)),
    /// By what the API server said when it refused a write of that kind: all these parts are in it.
    Refused(Kind, &'static str),
    /// By an Event of that reason, with that part in its message.
    Told(&'static str, &'static str),
}

/// What a rule found.
#[derive(Clone, Debug)]
struct Found {
    about: Key,
    field: Text,
    facts: Vec<(&'static str, Text)>,
    proof: Vec<(Time, Text)>,
}

/// What is wrong.
#[derive(Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The place of the rule in the table.
    at: usize,
    facts: Vec<(&'static str, Text)>,
    /// A command that mends it; empty if there is none.
    pub command: String,
    /// The object whose manifest it is about.
    pub about: Key,
    /// The field there; may be empty.
    pub field: Text,
    /// What shows it: when, and what was said, asked or done.
    pub proof: Vec<(Time, Text)>,
}

/// Looks at all that has happened. The most certain finding comes first.
pub fn examine(world: &World) -> Vec<Finding> {
    let case = Case::of(world);
    let mut findings: Vec<Finding> = Vec::new();
    for (at, rule) in RULES.iter().enumerate() {
        let mut all = Vec::new();
        match rule.find {
            Find::By(find) => find(&case, &mut all),
            Find::Refused(kind, part) => case.refused(kind, part, &mut all),
            Find::Told(reason, part) => case.told(reason, part, &mut all),
        }
        for found in all {
            let is_known = |it: &Finding| it.rule.code == rule.code && it.about == found.about;
            if !findings.iter().any(is_known) {
                let facts: Vec<(&str, &Text)> =
                    found.facts.iter().map(|(name, it)| (*name, it)).collect();
                findings.push(Finding {
                    rule,
                    at,
                    command: command(rule.command, &facts, &found.about.namespace),
                    facts: found.facts,
                    about: found.about,
                    field: found.field,
                    proof: found.proof,
                });
            }
        }
    }
    findings
}

/// The command with its facts; none if one is not known.
fn command(template: &str, facts: &[(&str, &Text)], namespace: &str) -> String {
    let mut command = template.to_owned();
    for (name, value) in facts {
        // "a pod" is no name.
        if !value.contains(' ') {
            command = command.replace(&format!("<{name}>"), value);
        }
    }
    if command.contains('<') {
        return String::new();
    }
    if !command.is_empty() {
        command.push_str(&namespace_flag(namespace));
    }
    command
}

/// What the terminal's `doctor` prints.
pub fn text(world: &World) -> String {
    let words = Words::default();
    let mut out = String::new();
    for it in examine(world) {
        let (severity, code, fix) = (it.rule.severity, it.rule.code, it.rule.fix);
        let text = it.text(&words);
        // Writing into memory cannot fail.
        let _ = writeln!(
            out,
            "{severity} {code}: {text}
  {fix}"
        );
        if !it.command.is_empty() {
            let _ = writeln!(out, "  $ {}", it.command);
        }
    }
    if out.is_empty() {
        out.push_str("nothing is wrong so far\n");
    }
    out
}

/// Every sentence of the doctor with the code that catalogues have it by: what is wrong, and what to do.
pub fn english() -> impl Iterator<Item = (String, &'static str)> {
    let rules = RULES.iter().enumerate();
    rules.flat_map(|(at, it)| [(key("doctor", at), it.sentence), (key("fix", at), it.fix)])
}

/// A code of its own for each of the rules that share one: `doctor-unknown-field`, `doctor-unknown-field-2`.
fn key(part: &str, at: usize) -> String {
    let code = RULES[at].code;
    match RULES[..at].iter().filter(|it| it.code == code).count() {
        0 => format!("{part}-{code}"),
        earlier => format!("{part}-{code}-{}", earlier + 1),
    }
}

impl Finding {
    /// What is wrong, in a sentence without full stop.
    pub fn text(&self, words: &Words) -> String {
        let facts: Vec<(&str, &Text)> = self.facts.iter().map(|(name, it)| (*name, it)).collect();
        fill(
            words.template(&key("doctor", self.at), self.rule.sentence),
            &facts,
        )
    }

    /// As the page receives it; `line` is where it stands in the reader's text, 0 for nowhere.
    pub fn to_value(&self, line: usize, words: &Words) -> Value {
        let proof = self.proof.iter();
        let proof = proof.map(|(time, text)| object! {"time": time.ms, "text": text});
        object! {
            "code": self.rule.code,
            "severity": self.rule.severity,
            "text": self.text(words),
            "fix": words.template(&key("fix", self.at), self.rule.fix),
            "command": &*self.command,
            "object": crate::text!("{}", self.about),
            "field": &self.field,
            "line": line,
            "proof": proof.collect::<Value>(),
        }
    }
}
