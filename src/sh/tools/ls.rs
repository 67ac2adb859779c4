//! `ls`.

use super::{Call, is_gnu, opts};
use crate::apimachinery::time::MONTHS;
use crate::sh::files::Stat;
use crate::sh::io::Io;

/// One entry: how it is named and what it is.
struct Entry {
    name: String,
    stat: Stat,
}

const LONGS: &[(&str, char)] = &[
    ("all", 'a'),
    ("almost-all", 'A'),
    ("recursive", 'R'),
    ("human-readable", 'h'),
    ("directory", 'd'),
    ("reverse", 'r'),
    ("color", '\u{1}'),
    ("classify", 'F'),
];
const MAX_DIRS: usize = 2_000;

pub fn ls(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let o = match opts::parse(call.args, "laA1RdhtrSpFinsgoXLCcux\u{1}", LONGS) {
        Ok(o) => o,
        Err(text) => {
            io.err(&format!("ls: {text}\nTry 'ls --help' for more information.\n"));
            return 2;
        }
    };
    let paths = if o.rest.is_empty() { vec![".".to_owned()] } else { o.rest.clone() };
    let (mut files, mut dirs, mut status) = (Vec::new(), Vec::new(), 0);
    for path in paths {
        let found = if (o.has('l') || o.has('d')) && !o.has('L') { io.lstat(&path) } else { io.stat(&path) };
        match found {
            Ok(stat) if stat.is_dir && !o.has('d') => dirs.push(path),
            Ok(stat) => files.push(Entry { name: path, stat }),
            Err(e) => {
                let text = match is_gnu(io) {
                    true => format!("ls: cannot access '{path}': {}\n", e.text()),
                    false => format!("ls: {path}: {}\n", e.text()),
                };
                io.err(&text);
                status = if is_gnu(io) { 2 } else { 1 };
            }
        }
    }
    let titles = dirs.len() + files.len() > 1 || o.has('R') || status != 0 && !dirs.is_empty() && call.args.len() > 1;
    let shown = !files.is_empty();
    // Containers have the plain locale, where bytes are compared.
    let locale = io.var("LANG").is_some();
    order(&mut files, &o, locale);
    show(io, &files, &o, false);
    let mut first = !shown;
    let mut count = 0;
    dirs.sort();
    dirs.reverse();
    while let Some(dir) = dirs.pop() {
        count += 1;
        if count > MAX_DIRS {
            break;
        }
        if !std::mem::take(&mut first) {
            io.out("\n");
        }
        if titles {
            io.out(&format!("{dir}:\n"));
        }
        let mut entries = list(io, &dir, &o);
        order(&mut entries, &o, locale);
        if o.has('R') {
            let base = dir.trim_end_matches('/');
            let inner = entries.iter().rev().filter(|e| e.stat.is_dir && e.name != "." && e.name != "..");
            dirs.extend(inner.map(|e| format!("{base}/{}", e.name)));
        }
        show(io, &entries, &o, true);
    }
    status
}

fn list(io: &mut Io<'_>, dir: &str, o: &opts::Opts) -> Vec<Entry> {
    let mut names: Vec<String> = Vec::new();
    if o.has('a') {
        names.extend([".".to_owned(), "..".to_owned()]);
    }
    let hidden = o.has('a') || o.has('A');
    let found = io.list(dir).unwrap_or_default();
    names.extend(found.into_iter().map(|(n, _)| n.to_string()).filter(|n| hidden || !n.starts_with('.')));
    names
        .into_iter()
        .filter_map(|name| {
            let path = format!("{dir}/{name}");
            let stat = if o.has('L') { io.stat(&path) } else { io.lstat(&path) }.ok()?;
            Some(Entry { name, stat })
        })
        .collect()
}

fn order(entries: &mut [Entry], o: &opts::Opts, locale: bool) {
    // As in a UTF-8 locale: letter case and leading dots do not count.
    let key = |name: &str| name.trim_start_matches('.').to_lowercase();
    match locale {
        true => entries.sort_by(|a, b| key(&a.name).cmp(&key(&b.name)).then(a.name.cmp(&b.name))),
        false => entries.sort_by(|a, b| a.name.cmp(&b.name)),
    }
    if o.has('t') {
        entries.sort_by_key(|e| std::cmp::Reverse(e.stat.changed));
    }
    if o.has('S') {
        entries.sort_by_key(|e| std::cmp::Reverse(e.stat.size));
    }
    if o.has('r') {
        entries.reverse();
    }
}

