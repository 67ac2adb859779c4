//! Tools that change files: `cp`, `mv`, `rm`, `mkdir`, `rmdir`, `touch`, `ln`, `chmod`, `mktemp`.

use super::opts::{self, Opts};
use super::{Call, is_gnu};
use crate::sh::files::{FileError, split};
use crate::sh::io::Io;

/// Reads options or complains; the exit code of a tool that was called wrongly.
fn options(io: &mut Io<'_>, call: &Call<'_>, spec: &str, longs: &[(&str, char)], least: usize) -> Result<Opts, i32> {
    let name = call.name;
    match opts::parse(call.args, spec, longs) {
        Ok(o) if o.rest.len() >= least => Ok(o),
        Ok(o) => {
            let text = match o.rest.first() {
                None if matches!(name, "cp" | "mv" | "ln" | "touch") => "missing file operand".to_owned(),
                None => "missing operand".to_owned(),
                Some(first) => format!("missing destination file operand after '{first}'"),
            };
            io.err(&format!("{name}: {text}\nTry '{name} --help' for more information.\n"));
            Err(1)
        }
        Err(text) => {
            io.err(&format!("{name}: {text}\nTry '{name} --help' for more information.\n"));
            Err(1)
        }
    }
}

fn change<T>(
    io: &mut Io<'_>,
    path: &str,
    f: impl FnOnce(&mut crate::sh::Files, &str, crate::apimachinery::Time) -> Result<T, FileError>,
) -> Result<T, FileError> {
    let (path, now) = (io.path(path), io.now());
    io.changed();
    let (files, at) = io.disk(&path);
    f(files, &at, now)
}

pub fn mkdir(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let o = match options(io, call, "pm:v", &[("parents", 'p'), ("mode", 'm'), ("verbose", 'v')], 1) {
        Ok(o) => o,
        Err(code) => return code,
    };
    let mut status = 0;
    for path in &o.rest {
        let made = match o.has('p') {
            true => change(io, path, |f, p, now| f.mkdir_all(p, now)),
            false => change(io, path, |f, p, now| f.mkdir(p, now)),
        };
        if let Err(e) = made {
            let name = if is_gnu(io) {
                format!("cannot create directory \u{2018}{path}\u{2019}")
            } else {
                format!("can't create directory '{path}'")
            };
            io.err(&format!("mkdir: {name}: {}\n", e.text()));
            status = 1;
        }
    }
    status
}

pub fn rmdir(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let o = match options(io, call, "pv", &[("parents", 'p')], 1) {
        Ok(o) => o,
        Err(code) => return code,
    };
    let mut status = 0;
    for path in &o.rest {
        let gone = change(io, path, |f, p, now| match f.list(p) {
            Ok(entries) if entries.is_empty() => f.remove(p, now),
            Ok(_) => Err(FileError::NotEmpty),
            Err(e) => Err(e),
        });
        if let Err(e) = gone {
            io.err(&format!("rmdir: failed to remove '{path}': {}\n", e.text()));
            status = 1;
        }
    }
    status
}

pub fn touch(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let o = match options(io, call, "acmd:t:r:", &[("no-create", 'c'), ("date", 'd')], 1) {
        Ok(o) => o,
        Err(code) => return code,
    };
    let mut status = 0;
    for path in &o.rest {
        if o.has('c') && io.stat(path).is_err() || io.is_dir(path) {
            continue;
        }
        if let Err(e) = change(io, path, |f, p, now| f.edit(p, now, |_| {})) {
            let path = if is_gnu(io) { format!("cannot touch '{path}'") } else { path.clone() };
            io.err(&format!("touch: {path}: {}\n", e.text()));
            status = 1;
        }
    }
    status
}

