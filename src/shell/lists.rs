//! The lists of a command line: pipelines joined by `&&` `||` `;` `|`, and the loops and choices around them.

use super::parse::{Error, ErrorKind, Open, Parser};
use super::syntax::{Command, If, Joint, List, Loop, Pipeline};
use super::words::is_name;

/// Deeper `$( … )` and loops are refused.
const DEEPEST: usize = 16;

/// What begins a command that this shell doesn't do.
const REFUSED: [(&str, &str); 6] = [
    ("case", "case"),
    ("function", "a function"),
    ("select", "select"),
    ("{", "a group of commands"),
    ("[[", "[["),
    ("time", "time"),
];

impl Parser<'_> {
    /// Pipelines up to one of the words that end them, a `)`, or the end of the text.
    pub(super) fn list(&mut self, ends: &[&str]) -> Result<List, Error> {
        let mut list = Vec::new();
        let mut joint = Joint::Always;
        loop {
            self.skip_blanks();
            if self.operator() == Some("\n") {
                self.take("\n");
                continue;
            }
            if self.ends_here(ends) {
                break;
            }
            list.push((joint, self.pipeline()?));
            self.skip_blanks();
            joint = match self.operator() {
                Some("&&") => Joint::And,
                Some("||") => Joint::Or,
                Some(";" | "\n") => Joint::Always,
                Some("&") => {
                    return self.error(
                        self.at,
                        ErrorKind::NotSimulated("a job in the background (&)"),
                    );
                }
                _ => {
                    joint = Joint::Always;
                    break;
                }
            };
            if let Some(operator) = self.operator() {
                self.take(operator);
            }
        }
        if joint != Joint::Always {
            return self.unexpected();
        }
        if !ends.is_empty() && self.rest().is_empty() && self.open.is_none() {
            self.open = Some(Open::List);
        }
        Ok(list.into())
    }

    fn ends_here(&self, ends: &[&str]) -> bool {
        let rest = self.rest();
        rest.is_empty() || rest.starts_with(')') || ends.contains(&self.keyword())
    }

    /// What stands here up to a blank or an operator.
    fn keyword(&self) -> &str {
        let signs = [' ', '\t', '\r', '\n', ';', '|', '&', '(', ')'];
        self.rest().split(signs).next().unwrap_or("")
    }

    fn pipeline(&mut self) -> Result<Pipeline, Error> {
        let mut pipeline = vec![self.command()?];
        loop {
            self.skip_blanks();
            if self.operator() != Some("|") {
                return Ok(pipeline.into());
            }
            self.take("|");
            self.skip_blanks();
            while self.operator() == Some("\n") {
                self.take("\n");
                self.skip_blanks();
            }
            pipeline.push(self.command()?);
        }
    }

    fn command(&mut self) -> Result<Command, Error> {
        let start = self.at;
        if self.rest().starts_with('(') {
            return self.error(start, ErrorKind::NotSimulated("a group of commands"));
        }
        let word = self.keyword();
        if let Some((_, what)) = REFUSED.into_iter().find(|(it, _)| *it == word) {
            return self.error(start, ErrorKind::NotSimulated(what));
        }
        match word {
            "for" => self.deeper(Self::for_loop),
            "while" => self.deeper(|it| it.condition_loop(Joint::And)),
            "until" => self.deeper(|it| it.condition_loop(Joint::Or)),
            "if" => self.deeper(|it| it.choice("if")),
            "do" | "done" | "then" | "elif" | "else" | "fi" => self.unexpected(),
            _ => self.simple().map(Command::Simple),
        }
    }

    pub(super) fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.depth >= DEEPEST {
            return self.error(self.at, ErrorKind::NotSimulated("such deep nesting"));
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }

    fn for_loop(&mut self) -> Result<Command, Error> {
        self.at += "for".len();
        self.skip_blanks();
        let name = self.name();
        if name.is_empty() {
            return self.unexpected();
        }
        self.skip_blanks();
        if !self.word_is("in") {
            return self.unexpected();
        }
        self.at += "in".len();
        let mut words = Vec::new();
        loop {
            self.skip_blanks();
            match self.word()? {
                Some(word) => words.push(word),
                None => break,
            }
        }
        let body = self.body()?;
        Ok(Command::For { name, words, body })
    }

    fn condition_loop(&mut self, joint: Joint) -> Result<Command, Error> {
        self.at += "while".len();
        let condition = self.list(&["do"])?;
        if condition.is_empty() {
            return self.unexpected();
        }
        let body = self.body()?;
        Ok(Command::Loop(Loop {
            joint,
            condition,
            body,
        }))
    }

    /// From that word on, `if` or `elif`, to `fi`.
    fn choice(&mut self, word: &str) -> Result<Command, Error> {
        self.at += word.len();
        let condition = self.list(&["then"])?;
        if condition.is_empty() || !self.take_word("then") {
            return self.unexpected();
        }
        let body = self.list(&["elif", "else", "fi"])?;
        if body.is_empty() {
            return self.unexpected();
        }
        let otherwise: List = if self.word_is("elif") {
            let inner = self.deeper(|it| it.choice("elif"))?;
            [(Joint::Always, [inner].into())].into()
        } else if self.take_word("else") {
            let otherwise = self.list(&["fi"])?;
            if otherwise.is_empty() || !self.take_word("fi") {
                return self.unexpected();
            }
            otherwise
        } else if self.take_word("fi") {
            [].into()
        } else {
            return self.unexpected();
        };
        Ok(Command::If(If {
            condition,
            body,
            otherwise,
        }))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_here = self.word_is(word);
        self.at += if is_here { word.len() } else { 0 };
        is_here
    }

    /// `; do … done`.
    fn body(&mut self) -> Result<List, Error> {
        loop {
            self.skip_blanks();
            match self.operator() {
                Some(operator @ (";" | "\n")) => self.take(operator),
                _ => break,
            }
        }
        if !self.word_is("do") {
            return self.unexpected();
        }
        self.at += "do".len();
        let body = self.list(&["done"])?;
        if body.is_empty() || !self.word_is("done") {
            return self.unexpected();
        }
        self.at += "done".len();
        Ok(body)
    }

    fn word_is(&self, word: &str) -> bool {
        let after = self.rest().strip_prefix(word);
        after.is_some_and(|it| !it.starts_with(is_name) && self.ends_here(&[word]))
    }
}
