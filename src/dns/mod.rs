//! Cluster DNS: what a server answers, and how the resolvers in containers ask it.
//!
//! [`records`] keeps what a server knows of Services and EndpointSlices, [`answer`] answers from it as CoreDNS'
//! `kubernetes` plugin does, [`server`] puts the rest of the Corefile around it, [`resolv`] makes a pod's two files
//! and [`stub`] is the look-up code of the C libraries. Messages are values here; octets on a wire are not.
//!
//! Names are absolute, in presentation form and end in a dot, as CoreDNS handles them.

pub mod answer;
mod apex;
pub mod cache;
pub mod finding;
mod lookup;
pub(crate) mod name;
pub mod records;
pub mod reduced;
pub mod resolv;
pub mod server;
pub mod size;
pub mod stub;
mod transfer;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub use answer::{Options, PodMode, Zone};
pub use finding::Finding;

use crate::value::Text;

/// A record type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are DNS' own")]
pub enum Type {
    A,
    Ns,
    Cname,
    Soa,
    Ptr,
    Mx,
    Txt,
    Aaaa,
    Srv,
    Ixfr,
    Axfr,
    Any,
    /// A type no record of a cluster has, by its number.
    Other(u16),
}

const TYPES: [(Type, u16, &str); 12] = [
    (Type::A, 1, "A"),
    (Type::Ns, 2, "NS"),
    (Type::Cname, 5, "CNAME"),
    (Type::Soa, 6, "SOA"),
    (Type::Ptr, 12, "PTR"),
    (Type::Mx, 15, "MX"),
    (Type::Txt, 16, "TXT"),
    (Type::Aaaa, 28, "AAAA"),
    (Type::Srv, 33, "SRV"),
    (Type::Ixfr, 251, "IXFR"),
    (Type::Axfr, 252, "AXFR"),
    (Type::Any, 255, "ANY"),
];

/// Types that are asked for now and then and never held.
const OTHER_TYPES: [(u16, &str); 6] = [
    (13, "HINFO"),
    (35, "NAPTR"),
    (43, "DS"),
    (48, "DNSKEY"),
    (64, "SVCB"),
    (65, "HTTPS"),
];

impl Type {
    /// The type of that name, in any case; `TYPE65` works too.
    pub fn from_name(name: &str) -> Option<Self> {
        let known = TYPES.iter().find(|it| it.2.eq_ignore_ascii_case(name));
        let other = || {
            let listed = OTHER_TYPES
                .iter()
                .find(|it| it.1.eq_ignore_ascii_case(name))
                .map(|it| it.0);
            let numbered = || {
                name.get(..4)?
                    .eq_ignore_ascii_case("TYPE")
                    .then(|| name[4..].parse().ok())?
            };
            listed.or_else(numbered)
        };
        known
            .map(|it| it.0)
            .or_else(|| other().map(Self::from_number))
    }

    /// The type of that number.
    pub fn from_number(number: u16) -> Self {
        TYPES
            .iter()
            .find(|it| it.1 == number)
            .map_or(Self::Other(number), |it| it.0)
    }

    /// Its number on the wire.
    pub fn number(self) -> u16 {
        match self {
            Self::Other(number) => number,
            _ => TYPES.iter().find(|it| it.0 == self).map_or(0, |it| it.1),
        }
    }

    /// Its name in presentation form.
    pub fn name(self) -> Text {
        let number = self.number();
        let known = TYPES.iter().find(|it| it.0 == self).map(|it| it.2);
        let other = || OTHER_TYPES.iter().find(|it| it.0 == number).map(|it| it.1);
        match known.or_else(other) {
            Some(name) => name.into(),
            None => crate::text!("TYPE{number}"),
        }
    }
}

/// What a reply says of the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are DNS' own")]
pub enum Rcode {
    NoError,
    ServFail,
    NxDomain,
    NotImp,
    Refused,
}

