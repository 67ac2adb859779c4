//! Tools that run other programs: `env`, `timeout`, `watch`, `xargs`, `nohup`, `time`.

use super::filter::refuse;
use super::{opts, sleep};
use crate::apimachinery::Time;
use crate::sh::env::Read;
use crate::sh::io::{Child, Io};
use crate::sh::process::{Pid, Program, SpawnError, Step};
use crate::sh::signal::Signal;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// Starts a child with this process' descriptors.
fn spawn(io: &mut Io<'_>, argv: &[String], env: Rc<BTreeMap<String, String>>) -> Result<Pid, SpawnError> {
    let program = io.load(argv, &env)?;
    let mut fds = io.fds();
    fds.values_mut().for_each(|d| *d = io.dup(*d));
    let child = Child { argv: argv.to_vec(), env, cwd: io.cwd(), fds, pgid: None, ignored: io.ignored() };
    io.fork(program, child)
}

/// Says why a command cannot run; returns the exit code.
fn cannot(io: &mut Io<'_>, tool: &str, name: &str, e: &SpawnError) -> i32 {
    let (text, code) = match e {
        SpawnError::Denied(_) => ("Permission denied", 126),
        _ => ("No such file or directory", 127),
    };
    let text = match (tool, super::is_gnu(io)) {
        ("env", true) => format!("env: \u{2018}{name}\u{2019}: {text}\n"),
        ("timeout", true) => format!("timeout: failed to run command \u{2018}{name}\u{2019}: {text}\n"),
        _ => format!("{tool}: {name}: {text}\n"),
    };
    io.err(&text);
    code
}

#[derive(Clone)]
struct Env {
    name: String,
    args: Vec<String>,
}

pub fn env(name: &str, args: &[String]) -> Box<dyn Program> {
    Box::new(Env { name: name.to_owned(), args: args.to_vec() })
}

impl Program for Env {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        let mut vars = (*io.environ()).clone();
        let mut args = self.args.iter().peekable();
        let is_env = self.name == "env";
        while let Some(arg) = args.peek() {
            match arg.as_str() {
                "-i" | "-" if is_env => vars.clear(),
                "-u" if is_env => {
                    args.next();
                    if let Some(name) = args.peek() {
                        vars.remove(*name);
                    }
                }
                "-0" | "--" => {}
                flag if flag.starts_with('-') => {}
                text if is_env && text.contains('=') => {
                    if let Some((name, value)) = text.split_once('=') {
                        vars.insert(name.to_owned(), value.to_owned());
                    }
                }
                _ => break,
            }
            args.next();
        }
        let argv: Vec<String> = args.cloned().collect();
        if argv.is_empty() {
            if !is_env {
                io.err(&format!("{}: missing operand\n", self.name));
                return Step::Exit(125);
            }
            let text: String = vars.iter().map(|(k, v)| format!("{k}={v}\n")).collect();
            io.out(&text);
            return Step::Exit(0);
        }
        if self.name == "nohup" {
            io.set_ignored(Signal::HUP, true);
        }
        match io.load(&argv, &vars) {
            Ok(program) => {
                io.exec(argv, Rc::new(vars), program);
                Step::Again
            }
            Err(e) => Step::Exit(cannot(io, &self.name, &argv[0], &e)),
        }
    }
    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Timeout {
    limit: Duration,
    kill_after: Option<Duration>,
    signal: Signal,
    preserve: bool,
    argv: Vec<String>,
    child: Option<(Pid, Time)>,
    fired: bool,
    killed: bool,
}

pub fn timeout(name: &str, args: &[String]) -> Box<dyn Program> {
    let longs = [("kill-after", 'k'), ("signal", 's'), ("preserve-status", 'p'), ("foreground", 'f'), ("verbose", 'v')];
    // busybox once took `-t SECONDS`.
    let o = match opts::parse(args, "+k:s:pfvt:", &longs) {
        Ok(o) => o,
        Err(text) => return refuse(name, &text, 125),
    };
    let mut rest = o.rest.clone();
    let limit = match o.value('t') {
        Some(t) => t.to_owned(),
        None if rest.is_empty() => return refuse(name, "missing operand", 125),
        None => rest.remove(0),
    };
    let Some(limit) = sleep::duration(&limit) else {
        return refuse(name, &format!("invalid time interval \u{2018}{limit}\u{2019}"), 125);
    };
    if rest.is_empty() {
        return refuse(name, "missing operand", 125);
    }
    let Some(signal) = o.value('s').map_or(Some(Signal::TERM), Signal::parse) else {
        return refuse(name, &format!("{}: invalid signal", o.value('s').unwrap_or("")), 125);
    };
    Box::new(Timeout {
        limit,
        kill_after: o.value('k').and_then(sleep::duration),
        signal,
        preserve: o.has('p'),
        argv: rest,
        child: None,
        fired: false,
        killed: false,
    })
}

