//! The way through a simulation's time: forward by steps, back to any step, exactly; and its branches.
//!
//! The ground state is the options and the inputs; worlds kept on the way, now and then, only save replaying.
//! Whoever does something in the past starts another branch: what had happened after that moment stays beside it.

use super::input::Input;
use super::trace::Seq;
use super::world::World;
use crate::config::Config;
use crate::time::{Duration, Time};

/// A world is kept after so many changes a reader sees: going back makes at most the few between them again.
const KEPT_EVERY: usize = 4;
/// Worlds kept before every second one is let go.
const KEPT_MAX: usize = 4096;
/// Events handled at most by one call; a simulation that never rests ends there and can be stepped on.
const EVENTS_MAX: usize = 100_000;
/// Branches kept before the oldest that is not stood on is let go.
pub const BRANCHES_MAX: usize = 32;
/// Events handled at most to get to the moment a link names.
const STAND_MAX: usize = 20_000;
/// So much time passes at most in one call: a program that crashes and restarts does so for ever.
const TIME_MAX: Duration = Duration::s(3600);

/// An input and where it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// How many events had been handled.
    pub after: Seq,
    /// When.
    pub time: Time,
    /// What.
    pub input: Input,
    /// Whether the simulation was begun with it: it stays to come, whatever the reader does before.
    pub is_given: bool,
}

impl Recorded {
    /// An input that a simulation begins with.
    pub fn given(input: Input) -> Self {
        Self {
            after: 0,
            time: Time::START,
            input,
            is_given: true,
        }
    }
}

/// How far one step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepSize {
    /// One event, seen or not.
    Event,
    /// To the next decision: something written, refused, or waited for, be it an Event object.
    Decision,
    /// To the next change a reader can see.
    Change,
    /// Until every wanted pod is Ready, having not been so on the way; else until nothing moves.
    Ready,
    /// Until nothing moves.
    Idle,
}

/// A simulation with its past.
///
/// ```
/// use statefulset_playground::config::Config;
/// use statefulset_playground::sim::{StepSize, Timeline};
///
/// let mut timeline = Timeline::new(Config::default(), Vec::new());
/// assert!(!timeline.step(StepSize::Change), "an empty cluster has nothing to do");
/// ```
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Where the reader stands.
    world: World,
    branches: Vec<Branch>,
    /// The branch the reader stands on.
    current: usize,
}

/// One course of things.
#[derive(Clone, Debug)]
pub struct Branch {
    inputs: Vec<Recorded>,
    /// Worlds right after changes a reader sees, the start first.
    kept: Vec<World>,
    /// How far the simulation has been run on this branch; none while that is where the reader stands.
    furthest: Option<World>,
}

impl Branch {
    fn new(world: World, inputs: Vec<Recorded>) -> Self {
        Self {
            inputs,
            kept: vec![world.clone()],
            furthest: Some(world),
        }
    }

    /// The inputs, in order: with the options, all that is needed to get here again.
    pub fn inputs(&self) -> &[Recorded] {
        &self.inputs
    }
}

impl Timeline {
    /// A new simulation, with inputs that are made one after another at its start.
    pub fn new(config: Config, inputs: Vec<Input>) -> Self {
        let given = inputs.into_iter().map(Recorded::given).collect();
        Self::of(World::new(config), vec![given], 0)
    }

    /// A simulation whose every branch is known by its inputs, in a world where nothing has happened.
    pub fn of(world: World, runs: Vec<Vec<Recorded>>, current: usize) -> Self {
        let runs = runs.into_iter();
        let mut branches: Vec<_> = runs.map(|it| Branch::new(world.clone(), it)).collect();
        if branches.is_empty() {
            branches.push(Branch::new(world.clone(), Vec::new()));
        }
        Self {
            current: current.min(branches.len() - 1),
            branches,
            world,
        }
    }

    /// The cluster where the reader stands.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The cluster as far as it has been run.
    pub fn furthest(&self) -> &World {
        self.branch().furthest.as_ref().unwrap_or(&self.world)
    }

    /// The inputs of this branch, in order.
    pub fn inputs(&self) -> &[Recorded] {
        &self.branch().inputs
    }

    /// All branches, in the order in which they were begun.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// What makes it another branch than those before it: the first input that is its own.
    pub fn parting(&self, branch: usize) -> Option<&Recorded> {
        let own = self.branches.get(branch)?.inputs();
        let shared = |other: &Branch| {
            own.iter()
                .zip(&other.inputs)
                .take_while(|(a, b)| a == b)
                .count()
        };
        own.get(self.branches[..branch].iter().map(shared).max()?)
    }

