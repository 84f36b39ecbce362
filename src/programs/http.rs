//! `wget` and `curl`: which address a name leads them to, and what an nginx there answers.
//!
//! Left out: other servers than nginx, its configuration, HTTPS, curl's progress meter.
//!
//! upstream: busybox networking/wget.c; curl lib/connect.c; nginx' html/index.html and ngx_http_special_response.c.

use core::net::IpAddr;

use super::disk::{Disk, PAGES, is_nginx};
use super::image::{Application, Image};
use super::peers::runs;
use super::{Container, Run, cassandra, mysql, redis, zookeeper};
use crate::api::{Kind, Object, Objects};
use crate::chance::chance;
use crate::time::Duration;
use crate::value::{Text, Value};

/// The first busybox whose wget says where it writes to.
const FIRST_SAVING: u32 = 32;
/// How long it takes to learn that no machine has an address.
const NO_ROUTE: Duration = Duration::ms(3_000);

pub(super) const WELCOME: &str = "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n<style>\n\
html { color-scheme: light dark; }\nbody { width: 35em; margin: 0 auto;\n\
font-family: Tahoma, Verdana, Arial, sans-serif; }\n</style>\n</head>\n<body>\n\
<h1>Welcome to nginx!</h1>\n<p>If you see this page, the nginx web server is successfully installed and\n\
working. Further configuration is required.</p>\n\n\
<p>For online documentation and support please refer to\n<a href=\"http://nginx.org/\">nginx.org</a>.<br/>\n\
Commercial support is available at\n<a href=\"http://nginx.com/\">nginx.com</a>.</p>\n\n\
<p><em>Thank you for using nginx.</em></p>\n</body>\n</html>\n";

/// What connecting to an address comes to.
enum Met {
    Answer { status: &'static str, body: Text },
    Refused,
    NoRoute,
}

/// What a URL names.
struct Target {
    /// As it stands in the URL, with its port.
    place: Text,
    host: Text,
    port: u16,
    /// With the slash it begins with.
    path: Text,
}

impl Target {
    fn read(url: &str) -> Self {
        let rest = url.strip_prefix("http://").unwrap_or(url);
        let (place, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        // Who asks makes no difference here.
        let place = place.rsplit_once('@').map_or(place, |it| it.1);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let (host, port) = place.rsplit_once(':').unwrap_or((place, "80"));
        Self {
            place: place.into(),
            host: host.into(),
            port: port.parse().unwrap_or(80),
            path: path.into(),
        }
    }
}

pub(super) fn wget(run: &mut Run<'_, '_>) {
    let (mut is_quiet, mut is_spider, mut to, mut url) = (false, false, Text::new(), Text::new());
    let mut words = run.argv[1..].iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--spider" => is_spider = true,
            "-T" | "-t" | "-U" | "-P" => _ = words.next(),
            _ if word.starts_with("--") => {}
            _ => match word.strip_prefix('-') {
                Some(letters) => {
                    is_quiet |= letters.starts_with('q');
                    if let Some((_, file)) = letters.split_once('O') {
                        let mut next = || words.next().map_or("", Text::as_str);
                        to = if file.is_empty() { next() } else { file }.into();
                    }
                }
                None => url = word.clone(),
            },
        }
    }
    let target = Target::read(&url);
    let Some(address) = look_up(run, &target.host) else {
        let host = &target.host;
        return run.printed.fail(1, &["wget: bad address '", host, "'\n"]);
    };
    let shown = address.to_string();
    let tell = |run: &mut Run<'_, '_>, parts: &[&str]| {
        if !is_quiet {
            run.printed.err(parts);
        }
    };
    let port = target.port.to_string();
    tell(
        run,
        &[
            "Connecting to ",
            &target.place,
            " (",
            &shown,
            ":",
            &port,
            ")\n",
        ],
    );
    let cannot = |run: &mut Run<'_, '_>, why: &str| {
        let parts = [
            "wget: can't connect to remote host (",
            &shown,
            "): ",
            why,
            "\n",
        ];
        run.printed.fail(1, &parts);
    };
    let body = match meet(run, address, &target) {
        Met::Refused => return cannot(run, "Connection refused"),
        Met::NoRoute => return cannot(run, "No route to host"),
        Met::Answer { status, .. } if !status.starts_with('2') => {
            let parts = ["wget: server returned error: HTTP/1.1 ", status, "\n"];
            return run.printed.fail(1, &parts);
        }
        Met::Answer { body, .. } => body,
    };
    if is_spider {
        return tell(run, &["remote file exists\n"]);
    }
    let file = if to.is_empty() { "index.html" } else { &to };
    if file == "-" {
        run.printed.out(&[&body]);
    } else if !save(run, file, &body) {
        return;
    }
    if !is_quiet {
        print_progress(run, file, body.len());
    }
}

