//! How a statement is read, word by word; and values that need no table.

use super::tokens::{Kind, Statement, Token};
use super::{Failure, Server, fail};
use crate::programs::mysql::PORT;
use crate::time::Time;
use crate::value::Text;

/// The most signs that an error quotes.
const MOST_QUOTED: usize = 80;

/// What stands in a SELECT's list.
pub(super) enum Item {
    Column(Text),
    Value(Option<Text>, bool),
    Count,
    All,
}

/// `OP value`, which a column is compared with.
pub(super) struct Condition {
    operator: Text,
    /// In small letters, as case makes no difference.
    value: Option<Text>,
    number: Option<i64>,
}

impl Condition {
    pub(super) fn new(operator: Text, value: Option<Text>) -> Self {
        Self {
            operator,
            number: value.as_ref().and_then(|it| it.trim().parse().ok()),
            value: value.map(|it| it.to_lowercase()),
        }
    }

    pub(super) fn holds(&self, cell: Option<&Text>) -> bool {
        let (Some(cell), Some(value)) = (cell, &self.value) else {
            let is_null = cell.is_none() && self.value.is_none();
            return match self.operator.as_str() {
                "IS" => is_null,
                "IS NOT" => !is_null,
                _ => false,
            };
        };
        let order = match (cell.trim().parse::<i64>(), self.number) {
            (Ok(cell), Some(number)) => cell.cmp(&number),
            _ => cell.to_lowercase().cmp(value),
        };
        match self.operator.as_str() {
            "=" | "IS" => order.is_eq(),
            "<" => order.is_lt(),
            ">" => order.is_gt(),
            "<=" => order.is_le(),
            ">=" => order.is_ge(),
            _ => order.is_ne(),
        }
    }
}

/// A statement that is being read and run.
pub(super) struct Reader<'a, 's> {
    pub server: &'a mut Server<'s>,
    pub statement: &'a Statement,
    pub text: &'a str,
    pub at: usize,
    pub database: &'a mut Text,
    pub now: Time,
}

impl Reader<'_, '_> {
    pub(super) fn token(&self) -> Option<&Token> {
        self.statement.tokens.get(self.at)
    }

    pub(super) fn near(&self, at: usize) -> String {
        let from = self
            .statement
            .tokens
            .get(at)
            .map_or(self.statement.end, |it| it.from);
        self.text[from..self.statement.end]
            .chars()
            .take(MOST_QUOTED)
            .collect()
    }

    /// What stands here is wrong, or valid SQL that this reader does not know.
    pub(super) fn lost<T>(&self) -> Result<T, Failure> {
        let near = self.near(self.at);
        fail(
            0,
            "",
            crate::text!("a mistake, or SQL that is not simulated, near '{near}'"),
        )
    }

    pub(super) fn end(&self) -> Result<(), Failure> {
        if self.token().is_none() {
            Ok(())
        } else {
            self.lost()
        }
    }

    /// Takes words, if all of them stand here.
    pub(super) fn word(&mut self, words: &str) -> bool {
        let count = words.split(' ').count();
        let here = self.statement.tokens.get(self.at..self.at + count);
        let mut pairs = here.into_iter().flatten().zip(words.split(' '));
        let is_here = here.is_some()
            && pairs.all(|(it, word)| it.kind == Kind::Word && it.text.eq_ignore_ascii_case(word));
        self.at += if is_here { count } else { 0 };
        is_here
    }

    pub(super) fn sign(&mut self, sign: &str) -> bool {
        let is_here = self
            .token()
            .is_some_and(|it| it.kind == Kind::Sign && it.text == sign);
        self.at += usize::from(is_here);
        is_here
    }

    pub(super) fn need(&mut self, sign: &str) -> Result<(), Failure> {
        if self.sign(sign) { Ok(()) } else { self.lost() }
    }

    pub(super) fn name(&mut self) -> Result<Text, Failure> {
        match self
            .token()
            .filter(|it| matches!(it.kind, Kind::Word | Kind::Name))
        {
            Some(it) => {
                let name = it.text.clone();
                self.at += 1;
                Ok(name)
            }
            None => self.lost(),
        }
    }

    /// `table`, or `database.table`.
    pub(super) fn table(&mut self) -> Result<(Text, Text), Failure> {
        let first = self.name()?;
        if self.sign(".") {
            self.server.choose(&first)?;
            return Ok((first, self.name()?));
        }
        if self.database.is_empty() {
            return fail(1046, "3D000", "No database selected".into());
        }
        Ok((self.database.clone(), first))
    }

    /// A value that needs no table, and whether it is a number; nothing if none stands here.
    pub(super) fn value(&mut self) -> Result<Option<(Option<Text>, bool)>, Failure> {
        let Some(token) = self.token().cloned() else {
            return Ok(None);
        };
        let upper = token.text.to_uppercase();
        let calls = [
            ("NOW", self.now.rfc3339().replace('T', " ").replace('Z', "")),
            ("VERSION", self.server.version.to_string()),
            ("DATABASE", self.database.to_string()),
        ];
        let called = calls.into_iter().find(|it| it.0 == upper);
        let is_sign = token.kind == Kind::Sign;
        let found = if token.kind == Kind::Quoted {
            (Some(token.text), false)
        } else if is_sign && token.text == "-" || upper.starts_with(|it: char| it.is_ascii_digit())
        {
            self.at += usize::from(is_sign);
            let minus = if is_sign { "-" } else { "" };
            let digits = self.token().map_or("", |it| it.text.as_str());
            if digits.parse::<f64>().is_err() {
                return self.lost();
            }
            (Some(crate::text!("{minus}{digits}")), true)
        } else if let Some(name) = upper.strip_prefix("@@") {
            let name = name.to_lowercase();
            let is_read_only = u8::from(self.server.is_read_only).to_string();
            let (text, is_number) = match name.as_str() {
                "server_id" => (self.server.id.to_string(), true),
                "hostname" => (self.server.there.pod.name().into(), false),
                "version" => (self.server.version.to_string(), false),
                "port" => (PORT.to_string(), true),
                "read_only" | "super_read_only" => (is_read_only, true),
                _ => {
                    return fail(
                        1193,
                        "HY000",
                        crate::text!("Unknown system variable '{name}'"),
                    );
                }
            };
            (Some(text.into()), is_number)
        } else if token.kind == Kind::Word && upper == "NULL" {
            (None, false)
        } else if token.kind == Kind::Word && matches!(upper.as_str(), "TRUE" | "FALSE") {
            (Some(if upper == "TRUE" { "1" } else { "0" }.into()), true)
        } else if let Some((_, text)) = called {
            self.at += 1;
            self.need("(")?;
            self.need(")")?;
            return Ok(Some((
                Some(text.into()).filter(|it: &Text| !it.is_empty()),
                false,
            )));
        } else {
            return Ok(None);
        };
        self.at += 1;
        Ok(Some(found))
    }

    pub(super) fn some_value(&mut self) -> Result<Option<Text>, Failure> {
        match self.value()? {
            Some((value, _)) => Ok(value),
            None => self.lost(),
        }
    }
}
