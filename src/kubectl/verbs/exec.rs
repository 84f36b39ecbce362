//! `kubectl exec` and `attach`, and how pods and their containers are chosen.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/exec, cmd/attach and pkg/cmd/util/podcmd.

use crate::api::selector::Selector;
use crate::apiserver::rest::{Body, Connection, HttpRequest};
use crate::config::Version;
use crate::kubectl::Done;
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;
use crate::kubectl::resources::{Info, get, items, namespace, path, query, request};
use crate::kubectl::text::fill;
use crate::kubectl::types::find;
use crate::sort;
use crate::value::{Text, Value};

pub(super) const EXEC: &str =
    "container/c:s filename/f:l pod-running-timeout:d quiet/q:b stdin/i:b tty/t:b";
pub(super) const ATTACH: &str = "container/c:s pod-running-timeout:d quiet/q:b stdin/i:b tty/t:b";

/// The pod that an argument means: itself, or one of those a workload selects.
pub(super) fn pod_of(io: &mut Io, flags: &Flags, arg: &str, says_which: bool) -> Done<Info> {
    let pods = find("pods")?;
    let space = namespace(io, flags);
    let (of, name) = match arg.split_once('/') {
        Some((of, name)) => (find(of)?, name),
        None => (pods, arg),
    };
    if name.contains('/') {
        let text = "arguments in resource/name form may not have more than one slash";
        return Err(Failure::client(text).into());
    }
    let object = io.json(get(path(of, &space, name, "")))?;
    if of.kind == "Pod" {
        return Ok(Info::new(of, object, ""));
    }
    let what = if says_which {
        "get the logs from"
    } else {
        "attach to"
    };
    let selector = match of.kind {
        "Service" if object["spec"]["selector"].is_empty() => {
            let text = "cannot {} *v1.Service: invalid service '{}': Service is defined without a selector";
            return Err(Failure::say(text, &[what, name]).into());
        }
        "Service" => crate::api::meta::labels_text(&object["spec"]["selector"]),
        "StatefulSet" | "Deployment" | "ReplicaSet" | "DaemonSet" | "Job" => {
            Selector::text_of(&object["spec"]["selector"])
        }
        kind => {
            let text = fill(
                "cannot {} *v1.{}: selector for *v1.{} not implemented",
                &[what, kind, kind],
            );
            return Err(Failure::own(text).into());
        }
    };
    let list = io.json(query(
        get(path(pods, &space, "", "")),
        "labelSelector",
        &selector,
    ))?;
    let mut found = items(&list, pods);
    sort::by_key(&mut found, liveliness);
    let count = found.len();
    let Some(first) = found.into_iter().next() else {
        let text = "timed out waiting for the condition";
        return Err(Failure::client(text).into());
    };
    let info = Info::new(pods, first, "");
    if says_which && count > 1 {
        io.warn(
            "Found {} pods, using pod/{}\n",
            &[&count.to_string(), &info.name],
        );
    }
    Ok(info)
}

/// upstream: podutils.ByLogging; ActivePods, reversed: assigned, running, ready, long ready, old ones first.
/// Left out: how often their containers were restarted.
fn liveliness(pod: &Value) -> (bool, u8, bool, String, String) {
    let status = &pod["status"];
    let phase = match status["phase"].as_str() {
        "Running" => 0,
        "Pending" => 2,
        _ => 1,
    };
    let ready = status["conditions"].item("type", "Ready");
    let text = |it: &Value| it.as_str().to_owned();
    let since = text(&ready["lastTransitionTime"]);
    let created = text(&pod["metadata"]["creationTimestamp"]);
    let is_ready = ready["status"].as_str() == "True";
    let is_unassigned = pod["spec"]["nodeName"].is_empty();
    (is_unassigned, phase, !is_ready, since, created)
}

/// All containers of a pod, with what they are.
pub(super) fn containers(pod: &Value) -> Vec<(Text, &'static str)> {
    let spec = &pod["spec"];
    let mut all = Vec::new();
    for (list, mark) in [
        ("containers", ""),
        ("ephemeralContainers", " (ephem)"),
        ("initContainers", " (init)"),
    ] {
        all.extend(
            spec[list]
                .items()
                .iter()
                .map(|it| (it["name"].as_str().into(), mark)),
        );
    }
    all
}

/// The container that is meant.
///
/// upstream: podcmd.FindOrDefaultContainerByName.
pub(super) fn container_of(
    io: &mut Io,
    pod: &Info,
    named: &str,
    quiet: bool,
) -> Result<Text, Failure> {
    let all = containers(&pod.object);
    let listed: Vec<String> = all
        .iter()
        .map(|it| [it.0.as_str(), it.1].concat())
        .collect();
    let listed = listed.join(", ");
    if !named.is_empty() {
        if all.iter().any(|it| it.0 == named) {
            return Ok(named.into());
        }
        return Err(Failure::say(
            "container {} is not valid for pod {} out of: {}",
            &[named, &pod.name, &listed],
        ));
    }
    let annotation =
        &pod.object["metadata"]["annotations"]["kubectl.kubernetes.io/default-container"];
    if let Some(named) = annotation.text() {
        if all.iter().any(|it| it.0 == *named) {
            return Ok(named.clone());
        }
        io.warn(
            "Default container name \"{}\" not found in pod {}\n",
            &[named, &pod.name],
        );
    }
    let Some((first, _)) = all.first() else {
        return Err(Failure::client("no containers in the pod"));
    };
    if all.len() > 1 && !quiet {
        io.warn("Defaulted container \"{}\" out of: {}\n", &[first, &listed]);
    }
    Ok(first.clone())
}

