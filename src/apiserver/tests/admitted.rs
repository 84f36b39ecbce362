//! What admission, defaulting and allocation add to new objects.

use super::*;

/// The first ADDED object of that resource in a recording.
fn recorded(text: &str, kind: Kind) -> Value {
    text.lines()
        .map(|it| Value::from_json(it).unwrap())
        .find(|it| {
            it["type"].as_str() == "ADDED" && it["object"]["kind"].as_str() == kind.facts().kind
        })
        .expect("the recording has one")["object"]
        .clone()
}

const ARTICLE: &str = include_str!("../../../tests/conformance/cluster/b-article/events.jsonl");

/// Without what differs from run to run.
fn stripped(mut value: Value, suffix: &str) -> String {
    for name in ["uid", "resourceVersion", "creationTimestamp", "namespace"] {
        value["metadata"].remove(name);
    }
    value.to_json().replace(suffix, "SUFFIX")
}

/// The name of the volume the service account's token is mounted from.
fn token_volume(value: &Value) -> String {
    let volumes = value["spec"]["volumes"].items();
    volumes.last().expect("a volume")["name"]
        .as_str()
        .to_owned()
}

#[test]
fn a_pod_comes_out_as_the_real_server_stored_it() {
    let want = recorded(ARTICLE, Kind::Pod);
    let mut body = want.clone();
    // What the controller sent: no status, no system fields, nothing that admission adds.
    body.remove("status");
    body["metadata"].remove("uid");
    body["metadata"].remove("resourceVersion");
    body["metadata"].remove("creationTimestamp");
    body["metadata"].remove("generation");
    body["metadata"]["namespace"] = "default".into();
    let map = body["spec"].as_map_mut();
    for name in [
        "enableServiceLinks",
        "preemptionPolicy",
        "priority",
        "serviceAccount",
        "serviceAccountName",
        "tolerations",
        "volumes",
    ] {
        map.remove(name);
    }
    body["spec"]["containers"].as_items_mut().make_mut()[0].remove("volumeMounts");
    let mut server = Server::new();
    let got = server.create(body).unwrap().object.value.clone();
    let (got_volume, want_volume) = (token_volume(&got), token_volume(&want));
    assert_ne!(got_volume, want_volume);
    assert_eq!(got_volume.len(), want_volume.len());
    assert_eq!(stripped(got, &got_volume), stripped(want, &want_volume));
}

