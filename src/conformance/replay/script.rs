//! The hand of the script: its steps, one after another, at their recorded gaps.

use super::command::Command;
use super::holds::{self, Look};
use super::{Doing, Replay, Run};
use crate::api::{Key, Kind};
use crate::config::Version;
use crate::conformance::scenario::{Action, Condition, Script};
use crate::kubectl::Invocation;
use crate::memory::Outage;
use crate::sim::Input;
use crate::time::{Duration, Time};
use crate::value::Text;

/// What the real kubectl takes before its first request goes out, where the recording does not tell.
const START_UP: Duration = Duration::ms(200);
/// What is left of a command's recorded time when its first request goes out.
const LAST_REQUESTS: Duration = Duration::ms(40);
/// A command after which the script went on sooner than this runs beside it.
const AT_ONCE: Duration = Duration::ms(50);
/// A wait is at least so long when it waits for quiet.
const QUIET_AT_LEAST: Duration = Duration::s(1);
/// A wait is given up so long after it should have ended.
const PATIENCE: Duration = Duration::s(60);

impl Replay<'_> {
    /// When the script's next step begins; nothing when there is none.
    pub(super) fn script_due(&self) -> Option<Time> {
        let Script {
            after_end,
            after_start,
            ..
        } = self.roles.script.get(self.next)?;
        Some((self.ended + *after_end).max(self.began + *after_start))
    }

    /// The recording went on for a while after its last step began.
    pub(super) fn recorded_until(&self) -> Time {
        let last = self
            .roles
            .script
            .last()
            .map_or(0, |it| self.scenario.steps[it.step].t);
        self.began + Duration::ms(self.scenario.duration.ms.saturating_sub(last))
    }

    pub(super) fn act_as_script(&mut self) -> bool {
        let now = self.world.now;
        let is_done = match &mut self.doing {
            Doing::Nothing => {
                let is_due = self.script_due().is_some_and(|it| it <= now);
                if is_due {
                    self.begin();
                }
                return is_due;
            }
            Doing::Sleeping(until) => *until <= now,
            Doing::Waiting { .. } => self.is_wait_over(),
            Doing::Running(step) => self.runs.iter().all(|it| it.step != *step),
        };
        if is_done {
            self.doing = Doing::Nothing;
            self.ended = now;
        }
        is_done
    }

    /// When it will have been quiet for that long.
    pub(super) fn quiet_at(&self, span: Duration) -> Time {
        (self.last_change + span).max(self.began + QUIET_AT_LEAST)
    }

    fn is_wait_over(&mut self) -> bool {
        let Doing::Waiting { condition, give_up } = &self.doing else {
            return true;
        };
        let now = self.world.now;
        let holds = match condition {
            Condition::Quiet(span) => self.quiet_at(*span) <= now,
            _ => self.looking().holds(condition),
        };
        if !holds && *give_up <= now {
            self.out
                .remarks
                .push(format!("given up: wait for {condition:?}"));
            return true;
        }
        holds
    }

    fn looking(&self) -> Look<'_> {
        Look {
            store: &self.world.store,
            namespace: &self.scenario.namespace,
            before: &self.before,
        }
    }

    /// Begins the script's next step.
    fn begin(&mut self) {
        let at = self.roles.script[self.next].step;
        self.next += 1;
        let now = self.world.now;
        (self.began, self.ended) = (now, now);
        let step = &self.scenario.steps[at];
        for it in self.placements.iter().filter(|it| it.step == at) {
            let key = Key::new(Kind::Pod, &self.scenario.namespace, &it.pod);
            let pod = self.world.store.objects.get(&key);
            self.is_misplaced |= pod.is_none_or(|pod| pod.node_name() != it.node);
        }
        match &step.action {
            Action::Kubectl(argv) => {
                if may_replace(argv) {
                    self.before = holds::remember(&self.world.store, &self.scenario.namespace);
                }
                let lasts = self.lasts(self.next);
                self.runs.push(Run {
                    step: at,
                    began: now,
                    give_up: now + lasts.unwrap_or_default() + PATIENCE,
                    command: self.kubectl(argv, lasts),
                });
                if lasts.is_none_or(|it| it > AT_ONCE) {
                    self.doing = Doing::Running(at);
                }
            }
            Action::Api(api) => self.send(at, api, None),
            Action::Manual { status, pod, .. } => self.give_status(status, pod),
            Action::Kubelet(_) => self.told.push((at, now)),
            Action::Wait { condition, held_at } => {
                let expected = Duration::ms(held_at.saturating_sub(step.t));
                self.doing = Doing::Waiting {
                    condition: condition.clone(),
                    give_up: now + expected + PATIENCE,
                };
            }
            Action::Sleep(span) => self.doing = Doing::Sleeping(now + *span),
            Action::Watch(argv) => self.watch = Some(self.kubectl(argv, None)),
            Action::WatchStop => self.stop_watch(),
            Action::Tables(label) => self.write_tables(label),
            Action::Servers { is_stop, node } => {
                let node = node.clone();
                self.world.apply(if *is_stop {
                    Input::NodeDown(node, Outage::Power)
                } else {
                    Input::NodeUp(node)
                });
            }
        }
    }

    /// How long the step before the script's `next` took, where that is recorded.
    fn lasts(&self, next: usize) -> Option<Duration> {
        self.roles.script.get(next).map(|it| it.after_start)
    }

    fn kubectl(&self, argv: &[Text], lasts: Option<Duration>) -> Command {
        let call = Invocation {
            argv: argv.to_vec(),
            files: self.scenario.files.clone(),
            stdin: None,
            namespace: self.scenario.namespace.clone(),
            tty: false,
            version: Version::V1_36,
        };
        // The recording machine was busy: all but the end of a command that waits for nothing was its start.
        let start_up = match lasts {
            Some(lasts) if !may_block(argv) => {
                Duration::ms(lasts.ms.saturating_sub(LAST_REQUESTS.ms))
            }
            Some(lasts) if lasts > AT_ONCE => self.start_up().min(lasts),
            Some(_) | None => self.start_up(),
        };
        Command::start(call, self.world.now + start_up)
    }

    /// The usual start of a kubectl in this recording: the median of those that waited for nothing.
    fn start_up(&self) -> Duration {
        let script = self.roles.script.windows(2);
        let mut starts: Vec<u64> = script
            .filter(|it| match &self.scenario.steps[it[0].step].action {
                Action::Kubectl(argv) => !may_block(argv),
                _ => false,
            })
            .map(|it| it[1].after_start.ms.saturating_sub(LAST_REQUESTS.ms))
            .collect();
        starts.sort_unstable();
        let median = starts.get(starts.len() / 2);
        median.map_or(START_UP, |it| Duration::ms(*it))
    }

    /// Lets the commands that have not ended go on; says whether one did.
    pub(super) fn go_on_with_commands(&mut self) -> bool {
        let now = self.world.now;
        for at in 0..self.runs.len() {
            let run = &mut self.runs[at];
            let has_moved = run.command.go_on(&mut self.world);
            if run.command.code.is_none() && !has_moved && run.give_up <= now {
                run.command.interrupt(&self.world);
                let remark = "given up: a command that does not end".to_owned();
                self.out.remarks.push(remark);
            }
            if run.command.code.is_some() {
                let run = self.runs.remove(at);
                self.write_command(&run);
                return true;
            }
            if has_moved {
                return true;
            }
        }
        false
    }
}

/// Whether a command may wait for something to happen.
fn may_block(argv: &[Text]) -> bool {
    let has = |flag: &str| argv.iter().any(|it| it == flag);
    match argv.first().map_or("", Text::as_str) {
        "delete" => !has("--wait=false"),
        "rollout" => has("status"),
        "get" => has("-w") || has("--watch"),
        "drain" | "wait" => true,
        _ => false,
    }
}

/// Whether a command may replace pods, so that "another pod than before" means before it.
fn may_replace(argv: &[Text]) -> bool {
    let words: Vec<&str> = argv.iter().take(2).map(Text::as_str).collect();
    !matches!(
        words.as_slice(),
        [
            "get" | "describe" | "events" | "logs" | "version" | "api-resources",
            ..
        ] | ["rollout", "status" | "history"]
    )
}
