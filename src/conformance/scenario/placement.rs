//! Where pods must have been, told from the steps alone: who stops or drains a node, and then waits for a pod to go or
//! describes one, knew that the pod was there. The scheduler's draw is not recorded, so a replay draws until it fits.

use super::{Action, Condition, Step};
use crate::value::Text;

/// At a step, a pod is on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Which step of the scenario.
    pub step: usize,
    /// The pod.
    pub pod: Text,
    /// The node.
    pub node: Text,
}

/// The placements that a scenario counts on.
pub fn placements(steps: &[Step]) -> Vec<Placement> {
    let mut found = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let Some(node) = emptied(&step.action) else {
            continue;
        };
        let later = steps[at + 1..].iter();
        let until_next = later.take_while(|it| emptied(&it.action).is_none_or(|it| it == node));
        let mut is_back = false;
        for later in until_next {
            is_back |= is_refilled(&later.action);
            if let Some(pod) = missed(&later.action, is_back) {
                found.push(Placement {
                    step: at,
                    pod: pod.clone(),
                    node: node.clone(),
                });
            }
        }
    }
    found
}

/// Whether a step lets pods come to a node again.
fn is_refilled(action: &Action) -> bool {
    match action {
        Action::Servers { is_stop, .. } => !is_stop,
        Action::Kubectl(argv) => argv.first().is_some_and(|it| it == "uncordon"),
        _ => false,
    }
}

/// The pod that a step looks at because its node was emptied.
fn missed(action: &Action, is_back: bool) -> Option<&Text> {
    match action {
        Action::Wait {
            condition: Condition::Deleting(pod) | Condition::Elsewhere(pod),
            ..
        } => Some(pod),
        Action::Kubectl(argv) if !is_back => match &argv[..] {
            [verb, kind, pod] if verb == "describe" && kind == "pod" => Some(pod),
            _ => None,
        },
        _ => None,
    }
}

/// The node that a step takes pods from.
fn emptied(action: &Action) -> Option<&Text> {
    match action {
        Action::Servers { node, .. } => Some(node),
        Action::Kubectl(argv) => match argv.first()?.as_str() {
            "drain" => argv.get(1),
            "taint" | "delete" if argv.get(1)?.starts_with("node") => argv.get(2),
            _ => None,
        },
        Action::Api(_)
        | Action::Manual { .. }
        | Action::Kubelet(_)
        | Action::Wait { .. }
        | Action::Sleep(_)
        | Action::Watch(_)
        | Action::WatchStop
        | Action::Tables(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_for_a_pod_of_a_stopped_node_knew_where_it_was() {
        let step = |action| Step { t: 0, action };
        let servers = |is_stop, node: &str| {
            let node = node.into();
            step(Action::Servers { is_stop, node })
        };
        let wait = |condition| {
            step(Action::Wait {
                condition,
                held_at: 0,
            })
        };
        let words = ["taint", "nodes", "node-2", "a=b:NoExecute"];
        let steps = [
            wait(Condition::Deleting("web-0".into())),
            servers(true, "node-2"),
            step(Action::Kubectl(words.into_iter().map(Text::from).collect())),
            wait(Condition::Elsewhere("web-1".into())),
            servers(true, "node-1"),
            step(Action::Kubectl(
                ["describe", "pod", "web-2"].map(Text::from).to_vec(),
            )),
        ];
        let found = placements(&steps);
        let found: Vec<_> = found
            .iter()
            .map(|it| (it.step, &*it.pod, &*it.node))
            .collect();
        assert_eq!(
            found,
            [
                (1, "web-1", "node-2"),
                (2, "web-1", "node-2"),
                (4, "web-2", "node-1")
            ]
        );
    }
}
