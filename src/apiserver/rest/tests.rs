//! Requests as kubectl sends them, and what comes back.

use std::sync::{Arc, OnceLock};

use super::*;
use crate::api::{Key, Object};
use crate::apiserver::{By, Change, LogEntry};
use crate::array;

/// A store made by hand, one resource version per object.
#[derive(Default)]
struct Server {
    store: Store,
    config: Config,
}

impl Server {
    fn put(&mut self, kind: Kind, namespace: &str, name: &str, more: &str) {
        let key = Key::new(kind, namespace, name);
        let mut value = crate::api::meta::new_value(&key);
        for (member, inner) in Value::from_json(more).unwrap().members() {
            for (field, content) in inner.members() {
                value[member.as_str()][field.as_str()] = content.clone();
            }
        }
        let resource_version = version(&self.store) + 1;
        value["metadata"]["resourceVersion"] = resource_version.to_string().into();
        value["metadata"]["uid"] = format!("uid-{name}").into();
        let object = Arc::new(Object::new(kind, value));
        let before = self.store.objects.get(&key).map(Arc::clone);
        self.store.objects.insert(Arc::clone(&object));
        self.store.log.push(LogEntry {
            resource_version,
            time: Time::START,
            change: if before.is_some() {
                Change::Modified
            } else {
                Change::Added
            },
            object,
            before,
            by: By::Server,
            managed: OnceLock::default(),
        });
    }

    fn remove(&mut self, kind: Kind, namespace: &str, name: &str) {
        let key = Key::new(kind, namespace, name);
        let before = self.store.objects.get(&key).map(Arc::clone).unwrap();
        self.store.objects.remove(&key);
        let resource_version = version(&self.store) + 1;
        let mut last = before.value.clone();
        last["metadata"]["resourceVersion"] = resource_version.to_string().into();
        self.store.log.push(LogEntry {
            resource_version,
            time: Time::START,
            change: Change::Deleted,
            object: Arc::new(Object::new(kind, last)),
            before: Some(before),
            by: By::Server,
            managed: OnceLock::default(),
        });
    }

    /// Three pods in two namespaces and a set.
    fn with_pods() -> Self {
        let mut it = Self::default();
        it.put(Kind::Pod, "default", "web-1", RUNNING);
        it.put(
            Kind::Pod,
            "default",
            "web-0",
            r#"{"metadata":{"labels":{"app":"nginx"}},"status":{"phase":"Pending"}}"#,
        );
        it.put(Kind::Pod, "default-2", "db-0", RUNNING);
        it.put(
            Kind::StatefulSet,
            "default",
            "web",
            r#"{"spec":{"replicas":2,"selector":{"matchLabels":{"app":"nginx"},"matchExpressions":[{"key":"a","operator":"In","values":["z","b"]}]}},"status":{"replicas":1}}"#,
        );
        it
    }

    fn send(&mut self, method: &'static str, url: &str, body: Value) -> HttpResponse {
        let request = HttpRequest {
            method,
            body,
            ..at(url)
        };
        handle(&mut self.store, &self.config, Time::START, &request)
    }

    fn get(&mut self, url: &str) -> Value {
        json(&self.send("GET", url, Value::Null))
    }

    fn watch(&mut self, url: &str) -> Watch {
        match self.send("GET", url, Value::Null).body {
            Body::Watch(watch) => watch,
            other => panic!("{other:?}"),
        }
    }

    /// The frames that are due, as `TYPE name`.
    fn told(&self, watch: &mut Watch) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(frame) = next_frame(&self.store, &self.config, Time::START, watch) {
            let name = &frame["object"]["metadata"]["name"];
            all.push(format!("{} {}", frame["type"], name.as_str()));
        }
        all
    }
}

const RUNNING: &str = r#"{"metadata":{"labels":{"app":"nginx","tier":"x"}},"spec":{"nodeName":"node-1","containers":[{"name":"nginx"}]},"status":{"phase":"Running","containerStatuses":[{"name":"nginx","state":{"running":{}}}]}}"#;

