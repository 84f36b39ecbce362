//! `SELECT`: what it lists, and of which rows.

use core::cmp::Ordering;

use super::reader::{Item, Reader};
use super::tokens::Kind;
use super::verbs::column;
use super::{Failure, Kept, Row, Table, fail, fits};
use crate::sort;
use crate::value::Text;

impl Reader<'_, '_> {
    /// One of the things a SELECT lists, and what it is called.
    fn item(&mut self) -> Result<(Text, Item), Failure> {
        let from = self.at;
        let is_name = |it: &super::tokens::Token| matches!(it.kind, Kind::Word | Kind::Name);
        let item = if self.sign("*") {
            Item::All
        } else if self.word("COUNT") {
            self.need("(")?;
            self.need("*")?;
            self.need(")")?;
            Item::Count
        } else if let Some((value, is_number)) = self.value()? {
            Item::Value(value, is_number)
        } else {
            Item::Column(self.name()?)
        };
        let tokens = &self.statement.tokens;
        let mut name: Text = self.text[tokens[from].from..tokens[self.at - 1].to].into();
        match &item {
            Item::Column(it) => name = it.clone(),
            Item::Value(..) if tokens[from].kind == Kind::Quoted => {
                name = tokens[from].text.clone();
            }
            Item::Value(..) | Item::Count | Item::All => {}
        }
        let ends = ["FROM", "WHERE", "ORDER", "LIMIT", "GROUP", "INTO", "UNION"];
        let is_end = |it: &Text| ends.iter().any(|end| it.eq_ignore_ascii_case(end));
        if self.word("AS")
            || self
                .token()
                .is_some_and(|it| is_name(it) && !is_end(&it.text))
        {
            name = self.name()?;
        }
        Ok((name, item))
    }

    pub(super) fn select(&mut self) -> Result<Table, Failure> {
        let mut items = vec![self.item()?];
        while self.sign(",") {
            items.push(self.item()?);
            fits(items.len(), 0, "")?;
        }
        let mut table = Kept {
            path: Text::new(),
            columns: Vec::new(),
            rows: vec![Row::new()],
        };
        if self.word("FROM") {
            let (database, name) = self.table()?;
            table = self.server.open(&database, &name)?;
        } else if items.iter().any(|it| matches!(it.1, Item::All)) {
            return fail(1096, "HY000", "No tables used".into());
        }
        let conditions = self.conditions(&table)?;
        let holds = |row: &Row| {
            conditions
                .iter()
                .all(|(at, it)| it.holds(row.get(*at).and_then(Option::as_ref)))
        };
        table.rows.retain(holds);
        if self.word("ORDER BY") {
            let name = self.name()?;
            let at = column(&table, &name, "order clause")?;
            let is_number = table.columns[at].is_number();
            let number = |it: &Row| it[at].as_ref().and_then(|it| it.parse::<i64>().ok());
            let compare = |a: &Row, b: &Row| {
                if is_number {
                    number(a).cmp(&number(b))
                } else {
                    a[at].cmp(&b[at])
                }
            };
            let is_down = self.word("DESC");
            self.word("ASC");
            let turned = |it: Ordering| if is_down { it.reverse() } else { it };
            sort::by(&mut table.rows, |a, b| turned(compare(a, b)));
        }
        if self.word("LIMIT") {
            let most = self.some_value()?.and_then(|it| it.parse().ok());
            let Some(most) = most else { return self.lost() };
            table.rows.truncate(most);
        }
        self.end()?;
        shown(&table, &items)
    }
}

/// The listed things of every row; counted, they are one row.
fn shown(table: &Kept, items: &[(Text, Item)]) -> Result<Table, Failure> {
    /// What stands in a column of the result.
    enum Source {
        Cell(usize),
        Value(Option<Text>),
    }
    let mut result = Table::default();
    let mut sources = Vec::new();
    let mut is_count = false;
    for (name, item) in items {
        fits(sources.len(), 0, "")?;
        let mut add = |name: &Text, is_number: bool, source: Source| {
            result.names.push(name.clone());
            result.are_numbers.push(is_number);
            sources.push(source);
        };
        match item {
            Item::All => {
                for (at, it) in table.columns.iter().enumerate() {
                    add(&it.name, it.is_number(), Source::Cell(at));
                }
            }
            Item::Column(of) => {
                let at = column(table, of, "field list")?;
                add(name, table.columns[at].is_number(), Source::Cell(at));
            }
            Item::Value(value, is_number) => add(name, *is_number, Source::Value(value.clone())),
            Item::Count => {
                is_count = true;
                let count = Some(crate::text!("{}", table.rows.len()));
                add(name, true, Source::Value(count));
            }
        }
    }
    fits(sources.len(), table.rows.len(), "(temporary)")?;
    let cells = |row: &Row| {
        let all = sources.iter().map(|it| match it {
            Source::Cell(at) => row.get(*at).cloned().flatten(),
            Source::Value(value) => value.clone(),
        });
        all.collect()
    };
    result.rows = if is_count {
        vec![cells(table.rows.first().unwrap_or(&Row::new()))]
    } else {
        table.rows.iter().map(cells).collect()
    };
    Ok(result)
}
