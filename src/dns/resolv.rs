//! The two files that decide how names resolve in a container: `/etc/resolv.conf` and `/etc/hosts`.
//!
//! upstream: pkg/kubelet/network/dns/dns.go and pkg/kubelet/kubelet_pods.go (ensureHostsFile).

use core::net::IpAddr;

use super::name::join;
use crate::api::Object;
use crate::config::Config;
use crate::value::{Text, Value};

/// The kubelet cuts longer lists.
const NAMESERVER_LIMIT: usize = 3;
/// The kubelet cuts longer lists.
const SEARCH_LIMIT: usize = 32;
/// The kubelet cuts longer search lines.
const SEARCH_LENGTH: usize = 2048;
/// The resolver of the nodes: an address no pod or Service has.
const NODE_NAMESERVER: &str = "192.0.2.53";

/// What `/etc/resolv.conf` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResolvConf {
    /// `search`, without final dots.
    pub search: Vec<Text>,
    /// `nameserver` lines.
    pub nameservers: Vec<Text>,
    /// `options`, such as `ndots:5`.
    pub options: Vec<Text>,
}

impl ResolvConf {
    /// The file the kubelet writes for a pod.
    pub fn of_pod(pod: &Object, config: &Config) -> Self {
        let spec = &pod.value["spec"];
        let node = || Self {
            nameservers: vec![NODE_NAMESERVER.into()],
            ..Self::default()
        };
        let mut file = match spec["dnsPolicy"].as_str() {
            "None" => Self::default(),
            "Default" => node(),
            "ClusterFirstWithHostNet" => Self::of_cluster(pod.namespace(), config),
            _ if spec["hostNetwork"].is_true() => node(),
            _ => Self::of_cluster(pod.namespace(), config),
        };
        file.merge(&spec["dnsConfig"]);
        file.nameservers.truncate(NAMESERVER_LIMIT);
        file.search.truncate(SEARCH_LIMIT);
        while file.search.join(" ").len() > SEARCH_LENGTH {
            file.search.pop();
        }
        file
    }

    /// What ClusterFirst means in a namespace.
    pub fn of_cluster(namespace: &str, config: &Config) -> Self {
        let domain = config.domain.as_str();
        Self {
            search: vec![
                join(&[namespace, "svc", domain]),
                join(&["svc", domain]),
                config.domain.clone(),
            ],
            nameservers: vec![config.dns_address.clone()],
            options: vec!["ndots:5".into()],
        }
    }

    /// upstream: appendDNSConfig; servers and searches are appended, options replaced by name.
    fn merge(&mut self, dns_config: &Value) {
        let add = |list: &mut Vec<Text>, more: &Value| {
            for text in more.items().iter().filter_map(Value::text) {
                if !list.contains(text) {
                    list.push(text.clone());
                }
            }
        };
        add(&mut self.nameservers, &dns_config["nameservers"]);
        add(&mut self.search, &dns_config["searches"]);
        for option in dns_config["options"].items() {
            let name = option["name"].as_str();
            let mut text = Text::from(name);
            if let Some(value) = option["value"].text() {
                text.push(':');
                text.push_str(value);
            }
            let same = |it: &Text| it.split(':').next() == Some(name);
            match self.options.iter().position(same) {
                Some(at) => self.options[at] = text,
                None => self.options.push(text),
            }
        }
    }

    /// Reads a file's text.
    pub fn parse(text: &str) -> Self {
        let mut file = Self::default();
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace().map(Text::from);
            match words.next().as_deref() {
                Some("search") => file.search = words.collect(),
                Some("nameserver") => file.nameservers.extend(words.next()),
                Some("options") => file.options.extend(words),
                _ => {}
            }
        }
        file
    }

    /// The file's text, as containerd and CRI-O write it.
    pub fn text(&self) -> Text {
        let mut text = Text::new();
        let mut line = |words: &[&str], more: &[Text]| {
            for word in words.iter().copied().chain(more.iter().map(Text::as_str)) {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push(' ');
                }
                text.push_str(word);
            }
            text.push('\n');
        };
        if !self.search.is_empty() {
            line(&["search"], &self.search);
        }
        for server in &self.nameservers {
            line(&["nameserver", server], &[]);
        }
        if !self.options.is_empty() {
            line(&["options"], &self.options);
        }
        text
    }

    /// How many dots make a name be tried as it is first.
    pub fn ndots(&self) -> usize {
        let option = |it: &Text| it.strip_prefix("ndots:")?.parse().ok();
        self.options.iter().find_map(option).unwrap_or(1)
    }
}

