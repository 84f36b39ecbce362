//! The namespace controller: what is in a namespace that is to go is deleted, pods first, then the namespace let go.
//!
//! Left out: kinds that cannot be listed or deleted, which the API does not have.
//! upstream: pkg/controller/namespace: namespace_controller.go, deletion/namespaced_resources_deleter.go (v1.36:
//! OrderedNamespaceDeletion is always on), deletion/status_condition_utils.go.

use std::sync::Arc;

use crate::api::condition;
use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::{
    DeleteOptions, FOREGROUND, ORPHAN, Patch, Propagation, Request, Verb, WriteOptions,
};
use crate::persistent::Map;
use crate::plan::{Actor, Component, Ctx, Decision, OnError, Plan};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::why::Why;
use crate::{object, sort};

/// The namespace controller.
pub const COMPONENT: Component = Component {
    actor: Actor::NamespaceController,
    wakes,
    reconcile,
};

/// From any change of a namespace that is to go to the next look at it, so that every API server has heard of it.
///
/// upstream: namespaceDeletionGracePeriod.
const GRACE: Duration = Duration::s(5);
/// The longest back-off between vain attempts.
///
/// upstream: nsControllerRateLimiter.
const MOST: Duration = Duration::s(60);
/// What finalizers may take, in seconds.
///
/// upstream: finalizerEstimateSeconds.
const FINALIZERS: u64 = 15;

/// What holds a namespace while something is in it.
const FINALIZER: &str = "kubernetes";

/// upstream: enqueueNamespace.
fn wakes(_: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let namespace = after
        .or(before)
        .filter(|it| it.kind == Kind::Namespace && it.is_terminating());
    namespace.map(Object::key).into_iter().collect()
}

/// What is left of a namespace.
#[derive(Default)]
struct Rest {
    /// How many pods.
    pods: usize,
    /// Seconds until the rest may be gone.
    estimate: u64,
    /// `persistentvolumeclaims. has 2 resource instances`, and the like.
    kinds: Vec<Text>,
    /// How many objects each finalizer holds.
    finalizers: Map<Text, usize>,
}

impl Rest {
    /// Whether pods are left whose grace is over, and that nothing holds.
    fn is_overdue(&self) -> bool {
        self.pods > 0 && self.estimate == 0
    }
}

/// upstream: syncNamespaceFromKey, Delete, deleteAllContent.
fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let is_held = |it: &&Arc<Object>| {
        let mut finalizers = it.value["spec"]["finalizers"].items().iter();
        it.is_terminating() && finalizers.any(|it| it.as_str() == FINALIZER)
    };
    let Some(namespace) = ctx.objects.get(key).filter(is_held) else {
        return Plan::default();
    };
    let mut memory = ctx.memory.clone();
    let mut sync = Sync {
        ctx,
        namespace,
        rest: Rest::default(),
        decisions: Vec::new(),
    };
    let uid = Text::from(namespace.uid());
    let known = memory.due.get(&uid).map(|it| Time::START + *it);
    let mut due = known.unwrap_or(ctx.now + GRACE);
    let mut next = due.since(ctx.now);
    if due <= ctx.now {
        next = sync.run();
        // After an error the back-off says when.
        due = ctx.now;
        if !sync.rest.is_overdue() {
            due += next;
        }
    } else {
        sync.look();
        sync.wait(false);
    }
    memory.due.insert(uid, due.since(Time::START));
    Plan {
        decisions: sync.decisions,
        memory: Some(memory),
        requeue_after: Some(next),
    }
}

struct Sync<'a> {
    ctx: &'a Ctx<'a>,
    namespace: &'a Object,
    rest: Rest,
    decisions: Vec<Decision>,
}

