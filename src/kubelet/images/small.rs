//! Small programs of single images: what hogs memory, what tells fortunes, clients that say what they cannot do.

use super::language::Run;
use crate::sh::io::Io;
use crate::sh::process::{Program, Step};
use crate::sh::signal::Signal;
use std::time::Duration;

/// Programs of a few lines each, by name.
pub const PROGRAMS: &[(&str, Run)] = &[
    ("client", client),
    ("fortune", fortune),
    ("hello-world", hello),
    ("packages", packages),
    ("pg_isready", pg_isready),
];

fn hello(io: &mut Io<'_>, _: &[String]) -> i32 {
    io.out("\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n\n");
    0
}

fn client(io: &mut Io<'_>, argv: &[String]) -> i32 {
    let name = argv.first().map_or("", |a| a.rsplit('/').next().unwrap_or(""));
    io.err(&format!("{name}: queries are not simulated here\n"));
    1
}

/// A package manager: there is no archive to fetch from.
fn packages(io: &mut Io<'_>, argv: &[String]) -> i32 {
    let name = argv.first().map_or("", |a| a.rsplit('/').next().unwrap_or(""));
    io.err(&format!("{name}: installing packages is not simulated here; choose an image that has the program\n"));
    1
}

fn pg_isready(io: &mut Io<'_>, _: &[String]) -> i32 {
    match io.connect("127.0.0.1", 5432) {
        Ok(sock) => {
            io.sock_close(sock);
            io.out("/var/run/postgresql:5432 - accepting connections\n");
            0
        }
        Err(_) => {
            io.out("/var/run/postgresql:5432 - no response\n");
            2
        }
    }
}

const SAYINGS: &[&str] = &[
    "A pod that is watched never crashes.",
    "You will soon meet a tall, dark node.",
    "He who deletes in haste restores at leisure.",
    "The label you forgot is the one the service selects.",
    "Today is a good day to write a readiness probe.",
    "Two containers may share a pod, but not a port.",
    "The longest wait is the one without a timeout.",
];

fn fortune(io: &mut Io<'_>, _: &[String]) -> i32 {
    let at = usize::try_from(io.random() % SAYINGS.len() as u64).unwrap_or(0);
    io.out(&format!("{}\n", SAYINGS.get(at).copied().unwrap_or("")));
    0
}

/// `stress`: workers that hold memory and burn CPU (the latter is not felt here).
#[derive(Clone)]
struct Stress {
    args: Vec<String>,
    until: Option<crate::apimachinery::Time>,
    started: bool,
}

/// Makes the hog from its command line.
pub fn stress(argv: &[String]) -> Box<dyn Program> {
    Box::new(Stress { args: argv.to_vec(), until: None, started: false })
}

impl Stress {
    fn option(&self, names: &[&str]) -> Option<&str> {
        let at = self.args.iter().position(|a| names.contains(&a.as_str()))?;
        self.args.get(at + 1).map(String::as_str)
    }

    fn count(&self, names: &[&str]) -> u64 {
        self.option(names).and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    fn start(&mut self, io: &mut Io<'_>) -> Option<Step> {
        if self.args.len() < 2 || self.option(&["--help"]).is_some() || self.args.iter().any(|a| a == "--help") {
            io.out("Usage: stress [OPTION [ARG]] ...\n -c, --cpu N, -m, --vm N, --vm-bytes B, --vm-hang N, -t, --timeout N\n");
            return Some(Step::Exit(0));
        }
        let (cpu, disk, vm) = (self.count(&["-c", "--cpu"]), self.count(&["-d", "--hdd"]), self.count(&["-m", "--vm"]));
        io.out(&format!(
            "stress: info: [1] dispatching hogs: {cpu} cpu, {} io, {vm} vm, {disk} hdd\n",
            self.count(&["-i", "--io"])
        ));
        let bytes = bytes(self.option(&["--vm-bytes"]).unwrap_or("256M"));
        let total = self.option(&["-mem-total"]).map_or(vm.saturating_mul(bytes), self::bytes);
        if let Some(seconds) = self.option(&["-t", "--timeout"]) {
            let seconds: u64 = seconds.trim_end_matches('s').parse().unwrap_or(60);
            self.until = Some(io.now() + Duration::from_secs(seconds.min(1 << 31)));
        }
        io.allocate(total);
        None
    }
}

/// `250M`, `1G`, `150Mi`: bytes.
fn bytes(text: &str) -> u64 {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = match text.chars().nth(digits.len()) {
        Some('k' | 'K') => 1 << 10,
        Some('m' | 'M') => 1 << 20,
        Some('g' | 'G') => 1 << 30,
        _ => 1,
    };
    digits.parse::<u64>().unwrap_or(0).saturating_mul(unit)
}

impl Program for Stress {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        if !std::mem::replace(&mut self.started, true)
            && let Some(end) = self.start(io)
        {
            return end;
        }
        match self.until {
            Some(until) if io.now() >= until => {
                io.out("stress: info: [1] successful run completed\n");
                return Step::Exit(0);
            }
            Some(until) => io.wake_at(until),
            None => {}
        }
        Step::Wait
    }

    fn handles(&self, _: Signal) -> bool {
        false
    }

    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// A program that is done at once.
#[derive(Clone)]
pub struct Once {
    pub run: Run,
    pub argv: Vec<String>,
}

impl Program for Once {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        Step::Exit((self.run)(io, &self.argv))
    }

    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
