//! A recorded scenario, done again in the simulator.
//!
//! Two hands do its steps, as when it was recorded: the script one after another, the scripted kubelet beside it (see
//! [`Roles`]). Of the recording only the steps and the objects of the first moment are known.
//! What it leaves out: how long the real kubectl took to start, which is one delay here.

mod command;
mod holds;
mod kubelet;
mod out;
mod pods;
mod seed;
mod status;

use super::compare::Recording;
use super::scenario::{Action, Condition, Roles, Scenario, Script};
use crate::api::Kind;
use crate::config::Version;
use crate::kubectl::Invocation;
use crate::sim::World;
use crate::time::{Duration, Time};
use crate::value::Text;
pub use command::Command;
use holds::{Before, Look};
pub(super) use out::body;
use pods::Pods;

/// What the real kubectl takes before its first request goes out, where the recording does not tell.
const START_UP: Duration = Duration::ms(200);
/// What is left of a command's recorded time when its first request goes out.
const LAST_REQUESTS: Duration = Duration::ms(40);
/// A wait is at least so long when it waits for quiet.
const QUIET_AT_LEAST: Duration = Duration::s(1);
/// A wait is given up so long after it should have ended.
const PATIENCE: Duration = Duration::s(60);

/// What a replay gave.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// What was recorded.
    pub recording: Recording,
    /// What did not go as the recording says: waits given up, steps never done.
    pub remarks: Vec<String>,
    /// What the scenario needs and the simulator does not have yet.
    pub lacks: Vec<String>,
}

/// Does a scenario again.
pub fn replay(scenario: &Scenario) -> Replayed {
    let world = seed::world(scenario);
    let mut replay = Replay {
        scenario,
        start: world.now,
        seen: world.store.log.len(),
        last_change: world.now,
        world,
        roles: Roles::of(&scenario.steps),
        next: 0,
        began: Time::START,
        ended: Time::START,
        doing: Doing::Nothing,
        told: Vec::new(),
        pods: Pods::default(),
        before: Before::new(),
        addresses: 1,
        watch: None,
        out: Replayed::default(),
    };
    let gates = scenario.gates.iter();
    replay.out.lacks = gates
        .map(|(gate, on)| format!("feature gate {gate}={on}"))
        .collect();
    replay.began = replay.start;
    replay.ended = replay.start;
    replay.write_initial();
    replay.run();
    replay.finish()
}

/// A replay under way.
struct Replay<'a> {
    scenario: &'a Scenario,
    world: World,
    /// When the scenario started.
    start: Time,
    /// Entries of the watch log that were looked at.
    seen: usize,
    /// When something but Events and Nodes changed last.
    last_change: Time,
    roles: Roles,
    /// Which step of the script comes next.
    next: usize,
    /// When the script's last step began.
    began: Time,
    /// When it ended.
    ended: Time,
    doing: Doing,
    /// When the script told the kubelet what to do, by step.
    told: Vec<(usize, Time)>,
    pods: Pods,
    before: Before,
    /// The next pod's address.
    addresses: u32,
    watch: Option<Command>,
    out: Replayed,
}

/// What the script is doing.
enum Doing {
    Nothing,
    Sleeping(Time),
    Waiting {
        condition: Condition,
        give_up: Time,
    },
    Running {
        command: Box<Command>,
        give_up: Time,
    },
}

impl Replay<'_> {
    fn run(&mut self) {
        loop {
            self.look();
            if self.act() {
                continue;
            }
            let Some(own) = self.next_own() else { return };
            match self.world.next_time() {
                Some(time) if time <= own => {
                    self.world.step();
                }
                _ => self.world.wait_until(own),
            }
        }
    }

    /// Takes in what changed.
    fn look(&mut self) {
        while let Some(entry) = self.world.store.log.get(self.seen) {
            self.seen += 1;
            let Some(row) = out::row(entry, &self.scenario.namespace, self.start) else {
                continue;
            };
            self.out.recording.events.push(row);
            if entry.object.kind == Kind::Pod {
                self.pods.note(entry);
            }
            if !matches!(entry.object.kind, Kind::Event | Kind::Node) {
                self.last_change = entry.time;
            }
        }
    }

    /// Does one thing that is due; says whether there was one.
    fn act(&mut self) -> bool {
        if let Some(watch) = &mut self.watch
            && watch.go_on(&mut self.world)
        {
            return true;
        }
        self.act_as_kubelet() || self.act_as_script()
    }

    /// When something of the replay's own is due next; nothing when the scenario is over.
    fn next_own(&self) -> Option<Time> {
        let now = self.world.now;
        let script = match &self.doing {
            Doing::Nothing => match self.script_due() {
                Some(due) => due,
                None => Some(self.recorded_until()).filter(|it| *it > now)?,
            },
            Doing::Sleeping(until) => *until,
            Doing::Waiting {
                condition: Condition::Quiet(span),
                give_up,
            } => self.quiet_at(*span).min(*give_up),
            Doing::Waiting { give_up, .. } => *give_up,
            Doing::Running { command, give_up } => command.due().unwrap_or(*give_up).min(*give_up),
        };
        let watch = self.watch.as_ref().and_then(Command::due);
        let kubelet = self.kubelet_due().map(|it| it.1);
        [Some(script), watch, kubelet].into_iter().flatten().min()
    }

    fn quiet_at(&self, span: Duration) -> Time {
        (self.last_change + span).max(self.began + QUIET_AT_LEAST)
    }
}

/// The script.
impl Replay<'_> {
    /// When the script's next step begins; nothing when there is none.
    fn script_due(&self) -> Option<Time> {
        let Script {
            after_end,
            after_start,
            ..
        } = self.roles.script.get(self.next)?;
        Some((self.ended + *after_end).max(self.began + *after_start))
    }

    /// The recording went on for a while after its last step began.
    fn recorded_until(&self) -> Time {
        let last = self
            .roles
            .script
            .last()
            .map_or(0, |it| self.scenario.steps[it.step].t);
        self.began + Duration::ms(self.scenario.duration.ms.saturating_sub(last))
    }

    fn act_as_script(&mut self) -> bool {
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
            Doing::Running { command, give_up } => {
                let has_moved = command.go_on(&mut self.world);
                if command.code.is_none() {
                    if has_moved || *give_up > now {
                        return has_moved;
                    }
                    command.interrupt(&self.world);
                    self.out
                        .remarks
                        .push("given up: a command that does not end".to_owned());
                }
                self.write_command();
                true
            }
        };
        if is_done {
            self.doing = Doing::Nothing;
            self.ended = now;
        }
        is_done
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
        match &step.action {
            Action::Kubectl(argv) => {
                if may_replace(argv) {
                    self.before = holds::remember(&self.world.store, &self.scenario.namespace);
                }
                let lasts = self.lasts(self.next);
                let command = Box::new(self.kubectl(argv, lasts));
                let give_up = now + lasts.unwrap_or_default() + PATIENCE;
                self.doing = Doing::Running { command, give_up };
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
                let what = if *is_stop { "stopped" } else { "started" };
                self.out
                    .remarks
                    .push(format!("{node} cannot be {what} yet"));
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
            Some(lasts) if may_block(argv) => START_UP.min(lasts),
            Some(lasts) => Duration::ms(lasts.ms.saturating_sub(LAST_REQUESTS.ms)),
            None => START_UP,
        };
        Command::start(call, self.world.now + start_up)
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
