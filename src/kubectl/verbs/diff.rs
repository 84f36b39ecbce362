//! `kubectl diff`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/diff/diff.go; the lines are those of `diff -u -N`.

use super::apply::{LAST_APPLIED, with_last_applied};
use super::manifest::{self, Manifest};
use super::merge::three_way;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;
use crate::kubectl::resources::{STRATEGIC_PATCH, get, path, query, with_body};
use crate::kubectl::text::fill;
use crate::time::Time;
use crate::value::Value;
use crate::yaml;

pub(super) const FLAGS: &str = "concurrency:i field-manager:s filename/f:l force-conflicts:b kustomize/k:s! prune:b! \
prune-allowlist:a! recursive/R:b selector/l:s server-side:b show-managed-fields:b";

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// 1 says that there are differences, more that something went wrong.
///
/// upstream: NewCmdDiff, CheckDiffErr.
pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    let differs = all(io, flags).map_err(|it| {
        it.map(|it| {
            let (text, code) = it.verdict();
            Failure::exit(text, code + 1)
        })
    })?;
    if differs {
        return Err(Failure::exit(String::new(), 1).into());
    }
    Ok(())
}

/// Prints what each object differs in: whether any does.
fn all(io: &mut Io, flags: &Flags) -> Done<bool> {
    if !flags.args.is_empty() {
        let text = fill("Unexpected args: [{}]", &[&flags.args.join(" ")]);
        return Err(Failure::usage(&text, "diff").into());
    }
    if !flags.has("filename") {
        return Err(Failure::client("must specify one of -f and -k").into());
    }
    if flags.is("force-conflicts") && !flags.is("server-side") {
        return Err(Failure::client("--force-conflicts only works with --server-side").into());
    }
    let read = manifest::read(io, flags)?;
    let mut failures = Failures(read.failures);
    let mut differs = false;
    for it in &read.manifests {
        let pair = live_and_merged(io, it, flags);
        if let Some((live, merged)) = failures.catch(pair)? {
            let text = compared(it, &live, &merged, io.now);
            differs |= !text.is_empty();
            io.print(text);
        }
    }
    failures.done()?;
    Ok(differs)
}

/// The object as it is, and as it would be.
fn live_and_merged(io: &mut Io, it: &Manifest, flags: &Flags) -> Done<(Value, Value)> {
    let address = path(it.of, &it.namespace, &it.name, "");
    let live = io.json(get(address.clone()));
    let is_applied = flags.is("server-side");
    let (live, request) = match live {
        Ok(live) if is_applied => {
            let kind = "application/apply-patch+yaml";
            let request = with_body("PATCH", address, kind, it.object.clone());
            let force = if flags.is("force-conflicts") {
                "true"
            } else {
                "false"
            };
            (live, query(request, "force", force))
        }
        Ok(live) => {
            let original = Value::from_json(live["metadata"]["annotations"][LAST_APPLIED].as_str());
            let keeps = !live["metadata"]["annotations"][LAST_APPLIED].is_null();
            let modified = if keeps {
                with_last_applied(&it.object)
            } else {
                it.object.clone()
            };
            let patch = three_way(it.of.kind, &original.unwrap_or_default(), &modified, &live);
            (live, with_body("PATCH", address, STRATEGIC_PATCH, patch))
        }
        Err(stop) => match stop.failure() {
            Some(failure) if failure.is_not_found() => {
                let collection = path(it.of, &it.namespace, "", "");
                (
                    Value::Null,
                    with_body("POST", collection, "", it.object.clone()),
                )
            }
            Some(failure) => return Err(failure.into()),
            None => return Err(crate::kubectl::io::Stop::Suspended),
        },
    };
    let request = query(request, "dryRun", "All");
    let manager = match flags.text("field-manager") {
        "" if is_applied => "kubectl",
        "" => "kubectl-client-side-apply",
        it => it,
    };
    let merged = io.json(query(request, "fieldManager", manager))?;
    Ok((live, merged))
}

