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

use crate::api::{Key, Kind};
use crate::object;
use crate::sim::World;
use crate::time::Time;
use crate::value::{Text, Value};
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
    /// What is wrong, in a sentence without full stop.
    pub text: String,
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
    for rule in RULES {
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
                    text: fill(rule.sentence, &facts),
                    about: found.about,
                    field: found.field,
                    proof: found.proof,
                });
            }
        }
    }
    findings
}

impl Finding {
    /// As the page receives it; `line` is where it stands in the reader's text, 0 for nowhere.
    pub fn to_value(&self, line: usize) -> Value {
        let proof = self.proof.iter();
        let proof = proof.map(|(time, text)| object! {"time": time.ms, "text": text});
        object! {
            "code": self.rule.code,
            "severity": self.rule.severity,
            "text": &*self.text,
            "fix": self.rule.fix,
            "object": crate::text!("{}", self.about),
            "field": &self.field,
            "line": line,
            "proof": proof.collect::<Value>(),
        }
    }
}
