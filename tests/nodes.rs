//! What becomes of a set's pods when nodes fall silent, come back, or are deleted.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

use statefulset_playground::api::{Key, Kind, Object};
use statefulset_playground::apiserver::rest::{Body, HttpRequest};
use statefulset_playground::config::Config;
use statefulset_playground::sim::{Input, Outage, World};
use statefulset_playground::time::Duration;
use statefulset_playground::value::Value;
use statefulset_playground::yaml;

const WEB: &str = "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: nginx
  replicas: 3
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec:
      containers: [{name: nginx, image: nginx}]
";

/// A cluster of so many nodes with a set of three, ten seconds old.
fn world(nodes: u32) -> World {
    let mut config = Config {
        nodes,
        ..Config::default()
    };
    config.pulls.on_nodes = vec!["nginx".into()];
    let mut world = World::new(config);
    let body = yaml::parse(WEB).documents[0].value.clone();
    send(
        &mut world,
        "POST",
        "/apis/apps/v1/namespaces/default/statefulsets",
        body,
    );
    pass(&mut world, 10);
    world
}

fn send(world: &mut World, method: &'static str, path: &str, body: Value) -> u16 {
    let answer = world.request(&HttpRequest {
        method,
        path: path.into(),
        body,
        ..HttpRequest::default()
    });
    answer.status
}

fn pass(world: &mut World, s: u64) {
    let until = world.now + Duration::s(s);
    world.wait_until(until);
}

fn pod<'a>(world: &'a World, name: &str) -> &'a Object {
    let key = Key::new(Kind::Pod, "default", name);
    world.store.objects.get(&key).unwrap()
}

fn node_of(world: &World, name: &str) -> String {
    pod(world, name).node_name().to_owned()
}

/// The taints of a node, as `key:effect`.
fn taints(world: &World, node: &str) -> Vec<String> {
    let node = world.store.objects.get(&Key::new(Kind::Node, "", node));
    let short = |it: &Value| {
        let key = it["key"].as_str().trim_start_matches("node.kubernetes.io/");
        format!("{key}:{}", it["effect"].as_str())
    };
    node.unwrap().taints().iter().map(short).collect()
}

/// The seconds at which a reason was first given.
fn second(world: &World, code: &str) -> Option<u64> {
    let found = world.trace.iter().find(|it| it.why.rule().code == code);
    found.map(|it| it.time.ms / 1000)
}

/// Whether that is waited for now.
fn waits(world: &World, code: &str) -> bool {
    let mut all = world.waits.iter().flat_map(|it| it.1.iter());
    all.any(|it| it.1.rule().code == code)
}

#[test]
fn a_lost_pod_is_evicted_after_five_minutes_and_stays_until_its_node_is_back() {
    let mut world = world(3);
    let node = node_of(&world, "web-1");
    let uid = pod(&world, "web-1").uid().to_owned();
    world.apply(Input::NodeDown(node.as_str().into(), Outage::Power));
    pass(&mut world, 30);
    assert!(waits(&world, "waits-for-lease"));
    pass(&mut world, 40);
    assert!(!pod(&world, "web-1").is_ready());
    assert_eq!(
        taints(&world, &node),
        ["unreachable:NoSchedule", "unreachable:NoExecute"]
    );
    assert!(waits(&world, "waits-for-eviction"));
    let lost = second(&world, "node-lost").unwrap();
    assert!((54..=65).contains(&lost), "{lost}");
    pass(&mut world, 300);
    assert_eq!(second(&world, "evicted-after-toleration"), Some(lost + 300));
    assert!(pod(&world, "web-1").is_terminating());
    pass(&mut world, 3600);
    assert_eq!(pod(&world, "web-1").uid(), uid);
    assert!(waits(&world, "waits-for-kubelet"));
    world.apply(Input::NodeUp(node.as_str().into()));
    let until = world.now + Duration::s(30);
    while !waits(&world, "waits-for-round") {
        assert!(world.next_time().is_some_and(|it| it < until));
        world.step();
    }
    pass(&mut world, 30);
    assert_ne!(pod(&world, "web-1").uid(), uid);
    assert!(pod(&world, "web-1").is_ready());
    assert_eq!(taints(&world, &node), [""; 0]);
}

