//! kubectl 1.36 as a client of the wire and of nothing else, byte for byte.
//!
//! A [`Process`] is a value. Commands are written as straight-line code over an `Io` that replays the answers given
//! so far each time a new one arrives; loops over watch frames are explicit followers, so that a long watch stays
//! cheap. Left out: configuration files, plugins, authentication, discovery caches, log levels, colours.
//!
//! upstream: k8s.io/kubectl and k8s.io/cli-runtime.

mod examples;
mod failure;
mod flags;
mod follow;
mod io;
mod print;
mod resources;
mod text;
mod types;
mod verbs;

use std::sync::Arc;

use ecow::EcoVec;

use crate::config::Version;
use crate::process::{Answer, Ask, Files, Output};
use crate::time::Time;
use crate::value::Text;
pub use examples::example;
use follow::Follower;
use io::{Io, Stop, Told, Wanted};
pub use verbs::complete::{Known, complete};

/// What a command is started with.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The words after `kubectl`.
    pub argv: Vec<Text>,
    /// The files it can read.
    pub files: Files,
    /// What is on its standard input, unless that is the terminal.
    pub stdin: Option<Text>,
    /// The namespace of the current context.
    pub namespace: Text,
    /// Whether it has a terminal to read from.
    pub tty: bool,
    /// Which kubectl to be.
    pub version: Version,
}

/// A kubectl that runs; a clone goes its own way.
#[derive(Clone, Debug)]
pub struct Process {
    call: Arc<Invocation>,
    started: Option<Time>,
    told: EcoVec<Told>,
    /// An answer that came in; its time is that of the next `ask`.
    heard: Option<Answer>,
    /// How many outputs of the straight-line code have been given out.
    printed: usize,
    follower: Option<Box<Follower>>,
    /// What its files hold, once they have been read.
    read: Option<Arc<verbs::manifest::Read>>,
    /// What `config set-context --namespace` set, once it has ended.
    pub context_namespace: Option<Text>,
    /// A file that it has left behind, once it has ended: its path and text.
    pub kept: Option<(Text, Text)>,
    ended: Option<i32>,
}

impl Process {
    /// A process that has not done anything yet.
    pub fn start(call: Invocation) -> Self {
        Self {
            call: Arc::new(call),
            started: None,
            told: EcoVec::new(),
            heard: None,
            printed: 0,
            follower: None,
            read: None,
            context_namespace: None,
            kept: None,
            ended: None,
        }
    }

    /// Runs until something is needed: what was printed on the way, and the need.
    pub fn ask(&mut self, now: Time) -> (Vec<Output>, Ask) {
        let mut outputs = Vec::new();
        let started = *self.started.get_or_insert(now);
        if let Some(answer) = self.heard.take() {
            self.hear(answer, now, &mut outputs);
        }
        loop {
            if let Some(code) = self.ended {
                return (outputs, Ask::Exit(code));
            }
            if let Some(follower) = &self.follower {
                return (outputs, follower.ask());
            }
            let mut io = Io::new(&self.call, &self.told, started);
            io.read = self.read.take();
            let end = verbs::execute(&mut io);
            self.read = io.read.take();
            let wanted = io.wanted.take();
            outputs.extend(io.printed.drain(..).skip(self.printed));
            self.printed = io.count();
            match (end, wanted) {
                (None, Some(Wanted::Ask(ask))) => return (outputs, ask),
                (None, Some(Wanted::Follow(follower))) => self.follower = Some(follower),
                (code, _) => {
                    self.context_namespace = io.context_namespace;
                    self.kept = io.kept;
                    self.ended = Some(code.unwrap_or_default());
                }
            }
        }
    }

    /// Gives the answer to the last need.
    pub fn tell(&mut self, answer: Answer) {
        self.heard = Some(answer);
    }

    fn hear(&mut self, answer: Answer, now: Time, outputs: &mut Vec<Output>) {
        let Some(follower) = &mut self.follower else {
            if answer == Answer::Interrupted {
                self.ended = Some(128 + 2);
            } else {
                self.told.push(Told::Answer(answer, now));
            }
            return;
        };
        if matches!(answer, Answer::Interrupted) {
            // upstream: util/interrupt, Handler: exits with 1 and says nothing.
            self.ended = Some(1);
            return;
        }
        if let Some(outcome) = follower.tell(answer, now, outputs) {
            self.told.push(Told::Followed(outcome, now));
            self.follower = None;
        }
    }
}

/// What a step of a command gives, unless the command stops there.
type Done<T = ()> = Result<T, Stop>;

#[cfg(test)]
mod tests;
