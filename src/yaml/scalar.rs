//! What a scalar means: YAML 1.1 as kubectl's library reads it, then JSON.
//!
//! upstream: go-yaml v2, resolve.go; sigs.k8s.io/yaml, convertToJSONableObject; numbers as encoding/json writes them.

use crate::value::{Text, Value};

/// A scalar's text, tag and style, as the parser gives it.
pub(super) struct Scalar<'a> {
    pub text: &'a str,
    /// The tag's full name, `""` where there is none.
    pub tag: &'a str,
    /// Whether it was written without quotes and not as a block.
    pub is_plain: bool,
}

/// The prefix of YAML's own tags.
pub(super) const CORE: &str = "tag:yaml.org,2002:";

impl Scalar<'_> {
    /// Whether this, as a key, merges other mappings into its own.
    pub fn is_merge(&self) -> bool {
        self.text == "<<"
            && (self.is_plain && self.tag.is_empty()
                || self.tag.strip_prefix(CORE) == Some("merge"))
    }

    /// The scalar's value, before its trip through JSON; the error is in go-yaml's words.
    pub fn resolve(&self) -> Result<Value, String> {
        let core = self.tag.strip_prefix(CORE);
        let (value, wanted) = match (self.tag, core) {
            ("", _) if self.is_plain => return Ok(typed(self.text)),
            (_, Some(wanted @ ("bool" | "int" | "float" | "null"))) => (typed(self.text), wanted),
            // differs: upstream decodes base64 here; no manifest does it this way.
            (_, Some("binary")) => return Err("!!binary is not read here".into()),
            // upstream: resolvableTag: every other tag leaves a string.
            _ => return Ok(self.text.into()),
        };
        let got = match &value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) if wanted == "float" => "float",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::String(_) | Value::Array(_) | Value::Object(_) => "str",
        };
        if got == wanted {
            Ok(value)
        } else {
            Err(format!(
                "cannot decode !!{got} `{}` as a !!{wanted}",
                self.text
            ))
        }
    }
}

/// Whether a plain scalar of that text would not be read as that string: writers must quote it.
pub fn looks_typed(text: &str) -> bool {
    !matches!(typed(text), Value::String(_)) || is_timestamp(text) || is_base60(text)
}

/// A key as JSON has it.
// upstream: convertToJSONableObject: only strings, numbers and booleans can be keys.
pub(super) fn key_text(key: &Value) -> Option<Text> {
    Some(match key {
        Value::String(it) => it.clone(),
        Value::Bool(it) => if *it { "true" } else { "false" }.into(),
        Value::Int(_) => key.to_json().into(),
        Value::Float(it) if it.is_nan() => ".nan".into(),
        Value::Float(it) if it.is_infinite() => if *it < 0.0 { "-.inf" } else { ".inf" }.into(),
        Value::Float(it) => {
            #[allow(
                clippy::cast_possible_truncation,
                reason = "upstream formats keys with 32 bits"
            )]
            let it = *it as f32;
            general(&format!("{it:e}")).into()
        }
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    })
}

/// Go's `%g` from Rust's `{:e}`: the shortest digits, with an exponent from 1e6 on and below 1e-4.
pub(super) fn general(scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let size = exponent.unsigned_abs() as usize;
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |it| ("-", it));
    let mut out = String::from(sign);
    if !(-4..6).contains(&exponent) {
        out.push_str(mantissa);
        out.push_str(if exponent < 0 { "e-" } else { "e+" });
        if size < 10 {
            out.push('0');
        }
        out.push_str(&size.to_string());
        return out;
    }
    let digits = mantissa.replace('.', "");
    if exponent < 0 {
        out.push_str("0.");
        out.extend(core::iter::repeat_n('0', size - 1));
        out.push_str(&digits);
    } else if let Some((whole, part)) = digits.split_at_checked(size + 1) {
        out.push_str(whole);
        if !part.is_empty() {
            out.push('.');
            out.push_str(part);
        }
    } else {
        out.push_str(&digits);
        out.extend(core::iter::repeat_n('0', size + 1 - digits.len()));
    }
    out
}

/// A value after its trip through JSON: a float without a fraction is a whole number, and one that JSON cannot say
/// is an error.
pub(super) fn through_json(value: Value) -> Result<Value, String> {
    match value {
        #[allow(clippy::cast_possible_truncation, reason = "below 2^63, checked")]
        Value::Float(it) if it.fract() == 0.0 && it.abs() < 9.2e18 => Ok(Value::Int(it as i64)),
        Value::Float(it) if it.is_nan() => Err("json: unsupported value: NaN".into()),
        Value::Float(it) if it.is_infinite() => {
            let sign = if it < 0.0 { '-' } else { '+' };
            Err(format!("json: unsupported value: {sign}Inf"))
        }
        _ => Ok(value),
    }
}

/// A plain scalar's value.
fn typed(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        _ => number(text).unwrap_or_else(|| text.into()),
    }
}

fn number(text: &str) -> Option<Value> {
    let first = *text.as_bytes().first()?;
    if first == b'.' {
        // upstream: here it is Go's own float reader, which wants a digit on both sides of an underscore.
        let bytes = text.as_bytes();
        let is_lonely = |at: usize| {
            bytes[at] == b'_'
                && !(bytes[at - 1].is_ascii_digit()
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_digit))
        };
        if (1..bytes.len()).any(is_lonely) {
            return None;
        }
    } else if !(first.is_ascii_digit() || first == b'-' || first == b'+') {
        return None;
    }
    let plain = text.replace('_', "");
    integer(&plain).or_else(|| float(&plain))
}

