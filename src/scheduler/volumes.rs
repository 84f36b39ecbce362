//! What a pod's claims say about where it can go; and the wait for the volumes that are made there.
//!
//! upstream: pkg/scheduler/framework/plugins/volumebinding/{volume_binding,binder}.go.

use crate::api::storage::{BOUND_BY_CONTROLLER, NO_PROVISIONER, SELECTED_NODE};
use crate::api::{Key, Kind, Object};
use crate::apiserver::{Patch, Verb};
use crate::object;
use crate::plan::{Ctx, Decision, Plan};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::why::Why;
use std::sync::Arc;

pub(super) const NO_VOLUME: &str = "node(s) didn't find available persistent volumes to bind";
pub(super) const ELSEWHERE: &str = "node(s) didn't match PersistentVolume's node affinity";
pub(super) const VOLUME_GONE: &str =
    "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";

/// While a volume is being made, the claims are looked at so often.
///
/// upstream: BindPodVolumes.
const POLL: Duration = Duration::s(1);

/// A pod's claims, as far as they exist.
fn claims<'a>(ctx: &Ctx<'a>, pod: &Object) -> Vec<&'a Arc<Object>> {
    let objects = ctx.objects;
    let key = |name: &Text| Key::new(Kind::PersistentVolumeClaim, pod.namespace(), name.clone());
    pod.claim_names()
        .filter_map(|it| objects.get(&key(it)))
        .collect()
}

/// What about the claims is wrong on any node; empty for nothing.
///
/// upstream: VolumeBinding.PreFilter, podHasPVCs, GetPodVolumeClaims.
pub(super) fn refusal_everywhere(ctx: &Ctx<'_>, pod: &Object) -> Text {
    for name in pod.claim_names() {
        let key = Key::new(Kind::PersistentVolumeClaim, pod.namespace(), name.clone());
        let Some(claim) = ctx.objects.get(&key) else {
            return crate::text!("persistentvolumeclaim \"{name}\" not found");
        };
        if claim.value["status"]["phase"].as_str() == "Lost" {
            return crate::text!(
                "persistentvolumeclaim \"{name}\" bound to non-existent persistentvolume \"{}\"",
                claim.volume_name()
            );
        }
        if claim.is_terminating() {
            return crate::text!("persistentvolumeclaim \"{name}\" is being deleted");
        }
    }
    let is_immediate = |it: &&Arc<Object>| !it.is_claim_bound() && !is_late(ctx, it);
    if claims(ctx, pod).iter().any(is_immediate) {
        return "pod has unbound immediate PersistentVolumeClaims".into();
    }
    Text::new()
}

/// Whether a claim waits for the scheduler's choice.
fn is_late(ctx: &Ctx<'_>, claim: &Object) -> bool {
    let class = ctx.objects.class_of(claim);
    claim.volume_name().is_empty() && class.is_some_and(|it| it.binds_late())
}

/// Why the claims cannot be used on a node.
///
/// upstream: VolumeBinding.Filter, FindPodVolumes.
pub(super) fn refusal(ctx: &Ctx<'_>, pod: &Object, node: &Object) -> Option<&'static str> {
    for claim in claims(ctx, pod) {
        if claim.is_claim_bound() {
            let key = Key::new(Kind::PersistentVolume, "", claim.volume_name());
            match ctx.objects.get(&key) {
                None => return Some(VOLUME_GONE),
                Some(volume) if !volume.reaches(node) => return Some(ELSEWHERE),
                Some(_) => {}
            }
        } else {
            let selected = claim.annotation(SELECTED_NODE);
            let is_made = ctx
                .objects
                .class_of(claim)
                .is_some_and(|it| it.value["provisioner"].as_str() != NO_PROVISIONER);
            let may_be_made = is_made && (selected.is_empty() || selected == node.name());
            if !may_be_made && ctx.objects.volume_for(claim, Some(node)).is_none() {
                return Some(NO_VOLUME);
            }
        }
    }
    None
}

/// The plan for a pod whose volumes are bound to, or made for, the chosen node before the pod is; nothing when there
/// is nothing to wait for.
///
/// upstream: Reserve, PreBind, BindPodVolumes, checkBindings.
pub(super) fn prepare(ctx: &Ctx<'_>, pod: &Object, node: &Object) -> Option<Plan> {
    let claims = claims(ctx, pod);
    let (name, node_name): (Text, Text) = (pod.name().into(), node.name().into());
    let mut plan = Plan::default();
    let mut memory = ctx.memory.clone();
    let uid = Text::from(pod.uid());
    let known = memory.due.get(&uid).map(|it| Time::START + *it);
    let unbound = claims.iter().find(|it| !it.is_claim_bound());
    let waiting = unbound.or(claims
        .first()
        .filter(|_| known.is_some_and(|it| it > ctx.now)))?;
    // A node that is gone has been forgotten by the provisioner, and another one is chosen.
    let is_chosen = pod.nominated_node() == node.name();
    if !is_chosen {
        let why = Why::NodeNominated {
            pod: name.clone(),
            node: node_name.clone(),
        };
        let status = object! {"status": object! {"nominatedNodeName": &node_name}};
        let verb = Verb::PatchStatus(Patch::Merge, status);
        plan.decisions.push(Decision::send(pod.key(), verb, why));
    }
    if known.is_none() || !is_chosen {
        for claim in claims.iter().filter(|it| is_late(ctx, it)) {
            plan.decisions.push(choose(ctx, claim, node));
        }
    }
    let due = match known {
        Some(due) if due > ctx.now => due,
        _ => ctx.now + POLL,
    };
    memory.due.insert(uid, due.since(Time::START));
    plan.memory = Some(memory);
    plan.requeue_after = Some(due.since(ctx.now));
    let why = Why::WaitsForBinding {
        pod: name,
        claim: waiting.name().into(),
        node: node_name,
    };
    let on = pod.key();
    plan.decisions.push(Decision::Wait { on, why });
    Some(plan)
}

/// Reserves a volume that is there for a claim, or asks for one to be made on the node.
fn choose(ctx: &Ctx<'_>, claim: &Object, node: &Object) -> Decision {
    let why = Why::NodeSelected {
        claim: claim.name().into(),
        node: node.name().into(),
    };
    let mut patch = Value::Null;
    let annotations = &mut patch["metadata"]["annotations"];
    let key = match ctx.objects.volume_for(claim, Some(node)) {
        Some(volume) => {
            annotations[BOUND_BY_CONTROLLER] = "yes".into();
            patch["spec"]["claimRef"] = claim.as_involved_object();
            volume.key()
        }
        None => {
            annotations[SELECTED_NODE] = node.name().into();
            claim.key()
        }
    };
    Decision::send(key, Verb::Patch(Patch::Merge, patch), why)
}
