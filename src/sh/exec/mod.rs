//! How the shell runs one command: expansion, redirections, functions, children.

use super::ast::{Assign, Node, Redir, RedirKind, Simple, Value};
use super::builtins::{self, Outcome};
use super::env::Read;
use super::expand::{Expander, Stop};
use super::interp::{Flavor, Frame, Interp, Job, Move, Sub};
use super::io::{Child, Io, Mode};
use super::process::{DescId, Pid, Program, SpawnError};
use super::signal::Signal;
use std::rc::Rc;

/// A redirection after expansion.
#[derive(Clone, Debug)]
pub(super) struct Target {
    fd: u32,
    kind: RedirKind,
    /// A path, a descriptor's number, `-`, or a text.
    word: String,
}

/// The output of a command substitution is cut here.
const MAX_OUTPUT: usize = 4 << 20;

impl Interp {
    /// Expands with a copy of the variables; what was assigned is kept only when the expansion ends well.
    pub(super) fn expander<T>(
        &mut self,
        io: &mut Io<'_>,
        outputs: &[String],
        f: impl FnOnce(&mut Expander<'_, '_>) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let mut e = Expander {
            vars: self.vars.clone(),
            io,
            outputs,
            used: 0,
            braces: self.flavor == Flavor::Bash,
            strict: self.options.nounset,
        };
        let result = f(&mut e)?;
        self.vars = e.vars;
        Ok(result)
    }

    /// Goes on with a command whose words are expanded.
    pub(super) fn expand(
        &mut self,
        io: &mut Io<'_>,
        node: Rc<Node>,
        mut outputs: Vec<String>,
        sub: Option<Sub>,
    ) -> Move {
        if let Some(mut sub) = sub {
            match self.read_sub(io, &mut sub) {
                Some(text) => outputs.push(text),
                None => {
                    self.frames.push(Frame::Expand { node, outputs, sub: Some(sub) });
                    return Move::Wait;
                }
            }
        }
        match self.begin(io, &node, &outputs) {
            Ok(moved) => moved,
            Err(Stop::Command(script)) => match self.start_sub(io, script) {
                Some(sub) => {
                    self.frames.push(Frame::Expand { node, outputs, sub: Some(sub) });
                    Move::Go
                }
                None => self.done(1),
            },
            Err(Stop::Error(text)) => {
                self.complain(io, &text);
                if self.interactive {
                    self.unwind(io, |_| false);
                    self.vars.status = 1;
                } else {
                    // bash tells an unset parameter from other failures.
                    let unset = !text.contains("division by 0") && !text.contains("syntax error");
                    self.exit(match self.flavor {
                        Flavor::Bash if unset => 127,
                        Flavor::Bash => 1,
                        _ => 2,
                    });
                }
                Move::Go
            }
        }
    }

    /// Collects a substitution's output; the text when it has ended.
    fn read_sub(&mut self, io: &mut Io<'_>, sub: &mut Sub) -> Option<String> {
        while !sub.ended {
            match io.read_desc(sub.read, 1 << 16) {
                Read::Data(data) => {
                    if sub.data.len() < MAX_OUTPUT {
                        sub.data.extend_from_slice(&data);
                    }
                }
                Read::Wait => return None,
                Read::End => sub.ended = true,
            }
        }
        match io.wait_child(sub.pid) {
            Some(end) => self.vars.status = end.code,
            None if io.has_child(sub.pid) => return None,
            None => {}
        }
        io.close_desc(sub.read);
        sub.data.retain(|b| *b != 0);
        let text = String::from_utf8_lossy(&sub.data);
        Some(text.trim_end_matches('\n').to_owned())
    }

    fn start_sub(&mut self, io: &mut Io<'_>, script: Rc<Node>) -> Option<Sub> {
        let (read, write) = io.pipe();
        let mut child = self.fork_state();
        child.push(script);
        match self.fork(io, Box::new(child), &[(1, write)], None) {
            Ok(pid) => Some(Sub { pid, read, data: Vec::new(), ended: false }),
            Err(_) => {
                io.close_desc(read);
                self.complain(io, "fork: retry: Resource temporarily unavailable");
                None
            }
        }
    }

