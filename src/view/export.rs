//! What a reader takes along: a transcript, a log of what happened, the picture as a drawing.

use core::fmt::Write as _;

use super::explain::{time_text, told_plainly};
use super::snapshot::{Look, Places};
use super::words::Words;
use super::{drawing, picture, sets};
use crate::object;
use crate::shell::LineKind;
use crate::sim::{Timeline, What};
use crate::value::Value;

/// What can be taken along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// The manifests, the terminal and each step with its reason, as Markdown.
    Transcript,
    /// What happened, a JSON object a line.
    Log,
    /// The picture, as SVG.
    Picture,
}

/// That, of the moment the reader stands at; `text` is what the cluster was given.
pub fn export(
    what: Export,
    timeline: &Timeline,
    words: &Words,
    places: &dyn Places,
    text: &str,
) -> String {
    let look = Look::new(timeline, words, places);
    match what {
        Export::Transcript => transcript(&look, text),
        Export::Log => log(&look),
        Export::Picture => {
            let mut shown = sets::Shown::default();
            let sets = sets::statefulsets(&look, &mut shown);
            let pods = sets::other_pods(&look, &shown);
            drawing::svg(&picture::services(&look), &sets, &pods)
        }
    }
}

fn transcript(look: &Look<'_>, text: &str) -> String {
    let world = look.world;
    let mut out = format!(
        "# StatefulSet playground {}, {}\n",
        world.config.version.name(),
        time_text(world.now)
    );
    fenced(&mut out, "yaml manifest.yaml", text);
    for seat in &world.seats {
        let shown = seat.terminal.lines.iter();
        let lines = shown.filter(|it| it.kind != LineKind::Note);
        let lines: String = lines.flat_map(|it| [it.text.as_str(), "\n"]).collect();
        fenced(&mut out, "console", &lines);
    }
    out.push('\n');
    for entry in world.trace.iter().filter(|it| it.is_visible()) {
        let (actor, action) = told_plainly(look, entry);
        // Writing into memory cannot fail.
        let _ = writeln!(
            out,
            "- {} **{actor}** {action}: {}",
            time_text(entry.time),
            look.words.say(&entry.why)
        );
    }
    out
}

/// A block that no line of the text ends early.
fn fenced(out: &mut String, name: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let _ = write!(out, "\n{fence}{name}\n{text}{end}{fence}\n");
}

fn log(look: &Look<'_>) -> String {
    let mut out = String::new();
    for entry in look.world.trace.iter() {
        let (actor, action) = told_plainly(look, entry);
        let mut line = object! {
            "seq": entry.seq,
            "time": entry.time.ms,
            "actor": entry.actor.code(),
            "what": crate::text!("{actor} {action}"),
            "why": look.words.sentence(&entry.why),
        };
        if let Some(cause) = entry.cause {
            line["cause"] = cause.into();
        }
        if let Some(about) = entry.about() {
            line["object"] = crate::text!("{about}").into();
            line["namespace"] = Value::from(&about.namespace);
        }
        if let What::Wrote {
            resource_version, ..
        } = entry.what
        {
            line["resourceVersion"] = resource_version.into();
        }
        out.push_str(&line.to_json());
        out.push('\n');
    }
    out
}
