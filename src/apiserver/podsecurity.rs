//! Admission by Pod Security Standards: what a namespace's labels `pod-security.kubernetes.io/enforce` forbids and
//! `…/warn` warns of.
//!
//! Left out: AppArmor, SELinux, sysctls, Windows, hosts of probes; what a label's older version said.
//! differs: audit annotations go to an audit log, which is not kept; a label's value is not checked.
//! upstream: k8s.io/pod-security-admission/{admission/admission.go,policy/check_*.go}.

use super::defaults::CONTAINERS;
use super::{Status, Store};
use crate::api::{Key, Kind, Object};
use crate::value::{Text, Value};

/// What a container may add at the level baseline; at the level restricted only `NET_BIND_SERVICE`.
const CAPABILITIES: &str = "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT";
const VOLUMES: &str =
    "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret";

/// Whether the pod's namespace lets it in; adds what it warns of.
///
/// upstream: Admission.EvaluatePod.
pub(super) fn admit(
    store: &Store,
    key: &Key,
    value: &Value,
    warnings: &mut Vec<Text>,
) -> Result<(), Status> {
    let namespace = Key::new(Kind::Namespace, "", key.namespace.clone());
    let Some(namespace) = store.objects.get(&namespace) else {
        return Ok(());
    };
    let spec = match key.kind {
        Kind::Pod => &value["spec"],
        _ => &value["spec"]["template"]["spec"],
    };
    if key.kind == Kind::Pod
        && let Some(why) = violates(namespace, "enforce", spec)
    {
        return Err(Status::forbidden(key, &["violates", &why].concat()));
    }
    if let Some(why) = violates(namespace, "warn", spec) {
        warnings.push(["would violate", &why].concat().into());
    }
    Ok(())
}

/// What the pods that stand in a namespace break when it becomes stricter.
///
/// upstream: ValidateNamespace, EvaluatePodsInNamespace.
pub(super) fn relabelled(store: &Store, old: &Object, value: &Value, warnings: &mut Vec<Text>) {
    const LEVELS: [&str; 3] = ["", "baseline", "restricted"];
    let new = Object::new(Kind::Namespace, value.clone());
    let rank = |it: &Object| {
        LEVELS
            .iter()
            .position(|level| *level == policy(it, "enforce").0)
    };
    if policy(&new, "enforce") == policy(old, "enforce") || rank(&new) <= rank(old) {
        return;
    }
    let (level, version) = policy(&new, "enforce");
    let mut found: Vec<(Text, String, usize)> = Vec::new();
    for pod in store.objects.list_in(Kind::Pod, old.name()) {
        let broken = findings(&pod.value["spec"], level == "restricted");
        let reasons: Vec<&str> = broken.iter().map(|it| it.0).collect();
        let reasons: Text = reasons.join(", ").into();
        match found.iter_mut().find(|it| it.0 == reasons) {
            _ if reasons.is_empty() => {}
            Some(known) => known.2 += 1,
            None => found.push((reasons, pod.name().to_owned(), 0)),
        }
    }
    if !found.is_empty() {
        warnings.push(crate::text!(
            "existing pods in namespace \"{}\" violate the new PodSecurity enforce level \"{level}:{version}\"",
            old.name()
        ));
    }
    for (reasons, name, others) in found {
        warnings.push(match others {
            0 => crate::text!("{name}: {reasons}"),
            1 => crate::text!("{name} (and 1 other pod): {reasons}"),
            more => crate::text!("{name} (and {more} other pods): {reasons}"),
        });
    }
}

/// The level a namespace sets for what is to be done, and its version.
fn policy<'a>(namespace: &'a Object, mode: &str) -> (&'a str, &'a str) {
    let label = |end: &str| {
        let name = ["pod-security.kubernetes.io/", mode, end].concat();
        namespace.labels()[name.as_str()].as_str()
    };
    let version = match label("-version") {
        "" => "latest",
        version => version,
    };
    match label("") {
        level @ ("baseline" | "restricted") => (level, version),
        _ => ("", version),
    }
}

fn violates(namespace: &Object, mode: &str, spec: &Value) -> Option<String> {
    let (level, version) = policy(namespace, mode);
    if level.is_empty() {
        return None;
    }
    let broken = findings(spec, level == "restricted");
    let broken: Vec<String> = broken
        .iter()
        .map(|(reason, detail)| [*reason, " (", detail, ")"].concat())
        .collect();
    (!broken.is_empty()).then(|| {
        [
            " PodSecurity \"",
            level,
            ":",
            version,
            "\": ",
            &broken.join(", "),
        ]
        .concat()
    })
}

