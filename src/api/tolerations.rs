//! Taints and who tolerates them. Models `component-helpers/scheduling/corev1`.

use crate::apimachinery::Value;

/// Models `v1.Toleration.ToleratesTaint`.
pub fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let (effect, key) = (toleration["effect"].str(), toleration["key"].str());
    if !effect.is_empty() && effect != taint["effect"].str() {
        return false;
    }
    if !key.is_empty() && key != taint["key"].str() {
        return false;
    }
    match toleration["operator"].str() {
        "" | "Equal" => toleration["value"].str() == taint["value"].str(),
        "Exists" => true,
        operator @ ("Lt" | "Gt") => {
            let number = |v: &Value| v.str().parse::<i64>().ok();
            match (number(&taint["value"]), number(&toleration["value"])) {
                (Some(taint), Some(bound)) => {
                    (operator == "Lt" && taint < bound) || (operator == "Gt" && taint > bound)
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// The first taint with one of the effects that no toleration tolerates.
pub fn untolerated<'a>(taints: &'a Value, tolerations: &Value, effects: &[&str]) -> Option<&'a Value> {
    let matters = |taint: &&Value| effects.contains(&taint["effect"].str());
    taints.items().iter().filter(matters).find(|taint| !tolerations.items().iter().any(|t| tolerates(t, taint)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object;

    #[test]
    fn tolerations_match_by_key_operator_value_and_effect() {
        let taint = object! { "key" => "k", "value" => "v", "effect" => "NoSchedule" };
        let cases = [
            (object! { "operator" => "Exists" }, true),
            (object! { "key" => "k", "value" => "v" }, true),
            (object! { "key" => "k", "value" => "w" }, false),
            (object! { "key" => "k", "operator" => "Exists", "effect" => "NoExecute" }, false),
            (object! { "key" => "other", "operator" => "Exists" }, false),
        ];
        for (toleration, want) in cases {
            assert_eq!(tolerates(&toleration, &taint), want, "{toleration}");
        }
    }
}