/// Writes what came; false, having said so, if it cannot.
fn save(run: &mut Run<'_, '_>, file: &str, body: &Text) -> bool {
    let written = run.container.map(|it| Disk(it).write(file, body.clone()));
    let Some(Err(why)) = written else {
        return true;
    };
    let name = run.argv[0].clone();
    run.printed
        .fail(1, &[&name, ": can't open '", file, "': ", why, "\n"]);
    false
}

/// What wget says while it saves a file, around what it wrote to standard output.
fn print_progress(run: &mut Run<'_, '_>, file: &str, length: usize) {
    let busybox = run.image.busybox();
    let is_talkative = busybox.is_none_or(|it| it.minor >= FIRST_SAVING);
    let name = file.rsplit('/').next().unwrap_or(file);
    let bar = if is_talkative { "*|   " } else { "|   " };
    let line = crate::text!(
        "{name:<20} 100% |*******************************{bar}{length}  0:00:00 ETA\n"
    );
    let (before, after) = match (is_talkative, file) {
        (false, _) => (Text::new(), Text::new()),
        (true, "-") => ("writing to stdout\n".into(), "written to stdout\n".into()),
        (true, _) => (
            crate::text!("saving to '{file}'\n"),
            crate::text!("'{file}' saved\n"),
        ),
    };
    let body = if file == "-" {
        run.printed.output.pop()
    } else {
        None
    };
    run.printed.err(&[&before]);
    run.printed.output.extend(body);
    run.printed.err(&[&line, &after]);
}

pub(super) fn curl(run: &mut Run<'_, '_>) {
    let (mut is_silent, mut shows_errors, mut fails, mut is_head) = (false, false, false, false);
    let (mut to, mut url) = (Text::new(), Text::new());
    let mut words = run.argv[1..].iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-m" | "--max-time" | "--connect-timeout" | "-H" | "-A" | "-u" | "--user" => {
                _ = words.next();
            }
            "-o" | "--output" => to = words.next().cloned().unwrap_or_default(),
            "--silent" => is_silent = true,
            "--fail" => fails = true,
            "--head" => is_head = true,
            _ if word.starts_with("--") => {}
            _ => match word.strip_prefix('-') {
                Some(letters) => {
                    is_silent |= letters.contains('s');
                    shows_errors |= letters.contains('S');
                    fails |= letters.contains('f');
                    is_head |= letters.contains('I');
                }
                None => url = word.clone(),
            },
        }
    }
    let target = Target::read(&url);
    let (host, port) = (&target.host, target.port.to_string());
    let fail = |run: &mut Run<'_, '_>, exit: i32, parts: &[&str]| {
        run.printed.exit = exit;
        if !is_silent || shows_errors {
            let number = exit.to_string();
            run.printed.err(&["curl: (", &number, ") "]);
            run.printed.err(parts);
        }
    };
    let Some(address) = look_up(run, host) else {
        return fail(run, 6, &["Could not resolve host: ", host, "\n"]);
    };
    match meet(run, address, &target) {
        Met::Answer { status, .. } if fails && !status.starts_with('2') => {
            let code = status.split(' ').next().unwrap_or("");
            fail(run, 22, &["The requested URL returned error: ", code, "\n"]);
        }
        Met::Answer { status, body } => {
            let length = body.len().to_string();
            let head = [
                "HTTP/1.1 ",
                status,
                "\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: ",
                &length,
                "\r\nConnection: keep-alive\r\n\r\n",
            ];
            match (to.as_str(), is_head) {
                ("" | "-", true) => run.printed.out(&head),
                ("" | "-", false) => run.printed.out(&[&body]),
                (file, _) => _ = save(run, file, &body),
            }
        }
        Met::Refused | Met::NoRoute => {
            let after = run.client.waited.ms.to_string();
            let parts = [
                "Failed to connect to ",
                host,
                " port ",
                &port,
                " after ",
                &after,
                " ms: Couldn't connect to server\n",
            ];
            fail(run, 7, &parts);
        }
    }
}

/// The address that is connected to: the first of the C library's, IPv4 before IPv6, as no pod has a route for that.
pub(super) fn look_up(run: &mut Run<'_, '_>, host: &str) -> Option<IpAddr> {
    let found = run.client.addresses(host)?.addresses;
    let v4 = found.iter().find(|it| it.is_ipv4());
    v4.or(found.first()).copied()
}

fn meet(run: &mut Run<'_, '_>, address: IpAddr, target: &Target) -> Met {
    match reach(run, address, target.port) {
        Reached::Container(there) if is_nginx(there.image) => page(Disk(&there), &target.path),
        Reached::Container(_) | Reached::Nothing => Met::Refused,
        Reached::NoRoute => Met::NoRoute,
    }
}

