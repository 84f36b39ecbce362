//! `nslookup` of busybox, byte for byte: the small one up to 1.28, and the big one since.
//!
//! upstream: busybox networking/nslookup.c, without and with FEATURE_NSLOOKUP_BIG.

use core::net::IpAddr;
use std::collections::VecDeque;

use super::image::Busybox;
use super::{Printed, Run, push_number};
use crate::dns::stub::{Library, without_dot};
use crate::dns::{Data, Outcome, Query, Rcode, Record, Reply, Type};
use crate::process::Stream;
use crate::time::Duration;
use crate::value::Text;

/// The last minor version with the small one.
const LAST_SMALL: u32 = 28;
/// The first that uses the search list.
const FIRST_SEARCH: u32 = 30;
/// The first whose exit code tells of a failure.
const FIRST_EXIT_CODE: u32 = 31;
/// The first that knows SRV.
const FIRST_SRV: u32 = 32;
/// The first whose queries have different ids with every C library.
const FIRST_OWN_IDS: u32 = 37;
/// How often queries are sent to a server that stays silent, and how long it waits after each time.
const SENDS: usize = 2;
const INTERVAL: Duration = Duration::ms(2500);

const USAGE: &str = "BusyBox v1.28.4 (2018-05-22 17:00:17 UTC) multi-call binary.\n\nUsage: nslookup [HOST] [SERVER]\n\nQuery the nameserver for the IP address of the given HOST\noptionally using a specified DNS server\n\n";

/// The program, as this build of busybox has it.
pub(super) fn nslookup(run: &mut Run<'_, '_>) {
    match run.image.busybox() {
        Some(busybox) if busybox.minor > LAST_SMALL => big(run, busybox),
        Some(_) | None => small(run),
    }
}

/// Up to busybox 1.28: the C library's resolver, and a reverse look-up of every address.
fn small(run: &mut Run<'_, '_>) {
    let arguments = &run.argv[1..];
    if !matches!(arguments.len(), 1 | 2) || arguments.iter().any(|it| it.starts_with('-')) {
        run.printed.fail(1, &[USAGE]);
        return;
    }
    let host = arguments[0].clone();
    if let Some(server) = arguments.get(1).cloned()
        && !use_server(run, &server)
    {
        return;
    }
    // upstream: server_print reads the resolver's state, which musl does not fill in from resolv.conf.
    let is_unknown = run.client.library == Library::Musl && run.argv.len() == 2;
    match run
        .client
        .resolv
        .nameservers
        .first()
        .filter(|_| !is_unknown)
        .cloned()
    {
        Some(server) => {
            print_host(run, "Server:    ", &server);
        }
        None => run.printed.err(&["nslookup: can't resolve '(null)'\n"]),
    }
    run.printed.out(&["\n"]);
    if !print_host(run, "Name:      ", &host) {
        run.printed.exit = 1;
    }
}

/// Asks that server from now on; says whether its name has an address.
fn use_server(run: &mut Run<'_, '_>, server: &str) -> bool {
    match run.client.addresses(server) {
        Some(found) => {
            run.client.resolv.nameservers = vec![found.addresses[0].to_string().into()];
            true
        }
        None => {
            run.printed
                .fail(1, &["nslookup: bad address '", server, "'\n"]);
            false
        }
    }
}

/// upstream: print_host.
fn print_host(run: &mut Run<'_, '_>, header: &str, host: &str) -> bool {
    let Some(found) = run.client.addresses(host) else {
        run.printed.err(&["nslookup: can't resolve '", host, "'\n"]);
        return false;
    };
    run.printed.out(&[header, host, "\n"]);
    for (at, address) in found.addresses.iter().enumerate() {
        let name = run.client.name_of(*address);
        let (blank, name) = name.as_ref().map_or(("", ""), |it| (" ", it.as_str()));
        let (number, address) = ((at + 1).to_string(), address.to_string());
        run.printed
            .out(&["Address ", &number, ": ", &address, blank, name, "\n"]);
    }
    true
}

/// A query of the big one, and whether its reply has come.
struct Asked {
    query: Query,
    name: Text,
    is_answered: bool,
}

