//! The disruption controller: how many pods of a budget may be evicted now.
//!
//! Left out: controllers without a scale, DaemonSets among them; `unhealthyPodEvictionPolicy` AlwaysAllow.
//! upstream: pkg/controller/disruption/disruption.go.

use super::owned::{count, owner_of};
use crate::api::disruption::budgets;
use crate::api::statefulset::scaled;
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::Verb;
use crate::plan::{Actor, Component, Ctx, Decision, Plan};
use crate::value::{Text, Value};
use crate::why::Why;
use crate::{array, object};

/// The disruption controller.
pub const COMPONENT: Component = Component {
    actor: Actor::DisruptionController,
    wakes,
    reconcile,
};

/// upstream: addDB, updatePod and the like.
fn wakes(objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let mut keys = Vec::new();
    for object in [before, after].into_iter().flatten() {
        match object.kind {
            Kind::PodDisruptionBudget => keys.push(object.key()),
            Kind::Pod => keys.extend(budgets(objects, object).map(Object::key)),
            Kind::StatefulSet | Kind::ReplicaSet | Kind::Deployment => {
                let all = objects.list_in(Kind::PodDisruptionBudget, object.namespace());
                keys.extend(all.map(|it| it.key()));
            }
            _ => {}
        }
    }
    keys.dedup();
    keys
}

/// What says how many pods of a kind there are: the Deployment of a ReplicaSet, if it has one.
///
/// upstream: getPodStatefulSet, getPodReplicaSet, getPodDeployment.
fn scaled_by<'a>(objects: &'a Objects, pod: &Object) -> Option<&'a Object> {
    let set = owner_of(objects, pod, Kind::ReplicaSet);
    let deployment = set.and_then(|it| owner_of(objects, it, Kind::Deployment));
    let owner = deployment
        .or(set)
        .or_else(|| owner_of(objects, pod, Kind::StatefulSet));
    owner.map(AsRef::as_ref)
}

/// upstream: trySync, getExpectedPodCount, countHealthyPods, updatePdbStatus.
fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let mut plan = Plan::default();
    let Some(budget) = ctx.objects.get(key) else {
        return plan;
    };
    let (mut pods, mut healthy, mut scale) = (0, 0, 0);
    let mut owners: Vec<&str> = Vec::new();
    let mut granted = Value::Null;
    for pod in ctx.objects.list_in(Kind::Pod, &key.namespace) {
        if !budget.budgets_for(pod) {
            continue;
        }
        pods += 1;
        if let Some(owner) = scaled_by(ctx.objects, pod)
            && !owners.contains(&owner.uid())
        {
            owners.push(owner.uid());
            scale += count(&owner.value["spec"], "replicas");
        }
        if pod.is_terminating() {
            continue;
        }
        if budget.has_granted(pod.name(), ctx.now) {
            granted[pod.name()] = budget.value["status"]["disruptedPods"][pod.name()].clone();
        } else {
            healthy += i64::from(pod.is_ready());
        }
    }
    let spec = &budget.value["spec"];
    let (least, most) = (&spec["minAvailable"], &spec["maxUnavailable"]);
    let (expected, desired) = match (most, least) {
        (Value::Null, Value::Null) => (0, 0),
        (Value::Null, Value::Int(least)) => (pods, *least),
        (Value::Null, least) => (scale, scaled(least, scale, true)),
        (most, _) => (scale, (scale - scaled(most, scale, true)).max(0)),
    };
    let allowed = if expected > 0 {
        (healthy - desired).max(0)
    } else {
        0
    };
    let old = &budget.value["status"];
    let mut status = object! {
        "currentHealthy": healthy,
        "desiredHealthy": desired,
        "disruptionsAllowed": allowed,
        "expectedPods": expected,
        "observedGeneration": budget.generation(),
        "conditions": array![condition(ctx, budget, allowed)],
    };
    if !granted.is_null() {
        status["disruptedPods"] = granted;
    }
    if *old != status {
        let mut value = budget.value.clone();
        value["status"] = status;
        let why = Why::BudgetCounted {
            budget: budget.name().into(),
            allowed: crate::text!("{allowed}"),
            healthy: crate::text!("{healthy}"),
            desired: crate::text!("{desired}"),
        };
        let verb = Verb::UpdateStatus(value);
        plan.decisions.push(Decision::send(key.clone(), verb, why));
    }
    plan
}

/// upstream: UpdateDisruptionAllowedCondition.
fn condition(ctx: &Ctx<'_>, budget: &Object, allowed: i64) -> Value {
    let (status, reason) = if allowed > 0 {
        ("True", "SufficientPods")
    } else {
        ("False", "InsufficientPods")
    };
    let old = budget.value["status"]["conditions"].item("type", "DisruptionAllowed");
    let since = if old["status"].as_str() == status {
        old["lastTransitionTime"].clone()
    } else {
        ctx.now.rfc3339().into()
    };
    object! {
        "type": "DisruptionAllowed",
        "status": status,
        "reason": reason,
        "message": Text::new(),
        "observedGeneration": budget.generation(),
        "lastTransitionTime": since,
    }
}
