//! Parts of objects: scale, finalize, binding, eviction, log, exec, attach.

use std::sync::Arc;

use super::path::Target;
use super::write::{delete_options, patch_of};
use super::{
    Answer, Body, Call, Connection, Reply, Status, bad_request, not_allowed, not_found, refusal,
    success,
};
use crate::api::condition::{self, Condition};
use crate::api::disruption::budgets;
use crate::api::pod::Phase;
use crate::api::selector::Selector;
use crate::api::{Kind, Object};
use crate::apiserver::{Patch, Verb};
use crate::value::{Text, Value};
use crate::{array, object};

impl Call<'_> {
    pub(super) fn subresource(&mut self, target: &Target) -> Answer {
        let method = self.request.method;
        match (target.kind, target.subresource.as_str(), method) {
            (Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet, "scale", "GET") => {
                let set = self.find(target)?;
                Ok(Reply::Json(scale_of(&set)))
            }
            (Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet, "scale", "PUT" | "PATCH") => {
                self.scale(target)
            }
            (Kind::Namespace, "finalize", "PUT") => self.update(target),
            (Kind::Pod, "binding", "POST") => self.bind(target),
            (Kind::Pod, "eviction", "POST") => self.evict(target),
            (Kind::Pod, "log", "GET") => self.log(target),
            (Kind::Pod, "exec" | "attach", "GET" | "POST") => self.connect(target),
            (kind, name, _) => {
                let known = super::discovery::subresources(kind);
                Err(if known.iter().any(|it| it.name == name) {
                    not_allowed()
                } else {
                    not_found()
                })
            }
        }
    }

    fn scale(&mut self, target: &Target) -> Answer {
        let body = &self.request.body;
        let (kind, change) = if self.request.method == "PUT" {
            (Patch::Merge, scale_change(body)?)
        } else {
            match patch_of(self.request)? {
                // Replicas and resource version stand at the same paths in Scale and StatefulSet.
                Patch::Json => (Patch::Json, scale_operations(body)?),
                Patch::Merge | Patch::Strategic | Patch::Apply { .. } => {
                    (Patch::Merge, scale_change(body)?)
                }
            }
        };
        let written = self.write(target.key(), Verb::Patch(kind, change))?;
        Ok(Reply::Json(scale_of(&written.object)))
    }

    fn bind(&mut self, target: &Target) -> Answer {
        let node = self.request.body["target"]["name"].as_str().into();
        self.write(target.key(), Verb::Bind(node))?;
        self.code = 201;
        Ok(Reply::Json(success(201, Value::Null)))
    }

    /// Asks the pod's budget, marks the pod, and deletes it.
    ///
    /// upstream: EvictionREST.Create, canIgnorePDB, addConditionAndDeletePod.
    fn evict(&mut self, target: &Target) -> Answer {
        let options = delete_options(self.request, &self.request.body["deleteOptions"])?;
        let pod = self.find(target)?;
        if pod.phase() == Phase::Running && !pod.is_terminating() {
            self.ask_budget(&pod)?;
        }
        let condition = Condition {
            kind: "DisruptionTarget",
            status: true,
            reason: "EvictionByEvictionAPI",
            message: "Eviction API: evicting".into(),
            observed_generation: None,
        };
        let mut conditions = pod.value["status"]["conditions"].clone();
        condition::set(&mut conditions, &condition, self.now);
        let patch = object! {"status": object! {"conditions": conditions}};
        self.write(target.key(), Verb::PatchStatus(Patch::Merge, patch))?;
        self.write(target.key(), Verb::Delete(options))?;
        self.code = 201;
        Ok(Reply::Json(success(201, Value::Null)))
    }

    /// Takes one eviction off the pod's budget.
    ///
    /// upstream: checkAndDecrement.
    fn ask_budget(&mut self, pod: &Object) -> Result<(), Status> {
        let mut all = budgets(&self.store.objects, pod);
        let Some(budget) = all.next().cloned() else {
            return Ok(());
        };
        if all.next().is_some() {
            let message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
            return Err(refusal(500, "", message));
        }
        drop(all);
        let status = &budget.value["status"];
        let count = |name: &str| status[name].as_int().unwrap_or(0);
        let (healthy, desired) = (count("currentHealthy"), count("desiredHealthy"));
        if !pod.is_ready() && healthy >= desired && desired > 0 {
            return Ok(());
        }
        let name = budget.name();
        let allowed = count("disruptionsAllowed");
        let cause = if count("observedGeneration") < budget.generation() {
            crate::text!("The disruption budget {name} is still being processed by the server.")
        } else if allowed == 0 {
            crate::text!(
                "The disruption budget {name} needs {desired} healthy pods and has {healthy} currently"
            )
        } else {
            let mut value = budget.value.clone();
            value["status"]["disruptionsAllowed"] = (allowed - 1).into();
            value["status"]["disruptedPods"][pod.name()] = self.now.rfc3339().into();
            self.write(budget.key(), Verb::UpdateStatus(value))?;
            return Ok(());
        };
        let message = "Cannot evict pod as it would violate the pod's disruption budget.";
        Err(Status {
            details: object! {
                "causes": array![object! {"reason": "DisruptionBudget", "message": cause}],
            },
            ..refusal(429, "TooManyRequests", message)
        })
    }

    // differs: containers print nothing that is kept, so a log that can be read is empty.
    fn log(&self, target: &Target) -> Answer {
        let pod = self.find(target)?;
        let container = container(&pod, self.request.query("container"))?;
        if !pod.node_name().is_empty() {
            let part = crate::text!(
                "containerLogs/{}/{}/{container}",
                target.namespace,
                target.name
            );
            self.reach_kubelet(&pod, "Get", &part)
                .map_err(|why| refusal(500, "", why))?;
            check_log(&pod, &container, self.request.asks("previous"))?;
        }
        Ok(Reply::Other(Box::new(Body::Text(Text::new()))))
    }

    /// Where no kubelets run, nothing answers at their addresses: why not.
    fn reach_kubelet(&self, pod: &Object, verb: &str, part: &str) -> Result<(), Text> {
        if self.config.kubelets {
            return Ok(());
        }
        let node = pod.node_name();
        Err(crate::text!(
            "{verb} \"https://{node}:10250/{part}\": dial tcp: lookup {node} on {}:53: no such host",
            self.config.dns_address
        ))
    }

    fn connect(&mut self, target: &Target) -> Answer {
        let pod = self.find(target)?;
        let container = container(&pod, self.request.query("container"))?;
        if pod.node_name().is_empty() {
            return Err(bad_request(crate::text!(
                "pod {} does not have a host assigned",
                pod.name()
            )));
        }
        let command: Vec<Text> = self
            .request
            .query
            .iter()
            .filter(|it| it.0 == "command")
            .map(|it| it.1.clone())
            .collect();
        if target.subresource == "exec" && command.is_empty() {
            return Err(bad_request(
                "you must specify at least one command for the container",
            ));
        }
        let mut part = crate::text!(
            "{}/{}/{}/{container}?",
            target.subresource,
            target.namespace,
            target.name
        );
        for word in &command {
            part.push_str(&crate::text!("command={}&", word.replace(" ", "+")));
        }
        for (option, name) in [
            ("stderr", "error=1"),
            ("stdin", "input=1"),
            ("stdout", "output=1"),
            ("tty", "tty=1"),
        ] {
            if self.request.asks(option) {
                part.push_str(name);
                part.push('&');
            }
        }
        self.reach_kubelet(&pod, "Post", part.trim_end_matches(['?', '&']))
            .map_err(|why| {
                let text = crate::text!("Internal error occurred: error sending request: {why}");
                refusal(500, "InternalError", text)
            })?;
        if status_of(&pod, &container)["state"]["running"].is_null() {
            return Err(refusal(
                500,
                "InternalError",
                crate::text!(
                    "Internal error occurred: unable to upgrade connection: container not found (\"{container}\")"
                ),
            ));
        }
        self.code = 101;
        let is_main = target.subresource != "exec";
        Ok(Reply::Other(Box::new(Body::Container(Connection {
            namespace: target.namespace.clone(),
            pod: target.name.clone(),
            command: if is_main {
                let spec = pod.value["spec"]["containers"].item("name", &container);
                let words = [&spec["command"], &spec["args"]].map(Value::items).concat();
                words.iter().map(|it| it.as_str().into()).collect()
            } else {
                command
            },
            is_main,
            container,
            tty: self.request.asks("tty"),
        }))))
    }
}