/// Since busybox 1.29: own packets, all at once, every reply printed as it comes.
fn big(run: &mut Run<'_, '_>, busybox: Busybox) {
    let Some((kinds, rest)) = read_arguments(run, busybox) else {
        return;
    };
    let Some(host) = rest.first() else {
        run.printed.fail(1, &["nslookup: usage\n"]);
        return;
    };
    let server = match rest.get(1) {
        Some(server) if !use_server(run, server) => return,
        Some(server) => server.clone(),
        None => run
            .client
            .resolv
            .nameservers
            .first()
            .cloned()
            .unwrap_or_default(),
    };
    // It reads resolv.conf, and with it the list, only when no server is named.
    let searches = busybox.minor >= FIRST_SEARCH && rest.len() < 2;
    let mut asked = queries(run, searches, &kinds, host);
    let exchange = Exchange {
        busybox,
        server,
        shares_ids: busybox.library == Library::Uclibc && busybox.minor < FIRST_OWN_IDS,
    };
    if exchange.run(run, &mut asked) == 0 {
        run.printed
            .out(&[";; connection timed out; no servers could be reached\n\n"]);
        run.printed.exit = 1;
        return;
    }
    let mut unanswered = asked.iter().filter(|it| !it.is_answered).peekable();
    if unanswered.peek().is_some() {
        for it in unanswered {
            run.printed
                .out(&["*** Can't find ", &it.name, ": No answer\n"]);
        }
        run.printed.out(&["\n"]);
    }
}

/// The types asked for and the other arguments; nothing when an option is wrong.
fn read_arguments(run: &mut Run<'_, '_>, busybox: Busybox) -> Option<(Vec<Type>, Vec<Text>)> {
    let mut kinds = Vec::new();
    let mut rest = run.argv[1..].to_vec();
    while rest.first().is_some_and(|it| it.starts_with('-')) {
        let option = rest.remove(0);
        let (name, value) = option[1..].split_once('=').unwrap_or((&option[1..], ""));
        if name.is_empty() || !("type".starts_with(name) || "querytype".starts_with(name)) {
            continue;
        }
        let kind = Type::from_name(value).filter(|it| match it {
            Type::Srv => busybox.minor >= FIRST_SRV,
            Type::Ixfr | Type::Axfr | Type::Other(_) => false,
            Type::A
            | Type::Ns
            | Type::Cname
            | Type::Soa
            | Type::Ptr
            | Type::Mx
            | Type::Txt
            | Type::Aaaa
            | Type::Any => true,
        });
        let Some(kind) = kind else {
            run.printed
                .fail(1, &["nslookup: invalid query type \"", value, "\"\n"]);
            return None;
        };
        kinds.push(kind);
    }
    Some((kinds, rest))
}

/// upstream: add_query_with_search; a name with any dot is asked as it is, ndots or not.
fn queries(run: &Run<'_, '_>, searches: bool, kinds: &[Type], host: &str) -> Vec<Asked> {
    let asked = |name: Text, kind| Asked {
        query: Query::new(name.clone(), kind),
        name,
        is_answered: false,
    };
    let address: Option<IpAddr> = host.parse().ok();
    if let (Some(address), true) = (address, kinds.is_empty()) {
        let query = Query::reverse(address);
        return vec![asked(without_dot(&query.name), Type::Ptr)];
    }
    let search = &run.client.resolv.search;
    let names: Vec<Text> = if host.contains('.') || !searches || search.is_empty() {
        vec![host.into()]
    } else {
        search
            .iter()
            .map(|it| [host, ".", it].concat().into())
            .collect()
    };
    let kinds = if kinds.is_empty() {
        &[Type::A, Type::Aaaa]
    } else {
        kinds
    };
    let pairs = kinds
        .iter()
        .flat_map(|kind| names.iter().map(|it| (it.clone(), *kind)));
    pairs.map(|(name, kind)| asked(name, kind)).collect()
}

/// The talk with one server.
struct Exchange {
    busybox: Busybox,
    server: Text,
    /// All queries have one id, so every reply is taken for one to the first query.
    ///
    /// docker-library/busybox issues 48, 61 and 75.
    shares_ids: bool,
}

