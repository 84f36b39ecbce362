//! `kubectl create TYPE` and `expose`: objects from flags.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/create, cmd/expose.

use super::common::{self, DryRun, Mutation, Report};
use super::manifest;
use crate::api::quantity::Quantity;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;
use crate::kubectl::resources::{namespace, path, query, with_body};
use crate::kubectl::text::fill;
use crate::kubectl::types::type_of;
use crate::object;

use crate::value::{Text, Value, base64};

/// Flags of every generator.
macro_rules! generator {
    ($own:literal) => {
        concat!(
            "allow-missing-template-keys:b dry-run:s=unchanged field-manager:s output/o:s save-config:b \
             show-managed-fields:b template:s validate:s=strict ",
            $own
        )
    };
}

pub(super) const CONFIG_MAP: &str =
    generator!("append-hash:b! from-env-file:l from-file:l from-literal:a");
pub(super) const SECRET: &str =
    generator!("append-hash:b! from-env-file:l from-file:l from-literal:a type:s");
pub(super) const DOCKER: &str = generator!(
    "append-hash:b! docker-email:s docker-password:s docker-server:s=https://index.docker.io/v1/ docker-username:s from-file:l"
);
pub(super) const BUDGET: &str = generator!("max-unavailable:s min-available:s selector:s");
pub(super) const NAMESPACE: &str = generator!("");
pub(super) const DEPLOYMENT: &str = generator!("image:l port:i replicas/r:i");
pub(super) const SERVICE: &str = generator!("clusterip:s external-name:s node-port:i tcp:l");
pub(super) const QUOTA: &str = generator!("hard:s scopes:s");
pub(super) const EXPOSE: &str = "allow-missing-template-keys:b cluster-ip:s dry-run:s=unchanged external-ip:s field-manager:s \
filename/f:l kustomize/k:s! labels/l:s load-balancer-ip:s name:s output/o:s override-type:s! overrides:s! port:s protocol:s \
recursive/R:b save-config:b selector:s session-affinity:s show-managed-fields:b target-port:s template:s type:s";

/// Says which flags are missing.
///
/// upstream: cobra, ValidateRequiredFlags.
pub(super) fn require(flags: &Flags, name: &str) -> Result<(), Failure> {
    if flags.has(name) {
        return Ok(());
    }
    Err(Failure::say("required flag(s) \"{}\" not set", &[name]))
}

/// The one name a generator takes, in front of `--`.
///
/// upstream: NameFromCommandArgs.
fn name(flags: &Flags, command: &str) -> Result<Text, Failure> {
    match &flags.args[..flags.dash.unwrap_or(flags.args.len())] {
        [name] => Ok(name.clone()),
        all => {
            let count = all.len().to_string();
            let text = ["exactly one NAME is required, got ", &count].concat();
            Err(Failure::usage(&text, &["create ", command].concat()))
        }
    }
}

/// Sends the object; refusals name what failed, as each generator words it.
fn make(io: &mut Io, flags: &Flags, object: Value, refused: Option<&str>) -> Done {
    let of = type_of(object["apiVersion"].as_str(), object["kind"].as_str())
        .expect("generators make known types");
    let dry_run = DryRun::of(io, flags)?;
    let mut report = Report::of(flags, dry_run)?;
    let space = namespace(io, flags);
    let mut object = object;
    if of.namespaced && (flags.has("namespace") || dry_run != DryRun::Client) {
        object["metadata"]["namespace"] = (&space).into();
    }
    let created = if dry_run == DryRun::Client {
        object
    } else {
        let request = dry_run.on(with_body("POST", path(of, &space, "", ""), "", object));
        let request = query(request, "fieldManager", "kubectl-create");
        let request = query(request, "fieldValidation", manifest::validation(flags)?);
        io.json(request).map_err(|it| {
            it.map(|it| match refused {
                // upstream: createSecret leaves the colon out.
                Some("secret") => Failure::say("failed to create secret {}", &[&it.message()]),
                Some(what) => Failure::say("failed to create {}: {}", &[what, &it.message()]),
                None => it,
            })
        })?
    };
    report.done_each(io, Mutation::new(of, created, "created"))
}

