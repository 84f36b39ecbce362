//! `kubectl wait`, and the waits of other commands.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/wait.

use super::common::{self, DryRun, Mutation, Report};
use crate::apiserver::rest::{HttpRequest, Watch};
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::follow::{Condition, Follower, Outcome, Task, Until};
use crate::kubectl::io::{Io, Stop};
use crate::kubectl::print::JsonPath;
use crate::kubectl::resources::{Accepts, Info, Selected, get, path, query, request_for, select};
use crate::kubectl::types::Type;
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
                let mut conditions = object["status"]["conditions"].items().iter();
                let is_named = |it: &&Value| it["type"].as_str().eq_ignore_ascii_case(name);
                let Some(it) = conditions.find(is_named) else {
                    return Ok(false);
                };
                // upstream: getObservedGeneration.
                let own = it["observedGeneration"].as_int();
                let observed = own.or(object["status"]["observedGeneration"].as_int());
                let generation = object["metadata"]["generation"].as_int();
                let is_stale = observed.zip(generation).is_some_and(|(it, of)| it < of);
                Ok(!is_stale && it["status"].as_str().eq_ignore_ascii_case(status))
            }
            Self::Path(path, expected) => {
                let found = path.find(object)?;
                match (found.as_slice(), expected) {
                    ([], _) => Ok(false),
                    ([_, _, ..], _) => {
                        Err("given jsonpath expression matches more than one value".into())
                    }
                    (_, None) => Ok(true),
                    ([Value::Array(_) | Value::Object(_)], _) => Err(
                        "jsonpath leads to a nested object or list which is not supported".into(),
                    ),
                    ([one], Some(expected)) => Ok(one.to_string().trim() == expected.trim()),
                }
            }
        }
    }
}

/// Opens a watch of one object that begins with a complete list.
pub(super) fn watch_one(io: &mut Io, of: Type, namespace: &str, name: &str) -> Done<Watch> {
    let fields = ["metadata.name=", name].concat();
    watch_all(io, get(path(of, namespace, "", "")), "", &fields)
}

