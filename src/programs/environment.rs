//! What the kubelet gives a container of the cluster's objects: its variables, and the files of volumes made from objects.
//!
//! differs: what ConfigMaps and Secrets hold now is seen, in variables too, not what they held when the container began.

use super::Container;
use crate::api::quantity::Quantity;
use crate::api::{Key, Kind, Object};
use crate::dns::resolv::hostname;
use crate::persistent::Map;
use crate::sort;
use crate::time::Time;
use crate::value::{Text, Value, from_base64};

/// `NAME=value` pairs or files, in order.
pub(super) type Pairs = Vec<(Text, Text)>;

/// The most bytes of all variables, and of one.
/// upstream: Linux, `ARG_MAX` and `MAX_ARG_STRLEN`: a container with more does not start.
const MOST_BYTES: usize = 1 << 21;
const LONGEST: usize = 1 << 17;

/// Variables in the order in which they were first set.
#[derive(Default)]
struct Variables {
    names: Vec<Text>,
    values: Map<Text, Text>,
    bytes: usize,
}

impl Variables {
    /// A later value takes the place of an earlier one.
    fn set(&mut self, name: Text, value: Text) {
        self.bytes += value.len();
        if self.bytes > MOST_BYTES {
            return;
        }
        if self.values.insert(name.clone(), value) {
            self.names.push(name);
        }
    }

    /// Sets those that are not set.
    fn add(&mut self, others: Pairs) {
        for (name, value) in others {
            if !self.values.contains_key(&name) {
                self.set(name, value);
            }
        }
    }

    fn into_pairs(self) -> Pairs {
        let values = self.values;
        let pair = |it: Text| {
            let value = values.get(&it).cloned().unwrap_or_default();
            (it, value)
        };
        self.names.into_iter().map(pair).collect()
    }
}

/// The variables of a container: what the runtime sets, then what the pod says, then where Services are.
///
/// upstream: makeEnvironmentVariables, which has them in no order.
pub(crate) fn environment(container: &Container<'_>) -> Pairs {
    let mut own = Variables::default();
    let spec = container.spec();
    let services = services(container);
    for it in spec["envFrom"].items() {
        let (kind, source) = match &it["secretRef"] {
            Value::Null => (Kind::ConfigMap, &it["configMapRef"]),
            secret => (Kind::Secret, secret),
        };
        let prefix = it["prefix"].as_str();
        for (key, text) in data(container, kind, source["name"].as_str(), &["data"]) {
            own.set(crate::text!("{prefix}{key}"), text);
        }
    }
    for it in spec["env"].items() {
        let known = |name: &str| own.values.get(name).or_else(|| find(&services, name));
        let value = match it["value"].as_str() {
            "" if !it["valueFrom"].is_null() => from(container, &it["valueFrom"]),
            text => Some(expanded(text, known)),
        };
        if let (Some(name), Some(value)) = (it["name"].text(), value) {
            own.set(name.clone(), value);
        }
    }
    own.add(services);
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let mut all = Variables::default();
    all.set("PATH".into(), path.into());
    all.set("HOSTNAME".into(), hostname(container.pod, container.config));
    for (name, value) in own.into_pairs() {
        all.set(name, value);
    }
    all.add(vec![("HOME".into(), "/root".into())]);
    all.into_pairs()
}

/// The files of a volume that is made from objects, by their paths.
pub(super) fn files(container: &Container<'_>, volume: &Value) -> Pairs {
    let mut files = Pairs::new();
    let projected = volume["projected"]["sources"].items();
    for source in core::iter::once(volume).chain(projected) {
        let (kind, of) = match &source["secret"] {
            Value::Null => (Kind::ConfigMap, &source["configMap"]),
            secret => (Kind::Secret, secret),
        };
        // A volume says `secretName`, a source of a projected one `name`.
        let name = of["secretName"].text().or(of["name"].text());
        let items = of["items"].items();
        let held = name.map(|it| data(container, kind, it, &["data", "binaryData"]));
        for (key, text) in held.unwrap_or_default() {
            let item = items.iter().find(|it| it["key"].as_str() == key);
            match item {
                Some(item) => files.push((item["path"].as_str().into(), text)),
                None if items.is_empty() => files.push((key, text)),
                None => {}
            }
        }
        for item in source["downwardAPI"]["items"].items() {
            let text = from(container, item).unwrap_or_default();
            files.push((item["path"].as_str().into(), text));
        }
        if let Some(path) = source["serviceAccountToken"]["path"].text() {
            files.push((path.clone(), "(tokens are not simulated)".into()));
        }
    }
    files
}

/// What a ConfigMap or Secret holds in some of its lists; nothing for one that is not there.
fn data(container: &Container<'_>, kind: Kind, name: &str, lists: &[&str]) -> Pairs {
    let key = Key::new(kind, container.pod.namespace(), name);
    let mut pairs = Pairs::new();
    if let Some(object) = container.objects.get(&key) {
        for list in lists {
            let is_encoded = kind == Kind::Secret || *list == "binaryData";
            for (key, it) in object.value[*list].members() {
                let text = it.text().cloned().unwrap_or_default();
                let decoded = || from_base64(&text).into();
                pairs.push((key.clone(), if is_encoded { decoded() } else { text }));
            }
        }
    }
    pairs
}

