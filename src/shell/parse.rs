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
    Parser::new(text, 0).whole()
}

/// Whether a shell would ask for a further line: a quote, a here-document or a loop is open, or the line goes on.
pub fn is_open(text: &str) -> bool {
    open(text).is_some()
}

/// What a text lacks of being whole, where further lines could bring it.
pub fn open(text: &str) -> Option<Open> {
    let mut parser = Parser::new(text, 0);
    let _ = parser.whole();
    parser.open
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
                let mut parser = Parser::new(line, 0);
                parser.whole().is_err() || parser.open.is_some()
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
        OPERATORS.into_iter().find(|it| self.rest().starts_with(it))
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
                word.push('\n', true);
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
mod tests {
    use super::*;
    use crate::shell::syntax::{Command, Joint, Piece, Word};

    /// Words as they are written, parts in marks: `‹$x›`, `‹$(2)›` for an output of two pipelines.
    fn shown(word: &Word) -> String {
        let parts = word.0.iter().map(|part| {
            let text = match &part.piece {
                Piece::Text(text) => text.to_string(),
                Piece::Variable(name, fallback) if fallback.0.is_empty() => format!("‹${name}›"),
                Piece::Variable(name, fallback) => format!("‹${name}:{}›", shown(fallback)),
                Piece::Output(list) => format!("‹$({})›", list.len()),
            };
            if part.is_quoted {
                format!("\"{text}\"")
            } else {
                text
            }
        });
        parts.collect()
    }

    fn command(command: &Command) -> String {
        match command {
            Command::Simple(simple) => {
                let assignments = simple
                    .assignments
                    .iter()
                    .map(|(name, word)| format!("{name}={}", shown(word)));
                let words = simple.words.iter().map(shown);
                let redirections = simple.redirections.iter().map(|it| match &it.target {
                    Target::Read(word) => format!("{}<{}", it.stream, shown(word)),
                    Target::Write(word) => format!("{}>{}", it.stream, shown(word)),
                    Target::Append(word) => format!("{}>>{}", it.stream, shown(word)),
                    Target::Here(word) => format!("{}<<{}", it.stream, shown(word)),
                    Target::Same(stream) => format!("{}>&{stream}", it.stream),
                });
                assignments
                    .chain(words)
                    .chain(redirections)
                    .collect::<Vec<_>>()
                    .join(" ")
            }
            Command::For { name, words, body } => {
                let words: Vec<String> = words.iter().map(shown).collect();
                format!("for {name} in [{}] do [{}]", words.join(" "), list(body))
            }
            Command::Loop(it) => {
                let (condition, body) = (list(&it.condition), list(&it.body));
                format!("loop {:?} [{condition}] do [{body}]", it.joint)
            }
            Command::If(it) => {
                let (condition, body) = (list(&it.condition), list(&it.body));
                format!(
                    "if [{condition}] then [{body}] else [{}]",
                    list(&it.otherwise)
                )
            }
        }
    }

    pub(super) fn list(list: &List) -> String {
        let items = list.iter().map(|(joint, pipeline)| {
            let commands: Vec<String> = pipeline.iter().map(command).collect();
            let joint = match joint {
                Joint::Always => "",
                Joint::And => "&& ",
                Joint::Or => "|| ",
            };
            format!("{joint}{}", commands.join(" | "))
        });
        items.collect::<Vec<_>>().join(" ; ")
    }

    #[test]
    fn lines_are_read_as_a_shell_reads_them() {
        let cases = [
            ("", ""),
            ("  # nothing", ""),
            ("kubectl get pods", "kubectl get pods"),
            ("a && b || c ; d", "a ; && b ; || c ; d"),
            ("a;b&&c", "a ; b ; && c"),
            ("a;", "a"),
            ("a &&\n b", "a ; && b"),
            ("a |\n b|c", "a | b | c"),
            ("echo a#b #c", "echo a#b"),
            ("echo a;# c\nb", "echo a ; b"),
            ("echo 'a  \"b' \"c 'd\"", "echo \"a  \"b\" \"c 'd\""),
            ("echo a\\ b\\'c", "echo a\" \"b\"'\"c"),
            ("echo \"a\\\"\\$\\\\\\n\"", "echo \"a\"$\\\\n\""),
            ("echo '' \"\"", "echo \"\" \"\""),
            ("echo $a ${b}c \"$d\" $", "echo ‹$a› ‹$b›c \"\"\"‹$d›\" $"),
            ("echo ${a:-b c}", "echo ‹$a:\"b c\"›"),
            ("echo $? $1x", "echo ‹$?› ‹$1›x"),
            ("echo '$a' \\$b", "echo \"$a\" \"$\"b"),
            ("x=$(a; b | c) y='d e'", "x=‹$(2)› y=\"d e\""),
            ("x=1 a b=c", "x=1 a b=c"),
            ("echo `a; b`", "echo ‹$(2)›"),
            ("echo \"$(echo \"a b\")\"", "echo \"\"\"‹$(1)›\""),
            ("a > f 2>&1 < g 2>>h", "a 1>f 2>&1 0<g 2>>h"),
            ("a >f2 &>g >&2", "a 1>f2 1>g 2>&1 1>&2"),
            ("echo 2 >f", "echo 2 1>f"),
            ("a <<< \"$b\"", "a 0<<\"\"\"‹$b›\"\"\n\""),
            ("a \\\n  b \\\r\n c", "a b c"),
            ("a\r\nb\r\n", "a ; b"),
            (
                "for i in 0 1; do a $i; b; done && c",
                "for i in [0 1] do [a ‹$i› ; b] ; && c",
            ),
            (
                "for i in $(seq 2)\ndo\n  a\ndone\nb",
                "for i in [‹$(1)›] do [a] ; b",
            ),
            (
                "while true; do a; sleep 1; done",
                "loop And [true] do [a ; sleep 1]",
            ),
            ("until a | b; do c; done", "loop Or [a | b] do [c]"),
            (
                "if a; then b; elif c && d; then e; else f; fi; g",
                "if [a] then [b] else [if [c ; && d] then [e] else [f]] ; g",
            ),
            ("if a\nthen\n  b\nfi && c", "if [a] then [b] else [] ; && c"),
            ("echo for in do done fi", "echo for in do done fi"),
            (
                "kubectl patch sts web -p '{\"a\": [{\"b\": 1}]}'",
                "kubectl patch sts web -p \"{\"a\": [{\"b\": 1}]}\"",
            ),
            (
                "kubectl get po -o jsonpath={.items[*].a}{\"\\n\"}",
                "kubectl get po -o jsonpath={.items[*].a}{\"\\n\"}",
            ),
            ("中文 “x”", "中文 “x”"),
        ];
        for (text, want) in cases {
            let found = parse(text).map(|it| list(&it));
            assert_eq!(found.as_deref(), Ok(want), "{text:?}");
        }
    }

    #[test]
    fn here_documents_take_the_lines_that_follow() {
        let cases = [
            (
                "cat >> f << EOF\na: 1\nEOF\necho b",
                "cat 1>>f 0<<\"a: 1\n\" ; echo b",
            ),
            ("cat <<'EOF' | a\n$x\nEOF", "cat 0<<\"$x\n\" | a"),
            ("cat << \"EOF\"\n\\$\nEOF", "cat 0<<\"\\$\n\""),
            (
                "cat <<EOF\n$x \\$y \"z\" \\n\nEOF",
                "cat 0<<\"‹$x›\"\" $y \"z\" \\n\n\"",
            ),
            ("cat <<-EOF\n\ta\n\t\tb\n\tEOF\nc", "cat 0<<\"a\nb\n\" ; c"),
            (
                "cat <<A; cat <<B\n1\nA\n2\nB\nc",
                "cat 0<<\"1\n\" ; cat 0<<\"2\n\" ; c",
            ),
            ("cat << EOF && a\n1\nEOF", "cat 0<<\"1\n\" ; && a"),
            ("cat << EOF\n1", "cat 0<<\"1\n\""),
            ("cat << EOF\r\n1\r\nEOF\r\na", "cat 0<<\"1\r\n\" ; a"),
            ("cat << EOF", "cat 0<<"),
            (
                "for i in 1; do cat << EOF\n$i\nEOF\ndone",
                "for i in [1] do [cat 0<<\"‹$i›\"\"\n\"]",
            ),
        ];
        for (text, want) in cases {
            let found = parse(text).map(|it| list(&it));
            assert_eq!(found.as_deref(), Ok(want), "{text:?}");
        }
    }

    #[test]
    fn bad_lines_are_refused_with_their_place() {
        let cases = [
            ("echo 'x", 1, 6, "syntax error: ' is never closed"),
            ("a\necho \"x", 2, 6, "syntax error: \" is never closed"),
            ("echo $(a", 1, 6, "syntax error: $( is never closed"),
            ("echo ${a", 1, 6, "syntax error: ${ is never closed"),
            ("echo `a", 1, 6, "syntax error: ` is never closed"),
            ("&& ls", 1, 1, "syntax error near unexpected token `&&'"),
            (
                "ls &&",
                1,
                6,
                "syntax error near unexpected token `newline'",
            ),
            (
                "ls | ",
                1,
                6,
                "syntax error near unexpected token `newline'",
            ),
            ("ls >", 1, 5, "syntax error near unexpected token `newline'"),
            ("ls > ; a", 1, 6, "syntax error near unexpected token `;'"),
            ("a ;; b", 1, 3, "syntax error near unexpected token `;;'"),
            ("a )", 1, 3, "syntax error near unexpected token `)'"),
            ("done", 1, 1, "syntax error near unexpected token `done'"),
            (
                "for i in 1; do a",
                1,
                17,
                "syntax error near unexpected token `newline'",
            ),
            (
                "for i; do a; done",
                1,
                6,
                "syntax error near unexpected token `;'",
            ),
            (
                "for i in 1; a; done",
                1,
                13,
                "syntax error near unexpected token `a'",
            ),
            (
                "while do a; done",
                1,
                7,
                "syntax error near unexpected token `do'",
            ),
            (
                "中 &",
                1,
                3,
                "a job in the background (&) is not simulated yet",
            ),
            (
                "if a; b; fi",
                1,
                10,
                "syntax error near unexpected token `fi'",
            ),
            (
                "if a; then fi",
                1,
                12,
                "syntax error near unexpected token `fi'",
            ),
            ("else", 1, 1, "syntax error near unexpected token `else'"),
            ("a; (b)", 1, 4, "a group of commands is not simulated yet"),
            ("echo $((1+1))", 1, 6, "arithmetic is not simulated yet"),
            (
                "echo ${a%b}",
                1,
                6,
                "${…} with such an operator is not simulated yet",
            ),
            (
                "a 3> b",
                1,
                4,
                "a stream other than 0, 1 and 2 is not simulated yet",
            ),
        ];
        for (text, line, column, said) in cases {
            let error = parse(text).unwrap_err();
            assert_eq!(
                (error.line, error.column, error.to_string().as_str()),
                (line, column, said),
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_an_open_text_lacks_is_known() {
        let cases = [
            ("echo 'a", Some(Open::Sign('\''))),
            ("echo \"a `b`", Some(Open::Sign('"'))),
            ("echo `a", Some(Open::Sign('`'))),
            ("echo ${a", Some(Open::Sign('}'))),
            ("cat << A << B", Some(Open::Word("A".into(), false))),
            ("cat <<-A\n\tB", Some(Open::Word("A".into(), true))),
            ("if a; then cat << A", Some(Open::Word("A".into(), false))),
            ("for i in 1\ndo a", Some(Open::List)),
            ("while a; do b &&", Some(Open::Line)),
            ("while a", Some(Open::List)),
            ("if a; then b; else c\n", Some(Open::List)),
            ("echo $(a; b", Some(Open::List)),
            ("echo $(a |", Some(Open::Line)),
            ("for i in 1", Some(Open::Line)),
            ("for i in 1; do a \\", Some(Open::Line)),
            ("a \\", Some(Open::Line)),
            ("a; b", None),
            ("a )", None),
        ];
        for (text, want) in cases {
            assert_eq!(open(text), want, "{text:?}");
        }
    }

    #[test]
    fn lines_that_are_not_read_would_have_changed_nothing() {
        let lines = [
            "a",
            "'",
            "\"",
            "b 'c' d",
            "\\'",
            "\"'\"",
            "`",
            "$(",
            ")",
            "${x",
            "}",
            "cat << EOF",
            "EOF",
            "\tEOF",
            "cat <<-EOF",
            "for i in 1; do",
            "done",
            "if a; then",
            "else",
            "fi",
            "while",
            "do",
            "then",
            "# '",
            "",
            "a |",
            "b &&",
            "c \\",
            "$(a) `b`",
            "done; if a",
            "a; for i in 2",
            "fi; cat << EOF",
            "x='",
            "d)",
        ];
        let mut state = 7_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            lines[usize::try_from(state >> 40).unwrap() % lines.len()]
        };
        let mut left_out = 0;
        for _ in 0..20_000 {
            let mut text = next().to_owned();
            let mut lacks = open(&text);
            for _ in 0..12 {
                let Some(known) = lacks else { break };
                let line = next();
                text = format!("{text}\n{line}");
                lacks = open(&text);
                if !known.may_end(line) {
                    left_out += 1;
                    assert!(lacks.is_some(), "{known:?} {text:?}");
                    // What is told of a list and of a here-document stays true.
                    let is_nested = matches!(known, Open::Sign(_));
                    assert!(is_nested || lacks == Some(known), "{lacks:?} {text:?}");
                }
            }
        }
        assert!(left_out > 10_000, "{left_out}");
    }

    #[test]
    fn hostile_lines_do_not_panic() {
        let nested = "$(".repeat(100_000);
        assert_eq!(
            parse(&nested).unwrap_err().to_string(),
            "such deep nesting is not simulated yet"
        );
        assert!(parse(&"for i in 1; do ".repeat(100_000)).is_err());
        assert!(parse(&"if a; then b; el".repeat(100_000)).is_err());
        assert!(parse(&"`".repeat(100_001)).is_err());
        assert_eq!(parse(&"a;".repeat(100_000)).unwrap().len(), 100_000);
        assert_eq!(parse(&"a ".repeat(100_000)).unwrap().len(), 1);
        assert!(parse(&"cat << EOF;".repeat(2000)).is_ok());
        let signs = [
            "'", "\"", "\\", "$", "(", ")", "{", "}", "`", "<", ">", "|", "&", ";", "\n", " ", "#",
            "a", "=", "中", "EOF", "for ", "in ", "do ", "done ", "if ", "then ", "elif ", "fi ",
            "2", "\r",
        ];
        let mut state = 7_u64;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                text.push_str(signs[usize::try_from(state >> 40).unwrap() % signs.len()]);
            }
            if let Err(error) = parse(&text) {
                assert!(error.line > 0 && error.column > 0, "{text:?}");
            }
        }
    }
}
