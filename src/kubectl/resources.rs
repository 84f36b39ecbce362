//! Which objects the arguments of a command mean, and requests for them.
//!
//! upstream: k8s.io/cli-runtime/pkg/resource, builder.go and visitor.go.

use super::Done;
use super::failure::{Failure, Failures};
use super::flags::Flags;
use super::io::Io;
use super::types::{Type, api_version_of, find, go_name, qualified, types};
use super::verbs::manifest::{self, Manifest};
use crate::apiserver::rest::HttpRequest;
use crate::kubectl::text::fill;
use crate::sort;
use crate::value::{Text, Value};

/// The path of a type's collection, an object (`name` not empty) or its subresource.
pub(super) fn path(of: Type, namespace: &str, name: &str, subresource: &str) -> Text {
    let mut path = match of.group {
        "" => String::from("/api/v1"),
        group => fill("/apis/{}/{}", &[group, of.version]),
    };
    if of.namespaced && !namespace.is_empty() {
        path.push_str("/namespaces/");
        path.push_str(namespace);
    }
    for part in [of.plural, name, subresource] {
        if !part.is_empty() {
            path.push('/');
            path.push_str(part);
        }
    }
    path.into()
}

/// A request without a body.
pub(super) fn request(method: &'static str, path: Text) -> HttpRequest {
    HttpRequest {
        method,
        path,
        ..HttpRequest::default()
    }
}

/// A GET.
pub(super) fn get(path: Text) -> HttpRequest {
    request("GET", path)
}

/// A request with a body.
pub(super) fn with_body(
    method: &'static str,
    path: Text,
    content_type: &str,
    body: Value,
) -> HttpRequest {
    HttpRequest {
        content_type: content_type.into(),
        body,
        ..request(method, path)
    }
}

/// A query pair more, unless the value is empty.
pub(super) fn query(mut request: HttpRequest, name: &str, value: &str) -> HttpRequest {
    if !value.is_empty() {
        request.query.push((name.into(), value.into()));
    }
    request
}

/// The content types of patches.
pub(super) const MERGE_PATCH: &str = "application/merge-patch+json";
pub(super) const JSON_PATCH: &str = "application/json-patch+json";
pub(super) const STRATEGIC_PATCH: &str = "application/strategic-merge-patch+json";

/// What the arguments mean, in order.
#[derive(Clone, Debug)]
pub(super) enum Selected {
    /// All objects of a type that the selectors match.
    All(Type),
    /// One object.
    One(Type, Text),
    /// One object, from a file.
    File(Manifest),
}

impl Selected {
    pub fn of(&self) -> Type {
        match self {
            Self::All(of) | Self::One(of, _) => of,
            Self::File(manifest) => manifest.of,
        }
    }
}

/// What a command accepts as arguments.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Accepts {
    /// A type alone means all its objects.
    pub all: bool,
    /// Only one type.
    pub single_type: bool,
}

/// A selection and where it is looked for.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    pub selected: Vec<Selected>,
    /// Empty for all namespaces.
    pub namespace: Text,
    pub labels: Text,
    pub fields: Text,
    /// What was wrong with some of the files.
    pub failures: Vec<Failure>,
}

/// The namespace of a command.
pub(super) fn namespace(io: &Io, flags: &Flags) -> Text {
    match flags.text("namespace") {
        "" => io.call.namespace.clone(),
        name => name.into(),
    }
}

const EXAMPLES: &str = "You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'";

