//! Every lesson holds, in every language: what it says is printed is, its goals are met by their solutions only, and
//! the same simulation stands behind each of its languages.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(feature = "cli")]

mod reader;

use std::fs;
use std::path::{Path, PathBuf};

use statefulset_playground::conformance::lessons;
use statefulset_playground::session::{Block, Lesson};
use statefulset_playground::value::{Text, Value};

const LANGUAGES: [&str; 2] = ["en", "zh-CN"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/lessons")
}

/// The lessons in the order in which the page lists them.
fn names() -> Vec<String> {
    let index = Value::from_json(&fs::read_to_string(folder().join("index.json")).unwrap());
    let index = index.unwrap();
    let listed = index["en"].items().iter();
    listed.map(|it| it["name"].as_str().to_owned()).collect()
}

fn text(name: &str, language: &str) -> String {
    let path = folder().join(format!("{name}.{language}.md"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_lesson_does_what_it_says() {
    let mut wrong = Vec::new();
    for name in names() {
        for language in LANGUAGES {
            let problems = lessons::problems(&text(&name, language)).into_iter();
            wrong.extend(problems.map(|it| format!("{name}.{language}: {it}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn languages_differ_in_prose_only() {
    for name in names() {
        let [first, other] = LANGUAGES.map(|it| Lesson::read(&text(&name, it)));
        assert_eq!(first.link(), other.link(), "{name}: manifest and options");
        assert_eq!(first.fact("minutes"), other.fact("minutes"), "{name}");
        let kinds =
            |it: &Lesson| -> Vec<_> { it.blocks.iter().map(|it| it.kind.clone()).collect() };
        assert_eq!(kinds(&first), kinds(&other), "{name}: the pieces in order");
        for (a, b) in first.blocks.iter().zip(&other.blocks) {
            assert_eq!(a.commands, b.commands, "{name}");
            let prints =
                |it: &Block| -> Vec<Text> { it.choices.iter().map(|it| it.1.clone()).collect() };
            assert_eq!(prints(a), prints(b), "{name}: {}", a.text);
            let is_same = a.kind != "goal" || a.rest == b.rest;
            assert!(is_same, "{name}: what is printed when a goal is reached");
        }
    }
}

#[test]
fn the_list_of_lessons_is_what_stands_above_them() {
    let index = Value::from_json(&fs::read_to_string(folder().join("index.json")).unwrap());
    let index = index.unwrap();
    for language in LANGUAGES {
        let titles: Vec<Value> = names()
            .iter()
            .map(|name| {
                let lesson = Lesson::read(&text(name, language));
                let fact = |it| Value::from(lesson.fact(it));
                statefulset_playground::object! {
                    "name": name.as_str(),
                    "title": fact("title"),
                    "summary": fact("summary"),
                    "minutes": fact("minutes"),
                }
            })
            .collect();
        let titles: Value = titles.into_iter().collect();
        assert_eq!(
            index[language], titles,
            "index.json: {language} is to be {titles}"
        );
    }
    let files = fs::read_dir(folder()).unwrap().count();
    assert_eq!(
        files,
        names().len() * LANGUAGES.len() + 1,
        "a file is not listed"
    );
}

/// A judge that finds nothing proves nothing.
#[test]
fn a_lesson_that_lies_is_found_out() {
    let lesson = text("topology-state", "en");
    let lies = [
        (
            "web-0   1/1     Running",
            "web-0   0/1     Pending",
            "prints",
        ),
        (
            "- only web-0 => pod/web-0",
            "- only web-0 => pod/web-7",
            "no choice",
        ),
        ("--replicas=3", "--replicas=2", "not reached"),
        (
            "web-0 web-1 web-2\n```",
            "web-0 web-1\n```",
            "reached before",
        ),
        ("serviceName: nginx", "serviceNames: nginx", "manifest"),
        ("```solution", "```resolution", "unknown"),
        ("summary: ", "summery: ", "no summary"),
        ("## Who is who", "### Who is who", "not whole"),
    ];
    for (truth, lie, said) in lies {
        let told = lesson.replacen(truth, lie, 1);
        assert_ne!(told, lesson, "{truth} stands there");
        let problems = lessons::problems(&told);
        assert!(
            problems.iter().any(|it| it.contains(said)),
            "{lie}: {problems:?}"
        );
    }
}

#[test]
fn each_console_gets_its_own_output() {
    let console = "```console\n$ kubectl get pods -o name\npod/web-0\n```\n";
    let scale = "```solution\n$ kubectl scale sts web --replicas=2\n```\n";
    let manifest = reader::web("replicas: 1", "image: nginx:1.27");
    let lesson = format!("```yaml\n{manifest}```\n{console}{scale}{console}");
    let right = format!(
        "pod/web-0\n```\n{scale}```console\n$ kubectl get pods -o name\npod/web-0\npod/web-1\n```\n"
    );
    let renewed = lessons::renewed(&lesson);
    assert!(renewed.ends_with(&right), "{renewed}");
    let gap = lesson.replace("pod/web-0", "…");
    assert_eq!(lessons::renewed(&gap), gap, "what is left open stays so");
}
