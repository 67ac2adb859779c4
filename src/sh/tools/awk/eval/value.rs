//! Values: text that looks like a number compares as one when it came from input.

use super::statement::{Halt, Run};
use crate::sh::tools::echo;
use std::rc::Rc;

/// A value: text that looks like a number compares as one when it came from input.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Number(f64),
    Text(Rc<str>),
    /// From a field, `split` or the command line.
    Input(Rc<str>),
    Unset,
}

impl Value {
    pub(super) fn number(&self) -> f64 {
        match self {
            Value::Number(n) => *n,
            Value::Text(t) | Value::Input(t) => number_of(t),
            Value::Unset => 0.0,
        }
    }

    pub(super) fn text(&self) -> Rc<str> {
        match self {
            Value::Number(n) => {
                let sign = if *n < 0.0 && *n != n.trunc() { "-" } else { "" };
                Rc::from(format!("{sign}{}", format_number(if sign.is_empty() { *n } else { n.abs() })).as_str())
            }
            Value::Text(t) | Value::Input(t) => t.clone(),
            Value::Unset => Rc::from(""),
        }
    }

    pub(super) fn is_true(&self) -> bool {
        match self {
            Value::Number(n) => *n != 0.0,
            Value::Text(t) => !t.is_empty(),
            Value::Input(t) if looks_numeric(t) => number_of(t) != 0.0,
            Value::Input(t) => !t.is_empty(),
            Value::Unset => false,
        }
    }

    pub(super) fn is_numeric(&self) -> bool {
        match self {
            Value::Number(_) | Value::Unset => true,
            Value::Input(t) => looks_numeric(t),
            Value::Text(_) => false,
        }
    }
}

fn number_of(text: &str) -> f64 {
    let text = text.trim_start();
    let mut end = 0;
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    if matches!(bytes.first(), Some(b'+' | b'-')) {
        end += 1;
    }
    while digit(end) {
        end += 1;
    }
    if bytes.get(end) == Some(&b'.') {
        end += 1;
        while digit(end) {
            end += 1;
        }
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digit(end + 1 + sign) {
            end += 1 + sign;
            while digit(end) {
                end += 1;
            }
        }
    }
    text.get(..end).and_then(|t| t.parse().ok()).unwrap_or(0.0)
}

fn looks_numeric(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text.parse::<f64>().is_ok()
        && text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
}

fn format_number(n: f64) -> String {
    if n == n.trunc() && n.abs() < 1e16 { format!("{}", n as i64) } else { echo::general(n, 6) }
}

pub(super) fn arithmetic(op: &str, a: f64, b: f64) -> Run<Value> {
    Ok(Value::Number(match op {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "^" => a.powf(b),
        _ if b == 0.0 => return Err(Halt::Error("division by zero".to_owned())),
        "/" => a / b,
        _ => a % b,
    }))
}
