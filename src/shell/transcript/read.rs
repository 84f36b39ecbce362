//! How a pasted text is taken apart.

use super::blocks::{Block, blocks};
use super::commands::{applied_files, is_old_deletion, opens_shell, written_file};
use super::prompt::{Prompt, is_command, is_outer, prompt};
use super::{Manifest, PasteKind, Pasted, Remark, RemarkKind, Typed};
use crate::shell::parse::is_open;
use crate::shell::{Origin, Pending};
use crate::sort;
use crate::value::Text;

/// A command goes over at most so many lines, here-documents apart.
const MOST_LINES: usize = 100;

pub(super) fn read(text: &str) -> Pasted {
    let lines: Vec<&str> = text.lines().collect();
    let fenced = blocks(&lines);
    let mut reader = Reader::default();
    if fenced.is_empty() {
        if is_transcript(&lines) {
            reader.shell(
                &Block {
                    language: String::new(),
                    title: "",
                    first: 0,
                    lines,
                },
                false,
            );
        }
    } else {
        for block in &fenced {
            reader.block(block);
        }
    }
    reader.name_manifests();
    let Reader {
        commands,
        mut manifests,
        remarks,
        is_old,
        ..
    } = reader;
    let kind = match (commands.is_empty(), text.trim().is_empty()) {
        (false, _) => PasteKind::Transcript,
        (true, false) => PasteKind::Manifests,
        (true, true) => PasteKind::Empty,
    };
    if kind == PasteKind::Manifests && manifests.is_empty() {
        manifests.push(Manifest {
            text: text.into(),
            first_line: 1,
            file_name: None,
            is_written: false,
        });
    }
    // Nobody looks for what nobody typed.
    let remarks = if kind == PasteKind::Transcript {
        remarks
    } else {
        Vec::new()
    };
    Pasted {
        kind,
        commands,
        manifests,
        is_old,
        remarks,
    }
}

/// Whether a text without fences has commands: at a prompt, or, where there is no manifest, without one.
fn is_transcript(lines: &[&str]) -> bool {
    let first = lines.iter().find(|it| !it.trim().is_empty());
    if first.is_some_and(|it| it.trim_start().starts_with(['{', '[']))
        && lines.iter().all(|it| !it.starts_with("[root"))
    {
        return false;
    }
    let typed = || {
        lines
            .iter()
            .filter(|it| !it.starts_with([' ', '\t']))
            .filter_map(|it| prompt(it))
    };
    if first.is_some_and(|it| is_command(it)) {
        return true;
    }
    if lines.iter().any(|it| begins_manifest(it)) {
        return typed().any(|it| !it.is_hash());
    }
    lines
        .iter()
        .any(|it| prompt(it).is_some() || is_command(it))
}

fn begins_manifest(line: &str) -> bool {
    line.starts_with("apiVersion:") || line.starts_with("kind:")
}

#[derive(Default)]
struct Reader {
    commands: Vec<Typed>,
    manifests: Vec<Manifest>,
    remarks: Vec<Remark>,
    is_old: bool,
    /// The sign of the prompt that a shell in a container was opened at, while that is open.
    opened_at: Option<String>,
    /// The sign of that shell's own prompt, once one has been seen.
    inner: Option<String>,
}

impl Reader {
    fn block(&mut self, block: &Block<'_>) {
        let has_prompt = block.lines.iter().any(|it| prompt(it).is_some());
        let has_manifest = block.lines.iter().any(|it| begins_manifest(it));
        let has_command = || block.lines.iter().any(|it| is_command(it));
        if block.is_manifest() || has_manifest && !has_prompt && !block.is_shell() {
            if has_manifest || block.language == "json" {
                self.manifests.push(Manifest {
                    text: joined(&block.lines),
                    first_line: block.first + 1,
                    file_name: block.file_name().map(Into::into),
                    is_written: false,
                });
            }
        } else if has_prompt || block.is_shell() || block.language.is_empty() && has_command() {
            self.shell(block, true);
        } else if block.language.is_empty()
            || block.language.starts_with("text")
            || block.language == "output"
        {
            // The output of the command above, in a block of its own.
            for (at, line) in block.lines.iter().enumerate() {
                self.output(block.first + at + 1, line);
            }
        }
    }

