//! Work queues: which keys are to be looked at, which are being worked on, which failed.
//!
//! upstream: client-go util/workqueue: a key is in the queue once, and never worked on twice at a time.

use std::sync::Arc;

use super::trace::Seq;
use crate::api::Key;
use crate::persistent::Map;
use crate::plan::{Actor, Decision};
use crate::time::{Duration, Time};
use crate::why::Why;

/// How a key stands with a component.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    /// The place of the look that is queued.
    pub queued: Option<(Time, u64)>,
    /// The rest of a plan under way.
    pub running: Option<Arc<Running>>,
    /// Something changed while the plan was under way.
    pub is_dirty: bool,
    /// The cause of that change.
    pub dirty_cause: Option<Seq>,
    /// The cache has the component's own writes only from then on.
    pub not_before: Time,
    /// Errors in a row.
    pub failures: u32,
}

/// A plan under way.
#[derive(Clone, Debug)]
pub(super) struct Running {
    pub decisions: Arc<Vec<Decision>>,
    /// How many of them are behind.
    pub at: usize,
    pub cause: Option<Seq>,
    /// The waits met so far.
    pub waits: Vec<(Key, Why)>,
    /// Whether one of them was traced.
    pub has_traced_wait: bool,
    pub has_failed: bool,
    /// The event of its last write.
    pub last_write: Option<Seq>,
    pub requeue_at: Option<Time>,
}

impl Item {
    /// How long after this many failures in a row it is looked at again.
    ///
    /// upstream: ItemExponentialFailureRateLimiter, 5 ms · 2ⁿ after n earlier failures, up to 1000 s.
    pub(super) fn back_off(&self) -> Duration {
        let earlier = self.failures.saturating_sub(1);
        Duration::ms((5_u64 << earlier.min(20)).min(1_000_000))
    }
}

/// The items of all components.
pub(super) type Items = Map<(Actor, Key), Item>;

/// What every component waits for: by component and the key it looked at, the objects that do not change and why.
pub type Waits = Map<(Actor, Key), Arc<Vec<(Key, Why)>>>;
