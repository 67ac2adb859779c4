//! `kubectl set env`. Models `set_env.go` and `set/env/env_parse.go`.

use super::env_list;
use super::patches::{self, Changed, Setting};
use crate::apimachinery::{Object, Value, names};
use crate::cli::builder::{Builder, stdin};
use crate::cli::command::Command;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::{action, object};

const FLAGS: &[Flag] = &[
    Flag::str("containers", "*", "The containers to change, by name; * fits any text.").short('c'),
    Flag::array("env", "A variable to set, as KEY=VALUE.").short('e'),
    Flag::str("from", "", "The secret or config map whose entries become variables."),
    Flag::slice("keys", "Which entries of --from to take, by comma."),
    Flag::bool("list", "Print the variables, after the change if there is one; nothing is sent."),
    Flag::bool_on("overwrite", "Replace values that are there already."),
    Flag::str("prefix", "", "What to put before the names of the variables."),
    Flag::bool("resolve", "With --list: show the values that references lead to."),
];

pub const COMMAND: Command = Command::new("env", "Update environment variables on a pod template", action!(run))
    .usage("RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N [options]")
    .long("Update environment variables on a pod template.\n\n Lists, adds, changes or removes (KEY-) the variables of containers in pods and pod templates.\n\n Possible resources include (case insensitive):\n\n        pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), statefulset (sts), cronjob (cj), replicaset (rs)")
    .examples("# Update deployment 'registry' with a new environment variable\nkubectl set env deployment/registry STORAGE_DIR=/local\n\n# List the environment variables defined on a deployments 'sample-build'\nkubectl set env deployment/sample-build --list\n\n# Import environment from a secret\nkubectl set env --from=secret/mysecret deployment/myapp\n\n# Remove the environment variable ENV from container 'c1' in all deployment configs\nkubectl set env deployments --all --containers=\"c1\" ENV-\n\n# Set some of the local shell environment into a deployment config on the server\nenv | grep RAILS_ | kubectl set env -e - deployment/registry")
    .flags(&[
        FLAGS,
        flag_sets::ALL,
        flag_sets::DRY_RUN,
        flag_sets::SET_MANAGER,
        flag_sets::FILES,
        flag_sets::LOCAL,
        flag_sets::PRINT,
        flag_sets::SELECTOR,
    ]);

/// What is set, as EnvVars, and which names go.
#[derive(Default)]
struct Changes {
    set: Vec<Value>,
    remove: Vec<String>,
}

async fn run(f: &Factory) -> Result {
    let (resources, specs) = split(f.args())?;
    patches::check(f)?;
    if resources.is_empty() && f.flags.list("filename").is_empty() {
        return Err("one or more resources must be specified as <resource> <name> or <resource>/<name>".into());
    }
    if f.flags.bool("list") && !f.flags.str("output").is_empty() {
        return Err("--list and --output may not be specified together".into());
    }
    if !f.flags.list("keys").is_empty() && f.flags.str("from").is_empty() {
        return Err("when specifying --keys, a configmap or secret must be provided with --from".into());
    }
    let mut changes = parse(f, f.flags.list("env").iter().chain(&specs)).await?;
    import(f, &mut changes).await?;
    let infos = patches::infos(f, &resources).await?;
    let (names, overwrite) = (f.flags.str("containers"), f.flags.bool("overwrite"));
    let mut changed = Vec::new();
    for info in &infos {
        let mut object = info.object.clone();
        let mut taken = None;
        let count = patches::pod_spec(&mut object).map(|spec| {
            patches::each_container(spec, names, |container| {
                if !overwrite && taken.is_none() {
                    taken = changes.overwrites(container);
                }
                changes.apply(container);
            })
        });
        if count == Ok(0) {
            let kind = info.object.kind();
            f.err(&format!("Warning: {kind}/{} does not have any containers matching {names:?}\n", info.name));
        }
        let object = match (count, taken) {
            (Err(why), _) | (Ok(_), Some(why)) => Err(why),
            _ => Ok(object),
        };
        if let (true, Ok(object)) = (f.flags.bool("list"), &object) {
            env_list::print(f, object, names).await?;
        }
        changed.push(Changed { info, object });
    }
    if f.flags.bool("list") {
        return Ok(());
    }
    Setting { done: "env updated", failed: "failed to patch env update to pod template:", always: false }
        .send(f, changed, Vec::new())
        .await
}

/// Arguments that name resources, and those that name variables. Models `SplitEnvironmentFromResources`.
fn split(args: &[String]) -> Result<(Vec<String>, Vec<String>)> {
    let is_env = |a: &String| a.ends_with('-') || a.get(1..).is_some_and(|rest| rest.contains('='));
    let at = args.iter().position(is_env).unwrap_or(args.len());
    let (resources, specs) = args.split_at(at);
    if !specs.iter().all(is_env) {
        return Err(format!("all resources must be specified before environment changes: {}", args.join(" ")).into());
    }
    Ok((resources.to_vec(), specs.to_vec()))
}