impl Program for Timeout {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        let (pid, deadline) = match self.child {
            Some(child) => child,
            None => {
                let env = io.environ();
                match spawn(io, &self.argv, env) {
                    Ok(pid) => {
                        let until = if self.limit.is_zero() { Time(i64::MAX) } else { io.now() + self.limit };
                        *self.child.insert((pid, until))
                    }
                    Err(e) => return Step::Exit(cannot(io, "timeout", &self.argv[0], &e)),
                }
            }
        };
        while let Some(signal) = io.take_signal() {
            io.kill(pid, signal);
        }
        if let Some(end) = io.wait_child(pid) {
            let code = match self.fired && !self.preserve {
                true if end.signal == Some(Signal::KILL) => 137,
                true => 124,
                false => end.code,
            };
            return Step::Exit(code);
        }
        if io.now() >= deadline && !self.fired {
            self.fired = true;
            io.kill(pid, self.signal);
            return Step::Again;
        }
        if self.fired {
            match self.kill_after {
                Some(after) if io.now() >= deadline + after && !self.killed => {
                    self.killed = true;
                    io.kill(pid, Signal::KILL);
                    return Step::Again;
                }
                Some(after) if !self.killed => io.wake_at(deadline + after),
                _ => {}
            }
        } else {
            io.wake_at(deadline);
        }
        Step::Wait
    }
    fn handles(&self, signal: Signal) -> bool {
        matches!(signal, Signal::TERM | Signal::INT | Signal::HUP) && self.child.is_some()
    }
    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// `watch`: shows a command's output again and again, each time on a cleared screen.
#[derive(Clone)]
struct Watch {
    every: Duration,
    title: bool,
    argv: Vec<String>,
    child: Option<Pid>,
    next: Option<Time>,
}

pub fn watch(name: &str, args: &[String]) -> Box<dyn Program> {
    let longs = [("interval", 'n'), ("no-title", 't'), ("differences", 'd'), ("exec", 'x')];
    let o = match opts::parse(args, "+n:tdxceb", &longs) {
        Ok(o) if !o.rest.is_empty() => o,
        Ok(_) => return refuse(name, "missing operand", 1),
        Err(text) => return refuse(name, &text, 1),
    };
    let every =
        o.value('n').and_then(sleep::duration).unwrap_or(Duration::from_secs(2)).max(Duration::from_millis(100));
    let argv = match o.has('x') {
        true => o.rest.clone(),
        false => vec!["sh".to_owned(), "-c".to_owned(), o.rest.join(" ")],
    };
    Box::new(Watch { every, title: !o.has('t'), argv, child: None, next: None })
}

impl Program for Watch {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        if let Some(pid) = self.child {
            match io.wait_child(pid) {
                Some(_) => self.child = None,
                None => return Step::Wait,
            }
            self.next = Some(io.now() + self.every);
        }
        if let Some(next) = self.next
            && io.now() < next
        {
            io.wake_at(next);
            return Step::Wait;
        }
        if io.is_tty(1) {
            io.out("\u{1b}[H\u{1b}[2J\u{1b}[3J");
        }
        if self.title {
            let shown = self.argv.last().cloned().unwrap_or_default();
            let seconds = self.every.as_secs_f64();
            let line = format!("Every {seconds:.1}s: {shown}\n\n");
            io.out(&line);
        }
        let env = io.environ();
        match spawn(io, &self.argv, env) {
            Ok(pid) => self.child = Some(pid),
            Err(e) => return Step::Exit(cannot(io, "watch", &self.argv[0], &e)),
        }
        Step::Again
    }
    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Xargs {
    command: Vec<String>,
    /// `-I {}`
    replace: Option<String>,
    most: usize,
    zero: bool,
    lines: bool,
    skip_empty: bool,
    trace: bool,
    delimiter: Option<char>,
    data: Vec<u8>,
    queue: Option<std::collections::VecDeque<Vec<String>>>,
    child: Option<Pid>,
    status: i32,
}

