//! A reader at the terminal: manifests that are loaded, lines that are typed, and what the screen then shows.
#![allow(dead_code, reason = "each test uses a part of it")]

use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;
use statefulset_playground::value::Value;

/// The Service `nginx` and the set `web` behind it, with these fields of the set's spec and of its container.
pub fn web(spec: &str, container: &str) -> String {
    format!(
        "\
apiVersion: v1
kind: Service
metadata: {{name: nginx}}
spec: {{clusterIP: None, selector: {{app: nginx}}, ports: [{{name: web, port: 80}}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: web}}
spec:
  serviceName: nginx
  {spec}
  selector: {{matchLabels: {{app: nginx}}}}
  template:
    metadata: {{labels: {{app: nginx}}}}
    spec:
      containers: [{{name: nginx, {container}}}]
"
    )
}

/// A manifest that was loaded and has come to rest.
pub fn loaded(manifest: &str) -> Session {
    let mut session = Session::new(Config::default());
    session.load(manifest);
    session.step(StepSize::Idle);
    session
}

/// Types the lines one after another; what the last one printed, without its prompt.
pub fn typed(session: &mut Session, lines: &[&str]) -> Vec<String> {
    // Counted by the terminal: it may not show all lines any more.
    let printed = |session: &Session| session.timeline().world().terminal().printed();
    let mut before = 0;
    for line in lines {
        before = printed(session) + line.split('\n').count();
        session.type_line(line);
        session.step(StepSize::Idle);
    }
    let (mut shown, new) = (screen(session), printed(session).saturating_sub(before));
    shown.split_off(shown.len().saturating_sub(new))
}

/// All lines of the terminal.
pub fn screen(session: &Session) -> Vec<String> {
    let snapshot = Value::from_json(&session.snapshot()).expect("a snapshot is JSON");
    let lines = snapshot["terminal"]["lines"].items();
    lines
        .iter()
        .map(|it| it["text"].as_str().to_owned())
        .collect()
}
