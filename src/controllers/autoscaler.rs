//! The horizontal pod autoscaler in a cluster where nothing is measured: it says once that it cannot work, and why.
//!
//! differs: upstream looks every 15 s, and brings a target that is outside its bounds back into them.
//! upstream: pkg/controller/podautoscaler/horizontal.go, reconcileAutoscaler.

use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::Status;
use crate::plan::{Actor, Component, Ctx, Decision, EventRecord, EventSource, Plan};
use crate::time::Duration;
use crate::value::{Text, Value};
use crate::why::Why;
use crate::{array, object};

/// The horizontal-pod-autoscaler controller.
pub const COMPONENT: Component = Component {
    actor: Actor::AutoscalerController,
    wakes,
    reconcile,
};

/// How long after a change it looks.
///
/// upstream: HorizontalPodAutoscalerSyncPeriod, which paces its work queue too.
const PERIOD: Duration = Duration::s(15);
const UNMEASURED: &str = "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";

fn wakes(_: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let changes = |it: &&Object| {
        it.kind == Kind::HorizontalPodAutoscaler
            && before.is_none_or(|before| before.value["spec"] != it.value["spec"])
    };
    after.filter(changes).map(Object::key).into_iter().collect()
}

fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let mut plan = Plan::default();
    let Some(scaler) = ctx.objects.get(key) else {
        return plan;
    };
    let due = ctx.memory.due.get(&Text::from(scaler.uid()));
    let now = Duration::ms(ctx.now.ms);
    if due.is_none_or(|it| *it > now) {
        let mut memory = ctx.memory.clone();
        memory
            .due
            .insert(scaler.uid().into(), Duration::ms(now.ms + PERIOD.ms));
        plan.memory = due.is_none().then_some(memory);
        plan.requeue_after = Some(due.map_or(PERIOD, |it| Duration::ms(it.ms - now.ms)));
        return plan;
    }
    let mut memory = ctx.memory.clone();
    memory.due.remove(&Text::from(scaler.uid()));
    plan.memory = Some(memory);
    plan.decisions = look(ctx, scaler);
    plan
}

/// What it finds: events, and conditions.
fn look(ctx: &Ctx<'_>, scaler: &Object) -> Vec<Decision> {
    let target = &scaler.value["spec"]["scaleTargetRef"];
    let (api_version, kind) = (target["apiVersion"].as_str(), target["kind"].as_str());
    let key = Kind::of(api_version, kind)
        .map(|it| Key::new(it, scaler.namespace(), target["name"].as_str()));
    let found = key.as_ref().and_then(|it| ctx.objects.get(it));
    let missing = match &key {
        _ if found.is_some() => Text::new(),
        Some(key) => Status::not_found(key).message,
        None => crate::text!("no matches for kind \"{kind}\" in version \"{api_version}\""),
    };
    let why = Why::NothingMeasured {
        scaler: scaler.name().into(),
        problem: if found.is_some() {
            UNMEASURED.into()
        } else {
            missing.clone()
        },
    };
    let mut events = Vec::new();
    let mut status = object! {"desiredReplicas": 0};
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        object! {
            "type": kind, "status": status, "reason": reason, "message": message,
            "lastTransitionTime": ctx.now.rfc3339(),
        }
    };
    if let Some(found) = found {
        let told = "the HPA controller was able to get the target's current scale";
        let able = condition("AbleToScale", "True", "SucceededGetScale", told);
        let replicas = &found.value["spec"]["replicas"];
        let active = if *replicas == Value::Int(0) {
            let told = "scaling is disabled since the replica count of the target is zero";
            condition("ScalingActive", "False", "ScalingDisabled", told)
        } else {
            status["currentReplicas"] = replicas.clone();
            events.push(("FailedGetResourceMetric", Text::from(UNMEASURED)));
            let told = "invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ";
            events.push((
                "FailedComputeMetricsReplicas",
                crate::text!("{told}{UNMEASURED}"),
            ));
            let told =
                crate::text!("the HPA was unable to compute the replica count: {UNMEASURED}");
            condition("ScalingActive", "False", "FailedGetResourceMetric", &told)
        };
        status["conditions"] = array![able, active];
    } else {
        let told = crate::text!(
            "the HPA controller was unable to get the target's current scale: {missing}"
        );
        status["conditions"] = array![condition("AbleToScale", "False", "FailedGetScale", &told)];
        events.push(("FailedGetScale", missing));
    }
    let record = |(reason, message)| {
        let event = EventRecord {
            about: scaler.as_involved_object(),
            source: EventSource {
                component: "horizontal-pod-autoscaler",
                host: Text::new(),
            },
            is_warning: true,
            reason,
            message,
        };
        Decision::Record(event, why.clone())
    };
    let mut decisions: Vec<Decision> = events.into_iter().map(record).collect();
    super::owned::write_status(scaler, status, why.clone(), &mut decisions);
    decisions
}
