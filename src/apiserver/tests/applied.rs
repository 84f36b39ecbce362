//! Who manages which field, and server-side apply.

use super::rest::{Body, HttpRequest, HttpResponse};
use super::*;

const SETS: &str = "/apis/apps/v1/namespaces/default/statefulsets";

impl Server {
    fn ask(&mut self, method: &'static str, how: &str, query: &str, body: Value) -> HttpResponse {
        let path = if method == "POST" {
            SETS.to_owned()
        } else {
            format!("{SETS}/web")
        };
        let pairs = query.split('&').filter_map(|it| it.split_once('='));
        let request = HttpRequest {
            method,
            path: path.into(),
            query: pairs.map(|(key, it)| (key.into(), it.into())).collect(),
            content_type: how.into(),
            body,
            ..HttpRequest::default()
        };
        self.now.ms += 1000;
        rest::handle(&mut self.store, &self.config, self.now, &request)
    }

    fn apply(&mut self, query: &str, body: Value) -> Value {
        json(self.ask("PATCH", "application/apply-patch+yaml", query, body))
    }

    fn managed(&mut self) -> Value {
        let web = json(self.ask("GET", "", "", Value::Null));
        web["metadata"]["managedFields"].clone()
    }
}

fn json(answer: HttpResponse) -> Value {
    match answer.body {
        Body::Json(value) => value,
        other => panic!("{other:?}"),
    }
}

fn web(spec: &str) -> Value {
    let mut set = constant(
        r#"{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"web"},"spec":{"serviceName":"nginx",
        "selector":{"matchLabels":{"app":"nginx"}},"template":{"metadata":{"labels":{"app":"nginx"}},
        "spec":{"containers":[{"name":"nginx","image":"nginx:1","ports":[{"containerPort":80}]}]}}}}"#,
    );
    for (name, member) in constant(spec).members() {
        set["spec"][name.as_str()] = member.clone();
    }
    set
}

/// What `kubectl create` leaves on a v1.36 server, as far as it is known from clusters.
#[test]
fn the_creator_manages_what_it_sent_and_what_was_defaulted() {
    let mut server = Server::new();
    server.ask("POST", "", "fieldManager=kubectl-create", web("{}"));
    let managed = server.managed();
    assert_eq!(
        managed.to_json(),
        r#"[{"apiVersion":"apps/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:persistentVolumeClaimRetentionPolicy":{".":{},"f:whenDeleted":{},"f:whenScaled":{}},"f:podManagementPolicy":{},"f:replicas":{},"f:revisionHistoryLimit":{},"f:selector":{},"f:serviceName":{},"f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"nginx\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"f:protocol":{}}},"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}},"f:updateStrategy":{"f:rollingUpdate":{".":{},"f:partition":{}},"f:type":{}}}},"manager":"kubectl-create","operation":"Update","time":"2026-01-01T00:01:01Z"}]"#
    );
}

#[test]
fn a_status_write_is_an_entry_of_its_own_and_a_scale_too() {
    let mut server = Server::new();
    server.ask("POST", "", "fieldManager=a", web("{}"));
    let status = object! {"status": object! {"replicas": 1, "readyReplicas": 1}};
    let key = key_of(&web("{}"));
    server
        .send(&key, Verb::PatchStatus(Patch::Merge, status))
        .unwrap();
    let scale = object! {"spec": object! {"replicas": 3}};
    let request = HttpRequest {
        method: "PATCH",
        path: format!("{SETS}/web/scale").into(),
        query: vec![("fieldManager".into(), "b".into())],
        content_type: "application/merge-patch+json".into(),
        body: scale,
        ..HttpRequest::default()
    };
    rest::handle(&mut server.store, &server.config, server.now, &request);
    let managed = server.managed();
    let told: Vec<String> = managed
        .items()
        .iter()
        .map(|it| format!("{} {}", it["manager"], it["subresource"].as_str()))
        .collect();
    assert_eq!(told, ["a ", "b scale", "kubectl status"]);
    assert_eq!(
        managed[1]["fieldsV1"].to_json(),
        r#"{"f:spec":{"f:replicas":{}}}"#
    );
    assert_eq!(
        managed[2]["fieldsV1"].to_json(),
        r#"{"f:status":{"f:readyReplicas":{},"f:replicas":{}}}"#
    );
    assert!(managed[0]["fieldsV1"]["f:spec"]["f:replicas"].is_null());
}

