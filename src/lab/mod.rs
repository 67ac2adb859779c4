//! The driver: a cluster, a laptop and its shells on one clock. It alone moves the clock, answers what commands ask,
//! and says when nothing moves.

pub mod bench;
mod complete;
mod door;
mod flows;
mod laptop;
#[cfg(feature = "native")]
pub mod proof;
mod settle;
mod terminals;
#[cfg(test)]
mod tests;
pub mod timed;

use crate::apimachinery::time::Duration;
use crate::apimachinery::{Time, Value};
use crate::cli::{descriptions, kubeconfig};
use crate::client::request::{StreamPoll, WatchPoll};
use crate::client::{Api, Client, Reply, Request, StreamId, WatchId};
use crate::cluster::{Cluster, ClusterSpec};
use crate::host;
use crate::sh::env::Alone;
use crate::sh::process::{Pid, Stream};
use crate::shell::{Ran, Shells};
use crate::sim::Clock;
use door::Recorder;
use std::cell::RefCell;
use std::rc::Rc;

pub use crate::shell::TerminalId;

/// Rounds within one instant before it counts as spinning.
const MOST_ROUNDS: usize = 20_000;
/// How far time moves at least.
const LEAST_STEP: Duration = Duration::from_millis(1);
/// Virtual time after which a command of a replay that never ends is ended.
const LONGEST_RUN: Duration = Duration::from_secs(900);

/// What stands before a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShellPrompt {
    /// "" at home.
    pub directory: String,
    /// The line before wants more.
    pub continues: bool,
}

/// A cluster and the machine from which it is used.
pub struct Lab {
    cluster: Cluster,
    client: Client,
    shells: Shells,
    clock: Clock,
    start: Time,
    cwd: &'static str,
    seen: Vec<(Request, u16)>,
    /// The prose of `explain`, fetched when it is first used.
    descriptions: Rc<descriptions::Fetched>,
    /// The kubeconfig's text as it was last read, and what it says.
    kubeconfig: RefCell<(Vec<u8>, Value)>,
    /// Why the cluster stopped, if it did.
    stopped: Option<String>,
}

impl Lab {
    /// The machine of the recorded scenarios.
    pub fn for_replay(spec: &ClusterSpec) -> Self {
        let lab = Self::new(spec, host::scratch, host::SCRATCH, false);
        #[cfg(feature = "native")]
        lab.descriptions.arrive(Ok(descriptions::JSON.to_owned()));
        lab
    }

    /// The laptop of the page.
    pub fn for_page(spec: &ClusterSpec) -> Self {
        Self::new(spec, host::laptop, host::HOME, true)
    }

    /// The laptop of the page, with every event hashed from the first one on.
    pub fn for_hash(spec: &ClusterSpec) -> Self {
        Self::with_cluster(Cluster::boot_hashed(spec), host::laptop, host::HOME, false)
    }

    /// The recorder's machine and a cluster with a node for every 100 pods.
    pub fn for_bench(pods: usize) -> Self {
        Self::new(&ClusterSpec::bench(pods, 1), host::scratch, host::SCRATCH, false)
    }

    fn new(
        spec: &ClusterSpec,
        machine: fn(Time) -> crate::sh::kernel::Kernel,
        cwd: &'static str,
        with_editor: bool,
    ) -> Self {
        Self::with_cluster(Cluster::boot(spec), machine, cwd, with_editor)
    }

    fn with_cluster(
        cluster: Cluster,
        machine: fn(Time) -> crate::sh::kernel::Kernel,
        cwd: &'static str,
        with_editor: bool,
    ) -> Self {
        let clock = cluster.clock().clone();
        let client = Client::new(clock.clone());
        let descriptions = Rc::new(descriptions::Fetched::default());
        let mut machine = machine(clock.now());
        // The laptop has a page on the images that the kubelets know; the recorder's machine has none.
        if with_editor {
            let topic = format!("{}/images", crate::sh::builtins::HELP);
            machine.files.put(&topic, crate::kubelet::images::list().as_bytes(), clock.now());
        }
        let mut shells = Shells::new(machine, client.clone(), with_editor);
        shells.descriptions = Some(descriptions.clone());
        let start = clock.now();
        let kubeconfig = RefCell::new((host::KUBECONFIG.into(), kubeconfig::initial(host::SERVER)));
        let seen = Vec::new();
        Self { cluster, client, shells, clock, start, cwd, seen, descriptions, kubeconfig, stopped: None }
    }

    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    pub fn cluster_mut(&mut self) -> &mut Cluster {
        &mut self.cluster
    }

    /// The hash of the event log; None where it was not asked for at boot.
    pub fn event_hash(&self) -> Option<u64> {
        self.cluster.api().store().event_hash()
    }

