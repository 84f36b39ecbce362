//! A command line of a small POSIX-like shell, read into lists of pipelines.
//!
//! Quotes, escapes, variables, `$(…)`, comments, `&&` `||` `;` `|`, redirections, here-documents, line continuation,
//! assignments, `for`, `while`, `until` and `if`. Lists and loops are read in `lists.rs`, words in `words.rs`.
//! Left out, and refused by name: background jobs, `case`, functions, groups, arithmetic. Patterns (`*`) and `~`
//! stay as they are.

use core::fmt;

use super::syntax::{List, Redirection, Simple, Target};
use crate::value::Text;

/// What makes a line no command, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub kind: ErrorKind,
}

/// The kinds of [`Error`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A quote or bracket that is never closed.
    Unclosed(&'static str),
    /// Something where something else is expected.
    Unexpected(Text),
    /// Something this shell doesn't do.
    NotSimulated(&'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::Unclosed(quote) => write!(out, "syntax error: {quote} is never closed"),
            ErrorKind::Unexpected(token) => {
                write!(out, "syntax error near unexpected token `{token}'")
            }
            ErrorKind::NotSimulated(what) => write!(out, "{what} is not simulated yet"),
        }
    }
}

/// Longest first.
const OPERATORS: [&str; 17] = [
    "<<<", "<<-", "&>>", "&&", "||", ">>", "<<", ">&", "<&", "&>", ";;", ";", "|", "&", ">", "<",
    "\n",
];

/// Reads command lines; lines behind one with a here-document hold its body.
///
/// # Errors
/// What the shell would say, and where.
pub fn parse(text: &str) -> Result<List, Error> {
    read(text).0
}

/// Whether a shell would ask for a further line: a quote, a here-document or a loop is open, or the line goes on.
pub fn is_open(text: &str) -> bool {
    read(text).1.is_some()
}

/// Reads command lines, and says what they lack of being whole, where further lines could bring it.
pub fn read(text: &str) -> (Result<List, Error>, Option<Open>) {
    let mut parser = Parser::new(text, 0);
    (parser.whole(), parser.open)
}

/// What a text lacks. Lines that cannot bring it need no reading of all that stands before them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Open {
    /// A sign that closes what is open.
    Sign(char),
    /// A line that is the word of a here-document, behind tabs or not.
    Word(Text, bool),
    /// The end of a list: of a loop, an `if`, a `$(`.
    List,
    /// Something that any line could be.
    #[default]
    Line,
}

impl Open {
    /// Whether it could be something else behind that line.
    pub fn may_end(&self, line: &str) -> bool {
        match self {
            Self::Sign(sign) => line.contains(*sign),
            Self::Word(word, strips_tabs) => {
                line.split('\n').any(|it| is_end(it, word, *strips_tabs))
            }
            // Whole commands leave a list as it was.
            Self::List => {
                let (list, open) = read(line);
                list.is_err() || open.is_some()
            }
            Self::Line => true,
        }
    }
}

/// Whether a line ends a here-document of that word.
pub(super) fn is_end(line: &str, word: &str, strips_tabs: bool) -> bool {
    let line = line.trim_end_matches(['\n', '\r']);
    let tabs = if strips_tabs { "\t" } else { "" };
    line.trim_start_matches(|it| tabs.contains(it)) == word
}

