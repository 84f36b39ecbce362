//! Whether what a step waits for holds.

use std::collections::BTreeMap;

use crate::api::{Key, Kind, Object};
use crate::apiserver::Store;
use crate::conformance::scenario::{Condition, NodeState};
use crate::value::{Text, Value};

/// The UID and node of each pod at an earlier moment.
pub type Before = BTreeMap<Text, (Text, Text)>;

/// The pods of a namespace as they are now.
pub fn remember(store: &Store, namespace: &str) -> Before {
    let pods = store.objects.list_in(Kind::Pod, namespace);
    pods.map(|it| (it.name().into(), (it.uid().into(), node(it).into())))
        .collect()
}

/// What a condition is looked up in.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The objects.
    pub store: &'a Store,
    /// The scenario's namespace.
    pub namespace: &'a str,
    /// The pods before the last command that could replace them.
    pub before: &'a Before,
}

impl Look<'_> {
    /// Whether a condition holds; [`Condition::Quiet`] is for the clock to say, not for the objects.
    pub fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Ready(pods) => pods.iter().all(|it| self.pod(it).is_some_and(is_ready)),
            Condition::CountReady(count) => self.pods().filter(|it| is_ready(it)).count() == *count,
            Condition::Gone(pods) => pods.iter().all(|it| self.pod(it).is_none()),
            Condition::CountLeft(count) => self.pods().count() == *count,
            Condition::Exists(pod) => self.pod(pod).is_some(),
            Condition::Scheduled(pod) => self.pod(pod).is_some_and(|it| !node(it).is_empty()),
            Condition::Replaced { pod, is_unready } => self.pod(pod).is_some_and(|it| {
                let before = self.before.get(pod);
                let is_new = before.is_none_or(|before| before.0 != it.uid());
                is_new && !(*is_unready && is_ready(it))
            }),
            Condition::Deleting(pod) => self.pod(pod).is_some_and(Object::is_terminating),
            Condition::Elsewhere(pod) => self.pod(pod).is_some_and(|it| {
                let before = self.before.get(pod).map_or("", |it| it.1.as_str());
                !node(it).is_empty() && node(it) != before
            }),
            Condition::Rolled(set) => self.set(set).is_some_and(is_rolled),
            Condition::Status { set, fields } => self.set(set).is_some_and(|it| {
                let status = &it.value["status"];
                fields
                    .members()
                    .all(|(key, value)| status[key.as_str()] == *value)
            }),
            Condition::Observed(set) => self.set(set).is_some_and(is_observed),
            Condition::NoRevision => {
                let mut revisions = self
                    .store
                    .objects
                    .list_in(Kind::ControllerRevision, self.namespace);
                revisions.next().is_none()
            }
            Condition::Node(state) => self.nodes_are(*state),
            Condition::Quiet(_) => false,
        }
    }

    fn nodes_are(&self, state: NodeState) -> bool {
        let mut ready = self.store.objects.list(Kind::Node).map(|it| {
            let conditions = &it.value["status"]["conditions"];
            conditions.item("type", "Ready")["status"].as_str()
        });
        match state {
            NodeState::Ready => ready.all(|it| it == "True"),
            NodeState::NotReady => ready.any(|it| it != "True"),
            NodeState::Unknown => ready.any(|it| it == "Unknown"),
        }
    }

    fn get(&self, kind: Kind, name: &str) -> Option<&Object> {
        let key = Key::new(kind, self.namespace, name);
        self.store.objects.get(&key).map(AsRef::as_ref)
    }

    fn pod(&self, name: &str) -> Option<&Object> {
        self.get(Kind::Pod, name)
    }

    fn set(&self, name: &str) -> Option<&Object> {
        self.get(Kind::StatefulSet, name)
    }

    fn pods(&self) -> impl Iterator<Item = &Object> {
        let pods = self.store.objects.list_in(Kind::Pod, self.namespace);
        pods.map(AsRef::as_ref)
    }
}

fn node(pod: &Object) -> &str {
    pod.value["spec"]["nodeName"].as_str()
}

/// Ready and not terminating.
fn is_ready(pod: &Object) -> bool {
    let ready = pod.value["status"]["conditions"].item("type", "Ready");
    !pod.is_terminating() && ready["status"].as_str() == "True"
}

fn is_observed(set: &Object) -> bool {
    set.value["status"]["observedGeneration"].as_int() == Some(set.generation())
}

fn is_rolled(set: &Object) -> bool {
    let (spec, status) = (&set.value["spec"], &set.value["status"]);
    let count = |value: &Value| value.as_int().unwrap_or_default();
    is_observed(set)
        && status["currentRevision"] == status["updateRevision"]
        && count(&status["readyReplicas"]) == count(&spec["replicas"])
        && count(&status["replicas"]) == count(&spec["replicas"])
}
