//! Pod specs, of pods and of templates, and what of a pod an update may change.
//!
//! Left out: what depends on the operating system, security contexts beyond their enums, resource claims.
//! upstream: pkg/apis/core/validation/validation.go, ValidatePodSpec and ValidatePodUpdate.

use super::container::{containers, init_containers};
use super::names::{self, check};
use super::{Errors, Path, choices, scheduling};
use crate::apiserver::defaults::{CONTAINERS, item_mut};
use crate::apiserver::places::Places;
use crate::schema;
use crate::value::Value;

/// Checks a pod spec; `claims` are volumes that will be there besides its own, one per claim template.
pub(super) fn pod_spec(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    let volumes = volumes(spec["volumes"].items(), &path.field("volumes"), errors);
    containers(spec, &volumes, path, errors);
    init_containers(spec, &volumes, path, errors);
    if let Some(of) = schema::named("PodSpec") {
        choices(spec, of, path, errors);
    }
    errors.at(path, spec, "nodeSelector", names::labels);
    scheduling::affinity(&spec["affinity"], &path.field("affinity"), errors);
    dns_config(spec, &path.field("dnsConfig"), errors);
    scheduling::spread(spec, &path.field("topologySpreadConstraints"), errors);
    for (name, rule) in [
        ("serviceAccountName", names::dns_subdomain as names::Check),
        ("nodeName", names::dns_subdomain),
        ("hostname", names::dns_label),
        ("subdomain", names::dns_label),
        ("priorityClassName", names::dns_subdomain),
        ("runtimeClassName", names::dns_subdomain),
    ] {
        if !spec[name].is_empty() {
            errors.rule(path, spec, name, rule);
        }
    }
    let deadline = &spec["activeDeadlineSeconds"];
    if deadline
        .as_int()
        .is_some_and(|it| !(1..=2_147_483_647).contains(&it))
    {
        let why = "must be between 1 and 2147483647, inclusive";
        errors.invalid(&path.field("activeDeadlineSeconds"), deadline, why);
    }
    scheduling::tolerations(spec, &path.field("tolerations"), errors);
    scheduling::gates(spec, &path.field("schedulingGates"), errors);
    host_aliases(spec, &path.field("hostAliases"), errors);
}

/// What each kind of volume cannot do without.
const REQUIRED: [(&str, &[&str]); 9] = [
    ("hostPath", &["path"]),
    ("secret", &["secretName"]),
    ("configMap", &["name"]),
    ("persistentVolumeClaim", &["claimName"]),
    ("nfs", &["server", "path"]),
    ("csi", &["driver"]),
    ("iscsi", &["targetPortal", "iqn"]),
    ("image", &["reference"]),
    ("ephemeral", &["volumeClaimTemplate"]),
];

/// Checks volumes; gives the names of those without a finding.
fn volumes(items: &[Value], list: &Path<'_>, errors: &mut Errors) -> Places {
    let mut known = Places::default();
    for (at, volume) in items.iter().enumerate() {
        let path = list.index(at);
        let before = errors.len();
        let sources = volume.members().filter(|(name, _)| name.as_str() != "name");
        for (number, (name, source)) in sources.enumerate() {
            let path = path.field(name);
            if number > 0 {
                errors.forbidden(&path, "may not specify more than 1 volume type");
                continue;
            }
            let needs = REQUIRED.iter().find(|it| it.0 == name.as_str());
            for needed in needs.map_or(&[][..], |it| it.1) {
                if source[*needed].is_empty() {
                    errors.lacks(&path, needed, "");
                }
            }
        }
        let name = volume["name"].as_str();
        errors.needs(&path, volume, "name", names::dns_label);
        if known.get(name).is_some() {
            errors.repeats(&path, volume, "name");
        }
        if errors.len() == before {
            known.repeats(name);
        }
    }
    known
}

