//! The value every API object is made of: JSON with shared structure.
//!
//! Cloning a [`Value`] copies a reference; writing to it copies only the path that changes. So an object in the
//! store, in an informer's cache and in a snapshot is one allocation, and a status write shares the spec.
//! Maps are ordered by key, as Kubernetes prints them.

use super::shared;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::fmt;
use std::ops::Index;
use std::rc::Rc;

/// A JSON value. Integers and floats stay apart, as in `unstructured` objects of apimachinery.
#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Rc<str>),
    List(Rc<Vec<Value>>),
    Map(Rc<Map>),
}

/// An ordered map from field name to value: a sorted vector, since objects have few fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map(Vec<(Rc<str>, Value)>);

const NULL: &Value = &Value::Null;
/// Up to this many fields are looked through one by one.
const SMALL: usize = 24;

impl Map {
    pub fn new() -> Self {
        Self::default()
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(k, _)| (**k).cmp(key))
    }

    /// Reads are what a cluster does most: names mostly differ in length, and lengths lie beside the pointers, so few
    /// of the names of a small map are looked at.
    pub fn get(&self, key: &str) -> Option<&Value> {
        if self.0.len() > SMALL {
            return self.find(key).ok().and_then(|i| self.0.get(i)).map(|(_, v)| v);
        }
        self.0.iter().find(|(k, _)| k.len() == key.len() && k.as_bytes() == key.as_bytes()).map(|(_, v)| v)
    }

    /// The value at `key`, made `Null` first where it is missing.
    pub fn entry(&mut self, key: &str) -> &mut Value {
        let at = match self.find(key) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (shared::name(key), Value::Null));
                at
            }
        };
        &mut self.0[at].1
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.find(key).ok().map(|i| &mut self.0[i].1)
    }

    pub fn insert(&mut self, key: impl AsRef<str>, value: impl Into<Value>) {
        match self.find(key.as_ref()) {
            Ok(at) => self.0[at].1 = value.into(),
            Err(at) => self.0.insert(at, (shared::name(key.as_ref()), value.into())),
        }
    }

    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.find(key).ok().map(|i| self.0.remove(i).1)
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Value)> + '_ {
        self.0.iter().map(|(k, v)| (&**k, v))
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value)> + '_ {
        self.0.iter_mut().map(|(k, v)| (&**k, v))
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &str> + '_ {
        self.0.iter().map(|(k, _)| &**k)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.0.retain_mut(|(k, v)| keep(k, v));
    }
}

impl<K: AsRef<str>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut map = Map::new();
        for (k, v) in items {
            map.insert(k, v);
        }
        map
    }
}

