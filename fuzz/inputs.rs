//! What is done with hostile bytes, for `cargo fuzz` and for `tests/fuzz.rs`: it may be refused, it may not panic,
//! hang, or take more than its share.

use statefulset_playground::api::selector::Selector;
use statefulset_playground::apiserver::rest::{Body, HttpRequest};
use statefulset_playground::bridge;
use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::sim::{StepSize, World};
use statefulset_playground::value::Value;
use statefulset_playground::yaml;

/// What takes the bytes.
pub type Target = fn(&str);

/// Every target, by the name of its file in `fuzz_targets`.
#[allow(dead_code, reason = "each target of cargo fuzz takes one of them")]
pub const TARGETS: [(&str, Target); 9] = [
    ("yaml", yaml),
    ("json_body", json_body),
    ("protobuf_body", protobuf_body),
    ("path", path),
    ("patch", patch),
    ("selector", selector),
    ("kubectl", kubectl),
    ("output", output),
    ("shell", shell),
];

const SETS: &str = "/apis/apps/v1/namespaces/default/statefulsets";
const SET: &str = r#"{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"web"},"spec":{"serviceName":"nginx","replicas":1,
"selector":{"matchLabels":{"app":"nginx"}},"template":{"metadata":{"labels":{"app":"nginx"}},"spec":{"containers":[
{"name":"nginx","image":"nginx","ports":[{"containerPort":80}],"env":[{"name":"A","value":"b"}]}]}}}}"#;

pub fn yaml(text: &str) {
    let parsed = yaml::parse(text);
    for document in &parsed.documents {
        let again = yaml::to_yaml(&document.value);
        assert!(
            yaml::parse(&again).error.is_none(),
            "what is written can be read: {again}"
        );
    }
    let session = Session::new(Config::default());
    session.check(text);
}

fn ask(world: &mut World, method: &'static str, url: &str, kind: &str, body: &Value) {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let pairs = query.split('&').filter(|it| !it.is_empty());
    let pairs = pairs.map(|it| it.split_once('=').unwrap_or((it, "")));
    for as_table in [false, true] {
        let answer = world.request(&HttpRequest {
            method,
            path: path.into(),
            query: pairs
                .clone()
                .map(|(name, it)| (name.into(), it.into()))
                .collect(),
            as_table,
            content_type: kind.into(),
            body: body.clone(),
        });
        if let Body::Json(it) = answer.body {
            assert!(
                answer.status < 400 || it["kind"].as_str() == "Status",
                "{it}"
            );
        }
    }
}

fn world() -> World {
    let mut world = World::new(Config::default());
    let set = Value::from_json(SET).expect("it is JSON");
    ask(&mut world, "POST", SETS, "", &set);
    world
}

pub fn json_body(text: &str) {
    let Ok(body) = bridge::read_body("application/json", text.as_bytes()) else {
        return;
    };
    let mut world = world();
    for path in [
        SETS,
        "/api/v1/namespaces/default/pods",
        "/api/v1/namespaces/default/services",
    ] {
        ask(&mut world, "POST", path, "", &body);
        ask(&mut world, "PUT", &format!("{path}/web"), "", &body);
    }
    for _ in 0..200 {
        world.step();
    }
    ask(&mut world, "GET", SETS, "", &Value::Null);
}

pub fn protobuf_body(text: &str) {
    // Bytes beyond ASCII stand for themselves.
    let bytes: Vec<u8> = text
        .chars()
        .map(|it| u8::try_from(it).unwrap_or(0xff))
        .collect();
    let _ = bridge::read_body("application/vnd.kubernetes.protobuf", &bytes);
}

pub fn path(text: &str) {
    let mut world = world();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        ask(
            &mut world,
            method,
            text,
            "application/merge-patch+json",
            &Value::object(),
        );
    }
}

pub fn patch(text: &str) {
    let kinds = [
        "merge-patch+json",
        "strategic-merge-patch+json",
        "json-patch+json",
        "apply-patch+yaml",
    ];
    let mut world = world();
    for kind in kinds {
        let kind = format!("application/{kind}");
        let Ok(body) = bridge::read_body(&kind, text.as_bytes()) else {
            continue;
        };
        for url in [
            "web?fieldManager=a",
            "web?fieldManager=b&force=true",
            "web/scale",
            "web/status",
        ] {
            ask(&mut world, "PATCH", &format!("{SETS}/{url}"), &kind, &body);
        }
    }
    ask(&mut world, "GET", &format!("{SETS}/web"), "", &Value::Null);
}

pub fn selector(text: &str) {
    if let Ok(selector) = Selector::parse(text) {
        selector.matches(&Value::object());
    }
    let mut world = world();
    for name in [
        "labelSelector",
        "fieldSelector",
        "continue",
        "resourceVersion",
    ] {
        ask(
            &mut world,
            "GET",
            &format!("{SETS}?{name}={}", text.replace('&', "")),
            "",
            &Value::Null,
        );
    }
}

fn typed(line: &str) {
    let mut session = Session::new(Config::default());
    session.apply(SET);
    for line in [line, "echo alive"] {
        session.type_line(line);
        for _ in 0..2000 {
            if !session.step(StepSize::Event) {
                break;
            }
        }
        session.interrupt();
    }
}

pub fn kubectl(text: &str) {
    typed(&format!("kubectl {}", text.replace('\n', " ")));
}

pub fn output(text: &str) {
    let quoted = text.replace('\'', "").replace('\n', " ");
    for form in ["jsonpath", "go-template", "custom-columns"] {
        typed(&format!("kubectl get sts -o '{form}={quoted}'"));
    }
}

pub fn shell(text: &str) {
    typed(text);
}
