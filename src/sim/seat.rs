//! A terminal in the world: when its program goes on, and what it was told. What a terminal is, `shell` says.

use super::trace::Seq;
use crate::shell::Terminal;
use crate::time::Time;

/// A terminal at which the reader sits.
#[derive(Clone, Debug, Default)]
pub struct Seat {
    /// The terminal.
    pub terminal: Terminal,
    /// The event of the last command typed there.
    pub(super) last_command: Option<Seq>,
    /// Whether its program is to look at a change it has not seen.
    pub(super) is_told: bool,
    /// When its program goes on; wakes before that are of one that has been left.
    pub(super) due: Time,
}
