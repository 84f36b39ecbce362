//! How many DNS answers a second the engine gives in wasm: `./x bench` builds it beside the engine.
#![cfg(target_arch = "wasm32")]

use statefulset_playground::api::{Kind, Object};
use statefulset_playground::dns::server::{Preset, Server};
use statefulset_playground::dns::{Query, Type};
use statefulset_playground::object;
use statefulset_playground::time::{Duration, Time};
use statefulset_playground::value::Value;
use wasm_bindgen::prelude::*;

/// A slice holds so many endpoints, as the controller fills them.
const SLICE: u32 = 100;

/// The DNS server of a cluster with one headless Service and one with a cluster IP.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Answers {
    server: Server,
    queries: Vec<Query>,
}

#[wasm_bindgen]
impl Answers {
    /// A server whose headless Service has that many endpoints.
    #[wasm_bindgen(constructor)]
    pub fn new(endpoints: u32) -> Self {
        let mut server = Server::new(Preset::P3, "cluster.local", 1);
        let mut put =
            |kind, value| server.apply(None, Some(&Object::new(kind, value)), Time::START);
        put(
            Kind::Namespace,
            object! {"metadata": object! {"name": "default"}},
        );
        for (name, address) in [("nginx", "None"), ("web", "10.43.0.80")] {
            let ports = vec![object! {"name": "web", "port": 80}];
            let value = object! {
                "metadata": object! {"namespace": "default", "name": name},
                "spec": object! {"clusterIP": address, "ports": ports},
            };
            put(Kind::Service, value);
        }
        for from in (0..endpoints).step_by(100) {
            let endpoint = |it: u32| {
                object! {
                    "addresses": vec![format!("10.{}.{}.{}", 100 + (it >> 16), it >> 8 & 255, it & 255)],
                    "hostname": format!("web-{it}"),
                }
            };
            let list = from..endpoints.min(from + SLICE);
            let value = object! {
                "metadata": object! {
                    "namespace": "default", "name": format!("nginx-{from}"),
                    "labels": object! {"kubernetes.io/service-name": "nginx"},
                },
                "endpoints": list.map(endpoint).collect::<Value>(),
                "ports": vec![object! {"name": "web", "port": 80, "protocol": "TCP"}],
            };
            put(Kind::EndpointSlice, value);
        }
        Self {
            server,
            queries: Vec::new(),
        }
    }

    /// What is asked from now on, one after another: names of pods, of the Service, or of the cluster IP.
    pub fn choose(&mut self, what: &str, endpoints: u32) {
        let suffix = "default.svc.cluster.local.";
        let name = |it: u32| match what {
            "pods" => format!("web-{}.nginx.{suffix}", it.wrapping_mul(7919) % endpoints),
            "service" => format!("nginx.{suffix}"),
            _ => format!("web.{suffix}"),
        };
        self.queries = (0..1000).map(|it| Query::new(name(it), Type::A)).collect();
    }

    /// Asks so many times; how many records came.
    pub fn ask(&mut self, times: u32) -> usize {
        let mut records = 0;
        for at in 0..times {
            let query = &self.queries[at as usize % self.queries.len()];
            let now = Time::START + Duration::ms(at.into());
            records += self.server.ask(query, now).answer.len();
        }
        records
    }
}
