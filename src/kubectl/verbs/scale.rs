//! `kubectl scale`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/scale and pkg/scale.

use super::common::{self, DryRun, Mutation, Report};
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;
use crate::kubectl::resources::{Info, MERGE_PATCH, get, with_body};
use crate::object;
use crate::time::Duration;

pub(super) const FLAGS: &str = "all:b allow-missing-template-keys:b current-replicas:i dry-run:s=unchanged filename/f:l \
kustomize/k:s! output/o:s recursive/R:b replicas:i resource-version:s selector/l:s show-managed-fields:b template:s \
timeout:d";

pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    let Some(replicas) = flags.int("replicas") else {
        return Err(Failure::client("required flag(s) \"replicas\" not set").into());
    };
    if replicas < 0 {
        let text =
            "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0";
        return Err(Failure::client(text).into());
    }
    let dry_run = DryRun::of(io, flags)?;
    let mut report = Report::of(flags, dry_run)?;
    let mut failures = Failures::default();
    let infos = common::infos(io, flags, &flags.args, &mut failures)?;
    if infos.is_empty() && failures.is_empty() {
        return Err(Failure::client("no objects passed to scale").into());
    }
    for info in infos {
        if dry_run != DryRun::Client {
            scale(io, flags, &info, replicas, dry_run)?;
        }
        report.done_each(io, Mutation::new(info.of, info.object, "scaled"))?;
    }
    failures.done()
}

fn scale(io: &mut Io, flags: &Flags, info: &Info, replicas: i64, dry_run: DryRun) -> Done {
    let address = info.path("scale");
    let current = flags.int("current-replicas").filter(|it| *it >= 0);
    if current.is_some() || flags.has("resource-version") {
        let mut scale = io.json(get(address.clone()))?;
        let now = scale["spec"]["replicas"].as_int().unwrap_or_default();
        if let Some(expected) = current.filter(|it| *it != now) {
            return Err(Failure::say(
                "Expected replicas to be {}, was {}",
                &[&expected.to_string(), &now.to_string()],
            )
            .into());
        }
        let version = flags.text("resource-version");
        let actual = scale["metadata"]["resourceVersion"].as_str();
        if !version.is_empty() && version != actual {
            return Err(Failure::say(
                "Expected resource version to be {}, was {}",
                &[version, actual],
            )
            .into());
        }
        scale["spec"]["replicas"] = replicas.into();
        io.json(dry_run.on(with_body("PUT", address.clone(), "", scale)))?;
    } else {
        let patch = object! {"spec": object! {"replicas": replicas}};
        io.json(dry_run.on(with_body("PATCH", address.clone(), MERGE_PATCH, patch)))?;
    }
    let Some(ms) = flags.ms("timeout").filter(|it| *it > 0) else {
        return Ok(());
    };
    // upstream: WaitForScaleHasDesiredReplicas asks every second.
    let deadline = io.now + Duration::ms(u64::try_from(ms).unwrap_or_default());
    while io.now < deadline {
        io.sleep(Duration::s(1).min(deadline.since(io.now)))?;
        let scale = io.json(get(address.clone()))?;
        let (wanted, real) = (&scale["spec"]["replicas"], &scale["status"]["replicas"]);
        if wanted.as_int().unwrap_or_default() == real.as_int().unwrap_or_default() {
            return Ok(());
        }
    }
    Err(Failure::say("timed out waiting for \"{}\" to be synced", &[&info.name]).into())
}
