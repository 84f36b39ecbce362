//! HTTP text to requests and back.

use core::convert::Infallible;

use http_body_util::channel::{Channel, Sender};
use http_body_util::{BodyExt as _, Either, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ACCEPT, CONNECTION, CONTENT_TYPE, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, UPGRADE, USER_AGENT, WARNING,
};
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode};
use tokio::time::{Duration, Instant, timeout_at};

use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::container::PROTOCOLS;
use super::protobuf::{self, Unread};
use super::{Bridge, absent, discovery, openapi, review, swagger};
use crate::apiserver::rest::{Body, HttpRequest, Watch, next_frame};
use crate::object;
use crate::value::{Text, Value};
use crate::yaml;

/// The most bytes a body may have.
///
/// upstream: genericapiserver.Config.MaxRequestBodyBytes.
const BODY_MAX: usize = 3 * 1024 * 1024;
/// How long a watch lasts that does not say, and how long at most.
const WATCH_S: u64 = 1800;
const WATCH_MAX_S: u64 = 86_400;

type AnswerBody = Either<Full<Bytes>, Channel<Bytes, Infallible>>;
type Answer = Response<AnswerBody>;

impl Bridge {
    /// Answers one request.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Answer {
        let (mut head, body) = request.into_parts();
        let upgrade = head.extensions.remove::<OnUpgrade>();
        let path = head.uri.path();
        let header = |name| {
            let it = head.headers.get(name).and_then(|it| it.to_str().ok());
            Text::from(it.unwrap_or_default())
        };
        if let Some(document) = openapi_at(path, &header(ACCEPT)) {
            return document;
        }
        let Some(method) = METHODS.into_iter().find(|it| head.method == **it) else {
            return refused(
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource",
            );
        };
        let Ok(body) = Limited::new(body, BODY_MAX).collect().await else {
            let text = "Request entity too large: limit is 3145728";
            return refused(413, "RequestEntityTooLarge", text);
        };
        let content_type = header(CONTENT_TYPE);
        let mut query = query(head.uri.query().unwrap_or_default());
        if !query.iter().any(|it| it.0 == "fieldManager") {
            // upstream: managerOrUserAgent.
            let agent = header(USER_AGENT);
            let manager = agent.split('/').next().unwrap_or_default();
            query.push(("fieldManager".into(), manager.into()));
        }
        let mut request = HttpRequest {
            method,
            path: decoded(path, false),
            query,
            as_table: header(ACCEPT).contains("as=Table"),
            content_type: content_type
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .into(),
            body: Value::Null,
        };
        match read_body(&content_type, &body.to_bytes()) {
            Ok(body) => request.body = body,
            Err(_) if self.leads_nowhere(&request) => {}
            Err((code, reason, message)) => return refused(code, reason, &message),
        }
        if let Some(review) = review::reviewed(&request) {
            return json(201, &review);
        }
        let answer = self.with_world(|it| it.request(&request));
        if let (404, Some(text)) = (answer.status, absent::told(path)) {
            return refused(501, "", text);
        }
        if header(ACCEPT).contains(discovery::AGGREGATED)
            && let Some(document) = self.with_world(|it| discovery::aggregated(it, path))
        {
            return whole(200, discovery::TYPE, document.to_json());
        }
        let asks = |name: &str| {
            let mut all = request.query.iter();
            all.any(|it| it.0 == name && it.1 == "true")
        };
        let mut response = match answer.body {
            Body::Json(value) => json(answer.status, &value),
            Body::Text(text) if text.is_empty() && asks("follow") => {
                let (sender, channel) = Channel::new(1);
                tokio::task::spawn_local(self.clone().follow(request.clone(), sender));
                typed(answer.status, "text/plain", Either::Right(channel))
            }
            Body::Text(text) => whole(answer.status, "text/plain", text.to_string()),
            Body::Watch(watch) => self.stream(watch),
            Body::Container(connection) => {
                let key = header(SEC_WEBSOCKET_KEY);
                let offered = header(SEC_WEBSOCKET_PROTOCOL);
                let mut offered = offered.split(',').map(str::trim);
                let known = |it: &str| PROTOCOLS.into_iter().find(|known| *known == it);
                let protocol = offered.find_map(known);
                let (Some(upgrade), Some(protocol)) = (upgrade, protocol) else {
                    return refused(
                        400,
                        "BadRequest",
                        "this server speaks WebSocket to containers, not SPDY: kubectl does since 1.31, \
                         1.29 and 1.30 with KUBECTL_REMOTE_COMMAND_WEBSOCKETS=true",
                    );
                };
                let reads = asks("stdin");
                tokio::task::spawn_local(self.clone().connect(upgrade, connection, reads));
                switched(&key, protocol)
            }
        };
        for text in answer.warnings {
            let quoted = text.replace("\\", "\\\\").replace("\"", "\\\"");
            if let Ok(value) = format!("299 - \"{quoted}\"").parse() {
                response.headers_mut().append(WARNING, value);
            }
        }
        response
    }

    /// Whether nothing is at an address: that is told before what a body is like.
    fn leads_nowhere(&self, request: &HttpRequest) -> bool {
        let request = HttpRequest {
            method: "GET",
            ..request.clone()
        };
        let answer = self.with_world(|it| it.request(&request));
        let is_object = matches!(answer.body, Body::Json(it) if !it["details"]["name"].is_null());
        answer.status == 404 && !is_object
    }

    fn stream(&self, watch: Watch) -> Answer {
        let asked = watch
            .request
            .query
            .iter()
            .find(|it| it.0 == "timeoutSeconds");
        let seconds = asked.and_then(|it| it.1.parse().ok()).unwrap_or(WATCH_S);
        let until = Instant::now() + Duration::from_secs(seconds.min(WATCH_MAX_S));
        let (sender, channel) = Channel::new(1);
        tokio::task::spawn_local(self.clone().tell(watch, sender, until));
        typed(200, JSON, Either::Right(channel))
    }

    /// Sends the frames of a watch as they come due, until its time is over or nobody listens.
    async fn tell(self, mut watch: Watch, mut sender: Sender<Bytes>, until: Instant) {
        let mut changes = self.changes.subscribe();
        loop {
            while let Some(frame) = self.frame(&mut watch) {
                let line = Bytes::from(frame.to_json() + "\n");
                if !matches!(timeout_at(until, sender.send_data(line)).await, Ok(Ok(()))) {
                    return;
                }
            }
            if !matches!(timeout_at(until, changes.changed()).await, Ok(Ok(()))) {
                return;
            }
        }
    }

    fn frame(&self, watch: &mut Watch) -> Option<Value> {
        let world = self.lock();
        next_frame(&world.store, &world.config, world.now, watch)
    }
}

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const JSON: &str = "application/json";

