//! The nouns: kinds, keys, objects and the collection that holds them.
//!
//! An [`Object`]'s truth is its JSON [`Value`]; the submodules give each kind the plain questions the deciders ask.

pub mod condition;
pub mod disruption;
pub mod endpointslice;
pub mod meta;
pub mod node;
pub mod pod;
pub mod quantity;
pub mod quota;
pub mod selector;
pub mod service;
pub mod statefulset;
pub mod storage;

use core::fmt;
use std::sync::{Arc, OnceLock};

use crate::persistent::{Iter, Map};
use crate::value::{Text, Value};

/// The kinds this cluster has, in the order discovery lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are Kubernetes' own")]
pub enum Kind {
    ConfigMap,
    Endpoints,
    Event,
    LimitRange,
    Namespace,
    Node,
    PersistentVolumeClaim,
    PersistentVolume,
    Pod,
    ResourceQuota,
    Secret,
    Service,
    ServiceAccount,
    ControllerRevision,
    DaemonSet,
    Deployment,
    ReplicaSet,
    StatefulSet,
    HorizontalPodAutoscaler,
    Lease,
    EndpointSlice,
    PodDisruptionBudget,
    StorageClass,
}

/// What the API says of a kind.
#[derive(Debug)]
pub struct KindFacts {
    /// `StatefulSet`.
    pub kind: &'static str,
    /// `apps`, or `""` for the core group.
    pub group: &'static str,
    /// `v1`.
    pub version: &'static str,
    /// `statefulsets`, as paths and RBAC have it.
    pub plural: &'static str,
    /// `statefulset`, as kubectl prints it.
    pub singular: &'static str,
    /// `sts`.
    pub short_names: &'static [&'static str],
    /// Whether `kubectl get all` shows it.
    pub in_all: bool,
    /// Whether its objects live in a namespace.
    pub namespaced: bool,
}

const fn facts(
    kind: &'static str,
    group: &'static str,
    plural: &'static str,
    singular: &'static str,
    short_names: &'static [&'static str],
) -> KindFacts {
    KindFacts {
        kind,
        group,
        version: "v1",
        plural,
        singular,
        short_names,
        in_all: false,
        namespaced: true,
    }
}

static CONFIG_MAP: KindFacts = facts("ConfigMap", "", "configmaps", "configmap", &["cm"]);
static ENDPOINTS: KindFacts = facts("Endpoints", "", "endpoints", "endpoints", &["ep"]);
static EVENT: KindFacts = facts("Event", "", "events", "event", &["ev"]);
static LIMIT_RANGE: KindFacts = facts("LimitRange", "", "limitranges", "limitrange", &["limits"]);
static NAMESPACE: KindFacts = KindFacts {
    namespaced: false,
    ..facts("Namespace", "", "namespaces", "namespace", &["ns"])
};
static NODE: KindFacts = KindFacts {
    namespaced: false,
    ..facts("Node", "", "nodes", "node", &["no"])
};
static CLAIM: KindFacts = facts(
    "PersistentVolumeClaim",
    "",
    "persistentvolumeclaims",
    "persistentvolumeclaim",
    &["pvc"],
);
static VOLUME: KindFacts = KindFacts {
    namespaced: false,
    ..facts(
        "PersistentVolume",
        "",
        "persistentvolumes",
        "persistentvolume",
        &["pv"],
    )
};
static POD: KindFacts = KindFacts {
    in_all: true,
    ..facts("Pod", "", "pods", "pod", &["po"])
};
static QUOTA: KindFacts = facts(
    "ResourceQuota",
    "",
    "resourcequotas",
    "resourcequota",
    &["quota"],
);
static SECRET: KindFacts = facts("Secret", "", "secrets", "secret", &[]);
static SERVICE: KindFacts = KindFacts {
    in_all: true,
    ..facts("Service", "", "services", "service", &["svc"])
};
static SERVICE_ACCOUNT: KindFacts = facts(
    "ServiceAccount",
    "",
    "serviceaccounts",
    "serviceaccount",
    &["sa"],
);
static REVISION: KindFacts = facts(
    "ControllerRevision",
    "apps",
    "controllerrevisions",
    "controllerrevision",
    &[],
);
static DAEMON_SET: KindFacts = KindFacts {
    in_all: true,
    ..facts("DaemonSet", "apps", "daemonsets", "daemonset", &["ds"])
};
static DEPLOYMENT: KindFacts = KindFacts {
    in_all: true,
    ..facts(
        "Deployment",
        "apps",
        "deployments",
        "deployment",
        &["deploy"],
    )
};
static REPLICA_SET: KindFacts = KindFacts {
    in_all: true,
    ..facts("ReplicaSet", "apps", "replicasets", "replicaset", &["rs"])
};
static STATEFUL_SET: KindFacts = KindFacts {
    in_all: true,
    ..facts(
        "StatefulSet",
        "apps",
        "statefulsets",
        "statefulset",
        &["sts"],
    )
};
static AUTOSCALER: KindFacts = KindFacts {
    version: "v2",
    in_all: true,
    ..facts(
        "HorizontalPodAutoscaler",
        "autoscaling",
        "horizontalpodautoscalers",
        "horizontalpodautoscaler",
        &["hpa"],
    )
};
static LEASE: KindFacts = facts("Lease", "coordination.k8s.io", "leases", "lease", &[]);
static ENDPOINT_SLICE: KindFacts = facts(
    "EndpointSlice",
    "discovery.k8s.io",
    "endpointslices",
    "endpointslice",
    &[],
);

