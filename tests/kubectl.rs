//! What kubectl prints, line for line, as the real one was seen to print it or as its source says.
//!
//! `tests/cases/kubectl.txt` is a transcript over `tests/cases/kubectl.yaml`: after `$ ` a command, then its output;
//! a line `...` stands for any lines.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;

/// Whether the lines are the wanted ones.
fn fits(lines: &[&str], wanted: &[&str]) -> bool {
    match wanted.split_first() {
        None => lines.is_empty(),
        Some((&"...", rest)) => (0..=lines.len()).any(|at| fits(&lines[at..], rest)),
        Some((first, rest)) => lines
            .split_first()
            .is_some_and(|(line, lines)| line == first && fits(lines, rest)),
    }
}

#[test]
fn it_prints_what_the_real_one_prints() {
    let read = |name: &str| std::fs::read_to_string(format!("tests/cases/{name}")).unwrap();
    let mut session = Session::new(Config::default());
    session.load(&read("kubectl.yaml"));
    session.step(StepSize::Idle);
    let transcript = read("kubectl.txt");
    let mut wrong = Vec::new();
    for case in transcript.split("$ ").filter(|it| !it.is_empty()) {
        let (command, wanted) = case.split_once('\n').unwrap();
        let output = session.exec(command).output;
        let lines: Vec<&str> = output.lines().collect();
        let wanted: Vec<&str> = wanted.lines().collect();
        if !fits(&lines, &wanted) {
            wrong.push(format!("$ {command}\n{output}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}
