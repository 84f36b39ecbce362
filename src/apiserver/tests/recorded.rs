//! Objects and refusals a real v1.36.2 gave, from tests/conformance.

use super::*;

#[test]
fn every_recorded_template_comes_out_equal() {
    let items = Value::from_json(include_str!("../../../tests/conformance/hashes.json")).unwrap();
    assert_eq!(items.items().len(), 20);
    for item in items.items() {
        let name = &item["name"];
        let mut server = Server::new();
        let set = server.create(item["manifest"].clone()).unwrap().object;
        let template = &set.value["spec"]["template"];
        assert_eq!(template.to_json(), item["template"].to_json(), "{name}");
        assert_stable(&server.store.objects);
    }
}

/// upstream: statefulset getPatch; what the controller hashes.
#[test]
fn every_recorded_revision_has_the_same_bytes() {
    let items = Value::from_json(include_str!("../../../tests/conformance/hashes.json")).unwrap();
    for item in items.items() {
        let mut server = Server::new();
        let set = server.create(item["manifest"].clone()).unwrap().object;
        let mut template = set.value["spec"]["template"].clone();
        template["$patch"] = "replace".into();
        let data = object! {"spec": object! {"template": template}};
        assert_eq!(validate::go_json(&data), item["data"].as_str());
    }
}

/// What a real server returned is what this one would keep: nothing unknown, nothing added, nothing dropped.
#[test]
fn recorded_objects_are_in_the_form_they_are_kept_in() {
    let recordings = [
        include_str!("../../../tests/conformance/cluster/b-article/events.jsonl"),
        include_str!("../../../tests/conformance/cluster/b-ordered-startup/events.jsonl"),
    ];
    let mut seen = 0;
    for line in recordings.iter().flat_map(|it| it.lines()) {
        let event = Value::from_json(line).unwrap();
        let object = &event["object"];
        let Some(kind) = Kind::of(object["apiVersion"].as_str(), object["kind"].as_str()) else {
            continue;
        };
        let decoded = decode::decode(kind, object, None, decode::Source::Body).unwrap();
        assert_eq!(decoded.unknown, Vec::<String>::new());
        let mut again = decoded.value;
        defaults::apply(kind, &mut again);
        assert_eq!(again.to_json(), object.to_json());
        seen += 1;
    }
    assert!(seen > 70, "{seen}");
}

/// The causes of a refusal as kubectl prints them, each once.
pub(super) fn causes(status: &Status) -> Vec<String> {
    let mut lines = Vec::new();
    for cause in status.details["causes"].items() {
        let line = format!("{}: {}", cause["field"], cause["message"]);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

#[test]
fn every_recorded_refusal_is_told_in_the_same_words() {
    let rows = Value::from_json(include_str!("../../../tests/conformance/invalid.json")).unwrap();
    for row in rows.items() {
        let name = &row["name"];
        let mut server = Server::new();
        let value = row["manifest"].clone();
        let request = Request {
            key: key_of(&value),
            verb: Verb::Create(value),
            options: WriteOptions {
                field_validation: FieldValidation::Strict,
                ..WriteOptions::default()
            },
        };
        let texts =
            |it: &Value| -> Vec<String> { it.items().iter().map(Value::to_string).collect() };
        match handle(
            &mut server.store,
            &server.config,
            server.now,
            &request,
            "kubectl",
        ) {
            Ok(written) => {
                assert_eq!(written.warnings, texts(&row["warnings"]), "{name}");
                assert!(
                    row["warnings"].as_map().is_none() && !row["warnings"].is_null(),
                    "{name}"
                );
                assert_stable(&server.store.objects);
            }
            Err(status) if status.reason == "Invalid" => {
                assert_eq!(causes(&status), texts(&row["errors"]), "{name}");
            }
            Err(status) => assert_eq!(status.message, row["message"].as_str(), "{name}"),
        }
    }
}