/// Which streams a session has.
#[derive(Clone, Copy)]
struct Streams {
    stdin: bool,
    tty: bool,
}

impl Streams {
    fn of(io: &mut Io, flags: &Flags) -> Self {
        let stdin = flags.is("stdin");
        let mut tty = flags.is("tty");
        if tty && stdin && !io.call.tty {
            io.print_error(
                "Unable to use a TTY - input is not a terminal or the right kind of file\n",
            );
            tty = false;
        }
        Self { stdin, tty }
    }

    fn on(self, mut request: HttpRequest) -> HttpRequest {
        for (name, is_on) in [
            ("stdin", self.stdin),
            ("stdout", true),
            ("stderr", !self.tty),
            ("tty", self.tty),
        ] {
            request = query(request, name, if is_on { "true" } else { "" });
        }
        request
    }
}

/// Opens a connection; refusals are worded as the stream libraries do.
fn connect(io: &mut Io, request: HttpRequest) -> Done<Connection> {
    let answer = io.send(request)?;
    match answer.body {
        Body::Container(connection) => Ok(connection),
        Body::Json(status) if answer.status >= 500 => {
            Err(Failure::own(status["message"].as_str().into()).into())
        }
        Body::Json(status) => {
            let text = ["unable to upgrade connection: ", status["message"].as_str()].concat();
            Err(Failure::own(text).into())
        }
        Body::Text(_) | Body::Watch(_) => Err(Failure::no_such_resource().into()),
    }
}

/// Waits for the program at the other end.
fn session(io: &mut Io, connection: Connection, streams: Streams) -> Done<i32> {
    let stdin = io
        .call
        .stdin
        .clone()
        .filter(|_| streams.stdin && !streams.tty);
    match io.attach(connection, stdin)? {
        Ok(code) => Ok(code),
        Err(why) => Err(Failure::own(why.to_string()).into()),
    }
}

pub(super) fn exec(io: &mut Io, flags: &Flags) -> Done {
    let Some(target) = flags.args.first().filter(|_| flags.dash != Some(0)) else {
        return Err(Failure::client("pod, type/name or --filename must be specified").into());
    };
    if flags.args.len() > 1 && flags.dash.is_none() {
        let text =
            "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead";
        return Err(Failure::usage(text, "exec").into());
    }
    let command = &flags.args[flags.dash.unwrap_or(1)..];
    if command.is_empty() {
        return Err(
            Failure::client("you must specify at least one command for the container").into(),
        );
    }
    let pod = pod_of(io, flags, target, false)?;
    let phase = pod.object["status"]["phase"].as_str();
    if matches!(phase, "Succeeded" | "Failed") {
        return Err(Failure::own(
            [
                "cannot exec into a container in a completed pod; current phase is ",
                phase,
            ]
            .concat(),
        )
        .into());
    }
    let container = container_of(io, &pod, flags.text("container"), flags.is("quiet"))?;
    let streams = Streams::of(io, flags);
    let mut request = request("POST", pod.path("exec"));
    for word in command {
        request.query.push(("command".into(), word.clone()));
    }
    let request = streams.on(query(request, "container", &container));
    let connection = connect(io, request)?;
    match session(io, connection, streams)? {
        0 => Ok(()),
        code => {
            let text = ["command terminated with exit code ", &code.to_string()].concat();
            Err(Failure::exit(text, code).into())
        }
    }
}

pub(super) fn attach(io: &mut Io, flags: &Flags) -> Done {
    let Some(target) = flags.args.first() else {
        return Err(Failure::client("at least 1 argument is required for attach").into());
    };
    let pod = pod_of(io, flags, target, false)?;
    let phase = pod.object["status"]["phase"].as_str();
    if matches!(phase, "Succeeded" | "Failed") {
        return Err(Failure::own(
            [
                "cannot attach a container in a completed pod; current phase is ",
                phase,
            ]
            .concat(),
        )
        .into());
    }
    attach_to(io, flags, &pod).map(|_| ())
}

/// Attaches to a running pod; the program's exit code.
pub(super) fn attach_to(io: &mut Io, flags: &Flags, pod: &Info) -> Done<i32> {
    let container = container_of(io, pod, flags.text("container"), flags.is("quiet"))?;
    let streams = Streams::of(io, flags);
    let own = pod.object["spec"]["containers"].item("name", &container);
    let mut streams = streams;
    if streams.tty && !own["tty"].is_true() {
        streams.tty = false;
        io.warn(
            "error: Unable to use a TTY - container {} did not allocate one\n",
            &[&container],
        );
    }
    if !flags.is("quiet") {
        if io.call.version >= Version::V1_36 && streams.stdin {
            io.print_error(
                "All commands and output from this session will be recorded in container logs, including credentials \
                 and sensitive information passed through the command prompt.\n",
            );
        }
        io.print_error("If you don't see a command prompt, try pressing enter.\n");
    }
    let request = streams.on(query(
        request("POST", pod.path("attach")),
        "container",
        &container,
    ));
    let connection = connect(io, request)?;
    let code = session(io, connection, streams)?;
    let keeps = streams.stdin && streams.tty && own["stdinOnce"].is_true() && !flags.is("rm");
    if keeps && pod.object["spec"]["restartPolicy"].as_str() == "Always" {
        let space = if io.call.version >= Version::V1_36 {
            [" -n ", &pod.namespace].concat()
        } else {
            String::new()
        };
        io.say("Session ended, resume using 'kubectl attach {} -c {}{} -i -t' command when the pod is running\n", &[&pod.name, &container, &space]);
    }
    Ok(code)
}
