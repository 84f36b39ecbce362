//! What the API knows of its objects' fields: names, types, list keys, enum values, constant defaults.
//!
//! One table (`schema/types.txt`) that strict decoding, defaulting, strategic merge, `explain` and completion read.
//! Its lines, one a struct, fields by name: `PodSpec containers:[Container!#name …`, each field `name:type`, the type being `*` for a
//! pointer, `[` for a list, `{` for a map from strings, then a scalar's letter or the name of a struct or enum. After
//! it: `!` always written (no `omitempty`), `?` left out when zero although a struct, `#key` merged by that key in a
//! strategic merge (`#` alone: a list of scalars that is merged; after `+` another key that server-side apply adds), `&`
//! keys of the union are retained, `^` owned as a whole by server-side apply (of a struct: wherever it stands), `~`
//! stored but not simulated, `=value` the default. A line that starts with `=` is a named string with its known values.
//!
//! upstream: k8s.io/api v0.36 types.go (json and patchStrategy tags, listMapKey, mapType, structType), pkg/apis/*/v1/defaults.go.

use std::sync::LazyLock;

use crate::api::Kind;

/// A field's element type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the API's own")]
pub enum Type {
    String,
    Bool,
    Int32,
    Int64,
    IntOrString,
    Quantity,
    Time,
    MicroTime,
    Bytes,
    /// Any JSON.
    Raw,
    /// A named string; see [`Field::values`].
    Enum(usize),
    /// See [`Field::members`].
    Struct(usize),
}

/// How many of the element a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Shape {
    One,
    List,
    /// From strings.
    Map,
}

/// How a strategic merge patch treats a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The patch's value replaces it.
    Replace,
    /// The patch's scalars are added to it.
    Union,
    /// Items with the same value of that member are merged.
    Key(&'static str),
}

/// One field of a struct.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "the marks of the table, each on its own"
)]
pub struct Field {
    /// Its JSON name.
    pub name: &'static str,
    /// What it holds.
    pub element: Type,
    /// How many of it.
    pub shape: Shape,
    /// Whether null and zero are different.
    pub is_pointer: bool,
    /// Whether it is written even when empty.
    pub is_always: bool,
    /// A struct that is nevertheless left out when zero.
    pub omits_zero: bool,
    /// How a strategic merge treats it.
    pub merge: Merge,
    /// What beside the key of the merge tells two items apart in a server-side apply.
    pub second_key: Option<&'static str>,
    /// Whether server-side apply takes it as a whole although it has members.
    pub is_atomic: bool,
    /// Whether a strategic merge keeps only the union's keys that the patch names.
    pub retains_keys: bool,
    /// Whether anything here acts on it; else it is kept, returned, and nothing more.
    pub is_simulated: bool,
    /// What stands there when nothing was given.
    pub default: Option<&'static str>,
}

/// A struct of the API.
#[derive(Debug)]
pub struct Struct {
    /// Its Go name.
    pub name: &'static str,
    /// Whether server-side apply takes it as a whole.
    pub is_atomic: bool,
    /// Its fields by name.
    pub fields: Vec<Field>,
    /// Places in `fields` of those that stand in every object: always written, defaulted, or a struct by value.
    pub filled: Vec<usize>,
}

struct Schema {
    structs: Vec<Struct>,
    enums: Vec<(&'static str, Vec<&'static str>)>,
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| parse(include_str!("schema/types.txt")));

/// The struct of a kind.
///
/// # Panics
/// Never: every kind has a line in the table (a test says so).
pub fn root(kind: Kind) -> &'static Struct {
    named(kind.facts().kind).expect("every kind is in the table")
}

/// The struct of that Go name.
pub fn named(name: &str) -> Option<&'static Struct> {
    SCHEMA.structs.iter().find(|it| it.name == name)
}

/// The field at a dotted path without indexes: `spec.template.spec.containers.image`.
pub fn at(kind: Kind, path: &str) -> Option<&'static Field> {
    let mut fields = Some(root(kind));
    let mut found = None;
    for name in path.split('.') {
        found = fields?.field(name);
        fields = found?.members();
    }
    found
}

