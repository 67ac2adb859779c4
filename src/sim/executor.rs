//! Runs futures on the virtual clock: no threads, no wakers, polled in the order in which they started.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Names a running job.
pub type JobId = u64;

/// Futures in flight. A job ends when its future does, or when it is dropped (Ctrl-C, kill).
#[derive(Default)]
pub struct Executor {
    jobs: BTreeMap<JobId, Pin<Box<dyn Future<Output = ()>>>>,
    last: JobId,
}

impl Executor {
    pub fn spawn(&mut self, job: impl Future<Output = ()> + 'static) -> JobId {
        self.last += 1;
        self.jobs.insert(self.last, Box::pin(job));
        self.last
    }

    /// Drops a job where it stands. True where there was one.
    pub fn cancel(&mut self, id: JobId) -> bool {
        self.jobs.remove(&id).is_some()
    }

    pub fn is_running(&self, id: JobId) -> bool {
        self.jobs.contains_key(&id)
    }

    pub fn is_idle(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Polls every job once, oldest first. Returns how many ended.
    pub fn poll(&mut self) -> usize {
        let mut context = Context::from_waker(Waker::noop());
        let before = self.jobs.len();
        self.jobs.retain(|_, job| matches!(job.as_mut().poll(&mut context), Poll::Pending));
        before - self.jobs.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::time::{Duration, Time};
    use crate::sim::Clock;
    use std::cell::RefCell;
    use std::rc::Rc;

    #[test]
    fn sleepers_end_in_order_of_their_moments() {
        let (clock, seen) = (Clock::new(Time(0)), Rc::new(RefCell::new(Vec::new())));
        let mut executor = Executor::default();
        for secs in [2, 1] {
            let (clock, seen) = (clock.clone(), seen.clone());
            executor.spawn(async move {
                clock.sleep(Duration::from_secs(secs)).await;
                seen.borrow_mut().push(secs);
            });
        }
        while !executor.is_idle() {
            clock.begin_round();
            executor.poll();
            if let Some(t) = clock.next_wakeup() {
                clock.advance_to(t);
            }
        }
        assert_eq!(*seen.borrow(), [1, 2]);
    }
}
