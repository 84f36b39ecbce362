//! What readers type besides the lessons: containers' shells, a second terminal, Tab, and every command there is.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use reader::{loaded, typed, web};
use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;
use statefulset_playground::time::Duration;
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

#[test]
fn tab_completes_programs_and_files_of_a_container() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    typed(&mut session, &["kubectl exec -it web-0 -- sh", "cd /usr"]);
    let cases: &[(&str, &str, &[&str])] = &[
        ("cur", "curl ", &["curl"]),
        ("hos", "hostname ", &["hostname"]),
        ("redis", "", &[]),
        ("cat /etc/ho", "/etc/host", &["/etc/hostname", "/etc/hosts"]),
        ("ls sha", "share/", &["share/"]),
        (
            "echo a; cat share/nginx/html/",
            "share/nginx/html/index.html ",
            &["share/nginx/html/index.html"],
        ),
        ("kubectl ge", "", &[]),
    ];
    for (before, insert, candidates) in cases {
        let found = Value::from_json(&session.complete(0, before)).unwrap();
        let listed = found["candidates"].items().iter().map(Value::as_str);
        assert_eq!(listed.collect::<Vec<&str>>(), *candidates, "{before}");
        assert_eq!(found["insert"].as_str(), *insert, "{before}");
    }
}

/// Every command, flag, format and shell program that the issue on the terminal names: each runs, and ends with 0.
const WORKING: &[&str] = &[
    "kubectl get pods -o wide",
    "kubectl get pod web-0 -o yaml | head -1",
    "kubectl get pod web-0 -o json | head -1",
    "kubectl get pods -o name",
    "kubectl get pods -o jsonpath='{.items[*].metadata.name}'",
    "kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name}{\"\\t\"}{.status.phase}{\"\\n\"}{end}'",
    "kubectl get pods -o go-template='{{range .items}}{{.metadata.name}}{{end}}'",
    "kubectl get pods -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName",
    "kubectl get pods --no-headers --sort-by=.metadata.name",
    "kubectl get pods --field-selector=status.phase=Running -l app=nginx -L app --show-labels",
    "kubectl get pods -A",
    "kubectl get all",
    "kubectl get sts,svc,pvc,pv,nodes,ns,cm,secret,sa,ep,endpointslices,events,sc,deploy,rs,ds,hpa,pdb,quota,limits,leases,controllerrevisions",
    "kubectl get --raw /version",
    "kubectl describe sts web",
    "kubectl describe svc nginx",
    "kubectl describe pod web-0",
    "kubectl describe nodes",
    "kubectl describe ns default",
    "kubectl describe endpointslices",
    "kubectl describe controllerrevisions",
    "kubectl apply -f web.yaml",
    "kubectl apply -f web.yaml --server-side --force-conflicts",
    "kubectl apply -f web.yaml --dry-run=client -o yaml | head -1",
    "kubectl apply view-last-applied sts/web | head -1",
    "kubectl diff -f web.yaml",
    "kubectl create namespace other",
    "kubectl create deployment app --image=nginx --replicas=1",
    "kubectl create configmap c --from-literal=a=b",
    "kubectl create secret generic s --from-literal=a=b",
    "kubectl create service clusterip plain --tcp=80",
    "kubectl create serviceaccount robot",
    "kubectl create quota q --hard=pods=50",
    "kubectl create -f more.yaml",
    "kubectl replace -f more.yaml",
    "kubectl delete -f more.yaml",
    "kubectl scale sts web --replicas=3 --current-replicas=2",
    "kubectl rollout status sts/web --timeout=60s",
    "kubectl rollout history sts/web",
    "kubectl rollout restart sts/web",
    "kubectl rollout status sts/web",
    "kubectl rollout undo sts/web",
    "kubectl rollout pause deploy/app",
    "kubectl rollout resume deploy/app",
    "kubectl set image sts/web nginx=nginx:1.29",
    "kubectl set env sts/web A=b",
    "kubectl set resources sts/web --limits=cpu=1",
    "kubectl patch sts web -p '{\"spec\":{\"replicas\":2}}'",
    "kubectl patch sts web --type=merge -p '{\"metadata\":{\"labels\":{\"a\":\"b\"}}}'",
    "kubectl label pod web-0 a=b --overwrite",
    "kubectl label pod web-0 a-",
    "kubectl annotate pod web-0 a=b",
    "kubectl exec web-0 -- hostname",
    "kubectl exec -it web-0 -c nginx -- hostname",
    "kubectl exec sts/web -- hostname",
    "kubectl run one --image=busybox:1.28 --restart=Never -- sleep 100",
    "kubectl run -i --rm two --image=busybox:1.28 --restart=Never -- nslookup web-0.nginx",
    "kubectl delete pod one --grace-period=1",
    "kubectl logs web-0",
    "kubectl logs -l app=nginx --tail=2",
    "kubectl logs web-0 --previous=false --timestamps",
    "kubectl wait pod/web-0 --for=condition=Ready --timeout=60s",
    "kubectl wait sts/web --for=jsonpath='{.status.readyReplicas}'=2 --timeout=60s",
    "kubectl events --for pod/web-0",
    "kubectl expose deploy app --port=80",
    "kubectl autoscale deploy app --min=1 --max=2",
    "kubectl cordon node-1",
    "kubectl uncordon node-1",
    "kubectl drain node-3 --ignore-daemonsets --delete-emptydir-data --force",
    "kubectl uncordon node-3",
    "kubectl taint nodes node-1 a=b:NoSchedule",
    "kubectl taint nodes node-1 a-",
    "kubectl explain sts.spec | head -2",
    "kubectl api-resources",
    "kubectl api-versions",
    "kubectl cluster-info",
    "kubectl config view",
    "kubectl config get-contexts",
    "kubectl config current-context",
    "kubectl config set-context --current --namespace=default",
    "kubectl version",
    "kubectl version --client -o yaml",
    "kubectl auth can-i create pods",
    "kubectl help",
    "kubectl get --help",
    "kubectl options",
    "kubectl plugin list || true",
    "KUBE_EDITOR=true; kubectl edit sts web",
    "kubectl delete pod web-1 --now",
    "kubectl delete pod web-1 --wait=false",
    "kubectl delete pod web-0 --force --grace-period=0",
    "kubectl delete deploy app --cascade=foreground",
    "kubectl delete sts web --cascade=orphan",
    "kubectl delete pods -l app=nginx --timeout=60s",
    "kubectl delete cm,secret --all",
    "kubectl delete ns other",
    "echo a | cat | grep a | head -1 | tail -1 | wc -l",
    "echo b a | sort; echo a b | awk '{print $2}'; echo a > f; ls; rm f",
    "for i in 1 2; do echo $i; done; x=$(echo y); echo ${x}; sleep 1; # end",
    "curl -s https://k8s.io/examples/application/web/web.yaml | head -1",
    "why sts/web || why not web-2 || true",
    "doctor",
];

