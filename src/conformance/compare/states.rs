//! A run as the judge sees it: each object's sequence of normalised states, its events, the order of lives.
//!
//! Follows the projections of `tools/compare_traces.py`; what two real runs of one scenario do not share is left out.

use std::collections::{BTreeMap, BTreeSet};

use super::text;
use crate::value::{Map, Value};
use crate::{array, object};

/// One life of one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// `pods`.
    pub resource: String,
    /// Its name; for objects with generated names, the name of what they serve.
    pub name: String,
    /// 1 for the first object of that name.
    pub incarnation: usize,
}

impl core::fmt::Display for Subject {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(out, "{} {} #{}", self.resource, self.name, self.incarnation)
    }
}

/// What an Event says, without how often and when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said {
    /// `Normal` or `Warning`.
    pub level: String,
    /// `SuccessfulCreate`.
    pub reason: String,
    /// The message, normalised.
    pub message: String,
    /// Kind of the object it is about.
    pub kind: String,
    /// Name of the object it is about.
    pub name: String,
}

/// The start or end of a life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Whether it is the end.
    pub is_end: bool,
    /// `pods`.
    pub resource: &'static str,
    /// The object's name.
    pub name: String,
}

/// When a pod reached which mark, in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// It was created.
    pub added: Option<i64>,
    /// It was Ready for the first time.
    pub ready: Option<i64>,
    /// Its deletion was asked for.
    pub deleting: Option<i64>,
    /// It was gone.
    pub gone: Option<i64>,
}

/// A run as the judge sees it.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Every object's distinct states in order.
    pub states: BTreeMap<Subject, Vec<Value>>,
    /// What Events said, and how many said it.
    pub events: BTreeMap<Said, usize>,
    /// Starts and ends of pods and claims.
    pub order: Vec<Turn>,
    /// The marks of the pods.
    pub marks: BTreeMap<Subject, Marks>,
}

/// Reads the rows of `events.jsonl`.
pub fn trace(rows: &[Value]) -> Trace {
    let spaces: BTreeSet<&str> = rows
        .iter()
        .map(|it| it["object"]["metadata"]["namespace"].as_str())
        .filter(|it| !it.is_empty())
        .collect();
    let mut trace = Trace::default();
    let mut said: BTreeMap<&str, Said> = BTreeMap::new();
    let mut subjects: BTreeMap<(&str, &str), Subject> = BTreeMap::new();
    let mut lives: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in rows {
        let (resource, object) = (row["resource"].as_str(), &row["object"]);
        let meta = &object["metadata"];
        if resource == "events" {
            if object["reason"].as_str() != "Pulling" {
                said.insert(meta["name"].as_str(), event(object, &spaces));
            }
            continue;
        }
        let Some(state) = state(resource, object) else {
            continue;
        };
        let uid = match meta["uid"].as_str() {
            "" => meta["name"].as_str(),
            uid => uid,
        };
        let subject = subjects.entry((resource, uid)).or_insert_with(|| {
            let name = role(resource, object);
            let life = lives
                .entry((resource.to_owned(), name.clone()))
                .or_default();
            *life += 1;
            Subject {
                resource: resource.to_owned(),
                name,
                incarnation: *life,
            }
        });
        trace.note(row, subject, state);
    }
    for it in said.into_values() {
        *trace.events.entry(it).or_default() += 1;
    }
    trace
}

impl Trace {
    /// Takes down one watch event of an object.
    fn note(&mut self, row: &Value, subject: &Subject, state: Value) {
        let change = row["type"].as_str();
        let is_end = change == "DELETED";
        let states = self.states.entry(subject.clone()).or_default();
        let lives = [("pods"), ("persistentvolumeclaims")];
        let counted = lives.into_iter().find(|it| *it == subject.resource);
        let is_start = states.is_empty() && change == "ADDED";
        if let Some(resource) = counted
            && (is_start || is_end)
        {
            self.order.push(Turn {
                is_end,
                resource,
                name: subject.name.clone(),
            });
        }
        if subject.resource == "pods" {
            let marks = self.marks.entry(subject.clone()).or_default();
            let now = row["t"].as_int();
            if is_end {
                marks.gone = now;
            } else {
                if change == "ADDED" {
                    marks.added = now;
                }
                if state["deleting"].is_true() {
                    marks.deleting = marks.deleting.or(now);
                } else if state["conditions"]["Ready"][0].as_str() == "True" {
                    marks.ready = marks.ready.or(now);
                }
            }
        }
        let state = if is_end {
            object! {"gone": true}
        } else {
            state
        };
        if states.last() != Some(&state) {
            states.push(state);
        }
    }

