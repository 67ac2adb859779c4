//! JSON whose objects keep the order of their keys, as jq's do.

use std::cmp::Ordering;
use std::rc::Rc;

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(Rc<str>),
    List(Rc<Vec<Json>>),
    Map(Rc<Vec<(Rc<str>, Json)>>),
}

const MAX_DEPTH: u32 = 100;

/// Reads all values of a text, one after the other.
pub fn parse_all(text: &str) -> Result<Vec<Json>, String> {
    let mut r = Reader { chars: text.chars().collect(), at: 0, depth: 0 };
    let mut out = Vec::new();
    loop {
        r.blanks();
        if r.at >= r.chars.len() {
            return Ok(out);
        }
        let value = r.value().map_err(|why| {
            let line = r.chars[..r.at.min(r.chars.len())].iter().filter(|c| **c == '\n').count() + 1;
            format!("parse error: {why} at line {line}, column {}", r.column())
        })?;
        out.push(value);
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    depth: u32,
}

impl Reader {
    fn column(&self) -> usize {
        self.chars[..self.at.min(self.chars.len())].iter().rev().take_while(|c| **c != '\n').count()
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn eat(&mut self, c: char) -> bool {
        self.blanks();
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self) -> Result<Json, String> {
        self.blanks();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("Exceeds depth limit for parsing".to_owned());
        }
        let value = match self.peek() {
            None => return Err("Unfinished JSON term".to_owned()),
            Some('"') => Json::Text(self.string()?),
            Some('[') => self.list()?,
            Some('{') => self.map()?,
            Some(_) => self.word()?,
        };
        self.depth -= 1;
        Ok(value)
    }

    fn list(&mut self) -> Result<Json, String> {
        self.at += 1;
        let mut items = Vec::new();
        if self.eat(']') {
            return Ok(Json::List(Rc::new(items)));
        }
        loop {
            items.push(self.value()?);
            if self.eat(']') {
                return Ok(Json::List(Rc::new(items)));
            }
            if !self.eat(',') {
                return Err("Expected separator between values".to_owned());
            }
        }
    }

    fn map(&mut self) -> Result<Json, String> {
        self.at += 1;
        let mut entries = Vec::new();
        if self.eat('}') {
            return Ok(Json::Map(Rc::new(entries)));
        }
        loop {
            self.blanks();
            if self.peek() != Some('"') {
                return Err("Object keys must be strings".to_owned());
            }
            let key = self.string()?;
            if !self.eat(':') {
                return Err("Objects must consist of key:value pairs".to_owned());
            }
            let value = self.value()?;
            put(&mut entries, key, value);
            if self.eat('}') {
                return Ok(Json::Map(Rc::new(entries)));
            }
            if !self.eat(',') {
                return Err("Expected separator between values".to_owned());
            }
        }
    }

    fn string(&mut self) -> Result<Rc<str>, String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let c = self.peek().ok_or("Unfinished string")?;
            self.at += 1;
            match c {
                '"' => return Ok(Rc::from(text.as_str())),
                '\\' => {
                    let e = self.peek().ok_or("Unfinished string")?;
                    self.at += 1;
                    match e {
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        'r' => text.push('\r'),
                        'b' => text.push('\u{8}'),
                        'f' => text.push('\u{c}'),
                        'u' => {
                            let mut unit = || -> Option<u32> {
                                let hex: String = self.chars.get(self.at..self.at + 4)?.iter().collect();
                                self.at += 4;
                                u32::from_str_radix(&hex, 16).ok()
                            };
                            let mut code = unit().ok_or("Invalid escape")?;
                            if (0xd800..0xdc00).contains(&code)
                                && self.chars.get(self.at) == Some(&'\\')
                                && self.chars.get(self.at + 1) == Some(&'u')
                            {
                                self.at += 2;
                                let hex: String = self.chars.iter().skip(self.at).take(4).collect();
                                self.at += 4;
                                let low = u32::from_str_radix(&hex, 16).unwrap_or(0xdc00);
                                code = 0x10000 + ((code - 0xd800) << 10) + (low & 0x3ff);
                            }
                            text.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                        }
                        other => text.push(other),
                    }
                }
                _ => text.push(c),
            }
        }
    }

    fn word(&mut self) -> Result<Json, String> {
        let word: String =
            self.chars[self.at..].iter().take_while(|c| c.is_ascii_alphanumeric() || "+-.".contains(**c)).collect();
        let value = match word.as_str() {
            "null" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            "" => return Err(format!("Invalid literal near '{}'", self.peek().unwrap_or(' '))),
            text => Json::Number(text.parse().map_err(|_| "Invalid numeric literal".to_owned())?),
        };
        self.at += word.len();
        Ok(value)
    }
}

