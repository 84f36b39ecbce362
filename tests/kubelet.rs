//! The life of a pod on its node: the rows a watch shows, and the events, for programs that fail, wait and stop late.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

use statefulset_playground::api::{Key, Kind};
use statefulset_playground::apiserver::rest::HttpRequest;
use statefulset_playground::config::{App, Config};
use statefulset_playground::sim::Input;
use statefulset_playground::sim::World;
use statefulset_playground::time::{Duration, Time};
use statefulset_playground::value::Value;
use statefulset_playground::yaml;

/// A cluster in which a pod `web-0` with this spec was made at the start.
fn world(spec: &str) -> World {
    let mut config = Config::default();
    config.pulls.between_ms = (0, 0);
    config.pulls.on_nodes = vec!["nginx".into()];
    let mut world = World::new(config);
    make(&mut world, spec);
    world
}

/// Makes the pod `web-0` with this spec.
fn make(world: &mut World, spec: &str) {
    let spec = yaml::parse(spec).documents[0].value.clone();
    let mut body = statefulset_playground::object! {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": statefulset_playground::object! {"name": "web-0"},
    };
    body["spec"] = spec;
    send(world, "POST", "", body);
}

fn send(world: &mut World, method: &'static str, name: &str, body: Value) {
    let answer = world.request(&HttpRequest {
        method,
        path: format!("/api/v1/namespaces/default/pods{name}").into(),
        body,
        ..HttpRequest::default()
    });
    assert!(answer.status < 300, "{} {answer:?}", answer.status);
}

fn pass(world: &mut World, s: u64) {
    let until = world.now + Duration::s(s);
    world.wait_until(until);
}

/// Each state of the pod that a watch tells, as `ready/all STATUS restarts`, with its second.
fn rows(world: &World) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for entry in &world.store.log {
        if entry.object.kind != Kind::Pod {
            continue;
        }
        let status = &entry.object.value["status"];
        let all = status["containerStatuses"].items();
        let ready = all.iter().filter(|it| it["ready"].is_true()).count();
        let restarts: i64 = all
            .iter()
            .filter_map(|it| it["restartCount"].as_int())
            .sum();
        let text =
            statefulset_playground::apiserver::table::pod_status(&entry.object, &world.config);
        let row = format!("{ready}/{} {text} {restarts}", all.len());
        if rows.last() != Some(&row) {
            rows.push(row);
        }
    }
    rows
}

/// The events about the pod: reason and count, in order of their first time.
fn events(world: &World) -> Vec<String> {
    let events = world.store.objects.list(Kind::Event);
    let mut events: Vec<(String, String)> = events
        .filter(|it| it.value["source"]["component"].as_str() == "kubelet")
        .map(|it| {
            let count = &it.value["count"];
            let message = it.value["message"].as_str().split(": ").next().unwrap();
            let reason = it.value["reason"].as_str();
            (it.name().to_owned(), format!("{reason} ×{count} {message}"))
        })
        .collect();
    events.sort();
    events.into_iter().map(|it| it.1).collect()
}

fn pod(world: &World) -> Value {
    let key = Key::new(Kind::Pod, "default", "web-0");
    world.store.objects.get(&key).unwrap().value.clone()
}

#[test]
fn a_crashing_program_is_restarted_with_growing_delays() {
    let mut world = world("containers: [{name: c, image: 'crash:1'}]");
    pass(&mut world, 70);
    let want = [
        "0/0 Pending 0",
        "0/1 ContainerCreating 0",
        "1/1 Running 0",
        "0/1 Error 0",
        "1/1 Running 1",
        "0/1 Error 1",
        "0/1 CrashLoopBackOff 1",
        "1/1 Running 2",
        "0/1 Error 2",
        "0/1 CrashLoopBackOff 2",
        "1/1 Running 3",
        "0/1 Error 3",
    ];
    assert_eq!(rows(&world), want);
    let status = &pod(&world)["status"];
    assert_eq!(status["phase"].as_str(), "Running");
    let container = &status["containerStatuses"][0];
    assert_eq!(
        container["lastState"]["terminated"]["exitCode"].as_int(),
        Some(1)
    );
    let want = [
        "Pulling ×1 Pulling image \"crash:1\"",
        "Pulled ×1 Successfully pulled image \"crash:1\" in 0s (0s including waiting). Image size",
        "Created ×4 Container created",
        "Started ×4 Container started",
        "Pulled ×3 Container image \"crash:1\" already present on machine and can be accessed by the pod",
        "BackOff ×3 Back-off restarting failed container c in pod web-0_default(UID)",
    ];
    let uid = pod(&world)["metadata"]["uid"].as_str().to_owned();
    let got: Vec<String> = events(&world)
        .iter()
        .map(|it| it.replace(&uid, "UID"))
        .collect();
    assert_eq!(got, want);
}

