//! The look-ups that were made inside the cluster, by readers and programs: what was typed, asked and found.

use std::sync::Arc;

use super::world::World;
use crate::api::{Key, Kind, Object};
use crate::config::Config;
use crate::dns::server::{Server, Upstream};
use crate::dns::stub::{Attempt, Network};
use crate::dns::{Outcome, Query, Type};
use crate::kubectl::Known;
use crate::programs::image::Image;
use crate::programs::{self, Container, Disks, Printed};
use crate::shell::complete::{Completion, complete, complete_inside};
use crate::time::Time;
use crate::value::{Text, Value};
use crate::{array, object};

/// A look-up.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// When.
    pub time: Time,
    /// The pod it was made in; its name is empty for a throwaway client.
    pub pod: Arc<Object>,
    /// The words that were run.
    pub words: Vec<Text>,
    /// The name, as it was given.
    pub name: Text,
    /// What was asked, in order.
    pub tried: Vec<Attempt>,
    /// The tool's exit code.
    pub exit: i32,
    /// Whether the image's own resolver finds the name, where another client asked.
    pub resolves: Option<bool>,
}

impl Lookup {
    /// Whether a record came back.
    pub fn is_answered(&self) -> bool {
        self.forward().any(|it| it.records > 0)
    }

    /// The queries for the name itself, not for the names of addresses.
    pub fn forward(&self) -> impl Iterator<Item = &Attempt> {
        self.tried.iter().filter(|it| it.query.kind != Type::Ptr)
    }
}

/// The name that a DNS tool was given.
fn name_in(words: &[Text]) -> Option<&Text> {
    let tool = words.first()?.rsplit('/').next()?;
    let is_name = |it: &&Text| {
        !it.starts_with(['-', '+', '@'])
            && !it.starts_with("ahosts")
            && (tool != "getent" || *it != "hosts")
            && (tool != "dig" || Type::from_name(it).is_none())
    };
    let is_tool = ["nslookup", "dig", "host", "getent", "ping"].contains(&tool);
    words[1..].iter().filter(|_| is_tool).find(is_name)
}

/// The cluster's DNS as a container reaches it: its servers, and the resolver of the nodes.
pub(super) fn network(
    dns: &mut Server,
    config: &Config,
    now: Time,
    is_cut_off: bool,
) -> impl FnMut(&str, &Query) -> Outcome {
    move |server, query| {
        if is_cut_off {
            return Outcome::Silent;
        }
        let reply = if server == config.dns_address {
            dns.ask(query, now)
        } else {
            Upstream::default().ask(query)
        };
        Outcome::Reply(Box::new(reply))
    }
}

/// What is run in a container: gives the queries it sent and its exit code, if it ran.
pub type Work<'a> = dyn FnMut(&Container<'_>, &mut Network<'_>) -> Option<(Vec<Attempt>, i32)> + 'a;

impl World {
    /// What the last word before the cursor of that terminal could become.
    pub fn complete(&self, at: usize, before: &str) -> Completion {
        let terminal = &self.seats[at].terminal;
        let is_shell = !terminal.is_line_open() && !terminal.is_at_client();
        let Some(connection) = terminal.attached().filter(|_| is_shell) else {
            let known = Known {
                objects: &self.store.objects,
                files: &terminal.files,
            };
            return complete(before, terminal, known);
        };
        let (mut found, folder) = (Completion::default(), terminal.folder());
        let key = Key::new(Kind::Pod, &connection.namespace, &connection.pod);
        if let Some(pod) = self.store.objects.get(&key) {
            let container = &connection.container;
            self.clone()
                .run_in(pod, container, &[], &mut |container, _| {
                    found = complete_inside(before, container, &folder);
                    None
                });
        }
        found
    }

    /// Runs something in a container of that pod, with the cluster's DNS as its network; remembers what it looked up.
    pub fn run_in(
        &mut self,
        pod: &Arc<Object>,
        container: &str,
        words: &[Text],
        work: &mut Work<'_>,
    ) {
        let init = pod.value["spec"]["initContainers"].items();
        let named = |it: &&Value| it["name"].as_str() == container;
        let found = init.iter().chain(pod.containers()).find(named);
        let Some(container) = found.or(pod.containers().first()) else {
            return;
        };
        let is_cut_off = self.is_cut_off(pod);
        let disks = Disks::new(core::mem::take(&mut self.disks));
        let container = Container {
            image: container["image"].as_str(),
            pod,
            objects: &self.store.objects,
            name: container["name"].as_str(),
            config: &self.config,
            now: self.now,
            disks: &disks,
            folder: match container["workingDir"].as_str() {
                "" => "/",
                folder => folder,
            },
            stdin: None,
            is_terminal: false,
            is_live: false,
            typed: None,
        };
        let ran = work(
            &container,
            &mut network(&mut self.dns, &self.config, self.now, is_cut_off),
        );
        self.disks = disks.take();
        let Some((tried, exit)) = ran.filter(|it| !it.0.is_empty()) else {
            return;
        };
        let asked = tried.iter().map(|it| &it.query.name);
        let shortest = asked.min_by_key(|it| it.len());
        let name = name_in(words).or(shortest).cloned().unwrap_or_default();
        // Only busybox's own client since 1.29 differs from the resolver beside it.
        let busybox = Image::parse(container.image).busybox();
        let is_own = busybox.is_some_and(|it| it.minor > 28)
            && words.first().is_some_and(|it| it.ends_with("nslookup"));
        let resolves = is_own.then(|| {
            let mut dns = self.dns.clone();
            let mut network = network(&mut dns, &self.config, self.now, is_cut_off);
            !programs::resolve(&container, &name, true, &mut network)
                .0
                .is_empty()
        });
        self.lookups.push(Lookup {
            time: self.now,
            pod: Arc::clone(pod),
            words: words.to_vec(),
            name,
            tried,
            exit,
            resolves,
        });
    }

    /// Runs a tool in a container of that image, in a pod that is no object: nothing is scheduled, nothing started.
    /// Nothing comes back when the image has no such program.
    pub fn look_up(&mut self, namespace: &str, image: &str, words: &[Text]) -> Option<Printed> {
        let value = object! {
            "metadata": object! {"namespace": namespace},
            "spec": object! {"containers": array![object! {"name": "client", "image": image}]},
        };
        let pod = Arc::new(Object::new(Kind::Pod, value));
        let mut printed = None;
        self.run_in(&pod, "", words, &mut |container, network| {
            printed = programs::run(words, container, network).ok();
            printed.as_ref().map(|it| (it.tried.clone(), it.exit))
        });
        printed
    }
}