/// A named object of a kind.
fn named(api_version: &str, kind: &str, name: &str) -> Value {
    object! {"apiVersion": api_version, "kind": kind, "metadata": object! {"name": name}}
}

/// The pairs of `--from-literal`, `--from-file` and `--from-env-file`.
fn data(io: &Io, flags: &Flags) -> Result<Vec<(Text, Text)>, Failure> {
    let mut pairs: Vec<(Text, Text)> = Vec::new();
    if flags.has("from-env-file") && (flags.has("from-file") || flags.has("from-literal")) {
        let text = "from-env-file cannot be combined with from-file or from-literal";
        return Err(Failure::client(text));
    }
    for file in flags.all("from-env-file") {
        for (_, text) in opened(io, file)? {
            let lines = text.lines().map(str::trim_start);
            let lines = lines.filter(|it| !it.is_empty() && !it.starts_with('#'));
            // upstream: processEnvFileLine; without a value, that of the environment, which has none.
            let parts = lines.map(|it| it.split_once('=').unwrap_or((it, "")));
            pairs.extend(parts.map(|(key, value)| (key.into(), value.into())));
        }
    }
    for literal in flags.all("from-literal") {
        let (key, value) = literal
            .split_once('=')
            .filter(|it| !it.0.is_empty())
            .ok_or_else(|| {
                Failure::say("invalid literal source {}, expected key=value", &[literal])
            })?;
        pairs.push((key.into(), value.into()));
    }
    for source in flags.all("from-file") {
        let (key, file) = source.split_once('=').unwrap_or(("", source));
        let refused = match (key, file) {
            (_, file) if file.contains('=') => "key names or file paths cannot contain '='".into(),
            ("", file) if source.starts_with('=') => {
                fill("key name for file path {} missing", &[file])
            }
            (key, "") => fill("file path for key name {} missing", &[key]),
            _ => String::new(),
        };
        if !refused.is_empty() {
            return Err(Failure::own(refused));
        }
        for (path, text) in opened(io, file)? {
            let base = path.rsplit('/').next().unwrap_or(&path);
            pairs.push((
                if key.is_empty() {
                    base.into()
                } else {
                    key.into()
                },
                text,
            ));
        }
    }
    Ok(pairs)
}

/// A file, or those of a folder: path and text.
fn opened(io: &Io, file: &str) -> Result<Vec<(Text, Text)>, Failure> {
    manifest::open(io, file)
        .map_err(|_| Failure::say("error reading {}: no such file or directory", &[file]))
}

pub(super) fn config_map(io: &mut Io, flags: &Flags) -> Done {
    let name = name(flags, "configmap")?;
    let mut object = named("v1", "ConfigMap", &name);
    for (key, value) in data(io, flags)? {
        if !object["data"][key.as_str()].is_null() {
            let text = "cannot add key \"{}\", another key by that name already exists in Data for ConfigMap \"{}\"";
            return Err(Failure::say(text, &[&key, &name]).into());
        }
        object["data"][key.as_str()] = value.into();
    }
    make(io, flags, object, Some("configmap"))
}

pub(super) fn secret(io: &mut Io, flags: &Flags) -> Done {
    let mut object = named("v1", "Secret", &name(flags, "secret generic")?);
    for (key, value) in data(io, flags)? {
        if !object["data"][key.as_str()].is_null() {
            let text = "cannot add key {}, another key by that name already exists";
            return Err(Failure::say(text, &[&key]).into());
        }
        object["data"][key.as_str()] = base64(value.as_bytes()).into();
    }
    if flags.has("type") {
        object["type"] = flags.text("type").into();
    }
    make(io, flags, object, Some("secret"))
}

