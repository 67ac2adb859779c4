//! Processes of the laptop that run as futures: kubectl. A job ends with its process and its process with it.

use crate::sh::kernel::Kernel;
use crate::sh::process::Pid;
use crate::sim::{Executor, JobId};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;

/// A running job and where it leaves its exit code.
struct Job {
    id: JobId,
    exit: Rc<Cell<Option<i32>>>,
}

/// The jobs, by process.
#[derive(Default)]
pub struct Jobs {
    executor: Executor,
    jobs: BTreeMap<Pid, Job>,
}

impl Jobs {
    /// Runs a future as this process; its output is the exit code.
    pub fn start(&mut self, pid: Pid, command: impl Future<Output = i32> + 'static) {
        let exit = Rc::new(Cell::new(None));
        let done = exit.clone();
        let id = self.executor.spawn(async move { done.set(Some(command.await)) });
        self.jobs.insert(pid, Job { id, exit });
    }

    pub fn is_idle(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Polls every job once. Drops those whose process was killed, ends the processes of those that are done.
    /// True where a job began or ended.
    pub fn poll(&mut self, kernel: &RefCell<Kernel>) -> bool {
        let before = self.jobs.len();
        let executor = &mut self.executor;
        let lives = |pid: &Pid| kernel.borrow().process(*pid).is_some_and(|p| p.status.is_none());
        self.jobs.retain(|pid, job| lives(pid) || !executor.cancel(job.id));
        executor.poll();
        self.jobs.retain(|pid, job| match job.exit.get() {
            Some(code) => {
                kernel.borrow_mut().exit_external(*pid, code);
                false
            }
            None => true,
        });
        self.jobs.len() != before
    }
}
