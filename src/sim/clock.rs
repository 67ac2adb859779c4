//! The virtual clock. The driver moves it; everything else reads it.

use crate::apimachinery::time::{Duration, Time};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// A handle on virtual time, shared by whoever waits for it.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    now: Rc<Cell<Time>>,
    /// The earliest moment that some job waits for, gathered anew in each round of polling.
    next: Rc<Cell<Option<Time>>>,
}

impl Clock {
    pub fn new(now: Time) -> Self {
        Self { now: Rc::new(Cell::new(now)), next: Rc::default() }
    }

    pub fn now(&self) -> Time {
        self.now.get()
    }

    /// Moves time forward; the driver's to call. Going back is ignored.
    pub fn advance_to(&self, t: Time) {
        self.now.set(self.now.get().max(t));
    }

    /// Forgets who waits; the driver calls this before each round of polling.
    pub fn begin_round(&self) {
        self.next.set(None);
    }

    /// The earliest moment that a job polled in this round waits for.
    pub fn next_wakeup(&self) -> Option<Time> {
        self.next.get()
    }

    fn wait_for(&self, t: Time) {
        self.next.set(Some(self.next.get().map_or(t, |n| n.min(t))));
    }

    pub fn sleep(&self, d: Duration) -> Sleep {
        self.sleep_until(self.now() + d)
    }

    pub fn sleep_until(&self, until: Time) -> Sleep {
        Sleep { clock: self.clone(), until }
    }
}

/// Ends when virtual time reaches its moment.
pub struct Sleep {
    clock: Clock,
    until: Time,
}

impl Future for Sleep {
    type Output = ();
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.clock.now() >= self.until {
            return Poll::Ready(());
        }
        self.clock.wait_for(self.until);
        Poll::Pending
    }
}

/// Gives the others a turn: pending once, then done.
#[derive(Default)]
pub struct Yield(bool);

impl Future for Yield {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}