#[test]
fn an_apply_makes_the_object_and_takes_back_what_it_no_longer_names() {
    let mut server = Server::new();
    let answer = server.ask(
        "PATCH",
        "application/apply-patch+yaml",
        "fieldManager=me",
        web(r#"{"replicas":2,"minReadySeconds":5}"#),
    );
    assert_eq!(answer.status, 201);
    let set = json(answer);
    assert_eq!(set["spec"]["minReadySeconds"], 5.into());
    let managed = &set["metadata"]["managedFields"];
    assert_eq!(managed[0]["operation"].as_str(), "Apply");
    let spec = &managed[0]["fieldsV1"]["f:spec"];
    assert_eq!(spec["f:minReadySeconds"], Value::object());
    assert_eq!(
        spec["f:template"]["f:metadata"].to_json(),
        r#"{"f:labels":{"f:app":{}}}"#
    );
    assert!(
        spec["f:podManagementPolicy"].is_null(),
        "defaults are nobody's"
    );

    let version = set["metadata"]["resourceVersion"].clone();
    let again = server.apply(
        "fieldManager=me",
        web(r#"{"replicas":2,"minReadySeconds":5}"#),
    );
    assert_eq!(
        again["metadata"]["resourceVersion"], version,
        "nothing changed"
    );

    let set = server.apply("fieldManager=me", web("{}"));
    assert_eq!(set["spec"]["minReadySeconds"], Value::Null);
    assert_eq!(set["spec"]["replicas"], 1.into(), "back to the default");
}

#[test]
fn what_another_manages_is_a_conflict_unless_forced_or_equal() {
    let mut server = Server::new();
    server.ask(
        "POST",
        "",
        "fieldManager=kubectl-create",
        web(r#"{"replicas":2}"#),
    );
    let refused = server.apply("fieldManager=me", web(r#"{"replicas":3}"#));
    assert_eq!(
        refused["message"].as_str(),
        "Apply failed with 1 conflict: conflict with \"kubectl-create\" using apps/v1: .spec.replicas"
    );
    assert_eq!(
        refused["details"].to_json(),
        r#"{"causes":[{"field":".spec.replicas","message":"conflict with \"kubectl-create\" using apps/v1","reason":"FieldManagerConflict"}]}"#
    );
    assert_eq!(refused["reason"].as_str(), "Conflict");
    let mut two = web(r#"{"replicas":3}"#);
    two["spec"]["template"]["spec"]["containers"] =
        constant(r#"[{"name":"nginx","image":"nginx:2"},{"name":"side","image":"x"}]"#);
    let refused = server.apply("fieldManager=me", two.clone());
    assert_eq!(
        refused["message"].as_str(),
        "Apply failed with 2 conflicts: conflicts with \"kubectl-create\" using apps/v1:\n- .spec.replicas\n- .spec.template.spec.containers[name=\"nginx\"].image"
    );
    let forced = server.apply("fieldManager=me&force=true", two);
    let containers = &forced["spec"]["template"]["spec"]["containers"];
    assert_eq!(containers[0]["image"].as_str(), "nginx:2");
    assert_eq!(
        containers[0]["ports"][0]["containerPort"],
        80.into(),
        "the creator's stays"
    );
    assert_eq!(containers[1]["name"].as_str(), "side");
    let creator = &forced["metadata"]["managedFields"][1];
    assert_eq!(creator["manager"].as_str(), "kubectl-create");
    assert!(creator["fieldsV1"]["f:spec"]["f:replicas"].is_null());
    // Another who wants the same shares it, and it stays when one lets go.
    let mut only = web("{}");
    only["spec"] = object! {"replicas": 3};
    server.apply("fieldManager=you", only);
    let mut less = web("{}");
    less["spec"]["template"]["spec"]["containers"] =
        constant(r#"[{"name":"nginx","image":"nginx:2"}]"#);
    let left = server.apply("fieldManager=me", less);
    assert_eq!(left["spec"]["replicas"], 3.into());
    assert_eq!(
        left["spec"]["template"]["spec"]["containers"].items().len(),
        1
    );
}

#[test]
fn kubectl_takes_over_from_its_client_side_apply() {
    let mut server = Server::new();
    let mut body = web(r#"{"replicas":2}"#);
    let last = body.to_json();
    body["metadata"]["annotations"] =
        object! {"kubectl.kubernetes.io/last-applied-configuration": last};
    server.ask("POST", "", "fieldManager=kubectl-client-side-apply", body);
    let set = server.apply("fieldManager=kubectl", web(r#"{"replicas":4}"#));
    assert_eq!(set["spec"]["replicas"], 4.into());
    let annotations = &set["metadata"]["annotations"];
    let last = annotations["kubectl.kubernetes.io/last-applied-configuration"].as_str();
    assert!(last.contains("\"replicas\":4"), "{last}");
}

#[test]
fn the_types_are_checked_in_the_words_of_server_side_apply() {
    let mut server = Server::new();
    let cases = [
        (
            r#"{"replica":3}"#,
            ".spec.replica: field not declared in schema",
        ),
        (
            r#"{"replicas":"3"}"#,
            ".spec.replicas: expected numeric (int or float), got string",
        ),
        (
            r#"{"serviceName":3}"#,
            ".spec.serviceName: expected string, got &value.valueUnstructured{Value:3}",
        ),
        (
            r#"{"volumeClaimTemplates":{"a":1}}"#,
            ".spec.volumeClaimTemplates: expected list, got &{map[a:1]}",
        ),
        (
            r#"{"selector":3}"#,
            ".spec.selector: expected map, got &{3}",
        ),
        (
            r#"{"template":{"spec":{"containers":[{"name":"a"},{"name":"a","x":1}]}}}"#,
            "errors:\n  .spec.template.spec.containers: duplicate entries for key [name=\"a\"]\n  .spec.template.spec.containers[name=\"a\"].x: field not declared in schema",
        ),
    ];
    for (spec, wanted) in cases {
        let refused = server.apply("fieldManager=me", web(spec));
        let head = "failed to create typed patch object (default/web; apps/v1, Kind=StatefulSet): ";
        assert_eq!(refused["message"].as_str(), format!("{head}{wanted}"));
        assert_eq!(refused["code"], 500.into());
    }
    let refused = server.apply("", web("{}"));
    assert!(
        refused["message"]
            .as_str()
            .contains("is required for apply patch")
    );
}

#[test]
fn a_client_may_write_the_managers_themselves() {
    let mut server = Server::new();
    server.ask("POST", "", "fieldManager=a", web("{}"));
    let rename =
        constant(r#"[{"op":"replace","path":"/metadata/managedFields/0/manager","value":"b"}]"#);
    server.ask(
        "PATCH",
        "application/json-patch+json",
        "fieldManager=c",
        rename,
    );
    let managed = server.managed();
    assert_eq!(managed.items().len(), 1);
    assert_eq!(managed[0]["manager"].as_str(), "b");
    let mut read = json(server.ask("GET", "", "", Value::Null));
    read["spec"]["replicas"] = 7.into();
    server.ask("PUT", "", "fieldManager=c", read);
    let managed = server.managed();
    assert_eq!(
        managed[1]["fieldsV1"].to_json(),
        r#"{"f:spec":{"f:replicas":{}}}"#
    );
    let reset = object! {"metadata": object! {"managedFields": array![Value::object()]}};
    server.ask(
        "PATCH",
        "application/merge-patch+json",
        "fieldManager=c",
        reset,
    );
    assert_eq!(server.managed(), Value::Null);
}

#[test]
fn items_stand_in_an_order_that_suits_both_lists() {
    let mut server = Server::new();
    let containers = |names: &str| -> Value {
        let it = names
            .split(' ')
            .map(|it| object! {"name": it, "image": "x"});
        object! {"template": object! {"spec": object! {"containers": it.collect::<Value>()}}}
    };
    let mut body = web("{}");
    body["spec"]["template"]["spec"] = containers("a b c")["template"]["spec"].clone();
    server.ask("POST", "", "fieldManager=a", body.clone());
    for (applied, wanted) in [("x a", "x a b c"), ("c a", "x b c a"), ("b y", "x b c a y")] {
        body["spec"]["template"]["spec"] = containers(applied)["template"]["spec"].clone();
        let set = server.apply(
            &format!("fieldManager={}", applied.replace(' ', "")),
            body.clone(),
        );
        let names = set["spec"]["template"]["spec"]["containers"].items();
        let names: Vec<&str> = names.iter().map(|it| it["name"].as_str()).collect();
        assert_eq!(names.join(" "), wanted);
    }
}
