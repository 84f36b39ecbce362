//! What a DNS server keeps: Services, EndpointSlices, namespaces and pod addresses, reduced to what answers need.
//!
//! A persistent value with the indexes of CoreDNS: it is told of changes one by one, and a clone costs next to
//! nothing. Left out: ServiceImports (multicluster) and endpoint zones.
//!
//! upstream: plugin/kubernetes/controller.go and object/*.go.

use core::net::IpAddr;
use std::sync::Arc;

use rpds::{RedBlackTreeMapSync, RedBlackTreeSetSync};

use super::finding::{LeftOut, Reason};
use super::name;
use crate::api::pod::Phase;
use crate::api::{Kind, Object};
use crate::value::{Text, Value};

/// Pod names from this length on cannot be a label.
const LABEL_LIMIT: usize = 64;

/// All that a server knows. Sets are keyed `service.namespace`.
#[derive(Clone, Debug, Default)]
pub struct Records {
    sets: RedBlackTreeMapSync<Text, Arc<Set>>,
    /// Addresses to Services, in the order they came.
    services_by_address: RedBlackTreeMapSync<IpAddr, Vec<Text>>,
    /// Addresses to slices, in the order they came.
    slices_by_address: RedBlackTreeMapSync<IpAddr, Vec<Arc<Slice>>>,
    namespaces: RedBlackTreeSetSync<Text>,
    /// Addresses to the namespaces of the pods that have them.
    pods: RedBlackTreeMapSync<IpAddr, Vec<Text>>,
}

/// A Service and the slices labelled with its name; either may be there without the other.
#[derive(Clone, Debug, Default)]
pub struct Set {
    /// The Service.
    pub service: Option<Service>,
    /// Its slices, by name.
    pub slices: Vec<Arc<Slice>>,
}

/// A Service, reduced.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// What its name stands for.
    pub target: Target,
    /// Its ports; one without number where it has none.
    pub ports: Vec<Port>,
}

/// What the name of a Service stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// Its own addresses.
    ClusterIps(Vec<IpAddr>),
    /// The addresses of its endpoints.
    Headless,
    /// Another name.
    ExternalName(Text),
}

/// A port of a Service or a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name, may be empty.
    pub name: Text,
    /// `TCP`.
    pub protocol: Text,
    /// Its number; nothing for the port that stands for "no ports", which gives addresses but no SRV.
    pub number: Option<u16>,
}

/// An EndpointSlice, reduced to its ready addresses.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// `service.namespace`.
    pub set: Text,
    /// Its name.
    pub name: Text,
    /// Ready addresses, in the slice's order.
    pub endpoints: Vec<Endpoint>,
    /// The others.
    pub left_out: Vec<LeftOut>,
    /// Its ports; one without number where it has none.
    pub ports: Vec<Port>,
}

/// A ready address.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Its label: hostname, or else the address with dashes.
    pub name: Text,
    /// The address.
    pub address: IpAddr,
    /// Its pod, empty where none is named.
    pub pod: Text,
}

/// How objects are reduced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reduction {
    /// The `endpoint_pod_names` option: endpoints without hostname are named after their pod.
    pub endpoint_pod_names: bool,
    /// Whether pods are kept: only the pod mode `verified` needs them.
    pub pods: bool,
}

impl Records {
    /// The Service and slices of `service.namespace` (lower case).
    pub fn set(&self, name: &str) -> Option<&Set> {
        self.sets.get(name).map(AsRef::as_ref)
    }

    /// Whether the namespace exists.
    pub fn has_namespace(&self, name: &str) -> bool {
        self.namespaces.contains(name)
    }

    /// Whether a kept pod of that namespace has the address.
    pub fn has_pod(&self, namespace: &str, address: IpAddr) -> bool {
        let namespaces = self.pods.get(&address);
        namespaces.is_some_and(|it| it.iter().any(|it| it == namespace))
    }

    /// The Services with that cluster IP, as `service.namespace`.
    pub fn services_at(&self, address: IpAddr) -> &[Text] {
        self.services_by_address.get(&address).map_or(&[], |it| it)
    }

    /// The slices with that ready address.
    pub fn slices_at(&self, address: IpAddr) -> &[Arc<Slice>] {
        self.slices_by_address.get(&address).map_or(&[], |it| it)
    }

