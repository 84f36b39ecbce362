//! The external provisioner: makes the volumes that claims ask for, lets them grow, removes those that are released.
//!
//! Whatever a class calls its provisioner, this is it. Where a class binds late, the scheduler has chosen a node, and
//! the volume can be used on that node only, unless the class says `parameters: {volumes: network}` or
//! `{volumes: attach}`; with `{volumes: node-local}` any volume is bound to a node.
//! upstream: sigs.k8s.io/sig-storage-lib-external-provisioner controller.go, kubernetes-csi/external-resizer.

use super::volumes::deletes;
use crate::api::storage::{NO_PROVISIONER, PROVISIONED_BY, PROVISIONER, SELECTED_NODE};
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::{DeleteOptions, Patch, Verb};
use crate::chance::chance;
use crate::plan::{Actor, Component, Ctx, Decision, EventRecord, EventSource, Plan, Report};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::why::Why;
use crate::{array, object};

/// The external provisioner.
pub const COMPONENT: Component = Component {
    actor: Actor::Provisioner,
    wakes,
    reconcile,
};

/// From a volume's release to its removal, as recorded.
const REMOVAL: Duration = Duration::ms(200);

fn wakes(objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    if let (Some(node), None) = (before.filter(|it| it.kind == Kind::Node), after) {
        let claims = objects.list(Kind::PersistentVolumeClaim);
        let own = claims.filter(|it| it.annotation(SELECTED_NODE) == node.name());
        return own.map(|it| it.key()).collect();
    }
    let object = after.or(before).filter(|it| {
        matches!(
            it.kind,
            Kind::PersistentVolume | Kind::PersistentVolumeClaim
        )
    });
    object.map(Object::key).into_iter().collect()
}

fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    match ctx.objects.get(key) {
        None => Plan::default(),
        Some(it) if it.is_terminating() => Plan::default(),
        Some(it) if it.kind == Kind::PersistentVolume => reclaim(ctx, it),
        Some(it) if it.volume_name().is_empty() => provision(ctx, it),
        Some(it) => resize(ctx, it),
    }
}

/// The plan of work that takes that long, and whether it is done. What begins it is decided once.
fn after(
    ctx: &Ctx<'_>,
    of: &Object,
    takes: Duration,
    why: &Why,
    begin: Option<Decision>,
) -> (Plan, bool) {
    let uid = Text::from(of.uid());
    let mut plan = Plan::default();
    let mut memory = ctx.memory.clone();
    let due = match memory.due.get(&uid) {
        Some(due) => Time::START + *due,
        None => {
            plan.decisions.extend(begin);
            memory
                .due
                .insert(uid.clone(), (ctx.now + takes).since(Time::START));
            ctx.now + takes
        }
    };
    if due > ctx.now {
        plan.requeue_after = Some(due.since(ctx.now));
        let (on, why) = (of.key(), why.clone());
        plan.decisions.push(Decision::Wait { on, why });
        plan.memory = Some(memory);
        return (plan, false);
    }
    memory.due.remove(&uid);
    plan.memory = Some(memory);
    (plan, true)
}

/// upstream: syncClaim, provisionClaimOperation.
fn provision(ctx: &Ctx<'_>, claim: &Object) -> Plan {
    let provisioner: Text = claim.annotation(PROVISIONER[1]).into();
    let volume = crate::text!("pvc-{}", claim.uid());
    let key = Key::new(Kind::PersistentVolume, "", volume.clone());
    let Some(class) = ctx.objects.class_of(claim).filter(|it| {
        it.value["provisioner"].as_str() == provisioner
            && provisioner != NO_PROVISIONER
            && !(it.binds_late() && claim.annotation(SELECTED_NODE).is_empty())
    }) else {
        return Plan::default();
    };
    if ctx.objects.get(&key).is_some() {
        return Plan::default();
    }
    let selected = claim.annotation(SELECTED_NODE);
    let node = Key::new(Kind::Node, "", selected);
    if !selected.is_empty() && ctx.objects.get(&node).is_none() {
        return reschedule(ctx, claim, &node);
    }
    let why = Why::VolumeMade {
        volume: volume.clone(),
        claim: claim.name().into(),
        provisioner: provisioner.clone(),
    };
    let source = EventSource {
        component: "",
        host: crate::text!("{provisioner}_{}", ctx.config.provisioner),
    };
    let (namespace, name) = (claim.namespace(), claim.name());
    let begun = EventRecord {
        about: claim.as_involved_object(),
        source: source.clone(),
        is_warning: false,
        reason: "Provisioning",
        message: crate::text!(
            "External provisioner is provisioning volume for claim \"{namespace}/{name}\""
        ),
    };
    let start = Decision::Record(begun, why.clone());
    if ctx.memory.storage_fails {
        return fail(claim, &provisioner, source);
    }
    let takes = ctx.memory.provision;
    let takes = takes.unwrap_or(ctx.config.delays.provision);
    if takes == Duration::NEVER {
        let why = Why::ProvisionerDown {
            claim: name.into(),
            provisioner,
        };
        let on = claim.key();
        return Plan {
            decisions: vec![Decision::Wait { on, why }],
            ..Plan::default()
        };
    }
    let (mut plan, is_done) = after(ctx, claim, takes, &why, Some(start));
    if is_done {
        let node = place(ctx, class, claim);
        let verb = Verb::Create(new_volume((class, claim), &provisioner, &volume, &node));
        let mut decision = Decision::send(key, verb, why);
        if let Decision::Do { report, .. } = &mut decision {
            *report = Some(Report {
                about: claim.as_involved_object(),
                source,
                success: (
                    "ProvisioningSucceeded",
                    crate::text!("Successfully provisioned volume {volume}"),
                ),
                failure: ("ProvisioningFailed", Text::new()),
            });
        }
        plan.decisions.push(decision);
    }
    plan
}

