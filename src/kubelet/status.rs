//! The pod status a kubelet writes, stage by stage.
//!
//! upstream: generateAPIPodStatus, status_manager.go; the exact states are in spec/statefulset.md D.10.

use super::behaviour::is_sidecar;
use super::probes::{READINESS, STARTUP};
use crate::api::Object;
use crate::api::condition::{self, Condition};
use crate::config::Version;
use crate::memory::{ContainerMemory, PodMemory, Stage};
use crate::plan::Ctx;
use crate::sort;
use crate::time::Time;
use crate::value::{Text, Value};
use crate::{array, object};

/// How the pod's containers stand together.
struct Counts {
    phase: &'static str,
    /// Names of the containers that are not ready, init containers that must have ended first.
    unready: Vec<Text>,
    incomplete: Vec<Text>,
    /// A container ended before the kubelet could see it run.
    is_lost: bool,
}

/// The status of a pod as its containers stand, from what was written before.
pub(super) fn status_of(ctx: &Ctx<'_>, pod: &Object, it: &PodMemory) -> Value {
    let mut status = it.status.clone();
    let knows_generations = ctx.config.version >= Version::V1_36;
    if knows_generations {
        status["observedGeneration"] = pod.generation().into();
        status["resources"] = Value::object();
    }
    let counts = counts(pod, it);
    status["phase"] = counts.phase.into();
    let (reason, message) = &it.ended_for;
    if !reason.is_empty() && it.stage >= Stage::Ended {
        status["phase"] = "Failed".into();
        status["reason"] = reason.into();
        status["message"] = message.into();
    }
    if status["startTime"].is_null() {
        status["startTime"] = ctx.now.rfc3339().into();
        let host = host_ip(ctx, pod);
        status["hostIP"] = (&host).into();
        status["hostIPs"] = array![object! {"ip": &host}];
    }
    let mut conditions = status["conditions"].clone();
    for mut it in conditions_of(pod, it, &counts) {
        if it.kind == "PodReadyToStartContainers" && !knows_generations {
            continue;
        }
        it.observed_generation = knows_generations.then(|| pod.generation());
        condition::set(&mut conditions, &it, ctx.now);
    }
    keep_foreign(ctx, pod, &mut conditions);
    status["conditions"] = conditions;
    let init = pod.init_containers().len();
    for (list, from, to) in [
        ("initContainerStatuses", 0, init),
        ("containerStatuses", init, pod.container_count()),
    ] {
        if from < to {
            let statuses = (from..to).map(|at| container_status(ctx, pod, it, at));
            status[list] = statuses.collect();
        }
    }
    status
}

/// upstream: getPhase, GenerateContainersReadyCondition, GeneratePodInitializedCondition.
fn counts(pod: &Object, it: &PodMemory) -> Counts {
    let init = pod.init_containers().len();
    let (mut pending, mut waiting, mut running, mut stopped, mut failed) = (0, 0, 0, 0, 0);
    let mut counts = Counts {
        phase: "Pending",
        unready: Vec::new(),
        incomplete: Vec::new(),
        is_lost: false,
    };
    for (at, container) in it.containers.iter().enumerate() {
        let spec = pod.container(at);
        let name = || Text::from(spec["name"].as_str());
        let has_ended = !container.exit.is_null();
        let is_good = container.exit["exitCode"].as_int() == Some(0);
        if at >= init || is_sidecar(spec) {
            if !is_ready(spec, container) {
                counts.unready.push(name());
            }
            counts.is_lost |= container.running.is_none() && !has_ended;
        }
        if at >= init {
            running += usize::from(container.running.is_some());
            if container.running.is_none() {
                let has_run = has_ended || !container.before.is_null();
                waiting += usize::from(!has_run);
                stopped += usize::from(has_run);
                failed += usize::from(has_ended && !is_good);
            }
        } else if is_sidecar(spec) {
            let has_stopped = has_ended && container.running.is_none();
            if !is_started(spec, container) && !has_stopped {
                pending += 1;
                counts.incomplete.push(name());
            }
        } else if container.running.is_some() || !is_good {
            pending += 1;
            counts.incomplete.push(name());
            let never = pod.value["spec"]["restartPolicy"].as_str() == "Never";
            if never && has_ended && container.running.is_none() {
                counts.phase = "Failed";
                return counts;
            }
        }
    }
    if running + stopped > 0 {
        counts.incomplete.clear();
    }
    let policy = pod.value["spec"]["restartPolicy"].as_str();
    let is_last = it.stage >= Stage::Ended;
    counts.phase = match (policy, failed) {
        _ if is_last && (waiting > 0 || counts.is_lost) => "Failed",
        _ if pending > 0 && running + stopped == 0 || waiting > 0 => "Pending",
        _ if running > 0 => "Running",
        (_, 0) if is_last => "Succeeded",
        _ if is_last => "Failed",
        ("Never" | "OnFailure", 0) => "Succeeded",
        ("Never", _) => "Failed",
        _ => "Running",
    };
    counts
}

