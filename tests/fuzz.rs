//! The fuzz targets' work on mutated inputs, the same ones every time: the gate needs no nightly for it.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(feature = "cli")]

#[path = "../fuzz/inputs.rs"]
mod inputs;

use inputs::Target;
use statefulset_playground::chance::{between, chance};

/// What inputs are made of, beside each other.
const PIECES: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ":",
    ",",
    "\n",
    "- ",
    "&a ",
    "*a ",
    "$",
    "\\",
    "\u{0}",
    "é",
    "9223372036854775808",
    "-1",
    "null",
    "!!",
    "|",
    "..",
    "%",
    "=",
];

/// An input made of those of a corpus: joined, cut, and changed in a few places.
fn mutated(corpus: &[&str], name: &str, number: u64) -> String {
    let draw = |what: &str, at: usize, most: usize| -> usize {
        let words = [name, what, &number.to_string(), &at.to_string()];
        usize::try_from(between(1, &words, 0, most.saturating_sub(1) as u64)).unwrap()
    };
    let mut text: Vec<char> = corpus[draw("base", 0, corpus.len())].chars().collect();
    for at in 0..=draw("changes", 0, 6) {
        let place = draw("place", at, text.len() + 1);
        let end = (place + draw("length", at, 12)).min(text.len());
        match chance(1, &[name, "how", &number.to_string(), &at.to_string()]) % 5 {
            0 => drop(text.drain(place..end)),
            1 => drop(text.splice(
                place..place,
                PIECES[draw("piece", at, PIECES.len())].chars(),
            )),
            2 => drop(text.splice(place..end, PIECES[draw("piece", at, PIECES.len())].chars())),
            3 => {
                let copied: Vec<char> = text[place..end].to_vec();
                let times = draw("times", at, 40);
                text.splice(place..place, copied.repeat(times));
            }
            _ => {
                let other: Vec<char> = corpus[draw("other", at, corpus.len())].chars().collect();
                let from = draw("from", at, other.len() + 1);
                text.splice(place..place, other[from..].iter().copied());
            }
        }
    }
    text.into_iter().take(20_000).collect()
}

fn run(name: &str, times: u64, corpus: &[&str]) {
    let (_, target): (_, Target) = *inputs::TARGETS.iter().find(|it| it.0 == name).unwrap();
    for text in corpus {
        target(text);
    }
    for number in 0..times {
        let text = mutated(corpus, name, number);
        let told = std::panic::catch_unwind(|| target(&text));
        assert!(told.is_ok(), "{name} {number}: {text:?}");
    }
}

const MANIFEST: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web, labels: {a: &x b, c: *x}}\nspec:\n  replicas: 0777\n  serviceName: |\n    nginx\n  template: &t\n    spec: {containers: [{name: 'a', image: \"b\\n\"}]}\n---\n<<: *t\n";

#[test]
fn yaml() {
    let bomb =
        "a: &a [x,x,x,x,x,x,x,x]\n".to_owned() + &"b: &a [*a,*a,*a,*a,*a,*a,*a,*a]\n".repeat(20);
    let deep = "[".repeat(10_000);
    let steps: String = (0..2000).map(|it| " ".repeat(it) + "a:\n").collect();
    run(
        "yaml",
        600,
        &[
            MANIFEST,
            &bomb,
            &deep,
            &steps,
            "a: {b: [1, 2.5, ~, yes, 0o17, 1e3]}",
            "? [a]\n: b\n",
        ],
    );
}

const SET: &str = r#"{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"web","labels":{"a":"b"},"finalizers":["a/b"]},"spec":{"replicas":2,"serviceName":"n","selector":{"matchLabels":{"app":"n"}},"template":{"metadata":{"labels":{"app":"n"}},"spec":{"containers":[{"name":"n","image":"i","resources":{"requests":{"cpu":"1e3","memory":"1Gi"}},"livenessProbe":{"httpGet":{"port":80}}}]}},"volumeClaimTemplates":[{"metadata":{"name":"d"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}}"#;
const POD: &str = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"x","uid":"y"}]},"spec":{"containers":[{"name":"n","image":"i"}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Gt","values":["1"]}]}]}}},"tolerations":[{"operator":"Exists","tolerationSeconds":9223372036854775807}]}}"#;
const SERVICE: &str = r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"clusterIP":"None","ports":[{"port":80,"targetPort":"http","nodePort":30000}],"selector":{"a":"b"},"type":"NodePort"}}"#;

#[test]
fn json_bodies() {
    let deep = "[".repeat(10_000);
    let long = format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}"}}}}"#,
        "a".repeat(64 << 10)
    );
    run(
        "json_body",
        250,
        &[SET, POD, SERVICE, &deep, &long, "1e999", "{\"kind\":[]}"],
    );
}