/// What `valueFrom`, or a file of the downward API, stands for; nothing where an object or its key is missing.
fn from(container: &Container<'_>, source: &Value) -> Option<Text> {
    let (config, secret) = (&source["configMapKeyRef"], &source["secretKeyRef"]);
    for (kind, of) in [(Kind::ConfigMap, config), (Kind::Secret, secret)] {
        if !of.is_null() {
            let pairs = data(container, kind, of["name"].as_str(), &["data"]);
            return find(&pairs, of["key"].as_str()).cloned();
        }
    }
    match source["fieldRef"]["fieldPath"].as_str() {
        "" => Some(amount(container, &source["resourceFieldRef"])),
        path => Some(field(container.pod, path)),
    }
}

/// A field of the pod.
///
/// upstream: podFieldSelectorRuntimeValue, ExtractFieldPathAsString.
fn field(pod: &Object, path: &str) -> Text {
    let (path, key) = path.split_once("['").unwrap_or((path, ""));
    let mut value = &pod.value;
    for name in path.split('.') {
        value = &value[name];
    }
    if !key.is_empty() {
        return value[key.trim_end_matches("']")].as_str().into();
    }
    let list = value.items().iter().map(|it| it["ip"].as_str());
    let pairs = value.members();
    let lines = pairs.map(|(key, it)| [key, "=", &it.to_json()].concat());
    match value {
        Value::Array(_) => list.collect::<Vec<_>>().join(",").into(),
        Value::Object(_) => lines.collect::<Vec<_>>().join("\n").into(),
        _ => value.as_str().into(),
    }
}

/// What a container asks for or is limited to; the node's own where it has no limit.
///
/// upstream: ExtractContainerResourceValue, defaultPodLimitsForDownwardAPI.
fn amount(container: &Container<'_>, source: &Value) -> Text {
    let (list, name) = source["resource"]
        .as_str()
        .split_once('.')
        .unwrap_or_default();
    let of =
        container.pod.value["spec"]["containers"].item("name", source["containerName"].as_str());
    let of = if of.is_null() { container.spec() } else { of };
    let node = Key::new(Kind::Node, "", container.pod.node_name());
    let node = container.objects.get(&node);
    let nanos = |it: &Value| Quantity::of(it).map_or(0, |it| it.nanos);
    let amount = match nanos(&of["resources"][list][name]) {
        0 if list == "limits" => {
            node.map_or(0, |it| nanos(&it.value["status"]["allocatable"][name]))
        }
        amount => amount,
    };
    let divisor = match nanos(&source["divisor"]) {
        0 => nanos(&1.into()),
        divisor => divisor,
    };
    crate::text!("{}", (amount + divisor - 1) / divisor)
}

/// Where the Services are that were there when the container began.
///
/// upstream: getServiceEnvVarMap, envvars.FromServices.
fn services(container: &Container<'_>) -> Pairs {
    let pod = container.pod;
    let status = pod.value["status"]["containerStatuses"].item("name", container.name);
    let began = Time::parse(status["state"]["running"]["startedAt"].as_str());
    let links = &pod.value["spec"]["enableServiceLinks"];
    let mut list = Pairs::new();
    let own = container.objects.list_in(Kind::Service, pod.namespace());
    let api = Key::new(Kind::Service, "default", "kubernetes");
    let api = container.objects.get(&api);
    let is_api = |it: &Object| it.name() == "kubernetes" && it.namespace() == "default";
    let others = own.filter(|it| links.as_bool() != Some(false) && !is_api(it));
    for it in api.into_iter().chain(others) {
        let spec = &it.value["spec"];
        let address = spec["clusterIP"].as_str();
        if matches!(address, "" | "None") || began.is_some_and(|began| it.created() > began) {
            continue;
        }
        let shouted = |it: &str| it.to_ascii_uppercase().replace('-', "_");
        let name = shouted(it.name());
        let mut put = |rest: &[&str], value: &str| {
            list.push(([&name, "_", &rest.concat()].concat().into(), value.into()));
        };
        put(&["SERVICE_HOST"], address);
        for (at, port) in spec["ports"].items().iter().enumerate() {
            let number = port["port"].to_json();
            let transport = port["protocol"].as_str().to_ascii_lowercase();
            let url = [&transport, "://", address, ":", &number].concat();
            if at == 0 {
                put(&["SERVICE_PORT"], &number);
                put(&["PORT"], &url);
            }
            if let Some(name) = port["name"].text() {
                put(&["SERVICE_PORT_", &shouted(name)], &number);
            }
            let stem = ["PORT_", &number, "_", &shouted(&transport)].concat();
            put(&[&stem], &url);
            put(&[&stem, "_PROTO"], &transport);
            put(&[&stem, "_PORT"], &number);
            put(&[&stem, "_ADDR"], address);
        }
    }
    sort::by(&mut list, Ord::cmp);
    list
}

/// `$(NAME)` becomes what it stands for, `$$` one sign; a name that stands for nothing stays as it is.
///
/// upstream: third_party/forked/golang/expansion, Expand.
fn expanded<'a>(text: &str, known: impl Fn(&str) -> Option<&'a Text>) -> Text {
    let (mut out, mut rest) = (Text::new(), text);
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let name = after.strip_prefix('(').and_then(|it| it.split_once(')'));
        rest = match (after.strip_prefix('$'), name) {
            (Some(after), _) => {
                out.push_str("$");
                after
            }
            (None, Some((name, after))) => {
                match known(name).filter(|it| out.len() + it.len() < LONGEST) {
                    Some(value) => out.push_str(value),
                    None => out.push_str(&["$(", name, ")"].concat()),
                }
                after
            }
            (None, None) => {
                out.push_str("$");
                after
            }
        };
    }
    out.push_str(rest);
    out
}

fn find<'a>(list: &'a Pairs, name: &str) -> Option<&'a Text> {
    list.iter().find(|it| it.0 == name).map(|it| &it.1)
}
