//! What the words of a command become when it runs: variables, lists of numbers, and the output of other commands.

use super::syntax::{Command, List, Part, Piece, Simple, Target, Word};
use crate::persistent::Map;
use crate::value::Text;

/// The most words that `{1..9}` may become.
const MOST_WORDS: i64 = 1000;

/// The most bytes of all variables and the words of a command, lest `x=$x$x` fill the memory.
/// upstream: Linux, `execve(2)`: arguments and environment share `ARG_MAX`.
const MOST_BYTES: usize = 1 << 21;

/// A shell's variables. Names that no reader can type hold what other commands have printed.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    values: Map<Text, Text>,
    hidden: usize,
    /// How many bytes those hold that a reader can name.
    bytes: usize,
}

/// What begins the names that no reader can type.
const HIDDEN: char = '\u{1}';

impl Variables {
    /// Sets a variable.
    pub fn set(&mut self, name: Text, value: Text) {
        let before = self.values.get(&name).map_or(0, Text::len);
        self.bytes = self.bytes - before + value.len();
        self.values.insert(name, value);
    }

    /// A variable's value; empty if it is not set.
    pub fn get(&self, name: &str) -> Text {
        self.values.get(name).cloned().unwrap_or_default()
    }

    /// Takes a hidden variable away.
    pub fn take(&mut self, name: &str) -> Text {
        self.values.remove(name).unwrap_or_default()
    }

    /// Adds to a hidden variable.
    pub fn append(&mut self, name: &Text, text: &str) {
        let mut value = self.take(name);
        value.push_str(text);
        self.values.insert(name.clone(), value);
    }

    /// A new variable that no reader can name.
    pub fn hidden(&mut self) -> Text {
        self.hidden += 1;
        crate::text!("{HIDDEN}{}", self.hidden)
    }

    /// Takes away all that no reader can name: their line has ended.
    pub fn forget_hidden(&mut self) {
        let hidden = self.values.iter().map(|it| it.0.clone());
        let hidden: Vec<Text> = hidden.take_while(|it| it.starts_with(HIDDEN)).collect();
        for name in hidden {
            self.values.remove(&name);
        }
    }

    /// How many bytes words become; nothing if they are too many.
    pub fn size<'a>(&self, words: impl Iterator<Item = &'a Word>) -> Option<usize> {
        let mut all = 0_usize;
        for size in words.flat_map(|it| it.0.iter().map(|it| self.part_size(&it.piece))) {
            all = all.saturating_add(size);
            if all > 0 && all.saturating_add(self.bytes) > MOST_BYTES {
                return None;
            }
        }
        Some(all)
    }

    fn part_size(&self, piece: &Piece) -> usize {
        match piece {
            Piece::Text(text) => match numbers(text) {
                Some(numbers) => numbers.iter().map(Text::len).sum(),
                None => text.len(),
            },
            Piece::Variable(name, fallback) => match self.values.get(name) {
                Some(value) if !value.is_empty() => value.len(),
                _ => fallback.0.iter().map(|it| self.part_size(&it.piece)).sum(),
            },
            Piece::Output(_) => 0,
        }
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
                value if name.starts_with(HIDDEN) => value.trim_end_matches('\n').into(),
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
            Command::Loop(_) | Command::If(_) => None,
        }?;
        let name = self.hidden();
        match core::mem::replace(part, Piece::Variable(name.clone(), Word::default())) {
            Piece::Output(list) => Some((name, list)),
            Piece::Text(_) | Piece::Variable(..) => None,
        }
    }
}

/// The exit code of a command whose words are too many.
pub(super) const TOO_LONG: i32 = 126;

/// What a shell says of it.
pub(super) fn too_long(command: &str) -> String {
    format!("sh: {command}: Argument list too long\n")
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
