//! `kubectl apply`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/apply, apply.go and patcher.go.

use super::common::{self, DryRun, Mutation, Report};
use super::manifest::{self, Manifest};
use super::merge::{patched, three_way, without_nulls};
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;
use crate::kubectl::print::compact;
use crate::kubectl::resources::{Info, STRATEGIC_PATCH, get, path, query, with_body};
use crate::kubectl::text::fill;
use crate::kubectl::types::go_name;
use crate::object;
use crate::value::Value;

pub(super) const FLAGS: &str = "all:b! allow-missing-template-keys:b cascade:s=background! dry-run:s=unchanged \
field-manager:s filename/f:l force:b! force-conflicts:b grace-period:i! kustomize/k:s! openapi-patch:b output/o:s \
overwrite:b prune:b prune-allowlist:a! recursive/R:b selector/l:s server-side:b show-managed-fields:b template:s \
timeout:d! validate:s=strict wait:b!";

pub(super) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    if !flags.args.is_empty() {
        let text = fill("Unexpected args: [{}]", &[&flags.args.join(" ")]);
        return Err(Failure::usage(&text, "apply").into());
    }
    if !flags.has("filename") {
        return Err(Failure::client("must specify one of -f and -k").into());
    }
    let apply = Apply {
        validation: manifest::validation(flags)?,
        dry_run: DryRun::of(io, flags)?,
        server_side: flags.is("server-side"),
        force: flags.is("force-conflicts"),
        manager: flags.text("field-manager").to_owned(),
    };
    let refused = match apply.server_side {
        false if apply.force => "--force-conflicts only works with --server-side",
        true if apply.dry_run == DryRun::Client => {
            "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)"
        }
        _ => "",
    };
    if !refused.is_empty() {
        return Err(Failure::client(refused).into());
    }
    let mut report = Report::of(flags, apply.dry_run)?;
    let mut read = manifest::read(io, flags)?;
    if flags.has("selector") {
        let selector = crate::api::selector::Selector::parse(flags.text("selector"));
        let selector = selector.map_err(Failure::own)?;
        read.manifests
            .retain(|it| selector.matches(&it.object["metadata"]["labels"]));
    }
    if read.manifests.is_empty() && read.failures.is_empty() {
        return Err(Failure::client("no objects passed to apply").into());
    }
    if flags.is("prune") {
        return Err(Failure::not_simulated("flag --prune of kubectl apply").into());
    }
    let mut failures = Failures(read.failures);
    for manifest in &read.manifests {
        let applied = apply.one(io, manifest, &mut report);
        failures.catch(applied)?;
    }
    report.finish(io, object! {})?;
    failures.done()
}

struct Apply {
    validation: &'static str,
    dry_run: DryRun,
    server_side: bool,
    force: bool,
    manager: String,
}

impl Apply {
    fn one(&self, io: &mut Io, manifest: &Manifest, report: &mut Report) -> Done {
        let meta = &manifest.object["metadata"];
        if manifest.name.is_empty() && !meta["generateName"].is_empty() {
            let text = fill(
                "from {}: cannot use generate name with apply",
                &[meta["generateName"].as_str()],
            );
            return Err(Failure::own(text).into());
        }
        if self.server_side {
            return self.on_server(io, manifest, report);
        }
        let modified = with_last_applied(&manifest.object);
        let retrieving = |it: Failure| {
            let words = fill(
                "retrieving current configuration of:\n{}\nfrom server for:",
                &[&described(manifest)],
            );
            it.with_source(&words, &manifest.source)
        };
        if manifest.name.is_empty() {
            return Err(retrieving(Failure::client("resource name may not be empty")).into());
        }
        let address = path(manifest.of, &manifest.namespace, &manifest.name, "");
        match io.json(get(address)) {
            Ok(live) => self.patch(io, manifest, &modified, &live, report),
            Err(stop) => match stop.failure() {
                Some(failure) if failure.is_not_found() => {
                    self.create(io, manifest, &modified, report)
                }
                Some(failure) => Err(retrieving(failure).into()),
                None => Err(crate::kubectl::io::Stop::Suspended),
            },
        }
    }