/// Reads arguments and the flags that select.
pub(super) fn select(
    io: &mut Io,
    flags: &Flags,
    args: &[Text],
    accepts: Accepts,
) -> Done<Selection> {
    let all_namespaces = flags.is("all-namespaces");
    let mut selection = Selection {
        selected: Vec::new(),
        namespace: if all_namespaces {
            Text::new()
        } else {
            namespace(io, flags)
        },
        labels: flags.text("selector").into(),
        fields: flags.text("field-selector").into(),
        failures: Vec::new(),
    };
    if flags.has("filename") {
        if !args.is_empty() {
            let text = "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well";
            return Err(Failure::client(text).into());
        }
        let read = manifest::read(io, flags)?;
        selection.failures = read.failures;
        selection.selected = read.manifests.into_iter().map(Selected::File).collect();
        return Ok(selection);
    }
    let has_selector = flags.has("selector") || flags.has("field-selector") || flags.is("all");
    let slashes = args.iter().filter(|it| it.contains('/')).count();
    if slashes > 0 {
        selection.selected = slashed(args, slashes)?;
    } else if let Some((types, names)) = args.split_first() {
        if types == "all" && !names.is_empty() {
            return Err(Failure::client("you must specify only one resource").into());
        }
        let types = types_of(io, types)?;
        if accepts.single_type && types.len() > 1 {
            return Err(Failure::client("you may only specify a single resource type").into());
        }
        if names.iter().any(Text::is_empty) {
            return Err(Failure::client("resource name may not be empty").into());
        }
        if names.is_empty() && !has_selector && !accepts.all {
            let text = "resource(s) were provided, but no name was specified";
            return Err(Failure::client(text).into());
        }
        selection.selected = if names.is_empty() {
            types.into_iter().map(Selected::All).collect()
        } else {
            let one = |of: Type| names.iter().map(move |it| Selected::One(of, it.clone()));
            types.into_iter().flat_map(one).collect()
        };
    } else {
        return Err(Failure::client(EXAMPLES).into());
    }
    if matches!(selection.selected.first(), Some(Selected::One(..))) {
        if has_selector {
            let text = "name cannot be provided when a selector is specified";
            return Err(Failure::client(text).into());
        }
        if all_namespaces {
            let text = "a resource cannot be retrieved by name across all namespaces";
            return Err(Failure::client(text).into());
        }
    }
    Ok(selection)
}

/// `pod/web-0 sts/web`.
fn slashed(args: &[Text], slashes: usize) -> Result<Vec<Selected>, Failure> {
    if slashes != args.len() {
        return Err(Failure::client(
            "there is no need to specify a resource type as a separate argument when passing arguments in \
             resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource \
             resource/<resource_name>'",
        ));
    }
    args.iter().map(|it| one_slashed(it)).collect()
}

fn one_slashed(arg: &str) -> Result<Selected, Failure> {
    let mut parts = arg.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (_, _, Some(_)) => {
            let text = "arguments in resource/name form may not have more than one slash";
            Err(Failure::client(text))
        }
        (Some(of), Some(name), None) if !of.is_empty() && !name.is_empty() && !of.contains(',') => {
            Ok(Selected::One(find(of)?, name.into()))
        }
        _ => {
            let text = "arguments in resource/name form must have a single resource and name";
            Err(Failure::client(text))
        }
    }
}

/// `pods,svc` or `all`.
fn types_of(io: &mut Io, names: &str) -> Result<Vec<Type>, Failure> {
    let mut found: Vec<Type> = Vec::new();
    for name in names.split(',') {
        if name == "all" {
            let mut all: Vec<Type> = types().filter(|it| it.in_all).collect();
            sort::by_key(&mut all, |it| (it.group, it.plural));
            found.extend(all);
            continue;
        }
        if name.eq_ignore_ascii_case("ev") {
            io.print_error(
                "Warning: short name \"ev\" could also match lower priority resource events.events.k8s.io\n",
            );
        }
        found.push(find(name)?);
    }
    // upstream: resourceMappings, each type once.
    let mut once: Vec<Type> = Vec::new();
    for it in found {
        if !once.iter().any(|other| core::ptr::eq(*other, it)) {
            once.push(it);
        }
    }
    Ok(once)
}

/// An object that was fetched.
#[derive(Clone, Debug)]
pub(super) struct Info {
    pub of: Type,
    pub namespace: Text,
    pub name: Text,
    pub object: Value,
    /// The file it stands in, or `""`.
    pub source: Text,
}

impl Info {
    pub fn new(of: Type, object: Value, source: &str) -> Self {
        let meta = &object["metadata"];
        let text = |it: &Value| it.text().cloned().unwrap_or_default();
        Self {
            of,
            namespace: text(&meta["namespace"]),
            name: text(&meta["name"]),
            source: source.into(),
            object,
        }
    }