static BUDGET: KindFacts = facts(
    "PodDisruptionBudget",
    "policy",
    "poddisruptionbudgets",
    "poddisruptionbudget",
    &["pdb"],
);

static STORAGE_CLASS: KindFacts = KindFacts {
    namespaced: false,
    ..facts(
        "StorageClass",
        "storage.k8s.io",
        "storageclasses",
        "storageclass",
        &["sc"],
    )
};

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 23] = [
        Self::ConfigMap,
        Self::Endpoints,
        Self::Event,
        Self::LimitRange,
        Self::Namespace,
        Self::Node,
        Self::PersistentVolumeClaim,
        Self::PersistentVolume,
        Self::Pod,
        Self::ResourceQuota,
        Self::Secret,
        Self::Service,
        Self::ServiceAccount,
        Self::ControllerRevision,
        Self::DaemonSet,
        Self::Deployment,
        Self::ReplicaSet,
        Self::StatefulSet,
        Self::HorizontalPodAutoscaler,
        Self::Lease,
        Self::EndpointSlice,
        Self::PodDisruptionBudget,
        Self::StorageClass,
    ];

    /// What the API says of this kind.
    pub fn facts(self) -> &'static KindFacts {
        match self {
            Self::ConfigMap => &CONFIG_MAP,
            Self::Endpoints => &ENDPOINTS,
            Self::Event => &EVENT,
            Self::LimitRange => &LIMIT_RANGE,
            Self::Namespace => &NAMESPACE,
            Self::Node => &NODE,
            Self::PersistentVolumeClaim => &CLAIM,
            Self::PersistentVolume => &VOLUME,
            Self::Pod => &POD,
            Self::ResourceQuota => &QUOTA,
            Self::Secret => &SECRET,
            Self::Service => &SERVICE,
            Self::ServiceAccount => &SERVICE_ACCOUNT,
            Self::ControllerRevision => &REVISION,
            Self::DaemonSet => &DAEMON_SET,
            Self::Deployment => &DEPLOYMENT,
            Self::ReplicaSet => &REPLICA_SET,
            Self::StatefulSet => &STATEFUL_SET,
            Self::HorizontalPodAutoscaler => &AUTOSCALER,
            Self::Lease => &LEASE,
            Self::EndpointSlice => &ENDPOINT_SLICE,
            Self::PodDisruptionBudget => &BUDGET,
            Self::StorageClass => &STORAGE_CLASS,
        }
    }

    /// The kind of that `apiVersion` and `kind`.
    pub fn of(api_version: &str, kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| {
            let is_older = *it == Self::HorizontalPodAutoscaler && api_version == "autoscaling/v1";
            it.facts().kind == kind && (it.api_version() == api_version || is_older)
        })
    }

    /// `apps/v1`, or `v1` for the core group.
    pub fn api_version(self) -> Text {
        let it = self.facts();
        if it.group.is_empty() {
            it.version.into()
        } else {
            crate::text!("{}/{}", it.group, it.version)
        }
    }

    /// `statefulset.apps`, or `pod`: how kubectl names the type before a slash.
    pub fn qualified(self) -> Text {
        let it = self.facts();
        if it.group.is_empty() {
            it.singular.into()
        } else {
            crate::text!("{}.{}", it.singular, it.group)
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.facts().kind)
    }
}

