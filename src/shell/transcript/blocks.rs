//! The code blocks of a Markdown text.

/// A code block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// The language behind its fence, in lower case.
    pub language: String,
    /// What else stands there.
    pub title: &'a str,
    /// The number of its first line, from 0.
    pub first: usize,
    /// Its lines, the fence's own indentation taken away.
    pub lines: Vec<&'a str>,
}

impl Block<'_> {
    /// Whether its language is one that manifests are written in.
    pub fn is_manifest(&self) -> bool {
        matches!(self.language.as_str(), "yaml" | "yml" | "json")
    }

    /// Whether its language is that of a shell.
    pub fn is_shell(&self) -> bool {
        matches!(
            self.language.as_str(),
            "bash" | "sh" | "shell" | "zsh" | "console" | "terminal" | "shell-session"
        )
    }

    /// A file name in the title: `web.yaml`, `title="web.yaml"`, `{name: "web.yaml"}`.
    pub fn file_name(&self) -> Option<&str> {
        let words = self.title.split([' ', '=', '"', '\'', '{', '}', ',', ':']);
        words.into_iter().find(|it| {
            [".yaml", ".yml", ".json"]
                .iter()
                .any(|end| it.ends_with(end))
        })
    }
}

/// The fenced blocks of a text.
pub fn blocks<'a>(lines: &[&'a str]) -> Vec<Block<'a>> {
    let mut found = Vec::new();
    let mut open: Option<(Block<'a>, &str, usize)> = None;
    for (number, line) in lines.iter().enumerate() {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        let length = content.len() - content.trim_start_matches(['`', '~']).len();
        let fence = content
            .get(..length)
            .filter(|it| length >= 3 && it.bytes().all(|sign| sign == it.as_bytes()[0]));
        match (&mut open, fence) {
            (Some((_, opened, _)), Some(fence))
                if fence.starts_with(*opened) && content.trim_end() == fence =>
            {
                found.extend(open.take().map(|it| it.0));
            }
            (Some((block, _, outdent)), _) => {
                let blanks = line.len() - line.trim_start_matches(' ').len();
                block.lines.push(&line[blanks.min(*outdent)..]);
            }
            (None, Some(fence)) => {
                let about = content[length..].trim();
                let (language, title) = about.split_once([' ', '{', ':']).unwrap_or((about, ""));
                let language = language.to_ascii_lowercase();
                open = Some((
                    Block {
                        language,
                        title,
                        first: number + 1,
                        lines: Vec::new(),
                    },
                    fence,
                    indent,
                ));
            }
            (None, None) => {}
        }
    }
    // A block that is never closed goes on to the end.
    found.extend(open.map(|it| it.0));
    found
}
