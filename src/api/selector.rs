//! Label selectors: as objects (`matchLabels`, `matchExpressions`) and as text (`app=nginx,tier in (a,b)`).

use crate::value::{Text, Value};

/// A parsed label selector; all requirements must hold. An empty one matches everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq)]
struct Requirement {
    key: Text,
    operator: Operator,
    values: Vec<Text>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Selector {
    /// From a map of labels, as a Service's `spec.selector` is.
    pub fn from_labels(labels: &Value) -> Self {
        let equals = |(key, value): (&Text, &Value)| Requirement {
            key: key.clone(),
            operator: Operator::In,
            values: vec![value.as_str().into()],
        };
        Self(labels.members().map(equals).collect())
    }

    /// From a `LabelSelector` object.
    pub fn from_object(selector: &Value) -> Self {
        let mut all = Self::from_labels(&selector["matchLabels"]);
        for expression in selector["matchExpressions"].items() {
            all.0.push(Requirement {
                key: expression["key"].as_str().into(),
                operator: match expression["operator"].as_str() {
                    "In" => Operator::In,
                    "NotIn" => Operator::NotIn,
                    "Exists" => Operator::Exists,
                    _ => Operator::DoesNotExist,
                },
                values: expression["values"]
                    .items()
                    .iter()
                    .map(|it| it.as_str().into())
                    .collect(),
            });
        }
        all
    }

    /// From kubectl's text: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, joined by commas.
    ///
    /// # Errors
    /// The API server's words for a text that is none of these.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut all = Vec::new();
        for part in split_outside_brackets(text) {
            let part = part.trim();
            if part.is_empty() && text.trim().is_empty() {
                continue;
            }
            match requirement(part) {
                Some(it) if it.values.iter().all(|it| !it.contains('=')) => all.push(it),
                Some(_) => {
                    return Err(
                        "unable to parse requirement: found '=', expected: ',' or 'end of string'"
                            .into(),
                    );
                }
                None => {
                    return Err(format!(
                        "unable to parse requirement: found '{part}', expected: !, identifier, or 'end of string'"
                    ));
                }
            }
        }
        Ok(Self(all))
    }

    /// A `LabelSelector` object as kubectl's text, sorted by key.
    ///
    /// upstream: metav1.LabelSelectorAsSelector, then String.
    pub fn text_of(selector: &Value) -> Text {
        let mut parts: Vec<(&str, Text)> = Vec::new();
        for (key, value) in selector["matchLabels"].members() {
            parts.push((key, crate::text!("{key}={}", value.as_str())));
        }
        for expression in selector["matchExpressions"].items() {
            let key = expression["key"].as_str();
            let mut values: Vec<&str> = Vec::new();
            for value in expression["values"].items() {
                let at = values.partition_point(|it| *it < value.as_str());
                values.insert(at, value.as_str());
            }
            let values = values.join(",");
            let text = match expression["operator"].as_str() {
                "In" => crate::text!("{key} in ({values})"),
                "NotIn" => crate::text!("{key} notin ({values})"),
                "Exists" => key.into(),
                _ => crate::text!("!{key}"),
            };
            let at = parts.partition_point(|it| it.0 <= key);
            parts.insert(at, (key, text));
        }
        let texts: Vec<&str> = parts.iter().map(|it| it.1.as_str()).collect();
        texts.join(",").into()
    }

    /// Whether these labels satisfy every requirement.
    pub fn matches(&self, labels: &Value) -> bool {
        self.0.iter().all(|it| {
            let value = labels[it.key.as_str()].text();
            let listed = value.is_some_and(|value| it.values.contains(value));
            match it.operator {
                Operator::In => listed,
                Operator::NotIn => !listed,
                Operator::Exists => value.is_some(),
                Operator::DoesNotExist => value.is_none(),
            }
        })
    }

    /// Whether there is no requirement.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn split_outside_brackets(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut depth) = (Vec::new(), 0, 0_u32);
    for (at, sign) in text.char_indices() {
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

fn requirement(part: &str) -> Option<Requirement> {
    let of = |key: &str, operator, values: Vec<Text>| {
        let key = key.trim();
        let plain = !key.is_empty()
            && key
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || b"-_./".contains(&it));
        plain.then(|| Requirement {
            key: key.into(),
            operator,
            values,
        })
    };
    if let Some(key) = part.strip_prefix('!') {
        return of(key, Operator::DoesNotExist, Vec::new());
    }
    if let Some((head, list)) = part.split_once('(') {
        let (key, operator) = head.trim_end().rsplit_once(' ')?;
        let operator = match operator {
            "in" => Operator::In,
            "notin" => Operator::NotIn,
            _ => return None,
        };
        let list = list.strip_suffix(')')?;
        return of(
            key,
            operator,
            list.split(',').map(|it| it.trim().into()).collect(),
        );
    }
    if let Some((key, value)) = part.split_once('=') {
        let (key, operator) = match key.strip_suffix('!') {
            Some(key) => (key, Operator::NotIn),
            None => (key, Operator::In),
        };
        let value = match operator {
            Operator::In => value.strip_prefix('=').unwrap_or(value),
            Operator::NotIn | Operator::Exists | Operator::DoesNotExist => value,
        };
        return of(key, operator, vec![value.trim().into()]);
    }
    of(part, Operator::Exists, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object;

    #[test]
    fn the_text_forms_mean_what_kubectl_means() {
        let labels = object! {"app": "nginx", "tier": "web"};
        for yes in [
            "",
            "app=nginx",
            "app==nginx,tier",
            "tier in (db,web)",
            "app!=x",
            "!gone",
            "gone notin (a)",
        ] {
            assert!(Selector::parse(yes).unwrap().matches(&labels), "{yes}");
        }
        for no in ["app=redis", "!app", "tier notin (web)", "gone"] {
            assert!(!Selector::parse(no).unwrap().matches(&labels), "{no}");
        }
        assert!(Selector::parse("a b").is_err());
        assert!(Selector::parse("app=nginx,").is_err());
        assert!(Selector::parse("app (nginx)").is_err());
        assert_eq!(
            Selector::parse("a=b=c").unwrap_err(),
            "unable to parse requirement: found '=', expected: ',' or 'end of string'"
        );
    }
}
