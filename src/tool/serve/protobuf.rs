//! Protobuf bodies, which kubectl sends for objects that it makes itself (`create namespace`, `create deployment`, `autoscale`,
//! `auth can-i`, …). Models `runtime.Unknown` and, as a table (`messages.txt`), the messages of Kubernetes' `generated.proto`
//! files that kubectl sends.

use crate::apimachinery::base64;
use crate::apimachinery::{Status, Time, Value};
use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What stands before every protobuf body.
const MAGIC: &[u8] = b"k8s\0";
/// Messages within messages; no object is deeper.
const DEEPEST: usize = 32;

#[derive(Clone, PartialEq, Message)]
struct TypeMeta {
    #[prost(string, tag = "1")]
    api_version: String,
    #[prost(string, tag = "2")]
    kind: String,
}

/// The envelope.
#[derive(Clone, PartialEq, Message)]
struct Unknown {
    #[prost(message, optional, tag = "1")]
    type_meta: Option<TypeMeta>,
    #[prost(bytes = "vec", tag = "2")]
    raw: Vec<u8>,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
struct Field {
    name: &'static str,
    of: &'static str,
    /// `[]T`, `{}T` or one.
    many: Many,
    /// A zero that is there was meant.
    pointer: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Many {
    One,
    List,
    Map,
}

type Messages = BTreeMap<&'static str, BTreeMap<u32, Field>>;

static MESSAGES: LazyLock<Messages> = LazyLock::new(|| {
    let lines = include_str!("messages.txt").lines().filter(|l| !l.starts_with('#'));
    lines
        .filter_map(|l| l.split_once(" = "))
        .map(|(name, fields)| (name, fields.split(", ").filter_map(field).collect()))
        .collect()
});

/// Reads `4 name *type`.
fn field(text: &'static str) -> Option<(u32, Field)> {
    let (number, rest) = text.split_once(' ')?;
    let (name, of) = rest.split_once(' ')?;
    let (pointer, of) = of.strip_prefix('*').map_or((false, of), |of| (true, of));
    let (many, of) = match (of.strip_prefix("[]"), of.strip_prefix("{}")) {
        (Some(of), _) => (Many::List, of),
        (_, Some(of)) => (Many::Map, of),
        _ => (Many::One, of),
    };
    Some((number.parse().ok()?, Field { name, of, many, pointer }))
}

/// Why a body was not read.
#[derive(Debug)]
enum Unread {
    Damaged(prost::DecodeError),
    /// It ends within a field.
    Short,
    /// What it is that no row of the table tells of.
    Unlisted(String),
}

impl From<prost::DecodeError> for Unread {
    fn from(e: prost::DecodeError) -> Self {
        Self::Damaged(e)
    }
}

impl From<Unread> for Status {
    fn from(why: Unread) -> Status {
        match why {
            Unread::Damaged(e) => Status::bad_request(format!("the protobuf body could not be read: {e}")),
            Unread::Short => Status::bad_request("the protobuf body could not be read: it ends within a field"),
            Unread::Unlisted(what) => {
                let message =
                    format!("podium serve does not read {what} as protobuf; send it as JSON (kubectl create -f)");
                Status::new(415, "UnsupportedMediaType", message)
            }
        }
    }
}

pub fn is_protobuf(body: &[u8]) -> bool {
    body.starts_with(MAGIC)
}

/// Reads a body.
///
/// # Errors
/// 400 for what is not protobuf, 415 for a kind or a field that the table does not list: nothing is dropped in silence.
pub fn decode(body: &[u8]) -> Result<Value, Status> {
    let envelope = Unknown::decode(body.strip_prefix(MAGIC).unwrap_or(body)).map_err(Unread::Damaged)?;
    let TypeMeta { api_version, kind } = envelope.type_meta.unwrap_or_default();
    let name = match kind.as_str() {
        "DeleteOptions" => "meta.k8s.io/v1/DeleteOptions".to_owned(),
        _ => format!("{api_version}/{kind}"),
    };
    if !MESSAGES.contains_key(name.as_str()) {
        return Err(Unread::Unlisted(kind).into());
    }
    let mut value = Value::object();
    message(&name, &envelope.raw, &mut value, DEEPEST)?;
    value.set("apiVersion", api_version);
    value.set("kind", kind);
    Ok(value)
}

/// Reads the fields of a message into a map.
fn message(name: &str, mut from: &[u8], into: &mut Value, deeper: usize) -> Result<(), Unread> {
    let unlisted = || Unread::Unlisted(name.to_owned());
    let fields = MESSAGES.get(name).filter(|_| deeper > 0).ok_or_else(unlisted)?;
    while !from.is_empty() {
        let (number, wire) = decode_key(&mut from)?;
        let field = fields.get(&number).ok_or_else(|| Unread::Unlisted(format!("field {number} of {name}")))?;
        if field.of == "skip" {
            skip_field(wire, number, &mut from, DecodeContext::default())?;
            continue;
        }
        let bytes = match wire {
            WireType::Varint => Wire::Number(decode_varint(&mut from)?),
            _ => Wire::Bytes(stretch(&mut from)?),
        };
        if let Some(inner) = field.of.strip_prefix("inline ") {
            message(inner, bytes.bytes(), into, deeper - 1)?;
            continue;
        }
        match field.many {
            Many::List => {
                let item = read(field.of, &bytes, deeper)?;
                into.map_mut().entry(field.name).list_mut().push(item);
            }
            Many::Map => {
                let (key, item) = entry(field.of, bytes.bytes(), deeper)?;
                into.map_mut().entry(field.name).map_mut().insert(key, item);
            }
            Many::One => {
                let item = read(field.of, &bytes, deeper)?;
                // Messages are written even where they are empty, as Go writes structs.
                if field.pointer || matches!(item, Value::Map(_)) || !item.is_empty() {
                    into.map_mut().insert(field.name, item);
                }
            }
        }
    }
    Ok(())
}

/// The value of a field as it came.
enum Wire<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Wire<'a> {
    fn bytes(&self) -> &'a [u8] {
        match self {
            Wire::Bytes(bytes) => bytes,
            Wire::Number(_) => &[],
        }
    }

