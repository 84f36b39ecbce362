//! Events to a value and its places: anchors, merges, duplicate keys, and bounds against hostile texts.
//!
//! upstream: go-yaml v2, decode.go.

use std::borrow::Cow;

use ecow::EcoVec;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use super::error::{By, Context, Error};
use super::place::{Cursor, Node, Place};
use super::scalar::{Scalar, key_text};
use super::tabs;
use super::tree::{Item, Member, list, mapping, merge};
use super::{Document, Warning, WarningKind, hint};
use crate::persistent::Map;
use crate::value::Text;

/// Nobody nests deeper, and everything that walks values recurses.
const DEEPEST: usize = 100;

/// What aliases may repeat in one document, in bytes: as much as the API server takes in one request.
const MOST_REPEATED: usize = 3 << 20;

/// The size of a scalar with no sign in it.
const EMPTY: usize = 3;

/// How often a tab that only our parser minds is replaced before that is reported.
const MOST_REPAIRS: usize = 50;

/// Reads the one document of a chunk of text that begins after `offset` lines.
pub(super) fn document(
    chunk: &str,
    offset: usize,
    warnings: &mut Vec<Warning>,
) -> Result<Document, Error> {
    let mut text = Cow::Borrowed(chunk);
    for _ in 0..MOST_REPAIRS {
        let mut loader = Loader::new(&text, offset);
        match loader.run() {
            Err(Stop::TabBehindColon(line)) => text = Cow::Owned(without_tab(&text, line)),
            Err(Stop::Error(error)) => return Err(error),
            Ok(()) => {
                let root = loader.root.unwrap_or_default();
                warnings.append(&mut loader.warnings);
                return Ok(Document {
                    line: root.place.line,
                    root: Node {
                        key: None,
                        place: root.place,
                        children: root.children,
                    },
                    value: root.value,
                });
            }
        }
    }
    let place = Place {
        line: offset + 1,
        column: 1,
    };
    Err(Error::at(
        place,
        "too many tabs behind colons",
        chunk,
        offset,
    ))
}

/// The text with blanks for the tabs behind a line's first `:` that has some.
fn without_tab(text: &str, line: usize) -> String {
    let mut repaired = String::with_capacity(text.len());
    for (number, it) in text.split_inclusive('\n').enumerate() {
        match it.find(":\t").filter(|_| number + 1 == line) {
            Some(at) => {
                let tabs = it[at + 1..].bytes().take_while(|it| *it == b'\t').count();
                repaired.push_str(&it[..=at]);
                repaired.extend(core::iter::repeat_n(' ', tabs));
                repaired.push_str(&it[at + 1 + tabs..]);
            }
            None => repaired.push_str(it),
        }
    }
    repaired
}

/// Why reading a chunk ended early.
enum Stop {
    Error(Error),
    /// differs: YAML 1.2 forbids what kubectl allows, a tab between `key:` and a value.
    TabBehindColon(usize),
}

/// A list or mapping that is not finished.
struct Frame {
    place: Place,
    anchor: usize,
    style: Style,
    content: Content,
}

/// How a list or mapping is written.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Block,
    Flow,
    /// `b: c` in `[a, b: c]`.
    Pair,
}

enum Content {
    List(Vec<Item>),
    Mapping {
        members: Vec<Member>,
        key: Option<Key>,
    },
}

struct Key {
    text: Text,
    place: Place,
    is_merge: bool,
}

struct Loader<'a> {
    chunk: &'a str,
    lines: Vec<&'a str>,
    cursor: Cursor,
    offset: usize,
    warnings: Vec<Warning>,
    stack: Vec<Frame>,
    anchors: Map<usize, Item>,
    repeated: usize,
    root: Option<Item>,
}

impl<'a> Loader<'a> {
    fn new(chunk: &'a str, offset: usize) -> Self {
        Self {
            chunk,
            lines: chunk.lines().collect(),
            cursor: Cursor::default(),
            offset,
            warnings: Vec::new(),
            stack: Vec::new(),
            anchors: Map::default(),
            repeated: 0,
            root: None,
        }
    }

