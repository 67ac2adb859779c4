//! Recreating: all old pods go before the first new one comes. Models `recreate.go`.

use super::super::{Context, pods};
use super::scale::scale_set;
use super::util;
use super::{Rollout, progress, revision, sync};
use crate::apimachinery::{Object, Status};
use crate::client::Resource;

pub fn rollout(rollout: &mut Rollout, context: &mut Context) -> Result<(), Status> {
    let new = revision::sync(rollout, false, context)?;
    let mut scaled = false;
    for at in 0..rollout.sets.len() {
        if Some(at) != new && rollout.sets.get(at).is_some_and(|s| util::replicas(s) > 0) {
            scaled |= scale_set(rollout, at, 0, context)?;
        }
    }
    if scaled || old_pods_run(rollout, new, context) {
        return progress::sync_status(rollout, new, context);
    }
    let Some(new) = revision::sync(rollout, true, context)? else { return Ok(()) };
    scale_set(rollout, new, rollout.replicas(), context)?;
    if progress::is_complete(&rollout.deployment, &rollout.deployment["status"]) {
        sync::clean_up(rollout, new, context)?;
    }
    progress::sync_status(rollout, rollout.new_set(), context)
}

fn old_pods_run(rollout: &Rollout, new: Option<usize>, context: &Context) -> bool {
    let old = rollout.sets.iter().enumerate().filter(|(i, _)| Some(*i) != new);
    let pods = old.flat_map(|(_, set)| context.informers.owned(Resource::Pods, set.uid()));
    pods.into_iter().any(|pod| !pods::is_terminal(pod))
}