    /// Which of them the reader stands on.
    pub fn current(&self) -> usize {
        self.current
    }

    /// To another branch, at the same moment or its last one. Nothing happens if there is no such branch.
    pub fn switch(&mut self, branch: usize) {
        if branch < self.branches.len() {
            self.leave();
            self.current = branch;
            let time = self.world.now.min(self.furthest().now);
            self.go_back(|it| it.now <= time);
            self.advance(time.since(self.world.now));
        }
    }

    fn branch(&self) -> &Branch {
        &self.branches[self.current]
    }

    /// Does something from outside, here and now. In the past, that begins another branch.
    pub fn apply(&mut self, input: Input) {
        let furthest = self.furthest();
        if self.world.seq < furthest.seq || self.world.now < furthest.now {
            self.fork();
        }
        let recorded = Recorded {
            after: self.world.seq,
            time: self.world.now,
            input: input.clone(),
            is_given: false,
        };
        let inputs = &mut self.branches[self.current].inputs;
        inputs.insert(self.world.inputs, recorded);
        self.world.apply(input);
        self.keep();
    }

    /// Another branch, which knows nothing of what happens after this moment.
    fn fork(&mut self) {
        let (seq, made, old) = (self.world.seq, self.world.inputs, self.branch());
        let inputs = old.inputs.iter().enumerate();
        let inputs = inputs.filter(|(at, it)| *at < made || it.is_given);
        let kept = old.kept.partition_point(|it| it.seq <= seq);
        let branch = Branch {
            inputs: inputs.map(|it| it.1.clone()).collect(),
            kept: old.kept[..kept].to_vec(),
            furthest: None,
        };
        if self.branches.len() == BRANCHES_MAX {
            let oldest = usize::from(self.current == 0);
            self.branches.remove(oldest);
        }
        self.current = self.branches.len();
        self.branches.push(branch);
    }

    /// Goes forward. False when there was nothing left to do.
    pub fn step(&mut self, size: StepSize) -> bool {
        let (from, until) = (self.world.seq, self.world.now + TIME_MAX);
        let mut was_unsettled = !self.world.is_settled();
        for _ in 0..EVENTS_MAX {
            let (shown, told) = (self.world.trace.shown(), self.world.trace.len());
            if !self.next_event() {
                break;
            }
            let is_done = match size {
                StepSize::Event => true,
                StepSize::Decision => self.world.trace.len() > told,
                StepSize::Change => self.world.trace.shown() > shown,
                StepSize::Ready => {
                    let is_settled = self.world.is_settled();
                    was_unsettled |= !is_settled;
                    was_unsettled && is_settled && self.world.trace.shown() > shown
                }

                StepSize::Idle => false,
            };
            let is_long = matches!(size, StepSize::Ready | StepSize::Idle);
            let is_over = self.world.rests() || self.world.now > until;
            if is_done || is_long && is_over && self.next_input().is_none() {
                break;
            }
        }
        self.world.seq > from
    }

    /// To the change before this one. False at the start.
    pub fn back(&mut self) -> bool {
        let here = self.world.trace.shown();
        let is_after = self.world.trace.last_shown() < self.world.seq;
        match if is_after {
            Some(here)
        } else {
            here.checked_sub(1)
        } {
            Some(shown) => {
                self.seek(shown);
                true
            }
            None => false,
        }
    }

    /// To the `shown`-th change a reader sees; plays forward if it was never reached.
    pub fn seek(&mut self, shown: usize) {
        let here = self.world.trace.shown();
        let kept = &self.branch().kept;
        let at = kept.partition_point(|it| it.trace.shown() <= shown).max(1) - 1;
        if here >= shown || here < kept[at].trace.shown() {
            self.go_to(at);
        }
        for _ in 0..EVENTS_MAX {
            if self.world.trace.shown() >= shown || !self.next_event() {
                break;
            }
        }
    }

    /// To the last kept world of this branch that is before something.
    fn go_back(&mut self, is_before: impl Fn(&World) -> bool) {
        let kept = &self.branch().kept;
        self.go_to(kept.partition_point(is_before).max(1) - 1);
    }

    /// To a kept world of this branch.
    fn go_to(&mut self, at: usize) {
        self.leave();
        self.world = self.branch().kept[at].clone();
    }

