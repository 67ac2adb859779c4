//! The tools that tutorials use: small state machines and functions over a machine's system calls.

mod awk;
mod cat;
mod curl;
mod cut;
mod digest;
mod disk;
mod dns;
mod echo;
mod expr;
mod fetch;
mod filter;
mod grep;
mod head;
mod info;
pub(super) use info::user;
mod jq;
mod launch;
mod ls;
mod mounts;
mod nc;
pub mod opts;
mod paths;
mod ps;
pub mod sed;
pub mod sleep;
mod sort;
mod tail;
mod tee;
pub mod test;
mod tr;
mod wc;
mod wget;

use super::interp::{Flavor, Interp};
use super::io::Io;
use super::process::{Program, Step};

/// How a tool was called.
pub struct Call<'a> {
    pub name: &'a str,
    pub args: &'a [String],
    /// What its messages begin with: `ls: `, or the shell's prefix for builtins.
    pub prefix: &'a str,
}

/// A tool that is done at once; returns its exit code.
pub type Quick = fn(&mut Io<'_>, &Call<'_>) -> i32;

/// A tool that waits, reads or starts others.
type Maker = fn(&str, &[String]) -> Box<dyn Program>;

const QUICK: &[(&str, Quick)] = &[
    ("[", test::run),
    ("arch", info::arch),
    ("basename", paths::basename),
    ("chmod", disk::chmod),
    ("chown", disk::chown),
    ("clear", info::clear),
    ("cp", disk::cp),
    ("date", info::date),
    ("df", mounts::df),
    ("dig", dns::dig),
    ("dirname", paths::dirname),
    ("du", paths::du),
    ("echo", echo::echo),
    ("expr", expr::expr),
    ("false", |_, _| 1),
    ("find", paths::find),
    ("free", info::free),
    ("getent", dns::getent),
    ("host", dns::dig),
    ("hostname", info::hostname),
    ("id", info::id),
    ("kill", ps::kill),
    ("killall", ps::killall),
    ("ln", disk::ln),
    ("ls", ls::ls),
    ("man", info::man),
    ("mkdir", disk::mkdir),
    ("mktemp", disk::mktemp),
    ("mount", mounts::mount),
    ("mv", disk::mv),
    ("nproc", info::nproc),
    ("nslookup", dns::nslookup),
    ("pgrep", ps::pidof),
    ("pidof", ps::pidof),
    ("printenv", info::printenv),
    ("printf", echo::printf),
    ("ps", ps::ps),
    ("pwd", paths::pwd),
    ("readlink", paths::readlink),
    ("realpath", paths::readlink),
    ("rm", disk::rm),
    ("rmdir", disk::rmdir),
    ("seq", paths::seq),
    ("stat", paths::stat),
    ("sync", |_, _| 0),
    ("test", test::run),
    ("touch", disk::touch),
    ("true", |_, _| 0),
    ("tty", info::tty),
    ("uname", info::uname),
    ("uptime", info::uptime),
    ("which", paths::which_tool),
    ("whoami", info::whoami),
];

const MAKERS: &[(&str, Maker)] = &[
    ("awk", awk::make),
    ("base64", digest::make),
    ("cat", cat::make),
    ("curl", curl::make),
    ("cut", cut::make),
    ("egrep", grep::make),
    ("env", launch::env),
    ("fgrep", grep::make),
    ("gawk", awk::make),
    ("grep", grep::make),
    ("head", head::make),
    ("jq", jq::make),
    ("less", cat::make),
    ("md5sum", digest::make),
    ("more", cat::make),
    ("nc", nc::make),
    ("nl", cat::make),
    ("nohup", launch::env),
    ("ping", dns::ping),
    ("rev", cat::make),
    ("sed", sed::make),
    ("sha256sum", digest::make),
    ("sleep", |_, args| Box::new(sleep::Sleep::new(args))),
    ("sort", sort::make),
    ("stdbuf", launch::env),
    ("tac", cat::make),
    ("tail", tail::make),
    ("tee", tee::make),
    ("telnet", nc::make),
    ("time", launch::env),
    ("timeout", launch::timeout),
    ("tr", tr::make),
    ("uniq", sort::make_uniq),
    ("watch", launch::watch),
    ("wc", wc::make),
    ("wget", wget::make),
    ("xargs", launch::xargs),
    ("yes", echo::yes),
];

