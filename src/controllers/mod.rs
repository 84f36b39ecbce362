//! The controllers of kube-controller-manager. Each looks at one key and answers with a plan.

pub mod disruption;
pub mod endpoints;
pub mod endpointslice;
pub mod garbagecollector;
pub mod node;
pub mod provisioner;
pub mod quota;
pub mod statefulset;
mod trigger;
pub mod volumes;

use std::sync::Arc;

use crate::api::selector::Selector;
use crate::api::{Key, Kind, Object, Objects};
use crate::sort;

/// The Services whose slices a changed Service or pod concerns.
///
/// upstream: endpointslice GetPodServiceMemberships; both the old and the new labels count.
fn wake_services(objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let mut keys = Vec::new();
    for object in [before, after].into_iter().flatten() {
        match object.kind {
            Kind::Service => keys.push(object.key()),
            Kind::Pod => {
                let services = objects.list_in(Kind::Service, object.namespace());
                keys.extend(services.filter(|it| it.selects(object)).map(|it| it.key()));
            }
            _ => {}
        }
    }
    sort::by(&mut keys, Ord::cmp);
    keys.dedup();
    keys
}

/// The pods that stand behind a Service: selected, with an address, not ended.
///
/// upstream: ShouldPodBeInEndpoints.
fn service_pods<'a>(objects: &'a Objects, service: &'a Object) -> impl Iterator<Item = &'a Object> {
    let pods = selected_pods(objects, service);
    pods.filter(|it| !it.is_terminal() && !it.pod_ip().is_empty())
}

/// The pods that a Service selects, by name.
fn selected_pods<'a>(
    objects: &'a Objects,
    service: &'a Object,
) -> impl Iterator<Item = &'a Object> {
    let selector = Selector::from_labels(&service.value["spec"]["selector"]);
    let pods = objects
        .list_in(Kind::Pod, service.namespace())
        .map(Arc::as_ref);
    pods.filter(move |it| selector.matches(it.labels()))
}
