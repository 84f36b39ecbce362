//! `-o custom-columns`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/get/customcolumn.go.

use super::{JsonPath, Tabs, go_text};
use crate::kubectl::failure::Failure;
use crate::value::{Text, Value};

/// Headers and paths.
#[derive(Clone, Debug)]
pub(in crate::kubectl) struct Columns {
    columns: Vec<(Text, JsonPath)>,
    needs_header: bool,
}

impl Columns {
    /// Reads `NAME:.metadata.name,IP:.status.podIP`.
    pub fn parse(spec: &str, no_headers: bool) -> Result<Self, Failure> {
        if spec.is_empty() {
            let text = "custom-columns format specified but no custom columns given";
            return Err(Failure::client(text));
        }
        let column = |part: &str| {
            let (header, path) = part.split_once(':').ok_or_else(|| {
                Failure::say(
                    "unexpected custom-columns spec: {}, expected <header>:<json-path-expr>",
                    &[part],
                )
            })?;
            Ok((
                header.into(),
                JsonPath::relaxed(path).map_err(Failure::own)?,
            ))
        };
        let columns = spec
            .split(',')
            .map(column)
            .collect::<Result<_, Failure>>()?;
        Ok(Self {
            columns,
            needs_header: !no_headers,
        })
    }

    /// The lines of some objects; the header before the first.
    pub fn print(&mut self, objects: &[&Value]) -> Result<String, Failure> {
        let mut tabs = Tabs::wide();
        if core::mem::take(&mut self.needs_header) {
            let headers: Vec<&Text> = self.columns.iter().map(|it| &it.0).collect();
            tabs.row(&headers);
        }
        for object in objects {
            let mut cells = Vec::new();
            for (_, path) in &self.columns {
                let found = path.find(object).map_err(Failure::own)?;
                let found: Vec<String> = found.iter().map(go_text).collect();
                cells.push(if found.is_empty() {
                    "<none>".to_owned()
                } else {
                    found.join(",")
                });
            }
            tabs.row(&cells);
        }
        Ok(tabs.flush())
    }
}