pub fn rm(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let longs = [("recursive", 'r'), ("force", 'f'), ("verbose", 'v'), ("dir", 'd'), ("no-preserve-root", 'X')];
    let force = call.args.iter().any(|a| a.starts_with("-f") || a.starts_with("-rf") || a.starts_with("-Rf"));
    let o = match options(io, call, "rRfivdX", &longs, usize::from(!force)) {
        Ok(o) => o,
        Err(code) => return code,
    };
    let recursive = o.has('r') || o.has('R');
    let mut status = 0;
    for path in &o.rest {
        let name = split(path.trim_end_matches('/')).1;
        if name == "." || name == ".." {
            io.err(&format!("rm: refusing to remove '.' or '..' directory: skipping '{path}'\n"));
            status = 1;
            continue;
        }
        let gone = change(io, path, |f, p, now| {
            let stat = f.lstat(p)?;
            let empty = || f.list(p).is_ok_and(|l| l.is_empty());
            if stat.is_dir && !recursive && !(o.has('d') && empty()) {
                return Err(FileError::IsDirectory);
            }
            f.remove(p, now)
        });
        match gone {
            Ok(()) if o.has('v') => io.out(&format!("removed '{path}'\n")),
            Ok(()) => {}
            Err(FileError::NotFound) if o.has('f') => {}
            Err(e) => {
                let text = match is_gnu(io) {
                    true => format!("rm: cannot remove '{path}': {}\n", e.text()),
                    false if e == FileError::IsDirectory => format!("rm: '{path}' is a directory\n"),
                    false => format!("rm: can't remove '{path}': {}\n", e.text()),
                };
                io.err(&text);
                status = 1;
            }
        }
    }
    status
}

pub fn cp(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let longs = [("recursive", 'r'), ("archive", 'a'), ("force", 'f'), ("verbose", 'v'), ("target-directory", 't')];
    let o = match options(io, call, "rRafvipdLPnTut:", &longs, 1) {
        Ok(o) => o,
        Err(code) => return code,
    };
    let recursive = o.has('r') || o.has('R') || o.has('a');
    transfer(io, call.name, &o, &mut |io, from, to| {
        let stat = match io.stat(from) {
            Ok(stat) => stat,
            Err(e) => return Err(cannot(io, "cp", "stat", from, e)),
        };
        if stat.is_dir && !recursive {
            let text = if is_gnu(io) {
                format!("cp: -r not specified; omitting directory '{from}'")
            } else {
                format!("cp: omitting directory '{from}'")
            };
            return Err(text);
        }
        if io.path(from) == io.path(to) {
            return Err(format!("cp: '{from}' and '{to}' are the same file"));
        }
        copy(io, from, to, 0)
    })
}

const MAX_DEPTH: u32 = 40;

fn copy(io: &mut Io<'_>, from: &str, to: &str, depth: u32) -> Result<(), String> {
    let create = |io: &Io<'_>, e: FileError| match is_gnu(io) {
        true => format!("cp: cannot create regular file '{to}': {}", e.text()),
        false => format!("cp: can't create '{to}': {}", e.text()),
    };
    if io.is_dir(from) {
        if depth > MAX_DEPTH || io.path(to).starts_with(&format!("{}/", io.path(from))) {
            return Err(format!("cp: cannot copy a directory, '{from}', into itself, '{to}'"));
        }
        if !io.is_dir(to) {
            change(io, to, |f, p, now| f.mkdir(p, now)).map_err(|e| create(io, e))?;
        }
        for (name, _) in io.list(from).unwrap_or_default() {
            copy(io, &format!("{from}/{name}"), &format!("{to}/{name}"), depth + 1)?;
        }
        return Ok(());
    }
    let data = io.read_file(from).map_err(|e| cannot(io, "cp", "open", from, e))?;
    let mode = io.stat(from).map_or(0o644, |s| s.mode);
    io.write_file(to, &data).map_err(|e| create(io, e))?;
    let _ = change(io, to, |f, p, _| f.chmod(p, mode));
    Ok(())
}

fn cannot(io: &Io<'_>, tool: &str, what: &str, path: &str, e: FileError) -> String {
    match is_gnu(io) {
        true => format!("{tool}: cannot {what} '{path}': {}", e.text()),
        false if tool == "mv" => format!("mv: can't rename '{path}': {}", e.text()),
        false => format!("{tool}: can't {what} '{path}': {}", e.text()),
    }
}

