//! The lines of `actions`, read.

use crate::time::Duration;
use crate::value::Text;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Action {
    /// `kubectl …`, as typed.
    Type(Text),
    /// A look-up.
    Look(Look),
    /// `repeat N every DURATION: LOOKUP`.
    Repeat(u64, Duration, Look),
    /// `wait DURATION`.
    Wait(Duration),
    /// `until ready POD…`.
    Ready(Vec<Text>),
    /// `until exists POD`.
    Exists(Text),
    /// `until gone POD`.
    Gone(Text),
    /// `until idle`.
    Idle,
    /// `fault: …`.
    Fault(Vec<Text>),
    /// `option: …`.
    Option(Vec<Text>),
    /// `app: SELECTOR[:CONTAINER] BEHAVIOUR`: pods, container, words.
    App(Text, Text, Text),
}

/// A look-up and where it is made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Look {
    pub from: From,
    pub words: Vec<Text>,
}

/// Where a look-up is made.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum From {
    /// In a throwaway client of that image.
    Image(Text),
    /// In that container of a pod; the first, if it is empty.
    Pod(Text, Text),
}

/// The image of a throwaway client.
const CLIENT: &str = "busybox:1.28.4";

impl Action {
    /// Reads a line.
    pub fn read(line: &str) -> Result<Self, String> {
        let words: Vec<Text> = line.split_whitespace().map(Text::from).collect();
        let plain: Vec<&str> = words.iter().map(Text::as_str).collect();
        let span = |it: &str| duration(it).ok_or_else(|| format!("no duration: {line}"));
        Ok(match plain[..] {
            ["kubectl", ..] => Self::Type(line.into()),
            ["wait", it] => Self::Wait(span(it)?),
            ["until", "ready", ..] => Self::Ready(words[2..].to_vec()),
            ["until", "exists", pod] => Self::Exists(pod.into()),
            ["until", "gone", pod] => Self::Gone(pod.into()),
            ["until", "idle"] => Self::Idle,
            ["fault:", ..] => Self::Fault(words[1..].to_vec()),
            ["option:", ..] => Self::Option(words[1..].to_vec()),
            ["app:", who, ..] => {
                let (pods, container) = who.split_once(':').unwrap_or((who, ""));
                Self::App(pods.into(), container.into(), plain[2..].join(" ").into())
            }
            ["repeat", count, "every", every, ..] => {
                let count = count.parse().map_err(|_| format!("no number: {line}"))?;
                let every = span(every.trim_end_matches(':'))?;
                Self::Repeat(count, every, Look::read(&words[4..])?)
            }
            _ => Self::Look(Look::read(&words)?),
        })
    }
}

impl Look {
    fn read(words: &[Text]) -> Result<Self, String> {
        let plain: Vec<&str> = words.iter().map(Text::as_str).collect();
        let (from, rest) = match plain[..] {
            ["with", image, ..] => (From::Image(image.trim_end_matches(':').into()), 2),
            ["in", pod, ..] => {
                let pod = pod.trim_end_matches(':');
                let (pod, container) = pod.split_once(':').unwrap_or((pod, ""));
                (From::Pod(pod.into(), container.into()), 2)
            }
            ["nslookup" | "getent" | "dig", ..] => (From::Image(CLIENT.into()), 0),
            _ => return Err(format!("unknown action: {}", plain.join(" "))),
        };
        let words = words[rest..].to_vec();
        Ok(Self { from, words })
    }
}

/// `90s`, `2m`, `1500ms`, `1h`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let end = text.find(|it: char| !it.is_ascii_digit())?;
    let number: u64 = text[..end].parse().ok()?;
    let unit = match &text[end..] {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.checked_mul(unit).map(Duration::ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_line_is_read() {
        let look = |from, text: &str| Look {
            from,
            words: text.split(' ').map(Text::from).collect(),
        };
        let cases = [
            ("kubectl get pods", Action::Type("kubectl get pods".into())),
            ("wait 3m", Action::Wait(Duration::s(180))),
            ("until gone web-0", Action::Gone("web-0".into())),
            (
                "app: app=cas,role=x:side exits-unless-resolves a.b code=3",
                Action::App(
                    "app=cas,role=x".into(),
                    "side".into(),
                    "exits-unless-resolves a.b code=3".into(),
                ),
            ),
            (
                "in web-0:app: getent hosts nginx",
                Action::Look(look(
                    From::Pod("web-0".into(), "app".into()),
                    "getent hosts nginx",
                )),
            ),
            (
                "with localhost:5000/x:1: dig a SRV",
                Action::Look(look(From::Image("localhost:5000/x:1".into()), "dig a SRV")),
            ),
            (
                "repeat 50 every 500ms: nslookup web-0.nginx",
                Action::Repeat(
                    50,
                    Duration::ms(500),
                    look(From::Image(CLIENT.into()), "nslookup web-0.nginx"),
                ),
            ),
        ];
        for (line, action) in cases {
            assert_eq!(Action::read(line), Ok(action));
        }
        assert!(Action::read("wait long").is_err() && Action::read("curl x").is_err());
    }
}
