//! `kubectl label` and `kubectl annotate`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/label and cmd/annotate.

use super::common::{self, DryRun, Mutation, Report};
use crate::apiserver::label_value;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;
use crate::kubectl::print::Format;
use crate::kubectl::resources::{Info, MERGE_PATCH, query, with_body};
use crate::kubectl::text::fill;
use crate::value::{Text, Value};

pub(super) const FLAGS: &str = "all:b all-namespaces/A:b allow-missing-template-keys:b dry-run:s=unchanged \
field-manager:s field-selector:s filename/f:l kustomize/k:s! list:b local:b! output/o:s overwrite:b recursive/R:b \
resource-version:s selector/l:s show-managed-fields:b template:s";

/// Which of the two maps.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    Labels,
    Annotations,
}

pub(super) fn label(io: &mut Io, flags: &Flags) -> Done {
    run(io, flags, Of::Labels)
}

pub(super) fn annotate(io: &mut Io, flags: &Flags) -> Done {
    run(io, flags, Of::Annotations)
}

/// What the arguments ask for, in order.
struct Changes {
    set: Vec<(Text, Text)>,
    remove: Vec<Text>,
}

fn run(io: &mut Io, flags: &Flags, of: Of) -> Done {
    let (field, word) = match of {
        Of::Labels => ("labels", "label"),
        Of::Annotations => ("annotations", "annotation"),
    };
    let is_change = |it: &Text| it.contains('=') || it.ends_with('-');
    let split = flags
        .args
        .iter()
        .position(is_change)
        .unwrap_or(flags.args.len());
    let (args, changes) = flags.args.split_at(split);
    if let Some(wrong) = changes.iter().find(|it| !is_change(it)) {
        return Err(Failure::say(
            "all resources must be specified before {} changes: {}",
            &[word, wrong],
        )
        .into());
    }
    if args.is_empty() && !flags.has("filename") {
        let text =
            "one or more resources must be specified as <resource> <name> or <resource>/<name>";
        return Err(Failure::client(text).into());
    }
    for it in ["selector", "field-selector"] {
        if flags.is("all") && flags.has(it) {
            let text = "cannot set --all and --{} at the same time";
            return Err(Failure::say(text, &[it]).into());
        }
    }
    if changes.is_empty() && !flags.is("list") {
        let text = fill("at least one {} update is required", &[word]);
        return Err(Failure::own(text).into());
    }
    let changes = parse(changes, word)?;
    let dry_run = DryRun::of(io, flags)?;
    let mut report = Report::of(flags, dry_run)?;
    let mut failures = Failures::default();
    let infos = common::infos(io, flags, args, &mut failures)?;
    if infos.len() > 1 && flags.has("resource-version") {
        let text = "--resource-version may only be used with a single resource";
        return Err(Failure::client(text).into());
    }
    for info in infos {
        if flags.is("list") {
            let several = args.len() > 2 || flags.has("selector") || flags.is("all");
            list(io, &info, field, several);
            continue;
        }
        let done = one(io, flags, &info, (of, field), &changes, dry_run);
        if let Some((object, done)) = failures.catch(done)? {
            report.done_each(io, Mutation::new(info.of, object, done))?;
        }
    }
    failures.done()
}

fn parse(words: &[Text], word: &str) -> Result<Changes, Failure> {
    let mut changes = Changes {
        set: Vec::new(),
        remove: Vec::new(),
    };
    for it in words {
        match it.split_once('=') {
            // upstream: parseLabels; annotations hold anything.
            Some((_, value)) if word == "label" && value.contains('=') => {
                return Err(Failure::say("invalid label spec: {}", &[it]));
            }
            Some((key, value)) => {
                let wrong = label_value(value);
                if word == "label" && !wrong.is_empty() {
                    let text = "invalid label value: \"{}\": {}";
                    return Err(Failure::say(text, &[it, &wrong.join(";")]));
                }
                changes.set.push((key.into(), value.into()));
            }
            None => changes.remove.push(it[..it.len() - 1].into()),
        }
    }
    let both = changes
        .remove
        .iter()
        .find(|key| changes.set.iter().any(|it| it.0 == **key));
    match both {
        Some(_) => Err(Failure::say(
            "can not both modify and remove {} in the same command",
            &[if word == "label" {
                "a label"
            } else {
                "an annotation"
            }],
        )),
        None => Ok(changes),
    }
}

