//! The Deployment controller: one ReplicaSet for each template, scaled against each other.
//!
//! Left out: hash collisions.
//! upstream: pkg/controller/deployment/{deployment_controller,sync,rolling,recreate}.go, util/deployment_util.go.

mod progress;
mod scale;

use std::sync::Arc;

use super::owned::{claim, count, owner_of, told, wakes};
use crate::api::meta::{new_value, owned_by};
use crate::api::statefulset::scaled;
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::{DeleteOptions, Verb};
use crate::plan::{Actor, Component, Ctx, Decision, Plan};
use crate::sort;
use crate::value::{Text, Value};
use crate::why::Why;

/// The Deployment controller.
pub const COMPONENT: Component = Component {
    actor: Actor::DeploymentController,
    wakes: wake,
    reconcile,
};

const NAME: &str = "deployment-controller";
/// The label that tells the ReplicaSets of a Deployment, and their pods, apart.
const HASH_LABEL: &str = "pod-template-hash";
const REVISION: &str = "deployment.kubernetes.io/revision";
const HISTORY: &str = "deployment.kubernetes.io/revision-history";
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
const MAX: &str = "deployment.kubernetes.io/max-replicas";

fn wake(objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    // upstream: deletePod, which Recreate waits for.
    if let (Some(pod), None) = (before, after)
        && pod.kind == Kind::Pod
    {
        let set = owner_of(objects, pod, Kind::ReplicaSet);
        let owner = set.and_then(|it| owner_of(objects, it, Kind::Deployment));
        return owner.map(|it| it.key()).into_iter().collect();
    }
    wakes(objects, before, after, [Kind::Deployment, Kind::ReplicaSet])
}

/// upstream: syncDeployment.
fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let Some(deployment) = ctx.objects.get(key) else {
        return Plan::default();
    };
    let mut plan = Plan::default();
    let sets = claim(ctx, deployment, Kind::ReplicaSet, &mut plan.decisions);
    let mut sync = Sync::new(ctx, deployment, sets, plan);
    if deployment.is_terminating() {
        sync.write_status();
        return sync.plan;
    }
    let is_paused = deployment.value["spec"]["paused"].is_true();
    sync.note_pause(is_paused);
    let is_scaling = sync.sets().any(|it| {
        let desired = it.object.meta()["annotations"][DESIRED].as_str();
        it.replicas > 0 && desired.parse().is_ok_and(|it: i64| it != sync.wanted)
    });
    if is_paused || is_scaling {
        sync.find_new(false);
        sync.scale();
        sync.clean_up();
        sync.write_status();
    } else if sync.is_rolling {
        sync.roll();
    } else {
        sync.recreate();
    }
    sync.plan
}

/// A ReplicaSet as this sync leaves it.
#[derive(Clone)]
struct Set {
    object: Arc<Object>,
    replicas: i64,
}

/// One sync of one Deployment.
struct Sync<'a> {
    ctx: &'a Ctx<'a>,
    deployment: &'a Arc<Object>,
    wanted: i64,
    is_rolling: bool,
    max_surge: i64,
    max_unavailable: i64,
    /// The one whose template the Deployment has.
    new: Option<Set>,
    /// The others, oldest first.
    old: Vec<Set>,
    /// The status as it was read, with the conditions that were set on the way.
    status: Value,
    /// Annotations of the Deployment that change.
    revision: Text,
    plan: Plan,
}

impl<'a> Sync<'a> {
    fn new(
        ctx: &'a Ctx<'a>,
        deployment: &'a Arc<Object>,
        mut sets: Vec<Arc<Object>>,
        plan: Plan,
    ) -> Self {
        let spec = &deployment.value["spec"];
        let wanted = count(spec, "replicas");
        let is_rolling = spec["strategy"]["type"].as_str() != "Recreate";
        // upstream: ResolveFenceposts, MaxUnavailable, MaxSurge.
        let block = &spec["strategy"]["rollingUpdate"];
        let surge = scaled(&block["maxSurge"], wanted, true);
        let mut unavailable = scaled(&block["maxUnavailable"], wanted, false);
        if surge == 0 && unavailable == 0 {
            unavailable = 1;
        }
        sort::by_key(&mut sets, |it| it.created());
        let template = without_hash(&spec["template"]);
        let at = sets
            .iter()
            .position(|it| without_hash(&it.value["spec"]["template"]) == template);
        let as_set = |object: Arc<Object>| Set {
            replicas: count(&object.value["spec"], "replicas"),
            object,
        };
        let new = at.map(|at| as_set(sets.remove(at)));
        Self {
            ctx,
            deployment,
            wanted,
            is_rolling,
            max_surge: if is_rolling { surge } else { 0 },
            max_unavailable: if is_rolling && wanted > 0 {
                unavailable.min(wanted)
            } else {
                0
            },
            new,
            old: sets.into_iter().map(as_set).collect(),
            status: deployment.value["status"].clone(),
            revision: Text::new(),
            plan,
        }
    }

