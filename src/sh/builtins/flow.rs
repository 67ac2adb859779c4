//! Builtins that change what is run next.

use super::{INLINE, Outcome, find, is_builtin};
use crate::sh::interp::{Flavor, Frame, Interp, Move};
use crate::sh::io::Io;
use crate::sh::parser;
use crate::sh::signal::{NAMES, Signal};
use std::rc::Rc;

/// A numeric argument. Err has been reported.
fn number(sh: &Interp, io: &mut Io<'_>, argv: &[String]) -> Result<Option<i32>, ()> {
    match argv.get(1).map(|a| (a, a.parse::<i64>())) {
        None => Ok(None),
        Some((_, Ok(n))) => Ok(Some(n as i32)),
        Some((text, Err(_))) => {
            sh.complain(io, &format!("{}: {text}: numeric argument required", argv[0]));
            Err(())
        }
    }
}

pub fn exit(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let status = match number(sh, io, argv) {
        Ok(n) => n.unwrap_or(sh.vars.status),
        Err(()) => 2,
    };
    if sh.interactive && !sh.subshell && sh.flavor == Flavor::Bash {
        io.err("exit\n");
    }
    sh.unwind(io, |_| false);
    sh.exit(status & 0xff);
    Outcome::Went
}

pub fn return_from(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let status = match number(sh, io, argv) {
        Ok(n) => n.unwrap_or(sh.vars.status),
        Err(()) => 2,
    };
    if !sh.frames.iter().any(|f| matches!(f, Frame::Call { .. })) {
        sh.complain(io, "return: can only `return' from a function or sourced script");
        return Outcome::Done(1);
    }
    sh.unwind(io, |f| matches!(f, Frame::Call { .. }));
    Outcome::Done(status & 0xff)
}

/// `break` and `continue`.
pub fn break_loop(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let Ok(levels) = number(sh, io, argv) else { return Outcome::Done(128) };
    let is_loop = |f: &Frame| matches!(f, Frame::For { .. } | Frame::ForArith { .. } | Frame::While { .. });
    let within = sh.frames.iter().rev().take_while(|f| !matches!(f, Frame::Call { .. })).filter(|f| is_loop(f)).count();
    if within == 0 {
        sh.complain(io, &format!("{}: only meaningful in a `for', `while', or `until' loop", argv[0]));
        return Outcome::Done(0);
    }
    let levels = usize::try_from(levels.unwrap_or(1)).unwrap_or(1).clamp(1, within);
    for level in 1..=levels {
        let found = sh.unwind(io, is_loop);
        if level == levels && argv[0] == "continue" {
            match found {
                // A loop that was testing goes on with its test.
                Some(Frame::While { node, .. }) => sh.frames.push(Frame::While { node, testing: false, last: 0 }),
                Some(frame) => sh.frames.push(frame),
                None => {}
            }
        }
    }
    sh.vars.status = 0;
    Outcome::Went
}

pub fn eval(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let text = argv[1..].join(" ");
    run_text(sh, io, &text)
}

fn run_text(sh: &mut Interp, io: &mut Io<'_>, text: &str) -> Outcome {
    match parser::parse(text, &sh.aliases) {
        Ok(node) => {
            sh.push(node);
            Outcome::Went
        }
        Err(e) => {
            io.err(&sh.syntax_error(&e, text));
            Outcome::Done(2)
        }
    }
}

pub fn source(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let Some(path) = argv.get(1) else {
        sh.complain(io, &format!("{}: filename argument required", argv[0]));
        return Outcome::Done(2);
    };
    let data = match io.read_file(path) {
        Ok(data) => data,
        Err(e) => {
            sh.complain(io, &format!("{path}: {}", e.text()));
            return Outcome::Done(1);
        }
    };
    let params = sh.vars.params.clone();
    if argv.len() > 2 {
        sh.vars.params = Rc::new(argv[2..].to_vec());
    }
    sh.frames.push(Frame::Call { params, locals: Default::default(), sourced: true });
    run_text(sh, io, &String::from_utf8_lossy(&data))
}

