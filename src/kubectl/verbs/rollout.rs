//! `kubectl rollout`: histories, going back, restarting, pausing; `status` has the lines of `rollout status`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/rollout, polymorphichelpers/{history,rollback}.go.

pub(in crate::kubectl) mod status;

use super::apply::LAST_APPLIED;
use super::common::{DryRun, Mutation, Report};
use super::describe::template_text;
use super::wait::{deadline, until};
use crate::api::selector::Selector;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::follow::{Condition, Outcome};
use crate::kubectl::io::Io;
use crate::kubectl::print::{Format, Tabs};
use crate::kubectl::resources::{
    Accepts, Info, JSON_PATCH, STRATEGIC_PATCH, fetch, get, items, path, print_none_found, query,
    select, with_body,
};
use crate::kubectl::text::fill;
use crate::kubectl::types::{Type, find, qualified_plural};
use crate::sort;
use crate::value::Value;
use crate::{array, object};

/// The annotations that a Deployment and its ReplicaSets have of their own, and a rollback does not touch.
///
/// upstream: annotationsToSkip.
const OWN: [&str; 6] = [
    LAST_APPLIED,
    REVISION,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];
const REVISION: &str = "deployment.kubernetes.io/revision";

pub(super) const STATUS: &str =
    "filename/f:l kustomize/k:s! recursive/R:b revision:i selector/l:s timeout:d watch/w:b";
pub(super) const HISTORY: &str = "allow-missing-template-keys:b filename/f:l kustomize/k:s! output/o:s recursive/R:b \
revision:i selector/l:s show-managed-fields:b template:s";
pub(super) const UNDO: &str = "allow-missing-template-keys:b dry-run:s=unchanged filename/f:l kustomize/k:s! output/o:s \
recursive/R:b selector/l:s show-managed-fields:b template:s to-revision:i";
pub(super) const RESTART: &str = "allow-missing-template-keys:b field-manager:s filename/f:l kustomize/k:s! output/o:s \
recursive/R:b selector/l:s show-managed-fields:b template:s";

/// What the arguments name; a type alone means all its objects.
fn infos(io: &mut Io, flags: &Flags, failures: &mut Failures) -> Done<Vec<Info>> {
    if flags.args.is_empty() && !flags.has("filename") {
        return Err(Failure::client("required resource not specified").into());
    }
    let accepts = Accepts {
        all: true,
        single_type: false,
    };
    let selection = select(io, flags, &flags.args, accepts)?;
    let infos = fetch(io, &selection, "", failures)?;
    if infos.is_empty() && failures.is_empty() {
        print_none_found(io, &selection);
    }
    Ok(infos)
}

pub(super) fn run_status(io: &mut Io, flags: &Flags) -> Done {
    let mut failures = Failures::default();
    let revision = revision(flags)?;
    for info in infos(io, flags, &mut failures)? {
        let over = follow(io, &info, flags, revision);
        failures.catch(over)?;
    }
    failures.done()
}

/// `--revision`; 0 is all of them, or any.
fn revision(flags: &Flags) -> Result<i64, Failure> {
    let revision = flags.int("revision").unwrap_or_default();
    if revision < 0 {
        let text = "revision must be a positive integer: {}";
        return Err(Failure::say(text, &[&revision.to_string()]));
    }
    Ok(revision)
}

/// Follows one object until its rollout is over.
fn follow(io: &mut Io, info: &Info, flags: &Flags, revision: i64) -> Done {
    if !matches!(info.of.kind, "StatefulSet" | "Deployment" | "DaemonSet") {
        let text = "no status viewer has been implemented for {}";
        return Err(Failure::say(text, &[&group_kind(info.of)]).into());
    }
    let deadline = deadline(io, flags.ms("timeout"));
    let condition = Condition::RolledOut {
        revision,
        once: !flags.is_not_off("watch"),
    };
    let address = (info.namespace.as_str(), info.name.as_str());
    match until(io, info.of, address, deadline, condition)? {
        Outcome::Met(_) => Ok(()),
        Outcome::TimedOut => Err(Failure::client("timed out waiting for the condition").into()),
        Outcome::Failed(why) => Err(Failure::own(why.to_string()).into()),
    }
}

