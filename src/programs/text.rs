//! The programs that read lines and print some of them: `cat`, `grep`, `head`, `tail`, `wc`, `sort`, `sed`, `awk`, `seq`.
//!
//! The reader's own shell has them, and so does every image with a shell. Left out: all of awk but
//! `[condition] {print …}`, all of sed but `s/old/new/` with plain text, and of patterns all but `^ $ . * \|`.

use super::awk::awk;
use crate::sort;
use crate::value::Text;

/// What such a program came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filtered {
    pub out: String,
    pub err: String,
    pub exit: i32,
    /// How many bytes it read.
    pub read: usize,
}

/// A command line, taken apart.
#[derive(Default)]
struct Words<'a> {
    letters: String,
    /// `-n N`, `-k N`, `-F x`, `-e x`: the last value given.
    value: &'a str,
    rest: Vec<&'a str>,
}

impl<'a> Words<'a> {
    /// Options first, those of `valued` with a value; or the letter of one that is not known.
    fn read(arguments: &'a [Text], valued: &str, known: &str) -> Result<Self, char> {
        let mut words = Words::default();
        let mut given = arguments.iter().map(Text::as_str);
        while let Some(word) = given.next() {
            let letters = word
                .strip_prefix('-')
                .filter(|it| !it.is_empty() && *it != "-");
            let Some(letters) = letters else {
                words.rest.push(word);
                continue;
            };
            for (at, letter) in letters.char_indices() {
                if valued.contains(letter) {
                    let after = &letters[at + letter.len_utf8()..];
                    words.value = if after.is_empty() {
                        given.next().unwrap_or_default()
                    } else {
                        after
                    };
                    words.letters.push(letter);
                    break;
                }
                if !known.contains(letter) {
                    return Err(letter);
                }
                words.letters.push(letter);
            }
        }
        Ok(words)
    }
}

/// How often a pattern's signs are tried at most in one run, lest one with many `*` never ends.
pub(super) const MOST_TRIES: usize = 2_000_000;
/// So many bytes of a line are looked through for a plain text as fast as one sign of a pattern is tried.
const BYTES_A_TRY: usize = 64;
/// The most bytes that one of these programs reads, and that it prints.
pub(super) const MOST_BYTES: usize = 1 << 22;
/// The most signs of a pattern: so deep it nests.
const MOST_SIGNS: usize = 500;
/// How many numbers `seq` gives at most.
const MOST_NUMBERS: usize = 1000;

pub(super) const TOO_MUCH: &str = "this is too much text: it is stopped here";
pub(super) const TOO_LONG: &str = "this takes too long: it is stopped here";

/// Runs such a program; nothing if the name is none of them.
pub(crate) fn filter(
    argv: &[Text],
    stdin: Option<&Text>,
    read: &dyn Fn(&str) -> Option<Text>,
) -> Option<Filtered> {
    let (path, arguments) = argv.split_first()?;
    let name = path.rsplit('/').next().unwrap_or(path);
    let (valued, known) = match name {
        "cat" => ("", "u"),
        "grep" => ("e", "ivcnqEFhs"),
        "head" | "tail" => ("n", "q0123456789"),
        "wc" => ("", "lwc"),
        "sort" => ("k", "rnu"),
        "awk" => ("F", ""),
        "sed" => ("", ""),
        "seq" => return Some(sequence(arguments)),
        _ => return None,
    };
    let mut words = match Words::read(arguments, valued, known) {
        Ok(words) => words,
        Err(letter) => {
            let text = format!("{name}: invalid option -- '{letter}'\n");
            return Some(failed(&text, 2));
        }
    };
    let mut done = Filtered::default();
    let takes_first =
        matches!(name, "awk" | "sed") || name == "grep" && !words.letters.contains('e');
    let program = match (takes_first, words.rest.is_empty()) {
        (true, true) => return Some(failed(&format!("usage: {name} PATTERN [FILE]...\n"), 2)),
        (true, false) => words.rest.remove(0),
        (false, _) => words.value,
    };
    let texts = texts(name, &words, stdin, read, &mut done);
    done.read = texts.iter().map(|it| it.1.len()).sum();
    if done.read > MOST_BYTES {
        return Some(failed(&format!("{name}: {TOO_MUCH}\n"), 2));
    }
    if name == "cat" {
        done.out.extend(texts.iter().map(|it| it.1.as_str()));
        return Some(done);
    }
    let found = match name {
        "grep" => match grep(&words, program, &texts, &mut done.out) {
            Ok(found) => found,
            Err(error) => return Some(failed(&error, 2)),
        },
        "awk" => match awk(program, words.value, &texts) {
            Ok(out) => {
                done.out = out;
                true
            }
            Err(error) => return Some(failed(&error, 2)),
        },
        "sed" => {
            for (_, text) in &texts {
                match edited(program, text) {
                    Ok(text) if done.out.len() + text.len() <= MOST_BYTES => {
                        done.out.push_str(&text);
                    }
                    Ok(_) => return Some(failed(&format!("sed: {TOO_MUCH}\n"), 1)),
                    Err(error) => return Some(failed(&error, 1)),
                }
            }
            true
        }
        "wc" => {
            count(&words, &texts, &mut done.out);
            true
        }
        _ => {
            let lines = texts.iter().flat_map(|it| it.1.lines()).collect();
            let lines = if name == "sort" {
                sorted(&words, lines)
            } else {
                end(name, &words, lines)
            };
            done.out = lines.into_iter().flat_map(|it| [it, "\n"]).collect();
            true
        }
    };
    if !found && done.exit == 0 {
        done.exit = 1;
    }
    Some(done)
}

