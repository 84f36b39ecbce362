//! Probes that fail because of how they are written.

use super::Found;
use super::case::{Case, owner};
use crate::api::{Key, Kind};
use crate::value::Text;

/// What Events of containers tell: the set, the container's name, the message and when.
fn told(case: &Case<'_>, reason: &str, mut see: impl FnMut(&Found, &str, &str)) {
    for entry in &case.world.store.log {
        let value = &entry.object.value;
        if entry.object.kind != Kind::Event || value["reason"].as_str() != reason {
            continue;
        }
        let about = &value["involvedObject"];
        let pod = Key::new(
            Kind::Pod,
            about["namespace"].as_str(),
            about["name"].as_str(),
        );
        let container = about["fieldPath"].as_str();
        let container = container
            .split_once('{')
            .map_or("", |it| it.1.trim_end_matches('}'));
        let message = value["message"].as_str();
        let owner = owner(case, &pod).unwrap_or(pod.clone());
        let found = Found::new(&owner, "spec.template.spec.containers")
            .fact("pod", &pod.name)
            .fact("container", container)
            .fact("message", message)
            .shown(entry.time, message);
        see(&found, container, message);
    }
}

/// The probe asks where nobody listens, or for a path that is not there.
pub(super) fn wrong_target(case: &Case<'_>, all: &mut Vec<Found>) {
    told(case, "Unhealthy", |found, container, message| {
        let is_refused =
            message.contains("connection refused") && is_deaf(case, found, container, message);
        if is_refused || message.contains("statuscode: 404") {
            all.push(found.clone());
        }
    });
}

/// Whether the container listens on known ports, and the probe's is none of them.
fn is_deaf(case: &Case<'_>, found: &Found, container: &str, message: &str) -> bool {
    let Some(set) = case
        .moments
        .iter()
        .find_map(|it| it.objects.get(&found.about))
    else {
        return false;
    };
    let spec = &set.value["spec"]["template"]["spec"];
    let container = spec["containers"].item("name", container);
    let labels = super::case::template_labels(set);
    let apps = &case.world.config.apps;
    let apps = apps.iter().filter(|it| {
        it.is_of("", labels)
            && (it.container.is_empty() || container["name"].as_str() == it.container)
    });
    let mut said = apps.filter_map(|it| it.after("listens-on"));
    let ports: Vec<Text> = match said.next() {
        Some(ports) => ports.split(',').map(Text::from).collect(),
        None => {
            let declared = container["ports"].items().iter();
            declared
                .map(|it| crate::text!("{}", it["containerPort"]))
                .collect()
        }
    };
    let is_asked = |port: &Text| message.contains(&format!(":{port}:"));
    !ports.is_empty() && !ports.iter().any(is_asked)
}

/// A probe restarts a container that would have come up, or that others make fail.
pub(super) fn too_aggressive(case: &Case<'_>, all: &mut Vec<Found>) {
    told(case, "Killing", |found, _, message| {
        if message.contains("failed liveness probe") || message.contains("failed startup probe") {
            all.push(found.clone());
        }
    });
}
