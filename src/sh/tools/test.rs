//! `test` and `[`.

use super::Call;
use crate::sh::io::Io;

const MAX_DEPTH: u32 = 40;

pub fn run(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let mut args = call.args;
    let label = if call.name == "[" { "[" } else { "test" };
    let prefix = call.prefix.strip_suffix(&format!("{label}: ")).unwrap_or(call.prefix).to_owned();
    if call.name == "[" {
        match args.split_last() {
            Some((last, rest)) if last == "]" => args = rest,
            _ => {
                io.err(&format!("{prefix}[: missing `]'\n"));
                return 2;
            }
        }
    }
    let mut t = Test { io, args, at: 0, depth: 0 };
    match t.run() {
        Ok(value) => i32::from(!value),
        Err(text) => {
            io.err(&format!("{prefix}{label}: {text}\n"));
            2
        }
    }
}

struct Test<'a, 'b> {
    io: &'a mut Io<'b>,
    args: &'a [String],
    at: usize,
    depth: u32,
}

impl Test<'_, '_> {
    /// POSIX decides by the number of arguments first.
    fn run(&mut self) -> Result<bool, String> {
        match self.args {
            [] => Ok(false),
            [one] => Ok(!one.is_empty()),
            [not, one] if not == "!" => Ok(one.is_empty()),
            [op, one] => unary(self.io, op, one).ok_or_else(|| format!("{op}: unary operator expected")),
            [a, op, b] if is_binary(op) => binary(self.io, a, op, b),
            _ => {
                let value = self.or()?;
                match self.args.get(self.at) {
                    None => Ok(value),
                    Some(_) => Err("too many arguments".to_owned()),
                }
            }
        }
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.args.get(self.at).is_some_and(|a| a == word);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<bool, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("too deep".to_owned());
        }
        let mut value = self.and()?;
        while self.eat("-o") {
            value |= self.and()?;
        }
        self.depth -= 1;
        Ok(value)
    }

    fn and(&mut self) -> Result<bool, String> {
        let mut value = self.primary()?;
        while self.eat("-a") {
            value &= self.primary()?;
        }
        Ok(value)
    }

    fn primary(&mut self) -> Result<bool, String> {
        if self.eat("!") {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err("too deep".to_owned());
            }
            return self.primary().map(|v| !v);
        }
        if self.eat("(") {
            let value = self.or()?;
            return if self.eat(")") { Ok(value) } else { Err("`)' expected".to_owned()) };
        }
        let Some(first) = self.args.get(self.at) else { return Err("argument expected".to_owned()) };
        if let (Some(op), Some(right)) =
            (self.args.get(self.at + 1).filter(|o| is_binary(o)), self.args.get(self.at + 2))
        {
            self.at += 3;
            return binary(self.io, first, op, right);
        }
        if let Some(operand) = self.args.get(self.at + 1)
            && first.len() == 2
            && first.starts_with('-')
            && let Some(value) = unary(self.io, first, operand)
        {
            self.at += 2;
            return Ok(value);
        }
        self.at += 1;
        Ok(!first.is_empty())
    }
}

fn is_binary(op: &str) -> bool {
    matches!(
        op,
        "=" | "=="
            | "!="
            | "<"
            | ">"
            | "-eq"
            | "-ne"
            | "-lt"
            | "-le"
            | "-gt"
            | "-ge"
            | "-nt"
            | "-ot"
            | "-ef"
            | "-a"
            | "-o"
    )
}

/// A test of one operand; None where there is no such operator.
pub fn unary(io: &mut Io<'_>, op: &str, text: &str) -> Option<bool> {
    Some(match op {
        "-z" => text.is_empty(),
        "-n" => !text.is_empty(),
        "-e" | "-a" => io.stat(text).is_ok(),
        "-f" => io.stat(text).is_ok_and(|s| !s.is_dir),
        "-d" => io.is_dir(text),
        "-r" | "-w" | "-O" | "-G" => io.stat(text).is_ok(),
        "-x" => io.stat(text).is_ok_and(|s| s.mode & 0o111 != 0),
        "-s" => io.stat(text).is_ok_and(|s| s.size > 0),
        "-L" | "-h" => io.lstat(text).is_ok_and(|s| s.link.is_some()),
        "-t" => text.parse().is_ok_and(|fd| io.is_tty(fd)),
        "-b" | "-c" | "-p" | "-S" | "-g" | "-u" | "-k" => false,
        _ => return None,
    })
}

/// A test of two operands.
pub fn binary(io: &mut Io<'_>, a: &str, op: &str, b: &str) -> Result<bool, String> {
    let number = |t: &str| t.trim().parse::<i64>().map_err(|_| format!("{t}: integer expression expected"));
    Ok(match op {
        "=" | "==" => a == b,
        "!=" => a != b,
        "<" => a < b,
        ">" => a > b,
        "-a" => !a.is_empty() && !b.is_empty(),
        "-o" => !a.is_empty() || !b.is_empty(),
        "-nt" | "-ot" => {
            let mut changed = |p: &str| io.stat(p).ok().map(|s| s.changed);
            let (a, b) = (changed(a), changed(b));
            if op == "-nt" { a > b } else { a < b }
        }
        "-ef" => io.path(a) == io.path(b),
        _ => {
            let (x, y) = (number(a)?, number(b)?);
            match op {
                "-eq" => x == y,
                "-ne" => x != y,
                "-lt" => x < y,
                "-le" => x <= y,
                "-gt" => x > y,
                "-ge" => x >= y,
                _ => return Err(format!("{op}: binary operator expected")),
            }
        }
    })
}
