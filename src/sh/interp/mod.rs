//! The running shell: an explicit stack of frames over shared trees, so that it can be cloned in the middle of a loop.

use super::ast::Node;
use super::builtins::{self, Outcome};
use super::io::Io;
use super::parser::{self, Open, ParseError};
use super::process::{DescId, Pid, Program, Step};
use super::signal::Signal;
use super::vars::{Var, Vars};
use crate::apimachinery::Time;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// Whose manners a shell has: its messages, and what it expands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    Bash,
    /// Debian's `sh`.
    Dash,
    /// `sh` of busybox and Alpine.
    Ash,
}

/// Where the next commands come from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    /// There are no more.
    Done,
    /// Standard input, line by line.
    Stdin { program: String, line: Vec<u8>, prompted: bool },
    /// The owner feeds lines (a terminal of the laptop).
    Fed,
}

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

/// What is being done, innermost last.
#[derive(Clone)]
pub(super) enum Frame {
    List {
        node: Rc<Node>,
        at: usize,
    },
    AndOr {
        node: Rc<Node>,
        at: usize,
    },
    Negate,
    /// Children that are waited for; the status is the last one's.
    Children {
        pids: Vec<Pid>,
        statuses: Vec<Option<i32>>,
        negate: bool,
    },
    If {
        node: Rc<Node>,
        arm: usize,
    },
    For {
        node: Rc<Node>,
        words: VecDeque<String>,
    },
    ForArith {
        node: Rc<Node>,
        phase: u8,
    },
    While {
        node: Rc<Node>,
        testing: bool,
        last: i32,
    },
    /// A command whose words are expanded; `sub` is the command substitution that runs.
    Expand {
        node: Rc<Node>,
        outputs: Vec<String>,
        sub: Option<Sub>,
    },
    /// A builtin that waits.
    Builtin {
        argv: Rc<Vec<String>>,
        partial: Vec<u8>,
    },
    Call {
        params: Rc<Vec<String>>,
        locals: BTreeMap<String, Option<Var>>,
        sourced: bool,
    },
    RestoreFds(Vec<(u32, Option<DescId>)>),
    RestoreVars(Vec<(String, Option<Var>)>),
    /// After a trap's commands: the status from before.
    AfterTrap(i32),
    Time(Time),
}

/// A command substitution in flight.
#[derive(Clone)]
pub(super) struct Sub {
    pub pid: Pid,
    pub read: DescId,
    pub data: Vec<u8>,
    pub ended: bool,
}

/// What one move of the machine came to.
pub(super) enum Move {
    Go,
    Wait,
    Exit(i32),
    /// The process runs something else now.
    Replaced,
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

/// The last status of a loop whose body has not run.
const FIRST: i32 = -1;
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

    /// Gives a fed shell a line; the status of a line that is no program is 2, and its message is returned.
    pub fn feed(&mut self, text: &str) -> Result<(), ParseError> {
        match parser::parse(text, &self.aliases) {
            Ok(node) => {
                self.push(node);
                Ok(())
            }
            Err(e) => {
                self.vars.status = 2;
                Err(e)
            }
        }
    }

    /// `bash: `, `bash: line 1: `, `sh: 1: `: what messages begin with.
    pub fn prefix(&self) -> String {
        let name = if self.vars.name.contains('/') && !self.label.is_empty() { &self.label } else { &self.vars.name };
        let name = name.rsplit('/').next().unwrap_or("sh").trim_start_matches('-');
        match self.flavor {
            Flavor::Bash if self.interactive => format!("{name}: "),
            Flavor::Bash => {
                format!("{}: line {}: ", if self.script.is_some() { &self.vars.name } else { name }, self.line)
            }
            Flavor::Dash => format!("{name}: {}: ", self.line),
            Flavor::Ash => format!("{name}: "),
        }
    }

    pub(super) fn complain(&self, io: &mut Io<'_>, text: &str) {
        io.err(&format!("{}{text}\n", self.prefix()));
    }

