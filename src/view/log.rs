//! The trace as text, a line per entry: what tests compare and the command line prints.

use super::words::Words;
use crate::sim::{Entry, Trace, What};

/// All entries: time, event, its cause, who, what, why.
pub fn trace_text(trace: &Trace, words: &Words) -> String {
    trace.iter().map(|it| line(it, words)).collect()
}

fn line(entry: &Entry, words: &Words) -> String {
    let what = match &entry.what {
        What::Command(_) => "command".to_owned(),
        What::Wrote {
            key,
            wrote,
            resource_version,
        } => {
            format!(
                "{} {}/{key} at {resource_version}",
                wrote.code(),
                key.namespace
            )
        }
        What::Refused { key, message } => format!("refused {}/{key}: {message}", key.namespace),
        What::Waits(key) => format!("waits on {}/{key}", key.namespace),
    };
    let cause = entry
        .cause
        .map_or_else(|| "-".to_owned(), |it| it.to_string());
    let (seconds, ms) = (entry.time.ms / 1000, entry.time.ms % 1000);
    format!(
        "{seconds}.{ms:03} {} <{cause} {}: {what}; {}\n",
        entry.seq,
        entry.actor.code(),
        words.say(&entry.why)
    )
}
