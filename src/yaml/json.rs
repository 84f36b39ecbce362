//! Documents that begin with `{`: kubectl tries those as JSON first.
//!
//! upstream: apimachinery 0.36, util/yaml, YAMLOrJSONDecoder.Decode: what is no JSON is tried as YAML, and if that
//! fails too, the first error is told; after two JSON values, nothing but JSON may follow.

use super::error::Error;
use super::place::{Node, Place};
use super::{Document, Parsed, load};
use crate::value::Value;

/// Reads one JSON value after the other.
pub(super) fn documents(text: &str, offset: usize, parsed: &mut Parsed) -> Result<(), Error> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let (mut from, mut count) = (0, 0);
    while let Some(value) = values.next() {
        let value = match value {
            Ok(value) => value,
            Err(error) => {
                let failed = broken(text, offset, &error);
                if count > 1 {
                    return Err(failed);
                }
                let offset = offset + text[..from].matches('\n').count();
                let document = load::document(&text[from..], offset, &mut parsed.warnings);
                parsed.documents.push(document.map_err(|_| failed)?);
                return Ok(());
            }
        };
        count += 1;
        let to = values.byte_offset();
        let offset = offset + text[..from].matches('\n').count();
        // JSON is nearly YAML: read it once more for the places. Where it is not, as with `"\ud83d\ude00"`, a program
        // wrote it, and nobody looks for places.
        let document = load::document(&text[from..to], offset, &mut Vec::new());
        parsed.documents.push(
            document
                .ok()
                .filter(|it| it.value == value)
                .unwrap_or_else(|| {
                    let place = Place {
                        line: offset + 1,
                        column: 1,
                    };
                    Document {
                        value,
                        line: place.line,
                        root: Node {
                            place,
                            ..Node::default()
                        },
                    }
                }),
        );
        from = to;
    }
    Ok(())
}

/// The library's error in the words of Go's.
fn broken(text: &str, offset: usize, error: &serde_json::Error) -> Error {
    let place = Place {
        line: error.line() + offset,
        column: error.column().max(1),
    };
    if error.is_eof() {
        return Error::plain(place, "unexpected EOF");
    }
    let line_start: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let at = line_start + error.column();
    let found = text
        .get(..at)
        .and_then(|it| it.chars().next_back())
        .unwrap_or(' ');
    let said = error.to_string();
    let expected = WORDS
        .iter()
        .find(|(ours, _)| said.starts_with(ours))
        .map_or("looking for beginning of value", |it| it.1);
    Error::plain(
        place,
        &format!("json: offset {at}: invalid character '{found}' {expected}"),
    )
}

/// What serde_json says, and Go.
const WORDS: &[(&str, &str)] = &[
    ("expected `,` or `}`", "after object key:value pair"),
    ("expected `,` or `]`", "after array element"),
    ("expected `:`", "after object key"),
    (
        "key must be a string",
        "looking for beginning of object key string",
    ),
    (
        "trailing comma",
        "looking for beginning of object key string",
    ),
    ("control character", "in string literal"),
    ("invalid escape", "in string escape code"),
];
