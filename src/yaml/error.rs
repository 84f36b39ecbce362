//! Why a text is not YAML, in the words of kubectl's library, with a place and a hint.

use saphyr_parser::ScanError;

use super::hint::{self, Hint, HintKind};
use super::place::Place;
use crate::value::Value;

/// The first thing in a text that cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
    /// What kubectl's library says, without its line number.
    pub message: String,
    /// What was probably meant.
    pub hint: Option<Hint>,
    /// The line kubectl names, counted in the document; 0 where it names none.
    go_line: usize,
}

impl Error {
    /// As kubectl prints it behind `error converting YAML to JSON: `.
    pub fn go_text(&self) -> String {
        let is_yaml = !["json: ", "unsupported ", "invalid Yaml", "unexpected EOF"]
            .iter()
            .any(|it| self.message.starts_with(it));
        let mut text = String::from(if is_yaml { "yaml: " } else { "" });
        if self.go_line > 0 {
            text.push_str("line ");
            text.push_str(&self.go_line.to_string());
            text.push_str(": ");
        }
        text.push_str(&self.message);
        text
    }

    /// An error found after parsing: kubectl names no line for these.
    pub(super) fn at(place: Place, message: &str, chunk: &str, offset: usize) -> Self {
        Self {
            line: place.line,
            column: place.column,
            message: message.into(),
            hint: hint::for_error(chunk, place, offset, message),
            go_line: 0,
        }
    }

    /// An error that needs no hint.
    pub(super) fn plain(place: Place, message: &str) -> Self {
        Self {
            line: place.line,
            column: place.column,
            message: message.into(),
            hint: None,
            go_line: 0,
        }
    }

    /// A line that begins with `---` but goes on.
    // upstream: apimachinery, util/yaml, YAMLReader.Read.
    pub(super) fn separator(rest: &str, line: usize) -> Self {
        let mut message = String::from("invalid Yaml document separator: ");
        message.push_str(rest);
        Self::plain(Place { line, column: 1 }, &message)
    }

    /// The same error, found on a line of the document by one half of upstream's reader.
    // upstream: go-yaml v2, parser.fail counts from 0, names no line 0, and adds one for the scanner.
    pub(super) fn in_line(mut self, line: usize, by: By) -> Self {
        self.go_line = match by {
            By::Scanner if line > 1 => line,
            By::Scanner => 0,
            By::Parser => line.saturating_sub(1),
        };
        self
    }

    /// An error of the parser, put into go-yaml's words.
    pub(super) fn from_scan(
        error: &ScanError,
        context: Context,
        chunk: &str,
        offset: usize,
    ) -> Self {
        let mark = error.marker();
        let place = Place {
            line: mark.line() + offset,
            column: mark.col() + 1,
        };
        let info = error.info();
        if info.ends_with("unknown anchor") {
            let name = hint::word_at(chunk, place, offset);
            return Self::at(
                place,
                &format!("unknown anchor '{name}' referenced"),
                chunk,
                offset,
            );
        }
        if info.starts_with("invalid indentation in quoted")
            || info.ends_with("unexpected end of stream")
        {
            let (message, line, by) = quote_end(chunk, mark.line(), mark.col(), context);
            let hint = Hint {
                place,
                kind: HintKind::OpenQuote,
            };
            return Self {
                hint: Some(hint),
                ..Self::at(place, message, chunk, offset).in_line(line, by)
            };
        }
        if info == "misplaced bracket" {
            let message = match context {
                Context::BlockValue => "did not find expected node content",
                Context::Root
                | Context::BlockList
                | Context::BlockKey
                | Context::FlowList
                | Context::FlowMapping => "did not find expected key",
            };
            return Self::at(place, message, chunk, offset).in_line(mark.line(), By::Parser);
        }
        let known = WORDS.iter().find(|(ours, ..)| info.contains(ours));
        let (message, by, lines_on) = known
            .map_or((info, By::Scanner, 0), |(_, words, by, lines)| {
                (words.unwrap_or(context.expectation()), *by, *lines)
            });
        let line = mark.line() + lines_on;
        let column = match chunk.lines().nth(line - 1).and_then(|it| it.find('\t')) {
            Some(tab) if lines_on > 0 => tab + 1,
            _ => place.column,
        };
        let place = Place {
            line: line + offset,
            column,
        };
        Self::at(place, message, chunk, offset).in_line(line, by)
    }
}

/// Where upstream's reader, which minds no indentation inside quotes, would notice that one was not closed in time.
fn quote_end(
    chunk: &str,
    line: usize,
    column: usize,
    context: Context,
) -> (&'static str, usize, By) {
    let mut lines = chunk.lines().enumerate().skip(line - 1);
    let Some((_, first)) = lines.next() else {
        return (UNCLOSED, line, By::Scanner);
    };
    let mut signs = first.chars().skip(column);
    let quote = signs.next().unwrap_or('"');
    match lines.find(|(_, it)| it.contains(quote)) {
        Some((number, _)) => (context.expectation(), number + 1, By::Parser),
        None => (UNCLOSED, chunk.lines().count() + 1, By::Scanner),
    }
}

