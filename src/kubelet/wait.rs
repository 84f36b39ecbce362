//! What stands between a pod and its next stage.

use super::back_off::go_text;
use super::life::Life;
use super::probes::{KINDS, READINESS, STARTUP};
use super::start::{CONFIG_ERROR, INVALID_IMAGE};
use super::status::{gates_missing, is_ready, is_started};
use crate::memory::Stage;
use crate::plan::Decision;
use crate::value::Text;
use crate::why::Why;

impl Life<'_> {
    /// Says what is waited for.
    pub(super) fn say_wait(&mut self) {
        let (pod, node) = (self.name(), self.node());
        let why = match self.it.stage {
            Stage::Mounting => match self.unmountable() {
                Some((_, claim, problem)) => Why::WaitsForMount {
                    pod,
                    claim,
                    problem,
                },
                None => match self.lacking_volumes().into_iter().next() {
                    Some((volume, problem)) => self.waits_for_source(volume, problem),
                    None => Why::WaitsForVolumes { pod },
                },
            },
            Stage::Pulling(at) => Why::WaitsForPull {
                pod,
                image: self.container(at)["image"].as_str().into(),
                seconds: crate::text!("{}", self.it.pull.ms / 1000),
            },
            Stage::Stopping | Stage::Restarting(_) => Why::WaitsForStop { pod },
            Stage::Hooking(at) => Why::WaitsForHook {
                pod,
                container: self.container_name(at),
            },
            Stage::Ended if self.pod.is_terminating() => Why::WaitsForRemoval { pod, node },
            Stage::Active => match self.not_ready() {
                Some(why) => why,
                None => return,
            },
            Stage::Ended | Stage::Removed => return,
        };
        self.decisions.push(Decision::Wait {
            on: self.pod.key(),
            why,
        });
    }

    /// Why a container waits that the last sync could not start.
    pub(super) fn held(&self, at: usize) -> Why {
        let (pod, container) = (self.name(), self.container_name(at));
        let waiting = &self.it.containers[at].waiting;
        let message = Text::from(waiting["message"].as_str());
        match waiting["reason"].as_str() {
            CONFIG_ERROR => Why::WaitsForConfig {
                pod,
                container,
                message,
            },
            INVALID_IMAGE => Why::ImageInvalid {
                pod,
                container,
                message,
            },
            reason => Why::ContainerHeld {
                pod,
                container,
                reason: reason.into(),
            },
        }
    }

    /// What keeps an active pod from being Ready.
    fn not_ready(&self) -> Option<Why> {
        let pod = self.name();
        let init = self.pod.init_containers().len();
        for (at, it) in self.it.containers.iter().enumerate() {
            let (spec, container) = (self.container(at), self.container_name(at));
            if it.running.is_none() {
                match it.waiting["reason"].as_str() {
                    "" => continue,
                    "CrashLoopBackOff" => {
                        let length = go_text(it.restart_back_off.length);
                        return Some(Why::WaitsForRestart {
                            pod,
                            container,
                            length,
                        });
                    }
                    _ => return Some(self.held(at)),
                }
            }
            if at < init && spec["restartPolicy"].is_null() {
                return Some(Why::WaitsForInit { pod, container });
            }
            if !is_ready(spec, it) {
                let kind = if is_started(spec, it) {
                    READINESS
                } else {
                    STARTUP
                };
                let probe: Text = KINDS[kind].word.into();
                return Some(Why::WaitsForProbe {
                    pod,
                    container,
                    probe,
                });
            }
        }
        let gates = gates_missing(self.pod);
        (!gates.is_empty()).then(|| Why::WaitsForGates {
            pod,
            message: gates,
        })
    }
}
