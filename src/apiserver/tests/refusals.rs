//! Bad manifests and what the server says to them.

use super::recorded::causes;
use super::*;

const NUMBER: &str = "must be greater than or equal to 0";

fn base(kind: &str) -> Value {
    let text = match kind {
        "StatefulSet" => {
            r#"{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"web"},"spec":{"serviceName":"nginx",
            "selector":{"matchLabels":{"app":"nginx"}},"template":{"metadata":{"labels":{"app":"nginx"}},
            "spec":{"containers":[{"name":"nginx","image":"nginx:1.9.1"}]}}}}"#
        }
        "Pod" => {
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},
            "spec":{"containers":[{"name":"nginx","image":"nginx:1.9.1"}]}}"#
        }
        "Service" => {
            r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"nginx"},"spec":{"ports":[{"port":80}]}}"#
        }
        "PersistentVolumeClaim" => {
            r#"{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"www"},
            "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}"#
        }
        _ => r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}"#,
    };
    Value::from_json(text).unwrap()
}

/// The base manifest of a kind, changed by a merge patch.
fn changed(kind: &str, change: &str) -> Value {
    let change = Value::from_json(change).unwrap_or_else(|it| panic!("{change}: {it}"));
    let object = base(kind);
    patch::apply(Kind::Pod, Patch::Merge, &object, &change).unwrap()
}

fn refusal(kind: &str, change: &str) -> Status {
    let mut server = Server::new();
    let value = changed(kind, change);
    let request = Request {
        key: key_of(&value),
        verb: Verb::Create(value),
        options: WriteOptions {
            field_validation: FieldValidation::Strict,
            ..WriteOptions::default()
        },
    };
    let answer = handle(
        &mut server.store,
        &server.config,
        server.now,
        &request,
        "kubectl",
    );
    answer
        .err()
        .unwrap_or_else(|| panic!("{kind} {change} was accepted"))
}

