//! Captures of the real kubectl, replayed: our kubectl against the recorded server, byte for byte.
//!
//! A file holds the commands of one session in one folder: they run by their time, and files stay. The server
//! answers by method, path and query in recorded order, and repeats the last; discovery lies in a folder beside the
//! file. When a recorded watch ends, the command is interrupted, unless it waits for a moment of its own.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Error, Report, files};
use crate::apiserver::Store;
use crate::apiserver::rest::{self, Body, Connection, HttpRequest, HttpResponse, Watch};
use crate::config::{Config, Version};
use crate::kubectl::{Invocation, Process};
use crate::object;
use crate::process::{Answer, Ask, Files, Output, Stream};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

/// More answers than this and a command is stuck.
const MOST_ANSWERS: usize = 2000;

/// How long before the recorded moment a command looked at the clock itself.
const LATE_MS: u64 = 100;

/// What our kubectl printed for a capture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ours {
    /// The capture's id.
    pub id: String,
    /// What it printed.
    pub stdout: String,
    /// What it printed on the other stream.
    pub stderr: String,
    /// Its exit code.
    pub exit: i64,
}

impl Ours {
    /// `{"id","stdout","stderr","exit"}`.
    pub fn to_json(&self) -> String {
        let value = object! {
            "id": self.id.as_str(),
            "stdout": self.stdout.as_str(),
            "stderr": self.stderr.as_str(),
            "exit": self.exit,
        };
        value.to_json()
    }
}

/// Replays capture files: `conformance kubectl FILE… --json`.
///
/// # Errors
/// A file that cannot be read.
pub fn replay(paths: &[&Path]) -> Result<Vec<Ours>, Error> {
    Ok(replays(paths)?.into_iter().map(|it| it.1).collect())
}

/// Replays capture files and judges: `conformance kubectl FILE…`.
///
/// # Errors
/// A file that cannot be read.
pub fn judge(paths: &[&Path]) -> Result<Report, Error> {
    let mut report = Report::default();
    for (case, ours) in replays(paths)? {
        let id = &ours.id;
        if !case["unjudged"].is_null() {
            let reason = case["unjudged"].as_str().to_owned();
            *report.tally.skipped.entry(reason).or_default() += 1;
            continue;
        }
        let mut wrong = Vec::new();
        for (name, real, ours) in [
            ("stdout", case["stdout"].as_str(), ours.stdout.as_str()),
            ("stderr", case["stderr"].as_str(), ours.stderr.as_str()),
        ] {
            if normal(real) != normal(ours) {
                wrong.push(name);
                report.notes.push(format!(
                    "  {id}: {name}\n--- real\n{real}\n--- ours\n{ours}"
                ));
            }
        }
        if case["exit"].as_int() != Some(ours.exit) {
            wrong.push("exit");
            report
                .notes
                .push(format!("  {id}: exit {}, real {}", ours.exit, case["exit"]));
        }
        if wrong.is_empty() {
            report.tally.passed.push(id.clone());
        } else {
            report.tally.failed.push(id.clone());
            report
                .lines
                .push(format!("FAIL {id}: {}", wrong.join(", ")));
        }
    }
    Ok(report)
}

/// Temporary files of `edit` and `diff` and the times in diff headers differ from run to run.
fn normal(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let mut line = line.to_owned();
        for mark in ["/tmp/LIVE-", "/tmp/MERGED-", "/tmp/kubectl-edit-"] {
            let mut from = 0;
            while let Some(at) = line[from..].find(mark) {
                from += at + mark.len();
                let digits = line[from..].bytes().take_while(u8::is_ascii_digit).count();
                line.replace_range(from..from + digits, "N");
            }
        }
        if (line.starts_with("--- /tmp/") || line.starts_with("+++ /tmp/"))
            && let Some(tab) = line.find('\t')
        {
            line.truncate(tab);
        }
        lines.push(line);
    }
    lines.join("\n")
}

fn replays(paths: &[&Path]) -> Result<Vec<(Value, Ours)>, Error> {
    let mut all = Vec::new();
    for path in paths {
        let discovery = discovery(path)?;
        let cases = files::rows(path)?;
        let mut order: Vec<usize> = (0..cases.len()).collect();
        order.sort_by_key(|it| cases[*it]["now"].as_str().to_owned());
        let mut folder = Files::default();
        let mut ours: BTreeMap<usize, Ours> = BTreeMap::new();
        for at in order {
            let case = &cases[at];
            for (name, text) in case["files"].members() {
                folder.insert(name.clone(), text.as_str().into());
            }
            ours.insert(at, run(case, &folder, &discovery));
        }
        all.extend(cases.into_iter().zip(ours.into_values()));
    }
    Ok(all)
}

