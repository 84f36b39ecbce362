//! `kubectl patch`, `create -f` and `replace`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/patch, cmd/create, cmd/replace.

use super::apply::with_last_applied;
use super::common::{self, DryRun, Mutation, Report};
use super::manifest;
use super::wait::until_gone;
use crate::apiserver::Patch;
use crate::apiserver::patch::apply;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::{Io, Stop};
use crate::kubectl::resources::{
    Info, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, get, path, query, request, with_body,
};
use crate::kubectl::text::fill;
use crate::kubectl::types::{SCALE, kind_of, qualified};
use crate::object;
use crate::value::Value;
use crate::yaml;

pub(super) const PATCH: &str = "allow-missing-template-keys:b dry-run:s=unchanged field-manager:s filename/f:l \
kustomize/k:s! local:b! output/o:s patch/p:s patch-file:s recursive/R:b show-managed-fields:b subresource:s template:s \
type:s";

pub(super) fn patch(io: &mut Io, flags: &Flags) -> Done {
    if flags.has("patch") && flags.has("patch-file") {
        let text = "cannot specify --patch and --patch-file together";
        return Err(Failure::client(text).into());
    }
    let text = if flags.has("patch-file") {
        let name = flags.text("patch-file");
        let files = manifest::open(io, name).map_err(|_| {
            let text = "unable to read patch file: open {}: no such file or directory";
            Failure::say(text, &[name])
        })?;
        files.into_iter().next().unwrap_or_default().1
    } else {
        flags.text("patch").into()
    };
    if text.is_empty() {
        let text = "must specify --patch or --patch-file containing the contents of the patch";
        return Err(Failure::client(text).into());
    }
    let (kind, how) = match flags.text("type").to_ascii_lowercase().as_str() {
        "" | "strategic" => (STRATEGIC_PATCH, Patch::Strategic),
        "merge" => (MERGE_PATCH, Patch::Merge),
        "json" => (JSON_PATCH, Patch::Json),
        _ => {
            let text = "--type must be one of [json merge strategic], not \"{}\"";
            return Err(Failure::say(text, &[flags.text("type")]).into());
        }
    };
    let parsed = yaml::parse(&text);
    if let Some(error) = parsed.error {
        let text = fill("unable to parse \"{}\": {}", &[&text, &error.go_text()]);
        return Err(Failure::own(text).into());
    }
    let body = parsed
        .documents
        .into_iter()
        .next()
        .map(|it| it.value)
        .unwrap_or_default();
    let dry_run = DryRun::of(io, flags)?;
    // upstream: each operation is told anew, and what says that it was only tried is lost on the way.
    let mut report = Report::of(flags, DryRun::None)?;
    let mut failures = Failures::default();
    let subresource = flags.text("subresource");
    let manager = match flags.text("field-manager") {
        "" => "kubectl-patch",
        named => named,
    };
    let infos = common::infos(io, flags, &flags.args, &mut failures)?;
    if infos.is_empty() && failures.is_empty() {
        return Err(Failure::client("no objects passed to patch").into());
    }
    for info in infos {
        let live = match subresource {
            "" => Ok(info.object.clone()),
            _ => io.json(get(info.path(subresource))),
        };
        let Some(live) = failures.catch(live)? else {
            continue;
        };
        let object = if dry_run == DryRun::Client {
            patched(&info, how, &live, &body).map_err(Stop::Failed)
        } else {
            let request = with_body("PATCH", info.path(subresource), kind, body.clone());
            let object = io.json(query(dry_run.on(request), "fieldManager", manager));
            object.map_err(|it| it.map(|it| it.with_source("patching", &info.source)))
        };
        if let Some(object) = failures.catch(object)? {
            let done = if object == live {
                "patched (no change)"
            } else {
                "patched"
            };
            let is_scale = object["kind"].as_str() == SCALE.kind;
            let of = if is_scale { &SCALE } else { info.of };
            report.done_each(io, Mutation::new(of, object, done))?;
        }
    }
    failures.done()
}

/// What the patch makes of the object here.
///
/// upstream: getPatchedJSON.
fn patched(info: &Info, how: Patch, live: &Value, patch: &Value) -> Result<Value, Failure> {
    let kind = kind_of(info.of).filter(|_| live["kind"].as_str() == info.of.kind);
    let Some(kind) = kind else {
        let of = &live["apiVersion"];
        let text =
            "strategic merge patch is not supported for {}, Kind={} locally, try --type merge";
        return Err(Failure::say(text, &[of.as_str(), live["kind"].as_str()]));
    };
    apply(kind, how, live, patch).map_err(|it| Failure::own(it.message.to_string()))
}

pub(super) const CREATE: &str = "allow-missing-template-keys:b dry-run:s=unchanged edit:b! field-manager:s filename/f:l \
kustomize/k:s! output/o:s raw:s! recursive/R:b save-config:b selector/l:s show-managed-fields:b template:s \
validate:s=strict windows-line-endings:b";

