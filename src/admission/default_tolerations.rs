//! Pods stay five minutes on a node that is lost. Models `DefaultTolerationSeconds`.

use super::{Attributes, Context, Plugin};
use crate::apimachinery::{Status, Value};
use crate::object;

pub struct DefaultTolerationSeconds;

const KEYS: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

thread_local! {
    /// The tolerations for [`KEYS`], shared by all pods.
    static ADDED: [Value; 2] = KEYS.map(|key| {
        object! { "effect" => "NoExecute", "key" => key, "operator" => "Exists", "tolerationSeconds" => 300 }
    });
}

impl Plugin for DefaultTolerationSeconds {
    fn admit(&self, attributes: &mut Attributes, _: &mut Context) -> Result<(), Status> {
        if !attributes.creates_pod() {
            return Ok(());
        }
        let own = attributes.object["spec"]["tolerations"].items();
        let covers = |t: &Value, key: &str| {
            let (its_key, effect) = (t["key"].str(), t["effect"].str());
            (its_key == key || its_key.is_empty()) && matches!(effect, "" | "NoExecute")
        };
        let missing = KEYS.map(|key| !own.iter().any(|t| covers(t, key)));
        if missing == [false, false] {
            return Ok(());
        }
        let list = attributes.object.path_mut(&["spec", "tolerations"]).list_mut();
        ADDED.with(|added| {
            list.extend(added.iter().zip(missing).filter(|(_, missing)| *missing).map(|(t, _)| t.clone()));
        });
        Ok(())
    }
}