    /// Follows a change of one object; says whether what is kept became different.
    pub fn apply(
        &mut self,
        how: Reduction,
        before: Option<&Object>,
        after: Option<&Object>,
    ) -> bool {
        let Some(kind) = after.or(before).map(|it| it.kind) else {
            return false;
        };
        match kind {
            Kind::Service => self.apply_service(before, after),
            Kind::EndpointSlice => self.apply_slice(how, before, after),
            Kind::Namespace => {
                match (before, after) {
                    (_, Some(after)) => self.namespaces.insert_mut(after.name().into()),
                    (Some(before), None) => {
                        self.namespaces.remove_mut(before.name());
                    }
                    (None, None) => {}
                }
                false
            }
            Kind::Pod => how.pods && self.apply_pod(before, after),
            Kind::ConfigMap
            | Kind::Endpoints
            | Kind::Event
            | Kind::Node
            | Kind::PersistentVolumeClaim
            | Kind::ServiceAccount
            | Kind::ControllerRevision
            | Kind::StatefulSet => false,
        }
    }

    fn apply_service(&mut self, before: Option<&Object>, after: Option<&Object>) -> bool {
        let Some(object) = after.or(before) else {
            return false;
        };
        let key = set_key(object.name(), object.namespace());
        let old = before.map(Service::reduce);
        let new = after.map(Service::reduce);
        if old == new {
            return false;
        }
        let addresses = |it: Option<&Service>| match it.map(|it| &it.target) {
            Some(Target::ClusterIps(it)) => it.clone(),
            Some(Target::Headless | Target::ExternalName(_)) | None => Vec::new(),
        };
        let (was, is) = (addresses(old.as_ref()), addresses(new.as_ref()));
        for address in was.iter().filter(|it| !is.contains(it)) {
            drop_from(&mut self.services_by_address, *address, |it| *it == key);
        }
        for address in is.iter().filter(|it| !was.contains(it)) {
            add_to(&mut self.services_by_address, *address, key.clone());
        }
        self.change_set(&key, |set| set.service = new);
        true
    }

    fn apply_slice(
        &mut self,
        how: Reduction,
        before: Option<&Object>,
        after: Option<&Object>,
    ) -> bool {
        let old = before.map(|it| Arc::new(Slice::reduce(it, how)));
        let new = after.map(|it| Arc::new(Slice::reduce(it, how)));
        if old == new {
            return false;
        }
        let addresses = |it: Option<&Arc<Slice>>| -> Vec<IpAddr> {
            let mut all: Vec<IpAddr> = it
                .iter()
                .flat_map(|it| it.endpoints.iter().map(|it| it.address))
                .collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let (was, is) = (addresses(old.as_ref()), addresses(new.as_ref()));
        if let Some(old) = &old {
            for address in &was {
                let stays = new.as_ref().filter(|_| is.binary_search(address).is_ok());
                replace_in(&mut self.slices_by_address, *address, old, stays);
            }
            let moved = new.as_ref().is_none_or(|it| it.set != old.set);
            if moved {
                self.change_set(&old.set, |set| set.slices.retain(|it| it.name != old.name));
            }
        }
        if let Some(new) = &new {
            for address in is.iter().filter(|it| was.binary_search(it).is_err()) {
                add_to(&mut self.slices_by_address, *address, Arc::clone(new));
            }
            self.change_set(&new.set, |set| {
                let at = set.slices.binary_search_by(|it| it.name.cmp(&new.name));
                match at {
                    Ok(at) => set.slices[at] = Arc::clone(new),
                    Err(at) => set.slices.insert(at, Arc::clone(new)),
                }
            });
        }
        true
    }

    /// upstream: the pod cache leaves out ended pods; an update that marks a pod terminating is ignored, and a pod
    /// first seen terminating is never added.
    fn apply_pod(&mut self, before: Option<&Object>, after: Option<&Object>) -> bool {
        let kept = |it: &Object| {
            let lives = matches!(it.phase(), Phase::Pending | Phase::Running);
            let address: Option<IpAddr> = it.pod_ip().parse().ok();
            address.filter(|_| lives)
        };
        let was = before.and_then(kept);
        let is = match after {
            Some(it) if it.is_terminating() => was.filter(|_| kept(it).is_some()),
            Some(it) => kept(it),
            None => None,
        };
        let Some(object) = after.or(before).filter(|_| was != is) else {
            return false;
        };
        if let Some(address) = was {
            let mut dropped = false;
            drop_from(&mut self.pods, address, |it| {
                let this = !dropped && it == object.namespace();
                dropped |= this;
                this
            });
        }
        if let Some(address) = is {
            add_to(&mut self.pods, address, object.namespace().into());
        }
        true
    }

    fn change_set(&mut self, key: &Text, change: impl FnOnce(&mut Set)) {
        let mut set = self
            .sets
            .get(key)
            .map_or_else(Set::default, |it| Set::clone(it));
        change(&mut set);
        if set.service.is_none() && set.slices.is_empty() {
            self.sets.remove_mut(key);
        } else {
            self.sets.insert_mut(key.clone(), Arc::new(set));
        }
    }
}

type ByAddress<T> = RedBlackTreeMapSync<IpAddr, Vec<T>>;

fn add_to<T: Clone>(map: &mut ByAddress<T>, address: IpAddr, item: T) {
    let mut items = map.get(&address).cloned().unwrap_or_default();
    items.push(item);
    map.insert_mut(address, items);
}

fn drop_from<T: Clone>(map: &mut ByAddress<T>, address: IpAddr, mut is_it: impl FnMut(&T) -> bool) {
    let mut items = map.get(&address).cloned().unwrap_or_default();
    items.retain(|it| !is_it(it));
    if items.is_empty() {
        map.remove_mut(&address);
    } else {
        map.insert_mut(address, items);
    }
}

fn replace_in(
    map: &mut ByAddress<Arc<Slice>>,
    address: IpAddr,
    old: &Arc<Slice>,
    new: Option<&Arc<Slice>>,
) {
    let Some(new) = new else {
        drop_from(map, address, |it| it.name == old.name && it.set == old.set);
        return;
    };
    let mut items = map.get(&address).cloned().unwrap_or_default();
    for item in &mut items {
        if item.name == old.name && item.set == old.set {
            *item = Arc::clone(new);
        }
    }
    map.insert_mut(address, items);
}

fn set_key(service: &str, namespace: &str) -> Text {
    name::join(&[service, namespace]).to_lowercase()
}

impl Service {
    fn reduce(object: &Object) -> Self {
        let spec = &object.value["spec"];
        let target = if spec["type"].as_str() == "ExternalName" {
            Target::ExternalName(spec["externalName"].as_str().into())
        } else {
            let listed = spec["clusterIPs"].items();
            let single = [spec["clusterIP"].clone()];
            let texts = if listed.is_empty() { &single } else { listed };
            if texts.iter().any(|it| it.as_str() == "None") {
                Target::Headless
            } else {
                Target::ClusterIps(
                    texts
                        .iter()
                        .filter_map(|it| it.as_str().parse().ok())
                        .collect(),
                )
            }
        };
        Self {
            target,
            ports: ports(&spec["ports"]),
        }
    }
}

/// upstream: an object without ports gets one with number -1.
fn ports(list: &Value) -> Vec<Port> {
    let mut ports: Vec<Port> = list
        .items()
        .iter()
        .map(|it| Port {
            name: it["name"].as_str().into(),
            protocol: it["protocol"]
                .text()
                .cloned()
                .unwrap_or_else(|| "TCP".into()),
            number: it["port"].as_int().and_then(|it| u16::try_from(it).ok()),
        })
        .collect();
    if ports.is_empty() {
        ports.push(Port {
            name: Text::new(),
            protocol: Text::new(),
            number: None,
        });
    }
    ports
}

impl Slice {
    fn reduce(object: &Object, how: Reduction) -> Self {
        let mut slice = Self {
            set: set_key(object.slice_service(), object.namespace()),
            name: object.name().into(),
            endpoints: Vec::new(),
            left_out: Vec::new(),
            ports: ports(&object.value["ports"]),
        };
        for endpoint in object.value["endpoints"].items() {
            slice.add(endpoint, how);
        }
        slice
    }

