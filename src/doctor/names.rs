//! Names that do not resolve, or resolve to something else than was meant.

use std::sync::Arc;

use super::Found;
use super::case::{Case, LONG, owner, template_labels};
use crate::api::pod::ordinal_in;
use crate::api::{Key, Kind, Object};
use crate::apiserver::Change;
use crate::dns::Type;
use crate::dns::finding::Finding;
use crate::sim::Lookup;
use crate::value::Text;

/// The labels of a name that stand before `svc` (where it says so), the domain cut off.
fn labels<'l>(look: &'l Lookup, domain: &str) -> (Vec<&'l str>, bool) {
    let name = look.name.strip_suffix('.').unwrap_or(&look.name);
    let name = name.strip_suffix(domain).unwrap_or(name);
    let name = name.strip_suffix('.').unwrap_or(name);
    let short = name.strip_suffix(".svc");
    (short.unwrap_or(name).split('.').collect(), short.is_some())
}

/// The set that makes a pod of that name.
fn maker<'m>(case: &'m Case<'_>, look: &Lookup, namespace: &str, pod: &str) -> Option<&'m Object> {
    let mut sets = case.at(look.time).objects.list(Kind::StatefulSet);
    let makes =
        |it: &&Arc<Object>| it.namespace() == namespace && ordinal_in(it.name(), pod).is_some();
    sets.find(makes).map(|it| &**it)
}

/// upstream: the resolv.conf of a pod searches its namespace, never a Service in it.
pub(super) fn wrong_name(case: &Case<'_>, all: &mut Vec<Found>) {
    for look in case.failed() {
        let (parts, has_svc) = labels(look, &case.world.config.domain);
        let own = look.pod.namespace();
        let pod = parts[0];
        let set = match parts[..] {
            // The bare pod name, or the pod's name where the Service is expected.
            [_] => maker(case, look, own, pod),
            [_, namespace] if has_svc => maker(case, look, namespace, pod).or_else(|| {
                maker(case, look, own, pod).filter(|_| is_service(case, look, namespace))
            }),
            // All is there but `svc`.
            [_, _, namespace]
                if !has_svc && look.name.contains(case.world.config.domain.as_str()) =>
            {
                maker(case, look, namespace, pod)
            }
            _ => None,
        };
        if let Some(set) = set {
            let full = full_name(case, set, pod);
            all.push(
                Found::new(&set.key(), "spec.serviceName")
                    .fact("pod", pod)
                    .fact("full", &full)
                    .by(look),
            );
        }
    }
}

fn is_service(case: &Case<'_>, look: &Lookup, name: &str) -> bool {
    let moment = case.at(look.time);
    moment
        .get(Kind::Service, look.pod.namespace(), name)
        .is_some()
}

fn full_name(case: &Case<'_>, set: &Object, pod: &str) -> Text {
    let service = set.value["spec"]["serviceName"].as_str();
    let domain = &case.world.config.domain;
    crate::text!("{pod}.{service}.{}.svc.{domain}", set.namespace())
}

/// A name that was never answered, and no other rule says why.
pub(super) fn unknown_name(case: &Case<'_>, all: &mut Vec<Found>) {
    for look in case.failed() {
        let same = |it: &&Lookup| it.name == look.name;
        if case
            .world
            .lookups
            .iter()
            .filter(same)
            .any(Lookup::is_answered)
        {
            continue;
        }
        let none = |it: &&Finding| {
            matches!(
                it,
                Finding::NoService { .. } | Finding::NoNamespace { .. } | Finding::NoSuchShape
            )
        };
        let moment = case.at(look.time);
        let set = moment.sets_in(look.pod.namespace()).next();
        if let Some(set) = set.filter(|_| look.forward().map(|it| &it.why).any(|it| none(&it))) {
            let pod = crate::text!("{}-0", set.name());
            let full = full_name(case, set, &pod);
            all.push(
                Found::new(&set.key(), "spec.serviceName")
                    .fact("pod", &pod)
                    .fact("full", &full)
                    .by(look),
            );
        }
    }
}

