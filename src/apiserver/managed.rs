//! Who manages which field: `metadata.managedFields`.
//!
//! Objects are kept without it: it follows from the watch log, whose entries say who made each change, and is worked
//! out when somebody asks (see [`Store::managed`]). A set of fields is kept as the API writes it (FieldsV1): a member
//! a path element (`f:spec`, `k:{"name":"web"}`, `v:"x"`), an empty object or one with `.` a path that is in the set.
//! Left out: a limit to the number of managers (`ancient-changes`).
//!
//! upstream: structured-merge-diff typed/compare.go, merge/update.go; apimachinery/pkg/util/managedfields/internal.

use super::store::{Change, LogEntry, Store};
use super::write::Part;
use crate::api::{Kind, Object};
use crate::object;
use crate::schema::{self, Field, Merge, Shape, Struct, stands_empty};
use crate::time::Time;
use crate::value::{Map, Text, Value};

/// By whom a change was made.
#[derive(Clone, Debug, Default)]
pub enum By {
    /// By a part of the server that claims no fields.
    #[default]
    Server,
    /// By that manager, through that subresource.
    Update(Text, &'static str),
    /// By that manager, who sent this.
    Create(Text, Value),
    /// As an apply or a client has it: the whole list.
    Set(Value),
}

/// What an element of a path stands for.
#[derive(Clone, Copy)]
pub(super) enum Of {
    /// A struct.
    Struct(&'static Struct),
    /// All of a field.
    Field(&'static Field),
    /// An item of a field's list or map.
    Item(&'static Field),
    /// Something the table doesn't know.
    Unknown,
}

impl Of {
    pub fn root(kind: Kind) -> Self {
        Self::Struct(schema::root(kind))
    }

    /// The struct it is; nothing for lists, maps and scalars.
    pub fn members(self) -> Option<&'static Struct> {
        match self {
            Self::Struct(of) => Some(of),
            Self::Field(field) if field.shape != Shape::One => None,
            Self::Field(field) | Self::Item(field) => field.members(),
            Self::Unknown => None,
        }
    }

    /// The field whose list or map it is.
    pub fn many(self, shape: Shape) -> Option<&'static Field> {
        match self {
            Self::Field(field) if field.shape == shape => Some(field),
            _ => None,
        }
    }

    /// Whether it is owned as a whole.
    pub fn is_leaf(self) -> bool {
        if let Some(field) = self.many(Shape::List) {
            return field.merge == Merge::Replace;
        }
        match (self.many(Shape::Map), self.members()) {
            (Some(field), _) => field.is_atomic,
            (None, Some(of)) => of.is_atomic,
            (None, None) => true,
        }
    }

    /// What stands at a path element.
    pub fn child(self, element: &str) -> Self {
        if let Some(of) = self.members() {
            let name = element.strip_prefix("f:").unwrap_or_default();
            return of.field(name).map_or(Self::Unknown, Self::Field);
        }
        match self {
            Self::Field(field) => Self::Item(field),
            _ => Self::Unknown,
        }
    }

    /// The parts of a value by their path elements; none of what is owned as a whole.
    pub fn parts(self, value: &Value) -> Map {
        let mut parts = Vec::new();
        if self.is_leaf() {
            return Map::default();
        }
        if let Some(field) = self.many(Shape::List) {
            for item in value.items() {
                parts.push((element(field, item), item.clone()));
            }
        } else {
            for (name, member) in value.members() {
                parts.push((crate::text!("f:{name}"), member.clone()));
            }
        }
        Map::from_members(parts)
    }
}

/// What tells an item of a list from the others.
pub(super) fn element(field: &'static Field, item: &Value) -> Text {
    let Merge::Key(key) = field.merge else {
        return crate::text!("v:{}", item.to_json());
    };
    let mut keys = object! {};
    for key in [Some(key), field.second_key].into_iter().flatten() {
        keys[key] = match &item[key] {
            Value::Null => default_of(field, key),
            it => it.clone(),
        };
    }
    crate::text!("k:{}", keys.to_json())
}

fn default_of(field: &Field, key: &str) -> Value {
    let member = field.members().and_then(|it| it.field(key));
    member.and_then(|it| it.default).into()
}

/// The paths that came or changed, and those that went.
#[derive(Default)]
pub(super) struct Comparison {
    pub changed: Value,
    pub removed: Value,
}

/// Compares two values; nothing stands for one that is absent with all it would be in.
pub(super) fn compare(of: Of, old: Option<&Value>, new: Option<&Value>) -> Comparison {
    let mut found = Comparison::default();
    let (before, after) = (old.unwrap_or(&Value::Null), new.unwrap_or(&Value::Null));
    if old.is_some() == new.is_some() && before == after {
        return found;
    }
    let (left, right) = (of.parts(before), of.parts(after));
    if left.is_empty() && right.is_empty() {
        let whole = match new {
            None => &mut found.removed,
            Some(_) => &mut found.changed,
        };
        *whole = Value::object();
        return found;
    }
    let mut part = |name: &Text, old: Option<&Value>, new: Option<&Value>| {
        let of = of.child(name);
        let inner = compare(of, old, new);
        put(&mut found.changed, name, inner.changed);
        put(&mut found.removed, name, inner.removed);
    };
    for (name, old_part) in left.iter() {
        let new_part = right.get(name).or_else(|| empty(of, name, new));
        part(name, Some(old_part), new_part);
    }
    for (name, new_part) in right.iter().filter(|it| !left.contains_key(it.0)) {
        part(name, empty(of, name, old), Some(new_part));
    }
    for (set, is_absent) in [
        (&mut found.changed, old.is_none()),
        (&mut found.removed, new.is_none()),
    ] {
        if is_absent {
            set["."] = Value::object();
        }
    }
    found
}

/// What a struct that is there has where nothing was filled in.
fn empty(of: Of, name: &str, parent: Option<&Value>) -> Option<&'static Value> {
    static NULL: Value = Value::Null;
    match of.child(name) {
        Of::Field(field) if parent.is_some() && stands_empty(field) => Some(&NULL),
        _ => None,
    }
}

fn put(set: &mut Value, name: &str, part: Value) {
    if !part.is_null() {
        set[name] = part;
    }
}

/// The fields of an applied configuration.
///
/// upstream: typed/tofieldset.go.
pub(super) fn fields_of(of: Of, value: &Value) -> Value {
    let mut set = Value::Null;
    if of.is_leaf() {
        return Value::object();
    }
    let is_item = of.members().is_none();
    for (name, part) in of.parts(value).iter() {
        let mut inner = fields_of(of.child(name), part);
        match (&inner, part) {
            (Value::Null, Value::Array(_)) if !is_item => continue,
            (Value::Null, _) => inner = Value::object(),
            _ if is_item && !is_member(&inner) => inner["."] = Value::object(),
            _ => {}
        }
        set[name.as_str()] = inner;
    }
    set
}

/// Whether the path of a node is in the set itself.
fn is_member(node: &Value) -> bool {
    node.as_map()
        .is_some_and(|it| it.is_empty() || it.contains_key("."))
}

/// The paths for which `keep` holds of being in the one and in the other set.
fn combine(a: &Value, b: &Value, keep: fn(bool, bool) -> bool) -> Value {
    let mut all = Value::Null;
    let mut join = |name: &str| {
        if name != "." {
            put(&mut all, name, combine(&a[name], &b[name], keep));
        }
    };
    a.members().for_each(|it| join(it.0));
    let only_b = b.members().filter(|it| a[it.0.as_str()].is_null());
    only_b.for_each(|it| join(it.0));
    if keep(is_member(a), is_member(b)) {
        if all.is_null() {
            return Value::object();
        }
        all["."] = Value::object();
    }
    all
}

pub(super) fn union(a: &Value, b: &Value) -> Value {
    combine(a, b, |a, b| a || b)
}

pub(super) fn intersection(a: &Value, b: &Value) -> Value {
    combine(a, b, |a, b| a && b)
}

pub(super) fn difference(a: &Value, b: &Value) -> Value {
    combine(a, b, |a, b| a && !b)
}

/// Takes away what nobody owns, and what a write through that part doesn't reach.
///
/// upstream: stripMeta, the strategies' GetResetFields.
pub(super) fn strip(kind: Kind, set: &mut Value, part: Part) {
    for name in ["f:apiVersion", "f:kind", "."] {
        set.remove(name);
    }
    match part {
        Part::Main if super::strategy::has_status(kind) => set.remove("f:status"),
        Part::Main => None,
        Part::Status => set.remove("f:spec"),
    };
    if let Some(mut meta) = set.remove("f:metadata") {
        for name in NOBODYS {
            meta.remove(name);
        }
        if !meta.is_empty() {
            set["f:metadata"] = meta;
        }
    }
    if set.is_empty() {
        *set = Value::Null;
    }
}

const NOBODYS: [&str; 9] = [
    ".",
    "f:creationTimestamp",
    "f:generation",
    "f:managedFields",
    "f:name",
    "f:namespace",
    "f:resourceVersion",
    "f:selfLink",
    "f:uid",
];

const UPDATE: &str = "Update";
const APPLY: &str = "Apply";

/// Whether an entry is of the manager's own by that operation.
fn is_of(entry: &Value, manager: &str, operation: &str, subresource: &str) -> bool {
    entry["manager"].as_str() == manager
        && entry["operation"].as_str() == operation
        && entry["subresource"].as_str() == subresource
}

/// A change as the managers' list takes it in.
pub(super) struct Claim<'a> {
    pub kind: Kind,
    pub manager: &'a str,
    pub subresource: &'static str,
    pub now: Time,
}

