//! Commands about the cluster, the client and the types: version, api-resources, config, explain and the like.
//!
//! upstream: k8s.io/kubectl/pkg/cmd, a folder each.

use crate::config::Version;
use crate::kubectl::Done;
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::{Flags, GLOBAL};
use crate::kubectl::io::Io;
use crate::kubectl::print::{Tabs, pretty};
use crate::kubectl::resources::{get, namespace, path, query, with_body};
use crate::kubectl::text::fill;
use crate::kubectl::types::{Type, api_version_of, find, qualified_plural, types};
use crate::object;
use crate::schema::{self, Field, Shape, Struct};
use crate::sort;
use crate::value::Value;
use crate::yaml;

pub(super) const VERSION: &str = "client:b output/o:s";
pub(super) const RESOURCES: &str =
    "api-group:s cached:b categories:l namespaced:b no-headers:b output/o:s sort-by:s verbs:l";
pub(super) const CAN_I: &str = "all-namespaces/A:b list:b! no-headers:b quiet/q:b subresource:s";
pub(super) const CONFIG: &str =
    "cluster:s current:b flatten:b merge:b minify:b no-headers:b output/o:s raw:b user:s";
pub(super) const DEBUG: &str = "attach:b container/c:s copy-to:s custom:s env:a image:s image-pull-policy:s profile:s \
quiet/q:b replace:b same-node:b set-image:a share-processes:b stdin/i:b target:s tty/t:b";
pub(super) const EXPLAIN: &str = "api-version:s output/o:s recursive:b";

/// What may be done with resources.
///
/// upstream: cani.go, resourceVerbs.
const ACTIONS: &str = "get list watch create update patch delete deletecollection use bind impersonate * approve sign \
escalate attest";

/// Where the cluster is said to be.
const SERVER: &str = "http://127.0.0.1:8001";
/// The name of the context, the cluster and the user.
const CONTEXT: &str = "playground";

/// The client's own version.
fn client(io: &Io) -> (&'static str, &'static str) {
    match io.call.version {
        Version::V1_22 => ("v1.22.17", "v4.2.0"),
        Version::V1_36 => ("v1.36.2", "v5.8.1"),
    }
}

/// upstream: UsageErrorf in the Complete of commands that take no arguments.
fn no_arguments(flags: &Flags, command: &str) -> Result<(), Failure> {
    if flags.args.is_empty() {
        return Ok(());
    }
    let text = fill("unexpected arguments: [{}]", &[&flags.args.join(" ")]);
    Err(Failure::usage(&text, command))
}

pub(super) fn version(io: &mut Io, flags: &Flags) -> Done {
    if !flags.args.is_empty() && !flags.is("client") {
        let args = flags.args.join(" ");
        return Err(Failure::say("extra arguments: [{}]", &[&args]).into());
    }
    if !matches!(flags.text("output"), "" | "json" | "yaml") {
        return Err(Failure::client("--output must be 'yaml' or 'json'").into());
    }
    let (git, kustomize) = client(io);
    let server = if flags.is("client") {
        Value::Null
    } else {
        io.json(query(get("/version".into()), "timeout", "32s"))?
    };
    match flags.text("output") {
        "" => {}
        format => {
            let mut all = object! {"clientVersion": object! {"gitVersion": git}, "kustomizeVersion": kustomize};
            if !server.is_null() {
                all["serverVersion"] = server;
            }
            io.print(if format == "json" {
                pretty(&all, 2) + "\n"
            } else {
                yaml::to_yaml(&all)
            });
            return Ok(());
        }
    }
    io.say(
        "Client Version: {}\nKustomize Version: {}\n",
        &[git, kustomize],
    );
    let theirs = server["gitVersion"].as_str();
    if theirs.is_empty() {
        return Ok(());
    }
    io.say("Server Version: {}\n", &[theirs]);
    let minor = |text: &str| {
        text.split('.')
            .nth(1)
            .and_then(|it| it.parse::<i64>().ok())
            .unwrap_or_default()
    };
    let (own, other) = (minor(git), minor(theirs));
    if (own - other).abs() > 1 {
        io.warn("Warning: version difference between client (1.{}) and server (1.{}) exceeds the supported minor version skew of +/-1\n", &[&own.to_string(), &other.to_string()]);
    }
    Ok(())
}

