//! One DNS server: the `kubernetes` plugin and what a Corefile puts around it.
//!
//! Left out: messages as octets; [`super::size`] cuts them to their packets.
//!
//! upstream: kubeadm's Corefile; plugin/loadbalance, plugin/cache, plugin/forward.

use core::net::IpAddr;

use super::answer::{Options, Zone};
use super::cache::{Cache, Key};
use super::finding::Finding;
use super::name::join;
use super::{Data, Query, Rcode, Record, Reply, Soa, Type};
use crate::api::{Kind, Object};
use crate::chance::chance;
use crate::persistent::Map;
use crate::sort;
use crate::time::{Duration, Time};
use crate::value::Text;
use crate::{array, object};

/// Which Corefile a cluster has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// The bare plugin: TTL 5, no names of pods, no cache.
    P1,
    /// kubeadm up to 1.31 and many managed clusters: TTL 30, everything cached for 30 s.
    P2,
    /// kubeadm since 1.32: as P2, but nothing of the cluster's zone is cached.
    #[default]
    P3,
}

/// Where a server asks for names it does not keep.
#[derive(Clone, Debug)]
pub enum Upstream {
    /// A resolver that knows these names (lower case, with final dot) and no others.
    Knows(Map<Text, Vec<IpAddr>>),
    /// Nobody answers there.
    Down,
}

impl Default for Upstream {
    fn default() -> Self {
        Self::Knows(Map::default())
    }
}

/// One DNS server; a clone costs next to nothing.
#[derive(Clone, Debug)]
pub struct Server {
    /// The `kubernetes` plugin.
    pub zone: Zone,
    /// The `cache` plugin, if it is there.
    pub cache: Option<Cache>,
    /// The caches of further servers that know the same; a query goes to any of them.
    pub others: Vec<Option<Cache>>,
    /// The `loadbalance` plugin, if it is there: the key of its shuffles.
    pub shuffle: Option<u64>,
    /// The `forward` plugin.
    pub upstream: Upstream,
}

impl Server {
    /// A server of a cluster, which knows nothing yet.
    pub fn new(preset: Preset, domain: &str, seed: u64) -> Self {
        let (options, cache) = match preset {
            Preset::P1 => (Options::new(domain), None),
            Preset::P2 => (Options::kubeadm(domain), Some(Cache::default())),
            Preset::P3 => {
                let mut cache = Cache::default();
                cache.disabled.push(join(&[domain, ""]));
                (Options::kubeadm(domain), Some(cache))
            }
        };
        Self {
            zone: Zone::new(options),
            cache,
            others: Vec::new(),
            shuffle: (preset != Preset::P1).then_some(seed),
            upstream: Upstream::default(),
        }
    }

    /// The `serve_stale` option: for an hour after its end a kept reply is given once more, and asked for behind it.
    pub fn serve_stale(&mut self) {
        for cache in self.others.iter_mut().chain([&mut self.cache]).flatten() {
            cache.stale_for = Duration::s(3600);
        }
    }

    /// Lets the server have that address, at which the Service `kube-dns` selects it.
    pub fn stand_at(&mut self, address: &str, now: Time) {
        let slice = object! {
            "metadata": object! {
                "namespace": "kube-system", "name": "kube-dns",
                "labels": object! {"kubernetes.io/service-name": "kube-dns"},
            },
            "endpoints": array![object! {"addresses": array![address]}],
        };
        self.zone.options.addresses = address.parse().into_iter().collect();
        self.apply(None, Some(&Object::new(Kind::EndpointSlice, slice)), now);
    }

    /// Follows a change of one object.
    pub fn apply(&mut self, before: Option<&Object>, after: Option<&Object>, now: Time) {
        self.zone.apply(before, after, now);
    }

    /// Answers a query.
    pub fn ask(&mut self, query: &Query, now: Time) -> Reply {
        if !self.others.is_empty() {
            self.choose(query, now);
        }
        let mut reply = self.cached(query, now);
        let has_several = reply.answer.len() > 1 || reply.additional.len() > 1;
        let is_shuffled = has_several && reply.rcode == Rcode::NoError;
        if let Some(seed) = self.shuffle.filter(|_| is_shuffled) {
            let time = now.ms.to_string();
            let draw = chance(seed, &["loadbalance", &query.name, &time]);
            balance(&mut reply.answer, draw);
            balance(&mut reply.additional, draw.rotate_left(32));
        }
        reply
    }

    /// The server that a query reaches is put in front.
    fn choose(&mut self, query: &Query, now: Time) {
        let count = self.others.len() as u64 + 1;
        let (time, kind) = (now.ms.to_string(), query.kind.name());
        let key = ["server", &query.name, &kind, &time];
        let drawn = chance(self.shuffle.unwrap_or_default(), &key) % count;
        let drawn = usize::try_from(drawn).unwrap_or_default();
        if let Some(other) = drawn.checked_sub(1) {
            core::mem::swap(&mut self.cache, &mut self.others[other]);
        }
    }

