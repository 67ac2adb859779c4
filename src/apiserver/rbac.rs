//! Who may do what: roles and their bindings, read from the store. Models `plugin/pkg/auth/authorizer/rbac`.

use super::RequestInfo;
use crate::apimachinery::{Object, Status, Value};
use crate::client::Request;
use crate::storage::Store;

/// Who asks. Models `user.Info`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub name: String,
    pub groups: Vec<String>,
}

/// What is asked. Models `authorizer.Attributes`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    pub verb: String,
    pub group: String,
    /// With its subresource: `pods/log`. "" for a path that is no resource.
    pub resource: String,
    pub namespace: String,
    pub name: String,
    /// The path, for what is no resource.
    pub path: String,
}

/// The group that may do everything.
const MASTERS: &str = "system:masters";
/// The user of the kubeconfig that comes with the cluster.
const ADMIN: &str = "kubernetes-admin";

impl User {
    /// The one who asks: the administrator, or whom the administrator impersonates.
    pub fn of(request: &Request) -> Self {
        if request.as_user.is_empty() {
            let groups = vec![MASTERS.to_owned(), "system:authenticated".to_owned()];
            return Self { name: ADMIN.to_owned(), groups };
        }
        let mut groups = request.as_groups.clone();
        if let Some((namespace, _)) = service_account(&request.as_user).filter(|_| groups.is_empty()) {
            groups = vec!["system:serviceaccounts".to_owned(), format!("system:serviceaccounts:{namespace}")];
        }
        if !groups.iter().any(|g| g == "system:authenticated" || g == "system:unauthenticated") {
            groups.push("system:authenticated".to_owned());
        }
        Self { name: request.as_user.clone(), groups }
    }

    fn is_subject(&self, subject: &Value, namespace: &str) -> bool {
        let name = subject["name"].str();
        match subject["kind"].str() {
            "User" => name == self.name,
            "Group" => self.groups.iter().any(|g| g == name),
            "ServiceAccount" => {
                let own = subject["namespace"].str();
                let namespace = if own.is_empty() { namespace } else { own };
                service_account(&self.name) == Some((namespace, name))
            }
            _ => false,
        }
    }
}

/// Namespace and name of `system:serviceaccount:NAMESPACE:NAME`.
fn service_account(user: &str) -> Option<(&str, &str)> {
    user.strip_prefix("system:serviceaccount:")?.split_once(':')
}

impl Attributes {
    pub fn of_resource(info: &RequestInfo) -> Self {
        let resource = match info.subresource {
            "" => info.resource.to_owned(),
            subresource => format!("{}/{subresource}", info.resource),
        };
        Self {
            verb: info.verb.to_owned(),
            group: info.group.to_owned(),
            resource,
            namespace: info.namespace.to_owned(),
            name: info.name.to_owned(),
            path: String::new(),
        }
    }
}

/// The rules that hold for a user in a namespace, cluster-wide ones first. Each comes with the reason that allows it.
pub fn rules_for(store: &Store, user: &User, namespace: &str) -> Vec<(Value, String)> {
    let mut rules = Vec::new();
    let mut add = |binding: &Value, kind: &str| {
        let mut subjects = binding["subjects"].items().iter();
        let Some(subject) = subjects.find(|s| user.is_subject(s, binding.namespace())) else { return };
        let role = &binding["roleRef"];
        let found = match role["kind"].str() {
            "ClusterRole" => store.get("clusterroles.rbac.authorization.k8s.io", role["name"].str()),
            _ => {
                let key = format!("{}/{}", binding.namespace(), role["name"].str());
                store.get("roles.rbac.authorization.k8s.io", &key)
            }
        };
        let name = if kind == "RoleBinding" {
            format!("{}/{}", binding.name(), binding.namespace())
        } else {
            binding.name().to_owned()
        };
        let reason = format!(
            "RBAC: allowed by {kind} {name:?} of {} {:?} to {}",
            role["kind"].str(),
            role["name"].str(),
            describe_subject(subject)
        );
        rules.extend(found.iter().flat_map(|r| r["rules"].items()).map(|r| (r.clone(), reason.clone())));
    };
    for (_, binding) in store.list("clusterrolebindings.rbac.authorization.k8s.io", "") {
        add(binding, "ClusterRoleBinding");
    }
    if !namespace.is_empty() {
        for (_, binding) in store.list("rolebindings.rbac.authorization.k8s.io", namespace) {
            add(binding, "RoleBinding");
        }
    }
    rules
}

fn describe_subject(subject: &Value) -> String {
    let (kind, name) = (subject["kind"].str(), subject["name"].str());
    match kind {
        "ServiceAccount" => format!("{kind} \"{name}/{}\"", subject["namespace"].str()),
        _ => format!("{kind} {name:?}"),
    }
}

/// Whether a user may do something: the reason why, or None.
pub fn authorize(store: &Store, user: &User, wanted: &Attributes) -> Option<String> {
    if user.groups.iter().any(|g| g == MASTERS) {
        return Some(String::new());
    }
    let rules = rules_for(store, user, &wanted.namespace);
    rules.into_iter().find(|(rule, _)| allows(rule, wanted)).map(|(_, reason)| reason)
}

/// True where a rule covers the attributes. Models `rbac.RuleAllows`.
pub fn allows(rule: &Value, wanted: &Attributes) -> bool {
    let has = |field: &str, value: &str| rule[field].items().iter().any(|v| matches!(v.str(), "*") || v.str() == value);
    if !has("verbs", &wanted.verb) {
        return false;
    }
    if wanted.resource.is_empty() {
        let mut urls = rule["nonResourceURLs"].items().iter().map(Value::str);
        return urls.any(|u| u == wanted.path || u.strip_suffix('*').is_some_and(|p| wanted.path.starts_with(p)));
    }
    let subresource = wanted.resource.split_once('/').map_or(String::new(), |(_, s)| format!("*/{s}"));
    let names = rule["resourceNames"].items();
    has("apiGroups", &wanted.group)
        && (has("resources", &wanted.resource) || (!subresource.is_empty() && has("resources", &subresource)))
        && (names.is_empty() || names.iter().any(|n| n.str() == wanted.name))
}

/// The refusal, as the server words it.
pub fn forbidden(user: &User, wanted: &Attributes) -> Status {
    let (name, verb) = (&user.name, &wanted.verb);
    if wanted.resource.is_empty() {
        let message = format!("forbidden: User {name:?} cannot {verb} path {:?}", wanted.path);
        return Status { details: Value::object(), ..Status::new(403, "Forbidden", message) };
    }
    let scope = match wanted.namespace.as_str() {
        "" => "at the cluster scope".to_owned(),
        namespace => format!("in the namespace {namespace:?}"),
    };
    let (resource, group) = (&wanted.resource, &wanted.group);
    let why = format!("User {name:?} cannot {verb} resource {resource:?} in API group {group:?} {scope}");
    let plural = resource.split('/').next().unwrap_or("");
    let group_resource = if group.is_empty() { plural.to_owned() } else { format!("{plural}.{group}") };
    Status::forbidden(&group_resource, &wanted.name, &why)
}
