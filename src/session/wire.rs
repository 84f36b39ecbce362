//! What other clients do with a session: commands that run to their end, and requests over the wire.
//!
//! Left out: the shapes of other worlds; JavaScript's `Request` and `Response` are made in `www/api`.

use super::{Session, link};
use crate::apiserver::rest::{Body, HttpRequest, HttpResponse, Watch, next_frame};
use crate::object;
use crate::shell::LineKind;
use crate::sim::{Input, StepSize, Timeline, World};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

/// A command that runs longer than that in virtual time is stopped, as by Ctrl-C.
const COMMAND_MAX: Duration = Duration::s(300);
/// So many events one command may take.
const EVENTS_MAX: usize = 100_000;
/// So many frames of a watch are told at once.
const FRAMES_MAX: usize = 1000;

/// What a command printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Standard output and standard error, as a terminal shows them.
    pub output: String,
    /// Its exit status, as `$?` tells it.
    pub code: i32,
    /// Whether it was stopped because it did not end by itself.
    pub is_stopped: bool,
}

impl Session {
    /// Types a line and lets time pass until it has ended; what it printed.
    ///
    /// ```
    /// use statefulset_playground::config::Config;
    /// use statefulset_playground::session::Session;
    ///
    /// let mut session = Session::new(Config::default());
    /// let ran = session.exec("kubectl get pods");
    /// assert_eq!(ran.output, "No resources found in default namespace.\n");
    /// ```
    pub fn exec(&mut self, line: &str) -> Ran {
        self.run_to_prompt();
        let before = self.timeline.world().terminal().printed();
        self.type_line(line);
        if self.timeline.world().terminal().is_line_open() {
            // What is left open would take in the lines of later commands.
            self.interrupt();
            return Ran {
                output: "sh: syntax error: unexpected end of file\n".into(),
                code: 2,
                is_stopped: false,
            };
        }
        let is_stopped = !self.run_to_prompt();
        let terminal = self.timeline.world().terminal();
        let new = terminal.printed().saturating_sub(before);
        let lines = terminal.lines.iter();
        // What was there before may have been cleared away.
        let printed = lines.skip(terminal.lines.len().saturating_sub(new));
        let printed = printed.filter(|it| matches!(it.kind, LineKind::Out | LineKind::Err));
        Ran {
            output: printed.flat_map(|it| [it.text.as_str(), "\n"]).collect(),
            code: terminal.exit_code(),
            is_stopped,
        }
    }

    /// Why an object is as it is, or what it waits for: what `why OBJECT` prints, without a trace of its being asked.
    pub fn why(&self, object: &str) -> String {
        let words: Vec<Text> = ["why"]
            .into_iter()
            .chain(object.split_whitespace())
            .map(Text::from)
            .collect();
        let told = self.timeline.world().told(&words);
        told.unwrap_or_else(|it| format!("why: {it}\n"))
    }

    /// Lets time pass until the terminal takes a line. False if what ran there had to be stopped.
    fn run_to_prompt(&mut self) -> bool {
        let until = self.timeline.world().now + COMMAND_MAX;
        let is_at_work = |timeline: &Timeline| {
            let (world, terminal) = (timeline.world(), timeline.world().terminal());
            let is_free = !terminal.is_busy() && terminal.pending.is_empty();
            (!is_free || timeline.begins()) && world.now <= until
        };
        for _ in 0..EVENTS_MAX {
            if self.timeline.world().terminal().editing().is_some() {
                // Whoever calls has no editor at hand.
                self.edited(0, None);
            }
            if !is_at_work(&self.timeline) || !self.step(StepSize::Event) {
                break;
            }
        }
        let is_free = !self.timeline.world().terminal().is_busy();
        if !is_free {
            self.interrupt();
            self.step(StepSize::Event);
        }
        is_free
    }

    /// Answers a client of the API server at once. In: `{http, path, query, type, body, table, agent, watch}`, where
    /// `watch` is what an earlier answer said of a watch: then what is new for it is told. Out: `{status, warnings}` with
    /// `body`, `text`, or `watch` and its `frames`.
    pub fn request(&mut self, text: &str) -> String {
        let given = Value::from_json(text).unwrap_or_default();
        let Some(Input::Http(mut request)) = link::input(&given) else {
            return refused("the method is none that the server knows");
        };
        request.as_table = given["table"].is_true();
        if !request.query.iter().any(|it| it.0 == "fieldManager") {
            // upstream: managerOrUserAgent.
            let agent = given["agent"].as_str().split('/').next();
            let agent = agent.unwrap_or_default().into();
            request.query.push(("fieldManager".into(), agent));
        }
        if let Some(text) = request
            .body
            .text()
            .filter(|_| request.content_type.contains("yaml"))
        {
            let documents = crate::yaml::parse(text).documents;
            let first = documents.first().map(|it| it.value.clone());
            request.body = first.unwrap_or_default();
        }
        let world = self.timeline.world();
        if !given["watch"].is_null() {
            return told(world, read_watch(request, &given["watch"]), 200).to_json();
        }
        // Looking changes nothing, so that it leaves no trace; what is written is an input like any other.
        let mut copy = world.clone();
        let HttpResponse {
            status,
            warnings,
            body,
        } = copy.request(&request);
        let mut answer = match body {
            Body::Json(it) => object! {"body": it},
            Body::Text(it) => object! {"text": it},
            Body::Watch(watch) => told(world, watch, status),
            Body::Container(_) => return refused("there is no connection to a container here"),
        };
        answer["status"] = u32::from(status).into();
        answer["warnings"] = warnings.iter().map(Value::from).collect();
        if request.method != "GET" {
            self.timeline.apply(Input::Http(request));
        }
        answer.to_json()
    }
}

fn refused(message: &str) -> String {
    let status = object! {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": Value::object(),
        "status": "Failure",
        "message": message,
        "reason": "BadRequest",
        "code": 400,
    };
    object! {"status": 400, "warnings": crate::array![], "body": status}.to_json()
}

/// What a watch has to tell by now, and the watch as it is after that.
fn told(world: &World, mut watch: Watch, status: u16) -> Value {
    let now: Time = world.now;
    let frames =
        (0..FRAMES_MAX).map_while(|_| next_frame(&world.store, &world.config, now, &mut watch));
    let frames: Value = frames.collect();
    let opened = watch.opened.map_or(Value::Null, Value::from);
    object! {
        "status": u32::from(status),
        "frames": frames,
        "watch": object! {"after": watch.after, "opened": opened, "told": watch.headers_told},
    }
}

fn read_watch(request: HttpRequest, given: &Value) -> Watch {
    let whole = |name: &str| given[name].as_int().and_then(|it| u64::try_from(it).ok());
    Watch {
        request,
        after: whole("after").unwrap_or_default(),
        opened: whole("opened"),
        headers_told: given["told"].is_true(),
    }
}

impl Ran {
    /// As JSON.
    pub fn to_value(&self) -> Value {
        object! {
            "output": Text::from(self.output.as_str()),
            "code": i64::from(self.code),
            "stopped": self.is_stopped,
        }
    }
}
