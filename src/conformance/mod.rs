//! Recordings of the real thing, replayed and judged: what `statefulset-playground conformance` runs.
//!
//! Native only. Recordings are folders of facts (scenario, watch events, commands, tables) taken from a real
//! Kubernetes v1.36; this module runs the same scenario in the simulator and says where we differ.

pub mod compare;
pub mod dns;
mod files;
pub mod kubectl;
mod report;

pub use report::{Report, Tally};

use core::fmt;
use std::path::Path;

use compare::Recording;
use report::Sums;

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
