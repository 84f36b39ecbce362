//! The official tutorial pages about StatefulSets, typed from their first command to their last.
//!
//! `tests/tutorial/*.json` holds the facts of each page: its commands and the rows it shows. `before` are commands of
//! ours that a page takes for granted, `values` what we write for its `<placeholders>`. A step passes if its exit code
//! is as expected and every row of the page appears, in order: cells are compared, and ages, addresses and hashes are
//! parameters. Where the page is older than kubectl 1.36, `docs_differ_from_current_kubectl` says how; the words that
//! newer kubectls append to `deleted` are left out of the comparison, and `recorded` has the rows that were recorded of
//! 1.36 where the page's are older in other ways.
//!
//! All that was printed stands in `tests/tutorial/*.txt`, which a person has read.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::shell::LineKind;
use statefulset_playground::sim::StepSize;
use statefulset_playground::value::{Text, Value};

/// The steps that do not pass, and why. The list may only get shorter.
const OPEN: [(&str, i64, &str); 0] = [];

/// Events until a command has come back.
const MOST_EVENTS: usize = 20_000;

/// The page's terminal 1, which it keeps for watches, is our second one.
const WATCH: usize = 1;

struct Step {
    facts: Value,
    command: String,
    terminal: usize,
    exit: i64,
    printed: Vec<String>,
}

struct Reader {
    session: Session,
    /// How many lines of each terminal have been looked at.
    seen: [usize; 2],
}

impl Reader {
    /// What a terminal has printed since it was looked at last, without prompts.
    fn news(&mut self, terminal: usize) -> Vec<String> {
        let lines = &self.session.timeline().world().seats[terminal]
            .terminal
            .lines;
        let new = lines.iter().skip(self.seen[terminal]);
        let new: Vec<String> = new
            .filter(|it| it.kind != LineKind::Prompt)
            .map(|it| it.text.to_string())
            .collect();
        self.seen[terminal] = lines.len();
        new
    }

    /// Types a command, and waits until the prompt is back.
    fn run(&mut self, line: &str) -> Vec<String> {
        self.session.step(StepSize::Idle);
        self.news(0);
        self.session.type_line(line);
        for _ in 0..MOST_EVENTS {
            if !self.session.timeline().world().terminal().is_busy()
                || !self.session.step(StepSize::Event)
            {
                break;
            }
        }
        self.news(0)
    }

    /// The exit code of the last command.
    fn exit(&mut self) -> i64 {
        if self.session.timeline().world().terminal().prompt() != "$ " {
            return 0;
        }
        self.session.type_line("echo $?");
        let events = 0..MOST_EVENTS;
        for _ in events {
            if !self.session.timeline().world().terminal().is_busy() {
                break;
            }
            self.session.step(StepSize::Event);
        }
        self.news(0).join("").parse().unwrap()
    }
}

/// Types a page from its first command to its last.
fn typed(page: &str) -> Vec<Step> {
    let facts = facts_of(page);
    let values = facts["values"].clone();
    let session = Session::new(Config::default());
    let mut reader = Reader {
        session,
        seen: [0, 0],
    };
    let mut steps: Vec<Step> = Vec::new();
    let mut watch: Option<usize> = None;
    for facts in facts["steps"].items() {
        for line in facts["before"].items() {
            reader.run(line.as_str());
        }
        let mut step = Step {
            command: filled(facts["command"].as_str(), &values),
            terminal: usize::from(facts["terminal"].as_int() == Some(1)),
            exit: 0,
            printed: Vec::new(),
            facts: facts.clone(),
        };
        if step.terminal == WATCH {
            // What a watch prints belongs to the last mention of it.
            let is_reminder = facts["reminder_of_running_watch"].is_true();
            if is_reminder {
                reader.session.step(StepSize::Idle);
            } else {
                if let Some(at) = watch {
                    steps[at].printed = reader.news(WATCH);
                }
                reader.session.type_at(WATCH, &step.command);
            }
            watch = Some(steps.len());
        } else {
            step.printed = reader.run(&step.command);
            step.exit = reader.exit();
        }
        steps.push(step);
    }
    reader.session.step(StepSize::Idle);
    if let Some(at) = watch {
        steps[at].printed = reader.news(WATCH);
    }
    steps
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tutorial")
}

