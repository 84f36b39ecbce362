//! The garbage collector: what no owner keeps any more goes, and owners that wait for it go after it.
//!
//! Left out: owners of kinds the API does not have (upstream retries those forever), OwnerRefInvalidNamespace.
//! upstream: pkg/controller/garbagecollector/{garbagecollector,graph_builder}.go; spec/statefulset.md G.1, G.2.

use crate::api::{Key, Kind, Object, Objects};
use crate::apiserver::{
    DeleteOptions, FOREGROUND, ORPHAN, Patch, Propagation, Request, Verb, WriteOptions,
};
use crate::plan::{Actor, Component, Ctx, Decision, OnError, Plan};
use crate::value::{Text, Value};
use crate::why::Why;
use crate::{array, object};

/// The garbage collector.
pub const COMPONENT: Component = Component {
    actor: Actor::GarbageCollector,
    wakes,
    reconcile,
};

/// upstream: processGraphChanges.
fn wakes(objects: &Objects, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let mut keys = Vec::new();
    let Some(object) = after.or(before) else {
        return keys;
    };
    let owners = |it: Option<&Object>| it.map(|it| it.meta()["ownerReferences"].clone());
    let is_held = has_finalizer(object, FOREGROUND) || has_finalizer(object, ORPHAN);
    let begins_to_wait =
        is_held && object.is_terminating() && before.is_none_or(|it| !it.is_terminating());
    let has_other_owners = owners(before) != owners(after);
    let is_gone = after.is_none();
    let references = object.meta()["ownerReferences"].items();
    let is_absent = |it: &Value| is_known(it) && owner_of(objects, object, it).is_none();
    if begins_to_wait || has_other_owners && !is_gone && references.iter().any(is_absent) {
        keys.push(object.key());
    }
    if is_gone {
        keys.extend(dependents(objects, object).map(Object::key));
    }
    if has_other_owners && let Some(old) = before {
        // An owner that waited for this one looks again. A new dependent is not looked at by itself: so the revision
        // that the controller makes again lives for a while.
        for reference in old.meta()["ownerReferences"].items() {
            let owner = owner_of(objects, old, reference).filter(|it| it.is_terminating());
            keys.extend(owner.map(Object::key));
        }
    }
    keys
}

/// upstream: attemptToDeleteItem, attemptToOrphanWorker.
fn reconcile(ctx: &Ctx<'_>, key: &Key) -> Plan {
    let mut plan = Plan::default();
    let Some(object) = ctx.objects.get(key) else {
        return plan;
    };
    let decisions = &mut plan.decisions;
    if waits_for_dependents(object) {
        wait_for_dependents(ctx, object, decisions);
    } else if object.is_terminating() {
        if has_finalizer(object, ORPHAN) {
            orphan(ctx, object, decisions);
        }
    } else {
        collect(ctx, object, decisions);
    }
    plan
}

/// An object that still stands: deleted when all its owners are gone or going in the foreground.
///
/// upstream: attemptToDeleteItem, classifyReferences.
fn collect(ctx: &Ctx<'_>, object: &Object, decisions: &mut Vec<Decision>) {
    let references = object.meta()["ownerReferences"].items();
    let (mut kept, mut gone) = (Vec::new(), None);
    let mut going = None;
    for reference in references {
        let name: Text = reference["name"].as_str().into();
        match owner_of(ctx.objects, object, reference) {
            Some(owner) if waits_for_dependents(owner) => going = going.or(Some(name)),
            None if is_known(reference) => gone = gone.or(Some(name)),
            Some(_) | None => kept.push(reference),
        }
    }
    let dependent: Text = text_of(object);
    if let (true, Some(owner)) = (kept.is_empty(), going.clone()) {
        let why = Why::OwnerGoing { dependent, owner };
        let blocks = dependents(ctx.objects, object).next().is_some();
        decisions.push(delete(object, blocks, why));
    } else if let (true, Some(owner)) = (kept.is_empty(), gone.clone()) {
        let why = Why::OwnerGone { dependent, owner };
        decisions.push(delete(object, false, why));
    } else if let Some(owner) = gone.or(going) {
        let stays = |it: &&Value| !kept.contains(it);
        let cut: Value = references.iter().filter(stays).map(cut).collect();
        decisions.push(patch(object, cut, Why::OwnerDangles { dependent, owner }));
    }
}

