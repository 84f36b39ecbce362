//! `prerender page.html`: the static twin of each element, for whoever runs no script: readers of feeds, print, search.
//!
//! The twin is an SVG of the moment the element begins at and the transcript up to it, marked `data-twin`; the element
//! shows its own picture instead once it runs. A twin that is there already is made anew.
#![allow(
    clippy::disallowed_types,
    reason = "the library's handlers are closures that share what they have read"
)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lol_html::errors::RewritingError;
use lol_html::html_content::{ContentType, Element, TextChunk};
use lol_html::{RewriteStrSettings, element, rewrite_str, text};
use regex_lite::Regex;

use crate::config::Config;
use crate::session::Session;
use crate::sim::StepSize;
use crate::value::Value;
use crate::view::export::Export;

/// One element on its way: what it was given, and what stands in it.
#[derive(Clone, Debug, Default)]
struct Given {
    step: String,
    /// The options it has, as a link holds them.
    link: Value,
    commands: Vec<String>,
    blocks: Vec<Block>,
}

/// A block of an element, as it stands in the page.
#[derive(Clone, Debug, Default)]
struct Block {
    is_pre: bool,
    /// Its type and classes, those of the code in it too: what it says of itself.
    names: String,
    text: String,
}

/// What may hold manifests or commands.
const BLOCKS: &str =
    "statefulset-playground script[type], statefulset-playground pre:not([data-twin])";
/// What makes a block one of manifests or of commands; the element goes by the same (`www/element/content.js`).
const YAML: &str = r"(?:^|[\s/+-])ya?ml\b";
const CONSOLE: &str = r"(?:^|[\s/-])(?:console|shell|shellsession|sh|bash)\b";

/// The page with a twin in each of its elements that has its manifests with it, and how many those are.
///
/// # Errors
/// A page that is not well-formed enough to be rewritten.
pub fn prerender(page: &str) -> Result<(String, usize), RewritingError> {
    let given: Rc<RefCell<Given>> = Rc::default();
    let count: Rc<Cell<usize>> = Rc::default();
    let (begun, block, code, words) = (
        Rc::clone(&given),
        Rc::clone(&given),
        Rc::clone(&given),
        given,
    );
    let counted = Rc::clone(&count);
    let settings = RewriteStrSettings::new()
        .append_element_content_handler(element!(
            "statefulset-playground [data-twin]",
            |it: &mut Element<'_, '_>| {
                it.remove();
                Ok(())
            }
        ))
        .append_element_content_handler(element!(
            "statefulset-playground",
            move |it: &mut Element<'_, '_>| {
                *begun.borrow_mut() = read(it);
                let (begun, counted) = (Rc::clone(&begun), Rc::clone(&counted));
                if let Some(handlers) = it.end_tag_handlers() {
                    handlers.push(Box::new(move |end| {
                        if let Some(twin) = twin(&begun.borrow()) {
                            counted.set(counted.get() + 1);
                            end.before(&twin, ContentType::Html);
                        }
                        Ok(())
                    }));
                }
                Ok(())
            }
        ))
        .append_element_content_handler(element!(BLOCKS, move |it: &mut Element<'_, '_>| {
            block.borrow_mut().blocks.push(Block {
                is_pre: it.tag_name() == "pre",
                names: names(it),
                text: String::new(),
            });
            Ok(())
        }))
        .append_element_content_handler(element!(
            "statefulset-playground pre:not([data-twin]) code",
            move |it: &mut Element<'_, '_>| {
                if let Some(block) = code.borrow_mut().blocks.last_mut() {
                    block.names += &names(it);
                }
                Ok(())
            }
        ))
        .append_element_content_handler(text!(BLOCKS, move |it: &mut TextChunk<'_>| {
            if let Some(block) = words.borrow_mut().blocks.last_mut() {
                block.text.push_str(it.as_str());
            }
            Ok(())
        }));
    let text = rewrite_str(page, settings)?;
    Ok((text, count.get()))
}

