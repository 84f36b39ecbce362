//! When the change began that an EndpointSlice, or the older Endpoints, tells of; and which pods it may concern.
//!
//! upstream: staging/src/k8s.io/endpointslice/util/trigger_time_tracker.go, pkg/controller/util/endpoint.

use std::sync::Arc;

use crate::api::{Key, Kind, Object};
use crate::memory::{Memory, Triggers};
use crate::plan::{Actor, Ctx};
use crate::sort;
use crate::value::{Text, Value};

const ANNOTATION: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// The earliest trigger that is new since the last look; null for none.
///
/// upstream: ComputeEndpointLastChangeTriggerTime.
pub(super) fn look(ctx: &Ctx<'_>, known: Option<&Triggers>, service: &Arc<Object>) -> Value {
    let Some(known) = known else {
        return service.meta()["creationTimestamp"].clone();
    };
    let old = known.seen.get(&service.key());
    let selects = |it: &Object| it.namespace() == service.namespace() && service.selects(it);
    let selected = |it: &Object| old.is_some_and(|old| old.selects(it));
    let mut earliest = Value::Null;
    let mut show = |before: Option<&Arc<Object>>, after: Option<&Arc<Object>>| {
        let Some(pod) = after.filter(|it| it.kind == Kind::Pod && selects(it)) else {
            return;
        };
        let before = before.filter(|it| selected(it));
        let (before, since) = (before.map_or("", |it| it.ready_since()), pod.ready_since());
        // Times of one form are ordered as texts are.
        if since.as_str() > before && (earliest.is_null() || since.as_str() < earliest.as_str()) {
            earliest = since.into();
        }
    };
    if old.is_some_and(|it| Arc::ptr_eq(it, service)) {
        ctx.objects.changes(&known.seen, &mut show);
    } else {
        for pod in ctx.objects.list_in(Kind::Pod, service.namespace()) {
            show(known.seen.get(&pod.key()), Some(pod));
        }
    }
    earliest
}

/// The names of the pods whose endpoints may not be as they should, sorted, where what was wanted at the last look
/// stands; nothing when that can be any.
pub(super) fn suspects(
    ctx: &Ctx<'_>,
    known: Option<&Triggers>,
    service: &Arc<Object>,
) -> Option<Vec<Text>> {
    let seen = &known?.seen;
    let ports = service.value["spec"]["ports"].items();
    if !Arc::ptr_eq(seen.get(&service.key())?, service)
        || ports.iter().any(|it| it["targetPort"].text().is_some())
    {
        return None;
    }
    let mut names: Vec<Text> = Vec::new();
    let is_near = |it: &Object| it.namespace() == service.namespace() && service.selects(it);
    ctx.objects.changes(seen, &mut |before, after| {
        if let (Some(before), Some(after)) = (before, after)
            && before.kind == Kind::Pod
            && is_alike(before, after)
        {
            return;
        }
        for pod in [before, after].into_iter().flatten() {
            if pod.kind == Kind::Pod && is_near(pod) && !pod.pod_ip().is_empty() {
                names.push(pod.name().into());
            }
        }
    });
    sort::by(&mut names, Ord::cmp);
    names.dedup();
    Some(names)
}

/// Whether an endpoint controller makes the same of both.
fn is_alike(a: &Object, b: &Object) -> bool {
    let facts = |it: &Object| (it.is_ready(), it.is_terminating(), it.is_terminal());
    facts(a) == facts(b)
        && a.uid() == b.uid()
        && a.pod_ip() == b.pod_ip()
        && a.labels() == b.labels()
        && a.value["spec"] == b.value["spec"]
}

/// The memory of all, with this of a Service.
pub(super) fn remember(ctx: &Ctx<'_>, actor: Actor, service: &Key, now: Triggers) -> Memory {
    let mut memory = ctx.memory.clone();
    memory.triggers.insert((actor, service.clone()), now);
    memory
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
