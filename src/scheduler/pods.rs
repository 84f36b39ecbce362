//! What a pod asks of the pods beside it: affinity, anti-affinity, topology spread.
//!
//! upstream: plugins interpodaffinity, podtopologyspread.

use super::nodes::{PREFERRED, REQUIRED, is_tainted};
use super::refusal::Host;
use crate::api::node::is_selected;
use crate::api::selector::Selector;
use crate::api::{Key, Kind, Object};
use crate::plan::Ctx;
use crate::value::{Text, Value};

/// A topology: label and value.
type Place = (Text, Text);

/// Where a pod may and may not go for the pods that are there.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    /// Where a pod is that it must not be with.
    avoids: Vec<Place>,
    /// Where a pod is that must not be with it.
    avoided: Vec<Place>,
    /// For each term of its affinity, where a pod is that it must be with.
    seeks: Vec<(Text, Vec<Text>)>,
    /// What its wishes give, by place.
    wishes: Vec<(Place, i64)>,
    /// The first of pods that seek each other may go anywhere.
    is_first: bool,
    /// For each spread constraint: its key, the most a place may hold before it, and what each place holds.
    spread: Vec<Spread>,
}

#[derive(Debug)]
struct Spread {
    key: Text,
    most: i64,
    is_hard: bool,
    counts: Vec<(Text, i64)>,
}

fn label(node: &Object, key: &str) -> Option<Text> {
    node.labels()[key].text().cloned()
}

/// Whether an affinity term of a pod in that namespace means the other pod.
fn term_matches(ctx: &Ctx<'_>, term: &Value, namespace: &str, other: &Object) -> bool {
    let (names, selector) = (&term["namespaces"], &term["namespaceSelector"]);
    let in_selected = || {
        let key = Key::new(Kind::Namespace, "", other.namespace());
        let found = ctx.objects.get(&key);
        found.is_some_and(|it| Selector::from_object(selector).matches(it.labels()))
    };
    let is_near = if names.is_empty() && selector.is_null() {
        other.namespace() == namespace
    } else {
        names
            .items()
            .iter()
            .any(|it| it.as_str() == other.namespace())
            || !selector.is_null() && in_selected()
    };
    let labels = &term["labelSelector"];
    is_near && !labels.is_null() && Selector::from_object(labels).matches(other.labels())
}

fn terms<'a>(pod: &'a Object, kind: &str, how: &str) -> &'a [Value] {
    pod.value["spec"]["affinity"][kind][how].items()
}

/// The pods that have a node, with it.
fn there<'a>(nodes: &'a [Host<'a>]) -> impl Iterator<Item = (&'a Object, &'a Object)> {
    let on = |it: &'a Host<'a>| it.pods.pods.iter().map(|pod| (pod.1.as_ref(), it.node));
    nodes.iter().flat_map(on)
}

impl Neighbours {
    /// Looks at all pods that have a node; for affinity only if one of them has any, or this pod.
    pub(super) fn of(ctx: &Ctx<'_>, pod: &Object, nodes: &[Host<'_>], have_affinity: bool) -> Self {
        let mut it = Self::default();
        let namespace = pod.namespace();
        let seeks = terms(pod, "podAffinity", REQUIRED);
        let all_match = |other: &Object| {
            let mut seeks = seeks.iter();
            seeks.all(|term| term_matches(ctx, term, namespace, other))
        };
        it.is_first = all_match(pod) && !there(nodes).any(|it| all_match(it.0));
        for term in seeks {
            let key = term["topologyKey"].as_str();
            let found = there(nodes).filter(|it| all_match(it.0));
            let places = found.filter_map(|it| label(it.1, key)).collect();
            it.seeks.push((key.into(), places));
        }
        let asked = if have_affinity || pod.has_affinity() {
            nodes
        } else {
            &[]
        };
        for (other, node) in there(asked) {
            for term in terms(pod, "podAntiAffinity", REQUIRED) {
                if term_matches(ctx, term, namespace, other) {
                    it.avoids.extend(place(term, node));
                }
            }
            for term in terms(other, "podAntiAffinity", REQUIRED) {
                if term_matches(ctx, term, other.namespace(), pod) {
                    it.avoided.extend(place(term, node));
                }
            }
            for (kind, sign) in [("podAffinity", 1), ("podAntiAffinity", -1)] {
                for wish in terms(pod, kind, PREFERRED) {
                    let term = &wish["podAffinityTerm"];
                    if term_matches(ctx, term, namespace, other)
                        && let Some(place) = place(term, node)
                    {
                        let weight = wish["weight"].as_int().unwrap_or(0);
                        it.wishes.push((place, sign * weight));
                    }
                }
            }
        }
        let constraints = pod.value["spec"]["topologySpreadConstraints"].items();
        let spread = constraints.iter().map(|it| spread(ctx, pod, it, nodes));
        it.spread = spread.collect();
        it
    }

    /// Why not that node, and whether evicting pods could not help.
    pub(super) fn refusal(&self, node: &Object) -> Option<(&'static str, bool)> {
        let is_in = |it: &Place| node.labels()[it.0.as_str()].as_str() == it.1;
        for it in self.spread.iter().filter(|it| it.is_hard) {
            match label(node, &it.key) {
                None => return Some((SPREAD_UNLABELLED, true)),
                Some(place) if it.count(&place) > it.most => return Some((SPREAD, false)),
                Some(_) => {}
            }
        }
        let finds = |(key, places): &(Text, Vec<Text>)| {
            label(node, key).is_some_and(|it| self.is_first || places.contains(&it))
        };
        if !self.seeks.iter().all(finds) {
            Some((AFFINITY, true))
        } else if self.avoids.iter().any(is_in) {
            Some((ANTI_AFFINITY, false))
        } else if self.avoided.iter().any(is_in) {
            Some((EXISTING, false))
        } else {
            None
        }
    }

    /// How much the pod's wishes speak for that node.
    pub(super) fn preference(&self, node: &Object) -> i64 {
        let is_in = |it: &&(Place, i64)| node.labels()[it.0.0.as_str()].as_str() == it.0.1;
        let mut sum: i64 = self.wishes.iter().filter(is_in).map(|it| it.1).sum();
        for it in self.spread.iter().filter(|it| !it.is_hard) {
            sum -= label(node, &it.key).map_or(0, |place| it.count(&place));
        }
        sum
    }
}