const UNCLOSED: &str = "found unexpected end of stream";

/// What upstream says about a key that JSON cannot have.
// upstream: go-yaml v2, decoder.mapping; sigs.k8s.io/yaml for null.
pub(super) fn bad_key(key: &Value) -> String {
    if key.is_null() {
        return "unsupported map key of type: %!s(<nil>), key: <nil>".into();
    }
    let mut text = String::from("invalid map key: ");
    push_go(&mut text, key);
    text
}

/// A value in Go's own notation.
fn push_go(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("interface {}(nil)"),
        Value::Array(items) => {
            text.push_str("[]interface {}{");
            for (number, item) in items.iter().enumerate() {
                text.push_str(if number > 0 { ", " } else { "" });
                push_go(text, item);
            }
            text.push('}');
        }
        Value::Object(members) => {
            text.push_str("map[interface {}]interface {}{");
            for (number, (key, member)) in members.iter().enumerate() {
                text.push_str(if number > 0 { ", " } else { "" });
                push_go(text, &Value::from(key));
                text.push(':');
                push_go(text, member);
            }
            text.push('}');
        }
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => {
            text.push_str(&value.to_json());
        }
    }
}

/// Which half of upstream's reader notices: they count lines differently.
#[derive(Clone, Copy)]
pub(super) enum By {
    Scanner,
    Parser,
}

/// What the reader is inside of.
#[derive(Clone, Copy)]
pub(super) enum Context {
    Root,
    BlockList,
    BlockKey,
    BlockValue,
    FlowList,
    FlowMapping,
}

impl Context {
    fn expectation(self) -> &'static str {
        match self {
            Self::Root => "did not find expected <document start>",
            Self::BlockList => "did not find expected '-' indicator",
            Self::BlockKey | Self::BlockValue => "did not find expected key",
            Self::FlowList => "did not find expected ',' or ']'",
            Self::FlowMapping => "did not find expected ',' or '}'",
        }
    }
}

/// A part of our parser's message, what go-yaml says instead (nothing: what it expected there), which half of it,
/// and how many lines later.
const WORDS: &[(&str, Option<&str>, By, usize)] = &[
    (
        "mapping values are not allowed",
        Some("mapping values are not allowed in this context"),
        By::Scanner,
        0,
    ),
    (
        "mapping keys are not allowed",
        Some("mapping keys are not allowed in this context"),
        By::Scanner,
        0,
    ),
    (
        "sequence entries are not allowed",
        Some("block sequence entries are not allowed in this context"),
        By::Scanner,
        0,
    ),
    (
        "is only valid inside a block",
        Some("block sequence entries are not allowed in this context"),
        By::Scanner,
        0,
    ),
    (
        "simple key expect",
        Some("could not find expected ':'"),
        By::Scanner,
        0,
    ),
    (
        "cannot start with a tab",
        Some("found a tab character where an indentation space is expected"),
        By::Scanner,
        1,
    ),
    (
        "found a tab",
        Some("found a tab character that violates indentation"),
        By::Scanner,
        1,
    ),
    (
        "tab",
        Some("found character that cannot start any token"),
        By::Scanner,
        0,
    ),
    (
        "unexpected character",
        Some("found character that cannot start any token"),
        By::Scanner,
        0,
    ),
    (
        "unexpected document indicator",
        Some("found unexpected document indicator"),
        By::Scanner,
        1,
    ),
    (
        "unknown escape character",
        Some("found unknown escape character"),
        By::Scanner,
        0,
    ),
    (
        "hexadecimal number",
        Some("did not find expected hexdecimal number"),
        By::Scanner,
        0,
    ),
    (
        "character escape code",
        Some("found invalid Unicode character escape code"),
        By::Scanner,
        0,
    ),
    (
        "comment or line break",
        Some("did not find expected comment or line break"),
        By::Scanner,
        0,
    ),
    (
        "indicator equal to 0",
        Some("found an indentation indicator equal to 0"),
        By::Scanner,
        0,
    ),
    (
        "alphabetic or numeric",
        Some("did not find expected alphabetic or numeric character"),
        By::Scanner,
        0,
    ),
    (
        "handle wasn't declared",
        Some("found undefined tag handle"),
        By::Parser,
        0,
    ),
    (
        "expected <document start>",
        Some("did not find expected <document start>"),
        By::Parser,
        0,
    ),
    (
        "expected node content",
        Some("did not find expected node content"),
        By::Parser,
        0,
    ),
    ("did not find expected", None, By::Parser, 0),
    ("expected ',' or ']'", None, By::Parser, 0),
    ("trailing content", None, By::Parser, 0),
    ("wrongly indented", None, By::Parser, 0),
    ("invalid indentation", None, By::Parser, 0),
];
