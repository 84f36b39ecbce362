//! The doctor: real people's problems it names, and healthy manifests it leaves alone.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::path::{Path, PathBuf};

use statefulset_playground::config::Config;
use statefulset_playground::conformance::doctor::{diagnose, judge};
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;
use statefulset_playground::time::Duration;
use statefulset_playground::value::Value;
use statefulset_playground::{array, object};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

/// What passes may only grow: ids stand in `floor.json`, and each must pass.
#[test]
fn no_real_problem_falls_below_the_floor() {
    let floor = std::fs::read_to_string(fixtures().join("floor.json")).unwrap();
    let floor = Value::from_json(&floor).unwrap();
    let path = fixtures().join("real-problems.jsonl");
    let report = judge(&[&path], false).unwrap();
    let passed = &report.tally.passed;
    let floor = floor["doctor"].items();
    let has_fallen = |it: &&Value| !passed.iter().any(|id| id == it.as_str());
    let fallen: Vec<&str> = floor.iter().filter(has_fallen).map(Value::as_str).collect();
    let text = report.lines.join("\n");
    assert!(fallen.is_empty(), "{fallen:?} passed before:\n{text}");
    let is_new = |it: &&String| floor.iter().all(|known| known.as_str() != **it);
    let risen: Vec<&String> = passed.iter().filter(is_new).collect();
    assert!(
        risen.is_empty(),
        "add to tests/conformance/floor.json: {risen:?}"
    );
}

/// A headless Service and a set, the way tutorials write them.
fn healthy(set: &str, pod: &str) -> String {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec:\n  clusterIP: None\n  \
                   selector: {app: db}\n  ports: [{port: 80, name: web}]\n---\n";
    let head = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  \
                replicas: 3\n  selector: {matchLabels: {app: db}}\n";
    let template = "  template:\n    metadata: {labels: {app: db}}\n    spec:\n      containers:\n      \
                    - {name: app, image: 'nginx:1.27', ports: [{containerPort: 80, name: web}]";
    format!("{service}{head}{set}{template}{pod}}}\n")
}

const CLAIMS: &str = "  volumeClaimTemplates:\n  - metadata: {name: data}\n    spec:\n      \
                      accessModes: [ReadWriteOnce]\n      resources: {requests: {storage: 1Gi}}\n";

#[test]
fn healthy_manifests_give_no_finding() {
    let client = "---\napiVersion: v1\nkind: Service\nmetadata: {name: db-read}\nspec:\n  selector: {app: db}\n  \
                  ports: [{port: 80, name: web}]\n";
    let probe = ", readinessProbe: {httpGet: {path: /, port: web}, initialDelaySeconds: 5}, \
                 livenessProbe: {tcpSocket: {port: 80}, initialDelaySeconds: 15}";
    let address = ", env: [{name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}, \
                   {name: SEED, value: db-0.db.default.svc.cluster.local}]";
    let class = "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\n\
                 provisioner: example.com/disk\n";
    let manifests = [
        include_str!("../www/examples/article.yaml").to_owned(),
        healthy("", ""),
        healthy("  podManagementPolicy: Parallel\n", "") + client,
        healthy("  updateStrategy: {rollingUpdate: {partition: 2}}\n", probe),
        healthy("  updateStrategy: {type: OnDelete}\n", address),
        healthy(CLAIMS, ""),
        healthy(CLAIMS, "") + client,
        // The class comes after the claims, as one of the official tutorials has it.
        healthy(
            &CLAIMS.replace("      access", "      storageClassName: fast\n      access"),
            "",
        ) + class,
        healthy("", "") + "---\n" + &healthy("", probe).replace("db", "web"),
    ];
    for manifest in manifests {
        let mut session = Session::new(Config::default());
        session.load(&manifest);
        session.step(StepSize::Idle);
        session.advance(Duration::s(300));
        assert_eq!(session.doctor(), "[]", "{manifest}");
    }
}

/// The codes of a run of a manifest and actions.
fn codes(manifest: &str, actions: &[&str]) -> Vec<&'static str> {
    let actions: Value = actions.iter().copied().collect();
    let found = diagnose(&object! {"manifest": manifest, "actions": actions});
    assert_eq!(found.lacks, Vec::<String>::new());
    found.codes()
}

const APPLY: [&str; 2] = [
    "kubectl apply -f manifest.yaml",
    "until ready db-0 db-1 db-2",
];

