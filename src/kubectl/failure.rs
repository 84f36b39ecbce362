//! Why a command failed, and how kubectl words it.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/util/helpers.go, checkErr.

use super::Done;
use super::io::Stop;
use crate::object;
use crate::value::Value;

/// Why a command failed.
#[derive(Clone, Debug)]
pub(super) enum Failure {
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
    pub fn client(text: impl Into<String>) -> Self {
        Self::Client(text.into())
    }

    /// With the hint that belongs to wrong usage of a command.
    pub fn usage(text: &str, command: &str) -> Self {
        Self::Client(
            [
                text,
                "\nSee 'kubectl ",
                command,
                " -h' for help and examples",
            ]
            .concat(),
        )
    }

    /// What is not built yet says so by name.
    pub fn not_simulated(what: &str) -> Self {
        Self::Client([what, " is not simulated yet"].concat())
    }

    /// For a 404 without a Status.
    pub fn no_such_resource() -> Self {
        Self::Server(object! {
            "reason": "NotFound",
            "message": "the server could not find the requested resource",
        })
    }

    pub fn reason(&self) -> &str {
        match self {
            Self::Server(status) => status["reason"].as_str(),
            _ => "",
        }
    }

    pub fn is_not_found(&self) -> bool {
        self.reason() == "NotFound"
    }

    /// The text without the words for the reader: what Go's `Error()` gives.
    pub fn message(&self) -> String {
        match self {
            Self::Server(status) => status["message"].as_str().into(),
            Self::Client(text) | Self::Bare(text) | Self::Exit(text, _) => text.clone(),
            Self::Several(all) => {
                let all: Vec<String> = all.iter().map(Self::message).collect();
                ["[", &all.join(", "), "]"].concat()
            }
        }
    }

    /// With words before the message: `error when creating "web.yaml": …`.
    pub fn prefixed(self, words: &str) -> Self {
        match self {
            Self::Server(mut status) => {
                status["message"] = [words, status["message"].as_str()].concat().into();
                Self::Server(status)
            }
            other => Self::Client([words, &other.message()].concat()),
        }
    }

    /// `error when creating "web.yaml": …`, if there is a file.
    ///
    /// upstream: cmdutil.AddSourceToErr.
    pub fn with_source(self, doing: &str, source: &str) -> Self {
        if source.is_empty() {
            return self;
        }
        self.prefixed(&["error when ", doing, " \"", source, "\": "].concat())
    }

    /// What is printed and the exit code.
    pub fn verdict(&self) -> (String, i32) {
        match self {
            Self::Server(status) if status["reason"].as_str() == "Invalid" => (invalid(status), 1),
            Self::Server(status) => (server(status), 1),
            Self::Client(text) if text.starts_with("error: ") => (text.clone(), 1),
            Self::Client(text) => (["error: ", text].concat(), 1),
            Self::Bare(text) => (text.clone(), 1),
            Self::Exit(text, code) => (text.clone(), *code),
            Self::Several(all) if all.len() == 1 => all[0].verdict(),
            Self::Several(all) => {
                let lines: Vec<String> = all.iter().map(Self::among_others).collect();
                (lines.join("\n"), 1)
            }
        }
    }

    fn among_others(&self) -> String {
        match self {
            Self::Server(status) => server(status),
            other => other.message(),
        }
    }
}

/// upstream: cmdutil.StandardErrorMessage.
fn server(status: &Value) -> String {
    let message = status["message"].as_str();
    match status["reason"].as_str() {
        "" => ["Error from server: ", message].concat(),
        "Unauthorized" => ["error: You must be logged in to the server (", message, ")"].concat(),
        reason => ["Error from server (", reason, "): ", message].concat(),
    }
}

fn invalid(status: &Value) -> String {
    let details = &status["details"];
    let causes: Vec<String> = details["causes"]
        .items()
        .iter()
        .map(|it| match it["field"].as_str() {
            "" => it["message"].as_str().into(),
            field => [field, ": ", it["message"].as_str()].concat(),
        })
        .collect();
    let (kind, name) = (details["kind"].as_str(), details["name"].as_str());
    let subject = if kind.is_empty() && name.is_empty() {
        String::from("The request is invalid")
    } else {
        ["The ", kind, " \"", name, "\" is invalid"].concat()
    };
    match causes.as_slice() {
        [] if kind.is_empty() && name.is_empty() => {
            [&subject, ": ", status["message"].as_str()].concat()
        }
        [] => subject,
        // upstream: MultilineError ends each line itself, and one more is not added.
        [one] => [&subject, ": ", one, "\n"].concat(),
        all => [&subject, ": \n* ", &all.join("\n* "), "\n"].concat(),
    }
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
            Err(Stop::Failed(Failure::Several(all))) => {
                self.0.extend(all);
                Ok(None)
            }
            Err(Stop::Failed(failure)) => {
                self.0.push(failure);
                Ok(None)
            }
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
            _ => Err(Failure::Several(self.0).into()),
        }
    }
}
