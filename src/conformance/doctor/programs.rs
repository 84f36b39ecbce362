//! What programs do by themselves while a case runs: they look names up, connect, wait, give up.
//!
//! Beside the simulation, as programs are beside a cluster: they act on it by inputs and look-ups only.

use core::net::IpAddr;
use std::sync::Arc;

use super::actions::duration;
use crate::api::{Key, Kind, Object};
use crate::config::Config;
use crate::kubelet::{listens, ports};
use crate::programs;
use crate::programs::image::Image;
use crate::sim::{Input, World};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

/// From one try to the next.
const RETRY: Duration = Duration::s(2);
/// How long a connection is left alone.
const CONNECTION: Duration = Duration::s(5);

/// Behaviours that something in the simulation takes into account.
const KNOWN: [&str; 14] = [
    "advertises-own-ip",
    "asks-every",
    "caches-dns",
    "connects-to",
    "crashes-after",
    "exits-unless-connects",
    "exits-unless-resolves",
    "ignores-term",
    "listens-after",
    "listens-on",
    "ready-when-resolves",
    "recovers-for",
    "waits-for-name",
    "waits-for-port",
];

/// Whether a behaviour is simulated.
pub(super) fn is_known(words: &str) -> bool {
    let word = words.split(' ').next().unwrap_or_default();
    KNOWN.contains(&word)
}

/// The programs of all running containers that do something by themselves.
#[derive(Debug, Default)]
pub(super) struct Programs {
    containers: Vec<Container>,
    /// Pod, path, status, and until when it is answered so.
    answers: Vec<(Key, Text, Text, Time)>,
}

/// A running container.
#[derive(Debug)]
struct Container {
    pod: Key,
    uid: Text,
    at: usize,
    name: Text,
    since: Time,
    jobs: Vec<Job>,
    /// The reader's hand on it: `unready`, `cut` or nothing.
    held: Text,
    /// What was said of it last.
    said: Text,
}

/// One behaviour.
#[derive(Debug)]
struct Job {
    words: Vec<Text>,
    next: Time,
    /// What it comes to: `up`, `ready`, `unready`, or nothing.
    state: &'static str,
    /// The first address it found.
    address: Option<IpAddr>,
}

impl Programs {
    /// When something is to be done next.
    pub fn next_due(&self) -> Time {
        let jobs = self
            .containers
            .iter()
            .flat_map(|it| it.jobs.iter().map(|it| it.next));
        jobs.chain(self.answers.iter().map(|it| it.3))
            .min()
            .unwrap_or(Time::NEVER)
    }

    /// Does all that is due.
    pub fn act(&mut self, world: &mut World) {
        self.look_around(world);
        self.answers.retain(|it| it.3 > world.now);
        for container in &mut self.containers {
            for job in 0..container.jobs.len() {
                if container.jobs[job].next <= world.now {
                    container.run(job, world);
                }
            }
            container.say(&self.answers, world);
        }
    }

    /// Takes in containers that have started, and lets go of those that have ended.
    fn look_around(&mut self, world: &World) {
        let runs = |it: &Container| {
            let pod = world
                .store
                .objects
                .get(&it.pod)
                .filter(|pod| pod.uid() == it.uid);
            pod.and_then(|pod| world.runs_since(pod, it.at)) == Some(it.since)
        };
        self.containers.retain(runs);
        for pod in world.store.objects.list(Kind::Pod) {
            for at in 0..pod.container_count() {
                let Some(since) = world.runs_since(pod, at) else {
                    continue;
                };
                let is_it = |it: &Container| it.uid == pod.uid() && it.at == at;
                if !self.containers.iter().any(is_it) {
                    self.containers.push(Container {
                        pod: pod.key(),
                        uid: pod.uid().into(),
                        at,
                        name: pod.container(at)["name"].as_str().into(),
                        since,
                        jobs: jobs(&world.config, pod, at, since),
                        held: Text::new(),
                        said: Text::new(),
                    });
                }
            }
        }
    }

    /// Something befalls a pod: `crash`, `unready`, `ready`, `network-cut`, `network-heal`.
    pub fn fault(&mut self, world: &mut World, what: &str, pod: &Key) {
        self.look_around(world);
        if what == "crash" {
            world.apply(Input::Program {
                namespace: pod.namespace.clone(),
                pod: pod.name.clone(),
                container: Text::new(),
                words: "exits 1".into(),
            });
        }
        for container in self.containers.iter_mut().filter(|it| it.pod == *pod) {
            match what {
                "unready" => container.held = "unready".into(),
                "network-cut" => container.held = "cut".into(),
                "ready" | "network-heal" => container.held = Text::new(),
                _ => {}
            }
        }
    }

