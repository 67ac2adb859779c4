//! The replica sets of a deployment. Models `kubectl/pkg/util/deployment`.

use crate::apimachinery::{Object, Value};

pub const REVISION: &str = "deployment.kubernetes.io/revision";
const TEMPLATE_HASH: &str = "pod-template-hash";

/// Those that the deployment controls.
pub fn owned(deployment: &Value, sets: Vec<Value>) -> Vec<Value> {
    sets.into_iter().filter(|rs| rs.controller_of().is_some_and(|c| c["uid"].str() == deployment.uid())).collect()
}

/// The one with the template of the deployment, the oldest where there are several. Models `FindNewReplicaSet`.
pub fn new_replica_set<'a>(deployment: &Value, sets: &'a [Value]) -> Option<&'a Value> {
    let mut sorted: Vec<&Value> = sets.iter().collect();
    sorted.sort_by_key(|rs| (rs.creation_timestamp(), rs.name().to_owned()));
    let wanted = without_hash(deployment.at("spec.template"));
    sorted.into_iter().find(|rs| without_hash(rs.at("spec.template")) == wanted)
}

/// A template as the deployment has it.
pub fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    template.remove_in(&["metadata", "labels", TEMPLATE_HASH]);
    // A server leaves out or keeps what is empty; both mean the same.
    if template.at("metadata.labels").is_empty() {
        template.remove("metadata.labels");
    }
    if template["metadata"].is_empty() {
        template.remove("metadata");
    }
    template
}

/// The revision that a replica set stands for; 0 where it says none.
pub fn revision(rs: &Value) -> i64 {
    rs.annotation(REVISION).and_then(|r| r.parse().ok()).unwrap_or(0)
}
