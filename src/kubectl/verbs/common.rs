//! What commands that change things share: dry runs, reports, fetched objects.

use crate::apiserver::rest::HttpRequest;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;
use crate::kubectl::print::{Format, Printer, list_of};
use crate::kubectl::resources::{Accepts, Info, fetch, query, select};
use crate::kubectl::text::fill;
use crate::kubectl::types::{Type, qualified};
use crate::value::{Text, Value};

/// `--dry-run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DryRun {
    None,
    Client,
    Server,
}

impl DryRun {
    /// Reads the flag.
    pub fn of(io: &mut Io, flags: &Flags) -> Result<Self, Failure> {
        match flags.text("dry-run") {
            "" | "none" => Ok(Self::None),
            "client" => Ok(Self::Client),
            "server" => Ok(Self::Server),
            "unchanged" => {
                io.print_error(
                    "Warning: --dry-run is deprecated and can be replaced with --dry-run=client.\n",
                );
                Ok(Self::Client)
            }
            other => Err(Failure::say(
                "Invalid dry-run value ({}). Must be \"none\", \"server\", or \"client\".",
                &[other],
            )),
        }
    }

    /// The request with the option for the server.
    pub fn on(self, request: HttpRequest) -> HttpRequest {
        query(
            request,
            "dryRun",
            if self == Self::Server { "All" } else { "" },
        )
    }

    /// What stands behind a report.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Client => " (dry run)",
            Self::Server => " (server dry run)",
        }
    }
}

/// Something that was done to an object.
pub(super) struct Mutation {
    pub of: Type,
    pub object: Value,
    /// `created`.
    pub done: Text,
}

impl Mutation {
    pub fn new(of: Type, object: Value, done: impl Into<Text>) -> Self {
        Self {
            of,
            object,
            done: done.into(),
        }
    }
}

/// How a command tells what it did.
pub(super) struct Report {
    format: Format,
    dry_run: DryRun,
    objects: Vec<Value>,
}

impl Report {
    pub fn of(flags: &Flags, dry_run: DryRun) -> Result<Self, Failure> {
        Ok(Self {
            format: Format::of(flags, false)?,
            dry_run,
            objects: Vec::new(),
        })
    }

    /// `statefulset.apps/web created`, the name alone, or the object at the end.
    pub fn done(&mut self, io: &mut Io, it: Mutation) {
        let name = it.object["metadata"]["name"].as_str();
        let title = fill("{}/{}", &[&qualified(it.of), name]);
        match &self.format {
            Format::Human { .. } => {
                io.say("{} {}{}\n", &[&title, &it.done, self.dry_run.suffix()]);
            }
            Format::Objects(Printer::Name) => io.print(title + "\n"),
            Format::Objects(_) => self.objects.push(it.object),
        }
    }

    /// As [`Self::done`], but objects are printed at once.
    pub fn done_each(&mut self, io: &mut Io, it: Mutation) -> Done {
        self.done(io, it);
        if let (Format::Objects(printer), Some(object)) = (&mut self.format, self.objects.pop()) {
            let text = printer.print(&object)?;
            io.print(text);
        }
        Ok(())
    }

    /// Prints the objects, if that was asked for: one as it is, several as a list.
    pub fn finish(&mut self, io: &mut Io, metadata: Value) -> Done {
        let mut objects = core::mem::take(&mut self.objects);
        if let Format::Objects(printer) = &mut self.format
            && !objects.is_empty()
        {
            let object = match objects.len() {
                1 => objects.remove(0),
                _ => list_of(objects, metadata),
            };
            let text = printer.print(&object)?;
            io.print(text);
        }
        Ok(())
    }
}

/// Fetches the objects that arguments, files and selectors name.
pub(super) fn infos(
    io: &mut Io,
    flags: &Flags,
    args: &[Text],
    failures: &mut Failures,
) -> Done<Vec<Info>> {
    let selection = select(io, flags, args, Accepts::default())?;
    fetch(io, &selection, "", failures)
}
