//! How many octets a reply takes, and what is left of one that is too long for its packet.
//!
//! upstream: request.Scrub of CoreDNS; Msg.Truncate and Msg.Len of miekg/dns.

use super::{Data, Query, Record, Reply};
use crate::persistent::Map;
use crate::value::Text;

/// The longest reply over UDP to a client that does not say what it takes.
pub const PLAIN: usize = 512;
/// The longest message over TCP.
pub const TCP: usize = 65_535;
/// A message's header.
const HEADER: usize = 12;
/// A record without its names and data: type, class, TTL, length.
const FIXED: usize = 10;
/// Names further in than this cannot be pointed at.
const POINTER_MAX: usize = 1 << 14;

/// Octets of a reply in which no name is compressed; `opt` of them are its OPT record.
pub fn octets(query: &Query, reply: &Reply, opt: usize) -> usize {
    let sections = [&reply.answer, &reply.authority, &reply.additional];
    let records = sections.into_iter().flatten();
    let records: usize = records
        .map(|it| name_length(&it.name) + FIXED + data_length(&it.data))
        .sum();
    HEADER + name_length(&query.name) + 4 + records + opt
}

/// Cuts a reply to `limit` octets, records from the end, and tells it its length; says whether its names are
/// compressed, as they are only if it would not fit otherwise.
pub fn fit(query: &Query, reply: &mut Reply, limit: usize, opt: usize) -> bool {
    let limit = limit.max(PLAIN);
    reply.octets = octets(query, reply, opt);
    if reply.octets <= limit {
        return false;
    }
    let mut known = Map::default();
    let room = limit - opt;
    let mut used = HEADER;
    used += compressed(&query.name, used, true, &mut known) + 4;
    reply.octets = used + opt;
    for section in [
        &mut reply.answer,
        &mut reply.authority,
        &mut reply.additional,
    ] {
        let mut fitting = 0;
        for record in section.iter() {
            if used >= room {
                break;
            }
            used += record_length(record, used, &mut known);
            if used <= room {
                fitting += 1;
                reply.octets = used + opt;
            }
        }
        reply.truncated |= fitting < section.len();
        section.truncate(fitting);
    }
    true
}

/// A name's octets: its labels' lengths stand where the dots are, and the root is one more.
fn name_length(name: &str) -> usize {
    if name == "." { 1 } else { name.len() + 1 }
}

fn data_length(data: &Data) -> usize {
    match data {
        Data::A(_) => 4,
        Data::Aaaa(_) => 16,
        Data::Ns(it) | Data::Cname(it) | Data::Ptr(it) => name_length(it),
        Data::Txt(it) => it.len() + 1,
        Data::Srv { target, .. } => 6 + name_length(target),
        Data::Soa(it) => name_length(&it.mname) + name_length(&it.rname) + 20,
    }
}

type Known = Map<Text, ()>;

fn record_length(record: &Record, at: usize, known: &mut Known) -> usize {
    let owner = compressed(&record.name, at, true, known) + FIXED;
    let at = at + owner;
    owner
        + match &record.data {
            Data::Ns(it) | Data::Cname(it) | Data::Ptr(it) => compressed(it, at, true, known),
            // Its target is written out; later names may point at it.
            Data::Srv { target, .. } => 6 + compressed(target, at + 6, false, known),
            Data::Soa(it) => {
                let first = compressed(&it.mname, at, true, known);
                first + compressed(&it.rname, at + first, true, known) + 20
            }
            Data::A(_) | Data::Aaaa(_) | Data::Txt(_) => data_length(&record.data),
        }
}

/// A name's octets when what stands in the message already is pointed at.
fn compressed(name: &Text, at: usize, may_point: bool, known: &mut Known) -> usize {
    let mut rest = name.as_str();
    while !rest.is_empty() && rest != "." {
        let begun = name.len() - rest.len();
        if known.contains_key(rest) {
            if may_point {
                return begun + 2;
            }
            break;
        }
        if at + begun < POINTER_MAX {
            known.insert(rest.into(), ());
        }
        rest = rest.split_once('.').map_or("", |it| it.1);
    }
    name_length(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::{Finding, Rcode, Type};

    fn reply(name: &str, count: u8) -> (Query, Reply) {
        let query = Query::new(name, Type::A);
        let record = |it| Record {
            name: query.name.clone(),
            ttl: 30,
            data: Data::A([10, 1, 0, it].into()),
        };
        let reply = Reply {
            answer: (0..count).map(record).collect(),
            ..Reply::empty(Rcode::NoError, Finding::Recorded)
        };
        (query, reply)
    }

    #[test]
    fn a_plain_packet_holds_28_addresses_of_a_headless_service() {
        let name = "nginx.default.svc.cluster.local.";
        assert_eq!(name_length(name), 33);
        let (query, mut all) = reply(name, 100);
        assert!(fit(&query, &mut all, PLAIN, 0));
        assert_eq!((all.answer.len(), all.truncated), (28, true));
        // What fits without pointers has none, and loses nothing.
        let (query, mut few) = reply(name, 9);
        assert!(!fit(&query, &mut few, PLAIN, 0) && !few.truncated);
        let (query, mut some) = reply(name, 28);
        assert!(fit(&query, &mut some, PLAIN, 0) && !some.truncated);
        let (query, mut cut) = reply(name, 100);
        fit(&query, &mut cut, 1232, 23);
        assert_eq!(cut.answer.len(), (1232 - 23 - 49) / 16);
    }

    #[test]
    fn srv_targets_are_written_out_and_pointed_at() {
        let mut known = Map::default();
        let first = Text::from("web-0.nginx.default.svc.cluster.local.");
        assert_eq!(compressed(&first, 12, false, &mut known), 39);
        assert_eq!(compressed(&first, 60, true, &mut known), 2);
        assert_eq!(
            compressed(
                &"web-1.nginx.default.svc.cluster.local.".into(),
                70,
                false,
                &mut known
            ),
            39
        );
        assert_eq!(
            compressed(
                &"web-2.nginx.default.svc.cluster.local.".into(),
                90,
                true,
                &mut known
            ),
            8
        );
        assert_eq!(compressed(&".".into(), 90, true, &mut known), 1);
    }
}
