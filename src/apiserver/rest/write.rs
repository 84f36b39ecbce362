//! POST, PUT, PATCH, DELETE: from HTTP to the door.

use super::path::Target;
use super::selection::Selection;
use super::{
    Answer, Call, HttpRequest, Reply, Status, bad_request, not_found, refusal, success, version,
};
use crate::api::{Key, Kind};
use crate::apiserver::{
    self, DeleteOptions, FieldValidation, Patch, Propagation, Request, Verb, WriteOptions, Written,
};
use crate::object;
use crate::value::{Text, Value};

impl Call<'_> {
    /// Knocks on the door.
    pub(super) fn write(&mut self, key: Key, verb: Verb) -> Result<Written, Status> {
        let request = Request {
            key,
            verb,
            options: options(self.request),
        };
        let manager = match self.request.query("fieldManager") {
            "" => "kubectl",
            it => it,
        };
        let mut written = apiserver::handle(self.store, self.config, self.now, &request, manager)?;
        self.warnings.append(&mut written.warnings);
        Ok(written)
    }

    pub(super) fn create(&mut self, target: &Target) -> Answer {
        let body = self.request.body.clone();
        check_namespace(target, &body)?;
        let name = body["metadata"]["name"].text().cloned().unwrap_or_default();
        let key = Key::new(target.kind, target.namespace.clone(), name);
        let written = self.write(key, Verb::Create(body))?;
        self.code = 201;
        Ok(self.render(&written.object))
    }

    pub(super) fn update(&mut self, target: &Target) -> Answer {
        let body = self.request.body.clone();
        check_namespace(target, &body)?;
        let name = body["metadata"]["name"].as_str();
        if name != target.name {
            return Err(bad_request(crate::text!(
                "the name of the object ({name}) does not match the name on the URL ({})",
                target.name
            )));
        }
        let verb = if target.is_subresource() && target.subresource != "finalize" {
            has_status(target)?;
            Verb::UpdateStatus(body)
        } else {
            Verb::Update(body)
        };
        let written = self.write(target.key(), verb)?;
        Ok(self.render(&written.object))
    }

    pub(super) fn patch(&mut self, target: &Target) -> Answer {
        let patch = patch_of(self.request)?;
        if matches!(patch, Patch::Apply { .. }) {
            if self.request.query("fieldManager").is_empty() {
                return Err(refusal(422, "Invalid", NO_MANAGER));
            }
            if self.store.objects.get(&target.key()).is_none() {
                self.code = 201;
            }
        }
        let body = self.request.body.clone();
        let verb = if target.is_subresource() {
            has_status(target)?;
            Verb::PatchStatus(patch, body)
        } else {
            Verb::Patch(patch, body)
        };
        let written = self.write(target.key(), verb)?;
        Ok(self.render(&written.object))
    }

    pub(super) fn delete(&mut self, target: &Target) -> Answer {
        let options = delete_options(self.request, &self.request.body)?;
        self.check_version(target)?;
        let written = self.write(target.key(), Verb::Delete(options))?;
        if written.gone && !returns_deleted(target.kind) {
            let facts = target.kind.facts();
            let mut details = object! {
                "name": &target.name,
                "kind": facts.plural,
                "uid": written.object.uid(),
            };
            if !facts.group.is_empty() {
                details["group"] = facts.group.into();
            }
            return Ok(Reply::Json(success(200, details)));
        }
        Ok(self.render(&written.object))
    }

    pub(super) fn delete_collection(&mut self, target: &Target) -> Answer {
        let selection = Selection::new(target, self.request)?;
        let options = delete_options(self.request, &self.request.body)?;
        let items = self.select(&selection);
        for item in &items {
            match self.write(item.key(), Verb::Delete(options.clone())) {
                Err(status) if status.code != 404 => return Err(status),
                Ok(_) | Err(_) => {}
            }
        }
        let metadata = object! {"resourceVersion": crate::text!("{}", version(self.store))};
        Ok(Reply::Json(self.listed(&selection, &items, metadata)))
    }

    /// `preconditions.resourceVersion`, which the door doesn't know.
    fn check_version(&self, target: &Target) -> Result<(), Status> {
        let asked = self.request.body["preconditions"]["resourceVersion"].as_str();
        if asked.is_empty() {
            return Ok(());
        }
        let found = self.find(target)?;
        let version = found.meta()["resourceVersion"].as_str();
        if asked == version {
            return Ok(());
        }
        let facts = target.kind.facts();
        let missing = Status::not_found(&target.key());
        let resource = missing.message.split(' ').next().unwrap_or(facts.plural);
        Err(Status {
            details: missing.details.clone(),
            ..refusal(
                409,
                "Conflict",
                crate::text!(
                    "Operation cannot be fulfilled on {resource} \"{}\": Precondition failed: ResourceVersion in precondition: {asked}, ResourceVersion in object meta: {version}",
                    target.name
                ),
            )
        })
    }
}