fn names(element: &Element<'_, '_>) -> String {
    let given = ["type", "class", "data-lang"].map(|it| element.get_attribute(it));
    let given: Vec<String> = given.into_iter().flatten().collect();
    format!(" {}", given.join(" ").to_lowercase())
}

impl Given {
    /// The texts of the blocks of one kind.
    fn texts(&self, is_it: impl Fn(&Block) -> bool) -> Vec<String> {
        let own = self.blocks.iter().filter(|it| is_it(it));
        own.map(|it| dedent(&html_escape::decode_html_entities(&it.text)))
            .collect()
    }
}

/// The commands of a console block: what stands after `$ `, or every line if nothing does.
fn commands(text: &str) -> Vec<String> {
    let typed: Vec<&str> = text
        .lines()
        .filter_map(|it| it.strip_prefix("$ "))
        .collect();
    let lines = if typed.is_empty() {
        text.lines().collect()
    } else {
        typed
    };
    let lines = lines.into_iter().map(|it| it.trim().to_owned());
    lines.filter(|it| !it.is_empty()).collect()
}

fn read(element: &Element<'_, '_>) -> Given {
    let attribute = |name: &str| element.get_attribute(name);
    let mut link = Value::object();
    for name in ["seed", "nodes"] {
        if let Some(number) = attribute(name).and_then(|it| it.parse::<i64>().ok()) {
            link[name] = number.into();
        }
    }
    if let Some(version) = attribute("kubernetes") {
        link["kubernetes"] = version.as_str().into();
    }
    let commands = attribute("commands").unwrap_or_default();
    let commands = commands.split([';', '\n']).map(|it| it.trim().to_owned());
    Given {
        step: attribute("step").unwrap_or_default(),
        link,
        commands: commands.filter(|it| !it.is_empty()).collect(),
        blocks: Vec::new(),
    }
}

/// The twin; nothing for an element whose manifests stand elsewhere.
fn twin(given: &Given) -> Option<String> {
    let said = |pattern: &str| {
        let pattern = Regex::new(pattern).expect("the patterns of this file are well formed");
        given.texts(|it| pattern.is_match(&it.names))
    };
    let (mut manifests, consoles) = (said(YAML), said(CONSOLE));
    let mut commands: Vec<String> = Vec::new();
    let manifest = if manifests.is_empty() && !consoles.is_empty() {
        // Only a transcript: the engine reads it as one.
        consoles.join("\n")
    } else {
        if manifests.is_empty() {
            // A pre that says nothing of itself is manifests.
            manifests = given.texts(|it| it.is_pre);
        }
        commands.extend(consoles.iter().flat_map(|it| self::commands(it)));
        manifests.join("\n---\n")
    };
    if manifest.trim().is_empty() {
        return None;
    }
    commands.extend(given.commands.iter().cloned());
    // As the element does.
    let mut link = given.link.clone();
    link["manifest"] = manifest.as_str().into();
    link["cmd"] = commands.iter().map(|it| Value::from(it.as_str())).collect();
    let mut session = Session::new(Config::default());
    session.open(&link.to_json());
    match given.step.parse() {
        Ok(step) => session.seek(step),
        Err(_) if given.step == "idle" => drop(session.step(StepSize::Idle)),
        Err(_) => drop(session.step(StepSize::Ready)),
    }
    let transcript = session.export(Export::Transcript);
    // The manifests stand in the element already.
    let (_, story) = transcript.split_once("\n```console\n").unwrap_or_default();
    let story = story.replace("```\n", "");
    Some(format!(
        "<figure data-twin>{}</figure><pre data-twin>{}</pre>",
        session.export(Export::Picture).trim_end(),
        html_escape::encode_text(&story)
    ))
}

/// Authors indent a block with the tags around it; YAML begins at the left.
fn dedent(text: &str) -> String {
    let text = text.trim_start_matches(['\n', '\r']).trim_end();
    let indents = text.lines().filter(|it| !it.trim().is_empty());
    let indent = indents.map(|it| it.len() - it.trim_start().len()).min();
    let mut out = String::new();
    for line in text.lines() {
        out.push_str(line.get(indent.unwrap_or_default()..).unwrap_or_default());
        out.push('\n');
    }
    out
}
