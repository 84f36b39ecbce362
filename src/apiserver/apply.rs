//! Server-side apply: a manager says all it wants; what it wanted before and no longer names goes, what others manage
//! stays theirs.
//!
//! upstream: structured-merge-diff merge/update.go (Apply, prune), typed/{merge,validate}.go; apimachinery
//! pkg/util/managedfields/internal, lastappliedmanager.go, conflict.go.

use std::sync::Arc;

use ecow::EcoVec;

use super::decode::{self, Source};
use super::managed::{
    By, Claim, Comparison, Of, compare, difference, element, fields_of, intersection, strip, union,
};
use super::patch::go_text;
use super::places::Places;
use super::validate::go_json;
use super::write::{Part, Write, status_only};
use super::{Status, Written};
use crate::api::Object;
use crate::object;
use crate::schema::{Field, Merge, Shape, Type};
use crate::value::{Text, Value};

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// The one manager that takes over from client-side apply.
const KUBECTL: &str = "kubectl";

impl Write<'_> {
    pub(super) fn apply(
        mut self,
        config: &Value,
        force: bool,
        old: Option<&Arc<Object>>,
        part: Part,
    ) -> Result<Written, Status> {
        let kind = self.key.kind;
        let root = Of::root(kind);
        self.check_applied(config)?;
        let By::Update(manager, subresource) = core::mem::take(&mut self.by) else {
            unreachable!("a write begins as an update");
        };
        let claim = Claim {
            kind,
            manager: &manager,
            subresource: match part {
                Part::Main => subresource,
                Part::Status => "status",
            },
            now: self.now,
        };
        let mut set = fields_of(root, config);
        strip(kind, &mut set, part);
        let Some(old) = old else {
            if part == Part::Status {
                return Err(Status::not_found(self.key));
            }
            let mut body = config.clone();
            body["metadata"]["name"] = (&self.key.name).into();
            self.by = By::Set(claim.applied(&[], &set, &Comparison::default()));
            return self.create(&body);
        };
        let managers = self.store.managed(old);
        let mut merged = merge(root, &old.value, config);
        let mut own = managers.items().iter().filter(|it| claim.is_last(it));
        let last = own.next().map_or(&Value::Null, |it| &it["fieldsV1"]);
        let others = || managers.items().iter().filter(|it| !claim.is_last(it));
        let owned = others().fold(set.clone(), |all, it| union(&all, &it["fieldsV1"]));
        prune(root, &mut merged, last, &owned);
        let mut found = compare(root, Some(&old.value), Some(&merged));
        strip(kind, &mut found.changed, part);
        strip(kind, &mut found.removed, part);
        if !force {
            let mut taken = found.changed.clone();
            if manager == KUBECTL {
                taken = difference(&taken, &applied_by_client(root, &old.value));
            }
            refuse_conflicts(others(), &taken)?;
        }
        let is_same = set == *last && found.changed.is_null() && found.removed.is_null();
        self.by = By::Set(if is_same {
            managers.clone()
        } else {
            claim.applied(managers.items(), &set, &found)
        });
        let annotations = &merged["metadata"]["annotations"];
        if manager == KUBECTL && !annotations[LAST_APPLIED].is_null() {
            merged["metadata"]["annotations"][LAST_APPLIED] = last_applied(config).into();
        }
        if part == Part::Status {
            merged = status_only(&merged, &old.value);
        }
        let decoded = decode::decode(kind, &merged, Some(&old.value), Source::Body);
        let decoded = decoded.map_err(Status::bad_request)?;
        self.replace(decoded.value, old, part)
    }

    /// Checks the configuration against the types, as far as server-side apply does.
    fn check_applied(&self, config: &Value) -> Result<(), Status> {
        let kind = self.key.kind;
        let (version, expected) = (&config["apiVersion"], kind.api_version());
        if version.as_str() != expected {
            return Err(Status::bad_request(crate::text!(
                "Incorrect version specified in apply patch. Specified patch version: {version}, expected: {expected}"
            )));
        }
        if config["kind"].as_str() != kind.facts().kind {
            return Err(Status::bad_request(crate::text!(
                "Incorrect kind specified in apply patch: {}",
                config["kind"]
            )));
        }
        let meta = &config["metadata"];
        self.check_name(meta)?;
        if !meta["managedFields"].is_null() {
            return Err(Status::bad_request("metadata.managedFields must be nil"));
        }
        let mut check = Check::default();
        check.value(Of::root(kind), config);
        let why = match &check.errors[..] {
            [] => return Ok(()),
            [only] => only.clone(),
            all => crate::text!("errors:\n  {}", all.join("\n  ")),
        };
        let group = if expected.contains('/') { "" } else { "/" };
        Err(Status {
            code: 500,
            reason: "",
            message: crate::text!(
                "failed to create typed patch object ({}/{}; {group}{expected}, Kind={kind}): {why}",
                self.key.namespace,
                self.key.name
            ),
            details: Value::Null,
        })
    }
}