/// Models `ParseEnv`; `-` reads standard input.
async fn parse(f: &Factory, specs: impl Iterator<Item = &String>) -> Result<Changes> {
    let mut changes = Changes::default();
    for spec in specs {
        if spec == "-" {
            let text = stdin(f).await;
            for line in text.lines() {
                let line = line.split('#').next().unwrap_or("");
                changes.set.extend(line.split_once('=').map(|(k, v)| object! { "name" => k, "value" => v }));
            }
        } else if let Some((key, value)) = spec.split_once('=') {
            let wrong = names::is_strict_env_name(key);
            if !wrong.is_empty() {
                return Err(format!("{key:?} is not a valid key name: {}", wrong.join(";")).into());
            }
            changes.set.push(object! { "name" => key, "value" => value });
        } else if let Some(key) = spec.strip_suffix('-') {
            changes.remove.push(key.to_owned());
        } else {
            return Err(format!("unknown environment variable: {spec}").into());
        }
    }
    if changes.remove.iter().any(|r| changes.set.iter().any(|v| v["name"].str() == r)) {
        return Err("can not both modify and remove the same environment variable in the same command".into());
    }
    Ok(changes)
}

/// Adds the entries of `--from`, and `--prefix`.
async fn import(f: &Factory, changes: &mut Changes) -> Result {
    let from = f.flags.str("from");
    if !from.is_empty() {
        let builder = Builder::new(f)?.args(f, false, &[from.to_owned()]).await?;
        for info in builder.all_infos(f).await? {
            let (reference, source) = match info.object.kind() {
                "Secret" => ("secretKeyRef", &info.object["data"]),
                "ConfigMap" => ("configMapKeyRef", &info.object["data"]),
                _ => return Err("unsupported resource specified in --from".into()),
            };
            let keys = f.flags.list("keys");
            for (key, _) in source.fields().filter(|(k, _)| keys.is_empty() || keys.iter().any(|wanted| wanted == k)) {
                let mut value_from = Value::object();
                value_from.set(reference, object! { "key" => key, "name" => info.name.as_str() });
                let name: String = key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
                let name = name.to_ascii_uppercase();
                if name != key {
                    f.err(&format!("Warning: key {key} transferred to {name}\n"));
                }
                changes.set.push(object! { "name" => name, "valueFrom" => value_from });
            }
        }
    }
    let prefix = f.flags.str("prefix");
    if !prefix.is_empty() {
        for variable in &mut changes.set {
            let name = format!("{prefix}{}", variable["name"].str());
            variable.set("name", name);
        }
    }
    Ok(())
}

impl Changes {
    /// Why a container's variables may not be replaced, if any has another value.
    fn overwrites(&self, container: &Value) -> Option<String> {
        self.set.iter().find_map(|new| {
            let old =
                container["env"].items().iter().find(|e| e["name"] == new["name"] && e["value"] != new["value"])?;
            let (name, value) = (old["name"].str(), old["value"].str());
            Some(format!("'{name}' already has a value ({value}), and --overwrite is false"))
        })
    }

    /// What stays keeps its place; what is new comes last. Models `updateEnv`.
    fn apply(&self, container: &mut Value) {
        let mut covered: Vec<&str> = self.remove.iter().map(String::as_str).collect();
        let mut env: Vec<Value> = Vec::new();
        let old = container["env"].clone();
        for variable in old.items() {
            let name = variable["name"].str();
            if covered.contains(&name) {
                continue;
            }
            match self.set.iter().find(|new| new["name"].str() == name) {
                Some(new) => {
                    covered.push(new["name"].str());
                    env.push(new.clone());
                }
                None => env.push(variable.clone()),
            }
        }
        for new in &self.set {
            if !covered.contains(&new["name"].str()) {
                covered.push(new["name"].str());
                env.push(new.clone());
            }
        }
        match env.is_empty() {
            true => drop(container.remove("env")),
            false => container.set("env", env),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list;

    #[test]
    fn variables_keep_their_places() {
        let var = |k: &str, v: &str| object! { "name" => k, "value" => v };
        let mut container = object! { "env" => list![var("A", "1"), var("B", "2"), var("C", "3")] };
        let changes = Changes { set: vec![var("D", "4"), var("B", "5")], remove: vec!["A".into()] };
        assert_eq!(
            changes.overwrites(&container).as_deref(),
            Some("'B' already has a value (2), and --overwrite is false")
        );
        changes.apply(&mut container);
        assert_eq!(container["env"], list![var("B", "5"), var("C", "3"), var("D", "4")]);
        Changes { set: vec![], remove: vec!["B".into(), "C".into(), "D".into()] }.apply(&mut container);
        assert!(container["env"].is_null());
    }
}