/// What such a program reads: the files it is told, or its standard input. A file that is not there is complained of.
fn texts<'a>(
    name: &str,
    words: &Words<'a>,
    stdin: Option<&Text>,
    read: &dyn Fn(&str) -> Option<Text>,
    done: &mut Filtered,
) -> Vec<(&'a str, Text)> {
    let mut texts: Vec<(&'a str, Text)> = Vec::new();
    for path in &words.rest {
        match read(path) {
            Some(text) => texts.push((path, text)),
            None => {
                let how = match name {
                    "head" | "tail" => format!("cannot open '{path}' for reading"),
                    "sort" => format!("cannot read: {path}"),
                    _ => (*path).into(),
                };
                done.err += &crate::text!("{name}: {how}: No such file or directory\n");
                done.exit = if matches!(name, "grep" | "sort" | "awk") {
                    2
                } else {
                    1
                };
            }
        }
    }
    if words.rest.is_empty() {
        texts.push(("", stdin.cloned().unwrap_or_default()));
    }
    texts
}

fn failed(text: &str, exit: i32) -> Filtered {
    Filtered {
        err: text.into(),
        exit,
        ..Filtered::default()
    }
}

/// `seq 2`, `seq 0 2`, `seq 0 2 8`.
fn sequence(arguments: &[Text]) -> Filtered {
    let numbers: Option<Vec<i64>> = arguments.iter().map(|it| it.parse().ok()).collect();
    let (first, step, last) = match numbers.as_deref() {
        Some(&[last]) => (1, 1, last),
        Some(&[first, last]) => (first, 1, last),
        Some(&[first, step, last]) if step != 0 => (first, step, last),
        _ => return failed("seq: needs one to three whole numbers\n", 1),
    };
    let mut done = Filtered::default();
    let mut at = first;
    for _ in 0..MOST_NUMBERS {
        if if step > 0 { at > last } else { at < last } {
            break;
        }
        done.out += &crate::text!("{at}\n");
        at = at.saturating_add(step);
    }
    done
}

/// `head` and `tail`: ten lines, or `-n N`, `-N`; `tail -n +N` from that line on.
fn end<'a>(name: &str, words: &Words<'_>, lines: Vec<&'a str>) -> Vec<&'a str> {
    let short: String = words.letters.chars().filter(char::is_ascii_digit).collect();
    let value = if short.is_empty() {
        words.value
    } else {
        &short
    };
    let number = value.trim_start_matches(['+', '-']).parse().unwrap_or(10);
    let skipped = match (name, value.as_bytes().first()) {
        ("tail", Some(b'+')) => number.max(1) - 1,
        ("tail", _) => lines.len().saturating_sub(number),
        _ => 0,
    };
    let kept = match (name, value.as_bytes().first()) {
        ("head", Some(b'-')) => lines.len().saturating_sub(number),
        ("head", _) => number,
        _ => usize::MAX,
    };
    lines.into_iter().skip(skipped).take(kept).collect()
}

fn sorted<'a>(words: &Words<'_>, mut lines: Vec<&'a str>) -> Vec<&'a str> {
    let is = |letter| words.letters.contains(letter);
    let field = words
        .value
        .split([',', '.'])
        .next()
        .and_then(|it| it.parse::<usize>().ok());
    let key = |line: &&str| {
        let text = match field {
            Some(at) => line
                .split_whitespace()
                .nth(at.max(1) - 1)
                .unwrap_or_default(),
            None => line,
        };
        let digits = text.trim_start();
        let length = digits
            .find(|it: char| !it.is_ascii_digit() && it != '-')
            .unwrap_or(digits.len());
        let number = if is('n') {
            digits[..length].parse::<i64>().unwrap_or(0)
        } else {
            0
        };
        (number, Text::from(text), Text::from(*line))
    };
    sort::by_key(&mut lines, key);
    if is('r') {
        lines.reverse();
    }
    if is('u') {
        lines.dedup();
    }
    lines
}

fn count(words: &Words<'_>, texts: &[(&str, Text)], out: &mut String) {
    let wanted = if words.letters.is_empty() {
        "lwc"
    } else {
        &words.letters
    };
    for (path, text) in texts {
        let numbers = "lwc"
            .chars()
            .filter(|it| wanted.contains(*it))
            .map(|it| match it {
                'l' => text.matches('\n').count(),
                'w' => text.split_whitespace().count(),
                _ => text.len(),
            });
        let numbers: Vec<String> = numbers.map(|it| it.to_string()).collect();
        let all: String = match numbers.as_slice() {
            [one] => one.clone(),
            many => many
                .iter()
                .fold(String::new(), |all, it| all + &format!("{it:>8}")),
        };
        out.push_str(&all);
        if !path.is_empty() {
            *out += &crate::text!(" {path}");
        }
        out.push('\n');
    }
}

/// Whether a line was found.
fn grep(
    words: &Words<'_>,
    pattern: &str,
    texts: &[(&str, Text)],
    out: &mut String,
) -> Result<bool, String> {
    let is = |letter| words.letters.contains(letter);
    let fold = |it: &str| {
        if is('i') {
            it.to_lowercase()
        } else {
            it.to_owned()
        }
    };
    let pattern = fold(pattern);
    let (mut found, mut tries) = (0, MOST_TRIES);
    for (path, text) in texts {
        for (number, line) in text.lines().enumerate() {
            let folded = fold(line);
            let is_match = if is('F') {
                folded.contains(&pattern)
            } else {
                let bar = if is('E') { "|" } else { "\\|" };
                pattern
                    .split(bar)
                    .any(|it| matches(it, &folded, &mut tries))
            };
            if tries == 0 {
                return Err(format!("grep: {TOO_LONG}\n"));
            }
            if out.len() > MOST_BYTES {
                return Err(format!("grep: {TOO_MUCH}\n"));
            }
            if is_match == is('v') {
                continue;
            }
            found += 1;
            if is('q') || is('c') {
                continue;
            }
            if texts.len() > 1 && !is('h') {
                *out += &crate::text!("{path}:");
            }
            if is('n') {
                *out += &crate::text!("{}:", number + 1);
            }
            out.push_str(line);
            out.push('\n');
        }
    }
    if is('c') {
        *out += &crate::text!("{found}\n");
    }
    Ok(found > 0)
}

/// Whether a pattern of `^`, `$`, `.`, `*` and plain signs is found in a line.
pub(super) fn matches(pattern: &str, line: &str, tries: &mut usize) -> bool {
    *tries = tries.saturating_sub(1 + line.len() / BYTES_A_TRY);
    if *tries == 0 {
        return false;
    }
    if !pattern.contains(['^', '$', '.', '*', '\\']) {
        return line.contains(pattern);
    }
    let (pattern, line): (Vec<char>, Vec<char>) = (
        pattern.chars().take(MOST_SIGNS).collect(),
        line.chars().collect(),
    );
    match pattern.split_first() {
        Some(('^', rest)) => here(rest, &line, tries),
        _ => (0..=line.len()).any(|at| here(&pattern, &line[at..], tries)),
    }
}

fn here(pattern: &[char], line: &[char], tries: &mut usize) -> bool {
    let Some(left) = tries.checked_sub(1) else {
        return false;
    };
    *tries = left;
    let is_one = |sign: char, escaped: bool, it: &char| sign == '.' && !escaped || sign == *it;
    let (sign, escaped, rest) = match *pattern {
        [] => return true,
        ['$'] => return line.is_empty(),
        ['\\', sign, ref rest @ ..] => (sign, true, rest),
        [sign, ref rest @ ..] => (sign, false, rest),
    };
    if let ['*', rest @ ..] = rest {
        let most = line
            .iter()
            .take_while(|it| is_one(sign, escaped, it))
            .count();
        return (0..=most).any(|it| here(rest, &line[it..], tries));
    }
    line.split_first()
        .is_some_and(|(it, line)| is_one(sign, escaped, it) && here(rest, line, tries))
}

/// `s/old/new/` and `s/old/new/g`, of plain text: the text it makes.
pub(crate) fn edited(script: &str, text: &str) -> Result<String, String> {
    let unknown = || format!("sed: only s/OLD/NEW/ and s/OLD/NEW/g are simulated, not {script}\n");
    let mut signs = script.strip_prefix('s').ok_or_else(unknown)?.chars();
    let sign = signs.next().ok_or_else(unknown)?;
    let parts: Vec<&str> = signs.as_str().split(sign).collect();
    let [old, new, flags] = parts[..] else {
        return Err(unknown());
    };
    if old.is_empty() || !["", "g"].contains(&flags) {
        return Err(unknown());
    }
    let most = if flags == "g" { usize::MAX } else { 1 };
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let found = line.matches(old).take(most).count();
        if out.len().saturating_add(found.saturating_mul(new.len())) > MOST_BYTES {
            return Err(format!("sed: {TOO_MUCH}\n"));
        }
        out += &line.replacen(old, new, most);
    }
    Ok(out)
}