/// A workload's revisions by number; a Deployment's are made of its ReplicaSets.
fn revisions(io: &mut Io, info: &Info, tool: &str) -> Done<Vec<Value>> {
    let is_deployment = info.of.kind == "Deployment";
    if !is_deployment && !matches!(info.of.kind, "StatefulSet" | "DaemonSet") {
        return Err(unseen(info.of, tool).into());
    }
    let of = find(if is_deployment {
        "replicasets.apps"
    } else {
        "controllerrevisions"
    })?;
    let selector = Selector::text_of(&info.object["spec"]["selector"]);
    let list = io.json(query(
        get(path(of, &info.namespace, "", "")),
        "labelSelector",
        &selector,
    ))?;
    let mut revisions = items(&list, of);
    let uid = &info.object["metadata"]["uid"];
    revisions.retain(|it| {
        let owners = it["metadata"]["ownerReferences"].items().iter();
        owners
            .filter(|it| it["controller"].is_true())
            .any(|it| it["uid"] == *uid)
    });
    if is_deployment {
        for set in &mut revisions {
            let number = set["metadata"]["annotations"][REVISION].as_str().parse();
            set["revision"] = number.unwrap_or(0_i64).into();
            let cause = set["metadata"]["annotations"][CAUSE].clone();
            let mut template = set["spec"]["template"].clone();
            if !cause.is_null() {
                template["metadata"]["annotations"][CAUSE] = cause;
            }
            set["data"]["spec"]["template"] = template;
        }
    }
    sort::by_key(&mut revisions, number_of);
    Ok(revisions)
}

/// What is said of a type that has no revisions.
///
/// upstream: HistoryViewerFor, RollbackerFor; GroupKindElement.Accept knows more types than have a viewer.
fn unseen(of: Type, tool: &str) -> Failure {
    let name = group_kind(of);
    let is_known = matches!(
        (of.group, of.kind),
        ("", "Pod" | "ReplicationController") | ("apps", "ReplicaSet") | ("batch", _)
    );
    if is_known {
        return Failure::say("no {} has been implemented for \"{}\"", &[tool, &name]);
    }
    let tool = tool.trim_end_matches(" viewer");
    let text = "error retrieving {} for \"{}\", no visitor method exists for {{} {}}";
    Failure::say(text, &[tool, &name, of.group, of.kind])
}

/// `ReplicaSet.apps`, as Go prints a `GroupKind`.
fn group_kind(of: Type) -> String {
    let dot = if of.group.is_empty() { "" } else { "." };
    [of.kind, dot, of.group].concat()
}

fn number_of(revision: &Value) -> i64 {
    revision["revision"].as_int().unwrap_or_default()
}

/// The set with a revision's template.
fn with_revision(set: &Value, revision: &Value) -> Value {
    if revision["kind"].as_str() == "ReplicaSet" {
        let mut set = revision.clone();
        set.remove("data");
        set.remove("revision");
        return set;
    }
    let mut set = set.clone();
    let mut template = revision["data"]["spec"]["template"].clone();
    template.remove("$patch");
    set["spec"]["template"] = template;
    set
}

pub(super) fn run_history(io: &mut Io, flags: &Flags) -> Done {
    let mut format = Format::of(flags, false)?;
    let wanted = revision(flags)?;
    let mut failures = Failures::default();
    for info in infos(io, flags, &mut failures)? {
        let text = history_of(io, &info, &mut format, wanted);
        if let Some(text) = failures.catch(text)? {
            io.print(text);
        }
    }
    failures.done()
}

/// What is printed of one object's history.
fn history_of(io: &mut Io, info: &Info, format: &mut Format, wanted: i64) -> Done<String> {
    let revisions = revisions(io, info, "history viewer")?;
    let chosen = revisions.iter().find(|it| number_of(it) == wanted);
    if wanted > 0 && chosen.is_none() {
        return Err(Failure::client("unable to find the specified revision").into());
    }
    let mut text = String::new();
    match format {
        Format::Objects(printer) => {
            let all = revisions.iter().filter(|_| wanted == 0);
            for revision in chosen.into_iter().chain(all) {
                text += &printer.print(&pruned(&with_revision(&info.object, revision)))?;
            }
        }
        Format::Human { .. } => text = history(info, &revisions, chosen),
    }
    Ok(text)
}

