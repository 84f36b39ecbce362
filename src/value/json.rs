//! A [`Value`] as serde reads and writes it.

use core::fmt;

use ecow::EcoVec;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Map, Value};

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => out.serialize_unit(),
            Self::Bool(it) => out.serialize_bool(*it),
            Self::Int(it) => out.serialize_i64(*it),
            Self::Float(it) => out.serialize_f64(*it),
            Self::String(it) => out.serialize_str(it),
            Self::Array(it) => {
                let mut list = out.serialize_seq(Some(it.len()))?;
                for item in it {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Object(it) => {
                let mut map = out.serialize_map(Some(it.len()))?;
                for (key, value) in it.iter() {
                    map.serialize_entry(key.as_str(), value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Value;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a JSON value")
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_none<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
                from.deserialize_any(self)
            }
            fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
                Ok(Value::Bool(it))
            }
            fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
                Ok(Value::Int(it))
            }
            fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
                #[allow(clippy::cast_precision_loss, reason = "as Go does above 2^53")]
                Ok(i64::try_from(it).map_or(Value::Float(it as f64), Value::Int))
            }
            fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
                Ok(Value::Float(it))
            }
            fn visit_str<E>(self, it: &str) -> Result<Value, E> {
                Ok(it.into())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
                let mut items = EcoVec::new();
                while let Some(item) = from.next_element()? {
                    items.push(item);
                }
                Ok(Value::Array(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = from.next_entry::<String, Value>()? {
                    members.push((key.into(), value));
                }
                Ok(Value::Object(Map::from_members(members)))
            }
        }
        from.deserialize_any(Reader)
    }
}
