//! The JSON-like truth every object is made of.
//!
//! Cloning is cheap (strings, lists and maps are shared until written), maps are sorted by key, and a missing
//! member reads as null, so paths can be walked without ceremony: `pod["spec"]["nodeName"].as_str()`.
//! JSON text is read and written by `serde_json`; YAML by [`crate::yaml`].

mod json;

use core::fmt;
use core::ops::{Index, IndexMut};

use ecow::EcoVec;

/// A short shared string: up to 15 bytes inline, longer ones counted.
pub type Text = ecow::EcoString;

/// Formats into a [`Text`], as [`text!`](crate::text) does.
pub fn text(arguments: fmt::Arguments<'_>) -> Text {
    let mut text = Text::new();
    // Writing into memory cannot fail.
    let _ = fmt::Write::write_fmt(&mut text, arguments);
    text
}

/// One JSON value.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `null`, and what a missing member reads as.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number. Never used for time.
    Float(f64),
    /// A string.
    String(Text),
    /// A list.
    Array(EcoVec<Value>),
    /// An object, sorted by key.
    Object(Map),
}

/// The members of a JSON object, sorted bytewise by key, each key once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map(EcoVec<(Text, Value)>);

impl PartialEq for Value {
    /// Equal content; lists and objects that share their memory are not walked.
    fn eq(&self, other: &Self) -> bool {
        self.shares(other)
            || match (self, other) {
                (Self::Null, Self::Null) => true,
                (Self::Bool(a), Self::Bool(b)) => a == b,
                (Self::Int(a), Self::Int(b)) => a == b,
                (Self::Float(a), Self::Float(b)) => a == b,
                (Self::String(a), Self::String(b)) => a == b,
                (Self::Array(a), Self::Array(b)) => a == b,
                (Self::Object(a), Self::Object(b)) => a == b,
                _ => false,
            }
    }
}

static NULL: Value = Value::Null;

/// Up to so many members are looked through one by one.
const SHORT: usize = 24;

impl Map {
    /// The number of members.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members in whatever order; of several of one name the last.
    pub fn from_members(mut members: Vec<(Text, Value)>) -> Self {
        if !members.is_sorted_by(|a, b| a.0 < b.0) {
            members.reverse();
            crate::sort::by(&mut members, |a, b| a.0.cmp(&b.0));
            members.dedup_by(|a, b| a.0 == b.0);
        }
        Self(members.into())
    }

    /// The member of that name.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let is_it = |it: &&(Text, Value)| {
            let name = it.0.as_bytes();
            // Most names differ in length or in the first byte: that is cheaper to see than an order.
            name.len() == key.len() && name.first() == key.as_bytes().first() && it.0 == *key
        };
        if self.len() > SHORT {
            return self.find(key).ok().map(|at| &self.0[at].1);
        }
        self.0.iter().find(is_it).map(|it| &it.1)
    }

    /// Whether the member exists, be it null.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Sets a member; returns what stood there.
    pub fn insert(&mut self, key: impl Into<Text>, value: impl Into<Value>) -> Option<Value> {
        self.set(key.into(), value.into())
    }

    /// [`Map::insert`], compiled once instead of once for each pair of types.
    fn set(&mut self, key: Text, value: Value) -> Option<Value> {
        match self.find(&key) {
            Ok(at) => Some(core::mem::replace(&mut self.0.make_mut()[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Adds a member, by the macro: the key comes as static text. A call for each type of value, not code at each site.
    #[doc(hidden)]
    #[inline(never)]
    pub fn with<T: Into<Value>>(&mut self, key: &'static str, value: T) {
        self.set(key.into(), value.into());
    }

    /// Takes a member out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.find(key).ok()?;
        Some(self.0.remove(at).1)
    }

    /// The member of that name, made null where it was missing.
    pub fn entry(&mut self, key: &str) -> &mut Value {
        let at = match self.find(key) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (key.into(), Value::Null));
                at
            }
        };
        &mut self.0.make_mut()[at].1
    }

    /// Keys and values in key order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Text, &Value)> + ExactSizeIterator {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Keeps the members for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Value) -> bool) {
        if self.iter().any(|(key, value)| !keep(key, value)) {
            self.0 = self
                .0
                .iter()
                .filter(|(key, value)| keep(key, value))
                .cloned()
                .collect();
        }
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(it, _)| it.as_str().cmp(key))
    }
}

