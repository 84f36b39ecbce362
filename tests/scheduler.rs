//! Where pods go, and the words when they go nowhere.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

use statefulset_playground::api::{Key, Kind};
use statefulset_playground::apiserver::rest::{Body, HttpRequest};
use statefulset_playground::config::Config;
use statefulset_playground::object;
use statefulset_playground::sim::World;
use statefulset_playground::time::Duration;
use statefulset_playground::value::Value;
use statefulset_playground::yaml;

/// Three nodes of 4 CPUs and 8 GiB, in zones a, a and b; node-3 is tainted `only=db:NoSchedule`.
fn world() -> World {
    let mut world = World::new(Config::default());
    for (name, zone, taints) in [
        ("node-1", "a", "[]"),
        ("node-2", "a", "[]"),
        (
            "node-3",
            "b",
            "[{key: only, value: db, effect: NoSchedule}]",
        ),
    ] {
        let body = object! {
            "metadata": object! {"labels": object! {"zone": zone}},
            "spec": object! {"taints": read(taints)},
        };
        send(&mut world, "PATCH", &format!("/api/v1/nodes/{name}"), body);
    }
    world
}

fn read(text: &str) -> Value {
    yaml::parse(text).documents[0].value.clone()
}

fn send(world: &mut World, method: &'static str, path: &str, body: Value) {
    let answer = world.request(&HttpRequest {
        method,
        path: path.into(),
        content_type: "application/merge-patch+json".into(),
        body,
        ..HttpRequest::default()
    });
    assert!(answer.status < 300, "{answer:?}");
}

/// Makes a pod labelled `app: x` with that in its spec; the node it got, or why it got none.
fn place(world: &mut World, name: &str, spec: &str) -> String {
    let mut body = object! {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": object! {"name": name, "labels": object! {"app": "x"}},
    };
    body["spec"] = read(spec);
    if body["spec"]["containers"].is_null() {
        body["spec"]["containers"] = read("[{name: c, image: nginx}]");
    }
    send(world, "POST", "/api/v1/namespaces/default/pods", body);
    let until = world.now + Duration::s(1);
    world.wait_until(until);
    placed(world, name)
}

fn placed(world: &World, name: &str) -> String {
    let key = Key::new(Kind::Pod, "default", name);
    let pod = world.store.objects.get(&key).unwrap();
    match pod.node_name() {
        "" => pod.value["status"]["conditions"].item("type", "PodScheduled")["message"].to_string(),
        node => node.to_owned(),
    }
}

const NO_HELP: &str = "no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";

#[test]
fn each_filter_says_its_own_words() {
    let mut world = world();
    let cases = [
        (
            "nodeSelector: {zone: c}",
            "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector. ",
            NO_HELP,
        ),
        (
            "containers: [{name: c, image: nginx, resources: {requests: {cpu: 5, memory: 9Gi}}}]",
            "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu, 2 Insufficient memory. ",
            NO_HELP,
        ),
        (
            "affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, labelSelector: {matchLabels: {app: z}}}]}}",
            "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod affinity rules. ",
            NO_HELP,
        ),
        (
            "topologySpreadConstraints: [{maxSkew: 1, topologyKey: rack, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: x}}}]",
            "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod topology spread constraints (missing required label). ",
            NO_HELP,
        ),
    ];
    for (at, (spec, start, end)) in cases.into_iter().enumerate() {
        let got = place(&mut world, &format!("p-{at}"), spec);
        assert_eq!(got, format!("{start}{end}"));
    }
}

#[test]
fn a_toleration_opens_a_tainted_node() {
    let mut world = world();
    let spec =
        "{tolerations: [{key: only, value: db, effect: NoSchedule}], nodeSelector: {zone: b}}";
    assert_eq!(place(&mut world, "p", spec), "node-3");
    let spec = "{tolerations: [{operator: Exists}], nodeSelector: {zone: b}}";
    assert_eq!(place(&mut world, "q", spec), "node-3");
}

#[test]
fn node_affinity_terms_are_alternatives_and_preferences_decide() {
    let mut world = world();
    let spec = "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [
        {matchExpressions: [{key: zone, operator: In, values: [c]}]},
        {matchFields: [{key: metadata.name, operator: In, values: [node-2]}]}]}}}";
    assert_eq!(place(&mut world, "p", spec), "node-2");
    let spec = "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [
        {weight: 5, preference: {matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node-2]}]}}]}}";
    assert_eq!(place(&mut world, "q", spec), "node-2");
}

#[test]
fn room_that_pods_take_is_free_again_when_they_go() {
    let mut world = world();
    let spec = "containers: [{name: c, image: nginx, resources: {requests: {cpu: 3}}}]";
    let first = place(&mut world, "p", spec);
    assert_ne!(place(&mut world, "q", spec), first);
    let got = place(&mut world, "r", spec);
    assert_eq!(
        got,
        "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, \
         preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found \
         for incoming pod."
    );
    send(
        &mut world,
        "DELETE",
        "/api/v1/namespaces/default/pods/p",
        Value::Null,
    );
    let until = world.now + Duration::s(20);
    world.wait_until(until);
    assert_eq!(placed(&world, "r"), first);
}

#[test]
fn anti_affinity_works_both_ways_and_the_first_of_a_group_may_start_it() {
    let mut world = world();
    let anti = "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, labelSelector: {matchLabels: {app: x}}}]}}";
    let with = anti.replace("podAntiAffinity", "podAffinity");
    let first = place(&mut world, "p", &with);
    assert!(first.starts_with("node-"), "{first}");
    assert!(
        place(&mut world, "q", anti).contains("2 node(s) didn't match pod anti-affinity rules")
    );
    let mut world = self::world();
    assert!(place(&mut world, "p", anti).starts_with("node-"));
    assert!(
        place(&mut world, "q", "restartPolicy: Always")
            .contains("2 node(s) didn't satisfy existing pods anti-affinity rules")
    );
}

