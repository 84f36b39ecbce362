//! kubectl at its border: answers in, text and exit code out.

use super::*;
use crate::apiserver::rest::{Body, HttpResponse, Watch};
use crate::object;
use crate::process::Stream;
use crate::value::Value;

fn start(words: &str) -> Process {
    Process::start(Invocation {
        argv: words.split(' ').map(Text::from).collect(),
        files: Files::new_sync(),
        stdin: None,
        namespace: "default".into(),
        tty: false,
        version: Version::V1_36,
    })
}

fn table(name: &str, status: &str) -> Value {
    object! {
        "kind": "Table",
        "metadata": object! {"resourceVersion": "7"},
        "columnDefinitions": crate::array![
            object! {"name": "Name", "format": "name", "priority": 0},
            object! {"name": "Status", "format": "", "priority": 0},
            object! {"name": "Age", "format": "", "priority": 0},
        ],
        "rows": crate::array![object! {
            "cells": crate::array![name, status, "0s"],
            "object": object! {"metadata": object! {"name": name}},
        }],
    }
}

fn text(outputs: &[Output]) -> String {
    outputs
        .iter()
        .filter(|it| it.stream == Stream::Stdout)
        .map(|it| it.text.as_str())
        .collect()
}

fn json(status: u16, value: Value) -> Answer {
    Answer::Http(HttpResponse {
        status,
        warnings: Vec::new(),
        body: Body::Json(value),
    })
}

#[test]
fn a_watch_remembers_widths_and_a_clone_of_it_goes_its_own_way() {
    let mut process = start("get pods -w");
    let (_, ask) = process.ask(Time::START);
    assert!(matches!(ask, Ask::Http(request) if request.path == "/api/v1/namespaces/default/pods"));
    process.tell(json(200, table("web-0", "Pending")));
    let (printed, _) = process.ask(Time::START);
    assert_eq!(
        text(&printed),
        "NAME    STATUS    AGE\nweb-0   Pending   0s\n"
    );
    process.tell(Answer::Http(HttpResponse {
        status: 200,
        warnings: Vec::new(),
        body: Body::Watch(watch()),
    }));
    let (printed, ask) = process.ask(Time::START);
    assert_eq!(text(&printed), "");
    assert!(matches!(ask, Ask::Frame(_, None)));
    let mut other = process.clone();
    process.tell(Answer::Frame(
        object! {"type": "MODIFIED", "object": table("web-0", "ContainerCreating")},
    ));
    assert_eq!(
        text(&process.ask(Time::START).0),
        "web-0   ContainerCreating   0s\n"
    );
    process.tell(Answer::Frame(
        object! {"type": "MODIFIED", "object": table("web-0", "Running")},
    ));
    assert_eq!(
        text(&process.ask(Time::START).0),
        "web-0   Running             0s\n"
    );
    other.tell(Answer::Frame(
        object! {"type": "MODIFIED", "object": table("web-0", "Running")},
    ));
    assert_eq!(text(&other.ask(Time::START).0), "web-0   Running   0s\n");
    process.tell(Answer::Interrupted);
    assert_eq!(process.ask(Time::START).1, Ask::Exit(1));
}

fn watch() -> Watch {
    Watch {
        after: 7,
        ..Watch::default()
    }
}
