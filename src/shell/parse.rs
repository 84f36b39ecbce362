//! One command line of a small POSIX-like shell, read into pipelines.
//!
//! Quotes, escapes, comments, `&&` `||` `;` `|`, redirections, here-documents and line continuation.
//! Left out: variables, command substitution, globbing, background jobs, functions, loops.

use core::fmt;
use std::collections::VecDeque;

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

/// Commands joined by `|`; mostly just one.
pub type Pipeline = Vec<Command>;

/// One command with its redirections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// Its words, quotes taken away.
    pub argv: Vec<Text>,
    /// Text on its standard input, from a here-document.
    pub here: Option<Text>,
    /// The file its standard input comes from.
    pub input: Option<Text>,
    /// The file its standard output goes to.
    pub output: Option<Redirection>,
}

/// Where standard output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// The file.
    pub path: Text,
    /// `>>`: after what it holds.
    pub appends: bool,
}

/// What makes a line no command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A quote that is never closed.
    Unclosed(char),
    /// An operator where a word is expected.
    Unexpected(Text),
    /// Something this shell doesn't do.
    NotSimulated(&'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unclosed(quote) => {
                write!(out, "syntax error: unterminated quoted string ({quote})")
            }
            Self::Unexpected(token) => write!(out, "syntax error near unexpected token `{token}'"),
            Self::NotSimulated(what) => write!(out, "{what} is not simulated yet"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(Text),
    Operator(&'static str),
}

/// Longest first.
const OPERATORS: [&str; 10] = ["<<-", "&&", "||", ">>", "<<", ";", "|", "&", ">", "<"];

/// Reads a command line; further lines hold the bodies of its here-documents, or more commands.
///
/// # Errors
/// What the shell would say of the line.
pub fn parse(text: &str) -> Result<VecDeque<(Joint, Pipeline)>, Error> {
    let mut list = VecDeque::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mut line = line.to_owned();
        while let Some(continued) = line.strip_suffix('\\') {
            line = [continued, lines.next().unwrap_or_default()].concat();
        }
        let tokens = loop {
            match tokens(&line) {
                // A quote may span lines.
                Err(Error::Unclosed(quote)) => match lines.next() {
                    Some(more) => line = [&line, "\n", more].concat(),
                    None => return Err(Error::Unclosed(quote)),
                },
                other => break other?,
            }
        };
        read_line(tokens, &mut lines, &mut list)?;
    }
    Ok(list)
}

fn read_line(
    tokens: Vec<Token>,
    lines: &mut core::str::Lines<'_>,
    list: &mut VecDeque<(Joint, Pipeline)>,
) -> Result<(), Error> {
    let mut joint = Joint::Always;
    let mut pipeline = Pipeline::new();
    let mut command = Command::default();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        let operator = match token {
            Token::Word(word) => {
                command.argv.push(word);
                continue;
            }
            Token::Operator(operator) => operator,
        };
        match operator {
            "&&" | "||" | ";" | "|" => {
                if command == Command::default() {
                    return Err(Error::Unexpected(operator.into()));
                }
                pipeline.push(core::mem::take(&mut command));
                if operator != "|" {
                    list.push_back((joint, core::mem::take(&mut pipeline)));
                    joint = match operator {
                        "&&" => Joint::And,
                        "||" => Joint::Or,
                        _ => Joint::Always,
                    };
                }
            }
            "&" => return Err(Error::NotSimulated("a job in the background (&)")),
            _ => {
                let Some(Token::Word(word)) = tokens.next() else {
                    return Err(Error::Unexpected("newline".into()));
                };
                match operator {
                    "<" => command.input = Some(word),
                    "<<" | "<<-" => {
                        command.here = Some(here_document(lines, &word, operator == "<<-"));
                    }
                    _ => {
                        command.output = Some(Redirection {
                            path: word,
                            appends: operator == ">>",
                        });
                    }
                }
            }
        }
    }
    if command != Command::default() {
        pipeline.push(command);
        list.push_back((joint, pipeline));
    } else if joint != Joint::Always || !pipeline.is_empty() {
        return Err(Error::Unexpected("newline".into()));
    }
    Ok(())
}

