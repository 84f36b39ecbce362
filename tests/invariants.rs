//! What holds after every step of any world: random sets, random inputs, random faults, by seed.
//!
//! `INVARIANTS_SEEDS=5000` looks at more worlds, `INVARIANTS_SEED=17` at one. A failure prints the seed, what was done, and
//! a link that leads the page to the very step.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![allow(
    clippy::disallowed_methods,
    reason = "how many worlds is for the caller to say"
)]
#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD;
use statefulset_playground::api::{Key, Kind, Object};
use statefulset_playground::apiserver::rest::HttpRequest;
use statefulset_playground::apiserver::{Change, LogEntry};
use statefulset_playground::chance::chance;
use statefulset_playground::config::Config;
use statefulset_playground::object;
use statefulset_playground::plan::Actor;
use statefulset_playground::session::Session;
use statefulset_playground::sim::{Input, Outage, Recorded, Timeline, What, World, Wrote};
use statefulset_playground::time::{Duration, Time};
use statefulset_playground::value::Value;
use statefulset_playground::yaml;

/// Worlds looked at when nobody says otherwise.
const SEEDS: u64 = 60;
/// Of so many worlds one is made again from its link.
const LINKED: u64 = 10;
/// Inputs of a world.
const INPUTS: u64 = 12;
/// What the controllers' caches trail the store at most, with the events between.
const LAG: Duration = Duration::ms(15);
/// After so long without a change every cache and DNS has caught up.
const CAUGHT_UP: Duration = Duration::ms(100);

/// Draws of one world.
struct Draws {
    seed: u64,
    count: u64,
}

