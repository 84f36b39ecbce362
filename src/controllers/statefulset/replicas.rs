//! The first two phases of a sync: bring every replica up, take every condemned pod down.
//!
//! upstream: updateStatefulSet, processReplica, processCondemned; spec/statefulset.md B.7, B.8.1 to B.8.3.

use std::sync::Arc;

use super::revisions::{Revision, Revisions};
use super::{Act, Flow, Sync};
use crate::api::Object;
use crate::api::pod::Phase;
use crate::apiserver::{Patch, Request, Verb, WriteOptions};
use crate::persistent::Map;
use crate::plan::{Decision, OnError};
use crate::sort;
use crate::value::Text;
use crate::why::Why;

/// The set's open pods by what is to become of them.
pub(super) struct Split {
    /// The open ones of the wanted ordinals.
    ordinals: Map<i64, ()>,
    /// Their pods, as far as they exist, lowest ordinal first.
    pods: Vec<(i64, Arc<Object>)>,
    /// Pods outside the range, highest ordinal first.
    pub condemned: Vec<Arc<Object>>,
    /// The unhealthy pod that comes first: the lowest slot, else the lowest condemned.
    first_unavailable: Option<Text>,
}

/// One wanted ordinal; empty where no pod exists.
pub(super) struct Slot<'a> {
    pub ordinal: i64,
    pub pod: Option<&'a Object>,
}

impl Split {
    pub(super) fn new(sync: &Sync<'_>, pods: &[Arc<Object>]) -> Self {
        let wanted = sync.wanted();
        let mut split = Self {
            ordinals: sync.open.ordinals.clone(),
            pods: Vec::new(),
            condemned: Vec::new(),
            first_unavailable: None,
        };
        let mut condemned: Vec<(i64, Arc<Object>)> = Vec::new();
        for pod in pods {
            let Some(ordinal) = pod.ordinal_of(sync.set.name()) else {
                continue;
            };
            if wanted.contains(&ordinal) {
                split.pods.push((ordinal, Arc::clone(pod)));
            } else {
                condemned.push((ordinal, Arc::clone(pod)));
            }
        }
        // Of two names with one ordinal, `web-01` and `web-1`, the later counts.
        split.pods.reverse();
        sort::by_key(&mut split.pods, |it| it.0);
        split.pods.dedup_by_key(|it| it.0);
        sort::by_key(&mut condemned, |it| core::cmp::Reverse(it.0));
        split.condemned = condemned.into_iter().map(|(_, pod)| pod).collect();
        let unavailable = |pod: &Object| sync.is_unavailable(pod);
        let first_slot = split.slots().find(|it| it.pod.is_none_or(unavailable));
        split.first_unavailable = match first_slot {
            Some(slot) => Some(sync.pod_name(slot.ordinal)),
            None => split
                .condemned
                .iter()
                .rev()
                .find(|it| unavailable(it))
                .map(|it| it.name().into()),
        };
        split
    }

    /// The open slots, lowest ordinal first.
    pub(super) fn slots(&self) -> impl DoubleEndedIterator<Item = Slot<'_>> {
        self.ordinals.iter().map(|it| self.slot(it.0))
    }

    fn slot(&self, ordinal: i64) -> Slot<'_> {
        let at = self.pods.binary_search_by_key(&ordinal, |it| it.0);
        let pod = at.ok().map(|at| self.pods[at].1.as_ref());
        Slot { ordinal, pod }
    }
}

