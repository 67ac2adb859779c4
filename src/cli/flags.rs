//! Flags in pflag's manner: tables of flags, and a parser that words its errors as pflag and strconv do.

use crate::apimachinery::time::Duration;
use std::collections::BTreeMap;

/// What a flag's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Int32,
    Int64,
    Str,
    Duration,
    /// Comma-separated, and again for more.
    Slice,
    /// One value each time.
    Array,
}

/// One flag. Help, parser and completion all come from it.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    pub name: &'static str,
    /// `'\0'` where there is none.
    pub short: char,
    pub kind: Kind,
    /// As help shows it: `false`, `0s`, `` for strings, `[]` for lists.
    pub default: &'static str,
    /// The value of a flag given without one; "" where one is needed (booleans need none).
    pub no_opt: &'static str,
    pub usage: &'static str,
    pub hidden: bool,
    /// What to use in its place; "" where it is not deprecated.
    pub deprecated: &'static str,
}

impl Flag {
    const fn new(name: &'static str, short: char, kind: Kind, default: &'static str, usage: &'static str) -> Self {
        let no_opt = if matches!(kind, Kind::Bool) { "true" } else { "" };
        Self { name, short, kind, default, no_opt, usage, hidden: false, deprecated: "" }
    }
    pub const fn bool(name: &'static str, usage: &'static str) -> Self {
        Self::new(name, '\0', Kind::Bool, "false", usage)
    }
    pub const fn bool_on(name: &'static str, usage: &'static str) -> Self {
        Self::new(name, '\0', Kind::Bool, "true", usage)
    }
    pub const fn str(name: &'static str, default: &'static str, usage: &'static str) -> Self {
        Self::new(name, '\0', Kind::Str, default, usage)
    }
    pub const fn int32(name: &'static str, default: &'static str, usage: &'static str) -> Self {
        Self::new(name, '\0', Kind::Int32, default, usage)
    }
    pub const fn int64(name: &'static str, default: &'static str, usage: &'static str) -> Self {
        Self::new(name, '\0', Kind::Int64, default, usage)
    }
    pub const fn duration(name: &'static str, default: &'static str, usage: &'static str) -> Self {
        Self::new(name, '\0', Kind::Duration, default, usage)
    }
    pub const fn slice(name: &'static str, usage: &'static str) -> Self {
        Self::new(name, '\0', Kind::Slice, "[]", usage)
    }
    pub const fn array(name: &'static str, usage: &'static str) -> Self {
        Self::new(name, '\0', Kind::Array, "[]", usage)
    }
    pub const fn short(self, short: char) -> Self {
        Self { short, ..self }
    }
    pub const fn no_opt(self, no_opt: &'static str) -> Self {
        Self { no_opt, ..self }
    }
    pub const fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }
    /// Still taken, with a notice; not shown in help.
    pub const fn deprecated(self, why: &'static str) -> Self {
        Self { deprecated: why, hidden: true, ..self }
    }
    pub fn is_list(&self) -> bool {
        matches!(self.kind, Kind::Slice | Kind::Array)
    }
}

/// The tables of flags that a command knows, its own first.
pub type Sets<'a> = &'a [&'static [Flag]];

/// The flag of this name, `_` read as `-`.
pub fn lookup<'a>(sets: &[&'a [Flag]], name: &str) -> Option<&'a Flag> {
    let name = name.replace('_', "-");
    sets.iter().flat_map(|s| s.iter()).find(|f| f.name == name)
}

pub fn lookup_short<'a>(sets: &[&'a [Flag]], short: char) -> Option<&'a Flag> {
    sets.iter().flat_map(|s| s.iter()).find(|f| f.short == short && short != '\0')
}

/// What a command line said.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    sets: Vec<&'static [Flag]>,
    values: BTreeMap<&'static str, Vec<String>>,
    /// The flags with their values, as they were given.
    pub given: Vec<(&'static str, String)>,
    /// What is to be said of deprecated flags.
    pub notices: Vec<String>,
    /// What is no flag, in order.
    pub args: Vec<String>,
    /// How many of `args` came before `--`; None where there was none.
    pub dash: Option<usize>,
}

/// Parses a command line; flags and arguments may mix. The error is pflag's text.
pub fn parse(sets: Sets, line: &[String]) -> Result<Parsed, String> {
    let mut parsed = Parsed { sets: sets.to_vec(), ..Parsed::default() };
    let mut rest = line.iter();
    while let Some(word) = rest.next() {
        if word == "--" {
            parsed.dash = Some(parsed.args.len());
            parsed.args.extend(rest.cloned());
            break;
        }
        if let Some(long) = word.strip_prefix("--") {
            parsed.long(word, long, &mut rest)?;
        } else if word.len() > 1 && word.starts_with('-') {
            parsed.shorts(word, &mut rest)?;
        } else {
            parsed.args.push(word.clone());
        }
    }
    Ok(parsed)
}

