//! Claims, volumes and what ties them to pods and nodes.

use std::sync::Arc;

use super::Found;
use super::case::{Case, LONG, Moment};
use super::rollout::shrinkings;
use crate::api::{Kind, Object};
use crate::time::Time;

/// Claims outlive scaling down and deletion, so that the data is there for the next pod of that name.
pub(super) fn retained(case: &Case<'_>, all: &mut Vec<Found>) {
    let is_look = |line: &str| line.contains("pvc") || line.contains("persistentvolumeclaim");
    for (time, set, from) in shrinkings(case) {
        let looks = case.typed.iter().filter(|it| it.0 > time && is_look(it.1));
        for (seen, line) in looks {
            let moment = case.at(*seen);
            let claims = moment
                .objects
                .list_in(Kind::PersistentVolumeClaim, &set.namespace);
            for claim in claims.filter(|it| !it.is_terminating()) {
                let Some((rest, ordinal)) = claim.name().rsplit_once('-') else {
                    continue;
                };
                let is_its = rest
                    .strip_suffix(set.name.as_str())
                    .is_some_and(|it| it.ends_with('-'));
                if is_its && ordinal.parse::<i64>().is_ok_and(|it| it >= from) {
                    all.push(
                        Found::new(&set, "spec.volumeClaimTemplates")
                            .fact("claim", claim.name())
                            .shown(*seen, line),
                    );
                }
            }
        }
    }
}

/// A claim is being deleted, and a pod uses it.
pub(super) fn deleted_in_use(case: &Case<'_>, all: &mut Vec<Found>) {
    for moment in &case.moments {
        for claim in moment.objects.list(Kind::PersistentVolumeClaim) {
            if !claim.is_terminating() {
                continue;
            }
            let pods = moment.objects.list_in(Kind::Pod, claim.namespace());
            for pod in pods {
                let mut volumes = pod.value["spec"]["volumes"].items().iter();
                let uses = volumes
                    .any(|it| it["persistentVolumeClaim"]["claimName"].as_str() == claim.name());
                let asked = Time::parse(claim.meta()["deletionTimestamp"].as_str());
                let is_long = asked.is_some_and(|it| moment.time.since(it) >= LONG);
                if uses && is_long {
                    all.push(Found::new(&claim.key(), "").fact("pod", pod.name()));
                }
            }
        }
    }
}

/// `status` inside a claim template looks like a claim that waits.
pub(super) fn template_status(case: &Case<'_>, all: &mut Vec<Found>) {
    for (time, line) in &case.typed {
        let shows = ["yaml", "json"].iter().any(|it| line.contains(it));
        let is_set = ["sts", "statefulset"].iter().any(|it| line.contains(it));
        if !shows || !is_set || line.contains("jsonpath") {
            continue;
        }
        for set in case.at(*time).objects.list(Kind::StatefulSet) {
            let templates = set.value["spec"]["volumeClaimTemplates"].items();
            if templates.iter().any(|it| !it["status"].is_empty()) {
                let field = "spec.volumeClaimTemplates";
                all.push(Found::new(&set.key(), field).shown(*time, line));
            }
        }
    }
}

/// Claims that have waited for long, and the moment.
fn waiting<'c>(case: &'c Case<'_>) -> impl Iterator<Item = (&'c Moment, &'c Arc<Object>)> {
    let all = case.moments.iter().flat_map(|moment| {
        let claims = moment.objects.list(Kind::PersistentVolumeClaim);
        claims.map(move |it| (moment, it))
    });
    all.filter(|(moment, claim)| {
        claim.value["status"]["phase"].as_str() == "Pending"
            && moment.time.since(claim.created()) >= LONG
    })
}

/// The set whose claim that is.
fn set_of<'m>(moment: &'m Moment, claim: &Object) -> Option<&'m Arc<Object>> {
    let mut sets = moment.objects.list(Kind::StatefulSet);
    let of_it = |set: &&Arc<Object>| set.namespace() == claim.namespace();
    sets.find(|set| {
        let templates = set.value["spec"]["volumeClaimTemplates"].items();
        let mut templates = templates.iter();
        of_it(set)
            && templates.any(|it| {
                let head = crate::text!("{}-{}-", it["metadata"]["name"].as_str(), set.name());
                claim.name().starts_with(head.as_str())
            })
    })
}

fn found(moment: &Moment, claim: &Object, field: &str) -> Found {
    let set = set_of(moment, claim);
    let about = set.map_or_else(|| claim.key(), |it| it.key());
    let class = claim.value["spec"]["storageClassName"].as_str();
    let text = "the claim is Pending";
    Found::new(&about, field)
        .fact("claim", claim.name())
        .fact("class", class)
        .shown(moment.time, text)
}

/// Neither the claim nor the cluster says which class makes its volume.
pub(super) fn no_class(case: &Case<'_>, all: &mut Vec<Found>) {
    for (moment, claim) in waiting(case) {
        // "" asks for a volume of no class, and is no omission.
        let is_omitted = claim.storage_class().is_null();
        if is_omitted && moment.objects.default_class().is_none() {
            let mut it = found(moment, claim, "spec.volumeClaimTemplates");
            if let Some(class) = moment.objects.list(Kind::StorageClass).next() {
                it = it.fact("offered", class.name());
            }
            all.push(it);
        }
    }
}

/// The claim names a class that is not there.
pub(super) fn unknown_class(case: &Case<'_>, all: &mut Vec<Found>) {
    for (moment, claim) in waiting(case) {
        let class = claim.value["spec"]["storageClassName"].as_str();
        // A class of volumes made by hand needs no object.
        let mut volumes = moment.objects.list(Kind::PersistentVolume);
        let is_by_hand = volumes.any(|it| is_of_class(it, claim));
        let is_there = moment.get(Kind::StorageClass, "", class).is_some();
        if !class.is_empty() && !is_there && !is_by_hand {
            all.push(found(moment, claim, "spec.volumeClaimTemplates"));
        }
    }
}

/// nodeName leaves the scheduler out, and only the scheduler says for which node a volume is to be made.
pub(super) fn node_name(case: &Case<'_>, all: &mut Vec<Found>) {
    for (moment, claim) in waiting(case) {
        let Some(set) = set_of(moment, claim) else {
            continue;
        };
        let node = set.value["spec"]["template"]["spec"]["nodeName"].as_str();
        if !node.is_empty() {
            all.push(found(moment, claim, "spec.template.spec.nodeName").fact("node", node));
        }
    }
}

fn is_of_class(volume: &Object, claim: &Object) -> bool {
    volume.value["spec"]["storageClassName"] == claim.value["spec"]["storageClassName"]
}

/// A volume was released, and the next claim cannot have it.
pub(super) fn released(case: &Case<'_>, all: &mut Vec<Found>) {
    for (moment, claim) in waiting(case) {
        let mut volumes = moment.objects.list(Kind::PersistentVolume);
        let is_released = |it: &&Arc<Object>| {
            it.value["status"]["phase"].as_str() == "Released" && is_of_class(it, claim)
        };
        if let Some(volume) = volumes.find(is_released) {
            all.push(found(moment, claim, "").fact("volume", volume.name()));
        }
    }
}
