//! The pod status a kubelet writes, stage by stage.
//!
//! upstream: generateAPIPodStatus, status_manager.go; the exact states are in spec/statefulset.md D.10.

use crate::api::Object;
use crate::api::condition::{self, Condition};
use crate::apiserver::{Patch, Request, Verb, WriteOptions};
use crate::config::Version;
use crate::plan::{Ctx, Decision, OnError};
use crate::sort;
use crate::value::{Text, Value};
use crate::why::Why;
use crate::{array, object};

/// How the containers of a pod stand, all alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Containers {
    /// Waiting: ContainerCreating.
    Creating,
    /// Running and ready.
    Running,
    /// Ended with that exit code.
    Ended(i32),
    /// Never found: the pod was deleted before a container ran.
    Lost,
}

/// The status of a pod whose containers stand so, from what it was before.
pub(super) fn status_of(
    ctx: &Ctx<'_>,
    pod: &Object,
    old: &Value,
    containers: Containers,
    sandbox: bool,
) -> Value {
    let mut status = old.clone();
    let knows_generations = ctx.config.version >= Version::V1_36;
    if knows_generations {
        status["observedGeneration"] = pod.generation().into();
        status["resources"] = Value::object();
    }
    status["phase"] = match containers {
        Containers::Creating => "Pending",
        Containers::Running => "Running",
        Containers::Ended(0) => "Succeeded",
        Containers::Ended(_) | Containers::Lost => "Failed",
    }
    .into();
    if status["startTime"].is_null() {
        status["startTime"] = ctx.now.rfc3339().into();
        let host = host_ip(ctx, pod);
        status["hostIP"] = (&host).into();
        status["hostIPs"] = array![object! {"ip": &host}];
    }
    let mut conditions = status["conditions"].clone();
    for mut it in conditions_of(pod, containers, sandbox) {
        if it.kind == "PodReadyToStartContainers" && !knows_generations {
            continue;
        }
        it.observed_generation = knows_generations.then(|| pod.generation());
        condition::set(&mut conditions, &it, ctx.now);
    }
    keep_foreign(ctx, pod, &mut conditions);
    status["conditions"] = conditions;
    let old = &old["containerStatuses"];
    status["containerStatuses"] = pod
        .containers()
        .iter()
        .map(|it| container_status(ctx, pod, it, old, containers))
        .collect();
    status
}

/// Conditions of other writers (DisruptionTarget) are taken from the object as it is and stand first; PodScheduled is
/// taken over, and stands last.
///
/// upstream: mergePodStatus, generateAPIPodStatus.
fn keep_foreign(ctx: &Ctx<'_>, pod: &Object, conditions: &mut Value) {
    for foreign in pod.value["status"]["conditions"].items() {
        let kind = foreign["type"].as_str();
        if KUBELET_CONDITIONS.contains(&kind) {
            continue;
        }
        let mut foreign = foreign.clone();
        if kind == "PodScheduled" && ctx.config.version >= Version::V1_36 {
            foreign["observedGeneration"] = pod.generation().into();
        }
        let items = conditions.as_items_mut();
        match items.iter().position(|it| it["type"] == foreign["type"]) {
            Some(at) => items.make_mut()[at] = foreign,
            None => items.push(foreign),
        }
    }
    sort::by_key(conditions.as_items_mut().make_mut(), |it| {
        let kind = it["type"].as_str();
        let own = KUBELET_CONDITIONS.iter().position(|it| *it == kind);
        match kind {
            "PodScheduled" => KUBELET_CONDITIONS.len() + 1,
            _ => own.map_or(0, |at| at + 1),
        }
    });
}

/// In the kubelet's own order.
const KUBELET_CONDITIONS: [&str; 4] = [
    "PodReadyToStartContainers",
    "Initialized",
    "Ready",
    "ContainersReady",
];

