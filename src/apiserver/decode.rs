//! Strict decoding: a body becomes the value the server keeps, or an error in its words.
//!
//! One walk along the schema checks types, reports unknown fields, drops what `omitempty` drops, brings quantities to
//! their canonical form and fills in constant defaults and always-written fields. A value that is already so is not
//! copied; parts shared with the stored object are not walked.
//!
//! upstream: encoding/json and sigs.k8s.io/json (error texts), runtime.DefaultUnstructuredConverter (those of patches).

use super::{FieldValidation, Status};
use crate::api::Kind;
use crate::api::quantity::Quantity;
use crate::schema::{self, Field, Shape, Struct, Type, is_filled};
use crate::value::{Map, Text, Value};

/// Whose words a type error is told in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A body: Go's JSON decoder.
    Body,
    /// The result of a patch: the converter from unstructured values.
    Patch,
}

/// A decoded value and what was found on the way.
pub(super) struct Decoded {
    /// The value as it will be kept.
    pub value: Value,
    /// `unknown field "spec.replica"`, in order.
    pub unknown: Vec<String>,
}

/// Decodes an object; parts it shares with `known` are taken as they are.
///
/// # Errors
/// The decoder's message for a value of the wrong type.
pub(super) fn decode(
    kind: Kind,
    body: &Value,
    known: Option<&Value>,
    source: Source,
) -> Result<Decoded, String> {
    let mut decoder = Decoder {
        source,
        path: Vec::new(),
        unknown: Vec::new(),
    };
    if body.as_map().is_none() {
        return Err(format!(
            "json: cannot unmarshal {} into Go value of type {}.{kind}",
            word(body),
            kind.facts().version
        ));
    }
    let changed = decoder.members(body, known, schema::root(kind))?;
    Ok(Decoded {
        value: changed.unwrap_or_else(|| body.clone()),
        unknown: decoder.unknown,
    })
}

/// Decodes a body as a POST or PUT does; gives the value and the warnings.
///
/// # Errors
/// 400 in the server's words.
pub(super) fn decode_body(
    kind: Kind,
    body: &Value,
    known: Option<&Value>,
    validation: FieldValidation,
) -> Result<(Value, Vec<Text>), Status> {
    let facts = kind.facts();
    let given = match body["kind"].as_str() {
        "" => facts.kind,
        it => it,
    };
    let refuse = |why: &str| {
        Status::bad_request(crate::text!(
            "{given} in version \"{}\" cannot be handled as a {}: {why}",
            facts.version,
            facts.kind
        ))
    };
    let version = match body["apiVersion"].as_str() {
        "" => kind.api_version(),
        it => it.into(),
    };
    if given != facts.kind || version != kind.api_version() {
        return Err(refuse(&format!(
            "no kind \"{given}\" is registered for version \"{version}\" in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\""
        )));
    }
    let mut decoded = decode(kind, body, known, Source::Body).map_err(|it| refuse(&it))?;
    let mut warnings = Vec::new();
    match validation {
        FieldValidation::Ignore => {}
        FieldValidation::Warn => warnings.extend(decoded.unknown.into_iter().map(Text::from)),
        FieldValidation::Strict if decoded.unknown.is_empty() => {}
        FieldValidation::Strict => return Err(refuse(&strict_error(&decoded.unknown))),
    }
    let map = decoded.value.as_map_mut();
    if map.get("kind").is_none() || map.get("apiVersion").is_none() {
        map.insert("kind", facts.kind);
        map.insert("apiVersion", kind.api_version());
    }
    Ok((decoded.value, warnings))
}

/// `strict decoding error: unknown field "a", unknown field "b"`.
pub(super) fn strict_error(unknown: &[String]) -> String {
    format!("strict decoding error: {}", unknown.join(", "))
}

enum Step<'a> {
    Field(&'a str, &'static str),
    Index(usize),
}

struct Decoder<'a> {
    source: Source,
    path: Vec<Step<'a>>,
    unknown: Vec<String>,
}

/// What becomes of a member: nothing to do, another value, or away with it.
enum Outcome {
    Keep,
    Replace(Value),
    Drop,
}

impl From<Option<Value>> for Outcome {
    fn from(it: Option<Value>) -> Self {
        it.map_or(Self::Keep, Self::Replace)
    }
}

