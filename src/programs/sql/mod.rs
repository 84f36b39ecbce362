//! A small reader of SQL, and the tables it works on: files of a server's data folder.
//!
//! CREATE, DROP, USE, SHOW, INSERT, SELECT of one table or of none, UPDATE, DELETE, TRUNCATE; conditions compare a column
//! with a value. A table's file has its columns in the first line, then a row a line, parted by tabs.
//! Left out: keys (but `AUTO_INCREMENT`), joins, grouping, expressions, transactions; lengths and types are not checked.
//!
//! upstream: share/errmsg-utf8.txt of `MySQL` 5.7 for the errors.

mod reader;
mod select;
mod tokens;
mod verbs;

use super::{Container, Disk};
use crate::value::Text;
pub(super) use tokens::statements;

/// Where a server keeps its data.
const DATA: &str = "/var/lib/mysql";
/// How a table's file is called behind its name.
const TABLE: &str = ".ibd";
/// The most cells of a table or of what is found, and the most columns of either.
const MOST_CELLS: usize = 1 << 20;
const MOST_COLUMNS: usize = 4096;
/// The most conditions, and the most columns that are set.
const MOST_PARTS: usize = 64;
/// The databases that a server brings along.
const OWN: [&str; 4] = ["information_schema", "mysql", "performance_schema", "sys"];

/// Why a statement failed: by `MySQL`'s number, or 0 where it is ours.
#[derive(Debug)]
pub(super) struct Failure {
    pub code: u16,
    state: &'static str,
    pub text: Text,
}

impl Failure {
    pub(super) fn new(code: u16, state: &'static str, text: Text) -> Self {
        Self { code, state, text }
    }

    /// What the client prints of it, which has sent a statement that began in that line.
    pub(super) fn line(&self, line: Option<usize>) -> String {
        let (code, text) = (self.code, &self.text);
        match line {
            _ if code == 0 => format!("mysql: {text}\n"),
            Some(line) => format!("ERROR {code} ({}) at line {line}: {text}\n", self.state),
            None => format!("ERROR {code} ({}): {text}\n", self.state),
        }
    }
}

fn fail<T>(code: u16, state: &'static str, text: Text) -> Result<T, Failure> {
    Err(Failure::new(code, state, text))
}

/// What a query found.
#[derive(Default)]
pub(super) struct Table {
    pub names: Vec<Text>,
    /// Of each column: whether it stands to the right.
    pub are_numbers: Vec<bool>,
    pub rows: Vec<Row>,
}

/// The cells of a row; nothing for NULL.
type Row = Vec<Option<Text>>;

/// A server and its place in its set.
pub(super) struct Server<'a> {
    pub there: Container<'a>,
    pub is_read_only: bool,
    /// Who gets what is written here.
    pub followers: Vec<Container<'a>>,
    /// Whose data it has.
    pub first: Option<Container<'a>>,
    pub id: u64,
    pub version: Text,
    /// What a client at its prompt says of the last statement, unless that found something.
    pub said: Text,
    /// How many bytes it has read and written.
    pub handled: usize,
}

/// A table as it is kept.
struct Kept {
    path: Text,
    columns: Vec<Column>,
    rows: Vec<Row>,
}

struct Column {
    name: Text,
    /// Its type and what follows, in capitals.
    kind: Text,
}

impl Column {
    fn is_number(&self) -> bool {
        let kinds = [
            "INT",
            "BIGINT",
            "SMALLINT",
            "TINYINT",
            "MEDIUMINT",
            "DECIMAL",
            "NUMERIC",
            "FLOAT",
            "DOUBLE",
            "BOOL",
            "SERIAL",
        ];
        kinds.iter().any(|it| self.kind.starts_with(it))
    }

    fn counts(&self) -> bool {
        self.kind.contains("AUTO_INCREMENT") || self.kind.starts_with("SERIAL")
    }
}

