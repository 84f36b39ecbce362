//! The one wire for clients: HTTP-shaped requests to the door, JSON and `Table`s back.
//!
//! Bodies are values, not text: the borders (native HTTP, JavaScript) do the text.

use crate::value::{Text, Value};

/// A request as a client sends it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HttpRequest {
    /// `GET`.
    pub method: &'static str,
    /// `/api/v1/namespaces/default/pods`, without the query.
    pub path: Text,
    /// Decoded query pairs, in order.
    pub query: Vec<(Text, Text)>,
    /// Whether the client asks for a server-side `Table` (kubectl's `Accept: application/json;as=Table;v=v1;g=meta.k8s.io`).
    pub as_table: bool,
    /// `Content-Type` of the body, empty for JSON.
    pub content_type: Text,
    /// The body; null for none.
    pub body: Value,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpResponse {
    /// 200, 404, …
    pub status: u16,
    /// `Warning` headers' texts.
    pub warnings: Vec<Text>,
    /// The body.
    pub body: Body,
}

/// What an answer carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A JSON document: an object, a list, a Table or a Status.
    Json(Value),
    /// Plain text, as `/healthz` and logs give.
    Text(Text),
    /// A watch was opened: `{type, object}` frames follow as things change.
    Watch(Watch),
    /// A connection to a container was opened (exec, attach).
    Container(Connection),
}

/// An open watch: what it selects and how far it has been told.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// The request that opened it: path, selectors, table or not.
    pub request: HttpRequest,
    /// Events after this resource version are still to be told.
    pub after: u64,
}

/// A connection to a program in a container.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Namespace of the pod.
    pub namespace: Text,
    /// The pod.
    pub pod: Text,
    /// The container.
    pub container: Text,
    /// What to run; empty to attach to the container's main program.
    pub command: Vec<Text>,
    /// Whether a terminal with standard input is attached.
    pub tty: bool,
}
