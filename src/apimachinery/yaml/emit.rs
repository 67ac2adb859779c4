//! Writes YAML as go-yaml v2 does: keys in natural order, lists at the indentation of their key, lines folded at 80
//! columns, a literal block for several lines. Models `yaml.Marshal` of `sigs.k8s.io/yaml`.

use super::resolve::{Scalar, resolve};
use crate::apimachinery::value::{Map, Value};
use std::cmp::Ordering;

/// The column after which a blank becomes a line break.
const WIDTH: usize = 80;
/// The longest key that is written without `? `.
const SIMPLE_KEY: usize = 128;

/// The YAML text of a value, with a newline at its end.
pub fn to_string(value: &Value) -> String {
    let mut emitter = Emitter { out: String::new(), column: 0 };
    emitter.node(value, 0, Place::Root);
    emitter.out.push('\n');
    emitter.out
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Root,
    /// After `key:`.
    Value,
    /// After `- `.
    Item,
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

struct Emitter {
    out: String,
    column: usize,
}

impl Emitter {
    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column = if c == '\n' { 0 } else { self.column + 1 };
    }
    fn text(&mut self, text: &str) {
        text.chars().for_each(|c| self.put(c));
    }
    fn line(&mut self, indent: usize) {
        if !self.out.is_empty() {
            self.put('\n');
        }
        (0..indent).for_each(|_| self.put(' '));
    }

    fn node(&mut self, value: &Value, indent: usize, place: Place) {
        let nested = match value {
            Value::List(l) => !l.is_empty(),
            Value::Map(m) => !m.is_empty(),
            _ => false,
        };
        if place == Place::Value && !nested {
            self.put(' ');
        }
        match value {
            Value::Map(map) if map.is_empty() => self.text("{}"),
            Value::List(list) if list.is_empty() => self.text("[]"),
            Value::Map(map) => self.mapping(map, if place == Place::Root { 0 } else { indent + 2 }, place),
            // A list under a key stands at the key's indentation.
            Value::List(list) => self.sequence(list, if place == Place::Item { indent + 2 } else { indent }, place),
            Value::Null => self.text("null"),
            Value::Bool(b) => self.text(if *b { "true" } else { "false" }),
            Value::Int(i) => self.text(&i.to_string()),
            Value::Float(f) => self.text(&float(*f)),
            Value::Str(s) => self.scalar(s, indent + 2, true),
        }
    }

    fn mapping(&mut self, map: &Map, indent: usize, place: Place) {
        let mut pairs: Vec<(&str, &Value)> = map.iter().collect();
        pairs.sort_by(|a, b| natural(a.0, b.0));
        for (i, (key, value)) in pairs.into_iter().enumerate() {
            if i > 0 || place != Place::Item {
                self.line(indent);
            }
            if key.len() <= SIMPLE_KEY && !key.contains('\n') {
                self.scalar(key, indent + 2, false);
                self.put(':');
            } else {
                self.text("? ");
                self.scalar(key, indent + 2, true);
                self.line(indent);
                self.put(':');
            }
            self.node(value, indent, Place::Value);
        }
    }

    fn sequence(&mut self, list: &[Value], indent: usize, place: Place) {
        for (i, item) in list.iter().enumerate() {
            if i > 0 || place != Place::Item {
                self.line(indent);
            }
            self.text("- ");
            self.node(item, indent, Place::Item);
        }
    }

    /// `indent` is where a folded line goes on; keys may not fold.
    fn scalar(&mut self, text: &str, indent: usize, may_fold: bool) {
        match style(text, may_fold) {
            Style::Plain => self.folded(text, indent, may_fold, None),
            Style::Single => self.folded(text, indent, may_fold, Some('\'')),
            Style::Double => self.double(text, indent, may_fold),
            Style::Literal => self.literal(text, indent),
        }
    }

    fn folded(&mut self, text: &str, indent: usize, may_fold: bool, quote: Option<char>) {
        if let Some(q) = quote {
            self.put(q);
        }
        let chars: Vec<char> = text.chars().collect();
        let mut spaces = false;
        for (i, c) in chars.iter().enumerate() {
            let next_is_space = chars.get(i + 1) == Some(&' ');
            let inside = quote.is_none() || (i > 0 && i + 1 < chars.len());
            if *c == ' ' && may_fold && !spaces && self.column > WIDTH && !next_is_space && inside {
                self.line(indent);
            } else {
                if Some(*c) == quote {
                    self.put(*c);
                }
                self.put(*c);
            }
            spaces = *c == ' ';
        }
        if let Some(q) = quote {
            self.put(q);
        }
    }

    fn double(&mut self, text: &str, indent: usize, may_fold: bool) {
        self.put('"');
        let chars: Vec<char> = text.chars().collect();
        let mut spaces = false;
        for (i, c) in chars.iter().enumerate() {
            if *c == ' ' {
                if may_fold && !spaces && self.column > WIDTH && i > 0 && i + 1 < chars.len() {
                    self.line(indent);
                    if chars.get(i + 1) == Some(&' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                spaces = true;
                continue;
            }
            spaces = false;
            if printable(*c) && !matches!(c, '\n' | '"' | '\\' | '\u{2028}' | '\u{2029}') {
                self.put(*c);
            } else {
                self.escape(*c);
            }
        }
        self.put('"');
    }

    fn escape(&mut self, c: char) {
        let short = match c {
            '\0' => "0",
            '\x07' => "a",
            '\x08' => "b",
            '\t' => "t",
            '\n' => "n",
            '\x0b' => "v",
            '\x0c' => "f",
            '\r' => "r",
            '\x1b' => "e",
            '"' => "\"",
            '\\' => "\\",
            '\u{85}' => "N",
            '\u{a0}' => "_",
            '\u{2028}' => "L",
            '\u{2029}' => "P",
            _ => "",
        };
        let code = c as u32;
        let text = match code {
            _ if !short.is_empty() => format!("\\{short}"),
            0..=0xff => format!("\\x{code:02X}"),
            0x100..=0xffff => format!("\\u{code:04X}"),
            _ => format!("\\U{code:08X}"),
        };
        self.text(&text);
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.put('|');
        if text.starts_with([' ', '\n']) {
            self.put('2');
        }
        match text.strip_suffix('\n') {
            None => self.put('-'),
            Some(body) if body.is_empty() || body.ends_with('\n') => self.put('+'),
            Some(_) => {}
        }
        let body = text.strip_suffix('\n').unwrap_or(text);
        for line in body.split('\n') {
            if line.is_empty() {
                self.put('\n');
            } else {
                self.line(indent);
                self.text(line);
            }
        }
    }
}

fn printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && c != '\u{feff}'
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What a text allows. Models `yaml_emitter_analyze_scalar`.
struct Analysis {
    plain: bool,
    single: bool,
    block: bool,
}

fn analyze(text: &str) -> Analysis {
    let chars: Vec<char> = text.chars().collect();
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut special, mut breaks, mut edge, mut trailing_space) = (false, false, false, false);
    let (mut break_space, mut space_break) = (false, false);
    let (mut after_space, mut after_break) = (false, false);
    for (i, c) in chars.iter().enumerate() {
        let last = i + 1 == chars.len();
        let before_blank = chars.get(i + 1).is_none_or(|n| matches!(n, ' ' | '\t' | '\0') || is_break(*n));
        let after_blank = i == 0 || chars.get(i - 1).is_some_and(|p| matches!(p, ' ' | '\t') || is_break(*p));
        indicators |= match c {
            '#' => after_blank,
            ':' => before_blank,
            _ if i > 0 => false,
            ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => true,
            '?' | '-' => before_blank,
            _ => false,
        };
        special |= !printable(*c);
        if *c == ' ' {
            edge |= i == 0 || last;
            trailing_space |= last;
            break_space |= after_break;
        } else if is_break(*c) {
            breaks = true;
            edge |= i == 0 || last;
            space_break |= after_space;
        }
        (after_space, after_break) = (*c == ' ', is_break(*c));
    }
    let bad = space_break || special;
    Analysis {
        plain: !(indicators || breaks || edge || break_space || bad),
        single: !(break_space || bad),
        block: !(trailing_space || bad),
    }
}

fn style(text: &str, value: bool) -> Style {
    let analysis = analyze(text);
    if text.contains('\n') {
        return if analysis.block && value { Style::Literal } else { Style::Double };
    }
    if resolve(text) != Scalar::Str || is_base60(text) {
        return Style::Double;
    }
    match analysis {
        Analysis { plain: true, .. } => Style::Plain,
        Analysis { single: true, .. } => Style::Single,
        _ => Style::Double,
    }
}

/// `12:30`: a number in base 60 for YAML 1.1 readers, so go-yaml quotes it.
fn is_base60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut parts = unsigned.split(':');
    let head = parts.next().unwrap_or("");
    let rest: Vec<&str> = parts.collect();
    let head_ok =
        head.starts_with(|c: char| c.is_ascii_digit()) && head.bytes().all(|c| c.is_ascii_digit() || c == b'_');
    let sixty = |p: &str| match p.as_bytes() {
        [d] => d.is_ascii_digit(),
        [t, d] => (b'0'..=b'5').contains(t) && d.is_ascii_digit(),
        _ => false,
    };
    let Some((last, middle)) = rest.split_last() else { return false };
    let (whole, fraction) = last.split_once('.').unwrap_or((last, ""));
    head_ok
        && middle.iter().all(|p| sixty(p))
        && sixty(whole)
        && fraction.bytes().all(|c| c.is_ascii_digit() || c == b'_')
}

