//! `mysql`, `mysqladmin ping`, and the server they talk to: how they connect, and how they print what it answers.
//!
//! What statements do, `sql` says; the data lie in the server's data folder, so on a claim they outlive the pod. In a set
//! with Percona's `xtrabackup` beside the server, as in the tutorial, all members but the first follow that one.
//! Left out: users beyond those of the image's variables, encryption, other reasons to replicate.
//!
//! upstream: client/mysql.cc, client/mysqladmin.cc and sql-common/client.cc of `MySQL` 5.7.

mod prompt;

use core::net::IpAddr;

use super::http::{Reached, look_up, reach};
use super::image::{Application, Image};
use super::peers::{ordinal, peers, words};
use super::sql::{Failure, Server, Table, statements};
use super::{Container, Run, environment};
pub(super) use prompt::counted;

use crate::value::Text;

/// Where a server listens.
pub(super) const PORT: u16 = 3306;
const SOCKET: &str = "/var/run/mysqld/mysqld.sock";
/// The most bytes that one client handles, and that it prints.
const MOST_HANDLED: usize = 1 << 24;
const MOST_PRINTED: usize = 1 << 20;

/// The lines that `MySQL` goes by, where their words differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Make {
    /// Up to 5.7.
    Old,
    /// From 8.0 on.
    New,
    Maria,
}

/// The name and the tag of an image.
fn split(image: &str) -> (&str, &str) {
    let last = image.split('@').next().unwrap_or_default();
    let last = last.rsplit('/').next().unwrap_or_default();
    last.split_once(':').unwrap_or((last, ""))
}

fn is_server(there: &Container<'_>) -> bool {
    Image::parse(there.image).application == Application::Mysql
}

fn make(image: &str) -> Make {
    match split(image) {
        ("mariadb", _) => Make::Maria,
        (_, tag) if tag.starts_with("5.") => Make::Old,
        _ => Make::New,
    }
}

/// What a client was told on its command line.
#[derive(Default)]
struct Told {
    host: Text,
    port: Text,
    user: Text,
    password: Option<Text>,
    database: Text,
    execute: Option<Text>,
    /// Letters of the options without a value.
    flags: String,
    words: Vec<Text>,
}

impl Told {
    fn read(argv: &[Text]) -> Self {
        let mut told = Self::default();
        let mut words = argv.iter().skip(1);
        while let Some(word) = words.next() {
            if let Some(long) = word.strip_prefix("--") {
                let (name, value) = long.split_once('=').unwrap_or((long, ""));
                let letter = match name {
                    "host" => 'h',
                    "port" => 'P',
                    "user" => 'u',
                    "database" => 'D',
                    "execute" => 'e',
                    "password" => 'p',
                    "table" => 't',
                    "batch" => 'B',
                    "skip-column-names" => 'N',
                    _ => continue,
                };
                let is_apart = "hPuDe".contains(letter) && !long.contains('=');
                let next = if is_apart { words.next() } else { None };
                let value = next.map_or_else(|| value.into(), Text::clone);
                told.take(letter, value);
            } else if let Some(letters) = word.strip_prefix('-') {
                for (at, letter) in letters.char_indices() {
                    let rest = &letters[at + letter.len_utf8()..];
                    if !"hPuDeSp".contains(letter) {
                        told.flags.push(letter);
                        continue;
                    }
                    let is_apart = rest.is_empty() && letter != 'p';
                    let next = if is_apart { words.next() } else { None };
                    let value = next.map_or_else(|| rest.into(), Text::clone);
                    told.take(letter, value);
                    break;
                }
            } else {
                told.words.push(word.clone());
            }
        }
        told
    }

    fn take(&mut self, letter: char, value: Text) {
        match letter {
            'h' => self.host = value,
            'P' => self.port = value,
            'u' => self.user = value,
            'D' => self.database = value,
            'e' => self.execute = Some(value),
            'p' if !value.is_empty() => self.password = Some(value),
            'S' | 'p' => {}
            flag => self.flags.push(flag),
        }
    }
}

/// Connects; else the error in the client library's words.
fn connect<'a>(run: &mut Run<'a, '_>, told: &Told) -> Result<Container<'a>, Failure> {
    let mine = make(run.container.map_or("", |it| it.image));
    let is_local = matches!(told.host.as_str(), "" | "localhost");
    let port = told.port.parse().unwrap_or(PORT);
    let host = if is_local { "127.0.0.1" } else { &told.host };
    let Some(address) = look_up(run, host) else {
        let number = if mine == Make::Old { 0 } else { -2 };
        let text = crate::text!("Unknown MySQL server host '{host}' ({number})");
        return Err(Failure::new(2005, "HY000", text));
    };
    let number = match reach(run, address, port) {
        Reached::Container(there) if is_server(&there) => {
            return admit(run, told, there, address, is_local);
        }
        Reached::NoRoute => 113,
        Reached::Container(_) | Reached::Nothing => 111,
    };
    if is_local {
        let text =
            crate::text!("Can't connect to local MySQL server through socket '{SOCKET}' (2)");
        return Err(Failure::new(2002, "HY000", text));
    }
    let (code, place) = match mine {
        Make::Old => (2003, host.into()),
        Make::New => (2003, crate::text!("{host}:{port}")),
        Make::Maria => (2002, host.into()),
    };
    let what = if mine == Make::Maria {
        "server"
    } else {
        "MySQL server"
    };
    let number = if mine == Make::Maria && number == 111 {
        115
    } else {
        number
    };
    let text = crate::text!("Can't connect to {what} on '{place}' ({number})");
    Err(Failure::new(code, "HY000", text))
}