fn conditions_of(pod: &Object, containers: Containers, sandbox: bool) -> [Condition; 4] {
    let names: Vec<&str> = pod
        .containers()
        .iter()
        .map(|it| it["name"].as_str())
        .collect();
    let unready = crate::text!("containers with unready status: [{}]", names.join(" "));
    let (ready, reason, message) = match containers {
        Containers::Running => (true, "", Text::new()),
        Containers::Creating | Containers::Lost => (false, "ContainersNotReady", unready),
        Containers::Ended(0) => (false, "PodCompleted", Text::new()),
        Containers::Ended(_) => (false, "PodFailed", Text::new()),
    };
    let initialized = if containers == Containers::Ended(0) {
        "PodCompleted"
    } else {
        ""
    };
    let of = |kind, status, reason, message| Condition {
        kind,
        status,
        reason,
        message,
        observed_generation: None,
    };
    [
        of("PodReadyToStartContainers", sandbox, "", Text::new()),
        of("Initialized", true, initialized, Text::new()),
        of("Ready", ready, reason, message.clone()),
        of("ContainersReady", ready, reason, message),
    ]
}

fn container_status(
    ctx: &Ctx<'_>,
    pod: &Object,
    container: &Value,
    old: &Value,
    containers: Containers,
) -> Value {
    let name = container["name"].as_str();
    let old = old.item("name", name);
    let now = || Value::from(ctx.now.rfc3339());
    let started_at = match &old["state"]["running"]["startedAt"] {
        Value::Null => now(),
        since => since.clone(),
    };
    let id = crate::text!(
        "containerd://{:016x}",
        crate::chance::chance(ctx.config.seed, &[pod.uid(), name])
    );
    let state = match containers {
        Containers::Creating => object! {"waiting": object! {"reason": "ContainerCreating"}},
        Containers::Running => object! {"running": object! {"startedAt": started_at}},
        Containers::Ended(code) => object! {"terminated": object! {
            "exitCode": code,
            "reason": if code == 0 { "Completed" } else { "Error" },
            "startedAt": started_at,
            "finishedAt": now(),
            "containerID": &id,
        }},
        Containers::Lost => object! {"terminated": object! {
            "exitCode": 137,
            "reason": "ContainerStatusUnknown",
            "message": "The container could not be located when the pod was terminated",
            "startedAt": Value::Null,
            "finishedAt": Value::Null,
        }},
    };
    let has_run = matches!(containers, Containers::Running | Containers::Ended(_));
    let mut status = object! {
        "name": name,
        "image": &container["image"],
        "imageID": if has_run { container["image"].clone() } else { "".into() },
        "lastState": Value::object(),
        "ready": containers == Containers::Running,
        "restartCount": 0,
        "started": containers == Containers::Running,
        "state": state,
    };
    if has_run {
        status["containerID"] = id.into();
        status["resources"] = Value::object();
    }
    let mounts = container["volumeMounts"].items().iter().map(mount_status);
    if !container["volumeMounts"].is_empty() {
        status["volumeMounts"] = mounts.collect();
    }
    status
}

fn mount_status(mount: &Value) -> Value {
    let mut status = object! {"name": &mount["name"], "mountPath": &mount["mountPath"]};
    if mount["readOnly"].is_true() {
        status["readOnly"] = true.into();
        status["recursiveReadOnly"] = "Disabled".into();
    }
    status
}

fn host_ip(ctx: &Ctx<'_>, pod: &Object) -> Text {
    let key = crate::api::Key::new(crate::api::Kind::Node, "", pod.node_name());
    ctx.objects
        .get(&key)
        .map(|it| it.internal_ip().into())
        .unwrap_or_default()
}

/// The request that writes a pod's status; it meets only the pod of this UID.
pub(super) fn write(pod: &Object, status: &Value, why: Why) -> Decision {
    let patch = object! {"metadata": object! {"uid": pod.uid()}, "status": status};
    let verb = Verb::PatchStatus(Patch::Merge, patch);
    let request = Request {
        key: pod.key(),
        verb,
        options: WriteOptions::default(),
    };
    Decision::Do {
        request,
        on_error: OnError::Stop,
        why,
        report: None,
    }
}