impl Claim<'_> {
    /// Whether an entry says what this manager applied last.
    pub fn is_last(&self, entry: &Value) -> bool {
        is_of(entry, self.manager, APPLY, self.subresource)
    }

    /// The list after an update that made that difference.
    ///
    /// upstream: merge.Updater.Update, managedFieldsUpdater.Update.
    pub fn updated(&self, all: &[Value], mut found: Comparison) -> Value {
        let part = match self.subresource {
            "status" => Part::Status,
            _ => Part::Main,
        };
        strip(self.kind, &mut found.changed, part);
        strip(self.kind, &mut found.removed, part);
        if found.changed.is_null() && found.removed.is_null() {
            return all.iter().cloned().collect();
        }
        let mut own = Value::Null;
        let mut others = Vec::new();
        for entry in all {
            let left = difference(&entry["fieldsV1"], &found.removed);
            let is_own = is_of(entry, self.manager, UPDATE, self.subresource);
            if is_own && !found.changed.is_null() {
                own = left;
            } else {
                keep(&mut others, entry, difference(&left, &found.changed));
            }
        }
        let own = union(&own, &found.changed);
        if !found.changed.is_null() {
            others.push(self.entry(UPDATE, own));
        }
        sorted(others)
    }

    /// The list after an apply of that set which made that difference.
    pub fn applied(&self, all: &[Value], set: &Value, found: &Comparison) -> Value {
        let mut list = Vec::new();
        for entry in all {
            if !self.is_last(entry) {
                let left = difference(&entry["fieldsV1"], &found.removed);
                keep(&mut list, entry, difference(&left, &found.changed));
            }
        }
        if !set.is_null() {
            list.push(self.entry(APPLY, set.clone()));
        }
        sorted(list)
    }

    fn entry(&self, operation: &str, fields: Value) -> Value {
        let mut entry = object! {
            "manager": self.manager,
            "operation": operation,
            "apiVersion": self.kind.api_version(),
            "time": self.now.rfc3339(),
            "fieldsType": "FieldsV1",
            "fieldsV1": fields,
        };
        if !self.subresource.is_empty() {
            entry["subresource"] = self.subresource.into();
        }
        entry
    }
}