impl<K: Into<Text>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(members: I) -> Self {
        let mut map = Self::default();
        for (key, value) in members {
            map.insert(key, value);
        }
        map
    }
}

impl Value {
    /// An empty object.
    pub fn object() -> Self {
        Self::Object(Map::default())
    }

    /// Reads JSON text.
    ///
    /// # Errors
    /// The library's message, with line and column, when the text is not one JSON value.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Compact JSON text, keys sorted.
    ///
    /// # Panics
    /// Never: every value has a JSON form (a float that is not finite is written as null).
    pub fn to_json(&self) -> String {
        serde_json::to_string(self)
            .unwrap_or_else(|_| unreachable!("a value always has a JSON form"))
    }

    /// Whether this is null or missing.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether Go's `omitempty` would leave this out: null, false, 0, "", an empty list or object.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(it) => !it,
            Self::Int(it) => *it == 0,
            Self::Float(it) => *it == 0.0,
            Self::String(it) => it.is_empty(),
            Self::Array(it) => it.is_empty(),
            Self::Object(it) => it.is_empty(),
        }
    }

    /// Whether both are one list or one object in memory: equal without looking.
    pub fn shares(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Array(a), Self::Array(b)) => a.as_ptr() == b.as_ptr() && a.len() == b.len(),
            (Self::Object(a), Self::Object(b)) => {
                a.0.as_ptr() == b.0.as_ptr() && a.len() == b.len()
            }
            _ => false,
        }
    }

    /// The string, or `""`.
    pub fn as_str(&self) -> &str {
        self.text().map_or("", Text::as_str)
    }

    /// The string, shared.
    pub fn text(&self) -> Option<&Text> {
        match self {
            Self::String(it) => Some(it),
            _ => None,
        }
    }

    /// The whole number.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(it) => Some(*it),
            _ => None,
        }
    }

    /// The truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(it) => Some(*it),
            _ => None,
        }
    }

    /// Whether this is `true`.
    pub fn is_true(&self) -> bool {
        self.as_bool() == Some(true)
    }

    /// The list's items; none for anything else.
    pub fn items(&self) -> &[Value] {
        match self {
            Self::Array(it) => it,
            _ => &[],
        }
    }

    /// The object's members; none for anything else.
    pub fn members(&self) -> impl DoubleEndedIterator<Item = (&Text, &Value)> {
        self.as_map().into_iter().flat_map(Map::iter)
    }

    /// The object.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Object(it) => Some(it),
            _ => None,
        }
    }

    /// The object to write to; anything else becomes an empty object first.
    pub fn as_map_mut(&mut self) -> &mut Map {
        if !matches!(self, Self::Object(_)) {
            *self = Self::object();
        }
        match self {
            Self::Object(it) => it,
            _ => unreachable!("made an object above"),
        }
    }

    /// The list to write to; anything else becomes an empty list first.
    pub fn as_items_mut(&mut self) -> &mut EcoVec<Value> {
        if !matches!(self, Self::Array(_)) {
            *self = Self::Array(EcoVec::new());
        }
        match self {
            Self::Array(it) => it,
            _ => unreachable!("made a list above"),
        }
    }

    /// Takes a member out of an object.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        match self {
            Self::Object(it) => it.remove(key),
            _ => None,
        }
    }

    /// The list item whose member `key` is the string `name`, as in `conditions` by `type`.
    pub fn item(&self, key: &str, name: &str) -> &Value {
        self.items()
            .iter()
            .find(|it| it[key].as_str() == name)
            .unwrap_or(&NULL)
    }
}

impl Index<&str> for Value {
    type Output = Value;
    fn index(&self, key: &str) -> &Value {
        self.as_map().and_then(|it| it.get(key)).unwrap_or(&NULL)
    }
}

impl IndexMut<&str> for Value {
    fn index_mut(&mut self, key: &str) -> &mut Value {
        self.as_map_mut().entry(key)
    }
}

impl Index<usize> for Value {
    type Output = Value;
    fn index(&self, at: usize) -> &Value {
        self.items().get(at).unwrap_or(&NULL)
    }
}

impl From<bool> for Value {
    fn from(it: bool) -> Self {
        Self::Bool(it)
    }
}

impl From<i64> for Value {
    fn from(it: i64) -> Self {
        Self::Int(it)
    }
}

impl From<i32> for Value {
    fn from(it: i32) -> Self {
        Self::Int(it.into())
    }
}