/// Which object: ordered by kind, namespace, name, as lists are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace; empty for cluster-wide kinds.
    pub namespace: Text,
    /// Its name.
    pub name: Text,
}

impl Key {
    /// The key of an object in a namespace (empty for cluster-wide kinds).
    pub fn new(kind: Kind, namespace: impl Into<Text>, name: impl Into<Text>) -> Self {
        Self {
            kind,
            namespace: namespace.into(),
            name: name.into(),
        }
    }
}

impl Key {
    /// The path of the collection it is in: `/apis/apps/v1/namespaces/default/statefulsets`.
    pub fn collection_path(&self) -> Text {
        let it = self.kind.facts();
        let mut path: Text = if it.group.is_empty() {
            "/api/".into()
        } else {
            "/apis/".into()
        };
        path.push_str(&self.kind.api_version());
        if !self.namespace.is_empty() {
            path.push_str("/namespaces/");
            path.push_str(&self.namespace);
        }
        path.push('/');
        path.push_str(it.plural);
        path
    }
}

impl fmt::Display for Key {
    /// `statefulset/web`, as `why` and the page write it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.kind.facts().singular, self.name)
    }
}

/// One object at one resource version. `apiVersion` and `kind` stand in its value.
#[derive(Debug)]
pub struct Object {
    /// Its kind.
    pub kind: Kind,
    /// All of it, as the API returns it. Nobody changes it after a question was asked of the object, but for the
    /// resource version.
    pub value: Value,
    /// What is asked of it again and again, read from the value once.
    seen: OnceLock<Box<meta::Seen>>,
}

impl Clone for Object {
    fn clone(&self) -> Self {
        Self::new(self.kind, self.value.clone())
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.value == other.value
    }
}

/// Objects by key; a clone costs next to nothing.
#[derive(Clone, Debug, Default)]
pub struct Objects(Map<Key, Arc<Object>>);

impl Objects {
    /// The object of that key.
    pub fn get(&self, key: &Key) -> Option<&Arc<Object>> {
        self.0.get(key)
    }

    /// Puts an object in place.
    pub fn insert(&mut self, object: Arc<Object>) {
        self.0.insert(object.key(), object);
    }

    /// Takes an object away; says whether it was there.
    pub fn remove(&mut self, key: &Key) -> bool {
        self.0.remove(key).is_some()
    }

    /// All objects of a kind, by namespace and name.
    pub fn list(&self, kind: Kind) -> impl Iterator<Item = &Arc<Object>> {
        // Namespaces are lower case.
        self.range(kind, "", "{").map(|it| &it.1)
    }

    /// The objects of a kind in one namespace, by name.
    pub fn list_in<'a>(
        &'a self,
        kind: Kind,
        namespace: &str,
    ) -> impl Iterator<Item = &'a Arc<Object>> + use<'a> {
        let end = [namespace, "\0"].concat();
        self.range(kind, namespace, &end).map(|it| &it.1)
    }

    /// How many objects of a kind one namespace has.
    pub fn count_in(&self, kind: Kind, namespace: &str) -> usize {
        let end = [namespace, "\0"].concat();
        self.range(kind, namespace, &end).len()
    }

    fn range(&self, kind: Kind, from: &str, to: &str) -> Iter<'_, (Key, Arc<Object>)> {
        let bound = |namespace: &str| Key::new(kind, namespace, "");
        self.0.between(&bound(from), &bound(to))
    }

    /// Shows the objects that stand otherwise than earlier, before and after.
    pub fn changes<'a>(
        &'a self,
        old: &'a Self,
        show: &mut dyn FnMut(Option<&'a Arc<Object>>, Option<&'a Arc<Object>>),
    ) {
        self.0.differs(&old.0, &mut |before, after| {
            let is_same = |after: &Arc<Object>| before.is_some_and(|it| Arc::ptr_eq(it, after));
            if !after.is_some_and(is_same) {
                show(before, after);
            }
        });
    }

    /// Everything, by kind, namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = &(Key, Arc<Object>)> {
        self.0.iter()
    }
}