/// What `/etc/hosts` says: addresses and their names, the first of each line being the canonical one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    /// The lines, in order.
    pub lines: Vec<(IpAddr, Vec<Text>)>,
}

impl Hosts {
    /// Reads a file's text.
    pub fn parse(text: &str) -> Self {
        let mut lines = Vec::new();
        for line in text.lines() {
            let mut words = line
                .split('#')
                .next()
                .unwrap_or("")
                .split_ascii_whitespace();
            if let Some(Ok(address)) = words.next().map(str::parse) {
                lines.push((address, words.map(Text::from).collect()));
            }
        }
        Self { lines }
    }

    /// The addresses of a name.
    pub fn addresses<'a>(&'a self, name: &'a str) -> impl Iterator<Item = IpAddr> + 'a {
        let is_it = move |it: &Text| it.eq_ignore_ascii_case(name);
        let lines = self.lines.iter();
        lines
            .filter(move |it| it.1.iter().any(is_it))
            .map(|it| it.0)
    }

    /// The names of an address, of its first line.
    pub fn names(&self, address: IpAddr) -> &[Text] {
        let line = self.lines.iter().find(|it| it.0 == address);
        line.map_or(&[], |it| &it.1)
    }
}

/// The text of a pod's `/etc/hosts`.
pub fn hosts_text(pod: &Object, config: &Config) -> Text {
    let spec = &pod.value["spec"];
    let host_network = spec["hostNetwork"].is_true();
    let mut text = Text::from("# Kubernetes-managed hosts file");
    text.push_str(if host_network {
        " (host network).\n"
    } else {
        ".\n"
    });
    text.push_str(
        "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n",
    );
    text.push_str("fe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
    if !host_network {
        let hostname = hostname(pod, config);
        let is_given = !spec["hostnameOverride"].is_null();
        let first = hostname.split('.').next().filter(|_| !is_given);
        let short = first.unwrap_or(&hostname);
        let full = fqdn(pod, config);
        for address in pod_addresses(pod) {
            push_line(
                &mut text,
                address,
                full.as_deref().into_iter().chain([short]),
            );
        }
    }
    let aliases = spec["hostAliases"].items();
    if !aliases.is_empty() {
        text.push_str("\n# Entries added by HostAliases.\n");
    }
    for alias in aliases {
        let names = alias["hostnames"].items().iter().map(Value::as_str);
        push_line(&mut text, alias["ip"].as_str(), names);
    }
    text
}

fn push_line<'a>(text: &mut Text, address: &str, names: impl Iterator<Item = &'a str>) {
    text.push_str(address);
    for name in names {
        text.push('\t');
        text.push_str(name);
    }
    text.push('\n');
}

fn pod_addresses(pod: &Object) -> Vec<&str> {
    let listed = pod.value["status"]["podIPs"].items().iter();
    let listed: Vec<&str> = listed.map(|it| it["ip"].as_str()).collect();
    if listed.is_empty() && !pod.pod_ip().is_empty() {
        vec![pod.pod_ip()]
    } else {
        listed
    }
}

/// The pod's short name: `spec.hostname` or its name, cut to a label.
fn short_hostname(pod: &Object) -> Text {
    let hostname = pod.value["spec"]["hostname"].as_str();
    let name = if hostname.is_empty() {
        pod.name()
    } else {
        hostname
    };
    let cut = name.get(..63).unwrap_or(name);
    cut.trim_end_matches(['-', '.']).into()
}

/// The full name that hostname and subdomain make; nothing without a subdomain.
///
/// upstream: GeneratePodHostNameAndDomain; it is made from the spec alone, whether DNS has it or not.
pub fn fqdn(pod: &Object, config: &Config) -> Option<Text> {
    let subdomain = match pod.value["spec"]["hostnameOverride"].as_str() {
        "" => pod.value["spec"]["subdomain"].as_str(),
        _ => "",
    };
    let full = || {
        let short = short_hostname(pod);
        join(&[&short, subdomain, pod.namespace(), "svc", &config.domain])
    };
    (!subdomain.is_empty()).then(full)
}

