//! `kubectl cordon`, `uncordon`, `drain` and `taint`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/drain, pkg/drain and cmd/taint.

use super::common::{self, DryRun, Mutation, Report};
use crate::apiserver::rest::Body;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::{Io, Stop};
use crate::kubectl::resources::{Info, STRATEGIC_PATCH, get, items, path, query, with_body};
use crate::kubectl::text::fill;
use crate::kubectl::types::find;
use crate::object;
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

pub(super) const CORDON: &str = "dry-run:s=unchanged selector/l:s";
pub(super) const DRAIN: &str = "chunk-size:i delete-emptydir-data:b disable-eviction:b dry-run:s=unchanged force:b \
grace-period:i ignore-daemonsets:b pod-selector:s selector/l:s skip-wait-for-delete-timeout:i timeout:d";
pub(super) const TAINT: &str = "all:b allow-missing-template-keys:b dry-run:s=unchanged field-manager:s output/o:s \
overwrite:b selector/l:s show-managed-fields:b template:s validate:s=strict";

/// The nodes that arguments name.
fn nodes(io: &mut Io, flags: &Flags, command: &str) -> Done<Vec<Info>> {
    if flags.args.is_empty() && !flags.has("selector") {
        let text = fill("USAGE: {} NODE [flags]", &[command]);
        return Err(Failure::usage(&text, command).into());
    }
    let mut words: Vec<Text> = vec!["nodes".into()];
    words.extend(flags.args.iter().cloned());
    let mut failures = Failures::default();
    let nodes = common::infos(io, flags, &words, &mut failures)?;
    failures.done()?;
    Ok(nodes)
}

pub(super) fn cordon(io: &mut Io, flags: &Flags) -> Done {
    let dry_run = DryRun::of(io, flags)?;
    for node in nodes(io, flags, "cordon")? {
        mark(io, &node, true, dry_run)?;
    }
    Ok(())
}

pub(super) fn uncordon(io: &mut Io, flags: &Flags) -> Done {
    let dry_run = DryRun::of(io, flags)?;
    for node in nodes(io, flags, "uncordon")? {
        mark(io, &node, false, dry_run)?;
    }
    Ok(())
}

fn mark(io: &mut Io, node: &Info, unschedulable: bool, dry_run: DryRun) -> Done {
    let done = if unschedulable {
        "cordoned"
    } else {
        "uncordoned"
    };
    if node.object["spec"]["unschedulable"].is_true() == unschedulable {
        io.say(
            "{} already {}{}\n",
            &[&node.title(), done, dry_run.suffix()],
        );
        return Ok(());
    }
    if dry_run != DryRun::Client {
        let value = if unschedulable {
            Value::Bool(true)
        } else {
            Value::Null
        };
        let patch = object! {"spec": object! {"unschedulable": value}};
        io.json(dry_run.on(with_body("PATCH", node.path(""), STRATEGIC_PATCH, patch)))?;
    }
    io.say("{} {}{}\n", &[&node.title(), done, dry_run.suffix()]);
    Ok(())
}

pub(super) fn drain(io: &mut Io, flags: &Flags) -> Done {
    let dry_run = DryRun::of(io, flags)?;
    let nodes = nodes(io, flags, "drain")?;
    for node in &nodes {
        mark(io, node, true, dry_run)?;
    }
    let mut fatal = Failures::default();
    for node in &nodes {
        match drain_one(io, flags, node, dry_run) {
            Ok(()) => io.say("{} drained{}\n", &[&node.title(), dry_run.suffix()]),
            Err(Stop::Suspended) => return Err(Stop::Suspended),
            Err(Stop::Failed(failure)) => {
                let text = failure.message();
                let pending: String = nodes
                    .iter()
                    .map(|it| fill(" {}\n", &[it.name.as_str()]))
                    .collect();
                io.warn("error: unable to drain node \"{}\" due to error: {}, continuing command...\nThere are pending nodes to be drained:\n{}", &[node.name.as_str(), &text, &pending]);
                fatal.0.push(failure);
            }
        }
    }
    match fatal.0.len() {
        0 => Ok(()),
        _ => {
            let texts: Vec<String> = fatal.0.iter().map(Failure::lines).collect();
            Err(Failure::bare(texts.join("\n")).into())
        }
    }
}