impl<'a> Decoder<'a> {
    /// The object a struct is; nothing if it is right as it stands.
    fn members(
        &mut self,
        value: &'a Value,
        known: Option<&Value>,
        of: &'static Struct,
    ) -> Result<Option<Value>, String> {
        let Some(map) = value.as_map() else {
            return Err(String::new());
        };
        let mut changed: Option<Map> = None;
        for (key, member) in map.iter() {
            let Some(field) = of.field(key) else {
                self.report(key);
                changed.get_or_insert_with(|| map.clone()).remove(key);
                continue;
            };
            let known = known.map_or(&Value::Null, |it| &it[field.name]);
            if member.shares(known) {
                continue;
            }
            self.path.push(Step::Field(field.name, of.go_name()));
            let outcome = self.field(member, known, field)?;
            self.path.pop();
            match outcome {
                Outcome::Keep => {}
                Outcome::Replace(new) => {
                    changed
                        .get_or_insert_with(|| map.clone())
                        .insert(field.name, new);
                }
                Outcome::Drop => {
                    changed.get_or_insert_with(|| map.clone()).remove(key);
                }
            }
        }
        for at in &of.filled {
            let field = &of.fields[*at];
            if !changed.as_ref().unwrap_or(map).contains_key(field.name) {
                let value = filled(field);
                changed
                    .get_or_insert_with(|| map.clone())
                    .insert(field.name, value);
            }
        }
        Ok(changed.map(Value::Object))
    }

    fn field(
        &mut self,
        value: &'a Value,
        known: &Value,
        field: &'static Field,
    ) -> Result<Outcome, String> {
        if value.is_null() {
            // A null that stands for the zero value of what is always written is kept.
            return Ok(if is_filled(field) && filled(field).is_null() {
                Outcome::Keep
            } else {
                Outcome::Drop
            });
        }
        let outcome = match field.shape {
            Shape::One => self.element(value, Some(known), field)?.into(),
            Shape::List => self.list(value, known, field)?,
            Shape::Map => self.map(value, field)?,
        };
        let now = match &outcome {
            Outcome::Keep => value,
            Outcome::Replace(new) => new,
            Outcome::Drop => return Ok(outcome),
        };
        let omits = !field.is_pointer && !field.is_struct_value() && now.is_empty();
        Ok(match omits {
            // An empty list is stored as no list: null where the field is always written.
            true if field.is_always && field.shape != Shape::One => Outcome::Replace(Value::Null),
            true if !field.is_always => Outcome::Drop,
            _ => outcome,
        })
    }

    fn list(
        &mut self,
        value: &'a Value,
        known: &Value,
        field: &'static Field,
    ) -> Result<Outcome, String> {
        let Value::Array(items) = value else {
            return Err(self.mismatch(value, field, "slice"));
        };
        let mut changed = None;
        // Where some were put in or taken out, those behind them stand elsewhere than they did.
        let mut stood = 0;
        for (at, item) in items.iter().enumerate() {
            if let Some(skipped) = (0..2).find(|it| item.shares(&known[stood + it])) {
                stood += skipped + 1;
                continue;
            }
            let before = &known[stood];
            let is_put_in = items.get(at + 1).is_some_and(|it| it.shares(before));
            stood += usize::from(!is_put_in);
            self.path.push(Step::Index(at));
            if let Some(new) = self.item(item, Some(before), field)? {
                changed.get_or_insert_with(|| items.clone()).make_mut()[at] = new;
            }
            self.path.pop();
        }
        Ok(changed.map(Value::Array).into())
    }

    fn map(&mut self, value: &'a Value, field: &'static Field) -> Result<Outcome, String> {
        let Value::Object(map) = value else {
            return Err(self.mismatch(value, field, "map"));
        };
        let mut changed: Option<Map> = None;
        for (key, member) in map.iter() {
            if let Some(new) = self.item(member, None, field)? {
                changed
                    .get_or_insert_with(|| map.clone())
                    .insert(key.clone(), new);
            }
        }
        Ok(changed.map(Value::Object).into())
    }

    /// An item of a list or map: null is the zero value.
    fn item(
        &mut self,
        value: &'a Value,
        known: Option<&Value>,
        field: &'static Field,
    ) -> Result<Option<Value>, String> {
        if value.is_null() {
            return Ok(Some(zero(field)));
        }
        let new = self.element(value, known, field)?;
        if field.shape != Shape::Map || field.element != Type::Quantity {
            return Ok(new);
        }
        let rounded = Quantity::of(new.as_ref().unwrap_or(value))?.rounded_up_to_milli();
        let text = rounded.canonical();
        Ok((value.text() != Some(&text)).then(|| Value::String(text)))
    }

    fn element(
        &mut self,
        value: &'a Value,
        known: Option<&Value>,
        field: &'static Field,
    ) -> Result<Option<Value>, String> {
        let fits = match field.element {
            Type::Bytes => match value.text().and_then(super::validate::broken_base64) {
                Some(at) => return Err(format!("illegal base64 data at input byte {at}")),
                None => matches!(value, Value::String(_)),
            },
            Type::String | Type::Enum(_) => matches!(value, Value::String(_)),
            Type::Bool => matches!(value, Value::Bool(_)),
            Type::Int32 => value.as_int().is_some_and(|it| i32::try_from(it).is_ok()),
            Type::Int64 => matches!(value, Value::Int(_)),
            Type::Raw => true,
            Type::IntOrString => {
                return match value {
                    Value::String(_) => Ok(None),
                    Value::Int(it) if i32::try_from(*it).is_ok() => Ok(None),
                    _ => Err(format!(
                        "json: cannot unmarshal {} into Go value of type int32",
                        described(value, field)
                    )),
                };
            }
            Type::Quantity => {
                let text = Quantity::of(value)?.canonical();
                return Ok((value.text() != Some(&text)).then(|| Value::String(text)));
            }
            Type::Time | Type::MicroTime => return time(value).map(|()| None),
            Type::Struct(_) => match field.members() {
                Some(of) if value.as_map().is_some() => return self.members(value, known, of),
                _ => false,
            },
        };
        if fits {
            Ok(None)
        } else {
            Err(self.mismatch(value, field, ""))
        }
    }

