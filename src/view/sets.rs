//! What owns pods: StatefulSets as columns of ordinals with their claims, and the other workloads.

use std::sync::Arc;

use super::picture::{is_system, past, pod};
use super::snapshot::{Look, name_of};
use crate::api::pod::ordinal_in;
use crate::api::{Key, Kind, Object};
use crate::object;
use crate::persistent::Map;
use crate::plan::Actor;
use crate::sim::Tone;
use crate::sort;
use crate::value::{Text, Value};

/// Ordinals wanted of one set that are shown.
const COLUMNS_MAX: i64 = 1000;
/// So many columns are shown each for itself.
const SINGLE_MAX: usize = 200;
/// So many alike in a row make a group, where there are more than [`SINGLE_MAX`].
const ALIKE_MIN: usize = 4;

/// Whose pods and claims the picture has already shown.
#[derive(Default)]
pub(super) struct Shown {
    pods: Map<Key, ()>,
    claims: Map<Key, ()>,
}

/// StatefulSets with a column for each ordinal: wanted, still there, or with a claim that was kept. Sets that are gone
/// stand there as long as they have pods.
pub(super) fn statefulsets(look: &Look<'_>, shown: &mut Shown) -> Value {
    let objects = &look.world.store.objects;
    let mut all: Vec<Value> = objects
        .list(Kind::StatefulSet)
        .map(|it| statefulset(look, it, shown))
        .collect();
    let mut gone: Map<Key, Vec<&Arc<Object>>> = Map::default();
    for pod in objects.list(Kind::Pod) {
        let owner = pod.controller();
        let name = owner["name"].as_str();
        let is_a_sets = owner["kind"].as_str() == "StatefulSet" && pod.ordinal_of(name).is_some();
        if is_a_sets && !shown.pods.contains_key(&pod.key()) {
            let key = Key::new(Kind::StatefulSet, pod.namespace(), name);
            let mut pods = gone.get(&key).cloned().unwrap_or_default();
            pods.push(pod);
            gone.insert(key, pods);
        }
    }
    for (key, pods) in &gone {
        let columns = Columns {
            set: key,
            wanted: 0..0,
            service: "",
            templates: &[],
        };
        all.push(object! {
            "name": &key.name,
            "namespace": &key.namespace,
            "gone": true,
            "ready": 0,
            "replicas": 0,
            "policy": "",
            "revision": "",
            "waiting": Value::Null,
            "columns": columns.view(look, pods, shown),
            "current": look.is_current(key),
        });
    }
    all.into()
}

fn statefulset(look: &Look<'_>, set: &Object, shown: &mut Shown) -> Value {
    let spec = set.statefulset_spec();
    let pods = look.world.store.objects.list_in(Kind::Pod, set.namespace());
    let own: Vec<_> = pods
        .filter(|it| it.is_controlled_by(set) && it.ordinal_of(set.name()).is_some())
        .collect();
    let key = set.key();
    let columns = Columns {
        set: &key,
        wanted: spec.start..spec.start.saturating_add(spec.replicas.min(COLUMNS_MAX)),
        service: spec.service_name,
        templates: set.value["spec"]["volumeClaimTemplates"].items(),
    };
    let ready = set.value["status"]["readyReplicas"].as_int().unwrap_or(0);
    object! {
        "name": set.name(),
        "namespace": set.namespace(),
        "gone": false,
        "ready": ready,
        "replicas": spec.replicas,
        "policy": &set.value["spec"]["podManagementPolicy"],
        "revision": &set.value["status"]["updateRevision"],
        "waiting": look.wait_on(&key),
        "columns": columns.view(look, &own, shown),
        "current": look.is_current(&key),
    }
}

/// What the columns of a set are made of.
struct Columns<'a> {
    set: &'a Key,
    wanted: core::ops::Range<i64>,
    service: &'a str,
    templates: &'a [Value],
}

/// What stands at one ordinal.
struct Column<'a> {
    ordinal: i64,
    key: Key,
    pod: Option<&'a Arc<Object>>,
    claims: Vec<&'a Arc<Object>>,
    absent: Value,
}

impl Column<'_> {
    /// What makes two columns alike.
    fn tone(&self) -> (&'static str, usize) {
        let tone = self.pod.map_or("gone", |it| Tone::of(it).code());
        (tone, self.claims.len())
    }
}

