//! What a machine tells of itself: `date`, `hostname`, `whoami`, `id`, `uname`, `printenv`, `uptime`, `free`.

use super::Call;
use crate::apimachinery::Time;
use crate::apimachinery::time::MONTHS;
use crate::sh::io::Io;

pub fn hostname(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let (name, ip) = (io.kernel().hostname.clone(), io.kernel().ip.clone());
    let text = match call.args.first().map(String::as_str) {
        None => name,
        Some("-f" | "--fqdn") => full_name(io, &name),
        Some("-i") => ip,
        Some("-I") => format!("{ip} "),
        Some("-s") => name.split('.').next().unwrap_or("").to_owned(),
        Some("-d") => String::new(),
        Some(_) => {
            io.err("hostname: sethostname: Operation not permitted\n");
            return 1;
        }
    };
    io.out(&format!("{text}\n"));
    0
}

/// The first name that `/etc/hosts` gives to the machine.
fn full_name(io: &mut Io<'_>, name: &str) -> String {
    let hosts = io.read_file("/etc/hosts").map(|d| String::from_utf8_lossy(&d).into_owned()).unwrap_or_default();
    let line = hosts.lines().find(|line| line.split_whitespace().skip(1).any(|word| word == name));
    line.and_then(|line| line.split_whitespace().nth(1)).unwrap_or(name).to_owned()
}

pub fn whoami(io: &mut Io<'_>, _: &Call<'_>) -> i32 {
    let (name, uid) = user(io);
    let Some(name) = name else {
        let text = match super::is_gnu(io) {
            true => format!("whoami: cannot find name for user ID {uid}\n"),
            false => format!("whoami: unknown uid {uid}\n"),
        };
        io.err(&text);
        return 1;
    };
    io.out(&format!("{name}\n"));
    0
}

/// The name that `/etc/passwd` or `/etc/group` gives to a number.
pub fn name_of(io: &mut Io<'_>, file: &str, number: u32) -> Option<String> {
    let data = io.kernel().files.read(file).map(|d| String::from_utf8_lossy(&d).into_owned()).unwrap_or_default();
    let line = data.lines().find(|l| l.split(':').nth(2) == Some(number.to_string().as_str()));
    line.and_then(|l| l.split(':').next()).map(str::to_owned)
}

/// Name and number of who is at work.
pub fn user(io: &mut Io<'_>) -> (Option<String>, u32) {
    if let Some(uid) = io.kernel().who.as_ref().map(|who| who.uid) {
        return (name_of(io, "/etc/passwd", uid), uid);
    }
    let name = io.kernel().user.clone();
    let passwd = io.read_file("/etc/passwd").unwrap_or_default();
    let passwd = String::from_utf8_lossy(&passwd);
    let line = passwd.lines().find(|l| l.split(':').next() == Some(&name));
    let uid = line.and_then(|l| l.split(':').nth(2)).and_then(|n| n.parse().ok());
    let uid = uid.unwrap_or(if name == "root" { 0 } else { 1000 });
    (Some(name), uid)
}

pub fn id(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let (name, uid) = user(io);
    let (gid, groups) = groups(io, name.as_deref().unwrap_or(""), uid);
    let named = |(number, name): &(u32, Option<String>)| match name {
        Some(name) => format!("{number}({name})"),
        None => number.to_string(),
    };
    let numbers: Vec<String> = groups.iter().map(|(gid, _)| gid.to_string()).collect();
    let text = match call.args.first().map(String::as_str) {
        Some("-u") => uid.to_string(),
        Some("-g") => gid.0.to_string(),
        Some("-G") => numbers.join(" "),
        Some("-un" | "-nu") => name.unwrap_or_else(|| uid.to_string()),
        Some("-gn" | "-ng") => gid.1.unwrap_or_else(|| gid.0.to_string()),
        _ => {
            let all: Vec<String> = groups.iter().map(named).collect();
            format!("uid={} gid={} groups={}", named(&(uid, name)), named(&gid), all.join(","))
        }
    };
    io.out(&format!("{text}\n"));
    0
}

type Group = (u32, Option<String>);

