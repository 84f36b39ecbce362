//! Patches that kubectl works out itself: what apply, set and edit send.
//!
//! upstream: k8s.io/apimachinery/pkg/util/strategicpatch, CreateThreeWayMergePatch.
// differs: no `$retainKeys`; what the last apply wrote and this one doesn't is deleted by name.

use crate::schema::{Field, Merge, Struct, named};
use crate::sort;
use crate::value::{Map, Text, Value};

/// Which differences a comparison reports.
#[derive(Clone, Copy, PartialEq)]
enum Report {
    /// What is new or different in the second: live object against file.
    Changes,
    /// What is missing in the second: last applied against file.
    Deletions,
    /// Both: one object edited.
    All,
}

/// What the schema says of a value, if it knows it.
type Known = Option<&'static Struct>;

/// The strategic merge patch that makes `current` what `modified` says, and deletes what `original` had besides.
pub(super) fn three_way(kind: &str, original: &Value, modified: &Value, current: &Value) -> Value {
    let known = named(kind);
    let mut patch = diff(known, original, modified, Report::Deletions);
    merge(
        known,
        &mut patch,
        &diff(known, current, modified, Report::Changes),
    );
    Value::Object(patch)
}

/// The strategic merge patch that makes `original` into `modified`.
pub(super) fn two_way(kind: &str, original: &Value, modified: &Value) -> Value {
    Value::Object(diff(named(kind), original, modified, Report::All))
}

fn field(known: Known, name: &str) -> Option<&'static Field> {
    known.and_then(|it| it.field(name))
}

fn diff(known: Known, from: &Value, to: &Value, report: Report) -> Map {
    let mut patch = Map::default();
    for (key, new) in to.members() {
        let old = &from[key.as_str()];
        if old == new {
            continue;
        }
        let field = field(known, key);
        match (old, new) {
            (Value::Object(_), Value::Object(_)) => {
                let inner = diff(field.and_then(Field::members), old, new, report);
                if !inner.is_empty() {
                    patch.insert(key.clone(), inner);
                }
            }
            (Value::Array(_), Value::Array(_)) => lists(field, key, old, new, report, &mut patch),
            _ if report == Report::Deletions => {}
            _ => {
                patch.insert(key.clone(), new.clone());
            }
        }
    }
    if report != Report::Changes {
        for (key, _) in from.members() {
            if !to.as_map().is_some_and(|it| it.contains_key(key)) {
                patch.insert(key.clone(), Value::Null);
            }
        }
    }
    patch
}

fn lists(
    field: Option<&'static Field>,
    name: &Text,
    old: &Value,
    new: &Value,
    report: Report,
    patch: &mut Map,
) {
    let known = field.and_then(Field::members);
    let key = match field.map(|it| it.merge) {
        Some(Merge::Key(key)) => key,
        // A union of scalars is replaced too: nobody applies finalizers here.
        Some(Merge::Replace | Merge::Union) | None => {
            if report != Report::Deletions {
                patch.insert(name.clone(), new.clone());
            }
            return;
        }
    };
    let same = |list: &Value, id: &Value| list.items().iter().find(|it| it[key] == *id).cloned();
    let mut changes = Vec::new();
    for item in new.items() {
        match same(old, &item[key]) {
            Some(before) => {
                let mut inner = diff(known, &before, item, report);
                if !inner.is_empty() {
                    inner.insert(key, item[key].clone());
                    changes.push(Value::Object(inner));
                }
            }
            None if report == Report::Deletions => {}
            None => changes.push(item.clone()),
        }
    }
    sort::by_key(&mut changes, |it| it[key].to_string());
    if report != Report::Changes {
        for item in old
            .items()
            .iter()
            .filter(|it| same(new, &it[key]).is_none())
        {
            let mut gone = crate::object! {"$patch": "delete"};
            gone[key] = item[key].clone();
            changes.push(gone);
        }
    }
    let order = |list: &Value, other: &Value| -> Vec<Value> {
        let kept = list
            .items()
            .iter()
            .filter(|it| same(other, &it[key]).is_some());
        kept.map(|it| it[key].clone()).collect()
    };
    if changes.is_empty() && (report == Report::Deletions || order(old, new) == order(new, old)) {
        return;
    }
    let only_key = |it: &Value| {
        let mut only = Value::object();
        only[key] = it[key].clone();
        only
    };
    let order: Value = new.items().iter().map(only_key).collect();
    patch.insert(["$setElementOrder/", name].concat(), order);
    if !changes.is_empty() {
        patch.insert(name.clone(), changes);
    }
}

