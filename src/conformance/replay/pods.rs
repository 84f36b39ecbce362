//! The lives of the pods of a replay: which object of a name is bound, is going, has a status.

use std::collections::BTreeMap;

use crate::apiserver::{Change, LogEntry};
use crate::time::Time;
use crate::value::Text;

/// One object of a pod's name.
#[derive(Clone, Debug, Default)]
pub struct Life {
    /// Its UID.
    pub uid: Text,
    /// When it got a node.
    pub bound: Option<Time>,
    /// When its deletion was asked for.
    pub deleting: Option<Time>,
    /// Whether it is gone.
    pub is_gone: bool,
    /// Whether a step gave it a status.
    pub has_status: bool,
}

/// The lives of all pods by name, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Pods(BTreeMap<Text, Vec<Life>>);

impl Pods {
    /// Takes in a change of a pod.
    pub fn note(&mut self, entry: &LogEntry) {
        let pod = &entry.object;
        let lives = self.0.entry(pod.name().into()).or_default();
        if lives.last().is_none_or(|it| it.uid != pod.uid()) {
            lives.push(Life {
                uid: pod.uid().into(),
                ..Life::default()
            });
        }
        let life = lives.last_mut().expect("one was pushed if there was none");
        if !pod.value["spec"]["nodeName"].is_empty() {
            life.bound.get_or_insert(entry.time);
        }
        match entry.change {
            Change::Deleted => life.is_gone = true,
            Change::Added | Change::Modified => {
                if pod.is_terminating() {
                    life.deleting.get_or_insert(entry.time);
                }
            }
        }
    }

    /// The first life that waits for its first status, and since when.
    pub fn without_status(&self, pod: &str) -> Option<(&Life, Time)> {
        let lives = self.0.get(pod)?.iter();
        lives
            .filter(|it| !it.is_gone && !it.has_status)
            .find_map(|it| Some((it, it.bound?)))
    }

    /// The first life that is to be removed, and since when.
    pub fn deleting(&self, pod: &str) -> Option<(&Life, Time)> {
        let lives = self.0.get(pod)?.iter();
        lives
            .filter(|it| !it.is_gone)
            .find_map(|it| Some((it, it.deleting?)))
    }

    /// Remembers that the pod of now got a status.
    pub fn got_status(&mut self, pod: &str) {
        if let Some(life) = self.0.get_mut(pod).and_then(|it| it.last_mut()) {
            life.has_status = true;
        }
    }
}
