//! Virtual time: whole milliseconds since 2026-01-01T00:00:00Z, the instant every simulation starts at.
//!
//! There is no other clock. Objects carry RFC 3339 text with whole seconds, as the API does.

use core::fmt;
use core::ops::{Add, AddAssign, Sub};

/// A moment of the simulation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Milliseconds since the start of the simulation.
    pub ms: u64,
}

/// A span of virtual time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    /// Milliseconds.
    pub ms: u64,
}

/// 2026-01-01T00:00:00Z in seconds since 1970.
const EPOCH_S: u64 = 1_767_225_600;

impl Duration {
    /// Longer than any simulation.
    pub const NEVER: Self = Self { ms: u64::MAX };

    /// So many milliseconds.
    pub const fn ms(ms: u64) -> Self {
        Self { ms }
    }

    /// So many seconds.
    pub const fn s(s: u64) -> Self {
        Self {
            ms: s.saturating_mul(1000),
        }
    }
}

impl Time {
    /// The start of the simulation.
    pub const START: Self = Self { ms: 0 };
    /// What never comes.
    pub const NEVER: Self = Self { ms: u64::MAX };

    /// The span since `earlier`; nothing when that is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::ms(self.ms.saturating_sub(earlier.ms))
    }

    /// RFC 3339 in UTC with whole seconds, as object timestamps have.
    pub fn rfc3339(self) -> String {
        let date = self.date();
        let [hour, minute, second] = self.clock();
        format!(
            "{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z",
            date.year, date.month, date.day
        )
    }

    /// RFC 1123 with a numeric zone, as `kubectl describe` prints.
    pub fn rfc1123z(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let date = self.date();
        let [hour, minute, second] = self.clock();
        let weekday = DAYS[usize::try_from(self.unix_s() / 86_400 % 7).unwrap_or_default()];
        let month = MONTHS[usize::try_from(date.month - 1).unwrap_or_default()];
        format!(
            "{weekday}, {:02} {month} {:04} {hour:02}:{minute:02}:{second:02} +0000",
            date.day, date.year
        )
    }

    /// So many seconds after 1970; times before the start read as the start.
    pub fn from_unix(seconds: u64) -> Self {
        Self::START + Duration::s(seconds.saturating_sub(EPOCH_S))
    }

    /// Reads RFC 3339 in UTC (`2026-01-01T00:00:05Z`, a fraction allowed). Times before the start read as the start.
    pub fn parse(text: &str) -> Option<Self> {
        let ms = unix_ms(text)?.saturating_sub(EPOCH_S * 1000);
        Some(Self { ms })
    }

    /// Nanoseconds since 1970, as event names carry in hexadecimal.
    pub fn unix_ns(self) -> u64 {
        (EPOCH_S * 1000)
            .saturating_add(self.ms)
            .saturating_mul(1_000_000)
    }

    fn unix_s(self) -> u64 {
        EPOCH_S + self.ms / 1000
    }

    fn clock(self) -> [u64; 3] {
        let s = self.unix_s() % 86_400;
        [s / 3600, s / 60 % 60, s % 60]
    }

    /// The civil date, by the usual days-from-civil arithmetic.
    fn date(self) -> Date {
        let z = self.unix_s() / 86_400 + 719_468;
        let (era, doe) = (z / 146_097, z % 146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        Date {
            year: yoe + era * 400 + u64::from(month <= 2),
            month,
            day: doy - (153 * mp + 2) / 5 + 1,
        }
    }
}

/// Milliseconds since 1970 of RFC 3339 in UTC: objects of a real cluster may be older than the simulation.
pub fn unix_ms(text: &str) -> Option<u64> {
    let (whole, fraction) = match text.strip_suffix('Z')?.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (text.strip_suffix('Z')?, ""),
    };
    let (date, clock) = whole.split_once('T')?;
    let mut date = date.splitn(3, '-').map(str::parse::<u64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let mut clock = clock.splitn(3, ':').map(str::parse::<u64>);
    let (hour, minute, second) = (
        clock.next()?.ok()?,
        clock.next()?.ok()?,
        clock.next()?.ok()?,
    );
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let ms = format!("{fraction:0<3}").get(..3)?.parse::<u64>().ok()?;
    let unix_s = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(unix_s * 1000 + ms)
}

struct Date {
    year: u64,
    month: u64,
    day: u64,
}

fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let y = if month <= 2 { year - 1 } else { year };
    let (era, yoe) = (y / 400, y % 400);
    let mp = if month > 2 { month - 3 } else { month + 9 };
    let doy = (153 * mp + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    (era * 146_097 + doe).saturating_sub(719_468)
}

impl Add<Duration> for Time {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self {
            ms: self.ms.saturating_add(span.ms),
        }
    }
}

impl AddAssign<Duration> for Time {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Sub for Time {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

impl fmt::Display for Duration {
    /// Seconds with one digit, the unit written out: `21.4 s`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{} s", self.ms / 1000, self.ms % 1000 / 100)
    }
}

/// An age as kubectl prints it: two units at most, truncated.
///
/// upstream: k8s.io/apimachinery/pkg/util/duration, HumanDuration.
pub fn human(span: Duration) -> String {
    let seconds = span.ms / 1000;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let (days, years) = (hours / 24, hours / 24 / 365);
    let two = |big: u64, unit: char, small: u64, sub: char| match small {
        0 => format!("{big}{unit}"),
        _ => format!("{big}{unit}{small}{sub}"),
    };
    match () {
        () if seconds < 120 => format!("{seconds}s"),
        () if minutes < 10 => two(minutes, 'm', seconds % 60, 's'),
        () if minutes < 180 => format!("{minutes}m"),
        () if hours < 8 => two(hours, 'h', minutes % 60, 'm'),
        () if hours < 48 => format!("{hours}h"),
        () if days < 8 => two(days, 'd', hours % 24, 'h'),
        () if days < 730 => format!("{days}d"),
        () if years < 8 => two(years, 'y', days % 365, 'd'),
        () => format!("{years}y"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_zero_and_back() {
        assert_eq!(Time::START.rfc3339(), "2026-01-01T00:00:00Z");
        assert_eq!(Time::START.rfc1123z(), "Thu, 01 Jan 2026 00:00:00 +0000");
        let leap = Time::parse("2028-02-29T23:59:59Z").unwrap();
        assert_eq!(leap.rfc3339(), "2028-02-29T23:59:59Z");
        assert_eq!(Time::parse("2026-01-01T00:00:05.25Z").unwrap().ms, 5250);
        assert_eq!(Time::parse("yesterday"), None);
    }

    #[test]
    fn ages_truncate_as_kubectl_does() {
        let ages = [
            (59, "59s"),
            (119, "119s"),
            (120, "2m"),
            (121, "2m1s"),
            (600, "10m"),
            (10_799, "179m"),
        ];
        for (s, text) in ages {
            assert_eq!(human(Duration::s(s)), text);
        }
        assert_eq!(human(Duration::s(3 * 3600 + 60)), "3h1m");
        assert_eq!(human(Duration::s(8 * 3600)), "8h");
        assert_eq!(human(Duration::s(2 * 86_400 + 3600)), "2d1h");
        assert_eq!(human(Duration::s(729 * 86_400)), "729d");
        assert_eq!(human(Duration::s(731 * 86_400)), "2y1d");
    }
}