/// Moves or copies operands onto a file or into a directory.
fn transfer(
    io: &mut Io<'_>,
    name: &str,
    o: &Opts,
    one: &mut dyn FnMut(&mut Io<'_>, &str, &str) -> Result<(), String>,
) -> i32 {
    let (sources, target) = match (o.value('t'), o.rest.split_last()) {
        (Some(dir), _) => (o.rest.as_slice(), dir.to_owned()),
        (None, Some((last, sources))) => (sources, last.clone()),
        (None, None) => return 1,
    };
    let missing = match sources {
        [] => Some(format!("{name}: missing destination file operand after '{target}'")),
        [_, _, ..] if !io.is_dir(&target) && is_gnu(io) => Some(format!(
            "{name}: target '{target}': {}",
            if io.stat(&target).is_ok() { "Not a directory" } else { "No such file or directory" }
        )),
        _ => None,
    };
    if let Some(text) = missing {
        io.err(&format!("{text}\n"));
        return 1;
    }
    let mut status = 0;
    for source in sources {
        let to = match io.is_dir(&target) && !o.has('T') {
            true => format!("{}/{}", target.trim_end_matches('/'), split(source.trim_end_matches('/')).1),
            false => target.clone(),
        };
        match one(io, source, &to) {
            Ok(()) if o.has('v') => io.out(&format!("'{source}' -> '{to}'\n")),
            Ok(()) => {}
            Err(text) => {
                io.err(&format!("{text}\n"));
                status = 1;
            }
        }
    }
    status
}

pub fn mv(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let longs = [("force", 'f'), ("verbose", 'v'), ("no-clobber", 'n'), ("target-directory", 't')];
    let o = match options(io, call, "fivnTt:", &longs, 1) {
        Ok(o) => o,
        Err(code) => return code,
    };
    transfer(io, call.name, &o, &mut |io, from, to| {
        if let Err(e) = io.lstat(from) {
            return Err(cannot(io, "mv", "stat", from, e));
        }
        let (a, b, now) = (io.path(from), io.path(to), io.now());
        if io.same_disk(&a, &b) {
            let target = io.disk(&b).1;
            io.changed();
            let (files, source) = io.disk(&a);
            return files.rename(&source, &target, now).map_err(|e| match e {
                FileError::Invalid => format!("mv: cannot move '{from}' to a subdirectory of itself, '{to}'"),
                e => format!("mv: cannot move '{from}' to '{to}': {}", e.text()),
            });
        }
        copy(io, from, to, 0).map_err(|e| e.replacen("cp:", "mv:", 1))?;
        change(io, from, |f, p, now| f.remove(p, now)).map_err(|e| format!("mv: cannot remove '{from}': {}", e.text()))
    })
}

pub fn ln(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let longs = [("symbolic", 's'), ("force", 'f'), ("no-dereference", 'n')];
    let o = match options(io, call, "sfnvT", &longs, 1) {
        Ok(o) => o,
        Err(code) => return code,
    };
    let (target, link) = match o.rest.as_slice() {
        [target] => (target.clone(), split(target).1.to_owned()),
        [target, link, ..] if io.is_dir(link) && !o.has('n') => (target.clone(), format!("{link}/{}", split(target).1)),
        [target, link, ..] => (target.clone(), link.clone()),
        [] => return 1,
    };
    if o.has('f') && io.lstat(&link).is_ok_and(|s| !s.is_dir) {
        let _ = change(io, &link, |f, p, now| f.remove(p, now));
    }
    let made = if o.has('s') {
        change(io, &link, |f, p, now| f.symlink(&target, p, now))
    } else {
        // Hard links are copies here: nothing in a lesson writes through one.
        match io.read_file(&target) {
            Ok(_) if io.lstat(&link).is_ok() => Err(FileError::Exists),
            Ok(data) => io.write_file(&link, &data),
            Err(e) => Err(e),
        }
    };
    match made {
        Ok(()) => 0,
        Err(e) => {
            let kind = if o.has('s') { "symbolic link" } else { "hard link" };
            io.err(&format!("ln: failed to create {kind} '{link}': {}\n", e.text()));
            1
        }
    }
}

pub fn chmod(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    // Modes may look like options (`-x`): they are read by hand.
    let mut args: Vec<&String> =
        call.args.iter().filter(|a| !matches!(a.as_str(), "-R" | "-v" | "-f" | "--")).collect();
    if args.len() < 2 {
        io.err("chmod: missing operand\nTry 'chmod --help' for more information.\n");
        return 1;
    }
    let text = args.remove(0);
    let mut status = 0;
    for path in args {
        let old = io.stat(path).map_or(0o644, |s| s.mode);
        let Some(mode) = mode(text, old) else {
            io.err(&format!("chmod: invalid mode: '{text}'\nTry 'chmod --help' for more information.\n"));
            return 1;
        };
        if let Err(e) = change(io, path, |f, p, _| f.chmod(p, mode)) {
            let path = match (is_gnu(io), e) {
                (true, FileError::NotOwner) => format!("changing permissions of '{path}'"),
                (true, _) => format!("cannot access '{path}'"),
                _ => path.clone(),
            };
            io.err(&format!("chmod: {path}: {}\n", e.text()));
            status = 1;
        }
    }
    status
}

/// `755`, `+x`, `u+x,go-w`
fn mode(text: &str, old: u32) -> Option<u32> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return u32::from_str_radix(text, 8).ok().filter(|m| *m <= 0o7777);
    }
    let mut mode = old;
    for part in text.split(',') {
        let at = part.find(['+', '-', '='])?;
        let (who, rest) = part.split_at(at);
        let mut mask = 0;
        for c in who.chars() {
            mask |= match c {
                'u' => 0o700,
                'g' => 0o070,
                'o' => 0o007,
                'a' => 0o777,
                _ => return None,
            };
        }
        let mask = if who.is_empty() { 0o777 } else { mask };
        let mut bits = 0;
        for c in rest.chars().skip(1) {
            bits |= match c {
                'r' => 0o444,
                'w' => 0o222,
                'x' | 'X' => 0o111,
                _ => return None,
            };
        }
        match rest.chars().next()? {
            '+' => mode |= bits & mask,
            '-' => mode &= !(bits & mask),
            _ => mode = mode & !mask | bits & mask,
        }
    }
    Some(mode)
}