/// upstream: validatePodDNSConfig.
fn dns_config(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    const SERVERS: usize = 3;
    const SEARCHES: usize = 32;
    let it = &spec["dnsConfig"];
    let servers = it["nameservers"].items();
    if spec["dnsPolicy"].as_str() == "None" {
        if it.is_null() {
            let why = "must provide `dnsConfig` when `dnsPolicy` is None";
            return errors.required(path, why);
        }
        if servers.is_empty() {
            let why = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            return errors.lacks(path, "nameservers", why);
        }
    }
    let list = path.field("nameservers");
    if servers.len() > SERVERS {
        let why = format!("must not have more than {SERVERS} nameservers");
        errors.invalid(&list, &it["nameservers"], &why);
    }
    for (at, server) in servers.iter().enumerate() {
        check(errors, &list.index(at), server, names::address);
    }
    let list = path.field("searches");
    if it["searches"].items().len() > SEARCHES {
        let why = format!("must not have more than {SEARCHES} search paths");
        errors.invalid(&list, &it["searches"], &why);
    }
    for (at, search) in it["searches"].items().iter().enumerate() {
        // A single dot is a search path, and a name may end with one.
        let name = search.as_str();
        let name = name.strip_suffix('.').unwrap_or(name);
        if !name.is_empty() {
            check(errors, &list.index(at), &name.into(), names::dns_subdomain);
        }
    }
    let list = path.field("options");
    for (at, option) in it["options"].items().iter().enumerate() {
        if option["name"].is_empty() {
            let path = list.index(at);
            errors.lacks(&path, "name", "must not be empty");
        }
    }
}

fn host_aliases(spec: &Value, list: &Path<'_>, errors: &mut Errors) {
    for (at, it) in spec["hostAliases"].items().iter().enumerate() {
        let path = list.index(at);
        errors.rule(&path, it, "ip", names::address);
        for name in it["hostnames"].items() {
            check(errors, &path.field("hostnames"), name, names::dns_subdomain);
        }
    }
}

/// The spec of a pod that is updated: little of it may change.
pub(super) fn update(spec: &Value, old: &Value, path: &Path<'_>, errors: &mut Errors) {
    pod_spec(spec, path, errors);
    for name in ["containers", "initContainers"] {
        if spec[name].items().len() != old[name].items().len() {
            let why = "pod updates may not add or remove containers";
            return errors.forbids(path, name, why);
        }
    }
    let mut same = spec.clone();
    for list in CONTAINERS {
        for at in 0..same[list].items().len() {
            let image = old[list][at]["image"].clone();
            item_mut(&mut same, list, at)["image"] = image;
        }
    }
    same["activeDeadlineSeconds"] = old["activeDeadlineSeconds"].clone();
    if tolerations_only_grow(spec, old) {
        same["tolerations"] = old["tolerations"].clone();
    }
    let gates = "schedulingGates";
    let list = path.field(gates);
    let mut known = Places::default();
    for old in old[gates].items() {
        known.note(old["name"].as_str(), 0);
    }
    for (at, new) in spec[gates].items().iter().enumerate() {
        let name = new["name"].as_str();
        if known.get(name).is_none() {
            let why =
                crate::text!("only deletion is allowed, but found new scheduling gate '{name}'");
            errors.forbids(&list.index(at), "name", &why);
        }
    }
    same[gates] = old[gates].clone();
    if !old[gates].is_empty() {
        scheduling::narrowed(spec, old, path, errors);
        same["nodeSelector"] = old["nodeSelector"].clone();
        let affinity = "nodeAffinity";
        let before = &old["affinity"][affinity];
        if spec["affinity"][affinity] != *before {
            same["affinity"][affinity] = before.clone();
            let map = same["affinity"].as_map_mut();
            map.retain(|_, it| !it.is_null());
            if map.is_empty() && old["affinity"].is_null() {
                same["affinity"] = Value::Null;
            }
        }
    }
    let grace = "terminationGracePeriodSeconds";
    if old[grace].as_int().is_some_and(|it| it < 0) && spec[grace].as_int() == Some(1) {
        same[grace] = old[grace].clone();
    }
    same.as_map_mut().retain(|_, it| !it.is_null());
    if same != *old {
        // differs: the server appends a diff of its internal structs.
        errors.forbidden(
            path,
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
        );
    }
}

fn tolerations_only_grow(spec: &Value, old: &Value) -> bool {
    let now = spec["tolerations"].items();
    old["tolerations"].items().iter().all(|it| now.contains(it))
}