fn drain_one(io: &mut Io, flags: &Flags, node: &Info, dry_run: DryRun) -> Done {
    let chosen = choose(io, flags, node)?;
    let refusals = chosen.refusals();
    match refusals.len() {
        0 => {}
        1 => return Err(refusals.into_iter().next().expect("there is one").into()),
        _ => return Err(Failure::several(refusals).into()),
    }
    let warnings = chosen.warnings();
    if !warnings.is_empty() {
        io.warn("Warning: {}\n", &[&warnings]);
    }
    match evict(io, flags, &chosen.evicted, dry_run) {
        Err(Stop::Failed(failure)) => {
            tell_pending(io, flags, node, &failure.message())?;
            Err(Stop::Failed(failure))
        }
        done => done,
    }
}

/// upstream: deleteOrEvictPodsSimple, GetPodsForDeletion.
fn choose(io: &mut Io, flags: &Flags, node: &Info) -> Done<Chosen> {
    let of = find("pods")?;
    let fields = ["spec.nodeName=", &node.name].concat();
    let request = query(
        get(path(of, "", "", "")),
        "labelSelector",
        flags.text("pod-selector"),
    );
    let list = io.json(query(
        query(request, "fieldSelector", &fields),
        "limit",
        "500",
    ))?;
    let mut chosen = Chosen::default();
    for pod in items(&list, of) {
        chosen.judge(io, flags, Info::new(of, pod, ""))?;
    }
    Ok(chosen)
}

/// The pods that are still there after an error.
fn tell_pending(io: &mut Io, flags: &Flags, node: &Info, error: &str) -> Done {
    let left = choose(io, flags, node)?.evicted;
    if !left.is_empty() {
        io.warn(
            "There are pending pods in node \"{}\" when an error occurred: {}\n",
            &[&node.name, error],
        );
    }
    for pod in left {
        io.warn("pod/{}\n", &[pod.name.as_str()]);
    }
    Ok(())
}

/// What is to happen to the pods of a node.
#[derive(Default)]
struct Chosen {
    evicted: Vec<Info>,
    daemons: Vec<String>,
    naked: Vec<String>,
    local: Vec<String>,
    daemons_ignored: bool,
    naked_forced: bool,
}

impl Chosen {
    fn judge(&mut self, io: &mut Io, flags: &Flags, pod: Info) -> Done {
        let meta = &pod.object["metadata"];
        let phase = pod.object["status"]["phase"].as_str();
        let title = fill("{}/{}", &[pod.namespace.as_str(), &pod.name]);
        if meta["annotations"]
            .as_map()
            .is_some_and(|it| it.contains_key("kubernetes.io/config.mirror"))
        {
            return Ok(());
        }
        let over = matches!(phase, "Succeeded" | "Failed");
        let owner = meta["ownerReferences"]
            .items()
            .iter()
            .find(|it| it["controller"].is_true());
        if let Some(owner) = owner.filter(|it| it["kind"].as_str() == "DaemonSet" && !over) {
            let address = path(
                find("daemonsets")?,
                &pod.namespace,
                owner["name"].as_str(),
                "",
            );
            io.send(get(address))?;
            self.daemons_ignored = flags.is("ignore-daemonsets");
            self.daemons.push(title);
            return Ok(());
        }
        let mut stays = false;
        let has_local = pod.object["spec"]["volumes"]
            .items()
            .iter()
            .any(|it| !it["emptyDir"].is_null());
        if has_local && !over && !flags.is("delete-emptydir-data") {
            self.local.push(title.clone());
            stays = true;
        }
        if owner.is_none() && !over {
            self.naked_forced = flags.is("force");
            self.naked.push(title);
            stays |= !self.naked_forced;
        }
        if !stays {
            self.evicted.push(pod);
        }
        Ok(())
    }

    fn refusals(&self) -> Vec<Failure> {
        let refusal = |pods: &[String], is_refused: bool, text: &str| {
            (is_refused && !pods.is_empty())
                .then(|| Failure::say("{}: {}", &[text, &pods.join(", ")]))
        };
        let all = [
            refusal(
                &self.daemons,
                !self.daemons_ignored,
                "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)",
            ),
            refusal(
                &self.local,
                true,
                "cannot delete Pods with local storage (use --delete-emptydir-data to override)",
            ),
            refusal(
                &self.naked,
                !self.naked_forced,
                "cannot delete Pods that declare no controller (use --force to override)",
            ),
        ];
        all.into_iter().flatten().collect()
    }

