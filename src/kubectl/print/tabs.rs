//! Columns from text with TABs.
//!
//! A column block is a run of lines that have a TAB-ended cell in that column; its width is that of the longest cell.
//! upstream: text/tabwriter, and github.com/liggitt/tabwriter for remembered widths.

/// A writer that aligns what it is given at each flush.
#[derive(Clone, Debug)]
pub(in crate::kubectl) struct Tabs {
    min: usize,
    padding: usize,
    /// Columns never get narrower than in an earlier flush.
    remembered: Option<Vec<usize>>,
    text: String,
}

impl Tabs {
    /// As `describe` writes.
    pub fn plain() -> Self {
        Self {
            min: 0,
            padding: 2,
            remembered: None,
            text: String::new(),
        }
    }

    /// As `get` writes.
    pub fn wide() -> Self {
        Self {
            min: 6,
            padding: 3,
            remembered: Some(Vec::new()),
            text: String::new(),
        }
    }

    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A line of cells.
    pub fn row<T: AsRef<str>>(&mut self, cells: &[T]) {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.text.push('\t');
            }
            self.text.push_str(cell.as_ref());
        }
        self.text.push('\n');
    }

    /// What was pushed since the last flush, as it is.
    pub fn raw(&mut self) -> String {
        core::mem::take(&mut self.text)
    }

    /// Aligns and gives what was pushed since the last flush.
    pub fn flush(&mut self) -> String {
        let text = core::mem::take(&mut self.text);
        let lines: Vec<Vec<&str>> = text
            .split_inclusive('\n')
            .map(|it| it.trim_end_matches('\n').split('\t').collect())
            .collect();
        let mut out = String::with_capacity(text.len() * 2);
        self.block(&lines, &mut Vec::new(), &mut out);
        out
    }

    /// Formats lines whose first `widths.len()` columns are settled.
    fn block(&mut self, lines: &[Vec<&str>], widths: &mut Vec<usize>, out: &mut String) {
        let column = widths.len();
        let mut at = 0;
        while at < lines.len() {
            let in_block = lines[at..]
                .iter()
                .take_while(|it| it.len() > column + 1)
                .count();
            if in_block == 0 {
                write(&lines[at], widths, out);
                at += 1;
                continue;
            }
            let run = &lines[at..at + in_block];
            let longest = run
                .iter()
                .map(|it| it[column].chars().count())
                .max()
                .unwrap_or_default();
            let mut width = self.min.max(longest + self.padding);
            if let Some(remembered) = &mut self.remembered {
                if remembered.len() <= column {
                    remembered.resize(column + 1, 0);
                }
                width = width.max(remembered[column]);
                remembered[column] = width;
            }
            widths.push(width);
            self.block(run, widths, out);
            widths.pop();
            at += in_block;
        }
    }
}

fn write(cells: &[&str], widths: &[usize], out: &mut String) {
    for (at, cell) in cells.iter().enumerate() {
        out.push_str(cell);
        if at + 1 < cells.len() {
            let blanks = widths[at].saturating_sub(cell.chars().count());
            out.extend(core::iter::repeat_n(' ', blanks));
        }
    }
    out.push('\n');
}
