//! The hand of the scripted kubelet: it writes statuses and sends recorded requests, when their pods are ready for it.

use super::{Replay, body, status};
use crate::api::{Key, Kind};
use crate::apiserver::rest::{HttpRequest, HttpResponse};
use crate::conformance::scenario::{Action, Api, Trigger};
use crate::object;
use crate::time::{Duration, Time};
use crate::value::Text;

/// What the scripted kubelet takes, beside its delay, to notice and to act.
const POLL: Duration = Duration::ms(20);
/// It handles its pods side by side: of steps due within so long of each other the recorded order is the order.
const BESIDE: Duration = Duration::ms(60);

impl Replay<'_> {
    /// The kubelet's next step and when it is due: for each pod the first one, once its pod is at that point.
    pub(super) fn kubelet_due(&self) -> Option<(usize, Time)> {
        let mut names: Vec<&str> = Vec::new();
        let mut dues: Vec<(usize, Time)> = Vec::new();
        for (at, trigger) in self.roles.kubelet.iter().enumerate() {
            let (pod, since) = match &self.scenario.steps[trigger.step].action {
                Action::Manual { pod, .. } => {
                    (pod.as_str(), self.pods.without_status(pod).map(|it| it.1))
                }
                Action::Api(api) => {
                    let pod = api.deleted_pod().unwrap_or_default();
                    (pod, self.pods.deleting(pod).map(|it| it.1))
                }
                _ => unreachable!("the kubelet writes statuses and deletes"),
            };
            if names.contains(&pod) {
                continue;
            }
            names.push(pod);
            let told = self.told.iter().find(|it| it.0 == trigger.told_by);
            if let (Some(since), Some((_, told))) = (since, told) {
                let due = since.max(*told) + trigger.delay + POLL;
                dues.push((at, due));
            }
        }
        let until = dues.iter().map(|it| it.1).min()? + BESIDE;
        dues.into_iter().find(|it| it.1 <= until)
    }

    pub(super) fn act_as_kubelet(&mut self) -> bool {
        let Some((at, due)) = self.kubelet_due() else {
            return false;
        };
        if due > self.world.now {
            return false;
        }
        let Trigger { step, .. } = self.roles.kubelet.remove(at);
        match &self.scenario.steps[step].action {
            Action::Manual { status, pod, .. } => self.give_status(status, pod),
            Action::Api(api) => {
                let pod = api.deleted_pod().unwrap_or_default();
                let uid = self.pods.deleting(pod).map(|it| it.0.uid.clone());
                self.send(step, api, uid);
            }
            _ => unreachable!("the kubelet writes statuses and deletes"),
        }
        true
    }

    pub(super) fn give_status(&mut self, status: &str, name: &str) {
        let namespace = &self.scenario.namespace;
        let key = Key::new(Kind::Pod, namespace, name);
        let Some(pod) = self.world.store.objects.get(&key) else {
            self.out
                .remarks
                .push(format!("no pod {name} to be {status}"));
            return;
        };
        let node = Key::new(Kind::Node, "", pod.value["spec"]["nodeName"].as_str());
        let node = self.world.store.objects.get(&node);
        let host = node.map(|it| {
            it.value["status"]["addresses"].item("type", "InternalIP")["address"].clone()
        });
        self.addresses += 1;
        let place = status::Place {
            host: host.and_then(|it| it.text().cloned()).unwrap_or_default(),
            address: ecow::eco_format!("10.88.{}.{}", self.addresses / 250, self.addresses % 250),
            now: self.world.now,
        };
        let Some(value) = status::status(&pod.value, status, &place) else {
            self.out.remarks.push(format!("unknown status {status}"));
            return;
        };
        let answer = self.world.request(&HttpRequest {
            method: "PATCH",
            path: ecow::eco_format!("/api/v1/namespaces/{namespace}/pods/{name}/status"),
            content_type: "application/merge-patch+json".into(),
            body: object! {"status": value},
            ..HttpRequest::default()
        });
        self.remark_refusal(&answer, &format!("{status} {name}"));
        self.pods.got_status(name);
    }

    /// Sends a recorded request; its UID is the recording's, so ours takes its place.
    pub(super) fn send(&mut self, step: usize, api: &Api, uid: Option<Text>) {
        let mut body = api.body.clone();
        if !body["preconditions"]["uid"].is_empty() {
            let pod = api.deleted_pod().unwrap_or_default();
            let key = Key::new(Kind::Pod, &self.scenario.namespace, pod);
            let now = self.world.store.objects.get(&key);
            let ours = uid.or_else(|| now.map(|it| it.uid().into()));
            body["preconditions"]["uid"] = ours.into();
        }
        let answer = self.world.request(&HttpRequest {
            method: api.method,
            path: api.path.clone(),
            body: body.clone(),
            ..HttpRequest::default()
        });
        if api.code < 400 {
            self.remark_refusal(&answer, &format!("{} {}", api.method, api.path));
        }
        let t = self.world.now.since(self.start).ms;
        self.write_api(step, t, &body, &answer);
    }

    fn remark_refusal(&mut self, answer: &HttpResponse, what: &str) {
        if answer.status >= 400 {
            let why = body(answer);
            let why = &why["message"];
            self.out.remarks.push(format!("{what} was refused: {why}"));
        }
    }
}