impl Sync<'_> {
    /// Deletes what may go now, and says when to look again.
    fn run(&mut self) -> Duration {
        self.look();
        let objects = self.ctx.objects;
        let name = self.namespace.name();
        self.delete(Kind::Pod, objects.count_in(Kind::Pod, name));
        if self.rest.pods == 0 {
            for kind in Kind::ALL {
                // Events are in no controller's cache.
                let count = usize::from(kind == Kind::Event) + objects.count_in(kind, name);
                if kind.facts().namespaced && kind != Kind::Pod {
                    self.delete(kind, count);
                }
            }
        }
        let mut next = Duration::s(self.rest.estimate / 2 + 1);
        if self.tell() {
            next = next.min(GRACE);
        }
        if self.rest.is_overdue() {
            self.wait(true);
            return MOST;
        }
        if self.rest.estimate > 0 {
            self.wait(true);
            return next;
        }
        let others: Value = {
            let finalizers = self.namespace.value["spec"]["finalizers"].items().iter();
            finalizers
                .filter(|it| it.as_str() != FINALIZER)
                .cloned()
                .collect()
        };
        let patch = object! {"spec": object! {"finalizers": others}};
        let why = Why::NamespaceReleased {
            namespace: name.into(),
        };
        self.send(
            self.namespace.key(),
            Verb::Patch(Patch::Merge, patch),
            "finalize",
            why,
        );
        GRACE
    }

    fn send(&mut self, key: Key, verb: Verb, subresource: &'static str, why: Why) {
        let options = WriteOptions {
            subresource,
            ..WriteOptions::default()
        };
        self.decisions.push(Decision::Do {
            request: Request { key, verb, options },
            on_error: OnError::Continue,
            why,
            report: None,
        });
    }

    /// upstream: deleteCollection.
    fn delete(&mut self, kind: Kind, count: usize) {
        if count == 0 {
            return;
        }
        let name = Text::from(self.namespace.name());
        let options = DeleteOptions {
            propagation: Some(Propagation::Background),
            ..DeleteOptions::default()
        };
        let key = Key::new(kind, name.clone(), "");
        let why = Why::NamespaceEmptied { namespace: name };
        self.send(key, Verb::Delete(options), "", why);
    }

    /// What will still be there after the deletions.
    ///
    /// upstream: deleteAllContentForGroupVersionResource, estimateGracefulTerminationForPods.
    fn look(&mut self) {
        let (ctx, name) = (self.ctx, self.namespace.name());
        let mut grace_s = 0;
        for pod in ctx.objects.list_in(Kind::Pod, name) {
            let is_graceful =
                !pod.node_name().is_empty() && !pod.is_terminal() && pod.grace_s() > 0;
            if !pod.is_terminal() {
                grace_s = grace_s.max(pod.grace_s().unsigned_abs());
            }
            let is_held = self.count_finalizers(pod);
            self.rest.pods += usize::from(is_held || is_graceful || pod.is_terminating());
        }
        let asked = Time::parse(self.namespace.meta()["deletionTimestamp"].as_str());
        let since = ctx.now.since(asked.unwrap_or(ctx.now));
        if self.rest.pods > 0 && since < Duration::s(grace_s) {
            self.rest.estimate = grace_s;
        } else if !self.rest.finalizers.is_empty() {
            self.rest.estimate = FINALIZERS;
        }
        if self.rest.pods > 0 {
            return;
        }
        for kind in Kind::ALL.into_iter().filter(|it| *it != Kind::Pod) {
            let mut count = 0;
            for object in ctx.objects.list_in(kind, name) {
                count += usize::from(self.count_finalizers(object));
            }
            if count > 0 {
                let facts = kind.facts();
                let (plural, group) = (facts.plural, facts.group);
                let text = crate::text!("{plural}.{group} has {count} resource instances");
                self.rest.kinds.push(text);
                self.rest.estimate = FINALIZERS;
            }
        }
        sort::by(&mut self.rest.kinds, Ord::cmp);
    }

    /// Counts what holds an object; those that a deletion in the background takes away do not.
    fn count_finalizers(&mut self, object: &Object) -> bool {
        let mut is_held = false;
        for finalizer in object.meta()["finalizers"].items() {
            if let Some(it) = finalizer
                .text()
                .filter(|it| ![FOREGROUND, ORPHAN].contains(&it.as_str()))
            {
                let count = self.rest.finalizers.get(it).copied().unwrap_or_default();
                self.rest.finalizers.insert(it.clone(), count + 1);
                is_held = true;
            }
        }
        is_held
    }

    /// What is left, and what holds it, as the conditions say it.
    fn told(&self) -> [Text; 2] {
        let held = self.rest.finalizers.iter();
        let held = held.map(|(it, count)| crate::text!("{it} in {count} resource instances"));
        let held: Vec<Text> = held.collect();
        [self.rest.kinds.join(", ").into(), held.join(", ").into()]
    }

    /// Says what is waited for, after a look or before it.
    fn wait(&mut self, is_look: bool) {
        let (name, on) = (Text::from(self.namespace.name()), self.namespace.key());
        let [kinds, held] = self.told();
        let is_idle = self.rest.estimate == 0 && !self.rest.is_overdue();
        let is_early = !is_look && self.namespace.value["status"]["conditions"].is_empty();
        let why = if is_idle || is_early {
            Why::NamespaceGrace { namespace: name }
        } else if self.rest.pods > 0 {
            Why::WaitsForNamespacePods {
                namespace: name,
                number: crate::text!("{}", self.rest.pods),
            }
        } else {
            Why::WaitsForNamespaceContent {
                namespace: name,
                message: crate::text!("{kinds}: {held}"),
            }
        };
        self.decisions.push(if is_look && self.rest.is_overdue() {
            Decision::Fail { on, why }
        } else {
            Decision::Wait { on, why }
        });
    }

    /// Brings the conditions up to date; says whether they change.
    ///
    /// upstream: namespaceConditionUpdater.Update. While pods are left, nothing is said of what remains.
    fn tell(&mut self) -> bool {
        let name = self.namespace.name();
        let [kinds, held] = self.told();
        let bad = |is: bool, reason: &'static str, message: Text| is.then_some((reason, message));
        let failure = crate::text!(
            "Failed to delete all resource types, 1 remaining: unexpected items still remain in namespace: {name} for gvr: /v1, Resource=pods"
        );
        let has_pods = self.rest.pods > 0;
        let remain = bad(
            !kinds.is_empty(),
            "SomeResourcesRemain",
            crate::text!("Some resources are remaining: {kinds}"),
        );
        let finalizers = bad(
            !has_pods && !held.is_empty(),
            "SomeFinalizersRemain",
            crate::text!("Some content in the namespace has finalizers remaining: {held}"),
        );
        let fail = bad(self.rest.is_overdue(), "ContentDeletionFailed", failure);
        let old = &self.namespace.value["status"]["conditions"];
        let mut conditions = old.clone();
        for ((kind, reason, message), bad) in CONDITIONS
            .into_iter()
            .zip([None, None, fail, remain, finalizers])
        {
            let status = if bad.is_some() { "True" } else { "False" };
            let (reason, message) = bad.unwrap_or((reason, message.into()));
            let old = old.item("type", kind);
            let since = if old["status"].as_str() == status {
                old["lastTransitionTime"].clone()
            } else {
                self.ctx.now.rfc3339().into()
            };
            condition::put(
                &mut conditions,
                object! {"type": kind, "status": status, "lastTransitionTime": since, "reason": reason, "message": message},
            );
        }
        if conditions == *old {
            return false;
        }
        let patch = object! {"status": object! {"conditions": conditions}};
        let why = Why::NamespaceTold {
            namespace: name.into(),
        };
        self.send(
            self.namespace.key(),
            Verb::PatchStatus(Patch::Merge, patch),
            "",
            why,
        );
        true
    }
}

/// The conditions of a namespace that is to go, with what they say when nothing is in the way.
const CONDITIONS: [(&str, &str, &str); 5] = [
    (
        "NamespaceDeletionDiscoveryFailure",
        "ResourcesDiscovered",
        "All resources successfully discovered",
    ),
    (
        "NamespaceDeletionGroupVersionParsingFailure",
        "ParsedGroupVersions",
        "All legacy kube types successfully parsed",
    ),
    (
        "NamespaceDeletionContentFailure",
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    ),
    (
        "NamespaceContentRemaining",
        "ContentRemoved",
        "All content successfully removed",
    ),
    (
        "NamespaceFinalizersRemaining",
        "ContentHasNoFinalizers",
        "All content-preserving finalizers finished",
    ),
];