/// What the annotation of client-side apply and the object agree on.
///
/// upstream: allowedConflictsFromLastApplied.
fn applied_by_client(root: Of, live: &Value) -> Value {
    let text = live["metadata"]["annotations"][LAST_APPLIED].as_str();
    let Ok(last) = Value::from_json(text) else {
        return Value::Null;
    };
    let found = compare(root, Some(&last), Some(live));
    let agreed = difference(&fields_of(root, &last), &found.changed);
    difference(&agreed, &found.removed)
}

/// upstream: buildLastApplied.
fn last_applied(config: &Value) -> Text {
    let mut plain = config.clone();
    if !plain["metadata"]["annotations"].is_null() {
        plain["metadata"]["annotations"].remove(LAST_APPLIED);
    }
    crate::text!("{}\n", go_json(&plain))
}

/// upstream: NewConflictError, printManager.
fn refuse_conflicts<'a>(
    others: impl Iterator<Item = &'a Value>,
    taken: &Value,
) -> Result<(), Status> {
    // Each has a quote behind its name when they are sorted: a prefix comes first.
    let order = |it: &Value| crate::text!("{}\" {}", it["manager"], it["operation"]);
    let mut others: Vec<&Value> = others.collect();
    crate::sort::by(&mut others, |a, b| order(a).cmp(&order(b)));
    let mut causes = Vec::new();
    let mut lines = Text::new();
    for entry in others {
        let mut name = crate::text!("{:?}", entry["manager"].as_str());
        if !entry["subresource"].is_empty() {
            name = crate::text!(
                "{name} with subresource {:?}",
                entry["subresource"].as_str()
            );
        }
        if entry["operation"].as_str() == "Update" {
            name = crate::text!("{name} using {}", entry["apiVersion"]);
        }
        let mut all = Vec::new();
        paths(&intersection(&entry["fieldsV1"], taken), "", &mut all);
        if !all.is_empty() {
            lines.push_str(&crate::text!("conflicts with {name}:\n"));
        }
        for path in all {
            lines.push_str(&crate::text!("- {path}\n"));
            causes.push(object! {
                "reason": "FieldManagerConflict",
                "message": crate::text!("conflict with {name}"),
                "field": path,
            });
        }
    }
    let message = match &causes[..] {
        [] => return Ok(()),
        [only] => crate::text!(
            "Apply failed with 1 conflict: {}: {}",
            only["message"],
            only["field"]
        ),
        all => crate::text!(
            "Apply failed with {} conflicts: {}",
            all.len(),
            lines.trim_end()
        ),
    };
    Err(Status {
        code: 409,
        reason: "Conflict",
        message,
        details: object! {"causes": causes},
    })
}

/// The paths of a set, as messages print them.
fn paths(set: &Value, path: &str, all: &mut Vec<Text>) {
    for (name, inner) in set.members() {
        if name == "." {
            continue;
        }
        let path = crate::text!("{path}{}", printed(name));
        if inner.is_empty() || !inner["."].is_null() {
            all.push(path.clone());
        }
        paths(inner, &path, all);
    }
}

/// A path element as messages print it: `.spec`, `[name="web"]`, `[="x"]`.
fn printed(element: &str) -> Text {
    let (kind, rest) = element.split_at(element.len().min(2));
    match kind {
        "f:" => crate::text!(".{rest}"),
        "k:" => {
            let keys = Value::from_json(rest).unwrap_or_default();
            let keys = keys
                .members()
                .map(|(name, it)| crate::text!("{name}={}", it.to_json()));
            crate::text!("[{}]", keys.collect::<Vec<_>>().join(","))
        }
        _ => crate::text!("[={rest}]"),
    }
}

/// The live value with what the configuration says.
fn merge(of: Of, live: &Value, config: &Value) -> Value {
    match (of.is_leaf(), config) {
        (false, Value::Array(items)) => {
            let Some(field) = of.many(Shape::List) else {
                return config.clone();
            };
            merge_list(of, field, live.items(), items)
        }
        (false, Value::Object(map)) => {
            let mut merged = live.clone();
            let target = merged.as_map_mut();
            for (name, member) in map.iter() {
                let child = of.child(&crate::text!("f:{name}"));
                let member = merge(child, &live[name.as_str()], member);
                target.insert(name.clone(), member);
            }
            merged
        }
        _ => config.clone(),
    }
}

/// Both lists' items in an order that suits both.
///
/// upstream: mergingWalker.visitListItems.
fn merge_list(of: Of, field: &'static Field, live: &[Value], config: &[Value]) -> Value {
    let names =
        |items: &[Value]| -> Vec<Text> { items.iter().map(|it| element(field, it)).collect() };
    let (left, right) = (names(live), names(config));
    let placed = |names: &[Text]| {
        let mut places = Places::default();
        for (at, name) in names.iter().enumerate() {
            places.note(name, at);
        }
        places
    };
    let (in_left, in_right) = (placed(&left), placed(&right));
    let mut shared = right
        .iter()
        .filter(|it| in_left.get(it).is_some())
        .peekable();
    let mut merged = EcoVec::new();
    let mut done = Places::default();
    let (mut l, mut r) = (0, 0);
    while l < left.len() || r < right.len() {
        let name = left.get(l);
        let is_both = name.is_some() && name == right.get(r);
        if let Some(name) = name.filter(|_| !is_both) {
            let is_shared = in_right.get(name).is_some();
            let is_early = r < right.len() && shared.peek().is_some_and(|it| *it != name);
            if !is_shared {
                merged.push(live[l].clone());
            }
            if !is_shared || is_early {
                l += 1;
                continue;
            }
            l += usize::from(done.get(name).is_some());
        }
        let Some(name) = right.get(r) else {
            continue;
        };
        let known = in_left.get(name).map_or(&Value::Null, |at| &live[at]);
        merged.push(merge(of.child(name), known, &config[r]));
        done.note(name, r);
        shared.next_if(|it| *it == name);
        l += usize::from(is_both);
        r += 1;
    }
    Value::Array(merged)
}

