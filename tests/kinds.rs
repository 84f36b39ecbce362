//! The workloads beside StatefulSets, and the small kinds: what they do, and what kubectl shows of them.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use reader::{loaded, typed};
use statefulset_playground::api::{Key, Kind, Object};
use statefulset_playground::apiserver::rest::{Body, HttpRequest};
use statefulset_playground::config::Config;
use statefulset_playground::sim::World;
use statefulset_playground::time::Duration;
use statefulset_playground::value::Value;
use statefulset_playground::yaml;

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: nginx, image: 'nginx:1.27', ports: [{containerPort: 80}]}
";

const AGENT: &str = "\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers:
      - {name: a, image: 'busybox:1.36', command: [sleep, infinity]}
";

/// A world in which these manifests were posted, each to the collection of its kind.
fn posted(manifests: &[&str]) -> World {
    let mut world = World::new(Config::default());
    for text in manifests {
        post(&mut world, text).unwrap();
    }
    world
}

/// Posts every document of a text; the warnings, or the first refusal's message.
fn post(world: &mut World, text: &str) -> Result<Vec<String>, String> {
    let mut warnings = Vec::new();
    for document in yaml::parse(text).documents {
        let value = document.value;
        let kind = Kind::of(value["apiVersion"].as_str(), value["kind"].as_str()).unwrap();
        let namespace = match value["metadata"]["namespace"].as_str() {
            _ if !kind.facts().namespaced => "",
            "" => "default",
            name => name,
        };
        let path = Key::new(kind, namespace, "").collection_path();
        let answer = send(world, "POST", &path, "", value);
        warnings.extend(answer.1);
        if answer.0["kind"].as_str() == "Status" {
            return Err(answer.0["message"].as_str().to_owned());
        }
    }
    Ok(warnings)
}

fn send(
    world: &mut World,
    method: &'static str,
    path: &str,
    content_type: &str,
    body: Value,
) -> (Value, Vec<String>) {
    let answer = world.request(&HttpRequest {
        method,
        path: path.into(),
        query: vec![("fieldValidation".into(), "Strict".into())],
        content_type: content_type.into(),
        body,
        ..HttpRequest::default()
    });
    let warnings = answer.warnings.iter().map(ToString::to_string).collect();
    match answer.body {
        Body::Json(value) => (value, warnings),
        _ => panic!("no JSON"),
    }
}

fn get(world: &mut World, path: &str) -> Value {
    send(world, "GET", path, "", Value::Null).0
}

fn merge(world: &mut World, path: &str, change: &str) -> (Value, Vec<String>) {
    let body = Value::from_json(change).unwrap();
    send(world, "PATCH", path, "application/merge-patch+json", body)
}

fn wait(world: &mut World, seconds: u64) {
    let until = world.now + Duration::s(seconds);
    world.wait_until(until);
}

/// Steps until nothing is left to do for so long, and looks at every step.
fn watched(world: &mut World, seconds: u64, mut look: impl FnMut(&World)) {
    let until = world.now + Duration::s(seconds);
    while world.next_time().is_some_and(|it| it <= until) {
        world.step();
        look(world);
    }
}

fn pods(world: &World) -> Vec<&Object> {
    let all = world.store.objects.list_in(Kind::Pod, "default");
    all.map(AsRef::as_ref).collect()
}

const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/default/deployments/web";
const NEW_IMAGE: &str =
    r#"{"spec":{"template":{"spec":{"containers":[{"name":"nginx","image":"nginx:1.28"}]}}}}"#;

#[test]
fn a_deployment_rolls_without_losing_pods_and_can_go_back() {
    let mut world = posted(&[WEB]);
    wait(&mut world, 60);
    assert_eq!(
        get(&mut world, DEPLOYMENT)["status"]["availableReplicas"],
        3.into()
    );
    merge(&mut world, DEPLOYMENT, NEW_IMAGE);
    // 25 % of 3: one more at most, none less.
    watched(&mut world, 120, |world| {
        let live = pods(world).into_iter().filter(|it| !it.is_terminating());
        let (all, ready) = (
            live.clone().count(),
            live.filter(|it| it.is_ready()).count(),
        );
        assert!(all <= 4 && ready >= 3, "{all} pods, {ready} ready");
    });
    let deployment = get(&mut world, DEPLOYMENT);
    let status = &deployment["status"];
    assert_eq!(status["updatedReplicas"], 3.into());
    assert_eq!(status["unavailableReplicas"], Value::Null);
    let progressing = status["conditions"].item("type", "Progressing");
    assert_eq!(progressing["reason"].as_str(), "NewReplicaSetAvailable");
    let annotations = &deployment["metadata"]["annotations"];
    assert_eq!(
        annotations["deployment.kubernetes.io/revision"].as_str(),
        "2"
    );
    let sets: Vec<i64> = world
        .store
        .objects
        .list_in(Kind::ReplicaSet, "default")
        .map(|it| it.value["spec"]["replicas"].as_int().unwrap())
        .collect();
    assert_eq!(sets.iter().sum::<i64>(), 3);
    assert_eq!(sets.len(), 2);
}

