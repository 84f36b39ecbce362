//! The StatefulSet controller: one look at one set, answered with a plan.
//!
//! upstream: pkg/controller/statefulset/{stateful_set,stateful_set_control}.go.

mod claim;
mod identity;
mod open;
mod replicas;
mod revisions;
mod status;
mod storage;
mod update;

pub use revisions::{go_json, revision_data, revision_hash};

use std::sync::Arc;

use crate::api::statefulset::StatefulSetSpec;
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::{DeleteOptions, Request, Verb, WriteOptions};
use crate::config::Version;
use crate::memory::SetMemory;
use crate::plan::{Actor, Component, Ctx, Decision, EventSource, OnError, Plan, Report};
use crate::value::Text;
use crate::why::Why;
use revisions::Revisions;
use status::Status;

/// The StatefulSet controller.
pub const COMPONENT: Component = Component {
    actor: Actor::StatefulSetController,
    wakes,
    reconcile,
};

/// upstream: addPod, updatePod, deletePod, enqueueStatefulSet; spec/statefulset.md B.1.
fn wakes(objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(object) = after.or(before) else {
        return Vec::new();
    };
    match object.kind {
        Kind::StatefulSet => vec![object.key()],
        Kind::Pod => {
            let owner = |pod: &Object| owner_of(objects, pod);
            let mut keys: Vec<Key> = [before, after]
                .into_iter()
                .flatten()
                .filter_map(owner)
                .collect();
            let relabelled = before
                .is_none_or(|it| it.labels() != object.labels() || !it.controller().is_null());
            if after.is_some() && object.controller().is_null() && relabelled {
                let sets = objects.list_in(Kind::StatefulSet, object.namespace());
                keys.extend(
                    sets.filter(|it| it.statefulset_spec().selector.matches(object.labels()))
                        .map(|it| it.key()),
                );
            }
            keys.dedup();
            keys
        }
        _ => Vec::new(),
    }
}

/// upstream: resolveControllerRef.
fn owner_of(objects: &Objects, pod: &Object) -> Option<Key> {
    let owner = pod.controller();
    if owner["kind"].as_str() != "StatefulSet" {
        return None;
    }
    let key = Key::new(Kind::StatefulSet, pod.namespace(), owner["name"].as_str());
    objects
        .get(&key)
        .filter(|it| it.uid() == owner["uid"].as_str())
        .map(|_| key)
}

/// upstream: sync, syncStatefulSet, UpdateStatefulSet.
fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let Some(set) = ctx.objects.get(key) else {
        let mut memory = ctx.memory.clone();
        let known = memory.sets.remove(key);
        return Plan {
            memory: known.map(|_| memory),
            ..Plan::default()
        };
    };
    let mut sync = Sync {
        ctx,
        set,
        spec: set.statefulset_spec(),
        plan: Plan::default(),
        open: SetMemory::default(),
    };
    if sync.adopt_revisions() == Flow::Stop {
        return sync.plan;
    }
    let adopted = sync.plan.decisions.len();
    let revisions = sync.find_revisions();
    let of_revisions = sync.plan.decisions.split_off(adopted);
    sync.open(&revisions);
    let pods = sync.claim_pods();
    sync.plan.decisions.extend(of_revisions);
    let mut status = Status::count(&sync, &pods, &revisions);
    sync.act(&pods, &revisions, &mut status);
    status.complete_update(&sync);
    sync.write_status(&status);
    sync.truncate_history(&pods, &revisions);
    if sync.spec.min_ready.ms > 0 {
        sync.plan.requeue_after = sync.next_availability(&pods);
    }
    sync.plan.memory = Some(sync.remember());
    sync.plan
}

/// One sync of one set.
struct Sync<'a> {
    ctx: &'a Ctx<'a>,
    set: &'a Arc<Object>,
    spec: StatefulSetSpec<'a>,
    plan: Plan,
    /// What may be to do.
    open: SetMemory,
}

/// Whether the phases that follow still run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    GoOn,
    Stop,
}

/// What is done to a pod, as events word it.
#[derive(Clone, Copy)]
enum Act {
    Create,
    Update,
    Delete,
}

