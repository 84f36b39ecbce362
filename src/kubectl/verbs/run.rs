//! `kubectl run`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/run.

use super::common::{DryRun, Mutation, Report};
use super::create::{labels, require};
use super::exec::{attach_to, container_of};
use super::wait::{until, until_gone};
use crate::apiserver::rest::Body;
use crate::config::Version;
use crate::kubectl::Done;
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flags;
use crate::kubectl::follow::{Condition, Outcome};
use crate::kubectl::io::{Io, Stop};
use crate::kubectl::resources::{Info, get, namespace, path, query, with_body};
use crate::kubectl::text::fill;
use crate::kubectl::types::find;
use crate::object;
use crate::time::Duration;
use crate::value::Value;

pub(super) const FLAGS: &str = "allow-missing-template-keys:b annotations:a attach:b command:b detach-keys:s dry-run:s=unchanged \
env:a expose:b! field-manager:s filename/f:l! force:b grace-period:i image:s image-pull-policy:s labels/l:s \
leave-stdin-open:b output/o:s override-type:s! overrides:s! pod-running-timeout:d port:s privileged:b quiet/q:b \
restart:s rm:b save-config:b show-managed-fields:b stdin/i:b template:s timeout:d tty/t:b wait:b";

pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    require(flags, "image")?;
    let Some(name) = flags.args.first().filter(|_| flags.dash != Some(0)) else {
        return Err(Failure::usage("NAME is required for run", "run").into());
    };
    let image = flags.text("image");
    if image.is_empty() {
        return Err(Failure::client("--image is required").into());
    }
    // upstream: reference.ReferenceRegexp, the part people get wrong: only tags and hosts may have capitals.
    let (tagged, _) = image.split_once('@').unwrap_or((image, ""));
    let base = tagged.rsplit('/').next().unwrap_or(tagged);
    let base = base.split(':').next().unwrap_or(base);
    let is_sign = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b"._-".contains(&it);
    if base.is_empty() || !base.bytes().all(is_sign) {
        let text = "Invalid image name \"{}\": invalid reference format";
        return Err(Failure::say(text, &[image]).into());
    }
    let interactive = flags.is("stdin");
    if flags.is("tty") && !interactive {
        return Err(Failure::usage(
            "-i/--stdin is required for containers with -t/--tty=true",
            "run",
        )
        .into());
    }
    let attaches = if flags.has("attach") {
        flags.is("attach")
    } else {
        interactive
    };
    if flags.is("rm") && !attaches {
        return Err(
            Failure::usage("--rm should only be used for attached containers", "run").into(),
        );
    }
    let restart = match flags.text("restart") {
        "" => "Always",
        it @ ("Always" | "OnFailure" | "Never") => it,
        other => {
            let text = ["invalid restart policy: ", other].concat();
            return Err(Failure::usage(&text, "run").into());
        }
    };
    let policy = flags.text("image-pull-policy");
    if !matches!(policy, "" | "Always" | "IfNotPresent" | "Never") {
        let text = ["invalid image pull policy: ", policy].concat();
        return Err(Failure::usage(&text, "run").into());
    }
    let dry_run = DryRun::of(io, flags)?;
    if attaches && dry_run != DryRun::None {
        let text = "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)";
        return Err(Failure::usage(text, "run").into());
    }
    let of = find("pods")?;
    let space = namespace(io, flags);
    let pod = pod_for(flags, name, restart)?;
    let created = if dry_run == DryRun::Client {
        pod
    } else {
        let request = with_body("POST", path(of, &space, "", ""), "", pod);
        io.json(query(dry_run.on(request), "fieldManager", "kubectl-run"))?
    };
    if !attaches {
        let mut report = Report::of(flags, dry_run)?;
        return report.done_each(io, Mutation::new(of, created, "created"));
    }
    let pod = Info::new(of, created, "");
    let ended = attached(io, flags, &pod, restart);
    if !flags.is("rm") {
        return ended;
    }
    match ended {
        Err(Stop::Suspended) => Err(Stop::Suspended),
        ended => {
            remove(io, &pod)?;
            ended
        }
    }
}

