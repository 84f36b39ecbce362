//! What the reader's own shell lets go wrong: `fault …`. Faults that kubectl can cause (deletion, draining, a patch) are
//! left to it.

use super::input::Input;
use super::world::World;
use crate::api::{Key, Kind};
use crate::dns::server::{Preset, Server};
use crate::memory::Outage;
use crate::programs::seconds;
use crate::time::Duration;
use crate::value::Text;

const USAGE: &str = "usage: fault pod NAME [-n NAMESPACE] WORDS (exits 1, unready, ready, down, up, cut, evicted MESSAGE), \
    fault node NAME down|cut|shutdown|up, fault image IMAGE missing|slow SPAN|usual, fault storage slow SPAN|fails|away|usual, \
    or fault dns no-cache|caches|caches-outside|serves-stale; a SPAN is like 30s";

/// What all spans are cut to.
const LONGEST: Duration = Duration::s(86_400);

impl World {
    /// Lets that go wrong, or right again; says what to expect.
    ///
    /// # Errors
    /// What is wrong with the words.
    pub(super) fn fault(&mut self, words: &[Text]) -> Result<String, Text> {
        let words: Vec<&str> = words.iter().map(Text::as_str).collect();
        match &words[..] {
            [_, "pod", name, "-n", namespace, words @ ..] => {
                self.fault_pod(namespace, name, &words.join(" "))
            }
            [_, "pod", name, words @ ..] => self.fault_pod("default", name, &words.join(" ")),
            [_, "node", name, way @ ("down" | "cut" | "shutdown" | "up")] => {
                let key = Key::new(Kind::Node, "", *name);
                if self.store.objects.get(&key).is_none() {
                    return Err(crate::text!("there is no {key}"));
                }
                let mut outages = Outage::ALL.into_iter();
                let input = match outages.find(|it| it.word() == *way) {
                    Some(outage) => Input::NodeDown((*name).into(), outage),
                    None => Input::NodeUp((*name).into()),
                };
                self.act(input, 0);
                Ok(crate::text!("{key} is {way}\n").into())
            }
            ["fault", "image", image, how @ ..] => {
                let takes = match how {
                    ["missing"] => Some(Duration::NEVER),
                    ["slow", span] => Some(span_of(span)?),
                    ["usual"] => None,
                    _ => return Err(USAGE.into()),
                };
                let image = Text::from(*image);
                match takes {
                    Some(takes) => self.act(Input::Pull { image, takes }, 0),
                    None => drop(self.memory.pull_times.remove(&image)),
                }
                Ok("from now on, for pulls that begin\n".into())
            }
            ["fault", "storage", how @ ..] => {
                let takes = match how {
                    ["fails" | "usual"] => None,
                    ["away"] => Some(Duration::NEVER),
                    ["slow", span] => Some(span_of(span)?),
                    _ => return Err(USAGE.into()),
                };
                self.memory.storage_fails = matches!(how, ["fails"]);
                self.provision(takes);
                Ok("from now on, for volumes that are asked for\n".into())
            }
            ["fault", "dns", how] => {
                let preset = match *how {
                    "no-cache" => Preset::P1,
                    "caches" | "serves-stale" => Preset::P2,
                    "caches-outside" => Preset::P3,
                    _ => return Err(USAGE.into()),
                };
                let mut caches = Server::new(preset, &self.config.domain, self.config.seed);
                if *how == "serves-stale" {
                    caches.serve_stale();
                }
                self.dns.cache = caches.cache;
                Ok("from now on, with an empty cache\n".into())
            }
            _ => Err(USAGE.into()),
        }
    }

    /// Whether a node's kubelet does not run.
    pub fn is_down(&self, node: &str) -> bool {
        self.memory.silent.contains_key(node)
    }

    /// Whether volumes are made as fast as usual.
    pub fn is_storage_usual(&self) -> bool {
        self.memory.provision.is_none() && !self.memory.storage_fails
    }

    fn fault_pod(&mut self, namespace: &str, name: &str, words: &str) -> Result<String, Text> {
        let key = Key::new(Kind::Pod, namespace, name);
        if self.store.objects.get(&key).is_none() {
            return Err(crate::text!("there is no {key}"));
        }
        let is_known = ["unready", "ready", "down", "up", "cut"].contains(&words)
            || words
                .strip_prefix("exits ")
                .is_some_and(|it| it.parse::<u8>().is_ok())
            || words
                .strip_prefix("evicted ")
                .is_some_and(|it| !it.trim().is_empty());
        if !is_known {
            return Err(USAGE.into());
        }
        let input = Input::Program {
            namespace: namespace.into(),
            pod: name.into(),
            container: Text::new(),
            words: words.into(),
        };
        self.act(input, 0);
        Ok(crate::text!("{key}: {words}\n").into())
    }
}

fn span_of(word: &str) -> Result<Duration, Text> {
    match seconds(word) {
        Some(span) if span >= LONGEST => Err(crate::text!("{word} is too long: less than 24h")),
        Some(span) => Ok(span),
        None => Err(crate::text!("{word} is no span of time: 30s, 5m")),
    }
}
