//! Where values stand in the text: a tree beside the value.

use ecow::EcoVec;

use crate::value::Text;

/// A position in a text, counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// The place of a value and of everything in it; a list's nodes have no key, a mapping's are sorted by it.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    pub key: Option<Text>,
    pub place: Place,
    pub children: EcoVec<Node>,
}

impl Node {
    /// Follows a path as far as it goes: the deepest node, and what of the path is left.
    pub fn walk<'p>(&self, path: &'p str) -> (&Node, &'p str) {
        let (mut node, mut rest) = (self, path);
        loop {
            let trimmed = rest.strip_prefix('.').unwrap_or(rest);
            match node.child(trimmed) {
                Some((child, after)) if !trimmed.is_empty() => (node, rest) = (child, after),
                _ => return (node, rest),
            }
        }
    }

    /// The child that the path begins with, and the path after it.
    fn child<'p>(&self, path: &'p str) -> Option<(&Node, &'p str)> {
        if let Some((inner, after)) = path.strip_prefix('[').and_then(|it| it.split_once(']')) {
            let named = self
                .children
                .iter()
                .find(|it| it.key.as_deref() == Some(inner));
            let found = named.or_else(|| {
                let item = self.children.get(inner.parse::<usize>().ok()?)?;
                item.key.is_none().then_some(item)
            })?;
            return Some((found, after));
        }
        self.children
            .iter()
            .filter_map(|it| Some((it, path.strip_prefix(it.key.as_deref()?)?)))
            .filter(|(_, after)| after.is_empty() || after.starts_with(['.', '[']))
            .min_by_key(|(_, after)| after.len())
    }
}

/// Turns the parser's positions, counted in characters, into bytes. It walks from the last one asked for, which makes
/// reading a text in order linear.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    characters: usize,
    bytes: usize,
}

impl Cursor {
    /// The byte at which the character of that number begins; the text's end, when it has fewer.
    pub fn at(&mut self, text: &str, character: usize) -> usize {
        while self.characters > character
            && let Some(sign) = text[..self.bytes].chars().next_back()
        {
            self.characters -= 1;
            self.bytes -= sign.len_utf8();
        }
        for sign in text[self.bytes..].chars().take(character - self.characters) {
            self.characters += 1;
            self.bytes += sign.len_utf8();
        }
        self.bytes
    }
}
