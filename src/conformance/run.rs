//! A manifest applied to an empty cluster, and what happens, line by line.

use std::path::Path;

use super::replay::Command;
use super::{Error, files};
use crate::config::{Config, Version};
use crate::kubectl::Invocation;
use crate::process::{Files, Stream};
use crate::sim::{Entry, What, World};
use crate::time::Duration;

/// How much of the simulation is shown at most.
const AT_MOST: Duration = Duration::s(600);

/// Applies a file as `kubectl apply -f` does and lets the cluster come to rest: every visible change and its reason.
///
/// # Errors
/// A file that cannot be read.
pub fn run(file: &Path) -> Result<Vec<String>, Error> {
    let name = file.display().to_string();
    let files: Files = [(name.as_str().into(), files::text(file)?.into())]
        .into_iter()
        .collect();
    let mut world = World::new(Config::default());
    let until = world.now + AT_MOST;
    let call = Invocation {
        argv: vec!["apply".into(), "-f".into(), name.into()],
        files,
        stdin: None,
        namespace: "default".into(),
        tty: false,
        version: Version::V1_36,
    };
    let mut command = Command::start(call, world.now);
    let mut lines = Vec::new();
    loop {
        command.go_on(&mut world);
        match (command.due(), world.next_time()) {
            (Some(due), Some(next)) if next <= due => drop(world.step()),
            (Some(due), _) => world.wait_until(due),
            (None, Some(next)) if next <= until => drop(world.step()),
            (None, _) => break,
        }
    }
    for stream in [Stream::Stdout, Stream::Stderr] {
        lines.extend(command.text(stream).lines().map(str::to_owned));
    }
    lines.extend(world.trace.iter().filter(|it| it.is_visible()).map(line));
    Ok(lines)
}

/// `0.021 s  StatefulSetController  created pod/web-0: …`
fn line(entry: &Entry) -> String {
    let what = match &entry.what {
        What::Command(command) => format!("$ {command}"),
        What::Wrote { key, wrote, .. } => format!("{} {key}", wrote.code()),
        What::Refused { key, message } => format!("refused {key} ({message})"),
        What::Waits(key) => format!("waits for {key}"),
    };
    let ms = entry.time.ms;
    let (actor, why) = (entry.actor, entry.why.english());
    format!(
        "{:>4}.{:03} s  {actor:?}  {what}: {why}",
        ms / 1000,
        ms % 1000
    )
}
