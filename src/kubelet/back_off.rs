//! Growing delays: between restarts of a container, and between pulls of an image.
//!
//! upstream: client-go util/flowcontrol/backoff.go; spec/statefulset.md D.4, D.5.

use crate::memory::BackOff;
use crate::time::{Duration, Time};
use crate::value::Text;

const FIRST: Duration = Duration::s(10);
const MOST: Duration = Duration::s(300);

impl BackOff {
    /// Grows it, for something that happened then.
    ///
    /// upstream: Backoff.Next.
    pub(super) fn grow(&mut self, happened: Time, now: Time) {
        self.length = if self.length.ms == 0 || self.is_stale(happened) {
            FIRST
        } else {
            Duration::ms((self.length.ms * 2).min(MOST.ms))
        };
        self.since = now;
    }

    /// What is left of it, counted from what happened then.
    ///
    /// upstream: IsInBackOffSince, IsInBackOffSinceUpdate.
    pub(super) fn left(&self, happened: Time, now: Time) -> Option<Duration> {
        let until = happened + self.length;
        (self.length.ms > 0 && !self.is_stale(happened) && now < until).then(|| until.since(now))
    }

    fn is_stale(&self, happened: Time) -> bool {
        happened.since(self.since).ms > 2 * MOST.ms
    }
}

/// A duration as Go prints it: `18.5s`, `350ms`, `1m20s`.
pub(super) fn go_text(Duration { ms }: Duration) -> Text {
    match ms {
        0 => return "0s".into(),
        1..1000 => return crate::text!("{ms}ms"),
        60_000.. => return crate::text!("{}m{}s", ms / 60_000, ms / 1000 % 60),
        _ => {}
    }
    let fraction = crate::text!("{:03}", ms % 1000);
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    crate::text!("{}{dot}{fraction}s", ms / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_five_minutes_and_is_forgotten_after_ten() {
        let mut it = BackOff::default();
        let mut now = Time::START;
        let mut seen = Vec::new();
        for _ in 0..7 {
            assert_eq!(
                it.left(now, now).map(|it| it.ms / 1000),
                seen.last().copied()
            );
            it.grow(now, now);
            seen.push(it.length.ms / 1000);
            now += Duration::s(1);
        }
        assert_eq!(seen, [10, 20, 40, 80, 160, 300, 300]);
        now += Duration::s(700);
        assert_eq!(it.left(now, now), None);
        it.grow(now, now);
        assert_eq!(it.length, FIRST);
    }

    #[test]
    fn durations_read_as_in_go() {
        let texts = [0, 350, 10_000, 18_500, 80_000, 300_000].map(|it| go_text(Duration::ms(it)));
        assert_eq!(texts, ["0s", "350ms", "10s", "18.5s", "1m20s", "5m0s"]);
    }
}
