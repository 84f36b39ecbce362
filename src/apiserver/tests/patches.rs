//! The three kinds of patch.

use super::*;

fn json(text: &str) -> Value {
    Value::from_json(text).unwrap_or_else(|it| panic!("{text}: {it}"))
}

fn patched(how: Patch, object: &str, change: &str) -> Result<String, Status> {
    patch::apply(Kind::Pod, how, &json(object), &json(change)).map(|it| it.to_json())
}

#[test]
fn strategic_merges_lists_by_their_keys() {
    let cases = [
        // Items are merged by name, new ones appended.
        (
            r#"{"spec":{"containers":[{"image":"a","name":"x"},{"image":"b","name":"y"}]}}"#,
            r#"{"spec":{"containers":[{"name":"y","image":"c"},{"name":"z"}]}}"#,
            r#"{"spec":{"containers":[{"image":"a","name":"x"},{"image":"c","name":"y"},{"name":"z"}]}}"#,
        ),
        (
            r#"{"spec":{"containers":[{"name":"x"},{"name":"y"}]}}"#,
            r#"{"spec":{"containers":[{"name":"x","$patch":"delete"}]}}"#,
            r#"{"spec":{"containers":[{"name":"y"}]}}"#,
        ),
        (
            r#"{"spec":{"containers":[{"name":"x"},{"name":"y"}]}}"#,
            r#"{"spec":{"containers":[{"$patch":"replace"},{"name":"z"}]}}"#,
            r#"{"spec":{"containers":[{"name":"z"}]}}"#,
        ),
        // A list without a key is replaced, scalars are replaced unless the table says otherwise.
        (
            r#"{"metadata":{"finalizers":["a"]},"spec":{"tolerations":[{"key":"a"}]}}"#,
            r#"{"metadata":{"finalizers":["b","a"]},"spec":{"tolerations":[{"key":"b"}]}}"#,
            r#"{"metadata":{"finalizers":["a","b"]},"spec":{"tolerations":[{"key":"b"}]}}"#,
        ),
        (
            r#"{"metadata":{"finalizers":["a","b","c"]}}"#,
            r#"{"metadata":{"$deleteFromPrimitiveList/finalizers":["b"]}}"#,
            r#"{"metadata":{"finalizers":["a","c"]}}"#,
        ),
        // Null removes, also inside something new.
        (
            r#"{"metadata":{"labels":{"a":"b","c":"d"}}}"#,
            r#"{"metadata":{"labels":{"a":null},"annotations":{"x":null,"y":"z"}}}"#,
            r#"{"metadata":{"annotations":{"y":"z"},"labels":{"c":"d"}}}"#,
        ),
        (
            r#"{"spec":{"securityContext":{"runAsUser":1}}}"#,
            r#"{"spec":{"securityContext":{"$patch":"replace","fsGroup":2}}}"#,
            r#"{"spec":{"securityContext":{"fsGroup":2}}}"#,
        ),
        // kubectl apply names the order; what it does not name keeps its place.
        (
            r#"{"spec":{"containers":[{"name":"a"},{"name":"server"},{"name":"b"}]}}"#,
            r#"{"spec":{"$setElementOrder/containers":[{"name":"new"},{"name":"b"},{"name":"a"}],"containers":[{"name":"new"}]}}"#,
            r#"{"spec":{"containers":[{"name":"server"},{"name":"new"},{"name":"b"},{"name":"a"}]}}"#,
        ),
        (
            r#"{"spec":{"volumes":[{"emptyDir":{},"name":"v"}]}}"#,
            r#"{"spec":{"volumes":[{"$retainKeys":["name","hostPath"],"hostPath":{"path":"/"},"name":"v"}]}}"#,
            r#"{"spec":{"volumes":[{"hostPath":{"path":"/"},"name":"v"}]}}"#,
        ),
        (
            r#"{"status":{"conditions":[{"status":"False","type":"Ready"}]}}"#,
            r#"{"status":{"$setElementOrder/conditions":[{"type":"Ready"}],"conditions":[{"type":"Ready","status":"True"}]}}"#,
            r#"{"status":{"conditions":[{"status":"True","type":"Ready"}]}}"#,
        ),
    ];
    for (object, change, want) in cases {
        assert_eq!(
            patched(Patch::Strategic, object, change).unwrap(),
            want,
            "{change}"
        );
    }
    let status = patched(
        Patch::Strategic,
        "{}",
        r#"{"spec":{"containers":[{"image":"nginx"}]}}"#,
    );
    assert_eq!(
        status.unwrap_err().message,
        "map: map[image:nginx] does not contain declared merge key: name"
    );
}