    fn create(
        &self,
        io: &mut Io,
        manifest: &Manifest,
        modified: &Value,
        report: &mut Report,
    ) -> Done {
        let body = without_nulls(modified);
        let created = if self.dry_run == DryRun::Client {
            body
        } else {
            let request = with_body(
                "POST",
                path(manifest.of, &manifest.namespace, "", ""),
                "",
                body,
            );
            let request = self.options(request, "kubectl-client-side-apply");
            io.json(request)
                .map_err(|it| it.map(|it| it.with_source("creating", &manifest.source)))?
        };
        report.done(io, Mutation::new(manifest.of, created, "created"));
        Ok(())
    }

    fn patch(
        &self,
        io: &mut Io,
        manifest: &Manifest,
        modified: &Value,
        live: &Value,
        report: &mut Report,
    ) -> Done {
        let last = live["metadata"]["annotations"][LAST_APPLIED].as_str();
        let titled = fill("{}/{}", &[manifest.of.plural, &manifest.name]);
        if last.is_empty() {
            io.warn("Warning: resource {} is missing the {} annotation which is required by kubectl apply. kubectl apply should only be used on resources \
                 created declaratively by either kubectl create --save-config or kubectl apply. The missing \
                 annotation will be patched automatically.\n", &[&titled, LAST_APPLIED]);
        }
        let original = Value::from_json(last).unwrap_or_default();
        let patch = three_way(manifest.of.kind, &original, modified, live);
        let is_empty = patch.is_empty();
        let object = if is_empty || self.dry_run == DryRun::Client {
            patched(manifest.of.kind, live, &patch)
        } else {
            let address = path(manifest.of, &manifest.namespace, &manifest.name, "");
            let request = with_body("PATCH", address, STRATEGIC_PATCH, patch.clone());
            let request = self.options(request, "kubectl-client-side-apply");
            io.json(request).map_err(|it| {
                it.map(|it| {
                    it.with_source(
                        &fill(
                            "applying patch:\n{}\nto:\n{}\nfor:",
                            &[&compact(&patch), &described(manifest)],
                        ),
                        &manifest.source,
                    )
                })
            })?
        };
        if !object["metadata"]["deletionTimestamp"].is_null() {
            io.warn(
                "Warning: Detected changes to resource {} which is currently being deleted.\n",
                &[&manifest.name],
            );
        }
        let unchanged = is_empty && self.dry_run != DryRun::Client;
        let done = if unchanged { "unchanged" } else { "configured" };
        report.done(io, Mutation::new(manifest.of, object, done));
        Ok(())
    }

    fn on_server(&self, io: &mut Io, manifest: &Manifest, report: &mut Report) -> Done {
        let send = |io: &mut Io, manager: &str, force: &str, body: Value| {
            let address = path(manifest.of, &manifest.namespace, &manifest.name, "");
            let request = with_body("PATCH", address, "application/apply-patch+yaml", body);
            let request = query(self.options(request, manager), "force", force);
            io.json(request)
        };
        let manager = if self.manager.is_empty() {
            "kubectl"
        } else {
            &self.manager
        };
        let force = if self.force { "true" } else { "false" };
        let object =
            send(io, manager, force, manifest.object.clone()).map_err(|it| it.map(conflict))?;
        let last = &object["metadata"]["annotations"][LAST_APPLIED];
        let is_owner = |it: &Value| {
            let annotations = &it["fieldsV1"]["f:metadata"]["f:annotations"];
            it["operation"].as_str() == "Apply"
                && !annotations[&*["f:", LAST_APPLIED].concat()].is_null()
        };
        let managers = object["metadata"]["managedFields"].items();
        // upstream: saveLastApplyAnnotationIfNecessary.
        if manager == "kubectl" && !last.is_null() && !managers.iter().any(is_owner) {
            let mut body = object! {
                "apiVersion": &object["apiVersion"],
                "kind": &object["kind"],
                "metadata": object! {"name": &manifest.name, "namespace": &manifest.namespace},
            };
            body["metadata"]["annotations"][LAST_APPLIED] = last.clone();
            let mut failures = Failures::default();
            let answer = send(io, "kubectl-last-applied", "", body);
            if failures.catch(answer)?.is_none() {
                let why: String = failures.0.iter().map(Failure::message).collect();
                io.warn(
                    "Warning: failed to migrate {} for Server-Side Apply. This is non-fatal and will be retried next \
                     time you apply. Error: {}\n",
                    &[LAST_APPLIED, &why],
                );
            }
        }
        report.done(io, Mutation::new(manifest.of, object, "serverside-applied"));
        Ok(())
    }

