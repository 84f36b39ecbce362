//! Command lines: tables of flags, and pflag's rules and words.
//!
//! A table is text: `name[/short]:type[=value when bare][!]`. Types: b boolean, s string, i integer, d duration,
//! l list (commas split), a list (commas don't). `!` marks what kubectl has and this doesn't.
//!
//! upstream: github.com/spf13/pflag.

use super::failure::Failure;
use crate::kubectl::text::fill;
use crate::value::Text;

/// Flags of every command.
pub(super) const GLOBAL: &str = "as:s as-group:a as-uid:s as-user-extra:a cache-dir:s certificate-authority:s \
client-certificate:s client-key:s cluster:s context:s disable-compression:b help/h:b insecure-skip-tls-verify:b \
kubeconfig:s kuberc:s log-flush-frequency:d match-server-version:b namespace/n:s password:s profile:s \
profile-output:s request-timeout:s server/s:s tls-server-name:s token:s user:s username:s v/v:i vmodule:s \
warnings-as-errors:b";

/// A parsed command line.
#[derive(Clone, Debug, Default)]
pub(super) struct Flags {
    set: Vec<(Text, Text)>,
    /// What is no flag.
    pub args: Vec<Text>,
    /// How many of `args` stood before `--`.
    pub dash: Option<usize>,
}

/// A row of a table.
#[derive(Clone, Copy)]
struct Flag {
    name: &'static str,
    short: &'static str,
    kind: u8,
    /// What it means when no value is given.
    bare: Option<&'static str>,
    is_built: bool,
}

fn rows(table: &'static str) -> impl Iterator<Item = Flag> {
    own(table).chain(own(GLOBAL))
}

fn own(table: &'static str) -> impl Iterator<Item = Flag> {
    table.split(' ').filter_map(|row| {
        let (names, kind) = row.split_once(':')?;
        let (name, short) = names.split_once('/').unwrap_or((names, ""));
        let (kind, is_built) = match kind.strip_suffix('!') {
            Some(kind) => (kind, false),
            None => (kind, true),
        };
        let (kind, bare) = match kind.split_once('=') {
            Some((kind, bare)) => (kind, Some(bare)),
            None => (kind, (kind == "b").then_some("true")),
        };
        Some(Flag {
            name,
            short,
            kind: kind.as_bytes()[0],
            bare,
            is_built,
        })
    })
}

/// The names a table's flags are completed and explained by.
pub(super) fn names(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    own(table)
        .filter(|it| it.is_built)
        .map(|it| (it.name, it.short))
}

