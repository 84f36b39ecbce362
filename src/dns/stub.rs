//! How the C libraries in containers look names up: search lists, ndots, what ends a search and what does not.
//!
//! uClibc-ng 1.0 (busybox:1.28), glibc 2.36 and musl 1.2, as measured. Left out: several threads, `rotate`,
//! `single-request`, and nsswitch other than `files dns`.

use core::net::IpAddr;

use super::cache::Kept;
use super::finding::Finding;
use super::resolv::{Hosts, ResolvConf};
use super::size;
use super::{Data, Outcome, Query, Rcode, Reply, Type};
use crate::sort;
use crate::time::Duration;
use crate::value::Text;

/// How long every library waits for one packet.
const TIMEOUT: Duration = Duration::s(5);
/// How often uClibc goes through its whole list when the last answer was an error.
const UCLIBC_ROUNDS: usize = 4;
/// How often glibc sends a query before it goes on.
const GLIBC_TRIES: usize = 2;
/// How often musl sends what is not answered.
const MUSL_SENDS: usize = 2;
/// How often musl asks at once, as long as errors come back.
const MUSL_TRIES: usize = 3;

/// Which C library resolves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are their own")]
pub enum Library {
    Uclibc,
    Glibc,
    Musl,
}

/// The network as a client sees it: a server's address and a query give an outcome.
pub type Network<'a> = dyn FnMut(&str, &Query) -> Outcome + 'a;

/// One query that was sent and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The server asked.
    pub server: Text,
    /// What was asked.
    pub query: Query,
    /// Over TCP.
    pub over_tcp: bool,
    /// What the reply said; nothing when there was none.
    pub rcode: Option<Rcode>,
    /// How many records the answer section had.
    pub records: usize,
    /// What the server found.
    pub why: Finding,
    /// Since when and until when the server keeps this reply.
    pub kept: Option<Kept>,
}

/// A container's side of name resolution.
pub struct Client<'a> {
    /// Its `/etc/resolv.conf`.
    pub resolv: ResolvConf,
    /// Its `/etc/hosts`.
    pub hosts: Hosts,
    /// Its C library.
    pub library: Library,
    /// Whether queries are sent over TCP.
    pub over_tcp: bool,
    /// The longest reply over UDP it says it takes, and the octets of the OPT record in that reply.
    pub edns: (usize, usize),
    /// Whether it asks again over TCP for what did not fit, if it is musl: glibc always does, uClibc never.
    pub retries_tcp: bool,
    /// All that was asked, in order.
    pub tried: Vec<Attempt>,
    /// The time spent waiting for servers that did not answer.
    pub waited: Duration,
    network: &'a mut Network<'a>,
}

/// What a look-up gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The addresses, in the order the library returns them.
    pub addresses: Vec<IpAddr>,
    /// The canonical name, without final dot.
    pub canonical: Text,
    /// Other names, without final dot.
    pub aliases: Vec<Text>,
}

impl<'a> Client<'a> {
    /// A client that has asked nothing yet.
    pub fn new(
        resolv: ResolvConf,
        hosts: Hosts,
        library: Library,
        network: &'a mut Network<'a>,
    ) -> Self {
        Self {
            resolv,
            hosts,
            library,
            over_tcp: false,
            edns: (size::PLAIN, 0),
            retries_tcp: false,
            tried: Vec::new(),
            waited: Duration::default(),
            network,
        }
    }

    /// A client without files, of a program that looks up nothing.
    pub fn blind(network: &'a mut Network<'a>) -> Self {
        let (resolv, hosts) = (ResolvConf::default(), Hosts::default());
        Self::new(resolv, hosts, Library::Glibc, network)
    }

    /// Sends one query to the first server that answers; the time a silent one costs is the caller's to count.
    pub fn send(&mut self, query: &Query) -> Outcome {
        let mut outcome = Outcome::Refused;
        for at in 0..self.resolv.nameservers.len() {
            let server = self.resolv.nameservers[at].clone();
            outcome = self.send_to(&server, query);
            if matches!(outcome, Outcome::Reply(_)) {
                break;
            }
        }
        outcome
    }

    /// Sends one query to one server.
    pub fn send_to(&mut self, server: &Text, query: &Query) -> Outcome {
        let mut outcome = (self.network)(server, query);
        let (udp, opt) = self.edns;
        let limit = if self.over_tcp { size::TCP } else { udp };
        let reply = match &mut outcome {
            Outcome::Reply(it) => {
                size::fit(query, it, limit, opt);
                Some(it)
            }
            Outcome::Silent | Outcome::Refused => None,
        };
        self.tried.push(Attempt {
            server: server.clone(),
            query: query.clone(),
            over_tcp: self.over_tcp,
            rcode: reply.as_ref().map(|it| it.rcode),
            records: reply.as_ref().map_or(0, |it| it.answer.len()),
            kept: reply.as_ref().and_then(|it| it.kept),
            why: reply.map_or(Finding::NoReply, |it| it.why.clone()),
        });
        outcome
    }