/// Without the empty annotations that typed objects don't have.
fn pruned(object: &Value) -> Value {
    let mut object = object.clone();
    if object["metadata"]["annotations"].is_empty() {
        object["metadata"].remove("annotations");
    }
    object
}

fn history(info: &Info, revisions: &[Value], chosen: Option<&Value>) -> String {
    let title = info.title();
    if let Some(revision) = chosen {
        let mut template = revision["data"]["spec"]["template"].clone();
        template.remove("$patch");
        let number = number_of(revision).to_string();
        return fill(
            "{} with revision #{}\n{}\n",
            &[&title, &number, &template_text(&template)],
        );
    }
    if revisions.is_empty() {
        return [&title, " \nNo rollout history found.\n"].concat();
    }
    let mut tabs = Tabs::plain();
    tabs.row(&["REVISION", "CHANGE-CAUSE"]);
    for it in revisions {
        let cause = it["metadata"]["annotations"][CAUSE].as_str();
        tabs.row(&[
            number_of(it).to_string().as_str(),
            if cause.is_empty() { "<none>" } else { cause },
        ]);
    }
    fill("{} \n{}\n", &[&title, &tabs.flush()])
}

pub(super) fn run_undo(io: &mut Io, flags: &Flags) -> Done {
    let dry_run = DryRun::of(io, flags)?;
    let mut report = Report::of(flags, dry_run)?;
    let wanted = flags.int("to-revision").unwrap_or_default();
    let mut failures = Failures::default();
    for info in infos(io, flags, &mut failures)? {
        let managed = &info.object["metadata"]["annotations"][LAST_APPLIED];
        if !managed.is_null() {
            io.warn("Warning: resource {}/{} was previously managed with 'kubectl apply'. \
                 Rolling back will not update the kubectl.kubernetes.io/last-applied-configuration annotation, which may \
                 cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your \
                 previous configuration file instead.\n", &[info.of.plural, &info.name]);
        }
        let done = undo(io, &info, wanted, dry_run);
        if let Some(done) = failures.catch(done)? {
            report.done_each(io, Mutation::new(info.of, info.object, done))?;
        }
    }
    failures.done()
}

fn undo(io: &mut Io, info: &Info, wanted: i64, dry_run: DryRun) -> Done<String> {
    let revisions = revisions(io, info, "rollbacker")?;
    let is_deployment = info.of.kind == "Deployment";
    let target = if wanted != 0 {
        revisions
            .iter()
            .find(|it| number_of(it) == wanted)
            .ok_or_else(|| {
                let number = wanted.to_string();
                Failure::say(
                    "unable to find specified revision {} in history",
                    &[&number],
                )
            })?
    } else {
        let before_last = revisions.len().checked_sub(2);
        before_last
            .map(|at| &revisions[at])
            .ok_or_else(|| match info.of.kind {
                "Deployment" => Failure::say(
                    "no rollout history found for deployment \"{}\"",
                    &[info.name.as_str()],
                ),
                _ => Failure::client("no last revision to roll back to"),
            })?
    };
    let data = &target["data"];
    if dry_run == DryRun::Client {
        let set = with_revision(&info.object, target);
        return Ok([
            "will roll back to ",
            &template_text(&set["spec"]["template"]),
        ]
        .concat());
    }
    let mut template = if is_deployment {
        target["spec"]["template"].clone()
    } else {
        data["spec"]["template"].clone()
    };
    template.remove("$patch");
    if is_deployment {
        template["metadata"]["labels"].remove("pod-template-hash");
        if info.object["spec"]["paused"].is_true() {
            let text = "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again";
            return Err(Failure::client(text).into());
        }
    }
    if template == info.object["spec"]["template"] {
        let number = number_of(target).to_string();
        return Ok(fill(
            "skipped rollback (current template already matches revision {})",
            &[&number],
        ));
    }
    let request = if is_deployment {
        with_body(
            "PATCH",
            info.path(""),
            JSON_PATCH,
            restoring(info, target, template),
        )
    } else {
        with_body("PATCH", info.path(""), STRATEGIC_PATCH, data.clone())
    };
    let refused = |it: Failure| {
        Failure::say(
            "failed restoring revision {}: {}",
            &[&number_of(target).to_string(), &it.message()],
        )
    };
    io.json(dry_run.on(request)).map_err(|it| it.map(refused))?;
    Ok("rolled back".into())
}

