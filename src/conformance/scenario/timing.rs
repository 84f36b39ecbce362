//! Who does which step of a scenario, and when, told from the steps alone.
//!
//! Two hands wrote a recording. The script does its steps one after another. The scripted kubelet runs beside it: it
//! gives a pod a status some time after the pod is bound, and removes it some time after its deletion was asked for.
//! Its steps are recorded at the time they were answered, so they stand between, and inside, those of the script.
//! When a step's pod last changed is not known to a replay; what the kubelet waited for, and for how long, is.

use std::collections::BTreeSet;

use super::{Action, Step};
use crate::time::Duration;

/// What the scripted kubelet does by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kubelet {
    /// Whether it gives pods a status.
    pub is_auto: bool,
    /// How long after a pod is bound.
    pub delay: Duration,
    /// Whether it removes pods.
    pub deletes: bool,
    /// How long after their deletion was asked for.
    pub deletion_delay: Duration,
}

/// A step of the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Script {
    /// Which step of the scenario.
    pub step: usize,
    /// The gap to the end of the script's step before.
    pub after_end: Duration,
    /// At least so long after the start of the script's step before.
    pub after_start: Duration,
}

/// A step of the scripted kubelet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Which step of the scenario.
    pub step: usize,
    /// Which step told the kubelet to act so.
    pub told_by: usize,
    /// How long after the pod was bound, or its deletion was asked for.
    pub delay: Duration,
}

/// The steps of a scenario by who does them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// The script's, in order.
    pub script: Vec<Script>,
    /// The kubelet's, in order.
    pub kubelet: Vec<Trigger>,
}

impl Roles {
    /// Tells the steps apart.
    pub fn of(steps: &[Step]) -> Self {
        let leads = leads_on(steps);
        let mut roles = Self::default();
        let mut told = (0, Kubelet::default());
        // Pods that have a status, and need no first one.
        let mut known: BTreeSet<&str> = BTreeSet::new();
        let mut busy_until = 0;
        for (at, step) in steps.iter().enumerate() {
            let is_beside = step.t < busy_until;
            match &step.action {
                // A refused request changes nothing: of the scripted kubelet it means that the pod was gone already.
                Action::Manual { code, .. } if *code >= 400 => continue,
                Action::Manual { status, pod, .. } => {
                    let is_first = !known.contains(pod.as_str());
                    if ["failed", "succeeded"].contains(&status.as_str()) {
                        known.remove(pod.as_str());
                    } else {
                        known.insert(pod);
                    }
                    if told.1.is_auto && (is_first || is_beside || !leads[at]) {
                        let (told_by, delay) = (told.0, told.1.delay);
                        roles.kubelet.push(Trigger {
                            step: at,
                            told_by,
                            delay,
                        });
                        continue;
                    }
                }
                Action::Api(api) => {
                    if let Some(pod) = api.deleted_pod() {
                        if api.code >= 400 {
                            continue;
                        }
                        known.remove(pod);
                        if told.1.deletes {
                            let (told_by, delay) = (told.0, told.1.deletion_delay);
                            roles.kubelet.push(Trigger {
                                step: at,
                                told_by,
                                delay,
                            });
                            continue;
                        }
                    }
                }
                Action::Kubelet(kubelet) => told = (at, *kubelet),
                Action::Wait { held_at, .. } => busy_until = *held_at,
                Action::Sleep(span) => busy_until = step.t + span.ms,
                Action::Kubectl(_)
                | Action::Watch(_)
                | Action::WatchStop
                | Action::Tables(_)
                | Action::Servers { .. } => {}
            }
            let before = roles.script.last().map(|it| &steps[it.step]);
            roles.script.push(follow(before, step, at));
        }
        roles
    }
}

/// When the script does a step, counted from the one before.
fn follow(before: Option<&Step>, step: &Step, at: usize) -> Script {
    let zero = Duration::default();
    let since = |t: u64| Duration::ms(step.t.saturating_sub(t));
    let (after_end, after_start) = match before {
        None => (zero, since(0)),
        Some(before) => match &before.action {
            Action::Wait { held_at, .. } => (since(*held_at), zero),
            Action::Sleep(span) => (since(before.t + span.ms), zero),
            Action::Api(_) | Action::Manual { .. } | Action::Kubelet(_) => (since(before.t), zero),
            // Their end is not recorded: the next step of the script began right after it.
            Action::Kubectl(_)
            | Action::Watch(_)
            | Action::WatchStop
            | Action::Tables(_)
            | Action::Servers { .. } => (zero, since(before.t)),
        },
    };
    Script {
        step: at,
        after_end,
        after_start,
    }
}

