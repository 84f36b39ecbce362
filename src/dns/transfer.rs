//! The whole zone as a list of records: a zone transfer, and what the page lists as "all names".
//!
//! A server without the `transfer` plugin refuses transfers; nothing in a kubeadm Corefile asks for it.
//!
//! upstream: plugin/kubernetes/xfr.go.

use super::answer::Zone;
use super::name::join;
use super::records::Set;
use super::reduced::{Port, Slice, Target};
use super::{Data, Query, Record, Type};
use crate::sort;
use crate::value::Text;

impl Zone {
    /// All records of a zone between two SOA records; the SOA alone for a client that has the current serial,
    /// nothing for a zone that is not ours. Names of pods and addresses, and the schema version, are left out.
    pub fn transfer(&self, zone: &str, client_serial: u32) -> Option<Vec<Record>> {
        if !self.options.zones.iter().any(|it| it == zone) {
            return None;
        }
        let soa = self.soa(zone);
        if client_serial != 0 && client_serial == self.serial {
            return Some(vec![soa]);
        }
        let mut records = vec![soa.clone()];
        let servers = self.servers(zone);
        for (at, (name, _)) in servers.iter().enumerate() {
            if !servers[..at].iter().any(|it| it.0 == *name) {
                records.push(self.record(&zone.into(), Data::Ns(name.clone())));
            }
        }
        records.extend(
            servers
                .iter()
                .map(|it| self.record(&it.0, Data::address(it.1))),
        );
        // By the Services' bare names, all namespaces mixed.
        let known = if self.is_multicluster(zone) {
            &self.imports
        } else {
            &self.records
        };
        let mut sets: Vec<(&Text, &Set)> = known.sets().collect();
        sort::by(&mut sets, |a, b| a.0.split('.').cmp(b.0.split('.')));
        for (key, set) in sets {
            let namespace = key.split_once('.').map_or("", |it| it.1);
            if self.exposes(namespace) {
                self.push_set(&mut records, &join(&[key, "svc", zone]), set);
            }
        }
        records.push(soa);
        Some(records)
    }

    /// The first record sets of `service.namespace`, in the first zone that is no reverse zone.
    pub fn sets_of(&self, service: &str, most: usize) -> Vec<(Text, Type, usize)> {
        let mut records = Vec::new();
        if let Some(set) = self.records.set(service) {
            let name = join(&[service, "svc", self.primary_zone()]);
            self.push_set(&mut records, &name, set);
        }
        let mut sets: Vec<(Text, Type, usize)> = Vec::new();
        for record in records {
            let kind = record.data.kind();
            let is_it = |it: &&mut (Text, Type, usize)| it.1 == kind && it.0 == record.name;
            if let Some(it) = sets.iter_mut().find(is_it) {
                it.2 += 1;
            } else if sets.len() < most {
                sets.push((record.name, kind, 1));
            }
        }
        sets
    }

    fn push_set(&self, records: &mut Vec<Record>, name: &Text, set: &Set) {
        let Some(service) = &set.service else {
            return;
        };
        match &service.target {
            Target::ExternalName(target) => {
                let target = Query::new(target.clone(), Type::Cname).name;
                records.push(self.record(name, Data::Cname(target)));
            }
            Target::ClusterIps(addresses) => {
                records.extend(
                    addresses
                        .iter()
                        .map(|it| self.record(name, Data::address(*it))),
                );
                for port in &service.ports {
                    if let Some(number) = port.number {
                        records.push(self.srv(name, 100, number, name));
                    }
                    self.push_named(records, name, port, 100, name);
                }
            }
            Target::Headless => {
                for slice in &set.slices {
                    self.push_slice(records, name, slice);
                }
            }
        }
    }

    fn push_slice(&self, records: &mut Vec<Record>, name: &Text, slice: &Slice) {
        let share = 100_usize
            .checked_div(slice.endpoints.len())
            .unwrap_or_default();
        let weight = u16::try_from(share).unwrap_or_default().max(1);
        for endpoint in &slice.endpoints {
            // Upstream leaves out the cluster here, a quirk.
            let label = endpoint.name.split('.').next().unwrap_or("");
            let own = join(&[label, name]);
            let data = Data::address(endpoint.address);
            records.push(self.record(name, data.clone()));
            records.push(self.record(&own, data));
            for port in &slice.ports {
                self.push_named(records, name, port, weight, &own);
            }
        }
    }

    fn push_named(
        &self,
        records: &mut Vec<Record>,
        name: &Text,
        port: &Port,
        weight: u16,
        target: &Text,
    ) {
        if let Some(number) = port.number.filter(|_| !port.name.is_empty()) {
            let owner: Text = ["_", &port.name, "._", &port.protocol, "."].concat().into();
            let owner = [owner.to_ascii_lowercase().as_str(), name].concat().into();
            records.push(self.srv(&owner, weight, number, target));
        }
    }

    fn srv(&self, owner: &Text, weight: u16, port: u16, target: &Text) -> Record {
        let data = Data::Srv {
            priority: 0,
            weight,
            port,
            target: target.clone(),
        };
        self.record(owner, data)
    }
}