    /// All sets, the old ones first.
    fn sets(&self) -> impl Iterator<Item = &Set> {
        self.old.iter().chain(&self.new)
    }

    fn name(&self) -> Text {
        self.deployment.name().into()
    }

    /// How many pods all sets are to have.
    fn total(&self) -> i64 {
        self.sets().map(|it| it.replicas).sum()
    }

    /// The new set with its annotations as they should be; made if it is missing and asked for.
    ///
    /// upstream: getAllReplicaSetsAndSyncRevision, getNewReplicaSet.
    fn find_new(&mut self, creates: bool) {
        let newest = self.old.iter().map(|it| revision_of(&it.object)).max();
        let revision = newest.unwrap_or(0) + 1;
        let deadline = self.deployment.value["spec"]["progressDeadlineSeconds"].as_int();
        let has_deadline = deadline.is_some_and(|it| it != i64::from(i32::MAX));
        if let Some(set) = self.new.clone() {
            let mut value = set.object.value.clone();
            self.annotate(&mut value, revision, true);
            let spec = &self.deployment.value["spec"];
            if count(&value["spec"], "minReadySeconds") != count(spec, "minReadySeconds") {
                value["spec"]["minReadySeconds"] = count(spec, "minReadySeconds").into();
            }
            if value != set.object.value {
                let why = Why::ReplicaSetFollows {
                    deployment: self.name(),
                    set: set.object.name().into(),
                };
                self.update_set(&set, value, why);
                return;
            }
            let text = crate::text!("{}", revision_of(&set.object).max(revision));
            let is_old = self.deployment.meta()["annotations"][REVISION].as_str() != text;
            let has_condition = !self.status["conditions"]
                .item("type", "Progressing")
                .is_null();
            if has_deadline && !has_condition {
                let told = crate::text!("Found new replica set \"{}\"", set.object.name());
                self.set_condition("Progressing", "True", "FoundNewReplicaSet", told);
            }
            if is_old || has_deadline && !has_condition {
                self.revision = text;
                self.note_revision(set.object.name());
            }
        } else if creates {
            self.create(revision, has_deadline);
        }
    }

    fn create(&mut self, revision: i64, has_deadline: bool) {
        let spec = &self.deployment.value["spec"];
        let hash = super::owned::template_hash(self.deployment);
        let name = crate::text!("{}-{hash}", self.deployment.name());
        let key = Key::new(Kind::ReplicaSet, self.deployment.namespace(), &name);
        let mut value = new_value(&key);
        let labels = &spec["template"]["metadata"]["labels"];
        value["metadata"]["labels"] = labels.clone();
        value["metadata"]["labels"][HASH_LABEL] = (&hash).into();
        value["metadata"]["ownerReferences"] = owned_by(self.deployment);
        let replicas = self.wanted_of_new(0);
        value["spec"]["replicas"] = replicas.into();
        if count(spec, "minReadySeconds") > 0 {
            value["spec"]["minReadySeconds"] = spec["minReadySeconds"].clone();
        }
        value["spec"]["selector"] = spec["selector"].clone();
        value["spec"]["selector"]["matchLabels"][HASH_LABEL] = (&hash).into();
        value["spec"]["template"] = spec["template"].clone();
        value["spec"]["template"]["metadata"]["labels"][HASH_LABEL] = (&hash).into();
        self.annotate(&mut value, revision, false);
        let object = Arc::new(Object::new(Kind::ReplicaSet, value.clone()));
        let why = Why::ReplicaSetNew {
            deployment: self.name(),
            set: name.clone(),
        };
        let event = if replicas > 0 {
            (
                "ScalingReplicaSet",
                crate::text!("Scaled up replica set {name} from 0 to {replicas}"),
            )
        } else {
            ("", Text::new())
        };
        let failed = crate::text!("Failed to create new replica set \"{name}\": ");
        let failed = ("ReplicaSetCreateError", failed);
        self.plan.decisions.push(told(
            key,
            Verb::Create(value),
            why,
            self.deployment,
            NAME,
            event,
            failed,
        ));
        if has_deadline {
            let told = crate::text!("Created new replica set \"{name}\"");
            self.set_condition("Progressing", "True", "NewReplicaSetCreated", told);
        }
        self.revision = crate::text!("{revision}");
        self.note_revision(&name);
        self.new = Some(Set { object, replicas });
    }

