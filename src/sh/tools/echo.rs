//! `echo`, `printf`, `yes`.

use super::Call;
use crate::sh::escape::unescape;
use crate::sh::io::Io;
use crate::sh::process::{Program, Step};

pub fn echo(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let (mut newline, mut escapes, mut at) = (true, false, 0);
    while let Some(flags) = call.args.get(at).and_then(|a| a.strip_prefix('-')) {
        if flags.is_empty() || !flags.chars().all(|c| "neE".contains(c)) {
            break;
        }
        for c in flags.chars() {
            match c {
                'n' => newline = false,
                'e' => escapes = true,
                _ => escapes = false,
            }
        }
        at += 1;
    }
    let mut text = call.args[at..].join(" ");
    if escapes {
        let (plain, stop) = unescape(&text);
        text = plain;
        newline &= !stop;
    }
    if newline {
        text.push('\n');
    }
    io.out(&text);
    0
}

const MAX_WIDTH: usize = 4_096;

pub fn printf(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let args: Vec<&String> = call.args.iter().skip_while(|a| *a == "--").collect();
    let Some((format, rest)) = args.split_first() else {
        io.err(&format!("{}printf: usage: printf [-v var] format [arguments]\n", call.prefix.replace("printf: ", "")));
        return 2;
    };
    let mut values = rest.iter().map(|s| s.as_str());
    let mut left = rest.len();
    let (mut out, mut status) = (String::new(), 0);
    loop {
        let before = left;
        let stop = round(
            format,
            &mut |_| {
                left = left.saturating_sub(1);
                values.next().map(str::to_owned)
            },
            &mut out,
            &mut |text| {
                status = 1;
                io.err(&format!("{}printf: {text}\n", call.prefix.replace("printf: ", "")));
            },
        );
        if stop || left == 0 || left == before {
            break;
        }
    }
    io.out(&out);
    status
}

/// A format filled once, as awk's `sprintf` does; `next` is asked for each conversion's value.
pub fn format_once(format: &str, next: &mut dyn FnMut(char) -> String) -> String {
    // Escapes were read with the program's text already.
    let mut out = String::new();
    round(&format.replace('\\', "\\\\"), &mut |kind| Some(next(kind)), &mut out, &mut |_| {});
    out
}

/// One pass over the format; true where `\c` stopped it.
fn round(
    format: &str,
    next: &mut dyn FnMut(char) -> Option<String>,
    out: &mut String,
    complain: &mut dyn FnMut(String),
) -> bool {
    let chars: Vec<char> = format.chars().collect();
    let mut i = 0;
    let mut plain = String::new();
    while let Some(&c) = chars.get(i) {
        i += 1;
        if c == '\\' {
            plain.push(c);
            plain.extend(chars.get(i));
            i += 1;
            continue;
        }
        if c != '%' {
            plain.push(c);
            continue;
        }
        let (text, stop) = unescape(&std::mem::take(&mut plain));
        out.push_str(&text);
        if stop {
            return true;
        }
        if chars.get(i) == Some(&'%') {
            out.push('%');
            i += 1;
            continue;
        }
        let mut spec = Spec::default();
        while let Some(f) = chars.get(i).filter(|c| "-+ 0#".contains(**c)) {
            spec.flag(*f);
            i += 1;
        }
        spec.width = number(&chars, &mut i, next);
        if spec.width.is_some_and(|w| w < 0) {
            spec.left = true;
        }
        if chars.get(i) == Some(&'.') {
            i += 1;
            spec.precision = Some(number(&chars, &mut i, next).unwrap_or(0).max(0) as usize);
        }
        let Some(&kind) = chars.get(i) else {
            complain("`%': missing format character".to_owned());
            return true;
        };
        i += 1;
        match spec.convert(kind, &next(kind).unwrap_or_default(), complain) {
            Some((text, stop)) => {
                out.push_str(&text);
                if stop {
                    return true;
                }
            }
            None => {
                complain(format!("`{kind}': invalid format character"));
                return true;
            }
        }
        if out.len() > 1 << 20 {
            return true;
        }
    }
    let (text, stop) = unescape(&plain);
    out.push_str(&text);
    stop
}

fn number(chars: &[char], i: &mut usize, next: &mut dyn FnMut(char) -> Option<String>) -> Option<i64> {
    if chars.get(*i) == Some(&'*') {
        *i += 1;
        return next('d').and_then(|t| t.parse().ok());
    }
    let digits: String = chars[(*i).min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).collect();
    *i += digits.len();
    digits.parse().ok()
}

#[derive(Default)]
struct Spec {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    width: Option<i64>,
    precision: Option<usize>,
}

impl Spec {
    fn flag(&mut self, c: char) {
        match c {
            '-' => self.left = true,
            '0' => self.zero = true,
            '+' => self.plus = true,
            ' ' => self.space = true,
            _ => self.alternate = true,
        }
    }