/// Keeps an entry with what it has left.
fn keep(list: &mut Vec<Value>, entry: &Value, left: Value) {
    if !left.is_null() {
        let mut entry = entry.clone();
        entry["fieldsV1"] = left;
        list.push(entry);
    }
}

/// upstream: sortEncodedManagedFields.
fn sorted(mut list: Vec<Value>) -> Value {
    let order = |it: &Value| {
        let text = |name: &str| it[name].as_str().to_owned();
        ["operation", "time", "manager", "apiVersion", "subresource"].map(text)
    };
    crate::sort::by(&mut list, |a, b| order(a).cmp(&order(b)));
    list.into()
}

impl Store {
    /// The managers of an object as it stands in the log.
    pub fn managed(&self, object: &Object) -> Value {
        let Some(entry) = self.entry(object.resource_version()) else {
            return Value::Null;
        };
        // Back to what is known, and forth again.
        let mut chain = vec![entry];
        let mut all = Value::Null;
        while let Some(before) = chain[chain.len() - 1].before.as_ref() {
            let Some(entry) = self.entry(before.resource_version()) else {
                break;
            };
            if let Some(known) = entry.managed.get() {
                all = known.clone();
                break;
            }
            chain.push(entry);
        }
        for entry in chain.into_iter().rev() {
            all = entry.managed.get_or_init(|| follow(entry, &all)).clone();
        }
        all
    }

    /// The object as the wire shows it.
    pub fn shown(&self, object: &Object) -> Value {
        let mut value = object.value.clone();
        let managed = self.managed(object);
        if !managed.is_empty() {
            value["metadata"]["managedFields"] = managed;
        }
        value
    }

    fn entry(&self, version: u64) -> Option<&LogEntry> {
        let first = self.log.first()?.resource_version;
        self.log
            .get(usize::try_from(version.checked_sub(first)?).ok()?)
    }
}

/// The list after a change.
fn follow(entry: &LogEntry, all: &Value) -> Value {
    let kind = entry.object.kind;
    let claim = |manager, subresource| Claim {
        kind,
        manager,
        subresource,
        now: entry.time,
    };
    let of = Of::root(kind);
    match &entry.by {
        _ if entry.change == Change::Deleted => all.clone(),
        By::Server => all.clone(),
        By::Set(list) => list.clone(),
        By::Create(manager, sent) => {
            let found = compare(of, Some(&Value::Null), Some(sent));
            claim(manager, "").updated(&[], found)
        }
        By::Update(manager, subresource) => {
            let before = entry.before.as_ref().map(|it| &it.value);
            let found = compare(of, before, Some(&entry.object.value));
            claim(manager, subresource).updated(all.items(), found)
        }
    }
}
