//! kubectl at its border: answers in, text and exit code out.

use super::*;
use crate::apiserver::Store;
use crate::apiserver::rest::{self, Body, HttpResponse, Watch};
use crate::config::Config;
use crate::object;
use crate::process::Stream;
use crate::value::Value;

fn invocation(words: &str) -> Invocation {
    Invocation {
        argv: words.split(' ').map(Text::from).collect(),
        files: Files::default(),
        stdin: None,
        namespace: "default".into(),
        tty: false,
        version: Version::V1_36,
    }
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

fn http(status: u16, body: Body) -> Answer {
    Answer::Http(HttpResponse {
        status,
        warnings: Vec::new(),
        body,
    })
}

fn json(status: u16, value: Value) -> Answer {
    http(status, Body::Json(value))
}

#[test]
fn a_watch_remembers_widths_and_a_clone_of_it_goes_its_own_way() {
    let mut process = Process::start(invocation("get pods -w"));
    let (_, ask) = process.ask(Time::START);
    assert!(matches!(ask, Ask::Http(request) if request.path == "/api/v1/namespaces/default/pods"));
    process.tell(json(200, table("web-0", "Pending")));
    let (printed, _) = process.ask(Time::START);
    assert_eq!(
        text(&printed),
        "NAME    STATUS    AGE\nweb-0   Pending   0s\n"
    );
    process.tell(http(200, Body::Watch(watch())));
    let (printed, ask) = process.ask(Time::START);
    assert_eq!(text(&printed), "");
    assert!(matches!(ask, Ask::Frame(_, None)));
    let mut other = process.clone();
    process.tell(Answer::Frame(
        watch(),
        object! {"type": "MODIFIED", "object": table("web-0", "ContainerCreating")},
    ));
    assert_eq!(
        text(&process.ask(Time::START).0),
        "web-0   ContainerCreating   0s\n"
    );
    process.tell(Answer::Frame(
        watch(),
        object! {"type": "MODIFIED", "object": table("web-0", "Running")},
    ));
    assert_eq!(
        text(&process.ask(Time::START).0),
        "web-0   Running             0s\n"
    );
    other.tell(Answer::Frame(
        watch(),
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

/// A terminal on a real wire; nothing acts on the objects.
struct Terminal {
    store: Store,
    config: Config,
    now: Time,
    files: Files,
    version: Version,
}

impl Terminal {
    fn new() -> Self {
        let mut it = Self {
            store: Store::default(),
            config: Config::default(),
            now: Time::START,
            files: Files::default(),
            version: Version::V1_36,
        };
        it.run("create namespace default");
        it.run("create serviceaccount default");
        it.files.insert("web.yaml".into(), WEB.into());
        it
    }

    /// Everything a command prints, and its exit code when that isn't 0.
    fn run(&mut self, words: &str) -> String {
        let mut process = Process::start(Invocation {
            files: self.files.clone(),
            version: self.version,
            ..invocation(words)
        });
        let mut out = String::new();
        for _ in 0..100 {
            let (outputs, ask) = process.ask(self.now);
            out.extend(outputs.iter().map(|it| it.text.as_str()));
            let answer = match ask {
                Ask::Exit(0) => return out,
                Ask::Exit(code) => return format!("{out}exit {code}\n"),
                Ask::Http(request) => Answer::Http(rest::handle(
                    &mut self.store,
                    &self.config,
                    self.now,
                    &request,
                )),
                Ask::Frame(mut watch, until) => {
                    let frame = rest::next_frame(&self.store, &self.config, self.now, &mut watch);
                    match (frame, until) {
                        (Some(frame), _) => Answer::Frame(watch, frame),
                        (None, Some(until)) => {
                            self.now = until;
                            Answer::Slept
                        }
                        (None, None) => Answer::Interrupted,
                    }
                }
                Ask::Sleep(span) => {
                    self.now += span;
                    Answer::Slept
                }
                Ask::Attach(..) => Answer::Exited(3),
                Ask::Edit(text) => Answer::Edited(text),
            };
            process.tell(answer);
        }
        panic!("{words} does not end: {out}");
    }
}

const WEB: &str = "\
apiVersion: v1
kind: Service
metadata: {name: nginx}
spec:
  clusterIP: None
  selector: {app: nginx}
  ports: [{port: 80, name: web}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: nginx
  replicas: 2
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec:
      containers: [{name: nginx, image: 'nginx:1.9.1'}]
";

#[test]
fn what_is_applied_can_be_read_changed_and_deleted() {
    let mut terminal = Terminal::new();
    for (words, printed) in [
        (
            "apply -f web.yaml",
            "service/nginx created\nstatefulset.apps/web created\n",
        ),
        (
            "apply -f web.yaml",
            "service/nginx unchanged\nstatefulset.apps/web unchanged\n",
        ),
        (
            "scale sts web --replicas=5",
            "statefulset.apps/web scaled\n",
        ),
        ("get sts", "NAME   READY   AGE\nweb    0/5     0s\n"),
        (
            "apply -f web.yaml",
            "service/nginx unchanged\nstatefulset.apps/web configured\n",
        ),
        ("get sts web -o jsonpath={.spec.replicas}", "2"),
        ("get sts web --template={{.spec.replicas}}", "2"),
        ("label svc nginx a=b", "service/nginx labeled\n"),
        ("get svc -l a=b -o name", "service/nginx\n"),
        (
            "set image sts/web nope=x",
            "error: unable to find container named \"nope\"\nexit 1\n",
        ),
        (
            "delete svc,sts --all",
            "service \"nginx\" deleted from default namespace\n\
             statefulset.apps \"web\" deleted from default namespace\n",
        ),
        ("get all", "No resources found in default namespace.\n"),
    ] {
        assert_eq!(terminal.run(words), printed, "{words}");
    }
}

#[test]
fn a_wait_ends_at_its_moment_and_not_before() {
    let mut terminal = Terminal::new();
    terminal.run("run x --image=busybox");
    let started = terminal.now;
    assert_eq!(
        terminal.run("wait --for=condition=Ready pod/x --timeout=90s"),
        "error: timed out waiting for the condition on pods/x\nexit 1\n"
    );
    assert_eq!(terminal.now.since(started).ms, 90_000);
    assert_eq!(
        terminal.run("wait --for=jsonpath={.status.phase}=Pending pod/x"),
        "pod/x condition met\n"
    );
    assert_eq!(terminal.now.since(started).ms, 90_000);
}

#[test]
fn an_older_kubectl_does_not_name_the_namespace_of_what_it_deletes() {
    let mut terminal = Terminal::new();
    terminal.version = Version::V1_22;
    terminal.run("run x --image=busybox");
    assert_eq!(
        terminal.run("delete pod x --wait=false"),
        "pod \"x\" deleted\n"
    );
}

#[test]
fn what_is_not_built_says_so_by_name() {
    let mut terminal = Terminal::new();
    for (words, printed) in [
        (
            "port-forward web-0 80",
            "error: kubectl port-forward is not simulated yet\nexit 1\n",
        ),
        (
            "apply -f web.yaml --wait",
            "error: flag --wait of kubectl apply is not simulated yet\n\
             See 'kubectl apply --help' for usage.\nexit 1\n",
        ),
        (
            "gte pods",
            "error: unknown command \"gte\" for \"kubectl\"\n\nDid you mean this?\n\tget\nexit 1\n",
        ),
    ] {
        assert_eq!(terminal.run(words), printed, "{words}");
    }
}

fn pod(phase: &str) -> Value {
    object! {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": object! {"name": "dns-test", "namespace": "default", "uid": "1", "resourceVersion": "8"},
        "spec": object! {
            "restartPolicy": "Never",
            "containers": crate::array![object! {"name": "dns-test", "tty": true, "stdin": true}],
        },
        "status": object! {
            "phase": phase,
            "conditions": crate::array![object! {"type": "Ready", "status": "True"}],
            "containerStatuses": crate::array![object! {
                "state": object! {"terminated": object! {"exitCode": 3, "reason": "Error"}},
            }],
        },
    }
}

#[test]
fn run_with_a_terminal_waits_attaches_and_removes() {
    let call = Invocation {
        tty: true,
        ..invocation("run -i --tty --image busybox:1.28.4 dns-test --restart=Never --rm")
    };
    let mut process = Process::start(call);
    let bookmark = object! {
        "type": "BOOKMARK",
        "object": object! {"metadata": object! {"annotations": object! {"k8s.io/initial-events-end": "true"}}},
    };
    let opened = || http(200, Body::Watch(watch()));
    let frame =
        |phase: &str| Answer::Frame(watch(), object! {"type": "ADDED", "object": pod(phase)});
    let gone = object! {"kind": "Status", "reason": "NotFound", "message": "gone"};
    let session = Body::Container(rest::Connection {
        namespace: "default".into(),
        pod: "dns-test".into(),
        container: "dns-test".into(),
        command: Vec::new(),
        is_main: true,
        tty: true,
    });
    let mut out = String::new();
    for answer in [
        json(201, pod("Pending")),
        opened(),
        frame("Pending"),
        Answer::Frame(watch(), bookmark.clone()),
        frame("Running"),
        http(101, session),
        Answer::Exited(3),
        opened(),
        frame("Failed"),
        Answer::Frame(watch(), bookmark),
        json(200, pod("Failed")),
        json(404, gone),
    ] {
        let (outputs, ask) = process.ask(Time::START);
        out.extend(outputs.iter().map(|it| it.text.as_str()));
        let fits = match answer {
            Answer::Http(_) => matches!(ask, Ask::Http(_)),
            Answer::Frame(..) => matches!(ask, Ask::Frame(..)),
            _ => matches!(ask, Ask::Attach(..)),
        };
        assert!(fits, "{ask:?} is not answered by {answer:?}");
        process.tell(answer);
    }
    let (outputs, ask) = process.ask(Time::START);
    out.extend(outputs.iter().map(|it| it.text.as_str()));
    assert_eq!(ask, Ask::Exit(3));
    assert_eq!(
        out,
        "All commands and output from this session will be recorded in container logs, including credentials and \
         sensitive information passed through the command prompt.\n\
         If you don't see a command prompt, try pressing enter.\n\
         pod \"dns-test\" deleted from default namespace\n\
         pod default/dns-test terminated (Error)\n"
    );
}
