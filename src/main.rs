//! The native command line: conformance runs, recordings and plain simulations in a terminal.
//!
//! No logic of its own: it reads arguments, calls the library and prints.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use statefulset_playground::article;
use statefulset_playground::bridge::{Bridge, SPEED_MAX};
use statefulset_playground::config::Config;
use statefulset_playground::conformance::{self, Error, Report};
use statefulset_playground::time::Time;

const USAGE: &str = "\
usage: statefulset-playground COMMAND

  conformance cluster DIR [--out DIR] [--verbose]   replay recorded scenarios and compare
  conformance compare REAL_DIR OURS_DIR [--verbose] compare two recordings
  conformance hashes FILE                           manifests to ControllerRevision names and bytes
  conformance kubectl FILE.jsonl... [--json]        replay captures of the real kubectl
  conformance dns FILE.json... [--json]             CoreDNS cases
  conformance dns-tools FILE.json [--json]          nslookup, dig and others, byte for byte
  conformance doctor FILE.jsonl [--json]            real people's problems
  record SCENARIO_DIR --out DIR                     run one scenario and write its recording
  lesson [write] FILE.md...                         what lessons say, compared with what happens, or put in its place
  check ARTICLE.md... [--write]                     run what articles tell to type, and compare what they print
  prerender PAGE.html...                            put drawing and transcript into the elements of pages
  run FILE                                          apply a manifest and print what happens
  apiserver [MANIFESTS] [--listen ADDRESS] [--dns ADDRESS] [--speed N]
                                                    serve the API to the real kubectl, and the cluster's DNS to dig;
                                                    N seconds pass in each
  dns [MANIFESTS] [--listen ADDRESS] [--speed N]    the same with the DNS at that address and the API at any
";

/// What the command line asks for, or why it cannot be told.
#[allow(clippy::struct_excessive_bools, reason = "each is a flag")]
struct Arguments<'a> {
    words: Vec<&'a str>,
    out: Option<&'a Path>,
    is_json: bool,
    is_verbose: bool,
    is_writing: bool,
    listen: Option<&'a str>,
    dns: Option<&'a str>,
    /// Whether others than this machine may connect.
    is_public: bool,
    /// How many seconds pass in each.
    speed: u32,
}

impl<'a> Arguments<'a> {
    fn read(args: &'a [String]) -> Result<Self, Error> {
        let mut read = Self {
            words: Vec::new(),
            out: None,
            is_json: false,
            is_verbose: false,
            is_writing: false,
            listen: None,
            dns: None,
            is_public: false,
            speed: 1,
        };
        let mut args = args.iter().map(String::as_str);
        while let Some(arg) = args.next() {
            match arg {
                "--out" => match args.next() {
                    Some(folder) => read.out = Some(Path::new(folder)),
                    None => return Err(misused("--out needs a folder")),
                },
                "--listen" | "--dns" => {
                    let address = args
                        .next()
                        .ok_or_else(|| misused("an address is missing"))?;
                    let place = match arg {
                        "--dns" => &mut read.dns,
                        _ => &mut read.listen,
                    };
                    *place = Some(address);
                }
                "--speed" => {
                    let number = args.next().and_then(|it| it.parse().ok());
                    let number = number.filter(|it| *it <= SPEED_MAX);
                    read.speed =
                        number.ok_or_else(|| misused("--speed needs a whole number up to 3600"))?;
                }
                "--public" => read.is_public = true,
                "--write" => read.is_writing = true,
                "--json" => read.is_json = true,
                "--verbose" => read.is_verbose = true,
                _ if arg.starts_with("--") => {
                    return Err(misused(&format!("unknown option {arg}")));
                }
                _ => read.words.push(arg),
            }
        }
        Ok(read)
    }
}