    /// Annotations of the new set: the Deployment's, its revision, and how many are wanted.
    ///
    /// upstream: SetNewReplicaSetAnnotations.
    fn annotate(&self, value: &mut Value, revision: i64, exists: bool) {
        const OWN: [&str; 5] = [
            "kubectl.kubernetes.io/last-applied-configuration",
            REVISION,
            HISTORY,
            DESIRED,
            MAX,
        ];
        for (name, text) in self.deployment.meta()["annotations"].members() {
            if !OWN.contains(&name.as_str()) {
                value["metadata"]["annotations"][name.as_str()] = text.clone();
            }
        }
        let annotations = &mut value["metadata"]["annotations"];
        let old = Text::from(annotations[REVISION].as_str());
        if old.parse().unwrap_or(0) < revision {
            annotations[REVISION] = crate::text!("{revision}").into();
            if exists && !old.is_empty() {
                let past = annotations[HISTORY].as_str();
                let comma = if past.is_empty() { "" } else { "," };
                annotations[HISTORY] = crate::text!("{past}{comma}{old}").into();
            }
        }
        if !exists {
            self.annotate_size(value);
        }
    }

    /// upstream: SetReplicasAnnotations.
    fn annotate_size(&self, value: &mut Value) {
        let annotations = &mut value["metadata"]["annotations"];
        annotations[DESIRED] = crate::text!("{}", self.wanted).into();
        annotations[MAX] = crate::text!("{}", self.wanted + self.max_surge).into();
    }

    /// Writes a set, and goes on with it as it will stand.
    fn update_set(&mut self, set: &Set, value: Value, why: Why) {
        let key = set.object.key();
        let updated = Set {
            object: Arc::new(Object::new(Kind::ReplicaSet, value.clone())),
            replicas: set.replicas,
        };
        self.plan
            .decisions
            .push(Decision::send(key, Verb::Update(value), why));
        self.replace(updated);
    }

    fn replace(&mut self, set: Set) {
        let is_it = |it: &&mut Set| it.object.name() == set.object.name();
        let place = self.old.iter_mut().chain(&mut self.new).find(is_it);
        *place.expect("a set of this sync") = set;
    }

    /// upstream: rolloutRolling.
    fn roll(&mut self) {
        self.find_new(true);
        let Some(new) = self.new.clone() else {
            return;
        };
        let wanted = if new.replicas > self.wanted {
            self.wanted
        } else {
            self.wanted_of_new(new.replicas)
        };
        if new.replicas != self.wanted && self.resize(&new, wanted) || self.shrink_old(&new) {
            return self.write_rollout();
        }
        if self.is_complete() {
            self.clean_up();
        }
        self.write_rollout();
    }

