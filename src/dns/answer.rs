//! Answers as CoreDNS' `kubernetes` plugin gives them, version 1.14.7, without the plugins around it.
//!
//! Left out: zone transfers (refused, as without the `transfer` plugin).
//!
//! upstream: plugin/kubernetes/handler.go, kubernetes.go, ns.go and plugin/backend_lookup.go.

use core::net::IpAddr;

use super::finding::Finding;
use super::lookup::{Asked, Found};
use super::name::{self, Shapes, join};
use super::records::Records;
use super::reduced::Reduction;
use super::{Data, Query, Rcode, Record, Reply, Type};
use crate::api::{Kind, Object, Objects};
use crate::persistent::Map;
use crate::time::Time;
use crate::value::Text;

/// A chain of aliases ends after so many links.
const CHAIN_LIMIT: usize = 10;
/// The TTL of the schema version's record, which no option changes.
const VERSION_TTL: u32 = 28_800;

/// How names under `pod` are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PodMode {
    /// Not at all.
    #[default]
    Disabled,
    /// Any address is confirmed, whether a pod has it or not.
    Insecure,
    /// Only addresses of pods of that namespace.
    Verified,
}

/// The options of the `kubernetes` block of a Corefile.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The zones; the first that is no reverse zone is what PTR records point into. Each ends in a dot.
    pub zones: Vec<Text>,
    /// `namespaces`: only these; empty for all.
    pub namespaces: Vec<Text>,
    /// `pods`.
    pub pods: PodMode,
    /// `ttl`.
    pub ttl: u32,
    /// `ignore empty_service`.
    pub ignore_empty_service: bool,
    /// `endpoint_pod_names`.
    pub endpoint_pod_names: bool,
    /// `multicluster`: zones answered from ServiceImports.
    pub multicluster: Vec<Text>,
    /// `zonal`: names of a headless Service's endpoints in one topology zone.
    pub zonal: bool,
    /// `fallthrough`: zones whose unknown names are asked upstream.
    pub fallthrough: Vec<Text>,
    /// The server's own addresses.
    pub addresses: Vec<IpAddr>,
}

impl Options {
    /// The plugin's own defaults for a cluster domain.
    pub fn new(domain: &str) -> Self {
        Self {
            zones: vec![join(&[domain, ""])],
            namespaces: Vec::new(),
            pods: PodMode::Disabled,
            ttl: 5,
            ignore_empty_service: false,
            endpoint_pod_names: false,
            multicluster: Vec::new(),
            zonal: false,
            fallthrough: Vec::new(),
            addresses: Vec::new(),
        }
    }

    /// What kubeadm writes into the Corefile.
    pub fn kubeadm(domain: &str) -> Self {
        let reverse = ["in-addr.arpa.", "ip6.arpa."].map(Text::from);
        Self {
            zones: [join(&[domain, ""])]
                .into_iter()
                .chain(reverse.clone())
                .collect(),
            pods: PodMode::Insecure,
            ttl: 30,
            fallthrough: reverse.to_vec(),
            ..Self::new(domain)
        }
    }
}

/// The `kubernetes` plugin of one server: its options and what it knows of the cluster.
#[derive(Clone, Debug)]
pub struct Zone {
    /// The options it was started with.
    pub options: Options,
    /// What it knows.
    pub records: Records,
    /// What multicluster zones are answered from: ServiceImports, as if they were Services, and their slices.
    pub imports: Records,
    /// Whether it has read all objects; until then unknown names are SERVFAIL.
    pub synced: bool,
    /// Seconds since 1970 of the last change it knows, 0 before any.
    pub serial: u32,
}

/// Where aliases that leave the zone are resolved: the whole server, or nothing.
pub(crate) type Elsewhere<'a> = dyn FnMut(&Query) -> Option<Reply> + 'a;

/// The sections of a positive answer; `Err` means the name does not exist.
type Answered = Result<Sections, Finding>;

#[derive(Default)]
pub(super) struct Sections {
    pub answer: Vec<Record>,
    pub additional: Vec<Record>,
    pub truncated: bool,
    pub finding: Option<Finding>,
}

