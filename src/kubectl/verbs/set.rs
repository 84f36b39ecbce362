//! `kubectl set image`, `set env` and `set resources`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/set.

use super::common::{self, DryRun, Mutation, Report};
use super::merge::two_way;
use crate::api::quantity::Quantity;
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
///
/// What is wrong with single containers is told first and stops nothing; an error leaves its object as it is.
///
/// upstream: CalculatePatches and the loops behind it.
fn each(
    io: &mut Io,
    flags: &Flags,
    args: &[Text],
    (done, failing): (&str, &str),
    change: impl Fn(&mut Io, &Info, &mut Value, &mut Vec<Failure>) -> Result<(), String>,
) -> Done {
    let dry_run = DryRun::of(io, flags)?;
    let mut report = Report::of(flags, dry_run)?;
    let mut changed = Vec::new();
    let (mut failures, mut unpatched) = (Failures::default(), Vec::new());
    for info in fetched(io, flags, args)? {
        let mut object = info.object.clone();
        let result = match info.of.kind {
            "Pod" | "StatefulSet" | "Deployment" | "DaemonSet" | "ReplicaSet" => {
                let spec = pod_spec(&info, &mut object);
                change(io, &info, spec, &mut failures.0)
            }
            kind => Err(fill(
                "the object is not a pod or does not have a pod template: *{}.{}",
                &[info.of.version, kind],
            )),
        };
        match result {
            Ok(()) => changed.push((info, object)),
            Err(why) => unpatched.push(Failure::say(
                "error: {}/{} {}\n",
                &[info.of.plural, &info.name, &why],
            )),
        }
    }
    failures.0.extend(unpatched);
    for (info, object) in changed {
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

/// All that the arguments name, or nothing.
fn fetched(io: &mut Io, flags: &Flags, args: &[Text]) -> Done<Vec<Info>> {
    if flags.is("all") && flags.has("selector") {
        let text = "cannot set --all and --selector at the same time";
        return Err(Failure::client(text).into());
    }
    let mut failures = Failures::default();
    let infos = common::infos(io, flags, args, &mut failures)?;
    failures.done()?;
    Ok(infos)
}

/// The arguments before and after the first one with an equals sign (or a minus at its end).
///
/// upstream: GetResourcesAndPairs, SplitEnvironmentFromResources.
fn split(args: &[Text]) -> (&[Text], &[Text], Option<&Text>) {
    let is_pair =
        |it: &&Text| it.find('=').is_some_and(|at| at > 0) || it.ends_with('-') && it.len() > 1;
    let at = args.iter().position(|it| is_pair(&it));
    let (resources, pairs) = args.split_at(at.unwrap_or(args.len()));
    (resources, pairs, pairs.iter().find(|it| !is_pair(it)))
}

pub(super) fn image(io: &mut Io, flags: &Flags) -> Done {
    let (args, pairs, late) = split(&flags.args);
    if let Some(late) = late {
        let text = "all resources must be specified before image changes: {}";
        return Err(Failure::say(text, &[late]).into());
    }
    if let Some(wrong) = pairs.iter().find(|it| !it.contains('=')) {
        return Err(Failure::say("invalid image format: {}", &[wrong]).into());
    }
    if !args.is_empty() && pairs.is_empty() {
        return Err(Failure::client("at least one image update is required").into());
    }
    if pairs.len() > 1 && pairs.iter().any(|it| it.starts_with("*=")) {
        let text = "all containers are already specified by *, but saw more than one \
                    container_name=container_image pairs";
        return Err(Failure::client(text).into());
    }
    each(
        io,
        flags,
        args,
        ("image updated", "image update to pod template:"),
        |_, _, spec, wrong| {
            for (name, image) in pairs.iter().filter_map(|it| it.split_once('=')) {
                let found = visit(
                    spec,
                    |it| name == "*" || name == it,
                    |it| {
                        it["image"] = image.into();
                        Ok(())
                    },
                );
                if found == Ok(false) {
                    let text = "error: unable to find container named \"{}\"";
                    wrong.push(Failure::say(text, &[name]));
                }
            }
            Ok(())
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

/// Does something with the containers of such names, those for the start behind the others: whether there are any.
fn visit(
    spec: &mut Value,
    is_meant: impl Fn(&str) -> bool,
    mut change: impl FnMut(&mut Value) -> Result<(), String>,
) -> Result<bool, String> {
    let mut found = false;
    for list in ["containers", "initContainers"] {
        if spec[list].is_empty() {
            continue;
        }
        for it in spec[list].as_items_mut().make_mut() {
            if is_meant(it["name"].as_str()) {
                found = true;
                change(it)?;
            }
        }
    }
    Ok(found)
}

pub(super) fn env(io: &mut Io, flags: &Flags) -> Done {
    let (args, words, late) = split(&flags.args);
    if late.is_some() {
        let text = "all resources must be specified before environment changes: {}";
        return Err(Failure::say(text, &[&flags.args.join(" ")]).into());
    }
    if args.is_empty() && !flags.has("filename") {
        return Err(Failure::client(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        )
        .into());
    }
    if flags.is("list") && flags.has("output") {
        let text = "--list and --output may not be specified together";
        return Err(Failure::client(text).into());
    }
    let words: Vec<Text> = flags.all("env").chain(words).cloned().collect();
    for word in &words {
        well_formed(word, &words)?;
    }
    let pattern = flags.text("containers");
    each(
        io,
        flags,
        args,
        ("env updated", "env update to pod template:"),
        |io, info, spec, _| {
            let found = visit(
                spec,
                |it| is_meant(pattern, it),
                |container| {
                    if flags.text("overwrite") == "false" {
                        keeps(&container["env"], &words)?;
                    }
                    let env = updated(&container["env"], &words);
                    if flags.is("list") {
                        list(io, info, container["name"].as_str(), &env);
                    } else if env.is_empty() {
                        container.remove("env");
                    } else {
                        container["env"] = env;
                    }
                    Ok(())
                },
            )?;
            if !found {
                let text = "Warning: {}/{} does not have any containers matching \"{}\"\n";
                io.warn(text, &[info.of.kind, &info.name, pattern]);
            }
            Ok(())
        },
    )
}

const NAMES: &str = "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', \
and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is \
'[-._a-zA-Z][-._a-zA-Z0-9]*')";

/// Whether a word says `NAME=value` or `NAME-`.
///
/// upstream: parseIntoEnvVar, IsEnvVarName.
fn well_formed(word: &str, words: &[Text]) -> Result<(), Failure> {
    let Some((name, _)) = word.split_once('=') else {
        let Some(name) = word.strip_suffix('-') else {
            return Err(Failure::say("unknown environment variable: {}", &[word]));
        };
        let mut pairs = words.iter().filter_map(|it| it.split_once('='));
        if pairs.any(|it| it.0 == name) {
            let text =
                "can not both modify and remove the same environment variable in the same command";
            return Err(Failure::client(text));
        }
        return Ok(());
    };
    let is_sign = |it: char| it.is_ascii_alphanumeric() || "-._".contains(it);
    let begins_well = name.starts_with(|it: char| !it.is_ascii_digit());
    let mut wrong = Vec::new();
    if !begins_well || !name.chars().all(is_sign) {
        wrong.push(NAMES);
    }
    match name {
        "." => wrong.push("must not be '.'"),
        ".." => wrong.push("must not be '..'"),
        _ if name.starts_with("..") => wrong.push("must not start with '..'"),
        _ => {}
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let values = [name, &wrong.join(";")];
    Err(Failure::say("\"{}\" is not a valid key name: {}", &values))
}

/// An error if a variable would get another value.
///
/// upstream: validateNoOverwrites.
fn keeps(env: &Value, words: &[Text]) -> Result<(), String> {
    for (name, value) in words.iter().filter_map(|it| it.split_once('=')) {
        let now = env.item("name", name);
        if !now.is_null() && now["value"].as_str() != value {
            let text = "'{}' already has a value ({}), and --overwrite is false";
            return Err(fill(text, &[name, now["value"].as_str()]));
        }
    }
    Ok(())
}

/// The variables with those that the words set, without those that they remove.
///
/// upstream: updateEnv.
fn updated(env: &Value, words: &[Text]) -> Value {
    let mut covered: Vec<&str> = words
        .iter()
        .filter(|it| !it.contains('='))
        .filter_map(|it| it.strip_suffix('-'))
        .collect();
    let mut all = crate::array![];
    let pairs = || words.iter().filter_map(|it| it.split_once('='));
    for it in env.items() {
        let name = it["name"].as_str();
        if covered.contains(&name) {
            continue;
        }
        let new = pairs().find(|it| it.0 == name);
        all.as_items_mut().push(match new {
            Some((name, value)) => crate::object! {"name": name, "value": value},
            None => it.clone(),
        });
        covered.extend(new.map(|it| it.0));
    }
    for (name, value) in pairs() {
        if !covered.contains(&name) {
            covered.push(name);
            all.as_items_mut()
                .push(crate::object! {"name": name, "value": value});
        }
    }
    all
}

fn list(io: &mut Io, info: &Info, container: &str, env: &Value) {
    let values = [info.of.kind, info.name.as_str(), container];
    io.say("# {} {}, container {}\n", &values);
    for it in env.items() {
        let name = it["name"].as_str();
        match &it["valueFrom"] {
            Value::Null => io.say("{}={}\n", &[name, it["value"].as_str()]),
            from => io.say("# {} from {}\n", &[name, &reference(from)]),
        }
    }
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
        for pair in flags.text(field).split(',').filter(|it| !it.is_empty()) {
            let Some((_, amount)) = pair.split_once('=') else {
                let text = "Invalid argument syntax {}, expected <resource>=<value>";
                return Err(Failure::say(text, &[pair]).into());
            };
            Quantity::parse(amount).map_err(Failure::client)?;
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
        |_, _, spec, wrong| {
            let found = visit(
                spec,
                |it| is_meant(pattern, it),
                |container| {
                    for field in ["limits", "requests"] {
                        let pairs = flags.text(field).split(',');
                        for (name, amount) in pairs.filter_map(|it| it.split_once('=')) {
                            container["resources"][field][name] = amount.into();
                        }
                    }
                    Ok(())
                },
            )?;
            if !found {
                let text = "error: unable to find container named {}";
                wrong.push(Failure::say(text, &[pattern]));
            }
            Ok(())
        },
    )
}
