//! What is wrong with a reader's text, and where: YAML, unknown fields, what the API server refuses, what is kept
//! but not simulated.

use super::fix::Lines;
use crate::api::{Key, Kind};
use crate::apiserver::rest::{self, Body, HttpRequest};
use crate::config::Config;
use crate::object;
use crate::schema;
use crate::shell::transcript::{PasteKind, Pasted};
use crate::sim::World;
use crate::value::Value;
use crate::view::words::Words;
use crate::yaml::{self, Document, Hint, HintKind, WarningKind};

/// The most remarks made about one text.
const REMARKS_MAX: usize = 100;

/// Reads the manifests of a text as the API server would take them, one after another, in a world of their own.
pub(super) fn diagnose(
    words: &Words,
    config: &Config,
    pasted: &Pasted,
    text: &str,
) -> (Vec<Document>, Vec<Value>) {
    let lines = Lines::of(text);
    let mut world = World::new(config.clone());
    let mut documents = Vec::new();
    let mut found = Vec::new();
    for manifest in &pasted.manifests {
        let parsed = yaml::parse_at(&manifest.text, manifest.first_line);
        for warning in &parsed.warnings {
            let place = (warning.place.line, warning.place.column);
            let mut it = remark(
                "warning",
                place,
                &warning_text(words, &warning.kind),
                "",
                "",
            );
            if let WarningKind::LookAlike { instead, .. } = warning.kind {
                it["fix"] = lines.look_alike(place.0, place.1, instead);
            }
            found.push(it);
        }
        for document in parsed.documents {
            for mut it in judge(words, &mut world, &document) {
                if !it["hint"].as_str().is_empty() {
                    it["fix"] = renamed(&lines, &it);
                }
                found.push(it);
            }
            documents.push(document);
        }
        if let Some(error) = parsed.error {
            let mut text = error.message;
            if let Some(hint) = error.hint {
                text = format!("{text}: {}", hint_text(words, hint.kind));
            }
            let place = (error.line, error.column);
            let mut it = remark("error", place, &text, "", "");
            if let Some(hint) = error.hint {
                it["fix"] = mended(&lines, &hint);
            }
            found.push(it);
        }
    }
    for it in &pasted.remarks {
        let text = words.remark(it.kind.code(), &[]);
        found.push(remark("info", (it.line, 1), &text, "", ""));
    }
    found.truncate(REMARKS_MAX);
    (documents, found)
}

/// What mends what could not be read.
fn mended(lines: &Lines<'_>, hint: &Hint) -> Value {
    let (line, column) = (hint.place.line, hint.place.column);
    match hint.kind {
        HintKind::LookAlike { instead, .. } => lines.look_alike(line, column, instead),
        HintKind::Tab => lines.tabs(),
        HintKind::MissingBlank => lines.blank(line, column),
        HintKind::OpenQuote
        | HintKind::Template
        | HintKind::NeedsQuotes
        | HintKind::Indentation => Value::Null,
    }
}

/// The field that a remark is about, as the one that was probably meant.
fn renamed(lines: &Lines<'_>, remark: &Value) -> Value {
    let number = |name: &str| {
        remark[name]
            .as_int()
            .and_then(|it| usize::try_from(it).ok())
    };
    let path = remark["path"].as_str();
    let old = path.rsplit('.').next().unwrap_or_default();
    let (line, column) = (number("line").unwrap_or(0), number("column").unwrap_or(0));
    lines.rename(line, column, old, remark["hint"].as_str())
}

/// What the page is told of a text.
pub(super) fn report(pasted: &Pasted, documents: &[Document], diagnostics: Vec<Value>) -> Value {
    let object = |it: &Document| {
        let (kind, name) = (
            it.value["kind"].as_str(),
            it.value["metadata"]["name"].as_str(),
        );
        format!("{}/{name}", kind.to_lowercase())
    };
    object! {
        "kind": match pasted.kind {
            PasteKind::Manifests => "manifests",
            PasteKind::Transcript => "transcript",
            PasteKind::Empty => "empty",
        },
        "diagnostics": diagnostics,
        "objects": documents.iter().map(object).collect::<Value>(),
        "commands": pasted.commands.iter().map(|it| it.command.text.clone()).collect::<Value>(),
        "suggests": pasted.is_old.then_some("v1.22"),
    }
}

