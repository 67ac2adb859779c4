//! Points in virtual time and Go's ways to print them. Models `metav1.Time`, `metav1.MicroTime`, `time.Duration`
//! and `apimachinery/pkg/util/duration`.

use std::fmt;
use std::ops::{Add, Sub};
pub use std::time::Duration;

/// Nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub i64);

const SECOND: i64 = 1_000_000_000;

impl Time {
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs * SECOND)
    }

    /// Whole seconds since the epoch, as `metav1.Time` keeps them.
    pub fn secs(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// How long after `earlier` this is; zero where it is not after it.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_nanos(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Year, month (1 to 12), day, hour, minute, second, weekday (0 is Sunday).
    pub fn civil(self) -> (i64, u32, u32, u32, u32, u32, u32) {
        let secs = self.secs();
        let (days, rest) = (secs.div_euclid(86_400), secs.rem_euclid(86_400) as u32);
        // Days to date, with March as the first month so that the leap day is the last (Howard Hinnant's method).
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let (day, month) = ((doy - (153 * mp + 2) / 5 + 1) as u32, if mp < 10 { mp + 3 } else { mp - 9 } as u32);
        let year = yoe + era * 400 + i64::from(month <= 2);
        let weekday = (days + 4).rem_euclid(7) as u32;
        (year, month, day, rest / 3_600, rest / 60 % 60, rest % 60, weekday)
    }

    /// The point in time of a UTC date. Out of range parts are not checked.
    pub fn from_civil(year: i64, month: u32, day: u32, hour: u32, minute: u32, second: u32) -> Self {
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let mp = i64::from((month + 9) % 12);
        let doy = (153 * mp + 2) / 5 + i64::from(day) - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        let days = era * 146_097 + doe - 719_468;
        Self::from_secs(days * 86_400 + i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second))
    }

    /// `2026-11-23T12:20:34Z`: how `metav1.Time` is written.
    pub fn rfc3339(self) -> String {
        let (y, mo, d, h, mi, s, _) = self.civil();
        format!("{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}Z")
    }

    /// `2026-11-23T12:20:34.123456Z`: how `metav1.MicroTime` is written.
    pub fn rfc3339_micro(self) -> String {
        let micros = self.0.rem_euclid(SECOND) / 1_000;
        format!("{}.{micros:06}Z", self.rfc3339().trim_end_matches('Z'))
    }

    /// `2026-11-23T12:20:34.123456789Z`: how container logs are stamped (trailing zeros stay).
    pub fn rfc3339_nano(self) -> String {
        let nanos = self.0.rem_euclid(SECOND);
        format!("{}.{nanos:09}Z", self.rfc3339().trim_end_matches('Z'))
    }

    /// `Mon, 23 Nov 2026 12:20:34 +0000`: Go's RFC1123Z, as `describe` prints.
    pub fn rfc1123z(self) -> String {
        const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
        let (y, mo, d, h, mi, s, wd) = self.civil();
        format!("{}, {d:02} {} {y:04} {h:02}:{mi:02}:{s:02} +0000", DAYS[wd as usize], MONTHS[mo as usize - 1])
    }

    /// Reads RFC 3339 with `Z` or an offset and optional fraction. None where the text is not of that form.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let b = text.as_bytes();
        let num = |from: usize, to: usize| -> Option<u32> {
            let part = text.get(from..to)?;
            part.bytes().all(|c| c.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let sep = |at: usize, c: &[u8]| b.get(at).is_some_and(|x| c.contains(x));
        if !(sep(4, b"-") && sep(7, b"-") && sep(10, b"Tt") && sep(13, b":") && sep(16, b":")) {
            return None;
        }
        let (year, month, day) = (num(0, 4)?, num(5, 7)?, num(8, 10)?);
        let (hour, minute, second) = (num(11, 13)?, num(14, 16)?, num(17, 19)?);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let mut rest = text.get(19..)?;
        let mut nanos = 0i64;
        if let Some(fraction) = rest.strip_prefix('.') {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return None;
            }
            for i in 0..9 {
                nanos = nanos * 10 + fraction.as_bytes()[..digits].get(i).map_or(0, |c| i64::from(c - b'0'));
            }
            rest = &fraction[digits..];
        }
        let offset = match rest.as_bytes() {
            b"Z" | b"z" => 0,
            [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
                let (h, m) = (rest.get(1..3)?.parse::<i64>().ok()?, rest.get(4..6)?.parse::<i64>().ok()?);
                (h * 3_600 + m * 60) * if *sign == b'-' { -1 } else { 1 }
            }
            _ => return None,
        };
        let local = Self::from_civil(year.into(), month, day, hour, minute, second);
        Some(Self(local.0 - offset * SECOND + nanos))
    }
}

