//! The running shell: an explicit stack of frames over shared trees, so that it can be cloned in the middle of a loop.

mod control;
mod frame;
mod input;
mod messages;
mod signals;

pub(super) use frame::{Frame, Move, Sub};
pub(super) use input::Source;
pub use messages::Flavor;

use super::ast::Node;
use super::io::Io;
use super::parser;
use super::process::{Pid, Program, Step};
use super::signal::Signal;
use super::vars::Vars;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// A job in the background.
#[derive(Clone, Debug)]
pub struct Job {
    pub number: u32,
    pub pid: Pid,
    pub text: Rc<str>,
    pub status: Option<i32>,
    pub signal: Option<Signal>,
}

/// `set -e` and its like.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub errexit: bool,
    pub nounset: bool,
    pub xtrace: bool,
    pub pipefail: bool,
    pub noglob: bool,
}

/// A shell.
#[derive(Clone)]
pub struct Interp {
    pub vars: Vars,
    pub flavor: Flavor,
    pub options: Options,
    pub functions: Rc<BTreeMap<String, Rc<Node>>>,
    pub aliases: Rc<BTreeMap<String, String>>,
    /// By signal; `Signal(0)` is EXIT. The empty text ignores.
    pub traps: BTreeMap<Signal, Rc<str>>,
    pub jobs: Vec<Job>,
    /// Prompts, controls jobs, survives Ctrl-C.
    pub interactive: bool,
    /// A line was run since jobs that have ended were last told of.
    unreported: bool,
    pub history: Vec<String>,
    pub(super) source: Source,
    pub(super) frames: Vec<Frame>,
    /// Nothing follows: the last command may take this process over.
    pub(super) last: bool,
    pub(super) subshell: bool,
    pub(super) exiting: Option<i32>,
    pub(super) line: u32,
    /// `bash -c`, or the script's name, for messages.
    pub(super) label: Rc<str>,
    raised: VecDeque<Signal>,
    started: bool,
    /// A script's text, for a shell that was loaded for one.
    script: Option<Rc<str>>,
}

const MOVES: u32 = 64;
const MAX_FRAMES: usize = 1_000;

impl Interp {
    pub fn new(flavor: Flavor) -> Self {
        Self {
            vars: Vars::new("sh", &BTreeMap::new()),
            flavor,
            options: Options::default(),
            functions: Rc::default(),
            aliases: Rc::default(),
            traps: BTreeMap::new(),
            jobs: Vec::new(),
            interactive: false,
            unreported: false,
            history: Vec::new(),
            source: Source::Done,
            frames: Vec::new(),
            last: false,
            subshell: false,
            exiting: None,
            line: 1,
            label: Rc::from(""),
            raised: VecDeque::new(),
            started: false,
            script: None,
        }
    }

    /// A shell that runs a script whose text is known.
    pub fn script(flavor: Flavor, text: &str) -> Self {
        Self { script: Some(Rc::from(text)), ..Self::new(flavor) }
    }

    /// The shell of a terminal: its owner feeds it lines.
    pub fn terminal() -> Self {
        Self { source: Source::Fed, interactive: true, ..Self::new(Flavor::Bash) }
    }

    /// True where a fed shell has nothing to do.
    pub fn is_idle(&self) -> bool {
        self.source == Source::Fed && self.frames.is_empty() && self.exiting.is_none()
    }

    /// The status of a command that ended; with `set -e` a failure that nobody tests ends the shell.
    pub(super) fn done(&mut self, status: i32) -> Move {
        self.vars.status = status;
        if status != 0 && self.options.errexit && !self.is_tested() {
            self.exit(status);
        }
        Move::Go
    }

    fn is_tested(&self) -> bool {
        self.frames.iter().any(|frame| match frame {
            Frame::If { .. } | Frame::Negate => true,
            Frame::While { testing, .. } => *testing,
            Frame::AndOr { node, at } => matches!(&**node, Node::AndOr { rest, .. } if *at <= rest.len()),
            _ => false,
        })
    }

    /// Begins to end: the EXIT trap comes first.
    pub(super) fn exit(&mut self, status: i32) {
        let again = self.exiting.replace(status).is_some();
        self.vars.status = status;
        self.frames.clear();
        self.source = Source::Done;
        if again {
            return;
        }
        if let Some(text) = self.traps.remove(&Signal(0))
            && let Ok(node) = parser::parse(&text, &self.aliases)
        {
            self.push(node);
        }
    }

    fn advance(&mut self, io: &mut Io<'_>) -> Move {
        match self.frames.pop() {
            None => self.next_command(io),
            Some(frame) => self.resume(io, frame),
        }
    }

    /// A copy that runs something in a process of its own.
    pub(super) fn fork_state(&self) -> Self {
        let mut copy = self.clone();
        copy.frames = Vec::new();
        copy.source = Source::Done;
        copy.subshell = true;
        copy.last = true;
        copy.jobs = Vec::new();
        copy.interactive = false;
        copy.raised = VecDeque::new();
        // A subshell forgets traps, but what is ignored stays so.
        copy.traps.retain(|_, text| text.is_empty());
        copy
    }
}

impl Program for Interp {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        if !self.started {
            self.start(io);
        }
        self.signals(io);
        for _ in 0..MOVES {
            if io.is_blocked() {
                return Step::Again;
            }
            if self.frames.len() > MAX_FRAMES {
                self.complain(io, "maximum nesting level exceeded");
                self.unwind(io, |_| false);
                self.exit(1);
            }
            match self.advance(io) {
                Move::Go => {}
                Move::Wait => return Step::Wait,
                Move::Exit(code) => return Step::Exit(code),
                Move::Replaced => return Step::Again,
            }
            self.signals(io);
        }
        Step::Again
    }

    fn handles(&self, signal: Signal) -> bool {
        match self.traps.get(&signal) {
            Some(text) => !text.is_empty(),
            None => self.interactive && matches!(signal, Signal::INT | Signal::QUIT | Signal::TERM | Signal::XFSZ),
        }
    }

    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn shell(&mut self) -> Option<&mut Interp> {
        Some(self)
    }

    fn shell_ref(&self) -> Option<&Interp> {
        Some(self)
    }
}
