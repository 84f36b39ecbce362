//! The EndpointSlice controller: which addresses stand behind a Service, and whether they may be used.
//!
//! Left out: IPv6 slices, zone hints, the 1 s delay after a slice was changed by somebody else.
//! upstream: pkg/controller/endpointslice, staging/src/k8s.io/endpointslice/{reconciler,utils}.go;
//! spec/statefulset.md E.1.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{service_pods, wake_services};
use crate::api::endpointslice::SERVICE_NAME_LABEL;
use crate::api::meta::{new_value, owned_by};
use crate::api::{Key, Kind, Object};
use crate::apiserver::{DeleteOptions, Request, Verb, WriteOptions};
use crate::plan::{Actor, Component, Ctx, Decision, OnError, Plan};
use crate::value::{Text, Value};
use crate::why::Why;
use crate::{array, object};

/// The EndpointSlice controller.
pub const COMPONENT: Component = Component {
    actor: Actor::EndpointSliceController,
    wakes: wake_services,
    reconcile,
};

const MANAGED_BY_LABEL: &str = "endpointslice.kubernetes.io/managed-by";
const MANAGED_BY: &str = "endpointslice-controller.k8s.io";
/// The most endpoints a slice takes.
const SLICE_MAX: usize = 100;

/// upstream: syncService.
fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let mut plan = Plan::default();
    let slices = own_slices(ctx, key);
    let Some(service) = ctx.objects.get(key) else {
        // differs: upstream's garbage collector removes the slices of a Service that is gone.
        let why = || Why::SliceFollows {
            service: key.name.clone(),
        };
        plan.decisions
            .extend(slices.iter().map(|it| delete(it, why())));
        return plan;
    };
    let spec = &service.value["spec"];
    if spec["selector"].is_empty() || spec["type"].as_str() == "ExternalName" {
        return plan;
    }
    let publishes = spec["publishNotReadyAddresses"].is_true();
    let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
    for pod in service_pods(ctx.objects, service) {
        let ports = ports_of(service, pod);
        let group = wanted.entry(ports.to_json()).or_insert_with(|| Wanted {
            ports,
            endpoints: Vec::new(),
        });
        group.endpoints.push(endpoint_of(service, pod, publishes));
    }
    plan.decisions = pack(ctx, service, &slices, wanted);
    plan
}

/// The endpoints of one set of ports.
struct Wanted {
    ports: Value,
    endpoints: Vec<Value>,
}

fn own_slices(ctx: &Ctx<'_>, service: &Key) -> Vec<Arc<Object>> {
    let all = ctx.objects.list_in(Kind::EndpointSlice, &service.namespace);
    let is_own = |it: &&Arc<Object>| {
        it.slice_service() == service.name && it.labels()[MANAGED_BY_LABEL].as_str() == MANAGED_BY
    };
    all.filter(is_own).map(Arc::clone).collect()
}

/// upstream: podToEndpoint.
fn endpoint_of(service: &Object, pod: &Object, publishes: bool) -> Value {
    let (serving, terminating) = (pod.is_ready(), pod.is_terminating());
    let mut endpoint = object! {
        "addresses": array![pod.pod_ip()],
        "conditions": object! {
            "ready": publishes || (serving && !terminating),
            "serving": serving,
            "terminating": terminating,
        },
        "nodeName": pod.node_name(),
        "targetRef": object! {
            "kind": "Pod", "namespace": pod.namespace(), "name": pod.name(), "uid": pod.uid(),
        },
    };
    let spec = &pod.value["spec"];
    let hostname = spec["hostname"].as_str();
    if !hostname.is_empty() && spec["subdomain"].as_str() == service.name() {
        endpoint["hostname"] = hostname.into();
    }
    endpoint
}

/// The Service's ports as that pod has them; a named target port the pod lacks is left out.
///
/// upstream: getEndpointPorts, podutil.FindPort.
fn ports_of(service: &Object, pod: &Object) -> Value {
    let mut ports = Vec::new();
    for port in service.value["spec"]["ports"].items() {
        if let Some(number) = target_port(port, pod) {
            ports.push(object! {
                "name": port["name"].as_str(), "port": number, "protocol": &port["protocol"],
            });
        }
    }
    ports.into()
}

