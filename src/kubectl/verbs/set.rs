//! `kubectl set image`, `set env` and `set resources`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/set.

use super::common::{self, DryRun, Mutation, Report};
use super::merge::two_way;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;
use crate::kubectl::resources::{Info, STRATEGIC_PATCH, query, with_body};
use crate::kubectl::text::fill;
use crate::value::{Text, Value};

pub(super) const IMAGE: &str = "all:b allow-missing-template-keys:b dry-run:s=unchanged field-manager:s filename/f:l \
kustomize/k:s! local:b! output/o:s recursive/R:b selector/l:s show-managed-fields:b template:s";
pub(super) const ENV: &str = "all:b allow-missing-template-keys:b containers/c:s dry-run:s=unchanged env/e:a \
field-manager:s filename/f:l from:s! keys:l! kustomize/k:s! list:b local:b! output/o:s overwrite:b prefix:s! \
recursive/R:b resolve:b! selector/l:s show-managed-fields:b template:s";
pub(super) const RESOURCES: &str = "all:b allow-missing-template-keys:b containers/c:s dry-run:s=unchanged \
field-manager:s filename/f:l kustomize/k:s! limits:s local:b! output/o:s recursive/R:b requests:s selector/l:s \
show-managed-fields:b template:s";

/// The pod spec of an object, be it a pod or a template.
fn pod_spec<'a>(info: &Info, object: &'a mut Value) -> &'a mut Value {
    match info.of.kind {
        "Pod" => &mut object["spec"],
        _ => &mut object["spec"]["template"]["spec"],
    }
}

/// Changes the containers of each object and patches what differs.
fn each(
    io: &mut Io,
    flags: &Flags,
    args: &[Text],
    (done, failing): (&str, &str),
    change: impl Fn(&mut Value, &mut Vec<Failure>),
) -> Done {
    let dry_run = DryRun::of(io, flags)?;
    let mut report = Report::of(flags, dry_run)?;
    let mut failures = Failures::default();
    for info in common::infos(io, flags, args, &mut failures)? {
        let mut object = info.object.clone();
        let mut wrong = Vec::new();
        change(pod_spec(&info, &mut object), &mut wrong);
        if !wrong.is_empty() {
            failures.0.extend(wrong);
            continue;
        }
        let patch = two_way(info.of.kind, &info.object, &object);
        if patch.is_empty() {
            continue;
        }
        let object = if dry_run == DryRun::Client {
            Ok(object)
        } else {
            let request = with_body("PATCH", info.path(""), STRATEGIC_PATCH, patch);
            let answer = io.json(query(dry_run.on(request), "fieldManager", "kubectl-set"));
            let refused =
                |it: Failure| Failure::say("failed to patch {} {}", &[failing, &it.message()]);
            answer.map_err(|it| it.map(refused))
        };
        if let Some(object) = failures.catch(object)? {
            report.done_each(io, Mutation::new(info.of, object, done))?;
        }
    }
    failures.done()
}

/// The arguments before and after the first one with an equals sign (or a minus at its end).
fn split(args: &[Text]) -> (&[Text], &[Text]) {
    let at = args
        .iter()
        .position(|it| it.contains('=') || it.ends_with('-') && it.len() > 1);
    args.split_at(at.unwrap_or(args.len()))
}

pub(super) fn image(io: &mut Io, flags: &Flags) -> Done {
    let (args, pairs) = split(&flags.args);
    if args.is_empty() && !flags.has("filename") && !flags.is("all") {
        return Err(Failure::client(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        )
        .into());
    }
    if pairs.is_empty() {
        return Err(Failure::client("at least one image update is required").into());
    }
    each(
        io,
        flags,
        args,
        ("image updated", "image update to pod template:"),
        |spec, wrong| {
            for (name, image) in pairs.iter().filter_map(|it| it.split_once('=')) {
                let mut found = false;
                for list in ["initContainers", "containers"] {
                    if spec[list].is_empty() {
                        continue;
                    }
                    for it in spec[list].as_items_mut().make_mut() {
                        if name == "*" || it["name"].as_str() == name {
                            it["image"] = image.into();
                            found = true;
                        }
                    }
                }
                if !found {
                    wrong.push(Failure::say(
                        "unable to find container named \"{}\"",
                        &[name],
                    ));
                }
            }
        },
    )
}

