//! A queue of keys with back-off. Models `client-go/util/workqueue`.

use crate::apimachinery::time::{Duration, Time};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Keys to work on: each waits at most once, some wait for a moment to come.
#[derive(Clone, Debug, Default)]
pub struct WorkQueue {
    ready: VecDeque<String>,
    queued: BTreeSet<String>,
    delayed: BTreeSet<(Time, String)>,
    due: BTreeMap<String, Time>,
    failures: BTreeMap<String, u32>,
}

const BASE_DELAY: Duration = Duration::from_millis(5);
const MAX_DELAY: Duration = Duration::from_secs(1_000);

impl WorkQueue {
    pub fn add(&mut self, key: impl Into<String>) {
        let key = key.into();
        if self.queued.insert(key.clone()) {
            self.ready.push_back(key);
        }
    }

    /// Adds a key at a moment. Of two moments for one key the earlier counts.
    pub fn add_at(&mut self, key: impl Into<String>, at: Time) {
        let key = key.into();
        if let Some(&due) = self.due.get(&key) {
            if due <= at {
                return;
            }
            self.delayed.remove(&(due, key.clone()));
        }
        self.due.insert(key.clone(), at);
        self.delayed.insert((at, key));
    }

    /// Adds a key after 5 ms, doubled for each failure in a row, at most 1,000 s.
    pub fn add_rate_limited(&mut self, key: impl Into<String>, now: Time) {
        let key = key.into();
        let failures = self.failures.entry(key.clone()).or_default();
        let delay = BASE_DELAY.saturating_mul(1 << (*failures).min(18)).min(MAX_DELAY);
        *failures += 1;
        self.add_at(key, now + delay);
    }

    /// Ends the back-off of a key that succeeded.
    pub fn forget(&mut self, key: &str) {
        self.failures.remove(key);
    }

    /// How often a key failed in a row.
    pub fn failures(&self, key: &str) -> u32 {
        self.failures.get(key).copied().unwrap_or(0)
    }

    /// Takes every key whose turn it is. Keys added from now on wait for the next call.
    pub fn drain(&mut self, now: Time) -> Vec<String> {
        while let Some((at, key)) = self.delayed.first().cloned() {
            if at > now {
                break;
            }
            self.delayed.pop_first();
            self.due.remove(&key);
            self.add(key);
        }
        self.queued.clear();
        self.ready.drain(..).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }

    /// When the first delayed key is due.
    pub fn next_timer(&self) -> Option<Time> {
        self.delayed.first().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_wait_once_and_failures_back_off() {
        let (mut queue, t) = (WorkQueue::default(), Time::from_secs(1));
        queue.add("a");
        queue.add("a");
        queue.add_at("b", Time::from_secs(9));
        queue.add_at("b", Time::from_secs(5));
        assert_eq!(queue.drain(t), ["a"]);
        assert_eq!(queue.next_timer(), Some(Time::from_secs(5)));
        assert_eq!(queue.drain(Time::from_secs(5)), ["b"]);
        queue.add_rate_limited("c", t);
        assert_eq!(queue.next_timer(), Some(t + Duration::from_millis(5)));
        assert_eq!(queue.drain(Time::from_secs(2)), ["c"]);
        queue.add_rate_limited("c", t);
        assert_eq!(queue.next_timer(), Some(t + Duration::from_millis(10)));
    }
}
