//! The programs inside containers: what a reader can run with `kubectl exec` and `kubectl run`.
//!
//! One call runs one program to its end. Lists, quotes and variables are the shell's business, one floor up.
//! Left out: programs that go on (servers, `tail -f`); what files there are, `disk` says.

mod awk;
mod bind;
mod busybox_nslookup;
mod cassandra;
mod coreutils;
mod disk;
mod environment;
mod http;
pub mod image;
mod libc;
mod mysql;
mod nc;
mod peers;
mod redis;
mod sql;
mod text;
mod zookeeper;

use core::net::IpAddr;

use crate::api::{Object, Objects};
use crate::config::Config;
use crate::dns::resolv::{Hosts, hostname};
use crate::dns::stub::{Attempt, Client, Network};
use crate::process::{Output, Stream};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
pub(crate) use coreutils::seconds;
pub(crate) use disk::Disk;
pub use disk::Disks;
pub(crate) use environment::environment;
use image::Image;
pub(crate) use text::{edited, filter};

/// The container a program runs in.
#[derive(Clone, Copy, Debug)]
pub struct Container<'a> {
    /// Its image, as the pod names it.
    pub image: &'a str,
    /// Its pod.
    pub pod: &'a Object,
    /// The objects of the cluster: who answers at which address.
    pub objects: &'a Objects,
    /// Its name, which environment variables are looked up by.
    pub name: &'a str,
    /// The options of the simulation.
    pub config: &'a Config,
    /// The clock.
    pub now: Time,
    /// The files that programs have written.
    pub disks: &'a Disks,
    /// The folder it is run in.
    pub folder: &'a str,
    /// What is on the program's standard input, unless that is the terminal or nothing.
    pub stdin: Option<&'a Text>,
    /// Whether what it prints goes to a terminal.
    pub is_terminal: bool,
    /// Whether a shell is left where something has taken time, to be called again.
    pub is_live: bool,
    /// What a client that waits at its prompt remembers, and the line that was typed there.
    pub typed: Option<(&'a str, &'a str)>,
}

impl<'a> Container<'a> {
    /// Its part of its pod's spec.
    fn spec(&self) -> &'a Value {
        let spec = &self.pod.value["spec"];
        match spec["containers"].item("name", self.name) {
            Value::Null => spec["initContainers"].item("name", self.name),
            found => found,
        }
    }
}

/// A client that waits for a line.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its prompt.
    pub prompt: Text,
    /// Whether that asks for more of what has been begun.
    pub is_open: bool,
    /// What it remembers from line to line.
    pub state: Text,
}

/// What a program printed and how it ended.
#[derive(Clone, Debug, Default)]
pub struct Printed {
    /// Pieces of output, in the order a terminal shows them.
    pub output: Vec<Output>,
    /// Its exit code.
    pub exit: i32,
    /// How long it took, above the moment a program needs that waits for nothing.
    pub took: Duration,
    /// How many bytes of files and of standard input it read.
    pub read: usize,
    /// As how many plain commands it counts besides, where only so many may run.
    pub weight: u32,
    /// The DNS queries it sent.
    pub tried: Vec<Attempt>,
    /// Set by a client that has not ended.
    pub waiting: Option<Waiting>,
}

impl Printed {
    /// All text of one stream.
    pub fn text(&self, stream: Stream) -> String {
        let pieces = self.output.iter().filter(|it| it.stream == stream);
        pieces.map(|it| it.text.as_str()).collect()
    }

    fn print(&mut self, stream: Stream, parts: &[&str]) {
        let mut text = Text::new();
        for part in parts {
            text.push_str(part);
        }
        if !text.is_empty() {
            self.output.push(Output { stream, text });
        }
    }

    fn out(&mut self, parts: &[&str]) {
        self.print(Stream::Stdout, parts);
    }

    fn err(&mut self, parts: &[&str]) {
        self.print(Stream::Stderr, parts);
    }

    fn fail(&mut self, exit: i32, parts: &[&str]) {
        self.err(parts);
        self.exit = exit;
    }
}

/// A program about to run.
pub(crate) struct Run<'a, 'n> {
    /// Its arguments, the name first.
    pub argv: &'a [Text],
    /// Whose program it is.
    pub image: &'a Image,
    /// The container it runs in; none where a recorded tool is run again.
    pub container: Option<&'a Container<'a>>,
    /// What the machine calls itself.
    pub hostname: Text,
    /// Name resolution; it finds nothing where the program looks up nothing.
    pub client: Client<'n>,
    /// Key of all chance.
    pub seed: u64,
    /// The clock.
    pub now: Time,
    /// What it has printed so far.
    pub printed: Printed,
}

