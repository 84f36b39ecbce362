//! The options of a simulation: all that is not manifest, input or seed.

use crate::api::selector::Selector;
use crate::time::{Duration, Time};
use crate::value::{Text, Value};

/// The Kubernetes version a simulation follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// About v1.22, the article's era: what its transcript shows differently, and nothing more.
    V1_22,
    /// v1.36, the recorded one.
    #[default]
    V1_36,
}

impl Version {
    /// As the page and links name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::V1_22 => "v1.22",
            Self::V1_36 => "v1.36",
        }
    }

    /// The version of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::V1_22, Self::V1_36]
            .into_iter()
            .find(|it| it.name() == name)
    }
}

const MAX_UNAVAILABLE: &str = "MaxUnavailableStatefulSet";

/// The options of a simulation.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Key of all chance.
    pub seed: u64,
    /// Which Kubernetes.
    pub version: Version,
    /// The release in full where it matters: `1.35.2`; empty for the usual one.
    pub release: Text,
    /// How many nodes: `node-1` to `node-N`.
    pub nodes: u32,
    /// The cluster's DNS domain.
    pub domain: Text,
    /// The address of the DNS Service.
    pub dns_address: Text,
    /// What each pod network starts with: pods of node N live in `<prefix>.N.0/24`.
    pub pod_network: Text,
    /// How long pulls take.
    pub pulls: Pulls,
    /// How long things take that nobody chooses.
    pub delays: Delays,
    /// How the provisioner's process is named in its Events: `<provisioner>_<this>`.
    pub provisioner: Text,
    /// Whether volumes grow when their claims ask for more.
    pub resizes: bool,
    /// Feature gate `MaxUnavailableStatefulSet`: off in v1.36 unless switched on.
    pub max_unavailable: bool,
    /// Where the scheduler puts pods whose name fits, as long as that node can take them: `db-*` and the node.
    pub places: Vec<(Text, Text)>,
    /// What programs in containers do, where somebody said so.
    pub apps: Vec<App>,
    /// The most pods that are made of one set, so that no manifest can freeze the page.
    pub replicas_max: i64,
    /// When the controller manager began: what it does in rounds, it does at whole periods from then on.
    pub loops_since: Time,
    /// Whether kubelets are simulated; without, pod statuses are inputs (as in the `b-*` recordings).
    pub kubelets: bool,
}

/// What the program in a container does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct App {
    /// Whose: `pod/NAME`, or the pod's labels as `app=x,role=y`.
    pub pods: Text,
    /// In which container; empty for all ordinary ones.
    pub container: Text,
    /// What: the words of a behaviour, `waits-for-name db-0.db`.
    pub words: Text,
}

impl App {
    /// Whether it is said of pods with that name and these labels.
    pub fn is_of(&self, name: &str, labels: &Value) -> bool {
        match self.pods.strip_prefix("pod/") {
            Some(pod) => pod == name,
            None => Selector::parse(&self.pods).is_ok_and(|it| it.matches(labels)),
        }
    }

    /// What follows if the words begin so: `80,81` after `listens-on`.
    pub fn after(&self, word: &str) -> Option<&str> {
        self.words.strip_prefix(word).map(str::trim)
    }
}

/// How long image pulls take; a node keeps an image once pulled.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulls {
    /// The first pulls of the cluster, in order of their start.
    pub first_ms: Vec<u64>,
    /// The range of every other pull, drawn by node and image.
    pub between_ms: (u64, u64),
    /// Images that every node has from the start.
    pub on_nodes: Vec<Text>,
    /// Nodes that have not even those.
    pub bare_nodes: Vec<Text>,
}

