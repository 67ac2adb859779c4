//! Builtins over jobs and signals.

use super::Outcome;
use crate::sh::interp::{Frame, Interp, Job};
use crate::sh::io::Io;
use crate::sh::process::Pid;
use crate::sh::signal::{NAMES, Signal};

/// Takes the ends of jobs in.
fn refresh(sh: &mut Interp, io: &mut Io<'_>) {
    for job in sh.jobs.iter_mut().filter(|j| j.status.is_none()) {
        match io.wait_child(job.pid) {
            Some(end) => (job.status, job.signal) = (Some(end.code), end.signal),
            None if !io.has_child(job.pid) => job.status = Some(127),
            None => {}
        }
    }
}

/// How `jobs` shows a job.
fn line(job: &Job, mark: char) -> String {
    let state = match (job.status, job.signal) {
        (None, _) => "Running".to_owned(),
        (Some(_), Some(signal)) => signal.description().to_owned(),
        (Some(0), None) => "Done".to_owned(),
        (Some(n), None) => format!("Exit {n}"),
    };
    let tail = if job.status.is_none() { " &" } else { "" };
    format!("[{}]{mark}  {state:<24}{}{tail}\n", job.number, job.text)
}

/// The mark of the i-th of so many jobs: `+` is the current one, `-` the one before.
fn mark(i: usize, count: usize) -> char {
    match count - i {
        1 => '+',
        2 => '-',
        _ => ' ',
    }
}

/// Tells of jobs that ended since the last prompt, and forgets them.
pub fn report(sh: &mut Interp, io: &mut Io<'_>) {
    refresh(sh, io);
    let count = sh.jobs.len();
    let ended = sh.jobs.iter().enumerate().filter(|(_, j)| j.status.is_some());
    let text: String = ended.map(|(i, job)| line(job, mark(i, count))).collect();
    io.err(&text);
    sh.jobs.retain(|j| j.status.is_none());
}

pub fn jobs(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    refresh(sh, io);
    let count = sh.jobs.len();
    for (i, job) in sh.jobs.iter().enumerate() {
        let mark = mark(i, count);
        let text = match argv.get(1).map(String::as_str) {
            Some("-p") => format!("{}\n", job.pid),
            Some("-l") => line(job, mark).replacen("  ", &format!(" {} ", job.pid), 1),
            _ => line(job, mark),
        };
        io.out(&text);
    }
    sh.jobs.retain(|j| j.status.is_none());
    Outcome::Done(0)
}

/// The job that `%1`, `%+`, `%name` or a pid means.
fn find<'j>(sh: &'j Interp, text: &str) -> Option<&'j Job> {
    match text.strip_prefix('%') {
        Some("" | "+" | "%") => sh.jobs.last(),
        Some("-") => sh.jobs.iter().rev().nth(1),
        Some(rest) => match rest.parse::<u32>() {
            Ok(n) => sh.jobs.iter().find(|j| j.number == n),
            Err(_) => sh.jobs.iter().find(|j| j.text.starts_with(rest)),
        },
        None => {
            let pid: Pid = text.parse().ok()?;
            sh.jobs.iter().find(|j| j.pid == pid)
        }
    }
}

pub fn wait(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    refresh(sh, io);
    if argv.len() == 1 {
        if sh.jobs.iter().any(|j| j.status.is_none()) {
            return Outcome::Wait;
        }
        sh.jobs.clear();
        return Outcome::Done(0);
    }
    let mut status = 0;
    for text in &argv[1..] {
        if text == "-n" {
            return match sh.jobs.iter().position(|j| j.status.is_some()) {
                Some(at) => Outcome::Done(sh.jobs.remove(at).status.unwrap_or(0)),
                None if sh.jobs.is_empty() => Outcome::Done(127),
                None => Outcome::Wait,
            };
        }
        match find(sh, text).map(|j| j.status) {
            Some(None) => return Outcome::Wait,
            Some(Some(code)) => status = code,
            None => {
                let what = if text.starts_with('%') {
                    "no such job".to_owned()
                } else {
                    format!("pid {text} is not a child of this shell")
                };
                sh.complain(
                    io,
                    &if text.starts_with('%') { format!("wait: {text}: {what}") } else { format!("wait: {what}") },
                );
                status = 127;
            }
        }
    }
    Outcome::Done(status)
}

pub fn fg(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    refresh(sh, io);
    let wanted = argv.get(1).map_or("%+", String::as_str);
    let Some(job) = find(sh, wanted).cloned() else {
        let name = if wanted == "%+" { "current" } else { wanted };
        sh.complain(io, &format!("fg: {name}: no such job"));
        return Outcome::Done(1);
    };
    sh.jobs.retain(|j| j.number != job.number);
    io.out(&format!("{}\n", job.text));
    if let Some(status) = job.status {
        return Outcome::Done(status);
    }
    let group = io.kernel().process(job.pid).map_or(job.pid, |p| p.pgid);
    io.set_foreground(group);
    sh.frames.push(Frame::Children { pids: vec![job.pid], statuses: vec![None], negate: false });
    Outcome::Went
}

pub fn bg(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let wanted = argv.get(1).map_or("%+", String::as_str);
    match find(sh, wanted).map(|j| j.number) {
        Some(n) => {
            sh.complain(io, &format!("bg: job {n} already in background"));
            Outcome::Done(0)
        }
        None => {
            let name = if wanted == "%+" { "current" } else { wanted };
            sh.complain(io, &format!("bg: {name}: no such job"));
            Outcome::Done(1)
        }
    }
}

pub fn kill(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let mut signal = Signal::TERM;
    let mut args = argv[1..].iter();
    let mut targets = Vec::new();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-l" => {
                let list: Vec<String> = NAMES.iter().map(|(name, n, _)| format!("{n}) SIG{name}")).collect();
                io.out(&format!("{}\n", list.join(" ")));
                return Outcome::Done(0);
            }
            "-s" | "-n" => match args.next().and_then(|s| Signal::parse(s)) {
                Some(s) => signal = s,
                None => {
                    sh.complain(io, &format!("kill: {arg}: option requires an argument"));
                    return Outcome::Done(1);
                }
            },
            "--" => {}
            text if text.starts_with('-') && targets.is_empty() && Signal::parse(&text[1..]).is_some() => {
                signal = Signal::parse(&text[1..]).unwrap_or(signal);
            }
            text if text.starts_with('-') && text[1..].parse::<Pid>().is_err() => {
                sh.complain(io, &format!("kill: {}: invalid signal specification", &text[1..]));
                return Outcome::Done(1);
            }
            text => targets.push(text.to_owned()),
        }
    }
    if targets.is_empty() {
        sh.complain(io, "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]");
        return Outcome::Done(2);
    }
    let mut status = 0;
    for text in targets {
        let job = if text.starts_with('%') { find(sh, &text).map(|j| j.pid) } else { None };
        let reached = match (job, text.parse::<i64>()) {
            (Some(pid), _) => io.kill(pid, signal),
            (None, Ok(n)) if n < 0 => io.kill_group(n.unsigned_abs() as Pid, signal),
            (None, Ok(n)) => io.kill(n as Pid, signal),
            (None, Err(_)) if text.starts_with('%') => {
                sh.complain(io, &format!("kill: {text}: no such job"));
                status = 1;
                continue;
            }
            (None, Err(_)) => {
                sh.complain(io, &format!("kill: {text}: arguments must be process or job IDs"));
                status = 1;
                continue;
            }
        };
        if !reached {
            sh.complain(io, &format!("kill: ({text}) - No such process"));
            status = 1;
        }
    }
    Outcome::Done(status)
}