#[test]
fn an_image_that_cannot_be_pulled_is_tried_again_and_again() {
    let mut world = world("containers: [{name: c, image: nonexistent}]");
    pass(&mut world, 35);
    let want = [
        "0/0 Pending 0",
        "0/1 ContainerCreating 0",
        "0/1 ErrImagePull 0",
        "0/1 ImagePullBackOff 0",
        "0/1 ErrImagePull 0",
    ];
    assert_eq!(rows(&world), want);
    send(&mut world, "DELETE", "/web-0", Value::Null);
    pass(&mut world, 5);
    assert_eq!(
        rows(&world)[5..],
        ["0/1 Terminating 0", "0/1 ContainerStatusUnknown 0"]
    );
}

#[test]
fn init_containers_run_in_turn_and_readiness_follows_the_probe() {
    let spec = "
initContainers: [{name: one, image: nginx}, {name: two, image: nginx}]
containers: [{name: c, image: nginx, readinessProbe: {exec: {command: ['true']}}}]";
    let mut world = world(spec);
    pass(&mut world, 10);
    let want = [
        "0/0 Pending 0",
        "0/1 Init:0/2 0",
        "0/1 Init:1/2 0",
        "0/1 PodInitializing 0",
        "0/1 Running 0",
        "1/1 Running 0",
    ];
    assert_eq!(rows(&world), want);
}

#[test]
fn a_failing_init_container_is_tried_again() {
    let spec = "
initContainers: [{name: one, image: nginx, command: ['sh', '-c', 'exit 3']}]
containers: [{name: c, image: nginx}]";
    let mut world = world(spec);
    pass(&mut world, 20);
    let want = [
        "0/0 Pending 0",
        "0/1 Init:0/1 0",
        "0/1 Init:Error 0",
        "0/1 Init:CrashLoopBackOff 0",
    ];
    let mut got = rows(&world);
    got.dedup();
    assert_eq!(got[..3], want[..3]);
    assert!(got.iter().any(|it| it == want[3]), "{got:?}");
    assert!(!got.iter().any(|it| it.contains("Running")), "{got:?}");
}

#[test]
fn a_sidecar_starts_first_and_stops_last() {
    let spec = "
initContainers: [{name: side, image: nginx, restartPolicy: Always}]
containers: [{name: c, image: nginx, lifecycle: {preStop: {sleep: {seconds: 3}}}}]";
    let mut world = world(spec);
    pass(&mut world, 5);
    let status = pod(&world)["status"].clone();
    assert!(status["initContainerStatuses"][0]["ready"].is_true());
    assert_eq!(status["phase"].as_str(), "Running");
    send(&mut world, "DELETE", "/web-0", Value::Null);
    pass(&mut world, 2);
    let status = pod(&world)["status"].clone();
    assert!(!status["containerStatuses"][0]["state"]["running"].is_null());
    pass(&mut world, 3);
    let key = Key::new(Kind::Pod, "default", "web-0");
    assert!(world.store.objects.get(&key).is_none());
}