pub(super) fn create(io: &mut Io, flags: &Flags) -> Done {
    if !flags.args.is_empty() {
        let text = fill("Unexpected args: [{}]", &[&flags.args.join(" ")]);
        return Err(Failure::usage(&text, "create").into());
    }
    if !flags.has("filename") {
        return Err(Failure::client("must specify one of -f and -k").into());
    }
    let validation = manifest::validation(flags)?;
    let dry_run = DryRun::of(io, flags)?;
    let mut report = Report::of(flags, dry_run)?;
    let read = manifest::read(io, flags)?;
    if read.manifests.is_empty() && read.failures.is_empty() {
        return Err(Failure::client("no objects passed to create").into());
    }
    let mut failures = Failures::default();
    for it in read.manifests {
        let body = if flags.is("save-config") {
            with_last_applied(&it.object)
        } else {
            it.object
        };
        let created = if dry_run == DryRun::Client {
            Ok(body)
        } else {
            let request = dry_run.on(with_body(
                "POST",
                path(it.of, &it.namespace, "", ""),
                "",
                body,
            ));
            let request = query(request, "fieldManager", "kubectl-create");
            let answer = io.json(query(request, "fieldValidation", validation));
            answer.map_err(|stop| stop.map(|failure| failure.with_source("creating", &it.source)))
        };
        if let Some(object) = failures.catch(created)? {
            report.done_each(io, Mutation::new(it.of, object, "created"))?;
        }
    }
    failures.0.extend(read.failures);
    failures.done()
}

pub(super) const REPLACE: &str = "allow-missing-template-keys:b cascade:s=background dry-run:s=unchanged field-manager:s \
filename/f:l force:b grace-period:i kustomize/k:s! output/o:s raw:s! recursive/R:b save-config:b show-managed-fields:b \
subresource:s! template:s timeout:d validate:s=strict wait:b";

pub(super) fn replace(io: &mut Io, flags: &Flags) -> Done {
    if !flags.has("filename") {
        return Err(Failure::client("must specify one of -f and -k").into());
    }
    for it in ["grace-period", "timeout"] {
        // upstream: ReplaceOptions.Validate, for what is not said by default.
        let given =
            flags.int(it).is_some_and(|it| it >= 0) || flags.ms(it).is_some_and(|it| it != 0);
        if given && !flags.is("force") {
            return Err(Failure::say("--{} must have --force specified", &[it]).into());
        }
    }
    let validation = manifest::validation(flags)?;
    let dry_run = DryRun::of(io, flags)?;
    let forced = flags.is("force");
    if forced && dry_run != DryRun::None {
        return Err(Failure::client("--dry-run can not be used when --force is set").into());
    }
    let mut report = Report::of(flags, dry_run)?;
    let read = manifest::read(io, flags)?;
    if read.manifests.is_empty() && read.failures.is_empty() {
        return Err(Failure::client("no objects passed to replace").into());
    }
    let mut failures = Failures::default();
    for it in read.manifests {
        let address = path(it.of, &it.namespace, &it.name, "");
        if forced {
            let options = object! {"propagationPolicy": "Background", "gracePeriodSeconds": 0};
            let answer = io.send(with_body("DELETE", address.clone(), "", options))?;
            if answer.status < 400 {
                io.say("{} \"{}\" deleted\n", &[&qualified(it.of), &it.name]);
                until_gone(io, it.of, &it.namespace, &it.name, "", None)?;
            }
        }
        let remembers = flags.is("save-config") || !forced && has_annotation(io, &it)?;
        let body = if remembers {
            with_last_applied(&it.object)
        } else {
            it.object
        };
        let replaced = if dry_run == DryRun::Client {
            Ok(body)
        } else {
            let request = if forced {
                with_body("POST", path(it.of, &it.namespace, "", ""), "", body)
            } else {
                with_body("PUT", address, "", body)
            };
            let request = query(dry_run.on(request), "fieldManager", "kubectl-replace");
            let answer = io.json(query(request, "fieldValidation", validation));
            answer.map_err(|stop| stop.map(|failure| failure.with_source("replacing", &it.source)))
        };
        if let Some(object) = failures.catch(replaced)? {
            report.done_each(io, Mutation::new(it.of, object, "replaced"))?;
        }
    }
    failures.0.extend(read.failures);
    failures.done()
}

/// upstream: util.CreateOrUpdateAnnotation looks whether the live object keeps it.
fn has_annotation(io: &mut Io, it: &manifest::Manifest) -> Done<bool> {
    let answer = io.send(request("GET", path(it.of, &it.namespace, &it.name, "")))?;
    Ok(match answer.body {
        crate::apiserver::rest::Body::Json(live) => {
            let live: Value = live;
            answer.status < 400
                && !live["metadata"]["annotations"][super::apply::LAST_APPLIED].is_null()
        }
        _ => false,
    })
}