    /// `statefulset.apps/web`.
    pub fn title(&self) -> String {
        fill("{}/{}", &[&qualified(self.of), &self.name])
    }

    pub fn path(&self, subresource: &str) -> Text {
        path(self.of, &self.namespace, &self.name, subresource)
    }
}

/// Objects of a list, each with the apiVersion and kind that list items lack.
pub(super) fn items(list: &Value, of: Type) -> Vec<Value> {
    let complete = |it: &Value| {
        let mut item = it.clone();
        if item["kind"].is_null() {
            item["kind"] = of.kind.into();
            item["apiVersion"] = api_version_of(of).into();
        }
        item
    };
    list["items"].items().iter().map(complete).collect()
}

/// A list that was refused says what was looked for.
///
/// upstream: resource.Selector.Visit.
pub(super) fn listing_refused(failure: Failure, of: Type, selection: &Selection) -> Failure {
    if !matches!(failure.reason(), "BadRequest" | "NotFound") {
        return failure;
    }
    let (labels, fields) = (&selection.labels, &selection.fields);
    let words = if labels.is_empty() && fields.is_empty() {
        fill("Unable to list \"{}\": ", &[&go_name(of)])
    } else {
        fill(
            "Unable to find \"{}\" that match label selector \"{}\", field selector \"{}\": ",
            &[&go_name(of), labels, fields],
        )
    };
    failure.prefixed(&words)
}

/// The request for what was selected, plain.
pub(super) fn request_for(selected: &Selected, selection: &Selection) -> HttpRequest {
    let namespace = &selection.namespace;
    match selected {
        Selected::All(of) => {
            let request = get(path(of, namespace, "", ""));
            let request = query(request, "labelSelector", &selection.labels);
            query(request, "fieldSelector", &selection.fields)
        }
        Selected::One(of, name) => get(path(of, namespace, name, "")),
        Selected::File(it) => get(path(it.of, &it.namespace, &it.name, "")),
    }
}

/// More pages than this are a server that runs in circles.
const MOST_PAGES: usize = 10_000;

/// All pages of a list that is asked for some items at a time.
///
/// upstream: runtimeresource.FollowContinue.
pub(super) fn pages(io: &mut Io, request: &HttpRequest, limit: &str) -> Done<Vec<Value>> {
    let mut pages = Vec::new();
    let mut token = Text::new();
    for _ in 0..MOST_PAGES {
        let page = query(request.clone(), "limit", limit);
        let page = io.json(query(page, "continue", &token))?;
        token = page["metadata"]["continue"].as_str().into();
        pages.push(page);
        if token.is_empty() {
            break;
        }
    }
    Ok(pages)
}

/// Fetches what was selected; failures don't stop the others.
pub(super) fn fetch(
    io: &mut Io,
    selection: &Selection,
    limit: &str,
    failures: &mut Failures,
) -> Done<Vec<Info>> {
    let mut infos = Vec::new();
    for selected in &selection.selected {
        let of = selected.of();
        let request = request_for(selected, selection);
        let source = match selected {
            Selected::File(manifest) => manifest.source.as_str(),
            Selected::All(_) | Selected::One(..) => "",
        };
        if matches!(selected, Selected::All(_)) {
            let pages = pages(io, &request, limit);
            let pages = pages.map_err(|it| it.map(|it| listing_refused(it, of, selection)));
            for list in failures.catch(pages)?.into_iter().flatten() {
                infos.extend(items(&list, of).into_iter().map(|it| Info::new(of, it, "")));
            }
        } else {
            let object = io.json(request);
            infos.extend(failures.catch(object)?.map(|it| Info::new(of, it, source)));
        }
    }
    failures.0.extend(selection.failures.iter().cloned());
    Ok(infos)
}

/// Says that nothing was found, in the words of commands that list.
pub(super) fn print_none_found(io: &mut Io, selection: &Selection) {
    let namespaced = selection.selected.iter().all(|it| it.of().namespaced);
    if namespaced && !selection.namespace.is_empty() {
        io.warn(
            "No resources found in {} namespace.\n",
            &[&selection.namespace],
        );
    } else {
        io.print_error("No resources found\n");
    }
}
