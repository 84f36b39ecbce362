//! The ReplicaSet controller: so many pods as wanted, whichever.
//!
//! Left out: the ReplicaFailure condition, bursts of more than 500 writes.
//! upstream: pkg/controller/replicaset/{replica_set,replica_set_utils}.go.

use std::cmp::Reverse;
use std::sync::Arc;

use super::owned::{
    claim, count, create_pod, delete_pod, min_ready, next_available, pod_of, set_counts, wakes,
    write_status,
};
use crate::api::pod::Phase;
use crate::api::{Key, Kind, Object};
use crate::object;
use crate::plan::{Actor, Component, Ctx, Decision, Plan};
use crate::sort;
use crate::time::{Duration, Time};
use crate::value::Text;
use crate::why::Why;

/// The ReplicaSet controller.
pub const COMPONENT: Component = Component {
    actor: Actor::ReplicaSetController,
    wakes: |objects, before, after| wakes(objects, before, after, [Kind::ReplicaSet, Kind::Pod]),
    reconcile,
};

const NAME: &str = "replicaset-controller";

/// upstream: syncReplicaSet.
fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let mut plan = Plan::default();
    let Some(set) = ctx.objects.get(key) else {
        return plan;
    };
    let all = claim(ctx, set, Kind::Pod, &mut plan.decisions);
    let (mut active, mut going) = (Vec::new(), 0);
    for pod in all.iter().filter(|it| !it.is_terminal()) {
        if pod.is_terminating() {
            going += 1;
        } else {
            active.push(Arc::clone(pod));
        }
    }
    if !set.is_terminating() {
        manage(ctx, set, &active, &mut plan.decisions);
    }
    write(ctx, set, &active, going, &mut plan.decisions);
    plan.requeue_after = next_available(&active, min_ready(set), ctx.now);
    plan
}

/// upstream: manageReplicas.
fn manage(ctx: &Ctx<'_>, set: &Object, active: &[Arc<Object>], decisions: &mut Vec<Decision>) {
    let (wanted, limit) = (
        count(&set.value["spec"], "replicas"),
        ctx.config.replicas_max,
    );
    let name = || Text::from(set.name());
    if wanted > limit {
        decisions.push(Decision::Wait {
            on: set.key(),
            why: Why::TooManyReplicas {
                set: name(),
                replicas: crate::text!("{wanted}"),
                limit: crate::text!("{limit}"),
            },
        });
    }
    let wanted = usize::try_from(wanted.min(limit)).unwrap_or(0);
    for number in active.len()..wanted {
        let pod = pod_of(ctx, set, number);
        let why = Why::ReplicaMissing {
            set: name(),
            pod: pod["metadata"]["name"].as_str().into(),
            replicas: crate::text!("{wanted}"),
            active: crate::text!("{number}"),
        };
        decisions.push(create_pod(pod, why, set, NAME));
    }
    let spare = active.len().saturating_sub(wanted);
    if spare == 0 {
        return;
    }
    for pod in ranked(ctx, set, active).iter().take(spare) {
        let why = Why::ReplicaSpare {
            set: name(),
            pod: pod.name().into(),
            replicas: crate::text!("{wanted}"),
            active: crate::text!("{}", active.len()),
        };
        decisions.push(delete_pod(pod, why, set, NAME));
    }
}

/// The pods, those first that are missed least.
///
/// upstream: getPodsToDelete, ActivePodsWithRanks.Less.
fn ranked<'a>(ctx: &Ctx<'_>, set: &Object, active: &'a [Arc<Object>]) -> Vec<&'a Arc<Object>> {
    // How many pods of the same controller's ReplicaSets share the node.
    let owner = &set.controller()["uid"];
    let related: Vec<&Arc<Object>> = ctx
        .objects
        .list_in(Kind::ReplicaSet, set.namespace())
        .filter(|it| it.uid() == set.uid() || !owner.is_null() && it.controller()["uid"] == *owner)
        .collect();
    let pods = ctx.objects.list_in(Kind::Pod, set.namespace());
    let pods = pods.filter(|it| !it.is_terminal() && !it.is_terminating());
    let beside: Vec<&str> = pods
        .filter(|pod| related.iter().any(|it| pod.is_controlled_by(it)))
        .map(|it| it.node_name())
        .collect();
    let rank = |pod: &Object| beside.iter().filter(|it| **it == pod.node_name()).count();
    let phase = |pod: &Object| match pod.phase() {
        Phase::Pending => 0,
        Phase::Unknown => 1,
        Phase::Running | Phase::Succeeded | Phase::Failed => 2,
    };
    let cost = |pod: &Object| {
        let annotations = &pod.meta()["annotations"];
        let cost = annotations["controller.kubernetes.io/pod-deletion-cost"].as_str();
        cost.parse::<i64>().unwrap_or(0)
    };
    let restarts = |pod: &Object| {
        let all = pod.value["status"]["containerStatuses"].items().iter();
        all.map(|it| count(it, "restartCount")).max().unwrap_or(0)
    };
    let mut order: Vec<&Arc<Object>> = active.iter().collect();
    sort::by_key(&mut order, |pod| {
        let ready = pod.value["status"]["conditions"].item("type", "Ready");
        let since = Time::parse(ready["lastTransitionTime"].as_str());
        let ready_for = since
            .filter(|_| pod.is_ready())
            .map(|it| logarithm(ctx.now.since(it)));
        (
            !pod.node_name().is_empty(),
            phase(pod),
            pod.is_ready(),
            (cost(pod), Reverse(rank(pod))),
            ready_for,
            Reverse(restarts(pod)),
            logarithm(ctx.now.since(pod.created())),
            pod.uid().to_owned(),
        )
    });
    order
}

/// upstream: logarithmicRankDiff; -1 for no time at all.
fn logarithm(span: Duration) -> i64 {
    let ns = span.ms.saturating_mul(1_000_000);
    ns.checked_ilog2().map_or(-1, i64::from)
}

/// upstream: calculateStatus, updateReplicaSetStatus.
fn write(
    ctx: &Ctx<'_>,
    set: &Object,
    active: &[Arc<Object>],
    going: i64,
    decisions: &mut Vec<Decision>,
) {
    let labels = crate::api::selector::Selector::from_labels(
        &set.value["spec"]["template"]["metadata"]["labels"],
    );
    let min_ready = min_ready(set);
    let number = |counts: &dyn Fn(&Object) -> bool| {
        let found = active.iter().filter(|it| counts(it)).count();
        i64::try_from(found).unwrap_or(i64::MAX)
    };
    let ready = number(&|it| it.is_ready());
    let replicas = number(&|_| true);
    let mut status = object! {"replicas": replicas, "terminatingReplicas": going};
    let labeled = number(&|it| labels.matches(it.labels()));
    let available = number(&|it| it.is_available(min_ready, ctx.now));
    let counts = [
        ("fullyLabeledReplicas", labeled),
        ("readyReplicas", ready),
        ("availableReplicas", available),
        ("observedGeneration", set.generation()),
    ];
    set_counts(&mut status, &counts);
    let why = Why::ReplicasCounted {
        set: set.name().into(),
        ready: crate::text!("{ready}"),
        replicas: crate::text!("{replicas}"),
    };
    write_status(set, status, why, decisions);
}
