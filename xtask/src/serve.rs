//! A static file server for www: loopback only, GET and HEAD only, nothing cached.
//!
//! It sends the strictest policy that the page must live with on any host, so that a breach shows at home.
//! It leaves out all that a public host does: compression, ranges, keep-alive.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};

const DEFAULT_PORT: u16 = 8080;
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'";
const REQUEST_LIMIT: u64 = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves until it is stopped. Without a wish for a port it takes 8080, or any free one if that is taken.
pub fn run(www: &Path, port: Option<u16>) -> Result<()> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = match port {
        Some(port) => bind(port).with_context(|| format!("port {port}")),
        None => bind(DEFAULT_PORT)
            .or_else(|_| bind(0))
            .context("no free port"),
    }?;
    // A page test reads this line: the address is its last word.
    println!("Serving www at http://{}/", listener.local_addr()?);
    for connection in listener.incoming() {
        let www = www.to_owned();
        let answer = move || connection.and_then(|it| answer(&it, &www));
        // A reader that goes away in mid-file is no concern of ours.
        #[expect(
            clippy::disallowed_methods,
            reason = "the rule is for the simulation; this is a server"
        )]
        thread::spawn(|| drop(answer()));
    }
    Ok(())
}

fn answer(mut stream: &TcpStream, www: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.take(REQUEST_LIMIT)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // The headers are read to their end: closing with bytes unread would reset the connection.
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = request.split(' ');
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let (status, mime, body) = match method {
        "GET" | "HEAD" => {
            match file(www, target).and_then(|it| Some((mime(&it), fs::read(&it).ok()?))) {
                Some((mime, body)) => ("200 OK", mime, body),
                None => ("404 Not Found", TEXT, b"not found\n".to_vec()),
            }
        }
        _ => (
            "405 Method Not Allowed",
            TEXT,
            b"only GET and HEAD\n".to_vec(),
        ),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nContent-Length: {length}\r\nCache-Control: no-store\r\n\
         Content-Security-Policy: {POLICY}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )?;
    if method == "HEAD" {
        return Ok(());
    }
    stream.write_all(&body)
}

/// The file that a request's target names; none for a name that could lead out of www.
fn file(www: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?;
    let path = if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path.to_owned()
    };
    // Our file names are plain ASCII words, so an escape, a dot file or a parent folder is never one of them.
    let is_plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || b"._-".contains(&it))
    };
    path.split('/').all(is_plain).then(|| www.join(path))
}

const TEXT: &str = "text/plain; charset=utf-8";

fn mime(file: &Path) -> &'static str {
    match file
        .extension()
        .and_then(|it| it.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "md" => "text/markdown; charset=utf-8",
        "txt" | "yaml" | "ts" => TEXT,
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_names_a_file_in_www() {
        let www = Path::new("/www");
        assert_eq!(file(www, "/"), Some(PathBuf::from("/www/index.html")));
        assert_eq!(
            file(www, "/lessons/?a=b"),
            Some(PathBuf::from("/www/lessons/index.html"))
        );
        assert_eq!(
            file(www, "/pkg/engine_bg.wasm?v=1"),
            Some(PathBuf::from("/www/pkg/engine_bg.wasm"))
        );
    }

    #[test]
    fn no_target_leads_out_of_www() {
        let www = Path::new("/www");
        for target in [
            "/../x",
            "/a/../../x",
            "/%2e%2e/x",
            "//etc/passwd",
            "/.git/config",
            "/a\\..\\x",
            "x",
            "",
            "*",
        ] {
            assert_eq!(file(www, target), None, "{target}");
        }
    }
}
