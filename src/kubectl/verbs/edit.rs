//! `kubectl edit`, with an editor that is a command of the reader's shell.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/util/editor, editoptions.go.
// differs: a change that the server refuses ends the edit; upstream opens the editor again.

use super::common::{self, DryRun, Mutation, Report};
use super::manifest;
use super::merge::two_way;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;
use crate::kubectl::resources::{STRATEGIC_PATCH, query, with_body};
use crate::kubectl::text::fill;
use crate::kubectl::types::qualified_plural;
use crate::value::Value;
use crate::yaml;

pub(super) const FLAGS: &str = "allow-missing-template-keys:b field-manager:s filename/f:l kustomize/k:s! output/o:s \
output-patch:b recursive/R:b save-config:b show-managed-fields:b subresource:s template:s validate:s=strict \
windows-line-endings:b";

const HEADER: &str = "# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
";

pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    let mut failures = Failures::default();
    let infos = common::infos(io, flags, &flags.args, &mut failures)?;
    let mut report = Report::of(flags, DryRun::None)?;
    let validation = manifest::validation(flags)?;
    for mut info in infos {
        if !flags.is("show-managed-fields") {
            info.object["metadata"].remove("managedFields");
        }
        let text = [HEADER, &yaml::to_yaml(&info.object)].concat();
        let edited = match io.edit(text.as_str().into())? {
            Ok(edited) => edited,
            Err(why) => return Err(Failure::own(why.into()).into()),
        };
        if edited == text {
            io.print_error("Edit cancelled, no changes made.\n");
            continue;
        }
        let parsed = yaml::parse(&edited);
        if let Some(error) = parsed.error {
            let why = fill("The edited file failed validation: {}", &[&error.go_text()]);
            return Err(Failure::own(why).into());
        }
        let Some(document) = parsed.documents.into_iter().next() else {
            io.print_error("Edit cancelled, saved file was empty.\n");
            continue;
        };
        let modified = document.value;
        let name = |it: &Value| it["metadata"]["name"].clone();
        if name(&modified) != name(&info.object) {
            return Err(
                Failure::client("At least one of apiVersion, kind and name was changed").into(),
            );
        }
        let patch = two_way(info.of.kind, &info.object, &modified);
        if patch.is_empty() {
            report.done_each(io, Mutation::new(info.of, info.object, "skipped"))?;
            continue;
        }
        if flags.is("output-patch") {
            io.say("Patch: {}\n", &[&patch.to_json()]);
        }
        let manager = match flags.text("field-manager") {
            "" => "kubectl-edit",
            named => named,
        };
        let to = info.path(flags.text("subresource"));
        let request = with_body("PATCH", to, STRATEGIC_PATCH, patch);
        let request = query(request, "fieldManager", manager);
        let answer = io.json(query(request, "fieldValidation", validation));
        let Some(object) = failures.catch(answer)? else {
            let is_invalid = failures.0.pop_if(|it| it.reason() == "Invalid").is_some();
            if is_invalid {
                let of = qualified_plural(info.of);
                io.warn("error: {} \"{}\" is invalid\n", &[&of, &info.name]);
                let text = "Edit cancelled, no valid changes were saved.";
                return Err(Failure::client(text).into());
            }
            continue;
        };
        report.done_each(io, Mutation::new(info.of, object, "edited"))?;
    }
    failures.done()
}
