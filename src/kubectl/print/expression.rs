//! Paths into values: what stands between the braces of a JSONPath.
//!
//! upstream: k8s.io/client-go/util/jsonpath, parser.go and jsonpath.go.

use crate::kubectl::text::fill;
use crate::value::{Text, Value};

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Field(Text),
    Wildcard,
    Recursive,
    /// `[from:to:step]`; a plain index is one long.
    Slice(Option<i64>, Option<i64>, Option<i64>),
    Index(i64),
    Union(Vec<Vec<Step>>),
    Filter(Operand, Text, Operand),
    Literal(Text),
    /// A bare word.
    Identifier(Text),
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Path(Vec<Step>),
    /// A bare word.
    Identifier(Text),
    Value(Value),
}

/// What one walk may visit: `..` over everything, twice, is still bounded.
const MOST_VALUES: usize = 100_000;

/// Reads a path such as `.items[*].metadata.name`.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, String> {
    parse_at(text, 0)
}

/// Filters in filters: nobody nests deeper.
const DEEPEST: usize = 20;

fn parse_at(text: &str, depth: usize) -> Result<Vec<Step>, String> {
    if depth > DEEPEST {
        return Err("too deep".into());
    }
    let mut steps = Vec::new();
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        rest = match sign {
            '$' | '@' | ' ' | '\t' => &rest[1..],
            '.' if rest.starts_with("..") => {
                steps.push(Step::Recursive);
                let after = &rest[2..];
                if after.starts_with('[') {
                    after
                } else {
                    field(after, &mut steps)?
                }
            }
            '.' if rest[1..].starts_with('[') => &rest[1..],
            '.' => field(&rest[1..], &mut steps)?,
            '[' => {
                let end = closing(rest).ok_or("unterminated array")?;
                steps.push(bracket(&rest[1..end], depth)?);
                &rest[end + 1..]
            }
            '"' | '\'' => {
                let end = quoted_end(rest).ok_or("unterminated quoted string")?;
                steps.push(Step::Literal(unquote(&rest[..=end]).into()));
                &rest[end + 1..]
            }
            '*' => field(rest, &mut steps)?,
            _ if sign.is_alphanumeric() || sign == '_' => {
                let after = field(rest, &mut steps)?;
                if let Some(Step::Field(name)) = steps.pop() {
                    steps.push(Step::Identifier(name));
                }
                after
            }
            _ => {
                return Err(fill(
                    "unrecognized character in action: U+{} '{}'",
                    &[&hex(sign), &rest[..sign.len_utf8()]],
                ));
            }
        };
    }
    Ok(steps)
}

fn hex(sign: char) -> String {
    let digits: Vec<u8> = (0..4)
        .rev()
        .map(|at| b"0123456789ABCDEF"[(sign as usize >> (4 * at)) & 15])
        .collect();
    String::from_utf8_lossy(&digits).into_owned()
}

/// A field name up to the next sign of the path; `\.` is a dot in it.
fn field<'a>(text: &'a str, steps: &mut Vec<Step>) -> Result<&'a str, String> {
    let (mut name, mut end, mut escaped) = (String::new(), text.len(), false);
    for (at, sign) in text.char_indices() {
        if escaped {
            name.push(sign);
            escaped = false;
        } else if sign == '\\' {
            escaped = true;
        } else if matches!(
            sign,
            '.' | '['
                | ' '
                | '\t'
                | '"'
                | '\''
                | ']'
                | '('
                | ')'
                | '='
                | '!'
                | '<'
                | '>'
                | '@'
                | '$'
        ) {
            end = at;
            break;
        } else {
            name.push(sign);
        }
    }
    if name.is_empty() && end < text.len() && !text[end..].starts_with([' ', '\t']) {
        return Err(fill(
            "unrecognized character in action: '{}'",
            &[&text[end..]],
        ));
    }
    match name.as_str() {
        "" => {}
        "*" => steps.push(Step::Wildcard),
        _ => steps.push(Step::Field(name.into())),
    }
    Ok(&text[end..])
}