impl Server<'_> {
    /// Brings what the first member has.
    pub(super) fn follow(&mut self) {
        if let Some(first) = self.first {
            self.handled += copy(Disk(&first), Disk(&self.there));
        }
    }

    /// Hands on what has been written.
    pub(super) fn lead(&mut self) {
        for it in &self.followers {
            self.handled += copy(Disk(&self.there), Disk(it));
        }
    }

    /// A statement has changed so many rows.
    fn changed(&mut self, rows: usize, note: &str) {
        let rows = super::mysql::counted(rows);
        self.said = crate::text!("Query OK, {rows} affected (0.00 sec)\n{note}\n");
    }

    fn has(&self, database: &str) -> bool {
        OWN.contains(&database) || self.databases().iter().any(|it| it == database)
    }

    fn databases(&self) -> Vec<Text> {
        folders(Disk(&self.there))
    }

    /// Takes a database as the one that is meant; none is meant by an empty name.
    pub(super) fn choose(&self, database: &str) -> Result<(), Failure> {
        if database.is_empty() || self.has(database) {
            return Ok(());
        }
        fail(1049, "42000", crate::text!("Unknown database '{database}'"))
    }

    fn write(&mut self, path: &str, text: Text) -> Result<(), Failure> {
        self.handled += text.len();
        let full = |why| {
            Failure::new(
                1030,
                "HY000",
                crate::text!("Got error from storage engine: {why}"),
            )
        };
        Disk(&self.there).write(path, text).map_err(full)
    }

    fn open(&mut self, database: &str, table: &str) -> Result<Kept, Failure> {
        let path = place(database, table);
        let Some(text) = Disk(&self.there).read(&path) else {
            let text = crate::text!("Table '{database}.{table}' doesn't exist");
            return fail(1146, "42S02", text);
        };
        self.handled += text.len();
        let mut lines = text.lines();
        let head = lines.next().unwrap_or_default().split('\t');
        let columns = head.map(|it| it.split_once(' ').unwrap_or((it, "")));
        let columns = columns.map(|(name, kind)| Column {
            name: name.into(),
            kind: kind.into(),
        });
        let cell = |it: &str| (it != "\\N").then(|| plain(it));
        let columns: Vec<Column> = columns.collect();
        let lines: Vec<&str> = lines.collect();
        fits(columns.len(), lines.len(), table)?;
        let rows = lines.iter().map(|it| {
            let mut row: Row = it.split('\t').map(cell).collect();
            row.resize(columns.len(), None);
            row
        });
        Ok(Kept {
            rows: rows.collect(),
            columns,
            path,
        })
    }

    fn close(&mut self, table: &Kept) -> Result<(), Failure> {
        let head = table
            .columns
            .iter()
            .map(|it| [&it.name, " ", &it.kind].concat());
        let mut lines = vec![head.collect::<Vec<_>>().join("\t")];
        for row in &table.rows {
            let cells = row
                .iter()
                .map(|it| it.as_ref().map_or("\\N".into(), |it| escaped(it)));
            lines.push(cells.collect::<Vec<_>>().join("\t"));
        }
        self.write(&table.path, (lines.join("\n") + "\n").into())
    }
}

/// The folder of a database, or the file of a table in it.
fn place(database: &str, table: &str) -> Text {
    let file = |it: &str| it.replace('/', "@002f").replace('.', "@002e");
    if table.is_empty() {
        crate::text!("{DATA}/{}", file(database))
    } else {
        crate::text!("{DATA}/{}/{}{TABLE}", file(database), file(table))
    }
}

fn folders(disk: Disk<'_>) -> Vec<Text> {
    let all = disk.list(DATA).into_iter();
    all.filter(|it| disk.is_folder(&crate::text!("{DATA}/{it}")))
        .collect()
}

/// Makes the databases of one server those of another; how many bytes that are.
// What cannot be written is missing there, as behind a server that could not follow.
fn copy(from: Disk<'_>, to: Disk<'_>) -> usize {
    let mut bytes = 0;
    let all = folders(from);
    for it in folders(to).iter().filter(|it| !all.contains(it)) {
        let _ = to.remove(&crate::text!("{DATA}/{it}"));
    }
    let _ = to.make(DATA);
    for folder in all {
        let folder = crate::text!("{DATA}/{folder}");
        if !to.is_folder(&folder) {
            let _ = to.make(&folder);
        }
        let files = from.list(&folder);
        for it in to.list(&folder) {
            if files.binary_search(&it).is_err() {
                let _ = to.remove(&crate::text!("{folder}/{it}"));
            }
        }
        for file in files {
            let path = crate::text!("{folder}/{file}");
            let text = from.read(&path).unwrap_or_default();
            bytes += text.len() + path.len();
            if to.read(&path).as_ref() != Some(&text) {
                let _ = to.write(&path, text);
            }
        }
    }
    bytes
}

/// Whether so many cells are not too many for a table.
fn fits(columns: usize, rows: usize, table: &str) -> Result<(), Failure> {
    if columns > MOST_COLUMNS {
        return fail(1117, "HY000", "Too many columns".into());
    }
    if columns * rows > MOST_CELLS {
        return fail(1114, "HY000", crate::text!("The table '{table}' is full"));
    }
    Ok(())
}

/// A cell with its tabs, newlines and backslashes written out.
pub(super) fn escaped(cell: &str) -> String {
    cell.replace('\\', "\\\\")
        .replace('\t', "\\t")
        .replace('\n', "\\n")
}

fn plain(cell: &str) -> Text {
    let mut text = Text::new();
    let mut signs = cell.chars();
    while let Some(sign) = signs.next() {
        text.push(match sign {
            '\\' => match signs.next().unwrap_or_default() {
                't' => '\t',
                'n' => '\n',
                other => other,
            },
            other => other,
        });
    }
    text
}