/// The `autoscaling/v1` Scale of a StatefulSet.
fn scale_of(set: &Object) -> Value {
    let meta = set.meta();
    let mut metadata = Value::object();
    for key in [
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "creationTimestamp",
    ] {
        metadata[key] = meta[key].clone();
    }
    let mut spec = Value::object();
    let replicas = &set.value["spec"]["replicas"];
    if !replicas.is_empty() {
        spec["replicas"] = replicas.clone();
    }
    object! {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": spec,
        "status": object! {
            "replicas": set.value["status"]["replicas"].as_int().unwrap_or(0),
            "selector": Selector::text_of(&set.value["spec"]["selector"]),
        },
    }
}

/// What a Scale changes in the object it scales, as a merge patch.
fn scale_change(scale: &Value) -> Result<Value, Status> {
    let mut change = Value::object();
    let replicas = &scale["spec"]["replicas"];
    if !replicas.is_null() {
        check_replicas(replicas)?;
        change["spec"]["replicas"] = replicas.clone();
    }
    let version = &scale["metadata"]["resourceVersion"];
    if !version.is_empty() {
        change["metadata"]["resourceVersion"] = version.clone();
    }
    Ok(change)
}

/// The operations of a JSON patch that touch what a Scale shares with the object it scales.
fn scale_operations(operations: &Value) -> Result<Value, Status> {
    let mut shared = Vec::new();
    for operation in operations.items() {
        match operation["path"].as_str() {
            "/spec/replicas" => {
                check_replicas(&operation["value"])?;
                shared.push(operation.clone());
            }
            "/metadata/resourceVersion" => shared.push(operation.clone()),
            _ => {}
        }
    }
    Ok(shared.into())
}

