//! The strip of bars: one row per pod name, coloured by how the pod stood.

use super::snapshot::Look;
use crate::object;
use crate::sim::{Mark, Tone};
use crate::time::Time;
use crate::value::Value;

/// The timeline as far as the simulation has been run.
pub(super) fn strip(look: &Look<'_>) -> Value {
    let furthest = look.furthest;
    let end = furthest.now.max(look.world.now);
    let mut rows = Vec::new();
    for (key, life) in &furthest.lives {
        let spans: Vec<_> = life.spans.iter().collect();
        let bars = spans.iter().enumerate().filter(|(_, span)| span.tone != Tone::Gone).map(|(at, span)| {
            let to = spans.get(at + 1).map_or(end, |it| it.from);
            object! {
                "from": span.from.ms, "to": to.ms, "tone": span.tone.code(), "status": &span.status,
            }
        });
        let name = match key.namespace.as_str() {
            "default" => key.name.clone(),
            namespace => crate::text!("{namespace}/{}", key.name),
        };
        rows.push(object! {"name": name, "bars": bars.collect::<Value>()});
    }
    object! {"end": end.ms, "rows": rows, "markers": markers(look, end)}
}

/// The moments worth going back to; of very many, the first of its kind in each thousandth of the time shown.
fn markers(look: &Look<'_>, end: Time) -> Value {
    let marks = &look.furthest.trace.marks;
    let gap = if marks.len() > MARKS_MAX {
        end.ms / 1000
    } else {
        0
    };
    let mut next = [0; 5];
    let shown = marks.iter().filter(|it| {
        let next = &mut next[it.kind as usize];
        let is_shown = it.time.ms >= *next;
        if is_shown {
            *next = it.time.ms + gap;
        }
        is_shown
    });
    let marker = |it: &Mark| {
        object! {
            "time": it.time.ms, "step": it.step, "kind": it.kind.code(), "text": &it.text,
        }
    };
    shown.map(marker).collect()
}

/// So many markers are shown each for itself.
const MARKS_MAX: usize = 600;
