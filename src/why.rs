//! The catalogue of reasons: why something was done, and why something waits.
//!
//! A [`Why`] is built in the arm that decides, from the facts that arm tested. It carries facts, not prose; its
//! sentence is a template here in English and in `www/languages/*.json` in other languages, filled by [`Why::say`].

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
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs, reason = "the fields are named by the sentence they stand in")]
        pub enum Why {
            $($(#[$doc])* $name { $($fact: Text),* },)*
        }

        impl Why {
            /// Every rule, in the order of the catalogue.
            pub const RULES: &'static [Rule] =
                &[$(Rule { code: $code, english: $english, upstream: $upstream, docs: $docs }),*];

            /// The rule this is an instance of.
            pub fn rule(&self) -> &'static Rule {
                match self {
                    $(Self::$name { .. } => {
                        const RULE: Rule = Rule { code: $code, english: $english, upstream: $upstream, docs: $docs };
                        &RULE
                    })*
                }
            }

            /// The facts by name.
            pub fn facts(&self) -> Vec<(&'static str, &Text)> {
                match self {
                    $(Self::$name { $($fact),* } => vec![$((stringify!($fact), $fact)),*],)*
                }
            }
        }
    };
}

reasons! {
    /// The reader's own command or click.
    Asked { what } "asked" "you asked: {what}" "" ""
}

impl Why {
    /// The sentence, from a template with `{fact}` placeholders.
    pub fn say(&self, template: &str) -> String {
        let facts = self.facts();
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
