//! What the program in a container does.
//!
//! By default it is up at once, answers on its ports and ends with 0 when told to; an init container's ends with 0 by
//! itself. Words change that; they come from the image's name, the container's command, and the pod's annotation
//! `playground/app` (of all containers) or `playground/app.NAME` (of one), several parted by `;`, and from `Config::apps`:
//!
//! | words | the program | images that say so |
//! |---|---|---|
//! | `image-missing` | cannot be pulled | `*nonexistent*` |
//! | `crashes-after DURATION [code=N]` | exits so long after each start, with 1 if not said | `*crash*` (1.5 s), `*complete*` (1.5 s, 0) |
//! | `stops-after DURATION` | needs so long to end after TERM | `*slowstop*` (6 s) |
//! | `ignores-term` | stops only when killed | |
//! | `listens-after DURATION` | is not up until then: probes fail | |
//! | `recovers-for DURATION` | after an end that was not its own, clean one, is not up until so long after its start; interrupted, it begins anew. Its claim remembers | |
//! | `listens-on PORT[,PORT]` | listens there instead of on the declared ports | |
//! | `unready` · `ready` | fails its readiness probe · passes it | |
//! | `down` · `up` | is not up · is up | |
//! | `cut` | nothing gets in or out over its pod's network: probes that connect fail | |
//! | `answers PATH CODE` | answers that path with that status | |
//! | `waits-for-name NAME…` · `waits-for-port HOST:PORT` | is not up, and ends not, before somebody says so | |
//! | `ready-when-resolves NAME` | fails its readiness probe before somebody says otherwise | |
//!
//! The options of a simulation say it of pods by their labels or name ([`App`](crate::config::App)), and then the
//! container's command counts no more; `sim::Input::Program` says it of a running container until it restarts.
//!
//! The images are those of the recordings' runtime; a DURATION is a number with ms, s, m or h.
//! `sim::Input::Pull` changes what a pull takes.
//! Commands: `true`, `false` and `sh -c "exit N"` end at once; `sleep N` ends after N seconds.

use crate::api::Object;
use crate::config::Config;
use crate::time::Duration;
use crate::value::{Text, Value};

/// What a program does.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a word of its own")]
pub(super) struct Behaviour {
    /// Its image cannot be pulled.
    pub is_missing: bool,
    /// It exits so long after its start, with that code.
    pub ends: Option<(Duration, i32)>,
    /// What it needs to end after TERM.
    pub stop: Option<Duration>,
    /// From its start until it is up.
    pub up_after: Duration,
    /// What it needs to be up after an end that was not its own.
    pub recovers: Option<Duration>,
    /// The ports it listens on, where they are not the declared ones.
    listens_on: Text,
    /// Its readiness probe fails.
    pub is_unready: bool,
    /// It is not up, and nobody knows when it will be.
    pub is_down: bool,
    /// Nothing reaches it over the network.
    pub is_cut: bool,
    /// It answers that path with that status.
    pub answers: Option<(Text, Text)>,
}

/// What an image's name says of the program in it.
const IMAGES: [(&str, &str); 4] = [
    ("nonexistent", "image-missing"),
    ("crash", "crashes-after 1500ms"),
    ("complete", "crashes-after 1500ms code=0"),
    ("slowstop", "stops-after 6s"),
];
/// So long an init container runs.
const INIT: Duration = Duration::s(1);

impl Behaviour {
    /// What the program of the pod's container at that place does.
    pub(super) fn of(config: &Config, pod: &Object, at: usize) -> Self {
        let container = pod.container(at);
        let is_init = at < pod.init_containers().len() && !is_sidecar(container);
        let mut it = Self {
            is_missing: false,
            ends: command_end(container).or(is_init.then_some((INIT, 0))),
            stop: Some(config.delays.stop),
            up_after: Duration::default(),
            recovers: None,
            listens_on: Text::new(),
            is_unready: false,
            is_down: false,
            is_cut: false,
            answers: None,
        };
        let image = container["image"].as_str();
        for (part, words) in IMAGES {
            if image.contains(part) {
                it.take(words);
            }
        }
        let annotations = &pod.meta()["annotations"];
        it.take(annotations["playground/app"].as_str());
        let own = crate::text!("playground/app.{}", container["name"].as_str());
        it.take(annotations[own.as_str()].as_str());
        let own_name = container["name"].as_str();
        let apps = config.apps.iter().filter(|app| {
            let is_meant = if app.container.is_empty() {
                at >= pod.init_containers().len()
            } else {
                app.container == own_name
            };
            is_meant && app.is_of(pod.name(), pod.labels())
        });
        for (number, app) in apps.enumerate() {
            if number == 0 && !is_init {
                it.ends = None;
            }
            it.take(&app.words);
        }
        it
    }