#[test]
fn services_and_sets_come_out_as_the_real_server_stored_them() {
    for kind in [Kind::Service, Kind::StatefulSet] {
        let want = recorded(ARTICLE, kind);
        let applied =
            want["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"]
                .clone();
        let mut body = Value::from_json(applied.as_str()).unwrap();
        body["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] =
            applied;
        body["metadata"]["namespace"] = "default".into();
        let mut server = Server::new();
        let got = server.create(body).unwrap().object.value.clone();
        assert_eq!(stripped(got, "-"), stripped(want, "-"));
    }
}

#[test]
fn service_addresses_are_allocated_once_and_kept() {
    let mut server = Server::new();
    let mut addresses = Vec::new();
    for number in 0..50 {
        let value = object! {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": object! {"name": format!("s{number}")},
            "spec": object! {"ports": array![object! {"port": 80}], "type": "NodePort"},
        };
        let service = server.create(value).unwrap().object;
        let spec = &service.value["spec"];
        let address = spec["clusterIP"].as_str().to_owned();
        assert!(address.starts_with("10.43."), "{address}");
        assert_eq!(spec["clusterIPs"].to_json(), format!("[\"{address}\"]"));
        let port = spec["ports"][0]["nodePort"].as_int().unwrap();
        assert!((30_000..=32_767).contains(&port));
        addresses.push((address, port));
    }
    addresses.sort();
    addresses.dedup_by_key(|it| it.0.clone());
    assert_eq!(addresses.len(), 50);
    addresses.sort_by_key(|it| it.1);
    addresses.dedup_by_key(|it| it.1);
    assert_eq!(addresses.len(), 50);

    // A PUT of the manifest, without addresses, keeps them.
    let key = Key::new(Kind::Service, "default", "s1");
    let before = server.store.objects.get(&key).unwrap().value["spec"].clone();
    let body = object! {
        "metadata": object! {"name": "s1"},
        "spec": object! {"ports": array![object! {"port": 80}], "type": "NodePort"},
    };
    assert!(!server.send(&key, Verb::Update(body)).unwrap().changed);
    let after = server.store.objects.get(&key).unwrap();
    assert_eq!(after.value["spec"], before);
}

#[test]
fn a_headless_service_without_selector_asks_for_both_families() {
    let mut server = Server::new();
    let value = object! {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": object! {"name": "db"},
        "spec": object! {"clusterIP": "None"},
    };
    let service = server.create(value).unwrap().object;
    assert_eq!(
        service.value["spec"].to_json(),
        r#"{"clusterIP":"None","clusterIPs":["None"],"internalTrafficPolicy":"Cluster","ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"RequireDualStack","sessionAffinity":"None","type":"ClusterIP"}"#
    );
}

#[test]
fn quality_of_service_and_requests_follow_the_limits() {
    let with = |resources: &str| {
        let mut value = pod("p");
        let container = &mut value["spec"]["containers"].as_items_mut().make_mut()[0];
        container["resources"] = Value::from_json(resources).unwrap();
        let mut server = Server::new();
        let pod = server.create(value).unwrap().object;
        let qos = pod.value["status"]["qosClass"].as_str().to_owned();
        (qos, pod.containers()[0]["resources"].to_json())
    };
    assert_eq!(with("{}"), ("BestEffort".into(), "{}".into()));
    assert_eq!(
        with(r#"{"limits":{"cpu":1,"memory":"1024Mi"}}"#),
        (
            "Guaranteed".into(),
            r#"{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1","memory":"1Gi"}}"#.into()
        )
    );
    assert_eq!(
        with(r#"{"limits":{"cpu":1},"requests":{"cpu":"0.5"}}"#),
        (
            "Burstable".into(),
            r#"{"limits":{"cpu":"1"},"requests":{"cpu":"500m"}}"#.into()
        )
    );
}

#[test]
fn admission_refuses_in_the_plugins_words() {
    let mut server = Server::new();
    let cases = [
        (
            r#"{"serviceAccountName":"ghost"}"#,
            "pods \"p\" is forbidden: error looking up service account default/ghost: serviceaccount \"ghost\" not found",
        ),
        (
            r#"{"priorityClassName":"high"}"#,
            "pods \"p\" is forbidden: no PriorityClass with name high was found",
        ),
    ];
    for (change, want) in cases {
        let change = Value::from_json(change).unwrap();
        let mut value = pod("p");
        for (name, it) in change.members() {
            value["spec"][name.as_str()] = it.clone();
        }
        let status = server.create(value).unwrap_err();
        assert_eq!((status.code, status.reason), (403, "Forbidden"));
        assert_eq!(status.message, want);
    }
}

#[test]
fn a_token_is_not_mounted_when_nobody_wants_it() {
    let mut server = Server::new();
    let mut value = pod("p");
    value["spec"]["automountServiceAccountToken"] = false.into();
    let pod = server.create(value).unwrap().object;
    assert!(pod.value["spec"]["volumes"].is_null());
    assert!(pod.containers()[0]["volumeMounts"].is_null());
}

#[test]
fn what_a_gate_disables_is_dropped_in_silence() {
    let items = Value::from_json(include_str!("../../../tests/conformance/hashes.json")).unwrap();
    let mut value = items[0]["manifest"].clone();
    value["spec"]["updateStrategy"] =
        Value::from_json(r#"{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"150%"}}"#)
            .unwrap();
    let mut server = Server::new();
    let set = server.create(value).unwrap().object;
    assert_eq!(
        set.value["spec"]["updateStrategy"].to_json(),
        r#"{"rollingUpdate":{"partition":0},"type":"RollingUpdate"}"#
    );
}

#[test]
fn with_the_gate_on_max_unavailable_is_kept_defaulted_and_checked() {
    let items = Value::from_json(include_str!("../../../tests/conformance/hashes.json")).unwrap();
    let mut server = Server::new();
    assert!(server.config.switch_gate("MaxUnavailableStatefulSet", true));
    let mut create = |block: &str| {
        let mut value = items[0]["manifest"].clone();
        value["spec"]["updateStrategy"]["rollingUpdate"] = Value::from_json(block).unwrap();
        let written = server.create(value);
        let strategy = |it: Written| it.object.value["spec"]["updateStrategy"].to_json();
        let message = |it: Status| {
            it.details["causes"]
                .items()
                .iter()
                .map(|it| it["message"].as_str().to_owned())
                .collect::<Vec<_>>()
                .join("; ")
        };
        written.map(strategy).map_err(message)
    };
    let percent = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
    let mut refused = |block: &str| create(block).unwrap_err();
    assert_eq!(
        refused(r#"{"maxUnavailable":0}"#),
        "Invalid value: 0: cannot be 0"
    );
    assert_eq!(
        refused(r#"{"maxUnavailable":"0%"}"#),
        "Invalid value: \"0%\": cannot be 0"
    );
    assert_eq!(
        refused(r#"{"maxUnavailable":-1}"#),
        "Invalid value: -1: must be greater than or equal to 0"
    );
    assert_eq!(
        refused(r#"{"maxUnavailable":"101%"}"#),
        "Invalid value: \"101%\": must not be greater than 100%"
    );
    assert_eq!(
        refused(r#"{"maxUnavailable":"x"}"#),
        format!("Invalid value: \"x\": {percent}; Invalid value: \"x\": cannot be 0")
    );
    assert_eq!(
        create("{}").unwrap(),
        r#"{"rollingUpdate":{"maxUnavailable":1,"partition":0},"type":"RollingUpdate"}"#
    );
}

#[test]
fn a_slice_counts_its_changes_and_keeps_empty_lists_as_null() {
    let mut server = Server::new();
    let value = object! {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": object! {"generateName": "nginx-"},
        "addressType": "IPv4",
        "endpoints": Value::from_json("[]").unwrap(),
    };
    let slice = server.create(value).unwrap().object;
    assert!(slice.name().starts_with("nginx-"));
    assert!(slice.value["endpoints"].is_null());
    assert!(slice.value.as_map().unwrap().contains_key("endpoints"));
    let annotated = object! {"metadata": object! {"annotations": object! {"a": "b"}}};
    let slice = server
        .send(&slice.key(), Verb::Patch(Patch::Merge, annotated))
        .unwrap()
        .object;
    assert_eq!(slice.generation(), 1);
    let filled = object! {"endpoints": array![object! {"addresses": array!["10.42.1.2"]}]};
    let slice = server
        .send(&slice.key(), Verb::Patch(Patch::Merge, filled))
        .unwrap()
        .object;
    assert_eq!(slice.generation(), 2);
    assert_eq!(
        slice.value["endpoints"].to_json(),
        r#"[{"addresses":["10.42.1.2"],"conditions":{}}]"#
    );
}