impl Run<'_, '_> {
    /// Whether lines are typed at it, if it asks for some.
    fn takes_lines(&self) -> bool {
        self.container
            .is_some_and(|it| it.is_terminal && it.is_live && it.stdin.is_none())
    }

    /// It goes on at its prompt.
    fn wait(&mut self, prompt: Text, state: Text) {
        self.printed.waiting = Some(Waiting {
            prompt,
            is_open: false,
            state,
        });
    }
}

/// What a terminal sends for Ctrl-C.
pub const INTERRUPT: &str = "\u{3}";

/// Why nothing ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRun {
    /// The image has no such program.
    NotFound,
}

/// Runs one program to its end.
///
/// # Errors
/// When the image has no such program; what that prints is the caller's: a shell's or the kubelet's words.
pub fn run<'n>(
    argv: &[Text],
    container: &Container<'_>,
    network: &'n mut Network<'n>,
) -> Result<Printed, NotRun> {
    let Container { pod, config, .. } = container;
    let image = Image::parse(container.image);
    let program = image.program(argv).ok_or(NotRun::NotFound)?;
    let (client, hostname) = if program.looks_up {
        (image.client(pod, config, network), hostname(pod, config))
    } else {
        (Client::blind(network), Text::new())
    };
    Ok(program.execute(Run {
        argv,
        image: &image,
        container: Some(container),
        hostname,
        client,
        seed: config.seed,
        now: container.now,
        printed: Printed::default(),
    }))
}

/// What the container's own C library finds for that name, and what it asked; without its `/etc/hosts` where a DNS
/// tool is meant.
pub fn resolve<'n>(
    container: &Container<'_>,
    name: &str,
    has_hosts: bool,
    network: &'n mut Network<'n>,
) -> (Vec<IpAddr>, Vec<Attempt>) {
    let Container { pod, config, .. } = container;
    let mut client = Image::parse(container.image).client(pod, config, network);
    if !has_hosts {
        client.hosts = Hosts::default();
    }
    let found = client.addresses(name).unwrap_or_default();
    (found.addresses, client.tried)
}

/// The [`Printed::weight`] of a program that looks up names.
const LOOK_UP: u32 = 2;

/// A program of an image.
pub(crate) struct Program {
    /// Reads its arguments, prints, sets the exit code.
    main: fn(&mut Run<'_, '_>),
    /// Whether it looks up names, its own among them.
    looks_up: bool,
}

impl Program {
    /// Runs it to its end.
    pub(crate) fn execute(&self, mut run: Run<'_, '_>) -> Printed {
        (self.main)(&mut run);
        run.printed.weight = if self.looks_up { LOOK_UP } else { 0 };
        run.printed.took.ms += run.client.waited.ms;
        run.printed.tried = run.client.tried;
        run.printed
    }
}