/// What listens at an address and port.
pub(super) enum Reached<'a> {
    Container(Container<'a>),
    Nothing,
    NoRoute,
}

/// Connects as kube-proxy and the network would: a cluster IP leads to any ready endpoint, a pod's to its containers.
pub(super) fn reach<'a>(run: &mut Run<'a, '_>, address: IpAddr, port: u16) -> Reached<'a> {
    let text = address.to_string();
    let Some(from) = run.container else {
        return Reached::NoRoute;
    };
    let own = address.is_loopback().then_some(from.pod);
    let mut at = (own.map_or(text.as_str(), Object::pod_ip).to_owned(), port);
    let has_address = |it: &&Object| {
        let spec = &it.value["spec"];
        spec["clusterIP"].as_str() == text
            || spec["clusterIPs"]
                .items()
                .iter()
                .any(|it| it.as_str() == text)
    };
    let services = from.objects.list(Kind::Service).map(AsRef::as_ref);
    if let Some(service) = services.into_iter().find(has_address) {
        let ready = endpoints(from.objects, service, port);
        let draw = chance(run.seed, &["proxy", &text, &run.now.rfc3339()]);
        let count = ready.len() as u64;
        let Some(place) = draw
            .checked_rem(count)
            .and_then(|it| usize::try_from(it).ok())
        else {
            return Reached::Nothing;
        };
        at = ready[place].clone();
    }
    let mut pods = from.objects.list(Kind::Pod);
    let Some(pod) = pods.find(|it| it.pod_ip() == at.0) else {
        run.client.wait(NO_ROUTE);
        return Reached::NoRoute;
    };
    let containers = pod.containers().iter();
    let mut running = containers.filter(|it| runs(pod, it["name"].as_str()));
    match running.find(|it| listens_at(it) == Some(at.1)) {
        Some(there) => Reached::Container(Container {
            image: there["image"].as_str(),
            pod,
            name: there["name"].as_str(),
            ..*from
        }),
        None => Reached::Nothing,
    }
}

/// The ready addresses and ports behind one port of a Service.
fn endpoints(objects: &Objects, service: &Object, port: u16) -> Vec<(String, u16)> {
    let number = |it: &Value| it["port"].as_int().and_then(|it| u16::try_from(it).ok());
    let ports = service.value["spec"]["ports"].items();
    let name = ports
        .iter()
        .find(|it| number(it) == Some(port))
        .map(|it| it["name"].as_str());
    let mut found = Vec::new();
    for slice in objects.list_in(Kind::EndpointSlice, service.namespace()) {
        let ports = slice.value["ports"].items();
        let target = ports.iter().find(|it| Some(it["name"].as_str()) == name);
        let Some(target) = target
            .and_then(number)
            .filter(|_| slice.slice_service() == service.name())
        else {
            continue;
        };
        let ready = slice.value["endpoints"]
            .items()
            .iter()
            .filter(|it| it["conditions"]["ready"].is_true());
        found.extend(ready.map(|it| (it["addresses"][0].as_str().to_owned(), target)));
    }
    found
}

/// The port a container's program listens at; nothing for one that is not known, or that was started as a client.
fn listens_at(container: &Value) -> Option<u16> {
    let image = container["image"].as_str();
    let words = [&container["command"], &container["args"]].map(Value::items);
    let mut words = words.into_iter().flatten().map(Value::as_str);
    let first = words.next().unwrap_or_default();
    let name = first.rsplit('/').next()?;
    let is_shell = matches!(name, "sh" | "bash" | "ash") && words.next() != Some("-c");
    let made_for = Image::parse(image);
    if is_shell || made_for.has(name) {
        return None;
    }
    match made_for.application {
        Application::Redis => return Some(redis::PORT),
        Application::Mysql => return Some(mysql::PORT),
        Application::ZooKeeper => return Some(zookeeper::PORT),
        Application::Cassandra => return Some(cassandra::PORT),
        Application::None => {}
    }
    let name = image.rsplit('/').next()?;
    let name = name.split([':', '@']).next()?;
    match name {
        "nginx" | "nginx-slim" => Some(80),
        "nginx-unprivileged" => Some(8080),
        _ => None,
    }
}

/// What nginx answers of its folder of pages.
fn page(disk: Disk<'_>, path: &str) -> Met {
    let mut file = crate::text!("{PAGES}{path}");
    let is_folder = disk.is_folder(&file);
    if is_folder {
        file.push_str("/index.html");
    }
    let title = match disk.read(&file) {
        Some(body) => {
            let status = "200 OK";
            return Met::Answer { status, body };
        }
        None if is_folder => "403 Forbidden",
        None => "404 Not Found",
    };
    let body = crate::text!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    Met::Answer {
        status: title,
        body,
    }
}