/// The long names that are built, those of every command too.
pub(super) fn all(table: &'static str) -> impl Iterator<Item = &'static str> {
    rows(table).filter(|it| it.is_built).map(|it| it.name)
}

/// The long name of a flag that is written so behind its first dash, and whether the next word is its value.
pub(super) fn known(table: &'static str, name: &str) -> Option<(&'static str, bool)> {
    let is_it = |it: &Flag| match name.strip_prefix('-') {
        Some(long) => it.name == long,
        None => it.short == name,
    };
    rows(table)
        .find(is_it)
        .map(|it| (it.name, it.bare.is_none()))
}

impl Flags {
    /// Reads the words after a command.
    pub fn parse(table: &'static str, command: &str, words: &[Text]) -> Result<Self, Failure> {
        let wrong = |text: String| {
            Failure::say("{}\nSee 'kubectl {} --help' for usage.", &[&text, command])
        };
        let mut flags = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                flags.dash = Some(flags.args.len());
                flags.args.extend(words.by_ref().cloned());
            } else if let Some(long) = word.strip_prefix("--") {
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (name, Some(value)),
                    None => (long, None),
                };
                let flag = rows(table)
                    .find(|it| it.name == name)
                    .ok_or_else(|| wrong(["unknown flag: --", name].concat()))?;
                let value = match value.or(flag.bare) {
                    Some(value) => value,
                    None => words
                        .next()
                        .ok_or_else(|| wrong(["flag needs an argument: --", name].concat()))?,
                };
                flags.put(flag, command, value).map_err(wrong)?;
            } else if word.len() > 1 && word.starts_with('-') {
                flags
                    .shorts(table, command, &word[1..], &mut words)
                    .map_err(wrong)?;
            } else {
                flags.args.push(word.clone());
            }
        }
        Ok(flags)
    }

    /// `-it`, `-nweb`, `-n=web`, `-n web`.
    fn shorts<'a>(
        &mut self,
        table: &'static str,
        command: &str,
        letters: &str,
        words: &mut impl Iterator<Item = &'a Text>,
    ) -> Result<(), String> {
        let mut rest = letters;
        while let Some(letter) = rest.chars().next() {
            let (short, after) = rest.split_at(letter.len_utf8());
            let flag = rows(table)
                .find(|it| it.short == short)
                .ok_or_else(|| fill("unknown shorthand flag: '{}' in -{}", &[short, letters]))?;
            if let Some(value) = after.strip_prefix('=') {
                return self.put(flag, command, value);
            }
            rest = match flag.bare {
                Some(value) => {
                    self.put(flag, command, value)?;
                    after
                }
                None if !after.is_empty() => return self.put(flag, command, after),
                None => {
                    let value = words.next().ok_or_else(|| {
                        fill("flag needs an argument: '{}' in -{}", &[short, letters])
                    })?;
                    return self.put(flag, command, value);
                }
            };
        }
        Ok(())
    }

    fn put(&mut self, flag: Flag, command: &str, value: &str) -> Result<(), String> {
        let value: Text = match check(flag.kind, value) {
            Ok(value) => value.into(),
            Err(why) => {
                let short = if flag.short.is_empty() {
                    String::new()
                } else {
                    fill("-{}, ", &[flag.short])
                };
                return Err(fill(
                    "invalid argument \"{}\" for \"{}--{}\" flag: {}",
                    &[value, &short, flag.name, &why],
                ));
            }
        };
        if !flag.is_built {
            return Err(fill(
                "flag --{} of kubectl {} is not simulated yet",
                &[flag.name, command],
            ));
        }
        if flag.kind == b'l' {
            let values = value.split(',').map(|it| (flag.name.into(), it.into()));
            self.set.extend(values);
        } else {
            if flag.kind != b'a' {
                self.set.retain(|it| it.0 != flag.name);
            }
            self.set.push((flag.name.into(), value));
        }
        Ok(())
    }

    /// As if that flag had not been given.
    pub fn without(&self, name: &str) -> Self {
        let mut flags = self.clone();
        flags.set.retain(|it| it.0 != name);
        flags
    }

    /// Whether the flag was given.
    pub fn has(&self, name: &str) -> bool {
        self.set.iter().any(|it| it.0 == name)
    }

    /// Whether a boolean is true.
    pub fn is(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    /// Whether a boolean that is true by default still is.
    pub fn is_not_off(&self, name: &str) -> bool {
        self.text(name) != "false"
    }

    /// The value, or `""`.
    pub fn text(&self, name: &str) -> &str {
        self.set
            .iter()
            .find(|it| it.0 == name)
            .map_or("", |it| &it.1)
    }

    /// All values.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Text> {
        self.set
            .iter()
            .filter(move |it| it.0 == name)
            .map(|it| &it.1)
    }

    /// The integer.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.text(name).parse().ok()
    }

    /// The duration, in milliseconds.
    pub fn ms(&self, name: &str) -> Option<i64> {
        duration_ms(self.text(name)).ok()
    }
}

/// The value as it is kept, or why it is none of that type.
fn check(kind: u8, value: &str) -> Result<&str, String> {
    match kind {
        b'b' => match value {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok("true"),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok("false"),
            _ => Err(fill(
                "strconv.ParseBool: parsing \"{}\": invalid syntax",
                &[value],
            )),
        },
        b'i' => match value.parse::<i64>() {
            Ok(_) => Ok(value),
            Err(_) => Err(fill(
                "strconv.ParseInt: parsing \"{}\": invalid syntax",
                &[value],
            )),
        },
        b'd' => duration_ms(value).map(|_| value),
        _ => Ok(value),
    }
}

/// A duration in Go's notation: `1m30s`, `500ms`, `0`.
///
/// upstream: time.ParseDuration.
pub(super) fn duration_ms(text: &str) -> Result<i64, String> {
    let invalid = || fill("time: invalid duration \"{}\"", &[text]);
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut ns = 0_i64;
    while !rest.is_empty() {
        let digits = rest
            .find(|it: char| !it.is_ascii_digit() && it != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let unit = after
            .find(|it: char| it.is_ascii_digit() || it == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let unit_ns = match unit {
            "h" => 3_600_000_000_000,
            "m" => 60_000_000_000,
            "s" => 1_000_000_000,
            "ms" => 1_000_000,
            "us" | "µs" => 1000,
            "ns" => 1,
            "" => return Err(fill("time: missing unit in duration \"{}\"", &[text])),
            _ => {
                return Err(fill(
                    "time: unknown unit \"{}\" in duration \"{}\"",
                    &[unit, text],
                ));
            }
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let mut part = unit_ns;
        ns = fraction.bytes().fold(ns, |sum, digit| {
            part /= 10;
            sum.saturating_add(part * i64::from(digit.saturating_sub(b'0')))
        });
        let whole = whole.bytes().fold(0_i64, |sum, digit| {
            sum.saturating_mul(10)
                .saturating_add(i64::from(digit.saturating_sub(b'0')))
        });
        ns = ns.saturating_add(whole.saturating_mul(unit_ns));
        rest = after;
    }
    Ok(sign * (ns / 1_000_000))
}
