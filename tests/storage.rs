//! Claims, volumes and classes, as a reader at the terminal sees them.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use statefulset_playground::config::Config;
use statefulset_playground::session::Session;

/// What the last line printed, in a cluster of its own, without ages and runs of blanks.
fn typed(lines: &[&str]) -> Vec<String> {
    let printed = reader::typed(&mut Session::new(Config::default()), lines);
    let words = |it: &String| it.split_whitespace().collect::<Vec<_>>().join(" ");
    printed.iter().map(words).collect()
}

/// A volume made by hand.
fn volume(name: &str, size: &str, rest: &str) -> String {
    format!(
        "kubectl apply -f - << EOF\napiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: {name}}}\nspec:\n  \
         capacity: {{storage: {size}}}\n  accessModes: [ReadWriteOnce]\n  hostPath: {{path: /x}}\n{rest}EOF"
    )
}

fn claim(name: &str, rest: &str) -> String {
    format!(
        "kubectl apply -f - << EOF\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {name}}}\nspec:\n  \
         accessModes: [ReadWriteOnce]\n  resources: {{requests: {{storage: 2Gi}}}}\n{rest}EOF"
    )
}

fn pod(name: &str, claim: &str) -> String {
    format!(
        "kubectl apply -f - << EOF\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  containers:\n  \
         - {{name: c, image: nginx}}\n  volumes:\n  - {{name: v, persistentVolumeClaim: {{claimName: {claim}}}}}\nEOF"
    )
}

fn class(name: &str, rest: &str) -> String {
    format!(
        "kubectl apply -f - << EOF\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: {name}}}\n{rest}EOF"
    )
}

/// A set with claims.
fn set(policy: &str) -> String {
    format!(
        "kubectl apply -f - << EOF\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: web}}\nspec:\n  replicas: 2\n  \
         serviceName: web\n  selector: {{matchLabels: {{app: web}}}}\n{policy}  template:\n    metadata: {{labels: {{app: web}}}}\n    \
         spec: {{containers: [{{name: c, image: nginx}}]}}\n  volumeClaimTemplates:\n  - metadata: {{name: data}}\n    \
         spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}\nEOF"
    )
}

const COLUMNS: &str = "-o custom-columns=N:.metadata.name,P:.status.phase";

#[test]
fn a_claim_without_a_class_gets_the_smallest_volume_that_is_large_enough() {
    let lines = [
        &volume("small", "1Gi", ""),
        &volume("large", "9Gi", ""),
        &volume("fits", "3Gi", ""),
        &claim("c", "  storageClassName: \"\"\n"),
        &format!("kubectl get pv {COLUMNS} --no-headers"),
    ];
    let bound = ["fits Bound", "large Available", "small Available"];
    assert_eq!(typed(&lines.map(String::as_str)), bound);
}

#[test]
fn a_retained_volume_is_for_no_other_claim() {
    let lines = [
        &volume("v", "3Gi", ""),
        &claim("c", "  storageClassName: \"\"\n"),
        "kubectl delete pvc c",
        &claim("c", "  storageClassName: \"\"\n"),
        &format!("kubectl get pv,pvc {COLUMNS} --no-headers"),
    ];
    assert_eq!(typed(&lines), ["v Released", "c Pending"]);
}

#[test]
fn a_volume_that_is_in_use_stays_and_one_that_is_made_goes_with_its_claim() {
    let begin = [
        claim("c", ""),
        pod("p", "c"),
        "kubectl delete pvc c --wait=false".to_owned(),
    ];
    let mut lines: Vec<&str> = begin.iter().map(String::as_str).collect();
    lines.push("kubectl describe pvc c | grep Status");
    assert_eq!(typed(&lines), ["Status: Terminating (lasts 0s)"]);
    lines.pop();
    lines.extend(["kubectl delete pod p", "kubectl get pvc,pv"]);
    assert_eq!(typed(&lines), ["No resources found"]);
}

