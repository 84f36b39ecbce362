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
            let request = Request {
                key,
                verb: Verb::Create(value),
                options: WriteOptions::default(),
            };
            handle(&mut store, config, now, &request).expect("a seed is a valid object");
        };
        for namespace in NAMESPACES {
            create(Key::new(Kind::Namespace, "", namespace), Value::object());
            for (kind, name, rest) in in_namespace() {
                create(Key::new(kind, namespace, name), rest);
            }
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

/// What the controllers put into every namespace.
pub(super) fn in_namespace() -> [(Kind, &'static str, Value); 2] {
    let certificate = object! {
        // differs: there are no certificates.
        "data": object! {"ca.crt": ""},
    };
    [
        (Kind::ServiceAccount, "default", Value::object()),
        (Kind::ConfigMap, "kube-root-ca.crt", certificate),
    ]
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
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        object! {
            "type": kind,
            "status": status,
            "lastHeartbeatTime": now.rfc3339(),
            "lastTransitionTime": now.rfc3339(),
            "reason": reason,
            "message": message,
        }
    };
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
            "conditions": array![
                condition(
                    "MemoryPressure",
                    "False",
                    "KubeletHasSufficientMemory",
                    "kubelet has sufficient memory available",
                ),
                condition(
                    "DiskPressure",
                    "False",
                    "KubeletHasNoDiskPressure",
                    "kubelet has no disk pressure",
                ),
                condition(
                    "PIDPressure",
                    "False",
                    "KubeletHasSufficientPID",
                    "kubelet has sufficient PID available",
                ),
                condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            ],
            "nodeInfo": object! {
                "architecture": "amd64",
                "kubeletVersion": "v1.36.2",
                "operatingSystem": "linux",
            },
        },
    }
}
