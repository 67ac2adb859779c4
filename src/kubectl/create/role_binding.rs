//! `kubectl create rolebinding` and `kubectl create clusterrolebinding`.

use super::one;
use crate::action;
use crate::apimachinery::Value;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::object;

const GROUP: &str = "rbac.authorization.k8s.io";

const SUBJECTS: &[Flag] = &[
    Flag::str("clusterrole", "", "The cluster role to bind."),
    Flag::array("group", "Groups to bind; may be given again."),
    Flag::array("serviceaccount", "Service accounts to bind, namespace:name; may be given again."),
    Flag::array("user", "Users to bind; may be given again."),
];

pub const COMMAND: Command =
    Command::new("rolebinding", "Create a role binding for a particular role or cluster role", action!(run))
        .usage("NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]")
        .examples("# Bind a cluster role to a user\nkubectl create rolebinding admin --clusterrole=admin --user=user1\n\n# Bind a role to a service account\nkubectl create rolebinding admin-binding --role=admin --serviceaccount=monitoring:sa-dev")
        .flags(&[
            SUBJECTS,
            &[Flag::str("role", "", "The role to bind.")],
            flag_sets::PRINT,
            flag_sets::DRY_RUN,
            flag_sets::VALIDATE,
            flag_sets::SAVE_CONFIG,
            super::FIELD_MANAGER,
        ]);

pub const CLUSTER: Command = Command::new(
    "clusterrolebinding",
    "Create a cluster role binding for a particular cluster role",
    action!(run_cluster),
)
.usage("NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]")
.examples("# Bind a cluster role to a user\nkubectl create clusterrolebinding cluster-admin --clusterrole=cluster-admin --user=user1")
.flags(&[
    SUBJECTS,
    flag_sets::PRINT,
    flag_sets::DRY_RUN,
    flag_sets::VALIDATE,
    flag_sets::SAVE_CONFIG,
    super::FIELD_MANAGER,
])
.required(&["clusterrole"]);

async fn run(f: &Factory) -> Result {
    let name = one::name(f)?;
    let (role, cluster_role) = (f.flags.str("role"), f.flags.str("clusterrole"));
    if role.is_empty() == cluster_role.is_empty() {
        return Err("exactly one of clusterrole or role must be specified".into());
    }
    let (kind, role) = if role.is_empty() { ("ClusterRole", cluster_role) } else { ("Role", role) };
    one::create(f, binding("RoleBinding", &name, kind, role, subjects(f)?), "rolebinding").await
}

async fn run_cluster(f: &Factory) -> Result {
    let name = one::name(f)?;
    let role = f.flags.str("clusterrole");
    one::create(f, binding("ClusterRoleBinding", &name, "ClusterRole", role, subjects(f)?), "clusterrolebinding").await
}

fn binding(kind: &str, name: &str, role_kind: &str, role: &str, subjects: Value) -> Value {
    let mut binding = object! {
        "apiVersion" => "rbac.authorization.k8s.io/v1", "kind" => kind, "metadata" => object! { "name" => name },
        "roleRef" => object! { "apiGroup" => GROUP, "kind" => role_kind, "name" => role },
    };
    if !subjects.is_empty() {
        binding.set("subjects", subjects);
    }
    binding
}

/// Users, groups, then service accounts.
pub fn subjects(f: &Factory) -> Result<Value> {
    let mut subjects: Vec<Value> = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        for name in f.flags.list(flag) {
            subjects.push(object! { "apiGroup" => GROUP, "kind" => kind, "name" => name.as_str() });
        }
    }
    for account in f.flags.list("serviceaccount") {
        let parts: Vec<&str> = account.split(':').collect();
        let [namespace, name] = parts.as_slice() else {
            return Err(Error::msg("serviceaccount must be <namespace>:<name>"));
        };
        if namespace.is_empty() || name.is_empty() {
            return Err(Error::msg("serviceaccount must be <namespace>:<name>"));
        }
        subjects.push(object! { "kind" => "ServiceAccount", "name" => *name, "namespace" => *namespace });
    }
    Ok(subjects.into())
}
