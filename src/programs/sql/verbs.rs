//! What the statements do, but for `SELECT`.

use super::reader::{Condition, Reader};
use super::tokens::{Kind, Statement};
use super::{Column, Failure, Kept, MOST_PARTS, OWN, Row, Server, TABLE, Table, fail, fits, place};
use crate::programs::Disk;
use crate::sort;
use crate::time::Time;
use crate::value::Text;

impl Server<'_> {
    /// Runs a statement of that text: what it found, if it looks.
    pub(in crate::programs) fn run(
        &mut self,
        statement: &Statement,
        text: &str,
        database: &mut Text,
        now: Time,
    ) -> Result<Option<Table>, Failure> {
        self.changed(0, "");
        let mut reader = Reader {
            server: self,
            statement,
            text,
            at: 0,
            database,
            now,
        };
        let first = statement
            .tokens
            .first()
            .map_or(Text::new(), |it| it.text.to_uppercase());
        reader.at = 1;
        match first.as_str() {
            "SELECT" => reader.select().map(Some),
            "SHOW" => reader.show().map(Some),
            "USE" => {
                let name = reader.name()?;
                reader.server.choose(&name)?;
                *reader.database = name;
                reader.server.said = "Database changed\n".into();
                reader.end().map(|()| None)
            }
            "CREATE" | "DROP" | "INSERT" | "UPDATE" | "DELETE" | "TRUNCATE" => {
                if reader.server.is_read_only {
                    let text = "The MySQL server is running with the --super-read-only option so it cannot execute this statement";
                    return fail(1290, "HY000", text.into());
                }
                match first.as_str() {
                    "CREATE" => reader.create(),
                    "DROP" => reader.drop(),
                    "INSERT" => reader.insert(),
                    _ => reader.change(&first),
                }
                .map(|()| None)
            }
            "ALTER" | "SET" | "GRANT" | "REVOKE" | "EXPLAIN" | "DESCRIBE" | "DESC" | "BEGIN"
            | "COMMIT" | "ROLLBACK" | "START" | "STOP" | "CHANGE" | "CALL" | "LOCK" | "UNLOCK"
            | "FLUSH" | "RENAME" | "REPLACE" | "ANALYZE" | "LOAD" | "WITH" | "RESET" | "KILL" => {
                fail(0, "", crate::text!("{first} is not simulated"))
            }
            _ => {
                let near = reader.near(0);
                let text = "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near";
                fail(1064, "42000", crate::text!("{text} '{near}' at line 1"))
            }
        }
    }
}

impl Reader<'_, '_> {
    /// `CREATE DATABASE` and `CREATE TABLE`.
    fn create(&mut self) -> Result<(), Failure> {
        if self.word("DATABASE") || self.word("SCHEMA") {
            let may_exist = self.word("IF NOT EXISTS");
            let name = self.name()?;
            if self.server.has(&name) {
                let text = crate::text!("Can't create database '{name}'; database exists");
                return if may_exist {
                    Ok(())
                } else {
                    fail(1007, "HY000", text)
                };
            }
            self.server.changed(1, "");
            let disk = Disk(&self.server.there);
            let made = disk
                .make(super::DATA)
                .and_then(|()| disk.make(&place(&name, "")));
            return made.or_else(|why| {
                let text = crate::text!("Can't create database '{name}' ({why})");
                fail(1006, "HY000", text)
            });
        }
        if !self.word("TABLE") {
            return self.lost();
        }
        let may_exist = self.word("IF NOT EXISTS");
        let (database, name) = self.table()?;
        self.need("(")?;
        let mut columns = Vec::new();
        loop {
            let is_key = [
                "PRIMARY",
                "KEY",
                "INDEX",
                "UNIQUE",
                "CONSTRAINT",
                "FOREIGN",
                "CHECK",
            ];
            let is_key = is_key.iter().any(|it| self.word(it));
            let name = if is_key { Text::new() } else { self.name()? };
            let kind = self.rest_of_column();
            if !is_key {
                columns.push(Column { name, kind });
            }
            if !self.sign(",") {
                break;
            }
        }
        self.need(")")?;
        fits(columns.len(), 0, &name)?;
        // Engines, character sets and comments change nothing here.
        let path = place(&database, &name);
        if Disk(&self.server.there).read(&path).is_some() {
            let text = crate::text!("Table '{name}' already exists");
            return if may_exist {
                Ok(())
            } else {
                fail(1050, "42S01", text)
            };
        }
        self.server.close(&Kept {
            path,
            columns,
            rows: Vec::new(),
        })
    }