/// upstream: createSecretDockerRegistry.
pub(super) fn docker_registry(io: &mut Io, flags: &Flags) -> Done {
    let mut object = named("v1", "Secret", &name(flags, "secret docker-registry")?);
    object["type"] = "kubernetes.io/dockerconfigjson".into();
    for (key, value) in data(io, flags)? {
        object["data"][key.as_str()] = base64(value.as_bytes()).into();
    }
    if !flags.has("from-file") {
        let [user, password, email] = ["username", "password", "email"]
            .map(|it| flags.text(&["docker-", it].concat()).to_owned());
        if user.is_empty() || password.is_empty() {
            let text = "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required";
            return Err(Failure::client(text).into());
        }
        let server = match flags.text("docker-server") {
            "" => "https://index.docker.io/v1/",
            server => server,
        };
        let both = base64([&*user, ":", &password].concat().as_bytes());
        let mut text = ["{\"auths\":{", &Value::from(server).to_json(), ":{"].concat();
        for (name, value) in [
            ("username", &user),
            ("password", &password),
            ("email", &email),
            ("auth", &both),
        ] {
            let comma = if text.ends_with('{') { "" } else { "," };
            if !value.is_empty() {
                text += &fill(
                    "{}\"{}\":{}",
                    &[comma, name, &Value::from(value.as_str()).to_json()],
                );
            }
        }
        text += "}}}";
        object["data"][".dockerconfigjson"] = base64(text.as_bytes()).into();
    }
    make(io, flags, object, Some("secret"))
}

/// upstream: createPodDisruptionBudgets.
pub(super) fn budget(io: &mut Io, flags: &Flags) -> Done {
    let mut object = named(
        "policy/v1",
        "PodDisruptionBudget",
        &name(flags, "poddisruptionbudget")?,
    );
    let [least, most] = ["min-available", "max-unavailable"].map(|it| flags.text(it));
    let refused = match (flags.text("selector"), least, most) {
        ("", ..) => "a selector must be specified",
        (_, "", "") => "one of min-available or max-unavailable must be specified",
        (_, "", _) | (_, _, "") => "",
        _ => "min-available and max-unavailable cannot be both specified",
    };
    if !refused.is_empty() {
        return Err(Failure::client(refused).into());
    }
    for (flag, field, text) in [
        ("min-available", "minAvailable", least),
        ("max-unavailable", "maxUnavailable", most),
    ] {
        let digits = text.strip_suffix('%').unwrap_or(text);
        if text.is_empty() {
            continue;
        }
        if digits.is_empty() || digits.bytes().any(|it| !it.is_ascii_digit()) {
            return Err(Failure::say("invalid format specified for {}", &[flag]).into());
        }
        object["spec"][field] = text
            .parse::<i64>()
            .map_or_else(|_| text.into(), Value::from);
    }
    let mut labels = Value::object();
    for pair in flags.text("selector").split(',') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        labels[key.trim()] = value.trim_start_matches('=').trim().into();
    }
    object["spec"]["selector"] = object! {"matchLabels": labels};
    object["status"] = object! {"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0};
    make(io, flags, object, Some("poddisruptionbudgets"))
}

pub(super) fn make_namespace(io: &mut Io, flags: &Flags) -> Done {
    let mut object = named("v1", "Namespace", &name(flags, "namespace")?);
    object["spec"] = Value::object();
    object["status"] = Value::object();
    make(io, flags, object, None)
}

pub(super) fn service_account(io: &mut Io, flags: &Flags) -> Done {
    let object = named("v1", "ServiceAccount", &name(flags, "serviceaccount")?);
    make(io, flags, object, Some("serviceaccount"))
}

pub(super) fn quota(io: &mut Io, flags: &Flags) -> Done {
    let mut object = named("v1", "ResourceQuota", &name(flags, "quota")?);
    object["spec"] = Value::object();
    object["status"] = Value::object();
    for pair in flags.text("hard").split(',').filter(|_| flags.has("hard")) {
        let parts = pair.split_once('=').filter(|it| !it.1.contains('='));
        let (resource, amount) = parts.ok_or_else(|| {
            Failure::say(
                "Invalid argument syntax {}, expected <resource>=<value>",
                &[pair],
            )
        })?;
        let amount = Quantity::parse(amount).map_err(Failure::client)?;
        object["spec"]["hard"][resource] = amount.canonical().into();
    }
    if flags.has("scopes") {
        object["spec"]["scopes"] = flags.text("scopes").split(',').collect();
    }
    make(io, flags, object, Some("quota"))
}

