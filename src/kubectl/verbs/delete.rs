//! `kubectl delete`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/delete/delete.go, and cmd/wait for the wait after it.

use super::common::DryRun;
use super::wait::until_gone;
use crate::config::Version;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;
use crate::kubectl::resources::{
    Accepts, Selected, Selection, items, listing_refused, path, request_for, select, with_body,
};
use crate::kubectl::text::fill;
use crate::kubectl::types::{Type, qualified};
use crate::object;
use crate::value::{Text, Value};

pub(super) const FLAGS: &str = "all:b all-namespaces/A:b cascade:s=background dry-run:s=unchanged field-selector:s \
filename/f:l force:b grace-period:i ignore-not-found:b interactive/i:b kustomize/k:s! now:b output/o:s raw:s! \
recursive/R:b selector/l:s timeout:d wait:b";

/// One object to delete.
struct Doomed {
    of: Type,
    namespace: Text,
    name: Text,
    source: Text,
}

pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    let mut delete = Delete::of(io, flags)?;
    let selection = select(io, flags, &flags.args, Accepts::default())?;
    if flags.has("namespace") && selection.selected.iter().any(|it| !it.of().namespaced) {
        io.print_error(
            "Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n",
        );
    }
    if delete.is_forced {
        io.print_error(
            "Warning: Immediate deletion does not wait for confirmation that the running resource has been \
             terminated. The resource may continue to run on the cluster indefinitely.\n",
        );
    }
    let mut failures = Failures::default();
    let doomed = doomed(io, &selection, &mut failures)?;
    if flags.is("interactive") && !confirmed(io, &doomed) {
        return Ok(());
    }
    let mut waited = Vec::new();
    for it in &doomed {
        let deleted = delete.one(io, it);
        if let Some(uid) = failures.catch(deleted)? {
            waited.push((it, uid));
        }
    }
    if flags.is("ignore-not-found") || flags.is("all") || flags.has("selector") {
        failures.0.retain(|it| !it.is_not_found());
    }
    if delete.found == 0 && failures.is_empty() && !flags.is("ignore-not-found") {
        io.print("No resources found\n");
        return Ok(());
    }
    if delete.waits {
        for (it, uid) in waited {
            let gone = until_gone(
                io,
                it.of,
                &it.namespace,
                &it.name,
                &uid,
                flags.ms("timeout"),
            );
            failures.catch(gone)?;
        }
    }
    failures.done()
}

/// Lists what selectors match; the rest needs no request.
fn doomed(io: &mut Io, selection: &Selection, failures: &mut Failures) -> Done<Vec<Doomed>> {
    let mut doomed = Vec::new();
    for selected in &selection.selected {
        let of = selected.of();
        let namespace = if of.namespaced {
            selection.namespace.clone()
        } else {
            Text::new()
        };
        match selected {
            Selected::One(_, name) => {
                doomed.push(Doomed {
                    of,
                    namespace,
                    name: name.clone(),
                    source: Text::new(),
                });
            }
            Selected::File(it) => doomed.push(Doomed {
                of,
                namespace: it.namespace.clone(),
                name: it.name.clone(),
                source: it.source.clone(),
            }),
            Selected::All(_) => {
                let list = io.json(request_for(selected, selection));
                let list = list.map_err(|it| it.map(|it| listing_refused(it, of, selection)));
                let Some(list) = failures.catch(list)? else {
                    continue;
                };
                doomed.extend(items(&list, of).iter().map(|it| Doomed {
                    of,
                    namespace: it["metadata"]["namespace"].as_str().into(),
                    name: it["metadata"]["name"].as_str().into(),
                    source: Text::new(),
                }));
            }
        }
    }
    failures.0.extend(selection.failures.iter().cloned());
    Ok(doomed)
}

fn confirmed(io: &mut Io, doomed: &[Doomed]) -> bool {
    let count = doomed.len().to_string();
    io.say(
        "You are about to delete the following {} resource(s):\n",
        &[&count],
    );
    for it in doomed {
        io.say("{}/{}\n", &[&qualified(it.of), &it.name]);
    }
    let choice = if io.call.version >= Version::V1_36 {
        "(y/N)"
    } else {
        "(y/n)"
    };
    io.say("Do you want to continue? {}: ", &[choice]);
    let answer = io.call.stdin.clone().unwrap_or_default();
    let yes = answer
        .lines()
        .next()
        .is_some_and(|it| it.trim().eq_ignore_ascii_case("y"));
    if !yes {
        io.print("deletion is cancelled\n");
    }
    yes
}

