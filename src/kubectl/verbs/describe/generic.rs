//! `describe` of types without words of their own: all fields.

use super::Subject;
use super::text::Out;
use crate::kubectl::Done;
use crate::kubectl::io::Io;
use crate::kubectl::print::go_text;
use crate::value::Value;

pub(super) fn describe(io: &mut Io, it: &Subject) -> Done<String> {
    let mut object = it.object().clone();
    let mut out = Out::new();
    let meta = &object["metadata"];
    out.field(0, "Name", meta["name"].as_str());
    out.field(0, "Namespace", meta["namespace"].as_str());
    out.labels("", "Labels", &meta["labels"]);
    out.annotations("Annotations", &meta["annotations"]);
    for field in [
        "name",
        "namespace",
        "labels",
        "annotations",
        "managedFields",
    ] {
        object["metadata"].remove(field);
    }
    members(&mut out, &object, 0);
    it.finish(io, out)
}

/// upstream: printUnstructuredContent.
fn members(out: &mut Out, value: &Value, level: usize) {
    let indent = "  ".repeat(level);
    for (name, member) in value.members() {
        let name = words(name);
        match member {
            Value::Object(_) => {
                out.fill("{}{}:", &[&indent, &name]);
                members(out, member, level + 1);
            }
            Value::Array(items) => {
                out.fill("{}{}:", &[&indent, &name]);
                for item in items {
                    match item {
                        Value::Object(_) => members(out, item, level + 1),
                        other => out.fill("{}  {}", &[&indent, &go_text(other)]),
                    }
                }
            }
            other => out.field(level, &name, &go_text(other)),
        }
    }
}

/// `ownerReferences` as `Owner References`.
///
/// upstream: smartLabelFor. Left out: capitals in a row split only where small letters follow (`IPs` is not cut).
fn words(name: &str) -> String {
    if name.contains(|it: char| !it.is_alphabetic() && it != '-') {
        return name.to_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    let mut previous = '-';
    for sign in name.chars() {
        let is_new =
            sign == '-' || previous == '-' || sign.is_uppercase() && previous.is_lowercase();
        match parts.last_mut() {
            Some(part) if !is_new || sign == '-' && previous == '-' => part.push(sign),
            _ => parts.push(sign.into()),
        }
        previous = sign;
    }
    let titled = |part: String| {
        let upper = part.to_uppercase();
        if matches!(upper.as_str(), "API" | "URL" | "UID" | "GUID") {
            return upper;
        }
        let mut signs = part.chars();
        signs
            .next()
            .map_or(String::new(), |it| it.to_uppercase().chain(signs).collect())
    };
    parts.into_iter().map(titled).collect::<Vec<_>>().join(" ")
}
