//! `kubectl logs`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/logs and pkg/polymorphichelpers/logsforobject.go.

use super::exec::{container_of, containers, pod_of};
use super::wait::until;
use crate::apiserver::rest::Body;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::follow::Condition;
use crate::kubectl::io::Io;
use crate::kubectl::resources::{Info, get, items, namespace, path, query};
use crate::kubectl::text::fill;
use crate::kubectl::types::find;
use crate::sort;
use crate::time::Time;

pub(super) const FLAGS: &str = "all-containers:b all-pods:b container/c:s follow/f:b ignore-errors:b \
insecure-skip-tls-verify-backend:b limit-bytes:i max-log-requests:i pod-running-timeout:d prefix:b previous/p:b \
selector/l:s since:d since-time:s tail:i timestamps:b";

pub(super) fn logs(io: &mut Io, flags: &Flags) -> Done {
    let by_labels = flags.has("selector");
    if flags.args.len() == 1 && by_labels {
        let text = "only a selector (-l) or a POD name is allowed";
        return Err(Failure::usage(text, "logs").into());
    }
    if flags.args.is_empty() && !by_labels || flags.args.len() > 2 {
        let text = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument \
                    for the logs command";
        return Err(Failure::usage(text, "logs").into());
    }
    validate(flags)?;
    let mut failures = Failures::default();
    let pods: Vec<Info> = if by_labels {
        let of = find("pods")?;
        let space = namespace(io, flags);
        let list = io.json(query(
            get(path(of, &space, "", "")),
            "labelSelector",
            flags.text("selector"),
        ))?;
        items(&list, of)
            .into_iter()
            .map(|it| Info::new(of, it, ""))
            .collect()
    } else {
        let arg = flags.args[0].clone();
        let pod = pod_of(io, flags, &arg, true);
        let space = namespace(io, flags);
        let pod = pod.map_err(|it| it.map(|it| missing(it, &space)));
        vec![pod?]
    };
    let named = if flags.has("container") {
        flags.text("container")
    } else {
        flags.args.get(1).map_or("", |it| it)
    };
    if pods.is_empty() {
        let space = namespace(io, flags);
        io.warn("No resources found in {} namespace.\n", &[&space]);
    }
    for pod in &pods {
        let chosen = if flags.is("all-containers") {
            let mut all = containers(&pod.object);
            sort::by_key(&mut all, |it| it.1 != " (init)");
            all.into_iter().map(|it| it.0).collect()
        } else {
            vec![container_of(io, pod, named, by_labels)?]
        };
        for container in chosen {
            let read = one_log(io, flags, pod, &container, by_labels);
            failures.catch(read)?;
        }
    }
    // differs: nothing more is ever written; what follows waits for the end of the first pod that runs.
    let runs = |it: &&Info| it.object["status"]["phase"].as_str() == "Running";
    if let Some(pod) = pods.iter().find(runs).filter(|_| flags.is("follow")) {
        let address = (pod.namespace.as_str(), pod.name.as_str());
        until(io, pod.of, address, None, Condition::Completed)?;
    }
    failures.done()
}

/// upstream: LogsOptions.Validate.
fn validate(flags: &Flags) -> Result<(), Failure> {
    let inline = flags.args.get(1).map_or("", |it| it);
    let container = if inline.is_empty() {
        flags.text("container")
    } else {
        inline
    };
    let refused = match flags.text("since-time") {
        time if !time.is_empty() && Time::parse(time).is_none() => {
            let text = "parsing time \"{}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{}\" as \"2006\"";
            fill(text, &[time, time])
        }
        time if !time.is_empty() && flags.has("since") => {
            "at most one of `sinceTime` or `sinceSeconds` may be specified".into()
        }
        _ if flags.is("all-containers") && !container.is_empty() => fill(
            "--all-containers=true should not be specified with container name {}",
            &[container],
        ),
        _ if flags.has("container") && !inline.is_empty() => {
            "only one of -c or an inline [CONTAINER] arg is allowed".into()
        }
        _ if flags.int("limit-bytes").is_some_and(|it| it < 0) => {
            "--limit-bytes must be greater than 0".into()
        }
        _ if flags.int("tail").is_some_and(|it| it < -1) => {
            "--tail must be greater than or equal to -1".into()
        }
        _ => return Ok(()),
    };
    Err(Failure::own(refused))
}

/// upstream: logs words a missing pod itself since 1.30.
fn missing(failure: Failure, space: &str) -> Failure {
    if !failure.is_not_found() {
        return failure;
    }
    Failure::say(
        "error from server (NotFound): {} in namespace \"{}\"",
        &[&failure.message(), space],
    )
}

fn one_log(io: &mut Io, flags: &Flags, pod: &Info, container: &str, by_labels: bool) -> Done {
    let mut request = query(get(pod.path("log")), "container", container);
    let since_s = flags
        .ms("since")
        .map(|ms| (ms / 1000).to_string())
        .unwrap_or_default();
    let tail = match flags.text("tail") {
        "" if by_labels => "10",
        "-1" => "",
        tail => tail,
    };
    for (name, value) in [
        ("previous", if flags.is("previous") { "true" } else { "" }),
        ("sinceSeconds", &since_s),
        ("sinceTime", flags.text("since-time")),
        ("tailLines", tail),
        ("limitBytes", flags.text("limit-bytes")),
        (
            "timestamps",
            if flags.is("timestamps") { "true" } else { "" },
        ),
    ] {
        request = query(request, name, value);
    }
    let Body::Text(text) = io.http(request)? else {
        return Ok(());
    };
    if flags.is("prefix") {
        let prefix = fill("[pod/{}/{}] ", &[&pod.name, container]);
        let lines: String = text
            .split_inclusive('\n')
            .map(|it| [&prefix, it].concat())
            .collect();
        io.print(lines);
    } else {
        io.print(text);
    }
    Ok(())
}