pub fn exec(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let args = argv[1..].to_vec();
    if args.is_empty() {
        return Outcome::Done(0);
    }
    let env = sh.vars.environ();
    match io.load(&args, &env) {
        Ok(program) => {
            // The redirections stay.
            while let Some(frame) = sh.frames.pop() {
                if let Frame::RestoreFds(saved) = frame {
                    saved.into_iter().filter_map(|(_, d)| d).for_each(|d| io.close_desc(d));
                }
            }
            io.exec(args, env, program);
            Outcome::Replaced
        }
        Err(e) => {
            let status = match sh.flavor {
                Flavor::Bash if !args[0].contains('/') => {
                    sh.complain(io, &format!("exec: {}: not found", args[0]));
                    127
                }
                _ => sh.not_found(io, &args[0], &e),
            };
            if sh.interactive {
                return Outcome::Done(status);
            }
            sh.unwind(io, |_| false);
            sh.exit(status);
            Outcome::Went
        }
    }
}

/// `command [-v] name…` and `builtin name…`.
pub fn command(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], partial: &mut Vec<u8>) -> Outcome {
    let mut args = &argv[1..];
    while let Some(flag) = args.first().filter(|a| a.starts_with('-')) {
        match flag.as_str() {
            "-v" | "-V" => return kind(sh, io, &[std::slice::from_ref(flag), &args[1..]].concat(), partial),
            _ => args = &args[1..],
        }
    }
    let Some(name) = args.first() else { return Outcome::Done(0) };
    if is_builtin(name, sh.flavor) {
        return super::run(sh, io, args, partial);
    }
    if argv[0] == "builtin" {
        sh.complain(io, &format!("builtin: {name}: not a shell builtin"));
        return Outcome::Done(1);
    }
    let functions = std::mem::take(&mut sh.functions);
    let moved = sh.command(io, args.to_vec(), Vec::new(), Vec::new());
    sh.functions = functions;
    match moved {
        Move::Replaced => Outcome::Replaced,
        _ => Outcome::Went,
    }
}

/// `type name…`, and `command -v name…` (then `argv[0]` is the flag).
pub fn kind(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    const KEYWORDS: &[&str] =
        &["if", "then", "else", "fi", "for", "while", "until", "do", "done", "case", "esac", "function"];
    let short = argv[0] == "-v";
    let mut status = 0;
    for name in argv[1..].iter().filter(|a| !a.starts_with('-')) {
        let text = if let Some(text) = sh.aliases.get(name) {
            if short { format!("alias {name}='{text}'") } else { format!("{name} is aliased to `{text}'") }
        } else if KEYWORDS.contains(&name.as_str()) {
            if short { name.clone() } else { format!("{name} is a shell keyword") }
        } else if sh.functions.contains_key(name) {
            if short { name.clone() } else { format!("{name} is a function") }
        } else if find(name).is_some() || INLINE.contains(&name.as_str()) {
            if short { name.clone() } else { format!("{name} is a shell builtin") }
        } else if let Some(path) = crate::sh::tools::which(io, name, sh.vars.get("PATH")) {
            if short { path } else { format!("{name} is {path}") }
        } else {
            status = 1;
            if !short {
                sh.complain(io, &format!("type: {name}: not found"));
            }
            continue;
        };
        io.out(&format!("{text}\n"));
    }
    Outcome::Done(status)
}

pub fn trap(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let args: Vec<&String> = argv[1..].iter().filter(|a| *a != "--").collect();
    match args.as_slice() {
        [] => {
            for (signal, text) in &sh.traps {
                let name = if signal.0 == 0 { "EXIT".to_owned() } else { format!("SIG{}", signal.name()) };
                io.out(&format!("trap -- '{text}' {name}\n"));
            }
            return Outcome::Done(0);
        }
        [flag] if *flag == "-l" => {
            let list: Vec<String> = NAMES.iter().map(|(name, n, _)| format!("{n}) SIG{name}")).collect();
            io.out(&format!("{}\n", list.join(" ")));
            return Outcome::Done(0);
        }
        [_] => return Outcome::Done(0),
        _ => {}
    }
    let mut status = 0;
    for name in &args[1..] {
        let signal = match name.as_str() {
            "EXIT" | "0" => Some(Signal(0)),
            name => Signal::parse(name),
        };
        let Some(signal) = signal else {
            sh.complain(io, &format!("trap: {name}: invalid signal specification"));
            status = 1;
            continue;
        };
        let text = args[0].as_str();
        io.set_ignored(signal, text.is_empty() && signal.0 != 0);
        if text == "-" {
            sh.traps.remove(&signal);
        } else {
            sh.traps.insert(signal, Rc::from(text));
        }
    }
    Outcome::Done(status)
}
