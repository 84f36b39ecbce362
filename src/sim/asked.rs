//! What the reader's own shell asks the simulation and no cluster could tell: `why …` and `doctor`.

use core::fmt::Write as _;

use super::trace::Entry;
use super::world::World;
use crate::api::pod::ordinal_in;
use crate::api::{Key, Kind};
use crate::plan::Actor;
use crate::value::Text;
use crate::why::Why;

/// The most causes told.
const CAUSES_MAX: usize = 8;

const USAGE: &str = "usage: why [not] KIND/NAME, why NAME (of a pod), or why dns NAME [from POD]; -n NAMESPACE for other namespaces";

impl World {
    /// The answer, in English as everything a terminal prints.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn told(&self, words: &[Text]) -> Result<String, Text> {
        let words: Vec<&str> = words.iter().map(Text::as_str).collect();
        match &words[..] {
            ["doctor"] => Ok((self.doctor)(self)),
            ["why", "dns", name] => self.resolve(name, "").map(|it| it.text()),
            ["why", "dns", name, "from", pod] => self.resolve(name, pod).map(|it| it.text()),
            ["why", "dns", ..] => Err(USAGE.into()),
            ["why", "not", about @ ..] | ["why", about @ ..] => self.why(about),
            _ => Err(USAGE.into()),
        }
    }

    /// What an object waits for; else what happened to it last, and what led to that.
    fn why(&self, about: &[&str]) -> Result<String, Text> {
        let (about, namespace) = match about {
            [rest @ .., "-n", namespace] | ["-n", namespace, rest @ ..] => (rest, *namespace),
            rest => (rest, "default"),
        };
        let (kind, name) = match about {
            [one] => one.split_once('/').unwrap_or(("pod", one)),
            [kind, name] => (*kind, *name),
            _ => return Err(USAGE.into()),
        };
        let is_named = |it: &&Kind| {
            let facts = it.facts();
            [facts.plural, facts.singular].contains(&kind) || facts.short_names.contains(&kind)
        };
        let known = Kind::ALL.iter().find(is_named);
        let kind = *known.ok_or_else(|| crate::text!("there is no kind named {kind}"))?;
        let namespace = if kind.facts().namespaced {
            namespace
        } else {
            ""
        };
        let key = Key::new(kind, namespace, name);

        let standing = self.waits.iter().flat_map(|it| it.1.iter());
        let mut out = String::new();
        for (_, why) in standing.filter(|(on, _)| *on == key) {
            out.push_str(&why.english());
            out.push('\n');
        }
        if !out.is_empty() {
            return Ok(out);
        }
        let is_about = |it: &&Entry| it.is_visible() && it.about() == Some(&key);
        let last = self.trace.iter().rev().find(is_about);
        // A pod that was there is wanted again as one that never was.
        let is_there = self.store.objects.get(&key).is_some();
        if let Some(why) = self.absence(&key).filter(|_| !is_there) {
            return Ok(why.english() + "\n");
        }
        let last = last.ok_or_else(|| {
            crate::text!("nothing has happened to {key}: it has never been there")
        })?;
        out.push_str(&last.why.english());
        out.push('\n');
        for (depth, cause) in self.trace.causes(last).take(CAUSES_MAX).enumerate() {
            let when = cause.time.since(crate::time::Time::START);
            out.push_str(if depth == 0 { "which came of:\n" } else { "" });
            let (actor, why) = (cause.actor.code(), cause.why.english());
            // Writing into memory cannot fail.
            let _ = writeln!(out, "  {when} {actor}: {why}");
        }
        Ok(out)
    }

    /// Why a wanted pod of a set is not there: what it waits for, or what the next one that is missing does.
    pub fn held_up(&self, set: &Key, pod: &Key) -> Option<Why> {
        let id = (Actor::StatefulSetController, set.clone());
        let standing = self.waits.get(&id)?;
        let own = standing.iter().find(|(on, _)| on == pod);
        let of_next = || standing.iter().find_map(|it| it.1.of_pod(&pod.name));
        own.map(|it| it.1.clone()).or_else(of_next)
    }

    /// Why a pod of a set is not there: it is beyond the ordinals wanted, or held up.
    fn absence(&self, pod: &Key) -> Option<Why> {
        if pod.kind != Kind::Pod {
            return None;
        }
        let mut sets = self
            .store
            .objects
            .list_in(Kind::StatefulSet, &pod.namespace);
        let (set, ordinal) = sets.find_map(|it| Some((it, ordinal_in(it.name(), &pod.name)?)))?;
        let spec = set.statefulset_spec();
        let last = spec.start + spec.replicas - 1;
        if (spec.start..=last).contains(&ordinal) {
            return self.held_up(&set.key(), pod);
        }
        let number = |it: i64| crate::text!("{it}");
        Some(Why::BeyondReplicas {
            pod: pod.name.clone(),
            set: set.name().into(),
            replicas: number(spec.replicas),
            first: number(spec.start),
            last: number(last),
        })
    }
}
