//! Images: which programs an image has, of which make and with which C library.
//!
//! The image decides which client is used, and that is what misleads people. Known by repository name and tag;
//! anything else counts as a Debian image without DNS tools.

use super::{
    Program, bind, busybox_nslookup, cassandra, coreutils, http, libc, mysql, nc, redis, zookeeper,
};
use crate::api::Object;
use crate::config::Config;
use crate::dns::resolv::{Hosts, ResolvConf, hosts_text};
use crate::dns::stub::{Client, Library, Network};
use crate::value::Text;

/// What an image is made of, as far as its programs matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// The base it is built on.
    pub base: Base,
    /// Whether BIND's `nslookup`, `dig` and `host` were added.
    pub has_bind: bool,
    /// Whether `curl` was added.
    pub has_curl: bool,
    /// The server it is made for.
    pub application: Application,
}

/// A server that is known, with the programs that come with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Application {
    /// None of these.
    None,
    /// redis, or valkey.
    Redis,
    /// `MySQL`, `MariaDB` or Percona's.
    Mysql,
    /// `ZooKeeper`, the tutorial's image or the official one.
    ZooKeeper,
    /// Cassandra.
    Cassandra,
}

/// The base of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// busybox and nothing else.
    Busybox(Busybox),
    /// busybox on musl, with packages.
    Alpine(Busybox),
    /// GNU programs on glibc: Debian and its like.
    Gnu,
    /// One program and no shell.
    Bare,
}

/// A build of busybox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busybox {
    /// The minor version: 28 for 1.28.4.
    pub minor: u32,
    /// The C library it was linked with.
    pub library: Library,
}

/// The busybox minor version of each Alpine minor version, from 3.0 on.
const ALPINE: [u32; 23] = [
    22, 23, 23, 24, 24, 25, 26, 27, 28, 29, 30, 31, 31, 32, 33, 34, 35, 35, 36, 36, 36, 37, 37,
];
/// What tags without a version mean today.
const LATEST_BUSYBOX: u32 = 37;
/// From here on the default busybox image is linked with glibc instead of uClibc.
///
/// docker-library/busybox, December 2022: tag 1.36 was the first pushed after the change.
const FIRST_GLIBC: u32 = 36;
/// Images with this busybox, Alpine 3.18 for one, have musl 1.2.4 or later.
const FIRST_MUSL_TCP: u32 = 36;

impl Image {
    /// Reads an image reference: registry, repository, tag, digest.
    pub fn parse(reference: &str) -> Self {
        let reference = reference.split('@').next().unwrap_or("");
        let last = reference.rsplit('/').next().unwrap_or("");
        let (name, tag) = last.split_once(':').unwrap_or((last, ""));
        let is_alpine = name == "alpine" || tag.contains("alpine");
        let base = match name {
            "busybox" => Base::Busybox(busybox(tag)),
            "agnhost" | "netshoot" | "dnstools" | "curl" => Base::Alpine(alpine("")),
            "pause" | "coredns" => Base::Bare,
            _ if name.starts_with("distroless") || reference.contains("distroless/") => Base::Bare,
            _ if is_alpine => Base::Alpine(alpine(if name == "alpine" { tag } else { "" })),
            _ => Base::Gnu,
        };
        Self {
            base,
            has_curl: matches!(
                name,
                "nginx" | "nginx-slim" | "agnhost" | "netshoot" | "curl"
            ),
            application: match name {
                "redis" | "valkey" => Application::Redis,
                "mysql" | "mariadb" | "percona" | "percona-server" | "mysql-server" => {
                    Application::Mysql
                }
                "cassandra" => Application::Cassandra,
                "zookeeper" | "kubernetes-zookeeper" => Application::ZooKeeper,
                _ => Application::None,
            },
            has_bind: matches!(name, "agnhost" | "netshoot" | "dnstools")
                || name.ends_with("dnsutils"),
        }
    }

    /// The names of its programs.
    pub fn programs(&self) -> impl Iterator<Item = &'static str> {
        let names = NAMES.split_whitespace();
        names.filter(|it| self.has(it))
    }

    /// The program that some words start, if it has that.
    pub(crate) fn program(&self, argv: &[Text]) -> Option<Program> {
        let path = argv.first().map_or("", Text::as_str);
        program(self, path.rsplit('/').next().unwrap_or(""))
    }

    /// Whether it has a program of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        program(self, name).is_some()
    }

    /// The C library its programs resolve names with.
    pub fn library(self) -> Library {
        match self.base {
            Base::Busybox(it) | Base::Alpine(it) => it.library,
            Base::Gnu | Base::Bare => Library::Glibc,
        }
    }

    /// How its programs look names up in that pod.
    pub fn client<'n>(
        self,
        pod: &Object,
        config: &Config,
        network: &'n mut Network<'n>,
    ) -> Client<'n> {
        let (resolv, hosts) = (ResolvConf::of_pod(pod, config), hosts_text(pod, config));
        let mut client = Client::new(resolv, Hosts::parse(&hosts), self.library(), network);
        client.retries_tcp = self.retries_tcp();
        client
    }

    /// Whether its musl, if it has that, asks again over TCP for what did not fit.
    pub fn retries_tcp(self) -> bool {
        self.busybox().is_some_and(|it| it.minor >= FIRST_MUSL_TCP)
    }

    /// Its build of busybox, if it has one.
    pub fn busybox(self) -> Option<Busybox> {
        match self.base {
            Base::Busybox(it) | Base::Alpine(it) => Some(it),
            Base::Gnu | Base::Bare => None,
        }
    }

    /// What its shell says of a file that it cannot open: to write, for that reason, or (for none) to read.
    pub fn not_opened(self, path: &str, why: &str) -> String {
        let is_busybox = self.busybox().is_some();
        let (how, why) = match (why, is_busybox) {
            ("", true) => ("sh: can't open ", "no such file"),
            ("", false) => ("sh: 1: cannot open ", "No such file"),
            ("No such file or directory", true) => ("sh: can't create ", "nonexistent directory"),
            ("No such file or directory", false) => {
                ("sh: 1: cannot create ", "Directory nonexistent")
            }
            (why, true) => ("sh: can't create ", why),
            (why, false) => ("sh: 1: cannot create ", why),
        };
        [how, path, ": ", why, "\n"].concat()
    }

    /// What its shell says of a program that is not there: `sh: nosuch: not found`.
    pub fn not_found(self, name: &str) -> String {
        match self.base {
            Base::Busybox(_) | Base::Alpine(_) => ["sh: ", name, ": not found\n"].concat(),
            Base::Gnu | Base::Bare => ["sh: 1: ", name, ": not found\n"].concat(),
        }
    }
}

