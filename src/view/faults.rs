//! What can go wrong with an object at this moment, as commands a reader may run: `Fault[]` of `types.d.ts`.

use crate::api::{Key, Kind, Object};
use crate::object;
use crate::sim::World;
use crate::value::{Text, Value};

/// The faults of an object; none if it is not there.
pub fn faults(world: &World, kind: &str, namespace: &str, name: &str) -> Value {
    let known = Kind::ALL.into_iter().find(|it| it.facts().singular == kind);
    let object = known.and_then(|kind| {
        let namespaced = kind.facts().namespaced;
        let namespace = if namespaced { namespace } else { "" };
        world.store.objects.get(&Key::new(kind, namespace, name))
    });
    object.map_or(crate::array![], |it| of(world, it))
}

fn of(world: &World, it: &Object) -> Value {
    let mut list = List {
        kind: it.kind.facts().singular,
        name: it.name(),
        namespace: super::namespace_flag(it.namespace()),
        all: Vec::new(),
    };
    match it.kind {
        Kind::Pod => pod(it, &mut list),
        Kind::StatefulSet => set(it, &mut list),
        Kind::Node => node(world, it, &mut list),
        Kind::PersistentVolumeClaim => claim(world, it, &mut list),
        Kind::Service => service(it, &mut list),
        _ => list.kubectl("delete", "delete", " --wait=false"),
    }
    list.all.into()
}

struct List<'a> {
    kind: &'a str,
    name: &'a str,
    /// ` -n NAMESPACE`, where it is not the default one.
    namespace: Text,
    all: Vec<Value>,
}

impl List<'_> {
    fn add(&mut self, code: &str, command: &str) {
        self.all.push(object! {"code": code, "command": command});
    }

    /// `kubectl VERB KIND NAME…`.
    fn kubectl(&mut self, code: &str, verb: &str, rest: &str) {
        let command = format!(
            "kubectl {verb} {} {}{}{rest}",
            self.kind, self.name, self.namespace
        );
        self.add(code, &command);
    }

    fn patch(&mut self, code: &str, flags: &str, patch: &Value) {
        let rest = format!("{flags} -p '{}'", patch.to_json());
        self.kubectl(code, "patch", &rest);
    }

    /// `fault pod NAME WORDS`.
    fn program(&mut self, code: &str, words: &str) {
        let command = format!("fault pod {}{} {words}", self.name, self.namespace);
        self.add(code, &command);
    }

    /// A finalizer that nobody takes away, and its end.
    fn finalizer(&mut self, it: &Object) {
        let own = it.meta()["finalizers"].items();
        if own.iter().any(|it| it.as_str() == FINALIZER) {
            let rest: Value = own
                .iter()
                .filter(|it| it.as_str() != FINALIZER)
                .cloned()
                .collect();
            let patch = object! {"metadata": object! {"finalizers": rest}};
            self.patch("unfinalize", " --type=merge", &patch);
        } else if !it.is_terminating() {
            let all: Value = own.iter().cloned().chain([FINALIZER.into()]).collect();
            let patch = object! {"metadata": object! {"finalizers": all}};
            self.patch("finalize", " --type=merge", &patch);
        }
    }
}

const FINALIZER: &str = "playground.example/hold";
/// What no registry has; `kubelet::behaviour` knows it by this word.
const BROKEN: &str = "nonexistent";
/// How long a slow program needs to be up.
const SLOW: &str = "listens-after 20s";

fn pod(it: &Object, list: &mut List<'_>) {
    list.kubectl("delete", "delete", " --wait=false");
    list.kubectl("force-delete", "delete", " --force --grace-period=0");
    if it.value["status"]["phase"].as_str() == "Running" {
        list.program("crash", "exits 1");
        if it
            .containers()
            .iter()
            .any(|it| !it["readinessProbe"].is_null())
        {
            let (code, words) = if it.is_ready() {
                ("unready", "unready")
            } else {
                ("ready", "ready")
            };
            list.program(code, words);
        }
    }
    list.finalizer(it);
}

