//! The pod statuses a scenario writes by name, where no kubelet runs.
//!
//! A status keeps what the pod's status had and sets the rest by the table of the recordings' README.

use crate::time::Time;
use crate::value::{Text, Value};
use crate::{array, object};

/// One status, by name.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "they are the columns of the table"
)]
struct Row {
    name: &'static str,
    phase: &'static str,
    container: Container,
    is_ready: bool,
    is_started: bool,
    /// PodReadyToStartContainers: the pod's sandbox has its network.
    has_sandbox: bool,
    /// The reason of Ready and ContainersReady where they are False.
    unready: &'static str,
    has_address: bool,
}

/// What all containers are at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Creating,
    Running,
    BackingOff,
    ImagePullBackOff,
    Terminated(i32),
}

/// The row of a container that runs; the others say how they differ.
const RUNNING: Row = Row {
    name: "ready",
    phase: "Running",
    container: Container::Running,
    is_ready: true,
    is_started: true,
    has_sandbox: true,
    unready: "",
    has_address: true,
};

static TABLE: [Row; 7] = [
    RUNNING,
    Row {
        name: "notready",
        is_ready: false,
        unready: "ContainersNotReady",
        ..RUNNING
    },
    Row {
        name: "pending",
        phase: "Pending",
        container: Container::Creating,
        is_ready: false,
        is_started: false,
        has_sandbox: false,
        unready: "ContainersNotReady",
        has_address: false,
    },
    Row {
        name: "crashloop",
        container: Container::BackingOff,
        is_ready: false,
        is_started: false,
        unready: "ContainersNotReady",
        ..RUNNING
    },
    Row {
        name: "imagepull",
        phase: "Pending",
        container: Container::ImagePullBackOff,
        is_ready: false,
        is_started: false,
        unready: "ContainersNotReady",
        ..RUNNING
    },
    Row {
        name: "failed",
        phase: "Failed",
        container: Container::Terminated(1),
        is_ready: false,
        is_started: false,
        has_sandbox: false,
        unready: "PodFailed",
        has_address: true,
    },
    Row {
        name: "succeeded",
        phase: "Succeeded",
        container: Container::Terminated(0),
        is_ready: false,
        is_started: false,
        has_sandbox: false,
        unready: "PodCompleted",
        has_address: true,
    },
];

/// Where a pod runs, and since when it is told so.
#[derive(Clone, Debug)]
pub struct Place {
    /// The node's address.
    pub host: Text,
    /// The address the pod gets if it has none.
    pub address: Text,
    /// Now.
    pub now: Time,
}

/// The pod's status once it is at that named status; nothing for a name nobody knows.
pub fn status(pod: &Value, name: &str, place: &Place) -> Option<Value> {
    let row = TABLE.iter().find(|it| it.name == name)?;
    let mut status = pod["status"].clone();
    let generation = &pod["metadata"]["generation"];
    status["observedGeneration"] = generation.clone();
    status["phase"] = row.phase.into();
    status["hostIP"] = (&place.host).into();
    status["hostIPs"] = array![object! {"ip": &place.host}];
    if status["startTime"].is_empty() {
        status["startTime"] = place.now.rfc3339().into();
    }
    if row.has_address && status["podIP"].is_empty() {
        status["podIP"] = (&place.address).into();
        status["podIPs"] = array![object! {"ip": &place.address}];
    }
    status["conditions"] = conditions(pod, row, place.now);
    let specs = pod["spec"]["containers"].items().iter();
    status["containerStatuses"] = specs.map(|it| container(pod, it, row, place.now)).collect();
    Some(status)
}

fn conditions(pod: &Value, row: &Row, now: Time) -> Value {
    let names = pod["spec"]["containers"].items().iter();
    let names: Vec<&str> = names.map(|it| it["name"].as_str()).collect();
    let unready = format!("containers with unready status: [{}]", names.join(" "));
    let old = &pod["status"]["conditions"];
    let mut conditions = old.clone();
    for (kind, is_true, reason) in [
        ("Initialized", true, ""),
        ("PodReadyToStartContainers", row.has_sandbox, ""),
        ("Ready", row.is_ready, row.unready),
        ("ContainersReady", row.is_ready, row.unready),
    ] {
        let before = old.item("type", kind);
        let word = if is_true { "True" } else { "False" };
        let since = if before["status"].as_str() == word {
            before["lastTransitionTime"].clone()
        } else {
            now.rfc3339().into()
        };
        let mut condition = object! {
            "type": kind,
            "observedGeneration": &pod["metadata"]["generation"],
            "status": word,
            "lastProbeTime": Value::Null,
            "lastTransitionTime": since,
        };
        if !reason.is_empty() {
            condition["reason"] = reason.into();
        }
        if reason == "ContainersNotReady" {
            condition["message"] = (&*unready).into();
        }
        let list = conditions.as_items_mut();
        match list.iter().position(|it| it["type"].as_str() == kind) {
            Some(at) => list.make_mut()[at] = condition,
            None => list.push(condition),
        }
    }
    conditions
}

