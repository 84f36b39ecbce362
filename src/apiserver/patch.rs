//! Patches: JSON merge, strategic merge, JSON patch.
//!
//! upstream: k8s.io/apimachinery/pkg/util/strategicpatch, evanphx/json-patch; error codes of endpoints/handlers/patch.go.

use ecow::EcoVec;

use super::places::Places;
use super::{Patch, Status};
use crate::api::Kind;
use crate::schema::{self, Field, Merge, Shape, Struct};
use crate::value::{Map, Text, Value};

/// The most operations one JSON patch may have.
///
/// upstream: maxJSONPatchOperations.
const MOST_OPERATIONS: usize = 10_000;

/// The most values that copies in one JSON patch may make: a patch that doubles itself ends here.
const MOST_COPIED: usize = 200_000;

/// The deepest a JSON pointer goes, and what it copies.
const MOST_STEPS: usize = 100;

/// The object a patch makes of another.
///
/// # Errors
/// 400 or 422 in the server's words.
pub(crate) fn apply(
    kind: Kind,
    how: Patch,
    object: &Value,
    patch: &Value,
) -> Result<Value, Status> {
    let mut value = object.clone();
    if how == Patch::Json {
        json(&mut value, patch)?;
        return Ok(value);
    }
    let Some(members) = patch.as_map() else {
        let word = match patch {
            Value::Array(_) => "array",
            Value::Bool(_) => "bool",
            Value::String(_) => "string",
            _ => "number",
        };
        return Err(Status::bad_request(crate::text!(
            "json: cannot unmarshal {word} into Go value of type map[string]interface {{}}"
        )));
    };
    match how {
        Patch::Merge => merge(&mut value, patch),
        Patch::Strategic | Patch::Json | Patch::Apply { .. } => {
            strategic(&mut value, members, Some(schema::root(kind)))?;
        }
    }
    Ok(value)
}

/// RFC 7386.
fn merge(value: &mut Value, patch: &Value) {
    let Some(members) = patch.as_map() else {
        *value = patch.clone();
        return;
    };
    let map = value.as_map_mut();
    for (name, change) in members.iter() {
        if !change.is_null() {
            merge(map.entry(name), change);
        } else if map.contains_key(name) {
            map.remove(name);
        }
    }
}

const PATCH: &str = "$patch";
const RETAIN: &str = "$retainKeys";
const DELETE_SCALARS: &str = "$deleteFromPrimitiveList/";
const ORDER: &str = "$setElementOrder/";

fn strategic(value: &mut Value, patch: &Map, of: Option<&Struct>) -> Result<(), Status> {
    match patch.get(PATCH).map(Value::as_str) {
        Some("replace") => {
            *value = Value::Object(without_directives(patch));
            return Ok(());
        }
        Some("delete") => {
            *value = Value::object();
            return Ok(());
        }
        Some("merge") | None => {}
        Some(other) => {
            return Err(Status::bad_request(crate::text!(
                "unknown patch type found: {other}"
            )));
        }
    }
    let map = value.as_map_mut();
    if let Some(kept) = patch.get(RETAIN) {
        map.retain(|name, _| kept.items().iter().any(|it| it.as_str() == name));
    }
    for (name, change) in patch.iter() {
        if let Some(name) = name.strip_prefix(DELETE_SCALARS) {
            let gone = places(change.items(), None);
            let items = map.entry(name).items().iter();
            let left = items
                .filter(|it| gone.get(&it.to_json()).is_none())
                .cloned();
            let left: EcoVec<Value> = left.collect();
            map.insert(name, Value::Array(left));
        }
        if name.starts_with('$') {
            continue;
        }
        let field = of.and_then(|it| it.field(name));
        match (change, map.get(name)) {
            (Value::Null, _) => {
                map.remove(name);
            }
            (Value::Object(inner), None) if !has_directive(inner) => {
                // A new member can still hold directives deeper down.
                let mut new = Value::object();
                strategic(&mut new, inner, field.and_then(Field::members))?;
                map.insert(name.clone(), new);
            }
            (Value::Object(inner), _) => {
                strategic(map.entry(name), inner, field.and_then(Field::members))?;
            }
            (Value::Array(items), _) => list(map.entry(name), items, field)?,
            _ => {
                map.insert(name.clone(), change.clone());
            }
        }
    }
    for (name, order) in patch.iter() {
        if let Some(name) = name.strip_prefix(ORDER)
            && map.contains_key(name)
        {
            let field = of.and_then(|it| it.field(name));
            reorder(map.entry(name), order, field);
        }
    }
    Ok(())
}