    /// upstream: EndpointSliceToEndpoints; only `ready` counts, and a missing one counts as ready.
    fn add(&mut self, endpoint: &Value, how: Reduction) {
        let conditions = &endpoint["conditions"];
        let pod = endpoint["targetRef"]["name"]
            .text()
            .cloned()
            .unwrap_or_default();
        let addresses = endpoint["addresses"].items().iter();
        for text in addresses.map(Value::as_str) {
            let Ok(address) = text.parse::<IpAddr>() else {
                continue;
            };
            if conditions["ready"].as_bool().unwrap_or(true) {
                self.endpoints.push(Endpoint {
                    name: endpoint_name(endpoint["hostname"].as_str(), &pod, text, how),
                    address,
                    pod: pod.clone(),
                });
            } else {
                let reason = if conditions["terminating"].is_true() {
                    Reason::Terminating
                } else {
                    Reason::NotReady
                };
                self.left_out.push(LeftOut {
                    pod: pod.clone(),
                    address,
                    reason,
                });
            }
        }
    }
}

/// The label of an endpoint.
///
/// upstream: endpointHostname.
fn endpoint_name(hostname: &str, pod: &str, address: &str, how: Reduction) -> Text {
    if !hostname.is_empty() {
        return hostname.into();
    }
    if how.endpoint_pod_names && !pod.is_empty() && pod.len() < LABEL_LIMIT {
        return pod.into();
    }
    let mut name: Text = address
        .chars()
        .map(|it| if matches!(it, '.' | ':') { '-' } else { it })
        .collect();
    if name.ends_with('-') {
        name.push('0');
    }
    name
}