    /// upstream: reconcileOldReplicaSets.
    fn shrink_old(&mut self, new: &Set) -> bool {
        let olds: Vec<Set> = self
            .old
            .iter()
            .filter(|it| it.replicas > 0)
            .cloned()
            .collect();
        if olds.is_empty() {
            return false;
        }
        let least = self.wanted - self.max_unavailable;
        let lacking = new.replicas - available(new);
        let mut spare = self.total() - least - lacking;
        let mut has_scaled = false;
        if spare > 0 {
            // upstream: cleanupUnhealthyReplicas.
            for set in &olds {
                let cut = spare.min(set.replicas - available(set));
                if cut > 0 {
                    has_scaled |= self.resize(set, set.replicas - cut);
                    spare -= cut;
                }
            }
            // upstream: scaleDownOldReplicaSetsForRollingUpdate.
            let all: i64 = self.sets().map(available).sum();
            let mut spare = all - least;
            for set in self.old.clone() {
                let cut = spare.min(set.replicas);
                if cut > 0 {
                    has_scaled |= self.resize(&set, set.replicas - cut);
                    spare -= cut;
                }
            }
        }
        if !has_scaled {
            self.wait_for_new(new, least);
        }
        has_scaled
    }

    fn wait_for_new(&mut self, new: &Set, least: i64) {
        let all: i64 = self.sets().map(available).sum();
        self.plan.decisions.push(Decision::Wait {
            on: new.object.key(),
            why: Why::RolloutWaits {
                deployment: self.name(),
                set: new.object.name().into(),
                available: crate::text!("{all}"),
                least: crate::text!("{least}"),
            },
        });
    }

    /// upstream: rolloutRecreate.
    fn recreate(&mut self) {
        self.find_new(false);
        let mut has_scaled = false;
        for set in self.old.clone() {
            if set.replicas > 0 {
                has_scaled |= self.resize(&set, 0);
            }
        }
        if has_scaled || self.waits_for_old() {
            return self.write_rollout();
        }
        if self.new.is_none() {
            self.find_new(true);
        }
        if let Some(new) = self.new.clone() {
            self.resize(&new, self.wanted);
        }
        if self.is_complete() {
            self.clean_up();
        }
        self.write_rollout();
    }

    /// Whether a pod of an older template is still there.
    ///
    /// upstream: oldPodsRunning.
    fn waits_for_old(&mut self) -> bool {
        let pods = self
            .ctx
            .objects
            .list_in(Kind::Pod, self.deployment.namespace());
        let is_old = |pod: &&Arc<Object>| {
            !pod.is_terminal() && self.old.iter().any(|it| pod.is_controlled_by(&it.object))
        };
        let found = pods.into_iter().find(is_old).cloned();
        if let Some(pod) = &found {
            let why = Why::RecreateWaits {
                deployment: self.name(),
                pod: pod.name().into(),
            };
            self.plan
                .decisions
                .push(Decision::Wait { on: pod.key(), why });
        }
        found.is_some()
            || self
                .old
                .iter()
                .any(|it| count(&it.object.value["status"], "replicas") > 0)
    }

    /// Deletes the oldest sets without pods, beyond `revisionHistoryLimit`.
    ///
    /// upstream: cleanupDeployment.
    fn clean_up(&mut self) {
        let limit = self.deployment.value["spec"]["revisionHistoryLimit"].as_int();
        let Some(limit) = limit.and_then(|it| usize::try_from(it).ok()) else {
            return;
        };
        let mut idle: Vec<&Set> = self
            .old
            .iter()
            .filter(|it| !it.object.is_terminating())
            .collect();
        let excess = idle.len().saturating_sub(limit);
        sort::by_key(&mut idle, |it| revision_of(&it.object));
        for set in idle.into_iter().take(excess) {
            let status = &set.object.value["status"];
            let is_seen = count(status, "observedGeneration") >= set.object.generation();
            if set.replicas == 0 && count(status, "replicas") == 0 && is_seen {
                let why = Why::ReplicaSetOld {
                    deployment: self.deployment.name().into(),
                    set: set.object.name().into(),
                    limit: crate::text!("{limit}"),
                };
                let verb = Verb::Delete(DeleteOptions::default());
                self.plan
                    .decisions
                    .push(Decision::send(set.object.key(), verb, why));
            }
        }
    }
}

/// upstream: EqualIgnoreHash.
fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    let labels = &mut template["metadata"]["labels"];
    if !labels[HASH_LABEL].is_null() {
        labels.remove(HASH_LABEL);
    }
    template
}

fn revision_of(set: &Object) -> i64 {
    let revision = set.meta()["annotations"][REVISION].as_str();
    revision.parse().unwrap_or(0)
}

fn available(set: &Set) -> i64 {
    count(&set.object.value["status"], "availableReplicas")
}
