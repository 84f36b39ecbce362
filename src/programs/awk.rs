//! `awk`: `[condition] {print …}` of the lines of some texts, and no more of it.

use super::text::{MOST_BYTES, MOST_TRIES, TOO_LONG, TOO_MUCH, matches};
use crate::value::Text;

/// So many bytes of a program run as fast as one sign of a pattern is tried.
const BYTES_A_TRY: usize = 8;

/// `NR>1 {print $1, "x" $NF}`: the lines it prints.
pub(super) fn awk(program: &str, parted: &str, texts: &[(&str, Text)]) -> Result<String, String> {
    let unknown =
        || String::from("awk: only [NR==N or NR>N or /pattern/] {print …} is simulated\n");
    let (condition, action) = match program.split_once('{') {
        Some((condition, action)) => (condition.trim(), action.trim()),
        None => (program.trim(), "print}"),
    };
    let action = action
        .strip_suffix('}')
        .ok_or_else(unknown)?
        .trim()
        .trim_end_matches(';');
    let printed = action.strip_prefix("print").ok_or_else(unknown)?;
    let items: Vec<Vec<Text>> = pieces(printed).ok_or_else(unknown)?;
    let (mut out, mut tries) = (String::new(), MOST_TRIES);
    for (number, line) in texts.iter().flat_map(|it| it.1.lines()).enumerate() {
        tries = tries.saturating_sub(1 + program.len() / BYTES_A_TRY);
        if tries == 0 {
            return Err(format!("awk: {TOO_LONG}\n"));
        }
        let number = number + 1;
        let kept = if condition.is_empty() {
            true
        } else if let Some(pattern) = condition
            .strip_prefix('/')
            .and_then(|it| it.strip_suffix('/'))
        {
            pattern.split('|').any(|it| matches(it, line, &mut tries))
        } else {
            let condition: String = condition.split_whitespace().collect();
            let than = |sign: &str| {
                condition
                    .strip_prefix(sign)
                    .and_then(|it| it.parse::<usize>().ok())
            };
            match (
                than("NR=="),
                than("NR!="),
                than("NR>="),
                than("NR<="),
                than("NR>"),
                than("NR<"),
            ) {
                (Some(it), ..) => number == it,
                (_, Some(it), ..) => number != it,
                (_, _, Some(it), ..) => number >= it,
                (_, _, _, Some(it), ..) => number <= it,
                (_, _, _, _, Some(it), _) => number > it,
                (.., Some(it)) => number < it,
                _ => return Err(unknown()),
            }
        };
        if !kept {
            continue;
        }
        let fields: Vec<&str> = match parted {
            "" => line.split_whitespace().collect(),
            parted => line.split(parted).collect(),
        };
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                out.push(' ');
            }
            for piece in item {
                out.push_str(&match piece.as_str() {
                    "$0" => line.into(),
                    "$NF" => fields.last().copied().unwrap_or_default().into(),
                    "NF" => crate::text!("{}", fields.len()),
                    "NR" => crate::text!("{number}"),
                    piece => match piece
                        .strip_prefix('$')
                        .and_then(|it| it.parse::<usize>().ok())
                    {
                        Some(at) => at
                            .checked_sub(1)
                            .and_then(|it| fields.get(it))
                            .copied()
                            .unwrap_or_default()
                            .into(),
                        None => Text::from(piece.trim_start_matches('"')),
                    },
                });
                if out.len() > MOST_BYTES {
                    return Err(format!("awk: {TOO_MUCH}\n"));
                }
            }
        }
        out.push('\n');
    }
    Ok(out)
}

/// What `print` prints: items parted by commas, of pieces that stand side by side.
fn pieces(text: &str) -> Option<Vec<Vec<Text>>> {
    let mut items = vec![Vec::new()];
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ',' => {
                items.push(Vec::new());
                1
            }
            '"' => {
                let length = rest[1..].find('"')? + 1;
                let text = rest[..length].replace("\\t", "\t").replace("\\n", "\n");
                items.last_mut()?.push(text.into());
                length + 1
            }
            _ => {
                let is_name = |it: char| it == '$' || it.is_ascii_alphanumeric();
                let length = rest.find(|it| !is_name(it)).unwrap_or(rest.len());
                let name = &rest[..length];
                let is_field = name
                    .strip_prefix('$')
                    .is_some_and(|it| it.parse::<u16>().is_ok());
                if !is_field && !["$NF", "NF", "NR"].contains(&name) {
                    return None;
                }
                items.last_mut()?.push(name.into());
                length
            }
        };
        rest = rest[length..].trim_start();
    }
    if items == [Vec::<Text>::new()] {
        items[0].push("$0".into());
    }
    Some(items)
}