    fn number(&self) -> i64 {
        match self {
            Wire::Number(n) => n.cast_signed(),
            Wire::Bytes(_) => 0,
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }
}

/// Takes a stretch that has its length before it.
fn stretch<'a>(from: &mut &'a [u8]) -> Result<&'a [u8], Unread> {
    let length = usize::try_from(decode_varint(from)?).unwrap_or(usize::MAX);
    let Some((taken, rest)) = from.split_at_checked(length) else {
        return Err(Unread::Short);
    };
    *from = rest;
    Ok(taken)
}

fn read(of: &str, wire: &Wire<'_>, deeper: usize) -> Result<Value, Unread> {
    let inner = |of| {
        let mut value = Value::object();
        message(of, wire.bytes(), &mut value, deeper - 1).map(|()| value)
    };
    Ok(match of {
        "string" => wire.text().into(),
        "int" => wire.number().into(),
        "bool" => (wire.number() != 0).into(),
        "bytes" => base64::encode(wire.bytes()).into(),
        "Quantity" => inner(of)?["string"].clone(),
        // Go's zero time is none.
        "Time" => match inner(of)?["seconds"].int() {
            ..0 => Value::Null,
            seconds => Time(seconds.saturating_mul(1_000_000_000)).rfc3339().into(),
        },
        "IntOrString" => {
            let either = inner(of)?;
            if either["type"].int() == 0 { either["intVal"].int().into() } else { either["strVal"].clone() }
        }
        _ => inner(of)?,
    })
}

/// An entry of a map: key and value are fields 1 and 2 of a message of their own.
fn entry(of: &str, mut from: &[u8], deeper: usize) -> Result<(String, Value), Unread> {
    let (mut key, mut value) = (String::new(), Value::from(""));
    while !from.is_empty() {
        let (number, _) = decode_key(&mut from)?;
        let part = Wire::Bytes(stretch(&mut from)?);
        match number {
            1 => key = part.text(),
            _ => value = read(of, &part, deeper)?,
        }
    }
    Ok((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_read() {
        // k8s\0, then Unknown{typeMeta{"v1","Namespace"}, raw: Namespace{metadata{name:"n1"}}}, as kubectl sends it.
        let mut body = MAGIC.to_vec();
        body.extend(b"\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x0c\x0a\x04\x0a\x02n1\x12\x00\x1a\x00\x1a\x00\x22\x00");
        let value = decode(&body).unwrap();
        assert_eq!(value.to_string(), r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n1"},"spec":{}}"#);
    }

    #[test]
    fn zeros_of_pointers_stay_and_maps_and_choices_are_read() {
        // Deployment{spec{replicas:0, strategy{rollingUpdate{maxSurge:"25%"}}, template{metadata{labels{a:b}}}}}
        let surge = b"\x08\x01\x10\x00\x1a\x0325%";
        let mut rolling = vec![0x12, surge.len() as u8];
        rolling.extend(surge);
        let mut strategy = vec![0x0a, 0x00, 0x12, rolling.len() as u8];
        strategy.extend(rolling);
        let mut spec = b"\x08\x00\x1a\x0a\x0a\x08\x5a\x06\x0a\x01a\x12\x01b\x28\x00\x22".to_vec();
        spec.push(strategy.len() as u8);
        spec.extend(strategy);
        let mut raw = vec![0x12, spec.len() as u8];
        raw.extend(spec);
        let mut body = b"k8s\0\x0a\x15\x0a\x07apps/v1\x12\x0aDeployment\x12".to_vec();
        body.push(raw.len() as u8);
        body.extend(raw);
        let spec = r#"{"replicas":0,"strategy":{"rollingUpdate":{"maxSurge":"25%"}},"template":{"metadata":{"labels":{"a":"b"}}}}"#;
        assert_eq!(decode(&body).unwrap()["spec"].to_string(), spec);
    }

    #[test]
    fn what_is_not_known_says_so() {
        assert_eq!(decode(b"k8s\0\xff\xff").unwrap_err().code, 400);
        assert_eq!(decode(b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x02\x0a\x09").unwrap_err().code, 400);
        assert_eq!(decode(b"k8s\0\x0a\x0d\x0a\x02v1\x12\x07Unknown").unwrap_err().code, 415);
        // Namespace{field 9}
        let error = decode(b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x02\x4a\x00").unwrap_err();
        assert!(error.code == 415 && error.message.contains("field 9 of v1/Namespace"), "{}", error.message);
    }

    #[test]
    fn every_message_that_a_field_names_is_in_the_table() {
        let plain = ["string", "int", "bool", "bytes", "skip"];
        for (name, fields) in MESSAGES.iter() {
            for of in fields.values().map(|f| f.of.trim_start_matches("inline ")) {
                assert!(plain.contains(&of) || MESSAGES.contains_key(of), "{name}: {of}");
            }
        }
        assert!(MESSAGES.len() > 60, "{}", MESSAGES.len());
    }
}
