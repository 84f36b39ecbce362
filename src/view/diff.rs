//! What a write changed, field by field.

use crate::object;
use crate::sort;
use crate::value::Value;

/// The most changes shown of one write.
const CHANGES_MAX: usize = 40;

/// The differing paths of two values with what stood there before and after, in path order.
pub(super) fn changes(before: &Value, after: &Value) -> Value {
    let mut found = Vec::new();
    walk("", before, after, &mut found);
    found.into()
}

/// Fields that change with every write and tell a reader nothing.
const NOISE: [&str; 3] = [
    "metadata.resourceVersion",
    "metadata.managedFields",
    "metadata.uid",
];

fn walk(path: &str, before: &Value, after: &Value, found: &mut Vec<Value>) {
    if before == after || NOISE.contains(&path) || found.len() >= CHANGES_MAX {
        return;
    }
    match (before, after) {
        (Value::Object(_), Value::Object(_)) => {
            let missing = before
                .members()
                .filter(|(key, _)| after[key.as_str()].is_null());
            let mut keys: Vec<&str> = missing
                .chain(after.members())
                .map(|(key, _)| key.as_str())
                .collect();
            sort::by(&mut keys, Ord::cmp);
            for key in keys {
                let path = if path.is_empty() {
                    key.to_owned()
                } else {
                    format!("{path}.{key}")
                };
                walk(&path, &before[key], &after[key], found);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for at in 0..old.len().max(new.len()) {
                let name =
                    [&before[at], &after[at]].map(|it| it["type"].text().or(it["name"].text()));
                let step = name
                    .into_iter()
                    .flatten()
                    .next()
                    .map_or(at.to_string(), ToString::to_string);
                walk(&format!("{path}[{step}]"), &before[at], &after[at], found);
            }
        }
        _ => found.push(object! {"path": path, "before": shown(before), "after": shown(after)}),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array;

    #[test]
    fn only_what_differs_is_named_and_lists_by_their_names() {
        let condition = |status: &str| object! {"type": "Ready", "status": status};
        let before = object! {"metadata": object! {"resourceVersion": "1"}, "a": 1, "list": array![condition("False")]};
        let after = object! {"metadata": object! {"resourceVersion": "2"}, "b": "x", "list": array![condition("True")]};
        let paths: Vec<String> = changes(&before, &after)
            .items()
            .iter()
            .map(Value::to_json)
            .collect();
        assert_eq!(
            paths,
            [
                r#"{"after":"","before":"1","path":"a"}"#,
                r#"{"after":"x","before":"","path":"b"}"#,
                r#"{"after":"True","before":"False","path":"list[Ready].status"}"#,
            ]
        );
    }
}
