//! The wire over a real socket: plain HTTP, hostile HTTP, and the real kubectl where the machine has one.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![allow(
    clippy::disallowed_methods,
    reason = "the server runs beside its clients"
)]
#![cfg(feature = "cli")]

mod reader;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::mpsc;

use statefulset_playground::bridge::Bridge;
use statefulset_playground::config::Config;
use statefulset_playground::time::Time;

/// What `kubectl edit` runs.
const EDITOR: &str = "sed -i 's/^metadata:/metadata:\\n  labels: {edited: \"yes\"}/' \"$1\"\n";

/// A server of its own for each test; it ends with the test's process.
fn served() -> SocketAddr {
    let (told, hears) = mpsc::channel();
    std::thread::spawn(move || {
        let bridge = Bridge::new(Config::default(), Time::START);
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        bridge.serve(any, 100, move |it| told.send(it).unwrap())
    });
    hears.recv().unwrap()
}

/// Sends bytes and reads until the server closes: status line, and all after the headers.
fn sent(address: SocketAddr, request: &[u8]) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    // The server may answer, and close, before it has read everything.
    let _refused = stream.write_all(request);
    let mut answer = Vec::new();
    let _reset = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.lines().next().unwrap_or_default();
    (status.to_owned(), body.to_owned())
}

fn asked(
    address: SocketAddr,
    method: &str,
    path: &str,
    kind: &str,
    body: &str,
) -> (String, String) {
    let length = body.len();
    let text = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    sent(address, text.as_bytes())
}

#[test]
fn objects_are_written_read_and_refused_over_http() {
    let address = served();
    let json = "application/json";
    let pods = "/api/v1/namespaces/default/pods";
    let (status, body) = asked(address, "GET", "/version", json, "");
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(body.contains("\"gitVersion\":\"v1.36.2\""), "{body}");
    let map = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"#;
    let maps = "/api/v1/namespaces/default/configmaps";
    assert_eq!(
        asked(address, "POST", maps, json, map).0,
        "HTTP/1.1 201 Created"
    );
    assert_eq!(
        asked(address, "POST", maps, json, map).0,
        "HTTP/1.1 409 Conflict"
    );
    let listed = asked(
        address,
        "GET",
        &format!("{maps}?fieldSelector=metadata.name%3Da"),
        json,
        "",
    );
    assert!(
        listed.1.contains("\"kind\":\"ConfigMapList\""),
        "{}",
        listed.1
    );
    let cases = [
        (
            "GET",
            "/api/v1/namespaces/default/pods/x",
            "",
            "404 Not Found",
        ),
        ("BREW", pods, "", "405 Method Not Allowed"),
        ("POST", pods, "{", "400 Bad Request"),
        ("POST", pods, "\"\\ud800\"", "400 Bad Request"),
        ("GET", "/%ff%zz/%", "", "404 Not Found"),
        (
            "GET",
            "/api/v1/pods?limit=-1&continue=%00",
            "",
            "400 Bad Request",
        ),
    ];
    for (method, path, body, wanted) in cases {
        let (status, body) = asked(address, method, path, json, body);
        assert_eq!(
            status,
            format!("HTTP/1.1 {wanted}"),
            "{method} {path}: {body}"
        );
    }
    let protobuf = "application/vnd.kubernetes.protobuf";
    let roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
    // Of kind Foo in v1: not read as a pod without fields, nor as deletion's options that say nothing.
    let foo = "k8s\0\x0a\x09\x0a\x02v1\x12\x03Foo";
    for (method, path, kind, body, wanted) in [
        ("POST", pods, protobuf, "k8s\0\x0a\x7f", "400"),
        ("POST", pods, protobuf, foo, "415"),
        ("DELETE", maps, protobuf, foo, "415"),
        ("POST", pods, "application/cbor", foo, "415"),
        ("POST", pods, "text/plain", "{}", "415"),
        ("POST", roles, protobuf, foo, "404"),
    ] {
        let (status, body) = asked(address, method, path, kind, body);
        assert!(
            status.contains(wanted),
            "{method} {path} {kind}: {status} {body}"
        );
    }
    for path in [
        "/openapi/v2",
        "/openapi/v3",
        "/livez",
        "/readyz",
        "/api",
        "/apis",
    ] {
        assert_eq!(
            asked(address, "GET", path, json, "").0,
            "HTTP/1.1 200 OK",
            "{path}"
        );
    }
}