#[test]
fn what_is_cut_off_goes_on_and_hears_of_its_end_when_it_is_back() {
    let mut world = world(3);
    let node = node_of(&world, "web-1");
    let uid = pod(&world, "web-1").uid().to_owned();
    world.apply(Input::NodeDown(node.as_str().into(), Outage::Network));
    pass(&mut world, 100);
    assert!(!pod(&world, "web-1").is_ready());
    assert!(world.is_cut_off(pod(&world, "web-1")));
    world.apply(Input::Type(
        "kubectl delete pod web-1 --grace-period=0 --force".into(),
    ));
    pass(&mut world, 60);
    assert_ne!(pod(&world, "web-1").uid(), uid);
    // Two of one name: the old one still runs where nobody sees it, until its kubelet is told.
    assert_eq!(second(&world, "stop-forced"), None);
    world.apply(Input::NodeUp(node.as_str().into()));
    pass(&mut world, 30);
    assert!(second(&world, "stop-forced").is_some());
    assert!(pod(&world, "web-1").is_ready());
    for name in ["web-0", "web-2"] {
        let restarts = &pod(&world, name).value["status"]["containerStatuses"][0]["restartCount"];
        assert_eq!(restarts.as_int(), Some(0));
    }
}

#[test]
fn what_was_cut_off_is_ready_again_once_its_kubelet_is_heard() {
    let mut world = world(3);
    let node = node_of(&world, "web-1");
    let before = pod(&world, "web-1").value["status"].clone();
    world.apply(Input::NodeDown(node.as_str().into(), Outage::Network));
    pass(&mut world, 100);
    assert!(!pod(&world, "web-1").is_ready());
    world.apply(Input::NodeUp(node.as_str().into()));
    pass(&mut world, 30);
    assert!(second(&world, "status-restored").is_some());
    assert_eq!(
        pod(&world, "web-1").value["status"],
        before,
        "as if nothing had been"
    );
}

#[test]
fn a_node_that_is_shut_down_ends_its_pods_first_and_their_names_are_free_at_once() {
    let mut world = world(3);
    let node = node_of(&world, "web-1");
    let uid = pod(&world, "web-1").uid().to_owned();
    world.apply(Input::NodeDown(node.as_str().into(), Outage::Shutdown));
    let ended = |world: &World| {
        let mut log = world.store.log.iter();
        let status = log.find_map(|it| {
            let status = &it.object.value["status"];
            (it.object.uid() == uid && status["phase"].as_str() == "Failed").then(|| status.clone())
        });
        status.map(|it| it["reason"].as_str().to_owned())
    };
    pass(&mut world, 60);
    assert_eq!(ended(&world).as_deref(), Some("Terminated"));
    assert_ne!(pod(&world, "web-1").uid(), uid);
    assert_ne!(pod(&world, "web-1").node_name(), node);
    assert!(pod(&world, "web-1").is_ready());
}

#[test]
fn who_comes_back_in_time_keeps_its_pods_and_restarts_their_containers() {
    let mut world = world(3);
    let node = node_of(&world, "web-1");
    let uid = pod(&world, "web-1").uid().to_owned();
    let ip = pod(&world, "web-1").pod_ip().to_owned();
    world.apply(Input::NodeDown(node.as_str().into(), Outage::Power));
    pass(&mut world, 100);
    world.apply(Input::NodeUp(node.as_str().into()));
    world.wait_until(world.now + Duration::ms(300));
    assert_eq!(pod(&world, "web-1").pod_ip(), "");
    pass(&mut world, 600);
    let pod = pod(&world, "web-1");
    assert_ne!(pod.pod_ip(), ip);
    let last = &pod.value["status"]["containerStatuses"][0]["lastState"]["terminated"];
    assert_eq!(last["reason"].as_str(), "ContainerStatusUnknown");
    assert_eq!(pod.uid(), uid);
    assert!(pod.is_ready());
    let restarts = &pod.value["status"]["containerStatuses"][0]["restartCount"];
    assert_eq!(restarts.as_int(), Some(1));
    assert!(second(&world, "eviction-cancelled").is_some());
}

