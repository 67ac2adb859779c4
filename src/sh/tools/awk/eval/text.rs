//! Texts cut into fields, and `printf`.

use super::value::Value;
use crate::sh::regex::Regex;
use crate::sh::tools::echo;
use std::rc::Rc;

/// Fields of a record: blanks, one character, or an expression between them.
pub(super) fn split(text: &str, separator: &str) -> Vec<Rc<str>> {
    let mut one = separator.chars();
    match (one.next(), one.next()) {
        (Some(' '), None) => text.split_whitespace().map(Rc::from).collect(),
        _ if text.is_empty() => Vec::new(),
        (None, _) => text.chars().map(|c| Rc::from(c.to_string().as_str())).collect(),
        (Some(c), None) if c != '\\' => text.split(c).map(Rc::from).collect(),
        _ => match Regex::new(separator, true, false) {
            Ok(regex) => split_regex(text, &regex),
            Err(_) => vec![Rc::from(text)],
        },
    }
}

pub(super) fn split_regex(text: &str, regex: &Regex) -> Vec<Rc<str>> {
    let chars: Vec<char> = text.chars().collect();
    if chars.is_empty() {
        return Vec::new();
    }
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(m) = regex.find(&chars, at) {
        if m.end() == m.start() {
            at = m.start() + 1;
            if at > chars.len() {
                break;
            }
            continue;
        }
        parts.push(Rc::from(chars[start..m.start()].iter().collect::<String>().as_str()));
        start = m.end();
        at = start;
    }
    parts.push(Rc::from(chars[start..].iter().collect::<String>().as_str()));
    parts
}

pub(super) fn count_matches(regex: &Regex, chars: &[char]) -> f64 {
    let (mut at, mut count) = (0, 0.0);
    while let Some(m) = regex.find(chars, at) {
        count += 1.0;
        at = m.end().max(m.start() + 1);
        if at > chars.len() {
            break;
        }
    }
    count
}

pub(super) fn sprintf(values: &[Value]) -> String {
    let format = values.first().map(Value::text).unwrap_or_else(|| Rc::from(""));
    let rest: Vec<Rc<str>> = values.iter().skip(1).map(Value::text).collect();
    let mut at = 0;
    // `%d` of awk truncates, `%c` of a number is a character: both differ from the shell's printf.
    let numbers: Vec<f64> = values.iter().skip(1).map(Value::number).collect();
    let plain: Vec<bool> = values.iter().skip(1).map(|v| matches!(v, Value::Number(_))).collect();
    echo::format_once(&format, &mut |kind| {
        let i = at;
        at += 1;
        match (kind, rest.get(i)) {
            (_, None) => String::new(),
            ('d' | 'i' | 'x' | 'X' | 'o' | 'u', Some(_)) => format!("{}", numbers[i].trunc() as i64),
            ('f' | 'F' | 'e' | 'E' | 'g' | 'G', Some(_)) => format!("{}", numbers[i]),
            ('c', Some(_)) if plain[i] => char::from_u32(numbers[i] as u32).map(String::from).unwrap_or_default(),
            (_, Some(text)) => text.to_string(),
        }
    })
}
