//! A lesson: Markdown that the page shows and the tests run. docs/lessons.md tells the format.
//!
//! Leaves out: inline markup, which the page draws, and whether outputs are as printed, which `conformance` judges.

use super::{Session, inputs};
use crate::config::Config;
use crate::object;
use crate::shell::outputs;
use crate::shell::transcript::{self, Fenced};
use crate::sim::{StepSize, World};
use crate::value::{Text, Value};

/// So often at most a command is waited for that sleeps while nothing moves.
const RESTS_MAX: usize = 20;
/// Events handled at most while a goal's commands run.
const CHECK_MAX: usize = 5000;

/// A lesson, read.
#[derive(Clone, Debug, Default)]
pub struct Lesson {
    /// What stands above it between two lines `---`: title, summary, minutes, options of the simulation.
    pub facts: Vec<(Text, Text)>,
    /// What it begins with.
    pub manifest: String,
    /// What it is made of, in order.
    pub blocks: Vec<Block>,
}

/// A piece of a lesson.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// `heading`, `item` or `text`; else the word behind the fence: `yaml`, `console`, `predict`, `goal`, `hint`,
    /// `solution`.
    pub kind: Text,
    /// Of what is fenced the number of its first line, from 1.
    pub line: usize,
    /// Prose; of a manifest and of a console all that stands there.
    pub text: Text,
    /// The commands, each behind its prompt.
    pub commands: String,
    /// The choices of a prediction, each with what the last command prints if it is right.
    pub choices: Vec<(Text, Text)>,
    /// What the last command prints when a goal is reached; of a prediction the explanation.
    pub rest: Text,
}

impl Lesson {
    /// Reads a lesson; what is none of its parts is prose.
    pub fn read(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let mut lesson = Self::default();
        let mut done = 0;
        if let Some((&"---", rest)) = lines.split_first() {
            let length = rest.iter().take_while(|it| **it != "---").count();
            let facts = rest[..length].iter().filter_map(|it| it.split_once(": "));
            lesson.facts = facts.map(|(name, it)| (name.into(), it.into())).collect();
            done = length + 2;
        }
        for fenced in transcript::blocks(&lines) {
            lesson.prose(lines.get(done..fenced.first - 1).unwrap_or_default());
            done = fenced.first + fenced.lines.len() + 1;
            lesson.fenced(&fenced);
        }
        lesson.prose(lines.get(done..).unwrap_or_default());
        lesson
    }

    fn prose(&mut self, lines: &[&str]) {
        let mut is_new = true;
        for line in lines {
            let (kind, text) = match (line.strip_prefix("## "), line.strip_prefix("- ")) {
                (Some(text), _) => ("heading", text),
                (None, Some(text)) => ("item", text),
                (None, None) => ("text", line.trim()),
            };
            match self.blocks.last_mut().filter(|_| !is_new && kind == "text") {
                Some(block) => join(&mut block.text, text),
                None if text.is_empty() => {}
                None => self.blocks.push(Block {
                    kind: kind.into(),
                    text: text.into(),
                    ..Block::default()
                }),
            }
            is_new = text.is_empty() || kind == "heading";
        }
    }

    fn fenced(&mut self, fenced: &Fenced<'_>) {
        let mut block = Block {
            kind: fenced.language.as_str().into(),
            line: fenced.first + 1,
            ..Block::default()
        };
        match fenced.language.as_str() {
            "yaml" => {
                block.text = fenced.lines.join("\n").into();
                let parting = if self.manifest.is_empty() {
                    ""
                } else {
                    "---\n"
                };
                self.manifest += &crate::text!("{parting}{}\n", block.text);
            }
            "console" => {
                block.text = fenced.lines.join("\n").into();
                block.commands = block.text.to_string();
            }
            kind => {
                for line in &fenced.lines {
                    if let Some((label, prints)) =
                        line.strip_prefix("- ").and_then(|it| it.split_once(" => "))
                    {
                        block.choices.push((label.into(), prints.into()));
                    } else if line.starts_with("$ ") {
                        block.commands += &crate::text!("{line}\n");
                    } else if block.commands.is_empty() {
                        join(&mut block.text, line);
                    } else if kind == "solution" {
                        // A here-document, or another line of a command.
                        block.commands += &crate::text!("{line}\n");
                    } else {
                        join(&mut block.rest, line);
                    }
                }
            }
        }
        self.blocks.push(block);
    }