/// The port number of a pod that a Service port means.
pub(super) fn target_port(port: &Value, pod: &Object) -> Option<i64> {
    let target = &port["targetPort"];
    match target {
        Value::String(name) => {
            let all = pod.containers().iter().flat_map(|it| it["ports"].items());
            let named =
                |it: &&Value| it["name"].text() == Some(name) && it["protocol"] == port["protocol"];
            all.clone()
                .find(named)
                .and_then(|it| it["containerPort"].as_int())
        }
        _ => target
            .as_int()
            .filter(|it| *it != 0)
            .or_else(|| port["port"].as_int()),
    }
}

/// Which endpoint it is, whatever its conditions.
fn identity(endpoint: &Value) -> (&Value, &str, &str) {
    (
        &endpoint["addresses"],
        endpoint["hostname"].as_str(),
        endpoint["targetRef"]["name"].as_str(),
    )
}

/// Fits the wanted endpoints into the existing slices and says what to write.
///
/// upstream: reconcileByPortMapping: keep, then fill what changes anyway, then the fullest that fits, then new ones.
fn pack(
    ctx: &Ctx<'_>,
    service: &Object,
    slices: &[Arc<Object>],
    mut wanted: BTreeMap<String, Wanted>,
) -> Vec<Decision> {
    let mut drafts: Vec<Draft> = Vec::new();
    for slice in slices {
        let group = wanted.get_mut(&slice.value["ports"].to_json());
        let mut kept = Vec::new();
        if let Some(group) = group {
            for old in slice.value["endpoints"].items() {
                if let Some(at) = group
                    .endpoints
                    .iter()
                    .position(|it| identity(it) == identity(old))
                {
                    kept.push(group.endpoints.remove(at));
                }
            }
        }
        drafts.push(Draft {
            slice: Some(Arc::clone(slice)),
            ports: slice.value["ports"].clone(),
            endpoints: kept,
        });
    }
    for group in wanted.into_values() {
        place(&mut drafts, group);
    }
    drop_spare(&mut drafts);
    drafts
        .iter()
        .filter_map(|it| it.decide(ctx, service))
        .collect()
}

/// Puts endpoints without a place into slices of the same ports, or into a new one.
fn place(drafts: &mut Vec<Draft>, group: Wanted) {
    let mut rest = group.endpoints;
    for changed_first in [true, false] {
        let mut order: Vec<usize> = (0..drafts.len())
            .filter(|at| {
                drafts[*at].ports == group.ports && drafts[*at].is_changed() == changed_first
            })
            .collect();
        order.sort_by_key(|at| core::cmp::Reverse(drafts[*at].endpoints.len()));
        for at in order {
            let room = SLICE_MAX - drafts[at].endpoints.len().min(SLICE_MAX);
            if changed_first || room >= rest.len() {
                let taken = room.min(rest.len());
                drafts[at].endpoints.extend(rest.drain(..taken));
            }
        }
    }
    while !rest.is_empty() {
        let taken = SLICE_MAX.min(rest.len());
        let endpoints = rest.drain(..taken).collect();
        drafts.push(Draft {
            slice: None,
            ports: group.ports.clone(),
            endpoints,
        });
    }
}

/// Leaves no empty slice beside a filled one; a new slice takes over the object of an emptied one.
fn drop_spare(drafts: &mut Vec<Draft>) {
    while let Some(new) = drafts.iter().position(|it| it.slice.is_none()) {
        let Some(spare) = drafts
            .iter()
            .position(|it| it.slice.is_some() && it.endpoints.is_empty())
        else {
            break;
        };
        drafts[new].slice = drafts[spare].slice.take();
        drafts.remove(spare);
    }
    if drafts.is_empty() {
        drafts.push(Draft {
            slice: None,
            ports: Value::Null,
            endpoints: Vec::new(),
        });
    }
    let is_filled = drafts.iter().any(|it| !it.endpoints.is_empty());
    let mut placeholder_kept = is_filled;
    for draft in drafts.iter_mut().filter(|it| it.endpoints.is_empty()) {
        draft.ports = Value::Null;
        if placeholder_kept {
            draft.ports = Value::Bool(false);
        }
        placeholder_kept = true;
    }
}

