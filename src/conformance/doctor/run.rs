//! The runner of `actions`: one line after another, in a world of its own.

use std::sync::Arc;

use super::actions::{Action, From, Look, duration};
use super::programs::{self, Programs};
use crate::api::{Key, Kind, Object};
use crate::apiserver::rest::HttpRequest;
use crate::config::{App, Config, Version};
use crate::dns::server::{Preset, Server};
use crate::memory::Outage;
use crate::object;
use crate::sim::{Input, World};
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::{schema, yaml};

/// So long a command or a wait may take.
const PATIENCE: Duration = Duration::s(600);
/// Where storage classes are.
const CLASSES: &str = "/apis/storage.k8s.io/v1/storageclasses";
/// From the end of one line to the next.
const PAUSE: Duration = Duration::ms(500);
/// So long nothing must change for the cluster to be idle.
const STILL: Duration = Duration::s(30);
/// Events handled at most for one line; a simulation that never rests ends there.
const EVENTS_MAX: u32 = 400_000;

/// A case under way.
pub(super) struct Run {
    pub world: World,
    pub lacks: Vec<String>,
    /// The namespace of the manifest.
    namespace: Text,
    files: Vec<(Text, Text)>,
    config: Config,
    preset: Preset,
    servers: usize,
    /// Requests that make the cluster as the options say.
    requests: Vec<HttpRequest>,
    /// What programs do by themselves.
    programs: Programs,
    has_begun: bool,
}

impl Run {
    pub fn of(case: &Value) -> Self {
        let manifest = case["manifest"].as_str();
        let mut files: Vec<(Text, Text)> = vec![("manifest.yaml".into(), manifest.into())];
        for (name, text) in case["files"].members() {
            files.push((name.clone(), text.as_str().into()));
        }
        let config = Config::default();
        let mut lacks = Vec::new();
        for (_, text) in &files {
            for document in yaml::parse(text).documents {
                unsimulated(&document.value, &mut lacks);
            }
        }
        Self {
            world: World::new(config.clone()),
            lacks,
            namespace: namespace_of(manifest),
            files,
            config,
            preset: Preset::P3,
            servers: 1,
            requests: Vec::new(),
            programs: Programs::default(),
            has_begun: false,
        }
    }

    /// Runs a line; what cannot be run is noted.
    pub fn line(&mut self, line: &str) {
        match Action::read(line) {
            Ok(Action::Option(words)) => self.option(line, &words),
            Ok(Action::App(pods, container, words)) => {
                if !programs::is_known(&words) {
                    self.lack(line);
                }
                let app = App {
                    pods,
                    container,
                    words,
                };
                self.config.apps.push(app);
            }
            Ok(action) => {
                if !self.has_begun {
                    self.begin();
                }
                self.act(line, action);
                self.wait_until(self.world.now + PAUSE);
            }
            Err(error) => self.lacks.push(error),
        }
    }

    fn lack(&mut self, line: &str) {
        self.lacks.push(line.to_owned());
    }

