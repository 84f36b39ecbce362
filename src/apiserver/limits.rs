//! Limit ranges: what they give to containers that say nothing, and what they refuse.
//!
//! upstream: plugin/pkg/admission/limitranger/admission.go.

use super::defaults::item_mut;
use super::{Status, Store};
use crate::api::quantity::Quantity;
use crate::api::{Key, Kind, Object};
use crate::value::{Text, Value};

/// Both lists of containers, in upstream's order, and how its annotation calls them.
const LISTS: [(&str, &str); 2] = [
    ("containers", "container"),
    ("initContainers", "init container"),
];

/// Gives a new pod's containers the requests and limits they lack.
///
/// upstream: MutateLimit, mergePodResourceRequirements.
pub(super) fn set_defaults(store: &Store, key: &Key, value: &mut Value) {
    if key.kind != Kind::Pod {
        return;
    }
    for range in store.objects.list_in(Kind::LimitRange, &key.namespace) {
        let mut told: Vec<String> = Vec::new();
        for (list, word) in LISTS {
            for at in 0..value["spec"][list].items().len() {
                // The limits are set first and the requests told first.
                let limits = merge(value, (list, at), range, "limits");
                let requests = merge(value, (list, at), range, "requests");
                let name = value["spec"][list][at]["name"].as_str();
                for (what, set) in [(" request for ", requests), (" limit for ", limits)] {
                    if !set.is_empty() {
                        told.push([&set.join(", "), what, word, " ", name].concat());
                    }
                }
            }
        }
        if !told.is_empty() {
            let text = ["LimitRanger plugin set: ", &told.join("; ")].concat();
            value["metadata"]["annotations"]["kubernetes.io/limit-ranger"] = text.into();
        }
    }
}

/// Gives one container what it lacks, and says of which resources.
fn merge(pod: &mut Value, (list, at): (&str, usize), range: &Object, what: &str) -> Vec<Text> {
    let given = if what == "limits" {
        "default"
    } else {
        "defaultRequest"
    };
    let mut set = Vec::new();
    for limit in of_type(range, "Container") {
        for (name, amount) in limit[given].members() {
            if pod["spec"][list][at]["resources"][what][name.as_str()].is_null() {
                let container = item_mut(&mut pod["spec"], list, at);
                container["resources"][what][name.as_str()] = amount.clone();
                set.push(name.clone());
            }
        }
    }
    set
}

fn of_type<'a>(range: &'a Object, wanted: &'a str) -> impl Iterator<Item = &'a Value> {
    let limits = range.value["spec"]["limits"].items().iter();
    limits.filter(move |it| it["type"].as_str() == wanted)
}

/// Refuses what is beyond a limit.
///
/// upstream: ValidateLimit.
pub(super) fn check(store: &Store, key: &Key, value: &Value) -> Result<(), Status> {
    if !matches!(key.kind, Kind::Pod | Kind::PersistentVolumeClaim) {
        return Ok(());
    }
    for range in store.objects.list_in(Kind::LimitRange, &key.namespace) {
        let mut found = Vec::new();
        if key.kind == Kind::PersistentVolumeClaim {
            for limit in of_type(range, "PersistentVolumeClaim") {
                constrain(limit, &value["spec"]["resources"], &mut found);
            }
        } else {
            let spec = &value["spec"];
            for limit in of_type(range, "Container") {
                for it in LISTS.iter().flat_map(|it| spec[it.0].items()) {
                    constrain(limit, &it["resources"], &mut found);
                }
            }
            for limit in of_type(range, "Pod") {
                constrain(limit, &sums(limit, value), &mut found);
            }
        }
        let why = match found.as_slice() {
            [] => continue,
            [only] => only.clone(),
            many => crate::text!("[{}]", many.join(", ")),
        };
        return Err(Status::forbidden(key, &why));
    }
    Ok(())
}

/// What a pod's containers take together of the resources that are limited.
///
/// upstream: podRequests, podLimits.
fn sums(limit: &Value, pod: &Value) -> Value {
    let pod = Object::new(Kind::Pod, pod.clone());
    let mut sums = Value::object();
    for list in ["min", "max", "maxLimitRequestRatio"] {
        for (name, bound) in limit[list].members() {
            for what in ["requests", "limits"] {
                let containers = pod.containers().iter().chain(pod.init_containers());
                let says = |it: &Value| !it["resources"][what][name.as_str()].is_null();
                if containers.into_iter().any(says) {
                    let takes = pod.takes(&[what, ".", name].concat());
                    sums[what][name.as_str()] = crate::api::quota::written(bound, takes);
                }
            }
        }
    }
    sums
}

/// upstream: minConstraint, maxConstraint, limitRequestRatioConstraint, and for claims their twins on requests.
fn constrain(limit: &Value, resources: &Value, found: &mut Vec<Text>) {
    let kind = limit["type"].as_str();
    let is_claim = kind == "PersistentVolumeClaim";
    let nanos = |it: &Value| Quantity::of(it).map_or(0, |it| it.nanos);
    for (list, word) in [("min", "minimum"), ("max", "maximum")] {
        for (name, bound) in limit[list].members() {
            let is_beyond = |it: &Value| match list {
                "min" => nanos(it) < nanos(bound),
                _ => nanos(it) > nanos(bound),
            };
            let of = |what: &str| &resources[what][name.as_str()];
            let (request, most) = (of("requests"), of("limits"));
            let (needed, asked) = if list == "min" || is_claim {
                (request, "request")
            } else {
                (most, "limit")
            };
            let start = crate::text!("{word} {name} usage per {kind} is {}", bound.as_str());
            if needed.is_null() {
                found.push(crate::text!("{start}.  No {asked} is specified"));
            } else if is_beyond(needed) {
                found.push(crate::text!("{start}, but {asked} is {}", needed.as_str()));
            } else if !is_claim {
                let (other, asked) = if list == "min" {
                    (most, "limit")
                } else {
                    (request, "request")
                };
                if !other.is_null() && is_beyond(other) {
                    found.push(crate::text!("{start}, but {asked} is {}", other.as_str()));
                }
            }
        }
    }
    for (name, bound) in limit["maxLimitRequestRatio"].members() {
        let of = |what: &str| nanos(&resources[what][name.as_str()]);
        let (request, most) = (of("requests"), of("limits"));
        let start = crate::text!(
            "{name} max limit to request ratio per {kind} is {}, but",
            bound.as_str()
        );
        if request == 0 {
            found.push(crate::text!(
                "{start} no request is specified or request is 0"
            ));
        } else if most == 0 {
            found.push(crate::text!("{start} no limit is specified or limit is 0"));
        } else {
            let millionths = most.saturating_mul(1_000_000) / request;
            if millionths.saturating_mul(1000) > nanos(bound) {
                let (whole, rest) = (millionths / 1_000_000, millionths % 1_000_000);
                found.push(crate::text!("{start} provided ratio is {whole}.{rest:06}"));
            }
        }
    }
}