    /// A path of a pod's program is answered so until then.
    pub fn answer(&mut self, pod: Key, path: &str, code: &str, until: Time) {
        self.answers.push((pod, path.into(), code.into(), until));
    }
}

/// What the program in a container does by itself.
fn jobs(config: &Config, pod: &Object, at: usize, since: Time) -> Vec<Job> {
    let name = pod.container(at)["name"].as_str();
    let is_ordinary = at >= pod.init_containers().len();
    let apps = config.apps.iter().filter(|app| {
        app.is_of(pod.name(), pod.labels())
            && (app.container == name || app.container.is_empty() && is_ordinary)
    });
    let job = |words: Vec<Text>| {
        let after = option(&words, "after=")
            .and_then(duration)
            .unwrap_or_default();
        Job {
            words,
            next: since + after,
            state: "",
            address: None,
        }
    };
    apps.map(|it| job(it.words.split(' ').map(Text::from).collect()))
        .collect()
}

/// `after=20s`, `code=3`.
fn option<'w>(words: &'w [Text], name: &str) -> Option<&'w str> {
    words.iter().find_map(|it| it.strip_prefix(name))
}

impl Container {
    fn run(&mut self, job: usize, world: &mut World) {
        let caches = self.jobs.iter().any(|it| it.words[0] == "caches-dns");
        let words = self.jobs[job].words.clone();
        let names: Vec<&Text> = words[1..].iter().filter(|it| !it.contains('=')).collect();
        let code = option(&words, "code=").unwrap_or("1");
        let now = world.now;
        let (mut state, mut next) = (self.jobs[job].state, Time::NEVER);
        let is_init = world
            .store
            .objects
            .get(&self.pod)
            .is_some_and(|it| self.at < it.init_containers().len());
        match words[0].as_str() {
            "waits-for-name" | "waits-for-port" => {
                let is_there = names.iter().all(|it| match it.split_once(':') {
                    Some((host, port)) => self.connects(world, host, port),
                    None => self.resolves(world, it),
                });
                match (is_there, is_init) {
                    (true, true) => self.exit(world, "0"),
                    (true, false) => state = "up",
                    (false, _) => next = now + RETRY,
                }
            }
            "ready-when-resolves" => {
                state = if self.resolves(world, names[0]) {
                    "ready"
                } else {
                    "unready"
                };
                next = now + self.period(world);
            }
            "exits-unless-resolves" => {
                let is_there = self.resolves(world, names[0]);
                if !is_there {
                    self.exit(world, code);
                }
            }
            "exits-unless-connects" => {
                let (host, port) = names[0].split_once(':').unwrap_or((names[0], ""));
                if !self.connects(world, host, port) {
                    self.exit(world, code);
                }
            }
            "asks-every" => {
                for name in &names[1..] {
                    self.resolves(world, name);
                }
                next = now + duration(names[0]).unwrap_or(RETRY);
            }
            "connects-to" => {
                let (host, port) = names[0].split_once(':').unwrap_or((names[0], ""));
                let kept = self.jobs[job].address;
                let is_there = kept.is_some_and(|it| is_up(world, it, port));
                if !is_there && (kept.is_none() || !caches) {
                    self.jobs[job].address = self.find(world, host).first().copied();
                }
                next = now + CONNECTION;
            }
            _ => {}
        }
        let it = &mut self.jobs[job];
        (it.state, it.next) = (state, next);
    }

    /// The period of its readiness probe.
    fn period(&self, world: &World) -> Duration {
        let pod = world.store.objects.get(&self.pod);
        let seconds = pod.and_then(|it| {
            let probe = &it.container(self.at)["readinessProbe"];
            probe["periodSeconds"].as_int()
        });
        Duration::s(seconds.and_then(|it| u64::try_from(it).ok()).unwrap_or(10))
    }

    fn exit(&self, world: &mut World, code: &str) {
        self.tell(world, crate::text!("exits {code}"));
    }

    fn tell(&self, world: &mut World, words: Text) {
        world.apply(Input::Program {
            namespace: self.pod.namespace.clone(),
            pod: self.pod.name.clone(),
            container: self.name.clone(),
            words,
        });
    }