pub(super) fn deployment(io: &mut Io, flags: &Flags) -> Done {
    require(flags, "image")?;
    let name = name(flags, "deployment")?;
    let command = &flags.args[flags.dash.unwrap_or(flags.args.len())..];
    if flags.all("image").count() > 1 && !command.is_empty() {
        let text = "cannot specify multiple --image options and command";
        return Err(Failure::client(text).into());
    }
    let labels = object! {"app": &name};
    let mut containers = Vec::new();
    for image in flags.all("image") {
        let base = image.rsplit('/').next().unwrap_or(image);
        let base = base.split([':', '@']).next().unwrap_or(base);
        let mut container = object! {"name": base, "image": image, "resources": Value::object()};
        if let Some(port) = flags.int("port").filter(|_| containers.is_empty()) {
            container["ports"] = crate::array![object! {"containerPort": port}];
        }
        if !command.is_empty() {
            container["command"] = command.iter().collect();
        }
        containers.push(container);
    }
    let mut object = named("apps/v1", "Deployment", &name);
    object["metadata"]["labels"] = labels.clone();
    object["spec"] = object! {
        "replicas": flags.int("replicas").unwrap_or(1),
        "selector": object! {"matchLabels": labels.clone()},
        "strategy": Value::object(),
        "template": object! {"metadata": object! {"labels": labels}, "spec": object! {"containers": containers}},
    };
    object["status"] = Value::object();
    make(io, flags, object, Some("deployment"))
}

pub(super) fn service(io: &mut Io, flags: &Flags, kind: &str) -> Done {
    if kind == "ExternalName" {
        require(flags, "external-name")?;
    }
    let name = name(flags, &["service ", &kind.to_ascii_lowercase()].concat())?;
    let mut ports = Vec::new();
    for pair in flags.all("tcp") {
        let mut both = pair.split(':');
        let port = both.next().unwrap_or_default();
        let target = both.next().unwrap_or(port);
        let number = port.parse::<i64>().map_err(|_| {
            Failure::say("strconv.ParseUint: parsing \"{}\": invalid syntax", &[port])
        })?;
        let target = target
            .parse::<i64>()
            .map_or_else(|_| target.into(), Value::from);
        let mut it = object! {"name": pair.as_str().replace(':', "-"), "port": number, "protocol": "TCP", "targetPort": target};
        if let Some(node_port) = flags.int("node-port") {
            it["nodePort"] = node_port.into();
        }
        ports.push(it);
    }
    let headless = flags.text("clusterip") == "None";
    if headless && kind != "ClusterIP" {
        let text = "ClusterIP=None can only be used with ClusterIP service type";
        return Err(Failure::client(text).into());
    }
    if ports.is_empty() && !headless && kind != "ExternalName" {
        return Err(Failure::client("at least one tcp port specifier must be provided").into());
    }
    let labels = object! {"app": &name};
    let mut object = named("v1", "Service", &name);
    object["metadata"]["labels"] = labels.clone();
    object["spec"] = object! {"selector": labels, "type": kind};
    if !ports.is_empty() {
        object["spec"]["ports"] = ports.into();
    }
    for (flag, field) in [
        ("clusterip", "clusterIP"),
        ("external-name", "externalName"),
    ] {
        if flags.has(flag) {
            object["spec"][field] = flags.text(flag).into();
        }
    }
    object["status"] = object! {"loadBalancer": Value::object()};
    make(io, flags, object, Some(&[kind, " service"].concat()))
}

pub(super) fn cluster_ip(io: &mut Io, flags: &Flags) -> Done {
    service(io, flags, "ClusterIP")
}

pub(super) fn node_port(io: &mut Io, flags: &Flags) -> Done {
    service(io, flags, "NodePort")
}

pub(super) fn load_balancer(io: &mut Io, flags: &Flags) -> Done {
    service(io, flags, "LoadBalancer")
}

pub(super) fn external_name(io: &mut Io, flags: &Flags) -> Done {
    service(io, flags, "ExternalName")
}

