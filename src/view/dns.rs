//! How a name resolves, as one JSON value. `types.d.ts` has its shape.

use super::words::Words;
use crate::object;
use crate::sim::{Resolution, World};
use crate::value::Value;

/// How a name resolves in a pod, and why: `DnsView` of `types.d.ts`.
pub fn dns(world: &World, words: &Words, name: &str, from: &str) -> Value {
    let it = match world.resolve(name, from) {
        Ok(it) => it,
        Err(error) => return object! {"name": name, "from": from, "error": error},
    };
    let tried = it.tried.iter().map(|tried| {
        let [why, kept] = Resolution::told(tried).map(|it| it.map(|it| words.sentence(&it)));
        object! {
            "server": &tried.server,
            "name": &tried.query.name,
            "type": tried.query.kind.name(),
            "rcode": tried.rcode.map_or("", crate::dns::Rcode::name),
            "records": tried.records,
            "why": why,
            "kept": kept,
            "keptUntil": tried.kept.map(|it| it.until.ms),
        }
    });
    let set = |(name, kind, count): &(_, crate::dns::Type, usize)| object! {"name": name, "type": kind.name(), "count": *count};
    object! {
        "name": name,
        "from": from,
        "error": "",
        "library": it.library,
        "search": it.resolv.search.iter().collect::<Value>(),
        "nameservers": it.resolv.nameservers.iter().collect::<Value>(),
        "options": it.resolv.options.iter().collect::<Value>(),
        "how": words.sentence(&it.how),
        "found": it.found.iter().collect::<Value>(),
        "tried": tried.collect::<Value>(),
        "sets": it.sets.iter().map(set).collect::<Value>(),
        "leftOut": it.left_out.iter().map(|(key, why)| object! {"object": key.to_string(), "why": words.sentence(why)}).collect::<Value>(),
    }
}