/// upstream: prober manager UpdatePodStatus, isContainerStarted.
pub(super) fn is_started(spec: &Value, container: &ContainerMemory) -> bool {
    container.running.is_some()
        && (spec["startupProbe"].is_null() || container.probes[STARTUP].passes == Some(true))
}

/// Whether it runs and its readiness probe, if any, has passed.
pub(super) fn is_ready(spec: &Value, container: &ContainerMemory) -> bool {
    is_started(spec, container)
        && (spec["readinessProbe"].is_null() || container.probes[READINESS].passes == Some(true))
}

/// Conditions of other writers (DisruptionTarget) are taken from the object as it is and stand first; PodScheduled is
/// taken over, and stands last.
///
/// upstream: mergePodStatus, generateAPIPodStatus.
fn keep_foreign(ctx: &Ctx<'_>, pod: &Object, conditions: &mut Value) {
    let knows_generations = ctx.config.version >= Version::V1_36;
    for foreign in pod.value["status"]["conditions"].items() {
        let kind = foreign["type"].as_str();
        if KUBELET_CONDITIONS.contains(&kind) {
            continue;
        }
        let mut foreign = foreign.clone();
        if kind == "PodScheduled" && knows_generations {
            foreign["observedGeneration"] = pod.generation().into();
        }
        let items = conditions.as_items_mut();
        match items.iter().position(|it| it["type"] == foreign["type"]) {
            Some(at) => items.make_mut()[at] = foreign,
            None => items.push(foreign),
        }
    }
    if conditions.item("type", "PodScheduled").is_null() {
        // A pod that was made with a node met no scheduler.
        let it = Condition {
            kind: "PodScheduled",
            status: true,
            reason: "",
            message: Text::new(),
            observed_generation: knows_generations.then(|| pod.generation()),
        };
        condition::set(conditions, &it, ctx.now);
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

fn conditions_of(pod: &Object, it: &PodMemory, counts: &Counts) -> [Condition; 4] {
    let listed = |what: &str, names: &[Text]| {
        crate::text!("containers with {what} status: [{}]", names.join(" "))
    };
    let none = ("", Text::new());
    let has_succeeded = counts.phase == "Succeeded";
    let (reason, message) = match counts.phase {
        "Succeeded" => ("PodCompleted", Text::new()),
        "Failed" if !counts.is_lost => ("PodFailed", Text::new()),
        _ if counts.unready.is_empty() => none.clone(),
        _ => ("ContainersNotReady", listed("unready", &counts.unready)),
    };
    let initialized = match counts.incomplete.is_empty() {
        _ if has_succeeded => ("PodCompleted", Text::new()),
        true => none,
        false => (
            "ContainersNotInitialized",
            listed("incomplete", &counts.incomplete),
        ),
    };
    let gates = gates_missing(pod);
    let (ready_reason, ready_message) = if reason.is_empty() && !gates.is_empty() {
        ("ReadinessGatesNotReady", gates)
    } else {
        (reason, message.clone())
    };
    let of = |kind, status, reason, message| Condition {
        kind,
        status,
        reason,
        message,
        observed_generation: None,
    };
    let is_initialized = has_succeeded || initialized.0.is_empty();
    [
        of("PodReadyToStartContainers", it.has_sandbox, "", Text::new()),
        of("Initialized", is_initialized, initialized.0, initialized.1),
        of(
            "Ready",
            ready_reason.is_empty(),
            ready_reason,
            ready_message,
        ),
        of("ContainersReady", reason.is_empty(), reason, message),
    ]
}

/// What stands against the pod's readiness gates.
///
/// upstream: GeneratePodReadyCondition.
pub(super) fn gates_missing(pod: &Object) -> Text {
    let mut messages = Text::new();
    for gate in pod.value["spec"]["readinessGates"].items() {
        let kind = gate["conditionType"].as_str();
        let message = match pod.value["status"]["conditions"].item("type", kind)["status"].as_str()
        {
            "True" => continue,
            "" => crate::text!(
                "corresponding condition of pod readiness gate \"{kind}\" does not exist."
            ),
            status => crate::text!(
                "the status of pod readiness gate \"{kind}\" is not \"True\", but {status}"
            ),
        };
        if !messages.is_empty() {
            messages.push_str(", ");
        }
        messages.push_str(&message);
    }
    messages
}

/// The ID the runtime gives to the run of a container.
fn container_id(ctx: &Ctx<'_>, pod: &Object, name: &str, restarts: u32) -> Text {
    let restarts = crate::text!("{restarts}");
    let words = [pod.uid(), name, restarts.as_str()];
    let known = if restarts == "0" { 2 } else { 3 };
    crate::text!(
        "containerd://{:016x}",
        crate::chance::chance(ctx.config.seed, &words[..known])
    )
}

impl super::life::Life<'_> {
    /// A kubelet that begins anew takes what it can from the pod's status: what ran then cannot be found any more.
    ///
    /// upstream: convertToAPIContainerStatuses, "The container could not be located".
    pub(super) fn recall(&mut self) {
        for at in 0..self.it.containers.len() {
            let name = self.container_name(at);
            let status = &self.it.status;
            let lists = ["initContainerStatuses", "containerStatuses"];
            let mut old = lists.into_iter().map(|it| status[it].item("name", &name));
            let old = old.find(|it| !it.is_null()).cloned().unwrap_or_default();
            let time = |it: &Value| Time::parse(it.as_str());
            let it = &mut self.it.containers[at];
            it.restarts = old["restartCount"]
                .as_int()
                .and_then(|it| u32::try_from(it).ok())
                .unwrap_or(0);
            it.before = old["lastState"]["terminated"].clone();
            it.exit = old["state"]["terminated"].clone();
            it.ended = time(&it.exit["finishedAt"]).unwrap_or_default();
            it.running = time(&old["state"]["running"]["startedAt"]);
            if it.running.is_none() {
                continue;
            }
            if it.before.is_null() {
                it.before = lost(
                    "The container could not be located when the pod was deleted.  The container used to be Running",
                );
                it.restarts += u32::from(!self.pod.is_terminating());
            }
            self.note_end(at, 137);
            self.it.containers[at].running = None;
        }
        for address in ["podIP", "podIPs"] {
            if !self.it.status[address].is_null() {
                self.it.status[address] = Value::Null;
            }
        }
    }
}

/// How a container ended that cannot be found, as `state.terminated`.
fn lost(message: &str) -> Value {
    object! {
        "exitCode": 137,
        "reason": "ContainerStatusUnknown",
        "message": message,
        "startedAt": Value::Null,
        "finishedAt": Value::Null,
    }
}

/// How a run ended, as `state.terminated`.
pub(super) fn terminated(
    ctx: &Ctx<'_>,
    pod: &Object,
    at: usize,
    it: &ContainerMemory,
    code: i32,
) -> Value {
    object! {
        "exitCode": code,
        "reason": if code == 0 { "Completed" } else { "Error" },
        "startedAt": it.running.unwrap_or(ctx.now).rfc3339(),
        "finishedAt": ctx.now.rfc3339(),
        "containerID": container_id(ctx, pod, pod.container(at)["name"].as_str(), it.restarts),
    }
}

/// upstream: convertToAPIContainerStatuses.
fn container_status(ctx: &Ctx<'_>, pod: &Object, it: &PodMemory, at: usize) -> Value {
    let (spec, container) = (pod.container(at), &it.containers[at]);
    let name = spec["name"].as_str();
    let has_ended = !container.exit.is_null();
    let will_start = it.stage < Stage::Stopping;
    let mut last = &container.before;
    let state = if let Some(since) = container.running {
        object! {"running": object! {"startedAt": since.rfc3339()}}
    } else if !container.waiting.is_null() && will_start {
        if has_ended {
            last = &container.exit;
        }
        object! {"waiting": &container.waiting}
    } else if has_ended {
        object! {"terminated": &container.exit}
    } else if it.stage >= Stage::Ended && counts_as_lost(pod, it, at) {
        object! {"terminated": lost("The container could not be located when the pod was terminated")}
    } else if pod.init_containers().is_empty() {
        object! {"waiting": object! {"reason": "ContainerCreating"}}
    } else {
        object! {"waiting": object! {"reason": "PodInitializing"}}
    };
    let has_run = container.running.is_some() || has_ended;
    let is_init = at < pod.init_containers().len() && !is_sidecar(spec);
    let is_ready = if is_init {
        container.running.is_none() && container.exit["exitCode"].as_int() == Some(0)
    } else {
        is_ready(spec, container)
    };
    let mut status = object! {
        "name": name,
        "image": &spec["image"],
        "imageID": if has_run { spec["image"].clone() } else { "".into() },
        "lastState": if last.is_null() { Value::object() } else { object! {"terminated": last} },
        "ready": is_ready,
        "restartCount": container.restarts,
        "started": is_started(spec, container),
        "state": state,
    };
    if has_run {
        status["containerID"] = container_id(ctx, pod, name, container.restarts).into();
        status["resources"] = Value::object();
    }
    if !spec["volumeMounts"].is_empty() {
        let mounts = spec["volumeMounts"].items().iter().map(mount_status);
        status["volumeMounts"] = mounts.collect();
    }
    status
}

/// Whether a container that never ran counts as lost at the end: not one behind an init container that had not ended.
///
/// upstream: TerminatePod of the status manager, initializedContainers.
fn counts_as_lost(pod: &Object, it: &PodMemory, at: usize) -> bool {
    let init = pod.init_containers().len();
    if at >= init {
        return !it.containers[at].is_kept;
    }
    let has_run = |it: &ContainerMemory| it.running.is_some() || !it.exit.is_null();
    at == 0 || it.containers[at + 1..init].iter().any(has_run)
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
