//! Tab: asks kubectl where kubectl is being typed, and lets the cluster answer at this instant.

use super::Lab;
use crate::client::Client;
use crate::kubectl::{self, Candidates};
use crate::shell::TerminalId;
use crate::shell::complete::{self, Completion, Request};
use crate::sim::Executor;
use std::cell::RefCell;
use std::rc::Rc;

/// Exchanges with the API server that one completion may take.
const MOST_ROUNDS: usize = 200;

impl Lab {
    /// What may stand at the end of this text, typed in this terminal.
    pub fn complete(&mut self, id: TerminalId, text: &str) -> Completion {
        let request = Request::of(text);
        let cwd = self.shells.cwd(id);
        if request.is_command() {
            return complete::commands(&self.shells.kernel().borrow(), &request);
        }
        let files = |lab: &Self| complete::files(&lab.shells.kernel().borrow(), &cwd, &request);
        if !request.is_kubectl() {
            return files(self);
        }
        let candidates = self.ask_kubectl(id, request.words.clone());
        let found = complete::words(&request, candidates.words);
        if found.words.is_empty() && candidates.files { files(self) } else { found }
    }

    fn ask_kubectl(&mut self, id: TerminalId, words: Vec<String>) -> Candidates {
        let Some(pid) = self.shells.shell_pid(id) else { return Candidates::default() };
        // A client of its own: a completion that is given up leaves nothing in the commands' queue.
        let client = Client::new(self.clock.clone());
        let mut context = self.shells.context(pid);
        context.client = client.clone();
        let (answer, mut executor) = (Rc::new(RefCell::new(None)), Executor::default());
        let slot = answer.clone();
        executor.spawn(async move { *slot.borrow_mut() = Some(kubectl::complete(context, words).await) });
        for _ in 0..MOST_ROUNDS {
            executor.poll();
            if executor.is_idle() {
                break;
            }
            client.deliver(&mut self.cluster);
        }
        answer.take().unwrap_or_default()
    }
}