/// Appends a whole number.
fn push_number(text: &mut Text, number: u32) {
    text.push_str(&number.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use crate::dns::server::{Preset, Server};
    use crate::dns::{Options, Outcome, Zone};
    use crate::value::Value;
    use crate::{array, object};
    use std::sync::Arc;

    fn put(objects: &mut Objects, kind: Kind, value: Value) {
        objects.insert(Arc::new(Object::new(kind, value)));
    }

    fn named(namespace: &str, name: &str) -> Value {
        object! {"namespace": namespace, "name": name}
    }

    fn endpoint(address: &str, hostname: &str, ready: bool) -> Value {
        object! {
            "addresses": array![address],
            "hostname": hostname,
            "conditions": object! {"ready": ready},
            "targetRef": object! {"name": hostname},
        }
    }

    fn cluster() -> Objects {
        let mut objects = Objects::default();
        for namespace in ["default", "kube-system"] {
            put(
                &mut objects,
                Kind::Namespace,
                object! {"metadata": object! {"name": namespace}},
            );
        }
        let service = |namespace, name, address: &str| {
            object! {
                "metadata": named(namespace, name),
                "spec": object! {"clusterIP": address, "ports": array![object! {"name": "web", "port": 80}]},
            }
        };
        put(
            &mut objects,
            Kind::Service,
            service("kube-system", "kube-dns", "10.43.0.10"),
        );
        put(
            &mut objects,
            Kind::Service,
            service("default", "nginx", "None"),
        );
        let slice = object! {
            "metadata": object! {
                "namespace": "default",
                "name": "nginx-abcde",
                "labels": object! {"kubernetes.io/service-name": "nginx"},
            },
            "endpoints": array![endpoint("10.42.3.239", "web-0", true), endpoint("10.42.1.7", "web-1", false)],
            "ports": array![object! {"name": "web", "port": 80, "protocol": "TCP"}],
        };
        put(&mut objects, Kind::EndpointSlice, slice);
        objects
    }

    fn pod() -> Object {
        let spec = object! {"hostname": "web-0", "subdomain": "nginx"};
        let value = object! {
            "metadata": named("default", "web-0"),
            "spec": spec,
            "status": object! {"podIP": "10.42.3.239"},
        };
        Object::new(Kind::Pod, value)
    }

    fn print(image: &str, line: &str) -> (String, String, i32) {
        let config = Config::default();
        let mut server = Server::new(Preset::P3, "cluster.local", 1);
        server.zone = Zone::of(Options::kubeadm("cluster.local"), &cluster(), Time::START);
        let argv: Vec<Text> = line.split(' ').map(Text::from).collect();
        let pod = pod();
        let container = Container {
            image,
            pod: &pod,
            objects: &Objects::default(),
            name: "nginx",
            config: &config,
            now: Time::START,
            disks: &Disks::default(),
            folder: "/",
            stdin: None,
            is_terminal: false,
            is_live: false,
            typed: None,
        };
        let mut network = |_: &str, query: &crate::dns::Query| {
            Outcome::Reply(Box::new(server.ask(query, Time::START)))
        };
        let printed = run(&argv, &container, &mut network).unwrap();
        (
            printed.text(Stream::Stdout),
            printed.text(Stream::Stderr),
            printed.exit,
        )
    }

    #[test]
    fn busybox_1_28_prints_what_the_tutorial_shows() {
        let (out, err, exit) = print("busybox:1.28.4", "nslookup web-0.nginx");
        let header = "Server:    10.43.0.10\nAddress 1: 10.43.0.10 kube-dns.kube-system.svc.cluster.local\n\n";
        // The pod's own address is named by its /etc/hosts.
        let answer = "Name:      web-0.nginx\nAddress 1: 10.42.3.239 web-0.nginx.default.svc.cluster.local\n";
        assert_eq!(
            (out.as_str(), err.as_str(), exit),
            ([header, answer].concat().as_str(), "", 0)
        );
        let (out, err, exit) = print("busybox:1.28.4", "nslookup web-1.nginx");
        assert_eq!(
            (out.as_str(), err.as_str(), exit),
            (header, "nslookup: can't resolve 'web-1.nginx'\n", 1)
        );
    }

    /// As busybox 1.35 and BIND 9.18 of Debian 12 do against `statefulset-playground dns`.
    #[test]
    fn the_tools_differ_in_small_things() {
        let (out, _, _) = print("busybox:1.36", "nslookup nginx 10.43.0.10");
        let failure = "** server can't find nginx: NXDOMAIN\n\n";
        assert!(out.ends_with(&["\n\n", failure, failure].concat()), "{out}");
        let (out, _, _) = print("busybox:1.36", "nslookup -type=ptr 10.43.0.10");
        assert!(out.contains("can't find 10.43.0.10: NXDOMAIN"), "{out}");
        let (out, _, exit) = print("dnsutils:1", "nslookup -type=ptr 10.43.0.10");
        assert!(out.starts_with(";; Got recursion not available from 10.43.0.10\nServer:\t"));
        assert!(out.ends_with("name = kube-dns.kube-system.svc.cluster.local.\n\n") && exit == 0);
        let (out, _, _) = print("dnsutils:1", "dig AXFR cluster.local");
        assert!(
            out.ends_with(";; global options: +cmd\n; Transfer failed.\n"),
            "{out}"
        );
        let (out, _, _) = print("dnsutils:1", "dig @10.43.0.10 +noedns nginx");
        assert!(
            out.contains(" nginx\n; (1 server found)\n;; global"),
            "{out}"
        );
        assert!(
            out.contains("ADDITIONAL: 0\n") && !out.contains("OPT"),
            "{out}"
        );
        let (out, _, _) = print("dnsutils:1", "dig nginx ANY -4 @10.43.0.10");
        assert!(out.contains("(TCP)") && !out.contains("(1 server"), "{out}");
    }

    #[test]
    fn a_stateful_pod_knows_its_own_name() {
        assert_eq!(print("nginx:1.9.1", "hostname").0, "web-0\n");
        assert_eq!(
            print("nginx:1.9.1", "hostname -f").0,
            "web-0.nginx.default.svc.cluster.local\n"
        );
        assert!(
            print("nginx:1.9.1", "cat /etc/resolv.conf")
                .0
                .starts_with("search default.svc.cluster.local svc")
        );
        assert!(
            print("busybox:1.36", "cat /etc/hosts")
                .0
                .ends_with("\tweb-0.nginx.default.svc.cluster.local\tweb-0\n")
        );
    }
}
