//! What was printed: commands, watch rows and table cells of two runs.

use std::collections::BTreeMap;

use super::{Recording, text};
use crate::value::Value;

/// A sample of lines for a note.
fn sample(lines: &[String], most: usize) -> String {
    format!("{:?}", &lines[..lines.len().min(most)])
}

/// How the commands of a run differ: exit code and both streams of each, matched by what was typed; and in how many of
/// these notes only what no two runs share differs.
pub fn commands(real: &Recording, ours: &Recording) -> (Vec<String>, usize) {
    let Some(theirs) = &real.commands else {
        return (Vec::new(), 0);
    };
    let Some(mine) = &ours.commands else {
        return (vec!["commands.jsonl is missing".to_owned()], 0);
    };
    let typed = |it: &&Value| !it["argv"].is_empty();
    let mut left: BTreeMap<String, std::collections::VecDeque<&Value>> = BTreeMap::new();
    for command in mine.iter().filter(typed) {
        let argv = command["argv"].to_json();
        left.entry(argv).or_default().push_back(command);
    }
    let (mut notes, mut by_chance) = (Vec::new(), 0);
    for command in theirs.iter().filter(typed) {
        let argv = command["argv"].to_json();
        let Some(mine) = left
            .get_mut(&argv)
            .and_then(std::collections::VecDeque::pop_front)
        else {
            notes.push(format!("not run: {argv}"));
            continue;
        };
        for stream in ["stdout", "stderr"] {
            let (a, b) = (
                text::lines(command[stream].as_str()),
                text::lines(mine[stream].as_str()),
            );
            if a != b {
                by_chance += usize::from(text::differ_by_chance(&a, &b));
                let (a, b) = (sample(&a, 4), sample(&b, 4));
                notes.push(format!("{argv} {stream}: real {a} ours {b}"));
            }
        }
        let (a, b) = (&command["exit_code"], &mine["exit_code"]);
        if a != b {
            notes.push(format!("{argv} exit: real {a} ours {b}"));
        }
    }
    (notes, by_chance)
}

/// How the rows of a watch differ: those of each object in order, repeats dropped.
pub fn watched(real: &Recording, ours: &Recording) -> Vec<String> {
    fn rows(printed: &str) -> BTreeMap<String, Vec<String>> {
        let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in text::lines(printed) {
            let name = line.split(' ').next().unwrap_or_default().to_owned();
            let rows = rows.entry(name).or_default();
            if rows.last() != Some(&line) {
                rows.push(line);
            }
        }
        rows
    }
    let Some(theirs) = &real.watch else {
        return Vec::new();
    };
    let Some(mine) = &ours.watch else {
        return vec!["watch.txt is missing".to_owned()];
    };
    let (theirs, mine) = (rows(theirs), rows(mine));
    differing(&theirs, &mine, |name, a, b| {
        let show = |it: Option<&Vec<String>>| sample(it.map_or(&[], Vec::as_slice), 6);
        format!("{name}: real {} ours {}", show(a), show(b))
    })
}

/// How the tables differ: column names and cells, rows in any order.
pub fn tables(real: &Recording, ours: &Recording) -> Vec<String> {
    type Cells = (Vec<String>, Vec<Vec<String>>);
    fn cells(tables: &[Value]) -> BTreeMap<(String, String), Cells> {
        let judged = tables.iter().filter(|it| {
            !["nodes", "events", "persistentvolumes"].contains(&it["resource"].as_str())
        });
        judged
            .map(|it| {
                let table = &it["table"];
                let columns = table["columnDefinitions"].items().iter();
                let rows = table["rows"].items().iter();
                let mut rows: Vec<Vec<String>> = rows.map(|it| row(&it["cells"])).collect();
                rows.sort();
                let key = |name: &str| it[name].as_str().to_owned();
                let names = columns.map(|it| it["name"].as_str().to_owned());
                ((key("label"), key("resource")), (names.collect(), rows))
            })
            .collect()
    }
    fn row(cells: &Value) -> Vec<String> {
        let cells = cells.items().iter();
        cells.map(|it| text::line(&it.to_string())).collect()
    }
    let Some(theirs) = &real.tables else {
        return Vec::new();
    };
    let Some(mine) = &ours.tables else {
        return vec!["tables.jsonl is missing".to_owned()];
    };
    differing(&cells(theirs), &cells(mine), |(label, resource), a, b| {
        let show = |it: Option<&Cells>| super::shorten(&format!("{it:?}"), 200);
        format!("{label} {resource}: real {} ours {}", show(a), show(b))
    })
}

/// A note for every key under which two maps differ.
fn differing<K: Ord, V: PartialEq>(
    a: &BTreeMap<K, V>,
    b: &BTreeMap<K, V>,
    note: impl Fn(&K, Option<&V>, Option<&V>) -> String,
) -> Vec<String> {
    let only_b = b.keys().filter(|it| !a.contains_key(it));
    a.keys()
        .chain(only_b)
        .filter(|it| a.get(it) != b.get(it))
        .map(|it| note(it, a.get(it), b.get(it)))
        .collect()
}
