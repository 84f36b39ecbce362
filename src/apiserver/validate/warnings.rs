//! What the server warns about without refusing.
//!
//! upstream: pkg/api/pod/warnings.go, the strategies' WarningsOnCreate.

use super::Path;
use crate::api::Kind;
use crate::apiserver::places::Places;
use crate::value::{Text, Value};

/// Adds the warnings about an object.
pub(in crate::apiserver) fn warnings(kind: Kind, value: &Value, found: &mut Vec<Text>) {
    let path = Path::root("spec");
    let spec = &value["spec"];
    match kind {
        Kind::StatefulSet => {
            if spec["revisionHistoryLimit"]
                .as_int()
                .is_some_and(|it| it < 0)
            {
                let why = "a negative value retains all historical revisions; a value >= 0 is recommended";
                add(found, &path.field("revisionHistoryLimit"), why);
            }
            let template = path.field("template");
            pod(&spec["template"]["spec"], &template.field("spec"), found);
        }
        Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet => {
            let template = path.field("template");
            pod(&spec["template"]["spec"], &template.field("spec"), found);
        }
        Kind::Pod => pod(spec, &path, found),
        Kind::ConfigMap
        | Kind::Endpoints
        | Kind::Event
        | Kind::Namespace
        | Kind::Node
        | Kind::PersistentVolumeClaim
        | Kind::Service
        | Kind::ServiceAccount
        | Kind::ControllerRevision
        | Kind::EndpointSlice
        | Kind::PersistentVolume
        | Kind::ResourceQuota
        | Kind::PodDisruptionBudget
        | Kind::LimitRange
        | Kind::Secret
        | Kind::HorizontalPodAutoscaler
        | Kind::Lease
        | Kind::StorageClass => {}
    }
}

fn add(found: &mut Vec<Text>, path: &Path<'_>, why: &str) {
    found.push([&path.text(), ": ", why].concat().into());
}

fn pod(spec: &Value, path: &Path<'_>, found: &mut Vec<Text>) {
    if spec["terminationGracePeriodSeconds"]
        .as_int()
        .is_some_and(|it| it < 0)
    {
        let why = "must be >= 0; negative values are invalid and will be treated as 1";
        add(found, &path.field("terminationGracePeriodSeconds"), why);
    }
    for list in ["initContainers", "containers"] {
        let list_path = path.field(list);
        for (at, it) in spec[list].items().iter().enumerate() {
            let path = list_path.index(at);
            ports(it["ports"].items(), &path.field("ports"), found);
            variables(it["env"].items(), &path.field("env"), found);
        }
    }
}

fn ports(items: &[Value], list: &Path<'_>, found: &mut Vec<Text>) {
    let mut seen = Places::default();
    for (at, port) in items.iter().enumerate() {
        let same = ["containerPort", "protocol", "hostPort", "hostIP"].map(|it| port[it].to_json());
        let first = seen.note(&same.concat(), at);
        if first < at {
            let why = ["duplicate port definition with ", &list.index(first).text()].concat();
            add(found, &list.index(at), &why);
        }
    }
}

fn variables(items: &[Value], list: &Path<'_>, found: &mut Vec<Text>) {
    let mut seen = Places::default();
    for (at, it) in items.iter().enumerate() {
        let name = it["name"].as_str();
        if seen.repeats(name) {
            let why = crate::text!(
                "hides previous definition of \"{name}\", which may be dropped when using apply"
            );
            add(found, &list.index(at), &why);
        }
    }
}