#[test]
fn no_pod_is_evicted_while_all_nodes_are_lost() {
    let mut world = world(3);
    for number in 1..=3 {
        world.apply(Input::NodeDown(
            format!("node-{number}").into(),
            Outage::Power,
        ));
    }
    pass(&mut world, 1000);
    assert!(waits(&world, "eviction-halted"));
    assert!(!pod(&world, "web-0").is_terminating());
    for number in 1..=3 {
        let node = format!("node-{number}");
        assert_eq!(taints(&world, &node), ["unreachable:NoSchedule"]);
    }
}

#[test]
fn one_node_in_ten_seconds_gets_the_taint_that_evicts() {
    let mut world = world(5);
    for number in 1..=2 {
        world.apply(Input::NodeDown(
            format!("node-{number}").into(),
            Outage::Power,
        ));
    }
    pass(&mut world, 58);
    let evicts = world
        .trace
        .iter()
        .filter(|it| it.why.rule().code == "node-evicts");
    let times: Vec<u64> = evicts.map(|it| it.time.ms / 1000).collect();
    assert_eq!(times.len(), 1);
    assert!(waits(&world, "waits-for-taint"));
    pass(&mut world, 10);
    let evicts = world
        .trace
        .iter()
        .filter(|it| it.why.rule().code == "node-evicts");
    let times: Vec<u64> = evicts.map(|it| it.time.ms / 1000).collect();
    assert_eq!(times, [times[0], times[0] + 10]);
}

#[test]
fn the_pods_of_a_deleted_node_are_removed_after_a_quarantine() {
    let mut world = world(3);
    let node = node_of(&world, "web-1");
    let uid = pod(&world, "web-1").uid().to_owned();
    world.apply(Input::NodeDown(node.as_str().into(), Outage::Power));
    let path = format!("/api/v1/nodes/{node}");
    assert_eq!(send(&mut world, "DELETE", &path, Value::Null), 200);
    pass(&mut world, 50);
    assert!(pod(&world, "web-1").is_ready(), "nobody looks after it");
    assert!(waits(&world, "waits-for-pod-gc"));
    pass(&mut world, 40);
    let gone = second(&world, "node-gone").unwrap();
    assert!((70..=90).contains(&gone), "{gone}");
    assert_ne!(pod(&world, "web-1").uid(), uid);
}

#[test]
fn an_eviction_marks_the_pod_that_it_deletes() {
    let mut world = world(3);
    let path = "/api/v1/namespaces/default/pods/web-1/eviction";
    assert_eq!(send(&mut world, "POST", path, Value::object()), 201);
    let pod = pod(&world, "web-1");
    assert!(pod.is_terminating());
    let condition = pod.value["status"]["conditions"].item("type", "DisruptionTarget");
    assert_eq!(condition["reason"].as_str(), "EvictionByEvictionAPI");
}

/// What an eviction answers: code and cause.
fn evict(world: &mut World, pod: &str) -> (u16, String) {
    let answer = world.request(&HttpRequest {
        method: "POST",
        path: format!("/api/v1/namespaces/default/pods/{pod}/eviction").into(),
        body: Value::object(),
        ..HttpRequest::default()
    });
    let Body::Json(body) = answer.body else {
        panic!("a Status")
    };
    let cause = &body["details"]["causes"][0]["message"];
    (answer.status, cause.as_str().to_owned())
}