impl Parsed {
    fn long<'a>(&mut self, word: &str, long: &str, rest: &mut impl Iterator<Item = &'a String>) -> Result<(), String> {
        let (name, value) = match long.split_once('=') {
            Some((n, v)) => (n, Some(v)),
            None => (long, None),
        };
        if name.is_empty() || name.starts_with('-') {
            return Err(format!("bad flag syntax: {word}"));
        }
        if name == "help" {
            return self.set(&HELP, "true");
        }
        let Some(flag) = lookup(&self.sets, name) else { return Err(format!("unknown flag: --{name}")) };
        match (value, flag.no_opt) {
            (Some(v), _) => self.set(flag, v),
            (None, "") => match rest.next() {
                Some(v) => self.set(flag, v),
                None => Err(format!("flag needs an argument: --{name}")),
            },
            (None, no_opt) => self.set(flag, no_opt),
        }
    }

    fn shorts<'a>(&mut self, word: &str, rest: &mut impl Iterator<Item = &'a String>) -> Result<(), String> {
        let mut letters = word.chars();
        letters.next();
        while let Some(c) = letters.next() {
            let tail = letters.as_str();
            let Some(flag) = lookup_short(&self.sets, c) else {
                if c == 'h' {
                    return self.set(&HELP, "true");
                }
                return Err(format!("unknown shorthand flag: '{c}' in -{c}{tail}"));
            };
            // A `=` alone is a value (or the next letter): pflag looks for a value after it.
            if let Some(value) = tail.strip_prefix('=').filter(|v| !v.is_empty()) {
                return self.set(flag, value);
            }
            if !flag.no_opt.is_empty() {
                self.set(flag, flag.no_opt)?;
                continue;
            }
            if !tail.is_empty() {
                return self.set(flag, tail);
            }
            return match rest.next() {
                Some(v) => self.set(flag, v),
                None => Err(format!("flag needs an argument: '{c}' in -{c}")),
            };
        }
        Ok(())
    }

    fn set(&mut self, flag: &'static Flag, value: &str) -> Result<(), String> {
        let checked = match flag.kind {
            Kind::Bool => parse_bool(value).map(|b| vec![b.to_string()]),
            Kind::Int32 => parse_int(value, 32).map(|i| vec![i.to_string()]),
            Kind::Int64 => parse_int(value, 64).map(|i| vec![i.to_string()]),
            Kind::Duration => parse_duration(value).map(|_| vec![value.to_owned()]),
            Kind::Str | Kind::Array => Ok(vec![value.to_owned()]),
            Kind::Slice => Ok(csv(value)),
        };
        let values = checked.map_err(|why| {
            let shown = match flag.short {
                '\0' => format!("--{}", flag.name),
                short => format!("-{short}, --{}", flag.name),
            };
            format!("invalid argument {value:?} for {shown:?} flag: {why}")
        })?;
        if !flag.deprecated.is_empty() {
            self.notices.push(format!("Flag --{} has been deprecated, {}\n", flag.name, flag.deprecated));
        }
        self.given.push((flag.name, value.to_owned()));
        let slot = self.values.entry(flag.name).or_default();
        if !flag.is_list() {
            slot.clear();
        }
        slot.extend(values);
        Ok(())
    }

    /// True where the command line named the flag.
    pub fn changed(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The value, or the default; "" for what the command does not know.
    pub fn str(&self, name: &str) -> &str {
        if let Some(value) = self.values.get(name).and_then(|v| v.last()) {
            return value;
        }
        lookup(&self.sets, name).filter(|f| !f.is_list()).map_or("", |f| f.default)
    }

    /// The value of a flag of every command; "" where the command has one of its own by that name.
    pub fn global(&self, name: &str) -> &str {
        let mut sets = self.sets.iter().filter(|set| set.iter().any(|f| f.name == name));
        match (sets.next(), sets.next()) {
            (Some(_), None) => self.str(name),
            _ => "",
        }
    }

    pub fn bool(&self, name: &str) -> bool {
        self.str(name) == "true"
    }

    pub fn int(&self, name: &str) -> i64 {
        self.str(name).parse().unwrap_or(0)
    }

    /// Nanoseconds; may be negative.
    pub fn nanos(&self, name: &str) -> i64 {
        parse_duration(self.str(name)).unwrap_or(0)
    }

    /// Zero where it is negative.
    pub fn duration(&self, name: &str) -> Duration {
        Duration::from_nanos(u64::try_from(self.nanos(name)).unwrap_or(0))
    }

    pub fn list(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// The arguments before `--`, and those after it.
    pub fn split_at_dash(&self) -> (&[String], &[String]) {
        self.args.split_at(self.dash.unwrap_or(self.args.len()).min(self.args.len()))
    }
}

/// `--help`, which every command knows.
pub static HELP: Flag = Flag::bool("help", "help for the command").short('h');

fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {text:?}: invalid syntax")),
    }
}