    /// A column's type and what follows, up to its comma.
    fn rest_of_column(&mut self) -> Text {
        let (mut depth, mut kind) = (0, Text::new());
        while let Some(it) = self.token() {
            match it.text.as_str() {
                "," | ")" if depth == 0 => break,
                "(" => depth += 1,
                ")" => depth -= 1,
                word if it.kind == Kind::Word && depth == 0 && kind.len() < MOST_PARTS => {
                    kind = crate::text!(
                        "{kind}{}{}",
                        if kind.is_empty() { "" } else { " " },
                        word.to_uppercase()
                    );
                }
                _ => {}
            }
            self.at += 1;
        }
        kind
    }

    fn drop(&mut self) -> Result<(), Failure> {
        let is_table = self.word("TABLE");
        if !is_table && !self.word("DATABASE") && !self.word("SCHEMA") {
            return self.lost();
        }
        let may_be_gone = self.word("IF EXISTS");
        let (database, name) = if is_table {
            self.table()?
        } else {
            (self.name()?, Text::new())
        };
        self.end()?;
        let (path, disk) = (place(&database, &name), Disk(&self.server.there));
        let is_there = if is_table {
            disk.read(&path).is_some()
        } else {
            disk.is_folder(&path)
        };
        if is_there {
            if !is_table && *self.database == database {
                self.database.clear();
            }
            let text = |why| {
                Failure::new(
                    1010,
                    "HY000",
                    crate::text!("Error dropping database ({why})"),
                )
            };
            return disk.remove(&path).map_err(text);
        }
        match is_table {
            _ if may_be_gone => Ok(()),
            true => fail(
                1051,
                "42S02",
                crate::text!("Unknown table '{database}.{name}'"),
            ),
            false => {
                let text = crate::text!("Can't drop database '{database}'; database doesn't exist");
                fail(1008, "HY000", text)
            }
        }
    }

    fn insert(&mut self) -> Result<(), Failure> {
        self.word("INTO");
        let (database, name) = self.table()?;
        let mut table = self.server.open(&database, &name)?;
        let mut places: Vec<usize> = (0..table.columns.len()).collect();
        if self.sign("(") {
            places.clear();
            while !self.sign(")") {
                let name = self.name()?;
                places.push(column(&table, &name, "field list")?);
                if places.len() > table.columns.len() {
                    return self.lost();
                }
                self.sign(",");
            }
        }
        if !self.word("VALUES") && !self.word("VALUE") {
            return self.lost();
        }
        let before = table.rows.len();
        let counters = table.columns.iter().enumerate().filter(|it| it.1.counts());
        let mut counters: Vec<(usize, i64)> = counters
            .map(|(at, _)| {
                let cells = table.rows.iter().filter_map(|it| it[at].as_ref());
                let numbers = cells.filter_map(|it| it.parse().ok());
                (at, numbers.max().unwrap_or_default())
            })
            .collect();
        loop {
            self.need("(")?;
            let mut values = Row::new();
            while !self.sign(")") {
                values.push(self.some_value()?);
                if !self.sign(",") {
                    self.need(")")?;
                    break;
                }
            }
            if values.len() != places.len() {
                let at = table.rows.len() - before + 1;
                let text = crate::text!("Column count doesn't match value count at row {at}");
                return fail(1136, "21S01", text);
            }
            let mut row: Row = vec![None; table.columns.len()];
            for (at, value) in places.iter().zip(values) {
                row[*at] = value;
            }
            for (at, last) in &mut counters {
                match &row[*at] {
                    Some(given) => *last = given.parse().map_or(*last, |it| (*last).max(it)),
                    None => {
                        *last = last.saturating_add(1);
                        row[*at] = Some(crate::text!("{last}"));
                    }
                }
            }
            table.rows.push(row);
            fits(table.columns.len(), table.rows.len(), &name)?;
            if !self.sign(",") {
                break;
            }
        }
        self.end()?;
        let rows = table.rows.len() - before;
        let records = format!("Records: {rows}  Duplicates: 0  Warnings: 0\n");
        self.server
            .changed(rows, if rows > 1 { &records } else { "" });
        self.server.close(&table)
    }

