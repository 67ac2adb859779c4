//! JSON as Go writes and reads it. Models `encoding/json`.

use crate::apimachinery::Value;

/// Indented JSON with Go's escapes, without a newline at its end. Models `json.MarshalIndent`.
pub fn pretty(value: &Value, indent: &str) -> String {
    let mut out = String::new();
    write(value, Some(indent), 0, &mut out);
    out
}

/// Compact JSON with Go's escapes. Models `json.Marshal`.
pub fn compact(value: &Value) -> String {
    let mut out = String::new();
    write(value, None, 0, &mut out);
    out
}

/// The order in which Go's structs have the fields that kubectl itself makes; others come between, by name.
const FIRST: [&str; 39] = [
    "kind",
    "apiVersion",
    "metadata",
    "name",
    "generateName",
    "namespace",
    "labels",
    "annotations",
    "spec",
    "replicas",
    "selector",
    "template",
    "strategy",
    "clusters",
    "users",
    "contexts",
    "current-context",
    "cluster",
    "server",
    "user",
    "image",
    "command",
    "args",
    "ports",
    "env",
    "resources",
    "imagePullPolicy",
    "initContainers",
    "containers",
    "restartPolicy",
    "dnsPolicy",
    "nodeSelector",
    "data",
    "type",
    "roleRef",
    "username",
    "groups",
    "extra",
    "status",
];

/// Indented JSON in the order of Go's structs, as kubectl prints objects that it made itself.
pub fn pretty_typed(value: &Value, indent: &str) -> String {
    let mut out = String::new();
    write_ordered(value, Some(indent), 0, true, &mut out);
    out
}

/// Where a field stands in Go's structs, as far as that is known; what is not known comes before `status`.
pub fn struct_order(key: &str) -> usize {
    FIRST.iter().position(|f| *f == key).unwrap_or(FIRST.len() - 1)
}

fn write(value: &Value, indent: Option<&str>, depth: usize, out: &mut String) {
    write_ordered(value, indent, depth, false, out);
}

fn write_ordered(value: &Value, indent: Option<&str>, depth: usize, typed: bool, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        if let Some(indent) = indent {
            out.push('\n');
            (0..depth).for_each(|_| out.push_str(indent));
        }
    };
    match value {
        Value::Str(s) => quote(s, out),
        Value::Float(f) => out.push_str(&float(*f)),
        Value::List(list) if !list.is_empty() => {
            out.push('[');
            for (i, item) in list.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(depth + 1, out);
                write_ordered(item, indent, depth + 1, typed, out);
            }
            line(depth, out);
            out.push(']');
        }
        Value::Map(map) if !map.is_empty() => {
            out.push('{');
            let mut pairs: Vec<(&str, &Value)> = map.iter().collect();
            if typed {
                pairs.sort_by_key(|(key, _)| struct_order(key));
            }
            for (i, (key, item)) in pairs.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(depth + 1, out);
                quote(key, out);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write_ordered(item, indent, depth + 1, typed, out);
            }
            line(depth, out);
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// A JSON string; `<`, `>` and `&` are escaped as Go does for HTML.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '<' | '>' | '&' | '\0'..='\x1f' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn float(f: f64) -> String {
    let a = f.abs();
    if a != 0.0 && !(1e-6..1e21).contains(&a) {
        let e = format!("{f:e}");
        return match e.split_once('e') {
            Some((d, x)) if !x.starts_with('-') => format!("{d}e+{x}"),
            _ => e,
        };
    }
    format!("{f}")
}

/// How `encoding/json` names what it found where it wanted something else.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

/// Why a text is not JSON, in Go's words with the offset that apimachinery adds.
pub fn syntax_error(text: &str) -> String {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, depth: 0 };
    match scan.value() {
        Err(Some((at, why))) => format!("json: offset {at}: {why}"),
        Err(None) => "unexpected EOF".into(),
        Ok(()) => "json: invalid".into(),
    }
}

/// Why a text is not JSON, as `encoding/json` says it.
pub fn plain_error(text: &str) -> String {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, depth: 0 };
    match scan.value() {
        Err(Some((_, why))) => why,
        Err(None) => "unexpected end of JSON input".into(),
        Ok(()) => match scan.rest() {
            Err(Some((_, why))) => why,
            _ => "json: invalid".into(),
        },
    }
}

/// Finds the first wrong byte. Errors: its offset and text, or None at the end of the text.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

type Scanned = Result<(), Option<(usize, String)>>;

impl Scan<'_> {
    fn blank(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }
    fn wrong(&self, place: &str) -> Scanned {
        let Some(b) = self.bytes.get(self.at) else { return Err(None) };
        let shown = match *b {
            b'\'' => "'\\''".to_owned(),
            b'"' => "'\"'".to_owned(),
            b'\n' => "'\\n'".to_owned(),
            b => format!("'{}'", char::from(b)),
        };
        Err(Some((self.at + 1, format!("invalid character {shown} {place}"))))
    }
    fn rest(&mut self) -> Scanned {
        self.blank();
        self.wrong("after top-level value")
    }
    fn value(&mut self) -> Scanned {
        self.blank();
        self.depth += 1;
        if self.depth > 100 {
            return Err(Some((self.at, "exceeded max depth".into())));
        }
        let done = match self.bytes.get(self.at) {
            None => Err(None),
            Some(b'{') => self.members(),
            Some(b'[') => self.elements(),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => {
                while matches!(self.bytes.get(self.at), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
                    self.at += 1;
                }
                Ok(())
            }
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(_) => self.wrong("looking for beginning of value"),
        };
        self.depth -= 1;
        done
    }
    fn word(&mut self, word: &str) -> Scanned {
        for (i, c) in word.bytes().enumerate() {
            if self.bytes.get(self.at) != Some(&c) {
                return if i == 0 {
                    self.wrong("looking for beginning of value")
                } else {
                    self.wrong(&format!("in literal {word} (expecting '{}')", char::from(c)))
                };
            }
            self.at += 1;
        }
        Ok(())
    }
    fn string(&mut self) -> Scanned {
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                None => return Err(None),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.at += 2,
                Some(0..=0x1f) => return self.wrong("in string literal"),
                Some(_) => self.at += 1,
            }
        }
    }
    fn members(&mut self) -> Scanned {
        self.at += 1;
        self.blank();
        if self.bytes.get(self.at) == Some(&b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.blank();
            if self.bytes.get(self.at) != Some(&b'"') {
                return self.wrong("looking for beginning of object key string");
            }
            self.string()?;
            self.blank();
            if self.bytes.get(self.at) != Some(&b':') {
                return self.wrong("after object key");
            }
            self.at += 1;
            self.value()?;
            self.blank();
            match self.bytes.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.wrong("after object key:value pair"),
            }
        }
    }
    fn elements(&mut self) -> Scanned {
        self.at += 1;
        self.blank();
        if self.bytes.get(self.at) == Some(&b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value()?;
            self.blank();
            match self.bytes.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.wrong("after array element"),
            }
        }
    }
}
