//! Builtins over variables, options, the working directory.

use super::{Outcome, quote_if_needed};
use crate::sh::arith;
use crate::sh::interp::Interp;
use crate::sh::io::Io;
use std::rc::Rc;

pub fn alias(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let mut status = 0;
    if argv.len() == 1 {
        for (name, text) in sh.aliases.iter() {
            io.out(&format!("alias {name}='{text}'\n"));
        }
    }
    for arg in &argv[1..] {
        match arg.split_once('=') {
            Some((name, text)) => drop(Rc::make_mut(&mut sh.aliases).insert(name.to_owned(), text.to_owned())),
            None => match sh.aliases.get(arg) {
                Some(text) => io.out(&format!("alias {arg}='{text}'\n")),
                None => {
                    sh.complain(io, &format!("alias: {arg}: not found"));
                    status = 1;
                }
            },
        }
    }
    Outcome::Done(status)
}

pub fn unalias(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let mut status = 0;
    for arg in &argv[1..] {
        if arg == "-a" {
            sh.aliases = Rc::default();
        } else if Rc::make_mut(&mut sh.aliases).remove(arg).is_none() {
            sh.complain(io, &format!("unalias: {arg}: not found"));
            status = 1;
        }
    }
    Outcome::Done(status)
}

pub fn cd(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let args: Vec<&String> = argv[1..].iter().filter(|a| !matches!(a.as_str(), "-P" | "-L" | "--")).collect();
    if args.len() > 1 {
        sh.complain(io, "cd: too many arguments");
        return Outcome::Done(1);
    }
    let (target, shows) = match args.first().map(|a| a.as_str()) {
        None => match sh.vars.get("HOME") {
            Some(home) => (home.to_owned(), false),
            None => {
                sh.complain(io, "cd: HOME not set");
                return Outcome::Done(1);
            }
        },
        Some("-") => match sh.vars.get("OLDPWD") {
            Some(old) => (old.to_owned(), true),
            None => {
                sh.complain(io, "cd: OLDPWD not set");
                return Outcome::Done(1);
            }
        },
        Some(path) => (path.to_owned(), false),
    };
    let path = io.path(&target);
    match io.stat(&path) {
        Ok(stat) if stat.is_dir => {
            let old = io.cwd();
            for (name, value) in [("OLDPWD", &*old), ("PWD", path.as_str())] {
                let _ = sh.vars.set(name, value);
                sh.vars.entry(name).exported = true;
            }
            io.set_cwd(&path);
            if shows {
                io.out(&format!("{path}\n"));
            }
            Outcome::Done(0)
        }
        found => {
            let why = found.err().map_or("Not a directory", |e| e.text());
            let text = match sh.flavor {
                crate::sh::interp::Flavor::Bash => format!("cd: {target}: {why}"),
                _ => format!("cd: can't cd to {target}: {why}"),
            };
            sh.complain(io, &text);
            Outcome::Done(1)
        }
    }
}

pub fn unset(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let mut functions = false;
    let mut status = 0;
    for arg in &argv[1..] {
        match arg.as_str() {
            "-f" => functions = true,
            "-v" => functions = false,
            name if functions => drop(Rc::make_mut(&mut sh.functions).remove(name)),
            name => {
                let known = sh.vars.var(name).is_some();
                if let Err(text) = sh.vars.unset(name) {
                    sh.complain(io, &format!("unset: {text}"));
                    status = 1;
                }
                if !known {
                    Rc::make_mut(&mut sh.functions).remove(name);
                }
            }
        }
    }
    Outcome::Done(status)
}

/// Sets a one-letter option; false where there is none such.
pub fn set_flag(sh: &mut Interp, flag: char, on: bool) -> bool {
    let options = &mut sh.options;
    match flag {
        'e' => options.errexit = on,
        'u' => options.nounset = on,
        'x' => options.xtrace = on,
        'f' => options.noglob = on,
        'a' | 'b' | 'h' | 'i' | 'l' | 'm' | 'n' | 's' | 'v' | 'B' | 'C' | 'H' | 'E' | 'T' => {}
        _ => return false,
    }
    true
}

/// Sets an option by its long name.
pub fn set_option(sh: &mut Interp, name: &str, on: bool) -> bool {
    match name {
        "errexit" => set_flag(sh, 'e', on),
        "nounset" => set_flag(sh, 'u', on),
        "xtrace" => set_flag(sh, 'x', on),
        "noglob" => set_flag(sh, 'f', on),
        "pipefail" => {
            sh.options.pipefail = on;
            true
        }
        "posix" | "vi" | "emacs" | "monitor" | "allexport" | "noclobber" | "history" => true,
        _ => false,
    }
}

