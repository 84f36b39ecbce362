//! What a write changed, field by field.

use crate::object;
use crate::sort;
use crate::value::Value;
use crate::yaml::to_yaml;

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

/// The object after the write as YAML, line by line, with the lines that went (`-`) and came (`+`).
pub(super) fn yaml_lines(before: &Value, after: &Value) -> Value {
    let text = |value: &Value| {
        if value.is_null() {
            return String::new();
        }
        let mut value = value.clone();
        value["metadata"].remove("managedFields");
        to_yaml(&value)
    };
    let (old, new) = (text(before), text(after));
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    // How many lines the rests of both texts share: the longest common subsequence, from the end.
    let width = new.len() + 1;
    let mut shared = vec![0_u32; (old.len() + 1) * width];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            shared[at * width + to] = if old[at] == new[to] {
                shared[(at + 1) * width + to + 1] + 1
            } else {
                shared[(at + 1) * width + to].max(shared[at * width + to + 1])
            };
        }
    }
    let (mut at, mut to, mut lines) = (0, 0, Vec::new());
    let line = |mark: &str, text: &str| object! {"mark": mark, "text": text};
    while at < old.len() || to < new.len() {
        if at < old.len() && to < new.len() && old[at] == new[to] {
            lines.push(line("", new[to]));
            (at, to) = (at + 1, to + 1);
        } else if at < old.len()
            && (to == new.len() || shared[(at + 1) * width + to] >= shared[at * width + to + 1])
        {
            lines.push(line("-", old[at]));
            at += 1;
        } else {
            lines.push(line("+", new[to]));
            to += 1;
        }
    }
    lines.into()
}

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
    fn lines_that_went_and_came_are_marked() {
        let before = object! {"a": 1, "b": 2, "metadata": object! {"name": "x"}};
        let after = object! {"a": 1, "b": 3, "metadata": object! {"name": "x"}};
        let lines = yaml_lines(&before, &after);
        let marked: Vec<String> = lines
            .items()
            .iter()
            .map(|it| format!("{}{}", it["mark"], it["text"]))
            .collect();
        assert_eq!(marked, ["a: 1", "-b: 2", "+b: 3", "metadata:", "  name: x"]);
        let born = yaml_lines(&Value::Null, &after);
        assert!(born.items().iter().all(|it| it["mark"].as_str() == "+"));
    }

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