/// What the kernel of a pod's containers calls itself: the output of `hostname`.
pub fn hostname(pod: &Object, config: &Config) -> Text {
    let spec = &pod.value["spec"];
    if spec["hostNetwork"].is_true() {
        return pod.node_name().into();
    }
    if let Some(name) = spec["hostnameOverride"].text() {
        return name.clone();
    }
    let is_full = spec["setHostnameAsFQDN"].is_true();
    let full = is_full.then(|| fqdn(pod, config)).flatten();
    full.unwrap_or_else(|| short_hostname(pod))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use crate::{array, object};

    fn pod(spec: Value) -> Object {
        let value = object! {
            "metadata": object! {"namespace": "shop", "name": "web-0"},
            "spec": spec,
            "status": object! {"podIP": "10.42.1.2"},
        };
        Object::new(Kind::Pod, value)
    }

    fn file(spec: Value) -> String {
        let text = ResolvConf::of_pod(&pod(spec), &Config::default()).text();
        text.lines().collect::<Vec<&str>>().join(" | ")
    }

    const CLUSTER: &str = "search shop.svc.cluster.local svc.cluster.local cluster.local \
        | nameserver 10.43.0.10 | options ndots:5";

    #[test]
    fn the_policy_decides_where_the_file_comes_from() {
        assert_eq!(file(object! {"dnsPolicy": "ClusterFirst"}), CLUSTER);
        let host = |policy: &str| file(object! {"dnsPolicy": policy, "hostNetwork": true});
        assert_eq!(host("ClusterFirst"), "nameserver 192.0.2.53");
        assert_eq!(host("ClusterFirstWithHostNet"), CLUSTER);
        assert_eq!(
            file(object! {"dnsPolicy": "Default"}),
            "nameserver 192.0.2.53"
        );
    }

    #[test]
    fn the_pod_s_own_options_come_on_top() {
        let own = object! {
            "nameservers": array!["10.43.0.10", "9.9.9.9", "8.8.8.8", "1.1.1.1"],
            "searches": array!["cluster.local", "example.com"],
            "options": array![object! {"name": "ndots", "value": "2"}, object! {"name": "edns0"}],
        };
        assert_eq!(
            file(object! {"dnsPolicy": "None", "dnsConfig": &own}),
            "search cluster.local example.com | nameserver 10.43.0.10 | nameserver 9.9.9.9 | nameserver 8.8.8.8 \
             | options ndots:2 edns0"
        );
        assert_eq!(
            file(object! {"dnsConfig": &own}),
            "search shop.svc.cluster.local svc.cluster.local cluster.local example.com | nameserver 10.43.0.10 \
             | nameserver 9.9.9.9 | nameserver 8.8.8.8 | options ndots:2 edns0"
        );
        let long: Vec<String> = (0..30)
            .map(|it| format!("{}.{it}", "a".repeat(90)))
            .collect();
        let spec = object! {"dnsPolicy": "None", "dnsConfig": object! {"searches": long}};
        let search = ResolvConf::of_pod(&pod(spec), &Config::default()).search;
        assert_eq!(
            search.len(),
            21,
            "21 × 92 or 93 signs and blanks between them are at most 2048"
        );
    }

    #[test]
    fn the_names_of_a_pod_stand_in_its_hosts() {
        let hosts = |spec| hosts_text(&pod(spec), &Config::default());
        let last = |text: &Text| text.lines().last().unwrap_or("").to_owned();
        let set = || object! {"hostname": "web-0", "subdomain": "nginx"};
        assert_eq!(
            last(&hosts(set())),
            "10.42.1.2\tweb-0.nginx.shop.svc.cluster.local\tweb-0"
        );
        assert_eq!(last(&hosts(object! {})), "10.42.1.2\tweb-0");
        let mut given = set();
        given["hostnameOverride"] = "a.b".into();
        assert_eq!(last(&hosts(given)), "10.42.1.2\ta.b");
        let aliases = array![object! {"ip": "1.2.3.4", "hostnames": array!["a", "b"]}];
        let text = hosts(object! {"hostAliases": aliases});
        assert!(
            text.ends_with("10.42.1.2\tweb-0\n\n# Entries added by HostAliases.\n1.2.3.4\ta\tb\n")
        );
        let mut full = set();
        full["setHostnameAsFQDN"] = true.into();
        let name = hostname(&pod(full), &Config::default());
        assert_eq!(name, "web-0.nginx.shop.svc.cluster.local");
    }
}
