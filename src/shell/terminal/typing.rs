//! What is typed or pasted at a terminal: lines that make a command whole, and those that wait for their turn.

use super::super::expand::TOO_LONG;
use super::super::parse::{self, Open};
use super::super::syntax;
use super::run::{MOST_ROUNDS, STOPPED, TOO_MUCH};
use super::{INTERRUPTED, Job, LineKind, Origin, Pending, Program, Terminal};
use crate::persistent::List;
use crate::value::Text;

/// What has been typed of a command that goes on in the next line.
#[derive(Clone, Debug, Default)]
pub(super) struct Begun {
    /// Kept apart, as worlds are kept between them.
    lines: List<Text>,
    /// What it lacks.
    open: Open,
    /// How many bytes have been read to know that.
    read: usize,
}

/// How many bytes may be read to know whether a command goes on.
const MOST_READ: usize = 1 << 24;

/// The most bytes of a command with its here-documents: what is read within 50 ms, however many words it is.
/// differs: Linux takes twice as much (`MAX_ARG_STRLEN`).
const LONGEST: usize = 1 << 16;

impl Terminal {
    /// The reader has typed a line; gives back the command that it makes whole, if it does.
    pub fn enter(&mut self, line: &str) -> Option<Text> {
        self.show_prompt(line);
        let mut begun = self.begun.take().unwrap_or_default();
        begun.lines.push(line.into());
        if !begun.open.may_end(line) {
            self.begun = Some(begun);
            return None;
        }
        let lines: Vec<&str> = begun.lines.iter().map(Text::as_str).collect();
        let text = Text::from(lines.join("\n"));
        if text.len() > LONGEST {
            self.exit = TOO_LONG;
            self.note("A command of more than 64 KiB: it is not run.");
            return None;
        }
        begun.read += text.len();
        let (list, open) = if self.is_at_client() {
            (Ok([].into()), None)
        } else {
            parse::read(&text)
        };
        match open {
            None if self.job.is_some() => {
                self.hand_over(&text);
                return Some(text);
            }
            None => {
                self.begin(&text, list);
                return Some(text);
            }
            Some(_) if begun.read > MOST_READ => {
                self.exit = STOPPED;
                self.note(&format!("{TOO_MUCH}: it is stopped here."));
            }
            Some(open) => self.begun = Some(Begun { open, ..begun }),
        }
        None
    }

    /// A line for what is attached to.
    pub(super) fn hand_over(&mut self, line: &Text) {
        if let Some(Job {
            program: Program::Attached(_, _, typed),
            rounds,
            ..
        }) = &mut self.job
        {
            (*typed, *rounds) = (Some(line.clone()), MOST_ROUNDS);
            self.handled = 0;
            self.inner.begin_line();
        }
    }

    fn begin(&mut self, line: &str, list: Result<syntax::List, parse::Error>) {
        match list {
            Ok(list) => {
                self.handled = 0;
                self.job = Some(Job::of(line, list, self.exit));
            }
            Err(error) => {
                self.exit = 2;
                self.print(LineKind::Err, &format!("sh: {error}\n"));
            }
        }
    }

    /// Takes in the lines of a pasted transcript, to be typed one after another.
    pub fn paste(&mut self, commands: Vec<Pending>) {
        self.pending.extend(commands);
    }

    /// The reader types while a program runs: the line waits for its end; a watch, which has none, is left for it.
    pub fn type_ahead(&mut self, line: Text) {
        let is_watch = self.goes_on();
        self.pending.push_back(Pending {
            origin: Origin::Ahead,
            text: line,
        });
        if is_watch {
            self.interrupt();
        }
    }

    /// Types the next line that waits, if its turn has come; gives back the command that runs then.
    pub fn next_pasted(&mut self) -> Option<Text> {
        if !self.has_next_pasted() {
            return None;
        }
        let origin = self.pending.front()?.origin;
        if origin != Origin::Ahead {
            self.drop_begun();
        }
        let line = if origin == Origin::Outer && self.attached().is_some() {
            // The author left what runs in the container without saying so.
            let leave = if self.is_at_client() { "quit" } else { "exit" };
            leave.into()
        } else {
            self.pending.pop_front()?.text
        };
        if origin == Origin::Ahead {
            return self.enter(&line);
        }
        // What is still open in a transcript has no further line.
        self.show_prompt(&line);
        if self.job.is_some() {
            self.hand_over(&line);
        } else {
            self.begin(&line, parse::parse(&line));
        }
        Some(line)
    }

    pub(super) fn drop_begun(&mut self) {
        if self.begun.take().is_some() {
            self.exit = INTERRUPTED;
            self.print(LineKind::Out, "^C\n");
        }
    }
}