/// `chown user:group FILE…`, and `chgrp group FILE…`.
pub fn chown(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let recursive = call.args.iter().any(|a| a == "-R");
    let mut rest = call.args.iter().filter(|a| !a.starts_with('-'));
    let Some(text) = rest.next() else {
        io.err(&format!("{}: missing operand\n", call.name));
        return 1;
    };
    let (user, group) = match text.split_once([':', '.']) {
        _ if call.name == "chgrp" => ("", text.as_str()),
        Some(both) => both,
        None => (text.as_str(), ""),
    };
    let (Ok(user), Ok(group)) = (number(io, "/etc/passwd", user), number(io, "/etc/group", group)) else {
        let what = if user.is_empty() { "group" } else { "user" };
        io.err(&format!("{}: invalid {what}: '{text}'\n", call.name));
        return 1;
    };
    let mut status = 0;
    for path in rest {
        let mut all = vec![path.clone()];
        while let Some(path) = all.pop() {
            if let Err(e) = give(io, &path, user, group) {
                let text = match (is_gnu(io), e) {
                    (true, FileError::NotOwner) => format!("changing ownership of '{path}'"),
                    (true, _) => format!("cannot access '{path}'"),
                    _ => path.clone(),
                };
                io.err(&format!("{}: {text}: {}\n", call.name, e.text()));
                status = 1;
            }
            if recursive && io.is_dir(&path) {
                let inner = io.list(&path).unwrap_or_default();
                all.extend(inner.iter().map(|(name, _)| format!("{}/{name}", path.trim_end_matches('/'))));
            }
        }
    }
    status
}

fn give(io: &mut Io<'_>, path: &str, user: Option<u32>, group: Option<u32>) -> Result<(), FileError> {
    let old = io.stat(path)?.owner;
    let new = (user.unwrap_or(old.0), group.unwrap_or(old.1));
    change(io, path, |f, p, _| f.chown(p, new))
}

/// The number of a user or group; None where nothing is said, Err where there is no such name.
fn number(io: &mut Io<'_>, file: &str, name: &str) -> Result<Option<u32>, ()> {
    if name.is_empty() {
        return Ok(None);
    }
    if let Ok(number) = name.parse() {
        return Ok(Some(number));
    }
    let data = io.read_file(file).map(|d| String::from_utf8_lossy(&d).into_owned()).unwrap_or_default();
    let line = data.lines().find(|l| l.split(':').next() == Some(name));
    line.and_then(|l| l.split(':').nth(2)?.parse().ok()).map(Some).ok_or(())
}

pub fn mktemp(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let dir = call.args.iter().any(|a| a == "-d");
    let template =
        call.args.iter().find(|a| !a.starts_with('-')).cloned().unwrap_or_else(|| "/tmp/tmp.XXXXXXXXXX".to_owned());
    let mut path = String::new();
    let marks = template.chars().rev().take_while(|c| *c == 'X').count();
    let keep = template.chars().count() - marks;
    path.extend(template.chars().take(keep));
    for _ in 0..marks {
        let n = (io.random() >> 33) % 36;
        path.extend(char::from_digit(n as u32, 36));
    }
    let made = match dir {
        true => change(io, &path, |f, p, now| f.mkdir(p, now)),
        false => io.write_file(&path, b""),
    };
    match made {
        Ok(()) => {
            io.out(&format!("{path}\n"));
            0
        }
        Err(e) => {
            io.err(&format!("mktemp: failed to create file via template '{template}': {}\n", e.text()));
            1
        }
    }
}
