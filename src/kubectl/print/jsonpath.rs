//! `-o jsonpath`: text with paths in braces.
//!
//! upstream: k8s.io/client-go/util/jsonpath.

use super::expression::{Step, parse, walk};
use super::json::{compact, pretty};
use crate::kubectl::text::fill;
use crate::value::{Text, Value};

/// A parsed template.
#[derive(Clone, Debug)]
pub(in crate::kubectl) struct JsonPath {
    parts: Vec<Part>,
    as_json: bool,
    /// As it was written.
    template: Text,
}

#[derive(Clone, Debug)]
enum Part {
    Text(Text),
    Path(Vec<Step>),
    /// `{range PATH}`, what is repeated, `{end}`.
    Range(Vec<Step>, Vec<Part>),
}

impl JsonPath {
    /// Reads a template: text outside of braces, actions in them.
    pub fn parse(template: &str, as_json: bool) -> Result<Self, String> {
        let mut open: Vec<(Vec<Step>, Vec<Part>)> = Vec::new();
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some(start) = rest.find('{') {
            if start > 0 {
                parts.push(Part::Text(rest[..start].into()));
            }
            let end = action_end(&rest[start..]).ok_or("unclosed action")?;
            let action = rest[start + 1..start + end].trim();
            rest = &rest[start + end + 1..];
            if let Some(over) = action.strip_prefix("range ") {
                open.push((parse(over)?, core::mem::take(&mut parts)));
            } else if action == "end" {
                let (over, before) = open.pop().ok_or("not in range, nothing to end")?;
                let inner = core::mem::replace(&mut parts, before);
                parts.push(Part::Range(over, inner));
            } else {
                parts.push(Part::Path(parse(action)?));
            }
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.into()));
        }
        let unclosed = open.pop();
        if !open.is_empty() {
            return Err("unclosed range action".into());
        }
        // upstream: FindResults; behind a range without an end it goes on with what the range has repeated.
        if let Some((over, before)) = unclosed {
            let inner = core::mem::replace(&mut parts, before);
            parts.push(Part::Range(over, inner.clone()));
            parts.extend(inner);
        }
        Ok(Self {
            parts,
            as_json,
            template: template.into(),
        })
    }

    /// The path that `--sort-by` and custom columns take, with or without braces and the first dot.
    ///
    /// upstream: get.RelaxedJSONPathExpression.
    pub fn relaxed(text: &str) -> Result<Self, String> {
        let inner = text.trim_start_matches('{').trim_end_matches('}');
        let inner = inner.strip_prefix('.').unwrap_or(inner);
        if inner.is_empty() || text.starts_with('{') != text.ends_with('}') {
            return Err([
                "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
            ].concat());
        }
        let dot = if inner.starts_with('[') { "" } else { "." };
        Ok(Self {
            parts: vec![Part::Path(parse(&[dot, inner].concat())?)],
            as_json: false,
            template: ["{", dot, inner, "}"].concat().as_str().into(),
        })
    }

    /// The text for a value.
    ///
    /// upstream: JSONPathPrinter.PrintObj.
    pub fn print(&self, value: &Value) -> Result<String, String> {
        let mut out = String::new();
        let printed = if self.as_json {
            self.find(value).map(|it| {
                let found: Value = it.into_iter().collect();
                out = pretty(&found, 4) + "\n";
            })
        } else {
            print(&self.parts, value, &mut out, &mut MOST_STEPS.clone())
        };
        let template = self.template.as_str();
        let told = |why: String| {
            let (quoted, value) = (Value::from(template).to_json(), go_syntax(value));
            fill(
                "error executing jsonpath {}: Error executing template: {}. Printing more information for debugging \
                 the template:\n\ttemplate was:\n\t\t{}\n\tobject given to jsonpath engine was:\n\t\t{}\n\n\n",
                &[&quoted, &why, template, &value],
            )
        };
        printed.map(|()| out).map_err(told)
    }

    /// The path in braces.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// All values of the paths.
    pub fn find(&self, value: &Value) -> Result<Vec<Value>, String> {
        let mut found = Vec::new();
        for part in &self.parts {
            match part {
                Part::Path(steps) | Part::Range(steps, _) => found.extend(walk(value, steps)?),
                Part::Text(_) => {}
            }
        }
        Ok(found)
    }
}

/// Where the brace that opens the text closes, quotes aside.
fn action_end(text: &str) -> Option<usize> {
    let (mut quote, mut escaped) = (None, false);
    for (at, sign) in text.char_indices() {
        match (quote, sign) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(it), _) if it == sign => quote = None,
            (None, '"' | '\'') => quote = Some(sign),
            (None, '}') => return Some(at),
            _ => {}
        }
    }
    None
}

/// More steps than this are a mistake.
const MOST_STEPS: usize = 200_000;

fn print(
    parts: &[Part],
    value: &Value,
    out: &mut String,
    budget: &mut usize,
) -> Result<(), String> {
    for part in parts {
        *budget = budget.checked_sub(1).ok_or("the output is too long")?;
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Path(steps) => {
                let found = walk(value, steps)?;
                for (at, it) in found.iter().enumerate() {
                    if at > 0 {
                        out.push(' ');
                    }
                    match it {
                        Value::Array(_) | Value::Object(_) => out.push_str(&compact(it)),
                        other => out.push_str(&other.to_string()),
                    }
                }
            }
            Part::Range(steps, inner) => {
                for it in walk(value, steps)? {
                    print(inner, &it, out, budget)?;
                }
            }
        }
    }
    Ok(())
}

/// A value as Go's `%#v` prints it.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".into(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(go_syntax).collect();
            ["[]interface {}{", &items.join(", "), "}"].concat()
        }
        Value::Object(_) => {
            let member = |it: (&Text, &Value)| {
                fill("{}:{}", &[&Value::from(it.0).to_json(), &go_syntax(it.1)])
            };
            let members: Vec<String> = value.members().map(member).collect();
            ["map[string]interface {}{", &members.join(", "), "}"].concat()
        }
        other => other.to_json(),
    }
}

/// A value as Go's `%v` prints it: `map[a:b]`, `[a b]`.
pub(in crate::kubectl) fn go_text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".into(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(go_text).collect();
            fill("[{}]", &[&items.join(" ")])
        }
        Value::Object(_) => {
            let members: Vec<String> = value
                .members()
                .map(|it| fill("{}:{}", &[it.0, &go_text(it.1)]))
                .collect();
            fill("map[{}]", &[&members.join(" ")])
        }
        other => other.to_string(),
    }
}
