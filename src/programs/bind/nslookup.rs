//! `nslookup` of BIND, without its interactive mode.
//!
//! upstream: bind9 bin/dig/nslookup.c.

use core::net::IpAddr;

use super::{Ended, Patience, TIMEOUT, ask, candidates, chased, search, server};
use crate::dns::stub::without_dot;
use crate::dns::{Query, Rcode, Reply, Type};
use crate::programs::Run;
use crate::programs::busybox_nslookup::print_record;
use crate::value::Text;

const PATIENCE: Patience = Patience {
    tries: 3,
    wait: TIMEOUT,
};

/// One look-up as it goes on.
struct Lookup {
    /// The server header is still to be printed.
    header: bool,
    /// Whether a reply without RA is remarked upon: not when the server was named on the command line.
    checks_ra: bool,
}

pub(in crate::programs) fn nslookup(run: &mut Run<'_, '_>) {
    let mut kind = None;
    let mut rest = run.argv[1..].to_vec();
    rest.retain(|it| {
        let typed = ["-type=", "-querytype=", "-q=", "-ty="]
            .iter()
            .find_map(|prefix| it.strip_prefix(prefix));
        kind = typed.and_then(Type::from_name).or(kind);
        !it.starts_with('-')
    });
    let Some(name) = rest.first().cloned() else {
        return;
    };
    if let Some(server) = rest.get(1) {
        run.client.resolv.nameservers = vec![server.clone()];
    }
    let mut lookup = Lookup {
        header: true,
        checks_ra: rest.len() < 2,
    };
    match (name.parse::<IpAddr>(), kind) {
        (Ok(address), None | Some(Type::Ptr)) => {
            lookup.header = kind.is_some();
            let query = Query::reverse(address);
            let names = [query.name.clone()];
            lookup.one(run, &without_dot(&query.name), &names, Type::Ptr);
        }
        (_, kind) => {
            let names = candidates(run, &name);
            lookup.all(run, &name, &names, kind);
        }
    }
    run.printed.out(&["\n"]);
}

impl Lookup {
    fn all(&mut self, run: &mut Run<'_, '_>, typed: &str, names: &[Text], kind: Option<Type>) {
        if let Some(kind) = kind {
            self.one(run, typed, names, kind);
            return;
        }
        let Some((name, reply)) = self.search(run, names, Type::A) else {
            return;
        };
        let name = chased(&name, &reply);
        let no_v4 = reply.answer.is_empty();
        print(run, typed, &reply, false);
        if let Some(reply) = ask(run, &Query::new(name.clone(), Type::Aaaa), PATIENCE) {
            self.remark(run, &reply);
            match reply.rcode {
                Rcode::NoError => print(run, &without_dot(&name), &reply, no_v4),
                rcode => print_failure(run, &without_dot(&name), rcode),
            }
        }
    }

    fn one(&mut self, run: &mut Run<'_, '_>, typed: &str, names: &[Text], kind: Type) {
        if let Some((_, reply)) = self.search(run, names, kind) {
            print(run, typed, &reply, true);
        }
    }

    /// A positive reply and the name it is for; anything else is printed here.
    fn search(
        &mut self,
        run: &mut Run<'_, '_>,
        names: &[Text],
        kind: Type,
    ) -> Option<(Text, Box<Reply>)> {
        let Ended { name, reply } = search(run, names, kind, PATIENCE, |run, reply| {
            self.remark(run, reply);
        });
        let Some(reply) = reply else {
            run.printed.out(&[";; no servers could be reached\n"]);
            run.printed.exit = 1;
            return None;
        };
        self.print_header(run);
        if reply.rcode == Rcode::NoError {
            return Some((name, reply));
        }
        print_failure(run, &without_dot(&name), reply.rcode);
        None
    }

    /// upstream: recv_done, the two replies for which it would try the next server.
    fn remark(&self, run: &mut Run<'_, '_>, reply: &Reply) {
        let server = server(run);
        if reply.rcode == Rcode::ServFail {
            run.printed
                .out(&[";; Got SERVFAIL reply from ", &server, "\n"]);
        } else if self.checks_ra && !reply.recursion_available {
            run.printed
                .out(&[";; Got recursion not available from ", &server, "\n"]);
        }
    }

    fn print_header(&mut self, run: &mut Run<'_, '_>) {
        if core::mem::take(&mut self.header) {
            let server = server(run);
            run.printed
                .out(&["Server:\t\t", &server, "\nAddress:\t", &server, "#53\n\n"]);
        }
    }
}

fn print_failure(run: &mut Run<'_, '_>, name: &str, rcode: Rcode) {
    run.printed
        .out(&["** server can't find ", name, ": ", rcode.name(), "\n"]);
    run.printed.exit = 1;
}

/// upstream: printmessage.
fn print(run: &mut Run<'_, '_>, typed: &str, reply: &Reply, tells_absence: bool) {
    if !reply.authoritative && !reply.answer.is_empty() {
        run.printed.out(&["Non-authoritative answer:\n"]);
    }
    for record in &reply.answer {
        print_record(&mut run.printed, record, ".");
    }
    if reply.answer.is_empty() && tells_absence {
        run.printed
            .out(&["*** Can't find ", typed, ": No answer\n"]);
    }
}
