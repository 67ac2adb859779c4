//! `kubectl set selector`. Models `set_selector.go`.

use super::patches::{self, Changed, Setting};
use crate::action;
use crate::apimachinery::labels::{Operator, Selector};
use crate::apimachinery::{Object, Value};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::kubectl::util;

pub const COMMAND: Command = Command::new("selector", "Set the selector on a resource", action!(run))
    .usage("(-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version] [options]")
    .long("Set the selector on a resource.\n\n The new selector takes the place of the old one. Only services have one that may be set")
    .examples("# Set the labels and selector before creating a deployment/service pair\nkubectl create service clusterip my-svc --clusterip=\"None\" -o yaml --dry-run=client | kubectl set selector --local -f - 'environment=qa' -o yaml | kubectl create -f -")
    .flags(&[
        &[Flag::str("resource-version", "", "Change the object only if it still has this resourceVersion.")],
        flag_sets::ALL,
        flag_sets::DRY_RUN,
        flag_sets::SET_MANAGER,
        flag_sets::FILES,
        flag_sets::LOCAL,
        flag_sets::PRINT,
        flag_sets::RECORD,
    ]);

async fn run(f: &Factory) -> Result {
    let Some((selector, resources)) = f.args().split_last() else { return Err("one selector is required".into()) };
    let labels = parse(selector)?;
    let infos = patches::infos(f, resources).await?;
    let version = f.flags.str("resource-version");
    let mut changed = Vec::new();
    for info in &infos {
        if info.object.kind() != "Service" {
            return Err("setting a selector is only supported for Services".into());
        }
        let mut object = info.object.clone();
        object.set("spec.selector", labels.clone()?);
        if !version.is_empty() {
            object.set("metadata.resourceVersion", version);
        }
        util::record(f, &mut object);
        changed.push(Changed { info, object: Ok(object) });
    }
    Setting { done: "selector updated", failed: "", always: true }.send(f, changed, Vec::new()).await
}

/// The labels of a selector; the inner error is said for each object. Models `metav1.ParseToLabelSelector`.
fn parse(text: &str) -> Result<Result<Value>> {
    let wrong = |e| Error::Msg(format!("couldn't parse the selector string {text:?}: {e}"));
    let selector = Selector::parse(text).map_err(wrong)?;
    let (mut labels, mut others) = (Value::object(), Vec::new());
    for requirement in &selector.requirements {
        let (key, values) = (requirement.key.as_str(), &requirement.values);
        let operator = match requirement.operator {
            Operator::Equals | Operator::DoubleEquals => {
                labels.set_in(&[key], values.first().map_or("", String::as_str));
                continue;
            }
            Operator::In => "In",
            Operator::NotIn | Operator::NotEquals => "NotIn",
            Operator::Exists => "Exists",
            Operator::DoesNotExist => "DoesNotExist",
            Operator::GreaterThan => return Err("\"gt\" is not a valid label selector operator".into()),
            Operator::LessThan => return Err("\"lt\" is not a valid label selector operator".into()),
        };
        others.push(format!("{{{key} {operator} [{}]}}", values.join(" ")));
    }
    Ok(match others.is_empty() {
        true => Ok(labels),
        false => Err(format!("match expression [{}] not supported on this object", others.join(" ")).into()),
    })
}
