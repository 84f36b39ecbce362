//! Which line of the reader's YAML a reason rests on.

use crate::api::Kind;
use crate::why::Why;

/// The kind and field of the manifest that a rule read.
pub(super) fn field_of(why: &Why) -> Option<(Kind, &'static str)> {
    let field = match why.rule().code {
        "create-first"
        | "create-next"
        | "delete-condemned"
        | "waits-for-condemned"
        | "waits-for-predecessor"
        | "waits-for-ready"
        | "waits-for-gone"
        | "waits-for-termination" => "spec.replicas",
        "create-parallel" => "spec.podManagementPolicy",
        "waits-for-available" | "waits-for-min-ready" => "spec.minReadySeconds",
        "revision-new" | "revision-again" | "delete-outdated" | "waits-for-updated" => {
            "spec.template"
        }
        "partition-holds" => "spec.updateStrategy.rollingUpdate.partition",
        "on-delete-holds" => "spec.updateStrategy.type",
        "image-pulled" | "image-present" | "waits-for-pull" | "containers-started"
        | "image-missing" | "image-invalid" | "container-held" => {
            "spec.template.spec.containers[0].image"
        }
        "waits-for-config" => "spec.template.spec.containers[0]",
        "waits-for-source" => "spec.template.spec.volumes",
        "containers-started-unready" | "waits-for-probe" | "probe-passed" | "probe-failed" => {
            "spec.template.spec.containers[0].readinessProbe"
        }
        "probe-restarts" => "spec.template.spec.containers[0].livenessProbe",
        "init-started" | "waits-for-init" => "spec.template.spec.initContainers",
        "waits-for-gates" => "spec.template.spec.readinessGates",
        "pod-adopted" | "pod-released" => "spec.selector",
        "slice-new"
        | "endpoint-ready"
        | "endpoint-not-ready"
        | "endpoint-terminating"
        | "endpoint-gone" => {
            return Some((Kind::Service, "spec.selector"));
        }
        _ => return None,
    };
    Some((Kind::StatefulSet, field))
}
