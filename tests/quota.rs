//! Quotas, as a reader at the terminal sees them.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use statefulset_playground::config::Config;
use statefulset_playground::session::Session;

/// What the last line printed, in a cluster of its own.
fn typed(lines: &[&str]) -> Vec<String> {
    reader::typed(&mut Session::new(Config::default()), lines)
}

const USED: &str = "kubectl get quota q -o jsonpath='{.status.used}'";

#[test]
fn what_comes_and_goes_is_counted() {
    let quota = "kubectl create quota q --hard=pods=2,requests.storage=3Gi,count/configmaps=9";
    let claim = "kubectl apply -f - << EOF\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\nspec:\n  \
                 accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 2Gi}}\nEOF";
    let run = "kubectl run p --image=nginx";
    let counted = |pods: &str, storage: &str| {
        format!(r#"{{"count/configmaps":"1","pods":"{pods}","requests.storage":"{storage}"}}"#)
    };
    assert_eq!(typed(&[quota, claim, run, USED]), [counted("1", "2Gi")]);
    assert_eq!(
        typed(&[quota, claim, run, "kubectl delete pod/p pvc/c", USED]),
        [counted("0", "0")]
    );
    // What is there already counts as well.
    assert_eq!(typed(&[claim, run, quota, USED]), [counted("1", "2Gi")]);
    let more = claim.replace("name: c", "name: d");
    assert_eq!(
        typed(&[quota, claim, &more]),
        [
            "Error from server (Forbidden): error when creating \"STDIN\": persistentvolumeclaims \"d\" is forbidden: \
          exceeded quota: q, requested: requests.storage=2Gi, used: requests.storage=2Gi, limited: requests.storage=3Gi"
        ]
    );
}

#[test]
fn a_pod_must_say_what_a_quota_limits() {
    let lines = [
        "kubectl create quota q --hard=requests.cpu=1,limits.memory=1Gi",
        "kubectl run p --image=nginx",
    ];
    assert_eq!(
        typed(&lines),
        [
            "Error from server (Forbidden): pods \"p\" is forbidden: failed quota: q: must specify limits.memory for: p; \
          requests.cpu for: p"
        ]
    );
}

#[test]
fn a_claim_that_is_refused_is_told_for_the_claim_and_for_its_pod() {
    let set = "kubectl apply -f - << EOF\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec:\n  \
               serviceName: web\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    \
               spec: {containers: [{name: c, image: nginx}]}\n  volumeClaimTemplates:\n  - metadata: {name: data}\n    \
               spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\nEOF";
    let lines = [
        "kubectl create quota q --hard=persistentvolumeclaims=0",
        set,
        "kubectl get events -o custom-columns=R:.reason,M:.message --no-headers",
    ];
    let refused = "persistentvolumeclaims \"data-web-0\" is forbidden: exceeded quota: q, requested: \
                   persistentvolumeclaims=1, used: persistentvolumeclaims=0, limited: persistentvolumeclaims=0";
    assert_eq!(
        typed(&lines),
        [
            format!(
                "FailedCreate   Create Claim data-web-0 for Pod web-0 in StatefulSet web failed error: {refused}"
            ),
            format!(
                "FailedCreate   Create Pod web-0 in StatefulSet web failed error: failed to create PVC data-web-0: {refused}"
            ),
        ]
    );
}

#[test]
fn a_quota_must_fit_its_scopes() {
    let refused = |lines: &[&str], want: &[&str]| assert_eq!(typed(lines), want);
    refused(
        &["kubectl create quota q --hard=pods=1.5,foo=-1 --scopes=BestEffort,NotBestEffort,X"],
        &[
            "error: failed to create quota: ResourceQuota \"q\" is invalid: [spec.hard[foo]: Invalid value: \"foo\": must be a \
             standard resource type or fully qualified, spec.hard[foo]: Invalid value: \"foo\": must be a standard resource for \
             quota, spec.hard[foo]: Invalid value: \"-1\": must be greater than or equal to 0, spec.hard[pods]: Invalid value: \
             \"1500m\": must be an integer, spec.scopes: Invalid value: [\"BestEffort\",\"NotBestEffort\",\"X\"]: unsupported scope, \
             spec.scopes: Invalid value: [\"BestEffort\",\"NotBestEffort\",\"X\"]: conflicting scopes]",
        ],
    );
    refused(
        &["kubectl create quota q --hard=requests.storage=1Gi --scopes=NotTerminating"],
        &[
            "error: failed to create quota: ResourceQuota \"q\" is invalid: spec.scopes: Invalid value: [\"NotTerminating\"]: \
             unsupported scope applied to resource",
        ],
    );
    let made = "kubectl create quota q --hard=services=1,pods=1";
    let select = |expressions: &str| {
        format!(
            "kubectl patch quota q --type merge -p '{{\"spec\":{{\"scopeSelector\":{{\"matchExpressions\":[{expressions}]}}}}}}'"
        )
    };
    let of_class =
        r#"{"scopeName":"PriorityClass","operator":"In","values":["system-node-critical"]}"#;
    refused(
        &[made, &select(of_class)],
        &[
            "The ResourceQuota \"q\" is invalid: spec.scopeSelector.matchExpressions: Invalid value: {\"MatchExpressions\":[\
             {\"ScopeName\":\"PriorityClass\",\"Operator\":\"In\",\"Values\":[\"system-node-critical\"]}]}: unsupported scope applied \
             to resource",
        ],
    );
    let made = "kubectl create quota q --hard=pods=0";
    refused(
        &[
            made,
            &select(
                r#"{"scopeName":"BestEffort","operator":"In"},{"scopeName":"Y","operator":"Exists","values":["a"]}"#,
            ),
        ],
        &[
            "The ResourceQuota \"q\" is invalid: ",
            "* spec.scopeSelector.matchExpressions.operator: Invalid value: \"In\": must be 'Exist' when scope is any of \
             ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, \
             ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
            "* spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or \
             'NotIn' for scope selector",
            "* spec.scopeSelector.matchExpressions.scopeName: Invalid value: \"Y\": unsupported scope",
            "* spec.scopeSelector.matchExpressions.values: Invalid value: [\"a\"]: must be no value when `operator` is 'Exist' or \
             'DoesNotExist' for scope selector",
        ],
    );
    let change = r#"kubectl patch quota q -p '{"spec":{"scopes":["Terminating"]}}'"#;
    refused(
        &[made, change],
        &[
            "The ResourceQuota \"q\" is invalid: spec.scopes: Invalid value: [\"Terminating\"]: field is immutable",
        ],
    );
    // A quota for pods of a class is none for others.
    let run = "kubectl run p --image=nginx";
    assert!(typed(&[made, run])[0].contains("exceeded quota: q"));
    refused(&[made, &select(of_class), run], &["pod/p created"]);
}