/// Where the bracket that opens the text closes, quotes and inner brackets aside.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, sign) in text.char_indices() {
        match (quote, sign) {
            (Some(it), _) if it == sign => quote = None,
            (None, '"' | '\'') => quote = Some(sign),
            (None, '[') => depth += 1,
            (None, ']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn quoted_end(text: &str) -> Option<usize> {
    let quote = text.chars().next()?;
    let mut escaped = false;
    for (at, sign) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if sign == '\\' {
            escaped = true;
        } else if sign == quote {
            return Some(at);
        }
    }
    None
}

/// The text of a quoted literal.
fn unquote(text: &str) -> String {
    let (mut out, mut signs) = (String::new(), text[1..text.len() - 1].chars());
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => match signs.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some(other) => out.push(other),
                None => {}
            },
            _ => out.push(sign),
        }
    }
    out
}

/// What stands between `[` and `]`.
fn bracket(text: &str, depth: usize) -> Result<Step, String> {
    let text = text.trim();
    if let Some(filter) = text.strip_prefix("?(") {
        let filter = filter.strip_suffix(')').ok_or("unterminated filter")?;
        return comparison(filter, depth);
    }
    if text == "*" {
        return Ok(Step::Slice(None, None, None));
    }
    let parts = split(text, ',');
    if parts.len() > 1 {
        let parts = parts.iter().map(|it| Ok(vec![bracket(it, depth)?]));
        return Ok(Step::Union(parts.collect::<Result<_, String>>()?));
    }
    let key = text.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
    if let Some(key) = key.filter(|it| !it.contains('\'')) {
        // upstream: parseArray, dictKeyRex: what is quoted is a path of its own.
        return Ok(Step::Union(vec![parse_at(
            &[".", key].concat(),
            depth + 1,
        )?]));
    }
    let invalid = || ["invalid array index ", text].concat();
    let number = |it: &str| match it.trim() {
        "" => Ok(None),
        it => it.parse::<i64>().map(Some).map_err(|_| invalid()),
    };
    let mut numbers = text.split(':').map(number);
    let first = numbers.next().unwrap_or(Ok(None))?;
    match (numbers.next(), numbers.next(), numbers.next()) {
        (None, ..) => Ok(Step::Index(first.ok_or_else(invalid)?)),
        (Some(to), step, None) => Ok(Step::Slice(first, to?, step.transpose()?.flatten())),
        _ => Err(invalid()),
    }
}