struct Delete {
    dry_run: DryRun,
    propagation: &'static str,
    grace: Option<i64>,
    is_forced: bool,
    waits: bool,
    by_name: bool,
    found: usize,
}

impl Delete {
    fn of(io: &mut Io, flags: &Flags) -> Done<Self> {
        let propagation = propagation(io, flags)?;
        let mut grace = flags.int("grace-period").filter(|it| *it >= 0);
        let force = flags.is("force");
        if flags.is("now") {
            if grace.is_some() {
                let text = "--now and --grace-period cannot be specified together";
                return Err(Failure::client(text).into());
            }
            grace = Some(1);
        }
        if force && grace.is_some_and(|it| it > 0) {
            let text = "--force and --grace-period greater than 0 cannot be specified together";
            return Err(Failure::client(text).into());
        }
        match grace {
            // upstream: a zero without --force becomes a second, and is waited for.
            Some(0) if !force => grace = Some(1),
            None if force => grace = Some(0),
            Some(_) | None => {}
        }
        let by_name = match flags.text("output") {
            "" => false,
            "name" => true,
            other => {
                return Err(Failure::say(
                    "unexpected -o output mode: {}. We only support '-o name'",
                    &[other],
                )
                .into());
            }
        };
        let dry_run = DryRun::of(io, flags)?;
        let waits = flags.is_not_off("wait") && dry_run == DryRun::None;
        Ok(Self {
            dry_run,
            propagation,
            grace,
            is_forced: force,
            waits,
            by_name,
            found: 0,
        })
    }

    /// Deletes one object and says so; its UID, if there is something to wait for.
    fn one(&mut self, io: &mut Io, it: &Doomed) -> Done<Text> {
        let mut options = object! {"propagationPolicy": self.propagation};
        if let Some(grace) = self.grace {
            options["gracePeriodSeconds"] = grace.into();
        }
        if self.dry_run == DryRun::Server {
            options["dryRun"] = crate::array!["All"];
        }
        let answer = if self.dry_run == DryRun::Client {
            Value::Null
        } else {
            let request = with_body(
                "DELETE",
                path(it.of, &it.namespace, &it.name, ""),
                "",
                options,
            );
            let refused = |failure: Failure| failure.with_source("deleting", &it.source);
            io.json(request).map_err(|it| it.map(refused))?
        };
        self.found += 1;
        if self.by_name {
            io.say("{}/{}\n", &[&qualified(it.of), &it.name]);
        } else {
            self.report(io, it);
        }
        let uid = match &answer["details"]["uid"] {
            Value::Null => &answer["metadata"]["uid"],
            uid => uid,
        };
        Ok(uid.as_str().into())
    }

    fn report(&self, io: &mut Io, it: &Doomed) {
        let how = if self.grace == Some(0) {
            "force deleted"
        } else {
            "deleted"
        };
        let mut line = fill("{} \"{}\" {}", &[&qualified(it.of), &it.name, how]);
        if it.of.namespaced && io.call.version >= Version::V1_36 {
            line.push_str(" from ");
            line.push_str(&it.namespace);
            line.push_str(" namespace");
        }
        line.push_str(self.dry_run.suffix());
        line.push('\n');
        io.print(line);
    }
}

fn propagation(io: &mut Io, flags: &Flags) -> Result<&'static str, Failure> {
    let text = flags.text("cascade");
    let (means, named) = match text {
        "true" => ("Background", "background"),
        "false" => ("Orphan", "orphan"),
        "" | "background" => return Ok("Background"),
        "orphan" => return Ok("Orphan"),
        "foreground" => return Ok("Foreground"),
        _ => {
            return Err(Failure::say(
                "invalid cascade value ({}). Must be \"background\", \"foreground\", or \"orphan\"",
                &[text],
            ));
        }
    };
    io.warn("warning: --cascade={} is deprecated (boolean value) and can be replaced with --cascade={}.\n", &[text, named]);
    Ok(means)
}
