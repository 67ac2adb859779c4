//! The shell's own commands.

mod declare;
mod flow;
pub(super) mod jobs;
mod read;
mod state;

use super::interp::{Flavor, Interp};
use super::io::Io;
use super::tools;
pub use state::HELP;

/// What a builtin came to.
pub(super) enum Outcome {
    Done(i32),
    /// It changed what the shell does next.
    Went,
    /// Another program took this process over.
    Replaced,
    /// Ask again later.
    Wait,
}

/// A builtin; the bytes are what it has gathered while it waited.
type Builtin = fn(&mut Interp, &mut Io<'_>, &[String], &mut Vec<u8>) -> Outcome;

const TABLE: &[(&str, Builtin)] = &[
    (":", |_, _, _, _| Outcome::Done(0)),
    (".", flow::source),
    ("alias", state::alias),
    ("bg", jobs::bg),
    ("break", flow::break_loop),
    ("builtin", flow::command),
    ("cd", state::cd),
    ("command", flow::command),
    ("continue", flow::break_loop),
    ("declare", declare::declare),
    ("eval", flow::eval),
    ("exec", flow::exec),
    ("exit", flow::exit),
    ("export", declare::declare),
    ("fg", jobs::fg),
    ("getopts", state::getopts),
    ("hash", |_, _, _, _| Outcome::Done(0)),
    ("help", state::help),
    ("history", state::history),
    ("jobs", jobs::jobs),
    ("kill", jobs::kill),
    ("let", state::let_numbers),
    ("local", declare::declare),
    ("logout", flow::exit),
    ("read", read::read),
    ("readonly", declare::declare),
    ("return", flow::return_from),
    ("set", state::set),
    ("shift", state::shift),
    ("shopt", |_, _, _, _| Outcome::Done(0)),
    ("source", flow::source),
    ("trap", flow::trap),
    ("type", flow::kind),
    ("typeset", declare::declare),
    ("ulimit", |_, io, _, _| {
        io.out("unlimited\n");
        Outcome::Done(0)
    }),
    ("umask", |_, io, _, _| {
        io.out("0022\n");
        Outcome::Done(0)
    }),
    ("unalias", state::unalias),
    ("unset", state::unset),
    ("wait", jobs::wait),
];

/// Tools that the shell runs itself, without a process.
const INLINE: &[&str] = &["echo", "printf", "test", "[", "true", "false", "pwd"];

/// Builtins that only bash has.
const BASH_ONLY: &[&str] = &["declare", "typeset", "source", "shopt", "help", "logout", "builtin"];

fn find(name: &str) -> Option<Builtin> {
    TABLE.iter().find(|(n, _)| *n == name).map(|(_, f)| *f)
}

pub(super) fn is_builtin(name: &str, flavor: Flavor) -> bool {
    if flavor == Flavor::Dash && BASH_ONLY.contains(&name) {
        return false;
    }
    INLINE.contains(&name) || find(name).is_some()
}

/// All names, for completion and `help`.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(n, _)| *n).chain(INLINE.iter().copied())
}

pub(super) fn run(sh: &mut Interp, io: &mut Io<'_>, argv: &[String], partial: &mut Vec<u8>) -> Outcome {
    let name = argv.first().map_or("", String::as_str);
    if let Some(builtin) = find(name) {
        return builtin(sh, io, argv, partial);
    }
    match tools::quick(name) {
        Some(tool) => {
            let prefix = sh.prefix();
            Outcome::Done(tool(io, &tools::Call { name, args: &argv[1..], prefix: &prefix }))
        }
        None => Outcome::Done(127),
    }
}

pub(super) use state::{set_flag, set_option};

/// A word as a shell would read it back.
pub fn quote_if_needed(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./:=,@%+^".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
