//! How Go prints values: `%v` and the other verbs. Models the part of `fmt` that templates use.

use super::exec::Found;
use crate::apimachinery::Value;

/// A value as an action prints it.
pub fn text(value: &Found) -> String {
    match value {
        None | Some(Value::Null) => "<no value>".to_owned(),
        Some(Value::Int(n)) => n.to_string(),
        Some(value) => inner(value),
    }
}

/// A value of an object: numbers are floats, null is `<nil>`.
fn inner(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => float(*n as f64),
        Value::Float(f) => float(*f),
        Value::Str(s) => s.to_string(),
        Value::List(list) => format!("[{}]", list.iter().map(inner).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => {
            let mut pairs: Vec<String> = map.iter().map(|(k, v)| format!("{k}:{}", inner(v))).collect();
            pairs.sort();
            format!("map[{}]", pairs.join(" "))
        }
    }
}

/// Go's `%v` of a float: the shortest text, with an exponent from 1e+06 on and below 1e-4.
pub fn float(f: f64) -> String {
    if f == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{f:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{f}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// A value of which Go says what type it has.
pub fn go_type(value: &Found) -> &'static str {
    match value {
        None | Some(Value::Null) => "<nil>",
        Some(Value::Bool(_)) => "bool",
        Some(Value::Int(_)) => "int",
        Some(Value::Float(_)) => "float64",
        Some(Value::Str(_)) => "string",
        Some(Value::List(_)) => "[]interface {}",
        Some(Value::Map(_)) => "map[string]interface {}",
    }
}

/// The widest field and the longest fraction.
const MOST: usize = 1_000;

/// `fmt.Sprintf`
pub fn printf(format: &str, values: &[Found]) -> String {
    let (mut out, mut next) = (String::new(), values.iter());
    let mut letters = format.chars().peekable();
    while let Some(c) = letters.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = letters.next_if(|c| matches!(c, '-' | '+' | '#' | '0' | ' ')) {
            flags.push(flag);
        }
        let digits = |letters: &mut std::iter::Peekable<std::str::Chars>| {
            let mut number = String::new();
            while let Some(d) = letters.next_if(char::is_ascii_digit) {
                number.push(d);
            }
            number.parse::<usize>().ok().map(|n| n.min(MOST))
        };
        let width = digits(&mut letters).unwrap_or(0);
        let precision = letters.next_if_eq(&'.').map(|_| digits(&mut letters).unwrap_or(0));
        let Some(verb) = letters.next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        if verb == '%' {
            out.push('%');
            continue;
        }
        let Some(value) = next.next() else {
            out.push_str(&format!("%!{verb}(MISSING)"));
            continue;
        };
        out.push_str(&pad(verb_text(verb, value, precision, &flags), width, &flags, value));
    }
    let left: Vec<String> = next.map(|v| format!("{}={}", go_type(v), plain(v))).collect();
    if !left.is_empty() {
        out.push_str(&format!("%!(EXTRA {})", left.join(", ")));
    }
    out
}

/// `%v`, where a missing value is `<nil>`.
pub fn plain(value: &Found) -> String {
    match value {
        None | Some(Value::Null) => "<nil>".to_owned(),
        value => text(value),
    }
}

fn verb_text(verb: char, value: &Found, precision: Option<usize>, flags: &str) -> String {
    let plus = |negative: bool| if flags.contains('+') && !negative { "+" } else { "" };
    match (verb, value) {
        ('v' | 's', Some(Value::Str(s))) => s.chars().take(precision.unwrap_or(usize::MAX)).collect(),
        ('v', value) => plain(value),
        ('q', Some(Value::Str(s))) => format!("{s:?}"),
        ('x', Some(Value::Str(s))) => s.bytes().map(|b| format!("{b:02x}")).collect(),
        ('T', value) => go_type(value).to_owned(),
        ('t', Some(Value::Bool(b))) => b.to_string(),
        ('d', Some(Value::Int(n))) => format!("{}{n}", plus(*n < 0)),
        ('x', Some(Value::Int(n))) => format!("{n:x}"),
        ('X', Some(Value::Int(n))) => format!("{n:X}"),
        ('o', Some(Value::Int(n))) => format!("{n:o}"),
        ('b', Some(Value::Int(n))) => format!("{n:b}"),
        ('c', Some(Value::Int(n))) => u32::try_from(*n).ok().and_then(char::from_u32).unwrap_or('\u{fffd}').to_string(),
        ('f' | 'F', Some(Value::Float(f))) => format!("{}{f:.*}", plus(*f < 0.0), precision.unwrap_or(6)),
        ('g', Some(Value::Float(f))) => float(*f),
        ('s' | 'd', Some(Value::List(list))) => {
            let items: Vec<String> = list.iter().map(|v| verb_text(verb, &Some(v.clone()), precision, flags)).collect();
            format!("[{}]", items.join(" "))
        }
        (verb, None | Some(Value::Null)) => format!("%!{verb}(<nil>)"),
        (verb, value) => format!("%!{verb}({}={})", go_type(value), plain(value)),
    }
}

fn pad(text: String, width: usize, flags: &str, value: &Found) -> String {
    let missing = width.saturating_sub(text.chars().count());
    if flags.contains('-') {
        return text + &" ".repeat(missing);
    }
    let is_number = matches!(value, Some(Value::Int(_) | Value::Float(_)));
    if flags.contains('0') && is_number {
        let (sign, digits) = match text.strip_prefix(['-', '+']) {
            Some(digits) => (text.get(..1).unwrap_or(""), digits),
            None => ("", text.as_str()),
        };
        return format!("{sign}{}{digits}", "0".repeat(missing));
    }
    " ".repeat(missing) + &text
}