#[test]
fn an_eviction_asks_the_budget() {
    const PATH: &str = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    const BUDGET: &str = "
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 30%, selector: {matchLabels: {app: nginx}}}
";
    let mut world = world(3);
    let body = yaml::parse(BUDGET).documents[0].value.clone();
    assert_eq!(send(&mut world, "POST", PATH, body), 201);
    let early = "The disruption budget web is still being processed by the server.";
    assert_eq!(evict(&mut world, "web-1"), (429, early.to_owned()));
    pass(&mut world, 1);
    let key = Key::new(Kind::PodDisruptionBudget, "default", "web");
    let status = world.store.objects.get(&key).unwrap().value["status"].clone();
    let counts = [
        "currentHealthy",
        "desiredHealthy",
        "disruptionsAllowed",
        "expectedPods",
    ];
    assert_eq!(counts.map(|it| status[it].as_int().unwrap()), [3, 2, 1, 3]);
    assert_eq!(evict(&mut world, "web-1").0, 201);
    let soon = world.now + Duration::ms(20);
    world.wait_until(soon);
    let late = "The disruption budget web needs 2 healthy pods and has 2 currently";
    assert_eq!(evict(&mut world, "web-0"), (429, late.to_owned()));
    pass(&mut world, 5);
    assert_eq!(evict(&mut world, "web-0").0, 201);
}

/// A node that somebody made by hand: it has a name and nothing else.
fn add_node(world: &mut World, name: &str) {
    let body = yaml::parse(&format!(
        "{{apiVersion: v1, kind: Node, metadata: {{name: {name}}}}}"
    ));
    let body = body.documents[0].value.clone();
    assert_eq!(send(world, "POST", "/api/v1/nodes", body), 201);
}

#[test]
fn a_node_that_never_told_how_it_is_is_given_up_like_any_other() {
    let mut world = world(3);
    add_node(&mut world, "bare");
    pass(&mut world, 1);
    world.apply(Input::NodeDown("bare".into(), Outage::Power));
    pass(&mut world, 80);
    assert_eq!(
        taints(&world, "bare"),
        ["unreachable:NoSchedule", "unreachable:NoExecute"]
    );
    let key = Key::new(Kind::Node, "", "bare");
    let ready = world.store.objects.get(&key).unwrap().ready().clone();
    assert_eq!(ready["reason"].as_str(), "NodeStatusNeverUpdated");
    world.apply(Input::NodeUp("bare".into()));
    pass(&mut world, 30);
    assert_eq!(taints(&world, "bare"), [""; 0]);
    assert!(world.store.objects.get(&key).unwrap().is_node_ready());
}

#[test]
fn no_two_pods_have_one_address_however_their_nodes_are_called() {
    let mut world = world(1);
    let mut seen = std::collections::BTreeSet::new();
    for node in ["a-1", "b-1", "worker", "master", "x-300"] {
        add_node(&mut world, node);
    }
    for (at, node) in ["a-1", "b-1", "worker", "node-1", "master", "x-300"]
        .iter()
        .cycle()
        .take(24)
        .enumerate()
    {
        let body = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: p{at}}}, spec: {{nodeName: {node}, containers: [{{name: c, \
             image: nginx}}]}}}}"
        );
        let body = yaml::parse(&body).documents[0].value.clone();
        assert_eq!(
            send(&mut world, "POST", "/api/v1/namespaces/default/pods", body),
            201
        );
    }
    pass(&mut world, 30);
    for pod in world.store.objects.list(Kind::Pod) {
        assert!(!pod.pod_ip().is_empty(), "{}", pod.name());
        assert!(seen.insert(pod.pod_ip().to_owned()), "{}", pod.pod_ip());
    }
}

