//! `autoscaling/v1`, the older form of autoscalers: read as version 2 and told as version 1.
//!
//! differs: what the older form cannot say is left out (upstream keeps it in annotations); watches and patches speak
//! version 2.
//! upstream: pkg/apis/autoscaling/v1/conversion.go.

use super::{Body, HttpRequest, HttpResponse, path};
use crate::api::Kind;
use crate::config::Config;
use crate::object;
use crate::time::Time;
use crate::value::Value;

/// Where the older form lives.
pub(super) const OLD: &str = "/apis/autoscaling/v1/";
/// What only the older form has: in the spec, and in the status.
const TARGET: &str = "targetCPUUtilizationPercentage";

pub(super) fn handle(
    store: &mut super::Store,
    config: &Config,
    now: Time,
    request: &HttpRequest,
    rest: &str,
) -> HttpResponse {
    let mut request = request.clone();
    let version = path::version_of("autoscaling");
    request.path = crate::text!("/apis/autoscaling/{version}/{rest}");
    if matches!(request.method, "POST" | "PUT")
        && request.body["apiVersion"].as_str() == "autoscaling/v1"
    {
        newer(&mut request.body);
    }
    let mut answer = super::handle(store, config, now, &request);
    if let Body::Json(body) = &mut answer.body {
        match body["kind"].as_str() {
            "HorizontalPodAutoscaler" => older(body),
            "HorizontalPodAutoscalerList" => {
                body["apiVersion"] = "autoscaling/v1".into();
                for item in body["items"].as_items_mut().make_mut() {
                    older(item);
                }
            }
            _ => {}
        }
    }
    answer
}

fn newer(body: &mut Value) {
    body["apiVersion"] = Kind::HorizontalPodAutoscaler.api_version().into();
    let percent = body["spec"][TARGET].clone();
    if !percent.is_null() {
        body["spec"].remove(TARGET);
        let target = object! {"type": "Utilization", "averageUtilization": percent};
        body["spec"]["metrics"] = crate::array![object! {
            "type": "Resource", "resource": object! {"name": "cpu", "target": target},
        }];
    }
}

fn older(body: &mut Value) {
    if !body["apiVersion"].is_null() {
        body["apiVersion"] = "autoscaling/v1".into();
    }
    let metrics = body["spec"]["metrics"].clone();
    for metric in metrics.items() {
        let resource = &metric["resource"];
        let percent = &resource["target"]["averageUtilization"];
        if resource["name"].as_str() == "cpu" && !percent.is_null() {
            body["spec"][TARGET] = percent.clone();
        }
    }
    for (part, name) in [
        ("spec", "metrics"),
        ("spec", "behavior"),
        ("status", "conditions"),
        ("status", "currentMetrics"),
    ] {
        if !body[part][name].is_null() {
            body[part].remove(name);
        }
    }
}
