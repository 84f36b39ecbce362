//! The words and signs of a text of SQL, and where its statements end.

use crate::value::Text;

/// The most statements of one client.
const MOST_STATEMENTS: usize = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// In backticks.
    Name,
    Quoted,
    Sign,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub text: Text,
    pub from: usize,
    pub to: usize,
}

/// A statement of a text.
pub(in crate::programs) struct Statement {
    pub(super) tokens: Vec<Token>,
    /// The line it begins in.
    pub line: usize,
    /// Where it ends.
    pub end: usize,
}

/// The statements of a text, as far as they are run.
pub(in crate::programs) fn statements(text: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut tokens: Vec<Token> = Vec::new();
    let (mut at, mut lines, mut seen) = (0, 1, 0);
    while found.len() < MOST_STATEMENTS {
        let token = next_token(text, at);
        let end = token.as_ref().map_or(text.len(), |it| it.from);
        let is_end = token
            .as_ref()
            .is_none_or(|it| it.kind == Kind::Sign && it.text == ";");
        if is_end && let Some(first) = tokens.first() {
            lines += text[seen..first.from].matches('\n').count();
            seen = first.from;
            found.push(Statement {
                tokens: core::mem::take(&mut tokens),
                line: lines,
                end,
            });
        }
        let Some(token) = token else { break };
        at = token.to;
        if !is_end {
            tokens.push(token);
        }
    }
    found
}

/// The token at a place, behind blanks and comments.
fn next_token(text: &str, mut from: usize) -> Option<Token> {
    loop {
        let rest = &text[from..];
        let trimmed = rest.trim_start();
        from = text.len() - trimmed.len();
        let comment = if trimmed.starts_with('#') || trimmed.starts_with("-- ") {
            trimmed.find('\n')
        } else if trimmed.starts_with("/*") {
            trimmed.find("*/").map(|it| it + 2)
        } else {
            break;
        };
        from = comment.map_or(text.len(), |it| from + it);
    }
    let rest = &text[from..];
    let first = rest.chars().next()?;
    let is_word = |it: char| it.is_alphanumeric() || "_$@".contains(it);
    let token = |kind, text: Text, length: usize| Token {
        kind,
        text,
        from,
        to: from + length,
    };
    if is_word(first) {
        let is_number = first.is_ascii_digit();
        let end = rest.find(|it| !(is_word(it) || is_number && it == '.'));
        let word = &rest[..end.unwrap_or(rest.len())];
        return Some(token(Kind::Word, word.into(), word.len()));
    }
    if !"'\"`".contains(first) {
        let two = rest
            .get(..2)
            .filter(|it| ["<=", ">=", "<>", "!="].contains(it));
        let sign = two.unwrap_or(&rest[..first.len_utf8()]);
        return Some(token(Kind::Sign, sign.into(), sign.len()));
    }
    let (mut inner, mut signs) = (Text::new(), rest.char_indices().skip(1).peekable());
    let mut length = rest.len();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' if first != '`' => inner.push(match signs.next().map_or('\\', |it| it.1) {
                'n' => '\n',
                't' => '\t',
                other => other,
            }),
            _ if sign == first && signs.next_if(|it| it.1 == first).is_none() => {
                length = at + 1;
                break;
            }
            _ => inner.push(sign),
        }
    }
    let kind = if first == '`' {
        Kind::Name
    } else {
        Kind::Quoted
    };
    Some(token(kind, inner, length))
}