fn at(url: &str) -> HttpRequest {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let pairs = query.split('&').filter(|it| !it.is_empty());
    HttpRequest {
        method: "GET",
        path: path.into(),
        query: pairs
            .map(|it| it.split_once('=').unwrap_or((it, "")))
            .map(|(key, value)| (key.into(), value.replace("%3D", "=").into()))
            .collect(),
        ..HttpRequest::default()
    }
}

fn json(response: &HttpResponse) -> Value {
    match &response.body {
        Body::Json(value) => value.clone(),
        other => panic!("{other:?}"),
    }
}

/// Code, reason and message of a refusal.
fn refused(response: &HttpResponse) -> (u16, String, String) {
    let status = json(response);
    assert_eq!(status["kind"].as_str(), "Status");
    assert_eq!(status["code"].as_int(), Some(response.status.into()));
    (
        response.status,
        status["reason"].to_string(),
        status["message"].to_string(),
    )
}

fn names(list: &Value) -> Vec<String> {
    let name = |it: &Value| {
        let meta = &it["metadata"];
        format!("{}/{}", meta["namespace"].as_str(), meta["name"].as_str())
    };
    list["items"].items().iter().map(name).collect()
}

const PODS: &str = "/api/v1/namespaces/default/pods";

#[test]
fn an_object_has_its_type_and_a_listed_one_has_not() {
    let mut server = Server::with_pods();
    let pod = server.get(&format!("{PODS}/web-0"));
    assert_eq!(pod["kind"].as_str(), "Pod");
    let list = server.get(PODS);
    assert_eq!(list["kind"].as_str(), "PodList");
    assert_eq!(list["apiVersion"].as_str(), "v1");
    assert_eq!(list["metadata"]["resourceVersion"].as_str(), "4");
    assert!(list["items"][0]["kind"].is_null());
    assert!(list["items"][0]["apiVersion"].is_null());
    assert_eq!(names(&list), ["default/web-0", "default/web-1"]);
}

#[test]
fn lists_stand_in_the_order_of_storage_keys() {
    let mut server = Server::with_pods();
    // As etcd's keys: a dash sorts before the slash that ends the namespace.
    assert_eq!(
        names(&server.get("/api/v1/pods")),
        ["default-2/db-0", "default/web-0", "default/web-1"]
    );
}

#[test]
fn selectors_choose() {
    let mut server = Server::with_pods();
    let mut chosen = |query: &str| names(&server.get(&format!("/api/v1/pods?{query}"))).join(" ");
    assert_eq!(
        chosen("labelSelector=app%3Dnginx,tier"),
        "default-2/db-0 default/web-1"
    );
    assert_eq!(
        chosen("fieldSelector=spec.nodeName%3Dnode-1,metadata.namespace!=default"),
        "default-2/db-0"
    );
    assert_eq!(
        chosen("fieldSelector=status.phase!%3DRunning"),
        "default/web-0"
    );
    let refused = |url: &str| refused(&Server::with_pods().send("GET", url, Value::Null));
    assert_eq!(
        refused("/api/v1/pods?fieldSelector=spec.color%3Dred"),
        (
            400,
            "BadRequest".into(),
            "field label not supported: spec.color".into()
        )
    );
    assert_eq!(
        refused("/apis/apps/v1/statefulsets?fieldSelector=spec.x%3Dy").2,
        r#""spec.x" is not a known field selector: only "metadata.name", "metadata.namespace""#
    );
    assert_eq!(refused("/api/v1/pods?labelSelector=a b").0, 400);
}

