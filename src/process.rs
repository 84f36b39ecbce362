//! How a program talks with the world: it asks for one thing at a time and is told the answer.
//!
//! Programs (kubectl, what runs in containers) are values: they can be cloned, kept and gone back to. The world, or
//! a test that replays a recording, drives them: `ask`, then `tell`, until they exit.

use crate::apiserver::rest::{Connection, HttpRequest, HttpResponse, Watch};
use crate::persistent::Map;
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

/// The small file system of a terminal: path to text.
pub type Files = Map<Text, Text>;

/// What a program needs to go on.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// An answer from the API server.
    Http(HttpRequest),
    /// The next frame of that watch, which an earlier answer opened, or that moment, whichever comes first.
    Frame(Watch, Option<Time>),
    /// Time to pass.
    Sleep(Duration),
    /// The end of the program at the other end of that connection; with the text on its standard input, unless
    /// that is the terminal.
    Attach(Connection, Option<Text>),
    /// What the reader's editor makes of that text.
    Edit(Text),
    /// Nothing more: it has ended with this exit code.
    Exit(i32),
}

/// What a program is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To [`Ask::Http`].
    Http(HttpResponse),
    /// To [`Ask::Frame`]: the watch, moved on, and `{type, object}`.
    Frame(Watch, Value),
    /// To [`Ask::Frame`] and [`Ask::Sleep`], in a recording that ends here: nothing more will come.
    End,
    /// To [`Ask::Sleep`], and to [`Ask::Frame`] when its moment came first.
    Slept,
    /// To [`Ask::Attach`]: the exit code of the program at the other end.
    Exited(i32),
    /// To [`Ask::Edit`]: the text as it was saved.
    Edited(Text),
    /// To [`Ask::Attach`]: why the connection's other end could not run the program; to [`Ask::Edit`]: why nothing
    /// was edited.
    Refused(Text),
    /// To anything: the reader pressed Ctrl-C.
    Interrupted,
}

/// A piece of what a program printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Where to.
    pub stream: Stream,
    /// The text, with its newlines.
    pub text: Text,
}

/// One of the two streams a program prints to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Stream {
    Stdout,
    Stderr,
}
