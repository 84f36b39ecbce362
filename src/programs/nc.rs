//! `nc`: whether something listens, and the words of four letters that `ZooKeeper` answers.
//!
//! Left out: to listen, and to talk with anything else.
//!
//! upstream: busybox networking/nc.c; netcat-openbsd.

use super::http::{Reached, look_up, reach};
use super::{Run, zookeeper};
use crate::value::Text;

pub(super) fn nc(run: &mut Run<'_, '_>) {
    let (mut letters, mut places) = (String::new(), Vec::new());
    let mut words = run.argv[1..].iter();
    while let Some(word) = words.next() {
        match word.strip_prefix('-') {
            Some(option) => {
                letters += option;
                if option.ends_with(['w', 'q', 'i', 's', 'p']) {
                    words.next();
                }
            }
            None => places.push(word.clone()),
        }
    }
    let [host, port] = places.as_slice() else {
        return run
            .printed
            .fail(1, &["nc: only nc HOST PORT is simulated\n"]);
    };
    let is_busybox = run.image.busybox().is_some();
    let talks = letters.contains('v');
    let Some(address) = look_up(run, host) else {
        if is_busybox {
            return run.printed.fail(1, &["nc: bad address '", host, "'\n"]);
        }
        let text = "nc: getaddrinfo for host \"";
        let why = ": Name or service not known\n";
        return run.printed.fail(1, &[text, host, "\" port ", port, why]);
    };
    let number = port.parse().unwrap_or_default();
    let (there, why) = match reach(run, address, number) {
        Reached::Container(there) => (Some(there), ""),
        Reached::Nothing => (None, "Connection refused"),
        Reached::NoRoute => (None, "No route to host"),
    };
    let shown = address.to_string();
    let Some(there) = there else {
        run.printed.exit = 1;
        return match (is_busybox, talks) {
            (true, _) if letters.contains('z') && !talks => {}
            (true, _) => run.printed.err(&[
                "nc: can't connect to remote host (",
                &shown,
                "): ",
                why,
                "\n",
            ]),
            (false, true) => {
                let parts = [
                    "nc: connect to ",
                    host,
                    " port ",
                    port,
                    " (tcp) failed: ",
                    why,
                    "\n",
                ];
                run.printed.err(&parts);
            }
            (false, false) => {}
        };
    };
    if talks && is_busybox {
        run.printed
            .err(&[host, " (", &shown, ":", port, ") open\n"]);
    } else if talks {
        run.printed.err(&[
            "Connection to ",
            host,
            " ",
            port,
            " port [tcp/*] succeeded!\n",
        ]);
    }
    let said = run
        .container
        .and_then(|it| it.stdin)
        .map_or("", Text::as_str)
        .trim();
    if !letters.contains('z')
        && let Some(answer) = zookeeper::answer(&there, said)
    {
        run.printed.out(&[&answer]);
    }
}
