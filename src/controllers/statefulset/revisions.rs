//! Revisions: what a set's pods are made from, by name.
//!
//! upstream: pkg/controller/history/controller_history.go, getStatefulSetRevisions; spec/statefulset.md B.4, B.5.

use std::sync::Arc;

use super::Sync;
use crate::api::meta::{new_value, owned_by};
use crate::api::{Key, Kind, Object};
use crate::apiserver::{DeleteOptions, Verb};
use crate::object;
use crate::plan::OnError;
use crate::sort;
use crate::value::{Text, Value};
use crate::why::Why;

/// One end of a rollout: a revision's name and the template it holds.
#[derive(Clone, Debug)]
pub(super) struct Revision {
    pub name: Text,
    pub template: Value,
}

/// The two revisions a set has at a time (equal when no update is under way), and all it keeps.
#[derive(Clone, Debug)]
pub(super) struct Revisions {
    pub current: Revision,
    pub update: Revision,
    pub kept: Vec<Arc<Object>>,
}

impl Sync<'_> {
    /// Finds both revisions; records the update revision if nothing holds the template yet.
    pub(super) fn find_revisions(&mut self) -> Revisions {
        let data = revision_data(self.spec.template);
        let kept = self.own_revisions();
        let collisions = self.set.value["status"]["collisionCount"]
            .as_int()
            .unwrap_or(0);
        let number = kept.last().map_or(1, |it| number_of(it) + 1);
        let update = match kept.iter().rfind(|it| it.value["data"] == data) {
            Some(found) => {
                if number_of(found) + 1 != number {
                    self.renumber(found, number);
                }
                found.name().into()
            }
            None => self.create_revision(&data, collisions, number),
        };
        let current = self.set.value["status"]["currentRevision"].as_str();
        let current = kept.iter().find(|it| it.name() == current);
        let update = Revision {
            name: update,
            template: self.spec.template.clone(),
        };
        let current = current.map_or_else(
            || update.clone(),
            |it| Revision {
                name: it.name().into(),
                template: it.value["data"]["spec"]["template"].clone(),
            },
        );
        Revisions {
            current,
            update,
            kept,
        }
    }

    /// The set's own revisions by number, then age, then name.
    fn own_revisions(&self) -> Vec<Arc<Object>> {
        let all = self
            .ctx
            .objects
            .list_in(Kind::ControllerRevision, self.set.namespace());
        let is_own = |it: &&Arc<Object>| {
            self.spec.selector.matches(it.labels())
                && (it.controller().is_null() || it.is_controlled_by(self.set))
        };
        let mut kept: Vec<_> = all.filter(is_own).map(Arc::clone).collect();
        sort::by_key(&mut kept, |it| (number_of(it), it.created()));
        kept
    }

    fn create_revision(&mut self, data: &Value, collisions: i64, number: i64) -> Text {
        let hash = revision_hash(data, collisions);
        let mut prefix = self.set.name();
        prefix = prefix.get(..223).unwrap_or(prefix);
        let name = crate::text!("{prefix}-{hash}");
        let key = Key::new(Kind::ControllerRevision, self.set.namespace(), &name);
        let mut revision = new_value(&key);
        let meta = &mut revision["metadata"];
        meta["labels"] = self.spec.template["metadata"]["labels"].clone();
        meta["labels"]["controller.kubernetes.io/hash"] = hash.into();
        let annotations = &self.set.meta()["annotations"];
        if !annotations.is_empty() {
            meta["annotations"] = annotations.clone();
        }
        meta["ownerReferences"] = owned_by(self.set);
        revision["data"] = data.clone();
        revision["revision"] = number.into();
        let why = Why::RevisionNew {
            set: self.name(),
            revision: name.clone(),
        };
        self.request(key, Verb::Create(revision), OnError::Stop, why);
        name
    }

    /// A rollback: the older revision becomes the newest, its name and data unchanged.
    fn renumber(&mut self, revision: &Object, number: i64) {
        let mut value = revision.value.clone();
        value["revision"] = number.into();
        let why = Why::RevisionAgain {
            set: self.name(),
            revision: revision.name().into(),
            number: crate::text!("{number}"),
        };
        self.request(revision.key(), Verb::Update(value), OnError::Stop, why);
    }

    /// Deletes the oldest revisions that nothing uses, beyond `revisionHistoryLimit`.
    pub(super) fn truncate_history(&mut self, pods: &[Arc<Object>], revisions: &Revisions) {
        let Ok(limit) = usize::try_from(self.spec.history_limit) else {
            return;
        };
        let is_live = |it: &&Arc<Object>| {
            let name = it.name();
            name == revisions.current.name
                || name == revisions.update.name
                || pods.iter().any(|pod| pod.revision() == name)
        };
        let old: Vec<_> = revisions.kept.iter().filter(|it| !is_live(it)).collect();
        for revision in old.iter().take(old.len().saturating_sub(limit)) {
            let why = Why::RevisionOld {
                set: self.name(),
                revision: revision.name().into(),
                limit: crate::text!("{limit}"),
            };
            self.request(
                revision.key(),
                Verb::Delete(DeleteOptions::default()),
                OnError::Finally,
                why,
            );
        }
    }
}

fn number_of(revision: &Object) -> i64 {
    revision.value["revision"].as_int().unwrap_or_default()
}

/// What a revision holds of a set: its template and nothing else.
///
/// upstream: getPatch.
pub fn revision_data(template: &Value) -> Value {
    let mut template = template.clone();
    template["$patch"] = "replace".into();
    object! {"spec": object! {"template": template}}
}

/// The suffix of a revision's name.
///
/// upstream: HashControllerRevision: FNV-1 (not 1a), its decimal digits in the safe alphabet.
pub fn revision_hash(data: &Value, collisions: i64) -> Text {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let bytes = go_json(data);
    let mut hash: u32 = 0x811c_9dc5;
    for byte in bytes.bytes().chain(collisions.to_string().bytes()) {
        hash = hash.wrapping_mul(0x0100_0193) ^ u32::from(byte);
    }
    hash.to_string()
        .bytes()
        .map(|it| char::from(ALPHABET[usize::from(it) % ALPHABET.len()]))
        .collect()
}

/// JSON as Go's encoder writes it: `<`, `>`, `&` and the two line separators are escaped.
pub fn go_json(value: &Value) -> String {
    let plain = value.to_json();
    let mut text = String::with_capacity(plain.len());
    for sign in plain.chars() {
        match sign {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            _ => text.push(sign),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_equal_upstreams_own_vectors() {
        let template = r#"{"metadata":{"annotations":{"test":"value"},"labels":{"app":"foo"}},"spec":{"containers":[{"image":"test","imagePullPolicy":"Always","name":"test","resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],"dnsPolicy":"ClusterFirst","restartPolicy":"Always","schedulerName":"default-scheduler","securityContext":{},"terminationGracePeriodSeconds":30}}"#;
        let data = revision_data(&Value::from_json(template).unwrap());
        assert_eq!(revision_hash(&data, 0), "776999688b");
    }
}
