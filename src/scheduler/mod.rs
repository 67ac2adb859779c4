//! Finds a node for each pod. Models `kube-scheduler`.

use crate::apimachinery::Time;
use crate::client::{Api, Delta, Informers};
use crate::sim::Rng;

/// The scheduler: its queue, its picture of the nodes, and its memory of why pods did not fit.
#[derive(Clone)]
pub struct Scheduler {
    _rng: Rng,
}

impl Scheduler {
    pub fn new(rng: &Rng) -> Self {
        Self { _rng: rng.fork("scheduler") }
    }

    /// Takes in the changes and schedules every pod that waits. True where anything was done.
    pub fn step(&mut self, _informers: &Informers, _deltas: &[Delta], _api: &mut dyn Api, _now: Time) -> bool {
        false
    }

    /// When the next pod's back-off ends.
    pub fn next_timer(&self) -> Option<Time> {
        None
    }
}
