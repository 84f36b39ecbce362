//! `host` of BIND.
//!
//! upstream: bind9 bin/dig/host.c.

use core::net::IpAddr;

use super::{Ended, Patience, TIMEOUT, TRUNCATED, ask, candidates, chased, search, server};
use crate::dns::stub::without_dot;
use crate::dns::{Data, Query, Rcode, Record, Type};
use crate::programs::{Run, push_number};
use crate::time::Duration;
use crate::value::Text;

pub(in crate::programs) fn host(run: &mut Run<'_, '_>) {
    let mut kind = None;
    let mut patience = Patience {
        tries: 2,
        wait: TIMEOUT,
    };
    let mut rest = Vec::new();
    let mut arguments = run.argv[1..].iter().cloned();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-t" => kind = arguments.next().and_then(|it| Type::from_name(&it)),
            "-W" | "-R" => {
                let number = arguments.next().and_then(|it| it.parse().ok());
                let number: u16 = number.unwrap_or_default();
                if argument == "-W" {
                    patience.wait = Duration::s(number.max(1).into());
                } else {
                    patience.tries = usize::from(number.max(1)) + 1;
                }
            }
            "-c" | "-N" | "-m" | "-p" => _ = arguments.next(),
            _ if argument.starts_with('-') => {}
            _ => rest.push(argument),
        }
    }
    let Some(name) = rest.first().cloned() else {
        return;
    };
    let server_given = rest.get(1).cloned();
    if let Some(server) = &server_given {
        run.client.resolv.nameservers = vec![server.clone()];
    }
    let (names, kind, is_reverse) = match (name.parse::<IpAddr>(), kind) {
        (Ok(address), None) => (vec![Query::reverse(address).name], Some(Type::Ptr), true),
        (_, kind) => (candidates(run, &name), kind, false),
    };
    let first = kind.unwrap_or(Type::A);
    let Ended { name, reply } = search(run, &names, first, patience, |_, _| {});
    run.printed.output.retain(|it| it.text != TRUNCATED);
    let Some(reply) = reply else {
        run.printed.out(&[";; no servers could be reached\n"]);
        run.printed.exit = 1;
        return;
    };
    if server_given.is_some() {
        let server = server(run);
        run.printed.out(&[
            "Using domain server:\nName: ",
            &server,
            "\nAddress: ",
            &server,
            "#53\nAliases: \n\n",
        ]);
    }
    if reply.rcode != Rcode::NoError {
        let shown = if is_reverse { name } else { without_dot(&name) };
        print_failure(run, &shown, reply.rcode);
        return;
    }
    print(run, &reply.answer);
    let target = chased(&name, &reply);
    match kind {
        Some(kind) if reply.answer.is_empty() => {
            run.printed
                .out(&[&without_dot(&name), " has no ", &kind.name(), " record\n"]);
        }
        Some(_) => {}
        None => {
            for kind in [Type::Aaaa, Type::Mx] {
                if let Some(reply) = ask(run, &Query::new(target.clone(), kind), patience) {
                    print(run, &reply.answer);
                    if reply.rcode != Rcode::NoError {
                        print_failure(run, &without_dot(&target), reply.rcode);
                    }
                }
            }
        }
    }
}

fn print_failure(run: &mut Run<'_, '_>, name: &str, rcode: Rcode) {
    let number = rcode.number().to_string();
    run.printed.out(&[
        "Host ",
        name,
        " not found: ",
        &number,
        "(",
        rcode.name(),
        ")\n",
    ]);
    run.printed.exit = 1;
}

fn print(run: &mut Run<'_, '_>, records: &[Record]) {
    for record in records {
        let text = sentence(record);
        run.printed.out(&[&without_dot(&record.name), &text, "\n"]);
    }
}

fn sentence(record: &Record) -> Text {
    let mut text = Text::new();
    let mut push = |parts: &[&str]| parts.iter().for_each(|it| text.push_str(it));
    match &record.data {
        Data::A(it) => push(&[" has address ", &it.to_string()]),
        Data::Aaaa(it) => push(&[" has IPv6 address ", &it.to_string()]),
        Data::Ns(it) => push(&[" name server ", it]),
        Data::Cname(it) => push(&[" is an alias for ", it]),
        Data::Ptr(it) => push(&[" domain name pointer ", it]),
        Data::Txt(it) => push(&[" descriptive text \"", it, "\""]),
        Data::Srv { .. } => push(&[" has SRV record ", &rdata(&record.data)]),
        Data::Soa(_) => push(&[" has SOA record ", &rdata(&record.data)]),
    }
    text
}

/// The data of a record in presentation form.
pub(super) fn rdata(data: &Data) -> Text {
    let mut text = Text::new();
    match data {
        Data::A(it) => text.push_str(&it.to_string()),
        Data::Aaaa(it) => text.push_str(&it.to_string()),
        Data::Ns(it) | Data::Cname(it) | Data::Ptr(it) => text.push_str(it),
        Data::Txt(it) => {
            text.push('"');
            text.push_str(it);
            text.push('"');
        }
        Data::Srv {
            priority,
            weight,
            port,
            target,
        } => {
            for number in [priority, weight, port] {
                push_number(&mut text, u32::from(*number));
                text.push(' ');
            }
            text.push_str(target);
        }
        Data::Soa(it) => {
            text.push_str(&it.mname);
            text.push(' ');
            text.push_str(&it.rname);
            for number in [it.serial, it.refresh, it.retry, it.expire, it.minimum] {
                text.push(' ');
                push_number(&mut text, number);
            }
        }
    }
    text
}