    fn option(&mut self, line: &str, words: &[Text]) {
        let words: Vec<&str> = words.iter().map(Text::as_str).collect();
        let (name, value) = words[0].split_once('=').unwrap_or((words[0], ""));
        let number = value.parse::<u32>();
        match (name, &words[1..]) {
            ("kubernetes", []) if value.starts_with("1.36") => {}
            ("kubernetes", []) if value.starts_with("1.22") => self.config.version = Version::V1_22,
            ("kubernetes", []) if ["1.34", "1.35"].iter().any(|it| value.starts_with(it)) => {
                self.config.release = value.into();
                let is_early = ["1.35.0", "1.35.1", "1.35.2", "1.35.3"].contains(&value);
                self.config
                    .switch_gate("MaxUnavailableStatefulSet", is_early);
            }
            ("gate", [gate]) => {
                let (name, on) = gate.split_once('=').unwrap_or((gate, "true"));
                if !self.config.switch_gate(name, on == "true") {
                    self.lack(line);
                }
            }
            ("dns", []) => {
                self.preset = match value {
                    "P1" => Preset::P1,
                    "P2" => Preset::P2,
                    _ => Preset::P3,
                }
            }
            ("dns-replicas", []) => self.servers = number.unwrap_or(1) as usize,
            ("cluster-domain", []) => self.config.domain = value.into(),
            ("nodes", []) => self.config.nodes = number.unwrap_or(3),
            ("node", [node, "label", label]) => {
                let (key, value) = label.split_once('=').unwrap_or((label, ""));
                let mut labels = Value::object();
                labels[key] = value.into();
                let body = object! {"metadata": object! {"labels": labels}};
                self.patch(crate::text!("/api/v1/nodes/{node}"), body);
            }
            ("node", [node, "allocatable", list]) => {
                let mut room = Value::object();
                for (name, much) in list.split(',').filter_map(|it| it.split_once('=')) {
                    room[name] = much.into();
                }
                let body = object! {"status": object! {"allocatable": room}};
                self.patch(crate::text!("/api/v1/nodes/{node}/status"), body);
            }
            ("place", [pattern, node]) => {
                self.config.places.push(((*pattern).into(), (*node).into()));
            }
            ("storageclass", [name, more @ ..]) => {
                let of = |key: &str| more.iter().find_map(|it| it.strip_prefix(key));
                let volumes = of("volumes=").unwrap_or("network");
                let binding = of("binding=").unwrap_or("Immediate");
                self.class(name, binding, volumes, *name == "standard");
            }
            ("default-storageclass", []) => {
                self.requests.push(HttpRequest {
                    method: "DELETE",
                    path: crate::text!("{CLASSES}/standard"),
                    ..HttpRequest::default()
                });
                if value != "none" {
                    self.class(value, "Immediate", "network", true);
                }
            }
            _ => self.lack(line),
        }
    }

    fn patch(&mut self, path: Text, body: Value) {
        self.requests.push(HttpRequest {
            method: "PATCH",
            path,
            content_type: "application/merge-patch+json".into(),
            body,
            ..HttpRequest::default()
        });
    }