impl Struct {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let at = self.fields.binary_search_by(|it| it.name.cmp(name)).ok()?;
        Some(&self.fields[at])
    }

    /// The name as Go prints it, without the package that tells two of the same name apart in the table.
    pub fn go_name(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }
}

impl Field {
    /// The struct its element is; nothing for scalars.
    pub fn members(&self) -> Option<&'static Struct> {
        match self.element {
            Type::Struct(at) => Some(&SCHEMA.structs[at]),
            Type::String
            | Type::Bool
            | Type::Int32
            | Type::Int64
            | Type::IntOrString
            | Type::Quantity
            | Type::Time
            | Type::MicroTime
            | Type::Bytes
            | Type::Raw
            | Type::Enum(_) => None,
        }
    }

    /// The known values of a named string, in the order the server lists them; none for other types.
    pub fn values(&self) -> &'static [&'static str] {
        match self.element {
            Type::Enum(at) => &SCHEMA.enums[at].1,
            Type::String
            | Type::Bool
            | Type::Int32
            | Type::Int64
            | Type::IntOrString
            | Type::Quantity
            | Type::Time
            | Type::MicroTime
            | Type::Bytes
            | Type::Raw
            | Type::Struct(_) => &[],
        }
    }

    /// The type as Go's JSON errors print it: `int32`, `[]v1.Container`.
    pub fn go_type(&self) -> String {
        let element = self.go_element();
        match (self.shape, self.element) {
            (Shape::One, _) => element,
            (Shape::List, _) => ["[]", &element].concat(),
            (Shape::Map, Type::Quantity) => "v1.ResourceList".to_owned(),
            (Shape::Map, _) => ["map[string]", &element].concat(),
        }
    }

    /// The type of one element, as Go's JSON errors print it.
    pub fn go_element(&self) -> String {
        let plain = match self.element {
            Type::String => "string",
            Type::Bool => "bool",
            Type::Int32 => "int32",
            Type::Int64 => "int64",
            Type::IntOrString => "intstr.IntOrString",
            Type::Quantity => "resource.Quantity",
            Type::Time => "v1.Time",
            Type::MicroTime => "v1.MicroTime",
            Type::Bytes => "[]uint8",
            Type::Raw => "runtime.RawExtension",
            Type::Enum(at) => return ["v1.", SCHEMA.enums[at].0].concat(),
            Type::Struct(at) => return ["v1.", SCHEMA.structs[at].go_name()].concat(),
        };
        plain.to_owned()
    }

    /// Whether this is a struct by value: written as `{}` when nothing was given.
    pub fn is_struct_value(&self) -> bool {
        matches!(self.element, Type::Struct(_)) && self.shape == Shape::One && !self.is_pointer
    }
}

/// Whether a field stands in every object: always written, defaulted, a struct by value, or a time by value.
pub fn is_filled(field: &Field) -> bool {
    field.default.is_some() || stands_empty(field)
}

/// Whether a field stands in an object that nobody has filled in.
pub fn stands_empty(field: &Field) -> bool {
    let is_value = field.shape == Shape::One && !field.is_pointer && !field.omits_zero;
    let is_go_struct = matches!(
        field.element,
        Type::Struct(_) | Type::Time | Type::MicroTime | Type::IntOrString | Type::Quantity
    );
    field.is_always || (is_value && is_go_struct)
}

fn parse(table: &'static str) -> Schema {
    let lines = || table.lines().map(|it| it.split(' '));
    let first_of = |mut words: core::str::Split<'static, char>| words.next().unwrap_or_default();
    let name_of = |words| first_of(words).trim_end_matches('^');
    let (mut names, mut enums) = (Vec::new(), Vec::new());
    for words in lines() {
        match name_of(words.clone()).strip_prefix('=') {
            Some(name) => enums.push((name, words.skip(1).collect())),
            None => names.push(name_of(words)),
        }
    }
    let structs = lines()
        .take(names.len())
        .map(|words| {
            let name = name_of(words.clone());
            let fields: Vec<_> = words
                .clone()
                .skip(1)
                .map(|it| parse_field(it, &names, &enums))
                .collect();
            let filled = (0..fields.len())
                .filter(|at| is_filled(&fields[*at]))
                .collect();
            Struct {
                name,
                is_atomic: first_of(words).ends_with('^'),
                fields,
                filled,
            }
        })
        .collect();
    Schema { structs, enums }
}

