//! The one wire for clients: HTTP-shaped requests to the door, JSON and `Table`s back.
//!
//! Bodies are values, not text: the borders (native HTTP, JavaScript) do the text. [`handle`] routes; the submodules
//! answer: `path` reads addresses, `selection` says which objects are meant, `read` gets, lists and opens watches,
//! `watch` makes frames, `write` knocks on the door, `subresource` does scale, exec and the like, `discovery` says
//! what there is, `autoscaling` translates the older version of autoscalers. Left out: authentication; the native bridge
//! adds aggregated discovery and OpenAPI.
//! upstream: k8s.io/apiserver/pkg/endpoints.

mod autoscaling;
mod discovery;
mod path;
mod read;
mod selection;
mod subresource;
mod watch;
mod write;

pub use watch::next_frame;

use super::{Status, Store};
use crate::api::{Key, Kind};
use crate::config::{Config, Version};
use crate::object;
use crate::time::Time;
use crate::value::{Text, Value};
use path::{Route, Target};

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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watch {
    /// The request that opened it: path, selectors, table or not.
    pub request: HttpRequest,
    /// Events after this resource version are still to be told.
    pub after: u64,
    /// The resource version it opened at, while what existed then is still being told as ADDED.
    pub opened: Option<u64>,
    /// Whether a Table watch has told its column definitions; only its first frame carries them.
    pub headers_told: bool,
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
    /// What to run, or what the container's main program was started with: empty for what its image says.
    pub command: Vec<Text>,
    /// Whether it is the container's main program, which is attached to.
    pub is_main: bool,
    /// Whether a terminal with standard input is attached.
    pub tty: bool,
}

/// Answers a request.
pub fn handle(
    store: &mut Store,
    config: &Config,
    now: Time,
    request: &HttpRequest,
) -> HttpResponse {
    if let Some(rest) = request.path.strip_prefix(autoscaling::OLD) {
        return autoscaling::handle(store, config, now, request, rest);
    }
    let target = match path::route(&request.path) {
        Route::Target(target) => target,
        Route::Document => return discovery::document(config, request),
        Route::NoResource => return not_found().into(),
    };
    let mut call = Call {
        store,
        config,
        now,
        request,
        code: 200,
        warnings: Vec::new(),
    };
    if target.kind == Kind::Endpoints && config.version > Version::V1_22 {
        call.warnings.push(
            "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice".into(),
        );
    }
    let (status, body) = match call.answer(&target) {
        Ok(Reply::Json(value)) => (call.code, Body::Json(value)),
        Ok(Reply::Other(body)) => (call.code, *body),
        Err(status) => (status.code, Body::Json(status.to_value())),
    };
    HttpResponse {
        status,
        warnings: call.warnings,
        body,
    }
}

/// Which object a write was refused for, and why.
pub fn refused_write(request: &HttpRequest, answer: &HttpResponse) -> Option<(Key, Text)> {
    let (Route::Target(target), Body::Json(status)) = (path::route(&request.path), &answer.body)
    else {
        return None;
    };
    if answer.status < 400 || request.method == "GET" {
        return None;
    }
    let mut key = target.key();
    if key.name.is_empty() {
        key.name = request.body["metadata"]["name"].as_str().into();
    }
    Some((key, status["message"].as_str().into()))
}

/// A request on its way, and what it may touch.
struct Call<'a> {
    store: &'a mut Store,
    config: &'a Config,
    now: Time,
    request: &'a HttpRequest,
    /// The HTTP status of a success.
    code: u16,
    warnings: Vec<Text>,
}

/// A body on its way: small, because it is handed on and on.
enum Reply {
    Json(Value),
    Other(Box<Body>),
}

/// A body, or a refusal.
type Answer = Result<Reply, Status>;

impl Call<'_> {
    fn answer(&mut self, target: &Target) -> Answer {
        if target.is_subresource() && target.subresource != "status" {
            return self.subresource(target);
        }
        let method = self.request.method;
        let whole = target.name.is_empty();
        // Objects that live in a namespace can be read across namespaces, not written.
        if target.is_across_namespaces() && method != "GET" {
            return Err(not_allowed());
        }
        match (method, whole) {
            ("GET", _) if self.request.asks("watch") => self.open_watch(target),
            ("GET", true) => self.list(target),
            ("GET", false) => self.get(target),
            ("POST", true) => self.create(target),
            ("PUT", false) => self.update(target),
            ("PATCH", false) => self.patch(target),
            ("DELETE", false) if !target.is_subresource() => self.delete(target),
            ("DELETE", true) if target.kind != Kind::Namespace => self.delete_collection(target),
            _ => Err(not_allowed()),
        }
    }
}

impl HttpRequest {
    /// The first query value of that name, or `""`.
    fn query(&self, name: &str) -> &str {
        self.query
            .iter()
            .find(|it| it.0 == name)
            .map_or("", |it| it.1.as_str())
    }

    /// Whether a query option is on.
    fn asks(&self, name: &str) -> bool {
        matches!(self.query(name), "1" | "true")
    }
}

impl From<Status> for HttpResponse {
    fn from(status: Status) -> Self {
        Self {
            status: status.code,
            warnings: Vec::new(),
            body: Body::Json(status.to_value()),
        }
    }
}

fn refusal(code: u16, reason: &'static str, message: impl Into<Text>) -> Status {
    Status {
        code,
        reason,
        message: message.into(),
        details: Value::Null,
    }
}

fn bad_request(message: impl Into<Text>) -> Status {
    refusal(400, "BadRequest", message)
}

/// For a resource or subresource that isn't there.
fn not_found() -> Status {
    Status {
        details: Value::object(),
        ..refusal(
            404,
            "NotFound",
            "the server could not find the requested resource",
        )
    }
}

fn not_allowed() -> Status {
    Status {
        details: Value::object(),
        ..refusal(
            405,
            "MethodNotAllowed",
            "the server does not allow this method on the requested resource",
        )
    }
}

fn no_page() -> HttpResponse {
    HttpResponse {
        status: 404,
        warnings: Vec::new(),
        body: Body::Text("404 page not found\n".into()),
    }
}

/// The newest resource version.
fn version(store: &Store) -> u64 {
    store.log.last().map_or(0, |it| it.resource_version)
}

/// A Status that says a write was done.
fn success(code: u16, details: Value) -> Value {
    let mut status = object! {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": Value::object(),
        "status": "Success",
    };
    if code == 201 {
        status["code"] = u32::from(code).into();
    }
    if !details.is_null() {
        status["details"] = details;
    }
    status
}

#[cfg(test)]
mod tests;