impl Draws {
    fn below(&mut self, end: u64) -> u64 {
        self.count += 1;
        chance(self.seed, &["invariants", &self.count.to_string()]) % end
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}

/// A world under watch.
struct Watched {
    world: World,
    seed: u64,
    done: Vec<String>,
    inputs: Vec<Recorded>,
    /// How far the log and the trace were read.
    log_read: usize,
    trace_read: usize,
    version: u64,
    changed_at: Time,
    /// Until when each pod was seen Ready.
    ready_until: BTreeMap<String, Time>,
    /// UIDs that are gone.
    gone: BTreeSet<String>,
    claims_may_go: bool,
    is_ordered: bool,
}

impl Watched {
    fn new(seed: u64) -> Self {
        let mut draws = Draws { seed, count: 0 };
        let policy = draws.one(&["OrderedReady", "OrderedReady", "Parallel"]);
        let config = Config {
            seed,
            nodes: u32::try_from(2 + draws.below(3)).unwrap(),
            max_unavailable: draws.below(4) == 0,
            ..Config::default()
        };
        let strategy = draws.one(&[
            "{type: RollingUpdate}",
            "{type: RollingUpdate}",
            "{type: RollingUpdate, rollingUpdate: {partition: 1}}",
            "{type: RollingUpdate, rollingUpdate: {maxUnavailable: 2}}",
            "{type: OnDelete}",
        ]);
        let claims = draws.one(&[
            "[]",
            "[]",
            "[{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]",
        ]);
        let retention = draws.one(&["Retain", "Retain", "Delete"]);
        let text = format!(
            "
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec: {{clusterIP: None, publishNotReadyAddresses: {}, selector: {{app: web}}, ports: [{{port: 80}}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: web}}
spec:
  serviceName: web
  replicas: {}
  podManagementPolicy: {policy}
  minReadySeconds: {}
  ordinals: {{start: {}}}
  updateStrategy: {strategy}
  persistentVolumeClaimRetentionPolicy: {{whenScaled: {retention}}}
  selector: {{matchLabels: {{app: web}}}}
  volumeClaimTemplates: {claims}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: {}
      containers:
      - name: c
        image: nginx:1
        readinessProbe: {{periodSeconds: 2, httpGet: {{port: 80, path: /}}}}
",
            draws.below(4) == 0,
            1 + draws.below(4),
            draws.below(3) * 3,
            draws.below(3),
            draws.below(3) * 5,
        );
        let mut watched = Self {
            world: World::new(config),
            seed,
            done: vec![text.clone()],
            inputs: Vec::new(),
            log_read: 0,
            trace_read: 0,
            version: 0,
            changed_at: Time::START,
            ready_until: BTreeMap::new(),
            gone: BTreeSet::new(),
            claims_may_go: retention == "Delete",
            is_ordered: policy == "OrderedReady",
        };
        let documents = yaml::parse(&text).documents;
        for (document, path) in documents.iter().zip([SERVICES, SETS]) {
            let body = document.value.clone();
            watched.send("POST", path.to_owned(), body);
        }
        let objects = &watched.world.store.objects;
        let has = |kind| objects.get(&Key::new(kind, "default", "web")).is_some();
        let are_made = has(Kind::Service) && has(Kind::StatefulSet);
        watched.claim(are_made, "the objects can be made");
        for _ in 0..INPUTS {
            let span = draws.below(20) * draws.below(20) * 100;
            watched.pass(Duration::ms(span));
            watched.disturb(&mut draws);
        }
        watched
    }

    /// Panics with all that is needed to see it again.
    fn claim(&self, holds: bool, what: &str) {
        assert!(
            holds,
            "INVARIANTS_SEED={} at {} ms: not so: {what}\n{}\nadd to the address of a playground: {}",
            self.seed,
            self.world.now.ms,
            self.done.join("\n"),
            permalink(&self.link()),
        );
    }

    /// The session that led here, as `Session::open` reads it.
    fn link(&self) -> String {
        let fresh = World::new(Config::clone(&self.world.config));
        let mut timeline = Timeline::of(fresh, vec![self.inputs.clone()], 0);
        let (shown, seq, now) = (self.world.trace.shown(), self.world.seq, self.world.now);
        timeline.stand(shown, seq, now);
        Session::link_to(&timeline)
    }

    fn apply(&mut self, input: Input) {
        self.inputs.push(Recorded {
            after: self.world.seq,
            time: self.world.now,
            input: input.clone(),
            is_given: false,
        });
        self.world.apply(input);
    }

    fn send(&mut self, method: &'static str, path: String, body: Value) {
        self.apply(Input::Http(HttpRequest {
            method,
            path: path.into(),
            content_type: match method {
                "PATCH" => "application/merge-patch+json".into(),
                _ => "".into(),
            },
            body,
            ..HttpRequest::default()
        }));
    }

    fn disturb(&mut self, draws: &mut Draws) {
        let ordinal = draws.below(4);
        let node = format!("node-{}", 1 + draws.below(3));
        let pod = format!("web-{ordinal}");
        let program = |words: &str| Input::Program {
            namespace: "default".into(),
            pod: pod.as_str().into(),
            container: "c".into(),
            words: words.into(),
        };
        let what = draws.one(&[
            "scale", "scale", "image", "missing", "heal", "delete", "delete", "force", "evict",
            "down", "cut", "shutdown", "up", "up", "slow", "away", "cordon", "uncordon", "unready",
            "ready", "crash", "claim", "hold", "label",
        ]);
        let count = draws.below(5);
        self.done.push(format!(
            "{} ms: {what} {pod} {node} {count}",
            self.world.now.ms
        ));
        let set = format!("{SETS}/web");
        let image = |image: String| {
            let containers = object! {"name": "c", "image": image, "readinessProbe": object! {
                "periodSeconds": 2, "httpGet": object! {"port": 80, "path": "/"},
            }};
            object! {"spec": object! {"template": object! {"spec": object! {
                "containers": statefulset_playground::array![containers],
            }}}}
        };
        let pod_path = format!("{PODS}/{pod}");
        match what {
            "scale" => {
                let body = object! {"spec": object! {"replicas": i64::try_from(count).unwrap()}};
                self.send("PATCH", set, body);
            }
            "image" => self.send("PATCH", set, image(format!("nginx:{count}"))),
            "missing" => self.send("PATCH", set, image("nonexistent:1".to_owned())),
            "heal" => self.send("PATCH", set, image("nginx:1".to_owned())),
            "delete" => self.send("DELETE", pod_path, Value::Null),
            "force" => self.send("DELETE", pod_path, object! {"gracePeriodSeconds": 0}),
            "evict" => self.send("POST", format!("{pod_path}/eviction"), Value::object()),
            "down" | "cut" | "shutdown" => {
                let cause = Outage::ALL.into_iter().find(|it| it.word() == what);
                self.apply(Input::NodeDown(node.into(), cause.unwrap()));
            }
            "up" => self.apply(Input::NodeUp(node.into())),
            "slow" => self.apply(Input::Provision(Duration::s(count * 20))),
            "away" => self.apply(Input::Provision(Duration::NEVER)),
            "cordon" | "uncordon" => {
                let body = object! {"spec": object! {"unschedulable": what == "cordon"}};
                self.send("PATCH", format!("/api/v1/nodes/{node}"), body);
            }
            "unready" | "ready" => self.apply(program(what)),
            "crash" => self.apply(program("exits 1")),
            "claim" => {
                self.claims_may_go = true;
                let path = format!("/api/v1/namespaces/default/persistentvolumeclaims/data-{pod}");
                self.send("DELETE", path, Value::Null);
            }
            "hold" => self.apply(Input::HoldRemoval {
                namespace: "default".into(),
                pod: pod.into(),
                hold_ms: count * 1000,
            }),
            _ => {
                let labels = object! {"labels": object! {"note": format!("{count}")}};
                self.send("PATCH", pod_path, object! {"metadata": labels});
            }
        }
        self.look();
    }

    /// Lets time pass, looking after every step.
    fn pass(&mut self, span: Duration) {
        let until = self.world.now + span;
        while self.world.next_time().is_some_and(|it| it <= until) {
            self.world.step();
            self.look();
        }
        self.world.wait_until(until);
    }

    /// What holds after every step.
    fn look(&mut self) {
        self.follow_log();
        self.follow_trace();
        let pods: Vec<_> = self.pods().cloned().collect();
        let mut addresses = BTreeSet::new();
        for pod in &pods {
            if pod.is_running_and_ready() && !pod.is_terminating() {
                self.ready_until
                    .insert(pod.name().to_owned(), self.world.now);
            }
            let is_single =
                pod.is_terminal() || pod.pod_ip().is_empty() || addresses.insert(pod.pod_ip());
            self.claim(is_single, "no two pods that live have one address");
        }
        if self.world.now.since(self.changed_at) >= CAUGHT_UP {
            self.endpoints_are_right(&pods);
        }
    }

    fn pods(&self) -> impl Iterator<Item = &std::sync::Arc<Object>> {
        self.world.store.objects.list_in(Kind::Pod, "default")
    }

    fn set(&self) -> &Object {
        let key = Key::new(Kind::StatefulSet, "default", "web");
        self.world.store.objects.get(&key).unwrap()
    }

    fn follow_log(&mut self) {
        while let Some(entry) = self.world.store.log.get(self.log_read) {
            let LogEntry {
                change,
                object,
                before,
                ..
            } = entry.clone();
            self.claim(
                object.resource_version() > self.version,
                "the resource version rises",
            );
            self.version = object.resource_version();
            self.log_read += 1;
            if object.kind != Kind::Event {
                self.changed_at = self.world.now;
            }
            let uid = object.uid().to_owned();
            self.claim(!self.gone.contains(&uid), "what is gone stays gone");
            if change == Change::Deleted {
                self.gone.insert(uid);
            }
            if object.kind == Kind::PersistentVolumeClaim {
                let may_go = change != Change::Deleted || self.claims_may_go;
                self.claim(may_go, "no claim is lost");
                let had = before.as_ref().map_or("", |it| it.volume_name());
                let keeps = had.is_empty() || had == object.volume_name();
                self.claim(keeps, "a claim keeps its volume");
            }
        }
    }

    /// What a failure would print opens as the same world.
    fn link_leads_here(&self) {
        let mut session = Session::new(Config::default());
        let opened = session.open(&self.link());
        self.claim(opened.contains(r#""problems":[]"#), &opened);
        let there = session.timeline().world();
        let is_same = there.now == self.world.now
            && there.seq == self.world.seq
            && there.trace.shown() == self.world.trace.shown()
            && there
                .store
                .objects
                .iter()
                .eq(self.world.store.objects.iter());
        self.claim(is_same, "the link leads to the same world");
    }

    /// In order, a pod is made when all below it are Running and Ready.
    fn follow_trace(&mut self) {
        let new: Vec<_> = self
            .world
            .trace
            .iter()
            .skip(self.trace_read)
            .cloned()
            .collect();
        self.trace_read += new.len();
        let start = self.set().statefulset_spec().start;
        for entry in new {
            let What::Wrote {
                key,
                wrote: Wrote::Created,
                ..
            } = &entry.what
            else {
                continue;
            };
            if key.kind != Kind::Pod
                || entry.actor != Actor::StatefulSetController
                || !self.is_ordered
            {
                continue;
            }
            let ordinal: i64 = key.name.rsplit_once('-').unwrap().1.parse().unwrap();
            for below in start..ordinal {
                let until = self.ready_until.get(&format!("web-{below}"));
                let is_ready = until.is_some_and(|it| self.world.now.since(*it) <= LAG);
                self.claim(
                    is_ready,
                    "OrderedReady makes a pod when all below it are Ready",
                );
            }
        }
    }

    /// The slices hold the pods with an address, and call ready those that are, or that are published.
    fn endpoints_are_right(&self, pods: &[std::sync::Arc<Object>]) {
        let objects = &self.world.store.objects;
        let service = objects
            .get(&Key::new(Kind::Service, "default", "web"))
            .unwrap();
        let publishes = service.value["spec"]["publishNotReadyAddresses"].is_true();
        let mut wanted = BTreeSet::new();
        for pod in pods
            .iter()
            .filter(|it| !it.is_terminal() && !it.pod_ip().is_empty())
        {
            let is_ready = publishes || pod.is_ready() && !pod.is_terminating();
            wanted.insert((pod.name().to_owned(), pod.pod_ip().to_owned(), is_ready));
        }
        let slices = objects.list_in(Kind::EndpointSlice, "default");
        let endpoints = slices.flat_map(|it| it.value["endpoints"].items());
        let stands: BTreeSet<_> = endpoints
            .map(|it| {
                let text = |it: &Value| it.as_str().to_owned();
                (
                    text(&it["targetRef"]["name"]),
                    text(&it["addresses"][0]),
                    it["conditions"]["ready"].is_true(),
                )
            })
            .collect();
        self.claim(
            wanted == stands,
            &format!("the endpoints are the pods: {wanted:?}, not {stands:?}"),
        );
    }

    /// Whether the set is as its spec wants it.
    fn is_as_wanted(&self) -> bool {
        let set = self.set();
        let (spec, status) = (set.statefulset_spec(), &set.value["status"]);
        let count = |name: &str| status[name].as_int().unwrap_or(0);
        let is_rolled = !spec.rolls
            || spec.partition.is_some_and(|it| it > 0)
            || status["currentRevision"] == status["updateRevision"];
        count("observedGeneration") == set.generation()
            && count("replicas") == spec.replicas
            && count("availableReplicas") == spec.replicas
            && is_rolled
            && self.pods().count() == usize::try_from(spec.replicas).unwrap()
    }

    /// The faults end; then the set comes to what it is to be, or somebody says why it does not.
    fn come_to_rest(&mut self) {
        self.done
            .push(format!("{} ms: all faults end", self.world.now.ms));
        self.apply(Input::Provision(Duration::ms(300)));
        for number in 1..=4 {
            let node = format!("node-{number}");
            self.apply(Input::NodeUp(node.as_str().into()));
            let body = object! {"spec": object! {"unschedulable": false}};
            self.send("PATCH", format!("/api/v1/nodes/{node}"), body);
        }
        for pod in self.pods().cloned().collect::<Vec<_>>() {
            self.apply(Input::Program {
                namespace: "default".into(),
                pod: pod.name().into(),
                container: "c".into(),
                words: "ready".into(),
            });
        }
        self.look();
        self.pass(Duration::s(1800));
        let waits = self.world.waits.iter().flat_map(|it| it.1.iter());
        let about = |key: &Key| {
            key.name.starts_with("web-") || key.name == "web" || key.name.starts_with("data-web-")
        };
        let mut explained = waits.filter(|it| about(&it.0));
        self.claim(
            self.is_as_wanted() || explained.next().is_some(),
            "at rest the set is as its spec wants it, or a reason says what is missing",
        );
        if !self.is_as_wanted() {
            return;
        }
        let before = self.world.store.log.len();
        self.world.resync();
        self.pass(Duration::s(10));
        let log = &self.world.store.log;
        let news = log.get(before);
        let news = news.map(|it| it.object.value.to_json()).unwrap_or_default();
        self.claim(
            news.is_empty(),
            &format!("a second look at everything writes nothing: {news}"),
        );
    }

    /// The set is deleted: what it owned goes along, or stays and belongs to nobody.
    fn end(&mut self) {
        let how = ["Background", "Foreground", "Orphan"][usize::try_from(self.seed % 3).unwrap()];
        self.done.push(format!(
            "{} ms: the set is deleted: {how}",
            self.world.now.ms
        ));
        let orphans = self.pods().count();
        let body = object! {"propagationPolicy": how};
        self.send("DELETE", format!("{SETS}/web"), body);
        let until = self.world.now + Duration::s(600);
        self.world.wait_until(until);
        let objects = &self.world.store.objects;
        let set = objects.get(&Key::new(Kind::StatefulSet, "default", "web"));
        self.claim(set.is_none(), "a deleted set goes");
        let owned = objects
            .iter()
            .filter(|it| it.1.controller()["kind"].as_str() == "StatefulSet");
        let owned: Vec<String> = owned.map(|it| it.0.to_string()).collect();
        self.claim(
            owned.is_empty(),
            &format!("it owns nothing any more: {owned:?}"),
        );
        let left = if how == "Orphan" { orphans } else { 0 };
        self.claim(self.pods().count() == left, "its pods go along, or stay");
    }
}

const SERVICES: &str = "/api/v1/namespaces/default/services";
const SETS: &str = "/apis/apps/v1/namespaces/default/statefulsets";
const PODS: &str = "/api/v1/namespaces/default/pods";

/// A link as the page packs it (`www/permalink.js`).
fn permalink(link: &str) -> String {
    let packed = miniz_oxide::deflate::compress_to_vec(link.as_bytes(), 9);
    format!("#s=1.{}", URL_SAFE_NO_PAD.encode(packed))
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn the_invariants_hold_after_every_step() {
    let seeds = match number("INVARIANTS_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("INVARIANTS_SEEDS").unwrap_or(SEEDS),
    };
    let mut at_rest = 0;
    for seed in seeds.clone() {
        let mut watched = Watched::new(seed);
        if seed.is_multiple_of(LINKED) {
            watched.link_leads_here();
        }
        watched.come_to_rest();
        at_rest += u64::from(watched.is_as_wanted());
        watched.end();
    }
    let most = seeds.end - seeds.start;
    assert!(
        at_rest * 2 >= most,
        "only {at_rest} of {most} worlds come to rest"
    );
}
