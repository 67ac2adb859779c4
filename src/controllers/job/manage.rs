//! Creates and deletes the pods of a job. Models `manageJob`.

use super::sync::Sync;
use super::{backoff, indexes, is_indexed, limit_per_index, pods, replaces_failed_only};
use crate::apimachinery::{Object, Status, Time, Value};
use crate::controllers::{Context, pods as common};
use std::collections::BTreeSet;

/// How many pods one look creates or deletes at most.
const MOST: i64 = 500;

impl Sync<'_> {
    /// How many pods are active then.
    pub fn manage(&mut self, context: &mut Context) -> Result<i64, Status> {
        let have = self.active.len() as i64;
        if self.is_suspended() {
            let all = self.active.clone();
            return self.remove(all, context);
        }
        let parallelism = self.job.at("spec.parallelism").as_i64().unwrap_or(1);
        let wanted = match self.job.at("spec.completions").as_i64() {
            Some(completions) => parallelism.min(completions - self.succeeded).max(0),
            None if self.succeeded > 0 => have,
            None => parallelism,
        };
        let surplus = self.surplus((have - wanted).clamp(0, MOST), context.now);
        if !surplus.is_empty() {
            return self.remove(surplus, context);
        }
        // Pods that are still going count as there, so that their replacements wait.
        let going = if replaces_failed_only(&self.job) { self.terminating } else { 0 };
        let missing = (wanted - have - going).min(MOST);
        if missing <= 0 {
            return Ok(have);
        }
        let global = self.record.ends().filter(|at| *at > context.now && limit_per_index(&self.job).is_none());
        if let Some(at) = global {
            context.queue.add_at(self.job.key(), at);
            return Ok(0);
        }
        if !is_indexed(&self.job) {
            return self.create(vec![None; usize::try_from(missing).unwrap_or(0)], context);
        }
        let mut free = self.free_indexes(missing);
        if limit_per_index(&self.job).is_some() {
            let ready_at = |index: &i64| self.delayed.get(index).and_then(backoff::ends_of_index);
            let later = |index: &i64| ready_at(index).filter(|at| *at > context.now);
            let first: Option<Time> = free.iter().filter_map(later).min();
            free.retain(|index| later(index).is_none());
            if let Some(at) = first.filter(|_| free.is_empty()) {
                context.queue.add_at(self.job.key(), at);
                return Ok(0);
            }
        }
        self.create(free.into_iter().map(Some).collect(), context)
    }

    /// Pods that are too many: doubles of an index, those beyond the last index, then those that got least far.
    fn surplus(&self, count: i64, now: Time) -> Vec<Value> {
        let count = usize::try_from(count).unwrap_or(0);
        let mut left = self.active.clone();
        left.sort_by(|a, b| common::deletion_order((a, 0), (b, 0), now));
        let mut surplus = Vec::new();
        if is_indexed(&self.job) {
            let completions = self.job.at("spec.completions").int();
            let mut seen = BTreeSet::new();
            // Of several the one that got furthest stays.
            for at in (0..left.len()).rev() {
                let index = left.get(at).and_then(pods::index).filter(|i| *i < completions);
                if !index.is_some_and(|index| seen.insert(index)) {
                    surplus.push(left.remove(at));
                }
            }
        }
        let more = count.saturating_sub(surplus.len()).min(left.len());
        surplus.extend(left.drain(..more));
        surplus
    }

    /// Deletes pods that do not count as failed. Models `deleteJobPods`.
    fn remove(&mut self, surplus: Vec<Value>, context: &mut Context) -> Result<i64, Status> {
        for pod in &surplus {
            pods::remove_finalizer(pod, context)?;
            common::delete(context, &self.job, pod)?;
            self.terminating += 1;
            self.ready -= i64::from(common::is_ready(pod));
            self.let_go.insert(pod.uid().to_owned());
        }
        Ok((self.active.len() - surplus.len()) as i64)
    }

    fn free_indexes(&self, count: i64) -> Vec<i64> {
        let mut taken = self.succeeded_indexes.clone();
        taken.extend(self.failed_indexes.iter().copied());
        taken.extend(self.active.iter().filter_map(pods::index));
        let completions = self.job.at("spec.completions").int();
        let limit = indexes::count(&taken).saturating_add(count).min(completions);
        (0..limit.max(0)).filter(|i| !taken.contains(i)).take(usize::try_from(count).unwrap_or(0)).collect()
    }

    /// Creates pods in batches of 1, 2, 4, …, so that what always fails fails once.
    fn create(&mut self, which: Vec<Option<i64>>, context: &mut Context) -> Result<i64, Status> {
        let (mut active, mut which) = (self.active.len() as i64, which.into_iter().peekable());
        let mut batch = 1;
        while which.peek().is_some() {
            let mut failure = None;
            for index in which.by_ref().take(batch) {
                let replaced = index.and_then(|index| self.delayed.get(&index));
                match common::create(context, &self.job, pods::make(&self.job, index, replaced)) {
                    Ok(_) => active += 1,
                    Err(status) if common::is_namespace_terminating(&status) => active += 1,
                    Err(status) => failure = Some(status),
                }
            }
            if let Some(status) = failure {
                self.active_now = active;
                return Err(status);
            }
            batch *= 2;
        }
        Ok(active)
    }
}