fn parse_field(
    text: &'static str,
    structs: &[&str],
    enums: &[(&'static str, Vec<&'static str>)],
) -> Field {
    let (text, default) = match text.split_once('=') {
        Some((text, default)) => (text, Some(default)),
        None => (text, None),
    };
    let (name, mut rest) = text.split_once(':').expect("a field has a type");
    let mut take = |sign: char| match rest.strip_prefix(sign) {
        Some(after) => {
            rest = after;
            true
        }
        None => false,
    };
    let is_pointer = take('*');
    let shape = match (take('['), take('{')) {
        (true, _) => Shape::List,
        (_, true) => Shape::Map,
        _ => Shape::One,
    };
    let end = rest
        .find(['!', '?', '&', '#', '^', '~'])
        .unwrap_or(rest.len());
    let (element, flags) = rest.split_at(end);
    let key = flags
        .split_once('#')
        .map(|(_, key)| key.trim_end_matches('~'));
    let (key, second_key) = match key.and_then(|it| it.split_once('+')) {
        Some((key, second)) => (Some(key), Some(second)),
        None => (key, None),
    };
    Field {
        name,
        element: parse_type(element, structs, enums),
        shape,
        is_pointer,
        is_always: flags.starts_with('!'),
        omits_zero: flags.starts_with('?'),
        merge: match key {
            None => Merge::Replace,
            Some("") => Merge::Union,
            Some(key) => Merge::Key(key),
        },
        second_key,
        is_atomic: flags.contains('^'),
        retains_keys: flags.contains('&'),
        is_simulated: !flags.ends_with('~'),
        default,
    }
}

fn parse_type(text: &str, structs: &[&str], enums: &[(&'static str, Vec<&'static str>)]) -> Type {
    match text {
        "s" => Type::String,
        "b" => Type::Bool,
        "i" => Type::Int32,
        "l" => Type::Int64,
        "x" => Type::IntOrString,
        "q" => Type::Quantity,
        "t" => Type::Time,
        "m" => Type::MicroTime,
        "y" => Type::Bytes,
        "r" => Type::Raw,
        name => match structs.iter().position(|it| *it == name) {
            Some(at) => Type::Struct(at),
            None => Type::Enum(
                enums
                    .iter()
                    .position(|(it, _)| *it == name)
                    .expect("a type of the table is in the table"),
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_answers_for_every_kind() {
        for it in &SCHEMA.structs {
            assert!(it.fields.is_sorted_by_key(|it| it.name), "{}", it.name);
        }
        for kind in Kind::ALL {
            assert!(root(kind).field("metadata").is_some(), "{kind}");
        }
        let containers = at(Kind::StatefulSet, "spec.template.spec.containers").unwrap();
        assert_eq!(containers.merge, Merge::Key("name"));
        assert_eq!(containers.go_type(), "[]v1.Container");
        let policy = at(Kind::Pod, "spec.restartPolicy").unwrap();
        assert_eq!(policy.values(), ["Always", "OnFailure", "Never"]);
        assert_eq!(policy.default, Some("Always"));
        assert_eq!(policy.go_type(), "v1.RestartPolicy");
        let limits = at(Kind::Pod, "spec.containers.resources.limits").unwrap();
        assert_eq!(limits.go_type(), "v1.ResourceList");
        assert!(!at(Kind::Pod, "spec.securityContext").unwrap().is_simulated);
        let finalizers = at(Kind::Pod, "metadata.finalizers").unwrap();
        assert_eq!(finalizers.merge, Merge::Union);
        assert!(at(Kind::Pod, "spec.replicas").is_none());
        let ports = at(Kind::EndpointSlice, "ports").unwrap();
        assert_eq!(ports.go_type(), "[]v1.EndpointPort");
        assert!(ports.is_always);
    }
}
