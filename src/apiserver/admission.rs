//! What the admission plugins do to new objects: namespace, service account, priority, tolerations, storage class,
//! protection of what is in use; and whether a claim may grow.
//!
//! Limit ranges and Pod Security have files of their own. Left out: webhooks.
//! upstream: plugin/pkg/admission/{namespace/lifecycle,serviceaccount,priority,defaulttolerationseconds,storage}.

use std::sync::LazyLock;

use super::defaults::{CONTAINERS, item_mut};
use super::{Status, Store, constant};
use super::{limits, podsecurity};
use crate::api::quantity::Quantity;
use crate::api::{Key, Kind, Object};
use crate::chance;
use crate::config::Config;
use crate::object;
use crate::value::{Text, Value};

/// Where a service account's token is mounted.
const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Admits a new object, changing it where the plugins do.
///
/// # Errors
/// 404 or 403 in the plugins' words.
pub(super) fn create(
    store: &Store,
    config: &Config,
    key: &Key,
    value: &mut Value,
    warnings: &mut Vec<Text>,
) -> Result<(), Status> {
    namespace(store, key)?;
    limits::set_defaults(store, key, value);
    if key.kind == Kind::Pod {
        service_account(store, config, key, value)?;
        priority(key, &mut value["spec"])?;
        tolerations(&mut value["spec"]);
    }
    limits::check(store, key, value)?;
    if has_pods(key.kind) {
        podsecurity::admit(store, key, value, warnings)?;
    }
    // upstream: StorageObjectInUseProtection.
    let finalizer = match key.kind {
        Kind::PersistentVolumeClaim => "kubernetes.io/pvc-protection",
        Kind::PersistentVolume => "kubernetes.io/pv-protection",
        _ => return Ok(()),
    };
    let finalizers = value["metadata"]["finalizers"].as_items_mut();
    if !finalizers.iter().any(|it| it.as_str() == finalizer) {
        finalizers.push(finalizer.into());
    }
    // upstream: DefaultStorageClass.
    let claim = Object::new(key.kind, value.clone());
    if key.kind == Kind::PersistentVolumeClaim
        && claim.storage_class().is_null()
        && let Some(class) = store.objects.default_class()
    {
        value["spec"]["storageClassName"] = class.name().into();
    }
    Ok(())
}

/// Only a bound claim of a class that allows it may grow.
///
/// upstream: PersistentVolumeClaimResize.
pub(super) fn update(
    store: &Store,
    key: &Key,
    value: &Value,
    old: &Object,
    warnings: &mut Vec<Text>,
) -> Result<(), Status> {
    if key.kind == Kind::Namespace {
        podsecurity::relabelled(store, old, value, warnings);
    } else if has_pods(key.kind) && key.kind != Kind::Pod {
        podsecurity::admit(store, key, value, warnings)?;
    }
    if key.kind == Kind::PersistentVolumeClaim {
        limits::check(store, key, value)?;
    }
    let size = |it: &Value| Quantity::of(&it["spec"]["resources"]["requests"]["storage"]);
    if key.kind == Kind::PersistentVolumeClaim
        && let (Ok(new), Ok(before)) = (size(value), size(&old.value))
        && new.nanos > before.nanos
    {
        let class = store.objects.class_of(old);
        if !class.is_some_and(|it| it.value["allowVolumeExpansion"].is_true()) {
            let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
            return Err(Status::forbidden(key, why));
        }
    }
    Ok(())
}

/// Whether objects of that kind are pods or make some.
///
/// upstream: defaultPodSpecResources.
fn has_pods(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Pod | Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet
    )
}

/// upstream: NamespaceLifecycle.
fn namespace(store: &Store, key: &Key) -> Result<(), Status> {
    if !key.kind.facts().namespaced {
        return Ok(());
    }
    let namespace = Key::new(Kind::Namespace, "", key.namespace.clone());
    let found = store
        .objects
        .get(&namespace)
        .ok_or_else(|| Status::not_found(&namespace))?;
    if found.is_terminating() {
        let why = crate::text!(
            "unable to create new content in namespace {} because it is being terminated",
            key.namespace
        );
        return Err(Status::forbidden(key, &why));
    }
    Ok(())
}

