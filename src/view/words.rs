//! The engine's words in the reader's language.
//!
//! English stands in the engine; another language is a catalogue file the page loads:
//! `www/languages/engine/<tag>.json` maps each code to its template.

use crate::object;
use crate::plan::Actor;
use crate::sim::{Entry, What, Wrote};
use crate::value::{Text, Value};
use crate::why::Why;

/// The language sentences are made in.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The templates by code; null for English.
    templates: Value,
}

/// English for what is no reason: who acts, what is done, what there is to say of a pasted text.
const ENGLISH: &[(&str, &str)] = &[
    ("actor-you", "you"),
    ("actor-kubectl", "your kubectl"),
    ("actor-statefulset-controller", "StatefulSet controller"),
    (
        "actor-persistentvolume-controller",
        "persistent-volume controller",
    ),
    ("actor-provisioner", "provisioner"),
    (
        "actor-resourcequota-controller",
        "resource-quota controller",
    ),
    ("actor-namespace-controller", "namespace controller"),
    ("actor-endpointslice-controller", "EndpointSlice controller"),
    ("actor-endpoints-controller", "endpoints controller"),
    (
        "actor-endpointslicemirroring-controller",
        "EndpointSlice mirroring controller",
    ),
    ("actor-deployment-controller", "Deployment controller"),
    ("actor-replicaset-controller", "ReplicaSet controller"),
    ("actor-daemonset-controller", "DaemonSet controller"),
    (
        "actor-horizontal-pod-autoscaler",
        "HorizontalPodAutoscaler controller",
    ),
    ("actor-garbage-collector", "garbage collector"),
    ("actor-node-controller", "node controllers"),
    ("actor-disruption-controller", "disruption controller"),
    ("actor-scheduler", "scheduler"),
    ("actor-kubelet", "kubelet"),
    ("action-command", "run a command"),
    ("action-created", "creates {object}"),
    ("action-updated", "changes {object}"),
    ("action-status", "writes the status of {object}"),
    ("action-bound", "binds {object} to a node"),
    ("action-deletion-asked", "asks for the deletion of {object}"),
    ("action-removed", "removes {object}"),
    ("action-refused", "is refused by the API server: {message}"),
    ("action-waits", "waits"),
    (
        "remark-duplicate-key",
        "the key \"{key}\" stands here again (first on line {line}): kubectl takes this one",
    ),
    (
        "remark-part-of-text",
        "{sign} became part of the text: YAML's own sign is {instead}",
    ),
    (
        "remark-ignored",
        "kubectl does not read what follows the end of a document",
    ),
    (
        "remark-list",
        "a List is applied item by item: paste the items as documents of their own to have each of them checked here",
    ),
    ("remark-exists", "{message}: kubectl apply changes it"),
    (
        "remark-gate",
        "the API server takes {field} away: the feature gate {gate} is off",
    ),
    ("remark-unsimulated", "{field} is kept, but not simulated"),
    ("remark-blank", "a plain blank"),
    (
        "remark-look-alike",
        "this sign is {sign}, YAML needs {instead}",
    ),
    (
        "remark-tab",
        "YAML indents with blanks, a tab does not count",
    ),
    ("remark-missing-blank", "a blank is needed after the colon"),
    ("remark-open-quote", "this quote is never closed"),
    (
        "remark-template",
        "this is a template: paste what it renders to, as helm template prints it",
    ),
    ("remark-needs-quotes", "put the value into quotes"),
    (
        "remark-indentation",
        "this line does not begin in the column of its neighbours",
    ),
    (
        "remark-not-understood",
        "this line is neither a command nor the output of one",
    ),
    (
        "remark-unclosed-here-document",
        "this here-document never closes: it ends at the next prompt",
    ),
    (
        "remark-unused-manifest",
        "no command of the text applies this manifest",
    ),
];

impl Words {
    /// The words of a language catalogue (the text of a language file; empty for English).
    ///
    /// # Errors
    /// The JSON library's message when the text is not JSON.
    pub fn load(catalogue: &str) -> Result<Self, serde_json::Error> {
        if catalogue.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self {
            templates: Value::from_json(catalogue)?,
        })
    }

    /// The template of that code in this language.
    pub fn template<'a>(&'a self, code: &str, english: &'a str) -> &'a str {
        self.templates[code].text().map_or(english, Text::as_str)
    }

    /// A reason as a sentence, without a full stop.
    pub fn say(&self, why: &Why) -> String {
        let rule = why.rule();
        why.say(self.template(rule.code, rule.english))
    }

    /// A reason as the page receives it: sentence, facts, rule.
    pub fn sentence(&self, why: &Why) -> Value {
        let rule = why.rule();
        object! {
            "code": rule.code,
            "text": self.say(why),
            "facts": why.facts().into_iter().collect::<crate::value::Map>(),
            "upstream": rule.upstream,
            "docs": rule.docs,
        }
    }

    fn plain(&self, code: &str) -> String {
        let english = ENGLISH.iter().find(|(it, _)| *it == code);
        self.template(code, english.map_or(code, |(_, text)| text))
            .to_owned()
    }

    /// Who acts: what you ask for is done by your kubectl.
    pub fn actor(&self, entry: &Entry) -> String {
        match (entry.actor, &entry.what) {
            (Actor::You, What::Wrote { .. } | What::Refused { .. }) => self.plain("actor-kubectl"),
            (actor, _) => self.plain(&format!("actor-{}", actor.code())),
        }
    }

    /// What is done to an object.
    pub fn action(&self, wrote: Wrote, object: &str) -> String {
        self.plain(&format!("action-{}", wrote.code()))
            .replace("{object}", object)
    }

    /// A write was refused.
    pub fn refused(&self, message: &str) -> String {
        self.plain("action-refused").replace("{message}", message)
    }

    /// What there is to say of a pasted text, with its facts.
    pub fn remark(&self, code: &str, facts: &[(&str, &str)]) -> String {
        let template = self.plain(&format!("remark-{code}"));
        facts.iter().fold(template, |text, (name, fact)| {
            text.replace(&format!("{{{name}}}"), fact)
        })
    }

    /// A wait.
    pub fn waits(&self) -> String {
        self.plain("action-waits")
    }

    /// A command.
    pub fn command(&self) -> String {
        self.plain("action-command")
    }

    /// Every code a catalogue must have, with its English template.
    pub fn english() -> impl Iterator<Item = (&'static str, &'static str)> {
        Why::RULES
            .iter()
            .map(|it| (it.code, it.english))
            .chain(ENGLISH.iter().copied())
    }
}
