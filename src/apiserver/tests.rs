//! The door at its border: requests in, objects, log and refusals out.

use super::*;
use crate::api::{Kind, Objects};
use crate::{array, object};

mod admitted;
mod applied;
mod patches;
mod recorded;
mod refusals;

/// A seeded store and a clock.
struct Server {
    store: Store,
    config: Config,
    now: Time,
}

impl Server {
    fn new() -> Self {
        let config = Config::default();
        let store = Store::seeded(&config, Time::START);
        Self {
            store,
            config,
            now: Time { ms: 60_000 },
        }
    }

    fn send(&mut self, key: &Key, verb: Verb) -> Result<Written, Status> {
        let request = Request {
            key: key.clone(),
            verb,
            options: WriteOptions::default(),
        };
        handle(&mut self.store, &self.config, self.now, &request, "kubectl")
    }

    fn create(&mut self, value: Value) -> Result<Written, Status> {
        self.send(&key_of(&value), Verb::Create(value))
    }

    /// The log entries after that many.
    fn changes(&self, after: usize) -> Vec<(Change, &Object)> {
        self.store
            .log
            .iter()
            .skip(after)
            .map(|it| (it.change, &*it.object))
            .collect()
    }
}

/// The key a body asks for; namespace default unless it says another.
fn key_of(value: &Value) -> Key {
    let (version, kind) = (&value["apiVersion"], &value["kind"]);
    let kind = Kind::of(version.as_str(), kind.as_str()).expect("a known kind");
    let namespace = match value["metadata"]["namespace"].as_str() {
        _ if !kind.facts().namespaced => "",
        "" => "default",
        it => it,
    };
    Key::new(kind, namespace, value["metadata"]["name"].as_str())
}

fn pod(name: &str) -> Value {
    object! {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": object! {"name": name},
        "spec": object! {
            "containers": array![object! {"name": "nginx", "image": "nginx:1.9.1"}],
        },
    }
}

/// The API never returns an object like this: the store's own values, asked for twice.
fn assert_stable(objects: &Objects) {
    for (key, object) in objects.iter() {
        let again = decode::decode(key.kind, &object.value, None, decode::Source::Body).unwrap();
        assert_eq!(again.unknown, Vec::<String>::new(), "{key}");
        assert!(
            again.value.shares(&object.value),
            "{key} changes when it is decoded again"
        );
    }
}

#[test]
fn a_seeded_cluster_has_namespaces_accounts_and_nodes() {
    let server = Server::new();
    let count = |kind| server.store.objects.list(kind).count();
    assert_eq!(count(Kind::Namespace), 4);
    assert_eq!(count(Kind::ServiceAccount), 4);
    assert_eq!(count(Kind::ConfigMap), 4);
    assert_eq!(count(Kind::Node), 3);
    let first = server.store.log.first().unwrap();
    assert_eq!(first.resource_version, 999);
    assert_eq!(count(Kind::StorageClass), 1);
    assert_stable(&server.store.objects);
    let node = Key::new(Kind::Node, "", "node-2");
    let node = server.store.objects.get(&node).unwrap();
    assert_eq!(node.internal_ip(), "10.0.0.12");
    assert!(node.is_node_ready());
    assert_eq!(node.value["spec"]["podCIDR"].as_str(), "10.42.2.0/24");
}

