//! `kubectl edit`, with an editor that is a command of the reader's shell or a window of the page.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/util/editor, editoptions.go.
// differs: several objects are edited one after another; upstream opens one list of them.

use super::common::{self, DryRun, Mutation, Report};
use super::manifest;
use super::merge::two_way;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::{Io, Stop};
use crate::kubectl::resources::{Info, STRATEGIC_PATCH, query, with_body};
use crate::kubectl::text::fill;
use crate::kubectl::types::qualified_plural;
use crate::value::{Text, Value};
use crate::yaml;

pub(super) const FLAGS: &str = "allow-missing-template-keys:b field-manager:s filename/f:l kustomize/k:s! output/o:s \
output-patch:b recursive/R:b save-config:b show-managed-fields:b subresource:s template:s validate:s=strict \
windows-line-endings:b";

const HEADER: &str = "# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
";

/// So often an editor is opened for one object: one that edits by itself may change a wrong text again and again.
const MOST_TRIES: usize = 20;

const NONE_SAVED: &str = "Edit cancelled, no valid changes were saved.";

/// Why an edited text is not taken, and how the editor is opened again with it.
enum Refusal {
    /// The reasons for the head of the file.
    Again(String),
    /// It ends here.
    End(Stop),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::End(failure.into())
    }
}

impl From<Stop> for Refusal {
    fn from(stop: Stop) -> Self {
        Self::End(stop)
    }
}

pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    let mut failures = Failures::default();
    let infos = common::infos(io, flags, &flags.args, &mut failures)?;
    let mut report = Report::of(flags, DryRun::None)?;
    for mut info in infos {
        if !flags.is("show-managed-fields") {
            info.object["metadata"].remove("managedFields");
        }
        edit(io, flags, &info, &mut report)?;
    }
    failures.done()
}

/// Opens the editor until what was saved is taken, or given up.
fn edit(io: &mut Io, flags: &Flags, info: &Info, report: &mut Report) -> Done {
    let original = yaml::to_yaml(&info.object);
    let mut before: Option<(Text, String)> = None;
    for _ in 0..MOST_TRIES {
        let text = match &before {
            None => [HEADER, &original].concat(),
            Some((edited, reasons)) => [HEADER, reasons, &without_comments(edited)].concat(),
        };
        let edited = match io.edit(text.into())? {
            Ok(edited) => edited,
            Err(why) => return Err(Failure::own(why.into()).into()),
        };
        let is_same = |it: &str| stripped(it) == stripped(&edited);
        if before.as_ref().is_some_and(|it| is_same(&it.0)) {
            break;
        }
        match save(io, flags, info, &original, &edited, report) {
            Ok(()) => return Ok(()),
            Err(Refusal::Again(reasons)) => before = Some((edited, reasons)),
            Err(Refusal::End(stop)) => return Err(stop),
        }
    }
    let (edited, _) = before.unwrap_or_default();
    Err(preserved(io, edited, Failure::client(NONE_SAVED)))
}