/// upstream: ValidatePatchOptions.
const NO_MANAGER: &str = "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch";

/// Whether a deletion answers with the object that is gone instead of a Status.
///
/// upstream: ReturnDeletedObject.
fn returns_deleted(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Pod
            | Kind::Service
            | Kind::PersistentVolumeClaim
            | Kind::PersistentVolume
            | Kind::StorageClass
            | Kind::ResourceQuota
            | Kind::ServiceAccount
    )
}

/// Whether the kind keeps a status apart from its spec.
fn has_status(target: &Target) -> Result<(), Status> {
    let has = super::discovery::subresources(target.kind)
        .iter()
        .any(|it| it.name == "status");
    has.then_some(()).ok_or_else(not_found)
}

fn check_namespace(target: &Target, body: &Value) -> Result<(), Status> {
    let namespace = body["metadata"]["namespace"].as_str();
    if namespace.is_empty() || namespace == target.namespace {
        return Ok(());
    }
    Err(bad_request(
        "the namespace of the provided object does not match the namespace sent on the request",
    ))
}

fn options(request: &HttpRequest) -> WriteOptions {
    WriteOptions {
        dry_run: !request.query("dryRun").is_empty() || !request.body["dryRun"].is_empty(),
        field_validation: match request.query("fieldValidation") {
            "Ignore" => FieldValidation::Ignore,
            "" | "Warn" => FieldValidation::Warn,
            _ => FieldValidation::Strict,
        },
        subresource: if request.path.ends_with("/scale") {
            "scale"
        } else if request.path.ends_with("/finalize") {
            "finalize"
        } else {
            ""
        },
        if_stands: None,
    }
}

/// How the body of a PATCH is to be read.
pub(super) fn patch_of(request: &HttpRequest) -> Result<Patch, Status> {
    match request.content_type.as_str() {
        "application/merge-patch+json" => Ok(Patch::Merge),
        "application/strategic-merge-patch+json" => Ok(Patch::Strategic),
        "application/json-patch+json" => Ok(Patch::Json),
        "application/apply-patch+yaml" => Ok(Patch::Apply {
            force: request.asks("force"),
        }),
        _ => Err(refusal(
            415,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml",
        )),
    }
}

/// Reads `DeleteOptions` and the query options that say the same; the body has the last word.
pub(super) fn delete_options(request: &HttpRequest, body: &Value) -> Result<DeleteOptions, Status> {
    let grace_s = match &body["gracePeriodSeconds"] {
        Value::Null => match request.query("gracePeriodSeconds") {
            "" => None,
            text => Some(text.parse().map_err(|_| {
                bad_request(crate::text!(
                    "gracePeriodSeconds: Invalid value: \"{text}\": strconv.ParseInt: parsing \"{text}\": invalid syntax"
                ))
            })?),
        },
        value => value.as_int(),
    };
    let policy = match body["propagationPolicy"].as_str() {
        "" => request.query("propagationPolicy"),
        policy => policy,
    };
    let orphans = body["orphanDependents"].is_true() || request.asks("orphanDependents");
    let propagation = match policy {
        "" if orphans => Some(Propagation::Orphan),
        "" => None,
        "Background" => Some(Propagation::Background),
        "Foreground" => Some(Propagation::Foreground),
        "Orphan" => Some(Propagation::Orphan),
        other => {
            return Err(refusal(
                422,
                "Invalid",
                crate::text!(
                    "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"{other}\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""
                ),
            ));
        }
    };
    let uid: Option<Text> = body["preconditions"]["uid"].text().cloned();
    Ok(DeleteOptions {
        grace_s,
        uid,
        propagation,
    })
}