    /// The error for a value of the wrong type: of an element, or of its list or map.
    fn mismatch(&self, value: &Value, field: &Field, container: &str) -> String {
        if self.source == Source::Patch {
            return unconvertible(value, field, container);
        }
        let go_type = match container {
            "" => field.go_element(),
            _ => field.go_type(),
        };
        let kind = match container {
            "" => described(value, field),
            _ => word(value).to_owned(),
        };
        let mut names = Vec::new();
        let mut owner = "";
        for step in &self.path {
            if let Step::Field(name, of) = step {
                names.push(*name);
                owner = of;
            }
        }
        format!(
            "json: cannot unmarshal {kind} into Go struct field {owner}.{} of type {go_type}",
            names.join(".")
        )
    }

    fn report(&mut self, name: &str) {
        // upstream: sigs.k8s.io/json keeps at most 100 strict errors.
        if self.unknown.len() >= 100 {
            return;
        }
        let mut text = String::from("unknown field \"");
        for step in &self.path {
            match step {
                Step::Field(name, _) => {
                    if !text.ends_with('"') {
                        text.push('.');
                    }
                    text.push_str(name);
                }
                Step::Index(at) => text.extend(["[", &at.to_string(), "]"]),
            }
        }
        if !text.ends_with('"') {
            text.push('.');
        }
        text.push_str(name);
        text.push('"');
        self.unknown.push(text);
    }
}

/// What stands in a field that was not given.
fn filled(field: &Field) -> Value {
    match (field.default, field.element) {
        (None, _) if field.is_pointer || field.shape != Shape::One => Value::Null,
        (None, _) | (Some(_), Type::Struct(_)) => zero(field),
        (Some(text), Type::Int32 | Type::Int64) => {
            text.parse::<i64>().map_or(Value::Null, Value::Int)
        }
        (Some(text), Type::Bool) => Value::Bool(text == "true"),
        (Some(text), _) => text.into(),
    }
}

/// One element's zero value.
fn zero(field: &Field) -> Value {
    match field.element {
        Type::String | Type::Enum(_) | Type::Bytes => "".into(),
        Type::Bool => false.into(),
        Type::Int32 | Type::Int64 | Type::IntOrString => 0.into(),
        Type::Quantity => "0".into(),
        Type::Time | Type::MicroTime | Type::Raw => Value::Null,
        Type::Struct(_) => {
            let mut map = Map::default();
            if let Some(of) = field.members() {
                for at in &of.filled {
                    map.insert(of.fields[*at].name, filled(&of.fields[*at]));
                }
            }
            map.into()
        }
    }
}

/// JSON's word for a value's type.
fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A number that does not fit an integer is quoted, anything else named.
fn described(value: &Value, field: &Field) -> String {
    match (value, field.element) {
        (Value::Int(_) | Value::Float(_), Type::Int32 | Type::Int64 | Type::IntOrString) => {
            format!("number {}", value.to_json())
        }
        _ => word(value).to_owned(),
    }
}

fn unconvertible(value: &Value, field: &Field, container: &str) -> String {
    let kind = match value {
        Value::Null => "invalid",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::Array(_) => "slice",
        Value::Object(_) => "map",
    };
    match (container, field.element) {
        ("", Type::Struct(_)) => format!("cannot restore struct from: {kind}"),
        ("", Type::Enum(_)) => "unrecognized type: string".to_owned(),
        ("", _) => format!("unrecognized type: {}", field.go_element()),
        _ => format!("cannot restore {container} from {kind}"),
    }
}

/// Whether a string has the form of RFC 3339.
fn time(value: &Value) -> Result<(), String> {
    const FORM: &[u8] = b"0000-00-00T00:00:00";
    let Some(text) = value.text() else {
        return Err(format!(
            "json: cannot unmarshal {} into Go value of type string",
            word(value)
        ));
    };
    let head = text.bytes().zip(FORM).all(|(it, form)| match form {
        b'0' => it.is_ascii_digit(),
        _ => it == *form,
    });
    if head && text.len() > FORM.len() {
        return Ok(());
    }
    Err(format!(
        "parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{text}\" as \"2006\""
    ))
}
