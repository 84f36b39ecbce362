//! What the controllers of workloads share: whom a change wakes, who owns what, pods made and deleted, counts.
//!
//! upstream: pkg/controller/controller_ref_manager.go, controller_utils.go.

use std::sync::Arc;

use crate::api::meta::owned_by;
use crate::api::selector::Selector;
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::{DeleteOptions, Patch, Request, Verb, WriteOptions};
use crate::plan::{Ctx, Decision, EventSource, OnError, Report};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::why::Why;
use crate::{array, object};

/// The owners of one kind that a change of them, or of what they own, wakes.
///
/// upstream: the controllers' addPod, updatePod, deletePod and their like.
pub(super) fn wakes(
    objects: &Objects,
    before: Option<&Object>,
    after: Option<&Object>,
    [owner, dependent]: [Kind; 2],
) -> Vec<Key> {
    let Some(object) = after.or(before) else {
        return Vec::new();
    };
    if object.kind == owner {
        return vec![object.key()];
    }
    if object.kind != dependent {
        return Vec::new();
    }
    let mut keys = Vec::new();
    for it in [before, after].into_iter().flatten() {
        keys.extend(owner_of(objects, it, owner).map(|it| it.key()));
    }
    if after.is_some() && object.controller().is_null() {
        let all = objects.list_in(owner, object.namespace());
        let matching = all.filter(|it| selector_of(it).matches(object.labels()));
        keys.extend(matching.map(|it| it.key()));
    }
    keys.dedup();
    keys
}

/// The controller of an object, if it is of that kind and stands.
///
/// upstream: resolveControllerRef.
pub(super) fn owner_of<'a>(
    objects: &'a Objects,
    of: &Object,
    kind: Kind,
) -> Option<&'a Arc<Object>> {
    let name = of.controller()["name"].as_str();
    let owner = objects.get(&Key::new(kind, of.namespace(), name));
    owner.filter(|it| of.is_controlled_by(it))
}

/// `spec.selector`.
pub(super) fn selector_of(object: &Object) -> Selector {
    Selector::from_object(&object.value["spec"]["selector"])
}

/// The owner's own objects of a kind, adopting and releasing on the way.
///
/// upstream: ClaimPods, ClaimReplicaSets.
pub(super) fn claim(
    ctx: &Ctx<'_>,
    owner: &Object,
    kind: Kind,
    decisions: &mut Vec<Decision>,
) -> Vec<Arc<Object>> {
    let selector = selector_of(owner);
    let mut claimed = Vec::new();
    for object in ctx.objects.list_in(kind, owner.namespace()) {
        let matches = selector.matches(object.labels());
        let is_ours = object.is_controlled_by(owner);
        let is_free = object.controller().is_null() && !object.is_terminating();
        if is_ours && matches {
            claimed.push(Arc::clone(object));
        }
        if owner.is_terminating() || is_ours == matches || !is_ours && !is_free {
            continue;
        }
        let names = [owner, object.as_ref()].map(|it| it.key().to_string().into());
        let [owner_name, name] = names;
        let (owners, why) = if is_ours {
            let why = Why::Released {
                owner: owner_name,
                object: name,
            };
            let cut = object! {"$patch": "delete", "uid": owner.uid()};
            (array![cut], why)
        } else {
            claimed.push(Arc::clone(object));
            let why = Why::Adopted {
                owner: owner_name,
                object: name,
            };
            (owned_by(owner), why)
        };
        decisions.push(own(owner, object, owners, why));
    }
    claimed
}

/// Changes whom an object names as its owners.
///
/// upstream: RecheckDeletionTimestamp, the owner is read live before.
pub(super) fn own(owner: &Object, object: &Object, owners: Value, why: Why) -> Decision {
    let patch = object! {"metadata": object! {"uid": object.uid(), "ownerReferences": owners}};
    let mut request = Request {
        key: object.key(),
        verb: Verb::Patch(Patch::Strategic, patch),
        options: WriteOptions::default(),
    };
    request.options.if_stands = Some((owner.key(), owner.uid().into()));
    Decision::Do {
        request,
        on_error: OnError::Stop,
        why,
        report: None,
    }
}