/// Sets a key, keeping its place where it was there.
pub fn put(entries: &mut Vec<(Rc<str>, Json)>, key: Rc<str>, value: Json) {
    match entries.iter_mut().find(|(k, _)| *k == key) {
        Some((_, old)) => *old = value,
        None => entries.push((key, value)),
    }
}

impl Json {
    pub fn text(text: &str) -> Self {
        Json::Text(Rc::from(text))
    }

    pub fn list(items: Vec<Json>) -> Self {
        Json::List(Rc::new(items))
    }

    pub fn is_true(&self) -> bool {
        !matches!(self, Json::Null | Json::Bool(false))
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "boolean",
            Json::Number(_) => "number",
            Json::Text(_) => "string",
            Json::List(_) => "array",
            Json::Map(_) => "object",
        }
    }

    /// One line, or indented by two.
    pub fn write(&self, out: &mut String, indent: Option<usize>, sort: bool) {
        let (open, close, items): (_, _, Vec<(Option<&str>, &Json)>) = match self {
            Json::List(l) => ('[', ']', l.iter().map(|v| (None, v)).collect()),
            Json::Map(m) => {
                let mut entries: Vec<_> = m.iter().map(|(k, v)| (Some(&**k), v)).collect();
                if sort {
                    entries.sort_by(|a, b| a.0.cmp(&b.0));
                }
                ('{', '}', entries)
            }
            scalar => return scalar.write_scalar(out),
        };
        out.push(open);
        for (i, (key, value)) in items.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            if let Some(n) = indent {
                out.push('\n');
                out.push_str(&"  ".repeat(n + 1));
            }
            if let Some(key) = key {
                quote(key, out);
                out.push_str(if indent.is_some() { ": " } else { ":" });
            }
            value.write(out, indent.map(|n| n + 1), sort);
        }
        if let Some(n) = indent.filter(|_| !items.is_empty()) {
            out.push('\n');
            out.push_str(&"  ".repeat(n));
        }
        out.push(close);
    }

    fn write_scalar(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Json::Number(n) => out.push_str(&number(*n)),
            Json::Text(t) => quote(t, out),
            _ => {}
        }
    }

    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None, false);
        out
    }

    /// jq's order: null, false, true, numbers, strings, arrays, objects.
    pub fn order(&self, other: &Json) -> Ordering {
        let rank = |v: &Json| match v {
            Json::Null => 0,
            Json::Bool(false) => 1,
            Json::Bool(true) => 2,
            Json::Number(_) => 3,
            Json::Text(_) => 4,
            Json::List(_) => 5,
            Json::Map(_) => 6,
        };
        match (self, other) {
            (Json::Number(a), Json::Number(b)) => a.total_cmp(b),
            (Json::Text(a), Json::Text(b)) => a.cmp(b),
            (Json::List(a), Json::List(b)) => {
                let differ = a.iter().zip(b.iter()).map(|(x, y)| x.order(y)).find(|o| o.is_ne());
                differ.unwrap_or_else(|| a.len().cmp(&b.len()))
            }
            (Json::Map(_), Json::Map(_)) => self.compact().cmp(&other.compact()),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

fn number(n: f64) -> String {
    if n == n.trunc() && n.abs() < 1e17 { format!("{}", n as i64) } else { format!("{n}") }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}