fn has_directive(patch: &Map) -> bool {
    patch.contains_key(PATCH)
}

/// The members that are not directives.
fn without_directives(patch: &Map) -> Map {
    let mut map = patch.clone();
    map.retain(|name, _| name != PATCH && name != RETAIN);
    map
}

fn list(value: &mut Value, patch: &EcoVec<Value>, field: Option<&Field>) -> Result<(), Status> {
    let how = field
        .filter(|it| it.shape == Shape::List)
        .map_or(Merge::Replace, |it| it.merge);
    match how {
        Merge::Replace => *value = Value::Array(patch.clone()),
        Merge::Union => {
            let items = value.as_items_mut();
            let mut known = places(items, None);
            for scalar in patch {
                if !known.repeats(&scalar.to_json()) {
                    items.push(scalar.clone());
                }
            }
        }
        Merge::Key(key) => keyed(value, patch, key, field.and_then(Field::members))?,
    }
    Ok(())
}

/// A list of structs that are the same when a member is.
fn keyed(
    value: &mut Value,
    patch: &EcoVec<Value>,
    key: &str,
    of: Option<&Struct>,
) -> Result<(), Status> {
    let is_replace = |it: &Value| it[PATCH].as_str() == "replace";
    if patch.iter().any(is_replace) {
        // upstream: the directive stands in an item of its own; the others are the new list.
        let items = patch.iter().filter(|it| !is_replace(it)).cloned();
        *value = Value::Array(items.collect());
        return Ok(());
    }
    let items = value.as_items_mut();
    let mut places = places(items, Some(key));
    let mut gone = false;
    for item in patch {
        let Some(members) = item.as_map() else {
            return Err(plain_error("invalid JSON document".into()));
        };
        if item[key].is_null() {
            let text = crate::text!(
                "map: {} does not contain declared merge key: {key}",
                go_text(item)
            );
            return Err(plain_error(text));
        }
        let name = item[key].to_json();
        let place = places.get(&name);
        match (item[PATCH].as_str() == "delete", place) {
            (true, Some(at)) => {
                items.make_mut()[at] = Value::Null;
                places.forget(&name);
                gone = true;
            }
            (true, None) => {}
            (false, Some(at)) => strategic(&mut items.make_mut()[at], members, of)?,
            (false, None) => {
                let mut new = Value::object();
                strategic(&mut new, members, of)?;
                places.note(&name, items.len());
                items.push(new);
            }
        }
    }
    if gone {
        items.retain(|it| !it.is_null());
    }
    Ok(())
}

/// What makes an item of a list the same as another: its key, or all of it.
fn identity(item: &Value, key: Option<&str>) -> String {
    key.map_or(item, |key| &item[key]).to_json()
}

/// Where each item stands.
fn places(items: &[Value], key: Option<&str>) -> Places {
    let mut places = Places::default();
    for (at, item) in items.iter().enumerate() {
        places.note(&identity(item, key), at);
    }
    places
}

/// Brings a merged list to the order the patch names; what it doesn't name keeps its place among the others.
///
/// upstream: normalizeElementOrder, mergeSortedSlice.
fn reorder(value: &mut Value, order: &Value, field: Option<&Field>) {
    let key = match field.map_or(Merge::Replace, |it| it.merge) {
        Merge::Replace => return,
        Merge::Union => None,
        Merge::Key(key) => Some(key),
    };
    let places = places(order.items(), key);
    // Each named item stands at its place in the order; an order names an item once.
    let mut named: Vec<Option<(usize, &Value)>> = vec![None; order.items().len()];
    let mut others: Vec<(usize, &Value)> = Vec::new();
    for (at, item) in value.items().iter().enumerate() {
        match places.get(&identity(item, key)) {
            Some(place) if named[place].is_none() => named[place] = Some((at, item)),
            _ => others.push((at, item)),
        }
    }
    let (mut named, mut others) = (
        named.into_iter().flatten().peekable(),
        others.into_iter().peekable(),
    );
    let mut merged = EcoVec::new();
    loop {
        let takes_other = match (others.peek(), named.peek()) {
            (None, None) => break,
            (Some(other), Some(name)) => other.0 < name.0,
            (other, _) => other.is_some(),
        };
        let next = if takes_other {
            others.next()
        } else {
            named.next()
        };
        merged.extend(next.map(|(_, it)| it.clone()));
    }
    *value = Value::Array(merged);
}

/// An error that upstream returns as it is: a Status without reason.
fn plain_error(message: Text) -> Status {
    Status {
        code: 500,
        reason: "",
        message,
        details: Value::Null,
    }
}

