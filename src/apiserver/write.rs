//! One write from the door to the store: create, update, patch, bind.
//!
//! upstream: k8s.io/apiserver/pkg/registry/generic/registry/store.go, registry/rest/{create,update,meta}.go.

use std::sync::Arc;

use super::decode::{self, Source};
use super::managed::{By, Claim, Of, compare};
use super::validate::{self, Errors, invalid_patch};
use super::{
    FieldValidation, Patch, Request, Status, Store, Verb, WriteOptions, Written, admission,
    defaults, patch, seed, service, strategy,
};
use crate::api::condition::{self, Condition};
use crate::api::{Key, Kind, Object};
use crate::chance;
use crate::config::Config;
use crate::time::Time;
use crate::value::{Map, Text, Value};

/// A write on its way.
pub(super) struct Write<'a> {
    pub store: &'a mut Store,
    pub config: &'a Config,
    pub now: Time,
    pub key: &'a Key,
    pub options: &'a WriteOptions,
    /// Who writes, until it is written down.
    pub by: By,
    pub warnings: Vec<Text>,
}

/// Which part of an object a write reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All but the status.
    Main,
    /// The status, and some metadata.
    Status,
}

/// Carries out a request.
///
/// # Errors
/// The API server's own `Status`.
pub(super) fn run(
    store: &mut Store,
    config: &Config,
    now: Time,
    request: &Request,
    manager: &str,
) -> Result<Written, Status> {
    if let Some((key, uid)) = &request.options.if_stands
        && store
            .objects
            .get(key)
            .is_none_or(|it| it.uid() != uid || it.is_terminating())
    {
        return Err(Status::not_found(key));
    }
    let write = Write {
        store,
        config,
        now,
        key: &request.key,
        options: &request.options,
        by: By::Update(manager.into(), request.options.subresource),
        warnings: Vec::new(),
    };
    match &request.verb {
        Verb::Create(body) => write.create(body),
        Verb::Update(body) => write.update(body, Part::Main),
        Verb::UpdateStatus(body) => write.update(body, Part::Status),
        Verb::Patch(how, patch) => write.patch(*how, patch, Part::Main),
        Verb::PatchStatus(how, patch) => write.patch(*how, patch, Part::Status),
        Verb::Bind(node) => write.bind(node),
        Verb::Delete(options) => write.delete(options),
    }
}

