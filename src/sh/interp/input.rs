//! Where a shell's commands come from: its arguments, a script, standard input, or the owner of its terminal.

use super::Interp;
use super::frame::Move;
use super::messages::Flavor;
use crate::sh::builtins::{self, jobs};
use crate::sh::env::Read;
use crate::sh::io::Io;
use crate::sh::parser::{self, ParseError};
use crate::sh::tools::user;
use crate::sh::vars::Vars;
use std::iter::Peekable;
use std::rc::Rc;

/// What `$BASH_VERSION` says.
const BASH_VERSION: &str = "5.2.15(1)-release";

/// Where the next commands come from.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sh) enum Source {
    /// There are no more.
    Done,
    /// Standard input, line by line.
    Stdin { program: String, line: Vec<u8>, prompted: bool },
    /// The owner feeds lines (a terminal of the laptop).
    Fed,
}

/// What a shell's own options say of where its commands are.
#[derive(Default)]
struct StartOptions {
    /// `-c`
    command: bool,
    /// `-i`
    interactive: bool,
}

impl Interp {
    /// Gives a fed shell a line; the status of a line that is no program is 2, and its message is returned.
    pub fn feed(&mut self, text: &str) -> Result<(), ParseError> {
        match parser::parse(text, &self.aliases) {
            Ok(node) => {
                self.push(node);
                self.unreported = true;
                Ok(())
            }
            Err(e) => {
                self.vars.status = 2;
                Err(e)
            }
        }
    }

    pub(super) fn next_command(&mut self, io: &mut Io<'_>) -> Move {
        if self.exiting.is_some() || self.source == Source::Done {
            if self.exiting.is_none() {
                let status = self.vars.status;
                self.exit(status);
                return Move::Go;
            }
            return Move::Exit(self.exiting.unwrap_or(0) & 0xff);
        }
        if self.source == Source::Fed {
            // The next prompt stands now.
            if std::mem::take(&mut self.unreported) {
                jobs::report(self, io);
            }
            return Move::Wait;
        }
        self.read_line(io)
    }

    /// Takes the next line of standard input; what follows it stays there for the commands.
    fn read_line(&mut self, io: &mut Io<'_>) -> Move {
        let prompts = matches!(&self.source, Source::Stdin { program, prompted: false, .. } if program.is_empty());
        if self.interactive && prompts {
            jobs::report(self, io);
        }
        let prompt = self.prompt(io);
        let Source::Stdin { program, line, prompted } = &mut self.source else { return Move::Wait };
        if self.interactive && !*prompted {
            *prompted = true;
            io.err(if program.is_empty() { &prompt } else { "> " });
        }
        let ended = match io.read(0, 1 << 16) {
            Read::Wait => return Move::Wait,
            Read::Data(data) => match data.iter().position(|b| *b == b'\n') {
                Some(at) => {
                    line.extend_from_slice(&data[..=at]);
                    io.unread(0, &data[at + 1..]);
                    false
                }
                None => {
                    line.extend_from_slice(&data);
                    return Move::Go;
                }
            },
            Read::End => true,
        };
        *prompted = false;
        program.push_str(&String::from_utf8_lossy(&std::mem::take(line)));
        if ended && program.trim().is_empty() {
            if self.interactive {
                io.err("exit\n");
            }
            let status = self.vars.status;
            self.exit(status);
            return Move::Go;
        }
        let text = std::mem::take(program);
        match parser::parse(&text, &self.aliases) {
            Ok(node) => self.push(node),
            Err(ParseError::Incomplete(_)) if !ended => {
                if let Source::Stdin { program, .. } = &mut self.source {
                    *program = text;
                }
            }
            Err(e) => {
                io.err(&self.syntax_error(&e, &text));
                self.vars.status = 2;
                if !self.interactive || ended {
                    self.exit(2);
                }
            }
        }
        Move::Go
    }

    fn prompt(&self, io: &Io<'_>) -> String {
        let cwd = io.cwd();
        let root = io.kernel().user == "root";
        let mark = if root { '#' } else { '$' };
        match (self.vars.get("PS1"), self.flavor) {
            (Some(ps1), _) => ps1
                .replace("\\h", &io.kernel().hostname)
                .replace("\\u", &io.kernel().user)
                .replace("\\w", &cwd)
                .replace("\\$", &mark.to_string()),
            (None, Flavor::Bash) => format!("{}@{}:{cwd}{mark} ", io.kernel().user, io.kernel().hostname),
            (None, Flavor::Ash) => format!("{cwd} {mark} "),
            (None, Flavor::Dash) => format!("{mark} "),
        }
    }

