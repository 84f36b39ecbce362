//! `redis-cli`, and the redis it talks to: one command, or one after another at its prompt, on plain texts.
//!
//! What is set lies in a file of the server's container, as redis writes its own: on a claim it outlives the pod.
//! Left out: everything but texts, replication, expiry, and quotes at the prompt.

use super::http::{Reached, look_up, reach};
use super::{Container, Disk, INTERRUPT, Run};
use crate::value::Text;

/// Where redis listens.
pub(super) const PORT: u16 = 6379;
/// Where it keeps its data.
const FILE: &str = "/data/dump.rdb";

pub(super) fn cli(run: &mut Run<'_, '_>) {
    let (mut host, mut port) = (Text::from("127.0.0.1"), PORT);
    let mut words = run.argv[1..].iter();
    let mut command: Vec<&str> = Vec::new();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-h" => host = words.next().cloned().unwrap_or_default(),
            "-p" => match words.next().map_or(Ok(PORT), |it| it.parse()) {
                Ok(given) => port = given,
                // upstream: redis-cli.c, parseOptions.
                Err(_) => return run.printed.fail(1, &["Invalid server port.\n"]),
            },
            "-c" | "--raw" | "--no-raw" if command.is_empty() => {}
            word => command.push(word),
        }
    }
    let typed = run.container.and_then(|it| it.typed);
    if let Some((_, line)) = typed {
        command = line.split_whitespace().collect();
    }
    let ends = matches!(command.first(), Some(&("exit" | "quit" | INTERRUPT)));
    if typed.is_some() && ends {
        return;
    }
    let is_asked = command.is_empty() && run.takes_lines();
    let shown = port.to_string();
    let prompt = |run: &mut Run<'_, '_>, prompt| {
        if is_asked || typed.is_some() {
            run.wait(prompt, Text::new());
        }
    };
    let lose = |run: &mut Run<'_, '_>, why| {
        prompt(run, "not connected> ".into());
        let lost = ["Could not connect to Redis at ", &host, ":", &shown, why];
        run.printed.fail(1, &lost);
    };
    let Some(address) = look_up(run, &host) else {
        return lose(run, ": Name or service not known\n");
    };
    let there = match reach(run, address, port) {
        Reached::Container(there) if port == PORT => there,
        Reached::Container(_) | Reached::Nothing | Reached::NoRoute => {
            return lose(run, ": Connection refused\n");
        }
    };
    prompt(run, crate::text!("{host}:{shown}> "));
    if run.printed.waiting.is_none() || !command.is_empty() {
        answer(run, &there, &command);
    }
}

/// Does what a command says with what that server keeps.
fn answer(run: &mut Run<'_, '_>, there: &Container<'_>, command: &[&str]) {
    let disk = Disk(there);
    let kept = disk.read(FILE).unwrap_or_default();
    run.printed.read = kept.len();
    let pairs = kept.lines().filter_map(|it| it.split_once('\t'));
    let mut pairs: Vec<(Text, Text)> = pairs
        .map(|(key, value)| (key.into(), value.into()))
        .collect();
    let at = |key: &str| pairs.iter().position(|it| it.0 == key);
    let name = command
        .first()
        .map_or(String::new(), |it| it.to_lowercase());
    let before = pairs.len();
    let answer = match (name.as_str(), command.get(1..).unwrap_or_default()) {
        ("ping", []) => "PONG".into(),
        ("ping" | "echo", [text]) => crate::text!("\"{text}\""),
        ("set", [key, value]) => {
            if let Some(at) = at(key) {
                pairs.remove(at);
            }
            pairs.push(((*key).into(), value.replace(['\n', '\t'], " ").into()));
            "OK".into()
        }
        ("get", [key]) => match at(key) {
            Some(at) => crate::text!("\"{}\"", pairs[at].1),
            None => "(nil)".into(),
        },
        ("incr", [key]) => match at(key).map_or(Ok(0), |at| pairs[at].1.parse::<i64>()) {
            Ok(number) => {
                let number = number.saturating_add(1);
                pairs.retain(|it| it.0 != *key);
                pairs.push(((*key).into(), crate::text!("{number}")));
                crate::text!("(integer) {number}")
            }
            Err(_) => "(error) ERR value is not an integer or out of range".into(),
        },
        ("del", keys) => {
            pairs.retain(|it| !keys.contains(&it.0.as_str()));
            crate::text!("(integer) {}", before - pairs.len())
        }
        ("dbsize", []) => crate::text!("(integer) {before}"),
        ("keys", ["*"]) if pairs.is_empty() => "(empty array)".into(),
        ("keys", ["*"]) => {
            let lines = pairs.iter().enumerate();
            let lines: Vec<String> = lines
                .map(|(at, it)| format!("{}) \"{}\"", at + 1, it.0))
                .collect();
            lines.join("\n").into()
        }
        ("", _) => {
            return run
                .printed
                .fail(1, &["redis-cli: only single commands are simulated\n"]);
        }
        _ => crate::text!("(error) ERR '{name}' with these arguments is not simulated"),
    };
    let lines = pairs.iter();
    let text = lines.fold(String::new(), |all, (key, value)| {
        all + key + "\t" + value + "\n"
    });
    if text != kept.as_str()
        && let Err(why) = disk
            .make("/data")
            .and_then(|()| disk.write(FILE, text.into()))
    {
        return run.printed.fail(1, &["(error) MISCONF ", why, "\n"]);
    }
    run.printed.out(&[&answer, "\n"]);
}
