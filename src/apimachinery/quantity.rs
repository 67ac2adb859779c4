//! Amounts of CPU, memory and such: `500m`, `1Gi`, `1e3`. Models `apimachinery/pkg/api/resource`.

/// The text of every parse error.
pub const FORMAT_ERROR: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/// How a quantity is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `1k`, `500m`
    DecimalSi,
    /// `1Ki`, `1Gi`
    BinarySi,
    /// `1e3`
    DecimalExponent,
}

/// An exact amount, in billionths (what is smaller is rounded up, as upstream does).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    nanos: i128,
    pub format: Format,
}

const NANO: i128 = 1_000_000_000;
/// The largest amount, 2^63-1: more is cut down to it.
const MAX: i128 = (i64::MAX as i128) * NANO;

const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
/// Suffix and power of ten.
const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

impl Quantity {
    pub const ZERO: Quantity = Quantity { nanos: 0, format: Format::DecimalSi };

    /// A whole number.
    pub fn new(value: i64, format: Format) -> Self {
        Self { nanos: i128::from(value) * NANO, format }
    }

    /// Thousandths: 500 is `500m`.
    pub fn milli(value: i64) -> Self {
        Self { nanos: i128::from(value) * 1_000_000, format: Format::DecimalSi }
    }

    /// Reads a quantity. The only error is [`FORMAT_ERROR`].
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (sign, rest) = match text.as_bytes().first() {
            Some(b'-') => (-1, &text[1..]),
            Some(b'+') => (1, &text[1..]),
            _ => (1, text),
        };
        let end = rest.bytes().position(|c| !c.is_ascii_digit() && c != b'.').unwrap_or(rest.len());
        let (number, suffix) = rest.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if number.is_empty() || number == "." || fraction.contains('.') {
            return Err(FORMAT_ERROR);
        }
        let (format, exponent, binary) = read_suffix(suffix).ok_or(FORMAT_ERROR)?;
        let nanos = scale(whole, fraction, exponent, binary);
        Ok(Self { nanos: sign * nanos.min(MAX), format })
    }

    /// Reads the quantity of a JSON value: a string or a number. Zero where there is none.
    pub fn of(value: &super::Value) -> Self {
        match value {
            super::Value::Str(s) => Self::parse(s).unwrap_or(Self::ZERO),
            super::Value::Int(i) => Self::new(*i, Format::DecimalSi),
            _ => Self::ZERO,
        }
    }

    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    /// -1, 0 or 1.
    pub fn sign(self) -> i32 {
        self.nanos.signum() as i32
    }

    /// In whole units, rounded up (away from zero).
    pub fn value(self) -> i64 {
        round_up(self.nanos, NANO)
    }

    /// In thousandths, rounded up.
    pub fn milli_value(self) -> i64 {
        round_up(self.nanos, 1_000_000)
    }

    /// True where the amount is a whole number of thousandths.
    pub fn is_whole_milli(self) -> bool {
        self.nanos % 1_000_000 == 0
    }

    /// True where the amount is a whole number.
    pub fn is_whole(self) -> bool {
        self.nanos % NANO == 0
    }

    pub fn as_f64(self) -> f64 {
        self.nanos as f64 / NANO as f64
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.nanos.partial_cmp(&other.nanos)
    }
}

impl std::ops::Add for Quantity {
    type Output = Quantity;
    /// The format of the left side stays, unless it is zero.
    fn add(self, other: Quantity) -> Quantity {
        let format = if self.nanos == 0 { other.format } else { self.format };
        Quantity { nanos: (self.nanos + other.nanos).clamp(-MAX, MAX), format }
    }
}

impl std::ops::Sub for Quantity {
    type Output = Quantity;
    fn sub(self, other: Quantity) -> Quantity {
        self + Quantity { nanos: -other.nanos, format: other.format }
    }
}

impl std::ops::AddAssign for Quantity {
    fn add_assign(&mut self, other: Quantity) {
        *self = *self + other;
    }
}

fn round_up(nanos: i128, unit: i128) -> i64 {
    let up = (nanos.abs() + unit - 1) / unit * nanos.signum();
    i64::try_from(up).unwrap_or(if up < 0 { i64::MIN } else { i64::MAX })
}