/// What is refused, by name and with an exit code that is not 0.
const REFUSED: [(&str, &str); 11] = [
    (
        "kubectl label pod web-0 a=@",
        "invalid label value: \"a=@\": a valid label must be an empty string",
    ),
    ("kubectl label pod web-0 a=b=c", "invalid label spec: a=b=c"),
    (
        "kubectl wait pod/web-0 --for=jsonpath='{.status.phase'",
        "unexpected path string, expected a",
    ),
    ("kubectl top pods", "Metrics API not available"),
    ("kubectl cp a web-0:/b", "kubectl cp is not simulated yet"),
    (
        "kubectl port-forward web-0 80",
        "kubectl port-forward is not simulated yet",
    ),
    ("kubectl proxy", "kubectl proxy is not simulated yet"),
    (
        "kubectl gte pods",
        "unknown command \"gte\" for \"kubectl\"",
    ),
    ("kubectl get pods --nothing", "unknown flag: --nothing"),
    (
        "kubectl get pods -k .",
        "flag --kustomize of kubectl get is not simulated yet",
    ),
    ("nonsense", "command not found"),
];

#[test]
fn every_command_that_the_terminal_promises_runs() {
    let mut session = loaded(&web("replicas: 2", "image: nginx:1.27"));
    let given = [
        "kubectl get sts web -o yaml | grep -v resourceVersion > web.yaml",
        "kubectl create configmap more --from-literal=a=b --dry-run=client -o yaml > more.yaml",
    ];
    typed(&mut session, &given);
    let mut faults = Vec::new();
    for line in WORKING {
        let shown = typed(&mut session, &[line]);
        let exit = typed(&mut session, &["echo $?"]);
        let is_unknown =
            |it: &String| it.contains("error: unknown") || it.contains("is not simulated");
        if exit != ["0"] || shown.iter().any(is_unknown) {
            faults.push(format!("{line}: exit {exit:?}\n{}", shown.join("\n")));
        }
    }
    for (line, words) in REFUSED {
        let shown = typed(&mut session, &[line]);
        let exit = typed(&mut session, &["echo $?"]);
        if exit == ["0"] || !shown.iter().any(|it| it.contains(words)) {
            faults.push(format!("{line}: exit {exit:?}\n{}", shown.join("\n")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn what_follows_goes_on_until_it_is_left() {
    let mut session = loaded(&web("replicas: 1", "image: nginx:1.27"));
    for line in [
        "kubectl get pods -w",
        "kubectl get pods --watch-only",
        "kubectl get pods -w --output-watch-events",
        "kubectl logs -f web-0",
        "kubectl attach web-0",
        "watch -n 5 kubectl get pods",
        "kubectl events -w",
    ] {
        session.type_line(line);
        session.advance(Duration::s(11));
        let before = Value::from_json(&session.snapshot()).unwrap();
        assert!(before["terminal"]["busy"].is_true(), "{line}");
        session.interrupt();
        session.step(StepSize::Idle);
        let after = Value::from_json(&session.snapshot()).unwrap();
        assert!(!after["terminal"]["busy"].is_true(), "{line}");
    }
}

#[test]
fn watch_takes_back_what_it_printed_before() {
    let mut session = loaded(&web("replicas: 1", "image: nginx:1.27"));
    session.type_line("watch 'kubectl get pods | wc -l'");
    session.advance(Duration::s(9));
    let shown = reader::screen(&session);
    let from = shown
        .iter()
        .position(|it| it.starts_with("$ watch"))
        .unwrap();
    assert_eq!(
        shown[from + 1..],
        ["Every 2.0s: kubectl get pods | wc -l", "", "2"]
    );
    for (given, shown) in [("0.5", "0.5"), ("0.01", "0.1"), ("1m", "60.0")] {
        session.type_line(&format!("watch -n {given} echo a"));
        session.advance(Duration::s(2));
        let lines = reader::screen(&session);
        let head = format!("Every {shown}s: echo a");
        assert_eq!(lines[lines.len() - 3..], [&head, "", "a"]);
    }
}

#[test]
fn redis_keeps_what_was_set() {
    let claimed = "image: redis:7, ports: [{containerPort: 6379}], volumeMounts: [{name: data, mountPath: /data}]";
    let spec = "replicas: 2\n  volumeClaimTemplates:\n  - metadata: {name: data}\n    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}";
    let mut session = loaded(&web(spec, claimed));
    let cases: &[(&str, &str)] = &[
        ("kubectl exec web-0 -- redis-cli ping", "PONG"),
        ("kubectl exec web-0 -- redis-cli set a 'b c'", "OK"),
        (
            "kubectl exec web-1 -- redis-cli -h web-0.nginx get a",
            "\"b c\"",
        ),
        ("kubectl exec web-1 -- redis-cli get a", "(nil)"),
        ("kubectl exec web-0 -- redis-cli incr n", "(integer) 1"),
        (
            "kubectl delete pod web-0",
            "pod \"web-0\" deleted from default namespace",
        ),
        ("kubectl exec web-0 -- redis-cli get n", "\"1\""),
        (
            "kubectl exec web-0 -- redis-cli -h web-7.nginx ping",
            "command terminated with exit code 1",
        ),
    ];
    for (line, want) in cases {
        let shown = typed(&mut session, &[line]);
        assert_eq!(
            shown.last().map(String::as_str),
            Some(*want),
            "{line}: {shown:?}"
        );
    }
}