/// upstream: `strconv.ParseInt` and `ParseUint` with base 0; what only the latter reads is a float in JSON.
fn integer(plain: &str) -> Option<Value> {
    let (is_negative, digits) = match plain.strip_prefix(['-', '+']) {
        Some(rest) => (plain.starts_with('-'), rest),
        None => (false, plain),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.starts_with(|it: char| it.is_ascii_alphanumeric()) {
        return None;
    }
    let size = i128::from(u64::from_str_radix(digits, radix).ok()?);
    match i64::try_from(if is_negative { -size } else { size }) {
        Ok(it) => Some(it.into()),
        #[allow(clippy::cast_precision_loss, reason = "as JSON does")]
        Err(_) => (!plain.starts_with(['-', '+'])).then_some(Value::Float(size as f64)),
    }
}

/// As JSON reads it, with a digit on both sides of the point and no zero in front: the standard library's reader would be
/// 10 kB of table in the engine.
///
/// upstream: `yamlStyleFloat`.
pub(super) fn float(plain: &str) -> Option<Value> {
    let is_style = plain
        .bytes()
        .all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'e' | b'E' | b'+' | b'-'));
    let (sign, size) = match plain.strip_prefix('-') {
        Some(size) => ("-", size),
        None => ("", plain.strip_prefix('+').unwrap_or(plain)),
    };
    let at = size.find(['e', 'E']).unwrap_or(size.len());
    let (mantissa, exponent) = size.split_at(at);
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digit = |it: char| it.is_ascii_digit();
    let is_begun = whole.chars().all(is_digit) && (!whole.is_empty() || part.starts_with(is_digit));
    if !is_style || !is_begun {
        return None;
    }
    // The fewer digits, the more exact JSON's reader is.
    let [whole, part] = [whole.trim_start_matches('0'), part.trim_end_matches('0')];
    let [whole, part] = [whole, part].map(|it| if it.is_empty() { "0" } else { it });
    Value::from_json(&crate::text!("{sign}{whole}.{part}{exponent}")).ok()
}

/// upstream: `parseTimestamp`: four digits of year, short forms of the rest; a day alone, or with a time.
fn is_timestamp(text: &str) -> bool {
    let Some((year, rest)) = text.split_once('-').filter(|(it, _)| it.len() == 4) else {
        return false;
    };
    let Some((month, rest)) = rest.split_once('-') else {
        return false;
    };
    let (day, time) = match rest.find(['T', 't', ' ']) {
        Some(at) => (&rest[..at], Some(&rest[at..])),
        None => (rest, None),
    };
    let (Some(year), Some(month), Some(day)) = (digits(year, 4), digits(month, 2), digits(day, 2))
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=last).contains(&day) && time.is_none_or(is_clock)
}

/// `T3:4:5.6Z`, `t03:04:05+08:00` or ` 3:4:5`.
fn is_clock(time: &str) -> bool {
    let (mark, clock) = time.split_at(1);
    let (clock, has_zone) = match clock.find(['Z', '+', '-']) {
        Some(at) => {
            let (clock, zone) = clock.split_at(at);
            let offset = zone[1..].split_once(':').and_then(|(hours, minutes)| {
                Some(
                    hours.len() == 2
                        && minutes.len() == 2
                        && digits(hours, 2)? <= 24
                        && digits(minutes, 2)? < 60,
                )
            });
            if zone != "Z" && offset != Some(true) || zone.starts_with('Z') && zone.len() > 1 {
                return false;
            }
            (clock, true)
        }
        None => (clock, false),
    };
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, "0"));
    let parts: Vec<Option<u32>> = clock.split(':').map(|it| digits(it, 2)).collect();
    let is_time = matches!(parts[..], [Some(0..24), Some(0..60), Some(0..60)]);
    has_zone == (mark != " ") && is_time && digits(fraction, usize::MAX).is_some()
}

fn digits(text: &str, most: usize) -> Option<u32> {
    let is_number =
        !text.is_empty() && text.len() <= most && text.bytes().all(|it| it.is_ascii_digit());
    is_number.then(|| {
        text.bytes()
            .take(9)
            .fold(0, |sum, it| sum * 10 + u32::from(it - b'0'))
    })
}

/// Numbers of base 60, which other readers of YAML 1.1 understand: `1:30`.
fn is_base60(text: &str) -> bool {
    let mut parts = text.strip_prefix(['-', '+']).unwrap_or(text).split(':');
    let is_head = parts.next().is_some_and(|it| {
        it.starts_with(|it: char| it.is_ascii_digit())
            && it.bytes().all(|it| it.is_ascii_digit() || it == b'_')
    });
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last().filter(|_| is_head) else {
        return false;
    };
    let (last, fraction) = last.split_once('.').unwrap_or((last, ""));
    middle
        .iter()
        .chain([&last])
        .all(|it| digits(it, 2).is_some_and(|it| it < 60))
        && fraction.bytes().all(|it| it.is_ascii_digit() || it == b'_')
}