/// What `diff -u -N` says of the two YAML files.
fn compared(it: &Manifest, live: &Value, merged: &Value, now: Time) -> String {
    let file = |value: &Value| {
        let mut value = value.clone();
        if value.is_null() {
            return String::new();
        }
        value["metadata"].as_map_mut().remove("managedFields");
        yaml::to_yaml(&value)
    };
    let (from, to) = (file(live), file(merged));
    let hunks = hunks(&lines(&from), &lines(&to));
    if hunks.is_empty() {
        return hunks;
    }
    let dot = if it.of.group.is_empty() { "" } else { "." };
    let name = fill(
        "{}{}{}.{}.{}.{}",
        &[
            it.of.group,
            dot,
            it.of.version,
            it.of.kind,
            &it.namespace,
            &it.name,
        ],
    );
    // Real kubectl makes folders with random names.
    let (left, right) = (
        ["/tmp/LIVE-1/", &name].concat(),
        ["/tmp/MERGED-1/", &name].concat(),
    );
    let stamp = now
        .rfc3339()
        .replace('T', " ")
        .replace('Z', ".000000000 +0000");
    fill(
        "diff -u -N {} {}\n--- {}\t{}\n+++ {}\t{}\n{}",
        &[&left, &right, &left, &stamp, &right, &stamp, &hunks],
    )
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n')
        .map(|it| it.trim_end_matches('\n'))
        .collect()
}

/// Lines by what happened to them.
#[derive(Clone, Copy, PartialEq)]
enum Edit {
    Same,
    Gone,
    New,
}

/// The shortest way from one text to the other, by longest common subsequence.
fn edits<'a>(from: &[&'a str], to: &[&'a str]) -> Vec<(Edit, &'a str)> {
    let start = from.iter().zip(to).take_while(|it| it.0 == it.1).count();
    let (mut a, mut b) = (&from[start..], &to[start..]);
    let end = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|it| it.0 == it.1)
        .count();
    (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    // Objects have a few hundred lines; beyond that all of it counts as changed.
    let width = b.len() + 1;
    let mut common = vec![
        0_u32;
        if a.len() * b.len() < 4_000_000 {
            (a.len() + 1) * width
        } else {
            0
        }
    ];
    if !common.is_empty() {
        for x in (0..a.len()).rev() {
            for y in (0..b.len()).rev() {
                common[x * width + y] = if a[x] == b[y] {
                    common[(x + 1) * width + y + 1] + 1
                } else {
                    common[(x + 1) * width + y].max(common[x * width + y + 1])
                };
            }
        }
    }
    let at = |x: usize, y: usize| common.get(x * width + y).copied().unwrap_or_default();
    let mut edits: Vec<_> = from[..start].iter().map(|it| (Edit::Same, *it)).collect();
    let (mut x, mut y) = (0, 0);
    while x < a.len() || y < b.len() {
        if x < a.len() && y < b.len() && a[x] == b[y] && !common.is_empty() {
            edits.push((Edit::Same, a[x]));
            (x, y) = (x + 1, y + 1);
        } else if x < a.len() && (y == b.len() || at(x + 1, y) >= at(x, y + 1)) {
            edits.push((Edit::Gone, a[x]));
            x += 1;
        } else {
            edits.push((Edit::New, b[y]));
            y += 1;
        }
    }
    edits.extend(from[from.len() - end..].iter().map(|it| (Edit::Same, *it)));
    edits
}

/// Changes with the lines around them.
fn hunks(from: &[&str], to: &[&str]) -> String {
    let edits = edits(from, to);
    let mut out = String::new();
    let (mut at, mut left, mut right) = (0, 1, 1);
    while let Some(ahead) = edits[at..].iter().position(|it| it.0 != Edit::Same) {
        let first = at + ahead.saturating_sub(CONTEXT);
        let mut last = at + ahead;
        while let Some(next) = edits[last..].iter().position(|it| it.0 != Edit::Same) {
            if next > 2 * CONTEXT {
                break;
            }
            last += next + 1;
        }
        let end = (last + CONTEXT).min(edits.len());
        left += first - at;
        right += first - at;
        let hunk = &edits[first..end];
        let count = |but: Edit| hunk.iter().filter(|it| it.0 != but).count();
        let (gone, new) = (count(Edit::New), count(Edit::Gone));
        out.push_str(&fill(
            "@@ -{} +{} @@\n",
            &[&range(left, gone), &range(right, new)],
        ));
        for (edit, line) in hunk {
            out.push_str(match edit {
                Edit::Same => " ",
                Edit::Gone => "-",
                Edit::New => "+",
            });
            out.push_str(line);
            out.push('\n');
        }
        (left, right, at) = (left + gone, right + new, end);
    }
    out
}

fn range(start: usize, count: usize) -> String {
    match count {
        0 => [&(start - 1).to_string(), ",0"].concat(),
        1 => start.to_string(),
        _ => fill("{},{}", &[&start.to_string(), &count.to_string()]),
    }
}