/// Sends what was saved.
fn save(
    io: &mut Io,
    flags: &Flags,
    info: &Info,
    original: &str,
    edited: &Text,
    report: &mut Report,
) -> Result<(), Refusal> {
    let validation = manifest::validation(flags)?;
    let resource = qualified_plural(info.of);
    let mut parsed = yaml::parse(edited);
    let first = parsed.documents.drain(..).next();
    let modified = first.map(|it| it.value).unwrap_or_default();
    let is_set = || manifest::check_set(&modified);
    let said = parsed.error.map_or_else(is_set, |it| Err(it.go_text()));
    let is_empty = without_comments(edited).trim().is_empty();
    match said {
        Err(why) if validation != "Ignore" => {
            io.warn("error: {} \"{}\" is invalid\n", &[&resource, &info.name]);
            let why = fill(
                "<nil>: Invalid value: \"The edited file failed validation\": {}",
                &[&why],
            );
            return Err(Refusal::Again(not_valid(&resource, info, &[why])));
        }
        Err(why) if !is_empty => {
            let head = "# The edited file had a syntax error: {}\n#\n";
            return Err(Refusal::Again(fill(head, &[&commented(&why)])));
        }
        Ok(()) | Err(_) => {}
    }
    if stripped(original) == stripped(edited) {
        io.print_error("Edit cancelled, no changes made.\n");
        return Ok(());
    }
    if is_empty {
        io.print_error("Edit cancelled, saved file was empty.\n");
        return Ok(());
    }
    let identity = |it: &Value| ["apiVersion", "kind"].map(|of| it[of].clone());
    if identity(&modified) != identity(&info.object)
        || modified["metadata"]["name"] != info.object["metadata"]["name"]
    {
        let why = Failure::client("At least one of apiVersion, kind and name was changed");
        return Err(preserved(io, edited.clone(), why).into());
    }
    let patch = two_way(info.of.kind, &info.object, &modified);
    if patch.is_empty() {
        let done = Mutation::new(info.of, info.object.clone(), "skipped");
        return Ok(report.done_each(io, done)?);
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
    let why = match io.json(query(request, "fieldValidation", validation)) {
        Ok(object) => {
            return Ok(report.done_each(io, Mutation::new(info.of, object, "edited"))?);
        }
        Err(Stop::Failed(why)) => why,
        Err(stop) => return Err(stop.into()),
    };
    match why.reason() {
        "Invalid" => {
            io.warn("error: {} \"{}\" is invalid\n", &[&resource, &info.name]);
            Err(Refusal::Again(not_valid(&resource, info, &why.causes())))
        }
        "NotFound" => {
            let said = "error: {} \"{}\" could not be found on the server\n\
                The edits you made on deleted resources have been saved to \"{}\"\n";
            let file = keep(io, edited.clone());
            io.warn(said, &[&resource, &info.name, &file]);
            Err(Failure::exit(String::new(), 1).into())
        }
        _ => {
            let said = "error: {} \"{}\" could not be patched: {}\n\
                You can run `kubectl replace -f {}` to try this update again.\n";
            let file = keep(io, edited.clone());
            io.warn(said, &[&resource, &info.name, &why.message(), &file]);
            Err(Failure::exit(String::new(), 1).into())
        }
    }
}

/// upstream: editHeader.writeTo.
fn not_valid(resource: &str, info: &Info, reasons: &[String]) -> String {
    let end = if reasons.is_empty() { "" } else { ":" };
    let mut head = fill(
        "# {} \"{}\" was not valid{}\n",
        &[resource, &info.name, end],
    );
    for it in reasons {
        head.push_str(&fill("# * {}\n", &[&commented(it)]));
    }
    head + "#\n"
}

/// upstream: hashOnLineBreak.
fn commented(text: &str) -> String {
    text.trim_end().replace('\n', "\n# ")
}

/// upstream: cmdutil.StripComments.
fn stripped(text: &str) -> String {
    let parsed = yaml::parse(text);
    match (parsed.error, parsed.documents.first()) {
        (None, Some(it)) => it.value.to_json(),
        (None, None) => String::new(),
        (Some(_), _) => without_comments(text),
    }
}

/// upstream: cmdutil.ManualStrip.
fn without_comments(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    let is_comment =
        |it: &&str| it.trim_start().starts_with('#') && !it.trim_start().starts_with("#!");
    lines.filter(|it| !is_comment(it)).collect()
}

/// Keeps what was edited in a file of the terminal; its name.
fn keep(io: &mut Io, edited: Text) -> Text {
    // Upstream's digits are random.
    let file = crate::text!("/tmp/kubectl-edit-{}.yaml", io.now.ms);
    io.kept = Some((file.clone(), edited));
    file
}

/// The end of an edit, whose text is kept.
///
/// upstream: preservedFile.
fn preserved(io: &mut Io, edited: Text, why: Failure) -> Stop {
    let file = keep(io, edited);
    io.warn(
        "A copy of your changes has been stored to \"{}\"\n",
        &[&file],
    );
    why.into()
}
