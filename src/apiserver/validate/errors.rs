//! Findings of validation, by path, in the API server's words.
//!
//! upstream: k8s.io/apimachinery/pkg/util/validation/field.

use super::names::{Check, check};
use crate::api::Key;
use crate::apiserver::Status;
use crate::value::Value;
use crate::{array, object};

/// Where a finding is: written out only when there is one.
#[derive(Clone, Copy)]
pub(in crate::apiserver) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> Path<'a> {
    /// The start of a path.
    pub fn root(name: &'a str) -> Self {
        Self {
            parent: None,
            step: Step::Field(name),
        }
    }

    /// `….name`.
    pub fn field(&'a self, name: &'a str) -> Self {
        self.then(Step::Field(name))
    }

    /// `…[3]`.
    pub fn index(&'a self, at: usize) -> Self {
        self.then(Step::Index(at))
    }

    /// `…[storage]`.
    pub fn key(&'a self, key: &'a str) -> Self {
        self.then(Step::Key(key))
    }

    fn then(&'a self, step: Step<'a>) -> Self {
        Self {
            parent: Some(self),
            step,
        }
    }

    /// The path as text.
    pub fn text(&self) -> String {
        let mut text = self.parent.map(Path::text).unwrap_or_default();
        match self.step {
            Step::Field(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Step::Index(at) => {
                text.push('[');
                text.push_str(&at.to_string());
                text.push(']');
            }
            Step::Key(key) => {
                text.push('[');
                text.push_str(key);
                text.push(']');
            }
        }
        text
    }
}

/// The most findings that are told.
const MOST: usize = 1000;
/// The most bytes of what they say; the one that goes beyond is the last.
const MOST_BYTES: usize = 1 << 20;

/// One finding.
struct Cause {
    reason: &'static str,
    field: String,
    message: String,
}

/// All findings, in the order they were made.
#[derive(Default)]
pub(in crate::apiserver) struct Errors(Vec<Cause>);

impl Errors {
    /// `Invalid value: "x": detail`.
    pub fn invalid(&mut self, path: &Path<'_>, value: &Value, detail: &str) {
        self.add(
            "FieldValueInvalid",
            path,
            &["Invalid value: ", &shown(value)],
            detail,
        );
    }

    /// The same with a value the server shows in a way of its own.
    pub fn invalid_shown(&mut self, path: &Path<'_>, shown: &str, detail: &str) {
        self.add(
            "FieldValueInvalid",
            path,
            &["Invalid value: ", shown],
            detail,
        );
    }

    /// `Required value`, with a detail or without.
    pub fn required(&mut self, path: &Path<'_>, detail: &str) {
        self.add("FieldValueRequired", path, &["Required value"], detail);
    }

    /// `Forbidden: detail`.
    pub fn forbidden(&mut self, path: &Path<'_>, detail: &str) {
        self.add("FieldValueForbidden", path, &["Forbidden"], detail);
    }

    /// `Duplicate value: "x"`.
    pub fn duplicate(&mut self, path: &Path<'_>, value: &Value) {
        self.add(
            "FieldValueDuplicate",
            path,
            &["Duplicate value: ", &shown(value)],
            "",
        );
    }

    /// The same with a value the server shows in a way of its own.
    pub fn duplicate_shown(&mut self, path: &Path<'_>, shown: &str) {
        self.add(
            "FieldValueDuplicate",
            path,
            &["Duplicate value: ", shown],
            "",
        );
    }

    /// `Not found: "x"`.
    pub fn not_found(&mut self, path: &Path<'_>, value: &Value) {
        self.add(
            "FieldValueNotFound",
            path,
            &["Not found: ", &shown(value)],
            "",
        );
    }

    /// `Unsupported value: "x": supported values: "A", "B"`.
    pub fn unsupported(&mut self, path: &Path<'_>, value: &Value, values: &[&str]) {
        let quoted: Vec<String> = values.iter().map(|it| shown(&(*it).into())).collect();
        let detail = ["supported values: ", &quoted.join(", ")].concat();
        self.add(
            "FieldValueNotSupported",
            path,
            &["Unsupported value: ", &shown(value)],
            &detail,
        );
    }

    /// `Too long: may not be more than N bytes`.
    pub fn too_long(&mut self, path: &Path<'_>, most: usize) {
        let detail = format!("may not be more than {most} bytes");
        self.add("FieldValueTooLong", path, &["Too long"], &detail);
    }

    /// `Too many: 1001: must have at most 1000 items`.
    pub fn too_many(&mut self, path: &Path<'_>, count: usize, most: usize) {
        let start = format!("Too many: {count}");
        let detail = format!("must have at most {most} items");
        self.add("FieldValueTooMany", path, &[&start], &detail);
    }

    /// [`Errors::invalid`] for a member.
    #[inline(never)]
    pub fn wrong(&mut self, path: &Path<'_>, value: &Value, name: &str, detail: &str) {
        self.invalid(&path.field(name), &value[name], detail);
    }