    /// Starts a child with this shell's descriptors, some of them replaced. References in `with` are passed on.
    pub(super) fn fork(
        &mut self,
        io: &mut Io<'_>,
        program: Box<dyn Program>,
        with: &[(u32, DescId)],
        group: Option<Pid>,
    ) -> Result<Pid, SpawnError> {
        let argv = io.argv().to_vec();
        self.fork_as(io, program, argv, with, group)
    }

    fn fork_as(
        &mut self,
        io: &mut Io<'_>,
        program: Box<dyn Program>,
        argv: Vec<String>,
        with: &[(u32, DescId)],
        group: Option<Pid>,
    ) -> Result<Pid, SpawnError> {
        let mut fds = io.fds();
        for (fd, desc) in &mut fds {
            if !with.iter().any(|(n, _)| n == fd) {
                *desc = io.dup(*desc);
            }
        }
        fds.extend(with.iter().copied());
        let env = self.vars.environ();
        let child = Child { argv, env, cwd: io.cwd(), fds, pgid: group, ignored: io.ignored() };
        io.fork(program, child)
    }

    /// The group that a new foreground or background job gets.
    fn group(&self) -> Option<Pid> {
        (self.interactive && !self.subshell).then_some(0)
    }

    /// `command &`
    pub(super) fn background(&mut self, io: &mut Io<'_>, node: Rc<Node>, text: Rc<str>) -> Move {
        let mut child = self.fork_state();
        child.push(node);
        let group = self.group();
        let mut with = Vec::new();
        // Without job control, a background command reads nothing and does not hear Ctrl-C.
        let quiet = group.is_none() && !io.ignored().contains(&Signal::INT);
        if group.is_none()
            && let Ok(null) = io.open("/dev/null", Mode::Read)
        {
            with.push((0, null));
        }
        if quiet {
            io.set_ignored(Signal::INT, true);
        }
        let started = self.fork(io, Box::new(child), &with, group);
        if quiet {
            io.set_ignored(Signal::INT, false);
        }
        match started {
            Ok(pid) => {
                let number = self.jobs.iter().map(|j| j.number).max().unwrap_or(0) + 1;
                self.vars.last_background = Some(pid);
                self.jobs.push(Job { number, pid, text, status: None, signal: None });
                if self.interactive {
                    io.err(&format!("[{number}] {pid}\n"));
                }
                self.vars.status = 0;
                Move::Go
            }
            Err(_) => {
                self.complain(io, "fork: retry: Resource temporarily unavailable");
                self.done(254)
            }
        }
    }

