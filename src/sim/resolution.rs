//! How a name resolves at one moment and why: which names are tried, what the server finds, which pods it leaves out.
//!
//! A look and nothing more: what is asked here stays in no cache.

use core::net::IpAddr;
use std::sync::Arc;

use super::lookup::network;
use super::world::World;
use crate::api::{Key, Kind, Object};
use crate::dns::resolv::ResolvConf;
use crate::dns::stub::{Attempt, Client, Library, without_dot};
use crate::dns::{Finding, Type};
use crate::programs::image::Image;
use crate::value::{Text, Value};
use crate::why::Why;
use crate::{array, object};

/// The most pods that are named as left out, and the most record sets that are listed.
const LISTED_MAX: usize = 100;

/// How a name resolves.
#[derive(Clone, Debug)]
pub struct Resolution {
    /// The name, as it was given.
    pub name: Text,
    /// The C library that looks it up.
    pub library: &'static str,
    /// The `/etc/resolv.conf` it reads.
    pub resolv: ResolvConf,
    /// How it goes about it.
    pub how: Why,
    /// What it asks, in order.
    pub tried: Vec<Attempt>,
    /// The addresses it finds; for an address, its name.
    pub found: Vec<Text>,
    /// The record sets of the Services that were met: name, type, number of records.
    pub sets: Vec<(Text, Type, usize)>,
    /// What is not answered with, and why.
    pub left_out: Vec<(Key, Why)>,
}

impl World {
    /// Looks a name up as a program in that pod would, or in some pod of the namespace `default` that is no object.
    ///
    /// # Errors
    /// kubectl's words when there is no such pod. The pod is `POD`, `pod/POD` or `NAMESPACE/POD`.
    pub fn resolve(&self, name: &str, from: &str) -> Result<Resolution, Text> {
        let pod = self.client(from)?;
        let config = &self.config;
        let image = pod.containers().first();
        let image = Image::parse(image.map_or("", |it| it["image"].as_str()));
        let mut dns = self.dns.clone();
        let is_cut_off = self.is_cut_off(&pod);
        let mut network = network(&mut dns, config, self.now, is_cut_off);
        let mut client = image.client(&pod, config, &mut network);
        let how = how(name, &client, pod.name());
        let found = match name.parse() {
            Ok(address) => client.name_of(address).into_iter().collect(),
            Err(_) => {
                let found = client.addresses(name).unwrap_or_default();
                let list = found.addresses.iter();
                list.map(|it| crate::text!("{it}")).collect()
            }
        };
        let Client {
            library,
            resolv,
            tried,
            ..
        } = client;
        let (mut sets, mut left_out) = (Vec::new(), Vec::new());
        let mut services: Vec<&Text> = Vec::new();
        for finding in tried.iter().map(|it| &it.why) {
            if let Some(service) = finding.service().filter(|it| !services.contains(it)) {
                services.push(service);
                sets.extend(self.dns.zone.sets_of(service, LISTED_MAX));
                self.leave_out(finding, service, &mut left_out);
            }
        }
        Ok(Resolution {
            name: name.into(),
            library: library_name(library),
            resolv,
            how,
            tried,
            found,
            sets,
            left_out,
        })
    }

    fn client(&self, from: &str) -> Result<Arc<Object>, Text> {
        if from.is_empty() {
            let value = object! {
                "metadata": object! {"namespace": "default"},
                "spec": object! {"containers": array![object! {"name": "client", "image": "debian"}]},
            };
            return Ok(Arc::new(Object::new(Kind::Pod, value)));
        }
        let (namespace, name) = match from.split_once('/') {
            Some(("pod" | "pods" | "po", name)) => ("default", name),
            Some(parts) => parts,
            None => ("default", from),
        };
        let pod = self
            .store
            .objects
            .get(&Key::new(Kind::Pod, namespace, name));
        pod.cloned()
            .ok_or_else(|| crate::text!("pods \"{name}\" not found"))
    }

    /// The pods that an answer about a Service could have had, each with the reason why it has not.
    fn leave_out(&self, finding: &Finding, service: &str, all: &mut Vec<(Key, Why)>) {
        let (name, namespace) = service.split_once('.').unwrap_or((service, ""));
        let seen = &self.informers.dns;
        let Some(service) = seen.get(&Key::new(Kind::Service, namespace, name)) else {
            let others = seen.list(Kind::Service).filter(|it| it.name() == name);
            all.extend(others.map(|it| {
                let (service, namespace) = (it.name().into(), it.namespace().into());
                (it.key(), Why::ServiceElsewhere { service, namespace })
            }));
            return;
        };
        if let Finding::NoSuchEndpoint { endpoint, .. } = finding {
            let key = Key::new(Kind::Pod, namespace, endpoint);
            if let Some(pod) = self.store.objects.get(&key) {
                let why = self.left_out(service, pod);
                let why = why.or_else(|| self.other_name(service, pod));
                all.extend(why.map(|it| (key, it)));
            }
            return;
        }
        for pod in self.store.objects.list_in(Kind::Pod, namespace) {
            if service.selects(pod) && all.len() < LISTED_MAX {
                all.extend(self.left_out(service, pod).map(|it| (pod.key(), it)));
            }
        }
    }