#[test]
fn a_failing_liveness_probe_restarts_the_container() {
    let spec = "
containers:
- name: c
  image: nginx
  livenessProbe: {exec: {command: ['false']}, periodSeconds: 2, failureThreshold: 2}";
    let mut world = world(spec);
    pass(&mut world, 6);
    let want = [
        "0/0 Pending 0",
        "0/1 ContainerCreating 0",
        "1/1 Running 0",
        "1/1 Running 1",
    ];
    assert_eq!(rows(&world), want);
    let texts = events(&world);
    let has = |text: &str| texts.iter().any(|it| it == text);
    assert!(has("Unhealthy ×2 Liveness probe failed"), "{texts:?}");
    assert!(has(
        "Killing ×1 Container c failed liveness probe, will be restarted"
    ));
}

#[test]
fn a_failing_liveness_probe_ends_a_container_that_is_never_restarted() {
    let mut world = world(
        "{restartPolicy: Never, containers: [{name: main, image: app, livenessProbe: {exec: {command: ['false']}, periodSeconds: 1}}]}",
    );
    pass(&mut world, 120);
    let main = &pod(&world)["status"]["containerStatuses"][0];
    assert_eq!(main["restartCount"].as_int(), Some(0));
    assert!(!main["state"]["terminated"].is_null(), "{main}");
    let codes: Vec<&str> = world.trace.iter().map(|it| it.why.rule().code).collect();
    assert!(codes.contains(&"probe-stops") && !codes.contains(&"probe-restarts"));
}

#[test]
fn a_startup_probe_holds_the_others_back() {
    let spec = "
containers:
- name: c
  image: nginx
  ports: [{containerPort: 80}]
  startupProbe: {httpGet: {port: 80}, periodSeconds: 3}
  readinessProbe: {tcpSocket: {port: 81}, periodSeconds: 3}";
    let mut world = world(spec);
    pass(&mut world, 2);
    let container = pod(&world)["status"]["containerStatuses"][0].clone();
    assert_eq!(container["started"].as_bool(), Some(false));
    pass(&mut world, 8);
    let container = pod(&world)["status"]["containerStatuses"][0].clone();
    assert_eq!(container["started"].as_bool(), Some(true));
    assert_eq!(container["ready"].as_bool(), Some(false));
    let texts = events(&world);
    assert!(
        texts
            .iter()
            .any(|it| it.starts_with("Unhealthy") && it.contains("Readiness"))
    );
}

#[test]
fn a_readiness_gate_waits_for_its_condition() {
    let spec = "
readinessGates: [{conditionType: example.com/on}]
containers: [{name: c, image: nginx}]";
    let mut world = world(spec);
    pass(&mut world, 3);
    let ready = pod(&world)["status"]["conditions"]
        .item("type", "Ready")
        .clone();
    assert_eq!(ready["reason"].as_str(), "ReadinessGatesNotReady");
    let mut body = pod(&world);
    body["status"]["conditions"]
        .as_items_mut()
        .push(statefulset_playground::object! {
            "type": "example.com/on", "status": "True",
        });
    send(&mut world, "PUT", "/web-0/status", body);
    pass(&mut world, 1);
    let ready = pod(&world)["status"]["conditions"]
        .item("type", "Ready")
        .clone();
    assert_eq!(ready["status"].as_str(), "True");
}

#[test]
fn a_program_that_does_not_stop_is_killed_when_the_grace_is_over() {
    let spec = "
terminationGracePeriodSeconds: 4
containers: [{name: c, image: slowstop}]";
    let mut world = world(spec);
    pass(&mut world, 3);
    let asked = world.now;
    send(&mut world, "DELETE", "/web-0", Value::Null);
    pass(&mut world, 10);
    let ended = world
        .store
        .log
        .iter()
        .find(|it| it.object.value["status"]["phase"].as_str() == "Failed");
    let ended = ended.unwrap();
    let state = &ended.object.value["status"]["containerStatuses"][0]["state"];
    assert_eq!(state["terminated"]["exitCode"].as_int(), Some(137));
    let took = ended.time.since(asked).ms;
    assert!((3900..4400).contains(&took), "{took}");
}

#[test]
fn a_pod_that_is_not_restarted_ends() {
    let mut world = world("{restartPolicy: Never, containers: [{name: c, image: complete}]}");
    pass(&mut world, 5);
    assert_eq!(rows(&world).last().unwrap(), "0/1 Completed 0");
    assert_eq!(pod(&world)["status"]["phase"].as_str(), "Succeeded");
    assert!(world.now > Time::START);
}

