//! The terminals of the page, as the driver hands them on to the shells.

use super::{Lab, ShellPrompt, TerminalId};
use crate::host;
use crate::sh::process::Stream;

impl Lab {
    pub fn open_terminal(&mut self) -> TerminalId {
        let id = self.shells.open(self.cwd);
        self.rest();
        id
    }

    pub fn close_terminal(&mut self, id: TerminalId) {
        self.shells.close(id);
    }

    pub fn feed(&mut self, id: TerminalId, line: &str) {
        self.shells.feed(id, line);
    }

    pub fn is_idle(&self, id: TerminalId) -> bool {
        self.shells.is_idle(id)
    }

    /// True where the terminal's shell has ended: `exit`.
    pub fn is_over(&self, id: TerminalId) -> bool {
        self.shells.is_over(id)
    }

    pub fn last_status(&self, id: TerminalId) -> i32 {
        self.shells.last_status(id)
    }

    /// Forgets the lines of an unfinished command.
    pub fn drop_unfinished(&mut self, id: TerminalId) {
        self.shells.drop_unfinished(id);
    }

    pub fn interrupt(&mut self, id: TerminalId) {
        self.shells.interrupt(id);
    }

    pub fn write_input(&mut self, id: TerminalId, data: &[u8]) {
        self.shells.write(id, data);
    }

    /// Ctrl-D
    pub fn end_input(&mut self, id: TerminalId) {
        self.shells.write(id, &[4]);
    }

    /// Output since the last call: true for standard output, and the bytes.
    pub fn take_output(&mut self, id: TerminalId) -> Vec<(bool, Vec<u8>)> {
        let chunks = self.shells.take_output(id);
        chunks.into_iter().map(|c| (c.stream == Stream::Stdout, c.data)).collect()
    }

    pub fn set_history(&mut self, id: TerminalId, lines: Vec<String>) {
        self.shells.set_history(id, lines);
    }

    pub fn prompt(&self, id: TerminalId) -> ShellPrompt {
        let cwd = self.shells.cwd(id);
        let directory = match cwd.strip_prefix(host::HOME) {
            Some("") => String::new(),
            Some(rest) if rest.starts_with('/') => format!("~{rest}"),
            _ => cwd,
        };
        ShellPrompt { directory, continues: self.shells.is_unfinished(id) }
    }
}