/// Orders keys as go-yaml does: numbers within them by value, other characters before letters.
fn natural(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut digits = false;
    for i in 0..a.len().min(b.len()) {
        if a[i] == b[i] {
            digits = a[i].is_numeric();
            continue;
        }
        let (al, bl) = (a[i].is_alphabetic(), b[i].is_alphabetic());
        if al && bl {
            return a[i].cmp(&b[i]);
        }
        if al || bl {
            let less = if digits { al } else { bl };
            return if less { Ordering::Less } else { Ordering::Greater };
        }
        let lead = if a[i] == '0' || b[i] == '0' {
            let run = a[..i].iter().rev().take_while(|c| c.is_ascii_digit());
            u64::from(run.into_iter().any(|c| *c != '0'))
        } else {
            0
        };
        let (an, ai) = run(&a, i, lead);
        let (bn, bi) = run(&b, i, lead);
        return an.cmp(&bn).then(ai.cmp(&bi)).then(a[i].cmp(&b[i]));
    }
    a.len().cmp(&b.len())
}

/// The number that digits from `at` on spell, after `lead`, and where they end.
fn run(chars: &[char], at: usize, lead: u64) -> (u64, usize) {
    let mut end = at;
    let mut n = lead;
    while let Some(d) = chars.get(end).and_then(|c| c.to_digit(10)) {
        n = n.wrapping_mul(10).wrapping_add(u64::from(d));
        end += 1;
    }
    (n, end)
}

/// A float as Go's `%g` writes it.
fn float(f: f64) -> String {
    if f.is_nan() {
        return ".nan".into();
    }
    if f.is_infinite() {
        return if f > 0.0 { ".inf".into() } else { "-.inf".into() };
    }
    let e = format!("{f:e}");
    let (digits, exponent) = e.split_once('e').unwrap_or((&e, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let count = digits.bytes().filter(u8::is_ascii_digit).count() as i32;
    if exponent < -4 || exponent >= 21.min(count.max(6)).max(6) && exponent >= count.max(6) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    format!("{f}")
}
