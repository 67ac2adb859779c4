//! The API server's state and its entrance.

use super::catalog::Catalog;
use super::proxy::NodeProxy;
use super::rbac::{self, Attributes, User};
use super::request_info::RequestInfo;
use super::watch::Watch;
use super::{bootstrap, handlers, nonresource, options};
use crate::apimachinery::time::Duration;
use crate::apimachinery::{Status, Time};
use crate::client::request::WatchPoll;
use crate::client::{Reply, Request, WatchId};
use crate::sim::{Clock, Rng};
use crate::storage::Store;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a cluster's administrator would pass as flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The address by which clients reach the server, in `/api` and in the endpoints of service `kubernetes`.
    pub advertise_address: String,
    pub port: u16,
}

impl Default for Config {
    fn default() -> Self {
        Self { advertise_address: "172.18.0.10".to_owned(), port: 6443 }
    }
}

/// How old the changes may be that watches can still ask for. etcd is compacted as often.
const COMPACTION: Duration = Duration::from_secs(300);

/// The server: everything in it is data, so that cloning it is a snapshot.
#[derive(Clone)]
pub struct ApiServer {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) rng: Rng,
    pub(super) config: Rc<Config>,
    pub(super) catalog: Rc<Catalog>,
    pub(super) watches: BTreeMap<WatchId, Watch>,
    pub(super) last_watch: WatchId,
    /// When to compact next, and the revision of the time before.
    compaction: (Time, u64),
    /// When service `kubernetes` is looked after next.
    reconcile_at: Time,
    /// When the server last did what was due.
    ticked: Time,
}

impl ApiServer {
    /// A server with what every cluster holds at its start.
    pub fn new(clock: Clock, rng: Rng, config: Config) -> Self {
        let compaction = (clock.now() + COMPACTION, 0);
        let reconcile_at = clock.now() + bootstrap::RECONCILE;
        let mut server = Self {
            store: Store::default(),
            rng: rng.fork("apiserver"),
            config: Rc::new(config),
            catalog: Rc::new(Catalog::built_in()),
            watches: BTreeMap::new(),
            last_watch: 0,
            compaction,
            reconcile_at,
            ticked: clock.now(),
            clock,
        };
        server.bootstrap();
        server
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// The resources that are served now.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Puts this copy on another clock, and gives watches opened from now on names that no other copy has given.
    pub fn begin_epoch(&mut self, epoch: u32, clock: Clock) {
        self.last_watch = self.last_watch.max(u64::from(epoch) << 32);
        self.clock = clock;
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// When the server has something to do that nobody asks for: something is missing, or a watch ends.
    pub fn next_timer(&self) -> Option<Time> {
        // A watch that ended stays until it is polled; its moment is over.
        let now = self.clock.now();
        let ends = self.watches.values().filter_map(Watch::until).filter(|end| *end > now);
        ends.chain(self.lacks_kubernetes().then_some(self.reconcile_at)).min()
    }

    /// Does what is due: puts back what was deleted, forgets what is old. Requests do this too.
    pub fn tick(&mut self) {
        let now = self.clock.now();
        if now == std::mem::replace(&mut self.ticked, now) {
            return;
        }
        if now >= self.reconcile_at {
            let late = now.since(self.reconcile_at).as_secs() % bootstrap::RECONCILE.as_secs();
            self.reconcile_at = now + bootstrap::RECONCILE - Duration::from_secs(late);
            self.reconcile_kubernetes(now);
        }
        for watch in self.watches.values_mut() {
            watch.end(now);
        }
        self.compact();
    }

    /// Answers one request. Logs, exec, attach, port-forward and proxy go on to the nodes.
    pub fn handle(&mut self, request: Request, nodes: &mut dyn NodeProxy) -> Reply {
        self.tick();
        self.route(&request, nodes).unwrap_or_else(Reply::from)
    }

    fn route(&mut self, request: &Request, nodes: &mut dyn NodeProxy) -> Result<Reply, Status> {
        let watch = options::bool_param(request, "watch");
        self.check_access(request, watch)?;
        let Some(info) = RequestInfo::parse(request.method, &request.path, watch) else {
            return nonresource::serve(self, request);
        };
        let Some(resource) = self.catalog.find(info.group, info.version, info.resource).cloned() else {
            // Under a version that is served the API answers, elsewhere the multiplexer does.
            return match info.group.is_empty() || self.catalog.has_version(info.group, info.version) {
                true => Err(Status::path_not_found()),
                false => Ok(nonresource::page_not_found()),
            };
        };
        handlers::dispatch(self, &info, &resource, request, nodes)
    }

    /// The administrator may do everything; who is impersonated, what roles allow.
    fn check_access(&self, request: &Request, watch: bool) -> Result<(), Status> {
        if request.as_user.is_empty() {
            return Ok(());
        }
        let user = User::of(request);
        let wanted = match RequestInfo::parse(request.method, &request.path, watch) {
            Some(info) => Attributes::of_resource(&info),
            None => Attributes { verb: "get".to_owned(), path: request.path.clone(), ..Attributes::default() },
        };
        match rbac::authorize(&self.store, &user, &wanted) {
            Some(_) => Ok(()),
            None => Err(rbac::forbidden(&user, &wanted)),
        }
    }

    /// What a watch has seen since the last poll.
    pub fn poll_watch(&mut self, id: WatchId) -> WatchPoll {
        self.tick();
        let now = self.clock.now();
        let Some(watch) = self.watches.get_mut(&id) else { return Watch::lost() };
        let poll = watch.poll(&self.store, now);
        if poll.closed {
            self.watches.remove(&id);
        }
        poll
    }

    pub fn close_watch(&mut self, id: WatchId) {
        self.watches.remove(&id);
    }

    pub(super) fn open_watch(&mut self, watch: Watch) -> WatchId {
        self.last_watch += 1;
        self.watches.insert(self.last_watch, watch);
        self.last_watch
    }

    /// Forgets changes that are older than two compactions, and events that are older than their time to live.
    fn compact(&mut self) {
        let now = self.clock.now();
        if now < self.compaction.0 {
            return;
        }
        self.store.compact(self.compaction.1);
        self.compaction = (now + COMPACTION, self.store.revision());
        self.expire_events(now);
        self.watches.retain(|_, watch| !watch.is_abandoned(now));
    }

    fn expire_events(&mut self, now: Time) {
        const TTL: Duration = Duration::from_secs(3600);
        use crate::apimachinery::Object;
        let old: Vec<String> = self
            .store
            .list("events", "")
            .filter(|(_, e)| last_seen(e).is_some_and(|t| t + TTL <= now))
            .map(|(key, _)| key.to_owned())
            .collect();
        for key in old {
            self.store.remove("events", &key);
        }
        fn last_seen(event: &crate::apimachinery::Value) -> Option<Time> {
            let last = Time::parse_rfc3339(event["lastTimestamp"].str());
            last.or_else(|| event.creation_timestamp())
        }
    }
}
