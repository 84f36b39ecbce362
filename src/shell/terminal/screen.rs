//! What a terminal shows: prompts, output and remarks, line by line.

use super::line::NEXT_PROMPT;
use super::run::Sink;
use super::{Line, LineKind, Terminal};
use crate::process::{Output, Stream};

impl Terminal {
    pub(super) fn print_all(&mut self, out: &Sink, err: &Sink, outputs: &[Output]) {
        for output in outputs {
            let sink = match output.stream {
                Stream::Stdout => out,
                Stream::Stderr => err,
            };
            self.print_to(sink, &output.text);
        }
    }

    pub(super) fn show_prompt(&mut self, typed: &str) {
        self.close_line();
        for (at, line) in typed.split('\n').enumerate() {
            let prompt = if at == 0 { self.prompt() } else { NEXT_PROMPT };
            let text = crate::text!("{prompt}{line}");
            self.lines.push(Line {
                kind: LineKind::Prompt,
                text,
            });
        }
    }

    pub(super) fn note(&mut self, text: &str) {
        self.close_line();
        self.lines.push(Line {
            kind: LineKind::Note,
            text: text.into(),
        });
    }

    /// Prints text; what has no newline yet is continued by the next piece.
    pub(super) fn print(&mut self, kind: LineKind, text: &str) {
        for piece in text.split_inclusive('\n') {
            let line = piece.strip_suffix('\n').unwrap_or(piece);
            let last = self.lines.len().checked_sub(1).filter(|_| self.is_open);
            match last {
                Some(at) => {
                    let begun = self.lines.get(at).map_or("", |it| &it.text);
                    let whole = crate::text!("{begun}{line}");
                    self.lines.set(at, Line { kind, text: whole });
                }
                None => self.lines.push(Line {
                    kind,
                    text: line.into(),
                }),
            }
            self.is_open = !piece.ends_with('\n');
        }
    }

    pub(super) fn close_line(&mut self) {
        self.is_open = false;
    }
}