fn warning_text(words: &Words, kind: &WarningKind) -> String {
    match kind {
        WarningKind::DuplicateKey { key, first } => {
            let line = first.line.to_string();
            words.remark("duplicate-key", &[("key", key), ("line", &line)])
        }
        WarningKind::LookAlike { found, instead } => {
            let instead = if *instead == ' ' {
                words.remark("blank", &[])
            } else {
                instead.to_string()
            };
            let facts = [("sign", &*yaml::shown(*found)), ("instead", &instead)];
            words.remark("part-of-text", &facts)
        }
        WarningKind::Ignored => words.remark("ignored", &[]),
    }
}

fn hint_text(words: &Words, kind: HintKind) -> String {
    let HintKind::LookAlike { found, instead } = kind else {
        return words.remark(kind.code(), &[]);
    };
    let instead = if instead == ' ' {
        words.remark("blank", &[])
    } else {
        yaml::shown(instead)
    };
    let facts = [("sign", &*yaml::shown(found)), ("instead", &instead)];
    words.remark(kind.code(), &facts)
}

/// One document at the API server's door.
fn judge(words: &Words, world: &mut World, document: &Document) -> Vec<Value> {
    let value = &document.value;
    if value["kind"].as_str() == "List" {
        let text = words.remark("list", &[]);
        return vec![remark("info", (document.line, 1), &text, "items", "")];
    }
    let (version, kind) = (value["apiVersion"].as_str(), value["kind"].as_str());
    if version.is_empty() || kind.is_empty() {
        let missing = if version.is_empty() {
            "apiVersion"
        } else {
            "kind"
        };
        let text = format!(
            "Object '{}' is missing",
            if missing == "kind" { "Kind" } else { missing }
        );
        return vec![remark("error", (document.line, 1), &text, missing, "")];
    }
    let Some(known) = Kind::of(version, kind) else {
        let text = format!("no matches for kind \"{kind}\" in version \"{version}\"");
        let hint = Kind::ALL.into_iter().find(|it| it.facts().kind == kind);
        let hint = hint.map_or_else(
            || near(kind, Kind::ALL.into_iter().map(|it| it.facts().kind)),
            |it| format!("apiVersion: {}", it.api_version()),
        );
        return vec![placed(document, "error", &text, "kind", &hint)];
    };
    let mut found = refusals(words, world, document, known);
    dropped(words, &world.config, document, known, &mut found);
    unsimulated(words, document, known, &mut found);
    found
}

/// What the API server says to the object, with the place of each field it names.
fn refusals(words: &Words, world: &mut World, document: &Document, kind: Kind) -> Vec<Value> {
    let namespace = match document.value["metadata"]["namespace"].as_str() {
        _ if !kind.facts().namespaced => "",
        "" => "default",
        namespace => namespace,
    };
    let path = Key::new(kind, namespace, "").collection_path();
    // Under the version it is written in.
    let version = document.value["apiVersion"].as_str();
    let path = path.replacen(kind.api_version().as_str(), version, 1);
    let request = HttpRequest {
        method: "POST",
        path,
        query: vec![("fieldValidation".into(), "Strict".into())],
        body: document.value.clone(),
        ..HttpRequest::default()
    };
    let config = std::sync::Arc::clone(&world.config);
    let answer = rest::handle(&mut world.store, &config, world.now, &request);
    let Body::Json(status) = answer.body else {
        return Vec::new();
    };
    if answer.status < 400 {
        return Vec::new();
    }
    let message = status["message"].as_str();
    if status["reason"].as_str() == "AlreadyExists" {
        let text = words.remark("exists", &[("message", message)]);
        return vec![placed(document, "warning", &text, "metadata.name", "")];
    }
    let unknown = unknown_fields(message);
    if !unknown.is_empty() {
        let say = |path: &str| {
            let text = format!("unknown field \"{path}\"");
            placed(document, "error", &text, path, &did_you_mean(kind, path))
        };
        return unknown.into_iter().map(say).collect();
    }
    let causes = status["details"]["causes"].items();
    if causes.is_empty() {
        return vec![placed(document, "error", message, "", "")];
    }
    let say = |cause: &Value| {
        let field = cause["field"].as_str();
        placed(
            document,
            "error",
            &format!("{field}: {}", cause["message"].as_str()),
            field,
            "",
        )
    };
    causes.iter().map(say).collect()
}