/// The group versions the server has, core first: all of a group, or the one it prefers.
fn group_versions(io: &mut Io, all: bool) -> Done<Vec<String>> {
    let mut found = vec!["v1".to_owned()];
    let groups = io.json(get("/apis".into()))?;
    for group in groups["groups"].items() {
        let versions = if all {
            group["versions"].items()
        } else {
            core::slice::from_ref(&group["preferredVersion"])
        };
        found.extend(
            versions
                .iter()
                .map(|it| it["groupVersion"].as_str().to_owned()),
        );
    }
    Ok(found)
}

pub(super) fn api_versions(io: &mut Io, flags: &Flags) -> Done {
    no_arguments(flags, "api-versions")?;
    let mut all = group_versions(io, true)?;
    sort::by(&mut all, Ord::cmp);
    io.print(all.join("\n") + "\n");
    Ok(())
}

pub(super) fn api_resources(io: &mut Io, flags: &Flags) -> Done {
    no_arguments(flags, "api-resources")?;
    let wide = match flags.text("output") {
        "" | "name" => false,
        "wide" => true,
        other @ ("json" | "yaml" | "kyaml") => {
            return Err(Failure::not_simulated(&["api-resources -o ", other].concat()).into());
        }
        other => {
            let text = "unable to match a printer suitable for the output format \"{}\", allowed formats are: \
                        json,kyaml,name,wide,yaml";
            return Err(Failure::say(text, &[other]).into());
        }
    };
    let order = flags.text("sort-by");
    if !matches!(order, "" | "name" | "kind") {
        return Err(Failure::client("--sort-by accepts only name or kind").into());
    }
    let mut rows = Vec::new();
    for version in group_versions(io, false)? {
        let group = version.split_once('/').map_or("", |it| it.0).to_owned();
        if flags.has("api-group") && flags.text("api-group") != group {
            continue;
        }
        let root = if group.is_empty() { "/api/" } else { "/apis/" };
        let list = io.json(get([root, &version].concat().into()))?;
        for it in list["resources"].items() {
            let name = it["name"].as_str();
            if !name.contains('/') && is_wanted(it, flags) {
                let key = match order {
                    "name" => name,
                    "kind" => it["kind"].as_str(),
                    _ => &group,
                };
                let row = (group.clone(), name.to_owned(), version.clone(), it.clone());
                rows.push((key.to_owned(), row));
            }
        }
    }
    sort::by(&mut rows, |a, b| (&a.0, &a.1.1).cmp(&(&b.0, &b.1.1)));
    let rows: Vec<_> = rows.into_iter().map(|it| it.1).collect();
    if flags.text("output") == "name" {
        let name = |it: &(String, String, String, Value)| {
            let dot = if it.0.is_empty() { "" } else { "." };
            fill("{}{}{}\n", &[&it.1, dot, &it.0])
        };
        io.print(rows.iter().map(name).collect::<String>());
        return Ok(());
    }
    let mut tabs = Tabs::wide();
    if !flags.is("no-headers") {
        let head = [
            "NAME",
            "SHORTNAMES",
            "APIVERSION",
            "NAMESPACED",
            "KIND",
            "VERBS",
            "CATEGORIES",
        ];
        tabs.row(&head[..if wide { 7 } else { 5 }]);
    }
    for (_, name, version, it) in &rows {
        let list = |field: &str| {
            let all: Vec<&str> = it[field].items().iter().map(Value::as_str).collect();
            all.join(",")
        };
        let (short, verbs, categories) = (list("shortNames"), list("verbs"), list("categories"));
        let namespaced = if it["namespaced"].is_true() {
            "true"
        } else {
            "false"
        };
        let cells = [
            name.as_str(),
            &short,
            version,
            namespaced,
            it["kind"].as_str(),
            &verbs,
            &categories,
        ];
        tabs.row(&cells[..if wide { 7 } else { 5 }]);
    }
    io.print(tabs.flush());
    Ok(())
}

