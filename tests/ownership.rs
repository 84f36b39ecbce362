//! What becomes of the pods of a set that is deleted, and why.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use reader::{loaded, typed, web};
use statefulset_playground::api::Kind;
use statefulset_playground::sim::StepSize;
use statefulset_playground::value::Value;

/// Runs the lines after the set is up; the codes of the reasons, and what exists in the end.
fn ran(lines: &[&str]) -> (Vec<&'static str>, Vec<String>) {
    let mut session = loaded(&web("replicas: 2", "image: nginx"));
    typed(&mut session, lines);
    let world = session.timeline().world();
    let codes = world.trace.iter().map(|it| it.why.rule().code).collect();
    let objects = world.store.objects.iter();
    let left = objects
        .map(|it| it.0.to_string())
        .filter(|it| it.contains("web") && !it.starts_with("event/"))
        .collect();
    (codes, left)
}

#[test]
fn what_a_set_owned_goes_with_it() {
    let (codes, left) = ran(&["kubectl delete sts web"]);
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(codes.iter().filter(|it| **it == "owner-gone").count(), 3);
}

#[test]
fn in_the_foreground_the_set_goes_last() {
    let (codes, left) = ran(&["kubectl delete sts web --cascade=foreground"]);
    assert!(left.is_empty(), "{left:?}");
    let place = |code| codes.iter().position(|it| *it == code).unwrap();
    assert!(place("owner-going") < place("dependents-gone"));
    assert!(codes.contains(&"waits-for-dependents"));
}

#[test]
fn orphans_stay_and_are_adopted_by_a_set_of_the_same_name() {
    let (codes, left) = ran(&["kubectl delete sts web --cascade=orphan"]);
    assert_eq!(codes.iter().filter(|it| **it == "orphaned").count(), 3);
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(!codes.contains(&"revision-adopted"), "a set on its way out");
    let (codes, left) = ran(&[
        "kubectl delete sts web --cascade=orphan",
        "kubectl apply -f manifest.yaml",
    ]);
    assert_eq!(codes.iter().filter(|it| **it == "pod-adopted").count(), 2);
    assert_eq!(left.len(), 4, "{left:?}");
}

#[test]
fn an_owner_that_does_not_exist_is_an_owner_that_is_gone() {
    let owner = r#"{"apiVersion":"apps/v1","kind":"StatefulSet","name":"nobody","uid":"1"}"#;
    let patch = |name: &str, owners: &str| {
        format!("kubectl patch cm {name} -p '{{\"metadata\":{{\"ownerReferences\":[{owners}]}}}}'")
    };
    let create = "kubectl create cm web-map";
    let (codes, left) = ran(&[create, &patch("web-map", owner)]);
    assert!(codes.contains(&"owner-gone"));
    assert!(!left.contains(&"configmap/web-map".to_owned()), "{left:?}");
    let unknown = owner.replace("StatefulSet", "Mystery");
    let both = format!("{owner},{}", unknown.replace("\"1\"", "\"2\""));
    let (codes, left) = ran(&[create, &patch("web-map", &both)]);
    assert!(codes.contains(&"owner-dangles"));
    assert!(left.contains(&"configmap/web-map".to_owned()), "{left:?}");
}

/// The kubelet's last deletion of a pod says nothing of propagation: what was asked for first still holds.
#[test]
fn a_deletion_that_says_nothing_keeps_what_an_earlier_one_said() {
    let uid = "U=$(kubectl get pod web-0 -o jsonpath={.metadata.uid})";
    let owner =
        r#"{"apiVersion":"v1","kind":"Pod","name":"web-0","uid":"'$U'","blockOwnerDeletion":true}"#;
    let (codes, _) = ran(&[
        "kubectl create cm mine",
        uid,
        &format!(
            "kubectl patch cm mine -p '{{\"metadata\":{{\"finalizers\":[\"me/too\"],\"ownerReferences\":[{owner}]}}}}'"
        ),
        "kubectl delete pod web-0 --cascade=foreground --wait=false",
    ]);
    // Made once, and no second time: the write, and the Event that tells of it.
    assert_eq!(codes.iter().filter(|it| **it == "create-first").count(), 2);
    assert_eq!(codes.last(), Some(&"pod-removed"), "{codes:?}");
}

#[test]
fn the_pods_of_a_deleted_set_stay_in_the_picture_until_they_are_gone() {
    let mut session = loaded(&web("replicas: 2", "image: nginx"));
    session.type_line("kubectl delete sts web");
    let mut most = 0;
    while session.step(StepSize::Change) {
        let snapshot = Value::from_json(&session.snapshot()).unwrap();
        let pods = |it: &Value| {
            let columns = it["columns"].items().iter();
            columns.filter(|it| !it["pod"].is_null()).count()
        };
        let sets = snapshot["statefulSets"].items();
        let shown = sets.iter().map(pods).sum::<usize>();
        let objects = &session.timeline().world().store.objects;
        assert_eq!(shown, objects.list(Kind::Pod).count());
        let gone = sets.iter().filter(|it| it["gone"].is_true());
        most = most.max(gone.map(pods).sum());
    }
    assert_eq!(most, 2);
}
