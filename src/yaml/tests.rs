//! Reading and writing YAML, against what the real kubectl did and against hostile texts.
//!
//! `tests/cases/yaml-kubectl.jsonl` was recorded with `kubectl label --local -f - -o json` (1.32), one surprise a
//! line; `yaml-written.json` with `-o yaml`.

use super::*;
use crate::object;

const READ: &str = include_str!("../../tests/cases/yaml-kubectl.jsonl");
const WRITTEN: &str = include_str!("../../tests/cases/yaml-written.json");

fn one(text: &str) -> Value {
    let parsed = parse(text);
    assert_eq!(parsed.error, None, "{text:?}");
    parsed.documents[0].value.clone()
}

fn error(text: &str) -> Error {
    parse(text)
        .error
        .unwrap_or_else(|| panic!("accepted: {text:?}"))
}

#[test]
fn texts_are_read_as_kubectl_reads_them() {
    let mut wrong = Vec::new();
    for row in READ.lines().map(|it| Value::from_json(it).unwrap()) {
        let parsed = parse(row["yaml"].as_str());
        let got = if let Some(error) = &parsed.error {
            object! {"yaml": &row["yaml"], "error": error.go_text()}
        } else {
            let documents: Value = parsed.documents.iter().map(|it| &it.value).collect();
            object! {"yaml": &row["yaml"], "documents": documents}
        };
        if got != row {
            wrong.push(format!("want {row}\n got {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where we are known to differ: YAML 1.2 against libyaml's YAML 1.1. kubectl takes the first four.
#[test]
fn known_differences_from_kubectl() {
    let cases = [
        (
            "a: [b,\nc]\n",
            "yaml: line 1: did not find expected ',' or ']'",
        ),
        ("a: 'b\nc'\n", "yaml: line 1: did not find expected key"),
        (
            "a: [\n\tb ]\n",
            "yaml: line 2: found character that cannot start any token",
        ),
        (
            "a: \u{feff}b\n",
            "yaml: a byte order mark must not appear inside a document",
        ),
        // kubectl: unsupported map key of type: %!s(<nil>), key: <nil>, value: 1
        (
            "~: 1\n",
            "unsupported map key of type: %!s(<nil>), key: <nil>",
        ),
        ("a: !!binary aGk=\n", "yaml: !!binary is not read here"),
    ];
    for (text, said) in cases {
        assert_eq!(error(text).go_text(), said, "{text:?}");
    }
    // kubectl: found unknown escape character.
    assert_eq!(one("a: \"\\/\"")["a"].as_str(), "/");
}

/// Recorded with kubectl 1.36 (06-errors/yaml-badjson); 1.32 did not try YAML then.
#[test]
fn broken_json_may_still_be_yaml() {
    assert_eq!(
        one(r#"{"apiVersion": "v1", "kind": }"#),
        object! {"apiVersion": "v1", "kind": Value::Null}
    );
    assert_eq!(one("{a: 1,}")["a"], 1.into());
    let said = "looking for beginning of object key string";
    assert_eq!(
        error("{a}}").go_text(),
        format!("json: offset 2: invalid character 'a' {said}")
    );
    assert_eq!(
        error("{\"a\":1}{,}").go_text(),
        format!("json: offset 9: invalid character ',' {said}")
    );
}

#[test]
fn values_are_written_as_kubectl_writes_them() {
    let case = Value::from_json(WRITTEN).unwrap();
    assert_eq!(to_yaml(&case["value"]), case["yaml"].as_str());
}

#[test]
fn what_is_written_is_read_again() {
    let case = Value::from_json(WRITTEN).unwrap();
    let mut value = case["value"].clone();
    // An astral sign and signs that YAML calls breaks do not come back from every style.
    value["spec"].remove("nested");
    assert_eq!(one(&to_yaml(&value)), value);
    assert_eq!(to_yaml(&Value::Null), "null\n");
    assert_eq!(to_yaml(&Value::object()), "{}\n");
    assert_eq!(to_yaml(&"a\nb\n".into()), "|\n  a\n  b\n");
}

const MANIFEST: &str = "\
# two documents
apiVersion: v1
kind: Service
---
apiVersion: apps/v1
spec:
  template:
    metadata:
      labels: {app.kubernetes.io/name: nginx, app: web}
    spec:
      containers:
      - name: nginx
        image: nginx:1.9.1
      -
        name: 中
";

#[test]
fn every_value_has_its_place() {
    let parsed = parse_at(MANIFEST, 101);
    assert_eq!(
        parsed
            .documents
            .iter()
            .map(|it| it.line)
            .collect::<Vec<_>>(),
        [102, 105]
    );
    let places = [
        ("apiVersion", 105, 1),
        ("spec.template.spec.containers", 111, 7),
        ("spec.template.spec.containers[0]", 112, 9),
        ("spec.template.spec.containers[0].image", 113, 9),
        ("spec.template.spec.containers[1].name", 115, 9),
        (
            "spec.template.metadata.labels[app.kubernetes.io/name]",
            109,
            16,
        ),
        (
            "spec.template.metadata.labels.app.kubernetes.io/name",
            109,
            16,
        ),
        ("spec.template.metadata.labels.app", 109, 47),
        ("", 105, 1),
    ];
    let document = &parsed.documents[1];
    for (path, line, column) in places {
        assert_eq!(document.place(path), Some(Place { line, column }), "{path}");
    }
    for path in [
        "spec.replicas",
        "spec.template.spec.containers[2]",
        "spec[0]",
        "spec.",
        ".",
        "[",
        "a..b",
        "spec.template.spec.containers[x]",
    ] {
        assert_eq!(document.place(path), None, "{path}");
    }
    assert_eq!(
        document
            .nearest("spec.template.spec.containers[0].ports[0]")
            .line,
        112
    );
    assert_eq!(document.nearest("nope").line, 105);
}

#[test]
fn aliases_and_merges_keep_the_places_of_what_they_repeat() {
    let parsed = parse("a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n  e: 2\n");
    let document = &parsed.documents[0];
    assert_eq!(document.place("c"), Some(Place { line: 3, column: 1 }));
    assert_eq!(document.place("c.b"), Some(Place { line: 2, column: 3 }));
    assert_eq!(document.place("d.b"), Some(Place { line: 2, column: 3 }));
    assert_eq!(document.place("d.e"), Some(Place { line: 6, column: 3 }));
}

#[test]
fn json_has_places_too() {
    let parsed = parse("{\n  \"a\": [\n    {\"b\": 1}]\n}\n{\"c\": \"\\ud83d\\ude00\"}");
    assert_eq!(parsed.error, None);
    assert_eq!(
        parsed.documents[0].place("a[0].b"),
        Some(Place { line: 3, column: 6 })
    );
    assert_eq!(parsed.documents[1].value["c"].as_str(), "\u{1f600}");
}

#[test]
fn oddities_are_accepted_with_a_warning() {
    let place = |line, column| Place { line, column };
    let duplicate = |key: &str, first| WarningKind::DuplicateKey {
        key: key.into(),
        first,
    };
    let alike = |found, instead| WarningKind::LookAlike { found, instead };
    let cases = [
        (
            "a: 1\nb: 2\na: 3\n",
            place(3, 1),
            duplicate("a", place(1, 1)),
        ),
        (
            "x:\n  yes: 1\n  true: 2\n",
            place(3, 3),
            duplicate("true", place(2, 3)),
        ),
        ("- a\n- name：web\n", place(2, 3), alike('：', ':')),
        ("a: “b”\n", place(1, 4), alike('“', '"')),
        ("a: ‘中文’\n", place(1, 4), alike('‘', '\'')),
        ("a: [b，c]\n", place(1, 5), alike('，', ',')),
        (
            "a:\n\u{3000}\u{3000}b: c\n",
            place(2, 1),
            alike('\u{3000}', ' '),
        ),
        ("a: b\u{a0}\n", place(1, 4), alike('\u{a0}', ' ')),
        ("a: – b\n", place(1, 4), alike('–', '-')),
        ("a: b\n...\nc: [\n", place(3, 1), WarningKind::Ignored),
        ("  a: b\nc: d\n", place(2, 1), WarningKind::Ignored),
    ];
    for (text, place, kind) in cases {
        let parsed = parse(text);
        assert_eq!(parsed.warnings, [Warning { place, kind }], "{text:?}");
        assert_eq!(parsed.error, None, "{text:?}");
    }
    for text in [
        "a: 这是：中文，没有问题\n",
        "a: it’s — fine\n",
        "a: “这”是\n",
        "a: '：'\n",
        "a: 1 # ，\n",
        "a: |\n  x：y\n",
    ] {
        assert_eq!(parse(text).warnings, [], "{text:?}");
    }
}

#[test]
fn errors_say_what_was_probably_meant() {
    let alike = |found, instead| HintKind::LookAlike { found, instead };
    let cases = [
        (
            "apiVersion：v1\nkind：Service\nmetadata:\n  name: x\n",
            2,
            5,
            alike('：', ':'),
        ),
        ("a: b\nc：d\n", 2, 2, alike('：', ':')),
        ("a: [b\n，c\n", 2, 1, alike('，', ',')),
        ("a:\n\u{a0} b: c\n  d: e\n", 2, 1, alike('\u{a0}', ' ')),
        ("a:\n\tb: c\n", 2, 1, HintKind::Tab),
        ("a:\n  b: c\n  \td: e\n", 3, 3, HintKind::Tab),
        ("a:\n  name:web\n  b: c\n", 2, 7, HintKind::MissingBlank),
        ("a:\n  b: \"c\n  d: e\n", 2, 6, HintKind::OpenQuote),
        ("a: 'b\nc: 'd'\n", 1, 4, HintKind::OpenQuote),
        ("a:\n  b: {{ .Values.x }}\n", 2, 6, HintKind::Template),
        ("a:\n{{- if .x }}\n  b: c\n", 2, 1, HintKind::Template),
        ("a: b: c\n", 1, 5, HintKind::NeedsQuotes),
        ("a: @b\n", 1, 4, HintKind::NeedsQuotes),
        ("a:\n  b: c\n d: e\n", 3, 2, HintKind::Indentation),
        ("a:\n  - b\n  c: d\n", 3, 3, HintKind::Indentation),
    ];
    for (text, line, column, kind) in cases {
        let want = Hint {
            place: Place { line, column },
            kind,
        };
        assert_eq!(
            error(text).hint,
            Some(want),
            "{text:?}: {}",
            error(text).go_text()
        );
    }
}

#[test]
fn documents_before_an_error_are_kept_and_lines_count_in_the_whole_text() {
    let text = "---\na: 1\n---\n# nothing\n---\nb: 2\n---\nc: [\n---\nd: 4\n";
    let parsed = parse_at(text, 11);
    assert_eq!(parsed.documents.len(), 2);
    let error = parsed.error.unwrap();
    assert_eq!((error.line, error.column), (19, 1));
    // kubectl counts in the document.
    assert_eq!(
        error.go_text(),
        "yaml: line 1: did not find expected node content"
    );
}

#[test]
fn line_ends_and_byte_order_marks_do_not_matter() {
    for text in [
        "\u{feff}a: 1\nb:\n- |\n  x\n",
        "a: 1\r\nb:\r\n- |\r\n  x\r\n",
        "a: 1\r\n---\r\n",
        "a: 1\rb:\r- |\r  x\r",
    ] {
        assert_eq!(one(text)["a"], 1.into(), "{text:?}");
    }
    assert_eq!(one("a: 1\r\nb:\r\n- |\r\n  x\r\n")["b"][0].as_str(), "x\n");
    assert_eq!(parse("a: 1\r\n---\r\nb: 1\r\n").documents.len(), 2);
}

#[test]
fn hostile_texts_are_errors() {
    let deep_flow = "[".repeat(100_000);
    let deep_block: String = (0..2000).map(|it| " ".repeat(it) + "a:\n").collect();
    let deep_list = "- ".repeat(100_000);
    let bomb: Vec<String> = (1..30)
        .map(|it| {
            format!(
                "a{it}: &a{it} [{}]",
                vec![format!("*a{}", it - 1); 10].join(", ")
            )
        })
        .collect();
    let bomb = format!(
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n{}",
        bomb.join("\n")
    );
    let base = format!("&a0 {{x: {}}}", "y".repeat(100_000));
    let merges = format!("base: {base}\nall:\n{}", "- <<: *a0\n".repeat(1000));
    let nested: Vec<String> = (1..40)
        .map(|it| format!("a{it}: &a{it} {{k{it}: *a{0}, l{it}: *a{0}}}", it - 1))
        .collect();
    let nested = format!("a0: {base}\n{}", nested.join("\n"));
    for text in [&deep_flow, &deep_block, &deep_list, &bomb, &merges, &nested] {
        let message = error(text).message;
        let is_bound = [
            "exceeded max depth",
            "excessive aliasing",
            "recursion limit",
        ]
        .iter()
        .any(|it| message.contains(it));
        assert!(is_bound, "{message}");
    }
    for text in ["a: b\0c\n", "a: \u{7}\n", "a: \u{fffe}\n", "\0"] {
        assert_eq!(
            error(text).go_text(),
            "yaml: control characters are not allowed",
            "{text:?}"
        );
    }
    assert_eq!(
        error("a: \"\\ud800\"\n").message,
        "found invalid Unicode character escape code"
    );
}

#[test]
fn large_texts_take_no_time() {
    let long = format!("a: {}\n", "x".repeat(1 << 20));
    assert_eq!(one(&long)["a"].as_str().len(), 1 << 20);
    let quoted = format!("a: \"{}", "x ".repeat(1 << 19));
    assert_eq!(error(&quoted).message, "found unexpected end of stream");
    let many: Vec<String> = (0..20_000)
        .rev()
        .map(|it| format!("k{it:06}: [1, {{a: b}}]"))
        .collect();
    let many = many.join("\n");
    assert_eq!(one(&many).as_map().unwrap().len(), 20_000);
    let flow = format!("a: [{}]", "{b: c}, ".repeat(20_000));
    assert_eq!(one(&flow)["a"].items().len(), 20_000);
    let tabs = "a:\tb\n".repeat(100);
    assert_eq!(error(&tabs).message, "too many tabs behind colons");
}

/// Cuts and joins real texts at random; nothing may panic, and what is read must be written and read again.
/// The standard library's reader is not in the engine, but right.
#[test]
fn floats_are_read_as_the_standard_library_reads_them() {
    let signs = b"0123456789..eE+-";
    for seed in 0..20_000 {
        let draw = |at: usize| {
            usize::try_from(crate::chance::chance(seed, &[&at.to_string()]) % 16).unwrap()
        };
        let text: String = (0..=draw(0) / 2)
            .map(|at| char::from(signs[draw(at + 1)]))
            .collect();
        let theirs: Option<f64> = text.parse().ok().filter(|it: &f64| it.is_finite());
        let ours = scalar::float(&text).map(|it| match it {
            Value::Float(it) => it,
            other => panic!("seed {seed}: {text} is {other:?}"),
        });
        // Beyond 15 digits and 22 powers of ten the last digit is JSON's.
        let is_near = |(a, b): (f64, f64)| (a - b).abs() <= b.abs() * 1e-15;
        let is_same = ours == theirs || ours.zip(theirs).is_some_and(is_near);
        assert!(is_same, "seed {seed}: {text} is {ours:?}, not {theirs:?}");
    }
    for text in [
        "0.1",
        "1.27",
        ".5",
        "5.",
        "3.141592653589793",
        "1e400",
        "-0.25",
        "6.02e23",
    ] {
        let theirs = text.parse().ok().filter(|it: &f64| it.is_finite());
        assert_eq!(scalar::float(text), theirs.map(Value::Float), "{text}");
    }
}

#[test]
fn mangled_texts_do_not_panic() {
    let rows: Vec<Value> = READ
        .lines()
        .map(|it| Value::from_json(it).unwrap())
        .collect();
    let mut state = 1_u64;
    let mut below = |most: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % most.max(1)
    };
    for _ in 0..3000 {
        let mut text: Vec<char> = Vec::new();
        for _ in 0..=below(3) {
            let from: Vec<char> = rows[below(rows.len())]["yaml"].as_str().chars().collect();
            let (start, end) = (below(from.len()), below(from.len()));
            text.extend(&from[start.min(end)..start.max(end)]);
        }
        if !text.is_empty() {
            let at = below(text.len());
            text[at] = [
                '\t', '\n', ' ', '"', ':', '-', '[', '}', '&', '|', '\r', '：',
            ][below(12)];
        }
        let text: String = text.into_iter().collect();
        let parsed = parse(&text);
        if let Some(error) = &parsed.error {
            assert!(error.line >= 1 && error.column >= 1, "{text:?}");
            let _ = error.go_text();
        }
        for document in &parsed.documents {
            let written = to_yaml(&document.value);
            if written.contains("<<") {
                // kubectl writes such a key without quotes, too.
                continue;
            }
            let again = parse(&written);
            assert_eq!(again.error, None, "{text:?} {written:?}");
            assert_eq!(
                again.documents[0].value, document.value,
                "{text:?} {written:?}"
            );
        }
    }
}
