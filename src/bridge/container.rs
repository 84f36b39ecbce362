//! Connections to programs in containers, as kubectl opens them: WebSocket, `v5.channel.k8s.io`.
//!
//! Each message begins with the number of its stream. Left out: SPDY, which older kubectls ask for, `port-forward`, and
//! the time that programs take.
//!
//! upstream: k8s.io/apimachinery/pkg/util/remotecommand, k8s.io/client-go/tools/remotecommand/websocket.go.

use core::pin::pin;

use futures_util::future::{Either, select};
use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::channel::Sender;
use hyper::body::Bytes;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::time::{Duration, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, Role};

use super::Bridge;
use crate::api::{Key, Kind};
use crate::apiserver::rest::{Connection, HttpRequest};
use crate::process::Stream;
use crate::programs::Printed;
use crate::shell::inside::{self, Kept};
use crate::value::{Text, Value};
use crate::{array, object};

/// The protocols this side speaks, best first.
pub(super) const PROTOCOLS: [&str; 2] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const ERROR: u8 = 3;
/// In v5: the stream that follows is at its end.
const CLOSE: u8 = 255;
/// How long a client may take to say farewell.
const PARTING: Duration = Duration::from_secs(5);
/// The longest line that is typed.
const LINE_MAX: usize = 64 << 10;

type Socket = WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>;

impl Bridge {
    /// Serves a connection once the client has switched protocols, until its program has ended.
    pub(super) async fn connect(self, upgrade: OnUpgrade, connection: Connection, has_stdin: bool) {
        // A client that hangs up is no error of ours.
        let Ok(upgraded) = upgrade.await else { return };
        let io = TokioIo::new(upgraded);
        let mut socket = WebSocketStream::from_raw_socket(io, Role::Server, None).await;
        let has_stdin = has_stdin && (!connection.is_main || self.reads(&connection));
        let status = if has_stdin && inside::is_shell(&connection.command) {
            self.talk(&mut socket, &connection).await
        } else if connection.command.is_empty() {
            self.stay(&mut socket, &connection).await
        } else {
            let words = &connection.command;
            let ran = self.run(&connection, words, |container, network| {
                inside::run(words, container, network).map(|it| it.printed)
            });
            match ran {
                Ok(printed) => {
                    print(&mut socket, &printed, connection.tty).await;
                    self.ended(&connection, printed.exit)
                }
                Err(_) if connection.is_main => self.stay(&mut socket, &connection).await,
                Err(why) => failed(&why),
            }
        };
        let done = CloseFrame {
            code: CloseCode::Normal,
            reason: "".into(),
        };
        let _gone = send(&mut socket, ERROR, status.to_json().as_bytes()).await;
        let _closed = socket.close(Some(done)).await;
        // What the client still sends is read, or its side of the connection breaks before it has read all of ours.
        let rest = async { while let Some(Ok(_)) = socket.next().await {} };
        let _late = timeout(PARTING, rest).await;
    }

    /// Attached to a program that goes on and prints nothing: until the client leaves, or the container ends.
    async fn stay(&self, socket: &mut Socket, connection: &Connection) -> Value {
        let key = Key::new(Kind::Pod, &connection.namespace, &connection.pod);
        let started = || self.started(&key, &connection.container);
        let (at_first, mut changes) = (started(), self.changes.subscribe());
        while started() == at_first {
            let (message, change) = (pin!(socket.next()), pin!(changes.changed()));
            match select(message, change).await {
                Either::Left((Some(Ok(_)), _)) | Either::Right(_) => {}
                Either::Left((None | Some(Err(_)), _)) => break,
            }
        }
        exited(0)
    }

    /// When a container that runs was started.
    fn started(&self, pod: &Key, container: &str) -> Option<Value> {
        let world = self.lock();
        let status = &world.store.objects.get(pod)?.value["status"];
        let [own, init] = ["containerStatuses", "initContainerStatuses"]
            .map(|it| &status[it].item("name", container)["state"]["running"]["startedAt"]);
        let started = if own.is_null() { init } else { own };
        Some(started.clone()).filter(|it| !it.is_null())
    }

    /// A log that is followed: no container writes what is kept, so nothing comes until it ends.
    pub(super) async fn follow(self, request: HttpRequest, mut log: Sender<Bytes>) {
        let ["api", "v1", "namespaces", namespace, "pods", pod, ..] = request
            .path
            .trim_matches('/')
            .split('/')
            .collect::<Vec<_>>()[..]
        else {
            return;
        };
        let key = Key::new(Kind::Pod, namespace, pod);
        let container = request.query.iter().find(|it| it.0 == "container");
        let Some((_, container)) = container else {
            return;
        };
        let (at_first, mut changes) = (self.started(&key, container), self.changes.subscribe());
        // An empty piece reaches nobody, but tells whether somebody listens.
        while at_first.is_some()
            && self.started(&key, container) == at_first
            && log.send_data(Bytes::new()).await.is_ok()
            && changes.changed().await.is_ok()
        {}
    }