#[test]
fn a_local_volume_takes_its_pod_to_its_node() {
    let local = "  storageClassName: local\n  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: \
                 [{key: kubernetes.io/hostname, operator: In, values: [node-3]}]}]}}\n";
    let lines = [
        class("local", "provisioner: kubernetes.io/no-provisioner\nvolumeBindingMode: WaitForFirstConsumer\n"),
        volume("v", "3Gi", local),
        claim("c", "  storageClassName: local\n"),
        pod("p", "c"),
        "kubectl get pods,pvc -o custom-columns=N:.metadata.name,P:.status.phase,O:.spec.nodeName,V:.spec.volumeName --no-headers".to_owned(),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(
        typed(&lines),
        ["p Running node-3 <none>", "c Bound <none> v"]
    );
    let cordoned = [
        &["kubectl cordon node-3"],
        &lines[..4],
        &["kubectl get pod p -o jsonpath='{.status.conditions[0].message}'"],
    ];
    assert_eq!(
        typed(&cordoned.concat()),
        [
            "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't find available persistent volumes \
          to bind. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for \
          scheduling."
        ]
    );
}

#[test]
fn only_classes_that_allow_it_let_claims_grow() {
    const GROW: &str =
        r#"kubectl patch pvc c -p '{"spec":{"resources":{"requests":{"storage":"5Gi"}}}}'"#;
    let claim_of = |class: &str| claim("c", &format!("  storageClassName: {class}\n"));
    let shown = "kubectl get pvc,pv -o custom-columns=S:.status.capacity.storage,P:.spec.capacity.storage --no-headers";
    assert_eq!(
        typed(&[&claim_of("standard"), GROW, shown]),
        ["5Gi <none>", "<none> 5Gi"]
    );
    assert_eq!(
        typed(&[
            &class("fixed", "provisioner: x\n"),
            &claim_of("fixed"),
            GROW
        ]),
        [
            "Error from server (Forbidden): persistentvolumeclaims \"c\" is forbidden: only dynamically provisioned pvc \
          can be resized and the storageclass that provisions the pvc must support resize"
        ]
    );
}

#[test]
fn a_claim_without_any_class_waits_for_a_default() {
    const DEFAULT: &str =
        "kubectl annotate sc late storageclass.kubernetes.io/is-default-class=true";
    let late = class("late", "provisioner: x\n");
    let lines = ["kubectl delete sc standard", &claim("c", ""), &late];
    let reason = "kubectl get events -o jsonpath='{.items[0].reason}'";
    let waits = [&lines[..], &[reason]].concat();
    assert_eq!(typed(&waits), ["FailedBinding"]);
    let shown =
        "kubectl get pvc -o jsonpath='{.items[0].spec.storageClassName} {.items[0].status.phase}'";
    let bound = [&lines[..], &[DEFAULT, shown]].concat();
    assert_eq!(typed(&bound), ["late Bound"]);
}

#[test]
fn claims_of_a_set_are_owned_as_the_retention_policy_says() {
    let owners = "kubectl get pvc -o custom-columns=N:.metadata.name,O:.metadata.ownerReferences[*].kind --no-headers";
    let policy = |deleted: &str, scaled: &str| {
        set(&format!(
            "  persistentVolumeClaimRetentionPolicy: {{whenDeleted: {deleted}, whenScaled: {scaled}}}\n"
        ))
    };
    let owned = |by: &str| ["data-web-0 ", "data-web-1 "].map(|it| [it, by].concat());
    let shown = |sets: &[String]| {
        let mut lines: Vec<&str> = sets.iter().map(String::as_str).collect();
        lines.push(owners);
        typed(&lines)
    };
    assert_eq!(shown(&[set("")]), owned("<none>"));
    assert_eq!(shown(&[policy("Retain", "Delete")]), owned("<none>"));
    assert_eq!(shown(&[policy("Delete", "Retain")]), owned("StatefulSet"));
    assert_eq!(shown(&[policy("Delete", "Delete")]), owned("StatefulSet"));
    let changed = [policy("Delete", "Delete"), policy("Retain", "Retain")];
    assert_eq!(shown(&changed), owned("<none>"));
    // What an update of a pod tells is told for its claims too.
    let told = "kubectl get events -o custom-columns=M:.message --no-headers | grep Update";
    let lines = [changed[0].as_str(), changed[1].as_str(), told];
    assert_eq!(
        typed(&lines),
        [0, 1].map(|it| format!("Update Pod web-{it} in StatefulSet web successful"))
    );
}

#[test]
fn a_pod_waits_until_its_old_claim_is_gone() {
    let lines = [
        &set(""),
        "kubectl delete pvc data-web-1 --wait=false",
        "kubectl delete pod web-1",
        "kubectl get events -o custom-columns=T:.type,M:.message --no-headers | grep being",
    ];
    assert_eq!(
        typed(&lines),
        [
            "Warning Create Pod web-1 in StatefulSet web failed error: pvc data-web-1 is being deleted"
        ]
    );
    let ready = [&lines[..3], &["kubectl get pods --no-headers | wc -l"]].concat();
    assert_eq!(typed(&ready), ["2"]);
}

#[test]
fn a_pod_that_bypasses_the_scheduler_waits_on_its_node_for_a_claim_that_nobody_binds() {
    let lines = [
        class(
            "late",
            "provisioner: x\nvolumeBindingMode: WaitForFirstConsumer\n",
        ),
        claim("c", "  storageClassName: late\n"),
        pod("p", "c").replace("spec:\n", "spec:\n  nodeName: node-1\n"),
        "kubectl get events -o jsonpath='{.items[1].reason} {.items[1].message}'".to_owned(),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(
        typed(&lines),
        [
            "FailedMount Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to \
          process volumes=[v]: error processing PVC default/c: PVC is not bound"
        ]
    );
}

#[test]
fn a_claim_that_something_else_controls_is_left_alone() {
    let policy = "  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}\n";
    let other = r#"kubectl patch pvc data-web-1 -p "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"name\":\"default\",\"uid\":\"$uid\",\"controller\":true}]}}""#;
    let made = set("");
    let lines = [
        &made,
        "uid=$(kubectl get ns default -o jsonpath='{.metadata.uid}')",
        other,
        &set(policy),
        "kubectl delete pod web-1",
    ];
    let told =
        "kubectl get events -o custom-columns=R:.reason,M:.message --no-headers | grep manging";
    assert_eq!(
        typed(&[&lines[..], &[told]].concat()),
        [
            "ConflictingController PersistentVolumeClaim data-web-1 has a conflicting OwnerReference that acts as a manging \
          controller, the retention policy is ignored for this claim"
        ]
    );
    let owners =
        "kubectl get pvc -o custom-columns=O:.metadata.ownerReferences[*].kind --no-headers";
    assert_eq!(
        typed(&[&lines[..], &[owners]].concat()),
        ["StatefulSet", "Namespace"]
    );
}