#[test]
fn a_bound_pod_is_deleted_in_grace_and_gone_when_the_kubelet_says_so() {
    let mut server = Server::new();
    let key = key_of(&pod("web-0"));
    let created = server.create(pod("web-0")).unwrap().object;
    assert_eq!(created.generation(), 1);
    server.send(&key, Verb::Bind("node-1".into())).unwrap();
    let before = server.store.log.len();

    let asked = server
        .send(&key, Verb::Delete(DeleteOptions::default()))
        .unwrap();
    assert!(!asked.gone);
    assert_eq!(asked.object.generation(), 2);
    assert_eq!(
        asked.object.meta()["deletionGracePeriodSeconds"].as_int(),
        Some(30)
    );
    assert_eq!(
        asked.object.meta()["deletionTimestamp"].as_str(),
        "2026-01-01T00:01:30Z"
    );

    let again = server
        .send(&key, Verb::Delete(DeleteOptions::default()))
        .unwrap();
    assert!(!again.changed);

    server.now = Time { ms: 62_500 };
    let last = DeleteOptions {
        grace_s: Some(0),
        uid: Some(created.uid().into()),
        ..DeleteOptions::default()
    };
    let gone = server.send(&key, Verb::Delete(last)).unwrap();
    assert!(gone.gone);
    let changes = server.changes(before);
    let kinds: Vec<_> = changes.iter().map(|it| it.0).collect();
    assert_eq!(kinds, [Change::Modified, Change::Modified, Change::Deleted]);
    for (_, object) in &changes[1..] {
        assert_eq!(object.generation(), 2);
        assert_eq!(
            object.meta()["deletionGracePeriodSeconds"].as_int(),
            Some(0)
        );
        assert_eq!(
            object.meta()["deletionTimestamp"].as_str(),
            "2026-01-01T00:01:02Z"
        );
    }
    assert_eq!(
        changes[2].1.resource_version(),
        changes[1].1.resource_version() + 1
    );
}

#[test]
fn a_repeated_deletion_only_shortens_the_grace() {
    let mut server = Server::new();
    let key = key_of(&pod("web-0"));
    server.create(pod("web-0")).unwrap();
    server.send(&key, Verb::Bind("node-1".into())).unwrap();
    let with = |grace_s| {
        Verb::Delete(DeleteOptions {
            grace_s: Some(grace_s),
            ..DeleteOptions::default()
        })
    };
    server.send(&key, with(30)).unwrap();
    server.now = Time { ms: 65_000 };
    assert!(!server.send(&key, with(40)).unwrap().changed);
    let shorter = server.send(&key, with(10)).unwrap().object;
    assert_eq!(
        shorter.meta()["deletionTimestamp"].as_str(),
        "2026-01-01T00:01:10Z"
    );
    assert_eq!(shorter.generation(), 2);
    // Three seconds from the start lie in the past: a second is the least.
    let least = server.send(&key, with(3)).unwrap().object;
    assert_eq!(least.meta()["deletionGracePeriodSeconds"].as_int(), Some(1));
    assert_eq!(
        least.meta()["deletionTimestamp"].as_str(),
        "2026-01-01T00:01:06Z"
    );
    assert!(!server.send(&key, with(-5)).unwrap().changed);
}

#[test]
fn an_unscheduled_pod_goes_at_once_in_two_steps() {
    let mut server = Server::new();
    let key = key_of(&pod("web-0"));
    server.create(pod("web-0")).unwrap();
    let before = server.store.log.len();
    let gone = server
        .send(&key, Verb::Delete(DeleteOptions::default()))
        .unwrap();
    assert!(gone.gone);
    let kinds: Vec<_> = server.changes(before).iter().map(|it| it.0).collect();
    assert_eq!(kinds, [Change::Modified, Change::Deleted]);
}

#[test]
fn a_finalizer_holds_an_object_until_it_is_taken_away() {
    let mut server = Server::new();
    let mut value = pod("web-0");
    value["metadata"]["finalizers"] = array!["example.com/hold"];
    let key = key_of(&value);
    server.create(value).unwrap();
    let held = server
        .send(&key, Verb::Delete(DeleteOptions::default()))
        .unwrap();
    assert!(!held.gone);
    assert!(held.object.is_terminating());
    let before = server.store.log.len();
    let mut freed = held.object.value.clone();
    freed["metadata"].remove("finalizers");
    let gone = server.send(&key, Verb::Update(freed)).unwrap();
    assert!(gone.gone);
    let changes = server.changes(before);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].0, Change::Deleted);
    // The watcher sees the object as it was stored last.
    assert_eq!(changes[0].1.meta()["finalizers"].items().len(), 1);
}

