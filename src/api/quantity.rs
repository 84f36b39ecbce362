//! Resource quantities: `100m`, `1Gi`, `1e3`; their canonical text, order and value.
//!
//! Kept in billionths, the smallest step the API has; larger than 2⁶³−1 is held at that.
//!
//! upstream: k8s.io/apimachinery/pkg/api/resource, Quantity.

use crate::value::{Text, Value};

/// An amount of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The amount in billionths.
    pub nanos: i128,
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// `1k`, `1M`.
    Decimal,
    /// `1Ki`, `1Mi`.
    Binary,
    /// `1e3`, `1e6`.
    Exponent,
}

const NANO: i128 = 1_000_000_000;
const MOST: i128 = i64::MAX as i128 * NANO;
const FORM: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX: &str = "unable to parse quantity's suffix";
/// From 10⁻⁹ in steps of a thousand.
const DECIMAL: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

impl Quantity {
    /// Reads a quantity.
    ///
    /// # Errors
    /// The server's words.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, rest) = split_digits(unsigned);
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(rest) => split_digits(rest),
            None => ("", rest),
        };
        let letters = suffix.trim_start_matches(|it| "eEinumkKMGTP".contains(it));
        let digits = letters.strip_prefix(['+', '-']).unwrap_or(letters);
        if text.is_empty() || digits.bytes().any(|it| !it.is_ascii_digit()) {
            return Err(FORM);
        }
        let (power, base, format) = scale(suffix).ok_or(SUFFIX)?;
        let mut nanos = amount(whole, fraction, power, base).min(MOST);
        if text.starts_with('-') {
            nanos = -nanos;
        }
        Ok(Self { nanos, format })
    }

    /// Reads the quantity a field holds: a string, or a plain number.
    ///
    /// # Errors
    /// The server's words.
    pub fn of(value: &Value) -> Result<Self, &'static str> {
        match value {
            Value::String(it) => Self::parse(it),
            _ => Self::parse(&value.to_json()),
        }
    }

    /// Rounded up to thousandths, as the values of a resource list are.
    ///
    /// upstream: SetDefaults_ResourceList.
    #[must_use]
    pub fn rounded_up_to_milli(self) -> Self {
        let step = NANO / 1000;
        let short = self.nanos.rem_euclid(step);
        let nanos = if short == 0 {
            self.nanos
        } else {
            self.nanos - short + step
        };
        Self { nanos, ..self }
    }

    /// Another amount in the same format.
    #[must_use]
    pub fn with(self, nanos: i128) -> Self {
        Self { nanos, ..self }
    }

    /// The canonical text: no fraction, the largest suffix that loses nothing.
    pub fn canonical(self) -> Text {
        let small = self.nanos > -1024 * NANO && self.nanos < 1024 * NANO;
        match self.format {
            _ if self.nanos == 0 => "0".into(),
            Format::Binary if !small && self.nanos % NANO == 0 => {
                let (number, step) = reduced(self.nanos / NANO, 1024, BINARY.len() - 1);
                crate::text!("{number}{}", BINARY[step])
            }
            Format::Decimal | Format::Binary => {
                let (number, step) = reduced(self.nanos, 1000, DECIMAL.len() - 1);
                crate::text!("{number}{}", DECIMAL[step])
            }
            Format::Exponent => match reduced(self.nanos, 1000, usize::MAX) {
                (number, 3) => crate::text!("{number}"),
                (number, step) if step < 3 => crate::text!("{number}e-{}", 9 - 3 * step),
                (number, step) => crate::text!("{number}e{}", 3 * step - 9),
            },
        }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text
        .bytes()
        .position(|it| !it.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// The power, its base and the format a suffix stands for.
fn scale(suffix: &str) -> Option<(i32, i128, Format)> {
    if let Some(at) = DECIMAL.iter().position(|it| *it == suffix) {
        return Some((3 * (i32::try_from(at).ok()? - 3), 10, Format::Decimal));
    }
    if let Some(at) = BINARY.iter().position(|it| *it == suffix) {
        return Some((i32::try_from(at).ok()?, 1024, Format::Binary));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?;
    Some((exponent.parse().ok()?, 10, Format::Exponent))
}

/// Billionths, rounded up, at most `i128::MAX`.
fn amount(whole: &str, fraction: &str, power: i32, base: i128) -> i128 {
    let digits = || {
        whole
            .bytes()
            .chain(fraction.bytes())
            .map(|it| i128::from(it - b'0'))
    };
    // What the digits must be multiplied by: base^power · 10^(9 − digits after the point).
    let tens = 9_i64 - i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    let (tens, factor) = match base {
        10 => (tens.saturating_add(i64::from(power)), 1),
        _ => (tens, base.pow(power.unsigned_abs())),
    };
    let mut number = digits().fold(0_i128, |sum, it| sum.saturating_mul(10).saturating_add(it));
    number = number.saturating_mul(factor);
    if number == 0 {
        return 0;
    }
    let mut rest = false;
    for _ in 0..tens.unsigned_abs().min(60) {
        if tens > 0 {
            number = number.saturating_mul(10);
        } else {
            rest |= number % 10 != 0;
            number /= 10;
        }
    }
    number.saturating_add(i128::from(rest))
}

/// Takes a factor out as often as it goes, at most `most` times.
fn reduced(mut number: i128, factor: i128, most: usize) -> (i128, usize) {
    let mut times = 0;
    while times < most && number != 0 && number % factor == 0 {
        number /= factor;
        times += 1;
    }
    (number, times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_loses_nothing_and_has_no_fraction() {
        let cases = [
            ("1000m", "1"),
            ("1024Mi", "1Gi"),
            ("1000000000", "1G"),
            ("0.5", "500m"),
            ("1.5Gi", "1536Mi"),
            ("100m", "100m"),
            ("0", "0"),
            ("-0", "0"),
            ("1e9", "1e9"),
            ("12E3", "12e3"),
            ("1e-3", "1e-3"),
            ("0.1Gi", "107374182400m"),
            ("512Ki", "512Ki"),
            ("1Ki", "1Ki"),
            ("0.5Ki", "512"),
            ("+5", "5"),
            ("-2Gi", "-2Gi"),
            ("1.", "1"),
            (".5", "500m"),
            ("0.0000000001", "1n"),
            ("100E", "9223372036854775807"),
            ("1e400", "9223372036854775807"),
        ];
        for (text, want) in cases {
            assert_eq!(Quantity::parse(text).unwrap().canonical(), want, "{text}");
        }
    }

    #[test]
    fn resource_lists_round_up_to_milli() {
        let text = |it: &str| {
            Quantity::parse(it)
                .unwrap()
                .rounded_up_to_milli()
                .canonical()
        };
        assert_eq!(text("1u"), "1m");
        assert_eq!(text("1500u"), "2m");
        assert_eq!(text("-1500u"), "-1m");
        assert_eq!(text("2"), "2");
    }

    #[test]
    fn what_is_not_a_quantity_is_refused_in_the_server_s_words() {
        for text in ["", "abc", "1 Gi", "1Gi!", "1e1.5"] {
            assert_eq!(Quantity::parse(text), Err(FORM), "{text}");
        }
        for text in ["1K", "--1", "1mm", "K", "1e"] {
            assert_eq!(Quantity::parse(text), Err(SUFFIX), "{text}");
        }
        assert!(Quantity::parse(&"9".repeat(100_000)).is_ok());
    }
}