/// The Service exists, but in another namespace than the written address says.
pub(super) fn hardcoded_namespace(case: &Case<'_>, all: &mut Vec<Found>) {
    for look in case.failed() {
        let (parts, has_svc) = labels(look, &case.world.config.domain);
        let [.., service, namespace] = parts[..] else {
            continue;
        };
        let moment = case.at(look.time);
        if parts.len() < if has_svc { 2 } else { 3 }
            || moment.get(Kind::Service, namespace, service).is_some()
        {
            continue;
        }
        let services = moment.objects.list(Kind::Service);
        for other in services.filter(|it| it.name() == service) {
            if let Some(set) = writer(case, look, other.namespace()) {
                all.push(
                    Found::new(&set, "spec.template.spec.containers")
                        .fact("namespace", namespace)
                        .fact("own", other.namespace())
                        .by(look),
                );
            }
        }
    }
}

/// The set of a namespace in whose manifest, or in whose programs, that name is written.
fn writer(case: &Case<'_>, look: &Lookup, namespace: &str) -> Option<Key> {
    let name = look.name.strip_suffix('.').unwrap_or(&look.name);
    let moment = case.at(look.time);
    let mut sets = moment.sets_in(namespace);
    sets.find(|set| {
        let template = &set.value["spec"]["template"];
        let apps = &case.world.config.apps;
        template.to_json().contains(name)
            || apps
                .iter()
                .any(|it| it.words.contains(name) && it.is_of("", template_labels(set)))
    })
    .map(|it| it.key())
}

/// An address ends in another DNS domain than the cluster's.
pub(super) fn hardcoded_domain(case: &Case<'_>, all: &mut Vec<Found>) {
    let domain = &case.world.config.domain;
    for look in case.failed() {
        let Some((head, tail)) = look.name.split_once(".svc.") else {
            continue;
        };
        let tail = tail.strip_suffix('.').unwrap_or(tail);
        let mut parts = head.rsplit('.');
        let (namespace, service) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let moment = case.at(look.time);
        if tail != domain
            && let Some(found) = moment.get(Kind::Service, namespace, service)
        {
            let about = writer(case, look, namespace).unwrap_or(found.key());
            all.push(
                Found::new(&about, "spec.template.spec.containers")
                    .fact("wrong", tail)
                    .fact("domain", domain)
                    .by(look),
            );
        }
    }
}

/// The pod has a name, but under the Service that governs its set only.
///
/// upstream: podToEndpoint sets the hostname only where subdomain and Service agree.
pub(super) fn other_service(case: &Case<'_>, all: &mut Vec<Found>) {
    for look in case.failed() {
        let moment = case.at(look.time);
        for attempt in look.forward() {
            if let Finding::NoSuchEndpoint { service, endpoint } = &attempt.why
                && let Some(service) = moment.service(service)
                && let Some(set) = maker(case, look, service.namespace(), endpoint)
                && set.value["spec"]["serviceName"].as_str() != service.name()
                && moment.governing(set).is_some()
            {
                let full = full_name(case, set, endpoint);
                all.push(
                    Found::new(&set.key(), "spec.serviceName")
                        .fact("pod", endpoint)
                        .fact("service", service.name())
                        .fact("full", &full)
                        .by(look),
                );
            }
        }
    }
}

/// SRV is asked for a port that has no such name.
pub(super) fn srv_port(case: &Case<'_>, all: &mut Vec<Found>) {
    ports(case, false, all);
}

/// SRV is asked of a Service that has no ports.
pub(super) fn no_ports(case: &Case<'_>, all: &mut Vec<Found>) {
    ports(case, true, all);
}

fn ports(case: &Case<'_>, is_without: bool, all: &mut Vec<Found>) {
    for look in case.failed() {
        for attempt in look.forward().filter(|it| it.query.kind == Type::Srv) {
            if let Some(service) = attempt.why.service()
                && let Some(service) = case.at(look.time).service(service)
                && service.value["spec"]["ports"].is_empty() == is_without
                && (is_without || matches!(attempt.why, Finding::NoSuchPort { .. }))
            {
                all.push(Found::new(&service.key(), "spec.ports").by(look));
            }
        }
    }
}

