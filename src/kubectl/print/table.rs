//! Server-side Tables as text.
//!
//! upstream: k8s.io/cli-runtime/pkg/printers/tableprinter.go.

use super::Tabs;
use crate::api::meta::labels_text;
use crate::kubectl::text::fill;
use crate::value::{Text, Value};

/// How tables are shown.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a flag of kubectl get"
)]
#[derive(Clone, Debug, Default)]
pub(in crate::kubectl) struct Shown {
    pub wide: bool,
    pub no_headers: bool,
    pub namespace: bool,
    pub labels: bool,
    pub label_columns: Vec<Text>,
    /// `pod` before a slash in names, or empty.
    pub kind: String,
}

/// Tables of one type, printed one after another.
#[derive(Clone, Debug)]
pub(in crate::kubectl) struct TablePrinter {
    shown: Shown,
    /// The definitions of the last table; later ones may leave them out.
    columns: Value,
    has_header: bool,
    tabs: Tabs,
}

impl TablePrinter {
    pub fn new(shown: Shown) -> Self {
        Self {
            shown,
            columns: Value::Null,
            has_header: false,
            tabs: Tabs::wide(),
        }
    }

    /// Adds a table's rows; `event` is the first cell when watch events are shown.
    pub fn add(&mut self, table: &Value, event: Option<&str>) {
        let columns = &table["columnDefinitions"];
        if !columns.is_null() && *columns != self.columns {
            self.columns = columns.clone();
            self.has_header = false;
        }
        if !table["rows"].items().is_empty() && !self.has_header {
            self.has_header = true;
            if !self.shown.no_headers {
                self.header(event.is_some());
            }
        }
        for row in table["rows"].items() {
            self.row(row, event);
        }
    }

    /// The text since the last flush.
    pub fn flush(&mut self) -> String {
        self.tabs.flush()
    }

    fn header(&mut self, with_event: bool) {
        let mut cells = Vec::new();
        if with_event {
            cells.push("EVENT   ".to_owned());
        }
        if self.shown.namespace {
            cells.push("NAMESPACE".to_owned());
        }
        let columns = self.columns.items().iter().filter(|it| self.is_shown(it));
        cells.extend(columns.map(|it| it["name"].as_str().to_uppercase()));
        let labels = self.shown.label_columns.iter();
        cells.extend(labels.map(|it| it.rsplit('/').next().unwrap_or_default().to_uppercase()));
        if self.shown.labels {
            cells.push("LABELS".to_owned());
        }
        self.tabs.row(&cells);
    }

    fn is_shown(&self, column: &Value) -> bool {
        self.shown.wide || column["priority"].as_int().unwrap_or_default() == 0
    }

    fn row(&mut self, row: &Value, event: Option<&str>) {
        let meta = &row["object"]["metadata"];
        let mut cells = Vec::new();
        if let Some(event) = event {
            let blanks = 8_usize.saturating_sub(event.len());
            cells.push([event, &" ".repeat(blanks)].concat());
        }
        if self.shown.namespace {
            cells.push(meta["namespace"].as_str().to_owned());
        }
        for (column, value) in self.columns.items().iter().zip(row["cells"].items()) {
            if self.is_shown(column) {
                let text = cell(value);
                let is_name = column["format"].as_str() == "name" && !self.shown.kind.is_empty();
                cells.push(if is_name {
                    fill("{}/{}", &[&self.shown.kind, &text])
                } else {
                    text
                });
            }
        }
        let labels = &meta["labels"];
        let wanted = self.shown.label_columns.iter();
        cells.extend(wanted.map(|it| labels[it.as_str()].as_str().to_owned()));
        if self.shown.labels {
            cells.push(labels_text(labels).to_string());
        }
        self.tabs.row(&cells);
    }
}

/// A cell ends at its first line break; an ESC shows as `^[`.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        other => other.to_string(),
    };
    let text = match text.find(['\n', '\r', '\u{c}']) {
        Some(end) => [&text[..end], "..."].concat(),
        None => text,
    };
    text.replace('\u{1b}', "^[").replace('\t', " ")
}
