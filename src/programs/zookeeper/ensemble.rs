//! The servers that answer together, the tree of nodes that they hold, and the files it lies in.

use super::{folder, servers};
use crate::programs::peers::{ordinal, peers};
use crate::programs::{Container, Disk};
use crate::sort;
use crate::time::Time;
use crate::value::Text;

/// The first transaction of the first epoch.
const EPOCH: u64 = 1 << 32;

/// A node of the tree. Numbers are as its server keeps them: transactions, times, versions.
#[derive(Clone)]
pub(super) struct Node {
    pub path: Text,
    pub data: Text,
    /// Made and changed in, and its children in.
    pub transactions: [u64; 3],
    /// Made and changed at.
    pub times: [u64; 2],
    /// Of its children and its data.
    pub versions: [u64; 2],
}

/// The servers that answer together, and what they hold.
pub(super) struct Ensemble<'a> {
    members: Vec<Container<'a>>,
    pub count: u64,
    transaction: u64,
    pub nodes: Vec<Node>,
    pub read: usize,
}

impl<'a> Ensemble<'a> {
    /// The ensemble of a server; nothing while it has no majority.
    pub(super) fn of(there: &Container<'a>) -> Option<Self> {
        let count = servers(there);
        let members = if count > 1 {
            peers(there)
        } else {
            vec![*there]
        };
        if members.len() as u64 * 2 <= count {
            return None;
        }
        let first = if count > 1 { EPOCH } else { 0 };
        let mut ensemble = Self {
            members,
            count,
            transaction: first,
            nodes: Vec::new(),
            read: 0,
        };
        for it in ensemble.members.clone() {
            let text = Disk(&it).read(&log(&it)).unwrap_or_default();
            ensemble.read += text.len();
            let mut lines = text.lines();
            let newest = lines
                .next()
                .and_then(|it| it.parse().ok())
                .unwrap_or_default();
            if newest > ensemble.transaction {
                ensemble.transaction = newest;
                ensemble.nodes = lines.filter_map(Node::read).collect();
            }
        }
        Some(ensemble)
    }

    /// The server that leads: of those that first made a majority, the one with the highest number.
    pub(super) fn leader(&self) -> Option<u64> {
        let mut started: Vec<(&str, u64)> = self
            .members
            .iter()
            .map(|it| (since(it), ordinal(it.pod)))
            .collect();
        sort::by(&mut started, Ord::cmp);
        let majority = usize::try_from(self.count / 2 + 1).unwrap_or(usize::MAX);
        started.iter().take(majority).map(|it| it.1).max()
    }

    /// Writes what changed to every server that runs; else why it cannot.
    pub(super) fn keep(&self) -> Result<(), &'static str> {
        let mut text = format!("{}\n", self.transaction);
        for it in &self.nodes {
            text += &it.line();
        }
        for it in &self.members {
            let disk = Disk(it);
            let folder = crate::text!("{}/version-2", folder(it));
            disk.make(&folder)?;
            disk.write(&log(it), text.as_str().into())?;
        }
        Ok(())
    }

    pub(super) fn next(&mut self) -> u64 {
        self.transaction += 1;
        self.transaction
    }

    pub(super) fn at(&self, path: &str) -> Option<usize> {
        self.nodes.iter().position(|it| it.path == path)
    }

    /// The node above a path, if it has one of its own.
    pub(super) fn above(&mut self, path: &str) -> Option<&mut Node> {
        let parent = path.rsplit_once('/').map_or("", |it| it.0);
        self.nodes.iter_mut().find(|it| it.path == parent)
    }

    pub(super) fn children(&self, path: &str) -> Vec<Text> {
        let start = crate::text!("{}/", path.trim_end_matches('/'));
        let below = self
            .nodes
            .iter()
            .filter_map(|it| it.path.strip_prefix(start.as_str()));
        below
            .filter(|it| !it.contains('/'))
            .map(Text::from)
            .collect()
    }
}

fn log(container: &Container<'_>) -> Text {
    crate::text!("{}/version-2/log.1", folder(container))
}

/// Since when a container runs.
fn since<'a>(container: &Container<'a>) -> &'a str {
    let all = &container.pod.value["status"]["containerStatuses"];
    all.item("name", container.name)["state"]["running"]["startedAt"].as_str()
}

impl Node {
    fn read(line: &str) -> Option<Self> {
        let mut cells = line.splitn(9, '\t');
        let path = cells.next()?.into();
        let mut numbers = [0; 7];
        for it in &mut numbers {
            *it = cells.next()?.parse().ok()?;
        }
        let [
            made,
            changed,
            children,
            made_at,
            changed_at,
            of_children,
            of_data,
        ] = numbers;
        Some(Self {
            path,
            data: cells.next()?.into(),
            transactions: [made, changed, children],
            times: [made_at, changed_at],
            versions: [of_children, of_data],
        })
    }

    fn line(&self) -> String {
        let parts: [&[u64]; 3] = [&self.transactions, &self.times, &self.versions];
        let numbers = parts.concat();
        let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
        let data = self.data.replace("\n", " ");
        format!("{}\t{}\t{data}\n", self.path, numbers.join("\t"))
    }

    /// What `stat` says of it.
    pub(super) fn stat(&self, children: usize) -> String {
        let ([made, changed, below], [of_children, of_data]) = (self.transactions, self.versions);
        let [made_at, changed_at] = self.times.map(|ms| java_date(Time { ms }));
        let length = self.data.len();
        format!(
            "cZxid = {made:#x}\nctime = {made_at}\nmZxid = {changed:#x}\nmtime = {changed_at}\npZxid = {below:#x}\n\
             cversion = {of_children}\ndataVersion = {of_data}\naclVersion = 0\nephemeralOwner = 0x0\n\
             dataLength = {length}\nnumChildren = {children}\n"
        )
    }
}

/// `Thu Dec 08 15:13:30 UTC 2016`.
fn java_date(time: Time) -> String {
    let text = time.rfc1123z();
    let words: Vec<&str> = text.split([',', ' ']).filter(|it| !it.is_empty()).collect();
    match words[..] {
        [weekday, day, month, year, clock, _] => {
            [weekday, " ", month, " ", day, " ", clock, " UTC ", year].concat()
        }
        _ => text,
    }
}
