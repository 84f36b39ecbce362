//! Kubernetes' protobuf bodies as JSON: what typed clients send, `kubectl create configmap` for one.
//!
//! `protobuf.txt` has a line a message: JSON name, type letter or message, field number; `[` a list, `{` a map from
//! strings, no name a message whose fields stand in this one. What can be a body is named with its version. Left out:
//! answers, which are JSON, as such clients accept.
//!
//! upstream: k8s.io/apimachinery/pkg/runtime/serializer/protobuf; protobuf tags of k8s.io/api types.go.

use crate::time::Time;
use crate::value::{Text, Value, base64};

const TABLE: &str = include_str!("protobuf.txt");
const MAGIC: &[u8] = b"k8s\0";
/// The deepest messages stand in each other.
const DEPTH: usize = 64;

/// Why a body is not read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unread {
    /// It is no such body, or breaks off.
    Broken,
    /// The table has no such kind.
    Unknown,
}

/// The object a body holds.
pub(super) fn read(body: &[u8]) -> Result<Value, Unread> {
    let (version, kind, raw) = envelope(body).ok_or(Unread::Broken)?;
    // Deletions say the version of what they delete.
    let name = match kind.as_str() {
        "DeleteOptions" => kind.clone(),
        _ => crate::text!("{version}/{kind}"),
    };
    line_of(&name).ok_or(Unread::Unknown)?;
    let mut value = message(&name, raw, DEPTH).ok_or(Unread::Broken)?;
    value["apiVersion"] = version.into();
    value["kind"] = kind.into();
    Ok(value)
}

/// What is around the object: its version, its kind, its bytes.
///
/// upstream: k8s.io/apimachinery/pkg/runtime, Unknown.
fn envelope(body: &[u8]) -> Option<(Text, Text, &[u8])> {
    let (mut types, mut raw) = (&[][..], &[][..]);
    for (number, wire) in fields(body.strip_prefix(MAGIC)?)? {
        match (number, wire) {
            (1, Wire::Bytes(it)) => types = it,
            (2, Wire::Bytes(it)) => raw = it,
            _ => {}
        }
    }
    let (mut version, mut kind) = (Text::new(), Text::new());
    for (number, wire) in fields(types)? {
        match number {
            1 => version = wire.text()?,
            2 => kind = wire.text()?,
            _ => {}
        }
    }
    Some((version, kind, raw))
}

/// A field's content.
#[derive(Clone, Copy)]
enum Wire<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl Wire<'_> {
    fn text(self) -> Option<Text> {
        match self {
            Wire::Bytes(it) => core::str::from_utf8(it).ok().map(Text::from),
            Wire::Number(_) => None,
        }
    }
}

/// The fields of a message, in order; nothing for what is no message.
fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, Wire<'_>)>> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let tag = number(&mut bytes)?;
        let wire = match tag & 7 {
            0 => Wire::Number(number(&mut bytes)?),
            2 => {
                let length = usize::try_from(number(&mut bytes)?).ok()?;
                let (content, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                Wire::Bytes(content)
            }
            _ => return None,
        };
        all.push((tag >> 3, wire));
    }
    Some(all)
}

/// Takes a number off the front.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn line_of(message: &str) -> Option<&'static str> {
    TABLE
        .lines()
        .find(|it| it.split(' ').next() == Some(message))
}

fn message(name: &str, bytes: &[u8], depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    if SPECIAL.contains(&name) {
        return special(name, bytes);
    }
    let line = line_of(name)?;
    let mut value = Value::object();
    for (number, wire) in fields(bytes)? {
        let field = line.split(' ').skip(1).find_map(|it| {
            let (field, wanted) = it.rsplit_once('=')?;
            (wanted.parse() == Ok(number)).then_some(field)
        });
        // A field of another version is passed over.
        // upstream: generated.pb.go, Unmarshal, default: skipGenerated.
        let Some((name, kind)) = field.and_then(|it| it.split_once(':')) else {
            continue;
        };
        if let Some(kind) = kind.strip_prefix('[') {
            let item = element(kind, wire, depth)?;
            value[name].as_items_mut().push(item);
        } else if let Some(kind) = kind.strip_prefix('{') {
            let Wire::Bytes(pair) = wire else { return None };
            let (mut key, mut member) = (Text::new(), Value::Null);
            for (number, wire) in fields(pair)? {
                match number {
                    1 => key = wire.text()?,
                    _ => member = element(kind, wire, depth)?,
                }
            }
            value[name][key.as_str()] = member;
        } else if name.is_empty() {
            for (name, member) in element(kind, wire, depth)?.members() {
                value[name.as_str()] = member.clone();
            }
        } else {
            value[name] = element(kind, wire, depth)?;
        }
    }
    Some(value)
}

