//! Every reason of the catalogue is given by some run: recorded scenarios, real problems and a few lines of our own.
//! What none of them reaches is listed here, openly; the list only gets shorter.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![allow(clippy::too_many_lines, reason = "a table is as long as it is")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use statefulset_playground::api::Kind;
use statefulset_playground::config::Config;
use statefulset_playground::conformance::doctor::diagnose;
use statefulset_playground::conformance::replay::replay;
use statefulset_playground::conformance::scenario::Scenario;
use statefulset_playground::dns::stub::Attempt;
use statefulset_playground::session::Session;
use statefulset_playground::sim::{Input, Outage, Resolution, StepSize, World};
use statefulset_playground::time::Duration;
use statefulset_playground::value::Value;
use statefulset_playground::why::Why;

/// Reasons that no run here gives.
const UNREACHED: &[&str] = &[
    // Only asked for: tests/terminal.rs.
    "beyond-replicas",
    // The pod is looked at between its claim's owner and its claim going: no run is that close.
    "claim-stale",
    // tests/kinds.rs.
    "daemon-failed",
    // tests/nodes.rs.
    "node-forgotten",
    // What no name looked up here meets; tests/dns.rs and the recorded DNS cases do.
    "dns-upstream-down",
    "dns-authority",
    "dns-external-name-unusable",
    "dns-empty-service",
    "dns-no-such-pod",
    "dns-no-reverse",
    "dns-no-transfer",
    "dns-not-synced",
    "dns-no-reply",
    // Every change of a Service changes its pods as well so far.
    "slice-follows",
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

/// The reasons in a world's trace and among its standing waits.
fn collect(world: &World, given: &mut BTreeSet<&'static str>) {
    given.extend(world.trace.iter().map(|it| it.why.rule().code));
    let waits = world.waits.iter().flat_map(|it| it.1.iter());
    given.extend(waits.map(|it| it.1.rule().code));
    let tried = world.lookups.iter().flat_map(|it| it.tried.iter());
    given.extend(tried.flat_map(told));
}

fn told(attempt: &Attempt) -> impl Iterator<Item = &'static str> {
    let told = Resolution::told(attempt).into_iter().flatten();
    told.map(|it| it.rule().code)
}

/// Looks at who is left out of what, and names up, from outside and from a pod.
fn look_around(world: &World, given: &mut BTreeSet<&'static str>) {
    for service in world.store.objects.list_in(Kind::Service, "default") {
        for pod in world.store.objects.list_in(Kind::Pod, "default") {
            given.extend(world.left_out(service, pod).map(|it| it.rule().code));
        }
    }
    for name in NAMES {
        for from in ["", "web-0"] {
            if let Ok(resolution) = world.resolve(name, from) {
                given.insert(resolution.how.rule().code);
                given.extend(resolution.tried.iter().flat_map(told));
                given.extend(resolution.left_out.iter().map(|it| it.1.rule().code));
            }
        }
    }
}

/// Names of every kind, right and wrong.
const NAMES: [&str; 20] = [
    "web-0",
    "web-0.web",
    "web-1.web",
    "web-9.web",
    "web-1.all",
    "web",
    "all",
    "outside",
    "nobody",
    "web.other",
    "elsewhere",
    "empty",
    "web.nowhere.svc.cluster.local.",
    "web.default.svc.cluster.local.",
    "a.b.c.d.web.default.svc.cluster.local",
    "10-42-1-2.default.pod.cluster.local.",
    "cluster.local.",
    "example.com",
    "10.43.0.10",
    "10.42.250.250",
];

/// A program that is ready only a while after its start.
const LATE: &str = "      containers: [{name: c, image: nginx, readinessProbe: {initialDelaySeconds: 5, httpGet: {port: 80}}}]\n";

