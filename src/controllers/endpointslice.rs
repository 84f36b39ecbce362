//! The EndpointSlice controller: which addresses stand behind a Service, and whether they may be used.
//!
//! Left out: IPv6 slices, zone hints, the 1 s delay after a slice was changed by somebody else.
//! upstream: pkg/controller/endpointslice, staging/src/k8s.io/endpointslice/{reconciler,utils}.go;
//! spec/statefulset.md E.1.

use std::sync::Arc;

use ecow::EcoVec;

use super::{is_suspect, some_pods, trigger, wake_services};
use crate::api::endpointslice::SERVICE_NAME_LABEL;
use crate::api::meta::{new_value, owned_by};
use crate::api::{Key, Kind, Object};
use crate::apiserver::{DeleteOptions, Request, Verb, WriteOptions};
use crate::memory::Triggers;
use crate::plan::{Actor, Component, Ctx, Decision, OnError, Plan};
use crate::sort;
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
    let Some(service) = ctx.objects.get(key) else {
        plan.memory = trigger::forget(ctx, COMPONENT.actor, key);
        return plan;
    };
    let spec = &service.value["spec"];
    if spec["selector"].is_empty() || spec["type"].as_str() == "ExternalName" {
        return plan;
    }
    let known = ctx.memory.triggers.get(&(COMPONENT.actor, key.clone()));
    let slices = own_slices(ctx, key);
    let wanted_stands = |it: &&Triggers| {
        let wanted = it.wanted.items();
        wanted.len() == slices.len()
            && slices
                .iter()
                .all(|it| wanted.contains(&it.value["endpoints"]))
    };
    let suspects = trigger::suspects(ctx, known.filter(wanted_stands), service);
    let mut now = Triggers {
        seen: ctx.objects.clone(),
        wanted: known.map_or(Value::Null, |it| it.wanted.clone()),
    };
    if !suspects.as_ref().is_some_and(Vec::is_empty) {
        let groups = Wanted::group(ctx, service, suspects.as_deref());
        let trigger = trigger::look(ctx, known, service);
        let drafts = pack(service, &slices, groups, suspects.as_deref());
        let stays = drafts.iter().filter(|it| it.ports != Value::Bool(false));
        now.wanted = stays.map(Draft::endpoints).collect();
        let decisions = drafts.iter().filter_map(|it| it.decide(service, &trigger));
        plan.decisions = decisions.collect();
    }
    plan.memory = Some(trigger::remember(ctx, COMPONENT.actor, key, now));
    plan
}

/// The pods of one set of ports.
struct Wanted<'a> {
    ports: Value,
    /// By name, each with whether a slice has taken it.
    pods: Vec<(&'a Object, bool)>,
}

impl<'a> Wanted<'a> {
    /// All, or those of these names.
    fn group(ctx: &'a Ctx<'_>, service: &'a Object, names: Option<&[Text]>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        let ports = service.value["spec"]["ports"].items();
        let differs_by_pod = ports.iter().any(|it| it["targetPort"].text().is_some());
        for pod in some_pods(ctx.objects, service, names) {
            if let Some(only) = groups.first_mut().filter(|_| !differs_by_pod) {
                only.pods.push((pod, false));
                continue;
            }
            let ports = ports_of(service, pod);
            match groups.iter_mut().find(|it| it.ports == ports) {
                Some(group) => group.pods.push((pod, false)),
                None => groups.push(Self {
                    ports,
                    pods: vec![(pod, false)],
                }),
            }
        }
        groups
    }

    /// Takes the pod of a slice's endpoint, if it still has that address and hostname.
    fn take(&mut self, service: &Object, old: &Value) -> Option<&'a Object> {
        let name = old["targetRef"]["name"].as_str();
        let at = self
            .pods
            .binary_search_by(|it| it.0.name().cmp(name))
            .ok()?;
        let (pod, is_taken) = &mut self.pods[at];
        let is_same = !*is_taken
            && old["addresses"][0].as_str() == pod.pod_ip()
            && old["hostname"].as_str() == hostname(service, pod);
        *is_taken |= is_same;
        is_same.then_some(pod)
    }
}

fn own_slices(ctx: &Ctx<'_>, service: &Key) -> Vec<Arc<Object>> {
    let all = ctx.objects.list_in(Kind::EndpointSlice, &service.namespace);
    let is_own = |it: &&Arc<Object>| {
        it.slice_service() == service.name && it.labels()[MANAGED_BY_LABEL].as_str() == MANAGED_BY
    };
    all.filter(is_own).map(Arc::clone).collect()
}

/// What a pod's address may be used for: ready, serving, terminating.
fn conditions(service: &Object, pod: &Object) -> [bool; 3] {
    let (serving, terminating) = (pod.is_ready(), pod.is_terminating());
    let publishes = service.value["spec"]["publishNotReadyAddresses"].is_true();
    [publishes || (serving && !terminating), serving, terminating]
}

const CONDITIONS: [&str; 3] = ["ready", "serving", "terminating"];

/// The name that DNS gives the pod, if the Service is the one it names as its subdomain.
fn hostname<'a>(service: &Object, pod: &'a Object) -> &'a str {
    let spec = &pod.value["spec"];
    let is_governing = spec["subdomain"].as_str() == service.name();
    if is_governing {
        spec["hostname"].as_str()
    } else {
        ""
    }
}