fn set(it: &Object, list: &mut List<'_>) {
    let template = &it.value["spec"]["template"];
    let Some(container) = template["spec"]["containers"].items().first() else {
        return;
    };
    let named = |name: &str, value: Value| {
        let mut own = object! {"name": &container["name"]};
        own[name] = value;
        object! {"spec": object! {"template": object! {"spec": object! {"containers": crate::array![own]}}}}
    };
    if container["image"].as_str().contains(BROKEN) {
        list.add(
            "undo",
            &format!(
                "kubectl rollout undo statefulset/{}{}",
                list.name, list.namespace
            ),
        );
    } else {
        let image = container["image"].as_str();
        let plain = image.rsplit_once(':').map_or(image, |it| it.0);
        let image = crate::text!("{plain}:{BROKEN}");
        list.patch("break-image", "", &named("image", image.into()));
    }
    let port = &container["ports"][0]["containerPort"];
    if container["readinessProbe"].is_null() {
        if !port.is_null() {
            let probe = object! {"tcpSocket": object! {"port": port}, "periodSeconds": 2};
            list.patch("probe", "", &named("readinessProbe", probe));
        }
    } else {
        let is_slow = template["metadata"]["annotations"]["playground/app"].as_str() == SLOW;
        let (code, words) = if is_slow {
            ("usual-start", Value::Null)
        } else {
            ("slow-start", SLOW.into())
        };
        let annotations = object! {"playground/app": words};
        let metadata = object! {"metadata": object! {"annotations": annotations}};
        list.patch(
            code,
            " --type=merge",
            &object! {"spec": object! {"template": metadata}},
        );
    }
    list.kubectl("restart", "rollout restart", "");
    list.kubectl("delete", "delete", " --wait=false");
    list.kubectl("orphan", "delete", " --cascade=orphan --wait=false");
}

fn node(world: &World, it: &Object, list: &mut List<'_>) {
    let name = list.name;
    if world.is_down(name) {
        list.add("node-up", &format!("fault node {name} up"));
    } else {
        list.add("node-down", &format!("fault node {name} down"));
    }
    if it.is_unschedulable() {
        list.add("uncordon", &format!("kubectl uncordon {name}"));
    } else {
        list.add("cordon", &format!("kubectl cordon {name}"));
    }
    list.add(
        "drain",
        &format!("kubectl drain {name} --ignore-daemonsets --delete-emptydir-data --force"),
    );
    let out_of_service = "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute";
    if !it.is_node_ready() {
        list.add(
            "out-of-service",
            &format!("kubectl taint nodes {name} {out_of_service}"),
        );
    }
    list.kubectl("delete", "delete", "");
}

fn claim(world: &World, it: &Object, list: &mut List<'_>) {
    list.kubectl("delete", "delete", " --wait=false");
    list.finalizer(it);
    if world.is_storage_usual() {
        list.add("storage-slow", "fault storage slow 30s");
        list.add("storage-fails", "fault storage fails");
    } else {
        list.add("storage-usual", "fault storage usual");
    }
}

fn service(it: &Object, list: &mut List<'_>) {
    let publishes = it.value["spec"]["publishNotReadyAddresses"].is_true();
    let code = if publishes {
        "publish-ready"
    } else {
        "publish-all"
    };
    let patch = object! {"spec": object! {"publishNotReadyAddresses": !publishes}};
    list.patch(code, "", &patch);
    list.kubectl("delete", "delete", "");
    for (code, how) in [
        ("dns-caches", "caches"),
        ("dns-caches-outside", "caches-outside"),
        ("dns-no-cache", "no-cache"),
        ("dns-serves-stale", "serves-stale"),
    ] {
        list.add(code, &format!("fault dns {how}"));
    }
}
