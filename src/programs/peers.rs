//! The other members of a container's set, which programs that replicate find by themselves.

use super::Container;
use crate::api::{Kind, Object};
use crate::sort;

/// The containers of that name that run in the pods of the same controller, by ordinal; just itself for a pod without.
pub(super) fn peers<'a>(of: &Container<'a>) -> Vec<Container<'a>> {
    let owner = of.pod.controller_uid();
    if owner.is_empty() {
        return vec![*of];
    }
    let pods = of.objects.list_in(Kind::Pod, of.pod.namespace());
    let own = pods.filter(|it| it.controller_uid() == owner && runs(it, of.name));
    let mut found: Vec<Container<'a>> = own
        .map(|it| Container {
            pod: it.as_ref(),
            ..*of
        })
        .collect();
    sort::by_key(&mut found, |it| ordinal(it.pod));
    found
}

/// The number at the end of a pod's name; 0 for a pod without.
pub(super) fn ordinal(pod: &Object) -> u64 {
    let number = pod.name().rsplit_once('-').map(|it| it.1.parse());
    number.and_then(Result::ok).unwrap_or_default()
}

/// Whether the container of that name runs in a pod.
pub(super) fn runs(pod: &Object, name: &str) -> bool {
    let status = pod.value["status"]["containerStatuses"].item("name", name);
    !status["state"]["running"].is_null()
}

/// All words that start the containers of a pod, one after another.
pub(super) fn words(pod: &Object) -> impl Iterator<Item = &str> {
    let spec = &pod.value["spec"];
    let all = ["initContainers", "containers"].map(|it| spec[it].items());
    let lists = all.into_iter().flatten();
    let lists = lists.flat_map(|it| [it["command"].items(), it["args"].items()]);
    lists.flatten().map(crate::value::Value::as_str)
}