    /// The words for a program that does not parse.
    #[inline(never)]
    pub fn syntax_error(&self, error: &ParseError, text: &str) -> String {
        let name = &self.vars.name;
        let dash_c = if self.interactive || &*self.label != "-c" { "" } else { "-c: " };
        let line_of = |line: u32| if self.interactive { String::new() } else { format!("line {line}: ") };
        if self.flavor != Flavor::Bash {
            let what = match error {
                ParseError::Unexpected { token, .. } => format!("syntax error: unexpected \"{token}\""),
                ParseError::Incomplete(Open::Quote(_)) => "syntax error: unterminated quoted string".to_owned(),
                ParseError::Incomplete(_) => "syntax error: unexpected end of file".to_owned(),
                ParseError::Other(text) => text.clone(),
            };
            return format!("{}{what}\n", self.prefix());
        }
        match error {
            ParseError::Unexpected { token, line } => {
                let at = format!("{name}: {dash_c}{}", line_of(*line));
                let source = text.lines().nth(*line as usize - 1).unwrap_or("");
                let shown = if self.interactive { String::new() } else { format!("{at}`{source}'\n") };
                format!("{at}syntax error near unexpected token `{token}'\n{shown}")
            }
            ParseError::Incomplete(Open::Quote(q)) => {
                let line = text.lines().count().max(1) as u32;
                format!("{name}: {dash_c}{}unexpected EOF while looking for matching `{q}'\n", line_of(line))
            }
            ParseError::Incomplete(_) => {
                let line = text.lines().count() as u32 + 1;
                format!("{name}: {dash_c}{}syntax error: unexpected end of file\n", line_of(line))
            }
            ParseError::Other(text) => format!("{}{text}\n", self.prefix()),
        }
    }