/// Format, power of ten, power of 1024.
fn read_suffix(suffix: &str) -> Option<(Format, i32, u32)> {
    if let Some(at) = BINARY.iter().position(|b| *b == suffix) {
        return Some((Format::BinarySi, 0, at as u32 + 1));
    }
    if let Some((_, exponent)) = DECIMAL.iter().find(|(s, _)| *s == suffix) {
        return Some((Format::DecimalSi, *exponent, 0));
    }
    let digits = suffix.strip_prefix(['e', 'E'])?;
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    if unsigned.is_empty() || unsigned.len() > 4 || !unsigned.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    Some((Format::DecimalExponent, digits.parse().ok()?, 0))
}

/// `whole.fraction` × 10^exponent × 1024^binary in billionths, rounded up; cut at [`MAX`].
fn scale(whole: &str, fraction: &str, exponent: i32, binary: u32) -> i128 {
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).skip_while(|c| *c == b'0').collect();
    if digits.is_empty() {
        return 0;
    }
    let mut power = exponent + 9 - fraction.len().min(10_000) as i32;
    let (mut value, mut inexact) = (0i128, false);
    for (i, c) in digits.iter().enumerate() {
        if value > MAX {
            // What follows only makes it larger or is too small to matter.
            power += (digits.len() - i) as i32;
            inexact = true;
            break;
        }
        value = value * 10 + i128::from(c - b'0');
    }
    for _ in 0..binary {
        value = value.saturating_mul(1024);
    }
    while power > 0 && value <= MAX {
        value = value.saturating_mul(10);
        power -= 1;
    }
    while power < 0 && value > 0 {
        inexact |= value % 10 != 0;
        value /= 10;
        power += 1;
        if value == 0 {
            break;
        }
    }
    value.min(MAX) + i128::from(inexact && value < MAX)
}

/// The canonical text: no fraction, the largest suffix that keeps it whole.
impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.nanos == 0 {
            return f.write_str("0");
        }
        let sign = if self.nanos < 0 { "-" } else { "" };
        let mut amount = self.nanos.abs();
        if self.format == Format::BinarySi && amount >= 1024 * NANO && amount % NANO == 0 {
            let mut whole = amount / NANO;
            let mut power = 0;
            while whole % 1024 == 0 && power < BINARY.len() {
                whole /= 1024;
                power += 1;
            }
            let suffix = if power == 0 { "" } else { BINARY[power - 1] };
            return write!(f, "{sign}{whole}{suffix}");
        }
        let mut exponent = -9;
        while amount % 1_000 == 0 && exponent < 18 {
            amount /= 1_000;
            exponent += 3;
        }
        if self.format == Format::DecimalExponent && exponent != 0 {
            return write!(f, "{sign}{amount}e{exponent}");
        }
        let suffix = DECIMAL.iter().find(|(_, e)| *e == exponent).map_or("", |(s, _)| s);
        write!(f, "{sign}{amount}{suffix}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_canonical() {
        let cases = [
            ("0.5", "500m"),
            ("1.5Gi", "1536Mi"),
            ("1024Ki", "1Mi"),
            ("1000m", "1"),
            ("7957368Ki", "7957368Ki"),
            ("100Mi", "100Mi"),
            ("1000k", "1M"),
            ("1e3", "1e3"),
            ("0.1n", "1n"),
            ("512", "512"),
            ("-1", "-1"),
            ("0", "0"),
            ("1Ei", "1Ei"),
            ("1.5", "1500m"),
            ("0.5Ki", "512"),
            ("12E", "9223372036854775807"),
        ];
        for (text, want) in cases {
            assert_eq!(Quantity::parse(text).unwrap().to_string(), want, "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", "abc", "1x", ".", "1.2.3", "1e", "1Kib", "1 ", "--1"] {
            assert_eq!(Quantity::parse(text), Err(FORMAT_ERROR), "{text}");
        }
    }

    #[test]
    fn amounts_compare_and_add_across_formats() {
        let (a, b) = (Quantity::parse("1Gi").unwrap(), Quantity::parse("512Mi").unwrap());
        assert!(b < a);
        assert_eq!((a + b).to_string(), "1536Mi");
        assert_eq!(Quantity::parse("0.1").unwrap().milli_value(), 100);
        assert_eq!(Quantity::parse("1500m").unwrap().value(), 2);
    }
}
