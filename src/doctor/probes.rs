//! Probes that fail because of how they are written.

use super::Found;
use super::case::{Case, owner};
use crate::api::{Kind, Object};
use crate::kubelet::asks_in_vain;

/// What Events of containers tell: the set, the pod and the container's place in it, the message.
fn told(case: &Case<'_>, reason: &str, mut see: impl FnMut(&Found, &Object, usize, &str)) {
    let log = &case.world.store.log;
    for entry in log {
        let value = &entry.object.value;
        if entry.object.kind != Kind::Event || value["reason"].as_str() != reason {
            continue;
        }
        let about = &value["involvedObject"];
        let is_it = |it: &Object| it.kind == Kind::Pod && about["uid"].as_str() == it.uid();
        let Some(pod) = log.iter().map(|it| &*it.object).find(|it| is_it(it)) else {
            continue;
        };
        let path = about["fieldPath"].as_str().split_once('{');
        let name = path.map_or("", |it| it.1.trim_end_matches('}'));
        let at = (0..pod.container_count()).find(|at| pod.container(*at)["name"].as_str() == name);
        let Some(at) = at else { continue };
        let message = value["message"].as_str();
        let owner = owner(case, &pod.key()).unwrap_or(pod.key());
        let found = Found::new(&owner, "spec.template.spec.containers")
            .fact("pod", pod.name())
            .fact("container", name)
            .fact("message", message)
            .shown(entry.time, message);
        see(&found, pod, at, message);
    }
}

/// The probe asks where nobody listens, or for a path that is not there.
pub(super) fn wrong_target(case: &Case<'_>, all: &mut Vec<Found>) {
    let config = &case.world.config;
    told(case, "Unhealthy", |found, pod, at, message| {
        let is_refused = message.contains("connection refused");
        if is_refused && asks_in_vain(config, pod, at) || message.contains("statuscode: 404") {
            all.push(found.clone());
        }
    });
}

/// A probe restarts a container that would have come up, or that others make fail.
pub(super) fn too_aggressive(case: &Case<'_>, all: &mut Vec<Found>) {
    told(case, "Killing", |found, _, _, message| {
        if message.contains("failed liveness probe") || message.contains("failed startup probe") {
            all.push(found.clone());
        }
    });
}
