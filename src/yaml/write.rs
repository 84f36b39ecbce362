//! Values as YAML text, the way `kubectl -o yaml` prints them.
//!
//! upstream: go-yaml v2, encode.go (style), sorter.go (order of keys) and emitterc.go (what each style allows, folding
//! beyond column 80).
//!
//! Left out: flow style, which only empty lists and mappings need.

use core::cmp::Ordering;

use super::scalar::{general, looks_typed};
use crate::sort;
use crate::value::Value;

/// Lines longer than this are folded at the next blank.
const WIDTH: usize = 80;

/// A value as YAML text that ends with a line break.
pub fn to_yaml(value: &Value) -> String {
    let mut writer = Writer {
        out: String::new(),
        column: 0,
    };
    writer.node(value, 0, Parent::Root);
    writer.line();
    writer.out
}

/// What a node stands in.
#[derive(Clone, Copy, PartialEq)]
enum Parent {
    Root,
    List,
    Mapping,
}

struct Writer {
    out: String,
    column: usize,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    /// Ends the line, unless nothing is on it.
    fn line(&mut self) {
        if self.column > 0 {
            self.out.push('\n');
            self.column = 0;
        }
    }

    fn indent(&mut self, to: usize) {
        self.line();
        self.out.extend(core::iter::repeat_n(' ', to));
        self.column = to;
    }