    /// Says what its program does now, if that has changed.
    fn say(&mut self, answers: &[(Key, Text, Text, Time)], world: &mut World) {
        let mut words: Vec<Text> = self.jobs.iter().map(|it| it.state.into()).collect();
        words.push(self.held.clone());
        let own = answers.iter().filter(|it| it.0 == self.pod);
        words.extend(own.map(|(_, path, code, _)| crate::text!("answers {path} {code}")));
        words.retain(|it| !it.is_empty());
        let said: Text = words.join(";").into();
        if said != self.said {
            self.said = said.clone();
            self.tell(world, said);
        }
    }

    /// Whether the program finds that name: busybox by its own nslookup, all others by their C library.
    fn resolves(&self, world: &mut World, name: &str) -> bool {
        let Some(pod) = world.store.objects.get(&self.pod).cloned() else {
            return false;
        };
        let image = Image::parse(pod.container(self.at)["image"].as_str());
        if image.busybox().is_none() {
            return !self.find(world, name).is_empty();
        }
        let words = ["nslookup".into(), Text::from(name)];
        let mut is_found = false;
        world.run_in(&pod, &self.name, &words, &mut |container, network| {
            let printed = programs::run(&words, container, network).ok()?;
            is_found = printed.exit == 0;
            Some((printed.tried, printed.exit))
        });
        is_found
    }

    /// The addresses of a name, as its C library finds them.
    fn find(&self, world: &mut World, name: &str) -> Vec<IpAddr> {
        let mut addresses = Vec::new();
        let Some(pod) = world.store.objects.get(&self.pod).cloned() else {
            return addresses;
        };
        let words = ["getent".into(), "hosts".into(), Text::from(name)];
        let has_hosts = !runs_nslookup(pod.container(self.at));
        world.run_in(&pod, &self.name, &words, &mut |container, network| {
            let (found, tried) = programs::resolve(container, name, has_hosts, network);
            let exit = if found.is_empty() { 2 } else { 0 };
            addresses = found;
            Some((tried, exit))
        });
        addresses
    }

    fn connects(&self, world: &mut World, host: &str, port: &str) -> bool {
        let addresses = self.find(world, host);
        let pod = world.store.objects.get(&self.pod);
        let is_cut_off = pod.is_some_and(|it| world.is_cut_off(it));
        !is_cut_off && addresses.into_iter().any(|it| is_up(world, it, port))
    }
}

/// Whether a container's command or a probe of it runs nslookup, which asks DNS, and DNS only.
fn runs_nslookup(container: &Value) -> bool {
    let probes = ["startupProbe", "livenessProbe", "readinessProbe"];
    let probes = probes.map(|it| &container[it]["exec"]["command"]);
    let words = [&container["command"], &container["args"]]
        .into_iter()
        .chain(probes)
        .flat_map(Value::items);
    let mut programs = words.flat_map(|it| {
        it.as_str()
            .split(|it: char| !it.is_alphanumeric() && it != '-')
    });
    programs.any(|it| it == "nslookup")
}

/// Whether a connection to that address and port succeeds: to a pod that runs and listens, or to a ready endpoint of
/// the Service whose address it is.
fn is_up(world: &World, address: IpAddr, port: &str) -> bool {
    let address = address.to_string();
    let objects = &world.store.objects;
    let listens = |pod: &Arc<Object>| {
        let ordinary = pod.init_containers().len()..pod.container_count();
        let runs = |at: &usize| world.runs_since(pod, *at).is_some();
        let ports: Vec<Text> = ordinary
            .clone()
            .flat_map(|at| ports(&world.config, pod, at))
            .collect();
        ordinary.into_iter().any(|at| runs(&at))
            && !world.is_cut_off(pod)
            && listens(&ports, &port.into())
    };
    if let Some(pod) = objects.list(Kind::Pod).find(|it| it.pod_ip() == address) {
        return listens(pod);
    }
    let of = |it: &&Arc<Object>| it.value["spec"]["clusterIP"].as_str() == address;
    let Some(service) = objects.list(Kind::Service).find(of) else {
        return false;
    };
    let slices = objects.list_in(Kind::EndpointSlice, service.namespace());
    slices
        .filter(|it| it.slice_service() == service.name())
        .flat_map(|it| it.value["endpoints"].items())
        .any(|it| it["conditions"]["ready"].is_true())
}
