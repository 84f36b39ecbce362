//! What a name stands for: a node, addresses with ports, an alias, or nothing, and then why not.
//!
//! upstream: plugin/kubernetes/kubernetes.go.

use core::net::IpAddr;

use super::Query;
use super::answer::{PodMode, Zone};
use super::finding::Finding;
use super::name::{self, Request, Shapes, join};
use super::records::{Records, Set};
use super::reduced::{Endpoint, Port, Slice, Target};
use crate::value::Text;

/// One candidate for an answer.
pub(super) struct Entry<'a> {
    /// The endpoint's label; nothing for a Service's own address.
    pub endpoint: Option<&'a str>,
    pub address: IpAddr,
    /// Nothing: no port, so an address but no SRV.
    pub port: Option<u16>,
}

/// What a name stands for.
pub(super) enum Found<'a> {
    /// It exists and has no data.
    Nothing(Finding),
    Entries {
        entries: Vec<Entry<'a>>,
        /// What their names end in, before `svc` or `pod` and the zone: `nginx.default`.
        set: Text,
        kind: &'static str,
        finding: Finding,
    },
    Alias {
        target: &'a Text,
        finding: Finding,
    },
}

/// A query in one zone.
pub(super) struct Asked<'a> {
    /// In lower case.
    pub name: &'a str,
    pub query: &'a Query,
    /// The zone as the query spells it.
    pub zone: &'a str,
    /// What stands left of the zone, in lower case.
    pub base: &'a str,
    /// Which names the zone has.
    pub shapes: Shapes,
}

impl Entry<'_> {
    /// The name that has its record.
    pub(super) fn owner(&self, set: &str, kind: &str, zone: &str) -> Text {
        match self.endpoint {
            Some(endpoint) => join(&[endpoint, set, kind, zone]),
            None => join(&[set, kind, zone]),
        }
    }
}

impl Asked<'_> {
    /// Whether the query is for `ns.dns.ZONE`.
    ///
    /// upstream: isDefaultNS, which compares the lower-cased name with the zone as spelled, a quirk.
    pub(super) fn is_default_ns(&self) -> bool {
        self.base == "ns.dns" && self.name.ends_with(self.zone)
    }
}