/// Splits outside of quotes and brackets.
fn split(text: &str, by: char) -> Vec<&str> {
    let (mut parts, mut from, mut quote, mut depth) = (Vec::new(), 0, None, 0);
    for (at, sign) in text.char_indices() {
        match (quote, sign) {
            (Some(it), _) if it == sign => quote = None,
            (None, '"' | '\'') => quote = Some(sign),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth -= 1,
            (None, _) if sign == by && depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

fn comparison(text: &str, depth: usize) -> Result<Step, String> {
    for operator in ["==", "!=", "<=", ">=", "<", ">"] {
        let mut quote = None;
        let at = text.char_indices().find(|&(at, sign)| {
            match quote {
                Some(it) if it == sign => quote = None,
                Some(_) => {}
                None if sign == '"' || sign == '\'' => quote = Some(sign),
                None => return text[at..].starts_with(operator),
            }
            false
        });
        if let Some((at, _)) = at {
            let (left, right) = (&text[..at], &text[at + operator.len()..]);
            return Ok(Step::Filter(
                operand(left, depth)?,
                operator.into(),
                operand(right, depth)?,
            ));
        }
    }
    Ok(Step::Filter(
        operand(text, depth)?,
        "exists".into(),
        Operand::Value(Value::Null),
    ))
}

fn operand(text: &str, depth: usize) -> Result<Operand, String> {
    let text = text.trim();
    if text.starts_with(['"', '\'']) && quoted_end(text) == Some(text.len().saturating_sub(1)) {
        return Ok(Operand::Value(unquote(text).into()));
    }
    if text.starts_with(['@', '$', '.']) {
        return Ok(Operand::Path(parse_at(text, depth + 1)?));
    }
    Ok(match Value::from_json(text) {
        Ok(value) => Operand::Value(value),
        Err(_) => Operand::Identifier(text.into()),
    })
}

/// All values a path leads to.
pub(super) fn walk(value: &Value, steps: &[Step]) -> Result<Vec<Value>, String> {
    let mut values = vec![value.clone()];
    for step in steps {
        let mut next = Vec::new();
        if let Step::Union(parts) = step {
            // upstream: each path of a union goes over all values before the next one does.
            for (part, value) in parts
                .iter()
                .flat_map(|it| values.iter().map(move |v| (it, v)))
            {
                next.extend(walk(value, part)?);
            }
        } else {
            for value in &values {
                one(value, step, &mut next)?;
                if next.len() > MOST_VALUES {
                    break;
                }
            }
        }
        if next.len() > MOST_VALUES {
            return Err("too many values".into());
        }
        values = next;
    }
    Ok(values)
}

fn one(value: &Value, step: &Step, out: &mut Vec<Value>) -> Result<(), String> {
    match step {
        Step::Field(name) => out.extend(value.as_map().and_then(|it| it.get(name)).cloned()),
        Step::Wildcard => {
            out.extend(value.items().iter().cloned());
            out.extend(value.members().map(|it| it.1.clone()));
        }
        Step::Recursive => descend(value, out),
        Step::Index(at) => {
            // upstream: `[-1]` ends at the end.
            let to = Some(at + 1).filter(|it| *it != 0);
            out.extend(slice(value, Some(*at), to, None)?);
        }
        Step::Slice(from, to, step) => out.extend(slice(value, *from, *to, *step)?),
        Step::Union(parts) => {
            for part in parts {
                out.extend(walk(value, part)?);
            }
        }
        Step::Filter(left, operator, right) => {
            for item in value.items() {
                if holds(item, left, operator, right)? {
                    out.push(item.clone());
                }
            }
        }
        Step::Literal(text) => out.push(text.into()),
        Step::Identifier(name) => return Err(unrecognized(name)),
    }
    Ok(())
}

fn unrecognized(name: &str) -> String {
    ["unrecognized identifier ", name].concat()
}

/// upstream: JSONPath.evalArray.
fn slice(
    value: &Value,
    from: Option<i64>,
    to: Option<i64>,
    step: Option<i64>,
) -> Result<Vec<Value>, String> {
    let items = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) => items,
        other => {
            let kind = match other {
                Value::Object(_) => "map[string]interface {}",
                Value::String(_) => "string",
                Value::Int(_) => "int64",
                Value::Bool(_) => "bool",
                _ => "float64",
            };
            return Err([kind, " is not array or slice"].concat());
        }
    };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let from = from.map_or(0, |it| if it < 0 { it + length } else { it });
    let to = to.map_or(length, |it| if it < 0 { it + length } else { it });
    if from == to {
        return Ok(Vec::new());
    }
    let outside = |at: i64| {
        Err(fill(
            "array index out of bounds: index {}, length {}",
            &[&at.to_string(), &length.to_string()],
        ))
    };
    let place = |at: i64| usize::try_from(at).unwrap_or_default();
    match step.unwrap_or(1) {
        _ if from >= length || from < 0 => outside(from),
        _ if to > length || to < 0 => outside(to - 1),
        _ if from > to => Err(fill(
            "starting index {} is greater than ending index {}",
            &[&from.to_string(), &to.to_string()],
        )),
        ..=0 => Err("step must be > 0".into()),
        step => {
            let part = items[place(from)..place(to)].iter();
            Ok(part.step_by(place(step)).cloned().collect())
        }
    }
}

fn descend(value: &Value, out: &mut Vec<Value>) {
    if out.len() > MOST_VALUES {
        return;
    }
    out.push(value.clone());
    for item in value.items() {
        descend(item, out);
    }
    for (_, member) in value.members() {
        descend(member, out);
    }
}

fn holds(item: &Value, left: &Operand, operator: &str, right: &Operand) -> Result<bool, String> {
    let resolve = |it: &Operand| match it {
        Operand::Path(steps) => walk(item, steps).map(|it| it.into_iter().next()),
        Operand::Value(value) => Ok(Some(value.clone())),
        Operand::Identifier(name) => Err(unrecognized(name)),
    };
    let (Some(left), right) = (resolve(left)?, resolve(right)?) else {
        return Ok(false);
    };
    let Some(right) = right else {
        return Ok(false);
    };
    let order = match (&left, &right) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (a, b) => a.to_string().cmp(&b.to_string()),
    };
    Ok(match operator {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        ">" => order.is_gt(),
        "<=" => order.is_le(),
        ">=" => order.is_ge(),
        _ => true,
    })
}