#[test]
fn bodies_beyond_all_measure_are_refused() {
    let address = served();
    let json = "application/json";
    let pods = "/api/v1/namespaces/default/pods";
    let (status, body) = asked(address, "POST", pods, json, &" ".repeat(10 << 20));
    // The answer may be lost when the server closes on a client that still sends.
    assert!(
        status.is_empty() || status.contains("413") && body.contains("limit is 3145728"),
        "{status}"
    );
    let nested = "[".repeat(10_000);
    assert!(
        asked(address, "POST", pods, json, &nested)
            .0
            .contains("400")
    );
    let name = "a".repeat(64 << 10);
    let pod = format!(r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}"}}}}"#);
    assert!(asked(address, "POST", pods, json, &pod).0.contains("422"));
    let line = "a: &a [*a,*a,*a,*a,*a,*a,*a,*a]\n";
    let bomb = "a: &a [x,x,x,x,x,x,x,x]\n".to_owned() + &line.repeat(20);
    let (status, _) = asked(
        address,
        "PATCH",
        &format!("{pods}/x"),
        "application/apply-patch+yaml",
        &bomb,
    );
    assert!(status.contains(" 4"), "{status}");
    assert!(
        asked(address, "GET", "/version", json, "")
            .0
            .contains("200"),
        "it still answers"
    );
}

#[test]
fn a_watch_without_end_is_opened_like_any_other() {
    let address = served();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = "GET /api/v1/nodes?watch=true&timeoutSeconds=18446744073709551615 HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut first = [0; 15];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
}

#[test]
fn a_watch_tells_each_change_as_it_comes() {
    let address = served();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = "GET /api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut first = [0; 512];
    let _head = stream.read(&mut first).unwrap();
    let map = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"late"}}"#;
    asked(
        address,
        "POST",
        "/api/v1/namespaces/default/configmaps",
        "application/json",
        map,
    );
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(
        rest.contains("\"type\":\"ADDED\"") && rest.contains("\"late\""),
        "{rest}"
    );
}

#[test]
fn a_log_is_followed_until_its_container_ends() {
    let address = served();
    let json = "application/json";
    let pods = "/api/v1/namespaces/default/pods";
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"nginx"}]}}"#;
    asked(address, "POST", pods, json, pod);
    let path = format!("{pods}/a");
    let is_running = |_: &i32| {
        let (_, body) = asked(address, "GET", &path, json, "");
        body.contains("\"phase\":\"Running\"")
    };
    assert!(
        (0..100_000).find(is_running).is_some(),
        "it runs in the end"
    );
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "GET {path}/log?container=c&follow=true HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut head = [0; 15];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    let gone = format!("{path}?gracePeriodSeconds=0");
    asked(address, "DELETE", &gone, json, "");
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("\r\n\r\n0\r\n\r\n"), "{rest}");
}

