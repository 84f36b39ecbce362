//! BIND's client tools, version 9.18: `nslookup`, `dig` and `host`.
//!
//! They send their own packets, read `/etc/resolv.conf` and never `/etc/hosts`.
//!
//! upstream: bind9 bin/dig/dighost.c.

mod dig;
mod host;
mod nslookup;

pub(super) use dig::dig;
pub(super) use host::host;
pub(super) use nslookup::nslookup;

use super::Run;
use crate::dns::{Data, Outcome, Query, Rcode, Reply, Type};
use crate::time::Duration;
use crate::value::Text;

/// How long these tools wait for one packet, unless told.
const TIMEOUT: Duration = Duration::s(5);
/// How often a tool asks, and how long it waits each time.
#[derive(Clone, Copy)]
struct Patience {
    tries: usize,
    wait: Duration,
}
const TRUNCATED: &str = ";; Truncated, retrying in TCP mode.\n";

/// The names a search tries: up to ndots dots the list and then the name as it is, else only that.
fn candidates(run: &Run<'_, '_>, name: &str) -> Vec<Text> {
    let as_is = Query::new(name, Type::A).name;
    let dots = name.bytes().filter(|it| *it == b'.').count();
    if name.ends_with('.') || dots >= run.client.resolv.ndots() {
        return vec![as_is];
    }
    let search = run.client.resolv.search.iter();
    let listed = search.map(|it| [name, ".", it, "."].concat().into());
    listed.chain([as_is]).collect()
}

/// Sends one query, as often as the tool does; after silence or refusal every time prints a line. Nothing when no
/// try gave a reply.
fn ask(run: &mut Run<'_, '_>, query: &Query, patience: Patience) -> Option<Box<Reply>> {
    let server = server(run);
    for _ in 0..patience.tries {
        let what = match run.client.send(query) {
            Outcome::Reply(reply) if reply.truncated && !run.client.over_tcp => {
                run.printed.out(&[TRUNCATED]);
                run.client.over_tcp = true;
                let reply = ask(run, query, patience);
                run.client.over_tcp = false;
                return reply;
            }
            Outcome::Reply(reply) => return Some(reply),
            Outcome::Silent => {
                run.client.wait(patience.wait);
                "timed out"
            }
            Outcome::Refused => "connection refused",
        };
        run.printed
            .out(&[";; communications error to ", &server, "#53: ", what, "\n"]);
    }
    None
}

/// The first server.
fn server(run: &Run<'_, '_>) -> Text {
    run.client
        .resolv
        .nameservers
        .first()
        .cloned()
        .unwrap_or_default()
}

/// What ended a search.
struct Ended {
    /// The name tried last.
    name: Text,
    /// Its reply; nothing when the server did not answer.
    reply: Option<Box<Reply>>,
}

/// Searches until a reply is not NXDOMAIN; `each` is told of every reply.
fn search(
    run: &mut Run<'_, '_>,
    names: &[Text],
    kind: Type,
    patience: Patience,
    mut each: impl FnMut(&mut Run<'_, '_>, &Reply),
) -> Ended {
    let mut ended = Ended {
        name: Text::new(),
        reply: None,
    };
    for name in names {
        let reply = ask(run, &Query::new(name.clone(), kind), patience);
        if let Some(reply) = &reply {
            each(run, reply);
        }
        let goes_on = reply.as_ref().is_some_and(|it| it.rcode == Rcode::NxDomain);
        ended = Ended {
            name: name.clone(),
            reply,
        };
        if !goes_on {
            break;
        }
    }
    ended
}

/// Where the aliases of a reply lead.
///
/// upstream: chase_cnamechain.
fn chased(name: &Text, reply: &Reply) -> Text {
    let aliases = reply.answer.iter().filter_map(|it| match &it.data {
        Data::Cname(target) => Some((&it.name, target)),
        _ => None,
    });
    aliases.fold(
        name.clone(),
        |at, (owner, target)| if *owner == at { target.clone() } else { at },
    )
}
