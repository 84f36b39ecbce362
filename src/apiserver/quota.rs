//! What a new object takes of the quotas of its namespace, and the refusal when it is too much.
//!
//! upstream: k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go, CheckRequest.

use super::Status;
use super::managed::By;
use super::write::Write;
use crate::api::quantity::Quantity;
use crate::api::quota::written;
use crate::api::{Kind, Object};
use crate::sort;
use crate::value::{Text, Value};

impl Write<'_> {
    /// Writes down what the object takes beyond what it took before, or refuses it.
    pub(super) fn admit_by_quota(
        &mut self,
        object: &Object,
        before: Option<&Object>,
    ) -> Result<(), Status> {
        let quotas = self
            .store
            .objects
            .list_in(Kind::ResourceQuota, object.namespace());
        let mut changed = Vec::new();
        for quota in quotas.filter(|it| it.covers(object)) {
            let mut value = quota.value.clone();
            let status = &quota.value["status"];
            let mut lists = [Text::new(), Text::new(), Text::new()];
            for (resource, hard) in status["hard"].members() {
                let took = before.map_or(0, |it| it.takes(resource));
                let takes = object.takes(resource) - took;
                let amount = |it: &Value| Quantity::of(it).map_or(0, |it| it.nanos);
                let used = &status["used"][resource.as_str()];
                if takes <= 0 {
                    continue;
                }
                let sum = amount(used) + takes;
                if sum > amount(hard) {
                    for (list, it) in lists.iter_mut().zip([&written(hard, takes), used, hard]) {
                        let comma = if list.is_empty() { "" } else { "," };
                        list.push_str(&crate::text!("{comma}{resource}={it}"));
                    }
                }
                value["status"]["used"][resource.as_str()] = written(hard, sum);
            }
            let name = quota.name();
            let unset = match before {
                None => unset(object, &status["hard"]),
                Some(_) => String::new(),
            };
            let [requested, used, limited] = lists;
            let why = if !unset.is_empty() {
                crate::text!("failed quota: {name}: must specify {unset}")
            } else if !requested.is_empty() {
                crate::text!(
                    "exceeded quota: {name}, requested: {requested}, used: {used}, limited: {limited}"
                )
            } else {
                if value["status"] != *status {
                    changed.push((quota.clone(), value));
                }
                continue;
            };
            return Err(Status::forbidden(&object.key(), &why));
        }
        let is_new = before.is_some() || self.store.objects.get(&object.key()).is_none();
        if is_new && !self.options.dry_run {
            for (quota, value) in changed {
                let counted = Object::new(Kind::ResourceQuota, value);
                self.store.put(self.now, counted, Some(quota), By::Server);
            }
        }
        Ok(())
    }
}

/// What a quota limits and a pod's containers do not say: `requests.cpu for: nginx; limits.cpu for: nginx`.
///
/// upstream: podEvaluator.Constraints, enforcePodContainerConstraints.
fn unset(object: &Object, hard: &Value) -> String {
    let mut found: Vec<String> = Vec::new();
    if object.kind != Kind::Pod {
        return String::new();
    }
    for (resource, _) in hard.members() {
        let (kind, name) = match resource.split_once('.') {
            Some((kind @ ("requests" | "limits"), name)) => (kind, name),
            _ => ("requests", resource.as_str()),
        };
        if !["cpu", "memory"].contains(&name) {
            continue;
        }
        let containers = object.containers().iter().chain(object.init_containers());
        let lacking = containers.filter(|it| it["resources"][kind][name].is_null());
        let mut names: Vec<&str> = lacking.map(|it| it["name"].as_str()).collect();
        sort::by_key(&mut names, |it| *it);
        if !names.is_empty() {
            found.push([resource.as_str(), " for: ", &names.join(",")].concat());
        }
    }
    found.join("; ")
}