/// The documents of discovery by path.
fn discovery(path: &Path) -> Result<BTreeMap<String, Value>, Error> {
    let folder = path.parent().unwrap_or(Path::new(".")).join("discovery");
    let mut found = BTreeMap::new();
    let Ok(entries) = std::fs::read_dir(&folder) else {
        return Ok(found);
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix(".json") {
            let text = files::text(&entry.path())?;
            let value = Value::from_json(&text).map_err(|it| Error {
                place: entry.path().display().to_string(),
                message: it.to_string(),
            })?;
            found.insert(["/", &name.replace("__", "/")].concat(), value);
        }
    }
    Ok(found)
}

/// Runs one capture.
fn run(case: &Value, folder: &Files, discovery: &BTreeMap<String, Value>) -> Ours {
    let tty = case["tty"].is_true();
    let mut process = Process::start(Invocation {
        argv: case["argv"]
            .items()
            .iter()
            .map(|it| it.as_str().into())
            .collect(),
        files: folder.clone(),
        stdin: if tty {
            None
        } else {
            Some(case["stdin"].as_str().into())
        },
        namespace: "default".into(),
        tty,
        version: Version::V1_36,
    });
    let mut server = Server {
        requests: case["http"].items(),
        discovery,
        used: Vec::new(),
        frames: BTreeMap::new(),
    };
    let mut now = Time::parse(case["now"].as_str()).unwrap_or_default();
    // The recorder looked at its clock after the command had ended.
    now.ms = now.ms.saturating_sub(LATE_MS);
    let mut ours = Ours {
        id: case["id"].as_str().to_owned(),
        exit: -1,
        ..Ours::default()
    };
    for _ in 0..MOST_ANSWERS {
        let (mut outputs, ask) = process.ask(now);
        if tty {
            // A terminal that is not raw moves to the start of the line.
            for it in &mut outputs {
                it.text = it.text.replace("\n", "\r\n");
            }
        }
        ours.take(&outputs, tty);
        let answer = match ask {
            Ask::Exit(code) => {
                ours.exit = code.into();
                break;
            }
            Ask::Http(request) => Answer::Http(server.answer(&request)),
            Ask::Frame(watch, until) => match server.frame(&watch) {
                Some((at, frame)) if until.is_none_or(|it| watch_time(now, at) <= it) => {
                    Answer::Frame(watch, frame)
                }
                _ => match until {
                    Some(until) => {
                        now = until;
                        Answer::Slept
                    }
                    None => Answer::Interrupted,
                },
            },
            // The editor of the captures emptied the file.
            Ask::Edit(_) => Answer::Edited(Text::new()),
            Ask::Sleep(span) => {
                now += span;
                Answer::Slept
            }
            Ask::Attach(connection, _) => {
                let entry = server.exec(&connection);
                let said = |stream, key: &str| Output {
                    stream,
                    text: entry[key].as_str().into(),
                };
                ours.take(
                    &[
                        said(Stream::Stdout, "stdout"),
                        said(Stream::Stderr, "stderr"),
                    ],
                    tty,
                );
                match &entry["rc"] {
                    Value::Object(_) => Answer::Refused(entry["rc"]["message"].as_str().into()),
                    code => Answer::Exited(
                        code.as_int()
                            .and_then(|it| i32::try_from(it).ok())
                            .unwrap_or(1),
                    ),
                }
            }
        };
        process.tell(answer);
    }
    ours
}

fn watch_time(now: Time, at: f64) -> Time {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "seconds of a recording"
    )]
    let ms = (at * 1000.0) as u64;
    now + Duration::ms(ms)
}

impl Ours {
    /// A terminal shows both streams as one.
    fn take(&mut self, outputs: &[Output], tty: bool) {
        for it in outputs {
            if it.stream == Stream::Stdout || tty {
                self.stdout.push_str(&it.text);
            } else {
                self.stderr.push_str(&it.text);
            }
        }
    }
}

struct Server<'a> {
    requests: &'a [Value],
    discovery: &'a BTreeMap<String, Value>,
    used: Vec<usize>,
    frames: BTreeMap<usize, usize>,
}