    /// Expands a command and does it, or starts what does.
    fn begin(&mut self, io: &mut Io<'_>, node: &Rc<Node>, outputs: &[String]) -> Result<Move, Stop> {
        Ok(match &**node {
            Node::Simple(simple) => return self.simple(io, node, simple, outputs),
            Node::Pipeline { negate, commands, both } => self.pipeline(io, *negate, commands, both),
            Node::Subshell(body) => {
                if self.last && self.frames.is_empty() && self.traps.is_empty() && self.subshell {
                    self.push(body.clone());
                    return Ok(Move::Go);
                }
                let mut child = self.fork_state();
                child.push(body.clone());
                let group = self.group();
                self.start_children(io, vec![(Box::new(child), Vec::new())], group, false)
            }
            Node::Group(body) => {
                self.push(body.clone());
                Move::Go
            }
            Node::For { words, .. } => {
                let words = match words {
                    Some(words) => self.expander(io, outputs, |e| e.fields(words))?,
                    None => self.vars.params.to_vec(),
                };
                self.vars.status = 0;
                self.frames.push(Frame::For { node: node.clone(), words: words.into() });
                Move::Go
            }
            Node::Case { word, arms } => {
                let found = self.expander(io, outputs, |e| {
                    let text = e.string(word)?;
                    for (i, arm) in arms.iter().enumerate() {
                        for pattern in &arm.patterns {
                            if e.pattern(pattern)?.matches(&text) {
                                return Ok(Some(i));
                            }
                        }
                    }
                    Ok(None)
                })?;
                self.vars.status = 0;
                let bodies = found.map_or(&[][..], |i| &arms[i..]);
                let count = bodies.iter().take_while(|a| a.falls).count() + 1;
                for arm in bodies.iter().take(count).rev() {
                    self.push(arm.body.clone());
                }
                Move::Go
            }
            Node::Function { name, body } => {
                Rc::make_mut(&mut self.functions).insert(name.clone(), body.clone());
                self.done(0)
            }
            Node::Cond(tokens) => {
                let value = self.expander(io, outputs, |e| super::cond::eval(e, tokens))?;
                self.done(i32::from(!value))
            }
            Node::Arith(word) => {
                let text = self.expander(io, outputs, |e| e.string(word))?;
                let status = match super::arith::eval(&text, &mut self.vars) {
                    Ok(n) => i32::from(n == 0),
                    Err(text) => {
                        self.complain(io, &format!("((: {text}"));
                        1
                    }
                };
                self.done(status)
            }
            Node::Redirected { node, redirs } => {
                let targets = self.expander(io, outputs, |e| targets(e, redirs))?;
                match self.redirect(io, &targets) {
                    Ok(saved) => {
                        self.frames.push(Frame::RestoreFds(saved));
                        self.push(node.clone());
                        Move::Go
                    }
                    Err(text) => {
                        self.complain(io, &text);
                        self.done(1)
                    }
                }
            }
            Node::Time(node) => {
                self.frames.push(Frame::Time(io.now()));
                self.push(node.clone());
                Move::Go
            }
            _ => {
                self.push(node.clone());
                Move::Go
            }
        })
    }

    fn pipeline(&mut self, io: &mut Io<'_>, negate: bool, commands: &[Rc<Node>], both: &[bool]) -> Move {
        if let [only] = commands {
            self.frames.push(Frame::Negate);
            self.push(only.clone());
            return Move::Go;
        }
        let mut children: Vec<(Box<dyn Program>, Vec<(u32, DescId)>)> = Vec::new();
        let mut input: Option<DescId> = None;
        for (i, command) in commands.iter().enumerate() {
            let mut child = self.fork_state();
            child.push(command.clone());
            let mut with: Vec<(u32, DescId)> = input.take().map(|d| (0, d)).into_iter().collect();
            if i + 1 < commands.len() {
                let (read, write) = io.pipe();
                if both.get(i) == Some(&true) {
                    with.push((2, io.dup(write)));
                }
                with.push((1, write));
                input = Some(read);
            }
            children.push((Box::new(child), with));
        }
        let group = self.group();
        self.start_children(io, children, group, negate)
    }

    fn start_children(
        &mut self,
        io: &mut Io<'_>,
        children: Vec<(Box<dyn Program>, Vec<(u32, DescId)>)>,
        mut group: Option<Pid>,
        negate: bool,
    ) -> Move {
        let mut pids = Vec::new();
        let mut failed = false;
        for (program, with) in children {
            if failed {
                with.into_iter().for_each(|(_, desc)| io.close_desc(desc));
                continue;
            }
            match self.fork(io, program, &with, group) {
                Ok(pid) => {
                    if group == Some(0) {
                        group = Some(pid);
                        io.set_foreground(pid);
                    }
                    pids.push(pid);
                }
                Err(_) => {
                    self.complain(io, "fork: retry: Resource temporarily unavailable");
                    failed = true;
                }
            }
        }
        let statuses = vec![None; pids.len()];
        if pids.is_empty() {
            return self.done(254);
        }
        self.frames.push(Frame::Children { pids, statuses, negate });
        Move::Go
    }

