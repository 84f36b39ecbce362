//! Defaults that depend on what stands beside them; the constant ones are in the schema table.
//!
//! upstream: pkg/apis/core/v1/defaults.go, pkg/apis/apps/v1/{defaults,conversion}.go.

use crate::api::Kind;
use crate::object;
use crate::value::{Value, base64};

/// Fills in an object that was decoded.
pub(super) fn apply(kind: Kind, value: &mut Value) {
    match kind {
        Kind::Pod => pod(&mut value["spec"]),
        Kind::StatefulSet => statefulset(&mut value["spec"]),
        Kind::ReplicaSet => pod_spec(&mut value["spec"]["template"]["spec"]),
        Kind::Deployment => {
            pod_spec(&mut value["spec"]["template"]["spec"]);
            rolling(
                &mut value["spec"]["strategy"],
                [("maxSurge", "25%"), ("maxUnavailable", "25%")],
            );
        }
        Kind::DaemonSet => {
            pod_spec(&mut value["spec"]["template"]["spec"]);
            rolling(
                &mut value["spec"]["updateStrategy"],
                [("maxSurge", 0), ("maxUnavailable", 1)],
            );
        }
        Kind::LimitRange => limit_range(&mut value["spec"]),
        Kind::Secret => secret(value),
        Kind::HorizontalPodAutoscaler => autoscaler(&mut value["spec"]),
        Kind::Service => service(&mut value["spec"]),
        Kind::Namespace => {
            let name = value["metadata"]["name"].clone();
            if !name.is_empty() {
                value["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
            }
        }
        Kind::Node => {
            let status = &value["status"];
            if status["allocatable"].is_null() && !status["capacity"].is_null() {
                let capacity = status["capacity"].clone();
                value["status"]["allocatable"] = capacity;
            }
        }
        Kind::PersistentVolume
        | Kind::ResourceQuota
        | Kind::PodDisruptionBudget
        | Kind::Lease
        | Kind::StorageClass
        | Kind::ConfigMap
        | Kind::Endpoints
        | Kind::Event
        | Kind::PersistentVolumeClaim
        | Kind::ServiceAccount
        | Kind::ControllerRevision
        | Kind::EndpointSlice => {}
    }
}

/// The container lists of a pod spec.
pub(super) const CONTAINERS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// What a pod template gets as well.
fn pod_spec(spec: &mut Value) {
    // upstream: Convert_v1_PodSpec_To_core_PodSpec, the old name of the field is its twin.
    let account = if spec["serviceAccountName"].is_empty() {
        spec["serviceAccount"].clone()
    } else {
        spec["serviceAccountName"].clone()
    };
    if spec["serviceAccount"] != account || spec["serviceAccountName"] != account {
        spec["serviceAccount"] = account.clone();
        spec["serviceAccountName"] = account;
    }
    for list in CONTAINERS {
        for at in 0..spec[list].items().len() {
            let container = &spec[list][at];
            if container["imagePullPolicy"].is_null() {
                let policy = pull_policy(container["image"].as_str());
                item_mut(spec, list, at)["imagePullPolicy"] = policy.into();
            }
        }
    }
    for at in 0..spec["volumes"].items().len() {
        let volume = &spec["volumes"][at];
        let members = volume.members().count();
        if members == usize::from(!volume["name"].is_null()) {
            item_mut(spec, "volumes", at)["emptyDir"] = Value::object();
        }
        let image = &spec["volumes"][at]["image"];
        if !image.is_null() && image["pullPolicy"].is_null() {
            let policy = pull_policy(image["reference"].as_str());
            item_mut(spec, "volumes", at)["image"]["pullPolicy"] = policy.into();
        }
    }
}

/// The item of a list, to write to.
pub(super) fn item_mut<'a>(value: &'a mut Value, list: &str, at: usize) -> &'a mut Value {
    &mut value[list].as_items_mut().make_mut()[at]
}

fn pod(spec: &mut Value) {
    pod_spec(spec);
    for list in ["containers", "initContainers"] {
        for at in 0..spec[list].items().len() {
            let limits = spec[list][at]["resources"]["limits"].clone();
            for (name, limit) in limits.members() {
                if spec[list][at]["resources"]["requests"][name.as_str()].is_null() {
                    let resources = &mut item_mut(spec, list, at)["resources"];
                    resources["requests"][name.as_str()] = limit.clone();
                }
            }
            if spec["hostNetwork"].is_true() {
                host_ports(spec, list, at);
            }
        }
    }
    if spec["enableServiceLinks"].is_null() {
        spec["enableServiceLinks"] = true.into();
    }
}

/// upstream: defaultHostNetworkPorts.
fn host_ports(spec: &mut Value, list: &str, at: usize) {
    for port in 0..spec[list][at]["ports"].items().len() {
        let it = &spec[list][at]["ports"][port];
        if it["hostPort"].is_null() {
            let number = it["containerPort"].clone();
            item_mut(item_mut(spec, list, at), "ports", port)["hostPort"] = number;
        }
    }
}

