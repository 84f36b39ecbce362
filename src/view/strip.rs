//! The strip of bars: one row per pod name, coloured by how the pod stood.

use super::snapshot::Look;
use crate::api::Key;
use crate::object;
use crate::persistent::Map;
use crate::plan::Actor;
use crate::sim::{Tone, What};
use crate::sort;
use crate::value::Value;
use crate::why::Why;

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
    object! {"end": end.ms, "rows": rows, "markers": markers(look)}
}

/// The reader's own commands, the moments a pod became Ready, and where a wait began or ended: with the next thing its
/// actor did to what it waited on.
fn markers(look: &Look<'_>) -> Value {
    let trace = &look.furthest.trace;
    let commands = trace.iter().filter(|it| it.actor == Actor::You).filter_map(|it| match &it.what {
        What::Command(command) => Some(object! {
            "time": it.time.ms, "step": trace.shown_at(it.seq), "kind": "command", "text": command,
        }),
        What::Wrote { .. } | What::Refused { .. } | What::Waits(_) => None,
    });
    let ready = trace
        .iter()
        .filter(|it| {
            matches!(
                it.why,
                Why::ContainersStarted { .. } | Why::ProbePassed { .. }
            )
        })
        .filter_map(|it| {
            let name = &it.about()?.name;
            it.is_visible().then(|| object! {
            "time": it.time.ms, "step": trace.shown_at(it.seq), "kind": "ready", "text": name,
        })
        });
    let mut all: Vec<Value> = commands.chain(ready).collect();
    let mut waits: Map<(Actor, &Key), bool> = Map::default();
    for entry in trace.iter() {
        let Some(key) = entry.about() else { continue };
        let began = matches!(entry.what, What::Waits(_));
        let id = (entry.actor, key);
        if began || waits.get(&id) == Some(&true) {
            waits.insert(id, began);
            all.push(object! {
                "time": entry.time.ms, "step": trace.shown_at(entry.seq),
                "kind": if began { "wait" } else { "waited" }, "text": &key.name,
            });
        }
    }
    sort::by_key(&mut all, |it| it["step"].as_int());
    all.into()
}
