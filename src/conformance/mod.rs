//! Recordings of the real thing, replayed and judged: what `statefulset-playground conformance` runs.
//!
//! Native only. Recordings are folders of facts (scenario, watch events, commands, tables) taken from a real
//! Kubernetes v1.36; this module runs the same scenario in the simulator and says where we differ.

pub mod compare;
pub mod dns;
pub mod doctor;
mod files;
mod hashes;
pub mod kubectl;
pub mod lessons;
pub mod replay;
mod report;
mod run;
pub mod scenario;

pub use hashes::hashes;
pub use report::{Report, Tally};
pub use run::run;

use core::fmt;
use std::path::Path;

use compare::Recording;
use report::Sums;
use scenario::Scenario;

/// What is wrong with a file given to the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The file, with the line where there is one.
    pub place: String,
    /// What is wrong there.
    pub message: String,
}

impl Error {
    fn of_file(path: &Path, why: &std::io::Error) -> Self {
        Self {
            place: path.display().to_string(),
            message: why.to_string(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.message)
    }
}

impl core::error::Error for Error {}

/// Compares two recordings, or the recordings of two folders by name: `conformance compare REAL OURS`.
///
/// # Errors
/// A file that cannot be read.
pub fn compare(real: &Path, ours: &Path) -> Result<Report, Error> {
    let (mut report, mut sums) = (Report::default(), Sums::default());
    for (name, folder) in files::recordings(real)? {
        let mine = if folder == real {
            ours.to_owned()
        } else {
            ours.join(&name)
        };
        if mine.join("events.jsonl").exists() {
            let (real, ours) = (Recording::read(&folder)?, Recording::read(&mine)?);
            report.judged(&name, &compare::compare(&real, &ours), &mut sums);
        } else {
            report.failed(&name, "not recorded by us");
        }
    }
    report.lines.push(sums.to_string());
    Ok(report)
}

/// Replays every scenario of a folder and compares it with its recording; `out` gets what we recorded.
///
/// # Errors
/// A file that cannot be read or written.
pub fn cluster(folder: &Path, out: Option<&Path>) -> Result<Report, Error> {
    let (mut report, mut sums) = (Report::default(), Sums::default());
    for (name, folder) in files::scenarios(folder)? {
        let scenario = match Scenario::read(&folder) {
            Ok(scenario) => scenario,
            Err(error) => {
                report.failed(&name, &error.to_string());
                continue;
            }
        };
        let replayed = replay::replay(&scenario);
        if let Some(out) = out {
            replayed.recording.write(&out.join(&name))?;
        }
        if folder.join("events.jsonl").exists() {
            let verdict = compare::compare(&Recording::read(&folder)?, &replayed.recording);
            report.judged(&name, &verdict, &mut sums);
        }
        if !replayed.lacks.is_empty() {
            let lacks = replayed.lacks.join(", ");
            report.lines.push(format!("     {name} needs {lacks}"));
        }
        let remarks = replayed.remarks.iter();
        report
            .notes
            .extend(remarks.map(|it| format!("  {name}: {it}")));
    }
    report.lines.push(sums.to_string());
    Ok(report)
}

/// Runs one scenario and writes its recording to `out`: `record SCENARIO_DIR --out DIR`.
///
/// # Errors
/// A file that cannot be read or written, or a scenario nobody can run.
pub fn record(folder: &Path, out: &Path) -> Result<Report, Error> {
    let scenario = Scenario::read(folder)?;
    let replayed = replay::replay(&scenario);
    replayed.recording.write(out)?;
    let mut report = Report::default();
    let (events, name) = (replayed.recording.events.len(), &scenario.name);
    report.lines.push(format!(
        "{name}: {events} watch events in {}",
        out.display()
    ));
    report
        .lines
        .extend(replayed.remarks.iter().map(|it| format!("  {it}")));
    let lacks = replayed.lacks.iter();
    report.lines.extend(lacks.map(|it| format!("  needs {it}")));
    report.tally.passed.push(name.as_str().to_owned());
    Ok(report)
}

/// CoreDNS cases: `conformance dns FILE.json… [--json]`.
///
/// # Errors
/// A file that cannot be read.
pub fn dns_cases(paths: &[&Path], is_json: bool) -> Result<Report, Error> {
    let mut all = Report::default();
    for path in paths {
        all.add(dns::judge(&files::document(path)?, is_json)?);
    }
    Ok(all)
}

/// Client tools byte for byte: `conformance dns-tools FILE.json [--json]`.
///
/// # Errors
/// A file that cannot be read.
pub fn dns_tools(path: &Path, is_json: bool) -> Result<Report, Error> {
    dns::judge_tools(&files::document(path)?, is_json)
}