/// The user's own group, and all groups: those it was given, or those that list it as a member.
fn groups(io: &mut Io<'_>, name: &str, uid: u32) -> (Group, Vec<Group>) {
    if let Some(who) = io.kernel().who.clone() {
        let mut all = Vec::new();
        for gid in who.groups.iter().copied() {
            all.push((gid, name_of(io, "/etc/group", gid)));
        }
        return ((who.gid, name_of(io, "/etc/group", who.gid)), all);
    }
    let own = (uid, Some(name.to_owned()));
    let mut all = vec![own.clone()];
    let data = io.read_file("/etc/group").map(|d| String::from_utf8_lossy(&d).into_owned()).unwrap_or_default();
    for line in data.lines() {
        let fields: Vec<&str> = line.split(':').collect();
        if let [group, _, gid, members] = fields.as_slice()
            && members.split(',').any(|m| m == name)
            && let Ok(gid) = gid.parse()
        {
            all.push((gid, Some((*group).to_owned())));
        }
    }
    (own, all)
}

const RELEASE: &str = "6.1.0-podium";

pub fn uname(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let host = io.kernel().hostname.clone();
    let flags: String = call.args.iter().map(|a| a.trim_start_matches('-')).collect();
    let mut parts = Vec::new();
    for (flag, value) in [
        ('s', "Linux"),
        ('n', host.as_str()),
        ('r', RELEASE),
        ('v', "#1 SMP PREEMPT_DYNAMIC"),
        ('m', "x86_64"),
        ('o', "GNU/Linux"),
    ] {
        if flags.contains(flag) || flags.contains('a') || (flags.is_empty() && flag == 's') {
            parts.push(value);
        }
    }
    io.out(&format!("{}\n", parts.join(" ")));
    0
}

pub fn arch(io: &mut Io<'_>, _: &Call<'_>) -> i32 {
    io.out("x86_64\n");
    0
}

pub fn nproc(io: &mut Io<'_>, _: &Call<'_>) -> i32 {
    io.out("4\n");
    0
}

pub fn printenv(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let env = io.environ();
    if call.args.is_empty() {
        let text: String = env.iter().map(|(k, v)| format!("{k}={v}\n")).collect();
        io.out(&text);
        return 0;
    }
    let mut status = 0;
    for name in call.args {
        match env.get(name) {
            Some(value) => io.out(&format!("{value}\n")),
            None => status = 1,
        }
    }
    status
}

pub fn clear(io: &mut Io<'_>, _: &Call<'_>) -> i32 {
    io.out("\u{1b}[H\u{1b}[2J\u{1b}[3J");
    0
}

pub fn tty(io: &mut Io<'_>, _: &Call<'_>) -> i32 {
    let tty = io.is_tty(0);
    io.out(if tty { "/dev/pts/0\n" } else { "not a tty\n" });
    i32::from(!tty)
}

pub fn man(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    match call.args.last() {
        None => io.err("What manual page do you want?\nFor example, try 'man man'.\n"),
        Some(page) => {
            io.err(&format!("No manual entry for {page}: manual pages are not simulated here. Try: {page} --help\n"))
        }
    }
    16
}

pub fn uptime(io: &mut Io<'_>, _: &Call<'_>) -> i32 {
    let now = io.now();
    let (_, _, _, h, m, s, _) = now.civil();
    let up = now.since(io.kernel().booted).as_secs() / 60;
    let up = if up < 60 { format!("{up} min") } else { format!("{}:{:02}", up / 60, up % 60) };
    io.out(&format!(" {h:02}:{m:02}:{s:02} up {up},  0 users,  load average: 0.00, 0.00, 0.00\n"));
    0
}

pub fn free(io: &mut Io<'_>, _: &Call<'_>) -> i32 {
    io.out(
        "               total        used        free      shared  buff/cache   available\n\
         Mem:         7957368     1557368     5120000       10240     1280000     6400000\n\
         Swap:              0           0           0\n",
    );
    0
}

pub fn date(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let mut now = io.now();
    let mut format = None;
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-u" | "--utc" | "--universal" => {}
            "-I" | "--iso-8601" => format = Some("%Y-%m-%d".to_owned()),
            "-Iseconds" | "--iso-8601=seconds" => format = Some("%Y-%m-%dT%H:%M:%S+00:00".to_owned()),
            "-R" | "--rfc-email" => format = Some("%a, %d %b %Y %H:%M:%S +0000".to_owned()),
            "-d" | "--date" => {
                let text = args.next().cloned().unwrap_or_default();
                match read_date(&text, now) {
                    Some(t) => now = t,
                    None => {
                        io.err(&format!("date: invalid date \u{2018}{text}\u{2019}\n"));
                        return 1;
                    }
                }
            }
            _ => match arg.strip_prefix('+') {
                Some(f) => format = Some(f.to_owned()),
                None => {
                    io.err(&format!("date: invalid date \u{2018}{arg}\u{2019}\n"));
                    return 1;
                }
            },
        }
    }
    let text = format_time(now, &format.unwrap_or_else(|| "%a %b %e %H:%M:%S UTC %Y".to_owned()));
    io.out(&format!("{text}\n"));
    0
}

