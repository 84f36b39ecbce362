//! `dig` of BIND.
//!
//! upstream: bind9 bin/dig/dig.c.

use core::net::IpAddr;

use super::host::rdata;
use super::{Ended, Patience, TIMEOUT, TRUNCATED, candidates, search, server};
use crate::chance::chance;
use crate::dns::{Query, Record, Reply, Type};
use crate::programs::{Run, push_number};
use crate::time::Time;
use crate::value::Text;

const PATIENCE: Patience = Patience {
    tries: 3,
    wait: TIMEOUT,
};
const VERSION: &str = "9.18.49-1~deb12u3-Debian";
/// The OPT record of a reply, and an echoed cookie in it.
const OPT_SIZE: usize = 11;
const COOKIE_SIZE: usize = 12;
/// What it says it takes.
const UDP_SIZE: usize = 1232;

/// What the command line asks for.
#[allow(
    clippy::struct_excessive_bools,
    reason = "dig's own switches, each on or off"
)]
struct Arguments {
    name: Text,
    kind: Type,
    searches: bool,
    is_short: bool,
    /// Whether the server was named before the name: it is remarked upon then.
    has_server: bool,
    has_edns: bool,
    has_cookie: bool,
    shows: Shows,
}

/// Which parts are printed.
#[allow(
    clippy::struct_excessive_bools,
    reason = "dig's own switches, each on or off"
)]
struct Shows {
    cmd: bool,
    comments: bool,
    question: bool,
    answer: bool,
    authority: bool,
    additional: bool,
    stats: bool,
}

impl Shows {
    fn all(on: bool) -> Self {
        Self {
            cmd: on,
            comments: on,
            question: on,
            answer: on,
            authority: on,
            additional: on,
            stats: on,
        }
    }

    fn set(&mut self, option: &str, on: bool) {
        match option {
            "all" => *self = Self::all(on),
            "cmd" => self.cmd = on,
            "comments" => self.comments = on,
            "question" => self.question = on,
            "answer" => self.answer = on,
            "authority" => self.authority = on,
            "additional" => self.additional = on,
            "stats" => self.stats = on,
            _ => {}
        }
    }
}

pub(in crate::programs) fn dig(run: &mut Run<'_, '_>) {
    let arguments = read(run);
    let names = if arguments.searches {
        candidates(run, &arguments.name)
    } else {
        vec![Query::new(arguments.name.clone(), Type::A).name]
    };
    run.client.edns = match (arguments.has_edns, arguments.has_cookie) {
        (true, true) => (UDP_SIZE, OPT_SIZE + COOKIE_SIZE),
        (true, false) => (UDP_SIZE, OPT_SIZE),
        (false, _) => run.client.edns,
    };
    let is_transfer = arguments.kind == Type::Axfr;
    run.client.over_tcp |= is_transfer;
    let Ended { name, reply } = search(run, &names, arguments.kind, PATIENCE, |_, _| {});
    if arguments.is_short || !arguments.shows.comments {
        run.printed.output.retain(|it| it.text != TRUNCATED);
    }
    let query = Query::new(name, arguments.kind);
    match reply {
        None => {
            if !arguments.is_short {
                print_command(run, &arguments);
            }
            run.printed.out(&[";; no servers could be reached\n"]);
            run.printed.exit = 9;
        }
        Some(_) if is_transfer => {
            print_command(run, &arguments);
            run.printed.out(&["; Transfer failed.\n"]);
        }
        Some(reply) if arguments.is_short => {
            for record in &reply.answer {
                run.printed.out(&[&rdata(&record.data), "\n"]);
            }
        }
        Some(reply) => {
            if arguments.shows.cmd {
                print_command(run, &arguments);
            }
            print(run, &arguments.shows, &query, &reply);
        }
    }
}

