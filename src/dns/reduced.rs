//! Services and EndpointSlices, reduced to what answers need.
//!
//! upstream: plugin/kubernetes/object/service.go and endpoint.go.

use core::net::IpAddr;

use super::name;
use crate::api::Object;
use crate::sort;
use crate::value::{Text, Value};

/// Pod names from this length on cannot be a label.
const LABEL_LIMIT: usize = 64;

/// A Service, reduced.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// What its name stands for.
    pub target: Target,
    /// Its ports; one without number where it has none.
    pub ports: Vec<Port>,
}

/// What the name of a Service stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// Its own addresses.
    ClusterIps(Vec<IpAddr>),
    /// The addresses of its endpoints.
    Headless,
    /// Another name.
    ExternalName(Text),
}

/// A port of a Service or a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name, may be empty.
    pub name: Text,
    /// `TCP`.
    pub protocol: Text,
    /// Its number; nothing for the port that stands for "no ports", which gives addresses but no SRV.
    pub number: Option<u16>,
}

/// An EndpointSlice, reduced to its ready addresses.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// `service.namespace`.
    pub set: Text,
    /// Its name.
    pub name: Text,
    /// Ready addresses, in the slice's order.
    pub endpoints: Vec<Endpoint>,
    /// The numbers of labels and the places of their endpoints, sorted.
    labels: Vec<(u32, usize)>,
    /// Its ports; one without number where it has none.
    pub ports: Vec<Port>,
}

/// A ready address.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Its label: hostname, or else the address with dashes.
    pub name: Text,
    /// The address.
    pub address: IpAddr,
    /// Its pod, empty where none is named.
    pub pod: Text,
    /// Its topology zone in lower case, empty where none is told.
    pub zone: Text,
}

/// How objects are reduced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reduction {
    /// The `endpoint_pod_names` option: endpoints without hostname are named after their pod.
    pub endpoint_pod_names: bool,
    /// Whether pods are kept: only the pod mode `verified` needs them.
    pub pods: bool,
    /// Whether slices come from a cluster set: they belong to ServiceImports, and their labels end in the cluster.
    pub imported: bool,
}

pub(super) fn set_key(service: &str, namespace: &str) -> Text {
    name::join(&[service, namespace]).to_lowercase()
}

impl Service {
    pub(super) fn reduce(object: &Object) -> Self {
        let spec = &object.value["spec"];
        let target = if spec["type"].as_str() == "ExternalName" {
            Target::ExternalName(spec["externalName"].as_str().into())
        } else {
            let listed = spec["clusterIPs"].items();
            let single = [spec["clusterIP"].clone()];
            let texts = if listed.is_empty() { &single } else { listed };
            if texts.iter().any(|it| it.as_str() == "None") {
                Target::Headless
            } else {
                Target::ClusterIps(
                    texts
                        .iter()
                        .filter_map(|it| it.as_str().parse().ok())
                        .collect(),
                )
            }
        };
        Self {
            target,
            ports: ports(&spec["ports"]),
        }
    }
}

/// upstream: an object without ports gets one with number -1.
fn ports(list: &Value) -> Vec<Port> {
    let mut ports: Vec<Port> = list
        .items()
        .iter()
        .map(|it| Port {
            name: it["name"].as_str().into(),
            protocol: it["protocol"]
                .text()
                .cloned()
                .unwrap_or_else(|| "TCP".into()),
            number: it["port"].as_int().and_then(|it| u16::try_from(it).ok()),
        })
        .collect();
    if ports.is_empty() {
        ports.push(Port {
            name: Text::new(),
            protocol: Text::new(),
            number: None,
        });
    }
    ports
}

impl Slice {
    pub(super) fn reduce(object: &Object, how: Reduction) -> Self {
        let labels = object.labels();
        let (service, cluster) = if how.imported {
            (
                labels["multicluster.kubernetes.io/service-name"].as_str(),
                labels["multicluster.kubernetes.io/source-cluster"].as_str(),
            )
        } else {
            (object.slice_service(), "")
        };
        let mut slice = Self {
            set: set_key(service, object.namespace()),
            name: object.name().into(),
            endpoints: Vec::new(),
            labels: Vec::new(),
            ports: ports(&object.value["ports"]),
        };
        for endpoint in object.value["endpoints"].items() {
            slice.add(endpoint, cluster, how);
        }
        let endpoints = slice.endpoints.iter();
        let labels = endpoints.map(|it| name::label_number(&it.name));
        slice.labels = labels.zip(0..).collect();
        sort::by(&mut slice.labels, Ord::cmp);
        slice
    }

    /// The numbers of its labels, in order.
    pub(super) fn label_numbers(&self) -> impl Iterator<Item = u32> {
        self.labels.iter().map(|it| it.0)
    }

    /// The endpoints of that label, whatever its case.
    pub(super) fn labelled(&self, label: &str) -> impl Iterator<Item = &Endpoint> {
        let number = name::label_number(label);
        let from = self.labels.partition_point(|it| it.0 < number);
        let alike = self.labels[from..]
            .iter()
            .take_while(move |it| it.0 == number);
        let endpoints = alike.map(|it| &self.endpoints[it.1]);
        endpoints.filter(move |it| it.name.eq_ignore_ascii_case(label))
    }

    /// upstream: EndpointSliceToEndpoints; only `ready` counts, and a missing one counts as ready.
    fn add(&mut self, endpoint: &Value, cluster: &str, how: Reduction) {
        if !endpoint["conditions"]["ready"].as_bool().unwrap_or(true) {
            return;
        }
        let pod = endpoint["targetRef"]["name"]
            .text()
            .cloned()
            .unwrap_or_default();
        let addresses = endpoint["addresses"].items().iter();
        for text in addresses.map(Value::as_str) {
            let Ok(address) = text.parse::<IpAddr>() else {
                continue;
            };
            let own = endpoint_name(endpoint["hostname"].as_str(), &pod, text, how);
            self.endpoints.push(Endpoint {
                name: match cluster {
                    "" => own,
                    _ => name::join(&[&own, cluster]),
                },
                address,
                pod: pod.clone(),
                zone: endpoint["zone"].as_str().to_lowercase().into(),
            });
        }
    }
}

/// The label of an endpoint.
///
/// upstream: endpointHostname.
fn endpoint_name(hostname: &str, pod: &str, address: &str, how: Reduction) -> Text {
    if !hostname.is_empty() {
        return hostname.into();
    }
    if how.endpoint_pod_names && !pod.is_empty() && pod.len() < LABEL_LIMIT {
        return pod.into();
    }
    let mut name: Text = address
        .chars()
        .map(|it| if matches!(it, '.' | ':') { '-' } else { it })
        .collect();
    if name.ends_with('-') {
        name.push('0');
    }
    name
}
