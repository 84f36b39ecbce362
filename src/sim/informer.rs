//! Informer caches: what the components see, a little after it was written.

use std::sync::Arc;

use crate::api::{Kind, Object, Objects};
use crate::apiserver::{Change, LogEntry};
use crate::config::Config;
use crate::plan::Actor;
use crate::time::Duration;

/// Whose cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Informer {
    /// kube-controller-manager: one shared cache for all its controllers.
    Controllers,
    Scheduler,
    Kubelets,
    Dns,
}

impl Informer {
    pub(super) const ALL: [Self; 4] = [
        Self::Controllers,
        Self::Scheduler,
        Self::Kubelets,
        Self::Dns,
    ];

    /// The cache that an actor reads.
    pub(super) fn of(actor: Actor) -> Self {
        match actor {
            Actor::You
            | Actor::StatefulSetController
            | Actor::EndpointSliceController
            | Actor::EndpointsController
            | Actor::EndpointSliceMirroringController
            | Actor::DeploymentController
            | Actor::ReplicaSetController
            | Actor::DaemonSetController
            | Actor::AutoscalerController
            | Actor::GarbageCollector
            | Actor::NodeController
            | Actor::DisruptionController
            | Actor::VolumeController
            | Actor::Provisioner
            | Actor::QuotaController
            | Actor::NamespaceController => Self::Controllers,
            Actor::Scheduler => Self::Scheduler,
            Actor::Kubelet => Self::Kubelets,
        }
    }

    /// Whether this cache holds that kind; what nobody reads is not delivered.
    pub(super) fn watches(self, kind: Kind) -> bool {
        match kind {
            Kind::Pod => true,
            Kind::Node | Kind::PersistentVolumeClaim | Kind::StorageClass => self != Self::Dns,
            Kind::Service | Kind::EndpointSlice => matches!(self, Self::Controllers | Self::Dns),
            Kind::DaemonSet
            | Kind::Deployment
            | Kind::ReplicaSet
            | Kind::StatefulSet
            | Kind::ControllerRevision
            | Kind::Endpoints
            | Kind::Lease
            | Kind::LimitRange
            | Kind::HorizontalPodAutoscaler
            | Kind::ResourceQuota
            | Kind::PodDisruptionBudget
            | Kind::ServiceAccount => self == Self::Controllers,
            Kind::Namespace => matches!(self, Self::Controllers | Self::Dns),
            Kind::ConfigMap | Kind::Secret => matches!(self, Self::Controllers | Self::Kubelets),
            Kind::PersistentVolume => {
                matches!(self, Self::Controllers | Self::Scheduler)
            }
            Kind::Event => false,
        }
    }

    pub(super) fn lag(self, config: &Config) -> Duration {
        match self {
            Self::Controllers => config.delays.controllers,
            Self::Scheduler => config.delays.scheduler,
            Self::Kubelets => config.delays.kubelets,
            Self::Dns => config.delays.dns,
        }
    }
}

/// All caches.
#[derive(Clone, Debug, Default)]
pub struct Informers {
    controllers: Objects,
    scheduler: Objects,
    kubelets: Objects,
    /// What the DNS servers see.
    pub dns: Objects,
}

impl Informers {
    /// Caches that have listed everything.
    pub(super) fn synced(objects: &Objects) -> Self {
        let copy = || objects.clone();
        Self {
            controllers: copy(),
            scheduler: copy(),
            kubelets: copy(),
            dns: copy(),
        }
    }

    pub(super) fn cache(&self, informer: Informer) -> &Objects {
        match informer {
            Informer::Controllers => &self.controllers,
            Informer::Scheduler => &self.scheduler,
            Informer::Kubelets => &self.kubelets,
            Informer::Dns => &self.dns,
        }
    }

    /// Takes a change in; gives back what stood there before.
    pub(super) fn deliver(&mut self, informer: Informer, entry: &LogEntry) -> Option<Arc<Object>> {
        let cache = match informer {
            Informer::Controllers => &mut self.controllers,
            Informer::Scheduler => &mut self.scheduler,
            Informer::Kubelets => &mut self.kubelets,
            Informer::Dns => &mut self.dns,
        };
        let key = entry.object.key();
        let before = cache.get(&key).map(Arc::clone);
        match entry.change {
            Change::Added | Change::Modified => cache.insert(Arc::clone(&entry.object)),
            Change::Deleted => {
                cache.remove(&key);
            }
        }
        before
    }
}