fn say(world: &mut World, words: &str) {
    world.apply(Input::Program {
        namespace: "default".into(),
        pod: "web-0".into(),
        container: "c".into(),
        words: words.into(),
    });
}

#[test]
fn an_input_ends_a_program_or_its_readiness() {
    let spec = "
containers:
- name: c
  image: nginx:1
  ports: [{containerPort: 80}]
  readinessProbe: {httpGet: {port: 80}, periodSeconds: 1, failureThreshold: 2}";
    let mut world = world(spec);
    pass(&mut world, 3);
    say(&mut world, "unready");
    pass(&mut world, 3);
    assert_eq!(rows(&world).last().unwrap(), "0/1 Running 0");
    let texts = events(&world);
    assert!(
        texts
            .iter()
            .any(|it| it.ends_with("Readiness probe failed")),
        "{texts:?}"
    );
    say(&mut world, "ready");
    pass(&mut world, 2);
    assert_eq!(rows(&world).last().unwrap(), "1/1 Running 0");
    say(&mut world, "unready");
    say(&mut world, "exits 1");
    pass(&mut world, 3);
    assert_eq!(rows(&world).last().unwrap(), "1/1 Running 1");
}

#[test]
fn an_image_can_be_missing_and_come() {
    let mut config = Config::default();
    config.pulls.between_ms = (0, 0);
    let mut world = World::new(config);
    world.apply(Input::Pull {
        image: "nginx:1".into(),
        takes: Duration::NEVER,
    });
    make(&mut world, "containers: [{name: c, image: 'nginx:1'}]");
    pass(&mut world, 5);
    assert_eq!(rows(&world).last().unwrap(), "0/1 ErrImagePull 0");
    world.apply(Input::Pull {
        image: "nginx:1".into(),
        takes: Duration::s(3),
    });
    pass(&mut world, 30);
    assert_eq!(rows(&world).last().unwrap(), "1/1 Running 0");
}

#[test]
fn options_say_what_programs_do() {
    let mut config = Config::default();
    config.pulls.between_ms = (0, 0);
    config.apps.push(App {
        pods: "pod/web-0".into(),
        container: "".into(),
        words: "crashes-after 2s code=7".into(),
    });
    let mut world = World::new(config);
    make(
        &mut world,
        "{restartPolicy: Never, containers: [{name: c, image: 'nginx:1'}]}",
    );
    pass(&mut world, 5);
    let state = &pod(&world)["status"]["containerStatuses"][0]["state"];
    assert_eq!(state["terminated"]["exitCode"].as_int(), Some(7));
}

#[test]
fn an_evicted_pod_has_failed_and_stays_as_an_object() {
    let mut world = world("containers: [{name: c, image: 'nginx:1'}]");
    pass(&mut world, 3);
    say(&mut world, "evicted The node was low on resource: memory. ");
    pass(&mut world, 3);
    let status = pod(&world)["status"].clone();
    assert_eq!(status["phase"].as_str(), "Failed");
    assert_eq!(status["reason"].as_str(), "Evicted");
    let texts = events(&world);
    assert!(
        texts.iter().any(|it| it.contains("low on resource")),
        "{texts:?}"
    );
}

/// The second from which a program has been Ready for good, after its node was without power for a while.
fn recovered(words: &str) -> Option<u64> {
    let mut config = Config::default();
    config.pulls.between_ms = (0, 0);
    config.apps.push(App {
        pods: "pod/web-0".into(),
        container: "".into(),
        words: words.into(),
    });
    let mut world = World::new(config);
    make(
        &mut world,
        "containers: [{name: c, image: 'nginx:1', livenessProbe: {tcpSocket: {port: 80}, periodSeconds: 10}, \
         readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 1}}]",
    );
    pass(&mut world, 10);
    say(&mut world, "exits 1");
    pass(&mut world, 1200);
    let ready = pod(&world)["status"]["conditions"]
        .item("type", "Ready")
        .clone();
    let since = Time::parse(ready["lastTransitionTime"].as_str()).unwrap();
    (ready["status"].as_str() == "True").then(|| since.since(Time::START).ms / 1000)
}