    /// All addresses of a name, of both families: `getaddrinfo`.
    pub fn addresses(&mut self, name: &str) -> Option<Found> {
        if let Ok(address) = name.parse() {
            return Some(Found {
                addresses: vec![address],
                canonical: name.into(),
                aliases: Vec::new(),
            });
        }
        match self.library {
            Library::Uclibc => {
                let v6 = self.family(name, Type::Aaaa);
                let v4 = self.family(name, Type::A);
                merge(v6, v4)
            }
            Library::Glibc => self
                .in_hosts(name, &[Type::Aaaa, Type::A])
                .or_else(|| self.glibc(name, &[Type::A, Type::Aaaa]))
                .map(|mut found| {
                    sort::by_key(&mut found.addresses, IpAddr::is_ipv4);
                    found
                }),
            Library::Musl => self
                .in_hosts(name, &[Type::A, Type::Aaaa])
                .or_else(|| self.musl(name)),
        }
    }

    /// The addresses of one family: `gethostbyname2`.
    pub fn family(&mut self, name: &str, kind: Type) -> Option<Found> {
        if let Some(found) = self.in_hosts(name, &[kind]) {
            return Some(found);
        }
        match self.library {
            Library::Uclibc => self.uclibc(name, kind),
            Library::Glibc => self.glibc(name, &[kind]),
            Library::Musl => self.musl(name).filter(|found| {
                found
                    .addresses
                    .iter()
                    .any(|it| it.is_ipv4() == (kind == Type::A))
            }),
        }
    }

    /// The name of an address: `getnameinfo`, without final dot.
    pub fn name_of(&mut self, address: IpAddr) -> Option<Text> {
        if let Some(name) = self.hosts.names(address).first() {
            return Some(name.clone());
        }
        let query = Query::reverse(address);
        let reply = match self.library {
            Library::Uclibc => self.retried(&query, UCLIBC_ROUNDS),
            Library::Glibc => self.retried(&query, GLIBC_TRIES),
            Library::Musl => self.musl_send(&[query]).pop().flatten(),
        }?;
        let mut names = reply.answer.iter().filter_map(|it| match &it.data {
            Data::Ptr(name) => Some(without_dot(name)),
            _ => None,
        });
        match self.library {
            Library::Uclibc | Library::Glibc => names.next(),
            Library::Musl => names.next_back(),
        }
    }

    /// One query, sent again on errors and silence; nothing if that never gave a usable reply.
    fn retried(&mut self, query: &Query, tries: usize) -> Option<Box<Reply>> {
        for _ in 0..tries {
            match self.send(query) {
                Outcome::Reply(reply) if reply.rcode == Rcode::ServFail => {}
                Outcome::Reply(reply) => return Some(reply),
                Outcome::Silent => self.wait(TIMEOUT),
                Outcome::Refused => return None,
            }
        }
        None
    }

    /// Counts time spent on a server that did not answer.
    pub fn wait(&mut self, time: Duration) {
        self.waited = Duration::ms(self.waited.ms + time.ms);
    }

