//! A namespace that is deleted: its pods go first, then all else, then itself; what holds it is told.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

use statefulset_playground::api::{Key, Kind, Object};
use statefulset_playground::apiserver::rest::HttpRequest;
use statefulset_playground::config::Config;
use statefulset_playground::sim::{Input, World};
use statefulset_playground::time::{Duration, Time};
use statefulset_playground::yaml;

/// A cluster with a namespace `shop` in which are a pod `p` and a claim, 40 s old.
fn world() -> World {
    let mut world = World::new(Config::default());
    let inside = "/api/v1/namespaces/shop";
    for (path, text) in [
        ("/api/v1/namespaces".to_owned(), "metadata: {name: shop}"),
        (
            format!("{inside}/persistentvolumeclaims"),
            "metadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}",
        ),
        (
            format!("{inside}/pods"),
            "metadata: {name: p}\nspec:\n  containers: [{name: c, image: nginx}]\n  volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]",
        ),
    ] {
        let kind = match path.rsplit('/').next().unwrap() {
            "pods" => "Pod",
            "namespaces" => "Namespace",
            _ => "PersistentVolumeClaim",
        };
        let text = format!("apiVersion: v1\nkind: {kind}\n{text}");
        let answer = world.request(&HttpRequest {
            method: "POST",
            path: path.into(),
            body: yaml::parse(&text).documents[0].value.clone(),
            ..HttpRequest::default()
        });
        assert!(answer.status < 300, "{answer:?}");
    }
    world.wait_until(Time::START + Duration::s(40));
    world
}

fn pass(world: &mut World, line: &str, ms: u64) {
    world.apply(Input::Type(line.into()));
    world.wait_until(world.now + Duration::ms(ms));
}

fn namespace(world: &World) -> Option<&Object> {
    let key = Key::new(Kind::Namespace, "", "shop");
    world.store.objects.get(&key).map(|it| &**it)
}

/// What the conditions say that are True.
fn problems(world: &World) -> Vec<String> {
    let conditions = namespace(world).unwrap().value["status"]["conditions"].clone();
    let bad = conditions
        .items()
        .iter()
        .filter(|it| it["status"].as_str() == "True");
    bad.map(|it| format!("{}: {}", it["reason"].as_str(), it["message"].as_str()))
        .collect()
}

fn count(world: &World, kind: Kind) -> usize {
    world.store.objects.count_in(kind, "shop")
}

#[test]
fn pods_go_first_then_all_else_then_the_namespace() {
    let mut world = world();
    pass(&mut world, "kubectl delete ns shop --wait=false", 4800);
    let pods = |world: &World| {
        let mut pods = world.store.objects.list_in(Kind::Pod, "shop");
        pods.next().map(|it| it.is_terminating())
    };
    assert_eq!(pods(&world), Some(false));
    pass(&mut world, "", 400);
    assert_eq!(pods(&world), Some(true));
    assert_eq!(count(&world, Kind::ConfigMap), 1);
    // While pods are left, the conditions say nothing of it.
    assert_eq!(
        namespace(&world).unwrap().value["status"]["conditions"]
            .items()
            .len(),
        5
    );
    assert!(problems(&world).is_empty());
    pass(&mut world, "", 5000);
    assert_eq!(
        [Kind::Pod, Kind::ConfigMap, Kind::Event].map(|it| count(&world, it)),
        [0, 0, 0]
    );
    let want = [
        "SomeResourcesRemain: Some resources are remaining: persistentvolumeclaims. has 1 resource instances",
        "SomeFinalizersRemain: Some content in the namespace has finalizers remaining: kubernetes.io/pvc-protection in 1 resource instances",
    ];
    assert_eq!(problems(&world), want);
    pass(&mut world, "", 5500);
    assert!(namespace(&world).is_none());
    assert!(
        !world
            .store
            .objects
            .iter()
            .any(|it| it.0.namespace == "shop")
    );
}

#[test]
fn a_pod_that_does_not_end_keeps_its_namespace_until_it_does() {
    let mut world = world();
    let pod = world
        .store
        .objects
        .list_in(Kind::Pod, "shop")
        .next()
        .unwrap();
    let node = pod.node_name().to_owned();
    pass(&mut world, &format!("fault node {node} cut"), 1000);
    pass(&mut world, "kubectl delete ns shop --wait=false", 60_000);
    let want = "ContentDeletionFailed: Failed to delete all resource types, 1 remaining: unexpected items still remain in \
                namespace: shop for gvr: /v1, Resource=pods";
    assert_eq!(problems(&world), [want]);
    assert_eq!(count(&world, Kind::ConfigMap), 1);
    pass(&mut world, &format!("fault node {node} up"), 90_000);
    assert!(namespace(&world).is_none());
}