/// Whether `-c` means this container: `*` stands for anything.
fn is_meant(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern.is_empty() || pattern == name,
        Some((start, end)) => name.starts_with(start) && name.ends_with(end),
    }
}

fn meant<'a>(spec: &'a mut Value, pattern: &'a str) -> impl Iterator<Item = &'a mut Value> {
    let all = spec["containers"].as_items_mut().make_mut().iter_mut();
    all.filter(move |it| is_meant(pattern, it["name"].as_str()))
}

pub(super) fn env(io: &mut Io, flags: &Flags) -> Done {
    let (args, words) = split(&flags.args);
    let words: Vec<Text> = words.iter().chain(flags.all("env")).cloned().collect();
    let pattern = flags.text("containers");
    if flags.is("list") {
        let mut failures = Failures::default();
        for mut info in common::infos(io, flags, args, &mut failures)? {
            let mut object = core::mem::take(&mut info.object);
            for it in meant(pod_spec(&info, &mut object), pattern) {
                io.say(
                    "# {} {}, container {}\n",
                    &[info.of.kind, &info.name, it["name"].as_str()],
                );
                for it in it["env"].items() {
                    let name = it["name"].as_str();
                    match &it["valueFrom"] {
                        Value::Null => io.say("{}={}\n", &[name, it["value"].as_str()]),
                        from => io.say("# {} from {}\n", &[name, &reference(from)]),
                    }
                }
            }
        }
        return failures.done();
    }
    if words.is_empty() {
        return Err(Failure::client("at least one environment variable must be provided").into());
    }
    each(
        io,
        flags,
        args,
        ("env updated", "env update to pod template:"),
        |spec, _| {
            for container in meant(spec, pattern) {
                let mut list = container["env"].clone();
                for word in &words {
                    let name = word
                        .split_once('=')
                        .map_or(word.trim_end_matches('-'), |it| it.0);
                    let now = list
                        .items()
                        .iter()
                        .position(|it| it["name"].as_str() == name);
                    let new = word
                        .split_once('=')
                        .map(|it| crate::object! {"name": name, "value": it.1});
                    match (now, new) {
                        (Some(at), Some(new)) => list.as_items_mut().make_mut()[at] = new,
                        (Some(at), None) => {
                            list.as_items_mut().remove(at);
                        }
                        (None, Some(new)) => list.as_items_mut().push(new),
                        (None, None) => {}
                    }
                }
                if list.is_empty() {
                    container.remove("env");
                } else {
                    container["env"] = list;
                }
            }
        },
    )
}

/// Where a variable's value comes from, in words.
///
/// upstream: GetEnvVarRefString.
fn reference(from: &Value) -> String {
    for (field, word) in [("configMapKeyRef", "configmap"), ("secretKeyRef", "secret")] {
        let of = &from[field];
        if !of.is_null() {
            let words = [word, of["name"].as_str(), of["key"].as_str()];
            return fill("{} {}, key {}", &words);
        }
    }
    let (field, resource) = (&from["fieldRef"], &from["resourceFieldRef"]);
    if !field.is_null() {
        return ["field path ", field["fieldPath"].as_str()].concat();
    }
    let container = resource["containerName"].as_str();
    let slash = if container.is_empty() { "" } else { "/" };
    let words = [container, slash, resource["resource"].as_str()];
    fill("resource field {}{}{}", &words)
}

pub(super) fn resources(io: &mut Io, flags: &Flags) -> Done {
    if !flags.has("limits") && !flags.has("requests") {
        return Err(Failure::client(
            "you must specify an update to requests or limits (in the form of --requests/--limits)",
        )
        .into());
    }
    for field in ["limits", "requests"] {
        let mut pairs = flags.text(field).split(',').filter(|it| !it.is_empty());
        if let Some(wrong) = pairs.find(|it| !it.contains('=')) {
            return Err(Failure::say(
                "Invalid argument syntax {}, expected <resource>=<value>",
                &[wrong],
            )
            .into());
        }
    }
    let pattern = flags.text("containers");
    each(
        io,
        flags,
        &flags.args,
        (
            "resource requirements updated",
            "resources update to pod template",
        ),
        |spec, _| {
            for container in meant(spec, pattern) {
                for field in ["limits", "requests"] {
                    for (name, amount) in flags
                        .text(field)
                        .split(',')
                        .filter_map(|it| it.split_once('='))
                    {
                        container["resources"][field][name] = amount.into();
                    }
                }
            }
        },
    )
}
