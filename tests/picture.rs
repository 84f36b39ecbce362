//! What the page is told of the cluster: claims that stay, pods that came before, groups, nodes, and what can go wrong.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use reader::{loaded, typed, web};
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;
use statefulset_playground::value::Value;

const CLAIMS: &str = "volumeClaimTemplates:\n  - metadata: {name: www}\n    spec: {accessModes: [ReadWriteOnce], \
                      resources: {requests: {storage: 1Gi}}}";

fn snapshot(session: &Session) -> Value {
    Value::from_json(&session.snapshot()).unwrap()
}

fn faults(session: &Session, kind: &str, name: &str) -> Vec<(String, String)> {
    let faults = Value::from_json(&session.faults(kind, "default", name)).unwrap();
    let text = |it: &Value, name: &str| it[name].as_str().to_owned();
    let faults = faults.items().iter();
    faults
        .map(|it| (text(it, "code"), text(it, "command")))
        .collect()
}

#[test]
fn a_claim_stays_in_its_column_when_the_pod_is_gone() {
    let mut session = loaded(&web(&format!("replicas: 2\n  {CLAIMS}"), "image: nginx"));
    let column =
        |session: &Session, at: usize| snapshot(session)["statefulSets"][0]["columns"][at].clone();
    let before = column(&session, 1);
    assert_eq!(before["claims"][0]["name"].as_str(), "www-web-1");
    assert_eq!(before["claims"][0]["status"].as_str(), "Bound");
    assert_eq!(before["claims"][0]["size"].as_str(), "1Gi");
    assert!(!before["claims"][0]["kept"].is_true());
    typed(&mut session, &["kubectl scale sts web --replicas=1"]);
    let after = column(&session, 1);
    assert!(after["pod"].is_null() && !after["condemned"].is_true());
    assert!(after["claims"][0]["kept"].is_true());
    assert_eq!(after["claims"][0]["volume"], before["claims"][0]["volume"]);
    assert_eq!(after["past"][0]["ip"], before["pod"]["ip"]);
    assert_eq!(after["past"][0]["node"], before["pod"]["node"]);
    typed(&mut session, &["kubectl scale sts web --replicas=2"]);
    let again = column(&session, 1);
    assert_eq!(again["pod"]["incarnation"].as_int(), Some(2));
    assert_eq!(again["pod"]["past"][0]["nth"].as_int(), Some(1));
    assert_eq!(again["claims"][0]["volume"], before["claims"][0]["volume"]);
    typed(&mut session, &["kubectl delete sts web"]);
    let claims = snapshot(&session)["claims"].clone();
    assert_eq!(claims.items().len(), 2, "kept without a set");
}

#[test]
fn an_ordinal_that_nobody_wants_waits_for_nothing() {
    let mut session = loaded(&web(&format!("replicas: 3\n  {CLAIMS}"), "image: nginx"));
    typed(&mut session, &["kubectl scale sts web --replicas=0"]);
    session.type_line("kubectl scale sts web --replicas=2");
    let columns = |session: &Session| snapshot(session)["statefulSets"][0]["columns"].clone();
    while columns(&session)[0]["pod"].is_null() {
        assert!(session.step(StepSize::Event), "web-0 is made");
    }
    session.step(StepSize::Change);
    let columns = columns(&session);
    let waits = columns[1]["absent"]["text"].as_str();
    assert!(waits.starts_with("web-1 is not created yet"), "{waits}");
    assert_eq!(columns[2]["claims"][0]["name"].as_str(), "www-web-2");
    assert!(columns[2]["absent"].is_null(), "{}", columns[2]["absent"]);
}

#[test]
fn very_many_alike_are_one_group() {
    let session = loaded(&web(
        "replicas: 300\n  podManagementPolicy: Parallel",
        "image: nginx",
    ));
    let columns = snapshot(&session)["statefulSets"][0]["columns"].clone();
    assert!(columns.items().len() < 20, "{}", columns.items().len());
    let count = |it: &Value| it["group"]["count"].as_int().unwrap_or(1);
    assert_eq!(columns.items().iter().map(count).sum::<i64>(), 300);
    let session = loaded(&web(
        "replicas: 200\n  podManagementPolicy: Parallel",
        "image: nginx",
    ));
    assert_eq!(
        snapshot(&session)["statefulSets"][0]["columns"]
            .items()
            .len(),
        200
    );
}

#[test]
fn a_node_tells_of_its_pods_and_a_deployment_of_its_own() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  replicas: 2\n  \
                      selector: {matchLabels: {app: api}}\n  template:\n    metadata: {labels: {app: api}}\n    \
                      spec: {containers: [{name: c, image: nginx}]}\n";
    let session = loaded(&format!(
        "{}---\n{deployment}",
        web("replicas: 2", "image: nginx")
    ));
    let shown = snapshot(&session);
    let workload = &shown["workloads"][0];
    assert_eq!(workload["object"].as_str(), "deployment/api");
    assert_eq!(
        (workload["ready"].as_int(), workload["pods"].items().len()),
        (Some(2), 2)
    );
    assert_eq!(shown["pods"].items(), []);
    let nodes = shown["nodes"].items();
    let pods: usize = nodes.iter().map(|it| it["pods"].items().len()).sum();
    assert_eq!(pods, 4);
}

