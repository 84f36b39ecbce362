//! Objects from files: what `-f` names.
//!
//! upstream: k8s.io/cli-runtime/pkg/resource, visitor.go (StreamVisitor) and mapper.go.

use std::sync::Arc;

use crate::kubectl::Done;
use crate::kubectl::examples::example;
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;
use crate::kubectl::resources::{self};
use crate::kubectl::text::fill;
use crate::kubectl::types::{Type, type_of};
use crate::value::{Text, Value};
use crate::yaml;

/// differs: the playground reads only so many objects in one command, so that no paste can freeze the page.
const MANIFESTS_MAX: usize = 500;
/// And so many bytes.
const BYTES_MAX: usize = 1 << 16;

/// An object of a file.
#[derive(Clone, Debug)]
pub(in crate::kubectl) struct Manifest {
    pub of: Type,
    pub namespace: Text,
    pub name: Text,
    pub object: Value,
    pub source: Text,
}

/// What the files hold, and what is wrong with them.
#[derive(Clone, Debug, Default)]
pub(in crate::kubectl) struct Read {
    pub manifests: Vec<Manifest>,
    pub failures: Vec<Failure>,
}

/// How unknown fields are taken.
pub(super) fn validation(flags: &Flags) -> Result<&'static str, Failure> {
    match flags.text("validate") {
        "" | "strict" | "true" => Ok("Strict"),
        "warn" => Ok("Warn"),
        "ignore" | "false" => Ok("Ignore"),
        other => Err(Failure::say(
            "invalid - validate option \"{}\"; must be one of: strict (or true), warn, ignore (or false)",
            &[other],
        )),
    }
}

/// Reads all files of `-f`, in order; once, however often the command's code is replayed.
pub(in crate::kubectl) fn read(io: &mut Io, flags: &Flags) -> Done<Read> {
    if let Some(read) = &io.read {
        return Ok(Read::clone(read));
    }
    let mut texts: Vec<(Text, Text)> = Vec::new();
    for name in flags.all("filename") {
        texts.extend(open(io, name)?);
    }
    let mut read = Read::default();
    let validates = validation(flags)? == "Strict" || validation(flags)? == "Warn";
    let scope = Scope {
        namespace: resources::namespace(io, flags),
        is_enforced: flags.has("namespace"),
        validates,
    };
    let mut bytes = 0;
    for (source, text) in texts {
        bytes += text.len();
        let read_it = if bytes > BYTES_MAX {
            let text =
                "the playground reads at most 64 KiB of manifests in one command: {} is left out";
            Err(Failure::say(text, &[&source]))
        } else {
            scope.stream(&source, &text, &mut read)
        };
        read.failures.extend(read_it.err());
    }
    if read.manifests.len() > MANIFESTS_MAX {
        read.manifests.truncate(MANIFESTS_MAX);
        let most = MANIFESTS_MAX.to_string();
        let text = "the playground reads at most {} objects in one command: the rest is left out";
        read.failures.push(Failure::say(text, &[&most]));
    }
    io.read = Some(Arc::new(read.clone()));
    Ok(read)
}

/// The texts of a file, a folder, a URL or the standard input, each with its name.
pub(in crate::kubectl) fn open(io: &Io, name: &str) -> Result<Vec<(Text, Text)>, Failure> {
    if name == "-" {
        return Ok(vec![(
            "STDIN".into(),
            io.call.stdin.clone().unwrap_or_default(),
        )]);
    }
    let files = &io.call.files;
    if let Some(text) = files.get(name) {
        return Ok(vec![(name.into(), text.clone())]);
    }
    if let Some(text) = example(name) {
        return Ok(vec![(name.into(), text)]);
    }
    if name.starts_with("http://") || name.starts_with("https://") {
        // differs: the page has no network; it has copies of a few manifests that tutorials apply.
        return Err(Failure::say(
            "unable to read URL \"{}\", server reported 404 Not Found, status code=404",
            &[name],
        ));
    }
    let folder = match name.trim_end_matches('/') {
        "." => String::new(),
        name => [name, "/"].concat(),
    };
    let in_folder = |path: &str| {
        path.strip_prefix(&folder)
            .is_some_and(|it| !it.contains('/'))
    };
    if !folder.is_empty() && !files.iter().any(|it| in_folder(&it.0)) {
        return Err(Failure::say("the path \"{}\" does not exist", &[name]));
    }
    let known = |path: &str| {
        [".json", ".yaml", ".yml"]
            .iter()
            .any(|it| path.ends_with(it))
    };
    let texts: Vec<(Text, Text)> = files
        .iter()
        .filter(|it| in_folder(&it.0) && known(&it.0))
        .map(|it| (it.0.clone(), it.1.clone()))
        .collect();
    if texts.is_empty() {
        return Err(Failure::say(
            "error reading [{}]: recognized file extensions are [.json .yaml .yml]",
            &[name],
        ));
    }
    Ok(texts)
}