/// busybox' own client since 1.29 says otherwise than the resolver that programs use.
pub(super) fn misleading_tool(case: &Case<'_>, all: &mut Vec<Found>) {
    for look in &case.world.lookups {
        if look.resolves.is_some_and(|it| it != (look.exit == 0)) {
            let key = if look.pod.name().is_empty() {
                Key::new(Kind::Pod, look.pod.namespace(), "")
            } else {
                look.pod.key()
            };
            let exit = crate::text!("{}", look.exit);
            let finds = if look.resolves == Some(true) {
                "finds"
            } else {
                "does not find"
            };
            all.push(
                Found::new(&key, "spec.containers")
                    .fact("exit", &exit)
                    .fact("finds", finds)
                    .by(look),
            );
        }
    }
}

/// upstream: getPodDNSMode, ClusterFirst with hostNetwork falls back to Default.
pub(super) fn host_network(case: &Case<'_>, all: &mut Vec<Found>) {
    for look in case.failed() {
        let spec = &look.pod.value["spec"];
        if spec["hostNetwork"].is_true()
            && ["", "ClusterFirst"].contains(&spec["dnsPolicy"].as_str())
        {
            let owner = owner(case, &look.pod.key());
            let about = owner.unwrap_or(look.pod.key());
            all.push(Found::new(&about, "spec.template.spec.dnsPolicy").by(look));
        }
    }
}

/// A program waits for a name that DNS has only once that program is Ready.
pub(super) fn not_published(case: &Case<'_>, all: &mut Vec<Found>) {
    waiting(case, false, all);
}

/// A pod's readiness waits for a pod that OrderedReady makes only after.
pub(super) fn ordered_deadlock(case: &Case<'_>, all: &mut Vec<Found>) {
    waiting(case, true, all);
}

fn waiting(case: &Case<'_>, is_deadlock: bool, all: &mut Vec<Found>) {
    for look in case.failed() {
        let moment = case.at(look.time);
        let Some(pod) = moment.objects.get(&look.pod.key()) else {
            continue;
        };
        if pod.is_ready() || look.time.since(pod.created()) < LONG {
            continue;
        }
        for attempt in look.forward() {
            let Some(service) = attempt.why.service().and_then(|it| moment.service(it)) else {
                continue;
            };
            let (is_absent, endpoint) = match &attempt.why {
                Finding::NoReadyEndpoint { .. } => (false, ""),
                Finding::NoSuchEndpoint { endpoint, .. } => {
                    let peer = moment.get(Kind::Pod, service.namespace(), endpoint);
                    (peer.is_none(), endpoint.as_str())
                }
                _ => continue,
            };
            let set = owner(case, &pod.key()).and_then(|it| moment.objects.get(&it));
            let is_later = set.is_some_and(|set| {
                let number = |name: &str| {
                    let mut object = Object::new(Kind::Pod, crate::value::Value::object());
                    object.value["metadata"] = crate::object! {"name": name};
                    object.ordinal_of(set.name())
                };
                set.statefulset_spec().is_monotonic && number(endpoint) > number(pod.name())
            });
            let is_hidden = !service.value["spec"]["publishNotReadyAddresses"].is_true()
                && service.selects(pod);
            if if is_deadlock {
                is_absent && is_later
            } else {
                is_hidden
            } {
                let field = "spec.publishNotReadyAddresses";
                let about = service.key();
                let (about, field) = match set {
                    Some(set) if is_deadlock => (set.key(), "spec.podManagementPolicy"),
                    _ => (about, field),
                };
                all.push(
                    Found::new(&about, field)
                        .fact("pod", pod.name())
                        .fact("peer", endpoint)
                        .fact("service", service.name())
                        .by(look),
                );
            }
        }
    }
}