    /// Before the reader goes elsewhere: how far this branch has been run stays known.
    fn leave(&mut self) {
        let furthest = &mut self.branches[self.current].furthest;
        furthest.get_or_insert_with(|| self.world.clone());
    }

    /// To the very moment that another timeline with these inputs stood at: after so many visible changes and events.
    /// Not further than `STAND_MAX` events: whoever wrote the numbers may have meant harm.
    pub fn stand(&mut self, shown: usize, seq: Seq, time: Time) {
        for _ in 0..STAND_MAX {
            let here = self.world.trace.shown();
            if here >= shown && self.world.seq >= seq {
                break;
            }
            let last = (here == shown).then(|| self.world.clone());
            if !self.next_event() {
                break;
            }
            if let Some(last) = last.filter(|_| self.world.trace.shown() > shown) {
                self.leave();
                self.world = last;
                break;
            }
        }
        let rest = time.since(self.world.now);
        if self.next_due().is_none_or(|it| it >= time) {
            self.world.now += rest;
            if let Some(furthest) = &mut self.branches[self.current].furthest {
                furthest.now = furthest.now.max(self.world.now);
            }
        }
    }

    /// To that moment, or the end of what has been run.
    pub fn seek_time(&mut self, time: Time) {
        let time = time.min(self.furthest().now);
        let kept = &self.branch().kept;
        let at = kept.partition_point(|it| it.now <= time).max(1) - 1;
        if time < self.world.now || self.world.now < kept[at].now {
            self.go_to(at);
        }
        self.advance(time.since(self.world.now));
    }

    /// Lets time pass. False when nothing is left to happen.
    pub fn advance(&mut self, span: Duration) -> bool {
        self.pass(span, false)
    }

    /// Lets time pass, up to the first change a reader sees. False when nothing is left to happen.
    pub fn advance_to_change(&mut self, span: Duration) -> bool {
        self.pass(span, true)
    }

    fn pass(&mut self, span: Duration, stops: bool) -> bool {
        let until = self.world.now + span;
        let shown = self.world.trace.shown();
        for _ in 0..EVENTS_MAX {
            if self.next_due().is_none_or(|it| it > until) || !self.next_event() {
                break;
            }
            if stops && self.world.trace.shown() > shown {
                return self.next_due().is_some();
            }
        }
        self.world.now = self.world.now.max(until);
        let furthest = &mut self.branches[self.current].furthest;
        if let Some(furthest) = furthest.as_mut().filter(|it| it.seq == self.world.seq) {
            furthest.now = furthest.now.max(until);
        }
        self.next_due().is_some()
    }

    /// Handles the next event or recorded input. False when there is none.
    fn next_event(&mut self) -> bool {
        if let Some(recorded) = self.next_input() {
            let Recorded { time, input, .. } = recorded.clone();
            self.world.now = self.world.now.max(time);
            self.world.apply(input);
        } else if self.world.step().is_none() {
            return false;
        }
        self.keep();
        true
    }

    /// The input to make before the next event. One that was recorded by another version of the engine may never meet
    /// the event it was made after: it is made when its time has come.
    fn next_input(&self) -> Option<&Recorded> {
        let next = self.inputs().get(self.world.inputs)?;
        let is_due =
            next.after <= self.world.seq || self.world.next_time().is_none_or(|it| it > next.time);
        is_due.then_some(next)
    }

    /// Whether what the text is about is still to be given, now.
    pub fn begins(&self) -> bool {
        let next = self.next_input();
        next.is_some_and(|it| it.is_given && it.time <= self.world.now)
    }

    fn next_due(&self) -> Option<Time> {
        self.next_input()
            .map(|it| it.time)
            .or_else(|| self.world.next_time())
    }

    fn keep(&mut self) {
        let (branch, world) = (&mut self.branches[self.current], &self.world);
        // While the reader stands there, nothing is shared with it: writes copy nothing.
        branch.furthest.take_if(|it| world.seq > it.seq);
        let kept = &mut branch.kept;
        let shown = world.trace.shown();
        let is_far = |it: &World| it.trace.shown() + KEPT_EVERY <= shown;
        if world.trace.last_shown() == world.seq && kept.last().is_some_and(is_far) {
            kept.push(world.clone());
        }
        if kept.len() > KEPT_MAX {
            let mut at = 0;
            kept.retain(|_| {
                at += 1;
                at % 2 == 1
            });
        }
    }
}