/// A text that is being read.
pub(super) struct Parser<'a> {
    pub text: &'a str,
    pub at: usize,
    /// Behind the last here-document that has been read.
    pub here: usize,
    pub depth: usize,
    /// What it lacks, where more text could still make it whole.
    pub open: Option<Open>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, depth: usize) -> Self {
        Self {
            text,
            at: 0,
            here: 0,
            depth,
            open: None,
        }
    }

    fn whole(&mut self) -> Result<List, Error> {
        let list = self.list(&[])?;
        if self.at < self.text.len() {
            return self.unexpected();
        }
        Ok(list)
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn error<T>(&mut self, at: usize, kind: ErrorKind) -> Result<T, Error> {
        let is_end = match kind {
            ErrorKind::Unclosed("$(") => self.rest().is_empty(),
            ErrorKind::Unclosed(sign) => {
                let sign = sign.chars().next().filter(|it| *it != '$');
                self.open = Some(Open::Sign(sign.unwrap_or('}')));
                true
            }
            ErrorKind::Unexpected(_) => self.rest().trim_start().is_empty(),
            ErrorKind::NotSimulated(_) => false,
        };
        let open = self.open.take().unwrap_or(Open::Line);
        self.open = is_end.then_some(open);
        let before = &self.text[..at];
        let line_start = before.rfind('\n').map_or(0, |it| it + 1);
        let line = before.matches('\n').count() + 1;
        let column = before[line_start..].chars().count() + 1;
        Err(Error { line, column, kind })
    }

    pub(super) fn unexpected<T>(&mut self) -> Result<T, Error> {
        let rest = self.rest();
        let token = match self.operator() {
            Some("\n") => "newline",
            Some(operator) => operator,
            None if rest.trim_start().is_empty() => "newline",
            None => rest
                .split([' ', '\t', '\n', ';', '&', '|'])
                .next()
                .unwrap_or(rest),
        };
        self.error(self.at, ErrorKind::Unexpected(token.into()))
    }

    /// Blanks, continued lines and a comment.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\r']);
            let trimmed = trimmed
                .strip_prefix("\\\n")
                .or(trimmed.strip_prefix("\\\r\n"))
                .unwrap_or(trimmed);
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with('#') {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            }
            if rest.len() == self.rest().len() {
                return;
            }
        }
    }

    pub(super) fn operator(&self) -> Option<&'static str> {
        let rest = self.rest();
        let may_be = rest.starts_with(['<', '>', '&', '|', ';', '\n']);
        let mut all = OPERATORS.into_iter().filter(|_| may_be);
        all.find(|it| rest.starts_with(it))
    }

    /// Takes an operator; a newline takes the bodies of here-documents with it.
    pub(super) fn take(&mut self, operator: &str) {
        self.at += operator.len();
        if operator == "\n" {
            self.at = self.at.max(self.here);
        }
    }

    pub(super) fn simple(&mut self) -> Result<Simple, Error> {
        let mut simple = Simple::default();
        loop {
            self.skip_blanks();
            let digits = self.rest().len()
                - self
                    .rest()
                    .trim_start_matches(|it: char| it.is_ascii_digit())
                    .len();
            let behind = &self.rest()[digits..];
            let is_numbered = digits > 0 && behind.starts_with(['<', '>']);
            let stream = self.rest()[..digits].parse().ok().filter(|_| is_numbered);
            if is_numbered {
                self.at += digits;
            }
            if let Some(operator) = self.operator().filter(|it| it.contains(['<', '>'])) {
                self.redirection(operator, stream, &mut simple)?;
                continue;
            }
            if simple.words.is_empty()
                && let Some(name) = self.assignment()
            {
                let value = self.word()?.unwrap_or_default();
                simple.assignments.push((name, value));
                continue;
            }
            match self.word()? {
                Some(word) => simple.words.push(word),
                None if simple == Simple::default() => return self.unexpected(),
                None => return Ok(simple),
            }
        }
    }

    /// Takes `name=`.
    fn assignment(&mut self) -> Option<Text> {
        let start = self.at;
        let name = self.name();
        let is_assignment = !name.is_empty() && self.rest().starts_with('=');
        self.at = if is_assignment { self.at + 1 } else { start };
        is_assignment.then_some(name)
    }

    fn redirection(
        &mut self,
        operator: &str,
        stream: Option<u8>,
        simple: &mut Simple,
    ) -> Result<(), Error> {
        let start = self.at;
        self.take(operator);
        self.skip_blanks();
        let is_input = operator.starts_with('<');
        let stream = stream.unwrap_or(u8::from(!is_input));
        if stream > 2 {
            return self.error(
                start,
                ErrorKind::NotSimulated("a stream other than 0, 1 and 2"),
            );
        }
        let from = self.at;
        let Some(word) = self.word()? else {
            let error = self.unexpected();
            self.open = None;
            return error;
        };
        let target = match operator {
            "<" => Target::Read(word),
            "<<" | "<<-" => {
                Target::Here(self.here_document(&self.text[from..self.at], operator == "<<-")?)
            }
            "<<<" => {
                let mut word = word;
                word.push("\n", true);
                Target::Here(word)
            }
            ">>" | "&>>" => Target::Append(word),
            ">&" if word.is("1") => Target::Same(1),
            ">&" if word.is("2") => Target::Same(2),
            ">" | "&>" => Target::Write(word),
            _ => return self.error(start, ErrorKind::NotSimulated("this redirection")),
        };
        simple.redirections.push(Redirection { stream, target });
        if operator.starts_with('&') {
            let target = Target::Same(1);
            simple.redirections.push(Redirection { stream: 2, target });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
