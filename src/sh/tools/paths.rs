//! Names and trees: `pwd`, `basename`, `dirname`, `readlink`, `stat`, `find`, `du`, `which`, `seq`.

use super::{Call, is_gnu, opts};
use crate::sh::files::{normalize, split};
use crate::sh::glob::Glob;
use crate::sh::io::Io;

pub fn pwd(io: &mut Io<'_>, _: &Call<'_>) -> i32 {
    let cwd = io.cwd();
    io.out(&format!("{cwd}\n"));
    0
}

fn missing(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    io.err(&format!("{0}: missing operand\nTry '{0} --help' for more information.\n", call.name));
    1
}

pub fn basename(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let Some(path) = call.args.first() else { return missing(io, call) };
    let trimmed = path.trim_end_matches('/');
    let mut name = if trimmed.is_empty() && !path.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or("") };
    if let Some(suffix) = call.args.get(1)
        && name != suffix
    {
        name = name.strip_suffix(suffix.as_str()).unwrap_or(name);
    }
    io.out(&format!("{name}\n"));
    0
}

pub fn dirname(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    if call.args.is_empty() {
        return missing(io, call);
    }
    for path in call.args {
        let trimmed = path.trim_end_matches('/');
        let dir = match trimmed.rsplit_once('/') {
            Some(("", _)) => "/",
            Some((dir, _)) => dir,
            None if trimmed.is_empty() && !path.is_empty() => "/",
            None => ".",
        };
        io.out(&format!("{dir}\n"));
    }
    0
}

pub fn readlink(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let full = call.name == "realpath" || call.args.iter().any(|a| matches!(a.as_str(), "-f" | "-e" | "-m"));
    let mut status = 0;
    for path in call.args.iter().filter(|a| !a.starts_with('-')) {
        if full {
            let path = io.path(path);
            let real = {
                let (files, at) = io.disk(&path);
                if at == path { files.real_path(&at) } else { path }
            };
            io.out(&format!("{real}\n"));
            continue;
        }
        match io.lstat(path).ok().and_then(|s| s.link) {
            Some(to) => io.out(&format!("{to}\n")),
            None => status = 1,
        }
    }
    status
}

pub fn stat(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let o = match opts::parse(call.args, "c:Lft", &[("format", 'c')]) {
        Ok(o) => o,
        Err(text) => {
            io.err(&format!("stat: {text}\n"));
            return 1;
        }
    };
    let mut status = 0;
    for path in &o.rest {
        let Ok(s) = io.lstat(path) else {
            io.err(&format!("stat: cannot statx '{path}': No such file or directory\n"));
            status = 1;
            continue;
        };
        let kind = if s.is_dir {
            "directory"
        } else if s.link.is_some() {
            "symbolic link"
        } else {
            "regular file"
        };
        let text = match o.value('c') {
            Some(format) => format
                .replace("%n", path)
                .replace("%s", &s.size.to_string())
                .replace("%a", &format!("{:o}", s.mode))
                .replace("%A", &super::ls::mode(&s))
                .replace("%F", kind)
                .replace("%Y", &s.changed.secs().to_string())
                .replace("%U", "root")
                .replace("%G", "root"),
            None => format!(
                "  File: {path}\n  Size: {:<10}\t{kind}\nAccess: ({:04o}/{})\nModify: {}",
                s.size,
                s.mode,
                super::ls::mode(&s),
                s.changed.rfc3339_nano().replace('T', " ").replace('Z', " +0000")
            ),
        };
        io.out(&format!("{text}\n"));
    }
    status
}

const MAX_FILES: usize = 20_000;

/// Visits a path and all below it, in the order of names.
pub fn walk(io: &mut Io<'_>, root: &str, visit: &mut dyn FnMut(&str, bool)) {
    let mut todo = vec![root.to_owned()];
    let mut seen = 0;
    while let Some(path) = todo.pop() {
        seen += 1;
        if seen > MAX_FILES {
            return;
        }
        let is_dir = io.lstat(&path).is_ok_and(|s| s.is_dir);
        visit(&path, is_dir);
        if is_dir {
            let entries = io.list(&path).unwrap_or_default();
            let base = path.trim_end_matches('/');
            todo.extend(entries.into_iter().rev().map(|(name, _)| format!("{base}/{name}")));
        }
    }
}

