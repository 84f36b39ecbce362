//! What the next word of a kubectl command could be, from the tables that commands, flags and kinds are read by, and
//! from the objects that are there.

use super::table::{VERBS, Verb};
use crate::api::{Key, Kind, Objects};
use crate::kubectl::flags;
use crate::kubectl::types::find;
use crate::process::Files;
use crate::value::Text;

/// What a completion may look at.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The objects of the cluster.
    pub objects: &'a Objects,
    /// The files of the terminal.
    pub files: &'a Files,
}

/// Flags whose values are known.
const VALUES: [(&str, &str); 5] = [
    (
        "output",
        "custom-columns= go-template= json jsonpath= name wide yaml",
    ),
    ("cascade", "background foreground orphan"),
    ("dry-run", "client none server"),
    ("type", "json merge strategic"),
    ("restart", "Always Never OnFailure"),
];
/// Commands whose first argument is a pod.
const OF_PODS: [&str; 6] = ["attach", "cp", "debug", "exec", "logs", "port-forward"];
/// Commands whose arguments are nodes.
const OF_NODES: [&str; 3] = ["cordon", "drain", "uncordon"];
/// Commands whose first argument is a kind, or `kind/name`.
const OF_KINDS: [&str; 20] = [
    "annotate",
    "autoscale",
    "delete",
    "describe",
    "edit",
    "explain",
    "expose",
    "get",
    "history",
    "label",
    "patch",
    "pause",
    "restart",
    "resume",
    "scale",
    "status",
    "taint",
    "undo",
    "wait",
    "env",
];

/// The words that could stand after those, beginning with `begun`; in no order.
pub fn complete(words: &[Text], begun: &str, known: Known<'_>) -> Vec<Text> {
    let mut rest = words.iter();
    let mut line = Line::new(known);
    let mut verb: Option<&'static Verb> = None;
    while let Some(word) = rest.next() {
        if word == "--" {
            return Vec::new();
        }
        let subs = verb.map_or(VERBS, |it| it.subs);
        if let Some(name) = word.strip_prefix('-') {
            let (name, value) = name.split_once('=').unwrap_or((name, ""));
            let table = verb.map_or("", |it| it.flags);
            let Some((flag, takes_value)) = flags::known(table, name) else {
                continue;
            };
            let value = match value {
                "" if takes_value => match rest.next() {
                    Some(value) => value,
                    None => return line.values(flag, begun, ""),
                },
                value => value,
            };
            if flag == "namespace" {
                line.namespace = value.into();
            }
        } else if let Some(sub) = subs
            .iter()
            .find(|it| it.name == word || it.aliases.contains(&word.as_str()))
        {
            verb = Some(sub);
        } else {
            line.args.push(word.clone());
        }
    }
    if let Some(long) = begun.strip_prefix("--") {
        let table = verb.map_or("", |it| it.flags);
        return match long.split_once('=') {
            Some((name, value)) => {
                let flag = flags::known(table, &["-", name].concat());
                let before = ["--", name, "="].concat();
                flag.map(|it| line.values(it.0, value, &before))
                    .unwrap_or_default()
            }
            None => flags::all(table).map(|it| crate::text!("--{it}")).collect(),
        };
    }
    if begun.starts_with('-') {
        return flags::all(verb.map_or("", |it| it.flags))
            .map(|it| crate::text!("--{it}"))
            .collect();
    }
    match verb {
        None if line.args.is_empty() => names(VERBS),
        None => Vec::new(),
        Some(verb) if !verb.subs.is_empty() && line.args.is_empty() => {
            let mut found = names(verb.subs);
            if verb.run.is_some() {
                found.extend(line.objects_for(verb.name, begun));
            }
            found
        }
        Some(verb) => line.objects_for(verb.name, begun),
    }
}

/// The commands that are built.
fn names(verbs: &[Verb]) -> Vec<Text> {
    let built = verbs
        .iter()
        .filter(|it| it.run.is_some() || !it.subs.is_empty());
    built.map(|it| it.name.into()).collect()
}

/// What the words before said.
struct Line<'a> {
    known: Known<'a>,
    namespace: Text,
    args: Vec<Text>,
}

impl<'a> Line<'a> {
    fn new(known: Known<'a>) -> Self {
        Self {
            known,
            namespace: "default".into(),
            args: Vec::new(),
        }
    }

    /// What a flag's value could be.
    fn values(&self, flag: &str, begun: &str, before: &str) -> Vec<Text> {
        let values: Vec<Text> = match flag {
            "namespace" => self.names(Kind::Namespace),
            "filename" | "patch-file" | "kustomize" => {
                self.known.files.iter().map(|it| it.0.clone()).collect()
            }
            "container" => self.containers(),
            _ => {
                let row = VALUES.iter().find(|it| it.0 == flag);
                row.map(|it| it.1.split(' ').map(Text::from).collect())
                    .unwrap_or_default()
            }
        };
        let values = values.into_iter().filter(|it| it.starts_with(begun));
        values.map(|it| crate::text!("{before}{it}")).collect()
    }

    /// The names of a kind's objects.
    fn names(&self, kind: Kind) -> Vec<Text> {
        let here = |it: &str| !kind.facts().namespaced || it == self.namespace;
        let objects = self.known.objects.list(kind);
        objects
            .filter(|it| here(it.namespace()))
            .map(|it| it.name().into())
            .collect()
    }

    /// The containers of the pod that was named.
    fn containers(&self) -> Vec<Text> {
        let name = self
            .args
            .first()
            .map_or("", |it| it.strip_prefix("pod/").unwrap_or(it));
        let key = Key::new(Kind::Pod, &self.namespace, name);
        let Some(pod) = self.known.objects.get(&key) else {
            return Vec::new();
        };
        let init = pod.value["spec"]["initContainers"].items();
        let all = init.iter().chain(pod.containers());
        all.map(|it| it["name"].as_str().into()).collect()
    }

    /// What the next argument could be.
    fn objects_for(&self, verb: &str, begun: &str) -> Vec<Text> {
        if OF_NODES.contains(&verb) {
            return self.names(Kind::Node);
        }
        let is_of_pods = OF_PODS.contains(&verb);
        if !is_of_pods && !OF_KINDS.contains(&verb) {
            return Vec::new();
        }
        let kind_of = |name: &str| {
            find(name).ok().and_then(|it| {
                Kind::ALL
                    .into_iter()
                    .find(|kind| kind.facts().kind == it.kind)
            })
        };
        if let Some((kind, _)) = begun.split_once('/') {
            let found = kind_of(kind).map(|it| self.names(it)).unwrap_or_default();
            return found.iter().map(|it| crate::text!("{kind}/{it}")).collect();
        }
        match self.args.first() {
            None if is_of_pods => self.names(Kind::Pod),
            Some(_) if is_of_pods => Vec::new(),
            None => {
                let mut kinds: Vec<Text> = Kind::ALL
                    .into_iter()
                    .map(|it| it.facts().plural.into())
                    .collect();
                if verb == "get" {
                    kinds.push("all".into());
                }
                kinds
            }
            Some(_) if verb == "explain" => Vec::new(),
            Some(kind) => {
                let found = kind.split(',').next().and_then(kind_of);
                let names = found.map(|it| self.names(it)).unwrap_or_default();
                names
                    .into_iter()
                    .filter(|it| !self.args.contains(it))
                    .collect()
            }
        }
    }
}
