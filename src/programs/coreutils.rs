//! The small programs every image with a shell has: `hostname`, `echo`, `env`, `sleep`, `ls`, `rm`, `mkdir` and such.

use super::{Disk, Program, Run, environment, filter};
use crate::time::Duration;
use crate::value::Text;

pub(super) fn program(name: &str) -> Option<Program> {
    let main: fn(&mut Run<'_, '_>) = match name {
        "cat" | "grep" | "head" | "tail" | "wc" | "sort" | "sed" | "awk" | "seq" => text,
        "chmod" | "chown" | "touch" | "rm" | "mkdir" => change,
        "date" => |run| {
            let now = run.now.rfc3339();
            run.printed.out(&[&now, "\n"]);
        },
        "id" => |run| {
            run.printed
                .out(&["uid=0(root) gid=0(root) groups=0(root)\n"]);
        },
        "ls" => ls,
        "pwd" => |run| {
            let folder = run.container.map_or("/", |it| it.folder);
            run.printed.out(&[folder, "\n"]);
        },
        "whoami" => |run| run.printed.out(&["root\n"]),
        "echo" => echo,
        "env" | "printenv" => env,
        "false" => |run| run.printed.exit = 1,
        "hostname" => hostname,
        "sleep" => sleep,
        "true" | ":" => |_| {},
        _ => return None,
    };
    Some(Program {
        main,
        looks_up: name == "hostname",
    })
}

fn hostname(run: &mut Run<'_, '_>) {
    let name = run.hostname.clone();
    let full = || {
        let line = run
            .client
            .hosts
            .lines
            .iter()
            .find(|it| it.1.contains(&name));
        line.and_then(|it| it.1.first()).unwrap_or(&name).clone()
    };
    let short = |it: &str| Text::from(it.split('.').next().unwrap_or(""));
    let text = match run.argv.get(1).map(Text::as_str) {
        None => name.clone(),
        Some("-f") => full(),
        Some("-s") => short(&name),
        Some("-d") => full().split_once('.').map_or("", |it| it.1).into(),
        Some("-i") => {
            let addresses: Vec<String> = run
                .client
                .hosts
                .addresses(&name)
                .map(|it| it.to_string())
                .collect();
            addresses.join(" ").into()
        }
        Some(_) => {
            run.printed
                .fail(1, &["hostname: you must be root to change the host name\n"]);
            return;
        }
    };
    run.printed.out(&[&text, "\n"]);
}

/// The programs that read lines.
fn text(run: &mut Run<'_, '_>) {
    let read = |path: &str| Disk(run.container?).read(path);
    let stdin = run.container.and_then(|it| it.stdin);
    let Some(done) = filter(run.argv, stdin, &read) else {
        return;
    };
    run.printed.read = done.read;
    run.printed.out(&[&done.out]);
    run.printed.fail(done.exit, &[&done.err]);
}

// differs: there is one user, who may do all, and no modes.
fn change(run: &mut Run<'_, '_>) {
    let Some(disk) = run.container.map(Disk) else {
        return;
    };
    let name = run.argv[0].as_str();
    let words = run.argv[1..].iter().map(Text::as_str);
    let (options, mut words): (Vec<&str>, Vec<&str>) = words.partition(|it| it.starts_with('-'));
    if matches!(name, "chmod" | "chown") && !words.is_empty() {
        words.remove(0);
    }
    if words.is_empty() {
        return run.printed.fail(1, &[name, ": missing operand\n"]);
    }
    let has = |letter| options.iter().any(|it| it.contains(letter));
    for path in words {
        let is_file = disk.read(path).is_some();
        let is_there = is_file || disk.is_folder(path);
        let done = match name {
            "touch" if is_there => Ok(()),
            "touch" => disk.write(path, Text::new()),
            "mkdir" if is_there && has('p') => Ok(()),
            "mkdir" if is_there => Err("File exists"),
            "mkdir" if !has('p') && !disk.is_folder(&[path, "/.."].concat()) => {
                Err("No such file or directory")
            }
            "mkdir" => disk.make(path),
            "rm" if !is_there && has('f') => Ok(()),
            _ if !is_there => Err("No such file or directory"),
            "rm" if !is_file && !has('r') => Err("Is a directory"),
            "rm" => disk.remove(path),
            _ => Ok(()),
        };
        if let Err(why) = done {
            let how = match name {
                "rm" => ": cannot remove '",
                "mkdir" => ": cannot create directory '",
                "touch" => ": cannot touch '",
                _ => ": cannot access '",
            };
            run.printed.fail(1, &[name, how, path, "': ", why, "\n"]);
        }
    }
}

fn ls(run: &mut Run<'_, '_>) {
    let Some(disk) = run.container.map(Disk) else {
        return;
    };
    let words = run.argv[1..].iter().map(Text::as_str);
    let mut words: Vec<&str> = words.filter(|it| !it.starts_with('-')).collect();
    if words.is_empty() {
        words.push(".");
    }
    let is_long = words.len() > 1;
    for path in words {
        if disk.is_folder(path) {
            if is_long {
                run.printed.out(&[path, ":\n"]);
            }
            for name in disk.list(path) {
                run.printed.out(&[&name, "\n"]);
            }
        } else if disk.read(path).is_some() {
            run.printed.out(&[path, "\n"]);
        } else {
            let parts = ["ls: ", path, ": No such file or directory\n"];
            run.printed.fail(1, &parts);
        }
    }
}

fn echo(run: &mut Run<'_, '_>) {
    let words = &run.argv[1..];
    let (words, end) = match words.split_first() {
        Some((first, rest)) if first == "-n" => (rest, ""),
        _ => (words, "\n"),
    };
    let words: Vec<&str> = words.iter().map(Text::as_str).collect();
    run.printed.out(&[&words.join(" "), end]);
}

fn env(run: &mut Run<'_, '_>) {
    let wanted = run.argv.get(1);
    for (name, value) in &run.container.map(environment).unwrap_or_default() {
        match wanted {
            None => run.printed.out(&[name, "=", value, "\n"]),
            Some(it) if it == name => run.printed.out(&[value, "\n"]),
            Some(_) => {}
        }
    }
    if run.printed.output.is_empty() {
        run.printed.exit = 1;
    }
}

fn sleep(run: &mut Run<'_, '_>) {
    if run.argv.len() < 2 {
        run.printed.fail(1, &["sleep: missing operand\n"]);
    }
    for it in &run.argv[1..] {
        match seconds(it) {
            Some(span) => run.printed.took.ms += span.ms,
            None => {
                let what = match run.image.busybox() {
                    Some(_) => "sleep: invalid number '",
                    None => "sleep: invalid time interval '",
                };
                run.printed.took = Duration::default();
                return run.printed.fail(1, &[what, it, "'\n"]);
            }
        }
    }
}

/// `2`, `0.5`, `3s`, `1m`; a day at most.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let unit_ms = match &text[digits.len()..] {
        "" | "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let thousandths: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let ms = whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1000)?
        .checked_add(thousandths)?
        .checked_mul(unit_ms)?
        / 1000;
    Some(Duration::ms(ms.min(86_400_000)))
}
