//! YAML text to values and back, by kubectl's rules.
//!
//! The grammar is read by the event parser `saphyr-parser`; what a scalar means, how mappings merge, what counts as
//! one document and how the text is written again follow kubectl's library (sigs.k8s.io/yaml over go-yaml v2:
//! YAML 1.1 scalars, then a trip through JSON). Every value keeps its place in the text, so that an error found much
//! later can still be shown on the line that caused it.
//!
//! Left out: comments (they have no JSON form).

mod error;
mod hint;
mod json;
mod load;
mod place;
mod scalar;
mod tabs;
mod tree;
mod write;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use hint::{Hint, HintKind, plain, shown};
pub use place::Place;
pub use scalar::looks_typed;
pub use write::to_yaml;

use crate::value::Value;

/// What [`parse`] found.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The documents before the first error, empty ones left out.
    pub documents: Vec<Document>,
    /// Why reading stopped, if it did.
    pub error: Option<Error>,
    /// What kubectl accepts in silence and the writer hardly meant.
    pub warnings: Vec<Warning>,
}

/// One document.
#[derive(Clone, Debug)]
pub struct Document {
    /// The document as JSON.
    pub value: Value,
    /// The line its content begins on.
    pub line: usize,
    root: place::Node,
}

impl Document {
    /// Where a path such as `spec.template.spec.containers[0].image` is written: the key of a member, the first
    /// sign of a list's item. Keys with dots are found plain and in brackets: `metadata.labels[app.io/name]`.
    pub fn place(&self, path: &str) -> Option<Place> {
        let (node, rest) = self.root.walk(path);
        rest.is_empty().then_some(node.place)
    }

    /// The place of the path, or of the nearest thing above it that is in the text.
    pub fn nearest(&self, path: &str) -> Place {
        self.root.walk(path).0.place
    }
}

/// Something odd that is not an error.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub kind: WarningKind,
}

/// The kinds of [`Warning`].
#[derive(Clone, Debug, PartialEq)]
pub enum WarningKind {
    /// A mapping has this key twice; the later one, at the warning's place, counts.
    DuplicateKey {
        /// The key.
        key: crate::value::Text,
        /// Where it stood first.
        first: Place,
    },
    /// A sign that looks like YAML's own but is not, so that it became part of the value.
    LookAlike {
        /// What is written.
        found: char,
        /// What YAML would have understood.
        instead: char,
    },
    /// What follows the end of a document, here, is not read by kubectl, up to the next `---`.
    Ignored,
}

impl WarningKind {
    /// The kind's name, for translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DuplicateKey { .. } => "duplicate-key",
            Self::LookAlike { .. } => "look-alike",
            Self::Ignored => "ignored",
        }
    }
}

/// Reads all documents of a text.
pub fn parse(text: &str) -> Parsed {
    parse_at(text, 1)
}

/// Reads a text that begins on line `first_line` of a longer one: all places count in the longer one.
pub fn parse_at(text: &str, first_line: usize) -> Parsed {
    let mut parsed = Parsed::default();
    let before = first_line.max(1) - 1;
    for chunk in chunks(text) {
        let offset = before + chunk.lines_before;
        let outcome = match chunk.bad_separator {
            Some((rest, line)) => Err(Error::separator(rest, before + line)),
            None if chunk.text.trim_start().starts_with('{') => {
                json::documents(chunk.text, offset, &mut parsed)
            }
            None => load::document(chunk.text, offset, &mut parsed.warnings)
                .map(|it| parsed.documents.push(it)),
        };
        if let Err(error) = outcome {
            parsed.error = Some(error);
            break;
        }
    }
    parsed.documents.retain(|it| !it.value.is_null());
    parsed
}

/// A part of the text that kubectl hands to its YAML reader in one piece.
struct Chunk<'a> {
    text: &'a str,
    lines_before: usize,
    /// The words behind `---` that make the line no separator, and that line.
    bad_separator: Option<(&'a str, usize)>,
}

/// Splits at lines that are `---` and nothing else but a comment.
// upstream: apimachinery, util/yaml, YAMLReader.Read: the separator is dropped, unless nothing stood before it.
fn chunks(text: &str) -> Vec<Chunk<'_>> {
    let mut chunks = Vec::new();
    let (mut from, mut lines_before, mut at) = (0, 0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if let Some(rest) = line.strip_prefix("---").map(str::trim) {
            let is_separator = rest.is_empty() || rest.starts_with('#');
            let bad_separator = (!is_separator).then_some((rest, number + 1));
            if at > from || !is_separator {
                chunks.push(Chunk {
                    text: &text[from..at],
                    lines_before,
                    bad_separator,
                });
                from = at + line.len();
                lines_before = number + 1;
            }
        }
        at += line.len();
    }
    chunks.push(Chunk {
        text: &text[from..],
        lines_before,
        bad_separator: None,
    });
    chunks
}
