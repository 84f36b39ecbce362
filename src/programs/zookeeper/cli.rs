//! `zkCli.sh`: a session of one command, of those on standard input, or of those typed at its prompt.

use super::ensemble::{Ensemble, Node};
use super::{PORT, connect, is_old};
use crate::programs::{INTERRUPT, Run};
use crate::sort;
use crate::time::Duration;
use crate::value::Text;

/// How long the client tries to connect.
const PATIENCE: Duration = Duration::s(30);
/// The most lines of standard input that are run.
const MOST_LINES: usize = 100;

pub(in crate::programs) fn cli(run: &mut Run<'_, '_>) {
    let mut words: Vec<Text> = run.argv[1..].to_vec();
    let mut place = Text::from("localhost:2181");
    if words.len() > 1 && words[0] == "-server" {
        place = words[1].split([',', '/']).next().unwrap_or_default().into();
        words.drain(..2);
    }
    let typed = run.container.and_then(|it| it.typed);
    if typed.is_none() {
        run.printed.out(&["Connecting to ", &place, "\n"]);
    }
    let stdin = run.container.and_then(|it| it.stdin);
    let lines: Vec<Vec<Text>> = match stdin {
        _ if !words.is_empty() => vec![words],
        _ if typed.is_some() || run.takes_lines() => Vec::new(),
        Some(text) => {
            let lines = text
                .lines()
                .map(|it| it.split_whitespace().map(Text::from).collect());
            let lines = lines.filter(|it: &Vec<Text>| !it.is_empty());
            lines
                .take_while(|it| it[0] != "quit")
                .take(MOST_LINES)
                .collect()
        }
        None => {
            let text = "zkCli.sh: its prompt is not simulated: give it a command, or several on its standard input\n";
            return run.printed.fail(1, &[text]);
        }
    };
    let (host, port) = place.rsplit_once(':').unwrap_or((&place, "2181"));
    let there = connect(run, host, port.parse().unwrap_or(PORT));
    let image = run.container.map_or("", |it| it.image);
    let Some(mut ensemble) = there.and_then(|it| Ensemble::of(&it)) else {
        run.printed.took.ms += PATIENCE.ms;
        let path = lines
            .first()
            .and_then(|it| it.get(1))
            .map_or("/", Text::as_str);
        let class = "Exception in thread \"main\" org.apache.zookeeper.KeeperException$ConnectionLossException: ";
        let class = if is_old(image) { class } else { "" };
        return run.printed.fail(
            1,
            &[class, "KeeperErrorCode = ConnectionLoss for ", path, "\n"],
        );
    };
    let zxid = if is_old(image)
        || [":3.5", ":3.6", ":3.7", ":3.8"]
            .iter()
            .any(|it| image.contains(it))
    {
        "\n"
    } else {
        " zxid: -1\n"
    };
    if let Some((state, line)) = typed {
        at_prompt(run, &mut ensemble, &place, (state, line));
        return keep(run, &mut ensemble);
    }
    run.printed.out(&[
        "\nWATCHER::\n\nWatchedEvent state:SyncConnected type:None path:null",
        zxid,
    ]);
    run.printed.read += ensemble.read;
    if lines.is_empty() && typed.is_none() && run.takes_lines() {
        ask(run, &place, 0);
    }
    // A session is begun and ended by transactions of its own.
    ensemble.next();
    for line in &lines {
        command(run, &mut ensemble, line, is_old(image));
    }
    if run.printed.waiting.is_none() {
        ensemble.next();
    }
    keep(run, &mut ensemble);
}

fn keep(run: &mut Run<'_, '_>, ensemble: &mut Ensemble<'_>) {
    if let Err(why) = ensemble.keep() {
        run.printed
            .fail(1, &["KeeperErrorCode = SystemError (", why, ")\n"]);
    }
}

/// Waits for the command of that number.
fn ask(run: &mut Run<'_, '_>, place: &str, number: u32) {
    let prompt = crate::text!("[zk: {place}(CONNECTED) {number}] ");
    run.wait(prompt, crate::text!("{number}"));
}