    fn options(
        &self,
        request: crate::apiserver::rest::HttpRequest,
        manager: &str,
    ) -> crate::apiserver::rest::HttpRequest {
        let manager = if self.manager.is_empty() || manager == "kubectl-last-applied" {
            manager
        } else {
            &self.manager
        };
        let request = query(self.dry_run.on(request), "fieldManager", manager);
        query(request, "fieldValidation", self.validation)
    }
}

/// upstream: apply.go, the text for a conflict.
fn conflict(failure: Failure) -> Failure {
    if failure.reason() != "Conflict" {
        return failure;
    }
    let help = "
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";
    Failure::own([&failure.message(), help].concat())
}

/// The object with the annotation that remembers it.
///
/// upstream: kubectl/pkg/util, GetModifiedConfiguration.
pub(super) fn with_last_applied(object: &Value) -> Value {
    let mut plain = object.clone();
    plain["metadata"]["annotations"]
        .as_map_mut()
        .remove(LAST_APPLIED);
    let text = compact(&plain) + "\n";
    plain["metadata"]["annotations"][LAST_APPLIED] = text.into();
    plain
}

/// upstream: resource.Info.String.
fn described(it: &Manifest) -> String {
    let version = crate::kubectl::types::api_version_of(it.of);
    let resource = go_name(it.of);
    fill(
        "Resource: \"{}\", GroupVersionKind: \"{}, Kind={}\"\nName: \"{}\", Namespace: \"{}\"",
        &[&resource, &version, it.of.kind, &it.name, &it.namespace],
    )
}

/// `kubectl apply view-last-applied`.
pub(super) fn view(io: &mut Io, flags: &Flags) -> Done {
    let mut failures = Failures::default();
    let infos = common::infos(io, flags, &flags.args, &mut failures)?;
    for Info { object, name, .. } in &infos {
        let last = object["metadata"]["annotations"][LAST_APPLIED].as_str();
        let Ok(last) = Value::from_json(last) else {
            return Err(Failure::own(
                [
                    "no last-applied-configuration annotation found on resource: ",
                    name.as_str(),
                ]
                .concat(),
            )
            .into());
        };
        match flags.text("output") {
            "json" => io.print(crate::kubectl::print::pretty(&last, 2) + "\n"),
            _ => io.print(crate::yaml::to_yaml(&last)),
        }
    }
    failures.done()
}

/// `kubectl apply set-last-applied`.
pub(super) fn set(io: &mut Io, flags: &Flags) -> Done {
    let dry_run = DryRun::of(io, flags)?;
    let mut report = Report::of(flags, dry_run)?;
    let read = manifest::read(io, flags)?;
    let mut failures = Failures(read.failures);
    for it in &read.manifests {
        let address = path(it.of, &it.namespace, &it.name, "");
        let Some(live) = failures.catch(io.json(get(address.clone())))? else {
            continue;
        };
        let old = &live["metadata"]["annotations"][LAST_APPLIED];
        if old.is_null() && !flags.is("create-annotation") {
            return Err(Failure::say("no last-applied-configuration annotation found on resource: {}, to create the annotation, run the command with --create-annotation", &[it.name.as_str()]).into());
        }
        let mut patch = Value::object();
        patch["metadata"]["annotations"][LAST_APPLIED] = (compact(&it.object) + "\n").into();
        let request = with_body(
            "PATCH",
            address,
            crate::kubectl::resources::MERGE_PATCH,
            patch,
        );
        let object = io.json(dry_run.on(request))?;
        report.done(io, Mutation::new(it.of, object, "configured"));
    }
    failures.done()
}

pub(super) const VIEW_FLAGS: &str =
    "all:b filename/f:l kustomize/k:s! output/o:s recursive/R:b selector/l:s";
pub(super) const SET_FLAGS: &str = "allow-missing-template-keys:b create-annotation:b dry-run:s=unchanged filename/f:l output/o:s \
show-managed-fields:b template:s";
