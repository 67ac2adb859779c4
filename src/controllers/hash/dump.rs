//! A template as Go's spew prints its struct (`%#v`, keys sorted, methods off): the text that is hashed. Models
//! `dump.ForHash`.

use crate::apimachinery::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

const LAYOUT: &str = include_str!("layout.txt");

struct Field {
    name: &'static str,
    kind: &'static str,
    /// Its name in JSON; "" where the struct is embedded.
    json: String,
}

type Layout = BTreeMap<&'static str, Vec<Field>>;

/// Prints a value of a Go type.
pub fn dump(kind: &'static str, value: &Value) -> String {
    thread_local!(static READ: Layout = layout());
    READ.with(|layout| {
        let mut out = String::with_capacity(4_096);
        put(layout, &mut out, kind, value, true);
        out
    })
}

fn layout() -> Layout {
    let rows = LAYOUT.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.filter_map(field).collect()))
    })
    .collect()
}

fn field(word: &'static str) -> Option<Field> {
    let (name, kind) = word.split_once(':')?;
    let (kind, json) = match kind.split_once('@') {
        Some((kind, json)) => (kind, json.to_owned()),
        None => (kind, json_name(name)),
    };
    Some(Field { name, kind, json })
}

/// `HostPID`: `hostPID`, `DNSPolicy`: `dnsPolicy`, `TTY`: `tty`.
fn json_name(name: &str) -> String {
    let capitals = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let lower = if capitals == name.len() || capitals == 1 { capitals } else { capitals - 1 };
    name.char_indices().map(|(i, c)| if i < lower { c.to_ascii_lowercase() } else { c }).collect()
}

/// The type as Go names it.
fn go_type(kind: &str) -> String {
    let bare = kind.trim_start_matches(['*', '[', ']']);
    let prefix = &kind[..kind.len() - bare.len()];
    let package = if bare.starts_with(|c: char| c.is_ascii_uppercase()) { "v1." } else { "" };
    format!("{prefix}{package}{bare}")
}

fn put(layout: &Layout, out: &mut String, kind: &'static str, value: &Value, typed: bool) {
    if typed {
        let _ = write!(out, "({})", go_type(kind));
    }
    if let Some(target) = kind.strip_prefix('*') {
        match value.is_null() {
            true => out.push_str("<nil>"),
            false => put(layout, out, target, value, false),
        }
    } else if let Some(item) = kind.strip_prefix("[]") {
        put_all(out, "[", value.items().iter(), |out, v| put(layout, out, item, v, false));
    } else if let Some(item) = map_item(kind) {
        put_all(out, "map[", value.fields(), |out, (key, v)| {
            let _ = write!(out, "{key}:");
            put(layout, out, item, v, false);
        });
    } else if let Some(fields) = layout.get(kind) {
        out.push('{');
        for (i, field) in fields.iter().enumerate() {
            let _ = write!(out, "{}{}:", if i > 0 { " " } else { "" }, field.name);
            let inner = if field.json.is_empty() { value } else { &value[field.json.as_str()] };
            put(layout, out, field.kind, inner, true);
        }
        out.push('}');
    } else {
        put_plain(out, kind, value);
    }
}

/// What a map holds.
fn map_item(kind: &str) -> Option<&'static str> {
    match kind {
        "map[string]string" => Some("string"),
        "ResourceList" => Some("resource.Quantity"),
        _ => None,
    }
}

/// Items between brackets; the API server's encoding keeps no empty list or map apart from none.
fn put_all<T>(out: &mut String, open: &str, items: impl Iterator<Item = T>, mut each: impl FnMut(&mut String, T)) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return out.push_str("<nil>");
    }
    out.push_str(open);
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.push(' ');
        }
        each(out, item);
    }
    out.push(']');
}

fn put_plain(out: &mut String, kind: &str, value: &Value) {
    let _ = match kind {
        "bool" => write!(out, "{}", value.bool()),
        "int32" | "int64" => write!(out, "{}", value.int()),
        "Time" => write!(out, "{{Time:(time.Time){{wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}}}"),
        "intstr.IntOrString" => {
            let text = value.str();
            let kind = u8::from(value.as_str().is_some());
            write!(out, "{{Type:(intstr.Type){kind} IntVal:(int32){} StrVal:(string){text}}}", value.int())
        }
        "resource.Quantity" => put_quantity(out, value.str()),
        _ if value.as_map().is_some() => write!(out, "{value}"),
        _ => write!(out, "{}", value.str()),
    };
}

/// Suffixes of quantities: power of ten, or of two.
const SUFFIXES: &[(&str, i32)] = &[
    ("Ki", 10),
    ("Mi", 20),
    ("Gi", 30),
    ("Ti", 40),
    ("Pi", 50),
    ("Ei", 60),
    ("n", -9),
    ("u", -6),
    ("m", -3),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
    ("P", 15),
    ("E", 18),
];

/// A quantity as `ParseQuantity` leaves it: the text is kept only where it is canonical beyond doubt.
fn put_quantity(out: &mut String, text: &str) -> std::fmt::Result {
    let (digits, exponent, binary) = SUFFIXES
        .iter()
        .find_map(|(suffix, power)| Some((text.strip_suffix(suffix)?, *power, suffix.ends_with('i'))))
        .unwrap_or((text, 0, false));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let shifted = format!("{whole}{fraction}");
    let number: i64 = shifted.parse().unwrap_or(0);
    let places = i32::try_from(fraction.len()).unwrap_or(0);
    let (value, scale) = match binary {
        true => (number.checked_shl(exponent.unsigned_abs()).unwrap_or(number), -places),
        false => (number, exponent - places),
    };
    let kept = match binary {
        _ if text == "0" => true,
        true => number & 7 != 0,
        false => scale % 3 == 0 && !shifted.ends_with("000") && !shifted.starts_with('0'),
    };
    let format = match binary {
        _ if text == "0" || text.is_empty() => "",
        true => "BinarySI",
        false => "DecimalSI",
    };
    write!(
        out,
        "{{i:(resource.int64Amount){{value:(int64){value} scale:(resource.Scale){scale}}} \
         d:(resource.infDecAmount){{Dec:(*inf.Dec)<nil>}} s:(string){} Format:(resource.Format){format}}}",
        if kept { text } else { "" }
    )
}