#[test]
fn a_claim_forgets_the_node_that_is_gone_before_its_volume_is_made() {
    let mut config = Config::default();
    config.delays.provision = Duration::s(30);
    config.pulls.on_nodes = vec!["nginx".into()];
    let mut world = World::new(config);
    let text = "
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: late}
provisioner: x
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c}
spec: {storageClassName: late, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers: [{name: c, image: nginx}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]
";
    let paths = [
        "/apis/storage.k8s.io/v1/storageclasses",
        "/api/v1/namespaces/default/persistentvolumeclaims",
        "/api/v1/namespaces/default/pods",
    ];
    for (document, path) in yaml::parse(text).documents.iter().zip(paths) {
        assert_eq!(send(&mut world, "POST", path, document.value.clone()), 201);
    }
    pass(&mut world, 5);
    let gone = pod(&world, "p").nominated_node().to_owned();
    assert_ne!(gone, "");
    let path = format!("/api/v1/nodes/{gone}");
    assert_eq!(send(&mut world, "DELETE", &path, Value::Null), 200);
    pass(&mut world, 60);
    assert!(second(&world, "node-forgotten").is_some());
    assert!(pod(&world, "p").is_ready());
    assert_ne!(pod(&world, "p").node_name(), gone);
}

#[test]
fn a_volume_that_is_attached_to_a_silent_node_can_be_used_elsewhere_after_six_minutes_or_when_the_node_is_surely_off()
 {
    for (is_off, seconds) in [(false, 300), (true, 0)] {
        let mut world = world(3);
        let class = "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: disk}, \
                     provisioner: example.com/disk, parameters: {volumes: attach}}";
        let claims = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: 1, \
                      selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: \
                      [{name: db, image: nginx}]}}, volumeClaimTemplates: [{metadata: {name: data}, spec: \
                      {storageClassName: disk, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}}";
        let value = |text: &str| yaml::parse(text).documents[0].value.clone();
        send(
            &mut world,
            "POST",
            "/apis/storage.k8s.io/v1/storageclasses",
            value(class),
        );
        let sets = "/apis/apps/v1/namespaces/default/statefulsets";
        send(&mut world, "POST", sets, value(claims));
        pass(&mut world, 10);
        let node = node_of(&world, "db-0");
        world.apply(Input::NodeDown(node.as_str().into(), Outage::Power));
        pass(&mut world, 70);
        if is_off {
            let taint =
                "{spec: {taints: [{key: node.kubernetes.io/out-of-service, effect: NoExecute}]}}";
            let path = format!("/api/v1/nodes/{node}");
            world.request(&HttpRequest {
                method: "PATCH",
                path: path.into(),
                content_type: "application/merge-patch+json".into(),
                body: value(taint),
                ..HttpRequest::default()
            });
            pass(&mut world, 330);
        } else {
            world.apply(Input::Type(
                "kubectl delete pod db-0 --grace-period=0 --force".into(),
            ));
        }
        pass(&mut world, 30);
        assert_ne!(node_of(&world, "db-0"), node);
        assert_eq!(pod(&world, "db-0").is_ready(), is_off);
        assert_eq!(waits(&world, "waits-for-mount"), !is_off);
        pass(&mut world, seconds);
        assert_eq!(pod(&world, "db-0").is_ready(), is_off);
        pass(&mut world, 60);
        assert!(pod(&world, "db-0").is_ready());
    }
}

#[test]
fn without_a_provisioner_claims_wait_until_it_is_back() {
    let mut world = world(3);
    world.apply(Input::Provision(Duration::NEVER));
    let claim = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {accessModes: \
                 [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}";
    let value = yaml::parse(claim).documents[0].value.clone();
    let claims = "/api/v1/namespaces/default/persistentvolumeclaims";
    send(&mut world, "POST", claims, value);
    let phase = |world: &World| {
        let key = Key::new(Kind::PersistentVolumeClaim, "default", "data");
        let claim = world.store.objects.get(&key).unwrap();
        claim.value["status"]["phase"].as_str().to_owned()
    };
    pass(&mut world, 600);
    assert_eq!(phase(&world), "Pending");
    assert!(waits(&world, "provisioner-down"));
    world.apply(Input::Provision(Duration::s(20)));
    pass(&mut world, 15);
    assert_eq!(phase(&world), "Pending");
    pass(&mut world, 10);
    assert_eq!(phase(&world), "Bound");
}
