//! A kubectl that runs beside the simulation: it asks, the world answers, time passes.

use crate::apiserver::rest::{Watch, next_frame};
use crate::kubectl::{Invocation, Process};
use crate::process::{Answer, Ask, Output, Stream};
use crate::sim::World;
use crate::time::{Duration, Time};

/// What an answer of the API server takes to arrive.
const REQUEST: Duration = Duration::ms(5);

/// A running kubectl.
#[derive(Clone, Debug)]
pub struct Command {
    process: Process,
    need: Need,
    /// What it printed.
    pub printed: Vec<Output>,
    /// Its exit code, once it has ended.
    pub code: Option<i32>,
}

/// What it needs to go on.
#[derive(Clone, Debug)]
enum Need {
    /// This moment to come, and then to be told that.
    Time(Time, Option<Answer>),
    /// The next frame of that watch, or this moment.
    Frame(Watch, Option<Time>),
    /// Nothing: it has ended.
    Nothing,
}

impl Command {
    /// Starts kubectl; its first request goes out when it has started up.
    pub fn start(call: Invocation, up_at: Time) -> Self {
        Self {
            process: Process::start(call),
            need: Need::Time(up_at, None),
            printed: Vec::new(),
            code: None,
        }
    }

    /// When it goes on by itself.
    pub fn due(&self) -> Option<Time> {
        match &self.need {
            Need::Time(time, _) => Some(*time),
            Need::Frame(_, until) => *until,
            Need::Nothing => None,
        }
    }

    /// What it printed to one stream.
    pub fn text(&self, stream: Stream) -> String {
        let printed = self.printed.iter().filter(|it| it.stream == stream);
        printed.map(|it| it.text.as_str()).collect()
    }

    /// Everything it printed, as a terminal shows it.
    pub fn transcript(&self) -> String {
        self.printed.iter().map(|it| it.text.as_str()).collect()
    }

    /// Goes on as far as it can at this moment; says whether it did anything.
    pub fn go_on(&mut self, world: &mut World) -> bool {
        let mut has_moved = false;
        while self.take_answer(world) {
            has_moved = true;
            let (printed, ask) = self.process.ask(world.now);
            self.printed.extend(printed);
            self.need = self.serve(world, ask);
        }
        has_moved
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&mut self, world: &World) {
        self.process.tell(Answer::Interrupted);
        let (printed, ask) = self.process.ask(world.now);
        self.printed.extend(printed);
        self.need = Need::Nothing;
        if let Ask::Exit(code) = ask {
            self.code = Some(code);
        }
    }

    /// Tells the process what it waits for, if that is there.
    fn take_answer(&mut self, world: &World) -> bool {
        match &mut self.need {
            Need::Nothing => false,
            Need::Time(time, answer) => {
                let is_due = *time <= world.now;
                if is_due && let Some(answer) = answer.take() {
                    self.process.tell(answer);
                }
                is_due
            }
            Need::Frame(watch, until) => {
                match next_frame(&world.store, &world.config, world.now, watch) {
                    Some(frame) => {
                        self.process.tell(Answer::Frame(watch.clone(), frame));
                        true
                    }
                    None => {
                        let is_late = until.is_some_and(|it| it <= world.now);
                        if is_late {
                            self.process.tell(Answer::Slept);
                        }
                        is_late
                    }
                }
            }
        }
    }

    fn serve(&mut self, world: &mut World, ask: Ask) -> Need {
        let soon = world.now + REQUEST;
        match ask {
            Ask::Http(request) => {
                let response = world.request(&request);
                Need::Time(soon, Some(Answer::Http(response)))
            }
            Ask::Frame(watch, until) => Need::Frame(watch, until),
            Ask::Sleep(span) => Need::Time(world.now + span, Some(Answer::Slept)),
            // What runs in containers, and what is edited, is no part of the recordings.
            Ask::Attach(..) | Ask::Edit(_) => {
                let refusal = Answer::Refused("nothing runs in the containers of a replay".into());
                Need::Time(soon, Some(refusal))
            }
            Ask::Exit(code) => {
                self.code = Some(code);
                Need::Nothing
            }
        }
    }
}
