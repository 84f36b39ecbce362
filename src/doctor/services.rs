//! Services and the workloads they are meant for.

use std::sync::Arc;

use super::Found;
use super::case::{Case, Moment, template_labels};
use crate::api::selector::Selector;
use crate::api::{Kind, Object};
use crate::dns::finding::Finding;
use crate::value::{Text, Value};

/// serviceName is not the name of the headless Service that selects the set's pods.
pub(super) fn other_service_name(case: &Case<'_>, all: &mut Vec<Found>) {
    for (moment, set) in case.sets() {
        let named = set.value["spec"]["serviceName"].as_str();
        let subdomain = set.value["spec"]["template"]["spec"]["subdomain"].as_str();
        if moment
            .governing(set)
            .is_some_and(|it| Moment::selects(it, set))
        {
            if !subdomain.is_empty() && subdomain != named {
                all.push(
                    Found::new(&set.key(), "spec.template.spec.subdomain")
                        .fact("named", named)
                        .fact("meant", subdomain),
                );
            }
            continue;
        }
        let services = moment.objects.list_in(Kind::Service, set.namespace());
        let mut meant = services.filter(|it| it.is_headless() && Moment::selects(it, set));
        if let Some(meant) = meant.next() {
            let mut found = Found::new(&set.key(), "spec.serviceName")
                .fact("named", named)
                .fact("meant", meant.name());
            if let Some(look) = case.failed().find(|it| it.name.contains(meant.name())) {
                found = found.by(look);
            }
            all.push(found);
        }
    }
    // Nobody has made the Service, and a name below it was asked for.
    for look in case.failed() {
        for attempt in look.forward() {
            if let Finding::NoService { service } = &attempt.why
                && let Some((name, namespace)) = service.split_once('.')
                && let moment = case.at(look.time)
                // An answer may be older than the Service.
                && moment.get(Kind::Service, namespace, name).is_none()
            {
                let mut sets = moment.sets_in(namespace);
                let is_its = |it: &&Arc<Object>| it.value["spec"]["serviceName"].as_str() == name;
                if let Some(set) = sets.find(is_its) {
                    all.push(
                        Found::new(&set.key(), "spec.serviceName")
                            .fact("named", name)
                            .fact("meant", "none that is there")
                            .by(look),
                    );
                }
            }
        }
    }
}

/// A Service selects none of the pods it is meant for.
pub(super) fn selector_mismatch(case: &Case<'_>, all: &mut Vec<Found>) {
    let found = |service: &Object, labels: &Value| {
        let old = &service.value["spec"]["selector"];
        let mut patch = labels.clone();
        for (key, _) in old.members().filter(|it| labels[it.0.as_str()].is_null()) {
            patch[key.as_str()] = Value::Null;
        }
        Found::new(&service.key(), "spec.selector")
            .fact("selector", &text_of(old))
            .fact("labels", &text_of(labels))
            .fact("patch", &patch.to_json())
    };
    for (moment, set) in case.sets() {
        if let Some(service) = moment
            .governing(set)
            .filter(|it| moment.selects_nothing(it))
        {
            let mut it = found(service, template_labels(set));
            if let Some(look) = case.failed().find(|it| it.name.contains(service.name())) {
                it = it.by(look);
            }
            all.push(it);
        }
    }
    for look in &case.world.lookups {
        let moment = case.at(look.time);
        for attempt in look.forward() {
            let service = attempt.why.service().and_then(|it| moment.service(it));
            if let Some(service) = service.filter(|it| moment.selects_nothing(it))
                && let Some(set) = moment.sets_in(service.namespace()).next()
            {
                all.push(found(service, template_labels(set)).by(look));
            }
        }
    }
    for (time, line) in &case.typed {
        if line.contains("endpoint") || line.contains("describe") {
            let moment = case.at(*time);
            for service in moment.objects.list(Kind::Service) {
                let is_named = line.split_whitespace().any(|it| it == service.name());
                if is_named
                    && moment.selects_nothing(service)
                    && let Some(set) = moment.sets_in(service.namespace()).next()
                {
                    all.push(found(service, template_labels(set)).shown(*time, line));
                }
            }
        }
    }
}

fn text_of(labels: &Value) -> Text {
    crate::api::meta::labels_text(labels)
}

/// Whether two selectors can both select what one of two workloads makes.
fn overlap(a: &Object, b: &Object) -> bool {
    let selects = |a: &Object, b: &Object| {
        Selector::from_object(&a.value["spec"]["selector"]).matches(template_labels(b))
    };
    a.namespace() == b.namespace() && (selects(a, b) || selects(b, a))
}

/// A Service also selects pods that do not serve its port, or of a workload it does not govern.
pub(super) fn selector_too_broad(case: &Case<'_>, all: &mut Vec<Found>) {
    for (moment, set) in case.sets() {
        let services = moment.objects.list_in(Kind::Service, set.namespace());
        for service in services.filter(|it| Moment::selects(it, set)) {
            let governs = |it: &Object| it.value["spec"]["serviceName"].as_str() == service.name();
            let mut others = [Kind::StatefulSet, Kind::Deployment, Kind::DaemonSet]
                .into_iter()
                .flat_map(|it| moment.objects.list_in(it, set.namespace()));
            let is_other = |it: &&Arc<Object>| {
                it.key() != set.key()
                    && Moment::selects(service, it)
                    && if governs(set) {
                        !governs(it)
                    } else {
                        serves(service, set) && !serves(service, it)
                    }
            };
            if let Some(other) = others.find(is_other) {
                all.push(
                    Found::new(&service.key(), "spec.selector")
                        .fact("other", other.name())
                        .fact("set", set.name())
                        .fact("selector", &text_of(&service.value["spec"]["selector"])),
                );
            }
        }
    }
}

/// Whether a workload's containers declare a port that the Service leads to.
fn serves(service: &Object, workload: &Object) -> bool {
    let containers = workload.value["spec"]["template"]["spec"]["containers"].items();
    let ports = service.value["spec"]["ports"].items().iter();
    ports.map(|it| &it["targetPort"]).any(|target| {
        let mut declared = containers.iter().flat_map(|it| it["ports"].items());
        declared.any(|it| it["containerPort"] == *target || it["name"] == *target)
    })
}

/// The governing Service has a cluster IP.
pub(super) fn not_headless(case: &Case<'_>, all: &mut Vec<Found>) {
    for (moment, set) in case.sets() {
        if let Some(service) = moment.governing(set).filter(|it| !it.is_headless()) {
            let address = service.value["spec"]["clusterIP"].as_str();
            all.push(
                Found::new(&service.key(), "spec.clusterIP")
                    .fact("set", set.name())
                    .fact("address", address),
            );
        }
    }
}

/// Two sets select each other's pods.
pub(super) fn overlapping(case: &Case<'_>, all: &mut Vec<Found>) {
    for (moment, set) in case.sets() {
        let mut others = moment.sets_in(set.namespace());
        if let Some(other) = others.find(|it| it.name() < set.name() && overlap(it, set)) {
            all.push(Found::new(&set.key(), "spec.selector").fact("other", other.name()));
        }
    }
}