    fn shell(&mut self, block: &Block<'_>, is_fenced: bool) {
        let lines = &block.lines;
        let has_prompts = lines.iter().any(|it| prompt(it).is_some());
        let mut at = 0;
        let mut is_begun = false;
        while let Some(line) = lines.get(at) {
            let number = block.first + at + 1;
            let typed = match prompt(line) {
                Some(found) => Some((found, self.is_inner(&found))),
                None if !has_prompts && is_command(line) => Some((
                    Prompt {
                        sign: "",
                        typed: line,
                    },
                    false,
                )),
                None => None,
            };
            at += 1;
            let Some((Prompt { sign, typed }, is_inner)) = typed else {
                is_begun &= is_fenced || !is_prose(line);
                if line.trim().is_empty() || line.starts_with('#') || line.trim() == "^C" {
                    continue;
                }
                if is_begun {
                    self.output(number, line);
                } else if is_fenced {
                    self.remarks.push(Remark {
                        line: number,
                        kind: RemarkKind::NotUnderstood,
                    });
                }
                continue;
            };
            is_begun = true;
            if typed.is_empty() {
                continue;
            }
            let command = self.command(typed, &lines[at..], block.first + at);
            at += command.lines;
            self.note_shell(sign, is_inner, &command.text);
            self.commands.push(Typed {
                line: number,
                command: Pending {
                    origin: if is_inner {
                        Origin::Inner
                    } else {
                        Origin::Outer
                    },
                    text: command.text.replace('\u{a0}', " ").into(),
                },
                output: Vec::new(),
            });
        }
    }

    /// Whether what was typed at a prompt was typed inside a container.
    fn is_inner(&self, prompt: &Prompt<'_>) -> bool {
        if prompt.is_inner() {
            return true;
        }
        let Some(opened_at) = &self.opened_at else {
            return false;
        };
        match &self.inner {
            Some(inner) => inner == prompt.sign && !(prompt.is_hash() && is_outer(prompt.typed)),
            None => opened_at != prompt.sign && !is_outer(prompt.typed),
        }
    }

    /// Follows in and out of containers.
    fn note_shell(&mut self, sign: &str, is_inner: bool, command: &str) {
        if is_inner {
            self.inner = (command.trim() != "exit").then(|| sign.to_owned());
            if self.inner.is_none() {
                self.opened_at = None;
            }
        } else {
            self.inner = None;
            self.opened_at = opens_shell(command).then(|| sign.to_owned());
        }
    }

    fn output(&mut self, number: usize, line: &str) {
        let line = line.trim_end();
        self.is_old |= is_old_deletion(line);
        match self.commands.last_mut() {
            Some(last) if !line.is_empty() => last.output.push((number, line.into())),
            _ => {}
        }
    }

    /// A command with the lines it goes on in, and the bodies of its here-documents; `first` is the number of lines
    /// before those in the whole text.
    fn command(&mut self, typed: &str, lines: &[&str], first: usize) -> Whole {
        let mut text = typed.trim_end().to_owned();
        let mut taken = 0;
        loop {
            let goes_on = text.ends_with('\\') || here_word(&text).is_none() && is_open(&text);
            let next = lines
                .get(taken)
                .filter(|it| goes_on && taken < MOST_LINES && prompt(it).is_none());
            let Some(next) = next else {
                break;
            };
            text.push('\n');
            text.push_str(without_mark(next));
            taken += 1;
        }
        if !text.contains("<<") && !text.ends_with('\\') && is_open(&text) {
            // It never ends: only its first line is the command, whatever that is worth.
            return Whole {
                text: typed.trim_end().into(),
                lines: 0,
            };
        }
        let Some((word, strips_tabs)) = here_word(&text) else {
            return Whole { text, lines: taken };
        };
        let rest = &lines[taken..];
        let is_end = |line: &str| {
            let line = without_mark(line);
            let line = if strips_tabs {
                line.trim_start_matches('\t')
            } else {
                line
            };
            line.trim_end() == word
        };
        let is_prompt = |line: &str| prompt(line).is_some_and(|it| !it.is_hash());
        let length = rest
            .iter()
            .position(|it| is_end(it) || is_prompt(it))
            .unwrap_or(rest.len());
        let is_closed = rest.get(length).is_some_and(|it| is_end(it));
        let is_marked = rest[..length]
            .iter()
            .all(|it| it.starts_with('>') || it.is_empty());
        let mut body: Vec<&str> = rest[..length]
            .iter()
            .map(|it| if is_marked { without_mark(it) } else { it })
            .collect();
        if !is_closed {
            self.remarks.push(Remark {
                line: first,
                kind: RemarkKind::UnclosedHereDocument,
            });
            while body.last().is_some_and(|it| it.trim().is_empty()) {
                body.pop();
            }
        }
        let mut manifest = body.clone();
        if strips_tabs {
            for line in &mut manifest {
                *line = line.trim_start_matches('\t');
            }
        }
        if manifest.iter().any(|it| begins_manifest(it)) {
            self.manifests.push(Manifest {
                text: joined(&manifest),
                first_line: first + taken + 1,
                file_name: written_file(&text),
                is_written: true,
            });
        }
        for line in body.iter().copied().chain([word.as_str()]) {
            text.push('\n');
            text.push_str(line);
        }
        Whole {
            text,
            lines: taken + length + usize::from(is_closed),
        }
    }

