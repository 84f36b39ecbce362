//! Real people's problems: their manifests and actions are run, and the doctor says what was wrong.
//!
//! The doctor gets manifest, files, options, behaviours and actions; of the rest of a case only the judge knows.
//! What the simulator cannot do yet makes a case fail openly.

mod actions;
mod programs;
mod run;

use std::path::Path;

use super::report::Report;
use super::{Error, files};
use crate::doctor::{Finding, examine};
use crate::object;
use crate::sim::World;
use crate::value::Value;
use crate::view::words::Words;

/// What became of a case.
#[derive(Debug)]
pub struct Diagnosed {
    /// The cluster at the end.
    pub world: World,
    /// What the doctor found, the most certain first.
    pub findings: Vec<Finding>,
    /// What the case needs and the simulator lacks.
    pub lacks: Vec<String>,
}

impl Diagnosed {
    /// The codes, each once.
    pub fn codes(&self) -> Vec<&'static str> {
        let mut codes = Vec::new();
        for finding in &self.findings {
            if !codes.contains(&finding.rule.code) {
                codes.push(finding.rule.code);
            }
        }
        codes
    }
}

/// Runs the manifest and actions of a case and asks the doctor.
pub fn diagnose(case: &Value) -> Diagnosed {
    let mut run = run::Run::of(case);
    for line in case["actions"].items() {
        run.line(line.as_str());
    }
    let run::Run { world, lacks, .. } = run;
    Diagnosed {
        findings: examine(&world),
        world,
        lacks,
    }
}

/// Judges the cases of files; with `is_json`, prints what the doctor found, unjudged.
///
/// # Errors
/// A file that cannot be read.
pub fn judge(paths: &[&Path], is_json: bool) -> Result<Report, Error> {
    let mut report = Report::default();
    for path in paths {
        for case in files::rows(path)? {
            let (id, found) = (case["id"].as_str(), diagnose(&case));
            let codes = found.codes();
            if is_json {
                let codes: Value = codes.into_iter().collect();
                report
                    .lines
                    .push(object! {"id": id, "codes": codes}.to_json());
                continue;
            }
            let want = case["root_cause_code"].as_str();
            let mut wrong: Vec<String> =
                found.lacks.iter().map(|it| format!("needs {it}")).collect();
            if codes.first() != Some(&want) {
                wrong.push(format!("want {want}, found {}", codes.join(", ")));
            }
            report.case(id, &wrong);
            notes(id, &found, &mut report);
        }
    }
    Ok(report)
}

/// What was found and what the terminal showed, for a closer look.
fn notes(id: &str, found: &Diagnosed, report: &mut Report) {
    for finding in &found.findings {
        let (code, text) = (finding.rule.code, finding.text(&Words::default()));
        report.notes.push(format!("  {id}: {code}: {text}"));
    }
    let lines = found.world.terminal().lines.iter();
    report
        .notes
        .extend(lines.map(|it| format!("  {id}| {}", it.text)));
    for look in &found.world.lookups {
        let tried: Vec<String> = look
            .tried
            .iter()
            .map(|it| {
                let rcode = it.rcode.map_or("silent", |it| it.name());
                format!(
                    "{} {} {rcode} {}",
                    it.query.name,
                    it.query.kind.name(),
                    it.records
                )
            })
            .collect();
        let (ms, words, exit) = (look.time.ms, look.words.join(" "), look.exit);
        let pod = look.pod.name();
        report.notes.push(format!(
            "  {id}? {ms} {pod} {words} -> {exit}: {}",
            tried.join(", ")
        ));
    }
}