    fn class(&mut self, name: &str, binding: &str, volumes: &str, is_default: bool) {
        let path = Text::from(CLASSES);
        self.requests.push(HttpRequest {
            method: "DELETE",
            path: crate::text!("{path}/{name}"),
            ..HttpRequest::default()
        });
        let default = if is_default { "true" } else { "false" };
        let body = object! {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": object! {
                "name": name,
                "annotations": object! {"storageclass.kubernetes.io/is-default-class": default},
            },
            "provisioner": "example.com/disk",
            "volumeBindingMode": binding,
            "parameters": object! {"volumes": volumes},
        };
        self.requests.push(HttpRequest {
            method: "POST",
            path,
            body,
            ..HttpRequest::default()
        });
    }

    /// Makes the cluster that the options ask for.
    fn begin(&mut self) {
        self.has_begun = true;
        let config = self.config.clone();
        self.world = World::new(config);
        let Config { domain, seed, .. } = &self.config;
        let mut dns = Server::new(self.preset, domain, *seed);
        for (_, object) in self.world.store.objects.iter() {
            dns.apply(None, Some(object), Time::START);
        }
        dns.others = vec![dns.cache.clone(); self.servers - 1];
        self.world.dns = dns;
        let asked = core::mem::take(&mut self.requests);
        for node in 1..=self.config.nodes {
            let room = object! {"cpu": "4", "memory": "8Gi"};
            let body = object! {"status": object! {"allocatable": room}};
            self.patch(crate::text!("/api/v1/nodes/node-{node}/status"), body);
        }
        self.requests.extend(asked);
        for request in core::mem::take(&mut self.requests) {
            self.world.request(&request);
        }
        for (path, text) in self.files.clone() {
            self.world.apply(Input::WriteFile { path, text });
        }
        let settled = self.world.now + Duration::s(2);
        self.world.wait_until(settled);
    }

    fn act(&mut self, line: &str, action: Action) {
        match action {
            Action::Type(line) => {
                self.world.apply(Input::Type(line));
                let is_done = |it: &mut Self| {
                    !it.world.terminal().is_busy() && it.world.terminal().pending.is_empty()
                };
                if !self.until(is_done) {
                    self.world.apply(Input::Interrupt);
                    self.until(is_done);
                }
            }
            Action::Look(look) => self.look(&look),
            Action::Repeat(count, every, look) => {
                let start = self.world.now;
                for at in 0..count {
                    self.wait_until(start + Duration::ms(every.ms * at));
                    self.look(&look);
                }
            }
            Action::Wait(span) => self.wait_until(self.world.now + span),
            Action::Ready(pods) => {
                self.until(|it| {
                    let ready = |pod: &Text| {
                        let pod = it.pod(pod);
                        pod.is_some_and(|it| it.is_ready() && !it.is_terminating())
                    };
                    pods.iter().all(ready)
                });
            }
            Action::Exists(pod) => {
                self.until(|it| it.pod(&pod).is_some());
            }
            Action::Gone(pod) => {
                let uid = self.pod(&pod).map(|it| it.uid().to_owned());
                self.until(|it| it.pod(&pod).map(Object::uid) != uid.as_deref() || uid.is_none());
            }
            Action::Idle => {
                self.until(|it| it.world.now.since(it.moved_at()) >= STILL);
            }
            Action::Fault(words) => self.fault(line, &words),
            Action::Option(_) | Action::App(..) => unreachable!("options are read before"),
        }
    }

    fn fault(&mut self, line: &str, words: &[Text]) {
        let plain: Vec<&str> = words.iter().map(Text::as_str).collect();
        match plain[..] {
            ["image-missing", image] => self.world.apply(Input::Pull {
                image: image.into(),
                takes: Duration::NEVER,
            }),
            ["image-slow", image, span] => self.world.apply(Input::Pull {
                image: image.into(),
                takes: duration(span).unwrap_or_default(),
            }),
            ["evict", pod] => self.evict(pod, "memory"),
            ["evict", pod, resource] => self.evict(pod, resource),
            ["http-status", pod, path, code, span] => {
                let until = self.world.now + duration(span).unwrap_or_default();
                if let Some(pod) = self.pod(pod).map(Object::key) {
                    self.programs.answer(pod, path, code, until);
                }
            }
            ["node-down", node] => self.silence(node, Outage::Power),
            ["node-shutdown", node] => self.silence(node, Outage::Shutdown),
            ["network-cut", node] if self.is_node(node) => self.silence(node, Outage::Network),
            ["node-up" | "network-heal", node] if self.is_node(node) => {
                self.world.apply(Input::NodeUp(node.into()));
            }
            [
                what @ ("crash" | "unready" | "ready" | "network-cut" | "network-heal"),
                pod,
            ] => {
                if let Some(pod) = self.pod(pod).map(Object::key) {
                    self.programs.fault(&mut self.world, what, &pod);
                }
            }
            ["provisioner-down"] => self.world.apply(Input::Provision(Duration::NEVER)),
            ["provisioner-up"] => {
                let takes = self.config.delays.provision;
                self.world.apply(Input::Provision(takes));
            }
            ["node-remove", node] => {
                self.silence(node, Outage::Power);
                self.world.apply(Input::Http(HttpRequest {
                    method: "DELETE",
                    path: crate::text!("/api/v1/nodes/{node}"),
                    ..HttpRequest::default()
                }));
            }
            _ => self.lack(line),
        }
    }

    fn silence(&mut self, node: &str, cause: Outage) {
        self.world.apply(Input::NodeDown(node.into(), cause));
    }

    fn is_node(&self, name: &str) -> bool {
        let key = Key::new(Kind::Node, "", name);
        self.world.store.objects.get(&key).is_some()
    }

    fn evict(&mut self, name: &str, resource: &str) {
        let Some(pod) = self.pod(name) else {
            return;
        };
        let limits = pod.containers().iter();
        let limits = limits.map(|it| it["resources"]["limits"][resource].as_str());
        let limit = limits.max().unwrap_or_default();
        let message = if limit.is_empty() || resource == "memory" {
            crate::text!("The node was low on resource: {resource}. ")
        } else {
            crate::text!(
                "Pod ephemeral local storage usage exceeds the total limit of containers {limit}. "
            )
        };
        let key = pod.key();
        self.world.apply(Input::Program {
            namespace: key.namespace,
            pod: key.name,
            container: Text::new(),
            words: crate::text!("evicted {message}"),
        });
    }

    /// When an object changed last, Events aside.
    fn moved_at(&self) -> Time {
        let log = self.world.store.log.iter().rev();
        log.filter(|it| it.object.kind != Kind::Event)
            .map(|it| it.time)
            .next()
            .unwrap_or_default()
    }

    /// A pod, by `POD` or `NAMESPACE/POD`.
    fn pod(&self, name: &str) -> Option<&Object> {
        let (namespace, name) = name.split_once('/').unwrap_or((&self.namespace, name));
        let key = Key::new(Kind::Pod, namespace, name);
        self.world.store.objects.get(&key).map(|it| &**it)
    }

    /// Goes on until that holds; false when patience ends first.
    fn until(&mut self, is_done: impl Fn(&mut Self) -> bool) -> bool {
        self.until_or(self.world.now + PATIENCE, is_done)
    }

    fn wait_until(&mut self, time: Time) {
        self.until_or(time, |_| false);
    }

    fn until_or(&mut self, end: Time, is_done: impl Fn(&mut Self) -> bool) -> bool {
        for _ in 0..EVENTS_MAX {
            self.programs.act(&mut self.world);
            if is_done(self) {
                return true;
            }
            let now = self.world.now;
            if now >= end {
                return false;
            }
            let due = self.programs.next_due().min(end).min(now + Duration::s(1));
            match self.world.next_time() {
                Some(next) if next <= due => drop(self.world.step()),
                _ => self.world.wait_until(due),
            }
        }
        is_done(self)
    }

    fn look(&mut self, look: &Look) {
        let took = match &look.from {
            From::Image(image) => {
                let namespace = self.namespace.clone();
                let printed = self.world.look_up(&namespace, image, &look.words);
                printed.map(|it| it.took)
            }
            From::Pod(pod, container) => {
                let pod = self.pod(pod).map(|it| Arc::new(it.clone()));
                let words = &look.words;
                let mut took = None;
                if let Some(pod) = pod {
                    self.world
                        .run_in(&pod, container, words, &mut |container, network| {
                            let printed = crate::programs::run(words, container, network).ok()?;
                            took = Some(printed.took);
                            Some((printed.tried, printed.exit))
                        });
                }
                took
            }
        };
        // Without such a tool or pod the line ends in an error, and the run goes on.
        if let Some(took) = took {
            self.wait_until(self.world.now + took);
        }
    }
}