    fn simple(&mut self, io: &mut Io<'_>, _node: &Rc<Node>, simple: &Simple, outputs: &[String]) -> Result<Move, Stop> {
        self.line = simple.line;
        let ran_commands = !outputs.is_empty();
        let (argv, targets, assigns) = self.expander(io, outputs, |e| {
            let argv = e.fields(&simple.words)?;
            let targets = targets(e, &simple.redirs)?;
            let before = e.vars.clone();
            let assigns = simple.assigns.iter().map(|a| assigned(e, a)).collect::<Result<Vec<_>, _>>()?;
            e.vars = before;
            Ok((argv, targets, assigns))
        })?;
        if self.options.xtrace {
            let shown: Vec<String> = argv.iter().map(|a| builtins::quote_if_needed(a)).collect();
            io.err(&format!("+ {}\n", shown.join(" ")));
        }
        let saved = match self.redirect(io, &targets) {
            Ok(saved) => saved,
            Err(text) => {
                self.complain(io, &text);
                return Ok(self.done(1));
            }
        };
        if argv.is_empty() {
            self.restore_fds(io, saved);
            let status = if ran_commands { self.vars.status } else { 0 };
            for (name, var) in assigns {
                if let Err(text) = self.assign(&name, var) {
                    self.complain(io, &text);
                    if !self.interactive {
                        self.exit(1);
                    }
                    return Ok(self.done(1));
                }
            }
            return Ok(self.done(status));
        }
        Ok(self.command(io, argv, saved, assigns))
    }

    fn assign(&mut self, name: &str, values: Assigned) -> Result<(), String> {
        let var = self.vars.entry(name);
        if var.readonly {
            return Err(format!("{name}: readonly variable"));
        }
        match values {
            Assigned::One(text) => match var.values.first_mut() {
                Some(first) => *first = text,
                None => var.values.push(text),
            },
            Assigned::All(list) => {
                var.values = list;
                var.array = true;
            }
        }
        Ok(())
    }

    /// Runs a command by its name: a function, a builtin or a program.
    pub(super) fn command(
        &mut self,
        io: &mut Io<'_>,
        argv: Vec<String>,
        saved: Vec<(u32, Option<DescId>)>,
        assigns: Vec<(String, Assigned)>,
    ) -> Move {
        let name = argv[0].clone();
        let function = self.functions.get(&name).cloned();
        let builtin = builtins::is_builtin(&name, self.flavor);
        if function.is_some() || builtin {
            // `exec` with redirections only makes them last.
            let keep = name == "exec" && argv.len() == 1;
            if keep {
                saved.into_iter().for_each(|(_, desc)| {
                    if let Some(desc) = desc {
                        io.close_desc(desc);
                    }
                });
            } else if !saved.is_empty() {
                self.frames.push(Frame::RestoreFds(saved));
            }
            if !assigns.is_empty() {
                let old = assigns.iter().map(|(n, _)| (n.clone(), self.vars.var(n).cloned())).collect();
                self.frames.push(Frame::RestoreVars(old));
                for (name, value) in assigns {
                    if let Err(text) = self.assign(&name, value) {
                        self.complain(io, &text);
                        return self.done(1);
                    }
                    self.vars.entry(&name).exported = true;
                }
            }
            return match function {
                Some(body) => self.call(argv, body),
                None => self.run_builtin(io, argv),
            };
        }
        let before = self.vars.clone();
        for (name, value) in assigns {
            if self.assign(&name, value).is_ok() {
                self.vars.entry(&name).exported = true;
            }
        }
        let moved = self.program(io, argv, saved);
        let status = self.vars.status;
        self.vars = before;
        self.vars.status = status;
        moved
    }

    fn call(&mut self, argv: Vec<String>, body: Rc<Node>) -> Move {
        let params = std::mem::replace(&mut self.vars.params, Rc::new(argv.into_iter().skip(1).collect()));
        self.frames.push(Frame::Call { params, locals: Default::default(), sourced: false });
        self.push(body);
        Move::Go
    }