pub(super) fn expose(io: &mut Io, flags: &Flags) -> Done {
    let dry_run = DryRun::of(io, flags)?;
    let mut report = Report::of(flags, dry_run)?;
    let mut failures = Failures::default();
    // The selector is that of the new Service, not one that selects what is exposed.
    let chosen = flags.without("selector");
    for info in common::infos(io, &chosen, &flags.args, &mut failures)? {
        let spec = &info.object["spec"];
        let selector = match info.of.kind {
            "Service" | "ReplicationController" => spec["selector"].clone(),
            "Pod" => info.object["metadata"]["labels"].clone(),
            "Deployment" | "ReplicaSet" => spec["selector"]["matchLabels"].clone(),
            kind => {
                let dot = if info.of.group.is_empty() { "" } else { "." };
                let text = fill("cannot expose a {}{}{}", &[kind, dot, info.of.group]);
                return Err(Failure::own(text).into());
            }
        };
        let service = exposing(flags, &info.name, &info.object, selector)?;
        let of = type_of("v1", "Service").expect("a cluster has services");
        let created = if dry_run == DryRun::Client {
            service
        } else {
            let request = with_body("POST", path(of, &info.namespace, "", ""), "", service);
            io.json(query(dry_run.on(request), "fieldManager", "kubectl-expose"))?
        };
        report.done_each(io, Mutation::new(of, created, "exposed"))?;
    }
    failures.done()
}

fn exposing(flags: &Flags, name: &str, object: &Value, selector: Value) -> Result<Value, Failure> {
    let pod = if object["kind"].as_str() == "Pod" {
        &object["spec"]
    } else {
        &object["spec"]["template"]["spec"]
    };
    let mut ports: Vec<Text> = flags
        .text("port")
        .split(',')
        .filter(|it| !it.is_empty())
        .map(Text::from)
        .collect();
    if ports.is_empty() {
        let containers = pod["containers"].items().iter();
        let all = containers.flat_map(|it| it["ports"].items());
        let of_service = object["spec"]["ports"].items().iter();
        let all = all.map(|it| &it["containerPort"]);
        let all = all.chain(of_service.map(|it| &it["port"]));
        ports = all.map(|it| it.to_string().into()).collect();
    }
    if ports.is_empty() {
        return Err(Failure::client(
            "couldn't find port via --port flag or introspection",
        ));
    }
    let several = ports.len() > 1;
    let port = |(at, text): (usize, &Text)| {
        let number = text
            .parse::<i64>()
            .map_err(|_| Failure::say("strconv.Atoi: parsing \"{}\": invalid syntax", &[text]))?;
        let target = match flags.text("target-port") {
            "" => number.into(),
            target => target
                .parse::<i64>()
                .map_or_else(|_| target.into(), Value::from),
        };
        let protocol = if flags.has("protocol") {
            flags.text("protocol")
        } else {
            "TCP"
        };
        let mut it = object! {"port": number, "protocol": protocol, "targetPort": target};
        if several {
            it["name"] = ["port-", &(at + 1).to_string()].concat().into();
        }
        Ok(it)
    };
    let ports = ports
        .iter()
        .enumerate()
        .map(port)
        .collect::<Result<Vec<_>, Failure>>()?;
    let name = if flags.has("name") {
        flags.text("name")
    } else {
        name
    };
    let mut service = named("v1", "Service", name);
    if flags.has("labels") {
        service["metadata"]["labels"] = labels(flags.text("labels"))?;
    } else if !object["metadata"]["labels"].is_empty() {
        service["metadata"]["labels"] = object["metadata"]["labels"].clone();
    }
    let selector = if flags.has("selector") {
        labels(flags.text("selector"))?
    } else {
        selector
    };
    service["spec"] = object! {"ports": ports, "selector": selector};
    for (flag, field) in [
        ("cluster-ip", "clusterIP"),
        ("type", "type"),
        ("session-affinity", "sessionAffinity"),
        ("load-balancer-ip", "loadBalancerIP"),
    ] {
        if flags.has(flag) {
            service["spec"][field] = flags.text(flag).into();
        }
    }
    if flags.has("external-ip") {
        service["spec"]["externalIPs"] = crate::array![flags.text("external-ip")];
    }
    service["status"] = object! {"loadBalancer": Value::object()};
    Ok(service)
}

/// `a=b,c=d`.
///
/// upstream: generate.ParseLabels.
pub(super) fn labels(text: &str) -> Result<Value, Failure> {
    let mut labels = Value::object();
    for pair in text.split(',') {
        let parts = pair.split_once('=').filter(|it| !it.1.contains('='));
        let (key, value) =
            parts.ok_or_else(|| Failure::say("unexpected label spec: {}", &[pair]))?;
        labels[key] = value.into();
    }
    Ok(labels)
}