/// Go's `strconv.ParseInt` with base 10 (pflag's base 0 differs only for prefixes nobody types).
pub fn parse_int(text: &str, bits: u32) -> Result<i64, String> {
    let error = |why: &str| Err(format!("strconv.ParseInt: parsing {text:?}: {why}"));
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return error("invalid syntax");
    }
    let limit = 1i128 << (bits - 1);
    match text.parse::<i128>() {
        Ok(n) if (-limit..limit).contains(&n) => Ok(n as i64),
        _ => error("value out of range"),
    }
}

/// Go's `time.ParseDuration`, in nanoseconds.
pub fn parse_duration(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {text:?}");
    let (negative, mut rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = 0f64;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (digits, tail) = rest.split_at(number);
        let Ok(value) = digits.parse::<f64>() else { return Err(invalid()) };
        let end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let scale = match unit {
            "" => return Err(format!("time: missing unit in duration {text:?}")),
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3_600e9,
            _ => return Err(format!("time: unknown unit {unit:?} in duration {text:?}")),
        };
        total += value * scale;
        rest = tail;
    }
    if total > i64::MAX as f64 {
        return Err(invalid());
    }
    Ok(if negative { -(total as i64) } else { total as i64 })
}

/// The fields of one CSV line; quotes keep commas together.
fn csv(text: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => {
                if let Some(last) = fields.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    if text.is_empty() { Vec::new() } else { fields }
}

#[cfg(test)]
mod tests {
    use super::*;

    static FLAGS: &[Flag] = &[
        Flag::str("output", "", "").short('o'),
        Flag::bool("watch", "").short('w'),
        Flag::bool("all-namespaces", "").short('A'),
        Flag::int64("grace-period", "-1", ""),
        Flag::int32("port", "8001", "").short('p'),
        Flag::str("dry-run", "none", "").no_opt("unchanged"),
        Flag::slice("filename", "").short('f'),
        Flag::array("env", ""),
        Flag::duration("timeout", "0s", ""),
    ];

    fn line(text: &str) -> Result<Parsed, String> {
        parse(&[FLAGS], &text.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn flags_and_arguments_mix() {
        let p = line("pods -oyaml -wA x --filename a,b -f=c --env=x=1,2 --env y --dry-run z --timeout 1h30m -- --not")
            .unwrap();
        assert_eq!(p.args, ["pods", "x", "z", "--not"]);
        assert_eq!(p.dash, Some(3));
        assert_eq!((p.str("output"), p.bool("watch"), p.bool("all-namespaces")), ("yaml", true, true));
        assert_eq!(p.list("filename"), ["a", "b", "c"]);
        assert_eq!(p.list("env"), ["x=1,2", "y"]);
        assert_eq!((p.str("dry-run"), p.int("grace-period")), ("unchanged", -1));
        assert_eq!(p.duration("timeout"), Duration::from_secs(5_400));
        assert!(!p.changed("port") && p.changed("watch"));
        assert_eq!(line("--dry-run=client").unwrap().str("dry-run"), "client");
    }

    /// As recorded in 200-err-cli and 202-err-state, or as pflag and Go's standard library word them.
    #[test]
    fn errors_are_worded_as_pflag_words_them() {
        let cases = [
            ("--foo", "unknown flag: --foo"),
            ("-Z", "unknown shorthand flag: 'Z' in -Z"),
            ("-bad=x", "unknown shorthand flag: 'b' in -bad=x"),
            ("-f", "flag needs an argument: 'f' in -f"),
            ("--output", "flag needs an argument: --output"),
            ("---x", "bad flag syntax: ---x"),
            (
                "--grace-period=abc",
                r#"invalid argument "abc" for "--grace-period" flag: strconv.ParseInt: parsing "abc": invalid syntax"#,
            ),
            (
                "--port=abc",
                r#"invalid argument "abc" for "-p, --port" flag: strconv.ParseInt: parsing "abc": invalid syntax"#,
            ),
            (
                "--port=3000000000",
                r#"invalid argument "3000000000" for "-p, --port" flag: strconv.ParseInt: parsing "3000000000": value out of range"#,
            ),
            ("-w=x", r#"invalid argument "x" for "-w, --watch" flag: strconv.ParseBool: parsing "x": invalid syntax"#),
            ("--timeout=5", r#"invalid argument "5" for "--timeout" flag: time: missing unit in duration "5""#),
            ("--timeout=abc", r#"invalid argument "abc" for "--timeout" flag: time: invalid duration "abc""#),
        ];
        for (text, want) in cases {
            assert_eq!(line(text).unwrap_err(), want, "{text}");
        }
    }
}
