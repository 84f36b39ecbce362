//! The lines of `kubectl rollout status`.
//!
//! upstream: k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go.

use super::REVISION;
use crate::kubectl::text::fill;
use crate::value::Value;

/// The line about a workload's rollout, and whether it is over.
pub(in crate::kubectl) fn line(set: &Value, revision: i64) -> Result<(String, bool), String> {
    let (spec, status) = (&set["spec"], &set["status"]);
    let number = |it: &Value| it.as_int().unwrap_or_default();
    let (kind, word) = match set["kind"].as_str() {
        "Deployment" => ("Deployment", "deployment"),
        "DaemonSet" => ("DaemonSet", "daemon set"),
        _ => ("StatefulSet", "statefulset"),
    };
    let strategy = &spec["updateStrategy"];
    if kind != "Deployment" && strategy["type"].as_str() != "RollingUpdate" {
        return Err("rollout status is only available for RollingUpdate strategy type".into());
    }
    let observed = number(&status["observedGeneration"]);
    if observed == 0 || observed < number(&set["metadata"]["generation"]) {
        let text = fill("Waiting for {} spec update to be observed...\n", &[word]);
        return Ok((text, false));
    }
    if kind != "StatefulSet" {
        return counted(set, kind == "Deployment", word, revision);
    }
    let replicas = spec["replicas"].as_int();
    let (ready, updated) = (
        number(&status["readyReplicas"]),
        number(&status["updatedReplicas"]),
    );
    if let Some(missing) = replicas.map(|it| it - ready).filter(|it| *it > 0) {
        return Ok((
            fill(
                "Waiting for {} pods to be ready...\n",
                &[&missing.to_string()],
            ),
            false,
        ));
    }
    let count = updated.to_string();
    if !strategy["rollingUpdate"].is_null() {
        let partition = strategy["rollingUpdate"]["partition"].as_int();
        if let (Some(replicas), Some(partition)) = (replicas, partition)
            && updated < replicas - partition
        {
            let of = (replicas - partition).to_string();
            return Ok((
                fill(
                    "Waiting for partitioned roll out to finish: {} out of {} new pods have been updated...\n",
                    &[&count, &of],
                ),
                false,
            ));
        }
        return Ok((
            fill(
                "partitioned roll out complete: {} new pods have been updated...\n",
                &[&count],
            ),
            true,
        ));
    }
    let (update, current) = (
        status["updateRevision"].as_str(),
        status["currentRevision"].as_str(),
    );
    if update != current {
        return Ok((
            fill(
                "waiting for statefulset rolling update to complete {} pods at revision {}...\n",
                &[&count, update],
            ),
            false,
        ));
    }
    let count = number(&status["currentReplicas"]).to_string();
    Ok((
        fill(
            "statefulset rolling update complete {} pods at revision {}...\n",
            &[&count, current],
        ),
        true,
    ))
}

/// The same of a Deployment or DaemonSet whose spec was observed.
///
/// upstream: DeploymentStatusViewer.Status, DaemonSetStatusViewer.Status.
fn counted(
    set: &Value,
    is_deployment: bool,
    word: &str,
    revision: i64,
) -> Result<(String, bool), String> {
    let status = &set["status"];
    let (name, meta) = (set["metadata"]["name"].as_str(), &set["metadata"]);
    let number = |it: &str| status[it].as_int().unwrap_or_default();
    let (wanted, updated, available, noun) = if is_deployment {
        let wanted = set["spec"]["replicas"].as_int().unwrap_or_default();
        (
            wanted,
            number("updatedReplicas"),
            number("availableReplicas"),
            "replicas",
        )
    } else {
        let names = [
            "desiredNumberScheduled",
            "updatedNumberScheduled",
            "numberAvailable",
        ];
        let [wanted, updated, available] = names.map(number);
        (wanted, updated, available, "pods")
    };
    let runs = meta["annotations"][REVISION].as_str();
    if is_deployment && revision > 0 && runs.parse() != Ok(revision) {
        let revision = revision.to_string();
        return Err(fill(
            "desired revision ({}) is different from the running revision ({})",
            &[&revision, runs],
        ));
    }
    let progressing = status["conditions"].item("type", "Progressing");
    if progressing["reason"].as_str() == "ProgressDeadlineExceeded" {
        return Err(fill(
            "deployment \"{}\" exceeded its progress deadline",
            &[name],
        ));
    }
    let old = number("replicas") - updated;
    // Of what a Deployment has updated; of all that a DaemonSet wants.
    let all = if is_deployment { updated } else { wanted };
    let [
        wanted_text,
        updated_text,
        available_text,
        old_text,
        all_text,
    ] = [wanted, updated, available, old, all].map(|it| it.to_string());
    let rest = if updated < wanted {
        let values = [updated_text.as_str(), &wanted_text, noun];
        fill("{} out of {} new {} have been updated...", &values)
    } else if is_deployment && old > 0 {
        fill("{} old replicas are pending termination...", &[&old_text])
    } else if available < all {
        fill(
            "{} of {} updated {} are available...",
            &[&available_text, &all_text, noun],
        )
    } else {
        return Ok((
            fill("{} \"{}\" successfully rolled out\n", &[word, name]),
            true,
        ));
    };
    let text = fill(
        "Waiting for {} \"{}\" rollout to finish: {}\n",
        &[word, name, &rest],
    );
    Ok((text, false))
}
