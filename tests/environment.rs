//! What a container is given of the cluster's objects: its variables, and files of volumes made from objects.
//!
//! upstream: kubernetes/website, inject-data-application (environment variables, the downward API, projected volumes).
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use reader::{loaded, typed};
use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::value::Value;

const OBJECTS: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: {name: colours}
data: {SKY: blue, app.conf: "depth=1\n"}
binaryData: {raw: aGk=}
---
apiVersion: v1
kind: Secret
metadata: {name: words}
stringData: {PASS: hush}
---
apiVersion: v1
kind: Service
metadata: {name: my-db}
spec: {selector: {app: db}, ports: [{name: sql-x, port: 3306}, {name: dns, port: 53, protocol: UDP}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: nginx
  replicas: 2
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec:
      containers:
      - name: main
        image: busybox:1.36
        command: [sleep, "100000"]
        resources: {requests: {cpu: 250m, memory: 64Mi}}
        envFrom: [{configMapRef: {name: colours}, prefix: C_}, {secretRef: {name: words}}]
        env:
        - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: INDEX, valueFrom: {fieldRef: {fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']"}}}
        - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
        - {name: PEER, value: "$(POD_NAME).nginx $$(POD_NAME) $(HOSTNAME) $(MY_DB_SERVICE_PORT_SQL_X)"}
        - {name: CPU, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}}
        - {name: CORES, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
        - {name: KEY, valueFrom: {secretKeyRef: {name: words, key: PASS}}}
        - {name: SKY, valueFrom: {configMapKeyRef: {name: colours, key: SKY}}}
        - {name: NONE, valueFrom: {configMapKeyRef: {name: colours, key: SEA, optional: true}}}
        volumeMounts: [{name: down, mountPath: /etc/down}, {name: all, mountPath: /etc/all}]
      volumes:
      - name: down
        downwardAPI:
          items:
          - {path: labels, fieldRef: {fieldPath: metadata.labels}}
          - {path: memory, resourceFieldRef: {containerName: main, resource: requests.memory, divisor: 1Mi}}
      - name: all
        projected:
          sources:
          - configMap: {name: colours, items: [{key: app.conf, path: conf/app.conf}]}
          - secret: {name: words}
          - downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}
"#;

fn printed(line: &str) -> String {
    let mut session = loaded(OBJECTS);
    typed(&mut session, &[line]).join("\n")
}

#[test]
fn variables_are_made_of_fields_objects_and_services() {
    let all = printed("kubectl exec web-1 -- env");
    let begin = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOSTNAME=web-1\n\
                 C_SKY=blue\nC_app.conf=depth=1\n\nPASS=hush\nPOD_NAME=web-1\nINDEX=1\nNODE=";
    assert!(all.starts_with(begin), "{all}");
    let rest = "\nPEER=web-1.nginx $(POD_NAME) $(HOSTNAME) 3306\nCPU=250\nCORES=";
    assert!(all.contains(rest), "{all}");
    assert!(
        all.contains("\nKEY=hush\nSKY=blue\nKUBERNETES_PORT=tcp://10.43.0.1:443\n"),
        "{all}"
    );
    let set: Vec<&str> = all.lines().filter(|it| it.starts_with("MY_DB_")).collect();
    let names: Vec<&str> = set
        .iter()
        .filter_map(|it| Some(it.split_once('=')?.0))
        .collect();
    let want = "MY_DB_PORT MY_DB_PORT_3306_TCP MY_DB_PORT_3306_TCP_ADDR MY_DB_PORT_3306_TCP_PORT MY_DB_PORT_3306_TCP_PROTO \
                MY_DB_PORT_53_UDP MY_DB_PORT_53_UDP_ADDR MY_DB_PORT_53_UDP_PORT MY_DB_PORT_53_UDP_PROTO \
                MY_DB_SERVICE_HOST MY_DB_SERVICE_PORT MY_DB_SERVICE_PORT_DNS MY_DB_SERVICE_PORT_SQL_X";
    assert_eq!(names.join(" "), want);
    assert!(
        set.contains(&"MY_DB_PORT_53_UDP_PROTO=udp") && set.contains(&"MY_DB_SERVICE_PORT=3306")
    );
    assert!(
        all.ends_with("\nHOME=/root") && !all.contains("NONE="),
        "{all}"
    );
}

#[test]
fn a_shell_knows_them() {
    let line = r#"kubectl exec web-0 -- sh -c 'echo "$POD_NAME has $INDEX, $KEY"'"#;
    assert_eq!(printed(line), "web-0 has 0, hush");
}

/// upstream: getServiceEnvVarMap looks at the Services there are when the container begins.
#[test]
fn a_service_made_later_is_not_among_them() {
    let mut session = loaded(OBJECTS);
    typed(
        &mut session,
        &["kubectl create service clusterip late --tcp=80"],
    );
    let all = typed(&mut session, &["kubectl exec web-0 -- env"]).join("\n");
    assert!(all.contains("MY_DB_") && !all.contains("LATE_"), "{all}");
}

#[test]
fn volumes_hold_what_their_sources_say() {
    let labels = printed("kubectl exec web-0 -- cat /etc/down/labels");
    let begin =
        "app=\"nginx\"\napps.kubernetes.io/pod-index=\"0\"\ncontroller-revision-hash=\"web-";
    assert!(labels.starts_with(begin), "{labels}");
    assert_eq!(printed("kubectl exec web-0 -- cat /etc/down/memory"), "64");
    assert_eq!(
        printed("kubectl exec web-0 -- ls /etc/all"),
        "PASS\nconf\nname"
    );
    let line = "kubectl exec web-0 -- cat /etc/all/conf/app.conf /etc/all/PASS /etc/all/name";
    assert_eq!(printed(line), "depth=1\nhushweb-0");
    let line = "kubectl exec web-0 -- ls /var/run/secrets/kubernetes.io/serviceaccount";
    assert_eq!(printed(line), "ca.crt\nnamespace\ntoken");
    let line = "kubectl exec web-0 -- cat /var/run/secrets/kubernetes.io/serviceaccount/namespace";
    assert_eq!(printed(line), "default");
}

/// upstream: Linux, `MAX_ARG_STRLEN`.
#[test]
fn variables_that_double_are_no_bomb() {
    let doubled = |it: u32| format!("        - {{name: A{}, value: $(A{it})$(A{it})}}\n", it + 1);
    let all: String = (0..60).map(doubled).collect();
    let manifest = OBJECTS.replace(
        "        env:\n",
        &["        env:\n        - {name: A0, value: boom}\n", &all].concat(),
    );
    let mut session = loaded(&manifest);
    let line = "kubectl exec web-0 -- sh -c 'echo $A3; echo $A60 | wc -c'";
    let said = typed(&mut session, &[line]);
    assert_eq!(said[0], "boom".repeat(8));
    assert!(said[1].parse::<usize>().unwrap() < 1 << 18, "{said:?}");
}

#[test]
fn what_is_simulated_is_not_called_otherwise() {
    let report = Session::new(Config::default()).check(OBJECTS);
    let report = Value::from_json(&report).unwrap();
    assert!(
        report["diagnostics"].is_empty(),
        "{}",
        report["diagnostics"].to_json()
    );
    let odd = OBJECTS.replace(
        "      - name: down\n",
        "      - {name: share, nfs: {server: a, path: /b}}\n      - name: down\n",
    );
    let report = Value::from_json(&Session::new(Config::default()).check(&odd)).unwrap();
    let said = report["diagnostics"][0]["message"].as_str();
    assert_eq!(
        said,
        "spec.template.spec.volumes[0].nfs is kept, but not simulated"
    );
}