/// Takes out what the manager applied last time and nobody owns any more.
///
/// upstream: merge.Updater.prune.
fn prune(of: Of, value: &mut Value, last: &Value, owned: &Value) {
    let goes = |name: &str| !last[name].is_null() && owned[name].is_null();
    match (of.many(Shape::List), value) {
        (Some(field), Value::Array(items)) if field.merge != Merge::Replace => {
            let mut left = EcoVec::new();
            for item in items.iter() {
                let name = element(field, item);
                if !goes(&name) {
                    let mut item = item.clone();
                    prune(
                        of.child(&name),
                        &mut item,
                        &last[name.as_str()],
                        &owned[name.as_str()],
                    );
                    left.push(item);
                }
            }
            *items = left;
        }
        (None, Value::Object(map)) => {
            for (name, inner) in last.members() {
                let key = name.strip_prefix("f:").unwrap_or_default();
                if goes(name) {
                    map.remove(key);
                } else if map.contains_key(key) {
                    prune(of.child(name), map.entry(key), inner, &owned[name.as_str()]);
                }
            }
        }
        _ => {}
    }
}

/// A look for what doesn't fit its type.
///
/// upstream: typed/validate.go.
#[derive(Default)]
struct Check {
    path: Text,
    errors: Vec<Text>,
}

impl Check {
    fn value(&mut self, of: Of, value: &Value) {
        if value.is_null() {
            return;
        }
        if let Some(field) = of.many(Shape::List) {
            self.list(of, field, value);
        } else if of.members().is_some() || of.many(Shape::Map).is_some() {
            let Some(map) = value.as_map() else {
                return self.report(&crate::text!("expected map, got &{{{}}}", go_text(value)));
            };
            for (name, member) in map.iter() {
                let name = crate::text!("f:{name}");
                self.part(of.child(&name), &name, member);
            }
        } else if let Of::Field(field) | Of::Item(field) = of {
            self.scalar(field, value);
        }
    }

    fn list(&mut self, of: Of, field: &'static Field, value: &Value) {
        let Value::Array(items) = value else {
            return self.report(&crate::text!("expected list, got &{{{}}}", go_text(value)));
        };
        let mut seen = Places::default();
        for (at, item) in items.iter().enumerate() {
            let name = match field.merge {
                Merge::Replace => crate::text!("[{at}]"),
                Merge::Key(key) if item[key].is_null() => {
                    self.report(&crate::text!(
                        "element {at}: associative list with keys has an element that omits key field \"{key}\" (and doesn't have default value)"
                    ));
                    continue;
                }
                Merge::Key(_) | Merge::Union => element(field, item),
            };
            if seen.repeats(&name) {
                let name = printed(&name);
                self.report(&crate::text!("duplicate entries for key {name}"));
            }
            self.part(of.child(&name), &name, item);
        }
    }

    fn part(&mut self, of: Of, name: &str, value: &Value) {
        let length = self.path.len();
        let text = if name.starts_with('[') {
            name.into()
        } else {
            printed(name)
        };
        self.path.push_str(&text);
        if matches!(of, Of::Unknown) {
            self.report("field not declared in schema");
        } else {
            self.value(of, value);
        }
        self.path.truncate(length);
    }

    fn scalar(&mut self, field: &Field, value: &Value) {
        let go_type = match value {
            Value::String(_) => "string",
            Value::Bool(_) => "bool",
            Value::Array(_) => "[]interface {}",
            Value::Object(_) => "map[string]interface {}",
            Value::Null | Value::Int(_) | Value::Float(_) => "",
        };
        let message = match field.element {
            Type::Int32 | Type::Int64 if !go_type.is_empty() => {
                crate::text!("expected numeric (int or float), got {go_type}")
            }
            Type::String | Type::Enum(_) | Type::Bytes if go_type != "string" => {
                crate::text!(
                    "expected string, got &value.valueUnstructured{{Value:{}}}",
                    value.to_json()
                )
            }
            Type::Bool if go_type != "bool" => {
                crate::text!("expected boolean, got &{{{}}}", go_text(value))
            }
            _ => return,
        };
        self.report(&message);
    }

    fn report(&mut self, message: &str) {
        self.errors.push(crate::text!("{}: {message}", self.path));
    }
}