impl Exchange {
    /// upstream: send_queries. How many replies were taken.
    fn run(&self, run: &mut Run<'_, '_>, asked: &mut [Asked]) -> usize {
        let mut taken = 0;
        let mut is_first = true;
        for _ in 0..SENDS {
            let mut arriving = VecDeque::new();
            for at in (0..asked.len()).filter(|it| !asked[*it].is_answered) {
                match run.client.send(&asked[at].query) {
                    Outcome::Reply(reply) => arriving.push_back((at, reply)),
                    Outcome::Silent => {}
                    Outcome::Refused => {
                        let server = &self.server;
                        run.printed.err(&[
                            "nslookup: write to '",
                            server,
                            "': Connection refused\n",
                        ]);
                        return 0;
                    }
                }
            }
            let mut retries = 2 * asked.len();
            while let Some((at, reply)) = arriving.pop_front() {
                if core::mem::take(&mut is_first) {
                    let server = &self.server;
                    run.printed
                        .out(&["Server:\t\t", server, "\nAddress:\t", server, ":53\n\n"]);
                }
                let matched = if self.shares_ids { 0 } else { at };
                if asked[matched].is_answered {
                    continue;
                }
                if reply.rcode == Rcode::ServFail && retries > 0 {
                    retries -= 1;
                    if let Outcome::Reply(reply) = run.client.send(&asked[matched].query) {
                        arriving.push_back((matched, reply));
                    }
                    continue;
                }
                asked[matched].is_answered = true;
                taken += 1;
                self.print(run, &asked[matched].name, &reply);
            }
            if taken == asked.len() {
                break;
            }
            run.client.wait(INTERVAL);
        }
        taken
    }

    fn print(&self, run: &mut Run<'_, '_>, name: &str, reply: &Reply) {
        if reply.rcode == Rcode::NoError {
            if !reply.authoritative {
                run.printed.out(&["Non-authoritative answer:\n"]);
            }
            if reply.answer.is_empty() && matches!(self.busybox.minor, 32 | 33) {
                run.printed.out(&["*** Can't find ", name, ": No answer\n"]);
            }
            for record in &reply.answer {
                print_record(&mut run.printed, record, "");
            }
        } else {
            run.printed.out(&[
                "** server can't find ",
                name,
                ": ",
                reply.rcode.name(),
                "\n",
            ]);
            if self.busybox.minor >= FIRST_EXIT_CODE {
                run.printed.exit = 1;
            }
        }
        run.printed.out(&["\n"]);
    }
}

/// A record as `nslookup` of busybox and of BIND print it; only BIND lets names in data end in a dot.
pub(super) fn print_record(printed: &mut Printed, record: &Record, dot: &str) {
    let owner = without_dot(&record.name);
    let mut text = Text::new();
    let mut push = |parts: &[&str]| parts.iter().for_each(|it| text.push_str(it));
    let name = |it: &Text| -> Text { [without_dot(it).as_str(), dot].concat().into() };
    match &record.data {
        Data::A(it) => push(&["Name:\t", &owner, "\nAddress: ", &it.to_string()]),
        Data::Aaaa(it) => push(&["Name:\t", &owner, "\nAddress: ", &it.to_string()]),
        Data::Ns(it) => push(&[&owner, "\tnameserver = ", &name(it)]),
        Data::Cname(it) => push(&[&owner, "\tcanonical name = ", &name(it)]),
        Data::Ptr(it) => push(&[&owner, "\tname = ", &name(it)]),
        Data::Txt(it) => push(&[&owner, "\ttext = \"", it, "\""]),
        Data::Srv {
            priority,
            weight,
            port,
            target,
        } => {
            let mut numbers = Text::new();
            for number in [priority, weight, port] {
                push_number(&mut numbers, u32::from(*number));
                numbers.push(' ');
            }
            push(&[&owner, "\tservice = ", &numbers, &name(target)]);
        }
        Data::Soa(it) => {
            // BIND prints these two without the final dot.
            let (origin, mail) = (without_dot(&it.mname), without_dot(&it.rname));
            push(&[&owner, "\n\torigin = ", &origin, "\n\tmail addr = ", &mail]);
            let numbers = [
                ("serial", it.serial),
                ("refresh", it.refresh),
                ("retry", it.retry),
                ("expire", it.expire),
                ("minimum", it.minimum),
            ];
            for (label, number) in numbers {
                push(&["\n\t", label, " = ", &number.to_string()]);
            }
        }
    }
    printed.print(Stream::Stdout, &[&text, "\n"]);
}
