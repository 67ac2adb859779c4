//! `declare`, `export`, `local`, `readonly`: variables and what they are.

use super::Outcome;
use crate::sh::interp::{Frame, Interp};
use crate::sh::io::Io;
use crate::sh::vars::is_name;

/// What the flags ask for.
struct Asked {
    export: bool,
    readonly: bool,
    print: bool,
    /// `export -n`: no longer exported.
    off: bool,
}

impl Asked {
    fn new(argv: &[String]) -> (Self, Vec<&str>) {
        let is = |name: &str| argv.first().is_some_and(|command| command == name);
        let mut asked = Self { export: is("export"), readonly: is("readonly"), print: false, off: false };
        let mut names = Vec::new();
        for arg in argv.iter().skip(1) {
            match arg.strip_prefix(['-', '+']) {
                Some(flags) if !flags.is_empty() => flags.chars().for_each(|c| asked.flag(c, !arg.starts_with('+'))),
                _ => names.push(arg.as_str()),
            }
        }
        (asked, names)
    }

    fn flag(&mut self, flag: char, on: bool) {
        match flag {
            'x' => self.export = on,
            'r' => self.readonly = true,
            'p' => self.print = true,
            'n' => self.off = true,
            _ => {}
        }
    }
}

/// `declare`, `export`, `local`, `readonly`.
pub fn declare(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], _: &mut Vec<u8>) -> Outcome {
    let command = argv[0].as_str();
    let (asked, names) = Asked::new(argv);
    let call = sh.frames.iter().rposition(|f| matches!(f, Frame::Call { sourced: false, .. }));
    if command == "local" && call.is_none() {
        sh.complain(io, "local: can only be used in a function");
        return Outcome::Done(1);
    }
    if names.is_empty() || asked.print {
        print(sh, io, asked.export);
        return Outcome::Done(0);
    }
    let call = call.filter(|_| matches!(command, "local" | "declare" | "typeset"));
    let mut status = 0;
    for arg in names {
        if let Err(why) = declare_one(sh, command, arg, &asked, call) {
            sh.complain(io, &why);
            status = 1;
        }
    }
    Outcome::Done(status)
}

fn print(sh: &Interp, io: &mut Io<'_>, exported_only: bool) {
    for (name, var) in sh.vars.iter().filter(|(_, v)| !exported_only || v.exported) {
        let flags = format!("{}{}", if var.readonly { "r" } else { "" }, if var.exported { "x" } else { "" });
        let flags = if flags.is_empty() { "-".to_owned() } else { flags };
        let value = var.values.first().map(|v| format!("=\"{v}\"")).unwrap_or_default();
        io.out(&format!("declare -{flags} {name}{value}\n"));
    }
}

/// One `name`, `name=value` or `name+=value`; `call` is the function's frame to which the variable belongs.
fn declare_one(sh: &mut Interp, command: &str, arg: &str, asked: &Asked, call: Option<usize>) -> Result<(), String> {
    let (name, value) = arg.split_once('=').map_or((arg, None), |(name, value)| (name, Some(value)));
    let (name, append) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
    if !is_name(name) {
        return Err(format!("{command}: `{arg}': not a valid identifier"));
    }
    if let Some(Frame::Call { locals, .. }) = call.and_then(|at| sh.frames.get_mut(at)) {
        let old = sh.vars.var(name).cloned();
        locals.entry(name.to_owned()).or_insert(old);
        if value.is_none() && command == "local" {
            let _ = sh.vars.unset(name);
        }
    }
    if let Some(value) = value {
        let before = if append { sh.vars.get(name).unwrap_or("").to_owned() } else { String::new() };
        sh.vars.set(name, &(before + value))?;
    }
    let exported = !asked.off && (asked.export || sh.vars.var(name).is_some_and(|v| v.exported));
    if value.is_some() || asked.export || asked.readonly || asked.off {
        let var = sh.vars.entry(name);
        var.exported = exported;
        var.readonly |= asked.readonly;
    }
    Ok(())
}