/// A value as Go's `%v` prints it.
pub(super) fn go_text(value: &Value) -> String {
    let list = |parts: Vec<String>| parts.join(" ");
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Array(items) => ["[", &list(items.iter().map(go_text).collect()), "]"].concat(),
        Value::Object(map) => {
            let pairs = map
                .iter()
                .map(|(key, it)| [key.as_str(), ":", &go_text(it)].concat());
            ["map[", &list(pairs.collect()), "]"].concat()
        }
        _ => value.to_string(),
    }
}

/// RFC 6902.
fn json(value: &mut Value, patch: &Value) -> Result<(), Status> {
    let Value::Array(operations) = patch else {
        return Err(Status::bad_request(
            "json: cannot unmarshal object into Go value of type jsonpatch.Patch",
        ));
    };
    if operations.len() > MOST_OPERATIONS {
        return Err(Status {
            code: 413,
            reason: "RequestEntityTooLarge",
            message: crate::text!(
                "Request entity too large: The allowed maximum operations in a JSON patch is {MOST_OPERATIONS}, got {}",
                operations.len()
            ),
            details: Value::object(),
        });
    }
    let mut budget = MOST_COPIED;
    for it in operations {
        operation(value, it, &mut budget).ok_or_else(|| Status {
            code: 422,
            reason: "Invalid",
            message: "the server rejected our request due to an error in our request".into(),
            details: Value::object(),
        })?;
    }
    Ok(())
}

/// Carries out one operation; nothing when it can't be.
fn operation(value: &mut Value, it: &Value, budget: &mut usize) -> Option<()> {
    let path = pointer(it["path"].text()?)?;
    let new = &it["value"];
    match it["op"].as_str() {
        "add" => add(value, &path, new.clone()),
        "remove" => remove(value, &path).map(|_| ()),
        "replace" => {
            *find_mut(value, &path)? = new.clone();
            Some(())
        }
        "test" => {
            let found = find(value, &path).cloned().unwrap_or_default();
            (found == *new).then_some(())
        }
        "move" => {
            let moved = remove(value, &pointer(it["from"].text()?)?)?;
            add(value, &path, moved)
        }
        "copy" => {
            let copied = find(value, &pointer(it["from"].text()?)?)?.clone();
            spend(&copied, MOST_STEPS, budget)?;
            add(value, &path, copied)
        }
        _ => None,
    }
}

/// The steps of a JSON pointer.
fn pointer(text: &str) -> Option<Vec<String>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let steps: Vec<&str> = text.strip_prefix('/')?.split('/').collect();
    let plain = |it: &&str| it.replace("~1", "/").replace("~0", "~");
    (steps.len() <= MOST_STEPS).then(|| steps.iter().map(plain).collect())
}

/// Takes the size of a copied value off what may still be copied; nothing when it is too much or too deep.
fn spend(value: &Value, depth: usize, budget: &mut usize) -> Option<()> {
    *budget = budget.checked_sub(1)?;
    let depth = depth.checked_sub(1)?;
    value
        .items()
        .iter()
        .try_for_each(|it| spend(it, depth, budget))?;
    value
        .members()
        .try_for_each(|(_, it)| spend(it, depth, budget))
}

fn find<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(value, |at, step| match at {
        Value::Object(map) => map.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

fn find_mut<'a>(value: &'a mut Value, path: &[String]) -> Option<&'a mut Value> {
    let mut at = value;
    for step in path {
        at = match at {
            Value::Object(map) if map.contains_key(step) => map.entry(step),
            Value::Array(items) => items.make_mut().get_mut(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(at)
}

fn add(value: &mut Value, path: &[String], new: Value) -> Option<()> {
    let Some((last, parents)) = path.split_last() else {
        *value = new;
        return Some(());
    };
    match find_mut(value, parents)? {
        Value::Object(map) => {
            map.insert(last.as_str(), new);
        }
        Value::Array(items) if last == "-" => items.push(new),
        Value::Array(items) => {
            let at = last.parse::<usize>().ok().filter(|at| *at <= items.len())?;
            items.insert(at, new);
        }
        _ => return None,
    }
    Some(())
}

fn remove(value: &mut Value, path: &[String]) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    match find_mut(value, parents)? {
        Value::Object(map) => map.remove(last),
        Value::Array(items) => {
            let at = last.parse::<usize>().ok().filter(|at| *at < items.len())?;
            Some(items.remove(at))
        }
        _ => None,
    }
}
