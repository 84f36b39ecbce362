//! One DNS server: the `kubernetes` plugin and what a Corefile puts around it.
//!
//! Left out for now: the cache and loadbalance plugins (issue 5), so this is preset P3 of a kubeadm cluster, whose
//! cache keeps nothing of the cluster zone, with records in their own order.

use core::net::IpAddr;

use rpds::RedBlackTreeMapSync;

use super::answer::Zone;
use super::finding::Finding;
use super::{Data, Query, Rcode, Record, Reply, Soa};
use crate::value::Text;

/// Where a server asks for names it does not keep.
#[derive(Clone, Debug)]
pub enum Upstream {
    /// A resolver that knows these names (lower case, with final dot) and no others.
    Knows(RedBlackTreeMapSync<Text, Vec<IpAddr>>),
    /// Nobody answers there.
    Down,
}

impl Default for Upstream {
    fn default() -> Self {
        Self::Knows(RedBlackTreeMapSync::default())
    }
}

/// One DNS server.
#[derive(Clone, Debug)]
pub struct Server {
    /// The `kubernetes` plugin.
    pub zone: Zone,
    /// The `forward` plugin.
    pub upstream: Upstream,
}

impl Server {
    /// Answers a query.
    pub fn ask(&self, query: &Query) -> Reply {
        let mut elsewhere = |it: &Query| Some(self.upstream.ask(it));
        match self.zone.answer_with(query, &mut elsewhere) {
            Some(reply) => reply,
            None => self.upstream.ask(query),
        }
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
