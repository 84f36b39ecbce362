//! `kubectl describe`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/describe and pkg/describe/describe.go.

mod cluster;
mod generic;
mod network;
mod node;
mod pod;
mod storage;
mod template;
mod text;
mod volume;
mod workload;

pub(super) use template::template_text;

use super::events;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::{Io, Stop};
use crate::kubectl::resources::{
    self, Accepts, Info, Selected, Selection, fetch, get, items, path, query, select,
};
use crate::kubectl::types::Type;
use crate::value::Value;
use text::Out;

pub(super) const FLAGS: &str = "all-namespaces/A:b chunk-size:i filename/f:l kustomize/k:s! recursive/R:b selector/l:s \
show-events:b";

pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    if flags.args.is_empty() && !flags.has("filename") {
        let text = "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete \
                    list of supported resources.";
        return Err(Failure::client(text).into());
    }
    let accepts = Accepts {
        all: true,
        single_type: false,
    };
    let selection = select(io, flags, &flags.args, accepts)?;
    let mut failures = Failures::default();
    let infos = fetch(io, &selection, "500", &mut failures)?;
    // upstream: one object that is found at once is described with its events; more, only if those are asked for.
    let shows_events = if flags.has("show-events") {
        flags.is("show-events")
    } else {
        infos.len() <= 1 && failures.is_empty()
    };
    if let ([failure], [Selected::One(of, prefix)]) =
        (failures.0.as_slice(), selection.selected.as_slice())
        && failure.is_not_found()
        && flags.args.len() == 2
    {
        let failure = failure.clone();
        return by_prefix(io, shows_events, &selection, (of, prefix), failure);
    }
    let mut first = true;
    for info in &infos {
        let text = describe(io, shows_events, info);
        if let Some(text) = failures.catch(text)? {
            io.print(if core::mem::take(&mut first) {
                text
            } else {
                ["\n\n", &text].concat()
            });
        }
    }
    if infos.is_empty() && failures.is_empty() {
        resources::print_none_found(io, &selection);
    }
    failures.done()
}

/// All objects whose names begin like that.
///
/// upstream: DescribeMatchingResources.
fn by_prefix(
    io: &mut Io,
    shows_events: bool,
    selection: &Selection,
    (of, prefix): (Type, &str),
    failure: Failure,
) -> Done {
    let list = io.json(query(
        get(path(of, &selection.namespace, "", "")),
        "limit",
        "500",
    ))?;
    let mut found = false;
    for item in items(&list, of) {
        if item["metadata"]["name"].as_str().starts_with(prefix) {
            found = true;
            let text = describe(io, shows_events, &Info::new(of, item, ""))?;
            io.print(text + "\n");
        }
    }
    if found {
        Ok(())
    } else {
        Err(Stop::Failed(failure))
    }
}

fn describe(io: &mut Io, shows_events: bool, info: &Info) -> Done<String> {
    let mut info = info.clone();
    info.object = io.json(get(info.path("")))?;
    if info.object["kind"].is_null() {
        info.object["kind"] = info.of.kind.into();
    }
    let it = Subject {
        info: &info,
        shows_events,
    };
    match (info.of.group, info.of.kind) {
        ("", "Pod") => pod::describe(io, &it),
        ("apps", "StatefulSet") => workload::stateful_set(io, &it),
        ("apps", "Deployment") => workload::deployment(io, &it),
        ("apps", "ReplicaSet") => workload::replica_set(io, &it),
        ("apps", "DaemonSet") => workload::daemon_set(io, &it),
        ("autoscaling", "HorizontalPodAutoscaler") => workload::autoscaler(io, &it),
        ("", "Service") => network::service(io, &it),
        ("", "Endpoints") => network::endpoints(io, &it),
        ("discovery.k8s.io", "EndpointSlice") => network::endpoint_slice(io, &it),
        ("", "PersistentVolumeClaim") => storage::claim(io, &it),
        ("", "PersistentVolume") => storage::volume(io, &it),
        ("storage.k8s.io", "StorageClass") => storage::class(io, &it),
        ("", "Node") => node::describe(io, &it),
        ("", "ConfigMap") => cluster::config_map(io, &it),
        ("", "Secret") => Ok(cluster::secret(&it)),
        ("", "Namespace") => cluster::namespace(io, &it),
        ("", "LimitRange") => Ok(cluster::limit_range(&it)),
        ("", "ResourceQuota") => Ok(cluster::quota(&it)),
        ("policy", "PodDisruptionBudget") => cluster::budget(io, &it),
        ("", "ServiceAccount") => cluster::service_account(io, &it),
        _ => generic::describe(io, &it),
    }
}

/// What is described.
struct Subject<'a> {
    info: &'a Info,
    shows_events: bool,
}

impl Subject<'_> {
    fn object(&self) -> &Value {
        &self.info.object
    }

    /// Adds the events and gives the whole text.
    fn finish(&self, io: &mut Io, mut out: Out) -> Done<String> {
        if self.shows_events {
            let found = events::of_object(io, self.info)?;
            out.events(found, io.now);
        }
        Ok(out.text())
    }
}