impl Columns<'_> {
    fn view(&self, look: &Look<'_>, pods: &[&Arc<Object>], shown: &mut Shown) -> Value {
        let columns = self.columns(look, pods, shown);
        let names = look.resolving(self.service, &self.set.namespace);
        let column = |it: &Column<'_>| {
            let resolves = it.pod.is_some() && names.contains_key(it.key.name.as_str());
            self.column(look, it, resolves)
        };
        if columns.len() <= SINGLE_MAX {
            return columns.iter().map(column).collect();
        }
        let mut all: Vec<Value> = Vec::new();
        let is_alike = |a: &Column<'_>, b: &Column<'_>| {
            a.tone() == b.tone() && !look.is_current(&a.key) && !look.is_current(&b.key)
        };
        for alike in columns.chunk_by(is_alike) {
            let (first, last) = (&alike[0], &alike[alike.len() - 1]);
            if alike.len() < ALIKE_MIN {
                all.extend(alike.iter().map(column));
                continue;
            }
            let mut group = column(first);
            group["group"] = object! {
                "to": last.ordinal,
                "toName": &last.key.name,
                "count": alike.len(),
                "tone": first.tone().0,
                "status": &group["pod"]["status"],
            };
            all.push(group);
        }
        all.into()
    }

    /// What stands at each ordinal, in order.
    fn columns<'a>(
        &self,
        look: &Look<'a>,
        pods: &[&'a Arc<Object>],
        shown: &mut Shown,
    ) -> Vec<Column<'a>> {
        let (set, objects) = (self.set, &look.world.store.objects);
        let mut claims: Map<i64, Vec<&Arc<Object>>> = Map::default();
        let mut take = |ordinal: i64, claim: &'a Arc<Object>| {
            let mut known = claims.get(&ordinal).cloned().unwrap_or_default();
            if known.iter().all(|it| it.name() != claim.name()) {
                known.push(claim);
                claims.insert(ordinal, known);
            }
        };
        for template in self.templates {
            let head = crate::text!("{}-{}", template["metadata"]["name"].as_str(), set.name);
            let all = objects.list_in(Kind::PersistentVolumeClaim, &set.namespace);
            for claim in all {
                if let Some(ordinal) = ordinal_in(&head, claim.name()) {
                    take(ordinal, claim);
                }
            }
        }
        let mut ordinals: Vec<i64> = self.wanted.clone().collect();
        let mut here: Map<i64, &Arc<Object>> = Map::default();
        for pod in pods {
            let Some(ordinal) = pod.ordinal_of(&set.name) else {
                continue;
            };
            for name in pod.claim_names() {
                let key = Key::new(Kind::PersistentVolumeClaim, &set.namespace, name);
                if let Some(claim) = objects.get(&key) {
                    take(ordinal, claim);
                }
            }
            ordinals.push(ordinal);
            here.insert(ordinal, pod);
            shown.pods.insert(pod.key(), ());
        }
        for (ordinal, own) in &claims {
            ordinals.push(*ordinal);
            for claim in own {
                shown.claims.insert(claim.key(), ());
            }
        }
        sort::by(&mut ordinals, Ord::cmp);
        ordinals.dedup();
        let column = |ordinal| {
            let name: Text = crate::text!("{}-{ordinal}", set.name);
            let key = Key::new(Kind::Pod, &set.namespace, name);
            let pod = here.get(&ordinal).copied();
            let is_missing = pod.is_none() && self.wanted.contains(&ordinal);
            let why = is_missing.then(|| look.world.held_up(set, &key)).flatten();
            let absent = why.map_or(Value::Null, |it| look.words.sentence(&it));
            let claims = claims.get(&ordinal).cloned().unwrap_or_default();
            Column {
                ordinal,
                key,
                pod,
                claims,
                absent,
            }
        };
        ordinals.into_iter().map(column).collect()
    }

    fn column(&self, look: &Look<'_>, it: &Column<'_>, resolves: bool) -> Value {
        let name = &it.key.name;
        let dns_name = match self.service {
            "" => String::new(),
            service => format!("{name}.{service}"),
        };
        let is_wanted = self.wanted.contains(&it.ordinal);
        object! {
            "ordinal": it.ordinal,
            "name": name,
            "dnsName": dns_name,
            "resolves": resolves,
            "pod": it.pod.map(|it| pod(look, it)),
            "past": if it.pod.is_none() { past(look, &it.key) } else { Value::Null },
            "claims": it.claims.iter().map(|claim| self::claim(look, claim, it.pod.is_some())).collect::<Value>(),
            "absent": &it.absent,
            "condemned": !is_wanted && it.pod.is_some(),
            "current": look.is_current(&it.key),
            "group": Value::Null,
        }
    }
}

