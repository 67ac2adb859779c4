//! Rolling updates: up by the surge, down by what may be missing. Models `rolling.go`.

use super::super::Context;
use super::scale::{new_set_replicas, scale_set};
use super::util;
use super::{Rollout, progress, revision, sync};
use crate::apimachinery::Status;

pub fn rollout(rollout: &mut Rollout, context: &mut Context) -> Result<(), Status> {
    let Some(new) = revision::sync(rollout, true, context)? else { return Ok(()) };
    if grow(rollout, new, context)? || shrink(rollout, new, context)? {
        return progress::sync_status(rollout, Some(new), context);
    }
    if progress::is_complete(&rollout.deployment, &rollout.deployment["status"]) {
        sync::clean_up(rollout, new, context)?;
    }
    progress::sync_status(rollout, rollout.new_set(), context)
}

/// Scales the new set. True where its size changed.
fn grow(rollout: &mut Rollout, new: usize, context: &mut Context) -> Result<bool, Status> {
    let Some(set) = rollout.sets.get(new) else { return Ok(false) };
    let (size, wanted) = (util::replicas(set), rollout.replicas());
    if size == wanted {
        return Ok(false);
    }
    let to = if size > wanted { wanted } else { new_set_replicas(&rollout.deployment, &rollout.sets, set) };
    scale_set(rollout, new, to, context)
}

fn old_sets(rollout: &Rollout, new: usize) -> Vec<usize> {
    let old = rollout.sets.iter().enumerate().filter(|(i, s)| *i != new && util::replicas(s) > 0);
    old.map(|(i, _)| i).collect()
}

/// Scales old sets down as far as enough pods stay available. True where any changed.
fn shrink(rollout: &mut Rollout, new: usize, context: &mut Context) -> Result<bool, Status> {
    let old = old_sets(rollout, new);
    if old.is_empty() {
        return Ok(false);
    }
    let least = rollout.replicas() - util::max_unavailable(&rollout.deployment);
    let new_missing = rollout.sets.get(new).map_or(0, |s| util::replicas(s) - util::available(s));
    let all = util::sum(&rollout.sets, "spec.replicas");
    let max_down = all - least - new_missing;
    if max_down <= 0 {
        return Ok(false);
    }
    let cleaned = remove_unhealthy(rollout, &old, max_down, context)?;
    // What is available beyond the least may go.
    let available = util::sum(&rollout.sets, "status.availableReplicas");
    let mut budget = available - least;
    let mut scaled = 0;
    if budget > 0 {
        for at in &old {
            let size = rollout.sets.get(*at).map_or(0, util::replicas);
            let down = size.min(budget);
            if down > 0 {
                scale_set(rollout, *at, size - down, context)?;
                budget -= down;
                scaled += down;
            }
        }
    }
    Ok(cleaned + scaled > 0)
}

/// Pods of old sets that are not available go first: nobody misses them.
fn remove_unhealthy(rollout: &mut Rollout, old: &[usize], max: i64, context: &mut Context) -> Result<i64, Status> {
    let mut total = 0;
    for at in old {
        let Some(set) = rollout.sets.get(*at) else { continue };
        let (size, available) = (util::replicas(set), util::available(set));
        let down = (max - total).min(size - available);
        if down > 0 {
            scale_set(rollout, *at, size - down, context)?;
            total += down;
        }
    }
    Ok(total)
}