fn facts_of(page: &str) -> Value {
    let facts = fs::read_to_string(folder().join(page).with_extension("json")).unwrap();
    Value::from_json(&facts).unwrap()
}

/// A text of the page with our values for its `<placeholders>`.
fn filled(text: &str, values: &Value) -> String {
    let mut text = text.to_owned();
    for (name, value) in values.members() {
        text = text.replace(&format!("<{name}>"), value.as_str());
    }
    text
}

/// A row's cells, without what differs from run to run, and without what newer kubectls append.
fn cells(row: &str) -> Vec<Text> {
    let is_age = |it: &str| {
        it.starts_with(|sign: char| sign.is_ascii_digit())
            && it.ends_with(['s', 'm', 'h', 'd'])
            && it
                .chars()
                .all(|sign| sign.is_ascii_digit() || "smhd".contains(sign))
    };
    let is_address = |it: &str| it.split('.').filter(|it| it.parse::<u8>().is_ok()).count() == 4;
    let row = row.strip_suffix(" from default namespace").unwrap_or(row);
    row.split_whitespace()
        .map(|it| match it {
            _ if is_age(it) => "<age>".into(),
            _ if is_address(it) => "<address>".into(),
            _ => it.into(),
        })
        .collect()
}

/// Why a step does not pass.
fn fault(step: &Step, values: &Value) -> Option<String> {
    let wanted = step.facts["exit"].as_int().unwrap_or(0);
    if step.exit != wanted {
        return Some(format!("exit code {}, not {wanted}", step.exit));
    }
    let mut printed = step.printed.iter().map(|it| cells(it));
    let recorded = &step.facts["recorded"];
    let rows = match recorded.is_null() {
        true => &step.facts["example_lines"],
        false if step.facts["docs_differ_from_current_kubectl"].is_null() => {
            return Some("recorded rows, and nothing says why".into());
        }
        false => recorded,
    };
    for row in rows.items() {
        let row = filled(row.as_str(), values);
        if !printed.any(|it| it == cells(&row)) {
            return Some(format!("no row {row:?} in its place"));
        }
    }
    None
}

/// The page as it was typed, and what was printed.
fn transcript(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        let (number, terminal) = (&step.facts["n"], &step.facts["terminal"]);
        let section = step.facts["section"].as_str();
        let goes_on = if step.facts["reminder_of_running_watch"].is_true() {
            " (still running)"
        } else {
            ""
        };
        writeln!(text, "## {number}. {section}, terminal {terminal}{goes_on}").unwrap();
        writeln!(text, "$ {}", step.command).unwrap();
        for line in &step.printed {
            writeln!(text, "{line}").unwrap();
        }
        if step.exit != 0 {
            writeln!(text, "(exit code {})", step.exit).unwrap();
        }
        text.push('\n');
    }
    text
}

fn check(page: &str) {
    let (steps, values) = (typed(page), facts_of(page)["values"].clone());
    let mut faults = Vec::new();
    for step in &steps {
        let number = step.facts["n"].as_int().unwrap();
        let open = OPEN.iter().find(|it| it.0 == page && it.1 == number);
        match (fault(step, &values), open) {
            (Some(fault), None) => faults.push(format!(
                "{page} {number}, {}: {fault}\n{}",
                step.command,
                step.printed.join("\n")
            )),
            (None, Some(_)) => faults.push(format!("{page} {number} passes: strike it off OPEN")),
            _ => {}
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    let (ours, path) = (
        transcript(&steps),
        folder().join(page).with_extension("txt"),
    );
    let kept = fs::read_to_string(&path).unwrap_or_default();
    if ours != kept {
        let new = std::env::temp_dir().join(format!("tutorial-{page}.txt"));
        fs::write(&new, ours).unwrap();
        panic!(
            "{} is not what was printed; see {}",
            path.display(),
            new.display()
        );
    }
}

#[test]
fn statefulset_basics_runs_from_first_command_to_last() {
    check("basic");
}

#[test]
fn scale_a_statefulset_runs_from_first_command_to_last() {
    check("scale");
}

#[test]
fn delete_a_statefulset_runs_from_first_command_to_last() {
    check("delete");
}

#[test]
fn force_delete_runs_from_first_command_to_last() {
    check("force-delete");
}