    /// What stands above it by that name.
    pub fn fact(&self, name: &str) -> &str {
        let fact = self.facts.iter().find(|it| it.0 == name);
        fact.map_or("", |it| &it.1)
    }

    /// The link to its start, for [`Session::open`].
    pub fn link(&self) -> String {
        let mut link = object! { "manifest": self.manifest.as_str() };
        for name in ["seed", "nodes"] {
            if let Ok(number) = self.fact(name).parse::<i64>() {
                link[name] = number.into();
            }
        }
        for name in ["kubernetes", "featureGates"] {
            if !self.fact(name).is_empty() {
                link[name] = self.fact(name).into();
            }
        }
        link.to_json()
    }

    /// Does all that it says, with everything at rest before and after the commands of a block; those of a prediction
    /// run aside. Shows each block with the simulation behind it.
    pub fn play<'a>(&'a self, mut seen: impl FnMut(&'a Block, &Session)) {
        let mut session = Session::new(Config::default());
        session.open(&self.link());
        session.step(StepSize::Change);
        for block in &self.blocks {
            if block.kind == "predict" {
                let mut aside = session.clone();
                aside.run(&block.commands);
                aside.rest();
                seen(block, &aside);
                continue;
            }
            if block.kind == "console" || block.kind == "solution" {
                session.perform(&block.commands);
                session.rest();
            }
            seen(block, &session);
        }
    }

    /// For the page, with the answer to each prediction: what the simulation does.
    pub fn to_value(&self) -> Value {
        let mut blocks = Vec::new();
        self.play(|block, session| {
            let choices = block.choices.iter();
            blocks.push(object! {
                "kind": &block.kind,
                "text": &block.text,
                "commands": block.commands.as_str(),
                "choices": choices.map(|it| Value::from(&it.0)).collect::<Value>(),
                "answer": block.answer(session).map_or(Value::Null, Value::from),
                "rest": &block.rest,
            });
        });
        object! {
            "title": self.fact("title"),
            "link": self.link(),
            "manifest": self.manifest.as_str(),
            "blocks": blocks.into_iter().collect::<Value>(),
        }
    }
}

impl Block {
    /// The choice that is right, if the prediction's commands have just been run there.
    pub fn answer(&self, session: &Session) -> Option<usize> {
        let printed = printed(session.timeline.world());
        self.choices.iter().position(|it| is_same(&it.1, &printed))
    }
}

impl Session {
    /// Types the commands of a transcript, one after another, once everything is at rest.
    pub fn perform(&mut self, text: &str) {
        self.rest();
        self.run(text);
    }

    fn run(&mut self, text: &str) {
        self.paste(&transcript::read(text), text);
    }

    /// Until nothing moves, and every command has ended that would.
    fn rest(&mut self) {
        for _ in 0..RESTS_MAX {
            let world = self.timeline.world();
            let is_over = world.inputs >= self.timeline.inputs().len();
            if is_over && world.rests() && world.terminal().is_at_rest() {
                break;
            }
            self.timeline.step(StepSize::Idle);
            // What fails for ever moves for ever.
            if self.timeline.world().terminal().is_at_rest() {
                break;
            }
        }
    }

    /// Whether the last of these commands would print that now. Asking changes nothing.
    pub fn holds(&self, commands: &str, prints: &str) -> bool {
        let mut world = self.timeline.world().clone();
        world.take_new_terminal();
        for input in inputs(&transcript::read(commands), commands) {
            world.apply(input);
        }
        for _ in 0..CHECK_MAX {
            if world.terminal().is_at_rest() || world.step().is_none() {
                break;
            }
        }
        is_same(prints, &printed(&world))
    }
}

/// What the last command printed.
fn printed(world: &World) -> String {
    let last = outputs(&world.terminal().lines).pop().unwrap_or_default();
    last.1.join("\n")
}

/// Whether two texts differ in nothing but blanks.
fn is_same(a: &str, b: &str) -> bool {
    a.split_whitespace().eq(b.split_whitespace())
}

/// Another line of a paragraph: no blank behind a full-width sign.
fn join(text: &mut Text, line: &str) {
    let is_wide = text.chars().next_back().is_some_and(|it| it > '\u{2e7f}');
    if !is_wide && !text.is_empty() && !line.is_empty() {
        text.push(' ');
    }
    text.push_str(line);
}
