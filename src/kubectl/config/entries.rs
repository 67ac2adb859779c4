//! `kubectl config get-clusters|get-users|delete-cluster|delete-user`.

use super::names;
use crate::action;
use crate::cli::command::Command;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;

pub const GET_CLUSTERS: Command =
    Command::new("get-clusters", "Display clusters defined in the kubeconfig", action!(get_clusters));
pub const GET_USERS: Command = Command::new("get-users", "Display users defined in the kubeconfig", action!(get_users));
pub const DELETE_CLUSTER: Command =
    Command::new("delete-cluster", "Delete the specified cluster from the kubeconfig", action!(delete_cluster))
        .usage("NAME [options]")
        .examples("# Delete a cluster\nkubectl config delete-cluster minikube");
pub const DELETE_USER: Command =
    Command::new("delete-user", "Delete the specified user from the kubeconfig", action!(delete_user))
        .usage("NAME [options]")
        .examples("# Delete a user\nkubectl config delete-user minikube");

async fn get_clusters(f: &Factory) -> Result {
    list(f, "clusters")
}

async fn get_users(f: &Factory) -> Result {
    list(f, "users")
}

fn list(f: &Factory, entries: &str) -> Result {
    let lines: String = names(&f.starting_config()?, entries).iter().map(|n| format!("{n}\n")).collect();
    f.out(&format!("NAME\n{lines}"));
    Ok(())
}

async fn delete_cluster(f: &Factory) -> Result {
    delete(f, "clusters", "cluster")
}

async fn delete_user(f: &Factory) -> Result {
    delete(f, "users", "user")
}

fn delete(f: &Factory, entries: &str, what: &str) -> Result {
    let name = match f.args() {
        [name] => name.clone(),
        // One of the two shows its help, the other asks for the name.
        _ if what == "cluster" => {
            f.out(&crate::kubectl::help_text(f.command, &f.path));
            return Ok(());
        }
        _ => return Err(f.usage_error("user to delete is required")),
    };
    let mut config = f.starting_config()?;
    if config.entry(entries, &name).is_none() {
        return Err(format!("cannot delete {what} {name}, not in {}", config.path).into());
    }
    config.remove_entry(entries, &name);
    config.save(&*f.ctx.system)?;
    f.out(&format!("deleted {what} {name} from {}\n", config.path));
    Ok(())
}