/// Services of every kind beside a set, and one of its name elsewhere.
const SERVICES: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: other}
---
apiVersion: v1
kind: Service
metadata: {name: elsewhere, namespace: other}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: all}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: empty}
spec: {clusterIP: None, selector: {app: none}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {type: ExternalName, externalName: example.com}
---
";

/// A set whose `spec` and pod `spec` have these lines as well.
fn set(spec: &str, pod: &str) -> String {
    let image = if pod.contains("containers:") {
        ""
    } else {
        "      containers: [{name: c, image: nginx}]\n"
    };
    format!(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: web}}\nspec:\n  serviceName: web\n{spec}  \
         selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata: {{labels: {{app: web}}}}\n    spec:\n{image}{pod}"
    )
}

const CLAIMS: &str = "  volumeClaimTemplates:\n  - metadata: {name: data}\n    spec: {accessModes: [ReadWriteOnce], \
                      resources: {requests: {storage: 1Gi}}}\n";
const DELETE: &str =
    "  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete, whenDeleted: Delete}\n";

fn claim(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {name}}}\nspec: {{accessModes: [ReadWriteOnce], \
         resources: {{requests: {{storage: 1Gi}}}}{spec}}}\n"
    )
}

fn class(name: &str, rest: &str) -> String {
    format!(
        "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: {name}}}\n{rest}\n"
    )
}

fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n{spec}")
}

