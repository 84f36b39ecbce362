//! What a DNS server keeps: Services, EndpointSlices, namespaces and pod addresses, reduced to what answers need.
//!
//! A persistent value with the indexes of CoreDNS: it is told of changes one by one, and a clone costs next to
//! nothing. Left out: ServiceImports (multicluster) and endpoint zones.
//!
//! upstream: plugin/kubernetes/controller.go.

use core::net::IpAddr;
use std::sync::Arc;

use super::name;
use super::reduced::{Reduction, Service, Slice, Target, set_key};
use crate::api::pod::Phase;
use crate::api::{Kind, Object};
use crate::persistent::Map;
use crate::sort;
use crate::value::Text;

/// All that a server knows. Sets are keyed `service.namespace`.
#[derive(Clone, Debug, Default)]
pub struct Records {
    sets: Map<Text, Arc<Set>>,
    /// Addresses to Services, in the order they came.
    services_by_address: Map<IpAddr, Vec<Text>>,
    /// Addresses to slices, in the order they came.
    slices_by_address: Map<IpAddr, Vec<Arc<Slice>>>,
    namespaces: Map<Text, ()>,
    /// Addresses to the namespaces of the pods that have them.
    pods: Map<IpAddr, Vec<Text>>,
}

/// A Service and the slices labelled with its name; either may be there without the other.
#[derive(Clone, Debug, Default)]
pub struct Set {
    /// The Service.
    pub service: Option<Service>,
    /// Its slices, by name.
    pub slices: Vec<Arc<Slice>>,
    /// Where the slices stand, each under a number that it has as long as it is there.
    places: Vec<Option<usize>>,
    /// The numbers of endpoint labels to those of the slices that have them, by the slices' names.
    labels: Map<u32, Vec<usize>>,
}

impl Records {
    /// The Service and slices of `service.namespace` (lower case).
    pub fn set(&self, name: &str) -> Option<&Set> {
        self.sets.get(name).map(AsRef::as_ref)
    }

    /// All sets, by `service.namespace`.
    pub fn sets(&self) -> impl Iterator<Item = (&Text, &Set)> {
        self.sets.iter().map(|(key, set)| (key, set.as_ref()))
    }

    /// Whether the namespace exists.
    pub fn has_namespace(&self, name: &str) -> bool {
        self.namespaces.contains_key(name)
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
                    (_, Some(after)) => _ = self.namespaces.insert(after.name().into(), ()),
                    (Some(before), None) => {
                        self.namespaces.remove(before.name());
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
            | Kind::PersistentVolume
            | Kind::PersistentVolumeClaim
            | Kind::ResourceQuota
            | Kind::PodDisruptionBudget
            | Kind::LimitRange
            | Kind::Secret
            | Kind::DaemonSet
            | Kind::Deployment
            | Kind::ReplicaSet
            | Kind::HorizontalPodAutoscaler
            | Kind::Lease
            | Kind::StorageClass
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
            sort::by(&mut all, Ord::cmp);
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
                self.change_set(&old.set, |set| set.take(old));
            }
        }
        if let Some(new) = &new {
            for address in is.iter().filter(|it| was.binary_search(it).is_err()) {
                add_to(&mut self.slices_by_address, *address, Arc::clone(new));
            }
            self.change_set(&new.set, |set| set.put(new));
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
            self.sets.remove(key);
        } else {
            self.sets.insert(key.clone(), Arc::new(set));
        }
    }
}

impl Set {
    /// The slices that may have an endpoint of that label: no other has one. All of them for an empty label.
    pub fn slices_with(&self, label: &str) -> impl Iterator<Item = &Slice> {
        let (all, numbers): (&[_], &[_]) = if label.is_empty() {
            (&self.slices, &[])
        } else {
            let numbers = self.labels.get(&name::label_number(label));
            (&[], numbers.map_or(&[], |it| it))
        };
        let places = numbers.iter().filter_map(|it| self.places[*it]);
        let found = all.iter().chain(places.map(|at| &self.slices[at]));
        found.map(AsRef::as_ref)
    }

    fn place_of(&self, slice: &str) -> Result<usize, usize> {
        self.slices
            .binary_search_by(|it| it.name.as_str().cmp(slice))
    }

    /// The number of the slice at that place.
    fn number_of(&self, place: usize) -> Option<usize> {
        self.places.iter().position(|it| *it == Some(place))
    }

    fn put(&mut self, slice: &Arc<Slice>) {
        let place = self.place_of(&slice.name);
        let old = place.ok().map(|at| Arc::clone(&self.slices[at]));
        match place {
            Ok(at) => self.slices[at] = Arc::clone(slice),
            Err(at) => {
                for place in self.places.iter_mut().flatten() {
                    *place += usize::from(*place >= at);
                }
                self.slices.insert(at, Arc::clone(slice));
                match self.places.iter_mut().find(|it| it.is_none()) {
                    Some(free) => *free = Some(at),
                    None => self.places.push(Some(at)),
                }
            }
        }
        let number = self.number_of(place.unwrap_or_else(|at| at));
        self.relabel(number, old.as_deref(), Some(slice));
    }

    fn take(&mut self, slice: &Arc<Slice>) {
        let Ok(at) = self.place_of(&slice.name) else {
            return;
        };
        let number = self.number_of(at);
        let old = Arc::clone(&self.slices[at]);
        self.relabel(number, Some(&old), None);
        self.slices.remove(at);
        for place in &mut self.places {
            *place = place
                .filter(|it| *it != at)
                .map(|it| it - usize::from(it > at));
        }
    }