fn element(kind: &str, wire: Wire<'_>, depth: usize) -> Option<Value> {
    Some(match (kind, wire) {
        ("s", _) => wire.text()?.into(),
        ("b", Wire::Number(it)) => (it != 0).into(),
        ("i", Wire::Number(it)) => it.cast_signed().into(),
        ("y", Wire::Bytes(it)) => base64(it).into(),
        (_, Wire::Bytes(it)) => message(kind, it, depth)?,
        (_, Wire::Number(_)) => return None,
    })
}

/// Messages that JSON writes otherwise.
const SPECIAL: [&str; 6] = [
    "FieldsV1",
    "IntOrString",
    "MicroTime",
    "Quantity",
    "RawExtension",
    "Time",
];

fn special(name: &str, bytes: &[u8]) -> Option<Value> {
    let mut numbers = [0; 4];
    let mut content: &[u8] = &[];
    for (number, wire) in fields(bytes)? {
        match wire {
            Wire::Number(it) => *numbers.get_mut(usize::try_from(number).ok()?)? = it,
            Wire::Bytes(it) => content = it,
        }
    }
    let text = core::str::from_utf8(content).ok()?;
    Some(match name {
        "IntOrString" if numbers[1] == 0 => numbers[2].cast_signed().into(),
        "IntOrString" | "Quantity" => text.into(),
        "Time" | "MicroTime" if numbers[1] == 0 => Value::Null,
        "Time" | "MicroTime" => Time::from_unix(numbers[1]).rfc3339().into(),
        _ => Value::from_json(text).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;

    /// The bytes of a message.
    fn sent(fields: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (number, content) in fields {
            bytes.extend([number << 3 | 2, u8::try_from(content.len()).unwrap()]);
            bytes.extend(*content);
        }
        bytes
    }

    #[test]
    fn a_config_map_is_read_and_what_is_broken_is_not() {
        let pair = sent(&[(1, b"a"), (2, b"x")]);
        let meta = sent(&[(1, b"one"), (8, b"")]);
        let map = sent(&[
            (1, &meta),
            (2, &pair),
            (3, &sent(&[(1, b"b"), (2, b"\xff")])),
        ]);
        let types = sent(&[(1, b"v1"), (2, b"ConfigMap")]);
        let body = [MAGIC, &sent(&[(1, &types), (2, &map)])].concat();
        assert_eq!(
            read(&body).unwrap().to_json(),
            r#"{"apiVersion":"v1","binaryData":{"b":"/w=="},"data":{"a":"x"},"kind":"ConfigMap","metadata":{"creationTimestamp":null,"name":"one"}}"#
        );
        for end in 0..body.len() {
            let _ = read(&body[..end]);
        }
        assert_eq!(read(b"k8s\0\x0a\xff"), Err(Unread::Broken));
        let types = sent(&[(1, b"v2"), (2, b"ConfigMap")]);
        let body = [MAGIC, &sent(&[(1, &types), (2, &map)])].concat();
        assert_eq!(read(&body), Err(Unread::Unknown));
    }

    #[test]
    fn the_table_has_every_kind_that_has_an_address() {
        for kind in Kind::ALL {
            let name = format!("{}/{}", kind.api_version(), kind.facts().kind);
            assert!(line_of(&name).is_some(), "{name}");
        }
    }

    #[test]
    fn every_message_of_the_table_is_in_it_or_special() {
        let names: Vec<&str> = TABLE
            .lines()
            .filter_map(|it| it.split(' ').next())
            .collect();
        for field in TABLE.split_whitespace().filter_map(|it| it.split_once(':')) {
            let kind = field
                .1
                .split('=')
                .next()
                .unwrap()
                .trim_start_matches(['[', '{']);
            let is_known = kind.len() == 1 || names.contains(&kind);
            let is_special = SPECIAL.contains(&kind);
            assert!(is_known || is_special, "{kind}");
        }
    }
}