/// Fields that decide what happens to pods; while they are only kept, a case that has one cannot run.
const DECISIVE: [&str; 10] = [
    "affinity",
    "initContainers",
    "lifecycle",
    "livenessProbe",
    "persistentVolumeClaimRetentionPolicy",
    "readinessGates",
    "readinessProbe",
    "resources",
    "startupProbe",
    "volumeClaimTemplates",
];

/// Names what a manifest needs and the simulator lacks.
fn unsimulated(value: &Value, lacks: &mut Vec<String>) {
    fn walk(fields: &schema::Struct, value: &Value, lacks: &mut Vec<String>) {
        for (name, member) in value.members() {
            let Some(field) = fields.field(name) else {
                continue;
            };
            if let Some(inner) = field.members().filter(|_| field.is_simulated) {
                walk(inner, member, lacks);
                member.items().iter().for_each(|it| walk(inner, it, lacks));
            } else if !field.is_simulated && DECISIVE.contains(&name.as_str()) {
                lacks.push(name.to_string());
            }
        }
    }
    let kind = value["kind"].as_str();
    match Kind::of(value["apiVersion"].as_str(), kind) {
        Some(kind) => walk(schema::root(kind), value, lacks),
        None => lacks.push(format!("kind {kind}")),
    }
}

/// The namespace of the first StatefulSet, else of the first namespaced object.
fn namespace_of(manifest: &str) -> Text {
    let documents = yaml::parse(manifest).documents;
    let is_namespaced = |it: &&yaml::Document| {
        let kind = Kind::of(it.value["apiVersion"].as_str(), it.value["kind"].as_str());
        kind.is_none_or(|it| it.facts().namespaced)
    };
    let is_set = |it: &&yaml::Document| it.value["kind"].as_str() == "StatefulSet";
    let found = documents.iter().find(is_set);
    let found = found.or_else(|| documents.iter().find(is_namespaced));
    let namespace = found.map_or("", |it| it.value["metadata"]["namespace"].as_str());
    if namespace.is_empty() {
        "default".into()
    } else {
        namespace.into()
    }
}