/// Manifests, and lines typed after them, each when nothing moves any more; `!down NODE` is no line but a fault.
fn runs() -> Vec<(String, Vec<&'static str>)> {
    let bad = r#"kubectl patch sts web -p '{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"nonexistent:1"}]}}}}'"#;
    let owned = r#"kubectl patch cm both --type merge -p "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"a\",\"uid\":\"$a\"},{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"b\",\"uid\":\"$b\"}]}}""#;
    let taken = r#"kubectl patch pvc data-web-0 -p "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"name\":\"default\",\"uid\":\"$uid\",\"controller\":true}]}}""#;
    let disowned = r#"kubectl patch sts web --type merge -p '{"spec":{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Retain","whenScaled":"Retain"}}}'"#;
    vec![
        (
            include_str!("cases/article-transcript.txt").to_owned(),
            vec![],
        ),
        (
            set(&format!("  replicas: 1\n{CLAIMS}"), ""),
            vec!["fault storage fails", "kubectl scale sts web --replicas=2"],
        ),
        (
            set(
                "  replicas: 2\n  revisionHistoryLimit: 0\n  minReadySeconds: 5\n",
                "",
            ),
            vec![
                "kubectl set image sts/web c=nginx:2",
                "kubectl delete sts web --cascade=foreground",
            ],
        ),
        (
            set("  replicas: 3\n  updateStrategy: {type: OnDelete}\n", ""),
            vec![
                bad,
                "kubectl delete pod web-2",
                "kubectl delete pod web-1",
                "kubectl scale sts web --replicas=1",
            ],
        ),
        (
            set(
                "  replicas: 1001\n",
                "      containers: [{name: c, image: nonexistent}]\n",
            ),
            vec![],
        ),
        (
            set(&format!("  replicas: 2\n{CLAIMS}{DELETE}"), ""),
            vec![
                "kubectl scale sts web --replicas=1",
                "kubectl scale sts web --replicas=2",
                disowned,
                "kubectl delete pvc data-web-1 --wait=false",
                "kubectl delete pod web-1",
                "uid=$(kubectl get ns default -o jsonpath='{.metadata.uid}')",
                taken,
                r#"kubectl patch sts web --type merge -p '{"spec":{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Delete"}}}'"#,
                "kubectl delete pod web-0",
            ],
        ),
        (
            claim("lone", ", volumeName: none")
                + "---\n"
                + &class("hand", "provisioner: kubernetes.io/no-provisioner")
                + "---\n"
                + &claim("hand", ", storageClassName: hand")
                + "---\n"
                + &class("grows", "provisioner: x\nallowVolumeExpansion: true")
                + "---\n"
                + &claim("g", ", storageClassName: grows")
                + "---\n"
                + &class("keeps", "provisioner: x\nreclaimPolicy: Retain")
                + "---\n"
                + &claim("k", ", storageClassName: keeps")
                + "---\n"
                + &claim("used", "")
                + "---\n"
                + &claim("lost", "")
                + "---\n"
                + &pod(
                    "  containers: [{name: c, image: nginx}]\n  volumes: [{name: v, persistentVolumeClaim: {claimName: used}}]\n",
                ),
            vec![
                r#"kubectl patch pvc g -p '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}'"#,
                "kubectl delete pvc g",
                "kubectl delete pvc k",
                "kubectl delete pvc used --wait=false",
                "kubectl delete pod p",
                "pv=$(kubectl get pvc lost -o jsonpath='{.spec.volumeName}')",
                "kubectl delete pv $pv --wait=false",
                r#"kubectl patch pv $pv -p '{"metadata":{"finalizers":null}}'"#,
            ],
        ),
        (
            String::new(),
            vec![
                "kubectl create configmap a",
                "kubectl create configmap b",
                "kubectl create configmap both",
                "a=$(kubectl get cm a -o jsonpath='{.metadata.uid}')",
                "b=$(kubectl get cm b -o jsonpath='{.metadata.uid}')",
                owned,
                "kubectl delete cm a",
            ],
        ),
        (
            pod("  schedulingGates: [{name: x/y}]\n  containers: [{name: c, image: nginx}]\n"),
            vec![],
        ),
        (
            pod(
                "  restartPolicy: Never\n  readinessGates: [{conditionType: x/y}]\n  containers:\n  - name: c\n    image: nginx\n    \
                 lifecycle: {postStart: {exec: {command: ['sleep', '5']}}}\n    livenessProbe: {exec: {command: ['false']}, initialDelaySeconds: 20}\n",
            ),
            vec![],
        ),
        (
            pod(
                "  containers:\n  - name: c\n    image: nginx\n    lifecycle: {postStart: {exec: {command: ['false']}}}\n",
            ),
            vec![],
        ),
        (
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: \
             shop}\nspec: {containers: [{name: c, image: nginx}]}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: held, \
             namespace: shop, finalizers: [example.com/hold]}\n"
                .into(),
            vec![
                "kubectl delete ns shop --wait=false",
                "kubectl patch cm held -n shop --type merge -p '{\"metadata\":{\"finalizers\":null}}'",
            ],
        ),
        (
            pod(
                "  imagePullSecrets: [{name: regcred}]\n  containers: [{name: c, image: nginx, envFrom: [{secretRef: {name: none}}]}]\n",
            ),
            vec![],
        ),
        (
            pod(
                "  containers: [{name: c, image: 'nginx:1:2'}]\n  volumes: [{name: v, configMap: {name: later}}]\n",
            ),
            vec!["kubectl create configmap later"],
        ),
        (
            workload("Deployment", "  replicas: 4\n  revisionHistoryLimit: 1\n"),
            vec![
                "kubectl rollout pause deployment web",
                "kubectl set image deployment web c=nginx:1.28",
                "kubectl rollout resume deployment web",
                "kubectl set image deployment web c=nginx:1.29",
                "kubectl set image deployment web c=nginx:1.30",
                "kubectl scale deployment web --replicas=1",
                "kubectl autoscale deployment web --min=1 --max=3",
                "kubectl annotate deployment web note=changed",
                "kubectl label pods -l app=web app=loose --overwrite",
                "kubectl delete deployment web --cascade=orphan",
                "kubectl apply -f manifest.yaml",
                "kubectl set image deployment web c=nginx:nonexistent",
                "kubectl delete pods --all",
            ],
        ),
        (
            workload("Deployment", "  strategy: {type: Recreate}\n"),
            vec!["kubectl set image deployment web c=nginx:1.28"],
        ),
        (
            workload("DaemonSet", ""),
            vec![
                "kubectl set image daemonset web c=nginx:1.28",
                "kubectl patch daemonset web -p '{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"kubernetes.io/hostname\":\"node-1\"}}}}}'",
            ],
        ),
        (
            "apiVersion: v1\nkind: Service\nmetadata: {name: by-hand}\nspec: {ports: [{port: 80}]}\n---\napiVersion: v1\n\
             kind: Endpoints\nmetadata: {name: by-hand}\nsubsets: [{addresses: [{ip: 10.9.8.7}], ports: [{port: 80}]}]\n"
                .into(),
            vec!["kubectl delete endpoints by-hand"],
        ),
        (
            set("  replicas: 2\n", "")
                + "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {minAvailable: 1, selector: \
                   {matchLabels: {app: web}}}\n",
            vec!["!down node-1", "!down node-2", "!down node-3"],
        ),
        (
            set(&format!("  replicas: 1\n{CLAIMS}"), ""),
            vec![
                "!provisioner-down",
                "!kubectl scale sts web --replicas=3",
                "!shutdown node-1",
                "!shutdown node-2",
                "!shutdown node-3",
            ],
        ),
        (
            set("  replicas: 3\n", ""),
            vec!["fault node node-1 cut; sleep 100; fault node node-1 up"],
        ),
        (
            set("  replicas: 1\n", ""),
            vec![
                "fault dns serves-stale",
                "kubectl exec web-0 -- getent hosts none.default.svc.cluster.local",
                "sleep 40",
                "kubectl exec web-0 -- getent hosts none.default.svc.cluster.local",
            ],
        ),
    ]
}