/// Whether the script's next step began right when this one was answered, as it does when the script did this one too;
/// through several such steps in a row.
fn leads_on(steps: &[Step]) -> Vec<bool> {
    const AT_ONCE_MS: u64 = 3;
    let mut leads = vec![true; steps.len()];
    for at in (0..steps.len().saturating_sub(1)).rev() {
        let next = &steps[at + 1];
        leads[at] = match &next.action {
            Action::Manual { .. } | Action::Api(_) => leads[at + 1],
            Action::Kubectl(_)
            | Action::Kubelet(_)
            | Action::Wait { .. }
            | Action::Sleep(_)
            | Action::Watch(_)
            | Action::WatchStop
            | Action::Tables(_)
            | Action::Servers { .. } => next.t <= steps[at].t + AT_ONCE_MS,
        };
    }
    leads
}

#[cfg(test)]
mod tests {
    use super::super::{Api, Condition};
    use super::*;

    fn step(t: u64, action: Action) -> Step {
        Step { t, action }
    }

    fn manual(t: u64, status: &str, pod: &str) -> Step {
        let (status, pod) = (status.into(), pod.into());
        step(
            t,
            Action::Manual {
                status,
                pod,
                code: 200,
            },
        )
    }

    fn delete(t: u64, pod: &str, code: u16) -> Step {
        let path = ecow::eco_format!("/api/v1/namespaces/b/pods/{pod}");
        step(
            t,
            Action::Api(Api {
                method: "DELETE",
                path,
                body: crate::value::Value::Null,
                code,
            }),
        )
    }

    fn wait(t: u64, condition: Condition, held_at: u64) -> Step {
        step(t, Action::Wait { condition, held_at })
    }

    fn kubectl(t: u64) -> Step {
        step(t, Action::Kubectl(vec!["kubectl".into()]))
    }

    fn kubelet(is_auto: bool) -> Step {
        let kubelet = Kubelet {
            is_auto,
            delay: Duration::ms(500),
            deletes: is_auto,
            deletion_delay: Duration::ms(700),
        };
        step(190, Action::Kubelet(kubelet))
    }

    /// The times of the steps that each hand does.
    fn hands(steps: &[Step]) -> (Vec<u64>, Vec<u64>) {
        let roles = Roles::of(steps);
        (
            roles.script.iter().map(|it| steps[it.step].t).collect(),
            roles.kubelet.iter().map(|it| steps[it.step].t).collect(),
        )
    }

    #[test]
    fn first_statuses_and_removals_are_the_kubelets() {
        let ready = || Condition::Ready(vec!["web-0".into()]);
        let steps = [
            kubelet(true),
            kubectl(998),
            wait(1960, ready(), 3020),
            manual(2462, "ready", "web-0"),
            kubectl(3020),
            delete(4400, "web-0", 200),
            wait(4500, ready(), 5500),
            manual(5001, "ready", "web-0"),
            // The script makes it unready, and a refused removal changes nothing.
            manual(5600, "notready", "web-0"),
            wait(5600, Condition::Quiet(Duration::s(1)), 6700),
            delete(6000, "web-0", 409),
        ];
        assert_eq!(
            hands(&steps),
            (
                vec![190, 998, 1960, 3020, 4500, 5600, 5600],
                vec![2462, 4400, 5001]
            )
        );
        let removal = Roles::of(&steps).kubelet[1];
        assert_eq!((removal.told_by, removal.delay), (0, Duration::ms(700)));
    }

    #[test]
    fn without_a_kubelet_all_is_the_scripts_in_order() {
        let steps = [
            kubelet(false),
            wait(2236, Condition::Scheduled("web-0".into()), 2240),
            manual(2271, "pending", "web-0"),
            step(2271, Action::Sleep(Duration::ms(700))),
            manual(2997, "notready", "web-0"),
            delete(3050, "web-0", 200),
        ];
        let roles = Roles::of(&steps);
        assert_eq!(roles.kubelet, []);
        let gaps: Vec<u64> = roles.script.iter().map(|it| it.after_end.ms).collect();
        assert_eq!(gaps, [0, 2046, 31, 0, 26, 53]);
    }
}
