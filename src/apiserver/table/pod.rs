//! The cells of a pod.
//!
//! upstream: printPod.

use super::{AGE, Cell, Column, NAME, Printer, column, none, number, wide};
use crate::api::{Object, condition};
use crate::config::{Config, Version};
use crate::time::{Time, human};
use crate::value::{Text, Value};

pub(super) static POD: [Column; 9] = [
    NAME,
    column("Ready", Cell::Made(ready)),
    column(
        "Status",
        Cell::Made(|it, printer| summarize(printer.version, it).reason),
    ),
    column(
        "Restarts",
        Cell::Made(|it, printer| summarize(printer.version, it).restarts.text(printer)),
    ),
    AGE,
    wide("IP", Cell::Made(address)),
    wide("Node", Cell::Text("spec.nodeName", "<none>")),
    wide(
        "Nominated Node",
        Cell::Text("status.nominatedNodeName", "<none>"),
    ),
    wide("Readiness Gates", Cell::Made(readiness_gates)),
];

fn ready(pod: &Object, _printer: Printer) -> Text {
    pod_ready(pod)
}

/// The READY cell of a pod: `1/1`.
pub fn pod_ready(pod: &Object) -> Text {
    let summary = summarize(Version::default(), pod);
    crate::text!("{}/{}", summary.ready, summary.containers)
}

fn address(pod: &Object, _: Printer) -> Text {
    match pod.value["status"]["podIPs"][0]["ip"].as_str() {
        "" => none(pod.pod_ip()),
        first => first.into(),
    }
}

/// The STATUS word of a pod.
pub fn pod_status(pod: &Object, config: &Config) -> Text {
    summarize(config.version, pod).reason
}

struct Summary {
    reason: Text,
    ready: usize,
    containers: usize,
    restarts: Restarts,
}

fn summarize(version: Version, pod: &Object) -> Summary {
    let status = &pod.value["status"];
    let sidecars = sidecars(pod);
    let mut it = Summary {
        reason: match status["reason"].as_str() {
            "" => status["phase"].as_str().into(),
            reason => reason.into(),
        },
        ready: 0,
        containers: pod.containers().len() + sidecars.len(),
        restarts: Restarts::default(),
    };
    let scheduled = status["conditions"].item("type", "PodScheduled");
    if scheduled["reason"].as_str() == "SchedulingGated" {
        it.reason = "SchedulingGated".into();
    }
    let blocked = it.scan_init_containers(pod, &sidecars);
    if !blocked || condition::is_true(&status["conditions"], "Initialized") {
        it.scan_containers(pod, &sidecars);
    }
    if pod.is_terminating() {
        if status["reason"].as_str() == "NodeLost" {
            it.reason = "Unknown".into();
        } else if version == Version::V1_22 || !pod.is_terminal() {
            // Before v1.31 a pod being deleted is Terminating to its end.
            it.reason = "Terminating".into();
        }
    }
    it
}

impl Summary {
    /// Says whether an init container is not done yet.
    fn scan_init_containers(&mut self, pod: &Object, sidecars: &[&str]) -> bool {
        let statuses = pod.value["status"]["initContainerStatuses"].items();
        for (at, container) in statuses.iter().enumerate() {
            self.restarts.add(container);
            let ended = &container["state"]["terminated"];
            if !ended.is_null() && number(&ended["exitCode"]) == 0 {
                continue;
            }
            let is_sidecar = sidecars.contains(&container["name"].as_str());
            if is_sidecar && container["started"].is_true() {
                self.ready += usize::from(container["ready"].is_true());
                continue;
            }
            let waits_for = container["state"]["waiting"]["reason"].as_str();
            let all = pod.value["spec"]["initContainers"].items().len();
            self.reason = match waits_for {
                _ if !ended.is_null() => crate::text!("Init:{}", end(ended)),
                "" | "PodInitializing" => crate::text!("Init:{at}/{all}"),
                reason => crate::text!("Init:{reason}"),
            };
            return true;
        }
        false
    }

    /// From last to first, so the first container has the last word.
    fn scan_containers(&mut self, pod: &Object, sidecars: &[&str]) {
        let status = &pod.value["status"];
        self.restarts = Restarts::default();
        for container in status["initContainerStatuses"].items() {
            if sidecars.contains(&container["name"].as_str()) {
                self.restarts.add(container);
            }
        }
        let mut has_running = false;
        for container in status["containerStatuses"].items().iter().rev() {
            self.restarts.add(container);
            let state = &container["state"];
            let waits_for = state["waiting"]["reason"].as_str();
            if !waits_for.is_empty() {
                self.reason = waits_for.into();
            } else if !state["terminated"].is_null() {
                self.reason = end(&state["terminated"]);
            } else if container["ready"].is_true() && !state["running"].is_null() {
                has_running = true;
                self.ready += 1;
            }
        }
        if self.reason == "Completed" && has_running {
            self.reason = if pod.is_ready() {
                "Running"
            } else {
                "NotReady"
            }
            .into();
        }
    }
}

/// The names of the init containers that run beside the others.
fn sidecars(pod: &Object) -> Vec<&str> {
    pod.value["spec"]["initContainers"]
        .items()
        .iter()
        .filter(|it| it["restartPolicy"].as_str() == "Always")
        .map(|it| it["name"].as_str())
        .collect()
}

/// How a container ended: `Completed`, `Signal:9`, `ExitCode:1`.
fn end(ended: &Value) -> Text {
    match (ended["reason"].as_str(), ended["signal"].as_int()) {
        ("", Some(signal)) if signal != 0 => crate::text!("Signal:{signal}"),
        ("", _) => crate::text!("ExitCode:{}", number(&ended["exitCode"])),
        (reason, _) => reason.into(),
    }
}

#[derive(Default)]
struct Restarts {
    count: i64,
    last: Option<Time>,
}

impl Restarts {
    fn add(&mut self, container: &Value) {
        self.count += number(&container["restartCount"]);
        let ended = &container["lastState"]["terminated"]["finishedAt"];
        self.last = self.last.max(Time::parse(ended.as_str()));
    }

    /// `3`, or `3 (20s ago)`.
    fn text(&self, printer: Printer) -> Text {
        match self.last {
            // The age came with v1.22.2; the article's cluster prints the number alone.
            Some(last) if self.count != 0 && printer.version > Version::V1_22 => {
                crate::text!("{} ({} ago)", self.count, human(printer.now.since(last)))
            }
            _ => crate::text!("{}", self.count),
        }
    }
}

fn readiness_gates(pod: &Object, _: Printer) -> Text {
    let gates = pod.value["spec"]["readinessGates"].items();
    if gates.is_empty() {
        return "<none>".into();
    }
    let conditions = &pod.value["status"]["conditions"];
    let passed = gates
        .iter()
        .filter(|it| condition::is_true(conditions, it["conditionType"].as_str()))
        .count();
    crate::text!("{passed}/{}", gates.len())
}