#[test]
fn a_long_list_comes_in_pages() {
    let mut server = Server::with_pods();
    let first = server.get("/api/v1/pods?limit=2");
    assert_eq!(names(&first), ["default-2/db-0", "default/web-0"]);
    assert_eq!(first["metadata"]["remainingItemCount"].as_int(), Some(1));
    let token = first["metadata"]["continue"].as_str();
    let second = server.get(&format!("/api/v1/pods?limit=2&continue={token}"));
    assert_eq!(names(&second), ["default/web-1"]);
    assert!(second["metadata"]["continue"].is_null());
    let response = server.send("GET", "/api/v1/pods?continue=x", Value::Null);
    assert_eq!(response.status, 400);
}

#[test]
fn a_table_is_made_on_request() {
    let mut server = Server::with_pods();
    let request = HttpRequest {
        as_table: true,
        ..at(PODS)
    };
    let table = json(&handle(
        &mut server.store,
        &server.config,
        Time::START,
        &request,
    ));
    assert_eq!(table["kind"].as_str(), "Table");
    assert_eq!(table["metadata"]["resourceVersion"].as_str(), "4");
    assert_eq!(table["rows"].items().len(), 2);
    let row = &table["rows"][0]["object"];
    assert_eq!(row["kind"].as_str(), "PartialObjectMetadata");
    assert!(row["spec"].is_null());
    let whole = HttpRequest {
        as_table: true,
        ..at(&format!("{PODS}/web-1?includeObject=Object"))
    };
    let table = json(&handle(
        &mut server.store,
        &server.config,
        Time::START,
        &whole,
    ));
    let row = &table["rows"][0]["object"];
    assert_eq!(row["spec"]["nodeName"].as_str(), "node-1");
    assert_eq!(table["metadata"]["resourceVersion"].as_str(), "1");
}

#[test]
fn what_is_missing_is_said_in_the_servers_words() {
    let mut server = Server::with_pods();
    let mut refuse = |method, url: &str| refused(&server.send(method, url, Value::Null));
    assert_eq!(
        refuse("GET", &format!("{PODS}/web-9")),
        (404, "NotFound".into(), "pods \"web-9\" not found".into())
    );
    let no_resource = "the server could not find the requested resource";
    for url in [
        "/api/v1/namespaces/default/foos",
        "/apis/apps/v1/namespaces/default/pods",
        "/api/v1/namespaces/default/nodes/node-1",
        "/api/v1/namespaces/default/pods/web-0/scale",
        "/api/v1/pods/web-0",
    ] {
        assert_eq!(refuse("GET", url).2, no_resource, "{url}");
    }
    let not_allowed = "the server does not allow this method on the requested resource";
    for (method, url) in [
        ("POST", "/api/v1/pods"),
        ("POST", "/api/v1/namespaces/default/pods/web-0"),
        ("PUT", PODS),
        ("DELETE", "/api/v1/namespaces"),
        ("POST", "/api/v1/namespaces/default/pods/web-0/log"),
        ("POST", "/version"),
    ] {
        assert_eq!(
            refuse(method, url),
            (405, "MethodNotAllowed".into(), not_allowed.into()),
            "{method} {url}"
        );
    }
    for url in ["/apis/batch/v1/jobs", "/apis/nope", "/nope", "/openapi/v3"] {
        let response = server.send("GET", url, Value::Null);
        assert_eq!(response.status, 404);
        assert_eq!(response.body, Body::Text("404 page not found\n".into()));
    }
}

#[test]
fn a_watch_tells_what_comes_after_its_version() {
    let mut server = Server::with_pods();
    let mut watch = server.watch(&format!("{PODS}?watch=true&resourceVersion=1"));
    assert_eq!(server.told(&mut watch), ["ADDED web-0"]);
    server.put(Kind::Pod, "default", "web-0", RUNNING);
    server.put(Kind::Pod, "default-2", "db-0", RUNNING);
    server.remove(Kind::Pod, "default", "web-1");
    assert_eq!(server.told(&mut watch), ["MODIFIED web-0", "DELETED web-1"]);
    assert_eq!(server.told(&mut watch), Vec::<String>::new());
    assert_eq!(watch.after, 7);
}