    fn node(&mut self, value: &Value, indent: usize, parent: Parent) {
        match value {
            Value::Array(items) if items.is_empty() => self.inline("[]", parent),
            Value::Object(members) if members.is_empty() => self.inline("{}", parent),
            Value::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    self.entry(indent, parent == Parent::List && number == 0);
                    self.put("-");
                    self.node(item, indent + 2, Parent::List);
                }
            }
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                sort::by(&mut members, |a, b| natural(a.0, b.0));
                for (number, (key, member)) in members.into_iter().enumerate() {
                    self.entry(indent, parent == Parent::List && number == 0);
                    self.member(key, member, indent);
                }
            }
            Value::String(text) => {
                self.blank(parent);
                self.string(text, indent.max(2), false);
            }
            Value::Float(it) => self.inline(&general(&format!("{it:e}")), parent),
            Value::Null | Value::Bool(_) | Value::Int(_) => self.inline(&value.to_json(), parent),
        }
    }

    /// Begins an entry of a block: on its own line, or behind the `-` it is the first thing of.
    fn entry(&mut self, indent: usize, is_behind_dash: bool) {
        if is_behind_dash {
            self.put(" ");
        } else {
            self.indent(indent);
        }
    }

    fn member(&mut self, key: &str, member: &Value, indent: usize) {
        let is_simple = !key.contains('\n') && key.len() <= 128;
        if !is_simple {
            self.put("? ");
            self.string(key, indent + 2, false);
            self.indent(indent);
            self.put(":");
            self.node(member, indent + 2, Parent::List);
            return;
        }
        self.string(key, indent + 2, true);
        self.put(":");
        // A list begins in the column of its key.
        let deeper = if matches!(member, Value::Array(_)) {
            indent
        } else {
            indent + 2
        };
        self.node(member, deeper, Parent::Mapping);
    }

    fn blank(&mut self, parent: Parent) {
        if parent != Parent::Root {
            self.put(" ");
        }
    }

    fn inline(&mut self, text: &str, parent: Parent) {
        self.blank(parent);
        self.put(text);
    }

    fn string(&mut self, text: &str, indent: usize, is_key: bool) {
        let allowed = Allowed::by(text);
        // upstream: encoder.stringv asks for a style, select_scalar_style takes the next stricter one that is allowed.
        if text.contains('\n') {
            if allowed.literal && !is_key {
                self.literal(text, indent);
            } else {
                self.quoted(text, indent, is_key, Style::Double);
            }
        } else if looks_typed(text) || !allowed.plain && !allowed.single {
            self.quoted(text, indent, is_key, Style::Double);
        } else if allowed.plain {
            self.folded(text, indent, is_key, Style::Plain);
        } else {
            self.quoted(text, indent, is_key, Style::Single);
        }
    }

    fn quoted(&mut self, text: &str, indent: usize, is_key: bool, style: Style) {
        let quote = if style == Style::Single { "'" } else { "\"" };
        self.put(quote);
        self.folded(text, indent, is_key, style);
        self.put(quote);
    }

    /// Writes a scalar, with line breaks instead of single blanks beyond [`WIDTH`].
    fn folded(&mut self, text: &str, indent: usize, is_key: bool, style: Style) {
        let mut was_space = false;
        let mut buffer = [0; 4];
        for (at, sign) in text.char_indices() {
            let rest = &text[at + sign.len_utf8()..];
            if sign == ' ' && !was_space && !is_key && self.column > WIDTH {
                let is_inner = at > 0 && !rest.is_empty();
                let is_single = !rest.starts_with(' ');
                let folds = match style {
                    Style::Plain => is_single,
                    Style::Single => is_single && is_inner,
                    Style::Double => is_inner,
                };
                if folds {
                    self.indent(indent);
                    if style == Style::Double && !is_single {
                        self.put("\\");
                    }
                    was_space = true;
                    continue;
                }
            }
            was_space = sign == ' ';
            match (style, sign) {
                (Style::Single, '\'') => self.put("''"),
                (Style::Double, _) if !is_printable(sign) || matches!(sign, '"' | '\\' | '\n') => {
                    self.escape(sign);
                }
                (Style::Plain | Style::Single | Style::Double, _) => {
                    self.put(sign.encode_utf8(&mut buffer));
                }
            }
        }
    }

    fn escape(&mut self, sign: char) {
        let code = u32::from(sign);
        let short = ESCAPES.iter().find(|(it, _)| *it == sign);
        match (short, code) {
            (Some((_, name)), _) => self.put(name),
            (None, ..=0xff) => self.put(&format!("\\x{code:02X}")),
            (None, ..=0xffff) => self.put(&format!("\\u{code:04X}")),
            (None, _) => self.put(&format!("\\U{code:08X}")),
        }
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.put("|");
        if text.starts_with([' ', '\n']) {
            self.put("2");
        }
        if !text.ends_with('\n') {
            self.put("-");
        } else if text == "\n" || text.ends_with("\n\n") {
            self.put("+");
        }
        self.out.push('\n');
        self.column = 0;
        for line in text.split_inclusive('\n') {
            let bare = line.strip_suffix('\n');
            if bare != Some("") {
                self.indent(indent);
                self.put(bare.unwrap_or(line));
            }
            if bare.is_some() {
                self.out.push('\n');
                self.column = 0;
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Plain,
    Single,
    Double,
}

/// The signs with an escape of their own.
const ESCAPES: &[(char, &str)] = &[
    ('\0', "\\0"),
    ('\u{7}', "\\a"),
    ('\u{8}', "\\b"),
    ('\t', "\\t"),
    ('\n', "\\n"),
    ('\u{b}', "\\v"),
    ('\u{c}', "\\f"),
    ('\r', "\\r"),
    ('\u{1b}', "\\e"),
    ('"', "\\\""),
    ('\\', "\\\\"),
    ('\u{85}', "\\N"),
    ('\u{2028}', "\\L"),
    ('\u{2029}', "\\P"),
];

// upstream: yamlprivateh.go, is_printable: nothing beyond the basic plane.
// differs: line and paragraph separators are escaped here, upstream breaks the line.
fn is_printable(sign: char) -> bool {
    matches!(sign, '\n' | ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Which styles can hold a text.
// upstream: yaml_emitter_analyze_scalar.
struct Allowed {
    plain: bool,
    single: bool,
    literal: bool,
}

impl Allowed {
    fn by(text: &str) -> Self {
        let is_strange = text.contains(" \n") || text.chars().any(|it| !is_printable(it));
        let first = text.chars().next().unwrap_or(' ');
        let opens_blank = text[first.len_utf8().min(text.len())..]
            .chars()
            .next()
            .is_none_or(|it| it == ' ');
        let begins_badly = match first {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`' => true,
            '?' | ':' | '-' if opens_blank => true,
            _ => false,
        } || text.starts_with("---")
            || text.starts_with("...");
        let is_structure =
            begins_badly || text.contains(": ") || text.ends_with(':') || text.contains(" #");
        let has_edge = text.starts_with([' ', '\n']) || text.ends_with([' ', '\n']);
        Self {
            plain: !(is_strange || is_structure || has_edge || text.contains('\n')),
            single: !(is_strange || text.contains("\n ")),
            literal: !(is_strange || text.ends_with(' ') || text.is_empty()),
        }
    }
}

/// Numbers in keys by their size, letters after all other signs.
// upstream: go-yaml v2, sorter.go.
// differs: upstream has `1a` after `10`, and `10` after `9`, which is no order at all.
fn natural(a: &str, b: &str) -> Ordering {
    let (left, right): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = left.iter().zip(&right).position(|(a, b)| a != b) else {
        return left.len().cmp(&right.len());
    };
    let (first, second) = (left[at], right[at]);
    let before = left[..at]
        .iter()
        .rev()
        .take_while(|it| it.is_ascii_digit())
        .count();
    let is_letter = (first.is_alphabetic(), second.is_alphabetic());
    if is_letter == (true, true) {
        return first.cmp(&second);
    }
    if is_letter.0 != is_letter.1 {
        let ends_number = before > 0 && (first.is_ascii_digit() || second.is_ascii_digit());
        return if is_letter.0 == ends_number {
            Ordering::Less
        } else {
            Ordering::Greater
        };
    }
    let number = |text: &[char]| -> (usize, String, usize) {
        let digits: String = text[at - before..]
            .iter()
            .take_while(|it| it.is_ascii_digit())
            .collect();
        let size = digits.trim_start_matches('0');
        (size.len(), size.into(), digits.len())
    };
    number(&left).cmp(&number(&right)).then(first.cmp(&second))
}