/// The storage behind the class makes no volume; the claim is retried with back-off.
///
/// upstream: provisionClaimOperation, "failed to provision volume with StorageClass".
fn fail(claim: &Object, provisioner: &Text, source: EventSource) -> Plan {
    let class = claim.storage_class().as_str();
    let failed = EventRecord {
        about: claim.as_involved_object(),
        source,
        is_warning: true,
        reason: "ProvisioningFailed",
        message: crate::text!(
            "failed to provision volume with StorageClass \"{class}\": rpc error: code = Unavailable desc = storage backend is unavailable"
        ),
    };
    let why = Why::VolumeNotMade {
        claim: claim.name().into(),
        provisioner: provisioner.clone(),
    };
    let on = claim.key();
    Plan {
        decisions: vec![
            Decision::Record(failed, why.clone()),
            Decision::Fail { on, why },
        ],
        ..Plan::default()
    }
}

/// The node that a volume is to be made for is gone: the scheduler may choose another one.
///
/// upstream: provisionClaimOperation, rescheduleProvisioning.
fn reschedule(ctx: &Ctx<'_>, claim: &Object, node: &Key) -> Plan {
    let mut memory = ctx.memory.clone();
    let known = memory.due.remove(claim.uid());
    let why = Why::NodeForgotten {
        claim: claim.name().into(),
        node: node.name.clone(),
    };
    let mut patch = object! {
        "metadata": object! {"resourceVersion": &claim.meta()["resourceVersion"]},
    };
    patch["metadata"]["annotations"][SELECTED_NODE] = Value::Null;
    let verb = Verb::Patch(Patch::Merge, patch);
    Plan {
        decisions: vec![Decision::send(claim.key(), verb, why)],
        memory: known.map(|_| memory),
        ..Plan::default()
    }
}

/// The node that a new volume can be used on; empty for all nodes.
fn place(ctx: &Ctx<'_>, class: &Object, claim: &Object) -> Text {
    let selected = claim.annotation(SELECTED_NODE);
    match class.value["parameters"]["volumes"].as_str() {
        "network" | "attach" => Text::new(),
        "node-local" if selected.is_empty() => {
            let nodes: Vec<_> = ctx.objects.list(Kind::Node).collect();
            let draw = chance(ctx.config.seed, &["local volume", claim.uid()]);
            let at = draw.checked_rem(nodes.len() as u64).unwrap_or_default();
            let node = usize::try_from(at).ok().and_then(|it| nodes.get(it));
            node.map_or_else(Text::new, |it| it.name().into())
        }
        _ => selected.into(),
    }
}

fn new_volume(
    (class, claim): (&Object, &Object),
    provisioner: &str,
    name: &str,
    node: &str,
) -> Value {
    let (asked, of) = (&claim.value["spec"], &class.value);
    let mut volume = object! {
        "metadata": object! {"name": name},
        "spec": object! {
            "capacity": object! {"storage": &asked["resources"]["requests"]["storage"]},
            "csi": object! {"driver": provisioner, "volumeHandle": name},
            "accessModes": &asked["accessModes"],
            "claimRef": claim.as_involved_object(),
            "persistentVolumeReclaimPolicy": &of["reclaimPolicy"],
            "storageClassName": class.name(),
            "mountOptions": &of["mountOptions"],
            "volumeMode": &asked["volumeMode"],
        },
    };
    volume["metadata"]["annotations"][PROVISIONED_BY] = provisioner.into();
    if !node.is_empty() {
        let on = object! {
            "key": "kubernetes.io/hostname",
            "operator": "In",
            "values": array![node],
        };
        let term = object! {"matchExpressions": array![on]};
        volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"] = array![term];
    }
    volume
}

/// upstream: syncVolume, deleteVolumeOperation.
fn reclaim(ctx: &Ctx<'_>, volume: &Object) -> Plan {
    if volume.value["status"]["phase"].as_str() != "Released" || !deletes(volume) {
        return Plan::default();
    }
    let why = Why::VolumeRemoved {
        volume: volume.name().into(),
        claim: volume.value["spec"]["claimRef"]["name"].as_str().into(),
    };
    let (mut plan, is_done) = after(ctx, volume, REMOVAL, &why, None);
    if is_done {
        let verb = Verb::Delete(DeleteOptions::default());
        plan.decisions.push(Decision::send(volume.key(), verb, why));
    }
    plan
}

/// differs: upstream goes through conditions, and the kubelet makes the file system grow.
/// upstream: external-resizer, markPVCResizeFinished.
fn resize(ctx: &Ctx<'_>, claim: &Object) -> Plan {
    let mut plan = Plan::default();
    let asked = &claim.value["spec"]["resources"]["requests"];
    let key = Key::new(Kind::PersistentVolume, "", claim.volume_name());
    if !claim.wants_to_grow() || !ctx.config.resizes || ctx.objects.get(&key).is_none() {
        return plan;
    }
    let why = Why::VolumeGrown {
        volume: key.name.clone(),
        claim: claim.name().into(),
        size: asked["storage"].as_str().into(),
    };
    let capacity = object! {"capacity": object! {"storage": &asked["storage"]}};
    let patch = object! {"spec": &capacity};
    let verb = Verb::Patch(Patch::Merge, patch);
    plan.decisions.push(Decision::send(key, verb, why.clone()));
    let verb = Verb::PatchStatus(Patch::Merge, object! {"status": capacity});
    plan.decisions.push(Decision::send(claim.key(), verb, why));
    plan
}