struct Scope {
    namespace: Text,
    is_enforced: bool,
    validates: bool,
}

impl Scope {
    fn stream(&self, source: &Text, text: &str, read: &mut Read) -> Result<(), Failure> {
        let parsed = yaml::parse(text);
        for document in parsed.documents {
            if self.validates {
                check_set(&document.value).map_err(|why| {
                    Failure::say("error validating \"{}\": error validating data: {}; if you choose to ignore these errors, turn validation off with --validate=false", &[source, &why])
                })?;
            }
            self.add(source, document.value, read);
        }
        let Some(error) = parsed.error else {
            return Ok(());
        };
        let is_cut = text.trim_start().starts_with('{')
            && Value::from_json(text).is_err_and(|it| it.is_eof());
        let said = error.go_text();
        let why = if is_cut {
            "unexpected EOF".to_owned()
        } else if said.starts_with("json: offset ") {
            said
        } else {
            ["error converting YAML to JSON: ", &said].concat()
        };
        Err(Failure::say("error parsing {}: {}", &[source, &why]))
    }

    /// Adds an object, or the items of a list.
    fn add(&self, source: &Text, value: Value, read: &mut Read) {
        if value["kind"].as_str().ends_with("List") && value["items"] != Value::Null {
            for item in value["items"].items() {
                self.add(source, item.clone(), read);
            }
            return;
        }
        match self.manifest(source, value) {
            Ok(manifest) => read.manifests.push(manifest),
            Err(failure) => read.failures.push(failure),
        }
    }

    fn manifest(&self, source: &Text, mut object: Value) -> Result<Manifest, Failure> {
        check_metadata(&object)
            .map_err(|why| Failure::say("unable to decode \"{}\": {}", &[source, &why]))?;
        let (version, kind) = (object["apiVersion"].as_str(), object["kind"].as_str());
        let text = |it: &Value| it.text().cloned().unwrap_or_default();
        let (name, own) = (
            text(&object["metadata"]["name"]),
            text(&object["metadata"]["namespace"]),
        );
        let of = type_of(version, kind).ok_or_else(|| {
            Failure::say("resource mapping not found for name: \"{}\" namespace: \"{}\" from \"{}\": no matches for kind \"{}\" in version \"{}\"\nensure CRDs are installed first", &[&name, &own, source, kind, version])
        })?;
        if !of.namespaced {
            return Ok(Manifest {
                of,
                namespace: Text::new(),
                name,
                object,
                source: source.clone(),
            });
        }
        if self.is_enforced && !own.is_empty() && own != self.namespace {
            return Err(Failure::say(
                "the namespace from the provided object \"{}\" does not match the namespace \"{}\". You must pass '--namespace={}' to perform this operation.",
                &[&own, &self.namespace, &own],
            ));
        }
        let namespace = if own.is_empty() {
            self.namespace.clone()
        } else {
            own
        };
        object["metadata"]["namespace"] = (&namespace).into();
        Ok(Manifest {
            of,
            namespace,
            name,
            object,
            source: source.clone(),
        })
    }
}

/// upstream: kubectl/pkg/util/openapi/validation, getObjectKind.
pub(super) fn check_set(value: &Value) -> Result<(), String> {
    if value.as_map().is_none() {
        return Err("invalid object to validate".into());
    }
    let missing: Vec<&str> = ["apiVersion", "kind"]
        .into_iter()
        .filter(|it| value[*it].is_empty())
        .collect();
    match missing.as_slice() {
        [] => Ok(()),
        [one] => Err([one, " not set"].concat()),
        _ => Err("[apiVersion not set, kind not set]".into()),
    }
}

/// Types that only kubectl checks: the rest is the server's.
fn check_metadata(object: &Value) -> Result<(), String> {
    let wrong = |value: &Value, field: &str, of: &str| {
        Err(fill(
            "json: cannot unmarshal {} into Go struct field {} of type {}",
            &[go_type(value), field, of],
        ))
    };
    let meta = &object["metadata"];
    if !meta.is_null() && meta.as_map().is_none() {
        return wrong(meta, "metadataOnlyObject.metadata", "v1.ObjectMeta");
    }
    for field in ["annotations", "generateName", "labels", "name", "namespace"] {
        let value = &meta[field];
        let path = ["ObjectMeta.metadata.", field].concat();
        if matches!(field, "annotations" | "labels") {
            if !value.is_null() && value.as_map().is_none() {
                return wrong(value, &path, "map[string]string");
            }
            let is_text = |it: &Value| it.is_null() || it.text().is_some();
            if let Some((_, value)) = value.members().find(|it| !is_text(it.1)) {
                return wrong(value, &path, "string");
            }
        } else if !value.is_null() && value.text().is_none() {
            return wrong(value, &path, "string");
        }
    }
    Ok(())
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
