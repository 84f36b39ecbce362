//! The apex of a zone: SOA, NS, and the server's own addresses.
//!
//! upstream: plugin/kubernetes/ns.go; plugin.SOA and plugin.NS of plugin/backend_lookup.go.

use core::net::IpAddr;

use super::answer::{Sections, Zone, is_asked};
use super::finding::Finding;
use super::lookup::Asked;
use super::name::join;
use super::reduced::Target;
use super::{Data, Record, Soa};
use crate::value::Text;

/// An SOA record is never kept longer than this.
const SOA_TTL_LIMIT: u32 = 300;

impl Zone {
    /// SOA at the apex; no data anywhere else, whether the name exists or not.
    pub(super) fn authority(&self, asked: &Asked<'_>) -> Sections {
        let is_apex = asked.query.name == asked.zone;
        Sections {
            answer: if is_apex {
                vec![self.soa(asked.zone)]
            } else {
                Vec::new()
            },
            finding: Some(Finding::Authority),
            ..Sections::default()
        }
    }

    pub(super) fn soa(&self, zone: &str) -> Record {
        Record {
            name: zone.into(),
            ttl: self.options.ttl.min(SOA_TTL_LIMIT),
            data: Data::Soa(Box::new(Soa {
                mname: join(&["ns.dns", zone]),
                rname: join(&["hostmaster", zone]),
                serial: self.serial,
                refresh: 7200,
                retry: 1800,
                expire: 86400,
                minimum: self.options.ttl,
            })),
        }
    }

    /// upstream: plugin.NS.
    pub(super) fn name_servers(&self, asked: &Asked<'_>) -> Sections {
        let mut sections = Sections::default();
        for (name, address) in self.servers(asked.zone) {
            let record = self.record(&asked.query.name, Data::Ns(name.clone()));
            if !sections.answer.contains(&record) {
                sections.answer.push(record);
            }
            sections
                .additional
                .push(self.record(&name, Data::address(address)));
        }
        sections.finding = Some(Finding::Authority);
        sections
    }

    pub(super) fn own_addresses(&self, asked: &Asked<'_>) -> Sections {
        let addresses = self.servers(asked.zone).into_iter().map(|it| it.1);
        Sections {
            answer: addresses
                .filter(|it| is_asked(*it, asked.query.kind))
                .map(|it| self.record(&asked.query.name, Data::address(it)))
                .collect(),
            finding: Some(Finding::Authority),
            ..Sections::default()
        }
    }

    /// The names and addresses of the Services that select this server; its own addresses where none does.
    ///
    /// upstream: nsAddrs.
    pub(crate) fn servers(&self, zone: &str) -> Vec<(Text, IpAddr)> {
        let mut servers = Vec::new();
        let mut is_selected = false;
        let slices = self
            .options
            .addresses
            .iter()
            .flat_map(|it| self.records.slices_at(*it));
        for slice in slices {
            is_selected = true;
            let set = self.records.set(&slice.set);
            match set.and_then(|it| it.service.as_ref()).map(|it| &it.target) {
                Some(Target::ClusterIps(addresses)) => {
                    let name = join(&[&slice.set, "svc", zone]);
                    servers.extend(addresses.iter().map(|it| (name.clone(), *it)));
                }
                Some(Target::Headless) => {
                    servers.extend(
                        slice
                            .endpoints
                            .iter()
                            .map(|it| (join(&[&it.name, &slice.set, "svc", zone]), it.address)),
                    );
                }
                Some(Target::ExternalName(_)) | None => {}
            }
        }
        if !is_selected {
            let name = join(&["ns.dns", zone]);
            servers.extend(self.options.addresses.iter().map(|it| (name.clone(), *it)));
        }
        servers
    }
}
