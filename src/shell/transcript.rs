//! Text a reader pasted: manifests, or a shell transcript (perhaps a whole Markdown article) with its prompts.
//!
//! A `$` or `#` prompt is the reader's shell, `/ #` and `/ $` a shell inside a container; a `#` counts only before a
//! known command, else it is a comment. A here-document that never closes ends at the next prompt. All other lines
//! are output or prose. spec/conformance.md, section 7.

use super::Pending;
use crate::value::Text;

/// What a pasted text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasteKind {
    /// YAML documents.
    Manifests,
    /// Commands with their output.
    Transcript,
    /// Nothing.
    Empty,
}

/// A pasted text, read.
#[derive(Clone, Debug)]
pub struct Pasted {
    /// What it is.
    pub kind: PasteKind,
    /// The commands of a transcript.
    pub commands: Vec<Typed>,
    /// The manifests in it, in order.
    pub manifests: Vec<Manifest>,
    /// Whether its outputs are those of about v1.22: a deletion without its namespace.
    pub is_old: bool,
}

/// A command of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// Its line in the pasted text, from 1.
    pub line: usize,
    /// What was typed, and where.
    pub command: Pending,
    /// The lines that followed it, up to the next prompt.
    pub output: Vec<Text>,
}

/// A manifest in a pasted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Its text.
    pub text: String,
    /// The line of the pasted text that it begins on, from 1.
    pub first_line: usize,
}

/// Commands that make a `#` a prompt.
const KNOWN: [&str; 28] = [
    "kubectl", "cat", "echo", "ls", "rm", "cd", "mkdir", "sleep", "watch", "for", "while", "clear",
    "exit", "nslookup", "dig", "host", "getent", "hostname", "ping", "curl", "wget", "docker",
    "helm", "minikube", "kind", "k3s", "vi", "vim",
];

/// Reads a pasted text.
pub fn read(text: &str) -> Pasted {
    let lines: Vec<&str> = text.lines().collect();
    let mut pasted = Pasted {
        kind: PasteKind::Empty,
        commands: Vec::new(),
        manifests: Vec::new(),
        is_old: false,
    };
    if is_transcript(&lines) {
        pasted.kind = PasteKind::Transcript;
        read_transcript(&lines, &mut pasted);
    } else if !text.trim().is_empty() {
        pasted.kind = PasteKind::Manifests;
        pasted.manifests = fenced(&lines);
        if pasted.manifests.is_empty() {
            pasted.manifests.push(Manifest {
                text: text.into(),
                first_line: 1,
            });
        }
    }
    pasted
}

/// A prompt that no YAML has, or a `#` prompt where no manifest stands at the left margin.
fn is_transcript(lines: &[&str]) -> bool {
    let prompts = || lines.iter().filter_map(|it| prompt(it));
    let is_manifest = lines.iter().any(|it| it.starts_with("apiVersion:"));
    prompts().any(|it| it.kind != PromptKind::Hash)
        && (!is_manifest || lines.iter().any(|it| here_word(it).is_some()))
        || (!is_manifest && prompts().next().is_some())
}

/// The YAML blocks of a Markdown text.
fn fenced(lines: &[&str]) -> Vec<Manifest> {
    let mut found = Vec::new();
    let mut open: Option<Manifest> = None;
    for (at, line) in lines.iter().enumerate() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (Some(_), Some(_)) => {
                found.extend(open.take().filter(|it| it.text.contains("apiVersion:")));
            }
            (Some(manifest), None) => {
                manifest.text.push_str(line);
                manifest.text.push('\n');
            }
            (None, Some(_)) => {
                open = Some(Manifest {
                    text: String::new(),
                    first_line: at + 2,
                });
            }
            (None, None) => {}
        }
    }
    found
}

fn read_transcript(lines: &[&str], pasted: &mut Pasted) {
    let mut at = 0;
    let mut is_inside = false;
    while let Some(line) = lines.get(at) {
        let Some(Prompt { kind, typed }) = prompt(line) else {
            let is_fence = line.trim_start().starts_with("```");
            if let Some(last) = pasted
                .commands
                .last_mut()
                .filter(|_| is_inside && !is_fence)
            {
                last.output.push((*line).into());
            }
            is_inside &= !is_fence;
            pasted.is_old |= line.ends_with("\" deleted");
            at += 1;
            continue;
        };
        let first = at;
        let mut command = typed.to_owned();
        at += 1;
        while command.ends_with('\\') && at < lines.len() {
            command.push('\n');
            command.push_str(lines[at]);
            at += 1;
        }
        if let Some(word) = here_word(&command) {
            let end = here_end(&lines[at..], word);
            let body = &lines[at..at + end.lines];
            if body.iter().any(|it| it.starts_with("apiVersion:")) {
                pasted.manifests.push(Manifest {
                    text: body.join("\n"),
                    first_line: at + 1,
                });
            }
            let word = word.to_owned();
            for line in body.iter().copied().chain([word.as_str()]) {
                command.push('\n');
                command.push_str(line);
            }
            at += end.lines + usize::from(end.is_closed);
        }
        is_inside = true;
        let command = Pending {
            is_inner: kind == PromptKind::Inner,
            text: command.into(),
        };
        pasted.commands.push(Typed {
            line: first + 1,
            command,
            output: Vec::new(),
        });
    }
}

