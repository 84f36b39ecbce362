//! Probes: when they tick, what they find, and what follows at a threshold.
//!
//! A probe that passes rests: what it looks at changes only by an input, which wakes it.
//! differs: an answer takes no time, so no probe times out.
//! upstream: pkg/kubelet/prober/worker.go, doProbe; prober_manager.go, UpdatePodStatus; spec/statefulset.md D.6.

use super::behaviour::{Behaviour, words_end};
use super::life::Life;
use super::start::{next_tick, period};
use super::status::{is_ready, is_started};
use crate::api::Object;
use crate::config::Config;
use crate::memory::Stage;
use crate::time::Duration;
use crate::value::{Text, Value};
use crate::why::Why;

/// A kind of probe.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub field: &'static str,
    pub word: &'static str,
    title: &'static str,
}

pub(super) const STARTUP: usize = 0;
pub(super) const LIVENESS: usize = 1;
pub(super) const READINESS: usize = 2;
/// The kinds, by their places in [`crate::memory::ContainerMemory::probes`].
pub(super) const KINDS: [Kind; 3] = [
    Kind {
        field: "startupProbe",
        word: "startup",
        title: "Startup",
    },
    Kind {
        field: "livenessProbe",
        word: "liveness",
        title: "Liveness",
    },
    Kind {
        field: "readinessProbe",
        word: "readiness",
        title: "Readiness",
    },
];

