//! Time travel over seeds: going back is exact, a branch leaves the one it came from alone, a link leads to the same
//! place.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

use statefulset_playground::chance;
use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;
use statefulset_playground::time::Duration;
use statefulset_playground::value::Value;

const ARTICLE: &str = include_str!("../www/examples/article.yaml");
const COMMANDS: [&str; 6] = [
    "kubectl delete pod web-0",
    "kubectl scale sts web --replicas=3",
    "kubectl get pods",
    "kubectl delete sts web --cascade=orphan",
    "kubectl set image sts/web nginx=nginx:1.10",
    "kubectl get pods -w",
];

/// What is known of a moment, however far the run has come.
fn moment(session: &Session) -> String {
    let mut value = Value::from_json(&session.snapshot()).unwrap();
    for name in ["end", "steps", "timeline", "branches"] {
        value.remove(name);
    }
    value.to_json()
}

fn branches(session: &Session) -> Vec<Value> {
    let value = Value::from_json(&session.snapshot()).unwrap();
    value["branches"].items().to_vec()
}

/// Walks about by a keyed hash: steps, jumps, commands in the present and in the past.
fn wander(seed: u64, turns: u64) -> Session {
    let mut session = Session::new(Config {
        seed,
        ..Config::default()
    });
    session.load(ARTICLE);
    for turn in 0..turns {
        let draw = |name: &str, below: u64| {
            chance::between(seed, &[name, &turn.to_string()], 0, below - 1)
        };
        match draw("what", 8) {
            0..=2 => drop(session.step(StepSize::Change)),
            3 => drop(session.step(StepSize::Ready)),
            4 => session.seek(draw("step", 30).try_into().unwrap()),
            5 => drop(session.advance(Duration::ms(draw("span", 4000)))),
            6 => session.interrupt(),
            _ => session.type_line(COMMANDS[usize::try_from(draw("command", 6)).unwrap()]),
        }
    }
    session
}

#[test]
fn a_seek_equals_a_straight_run() {
    for seed in 0..8 {
        let mut session = wander(seed, 25);
        let steps = Value::from_json(&session.snapshot()).unwrap()["steps"]
            .as_int()
            .unwrap();
        let mut seen = Vec::new();
        for step in 0..=usize::try_from(steps).unwrap() {
            session.seek(step);
            seen.push(moment(&session));
        }
        for step in (0..seen.len()).rev() {
            session.seek(step);
            assert_eq!(moment(&session), seen[step], "seed {seed}, step {step}");
        }
    }
}

#[test]
fn a_clone_goes_on_as_the_original_does() {
    for seed in 0..8 {
        let mut session = wander(seed, 15);
        let mut twin = session.clone();
        for it in [&mut session, &mut twin] {
            it.type_line("kubectl delete pods --all");
            it.step(StepSize::Idle);
        }
        assert_eq!(session.snapshot(), twin.snapshot(), "seed {seed}");
    }
}

#[test]
fn a_branch_leaves_the_one_it_came_from_alone() {
    let mut session = Session::new(Config::default());
    session.load(ARTICLE);
    session.step(StepSize::Idle);
    let end = moment(&session);
    assert_eq!(branches(&session).len(), 1);
    for _ in 0..4 {
        session.back();
    }
    session.type_line("kubectl scale sts web --replicas=5");
    session.step(StepSize::Idle);
    let other = moment(&session);
    let names = branches(&session);
    assert_eq!(names.len(), 2);
    assert!(names[1]["current"].is_true());
    assert_eq!(
        names[1]["text"].as_str(),
        "kubectl scale sts web --replicas=5"
    );

    session.switch(0);
    session.step(StepSize::Idle);
    assert_eq!(moment(&session), end);
    session.switch(1);
    session.seek(usize::MAX);
    session.back();
    session.step(StepSize::Change);
    session.seek_time(statefulset_playground::time::Time::NEVER);
    assert_eq!(moment(&session), other);
    session.switch(7);
    assert_eq!(branches(&session).len(), 2, "there is no such branch");
}

/// Who types before the first step does not lose the manifests.
#[test]
fn what_was_loaded_is_still_to_come_after_a_command_before_it() {
    let mut session = Session::new(Config::default());
    session.load(ARTICLE);
    session.type_line("kubectl get nodes");
    session.step(StepSize::Idle);
    assert!(session.snapshot().contains("statefulset.apps/web created"));
    session.seek(0);
    session.type_line("kubectl get sts");
    session.step(StepSize::Idle);
    assert!(session.snapshot().contains("statefulset.apps/web created"));
    assert_eq!(branches(&session).len(), 2);
}