    /// Gives manifests without a name that of the next file that is applied and that nobody has written.
    fn name_manifests(&mut self) {
        let used: Vec<(usize, Text)> = self
            .commands
            .iter()
            .flat_map(|it| {
                applied_files(&it.command.text)
                    .into_iter()
                    .map(|file| (it.line, file))
            })
            .collect();
        for at in 0..self.manifests.len() {
            let line = self.manifests[at].first_line;
            let is_free = |file: &Text| {
                self.manifests
                    .iter()
                    .all(|it| it.file_name.as_ref() != Some(file))
            };
            if self.manifests[at].file_name.is_none() && !self.manifests[at].is_written {
                let after = used
                    .iter()
                    .find(|(number, file)| *number > line && is_free(file));
                let any = after.or_else(|| used.iter().find(|(_, file)| is_free(file)));
                self.manifests[at].file_name = any.map(|(_, file)| file.clone());
            }
            let manifest = &self.manifests[at];
            if !manifest.is_written
                && !manifest
                    .file_name
                    .as_ref()
                    .is_some_and(|it| used.iter().any(|(_, file)| file == it))
            {
                self.remarks.push(Remark {
                    line,
                    kind: RemarkKind::UnusedManifest,
                });
            }
        }
        sort::by_key(&mut self.remarks, |it| it.line);
    }
}

struct Whole {
    text: String,
    /// How many lines it takes beyond its first.
    lines: usize,
}

fn joined(lines: &[&str]) -> String {
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

/// A line without the `> ` that a shell puts before lines that a command goes on in.
fn without_mark(line: &str) -> &str {
    line.strip_prefix("> ")
        .or(line.strip_prefix('>'))
        .unwrap_or(line)
}

/// The word that closes the first here-document of a command, and whether tabs may stand before it.
fn here_word(command: &str) -> Option<(String, bool)> {
    let mut quote = None;
    let mut rest = command;
    loop {
        let sign = rest.chars().next()?;
        match quote {
            Some(open) if sign == open => quote = None,
            None if matches!(sign, '\'' | '"') => quote = Some(sign),
            None if rest.starts_with("<<<") => rest = &rest[2..],
            None if rest.starts_with("<<") => break,
            Some(_) | None => {}
        }
        rest = &rest[sign.len_utf8()..];
    }
    let after = &rest[2..];
    let (after, strips_tabs) = after
        .strip_prefix('-')
        .map_or((after, false), |it| (it, true));
    let word = after.trim_start_matches([' ', '\t']);
    let word: String = word
        .chars()
        .take_while(|it| !it.is_whitespace() && !"|;&<>)".contains(*it))
        .collect();
    let word = word.replace(['\'', '"', '\\'], "");
    (!word.is_empty()).then_some((word, strips_tabs))
}

/// Whether a line between commands is an author's sentence, where no fence tells.
fn is_prose(line: &str) -> bool {
    line.chars()
        .any(|it| matches!(it, '。' | '，' | '：' | '？' | '！' | '、'))
}
