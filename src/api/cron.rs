//! Schedules of CronJobs. Models `robfig/cron` as Kubernetes uses it.

use crate::apimachinery::Time;

/// When to run: bit sets of the minutes, hours, days, months and weekdays that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    minute: u64,
    hour: u64,
    day: u64,
    month: u64,
    weekday: u64,
    /// `*` stood for all days of the month (of the week): then only the other counts.
    any_day: bool,
    any_weekday: bool,
    /// `@every`: nanoseconds between runs; 0 where the fields count.
    every: i64,
}

/// Name, lowest, highest.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Schedule {
    /// Reads five fields or an `@` word. The error is that of the real parser.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("empty spec string".to_owned());
        }
        if text.starts_with('@') {
            return Self::descriptor(text);
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" ")));
        };
        Ok(Self {
            minute: field(minute, 0, 59, &[])?,
            hour: field(hour, 0, 23, &[])?,
            day: field(day, 1, 31, &[])?,
            month: field(month, 1, 12, &MONTHS)?,
            weekday: field(weekday, 0, 6, &DAYS)?,
            any_day: is_any(day),
            any_weekday: is_any(weekday),
            every: 0,
        })
    }

    fn descriptor(text: &str) -> Result<Self, String> {
        let fields = match text {
            "@yearly" | "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" | "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            _ => {
                let Some(duration) = text.strip_prefix("@every ") else {
                    return Err(format!("unrecognized descriptor: {text}"));
                };
                let secs = seconds(duration)
                    .ok_or_else(|| format!("failed to parse duration {text}: time: invalid duration {duration:?}"))?;
                let mut schedule = Self::parse("* * * * *")?;
                schedule.every = secs.max(1) * 1_000_000_000;
                return Ok(schedule);
            }
        };
        Self::parse(fields)
    }

    /// The first moment after `t` that fits (UTC), within five years.
    pub fn next(&self, t: Time) -> Option<Time> {
        if self.every > 0 {
            return Some(Time::from_secs(Time(t.0.saturating_add(self.every)).secs()));
        }
        let mut at = Time::from_secs((t.secs().div_euclid(60) + 1) * 60);
        let limit = t.secs() + 5 * 366 * 86_400;
        while at.secs() < limit {
            let (_, month, day, hour, minute, _, weekday) = at.civil();
            let has = |set: u64, bit: u32| set & (1 << bit) != 0;
            let (on_day, on_weekday) = (has(self.day, day), has(self.weekday, weekday));
            let day_fits = match self.any_day || self.any_weekday {
                true => on_day && on_weekday,
                false => on_day || on_weekday,
            };
            let step = match () {
                () if !has(self.month, month) || !day_fits => 86_400 - at.secs().rem_euclid(86_400),
                () if !has(self.hour, hour) => 3_600 - at.secs().rem_euclid(3_600),
                () if !has(self.minute, minute) => 60,
                () => return Some(at),
            };
            at = Time::from_secs(at.secs() + step);
        }
        None
    }
}

fn is_any(field: &str) -> bool {
    field.split(',').any(|part| matches!(part.split('/').next(), Some("*" | "?")))
}

fn field(text: &str, min: u32, max: u32, names: &[&str]) -> Result<u64, String> {
    text.split(',').try_fold(0, |set, part| Ok(set | range(part, min, max, names)?))
}

/// `*`, `3`, `3-7`, `*/5`, `3/5`, `mon-fri`.
fn range(text: &str, min: u32, max: u32, names: &[&str]) -> Result<u64, String> {
    let mut parts = text.split('/');
    let (span, step) = (parts.next().unwrap_or(""), parts.next());
    if parts.next().is_some() {
        return Err(format!("too many slashes: {text}"));
    }
    let mut ends = span.split('-');
    let (first, last) = (ends.next().unwrap_or(""), ends.next());
    let single = last.is_none();
    let (start, mut end) = if matches!(first, "*" | "?") {
        (min, max)
    } else {
        let start = number_or_name(first, min, names)?;
        let end = last.map_or(Ok(start), |l| number_or_name(l, min, names))?;
        if ends.next().is_some() {
            return Err(format!("too many hyphens: {text}"));
        }
        (start, end)
    };
    let step = match step {
        None => 1,
        Some(step) => {
            let step = number(step)?;
            if single {
                end = max;
            }
            step
        }
    };
    if start < min {
        return Err(format!("beginning of range ({start}) below minimum ({min}): {text}"));
    }
    if end > max {
        return Err(format!("end of range ({end}) above maximum ({max}): {text}"));
    }
    if start > end {
        return Err(format!("beginning of range ({start}) beyond end of range ({end}): {text}"));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {text}"));
    }
    Ok((start..=end).step_by(step as usize).fold(0, |set, bit| set | 1 << bit))
}

fn number_or_name(text: &str, min: u32, names: &[&str]) -> Result<u32, String> {
    match names.iter().position(|n| n.eq_ignore_ascii_case(text)) {
        Some(at) => Ok(min + at as u32),
        None => number(text),
    }
}

fn number(text: &str) -> Result<u32, String> {
    if let Some(digits) = text.strip_prefix('-')
        && !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
    {
        return Err(format!("negative number ({text}) not allowed: {text}"));
    }
    let reason = if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() {
        "value out of range"
    } else {
        "invalid syntax"
    };
    text.parse::<u16>()
        .map(u32::from)
        .map_err(|_| format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: {reason}"))
}

/// `1h30m`, `90s` in seconds.
fn seconds(text: &str) -> Option<i64> {
    let (mut total, mut digits) = (0i64, String::new());
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let unit = match c {
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        total = total.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    (digits.is_empty() && !text.is_empty() && total < 1_000_000_000).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_run_is_found() {
        let t = Time::parse_rfc3339("2026-11-23T12:27:21Z").unwrap();
        let cases = [
            ("*/5 * * * *", "2026-11-23T12:30:00Z"),
            ("0 0 1 1 *", "2027-01-01T00:00:00Z"),
            ("30 9 * * mon-fri", "2026-11-24T09:30:00Z"),
            ("@hourly", "2026-11-23T13:00:00Z"),
            ("0 12 29 2 *", "2028-02-29T12:00:00Z"),
        ];
        for (text, want) in cases {
            assert_eq!(Schedule::parse(text).unwrap().next(t).unwrap().rfc3339(), want, "{text}");
        }
    }

    #[test]
    fn errors_are_those_of_the_transcripts() {
        let error = |text| Schedule::parse(text).unwrap_err();
        assert_eq!(error("every day"), "expected exactly 5 fields, found 2: [every day]");
        assert_eq!(error("60 * * * *"), "end of range (60) above maximum (59): 60");
        assert_eq!(error("@never"), "unrecognized descriptor: @never");
    }
}