    fn run_builtin(&mut self, io: &mut Io<'_>, argv: Vec<String>) -> Move {
        let argv = Rc::new(argv);
        let mut partial = Vec::new();
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

    /// Runs a program: in this process where nothing follows, else in a child.
    fn program(&mut self, io: &mut Io<'_>, argv: Vec<String>, saved: Vec<(u32, Option<DescId>)>) -> Move {
        let env = self.vars.environ();
        let program = match io.load(&argv, &env) {
            Ok(program) => program,
            Err(e) => {
                let status = self.not_found(io, &argv[0], &e);
                self.restore_fds(io, saved);
                return self.done(status);
            }
        };
        let nothing_follows = self.last
            && self.frames.is_empty()
            && self.traps.values().all(|t| t.is_empty())
            && self.exiting.is_none()
            && !self.interactive;
        if nothing_follows {
            for (_, desc) in saved {
                if let Some(desc) = desc {
                    io.close_desc(desc);
                }
            }
            io.exec(argv, env, program);
            return Move::Replaced;
        }
        let group = self.group();
        let started = self.fork_as(io, program, argv, &[], group);
        self.restore_fds(io, saved);
        match started {
            Ok(pid) => {
                if group.is_some() {
                    io.set_foreground(pid);
                }
                self.frames.push(Frame::Children { pids: vec![pid], statuses: vec![None], negate: false });
                Move::Go
            }
            Err(_) => {
                self.complain(io, "fork: retry: Resource temporarily unavailable");
                self.done(254)
            }
        }
    }

    /// Says why a program cannot be run; returns the status.
    pub(super) fn not_found(&self, io: &mut Io<'_>, name: &str, error: &SpawnError) -> i32 {
        let (text, status) = match error {
            SpawnError::NotFound(_) if name.contains('/') && io.is_dir(name) => ("Is a directory", 126),
            SpawnError::NotFound(_) if name.contains('/') && self.flavor == Flavor::Bash => {
                ("No such file or directory", 127)
            }
            SpawnError::Denied(_) if io.is_dir(name) => ("Is a directory", 126),
            SpawnError::Denied(_) => ("Permission denied", 126),
            _ if self.flavor == Flavor::Bash => ("command not found", 127),
            _ => ("not found", 127),
        };
        self.complain(io, &format!("{name}: {text}"));
        status
    }

    pub(super) fn restore_fds(&mut self, io: &mut Io<'_>, saved: Vec<(u32, Option<DescId>)>) {
        for (fd, desc) in saved.into_iter().rev() {
            io.set_fd(fd, desc);
        }
    }

    /// Applies redirections; returns what stood there before. Err puts everything back.
    pub(super) fn redirect(
        &mut self,
        io: &mut Io<'_>,
        targets: &[Target],
    ) -> Result<Vec<(u32, Option<DescId>)>, String> {
        let mut saved = Vec::new();
        for target in targets {
            if let Err(text) = self.redirect_one(io, target, &mut saved) {
                self.restore_fds(io, saved);
                return Err(text);
            }
        }
        Ok(saved)
    }

    fn redirect_one(
        &mut self,
        io: &mut Io<'_>,
        target: &Target,
        saved: &mut Vec<(u32, Option<DescId>)>,
    ) -> Result<(), String> {
        let mut put = |io: &mut Io<'_>, fd: u32, desc: Option<DescId>| {
            let old = io.desc(fd).map(|d| io.dup(d));
            saved.push((fd, old));
            io.set_fd(fd, desc);
        };
        let mode = match &target.kind {
            RedirKind::Read => Mode::Read,
            RedirKind::Write | RedirKind::Both { append: false } => Mode::Truncate,
            RedirKind::Append | RedirKind::Both { append: true } => Mode::Append,
            RedirKind::ReadWrite => Mode::ReadWrite,
            RedirKind::Dup => {
                let desc = match target.word.as_str() {
                    "-" => None,
                    word => {
                        let found = word.parse().ok().and_then(|fd| io.desc(fd));
                        Some(found.ok_or_else(|| format!("{word}: Bad file descriptor"))?)
                    }
                };
                let desc = desc.map(|d| io.dup(d));
                put(io, target.fd, desc);
                return Ok(());
            }
            RedirKind::Here { .. } | RedirKind::HereString => {
                let desc = io.text(target.word.as_bytes());
                put(io, target.fd, Some(desc));
                return Ok(());
            }
        };
        let desc = match io.open(&target.word, mode) {
            Ok(desc) => desc,
            Err(e) => return Err(self.open_error(&target.word, mode, e)),
        };
        put(io, target.fd, Some(desc));
        if matches!(target.kind, RedirKind::Both { .. }) {
            let desc = io.dup(desc);
            put(io, 2, Some(desc));
        }
        Ok(())
    }

