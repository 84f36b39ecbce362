//! Why a command failed, and how kubectl words it.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/util/helpers.go, checkErr.

use super::Done;
use super::io::Stop;
use super::text::fill;
use crate::object;
use crate::value::Value;

/// Why a command failed: one word, so that handing it on costs little.
#[derive(Clone, Debug)]
pub(super) struct Failure(Box<Why>);

#[derive(Clone, Debug)]
enum Why {
    /// The server refused: its Status, the message possibly with words before it.
    Server(Value),
    /// kubectl's own: `error: ` comes before it, unless it stands among others.
    Client(String),
    /// Printed as it is.
    Bare(String),
    /// A program ended with this code; the text, if any, is printed as it is.
    Exit(String, i32),
    /// Several, one a line.
    Several(Vec<Failure>),
}

impl Failure {
    /// kubectl's own: `error: ` comes before it, unless it stands among others.
    pub fn own(text: String) -> Self {
        Self(Box::new(Why::Client(text)))
    }

    pub fn client(text: &str) -> Self {
        Self::own(text.to_owned())
    }

    /// From a template: see [`fill`].
    pub fn say(template: &str, values: &[&str]) -> Self {
        Self::own(fill(template, values))
    }

    /// The server's Status.
    pub fn server(status: Value) -> Self {
        Self(Box::new(Why::Server(status)))
    }

    /// Printed as it is.
    pub fn bare(text: String) -> Self {
        Self(Box::new(Why::Bare(text)))
    }

    /// A program's exit code; the text, if any, is printed as it is.
    pub fn exit(text: String, code: i32) -> Self {
        Self(Box::new(Why::Exit(text, code)))
    }

    /// Several, one a line.
    pub fn several(all: Vec<Failure>) -> Self {
        Self(Box::new(Why::Several(all)))
    }

    /// With the hint that belongs to wrong usage of a command.
    pub fn usage(text: &str, command: &str) -> Self {
        Self::say(
            "{}\nSee 'kubectl {} -h' for help and examples",
            &[text, command],
        )
    }

    /// What is not built yet says so by name.
    pub fn not_simulated(what: &str) -> Self {
        Self::own([what, " is not simulated yet"].concat())
    }

    /// For a 404 without a Status.
    pub fn no_such_resource() -> Self {
        Self::server(object! {
            "reason": "NotFound",
            "message": "the server could not find the requested resource",
        })
    }

    pub fn reason(&self) -> &str {
        match &*self.0 {
            Why::Server(status) => status["reason"].as_str(),
            Why::Client(_) | Why::Bare(_) | Why::Exit(..) | Why::Several(_) => "",
        }
    }

    pub fn is_not_found(&self) -> bool {
        self.reason() == "NotFound"
    }

    /// The text without the words for the reader: what Go's `Error()` gives.
    pub fn message(&self) -> String {
        match &*self.0 {
            Why::Server(status) => status["message"].as_str().into(),
            Why::Client(text) | Why::Bare(text) | Why::Exit(text, _) => text.clone(),
            Why::Several(all) => {
                let all: Vec<String> = all.iter().map(Self::message).collect();
                fill("[{}]", &[&all.join(", ")])
            }
        }
    }

    /// The texts of all there is, one a line.
    pub fn lines(&self) -> String {
        match &*self.0 {
            Why::Several(all) => {
                let lines: Vec<String> = all.iter().map(Self::among_others).collect();
                lines.join("\n")
            }
            Why::Server(_) | Why::Client(_) | Why::Bare(_) | Why::Exit(..) => self.among_others(),
        }
    }

    /// With words before the message: `error when creating "web.yaml": …`.
    pub fn prefixed(mut self, words: &str) -> Self {
        let text = [words, &self.message()].concat();
        match &mut *self.0 {
            Why::Server(status) => status["message"] = text.into(),
            other => *other = Why::Client(text),
        }
        self
    }

    /// The server's Status, to change its words.
    pub fn status(&mut self) -> Option<&mut Value> {
        match &mut *self.0 {
            Why::Server(status) => Some(status),
            Why::Client(_) | Why::Bare(_) | Why::Exit(..) | Why::Several(_) => None,
        }
    }