    /// Follows the labels of the slice of that number, which stands in its place.
    fn relabel(&mut self, number: Option<usize>, before: Option<&Slice>, after: Option<&Slice>) {
        let labels = |it: Option<&Slice>| -> Vec<u32> {
            let mut all: Vec<u32> = it.into_iter().flat_map(Slice::label_numbers).collect();
            all.dedup();
            all
        };
        let (was, is) = (labels(before), labels(after));
        let Some(number) = number else {
            return;
        };
        let only_in = |a: &[u32], b: &[u32]| {
            let labels = a.iter().copied();
            labels
                .filter(|it| b.binary_search(it).is_err())
                .collect::<Vec<u32>>()
        };
        for label in &[only_in(&was, &is), only_in(&is, &was)].concat() {
            let mut numbers = self.labels.get(label).cloned().unwrap_or_default();
            match numbers.binary_search_by_key(&self.places[number], |it| self.places[*it]) {
                Ok(at) => _ = numbers.remove(at),
                Err(at) => numbers.insert(at, number),
            }
            if numbers.is_empty() {
                self.labels.remove(label);
            } else {
                self.labels.insert(*label, numbers);
            }
        }
    }
}

type ByAddress<T> = Map<IpAddr, Vec<T>>;

fn add_to<T: Clone>(map: &mut ByAddress<T>, address: IpAddr, item: T) {
    let mut items = map.get(&address).cloned().unwrap_or_default();
    items.push(item);
    map.insert(address, items);
}

fn drop_from<T: Clone>(map: &mut ByAddress<T>, address: IpAddr, mut is_it: impl FnMut(&T) -> bool) {
    let mut items = map.get(&address).cloned().unwrap_or_default();
    items.retain(|it| !is_it(it));
    if items.is_empty() {
        map.remove(&address);
    } else {
        map.insert(address, items);
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
    map.insert(address, items);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Key, Objects};
    use crate::chance::chance;
    use crate::dns::{Options, Query, Type, Zone};
    use crate::object;
    use crate::time::Time;
    use crate::value::Value;

    const NAMES: [&str; 3] = ["web", "nginx", "db"];

    /// A random Service or slice; nothing where one is deleted.
    fn draw(seed: u64, step: &str) -> (Key, Option<Object>) {
        let pick = |what: &str, below: u64| chance(seed, &[step, what]) % below;
        let name = |what: &str| NAMES[usize::try_from(pick(what, 3)).unwrap()];
        let kind = [Kind::Service, Kind::EndpointSlice][usize::from(pick("kind", 3) > 0)];
        let own = format!("{}-{}", name("name"), pick("slice", 2));
        let own = if kind == Kind::Service {
            name("name")
        } else {
            &own
        };
        let mut value = object! {"metadata": object! {"namespace": "default", "name": own}};
        if kind == Kind::Service {
            // No two Services ever share an address.
            let at = NAMES.iter().position(|it| *it == own).unwrap();
            let addresses = ["None".to_owned(), format!("10.0.0.{at}")];
            let address = addresses[usize::from(pick("ip", 3) > 0)].as_str();
            value["spec"] =
                object! {"clusterIP": address, "ports": vec![object! {"name": "web", "port": 80}]};
        } else {
            value["metadata"]["labels"] = object! {"kubernetes.io/service-name": name("service")};
            let count = pick("count", 4);
            let endpoint = |at: u64| {
                let nth = pick(&format!("at {at}"), 6);
                object! {
                    "addresses": vec![format!("10.1.0.{nth}")],
                    "hostname": format!("Web-{}", nth % 4),
                    "conditions": object! {"ready": nth != 3},
                }
            };
            value["endpoints"] = (0..count).map(endpoint).collect::<Value>();
        }
        let object = Object::new(kind, value);
        (object.key(), (pick("deleted", 4) > 0).then_some(object))
    }

    /// Everything a zone says, without regard to the order of PTR records.
    fn said(zone: &Zone) -> Vec<String> {
        let mut said = vec![format!("{:?}", zone.transfer("cluster.local.", 0))];
        let mut ask = |name: String, kind| {
            let answer = zone.answer(&Query::new(name, kind)).map(|it| it.answer);
            let mut records: Vec<String> = answer
                .iter()
                .flatten()
                .map(|it| format!("{it:?}"))
                .collect();
            records.sort();
            said.extend(records);
        };
        for nth in 0..6 {
            ask(format!("{nth}.0.1.10.in-addr.arpa."), Type::Ptr);
            ask(format!("{nth}.0.0.10.in-addr.arpa."), Type::Ptr);
            for name in NAMES {
                ask(
                    format!("web-{nth}.{name}.default.svc.cluster.local."),
                    Type::A,
                );
            }
        }
        said
    }

    #[test]
    fn following_changes_ends_where_reading_everything_does() {
        for seed in 0..20 {
            let mut objects = Objects::default();
            let space = Object::new(
                Kind::Namespace,
                object! {"metadata": object! {"name": "default"}},
            );
            objects.insert(Arc::new(space));
            let mut zone = Zone::of(Options::kubeadm("cluster.local"), &objects, Time::START);
            for step in 0..40 {
                let (key, after) = draw(seed, &step.to_string());
                let before = objects.get(&key).cloned();
                zone.apply(before.as_deref(), after.as_ref(), Time::START);
                match after {
                    Some(it) => objects.insert(Arc::new(it)),
                    None => _ = objects.remove(&key),
                }
                let mut fresh = Zone::of(Options::kubeadm("cluster.local"), &objects, Time::START);
                fresh.serial = zone.serial;
                assert_eq!(said(&zone), said(&fresh), "seed {seed}, step {step}");
            }
        }
    }
}
