//! The controllers: each watches, enqueues keys, and reconciles one key at a time through the door.
//! Models `kube-controller-manager`.

pub mod certificates;
pub mod context;
pub mod cronjob;
pub mod daemonset;
pub mod deployment;
pub mod disruption;
pub mod endpoints;
pub mod endpoints_mirror;
pub mod garbage_collector;
mod hash;
pub mod history;
pub mod horizontal_pod_autoscaler;
pub mod job;
pub mod namespace;
pub mod node_ipam;
pub mod node_lifecycle;
pub mod persistent_volume;
pub mod pod_gc;
pub mod pods;
pub mod replication;
pub mod resource_quota;
pub mod serviceaccounts;
pub mod statefulset;
pub mod taint_eviction;
pub mod ttl_after_finished;

pub use context::{Context, Controller};

use crate::apimachinery::Time;
use crate::client::recorder::Style;
use crate::client::{Api, Delta, EventRecorder, Informers, WorkQueue};
use crate::sim::Rng;

/// A controller with its queue and its events.
#[derive(Clone)]
struct Slot {
    controller: Box<dyn Controller>,
    queue: WorkQueue,
    events: EventRecorder,
    rng: Rng,
    /// Reconciles since time last moved.
    spins: u32,
}

/// All controllers, in the order of the table.
#[derive(Clone)]
pub struct Controllers {
    slots: Vec<Slot>,
    now: Time,
}

/// How many keys one controller may reconcile before time moves on.
const MAX_SPINS: u32 = 200_000;

/// Who did not come to rest, and what it was last busy with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spun {
    pub who: &'static str,
    pub key: String,
}

impl std::fmt::Display for Spun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} does not come to rest; it was last busy with {:?}", self.who, self.key)
    }
}

/// Makes each controller, in the order in which they run.
const TABLE: &[fn() -> Box<dyn Controller>] = &[
    serviceaccounts::PerNamespace::service_accounts,
    serviceaccounts::PerNamespace::root_ca,
    replication::Replication::replica_sets,
    replication::Replication::replication_controllers,
    deployment::Deployments::boxed,
    daemonset::DaemonSets::boxed,
    statefulset::StatefulSets::boxed,
    job::Jobs::boxed,
    ttl_after_finished::TtlAfterFinished::boxed,
    cronjob::CronJobs::boxed,
    horizontal_pod_autoscaler::HorizontalPodAutoscalers::boxed,
    disruption::Disruption::boxed,
    resource_quota::ResourceQuotas::boxed,
    persistent_volume::PersistentVolumes::boxed,
    namespace::Namespaces::boxed,
    node_ipam::NodeIpam::boxed,
    node_lifecycle::NodeLifecycle::boxed,
    taint_eviction::TaintEviction::boxed,
    endpoints::Endpoints::slices,
    endpoints::Endpoints::endpoints,
    endpoints_mirror::EndpointsMirror::boxed,
    pod_gc::PodGc::boxed,
    garbage_collector::GarbageCollector::boxed,
    certificates::CertificateSigner::boxed,
];

impl Controllers {
    pub fn new(rng: &Rng) -> Self {
        let slots = TABLE.iter().map(|make| {
            let controller = make();
            let name = controller.name();
            let events = EventRecorder::new(name, "", Style::Counted, "kube-controller-manager");
            Slot { controller, queue: WorkQueue::default(), events, rng: rng.fork(name), spins: 0 }
        });
        Self { slots: slots.collect(), now: Time::default() }
    }

    /// Hands the changes to the controllers and lets each work off its queue once. True where anything was done.
    pub fn step(
        &mut self,
        informers: &Informers,
        deltas: &[Delta],
        api: &mut dyn Api,
        now: Time,
    ) -> Result<bool, Spun> {
        let moved = now != self.now;
        self.now = now;
        let mut busy = false;
        for slot in &mut self.slots {
            if moved {
                slot.spins = 0;
            }
            busy |= slot.step(informers, deltas, api, now)?;
        }
        Ok(busy)
    }

    /// When a controller has something to do next; None where all only wait for changes.
    pub fn next_timer(&self) -> Option<Time> {
        self.slots.iter().filter_map(|slot| slot.queue.next_timer()).min()
    }
}

impl Slot {
    fn step(&mut self, informers: &Informers, deltas: &[Delta], api: &mut dyn Api, now: Time) -> Result<bool, Spun> {
        let watches = self.controller.watches();
        for delta in deltas {
            if watches.is_empty() || watches.contains(&delta.resource) {
                self.controller.enqueue(delta, informers, &mut self.queue, now);
            }
        }
        let batch = self.queue.drain(now);
        let busy = !batch.is_empty();
        for key in batch {
            self.spins += 1;
            if self.spins > MAX_SPINS {
                return Err(Spun { who: self.controller.name(), key });
            }
            let mut context = Context {
                informers,
                api: &mut *api,
                now,
                rng: &mut self.rng,
                events: &mut self.events,
                queue: &mut self.queue,
            };
            match self.controller.reconcile(&key, &mut context) {
                Ok(()) => self.queue.forget(&key),
                Err(_) => self.queue.add_rate_limited(key, now),
            }
        }
        Ok(busy)
    }
}