fn read(run: &mut Run<'_, '_>) -> Arguments {
    let mut read = Arguments {
        name: ".".into(),
        kind: Type::A,
        searches: false,
        is_short: false,
        has_server: false,
        has_edns: true,
        has_cookie: true,
        shows: Shows::all(true),
    };
    let mut has_name = false;
    let mut arguments = run.argv[1..].iter();
    while let Some(argument) = arguments.next() {
        if let Some(option) = argument.strip_prefix('+') {
            let (option, on) = option
                .strip_prefix("no")
                .map_or((option, true), |it| (it, false));
            match option {
                "short" => read.is_short = on,
                "search" | "showsearch" => read.searches = on,
                "tcp" | "vc" => run.client.over_tcp = on,
                "edns" => read.has_edns = on,
                "cookie" => read.has_cookie = on,
                _ => read.shows.set(option, on),
            }
        } else if let Some(server) = argument.strip_prefix('@') {
            run.client.resolv.nameservers = vec![server.into()];
            read.has_server |= !has_name;
        } else if argument == "-x" {
            let address = arguments.next().and_then(|it| it.parse::<IpAddr>().ok());
            if let Some(address) = address {
                let query = Query::reverse(address);
                (read.name, read.kind, has_name) = (query.name, Type::Ptr, true);
            }
        } else if argument == "-t" {
            read.kind = arguments
                .next()
                .and_then(|it| Type::from_name(it))
                .unwrap_or(read.kind);
        } else if ["-4", "-6"].contains(&argument.as_str()) {
        } else if argument.starts_with('-') {
            arguments.next();
        } else if let Some(kind) = Type::from_name(argument) {
            // For all types at once it asks over TCP.
            run.client.over_tcp |= kind == Type::Any;
            read.kind = kind;
        } else if !has_name && !argument.eq_ignore_ascii_case("in") {
            (read.name, has_name) = (argument.clone(), true);
        }
    }
    read
}

fn print_command(run: &mut Run<'_, '_>, arguments: &Arguments) {
    if arguments.shows.cmd {
        let words: Vec<&str> = run.argv[1..].iter().map(Text::as_str).collect();
        run.printed.out(&[
            "\n; <<>> DiG ",
            VERSION,
            " <<>> ",
            &words.join(" "),
            if arguments.has_server {
                "\n; (1 server found)"
            } else {
                ""
            },
            "\n;; global options: +cmd\n",
        ]);
    }
}

fn print(run: &mut Run<'_, '_>, shows: &Shows, query: &Query, reply: &Reply) {
    let mut text = Text::new();
    let draw = chance(run.seed, &["dig", &query.name, &run.now.rfc3339()]);
    if shows.comments {
        push_header(&mut text, query, reply, run.client.edns.1, draw);
    }
    if shows.question {
        push_heading(&mut text, shows, "QUESTION");
        text.push(';');
        push_columns(
            &mut text,
            &[&query.name, "IN", &query.kind.name()],
            &[0, 32, 40],
        );
        text.push('\n');
        push_end(&mut text, shows);
    }
    let sections = [
        (shows.answer, "ANSWER", &reply.answer),
        (shows.authority, "AUTHORITY", &reply.authority),
        (shows.additional, "ADDITIONAL", &reply.additional),
    ];
    for (on, title, records) in sections {
        if on && !records.is_empty() {
            push_heading(&mut text, shows, title);
            for record in records {
                push_record(&mut text, record);
            }
            push_end(&mut text, shows);
        }
    }
    if shows.stats {
        push_stats(&mut text, run, reply);
    }
    run.printed.out(&[&text]);
}

