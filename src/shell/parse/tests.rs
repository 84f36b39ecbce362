//! How command lines are read, and what an open one lacks.

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
        assert_eq!(read(text).1, want, "{text:?}");
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
        let mut lacks = read(&text).1;
        for _ in 0..12 {
            let Some(known) = lacks else { break };
            let line = next();
            text = format!("{text}\n{line}");
            lacks = read(&text).1;
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
        "a", "=", "中", "EOF", "for ", "in ", "do ", "done ", "if ", "then ", "elif ", "fi ", "2",
        "\r",
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
