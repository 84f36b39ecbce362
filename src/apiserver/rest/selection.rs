//! Which objects a request is about: address, label selector, field selector.

use super::path::Target;
use super::{HttpRequest, Status, bad_request};
use crate::api::selector::Selector;
use crate::api::{Kind, Object};
use crate::apiserver::table::{at, or};
use crate::value::{Text, Value};

/// The objects a list, a watch or a deletion of many is about.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    target: Target,
    labels: Selector,
    fields: Vec<Requirement>,
}

#[derive(Clone, Debug)]
struct Requirement {
    field: Text,
    equals: bool,
    value: Text,
}

impl Selection {
    /// Reads the selectors of a request.
    pub fn new(target: &Target, request: &HttpRequest) -> Result<Self, Status> {
        Ok(Self {
            target: target.clone(),
            labels: Selector::parse(request.query("labelSelector")).map_err(bad_request)?,
            fields: fields(target.kind, request.query("fieldSelector"))?,
        })
    }

    /// The kind selected.
    pub fn kind(&self) -> Kind {
        self.target.kind
    }

    /// Whether everything of the kind (in the namespace) is selected.
    pub fn is_unfiltered(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether that object is meant.
    pub fn matches(&self, it: &Object) -> bool {
        let target = &self.target;
        it.kind == target.kind
            && (target.namespace.is_empty() || target.namespace == it.namespace())
            && (target.name.is_empty() || target.name == it.name())
            && self.labels.matches(it.labels())
            && self.fields.iter().all(|requirement| {
                (field(it, &requirement.field) == requirement.value) == requirement.equals
            })
    }
}

/// Reads `a=b,c!=d`; a backslash keeps a comma, an equals sign or a backslash in a value.
///
/// upstream: k8s.io/apimachinery/pkg/fields, ParseSelector.
fn fields(kind: Kind, text: &str) -> Result<Vec<Requirement>, Status> {
    let mut all = Vec::new();
    for term in terms(text) {
        if term.is_empty() {
            continue;
        }
        let Some((field, value)) = term.split_once('=') else {
            return Err(bad_request(crate::text!(
                "invalid selector: '{text}'; can't understand '{term}'"
            )));
        };
        let (field, equals) = match field.strip_suffix('!') {
            Some(field) => (field, false),
            None => (field, true),
        };
        let value = if equals {
            value.strip_prefix('=').unwrap_or(value)
        } else {
            value
        };
        if !is_selectable(kind, field) {
            return Err(bad_request(unknown_field(kind, field)));
        }
        all.push(Requirement {
            field: field.into(),
            equals,
            value: unescape(value),
        });
    }
    Ok(all)
}

fn terms(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut escaped) = (Vec::new(), 0, false);
    for (at, sign) in text.char_indices() {
        if sign == ',' && !escaped {
            parts.push(&text[from..at]);
            from = at + 1;
        }
        escaped = sign == '\\' && !escaped;
    }
    parts.push(&text[from..]);
    parts
}

fn unescape(text: &str) -> Text {
    let (mut plain, mut escaped) = (Text::new(), false);
    for sign in text.chars() {
        escaped = sign == '\\' && !escaped;
        if !escaped {
            plain.push(sign);
        }
    }
    plain
}

/// The fields a kind can be selected by, beside name and namespace.
///
/// upstream: pkg/apis/core/v1/conversion.go, AddFieldLabelConversionsFor….
fn selectable(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Pod => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
        Kind::Event => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        Kind::Node => &["spec.unschedulable"],
        Kind::Namespace => &["status.phase"],
        Kind::Service => &["spec.clusterIP", "spec.type"],
        Kind::ConfigMap
        | Kind::Endpoints
        | Kind::PersistentVolumeClaim
        | Kind::ServiceAccount
        | Kind::ControllerRevision
        | Kind::StatefulSet
        | Kind::EndpointSlice
        | Kind::PersistentVolume
        | Kind::ResourceQuota
        | Kind::PodDisruptionBudget
        | Kind::LimitRange
        | Kind::Secret
        | Kind::DaemonSet
        | Kind::Deployment
        | Kind::ReplicaSet
        | Kind::HorizontalPodAutoscaler
        | Kind::Lease
        | Kind::StorageClass => &[],
    }
}

fn is_selectable(kind: Kind, field: &str) -> bool {
    matches!(field, "metadata.name" | "metadata.namespace") || selectable(kind).contains(&field)
}

fn unknown_field(kind: Kind, field: &str) -> Text {
    if selectable(kind).is_empty() {
        crate::text!(
            "\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        )
    } else {
        crate::text!("field label not supported: {field}")
    }
}

fn field(it: &Object, path: &str) -> Text {
    if path == "source" {
        let source = &it.value["source"]["component"];
        return or(source, &it.value["reportingComponent"]).as_str().into();
    }
    let value = at(&it.value, path);
    match value {
        Value::String(text) => text.clone(),
        Value::Null if matches!(path, "spec.unschedulable" | "spec.hostNetwork") => "false".into(),
        Value::Null => Text::new(),
        other => other.to_json().into(),
    }
}
