//! `kubectl create TYPE`, `expose` and `autoscale`: objects from flags.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/create, cmd/expose, cmd/autoscale.

use super::common::{self, DryRun, Mutation, Report};
use super::manifest;
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
    generator!("append-hash:b! from-env-file:l! from-file:l from-literal:a");
pub(super) const SECRET: &str =
    generator!("append-hash:b! from-env-file:l! from-file:l from-literal:a type:s");
pub(super) const NAMESPACE: &str = generator!("");
pub(super) const DEPLOYMENT: &str = generator!("image:l port:i replicas/r:i");
pub(super) const SERVICE: &str = generator!("clusterip:s external-name:s node-port:i tcp:l");
pub(super) const QUOTA: &str = generator!("hard:s scopes:s");
pub(super) const EXPOSE: &str = "allow-missing-template-keys:b cluster-ip:s dry-run:s=unchanged external-ip:s field-manager:s \
filename/f:l kustomize/k:s! labels/l:s load-balancer-ip:s name:s output/o:s override-type:s! overrides:s! port:s protocol:s \
recursive/R:b save-config:b selector:s session-affinity:s show-managed-fields:b target-port:s template:s type:s";
pub(super) const AUTOSCALE: &str = "allow-missing-template-keys:b cpu:s cpu-percent:i dry-run:s=unchanged field-manager:s \
filename/f:l kustomize/k:s! max:i memory:s min:i name:s output/o:s recursive/R:b save-config:b show-managed-fields:b \
template:s";

/// The one name a generator takes.
fn name(flags: &Flags, command: &str) -> Result<Text, Failure> {
    match flags.args.as_slice() {
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

/// The pairs of `--from-literal` and `--from-file`.
fn data(io: &Io, flags: &Flags) -> Result<Vec<(Text, Text)>, Failure> {
    let mut pairs: Vec<(Text, Text)> = Vec::new();
    for literal in flags.all("from-literal") {
        let (key, value) = literal
            .split_once('=')
            .filter(|it| !it.0.is_empty())
            .ok_or_else(|| {
                Failure::say("invalid literal source {}, expected key=value", &[literal])
            })?;
        let value = value.trim_matches(|it| it == '"' || it == '\'');
        pairs.push((key.into(), value.into()));
    }
    for source in flags.all("from-file") {
        let (key, file) = source.split_once('=').unwrap_or(("", source));
        for (path, text) in manifest::open(io, file)? {
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

pub(super) fn config_map(io: &mut Io, flags: &Flags) -> Done {
    let mut object = named("v1", "ConfigMap", &name(flags, "configmap")?);
    for (key, value) in data(io, flags)? {
        object["data"][key.as_str()] = value.into();
    }
    make(io, flags, object, Some("configmap"))
}

pub(super) fn secret(io: &mut Io, flags: &Flags) -> Done {
    let mut object = named("v1", "Secret", &name(flags, "secret generic")?);
    for (key, value) in data(io, flags)? {
        object["data"][key.as_str()] = base64(value.as_bytes()).into();
    }
    if flags.has("type") {
        object["type"] = flags.text("type").into();
    }
    make(io, flags, object, Some("secret"))
}

pub(super) fn make_namespace(io: &mut Io, flags: &Flags) -> Done {
    let object = named("v1", "Namespace", &name(flags, "namespace")?);
    make(io, flags, object, None)
}

pub(super) fn service_account(io: &mut Io, flags: &Flags) -> Done {
    let object = named("v1", "ServiceAccount", &name(flags, "serviceaccount")?);
    make(io, flags, object, Some("serviceaccount"))
}

pub(super) fn quota(io: &mut Io, flags: &Flags) -> Done {
    let mut object = named("v1", "ResourceQuota", &name(flags, "quota")?);
    for (resource, amount) in flags
        .text("hard")
        .split(',')
        .filter_map(|it| it.split_once('='))
    {
        object["spec"]["hard"][resource] = amount.into();
    }
    make(io, flags, object, Some("quota"))
}

pub(super) fn deployment(io: &mut Io, flags: &Flags) -> Done {
    let name = name(flags, "deployment")?;
    if !flags.has("image") {
        return Err(Failure::client("required flag(s) \"image\" not set").into());
    }
    let labels = object! {"app": &name};
    let mut containers = Vec::new();
    for image in flags.all("image") {
        let base = image.rsplit('/').next().unwrap_or(image);
        let base = base.split([':', '@']).next().unwrap_or(base);
        let mut container = object! {"name": base, "image": image, "resources": Value::object()};
        if let Some(port) = flags.int("port") {
            container["ports"] = crate::array![object! {"containerPort": port}];
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
    let name = name(flags, "service")?;
    let mut ports = Vec::new();
    for pair in flags.all("tcp") {
        let (port, target) = pair.split_once(':').unwrap_or((pair, pair));
        let number = port
            .parse::<i64>()
            .map_err(|_| Failure::say("strconv.Atoi: parsing \"{}\": invalid syntax", &[port]))?;
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
    for info in common::infos(io, flags, &flags.args, &mut failures)? {
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
        let all = pod["containers"]
            .items()
            .iter()
            .flat_map(|it| it["ports"].items());
        ports = all
            .map(|it| it["containerPort"].to_string().into())
            .collect();
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
    if !object["metadata"]["labels"].is_empty() {
        service["metadata"]["labels"] = object["metadata"]["labels"].clone();
    }
    service["spec"] = object! {"ports": ports, "selector": selector};
    for (flag, field) in [
        ("cluster-ip", "clusterIP"),
        ("type", "type"),
        ("session-affinity", "sessionAffinity"),
    ] {
        if flags.has(flag) {
            service["spec"][field] = flags.text(flag).into();
        }
    }
    service["status"] = object! {"loadBalancer": Value::object()};
    Ok(service)
}

pub(super) fn autoscale(io: &mut Io, flags: &Flags) -> Done {
    let Some(most) = flags.int("max").filter(|it| *it >= 1) else {
        return Err(
            Failure::client("--max=MAXPODS is required and must be at least 1, max: -1").into(),
        );
    };
    let dry_run = DryRun::of(io, flags)?;
    let mut report = Report::of(flags, dry_run)?;
    let mut failures = Failures::default();
    for info in common::infos(io, flags, &flags.args, &mut failures)? {
        let of = type_of("autoscaling/v2", "HorizontalPodAutoscaler").expect("a known type");
        let name = if flags.has("name") {
            flags.text("name")
        } else {
            &info.name
        };
        let mut object = named("autoscaling/v2", of.kind, name);
        object["spec"] = object! {
            "maxReplicas": most,
            "scaleTargetRef": object! {
                "apiVersion": &info.object["apiVersion"],
                "kind": info.of.kind,
                "name": &info.name,
            },
        };
        if let Some(least) = flags.int("min").filter(|it| *it > 0) {
            object["spec"]["minReplicas"] = least.into();
        }
        let created = if dry_run == DryRun::Client {
            object
        } else {
            let request = with_body("POST", path(of, &info.namespace, "", ""), "", object);
            io.json(query(
                dry_run.on(request),
                "fieldManager",
                "kubectl-autoscale",
            ))?
        };
        report.done_each(io, Mutation::new(of, created, "autoscaled"))?;
    }
    failures.done()
}