impl Value {
    /// An empty map.
    pub fn object() -> Value {
        Value::Map(Rc::default())
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// True for what Go's `omitempty` leaves out: null, false, zero, "", [] and {}.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Bool(b) => !b,
            Value::Int(i) => *i == 0,
            Value::Float(f) => *f == 0.0,
            Value::Str(s) => s.is_empty(),
            Value::List(l) => l.is_empty(),
            Value::Map(m) => m.is_empty(),
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The string, or "" for anything else: Go's zero value.
    pub fn str(&self) -> &str {
        self.as_str().unwrap_or("")
    }

    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(i) => Some(*i),
            _ => None,
        }
    }

    /// The integer, or 0 for anything else: Go's zero value.
    pub fn int(&self) -> i64 {
        self.as_i64().unwrap_or(0)
    }

    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(i) => Some(*i as f64),
            Value::Float(f) => Some(*f),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The boolean, or false for anything else: Go's zero value.
    pub fn bool(&self) -> bool {
        self.as_bool().unwrap_or(false)
    }

    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(l) => Some(l),
            _ => None,
        }
    }

    /// The items, or none where this is not a list.
    pub fn items(&self) -> &[Value] {
        self.as_list().unwrap_or(&[])
    }

    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(m) => Some(m),
            _ => None,
        }
    }

    /// The fields in order of their names, or none where this is not a map.
    pub fn fields(&self) -> impl DoubleEndedIterator<Item = (&str, &Value)> + '_ {
        self.as_map().into_iter().flat_map(Map::iter)
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map().and_then(|m| m.get(key))
    }

    /// The value at a path of field names; `Null` where any of them is missing.
    pub fn path(&self, path: &[&str]) -> &Value {
        path.iter().fold(self, |v, key| &v[*key])
    }

    /// The value at a dotted path such as `spec.nodeName` (no field name in it may hold a dot).
    pub fn at(&self, path: &str) -> &Value {
        path.split('.').fold(self, |v, key| &v[key])
    }

    /// This as a map to write to; anything else becomes an empty map first.
    pub fn map_mut(&mut self) -> &mut Map {
        if !matches!(self, Value::Map(_)) {
            *self = Value::object();
        }
        match self {
            Value::Map(m) => Rc::make_mut(m),
            _ => unreachable!("made a map above"),
        }
    }

    /// This as a list to write to; anything else becomes an empty list first.
    pub fn list_mut(&mut self) -> &mut Vec<Value> {
        if !matches!(self, Value::List(_)) {
            *self = Value::List(Rc::default());
        }
        match self {
            Value::List(l) => Rc::make_mut(l),
            _ => unreachable!("made a list above"),
        }
    }

    /// The field to write to, made (with the maps above it) where it is missing.
    pub fn path_mut(&mut self, path: &[&str]) -> &mut Value {
        path.iter().fold(self, |v, key| v.map_mut().entry(key))
    }

    /// Like [`Value::path_mut`] for a dotted path.
    pub fn at_mut(&mut self, path: &str) -> &mut Value {
        path.split('.').fold(self, |v, key| v.map_mut().entry(key))
    }

    /// Sets the field at a dotted path, making the maps above it.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) {
        *self.at_mut(path) = value.into();
    }

    /// Sets the field at a path of names, which may hold dots (labels, annotations).
    pub fn set_in(&mut self, path: &[&str], value: impl Into<Value>) {
        *self.path_mut(path) = value.into();
    }

    /// Sets a field only where it is missing or null: what defaulting does.
    pub fn default_to(&mut self, path: &str, value: impl Into<Value>) {
        if self.at(path).is_null() {
            self.set(path, value);
        }
    }

    /// Removes the field at a path of names; does nothing where it is missing.
    pub fn remove_in(&mut self, path: &[&str]) -> Option<Value> {
        let (last, above) = path.split_last()?;
        self.path(above).get(last)?;
        self.path_mut(above).map_mut().remove(last)
    }

    /// Removes the field at a dotted path; does nothing where it is missing.
    pub fn remove(&mut self, path: &str) -> Option<Value> {
        self.remove_in(&path.split('.').collect::<Vec<_>>())
    }

    /// Reads JSON text. The error is serde_json's, with line and column.
    pub fn from_json(text: &str) -> Result<Value, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// True where both are the same allocation, or equal.
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Map(a), Value::Map(b)) if Rc::ptr_eq(a, b) => true,
            (Value::List(a), Value::List(b)) if Rc::ptr_eq(a, b) => true,
            _ => self == other,
        }
    }

    /// True where both are one map: a default that was taken over, not a value that was given twice.
    pub fn is_alias(&self, other: &Value) -> bool {
        matches!((self, other), (Value::Map(a), Value::Map(b)) if Rc::ptr_eq(a, b))
    }
}

/// What is shared is equal without a look inside.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => Rc::ptr_eq(a, b) || a == b,
            (Value::List(a), Value::List(b)) => Rc::ptr_eq(a, b) || a == b,
            (Value::Map(a), Value::Map(b)) => Rc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

/// Compact JSON with sorted keys.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Index<&str> for Value {
    type Output = Value;
    fn index(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(NULL)
    }
}

impl Index<usize> for Value {
    type Output = Value;
    fn index(&self, at: usize) -> &Value {
        self.items().get(at).unwrap_or(NULL)
    }
}