impl Rcode {
    /// `NXDOMAIN`.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoError => "NOERROR",
            Self::ServFail => "SERVFAIL",
            Self::NxDomain => "NXDOMAIN",
            Self::NotImp => "NOTIMP",
            Self::Refused => "REFUSED",
        }
    }

    /// Its number on the wire.
    pub fn number(self) -> u8 {
        match self {
            Self::NoError => 0,
            Self::ServFail => 2,
            Self::NxDomain => 3,
            Self::NotImp => 4,
            Self::Refused => 5,
        }
    }
}

/// A question of class IN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Query {
    /// The name: `web-0.nginx.default.svc.cluster.local.`
    pub name: Text,
    /// The type.
    pub kind: Type,
}

impl Query {
    /// A question; a missing final dot is added.
    pub fn new(name: impl Into<Text>, kind: Type) -> Self {
        let mut name = name.into();
        if !name.ends_with('.') {
            name.push('.');
        }
        Self { name, kind }
    }

    /// The question for the name of an address.
    pub fn reverse(address: IpAddr) -> Self {
        Self {
            name: name::reverse(address),
            kind: Type::Ptr,
        }
    }
}

/// One record of class IN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its owner.
    pub name: Text,
    /// Seconds it may be kept.
    pub ttl: u32,
    /// Type and data.
    pub data: Data,
}

/// The data of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are DNS' own")]
pub enum Data {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Ns(Text),
    Cname(Text),
    Ptr(Text),
    Txt(Text),
    Srv {
        priority: u16,
        weight: u16,
        port: u16,
        target: Text,
    },
    Soa(Box<Soa>),
}

/// The data of an SOA record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are DNS' own")]
pub struct Soa {
    pub mname: Text,
    pub rname: Text,
    pub serial: u32,
    pub refresh: u32,
    pub retry: u32,
    pub expire: u32,
    pub minimum: u32,
}

impl Data {
    /// An A or AAAA record's data.
    pub fn address(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(it) => Self::A(it),
            IpAddr::V6(it) => Self::Aaaa(it),
        }
    }

    /// The address of an A or AAAA record.
    pub fn as_address(&self) -> Option<IpAddr> {
        match self {
            Self::A(it) => Some(IpAddr::V4(*it)),
            Self::Aaaa(it) => Some(IpAddr::V6(*it)),
            Self::Ns(_)
            | Self::Cname(_)
            | Self::Ptr(_)
            | Self::Txt(_)
            | Self::Srv { .. }
            | Self::Soa(_) => None,
        }
    }

    /// Its type.
    pub fn kind(&self) -> Type {
        match self {
            Self::A(_) => Type::A,
            Self::Aaaa(_) => Type::Aaaa,
            Self::Ns(_) => Type::Ns,
            Self::Cname(_) => Type::Cname,
            Self::Ptr(_) => Type::Ptr,
            Self::Txt(_) => Type::Txt,
            Self::Srv { .. } => Type::Srv,
            Self::Soa(_) => Type::Soa,
        }
    }
}

/// A reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// What it says of the name.
    pub rcode: Rcode,
    /// AA: it comes from the server that keeps the name (or from CoreDNS' cache, which says so too).
    pub authoritative: bool,
    /// RA: the server asks others for names it does not keep.
    pub recursion_available: bool,
    /// TC: it was cut to fit the packet.
    pub truncated: bool,
    /// How many octets its packet has, once it is in one.
    pub octets: usize,
    /// The answer section.
    pub answer: Vec<Record>,
    /// The authority section.
    pub authority: Vec<Record>,
    /// The additional section, without the OPT record.
    pub additional: Vec<Record>,
    /// Since when and until when it stands in the server's cache; nothing when it was made for this query.
    pub kept: Option<cache::Kept>,
    /// What the server found, so that every answer and every absence can be explained.
    pub why: Finding,
}

impl Reply {
    /// A reply without records.
    pub fn empty(rcode: Rcode, why: Finding) -> Self {
        Self {
            rcode,
            authoritative: false,
            recursion_available: false,
            truncated: false,
            octets: 0,
            answer: Vec::new(),
            authority: Vec::new(),
            additional: Vec::new(),
            kept: None,
            why,
        }
    }
}

/// What comes of asking a server.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A reply.
    Reply(Box<Reply>),
    /// Nothing: the packet was lost, or nobody is there to answer.
    Silent,
    /// The port is closed.
    Refused,
}
