//! What a server found while it answered: the facts from which an answer or an absence is explained.
//!
//! Facts only; the sentences stand in the catalogue of reasons.

use core::net::IpAddr;

use crate::value::Text;

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
    /// The Service exists and has no ready endpoint; [`super::Zone::left_out`] lists the others.
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

/// An endpoint that an answer leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The pod, empty for an endpoint written by hand.
    pub pod: Text,
    /// Its address.
    pub address: IpAddr,
    /// Why.
    pub reason: Reason,
}

/// Why an endpoint is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its pod is not Ready, and the Service does not publish such addresses.
    NotReady,
    /// Its pod is being deleted.
    Terminating,
    /// It is in DNS under another name: the pod's hostname and subdomain do not make it a name of this Service.
    OtherName {
        /// The name it has.
        name: Text,
    },
}
