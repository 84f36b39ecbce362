//! `-o go-template`: the part of Go's templates that people use with kubectl.
//!
//! Left out: `define`, `template`, `block`, `break` and `continue`, methods, assignments to outer variables.
//! upstream: text/template, and k8s.io/cli-runtime/pkg/printers/template.go.

use std::vec::IntoIter;

use super::jsonpath::go_text;
use crate::value::{Text, Value, from_base64};

/// A parsed template.
#[derive(Clone, Debug)]
pub(in crate::kubectl) struct Template(Vec<Node>);

#[derive(Clone, Debug)]
enum Node {
    Text(Text),
    Print(Pipe),
    If(Pipe, Vec<Node>, Vec<Node>),
    With(Pipe, Vec<Node>, Vec<Node>),
    Range(Pipe, Vec<Node>, Vec<Node>),
}

/// `$i, $x := a | b`.
#[derive(Clone, Debug)]
struct Pipe {
    names: Vec<Text>,
    commands: Vec<Vec<Arg>>,
}

#[derive(Clone, Debug)]
enum Arg {
    /// `.a.b` of the dot.
    Dot(Vec<Text>),
    /// `$x.a.b`.
    Variable(Text, Vec<Text>),
    Literal(Value),
    Function(Text),
    Group(Pipe, Vec<Text>),
}

/// Nobody nests deeper.
const DEEPEST: usize = 30;
/// More steps than this are a mistake.
const MOST_STEPS: usize = 200_000;
/// What Go's templates have beside [`FUNCTIONS`].
const MORE: &str = "block break call continue define html js slice template urlquery";
/// Nobody pads wider.
const WIDEST: usize = 1000;
/// More text than this is a mistake.
const LONGEST: usize = 1 << 20;

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = pieces(text)?.into_iter();
        let (nodes, end) = block(&mut pieces, 0)?;
        match end {
            None => Ok(Self(nodes)),
            Some(end) => Err(["template: output:1: unexpected {{", &end, "}}"].concat()),
        }
    }

    /// The text for a value.
    pub fn print(&self, value: &Value) -> Result<String, String> {
        let mut run = Run {
            variables: vec![("$".into(), value.clone())],
            out: String::new(),
            steps: MOST_STEPS,
        };
        run.nodes(&self.0, value)?;
        Ok(run.out)
    }
}

/// Text between actions, or the inside of an action.
enum Piece {
    Text(Text),
    Action(Text),
}

fn pieces(mut rest: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut trims = false;
    while let Some(start) = rest.find("{{") {
        let (text, after) = (&rest[..start], &rest[start + 2..]);
        let end = after
            .find("}}")
            .ok_or("template: output:1: unclosed action")?;
        let text = if trims { text.trim_start() } else { text };
        let (text, mut action) = match after[..end].strip_prefix("- ") {
            Some(action) => (text.trim_end(), action),
            None => (text, &after[..end]),
        };
        trims = action.ends_with(" -");
        action = action.strip_suffix(" -").unwrap_or(action).trim();
        if !text.is_empty() {
            pieces.push(Piece::Text(text.into()));
        }
        if !action.starts_with("/*") {
            pieces.push(Piece::Action(action.into()));
        }
        rest = &after[end + 2..];
    }
    let rest = if trims { rest.trim_start() } else { rest };
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.into()));
    }
    Ok(pieces)
}

/// Nodes up to `end` or `else`, which is given back.
fn block(pieces: &mut IntoIter<Piece>, depth: usize) -> Result<(Vec<Node>, Option<Text>), String> {
    if depth > DEEPEST {
        return Err("template: output:1: too deep".into());
    }
    let mut nodes = Vec::new();
    while let Some(piece) = pieces.next() {
        let action = match piece {
            Piece::Text(text) => {
                nodes.push(Node::Text(text));
                continue;
            }
            Piece::Action(action) => action,
        };
        let (word, rest) = action.split_once([' ', '\t']).unwrap_or((&action, ""));
        match word {
            "end" | "else" => return Ok((nodes, Some(action))),
            "if" => nodes.push(control(rest, Node::If, pieces, depth)?),
            "with" => nodes.push(control(rest, Node::With, pieces, depth)?),
            "range" => nodes.push(control(rest, Node::Range, pieces, depth)?),
            _ => nodes.push(Node::Print(pipe(&action)?)),
        }
    }
    Ok((nodes, None))
}

