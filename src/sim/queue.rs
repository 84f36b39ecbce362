//! The event queue: a total order of `(time, number)`.

use super::trace::Seq;
use crate::api::Key;
use crate::persistent::Map;
use crate::plan::{Actor, EventRecord};
use crate::time::Time;
use crate::why::Why;

use super::informer::Informer;

/// What can happen next. A closed set, so that a world can be cloned and shown.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// A change reaches a cache: the log entry of that index.
    Deliver(Informer, usize),
    /// A component looks at a key.
    Reconcile(Actor, Key),
    /// A component sends the next request of its plan for a key.
    Submit(Actor, Key),
    /// An Event object is written.
    Record(Box<(EventRecord, Actor, Why)>),
    /// The foreground program of that terminal goes on.
    Terminal(usize),
}

/// An event with the step that brought it about.
#[derive(Clone, Debug)]
pub(super) struct Queued {
    pub event: Event,
    pub cause: Option<Seq>,
}

/// Events by time, then by the order they were queued in.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    events: Map<(Time, u64), Queued>,
    next: u64,
}

impl Queue {
    /// Queues an event; gives its place.
    pub(super) fn push(&mut self, time: Time, event: Event, cause: Option<Seq>) -> (Time, u64) {
        let place = (time, self.next);
        self.events.insert(place, Queued { event, cause });
        self.next += 1;
        place
    }

    /// Takes an event back.
    pub(super) fn cancel(&mut self, place: (Time, u64)) {
        self.events.remove(&place);
    }

    pub(super) fn pop(&mut self) -> Option<(Time, Queued)> {
        let (at, queued) = self.events.first()?;
        let (at, queued) = (*at, queued.clone());
        self.events.remove(&at);
        Some((at.0, queued))
    }

    pub(super) fn next_time(&self) -> Option<Time> {
        self.events.first().map(|((time, _), _)| *time)
    }
}