/// upstream: RunAPIResources, its filters.
fn is_wanted(resource: &Value, flags: &Flags) -> bool {
    let has_all = |flag: &str, field: &str| {
        let mut wanted = flags.all(flag);
        wanted.all(|it| resource[field].items().iter().any(|has| has.as_str() == it))
    };
    let is_namespaced = resource["namespaced"].is_true();
    (!flags.has("namespaced") || is_namespaced == flags.is("namespaced"))
        && has_all("verbs", "verbs")
        && has_all("categories", "categories")
}

pub(super) fn cluster_info(io: &mut Io, _flags: &Flags) -> Done {
    io.say("Kubernetes control plane is running at {}\n", &[SERVER]);
    let address = path(find("services")?, "kube-system", "", "");
    let request = query(
        get(address.clone()),
        "labelSelector",
        "kubernetes.io/cluster-service=true",
    );
    let services = io.json(request)?;
    for it in services["items"].items() {
        let (meta, port) = (&it["metadata"], &it["spec"]["ports"][0]["name"]);
        let name = match meta["labels"]["kubernetes.io/name"].as_str() {
            "" => meta["name"].as_str(),
            name => name,
        };
        let colon = if port.is_empty() { "" } else { ":" };
        io.say(
            "{} is running at {}{}/{}{}{}/proxy\n",
            &[
                name,
                SERVER,
                &address,
                meta["name"].as_str(),
                colon,
                port.as_str(),
            ],
        );
    }
    io.print(
        "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n",
    );
    Ok(())
}

#[allow(clippy::unnecessary_wraps, reason = "every command has this form")]
pub(super) fn current_context(io: &mut Io, _flags: &Flags) -> Done {
    io.print([CONTEXT, "\n"].concat());
    Ok(())
}

pub(super) fn get_contexts(io: &mut Io, flags: &Flags) -> Done {
    if flags.text("output") == "name" {
        return current_context(io, flags);
    }
    let mut tabs = Tabs::wide();
    if !flags.is("no-headers") {
        tabs.row(&["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"]);
    }
    let own = io.call.namespace.as_str();
    tabs.row(&[
        "*",
        CONTEXT,
        CONTEXT,
        CONTEXT,
        if own == "default" { "" } else { own },
    ]);
    io.print(tabs.flush());
    Ok(())
}

pub(super) fn view_config(io: &mut Io, flags: &Flags) -> Done {
    let mut context = object! {"cluster": CONTEXT, "user": CONTEXT};
    if io.call.namespace != "default" {
        context["namespace"] = (&io.call.namespace).into();
    }
    let config = object! {
        "apiVersion": "v1",
        "clusters": crate::array![object! {"cluster": object! {"server": SERVER}, "name": CONTEXT}],
        "contexts": crate::array![object! {"context": context, "name": CONTEXT}],
        "current-context": CONTEXT,
        "kind": "Config",
        "users": crate::array![object! {"name": CONTEXT, "user": Value::object()}],
    };
    let text = match flags.text("output") {
        "json" => pretty(&config, 4) + "\n",
        output if output.starts_with("jsonpath=") => {
            let template = &output["jsonpath=".len()..];
            let path = crate::kubectl::print::JsonPath::parse(template, false);
            path.and_then(|it| it.print(&config))
                .map_err(Failure::own)?
        }
        _ => yaml::to_yaml(&config),
    };
    io.print(text);
    Ok(())
}