fn control(
    condition: &str,
    make: fn(Pipe, Vec<Node>, Vec<Node>) -> Node,
    pieces: &mut IntoIter<Piece>,
    depth: usize,
) -> Result<Node, String> {
    let condition = pipe(condition)?;
    let unclosed = || "template: output:1: unexpected EOF".to_owned();
    let (body, end) = block(pieces, depth + 1)?;
    let end = end.ok_or_else(unclosed)?;
    let Some(rest) = end.strip_prefix("else") else {
        return Ok(make(condition, body, Vec::new()));
    };
    if let Some(rest) = rest.trim().strip_prefix("if ") {
        return Ok(make(
            condition,
            body,
            vec![control(rest, Node::If, pieces, depth + 1)?],
        ));
    }
    let (other, end) = block(pieces, depth + 1)?;
    end.ok_or_else(unclosed)?;
    Ok(make(condition, body, other))
}

fn pipe(text: &str) -> Result<Pipe, String> {
    let tokens = tokens(text)?;
    let mut at = 0;
    pipe_of(&tokens, &mut at, 0)
}

/// Words, literals, `|`, `(`, `)`, `:=`, `,`.
fn tokens(text: &str) -> Result<Vec<Text>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(sign) = rest.chars().next() {
        let length = match sign {
            '"' | '`' => {
                let (mut escaped, mut end) = (false, None);
                for (at, it) in rest.char_indices().skip(1) {
                    if it == sign && !escaped {
                        end = Some(at + 1);
                        break;
                    }
                    escaped = it == '\\' && !escaped && sign == '"';
                }
                end.ok_or("template: output:1: unterminated quoted string")?
            }
            '|' | '(' | ')' | ',' => 1,
            ':' | '=' => rest.find(|it| it != ':' && it != '=').unwrap_or(rest.len()),
            _ => rest
                .find(|it: char| it.is_whitespace() || "|(),\"`=:".contains(it))
                .unwrap_or(rest.len())
                .max(1),
        };
        tokens.push(rest[..length].into());
        // A field right behind a bracket belongs to it.
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn pipe_of(tokens: &[Text], at: &mut usize, depth: usize) -> Result<Pipe, String> {
    if depth > DEEPEST {
        return Err("template: output:1: too deep".into());
    }
    let mut pipe = Pipe {
        names: Vec::new(),
        commands: Vec::new(),
    };
    if let Some(assign) = tokens[*at..].iter().position(|it| it == ":=" || it == "=")
        && tokens[*at..].first().is_some_and(|it| it.starts_with('$'))
    {
        let names = tokens[*at..*at + assign].iter().filter(|it| *it != ",");
        pipe.names = names.cloned().collect();
        *at += assign + 1;
    }
    let mut command = Vec::new();
    while let Some(token) = tokens.get(*at) {
        *at += 1;
        match token.as_str() {
            ")" if depth > 0 => break,
            "|" => pipe.commands.push(core::mem::take(&mut command)),
            "(" => {
                let group = pipe_of(tokens, at, depth + 1)?;
                let path = match tokens.get(*at) {
                    Some(next) if next.len() > 1 && next.starts_with('.') => {
                        *at += 1;
                        fields(next)
                    }
                    _ => Vec::new(),
                };
                command.push(Arg::Group(group, path));
            }
            _ => command.push(arg(token)?),
        }
    }
    pipe.commands.push(command);
    if pipe.commands.iter().any(Vec::is_empty) {
        return Err("template: output:1: missing value for command".into());
    }
    Ok(pipe)
}

fn fields(path: &str) -> Vec<Text> {
    path.split('.')
        .filter(|it| !it.is_empty())
        .map(Text::from)
        .collect()
}

fn arg(token: &str) -> Result<Arg, String> {
    if token.starts_with('.') {
        return Ok(Arg::Dot(fields(token)));
    }
    if token.starts_with('$') {
        let (name, path) = token.split_once('.').unwrap_or((token, ""));
        return Ok(Arg::Variable(name.into(), fields(path)));
    }
    if let Some(raw) = token.strip_prefix('`') {
        return Ok(Arg::Literal(raw.trim_end_matches('`').into()));
    }
    if let Ok(value) = Value::from_json(token) {
        return Ok(Arg::Literal(value));
    }
    if token == "nil" {
        return Ok(Arg::Literal(Value::Null));
    }
    if FUNCTIONS.contains(&token) {
        return Ok(Arg::Function(token.into()));
    }
    let is_more = MORE.split(' ').any(|it| it == token);
    let end = ["not defined", "is not simulated yet"][usize::from(is_more)];
    Err(["template: output:1: function \"", token, "\" ", end].concat())
}

const FUNCTIONS: &[&str] = &[
    "and",
    "base64decode",
    "eq",
    "exists",
    "ge",
    "gt",
    "index",
    "le",
    "len",
    "lt",
    "ne",
    "not",
    "or",
    "print",
    "printf",
    "println",
];

struct Run {
    variables: Vec<(Text, Value)>,
    out: String,
    /// Steps that are left: nested loops end.
    steps: usize,
}

/// upstream: template.IsTrue.
fn is_true(value: &Value) -> bool {
    !value.is_empty()
}

fn printed(value: &Value) -> String {
    if value.is_null() {
        "<no value>".to_owned()
    } else {
        go_text(value)
    }
}

impl Run {
    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<(), String> {
        let scope = self.variables.len();
        for node in nodes {
            match node {
                Node::Text(text) => self.out.push_str(text),
                Node::Print(pipe) => {
                    let value = self.pipe(pipe, dot)?;
                    match pipe.names.first() {
                        Some(name) => self.variables.push((name.clone(), value)),
                        None => self.out.push_str(&printed(&value)),
                    }
                }
                Node::If(pipe, then, other) => {
                    let value = self.pipe(pipe, dot)?;
                    self.nodes(if is_true(&value) { then } else { other }, dot)?;
                }
                Node::With(pipe, then, other) => {
                    let value = self.pipe(pipe, dot)?;
                    if is_true(&value) {
                        self.bind(pipe, core::slice::from_ref(&value), then, &value)?;
                    } else {
                        self.nodes(other, dot)?;
                    }
                }
                Node::Range(pipe, body, other) => self.range(pipe, body, other, dot)?,
            }
            self.steps = self.steps.saturating_sub(1);
            if self.out.len() > LONGEST || self.steps == 0 {
                return Err("the output is too long".into());
            }
        }
        self.variables.truncate(scope);
        Ok(())
    }

    fn range(
        &mut self,
        pipe: &Pipe,
        body: &[Node],
        other: &[Node],
        dot: &Value,
    ) -> Result<(), String> {
        let over = self.pipe(pipe, dot)?;
        let pairs: Vec<(Value, Value)> = match &over {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|it| (it.0.into(), it.1.clone()))
                .collect(),
            Value::Object(_) => over
                .members()
                .map(|it| (it.0.into(), it.1.clone()))
                .collect(),
            Value::Null => Vec::new(),
            other => return Err(["range can't iterate over ", &go_text(other)].concat()),
        };
        if pairs.is_empty() {
            return self.nodes(other, dot);
        }
        for (key, item) in pairs {
            let values = if pipe.names.len() > 1 {
                vec![key, item.clone()]
            } else {
                vec![item.clone()]
            };
            self.bind(pipe, &values, body, &item)?;
        }
        Ok(())
    }

    fn bind(
        &mut self,
        pipe: &Pipe,
        values: &[Value],
        body: &[Node],
        dot: &Value,
    ) -> Result<(), String> {
        let scope = self.variables.len();
        self.variables
            .extend(pipe.names.iter().cloned().zip(values.iter().cloned()));
        self.nodes(body, dot)?;
        self.variables.truncate(scope);
        Ok(())
    }

    fn pipe(&self, pipe: &Pipe, dot: &Value) -> Result<Value, String> {
        let mut last: Option<Value> = None;
        for command in &pipe.commands {
            let mut values = Vec::new();
            for arg in &command[1..] {
                values.push(self.arg(arg, dot)?);
            }
            values.extend(last.take());
            last = Some(match &command[0] {
                Arg::Function(name) => call(name, &values)?,
                first if values.is_empty() => self.arg(first, dot)?,
                _ => return Err("can't give argument to non-function".into()),
            });
        }
        Ok(last.unwrap_or_default())
    }

    fn arg(&self, arg: &Arg, dot: &Value) -> Result<Value, String> {
        Ok(match arg {
            Arg::Dot(path) => follow(dot, path)?,
            Arg::Variable(name, path) => {
                let found = self.variables.iter().rev().find(|it| it.0 == *name);
                let (_, value) =
                    found.ok_or_else(|| ["undefined variable \"", name, "\""].concat())?;
                follow(value, path)?
            }
            Arg::Literal(value) => value.clone(),
            Arg::Function(name) => call(name, &[])?,
            Arg::Group(pipe, path) => follow(&self.pipe(pipe, dot)?, path)?,
        })
    }
}