/// Each rule that is broken, and how: first those of baseline, then those of restricted, by their IDs.
fn findings(spec: &Value, is_restricted: bool) -> Vec<(&'static str, String)> {
    let mut look = Look {
        spec,
        is_restricted,
        found: Vec::new(),
    };
    look.baseline();
    if is_restricted {
        look.restricted();
    }
    look.found
}

/// A look at one pod.
struct Look<'a> {
    spec: &'a Value,
    is_restricted: bool,
    found: Vec<(&'static str, String)>,
}

impl<'a> Look<'a> {
    fn containers(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        let spec = self.spec;
        CONTAINERS.iter().flat_map(move |it| spec[*it].items())
    }

    /// The containers whose security context breaks a rule.
    fn who(&self, breaks: &dyn Fn(&Value) -> bool) -> String {
        let names: Vec<&Value> = self
            .containers()
            .filter(|it| breaks(&it["securityContext"]))
            .map(|it| &it["name"])
            .collect();
        listed("container", &names)
    }

    /// The pod and the containers that break a rule by what they say themselves.
    fn setters(&self, breaks: &dyn Fn(&Value) -> bool) -> String {
        let mut all = self.who(breaks);
        if breaks(&self.spec["securityContext"]) {
            let and = if all.is_empty() { "" } else { " and " };
            all = ["pod", and, &all].concat();
        }
        all
    }

    /// Writes down who breaks a rule, if anybody does.
    fn check(&mut self, reason: &'static str, who: String, what: &str) {
        if !who.is_empty() {
            self.found.push((reason, who + what));
        }
    }

    fn baseline(&mut self) {
        let (added_by, added) = self.added();
        if !self.is_restricted {
            self.check("non-default capabilities", added_by, &added);
        }
        let shared = ["hostNetwork", "hostPID", "hostIPC"].into_iter();
        let shared: Vec<String> = shared
            .filter(|it| self.spec[*it].is_true())
            .map(|it| [it, "=true"].concat())
            .collect();
        self.check("host namespaces", shared.join(", "), "");
        if !self.is_restricted {
            let (names, _) = self.volumes(&|it| it != "hostPath");
            self.check("hostPath volumes", listed("volume", &names), "");
        }
        self.host_ports();
        for (reason, breaks, what) in [
            (
                "privileged",
                (|it| it["privileged"].is_true()) as fn(&Value) -> bool,
                " must not set securityContext.privileged=true",
            ),
            (
                "procMount",
                |it| it["procMount"].as_str() == "Unmasked",
                " must not set securityContext.procMount to \"Unmasked\"",
            ),
        ] {
            let who = self.who(&breaks);
            self.check(reason, who, what);
        }
        if !self.is_restricted {
            let unconfined = self.setters(&is_unconfined);
            self.check("seccompProfile", unconfined, CONFINE);
        }
    }

    fn restricted(&mut self) {
        let pod = &self.spec["securityContext"];
        let escalates = self.who(&|it| it["allowPrivilegeEscalation"].as_bool() != Some(false));
        let must = " must set securityContext.allowPrivilegeEscalation=false";
        self.check("allowPrivilegeEscalation != false", escalates, must);
        self.capabilities();
        let (names, types) = self.volumes(&|it| VOLUMES.split(' ').any(|may| may == it));
        let what = [
            if names.len() > 1 { " use" } else { " uses" },
            " restricted volume ",
            if types.len() > 1 { "types " } else { "type " },
            &quoted(&types),
        ];
        self.check(
            "restricted volume types",
            listed("volume", &names),
            &what.concat(),
        );
        let root = self.setters(&|it| it["runAsNonRoot"].as_bool() == Some(false));
        if root.is_empty() {
            let is_root = |it: &Value| !it["runAsNonRoot"].is_true();
            let implicit = or_pod(self.who(&|it| is_root(it) && is_root(pod)));
            let must = " must set securityContext.runAsNonRoot=true";
            self.check("runAsNonRoot != true", implicit, must);
        } else {
            let must = " must not set securityContext.runAsNonRoot=false";
            self.check("runAsNonRoot != true", root, must);
        }
        let zero = self.setters(&|it| it["runAsUser"].as_int() == Some(0));
        self.check("runAsUser=0", zero, " must not set runAsUser=0");
        let unconfined = self.setters(&is_unconfined);
        if unconfined.is_empty() {
            let lacks = |it: &Value| it["seccompProfile"]["type"].is_empty();
            let implicit = or_pod(self.who(&|it| lacks(it) && lacks(pod)));
            let must = " must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"";
            self.check("seccompProfile", implicit, must);
        } else {
            self.check("seccompProfile", unconfined, CONFINE);
        }
    }

