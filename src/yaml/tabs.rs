//! Tabs that kubectl's reader refuses where YAML 1.2 allows them.
//!
//! upstream: go-yaml v2, scannerc.go.

use saphyr_parser::{ScalarStyle, Span};

use super::place::Place;

/// Looks for a tab around a value: in front of it, or where the lines after it are indented. `rest` is the text behind
/// it, `indent` the least number of columns the lines after it need, `style` that of a scalar.
pub(super) fn find(
    lines: &[&str],
    rest: &str,
    span: Span,
    style: Option<ScalarStyle>,
    indent: usize,
    is_in_flow: bool,
) -> Option<(Place, &'static str)> {
    if !is_in_flow && let Some(place) = before(lines, span) {
        return Some((place, "found character that cannot start any token"));
    }
    match style? {
        ScalarStyle::Plain => {
            let place = after_plain(lines, rest, span, indent)?;
            Some((place, "found a tab character that violates indentation"))
        }
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let place = in_block(lines, span)?;
            Some((
                place,
                "found a tab character where an indentation space is expected",
            ))
        }
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => None,
    }
}

fn is_blank(sign: char) -> bool {
    matches!(sign, ' ' | '\t')
}

/// Where a key may begin, a tab is no blank.
fn before(lines: &[&str], span: Span) -> Option<Place> {
    let before = lines
        .get(span.start.line() - 1)?
        .chars()
        .take(span.start.col());
    let at = before.clone().position(|it| it == '\t')?;
    let is_indentation = before
        .clone()
        .all(|it| is_blank(it) || matches!(it, '-' | '?'));
    is_indentation.then_some(Place {
        line: span.start.line(),
        column: at + 1,
    })
}

/// A plain scalar might go on in the next line, whose indentation is therefore looked at, and in the blank ones.
fn after_plain(lines: &[&str], rest: &str, span: Span, indent: usize) -> Option<Place> {
    if span.is_empty()
        || rest
            .chars()
            .find(|it| !is_blank(*it))
            .is_some_and(|it| !matches!(it, '\n' | '\r'))
    {
        return None;
    }
    for (number, line) in lines.iter().enumerate().skip(span.end.line()) {
        let indentation = line.chars().take(indent).take_while(|it| is_blank(*it));
        if let Some(at) = indentation.into_iter().position(|it| it == '\t') {
            return Some(Place {
                line: number + 1,
                column: at + 1,
            });
        }
        if !line.chars().all(is_blank) {
            break;
        }
    }
    None
}

/// A block scalar's indentation is that of its first line, unless its head tells it. The span begins behind it.
fn in_block(lines: &[&str], span: Span) -> Option<Place> {
    let (first, indent) = (span.start.line() - 1, span.start.col());
    let (before, content) = lines.split_at_checked(first).filter(|_| !span.is_empty())?;
    let head = before.iter().rfind(|it| !it.trim().is_empty())?;
    let is_told = head
        .rsplit(['|', '>'])
        .next()?
        .contains(|it: char| it.is_ascii_digit());
    for (number, line) in content.iter().enumerate() {
        let spaces = line.bytes().take_while(|it| *it == b' ').count();
        let is_open = spaces < indent || number == 0 && !is_told;
        if is_open && line[spaces..].starts_with('\t') {
            return Some(Place {
                line: first + number + 1,
                column: spaces + 1,
            });
        }
        if spaces < indent && spaces < line.len() {
            break;
        }
    }
    None
}