    fn cached(&mut self, query: &Query, now: Time) -> Reply {
        let key_of = |cache: &Option<Cache>, query: &Query| cache.as_ref()?.key(query);
        let kept = |cache: &Option<Cache>, key: Option<&Key>| cache.as_ref()?.get(key?, now);
        let key = key_of(&self.cache, query);
        let mut served = kept(&self.cache, key.as_ref());
        if let Some(reply) = &mut served {
            let is_stale = self.would_differ(query, reply);
            if let Some(kept) = &mut reply.kept {
                kept.is_stale = is_stale;
            }
        }
        let is_fresh = |it: &Reply| it.kept.is_some_and(|kept| !kept.has_ended);
        if let Some(reply) = served.take_if(|it| is_fresh(it)) {
            return reply;
        }
        // What an alias leads to is asked of the whole server, so it is kept as well.
        let mut asked: Vec<(Query, Reply)> = Vec::new();
        let mut elsewhere = |it: &Query| {
            let known = kept(&self.cache, key_of(&self.cache, it).as_ref());
            Some(known.unwrap_or_else(|| {
                let reply = self.upstream.ask(it);
                asked.push((it.clone(), reply.clone()));
                reply
            }))
        };
        let answered = self.zone.answer_with(query, &mut elsewhere);
        let mut reply = answered.unwrap_or_else(|| self.upstream.ask(query));
        if let Some(cache) = &mut self.cache {
            for (query, reply) in &mut asked {
                cache.put(cache.key(query), reply, now);
            }
            cache.put(key, &mut reply, now);
        }
        served.unwrap_or(reply)
    }

    /// Whether the zone would say something else than that kept reply by now.
    fn would_differ(&self, query: &Query, kept: &Reply) -> bool {
        self.zone.answer(query).is_some_and(|fresh| {
            fresh.rcode != kept.rcode
                || fresh.answer.len() != kept.answer.len()
                || fresh.answer.iter().any(|fresh| {
                    let same = |kept: &Record| kept.data == fresh.data;
                    !kept.answer.iter().any(same)
                })
        })
    }
}

/// Aliases first, then the rest in its order, then addresses in a new one.
///
/// upstream: plugin/loadbalance roundRobin.
fn balance(records: &mut [Record], draw: u64) {
    let rank = |it: &Record| match it.data.kind() {
        Type::Cname => 0,
        Type::A | Type::Aaaa => 2,
        _ => 1,
    };
    sort::by_key(records, rank);
    let first = records.partition_point(|it| rank(it) < 2);
    let addresses = &mut records[first..];
    let mut state = draw;
    for at in (1..addresses.len()).rev() {
        // Knuth's MMIX step; the high bits are the good ones.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from((state >> 33) % (at as u64 + 1)).unwrap_or_default();
        addresses.swap(at, other);
    }
}

impl Upstream {
    /// Answers a query.
    pub fn ask(&self, query: &Query) -> Reply {
        let names = match self {
            Self::Down => return Reply::empty(Rcode::ServFail, Finding::UpstreamDown),
            Self::Knows(names) => names,
        };
        let known = names.get(&query.name.to_ascii_lowercase());
        let records = known.into_iter().flatten().map(|it| Record {
            name: query.name.clone(),
            ttl: 30,
            data: Data::address(*it),
        });
        let answer: Vec<Record> = records.filter(|it| it.data.kind() == query.kind).collect();
        let rcode = if known.is_some() {
            Rcode::NoError
        } else {
            Rcode::NxDomain
        };
        Reply {
            recursion_available: true,
            authority: if answer.is_empty() {
                vec![root_soa()]
            } else {
                Vec::new()
            },
            answer,
            ..Reply::empty(rcode, Finding::NotOurs)
        }
    }
}