struct HereEnd {
    lines: usize,
    is_closed: bool,
}

/// Where a here-document ends: at its word, else at the next prompt or the end of the block.
fn here_end(lines: &[&str], word: &str) -> HereEnd {
    for (at, line) in lines.iter().enumerate() {
        if line.trim_end() == word {
            return HereEnd {
                lines: at,
                is_closed: true,
            };
        }
        let is_prompt = prompt(line).is_some_and(|it| it.kind != PromptKind::Hash);
        if is_prompt || line.starts_with("```") {
            return HereEnd {
                lines: at,
                is_closed: false,
            };
        }
    }
    HereEnd {
        lines: lines.len(),
        is_closed: false,
    }
}

/// The word that closes the here-document of a command.
fn here_word(command: &str) -> Option<&str> {
    let after = command.split_once("<<")?.1;
    let word = after.trim_start_matches('-').split_whitespace().next()?;
    let word = word.trim_matches(['\'', '"']);
    let is_word = !word.is_empty()
        && word
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'_');
    is_word.then_some(word)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PromptKind {
    /// `$`, or a `#` with a user and host before it.
    Shell,
    /// A bare `#` before a known command.
    Hash,
    /// `/ #`: a shell inside a container.
    Inner,
}

struct Prompt<'a> {
    kind: PromptKind,
    typed: &'a str,
}

/// The prompt at the start of a line, and what was typed at it.
fn prompt(line: &str) -> Option<Prompt<'_>> {
    let line = line.trim();
    let of = |kind, typed: &'_ str| -> Option<(PromptKind, usize)> {
        let typed = typed.trim_start();
        (!typed.is_empty()).then_some((kind, line.len() - typed.len()))
    };
    let (kind, at) = if let Some(typed) = inner(line) {
        of(PromptKind::Inner, typed)?
    } else if let Some(typed) = line.strip_prefix("$ ") {
        of(PromptKind::Shell, typed)?
    } else if let Some(typed) = line.strip_prefix("# ") {
        let first = typed.split_whitespace().next()?;
        of(PromptKind::Hash, KNOWN.contains(&first).then_some(typed)?)?
    } else {
        of(PromptKind::Shell, with_host(line)?)?
    };
    Some(Prompt {
        kind,
        typed: &line[at..],
    })
}

fn inner(line: &str) -> Option<&str> {
    let path = line.find([' ', '#', '$']).map(|at| &line[..at])?;
    let is_path = path.starts_with('/') || path == "~";
    let rest = line[path.len()..].trim_start();
    is_path
        .then(|| rest.strip_prefix("# ").or(rest.strip_prefix("$ ")))
        .flatten()
}

/// `user@host:~$ …`, `[root@host ~]# …`.
fn with_host(line: &str) -> Option<&str> {
    let at = line.find("$ ").into_iter().chain(line.find("# ")).min()?;
    let before = &line[..at];
    let is_host =
        before.contains('@') && before.len() < 60 && !before.contains(['"', '\'', '=', '|']);
    let words = before.split_whitespace().count();
    (is_host && words <= 2).then(|| &line[at + 2..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Vec<(bool, String)> {
        read(text)
            .commands
            .iter()
            .map(|it| (it.command.is_inner, it.command.text.to_string()))
            .collect()
    }

    #[test]
    fn prompts_are_told_from_comments_output_and_prose() {
        let text = "Some prose.\n```bash\n$ kubectl get pods\nNAME    READY\n#a comment\n# a comment too\n# kubectl get svc\n\
            / # nslookup web-0.nginx &&  hostname\nServer:    10.43.0.10\nme@box:~$ ls\n```\n## A heading\n";
        assert_eq!(read(text).kind, PasteKind::Transcript);
        assert_eq!(
            typed(text),
            [
                (false, "kubectl get pods".to_owned()),
                (false, "kubectl get svc".to_owned()),
                (true, "nslookup web-0.nginx &&  hostname".to_owned()),
                (false, "ls".to_owned()),
            ]
        );
        assert_eq!(read(text).commands[0].output[0], "NAME    READY");
    }

    #[test]
    fn a_here_document_that_never_closes_ends_at_the_next_prompt() {
        let text =
            "$ cat >> a.yml << EOF\napiVersion: v1\nkind: Service\n\n$ kubectl apply -f a.yml\n";
        let pasted = read(text);
        assert_eq!(pasted.commands.len(), 2);
        assert_eq!(
            pasted.manifests,
            [Manifest {
                text: "apiVersion: v1\nkind: Service\n".into(),
                first_line: 2
            }]
        );
        assert!(pasted.commands[0].command.text.ends_with("\nEOF"));
    }

    #[test]
    fn manifests_stay_manifests_with_comments_about_commands() {
        let text = "# kubectl apply -f this.yaml\napiVersion: v1\nkind: Pod\n";
        assert_eq!(read(text).kind, PasteKind::Manifests);
        assert_eq!(read("  \n").kind, PasteKind::Empty);
        let markdown = "Words.\n```yaml\napiVersion: v1\n```\nMore.\n";
        assert_eq!(
            read(markdown).manifests,
            [Manifest {
                text: "apiVersion: v1\n".into(),
                first_line: 3
            }]
        );
    }
}
