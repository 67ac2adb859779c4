//! The composition root: API server, controllers, scheduler and kubelets on one clock and one seed.
//! A cluster is data; cloning it is a snapshot.

mod spec;

pub use spec::ClusterSpec;

use crate::apimachinery::Time;
use crate::apimachinery::time::Duration;
use crate::apiserver::proxy::NoNodes;
use crate::apiserver::{ApiServer, Config, NodeProxy};
use crate::client::request::{StreamPoll, WatchPoll};
use crate::client::{Api, Informers, Reply, Request, StreamId, WatchId};
use crate::controllers::{Controllers, Spun};
use crate::kubelet::Kubelets;
use crate::scheduler::Scheduler;
use crate::sim::{Clock, Rng};

/// Rounds of one step before it counts as spinning: each round is one hop of an event through the control plane.
const MAX_ROUNDS: usize = 10_000;
/// How far time moves at least.
const LEAST_STEP: Duration = Duration::from_millis(1);
/// How long a cluster runs before anyone sees it: nodes have registered and are ready, default accounts are there. A choice:
/// nothing in Kubernetes says how old a cluster is, nor at which second of a minute (which decides when cron jobs run).
const BOOT: Duration = Duration::from_secs(12);

/// A whole cluster. A clone is a snapshot: it has a clock of its own and goes its own way.
pub struct Cluster {
    clock: Clock,
    api: ApiServer,
    informers: Informers,
    controllers: Controllers,
    scheduler: Scheduler,
    kubelets: Kubelets,
    /// Who did not come to rest, if anyone: then nothing moves any more, and every step says so.
    spun: Option<Spun>,
}

impl Clone for Cluster {
    fn clone(&self) -> Self {
        let (clock, mut api) = (Clock::new(self.clock.now()), self.api.clone());
        api.begin_epoch(0, clock.clone());
        Self {
            clock,
            api,
            informers: self.informers.clone(),
            controllers: self.controllers.clone(),
            scheduler: self.scheduler.clone(),
            kubelets: self.kubelets.clone(),
            spun: self.spun.clone(),
        }
    }
}

impl Cluster {
    /// Boots a cluster: time starts at the spec's start and some seconds have passed when this returns.
    pub fn boot(spec: &ClusterSpec) -> Self {
        Self::start(spec, false)
    }

    /// Like [`Self::boot`], hashing every event from the first one on.
    pub fn boot_hashed(spec: &ClusterSpec) -> Self {
        Self::start(spec, true)
    }

    fn start(spec: &ClusterSpec, hashed: bool) -> Self {
        let start = Time::parse_rfc3339(&spec.start).unwrap_or_default();
        let (clock, rng) = (Clock::new(start), Rng::new(spec.seed));
        let mut cluster = Self {
            api: ApiServer::new(clock.clone(), rng.clone(), Config::default()),
            informers: Informers::default(),
            controllers: Controllers::new(&rng),
            scheduler: Scheduler::new(&rng),
            kubelets: Kubelets::new(spec.nodes.clone(), &rng),
            clock,
            spun: None,
        };
        if hashed {
            cluster.api.store_mut().enable_hash();
        }
        // A cluster that spins while it boots says so at its next step.
        let _ = cluster.run_until(start + BOOT);
        cluster
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Which pods have connected to which since the last call, by uid: for the picture.
    pub fn take_spoken(&mut self) -> Vec<(std::rc::Rc<str>, std::rc::Rc<str>)> {
        self.kubelets.take_spoken()
    }

    /// The caches of the control plane, for the pictures: shared values, no copies.
    pub fn informers(&self) -> &Informers {
        &self.informers
    }

    pub fn scheduler(&self) -> &Scheduler {
        &self.scheduler
    }

    pub fn api(&self) -> &ApiServer {
        &self.api
    }

    pub fn api_mut(&mut self) -> &mut ApiServer {
        &mut self.api
    }

    /// Lets everyone react at the present moment until nothing changes any more. True where anything did.
    ///
    /// # Errors
    /// Names who does not come to rest.
    pub fn step(&mut self) -> Result<bool, Spun> {
        if let Some(spun) = &self.spun {
            return Err(spun.clone());
        }
        let mut last = "cluster";
        for round in 0..MAX_ROUNDS {
            match self.round() {
                Ok(None) => return Ok(round > 0),
                Ok(Some(who)) => last = who,
                Err(spun) => return Err(self.stop(spun)),
            }
        }
        Err(self.stop(Spun { who: last, key: "a step that does not end".into() }))
    }

    /// Makes the cluster one that does not come to rest.
    #[cfg(test)]
    pub fn spin(&mut self) {
        self.stop(Spun { who: "a controller", key: "default/web".into() });
    }

    fn stop(&mut self, spun: Spun) -> Spun {
        self.spun.insert(spun).clone()
    }

    /// One hop: caches take in what was written, then controllers, scheduler and kubelets act on it. Says who was busy last.
    fn round(&mut self) -> Result<Option<&'static str>, Spun> {
        let now = self.clock.now();
        let door = &mut ControlPlane(&mut self.api);
        let deltas = self.informers.sync(door);
        let busy = [
            ("informers", !deltas.is_empty()),
            ("controllers", self.controllers.step(&self.informers, &deltas, door, now)?),
            ("scheduler", self.scheduler.step(&self.informers, &deltas, door, now)),
            ("kubelets", self.kubelets.step(&self.informers, &deltas, door, now)),
        ];
        Ok(busy.into_iter().rev().find_map(|(who, busy)| busy.then_some(who)))
    }