/// What the root servers say of names that do not exist.
fn root_soa() -> Record {
    Record {
        name: ".".into(),
        ttl: 30,
        data: Data::Soa(Box::new(Soa {
            mname: "a.root-servers.net.".into(),
            rname: "nstld.verisign-grs.com.".into(),
            serial: 2_026_011_500,
            refresh: 1800,
            retry: 900,
            expire: 604_800,
            minimum: 86_400,
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    fn slice(hosts: &[u32]) -> Object {
        let endpoint = |it: &u32| object! {"addresses": vec![format!("10.1.0.{it}")], "hostname": format!("web-{it}")};
        let value = object! {
            "metadata": object! {
                "namespace": "default", "name": "nginx-x",
                "labels": object! {"kubernetes.io/service-name": "nginx"},
            },
            "endpoints": hosts.iter().map(endpoint).collect::<Value>(),
        };
        Object::new(Kind::EndpointSlice, value)
    }

    fn server(preset: Preset, hosts: &[u32]) -> Server {
        let mut server = Server::new(preset, "cluster.local", 1);
        let meta = object! {"metadata": object! {"name": "default"}};
        let service = object! {
            "metadata": object! {"namespace": "default", "name": "nginx"},
            "spec": object! {"clusterIP": "None"},
        };
        let objects = [
            Object::new(Kind::Namespace, meta),
            Object::new(Kind::Service, service),
            slice(hosts),
        ];
        for object in &objects {
            server.apply(None, Some(object), Time::START);
        }
        server
    }

    fn at(s: u64) -> Time {
        Time::START + Duration::s(s)
    }

    /// The rcode and TTL a server says of `web-0` at each second, which becomes ready at second 10.
    fn story(preset: Preset, seconds: &[u64]) -> Vec<String> {
        tell(server(preset, &[1]), seconds)
    }

    fn tell(mut server: Server, seconds: &[u64]) -> Vec<String> {
        let query = Query::new("web-0.nginx.default.svc.cluster.local", Type::A);
        let mut is_ready = false;
        let told = seconds.iter().map(|it| {
            if *it >= 10 && !core::mem::replace(&mut is_ready, true) {
                server.apply(Some(&slice(&[1])), Some(&slice(&[1, 0])), at(10));
            }
            let reply = server.ask(&query, at(*it));
            let records = reply.answer.iter().chain(&reply.authority);
            let ttl = records
                .map(|it| it.ttl.to_string())
                .next()
                .unwrap_or_default();
            [
                reply.rcode.name(),
                " ",
                &ttl,
                if reply.kept.is_some() { " kept" } else { "" },
            ]
            .concat()
        });
        told.collect()
    }

    #[test]
    fn a_denial_outlives_its_cause_only_where_denials_are_kept() {
        let seconds = [0, 8, 12, 29, 30, 31];
        assert_eq!(
            story(Preset::P2, &seconds),
            [
                "NXDOMAIN 30",
                "NXDOMAIN 22 kept",
                "NXDOMAIN 18 kept",
                "NXDOMAIN 1 kept",
                "NOERROR 30",
                "NOERROR 29 kept"
            ]
        );
        let fresh = [
            "NXDOMAIN 30",
            "NXDOMAIN 30",
            "NOERROR 30",
            "NOERROR 30",
            "NOERROR 30",
            "NOERROR 30",
        ];
        assert_eq!(story(Preset::P3, &seconds), fresh);
        assert_eq!(
            story(Preset::P1, &seconds),
            fresh.map(|it| it.replace("30", "5"))
        );
    }

    #[test]
    fn a_stale_reply_is_given_once_more_and_asked_for_behind_it() {
        let mut server = server(Preset::P2, &[1]);
        server.serve_stale();
        let seconds = [0, 29, 31, 32, 100, 101, 4000];
        let want = [
            "NXDOMAIN 30",
            "NXDOMAIN 1 kept",
            "NXDOMAIN 0 kept",
            "NOERROR 29 kept",
            "NOERROR 0 kept",
            "NOERROR 29 kept",
            "NOERROR 30",
        ];
        assert_eq!(tell(server, &seconds), want);
    }

    #[test]
    fn a_foreign_name_loses_its_upstream_look_when_kept() {
        let mut server = server(Preset::P3, &[]);
        let query = Query::new("web-0.nginx", Type::A);
        let (first, second) = (server.ask(&query, at(0)), server.ask(&query, at(1)));
        assert!(!first.authoritative && first.recursion_available && first.kept.is_none());
        assert!(second.authoritative && second.kept.is_some());
        assert_eq!(second.rcode, Rcode::NxDomain);
    }

    #[test]
    fn addresses_are_shuffled_from_the_seed_and_aliases_stay_first() {
        let mut server = server(Preset::P3, &[1, 2, 3]);
        let query = Query::new("nginx.default.svc.cluster.local", Type::A);
        let mut orders = std::collections::BTreeSet::new();
        for second in 0..100 {
            let reply = server.ask(&query, at(second));
            assert_eq!(reply, server.clone().ask(&query, at(second)));
            orders.insert(
                reply
                    .answer
                    .iter()
                    .map(|it| it.data.as_address())
                    .collect::<Vec<_>>(),
            );
        }
        assert_eq!(orders.len(), 6, "every order of three comes up");
    }

    #[test]
    fn the_schema_version_is_cut_to_the_cache_s_life() {
        let query = Query::new("dns-version.cluster.local", Type::Txt);
        assert_eq!(server(Preset::P3, &[]).ask(&query, at(0)).answer[0].ttl, 30);
        assert_eq!(
            server(Preset::P1, &[]).ask(&query, at(0)).answer[0].ttl,
            28_800
        );
    }
}