/// What the real kubectl is asked for, in order, and a part of what it says.
const CASES: &[(&str, &str)] = &[
    ("apply -f FILE", "statefulset.apps/web created"),
    (
        "rollout status sts/web --timeout=60s",
        "2 new pods have been updated",
    ),
    ("get pods", "web-1   1/1     Running"),
    ("get sts web -o wide", "2/2"),
    ("get pods -w --request-timeout=1s", "web-0"),
    ("describe sts web", "SuccessfulCreate"),
    ("apply -f FILE", "statefulset.apps/web unchanged"),
    ("scale sts web --replicas=1", "statefulset.apps/web scaled"),
    (
        "patch sts web -p {\"spec\":{\"replicas\":2}}",
        "statefulset.apps/web patched",
    ),
    (
        "wait --for=condition=Ready pod/web-0 --timeout=60s",
        "pod/web-0 condition met",
    ),
    (
        "set image sts/web nginx=nginx:2",
        "statefulset.apps/web image updated",
    ),
    ("rollout history sts/web", "REVISION"),
    ("label pod web-0 a=b", "pod/web-0 labeled"),
    ("annotate sts web a=b", "statefulset.apps/web annotated"),
    ("events", "SuccessfulCreate"),
    ("explain sts.spec.replicas", "FIELD: replicas <integer>"),
    ("api-resources", "statefulsets"),
    (
        "get pods nobody",
        "Error from server (NotFound): pods \"nobody\" not found",
    ),
    (
        "get nonsense",
        "error: the server doesn't have a resource type \"nonsense\"",
    ),
    (
        "apply --server-side -f FILE",
        "Apply failed with 1 conflict: conflict with \"kubectl-set\"",
    ),
    (
        "apply --server-side --force-conflicts -f FILE",
        "statefulset.apps/web serverside-applied",
    ),
    (
        "get sts web -o yaml --show-managed-fields",
        "manager: kubectl",
    ),
    ("diff -f FILE", ""),
    (
        "create configmap one --from-literal=a=x",
        "configmap/one created",
    ),
    ("get configmap one -o yaml", "a: x"),
    ("create namespace other", "namespace/other created"),
    (
        "create service clusterip plain --tcp=80",
        "service/plain created",
    ),
    (
        "create quota few --hard=pods=20",
        "resourcequota/few created",
    ),
    (
        "create serviceaccount robot",
        "serviceaccount/robot created",
    ),
    (
        "create pdb one --selector=app=nginx --min-available=1",
        "poddisruptionbudget.policy/one created",
    ),
    (
        "autoscale sts web --max=5",
        "horizontalpodautoscaler.autoscaling/web autoscaled",
    ),
    ("get hpa web", "StatefulSet/web"),
    ("delete hpa web", "deleted"),
    (
        "create role r --verb=get --resource=pods",
        "the server could not find the requested resource (post roles",
    ),
    (
        "create token robot",
        "failed to create token: this server issues no tokens",
    ),
    ("apply -f LIST", "configmap/listed created"),
    (
        "apply -f BAD",
        "unknown field \"dataa\" in io.k8s.api.v1.ConfigMap",
    ),
    ("auth can-i get pods", "yes"),
    ("auth can-i --list", "*.*"),
    ("auth whoami", "system:anonymous"),
    (
        "port-forward web-0 8080:80",
        "error upgrading connection: this server does not forward ports",
    ),
    (
        "get --raw /api/v1/namespaces/default/services/web/proxy/",
        "this server does not pass requests on",
    ),
    (
        "debug web-0 --image=busybox",
        "Error from server: this server does not add ephemeral containers",
    ),
    (
        "debug web-0 --image=busybox --copy-to=copied",
        "Defaulting debug container name",
    ),
    (
        "run asking --image=busybox:1.28 -i --rm --restart=Never -- nslookup web",
        "pod \"asking\" deleted",
    ),
    (
        "run shell --image=busybox -i --rm --restart=Never -- sh",
        "pod \"shell\" deleted",
    ),
    ("get --raw /readyz", "ok"),
    ("get pods --chunk-size=1", "web-1"),
    ("exec web-0 -- hostname", "web-0"),
    (
        "exec web-0 -- sh -c false",
        "command terminated with exit code 1",
    ),
    ("exec web-0 -- nonsense", "executable file not found"),
    ("logs web-0", ""),
    (
        "cp web-0:/etc/hosts /tmp/hosts",
        "executable file not found",
    ),
    ("top pods", "error: Metrics API not available"),
    ("replace -f FILE", "statefulset.apps/web replaced"),
    ("edit sts web", "statefulset.apps/web edited"),
    ("get sts web -o jsonpath={.metadata.labels.edited}", "yes"),
    ("rollout status sts/web --timeout=60s", "complete"),
    ("rollout undo sts/web", "rolled back"),
    ("cordon node-1", "node/node-1 cordoned"),
    (
        "drain node-1 --ignore-daemonsets --timeout=20s",
        "node/node-1 drained",
    ),
    ("uncordon node-1", "node/node-1 uncordoned"),
    ("delete pods --all --wait=false", "deleted"),
    ("delete sts web", "statefulset.apps \"web\" deleted"),
];

#[test]
fn the_real_kubectl_works_with_it() {
    if Command::new("kubectl")
        .arg("version")
        .arg("--client")
        .output()
        .is_err()
    {
        println!("SKIPPED: no kubectl on this machine");
        return;
    }
    let address = served();
    let home = std::env::temp_dir().join("statefulset-playground-kubectl");
    std::fs::create_dir_all(&home).unwrap();
    let manifest = home.join("web.yaml");
    std::fs::write(&manifest, reader::web("replicas: 2", "image: nginx")).unwrap();
    let list = |name: &str, key: &str| {
        let path = home.join(name);
        let map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: listed}";
        let text = format!("apiVersion: v1\nkind: List\nitems: [{map}, {key}: {{a: b}}}}]\n");
        std::fs::write(&path, text).unwrap();
        path
    };
    let (good, bad) = (list("list.yaml", "data"), list("bad.yaml", "dataa"));
    let editor = home.join("editor.sh");
    std::fs::write(&editor, EDITOR).unwrap();
    let editor = format!("sh {}", editor.display());
    let kubectl = |line: &str| {
        let words = line.split(' ').map(|it| match it {
            "FILE" => manifest.to_str().unwrap(),
            "LIST" => good.to_str().unwrap(),
            "BAD" => bad.to_str().unwrap(),
            word => word,
        });
        let server = format!("--server=http://{address}");
        let output = Command::new("kubectl")
            .arg(server)
            .args(words)
            .env("HOME", &home)
            .env("KUBECONFIG", "/dev/null")
            .env("EDITOR", &editor)
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        text(&output.stdout) + &text(&output.stderr)
    };
    for (line, wanted) in CASES {
        let said = kubectl(line);
        assert!(said.contains(wanted), "kubectl {line}: {said}");
    }
}