fn follow(value: &Value, path: &[Text]) -> Result<Value, String> {
    let mut at = value;
    for name in path {
        match at {
            // upstream: what is missing has no fields either, and that is no error.
            Value::Object(map) => match map.get(name) {
                Some(found) => at = found,
                None => return Ok(Value::Null),
            },
            Value::Null => return Err(["nil pointer evaluating interface {}.", name].concat()),
            _ => return Err(["can't evaluate field ", name, " in type interface {}"].concat()),
        }
    }
    Ok(at.clone())
}

fn call(name: &str, values: &[Value]) -> Result<Value, String> {
    let few = || ["wrong number of args for ", name].concat();
    let first = || values.first().ok_or_else(few);
    let order = || -> Result<core::cmp::Ordering, String> {
        match (first()?, values.get(1).ok_or_else(few)?) {
            (Value::Int(a), Value::Int(b)) => Ok(a.cmp(b)),
            (Value::String(a), Value::String(b)) => Ok(a.cmp(b)),
            (a, b) if a == b => Ok(core::cmp::Ordering::Equal),
            _ => Err("incompatible types for comparison".into()),
        }
    };
    Ok(match name {
        "and" => values
            .iter()
            .find(|it| !is_true(it))
            .or(values.last())
            .cloned()
            .unwrap_or_default(),
        "or" => values
            .iter()
            .find(|it| is_true(it))
            .or(values.last())
            .cloned()
            .unwrap_or_default(),
        "not" => Value::Bool(!is_true(first()?)),
        "eq" => Value::Bool(values.get(1..).unwrap_or_default().contains(first()?)),
        "ne" => Value::Bool(Some(first()?) != values.get(1)),
        "lt" => order()?.is_lt().into(),
        "le" => order()?.is_le().into(),
        "gt" => order()?.is_gt().into(),
        "ge" => order()?.is_ge().into(),
        "len" => match first()? {
            Value::String(it) => it.len().into(),
            Value::Array(it) => it.len().into(),
            Value::Object(it) => it.len().into(),
            other => return Err(["len of type ", &go_text(other)].concat()),
        },
        "index" | "exists" => {
            let mut at = first()?.clone();
            for key in values.get(1..).unwrap_or_default() {
                at = match (&at, key) {
                    (Value::Array(items), Value::Int(at)) => {
                        match usize::try_from(*at).ok().and_then(|at| items.get(at)) {
                            Some(item) => item.clone(),
                            None if name == "exists" => Value::Null,
                            None => return Err(["index out of range: ", &at.to_string()].concat()),
                        }
                    }
                    (of, key) => of[key.as_str()].clone(),
                };
            }
            if name == "exists" {
                Value::Bool(!at.is_null())
            } else {
                at
            }
        }
        "print" => values.iter().map(printed).collect::<String>().into(),
        "println" => (values.iter().map(printed).collect::<Vec<_>>().join(" ") + "\n").into(),
        "printf" => formatted(first()?.as_str(), values.get(1..).unwrap_or_default()).into(),
        "base64decode" => from_base64(first()?.as_str()).into(),
        _ => Value::Null,
    })
}