#[test]
fn the_wrong_uid_is_a_conflict_with_the_kind_s_name() {
    let mut server = Server::new();
    let uid = server.create(pod("web-0")).unwrap().object.uid().to_owned();
    let verb = Verb::Delete(DeleteOptions {
        uid: Some("other".into()),
        ..DeleteOptions::default()
    });
    let status = server.send(&key_of(&pod("web-0")), verb).unwrap_err();
    assert_eq!(
        status.message,
        format!(
            "Operation cannot be fulfilled on Pod \"web-0\": the UID in the precondition (other) does not match the UID in record ({uid}). The object might have been deleted and then recreated"
        )
    );
}

#[test]
fn a_write_that_changes_nothing_makes_no_version() {
    let mut server = Server::new();
    let created = server.create(pod("web-0")).unwrap().object;
    let before = server.store.log.len();
    let key = created.key();
    for verb in [
        Verb::Update(created.value.clone()),
        Verb::UpdateStatus(created.value.clone()),
        Verb::Patch(
            Patch::Merge,
            object! {"spec": object! {"schedulerName": "default-scheduler"}},
        ),
        Verb::PatchStatus(
            Patch::Strategic,
            object! {"status": object! {"phase": "Pending"}},
        ),
    ] {
        assert!(!server.send(&key, verb).unwrap().changed);
    }
    assert_eq!(server.store.log.len(), before);
}

#[test]
fn main_and_status_writes_keep_to_their_part() {
    let mut server = Server::new();
    let created = server.create(pod("web-0")).unwrap().object;
    let key = created.key();
    let mut value = created.value.clone();
    value["spec"]["containers"] = array![object! {"name": "nginx", "image": "nginx:1.9.2"}];
    value["status"]["phase"] = "Running".into();
    let status = server
        .send(&key, Verb::UpdateStatus(value.clone()))
        .unwrap()
        .object;
    assert_eq!(status.generation(), 1);
    assert_eq!(status.value["status"]["phase"].as_str(), "Running");
    assert!(status.value["spec"].shares(&created.value["spec"]));

    value["metadata"].remove("resourceVersion");
    value["status"]["phase"] = "Failed".into();
    value["spec"]["containers"] = created.value["spec"]["containers"].clone();
    value["spec"]["containers"].as_items_mut().make_mut()[0]["image"] = "nginx:1.9.2".into();
    let main = server.send(&key, Verb::Update(value)).unwrap().object;
    assert_eq!(main.generation(), 2);
    assert_eq!(main.value["status"]["phase"].as_str(), "Running");
    assert_eq!(main.containers()[0]["image"].as_str(), "nginx:1.9.2");
}

#[test]
fn an_old_resource_version_is_a_conflict_and_none_is_no_check() {
    let mut server = Server::new();
    let created = server.create(pod("web-0")).unwrap().object;
    let key = created.key();
    server.send(&key, Verb::Bind("node-1".into())).unwrap();
    let mut value = created.value.clone();
    value["metadata"]["labels"]["a"] = "b".into();
    let status = server.send(&key, Verb::Update(value)).unwrap_err();
    assert_eq!(status.code, 409);
    assert_eq!(
        status.message,
        "Operation cannot be fulfilled on pods \"web-0\": the object has been modified; please apply your changes to the latest version and try again"
    );
    let patch = object! {"metadata": object! {"labels": object! {"a": "b"}}};
    let patched = server.send(&key, Verb::Patch(Patch::Merge, patch)).unwrap();
    assert!(patched.changed);
}

#[test]
fn binding_sets_node_and_condition_and_no_generation() {
    let mut server = Server::new();
    let key = key_of(&pod("web-0"));
    server.create(pod("web-0")).unwrap();
    let bound = server
        .send(&key, Verb::Bind("node-3".into()))
        .unwrap()
        .object;
    assert_eq!(bound.generation(), 1);
    assert_eq!(bound.node_name(), "node-3");
    assert_eq!(
        bound.value["status"]["conditions"].to_json(),
        r#"[{"lastProbeTime":null,"lastTransitionTime":"2026-01-01T00:01:00Z","status":"True","type":"PodScheduled"}]"#
    );
    let status = server.send(&key, Verb::Bind("node-1".into())).unwrap_err();
    assert_eq!(
        status.message,
        "Operation cannot be fulfilled on pods/binding \"web-0\": pod web-0 is already assigned to node \"node-3\""
    );
}