/// A workload of that kind whose pods run nginx.
fn workload(kind: &str, spec: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: web}}\nspec:\n  selector: {{matchLabels: {{app: web}}}}\n{spec}  \
         template:\n    metadata: {{labels: {{app: web}}}}\n    spec: {{containers: [{{name: c, image: nginx}}]}}\n"
    )
}

#[test]
fn every_reason_is_given_by_some_run() {
    let mut given = BTreeSet::new();
    let folders = std::fs::read_dir(fixtures().join("cluster")).unwrap();
    for folder in folders {
        let scenario = Scenario::read(&folder.unwrap().path()).unwrap();
        given.extend(replay(&scenario).reasons);
    }
    let cases = std::fs::read_to_string(fixtures().join("real-problems.jsonl")).unwrap();
    for case in cases.lines() {
        collect(
            &diagnose(&Value::from_json(case).unwrap()).world,
            &mut given,
        );
    }
    for (manifest, lines) in runs() {
        let mut session = Session::new(Config::default());
        session.load(&manifest);
        session.step(StepSize::Idle);
        let mut faults = Vec::new();
        for line in lines {
            match line.strip_prefix('!') {
                Some(fault) => faults.push(fault),
                None => {
                    session.type_line(line);
                    session.step(StepSize::Idle);
                }
            }
        }
        collect(session.timeline().world(), &mut given);
        let mut world = session.timeline().world().clone();
        for fault in faults {
            world.apply(match fault.split_once(' ') {
                Some(("down", node)) => Input::NodeDown(node.into(), Outage::Power),
                Some(("shutdown", node)) => Input::NodeDown(node.into(), Outage::Shutdown),
                Some(_) => Input::Type(fault.into()),
                None => Input::Provision(Duration::NEVER),
            });
        }
        world.wait_until(world.now + Duration::s(600));
        collect(&world, &mut given);
    }
    let mut session = Session::new(Config::default());
    session.load(&(SERVICES.to_owned() + &set("  replicas: 2\n", LATE)));
    while session.step(StepSize::Change) {
        look_around(session.timeline().world(), &mut given);
    }
    session.type_line("kubectl delete pod web-1");
    while session.step(StepSize::Change) {
        look_around(session.timeline().world(), &mut given);
    }
    let codes = Why::RULES.iter().map(|it| it.code);
    let unreached: Vec<&str> = codes.filter(|it| !given.contains(it)).collect();
    assert_eq!(
        unreached, UNREACHED,
        "what is reached leaves the list, what is new gets a run"
    );
}