/// A line typed where the command of that number was asked for.
fn at_prompt(
    run: &mut Run<'_, '_>,
    ensemble: &mut Ensemble<'_>,
    place: &str,
    (number, line): (&str, &str),
) {
    let is_old = is_old(run.container.map_or("", |it| it.image));
    let words: Vec<Text> = line.split_whitespace().map(Text::from).collect();
    let number = number.parse().unwrap_or(0_u32);
    match words.first().map(Text::as_str) {
        Some("quit" | INTERRUPT) => {
            if is_old {
                run.printed.out(&["Quitting...\n"]);
            }
            // The session is ended by a transaction of its own.
            ensemble.next();
        }
        None => ask(run, place, number),
        Some(_) => {
            ask(run, place, number.saturating_add(1));
            command(run, ensemble, &words, is_old);
            run.printed.exit = 0;
        }
    }
}

/// One command of the client.
fn command(run: &mut Run<'_, '_>, ensemble: &mut Ensemble<'_>, words: &[Text], is_old: bool) {
    let (options, words): (Vec<&Text>, Vec<&Text>) =
        words.iter().partition(|it| it.starts_with('-'));
    let has = |option: &str| options.iter().any(|it| *it == option);
    let now = run.now.ms;
    let refuse = |run: &mut Run<'_, '_>, what: &str, path: &str| {
        run.printed
            .fail(i32::from(!is_old), &[what, ": ", path, "\n"]);
    };
    let words: Vec<&str> = words.iter().map(|it| it.as_str()).collect();
    let (path, at) = match words.get(1) {
        Some(path) if path.starts_with('/') && !path.contains('\t') => (*path, ensemble.at(path)),
        _ => return refuse(run, "zkCli.sh", "only commands with a path are simulated"),
    };
    match (words[0], at) {
        ("create", _) if has("-e") && run.printed.waiting.is_some() => {
            refuse(
                run,
                "zkCli.sh",
                "ephemeral nodes are not simulated at the prompt",
            );
        }
        ("create", _) if has("-s") => refuse(run, "zkCli.sh", "sequential nodes are not simulated"),
        ("create", Some(_)) => refuse(run, "Node already exists", path),
        ("create", None) => {
            let parent = path.rsplit_once('/').map_or("", |it| it.0);
            if !parent.is_empty() && ensemble.at(parent).is_none() {
                return refuse(run, "Node does not exist", path);
            }
            let it = ensemble.next();
            if let Some(above) = ensemble.above(path) {
                (above.transactions[2], above.versions[0]) = (it, above.versions[0] + 1);
            }
            // What is ephemeral ends with the session, which ends here.
            if !has("-e") {
                let data = words.get(2..).unwrap_or_default().join(" ").into();
                ensemble.nodes.push(Node {
                    path: path.into(),
                    data,
                    transactions: [it; 3],
                    times: [now; 2],
                    versions: [0; 2],
                });
            }
            run.printed.err(&["Created ", path, "\n"]);
        }
        ("ls", _) if at.is_some() || path == "/" => {
            let mut names = ensemble.children(path);
            if path == "/" {
                names.insert(0, "zookeeper".into());
            }
            if !is_old {
                sort::by(&mut names, Ord::cmp);
            }
            run.printed.out(&["[", &names.join(", "), "]\n"]);
        }
        ("get" | "stat", Some(at)) => {
            let node = &ensemble.nodes[at];
            let stat = node.stat(ensemble.children(path).len());
            if words[0] == "get" {
                run.printed.out(&[&node.data, "\n"]);
            }
            if words[0] == "stat" || is_old || has("-s") {
                run.printed.out(&[&stat]);
            }
        }
        ("set", Some(at)) => {
            let it = ensemble.next();
            let children = ensemble.children(path).len();
            let node = &mut ensemble.nodes[at];
            node.data = words.get(2..).unwrap_or_default().join(" ").into();
            (node.transactions[1], node.times[1]) = (it, now);
            node.versions[1] += 1;
            if is_old {
                run.printed.out(&[&node.stat(children)]);
            }
        }
        ("delete", Some(_)) if !ensemble.children(path).is_empty() => {
            refuse(run, "Node not empty", path);
        }
        ("delete" | "rmr" | "deleteall", Some(_)) => {
            let below = crate::text!("{path}/");
            ensemble
                .nodes
                .retain(|it| it.path != path && !it.path.starts_with(below.as_str()));
            let it = ensemble.next();
            if let Some(above) = ensemble.above(path) {
                (above.transactions[2], above.versions[0]) = (it, above.versions[0] + 1);
            }
        }
        ("ls" | "get" | "stat" | "set" | "delete" | "rmr" | "deleteall", None) => {
            refuse(run, "Node does not exist", path);
        }
        (other, _) => refuse(run, "zkCli.sh: not simulated", other),
    }
}