#[test]
fn what_works_as_intended_is_told_only_to_who_ran_into_it() {
    let partition = healthy("  updateStrategy: {rollingUpdate: {partition: 2}}\n", "");
    assert_eq!(codes(&partition, &APPLY), Vec::<&str>::new());
    let update = ["kubectl set image sts/db app=nginx:1.28", "wait 2m"];
    assert_eq!(
        codes(&partition, &[APPLY, update].concat()),
        ["partition-hides-update"]
    );
    let parallel = healthy("  podManagementPolicy: Parallel\n", "");
    let scale = ["kubectl scale sts db --replicas=5", "wait 2m"];
    assert_eq!(
        codes(&parallel, &[APPLY, scale].concat()),
        Vec::<&str>::new()
    );
    assert_eq!(
        codes(&parallel, &[APPLY, update].concat()),
        ["parallel-scope"]
    );
}

/// Rules that no shown case has.
#[test]
#[allow(clippy::too_many_lines, reason = "one table")]
fn rules_without_a_shown_case_find_theirs() {
    let plain = healthy("", "");
    let client = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: client, labels: {app: client}}\n\
                  spec: {containers: [{name: c, image: 'nginx:1.27'}]}\n";
    let cases: [(String, &[&str], &str); 14] = [
        (
            plain.clone() + client,
            &[
                "until ready client db-0",
                "in client: getent hosts db-0.db",
                "kubectl delete pod db-0",
            ],
            "client-dns-cache",
        ),
        (
            healthy("", ", resources: {requests: {cpu: '10'}}"),
            &["wait 1m"],
            "insufficient-requests",
        ),
        (
            healthy(CLAIMS, ""),
            &[
                "until ready db-0",
                "wait 1m",
                "kubectl delete pvc data-db-0 --wait=false",
                "wait 1m",
                "kubectl get pvc",
            ],
            "pvc-deleted-while-in-use",
        ),
        (
            plain.clone()
                + "---\napiVersion: v1\nkind: Service\nmetadata: {name: other}\nspec:\n  clusterIP: None\n  \
                             selector: {app: db}\n  ports: [{port: 80, name: web}]\n",
            &["nslookup db-0.other"],
            "hostname-only-under-governing-service",
        ),
        (
            plain.replace("ports: [{port: 80, name: web}]\n---", "ports: []\n---"),
            &[
                "with registry.k8s.io/e2e-test-images/agnhost:2.39: dig _web._tcp.db.default.svc.cluster.local SRV",
            ],
            "headless-without-ports",
        ),
        (
            plain
                .replace("    spec:\n", "    spec:\n      hostNetwork: true\n")
                .replace("replicas: 3", "replicas: 1"),
            &["until ready db-0", "in db-0: getent hosts db"],
            "hostnetwork-dnspolicy",
        ),
        (
            plain.clone(),
            &[
                "until ready db-0",
                r#"kubectl patch sts db -p '{"spec":{"updateStrategy":{"type":"OnDelete"}}}'"#,
            ],
            "update-strategy-leftover",
        ),
        (
            plain.replace("matchLabels: {app: db}", "matchLabels: {app: other}"),
            &[],
            "selector-missing-or-mismatch",
        ),
        (
            plain.replace(
                "kind: StatefulSet\nmetadata: {name: db}",
                &format!("kind: StatefulSet\nmetadata: {{name: {}}}", "d".repeat(56)),
            ),
            &["wait 1m"],
            "name-too-long",
        ),
        (
            healthy(
                &CLAIMS.replace(
                    "      access",
                    "      storageClassName: nosuch\n      access",
                ),
                "",
            ),
            &["wait 1m"],
            "storageclass-not-found",
        ),
        (
            healthy("", ", livenessProbe: {httpGet: {path: /, port: 8080}}"),
            &["wait 3m"],
            "probe-wrong-target",
        ),
        (
            healthy("", ", livenessProbe: {tcpSocket: {port: 80}}").replace(
                "labels: {app: db}}",
                "labels: {app: db}, annotations: {playground/app: listens-on 8080}}",
            ),
            &["wait 1m"],
            "probe-wrong-target",
        ),
        (
            healthy(
                "",
                ", readinessProbe: {exec: {command: [sh, -c, 'nslookup db-1.db']}}",
            ),
            &["wait 3m"],
            "ordered-ready-readiness-deadlock",
        ),
        (
            plain.clone(),
            &["until ready db-0", "nslookup db-0.db.default.cluster.local"],
            "wrong-dns-name",
        ),
    ];
    for (manifest, actions, code) in cases {
        let mut lines = vec!["kubectl apply -f manifest.yaml"];
        if code == "ordered-ready-readiness-deadlock" {
            lines.insert(
                0,
                "app: app=db ready-when-resolves db-1.db.default.svc.cluster.local",
            );
        }
        if code == "client-dns-cache" {
            lines.insert(0, "app: app=client caches-dns");
        }
        lines.extend(actions);
        assert_eq!(codes(&manifest, &lines).first(), Some(&code), "{manifest}");
    }
}