#[test]
fn a_watch_from_nothing_tells_what_exists_first() {
    let mut server = Server::with_pods();
    let url = format!("{PODS}?watch=1&resourceVersion=0&fieldSelector=metadata.name%3Dweb-0");
    let mut watch = server.watch(&url);
    assert_eq!(server.told(&mut watch), ["ADDED web-0"]);
    server.put(Kind::Pod, "default", "web-1", RUNNING);
    server.put(Kind::Pod, "default", "web-0", RUNNING);
    assert_eq!(server.told(&mut watch), ["MODIFIED web-0"]);

    let mut watch = server.watch(&format!(
        "{PODS}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true"
    ));
    assert_eq!(
        server.told(&mut watch),
        ["ADDED web-1", "ADDED web-0", "BOOKMARK "]
    );
}

#[test]
fn an_object_that_begins_or_ceases_to_match_is_added_or_deleted() {
    let mut server = Server::with_pods();
    let mut watch = server.watch("/api/v1/pods?watch=true&resourceVersion=4&labelSelector=tier");
    server.put(Kind::Pod, "default", "web-0", RUNNING);
    server.put(Kind::Pod, "default", "web-0", RUNNING);
    server.put(Kind::Pod, "default", "web-0", "{}");
    server.remove(Kind::Pod, "default", "web-0");
    let mut frames = Vec::new();
    while let Some(frame) = next_frame(&server.store, &server.config, Time::START, &mut watch) {
        frames.push(frame);
    }
    let kinds: Vec<&str> = frames.iter().map(|it| it["type"].as_str()).collect();
    assert_eq!(kinds, ["ADDED", "MODIFIED", "DELETED"]);
    // The last look at it is as it was, with the version of the change.
    let last = &frames[2]["object"];
    assert_eq!(last["metadata"]["labels"]["tier"].as_str(), "x");
    assert_eq!(last["metadata"]["resourceVersion"].as_str(), "7");
}

#[test]
fn only_the_first_table_of_a_watch_has_column_definitions() {
    let mut server = Server::with_pods();
    let request = HttpRequest {
        as_table: true,
        ..at(&format!("{PODS}?watch=true"))
    };
    let answer = handle(&mut server.store, &server.config, Time::START, &request);
    let Body::Watch(mut watch) = answer.body else {
        panic!("no watch")
    };
    let mut frame = || next_frame(&server.store, &server.config, Time::START, &mut watch).unwrap();
    let first = frame();
    assert_eq!(first["object"]["columnDefinitions"].items().len(), 9);
    assert_eq!(first["object"]["rows"].items().len(), 1);
    assert_eq!(frame()["object"]["columnDefinitions"], Value::Null);
}

#[test]
fn a_watch_from_too_long_ago_is_refused() {
    let mut server = Server::with_pods();
    let mut kept = Store {
        objects: server.store.objects.clone(),
        ..Store::default()
    };
    for entry in server.store.log.iter().skip(3) {
        kept.log.push(entry.clone());
    }
    server.store = kept;
    let url = format!("{PODS}?watch=true&resourceVersion=");
    assert_eq!(
        refused(&server.send("GET", &format!("{url}2"), Value::Null)),
        (
            410,
            "Expired".into(),
            "too old resource version: 2 (3)".into()
        )
    );
    server.watch(&format!("{url}3"));
    assert_eq!(
        server.send("GET", &format!("{url}x"), Value::Null).status,
        400
    );
}

#[test]
fn a_scale_is_read_from_a_set() {
    let mut server = Server::with_pods();
    let scale = server.get("/apis/apps/v1/namespaces/default/statefulsets/web/scale");
    assert_eq!(scale["kind"].as_str(), "Scale");
    assert_eq!(scale["apiVersion"].as_str(), "autoscaling/v1");
    assert_eq!(scale["spec"]["replicas"].as_int(), Some(2));
    assert_eq!(scale["status"]["replicas"].as_int(), Some(1));
    assert_eq!(scale["status"]["selector"].as_str(), "a in (b,z),app=nginx");
    assert_eq!(scale["metadata"]["uid"].as_str(), "uid-web");
}