    /// [`Errors::required`] for a member.
    #[inline(never)]
    pub fn lacks(&mut self, path: &Path<'_>, name: &str, detail: &str) {
        self.required(&path.field(name), detail);
    }

    /// [`Errors::forbidden`] for a member.
    #[inline(never)]
    pub fn forbids(&mut self, path: &Path<'_>, name: &str, detail: &str) {
        self.forbidden(&path.field(name), detail);
    }

    /// [`Errors::duplicate`] for a member.
    #[inline(never)]
    pub fn repeats(&mut self, path: &Path<'_>, value: &Value, name: &str) {
        self.duplicate(&path.field(name), &value[name]);
    }

    /// What a check of texts finds in a member.
    #[inline(never)]
    pub fn rule(&mut self, path: &Path<'_>, value: &Value, name: &str, rule: Check) {
        check(self, &path.field(name), &value[name], rule);
    }

    /// What must be there and pass a check of texts.
    #[inline(never)]
    pub fn needs(&mut self, path: &Path<'_>, value: &Value, name: &str, rule: Check) {
        if value[name].is_empty() {
            self.lacks(path, name, "");
        } else {
            self.rule(path, value, name, rule);
        }
    }

    /// Checks a member.
    #[inline(never)]
    pub fn at(
        &mut self,
        path: &Path<'_>,
        value: &Value,
        name: &str,
        check: fn(&mut Self, &Path<'_>, &Value),
    ) {
        check(self, &path.field(name), &value[name]);
    }

    /// How many findings there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add(&mut self, reason: &'static str, path: &Path<'_>, start: &[&str], detail: &str) {
        // differs: a body of megabytes is not answered with a hundred.
        let said: usize = self.0.iter().map(|it| it.message.len()).sum();
        if self.0.len() >= MOST || said > MOST_BYTES {
            return;
        }
        let mut message = start.concat();
        if !detail.is_empty() {
            message.push_str(": ");
            message.push_str(detail);
        }
        self.0.push(Cause {
            reason,
            field: path.text(),
            message,
        });
    }

    /// The refusal, if anything was found.
    ///
    /// # Errors
    /// 422 with every finding as a cause.
    pub fn into_result(self, key: &Key) -> Result<(), Status> {
        if self.is_empty() {
            return Ok(());
        }
        let facts = key.kind.facts();
        let mut texts: Vec<String> = Vec::new();
        let mut causes = Vec::new();
        for cause in self.0 {
            let text = [&cause.field, ": ", &cause.message].concat();
            if !texts.contains(&text) {
                texts.push(text);
            }
            causes.push(object! {
                "reason": cause.reason,
                "message": cause.message,
                "field": cause.field,
            });
        }
        let list = match texts.len() {
            1 => texts.concat(),
            _ => ["[", &texts.join(", "), "]"].concat(),
        };
        let kind = match facts.group {
            "" => facts.kind.to_owned(),
            group => [facts.kind, ".", group].concat(),
        };
        let mut details = object! {
            "name": &key.name,
            "kind": facts.kind,
            "causes": causes,
        };
        if !facts.group.is_empty() {
            details["group"] = facts.group.into();
        }
        Err(Status {
            code: 422,
            reason: "Invalid",
            message: crate::text!("{kind} {} is invalid: {list}", quoted(&key.name)),
            details,
        })
    }
}

/// The refusal of a patch body: an Invalid error without a name.
///
/// upstream: applyPatchToObject, patchMechanism.
pub(in crate::apiserver) fn invalid_patch(patch: &Value, detail: &str) -> Status {
    let message = format!("Invalid value: {}: {detail}", quoted(&patch.to_json()));
    Status {
        code: 422,
        reason: "Invalid",
        message: crate::text!(" \"\" is invalid: patch: {message}"),
        details: object! {
            "causes": array![object! {
                "reason": "FieldValueInvalid",
                "message": message,
                "field": "patch",
            }],
        },
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(it) => quoted(it),
        _ => go_json(value),
    }
}

/// Go's `json.Marshal` writes `<`, `>` and `&` as escapes.
pub(in crate::apiserver) fn go_json(value: &Value) -> String {
    value
        .to_json()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

/// A struct as Go's `json.Marshal` writes it when it has no names for its fields but their own: all in their order.
pub(super) fn go_struct(value: &Value, fields: &[&str]) -> String {
    let fields = fields.iter().map(|it| {
        let (first, rest) = it.split_at(1);
        [
            "\"",
            &first.to_uppercase(),
            rest,
            "\":",
            &go_json(&value[*it]),
        ]
        .concat()
    });
    ["{", &fields.collect::<Vec<_>>().join(","), "}"].concat()
}

/// Go's `%q`.
pub(in crate::apiserver) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => out.extend(['\\', sign]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            _ if sign < ' ' || sign == '\u{7f}' => {
                out.extend(["\\x", &format!("{:02x}", u32::from(sign))]);
            }
            _ => out.push(sign),
        }
    }
    out.push('"');
    out
}