    /// The endpoints of a Service as DNS sees them now, and whether it answers with them.
    pub fn endpoints(&self, service: &Object) -> impl Iterator<Item = (&Value, bool)> {
        let slices = self
            .informers
            .dns
            .list_in(Kind::EndpointSlice, service.namespace());
        let name: Text = service.name().into();
        let own = slices.filter(move |it| it.slice_service() == name);
        own.flat_map(|it| it.value["endpoints"].items())
            .map(|it| (it, it["conditions"]["ready"].is_true()))
    }

    /// Why DNS does not answer with a pod when asked for a Service; nothing if it does.
    pub fn left_out(&self, service: &Object, pod: &Object) -> Option<Why> {
        let (name, service_name): (Text, Text) = (pod.name().into(), service.name().into());
        if !service.selects(pod) {
            return Some(Why::LeftOutNotSelected {
                service: service_name,
                pod: name,
            });
        }
        let known = self
            .endpoints(service)
            .find(|(it, _)| it["targetRef"]["uid"].as_str() == pod.uid());
        let Some((endpoint, is_ready)) = known else {
            return Some(if pod.pod_ip().is_empty() {
                Why::LeftOutNoAddress {
                    service: service_name,
                    pod: name,
                }
            } else {
                Why::LeftOutNotYetKnown {
                    service: service_name,
                    pod: name,
                }
            });
        };
        let is_terminating = endpoint["conditions"]["terminating"].is_true();
        match is_ready {
            true => None,
            false if is_terminating => Some(Why::LeftOutTerminating {
                service: service_name,
                pod: name,
            }),
            false => Some(Why::LeftOutNotReady {
                service: service_name,
                pod: name,
            }),
        }
    }

    /// A ready endpoint of a Service has another name there than its pod's.
    fn other_name(&self, service: &Object, pod: &Object) -> Option<Why> {
        let set = crate::text!("{}.{}", service.name(), service.namespace());
        let slices = &self.dns.zone.records.set(&set)?.slices;
        let mut endpoints = slices.iter().flat_map(|it| &it.endpoints);
        let endpoint = endpoints.find(|it| it.pod == pod.name() && it.name != it.pod)?;
        Some(Why::LeftOutOtherName {
            service: service.name().into(),
            pod: pod.name().into(),
            name: endpoint.name.clone(),
        })
    }
}

fn library_name(library: Library) -> &'static str {
    match library {
        Library::Glibc => "glibc",
        Library::Musl => "musl",
        Library::Uclibc => "uClibc",
    }
}

fn how(name: &str, client: &Client<'_>, pod: &str) -> Why {
    let address: Option<IpAddr> = name.parse().ok();
    let is_in_hosts = match address {
        Some(address) => !client.hosts.names(address).is_empty(),
        None => client.in_hosts(name, &[Type::A, Type::Aaaa]).is_some(),
    };
    let is_listed_first = match address {
        Some(_) => None,
        None => client.lists_first(name),
    };
    let (name, library) = (Text::from(name), library_name(client.library).into());
    let dots = crate::text!("{}", name.bytes().filter(|it| *it == b'.').count());
    let ndots = crate::text!("{}", client.ndots());
    let search = Text::from(client.resolv.search.join(" "));
    match is_listed_first {
        _ if is_in_hosts => Why::LookupInHosts {
            name,
            pod: pod.into(),
        },
        None => Why::LookupAsIs { name, library },
        Some(true) => Why::LookupListFirst {
            name,
            library,
            dots,
            ndots,
            search,
        },
        Some(false) => Why::LookupAsIsFirst {
            name,
            library,
            dots,
            ndots,
            search,
        },
    }
}

impl Resolution {
    /// What came of one query: the reason, and that it came out of a cache.
    pub fn told(attempt: &Attempt) -> [Option<Why>; 2] {
        let name = &attempt.query.name;
        let kept = attempt.kept.map(|it| {
            let (name, since, until) = (without_dot(name), clock(it.since), clock(it.until));
            if it.has_ended {
                Why::DnsServedStale { name, since, until }
            } else if it.is_stale {
                Why::DnsKeptStale { name, since, until }
            } else {
                Why::DnsKept { name, since, until }
            }
        });
        [attempt.why.why(name), kept]
    }

    /// The whole in English, as the terminal prints it.
    pub fn text(&self) -> String {
        let mut text = crate::text!("{}\n", self.how.english()).to_string();
        let mut push = |parts: &[&str]| parts.iter().for_each(|it| text.push_str(it));
        for attempt in &self.tried {
            let rcode = attempt
                .rcode
                .map_or("no reply", |it| match attempt.records {
                    0 if it.number() == 0 => "no data",
                    _ => it.name(),
                });
            let (name, kind) = (without_dot(&attempt.query.name), attempt.query.kind.name());
            push(&["  ", &name, " ", &kind, ": ", rcode, "\n"]);
            for why in Self::told(attempt).into_iter().flatten() {
                push(&["    ", &why.english(), "\n"]);
            }
        }
        match &self.found[..] {
            [] => push(&[&self.name, ": not found\n"]),
            found => push(&[&self.name, ": ", &found.join(" "), "\n"]),
        }
        for (_, why) in &self.left_out {
            push(&[&why.english(), "\n"]);
        }
        text
    }
}

/// `21.4 s`, from the start of the simulation.
fn clock(time: crate::time::Time) -> Text {
    crate::text!("{}", time.since(crate::time::Time::START))
}