fn list(io: &mut Io, info: &Info, field: &str, several: bool) {
    if several {
        io.say(
            "Listing {} for {}.{}/{}:\n",
            &[field, info.of.kind, info.of.group, &info.name],
        );
    }
    for (key, value) in info.object["metadata"][field].members() {
        let indent = if several { " " } else { "" };
        io.say("{}{}={}\n", &[indent, key, value.as_str()]);
    }
}

/// Changes one object; the object after it, and what was done.
fn one(
    io: &mut Io,
    flags: &Flags,
    info: &Info,
    (of, field): (Of, &str),
    changes: &Changes,
    dry_run: DryRun,
) -> Done<(Value, &'static str)> {
    let old = &info.object["metadata"][field];
    if !flags.is("overwrite") {
        conflicts(of, old, changes)?;
    }
    let (mut patch, mut new) = (Value::object(), old.clone());
    for (key, value) in &changes.set {
        if old[key.as_str()].text() != Some(value) {
            patch["metadata"][field][key.as_str()] = value.into();
        }
        new[key.as_str()] = value.into();
    }
    for key in &changes.remove {
        if new.remove(key).is_some() {
            patch["metadata"][field][key.as_str()] = Value::Null;
        } else if of == Of::Labels {
            let named = matches!(Format::of(flags, false)?, Format::Human { .. });
            if named {
                io.say("label \"{}\" not found.\n", &[key]);
            }
        }
    }
    let done = match (of, patch.is_empty()) {
        (Of::Annotations, _) => "annotated",
        (Of::Labels, true) => "not labeled",
        // upstream: updateDataChangeMsg compares the lengths of the JSON.
        (Of::Labels, false)
            if !flags.is("overwrite") && new.to_json().len() < old.to_json().len() =>
        {
            "unlabeled"
        }
        (Of::Labels, false) => "labeled",
    };
    let mut object = info.object.clone();
    if dry_run == DryRun::Client || of == Of::Labels && patch.is_empty() {
        object["metadata"][field] = new;
        return Ok((object, done));
    }
    if flags.has("resource-version") {
        patch["metadata"]["resourceVersion"] = flags.text("resource-version").into();
    }
    let manager = match (flags.text("field-manager"), of) {
        ("", Of::Labels) => "kubectl-label",
        ("", Of::Annotations) => "kubectl-annotate",
        (named, _) => named,
    };
    let request = with_body("PATCH", info.path(""), MERGE_PATCH, patch);
    let object = io.json(query(dry_run.on(request), "fieldManager", manager))?;
    Ok((object, done))
}

/// Values that are already there are not overwritten.
fn conflicts(of: Of, old: &Value, changes: &Changes) -> Result<(), Failure> {
    let mut found = Vec::new();
    for (key, value) in &changes.set {
        if let Some(now) = old[key.as_str()].text().filter(|it| *it != value) {
            found.push(fill("'{}' already has a value ({})", &[key, now]));
        }
    }
    match of {
        _ if found.is_empty() => Ok(()),
        Of::Labels => {
            let each = found
                .into_iter()
                .map(|it| Failure::own(it + ", and --overwrite is false"));
            Err(Failure::several(each.collect()))
        }
        Of::Annotations => {
            let text = "--overwrite is false but found the following declared annotation(s): ";
            Err(Failure::own([text, &found.join("; ")].concat()))
        }
    }
}