fn misused(message: &str) -> Error {
    Error {
        place: "command line".to_owned(),
        message: message.to_owned(),
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut out = io::stdout().lock();
    match run(&args, &mut out) {
        Ok(code) => code,
        Err(error) => {
            // Nothing is left to tell anybody when stderr is gone too.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &[String], out: &mut dyn Write) -> Result<ExitCode, Error> {
    let args = Arguments::read(args)?;
    let report = match args.words.as_slice() {
        ["conformance", "compare", real, ours] => {
            conformance::compare(Path::new(real), Path::new(ours))?
        }
        ["conformance", "cluster", folder] => conformance::cluster(Path::new(folder), args.out)?,
        ["conformance", "hashes", file] => conformance::hashes(Path::new(file))?,
        ["conformance", "kubectl", paths @ ..] if !paths.is_empty() => {
            let paths: Vec<&Path> = paths.iter().map(Path::new).collect();
            if args.is_json {
                for ours in conformance::kubectl::replay(&paths)? {
                    print(out, &(ours.to_json() + "\n"))?;
                }
                return Ok(ExitCode::SUCCESS);
            }
            conformance::kubectl::judge(&paths)?
        }
        ["conformance", "dns", paths @ ..] if !paths.is_empty() => {
            let paths: Vec<&Path> = paths.iter().map(Path::new).collect();
            conformance::dns_cases(&paths, args.is_json)?
        }
        ["conformance", "dns-tools", path] => {
            conformance::dns_tools(Path::new(path), args.is_json)?
        }
        ["conformance", "doctor", paths @ ..] if !paths.is_empty() => {
            let paths: Vec<&Path> = paths.iter().map(Path::new).collect();
            conformance::doctor::judge(&paths, args.is_json)?
        }
        ["lesson", "write", paths @ ..] if !paths.is_empty() => {
            let paths: Vec<&Path> = paths.iter().map(Path::new).collect();
            conformance::lessons::write(&paths)?
        }
        ["lesson", paths @ ..] if !paths.is_empty() => {
            let paths: Vec<&Path> = paths.iter().map(Path::new).collect();
            conformance::lessons::judge(&paths)?
        }
        ["record", folder] => {
            let out = args.out.ok_or_else(|| misused("record needs --out DIR"))?;
            conformance::record(Path::new(folder), out)?
        }
        ["check", articles @ ..] if !articles.is_empty() => {
            return check(articles, args.is_writing, out);
        }
        ["prerender", pages @ ..] if !pages.is_empty() => {
            for page in pages {
                let (text, count) =
                    article::prerender(&read(page)?).map_err(|it| failed(page, &it))?;
                std::fs::write(page, text).map_err(|it| failed(page, &it))?;
                print(out, &format!("{page}: {count} prerendered\n"))?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        ["run", file] => {
            for line in conformance::run(Path::new(file))? {
                print(out, &format!("{line}\n"))?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        ["apiserver", manifests @ ..] if manifests.len() < 2 => {
            let api = args.listen.unwrap_or("127.0.0.1:8001");
            serve(&args, api, args.dns, manifests, out)?;
            return Ok(ExitCode::SUCCESS);
        }
        ["dns", manifests @ ..] if manifests.len() < 2 => {
            let dns = args.listen.unwrap_or("127.0.0.1:5353");
            serve(&args, "127.0.0.1:0", Some(dns), manifests, out)?;
            return Ok(ExitCode::SUCCESS);
        }
        [] | ["help"] => {
            print(out, USAGE)?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => return Err(misused("unknown command; try help")),
    };
    if args.is_json {
        for line in &report.lines {
            print(out, &format!("{line}\n"))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    print_report(&report, args.is_verbose, out)
}

/// Runs articles; what is wrong with them is printed, and written anew where that is asked for.
fn check(articles: &[&str], is_writing: bool, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let mut is_right = true;
    for path in articles {
        let text = read(path)?;
        let checked = article::check(&text);
        for wrong in &checked.wrong {
            print(out, &format!("{path}: {wrong}\n"))?;
        }
        let (same, silent, wrong) = (checked.same, checked.silent, checked.wrong.len());
        print(
            out,
            &format!("{path}: {same} as printed, {wrong} wrong, {silent} without output\n"),
        )?;
        if is_writing && checked.text != text {
            std::fs::write(path, &checked.text).map_err(|it| failed(path, &it))?;
            print(out, &format!("{path}: written\n"))?;
        }
        is_right &= checked.wrong.is_empty();
    }
    Ok(if is_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read(path: &str) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|it| failed(path, &it))
}

fn failed(path: &str, why: &dyn std::fmt::Display) -> Error {
    Error {
        place: path.to_owned(),
        message: why.to_string(),
    }
}

/// Serves until the process is stopped.
fn serve(
    args: &Arguments<'_>,
    api: &str,
    dns: Option<&str>,
    manifests: &[&str],
    out: &mut dyn Write,
) -> Result<(), Error> {
    let read = |text: &str| {
        let address = text.parse::<SocketAddr>().map_err(|_| {
            misused(&format!(
                "{text} is no address with a port, such as 127.0.0.1:8001"
            ))
        })?;
        if !address.ip().is_loopback() && !args.is_public {
            let text = "that address is open to other machines, and nothing asks who they are: add --public if you mean it";
            return Err(misused(text));
        }
        Ok(address)
    };
    let failed = |address: &str| {
        let address = address.to_owned();
        move |error: io::Error| misused(&format!("{address}: {error}"))
    };
    let address = read(api)?;
    #[allow(
        clippy::disallowed_types,
        reason = "this is where the clock on the wall comes in"
    )]
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = since_epoch.map_or(0, |it| it.as_secs());
    let mut bridge = Bridge::new(Config::default(), Time::from_unix(seconds));
    if let Some(dns) = dns {
        let told = bridge.listen_dns(read(dns)?).map_err(failed(dns))?;
        let (host, port) = (told.ip(), told.port());
        let text = format!(
            "Answering DNS at {told}; try: dig @{host} -p {port} kubernetes.default.svc.cluster.local\n"
        );
        print(out, &text)?;
    }
    for path in manifests {
        let text = std::fs::read_to_string(path).map_err(failed(path))?;
        bridge.apply(&text);
    }
    let told = |address| {
        let text = format!(
            "Serving the API at http://{address}; try: kubectl --server=http://{address} get nodes\n"
        );
        // Nobody reads it: serve all the same.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    };
    bridge.serve(address, args.speed, told).map_err(failed(api))
}

fn print_report(report: &Report, is_verbose: bool, out: &mut dyn Write) -> Result<ExitCode, Error> {
    if is_verbose {
        for note in &report.notes {
            print(out, &format!("{note}\n"))?;
        }
    }
    for line in &report.lines {
        print(out, &format!("{line}\n"))?;
    }
    print(out, &format!("{}\n", report.tally))?;
    Ok(if report.tally.is_passed() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print(out: &mut dyn Write, text: &str) -> Result<(), Error> {
    out.write_all(text.as_bytes()).map_err(|it| Error {
        place: "stdout".to_owned(),
        message: it.to_string(),
    })
}
