//! What a command line is made of. Nothing is run here: words keep their parts for `shell::expand`.

use std::sync::Arc;

use crate::value::Text;

/// How a pipeline follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// It is the first, or follows `;` or a newline.
    Always,
    /// It follows `&&`: it runs if the one before ended with 0.
    And,
    /// It follows `||`: it runs if the one before did not end with 0.
    Or,
}

/// Pipelines, one after another; shared, as loops run them again and again.
pub type List = Arc<[(Joint, Pipeline)]>;

/// Commands joined by `|`; mostly just one.
pub type Pipeline = Arc<[Command]>;

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A program with its words.
    Simple(Simple),
    /// `for name in words; do body; done`.
    For {
        /// The variable.
        name: Text,
        /// What it becomes, before expansion.
        words: Vec<Word>,
        /// What is done each time.
        body: List,
    },
    /// `while condition; do body; done`, or `until`.
    Loop(Loop),
    /// `if condition; then body; else otherwise; fi`.
    If(If),
}

/// `if condition; then body; else otherwise; fi`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct If {
    /// What is asked.
    pub condition: List,
    /// What is done if the answer is yes.
    pub body: List,
    /// What is done if not; an `elif` is an `if` of its own in it. Nothing without either.
    pub otherwise: List,
}

/// `while condition; do body; done`, or `until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// How the body follows the condition: `And` for `while`, `Or` for `until`.
    pub joint: Joint,
    /// What is asked each time.
    pub condition: List,
    /// What is done as long as the answer allows.
    pub body: List,
}

impl Joint {
    /// Whether what follows runs, when what stands before it ended with that.
    pub fn runs_after(self, exit: i32) -> bool {
        match self {
            Self::Always => true,
            Self::And => exit == 0,
            Self::Or => exit != 0,
        }
    }
}

/// A program, its words and where its streams go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simple {
    /// `name=word` in front of the program.
    pub assignments: Vec<(Text, Word)>,
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// Where its streams go, in order.
    pub redirections: Vec<Redirection>,
}

impl Simple {
    /// What a complaint calls it: its program, or the variable it sets.
    pub(super) fn name(&self) -> Text {
        let variable = || self.assignments.first().map(|it| it.0.clone());
        let program = self.words.first().and_then(Word::literal);
        program.or_else(variable).unwrap_or_default()
    }

    /// Every word in it.
    pub(super) fn every_word(&self) -> impl Iterator<Item = &Word> {
        let targets = self.redirections.iter().filter_map(|it| match &it.target {
            Target::Read(word)
            | Target::Write(word)
            | Target::Append(word)
            | Target::Here(word) => Some(word),
            Target::Same(_) => None,
        });
        let values = self.assignments.iter().map(|(_, word)| word);
        values.chain(&self.words).chain(targets)
    }
}

/// `2>> file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// 0, 1 or 2: standard input, output or error.
    pub stream: u8,
    /// Where it goes, or comes from.
    pub target: Target,
}

/// The other end of a [`Redirection`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `< file`.
    Read(Word),
    /// `> file`.
    Write(Word),
    /// `>> file`.
    Append(Word),
    /// `<< word` with the lines that follow, or `<<< word`.
    Here(Word),
    /// `>&1`: where that stream goes by then.
    Same(u8),
}

/// A word, to be expanded when its command runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word(pub Vec<Part>);

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub piece: Piece,
    /// Whether it is quoted: what it expands to is then not split at blanks.
    pub is_quoted: bool,
}

/// What a [`Part`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Text(Text),
    /// `$NAME`, or `${NAME:-word}` with what stands for it when it is empty.
    Variable(Text, Word),
    /// `$(list)`: what the list prints.
    Output(List),
}

impl Word {
    /// Whether the word is that text, without quotes.
    pub fn is(&self, text: &str) -> bool {
        matches!(self.0.as_slice(), [Part { piece: Piece::Text(it), is_quoted: false }] if it == text)
    }

    /// The word's text, if it has no variables.
    pub fn literal(&self) -> Option<Text> {
        let parts = self.0.iter().map(|it| match &it.piece {
            Piece::Text(text) => Some(text.as_str()),
            Piece::Variable(..) | Piece::Output(_) => None,
        });
        parts.collect()
    }

    /// A word of plain text.
    pub fn quoted(text: Text) -> Self {
        let (piece, is_quoted) = (Piece::Text(text), true);
        Self(vec![Part { piece, is_quoted }])
    }

    /// Adds text.
    pub(super) fn push(&mut self, more: &str, is_quoted: bool) {
        match self.0.last_mut() {
            Some(Part {
                piece: Piece::Text(text),
                is_quoted: before,
            }) if *before == is_quoted => text.push_str(more),
            _ => self.add(Piece::Text(more.into()), is_quoted),
        }
    }

    /// Adds a part.
    pub(super) fn add(&mut self, piece: Piece, is_quoted: bool) {
        self.0.push(Part { piece, is_quoted });
    }
}
