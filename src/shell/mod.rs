//! The terminal's shell: the shell language over the learner's laptop, with kubectl as a command.

pub mod complete;
pub mod editor;
pub mod jobs;
pub mod line;
pub mod system;

use crate::apimachinery::Time;
use crate::cli::Context;
use crate::cli::factory::{Descriptions, Discovery};
use crate::client::Client;
use crate::kubectl;
use crate::sh::env::{Alone, Env};
use crate::sh::interp::Interp;
use crate::sh::kernel::Kernel;
use crate::sh::parser::ParseError;
use crate::sh::process::{Chunk, Pid, SessionId, Spawn, Stdin};
use crate::sh::signal::Signal;
use jobs::Jobs;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use system::{Editors, LaptopProcess};

/// Names a terminal.
pub type TerminalId = u32;

/// One terminal: a session of the laptop and the shell that runs in it.
struct Terminal {
    session: SessionId,
    shell: Pid,
    /// Lines of a command that is not complete yet (an open quote, a here-document).
    unfinished: String,
    /// Output of the shell itself: what it says of a line that is no program.
    said: Vec<u8>,
    /// The line last fed was refused: nothing runs, the status is 2.
    refused: bool,
}

/// The laptop with its terminals and the kubectl processes that run on it.
pub struct Shells {
    kernel: Rc<RefCell<Kernel>>,
    editors: Rc<RefCell<Editors>>,
    client: Client,
    /// Prose for `explain`; None where it has not been fetched.
    pub descriptions: Option<Rc<dyn Descriptions>>,
    discovery: Discovery,
    jobs: Jobs,
    terminals: BTreeMap<TerminalId, Terminal>,
    last: TerminalId,
}

/// What a command that ran to its end printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub code: i32,
}

impl Shells {
    pub fn new(kernel: Kernel, client: Client, with_editor: bool) -> Self {
        let editors = Editors::new(with_editor);
        Self {
            kernel: Rc::new(RefCell::new(kernel)),
            editors: Rc::new(RefCell::new(editors)),
            client,
            descriptions: None,
            discovery: Default::default(),
            jobs: Jobs::default(),
            terminals: BTreeMap::new(),
            last: 0,
        }
    }

    pub fn kernel(&self) -> &Rc<RefCell<Kernel>> {
        &self.kernel
    }

    pub fn editors(&self) -> &Rc<RefCell<Editors>> {
        &self.editors
    }

    /// Starts `bash -c LINE` without a terminal, as the recorder did.
    pub fn spawn(&mut self, line: &str, cwd: &str, env: &mut dyn Env) -> Option<Pid> {
        let spawn = Spawn {
            argv: vec!["bash".into(), "-c".into(), line.into()],
            env: Vec::new(),
            cwd: cwd.into(),
            stdin: Stdin::Null,
            tty: false,
        };
        self.kernel.borrow_mut().spawn(spawn, env).ok()
    }

    pub fn open(&mut self, cwd: &str) -> TerminalId {
        let mut kernel = self.kernel.borrow_mut();
        let session = kernel.open_session(true);
        let mut shell = Interp::terminal();
        Rc::make_mut(&mut shell.aliases).insert("k".into(), "kubectl".into());
        let env = Rc::new(kernel.environment().clone());
        let argv = vec!["bash".to_owned()];
        let started = kernel.start(session, Box::new(shell), argv, env, Rc::from(cwd), Stdin::Open);
        self.last += 1;
        if let Ok(shell) = started {
            let terminal = Terminal { session, shell, unfinished: String::new(), said: Vec::new(), refused: false };
            self.terminals.insert(self.last, terminal);
        }
        self.last
    }

    pub fn close(&mut self, id: TerminalId) {
        if let Some(terminal) = self.terminals.remove(&id) {
            let mut kernel = self.kernel.borrow_mut();
            let session = terminal.session;
            let of_session: Vec<Pid> = kernel.processes().filter(|p| p.session == session).map(|p| p.pid).collect();
            for pid in of_session {
                kernel.kill(pid, Signal::KILL, &mut Alone::default());
            }
        }
    }

    /// Gives an idle terminal a line.
    pub fn feed(&mut self, id: TerminalId, line: &str) {
        let Some(terminal) = self.terminals.get_mut(&id) else { return };
        let text =
            if terminal.unfinished.is_empty() { line.to_owned() } else { format!("{}\n{line}", terminal.unfinished) };
        terminal.unfinished.clear();
        terminal.refused = false;
        let mut kernel = self.kernel.borrow_mut();
        let Some(shell) = kernel.shell_mut(terminal.shell) else { return };
        match shell.feed(&text) {
            Ok(()) => {}
            Err(ParseError::Incomplete(_)) => terminal.unfinished = text,
            Err(error) => {
                terminal.said = shell.syntax_error(&error, &text).into_bytes();
                terminal.refused = true;
            }
        }
    }

