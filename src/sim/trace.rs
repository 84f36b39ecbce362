//! What happened, in order, each with its reason and its cause.

use crate::api::{Key, Kind};
use crate::apiserver::{Change, LogEntry};
use crate::persistent::{List, Map};
use crate::plan::Actor;
use crate::time::Time;
use crate::value::Text;
use crate::why::Why;

/// The number of an event of the simulation; 0 is the start.
pub type Seq = u64;

/// One line of the trace.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The event that did it. Several entries may share one.
    pub seq: Seq,
    /// When.
    pub time: Time,
    /// Who.
    pub actor: Actor,
    /// The entry's cause: the event of an earlier entry.
    pub cause: Option<Seq>,
    /// What.
    pub what: What,
    /// Why.
    pub why: Why,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum What {
    /// The reader's command was read.
    Command(Text),
    /// An object was written.
    Wrote {
        /// Which.
        key: Key,
        /// How.
        wrote: Wrote,
        /// The resource version that came of it.
        resource_version: u64,
    },
    /// A write was refused.
    Refused {
        /// Which object was meant.
        key: Key,
        /// The API server's words.
        message: Text,
    },
    /// A wait began: this object does not change, or does not exist yet.
    Waits(Key),
}

/// How an object was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Wrote {
    Created,
    Updated,
    Status,
    Bound,
    DeletionAsked,
    Removed,
}

impl Wrote {
    /// What a line of the watch log says was done.
    pub(super) fn of(entry: &LogEntry) -> Self {
        let Some(before) = &entry.before else {
            return Self::Created;
        };
        let (old, new) = (&before.value, &entry.object.value);
        match entry.change {
            Change::Added => Self::Created,
            Change::Deleted => Self::Removed,
            Change::Modified if entry.object.is_terminating() && !before.is_terminating() => {
                Self::DeletionAsked
            }
            Change::Modified
                if before.node_name().is_empty() && !entry.object.node_name().is_empty() =>
            {
                Self::Bound
            }
            Change::Modified if old["spec"] == new["spec"] && old["status"] != new["status"] => {
                Self::Status
            }
            Change::Modified => Self::Updated,
        }
    }

    /// The code the page words it by.
    pub fn code(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Status => "status",
            Self::Bound => "bound",
            Self::DeletionAsked => "deletion-asked",
            Self::Removed => "removed",
        }
    }
}

impl Entry {
    /// Whether a reader sees a change: everything but the writing of Event objects and of the older Endpoints, which
    /// only repeat what other objects say.
    pub fn is_visible(&self) -> bool {
        match &self.what {
            What::Wrote { key, .. } | What::Refused { key, .. } => {
                !matches!(key.kind, Kind::Event | Kind::Endpoints)
            }
            What::Command(_) | What::Waits(_) => true,
        }
    }

    /// The object it is about.
    pub fn about(&self) -> Option<&Key> {
        match &self.what {
            What::Command(_) => None,
            What::Wrote { key, .. } | What::Refused { key, .. } | What::Waits(key) => Some(key),
        }
    }
}

/// A moment worth going back to.
#[derive(Clone, Debug)]
pub struct Mark {
    /// When.
    pub time: Time,
    /// The change a reader sees there, or saw last before it.
    pub step: usize,
    /// What kind of moment it is.
    pub kind: MarkKind,
    /// The command, or the name of what it is about.
    pub text: Text,
}

/// The kinds of [`Mark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// The reader ran a command.
    Command,
    /// A pod's containers became ready.
    Ready,
    /// A wait began.
    Wait,
    /// Who waited has acted on what was waited for.
    Waited,
    /// From here on the DNS server answers with more addresses, or with fewer.
    Dns,
}

impl MarkKind {
    /// The word the page styles it by.
    pub fn code(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Ready => "ready",
            Self::Wait => "wait",
            Self::Waited => "waited",
            Self::Dns => "dns",
        }
    }
}

/// All entries, in order.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    entries: List<Entry>,
    /// The events in which a reader sees a change.
    shown: List<Seq>,
    /// The moments worth going back to, in order.
    pub marks: List<Mark>,
    /// Who waits for what.
    waiting: Map<(Actor, Key), ()>,
}

impl Trace {
    pub(super) fn push(&mut self, entry: Entry) {
        if entry.is_visible() && self.shown.last() != Some(&entry.seq) {
            self.shown.push(entry.seq);
        }
        self.mark_entry(&entry);
        self.entries.push(entry);
    }

    fn mark_entry(&mut self, entry: &Entry) {
        if let What::Command(command) = &entry.what {
            return self.mark(entry.time, MarkKind::Command, command.clone());
        }
        let Some(key) = entry.about() else { return };
        let is_ready = matches!(
            entry.why,
            Why::ContainersStarted { .. } | Why::ProbePassed { .. }
        );
        if is_ready && entry.is_visible() {
            self.mark(entry.time, MarkKind::Ready, key.name.clone());
        }
        let id = (entry.actor, key.clone());
        if matches!(entry.what, What::Waits(_)) {
            self.mark(entry.time, MarkKind::Wait, key.name.clone());
            self.waiting.insert(id, ());
        } else if self.waiting.remove(&id).is_some() {
            self.mark(entry.time, MarkKind::Waited, key.name.clone());
        }
    }

    pub(super) fn mark(&mut self, time: Time, kind: MarkKind, text: Text) {
        let step = self.shown.len();
        self.marks.push(Mark {
            time,
            step,
            kind,
            text,
        });
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing has happened.
    pub fn is_empty(&self) -> bool {
        self.entries.len() == 0
    }

    /// In how many events a reader sees a change.
    pub fn shown(&self) -> usize {
        self.shown.len()
    }

    /// The last of these events; 0 before the first.
    pub fn last_shown(&self) -> Seq {
        self.shown.last().copied().unwrap_or_default()
    }

    /// Which of these events that one is, counted from 1; the last one before it if it is none of them.
    pub fn shown_at(&self, seq: Seq) -> usize {
        self.shown.partition_point(|it| *it <= seq)
    }

    /// The entries, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The last entry a reader sees.
    pub fn last_visible(&self) -> Option<&Entry> {
        self.entries.iter().rev().find(|it| it.is_visible())
    }

    /// The first entry of that event.
    pub fn find(&self, seq: Seq) -> Option<&Entry> {
        let at = self.entries.partition_point(|it| it.seq < seq);
        self.entries.get(at).filter(|it| it.seq == seq)
    }

    /// The first entry of that event that a reader sees.
    pub fn find_visible(&self, seq: Seq) -> Option<&Entry> {
        let at = self.entries.partition_point(|it| it.seq < seq);
        let all = (at..self.entries.len()).filter_map(|it| self.entries.get(it));
        all.take_while(|it| it.seq == seq)
            .find(|it| it.is_visible())
    }

    /// The chain of causes of an entry, nearest first, itself left out.
    pub fn causes<'a>(&'a self, entry: &'a Entry) -> impl Iterator<Item = &'a Entry> {
        core::iter::successors(Some(entry), |it| it.cause.and_then(|seq| self.find(seq))).skip(1)
    }
}