impl From<u32> for Value {
    fn from(it: u32) -> Self {
        Self::Int(it.into())
    }
}

impl From<u64> for Value {
    fn from(it: u64) -> Self {
        i64::try_from(it).map_or_else(|_| Self::Null, Self::Int)
    }
}

impl From<usize> for Value {
    fn from(it: usize) -> Self {
        i64::try_from(it).map_or_else(|_| Self::Null, Self::Int)
    }
}

impl From<&str> for Value {
    fn from(it: &str) -> Self {
        Self::String(it.into())
    }
}

impl From<String> for Value {
    fn from(it: String) -> Self {
        Self::String(it.into())
    }
}

impl From<Text> for Value {
    fn from(it: Text) -> Self {
        Self::String(it)
    }
}

impl From<&Text> for Value {
    fn from(it: &Text) -> Self {
        Self::String(it.clone())
    }
}

impl From<Map> for Value {
    fn from(it: Map) -> Self {
        Self::Object(it)
    }
}

impl From<&Value> for Value {
    fn from(it: &Value) -> Self {
        it.clone()
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(it: Vec<T>) -> Self {
        it.into_iter().collect()
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(it: Option<T>) -> Self {
        it.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        array_of(&mut || items.next().map(Into::into))
    }
}

/// Compiled once instead of once for each iterator.
fn array_of(next: &mut dyn FnMut() -> Option<Value>) -> Value {
    Value::Array(core::iter::from_fn(next).collect())
}

/// `format!` into a [`Text`](crate::value::Text); a call, where `eco_format!` is inlined.
#[macro_export]
macro_rules! text {
    ($($argument:tt)*) => {
        $crate::value::text(format_args!($($argument)*))
    };
}

/// Bytes as base64.
pub fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0_u32, |sum, it| sum << 8 | u32::from(*it))
            << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let sign = SIGNS[(group >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() {
                char::from(sign)
            } else {
                '='
            });
        }
    }
    out
}

/// The text that base64 stands for; signs that are none of its are passed over.
#[allow(clippy::cast_possible_truncation, reason = "the value is masked")]
pub fn from_base64(text: &str) -> String {
    let value = |sign: u8| match sign {
        b'A'..=b'Z' => Some(u32::from(sign - b'A')),
        b'a'..=b'z' => Some(u32::from(sign - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(sign - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for it in text.bytes().filter_map(value) {
        bits = bits << 6 | it;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 255) as u8);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An object from `"key": expression` pairs; nest with another `object!` or [`array!`](crate::array).
#[macro_export]
macro_rules! object {
    ($($key:literal : $value:expr),* $(,)?) => {{
        #[allow(unused_mut, reason = "an object without members is allowed")]
        let mut map = $crate::value::Map::default();
        $(map.with($key, $value);)*
        $crate::value::Value::Object(map)
    }};
}

/// A list from expressions.
#[macro_export]
macro_rules! array {
    ($($item:expr),* $(,)?) => {
        $crate::value::Value::Array([$($crate::value::Value::from($item)),*].into_iter().collect())
    };
}

impl fmt::Display for Value {
    /// Compact JSON, but a string stands without quotes.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(it) => out.write_str(it),
            _ => out.write_str(&self.to_json()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_path_reads_as_null_and_writing_makes_it() {
        let mut pod = object! {"metadata": object! {"name": "web-0"}};
        assert_eq!(pod["spec"]["nodeName"], Value::Null);
        pod["spec"]["nodeName"] = "node-1".into();
        assert_eq!(
            pod.to_json(),
            r#"{"metadata":{"name":"web-0"},"spec":{"nodeName":"node-1"}}"#
        );
    }

    #[test]
    fn a_clone_is_not_touched_by_later_writes() {
        let mut pod = object! {"status": object! {"phase": "Pending"}, "list": array![1, 2]};
        let before = pod.clone();
        pod["status"]["phase"] = "Running".into();
        pod["list"].as_items_mut().push(3.into());
        assert_eq!(before["status"]["phase"].as_str(), "Pending");
        assert_eq!(before["list"].items().len(), 2);
    }

    #[test]
    fn json_round_trips() {
        let text = r#"{"a":[1,-2,2.5,true,null,"x\n\"<>&"],"b":{}}"#;
        assert_eq!(Value::from_json(text).unwrap().to_json(), text);
    }
}