    /// True where the terminal takes a new line.
    pub fn is_idle(&self, id: TerminalId) -> bool {
        let Some(terminal) = self.terminals.get(&id) else { return true };
        let kernel = self.kernel.borrow();
        kernel.shell_ref(terminal.shell).is_none_or(Interp::is_idle)
    }

    /// True where the terminal's shell has ended: `exit`.
    pub fn is_over(&self, id: TerminalId) -> bool {
        let shell = self.terminals.get(&id).map(|t| t.shell);
        shell.is_some_and(|pid| self.kernel.borrow().shell_ref(pid).is_none())
    }

    /// True where the last line wants more of them.
    pub fn is_unfinished(&self, id: TerminalId) -> bool {
        self.terminals.get(&id).is_some_and(|t| !t.unfinished.is_empty())
    }

    /// `$?`
    pub fn last_status(&self, id: TerminalId) -> i32 {
        let Some(terminal) = self.terminals.get(&id) else { return 0 };
        let kernel = self.kernel.borrow();
        match kernel.shell_ref(terminal.shell) {
            Some(shell) => shell.vars.status,
            None => kernel.exit_status(terminal.shell).map_or(0, |s| s.code),
        }
    }

    pub fn cwd(&self, id: TerminalId) -> String {
        let shell = self.terminals.get(&id).map(|t| t.shell);
        let kernel = self.kernel.borrow();
        shell.and_then(|pid| kernel.process(pid)).map_or_else(|| "/".into(), |p| p.cwd.to_string())
    }

    /// Lines that `history` lists.
    pub fn set_history(&mut self, id: TerminalId, lines: Vec<String>) {
        let Some(terminal) = self.terminals.get(&id) else { return };
        if let Some(shell) = self.kernel.borrow_mut().shell_mut(terminal.shell) {
            shell.history = lines;
        }
    }

    /// Input for what runs in the terminal.
    pub fn write(&mut self, id: TerminalId, data: &[u8]) {
        if let Some(terminal) = self.terminals.get(&id) {
            self.kernel.borrow_mut().write_session(terminal.session, data, &mut Alone::default());
        }
    }

    /// Forgets the lines of an unfinished command.
    pub fn drop_unfinished(&mut self, id: TerminalId) {
        if let Some(terminal) = self.terminals.get_mut(&id) {
            terminal.unfinished.clear();
        }
    }

    /// Ctrl-C: also forgets the lines of an unfinished command.
    pub fn interrupt(&mut self, id: TerminalId) {
        self.drop_unfinished(id);
        self.write(id, &[3]);
    }

    /// What the terminal printed since the last call.
    pub fn take_output(&mut self, id: TerminalId) -> Vec<Chunk> {
        let Some(terminal) = self.terminals.get_mut(&id) else { return Vec::new() };
        let mut chunks = self.kernel.borrow_mut().take_session_output(terminal.session);
        if !terminal.said.is_empty() {
            let data = std::mem::take(&mut terminal.said);
            chunks.push(Chunk { at: Time::default(), stream: crate::sh::process::Stream::Stderr, data });
        }
        chunks
    }

    /// Starts kubectl processes that began, polls those that run. True where one began or ended.
    pub fn poll(&mut self) -> bool {
        let started = self.kernel.borrow_mut().take_started();
        let any = !started.is_empty();
        for pid in started {
            let argv = self.kernel.borrow().process(pid).map(|p| p.argv.clone()).unwrap_or_default();
            if editor::is_editor(&argv) {
                self.jobs.start(pid, editor::edit(self.context(pid), argv));
            } else {
                self.jobs.start(pid, kubectl::run(self.context(pid), argv));
            }
        }
        self.jobs.poll(&self.kernel) || any
    }

    /// What a kubectl process gets: the laptop as it sees it, and the door.
    pub fn context(&self, pid: Pid) -> Context {
        let system = LaptopProcess {
            kernel: self.kernel.clone(),
            editors: self.editors.clone(),
            clock: self.client.clock.clone(),
            pid,
        };
        Context {
            client: self.client.clone(),
            system: Rc::new(system),
            server: crate::host::SERVER.into(),
            descriptions: self.descriptions.clone(),
            discovery: self.discovery.clone(),
        }
    }

    /// The process that stands for a terminal: completion runs in its directory.
    pub fn shell_pid(&self, id: TerminalId) -> Option<Pid> {
        self.terminals.get(&id).map(|t| t.shell)
    }

    /// kubectl processes are in flight.
    pub fn is_busy(&self) -> bool {
        !self.jobs.is_idle()
    }
}
