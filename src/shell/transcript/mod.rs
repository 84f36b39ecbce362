//! Text a reader pasted: manifests, a shell transcript, or a whole Markdown article with both.
//!
//! A `$` or `#` prompt is the reader's shell, `/ #` a shell inside a container; a `#` counts only before a known
//! command, else it is a comment. A here-document that never closes ends at the next prompt. A block of shell code
//! without prompts has a command wherever a line begins with a known one. All other lines are output, or prose.
//! spec/conformance.md, section 7.

mod blocks;
mod commands;
mod prompt;
mod read;

pub use blocks::{Block as Fenced, blocks};

use super::Pending;
use crate::value::Text;

/// What a pasted text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasteKind {
    /// YAML documents.
    Manifests,
    /// Commands with their output.
    Transcript,
    /// Nothing.
    Empty,
}

/// A pasted text, read.
#[derive(Clone, Debug)]
pub struct Pasted {
    /// What it is.
    pub kind: PasteKind,
    /// The commands of a transcript.
    pub commands: Vec<Typed>,
    /// The manifests in it, in order.
    pub manifests: Vec<Manifest>,
    /// Whether its outputs are those of about v1.22: a deletion without its namespace.
    pub is_old: bool,
    /// What could not be understood, or not be taken as it stands.
    pub remarks: Vec<Remark>,
}

/// A command of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// Its line in the pasted text, from 1.
    pub line: usize,
    /// What was typed, and where.
    pub command: Pending,
    /// The lines that followed it, up to the next prompt, each with its number.
    pub output: Vec<(usize, Text)>,
}

/// A manifest in a pasted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Its text.
    pub text: String,
    /// The line of the pasted text that it begins on, from 1.
    pub first_line: usize,
    /// The file it is, if that is known.
    pub file_name: Option<Text>,
    /// Whether a command of the transcript writes the file, with a here-document.
    pub is_written: bool,
}

/// A line that is worth a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Its number, from 1.
    pub line: usize,
    /// What about it.
    pub kind: RemarkKind,
}

/// The kinds of [`Remark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemarkKind {
    /// It stands among commands, but is none, nor the output of one.
    NotUnderstood,
    /// The here-document that begins here never closes: it was ended at the next prompt.
    UnclosedHereDocument,
    /// The manifest that begins here is in no file that a command uses.
    UnusedManifest,
}

impl RemarkKind {
    /// The kind's name: what is said of it, `view::words` knows.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotUnderstood => "not-understood",
            Self::UnclosedHereDocument => "unclosed-here-document",
            Self::UnusedManifest => "unused-manifest",
        }
    }
}

/// Reads a pasted text.
pub fn read(text: &str) -> Pasted {
    read::read(text)
}