impl Zone {
    /// A server that knows nothing yet.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            records: Records::default(),
            imports: Records::default(),
            synced: true,
            serial: 0,
        }
    }

    /// A server that has read these objects.
    pub fn of(options: Options, objects: &Objects, now: Time) -> Self {
        let mut zone = Self::new(options);
        for kind in [
            Kind::Namespace,
            Kind::Service,
            Kind::EndpointSlice,
            Kind::Pod,
        ] {
            for object in objects.list(kind) {
                zone.apply(None, Some(object), now);
            }
        }
        zone
    }

    /// Follows a change of one object.
    pub fn apply(&mut self, before: Option<&Object>, after: Option<&Object>, now: Time) {
        let how = Reduction {
            endpoint_pod_names: self.options.endpoint_pod_names,
            pods: self.options.pods == PodMode::Verified,
            imported: false,
        };
        if self.records.apply(how, before, after) {
            self.serial = u32::try_from(now.unix_ns() / 1_000_000_000).unwrap_or(u32::MAX);
        }
    }

    /// Answers a query; nothing when no zone holds the name, or it falls through to the next plugin.
    pub fn answer(&self, query: &Query) -> Option<Reply> {
        self.answer_with(query, &mut |_| None)
    }

    /// Answers a query, resolving aliases that leave the zone through `elsewhere`.
    pub(crate) fn answer_with(
        &self,
        query: &Query,
        elsewhere: &mut Elsewhere<'_>,
    ) -> Option<Reply> {
        let lower = name::lower(&query.name);
        let asked = self.asked(query, &lower)?;
        let answered = match query.kind {
            Type::A | Type::Aaaa => self.addresses(&asked, &mut Vec::new(), elsewhere),
            Type::Srv => self.services(&asked),
            Type::Cname => self.alias(&asked),
            Type::Txt => self.text(&asked),
            Type::Ptr => self.pointers(&asked),
            Type::Soa => Ok(self.authority(&asked)),
            Type::Ns if lower == asked.zone => Ok(self.name_servers(&asked)),
            Type::Axfr | Type::Ixfr => {
                return Some(Reply::empty(Rcode::Refused, Finding::NoTransfer));
            }
            Type::Ns | Type::Mx | Type::Any | Type::Other(_) => self.no_data(&asked),
        };
        match answered {
            Ok(sections) => Some(self.reply(&asked, sections)),
            Err(_) if self.falls_through(&lower) => None,
            Err(_) if !self.synced => {
                Some(self.denial(&asked, Rcode::ServFail, Finding::NotSynced))
            }
            Err(finding) => Some(self.denial(&asked, Rcode::NxDomain, finding)),
        }
    }

    /// The query in the zone that holds its name, if one does.
    pub(super) fn asked<'a>(&self, query: &'a Query, lower: &'a str) -> Option<Asked<'a>> {
        let zone = self.zone_of(lower)?;
        Some(Asked {
            name: lower,
            query,
            zone: &query.name[lower.len() - zone.len()..],
            base: name::trim_zone(lower, zone)?,
            shapes: Shapes {
                is_multicluster: self.is_multicluster(zone),
                is_zonal: self.options.zonal,
            },
        })
    }

    /// The longest zone that holds the name.
    fn zone_of(&self, lower: &str) -> Option<&str> {
        let zones = self.options.zones.iter().map(Text::as_str);
        zones
            .filter(|it| name::trim_zone(lower, it).is_some())
            .max_by_key(|it| it.len())
    }

    /// upstream: isMultiClusterZone.
    pub(super) fn is_multicluster(&self, zone: &str) -> bool {
        self.options.multicluster.iter().any(|it| it == zone)
    }

    fn falls_through(&self, lower: &str) -> bool {
        let mut zones = self.options.fallthrough.iter();
        zones.any(|it| name::trim_zone(lower, it).is_some())
    }

    fn reply(&self, asked: &Asked<'_>, sections: Sections) -> Reply {
        let finding = sections.finding.unwrap_or(Finding::Node);
        if sections.answer.is_empty() {
            return self.denial(asked, Rcode::NoError, finding);
        }
        Reply {
            authoritative: true,
            truncated: sections.truncated,
            answer: sections.answer,
            additional: sections.additional,
            ..Reply::empty(Rcode::NoError, finding)
        }
    }

    fn denial(&self, asked: &Asked<'_>, rcode: Rcode, finding: Finding) -> Reply {
        Reply {
            authoritative: true,
            authority: vec![self.soa(asked.zone)],
            ..Reply::empty(rcode, finding)
        }
    }

    // One function per type.

    /// upstream: plugin.A and plugin.AAAA.
    fn addresses(
        &self,
        asked: &Asked<'_>,
        chain: &mut Vec<Text>,
        elsewhere: &mut Elsewhere<'_>,
    ) -> Answered {
        if asked.is_default_ns() {
            return Ok(self.own_addresses(asked));
        }
        let mut sections = Sections::default();
        match self.find(asked)? {
            Found::Nothing(finding) => sections.finding = Some(finding),
            Found::Alias { target, finding } => {
                sections = self.follow(asked, target, chain, elsewhere);
                sections.finding = Some(finding);
            }
            Found::Entries {
                entries, finding, ..
            } => {
                let mut seen = Map::default();
                let is_alone = entries.len() == 1;
                for entry in entries {
                    if is_asked(entry.address, asked.query.kind)
                        && (is_alone || seen.insert(entry.address, ()))
                    {
                        sections
                            .answer
                            .push(self.record(&asked.query.name, Data::address(entry.address)));
                    }
                }
                sections.finding = Some(finding);
            }
        }
        Ok(sections)
    }

    /// The alias and what it leads to; nothing at all when it leads nowhere.
    fn follow(
        &self,
        asked: &Asked<'_>,
        target: &Text,
        chain: &mut Vec<Text>,
        elsewhere: &mut Elsewhere<'_>,
    ) -> Sections {
        let next = Query::new(target.clone(), asked.query.kind);
        let lower = name::lower(&next.name);
        let mut sections = Sections::default();
        if lower == asked.name || chain.len() >= CHAIN_LIMIT || chain.contains(&lower) {
            return sections;
        }
        let link = self.record(&asked.query.name, Data::Cname(next.name.clone()));
        if let Some(base) = name::trim_zone(&lower, &asked.zone.to_ascii_lowercase()) {
            chain.push(lower.clone());
            let inner = Asked {
                name: &lower,
                query: &next,
                zone: asked.zone,
                base,
                shapes: asked.shapes,
            };
            let Ok(rest) = self.addresses(&inner, chain, elsewhere) else {
                return sections;
            };
            sections.truncated = rest.truncated;
            if !rest.answer.is_empty() {
                sections.answer.push(link);
                sections.answer.extend(rest.answer);
            }
        } else if let Some(reply) = elsewhere(&next) {
            sections.truncated = reply.truncated;
            sections.answer.push(link);
            sections.answer.extend(reply.answer);
        }
        sections
    }

    /// upstream: plugin.SRV.
    fn services(&self, asked: &Asked<'_>) -> Answered {
        let mut sections = Sections::default();
        if asked.is_default_ns() {
            sections.finding = Some(Finding::Authority);
            return Ok(sections);
        }
        let (entries, set, kind, finding) = match self.find(asked)? {
            Found::Nothing(finding) | Found::Alias { finding, .. } => {
                sections.finding = Some(finding);
                return Ok(sections);
            }
            Found::Entries {
                entries,
                set,
                kind,
                finding,
            } => (entries, set, kind, finding),
        };
        sections.finding = Some(finding);
        let weight = u16::try_from(100 / entries.len()).unwrap_or(0).max(1);
        let mut ports = Map::default();
        let mut addresses = Map::default();
        for entry in &entries {
            let Some(port) = entry.port else { continue };
            let is_new_port = ports.insert((entry.endpoint, port), ());
            let is_new_address = addresses.insert((entry.endpoint, entry.address), ());
            if !is_new_port && !is_new_address {
                continue;
            }
            let target = entry.owner(&set, kind, asked.zone);
            if is_new_port {
                let data = Data::Srv {
                    priority: 0,
                    weight,
                    port,
                    target: target.clone(),
                };
                sections.answer.push(self.record(&asked.query.name, data));
            }
            if is_new_address {
                sections
                    .additional
                    .push(self.record(&target, Data::address(entry.address)));
            }
        }
        Ok(sections)
    }

    /// upstream: plugin.CNAME.
    fn alias(&self, asked: &Asked<'_>) -> Answered {
        let mut sections = Sections::default();
        if asked.is_default_ns() {
            sections.finding = Some(Finding::Authority);
            return Ok(sections);
        }
        match self.find(asked)? {
            Found::Alias { target, finding } => {
                let target = Query::new(target.clone(), Type::Cname).name;
                sections
                    .answer
                    .push(self.record(&asked.query.name, Data::Cname(target)));
                sections.finding = Some(finding);
            }
            Found::Nothing(finding) | Found::Entries { finding, .. } => {
                sections.finding = Some(finding);
            }
        }
        Ok(sections)
    }

    /// upstream: plugin.TXT and Services; nodes without data do not exist for TXT, a quirk.
    fn text(&self, asked: &Asked<'_>) -> Answered {
        let mut sections = Sections::default();
        if asked.base == "dns-version" {
            sections.answer.push(Record {
                name: asked.query.name.clone(),
                ttl: VERSION_TTL,
                data: Data::Txt("1.1.0".into()),
            });
            sections.finding = Some(Finding::Version);
            return Ok(sections);
        }
        match self.find(asked)? {
            Found::Nothing(Finding::Node) => Err(Finding::Node),
            Found::Nothing(finding)
            | Found::Entries { finding, .. }
            | Found::Alias { finding, .. } => {
                sections.finding = Some(finding);
                Ok(sections)
            }
        }
    }

    /// upstream: plugin.PTR, Reverse and serviceRecordForIP.
    fn pointers(&self, asked: &Asked<'_>) -> Answered {
        let Some(address) = name::address_of_reverse(asked.name) else {
            return self.no_data(asked);
        };
        let mut names: Vec<Text> = Vec::new();
        let zone = self.primary_zone();
        let shows = |set: &str| {
            let namespace = set.split_once('.').map_or("", |it| it.1);
            self.options.namespaces.is_empty() || self.exposes(namespace)
        };
        let mut services = self.records.services_at(address).iter();
        if let Some(set) = services.find(|it| shows(it)) {
            names.push(join(&[set, "svc", zone]));
        } else {
            for slice in self
                .records
                .slices_at(address)
                .iter()
                .filter(|it| shows(&it.set))
            {
                for endpoint in slice.endpoints.iter().filter(|it| it.address == address) {
                    let name = join(&[&endpoint.name, &slice.set, "svc", zone]);
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
        if names.is_empty() {
            return Err(Finding::NoReverse { address });
        }
        let records = names.into_iter();
        Ok(Sections {
            answer: records
                .map(|it| self.record(&asked.query.name, Data::Ptr(it)))
                .collect(),
            finding: Some(Finding::Reverse { address }),
            ..Sections::default()
        })
    }

    /// The first zone that is no reverse zone.
    pub(super) fn primary_zone(&self) -> &str {
        let mut zones = self.options.zones.iter().map(Text::as_str);
        zones.find(|it| !it.ends_with(".arpa.")).unwrap_or(".")
    }

    /// Only whether the name exists.
    fn no_data(&self, asked: &Asked<'_>) -> Answered {
        let finding = if asked.is_default_ns() {
            Finding::Authority
        } else {
            match self.find(asked)? {
                Found::Nothing(finding)
                | Found::Entries { finding, .. }
                | Found::Alias { finding, .. } => finding,
            }
        };
        Ok(Sections {
            finding: Some(finding),
            ..Sections::default()
        })
    }

    pub(super) fn record(&self, name: &Text, data: Data) -> Record {
        Record {
            name: name.clone(),
            ttl: self.options.ttl,
            data,
        }
    }
}

pub(super) fn is_asked(address: IpAddr, kind: Type) -> bool {
    address.is_ipv4() == (kind == Type::A)
}