    pub fn shells(&mut self) -> &mut Shells {
        &mut self.shells
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// When the reader came.
    pub fn start(&self) -> Time {
        self.start
    }

    /// Why the cluster stopped: who did not come to rest.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// The revision of the last write.
    pub fn revision(&self) -> u64 {
        self.cluster.api().store().revision()
    }

    // --- time --------------------------------------------------------------------------------------------------

    /// One exchange at this instant: commands ask, the cluster answers and reacts, processes go on. True where
    /// anything moved.
    pub fn round(&mut self) -> bool {
        let mut busy = self.shells.kernel().borrow_mut().step(self.clock.now(), &mut Alone::default());
        self.clock.begin_round();
        busy |= self.shells.poll();
        let mut door = Recorder { cluster: &mut self.cluster, seen: &mut self.seen };
        busy |= self.client.deliver(&mut door) > 0;
        busy |= self.step_cluster();
        busy
    }

    fn step_cluster(&mut self) -> bool {
        if self.stopped.is_some() {
            return false;
        }
        self.cluster.step().unwrap_or_else(|spun| {
            self.stopped = Some(spun.to_string());
            false
        })
    }

    /// Lets everything answer everything at this instant.
    pub fn rest(&mut self) {
        for _ in 0..MOST_ROUNDS {
            if !self.round() {
                // Futures that were answered in the last round want one more poll to see it.
                if !self.round() {
                    return;
                }
            }
        }
        self.stopped.get_or_insert_with(|| {
            "the laptop does not come to rest; its commands and the cluster go on answering each other".into()
        });
    }

    /// When something happens next by itself.
    pub fn next_timer(&self) -> Option<Time> {
        let shells = self.shells.kernel().borrow().next_timer();
        [self.cluster.next_timer(), self.clock.next_wakeup(), shells].into_iter().flatten().min()
    }

    /// Moves to the next timer, if there is one up to `end`. False where there is none.
    fn hop(&mut self, end: Time) -> bool {
        if self.stopped.is_some() {
            return false;
        }
        let Some(next) = self.next_timer().filter(|t| *t <= end) else { return false };
        // A timer that is due already and stays would stop time; the least step moves it on.
        self.clock.advance_to(next.max(self.clock.now() + LEAST_STEP).min(end.max(self.clock.now())));
        self.rest();
        self.clock.now() < end
    }

    /// Lets time pass up to a moment.
    pub fn run_until(&mut self, end: Time) {
        self.rest();
        while self.hop(end) {}
        self.clock.advance_to(end);
        self.rest();
    }

    /// Like [`Self::run_until`], but gives up after so many timers: what is left over is left out.
    pub fn advance(&mut self, end: Time, timers: usize) {
        for _ in 0..timers {
            if !self.hop(end) {
                self.clock.advance_to(end);
                self.rest();
                return;
            }
        }
    }

    /// One event further. False where there is none.
    pub fn step_timer(&mut self) -> bool {
        self.hop(Time(i64::MAX))
    }

    /// Lets time pass until the cluster is stable, as the recorder of the transcripts did.
    pub fn settle(&mut self) {
        settle::settle(self);
    }

    // --- commands ----------------------------------------------------------------------------------------------

    /// Runs a line to its end as `bash -c` would, jumping from timer to timer.
    pub fn run_line(&mut self, line: &str) -> Ran {
        let Some(pid) = self.shells.spawn(line, self.cwd, &mut Alone::default()) else {
            return Ran { stderr: b"bash: cannot start\n".to_vec(), code: 126, ..Ran::default() };
        };
        let limit = self.clock.now() + LONGEST_RUN;
        let mut ran = Ran::default();
        loop {
            self.rest();
            self.collect(pid, &mut ran);
            if self.shells.kernel().borrow().is_done(pid) {
                break;
            }
            if let Some(why) = &self.stopped {
                ran.stderr.extend(format!("podium: {why}\n").bytes());
                break;
            }
            if !self.hop(limit) {
                ran.stderr.extend(b"podium: the command did not end\n");
                break;
            }
        }
        let mut kernel = self.shells.kernel().borrow_mut();
        ran.code = kernel.exit_status(pid).map_or(124, |s| s.code);
        kernel.reap(pid);
        ran
    }

    fn collect(&self, pid: Pid, ran: &mut Ran) {
        for chunk in self.shells.kernel().borrow_mut().take_output(pid) {
            match chunk.stream {
                Stream::Stdout => ran.stdout.extend(chunk.data),
                Stream::Stderr => ran.stderr.extend(chunk.data),
            }
        }
    }

    /// What kubectl asked since the last call, with the HTTP code of each answer.
    pub fn take_requests(&mut self) -> Vec<(Request, u16)> {
        std::mem::take(&mut self.seen)
    }
}

/// The door, as lessons and the inspector use it: what they ask is not the reader's doing and is not recorded.
impl Api for Lab {
    fn handle(&mut self, request: Request) -> Reply {
        self.cluster.handle(request)
    }
    fn poll_watch(&mut self, id: WatchId) -> WatchPoll {
        self.cluster.poll_watch(id)
    }
    fn close_watch(&mut self, id: WatchId) {
        self.cluster.close_watch(id);
    }
    fn poll_stream(&mut self, id: StreamId) -> StreamPoll {
        self.cluster.poll_stream(id)
    }
    fn write_stream(&mut self, id: StreamId, data: Option<&[u8]>) {
        self.cluster.write_stream(id, data);
    }
    fn close_stream(&mut self, id: StreamId) {
        self.cluster.close_stream(id);
    }
}