impl Sync<'_> {
    /// upstream: podInOrdinalRange.
    pub(super) fn is_in_range(&self, ordinal: i64) -> bool {
        let spec = &self.spec;
        ordinal >= spec.start && ordinal < spec.start.saturating_add(spec.replicas)
    }

    /// upstream: isUnavailable.
    pub(super) fn is_unavailable(&self, pod: &Object) -> bool {
        pod.is_terminating() || !pod.is_available(self.spec.min_ready, self.ctx.now)
    }

    /// Brings the replicas up, lowest ordinal first.
    pub(super) fn process_replicas(&mut self, split: &Split, revisions: &Revisions) -> Flow {
        let mut flow = Flow::GoOn;
        let mut starts = Vec::new();
        for slot in split.slots() {
            let start = self.plan.decisions.len();
            starts.push(start);
            let goes_on = self.process_replica(split, &slot, revisions) == Flow::GoOn;
            let is_fine = |it: &Object| it.phase() == Phase::Running && !self.is_unavailable(it);
            if self.plan.decisions.len() == start && slot.pod.is_some_and(is_fine) {
                self.settle(&slot);
            }
            if !goes_on {
                flow = Flow::Stop;
                if self.spec.is_monotonic {
                    break;
                }
            }
        }
        if !self.spec.is_monotonic {
            let mut parts = Vec::new();
            for start in starts.into_iter().rev() {
                let part = self.plan.decisions.split_off(start);
                if !part.is_empty() {
                    parts.push(part);
                }
            }
            parts.reverse();
            batch_order(&mut parts);
            self.plan.decisions.extend(parts.into_iter().flatten());
        }
        flow
    }

    /// One slot, in the order upstream tests it.
    fn process_replica(&mut self, split: &Split, slot: &Slot<'_>, revisions: &Revisions) -> Flow {
        let Some(pod) = slot.pod else {
            self.create(split, slot.ordinal, revisions);
            return Flow::Stop;
        };
        if pod.is_terminal() {
            if !pod.is_terminating() {
                let name = pod.name().into();
                let phase = pod.value["status"]["phase"].as_str().into();
                self.delete_pod(
                    pod,
                    Why::DeleteEnded {
                        set: self.name(),
                        pod: name,
                        phase,
                    },
                );
                return Flow::Stop;
            }
            self.block(split, slot.ordinal, pod.key().name, Block::Terminating);
            return Flow::Stop;
        }
        if pod.phase() == Phase::Pending {
            if !self.create_claims(slot.ordinal, true) {
                return Flow::Stop;
            }
            self.own_claims(Some(pod), slot.ordinal);
        }
        if self.spec.is_monotonic {
            let block = if pod.is_terminating() {
                Some(Block::Terminating)
            } else if !pod.is_running_and_ready() {
                Some(Block::NotReady)
            } else if !pod.is_available(self.spec.min_ready, self.ctx.now) {
                Some(Block::NotAvailable)
            } else {
                None
            };
            if let Some(block) = block {
                self.block(split, slot.ordinal, pod.key().name, block);
                return Flow::Stop;
            }
        }
        let has_storage = self.storage_matches(pod, slot.ordinal);
        if !has_storage && !self.create_claims(slot.ordinal, true) {
            return Flow::Stop;
        }
        // A pod whose claims alone were wrong is written too, and not changed by it.
        if self.own_claims(Some(pod), slot.ordinal) || !has_storage || !Self::identity_matches(pod)
        {
            self.repair(pod, slot.ordinal, has_storage);
        }
        Flow::GoOn
    }

    fn create(&mut self, split: &Split, ordinal: i64, revisions: &Revisions) {
        let name = self.pod_name(ordinal);
        if let Some(claim) = self.stale_claim(ordinal) {
            let (set, pod) = (self.name(), name);
            return self.wait(self.pod_key(ordinal), Why::ClaimStale { set, claim, pod });
        }
        if !self.create_claims(ordinal, false) {
            return;
        }
        let revision = self.revision_for(ordinal, revisions);
        let mut template = revision.template.clone();
        template.remove("$patch");
        let request = Request {
            key: self.pod_key(ordinal),
            verb: Verb::Create(self.new_pod(ordinal, &template, &revision.name)),
            options: WriteOptions::default(),
        };
        let (set, pod) = (self.name(), name.clone());
        let why = if !self.spec.is_monotonic {
            Why::CreateParallel { set, pod }
        } else if ordinal == self.spec.start {
            Why::CreateFirst { set, pod }
        } else {
            let predecessor = self.pod_name(ordinal - 1);
            Why::CreateNext {
                set,
                pod,
                predecessor,
            }
        };
        let report = Some(self.report(Act::Create, &name));
        self.plan.decisions.push(Decision::Do {
            request,
            on_error: OnError::Stop,
            why,
            report,
        });
        self.own_claims(None, ordinal);
        if self.spec.is_monotonic {
            self.block(split, ordinal, name, Block::NotReady);
        }
    }

    /// The revision of a pod to be made.
    ///
    /// upstream: newVersionedStatefulSetPod; spec/statefulset.md B.8.3.
    fn revision_for<'a>(&self, ordinal: i64, revisions: &'a Revisions) -> &'a Revision {
        let status_current = self.set.value["status"]["currentReplicas"]
            .as_int()
            .unwrap_or(0);
        let first_updated = match self.spec.partition {
            _ if !self.spec.rolls => self.spec.start,
            Some(partition) => self.spec.start + partition,
            None => self.spec.start + status_current,
        };
        if ordinal < first_updated {
            &revisions.current
        } else {
            &revisions.update
        }
    }

    fn repair(&mut self, pod: &Object, ordinal: i64, has_storage: bool) {
        let why = Why::IdentityRepaired {
            set: self.name(),
            pod: pod.name().into(),
        };
        let report = Some(self.report(Act::Update, pod.name()));
        let mut patch = Self::repaired(pod, ordinal);
        if !has_storage {
            patch["spec"]["volumes"] = self.volumes(&pod.value["spec"]["volumes"], ordinal);
        }
        self.send(pod.key(), Verb::Patch(Patch::Merge, patch), why, report);
    }

    /// Says what this pod holds up: the set, and the next ordinal that has no pod yet; those after it wait for the same.
    fn block(&mut self, split: &Split, ordinal: i64, predecessor: Text, block: Block) {
        let seconds = crate::text!("{}", self.spec.min_ready.ms / 1000);
        let (set, pod) = (self.name(), predecessor.clone());
        let on_set = match block {
            Block::Terminating => Why::WaitsForGone { set, pod },
            Block::NotReady => Why::WaitsForReady { set, pod },
            Block::NotAvailable => Why::WaitsForMinReady {
                set,
                pod,
                seconds: seconds.clone(),
            },
        };
        if !self.spec.is_monotonic {
            // Parallel makes what is missing in this very sync; the set waits for the first pod that is in the way.
            if self.waits_on_set() {
                return;
            }
            return self.wait(self.set.key(), on_set);
        }
        let mut higher = split.ordinals.from(&(ordinal + 1)).map(|it| it.0);
        if let Some(missing) = higher.find(|it| split.slot(*it).pod.is_none()) {
            let (set, pod) = (self.name(), self.pod_name(missing));
            let why = match block {
                Block::Terminating => Why::WaitsForTermination {
                    set,
                    pod,
                    predecessor,
                },
                Block::NotReady => Why::WaitsForPredecessor {
                    set,
                    pod,
                    predecessor,
                },
                Block::NotAvailable => Why::WaitsForAvailable {
                    set,
                    pod,
                    predecessor,
                    seconds: seconds.clone(),
                },
            };
            self.wait(self.pod_key(missing), why);
        }
        self.wait(self.set.key(), on_set);
    }

    /// Takes condemned pods down, highest ordinal first.
    pub(super) fn process_condemned(&mut self, split: &Split) -> Flow {
        let mut flow = Flow::GoOn;
        for pod in &split.condemned {
            if self.process_one_condemned(split, pod) == Flow::Stop && self.spec.is_monotonic {
                flow = Flow::Stop;
                break;
            }
        }
        flow
    }

    fn process_one_condemned(&mut self, split: &Split, pod: &Object) -> Flow {
        let name: Text = pod.name().into();
        if pod.is_terminating() {
            if self.spec.is_monotonic {
                self.wait(
                    self.set.key(),
                    Why::WaitsForCondemned {
                        set: self.name(),
                        pod: name,
                    },
                );
                return Flow::Stop;
            }
            return Flow::GoOn;
        }
        let is_first = split.first_unavailable.as_ref() == Some(&name);
        let is_healthy =
            pod.is_running_and_ready() && pod.is_available(self.spec.min_ready, self.ctx.now);
        if self.spec.is_monotonic && !is_healthy && !is_first {
            let first = split.first_unavailable.clone().unwrap_or_default();
            self.wait(
                self.set.key(),
                Why::WaitsForCondemnedReady {
                    set: self.name(),
                    pod: name,
                    first,
                },
            );
            return Flow::Stop;
        }
        let replicas = crate::text!("{}", self.spec.replicas);
        self.delete_pod(
            pod,
            Why::DeleteCondemned {
                set: self.name(),
                pod: name,
                replicas,
            },
        );
        Flow::Stop
    }

    /// The name of the revision a pod was made from.
    pub(super) fn revision_of(pod: &Object) -> &str {
        pod.revision()
    }
}

/// What keeps a pod from letting the next one through.
#[derive(Clone, Copy)]
enum Block {
    Terminating,
    NotReady,
    NotAvailable,
}

/// Parallel creations go in batches of 1, 2, 4, …; within a batch the last is often first.
///
/// upstream: slowStartBatch; which order a batch takes is not defined, recordings show this one.
fn batch_order(decisions: &mut [Vec<Decision>]) {
    let (mut from, mut size) = (0, 1);
    while from < decisions.len() {
        let to = (from + size).min(decisions.len());
        decisions[from..to].rotate_right(1);
        (from, size) = (to, (size * 2).min(500));
    }
}