/// The second number of a version: 28 of `1.28.4-uclibc`.
fn minor(tag: &str) -> Option<u32> {
    let digits = tag.split('.').nth(1)?;
    let end = digits
        .find(|it: char| !it.is_ascii_digit())
        .unwrap_or(digits.len());
    digits[..end].parse().ok()
}

fn busybox(tag: &str) -> Busybox {
    let minor = minor(tag).unwrap_or(LATEST_BUSYBOX);
    let library = if tag.ends_with("musl") {
        Library::Musl
    } else if tag.ends_with("uclibc") {
        Library::Uclibc
    } else if tag.ends_with("glibc") || minor >= FIRST_GLIBC {
        Library::Glibc
    } else {
        Library::Uclibc
    };
    Busybox { minor, library }
}

fn alpine(tag: &str) -> Busybox {
    let at = minor(tag).and_then(|it| usize::try_from(it).ok());
    Busybox {
        minor: at
            .and_then(|it| ALPINE.get(it))
            .copied()
            .unwrap_or(LATEST_BUSYBOX),
        library: Library::Musl,
    }
}

/// The names of all programs, for completion.
const NAMES: &str = "awk cat chmod chown cqlsh curl date dig echo env getent grep head host hostname id ls mariadb \
mkdir mysql mysqladmin nc nodetool nslookup ping pwd redis-cli rm sed seq sleep sort tail touch wc wget whoami \
zkCli.sh zkServer.sh";

/// The program of that name in an image.
fn program(image: &Image, name: &str) -> Option<Program> {
    if image.base == Base::Bare {
        return None;
    }
    let has_busybox = image.busybox().is_some();
    let application = image.application;
    let has_getent = !matches!(image.base, Base::Busybox(_));
    let main = match name {
        "nslookup" if image.has_bind => bind::nslookup,
        "dig" if image.has_bind => bind::dig,
        "host" if image.has_bind => bind::host,
        "nslookup" if has_busybox => busybox_nslookup::nslookup,
        "ping" if has_busybox || image.has_bind => libc::ping,
        "getent" if has_getent => libc::getent,
        "curl" if image.has_curl => http::curl,
        "wget" if has_busybox => http::wget,
        "redis-cli" if application == Application::Redis => redis::cli,
        "mysql" | "mariadb" if application == Application::Mysql => mysql::mysql,
        "mysqladmin" | "mariadb-admin" if application == Application::Mysql => mysql::mysqladmin,
        "nc" if has_busybox || application == Application::ZooKeeper => nc::nc,
        "zkCli.sh" if application == Application::ZooKeeper => zookeeper::cli,
        "zkServer.sh" if application == Application::ZooKeeper => zookeeper::server,
        "zkOk.sh" | "zookeeper-ready" if application == Application::ZooKeeper => zookeeper::ready,
        "nodetool" if application == Application::Cassandra => cassandra::nodetool,
        "cqlsh" if application == Application::Cassandra => cassandra::cqlsh,
        _ => return coreutils::program(name),
    };
    Some(Program {
        main,
        looks_up: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_decides_which_client_runs() {
        let busybox = |it: &str| Image::parse(it).busybox().map(|it| (it.minor, it.library));
        assert_eq!(busybox("busybox:1.28.4"), Some((28, Library::Uclibc)));
        assert_eq!(
            busybox("docker.io/library/busybox:1.36"),
            Some((36, Library::Glibc))
        );
        assert_eq!(busybox("busybox:1.36.1-musl"), Some((36, Library::Musl)));
        assert_eq!(
            busybox("localhost:5000/busybox"),
            Some((37, Library::Glibc))
        );
        assert_eq!(busybox("alpine:3.8"), Some((28, Library::Musl)));
        assert_eq!(busybox("nginx:1.27-alpine"), Some((37, Library::Musl)));
        assert_eq!(busybox("nginx:1.9.1"), None);
        let has = |image: &str, name: &str| program(&Image::parse(image), name).is_some();
        assert!(has(
            "registry.k8s.io/e2e-test-images/jessie-dnsutils:1.7",
            "dig"
        ));
        assert!(!has("busybox:1.28", "dig") && !has("busybox:1.28", "getent"));
        assert!(has("nginx:1.9.1", "getent") && !has("nginx:1.9.1", "nslookup"));
        assert!(
            !has("registry.k8s.io/pause:3.9", "sh") && !has("registry.k8s.io/pause:3.9", "true")
        );
    }
}
