//! What mends a reader's text where it is clear what was meant: edits for the editor, `Edit[]` of `types.d.ts`.
//!
//! An edit is made only of what stands in the text at that place; where something else stands there is none.

use crate::value::Value;
use crate::yaml;
use crate::{array, object};

/// The lines of a text.
pub(super) struct Lines<'a>(Vec<&'a str>);

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self(text.lines().collect())
    }

    fn line(&self, number: usize) -> &'a str {
        let at = number.checked_sub(1).and_then(|it| self.0.get(it));
        at.copied().unwrap_or_default()
    }

    /// Every sign of the line from there on that looks like `instead`, replaced by it.
    pub(super) fn look_alike(&self, line: usize, column: usize, instead: char) -> Value {
        let text = self.line(line);
        let signs = text.char_indices().zip(1..).skip(column.max(1) - 1);
        let alike = signs.filter(|((_, sign), _)| yaml::plain(*sign) == Some(instead));
        alike
            .map(|((at, sign), column)| {
                let (head, rest) = (&text[..at], &text[at + sign.len_utf8()..]);
                // Behind a key's colon stands a blank.
                let is_glued = !rest.is_empty() && !rest.starts_with(' ');
                let blank = if instead == ':' && is_glued && !head.contains(':') {
                    " "
                } else {
                    ""
                };
                edit(line, column, 1, &format!("{instead}{blank}"))
            })
            .collect()
    }

    /// The tabs that lines begin with, two blanks each.
    pub(super) fn tabs(&self) -> Value {
        let lines = self.0.iter().zip(1..);
        let tabbed = lines.filter_map(|(text, line)| {
            let end = text.len() - text.trim_start_matches([' ', '\t']).len();
            let indent = &text[..end];
            let blanks = indent.replace('\t', "  ");
            (blanks != indent).then(|| edit(line, 1, end, &blanks))
        });
        tabbed.collect()
    }

    /// A blank behind the colon that stands there.
    pub(super) fn blank(&self, line: usize, column: usize) -> Value {
        let is_colon = self.line(line).chars().nth(column.max(1) - 1) == Some(':');
        if is_colon {
            array![edit(line, column + 1, 0, " ")]
        } else {
            array![]
        }
    }

    /// The name of a field that stands there, as another.
    pub(super) fn rename(&self, line: usize, column: usize, old: &str, new: &str) -> Value {
        let text = self.line(line);
        let at = text.char_indices().nth(column.max(1) - 1).map(|it| it.0);
        let stands = at.is_some_and(|it| text[it..].starts_with(old));
        if stands && !new.is_empty() && !new.contains(' ') {
            array![edit(line, column, old.chars().count(), new)]
        } else {
            array![]
        }
    }
}

fn edit(line: usize, column: usize, length: usize, text: &str) -> Value {
    object! {"line": line, "column": column, "length": length, "text": text}
}