    /// What the server found wrong, one by one.
    pub fn causes(&self) -> Vec<String> {
        match &*self.0 {
            Why::Server(status) => causes(status),
            Why::Client(_) | Why::Bare(_) | Why::Exit(..) | Why::Several(_) => Vec::new(),
        }
    }

    /// `error when creating "web.yaml": …`, if there is a file.
    ///
    /// upstream: cmdutil.AddSourceToErr.
    pub fn with_source(self, doing: &str, source: &str) -> Self {
        if source.is_empty() {
            return self;
        }
        self.prefixed(&fill("error when {} \"{}\": ", &[doing, source]))
    }

    /// What is printed and the exit code.
    pub fn verdict(&self) -> (String, i32) {
        match &*self.0 {
            Why::Server(status) if status["reason"].as_str() == "Invalid" => (invalid(status), 1),
            Why::Server(status) => (server(status), 1),
            Why::Client(text) if text.starts_with("error: ") => (text.clone(), 1),
            Why::Client(text) => (["error: ", text].concat(), 1),
            Why::Bare(text) => (text.clone(), 1),
            Why::Exit(text, code) => (text.clone(), *code),
            Why::Several(all) if all.len() == 1 => all[0].verdict(),
            // upstream: MultipleErrors ends each of them, even one that ends itself.
            Why::Several(_) => (self.lines() + "\n", 1),
        }
    }

    fn among_others(&self) -> String {
        match &*self.0 {
            Why::Server(status) => server(status),
            Why::Client(_) | Why::Bare(_) | Why::Exit(..) | Why::Several(_) => self.message(),
        }
    }
}

/// upstream: cmdutil.StandardErrorMessage.
fn server(status: &Value) -> String {
    let message = status["message"].as_str();
    match status["reason"].as_str() {
        "" => ["Error from server: ", message].concat(),
        "Unauthorized" => fill(
            "error: You must be logged in to the server ({})",
            &[message],
        ),
        reason => fill("Error from server ({}): {}", &[reason, message]),
    }
}

fn invalid(status: &Value) -> String {
    let details = &status["details"];
    let causes = causes(status);
    let (kind, name) = (details["kind"].as_str(), details["name"].as_str());
    let subject = if kind.is_empty() && name.is_empty() {
        String::from("The request is invalid")
    } else {
        fill("The {} \"{}\" is invalid", &[kind, name])
    };
    match causes.as_slice() {
        [] if kind.is_empty() && name.is_empty() => {
            fill("{}: {}", &[&subject, status["message"].as_str()])
        }
        [] => subject,
        // upstream: MultilineError ends each line itself, and one more is not added.
        [one] => fill("{}: {}\n", &[&subject, one]),
        all => fill("{}: \n* {}\n", &[&subject, &all.join("\n* ")]),
    }
}

/// Each cause of a refusal, with its field.
fn causes(status: &Value) -> Vec<String> {
    let causes = status["details"]["causes"].items().iter();
    causes
        .map(|it| match it["field"].as_str() {
            "" => it["message"].as_str().into(),
            field => fill("{}: {}", &[field, it["message"].as_str()]),
        })
        .collect()
}

/// Failures that don't end a command at once.
#[derive(Debug, Default)]
pub(super) struct Failures(pub Vec<Failure>);

impl Failures {
    /// Keeps a failure and goes on; only a missing answer stops.
    pub fn catch<T>(&mut self, result: Done<T>) -> Done<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Stop::Suspended) => Err(Stop::Suspended),
            Err(Stop::Failed(failure)) => {
                self.keep(failure);
                Ok(None)
            }
        }
    }

    fn keep(&mut self, failure: Failure) {
        match *failure.0 {
            Why::Several(all) => self.0.extend(all),
            why => self.0.push(Failure(Box::new(why))),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Fails if anything did.
    pub fn done(self) -> Done {
        match self.0.len() {
            0 => Ok(()),
            1 => Err(self.0.into_iter().next().expect("there is one").into()),
            _ => Err(Failure::several(self.0).into()),
        }
    }
}