/// The server lets the user in, or does not.
// differs: a password that comes from a Secret is not asked for.
fn admit<'a>(
    run: &Run<'a, '_>,
    told: &Told,
    there: Container<'a>,
    address: IpAddr,
    is_local: bool,
) -> Result<Container<'a>, Failure> {
    let set = environment(&there);
    let value = |names: [&str; 2]| {
        let found = set.iter().find(|it| names.contains(&it.0.as_str()));
        found.map_or("", |it| it.1.as_str())
    };
    let user = if told.user.is_empty() {
        "root"
    } else {
        &told.user
    };
    let wanted = if user == "root" {
        Some(value(["MYSQL_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD"]))
    } else {
        let is_known = user == value(["MYSQL_USER", "MARIADB_USER"]);
        is_known.then(|| value(["MYSQL_PASSWORD", "MARIADB_PASSWORD"]))
    };
    let given = told.password.as_deref();
    if wanted.is_some_and(|it| it.is_empty() || Some(it) == given) {
        return Ok(there);
    }
    let from = match run.container {
        _ if is_local => "localhost".into(),
        _ if address.is_loopback() => address.to_string(),
        from => from.map_or("", |it| it.pod.pod_ip()).into(),
    };
    let how = if given.is_some() { "YES" } else { "NO" };
    let text = crate::text!("Access denied for user '{user}'@'{from}' (using password: {how})");
    Err(Failure::new(1045, "28000", text))
}

/// The server in a container, and who follows it.
fn serve<'a>(there: &Container<'a>) -> Server<'a> {
    let has_backup = |it: &Container<'_>| {
        let mut all = it.pod.containers().iter();
        all.any(|it| it["image"].as_str().contains("xtrabackup"))
    };
    let members = if has_backup(there) {
        peers(there)
    } else {
        Vec::new()
    };
    let own = ordinal(there.pod);
    let of = |is_first: bool| {
        let some = members.iter().copied();
        some.filter(|it| (ordinal(it.pod) == 0) == is_first)
            .collect()
    };
    let follows: Vec<Container<'_>> = if own > 0 { of(true) } else { Vec::new() };
    let default = u64::from(make(there.image) != Make::Old);
    Server {
        there: *there,
        is_read_only: own > 0 && !members.is_empty(),
        followers: if own == 0 { of(false) } else { Vec::new() },
        first: follows.first().copied(),
        id: words(there.pod)
            .find_map(|it| server_id(it, own))
            .unwrap_or(default),
        version: split(there.image).1.into(),
        said: Text::new(),
        handled: 0,
    }
}

/// `server-id=7` and `server-id=$((100 + $ordinal))` in what starts a pod.
fn server_id(words: &str, ordinal: u64) -> Option<u64> {
    let (_, value) = words.split_once("server-id=")?;
    let sum = value.strip_prefix("$((");
    let value = sum.unwrap_or(value);
    let end = value.find(|it: char| !it.is_ascii_digit());
    let number: u64 = value[..end.unwrap_or(value.len())].parse().ok()?;
    Some(number.saturating_add(if sum.is_some() { ordinal } else { 0 }))
}

pub(super) fn mysql(run: &mut Run<'_, '_>) {
    let mut told = Told::read(run.argv);
    if let Some(word) = told.words.first() {
        told.database = word.clone();
    }
    if let Some(line) = run.container.and_then(|it| it.typed) {
        return prompt::typed(run, &told, line);
    }
    let image = run.container.map_or("", |it| it.image);
    if told.password.is_some() && make(image) != Make::Maria {
        let warning =
            "mysql: [Warning] Using a password on the command line interface can be insecure.\n";
        run.printed.err(&[warning]);
    }
    let there = match connect(run, &told) {
        Ok(there) => there,
        Err(failure) => return run.printed.fail(1, &[&failure.line(None)]),
    };
    let (is_terminal, stdin) = match run.container {
        Some(it) => (it.is_terminal && it.stdin.is_none(), it.stdin.cloned()),
        None => (false, None),
    };
    let is_asked = told.execute.is_none() && run.takes_lines();
    if is_terminal && told.execute.is_none() && !is_asked {
        let text = "mysql: its prompt is not simulated here: give it statements with -e, or on its standard input\n";
        return run.printed.fail(1, &[text]);
    }
    let text = told.execute.take().or(stdin).unwrap_or_default();
    let mut server = serve(&there);
    server.follow();
    run.printed.read = server.handled;
    let has = |letter| told.flags.contains(letter);
    let is_drawn = has('t') || is_terminal && !has('B') && !has('s');
    let (mut database, mut bytes) = (told.database.clone(), 0);
    if let Err(failure) = server.choose(&database) {
        return run.printed.fail(1, &[&failure.line(None)]);
    }
    if is_asked {
        return prompt::greet(run, &server, &database);
    }
    for statement in statements(&text) {
        let shown = match server.run(&statement, &text, &mut database, run.now) {
            Ok(Some(table)) if is_drawn => draw(&table, !has('N')),
            Ok(Some(table)) => Some(tabs(&table, !has('N'))),
            Ok(None) => Some(String::new()),
            Err(failure) => {
                run.printed.fail(1, &[&failure.line(Some(statement.line))]);
                if has('f') {
                    continue;
                }
                break;
            }
        };
        bytes += shown.as_ref().map_or(MOST_PRINTED, String::len);
        if bytes >= MOST_PRINTED || server.handled > MOST_HANDLED {
            run.printed
                .fail(1, &["mysql: this is too much text: it is stopped here\n"]);
            break;
        }
        run.printed.out(&[&shown.unwrap_or_default()]);
    }
    server.lead();
    run.printed.read = server.handled;
}