    /// `UPDATE`, `DELETE` and `TRUNCATE`.
    fn change(&mut self, verb: &str) -> Result<(), Failure> {
        if verb == "DELETE" && !self.word("FROM") {
            return self.lost();
        }
        if verb == "TRUNCATE" {
            self.word("TABLE");
        }
        let (database, name) = self.table()?;
        let mut table = self.server.open(&database, &name)?;
        let mut set = Vec::new();
        if verb == "UPDATE" {
            if !self.word("SET") {
                return self.lost();
            }
            loop {
                let name = self.name()?;
                let at = column(&table, &name, "field list")?;
                self.need("=")?;
                set.push((at, self.some_value()?));
                if !self.sign(",") {
                    break;
                }
                if set.len() >= MOST_PARTS {
                    return self.lost();
                }
            }
        }
        let conditions = self.conditions(&table)?;
        self.end()?;
        let holds = |row: &Row| {
            conditions
                .iter()
                .all(|(at, it)| it.holds(row.get(*at).and_then(Option::as_ref)))
        };
        if verb == "UPDATE" {
            let (mut matched, mut changed) = (0, 0);
            for row in table.rows.iter_mut().filter(|it| holds(it)) {
                matched += 1;
                changed += usize::from(set.iter().any(|(at, value)| row[*at] != *value));
                for (at, value) in &set {
                    row[*at].clone_from(value);
                }
            }
            let note = format!("Rows matched: {matched}  Changed: {changed}  Warnings: 0\n");
            self.server.changed(changed, &note);
        } else {
            let before = table.rows.len();
            table.rows.retain(|it| !holds(it));
            if verb == "DELETE" {
                self.server.changed(before - table.rows.len(), "");
            }
        }
        self.server.close(&table)
    }

    /// Whether a value stands here that no column could be.
    fn is_constant(&self) -> bool {
        let words = ["TRUE", "FALSE", "NULL"];
        self.token().is_some_and(|it| match it.kind {
            Kind::Quoted => true,
            Kind::Sign => it.text == "-",
            Kind::Name => false,
            Kind::Word => {
                it.text
                    .starts_with(|it: char| it == '@' || it.is_ascii_digit())
                    || words.iter().any(|word| it.text.eq_ignore_ascii_case(word))
            }
        })
    }

    /// `WHERE a = 1 AND b > 2`, with the place of each column; what holds for every row is left out.
    pub(super) fn conditions(&mut self, table: &Kept) -> Result<Vec<(usize, Condition)>, Failure> {
        let mut found = Vec::new();
        if !self.word("WHERE") {
            return Ok(found);
        }
        loop {
            let constant = if self.is_constant() {
                self.value()?
            } else {
                None
            };
            let at = match &constant {
                Some(_) => 0,
                None => {
                    let name = self.name()?;
                    column(table, &name, "where clause")?
                }
            };
            let operator = if self.word("IS NOT") {
                "IS NOT".into()
            } else if self.word("IS") {
                "IS".into()
            } else {
                let known = ["=", "<", ">", "<=", ">=", "<>", "!="];
                match known.into_iter().find(|it| self.sign(it)) {
                    Some(it) => it.into(),
                    // A value by itself holds where it is not zero.
                    None if constant.is_some() => Text::new(),
                    None => return self.lost(),
                }
            };
            let value = if operator.is_empty() {
                Some("0".into())
            } else {
                self.some_value()?
            };
            let condition = Condition::new(operator, value);
            match constant {
                None => found.push((at, condition)),
                Some((constant, _)) if condition.holds(constant.as_ref()) => {}
                Some(_) => found.push((0, Condition::new("=".into(), None))),
            }
            if !self.word("AND") {
                return Ok(found);
            }
            if found.len() >= MOST_PARTS {
                return self.lost();
            }
        }
    }

    fn show(&mut self) -> Result<Table, Failure> {
        let one = |name: Text, mut rows: Vec<Text>| {
            sort::by(&mut rows, Ord::cmp);
            let rows = rows.into_iter().map(|it| vec![Some(it)]).collect();
            Table {
                names: vec![name],
                are_numbers: vec![false],
                rows,
            }
        };
        if self.word("DATABASES") || self.word("SCHEMAS") {
            self.end()?;
            let mut all = self.server.databases();
            all.extend(OWN.map(Text::from));
            sort::by(&mut all, Ord::cmp);
            all.dedup();
            return Ok(one("Database".into(), all));
        }
        if !self.word("TABLES") {
            return self.lost();
        }
        if self.word("FROM") || self.word("IN") {
            let name = self.name()?;
            self.server.choose(&name)?;
            *self.database = name;
        }
        self.end()?;
        if self.database.is_empty() {
            return fail(1046, "3D000", "No database selected".into());
        }
        let files = Disk(&self.server.there).list(&place(self.database, ""));
        let tables = files
            .iter()
            .filter_map(|it| it.strip_suffix(TABLE))
            .map(Text::from);
        Ok(one(
            crate::text!("Tables_in_{}", self.database),
            tables.collect(),
        ))
    }
}

/// Where the column of that name stands.
pub(super) fn column(table: &Kept, name: &str, clause: &str) -> Result<usize, Failure> {
    let is_it = |it: &Column| it.name.eq_ignore_ascii_case(name);
    match table.columns.iter().position(is_it) {
        Some(at) => Ok(at),
        None => fail(
            1054,
            "42S22",
            crate::text!("Unknown column '{name}' in '{clause}'"),
        ),
    }
}