/// Waits until the pod runs, attaches, and ends as its program did.
fn attached(io: &mut Io, flags: &Flags, pod: &Info, restart: &str) -> Done {
    let ms = flags.ms("pod-running-timeout").unwrap_or(60_000);
    let deadline = io.now + Duration::ms(u64::try_from(ms).unwrap_or_default());
    let address = (pod.namespace.as_str(), pod.name.as_str());
    let running = match until(io, pod.of, address, Some(deadline), Condition::Running)? {
        Outcome::Met(live) => Info::new(pod.of, live, ""),
        Outcome::TimedOut => {
            return Err(Failure::client("timed out waiting for the condition").into());
        }
        Outcome::Failed(why) => return Err(Failure::own(why.to_string()).into()),
    };
    if matches!(
        running.object["status"]["phase"].as_str(),
        "Succeeded" | "Failed"
    ) {
        let container = container_of(io, &running, "", true)?;
        let body = io.http(query(get(running.path("log")), "container", &container))?;
        if let Body::Text(text) = body {
            io.print(text);
        }
    } else {
        attach_to(io, flags, &running)?;
    }
    if restart == "Always" || flags.is("leave-stdin-open") {
        return Ok(());
    }
    let ended = match until(io, pod.of, address, None, Condition::Completed)? {
        Outcome::Met(live) => live,
        Outcome::TimedOut => return Err(Failure::exit(String::new(), 1).into()),
        Outcome::Failed(why) => return Err(Failure::own(why.to_string()).into()),
    };
    if ended["status"]["phase"].as_str() == "Succeeded" {
        return Ok(());
    }
    let terminated = &ended["status"]["containerStatuses"][0]["state"]["terminated"];
    let code = terminated["exitCode"]
        .as_int()
        .and_then(|it| i32::try_from(it).ok())
        .unwrap_or(1);
    let (reason, message) = (
        terminated["reason"].as_str(),
        terminated["message"].as_str(),
    );
    let text = fill(
        "pod {}/{} terminated ({})\n{}",
        &[&pod.namespace, &pod.name, reason, message],
    );
    Err(Failure::exit(text, code).into())
}

/// `--rm`.
fn remove(io: &mut Io, pod: &Info) -> Done {
    let options = object! {"propagationPolicy": "Background"};
    let answer = io.json(with_body("DELETE", pod.path(""), "", options))?;
    let mut line = fill("pod \"{}\" deleted", &[pod.name.as_str()]);
    if io.call.version >= Version::V1_36 {
        line += &fill(" from {} namespace", &[&pod.namespace]);
    }
    io.print(line + "\n");
    let uid = answer["metadata"]["uid"].as_str().to_owned();
    until_gone(io, pod.of, &pod.namespace, &pod.name, &uid, None)
}

/// The pod that `run` makes.
fn pod_for(flags: &Flags, name: &str, restart: &str) -> Result<Value, Failure> {
    let mut container =
        object! {"name": name, "image": flags.text("image"), "resources": Value::object()};
    let words: Value = flags.args[1..].iter().collect();
    if !words.is_empty() {
        container[if flags.is("command") {
            "command"
        } else {
            "args"
        }] = words;
    }
    if !flags.text("image-pull-policy").is_empty() {
        container["imagePullPolicy"] = flags.text("image-pull-policy").into();
    }
    for pair in flags.all("env") {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Failure::own(["invalid env: ", pair].concat()));
        };
        let mut entry = object! {"name": name};
        if !value.is_empty() {
            entry["value"] = value.into();
        }
        container["env"].as_items_mut().push(entry);
    }
    if flags.has("port") {
        let port = flags.text("port").parse::<i64>().map_err(|_| {
            Failure::say(
                "strconv.ParseInt: parsing \"{}\": invalid syntax",
                &[flags.text("port")],
            )
        })?;
        container["ports"] = crate::array![object! {"containerPort": port}];
    }
    if flags.is("stdin") {
        container["stdin"] = true.into();
        if !flags.is("leave-stdin-open") {
            container["stdinOnce"] = true.into();
        }
    }
    if flags.is("tty") {
        container["tty"] = true.into();
    }
    if flags.is("privileged") {
        container["securityContext"] = object! {"privileged": true};
    }
    let mut pod = object! {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": object! {"name": name},
        "spec": object! {
            "containers": crate::array![container],
            "dnsPolicy": "ClusterFirst",
            "restartPolicy": restart,
        },
        "status": Value::object(),
    };
    pod["metadata"]["labels"] = match flags.text("labels") {
        "" => object! {"run": name},
        text => labels(text)?,
    };
    for pair in flags.all("annotations") {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        pod["metadata"]["annotations"][key] = value.into();
    }
    Ok(pod)
}