fn container(pod: &Value, spec: &Value, row: &Row, now: Time) -> Value {
    let name = spec["name"].as_str();
    let before = pod["status"]["containerStatuses"].item("name", name);
    let mut restarts = before["restartCount"].as_int().unwrap_or_default();
    let started_at = match &before["state"]["running"]["startedAt"] {
        Value::Null => now.rfc3339().into(),
        since => since.clone(),
    };
    let id = |restarts: i64| {
        let uid = pod["metadata"]["uid"].as_str();
        format!("fakeRuntime://{uid}_{name}_{restarts}")
    };
    let terminated = |code: i32, restarts: i64| {
        object! {"terminated": object! {
            "exitCode": code,
            "reason": if code == 0 { "Completed" } else { "Error" },
            "startedAt": &started_at,
            "finishedAt": now.rfc3339(),
            "containerID": id(restarts),
        }}
    };
    let waiting = |reason: &str| object! {"waiting": object! {"reason": reason}};
    let mut last = match &before["lastState"] {
        Value::Null => Value::object(),
        last => last.clone(),
    };
    let state = match row.container {
        Container::Creating => waiting("ContainerCreating"),
        Container::Running => object! {"running": object! {"startedAt": &started_at}},
        Container::ImagePullBackOff => {
            let mut state = waiting("ImagePullBackOff");
            let message = format!("Back-off pulling image \"{}\"", spec["image"].as_str());
            state["waiting"]["message"] = message.into();
            state
        }
        Container::BackingOff => {
            last = terminated(1, restarts);
            restarts += 1;
            let meta = &pod["metadata"];
            let (pod, namespace, uid) = (&meta["name"], &meta["namespace"], &meta["uid"]);
            let message = format!(
                "back-off 10s restarting failed container={name} pod={pod}_{namespace}({uid})"
            );
            let mut state = waiting("CrashLoopBackOff");
            state["waiting"]["message"] = message.into();
            state
        }
        Container::Terminated(code) => terminated(code, restarts),
    };
    let is_running = row.container == Container::Running;
    let mut status = object! {
        "name": name,
        "state": state,
        "lastState": last,
        "ready": row.is_ready,
        "restartCount": restarts,
        "image": &spec["image"],
        "imageID": if is_running { spec["image"].clone() } else { "".into() },
        "started": row.is_started,
    };
    if is_running {
        status["containerID"] = id(restarts).into();
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod() -> Value {
        object! {
            "metadata": object! {"name": "web-0", "namespace": "b", "uid": "u", "generation": 2},
            "spec": object! {"containers": array![
                object! {"name": "nginx", "image": "nginx:1.9.1"},
                object! {"name": "log", "image": "busybox"},
            ]},
            "status": object! {
                "phase": "Pending",
                "qosClass": "BestEffort",
                "conditions": array![object! {"type": "PodScheduled", "status": "True"}],
            },
        }
    }

    fn at(name: &str, pod: &Value, second: u64) -> Value {
        let place = Place {
            host: "10.0.0.11".into(),
            address: "10.88.0.2".into(),
            now: Time { ms: second * 1000 },
        };
        status(pod, name, &place).expect("a known status")
    }

    #[test]
    fn a_status_keeps_what_was_there_and_sets_the_rest() {
        let mut pod = pod();
        pod["status"] = at("notready", &pod, 1);
        let status = &pod["status"];
        assert_eq!(status["qosClass"].as_str(), "BestEffort");
        assert_eq!(status["observedGeneration"].as_int(), Some(2));
        let ready = status["conditions"].item("type", "Ready");
        assert_eq!(
            ready["message"].as_str(),
            "containers with unready status: [nginx log]"
        );
        pod["status"] = at("ready", &pod, 5);
        let status = &pod["status"];
        let types = status["conditions"].items().iter();
        let types: Vec<&str> = types.map(|it| it["type"].as_str()).collect();
        assert_eq!(
            types,
            [
                "PodScheduled",
                "Initialized",
                "PodReadyToStartContainers",
                "Ready",
                "ContainersReady"
            ]
        );
        let ready = status["conditions"].item("type", "Ready");
        assert_eq!(ready["lastTransitionTime"].as_str(), "2026-01-01T00:00:05Z");
        let sandbox = status["conditions"].item("type", "PodReadyToStartContainers");
        assert_eq!(
            sandbox["lastTransitionTime"].as_str(),
            "2026-01-01T00:00:01Z"
        );
        let running = &status["containerStatuses"][0]["state"]["running"];
        assert_eq!(running["startedAt"].as_str(), "2026-01-01T00:00:01Z");
        assert_eq!(status["podIP"].as_str(), "10.88.0.2");
    }

    #[test]
    fn each_crash_counts_and_is_remembered() {
        let mut pod = pod();
        pod["status"] = at("ready", &pod, 1);
        pod["status"] = at("crashloop", &pod, 2);
        let nginx = &pod["status"]["containerStatuses"][0];
        assert_eq!(nginx["restartCount"].as_int(), Some(1));
        assert_eq!(
            nginx["lastState"]["terminated"]["exitCode"].as_int(),
            Some(1)
        );
        assert_eq!(
            nginx["state"]["waiting"]["message"].as_str(),
            "back-off 10s restarting failed container=nginx pod=web-0_b(u)"
        );
        assert!(
            status(
                &pod,
                "sulking",
                &Place {
                    host: "".into(),
                    address: "".into(),
                    now: Time::START
                }
            )
            .is_none()
        );
    }
}