#[test]
fn a_program_that_recovers_longer_than_its_liveness_probe_waits_never_comes_up() {
    assert!(recovered("recovers-for 15s").is_some_and(|it| (20..60).contains(&it)));
    assert_eq!(recovered("recovers-for 60s"), None);
    assert!(recovered("listens-after 0s").is_some_and(|it| it < 20));
}

/// The states of the pod's containers, init containers first, as a watch tells them, without repeats.
fn states(world: &World) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for entry in &world.store.log {
        let status = &entry.object.value["status"];
        let lists = ["initContainerStatuses", "containerStatuses"];
        let all = lists.iter().flat_map(|it| status[*it].items());
        let words = all.map(|it| match &it["state"] {
            it if !it["running"].is_null() => "Running".to_owned(),
            it => ["waiting", "terminated"]
                .map(|kind| it[kind]["reason"].as_str())
                .concat(),
        });
        let words: Vec<String> = words.collect();
        let text = format!("{} {}", status["phase"].as_str(), words.join(" "));
        if entry.object.kind == Kind::Pod && !words.is_empty() && told.last() != Some(&text) {
            told.push(text);
        }
    }
    told
}

#[test]
fn what_an_unfinished_init_container_kept_from_starting_is_not_lost() {
    let init = "initContainers: [{name: one, image: nginx, command: [sleep, '99']}, {name: two, image: nginx}]";
    let cases = [
        (
            format!("{{{init}, containers: [{{name: c, image: nginx}}]}}"),
            vec![
                "Pending Running PodInitializing PodInitializing",
                "Pending Completed PodInitializing PodInitializing",
                "Failed Completed PodInitializing PodInitializing",
            ],
        ),
        (
            "{initContainers: [{name: one, image: 'nonexistent:1'}], containers: [{name: c, image: nginx}]}".to_owned(),
            vec![
                "Pending ErrImagePull PodInitializing",
                "Pending PodInitializing PodInitializing",
                "Failed ContainerStatusUnknown PodInitializing",
            ],
        ),
        (
            "{containers: [{name: c, image: nginx}, {name: d, image: 'nonexistent:1'}]}".to_owned(),
            vec![
                "Pending Running ErrImagePull",
                "Pending Running ContainerCreating",
                "Pending Completed ContainerCreating",
                "Failed Completed ContainerStatusUnknown",
            ],
        ),
    ];
    for (spec, want) in cases {
        let mut world = world(&spec);
        pass(&mut world, 10);
        send(&mut world, "DELETE", "/web-0", Value::Null);
        pass(&mut world, 10);
        let got = states(&world);
        assert_eq!(got[got.len() - want.len()..], want, "{spec}");
    }
}

#[test]
fn a_pod_made_with_a_node_is_scheduled_by_its_kubelet_if_there_is_one() {
    for (node, want) in [("node-1", "True"), ("nowhere", "")] {
        let mut world = world(&format!(
            "{{nodeName: {node}, containers: [{{name: c, image: nginx}}]}}"
        ));
        pass(&mut world, 10);
        let status = pod(&world)["status"].clone();
        let condition = status["conditions"].item("type", "PodScheduled");
        assert_eq!(condition["status"].as_str(), want);
        assert_eq!(status["startTime"].is_null(), want.is_empty());
    }
}

#[test]
fn events_about_one_object_stop_after_twenty_five_writes() {
    let probe = "readinessProbe: {exec: {command: ['false']}, periodSeconds: 1}";
    let mut world = world(&format!("containers: [{{name: c, image: nginx, {probe}}}]"));
    pass(&mut world, 60);
    let told = |world: &World| {
        let entries = world.store.log.iter();
        entries
            .filter(|it| it.object.kind == Kind::Event)
            .filter(|it| it.object.value["source"]["component"].as_str() == "kubelet")
            .count()
    };
    assert_eq!(told(&world), 25);
    send(&mut world, "DELETE", "/web-0", Value::Null);
    pass(&mut world, 10);
    assert_eq!(told(&world), 25, "that it was stopped is not told");
}
