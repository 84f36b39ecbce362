//! What a command sees of the world: answers replayed from the start, then the first thing that is missing.

use ecow::EcoVec;

use std::sync::Arc;

use super::failure::Failure;
use super::follow::{Follower, Outcome};
use super::text::fill;
use super::verbs::manifest::Read;
use super::{Done, Invocation};
use crate::apiserver::rest::{Body, Connection, HttpRequest, HttpResponse, Watch};
use crate::process::{Answer, Ask, Output, Stream};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

/// An answer that came, and when.
#[derive(Clone, Debug)]
pub(super) enum Told {
    Answer(Answer, Time),
    Followed(Outcome, Time),
}

/// Why a command went no further.
#[derive(Debug)]
pub(super) enum Stop {
    /// The next answer is missing: `Io::wanted` says which.
    Suspended,
    /// It ends here.
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The first thing that is missing.
pub(super) enum Wanted {
    Ask(Ask),
    Follow(Box<Follower>),
}

/// The input and output of one run of a command's code.
pub(super) struct Io<'a> {
    pub call: &'a Invocation,
    /// When the last answer came.
    pub now: Time,
    pub wanted: Option<Wanted>,
    pub printed: Vec<Output>,
    /// The namespace that the context has from now on, if the command set it.
    pub context_namespace: Option<Text>,
    /// A file that the command leaves behind: its path and text.
    pub kept: Option<(Text, Text)>,
    /// What its files hold, once they have been read.
    pub read: Option<Arc<Read>>,
    told: &'a EcoVec<Told>,
    at: usize,
    count: usize,
    warned: Vec<Text>,
}

impl<'a> Io<'a> {
    pub fn new(call: &'a Invocation, told: &'a EcoVec<Told>, started: Time) -> Self {
        Self {
            call,
            now: started,
            wanted: None,
            printed: Vec::new(),
            context_namespace: None,
            kept: None,
            read: None,
            told,
            at: 0,
            count: 0,
            warned: Vec::new(),
        }
    }

    /// How many outputs this run has made.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many different warnings the server has given.
    pub fn warnings(&self) -> usize {
        self.warned.len()
    }

    pub fn print(&mut self, text: impl Into<Text>) {
        self.output(Stream::Stdout, text.into());
    }

    pub fn print_error(&mut self, text: impl Into<Text>) {
        self.output(Stream::Stderr, text.into());
    }

    /// Prints a template: see [`fill`].
    pub fn say(&mut self, template: &str, values: &[&str]) {
        self.print(fill(template, values));
    }

    /// Prints a template on the error stream.
    pub fn warn(&mut self, template: &str, values: &[&str]) {
        self.print_error(fill(template, values));
    }

    fn output(&mut self, stream: Stream, text: Text) {
        if !text.is_empty() {
            self.count += 1;
            self.printed.push(Output { stream, text });
        }
    }

    /// Sends a request and gives its answer, whatever it is.
    pub fn send(&mut self, request: HttpRequest) -> Done<HttpResponse> {
        let Answer::Http(answer) = self.ask(Ask::Http(request))? else {
            unreachable!("a request is answered by a response")
        };
        for warning in &answer.warnings {
            // upstream: client-go, rest.NewWarningWriter with Deduplicate.
            if !self.warned.contains(warning) {
                self.warned.push(warning.clone());
                self.print_error(fill("Warning: {}\n", &[warning]));
            }
        }
        Ok(answer)
    }

    /// Sends a request; a refusal is a failure.
    pub fn http(&mut self, request: HttpRequest) -> Done<Body> {
        let answer = self.send(request)?;
        match answer.body {
            body if answer.status < 400 => Ok(body),
            Body::Json(status) => Err(Failure::server(status).into()),
            _ => Err(Failure::no_such_resource().into()),
        }
    }

    /// Sends a request that is answered by JSON.
    pub fn json(&mut self, request: HttpRequest) -> Done<Value> {
        match self.http(request)? {
            Body::Json(value) => Ok(value),
            Body::Text(text) => Ok(text.into()),
            Body::Watch(_) | Body::Container(_) => Ok(Value::Null),
        }
    }

    /// Opens a watch.
    pub fn watch(&mut self, request: HttpRequest) -> Done<Watch> {
        match self.http(request)? {
            Body::Watch(watch) => Ok(watch),
            Body::Json(_) | Body::Text(_) | Body::Container(_) => {
                Err(Failure::client("unable to decode an event from the watch stream").into())
            }
        }
    }

    /// Follows a watch until the follower has what it waits for.
    pub fn follow(&mut self, follower: impl FnOnce() -> Follower) -> Done<Outcome> {
        match self.told.get(self.at) {
            Some(Told::Followed(outcome, now)) => {
                self.at += 1;
                self.now = *now;
                Ok(outcome.clone())
            }
            Some(Told::Answer(..)) => unreachable!("a replay takes the same way"),
            None => {
                self.wanted = Some(Wanted::Follow(Box::new(follower())));
                Err(Stop::Suspended)
            }
        }
    }

    /// Lets time pass.
    pub fn sleep(&mut self, span: Duration) -> Done {
        self.ask(Ask::Sleep(span)).map(|_| ())
    }

    /// Waits for the program at the other end: its exit code, or why it could not run.
    pub fn attach(
        &mut self,
        connection: Connection,
        stdin: Option<Text>,
    ) -> Done<Result<i32, Text>> {
        match self.ask(Ask::Attach(connection, stdin))? {
            Answer::Exited(code) => Ok(Ok(code)),
            Answer::Refused(why) => Ok(Err(why)),
            _ => Ok(Ok(1)),
        }
    }

    /// What the reader's editor makes of a text, or why it makes nothing of it.
    pub fn edit(&mut self, text: Text) -> Done<Result<Text, Text>> {
        Ok(match self.ask(Ask::Edit(text))? {
            Answer::Edited(text) => Ok(text),
            Answer::Refused(why) => Err(why),
            _ => Err("Edit cancelled".into()),
        })
    }

    fn ask(&mut self, ask: Ask) -> Done<Answer> {
        match self.told.get(self.at) {
            Some(Told::Answer(answer, now)) => {
                self.at += 1;
                self.now = *now;
                Ok(answer.clone())
            }
            Some(Told::Followed(..)) => unreachable!("a replay takes the same way"),
            None => {
                self.wanted = Some(Wanted::Ask(ask));
                Err(Stop::Suspended)
            }
        }
    }
}

impl Stop {
    /// Changes the words of a failure.
    pub fn map(self, change: impl FnOnce(Failure) -> Failure) -> Self {
        match self {
            Self::Suspended => Self::Suspended,
            Self::Failed(failure) => Self::Failed(change(failure)),
        }
    }
}

impl Stop {
    /// The failure, unless an answer is missing.
    pub fn failure(self) -> Option<Failure> {
        match self {
            Self::Suspended => None,
            Self::Failed(failure) => Some(failure),
        }
    }
}
