//! How names resolve, and why: what `why dns` says in the terminal and `Cluster.dns` to the page.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use reader::{loaded, typed, web};
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;
use statefulset_playground::value::Value;

/// Services beside the governing one: of the same pods, and of none.
const OTHERS: &str = "\
apiVersion: v1
kind: Service
metadata: {name: other}
spec: {clusterIP: None, selector: {app: nginx}, ports: [{name: web, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: empty}
spec: {clusterIP: None, selector: {app: nobody}, ports: [{port: 80}]}
---
";
const ALPINE: &str = "image: 'nginx:1.27-alpine'";

fn set_up() -> Session {
    loaded(&[OTHERS, &web("replicas: 2", ALPINE)].concat())
}

fn dns(session: &Session, name: &str, from: &str) -> Value {
    Value::from_json(&session.dns(name, from)).unwrap()
}

fn texts(list: &Value, of: impl Fn(&Value) -> &str) -> Vec<&str> {
    list.items().iter().map(of).collect()
}

fn left_out(view: &Value) -> Vec<&str> {
    texts(&view["leftOut"], |it| it["why"]["code"].as_str())
}

fn reasons(view: &Value) -> Vec<&str> {
    texts(&view["tried"], |it| it["why"]["code"].as_str())
}

#[test]
fn the_terminal_tells_which_names_were_tried_and_why() {
    let mut session = set_up();
    session.type_line("why dns web-0.nginx from web-1");
    session.step(StepSize::Idle);
    let snapshot = Value::from_json(&session.snapshot()).unwrap();
    let lines = texts(&snapshot["terminal"]["lines"], |it| it["text"].as_str());
    let from = lines.iter().position(|it| it.contains("why dns")).unwrap();
    let address = dns(&session, "web-0.nginx", "")["found"][0]
        .as_str()
        .to_owned();
    let name = "web-0.nginx.default.svc.cluster.local";
    assert_eq!(
        lines[from + 1..],
        [
            "musl tries web-0.nginx in each search domain first, then as it is: dots in it 1, ndots 5; \
             search default.svc.cluster.local svc.cluster.local cluster.local",
            &format!("  {name} A: NOERROR"),
            &format!("    {name} stands for ready endpoints of nginx.default"),
            &format!("  {name} AAAA: no data"),
            &format!("    {name} stands for ready endpoints of nginx.default"),
            &format!("web-0.nginx: {address}"),
        ]
    );
    for wrong in ["why", "why dns", "why dns a from", "why dns a from nobody"] {
        session.type_line(wrong);
        session.step(StepSize::Idle);
    }
    let snapshot = Value::from_json(&session.snapshot()).unwrap();
    let lines = texts(&snapshot["terminal"]["lines"], |it| it["text"].as_str());
    assert!(lines[lines.len() - 3].starts_with("why: usage:"));
    assert_eq!(lines[lines.len() - 1], "why: pods \"nobody\" not found");
}

#[test]
fn what_is_left_out_has_its_reason() {
    let mut session = set_up();
    // In DNS under another name: the set's serviceName is nginx.
    let view = dns(&session, "web-0.other", "");
    assert_eq!(left_out(&view), ["left-out-other-name"]);
    assert_eq!(reasons(&view)[0], "dns-no-such-endpoint");
    // Not selected, no Service, elsewhere, no namespace.
    assert_eq!(
        left_out(&dns(&session, "web-0.empty", "")),
        ["left-out-not-selected"]
    );
    let none = dns(&session, "empty", "");
    assert_eq!(reasons(&none)[0], "dns-no-ready-endpoint");
    let elsewhere = dns(&session, "nginx.kube-system", "");
    assert!(left_out(&elsewhere).contains(&"service-elsewhere"));
    assert!(reasons(&dns(&session, "nginx.nowhere.svc", "")).contains(&"dns-no-namespace"));
    // Not ready, then without an address.
    session.type_line("kubectl scale sts web --replicas=3");
    while session.step(StepSize::Change) && dns(&session, "web-2.nginx", "")["leftOut"].is_empty() {
    }
    assert_eq!(
        left_out(&dns(&session, "web-2.nginx", "")),
        ["left-out-no-address"]
    );
    session.step(StepSize::Idle);
    session.type_line("kubectl delete pod web-1");
    while session.step(StepSize::Change) && !dns(&session, "web-1.nginx", "")["found"].is_empty() {}
    assert_eq!(
        left_out(&dns(&session, "web-1.nginx", "")),
        ["left-out-terminating"]
    );
}

#[test]
fn the_file_and_the_records_are_told_and_looking_changes_nothing() {
    let session = set_up();
    let before = session.snapshot();
    let own = dns(&session, "web-0", "web-0");
    assert_eq!(own["how"]["code"].as_str(), "lookup-in-hosts");
    assert!(own["tried"].is_empty() && own["found"].items().len() == 1);
    let full = dns(&session, "web-0.nginx.default.svc.cluster.local", "web-0");
    assert_eq!(full["how"]["code"].as_str(), "lookup-in-hosts");
    let view = dns(
        &session,
        "nginx.default.svc.cluster.local.",
        "default/web-1",
    );
    assert_eq!(view["how"]["code"].as_str(), "lookup-as-is");
    let sets = texts(&view["sets"], |it| it["type"].as_str());
    assert_eq!(sets, ["A", "A", "SRV", "A"]);
    assert_eq!(view["sets"][0]["count"].as_int(), Some(2));
    let address = view["found"][0].as_str();
    let reverse = dns(&session, address, "");
    assert!(reverse["found"][0].as_str().ends_with(".svc.cluster.local"));
    assert_eq!(reasons(&reverse), ["dns-reverse"]);
    assert_eq!(
        dns(&session, "a", "nobody")["error"].as_str(),
        "pods \"nobody\" not found"
    );
    // A name outside the cluster is kept by the server, but not because somebody looked.
    for _ in 0..2 {
        let view = dns(&session, "example.com", "");
        let last = view["tried"].items().last().unwrap();
        assert_eq!(last["why"]["code"].as_str(), "dns-not-ours");
        assert!(last["keptUntil"].is_null());
    }
    assert_eq!(session.snapshot(), before);
}

#[test]
fn what_a_cache_keeps_is_told_with_its_end() {
    let mut session = set_up();
    session.type_line("kubectl exec web-0 -- nslookup -type=a example.com");
    session.step(StepSize::Idle);
    let view = dns(&session, "example.com.", "");
    let tried = &view["tried"][0];
    assert_eq!(tried["kept"]["code"].as_str(), "dns-kept");
    assert!(tried["keptUntil"].as_int().unwrap() > 0);
}

#[test]
fn wget_and_curl_meet_the_nginx_that_a_name_leads_to() {
    let front = "apiVersion: v1\nkind: Service\nmetadata: {name: front}\n\
        spec: {selector: {app: nginx}, ports: [{port: 8000, targetPort: 80}]}\n---\n";
    let mut session = loaded(&[front, &web("replicas: 2", ALPINE)].concat());
    typed(
        &mut session,
        &["kubectl run client --image=busybox:1.36 --restart=Never -- sleep 9999"],
    );
    let address = dns(&session, "web-0.nginx", "")["found"][0]
        .as_str()
        .to_owned();
    let inside =
        |session: &mut Session, line: &str| typed(session, &[&format!("kubectl exec {line}")]);
    let page = inside(&mut session, "client -- wget -qO- http://web-0.nginx");
    assert_eq!(page[3], "<title>Welcome to nginx!</title>");
    let saved = inside(&mut session, "client -- wget web-0.nginx:80");
    assert_eq!(
        saved,
        [
            &format!("Connecting to web-0.nginx:80 ({address}:80)"),
            "saving to 'index.html'",
            "index.html           100% |********************************|   615  0:00:00 ETA",
            "'index.html' saved",
        ]
    );
    let refused = inside(&mut session, "client -- wget -q web-0.nginx:81");
    assert_eq!(
        refused[0],
        format!("wget: can't connect to remote host ({address}): Connection refused")
    );
    let unknown = inside(&mut session, "client -- wget web-9.nginx");
    assert_eq!(unknown[0], "wget: bad address 'web-9.nginx'");
    assert_eq!(
        inside(&mut session, "web-1 -- curl -s localhost")[3],
        page[3]
    );
    let unknown = inside(&mut session, "web-1 -- curl web-9.nginx");
    assert_eq!(unknown[0], "curl: (6) Could not resolve host: web-9.nginx");
    // A cluster IP leads to ready pods, and nowhere without any.
    let behind = inside(&mut session, "web-1 -- curl -s front:8000");
    assert_eq!(behind.get(3), Some(&page[3]), "{behind:?}");
    typed(&mut session, &["kubectl scale sts web --replicas=0"]);
    let nobody = inside(&mut session, "client -- wget -q front:8000");
    assert!(nobody[0].ends_with("Connection refused"), "{nobody:?}");
}

#[test]
fn a_plain_packet_shows_clients_without_tcp_a_part_of_a_large_service() {
    let mut session = loaded(&web(
        "podManagementPolicy: Parallel\n  replicas: 40",
        ALPINE,
    ));
    let mut count = |image: &str, command: &str, word: &str| {
        let name = image.replace([':', '.'], "-");
        let run = format!("kubectl run {name} --image={image} --restart=Never -- sleep 9999");
        typed(&mut session, &[&run]);
        let lines = typed(
            &mut session,
            &[&format!("kubectl exec {name} -- {command}")],
        );
        lines.iter().filter(|it| it.contains(word)).count()
    };
    let service = "nginx.default.svc.cluster.local";
    let lookup = format!("nslookup {service}");
    // The server's own line is one more.
    assert_eq!(count("busybox:1.28", &lookup, "Address "), 28 + 1);
    assert_eq!(count("busybox:1.37", &lookup, "Address: "), 28);
    assert_eq!(count("debian", "getent hosts nginx", "nginx"), 40);
    assert_eq!(
        count("jessie-dnsutils", &format!("dig {service}"), "A\t10."),
        40
    );
    assert_eq!(count("dnsutils", &lookup, "Truncated"), 1);
    assert_eq!(count("dnsutils:2", &lookup, "Address: "), 40);
}

#[test]
fn any_name_is_told_about() {
    let session = set_up();
    let long = ["a.".repeat(200), "b".repeat(300)].concat();
    let odd = [
        "",
        ".",
        "..",
        "a..b",
        ".svc.cluster.local",
        "é.nginx",
        "_._.nginx",
        "::",
        "1.2.3.4.5",
        &long,
    ];
    for name in odd {
        for from in ["", "web-0", "/", "a/b/c"] {
            let view = dns(&session, name, from);
            assert_eq!(view["name"].as_str(), name);
            assert_eq!(
                view["error"].is_empty(),
                ["", "web-0"].contains(&from),
                "{name:?} {from:?}"
            );
        }
    }
}