#[test]
fn protobuf_bodies() {
    let map = "k8s\0\n\u{f}\n\u{2}v1\u{12}\tConfigMap\u{12}\u{13}\n\u{9}\n\u{3}oneB\0\u{1a}\0\u{12}\u{6}\n\u{1}a\u{12}\u{1}x";
    run(
        "protobuf_body",
        3000,
        &[map, "k8s\0\u{a}\u{ff}\u{ff}\u{ff}"],
    );
}

#[test]
fn paths_and_queries() {
    run(
        "path",
        400,
        &[
            "/apis/apps/v1/namespaces/default/statefulsets/web/scale?dryRun=All&fieldValidation=Strict",
            "/api/v1/namespaces/default/pods?limit=-1&continue=9:a&labelSelector=a%20in%20(b)&watch=true",
            "/api/v1/namespaces/default/pods/web-0/log?container=x&previous=true",
            "/api/v1/nodes?resourceVersion=18446744073709551615&watch=1&sendInitialEvents=true",
            "/apis/apps/v1/namespaces/default/statefulsets?gracePeriodSeconds=-9&propagationPolicy=x",
            "//../%00",
            "/api/v1/pods?watch=true&resourceVersion=18446744073709551615",
        ],
    );
}

#[test]
fn patches() {
    let doubling = format!(
        "[{}]",
        vec![r#"{"op":"copy","from":"/spec","path":"/spec/a"}"#; 40].join(",")
    );
    run(
        "patch",
        300,
        &[
            SET,
            r#"{"metadata":{"managedFields":[{"manager":"x","operation":"Apply","fieldsV1":{"f:spec":{".":{},"k:{}":[],"v:":1}}}]}}"#,
            r#"{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"nginx"}],"containers":[{"$patch":"delete","name":"nginx"},{"name":"b","ports":[{"containerPort":1},{"containerPort":1}]}]}}}}"#,
            r#"[{"op":"add","path":"/spec/template/spec/containers/-","value":{}},{"op":"test","path":"","value":null},{"op":"move","from":"/spec","path":"/spec/x"}]"#,
            r#"{"$patch":"replace","$retainKeys":["a"],"$deleteFromPrimitiveList/x":[1]}"#,
            &doubling,
        ],
    );
}

#[test]
fn selectors() {
    let endless = "a,".repeat(50_000) + "a in (" + &"b,".repeat(50_000);
    run(
        "selector",
        400,
        &[
            "a=b,c!=d",
            "a in (b, c),!d,e notin (f)",
            "x>1,y<-2",
            "metadata.name=web,spec.x!=\\,",
            "9:default/web",
            &endless,
        ],
    );
}

#[test]
fn kubectl_lines() {
    run(
        "kubectl",
        120,
        &[
            "get pods -l 'a in (b)' -o wide --sort-by=.metadata.name -A",
            "patch sts web --type=json -p '[{\"op\":\"remove\",\"path\":\"/spec/replicas\"}]'",
            "scale sts/web --replicas=3 --current-replicas=1 --timeout=1s",
            "delete pod web-0 --grace-period=0 --force --cascade=orphan",
            "rollout undo sts/web --to-revision=9223372036854775807",
            "run x --image=a --overrides='{}' --env=A=b -- sh -c 'exit 1'",
            "set image sts/web nginx=a *=b",
            "label sts web a=b c- --overwrite --resource-version=0",
            "wait --for=jsonpath='{.status.x}'=1 sts/web --timeout=1s",
            "explain sts.spec.template.spec.containers --recursive",
        ],
    );
}

#[test]
fn output_templates() {
    run(
        "output",
        60,
        &[
            "{range .items[?(@.spec.replicas>1)]}{.metadata.name}{\"\\t\"}{..name}{[0:9:2]}{end}",
            "{{range $i, $e := .items}}{{if and (eq .kind \"x\") (lt $i 3)}}{{printf \"%-10s\" .metadata.name | len}}{{end}}{{end}}",
            "A:.metadata.name,B:.spec['replicas'],C:..x",
            "{.items[-1:].metadata.labels.a\\.b/c}",
        ],
    );
}

#[test]
fn shell_lines() {
    run(
        "shell",
        120,
        &[
            "for i in $(seq 1 3); do echo \"$i\" | cat > /tmp/x && cat /tmp/x || true; done; while false; do :; done",
            "cat <<EOF | kubectl apply -f -\na: $b ${c:-d} `e`\nEOF",
            "if [ -z \"$A\" ]; then export A='x y'; fi; echo ${A#x} $((1+2*3)) {a,b}",
            "kubectl exec web-0 -- sh -c 'nslookup nginx; exit 3' 2>&1 >/dev/null &",
            "((((((",
            "$($($($(",
            "a=b c=d; echo $a$c \\\n x",
        ],
    );
}
