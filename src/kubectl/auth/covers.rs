//! Which permissions of some rules others do not give. Models `k8s.io/component-helpers/auth/rbac/validation`.

use crate::apimachinery::Value;
use crate::{list, object};

/// The permissions of `wanted`, one a rule, that no rule of `given` has.
pub fn covers(given: &[Value], wanted: &[Value]) -> Vec<Value> {
    wanted.iter().flat_map(apart).filter(|one| !given.iter().any(|rule| has(rule, one))).collect()
}

/// A rule as rules of one permission each. Models `BreakdownRule`.
fn apart(rule: &Value) -> Vec<Value> {
    let words = |field: &str| rule[field].items().iter().map(Value::str).collect::<Vec<&str>>();
    let mut out = Vec::new();
    for group in words("apiGroups") {
        for resource in words("resources") {
            for verb in words("verbs") {
                let one = object! {
                    "apiGroups" => list![group], "resources" => list![resource], "verbs" => list![verb],
                };
                let names = words("resourceNames");
                if names.is_empty() {
                    out.push(one.clone());
                }
                for name in names {
                    let mut named = one.clone();
                    named.set("resourceNames", list![name]);
                    out.push(named);
                }
            }
        }
    }
    for url in words("nonResourceURLs") {
        out.extend(
            words("verbs").iter().map(|verb| object! { "nonResourceURLs" => list![url], "verbs" => list![*verb] }),
        );
    }
    out
}

/// True where a rule gives this one permission. Models `ruleCovers`.
fn has(rule: &Value, one: &Value) -> bool {
    let words = |v: &Value, field: &str| v[field].items().iter().map(|w| w.str().to_owned()).collect::<Vec<String>>();
    let fits = |field: &str| {
        let given = words(rule, field);
        given.iter().any(|g| g == "*") || words(one, field).iter().all(|w| given.contains(w))
    };
    let names = words(rule, "resourceNames");
    let wanted = words(one, "resourceNames");
    let names_fit = names.is_empty() || (!wanted.is_empty() && wanted.iter().all(|n| names.contains(n)));
    let urls = words(rule, "nonResourceURLs");
    let url_fits = |url: &String| {
        urls.iter().any(|g| g == "*" || g == url || g.strip_suffix('*').is_some_and(|head| url.starts_with(head)))
    };
    fits("verbs")
        && fits("apiGroups")
        && resources_fit(&words(rule, "resources"), &words(one, "resources"))
        && names_fit
        && words(one, "nonResourceURLs").iter().all(url_fits)
}

/// `*` takes all, `*/scale` the subresource of any.
fn resources_fit(given: &[String], wanted: &[String]) -> bool {
    let one =
        |w: &String| given.contains(w) || w.split_once('/').is_some_and(|(_, sub)| given.contains(&format!("*/{sub}")));
    given.iter().any(|g| g == "*") || wanted.iter().all(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_comes_one_by_one() {
        let rule = |verbs: Value, resources: Value| object! { "apiGroups" => list![""], "resources" => resources, "verbs" => verbs };
        let get_pods = rule(list!["get"], list!["pods"]);
        let more = rule(list!["get", "list"], list!["pods"]);
        assert_eq!(
            covers(std::slice::from_ref(&get_pods), std::slice::from_ref(&more)),
            [rule(list!["list"], list!["pods"])]
        );
        assert!(covers(&[more], &[get_pods]).is_empty());
        let all = rule(list!["*"], list!["*/scale"]);
        assert!(covers(&[all], &[rule(list!["get"], list!["deployments/scale"])]).is_empty());
    }
}
