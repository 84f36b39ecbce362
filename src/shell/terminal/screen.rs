//! What a terminal shows: prompts, output and remarks, line by line.

use super::line::NEXT_PROMPT;
use super::run::Sink;
use super::{Line, LineKind, Terminal};
use crate::process::{Output, Stream};
use crate::value::Text;

/// The most lines and bytes that a terminal shows; beyond either, the oldest half goes.
const MOST_LINES: usize = 10_000;
const MOST_BYTES: usize = 1 << 23;

impl Terminal {
    /// How many lines it has shown, those that it shows no more among them.
    pub fn printed(&self) -> usize {
        self.forgotten + self.lines.len()
    }

    fn show(&mut self, kind: LineKind, text: Text) {
        self.shown += text.len();
        self.lines.push(Line { kind, text });
        let count = self.lines.len();
        if count > MOST_LINES || self.shown > MOST_BYTES && count > 1 {
            let mut rest = self.shown;
            let mut is_much = |it: &(usize, &Line)| {
                rest -= it.1.text.len();
                count - it.0 > MOST_LINES / 2 || rest > MOST_BYTES / 2
            };
            let old = self
                .lines
                .iter()
                .enumerate()
                .take_while(&mut is_much)
                .count();
            self.forget(old.min(count - 1));
        }
    }

    /// Shows so many of the oldest lines no more.
    pub(super) fn forget(&mut self, count: usize) {
        let lines = core::mem::take(&mut self.lines);
        for line in lines.iter().skip(count) {
            self.lines.push(line.clone());
        }
        self.forgotten += count;
        self.shown = self.lines.iter().map(|it| it.text.len()).sum();
    }

    /// Takes back the lines behind the first so many that it has shown; how many bytes those were.
    pub(super) fn take_back(&mut self, first: usize) -> usize {
        let (lines, before) = (core::mem::take(&mut self.lines), self.shown);
        for line in lines.iter().take(first.saturating_sub(self.forgotten)) {
            self.lines.push(line.clone());
        }
        self.shown = self.lines.iter().map(|it| it.text.len()).sum();
        self.close_line();
        before - self.shown
    }

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
            self.show(LineKind::Prompt, text);
        }
    }

    pub(super) fn note(&mut self, text: &str) {
        self.close_line();
        self.show(LineKind::Note, text.into());
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
                    self.shown += line.len();
                    self.lines.set(at, Line { kind, text: whole });
                }
                None => self.show(kind, line.into()),
            }
            self.is_open = !piece.ends_with('\n');
        }
    }

    pub(super) fn close_line(&mut self) {
        self.is_open = false;
    }
}