#[test]
fn spread_constraints_level_the_zones() {
    let mut world = world();
    let spec = "{tolerations: [{operator: Exists}], topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: x}}}]}";
    let nodes: Vec<String> = (0..4)
        .map(|at| place(&mut world, &format!("p-{at}"), spec))
        .collect();
    let in_b = nodes.iter().filter(|it| *it == "node-3").count();
    assert_eq!(in_b, 2, "{nodes:?}");
}

#[test]
fn a_pod_with_scheduling_gates_waits_until_they_are_removed() {
    let mut world = world();
    let spec = "schedulingGates: [{name: example.com/a}, {name: example.com/b}]";
    assert_eq!(
        place(&mut world, "p", spec),
        "Scheduling is blocked due to non-empty scheduling gates"
    );
    let key = Key::new(Kind::Pod, "default", "p");
    let condition = |world: &World| {
        let pod = world.store.objects.get(&key).unwrap();
        pod.value["status"]["conditions"]
            .item("type", "PodScheduled")
            .clone()
    };
    assert_eq!(condition(&world)["reason"].as_str(), "SchedulingGated");
    let path = "/api/v1/namespaces/default/pods/p";
    let mut with_gates = |gates: &str| {
        let spec = object! {"schedulingGates": read(gates)};
        send(&mut world, "PATCH", path, object! {"spec": spec});
        let until = world.now + Duration::s(5);
        world.wait_until(until);
        placed(&world, "p")
    };
    assert!(with_gates("[{name: example.com/b}]").starts_with("Scheduling is blocked"));
    assert!(with_gates("[]").starts_with("node-"));
}

/// What the server says of such a change of `p`, which waits at a gate; nothing if it takes it.
fn refusal(change: &str) -> String {
    let mut world = world();
    let spec = "schedulingGates: [{name: x/a}]\nnodeSelector: {a: b}\naffinity: {nodeAffinity: \
                {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: k, operator: \
                Exists}]}]}}}";
    place(&mut world, "p", spec);
    let answer = world.request(&HttpRequest {
        method: "PATCH",
        path: "/api/v1/namespaces/default/pods/p".into(),
        body: object! {"spec": read(change)},
        content_type: "application/merge-patch+json".into(),
        ..HttpRequest::default()
    });
    let Body::Json(body) = answer.body else {
        return String::new();
    };
    let message = body["message"].as_str();
    let told = message.strip_prefix("Pod \"p\" is invalid: ");
    told.unwrap_or(message).to_owned()
}

#[test]
fn where_a_gated_pod_may_go_can_be_narrowed_only() {
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    let terms = |terms: &str| {
        format!("affinity: {{nodeAffinity: {{{required}: {{nodeSelectorTerms: {terms}}}}}}}")
    };
    let path = format!("spec.affinity.nodeAffinity.{required}.nodeSelectorTerms");
    let k = "{key: k, operator: Exists}";
    let b = "{key: b, operator: In, values: [x]}";
    for (change, want) in [
        ("nodeSelector: {c: d}".to_owned(), String::new()),
        (terms(&format!("[{{matchExpressions: [{k}, {b}]}}]")), String::new()),
        (
            "nodeSelector: {a: c}".to_owned(),
            "spec.nodeSelector: Invalid value: {\"a\":\"c\"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)".into(),
        ),
        (
            terms(&format!("[{{matchExpressions: [{b}]}}]")),
            format!(
                "{path}[0]: Invalid value: {{\"MatchExpressions\":[{{\"Key\":\"b\",\"Operator\":\"In\",\"Values\":[\"x\"]}}],\"MatchFields\":null}}: only additions are allowed (no mutations or deletions)"
            ),
        ),
        (
            "affinity: null".to_owned(),
            format!("{path}: Invalid value: null: no additions/deletions to non-empty NodeSelectorTerms list are allowed"),
        ),
        (
            "schedulingGates: [{name: x/a}, {name: x/b}]".to_owned(),
            "spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'x/b'".into(),
        ),
    ] {
        assert_eq!(refusal(&change), want, "{change}");
    }
}

#[test]
fn a_gated_pod_gets_no_node() {
    let mut world = world();
    let pod = |spec: &str| {
        let mut body = object! {"metadata": object! {"name": "p"}};
        body["spec"] = read(spec);
        body["spec"]["containers"] = read("[{name: c, image: nginx}]");
        body
    };
    let pods = "/api/v1/namespaces/default/pods";
    let mut post = |path: &str, body: Value| {
        let answer = world.request(&HttpRequest {
            method: "POST",
            path: path.into(),
            body,
            ..HttpRequest::default()
        });
        match answer.body {
            Body::Json(body) => body["message"].as_str().to_owned(),
            _ => String::new(),
        }
    };
    assert_eq!(
        post(
            pods,
            pod("{nodeName: node-1, schedulingGates: [{name: x/a}, {name: x/a}]}")
        ),
        "Pod \"p\" is invalid: [spec.schedulingGates[1]: Duplicate value: \"x/a\", spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared]"
    );
    assert_eq!(post(pods, pod("{schedulingGates: [{name: x/a}]}")), "");
    assert_eq!(
        post(
            &format!("{pods}/p/binding"),
            read("{target: {kind: Node, name: node-1}}")
        ),
        "Operation cannot be fulfilled on pods/binding \"p\": pod p has non-empty .spec.schedulingGates"
    );
}
