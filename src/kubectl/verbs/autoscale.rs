//! `kubectl autoscale`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/autoscale. Left out: autoscaling/v1, which upstream falls back to.

use super::common::{self, DryRun, Mutation, Report};
use super::create::require;
use crate::api::quantity::Quantity;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;
use crate::kubectl::resources::{path, query, with_body};
use crate::kubectl::types::{go_name, type_of};
use crate::object;
use crate::value::Value;

pub(super) const FLAGS: &str = "allow-missing-template-keys:b cpu:s cpu-percent:i dry-run:s=unchanged field-manager:s \
filename/f:l kustomize/k:s! max:i memory:s min:i name:s output/o:s recursive/R:b save-config:b show-managed-fields:b \
template:s";

pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    if flags.has("cpu-percent") {
        io.print_error(
            "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format \
             (e.g., '70%' for utilization or '500m' for milliCPU).\n",
        );
    }
    require(flags, "max")?;
    let [most, least] = ["max", "min"].map(|it| flags.int(it).unwrap_or(-1));
    let texts = [most, least].map(|it| it.to_string());
    if most < 1 {
        let text = "--max=MAXPODS is required and must be at least 1, max: {}";
        return Err(Failure::say(text, &[&texts[0]]).into());
    }
    if most < least {
        let text = "--max=MAXPODS must be larger or equal to --min=MINPODS, max: {}, min: {}";
        return Err(Failure::say(text, &[&texts[0], &texts[1]]).into());
    }
    let metrics = metrics(flags)?;
    let dry_run = DryRun::of(io, flags)?;
    let mut report = Report::of(flags, dry_run)?;
    let mut failures = Failures::default();
    for info in common::infos(io, flags, &flags.args, &mut failures)? {
        if !matches!(
            info.of.kind,
            "Deployment" | "ReplicaSet" | "ReplicationController" | "StatefulSet"
        ) {
            let text = "cannot autoscale a {}: could not find scale subresource for {} in discovery information";
            return Err(Failure::say(text, &[info.of.kind, &go_name(info.of)]).into());
        }
        let of = type_of("autoscaling/v2", "HorizontalPodAutoscaler").expect("a known type");
        let name = match flags.text("name") {
            "" => info.name.as_str(),
            name => name,
        };
        let mut object = object! {
            "apiVersion": "autoscaling/v2",
            "kind": of.kind,
            "metadata": object! {"name": name},
            "spec": object! {
                "maxReplicas": most,
                "scaleTargetRef": object! {
                    "apiVersion": &info.object["apiVersion"],
                    "kind": info.of.kind,
                    "name": &info.name,
                },
            },
        };
        if least > 0 {
            object["spec"]["minReplicas"] = least.into();
        }
        if !metrics.is_empty() {
            object["spec"]["metrics"] = metrics.clone();
        }
        let created = if dry_run == DryRun::Client {
            object["status"] = object! {"currentMetrics": Value::Null, "desiredReplicas": 0};
            object
        } else {
            let request = with_body("POST", path(of, &info.namespace, "", ""), "", object);
            let request = dry_run.on(request);
            io.json(query(request, "fieldManager", "kubectl-autoscale"))?
        };
        report.done_each(io, Mutation::new(of, created, "autoscaled"))?;
    }
    failures.done()
}

/// What is to be held at how much.
///
/// upstream: createHorizontalPodAutoscalerV2, parseResourceInput.
fn metrics(flags: &Flags) -> Result<Value, Failure> {
    let mut metrics = Vec::new();
    let percent = flags.int("cpu-percent").filter(|it| *it > 0);
    if percent.is_some() && flags.has("cpu") {
        let text = "--cpu-percent and --cpu are mutually exclusive";
        return Err(Failure::client(text));
    }
    let percent = percent.map(|it| [&it.to_string(), "%"].concat());
    let cpu = percent.as_deref().unwrap_or(flags.text("cpu"));
    for (name, given, unit) in [("cpu", cpu, "m"), ("memory", flags.text("memory"), "Mi")] {
        if given.is_empty() {
            continue;
        }
        let target = if let Some(percent) = given.strip_suffix('%') {
            let number = percent.parse::<u32>();
            let number =
                number.map_err(|_| Failure::say("invalid percentage value: {}", &[percent]))?;
            object! {"averageUtilization": number, "type": "Utilization"}
        } else {
            let is_bare = given.bytes().all(|it| it.is_ascii_digit() || it == b'.');
            let text = [given, if is_bare { unit } else { "" }].concat();
            let amount = Quantity::parse(&text)
                .map_err(|_| Failure::say("invalid resource {} value: {}", &[name, given]))?;
            object! {"averageValue": amount.canonical(), "type": "AverageValue"}
        };
        metrics.push(object! {
            "resource": object! {"name": name, "target": target},
            "type": "Resource",
        });
    }
    Ok(metrics.into())
}
