//! Which texts were seen, and where first: one map for all the lists that must not repeat themselves.

use crate::persistent::Map;
use crate::value::Text;

/// Texts and the place each was seen at first.
#[derive(Default)]
pub(super) struct Places(Map<Text, usize>);

impl Places {
    /// Notes a text; gives the place it was seen at first, which is this one for a new text.
    #[inline(never)]
    pub fn note(&mut self, text: &str, at: usize) -> usize {
        if let Some(first) = self.0.get(text) {
            return *first;
        }
        self.0.insert(text.into(), at);
        at
    }

    /// Notes a text; whether it was there before.
    pub fn repeats(&mut self, text: &str) -> bool {
        let is_known = self.0.contains_key(text);
        self.note(text, usize::MAX);
        is_known
    }

    /// The place of a text.
    pub fn get(&self, text: &str) -> Option<usize> {
        self.0.get(text).copied()
    }

    /// Forgets a text.
    pub fn forget(&mut self, text: &str) {
        self.0.remove(text);
    }
}