fn statefulset(spec: &mut Value) {
    pod_spec(&mut spec["template"]["spec"]);
    if spec["updateStrategy"]["type"].is_null() {
        spec["updateStrategy"]["type"] = "RollingUpdate".into();
        let block = &mut spec["updateStrategy"]["rollingUpdate"];
        if block["partition"].is_null() {
            block["partition"] = 0.into();
        }
    }
    for at in 0..spec["volumeClaimTemplates"].items().len() {
        if spec["volumeClaimTemplates"][at]["kind"].is_null() {
            let template = item_mut(spec, "volumeClaimTemplates", at);
            template["kind"] = "PersistentVolumeClaim".into();
            template["apiVersion"] = "v1".into();
        }
    }
}

/// upstream: SetDefaults_Deployment, SetDefaults_DaemonSet.
fn rolling<const N: usize>(strategy: &mut Value, given: [(&str, impl Into<Value>); N]) {
    if strategy["type"].as_str() == "RollingUpdate" {
        for (name, value) in given {
            if strategy["rollingUpdate"][name].is_null() {
                strategy["rollingUpdate"][name] = value.into();
            }
        }
    }
}

/// upstream: SetDefaults_LimitRangeItem.
fn limit_range(spec: &mut Value) {
    for at in 0..spec["limits"].items().len() {
        if spec["limits"][at]["type"].as_str() != "Container" {
            continue;
        }
        for (from, to) in [
            ("max", "default"),
            ("default", "defaultRequest"),
            ("min", "defaultRequest"),
        ] {
            for (name, amount) in spec["limits"][at][from].clone().members() {
                if spec["limits"][at][to][name.as_str()].is_null() {
                    item_mut(spec, "limits", at)[to][name.as_str()] = amount.clone();
                }
            }
        }
    }
}

/// upstream: Convert_v1_Secret_To_core_Secret.
fn secret(value: &mut Value) {
    for (key, text) in value["stringData"].clone().members() {
        value["data"][key.as_str()] = base64(text.as_str().as_bytes()).into();
    }
    if !value["stringData"].is_null() {
        value.remove("stringData");
    }
}

/// upstream: autoscaling/v2 SetDefaults_HorizontalPodAutoscaler and those of its behaviour.
fn autoscaler(spec: &mut Value) {
    if spec["metrics"].is_empty() {
        spec["metrics"] = super::constant(
            r#"[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]"#,
        );
    }
    let all = super::constant(
        r#"{"scaleUp":{"stabilizationWindowSeconds":0,"selectPolicy":"Max","policies":[
{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]},
"scaleDown":{"selectPolicy":"Max","policies":[{"type":"Percent","value":100,"periodSeconds":15}]}}"#,
    );
    if spec["behavior"].is_null() {
        return;
    }
    for (rules, given) in all.members() {
        for (name, value) in given.members() {
            if spec["behavior"][rules.as_str()][name.as_str()].is_null() {
                spec["behavior"][rules.as_str()][name.as_str()] = value.clone();
            }
        }
    }
}

fn service(spec: &mut Value) {
    if spec["sessionAffinity"].as_str() == "ClientIP" {
        if spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"].is_null() {
            spec["sessionAffinityConfig"] =
                object! {"clientIP": object! {"timeoutSeconds": 10_800}};
        }
    } else {
        spec.remove("sessionAffinityConfig");
    }
    for at in 0..spec["ports"].items().len() {
        let port = &spec["ports"][at];
        if matches!(&port["targetPort"], Value::Int(0)) || port["targetPort"].is_empty() {
            let number = port["port"].clone();
            item_mut(spec, "ports", at)["targetPort"] = number;
        }
    }
    let kind = spec["type"].text().cloned().unwrap_or_default();
    let is_load_balancer = kind == "LoadBalancer";
    let is_external = is_load_balancer
        || kind == "NodePort"
        || (kind == "ClusterIP" && !spec["externalIPs"].is_null());
    if is_external && spec["externalTrafficPolicy"].is_null() {
        spec["externalTrafficPolicy"] = "Cluster".into();
    }
    let has_cluster_ip = is_load_balancer || matches!(kind.as_str(), "NodePort" | "ClusterIP");
    if has_cluster_ip && spec["internalTrafficPolicy"].is_null() {
        spec["internalTrafficPolicy"] = "Cluster".into();
    }
    if is_load_balancer && spec["allocateLoadBalancerNodePorts"].is_null() {
        spec["allocateLoadBalancerNodePorts"] = true.into();
    }
}

/// `Always` for the tag `latest` and for none, else `IfNotPresent`.
///
/// upstream: SetDefaults_Container, parsers.ParseImageName.
fn pull_policy(image: &str) -> &'static str {
    let (name, has_digest) = match image.split_once('@') {
        Some((name, _)) => (name, true),
        None => (image, false),
    };
    let (repository, tag) = match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (name, None),
    };
    // A name that is no reference has no tag at all; it is refused elsewhere or fails to be pulled.
    let is_reference = !repository.is_empty()
        && repository
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || b"._-/:".contains(&it));
    match tag {
        Some("latest") if is_reference => "Always",
        None if is_reference && !has_digest => "Always",
        _ => "IfNotPresent",
    }
}