pub fn set(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    if argv.len() == 1 {
        for (name, var) in sh.vars.iter() {
            if let Some(value) = var.values.first() {
                io.out(&format!("{name}={}\n", quote_if_needed(value)));
            }
        }
        return Outcome::Done(0);
    }
    let mut at = 1;
    while let Some(arg) = argv.get(at) {
        let on = arg.starts_with('-');
        match arg.as_str() {
            "--" => {
                sh.vars.params = Rc::new(argv[at + 1..].to_vec());
                return Outcome::Done(0);
            }
            "-o" | "+o" => {
                at += 1;
                let name = argv.get(at).map_or("", String::as_str);
                if !set_option(sh, name, on) {
                    sh.complain(io, &format!("set: {name}: invalid option name"));
                    return Outcome::Done(2);
                }
            }
            flags if flags.len() > 1 && (on || flags.starts_with('+')) => {
                for c in flags.chars().skip(1) {
                    if c == 'o' {
                        at += 1;
                        let name = argv.get(at).cloned().unwrap_or_default();
                        set_option(sh, &name, on);
                    } else if !set_flag(sh, c, on) {
                        sh.complain(io, &format!("set: -{c}: invalid option"));
                        return Outcome::Done(2);
                    }
                }
            }
            _ => {
                sh.vars.params = Rc::new(argv[at..].to_vec());
                return Outcome::Done(0);
            }
        }
        at += 1;
    }
    Outcome::Done(0)
}

pub fn shift(sh: &mut Interp, _: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let n = argv.get(1).map_or(Some(1), |a| a.parse::<usize>().ok()).unwrap_or(1);
    if n > sh.vars.params.len() {
        return Outcome::Done(1);
    }
    Rc::make_mut(&mut sh.vars.params).drain(..n);
    Outcome::Done(0)
}

pub fn let_numbers(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let mut last = 0;
    for arg in &argv[1..] {
        match arith::eval(arg, &mut sh.vars) {
            Ok(n) => last = n,
            Err(text) => {
                sh.complain(io, &format!("let: {text}"));
                return Outcome::Done(1);
            }
        }
    }
    Outcome::Done(i32::from(last == 0))
}

pub fn getopts(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let (Some(spec), Some(name)) = (argv.get(1), argv.get(2)) else {
        sh.complain(io, "getopts: usage: getopts optstring name [arg ...]");
        return Outcome::Done(2);
    };
    let args = if argv.len() > 3 { argv[3..].to_vec() } else { sh.vars.params.to_vec() };
    let index: usize = sh.vars.get("OPTIND").and_then(|t| t.parse().ok()).unwrap_or(1).max(1);
    let within: usize = sh.vars.get("_OPTCHAR").and_then(|t| t.parse().ok()).unwrap_or(1).max(1);
    let word = args.get(index - 1).filter(|w| w.len() > 1 && w.starts_with('-') && *w != "--");
    let Some(letter) = word.and_then(|w| w.chars().nth(within)) else {
        let _ = sh.vars.set(name, "?");
        return Outcome::Done(1);
    };
    let length = word.map_or(0, |w| w.chars().count());
    let mut next = if within + 1 < length { (index, within + 1) } else { (index + 1, 1) };
    let known = spec.trim_start_matches(':').split_once(letter).filter(|_| letter != ':');
    let (value, arg) = match known {
        None => ("?".to_owned(), letter.to_string()),
        Some((_, after)) if after.starts_with(':') => {
            let inline: String = word.map(|w| w.chars().skip(within + 1).collect()).unwrap_or_default();
            next = (index + 1, 1);
            match (inline.is_empty(), args.get(index)) {
                (false, _) => (letter.to_string(), inline),
                (true, Some(arg)) => {
                    next = (index + 2, 1);
                    (letter.to_string(), arg.clone())
                }
                (true, None) => ("?".to_owned(), letter.to_string()),
            }
        }
        Some(_) => (letter.to_string(), String::new()),
    };
    if value == "?" && !spec.starts_with(':') {
        sh.complain(io, &format!("illegal option -- {letter}"));
    }
    for (name, value) in [
        (name.as_str(), value.as_str()),
        ("OPTARG", arg.as_str()),
        ("OPTIND", &next.0.to_string()),
        ("_OPTCHAR", &next.1.to_string()),
    ] {
        let _ = sh.vars.set(name, value);
    }
    Outcome::Done(0)
}

pub fn history(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    if argv.get(1).is_some_and(|a| a == "-c") {
        sh.history.clear();
        return Outcome::Done(0);
    }
    let last = argv.get(1).and_then(|n| n.parse::<usize>().ok()).unwrap_or(usize::MAX);
    let skip = sh.history.len().saturating_sub(last);
    let text: String =
        sh.history.iter().enumerate().skip(skip).map(|(i, line)| format!("{:5}  {line}\n", i + 1)).collect();
    io.out(&text);
    Outcome::Done(0)
}

/// A file for each topic of `help`.
pub const HELP: &str = "/usr/share/help";

pub fn help(_: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    if let Some(topic) = argv.get(1) {
        return match io.read_file(&format!("{HELP}/{}", topic.replace('/', ""))) {
            Ok(text) => {
                io.out(&String::from_utf8_lossy(&text));
                Outcome::Done(0)
            }
            Err(_) => {
                io.err(&format!("bash: help: no help topics match `{topic}'.  Try `help'.\n"));
                Outcome::Done(1)
            }
        };
    }
    let mut builtins: Vec<&str> = super::names().filter(|n| n.len() > 1).collect();
    builtins.sort_unstable();
    let mut tools: Vec<&str> = crate::sh::tools::names().collect();
    tools.sort_unstable();
    io.out(&format!(
        "A small simulated shell. It knows pipes, redirects, here-documents, variables, loops, functions and jobs.\n\n\
         Builtins: {}\n\nTools: {}\n\nkubectl help shows what kubectl can do; help images lists the images that exist.\n",
        builtins.join(" "),
        tools.join(" ")
    ));
    Outcome::Done(0)
}
