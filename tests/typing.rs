//! What readers type besides the lessons: containers' shells, a second terminal, Tab, and every command there is.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use reader::{loaded, typed, web};
use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;
use statefulset_playground::value::Value;

#[test]
fn a_container_has_a_shell_with_files_pipes_and_loops() {
    let mut session = loaded(&web("replicas: 1", "image: nginx:1.27"));
    let cases: &[(&str, &[&str])] = &[
        (
            "echo hi > /tmp/f; echo ho >> /tmp/f; cat /tmp/f",
            &["hi", "ho"],
        ),
        ("cat /tmp/f | grep -c h; wc -l < /tmp/f", &["2", "2"]),
        (
            "x=0; while [ $x != aaa ]; do x=a$x; [ $x = aa0 ] && x=aaa; done; echo $x",
            &["aaa"],
        ),
        ("ls /tmp/ | head -1; rm /tmp/f; ls /tmp", &["f"]),
        (
            "cat /tmp/f || echo gone",
            &["cat: /tmp/f: No such file or directory", "gone"],
        ),
        (
            "echo a > /nowhere/f",
            &["sh: 1: cannot create /nowhere/f: Directory nonexistent"],
        ),
        (
            "mkdir -p /srv/a/b && cd /srv/a/b && pwd && echo x > y && cat /srv/a/b/y",
            &["/srv/a/b", "x"],
        ),
        (
            "for i in 3 1 2; do echo $i; done | sort -r | awk '{print $1, NR}'",
            &["3 1", "2 2", "1 3"],
        ),
        (
            "while true; do true; done",
            &["sh: this runs too many commands: it is stopped here"],
        ),
        (
            "cat /usr/share/nginx/html/index.html | grep -c title",
            &["1"],
        ),
        (
            "echo b > /usr/share/nginx/html/b; curl -s localhost/b; curl -s localhost/c | grep -c 404",
            &["b", "2"],
        ),
        (
            "rm /usr/share/nginx/html/index.html; curl -s localhost | grep title",
            &["<head><title>403 Forbidden</title></head>"],
        ),
    ];
    for (line, want) in cases {
        let quoted = line.replace('\'', "'\\''");
        let line = format!("kubectl exec web-0 -- sh -c '{quoted}'");
        let shown = typed(&mut session, &[&line]);
        let shown: Vec<&String> = shown
            .iter()
            .filter(|it| !it.starts_with("command terminated"))
            .collect();
        assert_eq!(shown, *want, "{line}");
    }
    let shown = typed(&mut session, &["echo in | kubectl exec -i web-0 -- cat"]);
    assert_eq!(shown, ["in"]);
    // What a line sets is there in the next one, and nowhere else.
    let lines = [
        "kubectl exec -it web-0 -- sh",
        "x=1; cd /tmp",
        "echo $x $PWD $HOSTNAME",
    ];
    assert_eq!(typed(&mut session, &lines), ["1 /tmp web-0"]);
    assert_eq!(typed(&mut session, &["exit", "echo \"$x\""]), [""]);
}

#[test]
fn what_lies_on_a_claim_outlives_the_pod() {
    let claimed = "image: nginx:1.27, volumeMounts: [{name: www, mountPath: /usr/share/nginx/html}, {name: tmp, mountPath: /scratch}]";
    let spec = "replicas: 2\n  volumeClaimTemplates:\n  - metadata: {name: www}\n    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}";
    let manifest = web(spec, claimed).replace(
        "containers:",
        "volumes: [{name: tmp, emptyDir: {}}]\n      containers:",
    );
    let mut session = loaded(&manifest);
    let write = "kubectl exec web-0 -- sh -c 'echo hi > /usr/share/nginx/html/index.html; echo a > /scratch/a; echo b > /b'";
    let from_other = "kubectl exec web-1 -- curl -s http://web-0.nginx/";
    assert_eq!(typed(&mut session, &[write, from_other]), ["hi"]);
    assert_eq!(
        typed(
            &mut session,
            &["kubectl exec web-1 -- curl -s localhost | grep -c 403"]
        ),
        ["2"]
    );
    let lines = [
        "kubectl delete pod web-0",
        "kubectl exec web-0 -- curl -s localhost",
    ];
    assert_eq!(typed(&mut session, &lines), ["hi"]);
    assert_eq!(typed(&mut session, &[from_other]), ["hi"]);
    let shown = typed(
        &mut session,
        &["kubectl exec web-0 -- sh -c 'ls /scratch; ls /b'"],
    );
    assert_eq!(shown[0], "ls: /b: No such file or directory");
    // Back in time the file is not there yet.
    session.seek(0);
    session.step(StepSize::Ready);
    assert_eq!(
        typed(
            &mut session,
            &["kubectl exec web-0 -- ls /usr/share/nginx/html"]
        ),
        [""; 0]
    );
}

