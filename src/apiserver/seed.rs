//! What a cluster has before anybody asks for anything: namespaces, their accounts, the API's Service, the nodes.
//!
//! Left out: the pods of kube-system, Leases, RBAC.

use super::{Request, Store, Verb, WriteOptions, handle};
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
        for namespace in NAMESPACES {
            create(Key::new(Kind::Namespace, "", namespace), Value::object());
        }
        create(
            Key::new(Kind::Service, "default", "kubernetes"),
            kubernetes(),
        );
        create(
            Key::new(Kind::Service, "kube-system", "kube-dns"),
            cluster_dns(config),
        );
        for number in 1..=config.nodes {
            let name = format!("node-{number}");
            create(Key::new(Kind::Node, "", name.as_str()), node(number, now));
        }
        store
    }
}

/// What the controllers put into every new namespace.
///
/// differs: they do it some milliseconds after the namespace is there.
/// upstream: serviceaccounts_controller, publisher.go of rootcacertpublisher.
pub(super) fn fill_namespace(store: &mut Store, config: &Config, now: Time, namespace: &str) {
    for (kind, name) in [
        (Kind::ServiceAccount, "default"),
        (Kind::ConfigMap, "kube-root-ca.crt"),
    ] {
        let key = Key::new(kind, namespace, name);
        let mut value = new_value(&key);
        if kind == Kind::ConfigMap {
            // differs: there are no certificates.
            value["data"]["ca.crt"] = "".into();
        }
        create(store, config, now, key, value);
    }
}

fn create(store: &mut Store, config: &Config, now: Time, key: Key, value: Value) {
    let request = Request {
        key,
        verb: Verb::Create(value),
        options: WriteOptions::default(),
    };
    handle(store, config, now, &request).expect("what a cluster starts with is valid and new");
}

fn kubernetes() -> Value {
    object! {
        "spec": object! {
            "clusterIP": "10.43.0.1",
            "ports": array![object! {"name": "https", "port": 443, "targetPort": 6443}],
        },
    }
}

/// The Service of the DNS servers. differs: their pods are not shown, so it selects none.
fn cluster_dns(config: &Config) -> Value {
    object! {
        "metadata": object! {
            "name": "kube-dns",
            "namespace": "kube-system",
            "labels": object! {"k8s-app": "kube-dns", "kubernetes.io/name": "CoreDNS"},
        },
        "spec": object! {
            "clusterIP": &config.dns_address,
            "ports": array![
                object! {"name": "dns", "port": 53, "protocol": "UDP"},
                object! {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
            ],
        },
    }
}

fn node(number: u32, now: Time) -> Value {
    let name = format!("node-{number}");
    let network = format!("10.42.{number}.0/24");
    let resources = object! {
        "cpu": "4",
        "ephemeral-storage": "100Gi",
        "memory": "8Gi",
        "pods": "110",
    };
    object! {
        "metadata": object! {
            "name": &name[..],
            "labels": object! {
                "beta.kubernetes.io/arch": "amd64",
                "beta.kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": &name[..],
                "kubernetes.io/os": "linux",
            },
            "annotations": object! {"node.alpha.kubernetes.io/ttl": "0"},
        },
        "spec": object! {
            "podCIDR": &network[..],
            "podCIDRs": array![&network[..]],
        },
        "status": object! {
            "addresses": array![
                object! {"type": "InternalIP", "address": format!("10.0.0.{}", 10 + number)},
                object! {"type": "Hostname", "address": &name[..]},
            ],
            "allocatable": resources.clone(),
            "capacity": resources,
            "conditions": conditions(now),
            "nodeInfo": object! {
                "architecture": "amd64",
                "kubeletVersion": "v1.36.2",
                "operatingSystem": "linux",
            },
        },
    }
}

/// The conditions of a healthy node.
fn conditions(now: Time) -> Value {
    [
        (
            "MemoryPressure",
            "False",
            "KubeletHasSufficientMemory",
            "kubelet has sufficient memory available",
        ),
        (
            "DiskPressure",
            "False",
            "KubeletHasNoDiskPressure",
            "kubelet has no disk pressure",
        ),
        (
            "PIDPressure",
            "False",
            "KubeletHasSufficientPID",
            "kubelet has sufficient PID available",
        ),
        (
            "Ready",
            "True",
            "KubeletReady",
            "kubelet is posting ready status",
        ),
    ]
    .into_iter()
    .map(|(kind, status, reason, message)| {
        object! {
            "type": kind,
            "status": status,
            "lastHeartbeatTime": now.rfc3339(),
            "lastTransitionTime": now.rfc3339(),
            "reason": reason,
            "message": message,
        }
    })
    .collect()
}
