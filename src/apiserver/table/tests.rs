//! Cells against recorded Tables (tests/conformance/tables), and the pod states that no recording reaches.

use super::*;
use crate::array;

fn recorded(text: &str) -> Value {
    Value::from_json(text).unwrap()
}

fn config(version: Version) -> Config {
    Config {
        version,
        ..Config::default()
    }
}

fn check(recorded: &Value) {
    let kind = Kind::ALL
        .into_iter()
        .find(|it| it.facts().kind == recorded["kind"].as_str())
        .unwrap();
    let mut rows = 0;
    for row in recorded["rows"].items() {
        let object = Arc::new(Object::new(kind, row["object"].clone()));
        let now = Time::parse(row["now"].as_str()).unwrap();
        let table = table_of(kind, [&object], now, &Config::default());
        let columns = table["columnDefinitions"].items().iter();
        let columns: Value = columns
            .map(|it| array![&it["name"], &it["type"], &it["format"], &it["priority"]])
            .collect();
        assert_eq!(columns, recorded["columns"]);
        let cells = &table["rows"][0]["cells"];
        assert_eq!(*cells, row["cells"], "{}", row["from"]);
        rows += 1;
    }
    assert!(rows > 0);
}

macro_rules! recorded_tables {
    ($($test:ident: $file:literal;)*) => {
        $(#[test]
        fn $test() {
            check(&recorded(include_str!(concat!("../../../tests/conformance/tables/", $file))));
        })*
    };
}

recorded_tables! {
    pods_are_as_recorded: "pod.json";
    statefulsets_are_as_recorded: "statefulset.json";
    services_are_as_recorded: "service.json";
    claims_are_as_recorded: "persistentvolumeclaim.json";
    slices_are_as_recorded: "endpointslice.json";
    events_are_as_recorded: "event.json";
    nodes_are_as_recorded: "node.json";
    revisions_are_as_recorded: "controllerrevision.json";
}

