//! Reasons: why something was done, and why something waits.
//!
//! A [`Why`] is built in the arm that decides, from the facts that arm tested. It carries facts, not prose; its
//! sentence is a template, in the catalogue in English and in `www/languages/engine/*.json` in other languages, filled
//! by [`Why::say`].

use crate::value::{Text, Value};

/// What never changes about a reason.
#[derive(Debug)]
pub struct Rule {
    /// Stable name: `waits-for-predecessor`.
    pub code: &'static str,
    /// The English sentence with `{fact}` placeholders.
    pub english: &'static str,
    /// The upstream function that decides so.
    pub upstream: &'static str,
    /// The page below kubernetes.io/docs/ that explains it.
    pub docs: &'static str,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident { $($fact:ident),* } $code:literal $english:literal $upstream:literal $docs:literal)*) => {
        /// Why something was done or waits; the fields are the facts that were tested.
        #[allow(missing_docs, reason = "the fields are named by the sentence they stand in")]
        pub enum Why {
            $($(#[$doc])* $name { $($fact: Text),* },)*
        }

        /// The place of each rule in the catalogue.
        enum Place {
            $($name),*
        }

        impl Why {
            /// Every rule, in the order of the catalogue.
            pub const RULES: &'static [Rule] =
                &[$(Rule { code: $code, english: $english, upstream: $upstream, docs: $docs }),*];

            /// The rule this is an instance of.
            pub fn rule(&self) -> &'static Rule {
                let place = match self {
                    $(Self::$name { .. } => Place::$name,)*
                };
                &Self::RULES[place as usize]
            }

            /// The facts by name.
            pub fn facts(&self) -> Vec<(&'static str, &Text)> {
                match self {
                    $(Self::$name { $($fact),* } => paired(&[$(stringify!($fact)),*], &[$($fact),*]),)*
                }
            }
        }

        impl Clone for Why {
            fn clone(&self) -> Self {
                match self {
                    $(Self::$name { $($fact),* } => Self::$name { $($fact: copied($fact)),* },)*
                }
            }
        }
    };
}

mod catalogue;

pub use catalogue::Why;

// Two hundred variants: what is done for each of their facts is compiled once, not at each.

#[inline(never)]
fn copied(fact: &Text) -> Text {
    fact.clone()
}

#[inline(never)]
fn paired<'a>(names: &[&'static str], facts: &[&'a Text]) -> Vec<(&'static str, &'a Text)> {
    let names = names.iter().copied();
    names.zip(facts.iter().copied()).collect()
}

impl PartialEq for Why {
    fn eq(&self, other: &Self) -> bool {
        self.rule().code == other.rule().code && self.facts() == other.facts()
    }
}

impl core::fmt::Debug for Why {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(out, "{} {:?}", self.rule().code, self.facts())
    }
}

impl Why {
    /// The sentence, from a template with `{fact}` placeholders.
    pub fn say(&self, template: &str) -> String {
        fill(template, &self.facts())
    }

    /// The same of a pod further up in the order, which waits for the same predecessor.
    pub fn of_pod(&self, name: &Text) -> Option<Self> {
        let mut why = self.clone();
        match &mut why {
            Self::WaitsForPredecessor { pod, .. }
            | Self::WaitsForAvailable { pod, .. }
            | Self::WaitsForTermination { pod, .. } => pod.clone_from(name),
            _ => return None,
        }
        Some(why)
    }

    /// The sentence in English.
    pub fn english(&self) -> String {
        self.say(self.rule().english)
    }

    /// Code and facts, as the page receives them.
    pub fn to_value(&self) -> Value {
        crate::object! {
            "code": self.rule().code,
            "facts": self.facts().into_iter().collect::<crate::value::Map>(),
        }
    }
}

/// A template with its `{fact}` placeholders filled in.
pub fn fill(template: &str, facts: &[(&'static str, &Text)]) -> String {
    let mut sentence = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        sentence.push_str(before);
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        match facts.iter().find(|(fact, _)| *fact == name) {
            Some((_, value)) => sentence.push_str(value),
            None => sentence.push_str(name),
        }
        rest = tail;
    }
    sentence.push_str(rest);
    sentence
}