pub(super) fn use_context(io: &mut Io, flags: &Flags) -> Done {
    let name = flags.args.first().map_or("", |it| it);
    if name != CONTEXT {
        let text = fill("no context exists with the name: \"{}\"", &[name]);
        return Err(Failure::own(text).into());
    }
    io.say("Switched to context \"{}\".\n", &[CONTEXT]);
    Ok(())
}

pub(super) fn set_context(io: &mut Io, flags: &Flags) -> Done {
    let name = flags.args.first().map_or(CONTEXT, |it| it);
    if name != CONTEXT {
        return Err(Failure::not_simulated("a second context").into());
    }
    if flags.has("namespace") {
        io.context_namespace = Some(namespace(io, flags));
    }
    io.say("Context \"{}\" modified.\n", &[CONTEXT]);
    Ok(())
}

pub(super) fn can_i(io: &mut Io, flags: &Flags) -> Done {
    let [verb, resource] = flags.args.as_slice() else {
        let text = "you must specify two arguments: verb resource or verb resource/resourceName.\n\
                    See 'kubectl auth can-i -h' for help and examples.";
        return Err(Failure::client(text).into());
    };
    let (resource, name) = resource.split_once('/').unwrap_or((resource, ""));
    let known = find(resource).ok();
    match known {
        None if resource != "*" => {
            let text = "Warning: the server doesn't have a resource type '{}'\n\n";
            io.warn(text, &[resource]);
        }
        Some(of) if !of.namespaced && !flags.is("all-namespaces") => {
            let text = "Warning: resource '{}' is not namespace scoped{}\n\n";
            let group = match of.group {
                "" => String::new(),
                group => fill(" in group '{}'", &[group]),
            };
            io.warn(text, &[of.plural, &group]);
        }
        _ => {}
    }
    if !ACTIONS.split(' ').any(|it| it == verb) {
        io.warn("Warning: verb '{}' is not a known verb\n\n", &[verb]);
    }
    let attributes = object! {
        "verb": verb,
        "resource": known.map_or(resource, |it| it.plural),
        "group": known.map_or("", |it| it.group),
        "name": name,
        "namespace": namespace(io, flags),
    };
    let review = object! {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": object! {"resourceAttributes": attributes},
    };
    let address = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let answer = io
        .json(with_body("POST", address.into(), "", review))
        .map_err(|it| {
            it.map(|mut it| {
                if let Some(status) = it.status().filter(|it| it_is_plain(it)) {
                    let words = " (post selfsubjectaccessreviews.authorization.k8s.io)";
                    status["message"] = [status["message"].as_str(), words].concat().into();
                }
                it
            })
        })?;
    let allowed = answer["status"]["allowed"].is_true();
    if !flags.is("quiet") {
        io.print(if allowed { "yes\n" } else { "no\n" });
    }
    if allowed {
        return Ok(());
    }
    Err(Failure::exit(String::new(), 1).into())
}

fn it_is_plain(status: &Value) -> bool {
    status["message"].as_str() == "the server could not find the requested resource"
}

pub(super) fn plugins(_io: &mut Io, _flags: &Flags) -> Done {
    Err(Failure::client("unable to find any kubectl plugins in your PATH").into())
}

pub(super) fn top(_io: &mut Io, _flags: &Flags) -> Done {
    Err(Failure::client("Metrics API not available").into())
}

pub(super) fn debug(_io: &mut Io, flags: &Flags) -> Done {
    if !flags.has("image") {
        return Err(Failure::client("you must specify --image when not using --copy-to.").into());
    }
    Err(Failure::not_simulated("kubectl debug").into())
}

