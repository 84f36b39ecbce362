//! `nslookup` of busybox, byte for byte.
//!
//! upstream: busybox networking/nslookup.c.

use core::net::IpAddr;

use super::{Program, Run};
use crate::dns::stub::Library;

pub(super) fn program(name: &str) -> Option<Program> {
    match name {
        "nslookup" => Some(nslookup),
        _ => None,
    }
}

const USAGE: &str = "\n\nUsage: nslookup [HOST] [SERVER]\n\nQuery the nameserver for the IP address of the given HOST\noptionally using a specified DNS server\n";

/// Up to busybox 1.28: the C library's resolver, and a reverse look-up of every address.
fn nslookup(run: &mut Run<'_, '_>) {
    let arguments = &run.argv[1..];
    if !matches!(arguments.len(), 1 | 2) || arguments.iter().any(|it| it.starts_with('-')) {
        run.printed.fail(
            1,
            &[
                "BusyBox v1.28.4 (2018-05-22 17:00:17 UTC) multi-call binary.",
                USAGE,
            ],
        );
        return;
    }
    if let Some(server) = arguments.get(1) {
        match run.client.addresses(server) {
            Some(found) => {
                run.client.resolv.nameservers = vec![found.addresses[0].to_string().into()];
            }
            None => {
                run.printed
                    .fail(1, &["nslookup: bad address '", server, "'\n"]);
                return;
            }
        }
    }
    // upstream: server_print reads the resolver's state, which musl does not fill in from resolv.conf.
    let is_unknown = run.client.library == Library::Musl && arguments.len() == 1;
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
    if !print_host(run, "Name:      ", &run.argv[1].clone()) {
        run.printed.exit = 1;
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
        print_address(run, at + 1, *address);
    }
    true
}

fn print_address(run: &mut Run<'_, '_>, number: usize, address: IpAddr) {
    let name = run.client.name_of(address);
    let (blank, name) = name.as_ref().map_or(("", ""), |it| (" ", it.as_str()));
    let (number, address) = (number.to_string(), address.to_string());
    run.printed
        .out(&["Address ", &number, ": ", &address, blank, name, "\n"]);
}