/// The paths in `strict decoding error: unknown field "spec.replcas", unknown field …`.
fn unknown_fields(message: &str) -> Vec<&str> {
    let parts = message.split("unknown field \"").skip(1);
    parts
        .filter_map(|it| it.split_once('"'))
        .map(|(path, _)| path)
        .collect()
}

fn did_you_mean(kind: Kind, path: &str) -> String {
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    let fields = if parent.is_empty() {
        Some(schema::root(kind))
    } else {
        schema::at(kind, &without_indexes(parent)).and_then(schema::Field::members)
    };
    fields
        .map(|it| near(name, it.fields.iter().map(|it| it.name)))
        .unwrap_or_default()
}

fn without_indexes(path: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0;
    for sign in path.chars() {
        match sign {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ if depth == 0 => plain.push(sign),
            _ => {}
        }
    }
    plain
}

/// The nearest name, when it is close enough.
fn near<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let close = names.map(|it| (distance(name, it), it)).min();
    match close {
        Some((away, it)) if away * 3 <= name.len().max(3) => it.to_owned(),
        _ => String::new(),
    }
}

/// How many signs must be changed, added or taken away, case aside.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (at, x) in a.chars().take(64).enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (column, y) in b.chars().enumerate() {
            let cost = corner + usize::from(x != y);
            corner = row[column + 1];
            row[column + 1] = cost.min(row[column] + 1).min(corner + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Names the field that the API server takes away without a word while its gate is off.
fn dropped(
    words: &Words,
    config: &Config,
    document: &Document,
    kind: Kind,
    found: &mut Vec<Value>,
) {
    let rolling = &document.value["spec"]["updateStrategy"]["rollingUpdate"];
    if kind == Kind::StatefulSet && !config.max_unavailable && !rolling["maxUnavailable"].is_null()
    {
        let path = "spec.updateStrategy.rollingUpdate.maxUnavailable";
        let facts = [("field", path), ("gate", "MaxUnavailableStatefulSet")];
        let text = words.remark("gate", &facts);
        found.push(placed(document, "warning", &text, path, ""));
    }
}

/// Names the fields that are kept but not acted on.
fn unsimulated(words: &Words, document: &Document, kind: Kind, found: &mut Vec<Value>) {
    fn walk(fields: &schema::Struct, path: &str, value: &Value, found: &mut Vec<String>) {
        for (name, member) in value.members() {
            let Some(field) = fields.field(name) else {
                continue;
            };
            let path = if path.is_empty() {
                name.to_string()
            } else {
                format!("{path}.{name}")
            };
            if !field.is_simulated {
                found.push(path);
            } else if let Some(inner) = field.members() {
                walk(inner, &path, member, found);
                for (at, item) in member.items().iter().enumerate() {
                    walk(inner, &format!("{path}[{at}]"), item, found);
                }
            }
        }
    }
    let mut paths = Vec::new();
    walk(schema::root(kind), "", &document.value, &mut paths);
    for path in paths {
        let text = words.remark("unsimulated", &[("field", &path)]);
        found.push(placed(document, "info", &text, &path, ""));
    }
}

fn placed(document: &Document, severity: &str, message: &str, path: &str, hint: &str) -> Value {
    let place = document.nearest(path);
    let (line, column) = if path.is_empty() {
        (document.line, 1)
    } else {
        (place.line, place.column)
    };
    remark(severity, (line, column), message, path, hint)
}

fn remark(
    severity: &str,
    (line, column): (usize, usize),
    message: &str,
    path: &str,
    hint: &str,
) -> Value {
    object! {
        "severity": severity, "line": line, "column": column, "message": message, "path": path, "hint": hint, "fix": Value::Null,
    }
}