    /// Starts a tree of commands.
    pub(super) fn push(&mut self, node: Rc<Node>) {
        let frame = match &*node {
            Node::List(_) => Frame::List { node, at: 0 },
            Node::AndOr { .. } => Frame::AndOr { node, at: 0 },
            Node::If { .. } => Frame::If { node, arm: 0 },
            Node::While { .. } => Frame::While { node, testing: false, last: FIRST },
            Node::ForArith { .. } => Frame::ForArith { node, phase: 0 },
            _ => Frame::Expand { node, outputs: Vec::new(), sub: None },
        };
        self.frames.push(frame);
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

    /// Drops frames from the top down to (and with) the first for which `stop` is true; restores what they changed.
    pub(super) fn unwind(&mut self, io: &mut Io<'_>, mut stop: impl FnMut(&Frame) -> bool) -> Option<Frame> {
        while let Some(frame) = self.frames.pop() {
            let hit = stop(&frame);
            self.leave(io, &frame);
            if hit {
                return Some(frame);
            }
        }
        None
    }

    fn leave(&mut self, io: &mut Io<'_>, frame: &Frame) {
        match frame {
            Frame::RestoreFds(saved) => {
                for (fd, desc) in saved.iter().rev() {
                    io.set_fd(*fd, *desc);
                }
            }
            Frame::RestoreVars(saved) => {
                for (name, var) in saved.iter().rev() {
                    self.vars.restore(name, var.clone());
                }
            }
            Frame::Call { params, locals, .. } => {
                self.vars.params = params.clone();
                for (name, var) in locals {
                    self.vars.restore(name, var.clone());
                }
            }
            Frame::Expand { sub: Some(sub), .. } => io.close_desc(sub.read),
            _ => {}
        }
    }

    /// Ctrl-C at a terminal: everything is dropped.
    #[inline(never)]
    fn interrupt(&mut self, io: &mut Io<'_>) {
        self.unwind(io, |_| false);
        self.vars.status = 130;
        if let Source::Stdin { program, line, prompted } = &mut self.source {
            program.clear();
            line.clear();
            *prompted = false;
        }
        self.take_terminal(io);
    }

    /// Makes this shell's own group the one that Ctrl-C reaches.
    pub(super) fn take_terminal(&self, io: &mut Io<'_>) {
        if self.interactive && !self.subshell {
            let me = io.pid();
            let group = io.kernel().process(me).map_or(me, |p| p.pgid);
            io.set_foreground(group);
        }
    }

    /// Takes signals in: traps wait until the foreground command ends.
    fn signals(&mut self, io: &mut Io<'_>) {
        while let Some(signal) = io.take_signal() {
            match self.traps.get(&signal) {
                Some(text) if !text.is_empty() => self.raised.push_back(signal),
                _ if signal == Signal::INT && self.interactive => self.interrupt(io),
                _ if signal == Signal::XFSZ && self.interactive => {
                    io.err(&format!("{}\n", signal.description()));
                    self.interrupt(io);
                }
                _ => {}
            }
        }
        let waits_for_child = match self.frames.last() {
            Some(Frame::Children { .. }) => true,
            Some(Frame::Expand { sub, .. }) => sub.is_some(),
            _ => false,
        };
        if waits_for_child {
            return;
        }
        let Some(signal) = self.raised.pop_front() else { return };
        // `wait` and `read` end when a trap runs.
        if matches!(self.frames.last(), Some(Frame::Builtin { .. })) {
            self.frames.pop();
            self.vars.status = 128 + i32::from(signal.0);
        }
        if let Some(text) = self.traps.get(&signal).cloned() {
            self.frames.push(Frame::AfterTrap(self.vars.status));
            match parser::parse(&text, &self.aliases) {
                Ok(node) => self.push(node),
                Err(e) => {
                    let text = self.syntax_error(&e, &text);
                    io.err(&text);
                }
            }
        }
    }

    fn advance(&mut self, io: &mut Io<'_>) -> Move {
        match self.frames.pop() {
            None => self.next_command(io),
            Some(frame) => self.resume(io, frame),
        }
    }

    #[inline(never)]
    fn resume(&mut self, io: &mut Io<'_>, frame: Frame) -> Move {
        match frame {
            Frame::List { node, at } => self.list(io, node, at),
            Frame::AndOr { node, at } => self.and_or(node, at),
            Frame::Negate => {
                self.vars.status = i32::from(self.vars.status == 0);
                Move::Go
            }
            Frame::Children { pids, statuses, negate } => self.children(io, pids, statuses, negate),
            Frame::If { node, arm } => self.if_arm(node, arm),
            Frame::For { node, words } => self.for_word(io, node, words),
            Frame::ForArith { node, phase } => self.for_arith(io, node, phase),
            Frame::While { node, testing, last } => self.while_loop(node, testing, last),
            Frame::Expand { node, outputs, sub } => self.expand(io, node, outputs, sub),
            Frame::Builtin { argv, partial } => self.builtin(io, argv, partial),
            Frame::AfterTrap(status) => {
                self.vars.status = status;
                Move::Go
            }
            Frame::Time(start) => {
                let taken = io.now().since(start);
                let (m, s, ms) = (taken.as_secs() / 60, taken.as_secs() % 60, taken.subsec_millis());
                io.err(&format!("\nreal\t{m}m{s}.{ms:03}s\nuser\t0m0.000s\nsys\t0m0.000s\n"));
                Move::Go
            }
            frame => {
                self.leave(io, &frame);
                Move::Go
            }
        }
    }

    fn list(&mut self, io: &mut Io<'_>, node: Rc<Node>, at: usize) -> Move {
        let Node::List(items) = &*node else { return Move::Go };
        let Some(item) = items.get(at).cloned() else {
            if items.is_empty() {
                self.vars.status = 0;
            }
            return Move::Go;
        };
        if at + 1 < items.len() {
            self.frames.push(Frame::List { node, at: at + 1 });
        }
        if item.background {
            return self.background(io, item.node, item.text);
        }
        self.push(item.node);
        Move::Go
    }

    fn and_or(&mut self, node: Rc<Node>, at: usize) -> Move {
        let Node::AndOr { first, rest } = &*node else { return Move::Go };
        let next = match at.checked_sub(1) {
            None => Some((0, first.clone())),
            Some(from) => {
                let wanted = rest.iter().enumerate().skip(from);
                let ok = self.vars.status == 0;
                wanted.into_iter().find(|(_, (and, _))| *and == ok).map(|(i, (_, n))| (i + 1, n.clone()))
            }
        };
        if let Some((i, command)) = next {
            self.frames.push(Frame::AndOr { node: node.clone(), at: i + 1 });
            self.push(command);
        }
        Move::Go
    }

    fn if_arm(&mut self, node: Rc<Node>, arm: usize) -> Move {
        let Node::If { arms, otherwise } = &*node else { return Move::Go };
        // `arm` counts tests that were started; the last one's outcome is the status.
        if arm > 0 && self.vars.status == 0 {
            if let Some((_, body)) = arms.get(arm - 1) {
                self.push(body.clone());
            }
            return Move::Go;
        }
        match (arms.get(arm), otherwise) {
            (Some((test, _)), _) => {
                let test = test.clone();
                self.frames.push(Frame::If { node: node.clone(), arm: arm + 1 });
                self.push(test);
            }
            (None, Some(body)) => self.push(body.clone()),
            (None, None) => self.vars.status = 0,
        }
        Move::Go
    }

    fn while_loop(&mut self, node: Rc<Node>, testing: bool, last: i32) -> Move {
        let Node::While { until, test, body } = &*node else { return Move::Go };
        if !testing {
            let last = if last == FIRST { 0 } else { self.vars.status };
            self.frames.push(Frame::While { node: node.clone(), testing: true, last });
            self.push(test.clone());
        } else if (self.vars.status == 0) != *until {
            self.frames.push(Frame::While { node: node.clone(), testing: false, last: 0 });
            self.push(body.clone());
        } else {
            self.vars.status = last;
        }
        Move::Go
    }

    fn for_word(&mut self, io: &mut Io<'_>, node: Rc<Node>, mut words: VecDeque<String>) -> Move {
        let Node::For { var, body, .. } = &*node else { return Move::Go };
        let Some(word) = words.pop_front() else { return Move::Go };
        if let Err(text) = self.vars.set(var, &word) {
            self.complain(io, &text);
            return self.done(1);
        }
        let body = body.clone();
        self.frames.push(Frame::For { node, words });
        self.push(body);
        Move::Go
    }

    fn for_arith(&mut self, io: &mut Io<'_>, node: Rc<Node>, phase: u8) -> Move {
        let Node::ForArith { init, test, next, body } = &*node else { return Move::Go };
        let mut value = |me: &mut Self, word: &super::ast::Word| {
            let text = me.expander(io, &[], |e| e.string(word));
            let value = text.and_then(|t| super::arith::eval(&t, &mut me.vars).map_err(super::expand::Stop::Error));
            match value {
                Ok(n) => Some(n),
                Err(stop) => {
                    let text = match stop {
                        super::expand::Stop::Error(text) => text,
                        super::expand::Stop::Command(_) => "commands within (( )): not simulated here".to_owned(),
                    };
                    me.complain(io, &text);
                    None
                }
            }
        };
        let before = if phase == 0 { init } else { next };
        if value(self, before).is_none() {
            return self.done(1);
        }
        let holds = if test.0.is_empty() { Some(1) } else { value(self, test) };
        match holds {
            Some(0) => Move::Go,
            None => self.done(1),
            Some(_) => {
                let body = body.clone();
                self.frames.push(Frame::ForArith { node, phase: 1 });
                self.push(body);
                Move::Go
            }
        }
    }

    fn children(&mut self, io: &mut Io<'_>, pids: Vec<Pid>, mut statuses: Vec<Option<i32>>, negate: bool) -> Move {
        let mut interrupted = false;
        for (pid, status) in pids.iter().zip(&mut statuses) {
            if status.is_none() {
                match io.wait_child(*pid) {
                    Some(end) => {
                        interrupted |= end.signal == Some(Signal::INT);
                        self.report_end(io, end.signal);
                        *status = Some(end.code);
                    }
                    None if !io.has_child(*pid) => *status = Some(127),
                    None => {}
                }
            }
        }
        if statuses.contains(&None) {
            self.frames.push(Frame::Children { pids, statuses, negate });
            return Move::Wait;
        }
        self.take_terminal(io);
        if interrupted && self.interactive {
            self.interrupt(io);
            return Move::Go;
        }
        let codes: Vec<i32> = statuses.into_iter().flatten().collect();
        let last = codes.last().copied().unwrap_or(0);
        let status = match self.options.pipefail {
            true => codes.iter().rev().find(|c| **c != 0).copied().unwrap_or(0),
            false => last,
        };
        if negate {
            self.vars.status = i32::from(status == 0);
            return Move::Go;
        }
        self.done(status)
    }

    fn report_end(&mut self, io: &mut Io<'_>, signal: Option<Signal>) {
        match signal {
            Some(Signal::INT) if self.interactive => io.err("\n"),
            Some(Signal::PIPE) | None => {}
            Some(signal) if self.interactive => io.err(&format!("{}\n", signal.description())),
            Some(_) => {}
        }
    }

    fn builtin(&mut self, io: &mut Io<'_>, argv: Rc<Vec<String>>, mut partial: Vec<u8>) -> Move {
        match builtins::run(self, io, &argv, &mut partial) {
            Outcome::Done(status) => self.done(status),
            Outcome::Went => Move::Go,
            Outcome::Replaced => Move::Replaced,
            Outcome::Wait => {
                self.frames.push(Frame::Builtin { argv, partial });
                Move::Wait
            }
        }
    }

    fn next_command(&mut self, io: &mut Io<'_>) -> Move {
        if self.exiting.is_some() || self.source == Source::Done {
            if self.exiting.is_none() {
                let status = self.vars.status;
                self.exit(status);
                return Move::Go;
            }
            return Move::Exit(self.exiting.unwrap_or(0) & 0xff);
        }
        if self.source == Source::Fed {
            return Move::Wait;
        }
        self.read_line(io)
    }

    /// Takes the next line of standard input; what follows it stays there for the commands.
    fn read_line(&mut self, io: &mut Io<'_>) -> Move {
        use super::env::Read;
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
    fn start(&mut self, io: &mut Io<'_>) {
        self.started = true;
        let argv = io.argv().to_vec();
        let name = argv.first().cloned().unwrap_or_default();
        self.vars = Vars::new(&name, &io.environ());
        self.vars.pid = io.pid();
        if let Some(text) = self.script.clone() {
            self.vars.params = Rc::new(argv.into_iter().skip(1).collect());
            return self.run_text(io, &text);
        }
        if self.source == Source::Fed {
            return;
        }
        let mut args = argv.into_iter().skip(1).peekable();
        let (mut command, mut interactive) = (false, false);
        while let Some(arg) = args.peek().filter(|a| a.len() > 1 && (a.starts_with('-') || a.starts_with('+'))).cloned()
        {
            args.next();
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
                            'c' => command = true,
                            'i' => interactive = true,
                            _ => drop(builtins::set_flag(self, c, arg.starts_with('-'))),
                        }
                    }
                }
            }
        }
        if command {
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
        match args.next().filter(|_| !interactive) {
            Some(path) => {
                self.vars.name = Rc::from(path.as_str());
                self.vars.params = Rc::new(args.collect());
                match io.read_file(&path) {
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
            None => {
                self.interactive = interactive || (io.is_tty(0) && io.is_tty(2));
                self.source = Source::Stdin { program: String::new(), line: Vec::new(), prompted: false };
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