impl Write<'_> {
    pub(super) fn create(mut self, body: &Value) -> Result<Written, Status> {
        let kind = self.key.kind;
        let (mut value, warnings) =
            decode::decode_body(kind, body, None, self.options.field_validation)?;
        self.warnings = warnings;
        let key = self.name(&mut value)?;
        defaults::apply(kind, &mut value);
        if let By::Update(manager, _) = &self.by {
            self.by = By::Create(manager.clone(), value.clone());
        }
        admission::create(
            self.store,
            self.config,
            &key,
            &mut value,
            &mut self.warnings,
        )?;
        self.fill_metadata(&key, &mut value);
        strategy::prepare_create(self.config, kind, &mut value);
        if kind == Kind::Pod && !value["spec"]["schedulingGates"].is_empty() {
            // upstream: applySchedulingGatedCondition.
            let gated = Condition {
                kind: "PodScheduled",
                status: false,
                reason: "SchedulingGated",
                message: "Scheduling is blocked due to non-empty scheduling gates".into(),
                observed_generation: None,
            };
            condition::set(&mut value["status"]["conditions"], &gated, self.now);
        }
        let mut errors = Errors::default();
        validate::create(&key, &value, &mut errors);
        if kind == Kind::Service && errors.is_empty() {
            service::allocate(
                self.store,
                self.config,
                &mut value,
                &Value::Null,
                &mut errors,
            );
        }
        errors.into_result(&key)?;
        self.admit_by_quota(&Object::new(kind, value.clone()), None)?;
        validate::warnings(kind, &value, &mut self.warnings);
        if let Some(old) = self.store.objects.get(&key) {
            let mut status = Status::already_exists(&key);
            if old.is_terminating() {
                status.message = crate::text!("object is being deleted: {}", status.message);
            }
            return Err(status);
        }
        let written = self.put(value, None);
        if kind == Kind::Namespace && !self.options.dry_run {
            seed::fill_namespace(self.store, self.config, self.now, &key.name);
        }
        Ok(written)
    }

    /// Settles namespace and name of a new object.
    fn name(&self, value: &mut Value) -> Result<Key, Status> {
        let kind = self.key.kind;
        let mut key = self.key.clone();
        let meta = &mut value["metadata"];
        if kind.facts().namespaced {
            let given = meta["namespace"].as_str();
            if !given.is_empty() && given != key.namespace {
                return Err(Status::bad_request(
                    "the namespace of the provided object does not match the namespace sent on the request",
                ));
            }
            meta["namespace"] = (&key.namespace).into();
        } else {
            meta.remove("namespace");
        }
        if let Some(name) = meta["name"].text() {
            key.name = name.clone();
        } else if key.name.is_empty() && !meta["generateName"].is_empty() {
            key.name = self.generated_name(&key, meta["generateName"].as_str());
        }
        if !key.name.is_empty() {
            meta["name"] = (&key.name).into();
        }
        Ok(key)
    }

    /// upstream: names.SimpleNameGenerator; a name that is taken is drawn anew, up to eight times.
    fn generated_name(&self, key: &Key, base: &str) -> Text {
        let base: String = base.chars().take(58).collect();
        let version = self.store.next_version().to_string();
        let mut key = key.clone();
        for attempt in 0..8 {
            let words = [
                "name",
                key.kind.facts().kind,
                &key.namespace,
                &base,
                &version,
                &attempt.to_string(),
            ];
            let name = [base.as_str(), &chance::suffix(self.config.seed, &words)].concat();
            key.name = name.into();
            if self.store.objects.get(&key).is_none() {
                break;
            }
        }
        key.name
    }

    /// upstream: rest.FillObjectMetaSystemFields.
    fn fill_metadata(&self, key: &Key, value: &mut Value) {
        let version = self.store.next_version().to_string();
        let words = [
            "uid",
            key.kind.facts().kind,
            &key.namespace,
            &key.name,
            &version,
        ];
        let map = value["metadata"].as_map_mut();
        map.insert("uid", chance::uid(self.config.seed, &words));
        map.insert("creationTimestamp", self.now.rfc3339());
        for gone in [
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "selfLink",
            "managedFields",
            "resourceVersion",
        ] {
            map.remove(gone);
        }
    }

    fn update(mut self, body: &Value, part: Part) -> Result<Written, Status> {
        self.check_status(part)?;
        let old = self.store.objects.get(self.key).cloned();
        let body = match &old {
            Some(old) if part == Part::Status => status_only(body, &old.value),
            _ => body.clone(),
        };
        let known = old.as_ref().map(|it| &it.value);
        let (value, warnings) =
            decode::decode_body(self.key.kind, &body, known, self.options.field_validation)?;
        self.warnings = warnings;
        let old = old.ok_or_else(|| Status::not_found(self.key))?;
        self.replace(value, &old, part)
    }

    fn patch(mut self, how: Patch, patch: &Value, part: Part) -> Result<Written, Status> {
        self.check_status(part)?;
        let old = self.store.objects.get(self.key).cloned();
        if let Patch::Apply { force } = how {
            return self.apply(patch, force, old.as_ref(), part);
        }
        let old = old.ok_or_else(|| Status::not_found(self.key))?;
        let mut known = old.value.clone();
        if how == Patch::Json || patch["metadata"].as_map().is_some_and(has_managers) {
            known = self.store.shown(&old);
        }
        let patched = patch::apply(self.key.kind, how, &known, patch)?;
        let body = match part {
            Part::Main => patched,
            Part::Status => status_only(&patched, &old.value),
        };
        let decoded = decode::decode(self.key.kind, &body, Some(&old.value), Source::Patch)
            .map_err(|it| invalid_patch(patch, &it))?;
        match self.options.field_validation {
            FieldValidation::Ignore => {}
            FieldValidation::Warn => {
                self.warnings = decoded.unknown.into_iter().map(Text::from).collect();
            }
            FieldValidation::Strict if decoded.unknown.is_empty() => {}
            FieldValidation::Strict => {
                let why = decode::strict_error(&decoded.unknown);
                return Err(invalid_patch(patch, &why));
            }
        }
        self.replace(decoded.value, &old, part)
    }

    /// Takes the managers that a client gave: those of the object as it stands claim nothing new.
    ///
    /// upstream: decodeLiveOrNew, isResetManagedFields.
    fn take_managers(&mut self, given: &Value, old: &Arc<Object>, value: &Value) {
        let By::Update(manager, subresource) = &self.by else {
            return;
        };
        if given.is_empty() || *given == self.store.managed(old) {
            return;
        }
        let claim = Claim {
            kind: self.key.kind,
            manager,
            subresource,
            now: self.now,
        };
        let is_reset = given[0].is_empty();
        let base = if is_reset { &[] } else { given.items() };
        let of = Of::root(self.key.kind);
        let found = compare(of, Some(&old.value), Some(value));
        self.by = By::Set(claim.updated(base, found));
    }

    fn check_status(&self, part: Part) -> Result<(), Status> {
        if part == Part::Main || strategy::has_status(self.key.kind) {
            return Ok(());
        }
        Err(Status {
            code: 404,
            reason: "NotFound",
            message: "the server could not find the requested resource".into(),
            details: Value::object(),
        })
    }

    /// Puts a decoded value in the old one's place.
    pub(super) fn replace(
        mut self,
        mut value: Value,
        old: &Arc<Object>,
        part: Part,
    ) -> Result<Written, Status> {
        let kind = self.key.kind;
        if part == Part::Status
            && let By::Update(_, subresource) = &mut self.by
        {
            *subresource = "status";
        }
        let managers = value["metadata"].remove("managedFields");
        self.carry_metadata(&mut value, old, part)?;
        if part == Part::Main {
            if !value["spec"].shares(&old.value["spec"]) {
                defaults::apply(kind, &mut value);
            }
            let spec = value["spec"].clone();
            strategy::prepare_update(self.config, kind, &mut value, &old.value);
            if kind == Kind::Namespace && self.options.subresource == "finalize" {
                value["spec"] = spec; // upstream: namespaceFinalizeStrategy.
            }
        }
        if strategy::is_new_generation(kind, &value, &old.value) {
            value["metadata"]["generation"] = (old.generation() + 1).into();
        }
        if let (Part::Main, Some(managers)) = (part, &managers) {
            self.take_managers(managers, old, &value);
        }
        let is_claimed = matches!(&self.by, By::Set(list) if *list != self.store.managed(old));
        if value == old.value && !is_claimed {
            return Ok(self.unchanged(old));
        }
        // upstream: persistentvolumeStatusStrategy.PrepareForUpdate.
        if kind == Kind::PersistentVolume
            && value["status"]["phase"] != old.value["status"]["phase"]
        {
            value["status"]["lastPhaseTransitionTime"] = self.now.rfc3339().into();
        }
        let mut errors = Errors::default();
        validate::update(self.key, &value, &old.value, part, &mut errors);
        if kind == Kind::Service && part == Part::Main && errors.is_empty() {
            service::allocate(self.store, self.config, &mut value, &old.value, &mut errors);
        }
        errors.into_result(self.key)?;
        if part == Part::Main {
            admission::update(self.store, self.key, &value, old, &mut self.warnings)?;
            if matches!(kind, Kind::PersistentVolumeClaim | Kind::Service) {
                self.admit_by_quota(&Object::new(kind, value.clone()), Some(old))?;
            }
        }
        if part == Part::Main && value["spec"] != old.value["spec"] {
            validate::warnings(kind, &value, &mut self.warnings);
        }
        if is_finished(&value) {
            return Ok(self.take(old));
        }
        Ok(self.put(value, Some(old)))
    }

    /// A body that names its object names the one of the URL.
    pub(super) fn check_name(&self, meta: &Value) -> Result<(), Status> {
        let (name, url) = (meta["name"].as_str(), &self.key.name);
        if name.is_empty() || name == *url {
            return Ok(());
        }
        Err(Status::bad_request(crate::text!(
            "the name of the object ({name}) does not match the name on the URL ({url})"
        )))
    }

    /// Keeps of the old metadata what no update may change, and checks the rest against it.
    ///
    /// upstream: rest.BeforeUpdate, ValidateObjectMetaAccessorUpdate.
    fn carry_metadata(
        &self,
        value: &mut Value,
        old: &Arc<Object>,
        part: Part,
    ) -> Result<(), Status> {
        let before = old.meta();
        if value["metadata"].shares(before) {
            return Ok(());
        }
        let meta = &value["metadata"];
        self.check_name(meta)?;
        let version = meta["resourceVersion"].as_str();
        if !version.is_empty() && version != before["resourceVersion"].as_str() {
            return Err(Status::conflict(
                self.key,
                "the object has been modified; please apply your changes to the latest version and try again",
            ));
        }
        let uid = meta["uid"].as_str();
        if !uid.is_empty() && uid != old.uid() {
            let why = crate::text!(
                "Precondition failed: UID in precondition: {uid}, UID in object meta: {}",
                old.uid()
            );
            return Err(Status::conflict(self.key, &why));
        }
        let kept: &[&str] = match part {
            Part::Main => &KEPT,
            Part::Status => &KEPT_BY_STATUS,
        };
        let map = value["metadata"].as_map_mut();
        for name in kept {
            match &before[*name] {
                Value::Null => {
                    map.remove(name);
                }
                it => {
                    map.insert(*name, it.clone());
                }
            }
        }
        Ok(())
    }

    /// The scheduler's choice: node and condition in one write, which is no new generation.
    ///
    /// upstream: BindingREST.assignPod.
    fn bind(mut self, node: &Text) -> Result<Written, Status> {
        let old = self.store.objects.get(self.key).cloned();
        let old = old.ok_or_else(|| Status::not_found(self.key))?;
        let (name, taken) = (old.name(), old.node_name());
        let refusal = if old.is_terminating() {
            crate::text!("pod {name} is being deleted, cannot be assigned to a host")
        } else if !taken.is_empty() {
            crate::text!("pod {name} is already assigned to node {taken:?}")
        } else if !old.value["spec"]["schedulingGates"].is_empty() {
            crate::text!("pod {name} has non-empty .spec.schedulingGates")
        } else {
            Text::new()
        };
        if !refusal.is_empty() {
            let mut key = self.key.clone();
            key.kind = Kind::Pod;
            let mut status = Status::conflict(&key, &refusal);
            status.message = status.message.replace("on pods \"", "on pods/binding \"");
            return Err(status);
        }
        let mut value = old.value.clone();
        value["spec"]["nodeName"] = node.into();
        // upstream: ClearingNominatedNodeNameAfterBinding.
        value["status"].remove("nominatedNodeName");
        let scheduled = Condition {
            kind: "PodScheduled",
            status: true,
            ..Condition::default()
        };
        condition::set(&mut value["status"]["conditions"], &scheduled, self.now);
        self.by = By::Server;
        Ok(self.put(value, Some(&old)))
    }

    /// Writes, unless it is a dry run.
    pub(super) fn put(&mut self, value: Value, before: Option<&Arc<Object>>) -> Written {
        let object = Object::new(self.key.kind, value);
        let object = if self.options.dry_run {
            Arc::new(object)
        } else {
            let by = core::mem::take(&mut self.by);
            self.store.put(self.now, object, before.cloned(), by)
        };
        Written {
            object,
            changed: !self.options.dry_run,
            gone: false,
            warnings: core::mem::take(&mut self.warnings),
        }
    }

    /// Removes, unless it is a dry run.
    pub(super) fn take(self, before: &Arc<Object>) -> Written {
        let object = if self.options.dry_run {
            Arc::clone(before)
        } else {
            self.store.take(self.now, before)
        };
        Written {
            object,
            changed: !self.options.dry_run,
            gone: true,
            warnings: self.warnings,
        }
    }

    pub(super) fn unchanged(self, old: &Arc<Object>) -> Written {
        Written {
            object: Arc::clone(old),
            changed: false,
            gone: false,
            warnings: self.warnings,
        }
    }
}

/// Whether a patch of the metadata names managers.
fn has_managers(patch: &Map) -> bool {
    patch.contains_key("managedFields")
}

/// Metadata that no update changes.
const KEPT: [&str; 8] = [
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
];

/// A status write leaves owners and finalizers alone as well.
const KEPT_BY_STATUS: [&str; 10] = [
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "ownerReferences",
    "finalizers",
];

/// The stored object with the body's status and metadata: all that a status write reaches.
pub(super) fn status_only(body: &Value, old: &Value) -> Value {
    let mut value = old.clone();
    value["status"] = body["status"].clone();
    if !body["metadata"].is_null() {
        value["metadata"] = body["metadata"].clone();
    }
    value
}

/// Whether a terminating object has nothing left that holds it.
///
/// upstream: Store.Update, ShouldDeleteDuringUpdate, ShouldDeleteNamespaceDuringUpdate.
fn is_finished(value: &Value) -> bool {
    let meta = &value["metadata"];
    !meta["deletionTimestamp"].is_null()
        && meta["finalizers"].is_empty()
        && value["spec"]["finalizers"].is_empty()
        && meta["deletionGracePeriodSeconds"].as_int().unwrap_or(0) == 0
}