impl Zone {
    /// upstream: Records.
    pub(super) fn find(&self, asked: &Asked<'_>) -> Result<Found<'_>, Finding> {
        let request = name::parse(asked.base, asked.shapes).ok_or(Finding::NoSuchShape)?;
        if request.kind.is_empty() {
            return Ok(Found::Nothing(Finding::Node));
        }
        if name::is_reverse(asked.name) {
            return Err(Finding::NoSuchShape);
        }
        if !self.exposes(request.namespace) {
            return Err(Finding::NoNamespace {
                namespace: request.namespace.into(),
            });
        }
        match request.kind {
            "pod" => self.find_pod(&request),
            _ if request.service.is_empty() => Ok(Found::Nothing(Finding::Node)),
            _ if asked.shapes.is_multicluster => self.find_service(&self.imports, &request),
            _ => self.find_service(&self.records, &request),
        }
    }

    /// Whether the options show a namespace of that name, be there one or not.
    pub(crate) fn configures(&self, namespace: &str) -> bool {
        let listed = &self.options.namespaces;
        listed.is_empty() || listed.iter().any(|it| it == namespace)
    }

    /// upstream: namespaceExposed.
    pub(crate) fn exposes(&self, namespace: &str) -> bool {
        self.configures(namespace) && self.records.has_namespace(namespace)
    }

    /// What stands behind a name: addresses or an alias' target, each with the name that has the record.
    ///
    /// upstream: Services.
    pub fn behind(&self, query: &Query) -> Vec<(Text, Text)> {
        let lower = name::lower(&query.name);
        let Some(asked) = self.asked(query, &lower) else {
            return Vec::new();
        };
        match self.find(&asked) {
            Ok(Found::Alias { target, .. }) => vec![(target.clone(), query.name.clone())],
            Ok(Found::Entries {
                entries, set, kind, ..
            }) => {
                let owner = |it: &Entry<'_>| it.owner(&set, kind, asked.zone);
                let list = entries.iter();
                list.map(|it| (it.address.to_string().into(), owner(it)))
                    .collect()
            }
            Ok(Found::Nothing(_)) | Err(_) => Vec::new(),
        }
    }

    /// upstream: findPods.
    fn find_pod(&self, request: &Request<'_>) -> Result<Found<'_>, Finding> {
        let label = request.service;
        if self.options.pods == PodMode::Disabled {
            return Err(Finding::PodsDisabled);
        }
        if label.is_empty() {
            return Ok(Found::Nothing(Finding::Node));
        }
        let is_v4 = label.bytes().filter(|it| *it == b'-').count() == 3 && !label.contains("--");
        let text = label.replace('-', if is_v4 { "." } else { ":" });
        let address: IpAddr = text.parse().map_err(|_| Finding::NoSuchPod)?;
        let verified = self.options.pods == PodMode::Verified;
        if verified && !self.records.has_pod(request.namespace, address) {
            return Err(Finding::NoSuchPod);
        }
        Ok(Found::Entries {
            entries: vec![Entry {
                endpoint: None,
                address,
                port: Some(0),
            }],
            set: request.set.into(),
            kind: "pod",
            finding: Finding::PodAddress,
        })
    }

    /// upstream: findServices, findMultiClusterServices.
    fn find_service<'a>(
        &self,
        records: &'a Records,
        request: &Request<'_>,
    ) -> Result<Found<'a>, Finding> {
        let service = || Text::from(request.set);
        let set = records.set(request.set);
        let Some((set, target, ports)) =
            set.and_then(|set| set.service.as_ref().map(|it| (set, &it.target, &it.ports)))
        else {
            return Err(Finding::NoService { service: service() });
        };
        let by_endpoint = !request.endpoint.is_empty();
        let is_zonal = !request.zone.is_empty();
        let found = match target {
            Target::ExternalName(_) | Target::ClusterIps(_) if is_zonal => {
                return Err(Finding::NoSuchShape);
            }
            Target::ExternalName(target) => return external(target, request),
            Target::ClusterIps(_)
                if self.options.ignore_empty_service
                    && set.slices.iter().all(|it| it.endpoints.is_empty()) =>
            {
                return Err(Finding::EmptyServiceIgnored { service: service() });
            }
            Target::ClusterIps(addresses) if !by_endpoint => {
                let ports = ports.iter().filter(|it| matches(it, request));
                let entries = ports.flat_map(|port| {
                    addresses.iter().map(|it| Entry {
                        endpoint: None,
                        address: *it,
                        port: port.number,
                    })
                });
                (entries.collect(), Finding::ClusterIp { service: service() })
            }
            Target::ClusterIps(_) | Target::Headless => (
                endpoint_entries(set, request),
                Finding::Endpoints { service: service() },
            ),
        };
        let (entries, finding): (Vec<Entry<'_>>, Finding) = found;
        if entries.is_empty() {
            // A zone without endpoints is there all the same, drained or mistyped.
            let absence = absence(set, request);
            return if is_zonal {
                Ok(Found::Nothing(absence))
            } else {
                Err(absence)
            };
        }
        Ok(Found::Entries {
            entries,
            set: request.set.into(),
            kind: "svc",
            finding,
        })
    }
}

/// upstream: matchPortAndProtocol; empty matches anything.
fn matches(port: &Port, request: &Request<'_>) -> bool {
    let same = |asked: &str, it: &str| asked.is_empty() || asked.eq_ignore_ascii_case(it);
    same(request.port, &port.name) && same(request.protocol, &port.protocol)
}

fn endpoint_entries<'a>(set: &'a Set, request: &Request<'_>) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    let label = request.endpoint;
    for slice in set.slices_with(label) {
        let add = |endpoint: &'a Endpoint| {
            if request.zone.is_empty() || endpoint.zone == request.zone {
                let ports = slice.ports.iter().filter(|it| matches(it, request));
                entries.extend(ports.map(|port| Entry {
                    endpoint: Some(&endpoint.name),
                    address: endpoint.address,
                    port: port.number,
                }));
            }
        };
        if label.is_empty() {
            slice.endpoints.iter().for_each(add);
        } else {
            slice.labelled(label).for_each(add);
        }
    }
    if entries.is_empty() && request.prefers {
        let everywhere = Request {
            prefers: false,
            zone: "",
            ..*request
        };
        return endpoint_entries(set, &everywhere);
    }
    entries
}

fn external<'a>(target: &'a Text, request: &Request<'_>) -> Result<Found<'a>, Finding> {
    let service = Text::from(request.set);
    let stands_alone =
        request.endpoint.is_empty() && request.port.is_empty() && request.protocol.is_empty();
    if !stands_alone || target.parse::<IpAddr>().is_ok() {
        return Err(Finding::ExternalNameUnusable { service });
    }
    Ok(Found::Alias {
        target,
        finding: Finding::ExternalName {
            service,
            target: target.clone(),
        },
    })
}

/// Why nothing of an existing Service matched.
fn absence(set: &Set, request: &Request<'_>) -> Finding {
    let service = Text::from(request.set);
    let is_ready = |it: &Slice| !it.endpoints.is_empty();
    let is_headless = set
        .service
        .as_ref()
        .is_some_and(|it| it.target == Target::Headless);
    if !request.endpoint.is_empty() {
        Finding::NoSuchEndpoint {
            service,
            endpoint: request.endpoint.into(),
        }
    } else if is_headless && !set.slices.iter().any(|it| is_ready(it)) {
        Finding::NoReadyEndpoint { service }
    } else {
        Finding::NoSuchPort {
            service,
            port: request.port.into(),
            protocol: request.protocol.into(),
        }
    }
}
