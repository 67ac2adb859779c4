//! `read`: a line of standard input, in words.

use super::Outcome;
use crate::sh::env::Read;
use crate::sh::interp::Interp;
use crate::sh::io::Io;

/// What the flags ask for, and the names.
#[derive(Default)]
struct Asked<'a> {
    raw: bool,
    prompt: Option<&'a str>,
    array: Option<&'a str>,
    names: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    fn new(argv: &'a [String]) -> Self {
        let mut asked = Self::default();
        let mut args = argv.iter().skip(1).map(String::as_str);
        while let Some(arg) = args.next() {
            match arg {
                "-p" => asked.prompt = args.next(),
                "-a" => asked.array = args.next(),
                "-n" | "-t" | "-d" | "-u" => drop(args.next()),
                flags if flags.starts_with('-') && flags.len() > 1 => {
                    asked.raw |= flags.contains('r');
                    if flags.ends_with('p') {
                        asked.prompt = args.next();
                    }
                }
                name => asked.names.push(name),
            }
        }
        asked
    }
}

/// `read [-r] [-p prompt] [-n count] [-t seconds] [-a array] name…`
pub fn read(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], partial: &mut Vec<u8>) -> Outcome {
    let asked = Asked::new(argv);
    if let Some(prompt) = asked.prompt
        && partial.is_empty()
        && io.is_tty(0)
    {
        io.err(prompt);
        // Says that the prompt has been shown.
        partial.push(0);
    }
    let Some(status) = read_line(io, asked.raw, partial) else { return Outcome::Wait };
    partial.retain(|b| *b != 0);
    let mut line = String::from_utf8_lossy(partial).into_owned();
    if !asked.raw {
        line = line.replace('\\', "");
    }
    if let Some(name) = asked.array {
        let separators = sh.vars.get("IFS").unwrap_or(" \t\n").to_owned();
        let var = sh.vars.entry(name);
        var.values = line.split(|c| separators.contains(c)).filter(|w| !w.is_empty()).map(str::to_owned).collect();
        var.array = true;
        return Outcome::Done(status);
    }
    if asked.names.is_empty() {
        let _ = sh.vars.set("REPLY", &line);
        return Outcome::Done(status);
    }
    match assign(sh, &asked.names, &line) {
        Ok(()) => Outcome::Done(status),
        Err(why) => {
            sh.complain(io, &why);
            Outcome::Done(1)
        }
    }
}

/// Reads up to the end of a line and returns the status; None where more has to come first.
fn read_line(io: &mut Io<'_>, raw: bool, partial: &mut Vec<u8>) -> Option<i32> {
    loop {
        let data = match io.read(0, 1 << 16) {
            Read::Wait => return None,
            Read::End => return Some(1),
            Read::Data(data) => data,
        };
        let Some(at) = data.iter().position(|b| *b == b'\n') else {
            partial.extend_from_slice(&data);
            continue;
        };
        partial.extend_from_slice(&data[..at]);
        io.unread(0, &data[at + 1..]);
        if raw || !partial.ends_with(b"\\") {
            return Some(0);
        }
        partial.pop();
    }
}

/// Gives each name a word of the line, and the last one all that is left.
fn assign(sh: &mut Interp, names: &[&str], line: &str) -> Result<(), String> {
    let separators = sh.vars.get("IFS").unwrap_or(" \t\n").to_owned();
    let blank = |c: char| separators.contains(c) && c.is_whitespace();
    let mut rest = line.trim_matches(blank);
    for (i, name) in names.iter().enumerate() {
        let end = if i + 1 == names.len() { None } else { rest.find(|c| separators.contains(c)) };
        let (value, after) = rest.split_at(end.unwrap_or(rest.len()));
        let after = after.trim_start_matches(blank);
        // One separator that is no blank ends a word, with the blanks around it.
        let mark = after.chars().next().filter(|c| separators.contains(*c));
        rest = mark.map_or(after, |c| after[c.len_utf8()..].trim_start_matches(blank));
        sh.vars.set(name, value)?;
    }
    Ok(())
}