#[test]
fn merge_replaces_lists_and_null_removes() {
    let want = r#"{"a":{"c":2},"l":[1],"n":{}}"#;
    let got = patched(
        Patch::Merge,
        r#"{"a":{"b":1},"l":[1,2,3],"z":1}"#,
        r#"{"a":{"b":null,"c":2},"l":[1],"n":{"x":null},"z":null}"#,
    );
    assert_eq!(got.unwrap(), want);
    let status = patched(Patch::Strategic, "{}", r#""nonsense""#).unwrap_err();
    assert_eq!((status.code, status.reason), (400, "BadRequest"));
    assert_eq!(
        status.message,
        "json: cannot unmarshal string into Go value of type map[string]interface {}"
    );
}

#[test]
fn json_patches_are_carried_out_in_order_or_not_at_all() {
    let got = patched(
        Patch::Json,
        r#"{"a":{"b":[1,2]},"c/d":1}"#,
        r#"[{"op":"test","path":"/a/b/0","value":1},{"op":"add","path":"/a/b/-","value":3},
            {"op":"add","path":"/a/b/0","value":0},{"op":"remove","path":"/a/b/1"},
            {"op":"replace","path":"/c~1d","value":{"x":null}},{"op":"move","from":"/c~1d","path":"/e"},
            {"op":"copy","from":"/a/b","path":"/f"}]"#,
    );
    assert_eq!(
        got.unwrap(),
        r#"{"a":{"b":[0,2,3]},"e":{"x":null},"f":[0,2,3]}"#
    );
    for bad in [
        r#"[{"op":"test","path":"/a","value":2}]"#,
        r#"[{"op":"remove","path":"/b"}]"#,
        r#"[{"op":"replace","path":"/b","value":1}]"#,
        r#"[{"op":"add","path":"/x/y","value":1}]"#,
        r#"[{"op":"add","path":"/l/5","value":1}]"#,
        r#"[{"op":"jump","path":"/a"}]"#,
        r#"[{"path":"/a"}]"#,
        r"[5]",
    ] {
        let status = patched(Patch::Json, r#"{"a":1,"l":[1]}"#, bad).unwrap_err();
        assert_eq!((status.code, status.reason), (422, "Invalid"), "{bad}");
        assert_eq!(
            status.message,
            "the server rejected our request due to an error in our request"
        );
    }
}

#[test]
fn a_json_patch_that_doubles_itself_ends() {
    let double = r#"{"op":"copy","from":"","path":"/x"}"#;
    let change = format!("[{}]", vec![double; 200].join(","));
    assert_eq!(patched(Patch::Json, "{}", &change).unwrap_err().code, 422);
    let wide = r#"{"op":"copy","from":"/l","path":"/l/0"}"#;
    let change = format!("[{}]", vec![wide; 200].join(","));
    assert_eq!(
        patched(Patch::Json, r#"{"l":[1]}"#, &change)
            .unwrap_err()
            .code,
        422
    );
}

#[test]
fn unknown_fields_of_a_patch_are_dropped_warned_of_or_refused() {
    let mut server = Server::new();
    let created = server.create(pod("web-0")).unwrap().object;
    let change = json(r#"{"spec":{"replicaz":1}}"#);
    let mut send = |field_validation| {
        let request = Request {
            key: created.key(),
            verb: Verb::Patch(Patch::Strategic, change.clone()),
            options: WriteOptions {
                dry_run: false,
                field_validation,
                ..WriteOptions::default()
            },
        };
        handle(
            &mut server.store,
            &server.config,
            server.now,
            &request,
            "kubectl",
        )
    };
    assert!(!send(FieldValidation::Ignore).unwrap().changed);
    let warned = send(FieldValidation::Warn).unwrap();
    assert_eq!(warned.warnings, ["unknown field \"spec.replicaz\""]);
    let status = send(FieldValidation::Strict).unwrap_err();
    assert_eq!((status.code, status.reason), (422, "Invalid"));
    assert_eq!(
        status.details["causes"][0]["message"].as_str(),
        r#"Invalid value: "{\"spec\":{\"replicaz\":1}}": strict decoding error: unknown field "spec.replicaz""#
    );
}

#[test]
fn a_patch_of_the_wrong_type_is_refused_in_the_converter_s_words() {
    let cases = [
        (
            r#"{"spec":{"terminationGracePeriodSeconds":"x"}}"#,
            "unrecognized type: int64",
        ),
        (
            r#"{"spec":{"containers":"x"}}"#,
            "cannot restore slice from string",
        ),
        (
            r#"{"spec":{"securityContext":"x"}}"#,
            "cannot restore struct from: string",
        ),
        (
            r#"{"metadata":{"labels":{"a":5}}}"#,
            "unrecognized type: string",
        ),
    ];
    for (change, why) in cases {
        let mut server = Server::new();
        let created = server.create(pod("web-0")).unwrap().object;
        let verb = Verb::Patch(Patch::Strategic, json(change));
        let status = server.send(&created.key(), verb).unwrap_err();
        assert!(status.message.ends_with(why), "{}", status.message);
    }
}