#[test]
fn names_are_generated_and_taken_names_refused() {
    let mut server = Server::new();
    let mut value = pod("");
    value["metadata"] = object! {"generateName": "web-"};
    let first = server.create(value.clone()).unwrap().object;
    let second = server.create(value).unwrap().object;
    assert_ne!(first.name(), second.name());
    assert_eq!(first.name().len(), "web-".len() + 5);
    let status = server.create(pod(first.name())).unwrap_err();
    assert_eq!(
        status.message,
        format!("pods \"{}\" already exists", first.name())
    );
    let mut elsewhere = pod("x");
    elsewhere["metadata"]["namespace"] = "nowhere".into();
    let status = server.create(elsewhere).unwrap_err();
    assert_eq!(status.message, "namespaces \"nowhere\" not found");
    assert_eq!(status.code, 404);
}

#[test]
fn a_dry_run_changes_nothing() {
    let mut server = Server::new();
    let before = server.store.log.len();
    let value = pod("web-0");
    let request = Request {
        key: key_of(&value),
        verb: Verb::Create(value),
        options: WriteOptions {
            dry_run: true,
            ..WriteOptions::default()
        },
    };
    let written = handle(
        &mut server.store,
        &server.config,
        server.now,
        &request,
        "kubectl",
    )
    .unwrap();
    assert_eq!(written.object.name(), "web-0");
    assert_eq!(server.store.log.len(), before);
    assert!(server.store.objects.get(&request.key).is_none());
}

#[test]
fn a_new_namespace_can_run_pods_and_a_deleted_one_takes_all_with_it() {
    let mut server = Server::new();
    let namespace = object! {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": object! {"name": "shop"},
    };
    let created = server.create(namespace).unwrap().object;
    assert_eq!(
        created.labels().to_json(),
        r#"{"kubernetes.io/metadata.name":"shop"}"#
    );
    let mut value = pod("web-0");
    value["metadata"]["namespace"] = "shop".into();
    let key = key_of(&value);
    server.create(value).unwrap();
    server.send(&key, Verb::Bind("node-1".into())).unwrap();

    let asked = Verb::Delete(DeleteOptions::default());
    let deleted = server.send(&created.key(), asked).unwrap();
    assert!(!deleted.gone);
    assert_eq!(
        deleted.object.value["status"]["phase"].as_str(),
        "Terminating"
    );
    assert!(!server.store.objects.get(&key).unwrap().is_terminating());
    let mut late = pod("web-1");
    late["metadata"]["namespace"] = "shop".into();
    let status = server.create(late).unwrap_err();
    assert_eq!(
        status.message,
        "pods \"web-1\" is forbidden: unable to create new content in namespace shop because it is being terminated"
    );
    // Its controller goes by kinds, and lets it go at last.
    let all = Key::new(Kind::Pod, "shop", "");
    let last = DeleteOptions {
        grace_s: Some(0),
        ..DeleteOptions::default()
    };
    assert!(server.send(&all, Verb::Delete(last)).unwrap().changed);
    assert!(server.store.objects.get(&key).is_none());
    let none = object! {"spec": object! {"finalizers": array![]}};
    let update = Verb::Patch(Patch::Merge, none.clone());
    assert!(!server.send(&created.key(), update).unwrap().changed);
    let options = WriteOptions {
        subresource: "finalize",
        ..WriteOptions::default()
    };
    let request = Request {
        key: created.key(),
        verb: Verb::Patch(Patch::Merge, none),
        options,
    };
    let at = server.now;
    handle(&mut server.store, &server.config, at, &request, "kubectl").unwrap();
    assert!(server.store.objects.get(&created.key()).is_none());
    let entry = server.store.log.last().unwrap();
    assert_eq!(
        (entry.change, entry.object.kind),
        (Change::Deleted, Kind::Namespace)
    );

    let default = Key::new(Kind::Namespace, "", "default");
    let asked = Verb::Delete(DeleteOptions::default());
    let status = server.send(&default, asked).unwrap_err();
    assert_eq!(
        status.message,
        "namespaces \"default\" is forbidden: this namespace may not be deleted"
    );
}