    /// When something happens next without anyone asking for it.
    pub fn next_timer(&self) -> Option<Time> {
        let timers = [
            self.api.next_timer(),
            self.controllers.next_timer(),
            self.scheduler.next_timer(),
            self.kubelets.next_timer(),
        ];
        timers.into_iter().flatten().min()
    }

    /// Lets time pass up to a moment, from timer to timer.
    ///
    /// # Errors
    /// Names who does not come to rest.
    pub fn run_until(&mut self, end: Time) -> Result<(), Spun> {
        self.step()?;
        while let Some(next) = self.next_timer().filter(|t| *t <= end) {
            // A timer that is due already and does not go away would stop time; the least step moves it on.
            self.clock.advance_to(next.max(self.clock.now() + LEAST_STEP).min(end));
            self.step()?;
            if self.clock.now() >= end {
                break;
            }
        }
        self.clock.advance_to(end);
        self.step()?;
        Ok(())
    }
}

/// The door as the control plane and the kubelets see it: no node behind it.
struct ControlPlane<'a>(&'a mut ApiServer);

impl Api for ControlPlane<'_> {
    fn handle(&mut self, request: Request) -> Reply {
        self.0.handle(request, &mut NoNodes)
    }
    fn poll_watch(&mut self, id: WatchId) -> WatchPoll {
        self.0.poll_watch(id)
    }
    fn close_watch(&mut self, id: WatchId) {
        self.0.close_watch(id);
    }
    fn poll_stream(&mut self, id: StreamId) -> StreamPoll {
        NoNodes.poll_stream(id)
    }
    fn write_stream(&mut self, _: StreamId, _: Option<&[u8]>) {}
    fn close_stream(&mut self, _: StreamId) {}
}

/// The door as users see it: logs, exec and port-forward reach the kubelets.
impl Api for Cluster {
    fn handle(&mut self, request: Request) -> Reply {
        self.api.handle(request, &mut self.kubelets)
    }
    fn poll_watch(&mut self, id: WatchId) -> WatchPoll {
        self.api.poll_watch(id)
    }
    fn close_watch(&mut self, id: WatchId) {
        self.api.close_watch(id);
    }
    fn poll_stream(&mut self, id: StreamId) -> StreamPoll {
        self.kubelets.poll_stream(id)
    }
    fn write_stream(&mut self, id: StreamId, data: Option<&[u8]>) {
        self.kubelets.write_stream(id, data);
    }
    fn close_stream(&mut self, id: StreamId) {
        self.kubelets.close_stream(id);
    }
}

#[cfg(test)]
mod tests;