/// A claim with its volume.
fn claim(look: &Look<'_>, claim: &Object, is_used: bool) -> Value {
    let key = claim.key();
    let phase = claim.value["status"]["phase"].as_str();
    let (status, tone) = match phase {
        _ if claim.is_terminating() => ("Terminating", "terminating"),
        "Bound" => (phase, "ready"),
        "Lost" => (phase, "failed"),
        _ => ("Pending", "pending"),
    };
    let volume = Key::new(Kind::PersistentVolume, "", claim.volume_name());
    let size = match &claim.value["status"]["capacity"]["storage"] {
        Value::Null => &claim.value["spec"]["resources"]["requests"]["storage"],
        size => size,
    };
    // Who makes the volume knows more than who waits for it.
    let maker = look.world.waits.get(&(Actor::Provisioner, key.clone()));
    let maker = maker.and_then(|it| it.iter().find(|(on, _)| *on == key));
    object! {
        "name": name_of(claim),
        "status": status,
        "tone": tone,
        "volume": &volume.name,
        "size": size,
        "class": claim.storage_class(),
        "kept": !is_used,
        "waiting": maker.map_or_else(|| look.wait_on(&key), |(_, why)| look.words.sentence(why)),
        "current": look.is_current(&key) || look.is_current(&volume),
    }
}

/// Claims in no column, outside the cluster's own namespaces.
pub(super) fn other_claims(look: &Look<'_>, shown: &Shown) -> Value {
    let objects = &look.world.store.objects;
    let all = objects.list(Kind::PersistentVolumeClaim);
    let others = all.filter(|it| !is_system(it) && !shown.claims.contains_key(&it.key()));
    let used = |claim: &Object| {
        let mut pods = objects.list_in(Kind::Pod, claim.namespace());
        pods.any(|it| it.claim_names().any(|name| *name == claim.name()))
    };
    others.map(|it| claim(look, it, used(it))).collect()
}

/// Deployments, DaemonSets, and ReplicaSets of their own, each with its pods.
pub(super) fn workloads(look: &Look<'_>, shown: &mut Shown) -> Value {
    let objects = &look.world.store.objects;
    let mut own: Map<Key, Vec<&Arc<Object>>> = Map::default();
    for pod in objects.list(Kind::Pod).filter(|it| !is_system(it)) {
        let Some(owner) = owner(look, pod).filter(|it| objects.get(it).is_some()) else {
            continue;
        };
        shown.pods.insert(pod.key(), ());
        let mut pods = own.get(&owner).cloned().unwrap_or_default();
        pods.push(pod);
        own.insert(owner, pods);
    }
    let mut all: Vec<Value> = Vec::new();
    for kind in [Kind::Deployment, Kind::DaemonSet, Kind::ReplicaSet] {
        let of_kind = objects.list(kind).filter(|it| !is_system(it));
        for it in of_kind.filter(|it| it.controller().is_empty()) {
            let key = it.key();
            let status = &it.value["status"];
            let (ready, wanted) = match kind {
                Kind::DaemonSet => (&status["numberReady"], &status["desiredNumberScheduled"]),
                _ => (&status["readyReplicas"], &it.value["spec"]["replicas"]),
            };
            let pods = own.get(&key).cloned().unwrap_or_default();
            all.push(object! {
                "object": key.to_string(),
                "name": it.name(),
                "namespace": it.namespace(),
                "ready": ready.as_int().unwrap_or(0),
                "replicas": wanted.as_int().unwrap_or(0),
                "waiting": look.wait_on(&key),
                "pods": pods.iter().map(|it| pod(look, it)).collect::<Value>(),
                "current": look.is_current(&key),
            });
        }
    }
    all.into()
}

/// What a pod belongs to in the end: of a ReplicaSet's pod, the Deployment.
fn owner(look: &Look<'_>, pod: &Object) -> Option<Key> {
    let of = |object: &Object| {
        let it = object.controller();
        let kind = Kind::of(it["apiVersion"].as_str(), it["kind"].as_str())?;
        Some(Key::new(kind, object.namespace(), it["name"].as_str()))
    };
    let owner = of(pod).filter(|it| it.kind != Kind::StatefulSet)?;
    let above = look.world.store.objects.get(&owner).and_then(|it| of(it));
    Some(above.unwrap_or(owner))
}

/// Pods that nothing above them has shown.
pub(super) fn other_pods(look: &Look<'_>, shown: &Shown) -> Value {
    let all = look.world.store.objects.list(Kind::Pod);
    let others = all.filter(|it| !is_system(it) && !shown.pods.contains_key(&it.key()));
    others.map(|it| pod(look, it)).collect()
}