/// Names the service account and mounts its token.
fn service_account(
    store: &Store,
    config: &Config,
    key: &Key,
    value: &mut Value,
) -> Result<(), Status> {
    if value["spec"]["serviceAccountName"].is_null() {
        value["spec"]["serviceAccountName"] = "default".into();
        value["spec"]["serviceAccount"] = "default".into();
    }
    let name = value["spec"]["serviceAccountName"].clone();
    let account = Key::new(Kind::ServiceAccount, key.namespace.clone(), name.as_str());
    let Some(account) = store.objects.get(&account) else {
        let why = crate::text!(
            "error looking up service account {}/{name}: serviceaccount \"{name}\" not found",
            key.namespace
        );
        return Err(Status::forbidden(key, &why));
    };
    let spec = &mut value["spec"];
    let secrets = &account.value["imagePullSecrets"];
    if spec["imagePullSecrets"].is_null() && !secrets.is_null() {
        spec["imagePullSecrets"] = secrets.clone();
    }
    let mounts = match &spec["automountServiceAccountToken"] {
        Value::Bool(it) => *it,
        _ => account.value["automountServiceAccountToken"].as_bool() != Some(false),
    };
    if mounts {
        let version = store.next_version().to_string();
        let suffix = chance::suffix(
            config.seed,
            &["kube-api-access", &key.namespace, &key.name, &version],
        );
        mount_token(spec, &["kube-api-access-", &suffix].concat());
    }
    Ok(())
}

fn mount_token(spec: &mut Value, volume: &str) {
    let existing = spec["volumes"]
        .items()
        .iter()
        .find(|it| it["name"].as_str().starts_with("kube-api-access-"));
    let (name, is_new) = match existing {
        Some(it) => (it["name"].as_str().to_owned(), false),
        None => (volume.to_owned(), true),
    };
    let mut needed = false;
    for list in CONTAINERS {
        for at in 0..spec[list].items().len() {
            let mounts = &spec[list][at]["volumeMounts"];
            if mounts.item("mountPath", TOKEN_PATH).is_null() {
                needed = true;
                let mount = object! {
                    "name": &name[..],
                    "mountPath": TOKEN_PATH,
                    "readOnly": true,
                };
                let mounts = &mut item_mut(spec, list, at)["volumeMounts"];
                mounts.as_items_mut().push(mount);
            }
        }
    }
    if needed && is_new {
        let mut volume = TOKEN_VOLUME.clone();
        volume["name"] = name.as_str().into();
        spec["volumes"].as_items_mut().push(volume);
    }
}

/// The volume, except its name: all pods share it.
///
/// upstream: serviceaccount.TokenVolumeSource.
static TOKEN_VOLUME: LazyLock<Value> = LazyLock::new(|| {
    constant(
        r#"{"projected":{"defaultMode":420,"sources":[
{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},
{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},
{"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}]}}"#,
    )
});

/// The two classes every cluster has.
fn priority_of(class: &str) -> Option<i64> {
    match class {
        "" => Some(0),
        "system-cluster-critical" => Some(2_000_000_000),
        "system-node-critical" => Some(2_000_001_000),
        _ => None,
    }
}

/// differs: there are no PriorityClass objects, only the two built-in ones.
fn priority(key: &Key, spec: &mut Value) -> Result<(), Status> {
    let class = spec["priorityClassName"].as_str();
    let Some(computed) = priority_of(class) else {
        let why = crate::text!("no PriorityClass with name {class} was found");
        return Err(Status::forbidden(key, &why));
    };
    if let Some(given) = spec["priority"].as_int().filter(|it| *it != computed) {
        let why = crate::text!(
            "the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {computed} from the given PriorityClass name"
        );
        return Err(Status::forbidden(key, &why));
    }
    spec["priority"] = computed.into();
    if spec["preemptionPolicy"].is_null() {
        spec["preemptionPolicy"] = "PreemptLowerPriority".into();
    }
    Ok(())
}

/// What pods tolerate for a while: all share it.
static TOLERATIONS: LazyLock<[Value; 2]> = LazyLock::new(|| {
    ["not-ready", "unreachable"].map(|taint| {
        object! {
            "key": crate::text!("node.kubernetes.io/{taint}"),
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": 300,
        }
    })
});

/// upstream: defaulttolerationseconds.
fn tolerations(spec: &mut Value) {
    for toleration in TOLERATIONS.iter() {
        let taint = toleration["key"].as_str();
        let tolerates = spec["tolerations"].items().iter().any(|it| {
            let (key, effect) = (it["key"].as_str(), it["effect"].as_str());
            (key == taint || key.is_empty()) && (effect == "NoExecute" || effect.is_empty())
        });
        if !tolerates {
            spec["tolerations"].as_items_mut().push(toleration.clone());
        }
    }
}
