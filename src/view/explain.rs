//! One step explained: who did what, why, and what led to it.

use super::snapshot::Look;
use super::{diff, lines};
use crate::object;
use crate::plan::Actor;
use crate::sim::{Entry, What};
use crate::time::Time;
use crate::value::Value;

/// The most causes shown of one step.
const CAUSES_MAX: usize = 12;

/// The step the reader stands at: the last change a reader sees, with its reason and causes.
pub(super) fn current(look: &Look<'_>) -> Value {
    let trace = &look.world.trace;
    let Some(last) = trace.last_visible() else {
        return Value::Null;
    };
    let entry = trace.find_visible(last.seq).unwrap_or(last);
    let mut step = told(look, entry);
    step["causes"] = trace
        .causes(entry)
        .take(CAUSES_MAX)
        .map(|it| told(look, it))
        .collect();
    step["line"] = line_of(look, entry).into();
    step["changes"] = changes_of(look, entry);
    step
}

/// `21.4 s`.
pub(super) fn time_text(time: Time) -> String {
    time.since(Time::START).to_string()
}

fn told(look: &Look<'_>, entry: &Entry) -> Value {
    let words = look.words;
    let object = entry.about().map(ToString::to_string).unwrap_or_default();
    let (kind, action) = match &entry.what {
        What::Command(_) => ("command", words.command()),
        What::Wrote { wrote, .. } => ("write", words.action(*wrote, &object)),
        What::Refused { message, .. } => ("write", words.refused(message)),
        What::Waits(_) => ("wait", words.waits()),
    };
    object! {
        "step": look.world.trace.shown_at(entry.seq),
        "seq": entry.seq,
        "time": entry.time.ms,
        "timeText": time_text(entry.time),
        "actor": entry.actor.code(),
        "actorText": words.actor(entry),
        "kind": kind,
        "action": action,
        "object": object,
        "why": words.sentence(&entry.why),
        "text": words.say(&entry.why),
    }
}

/// The line of the reader's text that the reason rests on; 0 if it rests on none.
fn line_of(look: &Look<'_>, entry: &Entry) -> usize {
    let Some((kind, field)) = lines::field_of(&entry.why) else {
        return 0;
    };
    let facts = entry.why.facts();
    let owner = if kind == Kind::Service {
        "service"
    } else {
        "set"
    };
    let name = facts
        .iter()
        .find(|(fact, _)| *fact == owner)
        .map(|(_, name)| name.as_str());
    look.places.line(kind, name, field)
}

fn changes_of(look: &Look<'_>, entry: &Entry) -> Value {
    let What::Wrote {
        resource_version, ..
    } = &entry.what
    else {
        return Value::Array(ecow::EcoVec::new());
    };
    let log = &look.world.store.log;
    let found = log
        .iter()
        .rev()
        .find(|it| it.resource_version <= *resource_version);
    match found.filter(|it| it.resource_version == *resource_version) {
        Some(change) => {
            let before = change.before.as_ref().map(|it| &it.value);
            diff::changes(before.unwrap_or(&Value::Null), &change.object.value)
        }
        None => Value::Array(ecow::EcoVec::new()),
    }
}

use crate::api::Kind;

impl Actor {
    /// The code the page and the catalogues name an actor by.
    pub fn code(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::StatefulSetController => "statefulset-controller",
            Self::EndpointSliceController => "endpointslice-controller",
            Self::EndpointsController => "endpoints-controller",
            Self::GarbageCollector => "garbage-collector",
            Self::NodeController => "node-controller",
            Self::DisruptionController => "disruption-controller",
            Self::VolumeController => "persistentvolume-controller",
            Self::QuotaController => "resourcequota-controller",
            Self::Provisioner => "provisioner",
            Self::Scheduler => "scheduler",
            Self::Kubelet => "kubelet",
        }
    }
}