    /// Whether a container's main program has a standard input.
    fn reads(&self, connection: &Connection) -> bool {
        let key = Key::new(Kind::Pod, &connection.namespace, &connection.pod);
        let world = self.lock();
        world.store.objects.get(&key).is_some_and(|it| {
            let all = &it.value["spec"]["containers"];
            all.item("name", &connection.container)["stdin"].is_true()
        })
    }

    /// What a program's end says; with a container's main program the container ends.
    fn ended(&self, connection: &Connection, code: i32) -> Value {
        if connection.is_main {
            self.with_world(|it| it.end_program(connection, code, None));
        }
        exited(code)
    }

    /// A shell, line by line.
    async fn talk(&self, socket: &mut Socket, connection: &Connection) -> Value {
        const PROMPT: &[u8] = b"/ # ";
        let mut typed: Vec<u8> = Vec::new();
        let (mut exit, mut kept) = (0, Kept::default());
        if connection.tty {
            let _gone = send(socket, STDOUT, PROMPT).await;
        }
        loop {
            let Some(Ok(message)) = socket.next().await else {
                return exited(exit);
            };
            let data = message.into_data();
            match data.split_first() {
                Some((&STDIN, bytes)) if typed.len() + bytes.len() <= LINE_MAX => {
                    typed.extend(bytes);
                    if connection.tty {
                        let echo = String::from_utf8_lossy(bytes).replace('\r', "\r\n");
                        let _gone = send(socket, STDOUT, echo.as_bytes()).await;
                    }
                }
                Some((&STDIN, _)) => return failed("line too long"),
                Some((&CLOSE, _)) => typed.push(b'\n'),
                _ => {}
            }
            let ends = data.first() == Some(&CLOSE);
            while let Some(end) = typed.iter().position(|it| b"\r\n\x04".contains(it)) {
                let rest = typed.split_off(end + 1);
                let is_end = typed.pop() == Some(4);
                let line = String::from_utf8_lossy(&typed).into_owned();
                typed = rest;
                let mut left = false;
                let words: Vec<Text> = line.split_whitespace().map(Text::from).collect();
                let ran = self.run(connection, &words, |container, network| {
                    let ran = inside::run_line(&line, exit, kept.clone(), container, network);
                    (left, kept) = (ran.is_left, ran.kept);
                    Ok(ran.printed)
                });
                match ran {
                    Ok(printed) => {
                        exit = printed.exit;
                        print(socket, &printed, connection.tty).await;
                    }
                    Err(why) => return failed(&why),
                }
                if is_end || left {
                    return self.ended(connection, exit);
                }
                if connection.tty {
                    let _gone = send(socket, STDOUT, PROMPT).await;
                }
            }
            if ends {
                return self.ended(connection, exit);
            }
        }
    }

    fn run(
        &self,
        connection: &Connection,
        words: &[Text],
        mut program: impl FnMut(
            &crate::programs::Container<'_>,
            &mut crate::dns::stub::Network<'_>,
        ) -> Result<Printed, Text>,
    ) -> Result<Printed, Text> {
        let key = Key::new(Kind::Pod, &connection.namespace, &connection.pod);
        self.with_world(|world| {
            let Some(pod) = world.store.objects.get(&key).cloned() else {
                return Err("the pod is gone".into());
            };
            let mut ran = Ok(Printed::default());
            world.run_in(
                &pod,
                &connection.container,
                words,
                &mut |container, network| {
                    ran = program(container, network);
                    let printed = ran.as_ref().ok()?;
                    Some((printed.tried.clone(), printed.exit))
                },
            );
            ran
        })
    }
}

/// Sends what was printed; a terminal wants its lines to begin on the left.
async fn print(socket: &mut Socket, printed: &Printed, tty: bool) {
    for (stream, number) in [(Stream::Stdout, STDOUT), (Stream::Stderr, STDERR)] {
        let text = printed.text(stream);
        let text = if tty {
            text.replace('\n', "\r\n")
        } else {
            text
        };
        if !text.is_empty() {
            let number = if tty { STDOUT } else { number };
            let _gone = send(socket, number, text.as_bytes()).await;
        }
    }
}

async fn send(socket: &mut Socket, stream: u8, bytes: &[u8]) -> Option<()> {
    let message = [&[stream], bytes].concat();
    socket.send(Message::Binary(message.into())).await.ok()
}

/// upstream: kubelet remotecommand ServeExec.
fn exited(code: i32) -> Value {
    if code == 0 {
        return object! {"metadata": Value::object(), "status": "Success"};
    }
    object! {
        "metadata": Value::object(),
        "status": "Failure",
        "reason": "NonZeroExitCode",
        "message": format!("command terminated with non-zero exit code: {code}"),
        "details": object! {
            "causes": array![object! {"reason": "ExitCode", "message": code.to_string()}],
        },
    }
}

fn failed(why: &str) -> Value {
    object! {
        "metadata": Value::object(),
        "status": "Failure",
        "reason": "InternalError",
        "message": format!("Internal error occurred: error executing command in container: {why}"),
        "code": 500,
    }
}
