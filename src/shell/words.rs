//! The words of a command line: quotes, escapes, `$…`, here-documents.

use super::parse::{Error, ErrorKind, Open, Parser, is_end};
use super::syntax::{Piece, Word};
use crate::value::Text;

impl Parser<'_> {
    /// The lines up to the one that holds the word alone, or to the end of the text.
    pub(super) fn here_document(&mut self, word: &str, strips_tabs: bool) -> Result<Word, Error> {
        let is_literal = word.contains(['\'', '"', '\\']);
        let word = word.replace(['\'', '"', '\\'], "");
        // Behind another one of the line, or behind the line.
        let line_end = || self.rest().find('\n').map(|it| self.at + it + 1);
        let from = if self.here > self.at {
            self.here
        } else {
            line_end().unwrap_or(self.text.len())
        };
        let mut body = String::new();
        let mut is_closed = false;
        self.here = from;
        for line in self.text[from..].split_inclusive('\n') {
            self.here += line.len();
            is_closed = is_end(line, &word, strips_tabs);
            if is_closed {
                break;
            }
            body.push_str(if strips_tabs {
                line.trim_start_matches('\t')
            } else {
                line
            });
        }
        if !body.is_empty() && !body.ends_with('\n') {
            body.push('\n');
        }
        let open = || Open::Word(word.as_str().into(), strips_tabs);
        let open = self.open.take().or((!is_closed).then(open));
        let mut word = Word::default();
        let read = if is_literal {
            word = Word::quoted(body.into());
            Ok(())
        } else {
            Parser::new(&body, self.depth).quoted(&mut word, None)
        };
        // The place of an error inside the body is that of the here-document.
        let read = read.or_else(|it| self.error(self.at, it.kind));
        self.open = open;
        read.map(|()| word)
    }

    /// A word, if one stands here.
    pub(super) fn word(&mut self) -> Result<Option<Word>, Error> {
        let start = self.at;
        let mut word = Word::default();
        while let Some(sign) = self.rest().chars().next() {
            match sign {
                ' ' | '\t' | '\n' | ';' | '|' | '&' | '<' | '>' | ')' => break,
                '\r' if matches!(self.rest().as_bytes().get(1), None | Some(b'\n')) => break,
                '(' => return self.unexpected(),
                '\'' => {
                    let from = self.at + 1;
                    let Some(length) = self.text[from..].find('\'') else {
                        return self.error(self.at, ErrorKind::Unclosed("'"));
                    };
                    word.add(Piece::Text(self.text[from..from + length].into()), true);
                    self.at = from + length + 1;
                }
                '"' => {
                    let from = self.at;
                    self.at += 1;
                    word.add(Piece::Text(Text::new()), true);
                    self.quoted(&mut word, Some(from))?;
                }
                '\\' => self.escaped(&mut word),
                '$' | '`' => self.dollar(&mut word, false)?,
                _ => self.plain(&mut word, false),
            }
        }
        Ok((self.at > start).then_some(word))
    }

    /// Takes a sign and all behind it that mean themselves wherever they stand.
    fn plain(&mut self, word: &mut Word, is_quoted: bool) {
        let rest = self.rest();
        let is_plain = |it: char| !it.is_ascii() || it.is_ascii_alphanumeric();
        let mut signs = rest.char_indices().skip(1);
        let end = signs
            .find(|it| !is_plain(it.1))
            .map_or(rest.len(), |it| it.0);
        word.push(&rest[..end], is_quoted);
        self.at += end;
    }

    fn escaped(&mut self, word: &mut Word) {
        self.at += 1;
        if self.rest().is_empty() {
            self.open = Some(Open::Line);
        }
        if self.rest().starts_with('\n') {
            self.at += 1;
        } else if let Some(sign) = self.rest().chars().next() {
            let end = sign.len_utf8();
            word.push(&self.rest()[..end], true);
            self.at += end;
        }
    }

    /// What stands between double quotes, whose first one is at `from`; or a here-document, to the end of the text.
    fn quoted(&mut self, word: &mut Word, from: Option<usize>) -> Result<(), Error> {
        while let Some(sign) = self.rest().chars().next() {
            match sign {
                '"' if from.is_some() => {
                    self.at += 1;
                    return Ok(());
                }
                '\\' => match self.rest()[1..].chars().next() {
                    Some('$' | '`' | '\\' | '\n') => self.escaped(word),
                    Some('"') if from.is_some() => self.escaped(word),
                    _ => {
                        word.push("\\", true);
                        self.at += 1;
                    }
                },
                '$' | '`' => self.dollar(word, true)?,
                _ => self.plain(word, true),
            }
        }
        from.map_or(Ok(()), |from| self.error(from, ErrorKind::Unclosed("\"")))
    }

    /// `$NAME`, `${NAME}`, `$(list)` or `` `list` ``; else the sign itself.
    fn dollar(&mut self, word: &mut Word, is_quoted: bool) -> Result<(), Error> {
        let start = self.at;
        self.at += 1;
        if self.text[start..].starts_with("$((") {
            return self.error(start, ErrorKind::NotSimulated("arithmetic"));
        }
        if self.text[start..].starts_with("$(") {
            self.at += 1;
            let list = self.deeper(|it| it.list(&[")"]))?;
            if !self.rest().starts_with(')') {
                return self.error(start, ErrorKind::Unclosed("$("));
            }
            self.at += 1;
            word.add(Piece::Output(list), is_quoted);
        } else if self.text[start..].starts_with('`') {
            let Some(length) = self.rest().find('`') else {
                return self.error(start, ErrorKind::Unclosed("`"));
            };
            let inner = &self.rest()[..length];
            let list = Parser::new(inner, self.depth + 1)
                .deeper(|it| it.list(&[]))
                .or_else(|it| {
                    let error = self.error(start, it.kind);
                    self.open = None;
                    error
                })?;
            self.at += length + 1;
            word.add(Piece::Output(list), is_quoted);
        } else if self.rest().starts_with('{') {
            self.at += 1;
            self.braces(word, is_quoted, start)?;
        } else {
            let special = self
                .rest()
                .chars()
                .next()
                .filter(|it| "?#@*!$".contains(*it) || it.is_ascii_digit());
            let name = match special {
                Some(sign) => {
                    self.at += 1;
                    Text::from(sign)
                }
                None => self.name(),
            };
            if name.is_empty() {
                word.push("$", is_quoted);
            } else {
                word.add(Piece::Variable(name, Word::default()), is_quoted);
            }
        }
        Ok(())
    }

    /// `NAME}` or `NAME:-word}`.
    fn braces(&mut self, word: &mut Word, is_quoted: bool, start: usize) -> Result<(), Error> {
        let name = self.name();
        let Some(length) = self.rest().find('}') else {
            return self.error(start, ErrorKind::Unclosed("${"));
        };
        let inner = &self.rest()[..length];
        let fallback = match inner.strip_prefix(":-") {
            Some(text) if !text.contains(['$', '`', '\'', '"', '\\']) => Word::quoted(text.into()),
            None if inner.is_empty() && !name.is_empty() => Word::default(),
            _ => return self.error(start, ErrorKind::NotSimulated("${…} with such an operator")),
        };
        self.at += length + 1;
        word.add(Piece::Variable(name, fallback), is_quoted);
        Ok(())
    }

    /// Takes a name; empty, if none stands here.
    pub(super) fn name(&mut self) -> Text {
        let rest = self.rest();
        let end = rest.find(|it| !is_name(it)).unwrap_or(rest.len());
        let end = if rest.starts_with(|it: char| it.is_ascii_digit()) {
            0
        } else {
            end
        };
        self.at += end;
        rest[..end].into()
    }
}

pub(super) fn is_name(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '_'
}
