//! One step explained: who did what, why, and what led to it.

use super::snapshot::Look;
use super::{diff, lines};
use crate::object;
use crate::plan::Actor;
use crate::sim::{Entry, What, World};
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

/// Who did what.
pub(super) fn told_plainly(look: &Look<'_>, entry: &Entry) -> (String, String) {
    let words = look.words;
    let object = entry.about().map(ToString::to_string).unwrap_or_default();
    let action = match &entry.what {
        What::Command(_) => words.command(),
        What::Wrote { wrote, .. } => words.action(*wrote, &object),
        What::Refused { message, .. } => words.refused(message),
        What::Waits(_) => words.waits(),
    };
    (words.actor(entry), action)
}

fn told(look: &Look<'_>, entry: &Entry) -> Value {
    let words = look.words;
    let object = entry.about().map(ToString::to_string).unwrap_or_default();
    let kind = match &entry.what {
        What::Command(_) => "command",
        What::Wrote { .. } | What::Refused { .. } => "write",
        What::Waits(_) => "wait",
    };
    let (actor, action) = told_plainly(look, entry);
    object! {
        "step": look.world.trace.shown_at(entry.seq),
        "seq": entry.seq,
        "time": entry.time.ms,
        "timeText": time_text(entry.time),
        "actor": entry.actor.code(),
        "actorText": actor,
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

/// The object of the current step before and after it; null where there was none, or nothing was written.
fn written<'a>(world: &'a World, entry: &Entry) -> Option<(&'a Value, &'a Value)> {
    let What::Wrote {
        resource_version, ..
    } = entry.what
    else {
        return None;
    };
    let mut log = world.store.log.iter().rev();
    let change = log.find(|it| it.resource_version <= resource_version)?;
    let before = change.before.as_ref().map_or(&Value::Null, |it| &it.value);
    (change.resource_version == resource_version).then_some((before, &change.object.value))
}

fn changes_of(look: &Look<'_>, entry: &Entry) -> Value {
    written(look.world, entry).map_or_else(
        || Value::Array(ecow::EcoVec::new()),
        |(before, after)| diff::changes(before, after),
    )
}

/// The object of the current step as YAML, with the lines that changed.
pub fn object_lines(world: &World) -> Value {
    let last = world.trace.last_visible();
    last.and_then(|it| world.trace.find_visible(it.seq))
        .and_then(|it| written(world, it))
        .map_or(Value::Array(ecow::EcoVec::new()), |(before, after)| {
            diff::yaml_lines(before, after)
        })
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
            Self::EndpointSliceMirroringController => "endpointslicemirroring-controller",
            Self::DeploymentController => "deployment-controller",
            Self::ReplicaSetController => "replicaset-controller",
            Self::DaemonSetController => "daemonset-controller",
            Self::AutoscalerController => "horizontal-pod-autoscaler",
            Self::GarbageCollector => "garbage-collector",
            Self::NodeController => "node-controller",
            Self::DisruptionController => "disruption-controller",
            Self::VolumeController => "persistentvolume-controller",
            Self::QuotaController => "resourcequota-controller",
            Self::NamespaceController => "namespace-controller",
            Self::Provisioner => "provisioner",
            Self::Scheduler => "scheduler",
            Self::Kubelet => "kubelet",
        }
    }
}