/// Clients that are no peers get pods that are not Ready.
pub(super) fn published_unready(case: &Case<'_>, all: &mut Vec<Found>) {
    for look in case.world.lookups.iter().filter(|it| it.is_answered()) {
        let moment = case.at(look.time);
        let services = look.forward().filter_map(|it| it.why.service());
        for service in services.filter_map(|it| moment.service(it)) {
            let is_peer = service.selects(&look.pod);
            if is_peer || !service.value["spec"]["publishNotReadyAddresses"].is_true() {
                continue;
            }
            let pods = moment.objects.list_in(Kind::Pod, service.namespace());
            let is_unready = |it: &&Arc<Object>| !it.is_ready() && !it.pod_ip().is_empty();
            if let Some(pod) = pods.filter(|it| service.selects(it)).find(is_unready) {
                all.push(
                    Found::new(&service.key(), "spec.publishNotReadyAddresses")
                        .fact("pod", pod.name())
                        .by(look),
                );
            }
        }
    }
}

/// A server's cache answers with what was true before; its servers disagree, or it is an address of the past.
pub(super) fn stale_record(case: &Case<'_>, all: &mut Vec<Found>) {
    stale(case, true, all);
}

/// A server's cache denies a name that exists by now.
pub(super) fn negative_cache(case: &Case<'_>, all: &mut Vec<Found>) {
    stale(case, false, all);
}

fn stale(case: &Case<'_>, is_record: bool, all: &mut Vec<Found>) {
    for look in &case.world.lookups {
        for attempt in look.forward() {
            let Some(kept) = attempt.kept.filter(|it| it.is_stale) else {
                continue;
            };
            let since = kept.since;
            let is_denial = attempt.records == 0;
            if is_denial && look.is_answered() {
                continue;
            }
            // Another server has answered since this one began to deny.
            let is_split = !case.world.dns.others.is_empty();
            if (!is_denial || is_split) == is_record {
                let service = attempt
                    .why
                    .service()
                    .and_then(|it| case.at(look.time).service(it));
                let about = service.map_or_else(|| look.pod.key(), |it| it.key());
                let age = crate::text!("{}", look.time.since(since).ms / 1000);
                all.push(Found::new(&about, "").fact("seconds", &age).by(look));
            }
        }
    }
}

/// A cluster-IP name is there whether pods are or not.
pub(super) fn cluster_ip_name(case: &Case<'_>, all: &mut Vec<Found>) {
    for look in case.world.lookups.iter().filter(|it| it.is_answered()) {
        let moment = case.at(look.time);
        for attempt in look.forward() {
            if let Finding::ClusterIp { service } = &attempt.why
                && let Some(service) = moment.service(service)
            {
                let slices = moment
                    .objects
                    .list_in(Kind::EndpointSlice, service.namespace());
                let is_ready = slices
                    .filter(|it| it.slice_service() == service.name())
                    .flat_map(|it| it.value["endpoints"].items())
                    .any(|it| it["conditions"]["ready"].is_true());
                if !is_ready {
                    all.push(Found::new(&service.key(), "spec.clusterIP").by(look));
                }
            }
        }
    }
}

/// A client keeps the first address of a name, and the pod behind it has been made anew since.
pub(super) fn client_cache(case: &Case<'_>, all: &mut Vec<Found>) {
    for look in case.world.lookups.iter().filter(|it| it.is_answered()) {
        let client = &look.pod;
        let caches =
            case.world.config.apps.iter().any(|it| {
                it.after("caches-dns").is_some() && it.is_of(client.name(), client.labels())
            });
        let attempts = look.forward().filter(|it| caches && it.records > 0);
        let mut services = attempts.filter_map(|it| it.why.service());
        let service = services.find_map(|it| case.at(look.time).service(it));
        let Some(service) = service else {
            continue;
        };
        let log = case.world.store.log.iter();
        let mut made_anew = log.filter(|it| {
            it.change == Change::Added
                && it.time > look.time
                && it.object.kind == Kind::Pod
                && service.selects(&it.object)
        });
        let is_same = |time| {
            let now = case.at(time).objects.get(&client.key());
            now.is_some_and(|it| it.uid() == client.uid())
        };
        if let Some(anew) = made_anew.find(|it| is_same(it.time)) {
            let about = owner(case, &client.key()).unwrap_or(client.key());
            all.push(
                Found::new(&about, "spec.containers")
                    .fact("pod", anew.object.name())
                    .by(look)
                    .shown(anew.time, "the pod is made anew, with another address"),
            );
        }
    }
}
