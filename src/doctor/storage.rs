//! Claims, volumes and what ties them to pods and nodes.

use super::Found;
use super::case::{Case, LONG};
use super::rollout::shrinkings;
use crate::api::Kind;

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
                if uses && moment.time.since(claim.created()) >= LONG {
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
