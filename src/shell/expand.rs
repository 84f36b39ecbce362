//! What the words of a command become when it runs: variables, lists of numbers, and the output of other commands.

use super::syntax::{Command, List, Part, Piece, Simple, Target, Word};
use crate::persistent::Map;
use crate::value::Text;

/// The most words that `{1..9}` may become.
const MOST_WORDS: i64 = 1000;

/// The most bytes of a variable, lest `x=$x$x` fill the memory.
const MOST_BYTES: usize = 1 << 18;

/// A shell's variables. Names that no reader can type hold what other commands have printed.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    values: Map<Text, Text>,
    hidden: usize,
}

impl Variables {
    /// Sets a variable.
    pub fn set(&mut self, name: Text, value: Text) {
        if value.len() <= MOST_BYTES {
            self.values.insert(name, value);
        }
    }

    /// A variable's value; empty if it is not set.
    pub fn get(&self, name: &str) -> Text {
        self.values.get(name).cloned().unwrap_or_default()
    }

    /// Takes a variable away.
    pub fn take(&mut self, name: &str) -> Text {
        self.values.remove(name).unwrap_or_default()
    }

    /// Adds to a variable.
    pub fn append(&mut self, name: &Text, text: &str) {
        let mut value = self.take(name);
        if value.len() + text.len() <= MOST_BYTES {
            value.push_str(text);
        }
        self.values.insert(name.clone(), value);
    }

    /// A new variable that no reader can name.
    pub fn hidden(&mut self) -> Text {
        self.hidden += 1;
        let name = crate::text!("\u{1}{}", self.hidden);
        self.set(name.clone(), Text::new());
        name
    }

    /// A word's fields: what is not quoted is split at blanks.
    pub fn fields(&self, word: &Word) -> Vec<Text> {
        if let [
            Part {
                piece: Piece::Text(text),
                is_quoted: false,
            },
        ] = word.0.as_slice()
        {
            return numbers(text).unwrap_or_else(|| vec![text.clone()]);
        }
        let mut fields = Vec::new();
        let mut open: Option<Text> = None;
        for Part { piece, is_quoted } in &word.0 {
            let text = self.text(piece);
            if *is_quoted || matches!(piece, Piece::Text(_)) {
                open.get_or_insert_default().push_str(&text);
                continue;
            }
            for (at, field) in text.split([' ', '\t', '\n']).enumerate() {
                if at > 0 {
                    fields.extend(open.take());
                }
                if !field.is_empty() {
                    open.get_or_insert_default().push_str(field);
                }
            }
        }
        fields.extend(open);
        fields
    }

    /// A word as one text, not split.
    pub fn whole(&self, word: &Word) -> Text {
        word.0.iter().map(|it| self.text(&it.piece)).collect()
    }

    fn text(&self, piece: &Piece) -> Text {
        match piece {
            Piece::Text(text) => text.clone(),
            Piece::Variable(name, fallback) => match self.get(name) {
                value if value.is_empty() => self.whole(fallback),
                value if name.starts_with('\u{1}') => value.trim_end_matches('\n').into(),
                value => value,
            },
            Piece::Output(_) => Text::new(),
        }
    }

    /// The first `$(…)` of a command, which must run before it; in its place the command gets a variable.
    pub fn take_output(&mut self, command: &mut Command) -> Option<(Text, List)> {
        let part = match command {
            Command::Simple(simple) => words_of(simple).find_map(output_in),
            Command::For { words, .. } => words.iter_mut().find_map(output_in),
            Command::Loop { .. } => None,
        }?;
        let name = self.hidden();
        match core::mem::replace(part, Piece::Variable(name.clone(), Word::default())) {
            Piece::Output(list) => Some((name, list)),
            Piece::Text(_) | Piece::Variable(..) => None,
        }
    }
}

fn words_of(simple: &mut Simple) -> impl Iterator<Item = &mut Word> {
    let targets = simple
        .redirections
        .iter_mut()
        .filter_map(|it| match &mut it.target {
            Target::Read(word)
            | Target::Write(word)
            | Target::Append(word)
            | Target::Here(word) => Some(word),
            Target::Same(_) => None,
        });
    let values = simple.assignments.iter_mut().map(|(_, word)| word);
    values.chain(&mut simple.words).chain(targets)
}

fn output_in(word: &mut Word) -> Option<&mut Piece> {
    word.0
        .iter_mut()
        .map(|it| &mut it.piece)
        .find(|it| matches!(it, Piece::Output(_)))
}

/// `{0..3}` as its numbers.
fn numbers(text: &str) -> Option<Vec<Text>> {
    let (first, last) = text
        .strip_prefix('{')?
        .strip_suffix('}')?
        .split_once("..")?;
    let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
    let count = last.checked_sub(first)?.checked_abs()?;
    let step = (last - first).signum();
    (count < MOST_WORDS).then(|| {
        (0..=count)
            .map(|it| crate::text!("{}", first + it * step))
            .collect()
    })
}