    /// Whether a set of the run makes its pods in parallel: then order means nothing.
    pub fn is_parallel(&self) -> bool {
        self.states.iter().any(|(subject, states)| {
            subject.resource == "statefulsets"
                && states
                    .first()
                    .is_some_and(|it| it["spec"]["podManagementPolicy"].as_str() == "Parallel")
        })
    }

    /// Makes one object of the EndpointSlices of a Service: its last contents and the sizes of its slices; keeps of
    /// events only type and reason and kind; forgets the order.
    pub fn forget_order(&mut self) {
        let mut services: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        self.states.retain(|subject, states| {
            if subject.resource != "endpointslices" {
                return true;
            }
            if let Some(endpoints) = states.last().and_then(|it| it.as_map()?.get("endpoints")) {
                services
                    .entry(subject.name.clone())
                    .or_default()
                    .push(endpoints.clone());
            }
            false
        });
        for (name, slices) in services {
            let all = slices.iter().flat_map(|it| it.items().iter().cloned());
            let mut sizes: Vec<usize> = slices.iter().map(|it| it.items().len()).collect();
            sizes.sort_unstable();
            let state = object! {"endpoints": sorted(all.collect()), "sizes": sizes};
            let subject = Subject {
                resource: "endpointslices".to_owned(),
                name,
                incarnation: 0,
            };
            self.states.insert(subject, vec![state]);
        }
        self.events = core::mem::take(&mut self.events)
            .into_keys()
            .map(|it| Said {
                message: String::new(),
                name: String::new(),
                ..it
            })
            .map(|it| (it, 1))
            .collect();
        self.order.clear();
    }
}

fn event(object: &Value, spaces: &BTreeSet<&str>) -> Said {
    let first = |a: &Value, b: &Value| if a.is_empty() { b } else { a }.clone();
    let about = first(&object["involvedObject"], &object["regarding"]);
    let mut message = text::message(first(&object["message"], &object["note"]).as_str());
    for space in spaces {
        message = message.replace(&format!("{space}/"), "<ns>/");
    }
    if object["reason"].as_str() == "Pulled" {
        "<image on the node>".clone_into(&mut message);
    }
    Said {
        level: object["type"].as_str().to_owned(),
        reason: object["reason"].as_str().to_owned(),
        message,
        kind: about["kind"].as_str().to_owned(),
        name: text::without_event_suffix(about["name"].as_str()),
    }
}

/// Objects with generated names go by what they serve.
fn role(resource: &str, object: &Value) -> String {
    let name = match resource {
        "persistentvolumes" => object["spec"]["claimRef"]["name"].text(),
        "endpointslices" => object["metadata"]["labels"]["kubernetes.io/service-name"].text(),
        _ => return object["metadata"]["name"].as_str().to_owned(),
    };
    name.map_or("?", ecow::EcoString::as_str).to_owned()
}

/// The normalised state of an object; nothing for resources that are not compared.
fn state(resource: &str, object: &Value) -> Option<Value> {
    Some(match resource {
        "pods" => pod(object),
        "statefulsets" => stateful_set(object),
        "persistentvolumeclaims" => claim(object),
        "persistentvolumes" => volume(object),
        "controllerrevisions" => with_head(
            object,
            object! {"revision": &object["revision"], "data": &object["data"]},
        ),
        "endpointslices" => endpoint_slice(object),
        "services" => service(object),
        _ => return None,
    })
}

fn or_object(value: &Value) -> Value {
    if value.is_empty() {
        Value::object()
    } else {
        value.clone()
    }
}

fn or_list(value: &Value) -> Value {
    value.items().iter().collect()
}

fn owners(meta: &Value) -> Value {
    let owners = meta["ownerReferences"].items().iter();
    owners
        .map(|it| {
            array![
                &it["kind"],
                &it["name"],
                it["controller"].is_true(),
                it["blockOwnerDeletion"].is_true()
            ]
        })
        .collect()
}

fn with_head(object: &Value, mut state: Value) -> Value {
    let meta = &object["metadata"];
    let members: [(&str, Value); 5] = [
        ("labels", or_object(&meta["labels"])),
        ("owners", owners(meta)),
        ("finalizers", or_list(&meta["finalizers"])),
        ("deleting", (!meta["deletionTimestamp"].is_null()).into()),
        ("grace", meta["deletionGracePeriodSeconds"].clone()),
    ];
    for (key, value) in members {
        state[key] = value;
    }
    state
}

