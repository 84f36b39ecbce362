//! Finished values with their places, and how lists and mappings are put together from them.
//!
//! upstream: go-yaml v2, decode.go.

use ecow::EcoVec;

use super::place::{Node, Place};
use super::scalar::through_json;
use super::{Warning, WarningKind};
use crate::sort;
use crate::value::{Map, Text, Value};

/// A finished value.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub value: Value,
    pub place: Place,
    pub children: EcoVec<Node>,
    /// About as many bytes as its JSON.
    pub size: usize,
}

/// A mapping's member.
pub(super) struct Member {
    pub key: Text,
    pub place: Place,
    pub item: Item,
    pub is_merged: bool,
}

impl Item {
    pub fn through_json(self) -> Result<Self, String> {
        let value = through_json(self.value)?;
        Ok(Self { value, ..self })
    }
}

/// A list of its items.
pub(super) fn list(items: Vec<Item>, place: Place) -> Item {
    let size = 2 + items.iter().map(|it| it.size).sum::<usize>();
    let (mut values, mut children) = (EcoVec::new(), EcoVec::new());
    for Item {
        value,
        place,
        children: inner,
        ..
    } in items
    {
        children.push(Node {
            key: None,
            place,
            children: inner,
        });
        values.push(value);
    }
    Item {
        value: Value::Array(values),
        place,
        children,
        size,
    }
}

/// A mapping of its members: the last one of a name wins, and those before it are reported.
pub(super) fn mapping(mut members: Vec<Member>, place: Place, warnings: &mut Vec<Warning>) -> Item {
    // Stable: members of one name stay in the order of the text.
    sort::by(&mut members, |a, b| a.key.cmp(&b.key));
    let mut size = 2;
    let (mut kept, mut children) = (Map::default(), EcoVec::new());
    let mut members = members.into_iter().peekable();
    while let Some(Member {
        key,
        place,
        item,
        is_merged,
    }) = members.next()
    {
        if let Some(next) = members.peek().filter(|next| next.key == key) {
            if !is_merged && !next.is_merged {
                let kind = WarningKind::DuplicateKey { key, first: place };
                warnings.push(Warning {
                    place: next.place,
                    kind,
                });
            }
            continue;
        }
        size += key.len() + item.size + 4;
        children.push(Node {
            key: Some(key.clone()),
            place,
            children: item.children,
        });
        kept.insert(key, item.value);
    }
    Item {
        value: Value::Object(kept),
        place,
        children,
        size,
    }
}

/// Adds what a `<<` names. It counts at its place in the text, so an earlier member of the same name is overwritten.
// upstream: decoder.merge: of a list's mappings the first one wins.
pub(super) fn merge(members: &mut Vec<Member>, from: &Item) -> Result<(), String> {
    let wrong = || Err("map merge requires map or sequence of maps as the value".into());
    let parts = || from.children.iter().zip(from.value.items()).rev();
    match &from.value {
        Value::Object(map) => {
            let size = from.size / map.len().max(1) + 1;
            members.extend(map.iter().zip(&from.children).map(|((key, value), node)| {
                let (value, children) = (value.clone(), node.children.clone());
                let item = Item {
                    value,
                    place: node.place,
                    children,
                    size,
                };
                Member {
                    key: key.clone(),
                    place: node.place,
                    item,
                    is_merged: true,
                }
            }));
            Ok(())
        }
        Value::Array(items) if items.iter().all(|it| it.as_map().is_some()) => parts()
            .try_for_each(|(node, value)| {
                let (value, children) = (value.clone(), node.children.clone());
                merge(
                    members,
                    &Item {
                        value,
                        children,
                        place: node.place,
                        size: from.size,
                    },
                )
            }),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Array(_) => wrong(),
    }
}
