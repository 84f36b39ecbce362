//! What a cluster has before anybody asks for anything: a storage class, namespaces, their accounts, the API's Service, the nodes.
//!
//! Left out: the pods of kube-system, Leases, RBAC.

use super::defaults::item_mut;
use super::{Request, Store, Verb, WriteOptions, constant, handle};
use crate::api::meta::new_value;
use crate::api::{Key, Kind};
use crate::config::Config;
use crate::time::Time;
use crate::value::Value;
use crate::{array, object};

/// The namespaces every cluster has.
const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

impl Store {
    /// A store with what a new cluster has; every object went through the door.
    ///
    /// # Panics
    /// When the door refuses one of them: a bug of this file.
    pub fn seeded(config: &Config, now: Time) -> Self {
        let mut store = Self::default();
        let mut create = |key: Key, rest: Value| {
            let mut value = new_value(&key);
            for (name, member) in rest.members() {
                value[name.as_str()] = member.clone();
            }
            create(&mut store, config, now, key, value);
        };
        let class = Key::new(Kind::StorageClass, "", "standard");
        create(class, constant(STANDARD));
        for namespace in NAMESPACES {
            create(Key::new(Kind::Namespace, "", namespace), Value::object());
        }
        create(
            Key::new(Kind::Service, "default", "kubernetes"),
            constant(KUBERNETES),
        );
        for number in 1..=config.nodes {
            let name = format!("node-{number}");
            create(Key::new(Kind::Node, "", name.as_str()), node(number, now));
        }
        let mut dns = constant(CLUSTER_DNS);
        dns["spec"]["clusterIP"] = (&config.dns_address).into();
        let request = Request {
            key: Key::new(Kind::Service, "kube-system", "kube-dns"),
            verb: Verb::Create(dns),
            options: WriteOptions::default(),
        };
        // An address that options put outside the cluster's range has no Service; it answers all the same.
        let _ = handle(&mut store, config, now, &request, "kube-apiserver");
        store
    }
}

/// What the controllers put into every new namespace.
///
/// differs: they do it some milliseconds after the namespace is there.
/// upstream: serviceaccounts_controller, publisher.go of rootcacertpublisher.
pub(super) fn fill_namespace(store: &mut Store, config: &Config, now: Time, namespace: &str) {
    for (kind, name) in GIVEN {
        let key = Key::new(kind, namespace, name);
        if store.objects.get(&key).is_some() {
            continue;
        }
        let mut value = new_value(&key);
        if kind == Kind::ConfigMap {
            // differs: there are no certificates.
            value["data"]["ca.crt"] = "".into();
            value["metadata"]["annotations"]["kubernetes.io/description"] = CA_DESCRIPTION.into();
        }
        create(store, config, now, key, value);
    }
}

/// Puts back what nobody may go without, when it was deleted and its namespace stays.
pub(super) fn refill_namespace(store: &mut Store, config: &Config, now: Time, gone: &Key) {
    let is_given = GIVEN
        .iter()
        .any(|it| *it == (gone.kind, gone.name.as_str()));
    let namespace = Key::new(Kind::Namespace, "", gone.namespace.clone());
    let stays = |it: &Store| {
        it.objects
            .get(&namespace)
            .is_some_and(|it| !it.is_terminating())
    };
    if is_given && stays(store) {
        fill_namespace(store, config, now, &gone.namespace);
    }
}

const GIVEN: [(Kind, &str); 2] = [
    (Kind::ServiceAccount, "default"),
    (Kind::ConfigMap, "kube-root-ca.crt"),
];

/// upstream: rootcacertpublisher, Description.
const CA_DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

fn create(store: &mut Store, config: &Config, now: Time, key: Key, value: Value) {
    let request = Request {
        key,
        verb: Verb::Create(value),
        options: WriteOptions::default(),
    };
    handle(store, config, now, &request, "kube-apiserver")
        .expect("what a cluster starts with is valid and new");
}

/// The Service of the API server.
const KUBERNETES: &str =
    r#"{"spec":{"clusterIP":"10.43.0.1","ports":[{"name":"https","port":443,"targetPort":6443}]}}"#;

/// The storage class of claims that name none: volumes are made at once and can be used on every node.
const STANDARD: &str = r#"{"metadata":{"name":"standard","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},
"provisioner":"csi.example.com","allowVolumeExpansion":true}"#;

/// The Service of the DNS servers, except its address. differs: their pods are not shown, so it selects none.
const CLUSTER_DNS: &str = r#"{
"metadata":{"name":"kube-dns","namespace":"kube-system","labels":{"k8s-app":"kube-dns","kubernetes.io/name":"CoreDNS"}},
"spec":{"ports":[{"name":"dns","port":53,"protocol":"UDP"},{"name":"dns-tcp","port":53,"protocol":"TCP"}]}}"#;

/// A node, except its name, addresses and times.
const NODE: &str = r#"{
"metadata":{"annotations":{"node.alpha.kubernetes.io/ttl":"0"},"labels":{"beta.kubernetes.io/arch":"amd64",
"beta.kubernetes.io/os":"linux","kubernetes.io/arch":"amd64","kubernetes.io/os":"linux"}},
"status":{
"capacity":{"cpu":"4","ephemeral-storage":"100Gi","memory":"8Gi","pods":"110"},
"conditions":[
{"type":"MemoryPressure","status":"False","reason":"KubeletHasSufficientMemory","message":"kubelet has sufficient memory available"},
{"type":"DiskPressure","status":"False","reason":"KubeletHasNoDiskPressure","message":"kubelet has no disk pressure"},
{"type":"PIDPressure","status":"False","reason":"KubeletHasSufficientPID","message":"kubelet has sufficient PID available"},
{"type":"Ready","status":"True","reason":"KubeletReady","message":"kubelet is posting ready status"}],
"nodeInfo":{"architecture":"amd64","kubeletVersion":"v1.36.2","operatingSystem":"linux"}}}"#;

fn node(number: u32, now: Time) -> Value {
    let name = format!("node-{number}");
    let network = format!("10.42.{number}.0/24");
    let address = format!("10.0.0.{}", 10 + number);
    let mut value = constant(NODE);
    value["metadata"]["name"] = name.as_str().into();
    value["metadata"]["labels"]["kubernetes.io/hostname"] = name.as_str().into();
    value["spec"]["podCIDR"] = network.as_str().into();
    value["spec"]["podCIDRs"] = array![network];
    let status = &mut value["status"];
    status["addresses"] = array![
        object! {"type": "InternalIP", "address": address},
        object! {"type": "Hostname", "address": name},
    ];
    for at in 0..status["conditions"].items().len() {
        for time in ["lastHeartbeatTime", "lastTransitionTime"] {
            item_mut(status, "conditions", at)[time] = now.rfc3339().into();
        }
    }
    value
}
