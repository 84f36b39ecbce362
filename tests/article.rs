//! The article's transcript, run as typed on its own version of Kubernetes, prints what the article shows.
//!
//! Rows are compared cell by cell; ages and addresses are parameters. Ours may add the lines the article left out:
//! `… created`, hints, `^C`, and the removal of the throw-away pod.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

use statefulset_playground::api::{Key, Kind};
use statefulset_playground::apiserver::rest::{self, HttpRequest};
use statefulset_playground::config::{Config, Version};
use statefulset_playground::kubectl::{Invocation, Process};
use statefulset_playground::object;
use statefulset_playground::process::{Answer, Ask, Files};
use statefulset_playground::session::Session;
use statefulset_playground::shell::{outputs, transcript};
use statefulset_playground::sim::{Input, StepSize, World};
use statefulset_playground::time::{Duration, Time};
use statefulset_playground::value::{Text, Value};

const ARTICLE: &str = include_str!("cases/article-transcript.txt");

/// A line without what differs from run to run.
fn cells(line: &str) -> Vec<String> {
    let is_age = |cell: &str| {
        let units = cell.trim_matches(|it: char| it.is_ascii_digit());
        cell.starts_with(|it: char| it.is_ascii_digit()) && ["s", "m", "h", "d"].contains(&units)
            || cell.len() > 3
                && cell.ends_with('s')
                && cell.contains('m')
                && cell.starts_with(|it: char| it.is_ascii_digit())
    };
    let is_address = |cell: &str| {
        cell.split('.').count() == 4 && cell.split('.').all(|it| it.parse::<u8>().is_ok())
    };
    let cell = |it: &str| match it {
        _ if is_age(it) => "<age>".to_owned(),
        _ if is_address(it) && it != "10.43.0.10" => "<ip>".to_owned(),
        _ => it.to_owned(),
    };
    line.split_whitespace().map(cell).collect()
}

fn is_extra(line: &str) -> bool {
    line.ends_with(" created")
        || line.starts_with("If you don't see a command prompt")
        || line == "^C"
        || line.starts_with("pod \"dns-test\" deleted")
        || line.trim().is_empty()
}

/// What the terminal printed after each command, in order.
fn printed(session: &Session) -> Vec<(&str, Vec<&str>)> {
    outputs(&session.timeline().world().terminal().lines)
}

#[test]
fn a_plain_paste_prints_what_the_article_shows() {
    let mut session = Session::new(Config::of(Version::V1_22));
    let report = Value::from_json(&session.load(ARTICLE)).unwrap();
    assert_eq!(report["kind"].as_str(), "transcript");
    assert_eq!(
        report["suggests"].as_str(),
        "v1.22",
        "the article's era is recognised"
    );
    assert!(
        report["diagnostics"]
            .items()
            .iter()
            .all(|it| it["severity"].as_str() == "info"),
        "{}",
        report["diagnostics"]
    );
    session.step(StepSize::Idle);
    let ours = printed(&session);
    let mut ours = ours.iter().filter(|(prompt, _)| *prompt != "/ # exit");
    let pasted = transcript::read(ARTICLE);
    assert_eq!(pasted.commands.len(), 14);
    let mut deleted = false;
    for typed in &pasted.commands {
        let first = typed.command.text.lines().next().unwrap();
        let (prompt, output) = ours.next().unwrap_or_else(|| panic!("not typed: {first}"));
        assert!(prompt.ends_with(first), "{prompt} is not {first}");
        deleted |= first.starts_with("kubectl delete");
        if deleted && first.contains(" -w ") {
            // The article's second watch shows more than its commands cause: see the next test.
            continue;
        }
        let want: Vec<_> = typed
            .output
            .iter()
            .filter(|it| !is_extra(&it.1))
            .map(|it| cells(&it.1))
            .collect();
        let got: Vec<_> = output
            .iter()
            .filter(|it| !is_extra(it))
            .map(|it| cells(it))
            .collect();
        assert_eq!(got, want, "{first}");
    }
    assert!(deleted);
}

#[test]
fn the_first_watch_has_the_articles_ages() {
    let mut session = Session::new(Config::of(Version::V1_22));
    session.load(ARTICLE);
    session.step(StepSize::Idle);
    let all = printed(&session);
    let (_, watch) = all
        .iter()
        .find(|(prompt, _)| prompt.contains("statefulset.yml && kubectl get pods -w"))
        .unwrap();
    let ages: Vec<&str> = watch
        .iter()
        .filter(|it| it.contains("Running"))
        .filter_map(|it| it.split_whitespace().last())
        .collect();
    assert_eq!(ages, ["19s", "20s"]);
}