    /// What the program does that runs there now.
    pub(super) fn now(config: &Config, pod: &Object, at: usize, said: &str) -> Self {
        let mut it = Self::of(config, pod, at);
        it.take(said);
        it
    }

    /// The ports the container's program listens on: those it is said to, else the declared ones.
    pub(super) fn ports(&self, container: &Value) -> Vec<Text> {
        if !self.listens_on.is_empty() {
            return self.listens_on.split(',').map(Text::from).collect();
        }
        let declared = container["ports"].items().iter();
        let declared = declared.map(|it| crate::text!("{}", it["containerPort"]));
        declared.collect()
    }

    /// Takes words in.
    fn take(&mut self, words: &str) {
        for line in words.split(';') {
            let mut words = line.split_whitespace();
            let word = words.next().unwrap_or_default();
            let first = words.next().unwrap_or_default();
            let span = duration(first);
            match word {
                "image-missing" => self.is_missing = true,
                "crashes-after" => {
                    let code = words.next().and_then(|it| it.strip_prefix("code="));
                    let code = code.and_then(|it| it.parse().ok()).unwrap_or(1);
                    self.ends = span.map(|it| (it, code));
                }
                "stops-after" => self.stop = span,
                "ignores-term" => self.stop = None,
                "listens-after" => self.up_after = span.unwrap_or_default(),
                "recovers-for" => self.recovers = span,
                "listens-on" => self.listens_on = first.into(),
                "unready" | "ready-when-resolves" => self.is_unready = true,
                "ready" => self.is_unready = false,
                "down" => self.is_down = true,
                "up" => self.is_down = false,
                "waits-for-name" | "waits-for-port" => {
                    self.is_down = true;
                    self.ends = None;
                }
                "cut" => self.is_cut = true,
                "answers" => {
                    self.answers = words.next().map(|code| (first.into(), code.into()));
                }
                _ => {}
            }
        }
    }
}

/// An init container that is not waited for: restartPolicy Always.
pub(super) fn is_sidecar(container: &Value) -> bool {
    container["restartPolicy"].as_str() == "Always"
}

/// When and how a container's command ends by itself, where that can be read off it.
fn command_end(container: &Value) -> Option<(Duration, i32)> {
    let (command, args) = (container["command"].items(), container["args"].items());
    let word = |at: usize| {
        let word = command.get(at).or_else(|| args.get(at - command.len()));
        word.map_or("", Value::as_str)
    };
    if command.is_empty() {
        return None;
    }
    words_end(&[word(0), word(1), word(2)])
}

/// When and how a program ends that was started by these words.
pub(super) fn words_end(words: &[&str; 3]) -> Option<(Duration, i32)> {
    let name = words[0].rsplit('/').next().unwrap_or_default();
    match (name, words[1]) {
        ("true", _) => Some((Duration::default(), 0)),
        ("false", _) => Some((Duration::default(), 1)),
        ("sleep", span) => {
            let span = duration(span).or_else(|| span.parse().ok().map(Duration::s));
            span.map(|it| (it, 0))
        }
        ("sh" | "bash" | "ash", "-c") => {
            let mut inner = words[2].split_whitespace();
            match (inner.next(), inner.next(), inner.next()) {
                (Some("exit"), Some(code), None) => {
                    code.parse().ok().map(|it| (Duration::default(), it))
                }
                (Some(word), argument, None) => words_end(&[word, argument.unwrap_or(""), ""]),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `1500ms`, `6s`, `2m`, `1h`.
fn duration(text: &str) -> Option<Duration> {
    let end = text.find(|it: char| !it.is_ascii_digit())?;
    let factor = match &text[end..] {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let number: u64 = text[..end].parse().ok()?;
    number.checked_mul(factor).map(Duration::ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_end_by_themselves_are_read() {
        let cases = [
            (["true", "", ""], Some((0, 0))),
            (["/bin/false", "", ""], Some((0, 1))),
            (["sh", "-c", "exit 3"], Some((0, 3))),
            (["sh", "-c", "sleep 5"], Some((5000, 0))),
            (["sleep", "2", ""], Some((2000, 0))),
            (["sleep", "infinity", ""], None),
            (["sh", "-c", "sleep 5; exit 1"], None),
            (["nginx", "", ""], None),
        ];
        for (words, want) in cases {
            let got = words_end(&words).map(|(span, code)| (span.ms, code));
            assert_eq!(got, want, "{words:?}");
        }
    }
}
