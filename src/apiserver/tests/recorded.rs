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
