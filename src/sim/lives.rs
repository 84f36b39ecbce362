//! What became of each pod name: how many pods have had it, their addresses, how they stood and since when.

use std::sync::Arc;

use crate::api::pod::Phase;
use crate::api::{Key, Kind, Object};
use crate::apiserver::{Change, LogEntry, table};
use crate::config::Config;
use crate::persistent::{List, Map};
use crate::time::Time;
use crate::value::Text;

/// The pods that have had one name.
#[derive(Clone, Debug, Default)]
pub struct Life {
    /// All of them, oldest first.
    pub pods: List<Lived>,
    /// How the name stood, and since when.
    pub spans: List<Span>,
}

/// One pod of a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Lived {
    /// When it was made.
    pub from: Time,
    /// When it was gone; [`Time::NEVER`] while it is there.
    pub to: Time,
    /// Its address; empty before it had one.
    pub address: Text,
    /// Its node; empty before it had one.
    pub node: Text,
}

/// A span of time in which a pod name stood alike; it ends where the next one begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Since when.
    pub from: Time,
    /// How it stood.
    pub tone: Tone,
    /// kubectl's STATUS word; empty when gone.
    pub status: Text,
}

/// How a pod stands, coarsely: what colour and shape tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Tone {
    Pending,
    Creating,
    Running,
    Ready,
    Terminating,
    Failed,
    Done,
    Gone,
}

impl Tone {
    /// How that pod stands.
    pub fn of(pod: &Object) -> Self {
        if pod.is_terminating() {
            return Self::Terminating;
        }
        match pod.phase() {
            Phase::Failed => Self::Failed,
            Phase::Succeeded => Self::Done,
            Phase::Running if pod.is_ready() => Self::Ready,
            Phase::Running => Self::Running,
            Phase::Pending | Phase::Unknown
                if pod.value["status"]["containerStatuses"].is_empty() =>
            {
                Self::Pending
            }
            Phase::Pending | Phase::Unknown => Self::Creating,
        }
    }

    /// The word the page styles it by.
    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Creating => "creating",
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Terminating => "terminating",
            Self::Failed => "failed",
            Self::Done => "done",
            Self::Gone => "gone",
        }
    }
}

/// The lives of all pod names.
pub type Lives = Map<Key, Arc<Life>>;

/// Takes a change into the lives.
pub(super) fn follow(lives: &mut Lives, config: &Config, entry: &LogEntry) {
    let pod = &entry.object;
    if pod.kind != Kind::Pod {
        return;
    }
    let key = pod.key();
    let mut life = lives
        .get(&key)
        .map(|it| Life::clone(it))
        .unwrap_or_default();
    let (tone, status) = match entry.change {
        Change::Deleted => (Tone::Gone, Text::new()),
        Change::Added | Change::Modified => (Tone::of(pod), table::pod_status(pod, config)),
    };
    let known = life.pods.last().filter(|it| it.to == Time::NEVER).cloned();
    let now = Lived {
        from: known.as_ref().map_or(entry.time, |it| it.from),
        to: match entry.change {
            Change::Deleted => entry.time,
            Change::Added | Change::Modified => Time::NEVER,
        },
        address: pod.pod_ip().into(),
        node: pod.node_name().into(),
    };
    match (life.pods.len().checked_sub(1), known) {
        (Some(last), Some(known)) if known != now => life.pods.set(last, now),
        (_, Some(_)) => {}
        (_, None) => life.pods.push(now),
    }
    if life
        .spans
        .last()
        .is_none_or(|it| it.tone != tone || it.status != status)
    {
        life.spans.push(Span {
            from: entry.time,
            tone,
            status,
        });
    }
    lives.insert(key, Arc::new(life));
}
