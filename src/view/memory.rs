//! What a picture remembers from one moment to the next, so that nothing in it moves without a reason: the slot of
//! each pod on its node, the hue of each namespace, and the ghosts of pods that left.

use super::pod::{Phase, PodView};
use crate::apimachinery::Time;
use crate::apimachinery::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

/// How long a ghost stays, in the reader's time.
const GHOST: Duration = Duration::from_secs(6);
/// How long a pod counts as new, and as changed.
const ENTER: Duration = Duration::from_millis(400);
const CHANGED: Duration = Duration::from_secs(2);
/// Hues for the namespaces that users make, in the order in which they appear.
const FREE_HUES: std::ops::RangeInclusive<usize> = 2..=6;

/// A pod that is gone, where it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Ghost {
    pub namespace: String,
    pub name: String,
    pub node: String,
    pub slot: usize,
    gone: Time,
}

/// The place of a pod: the node ("" for the dock) and the slot on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub node: String,
    pub slot: usize,
}

#[derive(Clone, Debug)]
struct Seen {
    namespace: String,
    name: String,
    place: Place,
    phase: Phase,
    /// When it appeared, and when it appeared, moved or changed its phase; None for what stood there from the start.
    since: Option<Time>,
    changed: Option<Time>,
}

/// The memory of one picture.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// By uid, so that a pod that is made again under its name is another one.
    pods: BTreeMap<String, Seen>,
    pub ghosts: Vec<Ghost>,
    hues: BTreeMap<String, usize>,
    /// The moment of the last update; None before the first.
    now: Option<Time>,
}

impl Memory {
    /// Takes in the pods of this moment (`now` in the reader's time): new ones get the first free slot of their node, those that are gone leave
    /// a ghost, everything else stays where it is.
    pub fn update(&mut self, pods: &[impl AsRef<PodView>], now: Time) {
        let first = self.now.is_none();
        self.now = Some(now);
        let alive: BTreeSet<&str> = pods.iter().map(|p| p.as_ref().uid.as_str()).collect();
        let gone: Vec<String> = self.pods.keys().filter(|uid| !alive.contains(uid.as_str())).cloned().collect();
        for uid in gone {
            if let Some(Seen { namespace, name, place, .. }) = self.pods.remove(&uid) {
                self.ghosts.push(Ghost { namespace, name, node: place.node, slot: place.slot, gone: now });
            }
        }
        // A scrubbed clock may stand before the ghost's time: such a ghost is of another history.
        self.ghosts.retain(|g| now >= g.gone && now.since(g.gone) < GHOST);
        let mut taken: BTreeSet<(String, usize)> = BTreeSet::new();
        for seen in self.pods.values() {
            taken.insert((seen.place.node.clone(), seen.place.slot));
        }
        for pod in pods {
            self.place(pod.as_ref(), &mut taken, (!first).then_some(now));
        }
    }

    #[inline(never)]
    fn place(&mut self, pod: &PodView, taken: &mut BTreeSet<(String, usize)>, now: Option<Time>) {
        let mut since = now;
        match self.pods.get_mut(&pod.uid) {
            Some(seen) if seen.place.node == pod.node => {
                if seen.phase != pod.phase {
                    (seen.phase, seen.changed) = (pod.phase, now);
                }
                return;
            }
            Some(seen) => {
                since = seen.since;
                taken.remove(&(seen.place.node.clone(), seen.place.slot));
            }
            None => {}
        }
        let haunted = |slot: usize| self.ghosts.iter().any(|g| g.node == pod.node && g.slot == slot);
        let slot = (0..).find(|s| !haunted(*s) && !taken.contains(&(pod.node.clone(), *s))).unwrap_or_default();
        taken.insert((pod.node.clone(), slot));
        let place = Place { node: pod.node.clone(), slot };
        let (namespace, name) = (pod.namespace.clone(), pod.name.clone());
        self.pods.insert(pod.uid.clone(), Seen { namespace, name, place, phase: pod.phase, since, changed: now });
    }

    /// Takes pods out without a ghost: they are only not shown any more.
    pub fn forget(&mut self, shown: impl Fn(&str) -> bool) {
        self.pods.retain(|_, seen| shown(&seen.namespace));
        self.ghosts.retain(|g| shown(&g.namespace));
    }