/// `%s`, `%d`, `%v` and `%q`, with widths; precisions left out.
fn formatted(format: &str, values: &[Value]) -> String {
    let (mut out, mut values) = (String::new(), values.iter());
    let mut signs = format.chars();
    while let Some(sign) = signs.next() {
        if sign != '%' {
            out.push(sign);
            continue;
        }
        let mut width = String::new();
        let verb = signs.find(|it| {
            let is_width = it.is_ascii_digit() || *it == '-';
            if is_width {
                width.push(*it);
            }
            !is_width
        });
        let text = match verb {
            Some('%') => "%".into(),
            Some('q') => values.next().cloned().unwrap_or_default().to_json(),
            Some(_) => values.next().map(go_text).unwrap_or_default(),
            None => String::new(),
        };
        let (left, zero) = (width.starts_with('-'), width.starts_with('0'));
        let wanted: usize = width.trim_start_matches('-').parse().unwrap_or(0);
        let missing = wanted.min(WIDEST).saturating_sub(text.chars().count());
        let padding = if zero { "0" } else { " " }.repeat(missing);
        let parts = if left {
            [text, padding]
        } else {
            [padding, text]
        };
        out.push_str(&parts.concat());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(template: &str) -> Result<String, String> {
        let value = Value::from_json(
            r#"{"items":[{"name":"web-0","ports":[80,81]},{"name":"web-1","ports":[]}],"labels":{"app.io/x":"y"}}"#,
        );
        Template::parse(template)?.print(&value.unwrap())
    }

    #[test]
    fn what_people_write_prints_as_go_prints_it() {
        for (template, text) in [
            ("{{range .items}}{{.name}} {{end}}", "web-0 web-1 "),
            (
                "{{range $i, $x := .items}}{{if $i}},{{end}}{{$x.name}}{{end}}",
                "web-0,web-1",
            ),
            (r#"{{index .labels "app.io/x"}}"#, "y"),
            (r#"{{printf "%-4s|%4s|%03d" "ab" "cd" 7}}"#, "ab  |  cd|007"),
            ("{{(index .items 0).name}}", "web-0"),
            ("{{.nope}}", "<no value>"),
            (
                "{{range .items}}{{if eq .name \"web-1\"}}{{len .ports}}{{else}}-{{end}}{{end}}",
                "-0",
            ),
            ("{{with .nope}}a{{else}}b{{end}}", "b"),
            ("a {{- /* x */ -}} b", "ab"),
            ("{{ .items | len }}", "2"),
            (r#"{{printf "%s=%d\n" "a" 1}}"#, "a=1\n"),
            ("{{range .items}}{{.ports}}{{end}}", "[80 81][]"),
            ("{{.labels}}", "map[app.io/x:y]"),
        ] {
            assert_eq!(print(template).as_deref(), Ok(text), "{template}");
        }
    }

    #[test]
    fn broken_templates_say_so() {
        assert_eq!(
            print("{{.x").unwrap_err(),
            "template: output:1: unclosed action"
        );
        assert_eq!(
            print("{{foo}}").unwrap_err(),
            "template: output:1: function \"foo\" not defined"
        );
        assert!(print("{{if .x}}").is_err());
        assert!(print("{{end}}").is_err());
        assert!(print(&"{{if 1}}".repeat(1000)).is_err());
        assert!(print(&["{{", &"(".repeat(1000), "}}"].concat()).is_err());
        assert!(print("{{eq}}").is_err());
    }
}