macro_rules! from {
    ($($t:ty => |$v:ident| $e:expr),* $(,)?) => {
        $(impl From<$t> for Value { fn from($v: $t) -> Value { $e } })*
    };
}
from! {
    bool => |v| Value::Bool(v),
    i64 => |v| Value::Int(v),
    i32 => |v| Value::Int(v.into()),
    u32 => |v| Value::Int(v.into()),
    u16 => |v| Value::Int(v.into()),
    usize => |v| Value::Int(v as i64),
    f64 => |v| Value::Float(v),
    &str => |v| Value::Str(Rc::from(v)),
    &String => |v| Value::Str(Rc::from(v.as_str())),
    String => |v| Value::Str(Rc::from(v)),
    Rc<str> => |v| Value::Str(v),
    Map => |v| Value::Map(Rc::new(v)),
    Vec<Value> => |v| Value::List(Rc::new(v)),
    &Value => |v| v.clone(),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Value {
        v.map_or(Value::Null, Into::into)
    }
}

impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Value {
        Value::List(Rc::new(items.into_iter().map(Into::into).collect()))
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut out = s.serialize_map(Some(self.len()))?;
        for (k, v) in self.iter() {
            out.serialize_entry(k, v)?;
        }
        out.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => s.serialize_unit(),
            Value::Bool(b) => s.serialize_bool(*b),
            Value::Int(i) => s.serialize_i64(*i),
            Value::Float(f) => s.serialize_f64(*f),
            Value::Str(v) => s.serialize_str(v),
            Value::List(l) => {
                let mut out = s.serialize_seq(Some(l.len()))?;
                for v in l.iter() {
                    out.serialize_element(v)?;
                }
                out.end()
            }
            Value::Map(m) => m.serialize(s),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Value, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_none<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
                Value::deserialize(d)
            }
            fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
                Ok(Value::Bool(v))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
                Ok(Value::Int(v))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
                Ok(i64::try_from(v).map_or(Value::Float(v as f64), Value::Int))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
                Ok(Value::Float(v))
            }
            fn visit_str<E>(self, v: &str) -> Result<Value, E> {
                Ok(Value::from(v))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(v) = seq.next_element::<Value>()? {
                    list.push(v);
                }
                Ok(list.into())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut out = Map::new();
                while let Some((k, v)) = map.next_entry::<String, Value>()? {
                    out.insert(k, v);
                }
                Ok(out.into())
            }
        }
        d.deserialize_any(Reader)
    }
}

/// Builds a map value: `object! { "kind" => "Pod", "spec" => object! { … } }`.
#[macro_export]
macro_rules! object {
    ($($key:expr => $value:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut map = $crate::apimachinery::value::Map::new();
        $(map.insert($key, $value);)*
        $crate::apimachinery::value::Value::from(map)
    }};
}

/// Builds a list value: `list!["a", "b"]`.
#[macro_export]
macro_rules! list {
    ($($value:expr),* $(,)?) => {
        $crate::apimachinery::value::Value::from(
            ::std::vec![$($crate::apimachinery::value::Value::from($value)),*] as ::std::vec::Vec<_>)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_copies_only_the_path_that_changes() {
        let a = object! { "spec" => object! { "x" => 1 }, "status" => object! {} };
        let mut b = a.clone();
        b.set("status.phase", "Running");
        let (Value::Map(x), Value::Map(y)) = (&a["spec"], &b["spec"]) else { panic!("maps") };
        assert!(Rc::ptr_eq(x, y));
        assert_eq!(a["status"], Value::object());
        assert_eq!(b.at("status.phase").str(), "Running");
    }

    #[test]
    fn json_goes_through_with_sorted_keys() {
        let v = Value::from_json(r#"{"b":[1,2.5,"x",null,true],"a":{}}"#).unwrap();
        assert_eq!(v.to_string(), r#"{"a":{},"b":[1,2.5,"x",null,true]}"#);
    }

    #[test]
    fn a_missing_path_reads_as_null_and_is_not_made_by_remove() {
        let mut v = object! { "a" => 1 };
        assert!(v.at("x.y.z").is_null());
        assert_eq!(v.remove("x.y"), None);
        assert_eq!(v, object! { "a" => 1 });
        v.set_in(&["metadata", "labels", "a.b/c"], "d");
        assert_eq!(v.path(&["metadata", "labels", "a.b/c"]).str(), "d");
    }
}