impl Spread {
    fn count(&self, place: &str) -> i64 {
        let found = self.counts.iter().find(|it| it.0 == place);
        found.map_or(0, |it| it.1)
    }
}

fn place(term: &Value, node: &Object) -> Option<Place> {
    let key = term["topologyKey"].as_str();
    label(node, key).map(|it| (key.into(), it))
}

/// How many pods each place holds, and how many one may hold so that another fits.
///
/// upstream: calPreFilterState, Filter: matchNum + selfMatch − minMatch > maxSkew.
fn spread(ctx: &Ctx<'_>, pod: &Object, it: &Value, nodes: &[Host<'_>]) -> Spread {
    let key = it["topologyKey"].as_str();
    let selector = Selector::from_object(&it["labelSelector"]);
    let same_keys = |other: &Object| {
        let mut keys = it["matchLabelKeys"].items().iter().map(Value::as_str);
        keys.all(|key| other.labels()[key] == pod.labels()[key])
    };
    let means = |other: &Object| {
        !it["labelSelector"].is_null() && selector.matches(other.labels()) && same_keys(other)
    };
    let counts_node = |node: &Object| {
        (it["nodeAffinityPolicy"].as_str() == "Ignore" || is_selected(pod, node))
            && (it["nodeTaintsPolicy"].as_str() != "Honor" || !is_tainted(pod, node))
    };
    let mut counts: Vec<(Text, i64)> = Vec::new();
    for node in ctx.objects.list(Kind::Node).filter(|it| counts_node(it)) {
        if let Some(place) = label(node, key)
            && !counts.iter().any(|it| it.0 == place)
        {
            counts.push((place, 0));
        }
    }
    for (other, node) in there(nodes) {
        let counted = other.namespace() == pod.namespace() && !other.is_terminating();
        if let Some(place) = label(node, key).filter(|_| counted && means(other))
            && let Some(it) = counts.iter_mut().find(|it| it.0 == place)
        {
            it.1 += 1;
        }
    }
    let places = i64::try_from(counts.len()).unwrap_or(i64::MAX);
    let least = match it["minDomains"].as_int() {
        Some(wanted) if places < wanted => 0,
        _ => counts.iter().map(|it| it.1).min().unwrap_or(0),
    };
    let skew = it["maxSkew"].as_int().unwrap_or(1);
    Spread {
        key: key.into(),
        most: skew + least - i64::from(means(pod)),
        is_hard: it["whenUnsatisfiable"].as_str() != "ScheduleAnyway",
        counts,
    }
}

const SPREAD: &str = "node(s) didn't match pod topology spread constraints";
const SPREAD_UNLABELLED: &str =
    "node(s) didn't match pod topology spread constraints (missing required label)";
const AFFINITY: &str = "node(s) didn't match pod affinity rules";
const ANTI_AFFINITY: &str = "node(s) didn't match pod anti-affinity rules";
const EXISTING: &str = "node(s) didn't satisfy existing pods anti-affinity rules";
