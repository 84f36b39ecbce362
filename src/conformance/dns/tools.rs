//! Client tools byte for byte: what they print, how they end, and what they ask the server.

use core::net::IpAddr;

use super::super::{Error, Report};
use super::fixture;
use super::record::text;
use crate::dns::resolv::{Hosts, ResolvConf};
use crate::dns::server::Upstream;
use crate::dns::stub::{Attempt, Client, Library, without_dot};
use crate::dns::{Data, Finding, Outcome, Query, Rcode, Record, Reply, Type, Zone};
use crate::process::Stream;
use crate::programs::image::{Application, Base, Busybox, Image};
use crate::programs::{Printed, Run};
use crate::time::Time;
use crate::value::{Text, Value};
use crate::{array, object};

/// Judges a file of captures. With `json`, the lines are what we print, one JSON object a capture.
///
/// # Errors
/// A file that is no such file.
pub fn judge(file: &Value, json: bool) -> Result<Report, Error> {
    let captures = file["captures"].items();
    if captures.is_empty() {
        return Err(Error {
            place: "captures".into(),
            message: "no captures".into(),
        });
    }
    let server = StandIn::new(&file["setup"]["data"]);
    let mut report = Report::default();
    for (at, capture) in captures.iter().enumerate() {
        let name = name(at, capture);
        let Some(printed) = image(capture).and_then(|it| run(&file["setup"], &server, capture, it))
        else {
            report.skipped(capture["tool"].as_str());
            continue;
        };
        if json {
            report.lines.push(shown(at, &printed).to_json());
        }
        match fault(capture, &printed) {
            None => report.tally.passed.push(name),
            Some(why) => {
                if !json {
                    report.lines.push(format!("FAIL {name}"));
                }
                report.notes.push(format!("  {name}: {why}"));
                report.tally.failed.push(name);
            }
        }
    }
    Ok(report)
}

fn name(at: usize, capture: &Value) -> String {
    let argv: Vec<&str> = capture["argv"].items().iter().map(Value::as_str).collect();
    let (scenario, version) = (capture["scenario"].as_str(), capture["version"].as_str());
    format!("{at} {scenario} {version}: {}", argv.join(" "))
}

/// The image that has the captured tool; nothing for a tool we have none of.
fn image(capture: &Value) -> Option<Image> {
    let (tool, version) = (capture["tool"].as_str(), capture["version"].as_str());
    if !tool.starts_with("busybox") {
        let known = matches!(tool, "nslookup" | "dig" | "host" | "getent" | "hostname");
        return known.then_some(Image {
            base: Base::Gnu,
            has_bind: true,
            has_curl: false,
            application: Application::None,
        });
    }
    let (number, library) = version.split_once(' ')?;
    let minor = number.split('.').nth(1).and_then(|it| it.parse().ok());
    let busybox = Busybox {
        minor: minor.unwrap_or(u32::MAX),
        library: match library {
            "uclibc" => Library::Uclibc,
            "glibc" => Library::Glibc,
            _ => Library::Musl,
        },
    };
    Some(Image {
        base: Base::Busybox(busybox),
        has_bind: false,
        has_curl: false,
        application: Application::None,
    })
}

fn run(setup: &Value, server: &StandIn, capture: &Value, image: Image) -> Option<Printed> {
    let client = &setup["client"];
    let scenario = capture["scenario"].as_str();
    let files = if scenario == "pod-web-0" {
        &setup["client_pod_web_0"]
    } else {
        client
    };
    let mut network = |_: &str, query: &Query| match scenario {
        "server-silent" => Outcome::Silent,
        "server-refused" => Outcome::Refused,
        _ => Outcome::Reply(Box::new(server.ask(query))),
    };
    let argv: Vec<Text> = capture["argv"]
        .items()
        .iter()
        .filter_map(Value::text)
        .cloned()
        .collect();
    let program = image.program(&argv)?;
    Some(program.execute(Run {
        argv: &argv,
        image: &image,
        container: None,
        hostname: text(files, "hostname"),
        client: Client::new(
            ResolvConf::parse(client["resolv_conf"].as_str()),
            Hosts::parse(files["hosts"].as_str()),
            image.library(),
            &mut network,
        ),
        seed: 1,
        now: Time::START,
        printed: Printed::default(),
    }))
}

fn shown(at: usize, printed: &Printed) -> Value {
    object! {
        "index": at,
        "stdout": printed.text(Stream::Stdout),
        "stderr": printed.text(Stream::Stderr),
        "exit": printed.exit,
        "queries": queries(&printed.tried),
    }
}

/// The queries that reached a server, as the captures log them.
fn queries(tried: &[Attempt]) -> Value {
    let rows = tried.iter().filter_map(|it| {
        let rcode = it.rcode?;
        Some(object! {
            "proto": if it.over_tcp { "tcp" } else { "udp" },
            "qname": &it.query.name,
            "qtype": it.query.kind.name(),
            "rcode": rcode.name(),
        })
    });
    rows.collect()
}

/// What is wrong with what we print.
fn fault(capture: &Value, printed: &Printed) -> Option<String> {
    let stdout = printed.text(Stream::Stdout);
    let differs = |what: &str, expected: &str, ours: &str| {
        (expected != ours).then(|| format!("{what}:\n--- expected\n{expected}\n--- ours\n{ours}"))
    };
    let first_line = |it: &str| it.lines().next().unwrap_or("").to_owned();
    let asked = || {
        let ours = queries(&printed.tried);
        differs("queries", &capture["queries"].to_json(), &ours.to_json())
    };
    if capture["tool"].as_str().ends_with("ping") {
        let expected = first_line(capture["stdout"].as_str());
        return differs("first line", &expected, &first_line(&stdout)).or_else(asked);
    }
    differs(
        "stdout",
        &steady(capture["stdout"].as_str()),
        &steady(&stdout),
    )
    .or_else(|| {
        differs(
            "stderr",
            capture["stderr"].as_str(),
            &printed.text(Stream::Stderr),
        )
    })
    .or_else(|| {
        let (expected, ours) = (capture["exit_code"].to_json(), printed.exit.to_string());
        differs("exit code", &expected, &ours)
    })
    .or_else(asked)
}