/// READY, STATUS and RESTARTS of a pod a minute old.
fn pod_cells(version: Version, spec: &str, status: &str) -> [String; 3] {
    let mut value = object! {
        "metadata": object! {"name": "web-0", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": recorded(spec),
        "status": recorded(status),
    };
    if let Some(deleted) = value["status"].remove("deleted") {
        value["metadata"]["deletionTimestamp"] = deleted;
    }
    let pod = Arc::new(Object::new(Kind::Pod, value));
    let now = Time { ms: 60_000 };
    let table = table_of(Kind::Pod, [&pod], now, &config(version));
    let cells = &table["rows"][0]["cells"];
    [1, 2, 3].map(|at| cells[at].as_str().to_owned())
}

const ONE: &str = r#"{"containers":[{"name":"a"}]}"#;
const TWO: &str = r#"{"containers":[{"name":"a"},{"name":"b"}]}"#;
const INIT: &str = r#"{"containers":[{"name":"a"}],"initContainers":[{"name":"i"},{"name":"j"}]}"#;
const SIDECAR: &str = r#"{"containers":[{"name":"a"}],"initContainers":[{"name":"i"},{"name":"s","restartPolicy":"Always"}]}"#;

#[test]
fn status_says_what_the_containers_do() {
    let cases = [
        (ONE, r#"{"phase":"Pending"}"#, "0/1", "Pending"),
        (
            ONE,
            r#"{"phase":"Failed","reason":"Evicted"}"#,
            "0/1",
            "Evicted",
        ),
        (
            ONE,
            r#"{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]}"#,
            "0/1",
            "SchedulingGated",
        ),
        (
            ONE,
            r#"{"phase":"Running","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]}"#,
            "0/1",
            "OOMKilled",
        ),
        (
            ONE,
            r#"{"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":3}}}]}"#,
            "0/1",
            "ExitCode:3",
        ),
        (
            ONE,
            r#"{"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":137,"signal":9}}}]}"#,
            "0/1",
            "Signal:9",
        ),
        // The first container of the list has the last word.
        (
            TWO,
            r#"{"phase":"Running","containerStatuses":[{"name":"a","state":{"waiting":{"reason":"CrashLoopBackOff"}}},{"name":"b","state":{"waiting":{"reason":"ErrImagePull"}}}]}"#,
            "0/2",
            "CrashLoopBackOff",
        ),
        (
            TWO,
            r#"{"phase":"Running","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}},{"name":"b","ready":true,"state":{"running":{}}}]}"#,
            "1/2",
            "NotReady",
        ),
        (
            TWO,
            r#"{"phase":"Running","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}},{"name":"b","ready":true,"state":{"running":{}}}]}"#,
            "1/2",
            "Running",
        ),
    ];
    for (spec, status, ready, reason) in cases {
        let [is_ready, is_reason, _] = pod_cells(Version::V1_36, spec, status);
        assert_eq!(
            (is_ready.as_str(), is_reason.as_str()),
            (ready, reason),
            "{status}"
        );
    }
}

#[test]
fn init_containers_come_first() {
    let with = |init: &str| {
        format!(
            r#"{{"phase":"Pending","initContainerStatuses":[{init}],"containerStatuses":[{{"name":"a","state":{{"waiting":{{"reason":"PodInitializing"}}}}}}]}}"#
        )
    };
    let done = r#"{"name":"i","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}"#;
    let running = r#"{"name":"j","state":{"running":{}}}"#;
    let cases = [
        (INIT, running.to_owned(), "0/1", "Init:0/2"),
        (INIT, format!("{done},{running}"), "0/1", "Init:1/2"),
        (
            INIT,
            format!(r#"{done},{{"name":"j","state":{{"terminated":{{"exitCode":0}}}}}}"#),
            "0/1",
            "PodInitializing",
        ),
        (
            INIT,
            r#"{"name":"i","state":{"terminated":{"exitCode":1,"reason":"Error"}}}"#.into(),
            "0/1",
            "Init:Error",
        ),
        (
            INIT,
            r#"{"name":"i","state":{"terminated":{"exitCode":2}}}"#.into(),
            "0/1",
            "Init:ExitCode:2",
        ),
        (
            INIT,
            r#"{"name":"i","state":{"waiting":{"reason":"CrashLoopBackOff"}}}"#.into(),
            "0/1",
            "Init:CrashLoopBackOff",
        ),
        // A started sidecar blocks nothing and counts for READY.
        (
            SIDECAR,
            format!(
                r#"{done},{{"name":"s","started":true,"ready":true,"state":{{"running":{{}}}}}}"#
            ),
            "1/2",
            "PodInitializing",
        ),
    ];
    for (spec, init, ready, reason) in cases {
        let [is_ready, is_reason, _] = pod_cells(Version::V1_36, spec, &with(&init));
        assert_eq!(
            (is_ready.as_str(), is_reason.as_str()),
            (ready, reason),
            "{init}"
        );
    }
}

#[test]
fn a_pod_being_deleted_shows_its_end_since_v1_31() {
    let ended = r#"{"deleted":"2026-01-01T00:01:00Z","phase":"Succeeded","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}"#;
    let running = r#"{"deleted":"2026-01-01T00:01:00Z","phase":"Running","containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}}]}"#;
    let lost = r#"{"deleted":"2026-01-01T00:01:00Z","phase":"Running","reason":"NodeLost"}"#;
    let status = |version, status| pod_cells(version, ONE, status)[1].clone();
    assert_eq!(status(Version::V1_36, ended), "Completed");
    assert_eq!(status(Version::V1_22, ended), "Terminating");
    assert_eq!(status(Version::V1_36, running), "Terminating");
    assert_eq!(status(Version::V1_36, lost), "Unknown");
}

#[test]
fn restarts_say_how_long_ago_the_last_one_was() {
    let status = r#"{"phase":"Running","containerStatuses":[
        {"name":"a","restartCount":2,"ready":true,"state":{"running":{}},"lastState":{"terminated":{"finishedAt":"2026-01-01T00:00:40Z"}}},
        {"name":"b","restartCount":1,"ready":true,"state":{"running":{}},"lastState":{"terminated":{"finishedAt":"2026-01-01T00:00:55Z"}}}]}"#;
    assert_eq!(pod_cells(Version::V1_36, TWO, status)[2], "3 (5s ago)");
    assert_eq!(pod_cells(Version::V1_22, TWO, status)[2], "3");
    // A container lost with its node's runtime has restarted without a known end.
    let lost = r#"{"phase":"Running","containerStatuses":[{"name":"a","restartCount":1,"state":{"waiting":{"reason":"ContainerCreating"}}}]}"#;
    assert_eq!(pod_cells(Version::V1_36, ONE, lost)[2], "1");
}

#[test]
fn services_and_endpoints_no_recording_reaches() {
    let cells = |kind, json: &str| {
        let object = Arc::new(Object::new(kind, recorded(json)));
        let table = table_of(kind, [&object], Time::START, &Config::default());
        table["rows"][0]["cells"].clone()
    };
    let balanced = r#"{"metadata":{"name":"s"},"spec":{"type":"LoadBalancer","clusterIPs":["10.0.0.1"],"ports":[{"port":80,"nodePort":30080,"protocol":"TCP"}]},"status":{"loadBalancer":{"ingress":[{"hostname":"b.example"},{"ip":"1.2.3.4"}]}}}"#;
    assert_eq!(
        cells(Kind::Service, balanced),
        array![
            "s",
            "LoadBalancer",
            "10.0.0.1",
            "1.2.3.4,b.example",
            "80:30080/TCP",
            "<unknown>",
            "<none>"
        ]
    );
    let waiting = r#"{"metadata":{"name":"s"},"spec":{"type":"LoadBalancer"}}"#;
    assert_eq!(cells(Kind::Service, waiting)[3].as_str(), "<pending>");
    let many = r#"{"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"10.0.0.9"},{"ip":"10.0.0.10"},{"ip":"10.0.0.11"},{"ip":"10.0.0.12"}],"ports":[{"port":80}]}]}"#;
    assert_eq!(
        cells(Kind::Endpoints, many)[1].as_str(),
        "10.0.0.10:80,10.0.0.11:80,10.0.0.9:80 + 1 more..."
    );
    let unready =
        r#"{"metadata":{"name":"e"},"subsets":[{"notReadyAddresses":[{"ip":"10.0.0.9"}]}]}"#;
    assert_eq!(cells(Kind::Endpoints, unready)[1].as_str(), "");
    assert_eq!(
        cells(Kind::Endpoints, r#"{"metadata":{"name":"e"}}"#)[1].as_str(),
        "<none>"
    );
    let node = r#"{"metadata":{"name":"n","labels":{"node-role.kubernetes.io/worker":"","kubernetes.io/role":"infra"}}}"#;
    assert_eq!(cells(Kind::Node, node)[1].as_str(), "Unknown");
    assert_eq!(cells(Kind::Node, node)[2].as_str(), "infra,worker");
}