#[test]
fn a_second_terminal_watches_while_the_first_types() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    session.type_at(1, "kubectl get pods -w -l app=nginx");
    session.step(StepSize::Idle);
    typed(&mut session, &["echo a > f", "kubectl delete pod web-0"]);
    let snapshot = Value::from_json(&session.snapshot()).unwrap();
    let lines = snapshot["second"]["lines"].items();
    let shown: Vec<&str> = lines.iter().map(|it| it["text"].as_str()).collect();
    assert!(
        shown.iter().any(|it| it.contains("Terminating")),
        "{shown:?}"
    );
    assert!(snapshot["second"]["busy"].is_true() && !snapshot["terminal"]["busy"].is_true());
    session.interrupt_at(1);
    session.type_at(1, "cat f");
    session.step(StepSize::Idle);
    let snapshot = Value::from_json(&session.snapshot()).unwrap();
    let last = snapshot["second"]["lines"].items().last().unwrap();
    assert_eq!(
        last["text"].as_str(),
        "a",
        "both terminals stand on one machine"
    );
    // A link keeps both.
    let link = session.link();
    let mut opened = Session::new(Config::default());
    opened.open(&link);
    assert_eq!(opened.snapshot(), session.snapshot());
}

#[test]
fn tab_completes_from_the_tables_that_run_commands() {
    let mut session = loaded(&web("replicas: 2", "image: nginx"));
    typed(&mut session, &["echo a > web.yaml"]);
    let cases: &[(&str, &str, &[&str])] = &[
        ("kubec", "kubectl ", &["kubectl"]),
        ("kubectl sc", "scale ", &["scale"]),
        ("kubectl ro", "rollout ", &["rollout"]),
        ("kubectl rollout re", "res", &["restart", "resume"]),
        ("kubectl get statefuls", "statefulsets ", &["statefulsets"]),
        ("kubectl get pod web-", "web-", &["web-0", "web-1"]),
        ("kubectl get pods web-0 web-", "web-1 ", &["web-1"]),
        ("kubectl delete pod/web-1", "pod/web-1 ", &["pod/web-1"]),
        ("kubectl scale sts ", "web ", &["web"]),
        ("kubectl scale sts/w", "sts/web ", &["sts/web"]),
        ("kubectl logs web-0 -c ", "nginx ", &["nginx"]),
        ("kubectl exec web-0 -c", "--c", &[]),
        ("kubectl -n kube-sys", "kube-system ", &["kube-system"]),
        ("kubectl get pods -n default w", "web-", &["web-0", "web-1"]),
        (
            "kubectl get pods --namespace=kube-p",
            "--namespace=kube-public ",
            &["--namespace=kube-public"],
        ),
        ("kubectl delete --cas", "--cascade ", &["--cascade"]),
        ("kubectl get -o y", "yaml ", &["yaml"]),
        ("kubectl apply -f w", "web.yaml ", &["web.yaml"]),
        ("for i in 0 1; do kubectl describe no", "nodes ", &["nodes"]),
        ("kubectl get pods | gre", "grep ", &["grep"]),
        (
            "echo $(kubectl drain ",
            "node-",
            &["node-1", "node-2", "node-3"],
        ),
        ("cat web", "web.yaml ", &["web.yaml"]),
        ("why web-", "web-", &["web-0", "web-1"]),
        ("kubectl nothing ", "", &[]),
    ];
    for (before, insert, candidates) in cases {
        let found = Value::from_json(&session.complete(0, before)).unwrap();
        let listed: Vec<&str> = found["candidates"]
            .items()
            .iter()
            .map(Value::as_str)
            .collect();
        if !candidates.is_empty() || insert.is_empty() {
            assert_eq!(listed, *candidates, "{before}");
            assert_eq!(found["insert"].as_str(), *insert, "{before}");
        }
        let from = usize::try_from(found["from"].as_int().unwrap()).unwrap();
        let begun = &before[from..];
        assert!(listed.iter().all(|it| it.starts_with(begun)), "{before}");
    }
}
