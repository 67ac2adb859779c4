//! Pods that wait for a node: ready, backing off, or until something changes. Models `backend/queue`.

use crate::apimachinery::time::{Duration, Time};
use std::collections::{BTreeMap, BTreeSet};

const INITIAL_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(10);
/// After this long an unschedulable pod is tried again whatever happened.
const FLUSH_AFTER: Duration = Duration::from_secs(300);

/// What is remembered of a pod in the queue.
#[derive(Clone, Debug, Default)]
struct Entry {
    priority: i64,
    attempts: u32,
    last: Time,
    /// Plugins that refused it.
    plugins: BTreeSet<&'static str>,
}

/// Negated priority, time of arrival, sequence, key.
type Place = (i64, Time, u64, String);

/// The three queues of the scheduler.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    entries: BTreeMap<String, Entry>,
    active: BTreeSet<Place>,
    backoff: BTreeSet<(Time, String)>,
    /// Keys, with the moment from which on they are flushed.
    unschedulable: BTreeMap<String, Time>,
    sequence: u64,
}

impl Queue {
    /// Puts a new pod in line, or one that was changed.
    pub fn add(&mut self, key: &str, priority: i64, now: Time) {
        self.entries.entry(key.to_owned()).or_default().priority = priority;
        self.activate(key, now);
    }

    /// Forgets a pod that was bound or deleted.
    pub fn remove(&mut self, key: &str) {
        if self.entries.remove(key).is_some() {
            self.active.retain(|place| place.3 != key);
            self.backoff.retain(|(_, k)| k != key);
            self.unschedulable.remove(key);
        }
    }

    pub fn contains(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// The pod whose turn it is.
    pub fn pop(&mut self) -> Option<String> {
        self.active.pop_first().map(|place| place.3)
    }

    /// Puts a pod aside that found no node; `plugins` refused it.
    pub fn park(&mut self, key: &str, plugins: BTreeSet<&'static str>, now: Time) {
        let entry = self.entries.entry(key.to_owned()).or_default();
        entry.attempts += 1;
        entry.last = now;
        entry.plugins = plugins;
        self.unschedulable.insert(key.to_owned(), now + FLUSH_AFTER);
    }

    /// Puts a pod aside whose node is found, but not ready for it: no attempt that failed.
    pub fn wait(&mut self, key: &str, plugin: &'static str, now: Time) {
        let entry = self.entries.entry(key.to_owned()).or_default();
        entry.plugins = BTreeSet::from([plugin]);
        self.unschedulable.insert(key.to_owned(), now + FLUSH_AFTER);
    }

    /// Tries again after back-off, whatever happens.
    pub fn retry(&mut self, key: &str, now: Time) {
        self.park(key, BTreeSet::new(), now);
        self.activate(key, now);
    }

    /// Puts the pods back in line that `helps` says may fit now, given who refused them.
    pub fn move_where(&mut self, now: Time, helps: impl Fn(&str, &BTreeSet<&'static str>) -> bool) {
        let waiting =
            self.unschedulable.keys().filter(|key| self.entries.get(*key).is_some_and(|e| helps(key, &e.plugins)));
        for key in waiting.cloned().collect::<Vec<_>>() {
            self.activate(&key, now);
        }
    }

    /// Puts a pod back in line that was set aside.
    pub fn reconsider(&mut self, key: &str, now: Time) {
        if self.unschedulable.contains_key(key) {
            self.activate(key, now);
        }
    }

    fn backoff_ends(entry: &Entry) -> Time {
        if entry.attempts == 0 {
            return entry.last;
        }
        entry.last + INITIAL_BACKOFF.saturating_mul(1 << (entry.attempts - 1).min(8)).min(MAX_BACKOFF)
    }

    fn activate(&mut self, key: &str, now: Time) {
        self.unschedulable.remove(key);
        let Some(entry) = self.entries.get(key) else { return };
        let until = Self::backoff_ends(entry);
        if until > now {
            self.backoff.insert((until, key.to_owned()));
            return;
        }
        self.backoff.retain(|(_, k)| k != key);
        if !self.active.iter().any(|place| place.3 == key) {
            self.sequence += 1;
            self.active.insert((-entry.priority, now, self.sequence, key.to_owned()));
        }
    }

    /// Puts in line whose back-off ended, and who waited too long.
    pub fn release(&mut self, now: Time) {
        while let Some((until, key)) = self.backoff.first().cloned() {
            if until > now {
                break;
            }
            self.backoff.pop_first();
            self.activate(&key, now);
        }
        let stale: Vec<_> = self.unschedulable.iter().filter(|(_, at)| **at <= now).map(|(k, _)| k.clone()).collect();
        for key in stale {
            self.activate(&key, now);
        }
    }

    pub fn next_timer(&self) -> Option<Time> {
        let flush = self.unschedulable.values().min().copied();
        self.backoff.first().map(|(at, _)| *at).into_iter().chain(flush).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_and_changes_bring_pods_back() {
        let (mut queue, t) = (Queue::default(), Time::from_secs(100));
        queue.add("a", 0, t);
        queue.add("high", 5, t);
        assert_eq!(queue.pop().as_deref(), Some("high"));
        assert_eq!(queue.pop().as_deref(), Some("a"));
        queue.park("a", BTreeSet::from(["NodeAffinity"]), t);
        queue.move_where(t, |_, plugins| plugins.contains("NodePorts"));
        assert_eq!(queue.next_timer(), Some(t + FLUSH_AFTER));
        queue.move_where(t, |_, plugins| plugins.contains("NodeAffinity"));
        assert_eq!((queue.pop(), queue.next_timer()), (None, Some(Time::from_secs(101))));
        queue.release(Time::from_secs(101));
        assert_eq!(queue.pop().as_deref(), Some("a"));
    }
}