/// The lines up to the one that holds the word alone, or to the end.
fn here_document(lines: &mut core::str::Lines<'_>, word: &str, strips_tabs: bool) -> Text {
    let mut body = Text::new();
    for line in lines {
        let line = if strips_tabs {
            line.trim_start_matches('\t')
        } else {
            line
        };
        if line == word {
            break;
        }
        body.push_str(line);
        body.push('\n');
    }
    body
}

fn tokens(line: &str) -> Result<Vec<Token>, Error> {
    let mut found = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with('#') {
            return Ok(found);
        }
        if let Some(operator) = OPERATORS.into_iter().find(|it| rest.starts_with(it)) {
            found.push(Token::Operator(operator));
            rest = &rest[operator.len()..];
            continue;
        }
        let (word, after) = word(rest)?;
        found.push(Token::Word(word));
        rest = after;
    }
}

/// The word at the start of a text, and what follows it.
fn word(text: &str) -> Result<(Text, &str), Error> {
    let mut word = Text::new();
    let mut signs = text.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\'' => loop {
                match signs.next() {
                    Some((_, '\'')) => break,
                    Some((_, inner)) => word.push(inner),
                    None => return Err(Error::Unclosed('\'')),
                }
            },
            '"' => loop {
                match signs.next() {
                    Some((_, '"')) => break,
                    Some((_, '\\')) => match signs.next() {
                        Some((_, escaped)) => {
                            if !matches!(escaped, '"' | '\\' | '$' | '`') {
                                word.push('\\');
                            }
                            word.push(escaped);
                        }
                        None => return Err(Error::Unclosed('"')),
                    },
                    Some((_, inner)) => word.push(inner),
                    None => return Err(Error::Unclosed('"')),
                }
            },
            '\\' => {
                if let Some((_, escaped)) = signs.next() {
                    word.push(escaped);
                }
            }
            ' ' | '\t' | '\n' | ';' | '|' | '&' | '<' | '>' => return Ok((word, &text[at..])),
            _ => word.push(sign),
        }
    }
    Ok((word, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argvs(line: &str) -> Vec<(Joint, Vec<String>)> {
        let words = |it: &Pipeline| it[0].argv.iter().map(ToString::to_string).collect();
        parse(line)
            .unwrap()
            .iter()
            .map(|(joint, pipeline)| (*joint, words(pipeline)))
            .collect()
    }

    #[test]
    fn quotes_lists_and_comments() {
        let words = |it: &[&str]| it.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            argvs("kubectl exec web-0 -- sh -c 'echo \"a b\"' && ls;echo a\\ b # done"),
            [
                (
                    Joint::Always,
                    words(&["kubectl", "exec", "web-0", "--", "sh", "-c", "echo \"a b\""])
                ),
                (Joint::And, words(&["ls"])),
                (Joint::Always, words(&["echo", "a b"])),
            ]
        );
    }

    #[test]
    fn here_documents_take_the_lines_that_follow() {
        let list = parse("cat >> f.yml << EOF\na: 1\nEOF\necho done").unwrap();
        let cat = &list[0].1[0];
        assert_eq!(cat.here.as_deref(), Some("a: 1\n"));
        assert_eq!(
            cat.output,
            Some(Redirection {
                path: "f.yml".into(),
                appends: true
            })
        );
        assert_eq!(list[1].1[0].argv, ["echo", "done"]);
    }

    #[test]
    fn bad_lines_are_refused_in_words() {
        assert_eq!(parse("echo 'x").unwrap_err(), Error::Unclosed('\''));
        assert_eq!(parse("&& ls").unwrap_err(), Error::Unexpected("&&".into()));
        assert_eq!(
            parse("ls &&").unwrap_err(),
            Error::Unexpected("newline".into())
        );
        assert_eq!(
            parse("ls >").unwrap_err(),
            Error::Unexpected("newline".into())
        );
        assert!(parse("").unwrap().is_empty());
    }
}
