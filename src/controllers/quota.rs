//! The resource-quota controller: counts what is used when a quota is new or changed, and when something goes. What
//! comes is counted by the API server as it admits it.
//!
//! upstream: pkg/controller/resourcequota/resource_quota_controller.go, syncResourceQuota.

use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::Verb;
use crate::object;
use crate::plan::{Actor, Component, Ctx, Decision, Plan};
use crate::why::Why;

/// The resource-quota controller.
pub const COMPONENT: Component = Component {
    actor: Actor::QuotaController,
    wakes,
    reconcile,
};

fn wakes(objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    match (before, after) {
        (_, Some(it)) if it.kind == Kind::ResourceQuota => {
            let is_changed = before.is_none_or(|before| before.value["spec"] != it.value["spec"]);
            is_changed.then(|| it.key()).into_iter().collect()
        }
        (Some(it), None) => quotas(objects, it),
        (Some(before), Some(it)) if it.is_terminal() && !before.is_terminal() => {
            quotas(objects, it)
        }
        _ => Vec::new(),
    }
}

fn quotas(objects: &Objects, beside: &Object) -> Vec<Key> {
    let quotas = objects.list_in(Kind::ResourceQuota, beside.namespace());
    quotas.map(|it| it.key()).collect()
}

fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let mut plan = Plan::default();
    if let Some(quota) = ctx.objects.get(key) {
        let status = object! {
            "hard": &quota.value["spec"]["hard"],
            "used": quota.used(ctx.objects),
        };
        if quota.value["status"] != status {
            let mut value = quota.value.clone();
            value["status"] = status;
            let why = Why::QuotaCounted {
                quota: quota.name().into(),
            };
            let verb = Verb::UpdateStatus(value);
            plan.decisions.push(Decision::send(key.clone(), verb, why));
        }
    }
    plan
}
