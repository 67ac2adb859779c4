//! Children: background jobs, pipelines, programs.

use crate::sh::ast::Node;
use crate::sh::interp::{Flavor, Frame, Interp, Job, Move};
use crate::sh::io::{Child, Io, Mode};
use crate::sh::process::{DescId, Pid, Program, SpawnError};
use crate::sh::signal::Signal;
use std::rc::Rc;

impl Interp {
    /// Starts a child with this shell's descriptors, some of them replaced. References in `with` are passed on.
    pub(in crate::sh) fn fork(
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
    pub(super) fn group(&self) -> Option<Pid> {
        (self.interactive && !self.subshell).then_some(0)
    }

    /// `command &`
    pub(in crate::sh) fn background(&mut self, io: &mut Io<'_>, node: Rc<Node>, text: Rc<str>) -> Move {
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

    pub(super) fn pipeline(&mut self, io: &mut Io<'_>, negate: bool, commands: &[Rc<Node>], both: &[bool]) -> Move {
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

    pub(super) fn start_children(
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

    /// Runs a program: in this process where nothing follows, else in a child.
    pub(super) fn program(&mut self, io: &mut Io<'_>, argv: Vec<String>, saved: Vec<(u32, Option<DescId>)>) -> Move {
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
    pub(in crate::sh) fn not_found(&self, io: &mut Io<'_>, name: &str, error: &SpawnError) -> i32 {
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
}
