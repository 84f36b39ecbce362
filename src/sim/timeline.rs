//! The way through a simulation's time: forward by steps, back to any step, exactly.
//!
//! The ground state is the options and the inputs; worlds kept on the way only save replaying.

use super::input::Input;
use super::trace::Seq;
use super::world::World;
use crate::config::Config;
use crate::time::{Duration, Time};

/// Worlds kept before every second one is let go.
const KEPT_MAX: usize = 8192;
/// Events handled at most by one call; a simulation that never rests ends there and can be stepped on.
const EVENTS_MAX: usize = 100_000;
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
}

/// How far one step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepSize {
    /// One event, seen or not.
    Event,
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
    inputs: Vec<Recorded>,
    /// Worlds right after changes a reader sees, the start first.
    kept: Vec<World>,
    /// How far the simulation has been run on this branch.
    furthest: World,
}

impl Timeline {
    /// A new simulation, with inputs that are made one after another at its start.
    pub fn new(config: Config, inputs: Vec<Input>) -> Self {
        let world = World::new(config);
        let recorded = inputs.into_iter().zip(0..).map(|(input, after)| Recorded {
            after,
            time: Time::START,
            input,
        });
        Self {
            kept: vec![world.clone()],
            furthest: world.clone(),
            inputs: recorded.collect(),
            world,
        }
    }

    /// The cluster where the reader stands.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The cluster as far as it has been run.
    pub fn furthest(&self) -> &World {
        &self.furthest
    }

    /// The inputs, in order: with the options, all that is needed to get here again.
    pub fn inputs(&self) -> &[Recorded] {
        &self.inputs
    }

    /// Does something from outside, here and now. In the past, what came after is dropped.
    pub fn apply(&mut self, input: Input) {
        if self.world.seq < self.furthest.seq
            || self.world.now < self.furthest.now
            || self.next_input().is_some()
        {
            let seq = self.world.seq;
            self.inputs.retain(|it| it.after < seq);
            self.kept.retain(|it| it.seq <= seq);
            self.furthest = self.world.clone();
        }
        self.inputs.push(Recorded {
            after: self.world.seq,
            time: self.world.now,
            input: input.clone(),
        });
        self.world.apply(input);
        self.keep();
    }

    /// Goes forward. False when there was nothing left to do.
    pub fn step(&mut self, size: StepSize) -> bool {
        let (from, until) = (self.world.seq, self.world.now + TIME_MAX);
        let mut was_unsettled = !self.world.is_settled();
        for _ in 0..EVENTS_MAX {
            let shown = self.world.trace.shown();
            if !self.next_event() {
                break;
            }
            let is_done = match size {
                StepSize::Event => true,
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
        let is_after = self
            .kept
            .iter()
            .any(|it| it.trace.shown() == here && it.seq < self.world.seq);
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
        let at = self
            .kept
            .partition_point(|it| it.trace.shown() <= shown)
            .max(1)
            - 1;
        self.world = self.kept[at].clone();
        for _ in 0..EVENTS_MAX {
            if self.world.trace.shown() >= shown || !self.next_event() {
                break;
            }
        }
    }

    /// To that moment, or the end of what has been run.
    pub fn seek_time(&mut self, time: Time) {
        let time = time.min(self.furthest.now);
        let at = self.kept.partition_point(|it| it.now <= time).max(1) - 1;
        self.world = self.kept[at].clone();
        self.advance(time.since(self.world.now));
    }

    /// Lets time pass. False when nothing is left to happen.
    pub fn advance(&mut self, span: Duration) -> bool {
        let until = self.world.now + span;
        for _ in 0..EVENTS_MAX {
            if self.next_due().is_none_or(|it| it > until) || !self.next_event() {
                break;
            }
        }
        self.world.now = self.world.now.max(until);
        if self.furthest.seq == self.world.seq {
            self.furthest.now = self.furthest.now.max(until);
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

    fn next_input(&self) -> Option<&Recorded> {
        let at = self.inputs.partition_point(|it| it.after < self.world.seq);
        self.inputs.get(at).filter(|it| it.after == self.world.seq)
    }

    fn next_due(&self) -> Option<Time> {
        self.next_input()
            .map(|it| it.time)
            .or_else(|| self.world.next_time())
    }

    fn keep(&mut self) {
        if self.world.seq > self.furthest.seq {
            self.furthest = self.world.clone();
        }
        if self
            .kept
            .last()
            .is_some_and(|it| it.trace.shown() < self.world.trace.shown())
        {
            self.kept.push(self.world.clone());
        }
        if self.kept.len() > KEPT_MAX {
            let mut at = 0;
            self.kept.retain(|_| {
                at += 1;
                at % 2 == 1
            });
        }
    }
}