#[test]
fn exec_reaches_a_running_container_only() {
    let mut server = Server::with_pods();
    server.put(
        Kind::Pod,
        "default",
        "two-0",
        r#"{"spec":{"nodeName":"node-1","containers":[{"name":"a"},{"name":"b"}]},"status":{"phase":"Pending"}}"#,
    );
    let response = server.send(
        "POST",
        &format!("{PODS}/web-1/exec?command=nslookup&command=nginx&tty=true"),
        Value::Null,
    );
    assert_eq!(response.status, 101);
    assert_eq!(
        response.body,
        Body::Container(Connection {
            namespace: "default".into(),
            pod: "web-1".into(),
            container: "nginx".into(),
            command: vec!["nslookup".into(), "nginx".into()],
            is_main: false,
            tty: true,
        })
    );
    let mut refuse = |url: &str| refused(&server.send("GET", url, Value::Null)).2;
    assert_eq!(
        refuse(&format!("{PODS}/web-9/exec?command=sh")),
        "pods \"web-9\" not found"
    );
    assert_eq!(
        refuse(&format!("{PODS}/two-0/exec?command=sh")),
        "a container name must be specified for pod two-0, choose one of: [a b]"
    );
    assert_eq!(
        refuse(&format!("{PODS}/two-0/exec?command=sh&container=c")),
        "container c is not valid for pod two-0"
    );
    assert_eq!(
        refuse(&format!("{PODS}/two-0/exec?command=sh&container=a")),
        "Internal error occurred: unable to upgrade connection: container not found (\"a\")"
    );
}

#[test]
fn a_log_is_empty_or_refused() {
    let mut server = Server::with_pods();
    server.put(
        Kind::Pod,
        "default",
        "new-0",
        r#"{"spec":{"nodeName":"node-1","containers":[{"name":"a"}]},"status":{"containerStatuses":[{"name":"a","state":{"waiting":{"reason":"ContainerCreating"}}}]}}"#,
    );
    let log = server.send("GET", &format!("{PODS}/web-1/log"), Value::Null);
    assert_eq!(log.body, Body::Text(Text::new()));
    let mut refuse = |url: &str| refused(&server.send("GET", url, Value::Null)).2;
    assert_eq!(
        refuse(&format!("{PODS}/new-0/log?container=a")),
        "container \"a\" in pod \"new-0\" is waiting to start: ContainerCreating"
    );
    assert_eq!(
        refuse(&format!("{PODS}/web-1/log?previous=true")),
        "previous terminated container \"nginx\" in pod \"web-1\" not found"
    );
}

#[test]
fn discovery_says_what_there_is() {
    let mut server = Server::default();
    let core = server.get("/api/v1");
    let pods = core["resources"].item("name", "pods");
    assert_eq!(pods["shortNames"], array!["po"]);
    assert_eq!(pods["categories"], array!["all"]);
    assert_eq!(pods["verbs"].items().len(), 8);
    let namespaces = core["resources"].item("name", "namespaces");
    assert_eq!(namespaces["namespaced"].as_bool(), Some(false));
    assert_eq!(namespaces["verbs"].items().len(), 7);
    let apps = server.get("/apis/apps/v1");
    let scale = apps["resources"].item("name", "statefulsets/scale");
    assert_eq!(scale["group"].as_str(), "autoscaling");
    let groups = server.get("/apis");
    assert_eq!(groups["groups"][0]["name"].as_str(), "apps");
    assert_eq!(
        groups["groups"].item("name", "discovery.k8s.io")["preferredVersion"]["groupVersion"]
            .as_str(),
        "discovery.k8s.io/v1"
    );
    // The short name `ev` is ambiguous in a real cluster too.
    let second = server.get("/apis/events.k8s.io/v1");
    assert_eq!(second["resources"][0]["shortNames"], array!["ev"]);
    assert_eq!(
        server.get("/apis/events.k8s.io/v1/events")["kind"].as_str(),
        "EventList"
    );
    assert_eq!(server.get("/version")["gitVersion"].as_str(), "v1.36.2");
    let health = server.send("GET", "/healthz", Value::Null);
    assert_eq!(health.body, Body::Text("ok".into()));
}