/// Text without what differs from run to run: the id, cookie, time and date that `dig` prints.
fn steady(text: &str) -> String {
    const VARYING: [&str; 4] = [
        "; COOKIE: ",
        ";; Query time: ",
        ";; WHEN: ",
        ";; ->>HEADER<<-",
    ];
    let lines = text.split('\n').map(|line| {
        let label = VARYING.iter().find(|it| line.starts_with(**it));
        match (label, line.split_once(", id: ")) {
            (Some(_), Some((before, _))) => before,
            (Some(label), None) => *label,
            (None, _) => line,
        }
    });
    lines.collect::<Vec<&str>>().join("\n")
}

/// The server the captures were made against: what CoreDNS says of such a cluster, save that reverse names and
/// some failures are given by the file.
struct StandIn {
    zone: Zone,
    upstream: Upstream,
    pointers: Vec<(Text, Vec<Text>)>,
}

impl StandIn {
    fn new(data: &Value) -> Self {
        let config = object! {
            "zones": array!["cluster.local."],
            "ttl": 30,
            "local_ips": array!["10.244.0.2"],
        };
        let zone = fixture::zone(&cluster(data), &config, &[]);
        let mut known = crate::persistent::Map::default();
        for (name, addresses) in data["A"]
            .members()
            .filter(|it| !it.0.ends_with(".cluster.local"))
        {
            let addresses = addresses.items().iter();
            let addresses: Vec<IpAddr> = addresses
                .filter_map(|it| it.as_str().parse().ok())
                .collect();
            known.insert([name, "."].concat().into(), addresses);
        }
        let pointers = data["PTR"].members().filter_map(|(address, names)| {
            let name = Query::reverse(address.parse().ok()?).name;
            let names = names
                .items()
                .iter()
                .map(|it| [it.as_str(), "."].concat().into());
            Some((name, names.collect()))
        });
        Self {
            pointers: pointers.collect(),
            zone,
            upstream: Upstream::Knows(known),
        }
    }

    fn ask(&self, query: &Query) -> Reply {
        if query.name.starts_with("servfail") {
            return Reply::empty(Rcode::ServFail, Finding::Recorded);
        }
        let pointer = self
            .pointers
            .iter()
            .find(|it| it.0 == query.name && query.kind == Type::Ptr);
        match pointer {
            Some((name, targets)) => Reply {
                authoritative: true,
                answer: targets
                    .iter()
                    .map(|it| Record {
                        name: name.clone(),
                        ttl: 30,
                        data: Data::Ptr(it.clone()),
                    })
                    .collect(),
                ..Reply::empty(Rcode::NoError, Finding::Recorded)
            },
            None => {
                let mut elsewhere = |it: &Query| Some(self.upstream.ask(it));
                let reply = self.zone.answer_with(query, &mut elsewhere);
                reply.unwrap_or_else(|| self.upstream.ask(query))
            }
        }
    }
}

/// The cluster in which the names of the data are those of Services and their pods.
fn cluster(data: &Value) -> Value {
    let mut services: Vec<Value> = Vec::new();
    let mut slices: Vec<Value> = Vec::new();
    let ports = array![object! {"name": "web", "protocol": "TCP", "port": 80}];
    let kinds = ["A", "AAAA", "CNAME"].into_iter();
    let names = kinds.flat_map(|kind| data[kind].members());
    for (name, targets) in names {
        let labels: Vec<&str> = name.split('.').collect();
        let &[service, namespace, "svc", "cluster", "local"] = &labels[..] else {
            continue;
        };
        let known = services
            .iter_mut()
            .find(|it| it["name"].as_str() == service);
        if let (Some(known), false) = (known, targets.items().is_empty()) {
            let both = known["clusterIPs"]
                .items()
                .iter()
                .chain(targets.items())
                .cloned();
            known["clusterIPs"] = both.collect();
            continue;
        }
        let suffix = [".", name].concat();
        let pods = data["A"].members().filter_map(|(pod, addresses)| {
            let hostname = pod.strip_suffix(suffix.as_str())?;
            Some(object! {"ip": &addresses[0], "hostname": hostname})
        });
        let pods: Value = pods.collect();
        let mut value = object! {"name": service, "namespace": namespace, "ports": &ports};
        if let Some(target) = targets.text() {
            value["type"] = "ExternalName".into();
            value["externalName"] = without_dot(target).into();
        } else if pods.items().is_empty() {
            value["clusterIPs"] = targets.clone();
        } else {
            value["clusterIPs"] = array!["None"];
            slices.push(object! {
                "name": service, "namespace": namespace, "service": service,
                "subsets": array![object! {"addresses": pods, "ports": &ports}],
            });
        }
        services.push(value);
    }
    slices.push(object! {
        "name": "kube-dns", "namespace": "kube-system", "service": "kube-dns",
        "subsets": array![object! {"addresses": array![object! {"ip": "10.244.0.2"}], "ports": &ports}],
    });
    object! {"services": services, "endpoint_slices": slices, "soa_serial": 1_762_900_000_i64}
}