/// `@1700000000`, RFC 3339, `now`, `3 days ago`, `+2 hours`.
fn read_date(text: &str, now: Time) -> Option<Time> {
    if let Some(secs) = text.strip_prefix('@') {
        return secs.parse().ok().filter(|s: &i64| s.abs() < 1 << 33).map(Time::from_secs);
    }
    if text == "now" || text == "today" {
        return Some(now);
    }
    let full = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        19 => format!("{}Z", text.replace(' ', "T")),
        _ => text.to_owned(),
    };
    if let Some(t) = Time::parse_rfc3339(&full) {
        return Some(t);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let (count, unit, back) = match words.as_slice() {
        ["yesterday"] => (1, "day", true),
        ["tomorrow"] => (1, "day", false),
        [n, unit] => (n.trim_start_matches(['+', '-']).parse().ok()?, *unit, n.starts_with('-')),
        [n, unit, "ago"] => (n.parse().ok()?, *unit, true),
        _ => return None,
    };
    let seconds: i64 = match unit.trim_end_matches('s') {
        "second" | "sec" => 1,
        "minute" | "min" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        "week" => 604_800,
        _ => return None,
    };
    let by = seconds.checked_mul(count)?.checked_mul(1_000_000_000)?;
    Some(Time(if back { now.0.checked_sub(by)? } else { now.0.checked_add(by)? }))
}

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const LONG: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Fills a format of `date` in.
fn format_time(t: Time, format: &str) -> String {
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut code = chars.next();
        let plain = code == Some('-');
        if plain {
            code = chars.next();
        }
        // `%3N`: milliseconds.
        if code == Some('3') {
            chars.next();
        }
        out.push_str(&code.map_or("%".to_owned(), |code| time_field(t, code, plain)));
    }
    out
}

/// What a letter of the format stands for; `plain` leaves leading zeros out.
fn time_field(t: Time, code: char, plain: bool) -> String {
    let (y, mo, d, h, mi, s, wd) = t.civil();
    let month = (mo as usize).saturating_sub(1);
    let day = DAYS.get(wd as usize).copied().unwrap_or("");
    let two = |n: u32| if plain { n.to_string() } else { format!("{n:02}") };
    match code {
        '3' => format!("{:03}", t.0.rem_euclid(1_000_000_000) / 1_000_000),
        'Y' => y.to_string(),
        'y' => two((y.rem_euclid(100)) as u32),
        'm' => two(mo),
        'd' => two(d),
        'e' => format!("{d:>2}"),
        'H' => two(h),
        'I' => two(if h % 12 == 0 { 12 } else { h % 12 }),
        'M' => two(mi),
        'S' => two(s),
        'p' => if h < 12 { "AM" } else { "PM" }.to_owned(),
        'a' => day.chars().take(3).collect(),
        'A' => day.to_owned(),
        'b' | 'h' => MONTHS.get(month).copied().unwrap_or("").to_owned(),
        'B' => LONG.get(month).copied().unwrap_or("").to_owned(),
        'F' => format!("{y}-{mo:02}-{d:02}"),
        'T' => format!("{h:02}:{mi:02}:{s:02}"),
        'R' => format!("{h:02}:{mi:02}"),
        'D' => format!("{mo:02}/{d:02}/{:02}", y.rem_euclid(100)),
        'c' => {
            format!(
                "{} {} {d:>2} {h:02}:{mi:02}:{s:02} {y}",
                day.get(..3).unwrap_or(day),
                MONTHS.get(month).copied().unwrap_or("")
            )
        }
        's' => t.secs().to_string(),
        'N' => format!("{:09}", t.0.rem_euclid(1_000_000_000)),
        'Z' => "UTC".to_owned(),
        'z' => "+0000".to_owned(),
        'u' => if wd == 0 { 7 } else { wd }.to_string(),
        'w' => wd.to_string(),
        'n' => "\n".to_owned(),
        't' => "\t".to_owned(),
        '%' => "%".to_owned(),
        other => format!("%{other}"),
    }
}
