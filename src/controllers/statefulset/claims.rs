//! The claims of a stateful set's pods: made before the pods, kept or deleted as the set says. Models
//! `stateful_pod_control.go` and the claims' part of `stateful_set_utils.go`.

use super::{Work, ordinal};
use crate::apimachinery::{Object, Status, Value};
use crate::client::Resource;
use crate::controllers::{Context, pods};

impl Work<'_> {
    /// The names of a pod's claims, each with its template.
    fn claims_of<'a>(&'a self, pod: &'a str) -> impl Iterator<Item = (String, &'a Value)> {
        let templates = self.set.at("spec.volumeClaimTemplates").items().iter();
        templates.map(move |template| (format!("{}-{pod}", template.name()), template))
    }

    fn claim(&self, name: &str, context: &Context) -> Option<Value> {
        context.get(Resource::PersistentVolumeClaims, &format!("{}/{name}", self.set.namespace())).cloned()
    }

    /// Creates the claims of a pod that are missing. Err with the text of all that failed.
    pub fn create_claims(&self, pod: &str, context: &mut Context) -> Result<(), String> {
        let mut failures = Vec::new();
        for (name, template) in self.claims_of(pod) {
            match self.claim(&name, context) {
                Some(claim) if claim.is_terminating() => failures.push(format!("pvc {name} is being deleted")),
                Some(_) => {}
                None => {
                    if let Err(why) = self.create_claim(template, &name, pod, context) {
                        failures.push(format!("failed to create PVC {name}: {why}"));
                    }
                }
            }
        }
        match failures.as_slice() {
            [] => Ok(()),
            [one] => Err(one.clone()),
            many => Err(format!("[{}]", many.join(", "))),
        }
    }

    fn create_claim(&self, template: &Value, name: &str, pod: &str, context: &mut Context) -> Result<(), Status> {
        let mut claim = template.clone();
        claim.set("apiVersion", "v1");
        claim.set("kind", "PersistentVolumeClaim");
        claim.remove("status");
        claim.set("metadata.name", name);
        claim.set("metadata.namespace", self.set.namespace());
        for (label, value) in self.set.at("spec.selector.matchLabels").fields() {
            claim.set_in(&["metadata", "labels", label], value.clone());
        }
        let set = self.set.name();
        match context.door().create(Resource::PersistentVolumeClaims, self.set.namespace(), claim) {
            Ok(_) => {
                let message = format!("Create Claim {name} Pod {pod} in StatefulSet {set} success");
                context.event(self.set, "Normal", "SuccessfulCreate", &message);
                Ok(())
            }
            Err(status) => {
                if status.reason != "AlreadyExists" {
                    let message =
                        format!("Create Claim {name} for Pod {pod} in StatefulSet {set} failed error: {status}");
                    context.event(self.set, "Warning", "FailedCreate", &message);
                }
                Err(status)
            }
        }
    }

    fn deletes(&self, when: &str) -> bool {
        self.set.at("spec.persistentVolumeClaimRetentionPolicy")[when].str() == "Delete"
    }

    /// True where a claim belongs to a pod that was there before and goes with it: the new pod waits for its end.
    pub fn has_stale_claim(&self, pod: &str, context: &Context) -> bool {
        let is_stale = |claim: Value| claim.owner_references().iter().any(|owner| owner["kind"].str() == "Pod");
        self.deletes("whenScaled")
            && self.claims_of(pod).any(|(name, _)| self.claim(&name, context).is_some_and(is_stale))
    }

    /// Makes the claims of a pod go with the set or with the pod, as the set's policy says. Models
    /// `UpdatePodClaimForRetentionPolicy`.
    pub fn own_claims(&self, pod: &Value, context: &mut Context) -> Result<(), Status> {
        let (start, end) = (self.start(), self.start() + self.replicas());
        let is_surplus = ordinal(self.set, pod).is_none_or(|n| n < start || n >= end);
        let owner = match (self.deletes("whenScaled"), self.deletes("whenDeleted")) {
            (true, _) if is_surplus => Some(pod),
            (_, true) => Some(self.set),
            _ => None,
        };
        let wanted = owner.map(pods::controller_ref);
        for (name, _) in self.claims_of(pod.name()) {
            let Some(claim) = self.claim(&name, context) else { continue };
            let ours = |r: &&Value| [self.set.uid(), pod.uid()].contains(&r["uid"].str());
            let old = claim.owner_references();
            let mut new: Vec<Value> = old.iter().filter(|r| !ours(r)).cloned().collect();
            // Somebody else's claim is left alone.
            if !new.iter().any(|r| r["controller"].bool()) {
                new.extend(wanted.clone());
            }
            if old != new.as_slice() {
                let mut claim = claim;
                claim.set("metadata.ownerReferences", new);
                context.door().update(Resource::PersistentVolumeClaims, claim)?;
            }
        }
        Ok(())
    }
}