#[test]
fn a_link_leads_to_the_same_place() {
    for seed in 0..12 {
        let session = wander(seed, 25);
        let mut other = Session::new(Config::default());
        let opened = Value::from_json(&other.open(&session.link())).unwrap();
        assert_eq!(opened["problems"].items().len(), 0, "seed {seed}");
        assert_eq!(opened["text"].as_str(), ARTICLE);
        assert_eq!(moment(&other), moment(&session), "seed {seed}");
        assert_eq!(branches(&other), branches(&session), "seed {seed}");
        assert_eq!(
            other.timeline().inputs(),
            session.timeline().inputs(),
            "seed {seed}"
        );
    }
}

#[test]
fn a_damaged_link_keeps_what_can_be_read() {
    let whole = wander(3, 25).link();
    for cut in (40..whole.len())
        .step_by(17)
        .filter(|it| whole.is_char_boundary(*it))
    {
        let mut session = Session::new(Config::default());
        let opened = Value::from_json(&session.open(&whole[..cut])).unwrap();
        assert_ne!(opened["problems"].items().len(), 0);
        let text = opened["text"].as_str();
        assert!(
            ARTICLE.starts_with(text) && text.len() * 9 / 8 + 60 >= cut.min(ARTICLE.len()),
            "{cut}: {text}"
        );
    }
    let mut session = Session::new(Config::default());
    let opened =
        session.open(r#"{"manifest": "kind: x", "colour": 1, "nodes": 0, "runs": [[[1, 2, 3]]]}"#);
    let opened = Value::from_json(&opened).unwrap();
    assert_eq!(opened["text"].as_str(), "kind: x");
    assert_eq!(opened["problems"].items().len(), 3, "{opened}");
}

#[test]
fn commands_of_a_link_run_after_its_manifests() {
    let mut session = Session::new(Config::default());
    let link = statefulset_playground::object! {
        "manifest": ARTICLE,
        "cmd": statefulset_playground::array!["kubectl get sts", "kubectl get svc"],
        "step": 1_000_000,
    };
    session.open(&link.to_json());
    let shown = session.snapshot();
    let at = |text: &str| {
        shown
            .find(text)
            .unwrap_or_else(|| panic!("{text} in {shown}"))
    };
    assert!(at("statefulset.apps/web created") < at("kubectl get sts"));
    assert!(at("kubectl get sts") < at("kubectl get svc"));
}

#[test]
fn a_gate_is_in_the_link_and_its_field_is_kept_or_named() {
    const FIELD: &str = "spec.updateStrategy.rollingUpdate.maxUnavailable";
    let manifest = ARTICLE.replacen(
        "spec:\n  serviceName:",
        "spec:\n  updateStrategy: {rollingUpdate: {maxUnavailable: 2}}\n  serviceName:",
        1,
    );
    let open = |gates: &str| {
        let mut session = Session::new(Config::default());
        let link = statefulset_playground::object! {
            "featureGates": gates, "kubernetes": "v1.36", "manifest": manifest.as_str(),
        };
        let opened = Value::from_json(&session.open(&link.to_json())).unwrap();
        let told = opened["paste"]["diagnostics"].items().iter();
        let named = told.filter(|it| it["path"].as_str() == FIELD).count();
        (named, opened["problems"].items().len(), session.link())
    };
    let (named, problems, link) = open("MaxUnavailableStatefulSet=true");
    assert_eq!((named, problems), (0, 0));
    assert!(link.contains(r#""featureGates":"MaxUnavailableStatefulSet=true""#));
    assert_eq!(open("").0, 1);
    for unknown in [
        "Maximal=true",
        "MaxUnavailableStatefulSet",
        "MaxUnavailableStatefulSet=on",
    ] {
        assert_eq!(open(unknown).1, 1, "{unknown}");
    }
}

#[test]
fn a_decision_is_shorter_than_a_change() {
    let count = |size| {
        let mut session = Session::new(Config::default());
        session.load(ARTICLE);
        (0..200).take_while(|_| session.step(size)).count()
    };
    let (events, decisions, changes) = (
        count(StepSize::Event),
        count(StepSize::Decision),
        count(StepSize::Change),
    );
    assert!(
        events > decisions && decisions > changes,
        "{events} {decisions} {changes}"
    );
}

#[test]
fn a_link_to_the_end_of_time_ends_before_it() {
    let crash = ARTICLE.replace(
        "image: nginx:1.9.1",
        "image: busybox\n        command: ['false']",
    );
    let end = 4_000_000_000_i64;
    let link = statefulset_playground::object! {
        "manifest": crash, "step": end, "seq": end, "time": i64::MAX,
    };
    let mut session = Session::new(Config::default());
    session.open(&link.to_json());
    assert!(session.timeline().world().seq <= 20_000);
    assert!(session.step(StepSize::Change), "it can be stepped on");
}
