//! What the outside world does to a simulation.

use crate::apiserver::rest::HttpRequest;
use crate::memory::Outage;
use crate::shell::Pending;
use crate::time::Duration;
use crate::value::Text;

/// One thing the outside world does, at the moment it is applied.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The same at the second terminal.
    Second(Box<Input>),
    /// The reader types a line into the terminal.
    Type(Text),
    /// A pasted transcript: the lines are typed one after another, each when the one before has ended.
    Paste(Vec<Pending>),
    /// The reader presses Ctrl-C.
    Interrupt,
    /// The editor that `kubectl edit` opened is closed with that text; nothing where there is no editor to open.
    Edited(Option<Text>),
    /// A file of the terminal's file system is written.
    WriteFile {
        /// Its path.
        path: Text,
        /// Its text.
        text: Text,
    },
    /// A request of some other client.
    Http(HttpRequest),
    /// What the program in a running container does from now on, in the words of `kubelet::behaviour`; `exits CODE`
    /// ends it, `evicted MESSAGE` its pod.
    Program {
        /// The pod's namespace.
        namespace: Text,
        /// The pod.
        pod: Text,
        /// The container; the first ordinary one if it has none of that name.
        container: Text,
        /// The words.
        words: Text,
    },
    /// Nothing is heard of a node any more. Without power its containers end and nothing there says so; cut off, they
    /// go on; shut down, its kubelet ends them first.
    NodeDown(Text, Outage),
    /// A node is heard of again: it has power, and its kubelet starts, or its network is back.
    NodeUp(Text),
    /// From now on making a volume takes so long; [`Duration::NEVER`] while no provisioner runs.
    Provision(Duration),
    /// The removal of a pod is held up on its node for so many milliseconds, as by a slow unmount.
    HoldRemoval {
        /// Its namespace.
        namespace: Text,
        /// Its name.
        pod: Text,
        /// How long.
        hold_ms: u64,
    },
    /// From now on a pull of this image takes so long; [`Duration::NEVER`] when no registry has it.
    Pull {
        /// The image as manifests write it.
        image: Text,
        /// How long.
        takes: Duration,
    },
}

impl Input {
    /// In a few words, as far as words can say it: what was typed, or what it is about.
    pub fn text(&self) -> Text {
        match self {
            Self::Second(input) => input.text(),
            Self::Type(line) => line.clone(),
            Self::Paste(lines) => lines.first().map(|it| it.text.clone()).unwrap_or_default(),
            Self::Interrupt => "^C".into(),
            Self::Edited(_) => "kubectl edit".into(),
            Self::WriteFile { path, .. } => path.clone(),
            Self::Http(request) => crate::text!("{} {}", request.method, request.path),
            Self::Program { pod, words, .. } => crate::text!("{pod}: {words}"),
            Self::NodeDown(name, cause) => crate::text!("{name}: {}", cause.word()),
            Self::NodeUp(name) => crate::text!("{name}: up"),
            Self::Provision(takes) => crate::text!("provisioner: {takes}"),
            Self::HoldRemoval { pod, hold_ms, .. } => crate::text!("{pod}: {hold_ms} ms"),
            Self::Pull { image, takes } => crate::text!("{image}: {takes}"),
        }
    }
}
