//! What containers and volumes take from ConfigMaps and Secrets, and what of it is missing.
//!
//! Left out: tokens, which the API server gives to every service account that admission let through.
//! upstream: makeEnvironmentVariables of pkg/kubelet/kubelet_pods.go; SetUpAt and MakePayload of pkg/volume/configmap
//! and pkg/volume/secret; collectData of pkg/volume/projected.

use super::life::Life;
use crate::api::{Key, Kind};
use crate::value::{Text, Value};
use crate::why::Why;

/// The two kinds, with the fields by which variables and volumes refer to them.
const SOURCES: [(Kind, [&str; 3]); 2] = [
    (
        Kind::ConfigMap,
        ["configMapRef", "configMapKeyRef", "configMap"],
    ),
    (Kind::Secret, ["secretRef", "secretKeyRef", "secret"]),
];

impl Life<'_> {
    /// Why the variables of a container cannot be made.
    pub(super) fn lacks_variable(&self, at: usize) -> Option<Text> {
        let spec = self.container(at);
        let from = spec["envFrom"].items().iter();
        let single = spec["env"].items().iter().map(|it| &it["valueFrom"]);
        from.chain(single).find_map(|it| {
            SOURCES.iter().find_map(|(kind, [all, one, _])| {
                self.lacks(*kind, &it[*all], &[])
                    .or_else(|| self.lacks(*kind, &it[*one], core::slice::from_ref(&it[*one])))
            })
        })
    }

    /// The volumes that cannot be set up, and why.
    pub(super) fn lacking_volumes(&self) -> Vec<(Text, Text)> {
        let volumes = self.pod.value["spec"]["volumes"].items().iter();
        let lacking = volumes.filter_map(|volume| {
            let sources = volume["projected"]["sources"].items().iter();
            let found = sources.chain([volume]).flat_map(|source| {
                SOURCES.iter().filter_map(|(kind, [_, _, name])| {
                    self.lacks(*kind, &source[*name], source[*name]["items"].items())
                })
            });
            let found: Vec<Text> = found.collect();
            let problem = match &found[..] {
                [] => return None,
                [one] => one.clone(),
                // upstream: utilerrors.NewAggregate.
                all => crate::text!("[{}]", all.join(", ")),
            };
            Some((volume["name"].as_str().into(), problem))
        });
        lacking.collect()
    }

    /// Secrets for pulls that are missing keep nothing back, but each sync tells of them.
    ///
    /// upstream: getPullSecretsForPod.
    pub(super) fn tell_pull_secrets(&mut self) {
        let (pod, namespace) = (self.name(), self.pod.namespace());
        let names = self.pod.value["spec"]["imagePullSecrets"].items().iter();
        let names = names.filter_map(|it| it["name"].text().filter(|it| !it.is_empty()));
        let lacks = |it: &&Text| {
            let key = Key::new(Kind::Secret, namespace, Text::clone(it));
            self.ctx.objects.get(&key).is_none()
        };
        let names: Vec<&str> = names.filter(lacks).map(Text::as_str).collect();
        if !names.is_empty() {
            let name: Text = names.join(", ").into();
            let message = crate::text!(
                "Unable to retrieve some image pull secrets ({name}); attempting to pull the image may not succeed."
            );
            let why = Why::PullSecretMissing { pod, name };
            let source = self.kubelet();
            self.warn(source, "FailedToRetrieveImagePullSecret", message, why);
        }
    }

    /// What is missing of what a reference names: the object, or one of those keys in it.
    fn lacks(&self, kind: Kind, of: &Value, keys: &[Value]) -> Option<Text> {
        if of.is_null() || of["optional"].is_true() {
            return None;
        }
        let is_variable = !of["key"].is_null();
        let name = of["name"].text().or(of["secretName"].text())?;
        let namespace = self.pod.namespace();
        let key = Key::new(kind, namespace, name.clone());
        let facts = kind.facts();
        let Some(object) = self.ctx.objects.get(&key) else {
            return Some(crate::text!("{} \"{name}\" not found", facts.singular));
        };
        let is_missing = |key: &&str| {
            object.value["data"][*key].is_null()
                && (is_variable || object.value["binaryData"][*key].is_null())
        };
        let key = keys.iter().map(|it| it["key"].as_str()).find(is_missing)?;
        Some(match kind {
            _ if is_variable => {
                let word = facts.kind;
                crate::text!("couldn't find key {key} in {word} {namespace}/{name}")
            }
            Kind::Secret => crate::text!("references non-existent secret key: {key}"),
            _ => crate::text!("configmap references non-existent config key: {key}"),
        })
    }
}