/// A slice as it is to be.
struct Draft {
    slice: Option<Arc<Object>>,
    /// Null for the placeholder; `false` marks a slice to be deleted.
    ports: Value,
    endpoints: Vec<Value>,
}

impl Draft {
    fn is_changed(&self) -> bool {
        self.slice
            .as_ref()
            .is_none_or(|it| it.value["endpoints"].items() != self.endpoints)
    }

    fn decide(&self, ctx: &Ctx<'_>, service: &Object) -> Option<Decision> {
        let why = self.why(service);
        let slice = self.slice.as_deref();
        if self.ports == Value::Bool(false) {
            return slice.map(|it| delete(it, why));
        }
        let labels = slice_labels(service);
        let endpoints = if self.endpoints.is_empty() {
            Value::Null
        } else {
            self.endpoints.clone().into()
        };
        let Some(slice) = slice else {
            let key = Key::new(Kind::EndpointSlice, service.namespace(), "");
            let mut value = new_value(&key);
            value["metadata"].remove("name");
            value["metadata"]["generateName"] = crate::text!("{}-", service.name()).into();
            value["metadata"]["ownerReferences"] = owned_by(service);
            value["addressType"] = "IPv4".into();
            self.fill(&mut value, ctx, labels, endpoints);
            return Some(act(key, Verb::Create(value), why));
        };
        let same = slice.value["endpoints"] == endpoints
            && slice.value["ports"] == self.ports
            && *slice.labels() == labels;
        (!same).then(|| {
            let mut value = slice.value.clone();
            self.fill(&mut value, ctx, labels, endpoints);
            act(slice.key(), Verb::Update(value), why)
        })
    }

    fn fill(&self, value: &mut Value, ctx: &Ctx<'_>, labels: Value, endpoints: Value) {
        value["metadata"]["labels"] = labels;
        value["metadata"]["annotations"]["endpoints.kubernetes.io/last-change-trigger-time"] =
            ctx.now.rfc3339().into();
        value["endpoints"] = endpoints;
        value["ports"] = self.ports.clone();
    }

    /// The first difference to what stands there, as a reason.
    fn why(&self, service: &Object) -> Why {
        let name = || Text::from(service.name());
        let Some(slice) = &self.slice else {
            return Why::SliceNew { service: name() };
        };
        let old = slice.value["endpoints"].items();
        for new in &self.endpoints {
            if old.contains(new) {
                continue;
            }
            let pod: Text = new["targetRef"]["name"].as_str().into();
            let address: Text = new["addresses"][0].as_str().into();
            let service = name();
            let conditions = &new["conditions"];
            return if conditions["ready"].is_true() {
                Why::EndpointReady {
                    service,
                    pod,
                    address,
                }
            } else if conditions["terminating"].is_true() {
                Why::EndpointTerminating {
                    service,
                    pod,
                    address,
                }
            } else {
                Why::EndpointNotReady {
                    service,
                    pod,
                    address,
                }
            };
        }
        match old.iter().find(|it| !self.endpoints.contains(it)) {
            Some(gone) => Why::EndpointGone {
                service: name(),
                pod: gone["targetRef"]["name"].as_str().into(),
            },
            None => Why::SliceFollows { service: name() },
        }
    }
}

/// upstream: setEndpointSliceLabels.
fn slice_labels(service: &Object) -> Value {
    let mut labels = service.labels().clone();
    labels[SERVICE_NAME_LABEL] = service.name().into();
    labels[MANAGED_BY_LABEL] = MANAGED_BY.into();
    if service.is_headless() {
        labels["service.kubernetes.io/headless"] = "".into();
    }
    labels
}

fn act(key: Key, verb: Verb, why: Why) -> Decision {
    let request = Request {
        key,
        verb,
        options: WriteOptions::default(),
    };
    Decision::Do {
        request,
        on_error: OnError::Stop,
        why,
        report: None,
    }
}

fn delete(slice: &Object, why: Why) -> Decision {
    act(slice.key(), Verb::Delete(DeleteOptions::default()), why)
}
