//! What was probably meant: signs that look like YAML's own, tabs, missing blanks and quotes.

use super::WarningKind;
use super::place::Place;

/// What was probably meant where a text could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Where the cause is, which may be before the error.
    pub place: Place,
    /// What it is.
    pub kind: HintKind,
}

/// The kinds of [`Hint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintKind {
    /// A sign of another keyboard: `：` for `:`.
    LookAlike {
        /// What is written.
        found: char,
        /// What YAML understands.
        instead: char,
    },
    /// A tab where lines are indented.
    Tab,
    /// `name:web`.
    MissingBlank,
    /// A quote that is never closed.
    OpenQuote,
    /// `{{ … }}`: a template that was not rendered.
    Template,
    /// A value with `: ` in it, or one that begins with a sign of YAML's own.
    NeedsQuotes,
    /// A line that begins further left or right than its neighbours.
    Indentation,
}

impl HintKind {
    /// The kind's name: what is said of it, `view::words` knows.
    pub fn code(self) -> &'static str {
        match self {
            Self::LookAlike { .. } => "look-alike",
            Self::Tab => "tab",
            Self::MissingBlank => "missing-blank",
            Self::OpenQuote => "open-quote",
            Self::Template => "template",
            Self::NeedsQuotes => "needs-quotes",
            Self::Indentation => "indentation",
        }
    }
}

/// A sign as a reader can see it: blanks by their number.
pub fn shown(sign: char) -> String {
    match plain(sign) {
        Some(' ') => format!("U+{:04X}", u32::from(sign)),
        _ => sign.to_string(),
    }
}

/// The sign of YAML that this one looks like.
pub fn plain(sign: char) -> Option<char> {
    Some(match sign {
        '：' | '﹕' => ':',
        '，' | '、' => ',',
        '“' | '”' | '„' | '＂' => '"',
        '‘' | '’' | '＇' => '\'',
        '\u{3000}' | '\u{a0}' | '\u{2002}'..='\u{200b}' | '\u{202f}' => ' ',
        '－' | '–' | '—' | '−' => '-',
        '［' | '【' => '[',
        '］' | '】' => ']',
        '｛' => '{',
        '｝' => '}',
        '＃' => '#',
        '｜' => '|',
        '＞' => '>',
        _ => return None,
    })
}

/// A look-alike that became part of a plain scalar where it can hardly belong.
pub(super) fn look_alike(scalar: &str) -> Option<WarningKind> {
    if scalar.is_ascii() {
        return None;
    }
    let first = scalar.chars().next()?;
    let last = scalar.chars().next_back()?;
    let at_edge = |sign: char, instead: char| match instead {
        ' ' => true,
        '"' | '\'' => sign == first && plain(last) == Some(instead),
        '-' => sign == first && scalar[sign.len_utf8()..].starts_with(' '),
        '#' => sign == first,
        _ => false,
    };
    let edge = [first, last]
        .into_iter()
        .find_map(|sign| Some((sign, plain(sign).filter(|it| at_edge(sign, *it))?)));
    let inside = || {
        let (at, found) = scalar.char_indices().find(|(_, it)| !it.is_ascii())?;
        let is_word = at > 0 && !scalar[..at].contains([' ', '\t']);
        let rest_is_ascii = scalar
            .chars()
            .all(|it| it.is_ascii() || plain(it).is_some());
        let instead =
            plain(found).filter(|it| is_word && (*it == ':' || *it == ',' && rest_is_ascii))?;
        Some((found, instead))
    };
    let (found, instead) = edge.or_else(inside)?;
    Some(WarningKind::LookAlike { found, instead })
}

/// The first sign that YAML does not allow anywhere.
// upstream: go-yaml v2, readerc.go.
pub(super) fn control_sign(chunk: &str, offset: usize) -> Option<Place> {
    let is_allowed = |it: char| match it {
        '\t' | '\n' | '\r' | '\u{85}' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => !it.is_control(),
    };
    let at = chunk.find(|it| !is_allowed(it))?;
    let before = &chunk[..at];
    let line_start = before.rfind('\n').map_or(0, |it| it + 1);
    Some(Place {
        line: before.matches('\n').count() + 1 + offset,
        column: before[line_start..].chars().count() + 1,
    })
}

/// The name of the anchor or alias at a place.
pub(super) fn word_at(chunk: &str, place: Place, offset: usize) -> String {
    let line = chunk
        .lines()
        .nth(place.line.saturating_sub(offset + 1))
        .unwrap_or("");
    let from = line.chars().skip(place.column).collect::<String>();
    from.split([' ', '\t', ',', '[', ']', '{', '}'])
        .next()
        .unwrap_or("")
        .into()
}

/// What was probably meant where the reader gave up with that message: looked for on the error's line, then on the
/// line before it.
pub(super) fn for_error(chunk: &str, place: Place, offset: usize, message: &str) -> Option<Hint> {
    let number = place.line.saturating_sub(offset);
    let line_at = |number: usize| chunk.lines().nth(number.checked_sub(1)?);
    let before = (1..number)
        .rev()
        .take(20)
        .find(|it| line_at(*it).is_some_and(|it| !it.trim().is_empty()));
    let numbers = [Some(number), before].into_iter().flatten();
    let found = numbers.clone().find_map(|number| {
        let line = line_at(number)?;
        let (at, kind) = in_line(line)?;
        let column = line[..at].chars().count() + 1;
        Some(Hint {
            place: Place {
                line: number + offset,
                column,
            },
            kind,
        })
    });
    let kind = match message {
        _ if found.is_some() => return found,
        "found unexpected end of stream" => HintKind::OpenQuote,
        "mapping values are not allowed in this context"
        | "found character that cannot start any token" => HintKind::NeedsQuotes,
        "did not find expected key"
        | "did not find expected '-' indicator"
        | "block sequence entries are not allowed in this context" => HintKind::Indentation,
        _ => return None,
    };
    Some(Hint { place, kind })
}

/// The first suspicious thing in a line that could not be read, and where it is in it.
fn in_line(line: &str) -> Option<(usize, HintKind)> {
    let content = line.trim_start_matches([' ', '\t', '-']);
    let start = line.len() - content.len();
    if content.starts_with('#') {
        return None;
    }
    if let Some(tab) = line[..start].find('\t') {
        return Some((tab, HintKind::Tab));
    }
    let code = content.split(" #").next().unwrap_or(content);
    if let Some((at, found)) = code.char_indices().find(|(_, it)| !it.is_ascii())
        && let Some(instead) = plain(found)
    {
        return Some((start + at, HintKind::LookAlike { found, instead }));
    }
    if let Some(at) = code.find("{{") {
        return Some((start + at, HintKind::Template));
    }
    let is_name = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric());
    let (name, value) = code.split_once(':')?;
    let is_glued = is_name(name)
        && value.starts_with(|it: char| it.is_ascii_alphanumeric() || matches!(it, '"' | '\''));
    is_glued.then_some((start + name.len(), HintKind::MissingBlank))
}