/// A pod with one more member in its container.
fn container(member: &str) -> String {
    format!(r#"{{"spec":{{"containers":[{{"name":"nginx","image":"nginx:1.9.1",{member}}}]}}}}"#)
}

#[test]
fn the_base_manifests_are_accepted() {
    let mut server = Server::new();
    for kind in [
        "StatefulSet",
        "Pod",
        "Service",
        "PersistentVolumeClaim",
        "ConfigMap",
    ] {
        server
            .create(base(kind))
            .unwrap_or_else(|it| panic!("{kind}: {}", it.message));
    }
    assert_stable(&server.store.objects);
}

#[test]
fn types_and_fields_are_checked_in_the_decoder_s_words() {
    let cases = [
        (
            r#"{"spec":{"replicas":"three"}}"#,
            "json: cannot unmarshal string into Go struct field StatefulSetSpec.spec.replicas of type int32",
        ),
        (
            r#"{"spec":{"replicas":1.5}}"#,
            "json: cannot unmarshal number 1.5 into Go struct field StatefulSetSpec.spec.replicas of type int32",
        ),
        (
            r#"{"spec":{"replicas":3000000000}}"#,
            "json: cannot unmarshal number 3000000000 into Go struct field StatefulSetSpec.spec.replicas of type int32",
        ),
        (
            r#"{"spec":{"template":{"metadata":{"labels":{"app":5}}}}}"#,
            "json: cannot unmarshal number into Go struct field ObjectMeta.spec.template.metadata.labels of type string",
        ),
        (
            r#"{"spec":{"template":{"spec":{"containers":{"name":"x"}}}}}"#,
            "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
        ),
        (
            r#"{"spec":{"template":{"spec":{"containers":[5]}}}}"#,
            "json: cannot unmarshal number into Go struct field PodSpec.spec.template.spec.containers of type v1.Container",
        ),
        (
            r#"{"spec":{"template":{"spec":{"containers":[{"name":"n","image":["a"]}]}}}}"#,
            "json: cannot unmarshal array into Go struct field Container.spec.template.spec.containers.image of type string",
        ),
        (
            r#"{"spec":{"template":{"spec":{"containers":[{"ports":[{"containerPort":"80"}]}]}}}}"#,
            "json: cannot unmarshal string into Go struct field ContainerPort.spec.template.spec.containers.ports.containerPort of type int32",
        ),
        (
            r#"{"spec":{"template":{"spec":{"containers":[{"env":[{"name":"A","value":5}]}]}}}}"#,
            "json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string",
        ),
        (
            r#"{"spec":{"template":{"spec":{"restartPolicy":5}}}}"#,
            "json: cannot unmarshal number into Go struct field PodSpec.spec.template.spec.restartPolicy of type v1.RestartPolicy",
        ),
        (
            r#"{"spec":{"template":{"spec":{"nodeSelector":["a"]}}}}"#,
            "json: cannot unmarshal array into Go struct field PodSpec.spec.template.spec.nodeSelector of type map[string]string",
        ),
        (
            r#"{"spec":{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"lots"}}}]}}}}"#,
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (
            r#"{"metadata":{"creationTimestamp":"now"}}"#,
            "parsing time \"now\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"now\" as \"2006\"",
        ),
        (
            r#"{"spec":{"replica":3}}"#,
            "strict decoding error: unknown field \"spec.replica\"",
        ),
        (
            r#"{"spec":{"foo":1,"template":{"spec":{"containers":[{"name":"n","image":"i","bar":2}]}}}}"#,
            "strict decoding error: unknown field \"spec.foo\", unknown field \"spec.template.spec.containers[0].bar\"",
        ),
    ];
    for (change, why) in cases {
        let status = refusal("StatefulSet", change);
        assert_eq!(
            (status.code, status.reason),
            (400, "BadRequest"),
            "{change}"
        );
        let want =
            format!("StatefulSet in version \"v1\" cannot be handled as a StatefulSet: {why}");
        assert_eq!(status.message, want, "{change}");
    }
}

#[test]
fn every_rule_is_told_in_the_server_s_words() {
    let label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    let long = "x".repeat(64);
    let (set, pod, service, claim) = ("StatefulSet", "Pod", "Service", "PersistentVolumeClaim");
    let cases: Vec<(&str, String, Vec<String>)> = [
        (set, r#"{"spec":{"selector":null}}"#, vec!["spec.selector: Required value", "spec.template.metadata.labels: Invalid value: {\"app\":\"nginx\"}: `selector` does not match template `labels`"]),
        (set, r#"{"spec":{"selector":{"matchLabels":null}}}"#, vec!["spec.selector: Invalid value: {}: empty selector is invalid for statefulset"]),
        (set, r#"{"spec":{"selector":{"matchExpressions":[{"key":"app","operator":"In"}]}}}"#, vec!["spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'", "spec.template.metadata.labels: Invalid value: {\"app\":\"nginx\"}: `selector` does not match template `labels`"]),
        (set, r#"{"spec":{"podManagementPolicy":"X"}}"#, vec!["spec.podManagementPolicy: Invalid value: \"X\": must be 'OrderedReady' or 'Parallel'"]),
        (set, r#"{"spec":{"updateStrategy":{"type":"X"}}}"#, vec!["spec.updateStrategy: Invalid value: {\"Type\":\"X\",\"RollingUpdate\":null}: must be 'RollingUpdate' or 'OnDelete'"]),
        (set, r#"{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":{}}}}"#, vec!["spec.updateStrategy.rollingUpdate: Invalid value: {\"Partition\":0,\"MaxUnavailable\":null}: only allowed for updateStrategy 'RollingUpdate'"]),
        (set, r#"{"spec":{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"X"}}}"#, vec!["spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: \"X\": supported values: \"Retain\", \"Delete\""]),
        (set, r#"{"spec":{"serviceName":"Bad_Name"}}"#, vec!["spec.serviceName: Invalid value: \"Bad_Name\": LABEL"]),
        (set, r#"{"spec":{"template":{"spec":{"activeDeadlineSeconds":5}}}}"#, vec!["spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported"]),
        (set, r#"{"spec":{"replicas":-1,"minReadySeconds":-2,"ordinals":{"start":-3}}}"#, vec!["spec.replicas: Invalid value: -1: NUMBER", "spec.minReadySeconds: Invalid value: -2: NUMBER", "spec.ordinals.start: Invalid value: -3: NUMBER"]),
        (set, r#"{"spec":{"volumeClaimTemplates":[{"metadata":{"name":"d"},"spec":{}}]}}"#, vec!["spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required", "spec.volumeClaimTemplates[0].spec.resources[storage]: Required value"]),
        (set, r#"{"metadata":{"name":"LONG"}}"#, vec!["metadata.name: Invalid value: \"LONG\": must be no more than 63 characters"]),
        (set, r#"{"metadata":{"name":"We.b_"}}"#, vec!["metadata.name: Invalid value: \"We.b_\": LABEL"]),
        (pod, r#"{"metadata":{"name":null}}"#, vec!["metadata.name: Required value: name or generateName is required"]),
        (pod, r#"{"metadata":{"labels":{"/a":"b","x/y/z":"c","":"d"}}}"#, vec!["metadata.labels: Invalid value: \"\": name part must be non-empty", "metadata.labels: Invalid value: \"\": name part PART", "metadata.labels: Invalid value: \"/a\": prefix part must be non-empty", "metadata.labels: Invalid value: \"x/y/z\": a qualified name PART with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]),
        (pod, r#"{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"a","uid":""}]}}"#, vec!["metadata.ownerReferences.uid: Invalid value: \"\": must not be empty"]),
        (pod, r#"{"spec":{"hostname":"LONG"}}"#, vec!["spec.hostname: Invalid value: \"LONG\": must be no more than 63 characters"]),
        (pod, r#"{"spec":{"dnsPolicy":"None"}}"#, vec!["spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"]),
        (pod, r#"{"spec":{"dnsConfig":{"nameservers":["1.1.1.1","x"]}}}"#, vec!["spec.dnsConfig.nameservers[1]: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]),
        (pod, r#"{"spec":{"volumes":[{"name":"a","configMap":{},"secret":{"secretName":"s"}},{"name":"a"}]}}"#, vec!["spec.volumes[0].configMap.name: Required value", "spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type"]),
        (pod, r#"{"spec":{"volumes":[{"name":"a"},{"name":"a"}]}}"#, vec!["spec.volumes[1].name: Duplicate value: \"a\""]),
        (pod, r#"{"spec":{"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{"matchLabels":{"a":"b"}}}]}}}}"#, vec!["spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty"]),
        (pod, r#"{"spec":{"tolerations":[{"key":"a","operator":"Exists","value":"b"}]}}"#, vec!["spec.tolerations[0].operator: Invalid value: \"Exists\": value must be empty when `operator` is 'Exists'"]),
        (pod, r#"{"spec":{"initContainers":[{"name":"nginx","image":"x","readinessProbe":{"exec":{"command":["x"]}}}]}}"#, vec!["spec.initContainers[0].name: Duplicate value: \"nginx\"", "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always"]),
        (pod, &container(r#""ports":[{"containerPort":70000},{}]"#), vec!["spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive", "spec.containers[0].ports[1].containerPort: Required value"]),
        (pod, &container(r#""ports":[{"containerPort":80,"name":"a-very-long-name"},{"containerPort":81,"name":"80"},{"containerPort":82,"name":"A_"}]"#), vec!["spec.containers[0].ports[0].name: Invalid value: \"a-very-long-name\": must be no more than 15 characters", "spec.containers[0].ports[1].name: Invalid value: \"80\": must contain at least one letter (a-z)", "spec.containers[0].ports[2].name: Invalid value: \"A_\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)", "spec.containers[0].ports[2].name: Invalid value: \"A_\": must contain at least one letter (a-z)"]),
        (pod, &container(r#""livenessProbe":{"exec":{"command":["x"]},"successThreshold":2}"#), vec!["spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"]),
        (pod, &container(r#""readinessProbe":{"httpGet":{"port":0}}"#), vec!["spec.containers[0].readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive"]),
        (pod, &container(r#""readinessProbe":{"exec":{"command":["x"]},"tcpSocket":{"port":80}}"#), vec!["spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type"]),
        (pod, &container(r#""resources":{"limits":{"cpu":"-1","gpu":"1"}}"#), vec!["spec.containers[0].resources.limits[cpu]: Invalid value: \"-1\": NUMBER", "spec.containers[0].resources.limits[gpu]: Invalid value: \"gpu\": must be a standard resource type or fully qualified", "spec.containers[0].resources.limits[gpu]: Invalid value: \"gpu\": must be a standard resource for containers", "spec.containers[0].resources.requests[cpu]: Invalid value: \"-1\": NUMBER", "spec.containers[0].resources.requests[gpu]: Invalid value: \"gpu\": must be a standard resource type or fully qualified", "spec.containers[0].resources.requests[gpu]: Invalid value: \"gpu\": must be a standard resource for containers"]),
        (pod, &container(r#""volumeMounts":[{"name":"data","mountPath":"/a"}]"#), vec!["spec.containers[0].volumeMounts[0].name: Not found: \"data\""]),
        (pod, &container(r#""env":[{"name":"A","valueFrom":{}},{"name":"a=b"}]"#), vec!["spec.containers[0].env[0].valueFrom: Invalid value: \"\": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`", "spec.containers[0].env[1].name: Invalid value: \"a=b\": a valid environment variable name must consist only of printable ASCII characters other than '='"]),
        (pod, &container(r#""securityContext":{"seccompProfile":{"type":"Strict"}}"#), vec!["spec.containers[0].securityContext.seccompProfile.type: Unsupported value: \"Strict\": supported values: \"Unconfined\", \"RuntimeDefault\", \"Localhost\""]),
        (service, r#"{"spec":{"ports":null}}"#, vec!["spec.ports: Required value"]),
        (service, r#"{"spec":{"ports":[{"port":80,"name":"web"},{"port":81,"name":"web"}]}}"#, vec!["spec.ports[1].name: Duplicate value: \"web\""]),
        (service, r#"{"spec":{"ports":[{"port":80},{"port":81}]}}"#, vec!["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"]),
        (service, r#"{"spec":{"ports":[{"port":80,"name":"a"},{"port":80,"name":"b"}]}}"#, vec!["spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,\"TargetPort\":0,\"NodePort\":0}"]),
        (service, r#"{"spec":{"ports":[{"port":0}]}}"#, vec!["spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive", "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive"]),
        (service, r#"{"spec":{"type":"External","ports":[{"port":1,"protocol":"ICMP"}]}}"#, vec!["spec.ports[0].protocol: Unsupported value: \"ICMP\": supported values: \"SCTP\", \"TCP\", \"UDP\"", "spec.type: Unsupported value: \"External\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\""]),
        (service, r#"{"spec":{"clusterIP":"10.96.0.1"}}"#, vec!["spec.clusterIPs: Invalid value: [\"10.96.0.1\"]: failed to allocate IP 10.96.0.1: the provided IP (10.96.0.1) is not in the valid range. The range of valid IPs is 10.43.0.0/16"]),
        (service, r#"{"spec":{"clusterIP":"10.43.0.1"}}"#, vec!["spec.clusterIPs: Invalid value: [\"10.43.0.1\"]: failed to allocate IP 10.43.0.1: provided IP is already allocated"]),
        (service, r#"{"spec":{"type":"ExternalName"}}"#, vec!["spec.externalName: Required value"]),
        (claim, r#"{"spec":{"accessModes":["RWO"]}}"#, vec!["spec.accessModes: Unsupported value: \"RWO\": supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\""]),
        (claim, r#"{"spec":{"resources":{"requests":{"storage":"0"}}}}"#, vec!["spec.resources[storage]: Invalid value: \"0\": must be greater than zero"]),
        ("ConfigMap", r#"{"data":{"a b":"c"}}"#, vec!["data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"]),
    ]
    .into_iter()
    .map(|(kind, change, want)| {
        let want = want.into_iter().map(|it| {
            it.replace("LABEL", label)
                .replace("NUMBER", NUMBER)
                .replace("LONG", &long)
                .replace("PART", "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")
        });
        (kind, change.replace("LONG", &long), want.collect())
    })
    .collect();
    for (kind, change, want) in cases {
        let status = refusal(kind, &change);
        assert_eq!(
            (status.code, status.reason),
            (422, "Invalid"),
            "{change}: {}",
            status.message
        );
        assert_eq!(causes(&status), want, "{change}");
    }
}

#[test]
fn a_refusal_names_the_kind_and_lists_its_causes() {
    let status = refusal("StatefulSet", r#"{"spec":{"replicas":-1}}"#);
    assert_eq!(
        status.message,
        "StatefulSet.apps \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0"
    );
    assert_eq!(
        status.details.to_json(),
        r#"{"causes":[{"field":"spec.replicas","message":"Invalid value: -1: must be greater than or equal to 0","reason":"FieldValueInvalid"}],"group":"apps","kind":"StatefulSet","name":"web"}"#
    );
    let status = refusal(
        "StatefulSet",
        r#"{"spec":{"replicas":-1,"minReadySeconds":-1}}"#,
    );
    assert!(
        status
            .message
            .starts_with("StatefulSet.apps \"web\" is invalid: [spec.replicas: ")
    );
}

#[test]
fn what_may_not_change_stays() {
    let spec = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
    let pods = "pod updates may not change fields other than `spec.containers[*].image`";
    let cases = [
        ("StatefulSet", r#"{"spec":{"serviceName":"zzz"}}"#, spec),
        (
            "StatefulSet",
            r#"{"spec":{"podManagementPolicy":"Parallel"}}"#,
            spec,
        ),
        (
            "StatefulSet",
            r#"{"spec":{"volumeClaimTemplates":[{"metadata":{"name":"www"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}}"#,
            spec,
        ),
        ("Pod", r#"{"spec":{"hostname":"x"}}"#, pods),
        ("Pod", r#"{"spec":{"tolerations":null}}"#, pods),
        (
            "Pod",
            r#"{"spec":{"containers":[{"name":"nginx","image":"a"},{"name":"b","image":"c"}]}}"#,
            "pod updates may not add or remove containers",
        ),
        (
            "PersistentVolumeClaim",
            r#"{"spec":{"accessModes":["ReadWriteMany"]}}"#,
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
        ),
        (
            "Service",
            r#"{"spec":{"clusterIP":"10.43.7.7"}}"#,
            "spec.clusterIPs[0]: Invalid value: [\"10.43.7.7\"]: may not change once set",
        ),
        (
            "Service",
            r#"{"spec":{"clusterIP":"None"}}"#,
            "spec.clusterIPs[0]: Invalid value: [\"None\"]: may not change once set",
        ),
    ];
    for (kind, change, want) in cases {
        let mut server = Server::new();
        let created = server.create(base(kind)).unwrap().object;
        let verb = Verb::Patch(Patch::Strategic, Value::from_json(change).unwrap());
        if change.contains(r#""containers":["#) {
            // A strategic merge by name appends; the pod still gains a container.
            assert_eq!(created.containers().len(), 1);
        }
        let status = server.send(&created.key(), verb).unwrap_err();
        assert_eq!(status.code, 422, "{change}");
        assert!(
            status.message.contains(want),
            "{change}: {}",
            status.message
        );
    }
}

#[test]
fn what_may_change_does() {
    let cases = [
        (
            "StatefulSet",
            r#"{"spec":{"replicas":5,"minReadySeconds":1,"ordinals":{"start":0},"revisionHistoryLimit":5}}"#,
        ),
        (
            "StatefulSet",
            r#"{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}"#,
        ),
        (
            "StatefulSet",
            r#"{"spec":{"template":{"spec":{"containers":[{"name":"nginx","image":"nginx:2"}]}}}}"#,
        ),
        (
            "Pod",
            r#"{"spec":{"containers":[{"name":"nginx","image":"nginx:2"}]}}"#,
        ),
        ("Pod", r#"{"metadata":{"labels":{"a":"b"}}}"#),
        ("Service", r#"{"spec":{"selector":{"app":"b"}}}"#),
    ];
    for (kind, change) in cases {
        let mut server = Server::new();
        let created = server.create(base(kind)).unwrap().object;
        let verb = Verb::Patch(Patch::Strategic, Value::from_json(change).unwrap());
        let written = server
            .send(&created.key(), verb)
            .unwrap_or_else(|it| panic!("{change}: {}", it.message));
        assert!(written.changed, "{change}");
        assert_stable(&server.store.objects);
    }
}

#[test]
fn a_kind_nobody_knows_is_refused_at_the_door() {
    let mut server = Server::new();
    let mut value = base("StatefulSet");
    let key = key_of(&value);
    value["kind"] = "StatefullSet".into();
    let status = server.send(&key, Verb::Create(value)).unwrap_err();
    assert_eq!(
        status.message,
        "StatefullSet in version \"v1\" cannot be handled as a StatefulSet: no kind \"StatefullSet\" is registered for version \"apps/v1\" in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\""
    );
}

#[test]
fn huge_bodies_are_answered_in_bounded_time() {
    let many = |item: &str| vec![item; 20_000].join(",");
    let containers =
        many(r#"{"name":"nginx","image":"x","ports":[{"containerPort":80,"name":"web"}]}"#);
    let status = refusal(
        "Pod",
        &format!(r#"{{"spec":{{"containers":[{containers}]}}}}"#),
    );
    assert_eq!(status.code, 422);
    assert_eq!(status.details["causes"].items().len(), 1000);
    let name = "n".repeat(65_536);
    let status = refusal("Pod", &format!(r#"{{"metadata":{{"name":"{name}"}}}}"#));
    assert!(
        status
            .message
            .contains("must be no more than 253 characters")
    );
    let number = "9".repeat(10_000);
    let status = refusal(
        "Pod",
        &container(&format!(r#""resources":{{"limits":{{"x":"{number}"}}}}"#)),
    );
    assert_eq!(status.code, 422);

    let mut server = Server::new();
    let items = (0..20_000).map(|it| format!(r#"{{"name":"c{it}","image":"x"}}"#));
    let items = items.collect::<Vec<_>>().join(",");
    let change = format!(r#"{{"spec":{{"containers":[{items}]}}}}"#);
    let set = server.create(changed("Pod", &change)).unwrap().object;
    let verb = Verb::Patch(Patch::Strategic, Value::from_json(&change).unwrap());
    assert!(!server.send(&set.key(), verb).unwrap().changed);
}