/// The small delays of a cluster.
///
/// Medians of the recordings: spec/statefulset.md, D.9.
#[derive(Clone, Debug, PartialEq)]
pub struct Delays {
    /// A request to the API server.
    pub request: Duration,
    /// From a write to the controllers' caches.
    pub controllers: Duration,
    /// From what the garbage collector sees to what it does: it reads each object and its owners live before.
    pub collect: Duration,
    /// From a write to the scheduler's cache.
    pub scheduler: Duration,
    /// From a write to the kubelets' caches.
    pub kubelets: Duration,
    /// From a write to the DNS servers' caches.
    pub dns: Duration,
    /// From a pod's admission to its volumes being mounted: the kubelet looks every 300 ms.
    pub volumes: Duration,
    /// From a claim's request to its volume being made.
    pub provision: Duration,
    /// From SIGTERM to the end of a program that stops at once.
    pub stop: Duration,
    /// The range from a pod's end to its removal by the kubelet; nothing for its node's next round.
    pub removal_ms: Option<(u64, u64)>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: 1,
            version: Version::default(),
            release: Text::new(),
            nodes: 3,
            domain: "cluster.local".into(),
            dns_address: "10.43.0.10".into(),
            pod_network: "10.42".into(),
            pulls: Pulls {
                first_ms: Vec::new(),
                between_ms: (4_000, 9_000),
                on_nodes: Vec::new(),
                bare_nodes: Vec::new(),
            },
            delays: Delays {
                request: Duration::ms(2),
                controllers: Duration::ms(3),
                collect: Duration::ms(50),
                scheduler: Duration::ms(5),
                kubelets: Duration::ms(8),
                dns: Duration::ms(4),
                volumes: Duration::ms(300),
                provision: Duration::ms(300),
                stop: Duration::ms(50),
                removal_ms: None,
            },
            provisioner: "csi-provisioner-0".into(),
            resizes: true,
            max_unavailable: false,
            places: Vec::new(),
            apps: Vec::new(),
            loops_since: Time::START,
            replicas_max: 1000,
            kubelets: true,
        }
    }
}

impl Config {
    /// The usual options of a version.
    pub fn of(version: Version) -> Self {
        let usual = Self {
            version,
            ..Self::default()
        };
        match version {
            Version::V1_36 => usual,
            Version::V1_22 => Self {
                // The article's cluster: 19 s and 20 s from creation to Running, a second from deletion to gone.
                pulls: Pulls {
                    first_ms: vec![18_700, 19_700],
                    between_ms: (500, 900),
                    on_nodes: Vec::new(),
                    bare_nodes: Vec::new(),
                },
                delays: Delays {
                    stop: Duration::ms(900),
                    removal_ms: Some((40, 90)),
                    ..usual.delays.clone()
                },
                ..usual
            },
        }
    }

    /// Switches a feature gate; says whether it is one that is simulated.
    pub fn switch_gate(&mut self, name: &str, on: bool) -> bool {
        let is_known = name == MAX_UNAVAILABLE;
        if is_known {
            self.max_unavailable = on;
        }
        is_known
    }

    /// Switches feature gates, written as components of a real cluster take them: `Name=true,Other=false`. A part
    /// that is not so, or no gate that is simulated, comes back.
    ///
    /// # Errors
    ///
    /// The first part that was not understood; those before it are switched.
    pub fn switch_gates<'a>(&mut self, text: &'a str) -> Result<(), &'a str> {
        for part in text.split(',').filter(|it| !it.is_empty()) {
            let gate = part
                .split_once('=')
                .and_then(|(name, on)| Some((name, on.parse().ok()?)));
            match gate {
                Some((name, on)) if self.switch_gate(name, on) => {}
                _ => return Err(part),
            }
        }
        Ok(())
    }

    /// The gates that are not as usual, as [`switch_gates`](Self::switch_gates) takes them.
    pub fn gates(&self) -> Text {
        if self.max_unavailable {
            crate::text!("{MAX_UNAVAILABLE}=true")
        } else {
            Text::new()
        }
    }

    /// Whether a pod of that name is to be on that node.
    pub fn is_placed(&self, pod: &str, node: &str) -> bool {
        self.places.iter().any(|(pattern, place)| {
            let fits = match pattern.split_once('*') {
                Some((head, tail)) => pod.strip_prefix(head).is_some_and(|it| it.ends_with(tail)),
                None => pattern == pod,
            };
            place == node && fits
        })
    }

    /// The `host`-th address of a node's pod network.
    pub fn pod_address(&self, node: u32, host: u32) -> Text {
        crate::text!("{}.{node}.{host}", self.pod_network)
    }
}