/// `kubectl explain`: names and types; descriptions are other people's prose.
pub(super) fn explain(io: &mut Io, flags: &Flags) -> Done {
    let Some(arg) = flags.args.first() else {
        let text = "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list \
                    of supported resources.";
        return Err(Failure::client(text).into());
    };
    if flags.args.len() > 1 {
        return Err(Failure::client("We accept only this format: explain RESOURCE\n").into());
    }
    let name = arg.split('.').next().unwrap_or_default();
    let mut of = find(name).map_err(|it| Failure::bare(it.message()))?;
    let mut parts = arg[name.len()..].split('.');
    if flags.has("api-version") {
        of = in_version(of, flags.text("api-version"))?;
    } else if let Some(rest) = arg.strip_prefix(qualified_plural(of).as_str()) {
        parts = rest.split('.');
    }
    parts.next();
    if !matches!(
        flags.text("output"),
        "" | "plaintext" | "plaintext-openapiv2"
    ) {
        return Err(Failure::say("unrecognized format: {}", &[flags.text("output")]).into());
    }
    let mut text = String::new();
    if !of.group.is_empty() {
        text += &fill("GROUP:      {}\n", &[of.group]);
    }
    text += &fill("KIND:       {}\nVERSION:    {}\n\n", &[of.kind, of.version]);
    io.print(text);
    let mut at: Option<&Struct> = schema::named(of.kind);
    let mut last: Option<&Field> = None;
    for part in parts {
        last = at.and_then(|it| it.field(part));
        let Some(field) = last else {
            let text = fill("field \"{}\" does not exist", &[part]);
            return Err(Failure::own(text).into());
        };
        at = field.members();
    }
    let mut text = String::new();
    if let Some(field) = last {
        text += &fill("FIELD: {} <{}>\n\n", &[field.name, &type_name(field)]);
    }
    text += "DESCRIPTION:\n    <no description>\n    ";
    if let Some(of) = at {
        text += "\nFIELDS:\n";
        fields(of, flags.is("recursive"), 1, &mut text);
    }
    text += "\n\n";
    io.print(text);
    Ok(())
}

/// The type of the same name in another version.
///
/// upstream: explain/v2, PrintModelDescription.
fn in_version(of: Type, version: &str) -> Result<Type, Failure> {
    let mut all = types()
        .filter(|it| api_version_of(it) == version)
        .peekable();
    let is_served = all.peek().is_some();
    let slash = if version.contains('/') { "" } else { "/" };
    let name = fill("{}{}, Resource={}", &[slash, version, of.plural]);
    all.find(|it| it.plural == of.plural).ok_or_else(|| {
        Failure::own(if is_served {
            fill("GVR ({}) not found in OpenAPI schema", &[&name])
        } else {
            fill("couldn't find resource for \"{}\"", &[&name])
        })
    })
}

/// No type nests deeper, apart from one in itself.
const DEEPEST: usize = 12;

fn fields(of: &Struct, recursive: bool, depth: usize, text: &mut String) {
    for field in &of.fields {
        *text += &fill(
            "{}{}\t<{}>\n",
            &["  ".repeat(depth).as_str(), field.name, &type_name(field)],
        );
        if !recursive {
            *text += "    <no description>\n\n";
        } else if let Some(inner) = field.members().filter(|_| depth < DEEPEST) {
            fields(inner, true, depth + 1, text);
        }
    }
}

fn type_name(field: &Field) -> String {
    let go = field.go_element();
    let element = match field.members() {
        Some(of) => of.go_name(),
        None => match go.as_str() {
            "int32" | "int64" => "integer",
            "bool" => "boolean",
            _ => "string",
        },
    };
    match field.shape {
        Shape::One => element.to_owned(),
        Shape::List => ["[]", element].concat(),
        Shape::Map => ["map[string]", element].concat(),
    }
}

/// The flags of every command, in our own few words.
#[allow(clippy::unnecessary_wraps, reason = "as all verbs")]
pub(super) fn options(io: &mut Io, _: &Flags) -> Done {
    io.print("The following options can be passed to any command:\n\n");
    io.print(super::help::flag_list(GLOBAL));
    Ok(())
}
