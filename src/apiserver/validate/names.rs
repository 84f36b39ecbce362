//! Names, labels, ports and other short texts: what is wrong with them, in the API server's words.
//!
//! upstream: k8s.io/apimachinery/pkg/util/validation/validation.go.

use super::{Errors, Path};
use crate::value::Value;

/// Most characters of a label.
const LABEL: usize = 63;
/// Most characters of a subdomain.
const SUBDOMAIN: usize = 253;

const LABEL_FORM: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_FORM: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const NAME_PART_FORM: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_FORM: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const CONFIG_KEY_FORM: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/// A check of one text: all that is wrong with it.
pub(super) type Check = fn(&str) -> Vec<String>;

/// Reports what a check finds at a path.
pub(super) fn check(errors: &mut Errors, path: &Path<'_>, value: &Value, check: Check) {
    for message in check(value.as_str()) {
        errors.invalid(path, value, &message);
    }
}

fn is_lower(it: u8) -> bool {
    it.is_ascii_lowercase() || it.is_ascii_digit()
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
fn has_label_form(text: &str) -> bool {
    let inner = |it: u8| is_lower(it) || it == b'-';
    has_form(text, is_lower, inner)
}

fn has_form(text: &str, edge: fn(u8) -> bool, inner: fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let edges = bytes.first().zip(bytes.last());
    edges.is_some_and(|(first, last)| edge(*first) && edge(*last))
        && bytes.iter().all(|it| inner(*it))
}

fn has_subdomain_form(text: &str) -> bool {
    text.split('.').all(has_label_form)
}

fn at_most(text: &str, most: usize, unit: &str, messages: &mut Vec<String>) {
    if text.len() > most {
        messages.push(format!("must be no more than {most} {unit}"));
    }
}

/// upstream: IsDNS1123Label; what is wrong only for its dots is told so.
pub(super) fn dns_label(text: &str) -> Vec<String> {
    let mut messages = Vec::new();
    at_most(text, LABEL, "characters", &mut messages);
    if !has_label_form(text) {
        let why = if has_subdomain_form(text) {
            "must not contain dots"
        } else {
            LABEL_FORM
        };
        messages.push(why.to_owned());
    }
    messages
}

/// upstream: IsDNS1123Subdomain.
pub(super) fn dns_subdomain(text: &str) -> Vec<String> {
    let mut messages = Vec::new();
    at_most(text, SUBDOMAIN, "characters", &mut messages);
    if !has_subdomain_form(text) {
        messages.push(SUBDOMAIN_FORM.to_owned());
    }
    messages
}

fn has_name_form(text: &str) -> bool {
    has_form(
        text,
        |it| it.is_ascii_alphanumeric(),
        |it| it.is_ascii_alphanumeric() || b"-_.".contains(&it),
    )
}

/// upstream: IsQualifiedName; label and annotation keys.
pub(super) fn qualified_name(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split('/').collect();
    let mut messages = Vec::new();
    let name = match parts[..] {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() {
                messages.push("prefix part must be non-empty".to_owned());
            } else {
                let wrong = dns_subdomain(prefix);
                messages.extend(wrong.iter().map(|it| ["prefix part ", it].concat()));
            }
            name
        }
        _ => {
            return vec![format!(
                "a qualified name {NAME_PART_FORM} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
    };
    if name.is_empty() {
        messages.push("name part must be non-empty".to_owned());
    } else if name.len() > LABEL {
        messages.push(format!("name part must be no more than {LABEL} bytes"));
    }
    if !has_name_form(name) {
        messages.push(["name part ", NAME_PART_FORM].concat());
    }
    messages
}

/// upstream: IsValidLabelValue.
pub(crate) fn label_value(text: &str) -> Vec<String> {
    let mut messages = Vec::new();
    at_most(text, LABEL, "bytes", &mut messages);
    if !text.is_empty() && !has_name_form(text) {
        messages.push(VALUE_FORM.to_owned());
    }
    messages
}

/// upstream: IsValidPortName.
pub(super) fn port_name(text: &str) -> Vec<String> {
    let mut messages = Vec::new();
    at_most(text, 15, "characters", &mut messages);
    let rules = [
        (
            text.bytes().all(|it| is_lower(it) || it == b'-'),
            "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
        ),
        (
            text.bytes().any(|it| it.is_ascii_lowercase()),
            "must contain at least one letter (a-z)",
        ),
        (!text.contains("--"), "must not contain consecutive hyphens"),
        (
            !text.starts_with('-') && !text.ends_with('-'),
            "must not begin or end with a hyphen",
        ),
    ];
    let broken = rules.iter().filter(|(holds, _)| !holds);
    messages.extend(broken.map(|(_, message)| (*message).to_owned()));
    messages
}

/// upstream: IsRelaxedEnvVarName.
pub(super) fn variable_name(text: &str) -> Vec<String> {
    let is_plain = text
        .bytes()
        .all(|it| (b' '..=b'~').contains(&it) && it != b'=');
    if is_plain && !text.is_empty() {
        Vec::new()
    } else {
        vec!["a valid environment variable name must consist only of printable ASCII characters other than '='".to_owned()]
    }
}

/// upstream: IsConfigMapKey.
pub(super) fn config_key(text: &str) -> Vec<String> {
    let mut messages = Vec::new();
    at_most(text, SUBDOMAIN, "characters", &mut messages);
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"-._".contains(&it);
    if text.is_empty() || !text.bytes().all(is_plain) {
        messages.push(CONFIG_KEY_FORM.to_owned());
    }
    match text {
        "." => messages.push("must not be '.'".to_owned()),
        ".." => messages.push("must not be '..'".to_owned()),
        _ if text.starts_with("..") => messages.push("must not start with '..'".to_owned()),
        _ => {}
    }
    messages
}

/// upstream: IsValidIPForLegacyField.
pub(super) fn address(text: &str) -> Vec<String> {
    match text.parse::<core::net::IpAddr>() {
        Ok(_) => Vec::new(),
        Err(_) => vec!["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)".to_owned()],
    }
}

/// A port number from 1 to 65535.
pub(super) fn port_number(errors: &mut Errors, path: &Path<'_>, value: &Value) {
    let number = value.as_int().unwrap_or_default();
    if !(1..=65_535).contains(&number) {
        errors.invalid(
            path,
            &number.into(),
            "must be between 1 and 65535, inclusive",
        );
    }
}

/// A port number, or the name of a port.
pub(super) fn port_number_or_name(errors: &mut Errors, path: &Path<'_>, value: &Value) {
    match value {
        Value::String(_) => check(errors, path, value, port_name),
        _ => port_number(errors, path, value),
    }
}

/// A number that may not be negative.
pub(super) fn nonnegative(errors: &mut Errors, path: &Path<'_>, value: &Value) {
    if value.as_int().is_some_and(|it| it < 0) {
        errors.invalid(path, value, "must be greater than or equal to 0");
    }
}

/// Keys and values of labels; the path is that of the map.
pub(super) fn labels(errors: &mut Errors, path: &Path<'_>, labels: &Value) {
    for (key, value) in labels.members() {
        check(errors, path, &key.into(), qualified_name);
        check(errors, path, value, label_value);
    }
}

/// Keys of annotations, and how much they are together.
pub(super) fn annotations(errors: &mut Errors, path: &Path<'_>, annotations: &Value) {
    const MOST: usize = 256 * 1024;
    let mut size = 0;
    for (key, value) in annotations.members() {
        let lower = key.to_ascii_lowercase();
        for message in qualified_name(&lower) {
            errors.invalid(path, &key.into(), &message);
        }
        size += key.len() + value.as_str().len();
    }
    if size > MOST {
        errors.too_long(path, MOST);
    }
}

/// upstream: ValidateLabelSelector.
pub(super) fn selector(errors: &mut Errors, path: &Path<'_>, selector: &Value) {
    labels(errors, &path.field("matchLabels"), &selector["matchLabels"]);
    let list = path.field("matchExpressions");
    for (at, it) in selector["matchExpressions"].items().iter().enumerate() {
        let path = list.index(at);
        let has_values = !it["values"].is_null();
        match it["operator"].as_str() {
            "In" | "NotIn" if !has_values => errors.lacks(
                &path,
                "values",
                "must be specified when `operator` is 'In' or 'NotIn'",
            ),
            "Exists" | "DoesNotExist" if has_values => errors.forbids(
                &path,
                "values",
                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            ),
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            _ => errors.wrong(&path, it, "operator", "not a valid selector operator"),
        }
        errors.rule(&path, it, "key", qualified_name);
        for (at, value) in it["values"].items().iter().enumerate() {
            let values = path.field("values");
            check(errors, &values.index(at), value, label_value);
        }
    }
}