fn push_header(text: &mut Text, query: &Query, reply: &Reply, opt: usize, draw: u64) {
    text.push_str(";; Got answer:\n");
    if query.name.to_ascii_lowercase().ends_with(".local.") {
        text.push_str(";; WARNING: .local is reserved for Multicast DNS\n;; You are currently testing what happens when an mDNS query is leaked to DNS\n");
    }
    text.push_str(";; ->>HEADER<<- opcode: QUERY, status: ");
    text.push_str(reply.rcode.name());
    text.push_str(", id: ");
    push_number(text, u32::try_from(draw & 0xffff).unwrap_or_default());
    text.push_str("\n;; flags: qr");
    let flags = [
        (reply.authoritative, " aa"),
        (reply.truncated, " tc"),
        (true, " rd"),
        (reply.recursion_available, " ra"),
    ];
    flags
        .iter()
        .filter(|it| it.0)
        .for_each(|it| text.push_str(it.1));
    text.push_str("; QUERY: 1");
    let counts = [
        (", ANSWER: ", reply.answer.len()),
        (", AUTHORITY: ", reply.authority.len()),
        (
            ", ADDITIONAL: ",
            reply.additional.len() + usize::from(opt > 0),
        ),
    ];
    for (label, count) in counts {
        text.push_str(label);
        text.push_str(&count.to_string());
    }
    text.push('\n');
    if !reply.recursion_available {
        text.push_str(";; WARNING: recursion requested but not available\n");
    }
    text.push('\n');
    if opt == 0 {
        return;
    }
    text.push_str(";; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n");
    if opt == OPT_SIZE {
        return;
    }
    text.push_str("; COOKIE: ");
    for shift in (0..16).rev() {
        let digit = usize::try_from(draw.rotate_left(17) >> (4 * shift) & 15).unwrap_or_default();
        text.push(char::from(b"0123456789abcdef"[digit]));
    }
    text.push_str(" (echoed)\n");
}

fn push_heading(text: &mut Text, shows: &Shows, title: &str) {
    if shows.comments {
        text.push_str(";; ");
        text.push_str(title);
        text.push_str(" SECTION:\n");
    }
}

fn push_end(text: &mut Text, shows: &Shows) {
    if shows.comments {
        text.push('\n');
    }
}

fn push_record(text: &mut Text, record: &Record) {
    let kind = record.data.kind().name();
    let ttl = record.ttl.to_string();
    let data = rdata(&record.data);
    let words = [record.name.as_str(), &ttl, "IN", &kind, &data];
    push_columns(text, &words, &[0, 24, 32, 40, 48]);
    text.push('\n');
}

/// Words at columns, reached by tabs as far as they go and blanks for the rest; at least one blank between words.
///
/// upstream: lib/dns/masterdump.c, indent.
fn push_columns(text: &mut Text, words: &[&str], columns: &[usize]) {
    let mut at = 0;
    for (word, target) in words.iter().zip(columns) {
        if *target > 0 {
            let target = (*target).max(at + 1);
            let tabs = target / 8 - at / 8;
            (0..tabs).for_each(|_| text.push('\t'));
            if tabs > 0 {
                at = target / 8 * 8;
            }
            (at..target).for_each(|_| text.push(' '));
            at = target;
        }
        text.push_str(word);
        at += word.len();
    }
}

fn push_stats(text: &mut Text, run: &Run<'_, '_>, reply: &Reply) {
    let server = server(run);
    let over_tcp = run.client.tried.last().is_some_and(|it| it.over_tcp);
    text.push_str(";; Query time: 0 msec\n;; SERVER: ");
    for part in [
        server.as_str(),
        "#53(",
        &server,
        if over_tcp { ") (TCP)" } else { ") (UDP)" },
    ] {
        text.push_str(part);
    }
    text.push_str("\n;; WHEN: ");
    text.push_str(&unix_date(run.now));
    text.push_str("\n;; MSG SIZE  rcvd: ");
    text.push_str(&reply.octets.to_string());
    text.push_str("\n\n");
}

/// `Sun Nov 22 07:16:44 UTC 2026`.
fn unix_date(now: Time) -> String {
    let date = now.rfc1123z();
    let words: Vec<&str> = date.split([' ', ',']).filter(|it| !it.is_empty()).collect();
    match words[..] {
        [weekday, day, month, year, clock, _] => {
            [weekday, month, day, clock, "UTC", year].join(" ")
        }
        _ => date,
    }
}