#[test]
fn a_finding_says_what_where_and_what_to_do() {
    let manifest = healthy("", "").replacen("selector: {app: db}", "selector: {app: web}", 1);
    let mut session = Session::new(Config::default());
    session.load(&manifest);
    session.step(StepSize::Idle);
    let found = Value::from_json(&session.doctor()).unwrap();
    let want = object! {
        "code": "service-selector-mismatch",
        "severity": "error",
        "text": "service db selects app=web, and the pods have app=db: it has no endpoints",
        "fix": "Set the Service's selector to labels that the pod template has.",
        "command": "kubectl patch service db -p '{\"spec\":{\"selector\":{\"app\":\"db\"}}}'",
        "object": "service/db",
        "field": "spec.selector",
        "line": 6,
        "proof": array![],
    };
    assert_eq!(found.items(), [want]);
}

/// upstream: the message of k8s.io/pod-security-admission for a plain pod, as its documentation shows it.
#[test]
fn a_restricted_namespace_says_all_that_a_plain_pod_lacks() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: locked\n  labels:\n    \
                     pod-security.kubernetes.io/enforce: restricted\n---\n";
    let set = healthy("", "").replace(
        "metadata: {name: db}",
        "metadata: {name: db, namespace: locked}",
    );
    let actions: Value = ["kubectl apply -f manifest.yaml", "wait 1m"]
        .into_iter()
        .collect();
    let found = diagnose(&object! {"manifest": namespace.to_owned() + &set, "actions": actions});
    assert_eq!(found.codes(), ["failedcreate-admission"]);
    let want = "Create Pod db-0 in StatefulSet db failed error: pods \"db-0\" is forbidden: violates PodSecurity \
                \"restricted:latest\": allowPrivilegeEscalation != false (container \"app\" must set \
                securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"app\" must \
                set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"app\" must \
                set securityContext.runAsNonRoot=true), seccompProfile (pod or container \"app\" must set \
                securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";
    assert_eq!(found.findings[0].proof[0].1, want);
}

/// The first finding, and what its command leads to.
fn mended(text: &str, actions: &[&str]) -> (String, Session) {
    let mut session = Session::new(Config::default());
    session.load(text);
    session.step(StepSize::Idle);
    for line in actions {
        session.type_line(line);
        session.advance(Duration::s(120));
    }
    let findings = Value::from_json(&session.doctor()).unwrap();
    let first = &findings[0];
    let command = first["command"].as_str();
    assert!(!command.is_empty(), "{findings}");
    session.type_line(command);
    session.advance(Duration::s(120));
    (first["code"].as_str().into(), session)
}

#[test]
fn a_fix_can_be_run_and_is_seen_working() {
    let text = healthy("", "").replacen("selector: {app: db}", "selector: {app: other}", 1);
    let (code, session) = mended(&text, &["kubectl describe svc db"]);
    assert_eq!(code, "service-selector-mismatch");
    let shown = Value::from_json(&session.snapshot()).unwrap();
    assert_eq!(shown["services"][0]["answers"].items().len(), 3);

    let broken = healthy("", "").replace("nginx:1.27", "nginx:nonexistent");
    let (code, session) = mended(&broken, &["kubectl set image sts/db app=nginx:1.27"]);
    assert_eq!(code, "ordered-ready-forced-rollback");
    assert!(session.timeline().world().is_settled());

    let update = "kubectl set image sts/db app=nginx:1.28";
    let held = healthy("  updateStrategy: {rollingUpdate: {partition: 2}}\n", "");
    let (code, session) = mended(&held, &[update, "kubectl get pods"]);
    assert_eq!(code, "partition-hides-update");
    assert!(session.timeline().world().is_settled());
}
