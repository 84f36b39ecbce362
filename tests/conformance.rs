//! Recordings of the real thing: the judge, and the floor under what passes.
#![cfg(feature = "cli")]

use std::path::{Path, PathBuf};

use statefulset_playground::conformance;
use statefulset_playground::conformance::compare::{Recording, compare};
use statefulset_playground::value::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

fn folder(name: &str) -> PathBuf {
    fixtures().join("cluster").join(name)
}

fn recording(name: &str) -> Recording {
    Recording::read(&folder(name)).expect("the fixture is readable")
}

/// The first watch event of that resource, type and name.
fn row<'a>(
    recording: &'a mut Recording,
    resource: &str,
    change: &str,
    name: &str,
) -> &'a mut Value {
    let rows = recording.events.iter_mut();
    rows.into_iter()
        .find(|it| {
            it["resource"].as_str() == resource
                && it["type"].as_str() == change
                && it["object"]["metadata"]["name"].as_str() == name
        })
        .expect("the fixture has such a row")
}

#[test]
fn a_recording_agrees_with_itself() {
    let real = recording("b-article");
    let verdict = compare(&real, &real);
    assert_eq!(verdict.notes, Vec::<String>::new());
    assert_eq!(
        verdict.to_string(),
        "objects 8/8, events 6/6, order same, timing 0 off, said 0 off"
    );
}

#[test]
fn what_two_real_runs_share_must_agree_and_the_rest_need_not() {
    let real = recording("b-article");
    let changed = |change: fn(&mut Recording)| {
        let mut ours = real.clone();
        change(&mut ours);
        compare(&real, &ours).to_string()
    };
    let same = "objects 8/8, events 6/6, order same, timing 0 off, said 0 off";
    let other_node = changed(|it| {
        let pod = row(it, "pods", "ADDED", "web-0");
        pod["object"]["status"]["hostIP"] = "10.9.9.9".into();
    });
    assert_eq!(other_node, same);
    let other_image = changed(|it| {
        let pod = row(it, "pods", "ADDED", "web-0");
        pod["object"]["spec"]["subdomain"] = "other".into();
    });
    assert_eq!(other_image, same.replace("8/8", "7/8"));
    let other_event = changed(|it| {
        let events = it.events.iter_mut();
        for event in events.filter(|it| it["resource"].as_str() == "events") {
            event["object"]["reason"] = "Scheduled".into();
        }
    });
    assert_eq!(other_event, same.replace("6/6", "4/8"));
    let slow = changed(|it| {
        let rows = it.events.iter_mut();
        for row in rows.filter(|it| it["t"].as_int() > Some(2400)) {
            row["t"] = (row["t"].as_int().unwrap_or_default() + 1600).into();
        }
    });
    assert_eq!(slow, same.replace("timing 0", "timing 1"));
    let mute = changed(|it| it.watch = Some("NAME    READY   STATUS    RESTARTS   AGE\n".into()));
    assert_eq!(mute, same.replace("said 0", "said 2"));
}

/// What passes may only grow: names stand in `floor.json`, and each must pass.
#[test]
fn no_recorded_scenario_falls_below_the_floor() {
    let floor = std::fs::read_to_string(fixtures().join("floor.json")).unwrap();
    let floor = Value::from_json(&floor).unwrap();
    let report = conformance::cluster(&fixtures().join("cluster"), None).unwrap();
    let passed = [report.tally.passed.as_slice(), &report.tally.by_chance].concat();
    let fallen: Vec<&str> = floor["cluster"]
        .items()
        .iter()
        .map(Value::as_str)
        .filter(|it| !passed.iter().any(|passed| passed == it))
        .collect();
    let text = [report.lines.as_slice(), &report.notes].concat().join("\n");
    assert!(fallen.is_empty(), "{fallen:?} passed before:\n{text}");
    // Shown by `cargo test -- --nocapture`: what does not pass yet, and what the floor may rise to.
    println!("not yet: {:?}\n{text}", report.tally.failed);
    let floor = floor["cluster"].items();
    let is_new = |it: &&String| floor.iter().all(|known| known.as_str() != **it);
    let risen: Vec<&String> = passed.iter().filter(is_new).collect();
    assert!(
        risen.is_empty(),
        "add to tests/conformance/floor.json: {risen:?}"
    );
}

/// Judges keep back everything but the scenario and what was there at its start: the clock must begin after the nodes.
#[test]
fn a_silent_node_is_given_up_though_no_table_tells_the_date() {
    const NAME: &str = "a-node-out-of-service";
    let [from, to] = ["asked", "ours"].map(|it| std::env::temp_dir().join(format!("{it}-{NAME}")));
    std::fs::create_dir_all(&from).unwrap();
    let read = |file: &str| std::fs::read_to_string(folder(NAME).join(file)).unwrap();
    let rows = read("events.jsonl");
    let initial: Vec<&str> = rows
        .lines()
        .filter(|it| it.contains("\"INITIAL\""))
        .collect();
    std::fs::write(from.join("events.jsonl"), initial.join("\n")).unwrap();
    std::fs::write(from.join("scenario.yaml"), read("scenario.yaml")).unwrap();
    conformance::record(&from, &to).unwrap();
    let ours = std::fs::read_to_string(to.join("events.jsonl")).unwrap();
    assert!(ours.contains("\"NodeNotReady\""));
}