    fn warnings(&self) -> String {
        let warning = |pods: &[String], text: &str| {
            (!pods.is_empty()).then(|| fill("{}: {}", &[text, &pods.join(", ")]))
        };
        let all = [
            warning(&self.naked, "deleting Pods that declare no controller"),
            warning(&self.daemons, "ignoring DaemonSet-managed Pods"),
        ];
        all.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

/// Evicts all pods, each on its own: a refused eviction is tried again, and an evicted pod waited for.
///
/// upstream: evictPods, which has a goroutine for each pod; waitForDelete.
fn evict(io: &mut Io, flags: &Flags, pods: &[Info], dry_run: DryRun) -> Done {
    let span = flags
        .ms("timeout")
        .filter(|it| *it > 0)
        .and_then(|it| u64::try_from(it).ok())
        .map(Duration::ms);
    let end = span.map(|it| (io.now + it, flags.text("timeout")));
    let mut failures = Vec::new();
    let mut open: Vec<Eviction> = pods
        .iter()
        .map(|pod| Eviction {
            pod,
            next: io.now,
            is_evicted: false,
        })
        .collect();
    while let Some(at) = (0..open.len()).min_by_key(|it| open[*it].next) {
        let (now, next) = (io.now, open[at].next);
        if next > now {
            io.sleep(next.since(now))?;
        }
        let is_late = end.filter(|it| io.now >= it.0).map(|it| it.1);
        match open[at].go_on(io, flags, dry_run, is_late)? {
            Ok(Some(after)) => open[at].next = io.now + after,
            Ok(None) => drop(open.remove(at)),
            Err(failure) => {
                failures.push(failure);
                open.remove(at);
            }
        }
    }
    match failures.len() {
        0 => Ok(()),
        1 => Err(failures.remove(0).into()),
        _ => Err(Failure::several(failures).into()),
    }
}

/// A pod to be evicted: what is due for it, and when.
struct Eviction<'a> {
    pod: &'a Info,
    next: Time,
    is_evicted: bool,
}

impl Eviction<'_> {
    /// The next try or look: when the one after it is due, or nothing if the pod is gone.
    fn go_on(
        &mut self,
        io: &mut Io,
        flags: &Flags,
        dry_run: DryRun,
        late: Option<&str>,
    ) -> Done<Result<Option<Duration>, Failure>> {
        let pod = self.pod;
        if self.is_evicted {
            return Ok(if is_gone(io, pod)? {
                io.say("pod/{} evicted\n", &[pod.name.as_str()]);
                Ok(None)
            } else {
                match late {
                    None => Ok(Some(Duration::s(1))),
                    Some(span) => Err(Failure::say(
                        "error when waiting for pod \"{}\" in namespace \"{}\" to terminate: global timeout reached: {}",
                        &[&pod.name, &pod.namespace, span],
                    )),
                }
            });
        }
        let title = fill("{}/{}", &[pod.namespace.as_str(), &pod.name]);
        io.say("evicting pod {}{}\n", &[&title, dry_run.suffix()]);
        if dry_run == DryRun::Client {
            return Ok(Ok(None));
        }
        let who = fill(
            "error when evicting pods/\"{}\" -n \"{}\"",
            &[&pod.name, &pod.namespace],
        );
        if let Some(span) = late {
            return Ok(Err(Failure::say(
                "{}: global timeout reached: {}",
                &[&who, span],
            )));
        }
        let answer = io.send(eviction(flags, pod, dry_run))?;
        let Body::Json(status) = answer.body else {
            return Ok(Ok(None));
        };
        let message = status["message"].as_str();
        Ok(match answer.status {
            429 => {
                io.warn("{} (will retry after 5s): {}\n", &[&who, message]);
                Ok(Some(Duration::s(5)))
            }
            404 => Ok(None),
            code if code >= 400 => Err(Failure::say("{}: {}", &[&who, message])),
            _ if dry_run == DryRun::Server => Ok(None),
            _ => {
                self.is_evicted = true;
                Ok(Some(Duration::default()))
            }
        })
    }
}

fn eviction(flags: &Flags, pod: &Info, dry_run: DryRun) -> crate::apiserver::rest::HttpRequest {
    let mut options = Value::object();
    if let Some(grace) = flags.int("grace-period").filter(|it| *it >= 0) {
        options["gracePeriodSeconds"] = grace.into();
    }
    if flags.is("disable-eviction") {
        return dry_run.on(with_body("DELETE", pod.path(""), "", options));
    }
    let body = object! {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": object! {"name": &pod.name, "namespace": &pod.namespace},
        "deleteOptions": options,
    };
    dry_run.on(with_body("POST", pod.path("eviction"), "", body))
}

/// Whether another pod, or none, has the name.
fn is_gone(io: &mut Io, pod: &Info) -> Done<bool> {
    let answer = io.send(get(pod.path("")))?;
    let is_same = match &answer.body {
        Body::Json(live) => live["metadata"]["uid"] == pod.object["metadata"]["uid"],
        _ => false,
    };
    Ok(answer.status == 404 || answer.status < 400 && !is_same)
}