impl Life<'_> {
    /// Runs a probe that is due; says whether there was one.
    pub(super) fn tick(&mut self) -> bool {
        let now = self.ctx.now;
        if self.it.stage >= Stage::Ended {
            return false;
        }
        for at in 0..self.it.containers.len() {
            for (kind, Kind { field, .. }) in KINDS.iter().enumerate() {
                let it = &mut self.it.containers[at];
                let probe = &mut it.probes[kind];
                let is_due = it.running.is_some() && !probe.rests && probe.next <= now;
                let period = period(&self.pod.container(at)[*field]);
                if let Some(period) = period.filter(|_| is_due) {
                    probe.next = next_tick(probe.next, period, now);
                    self.probe(at, kind);
                    return true;
                }
            }
        }
        false
    }

    /// Readiness probes of containers that are not ready run at once; says whether any is still not ready.
    ///
    /// upstream: UpdatePodStatus triggers them whenever a status is made, and their tickers begin anew.
    pub(super) fn probe_unready(&mut self) -> bool {
        let mut is_any_unready = false;
        for at in 0..self.it.containers.len() {
            let (spec, it) = (self.container(at), &self.it.containers[at]);
            let Some(period) = period(&spec[KINDS[READINESS].field]) else {
                continue;
            };
            if is_started(spec, it) && !is_ready(spec, it) {
                self.it.containers[at].probes[READINESS].next = self.ctx.now + period;
                self.probe(at, READINESS);
                is_any_unready |= !is_ready(spec, &self.it.containers[at]);
            }
        }
        is_any_unready
    }

    fn probe(&mut self, at: usize, kind: usize) {
        let (spec, now) = (self.container(at), self.ctx.now);
        let it = &self.it.containers[at];
        let probe = &spec[KINDS[kind].field];
        let has_run_s = now.since(it.running.unwrap_or(now)).ms / 1000;
        let delay = probe["initialDelaySeconds"].as_int().unwrap_or(0);
        let is_started = is_started(spec, it);
        if is_started == (kind == STARTUP) || u64::try_from(delay).is_ok_and(|it| has_run_s < it) {
            self.it.containers[at].probes[kind].rests = is_started && kind == STARTUP;
            return;
        }
        let failure = self.failure(at, kind, probe);
        let (pod, container) = (self.name(), self.container_name(at));
        let word: Text = KINDS[kind].word.into();
        if let Some(output) = &failure {
            let why = Why::ProbeFailed {
                pod: pod.clone(),
                container: container.clone(),
                probe: word.clone(),
            };
            let text = crate::text!("{} probe failed: {output}", KINDS[kind].title);
            self.record(at, ("Unhealthy", text, true), &why);
        }
        let passes = failure.is_none();
        let threshold = if passes {
            probe["successThreshold"].as_int().unwrap_or(1)
        } else {
            probe["failureThreshold"].as_int().unwrap_or(3)
        };
        let it = &mut self.it.containers[at].probes[kind];
        it.run = if passes {
            it.run.max(0) + 1
        } else {
            it.run.min(0) - 1
        };
        if it.run.abs() < threshold {
            return;
        }
        it.passes = Some(passes);
        it.rests = passes || kind != READINESS;
        if kind != READINESS {
            if (kind == STARTUP || !passes) && self.it.stage == Stage::Active {
                self.it.due = now;
            }
            return;
        }
        self.write(&if passes {
            Why::ProbePassed { pod, container }
        } else {
            Why::ProbeFailed {
                pod,
                container,
                probe: word,
            }
        });
    }

    /// What a probe that fails says; nothing if it passes.
    fn failure(&self, at: usize, kind: usize, probe: &Value) -> Option<Text> {
        let (spec, it) = (self.container(at), &self.it.containers[at]);
        let behaviour = Behaviour::now(self.ctx.config, self.pod, at, &it.said);
        let since = it.running?;
        let is_up = self.ctx.now >= since + self.up_after(at, &behaviour) && !behaviour.is_down;
        let is_held = kind == READINESS && behaviour.is_unready;
        if !probe["exec"].is_null() {
            let words = &probe["exec"]["command"];
            let words = [words[0].as_str(), words[1].as_str(), words[2].as_str()];
            let has_failed = words_end(&words).is_some_and(|it| it.1 != 0);
            return (has_failed || !is_up || is_held).then(Text::new);
        }
        let (handler, path) = match &probe["httpGet"] {
            Value::Null if probe["grpc"].is_null() => (&probe["tcpSocket"], None),
            Value::Null => (&probe["grpc"], None),
            http => (http, Some(http["path"].as_str())),
        };
        let port = asked_port(spec, probe)?;
        let listens = is_up && !behaviour.is_cut && listens(&behaviour.ports(spec), &port);
        if let Some((_, code)) = behaviour
            .answers
            .filter(|it| listens && path == Some(&it.0))
        {
            let is_good = code.starts_with(['2', '3']);
            return (!is_good).then(|| crate::text!("HTTP probe failed with statuscode: {code}"));
        }
        if listens && !is_held {
            return None;
        }
        let host = match handler["host"].as_str() {
            "" => self.it.status["podIP"].as_str(),
            host => host,
        };
        if !probe["grpc"].is_null() {
            let timeout = Duration::s(1).ms / 1000;
            return Some(crate::text!(
                "timeout: failed to connect service \"{host}:{port}\" within {timeout}s: context deadline exceeded"
            ));
        }
        let refused = crate::text!("dial tcp {host}:{port}: connect: connection refused");
        Some(match path {
            None => refused,
            Some(_) if listens => "HTTP probe failed with statuscode: 503".into(),
            Some(path) => {
                let scheme = handler["scheme"].as_str().to_ascii_lowercase();
                crate::text!("Get \"{scheme}://{host}:{port}{path}\": {refused}")
            }
        })
    }
}

/// The number of the port that a probe asks; nothing if it asks by running a command.
fn asked_port(container: &Value, probe: &Value) -> Option<Text> {
    let handlers = ["httpGet", "tcpSocket", "grpc"].map(|it| &probe[it]["port"]);
    let port = handlers.into_iter().find(|it| !it.is_null())?;
    let named = container["ports"].item("name", port.as_str());
    Some(match (port, &named["containerPort"]) {
        (Value::String(_), number) if !number.is_null() => crate::text!("{number}"),
        _ => crate::text!("{port}"),
    })
}

/// Whether a probe of the container asks a port, and its program listens on others only.
pub fn asks_in_vain(config: &Config, pod: &Object, at: usize) -> bool {
    let (spec, ports) = (pod.container(at), ports(config, pod, at));
    let asked = KINDS
        .iter()
        .filter_map(|it| asked_port(spec, &spec[it.field]));
    asked.into_iter().any(|it| !listens(&ports, &it))
}

/// The ports that the program of a container listens on; none if nobody says.
pub fn ports(config: &Config, pod: &Object, at: usize) -> Vec<Text> {
    Behaviour::of(config, pod, at).ports(pod.container(at))
}

/// Whether a program that listens on these ports does so on that one; where none is known, on every one.
pub fn listens(ports: &[Text], port: &Text) -> bool {
    ports.is_empty() || ports.contains(port)
}
