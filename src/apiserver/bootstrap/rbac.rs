//! The roles and bindings of `data/clusterroles.txt`. Models `plugin/pkg/auth/authorizer/rbac/bootstrappolicy`.

use crate::apimachinery::Value;
use crate::object;

const TEXT: &str = include_str!("../data/clusterroles.txt");
const GROUP: &str = "rbac.authorization.k8s.io";

/// A role while it is being read.
#[derive(Clone, Debug, Default)]
struct Role {
    name: &'static str,
    labels: Vec<&'static str>,
    rules: Vec<Value>,
    /// The label of the roles whose rules it collects; "" for a role with rules of its own.
    collects: &'static str,
}

/// Every role, then every binding.
pub fn objects() -> Vec<Value> {
    let (mut roles, mut bindings): (Vec<Role>, Vec<Value>) = (Vec::new(), Vec::new());
    for line in TEXT.lines() {
        let words: Vec<&'static str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["role", name, labels @ ..] => {
                roles.push(Role { name, labels: labels.to_vec(), ..Role::default() });
            }
            ["aggregate", name, collects, labels @ ..] => {
                roles.push(Role { name, collects, labels: labels.to_vec(), ..Role::default() });
            }
            ["binding", name, role, subjects @ ..] => bindings.push(binding(name, role, subjects)),
            words => {
                if let (Some(role), Some(rule)) = (roles.last_mut(), rule(words)) {
                    role.rules.push(rule);
                }
            }
        }
    }
    let done: Vec<Value> = roles.iter().map(|role| cluster_role(role, &rules_of(role, &roles, 3))).collect();
    done.into_iter().chain(bindings).collect()
}

/// A role's rules: its own, or those of the roles with the label it collects, each once. `depth` bounds roles
/// that collect roles that collect.
fn rules_of(role: &Role, roles: &[Role], depth: usize) -> Vec<Value> {
    let mut rules = role.rules.clone();
    if role.collects.is_empty() || depth == 0 {
        return rules;
    }
    let mut sources: Vec<&Role> = roles.iter().filter(|r| r.labels.contains(&role.collects)).collect();
    sources.sort_by_key(|r| r.name);
    for rule in sources.iter().flat_map(|r| rules_of(r, roles, depth - 1)) {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    rules
}

fn words(text: &str) -> Value {
    text.split(',').map(|w| if w == "core" { "" } else { w }).collect()
}

fn rule(words_of_line: &[&str]) -> Option<Value> {
    match words_of_line {
        [verbs, "url", urls] => Some(object! { "nonResourceURLs" => words(urls), "verbs" => words(verbs) }),
        [verbs, groups, resources, names @ ..] => {
            let mut rule =
                object! { "apiGroups" => words(groups), "resources" => words(resources), "verbs" => words(verbs) };
            if let [names] = names {
                rule.set("resourceNames", words(names));
            }
            Some(rule)
        }
        _ => None,
    }
}

fn metadata(name: &str) -> Value {
    let mut metadata = object! { "name" => name };
    metadata.set_in(&["labels", "kubernetes.io/bootstrapping"], "rbac-defaults");
    metadata.set_in(&["annotations", "rbac.authorization.kubernetes.io/autoupdate"], "true");
    metadata
}

fn cluster_role(role: &Role, rules: &[Value]) -> Value {
    let mut metadata = metadata(role.name);
    for label in &role.labels {
        metadata.set_in(&["labels", &format!("{GROUP}/{label}")], "true");
    }
    let mut object = object! {
        "kind" => "ClusterRole", "apiVersion" => format!("{GROUP}/v1"), "metadata" => metadata, "rules" => rules.to_vec(),
    };
    if !role.collects.is_empty() {
        let mut selector = Value::object();
        selector.set_in(&["matchLabels", &format!("{GROUP}/{}", role.collects)], "true");
        object.set("aggregationRule.clusterRoleSelectors", crate::list![selector]);
    }
    object
}

fn binding(name: &str, role: &str, subjects: &[&str]) -> Value {
    let subject = |text: &str| {
        let (kind, name) = text.split_once('/')?;
        Some(match kind {
            "ServiceAccount" => object! { "kind" => kind, "name" => name, "namespace" => "kube-system" },
            _ => object! { "apiGroup" => GROUP, "kind" => kind, "name" => name },
        })
    };
    let mut object = object! {
        "kind" => "ClusterRoleBinding", "apiVersion" => format!("{GROUP}/v1"), "metadata" => metadata(name),
        "roleRef" => object! { "apiGroup" => GROUP, "kind" => "ClusterRole", "name" => role },
    };
    if !subjects.is_empty() {
        object.set("subjects", subjects.iter().filter_map(|s| subject(s)).collect::<Value>());
    }
    object
}