/// An owner that goes in the foreground: last, after all that block it, which are looked at whenever it is.
///
/// upstream: processDeletingDependentsItem.
fn wait_for_dependents(ctx: &Ctx<'_>, owner: &Object, decisions: &mut Vec<Decision>) {
    let blocks = |it: &&Object| {
        let references = it.meta()["ownerReferences"].items().iter();
        references
            .filter(|it| it["uid"].as_str() == owner.uid())
            .any(|it| it["blockOwnerDeletion"].is_true())
    };
    let left: Vec<&Object> = dependents(ctx.objects, owner).filter(blocks).collect();
    let name = text_of(owner);
    if left.is_empty() {
        let why = Why::DependentsGone { owner: name };
        return decisions.push(release(owner, FOREGROUND, why));
    }
    decisions.push(Decision::Wait {
        on: owner.key(),
        why: Why::WaitsForDependents {
            owner: name,
            left: crate::text!("{}", left.len()),
        },
    });
    for dependent in left.into_iter().filter(|it| !it.is_terminating()) {
        collect(ctx, dependent, decisions);
    }
}

/// An owner that leaves what it owns behind.
///
/// upstream: orphanDependents.
fn orphan(ctx: &Ctx<'_>, owner: &Object, decisions: &mut Vec<Decision>) {
    for dependent in dependents(ctx.objects, owner) {
        let why = Why::Orphaned {
            dependent: text_of(dependent),
            owner: text_of(owner),
        };
        let cut = array![object! {"$patch": "delete", "uid": owner.uid()}];
        decisions.push(patch(dependent, cut, why));
    }
    let why = Why::DependentsOrphaned {
        owner: text_of(owner),
    };
    decisions.push(release(owner, ORPHAN, why));
}

/// What names that object as an owner.
fn dependents<'a>(objects: &'a Objects, owner: &Object) -> impl Iterator<Item = &'a Object> {
    let uid: Text = owner.uid().into();
    let is_owned = move |it: &&Object| {
        let references = it.meta()["ownerReferences"].items().iter();
        references
            .into_iter()
            .any(|it| it["uid"].text() == Some(&uid))
    };
    objects.iter().map(|it| it.1.as_ref()).filter(is_owned)
}

/// The owner a reference means, if it stands.
fn owner_of<'a>(objects: &'a Objects, dependent: &Object, reference: &Value) -> Option<&'a Object> {
    let kind = kind_of(reference)?;
    let namespace = if kind.facts().namespaced {
        dependent.namespace()
    } else {
        ""
    };
    let key = Key::new(kind, namespace, reference["name"].as_str());
    let owner = objects.get(&key)?;
    (owner.uid() == reference["uid"].as_str()).then_some(owner)
}

fn kind_of(reference: &Value) -> Option<Kind> {
    Kind::of(reference["apiVersion"].as_str(), reference["kind"].as_str())
}

/// Whether the collector would see the owner if it stood.
fn is_known(reference: &Value) -> bool {
    kind_of(reference).is_some_and(|it| it != Kind::Event)
}

fn has_finalizer(object: &Object, name: &str) -> bool {
    let all = object.meta()["finalizers"].items();
    all.iter().any(|it| it.as_str() == name)
}

fn waits_for_dependents(object: &Object) -> bool {
    object.is_terminating() && has_finalizer(object, FOREGROUND)
}

fn text_of(object: &Object) -> Text {
    crate::text!("{}", object.key())
}

fn cut(reference: &Value) -> Value {
    object! {"$patch": "delete", "uid": &reference["uid"]}
}

fn act(object: &Object, verb: Verb, why: Why) -> Decision {
    let request = Request {
        key: object.key(),
        verb,
        options: WriteOptions::default(),
    };
    Decision::Do {
        request,
        on_error: OnError::Continue,
        why,
        report: None,
    }
}

fn delete(object: &Object, in_foreground: bool, why: Why) -> Decision {
    // Otherwise as the object's own finalizers say.
    let propagation = in_foreground.then_some(Propagation::Foreground);
    let options = DeleteOptions {
        uid: Some(object.uid().into()),
        propagation,
        ..DeleteOptions::default()
    };
    act(object, Verb::Delete(options), why)
}

fn patch(object: &Object, owners: Value, why: Why) -> Decision {
    let patch = object! {"metadata": object! {"uid": object.uid(), "ownerReferences": owners}};
    act(object, Verb::Patch(Patch::Strategic, patch), why)
}

/// Takes a finalizer off.
///
/// upstream: removeFinalizer.
fn release(object: &Object, finalizer: &str, why: Why) -> Decision {
    let all = object.meta()["finalizers"].items().iter();
    let rest: Value = all.filter(|it| it.as_str() != finalizer).cloned().collect();
    let patch = object! {"metadata": object! {"uid": object.uid(), "finalizers": rest}};
    act(object, Verb::Patch(Patch::Merge, patch), why)
}
