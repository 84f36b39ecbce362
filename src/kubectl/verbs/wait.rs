//! `kubectl wait`, and the waits of other commands.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/wait.

use super::common;
use crate::apiserver::rest::Watch;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::follow::{Condition, Follower, Outcome, Task, Until};
use crate::kubectl::io::Io;
use crate::kubectl::print::JsonPath;
use crate::kubectl::resources::{Info, get, path, query};
use crate::kubectl::types::{Type, qualified};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

pub(super) const FLAGS: &str = "all:b all-namespaces/A:b allow-missing-template-keys:b field-selector:s filename/f:l \
for:a local:b! output/o:s recursive/R:b selector/l:s show-managed-fields:b template:s timeout:d";

/// What `--for` asks for, apart from creation and deletion.
#[derive(Clone, Debug)]
pub(in crate::kubectl) enum For {
    /// A condition's name and status, both compared without regard to case.
    Condition(Text, Text),
    /// A path and its value; none if any value will do.
    Path(JsonPath, Option<Text>),
}

impl For {
    /// Whether it holds.
    pub fn holds(&self, object: &Value, deleted: bool) -> Result<bool, String> {
        match self {
            _ if deleted => Ok(false),
            Self::Condition(name, status) => {
                let conditions = object["status"]["conditions"].items().iter();
                let mut named =
                    conditions.filter(|it| it["type"].as_str().eq_ignore_ascii_case(name));
                let generation = object["metadata"]["generation"].as_int();
                Ok(named.any(|it| {
                    let observed = it["observedGeneration"].as_int();
                    let stale =
                        observed.is_some_and(|it| it > 0 && generation.is_some_and(|of| it < of));
                    !stale && it["status"].as_str().eq_ignore_ascii_case(status)
                }))
            }
            Self::Path(path, expected) => {
                let found = path.find(object)?;
                match (found.as_slice(), expected) {
                    ([], _) => Ok(false),
                    (_, None) => Ok(true),
                    ([one], Some(expected))
                        if !matches!(one, Value::Array(_) | Value::Object(_)) =>
                    {
                        Ok(one.to_string() == expected.as_str())
                    }
                    (_, Some(_)) => Err(
                        "jsonpath leads to a nested object or list which is not supported".into(),
                    ),
                }
            }
        }
    }
}

/// Opens a watch of one object that begins with a complete list.
pub(super) fn watch_one(io: &mut Io, of: Type, namespace: &str, name: &str) -> Done<Watch> {
    let fields = ["metadata.name=", name].concat();
    let mut request = get(path(of, namespace, "", ""));
    for (name, value) in [
        ("allowWatchBookmarks", "true"),
        ("fieldSelector", &fields),
        ("resourceVersionMatch", "NotOlderThan"),
        ("sendInitialEvents", "true"),
        ("watch", "true"),
    ] {
        request = query(request, name, value);
    }
    io.watch(request)
}

/// Waits until a condition of one object holds.
pub(super) fn until(
    io: &mut Io,
    of: Type,
    (namespace, name): (&str, &str),
    deadline: Option<Time>,
    condition: Condition,
) -> Done<Outcome> {
    let watch = watch_one(io, of, namespace, name)?;
    io.follow(|| Follower {
        watch,
        until: deadline,
        task: Task::Until(Until::new(condition)),
    })
}

/// So many milliseconds from now; never, if that is far or nothing.
pub(super) fn deadline(io: &Io, ms: Option<i64>) -> Option<Time> {
    let ms = u64::try_from(ms?).ok().filter(|it| *it > 0)?;
    Some(io.now + Duration::ms(ms))
}

fn timed_out(of: Type, name: &str) -> Failure {
    Failure::say(
        "timed out waiting for the condition on {}/{}",
        &[of.plural, name],
    )
}

/// Waits until the object of that UID is gone.
pub(super) fn until_gone(
    io: &mut Io,
    of: Type,
    namespace: &str,
    name: &str,
    uid: &str,
    ms: Option<i64>,
) -> Done {
    let until_then = deadline(io, ms);
    let answer = io.send(get(path(of, namespace, name, "")))?;
    let is_other = match &answer.body {
        crate::apiserver::rest::Body::Json(live) => {
            live["metadata"]["uid"].as_str() != uid && !uid.is_empty()
        }
        _ => false,
    };
    if answer.status == 404 || answer.status < 400 && is_other {
        return Ok(());
    }
    match until(
        io,
        of,
        (namespace, name),
        until_then,
        Condition::Gone(uid.into()),
    )? {
        Outcome::Met(_) => Ok(()),
        Outcome::TimedOut => Err(timed_out(of, name).into()),
        Outcome::Failed(why) => Err(Failure::own(why.to_string()).into()),
    }
}

pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    let wanted = flags.text("for").to_owned();
    if wanted.is_empty() {
        return Err(Failure::client("unrecognized condition: \"\"").into());
    }
    let ms = if flags.has("timeout") {
        flags.ms("timeout").unwrap_or_default()
    } else {
        30_000
    };
    // upstream: zero means to look once, a negative number to wait for a week.
    let ms = if ms < 0 { 7 * 24 * 3_600_000 } else { ms };
    let created = wanted == "create";
    let what = match wanted.as_str() {
        "delete" | "create" => None,
        other => Some(parse_for(other)?),
    };
    let mut failures = Failures::default();
    let infos = common::infos(io, flags, &flags.args, &mut failures)?;
    if what.is_none() && !created {
        failures.0.retain(|it| !it.is_not_found());
    }
    if created && infos.is_empty() {
        return Err(Failure::not_simulated("wait --for=create on a missing object").into());
    }
    if infos.is_empty() && failures.is_empty() && what.is_none() {
        return Ok(());
    }
    if infos.is_empty() && failures.is_empty() {
        return Err(Failure::client("no matching resources found").into());
    }
    for info in &infos {
        let met = match &what {
            None if created => Ok(()),
            None => gone(io, info, ms),
            Some(what) => met(io, info, what, ms),
        };
        if failures.catch(met)?.is_some() {
            io.say("{}/{} condition met\n", &[&qualified(info.of), &info.name]);
        }
    }
    failures.done()
}

fn not_met(info: &Info) -> Failure {
    Failure::say("condition not met for {}/{}", &[info.of.plural, &info.name])
}

fn gone(io: &mut Io, info: &Info, ms: i64) -> Done {
    if ms == 0 {
        let answer = io.send(get(info.path("")))?;
        return if answer.status == 404 {
            Ok(())
        } else {
            Err(not_met(info).into())
        };
    }
    let uid = info.object["metadata"]["uid"].as_str();
    until_gone(io, info.of, &info.namespace, &info.name, uid, Some(ms))
}

fn met(io: &mut Io, info: &Info, what: &For, ms: i64) -> Done {
    if ms == 0 {
        let live = io.json(get(info.path("")))?;
        let holds = what.holds(&live, false).map_err(Failure::own)?;
        return if holds {
            Ok(())
        } else {
            Err(not_met(info).into())
        };
    }
    let until_then = deadline(io, Some(ms));
    let address = (info.namespace.as_str(), info.name.as_str());
    match until(
        io,
        info.of,
        address,
        until_then,
        Condition::Met(what.clone()),
    )? {
        Outcome::Met(_) => Ok(()),
        Outcome::TimedOut => Err(timed_out(info.of, &info.name).into()),
        Outcome::Failed(why) => Err(Failure::own(why.to_string()).into()),
    }
}

fn parse_for(text: &str) -> Result<For, Failure> {
    if let Some(condition) = text.strip_prefix("condition=") {
        let (name, status) = condition.split_once('=').unwrap_or((condition, "true"));
        return Ok(For::Condition(name.into(), status.into()));
    }
    if let Some(path) = text.strip_prefix("jsonpath=") {
        // upstream: processJSONPathInput.
        let end = path.rfind('}').map_or(0, |it| it + 1);
        let end = path[end..].find('=').map_or(path.len(), |it| end + it);
        let (path, rest) = path.split_at(end);
        let path = JsonPath::relaxed(path.trim_matches(['\'', '"'])).map_err(Failure::own)?;
        let expected = rest.strip_prefix('=');
        let expected = expected.map(|it| Text::from(it.trim_matches(['\'', '"'])));
        if expected.as_ref().is_some_and(ecow::EcoString::is_empty) {
            let text = "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3";
            return Err(Failure::client(text));
        }
        return Ok(For::Path(path, expected));
    }
    Err(Failure::say("unrecognized condition: \"{}\"", &[text]))
}