#[test]
fn recreate_makes_new_pods_only_when_the_old_are_gone() {
    let manifest = WEB.replace("replicas: 3", "replicas: 3\n  strategy: {type: Recreate}");
    let mut world = posted(&[&manifest]);
    wait(&mut world, 60);
    merge(&mut world, DEPLOYMENT, NEW_IMAGE);
    watched(&mut world, 120, |world| {
        let of = |image: &str| {
            let all = pods(world).into_iter();
            let all = all.filter(|it| !it.is_terminal());
            all.filter(|it| it.containers()[0]["image"].as_str() == image)
                .count()
        };
        assert!(of("nginx:1.27") == 0 || of("nginx:1.28") == 0);
    });
    assert!(pods(&world).iter().all(|it| it.is_ready()));
    assert_eq!(pods(&world).len(), 3);
}

#[test]
fn a_scaled_rollout_shares_its_pods_and_a_stuck_one_says_so() {
    let stuck = NEW_IMAGE.replace("nginx:1.28", "nonexistent:1");
    let manifest = WEB.replace("replicas: 3", "replicas: 10");
    let mut world = posted(&[&manifest]);
    wait(&mut world, 60);
    merge(&mut world, DEPLOYMENT, &stuck);
    wait(&mut world, 30);
    merge(&mut world, DEPLOYMENT, r#"{"spec":{"replicas":20}}"#);
    wait(&mut world, 30);
    let sets = |world: &World| -> Vec<i64> {
        let sets = world.store.objects.list_in(Kind::ReplicaSet, "default");
        let mut sizes: Vec<i64> = sets
            .map(|it| it.value["spec"]["replicas"].as_int().unwrap())
            .collect();
        sizes.sort_unstable();
        sizes
    };
    // 8 old and 5 new of at most 13 become 15 and 10 of at most 25.
    assert_eq!(sets(&world), [10, 15]);
    wait(&mut world, 700);
    let deployment = get(&mut world, DEPLOYMENT);
    let progressing = deployment["status"]["conditions"].item("type", "Progressing");
    assert_eq!(progressing["reason"].as_str(), "ProgressDeadlineExceeded");
}

#[test]
fn a_replica_set_adopts_what_matches_and_lets_go_of_what_does_not() {
    let mut world = posted(&[WEB]);
    wait(&mut world, 60);
    let name = pods(&world)[0].name().to_owned();
    let path = format!("/api/v1/namespaces/default/pods/{name}");
    let relabel = |world: &mut World, app: &str| {
        let labels = format!(r#"{{"metadata":{{"labels":{{"app":"{app}"}}}}}}"#);
        merge(world, &path, &labels);
        wait(world, 60);
    };
    relabel(&mut world, "other");
    assert_eq!(pods(&world).len(), 4);
    assert!(get(&mut world, &path)["metadata"]["ownerReferences"].is_empty());
    // Back again, it is one too many: it is adopted, and the youngest pod goes.
    relabel(&mut world, "web");
    assert_eq!(pods(&world).len(), 3);
    assert!(!get(&mut world, &path)["metadata"]["ownerReferences"].is_empty());
}

#[test]
fn a_daemon_set_follows_the_nodes() {
    let mut world = posted(&[AGENT]);
    wait(&mut world, 60);
    let places = |world: &World| -> Vec<String> {
        let all = pods(world).into_iter().filter(|it| !it.is_terminating());
        let mut names: Vec<String> = all.map(|it| it.node_name().to_owned()).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(places(&world), ["node-1", "node-2", "node-3"]);
    let taint = r#"{"spec":{"taints":[{"key":"own","effect":"NoExecute"}]}}"#;
    merge(&mut world, "/api/v1/nodes/node-2", taint);
    // A cordon does not concern it.
    merge(
        &mut world,
        "/api/v1/nodes/node-3",
        r#"{"spec":{"unschedulable":true}}"#,
    );
    wait(&mut world, 60);
    assert_eq!(places(&world), ["node-1", "node-3"]);
    let path = "/apis/apps/v1/namespaces/default/daemonsets/agent";
    let status = get(&mut world, path)["status"].clone();
    assert_eq!(status["desiredNumberScheduled"], 2.into());
    let image =
        r#"{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"busybox:1.37"}]}}}}"#;
    merge(&mut world, path, image);
    watched(&mut world, 120, |world| {
        let ready = pods(world)
            .into_iter()
            .filter(|it| it.is_ready() && !it.is_terminating());
        assert!(ready.count() >= 1);
    });
    assert!(
        pods(&world)
            .iter()
            .all(|it| it.containers()[0]["image"].as_str() == "busybox:1.37")
    );
    assert_eq!(places(&world), ["node-1", "node-3"]);
}

#[test]
fn limit_ranges_give_and_refuse() {
    const RANGE: &str = "\
apiVersion: v1
kind: LimitRange
metadata: {name: r}
spec:
  limits:
  - {type: Container, default: {cpu: 500m}, max: {cpu: '1', memory: 1Gi}, maxLimitRequestRatio: {cpu: '4'}}
  - {type: PersistentVolumeClaim, max: {storage: 2Gi}}
";
    const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {containers: [{name: a, image: i, resources: RESOURCES}]}
";
    let mut world = posted(&[RANGE]);
    let pod = |resources: &str| POD.replace("RESOURCES", resources);
    post(&mut world, &pod("{}")).unwrap();
    let stored = get(&mut world, "/api/v1/namespaces/default/pods/p");
    assert_eq!(
        stored["metadata"]["annotations"]["kubernetes.io/limit-ranger"].as_str(),
        "LimitRanger plugin set: cpu, memory request for container a; cpu, memory limit for container a"
    );
    assert_eq!(stored["status"]["qosClass"].as_str(), "Guaranteed");
    let refused = post(
        &mut world,
        &pod("{limits: {cpu: '2'}, requests: {cpu: 100m}}"),
    );
    assert_eq!(
        refused.unwrap_err(),
        "pods \"p\" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, cpu max limit to request ratio per Container is 4, but provided ratio is 20.000000]"
    );
    let claim = "\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}
";
    assert_eq!(
        post(&mut world, claim).unwrap_err(),
        "persistentvolumeclaims \"c\" is forbidden: maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 5Gi"
    );
    let wrong = "\
apiVersion: v1
kind: LimitRange
metadata: {name: w}
spec: {limits: [{type: Container, min: {cpu: '2'}, max: {cpu: '1'}}]}
";
    assert!(post(&mut world, wrong).unwrap_err().contains(
        "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1"
    ));
}

#[test]
fn secrets_take_plain_text_and_can_be_sealed() {
    let secret = "\
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {a: hello}
immutable: true
";
    let mut world = posted(&[secret]);
    let path = "/api/v1/namespaces/default/secrets/s";
    let stored = get(&mut world, path);
    assert_eq!(stored["data"]["a"].as_str(), "aGVsbG8=");
    assert_eq!(stored["type"].as_str(), "Opaque");
    assert!(stored["stringData"].is_null());
    let refused = merge(&mut world, path, r#"{"data":{"a":"eA=="}}"#).0;
    assert_eq!(
        refused["message"].as_str(),
        "Secret \"s\" is invalid: data: Forbidden: field is immutable when `immutable` is set"
    );
    let broken = secret.replace("stringData: {a: hello}", "data: {a: 'x y'}");
    assert_eq!(
        post(&mut world, &broken).unwrap_err(),
        "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 1"
    );
    let tls = "apiVersion: v1\nkind: Secret\nmetadata: {name: t}\ntype: kubernetes.io/tls\n";
    assert_eq!(
        post(&mut world, tls).unwrap_err(),
        "Secret \"t\" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]"
    );
}

#[test]
fn autoscalers_are_kept_in_both_versions() {
    let old = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    let body = r#"{"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"h"},
"spec":{"maxReplicas":4,"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"targetCPUUtilizationPercentage":50}}"#;
    let mut world = posted(&[WEB]);
    let (made, _) = send(&mut world, "POST", old, "", Value::from_json(body).unwrap());
    assert_eq!(made["apiVersion"].as_str(), "autoscaling/v1");
    assert_eq!(made["spec"]["targetCPUUtilizationPercentage"], 50.into());
    let new = get(
        &mut world,
        "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/h",
    );
    let target = &new["spec"]["metrics"][0]["resource"]["target"];
    assert_eq!(target["averageUtilization"], 50.into());
    assert_eq!(new["spec"]["minReplicas"], 1.into());
    let list = get(&mut world, old);
    assert_eq!(
        list["items"][0]["spec"]["targetCPUUtilizationPercentage"],
        50.into()
    );
    let refused = merge(
        &mut world,
        "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/h",
        r#"{"spec":{"minReplicas":9}}"#,
    );
    assert_eq!(
        refused.0["message"].as_str(),
        "HorizontalPodAutoscaler.autoscaling \"h\" is invalid: spec.maxReplicas: Invalid value: 4: must be greater than or equal to `minReplicas`"
    );
}

#[test]
fn kubectl_applies_the_older_autoscaler_and_describes_both() {
    let mut session = loaded(
        "apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: old}
spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: nope}, targetCPUUtilizationPercentage: 60}
",
    );
    let printed = typed(&mut session, &["kubectl get hpa --no-headers"]);
    assert_eq!(
        printed,
        ["old   StatefulSet/nope   cpu: <unknown>/60%   1     3     0     15s"]
    );
    let described = typed(&mut session, &["kubectl describe hpa old"]).join("\n");
    assert!(described.contains("FailedGetScale  the HPA controller was unable to get the target's current scale: statefulsets.apps \"nope\" not found"));
}

#[test]
fn endpoints_written_by_hand_are_mirrored() {
    let manifests = "\
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, ports: [{port: 5432}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: db, labels: {own: x}}
subsets: [{addresses: [{ip: 192.0.2.1}], notReadyAddresses: [{ip: 192.0.2.2}], ports: [{port: 5432}]}]
";
    let mut world = posted(&[manifests]);
    wait(&mut world, 10);
    let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
    let find = |world: &mut World| -> Vec<Value> {
        let list = get(world, slices);
        let mirrors = list["items"]
            .items()
            .iter()
            .filter(|it| it["metadata"]["labels"]["kubernetes.io/service-name"].as_str() == "db");
        mirrors.cloned().collect()
    };
    let mirrors = find(&mut world);
    assert_eq!(mirrors.len(), 1);
    let ready: Vec<bool> = mirrors[0]["endpoints"]
        .items()
        .iter()
        .map(|it| it["conditions"]["ready"].is_true())
        .collect();
    assert_eq!(ready, [true, false]);
    assert_eq!(mirrors[0]["metadata"]["labels"]["own"].as_str(), "x");
    let path = "/api/v1/namespaces/default/endpoints/db";
    send(&mut world, "DELETE", path, "", Value::Null);
    wait(&mut world, 10);
    assert_eq!(find(&mut world), []);
}

#[test]
fn pod_security_warns_and_forbids() {
    let namespace = "\
apiVersion: v1
kind: Namespace
metadata: {name: strict, labels: {pod-security.kubernetes.io/warn: restricted, pod-security.kubernetes.io/enforce: baseline}}
";
    let mut world = posted(&[namespace]);
    let set = WEB.replace("{name: web}", "{name: web, namespace: strict}");
    assert_eq!(
        post(&mut world, &set).unwrap(),
        [
            "would violate PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"nginx\" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"nginx\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"nginx\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container \"nginx\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")"
        ]
    );
    let pod = "\
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: strict}
spec:
  hostNetwork: true
  volumes: [{name: v, hostPath: {path: /}}]
  containers:
  - {name: a, image: i, ports: [{containerPort: 80}], securityContext: {privileged: true, capabilities: {add: [SYS_TIME]}}}
";
    assert_eq!(
        post(&mut world, pod).unwrap_err(),
        "pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\": non-default capabilities (container \"a\" must not include \"SYS_TIME\" in securityContext.capabilities.add), host namespaces (hostNetwork=true), hostPath volumes (volume \"v\"), hostPort (container \"a\" uses hostPort 80), privileged (container \"a\" must not set securityContext.privileged=true)"
    );
    post(
        &mut world,
        &WEB.replace("Deployment", "DaemonSet")
            .replace("  replicas: 3\n", ""),
    )
    .unwrap();
    wait(&mut world, 60);
    let label = r#"{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}"#;
    let (_, warnings) = merge(&mut world, "/api/v1/namespaces/default", label);
    assert_eq!(
        warnings[0],
        "existing pods in namespace \"default\" violate the new PodSecurity enforce level \"restricted:latest\""
    );
    assert!(warnings[1].ends_with(" (and 2 other pods): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile"));
}

#[test]
fn every_namespace_keeps_its_account_and_certificates() {
    let mut world = World::new(Config::default());
    for path in [
        "/api/v1/namespaces/default/serviceaccounts/default",
        "/api/v1/namespaces/default/configmaps/kube-root-ca.crt",
    ] {
        let old = get(&mut world, path)["metadata"]["uid"].clone();
        send(&mut world, "DELETE", path, "", Value::Null);
        let new = get(&mut world, path)["metadata"]["uid"].clone();
        assert!(new != old && !new.is_null());
    }
}

#[test]
fn what_is_wrong_with_a_workload_is_told_as_the_server_tells_it() {
    let cases = [
        (
            WEB.replace("{app: web}}\n  template", "{app: x}}\n  template"),
            "Deployment.apps \"web\" is invalid: spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`",
        ),
        (
            WEB.replace("replicas: 3", "replicas: -1"),
            "Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0",
        ),
        (
            WEB.replace(
                "replicas: 3",
                "strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}",
            ),
            "Deployment.apps \"web\" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
        ),
        (
            WEB.replace(
                "replicas: 3",
                "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}",
            ),
            "Deployment.apps \"web\" is invalid: spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0",
        ),
        (
            AGENT.replace("    spec:\n", "    spec:\n      restartPolicy: Never\n"),
            "DaemonSet.apps \"agent\" is invalid: spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"",
        ),
        (
            AGENT.replace("spec:\n  selector", "spec:\n  replicas: 2\n  selector"),
            "DaemonSet in version \"v1\" cannot be handled as a DaemonSet: strict decoding error: unknown field \"spec.replicas\"",
        ),
    ];
    for (manifest, message) in cases {
        let mut world = World::new(Config::default());
        assert_eq!(post(&mut world, &manifest).unwrap_err(), message);
    }
    let mut world = posted(&[WEB]);
    let patch = r#"{"spec":{"selector":{"matchLabels":{"b":"c"}},"template":{"metadata":{"labels":{"b":"c"}}}}}"#;
    let refused = merge(&mut world, DEPLOYMENT, patch).0;
    assert_eq!(
        refused["message"].as_str(),
        "Deployment.apps \"web\" is invalid: spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"web\",\"b\":\"c\"}}: field is immutable"
    );
}

#[test]
fn kubectl_rolls_out_and_back() {
    let mut session = loaded(&[WEB, "---\n", AGENT].concat());
    let warning = "Warning: resource deployments/web was previously managed with 'kubectl apply'. Rolling back will not update the kubectl.kubernetes.io/last-applied-configuration annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.";
    let cases: &[(&str, &[&str])] = &[
        (
            "kubectl set image deploy/web nginx=nginx:1.28",
            &["deployment.apps/web image updated"],
        ),
        (
            "kubectl rollout status deploy/web",
            &["deployment \"web\" successfully rolled out"],
        ),
        (
            "kubectl rollout history deploy/web",
            &[
                "deployment.apps/web ",
                "REVISION  CHANGE-CAUSE",
                "1         <none>",
                "2         <none>",
                "",
            ],
        ),
        (
            "kubectl rollout undo deploy/web",
            &[warning, "deployment.apps/web rolled back"],
        ),
        (
            "kubectl rollout history deploy/web",
            &[
                "deployment.apps/web ",
                "REVISION  CHANGE-CAUSE",
                "2         <none>",
                "3         <none>",
                "",
            ],
        ),
        (
            "kubectl rollout pause deploy/web",
            &["deployment.apps/web paused"],
        ),
        (
            "kubectl rollout pause deploy/web",
            &["error: deployments.apps \"web\" is already paused"],
        ),
        (
            "kubectl rollout resume deploy/web",
            &["deployment.apps/web resumed"],
        ),
        (
            "kubectl rollout undo deploy/web --to-revision=3",
            &[
                warning,
                "deployment.apps/web skipped rollback (current template already matches revision 3)",
            ],
        ),
        (
            "kubectl rollout history rs",
            &["no history viewer has been implemented for \"ReplicaSet.apps\""; 2],
        ),
        (
            "kubectl set image ds/agent a=busybox:1.37",
            &["daemonset.apps/agent image updated"],
        ),
        (
            "kubectl rollout status ds/agent",
            &["daemon set \"agent\" successfully rolled out"],
        ),
        (
            "kubectl rollout history ds/agent",
            &[
                "daemonset.apps/agent ",
                "REVISION  CHANGE-CAUSE",
                "1         <none>",
                "2         <none>",
                "",
            ],
        ),
        (
            "kubectl autoscale deploy web --max=3",
            &["horizontalpodautoscaler.autoscaling/web autoscaled"],
        ),
        (
            "kubectl get hpa --no-headers",
            &["web   Deployment/web   cpu: <unknown>/80%   1     3     3     15s"],
        ),
        (
            "kubectl delete deploy web",
            &["deployment.apps \"web\" deleted from default namespace"],
        ),
        (
            "kubectl get rs",
            &["No resources found in default namespace."],
        ),
    ];
    for (line, printed) in cases {
        assert_eq!(typed(&mut session, &[line]), *printed, "{line}");
    }
}