pub fn xargs(name: &str, args: &[String]) -> Box<dyn Program> {
    let longs = [
        ("no-run-if-empty", 'r'),
        ("max-args", 'n'),
        ("null", '0'),
        ("replace", 'I'),
        ("verbose", 't'),
        ("delimiter", 'd'),
    ];
    let o = match opts::parse(args, "+n:I:L:P:r0td:ia:s:", &longs) {
        Ok(o) => o,
        Err(text) => return refuse(name, &text, 1),
    };
    let number = |f: char| o.value(f).and_then(|n| n.parse::<usize>().ok()).filter(|n| *n > 0);
    let replace = o.value('I').map(str::to_owned);
    let command = if o.rest.is_empty() { vec!["echo".to_owned()] } else { o.rest.clone() };
    Box::new(Xargs {
        command,
        most: if replace.is_some() { 1 } else { number('n').or(number('L')).unwrap_or(5_000) },
        lines: replace.is_some() || o.has('L'),
        replace,
        zero: o.has('0'),
        skip_empty: o.has('r'),
        trace: o.has('t'),
        delimiter: o.value('d').and_then(|d| crate::sh::escape::unescape(d).0.chars().next()),
        data: Vec::new(),
        queue: None,
        child: None,
        status: 0,
    })
}

const MAX_INPUT: usize = 4 << 20;

impl Xargs {
    /// The command lines to run, from all of the input.
    fn commands(&self) -> std::collections::VecDeque<Vec<String>> {
        let text = String::from_utf8_lossy(&self.data);
        let words: Vec<String> = match (self.zero, self.delimiter, self.lines) {
            (true, ..) => text.split('\0').filter(|w| !w.is_empty()).map(str::to_owned).collect(),
            (_, Some(d), _) => text.trim_end_matches(d).split(d).map(str::to_owned).collect(),
            (_, _, true) => text.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect(),
            _ => words(&text),
        };
        if words.is_empty() {
            let none = self.skip_empty || self.replace.is_some();
            return if none { Default::default() } else { [self.command.clone()].into() };
        }
        words
            .chunks(self.most)
            .map(|chunk| match &self.replace {
                Some(mark) => self.command.iter().map(|a| a.replace(mark.as_str(), &chunk[0])).collect(),
                None => self.command.iter().chain(chunk).cloned().collect(),
            })
            .collect()
    }
}

/// Words separated by blanks; quotes and backslashes keep them together.
fn words(text: &str) -> Vec<String> {
    let (mut out, mut word, mut any, mut quote) = (Vec::new(), String::new(), false, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            (c, Some(q)) if c == q => quote = None,
            (c, Some(_)) => word.push(c),
            ('\'' | '"', None) => {
                quote = Some(c);
                any = true;
            }
            ('\\', None) => word.extend(chars.next()),
            (c, None) if c.is_whitespace() => {
                if any || !word.is_empty() {
                    out.push(std::mem::take(&mut word));
                }
                any = false;
            }
            (c, None) => word.push(c),
        }
    }
    if any || !word.is_empty() {
        out.push(word);
    }
    out
}

impl Program for Xargs {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        if self.queue.is_none() {
            match io.read(0, 1 << 16) {
                Read::Data(data) if self.data.len() < MAX_INPUT => self.data.extend_from_slice(&data),
                Read::Data(_) => {}
                Read::Wait => return Step::Wait,
                Read::End => self.queue = Some(self.commands()),
            }
            return Step::Again;
        }
        if let Some(pid) = self.child {
            match io.wait_child(pid) {
                None => return Step::Wait,
                Some(end) => {
                    self.child = None;
                    self.status = match end.code {
                        0 => self.status,
                        255 => return Step::Exit(124),
                        126.. => end.code.min(127),
                        _ => 123,
                    };
                }
            }
        }
        let Some(argv) = self.queue.as_mut().and_then(|q| q.pop_front()) else { return Step::Exit(self.status) };
        if self.trace {
            io.err(&format!("{}\n", argv.join(" ")));
        }
        let env = io.environ();
        match spawn(io, &argv, env) {
            Ok(pid) => self.child = Some(pid),
            Err(e) => return Step::Exit(cannot(io, "xargs", &argv[0], &e)),
        }
        Step::Again
    }
    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