    fn open_error(&self, path: &str, mode: Mode, e: super::files::FileError) -> String {
        match (self.flavor, mode) {
            (Flavor::Bash, _) => format!("{path}: {}", e.text()),
            (Flavor::Dash, Mode::Read) => format!("cannot open {path}: {}", e.text().replace(" or directory", "")),
            (Flavor::Dash, _) => format!(
                "cannot create {path}: {}",
                e.text().replace("No such file or directory", "Directory nonexistent")
            ),
            (Flavor::Ash, Mode::Read) => {
                format!("can't open {path}: {}", e.text().replace("No such file or directory", "no such file"))
            }
            (Flavor::Ash, _) => format!(
                "can't create {path}: {}",
                e.text().replace("No such file or directory", "nonexistent directory")
            ),
        }
    }
}

/// An assignment's value after expansion.
#[derive(Clone, Debug)]
pub(super) enum Assigned {
    One(String),
    All(Vec<String>),
}

fn assigned(e: &mut Expander<'_, '_>, a: &Assign) -> Result<(String, Assigned), Stop> {
    let old = e.vars.var(&a.name).map(|v| v.values.clone()).unwrap_or_default();
    let value = match (&a.value, &a.index) {
        (Value::Many(words), _) => {
            let fields = e.fields(words)?;
            Assigned::All(if a.append { old.into_iter().chain(fields).collect() } else { fields })
        }
        (Value::One(word), None) => {
            let text = e.string(word)?;
            let text = if a.append { old.first().cloned().unwrap_or_default() + &text } else { text };
            // A later assignment of the same command sees this one.
            let _ = e.vars.set(&a.name, &text);
            Assigned::One(text)
        }
        (Value::One(word), Some(index)) => {
            let (text, at) = (e.string(word)?, e.string(index)?);
            let at = super::arith::eval(&at, &mut e.vars).map_err(Stop::Error)?;
            let at = usize::try_from(at).ok().filter(|n| *n < 10_000);
            let at = at.ok_or_else(|| Stop::Error(format!("{}: bad array subscript", a.name)))?;
            let mut list = old;
            list.resize(list.len().max(at + 1), String::new());
            list[at] = if a.append { std::mem::take(&mut list[at]) + &text } else { text };
            e.vars.entry(&a.name).values.clone_from(&list);
            Assigned::All(list)
        }
    };
    Ok((a.name.clone(), value))
}

fn targets(e: &mut Expander<'_, '_>, redirs: &[Redir]) -> Result<Vec<Target>, Stop> {
    redirs
        .iter()
        .map(|redir| {
            let word = match &redir.kind {
                RedirKind::Here { body } => match body.get() {
                    Some(word) => e.string(word)?,
                    None => String::new(),
                },
                RedirKind::HereString => e.string(&redir.target)? + "\n",
                _ => {
                    let fields = e.fields(std::slice::from_ref(&redir.target))?;
                    match <[String; 1]>::try_from(fields) {
                        Ok([word]) => word,
                        Err(_) => return Err(Stop::Error("ambiguous redirect".to_owned())),
                    }
                }
            };
            Ok(Target { fd: redir.fd, kind: redir.kind.clone(), word })
        })
        .collect()
}