/// Puts one patch on top of another.
fn merge(known: Known, patch: &mut Map, more: &Map) {
    for (name, value) in more.iter() {
        let field = field(known, name);
        let inner = field.and_then(Field::members);
        let slot = patch.entry(name);
        match (&mut *slot, value, field.map(|it| it.merge)) {
            (Value::Object(into), Value::Object(more), _) => merge(inner, into, more),
            (Value::Array(into), Value::Array(items), Some(Merge::Key(key))) => {
                for item in items {
                    match into.iter().position(|it| it[key] == item[key]) {
                        Some(at) => {
                            if let Some(more) = item.as_map() {
                                merge(inner, into.make_mut()[at].as_map_mut(), more);
                            }
                        }
                        None => into.push(item.clone()),
                    }
                }
            }
            _ => *slot = value.clone(),
        }
    }
}

/// What a patch from here makes of an object: what a client dry run shows.
pub(super) fn patched(kind: &str, object: &Value, patch: &Value) -> Value {
    apply(named(kind), object, patch)
}

fn apply(known: Known, object: &Value, patch: &Value) -> Value {
    let mut object = object.clone();
    for (name, change) in patch.members().filter(|it| !it.0.starts_with('$')) {
        let field = field(known, name);
        let inner = field.and_then(Field::members);
        let now = object[name.as_str()].clone();
        match (change, field.map(|it| it.merge)) {
            (Value::Null, _) => {
                object.remove(name);
            }
            (Value::Object(_), _) => object[name.as_str()] = apply(inner, &now, change),
            (Value::Array(items), Some(Merge::Key(key))) => {
                let mut list = now;
                let into = list.as_items_mut();
                for item in items {
                    match into.iter().position(|it| it[key] == item[key]) {
                        Some(at) if item["$patch"].as_str() == "delete" => {
                            into.remove(at);
                        }
                        Some(at) => {
                            let merged = apply(inner, &into[at], item);
                            into.make_mut()[at] = merged;
                        }
                        None => into.push(item.clone()),
                    }
                }
                object[name.as_str()] = list;
            }
            (other, _) => object[name.as_str()] = other.clone(),
        }
    }
    object
}

/// The object without nulls, as a first apply sends it.
pub(super) fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|it| !it.1.is_null());
            Value::Object(kept.map(|it| (it.0.clone(), without_nulls(it.1))).collect())
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        Value::from_json(text).unwrap()
    }

    #[test]
    fn a_container_is_changed_added_and_removed_by_name() {
        let original = json(
            r#"{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"a:1"},{"name":"old","image":"x"}]}}}}"#,
        );
        let modified = json(
            r#"{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"a:2"},{"name":"new","image":"y"}]}}}}"#,
        );
        let current = json(
            r#"{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"a:1","resources":{}},{"name":"old","image":"x"}]}}}}"#,
        );
        assert_eq!(
            three_way("StatefulSet", &original, &modified, &current).to_json(),
            r#"{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"a"},{"name":"new"}],"containers":[{"$patch":"delete","name":"old"},{"image":"a:2","name":"a"},{"image":"y","name":"new"}]}}}}"#
        );
    }

    #[test]
    fn what_the_file_no_longer_says_is_deleted_and_the_servers_own_is_left() {
        let original =
            json(r#"{"spec":{"replicas":2,"updateStrategy":{"rollingUpdate":{"partition":1}}}}"#);
        let modified = json(r#"{"spec":{"updateStrategy":{"type":"OnDelete"}}}"#);
        let current = json(
            r#"{"spec":{"replicas":5,"podManagementPolicy":"OrderedReady","updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":1}}}}"#,
        );
        assert_eq!(
            three_way("StatefulSet", &original, &modified, &current).to_json(),
            r#"{"spec":{"replicas":null,"updateStrategy":{"rollingUpdate":null,"type":"OnDelete"}}}"#
        );
    }

    #[test]
    fn nothing_to_change_is_an_empty_patch() {
        let file = json(r#"{"spec":{"ports":[{"port":80,"name":"web"}]}}"#);
        let live = json(
            r#"{"spec":{"ports":[{"port":80,"name":"web","protocol":"TCP"}],"type":"ClusterIP"}}"#,
        );
        assert_eq!(three_way("Service", &file, &file, &live).to_json(), "{}");
    }
}
