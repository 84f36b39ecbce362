//! What objects take of a ResourceQuota.
//!
//! upstream: pkg/quota/v1/evaluator/core/{pods,persistent_volume_claims,services}.go.

use super::quantity::Quantity;
use super::{Kind, Object, Objects};
use crate::value::Value;

impl Object {
    /// What this object takes of a resource that quotas can limit, in billionths.
    pub fn takes(&self, resource: &str) -> i128 {
        const ONE: i128 = 1_000_000_000;
        let facts = self.kind.facts();
        let spec = &self.value["spec"];
        let is_counted = match resource.strip_prefix("count/") {
            Some(name) => match name.split_once('.') {
                Some((plural, group)) => plural == facts.plural && group == facts.group,
                None => name == facts.plural && facts.group.is_empty(),
            },
            None => resource == facts.plural && facts.group.is_empty() && !self.is_terminal(),
        };
        if is_counted {
            return ONE;
        }
        match self.kind {
            Kind::Pod if !self.is_terminal() => {
                let (kind, name) = match resource.split_once('.') {
                    Some((kind @ ("requests" | "limits"), name)) => (kind, name),
                    _ => ("requests", resource),
                };
                let (mut sum, mut first) = (0, 0);
                for it in self.containers() {
                    sum += amount(&it["resources"][kind][name]);
                }
                for it in self.init_containers() {
                    first = amount(&it["resources"][kind][name]).max(first);
                }
                sum.max(first)
            }
            Kind::PersistentVolumeClaim => {
                let (class, resource) = match resource.split_once(".storageclass.storage.k8s.io/") {
                    Some((class, resource)) => (Some(class), resource),
                    None => (None, resource),
                };
                match resource {
                    _ if class.is_some_and(|it| it != self.storage_class().as_str()) => 0,
                    "requests.storage" => amount(&spec["resources"]["requests"]["storage"]),
                    "persistentvolumeclaims" => ONE,
                    _ => 0,
                }
            }
            Kind::Service => {
                let of_type = |types: &[&str]| i128::from(types.contains(&spec["type"].as_str()));
                match resource {
                    "services.loadbalancers" => ONE * of_type(&["LoadBalancer"]),
                    "services.nodeports" => {
                        let ports = i128::try_from(spec["ports"].items().len());
                        ONE * of_type(&["LoadBalancer", "NodePort"]) * ports.unwrap_or(0)
                    }
                    _ => 0,
                }
            }
            _ => 0,
        }
    }

    /// Whether this quota is for an object: it is of all scopes, and of all that the selector says.
    ///
    /// upstream: getScopeSelectorsFromQuota, podMatchesScopeFunc. Left out: CrossNamespacePodAffinity and
    /// VolumeAttributesClass, which choose nothing here.
    pub fn covers(&self, object: &Object) -> bool {
        let spec = &object.value["spec"];
        let ends = !spec["activeDeadlineSeconds"].is_null();
        let is_best_effort = object.value["status"]["qosClass"].as_str() == "BestEffort";
        let class = &spec["priorityClassName"];
        let matches = |scope: &Value, how: &Value| {
            let has = how["values"].items().contains(class);
            object.kind == Kind::Pod
                && match (scope.as_str(), how["operator"].as_str()) {
                    ("Terminating", _) => ends,
                    ("NotTerminating", _) => !ends,
                    ("BestEffort", _) => is_best_effort,
                    ("NotBestEffort", _) => !is_best_effort,
                    ("PriorityClass", "In") => has,
                    ("PriorityClass", "NotIn") => !has,
                    ("PriorityClass", "DoesNotExist") => class.is_empty(),
                    ("PriorityClass", _) => !class.is_empty(),
                    _ => false,
                }
        };
        let own = &self.value["spec"];
        let all = own["scopeSelector"]["matchExpressions"].items();
        own["scopes"]
            .items()
            .iter()
            .all(|it| matches(it, &Value::Null))
            && all.iter().all(|it| matches(&it["scopeName"], it))
    }

    /// What the objects take of each resource this quota limits.
    pub fn used(&self, objects: &Objects) -> Value {
        let mut used = Value::object();
        for (resource, hard) in self.value["spec"]["hard"].members() {
            let mut sum = 0;
            for kind in Kind::ALL {
                for object in objects.list_in(kind, self.namespace()) {
                    if self.covers(object) {
                        sum += object.takes(resource);
                    }
                }
            }
            used[resource.as_str()] = written(hard, sum);
        }
        used
    }
}

fn amount(value: &Value) -> i128 {
    Quantity::of(value).map_or(0, |it| it.nanos)
}

/// An amount, written as the limit is.
pub fn written(limit: &Value, nanos: i128) -> Value {
    match Quantity::of(limit) {
        Ok(limit) => limit.with(nanos).canonical().into(),
        Err(_) => Value::Null,
    }
}