    /// What `/etc/hosts` says of a name.
    pub fn in_hosts(&self, name: &str, kinds: &[Type]) -> Option<Found> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let mut found = Found::default();
        for kind in kinds {
            let is_asked = |it: &IpAddr| it.is_ipv4() == (*kind == Type::A);
            found
                .addresses
                .extend(self.hosts.addresses(name).filter(is_asked));
        }
        let first = *found.addresses.first()?;
        let names = self.hosts.names(first);
        found.canonical = names.first()?.clone();
        found.aliases = names[1..].to_vec();
        Some(found)
    }

    /// The names a search tries, in order.
    fn candidates(&self, name: &str) -> Vec<Text> {
        let as_is = Query::new(name, Type::A).name;
        let listed = self
            .resolv
            .search
            .iter()
            .map(|it| super::name::join(&[name, it, ""]));
        match self.lists_first(name) {
            None => vec![as_is],
            Some(false) => [as_is].into_iter().chain(listed).collect(),
            Some(true) => listed.chain([as_is]).collect(),
        }
    }

    /// Whether the search list is tried before the name as it is; nothing if it is not used at all.
    pub fn lists_first(&self, name: &str) -> Option<bool> {
        let dots = name.bytes().filter(|it| *it == b'.').count();
        let is_listed_first = dots < self.ndots();
        let is_only_as_is = name.ends_with('.')
            || self.resolv.search.is_empty()
            || (self.library == Library::Musl && !is_listed_first);
        (!is_only_as_is).then_some(is_listed_first)
    }

    /// From how many dots on a name is tried as it is first; uClibc knows no such option.
    pub fn ndots(&self) -> usize {
        match self.library {
            Library::Uclibc => 1,
            Library::Glibc | Library::Musl => self.resolv.ndots(),
        }
    }

    /// upstream: uClibc-ng __dns_lookup. An error at the end of the list, or silence, starts the list again.
    fn uclibc(&mut self, name: &str, kind: Type) -> Option<Found> {
        let candidates = self.candidates(name);
        for _ in 0..UCLIBC_ROUNDS {
            let mut last = None;
            for candidate in &candidates {
                match self.send(&Query::new(candidate.clone(), kind)) {
                    Outcome::Reply(reply) if reply.rcode == Rcode::NoError => {
                        return read(&reply, candidate);
                    }
                    Outcome::Reply(reply) => last = Some(reply.rcode),
                    Outcome::Silent => {
                        self.wait(TIMEOUT);
                        last = None;
                        break;
                    }
                    Outcome::Refused => return None,
                }
            }
            if last == Some(Rcode::NxDomain) {
                return None;
            }
        }
        None
    }

    /// upstream: glibc res_nsearch and res_nsend; a silent server ends the list, but the name as it is is tried.
    fn glibc(&mut self, name: &str, kinds: &[Type]) -> Option<Found> {
        let mut candidates = self.candidates(name);
        while !candidates.is_empty() {
            let candidate = candidates.remove(0);
            let mut found = Vec::new();
            let mut is_silent = false;
            for _ in 0..GLIBC_TRIES {
                is_silent = false;
                // What is truncated is asked again over TCP, and with it the other type.
                loop {
                    for kind in kinds {
                        match self.send(&Query::new(candidate.clone(), *kind)) {
                            Outcome::Reply(reply) if reply.rcode == Rcode::ServFail => {}
                            Outcome::Reply(reply) => found.push(reply),
                            Outcome::Silent => is_silent = true,
                            Outcome::Refused => return None,
                        }
                    }
                    self.over_tcp = !self.over_tcp && found.iter().any(|it| it.truncated);
                    if !self.over_tcp {
                        break;
                    }
                    found.clear();
                }
                if is_silent {
                    self.wait(TIMEOUT);
                }
                if !found.is_empty() {
                    break;
                }
            }
            let gathered = found.iter().filter_map(|it| read(it, &candidate));
            if let Some(found) = gathered.reduce(join_found) {
                return Some(found);
            }
            if is_silent && candidates.len() > 1 {
                candidates.drain(..candidates.len() - 1);
            }
        }
        None
    }

    /// upstream: musl name_from_dns_search and res_msend; the A reply decides whether the search goes on.
    fn musl(&mut self, name: &str) -> Option<Found> {
        for candidate in self.candidates(name) {
            let queries = [Type::A, Type::Aaaa].map(|it| Query::new(candidate.clone(), it));
            let replies = self.musl_send(&queries);
            let gathered = replies
                .iter()
                .flatten()
                .filter_map(|it| read(it, &candidate));
            if let Some(found) = gathered.reduce(join_found) {
                return Some(found);
            }
            if replies[0].as_ref()?.rcode != Rcode::NxDomain {
                return None;
            }
        }
        None
    }

    /// upstream: musl res_msend. Errors are no replies: each is asked about again at once, in all twice a query,
    /// and what is still open after half the time is sent once more.
    fn musl_send(&mut self, queries: &[Query]) -> Vec<Option<Box<Reply>>> {
        let mut replies: Vec<Option<Box<Reply>>> = queries.iter().map(|_| None).collect();
        for _ in 0..MUSL_SENDS {
            for _ in 0..MUSL_TRIES {
                for (query, reply) in queries.iter().zip(&mut replies) {
                    if reply.is_some() {
                        continue;
                    }
                    match self.send(query) {
                        Outcome::Reply(it) if it.rcode == Rcode::ServFail => {}
                        Outcome::Reply(it) => *reply = Some(it),
                        Outcome::Silent => {}
                        Outcome::Refused => return replies,
                    }
                    let is_cut = reply.as_ref().is_some_and(|it| it.truncated);
                    if is_cut && self.retries_tcp {
                        self.over_tcp = true;
                        if let Outcome::Reply(it) = self.send(query) {
                            *reply = Some(it);
                        }
                        self.over_tcp = false;
                    }
                }
            }
            if replies.iter().all(Option::is_some) {
                break;
            }
            self.wait(Duration::ms(TIMEOUT.ms / 2));
        }
        replies
    }
}

/// Addresses and names of a positive reply; nothing when it holds no address.
fn read(reply: &Reply, asked: &Text) -> Option<Found> {
    if reply.rcode != Rcode::NoError {
        return None;
    }
    let mut found = Found {
        canonical: without_dot(asked),
        ..Found::default()
    };
    for record in &reply.answer {
        if let Some(address) = record.data.as_address() {
            found.addresses.push(address);
        } else if let Data::Cname(target) = &record.data {
            found.aliases.push(without_dot(&record.name));
            found.canonical = without_dot(target);
        }
    }
    (!found.addresses.is_empty()).then_some(found)
}

fn merge(first: Option<Found>, second: Option<Found>) -> Option<Found> {
    match (first, second) {
        (Some(first), Some(second)) => Some(join_found(first, second)),
        (first, second) => first.or(second),
    }
}

fn join_found(mut first: Found, second: Found) -> Found {
    first.addresses.extend(second.addresses);
    first
}

/// The name as programs print it.
pub fn without_dot(name: &str) -> Text {
    name.strip_suffix('.').unwrap_or(name).into()
}
