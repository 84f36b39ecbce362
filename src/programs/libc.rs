//! Programs that resolve names as the C library does: `getent` and the first line of `ping`.

use core::net::IpAddr;

use super::Run;
use crate::dns::Type;
use crate::dns::stub::{Found, Library};
use crate::value::Text;

/// `getent hosts` and `getent ahosts`.
///
/// upstream: glibc nss/getent.c; musl-utils' getent.c on Alpine.
pub(super) fn getent(run: &mut Run<'_, '_>) {
    let database = run.argv.get(1).cloned().unwrap_or_default();
    let keys = run.argv.get(2..).unwrap_or_default().to_vec();
    for key in keys {
        let found = match database.as_str() {
            "hosts" => hosts(run, &key),
            "ahosts" | "ahostsv4" => run.client.family(&key, Type::A),
            _ => None,
        };
        match found {
            Some(found) if database == "hosts" => print_hosts(run, &found),
            Some(found) => print_sockets(run, &found),
            None => run.printed.exit = 2,
        }
    }
}

/// The names of an address; or the IPv6 addresses of a name, or else its IPv4 addresses.
fn hosts(run: &mut Run<'_, '_>, key: &str) -> Option<Found> {
    if let Ok(address) = key.parse::<IpAddr>() {
        let names = run.client.hosts.names(address).to_vec();
        let canonical = run.client.name_of(address)?;
        return Some(Found {
            addresses: vec![address],
            canonical,
            aliases: names.into_iter().skip(1).collect(),
        });
    }
    let v6 = run.client.family(key, Type::Aaaa);
    v6.or_else(|| run.client.family(key, Type::A))
}

fn print_hosts(run: &mut Run<'_, '_>, found: &Found) {
    let is_musl = run.client.library == Library::Musl;
    let (width, gap) = if is_musl { (16, "  ") } else { (15, " ") };
    let shown = if is_musl { 1 } else { found.addresses.len() };
    for address in &found.addresses[..shown] {
        let mut line = padded(&address.to_string(), width);
        line.push_str(gap);
        line.push_str(&found.canonical);
        for alias in &found.aliases {
            line.push_str(gap);
            line.push_str(alias);
        }
        run.printed.out(&[&line, "\n"]);
    }
}

/// One line a socket type, the canonical name on the very first.
fn print_sockets(run: &mut Run<'_, '_>, found: &Found) {
    let mut name = found.canonical.as_str();
    for address in &found.addresses {
        let address = padded(&address.to_string(), 15);
        for kind in ["STREAM", "DGRAM ", "RAW   "] {
            run.printed.out(&[&address, " ", kind, " ", name, "\n"]);
            name = "";
        }
    }
}

fn padded(text: &str, width: usize) -> Text {
    let mut line = Text::from(text);
    while line.len() < width {
        line.push(' ');
    }
    line
}

/// The first line of `ping`; whether anybody answers is not simulated.
pub(super) fn ping(run: &mut Run<'_, '_>) {
    let mut host = None;
    let mut words = run.argv[1..].iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-c" | "-W" | "-w" | "-i" | "-s" => _ = words.next(),
            _ if word.starts_with('-') => {}
            _ => host = Some(word.clone()),
        }
    }
    let Some(host) = host else {
        run.printed.exit = 1;
        return;
    };
    let found = run.client.addresses(&host);
    let address = found.as_ref().and_then(|it| {
        let v4 = it.addresses.iter().find(|it| it.is_ipv4());
        v4.or(it.addresses.first())
    });
    let is_busybox = run.image.busybox().is_some();
    match (address, found.as_ref()) {
        (Some(address), Some(found)) => {
            let (name, size) = if is_busybox {
                (host.as_str(), "): 56 data bytes\n")
            } else {
                (found.canonical.as_str(), ") 56(84) bytes of data.\n")
            };
            run.printed
                .out(&["PING ", name, " (", &address.to_string(), size]);
        }
        _ if is_busybox => run.printed.fail(1, &["ping: bad address '", &host, "'\n"]),
        _ => run
            .printed
            .fail(2, &["ping: ", &host, ": Name or service not known\n"]),
    }
}