fn check_replicas(replicas: &Value) -> Result<(), Status> {
    match replicas {
        Value::Null | Value::Int(0..) => Ok(()),
        Value::Int(number) => {
            let message =
                crate::text!("Invalid value: {number}: must be greater than or equal to 0");
            Err(Status {
                details: object! {
                    "group": "autoscaling",
                    "kind": "Scale",
                    "causes": array![object! {
                        "reason": "FieldValueInvalid",
                        "message": &message,
                        "field": "spec.replicas",
                    }],
                },
                ..refusal(
                    422,
                    "Invalid",
                    crate::text!("Scale.autoscaling \"\" is invalid: spec.replicas: {message}"),
                )
            })
        }
        other => Err(bad_request(crate::text!(
            "Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal {} into Go struct field ScaleSpec.spec.replicas of type int32",
            match other {
                Value::String(_) => "string",
                Value::Bool(_) => "bool",
                Value::Array(_) => "array",
                Value::Object(_) => "object",
                Value::Null | Value::Int(_) | Value::Float(_) => "number",
            }
        ))),
    }
}

/// The container asked for, or the pod's only one.
///
/// upstream: pkg/registry/core/pod, validateContainer.
fn container(pod: &Object, asked: &str) -> Result<Text, Status> {
    let names = |key: &str| -> Vec<&str> {
        let list = pod.value["spec"][key].items();
        list.iter().map(|it| it["name"].as_str()).collect()
    };
    let (own, init) = (names("containers"), names("initContainers"));
    if !asked.is_empty() {
        return if own.contains(&asked) || init.contains(&asked) {
            Ok(asked.into())
        } else {
            Err(bad_request(crate::text!(
                "container {asked} is not valid for pod {}",
                pod.name()
            )))
        };
    }
    if let ([only], []) = (own.as_slice(), init.as_slice()) {
        return Ok((*only).into());
    }
    let mut message = crate::text!(
        "a container name must be specified for pod {}, choose one of: [{}]",
        pod.name(),
        own.join(" ")
    );
    if !init.is_empty() {
        message.push_str(" or one of the init containers: [");
        message.push_str(&init.join(" "));
        message.push(']');
    }
    Err(bad_request(message))
}

/// What the pod's status says of a container.
fn status_of<'a>(pod: &'a Arc<Object>, container: &str) -> &'a Value {
    let status = &pod.value["status"];
    let own = status["containerStatuses"].item("name", container);
    if own.is_null() {
        status["initContainerStatuses"].item("name", container)
    } else {
        own
    }
}

/// upstream: kubelet validateContainerLogStatus.
fn check_log(pod: &Arc<Object>, container: &str, previous: bool) -> Result<(), Status> {
    let status = status_of(pod, container);
    let name = pod.name();
    if previous {
        return if status["lastState"]["terminated"].is_null() {
            Err(bad_request(crate::text!(
                "previous terminated container \"{container}\" in pod \"{name}\" not found"
            )))
        } else {
            Ok(())
        };
    }
    let state = &status["state"];
    let has_run = !state["running"].is_null()
        || !state["terminated"].is_null()
        || !status["lastState"]["terminated"].is_null();
    if has_run {
        return Ok(());
    }
    Err(bad_request(match state["waiting"]["reason"].as_str() {
        "" => crate::text!("container \"{container}\" in pod \"{name}\" is not available"),
        reason => crate::text!(
            "container \"{container}\" in pod \"{name}\" is waiting to start: {reason}"
        ),
    }))
}
