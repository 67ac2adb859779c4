//! `kubectl set subject`. Models `set_subject.go`.

use super::patches::{self, Changed, Setting};
use crate::apimachinery::{Object, Value};
use crate::cli::command::Command;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::{action, object};
use std::collections::BTreeSet;

pub const COMMAND: Command =
    Command::new("subject", "Update the user, group, or service account in a role binding or cluster role binding", action!(run))
        .usage("(-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]")
        .examples("# Update a cluster role binding for serviceaccount1\nkubectl set subject clusterrolebinding admin --serviceaccount=namespace:serviceaccount1\n\n# Update a role binding for user1, user2, and group1\nkubectl set subject rolebinding admin --user=user1 --user=user2 --group=group1")
        .flags(&[
            &[
                Flag::array("group", "Groups to bind to the role."),
                Flag::array("serviceaccount", "Service accounts to bind to the role."),
                Flag::array("user", "Usernames to bind to the role."),
            ],
            flag_sets::ALL,
            flag_sets::DRY_RUN,
            flag_sets::SET_MANAGER,
            flag_sets::FILES,
            flag_sets::LOCAL,
            flag_sets::PRINT,
            flag_sets::SELECTOR,
        ]);

const GROUP: &str = "rbac.authorization.k8s.io";

async fn run(f: &Factory) -> Result {
    let infos = patches::infos(f, f.args()).await?;
    patches::check(f)?;
    let has_cluster_binding = infos.iter().any(|i| i.object.kind() == "ClusterRoleBinding");
    let subjects = subjects(f, has_cluster_binding)?;
    let mut changed = Vec::new();
    for info in &infos {
        if !matches!(info.object.kind(), "RoleBinding" | "ClusterRoleBinding") {
            let why = "setting subjects is only supported for RoleBinding/ClusterRoleBinding";
            changed.push(Changed { info, object: Err(why.to_owned()) });
            continue;
        }
        let mut object = info.object.clone();
        let new: Vec<&Value> = subjects.iter().filter(|s| !object["subjects"].items().contains(s)).collect();
        if !new.is_empty() {
            object.at_mut("subjects").list_mut().extend(new.into_iter().cloned());
            changed.push(Changed { info, object: Ok(object) });
        }
    }
    let setting =
        Setting { done: "subjects updated", failed: "failed to patch subjects to rolebinding:", always: false };
    setting.send(f, changed, Vec::new()).await
}

fn subjects(f: &Factory, has_cluster_binding: bool) -> Result<Vec<Value>> {
    let sorted = |flag: &str| f.flags.list(flag).iter().cloned().collect::<BTreeSet<String>>();
    let mut subjects = Vec::new();
    for (kind, flag) in [("User", "user"), ("Group", "group")] {
        for name in sorted(flag) {
            subjects.push(object! { "apiGroup" => GROUP, "kind" => kind, "name" => name });
        }
    }
    let accounts = sorted("serviceaccount");
    if subjects.is_empty() && accounts.is_empty() {
        return Err("you must specify at least one value of user, group or serviceaccount".into());
    }
    let own = f.namespace()?.0;
    for account in accounts {
        let parts: Vec<&str> = account.split(':').collect();
        let (namespace, name) = match parts.as_slice() {
            [_, ""] => return Err("serviceaccount must be <namespace>:<name>".into()),
            ["", _] if has_cluster_binding => {
                return Err("serviceaccount must be <namespace>:<name>, namespace must be specified".into());
            }
            ["", name] => (own.as_str(), *name),
            [namespace, name] => (*namespace, *name),
            _ => return Err("serviceaccount must be <namespace>:<name>".into()),
        };
        subjects.push(object! { "kind" => "ServiceAccount", "name" => name, "namespace" => namespace });
    }
    Ok(subjects)
}