/// What the article's author must have done besides: web-1's removal was held up on its node, and web-0 was deleted
/// once more, from a second terminal, when it was 42 s old.
#[test]
fn the_second_watch_comes_out_with_two_named_inputs() {
    let mut world = World::new(Config::of(Version::V1_22));
    let manifests: Vec<String> = transcript::read(ARTICLE)
        .manifests
        .into_iter()
        .map(|it| it.text)
        .collect();
    world.apply(Input::WriteFile {
        path: "all.yml".into(),
        text: manifests.join("\n---\n").into(),
    });
    world.apply(Input::Type("kubectl apply -f all.yml".into()));
    world.wait_until(Time::START + Duration::s(8400));
    world.apply(Input::HoldRemoval {
        namespace: "default".into(),
        pod: "web-1".into(),
        hold_ms: 60_000,
    });
    world.apply(Input::Type(
        "kubectl delete pod -l app=nginx --wait=false".into(),
    ));
    let reborn = until(&mut world, |it| running_for(it, "web-0", 39));
    assert!(
        reborn,
        "web-0 is made anew while web-1 is still terminating"
    );
    let mut watch = Watcher::start(&world, "get pod -w -l app=nginx");
    let mut deleted_again = false;
    while world.next_time().is_some() {
        if !deleted_again && running_for(&world, "web-0", 42) {
            let path: Text = "/api/v1/namespaces/default/pods/web-0".into();
            world.apply(Input::Http(HttpRequest {
                method: "DELETE",
                path,
                body: object! {},
                ..HttpRequest::default()
            }));
            deleted_again = true;
        }
        let soon = world.now + Duration::ms(500);
        if !deleted_again && world.next_time().is_some_and(|it| it > soon) {
            world.now = soon;
        } else {
            world.step();
        }
        watch.read(&mut world);
    }
    let want = transcript::read(ARTICLE)
        .commands
        .into_iter()
        .filter(|it| it.command.text.contains("get pod -w"));
    let mut want: Vec<_> = want
        .flat_map(|it| it.output)
        .filter(|it| !is_extra(&it.1))
        .map(|it| cells(&it.1))
        .collect();
    let mut got: Vec<_> = watch.printed.lines().map(cells).collect();
    // The article's server (k3s on SQLite) lists in the order of last change, etcd by name.
    want[1..3].sort();
    got[1..3].sort();
    assert_eq!(got, want);
}

/// Steps in small spans of time until that holds, for five minutes at most.
fn until(world: &mut World, holds: impl Fn(&World) -> bool) -> bool {
    (0..600).any(|_| {
        world.wait_until(world.now + Duration::ms(500));
        holds(world)
    })
}

fn running_for(world: &World, name: &str, seconds: u64) -> bool {
    let pod = world
        .store
        .objects
        .get(&Key::new(Kind::Pod, "default", name));
    pod.is_some_and(|it| {
        it.is_running_and_ready()
            && !it.is_terminating()
            && world.now.since(it.created()).ms / 1000 >= seconds
    })
}

/// A kubectl in another terminal.
struct Watcher {
    process: Process,
    frame: Option<rest::Watch>,
    printed: String,
}

impl Watcher {
    fn start(world: &World, line: &str) -> Self {
        let call = Invocation {
            argv: line.split(' ').map(Text::from).collect(),
            files: Files::default(),
            stdin: None,
            namespace: "default".into(),
            tty: true,
            version: world.config.version,
        };
        let mut it = Self {
            process: Process::start(call),
            frame: None,
            printed: String::new(),
        };
        it.read(&mut world.clone());
        it
    }

    /// Reads all that there is to read now.
    fn read(&mut self, world: &mut World) {
        loop {
            if let Some(mut watch) = self.frame.take() {
                match rest::next_frame(&world.store, &world.config, world.now, &mut watch) {
                    Some(frame) => self.process.tell(Answer::Frame(watch, frame)),
                    None => {
                        self.frame = Some(watch);
                        return;
                    }
                }
            }
            let (outputs, ask) = self.process.ask(world.now);
            self.printed
                .extend(outputs.iter().map(|it| it.text.as_str()));
            match ask {
                Ask::Http(request) => {
                    let config = std::sync::Arc::clone(&world.config);
                    let answer = rest::handle(&mut world.store, &config, world.now, &request);
                    self.process.tell(Answer::Http(answer));
                }
                Ask::Frame(watch, _) => self.frame = Some(watch),
                other => panic!("a watch asks for nothing else: {other:?}"),
            }
        }
    }
}