impl Sync<'_> {
    /// The phases in order; the first that stops ends the sync.
    ///
    /// upstream: updateStatefulSet.
    fn act(&mut self, pods: &[Arc<Object>], revisions: &Revisions, status: &mut Status) {
        if self.set.is_terminating() {
            let why = Why::SetTerminating { set: self.name() };
            return self.wait(self.set.key(), why);
        }
        // differs: the playground makes only so many pods of a set.
        let limit = self.ctx.config.replicas_max;
        if self.spec.replicas > limit {
            let why = Why::TooManyReplicas {
                set: self.name(),
                replicas: crate::text!("{}", self.spec.replicas),
                limit: crate::text!("{limit}"),
            };
            self.wait(self.set.key(), why);
        }
        let split = replicas::Split::new(self, pods);
        if self.process_replicas(&split, revisions) == Flow::Stop && self.spec.is_monotonic {
            return;
        }
        for pod in &split.condemned {
            if let Some(ordinal) = pod.ordinal_of(self.set.name()) {
                self.own_claims(Some(pod), ordinal);
            }
        }
        if self.process_condemned(&split) == Flow::Stop && self.spec.is_monotonic {
            return;
        }
        self.roll(&split, revisions, status);
    }

    fn name(&self) -> Text {
        self.set.name().into()
    }

    fn wait(&mut self, on: Key, why: Why) {
        self.plan.decisions.push(Decision::Wait { on, why });
    }

    /// Whether this sync has said already what the set waits for.
    fn waits_on_set(&self) -> bool {
        let key = self.set.key();
        let decisions = self.plan.decisions.iter();
        decisions
            .rev()
            .any(|it| matches!(it, Decision::Wait { on, .. } if *on == key))
    }

    /// A request whose error ends the plan, and the Event that tells how it went.
    fn send(&mut self, key: Key, verb: Verb, why: Why, report: Option<Report>) {
        let mut decision = Decision::send(key, verb, why);
        if let Decision::Do { report: place, .. } = &mut decision {
            *place = report;
        }
        self.plan.decisions.push(decision);
    }

    fn request(&mut self, key: Key, verb: Verb, on_error: OnError, why: Why) {
        let request = Request {
            key,
            verb,
            options: WriteOptions::default(),
        };
        self.plan.decisions.push(Decision::Do {
            request,
            on_error,
            why,
            report: None,
        });
    }

    fn delete_pod(&mut self, pod: &Object, why: Why) {
        let request = Request {
            key: pod.key(),
            verb: Verb::Delete(DeleteOptions::default()),
            options: WriteOptions::default(),
        };
        let report = Some(self.report(Act::Delete, pod.name()));
        self.plan.decisions.push(Decision::Do {
            request,
            on_error: OnError::Continue,
            why,
            report,
        });
    }

    /// The Event of an act on a pod.
    ///
    /// upstream: recordPodEvent; the verb is capitalised since v1.35.
    fn report(&self, act: Act, pod: &str) -> Report {
        let (verb, success, failure) = match act {
            Act::Create => ("Create", "SuccessfulCreate", "FailedCreate"),
            Act::Update => ("Update", "SuccessfulUpdate", "FailedUpdate"),
            Act::Delete => ("Delete", "SuccessfulDelete", "FailedDelete"),
        };
        let verb = match self.ctx.config.version {
            Version::V1_22 => verb.to_lowercase(),
            Version::V1_36 => verb.to_owned(),
        };
        let message = crate::text!("{verb} Pod {pod} in StatefulSet {}", self.set.name());
        Report {
            about: self.set.as_involved_object(),
            source: EventSource {
                component: "statefulset-controller",
                host: Text::new(),
            },
            success: (success, crate::text!("{message} successful")),
            failure: (failure, crate::text!("{message} failed error: ")),
        }
    }

    /// How long until the next Ready pod has been Ready for minReadySeconds.
    ///
    /// upstream: stateful_set.go syncStatefulSet, since v1.35 the exact instant.
    fn next_availability(&self, pods: &[Arc<Object>]) -> Option<crate::time::Duration> {
        let now = self.ctx.now;
        let waiting = pods
            .iter()
            .filter(|it| it.is_ready() && !it.is_available(self.spec.min_ready, now));
        waiting
            .filter_map(|it| it.available_at(self.spec.min_ready))
            .min()
            .map(|at| at.since(now))
    }
}
