//! `kubectl create quota`.

use super::one;
use crate::action;
use crate::apimachinery::Value;
use crate::apimachinery::quantity::Quantity;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::object;

pub const COMMAND: Command = Command::new("quota", "Create a quota with the specified name", action!(run))
    .aliases(&["resourcequota"])
    .usage("NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] [--dry-run=server|client|none] [options]")
    .examples("# Create a quota\nkubectl create quota my-quota --hard=cpu=1,memory=1G,pods=2,services=3\n\n# Create a quota for pods without requests\nkubectl create quota best-effort --hard=pods=100 --scopes=BestEffort")
    .flags(&[
        &[
            Flag::str("hard", "", "Limits as resource=quantity, by comma."),
            Flag::str("scopes", "", "Scopes, by comma."),
        ],
        flag_sets::PRINT,
        flag_sets::DRY_RUN,
        flag_sets::VALIDATE,
        flag_sets::SAVE_CONFIG,
        super::FIELD_MANAGER,
    ]);

async fn run(f: &Factory) -> Result {
    let name = one::name(f)?;
    let mut spec = Value::object();
    let hard = resource_list(f.flags.str("hard"))?;
    if !hard.is_empty() {
        spec.set("hard", hard);
    }
    let scopes: Vec<&str> = f.flags.str("scopes").split(',').filter(|s| !s.is_empty()).collect();
    if !scopes.is_empty() {
        spec.set("scopes", scopes.into_iter().collect::<Value>());
    }
    let quota = object! {
        "apiVersion" => "v1", "kind" => "ResourceQuota", "metadata" => object! { "name" => name },
        "spec" => spec, "status" => object! {},
    };
    one::create(f, quota, "quota").await
}

/// `cpu=1,memory=1Gi` as a map. Models `populateResourceListV1`.
pub fn resource_list(text: &str) -> Result<Value> {
    let mut list = Value::object();
    for pair in text.split(',').filter(|_| !text.is_empty()) {
        let parts: Vec<&str> = pair.split('=').collect();
        let [name, quantity] = parts.as_slice() else {
            return Err(Error::Msg(format!("Invalid argument syntax {pair}, expected <resource>=<value>")));
        };
        let quantity = Quantity::parse(quantity).map_err(Error::msg)?;
        list.set_in(&[name], quantity.to_string());
    }
    Ok(list)
}