impl Server<'_> {
    fn answer(&mut self, request: &HttpRequest) -> HttpResponse {
        let Some(at) = self.find(request) else {
            return match self.discovery.get(request.path.as_str()) {
                Some(value) => response(200, Body::Json(value.clone())),
                None => response(404, Body::Text("404 page not found\n".into())),
            };
        };
        self.used.push(at);
        let it = &self.requests[at];
        let status = it["status"]
            .as_int()
            .and_then(|it| u16::try_from(it).ok())
            .unwrap_or(500);
        let body = match (&it["watchEvents"], &it["responseBody"]) {
            (Value::Array(_), _) => Body::Watch(Watch {
                request: request.clone(),
                ..Watch::default()
            }),
            _ if status == 101 => Body::Container(connection(request)),
            (_, Value::String(text)) => Body::Text(text.clone()),
            (_, value) => Body::Json(value.clone()),
        };
        HttpResponse {
            warnings: warnings(request),
            ..response(status, body)
        }
    }

    /// The recorded request: same query if there is such a one, not used yet if there is such a one.
    fn find(&self, request: &HttpRequest) -> Option<usize> {
        let is_connect = request.path.ends_with("/exec") || request.path.ends_with("/attach");
        let wanted = query_of(request);
        let ranked = self.requests.iter().enumerate().filter_map(|(at, it)| {
            let (path, query) = address(it["path"].as_str());
            let same = path == request.path.as_str()
                && (it["method"].as_str() == request.method || is_connect)
                && query.contains(&pair("watch", "true"))
                    == wanted.contains(&pair("watch", "true"));
            same.then(|| (query == wanted, !self.used.contains(&at), at))
        });
        let all: Vec<_> = ranked.collect();
        let exact = all.iter().any(|it| it.0);
        let candidates: Vec<_> = all.into_iter().filter(|it| it.0 || !exact).collect();
        candidates
            .iter()
            .find(|it| it.1)
            .or(candidates.last())
            .map(|it| it.2)
    }

    fn frame(&mut self, watch: &Watch) -> Option<(f64, Value)> {
        let at = self.find(&watch.request)?;
        let next = self.frames.entry(at).or_default();
        let event = self.requests[at]["watchEvents"].items().get(*next)?;
        *next += 1;
        let seconds = match event["atSeconds"] {
            Value::Float(it) => it,
            _ => 0.0,
        };
        Some((
            seconds,
            object! {"type": &event["type"], "object": &event["object"]},
        ))
    }

    fn exec(&self, connection: &Connection) -> Value {
        let is_it = |it: &&Value| {
            let command: Vec<&str> = it["exec"].items().iter().map(Value::as_str).collect();
            it["status"].as_int() == Some(101) && command == connection.command
        };
        self.requests
            .iter()
            .find(is_it)
            .cloned()
            .unwrap_or_default()
    }
}

/// The Warning headers of a request that asks for them: the recorder kept none, so our own server supplies them.
fn warnings(request: &HttpRequest) -> Vec<Text> {
    let asks = |it: &(Text, Text)| it.0 == "fieldValidation" && it.1 == "Warn";
    if !request.query.iter().any(asks) {
        return Vec::new();
    }
    let (mut store, config) = (Store::default(), Config::default());
    let namespace = HttpRequest {
        method: "POST",
        path: "/api/v1/namespaces".into(),
        body: object! {"apiVersion": "v1", "kind": "Namespace", "metadata": object! {"name": "default"}},
        ..HttpRequest::default()
    };
    rest::handle(&mut store, &config, Time::START, &namespace);
    rest::handle(&mut store, &config, Time::START, request).warnings
}

fn response(status: u16, body: Body) -> HttpResponse {
    HttpResponse {
        status,
        warnings: Vec::new(),
        body,
    }
}

fn connection(request: &HttpRequest) -> Connection {
    let parts: Vec<&str> = request.path.split('/').collect();
    let first = |name: &str| {
        let it = request.query.iter().find(|it| it.0 == name);
        it.map(|it| it.1.clone()).unwrap_or_default()
    };
    let part = |at: usize| Text::from(parts.get(at).copied().unwrap_or_default());
    Connection {
        namespace: part(4),
        pod: part(6),
        container: first("container"),
        command: request
            .query
            .iter()
            .filter(|it| it.0 == "command")
            .map(|it| it.1.clone())
            .collect(),
        is_main: request.path.ends_with("/attach"),
        tty: first("tty") == "true",
    }
}

type Pair = (String, String);

fn pair(name: &str, value: &str) -> Pair {
    (name.to_owned(), value.to_owned())
}

/// A query as a sorted list; what differs from run to run left out, a field selector's parts sorted.
fn comparable(pairs: impl Iterator<Item = Pair>) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = pairs
        .filter(|it| !matches!(it.0.as_str(), "timeout" | "timeoutSeconds"))
        .map(|(name, value)| {
            let mut parts: Vec<&str> = value.split(',').collect();
            parts.sort_unstable();
            (name, parts.join(","))
        })
        .collect();
    pairs.sort();
    pairs
}

fn query_of(request: &HttpRequest) -> Vec<Pair> {
    comparable(request.query.iter().map(|it| pair(&it.0, &it.1)))
}

fn address(path: &str) -> (&str, Vec<Pair>) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let pairs = query.split('&').filter(|it| !it.is_empty()).map(|it| {
        let (name, value) = it.split_once('=').unwrap_or((it, ""));
        pair(&decoded(name), &decoded(value))
    });
    (path, comparable(pairs))
}

fn decoded(text: &str) -> String {
    let (mut out, mut bytes) = (Vec::new(), text.bytes());
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let digits: String = bytes.by_ref().take(2).map(char::from).collect();
                out.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
            }
            other => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