fn typed(status: u16, content_type: &'static str, body: AnswerBody) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    let value = HeaderValue::from_static(content_type);
    answer.headers_mut().insert(CONTENT_TYPE, value);
    answer
}

/// A document of OpenAPI, in the form that is asked for.
fn openapi_at(path: &str, accept: &str) -> Option<Answer> {
    if path == "/openapi/v2" && accept.contains(swagger::PROTOBUF) {
        let body = Either::Left(swagger::protobuf().into());
        return Some(typed(200, swagger::TYPE, body));
    }
    openapi::document(path).map(|it| json(200, &it))
}

/// The answer that opens a WebSocket.
fn switched(key: &str, protocol: &'static str) -> Answer {
    let mut answer = typed(101, JSON, Either::Left(Full::default()));
    let headers = answer.headers_mut();
    headers.remove(CONTENT_TYPE);
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
    if let Ok(accept) = derive_accept_key(key.as_bytes()).parse() {
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    answer
}

fn whole(status: u16, content_type: &'static str, text: String) -> Answer {
    typed(status, content_type, Either::Left(Full::from(text)))
}

fn json(status: u16, value: &Value) -> Answer {
    whole(status, JSON, value.to_json())
}

fn refused(code: u16, reason: &str, message: &str) -> Answer {
    let status = object! {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": Value::object(),
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": u32::from(code),
    };
    json(code, &status)
}

/// Why a body cannot be read: HTTP status, reason, message.
pub type Unreadable = (u16, &'static str, String);

/// A body as JSON, or as YAML or protobuf where its type says so; null for none.
///
/// # Errors
/// What the server answers.
pub fn read_body(content_type: &str, bytes: &[u8]) -> Result<Value, Unreadable> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    if content_type.contains("protobuf") {
        return protobuf::read(bytes).map_err(|why| match why {
            Unread::Broken => {
                let text = "provided data does not appear to be a protobuf message";
                (400, "BadRequest", text.into())
            }
            Unread::Unknown => unsupported("application/json, application/yaml"),
        });
    }
    let is_text = ["json", "yaml"].iter().any(|it| content_type.contains(it));
    if !is_text && !content_type.is_empty() {
        return Err(unsupported(
            "application/json, application/yaml, application/vnd.kubernetes.protobuf",
        ));
    }
    let bad = |message: String| (400, "BadRequest", message);
    let text = core::str::from_utf8(bytes).map_err(|it| bad(it.to_string()))?;
    if content_type.contains("yaml") {
        return yaml_body(text).map_err(bad);
    }
    Value::from_json(text).map_err(|it| bad(format!("error decoding request body: {it}")))
}

/// upstream: k8s.io/apiserver/pkg/endpoints/handlers/negotiation, errUnsupportedMediaType.
fn unsupported(accepted: &str) -> Unreadable {
    let text = "the body of the request was in an unknown format - accepted media types include";
    (415, "UnsupportedMediaType", format!("{text}: {accepted}"))
}

fn yaml_body(text: &str) -> Result<Value, String> {
    let parsed = yaml::parse(text);
    match parsed.error {
        Some(error) => Err(error.go_text()),
        None => Ok(parsed
            .documents
            .first()
            .map_or(Value::Null, |it| it.value.clone())),
    }
}

/// `a=b&c` decoded.
fn query(text: &str) -> Vec<(Text, Text)> {
    let pairs = text.split('&').filter(|it| !it.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name, true), decoded(value, true))
        })
        .collect()
}

/// Text with its `%XX` (and, in a query, `+`) replaced; what is not UTF-8 then is replaced too.
fn decoded(text: &str, is_query: bool) -> Text {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        let digits = tail.get(..2).filter(|_| *byte == b'%');
        let digits = digits.and_then(|it| core::str::from_utf8(it).ok());
        rest = tail;
        match digits.and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(escaped) => {
                bytes.push(escaped);
                rest = &tail[2..];
            }
            None if is_query && *byte == b'+' => bytes.push(b' '),
            None => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).as_ref().into()
}
