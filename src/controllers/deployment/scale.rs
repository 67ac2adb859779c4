//! Scaling replica sets, one or all in proportion. Models `scale`, `scaleReplicaSet` and `NewRSNewReplicas`.

use super::super::Context;
use super::Rollout;
use super::util::{self, DESIRED, MAX};
use crate::apimachinery::{Object, Status, Value};
use crate::client::Resource;

/// How many pods the new set should have now.
pub fn new_set_replicas(deployment: &Value, sets: &[Value], new: &Value) -> i64 {
    let wanted = util::replicas(deployment);
    if !util::is_rolling(deployment) {
        return wanted;
    }
    let max_total = wanted + util::max_surge(deployment);
    let current = util::sum(sets, "spec.replicas");
    if current >= max_total {
        return util::replicas(new);
    }
    let room = (max_total - current).min(wanted - util::replicas(new));
    util::replicas(new) + room
}

/// Scales one set and records the event. True where its size changed.
pub fn scale_set(rollout: &mut Rollout, at: usize, to: i64, context: &mut Context) -> Result<bool, Status> {
    let Some(set) = rollout.sets.get(at) else { return Ok(false) };
    let from = util::replicas(set);
    let mut scaled = set.clone();
    let max = rollout.replicas() + util::max_surge(&rollout.deployment);
    let annotated = util::set_replica_annotations(&mut scaled, rollout.replicas(), max);
    if from == to && !annotated {
        return Ok(false);
    }
    scaled.set("spec.replicas", to);
    let updated = context.door().update(Resource::ReplicaSets, scaled)?;
    let name = updated.name().to_owned();
    if let Some(slot) = rollout.sets.get_mut(at) {
        *slot = updated;
    }
    if from != to {
        let direction = if to > from { "up" } else { "down" };
        let message = format!("Scaled {direction} replica set {name} from {from} to {to}");
        context.event(&rollout.deployment, "Normal", "ScalingReplicaSet", &message);
    }
    Ok(from != to)
}

/// Scales the sets so that together they follow the deployment's size.
pub fn scale(rollout: &mut Rollout, new: Option<usize>, context: &mut Context) -> Result<(), Status> {
    if let Some(at) = active_or_latest(rollout, new) {
        let same = rollout.sets.get(at).map(util::replicas) == Some(rollout.replicas());
        if same {
            return Ok(());
        }
        return scale_set(rollout, at, rollout.replicas(), context).map(|_| ());
    }
    let is_saturated = new.and_then(|at| rollout.sets.get(at)).is_some_and(|s| saturated(&rollout.deployment, s));
    if is_saturated {
        for at in 0..rollout.sets.len() {
            if Some(at) != new && rollout.sets.get(at).map(util::replicas) != Some(0) {
                scale_set(rollout, at, 0, context)?;
            }
        }
        return Ok(());
    }
    if util::is_rolling(&rollout.deployment) { proportionally(rollout, context) } else { Ok(()) }
}

/// The one active set, or the latest where none is active; None where several are. Models `FindActiveOrLatest`.
fn active_or_latest(rollout: &Rollout, new: Option<usize>) -> Option<usize> {
    let mut active = rollout.sets.iter().enumerate().filter(|(_, s)| util::replicas(s) > 0).map(|(i, _)| i);
    match (active.next(), active.next()) {
        (None, _) => new.or_else(|| rollout.sets.len().checked_sub(1)),
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// True where the new set is all there is to be. Models `IsSaturated`.
pub fn saturated(deployment: &Value, set: &Value) -> bool {
    let wanted = util::replicas(deployment);
    util::replicas(set) == wanted
        && util::annotation_number(set, DESIRED) == Some(wanted)
        && util::available(set) == wanted
}

fn proportionally(rollout: &mut Rollout, context: &mut Context) -> Result<(), Status> {
    let active: Vec<usize> =
        rollout.sets.iter().enumerate().filter(|(_, s)| util::replicas(s) > 0).map(|(i, _)| i).collect();
    let size = |at: &usize| rollout.sets.get(*at).map_or(0, util::replicas);
    let total: i64 = active.iter().map(size).sum();
    let allowed = match rollout.replicas() {
        0 => 0,
        wanted => wanted + util::max_surge(&rollout.deployment),
    };
    let to_add = allowed - total;
    // The larger first; of equal ones the newer first when growing, the older when shrinking.
    let mut order = active;
    order.sort_by(|a, b| {
        let ages = if to_add > 0 { b.cmp(a) } else { a.cmp(b) };
        size(b).cmp(&size(a)).then(ages)
    });
    let (mut added, mut sizes) = (0, Vec::new());
    for at in &order {
        let mut to = size(at);
        if to_add != 0 {
            let share = rollout.sets.get(*at).map_or(0, |s| proportion(s, &rollout.deployment, to_add, added));
            to += share;
            added += share;
        }
        sizes.push((*at, to));
    }
    // What rounding left goes to the first.
    if let Some(first) = sizes.first_mut().filter(|_| to_add != 0) {
        first.1 = (first.1 + to_add - added).max(0);
    }
    for (at, to) in sizes {
        scale_set(rollout, at, to, context)?;
    }
    Ok(())
}

/// A set's share of what is added or taken away. Models `GetReplicaSetProportion`.
fn proportion(set: &Value, deployment: &Value, to_add: i64, added: i64) -> i64 {
    let size = util::replicas(set);
    if size == 0 || to_add == 0 || to_add == added {
        return 0;
    }
    let share = fraction(set, deployment);
    let allowed = to_add - added;
    if to_add > 0 { share.min(allowed) } else { share.max(allowed) }
}

fn fraction(set: &Value, deployment: &Value) -> i64 {
    let size = util::replicas(set);
    if util::replicas(deployment) == 0 {
        return -size;
    }
    let total = util::replicas(deployment) + util::max_surge(deployment);
    let before = util::annotation_number(set, MAX).filter(|n| *n > 0).unwrap_or(deployment.at("status.replicas").int());
    if before == 0 {
        return 0;
    }
    let exact = size as f64 * total as f64 / before as f64;
    exact.round() as i64 - size
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object;

    #[test]
    fn the_new_set_grows_within_the_surge() {
        let strategy = object! { "rollingUpdate" => object! { "maxSurge" => "25%", "maxUnavailable" => "25%" } };
        let deployment = object! { "spec" => object! { "replicas" => 4, "strategy" => strategy } };
        let set = |n: i64| object! { "spec" => object! { "replicas" => n } };
        assert_eq!(new_set_replicas(&deployment, &[set(4)], &set(0)), 1);
        assert_eq!(new_set_replicas(&deployment, &[], &set(0)), 4);
        assert_eq!(new_set_replicas(&deployment, &[set(3), set(2)], &set(2)), 2);
    }
}