/// Short English month names, January first.
pub const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Add<Duration> for Time {
    type Output = Time;
    fn add(self, d: Duration) -> Time {
        Time(self.0.saturating_add(i64::try_from(d.as_nanos()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Time {
    type Output = Time;
    fn sub(self, d: Duration) -> Time {
        Time(self.0.saturating_sub(i64::try_from(d.as_nanos()).unwrap_or(i64::MAX)))
    }
}

/// `metav1.Time`'s text.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

/// `10s`, `1m20s`, `5m0s`: as Go prints durations.
pub fn go_duration(d: Duration) -> String {
    let (millis, secs) = (d.as_millis() as u64, d.as_secs());
    match millis {
        0..1_000 => format!("{millis}ms"),
        _ if secs < 60 && millis % 1_000 == 0 => format!("{secs}s"),
        _ if secs < 60 => format!("{}s", format!("{:.3}", millis as f64 / 1_000.0).trim_end_matches('0')),
        _ if secs < 3_600 => format!("{}m{}s", secs / 60, secs % 60),
        _ => format!("{}h{}m{}s", secs / 3_600, secs / 60 % 60, secs % 60),
    }
}

/// An age as kubectl's tables print it: `6s`, `2m5s`, `3h20m`, `5d`, `2y41d`. Models `duration.HumanDuration`.
pub fn human_duration(d: Duration) -> String {
    let s = d.as_secs() as i64;
    let (m, h) = (s / 60, s / 3_600);
    let with = |big: i64, unit: &str, small: i64, small_unit: &str| match small {
        0 => format!("{big}{unit}"),
        _ => format!("{big}{unit}{small}{small_unit}"),
    };
    match () {
        _ if s < 120 => format!("{s}s"),
        _ if m < 10 => with(m, "m", s % 60, "s"),
        _ if m < 180 => format!("{m}m"),
        _ if h < 8 => with(h, "h", m % 60, "m"),
        _ if h < 48 => format!("{h}h"),
        _ if h < 192 => with(h / 24, "d", h % 24, "h"),
        _ if h < 8_760 * 2 => format!("{}d", h / 24),
        _ if h < 8_760 * 8 => with(h / 8_760, "y", h / 24 % 365, "d"),
        _ => format!("{}y", h / 8_760),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_there_and_back() {
        for text in ["2026-11-23T12:20:34Z", "2024-02-29T23:59:59Z", "1969-12-31T00:00:01Z", "2100-03-01T00:00:00Z"] {
            assert_eq!(Time::parse_rfc3339(text).unwrap().rfc3339(), text);
        }
        let t = Time::parse_rfc3339("2026-11-23T13:20:34.5+01:00").unwrap();
        assert_eq!(t.rfc1123z(), "Mon, 23 Nov 2026 12:20:34 +0000");
        assert_eq!(t.rfc3339_micro(), "2026-11-23T12:20:34.500000Z");
        assert_eq!(Time::parse_rfc3339("2026-13-01T00:00:00Z"), None);
    }

    #[test]
    fn ages_read_as_in_tables() {
        let cases = [
            (6, "6s"),
            (119, "119s"),
            (125, "2m5s"),
            (600, "10m"),
            (10_800, "3h"),
            (12_000, "3h20m"),
            (172_800, "2d"),
            (176_400, "2d1h"),
            (691_200, "8d"),
        ];
        for (secs, want) in cases {
            assert_eq!(human_duration(Duration::from_secs(secs)), want);
        }
    }
}