    fn run(&mut self) -> Result<(), Stop> {
        if let Some(place) = hint::control_sign(self.chunk, self.offset) {
            return self.fail(place, "control characters are not allowed");
        }
        for event in Parser::new_from_str(self.chunk) {
            match event {
                // upstream: Unmarshal reads one document and leaves the rest unread.
                Ok((Event::DocumentStart(_), span)) if self.root.is_some() => {
                    let place = self.place(span.start);
                    self.warnings.push(Warning {
                        place,
                        kind: WarningKind::Ignored,
                    });
                    return Ok(());
                }
                Ok((event, span)) => self.event(event, span)?,
                // upstream: nor does it notice that what follows is no document.
                Err(error) if self.root.is_some() && error.info().contains("document") => {
                    let place = self.place(*error.marker());
                    self.warnings.push(Warning {
                        place,
                        kind: WarningKind::Ignored,
                    });
                    return Ok(());
                }
                Err(error) if error.info().starts_with("':' must be followed") => {
                    return Err(Stop::TabBehindColon(error.marker().line()));
                }
                Err(error) => {
                    return Err(Stop::Error(Error::from_scan(
                        &error,
                        self.context(),
                        self.chunk,
                        self.offset,
                    )));
                }
            }
        }
        Ok(())
    }

    /// What upstream would expect next.
    fn context(&self) -> Context {
        match self.stack.last() {
            None => Context::Root,
            Some(Frame {
                style: Style::Pair, ..
            }) => Context::FlowList,
            Some(Frame {
                content: Content::List(_),
                style,
                ..
            }) => match style {
                Style::Block => Context::BlockList,
                Style::Flow | Style::Pair => Context::FlowList,
            },
            Some(Frame {
                content: Content::Mapping { key, .. },
                style,
                ..
            }) => match (style, key) {
                (Style::Block, None) => Context::BlockKey,
                (Style::Block, Some(_)) => Context::BlockValue,
                (Style::Flow | Style::Pair, _) => Context::FlowMapping,
            },
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        let place = self.place(span.start);
        match event {
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
            Event::Alias(anchor) => self.alias(anchor, place),
            Event::Scalar(text, style, anchor, tag) => {
                self.check_tabs(span, Some(style))?;
                let tag = full_name(tag.as_deref());
                let scalar = Scalar {
                    text: &text,
                    tag: &tag,
                    is_plain: style == ScalarStyle::Plain,
                };
                self.scalar(&scalar, anchor, place)
            }
            Event::SequenceStart(anchor, _) => self.open(anchor, span, Content::List(Vec::new())),
            Event::MappingStart(anchor, _) => self.open(
                anchor,
                span,
                Content::Mapping {
                    members: Vec::new(),
                    key: None,
                },
            ),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
        }
    }

    /// Refuses tabs where kubectl's reader does and ours does not.
    fn check_tabs(&mut self, span: Span, style: Option<ScalarStyle>) -> Result<(), Stop> {
        let block = self.stack.iter().rev().find(|it| it.style == Style::Block);
        let indent = block.map_or(0, |it| it.place.column);
        let is_in_flow = self.stack.iter().any(|it| it.style != Style::Block);
        let end = self.cursor.at(self.chunk, span.end.index());
        let rest = &self.chunk[end..];
        match tabs::find(&self.lines, rest, span, style, indent, is_in_flow) {
            Some((mut place, message)) => {
                place.line += self.offset;
                self.fail_in_line(place, message, By::Scanner)
            }
            None => Ok(()),
        }
    }

    fn scalar(&mut self, scalar: &Scalar<'_>, anchor: usize, place: Place) -> Result<(), Stop> {
        if scalar.is_plain
            && let Some(found) = hint::look_alike(scalar.text)
        {
            self.warnings.push(Warning { place, kind: found });
        }
        let value = match scalar.resolve() {
            Ok(value) => value,
            Err(message) => return self.fail(place, &message),
        };
        let item = Item {
            place,
            children: EcoVec::new(),
            size: scalar.text.len() + EMPTY,
            value,
        };
        self.add(item, anchor, scalar.is_merge())
    }

    fn alias(&mut self, anchor: usize, place: Place) -> Result<(), Stop> {
        let Some(item) = self.anchors.get(&anchor) else {
            let name = hint::word_at(self.chunk, place, self.offset);
            return self.fail(place, &format!("anchor '{name}' value contains itself"));
        };
        let item = Item {
            place,
            ..item.clone()
        };
        self.repeated += item.size;
        if self.repeated > MOST_REPEATED {
            return self.fail(place, "document contains excessive aliasing");
        }
        self.add(item, 0, false)
    }

    fn open(&mut self, anchor: usize, span: Span, content: Content) -> Result<(), Stop> {
        let place = self.place(span.start);
        if self.stack.len() >= DEEPEST {
            return self.fail(place, "exceeded max depth of 100");
        }
        self.check_tabs(span, None)?;
        let is_in_flow = self.stack.last().is_some_and(|it| it.style != Style::Block);
        let style = match (span.is_empty(), is_in_flow) {
            (true, true) => Style::Pair,
            (false, _) if self.ends_in_bracket(span.end) => Style::Flow,
            (true | false, _) => Style::Block,
        };
        self.stack.push(Frame {
            place,
            anchor,
            style,
            content,
        });
        Ok(())
    }

    fn ends_in_bracket(&mut self, end: Marker) -> bool {
        let before = &self.chunk[..self.cursor.at(self.chunk, end.index())];
        before.ends_with(['[', '{'])
    }

    fn close(&mut self) -> Result<(), Stop> {
        let Some(frame) = self.stack.pop() else {
            return Ok(());
        };
        let item = match frame.content {
            Content::List(items) => list(items, frame.place),
            Content::Mapping { members, .. } => mapping(members, frame.place, &mut self.warnings),
        };
        self.add(item, frame.anchor, false)
    }

    /// Puts a finished value where it belongs: key, member, item or root.
    fn add(&mut self, item: Item, anchor: usize, is_merge: bool) -> Result<(), Stop> {
        if anchor > 0 {
            self.anchors.insert(anchor, item.clone());
        }
        let place = item.place;
        let outcome = match self.stack.last_mut().map(|it| &mut it.content) {
            Some(Content::Mapping {
                key: key @ None, ..
            }) => match key_text(&item.value) {
                Some(text) => {
                    *key = Some(Key {
                        text,
                        place,
                        is_merge,
                    });
                    Ok(())
                }
                None if item.size == EMPTY => {
                    return self.fail_in_line(place, "did not find expected key", By::Parser);
                }
                None => Err(super::error::bad_key(&item.value)),
            },
            Some(Content::Mapping { members, key }) => match key.take() {
                Some(key) if key.is_merge => merge(members, &item),
                Some(key) => item.through_json().map(|item| {
                    members.push(Member {
                        key: key.text,
                        place: key.place,
                        item,
                        is_merged: false,
                    });
                }),
                None => Ok(()),
            },
            Some(Content::List(items)) => item.through_json().map(|item| items.push(item)),
            None => item.through_json().map(|item| self.root = Some(item)),
        };
        outcome.or_else(|message| self.fail(place, &message))
    }

    fn place(&self, mark: Marker) -> Place {
        Place {
            line: mark.line() + self.offset,
            column: mark.col() + 1,
        }
    }

    fn fail<T>(&self, place: Place, message: &str) -> Result<T, Stop> {
        Err(Stop::Error(Error::at(
            place,
            message,
            self.chunk,
            self.offset,
        )))
    }

    /// As [`Self::fail`], where kubectl names the line.
    fn fail_in_line<T>(&self, place: Place, message: &str, by: By) -> Result<T, Stop> {
        let error = Error::at(place, message, self.chunk, self.offset);
        Err(Stop::Error(error.in_line(place.line - self.offset, by)))
    }
}

/// A tag in full, `""` for none.
fn full_name(tag: Option<&Tag>) -> String {
    tag.map_or_else(String::new, |it| {
        let mut name = it.handle.clone();
        name.push_str(&it.suffix);
        name
    })
}