/// The patch that gives a Deployment the template and annotations of a ReplicaSet.
///
/// upstream: getDeploymentPatch.
fn restoring(info: &Info, target: &Value, template: Value) -> Value {
    let mut annotations = Value::object();
    for (of, is_own) in [(&info.object, true), (target, false)] {
        for (name, text) in of["metadata"]["annotations"].members() {
            if OWN.contains(&name.as_str()) == is_own {
                annotations[name.as_str()] = text.clone();
            }
        }
    }
    array![
        object! {"op": "replace", "path": "/spec/template", "value": template},
        object! {"op": "replace", "path": "/metadata/annotations", "value": annotations},
    ]
}

pub(super) fn run_restart(io: &mut Io, flags: &Flags) -> Done {
    let mut report = Report::of(flags, DryRun::None)?;
    let mut failures = Failures::default();
    for info in infos(io, flags, &mut failures)? {
        if !matches!(info.of.kind, "StatefulSet" | "Deployment" | "DaemonSet") {
            failures
                .0
                .push(refused(&info, "restarting is not supported"));
            continue;
        }
        if info.object["spec"]["paused"].is_true() {
            let why = "can't restart paused deployment (run rollout resume first)";
            failures.0.push(refused(&info, why));
            continue;
        }
        let at = io.now.rfc3339();
        let now = &info.object["spec"]["template"]["metadata"]["annotations"][RESTARTED];
        if now.as_str() == at {
            failures.0.push(Failure::say(
                "failed to create patch for {}: if restart has already been triggered within the \
                 past second, please wait before attempting to trigger another",
                &[info.name.as_str()],
            ));
            continue;
        }
        let mut patch = Value::object();
        patch["spec"]["template"]["metadata"]["annotations"][RESTARTED] = at.into();
        let request = with_body("PATCH", info.path(""), STRATEGIC_PATCH, patch);
        let answer = io.json(query(request, "fieldManager", "kubectl-rollout"));
        let answer = answer.map_err(|it| it.map(|it| it.prefixed("failed to patch: ")));
        if let Some(object) = failures.catch(answer)? {
            report.done_each(io, Mutation::new(info.of, object, "restarted"))?;
        }
    }
    failures.done()
}

const CAUSE: &str = "kubernetes.io/change-cause";
const RESTARTED: &str = "kubectl.kubernetes.io/restartedAt";

/// upstream: RunRestart, RunPause and RunResume, where a patch could not be made.
fn refused(info: &Info, why: &str) -> Failure {
    Failure::say(
        "error: {} \"{}\" {}",
        &[&qualified_plural(info.of), info.name.as_str(), why],
    )
}

pub(super) fn run_pause(io: &mut Io, flags: &Flags) -> Done {
    pause(io, flags, true)
}

pub(super) fn run_resume(io: &mut Io, flags: &Flags) -> Done {
    pause(io, flags, false)
}

/// Only Deployments can be paused.
fn pause(io: &mut Io, flags: &Flags, pauses: bool) -> Done {
    let mut report = Report::of(flags, DryRun::None)?;
    let mut failures = Failures::default();
    let (what, already, done) = if pauses {
        ("pausing is not supported", "is already paused", "paused")
    } else {
        ("resuming is not supported", "is not paused", "resumed")
    };
    for info in infos(io, flags, &mut failures)? {
        if info.of.kind != "Deployment" {
            failures.0.push(refused(&info, what));
        } else if info.object["spec"]["paused"].is_true() == pauses {
            failures.0.push(refused(&info, already));
        } else {
            let mut patch = Value::object();
            patch["spec"]["paused"] = if pauses { true.into() } else { Value::Null };
            let request = with_body("PATCH", info.path(""), STRATEGIC_PATCH, patch);
            let answer = io.json(query(request, "fieldManager", "kubectl-rollout"));
            let answer = answer.map_err(|it| it.map(|it| it.prefixed("failed to patch: ")));
            if let Some(object) = failures.catch(answer)? {
                report.done_each(io, Mutation::new(info.of, object, done))?;
            }
        }
    }
    failures.done()
}