/// upstream: podToEndpoint.
fn endpoint_of(service: &Object, pod: &Object) -> Value {
    let mut endpoint = object! {
        "addresses": array![pod.pod_ip()],
        "nodeName": pod.node_name(),
        "targetRef": object! {
            "kind": "Pod", "namespace": pod.namespace(), "name": pod.name(), "uid": pod.uid(),
        },
    };
    for (name, holds) in CONDITIONS.into_iter().zip(conditions(service, pod)) {
        endpoint["conditions"][name] = holds.into();
    }
    let hostname = hostname(service, pod);
    if !hostname.is_empty() {
        endpoint["hostname"] = hostname.into();
    }
    endpoint
}

/// Whether [`endpoint_of`] would make this of the pod, whose address and hostname are the same.
fn is_current(endpoint: &Value, service: &Object, pod: &Object) -> bool {
    let stands = CONDITIONS.map(|it| endpoint["conditions"][it].is_true());
    stands == conditions(service, pod)
        && endpoint["nodeName"].as_str() == pod.node_name()
        && endpoint["targetRef"]["uid"].as_str() == pod.uid()
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
    // As it is stored.
    if ports.is_empty() {
        Value::Null
    } else {
        ports.into()
    }
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

/// Fits the wanted endpoints into the existing slices.
///
/// upstream: reconcileByPortMapping: keep, then fill what changes anyway, then the fullest that fits, then new ones.
fn pack(
    service: &Object,
    slices: &[Arc<Object>],
    mut wanted: Vec<Wanted<'_>>,
    suspects: Option<&[Text]>,
) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for slice in slices {
        let mut kept = EcoVec::new();
        let ports = &slice.value["ports"];
        let mut group = wanted.iter_mut().find(|it| it.ports == *ports);
        let olds = &slice.value["endpoints"];
        let is_spared = |it: &Value| suspects.is_some_and(|names| !is_suspect(names, it));
        if let Value::Array(olds) = olds
            && olds.iter().all(is_spared)
        {
            kept = olds.clone();
        }
        for old in olds.items().iter().skip(kept.len()) {
            if is_spared(old) {
                kept.push(old.clone());
                continue;
            }
            match group.as_mut().and_then(|it| it.take(service, old)) {
                Some(pod) if is_current(old, service, pod) => kept.push(old.clone()),
                Some(pod) => kept.push(endpoint_of(service, pod)),
                None => {}
            }
        }
        drafts.push(Draft {
            slice: Some(Arc::clone(slice)),
            ports: ports.clone(),
            endpoints: kept,
        });
    }
    for group in wanted {
        place(&mut drafts, service, &group);
    }
    drop_spare(&mut drafts);
    drafts
}

/// Puts endpoints without a place into slices of the same ports, or into a new one.
fn place(drafts: &mut Vec<Draft>, service: &Object, group: &Wanted<'_>) {
    let mut rest: Vec<Value> = Vec::new();
    for (pod, _) in group.pods.iter().filter(|it| !it.1) {
        rest.push(endpoint_of(service, pod));
    }
    for changed_first in [true, false] {
        let mut order: Vec<usize> = (0..drafts.len())
            .filter(|at| {
                drafts[*at].ports == group.ports && drafts[*at].is_changed() == changed_first
            })
            .collect();
        sort::by_key(&mut order, |at| {
            core::cmp::Reverse(drafts[*at].endpoints.len())
        });
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
            endpoints: EcoVec::new(),
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
    endpoints: EcoVec<Value>,
}

impl Draft {
    fn is_changed(&self) -> bool {
        self.slice
            .as_ref()
            .is_none_or(|it| it.value["endpoints"].items() != &self.endpoints[..])
    }

    /// `endpoints`, null for none.
    fn endpoints(&self) -> Value {
        if self.endpoints.is_empty() {
            Value::Null
        } else {
            Value::Array(self.endpoints.clone())
        }
    }

    fn decide(&self, service: &Object, trigger: &Value) -> Option<Decision> {
        let slice = self.slice.as_deref();
        if self.ports == Value::Bool(false) {
            return slice.map(|it| delete(it, self.why(service)));
        }
        let labels = slice_labels(service);
        let endpoints = self.endpoints();
        let Some(slice) = slice else {
            let key = Key::new(Kind::EndpointSlice, service.namespace(), "");
            let mut value = new_value(&key);
            value["metadata"].remove("name");
            value["metadata"]["generateName"] = crate::text!("{}-", service.name()).into();
            value["metadata"]["ownerReferences"] = owned_by(service);
            value["addressType"] = "IPv4".into();
            self.fill(&mut value, trigger, labels, endpoints);
            return Some(act(key, Verb::Create(value), self.why(service)));
        };
        let same = slice.value["endpoints"] == endpoints
            && slice.value["ports"] == self.ports
            && *slice.labels() == labels;
        (!same).then(|| {
            let mut value = slice.value.clone();
            self.fill(&mut value, trigger, labels, endpoints);
            act(slice.key(), Verb::Update(value), self.why(service))
        })
    }

    fn fill(&self, value: &mut Value, trigger: &Value, labels: Value, endpoints: Value) {
        value["metadata"]["labels"] = labels;
        trigger::annotate(value, trigger);
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
        // What is kept stands in the old order, what is new at the end.
        let mut rest = old.iter();
        let mut gone = None;
        for new in &self.endpoints {
            let pod = new["targetRef"]["name"].as_str();
            let is_same = |it: &&Value| it["targetRef"]["name"].as_str() == pod;
            let before = loop {
                match rest.next() {
                    Some(old) if !is_same(&old) => gone = gone.or(Some(old)),
                    found => break found,
                }
            };
            if before == Some(new) {
                continue;
            }
            let pod: Text = pod.into();
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
        match gone.or(rest.next()) {
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
