//! What a pod takes from ConfigMaps and Secrets: it waits for what is missing, and goes on by itself when that comes.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

use statefulset_playground::api::Kind;
use statefulset_playground::apiserver::rest::HttpRequest;
use statefulset_playground::config::Config;
use statefulset_playground::sim::{Input, World};
use statefulset_playground::time::{Duration, Time};
use statefulset_playground::yaml;

/// A pod `p` of that spec, 40 s old.
fn world(spec: &str) -> World {
    let mut config = Config::default();
    config.pulls.on_nodes = vec!["nginx:1".into()];
    let mut world = World::new(config);
    let text = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n{spec}");
    let answer = world.request(&HttpRequest {
        method: "POST",
        path: "/api/v1/namespaces/default/pods".into(),
        body: yaml::parse(&text).documents[0].value.clone(),
        ..HttpRequest::default()
    });
    assert!(answer.status < 300, "{answer:?}");
    world.wait_until(Time::START + Duration::s(40));
    world
}

/// Types these lines, and lets that many seconds pass.
fn pass(world: &mut World, lines: &[&str], s: u64) {
    for line in lines {
        world.apply(Input::Type((*line).into()));
        world.wait_until(world.now + Duration::s(1));
    }
    world.wait_until(world.now + Duration::s(s));
}

fn status(world: &World) -> String {
    let pod = world.store.objects.list(Kind::Pod).next().unwrap();
    statefulset_playground::apiserver::table::pod_status(pod, &world.config).to_string()
}

/// The warnings: reason, count and message, in order of their first time.
fn warnings(world: &World) -> Vec<String> {
    let events = world.store.objects.list(Kind::Event);
    let warnings = events.filter(|it| it.value["type"].as_str() == "Warning");
    let mut warnings: Vec<(String, String)> = warnings
        .map(|it| {
            let (reason, message) = (it.value["reason"].as_str(), it.value["message"].as_str());
            let text = format!("{reason} ×{} {message}", it.value["count"]);
            (it.name().to_owned(), text)
        })
        .collect();
    warnings.sort();
    warnings.into_iter().map(|it| it.1).collect()
}

fn tells(world: &World, message: &str) -> bool {
    warnings(world).iter().any(|it| it.ends_with(message))
}

fn waits(world: &World) -> Vec<String> {
    let waits = world.waits.iter().flat_map(|it| it.1.iter());
    waits.map(|it| it.1.english()).collect()
}

#[test]
fn a_container_is_made_when_its_variables_can_be() {
    let mut world = world(
        "  containers:\n  - name: c\n    image: nginx:1\n    envFrom: [{configMapRef: {name: settings}}]\n    \
         env: [{name: U, valueFrom: {secretKeyRef: {name: pw, key: user}}}, {name: O, valueFrom: {secretKeyRef: {name: none, key: k, optional: true}}}]\n",
    );
    assert_eq!(status(&world), "CreateContainerConfigError");
    assert_eq!(
        warnings(&world),
        ["Failed ×4 Error: configmap \"settings\" not found"]
    );
    let wait = "c of p cannot be created: configmap \"settings\" not found; the kubelet looks again every 10 to 15 s";
    assert!(waits(&world).iter().any(|it| it == wait));
    pass(
        &mut world,
        &[
            "kubectl create configmap settings",
            "kubectl create secret generic pw --from-literal=x=1",
        ],
        16,
    );
    assert_eq!(status(&world), "CreateContainerConfigError");
    assert!(tells(
        &world,
        "Error: couldn't find key user in Secret default/pw"
    ));
    pass(
        &mut world,
        &[r#"kubectl patch secret pw -p '{"stringData":{"user":"me"}}'"#],
        16,
    );
    assert_eq!(status(&world), "Running");
}

#[test]
fn a_volume_is_tried_again_twice_as_late_each_time() {
    let mut world = world(
        "  containers: [{name: c, image: 'nginx:1'}]\n  volumes:\n  - {name: v, configMap: {name: settings, items: [{key: k, path: k}]}}\n  \
         - {name: o, secret: {secretName: none, optional: true}}\n  - {name: all, projected: {sources: [{secret: {name: pw}}, {configMap: {name: settings}}]}}\n",
    );
    assert_eq!(status(&world), "ContainerCreating");
    let want = [
        "FailedMount ×7 MountVolume.SetUp failed for volume \"v\" : configmap \"settings\" not found",
        "FailedMount ×7 MountVolume.SetUp failed for volume \"all\" : [secret \"pw\" not found, configmap \"settings\" not found]",
    ];
    assert_eq!(warnings(&world), want);
    pass(
        &mut world,
        &[
            "kubectl create secret generic pw",
            "kubectl create configmap settings",
        ],
        30,
    );
    assert!(tells(
        &world,
        "configmap references non-existent config key: k"
    ));
    pass(
        &mut world,
        &[r#"kubectl patch cm settings -p '{"data":{"k":"v"}}'"#],
        70,
    );
    assert_eq!(status(&world), "Running");
}

#[test]
fn what_is_no_image_is_told_before_any_pull() {
    let world = world(
        "  initContainers: [{name: c, image: 'nginx:1:2'}]\n  containers: [{name: d, image: 'nginx:1'}]\n",
    );
    assert_eq!(status(&world), "Init:InvalidImageName");
    let want = [
        "InspectFailed ×4 Failed to apply default image tag \"nginx:1:2\": couldn't parse image name \"nginx:1:2\": invalid reference format",
        "Failed ×4 Error: InvalidImageName",
    ];
    assert_eq!(warnings(&world), want);
}

#[test]
fn a_missing_pull_secret_is_told_and_stops_nothing() {
    let world = world(
        "  imagePullSecrets: [{name: regcred}, {name: other}]\n  containers: [{name: c, image: 'nginx:1'}]\n",
    );
    assert_eq!(status(&world), "Running");
    let want = "Unable to retrieve some image pull secrets (regcred, other); attempting to pull the image may not succeed.";
    assert!(tells(&world, want));
}