/// A request of a controller about its owner, with the Events that tell how it went.
pub(super) fn told(
    key: Key,
    verb: Verb,
    why: Why,
    owner: &Object,
    component: &'static str,
    success: (&'static str, Text),
    failure: (&'static str, Text),
) -> Decision {
    let mut decision = Decision::send(key, verb, why);
    if let Decision::Do { report, .. } = &mut decision {
        *report = Some(Report {
            about: owner.as_involved_object(),
            source: EventSource {
                component,
                host: Text::new(),
            },
            success,
            failure,
        });
    }
    decision
}

/// Makes a pod as [`pod_of`] has it.
///
/// upstream: RealPodControl.CreatePods.
pub(super) fn create_pod(
    pod: Value,
    why: Why,
    owner: &Object,
    component: &'static str,
) -> Decision {
    let name = Text::from(pod["metadata"]["name"].as_str());
    told(
        Key::new(Kind::Pod, owner.namespace(), &name),
        Verb::Create(pod),
        why,
        owner,
        component,
        ("SuccessfulCreate", crate::text!("Created pod: {name}")),
        ("FailedCreate", "Error creating: ".into()),
    )
}

/// upstream: RealPodControl.DeletePod.
pub(super) fn delete_pod(
    pod: &Object,
    why: Why,
    owner: &Object,
    component: &'static str,
) -> Decision {
    let deleted = crate::text!("Deleted pod: {}", pod.name());
    told(
        pod.key(),
        Verb::Delete(DeleteOptions::default()),
        why,
        owner,
        component,
        ("SuccessfulDelete", deleted),
        ("FailedDelete", "Error deleting: ".into()),
    )
}

/// Counts of a status that are left out where they are 0.
pub(super) fn set_counts(status: &mut Value, counts: &[(&str, i64)]) {
    for (name, number) in counts {
        if *number != 0 {
            status[*name] = (*number).into();
        }
    }
}

/// The owner's status, where it changes: sent even after an error, as upstream sends it.
pub(super) fn write_status(owner: &Object, status: Value, why: Why, decisions: &mut Vec<Decision>) {
    if status == owner.value["status"] {
        return;
    }
    let mut value = owner.value.clone();
    value["status"] = status;
    // What this very plan wrote before counts as seen.
    value["metadata"].remove("resourceVersion");
    decisions.push(Decision::Do {
        request: Request {
            key: owner.key(),
            verb: Verb::UpdateStatus(value),
            options: WriteOptions::default(),
        },
        on_error: OnError::Finally,
        why,
        report: None,
    });
}

/// A pod as a template and an owner make it; its name is drawn here, so that the Event can tell it.
///
/// upstream: GetPodFromTemplate.
pub(super) fn pod_of(ctx: &Ctx<'_>, owner: &Object, number: usize) -> Value {
    let template = &owner.value["spec"]["template"];
    let words = [
        "pod",
        owner.uid(),
        &owner.resource_version().to_string(),
        &ctx.now.ms.to_string(),
        &number.to_string(),
    ];
    let base = crate::text!("{}-", owner.name());
    let kept: String = base.chars().take(58).collect();
    let name = [kept, crate::chance::suffix(ctx.config.seed, &words)].concat();
    let mut pod = crate::api::meta::new_value(&Key::new(Kind::Pod, owner.namespace(), name));
    for part in ["labels", "annotations", "finalizers"] {
        let from = &template["metadata"][part];
        if !from.is_empty() {
            pod["metadata"][part] = from.clone();
        }
    }
    pod["metadata"]["generateName"] = base.into();
    pod["metadata"]["ownerReferences"] = owned_by(owner);
    pod["spec"] = template["spec"].clone();
    pod
}

/// A number of a spec or status.
pub(super) fn count(of: &Value, name: &str) -> i64 {
    of[name].as_int().unwrap_or(0)
}

/// `spec.minReadySeconds`.
pub(super) fn min_ready(owner: &Object) -> Duration {
    Duration::s(count(&owner.value["spec"], "minReadySeconds").unsigned_abs())
}

/// How long until the next Ready pod has been Ready for long enough.
pub(super) fn next_available(
    pods: &[Arc<Object>],
    min_ready: Duration,
    now: Time,
) -> Option<Duration> {
    let waiting = pods
        .iter()
        .filter(|it| it.is_ready() && !it.is_available(min_ready, now));
    let due = waiting.filter_map(|it| it.available_at(min_ready)).min();
    due.map(|at| at.since(now))
}

/// A template's hash, which pods and ReplicaSets carry as a label.
///
/// differs: upstream hashes a dump of Go's struct, so the letters are others.
/// upstream: ComputeHash.
pub(super) fn template_hash(owner: &Object) -> Text {
    let collisions = count(&owner.value["status"], "collisionCount");
    super::statefulset::revision_hash(&owner.value["spec"]["template"], collisions)
}
