//! A recorded scenario, done again in the simulator.
//!
//! Two hands do its steps, as when it was recorded: the script one after another, the scripted kubelet beside it (see
//! [`Roles`]). Of the recording only the steps and the objects of the first moment are known.

mod command;
mod holds;
mod kubelet;
mod out;
mod pods;
mod script;
mod seed;
mod status;

use std::collections::BTreeSet;

use super::compare::Recording;
use super::scenario::{Condition, Placement, Roles, Scenario, placements};
use crate::api::Kind;
use crate::config::Config;
use crate::sim::World;
use crate::time::Time;
pub use command::Command;
use holds::Before;
pub(super) use out::body;
use pods::Pods;

/// What a replay gave.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// What was recorded.
    pub recording: Recording,
    /// What did not go as the recording says: waits given up, steps never done.
    pub remarks: Vec<String>,
    /// What the scenario needs and the simulator does not have yet.
    pub lacks: Vec<String>,
    /// The codes of the reasons that were given.
    pub reasons: BTreeSet<&'static str>,
}

/// How many draws of the scheduler are tried for pods to be where the scenario counts on them.
const DRAWS: u64 = 40;

/// Does a scenario again.
pub fn replay(scenario: &Scenario) -> Replayed {
    let placements = placements(&scenario.steps);
    let draws = (1..=DRAWS).map(|seed| attempt(scenario, seed, &placements));
    let mut fitting = draws.filter(|it| it.1);
    let fits = fitting.next();
    fits.unwrap_or_else(|| attempt(scenario, 1, &[])).0
}

/// Does a scenario with one draw; says whether every pod was where it should be.
fn attempt(scenario: &Scenario, seed: u64, placements: &[Placement]) -> (Replayed, bool) {
    let world = seed::world(scenario, seed);
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
        runs: Vec::new(),
        watch: None,
        placements,
        is_misplaced: false,
        out: Replayed::default(),
    };
    let gates = scenario.gates.iter();
    let mut known = Config::default();
    replay.out.lacks = gates
        .filter(|(gate, on)| !known.switch_gate(gate, *on))
        .map(|(gate, on)| format!("feature gate {gate}={on}"))
        .collect();
    replay.began = replay.start;
    replay.ended = replay.start;
    replay.write_initial();
    replay.run();
    let fits = !replay.is_misplaced;
    (replay.finish(), fits)
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
    /// Commands that have not ended yet.
    runs: Vec<Run>,
    watch: Option<Command>,
    placements: &'a [Placement],
    /// Whether a pod was not where the scenario counts on it.
    is_misplaced: bool,
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
    /// The kubectl of that step.
    Running(usize),
}

/// A kubectl that a step of the script started.
struct Run {
    step: usize,
    began: Time,
    give_up: Time,
    command: Command,
}

impl Replay<'_> {
    fn run(&mut self) {
        loop {
            self.look();
            if self.act() {
                continue;
            }
            let Some(own) = self.next_own().filter(|_| !self.is_misplaced) else {
                return;
            };
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
        self.go_on_with_commands() || self.act_as_kubelet() || self.act_as_script()
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
            // Its end is among the dues below.
            Doing::Running(_) => Time { ms: u64::MAX },
        };
        let runs = self.runs.iter();
        let runs = runs.map(|it| {
            it.command
                .due()
                .map_or(it.give_up, |due| due.min(it.give_up))
        });
        let watch = self.watch.as_ref().and_then(Command::due);
        let kubelet = self.kubelet_due().map(|it| it.1);
        runs.chain([script]).chain(watch).chain(kubelet).min()
    }
}