/// Conditions by type, but the one that flips before or after the first container status, run by run.
fn conditions(status: &Value) -> Value {
    let conditions = status["conditions"].items().iter();
    conditions
        .filter(|it| it["type"].as_str() != "PodReadyToStartContainers")
        .map(|it| {
            let message = text::message(it["message"].as_str());
            let fields = array![&it["status"], it["reason"].as_str(), message];
            (it["type"].as_str(), fields)
        })
        .collect::<Map>()
        .into()
}

fn containers(statuses: &Value) -> Value {
    let statuses = statuses.items().iter();
    statuses
        .map(|it| {
            let (kind, state) = match it["state"].members().next() {
                Some((kind, state)) => (kind.as_str(), state.clone()),
                None => ("none", Value::Null),
            };
            array![
                &it["name"],
                kind,
                &state["reason"],
                &state["exitCode"],
                it["ready"].is_true(),
                it["started"].is_true(),
                it["restartCount"].as_int().unwrap_or_default()
            ]
        })
        .collect()
}

/// The whole pod spec but its node, names of projected token volumes, and the order of volumes.
fn pod_spec(spec: &Value) -> Value {
    let mut spec = text::without_tokens(spec);
    spec["nodeName"] = (!spec["nodeName"].is_empty()).into();
    let mut volumes = spec["volumes"].items().to_vec();
    volumes.sort_by(|a, b| a["name"].as_str().cmp(b["name"].as_str()));
    spec["volumes"] = volumes.into();
    spec
}

fn pod(object: &Value) -> Value {
    let (spec, status) = (&object["spec"], &object["status"]);
    let volumes = spec["volumes"].items().iter();
    let claims: Vec<Value> = volumes
        .filter_map(|it| it["persistentVolumeClaim"].as_map()?.get("claimName"))
        .cloned()
        .collect();
    let images = spec["containers"].items().iter();
    with_head(
        object,
        object! {
            "spec": pod_spec(spec),
            "bound": !spec["nodeName"].is_empty(),
            "ip": !status["podIP"].is_empty(),
            "phase": &status["phase"],
            "reason": &status["reason"],
            "hostname": &spec["hostname"],
            "subdomain": &spec["subdomain"],
            "claims": sorted(claims),
            "images": images.map(|it| &it["image"]).collect::<Value>(),
            "conditions": conditions(status),
            "containers": containers(&status["containerStatuses"]),
            "init": containers(&status["initContainerStatuses"]),
        },
    )
}

fn stateful_set(object: &Value) -> Value {
    let mut status = or_object(&object["status"]);
    status.remove("conditions");
    let generation = &object["metadata"]["generation"];
    with_head(
        object,
        object! {"generation": generation, "spec": &object["spec"], "status": status},
    )
}

fn claim(object: &Value) -> Value {
    let spec = &object["spec"];
    with_head(
        object,
        object! {
            "phase": &object["status"]["phase"],
            "volume": !spec["volumeName"].is_empty(),
            "class": &spec["storageClassName"],
            "modes": &spec["accessModes"],
            "asks": &spec["resources"],
        },
    )
}

fn volume(object: &Value) -> Value {
    let (meta, spec) = (&object["metadata"], &object["spec"]);
    object! {
        "phase": &object["status"]["phase"],
        "claim": &spec["claimRef"]["name"],
        "policy": &spec["persistentVolumeReclaimPolicy"],
        "finalizers": or_list(&meta["finalizers"]),
        "deleting": !meta["deletionTimestamp"].is_null(),
    }
}

fn endpoint_slice(object: &Value) -> Value {
    let endpoints = object["endpoints"].items().iter();
    let endpoints = endpoints.map(|it| {
        array![
            it["targetRef"]["name"].as_str(),
            it["hostname"].as_str(),
            it["conditions"].to_json(),
            it["addresses"].items().len()
        ]
    });
    object! {
        "labels": or_object(&object["metadata"]["labels"]),
        "owners": owners(&object["metadata"]),
        "ports": &object["ports"],
        "endpoints": sorted(endpoints.collect()),
    }
}

fn service(object: &Value) -> Value {
    let spec = &object["spec"];
    with_head(
        object,
        object! {
            "headless": spec["clusterIP"].as_str() == "None",
            "type": &spec["type"],
            "ports": &spec["ports"],
            "selector": &spec["selector"],
            "publish": spec["publishNotReadyAddresses"].is_true(),
        },
    )
}

/// A list in the order of its items' JSON text: any order will do, if it is the same for both.
fn sorted(mut items: Vec<Value>) -> Value {
    items.sort_by_cached_key(Value::to_json);
    items.into()
}
