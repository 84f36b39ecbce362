//! The lines that a terminal shows, and what each command printed of them.

use crate::value::Text;

/// A line that a terminal shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// Its text, without newline; a prompt line with its prompt.
    pub text: Text,
}

/// What a line of a terminal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A prompt with what was typed at it.
    Prompt,
    /// Standard output.
    Out,
    /// Standard error.
    Err,
    /// A remark of the playground itself.
    Note,
}

impl LineKind {
    /// The word the page styles it by.
    pub fn code(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Out => "out",
            Self::Err => "err",
            Self::Note => "note",
        }
    }
}

/// The prompt of a command that goes on.
pub(super) const NEXT_PROMPT: &str = "> ";

/// The commands that were typed, each as its first line with the prompt, and what it printed; remarks are left out.
pub fn outputs<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Vec<(&'l str, Vec<&'l str>)> {
    let mut outputs: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in lines {
        match line.kind {
            LineKind::Prompt if line.text.starts_with(NEXT_PROMPT) => {}
            LineKind::Prompt => outputs.push((&line.text, Vec::new())),
            LineKind::Out | LineKind::Err => {
                if let Some((_, printed)) = outputs.last_mut() {
                    printed.push(&line.text);
                }
            }
            LineKind::Note => {}
        }
    }
    outputs
}
