//! The cluster a scenario starts with.

use crate::apiserver::rest::HttpRequest;
use crate::config::Config;
use crate::conformance::scenario::Scenario;
use crate::object;
use crate::sim::World;
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

/// What the cluster is given to come to rest before the scenario starts.
const SETTLING: Duration = Duration::s(2);

/// Younger nodes have run nothing yet.
const FRESH: Duration = Duration::s(60);

/// A cluster with the recorded nodes and the scenario's namespace.
pub fn world(scenario: &Scenario, seed: u64) -> World {
    let nodes = scenario
        .initial
        .iter()
        .filter(|it| it["kind"].as_str() == "Node");
    let nodes: Vec<&Value> = nodes.collect();
    let mut config = Config {
        seed,
        kubelets: scenario.has_kubelets,
        ..Config::default()
    };
    if let Ok(count) = u32::try_from(nodes.len())
        && count > 0
    {
        config.nodes = count;
    }
    // The control plane began when the first of its nodes did.
    let began = nodes
        .iter()
        .filter_map(|it| Time::parse(it["metadata"]["creationTimestamp"].as_str()));
    config.loops_since = began.min().unwrap_or_default();
    for (gate, on) in &scenario.gates {
        config.switch_gate(gate, *on);
    }
    // The recorded runtime gets an image in no time.
    config.pulls.between_ms = (0, 0);
    config.pulls.on_nodes = images(scenario);
    config.pulls.bare_nodes = bare_nodes(scenario, &nodes);
    // The recorded clusters' provisioner is a stand-in: it makes and removes volumes, nothing more.
    config.provisioner = "oracle".into();
    config.resizes = false;
    let mut world = World::new(config);
    for node in nodes {
        make_alike(&mut world, node);
    }
    make_classes(&mut world);
    let namespace = &scenario.namespace;
    create(&mut world, "/api/v1/namespaces", "Namespace", namespace);
    let settled = world.now + SETTLING;
    world.wait_until(settled);
    // What the controllers of a namespace put there, unless ours did.
    let inside = |plural: &str| format!("/api/v1/namespaces/{namespace}/{plural}");
    create(
        &mut world,
        &inside("serviceaccounts"),
        "ServiceAccount",
        "default",
    );
    create(
        &mut world,
        &inside("configmaps"),
        "ConfigMap",
        "kube-root-ca.crt",
    );
    let start = scenario.date.or_else(|| last_heard(&scenario.initial));
    let start = start.unwrap_or_default().max(world.now + SETTLING);
    world.wait_until(start);
    world
}

/// Where the recording tells no date: when a kubelet was heard of last, some time before the start.
fn last_heard(initial: &[Value]) -> Option<Time> {
    let conditions = initial
        .iter()
        .flat_map(|it| it["status"]["conditions"].items());
    let times = conditions.filter_map(|it| Time::parse(it["lastHeartbeatTime"].as_str()));
    times.max()
}

/// The images that the nodes have already: those of the manifests had been used before, those that come by later
/// commands had not; all used the first one.
fn images(scenario: &Scenario) -> Vec<Text> {
    let lines = scenario.files.iter().flat_map(|it| it.1.lines());
    let images = lines.filter_map(|it| it.trim_start_matches([' ', '-']).strip_prefix("image:"));
    // An image that the recorded runtime cannot pull is on no node.
    let images = images.filter(|it| !it.contains("nonexistent"));
    let images = images.map(|it| it.trim().into());
    images.chain(["nginx:1.9.1".into()]).collect()
}

/// The nodes that have none: their kubelet, and the fake runtime in it, has started only just.
fn bare_nodes(scenario: &Scenario, nodes: &[&Value]) -> Vec<Text> {
    let now = scenario.date.unwrap_or_default();
    let is_bare = |it: &&&Value| {
        let ready = it["status"]["conditions"].item("type", "Ready");
        let since = Time::parse(ready["lastTransitionTime"].as_str());
        since.is_some_and(|it| now.since(it) < FRESH)
    };
    let bare = nodes.iter().filter(is_bare);
    bare.map(|it| it["metadata"]["name"].as_str().into())
        .collect()
}

/// The recorded clusters' storage classes: `standard`, the default, and `wffc`.
fn make_classes(world: &mut World) {
    const PATH: &str = "/apis/storage.k8s.io/v1/storageclasses";
    world.request(&HttpRequest {
        method: "DELETE",
        path: [PATH, "/standard"].concat().into(),
        ..HttpRequest::default()
    });
    for (name, mode) in [("standard", "Immediate"), ("wffc", "WaitForFirstConsumer")] {
        let is_default = if mode == "Immediate" { "true" } else { "false" };
        world.request(&HttpRequest {
            method: "POST",
            path: PATH.into(),
            body: object! {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": object! {
                    "name": name,
                    "annotations": object! {"storageclass.kubernetes.io/is-default-class": is_default},
                },
                "provisioner": "oracle.example.com/hostpath",
                "volumeBindingMode": mode,
                "allowVolumeExpansion": true,
            },
            ..HttpRequest::default()
        });
    }
}

/// Creates an object that is nothing but its name; one that is there already stays as it is.
fn create(world: &mut World, path: &str, kind: &str, name: &str) {
    world.request(&HttpRequest {
        method: "POST",
        path: path.into(),
        body: object! {
            "apiVersion": "v1",
            "kind": kind,
            "metadata": object! {"name": name},
        },
        ..HttpRequest::default()
    });
}

/// Gives a node what the recorded one had: labels, taints, addresses, room.
fn make_alike(world: &mut World, node: &Value) {
    let name = &node["metadata"]["name"];
    let path = ecow::eco_format!("/api/v1/nodes/{name}");
    let status = &node["status"];
    let patches = [
        (
            path.clone(),
            object! {
                "metadata": object! {"labels": &node["metadata"]["labels"]},
                "spec": object! {
                    "taints": &node["spec"]["taints"],
                    "providerID": &node["spec"]["providerID"],
                },
            },
        ),
        (
            ecow::eco_format!("{path}/status"),
            object! {"status": object! {
                "addresses": &status["addresses"],
                "allocatable": &status["allocatable"],
                "capacity": &status["capacity"],
                "conditions": &status["conditions"],
            }},
        ),
    ];
    for (path, body) in patches {
        world.request(&HttpRequest {
            method: "PATCH",
            path,
            content_type: "application/merge-patch+json".into(),
            body,
            ..HttpRequest::default()
        });
    }
}
