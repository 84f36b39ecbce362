//! Objects as text: the formats of `-o`.
//!
//! upstream: k8s.io/cli-runtime/pkg/printers and genericclioptions.

mod columns;
mod expression;
mod json;
mod jsonpath;
pub(super) mod table;
mod tabs;
mod template;

pub(super) use json::{compact, pretty};
pub(super) use jsonpath::{JsonPath, go_text};
pub(super) use tabs::Tabs;

use super::failure::Failure;
use super::flags::Flags;
use crate::kubectl::text::fill;
use crate::value::Value;
use crate::yaml;
use columns::Columns;
use template::Template;

/// A printer of whole objects.
#[derive(Clone, Debug)]
pub(super) enum Printer {
    Yaml { managed: bool, printed: usize },
    Json { managed: bool },
    Name,
    Path(JsonPath),
    Template(Template),
    Columns(Columns),
}

/// What `-o` asks for.
#[derive(Clone, Debug)]
pub(super) enum Format {
    /// Nothing, or `wide`: the command's own way.
    Human {
        wide: bool,
    },
    Objects(Printer),
}

/// Formats every command has, in the order kubectl lists them.
const COMMON: &str = "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml";
const ALL: &str = "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,\
jsonpath-file,name,template,templatefile,wide,yaml";

impl Format {
    /// Reads `-o`; `with_tables` for commands that print tables.
    pub fn of(flags: &Flags, with_tables: bool) -> Result<Self, Failure> {
        let output = flags.text("output");
        let (name, argument) = output.split_once('=').unwrap_or((output, ""));
        let template = match argument {
            "" => flags.text("template"),
            argument => argument,
        };
        let managed = flags.is("show-managed-fields");
        // upstream: JSONYamlPrintFlags.ToPrinter knows its formats in any case.
        let lower = output.to_ascii_lowercase();
        let name = match lower.as_str() {
            "yaml" | "json" => &lower,
            _ if matches!(name, "yaml" | "json") => output,
            _ => name,
        };
        Ok(match name {
            "" if flags.has("template") => Self::template(template)?,
            "" => Self::Human { wide: false },
            "wide" if with_tables => Self::Human { wide: true },
            "yaml" => Self::Objects(Printer::Yaml {
                managed,
                printed: 0,
            }),
            "json" => Self::Objects(Printer::Json { managed }),
            "name" => Self::Objects(Printer::Name),
            "jsonpath" | "jsonpath-as-json" => {
                if template.is_empty() {
                    let text = "template format specified but no template given";
                    return Err(Failure::client(text));
                }
                let path =
                    JsonPath::parse(template, name == "jsonpath-as-json").map_err(|why| {
                        Failure::say("error parsing jsonpath {}, {}", &[template, &why])
                    })?;
                Self::Objects(Printer::Path(path))
            }
            "custom-columns" if with_tables => Self::Objects(Printer::Columns(Columns::parse(
                template,
                flags.is("no-headers"),
            )?)),
            "go-template" | "template" => Self::template(template)?,
            "go-template-file" | "templatefile" | "jsonpath-file" | "custom-columns-file" => {
                return Err(Failure::not_simulated(&["-o ", name].concat()));
            }
            _ => {
                let allowed = if with_tables { ALL } else { COMMON };
                return Err(Failure::say(
                    "unable to match a printer suitable for the output format \"{}\", allowed formats are: {}",
                    &[output, allowed],
                ));
            }
        })
    }
}

impl Format {
    fn template(text: &str) -> Result<Self, Failure> {
        if text.is_empty() {
            let text = "template format specified but no template given";
            return Err(Failure::client(text));
        }
        let template = Template::parse(text)
            .map_err(|why| Failure::say("error parsing template {}, {}", &[text, &why]))?;
        Ok(Self::Objects(Printer::Template(template)))
    }
}

impl Printer {
    /// The text of an object or list.
    pub fn print(&mut self, object: &Value) -> Result<String, Failure> {
        match self {
            Self::Yaml { managed, printed } => {
                *printed += 1;
                let text = yaml::to_yaml(&shown(object, *managed));
                Ok(if *printed > 1 {
                    ["---\n", &text].concat()
                } else {
                    text
                })
            }
            Self::Json { managed } => Ok(pretty(&shown(object, *managed), 4) + "\n"),
            Self::Name => {
                let each = parts(object);
                Ok(each.into_iter().map(|it| title(it) + "\n").collect())
            }
            Self::Path(path) => path.print(object).map_err(Failure::own),
            Self::Template(template) => template
                .print(object)
                .map_err(|why| Failure::own(["error executing template: ", &why].concat())),
            Self::Columns(columns) => columns.print(&parts(object)),
        }
    }
}

/// The items of a list, or the object itself.
fn parts(object: &Value) -> Vec<&Value> {
    match object["items"].items() {
        items if object["kind"].as_str().ends_with("List") => items.iter().collect(),
        _ => vec![object],
    }
}

/// Without `managedFields`, unless they were asked for.
fn shown(object: &Value, managed: bool) -> Value {
    let mut object = object.clone();
    if !managed {
        if object["metadata"]["managedFields"] != Value::Null {
            object["metadata"].remove("managedFields");
        }
        let items = object["items"]
            .items()
            .iter()
            .map(|it| shown(it, false))
            .collect();
        if !object["items"].is_null() {
            object["items"] = items;
        }
    }
    object
}

/// `statefulset.apps/web`, from the object itself.
pub(super) fn title(object: &Value) -> String {
    let kind = object["kind"].as_str().to_ascii_lowercase();
    let group = object["apiVersion"]
        .as_str()
        .split_once('/')
        .map_or("", |it| it.0);
    let dot = if group.is_empty() { "" } else { "." };
    fill(
        "{}{}{}/{}",
        &[&kind, dot, group, object["metadata"]["name"].as_str()],
    )
}

/// A v1 List of objects.
pub(super) fn list_of(objects: impl IntoIterator<Item = Value>, metadata: Value) -> Value {
    crate::object! {
        "apiVersion": "v1",
        "kind": "List",
        "items": objects.into_iter().collect::<Value>(),
        "metadata": metadata,
    }
}
