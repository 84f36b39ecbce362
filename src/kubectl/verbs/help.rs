//! Help, in our own short words.

use super::table::{VERBS, Verb};
use crate::kubectl::flags;
use crate::kubectl::print::Tabs;
use crate::kubectl::text::fill;

/// The page of bare `kubectl`.
pub(super) fn all() -> String {
    let mut tabs = Tabs::plain();
    for verb in VERBS
        .iter()
        .filter(|it| it.run.is_some() || !it.subs.is_empty())
    {
        tabs.row(&[["  ", verb.name].concat().as_str(), verb.about]);
    }
    let head = "kubectl talks to the simulated cluster.\n\nCommands:\n";
    let foot = "\nUse \"kubectl <command> --help\" for a command's flags, \"kubectl options\" for those of all commands.\n";
    [head, &tabs.flush(), foot].concat()
}

/// The page of a command.
pub(super) fn for_verb(verb: &Verb, command: &str) -> String {
    let mut text = fill("kubectl {}: {}\n", &[command, verb.about]);
    if !verb.subs.is_empty() {
        text.push_str("\nCommands:\n");
        let mut tabs = Tabs::plain();
        for sub in verb.subs {
            tabs.row(&[["  ", sub.name].concat().as_str(), sub.about]);
        }
        text.push_str(&tabs.flush());
    }
    if verb.run.is_some() {
        text.push_str("\nFlags:\n");
        text.push_str(&flag_list(verb.flags));
    }
    text
}

/// The flags of a table, one a line.
pub(super) fn flag_list(table: &'static str) -> String {
    let mut text = String::new();
    for (name, short) in flags::names(table) {
        let short = if short.is_empty() {
            "    ".to_owned()
        } else {
            fill("-{}, ", &[short])
        };
        text.push_str(&fill("  {}--{}\n", &[&short, name]));
    }
    text
}