/// A quick tool by name.
pub fn quick(name: &str) -> Option<Quick> {
    QUICK.binary_search_by(|(n, _)| n.cmp(&name)).ok().map(|at| QUICK[at].1)
}

/// The names of all tools.
pub fn names() -> impl Iterator<Item = &'static str> {
    QUICK.iter().map(|(n, _)| *n).chain(MAKERS.iter().map(|(n, _)| *n))
}

/// The program behind an executable's name; None where there is none.
pub fn load(name: &str, argv: &[String]) -> Option<Box<dyn Program>> {
    if name == "script" {
        return script(argv);
    }
    let shell = match name {
        "bash" => Some(Flavor::Bash),
        "dash" | "sh" => Some(Flavor::Dash),
        "ash" => Some(Flavor::Ash),
        _ => None,
    };
    if let Some(flavor) = shell {
        return Some(Box::new(Interp::new(flavor)));
    }
    // Programs that the laptop drives: kubectl, and what opens the page's editor.
    if matches!(name, "kubectl" | "editor") {
        return Some(Box::new(External));
    }
    if let Some(run) = quick(name) {
        return Some(Box::new(Once { run }));
    }
    let make = MAKERS.iter().find(|(n, _)| *n == name)?.1;
    Some(make(name, argv.get(1..).unwrap_or(&[])))
}

/// The interpreter that a script's first line names; only shells are simulated.
fn script(argv: &[String]) -> Option<Box<dyn Program>> {
    let text = argv.get(1)?;
    let first = text.lines().next()?.strip_prefix("#!")?.trim();
    let mut words = first.split_whitespace();
    let mut program = words.next()?.rsplit('/').next()?;
    if program == "env" {
        program = words.next()?;
    }
    let flavor = match program {
        "bash" => Flavor::Bash,
        "sh" | "dash" => Flavor::Dash,
        "ash" => Flavor::Ash,
        _ => return None,
    };
    Some(Box::new(Interp::script(flavor, text)))
}

/// A quick tool as a process.
#[derive(Clone)]
struct Once {
    run: Quick,
}

impl Program for Once {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        let argv = io.argv().to_vec();
        let path = argv.first().map_or("", String::as_str);
        let name = path.rsplit('/').next().unwrap_or(path);
        let prefix = format!("{name}: ");
        Step::Exit((self.run)(io, &Call { name, args: argv.get(1..).unwrap_or(&[]), prefix: &prefix }))
    }
    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// A process that is driven from outside the kernel.
#[derive(Clone)]
struct External;

impl Program for External {
    fn step(&mut self, _: &mut Io<'_>) -> Step {
        Step::Wait
    }
    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
    fn is_external(&self) -> bool {
        true
    }
}

/// Where a command is on the path.
pub fn which(io: &mut Io<'_>, name: &str, path: Option<&str>) -> Option<String> {
    let runs = |io: &mut Io<'_>, path: &str| io.stat(path).is_ok_and(|s| !s.is_dir && s.mode & 0o111 != 0);
    if name.contains('/') {
        return runs(io, name).then(|| name.to_owned());
    }
    let dirs = path.unwrap_or("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").to_owned();
    dirs.split(':').map(|dir| format!("{}/{name}", dir.trim_end_matches('/'))).find(|path| runs(io, path))
}

/// True on machines with GNU's tools; the others have busybox'.
pub fn is_gnu(io: &Io<'_>) -> bool {
    io.kernel().files.exists("/usr/bin/bash")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_tools_are_sorted_for_the_search() {
        assert!(QUICK.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(QUICK.iter().all(|(name, _)| quick(name).is_some()));
    }
}