    fn convert(&self, kind: char, value: &str, complain: &mut dyn FnMut(String)) -> Option<(String, bool)> {
        let mut stop = false;
        let cut = |t: String| match self.precision {
            Some(p) => t.chars().take(p).collect(),
            None => t,
        };
        let text = match kind {
            's' => cut(value.to_owned()),
            'b' => {
                let (text, ended) = unescape(value);
                stop = ended;
                cut(text)
            }
            'q' => crate::sh::builtins::quote_if_needed(value),
            'c' => value.chars().take(1).collect(),
            'd' | 'i' | 'u' => {
                let n = integer(value, complain);
                let sign = if n < 0 {
                    "-"
                } else if self.plus {
                    "+"
                } else if self.space {
                    " "
                } else {
                    ""
                };
                let digits =
                    format!("{:0width$}", n.unsigned_abs(), width = self.precision.unwrap_or(1).min(MAX_WIDTH));
                return Some((self.pad(sign, &digits), false));
            }
            'x' => format!("{}{:x}", if self.alternate { "0x" } else { "" }, integer(value, complain)),
            'X' => format!("{}{:X}", if self.alternate { "0X" } else { "" }, integer(value, complain)),
            'o' => format!("{:o}", integer(value, complain)),
            'f' | 'F' | 'e' | 'E' | 'g' | 'G' => {
                let n: f64 = value.trim().parse().unwrap_or(0.0);
                let p = self.precision.unwrap_or(6).min(60);
                let digits = match kind {
                    'f' | 'F' => format!("{:.p$}", n.abs()),
                    'e' | 'E' => exponent(n.abs(), p),
                    _ => general(n.abs(), p),
                };
                let sign = if n < 0.0 {
                    "-"
                } else if self.plus {
                    "+"
                } else {
                    ""
                };
                return Some((self.pad(sign, &digits), false));
            }
            _ => return None,
        };
        let numeric = matches!(kind, 'x' | 'X' | 'o');
        Some((if numeric { self.pad("", &text) } else { self.fill("", &text, ' ') }, stop))
    }

    fn pad(&self, sign: &str, digits: &str) -> String {
        let zero = self.zero && !self.left;
        if zero { self.fill(sign, digits, '0') } else { self.fill("", &format!("{sign}{digits}"), ' ') }
    }

    fn fill(&self, sign: &str, text: &str, with: char) -> String {
        let width = self.width.map_or(0, |w| w.unsigned_abs() as usize).min(MAX_WIDTH);
        let missing = width.saturating_sub(sign.len() + text.chars().count());
        let fill: String = std::iter::repeat_n(with, missing).collect();
        if self.left { format!("{sign}{text}{}", " ".repeat(missing)) } else { format!("{sign}{fill}{text}") }
    }
}

fn integer(text: &str, complain: &mut dyn FnMut(String)) -> i64 {
    let text = text.trim();
    if let Some(c) = text.strip_prefix(['\'', '"']).and_then(|r| r.chars().next()) {
        return i64::from(u32::from(c));
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let parsed = match digits.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16),
        None if digits.len() > 1 && digits.starts_with('0') => i64::from_str_radix(digits, 8),
        None => digits.parse(),
    };
    match parsed {
        Ok(n) => n.wrapping_mul(sign),
        Err(_) if text.is_empty() => 0,
        Err(_) => {
            complain(format!("{text}: invalid number"));
            let start: String = digits.chars().take_while(char::is_ascii_digit).collect();
            start.parse::<i64>().unwrap_or(0).wrapping_mul(sign)
        }
    }
}

fn exponent(n: f64, precision: usize) -> String {
    let text = format!("{n:.precision$e}");
    match text.split_once('e') {
        Some((digits, exp)) => {
            let e: i32 = exp.parse().unwrap_or(0);
            format!("{digits}e{}{:02}", if e < 0 { '-' } else { '+' }, e.abs())
        }
        None => text,
    }
}

/// C's `%g`.
pub fn general(n: f64, precision: usize) -> String {
    let p = precision.max(1);
    if n == 0.0 {
        return "0".to_owned();
    }
    let e = n.abs().log10().floor() as i32;
    let text = if e < -4 || e >= p as i32 {
        return exponent_trimmed(n, p - 1);
    } else {
        format!("{n:.width$}", width = (p as i32 - 1 - e).max(0) as usize)
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn exponent_trimmed(n: f64, precision: usize) -> String {
    let text = exponent(n, precision);
    match text.split_once('e') {
        Some((digits, exp)) if digits.contains('.') => {
            format!("{}e{exp}", digits.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text,
    }
}

#[derive(Clone)]
struct Yes(String);

pub fn yes(_: &str, args: &[String]) -> Box<dyn Program> {
    let line = if args.is_empty() { "y".to_owned() } else { args.join(" ") };
    Box::new(Yes(format!("{line}\n").repeat(64)))
}

impl Program for Yes {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        io.out(&self.0);
        Step::Again
    }
    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
