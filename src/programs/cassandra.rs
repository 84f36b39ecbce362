//! `nodetool status`: the members of the set that run, as a ring. `cqlsh` is refused by its name.
//!
//! What a node holds and owns is drawn, as no data are simulated. Left out: members that are away, joining and leaving.
//!
//! upstream: Cassandra 3.11, tools/nodetool/Status.java.

use super::peers::peers;
use super::{Run, environment};
use crate::chance::{between, uid};
use crate::value::Text;

/// Where a node listens to clients.
pub(super) const PORT: u16 = 9042;

pub(super) fn cqlsh(run: &mut Run<'_, '_>) {
    run.printed.fail(1, &["cqlsh is not simulated\n"]);
}

pub(super) fn nodetool(run: &mut Run<'_, '_>) {
    let Some(own) = run
        .container
        .filter(|_| run.argv.get(1).is_some_and(|it| it == "status"))
    else {
        return run
            .printed
            .fail(1, &["nodetool: only status is simulated\n"]);
    };
    let set = environment(own);
    let value = |name: &str, default: &'static str| {
        let found = set.iter().find(|it| it.0 == name && !it.1.is_empty());
        found.map_or(Text::from(default), |it| it.1.clone())
    };
    // The tutorial's image and the official one have other defaults.
    let is_google = own.image.contains("google-samples");
    let (center, rack) = if is_google {
        ("DC1", "Rack1")
    } else {
        ("datacenter1", "rack1")
    };
    let (center, rack) = (value("CASSANDRA_DC", center), value("CASSANDRA_RACK", rack));
    let tokens = value("CASSANDRA_NUM_TOKENS", if is_google { "32" } else { "256" });
    let members = peers(own);
    let count = members.len() as u64;
    let width = members
        .iter()
        .map(|it| it.pod.pod_ip().len())
        .max()
        .unwrap_or_default();
    let title = format!("Datacenter: {center}");
    let mut out = format!(
        "{title}\n{}\nStatus=Up/Down\n|/ State=Normal/Leaving/Joining/Moving\n",
        "=".repeat(title.len())
    );
    let (owns, id) = ("Owns (effective)", "Host ID");
    out += &crate::text!(
        "--  {:width$}  {:9}  {:11}  {owns:16}  {id:36}  Rack\n",
        "Address",
        "Load",
        "Tokens"
    );
    // Two copies of everything, on as many nodes as there are, in thousandths.
    let mut left = 1000 * count.min(2);
    for (at, it) in members.iter().enumerate() {
        let key = ["cassandra", it.pod.namespace(), it.pod.name()];
        let nodes = count - at as u64;
        let even = left / nodes;
        let span = if count > 2 && nodes > 1 { even / 8 } else { 0 };
        let part = between(run.seed, &key, even - span, even + span).min(1000);
        left -= part;
        let owned = format!("{}.{}%", part / 10, part % 10);
        let kib = between(run.seed, &key, 6500, 11_000);
        let load = format!("{}.{:02} KiB", kib / 100, kib % 100);
        let address = it.pod.pod_ip();
        let id = uid(run.seed, &key);
        out += &crate::text!(
            "UN  {address:width$}  {load:9}  {tokens:11}  {owned:16}  {id:36}  {rack}\n"
        );
    }
    run.printed.out(&[&out, "\n"]);
}