#[test]
fn endpoints_come_with_a_warning() {
    let mut server = Server::default();
    let answer = server.send("GET", "/api/v1/endpoints", Value::Null);
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.warnings,
        ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"]
    );
    server.config.version = Version::V1_22;
    let answer = server.send("GET", "/api/v1/endpoints", Value::Null);
    assert_eq!(answer.warnings, Vec::<Text>::new());
}

#[test]
fn bodies_that_fit_no_address_are_refused_before_the_door() {
    let mut server = Server::with_pods();
    let elsewhere = object! {"metadata": object! {"name": "web-0", "namespace": "other"}};
    let mut refuse = |method, url: &str| refused(&server.send(method, url, elsewhere.clone()));
    let namespace =
        "the namespace of the provided object does not match the namespace sent on the request";
    assert_eq!(refuse("POST", PODS).2, namespace);
    assert_eq!(refuse("PUT", &format!("{PODS}/web-0")).2, namespace);
    let other = object! {"metadata": object! {"name": "web-7"}};
    assert_eq!(
        refused(&server.send("PUT", &format!("{PODS}/web-0"), other)).2,
        "the name of the object (web-7) does not match the name on the URL (web-0)"
    );
    let response = server.send("PATCH", &format!("{PODS}/web-0"), Value::object());
    assert_eq!(refused(&response).0, 415);
    let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
    let status = object! {"metadata": object! {"name": "a"}};
    assert_eq!(
        refused(&server.send("PUT", &format!("{slices}/a/status"), status)).0,
        404
    );
    let strange = object! {"propagationPolicy": "Sideways"};
    let response = server.send("DELETE", &format!("{PODS}/web-0"), strange);
    assert_eq!(refused(&response).0, 422);
    let older = object! {"preconditions": object! {"resourceVersion": "1"}};
    let response = server.send("DELETE", &format!("{PODS}/web-0"), older);
    assert_eq!(
        refused(&response).2,
        "Operation cannot be fulfilled on pods \"web-0\": Precondition failed: ResourceVersion in precondition: 1, ResourceVersion in object meta: 2"
    );
}

#[test]
fn everybody_may() {
    let mut server = Server::default();
    let question = object! {"kind": "SelfSubjectAccessReview"};
    let url = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let answer = server.send("POST", url, question);
    assert_eq!(answer.status, 201);
    assert!(json(&answer)["status"]["allowed"].is_true());
}

/// Recorded: api-kubectl-outputs.
#[test]
fn where_no_kubelets_run_nothing_answers_for_containers() {
    let mut server = Server::default();
    server.put(Kind::Pod, "default", "web-0", RUNNING);
    server.config.kubelets = false;
    let pod = "/api/v1/namespaces/default/pods/web-0";
    let end = "dial tcp: lookup node-1 on 10.43.0.10:53: no such host";
    assert_eq!(
        server.get(&format!("{pod}/log"))["message"].as_str(),
        format!("Get \"https://node-1:10250/containerLogs/default/web-0/nginx\": {end}")
    );
    let exec = format!("{pod}/exec?command=hostname&command=-f&stdout=true&stderr=true");
    assert_eq!(
        server.get(&exec)["message"].as_str(),
        format!(
            "Internal error occurred: error sending request: Post \"https://node-1:10250/exec/default/web-0/nginx?command=hostname&command=-f&error=1&output=1\": {end}"
        )
    );
    let old = server.get("/api/v1/pods?limit=1&continue=0:default/a");
    assert_eq!(
        (old["code"].as_int(), old["reason"].as_str()),
        (Some(410), "Expired")
    );
}