#[test]
fn every_fault_offered_can_be_run_and_shows() {
    let manifest = web(
        &format!("replicas: 2\n  {CLAIMS}"),
        "image: nginx, ports: [{containerPort: 80}], readinessProbe: {tcpSocket: {port: 80}}",
    );
    let objects = [
        ("pod", "web-0"),
        ("statefulset", "web"),
        ("node", "node-1"),
        ("persistentvolumeclaim", "www-web-0"),
        ("service", "nginx"),
    ];
    let mut run = 0;
    for (kind, name) in objects {
        let offered = faults(&loaded(&manifest), kind, name);
        assert!(offered.len() > 2, "{kind}: {offered:?}");
        for (code, command) in offered {
            let mut session = loaded(&manifest);
            session.type_line(&command);
            for _ in 0..400 {
                session.step(StepSize::Event);
            }
            let lines = snapshot(&session)["terminal"]["lines"].clone();
            let wrong: Vec<&Value> = lines
                .items()
                .iter()
                .filter(|it| {
                    it["kind"].as_str() == "err" && !it["text"].as_str().starts_with("Warning")
                })
                .collect();
            assert!(wrong.is_empty(), "{code}: {command}: {wrong:?}");
            run += 1;
        }
    }
    assert!(run > 20, "{run}");
}

#[test]
fn a_fault_ends_where_another_is_offered() {
    let manifest = web(
        &format!("replicas: 2\n  {CLAIMS}"),
        "image: nginx, ports: [{containerPort: 80}], readinessProbe: {tcpSocket: {port: 80}}",
    );
    let run = |session: &mut Session, kind: &str, name: &str, code: &str| {
        let all = faults(session, kind, name);
        let found = all.iter().find(|it| it.0 == code);
        let command = found
            .unwrap_or_else(|| panic!("{code} in {all:?}"))
            .1
            .as_str();
        typed(session, &[command]);
    };
    let mut session = loaded(&manifest);
    let answers = |session: &Session| snapshot(session)["services"][0]["answers"].items().len();
    assert_eq!(answers(&session), 2);
    run(&mut session, "pod", "web-0", "unready");
    assert_eq!(answers(&session), 1, "left out while it is not ready");
    run(&mut session, "pod", "web-0", "ready");
    assert_eq!(answers(&session), 2);
    run(&mut session, "pod", "web-0", "finalize");
    typed(&mut session, &["kubectl delete pod web-0 --wait=false"]);
    let status = |session: &Session| {
        snapshot(session)["statefulSets"][0]["columns"][0]["pod"]["tone"].clone()
    };
    assert_eq!(status(&session).as_str(), "terminating");
    run(&mut session, "pod", "web-0", "unfinalize");
    assert_eq!(status(&session).as_str(), "ready");
    let claim = "persistentvolumeclaim";
    run(&mut session, claim, "www-web-0", "storage-fails");
    typed(&mut session, &["kubectl scale sts web --replicas=3"]);
    let third = |session: &Session| snapshot(session)["statefulSets"][0]["columns"][2].clone();
    assert_eq!(third(&session)["claims"][0]["status"].as_str(), "Pending");
    assert!(
        third(&session)["claims"][0]["waiting"]["text"]
            .as_str()
            .contains("cannot reach its storage")
    );
    run(&mut session, claim, "www-web-2", "storage-usual");
    typed(&mut session, &["sleep 600"]);
    assert_eq!(third(&session)["claims"][0]["status"].as_str(), "Bound");
    let again = session.link();
    let mut other = Session::new(statefulset_playground::config::Config::default());
    other.open(&again);
    assert_eq!(
        other.snapshot(),
        session.snapshot(),
        "a link replays faults"
    );
}

#[test]
fn what_is_no_fault_is_said() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    for line in [
        "fault",
        "fault pod",
        "fault pod web-7 unready",
        "fault pod web-0 dances",
        "fault node node-9 down",
        "fault storage slow soon",
        "fault image x slow",
        "fault dns",
    ] {
        let printed = typed(&mut session, &[line]).join(" ");
        let is_said = ["usage: fault", "there is no", "no span"];
        assert!(
            is_said.iter().any(|it| printed.contains(it)),
            "{line}: {printed}"
        );
    }
}

#[test]
fn the_moment_dns_answers_is_marked() {
    let session = loaded(&web("replicas: 2", "image: nginx"));
    let markers = snapshot(&session)["timeline"]["markers"].clone();
    let of = |kind: &str| {
        let all = markers.items().iter();
        all.filter(|it| it["kind"].as_str() == kind)
            .cloned()
            .collect::<Vec<_>>()
    };
    let (ready, dns) = (of("ready"), of("dns"));
    assert_eq!((ready.len(), dns.len()), (2, 2), "{markers:?}");
    for (ready, dns) in ready.iter().zip(&dns) {
        assert!(
            ready["time"].as_int() < dns["time"].as_int(),
            "DNS trails readiness"
        );
        assert_eq!(dns["text"].as_str(), "nginx");
    }
}
