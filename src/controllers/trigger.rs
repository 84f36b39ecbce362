//! When the change began that an EndpointSlice, or the older Endpoints, tells of.
//!
//! upstream: staging/src/k8s.io/endpointslice/util/trigger_time_tracker.go, pkg/controller/util/endpoint.

use super::selected_pods;
use crate::api::{Key, Object};
use crate::memory::{Memory, Triggers};
use crate::plan::{Actor, Ctx};
use crate::value::{Text, Value};

const ANNOTATION: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// The earliest trigger that is new since the last look, null for none, and the memory of all there are now.
///
/// upstream: ComputeEndpointLastChangeTriggerTime.
pub(super) fn look(ctx: &Ctx<'_>, actor: Actor, service: &Object) -> (Value, Memory) {
    let key = (actor, service.key());
    let known = ctx.memory.triggers.get(&key);
    let created = &service.meta()["creationTimestamp"];
    let mut old = known.map_or(&[][..], |it| &it.pods).iter().peekable();
    let mut earliest = Value::Null;
    let mut pods: Vec<(Text, Text)> = Vec::new();
    for pod in selected_pods(ctx.objects, service) {
        let ready = pod.value["status"]["conditions"].item("type", "Ready");
        let Some(since) = ready["lastTransitionTime"].text() else {
            continue;
        };
        // Both lists are by name; times of one form are ordered as texts are.
        while old.next_if(|it| it.0.as_str() < pod.name()).is_some() {}
        let before = old.next_if(|it| it.0 == pod.name()).map_or("", |it| &it.1);
        if since.as_str() > before && (earliest.is_null() || since.as_str() < earliest.as_str()) {
            earliest = since.into();
        }
        pods.push((pod.name().into(), since.clone()));
    }
    if known.is_none() {
        earliest = created.clone();
    }
    let mut memory = ctx.memory.clone();
    memory.triggers.insert(key, Triggers { pods });
    (earliest, memory)
}

/// Forgets a Service that is gone.
pub(super) fn forget(ctx: &Ctx<'_>, actor: Actor, service: &Key) -> Option<Memory> {
    let mut memory = ctx.memory.clone();
    let known = memory.triggers.remove(&(actor, service.clone()));
    known.map(|_| memory)
}

/// Writes the trigger as an annotation; without one the annotation goes.
pub(super) fn annotate(value: &mut Value, trigger: &Value) {
    if !trigger.is_null() {
        value["metadata"]["annotations"][ANNOTATION] = trigger.clone();
        return;
    }
    let metadata = &mut value["metadata"];
    if !metadata["annotations"].is_null() {
        metadata["annotations"].remove(ANNOTATION);
        if metadata["annotations"].is_empty() {
            metadata.remove("annotations");
        }
    }
}