    /// Whether a pod has just appeared, and whether it has just appeared, moved or changed its phase.
    pub fn news(&self, uid: &str) -> (bool, bool) {
        let within = |at: Option<Time>, span: Duration| match (at, self.now) {
            (Some(at), Some(now)) => now >= at && now.since(at) < span,
            _ => false,
        };
        self.pods.get(uid).map_or((false, false), |s| (within(s.since, ENTER), within(s.changed, CHANGED)))
    }

    /// True while something that ends by itself is shown: a ghost, a new pod, a change.
    pub fn restless(&self) -> bool {
        !self.ghosts.is_empty() || self.pods.keys().any(|uid| self.news(uid).1)
    }

    /// Where a pod stands; None before the first update that held it.
    pub fn place_of(&self, uid: &str) -> Option<&Place> {
        self.pods.get(uid).map(|s| &s.place)
    }

    /// The hue of a namespace, 0 to 7; one that users make keeps the one it first got.
    pub fn hue(&mut self, namespace: &str) -> usize {
        match namespace {
            "default" => 0,
            "kube-system" => 1,
            "kube-public" | "kube-node-lease" => 7,
            _ => {
                let count = FREE_HUES.end() - FREE_HUES.start() + 1;
                let next = FREE_HUES.start() + self.hues.len() % count;
                *self.hues.entry(namespace.to_owned()).or_insert(next)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object;

    fn pod(uid: &str, node: &str) -> PodView {
        let v =
            object! { "metadata" => object! { "uid" => uid, "name" => uid }, "spec" => object! { "nodeName" => node } };
        PodView::new(&v, Time(0))
    }

    #[test]
    fn a_pod_keeps_its_slot_while_others_come_and_go() {
        let mut memory = Memory::default();
        memory.update(&[pod("a", "n"), pod("b", "n"), pod("c", "n")], Time::from_secs(0));
        memory.update(&[pod("b", "n"), pod("c", "n")], Time::from_secs(1));
        assert_eq!(memory.place_of("b").unwrap().slot, 1);
        assert_eq!(memory.ghosts.len(), 1);
        // The ghost's place is not taken while it stands there; then it is the first free one.
        memory.update(&[pod("b", "n"), pod("c", "n"), pod("d", "n")], Time::from_secs(2));
        assert_eq!(memory.place_of("d").unwrap().slot, 3);
        memory.update(&[pod("b", "n"), pod("c", "n"), pod("d", "n"), pod("e", "n")], Time::from_secs(9));
        assert_eq!((memory.place_of("e").unwrap().slot, memory.ghosts.len()), (0, 0));
        assert_eq!(memory.place_of("d").unwrap().slot, 3);
    }

    #[test]
    fn what_is_new_or_changed_is_so_for_a_moment_only() {
        let mut memory = Memory::default();
        memory.update(&[pod("a", "n")], Time::from_secs(0));
        assert_eq!(memory.news("a"), (false, false), "stood there from the start");
        memory.update(&[pod("a", "n"), pod("b", "")], Time::from_secs(10));
        assert_eq!((memory.news("a"), memory.news("b")), ((false, false), (true, true)));
        memory.update(&[pod("a", "n"), pod("b", "n")], Time::from_secs(11));
        assert_eq!(memory.news("b"), (false, true), "it moved");
        assert!(memory.restless());
        memory.update(&[pod("a", "n"), pod("b", "n")], Time::from_secs(13));
        assert!(memory.news("b") == (false, false) && !memory.restless());
        memory.forget(|_| false);
        assert!(memory.ghosts.is_empty() && memory.place_of("a").is_none());
    }

    #[test]
    fn a_scheduled_pod_leaves_the_dock_for_its_node() {
        let mut memory = Memory::default();
        memory.update(&[pod("a", ""), pod("b", "")], Time(0));
        memory.update(&[pod("a", "n"), pod("b", "")], Time(0));
        assert_eq!(*memory.place_of("a").unwrap(), Place { node: "n".into(), slot: 0 });
        assert_eq!(*memory.place_of("b").unwrap(), Place { node: "".into(), slot: 1 });
        assert!(memory.ghosts.is_empty());
    }
}
