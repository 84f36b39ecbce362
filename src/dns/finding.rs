//! What a server found while it answered: the facts from which an answer or an absence is explained.
//!
//! Facts only; the sentences stand in the catalogue of reasons, and [`Finding::why`] leads there.

use core::net::IpAddr;

use crate::value::Text;
use crate::why::Why;

/// What decided an answer. `service` is `name.namespace`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// No zone of this server holds the name: it was asked upstream.
    NotOurs,
    /// The upstream server could not be reached.
    UpstreamDown,
    /// The name is the zone, `svc`, `pod` or a namespace: it exists and has no data of its own.
    Node,
    /// Authority data of the zone: SOA, NS and the server's own addresses.
    Authority,
    /// The schema version.
    Version,
    /// The labels cannot be a name of a cluster: too many, or neither `svc` nor `pod` before the zone.
    NoSuchShape,
    /// There is no such namespace.
    NoNamespace {
        /// The label that stands where a namespace is expected.
        namespace: Text,
    },
    /// There is no such Service.
    NoService {
        /// What was looked for.
        service: Text,
    },
    /// The Service has a cluster IP: it is answered whether pods are ready or not.
    ClusterIp {
        /// Which.
        service: Text,
    },
    /// Ready endpoints of a headless Service, or one of any Service's endpoints by its name.
    Endpoints {
        /// Which.
        service: Text,
    },
    /// The Service exists and has no ready endpoint.
    NoReadyEndpoint {
        /// Which.
        service: Text,
    },
    /// No ready endpoint has that name.
    NoSuchEndpoint {
        /// Of which Service.
        service: Text,
        /// The label asked for.
        endpoint: Text,
    },
    /// No port has that name and protocol.
    NoSuchPort {
        /// Of which Service.
        service: Text,
        /// The port's name.
        port: Text,
        /// The protocol.
        protocol: Text,
    },
    /// The Service is an alias.
    ExternalName {
        /// Which.
        service: Text,
        /// Of what.
        target: Text,
    },
    /// The Service is an alias whose value is an address, which no CNAME can hold, or something stands left of it.
    ExternalNameUnusable {
        /// Which.
        service: Text,
    },
    /// `ignore empty_service`: a cluster IP without ready endpoints is hidden.
    EmptyServiceIgnored {
        /// Which.
        service: Text,
    },
    /// A pod's address as a name.
    PodAddress,
    /// Names under `pod` are switched off.
    PodsDisabled,
    /// The label is no address, or (verified) no pod of the namespace has it.
    NoSuchPod,
    /// The address of a Service or of ready endpoints.
    Reverse {
        /// Which.
        address: IpAddr,
    },
    /// No Service and no ready endpoint has the address.
    NoReverse {
        /// Which.
        address: IpAddr,
    },
    /// Zone transfers are not allowed.
    NoTransfer,
    /// The name is not known yet: the server has not read all objects.
    NotSynced,
    /// Nobody answered.
    NoReply,
    /// A recorded answer: nothing is known of its making.
    Recorded,
}

impl Finding {
    /// What was found about that name, as a reason; nothing for a recorded answer.
    pub fn why(&self, name: &str) -> Option<Why> {
        let name = Text::from(name.strip_suffix('.').unwrap_or(name));
        Some(match self {
            Self::NotOurs => Why::DnsNotOurs { name },
            Self::UpstreamDown => Why::DnsUpstreamDown { name },
            Self::Node => Why::DnsNode { name },
            Self::Authority | Self::Version => Why::DnsAuthority { name },
            Self::NoSuchShape => Why::DnsNoSuchShape { name },
            Self::NoNamespace { namespace } => Why::DnsNoNamespace {
                name,
                namespace: namespace.clone(),
            },
            Self::NoService { service } => {
                let (service, namespace) = service.split_once('.').unwrap_or((service, ""));
                Why::DnsNoService {
                    name,
                    service: service.into(),
                    namespace: namespace.into(),
                }
            }
            Self::ClusterIp { service } => Why::DnsClusterIp {
                name,
                service: service.clone(),
            },
            Self::Endpoints { service } => Why::DnsEndpoints {
                name,
                service: service.clone(),
            },
            Self::NoReadyEndpoint { service } => Why::DnsNoReadyEndpoint {
                name,
                service: service.clone(),
            },
            Self::NoSuchEndpoint { service, endpoint } => Why::DnsNoSuchEndpoint {
                name,
                service: service.clone(),
                endpoint: endpoint.clone(),
            },
            Self::NoSuchPort {
                service,
                port,
                protocol,
            } => Why::DnsNoSuchPort {
                name,
                service: service.clone(),
                port: port.clone(),
                protocol: protocol.clone(),
            },
            Self::ExternalName { service, target } => Why::DnsExternalName {
                name,
                service: service.clone(),
                target: target.clone(),
            },
            Self::ExternalNameUnusable { service } => Why::DnsExternalNameUnusable {
                name,
                service: service.clone(),
            },
            Self::EmptyServiceIgnored { service } => Why::DnsEmptyService {
                name,
                service: service.clone(),
            },
            Self::PodAddress => Why::DnsPodAddress { name },
            Self::PodsDisabled | Self::NoSuchPod => Why::DnsNoSuchPod { name },
            Self::Reverse { address } => Why::DnsReverse {
                name,
                address: crate::text!("{address}"),
            },
            Self::NoReverse { address } => Why::DnsNoReverse {
                name,
                address: crate::text!("{address}"),
            },
            Self::NoTransfer => Why::DnsNoTransfer { name },
            Self::NotSynced => Why::DnsNotSynced { name },
            Self::NoReply => Why::DnsNoReply { name },
            Self::Recorded => return None,
        })
    }

    /// The Service it is about, as `name.namespace`.
    pub fn service(&self) -> Option<&Text> {
        match self {
            Self::NoReadyEndpoint { service }
            | Self::NoSuchEndpoint { service, .. }
            | Self::NoSuchPort { service, .. }
            | Self::NoService { service }
            | Self::ClusterIp { service }
            | Self::Endpoints { service } => Some(service),
            _ => None,
        }
    }
}
