//! What could stand at a place of a reader's text, and what a field there is: `Assist` of `types.d.ts`.
//!
//! Read off the indentation of the lines above, so that it works in a text that is not yet right.
//! Left out: flow style (`{name: web}`).

use crate::api::Kind;
use crate::object;
use crate::schema::{self, Field, Shape, Struct, Type};
use crate::value::Value;

/// What can stand at that place (both count from 1), what it replaces, and what the field there is.
pub(super) fn assist(text: &str, line: usize, column: usize) -> Value {
    let lines: Vec<&str> = text.lines().collect();
    let at = line.max(1) - 1;
    let here = Place::of(lines.get(at).copied().unwrap_or_default(), column);
    let path = ancestors(&lines[..at.min(lines.len())], &here);
    let document = Document::around(&lines, at);
    let mut fields = document.kind.map(schema::root);
    for name in &path {
        fields = fields
            .and_then(|it| it.field(name))
            .and_then(Field::members);
    }
    let is_top = path.is_empty();
    let field = fields.and_then(|it| it.field(here.key));
    let options = if here.is_value {
        values(field, is_top.then_some(here.key), &document)
    } else {
        keys(fields, is_top, &document)
    };
    let mut whole: Vec<&str> = path;
    whole.push(here.key);
    object! {
        "from": here.from,
        "options": options,
        "field": field.map(|it| described(it, &whole.join("."))),
    }
}

/// Where the caret is in its line.
struct Place<'a> {
    /// The column of the key, and that of the dash before it.
    indent: usize,
    dash: Option<usize>,
    /// The key of the line, as far as it is written.
    key: &'a str,
    /// Whether the caret is behind the key's colon.
    is_value: bool,
    /// The column, from 1, of the word at the caret.
    from: usize,
}

impl<'a> Place<'a> {
    fn of(line: &'a str, column: usize) -> Self {
        let (dash, indent) = columns(line);
        let content = line.get(indent..).unwrap_or_default();
        let key = content.split(':').next().unwrap_or_default().trim_end();
        let head = |count: usize| line.chars().take(count).collect::<String>();
        let before = head(column.max(1) - 1);
        let value = before.get(indent..).and_then(|it| it.split_once(':'));
        let word = value.map_or_else(
            || before.get(indent..).unwrap_or_default(),
            |it| it.1.trim_start(),
        );
        Self {
            indent: indent.min(before.len()),
            dash,
            key,
            is_value: value.is_some(),
            from: before.chars().count() - word.chars().count() + 1,
        }
    }
}

/// The column of a line's first dash, if it has one, and that of what follows the dashes.
fn columns(line: &str) -> (Option<usize>, usize) {
    let blanks = |at: usize| at + line[at..].len() - line[at..].trim_start_matches(' ').len();
    let first = blanks(0);
    let mut at = first;
    while line[at..].starts_with("- ") || &line[at..] == "-" {
        at = blanks(at + 1);
    }
    ((at > first).then_some(first), at)
}

fn is_separator(line: &str) -> bool {
    line.starts_with("---")
}

/// The keys above a place, outermost first.
fn ancestors<'a>(above: &[&'a str], here: &Place<'_>) -> Vec<&'a str> {
    let mut path = Vec::new();
    // A list may stand in the column of its key.
    let (mut limit, mut may_equal) = match here.dash {
        Some(dash) => (dash, true),
        None => (here.indent, false),
    };
    for line in above.iter().rev().take_while(|it| !is_separator(it)) {
        let content = line.trim_start_matches([' ', '-']);
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let (dash, indent) = columns(line);
        let parent = content.split_once(':').filter(|it| it.1.trim().is_empty());
        let is_above = indent < limit || may_equal && dash.is_none() && indent == limit;
        match (parent, dash) {
            (Some((key, _)), _) if is_above => {
                path.push(key);
                (limit, may_equal) = dash.map_or((indent, false), |it| (it, true));
            }
            // The first line of the item that the place is in.
            (_, Some(dash)) if indent == limit && !may_equal => (limit, may_equal) = (dash, true),
            _ => {}
        }
    }
    path.reverse();
    path
}

/// What the document around a line says it is.
struct Document<'a> {
    version: &'a str,
    kind: Option<Kind>,
    name: &'a str,
}

impl<'a> Document<'a> {
    fn around(lines: &[&'a str], at: usize) -> Self {
        let at = at.min(lines.len());
        let from = lines[..at].iter().rposition(|it| is_separator(it));
        let rest = &lines[from.map_or(0, |it| it + 1)..];
        let member = |name: &str| {
            let own = rest.iter().take_while(|it| !is_separator(it));
            let mut found = own.filter_map(|it| it.strip_prefix(name)?.strip_prefix(':'));
            found.next().unwrap_or_default().trim()
        };
        let (version, name) = (member("apiVersion"), member("kind"));
        let named = Kind::ALL.into_iter().find(|it| it.facts().kind == name);
        Self {
            version,
            kind: Kind::of(version, name).or(named),
            name,
        }
    }
}

fn keys(fields: Option<&Struct>, is_top: bool, document: &Document<'_>) -> Value {
    let mut all = Vec::new();
    if is_top {
        for (name, is_missing) in [
            ("apiVersion", document.version.is_empty()),
            ("kind", document.name.is_empty()),
        ] {
            if is_missing {
                all.push(option(name, "string", "field", &format!("{name}: ")));
            }
        }
    }
    let known = fields.into_iter().flat_map(|it| it.fields.iter());
    for it in known.filter(|it| !is_top || it.name != "status") {
        let is_scalar = it.shape == Shape::One && it.members().is_none();
        let insert = format!("{}:{}", it.name, if is_scalar { " " } else { "" });
        all.push(option(it.name, &it.go_type(), "field", &insert));
    }
    all.into()
}

fn values(field: Option<&Field>, top: Option<&str>, document: &Document<'_>) -> Value {
    let kinds = || Kind::ALL.into_iter().map(|it| it.facts().kind.to_owned());
    let all: Vec<String> = match (top, field) {
        (Some("kind"), _) => kinds().collect(),
        (Some("apiVersion"), _) => match document.kind {
            Some(kind) => vec![kind.api_version().into()],
            None => vec!["apps/v1".to_owned(), "v1".to_owned()],
        },
        (_, None) => Vec::new(),
        (_, Some(it)) if it.element == Type::Bool => vec!["true".to_owned(), "false".to_owned()],
        (_, Some(it)) => {
            let default = it.default.filter(|it| !it.is_empty());
            let values = it.values().iter().copied();
            let more = default.filter(|default| it.values().iter().all(|it| it != default));
            values.chain(more).map(str::to_owned).collect()
        }
    };
    let default = field.and_then(|it| it.default).unwrap_or_default();
    let say = |it: &String| {
        let detail = if it == default { "default" } else { "" };
        option(it, detail, "value", it)
    };
    all.iter().map(say).collect()
}

fn option(label: &str, detail: &str, kind: &str, insert: &str) -> Value {
    object! {"label": label, "detail": detail, "kind": kind, "insert": insert}
}

fn described(it: &Field, path: &str) -> Value {
    object! {
        "path": path,
        "type": it.go_type(),
        "values": it.values().iter().map(|it| Value::from(*it)).collect::<Value>(),
        "default": it.default.unwrap_or_default(),
        "simulated": it.is_simulated,
    }
}