    /// Who adds capabilities that may not be added, and what is to be said of it.
    fn added(&self) -> (String, String) {
        let may = if self.is_restricted {
            "NET_BIND_SERVICE"
        } else {
            CAPABILITIES
        };
        let adds = |it: &'a Value| it["securityContext"]["capabilities"]["add"].items();
        let added = self.containers().flat_map(adds);
        let added = added.filter(|it| !may.split(' ').any(|may| may == it.as_str()));
        let added = distinct(added);
        let own = |it: &Value| {
            let own = it["capabilities"]["add"].items();
            own.iter().any(|it| added.contains(it))
        };
        let what = " in securityContext.capabilities.add";
        let what = [" must not include ", &quoted(&added), what].concat();
        (self.who(&own), what)
    }

    /// upstream: check_capabilities_restricted.go.
    fn capabilities(&mut self) {
        let keeps = self.who(&|it| {
            let dropped = it["capabilities"]["drop"].items();
            dropped.iter().all(|it| it.as_str() != "ALL")
        });
        let (added_by, added) = self.added();
        let must = " must set securityContext.capabilities.drop=[\"ALL\"]";
        let mut all = Vec::new();
        if !keeps.is_empty() {
            all.push(keeps + must);
        }
        if !added_by.is_empty() {
            all.push(added_by + &added);
        }
        self.check("unrestricted capabilities", all.join("; "), "");
    }

    /// The volumes of a type that is not allowed, and their types.
    fn volumes(&self, allowed: &dyn Fn(&str) -> bool) -> (Vec<&'a Value>, Vec<Value>) {
        let (mut names, mut types) = (Vec::new(), Vec::new());
        for volume in self.spec["volumes"].items() {
            let source = volume.members().map(|it| it.0).find(|it| *it != "name");
            if let Some(source) = source.filter(|it| !allowed(it)) {
                names.push(&volume["name"]);
                types.push(Value::String(source.clone()));
            }
        }
        (names, distinct(types.iter()))
    }

    /// upstream: check_hostPorts.go.
    fn host_ports(&mut self) {
        let (mut names, mut ports) = (Vec::new(), Vec::new());
        for it in self.containers() {
            let before = ports.len();
            for port in it["ports"].items().iter().map(|it| &it["hostPort"]) {
                if !port.is_empty() {
                    ports.push(Value::String(port.to_json().into()));
                }
            }
            if ports.len() > before {
                names.push(&it["name"]);
            }
        }
        let ports = distinct(ports.iter());
        let all: Vec<&str> = ports.iter().map(Value::as_str).collect();
        let reason = if ports.len() > 1 {
            "hostPorts"
        } else {
            "hostPort"
        };
        let verb = if names.len() > 1 { " use " } else { " uses " };
        let what = [verb, reason, " ", &all.join(", ")].concat();
        self.check(reason, listed("container", &names), &what);
    }
}

fn is_unconfined(it: &Value) -> bool {
    it["seccompProfile"]["type"].as_str() == "Unconfined"
}

const CONFINE: &str = " must not set securityContext.seccompProfile.type to \"Unconfined\"";

fn or_pod(who: String) -> String {
    if who.is_empty() {
        who
    } else {
        ["pod or ", &who].concat()
    }
}

/// `container "a"`, `containers "a", "b"`, or nothing.
fn listed(what: &str, names: &[&Value]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let many = if names.len() > 1 { "s " } else { " " };
    let names: Vec<Value> = names.iter().map(|it| (*it).clone()).collect();
    [what, many, &quoted(&names)].concat()
}

fn quoted(names: &[Value]) -> String {
    let names: Vec<String> = names.iter().map(Value::to_json).collect();
    names.join(", ")
}

/// Each once, sorted.
fn distinct<'a>(all: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let mut list: Vec<Value> = Vec::new();
    for it in all {
        if let Err(at) = list.binary_search_by(|known| known.as_str().cmp(it.as_str())) {
            list.insert(at, it.clone());
        }
    }
    list
}
