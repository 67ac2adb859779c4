//! What a plain scalar means in YAML 1.1. Models go-yaml v2's `resolve`.

/// A resolved scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// Looks like a date; it stays a string but is quoted on output.
    Timestamp,
    Str,
}

/// Resolves the text of a plain scalar.
pub fn resolve(text: &str) -> Scalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Scalar::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Scalar::Bool(false);
        }
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::Float(f64::NEG_INFINITY),
        _ => {}
    }
    match text.as_bytes().first() {
        Some(b'.') => float(text).map_or(Scalar::Str, Scalar::Float),
        Some(b'+' | b'-' | b'0'..=b'9') => number(text),
        _ => Scalar::Str,
    }
}

fn number(text: &str) -> Scalar {
    if is_timestamp(text) {
        return Scalar::Timestamp;
    }
    let plain = text.replace('_', "");
    match int(&plain) {
        Some(Int::Signed(i)) => Scalar::Int(i),
        Some(Int::Large(f)) => Scalar::Float(f),
        None => float(&plain).map_or(Scalar::Str, Scalar::Float),
    }
}

enum Int {
    Signed(i64),
    /// Beyond 64 bits signed but not unsigned.
    Large(f64),
}

/// Go's `strconv.ParseInt(text, 0, 64)`: `0x`, `0o`, `0b` and a leading `0` choose the base.
fn int(text: &str) -> Option<Int> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.as_str() {
        d if d.starts_with("0x") => (16, d.get(2..)?),
        d if d.starts_with("0o") => (8, d.get(2..)?),
        d if d.starts_with("0b") => (2, d.get(2..)?),
        d if d.len() > 1 && d.starts_with('0') => (8, d.get(1..)?),
        d => (10, d),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    if negative {
        return (magnitude <= 1 << 63).then(|| Int::Signed((magnitude as i64).wrapping_neg()));
    }
    Some(i64::try_from(magnitude).map_or(Int::Large(magnitude as f64), Int::Signed))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn float(text: &str) -> Option<f64> {
    let b = text.as_bytes();
    let digits = |from: usize| b.iter().skip(from).take_while(|c| c.is_ascii_digit()).count();
    let mut i = usize::from(matches!(b.first()?, b'+' | b'-'));
    let whole = digits(i);
    i += whole;
    if b.get(i) == Some(&b'.') {
        let fraction = digits(i + 1);
        if whole == 0 && fraction == 0 {
            return None;
        }
        i += 1 + fraction;
    } else if whole == 0 {
        return None;
    }
    if matches!(b.get(i), Some(b'e' | b'E')) {
        i += 1 + usize::from(matches!(b.get(i + 1), Some(b'+' | b'-')));
        let exponent = digits(i);
        if exponent == 0 {
            return None;
        }
        i += exponent;
    }
    (i == b.len()).then(|| text.parse().ok()).flatten()
}

/// `2006-1-2`, alone or with a time of day: what go-yaml takes for a timestamp.
fn is_timestamp(text: &str) -> bool {
    let b = text.as_bytes();
    if b.len() < 8 || !b[..4].iter().all(u8::is_ascii_digit) || b[4] != b'-' {
        return false;
    }
    let mut at = 5;
    let mut number = |max: u32| -> bool {
        let n = b.iter().skip(at).take(2).take_while(|c| c.is_ascii_digit()).count();
        let value = text.get(at..at + n).and_then(|t| t.parse::<u32>().ok());
        at += n + 1;
        value.is_some_and(|v| v <= max)
    };
    if !number(12) || b.get(at_of(b, 5)) != Some(&b'-') || !number(31) {
        return false;
    }
    // `at` stands one past the separator after the day.
    let end = at - 1;
    match b.get(end) {
        None => true,
        Some(b'T' | b't' | b' ') => is_time(text.get(end + 1..).unwrap_or(""), b[end] == b' '),
        _ => false,
    }
}

fn at_of(b: &[u8], from: usize) -> usize {
    from + b.iter().skip(from).take_while(|c| c.is_ascii_digit()).count()
}

/// `15:4:5[.999]`, followed by a zone unless a space came before.
fn is_time(text: &str, bare: bool) -> bool {
    let (clock, zone) = match text.find(['Z', '+', '-']) {
        Some(i) => (text.get(..i).unwrap_or(""), text.get(i..).unwrap_or("")),
        None => (text, ""),
    };
    let mut parts = clock.split(':');
    let part = |p: Option<&str>| {
        p.is_some_and(|t| {
            let t = t.split('.').next().unwrap_or("");
            (1..=2).contains(&t.len()) && t.bytes().all(|c| c.is_ascii_digit())
        })
    };
    let clock_ok = part(parts.next()) && part(parts.next()) && part(parts.next()) && parts.next().is_none();
    let zone_ok = match zone.as_bytes() {
        [] => bare,
        b"Z" => !bare,
        [b'+' | b'-', a, b, b':', c, d] => !bare && [a, b, c, d].iter().all(|x| x.is_ascii_digit()),
        _ => false,
    };
    clock_ok && zone_ok
}