fn show(io: &mut Io<'_>, entries: &[Entry], o: &opts::Opts, total: bool) {
    let mark = |e: &Entry| match () {
        _ if e.stat.is_dir && (o.has('F') || o.has('p')) => "/",
        _ if o.has('F') && e.stat.link.is_some() => "@",
        _ if o.has('F') && e.stat.mode & 0o111 != 0 => "*",
        _ => "",
    };
    let mut out = String::new();
    if o.has('l') {
        if total {
            out.push_str(&format!("total {}\n", entries.iter().map(blocks).sum::<u64>()));
        }
        let owners: Vec<(String, String)> = entries.iter().map(|e| owner(io, e)).collect();
        let wide = |pick: fn(&(String, String)) -> &String| owners.iter().map(|o| pick(o).len()).max().unwrap_or(0);
        let (users, groups) = (wide(|o| &o.0), wide(|o| &o.1));
        let sizes: Vec<String> = entries.iter().map(|e| size(e.stat.size, o.has('h'))).collect();
        let width = sizes.iter().map(String::len).max().unwrap_or(1);
        for ((e, size), (user, group)) in entries.iter().zip(sizes).zip(&owners) {
            let link = e.stat.link.as_ref().map(|to| format!(" -> {to}")).unwrap_or_default();
            let (links, when) = (if e.stat.is_dir { 2 } else { 1 }, stamp(&e.stat));
            out.push_str(&format!(
                "{} {links} {user:<users$} {group:<groups$} {size:>width$} {when} {}{}{link}\n",
                mode(&e.stat),
                e.name,
                mark(e)
            ));
        }
    } else {
        let names: Vec<String> = entries.iter().map(|e| format!("{}{}", e.name, mark(e))).collect();
        if io.is_tty(1) && !o.has('1') {
            out.push_str(&columns(&names, 80));
        } else {
            names.iter().for_each(|n| {
                out.push_str(n);
                out.push('\n');
            });
        }
    }
    io.out(&out);
}

/// The kilobytes that an entry takes; links take none.
fn blocks(e: &Entry) -> u64 {
    if e.stat.link.is_some() { 0 } else { e.stat.size.div_ceil(4096) * 4 }
}

/// User and group of an entry, by name where they have one. On the laptop all is the learner's.
fn owner(io: &mut Io<'_>, e: &Entry) -> (String, String) {
    let name = io.kernel().user.clone();
    let (uid, gid) = e.stat.owner;
    if (uid, gid) == (0, 0) && io.kernel().who.is_none() {
        return (name.clone(), name);
    }
    let user = super::info::name_of(io, "/etc/passwd", uid).unwrap_or_else(|| uid.to_string());
    let group = super::info::name_of(io, "/etc/group", gid).unwrap_or_else(|| gid.to_string());
    (user, group)
}

/// `drwxr-xr-x`
pub fn mode(stat: &Stat) -> String {
    let kind = match () {
        _ if stat.link.is_some() => 'l',
        _ if stat.is_dir => 'd',
        _ => '-',
    };
    let bits = (0..9).map(|i| {
        let on = stat.mode >> (8 - i) & 1 == 1;
        // The last bit of each three also shows whether the user or group is taken over, or deletions are held back.
        let special = i % 3 == 2 && stat.mode >> (11 - i / 3) & 1 == 1;
        match (special, on, i) {
            (true, true, 8) => 't',
            (true, false, 8) => 'T',
            (true, true, _) => 's',
            (true, false, _) => 'S',
            (false, true, _) => "rwxrwxrwx".chars().nth(i).unwrap_or('-'),
            (false, false, _) => '-',
        }
    });
    std::iter::once(kind).chain(bits).collect()
}

fn stamp(stat: &Stat) -> String {
    let (_, month, day, hour, minute, _, _) = stat.changed.civil();
    let month = MONTHS.get(month as usize - 1).copied().unwrap_or("");
    format!("{month} {day:>2} {hour:02}:{minute:02}")
}

/// A size in bytes, or as `4.0K`.
pub fn size(bytes: u64, human: bool) -> String {
    if !human || bytes < 1024 {
        return bytes.to_string();
    }
    let (mut value, mut unit) = (bytes as f64 / 1024.0, 0);
    while value >= 1024.0 && unit < 4 {
        value /= 1024.0;
        unit += 1;
    }
    let letter = ["K", "M", "G", "T", "P"][unit];
    if value < 10.0 {
        format!("{:.1}{letter}", (value * 10.0).ceil() / 10.0)
    } else {
        format!("{}{letter}", value.ceil())
    }
}

/// Names in columns, down first, as terminals get them.
fn columns(names: &[String], width: usize) -> String {
    let cells: Vec<usize> =
        names.iter().map(|n| n.chars().map(|c| if c as u32 >= 0x1100 { 2 } else { 1 }).sum()).collect();
    let n = names.len();
    for rows in 1..=n.max(1) {
        let cols = n.div_ceil(rows);
        let widths: Vec<usize> =
            (0..cols).map(|c| cells.iter().skip(c * rows).take(rows).max().copied().unwrap_or(0)).collect();
        if widths.iter().sum::<usize>() + 2 * cols.saturating_sub(1) > width && rows < n {
            continue;
        }
        let mut out = String::new();
        for r in 0..rows {
            for c in 0..cols {
                let at = c * rows + r;
                let Some(name) = names.get(at) else { break };
                out.push_str(name);
                if at + rows < n {
                    out.push_str(&" ".repeat(widths[c] + 2 - cells[at]));
                }
            }
            out.push('\n');
        }
        return if n == 0 { String::new() } else { out };
    }
    String::new()
}