fn watch_all(io: &mut Io, list: HttpRequest, labels: &str, fields: &str) -> Done<Watch> {
    let mut request = list;
    for (name, value) in [
        ("allowWatchBookmarks", "true"),
        ("fieldSelector", fields),
        ("labelSelector", labels),
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

/// What one `--for` asks for.
enum What {
    Created,
    Deleted,
    Met(For),
}

/// upstream: WaitFlags.ToOptions, RunWaitContext.
pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    let mut report = Report::of(flags, DryRun::None)?;
    let wanted: Vec<What> = flags
        .all("for")
        .map(|it| parse_for(it))
        .collect::<Result<_, _>>()?;
    if wanted.is_empty() {
        return Err(Failure::client("unrecognized condition: []").into());
    }
    let ms = if flags.has("timeout") {
        flags.ms("timeout").unwrap_or_default()
    } else {
        30_000
    };
    // upstream: zero means to look once, a negative number to wait for a week.
    let ms = if ms < 0 { 7 * 24 * 3_600_000 } else { ms };
    if wanted.iter().any(|it| matches!(it, What::Created)) {
        created(io, flags, ms)?;
    }
    let is_for_delete = wanted.iter().any(|it| matches!(it, What::Deleted));
    let mut failures = Failures::default();
    let infos = common::infos(io, flags, &flags.args, &mut failures)?;
    if is_for_delete {
        failures.0.retain(|it| !it.is_not_found());
    }
    if infos.is_empty() && failures.is_empty() && !is_for_delete {
        return Err(Failure::client("no matching resources found").into());
    }
    for info in &infos {
        for what in &wanted {
            let object = match what {
                What::Created => Ok(info.object.clone()),
                What::Deleted => gone(io, info, ms).map(|()| info.object.clone()),
                What::Met(what) => met(io, info, what, ms),
            };
            let Some(object) = failures.catch(object)? else {
                break;
            };
            report.done_each(io, Mutation::new(info.of, object, "condition met"))?;
        }
    }
    failures.done()
}

/// How often the real one looks whether something exists.
const POLL_MS: u64 = 500;

/// Waits until all that is selected exists; it is noticed when the real one would look again.
fn created(io: &mut Io, flags: &Flags, ms: i64) -> Done {
    let selection = select(io, flags, &flags.args, Accepts::default())?;
    let (start, until) = (io.now, deadline(io, Some(ms)));
    for selected in &selection.selected {
        let is_list = matches!(selected, Selected::All(_));
        let answer = io.json(request_for(selected, &selection));
        let exists = match answer.map_err(Stop::failure) {
            Ok(it) => !is_list || !it["items"].is_empty(),
            Err(Some(failure)) if failure.is_not_found() => false,
            Err(Some(failure)) => return Err(failure.into()),
            Err(None) => return Err(Stop::Suspended),
        };
        if exists {
            continue;
        }
        let timed_out = || Failure::client("timed out waiting for the condition");
        if ms == 0 {
            return Err(timed_out().into());
        }
        let watch = match selected {
            Selected::All(of) => {
                let list = get(path(of, &selection.namespace, "", ""));
                watch_all(io, list, &selection.labels, &selection.fields)?
            }
            Selected::One(of, name) => watch_one(io, of, &selection.namespace, name)?,
            Selected::File(it) => watch_one(io, it.of, &it.namespace, &it.name)?,
        };
        let task = || Task::Until(Until::new(Condition::Exists));
        match io.follow(|| Follower {
            watch,
            until,
            task: task(),
        })? {
            Outcome::Met(_) => {}
            Outcome::TimedOut => return Err(timed_out().into()),
            Outcome::Failed(why) => return Err(Failure::own(why.to_string()).into()),
        }
        let late = io.now.since(start).ms % POLL_MS;
        if late > 0 {
            io.sleep(Duration::ms(POLL_MS - late))?;
        }
    }
    Ok(())
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

fn met(io: &mut Io, info: &Info, what: &For, ms: i64) -> Done<Value> {
    if ms == 0 {
        let live = io.json(get(info.path("")))?;
        let holds = what.holds(&live, false).map_err(Failure::own)?;
        return if holds {
            Ok(live)
        } else {
            Err(not_met(info).into())
        };
    }
    let until_then = deadline(io, Some(ms));
    let address = (info.namespace.as_str(), info.name.as_str());
    let condition = Condition::Met(what.clone());
    match until(io, info.of, address, until_then, condition)? {
        Outcome::Met(object) => Ok(object),
        Outcome::TimedOut => Err(timed_out(info.of, &info.name).into()),
        Outcome::Failed(why) => Err(Failure::own(why.to_string()).into()),
    }
}

/// upstream: conditionFuncsFor.
fn parse_for(text: &str) -> Result<What, Failure> {
    if text.eq_ignore_ascii_case("delete") {
        return Ok(What::Deleted);
    }
    if text.eq_ignore_ascii_case("create") {
        return Ok(What::Created);
    }
    if let Some(condition) = text.strip_prefix("condition=") {
        let (name, status) = condition.split_once('=').unwrap_or((condition, "true"));
        return Ok(What::Met(For::Condition(name.into(), status.into())));
    }
    if let Some(input) = text.strip_prefix("jsonpath=") {
        return parse_path(input).map(What::Met);
    }
    Err(Failure::say("unrecognized condition: \"{}\"", &[text]))
}

/// upstream: processJSONPathInput.
fn parse_path(input: &str) -> Result<For, Failure> {
    let parts = split(input);
    let [path, value @ ..] = parts.as_slice() else {
        return Err(Failure::client("jsonpath expression cannot be empty"));
    };
    if value.len() > 1 {
        let text = "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or \
                    --for=jsonpath='{.status.readyReplicas}'";
        return Err(Failure::client(text));
    }
    if path.is_empty() {
        return Err(Failure::client("jsonpath expression cannot be empty"));
    }
    let path = JsonPath::relaxed(path).map_err(Failure::own)?;
    let value = value.first().map(|it| it.trim_matches(['\'', '"']));
    if value == Some("") {
        let text = "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3";
        return Err(Failure::client(text));
    }
    Ok(For::Path(path, value.map(Text::from)))
}

/// The parts around single equals signs.
///
/// upstream: splitJSONPathInput.
fn split(input: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = input;
    while let Some(at) = rest.find('=') {
        let is_double = rest[at + 1..].starts_with('=');
        let end = at + 1 + usize::from(is_double);
        let last = parts.last_mut().expect("there is one from the start");
        last.push_str(&rest[..if is_double { end } else { at }]);
        if !is_double {
            parts.push(String::new());
        }
        rest = &rest[end..];
    }
    let last = parts.last_mut().expect("there is one from the start");
    last.push_str(rest);
    parts
}
