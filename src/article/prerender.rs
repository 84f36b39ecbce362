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

use crate::config::{Config, Version};
use crate::session::Session;
use crate::sim::StepSize;
use crate::view::export::Export;

/// One element on its way: what it was given, and what stands in it.
#[derive(Clone, Debug, Default)]
struct Given {
    step: String,
    seed: Option<u64>,
    nodes: Option<u32>,
    kubernetes: Option<Version>,
    commands: Vec<String>,
    blocks: Vec<Block>,
}

/// A block of an element, as it stands in the page.
#[derive(Clone, Debug, Default)]
struct Block {
    is_console: bool,
    text: String,
}

/// What may hold manifests or commands.
const BLOCKS: &str =
    "statefulset-playground script[type], statefulset-playground pre:not([data-twin])";
/// Words in a type or a class that make a block one of commands.
const CONSOLE: [&str; 4] = ["console", "shell", "bash", "language-sh"];

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
                is_console: is_console(it),
                text: String::new(),
            });
            Ok(())
        }))
        .append_element_content_handler(element!(
            "statefulset-playground pre:not([data-twin]) code",
            move |it: &mut Element<'_, '_>| {
                if let Some(block) = code.borrow_mut().blocks.last_mut() {
                    block.is_console |= is_console(it);
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

fn is_console(element: &Element<'_, '_>) -> bool {
    let name = |name: &str| {
        element
            .get_attribute(name)
            .unwrap_or_default()
            .to_lowercase()
    };
    let names = [name("type"), name("class")];
    CONSOLE
        .iter()
        .any(|word| names.iter().any(|it| it.contains(word)))
}

fn read(element: &Element<'_, '_>) -> Given {
    let attribute = |name: &str| element.get_attribute(name);
    let whole = |name: &str| attribute(name).and_then(|it| it.parse::<u32>().ok());
    let commands = attribute("commands").unwrap_or_default();
    let commands = commands.split([';', '\n']).map(|it| it.trim().to_owned());
    Given {
        step: attribute("step").unwrap_or_default(),
        seed: whole("seed").map(u64::from),
        nodes: whole("nodes").filter(|it| (1..=100).contains(it)),
        kubernetes: attribute("kubernetes").and_then(|it| Version::named(&it)),
        commands: commands.filter(|it| !it.is_empty()).collect(),
        blocks: Vec::new(),
    }
}

/// The twin; nothing for an element whose manifests stand elsewhere.
fn twin(given: &Given) -> Option<String> {
    let text = |it: &Block| html_escape::decode_html_entities(&it.text).into_owned();
    let (consoles, manifests): (Vec<_>, Vec<_>) = given.blocks.iter().partition(|it| it.is_console);
    let mut manifest = manifests
        .iter()
        .map(|it| dedent(&text(it)))
        .collect::<Vec<_>>()
        .join("\n---\n");
    let mut commands = Vec::new();
    if manifest.trim().is_empty() {
        // Only a transcript: the engine reads it as one.
        manifest = consoles.iter().map(|it| dedent(&text(it))).collect();
    } else {
        for it in consoles {
            let typed = dedent(&text(it));
            let typed = typed.lines().filter_map(|it| it.strip_prefix("$ "));
            commands.extend(typed.map(str::to_owned));
        }
    }
    if manifest.trim().is_empty() {
        return None;
    }
    commands.extend(given.commands.iter().cloned());
    let mut config = Config::of(given.kubernetes.unwrap_or_default());
    config.seed = given.seed.unwrap_or(config.seed);
    config.nodes = given.nodes.unwrap_or(config.nodes);
    let mut session = Session::new(config);
    session.load(&manifest);
    for command in &commands {
        session.exec(command);
    }
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
