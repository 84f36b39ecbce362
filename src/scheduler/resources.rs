//! Room on a node: what its pods request against what it can allocate.
//!
//! upstream: plugin noderesources, fitsRequest; resourcehelper.PodRequests.

use crate::api::Object;
use crate::api::quantity::Quantity;
use crate::memory::NodePods;
use crate::value::{Text, Value};

/// Amounts in billionths, by resource.
type Amounts = Vec<(Text, i128)>;

fn amount(of: &Value) -> i128 {
    Quantity::of(of).map_or(0, |it| it.nanos)
}

/// Adds amounts, or keeps the larger of both.
fn take(sum: &mut Amounts, more: &Amounts, is_max: bool) {
    for (name, amount) in more {
        match sum.iter_mut().find(|it| it.0 == *name) {
            Some(it) if is_max => it.1 = it.1.max(*amount),
            Some(it) => it.1 += amount,
            None => sum.push((name.clone(), *amount)),
        }
    }
}

fn listed(list: &Value) -> Amounts {
    let members = list.members();
    members
        .map(|(name, it)| (name.clone(), amount(it)))
        .collect()
}

/// What a pod requests: its containers and sidecars together, or its largest init container with the sidecars before it.
pub(super) fn requests(pod: &Object) -> Amounts {
    let mut sum = Amounts::new();
    for container in pod.containers() {
        take(
            &mut sum,
            &listed(&container["resources"]["requests"]),
            false,
        );
    }
    let (mut sidecars, mut largest) = (Amounts::new(), Amounts::new());
    for container in pod.init_containers() {
        let mut own = listed(&container["resources"]["requests"]);
        if container["restartPolicy"].as_str() == "Always" {
            take(&mut sidecars, &own, false);
            own.clone_from(&sidecars);
        } else {
            take(&mut own, &sidecars, false);
        }
        take(&mut largest, &own, true);
    }
    take(&mut sum, &sidecars, false);
    take(&mut sum, &largest, true);
    take(&mut sum, &listed(&pod.value["spec"]["overhead"]), false);
    sum
}

/// What a node lacks for a pod, and whether it would if it were empty.
pub(super) fn shortage(wanted: &Amounts, there: &NodePods, node: &Object) -> (Vec<Text>, bool) {
    let room = &node.value["status"]["allocatable"];
    let (mut lacks, mut is_hopeless) = (Vec::new(), false);
    if !room["pods"].is_null() {
        let pods = amount(&room["pods"]) / 1_000_000_000;
        if i128::try_from(there.pods.iter().len()).unwrap_or(i128::MAX) >= pods {
            lacks.push("Too many pods".into());
        }
    }
    let mut used = Amounts::new();
    if wanted.iter().any(|it| it.1 > 0) {
        for (_, pod) in &there.pods {
            take(&mut used, &requests(pod), false);
        }
    }
    for (name, amount_wanted) in wanted.iter().filter(|it| it.1 > 0) {
        let all = amount(&room[name.as_str()]);
        let taken = used.iter().find(|it| it.0 == *name).map_or(0, |it| it.1);
        if *amount_wanted > all - taken {
            lacks.push(crate::text!("Insufficient {name}"));
            is_hopeless |= *amount_wanted > all;
        }
    }
    (lacks, is_hopeless)
}