    /// Reads this process' arguments: `-c text`, a script, or standard input.
    pub(super) fn start(&mut self, io: &mut Io<'_>) {
        self.started = true;
        let argv = io.argv().to_vec();
        let name = argv.first().cloned().unwrap_or_default();
        self.vars = Vars::new(&name, &io.environ());
        self.vars.pid = io.pid();
        self.furnish(io);
        if let Some(text) = self.script.clone() {
            self.vars.params = Rc::new(argv.into_iter().skip(1).collect());
            return self.run_text(io, &text);
        }
        if self.source == Source::Fed {
            return;
        }
        let mut args = argv.into_iter().skip(1).peekable();
        let told = self.start_options(&mut args);
        if told.command {
            let Some(text) = args.next() else {
                io.err(&format!("{name}: -c: option requires an argument\n"));
                return self.exit(2);
            };
            if let Some(zero) = args.next() {
                self.vars.name = Rc::from(zero.as_str());
            }
            self.vars.params = Rc::new(args.collect());
            self.label = Rc::from("-c");
            return self.run_text(io, &text);
        }
        match args.next().filter(|_| !told.interactive) {
            Some(path) => {
                self.vars.params = Rc::new(args.collect());
                self.run_file(io, &name, &path);
            }
            None => {
                self.interactive = told.interactive || (io.is_tty(0) && io.is_tty(2));
                self.source = Source::Stdin { program: String::new(), line: Vec::new(), prompted: false };
            }
        }
    }

    /// Sets what a shell finds out by itself when it starts: where it is, who it is, how deep it lies in other shells.
    fn furnish(&mut self, io: &mut Io<'_>) {
        let (_, uid) = user(io);
        let ppid = io.kernel().process(io.pid()).map_or(0, |p| p.ppid);
        let level = self.vars.get("SHLVL").and_then(|l| l.parse::<u32>().ok()).map_or(1, |l| l.saturating_add(1));
        let mut set = |name: &str, value: &str, exported: bool| {
            // Nothing is read-only yet.
            let _ = self.vars.set(name, value);
            self.vars.entry(name).exported |= exported;
        };
        set("PWD", &io.cwd(), true);
        if self.flavor != Flavor::Dash {
            set("SHLVL", &level.to_string(), true);
        }
        set("PPID", &ppid.to_string(), false);
        if self.flavor == Flavor::Bash {
            set("UID", &uid.to_string(), false);
            set("EUID", &uid.to_string(), false);
            set("HOSTNAME", &io.kernel().hostname.clone(), false);
            set("BASH_VERSION", BASH_VERSION, false);
            set("OSTYPE", "linux-gnu", false);
            set("HOSTTYPE", "x86_64", false);
        }
    }

    /// Takes the options that stand before a script or a command.
    fn start_options(&mut self, args: &mut Peekable<impl Iterator<Item = String>>) -> StartOptions {
        let mut told = StartOptions::default();
        while let Some(arg) = args.next_if(|a| a.len() > 1 && (a.starts_with('-') || a.starts_with('+'))) {
            match arg.as_str() {
                "--" => break,
                "--login" | "--norc" | "--noprofile" | "--posix" => {}
                "-o" | "+o" => {
                    let name = args.next().unwrap_or_default();
                    builtins::set_option(self, &name, arg == "-o");
                }
                _ => {
                    for c in arg.chars().skip(1) {
                        match c {
                            'c' => told.command = true,
                            'i' => told.interactive = true,
                            _ => drop(builtins::set_flag(self, c, arg.starts_with('-'))),
                        }
                    }
                }
            }
        }
        told
    }

    /// `sh path`: runs a script; `name` is what this shell was called as.
    fn run_file(&mut self, io: &mut Io<'_>, name: &str, path: &str) {
        self.vars.name = Rc::from(path);
        match io.read_file(path) {
            Ok(data) => {
                let text = String::from_utf8_lossy(&data).into_owned();
                self.script = Some(Rc::from(text.as_str()));
                self.run_text(io, &text);
            }
            Err(e) => {
                let text = match self.flavor {
                    Flavor::Bash => format!("{name}: {path}: {}\n", e.text()),
                    Flavor::Dash => format!("{name}: 0: cannot open {path}: No such file\n"),
                    Flavor::Ash => format!("{name}: can't open '{path}': {}\n", e.text()),
                };
                io.err(&text);
                self.exit(127);
            }
        }
    }

    fn run_text(&mut self, io: &mut Io<'_>, text: &str) {
        self.last = true;
        match parser::parse(text, &self.aliases) {
            Ok(node) => self.push(node),
            Err(e) => {
                io.err(&self.syntax_error(&e, text));
                self.exit(2);
            }
        }
    }
}