pub(super) fn taint(io: &mut Io, flags: &Flags) -> Done {
    let is_taint = |it: &Text| it.contains('=') || it.ends_with('-') || it.contains(':');
    let split = flags
        .args
        .iter()
        .position(is_taint)
        .unwrap_or(flags.args.len());
    let (args, specs) = flags.args.split_at(split);
    if args.is_empty() {
        let text = "one or more resources must be specified as <resource> <name>";
        return Err(Failure::client(text).into());
    }
    if specs.is_empty() {
        return Err(Failure::client("at least one taint update is required").into());
    }
    let mut changes = Vec::new();
    for spec in specs {
        changes.push(parse(spec).map_err(|it| Failure::usage(&it, "taint"))?);
    }
    let dry_run = DryRun::of(io, flags)?;
    // upstream: each operation is told anew, and what says that it was only tried is lost on the way.
    let mut report = Report::of(flags, DryRun::None)?;
    let mut failures = Failures::default();
    for node in common::infos(io, flags, args, &mut failures)? {
        let done = change(io, flags, &node, &changes, dry_run);
        if let Some((object, done)) = failures.catch(done)? {
            report.done_each(io, Mutation::new(node.of, object, done))?;
        }
    }
    failures.done()
}

/// A taint to set, or (without one) to remove: key, value, effect.
struct Change {
    key: Text,
    value: Text,
    effect: Text,
    removes: bool,
}

fn parse(spec: &str) -> Result<Change, String> {
    let (spec, removes) = match spec.strip_suffix('-') {
        Some(spec) => (spec, true),
        None => (spec, false),
    };
    let (pair, effect) = spec.split_once(':').unwrap_or((spec, ""));
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    if !removes && effect.is_empty() {
        // upstream: the whole text is then taken for a key, and found to be none.
        return Err(fill(
            "invalid taint spec: {}, name part must consist of alphanumeric characters, '-', '_' or '.', and must \
             start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for \
             validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
            &[spec],
        ));
    }
    if !matches!(effect, "" | "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
        return Err(fill(
            "invalid taint effect: {}, unsupported taint effect",
            &[effect],
        ));
    }
    Ok(Change {
        key: key.into(),
        value: value.into(),
        effect: effect.into(),
        removes,
    })
}

fn change(
    io: &mut Io,
    flags: &Flags,
    node: &Info,
    changes: &[Change],
    dry_run: DryRun,
) -> Done<(Value, &'static str)> {
    let old = &node.object["spec"]["taints"];
    let mut taints: Vec<Value> = old.items().to_vec();
    let (mut adds, mut removes) = (false, false);
    for it in changes {
        let same = |taint: &Value| {
            taint["key"].as_str() == it.key
                && (it.effect.is_empty() || taint["effect"].as_str() == it.effect)
        };
        let now = taints.iter().position(same);
        if it.removes {
            if now.is_none() {
                return Err(Failure::say(
                    "taint \"{}{}{}\" not found",
                    &[
                        it.key.as_str(),
                        if it.effect.is_empty() { "" } else { ":" },
                        &it.effect,
                    ],
                )
                .into());
            }
            taints.retain(|taint| !same(taint));
            removes = true;
            continue;
        }
        let mut new = object! {"effect": &it.effect, "key": &it.key};
        if !it.value.is_empty() {
            new["value"] = (&it.value).into();
        }
        match now {
            Some(_) if !flags.is("overwrite") => {
                return Err(Failure::say(
                    "node {} already has {} taint(s) with same effect(s) and --overwrite is false",
                    &[node.name.as_str(), &it.key],
                )
                .into());
            }
            Some(at) => taints[at] = new,
            None => taints.insert(0, new),
        }
        adds = true;
    }
    // upstream: reorganizeTaints.
    let done = match (adds, removes) {
        _ if flags.is("overwrite") => "modified",
        (true, true) => "modified",
        (true, false) => "tainted",
        (false, _) => "untainted",
    };
    let taints: Value = if taints.is_empty() {
        Value::Null
    } else {
        taints.into()
    };
    let mut object = node.object.clone();
    if dry_run == DryRun::Client {
        object["spec"]["taints"] = taints;
    } else {
        let patch = object! {"spec": object! {"taints": taints}};
        let request = dry_run.on(with_body("PATCH", node.path(""), STRATEGIC_PATCH, patch));
        let request = query(request, "fieldManager", "kubectl-taint");
        object = io.json(query(request, "fieldValidation", "Strict"))?;
    }
    Ok((object, done))
}