pub fn find(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let at = call.args.iter().position(|a| a.starts_with('-') || a == "!").unwrap_or(call.args.len());
    let (roots, tests) = call.args.split_at(at);
    let roots = if roots.is_empty() { vec![".".to_owned()] } else { roots.to_vec() };
    let (mut names, mut kind, mut depth, mut least, mut print0, mut delete) =
        (Vec::new(), None, usize::MAX, 0, false, false);
    let mut empty = false;
    let mut tests = tests.iter();
    while let Some(test) = tests.next() {
        let mut value = || tests.next().cloned().unwrap_or_default();
        match test.as_str() {
            "-name" => names.push((Glob::new(&value()), false)),
            "-iname" => names.push((Glob::new(&value().to_lowercase()), true)),
            "-type" => kind = value().chars().next(),
            "-maxdepth" => depth = value().parse().unwrap_or(usize::MAX),
            "-mindepth" => least = value().parse().unwrap_or(0),
            "-print0" => print0 = true,
            "-delete" => delete = true,
            "-empty" => empty = true,
            "-print" | "-o" | "-a" => {}
            other => {
                io.err(&format!("find: {other}: not simulated here\n"));
                return 1;
            }
        }
    }
    let mut status = 0;
    for root in roots {
        if io.lstat(&root).is_err() {
            let text = if is_gnu(io) { format!("find: \u{2018}{root}\u{2019}") } else { format!("find: {root}") };
            io.err(&format!("{text}: No such file or directory\n"));
            status = 1;
            continue;
        }
        let mut found = Vec::new();
        walk(io, &root, &mut |path, is_dir| {
            let below = path.trim_start_matches(&root).split('/').filter(|p| !p.is_empty()).count();
            let name = split(path).1;
            let named = names.is_empty()
                || names.iter().any(|(g, fold)| g.matches(&if *fold { name.to_lowercase() } else { name.to_owned() }));
            let typed = kind.is_none_or(|k| (k == 'd') == is_dir);
            if named && typed && below <= depth && below >= least {
                found.push(path.to_owned());
            }
        });
        for path in found {
            let size = io.lstat(&path).map_or(0, |s| s.size);
            if empty && !(if io.is_dir(&path) { io.list(&path).is_ok_and(|l| l.is_empty()) } else { size == 0 }) {
                continue;
            }
            if delete {
                let (full, now) = (io.path(&path), io.now());
                io.changed();
                let (files, at) = io.disk(&full);
                let _ = files.remove(&at, now);
            } else {
                io.out(&format!("{path}{}", if print0 { '\0' } else { '\n' }));
            }
        }
    }
    status
}

pub fn du(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let human = call.args.iter().any(|a| a.starts_with('-') && a.contains('h'));
    let roots: Vec<String> = call.args.iter().filter(|a| !a.starts_with('-')).cloned().collect();
    for root in if roots.is_empty() { vec![".".to_owned()] } else { roots } {
        let mut paths = Vec::new();
        walk(io, &root, &mut |path, _| paths.push(path.to_owned()));
        let total: u64 = paths.iter().filter_map(|p| io.lstat(p).ok()).map(|s| s.size.div_ceil(4096) * 4096).sum();
        let text = if human { super::ls::size(total, true) } else { (total / 1024).to_string() };
        io.out(&format!("{text}\t{root}\n"));
    }
    0
}

pub fn which_tool(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let path = io.var("PATH");
    let mut status = 0;
    for name in call.args.iter().filter(|a| !a.starts_with('-')) {
        match super::which(io, name, path.as_deref()) {
            Some(found) => io.out(&format!("{}\n", normalize("/", &found))),
            None => status = 1,
        }
    }
    status
}

const MAX_STEPS: u64 = 1_000_000;

pub fn seq(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let (mut separator, mut width, mut numbers) = ("\n".to_owned(), false, Vec::new());
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-s" => separator = args.next().cloned().unwrap_or_default(),
            "-w" => width = true,
            joined if joined.starts_with("-s") => separator = joined.chars().skip(2).collect(),
            text => match text.parse::<f64>() {
                Ok(n) if n.is_finite() => numbers.push((n, text)),
                _ => {
                    io.err(&format!(
                        "seq: invalid floating point argument: '{text}'\nTry 'seq --help' for more information.\n"
                    ));
                    return 1;
                }
            },
        }
    }
    let (from, by, to) = match numbers.as_slice() {
        [(to, _)] => (1.0, 1.0, *to),
        [(from, _), (to, _)] => (*from, 1.0, *to),
        [(from, _), (by, _), (to, _)] if *by != 0.0 => (*from, *by, *to),
        [] => return missing(io, call),
        _ => {
            io.err("seq: invalid Zero increment value\n");
            return 1;
        }
    };
    let places = numbers.iter().filter_map(|(_, t)| t.split_once('.')).map(|(_, f)| f.len()).max().unwrap_or(0);
    let count = ((to - from) / by + 1e-9).floor();
    if count < 0.0 {
        return 0;
    }
    let count = (count as u64).min(MAX_STEPS);
    let size = if width { format!("{to:.places$}").len().max(format!("{from:.places$}").len()) } else { 0 };
    let text: Vec<String> = (0..=count).map(|i| format!("{:0size$.places$}", from + by * i as f64)).collect();
    io.out(&format!("{}\n", text.join(&separator)));
    0
}
