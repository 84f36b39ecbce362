//! What a step waits for, as scenarios write it.

use crate::time::Duration;
use crate::value::{Text, Value};

/// What a step waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// These pods exist, are not terminating, and are Ready.
    Ready(Vec<Text>),
    /// So many pods are Ready.
    CountReady(usize),
    /// There are no pods of these names.
    Gone(Vec<Text>),
    /// So many pods are left.
    CountLeft(usize),
    /// The pod exists.
    Exists(Text),
    /// The pod has a node.
    Scheduled(Text),
    /// The pod is another object than before.
    Replaced {
        /// The pod.
        pod: Text,
        /// Whether it must not be Ready either.
        is_unready: bool,
    },
    /// The pod's deletion has been asked for.
    Deleting(Text),
    /// The pod is on another node than before.
    Elsewhere(Text),
    /// The set is observed, has one revision, and all its replicas are Ready.
    Rolled(Text),
    /// The set's status has these fields.
    Status {
        /// The set.
        set: Text,
        /// The fields.
        fields: Value,
    },
    /// The controller has seen the set's latest generation.
    Observed(Text),
    /// No ControllerRevision is left.
    NoRevision,
    /// A node is in that state; for [`NodeState::Ready`], all are.
    Node(NodeState),
    /// No object but Events and Nodes changes for that long.
    Quiet(Duration),
}

/// The state of a node, by its Ready condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum NodeState {
    Ready,
    NotReady,
    Unknown,
}

impl Condition {
    /// Reads a condition.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let names = |list: &str| list.split(',').map(|it| it.trim().into()).collect();
        let words: Vec<&str> = text.split_whitespace().collect();
        Ok(match words.as_slice() {
            ["ready:", list] => Self::Ready(names(list)),
            ["gone:", list] => Self::Gone(names(list)),
            ["revision", "gone"] => Self::NoRevision,
            ["node", "ready"] => Self::Node(NodeState::Ready),
            ["node", "not", "ready"] => Self::Node(NodeState::NotReady),
            ["node", "unknown"] => Self::Node(NodeState::Unknown),
            ["quiet", "for", span, ..] if seconds(span.trim_end_matches('s')).is_some() => {
                Self::Quiet(seconds(span.trim_end_matches('s')).unwrap_or_default())
            }
            ["status", set] => Self::Observed((*set).into()),
            [count, "ready"] if count.parse::<usize>().is_ok() => {
                Self::CountReady(count.parse().unwrap_or_default())
            }
            [count, "left"] if count.parse::<usize>().is_ok() => {
                Self::CountLeft(count.parse().unwrap_or_default())
            }
            [pod, "exists"] => Self::Exists((*pod).into()),
            [pod, "scheduled"] => Self::Scheduled((*pod).into()),
            [pod, "new" | "replaced"] => Self::Replaced {
                pod: (*pod).into(),
                is_unready: false,
            },
            [pod, "recreated", "notready"] => Self::Replaced {
                pod: (*pod).into(),
                is_unready: true,
            },
            [pod, "deleting"] => Self::Deleting((*pod).into()),
            [pod, "elsewhere"] => Self::Elsewhere((*pod).into()),
            [set, rest @ ..] if set.starts_with("sts/") => read_set(&set[4..], rest, text)?,
            _ => return Err(format!("unknown condition {text:?}")),
        })
    }
}

fn read_set(set: &str, rest: &[&str], text: &str) -> Result<Condition, String> {
    match rest {
        ["fully", "rolled"] => Ok(Condition::Rolled(set.into())),
        ["status", fields @ ..] => {
            // Written as Python prints a dictionary.
            let json = fields.join(" ").replace('\'', "\"");
            let fields = Value::from_json(&json).map_err(|it| format!("{text}: {it}"))?;
            Ok(Condition::Status {
                set: set.into(),
                fields,
            })
        }
        _ => Err(format!("unknown condition {text:?}")),
    }
}

/// A span written in seconds with up to three decimals.
pub(super) fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = format!("{fraction:0<3}");
    let whole: u64 = whole.parse().ok()?;
    let ms: u64 = fraction.get(..3)?.parse().ok()?;
    Some(Duration::ms(whole * 1000 + ms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object;

    #[test]
    fn every_recorded_wording_is_understood() {
        let pod = || Text::from("web-2");
        let (replaced, recreated) = (
            Condition::Replaced {
                pod: pod(),
                is_unready: false,
            },
            Condition::Replaced {
                pod: pod(),
                is_unready: true,
            },
        );
        let known = [
            (
                "ready: web-0,web-1",
                Condition::Ready(vec!["web-0".into(), "web-1".into()]),
            ),
            ("4 ready", Condition::CountReady(4)),
            ("gone: web-2", Condition::Gone(vec![pod()])),
            ("2 left", Condition::CountLeft(2)),
            ("web-2 exists", Condition::Exists(pod())),
            ("web-2 scheduled", Condition::Scheduled(pod())),
            ("web-2 new", replaced.clone()),
            ("web-2 replaced", replaced),
            ("web-2 recreated notready", recreated),
            ("web-2 deleting", Condition::Deleting(pod())),
            ("web-2 elsewhere", Condition::Elsewhere(pod())),
            ("sts/web fully rolled", Condition::Rolled("web".into())),
            (
                "sts/web status {'availableReplicas': 3}",
                Condition::Status {
                    set: "web".into(),
                    fields: object! {"availableReplicas": 3},
                },
            ),
            ("status web", Condition::Observed("web".into())),
            ("revision gone", Condition::NoRevision),
            ("node not ready", Condition::Node(NodeState::NotReady)),
            ("quiet for 2.5s", Condition::Quiet(Duration::ms(2500))),
            ("quiet for 3 s", Condition::Quiet(Duration::s(3))),
        ];
        for (text, condition) in known {
            assert_eq!(Condition::read(text), Ok(condition));
        }
        assert!(Condition::read("sts/web upside down").is_err());
    }
}