/// A table as on a terminal; nothing if it is too long.
fn draw(table: &Table, has_names: bool) -> Option<String> {
    let cell = |it: &Option<Text>| it.clone().unwrap_or_else(|| "NULL".into());
    let length = |it: &str| it.chars().count();
    let mut widths: Vec<usize> = table.names.iter().map(|it| length(it)).collect();
    for row in &table.rows {
        for (width, it) in widths.iter_mut().zip(row) {
            *width = (*width).max(length(&cell(it)));
        }
    }
    let whole: usize = widths.iter().map(|it| it + 3).sum();
    if table.rows.is_empty() {
        return Some(String::new());
    }
    if whole * (table.rows.len() + 4) > MOST_PRINTED {
        return None;
    }
    let rules = widths.iter().map(|it| ["+", &"-".repeat(it + 2)].concat());
    let rule = rules.collect::<String>();
    let mut out = [&rule, "+\n"].concat();
    let line = |cells: &mut dyn Iterator<Item = (Text, bool)>| {
        let padded = widths.iter().zip(cells);
        let padded = padded.map(|(width, (text, is_right))| {
            if is_right {
                format!("| {text:>width$} ")
            } else {
                format!("| {text:<width$} ")
            }
        });
        padded.collect::<String>() + "|\n"
    };
    if has_names {
        out += &line(&mut table.names.iter().map(|it| (it.clone(), false)));
        out += &[&rule, "+\n"].concat();
    }
    for row in &table.rows {
        out += &line(
            &mut row
                .iter()
                .zip(&table.are_numbers)
                .map(|(it, right)| (cell(it), *right)),
        );
    }
    Some(out + &rule + "+\n")
}

/// A table as another program reads it.
fn tabs(table: &Table, has_names: bool) -> String {
    let mut out = String::new();
    if has_names && !table.rows.is_empty() {
        out = table.names.join("\t") + "\n";
    }
    for row in &table.rows {
        let cells = row.iter().map(|it| {
            it.as_ref()
                .map_or("NULL".into(), |it| super::sql::escaped(it))
        });
        out += &(cells.collect::<Vec<String>>().join("\t") + "\n");
    }
    out
}

pub(super) fn mysqladmin(run: &mut Run<'_, '_>) {
    let told = Told::read(run.argv);
    match told.words.first().map_or("", Text::as_str) {
        "ping" => {}
        "" => {
            return run
                .printed
                .fail(1, &["mysqladmin: no command: only ping is simulated\n"]);
        }
        other => {
            let parts = ["mysqladmin: only ping is simulated, not ", other, "\n"];
            return run.printed.fail(1, &parts);
        }
    }
    match connect(run, &told) {
        Ok(_) => run.printed.out(&["mysqld is alive\n"]),
        // A server that refuses the user is alive.
        Err(Failure {
            code: 1045, text, ..
        }) => {
            let host = if told.host.is_empty() {
                "localhost"
            } else {
                &told.host
            };
            run.printed.err(&[
                "mysqladmin: connect to server at '",
                host,
                "' failed\nerror: '",
                &text,
                "'\n",
            ]);
        }
        Err(Failure { text, .. }) => {
            let is_local = matches!(told.host.as_str(), "" | "localhost");
            let (host, check) = if is_local {
                (
                    "localhost",
                    crate::text!("that the socket: '{SOCKET}' exists!"),
                )
            } else {
                let (host, port) = (&told.host, told.port.parse().unwrap_or(PORT));
                let check = crate::text!(
                    "that the port is {port}.\nYou can check this by doing 'telnet {host} {port}'"
                );
                (host.as_str(), check)
            };
            let on = if is_local {
                String::new()
            } else {
                [" on ", host].concat()
            };
            let parts = [
                "mysqladmin: connect to server at '",
                host,
                "' failed\nerror: '",
                &text,
                "'\nCheck that mysqld is running",
                &on,
                " and ",
                &check,
                "\n",
            ];
            run.printed.fail(1, &parts);
        }
    }
}
