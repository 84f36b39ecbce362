//! Everything that acts.

use crate::controllers::{
    autoscaler, daemonset, deployment, disruption, endpoints, endpointslice, garbagecollector,
    mirror, namespace, node, provisioner, quota, replicaset, statefulset, volumes,
};
use crate::plan::Component;
use crate::{kubelet, scheduler};

/// Everything that acts.
pub(super) const COMPONENTS: [Component; 17] = [
    statefulset::COMPONENT,
    endpointslice::COMPONENT,
    endpoints::COMPONENT,
    mirror::COMPONENT,
    deployment::COMPONENT,
    replicaset::COMPONENT,
    daemonset::COMPONENT,
    autoscaler::COMPONENT,
    garbagecollector::COMPONENT,
    node::COMPONENT,
    disruption::COMPONENT,
    volumes::COMPONENT,
    provisioner::COMPONENT,
    quota::COMPONENT,
    namespace::COMPONENT,
    scheduler::COMPONENT,
    kubelet::COMPONENT,
];
