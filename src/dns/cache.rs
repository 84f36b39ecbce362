//! The `cache` plugin: replies kept for a while, positive and negative ones apart.
//!
//! Left out: `prefetch`, and the limit of 9984 entries.
//!
//! upstream: plugin/cache.

use std::sync::Arc;

use super::name;
use super::{Query, Rcode, Record, Reply, Type};
use crate::persistent::Map;
use crate::time::{Duration, Time};
use crate::value::Text;

/// No TTL in a reply is longer: `cache 30`.
const LONGEST_S: u32 = 30;
/// No TTL in a reply is shorter, and errors are kept so long.
const SHORTEST_S: u32 = 5;

/// Since when and until when a reply is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// When it was stored.
    pub since: Time,
    /// From when on the name is asked for anew.
    pub until: Time,
    /// Whether the server would say something else by now.
    pub is_stale: bool,
    /// Whether its time is over, and it is given once more only while the server asks anew.
    pub has_ended: bool,
}

/// The cache of one server.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    /// Zones of which nothing is kept: `disable success` and `disable denial`.
    pub disabled: Vec<Text>,
    /// `serve_stale`: so long after its end a reply is still given, with TTL 0, and asked for anew behind it.
    pub stale_for: Duration,
    answers: Entries,
    denials: Entries,
}

type Entries = Map<Key, Entry>;

/// What a reply is kept under: the name in lower case, and the type.
pub(super) type Key = (Text, Type);

#[derive(Clone, Debug)]
struct Entry {
    reply: Arc<Reply>,
    kept: Kept,
}

impl Cache {
    /// The kept reply to a query, if there is one; it may have ended ([`Kept::until`]) where stale ones are served.
    ///
    /// upstream: getIfNotStale, which looks at denials first.
    pub(super) fn get(&self, key: &Key, now: Time) -> Option<Reply> {
        let known = |entries: &Entries| {
            let entry = entries.get(key);
            let entry = entry.filter(|it| now < it.kept.until + self.stale_for);
            entry.cloned()
        };
        let entry = known(&self.denials).or_else(|| known(&self.answers))?;
        let life_s = entry.kept.until.since(entry.kept.since).ms / 1000;
        let age_s = now.since(entry.kept.since).ms / 1000;
        let mut reply = Reply::clone(&entry.reply);
        set_ttl(
            &mut reply,
            u32::try_from(life_s.saturating_sub(age_s)).unwrap_or_default(),
        );
        reply.authoritative = true;
        reply.kept = Some(Kept {
            has_ended: now >= entry.kept.until,
            ..entry.kept
        });
        Some(reply)
    }

    /// Takes note of a reply on its way out, and sets its TTLs as the plugin does, kept or not.
    pub(super) fn put(&mut self, key: Option<Key>, reply: &mut Reply, now: Time) {
        let lowest = records(reply).map(|it| it.ttl).min().unwrap_or_default();
        let ttl = if reply.rcode == Rcode::ServFail {
            SHORTEST_S
        } else {
            lowest.clamp(SHORTEST_S, LONGEST_S)
        };
        set_ttl(reply, ttl);
        let Some(key) = key.filter(|_| !reply.truncated) else {
            return;
        };
        if self.stale_for > Duration::default() && reply.rcode == Rcode::NoError {
            // upstream: a refresh takes out the denial, which would be looked at first.
            self.denials.remove(&key);
        }
        let is_authority = !reply.authority.is_empty();
        let entries = match reply.rcode {
            Rcode::NoError if !reply.answer.is_empty() => &mut self.answers,
            Rcode::NoError | Rcode::NxDomain if is_authority => &mut self.denials,
            Rcode::ServFail => &mut self.denials,
            Rcode::NoError | Rcode::NxDomain | Rcode::NotImp | Rcode::Refused => return,
        };
        let kept = Kept {
            since: now,
            until: now + Duration::s(ttl.into()),
            is_stale: false,
            has_ended: false,
        };
        let reply = Arc::new(reply.clone());
        entries.insert(key, Entry { reply, kept });
    }

    /// What a reply is kept under; nothing in a zone of which nothing is kept.
    pub(super) fn key(&self, query: &Query) -> Option<Key> {
        let name = name::lower(&query.name);
        let mut disabled = self.disabled.iter();
        let is_kept = !disabled.any(|it| name::trim_zone(&name, it).is_some());
        is_kept.then_some((name, query.kind))
    }
}

fn records(reply: &Reply) -> impl Iterator<Item = &Record> {
    let sections = [&reply.answer, &reply.authority, &reply.additional];
    sections.into_iter().flatten()
}

fn set_ttl(reply: &mut Reply, ttl: u32) {
    let sections = [
        &mut reply.answer,
        &mut reply.authority,
        &mut reply.additional,
    ];
    for record in sections.into_iter().flatten() {
        record.ttl = ttl;
    }
}
