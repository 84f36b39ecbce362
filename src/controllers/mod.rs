//! The controllers of kube-controller-manager. Each looks at one key and answers with a plan.

pub mod autoscaler;
pub mod daemonset;
pub mod deployment;
pub mod disruption;
pub mod endpoints;
pub mod endpointslice;
pub mod garbagecollector;
pub mod mirror;
pub mod namespace;
pub mod node;
mod owned;
pub mod provisioner;
pub mod quota;
pub mod replicaset;
pub mod statefulset;
mod trigger;
pub mod volumes;

use std::sync::Arc;

use crate::api::selector::Selector;
use crate::api::{Key, Kind, Object, Objects};
use crate::sort;
use crate::value::{Text, Value};

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

/// The pods that stand behind a Service: selected, with an address, not ended. All of them, or those of these names.
///
/// upstream: ShouldPodBeInEndpoints.
fn some_pods<'a>(
    objects: &'a Objects,
    service: &Object,
    names: Option<&[Text]>,
) -> Vec<&'a Object> {
    let selector = Selector::from_labels(&service.value["spec"]["selector"]);
    let namespace = service.namespace();
    let stands = |it: &&Arc<Object>| {
        !it.is_terminal() && !it.pod_ip().is_empty() && selector.matches(it.labels())
    };
    let mut pods: Vec<&Object> = Vec::new();
    match names {
        None => pods.extend(
            objects
                .list_in(Kind::Pod, namespace)
                .filter(stands)
                .map(AsRef::as_ref),
        ),
        Some(names) => {
            for name in names {
                let key = Key::new(Kind::Pod, namespace, name.clone());
                pods.extend(objects.get(&key).filter(stands).map(AsRef::as_ref));
            }
        }
    }
    pods
}

/// Whether an endpoint is one of the pods of these names, which are sorted.
fn is_suspect(names: &[Text], endpoint: &Value) -> bool {
    let name = endpoint["targetRef"]["name"].as_str();
    names.binary_search_by(|it| it.as_str().cmp(name)).is_ok()
}
