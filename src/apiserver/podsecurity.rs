//! Admission by Pod Security Standards: what a namespace's label `pod-security.kubernetes.io/enforce` forbids.
//!
//! Left out: host ports, proc mounts, sysctls, AppArmor, SELinux, probes' hosts, volume types; warn and audit.
//! upstream: k8s.io/pod-security-admission/policy, check_*.go, in the order of their IDs.

use super::{Status, Store};
use crate::api::{Key, Kind};
use crate::value::Value;

/// From which level on, how it is called, whether a container with that securityContext in a pod with that one breaks
/// it, whether the pod may set it too, and what is to be done.
type Check = (
    bool,
    &'static str,
    fn(&Value, &Value) -> bool,
    bool,
    &'static str,
);

const CHECKS: [Check; 5] = [
    (
        true,
        "allowPrivilegeEscalation != false",
        |_, it| it["allowPrivilegeEscalation"].as_bool() != Some(false),
        false,
        "must set securityContext.allowPrivilegeEscalation=false",
    ),
    (
        true,
        "unrestricted capabilities",
        |_, it| {
            let dropped = it["capabilities"]["drop"].items();
            dropped.iter().all(|it| it.as_str() != "ALL")
        },
        false,
        "must set securityContext.capabilities.drop=[\"ALL\"]",
    ),
    (
        false,
        "privileged",
        |_, it| it["privileged"].is_true(),
        false,
        "must not set securityContext.privileged=true",
    ),
    (
        true,
        "runAsNonRoot != true",
        |pod, it| {
            let own = it["runAsNonRoot"].as_bool();
            !own.unwrap_or(pod["runAsNonRoot"].is_true())
        },
        true,
        "must set securityContext.runAsNonRoot=true",
    ),
    (
        true,
        "seccompProfile",
        |pod, it| {
            let own = [it, pod].map(|it| it["seccompProfile"]["type"].as_str());
            let kind = if own[0].is_empty() { own[1] } else { own[0] };
            !["RuntimeDefault", "Localhost"].contains(&kind)
        },
        true,
        "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
    ),
];

/// Whether the pod's namespace lets it in.
///
/// upstream: Admission.EvaluatePod.
pub(super) fn admit(store: &Store, key: &Key, spec: &Value) -> Result<(), Status> {
    let namespace = Key::new(Kind::Namespace, "", key.namespace.clone());
    let labels = store.objects.get(&namespace).map(|it| it.labels());
    let level = labels.map_or("", |it| it["pod-security.kubernetes.io/enforce"].as_str());
    if !["baseline", "restricted"].contains(&level) {
        return Ok(());
    }
    let is_restricted = level == "restricted";
    let mut broken = Vec::new();
    for (at, (is_strict, name, breaks, is_pods, told)) in CHECKS.iter().enumerate() {
        // Host namespaces and hostPath stand between capabilities and privileged.
        if at == 2 {
            of_host(spec, &mut broken);
        }
        let lists = [&spec["initContainers"], &spec["containers"]];
        let containers = lists.into_iter().flat_map(Value::items);
        let pod = &spec["securityContext"];
        let names: Vec<String> = containers
            .filter(|it| (is_restricted || !is_strict) && breaks(pod, &it["securityContext"]))
            .map(|it| format!("\"{}\"", it["name"].as_str()))
            .collect();
        if !names.is_empty() {
            let or = if *is_pods { "pod or " } else { "" };
            let many = if names.len() > 1 { "s" } else { "" };
            let names = names.join(", ");
            broken.push(format!("{name} ({or}container{many} {names} {told})"));
        }
    }
    if broken.is_empty() {
        return Ok(());
    }
    let broken = broken.join(", ");
    let why = format!("violates PodSecurity \"{level}:latest\": {broken}");
    Err(Status::forbidden(key, &why))
}

/// upstream: check_hostNamespaces.go, check_hostPathVolumes.go.
fn of_host(spec: &Value, broken: &mut Vec<String>) {
    let shared = ["hostNetwork", "hostPID", "hostIPC"].into_iter();
    let shared = shared.filter(|it| spec[*it].is_true());
    let shared: Vec<String> = shared.map(|it| format!("{it}=true")).collect();
    if !shared.is_empty() {
        broken.push(format!("host namespaces ({})", shared.join(", ")));
    }
    let volumes = spec["volumes"].items().iter();
    let paths = volumes.filter(|it| !it["hostPath"].is_null());
    let paths: Vec<String> = paths
        .map(|it| format!("\"{}\"", it["name"].as_str()))
        .collect();
    if !paths.is_empty() {
        let many = if paths.len() > 1 { "s" } else { "" };
        broken.push(format!(
            "hostPath volumes (volume{many} {})",
            paths.join(", ")
        ));
    }
}
